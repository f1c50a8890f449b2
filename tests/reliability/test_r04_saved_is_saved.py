"""R4: "Saved" appears only after the commit returned, and a commit that returned is on the disk."""

import time

import pytest

from core.errors import StorageError
from core.store import file
from tests.core.examples import a_patient
from tests.reliability import clinic_day, vfs, witness
from tests.reliability.vfs import Call, Kind, needs_vfs
from ui import theme
from ui.context import AppContext
from ui.settings import Appearance, Settings
from ui.shell import Shell

SLOW_S = 0.02  # what a tired disk takes for a sync


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "clinic.als"
    clinic_day.create(path)
    return path


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "delete"),
        ("synchronous", 3),
        ("locking_mode", "exclusive"),
        ("foreign_keys", 1),
        ("temp_store", 2),
    ],
)
def test_r04_every_setting_that_makes_saved_true_is_asserted_at_opening(
    path, monkeypatch, pragma, value
):
    with witness.opened(path, clinic_day.KEY) as db:
        assert db.execute(f"PRAGMA {pragma}").fetchone() == (value,)
    monkeypatch.setitem(file.PRAGMAS, pragma, "another")
    with pytest.raises(StorageError, match=f"cannot be used safely: {pragma}"):
        clinic_day.open_(path)


@needs_vfs
def test_r04_nobody_hears_of_a_save_before_it_is_synced(path):
    """R4: while the disk is still syncing the file and its journal, no listener was told."""
    session, heard, at_sync = None, [], []

    def slow(call: Call) -> int:
        if call.kind is Kind.SYNC and session is not None:
            time.sleep(SLOW_S)
            at_sync.append((call.path.name, len(heard)))
        return vfs.OK

    with vfs.watched(slow):
        session = clinic_day.open_(path)
        try:
            session.on_change(heard.append)
            for number in (1, 2, 3):
                at_sync.clear()
                with session.write():
                    session.patients.save(a_patient(record_number=str(number)))
                    assert len(heard) == number - 1
                assert len(heard) == number
                assert {name for name, _ in at_sync} == {"clinic.als", "clinic.als-journal"}
                assert {told for _, told in at_sync} == {number - 1}
        finally:
            session.close()


@needs_vfs
def test_r04_nobody_hears_of_a_save_that_failed(path):
    session, heard = None, []

    def broken(call: Call) -> int:
        return vfs.IOERR_FSYNC if session is not None and call.kind is Kind.SYNC else vfs.OK

    with vfs.watched(broken):
        opened = session = clinic_day.open_(path)
        try:
            session.on_change(heard.append)
            with pytest.raises(StorageError, match="disk reported an error"), session.write():
                session.patients.save(a_patient())
        finally:
            session = None
            opened.close()
    assert heard == []


@needs_vfs
def test_r04_the_window_says_saved_only_afterwards(path, tmp_path, qtbot, qapp):
    theme.start(qapp, Appearance.LIGHT)
    shell, at_sync = None, []

    def slow(call: Call) -> int:
        if call.kind is Kind.SYNC and shell is not None:
            qapp.processEvents()
            at_sync.append(shell.saved.text())
        return vfs.OK

    with vfs.watched(slow):
        session = clinic_day.open_(path)
        try:
            window = Shell(AppContext(session, Settings(tmp_path / "settings.ini")))
            qtbot.addWidget(window)
            shell = window
            with session.write():
                session.patients.save(a_patient())
            shell = None
            assert at_sync
            assert not any("Saved" in said for said in at_sync)
            assert window.saved.text().startswith("Saved ")
        finally:
            shell = None
            session.close()
