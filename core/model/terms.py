"""The adverse-event terms of CTCAE v5.0 (NCI, 2017-11-27) and the grades that each of them has."""

import csv
from dataclasses import dataclass
from functools import cache

from core import resources
from core.model.adverse_event import Grade


@dataclass(frozen=True, slots=True)
class Term:
    name: str
    organ_class: str
    grades: frozenset[Grade]


@cache
def ctcae() -> dict[str, Term]:
    """Every term by its lower-case name."""
    path = resources.path("reference", "ctcae5_terms.csv")
    with path.open(encoding="utf-8", newline="") as file:
        terms = [
            Term(
                name=row["term"],
                organ_class=row["soc"],
                grades=frozenset(Grade(int(digit)) for digit in row["grades_available"]),
            )
            for row in csv.DictReader(file)
        ]
    return {term.name.lower(): term for term in terms}


def find(text: str) -> Term | None:
    """The term that was typed, if it is one of CTCAE's."""
    return ctcae().get(text.strip().lower())
