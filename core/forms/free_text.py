"""One line as it is said ("paracetamol 500 x3 nov") to the fields of a form, to be shown and confirmed."""

import re
from collections.abc import Iterator
from datetime import timedelta

from core import entry
from core.entry import Problem
from core.forms import dictionaries
from core.forms.definition import Field, FieldType, Form
from core.forms.reading import Limits
from core.model.partial_date import PartialDate, read_partial_date
from core.words import _, month_name

_GLUED = re.compile(r"(\d+(?:[.,]\d+)?)([^\d\s.,/:-][^\d\s]*)")  # 500mg
_TIMES = re.compile(r"(\d+)\s*[x×]")  # 3x, which is read as x3
_LONGEST = 4  # words of one choice
_SHORTEST = 3  # letters of a word that stands for the beginning of a longer one


def read(form: Form, text: str, limits: Limits) -> dict[str, str]:
    """The texts by field, as they would be typed. Words that fit no field go into its first text.

    What the line does not say is missing: nothing is guessed. The end of a record is never read here.
    """
    words = list(_words(text))
    found: dict[str, str] = {}
    _take_date(form, words, found, limits)
    _take_choices(form, words, found)
    _take_numbers(form, words, found)
    rest = " ".join(words)
    for one in _fields(form):
        if rest and one.id not in found and one.type in {FieldType.TERM, FieldType.TEXT}:
            is_term = one.type is FieldType.TERM
            found[one.id] = dictionaries.canonical(one.dictionary, rest) if is_term else rest
            break
    return found


def _fields(form: Form) -> Iterator[Field]:
    course = form.course
    end = {course.end, course.ongoing, *course.ended_with} if course is not None else set()
    return (one for one in form.stored if one.id not in end)


def _words(text: str) -> Iterator[str]:
    for word in text.replace(";", " ").split():
        bare = word.rstrip(",")
        times, glued = _TIMES.fullmatch(bare), _GLUED.fullmatch(bare)
        if times is not None:
            yield f"x{times[1]}"
        elif glued is not None:
            yield from glued.groups()
        elif bare:
            yield bare


def _take_date(form: Form, words: list[str], found: dict[str, str], limits: Limits) -> None:
    """The last word, or pair of words, that is a date says from when."""
    if form.course is None:
        return
    for length in (2, 1):
        for index in reversed(range(len(words) - length + 1)):
            value = _date(" ".join(words[index : index + length]), limits)
            if value is not None:
                found[form.course.start] = str(value)
                del words[index : index + length]
                return


def _date(text: str, limits: Limits) -> PartialDate | None:
    """A day, a month ("nov": the last one there was, "nov 2025") or a year with its four digits."""
    plain = text.casefold()
    if plain in {"today", _("today").casefold()}:
        return PartialDate.of(limits.latest)
    if plain in {"yesterday", _("yesterday").casefold()}:
        return PartialDate.of(limits.latest - timedelta(days=1))
    name, __, year = plain.partition(" ")
    month = next(
        (
            one
            for one in range(1, 13)
            if len(name) >= _SHORTEST
            and name.isalpha()
            and (_full(one).startswith(name) or name.startswith(month_name(one).casefold()))
        ),
        None,
    )
    if month is not None and (not year or re.fullmatch(r"\d{4}", year)):
        last = limits.latest.year - (month > limits.latest.month)
        return PartialDate(int(year) if year else last, month)
    if re.fullmatch(r"\d+", entry.plain_digits(text)) and not re.fullmatch(r"(19|20)\d\d", text):
        return None  # a number, as of a dose
    if not any(letter.isdigit() for letter in text):
        return None
    value = read_partial_date(text)
    return None if isinstance(value, Problem) else value


def _full(month: int) -> str:
    """The English name, which is understood in every language of the program."""
    names = "january february march april may june july august september october november december"
    return names.split()[month - 1]


def _take_choices(form: Form, words: list[str], found: dict[str, str]) -> None:
    """Words that are a choice, or the beginning of one, the longest first."""
    for one in _fields(form):
        if one.type is not FieldType.CHOICE:
            continue
        spans = (
            (start, length)
            for length in range(_LONGEST, 0, -1)
            for start in range(len(words) - length + 1)
        )
        for start, length in spans:
            choice = _choice(one, _bare("".join(words[start : start + length])))
            if choice:
                found[one.id] = choice
                del words[start : start + length]
                break


def _choice(one: Field, said: str) -> str:
    """The choice that was said; empty where there is none, or more than one."""
    if not said or said.isdigit():
        return ""
    every = {
        choice.id: {
            _bare(name)
            for name in (choice.id, choice.text, choice.code, *re.split("[(),]", choice.text))
            if name.strip()
        }
        for choice in one.choices
    }
    whole = [known for known, names in every.items() if said in names]
    if len(whole) == 1:
        return whole[0]
    is_short = len(said) < _SHORTEST and not re.fullmatch(r"x\d", said)
    begun = [
        known for known, names in every.items() if any(name.startswith(said) for name in names)
    ]
    return begun[0] if len(begun) == 1 and not is_short else ""


def _bare(text: str) -> str:
    return re.sub(r"[\s.,()_-]+", "", text.casefold().replace("×", "x"))


def _take_numbers(form: Form, words: list[str], found: dict[str, str]) -> None:
    numbers = [one for one in _fields(form) if one.type in {FieldType.NUMBER, FieldType.INTEGER}]
    for one in numbers:
        if one.id in found:
            continue
        at = next((i for i, word in enumerate(words) if _is_number(word)), None)
        if at is None:
            return
        found[one.id] = words.pop(at)
        unit = _bare(one.unit)
        if unit and at < len(words) and unit.startswith(_bare(words[at])):
            words.pop(at)


def _is_number(word: str) -> bool:
    return re.fullmatch(r"\d+(?:[.,]\d+)?", entry.plain_digits(word)) is not None
