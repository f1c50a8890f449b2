"""A date of which only the year, or the year and month, may be known."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, total_ordering

from core import entry, persian_calendar
from core.entry import Problem
from core.words import MISSING, _, day, month_of

_PATTERN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_YEAR_MONTH = re.compile(r"(\d{4})(?:[-/](\d{1,2}))?")


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, maybe a month, maybe a day. Its text form is the ISO prefix: 2012, 2012-09, 2012-09-15."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs its month")
        month = 1 if self.month is None else self.month
        date(self.year, month, 1 if self.day is None else self.day)  # refuses 2012-13, 2012-00

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read ISO text, which is also the stored form. Raises ValueError on anything else."""
        return _parsed(text.strip())

    @classmethod
    def of(cls, day: date) -> "PartialDate":
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    def __lt__(self, other: "PartialDate") -> bool:
        """By the earliest day it can mean, the vaguer first: the order of the ISO texts, as in the file."""
        return str(self) < str(other)

    @property
    def exact(self) -> bool:
        return self.day is not None

    @property
    def first(self) -> date:
        """The earliest day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The latest day it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def assumed(self) -> date:
        """The day used for arithmetic: day 15 of a known month (clinical rule for deltaFS), 1 July of a year."""
        if self.month is None:
            return date(self.year, 7, 1)
        return date(self.year, self.month, self.day or 15)

    def between(self, low: date | None, high: date | None) -> date:
        """The assumed day; where it can mean that, none before ``low`` or after ``high`` (None: no such limit)."""
        if self.exact:
            return self.first
        on = self.assumed
        if low is not None and on < low:
            on = min(low, self.last)
        if high is not None and high < on:
            on = max(high, self.first)
        return on


def read_partial_date(text: str) -> PartialDate | Problem | None:
    """A typed date of which only the year, or year and month, may be known: 2012, 2012-09, 2012-09-15.

    A full date may be one of the Persian calendar. Its year or month alone is refused: it lies in two of ours.
    """
    match = _YEAR_MONTH.fullmatch(entry.plain_digits(text))
    if match is None:
        full = entry.day(text)
        if isinstance(full, date):
            return PartialDate.of(full)
        return full if full is None or entry.looks_like_a_day(text) else _no_date(text)
    year, month = int(match[1]), int(match[2]) if match[2] else None
    if entry.is_persian_year(year):
        return _two_of_ours(text, year, month)
    if year < entry.EARLIEST_YEAR:
        return entry.too_early(text)
    try:
        return PartialDate(year, month)
    except ValueError:
        return _no_date(text)


def _no_date(text: str) -> Problem:
    ways = _("Type it as 2012, 2012-09, 2012-09-15 or 15.09.2012, or as the Persian 1391/06/25.")
    return Problem(_("“{text}” is not a date. {ways}").format(text=text.strip(), ways=ways))


def _two_of_ours(text: str, year: int, month: int | None) -> Problem:
    """A year or month of the Persian calendar, with the days between which it lies."""
    try:
        first = persian_calendar.to_date(year, month or 1, 1)
        last_month = month or 12
        last = persian_calendar.to_date(
            year, last_month, persian_calendar.month_days(year, last_month)
        )
    except ValueError:
        return _no_date(text)
    return Problem(
        _(
            "{text} of the Persian calendar is {first} to {last}. Type the day too, or {ours}."
        ).format(
            text=text.strip(),
            first=day(first),
            last=day(last),
            ours=f"{first:%Y-%m}" if month else f"{first.year}",
        )
    )


def partial_day(value: PartialDate | None) -> str:
    """A date to the precision it is known: 2012, Sep 2012 or 15 Sep 2012."""
    if value is None:
        return MISSING
    if value.month is None:
        return str(value.year)
    if value.day is None:
        return month_of(date(value.year, value.month, 1))
    return day(value.first)


@lru_cache(maxsize=4096)  # the days of a record are read again for every alert of every visit
def _parsed(text: str) -> PartialDate:
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"not an ISO date: {text!r}")
    return PartialDate(*(int(part) if part else None for part in match.groups()))  # type: ignore[arg-type]
