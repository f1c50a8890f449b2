"""Forms of a visit that no line of the program knows, as steps of a visit in the real window."""

import pytest

from core import clock, reports
from core.acts import documents
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.model.assessment import NotDone
from core.model.document import About
from tests.core.examples import a_patient
from tests.core.forms.visit_form import SCHEDULE, SWALLOWING, WALKS
from tests.pdf import text_of
from tests.ui.keyboard import CTRL, Key, focused, press, settle, write


@pytest.fixture
def patient(on_own_schedule):
    """Somebody on a schedule whose visits ask for two forms of the clinic."""
    return on_own_schedule(SCHEDULE, SWALLOWING, WALKS)


@pytest.fixture
def page(patient, begun_at):
    return begun_at(patient, "swallow_test")


def _values(session, patient, form):
    return [
        {name: item.value for name, item in one.items.items()}
        for one in session.record(patient.id).of_form(form)
    ]


def _step(page, name):
    return next(step for step in page.draft.steps() if step.id == name)


def _enter_swallowing(page):
    write("90")
    page.forms["swallow_test"].editor.focus_field("cough")
    press(Key.Key_Space)  # yes


def test_a_form_of_a_visit_is_a_step_entered_by_keyboard_and_saved(page, session, patient):
    assert [step.id for step in page.draft.steps()][1:3] == ["swallow_test", "walk"]
    _enter_swallowing(page)
    press((CTRL, Key.Key_Return))
    assert page.current == "walk"
    assert _values(session, patient, "swallow_test") == [{"amount": 90, "cough": 1}]
    (record,) = session.record(patient.id).of_form("swallow_test")
    assert record.visit_id == page.draft.visit.id


def test_a_visit_is_not_finished_without_it(page):
    points = [p for p in page.draft.open_points() if p.step in {"swallow_test", "walk"}]
    assert [(point.step, point.blocks) for point in points] == [
        ("swallow_test", True),
        ("walk", True),
    ]
    assert "enter it, or say why it was not done" in points[0].problem.message


def test_half_of_it_is_kept_and_not_saved(page, shell, session, patient):
    write("90")
    press((CTRL, Key.Key_Return))
    assert page.current == "swallow_test", "what is missing is said, once"
    form = page.forms["swallow_test"]
    assert form.editor.field_of(focused()) == "cough"
    page.save_front()
    assert _values(session, patient, "swallow_test") == []
    again = Draft(session, patient.id, page.draft.visit.id)
    assert any(point.step == "swallow_test" and point.blocks for point in again.open_points())
    shell.open_visit(patient.id, page.draft.visit.id)
    page.show_step("swallow_test")
    settle()
    assert page.forms["swallow_test"].editor.entry.texts["amount"] == "90"


def test_bad_input_is_told_under_its_field_and_is_still_there(page, session, patient):
    write("9x")
    page.forms["swallow_test"].editor.focus_field("cough")
    press(Key.Key_Space)
    press((CTRL, Key.Key_Return))
    assert page.current == "swallow_test"
    frame = page.forms["swallow_test"].editor.frames["amount"]
    assert frame.editor.text == "9x"
    assert _values(session, patient, "swallow_test") == []


def test_not_done_has_its_reason_and_takes_back(page, session, patient):
    form = page.forms["swallow_test"]
    form.not_done.setCurrentIndex(form.not_done.findData(NotDone.REFUSED.value))
    form.not_done.activated.emit(form.not_done.currentIndex())
    (record,) = session.record(patient.id).of_form("swallow_test")
    assert record.not_done is NotDone.REFUSED
    assert (_step(page, "swallow_test").hint, form.editor.isEnabled()) == ("not done", False)
    form.not_done.setCurrentIndex(0)
    form.not_done.activated.emit(0)
    assert session.record(patient.id).of_form("swallow_test") == ()
    assert form.editor.isEnabled()


def test_one_that_repeats_takes_as_many_as_there_are(page, session, patient):
    page.show_step("walk")
    settle()
    form = page.forms["walk"]
    for seconds in ("12.5", "13"):
        write(seconds)
        form.add.click()
        settle()
    assert _values(session, patient, "walk") == [{"seconds": 12.5}, {"seconds": 13}]
    assert _step(page, "walk").hint == "2 entered"
    form._change(session.record(patient.id).of_form("walk")[0])
    assert form.editor.entry.texts["seconds"] == "12.5"
    form._begin(None)
    form._remove(session.record(patient.id).of_form("walk")[1])
    assert _values(session, patient, "walk") == [{"seconds": 12.5}]


def test_what_was_entered_is_asked_about_and_printed(page, session, patient):
    _enter_swallowing(page)
    press((CTRL, Key.Key_Return))
    page.show_step("swallow_test")
    form = page.forms["swallow_test"]
    form.editor.focus_field("amount")
    press(Key.Key_F2)
    write("Is that right?")
    press(Key.Key_Return)
    (query,) = session.queries.of(patient.id)
    assert (query.step, query.field, query.text) == ("swallow_test", "amount", "Is that right?")
    assert query.label == "Swallow test: Water swallowed"
    about = About(patient_id=patient.id, visit_id=page.draft.visit.id)
    printed = text_of(documents.export(session, reports.named("visit-summary"), about))
    assert "90 mL" in printed
    assert "Water swallowed" in printed


def test_a_discarded_visit_takes_its_forms_along(page, session, patient):
    _enter_swallowing(page)
    press((CTRL, Key.Key_Return))
    page.draft.discard("begun by mistake")
    assert session.record(patient.id).forms == ()


def test_what_is_entered_often_fills_what_is_empty_and_nothing_else(shell, session):
    """“All normal” of the physical examination: an abnormal finding that was chosen before stays."""
    made = a_patient(record_number="79", protocol_version="2", reference_on=clock.today())
    with session.write("registered"):
        session.patients.save(made)
    visit = beginning.start_visit(session, made.id, "M2", clock.today())
    shell.open_visit(made.id, visit)
    page = shell.page("visit")
    page.show_step("physical_examination")
    settle()
    form = page.forms["physical_examination"]
    form.editor.entry.type("lungs", "abnormal")
    (normal,) = form.picks
    normal.click()
    settle()
    texts = form.editor.entry.texts
    assert (texts["lungs"], texts["heart"], texts["skin"]) == ("abnormal", "normal", "normal")
    form.editor.focus_field("lungs_finding")
    write("crackles at the left base")
    press((CTRL, Key.Key_Return))
    (record,) = session.record(made.id).of_form("physical_examination")
    assert (record.value("lungs"), record.value("heart")) == ("abnormal", "normal")
