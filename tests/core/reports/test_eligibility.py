"""Eligibility on the summary of a visit: the words, and the printed page."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.findings.eligibility import waive
from core.model.ids import VisitId
from core.model.judgement import CriterionResult
from core.reports import summary
from core.views import visit_summary
from tests.core.reports.records import CLINIC, PATIENT, PRINTED_AT, ordinary
from tests.core.reports.test_summary import pages

STEROID = "Corticosteroid, immunoglobulin or immunosuppressant in the last 6 months"
AT = datetime(2014, 2, 11, 8, tzinfo=UTC)


def word(criterion, **changes):
    blank = CriterionResult(
        patient_id=PATIENT, protocol="royan-2021", version="1", criterion=criterion
    )
    return replace(blank, **changes)


@pytest.fixture
def record():
    """67 years old at screening; consent was given, and a steroid taken."""
    answers = (word("consent", met=True), word("immunotherapy", met=False))
    return replace(ordinary(), criteria=answers)


def told(record, visit):
    return [(f.label, f.text) for f in visit_summary.build(record, VisitId(visit), {}).eligibility]


def test_the_screening_visit_tells_all_that_is_not_simply_fulfilled(record):
    criteria, age, steroid, unknown = told(record, "SCR")
    assert criteria[0] == "Criteria"
    assert criteria[1].startswith("2 of 8 not fulfilled, ")
    assert age == (
        "Not fulfilled",
        "Age at screening: 18 to 65 years; here 67 years (born 20 Jan 1947)",
    )
    assert steroid == (
        "Not fulfilled",
        f"{STEROID}: must be absent; here present",
    )
    assert unknown[0] == "Unknown"
    assert "Sporadic ALS confirmed; Time since diagnosis: > 6 months" in unknown[1]
    assert "Informed consent given" not in str(told(record, "SCR"))


def test_another_visit_tells_only_what_fails_and_nobody_waived(record):
    assert [label for label, _text in told(record, "M6")] == ["Not fulfilled"] * 2
    assert told(record, "M6") == told(record, "SCR")[1:3]
    waived = tuple(
        waive(one, "agreed by the committee", "nurse", AT)
        for one in (word("age"), word("immunotherapy", met=False))
    )
    record = replace(record, criteria=waived)
    assert told(record, "M6") == []
    _criteria, age, *_rest = told(record, "SCR")
    assert age[1].startswith(
        "Age at screening: 18 to 65 years; here 67 years (born 20 Jan 1947). Deviation accepted"
    )
    assert age[1].endswith(": agreed by the committee")


def test_a_patient_outside_the_trial_has_no_such_section(record):
    patient = replace(record.patient, protocol="routine")
    assert told(replace(record, patient=patient), "M6") == []


@pytest.mark.parametrize("visit", ["SCR", "M6"])
def test_it_is_printed(record, visit):
    pdf = summary.render(
        record,
        VisitId(visit),
        CLINIC,
        names={},
        printed_by="Dr Shahriar Nafissi",
        printed_at=PRINTED_AT,
    )
    printed = " ".join(pages(pdf))
    assert "Eligibility" in printed
    assert "Age at screening: 18 to 65 years; here 67 years (born 20 Jan 1947)" in printed
    assert ("Sporadic ALS confirmed" in printed) is (visit == "SCR")


def test_what_happens_after_the_screening_changes_nothing_of_it(record):
    later = replace(record.visits[-1], date=date(2014, 9, 11))
    changed = replace(record, visits=(*record.visits[:-1], later))
    assert told(changed, "SCR") == told(record, "SCR")
