"""Tables without what says who somebody is: coded, not anonymous.

A value leaves only where its definition says that it harms nobody. Ids are keyed hashes (HMAC-SHA-256 under the secret
of the clinic file), days are earlier by 1 to 364 days, all of one patient by the same number, ages over 89 are one group,
and texts do not leave at all. Whoever has the clinic file can say who somebody is: with the secret the ids come again.
"""

import hmac
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from core.exports.data import stored
from core.exports.data.table import Column, Kind, Row, Table
from core.forms import catalog as forms
from core.forms.definition import Identifies
from core.model.ids import PatientId
from core.model.partial_date import PartialDate
from core.model.stored import LONG, Cell

NOT_LISTED = "not_listed"  # in the place of a text that is in no list of the program
OLDEST = 89  # years; whoever is older is one of a group (HIPAA, 45 CFR 164.514(b)(2)(i)(C))
OLDER = "90 and over"
MOST_DAYS = 364
FEW = 5  # patients
_EXACT = len("2026-11-29")
_NEVER = frozenset({Kind.TEXT, Kind.TIME})

Made = Callable[[Cell, Row], Cell]


class Coder:
    """Codes with one secret: the same ids and the same shift of days in every export of one clinic file.

    ``oldest`` are the patients who are over 89 anywhere: by an earlier age of theirs the later ones could be reckoned.
    """

    def __init__(self, secret: bytes, oldest: Collection[PatientId] = ()) -> None:
        self._secret = secret
        self.oldest = frozenset(oldest)
        self._keys: dict[str, str] = {}
        self._days: dict[PatientId, timedelta] = {}

    def key(self, id: str) -> str:
        """Another id for an id. It begins with a letter: no spreadsheet takes it for a number."""
        if id not in self._keys:
            self._keys[id] = f"k{self._digest('id', id)[:10].hex()}"
        return self._keys[id]

    def shift(self, patient_id: PatientId) -> timedelta:
        """By how much all days of a patient are earlier."""
        if patient_id not in self._days:
            number = int.from_bytes(self._digest("days", patient_id)[:8], "big")
            self._days[patient_id] = timedelta(days=number % MOST_DAYS + 1)
        return self._days[patient_id]

    def day(self, text: str, patient_id: PatientId) -> str | None:
        """A day as exact as it was: of one that is known to its month the month of its middle. None of what is no day."""
        try:
            if len(text) == _EXACT:  # of nearly every day
                return (date.fromisoformat(text) - self.shift(patient_id)).isoformat()
            known = PartialDate.parse(text)
            moved = known.assumed - self.shift(patient_id)
        except (ValueError, OverflowError):
            return None
        return str(PartialDate(moved.year, None if known.month is None else moved.month))

    def instant(self, text: str, patient_id: PatientId) -> str | None:
        try:
            return (datetime.fromisoformat(text) - self.shift(patient_id)).isoformat()
        except (ValueError, OverflowError):
            return None

    def _digest(self, what: str, text: str) -> bytes:
        return hmac.digest(self._secret, f"{what}:{text}".encode(), "sha256")


def tables(every: Sequence[Table], secret: bytes) -> list[Table]:
    """Those that hold anything harmless, in the order of the ids that their patients have now."""
    coder = Coder(secret, _oldest(every))
    found = []
    for table in every:
        if table.folder == LONG and table.name not in stored.HARMLESS:
            continue
        made = _items(table, every, coder) if _is_items(table) else _table(table, coder)
        if any(one.kind is not Kind.KEY and one.name not in _ALONE for one in made.columns):
            found.append(made)
    return found


# Columns that say nothing without the others of a form.
_ALONE = frozenset({"visit_code", "visit_date", "days", "version", "not_done"})


def age(value: Cell) -> Cell:
    """An age in years as it may leave."""
    if isinstance(value, int | float):
        return OLDER if value >= OLDEST + 1 else value
    return None


def _oldest(every: Sequence[Table]) -> set[PatientId]:
    return {
        row.patient_id
        for table in every
        for n, column in enumerate(table.columns)
        if column.kind is Kind.AGE
        for row in table.rows
        if row.patient_id is not None and age(row.cells[n]) == OLDER
    }


def leaves(column: Column) -> bool:
    """Whether a column can be in what is coded."""
    return column.identifies is not Identifies.YES and column.kind not in _NEVER


def _table(table: Table, coder: Coder) -> Table:
    places = [n for n, one in enumerate(table.columns) if leaves(one)]
    columns = tuple(table.columns[n] for n in places)
    made = [
        _unless_oldest(_coded(column, coder), coder) if column.by_age else _coded(column, coder)
        for column in columns
    ]
    how = list(zip(places, made, strict=True))
    rows = [
        Row(row.patient_id, [make(row.cells[n], row) for n, make in how])
        for row in _of_patients(table)
    ]
    return replace(table, columns=tuple(map(_described, columns)), rows=_ordered(rows, coder))


def _of_patients(table: Table) -> list[Row]:
    """The rows that are about a patient, and about nobody else: no record of a form of others, a donor's for example."""
    rows = [row for row in table.rows if row.patient_id is not None]
    if "form" not in table.names:
        return rows
    place = table.names.index("form")
    others = {one.id for one in forms.versions().values() if one.of_others}
    return [row for row in rows if row.cells[place] not in others]


def _ordered(rows: list[Row], coder: Coder) -> list[Row]:
    """The order in which patients came, or that of their record numbers, tells something, too."""
    return sorted(rows, key=lambda row: coder.key(row.patient_id or ""))


def _described(column: Column) -> Column:
    if column.kind is Kind.AGE:
        return replace(column, range=f"over {OLDEST}: “{OLDER}”")
    if column.kind is Kind.TERM:
        return replace(column, range=f"a text that is in no list of the program: “{NOT_LISTED}”")
    return column


def _coded(column: Column, coder: Coder) -> Made:
    """How a cell of a column is made."""
    match column.kind:
        case Kind.KEY:
            return lambda cell, _row: None if cell in (None, "") else coder.key(str(cell))
        case Kind.DAY:
            return _with_patient(coder.day)
        case Kind.INSTANT:
            return _with_patient(coder.instant)
        case Kind.AGE:
            return lambda cell, row: (
                OLDER if row.patient_id in coder.oldest and age(cell) is not None else age(cell)
            )
        case Kind.CODE | Kind.CODES | Kind.TERM:
            return _listed(column)
        case Kind.NUMBER if column.name.endswith("_shown"):
            return lambda cell, _row: cell if _is_number(cell) else None
    return lambda cell, _row: cell if isinstance(cell, int | float) else None


def _unless_oldest(made: Made, coder: Coder) -> Made:
    return lambda cell, row: None if row.patient_id in coder.oldest else made(cell, row)


def _with_patient(made: Callable[[str, PatientId], str | None]) -> Made:
    def code(cell: Cell, row: Row) -> Cell:
        if cell in (None, "") or row.patient_id is None:
            return None
        return made(str(cell), row.patient_id)

    return code


def _listed(column: Column) -> Made:
    """What a list of the program has: everything else was typed."""
    said: dict[Cell, Cell] = {None: None, "": None}

    def is_known(text: str) -> bool:
        return text in column.codes or (column.known is not None and column.known(text))

    def code(cell: Cell, _row: Row) -> Cell:
        if cell not in said:
            parts = str(cell).split("\n") if column.kind is Kind.CODES else [str(cell)]
            listed = "\n".join(one if is_known(one) else NOT_LISTED for one in parts)
            said[cell] = cell if listed == str(cell) else listed
        return said[cell]

    return code


def _is_number(cell: Cell) -> bool:
    try:
        float(str(cell))
    except ValueError:
        return False
    return True


# The values of forms as they are stored: each is what its field is ------------------------------------------------


def _is_items(table: Table) -> bool:
    return table.folder == LONG and table.name == "item"


def _items(table: Table, every: Sequence[Table], coder: Coder) -> Table:
    """Those whose field harms nobody."""
    known_forms = _forms_of_records(every)
    record, field, value, reason = (
        table.names.index(name) for name in ("record_id", "field", "value", "not_done")
    )
    made: dict[tuple[str, str, str], Made | None] = {}
    rows = []
    for row in table.rows:
        form, version = known_forms.get(str(row.cells[record]), ("", ""))
        key = (form, version, str(row.cells[field]))
        if key not in made:
            column = stored.value_column(*key)
            made[key] = None if column is None or not leaves(column) else _coded(column, coder)
        make = made[key]
        if make is None or row.patient_id is None:
            continue
        known = [coder.key(str(row.cells[record])), key[2], make(row.cells[value], row)]
        rows.append(Row(row.patient_id, [*known, row.cells[reason]]))
    columns = tuple(table.columns[n] for n in (record, field, value, reason))
    return replace(table, columns=columns, rows=_ordered(rows, coder))


def _forms_of_records(every: Sequence[Table]) -> Mapping[str, tuple[str, str]]:
    records = next(one for one in every if one.folder == LONG and one.name == "record")
    own, form, version = (records.names.index(name) for name in ("id", "form", "version"))
    return {
        str(row.cells[own]): (str(row.cells[form]), str(row.cells[version])) for row in records.rows
    }


# Small groups -----------------------------------------------------------------------------------


def small_groups(coded: Sequence[Table]) -> Table:
    """Every value of a list, and the group of the oldest, that fewer than five patients have: they may be found by it."""
    rows = []
    for table in coded:
        if table.folder == LONG and table.name in _WIDE_TOO:
            continue
        for n, column in enumerate(table.columns):
            for said, patients in sorted(_groups(table, n, column).items()):
                if len(patients) < FEW:
                    rows.append(Row(None, (table.path, column.name, said, len(patients))))
    titles = {
        "table": "table",
        "column": "column",
        "value": "value",
        "patients": "patients with it",
    }
    columns = tuple(
        Column(name=name, title=title, kind=Kind.INTEGER if name == "patients" else Kind.TEXT)
        for name, title in titles.items()
    )
    return Table(
        folder="",
        name="small_groups",
        title=f"Values that fewer than {FEW} patients have: look at them before this is passed on",
        columns=columns,
        rows=rows,
    )


# Tables as they are stored whose values are in the wide tables, too.
_WIDE_TOO = frozenset(
    {"form", "answer", "spirometry", "blow", "measurement", "lab_result", "record", "item"}
)
_GROUPED = frozenset({Kind.CODE, Kind.CODES, Kind.YES_NO, Kind.TERM})


def _groups(table: Table, n: int, column: Column) -> dict[str, set[PatientId]]:
    found: dict[str, set[PatientId]] = defaultdict(set)
    for row in table.rows:
        cell = row.cells[n]
        counts = column.kind in _GROUPED or (column.kind is Kind.AGE and cell == OLDER)
        if counts and cell not in (None, "") and row.patient_id is not None:
            for one in str(cell).split("\n"):
                found[one].add(row.patient_id)
    return found
