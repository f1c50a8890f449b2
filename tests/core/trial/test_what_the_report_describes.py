"""Every kind of data that the trial's report describes is in the record: on paper, in the exports, in the trail.

In the demonstration's patients, whose values after the baseline are simulated.
"""

from contextlib import closing
from datetime import date

import pytest

from core.acts import documents
from core.commands import demonstration
from core.exports import named as export_named
from core.model.document import About
from core.reports import named as report_named
from tests.pdf import text_of

TODAY = date(2026, 11, 29)
# The kind; the form that holds it, or "" for what has tables of its own; that table; words of it in the casebook.
KINDS = [
    ("consent", "consent", "record", "consent signed"),
    ("states of taking part", "participation", "record", "enrolled"),
    ("demography", "", "patient", "Limb"),
    ("medical history", "medical_history", "record", "Type 2 diabetes"),
    ("physical examination", "physical_examination", "record", "Physical examination"),
    ("neurological examination", "neurological_examination", "record", "upper motor neuron signs"),
    ("EMG and nerve conduction", "emg", "record", "EMG and nerve conduction"),
    ("MRI", "mri", "record", "MRI"),
    ("laboratory", "", "lab_result", "ALT"),
    ("donor", "donor", "record", "D-012"),
    ("cell product", "product", "record", "0452-B"),
    ("infusion", "infusion", "record", "10 mL"),
    ("six hours of monitoring", "monitoring", "record", "6 h"),
    ("medicines", "medicine", "record", "Riluzole"),
    ("devices and procedures", "device", "record", "NIV"),
    ("ALSFRS-R", "", "answer", "Handwriting"),
    ("FVC", "", "blow", "FVC"),
    ("adverse events", "event_details", "adverse_event", "Dyspnoea"),
]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with closing(demonstration.create(folder / "demo.als", TODAY)) as session:
        yield session


@pytest.fixture(scope="module")
def patient(clinic):
    return next(one for one in clinic.patients.all() if one.record_number == "A-012")


@pytest.fixture(scope="module")
def casebook(clinic, patient):
    document = report_named("casebook")
    source = documents.source(clinic, document, About(patient_id=patient.id))
    return " ".join(text_of(document.make(source)).split())


@pytest.mark.parametrize(
    ("form", "words"), [(one[1], one[3]) for one in KINDS], ids=[one[0] for one in KINDS]
)
def test_it_is_in_the_record_and_in_the_casebook(clinic, patient, casebook, form, words):
    record = clinic.record(patient.id)
    if form:
        assert record.of_form(form)
    assert words in casebook


@pytest.mark.parametrize("table", sorted({one[2] for one in KINDS}))
def test_it_is_in_the_trail(clinic, patient, table):
    rows = clinic._db.query(
        "SELECT count(*) AS n FROM audit WHERE entity = ? AND patient_id = ?", [table, patient.id]
    )
    assert next(iter(rows))["n"] > 0


@pytest.mark.parametrize("form", [one[1] for one in KINDS if one[1]])
def test_a_form_is_exported_as_a_table(clinic, patient, form):
    document = export_named("form-csv")
    source = documents.source(clinic, document, About(patient_id=patient.id, choice=form))
    assert len(document.make(source).decode("utf-8-sig").splitlines()) > 1


def test_answers_volumes_laboratory_and_events_are_in_the_exported_chart(clinic, patient):
    document = export_named("chart-data")
    source = documents.source(clinic, document, About(patient_id=patient.id))
    table = document.make(source).decode("utf-8-sig")
    for words in ("ALSFRS-R total", "FVC", "ALT", "Dyspnea"):
        assert words in table
