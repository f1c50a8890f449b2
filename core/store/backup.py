"""Copies of the open clinic file: written, opened again and verified before they count; and put back."""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from core.errors import AppError, FileDamaged, FileExists, FileInUse, FileTooNew, StorageError
from core.model.backup import Backup
from core.model.trail import CHANGES_NOTHING, TrailHead
from core.store import audit, keys
from core.store.file import read_only, require
from core.store.migrations import migrations
from core.store.verification import verify
from core.words import N_, _

Watch = Callable[[int, int], None]  # so many pages are written, of so many
SLICE = 256  # pages, 1 MB: some hundredths of a second
_TRAIL_HEAD = "audit_head"  # a copy from before the migration that made it has no chain to verify
_STAMP = "%Y-%m-%dT%H%M%SZ"  # UTC: names sort by time, and hold no colon, which Windows refuses
_NAME = r"-(\d{4}-\d\d-\d\dT\d{6}Z)\.als"
# No copy takes a day to write; a damaged one may be looked at for a while.
_LEFT_FOR = {"new": timedelta(days=1), "drill": timedelta(days=1), "damaged": timedelta(days=14)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """How much a file holds: its schema steps, the rows of every table, and where its trail ends."""

    steps: frozenset[str]
    rows: Mapping[str, int]
    head: TrailHead | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A copy that is written but not verified: what it will be called, and what it must hold."""

    backup: Backup
    contents: Contents

    @property
    def written(self) -> Path:
        return beside(self.backup.path, ".new")


def begin(
    db: Database,
    clinic_path: Path,
    key: bytes,
    folder: Path,
    now: datetime,
    watch: Watch | None = None,
) -> Begun:
    """Write a copy of the open file and of its key file into the folder, which is made where it is missing.

    Not inside a transaction. ``watch`` is called between slices of the copy, in which a person may be answered: what is
    saved through ``db`` meanwhile is in the copy, and what ``watch`` raises ends it. Raises StorageError. Whatever is
    raised, nothing new is left behind.
    """
    ring = keys.read(clinic_path)
    planned = _unused(clinic_path.stem, folder, now)
    new = beside(planned.path, ".new")
    with _writing_into(folder), _removed_on_failure(new):
        folder.mkdir(exist_ok=True)
        _copy_pages(db, new, key, watch)
        begun = Begun(
            backup=planned, contents=contents(db)
        )  # what it holds once nothing can come in any more
        _make_durable(new)
        keys.write(new, ring)
        keys.second_key_file(new).unlink()  # a backup is a pair: easy to carry by hand
    return begun


def _copy_pages(db: Database, new: Path, key: bytes, watch: Watch | None) -> None:
    """Every page of the open file, slice by slice, encrypted with the same key.

    SQLite brings what is written through the same connection into the copy, also into the part that is done.
    """

    def told(_status: int, left: int, pages: int) -> None:
        if watch is not None and left:  # after the last slice nothing may come in
            watch(pages - left, pages)

    with closing(sqlcipher.connect(str(new))) as copy:
        copy.execute("PRAGMA cipher_log_level = NONE")  # it would write to stderr
        copy.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        copy.execute("PRAGMA temp_store = MEMORY")  # no patient data in temporary files
        copy.execute("PRAGMA journal_mode = OFF")  # what is not whole is removed
        copy.execute("PRAGMA synchronous = OFF")  # it is made durable as a whole
        db.conn.backup(copy, pages=SLICE, progress=told)


def finish(begun: Begun, key: bytes) -> Backup:
    """Verify what was begun and give it its name: from here on it counts. Needs values only, no session.

    Raises FileDamaged where it is not whole; then it is renamed to ``….als.damaged``. Where it is a true
    copy of a clinic file whose trail is not whole, it is kept, and FileDamaged says what is wrong there.
    """
    try:
        with reading(begun.written, key) as db:
            if _whole(db, begun.written) != begun.contents:
                raise _damaged(begun.written, _("It does not hold what the clinic file holds."))
            problem = _trail_problem(db, key)
    except FileDamaged as error:
        raise set_aside(begun.written, begun.backup.path, error) from error
    with _writing_into(begun.backup.path.parent):
        _rename_pair(begun.written, begun.backup.path)
    if problem:
        text = _(
            "The clinic file itself was changed from outside the program: {problem} It was copied as it is."
        )
        raise FileDamaged(text.format(problem=problem))
    return begun.backup


def set_aside(written: Path, final: Path, error: FileDamaged) -> FileDamaged:
    """Take a damaged copy out of the count, under another name; the error to raise then."""
    aside = beside(final, ".damaged")
    with _writing_into(final.parent):
        _rename_pair(written, aside)
    text = _(
        "{why} It does not count and is now called {name}; the other backups are as they were."
    )
    return FileDamaged(text.format(why=error, name=aside.name))


def verify_backup(path: Path, key: bytes) -> Contents:
    """What a copy holds, once every page, every reference, the whole trail and every row were checked.

    Raises FileDamaged, FileTooNew, FileMissing, or StorageError where it cannot be read; changes nothing.
    """
    with reading(path, key) as db:
        held = _whole(db, path)
        if problem := _trail_problem(db, key):
            raise _damaged(path, problem)
    return held


def _whole(db: Database, path: Path) -> Contents:
    """What a copy holds, once every page and every reference were checked."""
    for check in ("cipher_integrity_check", "integrity_check", "foreign_key_check"):
        found = [str(row[0]) for row in db.execute(f"PRAGMA {check}").fetchall()]
        if found not in ([], ["ok"]):
            raise _damaged(path, _("Its pages do not fit together."))
    return contents(db)


def _trail_problem(db: Database, key: bytes) -> str:
    """What is wrong with the trail, or with the rows by it; a file of before there was a chain has none."""
    if not db.table(_TRAIL_HEAD).exists():
        return ""
    return verify(db, keys.audit_key(key)).problem


@contextmanager
def reading(path: Path, key: bytes) -> Iterator[Database]:
    """A copy, open to be read only: not even a journal that lies beside it is played back into it."""
    require(path)
    try:
        with read_only(path, key) as db:
            yield db
    except sqlcipher.Error as error:
        if error.sqlite_errorname in {"SQLITE_NOTADB", "SQLITE_CORRUPT"}:
            raise _damaged(path, _("It does not open with this key.")) from error
        raise StorageError(
            _("The backup {name} cannot be read. Check the drive that it is on.").format(
                name=path.name
            )
        ) from error


def contents(db: Database) -> Contents:
    """Raises FileTooNew where a newer version of the program wrote it."""
    known = {step.name for step in migrations.pending(Database(memory=True))}
    steps = frozenset(step.name for step in migrations.applied(db))
    if newer := steps - known:
        raise FileTooNew(
            _(
                "This backup was written by a newer version of the program ({steps})."
                " Install that version to restore it."
            ).format(steps=", ".join(sorted(newer)))
        )
    rows = {
        table: db.table(table).count for table in sorted(set(db.table_names()) - {audit.DERIVED})
    }
    return Contents(steps=steps, rows=rows, head=audit.head(db) if _TRAIL_HEAD in rows else None)


def changed_at(db: Database) -> datetime | None:
    """When something was last changed that a backup would hold: looking and printing change nothing."""
    marks = ", ".join("?" for _act in CHANGES_NOTHING)
    found = db.execute(
        f"SELECT at FROM audit WHERE entity NOT IN ({marks}) ORDER BY id DESC LIMIT 1",  # noqa: S608
        [act.value for act in CHANGES_NOTHING],
    ).fetchone()
    return None if found is None else datetime.fromisoformat(found[0])


def backups(clinic_path: Path, folder: Path) -> list[Backup]:
    """The verified copies of this very clinic file in a folder, oldest first."""
    whose = keys.read(clinic_path).file_id
    return [one for one in named_backups(clinic_path.stem, folder) if _file_id(one.path) == whose]


def named_backups(stem: str, folder: Path) -> list[Backup]:
    """The verified copies of any clinic file of this name, oldest first: also where that file is gone."""
    pattern = re.compile(re.escape(stem) + _NAME)
    found = []
    for path in _listed(folder):
        match = pattern.fullmatch(path.name)
        at = _instant(match[1]) if match else None
        if at is not None and keys.key_file(path).exists():
            found.append(Backup(path=path, made_at=at))
    return sorted(found, key=lambda one: one.made_at)


def remove(backup: Backup) -> None:
    for path in (backup.path, keys.key_file(backup.path)):  # in this order: a half one never counts
        path.unlink(missing_ok=True)


def remove_leftovers(stem: str, folder: Path, now: datetime) -> None:
    """Remove what a backup or a drill that was killed left behind, and damaged copies of long ago."""
    pattern = re.compile(
        re.escape(stem) + _NAME + r"\.(new|drill|damaged)(?:\.keys2?|-journal)?(?:\.new)?"
    )
    for path in _listed(folder):
        match = pattern.fullmatch(path.name)
        at = _instant(match[1]) if match else None
        if match and at is not None and now - at > _LEFT_FOR[match[2]]:
            path.unlink(missing_ok=True)


def copy(backup: Backup, folder: Path) -> Backup:
    """The same backup in another folder, counted there once it was read again and is the same.

    Raises StorageError, and leaves nothing new behind.
    """
    copied = Backup(path=folder / backup.path.name, made_at=backup.made_at)
    new = beside(copied.path, ".new")
    with _writing_into(folder), _removed_on_failure(new):
        _copy(backup.path, new)
        _copy(keys.key_file(backup.path), keys.key_file(new))
        _rename_pair(new, copied.path)
    return copied


def restore(backup: Path, target: Path, key: bytes) -> None:
    """Make a clinic file of a backup under a name that is free; verified before it has that name.

    ``key`` is what ``keys.unwrap`` or ``keys.unwrap_recovery`` gives for the backup's own key file.
    Raises FileExists, FileDamaged, FileTooNew, FileMissing, StorageError; leaves nothing new behind.
    """
    for taken in _all_of(target):
        if taken.exists():
            raise FileExists(f"There is already a file {taken.name} here. Choose another name.")
    require(backup)
    _refuse_if_open(backup)  # copying a file that is open here would drop its lock
    ring = keys.read(backup)
    new = beside(target, ".new")
    with _writing_into(target.parent), _removed_on_failure(new):
        _copy(backup, new)
        verify_backup(new, key)
        with _removed_on_failure(target):
            keys.write(target, ring)
            new.rename(target)
        _sync_folder(target.parent)


def replace_with(backup: Path, clinic_path: Path, key: bytes, now: datetime) -> Path | None:
    """Put a backup in the place of a clinic file, which is kept under another name: this name, or None.

    The file is moved aside only once its successor has been verified. Raises FileInUse where a program
    has it open, and what ``restore`` raises; the file is then where it was.
    """
    _refuse_if_open(clinic_path)
    ready = beside(clinic_path, ".restored")
    remove_all(ready)  # of an attempt that was killed
    restore(backup, ready, key)
    kept = _aside(clinic_path, now)
    with _writing_into(clinic_path.parent):
        moved = [
            (old, new)
            for old, new in zip(_all_of(clinic_path), _all_of(kept), strict=True)
            if old.exists()
        ]
        done: list[tuple[Path, Path]] = []
        try:
            for old, new in [*moved, *zip(_all_of(ready), _all_of(clinic_path), strict=True)]:
                if old.exists():
                    old.rename(new)
                    done.append((old, new))
        except OSError:
            for old, new in reversed(done):
                new.rename(old)
            raise
        _sync_folder(clinic_path.parent)
    return kept if moved else None


def beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def remove_all(clinic_path: Path) -> None:
    """Remove a copy, whole or not, that nobody shall find."""
    for one in _all_of(clinic_path):
        with suppress(OSError):  # the drive may be gone
            one.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unused(stem: str, folder: Path, now: datetime) -> Backup:
    """The name of this second, or of the next one that nobody has taken."""
    at = now.astimezone(UTC).replace(microsecond=0)
    while True:
        path = folder / f"{stem}-{at.strftime(_STAMP)}.als"
        if not any(beside(path, ending).exists() for ending in ("", ".new", ".damaged")):
            return Backup(path=path, made_at=at)
        at += timedelta(seconds=1)


def _aside(clinic_path: Path, now: datetime) -> Path:
    at = now.astimezone(UTC).replace(microsecond=0)
    while True:
        path = clinic_path.with_name(f"{clinic_path.stem}.replaced-{at.strftime(_STAMP)}.als")
        if not any(one.exists() for one in _all_of(path)):
            return path
        at += timedelta(seconds=1)


def _instant(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []  # what cannot be read cannot be restored


def _file_id(path: Path) -> str | None:
    try:
        return keys.read(path).file_id
    except AppError:
        return None  # without a whole key file it is no backup


def _all_of(clinic_path: Path) -> tuple[Path, ...]:
    """Every file that belongs to a clinic file: a journal in the wrong place would be played back into it."""
    return (
        clinic_path,
        beside(clinic_path, "-journal"),
        keys.key_file(clinic_path),
        keys.second_key_file(clinic_path),
    )


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    _make_durable(target)
    if sha256(target) != sha256(source):
        raise OSError(errno.EIO, "read back differently")


def _rename_pair(old: Path, new: Path) -> None:
    """The key file first: a copy counts from the moment when both have their names."""
    keys.key_file(old).rename(keys.key_file(new))
    old.rename(new)
    _sync_folder(new.parent)


def _make_durable(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # Windows writes the names of files without being asked
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refuse_if_open(clinic_path: Path) -> None:
    """Raises FileInUse. Asks SQLite without the key, since the file may be damaged."""
    if not clinic_path.exists():
        return
    uri = f"{clinic_path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlcipher.connect(uri, uri=True, timeout=1)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlcipher.Error as error:
        if error.sqlite_errorname in {"SQLITE_BUSY", "SQLITE_LOCKED"}:
            raise FileInUse(
                _(
                    "The file {name} is open in another window or program. Close it there first."
                ).format(name=clinic_path.name)
            ) from error


@contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        remove_all(path)
        raise


@contextmanager
def _writing_into(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlcipher.Error) as error:
        name = getattr(error, "sqlite_errorname", "") or _SAID.get(str(error), "")
        name = name or errno.errorcode.get(getattr(error, "errno", None) or 0, "")
        if name in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}:
            text = _(
                "The clinic file is damaged: no copy of it was made. Restore an earlier backup."
            )
            raise FileDamaged(text) from error
        if isinstance(error, sqlcipher.Error) and name not in _OF_THE_FOLDER:
            raise
        text = _(_FULL if name in {"SQLITE_FULL", "ENOSPC", "EDQUOT"} else _UNWRITABLE)
        raise StorageError(text.format(folder=folder)) from error


def _damaged(path: Path, why: str) -> FileDamaged:
    return FileDamaged(_("The backup {name} is damaged. {why}").format(name=path.name, why=why))


# What went wrong in copying pages has SQLite's words, but not its name.
_SAID = {
    "database or disk is full": "SQLITE_FULL",
    "disk I/O error": "SQLITE_IOERR",
    "unable to open database file": "SQLITE_CANTOPEN",
    "attempt to write a readonly database": "SQLITE_READONLY",
    "database disk image is malformed": "SQLITE_CORRUPT",
    "file is not a database": "SQLITE_NOTADB",
}
_OF_THE_FOLDER = {"SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY"}
_FULL = N_(
    "The disk of the folder {folder} is full: no copy was made there. Free some space and try again;"
    " earlier backups are as they were."
)
_UNWRITABLE = N_(
    "No copy was made: the folder {folder} cannot be written. Plug in its drive, or check its permissions,"
    " and try again; earlier backups are as they were."
)
