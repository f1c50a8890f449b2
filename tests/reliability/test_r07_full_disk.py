"""R7: a full disk loses nothing and says so; there is a warning before."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import StorageError
from core.store import instance
from tests.reliability import clinic_day, vfs, witness
from tests.reliability.test_r03_io_errors import crashed_in_a_commit
from tests.reliability.vfs import Call, Kind, needs_vfs
from tests.reliability.witness import Result

BLOCK = 4096  # bytes
PLENTY = 1 << 40


class Room:
    """A disk with so many bytes left, counted in blocks as a file system does."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.refused = False

    def __call__(self, call: Call) -> int:
        size = call.path.stat().st_size if call.path.exists() else 0
        match call.kind:
            case Kind.WRITE:
                wanted = _on_disk(max(size, call.end)) - _on_disk(size)
            case Kind.TRUNCATE:
                wanted = _on_disk(call.offset) - _on_disk(size)
            case Kind.DELETE:
                wanted = -_on_disk(size)
            case _:
                return vfs.OK
        if wanted > max(self.free, 0):
            self.refused = True
            return vfs.FULL
        self.free -= wanted
        return vfs.OK


def _on_disk(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def fill_levels(step: int = 1) -> Result:
    """A day on a disk with nothing left, with one block, with two, until there is room for all of it.

    ``step`` leaves levels out: 10 tries every tenth.
    """
    result = Result()
    with tempfile.TemporaryDirectory() as name:
        morning = Path(name, "morning.als")
        clinic_day.create(morning)
        refused, blocks = True, 0
        while refused:
            path = Path(shutil.copy(morning, Path(name, f"{blocks}.als")))
            room = Room(blocks * BLOCK)
            with vfs.watched(room):
                found = _day_until_full(path, lambda room=room: setattr(room, "free", PLENTY))
            refused = room.refused
            result.trials += 1
            result.failures += [f"{blocks} blocks free: {what}" for what in found]
            blocks += step
    return result


def _day_until_full(path: Path, free_space: Callable[[], object]) -> list[str]:
    """A day that goes on once there is space; what went wrong in it."""
    found = []
    session = clinic_day.open_(path)  # what was saved can be read on a full disk too
    try:
        for save in clinic_day.day(session):
            before = witness.tables(session._db)
            try:
                save.do()
            except StorageError as error:
                if "disk is full: nothing was saved" not in str(error):
                    found.append(f"{save.what}: {error}")
                if witness.tables(session._db) != before:
                    found.append(f"{save.what}: something was saved though it was refused")
                free_space()
                save.do()
        trail = witness.trail(session._db)
    finally:
        session.close()
    return found + witness.lost(path, clinic_day.KEY, trail)


@contextmanager
def _small_disk(folder: Path, size: int) -> Iterator[None]:
    """A real file system of that size, mounted on the folder."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.name != "posix" or os.getuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a disk of its own")
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@needs_vfs
@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_r07_a_full_disk_loses_nothing_says_so_and_a_retry_works(step):
    result = fill_levels(step)
    assert result.failures == []
    assert result.trials > 20 / step


@pytest.mark.parametrize("blocks", [0, 9])
def test_r07_a_disk_that_is_really_full(tmp_path, blocks):
    with _small_disk(tmp_path, 4 << 20):
        path, rest = tmp_path / "clinic.als", tmp_path / "rest"
        clinic_day.create(path)
        rest.write_bytes(bytes(shutil.disk_usage(tmp_path).free - blocks * BLOCK))
        assert _day_until_full(path, rest.unlink) == []
        assert not rest.exists(), "the disk was not full"


@needs_vfs
def test_r07_after_a_crash_on_a_full_disk_the_file_waits_for_space(tmp_path):
    """R7: what a crash left is looked at on a copy; without room for one nothing is touched."""
    (tmp_path / "day").mkdir()
    crashed, trail = crashed_in_a_commit(tmp_path / "day")
    (tmp_path / "disk").mkdir()
    with _small_disk(tmp_path / "disk", 4 << 20):
        path, rest = tmp_path / "disk" / "clinic.als", tmp_path / "disk" / "rest"
        for file in crashed.iterdir():
            shutil.copy(file, path.parent)
        left = {file.name: file.read_bytes() for file in path.parent.iterdir()}
        rest.write_bytes(bytes(shutil.disk_usage(path.parent).free))
        with pytest.raises(StorageError, match="Free some space, and open the file again"):
            clinic_day.open_(path)
        rest.unlink()
        assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == left
        assert witness.lost(path, clinic_day.KEY, trail) == []


def test_r07_a_disk_that_is_nearly_full_is_warned_about(tmp_path):
    with _small_disk(tmp_path, 4 << 20):
        said = instance.free_space_warning(tmp_path / "clinic.als")
        assert said is not None
        assert said.startswith("Only 4 MB are free on the disk of clinic.als.")


def test_r07_a_disk_with_room_is_not(tmp_path, monkeypatch):
    path = tmp_path / "clinic.als"
    monkeypatch.setattr(instance, "FREE_WANTED", 1)
    assert instance.free_space_warning(path) is None
    monkeypatch.setattr(instance, "FREE_WANTED", PLENTY)
    assert "before saving is refused" in (instance.free_space_warning(path) or "")
    assert instance.free_space_warning(tmp_path / "gone" / "clinic.als") is None


@needs_vfs
def test_r07_a_retry_without_space_is_refused_again(tmp_path):
    """R7: the harness itself: while nothing is freed, the day does not go on."""
    path = tmp_path / "clinic.als"
    clinic_day.create(path)
    with vfs.watched(Room(3 * BLOCK)), pytest.raises(StorageError, match="disk is full"):
        _day_until_full(path, lambda: None)
    assert witness.lost(path, clinic_day.KEY, []) == []
