"""The figures and the timeline at the top of a patient's chart."""

from dataclasses import dataclass
from datetime import date

from core.instruments import catalog as instruments
from core.labels import MILESTONES
from core.model.patient import ExternalKind, ExternalResult
from core.model.record import PatientRecord
from core.model.spirometry import Position, TestType
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.science.progression import NoSlope, months_between
from core.summary import duration, event_row, partial_day, slope_text, visit_title
from core.trends import reference_day, slope, totals, vital_capacities
from core.words import MISSING, _, day, number, signed


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it is and what it compares to; ``tip`` explains it in full."""

    title: str
    text: str
    beside: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline; ``kind`` is visit, draft, event, serious, milestone or reference."""

    on: date
    when: str
    title: str
    detail: str
    kind: str


def figures(record: PatientRecord, today: date) -> tuple[Figure, ...]:
    """What a neurologist reads in twenty seconds."""
    return (
        _total(record),
        _slope(record),
        _capacity(record),
        _weight(record),
        _since(record, today),
    )


def timeline(record: PatientRecord) -> tuple[Happening, ...]:
    """What happened, the latest first."""
    happenings = [_visit(record, visit) for visit in record.visits]
    for event in record.events:
        said = event_row(event)
        serious = _("serious") + " · " if event.serious else ""
        detail = f"{serious}{said.outcome}"
        kind = "serious" if event.serious else "event"
        title = _("{term}, grade {grade}").format(term=event.term, grade=event.grade.value)
        happenings.append(Happening(event.onset.assumed, said.onset, title, detail, kind))
    for milestone in record.milestones:
        when = partial_day(milestone.happened_on)
        title, note = MILESTONES[milestone.kind], milestone.note
        happenings.append(Happening(milestone.happened_on.assumed, when, title, note, "milestone"))
    reference = record.patient.reference_on
    if reference is not None and not any(v.date == reference for v in record.visits):
        title = protocols.of(record.patient).reference
        happenings.append(Happening(reference, day(reference), title, _("day 0"), "reference"))
    undated = [_stated(result) for result in record.external if result.measured_on is None]
    if undated:
        text = _("baseline, date unknown")
        before = date.min  # below everything that has a date
        happenings.append(Happening(before, text, " · ".join(undated), "", "reference"))
    return tuple(sorted(happenings, key=lambda one: one.on, reverse=True))


def _visit(record: PatientRecord, visit: Visit) -> Happening:
    instrument = instruments.alsfrs_r()
    parts = []
    form = record.assessment(visit.id, instrument.id)
    score = instrument.total.score(form.values) if form else None
    if score is not None:
        parts.append(f"{score}/{instrument.total.maximum}")
    for session, result in vital_capacities(record):
        if session.visit_id == visit.id and result.percent is not None:
            name = session.test_type.value.upper()
            parts.append(f"{name} {number(result.percent, 0, '%')}")
    parts += [_stated(result) for result in record.external if result.measured_on == visit.date]
    if visit.is_draft:
        parts.append(_("in progress"))
    kind = "draft" if visit.is_draft else "visit"
    title = visit_title(record.patient, visit)
    return Happening(visit.date, day(visit.date), title, " · ".join(parts), kind)


def _stated(result: ExternalResult) -> str:
    if result.kind is ExternalKind.ALSFRS_R_TOTAL:
        return _("{n:g}/48 stated").format(n=result.value)
    return _("FVC {n:g} % stated").format(n=result.value)


def _total(record: PatientRecord) -> Figure:
    instrument = instruments.alsfrs_r()
    title = _("{instrument} total").format(instrument=instrument.title)
    points = totals(record, instrument)
    if not points:
        stated = record.stated(ExternalKind.ALSFRS_R_TOTAL)
        if stated:
            text = f"{stated[-1].value:g} / {instrument.total.maximum}"
            when = day(stated[-1].measured_on) if stated[-1].measured_on else _("date unknown")
            beside = _("stated, items unknown, {day}").format(day=when)
            return Figure(title, text, beside, stated[-1].source)
        return Figure(title, MISSING, _("no complete form"))
    last = points[-1]
    text = f"{last.value:g} / {instrument.total.maximum}"
    if len(points) == 1:
        return Figure(title, text, last.note or day(last.day), day(last.day))
    change = signed(last.value - points[-2].value, 0)
    return Figure(
        title, text, _("{change} since {day}").format(change=change, day=day(points[-2].day))
    )


def _slope(record: PatientRecord) -> Figure:
    result = slope(record, instruments.alsfrs_r())
    title = _("Slope, all forms")
    if isinstance(result, NoSlope):
        return Figure(title, MISSING, _("too few forms"), result.reason)
    text = _("{slope} /month").format(slope=number(result.per_month, 2))
    if result.ci_low is None or result.ci_high is None:
        beside = _("{n} forms").format(n=result.n)
    else:
        low, high = number(result.ci_low, 2), number(result.ci_high, 2)
        beside = _("95 % CI {low} to {high}").format(low=low, high=high)
    return Figure(title, text, beside, slope_text(result))


def _capacity(record: PatientRecord) -> Figure:
    title = _("FVC, % predicted")
    measured = [
        (session, result)
        for session, result in vital_capacities(record)
        if session.test_type is TestType.FVC
        and session.position is Position.SITTING
        and result.percent is not None
    ]
    if not measured:
        stated = record.stated(ExternalKind.FVC_PERCENT)
        if stated:
            value = number(stated[-1].value, 1, "%")
            return Figure(title, value, _("stated, equation unknown"), stated[-1].source)
        return Figure(title, MISSING, _("not measured"))
    session, result = measured[-1]
    text = number(result.percent, 1, "%")
    tip = f"{result.grade_text}, {day(session.date)}"
    if len(measured) == 1:
        return Figure(title, text, tip, tip)
    before, earlier = measured[-2]
    change = signed((result.percent or 0) - (earlier.percent or 0), 1, "%")
    return Figure(
        title, text, _("{change} since {day}").format(change=change, day=day(before.date)), tip
    )


def _weight(record: PatientRecord) -> Figure:
    weights = [v for v in record.visits if v.weight_kg is not None]
    title = _("Weight")
    if not weights:
        return Figure(title, MISSING, _("not measured"))
    first, last = weights[0], weights[-1]
    text = number(last.weight_kg, 1, "kg")
    if first is last or first.weight_kg is None or last.weight_kg is None:
        return Figure(title, text, day(last.date))
    percent = 100 * (last.weight_kg - first.weight_kg) / first.weight_kg
    beside = _("{change} since {day}").format(change=signed(percent, 1, "%"), day=day(first.date))
    return Figure(title, text, beside)


def _since(record: PatientRecord, today: date) -> Figure:
    patient = record.patient
    end = record.participation_ended or today
    beside = ""
    reference = reference_day(record)
    if reference is not None and reference <= end:
        event = protocols.of(patient).reference.lower()
        months = number(months_between(reference, end), 1, _("months"))
        beside = _("{months} since {event}").format(months=months, event=event)
    return Figure(_("Since onset"), duration(patient, end), beside)
