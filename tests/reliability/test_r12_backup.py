"""R12: backups are encrypted and verified, hold every row, bring a bare computer back, and cost no old one."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from core.acts import backups
from core.errors import AppError, FileDamaged, StorageError, WrongPassword
from core.model.user import Clinic
from core.reports import certificate
from core.session import Session, new_user
from core.store import backup, keys
from tests.core.examples import a_patient
from tests.core.reports.test_summary import pages
from tests.core.store.nouns import Nouns
from tests.passwords import cheap_passwords
from tests.reliability import clinic_day, vfs, witness
from tests.reliability.clinic_day import KEY, LOGIN
from tests.reliability.processes import killed
from tests.reliability.vfs import Call, Kind, needs_vfs
from tests.reliability.witness import Result

NOW = datetime(2026, 11, 22, 10, 15, 2, tzinfo=UTC)
WITHIN_S = 0.5  # some saves, and a backup after each
CALLS = 1500  # as many changes of a file
PLANTED = "Zarathustra"
_SENTENCES = ("The disk of the folder", "No copy was made: the folder")


def back_up(session: Session, now: datetime = NOW, folder: Path | None = None) -> Path:
    folder = folder or backups.default_folder(session.path)
    begun = backup.begin(session._db, session.path, KEY, folder, now)
    return backups.finish(begun, session.path, KEY, now).path


def a_clinic(path: Path) -> None:
    """A clinic file and its key file, on the morning of its first day."""
    clinic_day.create(path)
    with cheap_passwords():
        keys.write(path, keys.with_password(keys.new_ring(), KEY, LOGIN, "s3cret"))


def a_day_of_work(path: Path) -> None:
    session = clinic_day.open_(path)
    try:
        for save in clinic_day.day(session):
            save.do()
    finally:
        session.close()


@pytest.fixture(scope="module")
def a_clinic_after_a_day(tmp_path_factory):
    folder = tmp_path_factory.mktemp("after-a-day")
    a_clinic(folder / "clinic.als")
    a_day_of_work(folder / "clinic.als")
    return folder


@pytest.fixture
def path(a_clinic_after_a_day, tmp_path):
    shutil.copytree(a_clinic_after_a_day, tmp_path, dirs_exist_ok=True)
    return tmp_path / "clinic.als"


@pytest.fixture
def opened(path):
    session = clinic_day.open_(path)
    yield session
    session.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


# -- what comes back


def test_r12_restored_tables_are_equal_byte_for_byte(opened, path, tmp_path):
    Nouns(opened).save_all()
    made = back_up(opened)
    opened.close()
    backup.restore(made, tmp_path / "restored.als", KEY)
    was, restored = (_dump(one) for one in (path, tmp_path / "restored.als"))
    assert restored == was
    assert repr(restored) == repr(was)  # 1 and 1.0 are equal, and not the same
    filled = {table for table, rows in restored.items() if rows}
    assert {"audit", "audit_head", "patient", "visit", "answer", "blow", "user"} <= filled
    again = clinic_day.open_(tmp_path / "restored.als")
    assert again.trail.verify().is_whole
    again.close()


def _dump(path: Path) -> dict[str, list[witness.Row]]:
    with witness.bare(path, KEY) as connection:
        return witness.tables(connection)


def test_r12_a_bare_computer_is_back_from_one_pair_of_files_and_the_printed_code(tmp_path):
    """Also when nobody remembers a password: two files and the page in the safe."""
    old = tmp_path / "old" / "clinic.als"
    old.parent.mkdir()
    user = new_user("dr.demo", "Dr. Demo")
    session = Session.create(old, Clinic(name="ALS clinic"), user, "s3cret")
    code = session.new_recovery_code()
    nouns = Nouns(session)
    nouns.save_all()
    key = keys.unwrap(keys.read(old), "dr.demo", "s3cret")
    begun = backup.begin(session._db, old, key, old.parent, NOW)
    made = backups.finish(begun, old, key, NOW).path
    session.close()
    bare = tmp_path / "bare"
    bare.mkdir()
    for one in (made, keys.key_file(made)):
        shutil.move(one, bare)
    shutil.rmtree(old.parent)

    carried, restored = bare / made.name, bare / "clinic.als"
    key = keys.unwrap_recovery(keys.read(carried), code.lower().replace("-", " "))
    backup.restore(carried, restored, key)
    again, new_code = Session.recover(restored, code, "dr.demo", "n3w")
    assert again.patients.all() == [nouns.person]
    assert again.trail.verify().is_whole
    again.close()
    assert new_code != code
    Session.open(restored, "dr.demo", "n3w").close()
    with pytest.raises(WrongPassword):
        Session.open(restored, "dr.demo", "s3cret")
    assert backup.verify_backup(carried, key)  # the backup itself is what it was


def test_r12_a_drill_ends_in_a_certificate(opened, path):
    folder = backups.default_folder(path)
    back_up(opened)
    for _, save in zip(range(40), clinic_day.day(opened), strict=False):
        save.do()
    live = backup.begin(opened._db, path, KEY, folder, NOW + timedelta(hours=1))
    result = backups.run_drill(live, path, folder, KEY, NOW + timedelta(hours=1))
    assert result.differing > 40 and result.unexplained == 0
    page, *_more = pages(certificate.render(result, opened.clinic, LOGIN, NOW, opened.trail_head))
    assert "PASSED" in page and result.sha256 in page and result.head.code in page
    assert result.head.code != opened.trail_head.code


def test_r12_a_backup_tells_nothing_to_who_has_no_key(opened, tmp_path):
    """R10 too: neither while it is written, nor once it is done, nor by its name."""
    with opened.write():
        opened.patients.save(a_patient(record_number="8", family_name=PLANTED))
    folder = tmp_path / "backups"
    begun = backup.begin(opened._db, opened.path, KEY, folder, NOW)
    files = contents(folder)
    backups.finish(begun, opened.path, KEY, NOW)
    files |= contents(folder)
    assert len(files) == 4
    for name, data in files.items():
        for text in (PLANTED, "SQLite format 3", "Rahimi", "ALS clinic"):
            assert text.encode() not in data and text not in name, (name, text)


# -- what goes wrong on the way


def killed_while_backing_up(
    trials: int, work: Callable[[Path, int | None, Connection], None] | None = None
) -> Result:
    """kill -9 of a clinic that backs up after every save: what counts as a backup is one."""
    result, made = Result(), 0
    with tempfile.TemporaryDirectory() as name:
        morning = Path(name, "morning.als")
        a_clinic(morning)
        for trial in range(trials):
            folder = Path(name, str(trial))
            folder.mkdir()
            path = folder / "clinic.als"
            for copy in (lambda one: one, keys.key_file, keys.second_key_file):
                shutil.copy(copy(morning), copy(path))
            inside = random.randrange(1, CALLS) if trial % 2 and vfs.AVAILABLE else None
            said = killed(work or backing_up, path, within_s=WITHIN_S, at_call=inside)
            made += len(said)
            result.trials += 1
            result.failures += [f"kill {trial}: {what}" for what in _after_kill(path, said)]
            shutil.rmtree(folder)
    if made < trials:
        result.failures.append(f"{made} backups in {trials} trials: they hardly tried")
    return result


def backing_up(path: Path, killed_at_call: int | None, said: Connection) -> None:
    """Saves without end, with a backup after each; its name goes to ``said``."""
    _backing_up(path, killed_at_call, said, back_up)


def backing_up_carelessly(path: Path, killed_at_call: int | None, said: Connection) -> None:
    """The same without the protection: written under its final name, and not verified."""

    def write(session: Session, now: datetime) -> Path:
        folder = backups.default_folder(session.path)
        folder.mkdir(exist_ok=True)
        final = folder / f"clinic-{now:%Y-%m-%dT%H%M%SZ}.als"
        shutil.copy(keys.key_file(session.path), keys.key_file(final))
        session._db.execute("VACUUM INTO ?", [str(final)])
        return final

    _backing_up(path, killed_at_call, said, write)


def _backing_up(
    path: Path,
    killed_at_call: int | None,
    said: Connection,
    write: Callable[[Session, datetime], Path],
) -> None:
    calls = 0

    def kill(call: Call) -> int:
        nonlocal calls
        calls += call.kind is not Kind.READ
        if calls == killed_at_call:
            os.kill(os.getpid(), signal.SIGKILL)
        return vfs.OK

    with vfs.watched(kill) if killed_at_call else nullcontext():
        session = clinic_day.open_(path)
        for second, save in enumerate(clinic_day.days(session)):
            save.do()
            said.send(write(session, NOW + timedelta(seconds=second)).name)


def _after_kill(path: Path, said: list[str]) -> list[str]:
    folder = backups.default_folder(path)
    found = witness.lost(path, KEY, [])
    counted = [one.path for one in backup.backups(path, folder)]
    if missing := set(said) - {one.name for one in counted}:
        found.append(f"acknowledged and gone: {sorted(missing)}")
    for one in counted[-3:]:
        try:
            backup.verify_backup(one, KEY)
        except AppError as error:
            found.append(f"counted and not whole: {error}")
    session = clinic_day.open_(path)
    try:
        tomorrow = back_up(session, NOW + timedelta(days=1, hours=1))
    finally:
        session.close()
    names = set(contents(folder))
    whole = {*counted, tomorrow}
    if names != {one.name for pair in whole for one in (pair, keys.key_file(pair))}:
        found.append("what the killed backup left was not cleared away")
    return found


@pytest.mark.parametrize("trials", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_r12_what_counts_as_a_backup_is_one_whenever_the_program_is_killed(trials):
    result = killed_while_backing_up(trials)
    assert result.failures == []
    assert result.trials == trials


@needs_vfs
def test_r12_the_kills_would_find_a_backup_that_counts_before_it_is_verified():
    result = killed_while_backing_up(8, backing_up_carelessly)
    assert any("counted and not whole" in failure for failure in result.failures)


def test_r12_without_verifying_a_damaged_copy_would_count(opened, path):
    """Being there under the right name proves nothing: only reading it again does."""
    folder = backups.default_folder(path)
    begun = backup.begin(opened._db, path, KEY, folder, NOW)
    written = bytearray(begun.written.read_bytes())
    written[-100] ^= 1
    begun.written.write_bytes(written)
    keys.key_file(begun.written).rename(keys.key_file(begun.backup.path))
    begun.written.rename(begun.backup.path)
    assert backups.newest(path, folder, NOW) == begun.backup
    with pytest.raises(FileDamaged):
        backup.verify_backup(begun.backup.path, KEY)


@dataclass(slots=True)
class FailingDisk:
    """Refuses the nth thing that is asked of a backup being written."""

    left: int = 0
    refused: Call | None = None

    def __call__(self, call: Call) -> int:
        if ".als.new" not in call.path.name:
            return vfs.OK
        self.left -= 1
        if self.left != 0:
            return vfs.OK
        self.refused = call
        return vfs.FULL if call.kind is Kind.WRITE else vfs.FAILURE[call.kind]


def errors_while_backing_up() -> Result:
    """Every write and every other call of a backup fails once."""
    result = Result()
    disk = FailingDisk()
    with tempfile.TemporaryDirectory() as name, vfs.watched(disk):
        path = Path(name, "clinic.als")
        a_clinic(path)
        a_day_of_work(path)
        session = clinic_day.open_(path)
        try:
            folder = back_up(session, NOW - timedelta(hours=1)).parent
            before = contents(folder)
            nth = 1
            while True:
                disk.left, disk.refused = nth, None
                begun, said = None, ""
                try:
                    begun = backup.begin(session._db, path, KEY, folder, NOW)
                except StorageError as error:
                    said = str(error)
                disk.left = 0
                if begun is not None:  # SQLite did without that call: then the copy must be whole
                    backup.remove(backup.finish(begun, KEY))
                if disk.refused is None:
                    break
                result.trials += 1
                where = f"call {nth} ({disk.refused.kind}) fails"
                if begun is None and not said.startswith(_SENTENCES):
                    result.failures.append(f"{where}: it says “{said}”")
                if contents(folder) != before:
                    result.failures.append(f"{where}: the folder is not as it was")
                nth += 1
            back_up(session)
        finally:
            session.close()
        result.failures += witness.lost(path, KEY, [])
    return result


@needs_vfs
def test_r12_any_error_of_the_disk_is_one_sentence_and_costs_no_old_backup():
    result = errors_while_backing_up()
    assert result.failures == []
    assert result.trials > 50


@contextmanager
def a_small_disk(folder: Path, size_kb: int) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def _may_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as name:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", name], capture_output=True)
        if mounted.returncode == 0:
            subprocess.run(["umount", name], check=True)
    return mounted.returncode == 0


needs_disks = pytest.mark.skipif(not _may_mount(), reason="no disk of our own can be mounted here")


@needs_disks
@pytest.mark.parametrize("left_kb", [0, 4, 12, 100])
def test_r12_a_full_disk_is_said_and_costs_no_old_backup(opened, path, tmp_path, left_kb):
    """The first place and the second: a real disk that fills up at one point or another."""
    size_kb = path.stat().st_size // 1024 * 2 + 400
    first = back_up(opened)
    with a_small_disk(tmp_path / "disk", size_kb) as disk:
        backups.copy_to(path, first.parent, disk, NOW)
        filler = disk / "film.mp4"
        free = shutil.disk_usage(disk).free
        filler.write_bytes(bytes(max(0, free - left_kb * 1024)))
        before = contents(disk)
        later = NOW + timedelta(hours=1)
        with pytest.raises(StorageError, match=r"The disk of the folder .*disk is full"):
            backup.begin(opened._db, path, KEY, disk, later)
        assert contents(disk) == before
        newer = back_up(opened, later)
        with pytest.raises(StorageError, match=r"The disk of the folder .*disk is full"):
            backups.copy_to(path, first.parent, disk, later)
        assert contents(disk) == before
        filler.unlink()
        copied = backups.copy_to(path, first.parent, disk, later)
        assert copied.path.read_bytes() == newer.read_bytes()
        assert backup.verify_backup(disk / first.name, KEY)


@needs_disks
def test_r12_an_unplugged_second_place_is_said_and_costs_nothing(opened, path, tmp_path):
    first = back_up(opened)
    before = contents(first.parent)
    with a_small_disk(tmp_path / "usb", 4000) as usb:
        (usb / "backups").mkdir()
        backups.copy_to(path, first.parent, usb / "backups", NOW)
        assert backups.second_place_problem(path, usb / "backups", NOW) is None
    second = tmp_path / "usb" / "backups"
    assert "cannot be reached. Plug in" in backups.second_place_problem(path, second, NOW)
    with pytest.raises(StorageError, match=r"usb.backups cannot be written\. Plug in its drive"):
        backups.copy_to(path, first.parent, second, NOW)
    assert contents(first.parent) == before and not second.exists()
