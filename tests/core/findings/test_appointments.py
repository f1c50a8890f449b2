"""Which appointments hold: to come, missed, fulfilled by a visit, or of no use any more."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from core.findings.appointments import (
    next_appointment,
    not_shown,
    of_planned,
    open_appointments,
)
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.appointment import Appointment
from core.model.partial_date import PartialDate
from core.model.visit import Mark, VisitMark
from core.protocols import catalog as protocols
from core.protocols.schedule import plan
from core.views import appointments as words
from core.views import worklist
from core.views.now import now
from core.views.worklist import Group
from tests.core.examples import a_patient, a_record, a_routine_patient, a_visit

PATIENT = a_patient()  # infusion on 2026-05-21: month 2 is planned for 21 Jul, from 14 to 28 Jul
ROUTINE = a_routine_patient(registered_on=date(2026, 7, 20))
TODAY = date(2026, 7, 16)


def appointment(on, at=None, code="M2", patient=PATIENT, made=datetime(2026, 7, 1, 8, tzinfo=UTC)):
    return Appointment(
        patient_id=patient.id,
        code=code,
        day=on,
        time=at,
        entered_by="dr.demo",
        entered_at=made,
    )


def record(*appointments, patient=PATIENT, visits=(), **rest):
    return a_record(patient, *visits, appointments=appointments, **rest)


def items(one, today=TODAY):
    return worklist.build([one], {}, today, {}, {})


def test_an_appointment_to_come_is_the_next_one():
    one = appointment(date(2026, 7, 20), time(10, 30))
    assert next_appointment(record(one), TODAY) == one
    (found,) = open_appointments(record(one), TODAY)
    assert not found.outside and not found.missed(TODAY)
    assert words.line(found, TODAY) == "appointment 20 Jul 2026 10:30"


def test_one_of_today_is_not_missed_yet_and_one_of_yesterday_is():
    one = appointment(date(2026, 7, 15), time(9))
    assert next_appointment(record(one), date(2026, 7, 15)) == one
    assert next_appointment(record(one), TODAY) is None
    (found,) = open_appointments(record(one), TODAY)
    assert found.missed(TODAY)
    assert words.line(found, TODAY) == "missed appointment of 15 Jul 2026 09:00"


def test_outside_the_window_is_said():
    (found,) = open_appointments(record(appointment(date(2026, 8, 10))), TODAY)
    assert found.outside
    assert words.line(found, TODAY) == "appointment 10 Aug 2026, outside the window"


@pytest.mark.parametrize("finished", [True, False])
def test_the_visit_that_began_fulfils_it(finished):
    visit = a_visit(PATIENT, date(2026, 7, 15), "M2", finished=finished)
    one = record(appointment(date(2026, 7, 15)), visits=(visit,))
    assert open_appointments(one, TODAY) == ()
    assert not_shown(one, TODAY) == ()


@pytest.mark.parametrize("kind", [MilestoneKind.DEATH, MilestoneKind.WITHDRAWAL])
def test_nothing_is_shown_of_who_takes_no_part_any_more_and_that_is_said(kind):
    ended = Milestone(patient_id=PATIENT.id, kind=kind, happened_on=PartialDate(2026, 7, 14))
    one = record(appointment(date(2026, 7, 20)), milestones=(ended,))
    assert next_appointment(one, TODAY) is None
    assert open_appointments(one, TODAY) == ()
    (left,) = not_shown(one, TODAY)
    why = words.why_not_shown(one, left)
    assert why.startswith("The appointment of 20 Jul 2026 (Month 2) is not shown any more")
    assert worklist.not_shown([one], TODAY) == ((PATIENT, why),)
    lines = [line.text for part in now(one, TODAY, (), (), None) for line in part.lines]
    assert why in lines
    assert not_shown(one, date(2026, 7, 21)) == (), "once its day has passed nobody waits for it"


def test_a_visit_that_a_person_marked_has_no_appointment():
    mark = VisitMark(patient_id=PATIENT.id, code="M2", mark=Mark.CANCELLED, reason="strike")
    one = record(appointment(date(2026, 7, 20)), marks=(mark,))
    assert open_appointments(one, TODAY) == () and not_shown(one, TODAY) == ()


def test_a_visit_that_is_planned_no_more_is_said():
    patient = replace(PATIENT, reference_on=None)
    one = record(appointment(date(2026, 7, 20)), patient=patient)
    (left,) = not_shown(one, TODAY)
    assert words.why_not_shown(one, left).endswith("the visit is not planned.")


def test_a_recurring_visit_is_fulfilled_by_the_one_begun_after_the_appointment_was_made():
    made = datetime(2026, 7, 21, 9, 30, tzinfo=UTC)
    first = a_visit(ROUTINE, date(2026, 7, 21), "R3")  # begun at 9, before the next was agreed on
    one = appointment(date(2026, 10, 20), time(11), "R3", ROUTINE, made)
    waiting = record(one, patient=ROUTINE, visits=(first,))
    assert next_appointment(waiting, date(2026, 9, 1)) == one
    second = a_visit(ROUTINE, date(2026, 10, 20), "R3")
    came = record(one, patient=ROUTINE, visits=(first, second))
    assert next_appointment(came, date(2026, 10, 20)) is None
    late = a_visit(ROUTINE, date(2026, 7, 1), "R3", started_at=datetime(2026, 8, 1, tzinfo=UTC))
    transcribed = record(one, patient=ROUTINE, visits=(late, first))
    assert next_appointment(transcribed, date(2026, 9, 1)) == one, "it was before the agreement"


def test_the_appointment_of_a_planned_visit_is_found():
    one = appointment(date(2026, 7, 20))
    with_one = record(one)
    by_code = {p.code: p for p in plan(with_one, protocols.of(PATIENT), TODAY)}
    assert of_planned(with_one, by_code["M2"], TODAY) == one
    assert of_planned(with_one, by_code["M4"], TODAY) is None


# On Today.


def test_who_comes_today_is_due_today():
    (item,) = items(record(appointment(TODAY, time(10, 30))))
    assert (item.group, item.status) == (Group.DUE, "comes today")
    assert words.soon(item.appointed.appointment, TODAY) == "today 10:30"


def test_before_the_window_one_who_comes_today_can_be_started():
    found = items(record(appointment(date(2026, 7, 10))), date(2026, 7, 10))
    item = next(one for one in found if one.code == "M2")
    assert item.group is Group.DUE and item.can_start


def test_planned_for_today_but_appointed_for_another_day_is_not_due_today():
    on = date(2026, 7, 21)
    assert items(record(), on)[0].group is Group.DUE
    (item,) = items(record(appointment(date(2026, 7, 23))), on)
    assert (item.group, item.status) == (Group.OPEN, "open, 7 days left")


def test_a_missed_appointment_is_said_in_its_group():
    (item,) = items(record(appointment(date(2026, 7, 15), time(9))))
    assert (item.group, item.status) == (Group.OPEN, "missed appointment")
    assert item.missed.startswith("Nobody came on 15 Jul 2026 09:00")


def test_a_visit_that_lapsed_is_shown_again_once_it_has_an_appointment():
    on = date(2026, 9, 10)  # month 4's window is open: month 2 counts as missed
    assert "M2" not in [item.code for item in items(record(), on)]
    found = {item.code: item for item in items(record(appointment(date(2026, 9, 12))), on)}
    assert found["M2"].group is Group.OVERDUE


def test_rows_are_in_the_order_of_their_appointments():
    def one(number, at):
        patient = a_patient(record_number=number)
        made = [appointment(TODAY, at, patient=patient)] if at != "none" else []
        return record(*made, patient=patient)

    some = [one("1", None), one("2", time(11)), one("3", time(9, 15)), one("4", "none")]
    found = worklist.build(some, {}, TODAY, {}, {})
    assert [item.patient.record_number for item in found] == ["3", "2", "1", "4"]


def test_a_recurring_visit_cannot_be_marked():
    one = record(patient=ROUTINE)
    (item,) = items(one, date(2026, 7, 20))
    assert item.may_be_appointed and not item.may_be_marked
