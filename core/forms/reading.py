"""Typed text to the stored value of a field, and the stored value back to words."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from core import entry
from core.entry import Problem
from core.forms import dictionaries
from core.forms.definition import Field, FieldType
from core.model.attachment import Reference
from core.model.form_record import Stored
from core.model.partial_date import PartialDate, partial_day, read_partial_date
from core.words import MISSING, _, day, instant, number

LONGEST = 4000  # letters of a text
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Limits:
    """What every date of a record must keep: no day after ``latest``, none before ``born`` where it is known."""

    latest: date
    born: date | None = None


def read(one: Field, text: str, limits: Limits) -> Stored | Problem | None:
    """The value as it is stored, None where nothing was typed, or what is wrong with it.

    Numbers are float (in the unit of the field), yes and no 1 and 0, dates ISO texts, instants ISO texts in
    UTC, a choice is its id, several are their ids in lines of their own.
    """
    text = text.strip()
    if not text:
        return None
    match one.type:
        case FieldType.NUMBER:
            return _number(one, text)
        case FieldType.INTEGER:
            return entry.whole(text, *_whole_limits(one), one.unit)
        case FieldType.YES_NO:
            return _yes_no(text)
        case FieldType.CHOICE:
            return _choice(one, text)
        case FieldType.CHOICES:
            return _choices(one, text)
        case FieldType.DATE | FieldType.PARTIAL_DATE:
            return _date(one, text, limits)
        case FieldType.TIME:
            return _time(text)
        case FieldType.INSTANT:
            return _instant(one, text, limits)
        case FieldType.TERM:
            return dictionaries.canonical(one.dictionary, text)
        case FieldType.FILE:
            return _file(text)
    if len(text) > LONGEST:
        words = _("This is longer than {n} letters. Shorten it, or attach it as a file.")
        return Problem(words.format(n=LONGEST))
    return text


def say(one: Field, value: Stored | None) -> str:
    """A stored value in words, with its unit: for the table, the page, the trail and the export.

    One that does not fit its field (a file that was changed from outside) is shown as it is.
    """
    if value is None:
        return MISSING
    try:
        return _said(one, value)
    except (ValueError, KeyError, TypeError):
        return str(value)


def say_in_line(one: Field, value: Stored | None) -> str:
    """The same where the question is not beside the answer: “no injury”, not “none”."""
    if value is None or not one.choices:
        return say(one, value)
    return ", ".join(_choice_in_line(one, each) for each in str(value).split("\n"))


def _said(one: Field, value: Stored) -> str:
    match one.type:
        case FieldType.NUMBER | FieldType.INTEGER | FieldType.DERIVED:
            return number(float(value), decimals_of(one, float(value)), one.unit)
        case FieldType.YES_NO:
            return _("yes") if value else _("no")
        case FieldType.CHOICE:
            return _choice_words(one, str(value))
        case FieldType.CHOICES:
            return ", ".join(_choice_words(one, each) for each in str(value).split("\n"))
        case FieldType.DATE | FieldType.PARTIAL_DATE:
            return partial_day(PartialDate.parse(str(value)))
        case FieldType.INSTANT:
            return instant(datetime.fromisoformat(str(value)))
        case FieldType.FILE:
            return _file_name(str(value))
    return str(value)


def typed(one: Field, value: Stored | None) -> str:
    """A stored value as somebody would type it, so that ``read`` gives the same value again."""
    if value is None:
        return ""
    match one.type:
        case FieldType.NUMBER | FieldType.INTEGER:
            return f"{float(value):.{decimals_of(one, float(value))}f}"
        case FieldType.YES_NO:
            return YES if value else NO
        case FieldType.INSTANT:
            return f"{datetime.fromisoformat(str(value)).astimezone():%Y-%m-%d %H:%M}"
    return str(value)


def fits(one: Field, value: Stored) -> bool:
    """Whether a stored value is one that this field can have: what a file is verified against."""
    if one.type in {FieldType.NUMBER, FieldType.INTEGER, FieldType.YES_NO} and isinstance(
        value, str
    ):
        return False
    limits = Limits(latest=date.max)
    try:
        return read(one, typed(one, value), limits) == value
    except ValueError:
        return False


def decimals_of(one: Field, value: float) -> int:
    """How many decimals of a number are shown: as many as the value has, up to those of the field."""
    for places in range(one.decimals):
        if round(value, places) == round(value, one.decimals):
            return places
    return one.decimals


def _number(one: Field, text: str) -> float | Problem | None:
    low = -1e9 if one.low is None else one.low
    high = 1e9 if one.high is None else one.high
    value = entry.number(text, low, high, one.unit)
    if not isinstance(value, float) or round(value, one.decimals) == value:
        return value
    if not one.decimals:
        return Problem(
            _("“{text}” is not a whole number. Type it without decimals.").format(text=text)
        )
    words = _("“{text}” has too many decimals. Type {n} at most.")
    return Problem(words.format(text=text, n=one.decimals))


def _whole_limits(one: Field) -> tuple[int, int]:
    low = -1_000_000_000 if one.low is None else int(one.low)
    return low, 1_000_000_000 if one.high is None else int(one.high)


def _yes_no(text: str) -> int | Problem:
    known = {YES: 1, NO: 0, _("yes"): 1, _("no"): 0, "1": 1, "0": 0}
    value = known.get(text.casefold())
    return (
        Problem(_("“{text}” is neither yes nor no.").format(text=text)) if value is None else value
    )


def _choice(one: Field, text: str) -> str | Problem:
    for choice in one.choices:
        if text in {choice.id, choice.text} or text.casefold() == choice.text.casefold():
            return choice.id
    known = ", ".join(choice.text for choice in one.choices)
    words = _("“{text}” is no choice of “{title}”. Choose one of: {known}.")
    return Problem(words.format(text=text, title=one.title, known=known))


def _choices(one: Field, text: str) -> str | Problem:
    found: list[str] = []
    for part in filter(None, (part.strip() for part in text.splitlines())):
        value = _choice(one, part)
        if isinstance(value, Problem):
            return value
        found.append(value)
    alone = [choice.text for choice in one.choices if choice.alone and choice.id in found]
    if alone and len(set(found)) > 1:
        words = _("“{choice}” fits beside nothing else. Take one of them away.")
        return Problem(words.format(choice=alone[0]))
    order = [choice.id for choice in one.choices]
    return "\n".join(sorted(set(found), key=order.index))


def _choice_words(one: Field, id: str) -> str:
    choice = one.choice(id)
    return id if choice is None else choice.text


def _choice_in_line(one: Field, id: str) -> str:
    choice = one.choice(id)
    return id if choice is None else choice.said or choice.text


def _date(one: Field, text: str, limits: Limits) -> str | Problem | None:
    value = read_partial_date(text) if one.type is FieldType.PARTIAL_DATE else entry.day(text)
    if value is None or isinstance(value, Problem):
        return value
    first = value.first if isinstance(value, PartialDate) else value
    last = value.last if isinstance(value, PartialDate) else value
    return _outside(one, first, last, limits) or str(value)


def _outside(one: Field, first: date, last: date, limits: Limits) -> Problem | None:
    if not one.future and first > limits.latest:
        words = _("“{title}” is after {day}. Check the date.")
        return Problem(words.format(title=one.title, day=day(limits.latest)))
    if limits.born is not None and last < limits.born:
        words = _("“{title}” is before the date of birth, {day}. Check both.")
        return Problem(words.format(title=one.title, day=day(limits.born)))
    return None


def _time(text: str) -> str | Problem:
    plain = entry.plain_digits(text).replace(".", ":")
    plain = f"{plain[:-2]}:{plain[-2:]}" if plain.isdigit() and len(plain) in {3, 4} else plain
    try:
        return f"{time.fromisoformat(plain.rjust(5, '0')):%H:%M}"
    except ValueError:
        return Problem(_("“{text}” is not a time. Type it as 14:05.").format(text=text))


def _instant(one: Field, text: str, limits: Limits) -> str | Problem | None:
    value = entry.instant(text)
    if not isinstance(value, datetime):
        return value
    outside = _outside(one, value.date(), value.date(), limits)
    return outside or value.astimezone(UTC).isoformat()


def _file(text: str) -> str | Problem:
    if Reference.of(text) is None:
        return Problem(_("This is not an attached file. Attach it with the button."))
    return text


def _file_name(text: str) -> str:
    found = Reference.of(text)
    if found is None:
        raise ValueError("no attached file")
    return found.name
