"""What a self-check asks SQLite, and the faults that it makes in throw-away copies to see them found."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from core.store import keys
from core.store.file import PRAGMAS, connect

SQLITE = sqlcipher.sqlite_version


def cipher() -> str:
    """The version of SQLCipher."""
    with closing(sqlcipher.connect(":memory:")) as connection:
        row = connection.execute("PRAGMA cipher_version").fetchone()
    return "" if row is None else str(row[0])


def settings(new_file: Path) -> Mapping[str, str]:
    """How a file is opened on this installation, by the pragmas' names; and whose cipher it is."""
    asked = (*PRAGMAS, "cipher_version", "cipher_use_hmac")
    db = connect(new_file, keys.new_key(), create=True)
    with closing(db.conn):
        rows = {name: db.execute(f"PRAGMA {name}").fetchone() for name in asked}
    return {name: "" if row is None else str(row[0]) for name, row in rows.items()}


def falsify_an_answer(path: Path, key: bytes) -> None:
    """Give the last question answered another answer, past the audit trail."""
    _falsify(
        path,
        key,
        "UPDATE answer SET value = abs(value - 1)"
        " WHERE rowid = (SELECT max(rowid) FROM answer WHERE value IS NOT NULL)",
    )


def cut_off_the_trail(path: Path, key: bytes) -> None:
    """Remove the last entry of the audit trail."""
    _falsify(path, key, "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")


def pretend_a_newer_version(path: Path, key: bytes) -> None:
    """Add a step that no version of the program knows."""
    _falsify(
        path,
        key,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " SELECT migration_set, 'm999_of_tomorrow', applied_at"
        " FROM _sqlite_migrations LIMIT 1",
    )


def _falsify(path: Path, key: bytes, change: str) -> None:
    """Change what the triggers guard, and leave the triggers as they were: only the trail can tell."""
    db = connect(path, key)
    with closing(db.conn), db.atomic():
        triggers = db.triggers
        for trigger in triggers:
            db.execute(f"DROP TRIGGER {trigger.name}")
        if db.execute(change).rowcount != 1:
            raise ValueError("there was nothing to falsify")
        for trigger in triggers:
            db.execute(trigger.sql)
