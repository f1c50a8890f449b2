"""The triggers with which the file defends itself: they write the trail and hold what is locked."""

from sqlite_utils import Database

from core.store import audit, locks


def make(db: Database) -> None:
    """Bring every trigger to today's columns; one that is right already is left alone."""
    present = {
        row["name"]: row["sql"]
        for row in db.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    }
    for name, sql in {**audit.triggers(db), **locks.triggers(db)}.items():
        if present.get(name) != sql:
            db.execute(f"DROP TRIGGER IF EXISTS {name}")
            db.execute(sql)
