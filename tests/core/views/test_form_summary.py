"""What a visit's summary says of its forms."""

from datetime import UTC, date, datetime

import pytest

from core.forms import catalog
from core.model.assessment import NotDone
from core.model.form_record import FormRecord
from core.model.record import PatientRecord
from core.views import form_summary
from tests.core.examples import a_patient, a_visit

PATIENT = a_patient()
VISIT = a_visit(PATIENT, date(2026, 5, 21), "M4")


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (NotDone.REFUSED, "not done: refused"),
        (NotDone.NOT_APPLICABLE, "not applicable"),
    ],
)
def test_an_examination_that_was_not_done_says_so_once_and_why(why, said):
    form = catalog.newest()["neurological_examination"]
    one = FormRecord(
        patient_id=PATIENT.id, visit_id=VISIT.id, form=form.id, version=form.version,
        entered_by="n", entered_at=datetime(2026, 5, 21, 8, tzinfo=UTC), items={}, not_done=why,
    )  # fmt: skip
    record = PatientRecord(patient=PATIENT, visits=(VISIT,), forms=(one,))
    facts = {
        fact.label: fact.text
        for group in form_summary.record_groups(record, VISIT)
        for fact in group.facts
    }
    assert facts[form.title] == said


@pytest.mark.parametrize(
    ("why", "said"), [(NotDone.REFUSED, "refused"), (NotDone.NO_TIME, "no time")]
)
def test_what_was_not_done_is_said_once_among_its_values(why, said):
    form = catalog.newest()["physical_examination"]
    one = FormRecord(
        patient_id=PATIENT.id, visit_id=VISIT.id, form=form.id, version=form.version,
        entered_by="n", entered_at=datetime(2026, 5, 21, 8, tzinfo=UTC), items={}, not_done=why,
    )  # fmt: skip
    (fact,) = form_summary.value_facts(PatientRecord(patient=PATIENT, visits=(VISIT,)), one)
    assert (fact.label, fact.text) == ("Not done", said)
