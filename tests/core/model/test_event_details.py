"""An adverse event with all that its forms say of it, and what they cannot say."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from core.forms import catalog
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.event_details import Cause, Criterion
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from core.model.record import PatientRecord
from tests.core.examples import a_patient

AT = datetime(2026, 7, 24, 15, 10, tzinfo=UTC)
PATIENT = a_patient()
EVENT = AdverseEvent(
    patient_id=PATIENT.id,
    term="Pulmonary embolism",
    onset=PartialDate(2026, 7, 24),
    grade=Grade.SEVERE,
    serious=True,
    outcome=Outcome.NOT_RECOVERED,
)


def record_of(form, at=AT, within=None, **values):
    return FormRecord(
        patient_id=PATIENT.id,
        within=within,
        form=form,
        version="1",
        entered_by="dr",
        entered_at=at,
        items={name: Item(value=value) for name, value in values.items()},
    )


def details_of(*parts, **values):
    mine = replace(record_of(event_details.FORM, **values), id=event_details.record_id(EVENT.id))
    forms = (mine, *(replace(one, within=mine.id) for one in parts))
    return event_details.details(
        PatientRecord(patient=PATIENT, events=(EVENT,), forms=forms), EVENT
    )


def test_the_choices_of_the_forms_are_those_the_program_computes_with():
    forms = catalog.newest()
    criteria = forms[event_details.FORM].field("criteria")
    assert {one.id for one in criteria.choices} == set(Criterion)
    for name in ("product", "procedure"):
        causes = forms[event_details.JUDGEMENT].field(name)
        assert {one.id for one in causes.choices} == set(Cause)
    for form in (event_details.JUDGEMENT, event_details.COURSE, event_details.DIAGNOSIS):
        assert forms[form].within == forms[event_details.REPORT].within == event_details.FORM


def test_an_event_of_before_stays_serious_and_says_that_nobody_said_why():
    before = event_details.details(PatientRecord(patient=PATIENT, events=(EVENT,)), EVENT)
    assert before.record is None
    assert before.criterion_missing
    assert before.judgement is None
    assert not details_of(criteria="hospital\nimportant").criterion_missing


def test_what_was_entered_is_read_with_its_times():
    found = details_of(criteria="hospital\nimportant", began_at="10:06", aware_at=AT.isoformat())
    assert found.criteria == {Criterion.HOSPITAL, Criterion.IMPORTANT}
    assert found.began_at == time(10, 6)
    assert found.aware_at == AT


def test_the_newest_judgement_counts_and_earlier_ones_stay():
    first = record_of(event_details.JUDGEMENT, product="possible", expected="unexpected")
    later = record_of(event_details.JUDGEMENT, AT + timedelta(days=2), product="unlikely")
    found = details_of(later, first)
    assert [one.product for one in found.judgements] == [Cause.POSSIBLE, Cause.UNLIKELY]
    assert found.judgement is not None
    assert (found.judgement.product, found.judgement.expected) == (Cause.UNLIKELY, None)
    assert (found.judgement.by, found.judgement.at) == ("dr", AT + timedelta(days=2))


def test_reports_are_chained_by_their_numbers_and_one_that_is_prepared_is_not_sent():
    second = record_of(event_details.REPORT, to="sponsor", number=2)
    first = record_of(
        event_details.REPORT, to="sponsor", number=1, sent_at=AT.isoformat(), how="email"
    )
    found = details_of(second, first)
    assert [(one.number, one.is_initial, one.sent_at) for one in found.reports] == [
        (1, True, AT),
        (2, False, None),
    ]


@pytest.mark.parametrize("value", ["25:99", "soon", 7, None, ""])
def test_what_a_changed_file_says_is_no_time(value):
    assert event_details.time_of(value) is None
    assert event_details.instant_of(value) is None
    assert event_details.criteria_of(value) == frozenset()
