"""All data into a file or a folder, without a window: made, written down in the trail, and only then written."""

import hashlib
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core import exports
from core.acts import documents
from core.errors import FileExists, StorageError
from core.exports.data import files
from core.model.document import XLSX, ZIP, About, Counted
from core.model.stored import SUMS
from core.model.trail import Act
from core.model.user import Right
from core.session import Session
from core.words import _, untranslated


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What left. ``sha256`` is that of the file; of a folder that of its `SHA256SUMS`, which has those of the rest."""

    patients: int
    tables: int
    rows: int
    sha256: str
    is_folder: bool


def right(*, coded: bool) -> Right:
    """Who may: in clear or coded."""
    return Right.EXPORT_CODED if coded else Right.EXPORT_ALL


def check(out: Path, *, xlsx: bool) -> None:
    """Raises AppError where it cannot go there."""
    is_empty_folder = out.is_dir() and not any(out.iterdir())
    if out.exists() and not (is_empty_folder and not xlsx and out.suffix == ""):
        text = _("There is already something at {path}. Choose another name.")
        raise FileExists(text.format(path=out))
    if not out.absolute().parent.is_dir():
        text = _("There is no folder {folder}. Make it first.")
        raise StorageError(text.format(folder=out.absolute().parent))
    ending = out.suffix.lower()
    if xlsx and ending != f".{XLSX}":
        raise StorageError(_("The name of a workbook must end in .xlsx."))
    if not xlsx and ending not in {"", f".{ZIP}"}:
        text = _(
            "The name of a CSV export must end in .zip, or have no ending: then it is a folder."
        )
        raise StorageError(text)


def export(session: Session, out: Path, *, coded: bool, xlsx: bool) -> Exported:
    """All patients, in clear or coded. Raises AppError, and OSError: nothing is left there then."""
    check(out, xlsx=xlsx)
    kinds = {
        (False, False): exports.DATA_CSV,
        (False, True): exports.DATA_XLSX,
        (True, False): exports.CODED_CSV,
        (True, True): exports.CODED_XLSX,
    }
    document = kinds[coded, xlsx]
    session.need(right(coded=coded))
    source = documents.source(session, document, About())
    in_folder = not xlsx and out.suffix == ""
    content: bytes
    if in_folder:
        with untranslated():
            made = files.Export(source)
            found = made.files()
        content = Counted.of(found[SUMS], made.rows)
    else:
        found, content = {}, document.make(source)
    rows = content.rows if isinstance(content, Counted) else {}
    documents.write_down(session, document, source, Act.EXPORTED, content)
    if in_folder:
        _write_folder(out, found)
    else:
        _write(out, content)
    return Exported(
        patients=len(source.records),
        tables=len(rows),
        rows=sum(rows.values()),
        sha256=hashlib.sha256(content).hexdigest(),
        is_folder=in_folder,
    )


def _write(out: Path, content: bytes) -> None:
    try:
        with out.open("xb") as written:
            written.write(content)
    except FileExistsError:
        raise
    except OSError:
        with suppress(OSError):
            out.unlink(missing_ok=True)
        raise


def _write_folder(out: Path, found: Mapping[str, bytes]) -> None:
    was_there = out.exists()
    out.mkdir(exist_ok=True)
    try:
        for name, content in found.items():
            path = out / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    except OSError:
        shutil.rmtree(out, ignore_errors=True)
        if was_there:
            with suppress(OSError):
                out.mkdir()
        raise
