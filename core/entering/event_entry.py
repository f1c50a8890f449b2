"""An adverse event as it was typed: to a value, or to the problems of its fields."""

from collections.abc import Mapping
from datetime import date

from core import clock
from core.entry import Problem, Severity
from core.model import terms
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.ids import EventId, PatientId, VisitId, new_id
from core.model.partial_date import PartialDate, partial_day, read_partial_date
from core.model.record import PatientRecord
from core.words import _, day, plural

FIELDS = ("term", "onset", "grade", "serious", "outcome", "ended", "note")


def texts_of(event: AdverseEvent) -> dict[str, str]:
    """The event as its fields show it; the reverse of ``read``."""
    return {
        "term": event.term,
        "onset": str(event.onset),
        "grade": str(event.grade.value),
        "serious": "yes" if event.serious else "no",
        "outcome": event.outcome.value,
        "ended": str(event.ended) if event.ended else "",
        "note": event.note,
    }


def read(
    texts: Mapping[str, str],
    *,
    patient_id: PatientId,
    visit_id: VisitId | None,
    latest: date,
    born: date | None = None,
    id: EventId | None = None,
) -> AdverseEvent | dict[str, Problem]:
    """The event, or a problem per field.

    ``latest`` is the last day anything can have happened, ``born`` the first, where it is known.
    """
    problems: dict[str, Problem] = {}
    term = texts.get("term", "").strip()
    if not term:
        problems["term"] = Problem(_("Say what happened, in a few words."))
    onset = _date(texts, "onset", latest, born, problems)
    if onset is None and "onset" not in problems:
        text = _("Enter when it began, as precisely as it is known: 2026, 2026-11 or 2026-11-21.")
        problems["onset"] = Problem(text)
    grade = _grade(texts, terms.find(term), problems)
    serious = {"yes": True, "no": False}.get(texts.get("serious", ""))
    if serious is None:
        problems["serious"] = Problem(_("Serious: yes or no?"))
    outcome = Outcome(texts["outcome"]) if texts.get("outcome") else None
    if outcome is None:
        problems["outcome"] = Problem(_("Choose how it turned out so far."))
    ended = _date(texts, "ended", latest, born, problems)
    if ended is not None and outcome is not None and not outcome.ended:
        problems["ended"] = Problem(
            _("An end date needs an outcome that has ended. Change one of them.")
        )
    if ended is not None and onset is not None and ended.last < onset.first:
        problems["ended"] = Problem(_("The end is before the beginning. Check both dates."))
    if (outcome is Outcome.FATAL) != (grade is Grade.DEATH) and outcome and grade:
        text = _("Grade 5 and outcome fatal belong together. Change one of them.")
        problems["outcome"] = Problem(text)
    if serious is False and (grade is Grade.DEATH or outcome is Outcome.FATAL):
        problems["serious"] = Problem(_("A fatal event is serious. Answer yes."))
    if problems or onset is None or grade is None or serious is None or outcome is None:
        return problems
    known = terms.find(term)
    return AdverseEvent(
        id=id or EventId(new_id()),
        patient_id=patient_id,
        visit_id=visit_id,
        term=term,
        coded_term=known.name if known else "",
        onset=onset,
        ended=ended,
        grade=grade,
        serious=serious,
        outcome=outcome,
        note=texts.get("note", "").strip(),
    )


def asks_death(record: PatientRecord, texts: Mapping[str, str]) -> bool:
    """Whether an event that is typed is fatal, while no death is among the milestones."""
    return texts.get("outcome") == Outcome.FATAL.value and record.died is None


def death_of(event: AdverseEvent) -> Milestone:
    """The death that a fatal event says."""
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


def _date(
    texts: Mapping[str, str],
    field: str,
    latest: date,
    born: date | None,
    problems: dict[str, Problem],
) -> PartialDate | None:
    value = read_when(texts.get(field, ""), latest, born)
    if isinstance(value, Problem):
        problems[field] = value
        return None
    return value


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


def _grade(
    texts: Mapping[str, str], term: terms.Term | None, problems: dict[str, Problem]
) -> Grade | None:
    if not texts.get("grade"):
        problems["grade"] = Problem(_("Choose the grade, 1 to 5."))
        return None
    grade = Grade(int(texts["grade"]))
    if term is not None and grade not in term.grades:
        grades = ", ".join(str(g.value) for g in sorted(term.grades))
        text = plural(
            len(term.grades),
            "CTCAE has only grade {grades} for “{term}”.",
            "CTCAE has only grades {grades} for “{term}”.",
        )
        problems["grade"] = Problem(text.format(grades=grades, term=term.name))
    return grade
