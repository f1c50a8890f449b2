"""Adverse events in words."""

import dataclasses
from dataclasses import dataclass

from core.labels import GRADE, OUTCOME
from core.model.adverse_event import AdverseEvent
from core.model.nouns import ADVERSE_EVENTS
from core.model.partial_date import partial_day
from core.model.visit import Visit
from core.words import N_, _

YES, NO = N_("yes"), N_("no")


@dataclass(frozen=True, slots=True)
class EventRow:
    """``unsure`` says why the event may belong to another visit, or is empty."""

    term: str
    onset: str
    grade: str
    serious: str
    outcome: str
    is_serious: bool
    unsure: str = ""
    field: str = dataclasses.field(default="", compare=False)


def event_field(event: AdverseEvent) -> str:
    """The field of the events' step that leads to one event of the visit."""
    return f"reported.{event.id}"


def event_row(event: AdverseEvent, *, unsure: bool = False) -> EventRow:
    """One adverse event in words; ``unsure`` where its day is not known well enough to say at which visit."""
    ended = f", {partial_day(event.ended)}" if event.ended else ""
    if event.ended is None and event.outcome.ended:
        ended = _(", end date not entered")
    return EventRow(
        term=event.term,
        onset=partial_day(event.onset),
        grade=GRADE[event.grade],
        serious=_(YES) if event.serious else _(NO),
        outcome=OUTCOME[event.outcome] + ended,
        is_serious=event.serious,
        unsure=_unsure(event) if unsure else "",
        field=f"{ADVERSE_EVENTS}/{event_field(event)}",
    )


def running_text(event: AdverseEvent) -> str:
    """“Chest pain, grade 2 moderate, since 27 Apr 2025”."""
    text = _("{term}, grade {grade}, since {day}")
    if event.serious:
        text = _("{term}, grade {grade}, serious, since {day}")
    return text.format(term=event.term, grade=GRADE[event.grade], day=partial_day(event.onset))


def _unsure(event: AdverseEvent) -> str:
    known = _("year") if event.onset.month is None else _("month")
    return _("may belong to another visit: only its {known} is known").format(known=known)


def no_events(visit: Visit) -> str:
    """What stands where no event is listed: asked and none, or never asked. Unknown is not no."""
    if visit.new_events is None:
        return _("Not asked.")
    return (
        _("Something new, but no event was entered.")
        if visit.new_events
        else _("Asked: nothing new.")
    )
