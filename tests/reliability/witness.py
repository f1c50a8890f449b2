"""What a clinic file holds, read with nothing but its key, and whether it agrees with itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from core.store.audit import NOT_AUDITED
from core.store.file import connect

Row = tuple[Any, ...]


@dataclass(slots=True)
class Result:
    """How many times a promise was put to the test, and what went wrong, a sentence each."""

    trials: int = 0
    failures: list[str] = field(default_factory=list)


@contextmanager
def opened(path: Path, key: bytes) -> Iterator[Database]:
    """The file as the program opens it, without what the program then does to it."""
    db = connect(path, key)
    try:
        yield db
    finally:
        db.close()


@contextmanager
def bare(path: Path, key: bytes) -> Iterator[sqlcipher.Connection]:
    """The file as the driver opens it, with none of the program's checks."""
    connection = sqlcipher.connect(str(path))
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        yield connection
    finally:
        connection.close()


def tables(db: Database | sqlcipher.Connection) -> dict[str, list[Row]]:
    """Every row of every table, in order."""
    names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {
        name: sorted(db.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
        for (name,) in names.fetchall()
    }


def values(db: Database) -> dict[str, list[dict[str, Any]]]:
    """The live rows without the instants at which they were written: those differ between two attempts."""
    return {
        name: sorted(
            (
                {column: value for column, value in row.items() if not _is_instant(column)}
                for row in db.query(f'SELECT * FROM "{name}"')
            ),
            key=repr,
        )
        for name in sorted(set(db.table_names()) - NOT_AUDITED)
    }


def _is_instant(column: str) -> bool:
    return column == "at" or column.endswith("_at")


def trail(db: Database, *, after: int = 0) -> list[Row]:
    return db.execute("SELECT * FROM audit ORDER BY id LIMIT -1 OFFSET ?", [after]).fetchall()


def lost(path: Path, key: bytes, acknowledged: list[Row]) -> list[str]:
    """What was acknowledged and is not in the file, and what is there by halves."""
    try:
        with opened(path, key) as db:
            found = contradictions(db)
            if trail(db)[: len(acknowledged)] != acknowledged:
                found.append(f"of {len(acknowledged)} entries acknowledged, not all are there")
    except Exception as error:
        return [f"it does not open: {error!r}"]
    return found


def contradictions(db: Database) -> list[str]:
    """Where a live row is not what the trail last said of it: a score without its entry, or the reverse."""
    found = [f"integrity: {row}" for row in _answers(db, "integrity_check") if row != ("ok",)]
    found += [f"foreign key: {row}" for row in _answers(db, "foreign_key_check")]
    audited = {name: db.table(name).pks for name in set(db.table_names()) - NOT_AUDITED}
    said = _as_the_trail_says(db, audited)
    for name, key in audited.items():
        live = {_key(key, row): row for row in db.query(f'SELECT * FROM "{name}"')}
        for one in set(live) | set(said[name]):
            if live.get(one) != said[name].get(one):
                found.append(f"{name} {one}: the row and its last entry in the trail differ")
    return found


def _answers(db: Database, pragma: str) -> list[Row]:
    return db.execute(f"PRAGMA {pragma}").fetchall()


def _as_the_trail_says(
    db: Database, audited: dict[str, list[str]]
) -> dict[str, dict[Row, dict[str, Any]]]:
    """The rows of every audited table, made from the trail alone."""
    made: dict[str, dict[Row, dict[str, Any]]] = {name: {} for name in audited}
    for entity, before, after in db.execute("SELECT entity, before, after FROM audit ORDER BY id"):
        if entity in audited:
            if before is not None:
                made[entity].pop(_key(audited[entity], json.loads(before)), None)
            if after is not None:
                row = json.loads(after)
                made[entity][_key(audited[entity], row)] = row
    return made


def _key(columns: list[str], row: dict[str, Any]) -> Row:
    return tuple(row[column] for column in columns)
