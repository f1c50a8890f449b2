"""An export of this program, to be read back: CSV in a folder or a ZIP, as it was written and not changed since."""

import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import UnreadableImport
from core.model.stored import (
    ABOUT,
    ATTACHED,
    CODED,
    DEMONSTRATION,
    FORMAT,
    LONG,
    OF_ANY_VERSION,
    SUMS,
)
from core.spreadsheets import restored
from core.words import _

LARGEST = 4_000_000_000  # bytes of all files together
LONGEST_CELL = 100_000_000  # letters: the csv module takes 131,072, and a definition may be longer
# What `zipfile` raises for changed bytes: a place before the file's beginning is a ValueError.
_DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError)


@dataclass(frozen=True, slots=True)
class Texts:
    """A table as texts."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What an export holds: the tables as they were stored, by name, and the attached files by id.

    ``sha256`` is that of the ZIP, or of the list of hashes in the folder: what the trail said when it was exported.
    """

    tables: Mapping[str, Texts]
    attached: Mapping[str, bytes]
    sha256: str
    demonstration: bool


def read(path: Path) -> Read:
    """Raises UnreadableImport with one sentence, and OSError."""
    files, sha256 = _files(path)
    about = _decoded(ABOUT, files.get(ABOUT, b"")).splitlines()
    if not about or not about[0].startswith(OF_ANY_VERSION):
        text = _("{name} is no export of this program. Choose the ZIP, or the folder, of one.")
        raise UnreadableImport(text.format(name=path.name))
    if about[0] not in {FORMAT, f"{FORMAT}{CODED}"}:
        text = _(
            "{name} was written by another version of the program. Read it back with that version."
        )
        raise UnreadableImport(text.format(name=path.name))
    if about[0] != FORMAT:
        text = _("{name} is de-identified. Only an export of all data can be read back.")
        raise UnreadableImport(text.format(name=path.name))
    _check(files)
    return Read(
        tables={
            PurePosixPath(name).stem: _table(name, content)
            for name, content in files.items()
            if PurePosixPath(name).parts[:1] == (LONG,)
        },
        attached={
            PurePosixPath(name).name: content
            for name, content in files.items()
            if PurePosixPath(name).parts[:1] == (ATTACHED,)
        },
        sha256=sha256,
        demonstration=any(line.startswith(DEMONSTRATION) for line in about),
    )


def _files(path: Path) -> tuple[dict[str, bytes], str]:
    """Every file by its path in the export, and the hash that the whole is known by."""
    if path.is_dir():
        found = [one for one in sorted(path.rglob("*")) if one.is_file()]
        _refuse_large(path, sum(one.stat().st_size for one in found))
        files = {one.relative_to(path).as_posix(): one.read_bytes() for one in found}
        return files, hashlib.sha256(files.get(SUMS, b"")).hexdigest()
    content = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _refuse_large(path, sum(one.file_size for one in packed.infolist()))
            files = {one.filename: packed.read(one) for one in packed.infolist()}
    except (*_DAMAGED, NotImplementedError, RuntimeError, EOFError) as error:
        text = _("{name} is no ZIP, or is damaged. Export the data again.")
        raise UnreadableImport(text.format(name=path.name)) from error
    return files, hashlib.sha256(content).hexdigest()


def _refuse_large(path: Path, size: int) -> None:
    if size > LARGEST:
        text = _("{name} is larger than an export of this program ever is. Choose another one.")
        raise UnreadableImport(text.format(name=path.name))


def _check(files: Mapping[str, bytes]) -> None:
    """Every file is the one that was written, and none is missing: what was changed elsewhere has no trail."""
    said = [line.partition("  ") for line in _decoded(SUMS, files.get(SUMS, b"")).splitlines()]
    sums = {name: digest for digest, _blanks, name in said}
    for name in sorted(sums.keys() | files.keys() - {SUMS}):
        content = files.get(name)
        if content is None:
            text = _("{name} of this export is missing. Export the data again.")
            raise UnreadableImport(text.format(name=name))
        if hashlib.sha256(content).hexdigest() != sums.get(name):
            text = _(
                "{name} of this export was changed after it was exported. Take the export as it was written."
            )
            raise UnreadableImport(text.format(name=name))


def _table(name: str, content: bytes) -> Texts:
    lines = csv.reader(io.StringIO(_decoded(name, content), newline=""))
    usual = csv.field_size_limit(LONGEST_CELL)
    try:
        rows = [[restored(cell) for cell in line] for line in lines]
    except csv.Error as error:
        raise _unreadable(name) from error
    finally:
        csv.field_size_limit(usual)
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise _unreadable(name)
    return Texts(tuple(rows[0]), rows[1:])


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(name) from error


def _unreadable(name: str) -> UnreadableImport:
    text = _("{name} of this export cannot be read. Export the data again.")
    return UnreadableImport(text.format(name=name))
