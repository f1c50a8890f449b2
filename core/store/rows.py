"""Writing one value as one row: the few lines that every noun shares."""

from typing import Any

from sqlite_utils import Database

from core.convert import to_row


def upsert(db: Database, table: str, row: dict[str, Any], key: tuple[str, ...]) -> None:
    """Insert the row, or update the one with its key; rows never pass through a delete."""
    columns = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    changes = ", ".join(f"{name} = excluded.{name}" for name in row if name not in key)
    on_conflict = f"UPDATE SET {changes}" if changes else "NOTHING"
    db.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({values})"  # noqa: S608  our own column names
        f" ON CONFLICT ({', '.join(key)}) DO {on_conflict}",
        row,
    )


def save(db: Database, table: str, value: Any, key: tuple[str, ...] = ("id",)) -> None:
    upsert(db, table, to_row(value), key)
