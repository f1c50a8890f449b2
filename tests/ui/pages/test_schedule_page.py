"""Windows and assessments are changed in the window: a new version of the clinic's own."""

import pytest
from PySide6.QtWidgets import QPlainTextEdit

from core.protocols import catalog
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, focused, in_dialog, press, settle, write


@pytest.fixture(autouse=True)
def forget():
    yield
    catalog.use_own([])


@pytest.fixture
def page(shell):
    shell.context.edit_schedule.emit("royan-2021")
    settle()
    return shell.current


def choose(page, title):
    (one,) = (each for each in page.visit_buttons() if each.text().startswith(title))
    one.click()
    settle()


def type_into(field, text):
    field.setFocus()
    settle()
    focused().selectAll()
    press(Key.Key_Delete)
    write(text)
    press(Key.Key_Tab)


def accept(seen):
    def answer(dialog):
        seen.append(dialog.findChild(QPlainTextEdit).toPlainText())
        dialog.accept()

    return answer


def test_a_window_is_changed_shown_and_saved_as_a_new_version(page, session):
    before = int(catalog.newest()["royan-2021"].version)
    choose(page, "Month 2")
    type_into(page.fields["before"], "10")
    page.boxes["measurements"].click()
    seen = []
    in_dialog(accept(seen))
    page.save.click()
    settle()
    assert "window from 7 days before to 7 days after → window from 10 days before" in seen[0]
    assert "also asks for Measurements" in seen[0]
    new = catalog.newest()["royan-2021"]
    assert int(new.version) == before + 1
    assert new.visit("M2").before == 10
    assert "measurements" in new.assessments_of("M2")
    (entry,) = [
        row for row in session._db.query("SELECT * FROM audit") if row["entity"] == "definition"
    ]
    assert entry["reason"] == "schedule added"


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(page):
    choose(page, "Month 4")
    type_into(page.fields["after"], "")
    choose(page, "Month 2")
    page.save.click()
    settle()
    assert page.fields["title"].text == "Month 4"  # it leads there
    assert "Enter a whole number" in words(page.fields["after"])
    assert page.fields["after"].line.hasFocus()


def test_what_was_typed_is_there_again_after_the_page_was_left(page, shell):
    choose(page, "Month 2")
    type_into(page.fields["before"], "12")
    shell.show_page("today")
    settle()
    shell.context.edit_schedule.emit("royan-2021")
    settle()
    assert "not saved yet" in words(page.kept)
    choose(page, "Month 2")
    assert page.fields["before"].text == "12"
    page.kept.discard.click()
    settle()
    choose(page, "Month 2")
    assert page.fields["before"].text == "7"
    assert page.kept.isHidden()


def test_nothing_changed_is_said(page):
    press((CTRL, Key.Key_Return))
    assert "Nothing is changed" in page.problem.text()


def test_a_visit_is_added_by_keyboard_and_removed(page):
    page.add.click()
    settle()
    write("Week 2")
    press(Key.Key_Tab)
    assert focused() is page.fields["code"].line
    write("W2")
    press(Key.Key_Tab)
    write("14")
    assert [one.text() for one in page.visit_buttons()][-2].startswith("Week 2")
    page.remove.click()
    settle()
    assert not any(one.text().startswith("Week 2") for one in page.visit_buttons())


def test_who_may_not_change_the_clinic_does_not_come_here(demo_shell):
    demo_shell.context.edit_schedule.emit("royan-2021")
    settle()
    assert demo_shell.place[0] != "schedule"
