"""Dictionaries of adverse events as their publishers deliver them: the CTCAE workbook, and MedDRA's ASCII files.

A workbook is read from the XML within it: it needs no spreadsheet program. MedDRA was tried with invented rows in
its published layout only, because the files themselves need a licence.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree

from core.errors import UnreadableImport
from core.model.dictionary import Coded
from core.words import N_, _

LARGEST = 200_000_000  # bytes of a part of a workbook once it is unpacked
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHEET = "xl/worksheets/sheet1.xml"
_STRINGS = "xl/sharedStrings.xml"
_LETTERS = re.compile(r"[A-Z]+")
_COLUMNS = ("meddra soc", "ctcae term", "grade 1", "grade 2", "grade 3", "grade 4", "grade 5")
_NO_WORKBOOK = N_(
    "This is no workbook (xlsx). Choose the workbook of CTCAE as the NCI delivers it."
)
_LLT, _HIERARCHY = 10, 12  # fields of a line, at least


@dataclass(frozen=True, slots=True)
class CtcaeTerm:
    """A term with the texts of its grades, by grade; a grade that it does not have is not there."""

    name: str
    soc: str
    code: str
    grades: Mapping[int, str]


def ctcae(data: bytes) -> tuple[CtcaeTerm, ...]:
    """The terms of a CTCAE workbook, of its first sheet. Raises UnreadableImport."""
    rows = _rows(data)
    titles = next(rows, {})
    places = {re.sub(r"\s+", " ", text).strip().casefold(): at for at, text in titles.items()}
    missing = [one for one in _COLUMNS if one not in places]
    if missing:
        text = _(
            "The first row of this workbook has no column “{column}”. Choose the workbook of CTCAE."
        )
        raise UnreadableImport(text.format(column=missing[0]))
    found = []
    for row in rows:
        name = row.get(places["ctcae term"], "").strip()
        if not name:
            continue
        texts = {grade: row.get(places[f"grade {grade}"], "").strip() for grade in range(1, 6)}
        found.append(
            CtcaeTerm(
                name=name,
                soc=row.get(places["meddra soc"], "").strip(),
                code=row.get(places.get("meddra code", ""), "").strip().removesuffix(".0"),
                grades={grade: text for grade, text in texts.items() if text not in ("", "-", "–")},
            )
        )
    if not found:
        raise UnreadableImport(_("This workbook has no term of CTCAE."))
    return tuple(found)


def meddra(llt: bytes, hierarchy: bytes) -> tuple[Coded, ...]:
    """The current lowest level terms of ``llt.asc`` with what ``mdhier.asc`` says of them. Raises UnreadableImport."""
    preferred: dict[str, tuple[str, str]] = {}
    for number, parts in _lines(hierarchy, "mdhier.asc", _HIERARCHY):
        code, name, soc, primary = parts[0], parts[4], parts[7], parts[11]
        if not code.isdigit():
            raise _wrong("mdhier.asc", number, _("the first field is no code"))
        if primary == "Y" or code not in preferred:
            preferred[code] = name, soc
    found = []
    for number, parts in _lines(llt, "llt.asc", _LLT):
        code, name, of, current = parts[0], parts[1], parts[2], parts[9]
        if not (code.isdigit() and of.isdigit()):
            raise _wrong("llt.asc", number, _("the first or the third field is no code"))
        if current == "N":
            continue
        if of not in preferred:
            text = _("mdhier.asc has no preferred term {code}; take both files of one version")
            raise _wrong("llt.asc", number, text.format(code=of))
        found.append(Coded(name, code, preferred[of][0], of, preferred[of][1]))
    if not found:
        raise UnreadableImport(_("llt.asc has no current term."))
    return tuple(found)


def _lines(data: bytes, name: str, least: int) -> Iterator[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # as older versions are delivered
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split("$")]
        if len(parts) < least:
            words = _("it has {n} fields divided by $ and needs {least}")
            raise _wrong(name, number, words.format(n=len(parts), least=least))
        yield number, parts


def _wrong(name: str, number: int, why: str) -> UnreadableImport:
    text = _("{file}, line {n}: {why}. Nothing was imported.")
    return UnreadableImport(text.format(file=name, n=number, why=why))


def _rows(data: bytes) -> Iterator[dict[str, str]]:
    """The rows of the first sheet: texts by the letters of their column."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as book:
            strings = [
                "".join(part.text or "" for part in one.iter(f"{_MAIN}t"))
                for one in _parsed(book, _STRINGS).iter(f"{_MAIN}si")
            ]
            sheet = _parsed(book, _SHEET)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        raise UnreadableImport(_(_NO_WORKBOOK)) from None
    for row in sheet.iter(f"{_MAIN}row"):
        yield dict(_cell(cell, strings) for cell in row.iter(f"{_MAIN}c"))


def _parsed(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if name == _STRINGS and name not in book.namelist():
        return ElementTree.Element("sst")
    if book.getinfo(name).file_size > LARGEST:
        raise UnreadableImport(_(_NO_WORKBOOK))
    return ElementTree.fromstring(book.read(name))


def _cell(cell: ElementTree.Element, strings: Sequence[str]) -> tuple[str, str]:
    column = _LETTERS.match(cell.get("r", ""))
    value = cell.find(f"{_MAIN}v")
    text = "" if value is None else value.text or ""
    if cell.get("t") == "s" and text.isdigit() and int(text) < len(strings):
        text = strings[int(text)]
    elif cell.get("t") == "inlineStr":
        text = "".join(part.text or "" for part in cell.iter(f"{_MAIN}t"))
    return ("" if column is None else column[0]), text
