"""R3: any single I/O error leaves the state before or after, one plain sentence, and a retry works."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import AppError, StorageError
from tests.core.examples import a_patient
from tests.reliability import clinic_day, vfs, witness
from tests.reliability.vfs import Call, Kind, needs_vfs
from tests.reliability.witness import Result

CHANGES = (Kind.OPEN, Kind.WRITE, Kind.TRUNCATE, Kind.SYNC, Kind.DELETE)


class OneFailure:
    """Lets everything through but one call of these kinds: the nth after it was armed."""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds = kinds
        self._left = 0
        self.failed: Call | None = None

    def arm(self, nth: int) -> None:
        self._left, self.failed = nth, None

    def disarm(self) -> None:
        self._left = 0

    def __call__(self, call: Call) -> int:
        self._left -= call.kind in self._kinds
        if self._left != 0 or call.kind not in self._kinds:
            return vfs.OK
        self.failed = call
        return vfs.FAILURE[call.kind]


def io_errors_of_a_visit(step: int = 1) -> Result:
    """Every save of a day with its first call failing, then its second, until it has no more of them.

    ``step`` leaves calls out: with 10 only every tenth fails.
    """
    result = Result()
    failure = OneFailure(*CHANGES)
    with tempfile.TemporaryDirectory() as name, vfs.watched(failure):
        path = Path(name, "clinic.als")
        clinic_day.create(path)
        session = clinic_day.open_(path)
        try:
            for number, save in enumerate(clinic_day.day(session)):
                before, left = witness.values(session._db), []
                nth = 1 + number % step
                while True:
                    said = _attempt(failure, nth, save.do)
                    if failure.failed is None:
                        break
                    result.trials += 1
                    where = f"{save.what}, call {nth} ({failure.failed.kind}) fails: "
                    result.failures += [where + what for what in _not_plain(said)]
                    left.append((where, said, witness.values(session._db)))
                    nth += step
                after = witness.values(session._db)
                for where, said, state in left:
                    if state != after and (said is None or state != before):
                        result.failures.append(where + "neither the state before nor after")
                result.failures += [
                    f"{save.what}: {what}" for what in witness.contradictions(session._db)
                ]
        finally:
            session.close()
        result.failures += witness.lost(path, clinic_day.KEY, [])
    return result


def io_errors_of_an_opening(step: int = 1) -> Result:
    """Opening after a crash in the middle of a commit, with each of its calls failing once."""
    result = Result()
    failure = OneFailure(*CHANGES, Kind.READ)
    with tempfile.TemporaryDirectory() as name:
        crashed, trail = crashed_in_a_commit(Path(name))
        with vfs.watched(failure):
            nth = 1
            while True:
                path = Path(shutil.copytree(crashed, Path(name, str(nth)))) / "clinic.als"
                said = _attempt(failure, nth, lambda path=path: clinic_day.open_(path).close())
                if failure.failed is None:
                    break
                result.trials += 1
                where = f"opening, call {nth} ({failure.failed.kind}) fails: "
                found = _not_plain(said) + witness.lost(path, clinic_day.KEY, trail)
                result.failures += [where + what for what in found]
                nth += step
    return result


def crashed_in_a_commit(folder: Path) -> tuple[Path, list[witness.Row]]:
    """A file and its journal as a crash leaves them, half of a commit written; and what was acknowledged."""
    crashed, path = folder / "crashed", folder / "work" / "clinic.als"
    path.parent.mkdir()
    clinic_day.create(path)
    trail: list[witness.Row] = []

    def take_a_picture(call: Call) -> int:
        if trail and call.kind is Kind.SYNC and call.path == path and not crashed.exists():
            shutil.copytree(path.parent, crashed)
        return vfs.OK

    with vfs.watched(take_a_picture):
        session = clinic_day.open_(path)
        try:
            saves = clinic_day.day(session)
            for _ in range(8):
                next(saves).do()
            trail = witness.trail(session._db)
            next(saves).do()
        finally:
            session.close()
    assert (crashed / "clinic.als-journal").stat().st_size > 0
    return crashed, trail


def _attempt(failure: OneFailure, nth: int, save: Callable[[], object]) -> BaseException | None:
    failure.arm(nth)
    try:
        save()
    except Exception as error:
        return error
    else:
        return None
    finally:
        failure.disarm()


def _not_plain(said: BaseException | None) -> list[str]:
    if said is None or (isinstance(said, AppError) and "\n" not in str(said)):
        return []
    return [f"no plain sentence but {said!r}"]


@needs_vfs
@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_r03_an_io_error_leaves_the_state_before_or_after_and_a_retry_works(step):
    result = io_errors_of_a_visit(step)
    assert result.failures == []
    assert result.trials > 400 / step


@needs_vfs
@pytest.mark.parametrize("step", [19, pytest.param(1, marks=pytest.mark.slow)])
def test_r03_an_io_error_while_opening_after_a_crash_loses_nothing(step):
    result = io_errors_of_an_opening(step)
    assert result.failures == []
    assert result.trials > 40 / step


@needs_vfs
def test_r03_a_page_that_cannot_be_read_is_no_reason_to_take_a_backup(tmp_path):
    """R3: the driver then calls every page damaged, until the file is opened again."""
    path = tmp_path / "clinic.als"
    clinic_day.create(path)
    unplugged = False

    def disk(call: Call) -> int:
        return vfs.IOERR_READ if unplugged and call.kind is Kind.READ else vfs.OK

    def write() -> None:
        with session.write():
            session.patients.save(a_patient(record_number="another"))

    with vfs.watched(disk):
        session = clinic_day.open_(path)
        try:
            for save in clinic_day.day(session):
                save.do()
            trail = witness.trail(session._db)
            session._db.execute("PRAGMA shrink_memory")  # its pages must be read again
            unplugged = True
            with pytest.raises(StorageError, match="disk reported an error"):
                write()
            unplugged = False
            with pytest.raises(StorageError, match="Close it and open it again"):
                write()
        finally:
            session.close()
        assert witness.lost(path, clinic_day.KEY, trail) == []
        session = clinic_day.open_(path)
        try:
            write()
            assert witness.contradictions(session._db) == []
        finally:
            session.close()


@needs_vfs
def test_r03_after_a_transaction_was_taken_back_the_first_page_is_read_anew(tmp_path):
    """R3: once in several thousand times what the driver keeps of it in memory is not what is on the disk."""
    path = tmp_path / "clinic.als"
    clinic_day.create(path)
    read: list[int] = []

    def disk(call: Call) -> int:
        if call.kind is Kind.READ and call.path == path:
            read.append(call.offset)
        return vfs.OK

    def half_a_write() -> None:
        with session.write():
            session.patients.save(a_patient(record_number="another"))
            raise KeyboardInterrupt

    with vfs.watched(disk):
        session = clinic_day.open_(path)
        try:
            read.clear()
            with pytest.raises(KeyboardInterrupt):
                half_a_write()
            assert session._db.table_names()
        finally:
            session.close()
    assert 0 in read
