"""A sheet as it lies on the disk: read and written as it stands, whatever its encoding and separator."""

import csv
import io
import itertools
import math
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from core import entry
from core.entry import Problem
from core.errors import StorageError, UnreadableImport
from core.imports import csv_table
from core.imports.csv_table import MISSING, Written, cleaned
from core.words import _

T = TypeVar("T")

_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The cells as written, every row as wide as the widest, and where the columns stand that we know.

    ``ragged`` says what is wrong with a row whose cells may have shifted; none of them is read.
    ``empty_lines`` stand among the rows, as written, and are none. ``decimal`` is the only sign of
    decimals, where one is: as said, or the point where a comma separates cells.
    """

    names: Sequence[str]
    rows: Sequence[Sequence[str]]
    positions: Mapping[str, int]
    ragged: Mapping[int, str]
    empty_lines: Mapping[int, Sequence[str]]
    mark: bytes
    encoding: str
    separator: str
    newline: str
    decimal: str | None

    def cells(self, column: str) -> list[str]:
        """The column as written, empty where it may have shifted."""
        position = self.positions[column]
        cells = [row[position] for row in self.rows]
        for row in self.ragged:
            cells[row] = ""
        return cells

    def number(self, text: str) -> float | None:
        """A number as typed, with no other sign of decimals than the sheet's own."""
        if csv_table.other_decimals(text, self.decimal):
            return None
        value = entry.number(text, -math.inf, math.inf)
        return value if isinstance(value, float) else None


@dataclass(frozen=True, slots=True)
class Results:
    """The columns that are added, with a cell for every row, and what is wrong with which row."""

    columns: Mapping[str, list[str]]
    problems: Mapping[int, Sequence[str]]


class Reading:
    """The cells of one subject, each distinct text read once; what is wrong gathers by row."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.problems: defaultdict[int, list[str]] = defaultdict(list)

    def read(self, column: str, value_of: Callable[[str], T | Problem]) -> list[T | None]:
        """The value of every row; None where there is no such column, nothing stated, or a refusal."""
        if column not in self._sheet.positions:
            return [None] * len(self._sheet.rows)
        cells = self._sheet.cells(column)
        values: dict[str, T | None] = {}
        refused: dict[str, str] = {}
        for cell in set(cells):
            text = stated(cell)
            value = value_of(text) if text else None
            if isinstance(value, Problem):
                decimal = self._sheet.decimal
                advice = csv_table.other_decimals(text, decimal)
                if advice and isinstance(value_of(_respelled(text, decimal)), Problem):
                    advice = None  # it would be wrong with the right sign, too
                refused[cell] = advice or value.message
                value = None
            values[cell] = value
        if refused:
            for row, cell in enumerate(cells):
                if cell in refused:
                    self.refuse(row, column, refused[cell])
        return [values[cell] for cell in cells]

    def refuse(self, row: int, column: str, advice: str) -> None:
        """Say of a row which cell is wrong, and what to write there."""
        name, text = column, ""
        if column in self._sheet.positions:
            position = self._sheet.positions[column]
            name = cleaned(self._sheet.names[position])
            text = cleaned(self._sheet.rows[row][position])
        if len(text) > _LONGEST_QUOTE:
            text = text[: _LONGEST_QUOTE - 1] + "…"
        sentence = _("{column} “{text}”: {advice}") if text else _("{column} is empty: {advice}")
        self.problems[row].append(sentence.format(column=name, text=text, advice=advice))

    def emptied(self, columns: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
        """The columns, now with nothing in the rows that have a problem."""
        for row in self.problems:
            for cells in columns.values():
                cells[row] = ""
        return columns


def read(path: Path, known: Collection[str], written: Written) -> Sheet:
    """The sheet in a file; ``known`` are the columns to look for, in any case, with blanks or ``_``.

    It is opened as `csv_table.open_sheet` says. Blank lines above the header are left out. Raises
    UnreadableImport.
    """
    columns = {_key(name): name for name in known}
    opened = csv_table.open_sheet(path, lambda name: _key(name) in columns, written)
    text, separator = opened.text, opened.separator
    records = _records(text, separator)
    header = next(records, None)
    if header is None:
        raise UnreadableImport(
            _("The file {name} is empty. Choose the sheet to score.").format(name=path.name)
        )
    rows = list(records)
    width = max(map(len, (header, *rows)))
    positions = _positions(header, columns)
    return Sheet(
        names=header + [""] * (width - len(header)),
        rows=[row + [""] * (width - len(row)) for row in rows],
        positions=positions,
        ragged=_ragged(header, rows, needed=max(positions.values(), default=-1) + 1),
        empty_lines={
            number: row for number, row in enumerate(rows) if len(row) < 2 and not _has_text(row)
        },
        mark=opened.mark,
        encoding=opened.encoding,
        separator=separator,
        decimal=written.decimal or ("." if separator == "," else None),
        # A lone \r inside a cell is put in quotation marks only where lines end in one, too.
        newline="\r\n" if "\r" in text else "\n",
    )


def stated(cell: str) -> str:
    """What a cell says, on one line; nothing where it holds the mark of a missing value."""
    text = cleaned(cell)
    return "" if text.casefold() in MISSING else text


def write(sheet: Sheet, added: Mapping[str, Sequence[str]], target: Path) -> None:
    """The sheet with the added columns at its right as a new file, whole or not at all.

    Raises StorageError.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=sheet.separator, lineterminator=sheet.newline)
    writer.writerow([*_renamed(sheet, added), *added])
    lines = zip(sheet.rows, zip(*added.values(), strict=True), strict=True)
    for number, (row, results) in enumerate(lines):
        if number in sheet.empty_lines:
            writer.writerow(sheet.empty_lines[number])
        else:
            writer.writerow([*row, *results])
    # Only a word of ours, in a translation, can be what the sheet's encoding does not have.
    data = sheet.mark + text.getvalue().encode(sheet.encoding, "replace")
    new = target.with_name(target.name + ".new")
    try:
        file = new.open("xb")
        try:
            with file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            new.replace(target)
        except BaseException:
            new.unlink()
            raise
    except OSError as error:
        raise StorageError(
            _("The file {name} cannot be written ({reason}). Choose another place.").format(
                name=new.name, reason=error.strerror
            )
        ) from error


def _respelled(text: str, decimal: str | None) -> str:
    """A number with the sign of decimals that the sheet has."""
    return text.replace(".", ",") if decimal == "," else text.replace(",", ".")


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Every record from the header on, blank ones too. Raises UnreadableImport."""
    records = (cells for _line, cells in csv_table.lines(text, separator))
    return itertools.dropwhile(lambda cells: not _has_text(cells), records)


def _positions(header: Sequence[str], columns: Mapping[str, str]) -> Mapping[str, int]:
    """Where each known column stands. Raises UnreadableImport where two names mean the same."""
    seen: dict[str, int] = {}
    for position, name in enumerate(map(cleaned, header)):
        column = columns.get(_key(name), name)
        if column in seen:
            raise UnreadableImport(
                _(
                    "The columns “{first}” and “{second}” mean the same. Delete or rename one."
                ).format(first=cleaned(header[seen[column]]), second=name)
            )
        if name:
            seen[column] = position
    return {name: seen[name] for name in columns.values() if name in seen}


def _has_text(cells: Sequence[str]) -> bool:
    return any(map(cleaned, cells))


def _ragged(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, needed: int
) -> Mapping[int, str]:
    """What is wrong with each row that ends before the cells ``needed``, or has text beyond the header."""
    ragged = {}
    for number, row in enumerate(rows):
        if len(row) == len(header) or not _has_text(row):
            continue
        if len(row) < needed:
            advice = _("add the missing separators")
        elif _has_text(row[len(header) :]):
            advice = _("put a text that contains the separator in quotation marks")
        else:
            continue
        ragged[number] = _("the row has {n} cells, the header {width}: {advice}").format(
            n=len(row), width=len(header), advice=advice
        )
    return ragged


def _renamed(sheet: Sheet, added: Collection[str]) -> Sequence[str]:
    """The sheet's names; one that is also among the added gets ``_given`` after it, or ``_given_2``."""
    names = list(sheet.names)
    for column in added:
        if column not in sheet.positions:
            continue
        position = sheet.positions[column]
        given = f"{cleaned(names[position])}_given"
        taken = set(map(_key, names))
        numbered = (f"{given}_{number}" for number in itertools.count(2))
        names[position] = next(
            name for name in itertools.chain([given], numbered) if _key(name) not in taken
        )
    return names


def _key(name: str) -> str:
    """A column's name for comparing: case, blanks and underscores do not count."""
    return "".join(cleaned(name).casefold().replace("_", " ").split())
