"""What an export says of itself: a codebook made from the definitions, and what it is, in words."""

from collections.abc import Sequence

from core import VERSION
from core.exports.data.coded import FEW, MOST_DAYS, NOT_LISTED, OLDER, OLDEST
from core.exports.data.table import Column, Kind, Row, Table
from core.model.stored import CODED, DEMONSTRATION, FORMAT

_TITLES = (
    *("table", "column", "title", "type", "unit", "decimals", "range", "codes"),
    *("missing_because", "identifies", "definition"),
)


def codebook(tables: Sequence[Table]) -> Table:
    """A line for every column of every table."""
    return Table(
        folder="",
        name="codebook",
        title="Codebook",
        columns=tuple(Column(name=name) for name in _TITLES),
        rows=[Row(None, _described(table, column)) for table in tables for column in table.columns],
    )


def _described(table: Table, column: Column) -> tuple[str, ...]:
    codes = "; ".join(f"{code} = {words}" for code, words in column.codes.items())
    return (
        *(table.path, column.name, column.title, column.kind.value, column.unit),
        "" if column.decimals is None else str(column.decimals),
        column.range,
        "1 = yes; 0 = no" if column.kind is Kind.YES_NO else codes,
        *(column.missing, column.identifies.value, column.of),
    )


def about(tables: Sequence[Table], *, patients: int, coded: bool, demonstration: bool) -> list[str]:
    """What the export is, a line a sentence or two."""
    lines = [
        FORMAT if not coded else f"{FORMAT}{CODED}",
        f"Made by ALS Follow-up {VERSION}: {patients} patients, {len(tables)} tables.",
    ]
    if demonstration:
        lines.append(f"{DEMONSTRATION}: no person of flesh and blood has these values.")
    said = _CODED if coded else _CLEAR
    return [*lines, *said.splitlines(), *_READING.splitlines()]


_CLEAR = """\
This export says who everybody is. Keep it where the clinic file may be, and nowhere else.
It can be read back into a clinic file without patients: main.py import FILE THIS.
Signatures and locks are for reading: they hold in the clinic file in which they were given."""
_CODED = f"""\
This export is CODED, NOT ANONYMOUS. The clinic can say who each person is; and who knows enough of a person may find them. Pass it on only as the consent and the law allow it.
Ids are keyed hashes: the same in every coded export of this clinic, so that two can be joined.
All days of a patient are earlier by the same number of days, from 1 to {MOST_DAYS}: intervals and times of the clock are true, days are not. Of a day that is known to its month or year, the month or year may be off by one.
Whoever knows on which days two exports were made can tell between which days a value was added. Pass on no more of them than are needed.
Ages over {OLDEST} are “{OLDER}”; so are all ages of a person who has such a one, and % predicted and z-scores of theirs are not here. Texts that people typed, users, workstations, lots, serial numbers, donors and file names are not here. “{NOT_LISTED}” is in the place of a text that is in no list of the program.
small_groups names the values that fewer than {FEW} patients have. Look at them first."""
_READING = """\
wide: a line a record (a patient, a visit, a form). long: the tables as they are stored, a line a value.
An empty cell is no value: neither zero nor unknown. Unknown is a value of its own. Why something was not done is in the column beside it, whose name ends in not_done.
A column whose name ends in _shown has the number as the screen shows it; the one before it has every digit.
Yes is 1, no is 0. Days are ISO 8601, as far as they are known. The codebook explains every column."""
