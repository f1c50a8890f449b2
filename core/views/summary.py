"""One visit in words and numbers. The review on screen and the printed page show these very texts."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.findings import alerts, plausibility
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item, Scale
from core.labels import (
    EXTERNAL,
    GRADE,
    INTERFACE,
    INTERPRETER,
    LOCK_LEVEL,
    MEANING,
    MILESTONES,
    MODE,
    ONSET,
    OUTCOME,
    POSITION,
    RESPONDENT,
    ROLE,
    SEX,
    TEST_TYPE,
    no_score,
    why_not,
)
from core.model.adverse_event import AdverseEvent
from core.model.assessment import Answer, Assessment
from core.model.data_query import DataQuery, QueryState
from core.model.ids import VisitId
from core.model.judgement import Decision, Reconciliation
from core.model.measurement import Measurement, kinds
from core.model.nouns import ADVERSE_EVENTS, MEASUREMENTS, SPIROMETRY
from core.model.partial_date import partial_day
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.signature import Lock, LockLevel, SignatureState
from core.model.spirometry import BlowQuality, Spirometry, TestType
from core.model.thresholds import ON
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.protocols.definition import ELIGIBILITY
from core.science import eligibility, lung_function
from core.science.eligibility import FULFILMENT, CriterionState, Fulfilment
from core.science.history import onset_day
from core.science.nutrition import bmi, first_weight, highest_weight, weight_loss_percent
from core.science.progression import NoSlope, Slope, months_between
from core.science.spirometry import (
    Result,
    evaluate,
    evaluate_fev1,
    evaluate_ratio,
    vital_capacities,
)
from core.views import course
from core.views.trends import slope, totals
from core.words import MISSING, _, day, instant, number, plural, signed

YES, NO = _("yes"), _("no")
CORRECTED = "†"  # beside a score that was changed after the comparison
VOID = "†"  # before a signature that does not hold any more
HASH_SHOWN = 16  # hex digits
MOST_CHANGES = 20
STEP_TITLES: Mapping[str, str] = {
    SPIROMETRY: _("Spirometry"),
    MEASUREMENTS: _("Measurements"),
    ADVERSE_EVENTS: _("Adverse events"),
    "tasks": _("Other assessments"),
}  # of a visit's forms that are no questionnaires


@dataclass(frozen=True, slots=True)
class Fact:
    """``field`` is where it was entered, as "step/field"; empty where it was not entered but follows."""

    label: str
    text: str
    field: str = dataclasses.field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One question: this answer and the previous one. ``score`` is a digit, or a sign that says why there is none.

    ``corrected`` is why the answer was changed after the comparison with the form before; ``field`` is
    where it was entered, as "step/field".
    """

    number: str
    title: str
    answer: str
    score: str
    previous: str
    note: str
    corrected: str = ""
    field: str = dataclasses.field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """``score`` is "27/48", or "7 of 12 answered"; ``change`` counts from ``previous``."""

    title: str
    score: str
    previous: str
    change: str
    complete: bool


@dataclass(frozen=True, slots=True)
class FormSummary:
    """``scales`` begin with the total where ``has_total`` says that there is one.

    ``how`` is who asked whom and in which way; ``kept`` the plausibility questions that were answered.
    """

    title: str
    citation: str
    not_done: str
    previous_on: str
    items: tuple[ItemRow, ...]
    scales: tuple[ScaleRow, ...]
    slope: str
    has_total: bool = False
    how: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpirometrySummary:
    """``headline`` is the best value; ``facts`` say what it means; ``why_not`` why it has no % predicted."""

    title: str
    headline: str
    facts: tuple[Fact, ...]
    equation: str
    why_not: str
    field: str = dataclasses.field(default="", compare=False)


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


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What a visit newly showed that asks for a decision: one line, and what was decided, or empty.

    ``details`` are the rules behind it, each in full; ``sources`` those that it stands on.
    """

    title: str
    line: str
    details: tuple[str, ...]
    sources: tuple[str, ...]
    decided: str


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """One signature in words; a void one begins with a dagger and has what was changed since."""

    text: str
    valid: bool
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitSummary:
    """Everything of one visit, ready to be shown. ``equations`` are the ids of those its trend stands on.

    ``queries`` says how many questions on its fields are not closed; empty where there are none.
    """

    title: str
    on: str
    record_number: str
    patient_name: str
    patient: tuple[Fact, ...]
    visit: tuple[Fact, ...]
    actions: tuple[ActionRow, ...]
    forms: tuple[FormSummary, ...]
    course: tuple[Fact, ...]
    spirometry: tuple[SpirometrySummary, ...]
    measurements: tuple[Fact, ...]
    events_title: str
    events: tuple[EventRow, ...]
    no_events: str
    milestones: tuple[Fact, ...]
    tasks: tuple[Fact, ...]
    eligibility: tuple[Fact, ...]
    stated: tuple[Fact, ...]
    note: str
    draft: bool
    equations: tuple[str, ...]
    queries: str = ""
    signatures: tuple[SignatureRow, ...] = ()
    locks: tuple[str, ...] = ()

    @property
    def signed(self) -> bool:
        return any(row.valid for row in self.signatures)

    @property
    def void(self) -> bool:
        """Whether it was signed, and nothing that was signed holds any more."""
        return bool(self.signatures) and not self.signed


def build(
    record: PatientRecord,
    visit_id: VisitId,
    names: Mapping[str, str],
    *,
    signed: Sequence[SignatureState] = (),
) -> VisitSummary:
    """The summary of one visit, from what was known up to its day: later visits do not change it.

    ``names`` are the full names of the users by login, ``signed`` the state of every signature of the visit.
    """
    given = {one.id for one in record.signatures if one.visit_id == visit_id}
    if given != {state.signature.id for state in signed}:
        raise ValueError("a signed visit is shown with the state of its signatures")
    visit = record.visit(visit_id)
    record = record.known_at(visit)
    previous = record.visit_before(visit)
    events = record.events_of(visit)
    return VisitSummary(
        title=visit_title(record, visit),
        on=day(visit.date),
        record_number=record.patient.record_number,
        patient_name=record.patient.name,
        patient=patient_facts(record, visit.date),
        visit=_visit_facts(record, visit, names),
        actions=tuple(_action(action, names) for action in alerts.evaluate(record, visit)),
        forms=tuple(
            _form(record, visit, form, names)
            for form in record.assessments
            if form.visit_id == visit.id
        ),
        course=_course(record, visit),
        spirometry=tuple(
            spirometry_summary(record, session)
            for session in sorted(record.spirometry, key=lambda s: (s.test_type, s.position))
            if session.visit_id == visit.id
        ),
        measurements=_measurements(record, visit),
        events_title=(
            _("Adverse events since {day}").format(day=day(previous.date))
            if previous
            else _("Adverse events")
        ),
        events=tuple(event_row(event, unsure=record.may_belong(event, visit)) for event in events),
        no_events=_no_events(visit),
        milestones=tuple(
            Fact(MILESTONES[m.kind], partial_day(m.happened_on)) for m in record.milestones
        ),
        tasks=_tasks(record, visit),
        eligibility=_eligibility(record, visit, names),
        stated=tuple(
            Fact(EXTERNAL[result.kind], f"{result.value:g}, {day(result.measured_on)}")
            for result in record.external
        ),
        note=visit.note,
        draft=visit.is_draft,
        equations=tuple(dict.fromkeys(s.equation for s in record.spirometry if s.measured)),
        queries=queries_text(query for query in record.queries if query.visit_id == visit.id),
        signatures=tuple(_signature(state) for state in signed),
        locks=tuple(lock_text(lock, names) for lock in _locks(record, visit)),
    )


def _signature(state: SignatureState) -> SignatureRow:
    signature, at = state.signature, state.signed_at
    text = _(
        "Signed electronically by {name} ({role}), {when} ({offset}), meaning: {meaning}."
        " Data hash {hash}."
    ).format(
        name=signature.printed_name,
        role=ROLE[signature.role],
        when=f"{day(at.date())} {at:%H:%M}",
        offset=at.isoformat()[-len("+00:00") :],
        meaning=MEANING[signature.meaning],
        hash=signature.data_hash[:HASH_SHOWN],
    )
    if state.valid:
        return SignatureRow(text, valid=True)
    changes = [
        _("{when}, {who}: {what}").format(
            when=f"{day(one.at.date())} {one.at:%H:%M}", who=one.by, what=one.what
        )
        + (f" ({one.reason})" if one.reason else "")
        for one in state.changes[:MOST_CHANGES]
    ]
    if (more := len(state.changes) - MOST_CHANGES) > 0:
        changes.append(_("and {n} more changes: the audit trail has all of them.").format(n=more))
    if not state.changes:
        changes.append(_("The audit trail does not say how: verify this clinic file."))
    void = _("{sign} VOID, the data was changed since. {text}").format(sign=VOID, text=text)
    return SignatureRow(void, valid=False, changes=tuple(changes))


def _locks(record: PatientRecord, visit: Visit) -> Iterator[Lock]:
    """Those that hold the visit, and those of its forms."""
    yield from record.locks_on(visit.id)
    for lock in record.locks:
        if lock.holds and lock.subject.startswith(f"{visit.id}/"):
            yield lock


def lock_text(lock: Lock, names: Mapping[str, str]) -> str:
    """What is locked, by whom, since when and why."""
    what = LOCK_LEVEL[lock.level].capitalize()
    if lock.level is LockLevel.FORM:
        what = form_title(lock.subject.partition("/")[2])
    return _("{what} locked by {who}, {when}: {reason}").format(
        what=what,
        who=_named(names, lock.locked_by),
        when=instant(lock.locked_at),
        reason=lock.reason,
    )


def form_title(form: str) -> str:
    """The name of a form that can be locked by itself."""
    known = instruments.shipped()
    if form in known:
        return known[form].title
    return STEP_TITLES.get(form, form)


def queries_text(queries: Iterable[DataQuery]) -> str:
    """How many are open, and how many are answered and wait to be closed; empty where there are none."""
    states = [query.state for query in queries]
    opened, answered = states.count(QueryState.OPEN), states.count(QueryState.ANSWERED)
    parts = [plural(opened, "1 query open", "{n} queries open")] if opened else []
    if answered:
        parts.append(plural(answered, "1 answered, not closed", "{n} answered, not closed"))
    return ", ".join(parts)


def transcribed_text(visit: Visit, names: Mapping[str, str]) -> str:
    """What a visit that was entered from a paper form says of it; empty for any other."""
    if visit.paper_on is None:
        return ""
    text = _(
        "Transcribed from paper of {paper} (filled in by {who}); entered on {entered} by {rater}"
    )
    return text.format(
        paper=day(visit.paper_on),
        who=visit.paper_by or _("not recorded"),
        entered=day(visit.started_at.astimezone().date()),
        rater=_named(names, visit.rater),
    )


def visit_title(record: PatientRecord, visit: Visit) -> str:
    """What a visit is called: as its schedule calls it, the first one of a routine patient by that name."""
    if visit.code is None:
        return _("Unscheduled visit")
    protocol = protocols.of(record.patient)
    return protocol.visit_title(visit.code, is_first=record.is_first(visit))


def age(patient: Patient, on: date) -> str:
    """The age with its precision: exact from a birth date, or as it was stated."""
    if patient.born is not None:
        return _("{years} y").format(years=eligibility.completed_years(patient.born, on))
    if patient.stated_age_years is None:
        return _("age unknown")
    if patient.stated_on is None:
        return _("{years} y as stated").format(years=patient.stated_age_years)
    stated = _("{years} y on {day}")
    return stated.format(years=patient.stated_age_years, day=day(patient.stated_on))


def duration(patient: Patient, on: date) -> str:
    """Months since onset on a day, or the stated duration where nothing says when it was true."""
    onset = onset_day(patient)
    if onset is not None:
        months = months_between(onset, on)
        exact = patient.onset is not None and patient.onset.exact
        return (
            number(months, 1, _("months"))
            if exact
            else _("about {n} months").format(n=round(months))
        )
    if patient.stated_duration_months is not None:
        return _("{n:g} months as stated").format(n=patient.stated_duration_months)
    return _("unknown")


def patient_facts(record: PatientRecord, on: date) -> tuple[Fact, ...]:
    patient = record.patient
    protocol = protocols.of(patient)
    facts = [
        Fact(_("Sex, age"), f"{SEX[patient.sex]}, {age(patient, on)}"),
        Fact(_("Born"), day(patient.born)),
        Fact(_("Onset"), _onset(patient)),
        Fact(_("Since onset"), duration(patient, on)),
    ]
    if patient.reference_on is not None:
        facts.append(Fact(protocol.reference, day(patient.reference_on)))
    return tuple(facts)


def _onset(patient: Patient) -> str:
    when = partial_day(patient.onset) if patient.onset else _("date unknown")
    return f"{ONSET[patient.onset_region]}, {when}"


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
        serious=YES if event.serious else NO,
        outcome=OUTCOME[event.outcome] + ended,
        is_serious=event.serious,
        unsure=_unsure(event) if unsure else "",
        field=f"{ADVERSE_EVENTS}/{event_field(event)}",
    )


def _unsure(event: AdverseEvent) -> str:
    known = _("year") if event.onset.month is None else _("month")
    return _("may belong to another visit: only its {known} is known").format(known=known)


def scale_row(
    instrument: Instrument,
    scale: Scale,
    values: Mapping[str, int],
    before: Mapping[str, int] | None,
) -> ScaleRow:
    """One score with its denominator; an incomplete one says how many answers it has."""
    score = scale.score(values)
    earlier = scale.score(before) if before is not None else None
    if score is None:
        answered = scale.answered(values)
        text = _("{n} of {all} answered").format(n=answered, all=len(scale.slots))
    else:
        text = f"{score}/{scale.maximum}"
    return ScaleRow(
        title=f"{instrument.title} {scale.title.lower()}" if scale.total else scale.title,
        score=text,
        previous=MISSING if earlier is None else f"{earlier}/{scale.maximum}",
        change=MISSING if score is None or earlier is None else signed(score - earlier, 0),
        complete=score is not None,
    )


def slope_text(result: Slope | NoSlope) -> str:
    """Points per month with its interval, its forms, their span and the last one's day; or why there is none."""
    if isinstance(result, NoSlope):
        return result.reason
    rate = course.rate_text(result.per_month, _("points/month"))
    return f"{rate} ({course.slope_interval_text(result)}; {course.basis_text(result)})"


def incomplete_text(instrument: Instrument, form: Assessment) -> str:
    """Why nothing can be said from a form that has no total; empty where it has one."""
    total = instrument.total
    if total is None or total.score(form.values) is not None:
        return ""
    text = _("{missing} (this form is incomplete: {n} of {all} answered)")
    n, every = total.answered(form.values), len(total.slots)
    return text.format(missing=MISSING, n=n, all=every)


def without_value(record: PatientRecord, visit: Visit) -> tuple[str, ...]:
    """The questionnaires and sessions of a visit that gave no value, each with why."""
    found = []
    for form in record.assessments:
        if form.visit_id != visit.id:
            continue
        instrument = instruments.named(form.instrument, form.version)
        total = instrument.total
        if form.not_done is not None:
            found.append(f"{instrument.title}: {why_not(form.not_done)}")
        elif total is not None and total.score(form.values) is None:
            n, every = total.answered(form.values), len(total.slots)
            text = _("{title}: {n} of {all} answered")
            found.append(text.format(title=instrument.title, n=n, all=every))
    for session in record.spirometry:
        if session.visit_id == visit.id and session.not_done is not None:
            found.append(f"{spirometry_title(session)}: {why_not(session.not_done)}")
        elif session.visit_id == visit.id and session.blows and evaluate(session).best_ml is None:
            text = _("{title}: no blow counts")
            found.append(text.format(title=spirometry_title(session)))
    return tuple(found)


def spirometry_title(session: Spirometry) -> str:
    return f"{TEST_TYPE[session.test_type]}, {POSITION[session.position]}"


def spirometry_summary(record: PatientRecord, session: Spirometry) -> SpirometrySummary:
    title, field = spirometry_title(session), f"{SPIROMETRY}/{SPIROMETRY}.{session.id}"
    if session.not_done is not None:
        reason = why_not(session.not_done).capitalize()
        return SpirometrySummary(title, reason, (), "", "", field)
    if not session.blows:
        return SpirometrySummary(title, _("No blow entered"), (), "", "", field)
    result = evaluate(session)
    earlier = percent_before(record, session)
    previous = f"{number(earlier[1], 1, '%')}, {day(earlier[0])}" if earlier else MISSING
    facts = [
        Fact(percent_title(session.test_type), number(result.percent, 1, "%")),
        Fact(_("z-score"), number(result.z, 2)),
        Fact(
            _("Predicted"),
            number(result.prediction.predicted if result.prediction else None, 2, "L"),
        ),
        Fact(_("LLN"), number(result.prediction.lln if result.prediction else None, 2, "L")),
        Fact(_("ULN"), number(result.prediction.uln if result.prediction else None, 2, "L")),
        Fact(_("Repeatability"), number(result.repeatability_ml, 0, "mL")),
        Fact(_("Grade"), quality_text(session, result)),
        Fact(_("Previous"), previous),
    ]
    if fev1 := fev1_text(session):
        facts += [Fact(_("FEV1"), fev1), Fact(_("FEV1/FVC"), ratio_text(session))]
    if session.interface is not None:
        facts.append(Fact(_("Interface"), INTERFACE[session.interface]))
    if session.device_percent is not None:
        facts.append(Fact(_("Device prints"), device_percent_text(session.device_percent)))
    return SpirometrySummary(
        title=title,
        headline=number(result.best_l, 2, "L"),
        facts=tuple(facts),
        equation=equation_text(session),
        why_not=result.why_not,
        field=field,
    )


def fev1_text(session: Spirometry) -> str:
    """The FEV1 with what it means; empty where no blow has one."""
    result = evaluate_fev1(session)
    if result is None:
        return ""
    parts = [number(result.best_l, 2, "L")]
    if result.percent is not None:
        parts.append(_("{n} predicted").format(n=number(result.percent, 1, "%")))
        parts.append(_("z {n}").format(n=number(result.z, 2)))
    return " · ".join([*parts, result.grade_text])


def ratio_text(session: Spirometry) -> str:
    """FEV1/FVC as a fraction, with its lower limit or why it has none; a dash where it cannot be formed."""
    ratio = evaluate_ratio(session)
    if ratio is None:
        return MISSING
    parts = [number(ratio.value, 2)]
    if ratio.prediction is not None:
        parts.append(_("z {n}").format(n=number(ratio.z, 2)))
        parts.append(_("LLN {n}").format(n=number(ratio.prediction.lln, 2)))
    elif evaluate(session).prediction is not None:  # what is missing for both is said once
        parts.append(ratio.why_not)
    return " · ".join(parts)


def device_percent_text(percent: float) -> str:
    """A percentage that the device computed by an equation of its own."""
    return _("{n:g} % predicted, its own equation").format(n=percent)


def percent_before(record: PatientRecord, session: Spirometry) -> tuple[date, float] | None:
    """The last % predicted of the same test type and position before this session."""
    earlier = [
        (other.date, result.percent)
        for other, result in vital_capacities(record)
        if (other.test_type, other.position) == (session.test_type, session.position)
        and other.date < session.date
        and result.percent is not None
    ]
    return earlier[-1] if earlier else None


def percent_title(test_type: TestType) -> str:
    """What the percentage is of: GLI has no SVC equation."""
    return _("% predicted") if test_type is TestType.FVC else _("% of predicted FVC")


def quality_text(session: Spirometry, result: Result) -> str:
    acceptable = len(session.volumes_ml(BlowQuality.ACCEPTABLE))
    blows = _("{n} of {all} blows acceptable").format(n=acceptable, all=len(session.blows))
    return f"{result.grade.value} ({blows})"


def equation_text(session: Spirometry) -> str:
    """The equation with the inputs it was given."""
    equation = lung_function.find(session.equation)
    inputs = [SEX[session.sex]]
    if session.age_years is not None:
        inputs.append(number(session.age_years, 1, _("y")))
    if session.height_cm is not None:
        inputs.append(number(session.height_cm, 0, "cm"))
    if equation is not None and session.reference_group is not None:
        inputs.append(equation.groups[session.reference_group])
    title = session.equation if equation is None else equation.title
    return f"{title} · {', '.join(inputs)}"


def total_before(
    record: PatientRecord, instrument: Instrument, on: date
) -> tuple[date, float] | None:
    """The last total of a complete form before a day."""
    points = [p for p in totals(record, instrument) if p.day < on]
    return (points[-1].day, points[-1].value) if points else None


def _form(
    record: PatientRecord, visit: Visit, form: Assessment, names: Mapping[str, str]
) -> FormSummary:
    instrument = instruments.named(form.instrument, form.version)
    seen = _may_see_before(record, visit, form)
    before = plausibility.form_before(record, form, instrument) if seen else None
    title = instruments.title(instrument)
    if form.not_done is not None:
        reason = why_not(form.not_done).capitalize()
        given = [slot for slot in instrument.slots if slot in form.answers]
        items = tuple(_item(instrument, slot, form, None) for slot in given)
        if items:
            reason = _("{reason}. These answers were given anyway, and do not count").format(
                reason=reason
            )
        return FormSummary(title, instrument.citation, reason, "", items, (), "")
    total = (instrument.total,) if instrument.total else ()
    return FormSummary(
        title=title,
        citation=instrument.citation,
        not_done="",
        previous_on=day(before.date) if before else "",
        items=tuple(_item(instrument, slot, form, before) for slot in instrument.slots),
        scales=tuple(
            scale_row(instrument, scale, form.values, before.values if before else None)
            for scale in (*total, *instrument.domains)
        ),
        slope=incomplete_text(instrument, form) or slope_text(slope(record, instrument)),
        has_total=bool(total),
        how=_how(visit, form, names),
        kept=tuple(
            _kept(instrument, form, one, _named(names, one.by))
            for one in record.reconciliations
            if (one.visit_id, one.instrument) == (visit.id, form.instrument)
            and one.decision is Decision.KEPT
        ),
    )


def corrected_text(item: ItemRow) -> str:
    """Why an answer was changed after the comparison, behind the sign that stands beside its score."""
    text = _("{sign} Corrected after the comparison: {reason}")
    return text.format(sign=CORRECTED, reason=item.corrected)


def how_text(form: Assessment, rater_name: str) -> str:
    """Who asked, in which way, and who answered; what nobody recorded is said, not left out."""
    parts = [
        _("Rater {name}").format(name=rater_name),
        MODE[form.mode] if form.mode else _("way not recorded"),
        _("answered by: {who}").format(
            who=RESPONDENT[form.respondent] if form.respondent else _("not recorded")
        ),
    ]
    if form.interpreter is not None:
        parts.append(INTERPRETER[form.interpreter])
    return " · ".join(parts)


def _how(visit: Visit, form: Assessment, names: Mapping[str, str]) -> str:
    """How the form was answered, where that is not what the visit says of itself already."""
    said = (form.rater or visit.rater, form.mode or visit.mode, form.respondent or visit.respondent)
    if said == (visit.rater, visit.mode, visit.respondent) and form.interpreter is None:
        return ""
    return how_text(form, _named(names, said[0]))


def _named(names: Mapping[str, str], login: str) -> str:
    """The full name of a user; the login of one whom the file does not know any more."""
    return names.get(login, login)


def _may_see_before(record: PatientRecord, visit: Visit, form: Assessment) -> bool:
    """While a visit is entered, the form before is not seen until this one was compared with it."""
    wanted = record.thresholds["previous_shown"] == ON
    return wanted or not visit.is_draft or form.compared_at is not None


def _kept(instrument: Instrument, form: Assessment, one: Reconciliation, by: str) -> str:
    """A plausibility question that was answered: what it was about, why it is kept, who said so and when."""
    about = _("total")
    if one.subject in instrument.slots:
        answer = form.answers.get(one.subject)
        item = instrument.item(answer.item) if answer else instrument.variants(one.subject)[0]
        about = f"{item.number} {item.title}"
    text = _("{rule}, {about} ({found}): {reason} ({by}, {at})")
    return text.format(
        rule=one.rule, about=about, found=one.found, reason=one.reason, by=by, at=instant(one.at)
    )


def _item(
    instrument: Instrument, slot: str, form: Assessment, before: Assessment | None
) -> ItemRow:
    answer = form.answers.get(slot)
    item: Item = instrument.item(answer.item) if answer else instrument.variants(slot)[0]
    earlier = before.answers.get(slot) if before else None
    if answer is None:
        text, score = _("not answered"), MISSING
    elif answer.not_done is not None:
        text, score = why_not(answer.not_done), no_score(answer.not_done)
    elif answer.value is not None:
        text, score = item.words(answer.value), str(answer.value)
    return ItemRow(
        number=item.number,
        title=item.title,
        answer=text,
        score=score,
        previous=_previous_score(instrument, item, earlier),
        note=answer.note if answer else "",
        corrected=answer.corrected if answer else "",
        field=f"{instrument.id}/{slot}",
    )


def _previous_score(instrument: Instrument, item: Item, earlier: Answer | None) -> str:
    """The score before; where it was given on the other scale of the question, with that scale's number."""
    if earlier is None or earlier.value is None:
        return MISSING
    if earlier.item == item.id:
        return str(earlier.value)
    return f"{earlier.value} ({instrument.item(earlier.item).number})"


def _visit_facts(record: PatientRecord, visit: Visit, names: Mapping[str, str]) -> tuple[Fact, ...]:
    weights = [v for v in record.finished_visits if v.date < visit.date and v.weight_kg is not None]
    weight = number(visit.weight_kg, 1, "kg")
    if visit.weight_kg is not None and weights and weights[-1].weight_kg is not None:
        change = signed(visit.weight_kg - weights[-1].weight_kg, 1, "kg")
        weight += _(" ({change} since {day})").format(change=change, day=day(weights[-1].date))
    answered_by = RESPONDENT[visit.respondent] if visit.respondent else MISSING
    title = f"{visit_title(record, visit)}, {day(visit.date)}"
    facts = [
        Fact(_("Visit"), title, "details/date"),
        Fact(_("How"), MODE[visit.mode] if visit.mode else MISSING, "details/mode"),
        Fact(_("Answered by"), answered_by, "details/respondent"),
        Fact(_("Rater"), _named(names, visit.rater)),
        Fact(_("Weight"), weight, "details/details.weight"),
    ]
    if paper := transcribed_text(visit, names):
        facts.append(Fact(_("Paper"), paper, "details/details.paper_on"))
    return tuple(facts)


def _course(record: PatientRecord, visit: Visit) -> tuple[Fact, ...]:
    """How far and how fast, as known on the day of the visit: stages, deltaFS, slopes, the NIV line."""
    facts = []
    form = record.assessment(visit.id, instruments.ALSFRS_R)
    answered = form is not None and bool(form.values)
    if form is not None and answered:
        found = course.stages(record, form)
        parts = [
            _("King's {stage}").format(stage=course.kings_text(found.kings)),
            _("MiToS {stage}").format(stage=course.mitos_text(found.mitos)),
        ]
        if found.ft9_shown:
            text = MISSING if found.ft9 is None else str(found.ft9)
            parts.append(_("FT9 {n} (rule unconfirmed)").format(n=text))
        facts.append(Fact(_("Stages"), f"{' · '.join(parts)} · {course.ESTIMATED}"))
    if visit.clinical_stage is not None:
        facts.append(Fact(_("King's stage, clinical"), visit.clinical_stage.value, "note/stage"))
    if form is not None and answered:
        facts += _rates(record, form)
    if any(session.visit_id == visit.id and session.measured for session in record.spirometry):
        crossing = course.capacity_crossing(record)
        if crossing is not None:
            percent = record.thresholds["a1_vc_percent"]
            title = _("{series} at {n:g} %, projected").format(
                series=crossing[0].removesuffix(" %"), n=percent
            )
            facts.append(Fact(title, course.crossing_text(crossing[1])))
    return tuple(facts)


def _rates(record: PatientRecord, form: Assessment) -> list[Fact]:
    """deltaFS and slopes; of an incomplete form a dash, and never those of an older one."""
    title = _("deltaFS since onset")
    if why := incomplete_text(instruments.named(form.instrument, form.version), form):
        return [Fact(title, why)]
    rate = course.delta_fs(record)
    facts = [] if rate is None else [Fact(title, course.delta_fs_text(rate))]
    # The slope over all forms stands below the scores.
    facts += [
        Fact(_("Slope {window}").format(window=one.name), slope_text(one.result))
        for one in course.slopes(record)
        if one.window is not course.Window.ALL and isinstance(one.result, Slope)
    ]
    return facts


def measurement_text(kind: str, value: float) -> str:
    """The value in its unit; the bare number where this program does not know the kind."""
    known = kinds().get(kind)
    return f"{value:g}" if known is None else number(value, known.decimals, known.unit)


def measurement_before(record: PatientRecord, kind: str, on: date) -> tuple[date, float] | None:
    """The last value of one kind of measurement before a day."""
    earlier = [found for found in record.measured(kind) if found[0] < on]
    return earlier[-1] if earlier else None


def nutrition_facts(record: PatientRecord, visit: Visit) -> tuple[Fact, ...]:
    """Body mass index, and the change since the first weight and the highest; nothing without a weight at this visit."""
    if visit.weight_kg is None:
        return ()
    index = bmi(visit.weight_kg, record.patient.height_cm)
    unknown = _("needs the height")
    facts = [Fact(_("BMI"), unknown if index is None else number(index, 1, "kg/m²"))]
    first = first_weight(record, visit.date)
    if first is not None:
        lost = weight_loss_percent(first[1], visit.weight_kg)
        change = signed(None if lost is None else -lost, 1, "%")
        text = _("{change} since {day} ({weight})")
        weight = number(first[1], 1, "kg")
        words = text.format(change=change, day=day(first[0]), weight=weight)
        facts.append(Fact(_("Weight change"), words))
    highest = highest_weight(record, visit.date)
    if first is not None and highest is not None and highest[1] > max(first[1], visit.weight_kg):
        lost = weight_loss_percent(highest[1], visit.weight_kg)
        below = _("{lost} below {weight}, {day}").format(
            lost=number(lost, 1, "%"), weight=number(highest[1], 1, "kg"), day=day(highest[0])
        )
        facts.append(Fact(_("Highest weight"), below))
    return tuple(facts)


def _measurements(record: PatientRecord, visit: Visit) -> tuple[Fact, ...]:
    """What was measured at the visit, in the order in which it is asked, and what weight and height say."""
    mine = [m for m in record.measurements if m.visit_id == visit.id]
    mine.sort(key=lambda m: [*kinds(), m.kind].index(m.kind))
    return (*(_measurement(record, visit, m) for m in mine), *nutrition_facts(record, visit))


def _measurement(record: PatientRecord, visit: Visit, measurement: Measurement) -> Fact:
    known = kinds().get(measurement.kind)
    value = measurement.value
    text = MISSING if value is None else measurement_text(measurement.kind, value)
    if measurement.not_done is not None:
        text = why_not(measurement.not_done)
    before = measurement_before(record, measurement.kind, visit.date)
    if before is not None:
        was = measurement_text(measurement.kind, before[1])
        text += _(" (before: {value}, {day})").format(value=was, day=day(before[0]))
    if measurement.note:
        text += f": {measurement.note}"
    name = measurement.kind if known is None else known.short
    return Fact(name, text, f"{MEASUREMENTS}/measurement.value.{measurement.kind}")


def _action(action: alerts.Action, names: Mapping[str, str]) -> ActionRow:
    decided = action.decision
    return ActionRow(
        title=action.title,
        line=action.line,
        details=tuple(one.text for one in action.details),
        sources=tuple(dict.fromkeys(f"{one.code}: {one.source}." for one in action.details)),
        decided=(
            "" if decided is None else alerts.decision_text(decided, _named(names, decided.by))
        ),
    )


def _no_events(visit: Visit) -> str:
    """What stands where no event is listed: asked and none, or never asked. Unknown is not no."""
    if visit.new_events is None:
        return _("Not asked.")
    return (
        _("Something new, but no event was entered.")
        if visit.new_events
        else _("Asked: nothing new.")
    )


def _eligibility(record: PatientRecord, visit: Visit, names: Mapping[str, str]) -> tuple[Fact, ...]:
    """At screening all that is not simply fulfilled; at other visits only what fails and is no accepted deviation."""
    protocol = protocols.of(record.patient)
    states = eligibility.evaluate(record, protocol)
    screening = bool(states) and ELIGIBILITY in protocol.assessments_of(visit.code)
    facts = [
        Fact(FULFILMENT[one.state].capitalize(), _criterion(one, names))
        for one in states
        if one.fails or (screening and one.waived)
    ]
    if not screening:
        return tuple(facts)
    unknown = [
        eligibility.requirement(one.criterion)
        for one in states
        if one.state is Fulfilment.UNKNOWN and not one.waived
    ]
    if unknown:
        facts.append(Fact(FULFILMENT[Fulfilment.UNKNOWN].capitalize(), "; ".join(unknown)))
    return (Fact(_("Criteria"), eligibility.headline(states)), *facts)


def _criterion(one: CriterionState, names: Mapping[str, str]) -> str:
    """What was required, what there is, and the deviation."""
    text = eligibility.requirement(one.criterion)
    if one.value:
        text = _("{requirement}; here {value}").format(requirement=text, value=one.value)
        text += f" ({one.origin})" if one.origin else ""
    return ". ".join(part for part in (text, eligibility.waiver_text(one.said, names)) if part)


def _tasks(record: PatientRecord, visit: Visit) -> tuple[Fact, ...]:
    protocol = protocols.of(record.patient)
    facts = []
    for result in record.tasks:
        task = protocol.task(result.task)
        if result.visit_id == visit.id and task is not None:
            state = _("done") if result.done else _("not done")
            said = f"{state}: {result.note}" if result.note else state
            facts.append(Fact(task.title, said, f"tasks/{task.id}"))
    return tuple(facts)
