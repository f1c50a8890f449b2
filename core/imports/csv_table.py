"""A CSV file as records: whatever the encoding, the separator and the line ends, with honest line numbers."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import UnreadableImport
from core.words import _

LARGEST_BYTES = 5_000_000

# Direction marks, zero-width space and byte order mark: spreadsheets leave them, nobody sees them.
_MARKS = [0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
_WITHOUT_MARKS = dict.fromkeys(_MARKS)


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands; ``line`` is the physical line it begins on, counted from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The header and the records that are not blank; ``is_guessed`` where the encoding had to be."""

    names: tuple[str, ...]
    records: tuple[Record, ...]
    is_guessed: bool


def read(path: Path, is_known: Callable[[str], bool]) -> Table:
    """The table in a file of UTF-8, UTF-16 with its mark, or else Windows-1252.

    The separator is the comma, semicolon or tab that makes the most names of the header known.
    Raises UnreadableImport.
    """
    text, is_guessed = _decoded(_bytes(path), path.name)

    def known_names(separator: str) -> int:
        try:
            header = next(_records(text, separator), None)
        except UnreadableImport:
            return 0
        return sum(map(is_known, header.cells)) if header else 0

    records = tuple(_records(text, max(",;\t", key=known_names)))
    if not records:
        raise UnreadableImport(
            _("The file {name} is empty. Choose the file with the patients.").format(name=path.name)
        )
    return Table(names=records[0].cells, records=records[1:], is_guessed=is_guessed)


def cleaned(text: str) -> str:
    """The text on one line, without invisible marks and repeated blanks."""
    return " ".join(text.translate(_WITHOUT_MARKS).split())


def contents(path: Path, most: int = -1) -> bytes:
    """What is in a file, at most so many bytes of it. Raises UnreadableImport."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise UnreadableImport(
            _("The file {name} cannot be read ({reason}). Choose another one.").format(
                name=path.name, reason=error.strerror
            )
        ) from error


def lines(
    text: str, separator: str, *, skip_blanks: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Every record with the physical line it begins on, ``skip_blanks`` after the separators.

    Raises UnreadableImport.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        strict=True,
        skipinitialspace=skip_blanks,
    )
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableImport(
                _(
                    "The record that begins on line {n} cannot be read: a quotation mark is missing"
                    " or misplaced, or one field is very long. Correct that line."
                ).format(n=line)
            ) from error
        yield line, cells


def _bytes(path: Path) -> bytes:
    data = contents(path, LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise UnreadableImport(
            _("The file {name} is larger than 5 MB. Split it into smaller files.").format(
                name=path.name
            )
        )
    return data


def _decoded(data: bytes, name: str) -> tuple[str, bool]:
    """The text, and whether its encoding had to be guessed."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding == "cp1252"
    raise UnreadableImport(
        _("The file {name} is not a text file. Save the table as CSV (UTF-8) first.").format(
            name=name
        )
    )


def _records(text: str, separator: str) -> Iterator[Record]:
    """Every record that is not blank."""
    for line, cells in lines(text, separator, skip_blanks=True):
        if any(cleaned(cell) for cell in cells):
            yield Record(line, tuple(cells))
