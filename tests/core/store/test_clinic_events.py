"""Every event of a clinic at once says what each patient's record says of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.event_details import Cause, Criterion
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from tests.core.examples import INFUSION, a_patient, a_routine_patient

AT = datetime(2026, 7, 24, 15, 10, tzinfo=UTC)


def part(event, form, at=AT, **values):
    return FormRecord(
        patient_id=event.patient_id,
        within=event_details.record_id(event.id),
        form=form,
        version="1",
        entered_by="dr.demo",
        entered_at=at,
        items={name: Item(value=value) for name, value in values.items()},
    )


def of_event(event, **values):
    own = part(event, event_details.FORM, **values)
    return replace(own, within=None, id=event_details.record_id(event.id))


@pytest.fixture
def events(session):
    """A serious event with all that can be said, one that is not, one of before the forms, of two patients."""
    trial, routine = a_patient(record_number="7"), a_routine_patient(record_number="8")

    def event(patient, term, **changes):
        given = {
            "onset": PartialDate(2026, 7, 24),
            "grade": Grade.SEVERE,
            "serious": True,
            "outcome": Outcome.NOT_RECOVERED,
        }
        return AdverseEvent(patient_id=patient.id, term=term, **given | changes)

    serious = event(trial, "Pulmonary embolism", coded_term="Thromboembolic event")
    mild = event(trial, "Headache", grade=Grade.MILD, serious=False, onset=PartialDate(2026, 6))
    before = event(routine, "Fall", ended=PartialDate(2026), outcome=Outcome.RECOVERED)
    with session.write("entered"):
        for patient in (trial, routine):
            session.patients.save(patient)
        for one in (serious, mild, before):
            session.events.save(one)
        for record in (
            of_event(serious, criteria="hospital\nimportant", aware_at=AT.isoformat()),
            part(serious, event_details.JUDGEMENT, product="possible", expected="unexpected"),
            part(serious, event_details.JUDGEMENT, AT.replace(day=25), note="product left open"),
            part(serious, event_details.COURSE, day="2026-07-20", grade=2),
            part(serious, event_details.DIAGNOSIS, term="Chest pain", until="2026-07-24"),
            part(serious, event_details.REPORT, to="sponsor", number=1, sent_at=AT.isoformat()),
            of_event(mild, began_at="10:06"),
            part(mild, event_details.JUDGEMENT, product="unlikely"),
        ):
            session.forms.save(record)
    return serious, mild, before


def test_all_says_of_each_event_what_the_record_of_its_patient_says(session, events):
    found = {one.details.event.id: one for one in session.clinic_events.all()}
    assert len(found) == 3
    for event in events:
        record = session.record(event.patient_id)
        mine = found[event.id]
        assert mine.number == record.patient.record_number
        assert replace(mine.details, record=None) == replace(
            event_details.details(record, event), record=None
        )


def test_a_list_has_what_it_shows_and_the_details_of_what_is_serious(session, events):
    serious, mild, before = events
    found = {one.event.id: one for one in session.clinic_events.listed()}
    assert {one.event for one in found.values()} == set(events)
    assert found[mild.id].product is Cause.UNLIKELY
    assert found[mild.id].details is None
    assert found[mild.id].treated == PartialDate.of(INFUSION)
    assert found[before.id].details.criterion_missing
    assert found[before.id].treated is None
    told = found[serious.id].details
    assert told.criteria == {Criterion.HOSPITAL, Criterion.IMPORTANT}
    assert told.aware_at == AT
    assert [one.product for one in told.judgements] == [Cause.POSSIBLE, None]
    assert found[serious.id].product is None  # the newest judgement left it open
    assert [one.to for one in told.reports] == ["sponsor"]


def test_the_serious_events_alone_are_as_they_are_in_the_list(session, events):
    listed = [one for one in session.clinic_events.listed() if one.event.serious]
    assert sorted(one.event.term for one in listed) == ["Fall", "Pulmonary embolism"]
    assert set(map(repr, session.clinic_events.serious())) == set(map(repr, listed))


def steps_of(session, read):
    """How many tens of SQLite's own steps reading takes: it counts what is looked at, whatever the machine does."""
    steps = 0

    def one_more():
        nonlocal steps
        steps += 1
        return 0

    session._db.conn.set_progress_handler(one_more, 10)
    try:
        read()
    finally:
        session._db.conn.set_progress_handler(None, 0)
    return steps


def test_a_list_of_events_costs_the_same_whatever_else_is_in_the_file(session, events):
    readings = (session.clinic_events.listed, session.clinic_events.serious)
    few = [steps_of(session, read) for read in readings]
    with session.write("many years"):
        for number in range(500):
            other = part(events[0], "fall", note=f"{number}")
            session.forms.save(replace(other, within=None))
    many = [steps_of(session, read) for read in readings]
    assert all(now < 2 * before for now, before in zip(many, few, strict=True)), (few, many)


def test_the_infusion_that_was_recorded_is_day_0_with_its_time(session, events):
    begun = datetime(2026, 5, 22, 10, 4).astimezone()
    with session.write("infused"):
        session.forms.save(
            replace(
                part(events[0], "infusion", start=begun.isoformat()),
                within=None,
            )
        )
    found = {one.details.event.id: one for one in session.clinic_events.all()}
    assert found[events[0].id].treated == PartialDate.of(date(2026, 5, 22))
    assert found[events[0].id].treated_at == time(10, 4)
    assert found[events[2].id].treated_at is None
