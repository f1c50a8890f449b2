"""R13: what the file says about itself is told once, above every page."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from core import clock
from core.model.trail import Act
from core.model.user import Role
from core.session import Session, new_user
from tests.ui.conftest import words
from tests.ui.keyboard import settle


def test_nothing_is_said_of_a_whole_file(shell):
    assert not shell.trail_warnings.isVisible()


def test_r13_a_clock_behind_the_last_entry_is_told_once(shell, session, due, monkeypatch):
    right = clock.now
    with monkeypatch.context() as behind:
        behind.setattr(clock, "now", lambda: right() - timedelta(hours=3))
        with session.write():
            session.patients.save(replace(due, note="earlier"))
        settle()
        assert "This computer's clock is behind the last entry" in words(shell)
        shell.trail_warnings.dismiss.click()
        with session.write():
            session.patients.save(replace(due, note="earlier still"))
        settle()
    assert not shell.trail_warnings.isVisible()


@pytest.fixture
def taken_back(session, due, clinic_path, key, open_window, tmp_path):
    """The file as it stood before some entries that this workstation has seen."""
    copy = tmp_path / "copy.als"
    session.close()
    shutil.copyfile(clinic_path, copy)
    again = Session(clinic_path, key, "dr.demo")
    shell = open_window(again)
    with again.write():
        again.patients.save(replace(due, note="later"))
    shell.signed_out.emit()
    settle()
    shutil.copyfile(copy, clinic_path)
    return lambda: open_window(Session(clinic_path, key, "dr.demo"))


def test_r13_an_older_file_is_told_until_somebody_dismisses_it(taken_back):
    for _ in range(2):
        shell = taken_back()
        assert "taken back to an older state" in words(shell.trail_warnings)
        shell.signed_out.emit()
        settle()
    shell = taken_back()
    shell.trail_warnings.dismiss.click()
    shell.signed_out.emit()
    settle()
    assert not taken_back().trail_warnings.isVisible()


def test_r13_dismissing_an_older_file_is_written_down(taken_back):
    shell = taken_back()
    told = shell.trail_warnings.text.text()
    shell.trail_warnings.dismiss.click()
    (entry,) = shell.context.session.trail.entries(entity=Act.VERIFIED)
    assert json.loads(entry.after)["problem"] == told
    assert not shell.trail_warnings.isVisible()


@pytest.mark.parametrize(("role", "offered"), [(Role.NURSE, False), (Role.MONITOR, True)])
def test_r13_an_older_file_is_dismissed_by_who_looks_after_the_trail(
    session, taken_back, role, offered, clinic_path, key, open_window
):
    with_people = Session(clinic_path, key, "dr.demo")
    with with_people.write("somebody"):
        with_people.users.save(new_user("somebody", "S. Body", role))
    with_people.close()
    shell = open_window(Session(clinic_path, key, "somebody"))
    assert "taken back to an older state" in words(shell.trail_warnings)
    assert shell.trail_warnings.dismiss.isVisible() is offered


def test_r13_a_cut_off_end_is_told(session, due, clinic_path, key, open_window):
    for trigger in list(session._db.query("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
        session._db.execute(f"DROP TRIGGER {trigger['name']}")
    session._db.execute("DELETE FROM audit WHERE id > 5")
    session.close()
    shell = open_window(Session(clinic_path, key, "dr.demo"))
    assert "entries may have been removed" in words(shell.trail_warnings)
