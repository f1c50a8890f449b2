"""Laboratory values as they are typed: to a value in the test's own unit, or to the sentence that says why not."""

import re
from dataclasses import dataclass
from decimal import Decimal

from core import entry
from core.entry import Problem, Severity
from core.laboratory import catalog
from core.laboratory.definition import Answer, Test, Unit, spelled
from core.model.laboratory import Comparator
from core.words import _

NOT_DONE = frozenset({"-", "–", "−", "—"})  # what asks for a reason
_NUMBER = re.compile(r"\d+(?:[.,]\d*)?|[.,]\d+")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[,٬]\d{3})+(?!\d)")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as it was, and what it means. ``value`` is in the test's own unit.

    ``typed`` is the number with its sign, or the words of an answer; ``more`` what an answer was followed by.
    ``doubt`` is set where the value is beyond what is plausible at all.
    """

    typed: str
    typed_unit: str = ""
    comparator: Comparator | None = None
    value: float | None = None
    choice: str = ""
    more: str = ""
    doubt: Problem | None = None


def converted(value: float, unit: Unit) -> float:
    """A value in a unit, in the test's own unit; exact in decimals, as both are written."""
    return float(Decimal(repr(value)) * unit.times)


def back(value: float, unit: Unit) -> float:
    """A value in the test's own unit, in another unit."""
    return float(Decimal(repr(value)) / unit.times)


def read(test: Test, text: str, unit: str = "") -> Typed | Problem | None:
    """What a text says of a test; ``unit`` is what it is in where the text names none (empty: the test's own).

    None for an empty text. A dash is a Problem here: it asks why the test was not done.
    """
    plain = " ".join(entry.plain_digits(text).split())
    if not plain:
        return None
    if plain in NOT_DONE:
        return Problem(_("Say why it was not done, or type the value."))
    return _number(test, plain, unit) if test.is_number else _answer(test, plain)


def _number(test: Test, plain: str, unit: str) -> Typed | Problem:
    comparator, rest = _comparator(plain)
    if _GROUPED.match(rest):
        text = _("“{text}” can be read two ways. Type the number without a sign for thousands.")
        return Problem(text.format(text=plain))
    match = _NUMBER.match(rest)
    if match is None:
        text = _(
            "“{text}” is not a value of {test}. Type a number, such as {low:g}, < {low:g} or > {high:g}."
        )
        return Problem(text.format(text=plain, test=test.title, low=test.low, high=test.high))
    named = rest[match.end() :].strip()
    found = test.in_unit(named or unit or test.unit)
    if found is None:
        units = ", ".join(one.unit for one in test.units)
        text = _("“{unit}” is no unit of {test} that this program knows. Use one of: {units}.")
        return Problem(text.format(unit=named or unit, test=test.title, units=units))
    number = float(match[0].replace(",", "."))
    value = converted(number, found)
    sign = "" if comparator is None else comparator.value
    typed = f"{sign}{match[0]}"
    return Typed(typed, found.unit, comparator, value, doubt=_doubt(test, value, typed, found))


def _comparator(plain: str) -> tuple[Comparator | None, str]:
    sign = next((one for one in Comparator if plain.startswith(one.value)), None)
    return sign, plain if sign is None else plain[len(sign.value) :].lstrip()


def _doubt(test: Test, value: float, typed: str, unit: Unit) -> Problem | None:
    low, high = test.low, test.high
    if low is None or high is None or low <= value <= high:
        return None
    text = _(
        "{test} of {value} {unit} is beyond what is plausible ({low:g} to {high:g}). Check the value and"
        " its unit; Enter once more keeps it."
    )
    limits = {"low": _short(back(low, unit)), "high": _short(back(high, unit))}
    said = text.format(test=test.title, value=typed, unit=unit.unit, **limits)
    return Problem(said, Severity.QUESTION)


def _short(value: float) -> float:
    """Three digits of it: a limit of what is plausible is no exact number."""
    return float(f"{value:.3g}")


def _answer(test: Test, plain: str) -> Typed | Problem:
    for one in catalog.answers_of(test):
        for name in sorted((one.id, one.title, *one.names), key=len, reverse=True):
            if spelled(plain) == spelled(name):
                return Typed(plain, choice=one.id)
    if (found := _with_more(test, plain)) is not None:
        one, more = found
        return Typed(plain, choice=one.id, more=more)
    known = ", ".join(one.title for one in catalog.answers_of(test))
    text = _("“{text}” is no answer of {test}. Type one of: {known}.")
    return Problem(text.format(text=plain, test=test.title, known=known))


def _with_more(test: Test, plain: str) -> tuple[Answer, str] | None:
    """An answer that is followed by what it is: "growth E. coli"."""
    for one in catalog.answers_of(test):
        for name in (one.id, one.title, *one.names):
            rest = plain[len(name) :]
            if one.more and plain.lower().startswith(name.lower()) and rest[:1] in {" ", ":", ","}:
                return one, rest.lstrip(" :,")
    return None
