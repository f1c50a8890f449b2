"""The clinic's own forms and schedules: their files as text, every version that was ever added."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from core.convert import converter
from core.store import rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version of a form or a schedule, as its file says it. ``kind`` is "form" or "schedule"."""

    kind: str
    id: str
    version: str
    text: str
    added_by: str
    added_at: datetime


class Definitions:
    """In the order in which they were added; none is ever changed or removed."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> tuple[Definition, ...]:
        found = self._db.query("SELECT * FROM definition ORDER BY added_at, rowid")
        return tuple(converter.structure(row, Definition) for row in found)

    def add(self, definition: Definition) -> None:
        rows.save(self._db, "definition", definition, ("kind", "id", "version"))
