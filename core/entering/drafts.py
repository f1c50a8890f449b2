"""A visit being entered: its steps, what is still wrong, and saving every answer as it is given.

No widgets: the visit page shows what a Draft says, and a test can enter a whole visit through it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial

from core import clock, entry
from core.convert import converter
from core.entering import event_entry
from core.entry import CLEARED, Problem, Severity
from core.errors import StorageError
from core.findings.plausibility import Finding, Level, findings, form_before, is_complete
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item
from core.labels import MILESTONES
from core.model.adverse_event import AdverseEvent, Milestone, MilestoneKind, Outcome
from core.model.assessment import Answer, Assessment, NotDone
from core.model.data_query import DataQuery, QueryReply
from core.model.ids import PatientId, SpirometryId, VisitId, new_id
from core.model.judgement import Decision, Reconciliation
from core.model.measurement import Measurement, MeasurementKind, kinds
from core.model.nouns import ADVERSE_EVENTS, MEASUREMENTS, SPIROMETRY
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.spirometry import Position, Spirometry, TestType
from core.model.thresholds import ON
from core.model.trail import TrailEntry
from core.model.user import Right
from core.model.visit import (
    ClinicalStage,
    Mode,
    Respondent,
    TaskResult,
    Visit,
    VisitKind,
    VisitState,
    WaitingText,
)
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor
from core.science.spirometry import evaluate, with_inputs
from core.session import Session
from core.views.spirometry import spirometry_title
from core.words import _, day, instant

DEVICE_PERCENT = (1, 249)  # what the file takes
DETAILS, TASKS, NOTE, REVIEW = "details", "tasks", "note", "review"
COMPARISON = "comparison"  # the field of a form that stands for what is asked once it is complete
PAPER = "details.paper"  # the text that stands for a paper form whose day was not entered yet
PAPER_BY = "details.paper_by"
PLACE = "visit"  # of the texts typed here that are no values yet
TYPING = "typing"  # texts in fields that were not left: "typing.details.details.weight"
CONSENT = "consent"  # the task of a protocol that comes before everything else


class StepState(StrEnum):
    EMPTY = "empty"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a visit. ``id`` is a questionnaire's id or one of the names above.

    An ``optional`` one may stay empty.
    """

    id: str
    title: str
    state: StepState
    hint: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """What stands in the way of finishing, with the step and the field where it can be mended.

    A question that does not block names the ``rule`` that asks it: it is stored when the visit is finished.
    """

    step: str
    field: str
    problem: Problem
    rule: str = ""

    @property
    def blocks(self) -> bool:
        return self.problem.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class Waiting:
    """Text of one person that waits in a step, from when the visit was opened; nobody else sees it."""

    author: str
    name: str
    step: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A plausibility question about a form, and the reason for which the rater kept the answer."""

    finding: Finding
    kept: Reconciliation | None

    @property
    def waits(self) -> bool:
        """Whether the visit cannot be finished before it is answered."""
        return self.finding.level is Level.QUERY and self.kept is None


def check_visit_date(
    record: PatientRecord, on: date, visit_id: VisitId | None = None
) -> Problem | None:
    """Hard stops on a visit's date (plausibility rule P12); ``visit_id`` is the visit, once it was begun."""
    patient = record.patient
    if on > clock.today():
        return Problem(_("The visit's date is in the future. Enter the day it took place."))
    if patient.born is not None and on < patient.born:
        return Problem(_("The visit's date is before the date of birth. Check both."))
    if patient.onset is not None and on < patient.onset.first:
        return Problem(_("The visit's date is before the onset of the disease. Check both."))
    died_on = record.died_on
    if died_on is not None and on > died_on.last:
        return Problem(_("The visit's date is after the recorded death. Check both."))
    consent = _consent_of_another_visit(record, visit_id)
    if consent is not None and on < consent:
        text = _("The visit's date is before the informed consent of {day}. Check both.")
        return Problem(text.format(day=day(consent)))
    return None


def read_visit_date(
    record: PatientRecord, text: str, visit_id: VisitId | None = None
) -> date | Problem:
    """The day of a visit as it was typed; a Problem where no visit can have taken place then."""
    on = entry.day(text)
    if on is None:
        return Problem(_("Enter the day of the visit."))
    return on if isinstance(on, Problem) else check_visit_date(record, on, visit_id) or on


def read_weight(text: str) -> float | Problem | None:
    """Body weight in kg."""
    return entry.number(text, 20, 250, "kg")


def read_paper_day(text: str) -> date | Problem | None:
    """The day on which a paper form was filled in."""
    value = entry.day(text)
    if isinstance(value, date) and value > clock.today():
        return Problem(_("This day is in the future. Enter the day it was filled in."))
    return value


def _consent_of_another_visit(record: PatientRecord, visit_id: VisitId | None) -> date | None:
    """The first day on which consent was given; None where this visit has it, or the protocol asks for none."""
    if protocols.of(record.patient).task(CONSENT) is None:
        return None
    given = {result.visit_id for result in record.tasks if result.task == CONSENT and result.done}
    if visit_id in given:
        return None
    return min((visit.date for visit in record.visits if visit.id in given), default=None)


def check_fev1(fev1_ml: int, volume_ml: int | None, test_type: TestType) -> Problem | None:
    """Whether an FEV1 can belong to its blow: it is a part of the volume of that forced blow."""
    if test_type is TestType.SVC:
        return Problem(_("A slow blow has no FEV1: clear it, or choose FVC."))
    if volume_ml is None:
        return Problem(_("There is an FEV1 but no FVC: enter the FVC, or clear the FEV1."))
    if fev1_ml > volume_ml:
        return Problem(_("The FEV1 is larger than the FVC of the same blow: check both."))
    return None


def read_measurement(kind: MeasurementKind, text: str) -> float | Problem | None:
    """What was typed for a kind of measurement, in its unit; with more decimals than it has, a Problem."""
    value = entry.number(text, kind.low, kind.high, kind.unit)
    if not isinstance(value, float) or round(value, kind.decimals) == value:
        return value
    if not kind.decimals:
        message = _("“{text}” is not a whole number. Type it without decimals.")
    else:
        message = _("“{text}” has too many decimals. Type {n} at most.")
    return Problem(message.format(text=text.strip(), n=kind.decimals))


def step_of(field: str) -> str:
    """The step in which the text of this name was typed."""
    kind, *names = field.split(".")
    match kind:
        case "event":
            return ADVERSE_EVENTS
        case "task":
            return TASKS
        case "measurement":
            return MEASUREMENTS
        case "correction" | "reason" | "milestone":
            return names[0]
        case _ if kind == TYPING:
            return names[0]
    return kind  # details, spirometry


def typing_in(step: str, field: str) -> str:
    """Under which name the text is kept that stands in a field of a step before the field is left."""
    return f"{TYPING}.{step}.{field}"


def typed_in(session: Spirometry, field: str) -> str:
    """Under which name the raw text of a spirometry session's field is kept: "blow.1", "height" …"""
    return f"{SPIROMETRY}.{session.id}.{field}"


def event_date(instrument: str, slot: str) -> str:
    """Under which name the date is kept that was typed for a question's event and is not recorded yet."""
    return f"milestone.{instrument}.{slot}"


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


def reopened(session: Session, visit: Visit) -> TrailEntry | None:
    """The entry with which a visit in progress was last reopened; None where it was never finished."""
    states = [VisitState.FINISHED, VisitState.DRAFT]
    for one in session.trail.entries(patient_id=visit.patient_id, entity="visit"):
        sides = [row for row in (one.before, one.after) if row is not None]
        if one.row == visit.id and [json.loads(row)["state"] for row in sides] == states:
            return one
    return None


def corrections(session: Session, records: Sequence[PatientRecord]) -> dict[VisitId, TrailEntry]:
    """The visits of these records that were reopened to be corrected, and with which entry."""
    drafts = (visit for record in records for visit in record.visits if visit.is_draft)
    return {visit.id: one for visit in drafts if (one := reopened(session, visit)) is not None}


class Draft:
    """One visit and the record it belongs to, kept in step with the file."""

    def __init__(self, session: Session, patient_id: PatientId, visit_id: VisitId) -> None:
        self._session = session
        self._visit_id = visit_id
        self._entered_spirometry = SpirometryId(new_id())
        self._undo: list[tuple[str, str, Answer | None]] = []
        self._rater = session.user.login
        self._asked: dict[str, tuple[PatientRecord, tuple[Question, ...]]] = {}
        self._equation = session.clinic.equation
        self.record = session.record(patient_id)
        self.raw = session.typed.of(PLACE, visit_id)
        self._waiting = session.typed.waiting(PLACE, visit_id)
        self._names = session.users.names()
        self._entered_spirometry = self.spirometry_sessions[0].id
        self.protocol = protocols.of(self.record.patient)
        self.assessments = self.protocol.assessments_of(self.visit.code)
        self.tasks = tuple(
            task for name in self.assessments if (task := self.protocol.task(name)) is not None
        )

    @property
    def visit(self) -> Visit:
        return self.record.visit(self._visit_id)

    @property
    def takes_entries(self) -> bool:
        """Whether the person at the keyboard may enter this visit: else they read it, at its review."""
        locked = self.record.locks_on(self._visit_id)
        return self.visit.is_draft and not locked and self._session.may(Right.ENTER)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Those that this visit asks, each in the version its form was begun with."""
        known = instruments.shipped()
        return tuple(
            instruments.named(name, self.form(name).version)
            for name in self.assessments
            if name in known
        )

    @property
    def asks_spirometry(self) -> bool:
        return SPIROMETRY in self.assessments

    @property
    def asks_measurements(self) -> bool:
        return MEASUREMENTS in self.assessments

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
            rater=self._rater,
            mode=self.visit.mode,
            respondent=self.visit.respondent,
        )

    @property
    def spirometry_sessions(self) -> tuple[Spirometry, ...]:
        """The sessions of this visit, FVC and seated first; an empty one, not yet saved, where there is none."""
        mine = [s for s in self.record.spirometry if s.visit_id == self._visit_id]
        return tuple(sorted(mine, key=_test)) or (self._first_spirometry(),)

    @property
    def spirometry(self) -> Spirometry:
        """The session that is being entered: the first one, until another is turned to."""
        sessions = self.spirometry_sessions
        return next((s for s in sessions if s.id == self._entered_spirometry), sessions[0])

    @property
    def free_tests(self) -> tuple[tuple[TestType, Position], ...]:
        """The tests and positions that no session of this visit has yet."""
        taken = {_test(session) for session in self.spirometry_sessions}
        every = ((test_type, position) for test_type in TestType for position in Position)
        return tuple(test for test in every if test not in taken)

    @property
    def events(self) -> tuple[AdverseEvent, ...]:
        return tuple(e for e in self.record.events if e.visit_id == self._visit_id)

    @property
    def logged_events(self) -> tuple[AdverseEvent, ...]:
        """Events that no visit reported, and that this one's summary lists."""
        return tuple(e for e in self.record.events_of(self.visit) if e.visit_id is None)

    @property
    def earlier_open_events(self) -> tuple[AdverseEvent, ...]:
        """Events of earlier visits that had not ended when last heard of."""
        logged = {event.id for event in self.logged_events}
        return tuple(
            e
            for e in self.record.events
            if e.visit_id != self._visit_id
            and e.id not in logged
            and not e.outcome.ended
            and e.onset.first <= self.visit.date
        )

    def measurement(self, kind: str) -> Measurement | None:
        mine = (m for m in self.record.measurements if m.visit_id == self._visit_id)
        return next((m for m in mine if m.kind == kind), None)

    def compared_with(self, instrument: str) -> Assessment | None:
        """The form before, which this one is compared with once it is complete."""
        return form_before(self.record, self.form(instrument), self._instrument(instrument))

    def questions(self, instrument: str) -> tuple[Question, ...]:
        """What a complete form makes one ask, each with its answer; nothing before the form is complete."""
        form, questionnaire = self.form(instrument), self._instrument(instrument)
        if not is_complete(form, questionnaire):
            return ()
        record, asked = self._asked.get(instrument, (None, ()))
        if record is not self.record:  # whatever is saved makes another record
            found = findings(self.record, form, questionnaire)
            asked = tuple(Question(one, self._kept(instrument, one)) for one in found)
            self._asked[instrument] = (self.record, asked)
        return asked

    def has_comparison(self, instrument: str) -> bool:
        """Whether the form is complete, and there is one to compare it with or something to ask."""
        form, questionnaire = self.form(instrument), self._instrument(instrument)
        if not is_complete(form, questionnaire):
            return False
        return bool(self.compared_with(instrument) or self.questions(instrument))

    def shows_previous(self, instrument: str) -> bool:
        """Whether the answers before may be seen: after the comparison, or where the clinic wants them."""
        wanted = self.record.thresholds["previous_shown"] == ON
        return wanted or self.form(instrument).compared_at is not None

    def is_correction(self, instrument: str, slot: str, answer: Answer) -> bool:
        """Whether this changes an answer after the comparison: it then needs its reason."""
        form = self.form(instrument)
        before = form.answers.get(slot)
        return form.compared_at is not None and (before is None or before.given != answer.given)

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
        moved = on != self.visit.date
        self._save_visit(
            replace(self.visit, date=on, mode=mode, respondent=respondent, weight_kg=weight_kg)
        )
        for session in self.record.spirometry if moved else ():
            if session.visit_id == self._visit_id:
                self.save_spirometry(session)  # its age is that of the new day

    def save_paper(self, *, paper_on: date | None, paper_by: str) -> None:
        """When and by whom the paper form was filled in that is transcribed here; None where there is none."""
        self._save_visit(replace(self.visit, paper_on=paper_on, paper_by=paper_by))

    def save_note(self, note: str) -> None:
        self._save_visit(replace(self.visit, note=note))

    def save_clinical_stage(self, stage: ClinicalStage | None) -> None:
        """King's stage as a clinician judges it; the estimate from the form stands beside it."""
        self._save_visit(replace(self.visit, clinical_stage=stage))

    def save_new_events(self, asked: bool | None) -> None:
        self._save_visit(replace(self.visit, new_events=asked))

    def answer(
        self, instrument: str, slot: str, answer: Answer, *, completes: bool = False
    ) -> None:
        """Save the answer to one question; its variants exclude one another.

        After the comparison another answer is a correction, and ``answer.corrected`` its reason; a
        ValueError without it. The reason also answers the plausibility questions that are gone by it.
        One that ``completes`` the answer just given to this question is undone together with it.
        """
        form = self.form(instrument)
        before = form.answers.get(slot)
        if self.is_correction(instrument, slot, answer):
            self._correct(instrument, slot, answer)
        elif form.compared_at is not None and before is not None:
            self._put_answer(instrument, slot, replace(answer, corrected=before.corrected))
        else:
            if not completes:
                self._undo.append((instrument, slot, before))
            self._put_answer(instrument, slot, answer)

    def waiting_correction(self, instrument: str, slot: str) -> Answer | None:
        """A correction that was left before its reason was given, with what was typed of it."""
        text = self.raw.get(_correction_of(instrument, slot))
        return converter.loads(text, Answer) if text else None

    def leave_correction(self, instrument: str, slot: str, answer: Answer | None) -> None:
        """Keep a correction that waits for its reason; None forgets it."""
        text = "" if answer is None else converter.dumps(answer)
        self.save_raw(_correction_of(instrument, slot), text)

    def show_comparison(self, instrument: str) -> None:
        """Note that the form before, or a question, is on screen: a change is a correction from now on.

        Where there is neither, nothing steers the rater, and answers may go on changing freely. What was
        entered before is not taken back by ``undo`` any more: that would be a change without a reason.
        """
        form = self.form(instrument)
        if form.compared_at is not None or not self.has_comparison(instrument):
            return
        at = clock.now()
        with self._entering():
            self._session.assessments.mark_compared(self._visit_id, instrument, at)
        self._undo = [one for one in self._undo if one[0] != instrument]
        self.record = self.record.with_assessment(replace(form, compared_at=at))

    def keep(self, instrument: str, finding: Finding, reason: str) -> None:
        """Answer a plausibility question: the form stays as it is, and this is why."""
        if not reason.strip():
            raise ValueError("an answer is kept with a reason")
        with self._entering(reason.strip()):
            self._reconcile(instrument, finding, Decision.KEPT, reason.strip())
            self._session.typed.remove(PLACE, self._visit_id, _reason_of(instrument, finding))
        self.reload()

    def typed_reason(self, instrument: str, finding: Finding) -> str:
        """What was typed of a reason to keep an answer, and was not given yet."""
        return self.raw.get(_reason_of(instrument, finding), "")

    def leave_reason(self, instrument: str, finding: Finding, text: str) -> None:
        """Keep what was typed of a reason, which answers nothing yet; an empty text forgets it."""
        self.save_raw(_reason_of(instrument, finding), text)

    def save_how(
        self,
        instrument: str,
        *,
        mode: Mode | None,
        respondent: Respondent | None,
        interpreter: bool | None,
    ) -> None:
        """How this form was answered; what is as the visit says goes on following the visit."""
        with self._entering():
            self._open_form(instrument)
            self._session.assessments.save_how(
                self._visit_id,
                instrument,
                mode=None if mode is self.visit.mode else mode,
                respondent=None if respondent is self.visit.respondent else respondent,
                interpreter=interpreter,
            )
        self.reload()

    def undo(self, instrument: str) -> str | None:
        """Take the last answer of this form back, as it was before; says which question it was.

        Never one of another form: nobody would see it go.
        """
        mine = [index for index, one in enumerate(self._undo) if one[0] == instrument]
        if not mine:
            return None
        _instrument, slot, before = self._undo.pop(mine[-1])
        self._put_answer(instrument, slot, before)
        return slot

    def save_form_not_done(self, instrument: str, reason: NotDone | None) -> None:
        with self._entering():
            self._open_form(instrument)
            self._session.assessments.mark_not_done(self._visit_id, instrument, reason)
        form = replace(self.form(instrument), not_done=reason)
        self.record = self.record.with_assessment(form)

    def turn_to_spirometry(self, id: SpirometryId) -> None:
        """Go on with another session of this visit."""
        self._entered_spirometry = id

    def add_spirometry(self) -> None:
        """Begin another session, with the first test that this visit does not have, and turn to it."""
        session = self.spirometry
        test_type, position = self.free_tests[0]
        self.save_spirometry(session)  # also where nothing was entered in it yet
        added = replace(
            session,
            id=SpirometryId(new_id()),
            test_type=test_type,
            position=position,
            device_percent=None,
            not_done=None,
            blows=(),
        )
        self.save_spirometry(added)
        self.turn_to_spirometry(added.id)

    def remove_spirometry(self, reason: str = "") -> None:
        """Take the session that is being entered out of the visit; what was typed in it needs a reason."""
        session = self.spirometry
        if self.has_entries(session) and not reason.strip():
            raise ValueError("a session in which something was typed is removed with a reason")
        with self._entering(reason):
            self._session.spirometry.remove(session.id)
            self._session.typed.remove(
                PLACE, self._visit_id, *self._raw_fields(typed_in(session, ""))
            )
        self.reload()
        self.turn_to_spirometry(self.spirometry_sessions[0].id)

    def has_entries(self, session: Spirometry) -> bool:
        """Whether a session has blows, a device's percentage or a reason, or text that is not a value yet."""
        entered = session.blows or session.not_done or session.device_percent is not None
        return bool(entered or self._raw_fields(typed_in(session, "")))

    def twice(self, session: Spirometry) -> Problem | None:
        """Why a session cannot have its test and position: another one of this visit has them."""
        others = (s for s in self.spirometry_sessions if s.id != session.id)
        if all(_test(other) != _test(session) for other in others):
            return None
        text = _(
            "{test} was entered at this visit already: go on there, or choose another one here."
        )
        return Problem(text.format(test=spirometry_title(session)))

    def save_spirometry(self, session: Spirometry) -> None:
        """Save a session. Raises ValueError where another one of this visit has its test and position."""
        if (twice := self.twice(session)) is not None:
            raise ValueError(twice.message)
        session = self._current_inputs(session)
        with self._entering():
            self._session.spirometry.save(session)
        self.record = self.record.with_spirometry(session)

    def save_measurement(self, measurement: Measurement) -> None:
        with self._entering():
            self._session.measurements.save(measurement)
        self.reload()

    def remove_measurement(self, kind: str) -> None:
        with self._entering():
            self._session.measurements.remove(self._visit_id, kind)
        self.reload()

    def save_raw(self, field: str, text: str) -> None:
        """Keep what was typed and is not a value yet; an empty text forgets it."""
        self.save_texts({field: text})

    def typing(self, step: str) -> dict[str, str]:
        """What stood in fields of this step that were never left, by field."""
        prefix = typing_in(step, "")
        return {f.removeprefix(prefix): self.raw[f] for f in self._raw_fields(prefix)}

    def keep_typing(self, step: str, texts: Mapping[str, str]) -> None:
        """Keep what stands in fields before they are left; it becomes nothing else by that.

        An empty text is forgotten, CLEARED is a field that was emptied.
        """
        self.save_texts({typing_in(step, field): text for field, text in texts.items()})

    def waiting(self, *, mine: bool) -> tuple[Waiting, ...]:
        """The texts that waited when this visit was opened, and still do: one's own, or those of others."""
        found: dict[tuple[str, str], Waiting] = {}
        for one in self._waiting:
            here = one.author == self._rater
            if here is mine and (not mine or one.field in self.raw):
                name = self._names.get(one.author, one.author)
                step = step_of(one.field)
                found.setdefault((one.author, step), Waiting(one.author, name, step, one.at))
        return tuple(found.values())

    def discard_typed(self, step: str) -> None:
        """Forget what its author typed in a step before this visit was opened."""
        mine = [one.field for one in self._waiting if one.author == self._rater]
        self.save_texts({f: "" for f in mine if step_of(f) == step})

    def set_aside(self, waiting: Waiting, reason: str) -> None:
        """Take away what somebody else typed in a step, so that the visit can go on; the trail keeps it."""

        def gone(one: WaitingText) -> bool:
            return (one.author, step_of(one.field)) == (waiting.author, waiting.step)

        fields = [one.field for one in self._waiting if gone(one)]
        with self._entering(reason):
            self._session.typed.set_aside(waiting.author, PLACE, self._visit_id, *fields)
        self._waiting = tuple(one for one in self._waiting if not gone(one))

    def save_texts(self, texts: Mapping[str, str]) -> None:
        """Keep texts that are no values yet, by field, in one write; an empty one is forgotten."""
        changed = {field: text for field, text in texts.items() if self.raw.get(field, "") != text}
        if not changed:
            return
        with self._entering():
            for field, text in changed.items():
                if text:
                    self._session.typed.save(PLACE, self._visit_id, field, text)
                else:
                    self._session.typed.remove(PLACE, self._visit_id, field)
        self.raw = {field: text for field, text in {**self.raw, **changed}.items() if text}

    def save_event(self, event: AdverseEvent, death: Milestone | None = None) -> None:
        """Save an adverse event, and the death that it says if there is one.

        The fields it was typed into are cleared in the same transaction.
        """
        typed = [field for field in self.raw if field.startswith("event.")]
        if self.raw.get("event.id", event.id) != event.id:
            typed = []  # another event is being typed: it stays
        with self._entering():
            self._session.events.save(event)
            if death is not None:
                self._session.milestones.save(death)
            self._session.typed.remove(PLACE, self._visit_id, *typed)
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
            self._session.typed.save(PLACE, self._visit_id, f"task.{task}", "not done")
        self.reload()

    def save_height(self, height_cm: float) -> None:
        """The patient's height, where this visit is the first to measure it."""
        with self._entering():
            self._session.save_patient(replace(self.record.patient, height_cm=height_cm))
        self.reload()

    def finish(self) -> None:
        """Close the visit, and store what the rules asked about it. Raises ValueError while something blocks it."""
        points = self.open_points()
        if any(point.blocks for point in points):
            raise ValueError("the visit is not complete")
        finished = replace(self.visit, state=VisitState.FINISHED, finished_at=clock.now())
        with self._entering("visit finished"):
            self._session.visits.save(finished)
            self._store_questions(points)
        self.reload()

    def _store_questions(self, points: tuple[OpenPoint, ...]) -> None:
        """The open questions of rules, and the plausibility questions with the reasons that answered them.

        Each is stored once, whatever became of it: a visit that is reopened and finished again asks
        only what is new.
        """
        known = {
            (query.rule, query.step, query.field, query.text)
            for query in self.record.queries
            if query.visit_id == self._visit_id
        }
        for query, kept in (*self._rule_queries(points), *self._kept_queries()):
            if (query.rule, query.step, query.field, query.text) not in known:
                self._session.queries.save(query)
                if kept is not None:
                    reply = QueryReply(
                        query_id=query.id, number=1, by=kept.by, at=kept.at, text=kept.reason
                    )
                    self._session.queries.reply(reply)

    def _rule_queries(
        self, points: tuple[OpenPoint, ...]
    ) -> Iterator[tuple[DataQuery, Reconciliation | None]]:
        titles = {step.id: step.title for step in self.steps()}
        for point in points:
            question = DataQuery(
                patient_id=self.record.patient.id,
                visit_id=self._visit_id,
                step=point.step,
                field=point.field,
                label=titles[point.step],
                rule=point.rule,
                text=point.problem.message,
                opened_by=self._rater,
                opened_at=clock.now(),
            )
            yield question, None

    def _kept_queries(self) -> Iterator[tuple[DataQuery, Reconciliation | None]]:
        for instrument in self.instruments:
            for question in self.questions(instrument.id):
                finding, kept = question.finding, question.kept
                if kept is None:
                    continue  # a note is only shown
                label = instrument.title
                if finding.slot:
                    item = instrument.item(self.form(instrument.id).answers[finding.slot].item)
                    label = f"{label}: {item.number} {item.title}"
                asked = DataQuery(
                    patient_id=self.record.patient.id,
                    visit_id=self._visit_id,
                    step=instrument.id,
                    field=finding.slot or f"{COMPARISON}.{finding.rule}.",
                    label=label,
                    rule=finding.rule,
                    text=finding.message,
                    opened_by=kept.by,
                    opened_at=kept.at,
                )
                yield asked, kept

    def reopen(self, reason: str) -> None:
        """Open a finished visit for a correction; the reason goes into the audit trail."""
        with self._session.write(reason):
            self._session.visits.save(replace(self.visit, state=VisitState.DRAFT, finished_at=None))
        self.reload()

    def discard(self, reason: str) -> None:
        """Take a visit that was begun by mistake out of the chart; the audit trail keeps all of it.

        Adverse events reported at it stay with the patient. A visit that was ever finished is part of the
        chart and cannot be discarded: raises StorageError.
        """
        if not self.visit.is_draft:
            raise ValueError("only a visit in progress can be discarded")
        if self.was_finished:
            raise StorageError(
                _("This visit was finished before and stays in the chart. Correct and finish it.")
            )
        with self._session.write(reason):
            for event in self.events:
                self._session.events.save(replace(event, visit_id=None))
            self._session.visits.remove(self._visit_id)

    @property
    def was_finished(self) -> bool:
        """Whether this visit in progress was finished before, or signed."""
        signed = any(one.visit_id == self._visit_id for one in self.record.signatures)
        return signed or reopened(self._session, self.visit) is not None

    @property
    def untouched(self) -> bool:
        """Whether nothing was entered yet: leaving such a visit needs no trace of it."""
        forms = (self.form(instrument.id) for instrument in self.instruments)
        return not (
            any(form.answers or form.not_done or self._told_how(form) for form in forms)
            or self.raw
            or self.waiting(mine=False)
            or self.events
            or self.visit.mode
            or self.visit.date != self.visit.started_at.astimezone().date()
            or self.visit.respondent
            or self.visit.weight_kg is not None
            or self.visit.note
            or self.visit.paper_on
            or self.visit.clinical_stage
            or self.visit.new_events is not None
            or any(s.visit_id == self._visit_id for s in self.record.spirometry)
            or any(m.visit_id == self._visit_id for m in self.record.measurements)
            or any(t.visit_id == self._visit_id for t in self.record.tasks)
            or any(q.visit_id == self._visit_id for q in self.record.queries)
            or self.was_finished
        )

    @property
    def is_there(self) -> bool:
        """Whether the visit is in the file: one that was discarded is not."""
        return any(visit.id == self._visit_id for visit in self.record.visits)

    def reload(self) -> None:
        self.record = self._session.record(self.record.patient.id)
        self.raw = self._session.typed.of(PLACE, self._visit_id)

    # What the steps and the review say.

    def steps(self) -> tuple[Step, ...]:
        """The steps of this visit in the protocol's order, each with how far it is."""
        points = self.open_points()
        steps = [self._step(DETAILS, _("Visit details"), points, self.visit.mode is not None)]
        steps += [self._instrument_step(instrument, points) for instrument in self.instruments]
        if self.asks_spirometry:
            sessions = self.spirometry_sessions
            hint = self._spirometry_hint(sessions)
            begun = any(session.blows or session.not_done for session in sessions)
            steps.append(self._step(SPIROMETRY, _("Spirometry"), points, begun, hint))
        if self.asks_measurements:
            steps.append(self._measurements_step(points))
        if self.asks_events:
            hint = _("{n} new").format(n=len(self.events)) if self.events else ""
            begun = self.visit.new_events is not None
            steps.append(self._step(ADVERSE_EVENTS, _("Adverse events"), points, begun, hint))
        if self.tasks:
            done = sum(self.task_result(task.id) is not None for task in self.tasks)
            hint = _("{n} of {all}").format(n=done, all=len(self.tasks))
            steps.append(self._step(TASKS, _("Other assessments"), points, done > 0, hint))
        noted = bool(self.visit.note or self.visit.clinical_stage)
        state = StepState.DONE if noted else StepState.EMPTY
        hint = "" if noted else _("optional")
        steps.append(Step(NOTE, _("Note and stage"), state, hint, optional=True))
        review = StepState.EMPTY if self.visit.is_draft else StepState.DONE
        steps.append(Step(REVIEW, _("Review and finish"), review))
        return tuple(steps)

    def first_open_step(self) -> str:
        """Where to go on after an interruption."""
        waiting = (step for step in self.steps() if step.state is not StepState.DONE)
        return next((step.id for step in waiting if not step.optional), REVIEW)

    def open_points(self) -> tuple[OpenPoint, ...]:
        """Everything that blocks finishing or asks for a second look, in the order of the steps."""
        points = self._details_points()
        for instrument in self.instruments:
            points += self._form_points(instrument)
        if self.asks_spirometry:
            sessions = self.spirometry_sessions
            for session in sessions:
                points += self._spirometry_points(session, alone=len(sessions) == 1)
        if self.asks_measurements:
            points += self._measurement_points()
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
        points += self._typing_points()
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
        if (problem := check_visit_date(self.record, visit.date, visit.id)) is not None:
            points.append(OpenPoint(DETAILS, "date", problem))
        if visit.mode is None:
            points.append(OpenPoint(DETAILS, "mode", Problem(_("Say how the visit took place."))))
        if visit.respondent is None:
            points.append(
                OpenPoint(DETAILS, "respondent", Problem(_("Say who answered the questions.")))
            )
        raw = [p for p in self._raw_points(DETAILS, "details.") if p.field not in (PAPER, PAPER_BY)]
        return points + self._paper_points() + raw

    def _paper_points(self) -> list[OpenPoint]:
        """What is missing, or odd, about the paper form that the visit is transcribed from."""
        visit, points = self.visit, []
        if PAPER in self.raw:
            text = _("Enter the day on the paper form, or say that there was none.")
            points.append(OpenPoint(DETAILS, "details.paper_on", Problem(text)))
        if visit.paper_on is None:
            return points
        if not visit.paper_by:
            text = _("Say who filled in the paper form.")
            points.append(OpenPoint(DETAILS, "details.paper_by", Problem(text)))
        if visit.paper_on > clock.today():
            text = _("The day on the paper form is in the future. Enter the day it was filled in.")
            points.append(OpenPoint(DETAILS, "details.paper_on", Problem(text)))
        elif visit.paper_on != visit.date:
            text = _("The paper form is of {paper}, the visit of {visit}: is that so?")
            words = text.format(paper=day(visit.paper_on), visit=day(visit.date))
            problem = Problem(words, Severity.QUESTION)
            points.append(OpenPoint(DETAILS, "details.paper_on", problem, rule="paper-day"))
        return points

    def _form_points(self, instrument: Instrument) -> list[OpenPoint]:
        form = self.form(instrument.id)
        if form.not_done is not None or _left_out(instrument, form):
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
            elif _correction_of(instrument.id, slot) in self.raw:
                item = instrument.item(answer.item)
                text = _("{number} {title}: its correction needs the reason.")
                problem = Problem(text.format(number=item.number, title=item.title))
                points.append(OpenPoint(instrument.id, slot, problem))
            elif date_typed := self.raw.get(event_date(instrument.id, slot)):
                item = instrument.item(answer.item)
                text = _(
                    "{number} {title}: “{date}” was typed, but no event recorded: record it, or clear it."
                )
                problem = Problem(
                    text.format(number=item.number, title=item.title, date=date_typed)
                )
                points.append(OpenPoint(instrument.id, slot, problem))
        return points + self._question_points(instrument)

    def _question_points(self, instrument: Instrument) -> list[OpenPoint]:
        """Plausibility questions without an answer; not yet in words where the form was not compared."""
        questions = self.questions(instrument.id)
        waiting = [one.finding for one in questions if one.waits]
        if waiting and self.form(instrument.id).compared_at is None:
            text = _(
                "{title} is complete: look at its comparison, where answers ask for a second look."
            )
            problem = Problem(text.format(title=instrument.title))
            return [OpenPoint(instrument.id, COMPARISON, problem)]
        changed = [
            one.finding
            for one in questions
            if not one.waits and self.typed_reason(instrument.id, one.finding)
        ]
        open_text = _("{rule}: {found} Correct it, or say why it is kept.")
        changed_text = _(
            "{rule}: {found} Another reason was typed: press Enter to give it, or Esc."
        )
        return [
            OpenPoint(
                instrument.id,
                f"{COMPARISON}.{one.rule}.{one.slot}",
                Problem(text.format(rule=one.rule, found=one.message)),
            )
            for found, text in ((waiting, open_text), (changed, changed_text))
            for one in found
        ]

    def _spirometry_points(self, session: Spirometry, *, alone: bool) -> list[OpenPoint]:
        own = partial(typed_in, session)
        title = _("Spirometry") if alone else spirometry_title(session)
        if session.not_done is not None:
            blows = [own(f"blow.{blow.number}") for blow in session.blows]
            blows += [
                f
                for name in ("blow.", "fev1.", "remark.", "quality.")
                for f in self._raw_fields(own(name))
            ]
            if not blows:
                return [
                    *self._raw_points(SPIROMETRY, own("height")),
                    *self._raw_points(SPIROMETRY, own("device_percent")),
                ]
            text = _(
                "{title}: blows are entered, but the session is marked not done: clear one of them."
            )
            return [OpenPoint(SPIROMETRY, blows[0], Problem(text.format(title=title)))]
        points = self._raw_points(SPIROMETRY, own("blow."))
        points += self._raw_points(
            SPIROMETRY,
            own("fev1."),
            _("{title}: an FEV1 does not fit its blow. Fix it or clear it.").format(title=title),
        )
        points += self._raw_points(SPIROMETRY, own("height"))
        points += self._raw_points(SPIROMETRY, own("device_percent"))
        remark = _(
            "{title}: there is a remark beside a blow without a volume. Complete it or clear it."
        )
        points += self._raw_points(SPIROMETRY, own("remark."), remark.format(title=title))
        points += self._quality_points(session, title)
        if not session.blows:
            text = _("{title}: enter at least one blow, or say why it was not done.")
            problem = Problem(text.format(title=title))
            points.append(OpenPoint(SPIROMETRY, own("blow.1"), problem))
            return points
        result = evaluate(session)
        if result.best_ml is None:
            text = _("{title}: no blow is acceptable or usable, so there is no value.")
            problem = Problem(text.format(title=title), Severity.QUESTION)
            points.append(OpenPoint(SPIROMETRY, own("blow.1"), problem, rule="no-volume"))
        if result.why_not:
            problem = Problem(result.why_not, Severity.QUESTION)
            points.append(OpenPoint(SPIROMETRY, own("height"), problem, rule="no-prediction"))
        return points

    def _quality_points(self, session: Spirometry, title: str) -> list[OpenPoint]:
        """A quality beside nothing else; of a row in which more was typed, that is said."""
        own = partial(typed_in, session)
        names = ("blow.", "fev1.", "remark.")
        typed = {f.rpartition(".")[2] for name in names for f in self._raw_fields(own(name))}
        alone = [f for f in self._raw_fields(own("quality.")) if f.rpartition(".")[2] not in typed]
        text = _(
            "{title}: there is a quality beside a blow without a volume. Complete it, or choose"
            " acceptable again."
        )
        problem = Problem(text.format(title=title))
        return [OpenPoint(SPIROMETRY, alone[0], problem)] if alone else []

    def _measurement_points(self) -> list[OpenPoint]:
        note = _("There is a note but no measurement: enter the value, say why not, or clear it.")
        points = self._raw_points(MEASUREMENTS, "measurement.value.")
        return points + self._raw_points(MEASUREMENTS, "measurement.note.", note)

    def _event_points(self) -> list[OpenPoint]:
        points = self._raw_points(ADVERSE_EVENTS, "event.", self._event_lacks())
        if self.visit.new_events is None:
            text = _("Ask whether anything is new since the last visit.")
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", Problem(text)))
        elif not self.visit.new_events and self.events:
            text = _("The answer is “nothing new”, but an adverse event was entered at this visit.")
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", Problem(text)))
        elif self.visit.new_events and not self.events and not points:
            text = _("Something is new, but no adverse event was entered. Enter it, or answer no.")
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", Problem(text)))
        fatal = [event for event in self.record.events if event.outcome is Outcome.FATAL]
        if len(fatal) > 1:
            text = _(
                "More than one adverse event is recorded as fatal: {terms}. Change all but one."
            )
            terms = ", ".join(f"{event.term} ({partial_day(event.onset)})" for event in fatal)
            problem = Problem(text.format(terms=terms), Severity.QUESTION)
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", problem, rule="two-fatal-events"))
        if fatal and self.record.died is None:
            text = _(
                "An adverse event was fatal, but no death is recorded: record it among the milestones."
            )
            problem = Problem(text, Severity.QUESTION)
            points.append(OpenPoint(ADVERSE_EVENTS, "asked", problem, rule="death-not-recorded"))
        return points

    def _event_lacks(self) -> str:
        """What an event that was typed and not added still needs, in words."""
        typed = {f.removeprefix("event."): self.raw[f] for f in self._raw_fields("event.")}
        read = event_entry.read(
            typed,
            patient_id=self.record.patient.id,
            visit_id=self._visit_id,
            latest=self.visit.date,
            born=self.record.patient.born,
        )
        if isinstance(read, AdverseEvent):
            return _("An adverse event was typed: add it, or clear it.")
        why = next(read[field].message for field in event_entry.FIELDS if field in read)
        return _("An adverse event was begun: add it, or clear it. {why}").format(why=why)

    def unfinished(self, step: str) -> OpenPoint | None:
        """The first text of a step that is no value yet, with the reason."""
        points = (
            *self._raw_points(DETAILS, "details."),
            *self._raw_points(SPIROMETRY, f"{SPIROMETRY}."),
            *self._measurement_points(),
            *self._raw_points(ADVERSE_EVENTS, "event.", self._event_lacks()),
        )
        return next((one for one in points if one.step == step and one.field != PAPER), None)

    def _typing_points(self) -> list[OpenPoint]:
        """Text that was never saved: one's own in fields that were not left, and whatever others typed."""
        text = _("“{text}” was typed and is not yet valid: go there, and finish it or clear it.")
        emptied = _(
            "A field was emptied, and that is not yet valid: go there, and leave the field."
        )
        points = [
            OpenPoint(
                step_of(f),
                f.split(".", 2)[2],
                Problem(emptied if self.raw[f] == CLEARED else text.format(text=self.raw[f])),
            )
            for f in self._raw_fields(f"{TYPING}.")
        ]
        text = _(
            "Unsaved text of {who} from {when}: they finish it, or it is set aside with a reason."
        )
        points += [
            OpenPoint(one.step, "", Problem(text.format(who=one.name, when=instant(one.since))))
            for one in self.waiting(mine=False)
        ]
        return points

    def _raw_points(self, step: str, prefix: str, message: str = "") -> list[OpenPoint]:
        """Text that is not a value yet, so that finishing cannot drop it."""
        fields = self._raw_fields(prefix)
        if message:
            return [OpenPoint(step, fields[0], Problem(message))] if fields else []
        return [OpenPoint(step, f, Problem(self._why_no_value(f, self.raw[f]))) for f in fields]

    def _why_no_value(self, field: str, text: str) -> str:
        """Why a typed text is no value, in the sentence that stands under its field."""
        parts = field.split(".")
        value: object = None
        if field == "details.date":
            value = read_visit_date(self.record, text, self._visit_id)
        elif field == "details.weight":
            value = read_weight(text)
        elif field == "details.paper_on":
            value = read_paper_day(text)
        elif parts[0] == "measurement":
            value = read_measurement(kinds()[parts[2]], text)
        elif "blow" in parts:
            value = entry.litres(text)
        elif parts[-1] == "height":
            value = entry.number(text, 50, 250, "cm")
        elif parts[-1] == "device_percent":
            value = entry.number(text, *DEVICE_PERCENT, "%")
        if not isinstance(value, Problem):
            return _("“{text}” was typed and is not saved: fix it or clear it.").format(text=text)
        return value.message if text in value.message else f"“{text}”: {value.message}"

    def _raw_fields(self, prefix: str) -> list[str]:
        return [field for field in self.raw if field.startswith(prefix)]

    def _instrument_step(self, instrument: Instrument, points: tuple[OpenPoint, ...]) -> Step:
        form = self.form(instrument.id)
        if _left_out(instrument, form):
            return Step(
                instrument.id, instrument.title, StepState.EMPTY, _("optional"), optional=True
            )
        total, given = instrument.total, len(form.answers)
        score = total.score(form.values) if total else None
        if form.not_done is not None:
            hint = _("not done")
        elif total and score is not None:
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

    def _measurements_step(self, points: tuple[OpenPoint, ...]) -> Step:
        """Optional: done when something was entered, begun while a text in it is not a value."""
        title = _("Measurements")
        count = sum(m.visit_id == self._visit_id for m in self.record.measurements)
        if any(point.step == MEASUREMENTS for point in points):
            return Step(MEASUREMENTS, title, StepState.STARTED)
        if count:
            return Step(MEASUREMENTS, title, StepState.DONE, _("{n} entered").format(n=count))
        return Step(MEASUREMENTS, title, StepState.EMPTY, _("optional"), optional=True)

    def _spirometry_hint(self, sessions: tuple[Spirometry, ...]) -> str:
        if len(sessions) > 1:
            return _("{n} tests").format(n=len(sessions))
        (session,) = sessions
        if session.not_done is not None:
            return _("not done")
        if not session.blows:
            return ""
        percent = evaluate(session).percent
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

    def _correct(self, instrument: str, slot: str, answer: Answer) -> None:
        reason = answer.corrected.strip()
        if not reason:
            raise ValueError("after the comparison an answer is changed with a reason")
        answer = replace(answer, corrected=reason)
        form = self.form(instrument).with_answer(slot, answer)
        record = self.record.with_assessment(form)
        still = {
            (one.rule, one.slot) for one in findings(record, form, self._instrument(instrument))
        }
        with self._entering(reason):
            self._session.assessments.save_answer(self._visit_id, instrument, slot, answer)
            self._session.typed.remove(PLACE, self._visit_id, _correction_of(instrument, slot))
            for question in self.questions(instrument):
                finding = question.finding
                if (finding.rule, finding.slot) not in still:
                    self._reconcile(instrument, finding, Decision.CORRECTED, reason)
                    self._session.typed.remove(
                        PLACE, self._visit_id, _reason_of(instrument, finding)
                    )
        self.reload()

    def _reconcile(
        self, instrument: str, finding: Finding, decision: Decision, reason: str
    ) -> None:
        self._session.reconciliations.save(
            Reconciliation(
                visit_id=self._visit_id,
                instrument=instrument,
                rule=finding.rule,
                subject=finding.slot,
                found=finding.found,
                decision=decision,
                reason=reason,
                by=self._rater,
                at=clock.now(),
            )
        )

    def _kept(self, instrument: str, finding: Finding) -> Reconciliation | None:
        """The reason for which this very finding was kept: another one of the same rule asks again."""
        about = (self._visit_id, instrument, finding.rule, finding.slot, finding.found)
        for one in self.record.reconciliations:
            if (one.visit_id, one.instrument, one.rule, one.subject, one.found) == about:
                return one if one.decision is Decision.KEPT else None
        return None

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
            self._session.assessments.open(self._visit_id, instrument, form.version, self._rater)

    def _told_how(self, form: Assessment) -> bool:
        """Whether it was said how this form was answered, apart from the visit."""
        as_the_visit = (self.visit.mode, self.visit.respondent, None)
        return (form.mode, form.respondent, form.interpreter) != as_the_visit

    def _instrument(self, id: str) -> Instrument:
        return instruments.named(id, self.form(id).version)

    def _had(self, milestone: str) -> bool:
        return self.record.had(MilestoneKind(milestone), self.visit.date)

    def _first_spirometry(self) -> Spirometry:
        empty = Spirometry(
            id=self._entered_spirometry,
            visit_id=self._visit_id,
            date=self.visit.date,
            height_cm=self.record.patient.height_cm,
            equation=self._equation,
            device=self._last_device(),
        )
        return self._current_inputs(empty)

    def _current_inputs(self, session: Spirometry) -> Spirometry:
        """Until the visit is finished, its % predicted follows the patient's data and the clinic's equation."""
        return with_inputs(session, self.record.patient, self._equation)

    def _last_device(self) -> str:
        devices = [s.device for s in self.record.spirometry if s.device]
        return devices[-1] if devices else ""


def _correction_of(instrument: str, slot: str) -> str:
    """Under which name a correction is kept that waits for its reason."""
    return f"correction.{instrument}.{slot}"


def _reason_of(instrument: str, finding: Finding) -> str:
    """Under which name the reason to keep an answer is kept until it is given."""
    return f"reason.{instrument}.{finding.rule}.{finding.slot}"


def _left_out(instrument: Instrument, form: Assessment) -> bool:
    """Whether this form is one that a visit may do without, and nothing was entered."""
    return instrument.optional and form.not_done is None and not form.answers


def _test(session: Spirometry) -> tuple[TestType, Position]:
    """What a session measured, in the order in which sessions are shown."""
    return session.test_type, session.position
