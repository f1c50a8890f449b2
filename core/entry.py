"""Typed text to values: each reader returns the value, None for an empty field, or a Problem."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from core import persian_calendar
from core.words import _, month_name
from core.words import day as day_text


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
CLEARED = "\ue000"  # what is kept of a field that was emptied: no keyboard types it
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_TWO_WAYS = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})")
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789.")


def as_typed(text: str, stored: str) -> str:
    """What is kept of a field: nothing where it says what is stored, CLEARED where it was emptied."""
    return "" if text == stored else text or CLEARED


def as_shown(kept: str) -> str:
    """What a field shows of a text that was kept."""
    return "" if kept == CLEARED else kept


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
    """A full date: 2026-11-21, 2026/11/21 or 21.11.2026; 1405/08/30 is one of the Persian calendar.

    No year of ours is a year of theirs, so the calendar is never guessed. An order that can be read two
    ways (03/04/2026) is refused with both readings.
    """
    parts = _parts(text)
    if parts is None:
        return _no_date(text) if text.strip() else None
    persian = is_persian_year(parts[0])
    if parts[0] < EARLIEST_YEAR and not persian:
        return too_early(text)
    try:
        return persian_calendar.to_date(*parts) if persian else date(*parts)
    except ValueError:
        words = (
            _("There is no day {text} in the Persian calendar.")
            if persian
            else _("There is no day {text} in the calendar.")
        )
        return Problem(words.format(text=text.strip()))


def is_persian_year(year: int) -> bool:
    """A year that can only be one of the Persian calendar."""
    return persian_calendar.FIRST_YEAR <= year <= persian_calendar.LAST_YEAR


def converted(text: str) -> str:
    """What a date of the Persian calendar is in ours: "= 3 Aug 2024"; empty for any other text."""
    first_word = " ".join(text.split()[:1])
    parts, value = _parts(first_word), day(first_word)
    if parts is None or not is_persian_year(parts[0]) or not isinstance(value, date):
        return ""
    return f"= {day_text(value)}"


def looks_like_a_day(text: str) -> bool:
    """Whether a text was meant as a full date, readable or not."""
    return _parts(text) is not None or _TWO_WAYS.fullmatch(plain_digits(text)) is not None


def plain_digits(text: str) -> str:
    """Without space around it, Persian and Arabic digits as ours."""
    return text.strip().translate(_DIGITS)


def _parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day as they were typed; None where the text is no full date."""
    plain = plain_digits(text)
    if (match := _YEAR_FIRST.fullmatch(plain)) is not None:
        return int(match[1]), int(match[3]), int(match[4])
    if (match := _DAY_FIRST.fullmatch(plain)) is not None:
        return int(match[3]), int(match[2]), int(match[1])
    return None


def _no_date(text: str) -> Problem:
    """Why a text is no date, with every way of writing one."""
    match = _TWO_WAYS.fullmatch(plain_digits(text))
    first, second, year = (int(part) for part in match.groups()) if match else (0, 0, 0)
    if not (1 <= first <= 12 and 1 <= second <= 12 and year >= EARLIEST_YEAR):
        words, ways = _("“{text}” is not a date. {ways}"), _ways(2026, 11, 21)
        return Problem(words.format(text=text.strip(), ways=ways))
    return Problem(
        _("“{text}” can be {first} or {second}. {ways}").format(
            text=text.strip(),
            first=f"{first} {month_name(second)}",
            second=f"{second} {month_name(first)}",
            ways=_ways(year, second, first),
        )
    )


def _ways(year: int, month: int, day_: int) -> str:
    """Every way of writing a date that is taken."""
    return _("Type it as {iso}, {slashes} or {dots}, or as the Persian 1405/08/30.").format(
        iso=f"{year}-{month:02}-{day_:02}",
        slashes=f"{year}/{month:02}/{day_:02}",
        dots=f"{day_:02}.{month:02}.{year}",
    )


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


def time_of_day(text: str) -> time | Problem | None:
    """A time of the day to the minute: 8:20 or 08:20."""
    plain = plain_digits(text)
    if not plain:
        return None
    found = _TIME.fullmatch(plain)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return Problem(_("“{text}” is not a time. Type it as 08:20.").format(text=text.strip()))
    return time(int(found[1]), int(found[2]))


def too_early(text: str) -> Problem:
    """Why a year is refused that nobody living can have been born in."""
    return Problem(
        _("{text} is before {year}. Check the year.").format(text=text.strip(), year=EARLIEST_YEAR)
    )
