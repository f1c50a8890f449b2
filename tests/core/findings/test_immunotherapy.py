"""The exclusion by corticosteroid, immunoglobulin or immunosuppressant is read from the medicines (Nabavi 2021: six months)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.findings import eligibility
from core.findings.eligibility import Fulfilment
from core.forms import catalog as forms
from core.forms import dictionaries
from core.model.form_record import FormRecord, Item
from core.model.judgement import CriterionResult
from core.protocols import catalog
from core.protocols.definition import Criterion, CriterionKind, Measure, Operator
from tests.core.examples import a_patient, a_record, a_visit

TRIAL = catalog.brought()["royan-2021", "1"]
CRITERION = Criterion(
    id="immunotherapy",
    kind=CriterionKind.EXCLUSION,
    title="Time since the last corticosteroid, immunoglobulin or immunosuppressant",
    source="Nabavi 2021",
    measure=Measure.WITHOUT_IMMUNOTHERAPY,
    operator=Operator.AT_LEAST,
    value=6,
    unit="months",
)
SCHEDULE = replace(TRIAL, criteria=(CRITERION,))
SCREENED = date(2014, 2, 10)
PATIENT = a_patient(reference_on=date(2014, 3, 10))


def medicine(substance, started="2013-01-01", ended=None, **values):
    definition = forms.newest()["medicine"]
    given = {"substance": substance, "started": started, "ongoing": int(ended is None), **values}
    given |= {} if ended in {None, ""} else {"ended": ended}
    return FormRecord(
        patient_id=PATIENT.id, form="medicine", version=definition.version, entered_by="nurse",
        entered_at=datetime(2014, 3, 1, tzinfo=UTC), course=definition.course,
        items={name: Item(value=value) for name, value in given.items()},
    )  # fmt: skip


def found(*medicines, said=None):
    record = a_record(
        PATIENT,
        a_visit(PATIENT, SCREENED, "SCR"),
        forms=medicines,
        criteria=() if said is None else (said,),
    )
    (state,) = eligibility.evaluate(record, SCHEDULE)
    return state


@pytest.mark.parametrize(
    ("medicines", "state", "value"),
    [
        ((), Fulfilment.UNKNOWN, ""),
        ((medicine("Riluzole"),), Fulfilment.MET, "none recorded"),
        ((medicine("Prednisolone"),), Fulfilment.NOT_MET, "taken then"),
        ((medicine("Prednisolone", ended="2013-08-01"),), Fulfilment.MET, "6.3 months"),
        ((medicine("Prednisolone", ended="2013-09-01"),), Fulfilment.NOT_MET, "5.3 months"),
        # Known to the month: the limit, 11 August 2013, is within it.
        ((medicine("Prednisolone", ended="2013-08"),), Fulfilment.UNKNOWN, "5.4 to 6.3 months"),
        ((medicine("Prednisolone", ended="2013-07"),), Fulfilment.MET, "6.4 to 7.4 months"),
        ((medicine("Prednisolone", ended="2013"),), Fulfilment.UNKNOWN, "1.3 to 13.3 months"),
        # That it ended is known, and not when.
        ((medicine("Prednisolone", "2013-01-01", ended=""),), Fulfilment.UNKNOWN, "0.0 to 13.3 months"),
        ((medicine("Prednisolone", "2014-01-20", ended=""),), Fulfilment.NOT_MET, "0.0 to 0.7 months"),
        # It may have begun after the screening.
        ((medicine("Prednisolone", "2014-02"),), Fulfilment.UNKNOWN, "0.0 months or more"),
        ((medicine("Prednisolone", "2014-02-11"),), Fulfilment.UNKNOWN, ""),
        ((medicine("Immunoglobulin", "2013-12-01", frequency="once"),), Fulfilment.NOT_MET, "2.3 months"),
        # What is inhaled, or for the skin, counts or not.
        ((medicine("Budesonide", route="inhaled"),), Fulfilment.UNKNOWN, "0.0 months or more"),
        (
            (medicine("Azathioprine", ended="2012-01-01"), medicine("IVIG", ended="2013-12-10")),
            Fulfilment.NOT_MET,
            "2.0 months",
        ),
    ],
)  # fmt: skip
def test_the_months_without_it_are_counted_to_the_screening(medicines, state, value):
    one = found(*medicines)
    assert (one.state, one.value) == (state, value)
    if state is Fulfilment.UNKNOWN:
        assert one.why_unknown


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Prednisolone", "corticosteroid"),
        ("prednisone 5 mg", "corticosteroid"),
        ("Solu-Medrol 1 g", "corticosteroid"),
        ("پردنیزولون", "corticosteroid"),
        ("متیل پردنیزولون", "corticosteroid"),
        ("IVIG", "immunoglobulin"),
        ("Privigen", "immunoglobulin"),
        ("Zytux", "immunosuppressant"),
        ("ریتوکسیماب", "immunosuppressant"),
        ("CellCept", "immunosuppressant"),
        ("آزاتیوپرین", "immunosuppressant"),
    ],
)
def test_a_product_and_a_persian_name_are_of_the_class(typed, wanted):
    assert dictionaries.classes("medicines", typed) == {wanted}


@pytest.mark.parametrize("typed", ["Riluzole", "Hydrochlorothiazide", "methyl", "", "plasma"])
def test_what_is_of_no_class_is_of_none(typed):
    assert dictionaries.classes("medicines", typed) == frozenset()


def test_a_persons_word_with_its_reason_decides_and_the_record_is_still_shown():
    said = CriterionResult(
        patient_id=PATIENT.id, protocol=SCHEDULE.id, version=SCHEDULE.version,
        criterion="immunotherapy", met=True, note="cream for eczema",
    )  # fmt: skip
    one = found(medicine("Prednisolone"), said=said)
    assert (one.state, one.value) == (Fulfilment.MET, "absent")
    assert "cream for eczema" in one.origin and "Prednisolone" in one.origin


def test_what_was_learnt_of_later_counts_by_its_days():
    """The medicine was entered after the screening, and taken before."""
    late = replace(medicine("Prednisolone"), entered_at=datetime(2014, 6, 1, tzinfo=UTC))
    assert found(late).state is Fulfilment.NOT_MET


def test_the_released_criterion_is_still_asked_of_a_person():
    (one,) = [each for each in TRIAL.criteria if each.id == "immunotherapy"]
    assert one.asked
