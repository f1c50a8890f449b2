"""Every form that the program brings is entered in the real window, printed, exported, and found in the trail."""

import csv
import io
from datetime import timedelta

import pytest

from core import clock, exports, reports
from core.acts import documents, own_schedules
from core.entering import records
from core.entering.visit import beginning
from core.forms import catalog as forms
from core.forms import wording
from core.forms.definition import FieldType, Of
from core.model import conclusion
from core.model.document import About
from core.protocols import catalog as protocols
from tests.core.examples import a_patient
from tests.pdf import text_of
from tests.ui.keyboard import settle

SCHEDULE = """
id = "every-form"
version = "1"
title = "Every form"
source = "Made up for the tests"
anchor = "reference"
reference = "First visit"
unscheduled = []

[[visits]]
code = "V"
title = "Visit"
offset = {{ value = 0, unit = "days" }}
before = 10
after = 10
assessments = ["{form}"]
"""
# Typed on pages made by hand, which have tests of their own.
BY_HAND = {conclusion.FORM, "monitoring", "infusion", "product", "donor", "discharge"}
OF_VISITS = [one.id for one in forms.shipped().values() if one.of is Of.VISIT and one.id not in BY_HAND]  # fmt: skip
OF_PATIENTS = [one.id for one in records.of_patient()]
NOT_TYPED = {FieldType.FILE, FieldType.RECORD, FieldType.DERIVED}
NUMBERS = {FieldType.NUMBER, FieldType.INTEGER}


def typed(field):
    """What somebody types or chooses in a field, as they would: a usual value."""
    day = (clock.today() - timedelta(days=60)).isoformat()
    match field.type:
        case FieldType.NUMBER | FieldType.INTEGER:
            low, high = field.likely or (field.low or 0, field.high or 10)
            return str(round((low + high) / 2) if high <= 1000 else 50)
        case FieldType.CHOICE | FieldType.CHOICES:
            return field.choices[0].id
        case FieldType.YES_NO:
            return "no"
        case FieldType.DATE | FieldType.PARTIAL_DATE:
            return day
        case FieldType.TIME:
            return "14:05"
        case FieldType.INSTANT:
            return f"{day} 14:05"
        case FieldType.TERM:
            return "Riluzole"
    return f"Words of {field.id}"


def put(editor, name, text):
    made = editor.frames[name].editor
    made.set_text(text)
    made.changed.emit()


def fill(editor):
    """Every field that is asked, also those that are asked because of an answer before."""
    done = set()
    while True:
        shown = [one for one in editor.entry.judge().shown if one.type not in NOT_TYPED]
        waiting = [one for one in shown if one.id not in done]
        if not waiting:
            return done
        done.add(waiting[0].id)
        if not editor.entry.texts.get(waiting[0].id):
            put(editor, waiting[0].id, typed(waiting[0]))


def of_patient(session, shell, form):
    patient = a_patient(record_number="81")
    with session.write("registered"):
        session.patients.save(patient)
    shell.open_chart(patient.id)
    settle()
    page = shell.page("chart")
    page.show_tab(f"form.{form}")
    settle()
    view = page.tab(f"form.{form}").view
    return patient, view.editor, view.save


def of_visit(session, shell, form):
    text = SCHEDULE.format(form=form)
    own_schedules.add(session, text, protocols.read("study.toml", text.encode()))
    patient = a_patient(record_number="82", protocol="every-form", protocol_version="1")
    with session.write("registered"):
        session.patients.save(patient)
    visit = beginning.start_visit(session, patient.id, "V", clock.today())
    shell.open_visit(patient.id, visit)
    page = shell.page("visit")
    page.show_step(form)
    settle()
    return patient, page.forms[form].editor, page.save_front


@pytest.fixture(params=[*OF_PATIENTS, *OF_VISITS])
def form(request):
    yield forms.newest()[request.param]
    protocols.use_own([])


@pytest.fixture
def place(form, session, shell):
    """The patient, the editor of the form in the window, and what saves it."""
    at = of_patient if form.of is Of.PATIENT else of_visit
    return at(session, shell, form.id)


def test_it_is_entered_printed_exported_and_in_the_trail(form, place, session):
    patient, editor, save = place
    filled = fill(editor)
    problems = [(one.field, one.problem.message) for one in editor.entry.judge().found]
    assert problems == []
    save()
    settle()
    (record,) = session.record(patient.id).of_form(form.id)
    assert set(record.items) >= filled - {"ongoing"}

    about = About(patient_id=patient.id, choice=form.id)
    said = wording.said(form, record)
    assert {one.field.id for one in said} >= filled - {one.unit_from for one in form.fields}
    if form.of is Of.PATIENT:
        printed = documents.export(session, reports.named("form"), about)
        text = " ".join(text_of(printed).split())
        for one in said:
            assert one.field.title.split()[0] in text, one.field.id
    table = documents.export(session, exports.named("form-csv"), about).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert all(row[name] for name in filled if record.value(name) is not None)

    entries = session.trail.entries(patient_id=patient.id)
    saved = {entry.row for entry in entries if entry.entity in {"record", "item"}}
    assert any(record.id in one for one in saved)
    assert sum(record.id in one for one in saved) >= len(record.items)


def test_a_wrong_number_or_date_is_told_and_stays(form, place, session):
    patient, editor, save = place
    asked = [one for one in editor.entry.judge().shown if one.type in {*NUMBERS, FieldType.DATE, FieldType.PARTIAL_DATE}]  # fmt: skip
    if not asked:
        pytest.skip("it asks for neither at first")
    put(editor, asked[0].id, "9x")
    save()
    settle()
    assert session.record(patient.id).of_form(form.id) == ()
    found = {one.field: one.problem.message for one in editor.entry.judge().found}
    assert "9x" in found[asked[0].id]
    assert editor.entry.texts[asked[0].id] == "9x"
