# ruff: noqa: F811  fixtures of the windows are imported by name
"""R6: nobody at the keyboard, and the file is locked: text kept, window blank, key gone."""

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QMessageBox

from core import clock
from core.commands.demonstration import PASSWORD
from core.entering.visit import beginning
from core.model.trail import Act
from core.session import Session, new_user
from core.store import keys
from tests.ui.conftest import app, due, empty_window, settings, words  # noqa: F401
from tests.ui.keyboard import CTRL, Key, focused, in_dialog, press, settle, tab_to, write
from ui.lock import WARNING_S, IdleWatch

MINUTES_S = 5 * 60
NURSE, OTHER = "nurse", "other"


class Clocks:
    """The two clocks of the workstation, in a test's hand."""

    def __init__(self):
        self.monotonic = self.wall = 1000.0

    def pass_(self, seconds, *, asleep=False):
        self.wall += seconds
        if not asleep:
            self.monotonic += seconds


@pytest.fixture
def clocks():
    return Clocks()


@pytest.fixture
def clinic(session, due, clinic_path, key):
    """The clinic of record 12 with two nurses who have passwords; closed."""
    ring = keys.new_ring()
    with session.write("people"):
        for login in (NURSE, OTHER):
            session.users.save(new_user(login, login.title()))
            ring = keys.with_password(ring, key, login, f"{login} password")
    keys.write(clinic_path, ring)
    session.close()
    return clinic_path


@pytest.fixture
def window(empty_window, clinic, clocks):
    """The window, signed in as the nurse, with clocks in the test's hand."""
    window = empty_window
    window.idle.stop()
    window.idle = IdleWatch(window, now=lambda: clocks.monotonic, wall=lambda: clocks.wall)
    window.idle.warned.connect(window._warn)
    window.idle.expired.connect(window.lock)
    window.activateWindow()
    window.open_session(Session.open(clinic, NURSE, f"{NURSE} password"))
    settle()
    return window


def wait(window, clocks, seconds, **how):
    clocks.pass_(seconds, **how)
    window.idle.look()
    settle()


def unlock(window, login=None):
    window.activateWindow()
    settle()
    page = window.lock_page
    if login not in {None, page._locked.login}:
        tab_to("Somebody else")
        press(Key.Key_Space, Key.Key_Up if login == NURSE else Key.Key_Down, Key.Key_Space)
        assert page.who.value == login
    page.password.set_text(f"{login or NURSE} password")
    press(Key.Key_Return)
    settle()
    assert window.shell is not None, page.problem.text()
    return window.shell


def visit(window, step):
    """Month 4 of record 12, begun, at a step."""
    shell = window.shell
    session = shell.context.session
    patient = next(p for p in session.patients.all() if p.record_number == "12")
    begun = [v.id for v in session.visits.of(patient.id) if v.is_draft]
    visit_id = (
        begun[0] if begun else beginning.start_visit(session, patient.id, "M4", clock.today())
    )
    shell.open_visit(patient.id, visit_id)
    page = shell.page("visit")
    page.show_step(step)
    settle()
    return page


def everything(window):
    """All that can be read or heard anywhere on the screen."""
    said = []
    for top in QApplication.topLevelWidgets():
        for one in [top, *top.findChildren(object)]:
            for name in ("text", "windowTitle", "toolTip", "accessibleName", "toPlainText"):
                read = getattr(one, name, None)
                if callable(read):
                    said.append(str(read()))
    return "\n".join(said)


def test_r06_the_deadline_is_kept_to_the_second_with_a_warning_before(window, clocks):
    wait(window, clocks, MINUTES_S - WARNING_S - 1)
    assert window.warning.isHidden() and window.shell is not None
    wait(window, clocks, 2)
    assert window.warning.isVisible()
    assert (
        window.warning.text() == f"Locks in {WARNING_S - 1 + 1} s: move the mouse or press a key."
    )
    wait(window, clocks, WARNING_S - 2)
    assert window.shell is not None
    wait(window, clocks, 1.5)
    assert window.shell is None and window.lock_page.isVisible()
    assert window.warning.isHidden()


@pytest.mark.parametrize("minutes", [1, 15])
def test_r06_the_clinic_says_after_how_many_minutes(window, clocks, minutes):
    session = window.shell.context.session
    with session.write("settings changed"):
        session.clinics.save(replace(session.clinic, idle_lock_min=minutes))
    wait(window, clocks, minutes * 60 - 2)
    assert window.shell is not None
    wait(window, clocks, 4)
    assert window.shell is None


def test_r06_any_key_puts_the_lock_off_and_takes_the_warning_away(window, clocks):
    for _again in range(3):
        wait(window, clocks, MINUTES_S - 5)
        assert window.warning.isVisible()
        press(Key.Key_Shift)
        assert window.warning.isHidden()
    assert window.shell is not None


def test_r06_a_machine_that_slept_is_locked_before_a_key_is_taken(window, clocks):
    page = visit(window, "note")
    clocks.pass_(8 * 3600, asleep=True)
    write("x")
    settle()
    assert window.shell is None
    shell = unlock(window)
    assert "x" not in shell.page("visit").forms["note"].note.toPlainText()
    assert page is not shell.page("visit")


def test_r06_nothing_of_a_patient_is_left_and_the_key_is_gone(window, clinic, clocks):
    visit(window, "details")
    session = window.shell.context.session
    assert "Karimi" in everything(window)
    wait(window, clocks, MINUTES_S + 1)
    assert session._key == b"" and session._trail_key == b""
    said = everything(window)
    for secret in ("Karimi", "Shirin", "Month 4", r"\b12,"):
        assert not re.search(secret, said), secret
    assert "Nurse was signed in. Locked since " in said
    again = Session.open(clinic, OTHER, f"{OTHER} password")  # nobody holds the file any more
    entries = [one.entity for one in again.trail.entries()]
    again.close()
    assert Act.LOCKED.value in entries


@pytest.mark.parametrize(
    "opened",
    [
        lambda window: QMessageBox.question(window, "Sure?", "Karimi"),
        lambda window: QFileDialog.getSaveFileName(window, "Save Karimi"),
        lambda window: QDialog(window).exec(),
        lambda window: _menu(window),  # noqa: PLW0108  defined below
    ],
    ids=["question", "file dialog", "dialog", "menu"],
)
def test_r06_a_dialog_does_not_hold_the_lock_up(window, clocks, opened):
    page = visit(window, "details")
    page.forms["details"].weight.setFocus()
    write("6")
    clocks.pass_(MINUTES_S + 1)
    QTimer.singleShot(100, window.idle.look)
    opened(window)
    settle()
    assert window.shell is None
    assert QApplication.activeModalWidget() is None and QApplication.activePopupWidget() is None
    assert "Karimi" not in everything(window)
    shell = unlock(window)
    assert shell.page("visit").forms["details"].weight.text == "6"


def _menu(window):
    menu = QMenu(window)
    menu.addAction("Karimi")
    menu.exec()
    menu.deleteLater()


@pytest.mark.parametrize(
    ("step", "field", "text"),
    [
        ("details", "Weight (optional) (kg)", "61 kilos, or so"),
        ("spirometry", "Blow 1, litres", "2.6"),
        ("adverse-events", "What happened? (as said; CTCAE terms are offered)", "Fell in the bath"),
        ("tasks", "Note, or why not", "ask the ward"),
        ("note", "Note of this visit", "two pillows"),
    ],
)
def test_r06_the_draft_survives_to_the_letter_at_the_very_field(window, step, field, text):
    page = visit(window, step)
    if step == "adverse-events":
        press(Key.Key_Space)
    tab_to(field)
    write(text)
    press((CTRL, Key.Key_L))
    assert window.shell is None
    shell = unlock(window)
    assert shell.current is shell.page("visit") is not page
    assert shell.page("visit").current == step
    line = focused()
    assert line.accessibleName() == field
    stands = line.toPlainText() if step == "note" else line.text()
    assert stands == text
    write("!")  # nothing is selected: typing goes on where it stopped
    assert (line.toPlainText() if step == "note" else line.text()) == text + "!"


def test_r06_half_a_volume_does_not_become_a_value_by_locking(window):
    visit(window, "spirometry")
    tab_to("Blow 1, litres")
    write("2.6")
    press((CTRL, Key.Key_L))
    shell = unlock(window)
    page = shell.page("visit")
    assert not any(
        s.blows for s in page.draft.record.spirometry if s.visit_id == page.draft.visit.id
    )
    assert "not yet valid" in words(page)


def test_r06_somebody_else_sees_nothing_of_it_and_begins_on_today(window):
    visit(window, "details")
    tab_to("Weight (optional) (kg)")
    write("61 kilos")
    press((CTRL, Key.Key_L))
    shell = unlock(window, OTHER)
    assert shell.current is shell.page("today")
    assert shell.context.session.login == OTHER
    page = visit(window, "details")
    assert page.forms["details"].weight.text == ""
    assert "61 kilos" not in everything(window)
    said = words(page)
    assert (
        "Unsaved text of Nurse from " in said and " in Visit details; only they can see it." in said
    )
    press((CTRL, Key.Key_L))
    shell = unlock(window, NURSE)  # and back: at her place, with her text
    assert shell.current is shell.page("visit")
    assert shell.page("visit").forms["details"].weight.text == "61 kilos"


def test_r06_a_full_disk_does_not_stop_the_lock_and_nothing_is_lost(window):
    visit(window, "details")
    tab_to("Weight (optional) (kg)")
    focused().insert("61 kilos " * 3000)
    session = window.shell.context.session
    (pages,) = session._db.execute("PRAGMA page_count").fetchone()
    session._db.execute(f"PRAGMA max_page_count = {pages}")
    press((CTRL, Key.Key_L))
    assert window.shell is None and session._key == b""
    assert b"kilos" not in window._held[NURSE]
    unlock(window, OTHER)
    press((CTRL, Key.Key_L))
    shell = unlock(window, NURSE)
    assert shell.page("visit").forms["details"].weight.text == "61 kilos " * 3000


def test_r06_a_wrong_password_keeps_it_locked_and_says_so(window):
    press((CTRL, Key.Key_L))
    write("wrong")
    press(Key.Key_Return)
    assert window.shell is None
    assert window.lock_page.problem.text() == keys.WRONG_PASSWORD
    assert window.lock_page.password.text == ""


def test_r06_the_demonstration_is_locked_and_unlocked_and_thrown_away(
    empty_window, tmp_path, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    empty_window.open_demonstration()
    settle()
    press((CTRL, Key.Key_L))
    assert empty_window.shell is None
    write(PASSWORD)
    press(Key.Key_Return)
    assert empty_window.shell is not None
    press((CTRL, Key.Key_L))
    in_dialog(lambda box: box.button(QMessageBox.StandardButton.Yes).click(), kind=QMessageBox)
    empty_window.close()
    assert not list(tmp_path.glob("als-follow-up-demo-*"))


def test_r06_without_the_watch_the_file_stays_open(window, clocks):
    """The harness sees a lock that does not come."""
    window.idle.expired.disconnect(window.lock)
    wait(window, clocks, MINUTES_S + 10)
    assert window.shell is not None
