"""One patient's record as flat rows: what the patient is, each planned visit, each value, each adverse event.

Values come from what a chart can plot, whatever defines it (questionnaires, capacities, measurements, laboratory,
numeric fields of forms): what is added to the record is here without code. Only finished visits count, and what the
consent lets leave. Days are ordinals (`date.toordinal`), so that a frame can subtract them; None is not known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from core.findings import clocks, consent, event_facts, participation, quality, treatment
from core.findings.eligibility import completed_years
from core.instruments import catalog as instruments
from core.model import terms
from core.model.adverse_event import AdverseEvent, MilestoneKind
from core.model.event_details import details
from core.model.ids import VisitId
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, Patient
from core.model.record import PatientRecord
from core.model.spirometry import Position, TestType
from core.model.visit import Visit
from core.model.vital_status import State, steps
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor, Protocol, Unit
from core.protocols.schedule import PlannedVisit, Status, plan
from core.science.history import onset_day
from core.science.progression import MONTH_DAYS
from core.science.spirometry import vital_capacities
from core.science.staging import Kings
from core.views import course, trends
from core.views.stack import fields
from core.views.trends import Point

STAGES = list(Kings)
SUPPORT = (
    MilestoneKind.NIV,
    MilestoneKind.TRACHEOSTOMY,
    MilestoneKind.GASTROSTOMY,
    MilestoneKind.NASOGASTRIC_TUBE,
    MilestoneKind.COUGH_ASSIST,
)
_MEDICINE = "medicine"
SEEN = frozenset({Status.DONE, Status.DONE_EARLY, Status.DONE_LATE})
LEFT_OUT = "left_out"  # the status of a planned visit that took place outside the consent


class Routine(StrEnum):
    """Where a patient of routine care stands, of whom no step of a study is known."""

    FOLLOWED = "followed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRow:
    """What is known of a patient as a whole. ``state`` is a `State`, or a `Routine` of who is in no study.

    ``stage`` is the place among King's stages, ``medicines`` and ``support`` what runs now (of the dead: ran last),
    ``months_of_disease`` those from onset to the reference day (else to the registration), or as they were stated.
    ``enrolled`` is whether the patient entered the study at all; in routine care everybody did. ``treated_day`` is that
    of a treatment that was given, ``reference_day`` may be to come. ``left_out`` counts the visits, days of samples and
    stated results that the consent does not let leave.
    ``left`` is the `State` of who withdrew or was lost, also where a later death is the state; empty of the others.
    ``care`` says of each measure of care how it stands (``niv:in_time``; see `core/findings/quality.py`).
    """

    id: str
    number: str
    schedule: str
    version: str
    state: str
    state_on: str
    state_day: int | None
    reason: str
    criterion: str
    enrolled: bool
    sex: str
    onset_region: str
    age: int | None
    months_of_disease: float | None
    onset_day: int | None
    diagnosis_day: int | None
    reference_day: int | None
    treated_day: int | None
    registered_day: int
    first_visit_day: int | None
    last_alive_day: int | None
    last_alive_from: str
    died_day: int | None
    died_on: str
    tracheostomy_day: int | None
    niv_day: int | None
    stage: int | None
    delta_fs: float | None
    stated_total: float | None
    stated_capacity: float | None
    medicines: tuple[str, ...]
    support: tuple[str, ...]
    left_out: int = 0
    left: str = ""
    left_on: str = ""
    left_day: int | None = None
    left_reason: str = ""
    care: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """A planned visit, or one that took place: ``month`` is its place on the axis, ``day`` when it was, if it was.

    ``code`` is empty of one outside the plan. ``status`` is a `Status`, or `LEFT_OUT`: then nothing else is told of it.
    ``reason`` is why it was marked as missed, skipped or cancelled.
    """

    code: str
    month: float
    target_day: int | None
    status: str
    day: int | None
    mode: str
    reason: str


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One number. ``code`` is the planned visit that it belongs to, empty of one outside the plan.

    ``stated`` is true of what somebody else computed (a total without its items, a percentage without its volume).
    """

    field: str
    code: str
    day: int
    value: float
    stated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An adverse event. ``emergent`` and ``since`` (days, first and last possible) are from the treatment on.

    ``related`` says whether product or procedure may have caused it; what nobody judged, or can judge, counts as related.
    """

    id: str
    said: str
    term: str
    organ_class: str
    grade: int
    serious: bool
    emergent: bool | None
    since_first: int | None
    since_last: int | None
    minutes: int | None
    related: bool
    judged: bool
    outcome: str
    began: str
    ended: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All rows of one patient."""

    patient: PatientRow
    visits: tuple[VisitRow, ...]
    values: tuple[ValueRow, ...]
    events: tuple[EventRow, ...]


def of(record: PatientRecord, today: date) -> Rows | None:
    """The rows of a record; None of a patient whose schedule this installation lacks."""
    protocol = protocols.find(record.patient)
    if protocol is None:
        return None
    allowed, left_out = consent.for_export(record)
    finished = allowed.of_finished_visits()
    whole = record.of_finished_visits() if left_out else finished
    planned = plan(whole, protocol, today)
    gone = frozenset(one.visit.id for one in left_out if isinstance(one, consent.OfVisit))
    kept = tuple(one for one in planned if one.visit is None or one.visit.id not in gone)
    visits = tuple(_visits(finished, protocol, planned, gone))
    return Rows(
        patient=replace(
            _patient(record, finished, protocol, today),
            left_out=len(left_out),
            care=tuple(_care(finished, whole, today)),
        ),
        visits=visits,
        values=tuple(_values(finished, visits, kept)),
        events=tuple(_event(record, event) for event in record.events),
    )


def _patient(
    record: PatientRecord, finished: PatientRecord, protocol: Protocol, today: date
) -> PatientRow:
    patient = record.patient
    state, on, reason = _state(record, protocol, today)
    alive = participation.last_known_alive(record)
    onset, at = onset_day(patient), patient.reference_on or patient.registered_on
    given = treatment.given_on(record)
    treated = None if given is None or given > today else given
    died = _died_day(record, treated, None if alive is None else alive[0], today)
    until = today if died is None else died
    known = (*_known_days(finished, treated), died)
    diagnosis = _diagnosed(patient, known)
    begun = [one.happened_on.first for one in record.turning_points if one.happened_on.exact]
    onset_on = _known_by(patient.onset, onset, (*known, diagnosis, *begun))
    taken = record.died_on.first if record.died_on is not None else today
    stages = course.last_stages(finished)
    kings = None if stages is None else stages.kings.stage
    rate = course.delta_fs(finished)
    left, left_on, left_reason = _left(record)
    return PatientRow(
        id=patient.id,
        number=patient.record_number,
        schedule=protocol.id,
        version=patient.protocol_version,
        state=state,
        state_on="" if on is None else str(on),
        state_day=died.toordinal() if state == State.DIED and died is not None else _ordinal(on),
        reason=reason,
        criterion=_criterion(record),
        enrolled=given is not None or _enrolled(record, protocol),
        sex=patient.sex.value,
        onset_region=patient.onset_region.value,
        age=_age(patient, at),
        months_of_disease=_months_of_disease(patient, onset, at),
        onset_day=None if onset_on is None else onset_on.toordinal(),
        diagnosis_day=None if diagnosis is None else diagnosis.toordinal(),
        reference_day=None if patient.reference_on is None else patient.reference_on.toordinal(),
        treated_day=None if treated is None else treated.toordinal(),
        registered_day=patient.registered_on.toordinal(),
        first_visit_day=min((one.date.toordinal() for one in finished.visits), default=None),
        last_alive_day=None if alive is None else _last_day(alive[0], today),
        last_alive_from="" if alive is None else alive[1],
        died_day=None if died is None else died.toordinal(),
        died_on="" if record.died_on is None else str(record.died_on),
        tracheostomy_day=_milestone_day(record, MilestoneKind.TRACHEOSTOMY, until),
        niv_day=_milestone_day(record, MilestoneKind.NIV, until),
        stage=None if kings is None else STAGES.index(kings),
        delta_fs=None if rate is None else rate.per_month,
        stated_total=_stated(finished, ExternalKind.ALSFRS_R_TOTAL, treated),
        stated_capacity=_stated(finished, ExternalKind.FVC_PERCENT, treated),
        medicines=_medicines(record, taken),
        support=tuple(kind.value for kind in SUPPORT if record.had(kind, taken)),
        left=left,
        left_on="" if left_on is None else str(left_on),
        left_day=_ordinal(left_on, until=until),
        left_reason=left_reason,
    )


def _care(finished: PatientRecord, whole: PatientRecord, today: date) -> Iterator[str]:
    """How each measure of care stands; where what the consent leaves out would change that, it is not told."""
    told = quality.care(finished, today)
    known = told if whole is finished else quality.care(whole, today)
    for measure, how in told.items():
        yield f"{measure}:{how if how is known[measure] else quality.Care.LEFT_OUT}"


def _state(
    record: PatientRecord, protocol: Protocol, today: date
) -> tuple[str, PartialDate | None, str]:
    found = participation.standing(record, protocol, today)
    if found is not None:
        return found.state.value, found.on, found.reason
    if record.died_on is not None:
        return State.DIED.value, record.died_on, ""
    ended = record.participation_ended
    if ended is not None:
        return Routine.ENDED.value, PartialDate.of(ended), ""
    return Routine.FOLLOWED.value, PartialDate.of(record.patient.registered_on), ""


def _left(record: PatientRecord) -> tuple[str, PartialDate | None, str]:
    """Withdrawn or lost, where no later step but a death follows; when and why."""
    known = [step for step in steps(record.forms) if step.state is not State.DIED]
    if known and known[-1].state in {State.WITHDRAWN, State.LOST}:
        last = known[-1]
        return last.state.value, last.on, str(last.record.value("reason") or "")
    withdrawn = record.milestone(MilestoneKind.WITHDRAWAL)
    return (
        ("", None, "") if withdrawn is None else (State.WITHDRAWN.value, withdrawn.happened_on, "")
    )


def _enrolled(record: PatientRecord, protocol: Protocol) -> bool:
    """Whether a step says that the patient entered; in routine care everybody did."""
    if not protocol.criteria:
        return True
    reached = {step.state for step in steps(record.forms)}
    entered = {State.ENROLLED, State.TREATED, State.COMPLETED}
    return bool(reached & entered)


def _criterion(record: PatientRecord) -> str:
    """By which criterion the screening failed, as it was said last."""
    failed = [
        step.record.value("criterion")
        for step in steps(record.forms)
        if step.state is State.SCREEN_FAILURE
    ]
    return str(failed[-1] or "") if failed else ""


def _age(patient: Patient, at: date) -> int | None:
    """In completed years on the reference day, else on that of the registration; as it was stated where it was."""
    if patient.born is not None:
        return completed_years(patient.born, at)
    return patient.stated_age_years


def _months_of_disease(patient: Patient, onset: date | None, at: date) -> float | None:
    if patient.stated_duration_months is not None:
        return patient.stated_duration_months
    told = patient.onset
    if told is not None and not told.exact and told.last >= at:
        return None  # it may have been on that very day
    return None if onset is None else (at - onset).days / MONTH_DAYS


def _stated(record: PatientRecord, kind: ExternalKind, treated: date | None) -> float | None:
    """What was stated last, and not of a day after the treatment; one of no known day is of the registration."""
    registered = record.patient.registered_on
    found = [
        (one.measured_on or registered, one.value)
        for one in record.stated(kind)
        if one.measured_on is None or treated is None or one.measured_on <= treated
    ]
    return max(found, key=lambda one: one[0], default=(None, None))[1]


def _medicines(record: PatientRecord, on: date) -> tuple[str, ...]:
    taken = {str(one.value("substance") or "") for one in record.running(_MEDICINE, on)}
    return tuple(sorted(taken - {""}))


def _milestone_day(record: PatientRecord, kind: MilestoneKind, until: date) -> int | None:
    found = record.milestone(kind)
    return None if found is None else _ordinal(found.happened_on, until=until)


def _known_days(record: PatientRecord, treated: date | None) -> tuple[date | None, ...]:
    """Days on which a patient who is here for the disease had it, and knew it."""
    seen = min((one.date for one in record.visits), default=None)
    return record.patient.registered_on, record.patient.reference_on, treated, seen


def _known_by(
    told: PartialDate | None, on: date | None, known: Sequence[date | None]
) -> date | None:
    """The day that is assumed for something; no later than these days, where it can mean that."""
    if told is None:
        return on
    last = [one for one in known if one is not None and one >= told.first]
    return told.between(None, min(last, default=None))


def _diagnosed(patient: Patient, known: Sequence[date | None]) -> date | None:
    """No earlier than the onset, where its day is known."""
    on, onset = _known_by(patient.diagnosis, None, known), patient.onset
    if on is None or patient.diagnosis is None or onset is None or not onset.exact:
        return on
    return max(on, min(onset.first, patient.diagnosis.last))


def _died_day(
    record: PatientRecord, treated: date | None, alive: PartialDate | None, today: date
) -> date | None:
    """The day of death for arithmetic. One that is known to its month or year is after whatever the patient lived through."""
    on = record.died_on
    if on is None or on.exact:
        return None if on is None else on.first
    told = [one.happened_on for one in record.turning_points if one.kind is not MilestoneKind.DEATH]
    told += [step.on for step in steps(record.forms) if step.state is not State.DIED]
    lived = [record.patient.registered_on, *(one.first for one in told if one.exact)]
    lived += [one for one in (treated, None if alive is None else alive.first) if one is not None]
    low = max((one for one in lived if one <= on.last), default=None)  # later ones contradict it
    return on.between(low, None if on.last <= today else today)


def _last_day(alive: PartialDate, today: date) -> int:
    """The last day known alive for arithmetic, which is never to come."""
    on = alive.assumed
    return on.toordinal() if on <= today else today.toordinal()


def _ordinal(on: PartialDate | None, until: date | None = None) -> int | None:
    """The day for arithmetic; where it can mean that, none after ``until``."""
    return None if on is None else on.between(None, until).toordinal()


def _visits(
    record: PatientRecord,
    protocol: Protocol,
    planned: tuple[PlannedVisit, ...],
    gone: frozenset[VisitId],
) -> Iterator[VisitRow]:
    """``gone`` are the visits among the planned ones that the record has no more, since the consent leaves them out."""
    reasons = {mark.code: mark.reason for mark in record.marks}
    codes = set()
    if protocol.anchor is Anchor.REFERENCE:
        for one in planned:
            is_gone = one.visit is not None and one.visit.id in gone
            visit = None if is_gone else one.visit
            codes.add(visit.id if visit is not None else "")
            yield VisitRow(
                code=one.code,
                month=month_of(protocol, one.code),
                target_day=one.window.target.toordinal(),
                status=LEFT_OUT if is_gone else one.status.value,
                day=None if visit is None else visit.date.toordinal(),
                mode=_mode(visit),
                reason="" if is_gone else reasons.get(one.code, ""),
            )
    start = _start(record)
    for visit in record.visits:
        if visit.id not in codes:
            months = 0.0 if start is None else (visit.date - start).days / MONTH_DAYS
            yield VisitRow(
                code="",
                month=months,
                target_day=None,
                status=Status.DONE.value,
                day=visit.date.toordinal(),
                mode=_mode(visit),
                reason="",
            )


def month_of(protocol: Protocol, code: str) -> float:
    """Months of a planned visit from the reference day, negative before it; 0 of one that the schedule lacks."""
    kind = protocol.visit(code)
    if kind is None:
        return 0.0
    return kind.offset.value / (MONTH_DAYS if kind.offset.unit is Unit.DAYS else 1.0)


def _mode(visit: Visit | None) -> str:
    return "" if visit is None or visit.mode is None else visit.mode.value


def _start(record: PatientRecord) -> date | None:
    """From where months are counted: the reference day, else the first visit."""
    first = min((visit.date for visit in record.visits), default=None)
    return record.patient.reference_on or first


def _values(
    record: PatientRecord, visits: tuple[VisitRow, ...], planned: tuple[PlannedVisit, ...]
) -> Iterator[ValueRow]:
    of_visit = {one.id: "" for one in record.visits}
    of_visit |= {one.visit.id: one.code for one in planned if one.visit is not None}
    # Of two visits of a day the planned one has what was measured at neither.
    ordered = sorted(visits, key=lambda one: bool(one.code))
    by_day = {one.day: one.code for one in ordered if one.day is not None}

    def code(on: date, visit: VisitId | None = None) -> str:
        """Of its visit, else of the visit of that day, else of the planned one that was done and in whose window it lies."""
        if visit is not None and visit in of_visit:
            return of_visit[visit]
        if (found := by_day.get(on.toordinal())) is not None:
            return found
        within = (
            one.code
            for one in planned
            if one.visit is not None and one.window.open <= on <= one.window.close
        )
        return next(within, "")

    measured = set()
    for name, point in _numbers(record):
        of = code(point.day, point.visit)
        measured.add((name, of))
        yield ValueRow(name, of, point.day.toordinal(), point.value)
    for kind, name in _STATED.items():
        for result in record.stated(kind):
            told = result.measured_on
            if told is not None and (name, code(told)) not in measured:
                yield ValueRow(name, code(told), told.toordinal(), result.value, stated=True)


def _numbers(record: PatientRecord) -> Iterator[tuple[str, Point]]:
    """Every number that is measured again, with the id of its field (see `core/cohort/fields.py`)."""
    for instrument in instruments.shipped().values():
        for point in trends.totals(record, instrument):
            yield f"{instrument.id}.total", point
        for series, scale in zip(
            trends.domains(record, instrument).series, instrument.domains, strict=True
        ):
            for point in series.points:
                yield f"{instrument.id}.{scale.id}", point
    for session, result in vital_capacities(record):
        if result.percent is not None:
            name = capacity(session.test_type, session.position)
            yield name, Point(session.date, result.percent, visit=session.visit_id)
    for plot in fields.plots(record):
        for series in plot.series:
            for point in series.points:
                yield plot.id, point


def capacity(test_type: TestType, position: Position) -> str:
    """The id of a vital capacity in % predicted; types and positions never share a line."""
    return f"capacity.{test_type.value}_{position.value}"


_STATED = {
    ExternalKind.ALSFRS_R_TOTAL: "alsfrs-r.total",
    ExternalKind.FVC_PERCENT: capacity(TestType.FVC, Position.SITTING),
}


def _event(record: PatientRecord, event: AdverseEvent) -> EventRow:
    known = details(record, event)
    given = treatment.treatment(record)
    told = event_facts.facts(
        known, None if given is None else given.on, None if given is None else given.at
    )
    term = terms.find(event.coded_term)
    judged = known.judgement
    causes = () if judged is None else (judged.product, judged.procedure)
    return EventRow(
        id=event.id,
        said=event.term,
        term=event.coded_term,
        organ_class="" if term is None else term.organ_class,
        grade=max([event.grade.value, *(change.grade.value for change in known.course)]),
        serious=event.serious,
        emergent=told.emergent,
        since_first=None if told.day is None else told.day[0],
        since_last=None if told.day is None else told.day[1],
        minutes=told.minutes,
        related=any(map(clocks.cause_counts, causes or (None,))),
        judged=bool(causes) and None not in causes,
        outcome=event.outcome.value,
        began=str(event.onset),
        ended="" if event.ended is None else str(event.ended),
    )
