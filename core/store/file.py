"""Opening the clinic file. The only module that knows which SQLite this is."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from core.errors import FileDamaged, FileInUse, FileMissing, FileTooNew, StorageError
from core.store import audit
from core.store.keys import key_file
from core.store.migrations import migrations

# Of 1,000 simulated power cuts each, this combination lost no acknowledged save; every other one did.
PRAGMAS = {
    "locking_mode": "exclusive",
    "journal_mode": "delete",
    "synchronous": 3,  # EXTRA
    "temp_store": 2,  # MEMORY: no patient data in temporary files
    "foreign_keys": 1,
}
SMALLEST_PAGE = 512  # bytes
OLDEST_SQLITE = (3, 51, 3)  # the first without the WAL-reset corruption bug


def connect(path: Path, key: bytes, *, create: bool = False) -> Database:
    """The encrypted file, open for one writer. Raises an AppError that says why it cannot be opened."""
    if sqlcipher.sqlite_version_info < OLDEST_SQLITE:
        raise StorageError("The SQLite of this installation is too old to be trusted with a file.")
    if not create:
        require(path)
        if path.stat().st_size < SMALLEST_PAGE:
            raise _damaged(path)  # SQLite takes it for an empty file and writes its first page
    mode = "rwc" if create else "rw"
    try:
        connection = sqlcipher.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=1
        )
    except sqlcipher.Error as error:
        raise _translated(error, path) from error
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to stderr
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for name, wanted in PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {wanted}")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # Every page is checked against its signature (1 ms for 200 kB) before any value is shown.
        bad_pages = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        connection.execute("COMMIT")
        if bad_pages:
            raise _damaged(path)
        for name, wanted in PRAGMAS.items():
            (actual,) = connection.execute(f"PRAGMA {name}").fetchone()
            if actual != wanted:
                raise StorageError(f"The file cannot be used safely: {name} is {actual}.")
        db = Database(connection, strict=True)
        known = {step.name for step in migrations.pending(Database(memory=True))}
        applied = {step.name for step in migrations.applied(db)}
        if not create and not applied:
            raise _damaged(path)  # never start afresh in its place
        if newer := applied - known:
            raise FileTooNew(
                "This file was written by a newer version of the program"
                f" ({', '.join(sorted(newer))}). Install that version to open it."
            )
    except sqlcipher.Error as error:
        connection.close()
        raise _translated(error, path) from error
    except BaseException:
        connection.close()
        raise
    return db


def upgrade(db: Database, path: Path) -> None:
    """Bring the file and its audit triggers to the current schema, leaving a copy of how it was."""
    pending = [step.name for step in migrations.pending(db)]
    if pending and migrations.applied(db):
        _copy(db, path, path.with_suffix(f".before-{pending[0]}.als"))
    for following in [*pending[1:], None]:
        if pending:
            migrations.apply(db, stop_before=following)
        # After each step, so that what the next one changes is written down with today's columns.
        with db.atomic():
            audit.make_triggers(db)


def _copy(db: Database, path: Path, copy: Path) -> None:
    """The file and its key file once more under another name; a copy left by an attempt that failed is replaced."""
    new = copy.with_name(copy.name + ".new")
    new.unlink(missing_ok=True)
    db.execute("VACUUM INTO ?", [str(new)])
    new.replace(copy)
    if key_file(path).exists():
        shutil.copyfile(key_file(path), key_file(copy))


def require(path: Path) -> None:
    """Raises FileMissing where there is no such file."""
    if not path.exists():
        raise FileMissing(f"There is no file at {path}. Choose another one, or create a new one.")


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Let the driver's errors out as ours, once, at the border."""
    try:
        yield
    except sqlcipher.Error as error:
        raise _translated(error, path) from error


def _damaged(path: Path) -> FileDamaged:
    return FileDamaged(
        f"The file {path.name} is damaged, or is not the clinic file of this key file."
        " Nothing was changed; restore it from a backup."
    )


def _translated(error: sqlcipher.Error, path: Path) -> Exception:
    match getattr(error, "sqlite_errorname", None) or "":  # this driver knows no extended codes
        case "SQLITE_BUSY" | "SQLITE_LOCKED":
            return FileInUse(
                f"The file {path.name} is open in another window or program. Close it there first."
            )
        case "SQLITE_NOTADB" | "SQLITE_CORRUPT":
            return _damaged(path)
        case "SQLITE_FULL":
            return StorageError(
                "The disk is full: nothing was saved. Free some space and try again."
            )
        case "SQLITE_READONLY" | "SQLITE_CANTOPEN":
            return StorageError(
                f"The file {path.name} or its folder cannot be written. Check the permissions."
            )
        case "SQLITE_CONSTRAINT" if str(error).startswith("UNIQUE"):
            return StorageError("This entry exists already: nothing was saved.")
        case name:
            return StorageError(
                f"The clinic file refused this entry: nothing was saved ({name or 'no code'})."
            )
