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


def make(db: Database, *, held: bool = True) -> None:
    """Bring every trigger to today's columns; one that is right already is left alone.

    Without ``held``, as between the steps of an upgrade, nothing is held by a lock.
    """
    present = {
        row["name"]: row["sql"]
        for row in db.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    }
    written, holding = audit.triggers(db), locks.triggers(db)
    for name in present.keys() - written.keys() - holding.keys() - OF_THE_SCHEMA:
        if name.startswith(("audit_", "lock_")):  # not ours: nothing else may answer a change
            db.execute(f'DROP TRIGGER "{name}"')
    for name, sql in {**written, **(holding if held else {})}.items():
        if present.get(name) != sql:
            db.execute(f"DROP TRIGGER IF EXISTS {name}")
            db.execute(sql)


def release(db: Database) -> None:
    """Take the locks' triggers off for an upgrade: its steps change rows that nobody may change."""
    for name in locks.triggers(db):
        db.execute(f"DROP TRIGGER IF EXISTS {name}")
