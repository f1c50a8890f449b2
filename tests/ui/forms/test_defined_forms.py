"""A form that no line of the program knows, in the real window by keyboard: the promise of forms that are data."""

import csv
import io

import pytest
from PySide6.QtWidgets import QPlainTextEdit

from core import exports
from core.acts import documents, locking, own_forms
from core.errors import Locked
from core.forms import catalog
from core.model.document import About
from core.session import Session
from tests import attached_files
from tests.core.forms.made_up import EVERY_TYPE
from tests.ui.keyboard import (
    CTRL,
    Key,
    answer_dialogs,
    in_dialog,
    press,
    settle,
    tab_to,
    wait_until,
    write,
)
from ui.forms.defined.file_editor import FileEditor
from ui.widgets.own_definitions import Preview


@pytest.fixture(autouse=True)
def forget():
    yield
    catalog.use_own([])


@pytest.fixture
def made_up(tmp_path, session):
    """The made-up form, added to the clinic file before the window is opened."""
    path = tmp_path / "sleep.toml"
    path.write_text(EVERY_TYPE.format(of="patient", layout="page"), "utf-8")
    ((text, form),) = own_forms.read(path)
    own_forms.add(session, text, form)
    return form


@pytest.fixture
def view(made_up, due, shell):
    shell.open_chart(due.id)
    settle()
    page = shell.page("chart")
    page.show_tab(f"form.{made_up.id}")
    settle()
    return page.tab(f"form.{made_up.id}").view


def enter(view, tmp_path):
    """Every field by keyboard, but for the file, which a dialog of the system chooses."""
    view.editor.focus_first()
    tab_to("How was the night *: good")
    press(Key.Key_Right)
    for name, text in (
        ("Slept (h)", "6,5"),
        ("Times awake", "3"),
    ):
        tab_to(name)
        write(text)
    tab_to("What troubled: cramps")
    press(Key.Key_Space)
    tab_to("In their words")
    write("legs, then breath")
    for name, text in (("Remark", "slept alone"),):
        tab_to(name)
        write(text)
    tab_to("Slept by day: yes")
    press(Key.Key_Right)
    for name, text in (
        ("Asked on", "2026-01-05"),
        ("Since *", "2025-11"),
        ("To bed at", "2305"),
        ("Woke at", "2026-01-05 07:10"),
        ("Sleeping pill", "melatonin"),
    ):
        tab_to(name)
        write(text)
    tab_to("Its dose (mg)")
    write("60")
    tab_to("How often: once a day")
    press(Key.Key_Right)
    trace = tmp_path / "night.png"
    trace.write_bytes(attached_files.png())
    file = view.editor.frames["trace"].editor
    assert isinstance(file, FileEditor)
    file.take(trace)
    wait_until(lambda: file.text)


def test_it_is_entered_by_keyboard_with_its_question_and_saved(view, due, session, tmp_path):
    enter(view, tmp_path)
    frame = view.editor.frames["dose"]
    assert "120 mg a day is much" in frame.question.text()
    press((CTRL, Key.Key_Return))
    assert session.record(due.id).of_form("sleep") == ()
    assert frame.reason.hasFocus()
    write("as prescribed")
    press((CTRL, Key.Key_Return))
    (one,) = session.record(due.id).of_form("sleep")
    values = {name: item.value for name, item in one.items.items()}
    assert (values["quality"], values["hours"]) == ("bad", 6.5)
    assert (values["awake"], values["napped"], values["trouble"]) == (3, 0, "cramps")
    assert values["why"] == "legs, then breath"
    assert (values["asked_on"], values["started"], values["to_bed"]) == (
        "2026-01-05",
        "2025-11",
        "23:05",
    )
    assert values["pill"].casefold() == "melatonin"
    assert one.items["dose"].kept == "as prescribed"
    assert "night.png" in values["trace"] and "per_day" not in values
    assert view.said.isVisible() and view.table.isVisible()
    assert view.texts == {}  # nothing of it is in the next one, though its reason had the keyboard


def test_what_is_missing_is_said_at_its_field_and_nothing_is_saved(view, due, session):
    view.editor.focus_first()
    press((CTRL, Key.Key_Return))
    assert (
        "“How was the night” is missing"
        in view.editor.frames["quality"].editor._buttons._problem.text()
    )
    assert session.record(due.id).of_form("sleep") == ()


def test_after_a_record_was_saved_tab_reaches_the_first_choice_again(view, tmp_path):
    for _night in range(2):
        enter(view, tmp_path)  # the second time from an empty form
        view.editor.frames["dose"].reason.setText("as prescribed")
        view.save()
        settle()
    assert len(view.list.model.rows) == 2


def test_a_group_comes_and_goes_with_its_condition(view):
    view.editor.focus_first()
    assert view.editor.frames["why"].isHidden()
    tab_to("How was the night *: good")
    press(Key.Key_Right)
    assert view.editor.frames["why"].isVisible()
    press(Key.Key_Left)
    assert view.editor.frames["why"].isHidden()


def test_half_a_record_is_there_again_after_the_window_was_closed(view, due, shell, session):
    view.editor.focus_first()
    tab_to("Slept (h)")
    write("6.5")
    tab_to("Remark")
    write("half")
    shell.page("chart").keep()
    texts = session.typed.of("form.sleep", due.id)
    assert (texts["hours"], texts["remark"]) == ("6.5", "half")
    view._record = None  # as another window would begin
    view.show_record(session.record(due.id))
    assert view.editor.frames["hours"].editor.text == "6.5"
    assert view.kept.isVisible()
    view.kept.discard.click()
    settle()
    assert session.typed.of("form.sleep", due.id) == {}
    assert view.editor.frames["hours"].editor.text == ""


def test_a_record_is_corrected_and_removed_with_the_trail_telling_it(view, due, session, tmp_path):
    enter(view, tmp_path)
    view.editor.frames["dose"].reason.setText("as prescribed")
    view.save()
    settle()
    view.table.selectRow(0)
    view.list.buttons["correct"].click()
    settle()
    view.editor.frames["awake"].editor.input.line.setText("4")
    view.save()  # no finished visit shows it yet: nobody is asked why
    settle()
    (entry, *_rest) = session.trail.entries(entity="item")
    assert '"value":3' in entry.before and '"value":4' in entry.after
    view.table.selectRow(0)
    answer_dialogs("another patient's")
    view.list.buttons["remove"].click()
    settle()
    assert session.record(due.id).of_form("sleep") == ()
    assert session.trail.entries(entity="record")[0].reason == "another patient's"
    assert session.trail.verify().is_whole


def test_a_locked_patient_s_record_takes_nothing(view, due, session, tmp_path):
    enter(view, tmp_path)
    view.editor.frames["dose"].reason.setText("as prescribed")
    locking.lock_patient(session, due.id, "checked")
    settle()
    view.save()
    settle()
    assert session.record(due.id).of_form("sleep") == ()
    with pytest.raises(Locked), session.write():
        made = view.editor.read()
        session.forms.save(made)
    (lock,) = session.locks.of(due.id)
    locking.unlock(session, lock, reason="a slip of the pen")
    settle()
    view.save()
    settle()
    assert len(session.record(due.id).of_form("sleep")) == 1


def test_it_is_shown_as_it_was_and_leaves_as_a_table(view, due, session, tmp_path):
    before = session.trail_head.sequence
    enter(view, tmp_path)
    view.editor.frames["dose"].reason.setText("as prescribed")
    view.save()
    settle()
    assert session.record_as_of(due.id, before).of_form("sleep") == ()
    (then,) = session.record_as_of(due.id, session.trail_head.sequence).of_form("sleep")
    assert then.value("hours") == 6.5
    about = About(patient_id=due.id, choice="sleep")
    table = documents.export(session, exports.named("form-csv"), about).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert (row["quality"], row["hours"], row["per_day"]) == ("bad", "6.5", "120")


def test_a_form_is_added_in_the_settings_after_it_was_shown(shell, session, tmp_path):
    path = tmp_path / "sleep.toml"
    path.write_text(EVERY_TYPE.format(of="patient", layout="page"), "utf-8")
    card = shell.page("settings").own_forms
    shown = []

    def look(dialog):
        shown.append(dialog.findChild(QPlainTextEdit).toPlainText())
        dialog.accept()

    in_dialog(look, kind=Preview)
    card.take(path)
    assert "Slept [hours]: number; 0 to 24 h" in shown[0]
    assert card.said.text() == "Added: Night"
    assert [one.id for one in own_forms.of_clinic(session)] == ["sleep"]
    path.write_text("id = 7", "utf-8")
    card.take(path)
    assert card.said.text().startswith("sleep.toml, line 1: ")


def test_another_window_has_the_form(made_up, session):
    path, key = session.path, session._key
    session.close()
    again = Session(path, key, "dr.demo")
    assert made_up.id in catalog.newest()
    again.close()
