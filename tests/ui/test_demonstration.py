"""The demonstration in the window: who you are, being somebody else with one click, no lock, and leaving it."""

import shutil

import pytest
from PySide6.QtWidgets import QLabel, QMessageBox

from core.commands import demonstration
from core.labels import ROLE
from core.model.trail import Act
from core.model.user import Right, Role
from core.words import DEMONSTRATION
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, in_dialog, press, settle, write
from ui.lock import IdleWatch
from ui.widgets.basics import set_chip
from ui.widgets.demo_notice import DemoNotice

OTHERS = [role for role in Role if role is not Role.NURSE]


@pytest.fixture
def folder(tmp_path, demonstration_template, monkeypatch):
    """Where the window keeps the demonstration that it makes: a copy of the suite's, for speed."""
    template, _key = demonstration_template
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def copied(path, _today):
        for one in template.parent.glob(f"{template.name}*"):
            shutil.copyfile(one, path.with_name(one.name))
        return demonstration.Session.open(path, demonstration.LOGIN, demonstration.PASSWORD)

    monkeypatch.setattr(demonstration, "create", copied)
    return lambda: next(tmp_path.glob("als-follow-up-demo-*"), None)


@pytest.fixture
def window(empty_window, folder):
    empty_window.open_demonstration()
    settle()
    yield empty_window
    empty_window.close_unasked()


def notice(window):
    (found,) = window.shell.findChildren(DemoNotice)
    return found


def topbar(window):
    return notice(window).parentWidget()


def be(window, role):
    notice(window).others[role].click()
    settle()


def answer(with_button, said):
    """Answer the question that comes next, and keep its words."""

    def press_it(box):
        said.append(box.text())
        box.button(with_button).click()

    in_dialog(press_it, kind=QMessageBox)


def test_it_says_who_you_are_and_offers_the_others(window):
    assert DEMONSTRATION in words(window.shell)
    assert "You are the nurse." in words(window.shell)
    assert list(notice(window).others) == OTHERS
    names = {one.accessibleName() for one in notice(window).others.values()}
    assert names == {f"Be the {ROLE[role]}" for role in OTHERS}


@pytest.mark.parametrize("role", OTHERS)
def test_one_click_signs_in_as_somebody_else_on_the_same_file(window, folder, role):
    path = window.shell.context.session.path
    be(window, role)
    session = window.shell.context.session
    assert (session.path, session.user.role) == (path, role)
    assert f"You are the {ROLE[role]}." in words(window.shell)
    assert session.may(Right.SIGN) == (role is Role.NEUROLOGIST)
    assert window.lock_page is None and window.updatesEnabled()
    (entry,) = session._db.query("SELECT actor, entity FROM audit ORDER BY id DESC LIMIT 1")
    assert (entry["actor"], entry["entity"]) == (demonstration.LOGINS[role], Act.SIGNED_IN.value)
    be(window, Role.NURSE)
    assert window.shell.context.session.login == demonstration.LOGIN
    assert folder() is not None


def test_text_that_was_not_saved_is_there_again_for_who_typed_it(window):
    shell = window.shell
    shell.edit_patient(None)
    fields = shell.page("patient").fields
    fields["record_number"].setFocus()
    write("A-099 half typ")
    be(window, Role.NEUROLOGIST)
    assert window.shell.current is window.shell.page("today")
    window.shell.edit_patient(None)
    assert window.shell.page("patient").fields["record_number"].text == ""
    be(window, Role.NURSE)
    assert window.shell.current is window.shell.page("patient")
    assert window.shell.page("patient").fields["record_number"].text == "A-099 half typ"


def test_somebody_whose_password_was_changed_is_asked_for_it(window):
    from core.acts import people
    from core.store import keys

    be(window, Role.NEUROLOGIST)
    session = window.shell.context.session
    people.change_own_password(session, demonstration.PASSWORD, "another long one", keys.MINIMUM)
    be(window, Role.NURSE)
    be(window, Role.NEUROLOGIST)
    assert window.shell is None
    assert "do not open the clinic file" in words(window.lock_page)
    assert window.lock_page.who.value == demonstration.NEUROLOGIST


@pytest.mark.parametrize("asleep", [False, True])
def test_it_locks_neither_after_a_day_nor_on_sleep(window, asleep):
    now = [1000.0, 1000.0]
    window.idle.stop()
    window.idle = IdleWatch(window, now=lambda: now[0], wall=lambda: now[1])
    window.idle.expired.connect(window.lock)
    window._watch(window.shell.context.session)
    now[1] += 86_400
    now[0] += 0 if asleep else 86_400
    window.idle.look()
    assert window.warning.isHidden()
    window._screen.locked.emit()
    settle()
    assert window.shell is not None
    session = window.shell.context.session
    assert window.idle.quiet_s == (0 if asleep else 86_400)
    be(window, Role.NEUROLOGIST)
    window.shell.show_page("settings")
    assert "never locks by itself" in words(window.shell)
    assert not session.is_open


def test_ctrl_l_locks_and_the_page_says_the_password(window):
    press((CTRL, Key.Key_L))
    assert window.shell is None
    assert "everybody's password is “demo”" in words(window.lock_page)
    write("demo")
    press(Key.Key_Return)
    assert window.shell is not None


def test_a_real_file_says_no_password_and_locks(shell, empty_window):
    assert not shell.findChildren(DemoNotice)
    empty_window._screen.locked.emit()
    settle()
    assert empty_window.shell is None
    assert "demonstration" not in words(empty_window.lock_page)


LEAVING = {
    "sign out": lambda window: window.sign_out(),
    "another file": lambda window: window.shell.context.open_file.emit(window.elsewhere),
    "close": lambda window: window.close(),
    "another file from the lock page": lambda window: (window.lock(), window.lock_page.left.emit()),
}


@pytest.mark.parametrize("how", LEAVING)
def test_leaving_it_asks_once_and_then_throws_it_away(window, folder, tmp_path, how):
    window.elsewhere = tmp_path / "clinic.als"
    said = []
    answer(QMessageBox.StandardButton.No, said)
    LEAVING[how](window)
    settle()
    assert folder() is not None and window.isVisible()
    assert (window.shell or window.lock_page).isVisible()
    if window.lock_page is not None:
        window.lock_page.enter_as(demonstration.LOGIN, demonstration.PASSWORD)
    answer(QMessageBox.StandardButton.Yes, said)
    LEAVING[how](window)
    settle()
    assert folder() is None and window.shell is None
    assert len(said) == 2
    assert said[0] == ("Leave the demonstration? Everything that was entered in it is thrown away.")


def test_a_kill_asks_nothing(window, folder):
    window.close_unasked()
    settle()
    assert folder() is None and not window.isVisible()


def test_a_backup_put_back_is_the_demonstration_still(window, folder):
    be(window, Role.ADMINISTRATOR)
    backing_up = window.backing_up
    backing_up.back_up()
    backing_up.wait()
    (made,) = [one for one in folder().rglob("*.als") if one.parent != folder()]
    window.put_back(made, "to try it")
    settle()
    assert "was restored and verified" in words(window.welcome)
    window.welcome.login.set_text(demonstration.LOGIN)
    window.welcome.password.set_text(demonstration.PASSWORD)
    window.welcome.sign_in()
    settle()
    assert window.shell is not None and folder() is not None
    window.close_unasked()
    assert folder() is None


def test_the_notice_is_whole_in_every_width_of_the_window(window):
    """Also with the longest words beside it, and by whoever one is."""
    set_chip(window.shell.saved, "Saved 23:59:59 · encrypted", "good")
    for role in Role:
        if role is not Role.NURSE:
            be(window, role)
            set_chip(window.shell.saved, "Saved 23:59:59 · encrypted", "good")
        cut = set()
        for width in range(683, 1400, 13):
            window.resize(width, 728)
            settle()
            assert window.width() == width, role
            for one in topbar(window).findChildren(QLabel):
                if one.isVisible() and one.sizeHint().width() > one.width() + 1:
                    cut.add(f"{width}: {one.text()} ({one.width()} of {one.sizeHint().width()})")
        assert cut == set(), role
