"""Typed text to values: each reader returns the value, None for an empty field, or a Problem."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from core.words import _


class Severity(StrEnum):
    """An error blocks finishing; a question asks for a second look."""

    ERROR = "error"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, in one sentence that says what to do."""

    message: str
    severity: Severity = Severity.ERROR


EARLIEST_YEAR = 1900
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})")
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789.")


def number(text: str, low: float, high: float, unit: str = "") -> float | Problem | None:
    """A number between low and high. A comma or a point separates decimals; Persian and Arabic digits count."""
    plain = text.strip().translate(_DIGITS)
    if not plain:
        return None
    bounds = _("from {low:g} to {high:g} {unit}").format(low=low, high=high, unit=unit).strip()
    if not _NUMBER.fullmatch(plain):
        return Problem(
            _("“{text}” is not a number. Type one {bounds}.").format(
                text=text.strip(), bounds=bounds
            )
        )
    value = float(plain.replace(",", "."))
    if not low <= value <= high:
        return Problem(
            _("{text} is out of range. Type a number {bounds}.").format(
                text=text.strip(), bounds=bounds
            )
        )
    return value


def whole(text: str, low: int, high: int, unit: str = "") -> int | Problem | None:
    """A whole number between low and high."""
    value = number(text, low, high, unit)
    if isinstance(value, float) and not value.is_integer():
        return Problem(
            _("“{text}” is not a whole number. Type it without decimals.").format(text=text.strip())
        )
    return int(value) if isinstance(value, float) else value


def litres(text: str) -> int | Problem | None:
    """A volume typed in litres, as whole millilitres. Two decimals are what a spirometer prints; three are kept."""
    value = number(text, 0.05, 12, "L")
    return round(value * 1000) if isinstance(value, float) else value


def day(text: str) -> date | Problem | None:
    """A full date: 2026-11-21 or 21.11.2026. An order that can be read two ways (03/04/2026) is refused."""
    plain = text.strip().translate(_DIGITS)
    if not plain:
        return None
    match = _DAY.fullmatch(plain)
    if match is None:
        return Problem(
            _("“{text}” is not a date. Type it as 2026-11-21.").format(text=text.strip())
        )
    year, month, day_, day2, month2, year2 = match.groups()
    if int(year or year2) < EARLIEST_YEAR:
        return too_early(text)
    try:
        return date(int(year or year2), int(month or month2), int(day_ or day2))
    except ValueError:
        return Problem(_("There is no day {text} in the calendar.").format(text=text.strip()))


def instant(text: str) -> datetime | Problem | None:
    """A day and a time of this workstation's clock: 2026-11-21 14:05; a day alone is its midnight."""
    plain = " ".join(text.split()).translate(_DIGITS)
    words, _space, clock = plain.partition(" ")
    found = day(words)
    if not isinstance(found, date):
        return found
    try:
        at = time.fromisoformat(clock.rjust(5, "0")) if clock else time()
    except ValueError:
        return Problem(
            _("“{text}” is not a time. Type it as 2026-11-21 14:05.").format(text=text.strip())
        )
    return datetime.combine(found, at).astimezone()


def too_early(text: str) -> Problem:
    """Why a year is refused: 1391 is a recent one in the Persian calendar, and a slip in ours."""
    return Problem(
        _("{text} is before {year}. If it is a date of the Persian calendar, convert it.").format(
            text=text.strip(), year=EARLIEST_YEAR
        )
    )
