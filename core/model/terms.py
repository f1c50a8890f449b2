"""The adverse-event terms of CTCAE v5.0 (NCI, 2017-11-27), the grades that each of them has, and words that mean them.

The words of the grades are in ``ctcae5_grades.csv`` for the terms that an ALS clinic meets most, those for adults; of
every other term the general words of CTCAE are shown, of the grades that it has.
"""

import csv
import hashlib
import json
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from core import resources
from core.model.adverse_event import Grade
from core.model.dictionary import Coded
from core.words import N_, Words

# What CTCAE says of its grades in general, in short.
GENERAL: Mapping[Grade, str] = Words(
    {
        Grade.MILD: N_("Mild: no symptoms, or mild ones; no treatment needed"),
        Grade.MODERATE: N_("Moderate: minimal or local treatment; limits shopping, phone or money"),
        Grade.SEVERE: N_(
            "Severe, not life-threatening: hospital, or limits washing, dressing or eating"
        ),
        Grade.LIFE_THREATENING: N_("Life-threatening: urgent treatment needed"),
        Grade.DEATH: N_("Death by this event"),
    }
)
MOST = 8  # terms that are proposed at once
_SHORTEST = 3  # letters of a word by whose beginning terms are found
_LETTERS = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "\u200c": " ", "’": "'"}
)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Term:
    name: str
    organ_class: str
    grades: frozenset[Grade]
    words: Mapping[Grade, str] = field(default_factory=dict, hash=False)  # as CTCAE has them


@cache
def ctcae() -> dict[str, Term]:
    """Every term by its lower-case name."""
    path, words = resources.path("reference", "ctcae5_terms.csv"), _words()
    with path.open(encoding="utf-8", newline="") as file:
        terms = [
            Term(
                name=row["term"],
                organ_class=row["soc"],
                grades=frozenset(Grade(int(digit)) for digit in row["grades_available"]),
                words=words.get(row["term"], {}),
            )
            for row in csv.DictReader(file)
        ]
    return {term.name.lower(): term for term in terms}


def find(text: str) -> Term | None:
    """The term that was typed, if it is one of CTCAE's."""
    name = text.strip().lower()
    return ctcae().get(name) or _imported_terms().get(name)


def words_of(term: Term | None) -> dict[Grade, str]:
    """What each grade means that a term has; in general words where it has none of its own, or is no term."""
    grades = sorted(Grade if term is None else term.grades)
    own = {} if term is None else term.words
    return {grade: own.get(grade) or GENERAL[grade] for grade in grades}


@cache
def synonyms() -> Mapping[str, str]:
    """The words that the program knows for a term, as they are written, each with the term's name."""
    path = resources.path("reference", "ctcae_synonyms.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["synonym"]: row["term"] for row in csv.DictReader(file)}


def use_own(own: Mapping[str, str]) -> None:
    """From now on the clinic's own synonyms count, before those of the program."""
    _own.clear()
    _own.update({plain(word): name for word, name in own.items()})


def use_dictionaries(ctcae_content: bytes | None, meddra_content: bytes | None) -> None:
    """From now on these imported dictionaries count (see `core.acts.dictionaries`); they are read when first asked."""
    _contents["ctcae"], _contents["meddra"] = ctcae_content, meddra_content
    _imported_terms.cache_clear()
    _coded.cache_clear()
    _meddra_names.cache_clear()


def in_use() -> str:
    """A digest of the clinic's own synonyms and dictionaries that count now."""
    digest = hashlib.sha256(repr(sorted(_own.items())).encode())
    for kind, content in sorted(_contents.items()):
        digest.update(kind.encode() + (content or b""))
    return digest.hexdigest()


def coded(name: str) -> Coded | None:
    """How the imported MedDRA codes a term; None without one, or where it does not have it."""
    return _coded().get(plain(name))


def proposals(text: str) -> tuple[Term, ...]:
    """The terms that what was said may mean, the likeliest first, at most eight; none of an empty text.

    First the term itself, then the clinic's own synonyms, then those of the program, whole before within a
    longer text; then terms that begin with what was typed, or hold all its words.
    """
    found: dict[str, Term] = {}
    for name in _names(plain(text)):
        term = find(name)
        if term is not None and name not in found:
            found[term.name] = term
        if len(found) == MOST:
            break
    return tuple(found.values())


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Words as they are compared: small, without accents, Persian letters in one form, one blank between them."""
    letters = unicodedata.normalize("NFKD", text.translate(_LETTERS).casefold())
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(_WORD.findall(bare))


_own: dict[str, str] = {}
_contents: dict[str, bytes | None] = {}


def _rows(kind: str) -> list[list[Any]]:
    content = _contents.get(kind)
    return [] if content is None else json.loads(zlib.decompress(content))


@cache
def _imported_terms() -> dict[str, Term]:
    """The terms of an imported CTCAE workbook that the program's own does not have, by lower-case name."""
    found = (
        Term(name=name, organ_class=soc, grades=frozenset(map(Grade, grades)))
        for name, soc, _code, grades in _rows("ctcae")
    )
    return {term.name.lower(): term for term in found if term.name.lower() not in ctcae()}


@cache
def _coded() -> Mapping[str, Coded]:
    return {plain(row[0]): Coded(*row) for row in _rows("meddra")}


@cache
def _meddra_names() -> Mapping[str, str]:
    """Lowest level terms whose preferred term has one term of CTCAE among its own, with that."""
    names: dict[str, str] = {}
    for one in _coded().values():
        term = find(one.llt)
        if term is not None:
            names.setdefault(one.pt_code, term.name)
    return {word: names[one.pt_code] for word, one in _coded().items() if one.pt_code in names}


@cache
def _words() -> Mapping[str, Mapping[Grade, str]]:
    """The words of grades, by term."""
    found: dict[str, dict[Grade, str]] = defaultdict(dict)
    path = resources.path("reference", "ctcae5_grades.csv")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["term"]][Grade(int(row["grade"]))] = row["words"]
    return found


@cache
def _shipped() -> Mapping[str, str]:
    return {plain(word): name for word, name in synonyms().items()}


@cache
def _plain_names() -> Mapping[str, str]:
    return {plain(term.name): term.name for term in ctcae().values()}


def _names(text: str) -> Iterator[str]:
    """Names of terms in the order in which they are proposed; some may come twice."""
    if not text:
        return
    known = _plain_names()
    new = {plain(term.name): term.name for term in _imported_terms().values()}
    tables: tuple[Mapping[str, str], ...] = (known, new, _own, _shipped())
    if text in _meddra_names():
        tables = (*tables, {text: _meddra_names()[text]})  # whole only: it has 80,000 of them
    yield from (table[text] for table in tables if text in table)
    spaced = f" {text} "
    for table in tables:
        inside = [word for word in table if f" {word} " in spaced]
        yield from (table[word] for word in sorted(inside, key=len, reverse=True))
    if len(text) < _SHORTEST:
        return
    for table in tables:
        yield from (name for word, name in table.items() if word.startswith(text))
    words = text.split()
    begun = (
        name
        for word, name in known.items()
        if all(any(part.startswith(one) for part in word.split()) for one in words)
    )
    yield from begun
