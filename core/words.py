"""The seam through which every word and every printed number passes.

Nothing is translated when a module is imported: what is written at its head is marked with `N_`, a table of words
is `Words`, and `_` translates where the text is shown. So a language can be chosen, and changed, at any time.
A text of a shipped definition (TOML) is `Shown` in its class, which is `translated`: it hands its words out in the
language of the moment. What is data (a table that leaves the file) is made `untranslated`.

A translation is a file ``resources/translations/<language>/LC_MESSAGES/als-follow-up.mo``.
Screen and paper call the same functions, so that they cannot word one value in two ways.
"""

import copy
import gettext
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar

from core import resources

K = TypeVar("K")
C = TypeVar("C", bound=type)
Shown = Annotated[str, "a text that a person reads"]  # of a definition; see `translated`

_translation: gettext.NullTranslations = gettext.translation(
    "als-follow-up", resources.path("translations"), fallback=True
)
# While a thread makes what is data: the words as they are in the code, in whatever language the window is.
_AS_WRITTEN = gettext.NullTranslations()
_source: ContextVar[gettext.NullTranslations | None] = ContextVar("source", default=None)
MISSING = "–"
NEAR_MONTHS = 11  # a month so far away, or farther, is told with its year
MINUS = "−"
NO_BREAK = "\u00a0"  # a space at which no line ends
# A number, and the unit or the power of ten after it: whatever short word follows it, in any language.
_INSIDE_NUMBER = re.compile(
    r"(?<=[\d⁰¹²³⁴⁵⁶⁷⁸⁹]) (?=[%×°]|[^\W\d_]{1,6}(?![^\W\d_]))|(?<=\d\u00a0×) (?=\d)"
)


class DayStyle(StrEnum):
    """How a day is written where a person reads it."""

    LETTERS = "letters"  # 29 Nov 2026
    ISO = "iso"  # 2026-11-29
    POINTS = "points"  # 29.11.2026


class GasUnit(StrEnum):
    """In what the pressure of a gas is shown and typed. It is stored in mmHg."""

    MMHG = "mmHg"
    KPA = "kPa"


@dataclass(frozen=True, slots=True)
class Notation:
    """How the clinic writes days and pressures of gases, on the screen and on paper."""

    days: DayStyle = DayStyle.LETTERS
    gases: GasUnit = GasUnit.MMHG


_notation = _AS_SHIPPED = Notation()
_then: ContextVar[Notation | None] = ContextVar("then", default=None)


def _(message: str) -> str:
    """The message in the language of this workstation (English where there is no translation)."""
    return language().gettext(message) if message else ""  # that of "" is the file's own head


def language() -> gettext.NullTranslations:
    """The words in use, another one for every notation. Whatever is made of words and remembered is remembered by it."""
    return _source.get() or _written(_translation, notation())


@cache
def _written(translation: gettext.NullTranslations, notation: Notation) -> gettext.NullTranslations:
    """A language as it is written in a notation: an object of its own, so that nothing remembered shows the other."""
    return translation if notation == _AS_SHIPPED else copy.copy(translation)


def notation() -> Notation:
    """How days and pressures of gases are written now; as shipped in what is data (`untranslated`)."""
    return (_then.get() or _notation) if _source.get() is None else _AS_SHIPPED


def write_in(notation: Notation) -> Notation:
    """Write every day and every pressure of a gas in this way from now on; answers with the way before."""
    global _notation
    before, _notation = _notation, notation
    return before


@contextmanager
def written_in(then: Notation) -> Iterator[None]:
    """Everything in one way, for this thread: what is of an earlier moment is written as the clinic wrote then."""
    token = _then.set(then)
    try:
        yield
    finally:
        _then.reset(token)


def speak(translation: gettext.NullTranslations) -> gettext.NullTranslations:
    """Show every word in another language from now on; answers with the one before."""
    global _translation
    before, _translation = _translation, translation
    return before


@contextmanager
def untranslated() -> Iterator[None]:
    """Words as they are in the code, for this thread: what a script reads must not change with the language."""
    token = _source.set(_AS_WRITTEN)
    try:
        yield
    finally:
        _source.reset(token)


def right_to_left() -> bool:
    """Whether the language is written from right to left ("x-direction: rtl" in its head says so)."""
    return _translation.info().get("x-direction") == "rtl"


def N_(message: str) -> str:  # noqa: N802 the name that gettext's tools look for
    """A message that is translated where it is used: `_` of it. For what is written at the head of a module."""
    return message


class Words(Mapping[K, str]):
    """The words for a closed set, marked (`N_`) where it is written down and translated where one is looked up."""

    def __init__(self, marked: Mapping[K, str]) -> None:
        self._marked = dict(marked)

    def __getitem__(self, key: K) -> str:
        return _(self._marked[key])

    def __iter__(self) -> Iterator[K]:
        return iter(self._marked)

    def __len__(self) -> int:
        return len(self._marked)


class _Handed:
    """Hands a text of a definition out in the language of the moment; stored is what the file says."""

    def __init__(self, slot: Any) -> None:
        self.slot = slot

    def __get__(self, one: object, kind: type) -> Any:
        if one is None:
            return self
        text = self.slot.__get__(one, kind)
        return _(text) if isinstance(text, str) else tuple(map(_, text))

    def __set__(self, one: object, text: object) -> None:
        self.slot.__set__(one, text)


def shown_fields(kind: type) -> tuple[str, ...]:
    """The names of a definition's fields that are `Shown`, one text or several."""
    texts = (Shown, tuple[Shown, ...])
    return tuple(one.name for one in fields(kind) if one.type in texts)


def translated(kind: C) -> C:
    """A definition (a dataclass with slots) whose `Shown` texts are translated whenever they are read.

    A text that the catalogue does not have, such as that of a clinic's own form, is shown as it is written.
    """
    for name in shown_fields(kind):
        if name in vars(kind):  # not those of its base, which hands them out itself
            setattr(kind, name, _Handed(vars(kind)[name]))
    return kind


def as_written(one: object, name: str) -> Any:
    """A `Shown` text as its file has it, for what is computed from it."""
    handed: _Handed = getattr(type(one), name)
    return handed.slot.__get__(one, type(one))


DEMONSTRATION = N_("Demonstration data, follow-up simulated")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MONTHS_IN_FULL = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)

WEEKDAYS = (
    *(N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday")),
    *(N_("Saturday"), N_("Sunday")),
)


# Every day, month and week that a person reads is written by these functions: another calendar has its place here,
# and nothing else formats a date (tests/core/test_calendar.py).


def first_weekday() -> int:
    """The day on which a week begins, 0 for Monday ("x-week-begins: saturday" in a language's head says another)."""
    named = language().info().get("x-week-begins", "").title()
    return WEEKDAYS.index(named) if named in WEEKDAYS else 0


def weekdays() -> tuple[str, ...]:
    """The names of the days of a week, from the first one."""
    first = first_weekday()
    return tuple(_(WEEKDAYS[(first + n) % 7]) for n in range(7))


def month_name(month: int) -> str:
    """Translated with the context "month": the one that is called May is no permission."""
    return language().pgettext("month", MONTHS[month - 1])


def day(value: date | None, style: DayStyle | None = None) -> str:
    """``12 Nov 2026``, where the clinic chose nothing else: a month in letters cannot be read the wrong way round."""
    if value is None:
        return MISSING
    match style or notation().days:
        case DayStyle.ISO:
            return value.isoformat()
        case DayStyle.POINTS:
            return f"{value:%d.%m.}{value.year}"
        case _:
            return f"{value.day} {month_name(value.month)} {value.year}"


def month_of(value: date) -> str:
    """``Nov 2026``: the month that a day is in."""
    match notation().days:
        case DayStyle.ISO:
            return f"{value.year}-{value.month:02}"
        case DayStyle.POINTS:
            return f"{value.month:02}.{value.year}"
        case _:
            return f"{month_name(value.month)} {value.year}"


def long_day(value: date) -> str:
    """With the day of the week before it: Sunday 29 Nov 2026."""
    return _("{weekday} {day}").format(weekday=_(WEEKDAYS[value.weekday()]), day=day(value))


def day_in_full(value: date) -> str:
    """For who seldom reads one: Sunday 29 November 2026."""
    found = f"{value.day} {_month_in_full(value.month)} {value.year}"
    return _("{weekday} {day}").format(weekday=_(WEEKDAYS[value.weekday()]), day=found)


def day_near(value: date, now: date) -> str:
    """``29 November``; with its year where another 29 November is as near to ``now`` or nearer."""
    words = f"{value.day} {_month_in_full(value.month)}"
    return words if _is_near(value, now) else f"{words} {value.year}"


def month_near(value: date, now: date) -> str:
    """``November``, as ``day_near`` has its day."""
    words = _month_in_full(value.month)
    return words if _is_near(value, now) else f"{words} {value.year}"


def _is_near(value: date, now: date) -> bool:
    """Whether the months between the two are too few for a doubt about the year."""
    return abs(12 * (value.year - now.year) + value.month - now.month) < NEAR_MONTHS


def _month_in_full(month: int) -> str:
    return language().pgettext("month in full", MONTHS_IN_FULL[month - 1])


def short_day(value: date) -> str:
    """``12 Nov``: a day whose year is plain."""
    match notation().days:
        case DayStyle.ISO:
            return f"{value.month:02}-{value.day:02}"
        case DayStyle.POINTS:
            return f"{value.day:02}.{value.month:02}."
        case _:
            return f"{value.day} {month_name(value.month)}"


def instant(value: datetime) -> str:
    """An aware instant in the workstation's local time."""
    local = value.astimezone()
    return f"{day(local.date())} {local:%H:%M}"


def number(value: float | None, decimals: int, unit: str = "") -> str:
    """A rounded number with a true minus sign and its unit, or a dash where it is missing."""
    if value is None:
        return MISSING
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    text = text.replace("-", MINUS)
    return f"{text} {unit}" if unit else text


def signed(value: float | None, decimals: int, unit: str = "") -> str:
    """As ``number``, with ``+`` before what rises."""
    text = number(value, decimals, unit)
    rises = value is not None and round(value, decimals) > 0
    return f"+{text}" if rises else text


def unbroken(text: str) -> str:
    """The same words with `NO_BREAK` inside "1.50 × 10⁸ cells" and "2 mL/min", for what breaks lines."""
    return _INSIDE_NUMBER.sub(NO_BREAK, _INSIDE_NUMBER.sub(NO_BREAK, text))


def between_breaks(text: str) -> list[str]:
    """A text cut wherever a line may end: at its spaces, and never inside a number with its unit."""
    return [breakable(part) for part in re.split(rf"[^\S{NO_BREAK}]+", unbroken(text)) if part]


def breakable(text: str) -> str:
    """The words that `unbroken` was given."""
    return text.replace(NO_BREAK, " ")


def isolated(text: str) -> str:
    """A name that is written from right to left, so that what stands beside it keeps its order on the screen."""
    if any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text):
        return f"\u2068{text}\u2069"
    return text


def within(title: str) -> str:
    """A title as a word within a sentence: begun small, where the language does that ("x-small-within: no" in its head says not)."""
    return title if language().info().get("x-small-within") == "no" else title.lower()


def plural(count: int, one: str, many: str) -> str:
    """``plural(2, "1 visit", "{n} visits")``; a language may have more forms than these two."""
    return language().ngettext(one, many, count).replace("{n}", str(count))


def n_patients(count: int) -> str:
    """“1 patient”, “17 patients”."""
    return plural(count, "1 patient", "{n} patients")


def n_events(count: int) -> str:
    """“1 event”, “24 events”."""
    return plural(count, "1 event", "{n} events")
