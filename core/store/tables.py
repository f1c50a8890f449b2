"""Whole tables as they are stored: for what leaves the clinic as data, and for reading that back."""

from collections.abc import Iterable, Mapping, Sequence

from sqlite_utils import Database

from core.model.ids import PatientId
from core.model.nouns import NOUNS
from core.model.stored import Cell, Holds, StoredRow, StoredTable
from core.store import audit
from core.store.owners import patient_of


class StoredTables:
    """Reads and fills tables without knowing what is in them; what a row may hold, and who may write it, SQLite checks."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def read(self, table: str) -> StoredTable:
        """Every row, without a column of bytes."""
        columns = audit.written(self._db, table)
        noun = NOUNS[table]
        has_owner = bool(noun.of) and noun.of != "typed_in"
        owner = patient_of(noun, f'"{noun.by}"').format(f'"{table}"') if has_owner else "NULL"
        listed = ", ".join(f'"{column}"' for column in columns)
        found = self._db.execute(f'SELECT {owner}, {listed} FROM "{table}" ORDER BY rowid')  # noqa: S608
        return StoredTable(
            table,
            tuple(columns),
            tuple(
                StoredRow(None if row[0] is None else PatientId(row[0]), row[1:]) for row in found
            ),
        )

    def is_empty(self, table: str) -> bool:
        return self._db.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone() is None  # noqa: S608

    def holds(self, table: str) -> Mapping[str, Holds]:
        """What each column holds that `read` gives."""
        found = self._db.execute(
            'SELECT name, type, "notnull" = 0 AND pk = 0 FROM pragma_table_info(?)', [table]
        )
        known = {name: Holds(kind, bool(empty)) for name, kind, empty in found}
        return {name: known[name] for name in audit.written(self._db, table)}

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Inside a write. The columns are those of the table."""
        listed = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table}" ({listed}) VALUES ({marks})'  # noqa: S608  its own names
        for row in rows:
            self._db.execute(statement, list(row))

    def secret(self) -> bytes:
        """What de-identified exports of this file are coded with: 32 bytes, the same for ever."""
        (secret,) = self._db.execute("SELECT secret FROM export_secret").fetchone()
        return bytes(secret)
