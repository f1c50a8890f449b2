"""R11: old files open: a verified copy first, then the migration; a kill in the middle loses nothing."""

import random
import shutil
import tempfile
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from core.errors import StorageError
from core.session import Session
from core.store import file, keys
from core.store.verification import verify
from tests.files import sample_clinic as sample
from tests.reliability import clinic_day, vfs, witness
from tests.reliability.processes import killed
from tests.reliability.vfs import needs_vfs
from tests.reliability.witness import Result

OLD = Path(__file__).parents[1] / "files" / "m001_first_schema.als"
WITHIN_S = 0.3
CALLS = 500  # about as many as an upgrade makes


def migration_kills(trials: int) -> Result:
    """kill -9 while an old file is brought to today's schema."""
    result = Result()
    with tempfile.TemporaryDirectory() as name:
        key, before, after = _before_and_after(Path(name, "unharmed"))
        for trial in range(trials):
            path = _old_file(Path(name, str(trial)))
            inside = random.randrange(1, CALLS) if trial % 2 and vfs.AVAILABLE else None
            said = killed(clinic_day.upgrade, path, key, within_s=WITHIN_S, at_call=inside)
            result.trials += 1
            if not said and inside is not None:
                result.failures.append(f"kill {trial}: the upgrade was not even begun")
            found = _no_copy(path, key, before) + _lost(path, key, after)
            result.failures += [f"kill {trial}: {what}" for what in found]
            shutil.rmtree(path.parent)
    return result


def _no_copy(path: Path, key: bytes, before: dict[str, list[witness.Row]]) -> list[str]:
    """What speaks against it that nothing was changed before a whole copy had its name."""
    try:
        with witness.bare(path, key) as db:
            if witness.tables(db) == before:
                return []
        (copy,) = path.parent.glob("*.before-*.als")
        with witness.bare(copy, key) as db:
            return [] if witness.tables(db) == before else ["the copy is not what the file was"]
    except (sqlcipher.Error, ValueError) as error:
        return [f"{error!r}"]


def _lost(path: Path, key: bytes, after: dict[str, list[dict[str, object]]]) -> list[str]:
    try:
        session = Session(path, key, clinic_day.LOGIN)
        try:
            problem = verify(session._db, keys.audit_key(key)).problem
            values = witness.values(session._db)
        finally:
            session.close()
    except Exception as error:
        return [f"it does not open: {error!r}"]
    return [problem] * bool(problem) + ["other values than before"] * (values != after)


def _before_and_after(
    folder: Path,
) -> tuple[bytes, dict[str, list[witness.Row]], dict[str, list[dict[str, object]]]]:
    path = _old_file(folder)
    key = keys.unwrap(keys.read(path), sample.LOGIN, sample.PASSWORD)
    with witness.bare(path, key) as db:
        before = witness.tables(db)
    session = Session(path, key, clinic_day.LOGIN)
    try:
        return key, before, witness.values(session._db)
    finally:
        session.close()


def _old_file(folder: Path) -> Path:
    folder.mkdir()
    for source in (OLD, OLD.with_name(OLD.name + ".keys")):
        shutil.copy(source, folder)
    return folder / OLD.name


@pytest.mark.parametrize("trials", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_r11_a_kill_during_a_migration_leaves_the_old_or_the_new_file(trials):
    result = migration_kills(trials)
    assert result.failures == []
    assert result.trials == trials


@needs_vfs
def test_r11_a_copy_that_comes_out_damaged_stops_the_upgrade(tmp_path):
    """R11: nothing is migrated before the copy was read again: a disk that writes rubbish is found out."""
    path = _old_file(tmp_path / "old")
    key = keys.unwrap(keys.read(path), sample.LOGIN, sample.PASSWORD)
    before = path.read_bytes()

    def spoil(call: vfs.Call) -> int:
        if call.kind is vfs.Kind.OPEN and not call.creates and call.path.suffix == ".new":
            with call.path.open("r+b") as copy:
                copy.seek(5000)
                copy.write(b"rubbish")
        return vfs.OK

    with vfs.watched(spoil), pytest.raises(StorageError, match="came out damaged"):
        Session(path, key, clinic_day.LOGIN)
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.before-*.als")) == []


def test_r11_without_the_copy_the_harness_finds_it_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(file, "_copy", lambda *_: None)
    path = _old_file(tmp_path / "old")
    key = keys.unwrap(keys.read(path), sample.LOGIN, sample.PASSWORD)
    with witness.bare(path, key) as db:
        before = witness.tables(db)
    Session(path, key, clinic_day.LOGIN).close()
    assert _no_copy(path, key, before) != []
