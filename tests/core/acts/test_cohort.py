"""Loading all patients: what is kept in the file is never stale, never shown damaged, and no evidence of anything."""

import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core import clock
from core.acts import cohort, locking, moving, own_forms
from core.cohort import frames, rows
from core.errors import NotAllowed
from core.forms import catalog as forms
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from core.model.registers import CalibrationCheck
from core.model.user import Role
from core.model.visit import Mark, VisitMark
from core.protocols import catalog as protocols
from core.session import Session, new_user
from core.store import backup, drill, keys
from tests.core.acts.test_own_forms import TEXT
from tests.core.cohort.test_packed import assert_same
from tests.core.examples import a_routine_patient, answers, enter_record

TODAY = date(2026, 11, 29)


@pytest.fixture
def other(session):
    """A second patient, of whom nothing is written any more."""
    made = a_routine_patient(record_number="8")
    with session.write("registered"):
        session.patients.save(made)
    return made


@pytest.fixture(autouse=True)
def forget():
    yield
    forms.use_own([])


def loaded(session, today=TODAY):
    """The cohort, which must be what the records say now, and how many patients were computed for it."""
    told = []
    found = cohort.load(session, today, lambda done, of: told.append((done, of)))
    fresh = [rows.of(session.record(one.id), today) for one in session.patients.all()]
    assert_same(found, frames.cohort(fresh))
    return found, told[-1][0] - told[0][0]


def only_row(found):
    return found.patients.iloc[0]


def test_what_is_known_is_read_and_not_computed_again(session, patient, other, visit_day, reopened):
    visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12, blows=(3200, 3100, 3150))
    assert loaded(session)[1] > 0
    assert loaded(session)[1] == 0
    again = reopened()
    found, computed = loaded(again)
    assert computed == 0, "it is in the file"
    assert list(found.patients["number"]) == ["7", "8"]
    assert found.values.set_index("field").loc["alsfrs-r.total", "value"] == 36


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows asks the system for its zone")
def test_in_another_time_zone_the_day_of_an_infusion_is_reckoned_again(
    session, patient, visit_day, monkeypatch
):
    """The day of an instant is that of this computer: 22:30 in Greenwich is the next day in Tehran."""
    visit = visit_day(date(2026, 5, 21), "INF")
    infusion = FormRecord(
        patient_id=patient.id, form="infusion", version="1", visit_id=visit.id,
        entered_by="dr.demo", entered_at=clock.now(),
        items={"start": Item(value="2026-05-21T22:30:00+00:00")},
    )  # fmt: skip
    with session.write("infused"):
        session.forms.save(infusion)
    try:
        days = []
        for zone in ("UTC", "Asia/Tehran"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            found, computed = loaded(session)
            assert computed == 1
            days.append(date.fromordinal(int(only_row(found)["treated_day"])))
        assert days == [date(2026, 5, 21), date(2026, 5, 22)]
    finally:
        monkeypatch.undo()
        time.tzset()


WRITES = {
    "an event": lambda session, patient, _visit: session.events.save(
        AdverseEvent(
            patient_id=patient.id, term="Fall", onset=PartialDate(2026, 8, 1), grade=Grade.MILD,
            serious=False, outcome=Outcome.UNKNOWN,
        )
    ),
    "a correction": lambda session, patient, _visit: session.patients.save(
        replace(patient, onset=PartialDate(2022, 1))
    ),
    "a death": lambda session, patient, _visit: session.milestones.save(
        Milestone(
            patient_id=patient.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 9, 9)
        )
    ),
    "a mark": lambda session, patient, _visit: session.marks.save(
        VisitMark(
            patient_id=patient.id, code="M4", mark=Mark.MISSED, reason="ill"
        )
    ),
    "a visit of another day": lambda session, _patient, visit: session.visits.save(
        replace(visit, date=visit.date + timedelta(days=1))
    ),
    "an answer": lambda session, _patient, visit: session.assessments.save_answer(
        visit.id, "alsfrs-r", *next(iter(answers((1,) * 12).items()))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITES)
def test_whatever_is_written_of_a_patient_is_in_the_next_cohort(
    session, patient, other, visit_day, name
):
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12)
    before, _n = loaded(session)
    with session.write("changed"):
        WRITES[name](session, patient, visit)
    after, computed = loaded(session)
    with pytest.raises(AssertionError):
        assert_same(before, after)
    assert computed == 1, "nothing was written of the other patient"


def test_a_visit_and_a_record_of_a_form_are_in_the_next_cohort(session, patient, other, visit_day):
    assert loaded(session)[0].values.empty
    visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12)
    assert not loaded(session)[0].values.empty
    medicine = forms.newest()["medicine"]
    enter_record(session, patient, medicine, {"substance": "Riluzole", "started": "2026-06-01"})
    assert only_row(loaded(session)[0])["medicines"] == ("Riluzole",)


def test_a_move_to_another_version_of_the_schedule_is_in_the_next_cohort(session, patient):
    assert only_row(loaded(session)[0])["version"] == "1"
    moving.move(session, [patient.id], "new visits")
    assert only_row(loaded(session)[0])["version"] == protocols.newest()["royan-2021"].version


def test_what_counts_for_everybody_makes_everybody_anew(session, patient, other, tmp_path):
    loaded(session)
    with session.write("settings"):
        session.thresholds.save("a1_vc_percent", 60.0)
    assert loaded(session)[1] == 2, "a threshold"
    sleep = tmp_path / "sleep.toml"
    sleep.write_text(TEXT, "utf-8")
    for text, form in own_forms.read(sleep):
        own_forms.add(session, text, form)
    assert loaded(session)[1] == 2, "a form of the clinic's own"
    newer = tmp_path / "newer.toml"
    newer.write_text(TEXT.replace('version = "1"', 'version = "2"'), "utf-8")
    for text, form in own_forms.read(newer):
        own_forms.add(session, text, form)
    assert loaded(session)[1] == 2, "its next version"
    with session.write("checked"):
        session.calibrations.save(a_check())
    assert loaded(session)[1] == 0, "a check of a spirometer changes no number"


def a_check():
    return CalibrationCheck(
        device="1", checked_on=TODAY, syringe_ml=3000, low_flow_ml=3010, middle_flow_ml=3010,
        high_flow_ml=3010, tolerance_percent=3.0, entered_by="dr.demo", entered_at=clock.now(),
    )  # fmt: skip


def test_a_day_makes_anew_only_of_whom_something_is_another_on_it(session, patient, other):
    day = date(2026, 7, 1)
    loaded(session, day)
    statuses = []
    for later in range(1, 60):
        found, _computed = loaded(session, day + timedelta(days=later))
        statuses.append(tuple(found.visits["status"]))
    assert len(set(statuses)) > 3, "visits became due, overdue and missed"
    assert loaded(session, day - timedelta(days=1))[1] == 2, "of a day before, nothing is known"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE derived SET told = replace(told, '\"7\"', '\"9\"')",
        "UPDATE derived SET numbers = substr(numbers, 2) WHERE length(numbers) > 0",
        "UPDATE derived SET visits = zeroblob(length(visits))",
        "UPDATE derived SET until = '9999-12-31', since = '2000-01-01'",
        "UPDATE derived SET seal = x''",
        """UPDATE derived SET (texts, told, visits, numbers, seal) =
            (SELECT texts, told, visits, numbers, seal FROM derived ORDER BY length(visits) LIMIT 1)""",
        "DELETE FROM derived",
        "DROP TABLE derived",
        "ALTER TABLE derived DROP COLUMN told",
        "ALTER TABLE derived ADD COLUMN more TEXT",
    ],
)
def test_what_was_damaged_or_is_foreign_is_made_again(session, patient, other, visit_day, damage):
    visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12)
    loaded(session)
    session._db.execute(damage)
    assert loaded(session)[1] > 0
    assert loaded(session)[1] == 0


def test_of_another_history_of_the_same_file_nothing_is_taken(session, patient, clinic_path, key):
    """A row of a copy that went another way, at an entry of the same number."""
    with closing(Session(clinic_path.with_name("copy.als"), key, "dr.demo", create=True)) as copy:
        with copy.write("made"):
            copy.clinics.save(session.clinic)
            copy.users.save(new_user("dr.demo", "Dr. Demo"))
            copy.patients.save(replace(patient, record_number="99"))
        assert copy.trail_head.sequence == session.trail_head.sequence
        cohort.load(copy, TODAY)
        foreign = copy._db.execute("SELECT * FROM derived").fetchall()
    loaded(session)
    session._db.execute("DELETE FROM derived")
    session._db.conn.executemany("INSERT INTO derived VALUES (?,?,?,?,?,?,?,?,?,?)", foreign)
    assert list(loaded(session)[0].patients["number"]) == ["7"]


def test_it_is_no_evidence_nothing_is_in_the_trail_and_the_file_is_whole(
    session, patient, key, tmp_path
):
    ring = keys.with_password(keys.new_ring(), key, "dr.demo", "winter garden 48")
    keys.write(session.path, ring)
    head, changed = session.trail_head, session.changed_at
    older = session.begin_backup(tmp_path)
    loaded(session)
    assert (session.trail_head, session.changed_at) == (head, changed)
    assert session.trail.verify().problem == ""
    newer = session.begin_backup(tmp_path)
    assert newer.contents == older.contents
    made = [backup.finish(one, key) for one in (older, newer)]
    with backup.reading(made[0].path, key) as old, backup.reading(made[1].path, key) as new:
        assert not [one for one in drill.compare(old, new) if one.unexplained]
    assert session.record_as_of(patient.id, head.sequence) == session.record(patient.id)


def in_a_thread(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def test_in_a_thread_it_reads_beside_the_writer_and_is_kept_afterwards(
    session, patient, other, clinic_path, key, reopened
):
    found = in_a_thread(lambda: cohort.load(session, TODAY))
    assert list(found.patients["number"]) == ["7", "8"]
    assert "derived" not in session._db.table_names(), "a thread writes nothing"
    open_it = (
        "import sys; from pathlib import Path; from core.store.file import connect\n"
        "connect(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", open_it, str(clinic_path), key.hex()], capture_output=True, text=True
    )
    assert "FileInUse" in done.stderr, "reading beside the writer lets its lock go"
    cohort.keep(session)
    assert loaded(reopened())[1] == 0


def test_what_a_thread_computed_is_kept_at_the_latest_when_the_file_is_closed(
    session, patient, reopened
):
    in_a_thread(lambda: cohort.load(session, TODAY))
    assert loaded(reopened())[1] == 0


def test_a_write_that_comes_in_between_is_in_the_cohort_or_the_patient_is_computed_again(
    session, patient, other
):
    """The thread reads while the file is written to: no half of a write, and nothing stale is kept."""
    reading, go_on = threading.Event(), threading.Event()
    found = []

    def wait():
        reading.set()
        go_on.wait(20)
        return False

    thread = threading.Thread(
        target=lambda: found.append(cohort.load(session, TODAY, cancelled=wait))
    )
    thread.start()
    assert reading.wait(20)
    with session.write("corrected"):
        session.patients.save(replace(patient, record_number="70"))
        go_on.set()
    thread.join()
    assert set(found[0].patients["number"]) <= {"7", "70", "8"}
    cohort.keep(session)
    assert list(loaded(session)[0].patients["number"]) == ["8", "70"]


def test_it_can_be_given_up_and_goes_on_from_there(session, patient, other):
    told = []
    assert (
        cohort.load(session, TODAY, cancelled=lambda: bool(told.append(1)) or len(told) > 1) is None
    )
    found, computed = loaded(session)
    assert computed < 2, "the first patient was kept"
    assert found.n == 2


def test_a_file_that_was_closed_meanwhile_gives_nothing(session, patient):
    def close():
        session.close()
        return False

    assert cohort.load(session, TODAY, cancelled=close) is None


def test_r16_who_has_no_clinical_data_loads_nothing(session, patient, reopened):
    with session.write("people"):
        session.users.save(new_user("chief", "Chief", Role.ADMINISTRATOR))
        session.users.save(replace(session.user, role=Role.ADMINISTRATOR))
    with pytest.raises(NotAllowed):
        cohort.load(reopened(), TODAY)


def test_a_monitor_loads_a_file_that_is_frozen(session, patient, reopened):
    locking.freeze(session, "analysis")
    with session.write("people"):
        session.users.save(replace(session.user, role=Role.MONITOR))
    again = reopened()
    assert loaded(again)[1] == 1
    assert loaded(again)[1] == 0


def test_r01_killed_while_it_is_kept_the_file_is_as_before(session, patient, clinic_path, key):
    """The table is made and half of the rows are written when the program is killed."""
    session.close()
    code = """
import os, sys
from datetime import date
from pathlib import Path
from core.acts import cohort
from core.session import Session
from core.store import derived
session = Session(Path(sys.argv[1]), bytes(range(32)), "dr.demo")
before = derived._make_table
def killed(db):
    before(db)
    db.execute("INSERT INTO derived VALUES ('a','b','c','d','e','f','g',x'',x'',x'')")
    os.kill(os.getpid(), 9)
derived._make_table = killed
cohort.load(session, date(2026, 11, 29))
"""
    done = subprocess.run([sys.executable, "-c", code, str(clinic_path)], capture_output=True)
    assert done.returncode == -9, done.stderr
    with closing(Session(clinic_path, key, "dr.demo")) as again:
        assert "derived" not in again._db.table_names()
        assert again.trail.verify().problem == ""
        assert list(loaded(again)[0].patients["number"]) == ["7"]
