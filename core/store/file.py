"""Opening the clinic file. The only module that knows which SQLite this is."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from core.errors import FileDamaged, FileInUse, FileMissing, FileTooNew, Locked, StorageError
from core.model.nouns import NOUNS
from core.store import audit, durable, instance, journal, keys, locks, triggers
from core.store.keys import key_file, second_key_file
from core.store.migrations import migrations
from core.words import N_, Words, _, instant

# Of 1,000 simulated power cuts each, this combination lost no acknowledged save; every other one did.
PRAGMAS = {
    "locking_mode": "exclusive",
    "journal_mode": "delete",
    "synchronous": 3,  # EXTRA
    "temp_store": 2,  # MEMORY: no patient data in temporary files
    "foreign_keys": 1,
    "recursive_triggers": 1,  # or what INSERT OR REPLACE deletes would pass locks and trail unseen
}
LOCKED = Words(
    {
        "form": N_(
            "This form is locked: nothing was changed. A neurologist can unlock it with a reason."
        ),
        "visit": N_(
            "This visit is locked: nothing was changed. A neurologist can unlock it with a reason."
        ),
        "patient": N_(
            "This patient's record is locked: nothing was changed. A neurologist can unlock it with a reason."
        ),
        "database": N_(
            "The clinic file is frozen: nothing was changed. A neurologist can unlock it with a reason."
        ),
    }
)
SMALLEST_PAGE = 512  # bytes
MOMENTS, MOMENT_S = 5, 0.1
OLDEST_SQLITE = (3, 51, 3)  # the first without the WAL-reset corruption bug


def connect(path: Path, key: bytes, *, create: bool = False) -> Database:
    """The encrypted file, open for one writer. Raises an AppError that says why it cannot be opened."""
    if sqlcipher.sqlite_version_info < OLDEST_SQLITE:
        raise StorageError("The SQLite of this installation is too old to be trusted with a file.")
    if not create:
        require(path)
        if path.stat().st_size < SMALLEST_PAGE:
            raise _damaged(path)  # SQLite takes it for an empty file and writes its first page
        _look_at_journal(path, key)
    mode = "rwc" if create else "rw"
    try:
        connection = sqlcipher.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=1,
            # Full, its cache throws out the newest statement: preparing one again costs more than running it.
            cached_statements=1024,
        )
    except sqlcipher.Error as error:
        raise _translated(error, path) from error
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to stderr
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for name, wanted in PRAGMAS.items():
            if name != "locking_mode":
                connection.execute(f"PRAGMA {name} = {wanted}")
        connection.execute("BEGIN EXCLUSIVE")
        # Only now: set before, two programs that open at once would each keep the other one out.
        connection.execute(f"PRAGMA locking_mode = {PRAGMAS['locking_mode']}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # Every page in use is read before any value is shown (1 ms for 200 kB), and so checked against
        # its signature; that they fit together also shows an old page back in the place of a new one.
        found = connection.execute("PRAGMA integrity_check(1)").fetchall()
        (size,) = connection.execute(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        ).fetchone()
        connection.execute("COMMIT")
        if found != [("ok",)] or size != path.stat().st_size:
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


@contextmanager
def read_only(path: Path, key: bytes) -> Iterator[Database]:
    """The file as its bytes are, without a lock, and without playing back a journal that is beside it.

    For a copy that nobody writes to, or for who makes sure that nobody does meanwhile. Raises the driver's errors.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlcipher.connect(uri, uri=True)) as connection:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to stderr
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA temp_store = MEMORY")  # no patient data in temporary files
        connection.execute("SELECT count(*) FROM sqlite_master")  # whether the key opens it
        yield Database(connection, strict=True)


def upgrade(db: Database, path: Path, audit_key: bytes) -> None:
    """Bring the file and its audit triggers to the current schema, leaving a copy of how it was."""
    pending = [step.name for step in migrations.pending(db)]
    vouched = audit.is_vouched_for(db, audit_key)
    is_old = bool(migrations.applied(db))
    if pending and is_old:
        _copy(db, path, path.with_suffix(f".before-{pending[0]}.als"))
    # One transaction: a kill between two steps would leave triggers that fit no columns.
    with transaction(db):
        if pending:
            triggers.release(db)
        for following in [*pending[1:], None]:
            if pending:
                migrations.apply(db, stop_before=following)
            # After each step, so that what the next one changes is written down with today's columns;
            # a new file holds nothing yet that a step could change.
            if is_old or following is None:
                triggers.make(db, held=following is None)
        if pending and vouched:
            audit.seal(db, audit_key)


def _copy(db: Database, path: Path, copy: Path) -> None:
    """The file and its key file once more under another name; a copy left by an attempt that failed is replaced.

    It has its name only when it is on the disk and was found to hold all that the file holds.
    """
    new = copy.with_name(copy.name + ".new")
    try:
        for left in (new, journal.journal_file(new)):
            left.unlink(missing_ok=True)
        db.execute("VACUUM INTO ?", [str(new)])
        # SQLite calls it done even where it could not delete its journal, which would undo it all.
        journal.journal_file(new).unlink(missing_ok=True)
        _compare(db, new)
        with new.open("r+b") as written:  # Windows makes nothing durable that is open to be read
            os.fsync(written.fileno())
        if key_file(path).exists():
            shutil.copyfile(key_file(path), key_file(copy))
        durable.put_in_place(copy)
    except OSError as error:
        raise StorageError(
            _(
                "The copy that is made before an upgrade cannot be written: {reason}. Nothing was changed."
                " Free some space or check the permissions, and open the file again."
            ).format(reason=error.strerror)
        ) from error


def _compare(db: Database, copy: Path) -> None:
    """Raises StorageError where the copy is not whole, or has other rows than the file."""
    try:
        db.execute("ATTACH ? AS copy", [str(copy)])  # with the key of the file
        try:
            same = db.execute("PRAGMA copy.integrity_check").fetchall() == [("ok",)] and all(
                _has_same_rows(db, table) for table in db.table_names()
            )
        finally:
            db.execute("DETACH copy")
    except sqlcipher.Error:
        same = False
    if not same:
        raise StorageError(
            _(
                "The copy that is made before an upgrade came out damaged: nothing was changed."
                " Check the disk, and open the file again."
            )
        )


def _has_same_rows(db: Database, table: str) -> bool:
    columns = ", ".join(f'"{column}"' for column in audit.written(db, table))
    differing = f"""
        SELECT EXISTS (SELECT {columns} FROM main."{table}" EXCEPT SELECT {columns} FROM copy."{table}")
            OR (SELECT count(*) FROM main."{table}") <> (SELECT count(*) FROM copy."{table}")
        """  # noqa: S608  our own table names
    same = db.execute(differing).fetchone() == (0,)
    return bool(same and _has_same_content(db, table))


def _has_same_content(db: Database, table: str) -> bool:
    """Whether bytes that the trail does not hold are the same; one row of them is looked at after the other."""
    noun = NOUNS.get(table)
    if noun is None or not noun.content:
        return True
    key = ", ".join(noun.key)
    differing = f"""
        SELECT EXISTS (SELECT 1 FROM main."{table}" AS old JOIN copy."{table}" AS new USING ({key})
                        WHERE old."{noun.content}" IS NOT new."{noun.content}")
        """  # noqa: S608  our own names
    return bool(db.execute(differing).fetchone() == (0,))


def require(path: Path) -> None:
    """Raises FileMissing where there is no such file."""
    if not path.is_file():
        raise FileMissing(f"There is no file at {path}. Choose another one, or create a new one.")


def look_at(path: Path) -> None:
    """What can be told of a file before anybody signs in: whether it is there, and its key file whole.

    Raises FileMissing, FileDamaged, FileTooNew, and StorageError for what is no clinic file.
    """
    if path.is_dir():
        raise StorageError(_("{path} is a folder. Choose a clinic file in it.").format(path=path))
    require(path)
    clinic = path.with_suffix("")
    if clinic.is_file() and path in {key_file(clinic), second_key_file(clinic)}:
        text = _("{name} is a key file. Open the clinic file beside it: {clinic}.")
        raise StorageError(text.format(name=path.name, clinic=clinic.name))
    if path.suffix != ".als" and not (key_file(path).exists() or second_key_file(path).exists()):
        text = _("{name} is not a clinic file: the name of one ends in .als. Choose another file.")
        raise StorageError(text.format(name=path.name))
    keys.read(path)


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """All of what is written in this block, or nothing of it.

    Taking a transaction back, SQLCipher looks at the first page before it has decrypted it. Once in
    several thousand times what it sees passes for a page, and reading the schema then says that the file
    is damaged, which it is not. So after it was taken back all pages are read anew.
    """
    try:
        with db.atomic():
            yield
    except BaseException:
        with suppress(sqlcipher.Error):
            db.conn.execute("PRAGMA shrink_memory")
        raise


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Let the driver's errors out as ours, once, at the border."""
    try:
        yield
    except sqlcipher.Error as error:
        if getattr(error, "sqlite_errorname", None) in {"SQLITE_NOTADB", "SQLITE_CORRUPT"}:
            # The file was whole when it was opened. After one page that could not be read the driver
            # says so of every page, until it is opened again: no reason yet to take a backup instead.
            raise StorageError(
                _(
                    "The file {name} could not be read. Close it and open it again, then check whether the"
                    " last entry is there."
                ).format(name=path.name)
            ) from error
        raise _translated(error, path) from error


def _look_at_journal(path: Path, key: bytes) -> None:
    """Raises FileDamaged where what a crash left beside the file would harm it when played back."""
    try:
        left = journal.content(path)
        if not journal.would_harm(path, key):
            return
        for _moment in range(MOMENTS):
            time.sleep(MOMENT_S)
            if journal.content(path) != left:
                return  # no crash but another program, which is just writing: its lock decides
    except OSError as error:
        raise StorageError(
            _(
                "What a crash left beside the file {name} cannot be looked at: {reason}."
                " Free some space, and open the file again."
            ).format(name=path.name, reason=error.strerror)
        ) from error
    if instance.holder(path) is not None:
        raise _in_use(path)
    raise FileDamaged(
        _(
            "The journal beside the file {name} is damaged, or belongs to another file."
            " Nothing was changed; restore the file from a backup."
        ).format(name=path.name)
    )


def _damaged(path: Path) -> FileDamaged:
    return FileDamaged(
        f"The file {path.name} is damaged, or is not the clinic file of this key file."
        " Nothing was changed; restore it from a backup."
    )


def _in_use(path: Path) -> FileInUse:
    if (holder := instance.holder(path)) is None:
        return FileInUse(
            f"The file {path.name} is open in another window or program. Close it there first."
        )
    return FileInUse(
        _(
            "The file {name} is open: {login} has it on {workstation} since {since}. Close it there first."
        ).format(
            name=path.name,
            login=holder.login,
            workstation=holder.workstation,
            since=instant(holder.since),
        )
    )


def _translated(error: sqlcipher.Error, path: Path) -> Exception:
    match getattr(error, "sqlite_errorname", None) or "":  # this driver knows no extended codes
        case "SQLITE_BUSY" | "SQLITE_LOCKED":
            return _in_use(path)
        case "SQLITE_NOTADB" | "SQLITE_CORRUPT":
            return _damaged(path)
        case "SQLITE_IOERR":
            return StorageError(
                _(
                    "The disk reported an error. Check whether the last entry is there, then try again;"
                    " if this happens again, move the clinic to another disk from a backup."
                )
            )
        case "SQLITE_FULL":
            return StorageError(
                "The disk is full: nothing was saved. Free some space and try again."
            )
        case "SQLITE_READONLY" | "SQLITE_CANTOPEN":
            return StorageError(
                f"The file {path.name} or its folder cannot be written. Check the permissions."
            )
        case "SQLITE_CONSTRAINT" if str(error).startswith(locks.REFUSED):
            return Locked(LOCKED[str(error).removeprefix(locks.REFUSED)])
        case "SQLITE_CONSTRAINT" if str(error).startswith("UNIQUE"):
            return StorageError("This entry exists already: nothing was saved.")
        case name:
            return StorageError(
                f"The clinic file refused this entry: nothing was saved ({name or 'no code'})."
            )
