"""The tab "Record": every form that has no tab of its own, those of visits to be read."""

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from core import clock
from core.acts import data_queries, record_queries
from core.entering import records
from core.entering.visit import beginning
from core.forms import catalog
from core.forms.definition import Of
from core.model.form_record import FormRecord, Item
from tests.ui.keyboard import Key, focused, press, settle, write


@pytest.fixture
def page(open_chart):
    return open_chart("A-001")


def saved(session, patient, form, values, **more):
    """A record of a form, in the file."""
    definition = catalog.newest()[form]
    one = FormRecord(
        patient_id=patient.id, form=form, version=definition.version, entered_by=session.login,
        entered_at=datetime.now(UTC), course=definition.course,
        items={name: Item(value=value) for name, value in values.items()}, **more,
    )  # fmt: skip
    records.save(session, definition, one)
    settle()
    return one


def lines(page):
    return {line.id: line for line in page.tab("record").model.rows}


def test_every_form_of_a_patient_is_in_the_list_or_among_the_treatments(page):
    page.show_tab("record")
    for form in records.of_patient():
        assert (f"form.{form.id}" in lines(page)) is (form.treatment is None)
        assert f"form.{form.id}" in page._held


def test_a_line_says_how_much_is_recorded_what_is_typed_and_what_is_asked(page, demo, numbered):
    patient = numbered("A-001")
    page.show_tab("form.falls")
    assert lines(page)["form.falls"].recorded == "nothing recorded"
    fall = {"place": "indoors", "injury": "none", "care": "none"}
    saved(demo, patient, "falls", {**fall, "day": "2026-03-02"})
    one = saved(demo, patient, "falls", {**fall, "day": "2026-05"})
    assert lines(page)["form.falls"].recorded == "2 records, newest May 2026"
    page.tab("form.falls").view.editor.focus_first()
    write("2026-06")
    page.keep()
    page.mark_stale()
    settle()
    assert lines(page)["form.falls"].recorded.endswith("typed, not saved")
    with_day = next(place for place in record_queries.places(one) if place.field.endswith(".day"))
    data_queries.ask(demo, patient.id, None, with_day, "Which day?")
    settle()
    assert lines(page)["form.falls"].open == "?1"
    assert page.title_of("record") == "Record ?1"


def test_a_form_of_visits_is_read_by_visit_and_leads_there(page, demo, numbered, demo_shell):
    patient = numbered("A-018")  # on the routine schedule, which asks for none
    demo_shell.open_chart(patient.id)
    settle()
    assert "form.vital_signs" not in lines(page)
    visit = beginning.start_visit(demo, patient.id, None, clock.today())
    signs = {"pulse": 78, "systolic": 130, "diastolic": 82, "spo2": 96}
    one = saved(demo, patient, "vital_signs", signs, visit_id=visit)
    page.show_record("vital_signs", f"{one.id}.pulse")
    settle()
    assert page.shown["tab"] == "form.vital_signs"
    (card,) = page.tab("form.vital_signs").cards.values()
    said = [each.text() for each in card.findChildren(QLabel)]
    assert "130 mmHg" in said and "Unscheduled visit" in said[0]
    link = card.findChild(QPushButton)
    link.click()
    settle()
    assert demo_shell.current is demo_shell.page("visit")


def test_what_is_in_front_is_there_again_after_the_lock(page):
    page.show_tab("form.wishes")
    shown = page.shown
    page.show_tab("overview")
    assert page.show_again(shown)
    assert page.shown["tab"] == "form.wishes" and page.front == "record"


def test_the_list_is_walked_by_the_keyboard(page):
    page.show_tab("record")
    table = page.tab("record").table
    table.setFocus()
    first = page.shown["tab"]
    press(Key.Key_Down)
    assert page.shown["tab"] != first and focused() is table


def test_in_a_small_window_the_forms_are_one_choice(open_chart):
    page = open_chart("A-001", (683, 384))
    page.show_tab("record")
    tab = page.tab("record")
    assert tab.choice.isVisible() and not tab.table.isVisible()
    at = tab.choice.findData("form.wishes")
    tab.choice.setCurrentIndex(at)
    tab.choice.activated.emit(at)
    settle()
    assert page.tab("form.wishes").isVisible() and page.window().width() == 683


@pytest.mark.parametrize(
    "form",
    [one.id for one in catalog.shipped().values() if one.of is Of.VISIT and one.id != "conclusion"],
)
def test_every_form_of_visits_can_be_brought_to_the_front(page, form):
    page.show_tab(f"form.{form}")
    assert page.tab(f"form.{form}").isVisible()
