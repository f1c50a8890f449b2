"""One visit in words and numbers. The review on screen and the printed page show these very texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item, Scale
from core.labels import (
    EXTERNAL,
    GRADE,
    MILESTONES,
    MODE,
    NOT_DONE,
    ONSET,
    OUTCOME,
    POSITION,
    RESPONDENT,
    SEX,
    TEST_TYPE,
)
from core.model.adverse_event import AdverseEvent
from core.model.assessment import Answer, Assessment
from core.model.ids import VisitId
from core.model.partial_date import PartialDate
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.spirometry import BlowQuality, Spirometry, TestType
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.science.lung_function import EQUATION_TITLE, age_in_years
from core.science.progression import NoSlope, Slope, months_between
from core.science.spirometry import Result, evaluate
from core.trends import onset_day, slope, totals, vital_capacities
from core.words import MISSING, _, day, month_name, number, signed

YES, NO = _("yes"), _("no")


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One question: this answer and the previous one. ``score`` is a digit, or a dash when there is none."""

    number: str
    title: str
    answer: str
    score: str
    previous: str
    note: str


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
    title: str
    citation: str
    not_done: str
    previous_on: str
    items: tuple[ItemRow, ...]
    scales: tuple[ScaleRow, ...]
    slope: str


@dataclass(frozen=True, slots=True)
class SpirometrySummary:
    """``headline`` is the best value; ``facts`` say what it means; ``why_not`` why it has no % predicted."""

    title: str
    headline: str
    facts: tuple[Fact, ...]
    equation: str
    why_not: str


@dataclass(frozen=True, slots=True)
class EventRow:
    term: str
    onset: str
    grade: str
    serious: str
    outcome: str
    is_serious: bool


@dataclass(frozen=True, slots=True)
class VisitSummary:
    """Everything of one visit, ready to be shown."""

    title: str
    on: str
    record_number: str
    patient_name: str
    patient: tuple[Fact, ...]
    visit: tuple[Fact, ...]
    forms: tuple[FormSummary, ...]
    spirometry: tuple[SpirometrySummary, ...]
    events_title: str
    events: tuple[EventRow, ...]
    no_events: str
    milestones: tuple[Fact, ...]
    tasks: tuple[Fact, ...]
    stated: tuple[Fact, ...]
    note: str
    draft: bool


def build(record: PatientRecord, visit_id: VisitId, rater_name: str) -> VisitSummary:
    """The summary of one visit, from what was known up to its day: later visits do not change it."""
    visit = record.visit(visit_id)
    record = record.up_to(visit.date)
    previous = record.visit_before(visit)
    events = events_since_last_visit(record, visit)
    return VisitSummary(
        title=visit_title(record.patient, visit),
        on=day(visit.date),
        record_number=record.patient.record_number,
        patient_name=record.patient.name,
        patient=patient_facts(record, visit.date),
        visit=_visit_facts(record, visit, rater_name),
        forms=tuple(
            _form(record, form, instruments.named(form.instrument))
            for form in record.assessments
            if form.visit_id == visit.id
        ),
        spirometry=tuple(
            spirometry_summary(record, session)
            for session in record.spirometry
            if session.visit_id == visit.id
        ),
        events_title=(
            _("Adverse events since {day}").format(day=day(previous.date))
            if previous
            else _("Adverse events")
        ),
        events=tuple(event_row(event) for event in events),
        no_events=_no_events(visit),
        milestones=tuple(
            Fact(MILESTONES[m.kind], partial_day(m.happened_on)) for m in record.milestones
        ),
        tasks=_tasks(record, visit),
        stated=tuple(
            Fact(EXTERNAL[result.kind], f"{result.value:g}, {day(result.measured_on)}")
            for result in record.external
        ),
        note=visit.note,
        draft=visit.is_draft,
    )


def visit_title(patient: Patient, visit: Visit) -> str:
    if visit.code is None:
        return _("Unscheduled visit")
    return protocols.of(patient).visit_title(visit.code)


def partial_day(value: PartialDate | None) -> str:
    """A date to the precision it is known: 2012, Sep 2012 or 15 Sep 2012."""
    if value is None:
        return MISSING
    if value.month is None:
        return str(value.year)
    if value.day is None:
        return f"{month_name(value.month)} {value.year}"
    return day(value.first)


def age(patient: Patient, on: date) -> str:
    """The age with its precision: exact from a birth date, or as it was stated."""
    if patient.born is not None:
        before_birthday = (on.month, on.day) < (patient.born.month, patient.born.day)
        return _("{years} y").format(years=on.year - patient.born.year - before_birthday)
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


def events_since_last_visit(record: PatientRecord, visit: Visit) -> tuple[AdverseEvent, ...]:
    """Reported at this visit; or, where no visit reported it, begun since the visit before."""
    previous = record.visit_before(visit)

    def since_then(event: AdverseEvent) -> bool:
        onset = event.onset.assumed
        return onset <= visit.date and (previous is None or onset > previous.date)

    return tuple(
        event
        for event in record.events
        if (since_then(event) if event.visit_id is None else event.visit_id == visit.id)
    )


def event_row(event: AdverseEvent) -> EventRow:
    ended = f", {partial_day(event.ended)}" if event.ended else ""
    return EventRow(
        term=event.term,
        onset=partial_day(event.onset),
        grade=GRADE[event.grade],
        serious=YES if event.serious else NO,
        outcome=OUTCOME[event.outcome] + ended,
        is_serious=event.serious,
    )


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
        title=f"{instrument.title} {scale.title.lower()}"
        if scale is instrument.total
        else scale.title,
        score=text,
        previous=MISSING if earlier is None else f"{earlier}/{scale.maximum}",
        change=MISSING if score is None or earlier is None else signed(score - earlier, 0),
        complete=score is not None,
    )


def slope_text(result: Slope | NoSlope) -> str:
    """Points per month with its interval, or why there is none."""
    if isinstance(result, NoSlope):
        return result.reason
    text = number(result.per_month, 2, _("points/month"))
    basis = _("{n} forms over {days} days").format(n=result.n, days=result.span_days)
    if result.ci_low is None or result.ci_high is None:
        return f"{text} ({basis})"
    low, high = number(result.ci_low, 2), number(result.ci_high, 2)
    return _("{slope} (95 % CI {low} to {high}; {basis})").format(
        slope=text, low=low, high=high, basis=basis
    )


def spirometry_summary(record: PatientRecord, session: Spirometry) -> SpirometrySummary:
    title = f"{TEST_TYPE[session.test_type]}, {POSITION[session.position]}"
    if session.not_done is not None:
        reason = _("Not done: {reason}").format(reason=NOT_DONE[session.not_done])
        return SpirometrySummary(title, reason, (), "", "")
    if not session.blows:
        return SpirometrySummary(title, _("No blow entered"), (), "", "")
    result = evaluate(session, record.patient)
    earlier = percent_before(record, session)
    previous = f"{number(earlier[1], 1, '%')}, {day(earlier[0])}" if earlier else MISSING
    facts = [
        Fact(percent_title(session.test_type), number(result.percent, 1, "%")),
        Fact(_("z-score"), number(result.z, 2)),
        Fact(
            _("Predicted"),
            number(result.prediction.predicted_l if result.prediction else None, 2, "L"),
        ),
        Fact(_("LLN"), number(result.prediction.lln_l if result.prediction else None, 2, "L")),
        Fact(_("Repeatability"), number(result.repeatability_ml, 0, "mL")),
        Fact(_("Grade"), quality_text(session, result)),
        Fact(_("Previous"), previous),
    ]
    return SpirometrySummary(
        title=title,
        headline=number(result.best_l, 2, "L"),
        facts=tuple(facts),
        equation=equation_text(record.patient, session),
        why_not=result.why_not,
    )


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


def equation_text(patient: Patient, session: Spirometry) -> str:
    """The equation with the inputs it was given."""
    inputs = [SEX[patient.sex]]
    if patient.born is not None:
        years = age_in_years(patient.born, session.date)
        inputs.append(number(years, 1, _("y")))
    if session.height_cm is not None:
        inputs.append(number(session.height_cm, 0, "cm"))
    return f"{EQUATION_TITLE} · {', '.join(inputs)}"


def total_before(
    record: PatientRecord, instrument: Instrument, on: date
) -> tuple[date, float] | None:
    """The last total of a complete form before a day."""
    points = [p for p in totals(record, instrument) if p.day < on]
    return (points[-1].day, points[-1].value) if points else None


def _form(record: PatientRecord, form: Assessment, instrument: Instrument) -> FormSummary:
    before = form_before(record, form)
    if form.not_done is not None:
        reason = NOT_DONE[form.not_done]
        return FormSummary(instrument.title, instrument.citation, reason, "", (), (), "")
    return FormSummary(
        title=instrument.title,
        citation=instrument.citation,
        not_done="",
        previous_on=day(before.date) if before else "",
        items=tuple(_item(instrument, slot, form, before) for slot in instrument.slots),
        scales=tuple(
            scale_row(instrument, scale, form.values, before.values if before else None)
            for scale in instrument.scales
        ),
        slope=slope_text(slope(record, instrument)),
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
        text, score = _("not done: {reason}").format(reason=NOT_DONE[answer.not_done]), MISSING
    else:
        score = str(answer.value)
        text = next(choice.text for choice in item.choices if choice.score == answer.value)
    return ItemRow(
        number=item.number,
        title=item.title,
        answer=text,
        score=score,
        previous=_previous_score(instrument, item, earlier),
        note=answer.note if answer else "",
    )


def form_before(record: PatientRecord, form: Assessment) -> Assessment | None:
    """The last form with answers of an earlier visit that was finished."""
    finished = {visit.id for visit in record.finished_visits}
    earlier = [
        other
        for other in record.answered(form.instrument)
        if other.date < form.date and other.visit_id in finished and other.values
    ]
    return earlier[-1] if earlier else None


def _previous_score(instrument: Instrument, item: Item, earlier: Answer | None) -> str:
    """The score before; where it was given on the other scale of the question, with that scale's number."""
    if earlier is None or earlier.value is None:
        return MISSING
    if earlier.item == item.id:
        return str(earlier.value)
    return f"{earlier.value} ({instrument.item(earlier.item).number})"


def _visit_facts(record: PatientRecord, visit: Visit, rater_name: str) -> tuple[Fact, ...]:
    weights = [v for v in record.finished_visits if v.date < visit.date and v.weight_kg is not None]
    weight = number(visit.weight_kg, 1, "kg")
    if visit.weight_kg is not None and weights and weights[-1].weight_kg is not None:
        change = signed(visit.weight_kg - weights[-1].weight_kg, 1, "kg")
        weight += f" ({change})"
    return (
        Fact(_("Visit"), f"{visit_title(record.patient, visit)}, {day(visit.date)}"),
        Fact(_("How"), MODE[visit.mode] if visit.mode else MISSING),
        Fact(_("Answered by"), RESPONDENT[visit.respondent] if visit.respondent else MISSING),
        Fact(_("Rater"), rater_name),
        Fact(_("Weight"), weight),
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


def _tasks(record: PatientRecord, visit: Visit) -> tuple[Fact, ...]:
    protocol = protocols.of(record.patient)
    facts = []
    for result in record.tasks:
        task = protocol.task(result.task)
        if result.visit_id == visit.id and task is not None:
            state = _("done") if result.done else _("not done")
            facts.append(Fact(task.title, f"{state}: {result.note}" if result.note else state))
    return tuple(facts)
