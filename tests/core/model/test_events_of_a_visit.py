"""F07 and F32: at which visit an event is listed where its day is not known, and what a fatal one ends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings import alerts
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.partial_date import PartialDate
from core.protocols import catalog as protocols
from core.protocols.schedule import Status, plan
from core.views import chart, trends, visit_summary, worklist
from tests.core.examples import INFUSION, a_patient, a_record, a_visit

PATIENT = a_patient()
FIRST, SECOND, THIRD = (
    a_visit(PATIENT, date(2026, 8, 1), new_events=False),
    a_visit(PATIENT, date(2026, 11, 5), new_events=False),
    a_visit(PATIENT, date(2027, 2, 1), new_events=False),
)
ENTERED = SECOND.date


def an_event(onset, term="Chest pain", **changes):
    stated = {
        "patient_id": PATIENT.id,
        "term": term,
        "onset": PartialDate.parse(onset),
        "grade": Grade.SEVERE,
        "serious": True,
        "outcome": Outcome.NOT_RECOVERED,
    }
    return AdverseEvent(**{**stated, **changes})


def listed_at(record):
    return [visit for visit in record.visits if record.events_of(visit)]


@pytest.mark.parametrize(
    ("onset", "visits", "sure"),
    [
        ("2026-11", [SECOND, THIRD], False),  # 1 to 5 Nov, or 6 to 30 Nov
        ("2026", [FIRST, SECOND, THIRD], False),
        ("2026-07", [FIRST], True),
        ("2026-10", [SECOND], True),
        ("2026-12", [THIRD], True),
        ("2026-11-05", [SECOND], True),
        ("2026-11-06", [THIRD], True),
    ],
)
def test_f07_an_event_is_listed_where_it_may_belong(onset, visits, sure):
    event = an_event(onset)
    record = a_record(PATIENT, FIRST, SECOND, THIRD, events=(event,))
    assert listed_at(record) == visits
    for visit in visits:
        (row,) = visit_summary.build(record, visit.id, {}).events
        assert (row.unsure == "") is sure
        assert [one.id for one in alerts.evaluate(record, visit)] == ["safety"]


def test_f07_the_page_does_not_say_nothing_new_beside_it():
    record = a_record(PATIENT, FIRST, SECOND, events=(an_event("2026-11"),))
    shown = visit_summary.build(record, SECOND.id, {})
    (row,) = shown.events
    assert row.unsure == "may belong to another visit: only its month is known"
    assert [one.title for one in shown.actions] == ["Safety"]
    assert shown.actions[0].line.startswith("Safety: Chest pain, Nov 2026 (grade 3 severe)")


@given(
    st.sampled_from(["year", "month", "day"]),
    st.dates(date(2025, 1, 1), ENTERED),
    st.booleans(),
)
def test_f07_nothing_is_dated_after_the_day_on_which_it_was_entered(known, on, reported):
    text = {"year": f"{on:%Y}", "month": f"{on:%Y-%m}", "day": f"{on:%Y-%m-%d}"}[known]
    event = an_event(text, visit_id=SECOND.id if reported else None)
    niv = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.NIV, happened_on=PartialDate.parse(text)
    )
    record = a_record(PATIENT, FIRST, SECOND, events=(event,), milestones=(niv,))
    assert record.began(event) <= ENTERED
    (action,) = alerts.open_actions(record, ENTERED)
    assert action.on <= ENTERED
    assert all(one.day <= ENTERED for one in trends.timeline(record))
    assert all(one.on <= ENTERED for one in chart.timeline(record))


@given(st.dates(date(2026, 1, 1), date(2027, 3, 1)))
def test_an_event_whose_day_is_known_is_listed_once_at_most(on):
    record = a_record(PATIENT, FIRST, SECOND, THIRD, events=(an_event(str(on)),))
    assert len(listed_at(record)) == (on <= THIRD.date)


@given(st.dates(date(2026, 1, 1), THIRD.date), st.sampled_from(["%Y", "%Y-%m"]))
def test_one_known_to_its_month_is_listed_wherever_its_day_would_be(on, known):
    exact = a_record(PATIENT, FIRST, SECOND, THIRD, events=(an_event(str(on)),))
    vague = a_record(PATIENT, FIRST, SECOND, THIRD, events=(an_event(f"{on:{known}}"),))
    assert set(listed_at(exact)) <= set(listed_at(vague))


FATAL = {"grade": Grade.DEATH, "outcome": Outcome.FATAL}


def test_f32_the_plan_ends_with_a_death_that_only_an_event_says():
    event = an_event("2026-03-01", ended=None, **FATAL)
    patient = a_patient(reference_on=date(2025, 12, 1))
    record = a_record(patient, events=(event,))
    today = date(2026, 11, 28)
    alive = a_record(patient)
    protocol = protocols.of(patient)
    awaited = {one.status for one in plan(alive, protocol, today)}
    assert awaited & {Status.OVERDUE, Status.MISSED, Status.UPCOMING, Status.DUE_SOON}
    later = [one for one in plan(record, protocol, today) if one.window.close >= date(2026, 3, 1)]
    assert later and {one.status for one in later} == {Status.NOT_APPLICABLE}
    assert record.dead
    assert record.participation_ended == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("onset", "ended", "day"),
    [
        ("2026-03-01", None, date(2026, 3, 1)),
        ("2026-03-01", PartialDate(2026, 3, 20), date(2026, 3, 20)),
        ("2026-03", None, date(2026, 3, 1)),
        ("2026", PartialDate(2026, 5), date(2026, 5, 1)),
    ],
)
def test_f32_participation_ends_on_the_first_day_that_the_death_can_mean(onset, ended, day):
    record = a_record(PATIENT, events=(an_event(onset, ended=ended, **FATAL),))
    assert record.participation_ended == day


def test_a_recorded_death_counts_before_what_an_event_says():
    death = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 4, 2)
    )
    event = an_event("2026-03-01", **FATAL)
    record = a_record(PATIENT, events=(event,), milestones=(death,))
    assert record.died_on == PartialDate(2026, 4, 2)


def test_of_two_fatal_events_the_first_ends_it():
    late = an_event("2026-05-01", term="Sepsis", **FATAL)
    early = an_event("2026-03-01", **FATAL)
    record = a_record(PATIENT, events=(late, early))
    assert record.participation_ended == date(2026, 3, 1)


def test_f32_today_asks_for_no_visit_of_somebody_who_died_of_an_event(session, patient):
    """The worklist is made from outlines: they know of fatal events."""
    today = INFUSION + timedelta(days=200)

    def awaited():
        items = worklist.build(session.outlines(), {}, today, {}, {})
        return [item.code for item in items if item.patient.id == patient.id]

    assert awaited()
    event = an_event(str(INFUSION + timedelta(days=9)), **FATAL)
    with session.write("died"):
        session.events.save(replace(event, patient_id=patient.id))
    assert awaited() == []
    (outline,) = [one for one in session.outlines() if one.patient.id == patient.id]
    assert outline.dead


def test_an_event_that_was_survived_ends_nothing():
    record = a_record(PATIENT, events=(an_event(str(INFUSION + timedelta(days=9))),))
    assert not record.dead
    assert record.participation_ended is None
