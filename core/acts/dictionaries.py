"""The clinic's words for terms of adverse events: its synonyms, and dictionaries that it imports; each is logged."""

import hashlib
import json
import zlib
from collections.abc import Sequence
from pathlib import Path

from core import clock
from core.entry import Problem
from core.errors import UnreadableImport
from core.imports import dictionaries
from core.model import terms
from core.model.dictionary import Dictionary, DictionaryKind, Synonym
from core.session import Session
from core.words import N_, _

LLT, HIERARCHY = "llt.asc", "mdhier.asc"
LARGEST = 100_000_000  # bytes of a file


def checked(session: Session, text: str, term: str) -> Synonym | Problem:
    """A synonym as it is to be saved, or why it is none."""
    words, known = " ".join(text.split()), terms.find(term)
    if not terms.plain(words):
        return Problem(_("Type the word that people say."))
    if known is None:
        return Problem(_("“{term}” is no term of CTCAE. Choose one.").format(term=term.strip()))
    if terms.find(words) is not None:
        return Problem(_("“{word}” is a term of CTCAE itself.").format(word=words))
    same = [one for one in session.synonyms.all() if terms.plain(one.text) == terms.plain(words)]
    if same:
        words = _("“{word}” means “{term}” already. Remove that first.")
        return Problem(words.format(word=same[0].text, term=same[0].term))
    return Synonym(text=words, term=known.name, added_by=session.login, added_at=clock.now())


def add(session: Session, synonym: Synonym) -> None:
    """Raises NotAllowed, Locked, StorageError."""
    with session.write(N_("synonym added")):
        session.synonyms.save(synonym)
    session.use_own()


def remove(session: Session, text: str) -> None:
    """The trail keeps it. Raises NotAllowed, Locked, StorageError."""
    with session.write(N_("synonym removed")):
        session.synonyms.remove(text)
    session.use_own()


def import_ctcae(session: Session, path: Path, version: str) -> Dictionary:
    """A CTCAE workbook. Raises UnreadableImport, NotAllowed, Locked, StorageError, OSError."""
    found = dictionaries.ctcae(_read(path))
    rows = [[one.name, one.soc, one.code, sorted(one.grades)] for one in found]
    return _save(session, DictionaryKind.CTCAE, version, rows)


def import_meddra(session: Session, path: Path, version: str) -> Dictionary:
    """MedDRA from its ``llt.asc``, with ``mdhier.asc`` beside it. Raises UnreadableImport, NotAllowed, Locked, StorageError, OSError."""
    hierarchy = path.with_name(HIERARCHY)
    if not hierarchy.exists():
        text = _("{hierarchy} is not beside {file}. Put both files of MedDRA into one folder.")
        raise UnreadableImport(text.format(hierarchy=HIERARCHY, file=path.name))
    found = dictionaries.meddra(_read(path), _read(hierarchy))
    rows = [[one.llt, one.llt_code, one.pt, one.pt_code, one.soc] for one in found]
    return _save(session, DictionaryKind.MEDDRA, version, rows)


def _read(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        text = _("{file} is larger than such a file ever is. Choose another one.")
        raise UnreadableImport(text.format(file=path.name))
    return path.read_bytes()


def _save(
    session: Session, kind: DictionaryKind, version: str, rows: Sequence[Sequence[object]]
) -> Dictionary:
    version = version.strip()
    if not version:
        raise UnreadableImport(_("Type the version of the dictionary first."))
    if any((one.kind, one.version) == (kind, version) for one in session.dictionaries.all()):
        text = _("Version {version} was imported already.")
        raise UnreadableImport(text.format(version=version))
    content = zlib.compress(json.dumps(rows, ensure_ascii=False).encode())
    dictionary = Dictionary(
        kind=kind,
        version=version,
        terms=len(rows),
        sha256=hashlib.sha256(content).hexdigest(),
        added_by=session.login,
        added_at=clock.now(),
    )
    with session.write(N_("dictionary imported")):
        session.dictionaries.add(dictionary, content)
    session.use_own()
    return dictionary
