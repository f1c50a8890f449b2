"""The clinic's own forms and schedules: their files as text, every version that was ever added."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from core.convert import converter
from core.errors import InvalidForm, InvalidProtocol
from core.forms import catalog
from core.forms.definition import Form
from core.protocols import catalog as protocols
from core.protocols.definition import Protocol
from core.store import rows

FORM, SCHEDULE = "form", "schedule"


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

    def forms(self) -> tuple[Form, ...]:
        """The clinic's own forms; one that this program cannot read is left out."""
        found = []
        for one in self.all():
            if one.kind == FORM:
                with suppress(InvalidForm):
                    found.append(catalog.read(f"{one.id}.toml", one.text.encode()))
        return tuple(found)

    def schedules(self) -> tuple[Protocol, ...]:
        """The clinic's own schedules; one that this program cannot read is left out.

        A schedule may name a form of a visit: the clinic's own forms must be in use by now.
        """
        found = []
        for one in self.all():
            if one.kind == SCHEDULE:
                with suppress(InvalidProtocol):
                    found.append(protocols.read(f"{one.id}.toml", one.text.encode()))
        return tuple(found)

    def add(self, definition: Definition) -> None:
        rows.save(self._db, "definition", definition, ("kind", "id", "version"))
