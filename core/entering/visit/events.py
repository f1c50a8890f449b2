"""Adverse events at a visit: what is reported, what had not ended, and what is still open."""

from collections.abc import Sequence
from dataclasses import replace

from core.entering import event_entry
from core.entering.visit.steps import OpenPoint, Step, VisitStep
from core.entering.visit.unsaved import Unsaved
from core.entering.visit.working_copy import WorkingCopy
from core.entry import Problem, Severity
from core.model.adverse_event import AdverseEvent, Milestone, Outcome
from core.model.nouns import ADVERSE_EVENTS
from core.model.partial_date import partial_day
from core.words import _


class VisitEvents:
    """The adverse events that a visit is about. What is saved is in the file on return."""

    def __init__(self, copy: WorkingCopy, unsaved: Unsaved) -> None:
        self._copy = copy
        self._unsaved = unsaved

    @property
    def reported(self) -> tuple[AdverseEvent, ...]:
        """Those that this visit reports."""
        return tuple(e for e in self._copy.record.events if e.visit_id == self._copy.visit_id)

    @property
    def logged(self) -> tuple[AdverseEvent, ...]:
        """Events that no visit reported, and that this one's summary lists."""
        listed = self._copy.record.events_of(self._copy.visit)
        return tuple(event for event in listed if event.visit_id is None)

    @property
    def earlier_open(self) -> tuple[AdverseEvent, ...]:
        """Events of earlier visits that had not ended when last heard of."""
        logged = {event.id for event in self.logged}
        return tuple(
            e
            for e in self._copy.record.events
            if e.visit_id != self._copy.visit_id
            and e.id not in logged
            and not e.outcome.ended
            and e.onset.first <= self._copy.visit.date
        )

    def save(self, event: AdverseEvent, death: Milestone | None = None) -> None:
        """Save an adverse event, and the death that it says if there is one.

        The fields it was typed into are cleared in the same transaction.
        """
        typed = self._unsaved.fields("event.")
        if self._unsaved.texts.get("event.id", event.id) != event.id:
            typed = []  # another event is being typed: it stays
        copy = self._copy
        with copy.saving():
            copy.session.events.save(event)
            if death is not None:
                copy.session.milestones.save(death)
            copy.forget(*typed)
            if event.visit_id == copy.visit_id and not copy.visit.new_events:
                copy.session.visits.save(replace(copy.visit, new_events=True))


class EventsStep(VisitStep):
    """Whether anything is new, and what."""

    id = ADVERSE_EVENTS

    def __init__(
        self,
        copy: WorkingCopy,
        events: VisitEvents,
        unsaved: Unsaved,
        assessments: Sequence[str],
    ) -> None:
        self._copy = copy
        self._events = events
        self._unsaved = unsaved
        self._assessments = assessments

    @property
    def title(self) -> str:
        return _("Adverse events")

    @property
    def asked(self) -> bool:
        return ADVERSE_EVENTS in self._assessments

    @property
    def untouched(self) -> bool:
        return not self._events.reported and self._copy.visit.new_events is None

    def state(self, points: Sequence[OpenPoint]) -> Step:
        count = len(self._events.reported)
        hint = _("{n} new").format(n=count) if count else ""
        return self._state(points, begun=self._copy.visit.new_events is not None, hint=hint)

    def open_points(self) -> list[OpenPoint]:
        points = self.unsaved_points()
        asked, reported = self._copy.visit.new_events, self._events.reported
        if asked is None:
            text = _("Ask whether anything is new since the last visit.")
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", Problem(text)))
        elif not asked and reported:
            text = _("The answer is “nothing new”, but an adverse event was entered at this visit.")
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", Problem(text)))
        elif asked and not reported and not points:
            text = _("Something is new, but no adverse event was entered. Enter it, or answer no.")
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", Problem(text)))
        return points + self._fatal_points()

    def unsaved_points(self) -> list[OpenPoint]:
        return self._unsaved.points(ADVERSE_EVENTS, "event.", self._lacks())

    def _fatal_points(self) -> list[OpenPoint]:
        """What is odd about the events of this patient that are recorded as fatal."""
        points: list[OpenPoint] = []
        fatal = [event for event in self._copy.record.events if event.outcome is Outcome.FATAL]
        if len(fatal) > 1:
            text = _(
                "More than one adverse event is recorded as fatal: {terms}. Change all but one."
            )
            terms = ", ".join(f"{event.term} ({partial_day(event.onset)})" for event in fatal)
            problem = Problem(text.format(terms=terms), Severity.QUESTION)
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", problem, rule="two-fatal-events"))
        if fatal and self._copy.record.died is None:
            text = _(
                "An adverse event was fatal, but no death is recorded: record it among the milestones."
            )
            problem = Problem(text, Severity.QUESTION)
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", problem, rule="death-not-recorded"))
        return points

    def _lacks(self) -> str:
        """What an event that was typed and not added still needs, in words."""
        fields, texts = self._unsaved.fields("event."), self._unsaved.texts
        patient = self._copy.record.patient
        read = event_entry.read(
            {field.removeprefix("event."): texts[field] for field in fields},
            patient_id=patient.id,
            visit_id=self._copy.visit_id,
            latest=self._copy.visit.date,
            born=patient.born,
        )
        if isinstance(read, AdverseEvent):
            return _("An adverse event was typed: add it, or clear it.")
        why = next(read[field].message for field in event_entry.FIELDS if field in read)
        return _("An adverse event was begun: add it, or clear it. {why}").format(why=why)
