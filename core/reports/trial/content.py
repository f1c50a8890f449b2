"""What a trial report is put together from: chapters of words, tables and figures, each with how many it is of."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.cohort.plots.axes import Sheet
from core.reports import stack
from core.reports.page import INNER
from core.views.stack.shapes import Drawing
from core.words import MISSING, _, number

Value = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``width`` is a share of the page; ``decimals`` are those of its numbers, which are at the right."""

    title: str
    width: float = 1.0
    decimals: int = 0
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A title and paragraphs under it."""

    title: str = ""
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``n`` says of how many it is, ``empty`` what is said where there is no row, ``foot`` are rows that sum it up.

    ``name`` is that of its files, after its number.
    """

    number: int
    name: str
    title: str
    n: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Value, ...]]
    foot: Sequence[tuple[Value, ...]] = ()
    empty: str = ""
    notes: tuple[str, ...] = ()

    @property
    def caption(self) -> str:
        return _("Table {n}").format(n=self.number)

    @property
    def file_name(self) -> str:
        return f"table-{self.number:02}-{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One drawing, for the page and for its files; ``n`` says of how many it is, ``sentences`` what must be known."""

    number: int
    name: str
    title: str
    n: str
    drawing: Drawing = field(repr=False)
    sentences: tuple[str, ...] = ()

    @property
    def caption(self) -> str:
        return _("Figure {n}").format(n=self.number)

    @property
    def file_name(self) -> str:
        return f"figure-{self.number}-{self.name}"


Part = Words | Table | Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A chapter as it is of one study: its parts, and for the list of contents its ``n`` and its ``warning``."""

    n: str
    parts: tuple[Part, ...]
    warning: str = ""


def sheet(height: float) -> Sheet:
    """As wide as a page, ``height`` in px of a screen."""
    unit = stack.POINTS_A_PX
    return Sheet(width=INNER, height=height * unit, measure=stack.measure, unit=unit)


def shown(value: Value, decimals: int) -> str:
    """A cell in words: a dash where it is missing."""
    if value is None or value == "":
        return MISSING
    return value if isinstance(value, str) else number(float(value), decimals)


def percent(part: int, of: int) -> str:
    """“3 (18 %)”: never a share without its number."""
    if not of:
        return str(part)
    return _("{n} ({percent} %)").format(n=part, percent=number(100 * part / of, 0))
