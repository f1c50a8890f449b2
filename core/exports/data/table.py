"""What every table of an export is: its columns, what a value of each may tell of a person, and its rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.forms import dictionaries
from core.forms.definition import Field, FieldType, Identifies
from core.model.ids import PatientId
from core.model.stored import Cell


class Kind(StrEnum):
    """What the values of a column are. An ``AGE`` is in years; several ``CODES`` are in lines of their own."""

    KEY = "id"
    TEXT = "text"
    TERM = "term"
    CODE = "code"
    CODES = "codes"
    YES_NO = "yes_no"
    INTEGER = "integer"
    NUMBER = "number"
    AGE = "age"
    DAY = "day"
    INSTANT = "instant"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``codes`` are the words of a closed list by what is stored; ``known`` says whether a value is of an open one.

    What ``identifies`` does not say counts as identifying. ``missing`` is the column that says why there is no value.
    ``by_age``: from the value and others of its row an age can be reckoned.
    """

    name: str
    title: str = ""
    kind: Kind = Kind.TEXT
    unit: str = ""
    decimals: int | None = None
    range: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    known: Callable[[str], bool] | None = None
    identifies: Identifies = Identifies.YES
    missing: str = ""
    by_age: bool = False
    of: str = ""  # the definition that says so, with its versions


@dataclass(frozen=True, slots=True)
class Row:
    """One row, and whose it is; None where it is no patient's."""

    patient_id: PatientId | None
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``folder`` is "wide" (a line a record) or "long" (as it is stored); empty of what is about the export itself."""

    folder: str
    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}" if self.folder else self.name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


_KINDS: Mapping[FieldType, Kind] = {
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.DERIVED: Kind.NUMBER,
    FieldType.INTEGER: Kind.INTEGER,
    FieldType.CHOICE: Kind.CODE,
    FieldType.CHOICES: Kind.CODES,
    FieldType.YES_NO: Kind.YES_NO,
    FieldType.DATE: Kind.DAY,
    FieldType.PARTIAL_DATE: Kind.DAY,
    FieldType.TIME: Kind.TIME,
    FieldType.INSTANT: Kind.INSTANT,
    FieldType.TERM: Kind.TERM,
    FieldType.RECORD: Kind.KEY,
}


def of_field(one: Field, source: str) -> Column:
    """The column of a field of a form that is data; ``source`` names the definition."""
    low, high = ("" if edge is None else f"{edge:g}" for edge in (one.low, one.high))
    is_number = one.type in {FieldType.NUMBER, FieldType.DERIVED}
    return Column(
        name=one.id,
        title=one.title,
        kind=_KINDS.get(one.type, Kind.TEXT),
        unit=one.unit or (f"see {one.unit_from}" if one.unit_from else ""),
        decimals=one.decimals if is_number else None,
        range=f"{low} to {high}" if low or high else "",
        codes={choice.id: _coded(choice.text, choice.code) for choice in one.choices},
        known=_in_dictionary(one.dictionary) if one.type is FieldType.TERM else None,
        identifies=one.identifies,
        of=source,
    )


def _coded(text: str, code: str) -> str:
    return f"{text} ({code})" if code else text


def _in_dictionary(name: str) -> Callable[[str], bool]:
    listed = frozenset(dictionaries.terms(name)) if name else frozenset[str]()
    return lambda text: text in listed


def shown(column: Column) -> Column:
    """The column beside a number that has it as the screen shows it."""
    return Column(
        name=f"{column.name}_shown",
        title=f"{column.title}, as on the screen",
        kind=Kind.NUMBER,
        unit=column.unit,
        decimals=column.decimals,
        identifies=column.identifies,
        by_age=column.by_age,
        of=column.of,
    )


def not_done(column: Column, reasons: Mapping[str, str]) -> Column:
    """The column beside a value that says why there is none."""
    return Column(
        name=column.missing,
        title=f"{column.title}: why there is no value",
        kind=Kind.CODE,
        codes=reasons,
        identifies=Identifies.YES if column.identifies is Identifies.YES else Identifies.NO,
        of=column.of,
    )


def rounded(value: float | None, decimals: int) -> str | None:
    """A number as the screen shows it."""
    return None if value is None else f"{value:z.{decimals}f}"
