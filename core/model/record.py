"""All that is known of one patient: what trends, reports and exports are made from."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from core.model import conclusion, vital_status
from core.model.adverse_event import AdverseEvent, Milestone, MilestoneKind, Outcome
from core.model.appointment import Appointment
from core.model.assessment import Assessment
from core.model.data_query import DataQuery
from core.model.decision import Decision
from core.model.device import FORM, Device, device
from core.model.form_record import FormRecord, RecordCheck
from core.model.ids import RecordId, VisitId
from core.model.judgement import CriterionResult, Reconciliation
from core.model.laboratory import LabResult
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Patient, ScheduleMove, version_at
from core.model.registers import Registers
from core.model.sheet_text import SheetText
from core.model.signature import Lock, LockLevel, Signature
from core.model.spirometry import Spirometry
from core.model.thresholds import defaults
from core.model.visit import TaskResult, Visit, VisitMark


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """Visits, assessments, spirometry and measurements are in order of their dates.

    ``thresholds`` are the clinic's own cut points and switches, by id, ``registers`` the logs that it keeps.
    """

    patient: Patient
    visits: tuple[Visit, ...] = ()
    marks: tuple[VisitMark, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    spirometry: tuple[Spirometry, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    tasks: tuple[TaskResult, ...] = ()
    events: tuple[AdverseEvent, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    laboratory: tuple[LabResult, ...] = ()
    external: tuple[ExternalResult, ...] = ()
    forms: tuple[FormRecord, ...] = ()
    checks: tuple[RecordCheck, ...] = ()
    reconciliations: tuple[Reconciliation, ...] = ()
    decisions: tuple[Decision, ...] = ()
    sheet_texts: tuple[SheetText, ...] = ()
    criteria: tuple[CriterionResult, ...] = ()
    signatures: tuple[Signature, ...] = ()
    locks: tuple[Lock, ...] = ()
    queries: tuple[DataQuery, ...] = ()
    moves: tuple[ScheduleMove, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=defaults)
    registers: Registers = field(default_factory=Registers)
    # What the forms say of devices, once it was asked for: alerts ask for it hundreds of times.
    _devices: tuple[Device, ...] | None = field(default=None, init=False, repr=False, compare=False)

    def visit(self, id: VisitId) -> Visit:
        return next(visit for visit in self.visits if visit.id == id)

    def version_of(self, visit: Visit) -> str:
        """The version of the schedule in which a visit was begun: a patient who was moved keeps it for it."""
        return version_at(self.moves, visit.started_at, self.patient.protocol_version)

    def answered(self, instrument: str) -> tuple[Assessment, ...]:
        return tuple(a for a in self.assessments if a.instrument == instrument)

    def assessment(self, visit_id: VisitId, instrument: str) -> Assessment | None:
        return next((a for a in self.answered(instrument) if a.visit_id == visit_id), None)

    def with_assessment(self, assessment: Assessment) -> "PatientRecord":
        """The record with this form in place of the one of the same visit and instrument."""
        key = (assessment.visit_id, assessment.instrument)
        rest = [a for a in self.assessments if (a.visit_id, a.instrument) != key]
        return replace(self, assessments=tuple(sorted([*rest, assessment], key=lambda a: a.date)))

    def with_spirometry(self, session: Spirometry) -> "PatientRecord":
        rest = [s for s in self.spirometry if s.id != session.id]
        return replace(self, spirometry=tuple(sorted([*rest, session], key=lambda s: s.date)))

    def up_to(self, day: date) -> "PatientRecord":
        """What happened, and what visits reported, up to that day.

        Later visits do not change it; later corrections of what stands in it do.
        """
        return self._of_visits(tuple(visit for visit in self.visits if visit.date <= day), day)

    def known_at(self, visit: Visit) -> "PatientRecord":
        """What a visit's summary is made from: all up to its day.

        A visit in progress that was begun after this one had been finished is no part of it yet, and what was
        entered of the patient's forms after that (a medicine taken for years, say), or of the laboratory on no
        visit, never is. Nor is what was concluded at another visit. The patient is on the version of the schedule
        that the visit was begun in.
        """
        known = (
            one for one in self.visits if one.date <= visit.date and not one.begun_after(visit)
        )
        record = self._of_visits(tuple(known), visit.date)
        forms = (
            one
            for one in record.forms
            if not one.entered_after(visit)
            and (one.form != conclusion.FORM or one.visit_id == visit.id)
        )
        laboratory = (one for one in record.laboratory if not one.entered_after(visit.finished_at))
        registers = record.registers.known_at(visit.finished_at)
        return replace(
            record,
            patient=replace(self.patient, protocol_version=self.version_of(visit)),
            forms=tuple(forms),
            laboratory=tuple(laboratory),
            registers=registers,
        )

    def of_finished_visits(self) -> "PatientRecord":
        """Without what stands in drafts; what belongs to no visit stays."""
        return self._of_visits(self.finished_visits, date.max)

    def _of_visits(self, visits: tuple[Visit, ...], day: date) -> "PatientRecord":
        known = {visit.id for visit in visits}
        return replace(
            self,
            visits=visits,
            assessments=tuple(a for a in self.assessments if a.visit_id in known),
            spirometry=tuple(s for s in self.spirometry if s.visit_id in known),
            measurements=tuple(m for m in self.measurements if m.visit_id in known),
            forms=tuple(_known_forms(self.forms, known, day)),
            checks=tuple(one for one in self.checks if one.visit_id in known),
            reconciliations=tuple(r for r in self.reconciliations if r.visit_id in known),
            decisions=tuple(
                one for one in self.decisions if one.visit_id is None or one.visit_id in known
            ),
            tasks=tuple(task for task in self.tasks if task.visit_id in known),
            events=tuple(
                event
                for event in self.events
                if (event.onset.first <= day if event.visit_id is None else event.visit_id in known)
            ),
            laboratory=tuple(
                one
                for one in self.laboratory
                if (one.taken_on <= day if one.visit_id is None else one.visit_id in known)
            ),
            milestones=tuple(
                m for m in self.milestones if m.happened_on.first <= day
            ),  # as in ``had``
            external=tuple(
                r for r in self.external if r.measured_on is None or r.measured_on <= day
            ),
        )

    def of_form(self, form: str) -> tuple[FormRecord, ...]:
        """The records of a form that is data, in the order in which they were entered."""
        return tuple(one for one in self.forms if one.form == form)

    def conclusion(self, visit_id: VisitId) -> FormRecord | None:
        """What the neurologist concluded at a visit."""
        mine = (one for one in self.of_form(conclusion.FORM) if one.visit_id == visit_id)
        return next(mine, None)

    def form_record(self, id: RecordId) -> FormRecord | None:
        return next((one for one in self.forms if one.id == id), None)

    def parts_of(self, one: FormRecord, form: str = "") -> tuple[FormRecord, ...]:
        """The records that are parts of one, of one form or of all."""
        return tuple(
            part for part in self.forms if part.within == one.id and form in ("", part.form)
        )

    def running(self, form: str, on: date) -> tuple[FormRecord, ...]:
        """The records of a form that hold on a day; none after a death."""
        if self.died_before(on):
            return ()
        known = (one.known_on(on) for one in self.of_form(form))
        return tuple(one for one in known if one is not None and one.runs)

    def measured(self, kind: str) -> tuple[tuple[date, float], ...]:
        """The values of one kind of measurement with their days."""
        return tuple(
            (self.visit(m.visit_id).date, m.value)
            for m in self.measurements
            if m.kind == kind and m.value is not None
        )

    def results_of(self, test: str) -> tuple[LabResult, ...]:
        """The results of a laboratory test in the order in which the samples were taken."""
        return tuple(one for one in self.laboratory if one.test == test)

    def stated(self, kind: ExternalKind) -> tuple[ExternalResult, ...]:
        return tuple(result for result in self.external if result.kind is kind)

    @property
    def devices(self) -> tuple[Device, ...]:
        """The devices and support that were offered, refused or used."""
        if self._devices is None:
            found = (device(one) for one in self.of_form(FORM))
            object.__setattr__(self, "_devices", tuple(one for one in found if one is not None))
        return self._devices or ()

    @property
    def turning_points(self) -> tuple[Milestone, ...]:
        """The milestones, and the first use of each device that is one and is not among them."""
        found = list(self.milestones)
        begun = sorted(self.devices, key=lambda one: one.began)
        for milestone in (one.milestone for one in begun):
            if milestone is not None and milestone.kind not in {one.kind for one in found}:
                found.append(milestone)
        return tuple(sorted(found, key=lambda one: one.happened_on))

    def milestone(self, kind: MilestoneKind) -> Milestone | None:
        """The first milestone of this kind, whether it was recorded as one or as a device."""
        devices = (one.milestone for one in self.devices if one.turning_point is kind)
        found = [m for m in (*self.milestones, *devices) if m is not None and m.kind is kind]
        return min(found, key=lambda m: m.happened_on) if found else None

    def had(self, kind: MilestoneKind, on: date) -> bool:
        """Whether the milestone had happened, or may have, on or before that day."""
        milestone = self.milestone(kind)
        return milestone is not None and milestone.happened_on.first <= on

    def uses(self, kind: MilestoneKind, on: date) -> bool:
        """Whether it was in use on a day: by the devices where they tell of it, else because it had been begun.

        Nothing is after a death.
        """
        if self.died_before(on):
            return False
        devices = [one for one in self.devices if one.turning_point is kind]
        if devices:
            return any(one.used_on(on) for one in devices)
        return self.had(kind, on)

    def told_otherwise(
        self, visit: Visit, before: FormRecord | None, after: FormRecord | None
    ) -> bool:
        """Whether a visit of this record knows something else of a form's record than it knew before a change."""
        bare = PatientRecord(patient=self.patient, visits=self.visits)
        was, now = (
            replace(bare, forms=() if one is None else (one,)).known_at(visit).forms
            for one in (before, after)
        )
        return was != now

    def locks_on(self, visit_id: VisitId | None = None, form: str = "") -> tuple[Lock, ...]:
        """The locks that hold the patient's record, a visit of it or a form of that visit; the widest first."""
        held = [(LockLevel.DATABASE, ""), (LockLevel.PATIENT, self.patient.id)]
        if visit_id is not None:
            held += [(LockLevel.VISIT, visit_id), (LockLevel.FORM, f"{visit_id}/{form}")]
        holding = {(lock.level, lock.subject): lock for lock in self.locks if lock.holds}
        return tuple(holding[one] for one in held if one in holding)

    @property
    def died(self) -> Milestone | None:
        return self.milestone(MilestoneKind.DEATH)

    @property
    def fatal_event(self) -> AdverseEvent | None:
        """The first adverse event that is recorded as fatal."""
        fatal = [event for event in self.events if event.outcome is Outcome.FATAL]
        return min(fatal, key=lambda event: event.died_on.first) if fatal else None

    @property
    def died_on(self) -> PartialDate | None:
        """The day of death, as far as it is known: the milestone's, else a fatal event's, else that of a vital status."""
        if self.died is not None:
            return self.died.happened_on
        if self.fatal_event is not None:
            return self.fatal_event.died_on
        told = vital_status.death(self.forms)
        return None if told is None else told[0]

    @property
    def dead(self) -> bool:
        """Whether a death is recorded: among the milestones, or by an adverse event that was fatal."""
        return self.died_on is not None

    def died_before(self, on: date) -> bool:
        """Whether a death is recorded of a day that is certainly before this one."""
        return self.died_on is not None and self.died_on.last < on

    @property
    def participation_ended(self) -> date | None:
        """The day of death, withdrawal, refusal or screen failure, whichever came first (the earliest day it can mean).

        Where no death is among the milestones, a fatal adverse event or a vital status says it.
        """
        withdrawn = self.milestone(MilestoneKind.WITHDRAWAL)
        days = [self.died_on, None if withdrawn is None else withdrawn.happened_on]
        days.append(vital_status.ended(self.forms))
        return min((one.first for one in days if one is not None), default=None)

    @property
    def finished_visits(self) -> tuple[Visit, ...]:
        return tuple(visit for visit in self.visits if not visit.is_draft)

    def events_of(self, visit: Visit) -> tuple[AdverseEvent, ...]:
        """Reported at this visit; or, where no visit reported them, begun since the visit before.

        One that is known to its month or year only is listed at every visit that it may belong to.
        """
        previous = self.visit_before(visit)

        def since_then(event: AdverseEvent) -> bool:
            begun = event.onset.first <= visit.date
            return begun and (previous is None or event.onset.last > previous.date)

        return tuple(
            event
            for event in self.events
            if (since_then(event) if event.visit_id is None else event.visit_id == visit.id)
        )

    def running_events(self, visit: Visit) -> tuple[AdverseEvent, ...]:
        """What was not over on the day of a visit, and is not listed at it: without what is known not to have been."""
        listed = self.events_of(visit)

        def runs(event: AdverseEvent) -> bool:
            if event.onset.first > visit.date:
                return False
            if event.ended is not None:
                return event.ended.first > visit.date
            return not event.outcome.ended

        return tuple(event for event in self.events if event not in listed and runs(event))

    def may_belong(self, event: AdverseEvent, visit: Visit) -> bool:
        """Whether an event is listed at a visit only because its day is not known well enough to say."""
        if event.visit_id is not None:
            return False
        previous = self.visit_before(visit)
        before = previous is not None and event.onset.first <= previous.date
        return before or event.onset.last > visit.date

    def began(self, event: AdverseEvent) -> date:
        """The day that an event counts from: never after the day on which it was entered.

        Known to its month or year only, the middle of it, but no later than the visit that reported it; where
        no visit did, the first day that it can mean.
        """
        if event.onset.exact:
            return event.onset.first
        reported = next((v.date for v in self.visits if v.id == event.visit_id), None)
        return event.onset.first if reported is None else min(event.onset.assumed, reported)

    def is_first(self, visit: Visit) -> bool:
        """Whether it is the earliest visit of its code; one that recurs has more than one."""
        same = [v for v in self.visits if v.code == visit.code]
        earliest = min(same, key=lambda v: (v.date, v.started_at), default=visit)
        return earliest.id == visit.id

    def visit_before(self, visit: Visit) -> Visit | None:
        """The last finished visit before this one."""
        earlier = [v for v in self.finished_visits if v.date < visit.date]
        return earlier[-1] if earlier else None


def _known_forms(
    forms: Iterable[FormRecord], visits: Collection[VisitId], on: date
) -> Iterator[FormRecord]:
    """Those of these visits; of the patient's own, what was known on a day."""
    for one in forms:
        if one.visit_id is not None:
            if one.visit_id in visits:
                yield one
        elif (known := one.known_on(on)) is not None:
            yield known
