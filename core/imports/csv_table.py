"""Every sheet that is taken in is opened here: bytes to text to records, with honest line numbers.

How it is written (encoding, separator, decimal sign) is taken from the file where the file shows it.
Else a person is asked; it is never guessed.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import UnreadableImport
from core.spreadsheets import restored
from core.words import N_, Words, _

LARGEST_BYTES = 5_000_000

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# What Windows programs write who write no UTF-8, one byte a letter, by Python's names.
ENCODINGS: Mapping[str, str] = Words(
    {
        "windows-1250": N_("Central European"),
        "windows-1251": N_("Cyrillic"),
        "windows-1252": N_("Western European"),
        "windows-1253": N_("Greek"),
        "windows-1254": N_("Turkish"),
        "windows-1256": N_("Arabic, Persian"),
    }
)
SEPARATORS: Mapping[str, str] = Words(
    {
        ",": N_("comma"),
        ";": N_("semicolon"),
        "\t": N_("tab"),
        "|": N_("vertical bar"),
    }
)
DECIMALS: Mapping[str, str] = Words({".": N_("point"), ",": N_("comma")})
_OTHER_SIGN = {".": ",", ",": "."}

# What spreadsheets and statistics programs write where a value is missing.
MISSING = frozenset({"na", "n/a", "nan", "null", "unknown", "-", "–", "—", "."})
# Direction marks, zero-width space and byte order mark: spreadsheets leave them, nobody sees them.
_UNSEEN = [0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
_WITHOUT_UNSEEN = dict.fromkeys(_UNSEEN)

_WORDS_SHOWN, _LONGEST_WORD = 4, 30
_CELL_WITH_FOREIGN_LETTERS = re.compile(rb"[^,;\t|\r\n\"]*[\x80-\xff][^,;\t|\r\n\"]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How a person says that a file is written; None is what nobody has said.

    ``encoding`` is one of ENCODINGS, ``separator`` of cells one of SEPARATORS, ``decimal`` one of
    DECIMALS.
    """

    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The text of a file, and how it is written. ``mark`` stands before the text as bytes."""

    text: str
    encoding: str
    mark: bytes
    separator: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands; ``line`` is the physical line it begins on, counted from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The header and the records that are not blank."""

    names: tuple[str, ...]
    records: tuple[Record, ...]


class WrittenHow(UnreadableImport):
    """A file can be read in several ways, and a person has to say which.

    ``asked`` is the field of `Written` that is open; ``samples`` holds, for each value that it can
    have, what the file then says.
    """

    def __init__(self, message: str, asked: str, samples: Mapping[str, str]) -> None:
        super().__init__(message)
        self.asked = asked
        self.samples = samples


def read(path: Path, is_known: Callable[[str], bool], written: Written) -> Table:
    """The table in a file of at most LARGEST_BYTES, opened as `open_sheet` does.

    Raises UnreadableImport.
    """
    opened = open_sheet(path, is_known, written, largest=LARGEST_BYTES)
    records = tuple(
        Record(line, tuple(map(restored, cells)))
        for line, cells in lines(opened.text, opened.separator, skip_blanks=True)
        if any(map(cleaned, cells))
    )
    if not records:
        raise UnreadableImport(
            _("The file {name} is empty. Choose the file with the patients.").format(name=path.name)
        )
    return Table(names=records[0].cells, records=records[1:])


def open_sheet(
    path: Path, is_known: Callable[[str], bool], written: Written, *, largest: int | None = None
) -> Opened:
    """The text in a file, and the separator that makes the most names of its header known.

    UTF-8 and UTF-16 with its mark are read as such; for every other file ``written`` must say the
    encoding. Raises UnreadableImport, also where there are more than ``largest`` bytes, and WrittenHow
    where the encoding is not said, or where two separators make as many names known.
    """
    data = _contents(path, largest)
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    text, encoding = _decoded(data[len(mark) :], _MARKS.get(mark), written.encoding, path.name)
    return Opened(
        text=text,
        encoding=encoding,
        mark=mark,
        separator=written.separator or _separator(text, is_known, path.name),
    )


def cleaned(text: str) -> str:
    """The text on one line, without invisible marks and repeated blanks."""
    return " ".join(text.translate(_WITHOUT_UNSEEN).split())


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


def other_decimals(text: str, decimal: str | None) -> str | None:
    """What to do about a number that has the sign which does not separate decimals here; else None."""
    if decimal is None or _OTHER_SIGN[decimal] not in text:  # asked of a hundred thousand cells
        return None
    if decimal == ".":
        return _("write the decimals with a point")
    return _("write the decimals with a comma")


def _contents(path: Path, largest: int | None) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(-1 if largest is None else largest + 1)
    except OSError as error:
        raise UnreadableImport(
            _("The file {name} cannot be read ({reason}). Choose another one.").format(
                name=path.name, reason=error.strerror
            )
        ) from error
    if largest is not None and len(data) > largest:
        raise UnreadableImport(
            _("The file {name} is larger than {n} MB. Split it into smaller files.").format(
                name=path.name, n=largest // 1_000_000
            )
        )
    return data


def _decoded(data: bytes, marked: str | None, said: str | None, name: str) -> tuple[str, str]:
    """The text, and its encoding: what the mark says, else UTF-8 where it is that, else what was said.

    What was said comes before UTF-8, too: some texts can be read as both.
    """
    encoding = marked or said or "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if said and not marked:
            raise UnreadableImport(
                _("Line {n} of {name} is not {encoding}. Choose another encoding.").format(
                    n=data.count(b"\n", 0, error.start) + 1, name=name, encoding=said
                )
            ) from error
        if not marked and b"\0" not in data:
            raise WrittenHow(
                _(
                    "The file {name} is not UTF-8. Choose the encoding in which its letters are right."
                ).format(name=name),
                "encoding",
                _readings(data),
            ) from error
        text = "\0"
    if "\0" in text:
        raise UnreadableImport(
            _("The file {name} is not a text file. Save the table as CSV (UTF-8) first.").format(
                name=name
            )
        )
    return text, encoding


def _readings(data: bytes) -> Mapping[str, str]:
    """The first cells with letters beyond ASCII, in each encoding that has all letters of the file."""
    found = (match[0].strip() for match in _CELL_WITH_FOREIGN_LETTERS.finditer(data))
    cells: dict[bytes, None] = {}
    for cell in found:
        cells[cell] = None
        if len(cells) == _WORDS_SHOWN:
            break
    readings = {}
    for encoding in ENCODINGS:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        words = (cleaned(cell.decode(encoding))[:_LONGEST_WORD] for cell in cells)
        readings[encoding] = ", ".join(words)
    return readings


def _separator(text: str, is_known: Callable[[str], bool], name: str) -> str:
    """The separator that makes the most names of the header known. Raises WrittenHow where two do."""
    headers = {separator: _header(text, separator) for separator in SEPARATORS}
    known = {separator: sum(map(is_known, cells)) for separator, cells in headers.items()}
    most = max(known.values())
    best = [separator for separator in SEPARATORS if known[separator] == most]
    parting = [separator for separator in best if len(headers[separator]) > 1]
    if most == 0 or len(parting) < 2:
        return (parting or best)[0]
    raise WrittenHow(
        _("The cells of {name} can be separated in two ways. Choose the right one.").format(
            name=name
        ),
        "separator",
        {separator: " · ".join(map(cleaned, headers[separator])) for separator in parting},
    )


def _header(text: str, separator: str) -> list[str]:
    """The first record that is not blank; nothing where it cannot be read so."""
    try:
        return next((c for _n, c in lines(text, separator) if any(map(cleaned, c))), [])
    except UnreadableImport:
        return []
