"""What a clinic adds to the words of adverse events: its own synonyms, and dictionaries that it imported."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DictionaryKind(StrEnum):
    CTCAE = "ctcae"
    MEDDRA = "meddra"


@dataclass(frozen=True, slots=True, kw_only=True)
class Synonym:
    """``text`` is what people say, ``term`` the term of CTCAE that they mean."""

    text: str
    term: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """An imported dictionary: ``terms`` says how many it has, ``sha256`` (hex digits) is that of its content."""

    kind: DictionaryKind
    version: str
    terms: int
    sha256: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Coded:
    """How MedDRA codes a term: its lowest level term, preferred term and organ class."""

    llt: str
    llt_code: str
    pt: str
    pt_code: str
    soc: str
