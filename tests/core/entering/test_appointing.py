"""Making, moving and taking back an appointment: what is refused, when a reason is asked, and what the trail keeps."""

import json
from datetime import date, time

import pytest

from core.acts import locking
from core.entering import appointing
from core.entering.appointing import Wanted
from core.errors import Locked, NotAllowed
from core.model.appointment import Appointment
from core.model.user import Role
from core.model.visit import Mark, VisitMark
from core.protocols.schedule import Window
from core.session import Session, new_user

WINDOW = Window(target=date(2026, 7, 21), open=date(2026, 7, 14), close=date(2026, 7, 28))
TODAY = date(2026, 7, 10)


def texts(day="2026-07-20", time="", note="", reason=""):
    return {"day": day, "time": time, "note": note, "reason": reason}


def read(before=None, **typed):
    return appointing.read(texts(**typed), WINDOW, before, TODAY)


def said(problems):
    return {name: problem.message for name, problem in problems.items()}


def test_within_the_window_a_day_is_enough():
    assert read() == Wanted(day=date(2026, 7, 20), time=None, note="", reason="")
    wanted = read(time="9:05", note="  by   taxi ", reason="not asked for")
    assert (wanted.time, wanted.note, wanted.reason) == (time(9, 5), "by taxi", "")


@pytest.mark.parametrize("typed", ["25:00", "9.5", "10:60", "noon", "10:30:15", "10:30+01:00"])
def test_what_is_no_time_is_said(typed):
    assert said(read(time=typed)) == {"time": f"“{typed}” is not a time. Type it as 08:20."}


def test_a_persian_day_and_persian_digits_are_taken():
    wanted = read(day="1405/04/29", time="۱۰:۳۰")
    assert (wanted.day, wanted.time) == (date(2026, 7, 20), time(10, 30))


def test_each_field_says_what_is_wrong_with_it():
    assert set(read(day="")) == {"day"}
    assert set(read(day="2026-02-30", note="x" * 81)) == {"day", "note"}
    assert "has passed" in said(read(day="2026-07-09"))["day"]
    assert said(read(note="x" * 81))["note"] == "The note has 81 characters. It can have 80."
    assert isinstance(read(note="x" * 80), Wanted)


def test_outside_the_window_a_reason_is_asked_for_and_says_why():
    assert set(read(day="2026-08-05")) == {"reason"}
    why = appointing.why_asked(texts(day="2026-08-05"), WINDOW, None, TODAY)
    assert why == "This day is outside the window of the visit (14 Jul 2026 to 28 Jul 2026)."
    assert read(day="2026-08-05", reason="on holiday").reason == "on holiday"


def test_moving_asks_for_a_reason_and_a_new_note_alone_does_not():
    before = Appointment(
        patient_id="p",
        code="M2",
        day=date(2026, 7, 20),
        time=time(10),
        entered_by="x",
        entered_at=None,
    )
    assert isinstance(read(before, time="10:00", note="by taxi"), Wanted)
    assert set(read(before, time="11:00")) == {"reason"}
    moved = appointing.why_asked(texts(time="11:00"), WINDOW, before, TODAY)
    assert moved == "The appointment was 20 Jul 2026 10:00, and is moved."


def make(session, patient, before=None, **changes):
    values = {"day": date(2026, 7, 20), "time": time(10, 30), "note": "", "reason": ""}
    return appointing.save(session, patient.id, "M2", Wanted(**{**values, **changes}), before)


def entries(session, patient):
    return session.trail.entries(patient_id=patient.id, entity="appointment")


def test_it_is_in_the_file_the_next_morning(session, patient, reopened):
    made = make(session, patient, note="by taxi")
    assert reopened().record(patient.id).appointments == (made,)


def test_one_that_is_moved_keeps_its_id_and_the_trail_keeps_where_it_was(session, patient):
    first = make(session, patient)
    moved = make(session, patient, first, day=date(2026, 7, 23), time=None, reason="no driver")
    assert session.record(patient.id).appointments == (moved,)
    assert moved.id == first.id
    (change,) = [one for one in entries(session, patient) if one.reason == "no driver"]
    assert json.loads(change.before)["day"] == "2026-07-20"
    assert json.loads(change.after)["day"] == "2026-07-23"


def test_one_that_is_taken_back_is_in_the_trail(session, patient):
    made = make(session, patient)
    appointing.take_back(session, made, "entered for another patient")
    assert session.record(patient.id).appointments == ()
    assert "entered for another patient" in [one.reason for one in entries(session, patient)]


def test_a_visit_that_does_not_take_place_loses_its_appointment_in_the_same_write(session, patient):
    make(session, patient)
    mark = VisitMark(patient_id=patient.id, code="M2", mark=Mark.MISSED, reason="in hospital")
    appointing.mark(session, mark)
    record = session.record(patient.id)
    assert record.marks == (mark,) and record.appointments == ()
    assert "in hospital" in [one.reason for one in entries(session, patient)]


def test_a_lock_holds_it(session, patient):
    made = make(session, patient)
    locking.lock_patient(session, patient.id, "closed")
    with pytest.raises(Locked):
        make(session, patient, made, day=date(2026, 7, 22), reason="x")
    with pytest.raises(Locked):
        appointing.take_back(session, made, "x")
    assert session.record(patient.id).appointments == (made,)


@pytest.mark.parametrize(
    ("role", "may"), [(Role.NURSE, True), (Role.MONITOR, False), (Role.ADMINISTRATOR, False)]
)
def test_who_enters_visits_makes_appointments(session, patient, role, may):
    with session.write("somebody"):
        session.users.save(new_user("one", "Some One", role))
    path, key = session.path, session._key
    session.close()
    other = Session(path, key, "one")
    if may:
        make(other, patient)
        assert len(other.record(patient.id).appointments) == 1
    else:
        with pytest.raises(NotAllowed):
            make(other, patient)
    other.close()
