"""The triggers with which the file defends itself: they write the trail and hold what is locked."""

from sqlite_utils import Database

from core.store import audit, locks

# Made by a migration step, once.
OF_THE_SCHEMA = {
    "audit_is_append_only_update",
    "audit_is_append_only_delete",
    "lock_is_only_unlocked",
    "lock_stays",
}
_MADE: dict[str, tuple[dict[str, str], dict[str, str]]] = {}


def make(db: Database, *, held: bool = True) -> None:
    """Bring every trigger to today's columns; one that is right already is left alone.

    Without ``held``, as between the steps of an upgrade, nothing is held by a lock.
    """
    present = {
        row["name"]: row["sql"]
        for row in db.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    }
    written, holding = _of_schema(db)
    for name in present.keys() - written.keys() - holding.keys() - OF_THE_SCHEMA:
        if name.startswith(("audit_", "lock_")):  # not ours: nothing else may answer a change
            db.execute(f'DROP TRIGGER "{name}"')
    for name, sql in {**written, **(holding if held else {})}.items():
        if present.get(name) != sql:
            db.execute(f"DROP TRIGGER IF EXISTS {name}")
            db.execute(sql)


def _of_schema(db: Database) -> tuple[dict[str, str], dict[str, str]]:
    """The trail's and the locks' triggers of today's tables: the same text for the same schema, made once."""
    tables = db.execute("SELECT sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    schema = "\n".join(sql or "" for (sql,) in tables)
    if schema not in _MADE:
        _MADE.clear()  # one file is open at a time, and an upgrade goes through a few schemas
        _MADE[schema] = audit.triggers(db), locks.triggers(db)
    return _MADE[schema]


def release(db: Database) -> None:
    """Take the locks' triggers off for an upgrade: its steps change rows that nobody may change."""
    for name in locks.triggers(db):
        db.execute(f"DROP TRIGGER IF EXISTS {name}")
