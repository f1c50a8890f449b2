"""The clinic's synonyms for terms of adverse events, and imported dictionaries with their content."""

import hashlib

from sqlite_utils import Database

from core.convert import to_row
from core.model.dictionary import Dictionary, DictionaryKind, Synonym
from core.store.store import Store

_COLUMNS = "kind, version, terms, sha256, added_by, added_at"


class Synonyms(Store[Synonym]):
    """By their words."""

    TABLE = "synonym"
    ORDER = "text"

    def all(self) -> tuple[Synonym, ...]:
        return self._found()

    def remove(self, text: str) -> None:
        self._remove(text)


class Dictionaries(Store[Dictionary]):
    """The oldest first; none is ever changed, and the newest of a kind counts."""

    TABLE = "dictionary"
    ORDER = "added_at, rowid"

    def __init__(self, db: Database) -> None:
        super().__init__(db)

    def all(self) -> tuple[Dictionary, ...]:
        rows = self._db.query(f"SELECT {_COLUMNS} FROM dictionary ORDER BY {self.ORDER}")  # noqa: S608
        return tuple(self._value(row) for row in rows)

    def add(self, dictionary: Dictionary, content: bytes) -> None:
        row = {**to_row(dictionary), "content": content}
        self._db.execute(
            f"INSERT INTO dictionary ({_COLUMNS}, content) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
            " ON CONFLICT DO NOTHING",
            list(row.values()),
        )

    def content(self, kind: DictionaryKind) -> bytes | None:
        """That of the newest of a kind; None where there is none, or it is not what was imported."""
        row = self._db.execute(
            "SELECT content, sha256 FROM dictionary WHERE kind = ? ORDER BY added_at DESC, rowid DESC LIMIT 1",
            [kind.value],
        ).fetchone()
        if row is None or hashlib.sha256(row[0]).hexdigest() != row[1]:
            return None
        return bytes(row[0])
