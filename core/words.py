"""The seam through which every word and every printed number passes.

Nothing is translated when a module is imported: what is written at its head is marked with `N_`, a table of words
is `Words`, and `_` translates where the text is shown. So a language can be chosen, and changed, at any time.

A translation is a file ``resources/translations/<language>/LC_MESSAGES/als-follow-up.mo``.
Screen and paper call the same functions, so that they cannot word one value in two ways.
"""

import gettext
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TypeVar

from core import resources

K = TypeVar("K")

_translation: gettext.NullTranslations = gettext.translation(
    "als-follow-up", resources.path("translations"), fallback=True
)
MISSING = "–"
MINUS = "−"


def _(message: str) -> str:
    """The message in the language of this workstation (English where there is no translation)."""
    return _translation.gettext(message) if message else ""  # that of "" is the file's own head


def speak(translation: gettext.NullTranslations) -> gettext.NullTranslations:
    """Show every word in another language from now on; answers with the one before."""
    global _translation
    before, _translation = _translation, translation
    return before


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


DEMONSTRATION = N_("Demonstration data, follow-up simulated")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_name(month: int) -> str:
    """Translated with the context "month": the one that is called May is no permission."""
    return _translation.pgettext("month", MONTHS[month - 1])


def day(value: date | None) -> str:
    """``12 Nov 2026``: a month in letters cannot be read the wrong way round."""
    return MISSING if value is None else f"{value.day} {month_name(value.month)} {value.year}"


def short_day(value: date) -> str:
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


def isolated(text: str) -> str:
    """A name that is written from right to left, so that what stands beside it keeps its order on the screen."""
    if any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text):
        return f"\u2068{text}\u2069"
    return text


def within(title: str) -> str:
    """A title as a word within a sentence: begun small, where the language does that ("x-small-within: no" in its head says not)."""
    return title if _translation.info().get("x-small-within") == "no" else title.lower()


def plural(count: int, one: str, many: str) -> str:
    """``plural(2, "1 visit", "{n} visits")``; a language may have more forms than these two."""
    return _translation.ngettext(one, many, count).replace("{n}", str(count))
