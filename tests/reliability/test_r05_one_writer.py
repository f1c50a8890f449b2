"""R5: two programs never write one file; the second says who has it, where and since when."""

import os
import platform
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from core import clock
from core.errors import AppError, FileInUse
from core.store import file, instance
from core.words import day
from tests.reliability import clinic_day, witness
from tests.reliability.processes import next_word, started
from tests.reliability.witness import Result

HOLDS_S = (0.0, 0.01, 0.05)
LONG_S = 1.5  # longer than the second program waits before it gives up
EVERY = 10  # how many races there are to one with a long hold
READY_S = 0.2


def races(trials: int, work: Callable[..., None] | None = None) -> Result:
    """Two processes open one file at the same moment, and write whenever they may."""
    result = Result()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "clinic.als")
        clinic_day.create(path)
        for trial in range(trials):
            hold_s = LONG_S if trial % EVERY == 0 else random.choice(HOLDS_S)
            result.trials += 1
            result.failures += [
                f"race {trial}: {what}" for what in _race(path, hold_s, work or contend)
            ]
        result.failures += witness.lost(path, clinic_day.KEY, [])
    return result


def _race(path: Path, hold_s: float, work: Callable[..., None]) -> list[str]:
    at = time.monotonic() + READY_S
    both = [started(work, path, at, hold_s) for _ in range(2)]
    words = []
    for process, heard in both:
        words += next_word(heard)
        process.join()
        process.close()
        heard.close()
    found = [word for word in words if isinstance(word, str)]
    held = sorted(word for word in words if isinstance(word, tuple))
    if len(words) < 2 or not held:
        found.append(f"not both were answered, or nobody got in: {words}")
    if len(held) == 2 and held[1][0] < held[0][1]:
        found.append("both had the file at the same time")
    return found


def contend(path: Path, at: float, hold_s: float, said: Connection) -> None:
    """Open the file at that moment; says from when to when it was held, None, or what went wrong."""
    time.sleep(max(0, at - time.monotonic()))
    try:
        session = clinic_day.open_(path)
    except FileInUse:
        said.send(None)
    except AppError as error:
        said.send(f"{type(error).__name__}: {error}")
    else:
        since = time.monotonic()
        next(clinic_day.day(session)).do()
        time.sleep(hold_s)
        until = time.monotonic()
        session.close()
        said.send((since, until))


def contend_unlocked(path: Path, at: float, hold_s: float, said: Connection) -> None:
    """The same without the exclusive lock."""
    file.PRAGMAS["locking_mode"] = "normal"
    contend(path, at, hold_s, said)


def hold(path: Path, said: Connection) -> None:
    """Open the file and keep it until killed."""
    with closing(clinic_day.open_(path)):
        said.send("open")
        time.sleep(1000)


@pytest.mark.parametrize("trials", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_r05_two_programs_never_have_one_file(trials):
    result = races(trials)
    assert result.failures == []
    assert result.trials == trials


def test_r05_the_races_fail_without_the_exclusive_lock():
    assert races(10, contend_unlocked).failures


def test_r05_without_the_exclusive_lock_two_would_write(tmp_path):
    """R5: what the lock is for: two connections without it write in turn, each on what it read before."""
    path = tmp_path / "clinic.als"
    clinic_day.create(path)
    with (
        witness.bare(path, clinic_day.KEY) as one,
        witness.bare(path, clinic_day.KEY) as other,
    ):
        for db in (one, other, one):
            db.execute("CREATE TABLE IF NOT EXISTS race (n)")
            db.execute("INSERT INTO race VALUES (1)")
            db.commit()
        assert other.execute("SELECT count(*) FROM race").fetchone() == (3,)


def test_r05_the_second_is_told_who_has_it_where_and_since_when(tmp_path):
    path = tmp_path / "clinic.als"
    clinic_day.create(path)
    process, heard = started(hold, path)
    try:
        assert next_word(heard) == ["open"]
        with pytest.raises(FileInUse) as refused:
            clinic_day.open_(path)
        said = str(refused.value)
        assert said.startswith(
            f"The file clinic.als is open: dr.demo has it on {platform.node()} since {day(clock.today())} "
        )
        assert said.endswith(". Close it there first.")
    finally:
        process.kill()
        process.join()
        heard.close()
    assert instance.note_file(path).exists()  # left behind: it keeps nobody out, and names nobody
    assert instance.holder(path) is None
    clinic_day.open_(path).close()


def test_r05_the_note_says_who_and_is_taken_away(tmp_path):
    path = tmp_path / "clinic.als"
    assert instance.holder(path) is None
    instance.note(path, "nurse")
    found = instance.holder(path)
    assert found is not None
    assert (found.login, found.workstation, found.pid) == ("nurse", platform.node(), os.getpid())
    assert found.since <= clock.now()
    instance.forget(path)
    instance.forget(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"login": "a"}', '{"login": 1, "pid": "x", "since": 5}', "\0" * 99]
)
def test_r05_a_note_that_cannot_be_read_names_nobody(tmp_path, content):
    path = tmp_path / "clinic.als"
    instance.note_file(path).write_text(content)
    assert instance.holder(path) is None


def test_r05_a_note_that_cannot_be_written_refuses_nobody(tmp_path):
    instance.note(tmp_path / "gone" / "clinic.als", "nurse")
    assert instance.holder(tmp_path / "gone" / "clinic.als") is None


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("Dropbox (Clinic)", "Dropbox"),
        ("OneDrive - Hospital", "OneDrive"),
        ("Google Drive", "Google Drive"),
        ("Nextcloud", "Nextcloud"),
        ("pCloudDrive", "pCloud"),
        ("Mobile Documents/com~apple~CloudDocs", "iCloud Drive"),
        ("iCloudDrive", "iCloud Drive"),
    ],
)
def test_r05_a_synchronised_folder_is_warned_about(tmp_path, folder, service):
    said = instance.where_it_lies(tmp_path / folder / "ALS" / "clinic.als")
    assert said is not None
    assert said.startswith(f"clinic.als is in a folder that {service} copies")


def test_r05_a_folder_is_known_by_what_the_service_left_in_it(tmp_path):
    path = tmp_path / "ours" / "deeper" / "clinic.als"
    path.parent.mkdir(parents=True)
    assert instance.where_it_lies(path) is None
    (tmp_path / "ours" / ".stfolder").mkdir()
    assert "Syncthing" in (instance.where_it_lies(path) or "")
    shutil.rmtree(tmp_path / "ours" / ".stfolder")
    assert instance.where_it_lies(path) is None


MOUNTS = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:39 / /mnt/clinic rw,relatime shared:20 - cifs //server/clinic rw
41 22 0:40 / /mnt/two\040words rw - nfs4 server:/x rw
42 40 0:41 / /mnt/clinic/local rw - tmpfs tmpfs rw
43 22 0:42 / /mnt/home rw - ext4 /dev/vdb rw
44 22 0:43 / /mnt/home rw - fuse.sshfs host: rw
short line
"""


@pytest.mark.parametrize(
    ("folder", "system"),
    [
        ("/srv/als", "ext4"),
        ("/mnt/clinic", "cifs"),
        ("/mnt/clinic/als", "cifs"),
        ("/mnt/clinics", "ext4"),
        ("/mnt/two words/als", "nfs4"),
        ("/mnt/clinic/local", "tmpfs"),
        ("/mnt/home/als", "fuse.sshfs"),  # mounted over the other
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="Linux lists its mounts so")
def test_r05_the_file_system_of_a_folder(folder, system):
    assert instance._system_of(Path(folder), MOUNTS) == system


def test_r05_a_network_drive_is_warned_about(tmp_path, monkeypatch):
    """The list of network systems is what a real folder is held against."""
    path = tmp_path / "clinic.als"
    assert instance.where_it_lies(path) is None
    mounts = Path("/proc/self/mountinfo")
    if not mounts.exists():
        pytest.skip("only Linux lists its mounts so")
    here = instance._system_of(tmp_path, mounts.read_text())
    monkeypatch.setattr(instance, "_NETWORK_SYSTEMS", {here})
    assert "network drive" in (instance.where_it_lies(path) or "")
