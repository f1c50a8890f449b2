"""R12 and R8 on the screen: backups made unasked, the page for them, and the way back on the welcome page."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QProgressBar

from core import clock
from core.acts import backups
from core.errors import WrongPassword
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from core.store import backup, instance, keys
from tests.attached_files import attach_megabytes
from tests.core import clinic_of_four
from tests.core.clinic_of_four import LOGIN, PASSWORD
from tests.core.examples import a_patient
from tests.pdf import text_of
from tests.ui.conftest import words
from tests.ui.keyboard import Key, focused, press, settle, tab_to, write
from ui import backing_up as ui_backing_up
from ui.widgets.recovery_code import RecoveryCode
from ui.widgets.recovery_sign_in import RecoverySignIn
from ui.widgets.restore_card import RestoreCard

NEW = "heather on a hill 7"


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("four") / "clinic.als"
    return path, clinic_of_four.make(path)


@pytest.fixture
def path(made, tmp_path):
    folder = tmp_path / "clinic"
    folder.mkdir()
    return clinic_of_four.copied(made[0], folder)


@pytest.fixture
def folder(path):
    return backups.default_folder(path)


@pytest.fixture
def opened(path, made, empty_window, open_window):
    """``opened(Role.NURSE)`` signs a person in and answers the shell."""

    def open_it(role):
        empty_window.close_session()
        return open_window(Session(path, made[1], LOGIN[role]))

    return open_it


@pytest.fixture
def page(opened, qtbot):
    shell = opened(Role.ADMINISTRATOR)
    shell.show_page("backups")
    settle()
    return shell.page("backups")


@pytest.fixture
def idle(qtbot, empty_window):
    """Waits until what runs in the background has come to its end."""
    return lambda: qtbot.waitUntil(lambda: not empty_window.backing_up.busy, timeout=20_000)


def names(folder):
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def a_backup(path, key, folder=None, at=None):
    """One made behind the program's back, while nobody has the file open."""
    session = Session(path, key, LOGIN[Role.ADMINISTRATOR])
    folder = folder or backups.default_folder(path)
    begun = backup.begin(session._db, path, key, folder, at or clock.now())
    made = backup.finish(begun, key)
    session.close()
    return made


def acts(path, key, act):
    session = Session(path, key, LOGIN[Role.ADMINISTRATOR])
    found = session.trail.entries(entity=act)
    session.close()
    return found


def register(session, number="8"):
    with session.write("registered"):
        session.patients.save(a_patient(record_number=number))


def damage(path):
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)


# -- the window while the copy is written


@pytest.fixture
def heavy(opened):
    """A shell of a file with some MB of attachments, which takes many slices to copy."""
    shell = opened(Role.NURSE)
    session = shell.context.session
    register(session)
    attach_megabytes(session, session.patients.all()[0], 8)
    return shell


@pytest.fixture
def during(monkeypatch):
    """``during(act)`` does something between two slices of the copy, as the event loop of the window comes by."""

    def plan(act, at_once_ms=0):
        monkeypatch.setattr(ui_backing_up, "AT_ONCE_MS", at_once_ms)
        QTimer.singleShot(0, act)

    return plan


def test_r12_the_window_answers_while_the_copy_is_written(
    heavy, empty_window, path, made, folder, idle, during
):
    """What is saved meanwhile is in the copy, which is verified as ever."""
    session, seen = heavy.context.session, []

    def meanwhile():
        dialog = QApplication.activeModalWidget()
        bar = None if dialog is None else dialog.findChild(QProgressBar)
        seen.append(None if bar is None else (bar.value(), bar.maximum()))
        if len(seen) == 3:
            register(session, "9")
        if empty_window.backing_up.busy:
            QTimer.singleShot(1, meanwhile)

    during(meanwhile)
    assert not empty_window.backing_up.busy
    empty_window.backing_up.back_up()
    shown = [one for one in seen if one is not None]
    assert len(shown) >= 4, "the event loop ran between slices"
    assert shown == sorted(shown) and 0 < shown[0][0] < shown[-1][0] < shown[-1][1]
    idle()
    (one,) = backup.backups(path, folder)
    assert backup.verify_backup(one.path, made[1]).rows["patient"] == 2


def test_r12_a_copy_that_is_given_up_leaves_no_file_and_is_not_asked_for_again(
    heavy, empty_window, folder, during, idle
):
    session = heavy.context.session
    during(lambda: QApplication.activeModalWidget().reject())
    empty_window.backing_up.back_up()
    assert names(folder) == []
    assert not empty_window.backing_up.busy
    assert "given up" in heavy._message.text()
    assert heavy.window().isVisible() and QApplication.activeModalWidget() is None
    empty_window.backing_up._quiet_s = lambda: 60.0
    empty_window.backing_up.look()
    assert names(folder) == [], "not within half an hour"
    register(session, "9")
    assert len(session.patients.all()) == 2
    empty_window.backing_up.back_up()
    idle()
    assert len(names(folder)) == 2


def test_r12_who_gives_the_copy_up_while_closing_is_not_asked_twice(
    heavy, empty_window, folder, during, path, made
):
    asked = []

    def not_now():
        asked.append(QApplication.activeModalWidget())
        asked[-1].reject()

    during(not_now)
    empty_window.sign_out()
    assert len(asked) == 1
    assert empty_window.shell is None
    assert names(folder) == []
    assert len(Session(path, made[1], LOGIN[Role.NURSE]).patients.all()) == 1


def test_r06_a_lock_while_the_copy_is_written_comes_between_two_slices(
    heavy, empty_window, folder, during, path, made
):
    during(empty_window.lock)
    empty_window.backing_up.back_up()
    settle()
    assert empty_window.shell is None and empty_window.lock_page is not None
    assert names(folder) == [], "neither a half copy nor one of a file that is closed"
    session = Session(path, made[1], LOGIN[Role.NURSE])
    assert session.trail.verify().is_whole
    session.close()


def test_r12_the_window_that_is_closed_while_the_copy_is_written_closes(
    heavy, empty_window, folder, during
):
    during(empty_window.close)
    empty_window.backing_up.back_up()
    settle()
    assert empty_window.shell is None
    assert not any(name.endswith(".new") for name in names(folder))


def automatically(empty_window):
    """Now, as if nobody had touched anything for a while."""
    empty_window.backing_up._quiet_s = lambda: 60.0
    empty_window.backing_up.look()


@pytest.fixture
def note(heavy):
    """The field for the name of a new patient, with the keyboard."""
    heavy.edit_patient(None)
    settle()
    line = heavy.page("patient").findChildren(QLineEdit)[0]
    line.setFocus()
    settle()
    return line


def test_r12_what_is_typed_during_an_automatic_backup_reaches_its_field(
    heavy, note, empty_window, path, made, folder, idle, during
):
    """No key is lost, the keyboard stays where it is, and what is saved meanwhile is in the copy."""
    session, shown, typed = heavy.context.session, [], list("ABCD")

    def meanwhile():
        assert QApplication.activeModalWidget() is None
        if typed and empty_window.backing_up._copying is not None:
            QTest.keyClick(QApplication.focusWindow(), typed.pop(0))
            shown.append(heavy.backup.text() if heavy.backup.isVisible() else "")
            if len(typed) == 2:
                register(session, "9")
        if typed:
            QTimer.singleShot(1, meanwhile)

    during(meanwhile)
    automatically(empty_window)
    assert typed == [], "all of it was typed while the copy was written"
    assert note.text() == "ABCD"
    assert focused() is note
    assert re.fullmatch(r"Backup \d+ %: give up", shown[-1])
    assert not heavy.backup.isVisible()
    idle()
    (one,) = backup.backups(path, folder)
    assert backup.verify_backup(one.path, made[1]).rows["patient"] == 2


def test_r12_an_automatic_backup_is_given_up_by_its_button(heavy, empty_window, folder, during):
    def press_it():
        if heavy.backup.isVisible():
            heavy.backup.click()
        elif empty_window.backing_up.busy:
            QTimer.singleShot(1, press_it)

    during(press_it)
    automatically(empty_window)
    assert names(folder) == []
    assert not heavy.backup.isVisible()
    assert "given up" in heavy._message.text()


def test_r06_a_lock_during_an_automatic_backup_closes_a_dialog_that_was_opened_meanwhile(
    heavy, empty_window, folder, during, path, made
):
    """The copy waits for the dialog, and the lock for the copy: neither waits for ever."""

    def meanwhile():
        QTimer.singleShot(20, empty_window.lock)
        QDialog(empty_window).exec()

    during(meanwhile)
    automatically(empty_window)
    settle()
    assert empty_window.shell is None and empty_window.lock_page is not None
    assert names(folder) == []


def test_r12_signing_out_during_an_automatic_backup_comes_right_after_it(
    heavy, empty_window, path, made, folder, during
):
    during(empty_window.sign_out)
    automatically(empty_window)
    settle()
    assert empty_window.shell is None
    session = Session(path, made[1], LOGIN[Role.NURSE])
    assert session.trail.verify().is_whole
    session.close()


def test_r12_what_wants_a_backup_before_it_is_told_to_wait_for_the_one_that_is_written(
    heavy, empty_window, during, idle
):
    answers = []
    during(lambda: answers.append(empty_window.backing_up.before()))
    automatically(empty_window)
    idle()
    assert answers == [False]
    assert "Try again when it is done" in heavy._message.text()
    assert empty_window.backing_up.before()


# -- backups that nobody asks for


def test_r12_closing_makes_a_verified_backup_of_what_was_changed(
    opened, empty_window, path, made, folder
):
    shell = opened(Role.NURSE)
    register(shell.context.session)
    empty_window.close()
    (one,) = backup.backups(path, folder)
    held = backup.verify_backup(one.path, made[1])
    assert held.rows["patient"] == 1
    (entry,) = acts(path, made[1], Act.BACKED_UP)
    assert (entry.row, entry.actor) == (one.path.name, LOGIN[Role.NURSE])


def test_r12_closing_makes_none_where_nothing_was_changed(opened, empty_window, path, folder):
    opened(Role.NURSE)
    empty_window.sign_out()
    before = names(folder)
    assert before
    opened(Role.MONITOR).context.session.record_act(Act.VIEWED)
    empty_window.sign_out()
    assert names(folder) == before


def test_r12_a_lock_begins_one_and_it_is_written_down_at_the_next_sign_in(
    opened, empty_window, path, made, folder, idle
):
    shell = opened(Role.NURSE)
    register(shell.context.session)
    empty_window.lock()
    idle()
    (one,) = backup.backups(path, folder)
    assert acts(path, made[1], Act.BACKED_UP) == ()
    empty_window.lock_page.opened.emit(Session(path, made[1], LOGIN[Role.NURSE]))
    session = empty_window.shell.context.session
    (entry,) = session.trail.entries(entity=Act.BACKED_UP)
    assert entry.row == one.path.name


def test_r12_every_half_hour_if_something_was_changed_and_nobody_types(
    opened, empty_window, path, folder, idle, monkeypatch
):
    shell = opened(Role.NURSE)
    backing_up = empty_window.backing_up
    session = shell.context.session
    begins = clock.now()
    now = [begins]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    quiet = [60.0]
    backing_up._quiet_s = lambda: quiet[0]

    def look():
        backing_up.look()
        idle()
        return len(backup.backups(path, folder))

    assert look() == 1  # there was none
    now[0] += timedelta(seconds=1)
    register(session)
    now[0] += timedelta(minutes=29)
    assert look() == 1
    now[0] += timedelta(minutes=2)
    quiet[0] = 0.5
    assert look() == 1  # somebody is typing
    quiet[0] = 10.0
    assert look() == 2
    now[0] += timedelta(hours=3)
    assert look() == 2  # the note of the backup itself is no change
    session.record_act(Act.VIEWED)
    now[0] += timedelta(hours=3)
    assert look() == 2


def test_r12_the_demonstration_gets_none(demo_shell, demo, empty_window):
    folder = backups.default_folder(demo.path)
    empty_window.backing_up.look()
    empty_window.sign_out()
    assert not folder.exists()


def test_r12_a_backup_that_fails_says_so_and_stops_nothing(page, path, folder, idle):
    folder.write_text("in the way")
    shell = page.window().shell
    page.now.click()
    idle()
    assert "No copy was made" in shell._message.text()
    assert "No copy was made" in page.problem.text() and page.problem.isVisible()
    folder.unlink()
    page.now.click()
    idle()
    settle()
    assert not page.problem.isVisible()
    assert len(page.model.rows) == 1


def test_r12_an_import_is_backed_up_before(opened, path, folder, tmp_path):
    shell = opened(Role.NURSE)
    sheet = tmp_path / "patients.csv"
    sheet.write_text("record_number,sex,birth_date\n31,F,1960-02-03\n")
    shell.show_page("import")
    page = shell.page("import")
    page.open_file(sheet)
    if not page.confirm.isEnabled():
        pytest.fail(words(page))
    page.confirm.click()
    (one,) = backup.backups(path, folder)
    held = backup.verify_backup(one.path, shell.context.session.data_key)
    assert held.rows["patient"] == 0
    assert len(shell.context.session.patients.all()) == 1


def test_r12_a_refused_entry_is_not_called_saved_by_a_backup(page, idle):
    shell = page.window().shell
    shell.refuse("The disk is full.")
    page.now.click()
    idle()
    assert shell.saved.text() == "Last entry not saved"


def test_r12_who_does_not_want_to_wait_closes_at_once(opened, empty_window, monkeypatch, folder):
    shell = opened(Role.NURSE)
    register(shell.context.session)
    monkeypatch.setattr(ui_backing_up, "AT_ONCE_MS", 0)
    shown = []

    def refuse_to_wait(dialog):
        shown.append(dialog)
        dialog.reject()
        return 0

    monkeypatch.setattr(QDialog, "exec", refuse_to_wait)
    empty_window.sign_out()
    assert empty_window.shell is None
    assert len(shown) == 1


def test_r12_a_lock_while_a_backup_is_waited_for_ends_the_import(
    opened, empty_window, path, made, monkeypatch, tmp_path, idle
):
    shell = opened(Role.NURSE)
    sheet = tmp_path / "patients.csv"
    sheet.write_text("record_number,sex,birth_date\n31,F,1960-02-03\n")
    shell.show_page("import")
    page = shell.page("import")
    page.open_file(sheet)
    monkeypatch.setattr(ui_backing_up, "AT_ONCE_MS", 0)
    monkeypatch.setattr(QDialog, "exec", lambda _dialog: empty_window.lock())
    page.confirm.click()
    idle()
    assert empty_window.lock_page is not None
    session = Session(path, made[1], LOGIN[Role.NURSE])
    assert session.patients.all() == []
    session.close()


# -- the second place


def test_r12_who_has_no_second_place_is_reminded_until_tomorrow(opened, settings, tmp_path, idle):
    shell = opened(Role.ADMINISTRATOR)
    assert shell.reminder.isVisible()
    assert "Backups are on this computer only." in words(shell.reminder)
    shell.reminder.later.click()
    assert not shell.reminder.isVisible()
    shell = opened(Role.ADMINISTRATOR)
    assert not shell.reminder.isVisible()
    settings.reminder_put_off = "2026-01-01"
    shell = opened(Role.ADMINISTRATOR)
    shell.reminder.open.click()
    page = shell.current
    usb = tmp_path / "usb"
    usb.mkdir()
    page.set_second_place(page.folder)
    assert "The first backups are there already." in words(page)
    assert settings.second_place is None
    page.set_second_place(usb)
    idle()
    settle()
    assert not shell.reminder.isVisible()
    copied = [one.path.name for one in backup.named_backups("clinic", usb)]
    assert copied == [page.model.rows[0].backup.path.name]
    assert f"Copies go to {usb}" in words(page)
    assert "The newest copy there is of" in words(page)
    shutil.rmtree(usb)
    page.copy.click()
    idle()
    settle()
    assert "cannot be reached" in words(shell.reminder)
    assert "cannot be reached" in words(page)


def test_r12_a_nurse_is_reminded_too_and_a_monitor_is_not(opened):
    shell = opened(Role.NURSE)
    assert "Who looks after backups can do that." in words(shell.reminder)
    assert not shell.reminder.open.isVisible()
    assert not opened(Role.MONITOR).reminder.isVisible()


def test_r05_r07_where_the_file_lies_and_how_full_its_disk_is_are_told_on_opening(
    opened, path, monkeypatch
):
    (path.parent / ".stfolder").mkdir()
    monkeypatch.setattr(instance, "FREE_WANTED", 1 << 60)
    shell = opened(Role.NURSE)
    said = words(shell.file_warnings)
    assert "that Syncthing copies while it is being written" in said
    assert "MB are free on the disk" in said
    shell.file_warnings.dismiss.click()
    assert not shell.file_warnings.isVisible()


# -- the page


def test_r12_the_page_is_for_who_looks_after_backups(opened):
    for role, has in {
        Role.ADMINISTRATOR: True,
        Role.NEUROLOGIST: False,
        Role.NURSE: False,
        Role.MONITOR: False,
    }.items():
        shell = opened(role)
        shell.show_page("backups")
        assert (shell.current is shell._pages.get("backups")) is has


def test_r12_a_backup_by_hand_restored_into_a_new_file_and_opened_by_keyboard(
    page, made, tmp_path, idle, empty_window
):
    assert focused() is page.now
    press(Key.Key_Space)
    idle()
    settle()
    assert [one.size_bytes > 10_000 for one in page.model.rows] == [True]
    target = tmp_path / "again.als"
    page.restore(page.chosen.path, target)
    idle()
    settle()
    assert "again.als is restored and verified." in words(page)
    (entry,) = acts(target, made[1], Act.RESTORED)
    assert entry.row == page.chosen.path.name
    page.open.click()
    settle()
    assert empty_window.shell is None
    assert "again.als" in words(empty_window.welcome)
    page = empty_window.welcome
    page.login.set_text(LOGIN[Role.NURSE])
    page.password.set_text(PASSWORD)
    page.sign_in()
    assert empty_window.shell.context.session.path == target


def test_r12_a_restore_overwrites_nothing(page, tmp_path, idle):
    page.now.click()
    idle()
    target = tmp_path / "taken.als"
    target.write_bytes(b"mine")
    page.restore(page.chosen.path, target)
    idle()
    assert "There is already a file taken.als" in words(page)
    assert target.read_bytes() == b"mine"


def test_r12_the_backup_of_another_clinic_is_not_opened_with_this_key(page, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    clinic_of_four.make(other / "other.als")
    page.restore_from(other / "other.als")
    assert "is a backup of another clinic file" in words(page)


def test_r12_a_backup_takes_the_place_of_the_file_which_is_kept(
    page, path, made, folder, idle, empty_window
):
    page.now.click()
    idle()
    settle()
    chosen = page.chosen.path
    session = page.context.session
    session.record_act(Act.RECOVERY_MADE)
    page.in_place.click()
    page.put_back()
    assert "Say why" in words(page)
    write("wrong patients imported")
    press(Key.Key_Return)
    settle()
    assert empty_window.shell is None
    kept = [one for one in names(path.parent) if ".replaced-" in one and one.endswith(".als")]
    assert len(kept) == 1 and kept[0] in words(empty_window.welcome)
    (entry,) = acts(path, made[1], Act.RESTORED)
    assert (entry.row, entry.reason) == (chosen.name, "wrong patients imported")
    assert acts(path.parent / kept[0], made[1], Act.RECOVERY_MADE)[0].row == ""
    assert len(backup.backups(path, folder)) == 2  # one more was made before


def test_r12_the_drill_ends_in_words_an_entry_and_a_certificate(page, idle, tmp_path, qtbot):
    page.now.click()
    idle()
    settle()
    assert "No drill was done yet" in words(page)
    page.drill.click()
    idle()
    settle()
    said = words(page)
    assert "PASSED" in said and "Every row that differs" in said
    assert "The last drill was on" in said
    (entry,) = page.context.session.trail.entries(entity=Act.DRILLED)
    assert '"verdict":"passed"' in entry.after.replace(" ", "")
    out = tmp_path / "drill.pdf"
    page.save_certificate(out)
    qtbot.waitUntil(lambda: "The certificate is saved." in words(page))
    text = text_of(out)
    assert "Certificate of a restore drill" in text and page.model.rows[0].backup.path.name in text
    assert sorted(one.name for one in page.folder.iterdir()) == sorted(
        name
        for row in page.model.rows
        for name in (row.backup.path.name, f"{row.backup.path.name}.keys")
    )


def test_r12_a_drill_that_fails_says_what_is_wrong(page, idle, made):
    page.now.click()
    idle()
    settle()
    damage(page.chosen.path)
    page.drill.click()
    idle()
    settle()
    assert "FAILED" in words(page) and "is damaged" in words(page)
    (entry,) = page.context.session.trail.entries(entity=Act.DRILLED)
    assert "failed" in entry.after
    assert page.model.rows == ()


def test_r12_a_drill_of_long_ago_is_asked_for_again(page, idle, monkeypatch):
    page.now.click()
    idle()
    page.context.session.record_act(Act.DRILLED)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=93))
    page.refresh()
    assert "it is time for the next one" in words(page)


# -- the way back


@pytest.fixture
def welcome(empty_window):
    return empty_window.welcome


def test_r08_a_damaged_file_is_restored_at_the_sign_in_and_kept(path, made, welcome, empty_window):
    a_backup(path, made[1], at=datetime(2026, 11, 1, 8, tzinfo=UTC))
    newest = a_backup(path, made[1])
    damage(path)
    damaged = path.read_bytes()
    welcome.open(path)
    welcome.login.set_text("Dr.Demo")
    welcome.password.set_text(PASSWORD)
    welcome.sign_in()
    assert "is damaged" in words(welcome)
    welcome.offer.click()
    settle()
    card = welcome.front
    assert isinstance(card, RestoreCard)
    assert card.which.count() == 2 and card.source == newest.path
    write(PASSWORD)
    press(Key.Key_Return)
    settle()
    said = words(welcome)
    assert "clinic.als was restored and verified." in said and ".replaced-" in said
    press(Key.Key_Space)  # “Sign in” has the keyboard, and the password is there
    settle()
    assert empty_window.shell.context.session.login == "dr.demo"
    (kept,) = path.parent.glob("*.replaced-*.als")
    assert kept.read_bytes() == damaged
    session = empty_window.shell.context.session
    (entry,) = session.trail.entries(entity=Act.RESTORED)
    assert (entry.row, entry.actor) == (newest.path.name, "dr.demo")


def test_r08_a_wrong_password_restores_nothing_and_counts(path, made, welcome):
    a_backup(path, made[1])
    damage(path)
    damaged = path.read_bytes()
    welcome.ask_sign_in(path)
    welcome.ask_restore(path)
    card = welcome.front
    card.login.set_text("dr.demo")
    card.password.set_text("not this one")
    card.do.click()
    settle()
    assert path.read_bytes() == damaged
    assert "password" in words(welcome) and not card.do.isEnabled()
    assert names(path.parent).count("clinic.als") == 1
    with pytest.raises(WrongPassword):
        keys.unwrap(keys.read(path), "dr.demo", "not this one")


def test_r09_a_new_name_for_each_guess_does_not_avoid_the_wait(path, made, welcome, tmp_path):
    welcome.ask_restore(None, a_backup(path, made[1]).path)
    card = welcome.front
    card.login.set_text("dr.demo")
    card.password.set_text("not this one")
    welcome.restore(tmp_path / "one.als", in_place=False)
    assert not card.do.isEnabled()
    card.password.set_text(PASSWORD)
    welcome.restore(tmp_path / "another.als", in_place=False)
    assert "Too many wrong passwords" in words(welcome)
    assert not (tmp_path / "another.als").exists()


def test_r09_a_name_that_nobody_has_counts_beside_the_backup(path, made, welcome, tmp_path):
    source = a_backup(path, made[1]).path
    welcome.ask_restore(None, source)
    card = welcome.front
    card.forgot.click()
    card.login.set_text("nobody")
    card.code.set_text("whatever")
    welcome.restore(tmp_path / "one.als", in_place=False)
    assert "There is no user nobody in this backup" in words(welcome)
    card.login.set_text("dr.demo")
    welcome.restore(tmp_path / "another.als", in_place=False)
    assert "Too many wrong passwords" in words(welcome)


def test_r08_a_damaged_file_is_restored_with_the_recovery_code(path, made, welcome, empty_window):
    session = Session(path, made[1], LOGIN[Role.ADMINISTRATOR])
    code = session.new_recovery_code()
    session.close()
    a_backup(path, made[1])
    for one in (path, keys.key_file(path), keys.second_key_file(path)):
        damage(one)
    welcome.ask_sign_in(path)
    welcome.login.set_text("dr.demo")
    welcome.password.set_text(PASSWORD)
    welcome.sign_in()
    assert welcome.offer.isVisible()
    welcome.offer.click()
    welcome.front.forgot.click()
    settle()
    write(code)
    press(Key.Key_Return)
    settle()
    card = welcome.front
    assert isinstance(card, RecoverySignIn) and card.code.text == code
    _use_code(welcome, empty_window, "dr.demo")
    assert empty_window.shell.context.session.login == "dr.demo"


def test_r12_a_bare_computer_by_the_steps_of_the_printed_page(
    path, made, tmp_path, welcome, empty_window
):
    """Two files in an empty folder and the page: what it says is what stands on the screen."""
    session = Session(path, made[1], LOGIN[Role.ADMINISTRATOR])
    code = session.new_recovery_code()
    session.close()
    session = Session(path, made[1], LOGIN[Role.NURSE])
    register(session, "41")
    session.close()
    carried = a_backup(path, made[1])
    bare = tmp_path / "bare"
    bare.mkdir()
    for one in (carried.path, keys.key_file(carried.path)):
        shutil.move(one, bare)
    shutil.rmtree(path.parent)

    welcome.open(bare / carried.path.name)
    settle()
    forgot = "Forgot password or moved to a new computer: use the recovery code"
    tab_to(forgot)
    press(Key.Key_Space)
    card = welcome.front
    assert isinstance(card, RecoverySignIn)
    write(code.lower().replace("-", " "))
    _use_code(welcome, empty_window, LOGIN[Role.NEUROLOGIST])
    session = empty_window.shell.context.session
    assert [one.record_number for one in session.patients.all()] == ["41"]
    assert session.trail.verify().is_whole
    assert session.path == bare / carried.path.name


def _use_code(welcome, window, login):
    card = welcome.front
    card.login.set_text(login)
    card.password.password.set_text(NEW)
    card.password.again.set_text(NEW)
    card.use.click()
    settle()
    shown = welcome.front
    assert isinstance(shown, RecoveryCode)
    shown.put_away.setChecked(True)
    shown.go_on.click()
    settle()


def test_r12_a_backup_where_backups_are_kept_is_restored_and_not_signed_in_to(
    path, made, welcome, tmp_path, monkeypatch
):
    one = a_backup(path, made[1])
    before = one.path.read_bytes()
    welcome.open(one.path)
    card = welcome.front
    assert isinstance(card, RestoreCard) and card.source == one.path
    card.login.set_text("n.urse")
    card.password.set_text(PASSWORD)
    welcome.restore(tmp_path / "moved.als", in_place=False)
    assert "moved.als was restored and verified." in words(welcome)
    assert one.path.read_bytes() == before
    (entry,) = acts(tmp_path / "moved.als", made[1], Act.RESTORED)
    assert entry.actor == "n.urse"


def test_r08_who_wants_no_restore_goes_back_and_nothing_was_touched(path, made, welcome):
    a_backup(path, made[1])
    damage(path)
    before = {one: one.read_bytes() for one in Path(path.parent).rglob("*") if one.is_file()}
    welcome.ask_sign_in(path)
    welcome.ask_restore(path)
    tab_to("Back")
    press(Key.Key_Space)
    assert welcome.login.isVisible()
    assert {one: one.read_bytes() for one in path.parent.rglob("*") if one.is_file()} == before
