"""A whole infusion day through the draft of its visit: in stages, finished, signed for, and locked against changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entering.visit.steps import StepState
from core.entry import Problem
from core.model.assessment import NotDone
from core.model.visit import VisitState
from core.views.monitoring import Sign
from tests.core.examples import a_patient
from tests.core.forms.infusion_day import (
    DISCHARGE,
    DONOR,
    FIRST,
    INFUSION,
    PRODUCT,
    entered,
)

DAY = date(2026, 5, 21)
START = datetime(2026, 5, 21, 10, 2).astimezone()
WHOLE = {
    Sign.PULSE: "80",
    Sign.PRESSURE: "130/80",
    Sign.SPO2: "96",
    Sign.TEMPERATURE: "36.6",
    Sign.RESPIRATION: "14",
}


@pytest.fixture
def draft(session):
    patient = a_patient(record_number="77", protocol_version="2", stated_age_years=67)
    with session.write("registered"):
        session.patients.save(patient)
    visit_id = beginning.start_visit(session, patient.id, "INF", DAY)
    return Draft(session, patient.id, visit_id)


def enter(draft, keys=None):
    for time in draft.monitoring.times:
        if keys is not None and time.key not in keys:
            continue
        for sign, text in WHOLE.items():
            draft.monitoring.save(time, draft.monitoring.read(sign, text))


def blocking(draft, *steps):
    return [one for one in draft.open_points() if one.blocks and one.step in steps]


def test_a_whole_day_is_finished_and_takes_nothing_more(draft, session):
    entered(draft, "infusion", FIRST)
    entered(draft, "product", PRODUCT)
    entered(draft, "donor", DONOR)
    entered(draft, "infusion", INFUSION)
    enter(draft)
    entered(draft, "discharge", DISCHARGE)
    own = ("infusion", "product", "donor", "monitoring", "discharge")
    assert [one.problem.message for one in draft.open_points() if one.step in own] == []
    states = {step.id: step.state for step in draft.steps()}
    assert {states[name] for name in own} == {StepState.DONE}
    draft.save_details(on=DAY, mode=None, respondent=None, weight_kg=75.2)
    with session.write("finished"):
        done = replace(draft.visit, state=VisitState.FINISHED, finished_at=clock.now())
        session.visits.save(done)
    draft.reload()
    with pytest.raises(ValueError, match="reopened"):
        draft.monitoring.save(draft.monitoring.times[0], {"pulse": 81.0})


def test_what_is_entered_before_identity_and_consent_stops_the_visit(draft):
    entered(draft, "product", PRODUCT)  # by another program
    (point,) = blocking(draft, "product")
    assert "First check who this is" in point.problem.message


def test_an_infusion_that_was_not_given_is_not_done_with_its_reason(draft):
    for name in ("product", "donor", "infusion", "monitoring", "discharge"):
        draft.forms.save_not_done(draft.forms.form(name), NotDone.REFUSED)
    assert blocking(draft, "product", "donor", "infusion", "monitoring", "discharge") == []


def test_a_pressure_is_two_numbers_and_nothing_else_is(draft):
    read = draft.monitoring.read
    assert read(Sign.PRESSURE, "132/78") == {"systolic": 132, "diastolic": 78}
    assert read(Sign.PRESSURE, "۱۳۲/۷۸") == {"systolic": 132, "diastolic": 78}
    assert read(Sign.PRESSURE, "") == {"systolic": None, "diastolic": None}
    for text in ("132", "132/", "78/132", "132/78/1", "a/b"):
        assert isinstance(read(Sign.PRESSURE, text), Problem), text
    assert isinstance(read(Sign.PULSE, "80/90"), Problem)
    assert isinstance(read(Sign.PULSE, "800"), Problem)


def test_a_time_of_day_is_that_of_the_infusion_also_after_midnight(draft):
    entered(draft, "infusion", {**INFUSION, "start": "2026-05-21 22:30", "end": "2026-05-21 22:35"})
    read = draft.monitoring.read_time
    assert read("23:10") == datetime(2026, 5, 21, 23, 10).astimezone()
    assert read("0115") == datetime(2026, 5, 22, 1, 15).astimezone()
    assert read("2026-05-21 22:40") == datetime(2026, 5, 21, 22, 40).astimezone()
    assert isinstance(read("25:00"), Problem)


def test_a_start_that_is_corrected_moves_the_planned_times_and_no_reading_of_the_clock(draft):
    entered(draft, "infusion", INFUSION)
    between = draft.monitoring.add(START + timedelta(minutes=7))
    enter(draft, {"5"})
    entered(draft, "infusion", {**INFUSION, "start": "2026-05-21 10:05", "end": "2026-05-21 10:10"})
    times = {one.key: one for one in draft.monitoring.times}
    assert times["5"].at == START + timedelta(minutes=8)
    assert times["5"].value("pulse") == 80
    assert times[between.key].at.astimezone(UTC) == (START + timedelta(minutes=7)).astimezone(UTC)
    assert times[between.key].title == "4 min"
