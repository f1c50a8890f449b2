"""What a form that is data becomes on paper and as a table, whatever it asks."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.exports import form_frame
from core.exports import named as export_named
from core.forms import around, catalog, wording
from core.forms.definition import FieldType, Identifies
from core.model.document import OfDefinition, OfForm
from core.model.form_record import FormRecord, Item
from core.model.record import PatientRecord
from core.model.user import Clinic
from core.reports import named as report_named
from tests.core.examples import a_patient
from tests.core.forms.made_up import EVERY_TYPE, made_up, part_of_made_up, stored
from tests.pdf import text_of

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
COMMON = {
    "clinic": Clinic(name="ALS clinic"),
    "file_name": "clinic.als",
    "printed_by": "Dr. Demo",
    "printed_at": NOON,
    "head": None,
}
FORMS = [*catalog.shipped().values(), made_up()]


@pytest.fixture(autouse=True)
def own():
    """The made-up form is one of the clinic's own."""
    catalog.use_own([made_up()])
    yield
    catalog.use_own([])


def a_record(patient, form, values, **more):
    items = {name: Item(value=value) for name, value in values.items()}
    return FormRecord(
        patient_id=patient.id, form=form.id, version=form.version, entered_by="nurse", entered_at=NOON,
        items=items, course=form.course, **more,
    )  # fmt: skip


def of_form(record, form):
    return OfForm(record=record, names={"nurse": "N. Urse"}, choice=form.id, **COMMON)


def whole(form):
    """Every field of a form with a value."""
    return st.fixed_dictionaries({one.id: stored(one) for one in form.stored})


@pytest.mark.parametrize("form", FORMS, ids=lambda one: one.id)
def test_blank_paper_asks_everything(form):
    text = " ".join(
        text_of(report_named("blank-form").make(OfDefinition(choice=form.id, **COMMON))).split()
    )
    for one in form.stored:
        assert one.title.split()[0] in text, one.id
        for choice in one.choices:
            assert choice.text.split()[0] in text, choice.id


@pytest.mark.parametrize("form", FORMS, ids=lambda one: one.id)
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_filled_paper_and_table_say_every_value(form, data):
    patient = a_patient(record_number="12")
    one = a_record(patient, form, data.draw(whole(form)))
    record = PatientRecord(patient=patient, forms=(one,))
    printed = text_of(report_named("form").make(of_form(record, form)))
    outside = around.of_visit(record, one.visit_id)
    titles = {said.field.title for said in wording.said(form, one, outside)}
    assert titles, "nothing was said"
    assert all(title.split()[0] in printed for title in titles)
    table = export_named("form-csv").make(of_form(record, form)).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    known = wording.of_record(form, one, outside)
    for field in form.fields:
        shown = (
            row[field.id].removeprefix("'") if isinstance(known[field.id], str) else row[field.id]
        )
        value = known[field.id]
        if field.type is FieldType.FILE and value is not None:
            value = "night.edf"  # the name alone: the file is kept beside the table
        want = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        assert shown == want.removeprefix("'"), field.id


def test_two_records_on_paper_are_two():
    """Each begins with what it is."""
    form, patient = catalog.newest()["medicine"], a_patient(record_number="12")
    both = [
        a_record(
            patient,
            form,
            {"substance": name, "dose": 50.0, "unit": "mg", "started": "2026", "ongoing": 1},
        )
        for name in ("Riluzole", "Baclofen")
    ]
    record = PatientRecord(patient=patient, forms=tuple(both))
    lines = [
        line.strip()
        for line in text_of(report_named("form").make(of_form(record, form))).splitlines()
    ]
    assert "Riluzole 50 mg" in lines and "Baclofen 50 mg" in lines


@pytest.mark.parametrize("form", FORMS, ids=lambda one: one.id)
def test_the_codebook_names_every_column(form):
    table = export_named("form-codebook").make(OfDefinition(choice=form.id, **COMMON))
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert [row["field"] for row in rows] == [one.id for one in form.fields]
    for row, one in zip(rows, form.fields, strict=True):
        assert all(f"{choice.id} = {choice.text}" in row["choices"] for choice in one.choices)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_frame_has_types_and_gives_nobody_away(data):
    form = made_up()
    patient = a_patient(record_number="R-4711", family_name="Karimi")
    values = data.draw(whole(form))
    values |= {"remark": "Karimi called", "why": "Karimi slept badly", "quality": "bad"}
    record = PatientRecord(patient=patient, forms=(a_record(patient, form, values),))
    made = form_frame.frame(form, [record])
    allowed = {one.id for one in form.fields if one.identifies is Identifies.NO}
    names = {name.removesuffix("_not_done") for name in made.columns}
    assert names == {"patient", *allowed}
    assert "Karimi" not in made.to_csv() and "4711" not in made.to_csv()
    assert {str(made[name].dtype) for name in ("hours", "per_day")} == {"Float64"}
    assert (str(made["awake"].dtype), str(made["napped"].dtype)) == ("Int64", "boolean")
    assert list(made["quality"].cat.categories) == ["good", "bad"]
    assert made["hours"][0] == values["hours"]
    whole_table = form_frame.frame(form, [record], identified=True)
    assert whole_table["record_number"][0] == "R-4711"


def test_missing_is_not_zero_in_a_frame():
    form, patient = made_up(), a_patient(record_number="1")
    one = a_record(patient, form, {"quality": "good", "started": "2026"})
    made = form_frame.frame(form, [PatientRecord(patient=patient, forms=(one,))])
    assert made["hours"].isna().all() and made["napped"].isna().all() and made["awake"].isna().all()


def test_a_field_that_says_nothing_about_what_it_gives_away_stays_out_of_a_deidentified_table():
    unsaid = EVERY_TYPE.format(of="patient", layout="page").replace('identifies = "no"\n', "")
    form = catalog.read("sleep.toml", unsaid.encode())
    assert form_frame.columns(form, identified=False) == ("patient",)


@pytest.fixture
def night():
    """A night with two parts, beside another that has none."""
    sleep, waking = made_up(), part_of_made_up()
    catalog.use_own([sleep, waking])
    patient = a_patient()
    first, second = (
        a_record(patient, sleep, {"quality": quality, "started": "2026-01"})
        for quality in ("good", "bad")
    )
    parts = [
        a_record(patient, waking, {"at": at, "reason": "pain"}, within=second.id)
        for at in ("02:00", "04:30")
    ]
    return PatientRecord(patient=patient, forms=(first, second, *parts))


def test_parts_are_printed_below_what_they_belong_to_and_by_themselves_name_it(night):
    sleep, waking = made_up(), part_of_made_up()
    words = text_of(report_named("form").make(of_form(night, sleep)))
    assert words.index("Waking: 02:00: pain") < words.index("Waking: 04:30: pain")
    assert words.count("Belongs to") == 2
    alone = text_of(report_named("form").make(of_form(night, waking)))
    assert "Night: bad" in alone
    assert alone.count("Belongs to") == 2
    blank = text_of(report_named("blank-form").make(OfDefinition(choice="sleep", **COMMON)))
    assert "Wakings" in blank and "Awake for (min)" in blank


def test_parts_leave_with_a_reference_to_what_they_belong_to(night):
    waking = part_of_made_up()
    _first, second, *_parts = night.forms
    table = export_named("form-csv").make(of_form(night, waking)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(one["within"], one["at"]) for one in rows] == [
        (second.id, "02:00"),
        (second.id, "04:30"),
    ]
    bare = form_frame.frame(waking, [night])
    assert list(bare["within"]) == [2, 2] and str(bare["within"].dtype) == "Int64"
    assert second.id not in bare.to_csv()
    assert "within" not in form_frame.columns(made_up(), identified=True)
