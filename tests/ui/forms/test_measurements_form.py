from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QLabel

from core import clock
from core.entering import recomputing
from core.entering.visit.draft import Draft
from core.model.assessment import NotDone
from core.model.measurement import Measurement, asked_kinds
from tests.core.examples import a_routine_patient, enter_visit
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, focused, press, replace_by, settle, tab_to, write
from tests.ui.test_every_page import reachable

SNIP = "Sniff nasal inspiratory pressure (SNIP)"


@pytest.fixture
def routine(session):
    """Record 8 of the routine clinic, seen three months ago with a SNIP and a weight."""
    today = clock.today()
    patient = a_routine_patient(
        record_number="8",
        family_name="Ahmadi",
        height_cm=165,
        registered_on=today.replace(year=today.year - 1),
    )
    with session.write("registered"):
        session.patients.save(patient)
    visit = enter_visit(session, patient, today - timedelta(days=92), "R3", weight_kg=70.0)
    with session.write("measured"):
        session.measurements.save(Measurement(visit_id=visit.id, kind="snip", value=62))
        session.measurements.save(
            Measurement(visit_id=visit.id, kind="mip", not_done=NotDone.REFUSED)
        )
    return patient


@pytest.fixture
def page(enter, routine):
    return enter(patient=routine, code="R3", step="measurements")


@pytest.fixture
def form(page):
    return page.forms["measurements"]


@pytest.fixture
def stored(session, routine):
    """The measurements of the visit in progress, as the file has them, by kind."""

    def read():
        record = session.record(routine.id)
        now = record.visits[-1].id
        return {m.kind: m for m in record.measurements if m.visit_id == now}

    return read


def value(form, kind):
    return form.rows[kind].value.text()


def test_values_are_typed_one_below_the_other_and_saved(page, form, stored, reopened, routine):
    assert focused().accessibleName() == f"{SNIP} (cmH2O)"
    write("45")
    press(Key.Key_Return)
    assert stored()["snip"].value == 45
    write("50")
    press(Key.Key_Return, Key.Key_Return)
    assert focused() is form.rows["spo2"].value, "an empty one is passed by: all are optional"
    write("93")
    press(Key.Key_Tab, Key.Key_Tab)
    write("2 L of oxygen")
    press(Key.Key_Return)
    form.rows["paco2"].value.setFocus()
    write("46,5")
    press(Key.Key_Return)
    page.leave()
    found = {m.kind: (m.value, m.note) for m in reopened().record(routine.id).measurements[2:]}
    assert found == {
        "snip": (45, ""),
        "mip": (50, ""),
        "spo2": (93, "2 L of oxygen"),
        "paco2": (46.5, ""),
    }


def test_enter_on_the_last_one_goes_on(page, form):
    press(Key.Key_Return, times=len(asked_kinds()))
    assert page.current == "adverse-events"
    assert page._buttons["measurements"].accessibleName() == "6 Measurements, not begun"


def test_the_value_before_stands_beside_each_with_its_day(form, routine, session):
    before = session.record(routine.id).visits[0].date
    assert f"before: 62 cmH2O, {before.day} " in words(form)
    assert words(form).count("before:") == 1, "a test that was not done has no value"


def test_what_a_value_may_be_is_said_when_it_is_asked(form):
    assert "SNIP: from 0 to 250 cmH2O. The best of the sniffs, as a positive number." in words(form)
    form.rows["paco2"].value.setFocus()
    settle()
    assert "PaCO2: from 10 to 200 mmHg. 1 kPa is 7.5 mmHg." in words(form)


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("snip", "45.5", "“45.5” is not a whole number. Type it without decimals."),
        ("spo2", "9", "9 is out of range. Type a number from 40 to 100 %."),
        ("paco2", "6.1", "6.1 is out of range. Type a number from 10 to 200 mmHg."),
    ],
)
def test_what_is_no_value_gets_a_sentence_and_is_kept_as_typed(
    page, form, session, stored, kind, typed, sentence
):
    form.rows[kind].value.setFocus()
    write(typed)
    press(Key.Key_Return)
    row = form.rows[kind]
    assert (row.problem.isVisible(), row.problem.text()) == (True, sentence)
    assert stored() == {}
    draft = Draft(session, page.draft.record.patient.id, page.draft.visit.id)
    (field,) = draft.unsaved.texts
    blocking = [p.problem.message for p in draft.open_points() if p.step == "measurements"]
    assert blocking == [sentence], "the review says why, as the field does"
    page.show_step("note")
    page.show_step("measurements", field)
    settle()
    assert focused() is row.value
    assert value(form, kind) == typed
    assert row.problem.isVisible()
    replace_by("50")
    press(Key.Key_Return)
    assert not row.problem.isVisible()
    assert stored()[kind].value == 50
    assert page.draft.unsaved.texts == {}


def test_a_value_that_is_spoilt_does_not_stay_behind_as_it_was(form, stored):
    write("45")
    press(Key.Key_Return)
    form.rows["snip"].value.setFocus()
    replace_by("4 5")
    press(Key.Key_Return)
    assert stored() == {}
    form.rows["snip"].value.setFocus()
    replace_by("")
    press(Key.Key_Backspace, Key.Key_Return)
    assert stored() == {}


def test_not_done_with_its_reason_and_a_value_after_all(form, stored):
    reason = form.rows["mip"].not_done
    reason.setFocus()
    press(Key.Key_Space, Key.Key_Down, Key.Key_Down, Key.Key_Return)
    assert stored()["mip"].not_done is NotDone.TOO_UNWELL
    form.rows["mip"].value.setFocus()
    write("55")
    press(Key.Key_Return)
    assert (stored()["mip"].value, stored()["mip"].not_done) == (55, None)
    assert reason.currentText() == "Not done…"


def test_a_value_is_not_thrown_away_for_a_reason(form, stored):
    write("45")
    press(Key.Key_Tab)
    press(Key.Key_Space, Key.Key_Down, Key.Key_Down, Key.Key_Return)
    assert "There is a value here: clear it before you say why there is none." in words(form)
    assert (value(form, "snip"), stored()["snip"].value) == ("45", 45)
    assert form.rows["snip"].not_done.currentText() == "Not done…"


def test_a_note_waits_for_its_value(page, form, stored):
    form.rows["pcf"].note.setFocus()
    write("with a mask")
    press((CTRL, Key.Key_Return))
    assert stored() == {}
    page.show_step("measurements", "measurement.note.pcf")
    settle()
    assert focused() is form.rows["pcf"].note
    assert focused().text() == "with a mask"
    form.rows["pcf"].value.setFocus()
    write("240")
    press(Key.Key_Return)
    assert (stored()["pcf"].value, stored()["pcf"].note) == (240, "with a mask")
    assert page.draft.unsaved.texts == {}


def test_weight_comes_from_the_details_with_what_it_means(page, form, session, routine):
    assert "Weight: not entered. It belongs to the visit details." in words(form)
    page.show_step("details")
    page.forms["details"].weight.setFocus()
    write("63")
    page.show_step("measurements")
    settle()
    first = session.record(routine.id).visits[0].date
    said = words(form)
    assert "63.0 kg" in said
    assert "23.1 kg/m²" in said
    assert "−10.0 % since" in said and f"{first.day} " in said and "(70.0 kg)" in said
    with session.write("height unknown"):
        recomputing.save_patient(session, replace(routine, height_cm=None))
    page.refresh()
    form.show_draft()
    settle()
    assert "BMI\nneeds the height" in words(form)


def test_tab_comes_by_every_field_of_the_step(form):
    wanted, reached = reachable(form), set()
    assert len(wanted) == 3 * len(asked_kinds()), "a value, a reason and a note of each kind"
    for _ in range(len(wanted)):
        reached.add(focused().accessibleName())
        press(Key.Key_Tab)
    assert wanted - reached == set()


def test_nothing_is_cut_on_the_smallest_screen(page, form):
    tab_to("Epworth, note")
    frame, last = page._frames["measurements"], form.rows["epworth"].note
    assert frame.rect().contains(last.mapTo(frame, last.rect().bottomRight()))
    shown = [one for one in form.findChildren(QLabel) if one.isVisible() and one.text()]
    for one in shown:
        assert one.heightForWidth(one.width()) <= one.height() + 1, one.text()
        assert one.wordWrap() or one.sizeHint().width() <= one.width() + 1, one.text()
