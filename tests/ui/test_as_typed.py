"""What is typed is judged where it is typed, what is filtered is said, and keys press what they stand on."""

from datetime import date, timedelta
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton

from core import clock
from core.model.adverse_event import Grade, Outcome
from core.model.patient import Patient, Sex
from tests.ui.conftest import words
from tests.ui.keyboard import (
    CTRL,
    Key,
    focused,
    press,
    replace_by,
    settle,
    tab_to,
    write,
)
from ui.pages.trail_page import TrailPage
from ui.widgets.basics import button, column
from ui.widgets.fields import ChoiceField, TextField

TOMORROW = str(clock.today() + timedelta(days=1))
ENTER = (CTRL, Key.Key_Return)


def problem(field):
    """The sentence under a field; empty where none is shown."""
    return field._problem.text() if field._problem.isVisible() else ""


# Dates, where they are typed


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (TOMORROW, "The visit's date is in the future. Enter the day it took place."),
        ("1950-01-01", "The visit's date is before the date of birth. Check both."),
        ("31.11.2025", "There is no day 31.11.2025 in the calendar."),
        ("", "Enter the day of the visit."),
    ],
)
def test_the_day_of_a_visit_is_judged_when_its_field_is_left(enter, typed, sentence):
    page = enter(step="details")
    form = page.forms["details"]
    form.date.setFocus()
    replace_by(typed) if typed else press((CTRL, Key.Key_A), Key.Key_Delete)
    press(Key.Key_Tab)
    assert problem(form.date) == sentence
    page.show_step("note")
    page.show_step("details")
    settle()
    assert not typed or problem(form.date) == sentence, "it is still said when one comes back"


def test_the_review_says_why_a_day_is_none(enter):
    page = enter(step="details")
    page.forms["details"].date.setFocus()
    replace_by(TOMORROW)
    page.show_step("review")
    (point,) = [p for p in page.draft.open_points() if p.field == "details.date"]
    assert point.problem.message == (
        f"“{TOMORROW}”: The visit's date is in the future. Enter the day it took place."
    )


def test_going_on_says_once_what_is_no_value_and_keeps_it(enter):
    page = enter(step="details")
    form = page.forms["details"]
    form.weight.setFocus()
    write("6o")
    press(ENTER)
    assert page.current == "details" and focused() is form.weight.line
    assert "Type one from 20 to 250 kg. Save and go on once more leaves it as it is." in words(form)
    press(ENTER)
    assert page.current != "details"
    assert page.draft.unsaved.texts["details.weight"] == "6o"


def test_a_persian_date_is_shown_in_our_calendar_before_it_is_taken(enter):
    page = enter(step="details")
    field = page.forms["details"].date
    day = page.draft.visit.date
    field.setFocus()
    replace_by("1404/05/12")
    assert field._converted.isVisible() and field._converted.text() == "= 3 Aug 2025"
    assert page.draft.visit.date == day, "nothing is taken while it is typed"
    press(Key.Key_Tab)
    assert page.draft.visit.date == date(2025, 8, 3)


def test_only_a_field_for_a_date_converts(show):
    field = TextField("Note")
    show(field)
    write("1404/05/12")
    assert not field._converted.isVisible()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (TOMORROW, "This date is in the future."),
        ("31.11.2025", "There is no day 31.11.2025 in the calendar."),
        ("1950", "This date is before the date of birth, "),
        ("03/04/2024", "“03/04/2024” can be 3 Apr or 4 Mar. "),
    ],
)
def test_the_dates_of_an_event_and_of_a_milestone_are_judged_when_left(shell, due, typed, sentence):
    shell.open_chart(due.id)
    page = shell.page("chart")
    for tab, field in (
        ("events", page.tab("events").editor.onset),
        ("events", page.tab("events").editor.ended),
        ("milestones", page.tab("milestones").form.when),
    ):
        page.show_tab(tab)
        settle()
        field.setFocus()
        write(typed)
        press(Key.Key_Tab)
        assert problem(field).startswith(sentence)


# Events: half of one, and a whole one


@pytest.fixture
def events(enter):
    page = enter(step="adverse-events")
    press(Key.Key_Space)
    return page


def complete(editor):
    editor.onset.line.setText(str(clock.today()))
    editor.grade.set_value(Grade.MODERATE)
    editor.outcome.set_value(Outcome.RECOVERING)


def test_save_and_go_on_says_what_half_an_event_lacks(events):
    editor = events.forms["adverse-events"].editor
    write("Fall")
    press(ENTER)
    assert events.current == "adverse-events"
    assert problem(editor.onset).startswith("Enter when it began")
    assert problem(editor.grade) == "Choose the grade, 1 to 5."
    assert focused() is editor.onset.line
    assert editor.term.text == "Fall" and events.draft.unsaved.texts["event.term"] == "Fall"
    press(ENTER)
    assert events.current != "adverse-events", "said once, one may go on"
    assert events.draft.unsaved.texts["event.term"] == "Fall"


def test_save_and_go_on_adds_a_complete_event(events):
    told = []
    events.context.told.connect(told.append)
    write("Fall")
    complete(events.forms["adverse-events"].editor)
    press(ENTER)
    assert [event.term for event in events.draft.events.reported] == ["Fall"]
    assert events.current != "adverse-events"
    assert told and told[-1].startswith("1 event added: Fall, since ")


def test_what_was_added_is_seen_above_the_form(events):
    form = events.forms["adverse-events"]
    write("Fall")
    complete(form.editor)
    form.editor.add.click()
    settle()
    assert form.added.isVisible() and form.added.text().startswith("1 event added: Fall")
    assert form.added.y() < form.editor.y()
    line = next(
        label for label in form.findChildren(QLabel) if label.text().startswith("Fall, since")
    )
    assert line.mapTo(form, line.rect().topLeft()).y() < form.editor.y()


def test_the_chart_selects_what_was_added(shell, due):
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("events")
    page.tab("events").editor.term.setFocus()
    write("Fall")
    complete(page.tab("events").editor)
    press(ENTER)
    assert page.tab("events").said.isVisible() and page.tab("events").said.text().startswith(
        "1 event added: Fall"
    )
    (row,) = page.tab("events").table.selectionModel().selectedRows()
    assert page.tab("events").model.row(row).term == "Fall"


# Filters and refusals


def test_a_search_that_is_over_hides_nobody(demo_shell, demo):
    everybody = len(demo.patients.all())
    press((CTRL, Key.Key_K))
    write("A-010")
    page = demo_shell.page("patients")
    assert page.filter.isVisible() and page.filter.text() == "Filter: A-010 ×"
    assert len(page.model.rows) == 1
    press(Key.Key_Return)
    press((CTRL, Key.Key_2))
    assert demo_shell.current is page
    assert len(page.model.rows) == everybody
    assert not page.filter.isVisible()


@pytest.mark.parametrize("how", ["escape in the line", "escape in the list", "chip"])
def test_a_filter_is_one_key_from_being_undone(demo_shell, demo, how):
    press((CTRL, Key.Key_K))
    write("A-010")
    page = demo_shell.page("patients")
    if how == "escape in the line":
        press(Key.Key_Escape)
    elif how == "escape in the list":
        page.table.setFocus()
        press(Key.Key_Escape)
    else:
        page.filter.setFocus()
        press(Key.Key_Return)
    assert len(page.model.rows) == len(demo.patients.all())
    assert demo_shell.search.text() == "" and not page.filter.isVisible()


def test_a_refused_act_says_nothing_of_saving(demo_shell, numbered):
    demo_shell.open_chart(numbered("A-003").id)
    page = demo_shell.page("chart")
    page.tabs.setCurrentIndex(1)
    settle()
    page.tab("visits").table.clearSelection()
    assert not page.tab("visits").correct.isEnabled() and not page.tab("visits").mark.isEnabled()
    page.tab("visits").ask_reopen()
    page.tab("visits").ask_mark()
    assert "not saved" not in demo_shell.saved.text()


# Keys


def test_enter_presses_the_focused_button(show):
    pressed = []
    one = show(button("Do", lambda: pressed.append("do")))
    one.setFocus()
    press(Key.Key_Return)
    press(Key.Key_Enter)
    assert pressed == ["do", "do"]


def test_arrows_choose_as_radio_buttons_do(show):
    field = ChoiceField("Grade", {n: f"{n} grade" for n in range(1, 7)}, columns=3)
    show(field)
    field.setFocus()
    chosen = []
    field.chosen.connect(lambda: chosen.append(field.value))
    press(Key.Key_Right, Key.Key_Down, Key.Key_Left, Key.Key_Up)
    assert chosen == [2, 5, 4, 1]
    press(Key.Key_Left)
    assert field.value == 1


def test_where_a_choice_leads_elsewhere_arrows_only_move(show):
    field = ChoiceField("", {1: "a", 2: "b"}, leads=True)
    field.set_value(1)
    show(field)
    field.setFocus()
    press(Key.Key_Right)
    assert field.value == 1 or focused().text() == "b"


def test_ctrl_enter_saves_the_patient(shell, session):
    shell.edit_patient(None)
    settle()
    write("77")
    press(ENTER)
    assert [p.record_number for p in session.patients.all()] == ["77"]
    assert shell.current is shell.page("chart")


def test_ctrl_s_says_where_there_is_nothing_to_save(shell):
    shell.show_page("today")
    press((CTRL, Key.Key_S))
    assert "There is nothing to save here." in words(shell)
    press((CTRL, Key.Key_P))
    assert "There is nothing to print here." in words(shell)


def test_answers_and_questions_are_reached_by_tab(enter):
    page = enter(step="alsfrs-r")
    form = page.forms["alsfrs-r"]
    first = form.slot_of(None)
    for _ in range(40):
        press(Key.Key_Tab)
        if focused().accessibleName().startswith("4: "):
            break
    assert focused().accessibleName().startswith("4: ") and focused().isCheckable()
    press(Key.Key_Space)
    assert page.draft.questionnaires.form("alsfrs-r").answers[first].value == 4
    write("3")  # the keys of the page mean on a tile what they mean beside it
    assert len(page.draft.questionnaires.form("alsfrs-r").values) == 2


# The same person twice


@pytest.fixture
def known(session):
    patient = Patient(
        record_number="001",
        family_name="رضایی",
        given_name="علی",
        sex=Sex.MALE,
        born=date(1960, 8, 3),
        protocol="routine",
        protocol_version="1",
        registered_on=clock.today(),
    )
    with session.write("registered"):
        session.patients.save(patient)
    return patient


@pytest.fixture
def new(shell, known):
    shell.edit_patient(None)
    settle()
    return shell.page("patient")


def fill(page, **texts):
    for name, text in texts.items():
        page.fields[name].line.setText(text)


def test_the_same_person_is_asked_about_and_can_be_saved(new, session):
    fill(new, record_number="2", family_name="رضايي", given_name="علي")
    press(ENTER)
    assert new.same_person.isVisible()
    assert "001 has the same name: رضایی, علی, born 3 Aug 1960." in words(new)
    assert len(session.patients.all()) == 1, "nothing is saved before the answer"
    tab_to("Another person: save")
    press(Key.Key_Return)
    assert len(session.patients.all()) == 2


def test_a_near_name_with_the_same_birth_date_and_the_way_to_the_patient(
    new, session, known, shell
):
    fill(new, record_number="2", family_name="Rezaei", given_name="Ali", born="1339/05/12")
    new.sex.set_value(Sex.MALE)
    press(ENTER)
    assert "001 has the same birth date and a near name" in words(new)
    next(b for b in new.findChildren(QPushButton) if b.text() == "Look at 001").click()
    settle()
    assert shell.current is shell.page("chart")
    assert len(session.patients.all()) == 1


def test_a_number_that_reads_alike_is_noted_and_saved(new, session):
    new.fields["record_number"].setFocus()
    write("1")
    press(Key.Key_Tab)
    assert "A patient has the number 001. Is it the same number?" in words(new)
    press(ENTER)
    assert len(session.patients.all()) == 2


def test_changing_a_patient_asks_only_about_what_the_change_makes_alike(shell, session, known):
    shell.edit_patient(known.id)
    settle()
    page = shell.page("patient")
    fill(page, note="seen at home")
    press(ENTER)
    assert session.patients.get(known.id).note == "seen at home"


def test_what_is_wrong_in_the_patient_form_is_said_before_it_is_saved(new):
    new.fields["born"].setFocus()
    write(TOMORROW)
    press(Key.Key_Tab)
    assert problem(new.fields["born"]) == "The date of birth is in the future."
    new.fields["diagnosis"].setFocus()
    write("1950")
    press(Key.Key_Tab)
    assert problem(new.fields["record_number"]) == "", "nobody tried to save it yet"


# Queries


def test_a_query_on_the_review_is_about_the_field_one_came_from(enter):
    page = enter(step="details")
    page.forms["details"].weight.setFocus()
    write("63")
    page.show_step("review")
    settle()
    press(Key.Key_F2)
    place = page.queries.ask.place
    assert page.queries.ask.isVisible()
    assert place.currentData().field == "details.weight"


def test_a_recorded_milestone_is_said_and_selected(shell, due):
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("milestones")
    page.tab("milestones").form.when.setFocus()
    write(str(clock.today()))
    press(ENTER)
    assert page.tab("milestones").said.isVisible() and page.tab(
        "milestones"
    ).said.text().startswith("Recorded: ")
    assert len(page.tab("milestones").table.selectionModel().selectedRows()) == 1
    assert page.tab("milestones").form.when.text == ""


def test_going_on_says_a_wrong_blow_once(enter):
    page = enter(step="spirometry")
    form = page.forms["spirometry"]
    write("3x")
    press(ENTER)
    assert page.current == "spirometry"
    assert "“3x” is not a number. Type one from 0.05 to 12 L. Save and go on once more" in words(
        form
    )
    assert focused() is form.rows[0].volume
    press(ENTER)
    assert page.current != "spirometry"


def test_the_trail_says_what_it_hides_and_esc_shows_it(context, due, show):
    page = show(TrailPage(context))
    before = page.list.model.rowCount()
    page.since.setFocus()
    write("1403/01/01")
    press(Key.Key_Tab)
    assert page.since._converted.text() == "= 20 Mar 2024"
    assert page.filter.isVisible() and "20 Mar 2024" in page.filter.text()
    press(Key.Key_Escape)
    assert page.since.text == "" and not page.filter.isVisible()
    assert page.list.model.rowCount() == before


def test_the_import_says_who_may_be_somebody_the_clinic_has(shell, known, tmp_path):
    path = tmp_path / "patients.csv"
    path.write_text("patient,family_name,given_name\n2,علي,رضايي\n3,Ahmadi,Sara\n", "utf-8")
    shell.show_page("import")
    page = shell.page("import")
    page.open_file(path)
    settle()
    assert page._verdict.text() == "2 rows, all ready; 1 may be the same person"
    assert page.confirm.text() == "Import 2 patients anyway"
    first, second = page.model.rows
    assert any("001 has the same name" in note for note in first.notes) and not second.notes
    page.confirm.click()
    assert len(shell.context.session.patients.all()) == 3


def test_a_tile_says_to_a_screen_reader_what_it_is(enter):
    page = enter(step="alsfrs-r")
    tile = next(iter(page.forms["alsfrs-r"].tiles.values()))
    said = QAccessible.queryAccessibleInterface(tile)
    assert said.role() == QAccessible.Role.CheckBox
    assert said.state().checkable and said.state().focusable
    assert said.text(QAccessible.Text.Name)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("name", "", "Enter the clinic's name: it is on every printed page."),
        ("idle_lock", "16", "16 is out of range. Type a number from 1 to 15 minutes."),
        ("idle_lock", "", "Enter after how many minutes, 1 to 15."),
    ],
)
def test_the_settings_are_judged_when_a_field_is_left(shell, session, name, typed, sentence):
    shell.show_page("settings")
    settle()
    page, before = shell.page("settings"), session.clinic
    field = getattr(page, name)
    field.setFocus()
    press((CTRL, Key.Key_A), Key.Key_Delete)
    write(typed)
    press(Key.Key_Tab)
    assert problem(field) == sentence
    press(ENTER)
    assert session.clinic == before and field.line.hasFocus()


def test_enter_in_a_dialog_presses_the_button_with_the_keyboard(show):
    """And not the first or the main one of the dialog."""
    pressed = []
    dialog = QDialog()
    buttons = [button(text, partial(pressed.append, text)) for text in ("Save", "Cancel")]
    dialog.setLayout(column(QLineEdit(), *buttons))
    show(dialog)
    tab_to("Cancel")
    press(Key.Key_Return)
    assert pressed == ["Cancel"] and dialog.isVisible()
    dialog.findChild(QLineEdit).setFocus()
    press(Key.Key_Return)
    assert pressed == ["Cancel"]


def test_a_query_on_the_field_in_front_is_a_click_away(enter):
    page = enter(step="details")
    page.forms["details"].weight.setFocus()
    settle()
    QTest.mouseClick(page.query, Qt.MouseButton.LeftButton)
    settle()
    assert page.queries.ask.isVisible()
    assert page.queries.ask.place.currentData().field == "details.weight"
