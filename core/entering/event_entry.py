"""An adverse event as it was typed: to a value, or to the problems of its fields.

Serious is never asked: an event is serious if and only if a criterion is ticked (ICH E2A). One that was recorded
as serious before there were criteria stays so until somebody ticks one, or says that it was not.
"""

import re
from collections.abc import Mapping
from datetime import date, time

from core import clock, entry
from core.entry import Problem, Severity
from core.model import event_details, terms
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.event_details import Criterion, EventDetails
from core.model.ids import EventId, PatientId, VisitId, new_id
from core.model.partial_date import PartialDate, partial_day, read_partial_date
from core.model.record import PatientRecord
from core.words import _, day, plural

FIELDS = ("term", "coded", "onset", "grade", "criteria", "outcome", "ended", "note")
NOT_SERIOUS = (
    "not_serious"  # the text by which an event of before criteria is said not to have been serious
)
YES = "yes"
_WITH_TIME = re.compile(r"(.*\S)[\s,]+(\d{1,2}[:.]\d{2})")


def texts_of(event: AdverseEvent, known: EventDetails | None = None) -> dict[str, str]:
    """The event as its fields show it; the reverse of ``read``."""
    began = known.began_at if known is not None else None
    ended = known.ended_at if known is not None else None
    criteria = known.criteria if known is not None else frozenset()
    own = terms.find(event.term)
    return {
        "term": event.term,
        "coded": "" if own is not None and own.name == event.coded_term else event.coded_term,
        "onset": _with_time(event.onset, began),
        "grade": str(event.grade.value),
        "criteria": criteria_text(criteria),
        "outcome": event.outcome.value,
        "ended": _with_time(event.ended, ended) if event.ended else "",
        "note": event.note,
    }


def criteria_text(criteria: frozenset[Criterion]) -> str:
    """Criteria as they are typed and stored: their ids in lines, in the order of ICH E2A."""
    return "\n".join(one.value for one in Criterion if one in criteria)


def read(
    texts: Mapping[str, str],
    *,
    patient_id: PatientId,
    visit_id: VisitId | None,
    latest: date,
    born: date | None = None,
    id: EventId | None = None,
    before: EventDetails | None = None,
) -> AdverseEvent | dict[str, Problem]:
    """The event, or a problem per field.

    ``latest`` is the last day anything can have happened, ``born`` the first, where it is known. ``before`` is
    the event as it is stored, with its details.
    """
    problems: dict[str, Problem] = {}
    term, coded = texts.get("term", "").strip(), coded_of(texts)
    if not term:
        problems["term"] = Problem(_("Say what happened, in a few words."))
    if texts.get("coded", "").strip() and coded is None:
        text = _("“{text}” is no term of CTCAE 5.0. Choose one that is offered, or leave it empty.")
        problems["coded"] = Problem(text.format(text=texts["coded"].strip()))
    onset = _moment(texts, "onset", latest, born, problems)
    if onset is None and "onset" not in problems:
        text = _("Enter when it began, as precisely as it is known: 2026, 2026-11 or 2026-11-21.")
        problems["onset"] = Problem(text)
    grade = _grade(texts, coded, problems)
    outcome = Outcome(texts["outcome"]) if texts.get("outcome") else None
    if outcome is None:
        problems["outcome"] = Problem(_("Choose how it turned out so far."))
    ended = _moment(texts, "ended", latest, born, problems)
    if ended is not None and outcome is not None and not outcome.ended:
        problems["ended"] = Problem(
            _("An end date needs an outcome that has ended. Change one of them.")
        )
    if onset is not None and ended is not None and _is_before(ended, onset):
        problems["ended"] = Problem(_("The end is before the beginning. Check both dates."))
    if (outcome is Outcome.FATAL) != (grade is Grade.DEATH) and outcome and grade:
        text = _("Grade 5 and outcome fatal belong together. Change one of them.")
        problems["outcome"] = Problem(text)
    criteria = event_details.criteria_of(texts.get("criteria"))
    if (wrong := _death_ticked(criteria, outcome, grade, before)) is not None:
        problems["criteria"] = wrong
    if problems or onset is None or grade is None or outcome is None:
        return problems
    return AdverseEvent(
        id=id or EventId(new_id()),
        patient_id=patient_id,
        visit_id=visit_id,
        term=term,
        coded_term=coded.name if coded is not None else "",
        onset=onset[0],
        ended=ended[0] if ended is not None else None,
        grade=grade,
        serious=bool(criteria) or (stays_serious(before) and texts.get(NOT_SERIOUS) != YES),
        outcome=outcome,
        note=texts.get("note", "").strip(),
    )


def stays_serious(before: EventDetails | None) -> bool:
    """Whether an event is stored as serious without a reason: nobody takes that away by saying nothing."""
    return before is not None and before.criterion_missing


def coded_of(texts: Mapping[str, str]) -> terms.Term | None:
    """The CTCAE term that was chosen; where none was, the one that was said in its own words."""
    coded = texts.get("coded", "").strip()
    return terms.find(coded) if coded else terms.find(texts.get("term", ""))


def with_death(texts: Mapping[str, str]) -> str:
    """The criteria, with “results in death” where the outcome or the grade says it, and without it else."""
    criteria = event_details.criteria_of(texts.get("criteria"))
    fatal = texts.get("outcome") == Outcome.FATAL.value
    fatal = fatal or texts.get("grade") == str(Grade.DEATH.value)
    dead = frozenset({Criterion.DEATH})
    return criteria_text(criteria | dead if fatal else criteria - dead)


def asks_death(record: PatientRecord, texts: Mapping[str, str]) -> bool:
    """Whether an event that is typed is fatal, while no death is among the milestones."""
    return texts.get("outcome") == Outcome.FATAL.value and record.died is None


def death_of(event: AdverseEvent) -> Milestone:
    """The death that a fatal event says, with its cause."""
    return Milestone(
        patient_id=event.patient_id,
        kind=MilestoneKind.DEATH,
        happened_on=event.died_on,
        note=event.term,
    )


def second_death(record: PatientRecord, event: AdverseEvent) -> Problem | None:
    """What is asked about a fatal event where another one, or a death of another time, is recorded already."""
    if event.outcome is not Outcome.FATAL:
        return None
    for other in record.events:
        if other.id != event.id and other.outcome is Outcome.FATAL:
            text = _(
                "“{term}” ({day}) is recorded as fatal already, and nobody dies twice. Change one of"
                " them. To keep both, save once more."
            )
            said = text.format(term=other.term, day=partial_day(other.onset))
            return Problem(said, Severity.QUESTION)
    died = record.died
    if died is None:
        return None
    end, death = event.died_on, died.happened_on
    if end.first > death.last or (event.ended is not None and end.last < death.first):
        text = _(
            "The death is recorded on {day}, which does not fit this event. Change one of them. To keep"
            " both, save once more."
        )
        return Problem(text.format(day=partial_day(death)), Severity.QUESTION)
    return None


def times_of(texts: Mapping[str, str]) -> dict[str, str]:
    """The times of day that were typed after the dates, by the fields of the details that hold them."""
    return {
        "began_at": _parts(texts.get("onset", ""))[1],
        "ended_at": _parts(texts.get("ended", ""))[1],
    }


def read_moment(text: str, latest: date, born: date | None) -> PartialDate | Problem | None:
    """The day of a text that may have a time of day after it."""
    value, at = _parts(text)
    found = read_when(value, latest, born)
    if not at or not isinstance(found, PartialDate):
        return found
    if _time(at) is None:
        return Problem(_("“{text}” is no time of day. Type it as 14:05.").format(text=at))
    if not found.exact:
        return Problem(_("A time of day needs its day. Type both: 2026-11-21 14:05."))
    return found


def read_when(text: str, latest: date, born: date | None) -> PartialDate | Problem | None:
    """When something happened to a patient: not after ``latest``, not before they were born."""
    value = read_partial_date(text)
    if isinstance(value, PartialDate) and value.first > latest:
        return Problem(
            _("This date is in the future.")
            if latest >= clock.today()
            else _("This date is after the visit of {day}.").format(day=day(latest))
        )
    if isinstance(value, PartialDate) and born is not None and value.last < born:
        text = _("This date is before the date of birth, {day}. Check both.")
        return Problem(text.format(day=day(born)))
    return value


def _with_time(on: PartialDate, at: time | None) -> str:
    return str(on) if at is None else f"{on} {at:%H:%M}"


def _parts(text: str) -> tuple[str, str]:
    """A day and the time after it, each as it was typed."""
    plain = entry.plain_digits(text)
    match = _WITH_TIME.fullmatch(plain)
    return (text, "") if match is None else (match[1], match[2].replace(".", ":").rjust(5, "0"))


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def _moment(
    texts: Mapping[str, str],
    field: str,
    latest: date,
    born: date | None,
    problems: dict[str, Problem],
) -> tuple[PartialDate, time | None] | None:
    text = texts.get(field, "")
    value = read_moment(text, latest, born)
    if isinstance(value, Problem):
        problems[field] = value
        return None
    return None if value is None else (value, _time(_parts(text)[1]))


def _is_before(
    ended: tuple[PartialDate, time | None], onset: tuple[PartialDate, time | None]
) -> bool:
    (end, end_at), (start, start_at) = ended, onset
    same = end.exact and end == start and end_at is not None and start_at is not None
    return end.last < start.first or (same and end_at < start_at)  # type: ignore[operator]


def _death_ticked(
    criteria: frozenset[Criterion],
    outcome: Outcome | None,
    grade: Grade | None,
    before: EventDetails | None,
) -> Problem | None:
    """Fatal, grade 5 and “results in death” say the same: what is wrong where only one of them does."""
    ticked = Criterion.DEATH in criteria
    fatal = outcome is Outcome.FATAL or grade is Grade.DEATH
    if ticked and not fatal and outcome is not None and grade is not None:
        return Problem(
            _("“Results in death” is ticked, but the outcome is not fatal. Change one of them.")
        )
    was_so = stays_serious(before) and before is not None and before.event.grade is Grade.DEATH
    if fatal and not ticked and not (was_so and not criteria):
        return Problem(_("A fatal event is serious: tick “results in death”."))
    return None


def _grade(
    texts: Mapping[str, str], term: terms.Term | None, problems: dict[str, Problem]
) -> Grade | None:
    if not texts.get("grade"):
        problems["grade"] = Problem(_("Choose the grade, 1 to 5."))
        return None
    grade = Grade(int(texts["grade"]))
    if term is not None and grade not in term.grades:
        problems["grade"] = no_such_grade(term)
    return grade


def no_such_grade(term: terms.Term) -> Problem:
    """Why a grade is none of a term's."""
    grades = ", ".join(str(g.value) for g in sorted(term.grades))
    text = plural(
        len(term.grades),
        "CTCAE has only grade {grades} for “{term}”.",
        "CTCAE has only grades {grades} for “{term}”.",
    )
    return Problem(text.format(grades=grades, term=term.name))
