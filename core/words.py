"""The seam through which every word and every printed number passes.

A translation is a file ``resources/translations/<language>/LC_MESSAGES/als-follow-up.mo``.
Screen and paper call the same functions, so that they cannot word one value in two ways.
"""

import gettext
import unicodedata
from datetime import date, datetime

from core import resources

_translation = gettext.translation("als-follow-up", resources.path("translations"), fallback=True)
MISSING = "–"
MINUS = "−"


def _(message: str) -> str:
    """The message in the language of this workstation (English where there is no translation)."""
    return _translation.gettext(message)


def N_(message: str) -> str:  # noqa: N802 the name that gettext's tools look for
    """A message that is translated where it is used: `_` of it. For what is written at the head of a module."""
    return message


DEMONSTRATION = _("Demonstration data, follow-up simulated")


def month_name(month: int) -> str:
    names = _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()
    return names[month - 1]


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


def plural(count: int, one: str, many: str) -> str:
    """``plural(2, "1 visit", "{n} visits")``: both forms pass through the translation."""
    return _(one) if count == 1 else _(many).replace("{n}", str(count))
