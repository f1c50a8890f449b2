"""Signing in and out, and what the window never says."""

import gc
import re
import shutil
import weakref
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QScrollArea

from core import clock
from core.commands import demonstration
from core.entering.visit import beginning
from core.model.document import About
from core.session import Session
from core.store import keys
from core.words import DEMONSTRATION
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, in_dialog, press, settle, tab_to, write
from ui import main_window, theme
from ui.main_window import MainWindow, load_the_rest
from ui.pages.every import PAGES
from ui.shell import NEEDS

PASSWORD = "a long password"


@pytest.fixture
def welcome(empty_window):
    return empty_window.welcome


@pytest.fixture
def demonstration_copy(demonstration_template, tmp_path):
    """A closed clinic file with its key file, opened with a password."""
    template, _key = demonstration_template
    path = tmp_path / "clinic.als"
    for one, other in ((template, path), (keys.key_file(template), keys.key_file(path))):
        shutil.copyfile(one, other)
    return path


def test_a_missing_file_is_one_sentence(welcome, tmp_path):
    welcome.ask_sign_in(tmp_path / "gone.als")
    settle()
    welcome.login.set_text("nurse")
    welcome.password.set_text(PASSWORD)
    welcome.sign_in()
    assert welcome._problem.isVisible()
    assert welcome._problem.text().startswith("There is no file at ")


def test_a_file_that_is_open_in_another_window_is_not_opened_twice(
    demonstration_copy, empty_window, settings
):
    def sign_in(window):
        window.welcome.ask_sign_in(demonstration_copy)
        window.welcome.login.set_text(demonstration.LOGIN)
        window.welcome.password.set_text(demonstration.PASSWORD)
        window.welcome.sign_in()
        settle()

    second = MainWindow(settings)
    try:
        sign_in(empty_window)
        assert empty_window.shell is not None
        second.show()
        sign_in(second)
        assert second.shell is None
        said = words(second.welcome)
        assert f"is open: {demonstration.LOGIN} has it on" in said
        assert "Close it there first." in said
        empty_window.close()
        sign_in(second)
        assert second.shell is not None
    finally:
        second.close()
        second.deleteLater()
        settle()


def test_the_demonstration_says_so_on_every_page_and_is_thrown_away(
    demo_shell, numbered, empty_window, demo
):
    patient = numbered("A-003")
    visits = demo.record(patient.id).visits
    for name in PAGES:
        if (right := NEEDS.get(name)) is not None and not demo.may(right):
            continue
        if name == "chart":
            demo_shell.open_chart(patient.id)
        elif name == "visit":
            demo_shell.open_visit(patient.id, visits[-1].id)
        elif name == "document":
            demo_shell.open_document(
                "visit-summary", About(patient_id=patient.id, visit_id=visits[-1].id)
            )
        else:
            demo_shell.show_page(name)
        settle()
        assert demo_shell.current is demo_shell.page(name)
        assert DEMONSTRATION in words(demo_shell), name
        assert empty_window.windowTitle() == "ALS Follow-up"


def test_the_demonstration_is_opened_from_the_welcome_page_and_removed(
    welcome, empty_window, tmp_path, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    welcome.start.demo.click()
    settle()
    (folder,) = tmp_path.glob("als-follow-up-demo-*")
    assert "Study nurse (demonstration)" in words(empty_window.shell)
    assert {path.name for path in folder.iterdir()} >= {"demo.als", "demo.als.keys"}
    in_dialog(lambda box: box.button(QMessageBox.StandardButton.Yes).click(), kind=QMessageBox)
    empty_window.close()
    assert not folder.exists()


def test_a_real_clinic_has_no_banner_and_the_title_no_name(shell, due, empty_window):
    titles = set()
    empty_window.windowTitleChanged.connect(titles.add)
    shell.open_chart(due.id)
    settle()
    assert "Karimi" in words(shell)
    assert DEMONSTRATION not in words(shell)
    for window in QApplication.topLevelWidgets():
        assert not re.search("Karimi|12|clinic", window.windowTitle())
    assert titles <= {"ALS Follow-up"}


def test_today_says_when_nothing_is_due(shell, patient, session):
    with session.write():
        session.patients.save(replace(patient, reference_on=date(2019, 1, 7)))
    settle()
    today = shell.page("today")
    assert "No visit is due, and none opens within 4 weeks." in words(today)
    assert not today.start.isEnabled()


def test_today_names_patients_without_a_reference_day(shell, patient, session):
    with session.write():
        session.patients.save(replace(patient, reference_on=None))
    settle()
    tab_to("Visits of 1 patient cannot be planned: enter day 0 of the schedule")
    press(Key.Key_Space)
    assert QApplication.focusWidget().accessibleName() == "Infusion of 7"


def test_finding_a_patient_by_keyboard(demo_shell):
    press((CTRL, Key.Key_K))
    write("A-01")
    page = demo_shell.page("patients")
    assert demo_shell.current is page
    assert "10 of 21" in words(page)
    write("5")
    assert [row.record.patient.record_number for row in page.model.rows] == ["A-015"]
    press(Key.Key_Return)
    assert demo_shell.current is demo_shell.page("chart")
    assert "A-015" in words(demo_shell.current)


def test_a_full_disk_is_told_and_nothing_is_called_saved_that_is_not(shell, due, session):
    press(Key.Key_Return)
    page = shell.page("visit")
    page.show_step("note")
    (pages,) = session._db.execute("PRAGMA page_count").fetchone()
    session._db.execute(f"PRAGMA max_page_count = {pages}")
    note = "came alone " * 4000
    page.forms["note"].note.setPlainText(note)
    page.forms["note"].commit()
    settle()
    assert "The disk is full: nothing was saved." in words(shell)
    assert shell.saved.text() == "Last entry not saved"
    assert session.record(due.id).visits[-1].note == ""
    session._db.execute("PRAGMA max_page_count = 1000000")
    page.forms["note"].commit()
    assert shell.saved.text().startswith("Saved ")
    assert "The disk is full" not in words(shell)
    assert session.record(due.id).visits[-1].note == note.strip()


def test_a_note_that_cannot_be_saved_keeps_its_page_in_front(shell, due, session):
    """Leaving would throw it away: the page and the sentence stay, and a retry saves it."""
    press(Key.Key_Return)
    page = shell.page("visit")
    page.show_step("note")
    (pages,) = session._db.execute("PRAGMA page_count").fetchone()
    session._db.execute(f"PRAGMA max_page_count = {pages}")
    note = "came alone " * 4000
    page.forms["note"].note.setPlainText(note)
    shell.show_page("today")
    settle()
    assert shell.current is page
    assert "The disk is full: nothing was saved." in words(shell)
    assert not shell.leave()
    session._db.execute("PRAGMA max_page_count = 1000000")
    shell.show_page("today")
    settle()
    assert shell.current is shell.page("today")
    assert session.record(due.id).visits[-1].note == note.strip()


def test_another_visit_is_opened_while_a_field_of_the_first_has_the_keyboard(shell, due, session):
    """The field is left while the page is made anew for the second visit, which has other steps."""
    mri = beginning.start_visit(session, due.id, "MRI", clock.today())
    month_4 = beginning.start_visit(session, due.id, "M4", clock.today())
    shell.open_visit(due.id, mri)
    page = shell.page("visit")
    page.show_step("tasks")
    page.forms["tasks"].fields["mri"][1].setFocus()
    write("scanner broken")
    shell.open_visit(due.id, month_4)
    settle()
    assert "alsfrs-r" in page.forms
    shell.open_visit(due.id, mri)
    page.show_step("tasks")
    assert page.forms["tasks"].fields["mri"][1].text == "scanner broken"


def test_a_search_ends_when_a_chart_was_opened(demo_shell, numbered):
    demo_shell.search.setFocus()
    write("A-01")
    settle()
    demo_shell.open_chart(numbered("A-010").id)
    settle()
    assert demo_shell.search.text() == ""


def test_the_review_and_the_printed_pages_scroll_by_keyboard(demo_shell, numbered):
    patient = numbered("A-002")
    visit = demo_shell.context.session.visits.of(patient.id)[-1]
    demo_shell.open_visit(patient.id, visit.id)
    settle()
    page = demo_shell.page("visit")
    area = page.forms["review"].findChild(QScrollArea)
    area.setFocus(Qt.FocusReason.TabFocusReason)
    before = area.verticalScrollBar().value()
    press(Key.Key_PageDown)
    assert area.verticalScrollBar().value() > before
    assert area.accessibleName()


@pytest.fixture
def usual_text(app):
    """Text has its usual size again when the test ends."""
    yield
    theme.choose_text_size(app, 100)


def test_larger_text_makes_the_page_again_at_the_same_place(
    resume, empty_window, settings, usual_text, session, due
):
    page = resume("note")
    title = page.findChild(QLabel)
    small = title.fontMetrics().height()
    page.forms["note"].note.setFocus()
    write("slurred when tired")
    press((CTRL, Key.Key_Plus))
    press((CTRL, Key.Key_Plus))
    assert settings.text_size == 125
    again = empty_window.shell.page("visit")
    assert again is not page and empty_window.shell.current is again
    assert (
        again.current == "note" and again.forms["note"].note.toPlainText() == "slurred when tired"
    )
    assert again.findChild(QLabel).fontMetrics().height() > small
    press((CTRL, Key.Key_0))
    assert settings.text_size == 100
    assert empty_window.shell.page("visit").findChild(QLabel).fontMetrics().height() == small


def test_text_grows_and_shrinks_within_its_limits(demo_shell, empty_window, settings, usual_text):
    press((CTRL, Key.Key_Minus), times=4)
    assert settings.text_size == 90
    press((CTRL, Key.Key_Plus), times=9)
    assert settings.text_size == 200
    assert (empty_window.width(), empty_window.height()) == (1366, 768)
    shell = empty_window.shell
    assert not shell.sidebar.isVisible() and shell.menu.isVisible()


@pytest.mark.parametrize("remembered", [False, True])
def test_the_window_is_never_larger_than_its_screen(qtbot, settings, remembered):
    if remembered:
        before = MainWindow(settings)
        before.resize(3000, 2000)
        settings.geometry = before.saveGeometry()
        before.deleteLater()
    window = MainWindow(settings)
    window.show_on_screen()
    room = window.screen().availableGeometry()
    assert window.width() <= room.width() and window.height() <= room.height()
    window.close()
    window.deleteLater()


def test_a_window_as_high_as_its_screen_leaves_room_for_its_frame(qtbot, settings, monkeypatch):
    """Else its lowest line, with "Sign out", is below the screen."""
    window = MainWindow(settings)
    room = window.screen().availableGeometry()
    monkeypatch.setattr(main_window, "USUAL", (room.width() - 100, room.height()))
    window.show_on_screen()
    assert window.isMaximized()
    window.close()
    window.deleteLater()


def test_what_is_loaded_at_the_start_is_not_looked_through_for_garbage():
    """Most of what there is stays until the end; a window stands still while Python looks through it."""
    gc.unfreeze()  # what tests/conftest.py froze
    load_the_rest()
    assert gc.get_freeze_count() > len(gc.get_objects())


@pytest.mark.parametrize("closed", ["lock", "sign_out", "set_text_size"])
def test_what_was_closed_is_gone_from_memory(
    demonstration_template, tmp_path, empty_window, open_window, usual_text, closed
):
    """Neither pages nor records stay: what a page listened to would keep all of them."""
    template, key = demonstration_template
    path = tmp_path / "demo.als"
    shutil.copyfile(template, path)
    shell = open_window(Session(path, key, demonstration.LOGIN))
    patient = next(p for p in shell.context.session.patients.all() if p.record_number == "A-003")
    visit = shell.context.session.record(patient.id).finished_visits[-1]
    shell.open_chart(patient.id)
    shell.open_visit(patient.id, visit.id)
    for name in ("patients", "safety", "registers", "settings"):
        shell.show_page(name)
        settle()
    old = weakref.ref(shell)
    kept = [weakref.ref(one) for one in (shell.context, shell.page("today"), shell.page("visit"))]
    if closed != "set_text_size":  # which goes on with the file
        kept.append(weakref.ref(shell.context.session))
    del shell, patient, visit
    getattr(empty_window, closed)(*([125] if closed == "set_text_size" else []))
    settle()
    gc.collect()
    assert old() is None
    assert [one() for one in kept] == [None] * len(kept)
    empty_window.close_session()


def test_a_backup_goes_on_when_the_window_of_the_file_is_made_again(
    empty_window, demo_shell, usual_text
):
    """What makes it outlives that window: its progress is shown in the new one, and asks nothing of the old one."""
    press((CTRL, Key.Key_Plus))
    assert empty_window.shell is not demo_shell
    empty_window.backing_up.copying.emit(40)
    assert empty_window.shell.backup.text() == "Backup 40 %: give up"
    empty_window.backing_up.copying.emit(-1)
    assert not empty_window.shell.backup.isVisible()
