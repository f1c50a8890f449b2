"""The restore drill: the newest backup restored aside, verified, and held against the live file row by row."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from time import perf_counter

from sqlite_utils import Database

from core.errors import FileDamaged, StorageError
from core.model.backup import Backup, DrillResult, TableCompared
from core.store import audit, backup
from core.store.backup import Begun
from core.words import _, plural

_Change = tuple[str | None, str | None]  # a row before and after, as JSON


def run(newest: Backup, live: Begun, key: bytes, now: datetime) -> DrillResult:
    """What came of restoring ``newest``; ``live`` is a copy of the clinic file as it stands now.

    Needs values only, no session. Both copies that it works with are removed. A backup that turns out
    to be damaged fails the drill, and is renamed to ``….als.damaged``.
    """
    started = perf_counter()
    aside = backup.beside(newest.path, ".drill")
    size_bytes, digest = newest.path.stat().st_size, backup.sha256(newest.path)
    held, problem = None, None
    tables: tuple[TableCompared, ...] = ()
    try:
        backup.remove_all(aside)  # of a drill that was killed at this point
        try:
            backup.restore(newest.path, aside, key)
            held = backup.verify_backup(aside, key)
        except FileDamaged as error:
            problem = str(backup.set_aside(newest.path, newest.path, error))
        else:
            problem = _why_not_comparable(held, live, key)
        if held is not None and problem is None:
            with backup.reading(aside, key) as old, backup.reading(live.written, key) as new:
                tables = compare(old, new)
            problem = _first_unexplained(tables)
    finally:
        backup.remove_all(aside)
        backup.remove_all(live.written)
    return DrillResult(
        backup=newest.path.name,
        made_at=newest.made_at,
        drilled_at=now,
        size_bytes=size_bytes,
        sha256=digest,
        tables=tables,
        head=held.head if held else None,
        live_head=live.contents.head,
        seconds=perf_counter() - started,
        problem=problem,
    )


def compare(old: Database, new: Database) -> tuple[TableCompared, ...]:
    """Every table of an earlier state of a file beside the same one of a later state, both of one schema."""
    head = audit.head(old)
    entries = new.execute(
        "SELECT entity, before, after FROM audit WHERE id > ? ORDER BY id",
        [head.sequence if head else 0],
    )
    later = defaultdict(list)
    for entity, before, after in entries:
        later[entity].append((before, after))
    return tuple(
        _unaudited(table, old, new)
        if table in audit.NOT_AUDITED
        else _audited(table, old, new, later[table])
        for table in sorted(set(new.table_names()) - {audit.DERIVED})
    )


def _audited(table: str, old: Database, new: Database, changes: Sequence[_Change]) -> TableCompared:
    """The old rows, changed as the trail says they were, must be the new rows, and the changes follow on."""
    was, now, told = _rows(table, old), _rows(table, new), _rows(table, old)
    keys = old.table(table).pks
    wrong = set()
    for before, after in changes:
        if before is not None and told.pop(_key(before, keys), None) != before:
            wrong.add(_key(before, keys))
        if after is not None and told.setdefault(_key(after, keys), after) != after:
            wrong.add(_key(after, keys))
    wrong |= {key for key in told.keys() | now.keys() if told.get(key) != now.get(key)}
    return TableCompared(
        name=table,
        rows=len(was),
        live_rows=len(now),
        differing=sum(was.get(key) != now.get(key) for key in was.keys() | now.keys()),
        unexplained=len(wrong),
    )


def _unaudited(table: str, old: Database, new: Database) -> TableCompared:
    """The trail only grows at its end; its head moves with it; the rest does not change."""
    order = f'SELECT * FROM "{table}" ORDER BY rowid'  # noqa: S608  our own table names
    rows, live_rows, differing, unexplained = 0, 0, 0, 0
    for was, now in zip_longest(old.execute(order), new.execute(order)):
        rows += was is not None
        live_rows += now is not None
        differing += was != now
        unexplained += was != now and not (
            (table == "audit" and was is None) or table == "audit_head"
        )
    return TableCompared(
        name=table, rows=rows, live_rows=live_rows, differing=differing, unexplained=unexplained
    )


def _rows(table: str, db: Database) -> dict[str, str]:
    """By primary key: the row as the trail writes it, which is exact also for a number with a fraction.

    Bytes that the trail does not hold are told by their hash, which is one of the columns.
    """
    row = audit.as_json("", audit.written(db, table))
    return dict(db.execute(f'SELECT {audit.key_of(db, table)}, {row} FROM "{table}"').fetchall())  # noqa: S608


def _key(row: str, columns: Sequence[str]) -> str:
    values = json.loads(row)
    return "/".join(str(values[column]) for column in columns)


def _why_not_comparable(held: backup.Contents, live: Begun, key: bytes) -> str | None:
    """Raises StorageError where the backup was not made by this version: its trail is another one."""
    if held.steps != live.contents.steps:
        raise StorageError(
            _(
                "The newest backup was made by an earlier version of the program."
                " Make a backup now, then try again."
            )
        )
    try:
        backup.verify_backup(live.written, key)
    except FileDamaged as error:
        text = _("The backup was restored, but the clinic file itself is not whole. {why}")
        return text.format(why=error)
    return None


def _first_unexplained(tables: Sequence[TableCompared]) -> str | None:
    table = next((table for table in tables if table.unexplained), None)
    if table is None:
        return None
    return plural(
        table.unexplained,
        "1 row of “{table}” is not as the audit trail since the backup says.",
        "{n} rows of “{table}” are not as the audit trail since the backup says.",
    ).replace("{table}", table.name)
