"""Lists of terms that a field proposes while somebody types: resources/forms/dictionaries, one CSV each."""

import csv
import re
from collections.abc import Mapping
from functools import cache

from core import resources

_ELSEWHERE = "device"  # the class of what another form is for
_WORD = r"[^\W\d_]+|\d+"  # letters or digits: "50mg" is two


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    path = resources.path("forms", "dictionaries", f"{name}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def terms(name: str) -> tuple[str, ...]:
    """The terms that a dictionary proposes and their other names, each in the order of the file.

    Those of the class "device" are known, so that a form can say where they are entered, and not proposed.
    """
    rows = [row for row in _rows(name) if row.get("class") != _ELSEWHERE]
    return (*(row["term"] for row in rows), *(one for row in rows for one in _others(row)))


@cache
def _names(name: str) -> Mapping[str, str]:
    """The term by the words of each of its names."""
    return {_words(one): row["term"] for row in _rows(name) for one in (row["term"], *_others(row))}


@cache
def _spelt(name: str) -> Mapping[str, str]:
    """Each term and other name as the dictionary writes it, by its small letters."""
    return {term.casefold(): term for term in terms(name)}


def _others(row: Mapping[str, str]) -> list[str]:
    return [one for one in row["also"].split(";") if one]


def canonical(name: str, text: str) -> str:
    """A term as the dictionary writes it; another name of one, and what it does not know, as it was typed."""
    plain = " ".join(text.split())
    return _spelt(name).get(plain.casefold(), plain)


def meant(name: str, text: str) -> frozenset[str]:
    """The terms that a text names, by whatever name and among whatever else was typed, in small letters."""
    said = _words(text)
    return frozenset(term.casefold() for words, term in _names(name).items() if words in said)


def classes(name: str, text: str) -> frozenset[str]:
    """The classes of the terms that a text names ("corticosteroid"); of a dictionary without classes none."""
    named = meant(name, text)
    found = (row.get("class", "") for row in _rows(name) if row["term"].casefold() in named)
    return frozenset(found) - {""}


def _words(text: str) -> str:
    return f" {' '.join(re.findall(_WORD, text.casefold()))} "


def exists(name: str) -> bool:
    return resources.path("forms", "dictionaries", f"{name}.csv").exists()
