"""All data leaves from the page of the patients: for whom it is, with the password once more where it names people."""

import hashlib
import json
import zipfile

import pytest
from PySide6.QtWidgets import QFileDialog, QPushButton

from core import exports
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from tests.core.clinic_of_four import copied
from tests.ui.conftest import words
from tests.ui.keyboard import Key, entries_of, in_dialog, press, settle, write
from tests.ui.test_roles import LOGINS
from ui.widgets.password_again import PasswordAgain

CLEAR = {"All data as CSV…", "All data as XLSX…"}
CODED = {"De-identified CSV…", "De-identified XLSX…"}


@pytest.fixture
def shell_of(demonstration_template, tmp_path, empty_window, open_window):
    template, key = demonstration_template
    path = copied(template, tmp_path)

    def sign_in(role):
        empty_window.close_session()
        return open_window(Session(path, key, LOGINS[role]))

    return sign_in


@pytest.fixture
def saved_to(tmp_path, monkeypatch):
    """Where the question for a place is answered with; empty until it is asked."""
    path, asked = tmp_path / "out.zip", []

    def answer(_parent, title, proposed, _kinds):
        asked.append((title, proposed))
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return path, asked


def exports_of(shell):
    return shell.context.session.trail.entries(entity=Act.EXPORTED)


def patients_page(shell):
    shell.show_page("patients")
    settle()
    return shell.page("patients")


def press_on(page, document):
    page._let_out(document)


@pytest.mark.parametrize("role", [Role.NURSE, Role.NEUROLOGIST, Role.MONITOR])
def test_each_role_is_offered_what_it_may_take(shell_of, role):
    page = patients_page(shell_of(role))
    found = [one for one in page.findChildren(QPushButton) if one.text() == "All data"]
    shown = {entry.text() for one in found for entry in entries_of(one)}
    assert all(entry.toolTip() for one in found for entry in entries_of(one))
    assert bool(CLEAR & shown) == (role is Role.NEUROLOGIST) == (shown >= CLEAR)
    assert bool(CODED & shown) == (role is not Role.NURSE) == (shown >= CODED)


def test_names_leave_only_after_the_password(shell_of, saved_to, qtbot):
    shell, (path, asked) = shell_of(Role.NEUROLOGIST), saved_to
    page, before = patients_page(shell), len(exports_of(shell))

    def wrong_then_right(dialog):
        press(Key.Key_Return)
        assert "Type your password once more." in words(dialog)
        write("not it")
        press(Key.Key_Return)
        assert "This is not your password." in words(dialog) and not asked
        qtbot.waitUntil(dialog.go_on.isEnabled, timeout=20_000)
        write("demo")
        press(Key.Key_Return)

    in_dialog(wrong_then_right, kind=PasswordAgain)
    press_on(page, exports.DATA_CSV)
    qtbot.waitUntil(path.exists, timeout=20_000)
    qtbot.waitUntil(
        lambda: f"Saved: {path.name}" in words(shell) or path.name in words(shell), timeout=20_000
    )
    assert len(exports_of(shell)) == before + 1
    said = json.loads(exports_of(shell)[0].after)
    assert said["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert said["patients"] == len(page.model.rows)
    ((_title, proposed),) = asked
    assert "A-0" not in proposed


def test_who_turns_back_takes_nothing_along(shell_of, saved_to):
    shell, (path, asked) = shell_of(Role.NEUROLOGIST), saved_to
    page, before = patients_page(shell), exports_of(shell)
    in_dialog(lambda _dialog: press(Key.Key_Escape), kind=PasswordAgain)
    press_on(page, exports.DATA_CSV)
    assert not asked and not path.exists() and exports_of(shell) == before


def test_the_patients_that_are_shown_leave_de_identified_without_a_password(
    shell_of, saved_to, qtbot
):
    shell, (path, _asked) = shell_of(Role.MONITOR), saved_to
    page = patients_page(shell)
    page.search("A-00")
    settle()
    assert 0 < len(page.model.rows) < 21
    press_on(page, exports.CODED_CSV)
    qtbot.waitUntil(lambda: path.exists() and len(exports_of(shell)) == 1, timeout=20_000)
    with zipfile.ZipFile(path) as packed:
        lines = packed.read("wide/patients.csv").decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(page.model.rows)
    assert "A-00" not in "\n".join(lines)


def test_what_cannot_be_written_is_said_and_the_trail_knows_that_it_was_to_leave(
    shell_of, saved_to, qtbot, monkeypatch
):
    shell = shell_of(Role.MONITOR)
    page = patients_page(shell)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/no folder/a.zip", ""))
    press_on(page, exports.CODED_CSV)
    qtbot.waitUntil(lambda: "The file could not be saved there" in words(shell), timeout=20_000)
    assert len(exports_of(shell)) == 1
