"""Looking after people by keyboard: adding, disabling, roles, passwords, and the recovery code."""

import csv
import hashlib
import io
import json

import pytest
from PySide6.QtWidgets import QFileDialog, QPushButton

from core.errors import WrongPassword
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from core.store import keys
from tests.core.clinic_of_four import LOGIN, PASSWORD, copied, make
from tests.ui.conftest import words
from tests.ui.keyboard import Key, focused, press, replace_by, settle, tab_to, write
from ui.pages.people_page import Task

NEW = "seven quiet rivers"
ADMIN, NURSE = LOGIN[Role.ADMINISTRATOR], LOGIN[Role.NURSE]


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    path = tmp_path_factory.mktemp("four") / "clinic.als"
    return path, make(path)


@pytest.fixture
def admin(four, tmp_path):
    session = Session(copied(four[0], tmp_path), four[1], ADMIN)
    yield session
    session.close()


@pytest.fixture
def saved(page, monkeypatch, qtbot):
    """``saved("as CSV…", path)``: press the button, choose the path, and wait for what the page says."""

    def save(text, path):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_how, **_more: (str(path), ""))
        page.said.setText("")
        (pressed,) = [one for one in page.findChildren(QPushButton) if one.text() == text]
        pressed.click()
        qtbot.waitUntil(lambda: page.said.text() != "")

    return save


@pytest.fixture
def page(admin, open_window):
    shell = open_window(admin)
    shell.guidance.tour.skip.click()  # it is somebody's first sign-in
    settle()
    return shell.page("people")


def choose(page, login):
    row = [one.user.login for one in page.model.rows].index(login)
    page.table.selectRow(row)
    settle()


def state(page, login):
    return next(one.state for one in page.model.rows if one.user.login == login)


def opens(path, login, password):
    try:
        return bool(keys.unwrap(keys.read(path), login, password))
    except WrongPassword:
        return False


def test_an_administrator_begins_here_and_sees_who_can_sign_in(page):
    assert page.isVisible() and focused() is page.table
    said = words(page)
    assert "4 people can sign in" in said
    assert "There is no recovery code" in said
    assert [one.user.full_name for one in page.model.rows] == [
        "Ada Minister",
        "Dr. Demo",
        "Mona Itor",
        "Nora Urse",
    ]


def test_a_person_is_added_by_keyboard(page, admin):
    tab_to("Add a person")
    press(Key.Key_Space)
    write("Karl Lein")
    press(Key.Key_Return)
    write("N.URSE")
    press(Key.Key_Return)
    press(Key.Key_Space)  # the first role is the nurse
    tab_to("Password")
    write(NEW)
    press(Key.Key_Return)
    write(NEW)
    press(Key.Key_Return)
    assert "This user name is taken" in words(page)  # by somebody else, in capitals
    page.person.login.setFocus()
    replace_by("k.lein")
    page.do.click()
    settle()
    assert "Karl Lein was added." in words(page) and not page.form.isVisible()
    assert admin.users.get("k.lein").role is Role.NURSE
    assert state(page, "k.lein") == "must change the password"
    assert opens(admin.path, "k.lein", NEW)
    assert not page.new.text  # no password is left in a field


def test_disabling_asks_why_and_closes_the_door(page, admin):
    choose(page, NURSE)
    tab_to("Disable…")
    press(Key.Key_Space)
    press(Key.Key_Return)
    assert "Say why: it stays in the audit trail." in words(page)
    write("left the clinic")
    press(Key.Key_Return)
    assert state(page, NURSE) == "disabled" and "3 people can sign in" in words(page)
    assert admin.trail.entries(entity="user", limit=1)[0].reason == "left the clinic"
    assert not opens(admin.path, NURSE, PASSWORD)
    choose(page, NURSE)
    assert not page.buttons[Task.PASSWORD].isEnabled()
    assert page.buttons[Task.PASSWORD].toolTip() == "Enable this person first."
    page.buttons[Task.ENABLE].click()
    for text in (NEW, NEW, "is back"):
        write(text)
        press(Key.Key_Return)
    assert state(page, NURSE) == "must change the password"
    assert opens(admin.path, NURSE, NEW)


def test_a_role_is_changed_with_a_reason(page, admin):
    choose(page, NURSE)
    press(Key.Key_Return)
    page.role.set_value(Role.MONITOR)
    page.reason.setFocus()
    write("moves to the study office")
    press(Key.Key_Return)
    assert admin.users.get(NURSE).role is Role.MONITOR
    assert "Nora Urse has another role now." in words(page)


def test_what_nobody_does_to_themselves_says_why(page):
    choose(page, ADMIN)
    for task in (Task.ROLE, Task.PASSWORD, Task.DISABLE):
        assert not page.buttons[task].isEnabled() and page.buttons[task].toolTip().endswith(".")
    page.begin(Task.DISABLE)
    assert not page.form.isVisible()


def test_a_weak_password_is_told_under_its_field(page, admin):
    choose(page, NURSE)
    page.begin(Task.PASSWORD)
    for text in ("urse2026", "urse2026"):
        write(text)
        press(Key.Key_Return)
    write("forgot it")
    press(Key.Key_Return)
    assert "own name is the first that is guessed" in words(page)
    assert opens(admin.path, NURSE, PASSWORD)


def test_a_recovery_code_stays_in_front_until_it_is_put_away(page, admin, empty_window):
    page.begin(Task.RECOVERY)
    page.do.click()
    settle()
    shown = page.code
    code = "-".join(shown.code.text().split())
    assert keys.unwrap_recovery(keys.read(admin.path), code)
    empty_window.shell.show_page("settings")
    settle()
    assert page.isVisible() and "Print the recovery code first" in words(page)
    shown.put_away.click()
    shown.go_on.click()
    settle()
    assert page.code is None and "The recovery code in force was made on" in words(page)
    empty_window.shell.show_page("settings")
    assert not page.isVisible()


def test_a_code_that_nobody_confirmed_is_told_until_another_one_is(page, admin, empty_window, four):
    page.begin(Task.RECOVERY)
    page.do.click()
    settle()
    empty_window.lock()  # in front of the code, which nobody sees again
    empty_window._unlocked(Session(admin.path, four[1], ADMIN))
    settle()
    page = empty_window.shell.page("people")
    assert "Nobody confirmed at this computer that the code of " in words(page)
    page.begin(Task.RECOVERY)
    page.do.click()
    page.code.put_away.click()
    page.code.go_on.click()
    settle()
    assert "Nobody confirmed" not in words(page)
    assert "The recovery code in force was made on" in words(page)


def test_the_user_review_is_saved_and_the_trail_says_so(page, admin, saved, tmp_path):
    saved("as CSV…", tmp_path / "review.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "review.csv").read_text("utf-8-sig"))))
    assert len(rows) == 5 and "The user review is saved." in words(page)
    saved("User review as PDF…", tmp_path / "review.pdf")
    assert (tmp_path / "review.pdf").read_bytes().startswith(b"%PDF")
    paper, table = (json.loads(one.after) for one in admin.trail.entries(entity=Act.EXPORTED))
    assert paper == {"document": "user review", "users": 4}
    sha256 = hashlib.sha256((tmp_path / "review.csv").read_bytes()).hexdigest()
    assert table == {**paper, "sha256": sha256}
    saved("User review as PDF…", tmp_path / "no folder" / "review.pdf")
    assert "could not be saved there" in words(page)


def test_ones_own_password_is_changed_in_the_settings(four, tmp_path, open_window):
    session = Session(copied(four[0], tmp_path), four[1], NURSE)
    shell = open_window(session)
    shell.show_page("settings")
    own = shell.page("settings").own_password
    settle()
    own.old.setFocus()
    assert focused() is own.old.line
    for text in (PASSWORD, NEW, NEW):
        write(text)
        press(Key.Key_Return)
    assert "Your password is changed." in words(own)
    assert opens(session.path, NURSE, NEW) and not opens(session.path, NURSE, PASSWORD)
    own.old.setFocus()
    for text in ("not mine", PASSWORD, PASSWORD):
        write(text)
        press(Key.Key_Return)
    assert "This is not your password." in words(own)
    assert not own.change.isEnabled()
