"""What the demonstration clinic's patients live through: every value after a stated baseline is invented, with a fixed seed."""

import csv
from collections.abc import Sequence
from functools import cache

from core import resources


@cache
def rows(name: str) -> Sequence[dict[str, str]]:
    """The lines of one table of the demonstration."""
    with resources.path("demo", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(name: str, patient: int) -> list[dict[str, str]]:
    """The lines of one table that are about this patient."""
    return [row for row in rows(name) if int(row["patient"]) == patient]
