"""The first run, signing in, and the recovery code: what stands between a person and the clinic file."""

import json
import re
import shutil
import threading

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDesktopServices

from core import clock
from core.acts import backups, people
from core.errors import WrongPassword
from core.model.trail import Act
from core.model.user import Right, Role
from core.session import Session
from core.store import file, keys
from core.store.attempts import TRIES, Attempts
from core.words import DEMONSTRATION
from tests.core.clinic_of_four import LOGIN, PASSWORD, copied, make
from tests.pdf import line_of
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, SHIFT, Key, focused, press, settle, tab_to, write
from ui.main_window import MainWindow
from ui.pages.first_run import FirstRun
from ui.widgets.password_change import PasswordChange
from ui.widgets.recovery_code import RecoveryCode
from ui.widgets.recovery_sign_in import RecoverySignIn
from ui.widgets.restore_card import RestoreCard

NEW = "seven quiet rivers"


@pytest.fixture
def welcome(empty_window):
    return empty_window.welcome


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    path = tmp_path_factory.mktemp("four") / "clinic.als"
    return path, make(path)


@pytest.fixture
def clinic(four, tmp_path):
    """A closed clinic file with a person of each role."""
    return copied(four[0], tmp_path)


def sign_in(welcome, path, login, password):
    welcome.ask_sign_in(path)
    settle()
    welcome.login.set_text(login)
    welcome.password.setFocus()
    write(password)
    press(Key.Key_Return)


def under(field):
    return field._problem.text() if field._problem.isVisible() else ""


def enter(*texts):
    for text in texts:
        write(text)
        press(Key.Key_Return)


def test_a_clinic_file_is_made_by_keyboard_and_opened_again(
    welcome, empty_window, tmp_path, settings
):
    welcome.start.create_file.setFocus()
    press(Key.Key_Space)
    enter("Neurology clinic")
    enter("Ada Minister", "admin", PASSWORD, PASSWORD)
    assert "Only a neurologist can set the clinic up" not in words(welcome)
    press(Key.Key_Space)  # the first role is the nurse
    assert "Only a neurologist can set the clinic up" in words(welcome)
    tab_to("Name")
    enter("Study nurse", "nurse", NEW)
    write(NEW)
    assert welcome.front.check()
    welcome.create_at(tmp_path / "new")  # what the file dialog answers
    settle()

    path, shown = tmp_path / "new.als", welcome.front
    assert isinstance(shown, RecoveryCode) and focused() is shown.print
    code = "-".join(shown.code.text().split())
    assert keys.unwrap_recovery(keys.read(path), code)
    assert not shown.go_on.isEnabled() and empty_window.shell is None
    empty_window.close()
    assert empty_window.isVisible() and "Print the recovery code first" in words(welcome)
    session = Session(path, keys.unwrap(keys.read(path), "admin", PASSWORD), "admin")
    fingerprint = session.fingerprint
    session.close()
    assert settings.code_unconfirmed(fingerprint)
    tab_to("I have printed it and put it away")
    press(Key.Key_Space)
    tab_to("Go on")
    press(Key.Key_Space)
    assert not settings.code_unconfirmed(fingerprint)

    shell = empty_window.shell
    session = shell.context.session
    assert (session.user.role, session.user.full_name) == (Role.NURSE, "Study nurse")
    assert {user.login: user.role for user in session.users.all()} == {
        "admin": Role.ADMINISTRATOR,
        "nurse": Role.NURSE,
    }
    assert [entry.actor for entry in session.trail.entries(entity=Act.RECOVERY_MADE)] == ["admin"]
    assert "Neurology clinic" in words(shell) and "Study nurse" in words(shell)
    assert "This clinic file has no patients yet." in words(shell.page("today"))
    assert DEMONSTRATION not in words(shell)

    press((CTRL | SHIFT, Key.Key_L))
    assert empty_window.shell is None
    assert "Clinic file new.als" in words(welcome)
    assert (welcome.login.text, welcome.password.text) == ("nurse", "")
    assert focused() is welcome.password.line
    write(NEW)
    press(Key.Key_Return)
    assert empty_window.shell is not None


def test_each_step_says_what_it_lacks(welcome):
    welcome.start.create_file.click()
    settle()
    first = welcome.front
    assert isinstance(first, FirstRun)
    first.go_on()
    assert "is on every printed page" in under(first.clinic_name)
    first.clinic_name.set_text("C")
    first.go_on()
    first.go_on()
    assert under(first.administrator.full_name) and under(first.administrator.login)
    first.administrator.full_name.set_text("Ada Minister")
    first.administrator.login.set_text("admin")
    first.administrator_password.password.set_text("short")
    first.go_on()
    assert "At least 8 characters" in under(first.administrator_password.password)
    for weak in ("admin2026", "Minister1"):
        first.administrator_password.password.set_text(weak)
        assert not first.check()
    first.administrator_password.password.set_text(PASSWORD)
    first.administrator_password.again.set_text("another password")
    first.go_on()
    assert under(first.administrator_password.again) == "The two passwords differ."
    first.administrator_password.again.set_text(PASSWORD)
    first.go_on()
    first.go_on()
    assert under(first.role) == "Choose what this person may do."
    first.role.set_value(Role.NURSE)
    first.clinician.full_name.set_text("Nora Urse")
    first.clinician.login.set_text("ADMIN")
    first.go_on()
    assert "is taken" in under(first.clinician.login)
    first.go_back()
    first.go_back()
    assert first.clinic_name.isVisible() and first.clinic_name.text == "C"
    first.go_back()
    settle()
    assert welcome.start.create_file.isVisible()


def test_a_file_is_never_made_over_another(welcome, empty_window, tmp_path):
    (tmp_path / "taken.als").write_bytes(b"somebody's work")
    welcome.start.create_file.click()
    first = welcome.front
    first.clinic_name.set_text("C")
    for person, new, login in (
        (first.administrator, first.administrator_password, "a"),
        (first.clinician, first.clinician_password, "b"),
    ):
        person.full_name.set_text(login.upper())
        person.login.set_text(login)
        new.password.set_text(PASSWORD)
        new.again.set_text(PASSWORD)
    welcome.create_at(tmp_path / "taken.als")
    settle()
    assert "already a file taken.als here" in words(welcome)
    assert (tmp_path / "taken.als").read_bytes() == b"somebody's work"
    assert empty_window.shell is None and welcome.front is first


def test_r09_after_a_wrong_password_the_button_waits_visibly(welcome, empty_window, clinic, qtbot):
    sign_in(welcome, clinic, LOGIN[Role.NURSE], "not this one")
    assert "do not open the clinic file" in words(welcome)
    assert not welcome.enter.isEnabled() and re.fullmatch(r"Wait \d s", welcome.enter.text())
    assert focused() is welcome.password.line and welcome.password.text == ""
    write(PASSWORD)
    press(Key.Key_Return)  # too early: nothing is tried
    assert empty_window.shell is None
    qtbot.waitUntil(welcome.enter.isEnabled)
    assert welcome.enter.text() == "Sign in"
    press(Key.Key_Return)
    assert empty_window.shell is not None


def test_r09_the_same_words_for_an_unknown_user_and_a_wrong_password(welcome, clinic):
    said = set()
    for login in (LOGIN[Role.NURSE], "nobody"):
        Attempts.of(clinic).succeeded()
        welcome._countdown.watch(clinic)
        sign_in(welcome, clinic, login, "not this one")
        said.add(welcome._problem.text())
    assert len(said) == 1


def test_r09_who_is_locked_out_reads_until_when(welcome, empty_window, clinic):
    for _ in range(TRIES):
        Attempts.of(clinic).failed(LOGIN[Role.NURSE], clock.now())
    sign_in(welcome, clinic, LOGIN[Role.NURSE], PASSWORD)
    assert empty_window.shell is None
    assert re.search(r"nobody can sign in before \d\d:\d\d:\d\d\.", words(welcome))
    assert re.fullmatch(r"Wait 1[45]:\d\d min", welcome.enter.text())


def test_r16_a_forced_password_is_changed_before_anything_else(welcome, empty_window, clinic, four):
    with_key = Session(clinic, four[1], LOGIN[Role.ADMINISTRATOR])
    people.force_new_password(with_key, LOGIN[Role.NURSE], "a new given one", "forgot it")
    with_key.close()
    sign_in(welcome, clinic, LOGIN[Role.NURSE], "a new given one")
    asked = welcome.front
    assert isinstance(asked, PasswordChange) and empty_window.shell is None
    Session(clinic, four[1], LOGIN[Role.NURSE]).close()  # nobody has the file open meanwhile
    for weak in ("urse2026", "a new given one"):
        enter(weak, weak)
        assert empty_window.shell is None
        asked.new.setFocus()
    enter(NEW, NEW)
    session = empty_window.shell.context.session
    assert session.login == LOGIN[Role.NURSE] and not session.user.must_change
    empty_window.close()
    Session.open(clinic, LOGIN[Role.NURSE], NEW).close()


def test_r16_a_forced_password_is_not_let_past_a_lock(empty_window, open_window, clinic, four):
    session = Session(clinic, four[1], LOGIN[Role.ADMINISTRATOR])
    people.force_new_password(session, LOGIN[Role.NURSE], "a new given one", "forgot it")
    open_window(session)
    empty_window.lock()
    page = empty_window.lock_page
    page.who.set_value(LOGIN[Role.NURSE])
    page.password.setFocus()
    write("a new given one")
    press(Key.Key_Return)
    assert empty_window.shell is None and "it asks for your own." in words(page)
    page.left.emit()
    settle()
    assert "Clinic file clinic.als" in words(empty_window.welcome)
    empty_window.welcome.login.set_text(LOGIN[Role.NURSE])
    empty_window.welcome.password.setFocus()
    write("a new given one")
    press(Key.Key_Return)
    assert isinstance(empty_window.welcome.front, PasswordChange)


def test_r09_the_recovery_code_gives_a_new_password_and_another_code(
    welcome, empty_window, clinic, four
):
    with_key = Session(clinic, four[1], LOGIN[Role.ADMINISTRATOR])
    old = people.renew_recovery_code(with_key)
    with_key.close()
    welcome.ask_sign_in(clinic)
    settle()
    welcome.forgot.click()
    settle()
    asked = welcome.front
    assert isinstance(asked, RecoverySignIn) and focused() is asked.code.line
    mistyped = ("0" if old[0] != "0" else "1") + old[1:]
    enter(mistyped, LOGIN[Role.NURSE], NEW, NEW)
    assert "mistyped in its group 1" in words(welcome)
    asked.code.set_text("")
    enter(old.lower().replace("-", " "), LOGIN[Role.NURSE], NEW, NEW)
    shown = welcome.front
    assert isinstance(shown, RecoveryCode)
    code = "-".join(shown.code.text().split())
    assert code != old and empty_window.shell is None
    shown.put_away.click()
    shown.go_on.click()
    settle()
    session = empty_window.shell.context.session
    assert session.login == LOGIN[Role.NURSE] and not session.may(Right.PEOPLE)
    (used,) = session.trail.entries(entity=Act.RECOVERY_USED)
    assert used.actor == LOGIN[Role.NURSE]
    empty_window.close()
    with pytest.raises(WrongPassword):
        keys.unwrap_recovery(keys.read(clinic), old)
    assert keys.unwrap_recovery(keys.read(clinic), code)


def test_a_window_is_closed_in_front_of_a_code_when_it_is_asked_again(
    welcome, empty_window, clinic, four, settings
):
    session = Session(clinic, four[1], LOGIN[Role.ADMINISTRATOR])
    code, fingerprint = people.renew_recovery_code(session), session.fingerprint
    session.close()
    welcome.ask_sign_in(clinic)
    welcome.forgot.click()
    settle()
    welcome.front.code.set_text("")
    enter(code, LOGIN[Role.NURSE], NEW, NEW)
    assert isinstance(welcome.front, RecoveryCode)
    for stays in (True, False):
        empty_window.close()
        assert empty_window.isVisible() is stays
    assert settings.code_unconfirmed(fingerprint)


def test_the_printed_page_names_the_link_that_leads_to_the_code(
    welcome, clinic, tmp_path, qtbot, monkeypatch
):
    from core.model.paper import PaperSize
    from core.model.user import Clinic

    card = RecoveryCode(
        keys.with_recovery(keys.new_ring(), keys.new_key())[1],
        Clinic(name="C"),
        "c.als",
        clock.now(),
        PaperSize.A4,
    )
    qtbot.addWidget(card)
    card.show()
    assert not card.folder.isVisible()
    card.save_to(tmp_path / "code.pdf")
    assert "Saved as code.pdf. Print it from there, and delete the file." in words(card)
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    card.folder.click()
    assert [url.toLocalFile() for url in opened] == [str(tmp_path)]
    printed = line_of(tmp_path / "code.pdf")
    assert f"“{welcome.forgot.accessibleName()}”" in printed
    assert all(group in printed for group in card.code.text().split())


FAULTS = {
    "missing": ("gone.als", "There is no file at "),
    "a folder": ("folder.als", "is a folder. Choose a clinic file in it."),
    "foreign": ("letter.pdf", "letter.pdf is not a clinic file: the name of one ends in .als."),
    "its key file": (
        "clinic.als.keys",
        "is a key file. Open the clinic file beside it: clinic.als.",
    ),
    "without its key file": ("alone.als", "The key file alone.als.keys is not beside"),
    "with a damaged key file": ("bad.als", "No copy of the key file is whole"),
    "newer": ("newer.als", "newer version of the program"),
}


@pytest.fixture
def faulty(clinic, tmp_path):
    """By the name of a fault, the path of such a file and what is said of it."""
    (tmp_path / "folder.als").mkdir()
    for name in ("letter.pdf", "alone.als", "bad.als", "bad.als.keys"):
        (tmp_path / name).write_bytes(b"%PDF-1.7 something else")
    shutil.copy(clinic, tmp_path / "newer.als")
    newer = json.loads(keys.key_file(clinic).read_bytes()) | {"format": keys.FORMAT + 1}
    del newer["checksum"]
    newer["checksum"] = keys._checksum(newer)
    keys.key_file(tmp_path / "newer.als").write_text(json.dumps(newer))

    def find(fault):
        name, said = FAULTS[fault]
        return tmp_path / name if (tmp_path / name).exists() else clinic.with_name(name), said

    return find


def told(qtbot, welcome):
    """Wait until the look at the file has ended, and return what it says."""
    qtbot.waitUntil(lambda: not welcome._look.is_pending or welcome._problem.isVisible())
    return welcome._problem.text() if welcome._problem.isVisible() else ""


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_a_file_that_was_named_is_one_sentence(
    empty_window, qtbot, faulty, fault
):
    path, said = faulty(fault)
    empty_window.welcome.open_named(path)
    assert said in told(qtbot, empty_window.welcome)
    assert empty_window.welcome.offer.isVisible() == (path.name in {"alone.als", "bad.als"})


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sign_in_is_never_faster_than_the_look_at_a_file_that_was_named(
    welcome, empty_window, faulty, fault
):
    path, said = faulty(fault)
    welcome.open_named(path)
    welcome.login.set_text(LOGIN[Role.NURSE])
    welcome.password.set_text(PASSWORD)
    for _press in range(2):  # the second looks again: the file may have come back
        welcome.enter.click()
        assert said in welcome._problem.text() and welcome._problem.isVisible()
        assert (welcome.login.text, welcome.password.text) == (LOGIN[Role.NURSE], PASSWORD)
        assert welcome.front is welcome._sign_in and empty_window.shell is None
        assert "Wait" not in welcome.enter.text()  # it counts as no wrong password


def test_a_file_that_came_back_is_signed_in_to(welcome, empty_window, clinic):
    away = clinic.rename(clinic.with_name("away.als"))
    welcome.open_named(clinic)
    welcome.login.set_text(LOGIN[Role.NURSE])
    welcome.password.set_text(PASSWORD)
    welcome.enter.click()
    assert "There is no file at " in welcome._problem.text() and empty_window.shell is None
    away.rename(clinic)
    welcome.enter.click()
    assert empty_window.shell is not None


def test_the_page_that_asks_is_painted_before_the_file_that_was_named_is_looked_at(
    qtbot, settings, tmp_path, monkeypatch
):
    seen = []

    class Watch(QObject):
        def eventFilter(self, _watched, event):
            if event.type() == QEvent.Type.Paint:
                seen.append("painted")
            return False

    look = file.look_at
    monkeypatch.setattr(file, "look_at", lambda path: (seen.append("looked"), look(path)))
    window, watch = MainWindow(settings), Watch()
    window.welcome.enter.installEventFilter(watch)  # the button of the sign-in
    window.welcome.open_named(tmp_path / "gone.als")
    assert seen == []
    window.show()
    window.welcome.focus_first()
    qtbot.waitUntil(lambda: "looked" in seen)
    assert seen[0] == "painted"
    qtbot.waitUntil(lambda: "There is no file at " in words(window.welcome))
    assert window.welcome.start.create_file.isVisible()
    window.close_unasked()
    window.deleteLater()


@pytest.mark.parametrize("name", ["clinic.als", "gone.als"])
def test_what_is_typed_while_the_file_is_looked_at_stays_under_the_fingers(
    welcome, qtbot, clinic, monkeypatch, name
):
    gate, look = threading.Event(), file.look_at
    monkeypatch.setattr(file, "look_at", lambda path: (gate.wait(), look(path)))
    welcome.open_named(clinic.with_name(name))
    settle()
    tab_to("User name")
    write("nurse")
    tab_to("Password")
    write("with a spa")
    gate.set()
    told(qtbot, welcome)
    settle()
    write("ce")
    assert (welcome.login.text, welcome.password.text) == ("nurse", "with a space")
    assert focused() is welcome.password.line
    assert welcome._problem.isVisible() == (name == "gone.als")


def test_a_backup_that_was_named_is_restored_with_what_was_typed(
    welcome, empty_window, qtbot, clinic, four
):
    session = Session(clinic, four[1], LOGIN[Role.ADMINISTRATOR])
    kept = backups.finish(
        session.begin_backup(backups.default_folder(clinic)), clinic, four[1], clock.now()
    )
    session.close()
    for pressed in (True, False):
        welcome.open_named(kept.path)
        welcome.login.set_text(LOGIN[Role.NURSE])
        welcome.password.setFocus()
        welcome.password.set_text(PASSWORD[:-1])
        if pressed:
            welcome.enter.click()  # before it was looked at
        else:
            qtbot.waitUntil(lambda: isinstance(welcome.front, RestoreCard))
        card = welcome.front
        assert isinstance(card, RestoreCard) and card.source == kept.path
        write(PASSWORD[-1])
        assert (card.login.text, card.password.text) == (LOGIN[Role.NURSE], PASSWORD)
        assert focused() is card.password.line
        assert welcome.password.text == "" and empty_window.shell is None


def test_a_look_at_a_file_that_is_asked_for_no_more_says_nothing(
    welcome, qtbot, clinic, tmp_path, monkeypatch
):
    gate, looked, look = threading.Event(), threading.Event(), file.look_at

    def slow(path):
        gate.wait()
        looked.set()
        look(path)

    monkeypatch.setattr(file, "look_at", slow)
    welcome.open_named(tmp_path / "gone.als")
    settle()
    welcome.ask_sign_in(clinic)
    gate.set()
    looked.wait()
    welcome.close_tasks()  # the task has ended
    settle()
    assert f"Clinic file {clinic.name}" in words(welcome)
    assert not welcome._problem.isVisible()


def test_a_whole_file_that_was_named_is_asked_for(empty_window, qtbot, clinic):
    empty_window.welcome.open_named(clinic)
    assert f"Clinic file {clinic.name}" in words(empty_window.welcome)
    assert told(qtbot, empty_window.welcome) == ""
    sign_in = empty_window.welcome
    sign_in.login.set_text(LOGIN[Role.NURSE])
    sign_in.password.set_text(PASSWORD)
    sign_in.enter.click()
    assert empty_window.shell is not None
