"""Adverse events at a visit: what is reported, what had not ended, and what is still open."""

from collections.abc import Sequence
from dataclasses import replace

from core.entering import event_entry, event_saving, typed_texts
from core.entering.event_form import Entered, EventForm
from core.entering.visit.steps import OpenPoint, Step, VisitStep
from core.entering.visit.unsaved import Unsaved
from core.entering.visit.working_copy import WorkingCopy
from core.entry import Problem, Severity
from core.findings import event_questions
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Milestone, Outcome
from core.model.ids import EventId
from core.model.nouns import ADVERSE_EVENTS
from core.model.partial_date import partial_day
from core.views.events import event_field
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

    def form(self, event: AdverseEvent | None = None) -> EventForm:
        """An event of the patient, or a new one of this visit, with what was typed of it in the step."""
        copy, texts = self._copy, self._unsaved.texts
        typed = {f.removeprefix("event."): texts[f] for f in self._unsaved.fields("event.")}
        if event is None:
            known = {one.id: one for one in copy.record.events}
            event = known.get(EventId(typed.get("id", "")))
        elif typed.get("id", "") != event.id:
            typed = {}  # of another event
        typed.pop("id", None)
        return EventForm(copy.record, copy.rater, event=event, visit=copy.visit, texts=typed)

    def enter(self, entered: Entered) -> None:
        """Save an event with its details; the fields it was typed into are cleared in the same transaction."""
        copy = self._copy
        with copy.saving():
            event_saving.write(copy.session, copy.record, entered)
            copy.forget(*self._fields_of(entered.event))

    def _fields_of(self, event: AdverseEvent) -> list[str]:
        """What was typed of it; nothing where another event is being typed, which stays."""
        other = self._unsaved.texts.get("event.id", event.id) != event.id
        return [] if other else self._unsaved.fields("event.")

    def save(self, event: AdverseEvent, death: Milestone | None = None) -> None:
        """Save an adverse event, and the death that it says if there is one.

        The fields it was typed into are cleared in the same transaction.
        """
        copy, typed = self._copy, self._fields_of(event)
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
        asked = self._copy.visit.new_events is not None
        return not asked and not self._events.reported and not self._on_its_page()

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
        return points + self._on_its_page() + self._fatal_points() + self._asked()

    def unsaved_points(self) -> list[OpenPoint]:
        return self._unsaved.points(ADVERSE_EVENTS, "event.", self._lacks())

    def _on_its_page(self) -> list[OpenPoint]:
        """An event of this visit that its author began on the page of its own, and did not save."""
        copy = self._copy
        named = [typed_texts.new_event(copy.record.patient.id)]
        named += [event.id for event in self._events.reported]
        typed = copy.session.typed
        if not any(typed.of(typed_texts.EVENT, subject) for subject in named):
            return []
        text = _(
            "An adverse event was typed on its own page and is not saved. Save it there, or clear it."
        )
        return [OpenPoint(ADVERSE_EVENTS, "asked", Problem(text))]

    def _asked(self) -> list[OpenPoint]:
        """What the events of this visit make one ask; each stays a question until it is mended or answered."""
        record = self._copy.record
        found = []
        for event in self._events.reported:
            known = event_details.details(record, event)
            for one in event_questions.questions(record, known):
                if not one.hint:
                    problem = Problem(f"{event.term}: {one.message}", Severity.QUESTION)
                    rule = f"event-{one.rule}"
                    field = event_field(event)
                    found.append(OpenPoint(ADVERSE_EVENTS, field, problem, rule=rule))
        return found

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
        judged = self._events.form().judge()
        if judged.entered is not None:
            return _("An adverse event was typed: add it, or clear it.")
        names = [
            *(name for name in event_entry.FIELDS if name in judged.problems),
            *judged.problems,
        ]
        why = judged.problems[names[0]].message
        return _("An adverse event was begun: add it, or clear it. {why}").format(why=why)
