"""The audit trail: SQLite itself writes down every insert, update and delete.

The triggers are made again at every opening, since a migration that rebuilds a table (`transform`)
drops them. They ask `audit_actor()` who is writing, and that function refuses outside
Session.write: an unaudited write cannot happen.
"""

from collections.abc import Callable

from sqlite_utils import Database

NOT_AUDITED = {"audit", "_sqlite_migrations"}


def register(db: Database, actor: Callable[[], str], reason: Callable[[], str]) -> None:
    db.register_function(actor, name="audit_actor", replace=True)
    db.register_function(reason, name="audit_reason", replace=True)


def make_triggers(db: Database) -> None:
    """Bring every table's triggers to today's columns; one that is right already is left alone."""
    present = {
        row["name"]: row["sql"]
        for row in db.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    }
    for table in sorted(set(db.table_names()) - NOT_AUDITED):
        columns = [column.name for column in db.table(table).columns]
        for name, sql in _triggers(table, columns).items():
            if present.get(name) != sql:
                db.execute(f"DROP TRIGGER IF EXISTS {name}")
                db.execute(sql)


def last_id(db: Database) -> int:
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM audit").fetchone()
    return int(last)


def entities_since(db: Database, audit_id: int) -> frozenset[str]:
    rows = db.execute("SELECT DISTINCT entity FROM audit WHERE id > ?", [audit_id])
    return frozenset(entity for (entity,) in rows)


def _triggers(table: str, columns: list[str]) -> dict[str, str]:
    old, new = _as_json("OLD", columns), _as_json("NEW", columns)
    differs = " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in columns)
    kinds = [
        ("insert", "1", "NULL", new),
        ("update", differs, old, new),
        ("delete", "1", old, "NULL"),
    ]
    return {
        f"audit_{table}_{event}": (
            f'CREATE TRIGGER audit_{table}_{event} AFTER {event.upper()} ON "{table}" WHEN {when} BEGIN'
            " INSERT INTO audit (actor, reason, entity, before, after)"
            f" VALUES (audit_actor(), audit_reason(), '{table}', {before}, {after}); END"
        )
        for event, when, before, after in kinds
    }


def _as_json(row: str, columns: list[str]) -> str:
    return "json_object(" + ", ".join(f"'{c}', {row}.\"{c}\"" for c in columns) + ")"
