"""A visit being entered: its steps, what is still wrong, and saving every answer as it is given.

No widgets: the visit page shows what a Draft says, and a test can enter a whole visit through it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from core import clock
from core.entry import Problem, Severity
from core.errors import StorageError
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item
from core.labels import MILESTONES
from core.model.adverse_event import AdverseEvent, Milestone, MilestoneKind, Outcome
from core.model.assessment import Answer, Assessment, NotDone
from core.model.ids import PatientId, SpirometryId, VisitId, new_id
from core.model.record import PatientRecord
from core.model.spirometry import Spirometry
from core.model.visit import Mode, Respondent, TaskResult, Visit, VisitKind, VisitState
from core.protocols import catalog as protocols
from core.protocols.definition import ADVERSE_EVENTS, SPIROMETRY, Anchor
from core.science.spirometry import evaluate
from core.session import Session
from core.words import _

DETAILS, TASKS, NOTE, REVIEW = "details", "tasks", "note", "review"


class StepState(StrEnum):
    EMPTY = "empty"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a visit. ``id`` is a questionnaire's id or one of the names above."""

    id: str
    title: str
    state: StepState
    hint: str = ""


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """What stands in the way of finishing, with the step and the field where it can be mended."""

    step: str
    field: str
    problem: Problem

    @property
    def blocks(self) -> bool:
        return self.problem.severity is Severity.ERROR


def check_visit_date(record: PatientRecord, on: date) -> Problem | None:
    """Hard stops on a visit's date (plausibility rule P12)."""
    patient = record.patient
    if on > clock.today():
        return Problem(_("The visit's date lies in the future. Enter the day it took place."))
    if patient.born is not None and on < patient.born:
        return Problem(_("The visit's date lies before the date of birth. Check both."))
    if patient.onset is not None and on < patient.onset.first:
        return Problem(_("The visit's date lies before the onset of the disease. Check both."))
    if record.died is not None and on > record.died.happened_on.last:
        return Problem(_("The visit's date lies after the recorded death. Check both."))
    return None


def start_visit(session: Session, patient_id: PatientId, code: str | None, on: date) -> VisitId:
    """Begin a visit. ``code`` names the planned visit, None an unscheduled one.

    A planned visit takes place once, whatever it was marked as before. Raises StorageError.
    """
    protocol = protocols.of(session.patients.get(patient_id))
    taken = {visit.code for visit in session.visits.of(patient_id)}
    if code is not None and protocol.anchor is Anchor.REFERENCE and code in taken:
        raise StorageError(_("This visit was begun already. Open it from the patient's visits."))
    visit = Visit(
        patient_id=patient_id,
        kind=VisitKind.UNSCHEDULED if code is None else VisitKind.SCHEDULED,
        code=code,
        date=on,
        rater=session.user.login,
        started_at=clock.now(),
    )
    with session.write("visit started"):
        session.visits.save(visit)
        if code is not None:
            session.marks.remove(patient_id, code)
    return visit.id


class Draft:
    """One visit and the record it belongs to, kept in step with the file."""

    def __init__(self, session: Session, patient_id: PatientId, visit_id: VisitId) -> None:
        self._session = session
        self._visit_id = visit_id
        self._new_spirometry = SpirometryId(new_id())
        self._undo: list[tuple[str, str, Answer | None]] = []
        self.record = session.record(patient_id)
        self.raw = session.raw_texts.of(visit_id)
        self.protocol = protocols.of(self.record.patient)
        self.assessments = self.protocol.assessments_of(self.visit.code)
        self.tasks = tuple(
            task for name in self.assessments if (task := self.protocol.task(name)) is not None
        )

    @property
    def visit(self) -> Visit:
        return self.record.visit(self._visit_id)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        known = instruments.shipped()
        return tuple(known[name] for name in self.assessments if name in known)

    @property
    def asks_spirometry(self) -> bool:
        return SPIROMETRY in self.assessments

    @property
    def asks_events(self) -> bool:
        return ADVERSE_EVENTS in self.assessments

    def form(self, instrument: str) -> Assessment:
        """The form of this visit; an empty one, not yet saved, where none was begun."""
        return self.record.assessment(self._visit_id, instrument) or Assessment(
            visit_id=self._visit_id,
            date=self.visit.date,
            instrument=instrument,
            version=instruments.shipped()[instrument].version,
        )

    @property
    def spirometry(self) -> Spirometry:
        """The session of this visit; an empty one, not yet saved, where nothing was entered."""
        for session in self.record.spirometry:
            if session.visit_id == self._visit_id:
                return session
        return Spirometry(
            id=self._new_spirometry,
            visit_id=self._visit_id,
            date=self.visit.date,
            height_cm=self.record.patient.height_cm,
            equation=self._session.clinic.equation,
            device=self._last_device(),
        )

    @property
    def events(self) -> tuple[AdverseEvent, ...]:
        return tuple(e for e in self.record.events if e.visit_id == self._visit_id)

    @property
    def earlier_open_events(self) -> tuple[AdverseEvent, ...]:
        """Events of earlier visits that had not ended when last heard of."""
        return tuple(
            e
            for e in self.record.events
            if e.visit_id != self._visit_id
            and not e.outcome.ended
            and e.onset.first <= self.visit.date
        )

    def task_result(self, task: str) -> TaskResult | None:
        mine = (r for r in self.record.tasks if r.visit_id == self._visit_id)
        return next((r for r in mine if r.task == task), None)

    def default_variant(self, instrument: Instrument, slot: str) -> Item:
        """The variant of a question that the recorded milestones call for (5b after a gastrostomy)."""
        variants = instrument.variants(slot)
        fitting = [v for v in variants if v.requires and self._had(v.requires)]
        return (fitting or [v for v in variants if not v.requires] or [variants[0]])[0]

    # Saving: each of these returns when the value is in the file.

    def save_details(
        self,
        *,
        on: date,
        mode: Mode | None,
        respondent: Respondent | None,
        weight_kg: float | None,
    ) -> None:
        self._save_visit(
            replace(self.visit, date=on, mode=mode, respondent=respondent, weight_kg=weight_kg)
        )

    def save_note(self, note: str) -> None:
        self._save_visit(replace(self.visit, note=note))

    def save_new_events(self, asked: bool | None) -> None:
        self._save_visit(replace(self.visit, new_events=asked))

    def answer(self, instrument: str, slot: str, answer: Answer) -> None:
        """Save the answer to one question; its variants exclude one another."""
        self._undo.append((instrument, slot, self.form(instrument).answers.get(slot)))
        self._put_answer(instrument, slot, answer)

    def undo(self) -> tuple[str, str] | None:
        """Take the last answer back, as it was before; says which question it was."""
        if not self._undo:
            return None
        instrument, slot, before = self._undo.pop()
        self._put_answer(instrument, slot, before)
        return instrument, slot

    def save_form_not_done(self, instrument: str, reason: NotDone | None) -> None:
        with self._entering():
            self._open_form(instrument)
            self._session.assessments.mark_not_done(self._visit_id, instrument, reason)
        form = replace(self.form(instrument), not_done=reason)
        self.record = self.record.with_assessment(form)

    def save_spirometry(self, session: Spirometry) -> None:
        with self._entering():
            self._session.spirometry.save(session)
        self.record = self.record.with_spirometry(session)

    def save_raw(self, field: str, text: str) -> None:
        """Keep what was typed and is not a value yet; an empty text forgets it."""
        if self.raw.get(field, "") == text:
            return
        with self._entering():
            if text:
                self._session.raw_texts.save(self._visit_id, field, text)
            else:
                self._session.raw_texts.remove(self._visit_id, field)
        rest = {key: value for key, value in self.raw.items() if key != field}
        self.raw = {**rest, field: text} if text else rest

    def save_event(self, event: AdverseEvent) -> None:
        """Save an adverse event; the fields it was typed into are cleared in the same transaction."""
        typed = [field for field in self.raw if field.startswith("event.")]
        if self.raw.get("event.id", event.id) != event.id:
            typed = []  # another event is being typed: it stays
        with self._entering():
            self._session.events.save(event)
            self._session.raw_texts.remove(self._visit_id, *typed)
            if event.visit_id == self._visit_id and not self.visit.new_events:
                self._session.visits.save(replace(self.visit, new_events=True))
        self.reload()

    def save_milestone(self, milestone: Milestone) -> None:
        with self._entering():
            self._session.milestones.save(milestone)
        self.reload()

    def save_task(self, result: TaskResult) -> None:
        with self._entering():
            self._session.tasks.save(result)
        self.reload()

    def save_task_undecided(self, task: str) -> None:
        """Not done, but nobody has said why yet: neither done nor not done is in the file."""
        with self._entering():
            self._session.tasks.remove(self._visit_id, task)
            self._session.raw_texts.save(self._visit_id, f"task.{task}", "not done")
        self.reload()

    def save_height(self, height_cm: float) -> None:
        """The patient's height, where this visit is the first to measure it."""
        with self._entering():
            self._session.patients.save(replace(self.record.patient, height_cm=height_cm))
        self.reload()

    def finish(self) -> None:
        """Close the visit. Raises ValueError while something still blocks it."""
        if any(point.blocks for point in self.open_points()):
            raise ValueError("the visit is not complete")
        finished = replace(self.visit, state=VisitState.FINISHED, finished_at=clock.now())
        self._save_visit(finished, reason="visit finished")

    def reopen(self, reason: str) -> None:
        """Open a finished visit for a correction; the reason goes into the audit trail."""
        with self._session.write(reason):
            self._session.visits.save(replace(self.visit, state=VisitState.DRAFT, finished_at=None))
        self.reload()

    def discard(self, reason: str) -> None:
        """Take a visit that was begun by mistake out of the chart; the audit trail keeps all of it.

        Adverse events reported at it stay with the patient. A finished visit cannot be discarded.
        """
        if not self.visit.is_draft:
            raise ValueError("only a visit in progress can be discarded")
        with self._session.write(reason):
            for event in self.events:
                self._session.events.save(replace(event, visit_id=None))
            self._session.visits.remove(self._visit_id)

    @property
    def untouched(self) -> bool:
        """Whether nothing was entered yet: leaving such a visit needs no trace of it."""
        forms = (self.form(instrument.id) for instrument in self.instruments)
        return not (
            any(form.answers or form.not_done for form in forms)
            or self.raw
            or self.events
            or self.visit.mode
            or self.visit.date != self.visit.started_at.astimezone().date()
            or self.visit.respondent
            or self.visit.weight_kg is not None
            or self.visit.note
            or self.visit.new_events is not None
            or any(s.visit_id == self._visit_id for s in self.record.spirometry)
            or any(t.visit_id == self._visit_id for t in self.record.tasks)
        )

    def reload(self) -> None:
        self.record = self._session.record(self.record.patient.id)
        self.raw = self._session.raw_texts.of(self._visit_id)

    # What the steps and the review say.

    def steps(self) -> tuple[Step, ...]:
        """The steps of this visit in the protocol's order, each with how far it is."""
        points = self.open_points()
        steps = [self._step(DETAILS, _("Visit details"), points, self.visit.mode is not None)]
        steps += [self._instrument_step(instrument, points) for instrument in self.instruments]
        if self.asks_spirometry:
            session = self.spirometry
            hint = self._spirometry_hint(session)
            begun = bool(session.blows or session.not_done)
            steps.append(self._step(SPIROMETRY, _("Spirometry"), points, begun, hint))
        if self.asks_events:
            hint = _("{n} new").format(n=len(self.events)) if self.events else ""
            begun = self.visit.new_events is not None
            steps.append(self._step(ADVERSE_EVENTS, _("Adverse events"), points, begun, hint))
        if self.tasks:
            done = sum(self.task_result(task.id) is not None for task in self.tasks)
            hint = _("{n} of {all}").format(n=done, all=len(self.tasks))
            steps.append(self._step(TASKS, _("Other assessments"), points, done > 0, hint))
        state = StepState.DONE if self.visit.note else StepState.EMPTY
        steps.append(Step(NOTE, _("Note"), state, "" if self.visit.note else _("optional")))
        review = StepState.EMPTY if self.visit.is_draft else StepState.DONE
        steps.append(Step(REVIEW, _("Review and finish"), review))
        return tuple(steps)

    def first_open_step(self) -> str:
        """Where to go on after an interruption."""
        waiting = (step.id for step in self.steps() if step.state is not StepState.DONE)
        return next((step for step in waiting if step != NOTE), REVIEW)

    def open_points(self) -> tuple[OpenPoint, ...]:
        """Everything that blocks finishing or asks for a second look, in the order of the steps."""
        points = self._details_points()
        for instrument in self.instruments:
            points += self._form_points(instrument)
        if self.asks_spirometry:
            points += self._spirometry_points()
        if self.asks_events:
            points += self._event_points()
        points += [
            OpenPoint(
                TASKS,
                task.id,
                Problem(_("{task}: done, or not done and why?").format(task=task.title)),
            )
            for task in self.tasks
            if self.task_result(task.id) is None
        ]
        return tuple(points)

    def variant_problem(self, instrument: Instrument, answer: Answer) -> Problem | None:
        """Whether the variant that was answered fits the recorded milestones (items 5a and 5b)."""
        item = instrument.item(answer.item)
        if item.requires:
            if self._had(item.requires):
                return None
            event = MILESTONES[MilestoneKind(item.requires)]
            return Problem(
                _(
                    "{number} needs a recorded event: {event}. Record it below, or use the other scale."
                ).format(number=item.number, event=event)
            )
        others = [
            v for v in instrument.variants(item.place) if v.requires and self._had(v.requires)
        ]
        if others and not answer.note.strip():
            event = MILESTONES[MilestoneKind(others[0].requires)]
            return Problem(
                _(
                    "{event} is recorded: say why {number} was used, for example “mainly oral feeding”."
                ).format(event=event, number=item.number)
            )
        return None

    def _details_points(self) -> list[OpenPoint]:
        visit, points = self.visit, []
        if (problem := check_visit_date(self.record, visit.date)) is not None:
            points.append(OpenPoint(DETAILS, "date", problem))
        if visit.mode is None:
            points.append(OpenPoint(DETAILS, "mode", Problem(_("Say how the visit took place."))))
        if visit.respondent is None:
            points.append(
                OpenPoint(DETAILS, "respondent", Problem(_("Say who answered the questions.")))
            )
        return points + self._raw_points(DETAILS, "details.")

    def _form_points(self, instrument: Instrument) -> list[OpenPoint]:
        form = self.form(instrument.id)
        if form.not_done is not None:
            return []
        points = []
        for slot in instrument.slots:
            answer = form.answers.get(slot)
            if answer is None:
                item = self.default_variant(instrument, slot)
                text = _("{number} {title}: answer it, or say why it was not done.")
                problem = Problem(text.format(number=item.number, title=item.title))
                points.append(OpenPoint(instrument.id, slot, problem))
            elif (found := self.variant_problem(instrument, answer)) is not None:
                points.append(OpenPoint(instrument.id, slot, found))
        return points

    def _spirometry_points(self) -> list[OpenPoint]:
        session = self.spirometry
        if session.not_done is not None:
            return []
        points = self._raw_points(SPIROMETRY, "spirometry.blow.")
        points += self._raw_points(SPIROMETRY, "spirometry.height")
        points += self._raw_points(
            SPIROMETRY,
            "spirometry.remark.",
            _(
                "Spirometry: a remark stands beside a blow without a volume. Complete it or clear it."
            ),
        )
        if not session.blows:
            text = _("Spirometry: enter at least one blow, or say why it was not done.")
            points.append(OpenPoint(SPIROMETRY, "blow.1", Problem(text)))
            return points
        result = evaluate(session, self.record.patient)
        if result.best_ml is None:
            text = _("Spirometry: no blow is acceptable or usable, so there is no value.")
            points.append(OpenPoint(SPIROMETRY, "blow.1", Problem(text, Severity.QUESTION)))
        if result.why_not:
            problem = Problem(result.why_not, Severity.QUESTION)
            points.append(OpenPoint(SPIROMETRY, "height", problem))
        return points

    def _event_points(self) -> list[OpenPoint]:
        points = self._raw_points(
            ADVERSE_EVENTS, "event.", _("An adverse event was begun: add it, or clear it.")
        )
        if self.visit.new_events is None:
            text = _("Ask whether anything is new since the last visit.")
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", Problem(text)))
        elif not self.visit.new_events and self.events:
            text = _("The answer is “nothing new”, but an adverse event was entered at this visit.")
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", Problem(text)))
        elif self.visit.new_events and not self.events and not points:
            text = _("Something is new, but no adverse event was entered. Enter it, or answer no.")
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", Problem(text)))
        fatal = any(event.outcome is Outcome.FATAL for event in self.record.events)
        if fatal and self.record.died is None:
            text = _(
                "An adverse event was fatal, but no death is recorded: record it among the milestones."
            )
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", Problem(text, Severity.QUESTION)))
        return points

    def _raw_points(self, step: str, prefix: str, message: str = "") -> list[OpenPoint]:
        """Text that is not a value yet, so that finishing cannot drop it."""
        fields = [field for field in self.raw if field.startswith(prefix)]
        if message:
            return [OpenPoint(step, fields[0], Problem(message))] if fields else []
        text = _("“{text}” is not a value yet: mend it or clear it.")
        return [OpenPoint(step, f, Problem(text.format(text=self.raw[f]))) for f in fields]

    def _instrument_step(self, instrument: Instrument, points: tuple[OpenPoint, ...]) -> Step:
        form = self.form(instrument.id)
        total = instrument.total
        score, given = total.score(form.values), len(form.answers)
        if form.not_done is not None:
            hint = _("not done")
        elif score is not None:
            hint = f"{score}/{total.maximum}"
        else:
            hint = _("{n} of {all}").format(n=given, all=len(instrument.slots))
        return self._step(instrument.id, instrument.title, points, given > 0, hint)

    def _step(
        self, id: str, title: str, points: tuple[OpenPoint, ...], begun: bool, hint: str = ""
    ) -> Step:
        if not any(point.step == id and point.blocks for point in points):
            return Step(id, title, StepState.DONE, hint)
        return Step(id, title, StepState.STARTED if begun else StepState.EMPTY, hint)

    def _spirometry_hint(self, session: Spirometry) -> str:
        if session.not_done is not None:
            return _("not done")
        if not session.blows:
            return ""
        percent = evaluate(session, self.record.patient).percent
        return "" if percent is None else f"{percent:.0f} %"

    def _put_answer(self, instrument: str, slot: str, answer: Answer | None) -> None:
        with self._entering():
            self._open_form(instrument)
            if answer is None:
                self._session.assessments.remove_answer(self._visit_id, instrument, slot)
            else:
                self._session.assessments.save_answer(self._visit_id, instrument, slot, answer)
        form = self.form(instrument).with_answer(slot, answer)
        self.record = self.record.with_assessment(form)

    def _save_visit(self, visit: Visit, reason: str = "") -> None:
        if visit == self.visit:
            return
        with self._entering(reason):
            self._session.visits.save(visit)
        self.reload()

    @contextmanager
    def _entering(self, reason: str = "") -> Iterator[None]:
        """Round every entry. A finished visit takes none: it is reopened with a reason first."""
        if not self.visit.is_draft:
            raise ValueError("a finished visit is reopened before it is changed")
        with self._session.write(reason):
            yield

    def _open_form(self, instrument: str) -> None:
        form = self.form(instrument)
        if self.record.assessment(self._visit_id, instrument) is None:
            self._session.assessments.open(self._visit_id, instrument, form.version)

    def _had(self, milestone: str) -> bool:
        return self.record.had(MilestoneKind(milestone), self.visit.date)

    def _last_device(self) -> str:
        devices = [s.device for s in self.record.spirometry if s.device]
        return devices[-1] if devices else ""
