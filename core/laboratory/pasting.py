"""A laboratory's list as it is copied from a spreadsheet: which line is which test, and what was not understood.

A line is a test (title, synonym or LOINC), its value, its unit and its reference, in cells that tabs or semicolons
part. Nothing is guessed: a name that is not known, a unit that the test does not have or a reference that is no range
is said, and the line left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core import entry
from core.entry import Problem
from core.laboratory import catalog
from core.laboratory.definition import Test, spelled
from core.laboratory.ranges import Reference
from core.laboratory.reading import NOT_DONE, Typed, converted, read
from core.words import _

TEST, VALUE, UNIT, REFERENCE = range(4)
_HEADS = (
    frozenset({"test", "name", "analyte", "parameter", "loinc", "آزمایش"}),
    frozenset({"value", "result", "نتیجه"}),
    frozenset({"unit", "units", "واحد"}),
    frozenset({"reference", "referencerange", "range", "normal", "normalrange"}),
)
_LIMIT = r"(\d+(?:[.,]\d+)?)"
_RANGE = re.compile(rf"{_LIMIT} ?(?:-|–|—|to|…|\.\.) ?{_LIMIT}")
_ONE_LIMIT = re.compile(rf"(<=?|≤|up to|>=?|≥) ?{_LIMIT}")
LONGEST = 300  # lines that are looked at: a laboratory's list is a page


@dataclass(frozen=True, slots=True)
class Pasted:
    """One line. ``test`` and ``typed`` are None where ``problem`` says why; ``reference`` is that which was printed."""

    line: str
    test: Test | None = None
    typed: Typed | None = None
    text: str = ""
    unit: str = ""
    reference: Reference | None = None
    problem: str = ""

    @property
    def understood(self) -> bool:
        return self.test is not None and self.typed is not None


def looks_like_a_list(text: str) -> bool:
    """Whether what is pasted is more than one field."""
    return "\t" in text.strip("\r\n") or "\n" in text.strip("\r\n")


def pasted(text: str) -> tuple[Pasted, ...]:
    """Every line that is not empty, in order; a line of headings says which cell is which."""
    lines = [line for line in text.splitlines() if line.strip()][:LONGEST]
    order: Sequence[int | None] = (0, 1, 2, 3)
    found: list[Pasted] = []
    for number, line in enumerate(lines):
        cells = [cell.strip().strip('"') for cell in re.split(r"\t|;", line)]
        if number == 0 and (heads := _headings(cells)) is not None:
            order = heads
            continue
        one = _line(line, [cells[at] if at is not None and at < len(cells) else "" for at in order])
        if one.test is not None and any(one.test == other.test for other in found if other.test):
            one = Pasted(
                line,
                problem=_("{test} is there twice. Leave one of them out.").format(
                    test=one.test.title
                ),
            )
        found.append(one)
    return tuple(found)


def _headings(cells: Sequence[str]) -> Sequence[int | None] | None:
    """Where test, value, unit and reference are; None where the line is none of headings."""
    plain = [spelled(cell).replace("-", "") for cell in cells]
    places = [
        next((at for at, cell in enumerate(plain) if cell in names), None) for names in _HEADS
    ]
    return places if places[TEST] is not None and places[VALUE] is not None else None


def _line(line: str, cells: Sequence[str]) -> Pasted:
    name, value, unit, printed = cells
    test = catalog.find(name) if name else None
    if test is None:
        text = _("“{name}” is no test that this program knows.")
        return Pasted(line, problem=text.format(name=name or line.strip()))
    if not value or value in NOT_DONE:
        return Pasted(line, problem=_("{test} has no value here.").format(test=test.title))
    if test.is_number and not unit and not re.search(r"[^\d.,<>\s]", entry.plain_digits(value)):
        text = _("{test} has no unit here, and none is guessed.")
        return Pasted(line, problem=text.format(test=test.title))
    typed = read(test, value, unit)
    if not isinstance(typed, Typed):
        return Pasted(line, problem=typed.message if isinstance(typed, Problem) else "")
    reference = None
    if test.is_number and printed:
        reference = _reference(test, printed, typed.typed_unit)
        if reference is None:
            text = _(
                "“{range}” is no reference range of {test}. Write it as 10 – 41, < 41 or > 10."
            )
            return Pasted(line, problem=text.format(range=printed, test=test.title))
    return Pasted(line, test, typed, value, unit, reference)


def _reference(test: Test, text: str, unit: str) -> Reference | None:
    """A printed range, in the test's own unit; None where it is none."""
    found = test.in_unit(unit)
    plain = " ".join(entry.plain_digits(text).lower().strip("()[] ").split())
    if found is None:
        return None
    if (both := _RANGE.fullmatch(plain)) is not None:
        low, high = (converted(_float(one), found) for one in both.groups())
        return Reference(found.unit, low, high) if low <= high else None
    if (one := _ONE_LIMIT.fullmatch(plain)) is not None:
        limit = converted(_float(one[2]), found)
        return (
            Reference(found.unit, limit, None)
            if one[1][0] in ">≥"
            else Reference(found.unit, None, limit)
        )
    return None


def _float(text: str) -> float:
    return float(text.replace(",", "."))
