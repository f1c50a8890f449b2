"""Whether the trail is whole, and whether every row of the file is what the trail says."""

import hmac
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from core.errors import FileDamaged, FileTooNew, StorageError
from core.forms import catalog
from core.forms.reading import fits
from core.model.trail import Act, TrailHead, read_code
from core.store import attachments, audit, locks
from core.store.definitions import Definitions
from core.store.file import require, storage_errors
from core.store.journal import journal_file
from core.store.keys import audit_key
from core.store.migrations import migrations
from core.words import _

_Wrong = tuple[str, int | None]  # a sentence, and the entry that it is about
_ACTS = frozenset(act.value for act in Act)
_PAGES = ("cipher_integrity_check", "integrity_check", "foreign_key_check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found. ``problem`` is the first thing that is wrong, in one sentence; empty when all is well.

    ``sequence`` is the entry it concerns, where it concerns one. ``clock_set_back`` are entries that are
    older, by the clock, than the one before them: a fact worth knowing, and no proof of tampering.
    """

    entries: int
    rows: int
    head: TrailHead | None
    problem: str = ""
    sequence: int | None = None
    clock_set_back: tuple[int, ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        return not self.problem


@dataclass(slots=True)
class _Said:
    """What the chain said so far: of each row its last entry, and how the trail ends."""

    last: dict[tuple[str, str], tuple[str | None, int]] = field(default_factory=dict)
    clock_set_back: list[int] = field(default_factory=list)
    sequence: int = 0
    hash: bytes = b""
    at: str = ""
    vouched: bytes = b""  # the hash of the entry that the head is about


def verify(db: Database, key: bytes, code: str = "") -> Verdict:
    """Check every entry's hash and place, the head, a code from paper, and every row against its last entry."""
    reading = _Said()
    wrong = (
        _in_the_schema(db)
        or _in_the_chain(db, key, reading)
        or _at_the_head(db, key, reading)
        or (_on_paper(db, code, reading) if code else None)
        or _in_the_rows(db, reading)
        or _in_the_forms(db)
        or _in_the_attachments(db)
    )
    problem, sequence = wrong or ("", None)
    ends = reading.sequence > 0
    return Verdict(
        entries=reading.sequence,
        rows=sum(after is not None for after, _sequence in reading.last.values()),
        head=TrailHead(sequence=reading.sequence, hash=reading.hash.hex()) if ends else None,
        problem=problem,
        sequence=sequence,
        clock_set_back=tuple(reading.clock_set_back),
    )


def verify_file(path: Path, key: bytes, code: str = "") -> Verdict:
    """As ``verify``, and every page, for a file that nobody has open; nothing is written into it.

    Raises FileMissing, FileInUse, FileDamaged, FileTooNew, and StorageError where it cannot be read or is too old.
    """
    require(path)
    try:
        with storage_errors(path), _reading(path, key) as db:
            for check in _PAGES:
                if db.execute(f"PRAGMA {check}").fetchall() not in ([], [("ok",)]):
                    raise _damaged(path)
            if newer := _steps(db) - _all_steps():
                raise FileTooNew(
                    _(
                        "The file {name} was written by a newer version of the program ({steps})."
                        " Verify it with that version."
                    ).format(name=path.name, steps=", ".join(sorted(newer)))
                )
            if _steps(db) != _all_steps():
                raise StorageError(
                    _(
                        "The file {name} was written by an older version of the program."
                        " Open it in this one, which brings its audit trail up to date, and verify it then."
                    ).format(name=path.name)
                )
            return verify(db, audit_key(key), code)
    except StorageError as error:
        cause = getattr(error.__cause__, "sqlite_errorname", None)
        if cause in {"SQLITE_NOTADB", "SQLITE_CORRUPT"}:
            raise _damaged(path) from error
        if cause in {"SQLITE_READONLY", "SQLITE_CANTOPEN"} and journal_file(path).exists():
            raise StorageError(
                _(
                    "The file {name} was not closed properly. Open it in the program, close it there,"
                    " and verify it then."
                ).format(name=path.name)
            ) from error
        raise


@contextmanager
def _reading(path: Path, key: bytes) -> Iterator[Database]:
    """The file as it stands at this moment, to be read only; not while somebody has it open."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlcipher.connect(uri, uri=True, timeout=1)) as connection:
        for pragma in (
            "cipher_log_level = NONE",  # it would write to stderr
            f"key = \"x'{key.hex()}'\"",
            "temp_store = MEMORY",  # no patient data in temporary files
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield Database(connection, strict=True)


def _damaged(path: Path) -> FileDamaged:
    return FileDamaged(
        _(
            "The file {name} is damaged, or is not the clinic file of this key file: restore it from a backup."
        ).format(name=path.name)
    )


def _steps(db: Database) -> set[str]:
    return {step.name for step in migrations.applied(db)}


@cache
def _all_steps() -> set[str]:
    with closing(sqlcipher.connect(":memory:")) as connection:
        return {step.name for step in migrations.pending(Database(connection))}


def _in_the_schema(db: Database) -> _Wrong | None:
    """A column or a trigger that is missing, or that the program did not make.

    A copy of another version's file is built as that version built it.
    """
    if _steps(db) != _all_steps():
        return None
    made, built = _as_made(), _schema(db)
    made_at_opening = {**audit.triggers(db), **locks.triggers(db)}
    for name in sorted(made.keys() | built.keys()):
        if name in made_at_opening:
            continue
        if built.get(name) != made.get(name):
            text = _(
                "“{name}” of the file is not as the program makes it: it was changed from outside."
            )
            return text.format(name=name), None
    return None


@cache
def _as_made() -> dict[str, str]:
    """The schema as its steps make it."""
    with closing(sqlcipher.connect(":memory:")) as connection:
        db = Database(connection)
        migrations.apply(db)
        return _schema(db)


def _schema(db: Database) -> dict[str, str]:
    """The columns of every table, and what every trigger and index does, by name.

    A column's default counts: it is what older rows hold. How SQLite spells a table is its own. What can be computed
    again is no part of it.
    """
    columns = db.execute(
        """
        SELECT master.name,
               group_concat(info.name || ' ' || info.type || ' ' || info.pk || ' ' || info."notnull" || ' '
                            || coalesce(info.dflt_value, ''), ', ' ORDER BY info.name)
          FROM sqlite_master AS master JOIN pragma_table_info(master.name) AS info
         WHERE master.type = 'table' GROUP BY master.name
        """
    )
    triggers = db.execute(
        "SELECT name, sql FROM sqlite_master"
        " WHERE type IN ('trigger', 'index', 'view') AND sql IS NOT NULL"
    )
    found = {**dict(columns), **{name: " ".join(sql.split()) for name, sql in triggers}}
    return {name: built for name, built in found.items() if name != audit.DERIVED}


def _in_the_chain(db: Database, key: bytes, reading: _Said) -> _Wrong | None:
    """The entries one after another: none is missing, changed or added, and each goes on where the last one ended."""
    found = db.execute("SELECT sequence FROM audit_head").fetchone()
    vouched = found[0] if found else 0
    built = _Columns(db)
    columns = ", ".join(audit.COLUMNS)
    for entry in db.execute(f"SELECT {columns}, hash FROM audit ORDER BY id"):  # noqa: S608  our own
        sequence, at, entity, row = entry[0], entry[1], entry[8], entry[9]
        before, after, previous, stored = entry[11:]
        if sequence != reading.sequence + 1:
            text = _("Entry {n} of the audit trail is missing: it was removed, or renumbered.")
            return text.format(n=reading.sequence + 1), reading.sequence + 1
        if previous != reading.hash:
            text = _("Entry {n} of the audit trail does not follow the one before it.")
            return text.format(n=sequence), sequence
        if stored != audit.entry_hash(key, entry[:-1]):
            text = _("Entry {n} of the audit trail was changed after it was written.")
            return text.format(n=sequence), sequence
        if audit.is_set_back(at, reading.at):
            reading.clock_set_back.append(sequence)
        if entity not in _ACTS:
            known, since = reading.last.get((entity, row), (None, None))
            if before is not None and known is None:
                known, since = _under_its_old_key(built, reading, entity, before)
            if before != known and built.differ(entity, known, before):
                text = _(
                    "The row {row} of “{table}” was changed from outside the program before entry {n}"
                    " of the audit trail was written."
                )
                return text.format(row=row, table=entity, n=sequence), since or sequence
            reading.last[entity, row] = (after, sequence)
        reading.sequence, reading.hash, reading.at = sequence, stored, at
        if sequence == vouched:
            reading.vouched = stored
    return None


def _under_its_old_key(
    built: "_Columns", reading: _Said, entity: str, before: str
) -> tuple[str | None, int | None]:
    """The last entry of a row whose key has changed: it goes on under the new one."""
    written = json.loads(before)
    old = "/".join(str(written.get(column)) for column in built.keys(entity))
    return reading.last.pop((entity, old), (None, None))


def _at_the_head(db: Database, key: bytes, reading: _Said) -> _Wrong | None:
    found = db.execute("SELECT sequence, mac FROM audit_head").fetchone()
    if found is None:
        if not reading.sequence:
            return None
        return _("The head of the audit trail is missing: it was removed."), None
    sequence, mac = found
    if sequence > reading.sequence:
        text = _("The audit trail ends at entry {n}, but it had {all}: its end was cut off.")
        return text.format(n=reading.sequence, all=sequence), reading.sequence + 1
    if not hmac.compare_digest(mac, audit.head_mac(key, sequence, reading.vouched)):
        text = _(
            "Entry {n} is not the one that the head of the audit trail vouches for:"
            " its end was cut off and written again, or the head was changed."
        )
        return text.format(n=sequence), sequence
    if sequence < reading.sequence:
        text = _("Entry {n} was added to the audit trail from outside the program.")
        return text.format(n=sequence + 1), sequence + 1
    return None


def _on_paper(db: Database, code: str, reading: _Said) -> _Wrong | None:
    printed = read_code(code)
    if printed is None:
        text = _(
            "“{code}” is not a trail code. Type it as it is printed, like 1042-7KQ2-M3XD-0PVA."
        )
        return text.format(code=code), None
    found = db.execute("SELECT hash FROM audit WHERE id = ?", [printed.sequence]).fetchone()
    if found is None:
        text = _(
            "The printed page vouches for {n} entries, but the trail has only {all}:"
            " this file is older than the paper."
        )
        return text.format(n=printed.sequence, all=reading.sequence), reading.sequence + 1
    if not printed.fits(TrailHead(sequence=printed.sequence, hash=found[0].hex())):
        text = _("Entry {n} is not the one that the printed page vouches for.")
        return text.format(n=printed.sequence), printed.sequence
    return None


def _in_the_rows(db: Database, reading: _Said) -> _Wrong | None:
    """Every row must be what its last entry says; of several that are not, the one of the earliest entry."""
    wrong = list(_wrong_rows(db, reading))
    return min(wrong, key=lambda one: one[1] or reading.sequence + 1) if wrong else None


def _wrong_rows(db: Database, reading: _Said) -> Iterator[_Wrong]:
    built = _Columns(db)
    expected = {place: entry for place, entry in reading.last.items() if entry[0] is not None}
    for table in sorted(set(db.table_names()) - audit.NOT_AUDITED):
        for row, live in _rows(db, table, audit.written(db, table)):
            said, sequence = expected.pop((table, row), (None, None))
            if said is None:
                text = _("The row {row} of “{table}” is in the file, but not in the audit trail.")
                last = reading.last.get((table, row), (None, None))[1]
                yield text.format(row=row, table=table), last
            elif said != live and built.differ(table, said, live):
                text = _(
                    "The row {row} of “{table}” is not what entry {n} of the audit trail says."
                )
                yield text.format(row=row, table=table, n=sequence), sequence
    for (table, row), (_after, sequence) in expected.items():
        text = _(
            "The row {row} of “{table}” is in the audit trail (entry {n}), but not in the file."
        )
        yield text.format(row=row, table=table, n=sequence), sequence


def _in_the_forms(db: Database) -> _Wrong | None:
    """Every value of a form must be one that its definition, of the version that it was entered with, allows."""
    if not db.table("item").exists():
        return None
    own = {(one.id, one.version): one for one in Definitions(db).forms()}
    known = {**own, **catalog.shipped()}
    for row in db.query(
        "SELECT record.id, form, version, field, value FROM item JOIN record ON record.id = record_id"
        " WHERE value IS NOT NULL ORDER BY item.rowid"
    ):
        form = known.get((row["form"], row["version"]))
        field = None if form is None else form.find(row["field"])
        if form is None:
            text = _("This program does not have the form “{form}” of version {version}.")
        elif field is None:
            text = _("The form “{form}” of version {version} has no field “{field}”.")
        elif not fits(field, row["value"]):
            text = _(
                "The value of “{field}” in the record {id} of “{form}” is none that this form allows:"
                " it was changed from outside the program."
            )
        else:
            continue
        return text.format(**{name: row[name] for name in ("id", "form", "version", "field")}), None
    return None


def _in_the_attachments(db: Database) -> _Wrong | None:
    """Every attached file must be the one that was attached, and every one that a form names must be there."""
    if not db.table("attachment").exists():
        return None
    wrong = next(attachments.damaged(db), None) or next(attachments.missing(db), None)
    return None if wrong is None else (wrong, None)


def _rows(db: Database, table: str, columns: list[str]) -> Iterator[tuple[str, str]]:
    key, row = audit.key_of(db, table), audit.as_json("", columns)
    yield from db.execute(f'SELECT {key}, {row} FROM "{table}"')  # noqa: S608  our own names


class _Columns:
    """The columns of today's tables, looked up once: their keys, and what older rows have in newer columns."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._defaults: dict[str, dict[str, Any]] = {}

    def keys(self, table: str) -> list[str]:
        return self._db.table(table).pks if self.defaults(table) else []

    def defaults(self, table: str) -> dict[str, Any]:
        """What a row has in each column that was written before the column came."""
        if table not in self._defaults:
            found = self._db.execute(
                "SELECT name, dflt_value FROM pragma_table_info(?)", [table]
            ).fetchall()
            self._defaults[table] = {
                name: None
                if literal is None
                else self._db.execute(f"SELECT {literal}").fetchone()[0]
                for name, literal in found
            }
        return self._defaults[table]

    def differ(self, table: str, said: str | None, now: str | None) -> bool:
        """Whether a row is another than was said of it; columns that are gone are not compared."""
        if said is None or now is None:
            return said is not now
        try:
            written, found = json.loads(said), json.loads(now)
        except ValueError:
            return True  # no row was ever written down so
        if defaults := self.defaults(table):
            return any(
                found.get(column, default) != written.get(column, default)
                for column, default in defaults.items()
            )
        return any(found[column] != written[column] for column in found.keys() & written.keys())
