"""Rows of the clinic file as they are stored: what leaves with an export of everything, and what is read back."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.model.ids import PatientId

Cell = str | int | float | None

# What an export of everything is made of: the first line of what it says of itself, and its files and folders.
OF_ANY_VERSION = "als-follow-up export "
FORMAT, CODED = f"{OF_ANY_VERSION}1", ", coded"
DEMONSTRATION = "DEMONSTRATION DATA"
ABOUT, SUMS = "about.txt", "SHA256SUMS"
LONG, WIDE, ATTACHED = "long", "wide", "attached"


@dataclass(frozen=True, slots=True)
class Holds:
    """What a column of the file holds: "TEXT", "INTEGER", "REAL" or "ANY"; whether it may have no value."""

    type: str
    may_be_empty: bool


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row in the order of its table's columns, and whose it is; None where it is no patient's."""

    patient_id: PatientId | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table by its name in `core.model.nouns`, without a column of bytes; its rows in the order in which they came."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[StoredRow]

    def place(self, column: str) -> int:
        return self.columns.index(column)
