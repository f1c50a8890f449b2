"""What an adverse event makes one ask: two things that are recorded and cannot both be so, or that one should look at.

Nothing here says that an entry is wrong, and nothing is changed by itself. The questions are those that the
published tables and text of a trial raise about their own events (an outcome in one place and another elsewhere, two
days of onset, procedures among the events), and those that the definitions of CTCAE and ICH E2A raise.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from core import resources
from core.findings.treatment import treated_on
from core.labels import OUTCOME
from core.model import terms
from core.model.adverse_event import Grade, MilestoneKind, Outcome
from core.model.event_details import Criterion, EventDetails
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.words import _, day

_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}
_COUNT = rf"(\d{{1,3}}|{'|'.join(_NUMBERS)})"
_SAID = re.compile(
    rf"\b{_COUNT}(?:\s*(?:-|–|to|or)\s*{_COUNT})?\s+(day|week|month)s?\s+(?:after|post|following)",
    re.IGNORECASE,
)
_DAYS_IN = {"day": 1.0, "week": 7.0, "month": 30.4375}
# By how many days an onset that was said in this unit may be off. DESIGN: half a unit, and a day.
_WITHIN = {"day": 1.0, "week": 4.5, "month": 16.0}
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Question:
    """``field`` is the text of the form that it is about; a ``hint`` is only shown beside it."""

    rule: str
    field: str
    message: str
    hint: bool = False


def questions(record: PatientRecord, known: EventDetails) -> tuple[Question, ...]:
    """What an event of a patient makes one ask, in the order of its form."""
    found = (one(record, known) for one in _QUESTIONS)
    return tuple(one for one in found if one is not None)


def is_procedure(term: str) -> bool:
    """Whether a term names a procedure or a device and nothing that happened to the patient."""
    words = _words(term)
    names, fillers = _procedures()
    return words in names or tuple(word for word in words if word not in fillers) in names


def _procedure(_record: PatientRecord, known: EventDetails) -> Question | None:
    if not is_procedure(known.event.term):
        return None
    text = _(
        "Is “{term}” a procedure? Then record it among the treatments: the event is why it was needed."
    )
    return Question("procedure", "term", text.format(term=known.event.term))


def _no_criterion(_record: PatientRecord, known: EventDetails) -> Question | None:
    if not known.criterion_missing:
        return None
    text = _("It is recorded as serious, and the criterion is not. Tick why it was serious.")
    return Question("criterion-missing", "criteria", text)


def _not_serious(_record: PatientRecord, known: EventDetails) -> Question | None:
    event = known.event
    if event.serious or event.grade < Grade.LIFE_THREATENING:
        return None
    text = _(
        "Grade {grade} is life-threatening, but nothing is ticked under “Serious”. Check both."
    )
    return Question("grave-not-serious", "criteria", text.format(grade=event.grade.value))


def _life_threatening(_record: PatientRecord, known: EventDetails) -> Question | None:
    four = known.event.grade is Grade.LIFE_THREATENING
    if not four or not known.criteria or Criterion.LIFE_THREATENING in known.criteria:
        return None
    text = _("Grade 4: was it life-threatening at the time? Then tick that.")
    return Question("life-threatening", "criteria", text, hint=True)


def _hospital(_record: PatientRecord, known: EventDetails) -> Question | None:
    if known.record is None or Criterion.HOSPITAL in known.criteria:
        return None
    treated = str(known.record.value("treatment") or "").split("\n")
    if known.record.day("admitted") is None and "hospital" not in treated:
        return None
    text = _("It led to hospital: tick “hospital, or a longer stay” if the stay was for it.")
    return Question("hospital", "criteria", text, hint=True)


def _said_otherwise(record: PatientRecord, known: EventDetails) -> Question | None:
    """The onset as it was said, "three weeks after the infusion", against the day that was entered."""
    event, treated = known.event, treated_on(record)
    told = "" if known.record is None else str(known.record.value("onset_said") or "")
    match = _SAID.search(told) or _SAID.search(event.note)
    if match is None or treated is None:
        return None
    unit = match[3].lower()
    low, high = _number(match[1]), _number(match[2] or match[1])
    first, last = (event.onset.first - treated).days, (event.onset.last - treated).days
    earliest, latest = low * _DAYS_IN[unit] - _WITHIN[unit], high * _DAYS_IN[unit] + _WITHIN[unit]
    if first <= latest and last >= earliest:
        return None
    text = _("“{said}” was said, but {onset} is day {n} after {treated}. Which is right?")
    said = text.format(
        said=match[0], onset=partial_day(event.onset), n=_span(first, last), treated=day(treated)
    )
    return Question("two-onsets", "onset", said)


def _survived(record: PatientRecord, known: EventDetails) -> Question | None:
    """A fatal event, and something that happened to the patient after it."""
    event = known.event
    if event.outcome is not Outcome.FATAL:
        return None
    end = event.died_on.last
    later: list[tuple[date, str]] = [
        (visit.date, _("a visit took place")) for visit in record.visits if visit.date > end
    ]
    later += [
        (one.onset.first, _("“{term}” began").format(term=one.term))
        for one in record.events
        if one.id != event.id and one.onset.first > end
    ]
    later += [
        (one.happened_on.first, _("something else is recorded"))
        for one in record.turning_points
        if one.kind is not MilestoneKind.DEATH and one.happened_on.first > end
    ]
    if not later:
        return None
    on, what = min(later)
    text = _("It is recorded as fatal, but {what} on {day}, after it. Check the outcome.")
    return Question("fatal-and-survived", "outcome", text.format(what=what, day=day(on)))


def _cause_of_death(record: PatientRecord, known: EventDetails) -> Question | None:
    """A death that names this event, and another outcome of it."""
    event, died = known.event, record.died
    if died is None or event.outcome is Outcome.FATAL:
        return None
    note = died.note.casefold()
    if not any(name and name.casefold() in note for name in (event.term, event.coded_term)):
        return None
    text = _(
        "The death on {day} names it as the cause, but its outcome is “{outcome}”. Check both."
    )
    said = text.format(day=partial_day(died.happened_on), outcome=OUTCOME[event.outcome])
    return Question("death-names-it", "outcome", said)


def _worst_grade(_record: PatientRecord, known: EventDetails) -> Question | None:
    worst = max((one.grade for one in known.course), default=known.event.grade)
    if worst == known.event.grade:
        return None
    text = _("The course says grade {worst} at its worst, the event grade {grade}. Which is right?")
    said = text.format(worst=worst.value, grade=known.event.grade.value)
    return Question("worst-grade", "grade", said)


def _no_such_grade(_record: PatientRecord, known: EventDetails) -> Question | None:
    """A grade of the course that the term does not have: perhaps it is over, or another term by then."""
    term = terms.find(known.event.coded_term)
    if term is None:
        return None
    odd = [one for one in known.course if one.grade not in term.grades]
    if not odd:
        return None
    text = _(
        "The course has grade {grade}, which CTCAE does not have for “{term}”. Was it over then?"
    )
    said = text.format(grade=odd[0].grade.value, term=term.name)
    return Question("course-grade", "grade", said, hint=True)


def _no_end(_record: PatientRecord, known: EventDetails) -> Question | None:
    if known.event.ended is not None or not known.event.outcome.ended:
        return None
    return Question(
        "no-end", "ended", _("It is over: enter when it ended, if that is known."), True
    )


# In the order of the form.
_QUESTIONS: tuple[Callable[[PatientRecord, EventDetails], Question | None], ...] = (
    _procedure,
    _worst_grade,
    _no_such_grade,
    _no_criterion,
    _not_serious,
    _life_threatening,
    _hospital,
    _said_otherwise,
    _no_end,
    _survived,
    _cause_of_death,
)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text.lower()]


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _words(term: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(term.casefold()))


@cache
def _procedures() -> tuple[frozenset[tuple[str, ...]], frozenset[str]]:
    """The names of procedures, word by word, and the words that change nothing."""
    found = tomllib.loads(resources.path("procedures.toml").read_text("utf-8"))
    names = frozenset(_words(name) for name in found["names"])
    return names, frozenset(found["fillers"])
