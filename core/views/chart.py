"""The figures and the timeline at the top of a patient's chart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.instruments import catalog as instruments
from core.labels import MILESTONES, POSITION, TEST_TYPE, why_not
from core.model.partial_date import partial_day
from core.model.patient import ExternalKind, ExternalResult
from core.model.record import PatientRecord
from core.model.spirometry import Position, Spirometry
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.science.nutrition import first_weight, weight_loss_percent
from core.science.progression import NoSlope, months_between
from core.science.spirometry import Result, leading_capacities, vital_capacities
from core.views import course
from core.views.events import event_row
from core.views.progression import slope_text
from core.views.spirometry import percent_title
from core.views.trends import totals
from core.views.visit_summary import without_value
from core.views.visit_words import visit_title
from core.words import MISSING, _, day, number, signed


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it is and what it compares to; ``tip`` explains it in full.

    ``dated`` and ``lines`` say the same as ``beside`` in pieces: its day, and a line each of what follows.
    """

    title: str
    text: str
    beside: str
    tip: str = ""
    dated: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline; ``kind`` is visit, draft, event, serious, milestone or reference."""

    on: date
    when: str
    title: str
    detail: str
    kind: str


def figures(record: PatientRecord, today: date) -> tuple[Figure, ...]:
    """What a neurologist reads in twenty seconds, each with the day of its own value.

    ``today`` is the day of the page: what is a year older than it says so.
    """
    return (
        _total(record, today),
        _delta_fs(record),
        _slope(record),
        _stage(record, today),
        _capacity(record, today),
        _weight(record, today),
    )


def timeline(record: PatientRecord) -> tuple[Happening, ...]:
    """What happened, the latest first."""
    measured = vital_capacities(record)
    happenings = [_visit(record, visit, measured) for visit in record.visits]
    for event in record.events:
        said = event_row(event)
        serious = _("serious") + " · " if event.serious else ""
        detail = f"{serious}{said.outcome}"
        kind = "serious" if event.serious else "event"
        title = _("{term}, grade {grade}").format(term=event.term, grade=event.grade.value)
        happenings.append(Happening(record.began(event), said.onset, title, detail, kind))
    for milestone in record.turning_points:
        when = partial_day(milestone.happened_on)
        title, note = MILESTONES[milestone.kind], milestone.note
        happenings.append(Happening(milestone.happened_on.first, when, title, note, "milestone"))
    reference = record.patient.reference_on
    if reference is not None and not any(v.date == reference for v in record.visits):
        title = protocols.of(record.patient).reference
        happenings.append(Happening(reference, day(reference), title, _("day 0"), "reference"))
    undated = [_stated(result) for result in record.external if result.measured_on is None]
    if undated:
        text = _("baseline, date unknown")
        before = date.min  # below everything that has a date
        happenings.append(Happening(before, text, " · ".join(undated), "", "reference"))
    happenings.reverse()  # of one day, too, the later first: sorting keeps the order of equals
    return tuple(sorted(happenings, key=lambda one: one.on, reverse=True))


def _visit(
    record: PatientRecord, visit: Visit, measured: Sequence[tuple[Spirometry, Result]]
) -> Happening:
    parts = []
    for form in (form for form in record.assessments if form.visit_id == visit.id):
        instrument = instruments.named(form.instrument, form.version)
        scale = instrument.total
        score = scale.score(form.values) if scale else None
        if scale and score is not None:
            of_which = "" if instrument.id == instruments.ALSFRS_R else f"{instrument.title} "
            parts.append(f"{of_which}{score}/{scale.maximum}")
    for session, result in measured:
        if session.visit_id == visit.id and result.best_l is not None:
            seated = session.position is Position.SITTING
            name = TEST_TYPE[session.test_type]
            name = name if seated else f"{name} {POSITION[session.position]}"
            percent = None if result.percent is None else number(result.percent, 0, "%")
            parts.append(f"{name} {percent or number(result.best_l, 2, 'L')}")
    parts += without_value(record, visit)
    parts += [_stated(result) for result in record.external if result.measured_on == visit.date]
    if visit.paper_on is not None:
        parts.append(_("transcribed from paper"))
    if visit.is_draft:
        parts.append(_("in progress"))
    kind = "draft" if visit.is_draft else "visit"
    title = visit_title(record, visit)
    return Happening(visit.date, day(visit.date), title, " · ".join(parts), kind)


def _stated(result: ExternalResult) -> str:
    if result.kind is ExternalKind.ALSFRS_R_TOTAL:
        return _("{n:g}/48 stated").format(n=result.value)
    return _("FVC {n:g} % stated").format(n=result.value)


def _total(record: PatientRecord, today: date) -> Figure:
    instrument = instruments.alsfrs_r()
    maximum = instruments.alsfrs_r_total().maximum
    title = _("{instrument} total").format(instrument=instrument.title)
    points = totals(record, instrument)
    if not points:
        stated = record.stated(ExternalKind.ALSFRS_R_TOTAL)
        if stated:
            text = f"{stated[-1].value:g} / {maximum}"
            when = day(stated[-1].measured_on) if stated[-1].measured_on else _("date unknown")
            beside = _("stated, items unknown, {day}").format(day=when)
            return Figure(title, text, beside, stated[-1].source)
        return Figure(title, MISSING, _("no complete form"))
    last = points[-1]
    text = f"{last.value:g} / {maximum}"
    if len(points) == 1:
        return _latest(title, text, last.day, today, tip=last.note)
    change = signed(last.value - points[-2].value, 0, _("points"))
    return _latest(title, text, last.day, today, change=change, before=points[-2].day)


def _delta_fs(record: PatientRecord) -> Figure:
    """With the points, the months and the day that it is made from: not those of today."""
    title = _("deltaFS since onset")
    rate = course.delta_fs(record)
    if rate is None:
        why = _("It needs the onset and a complete ALSFRS-R.")
        return Figure(title, MISSING, why, why)
    beside = f"{course.pace_text(rate)}, {course.delta_fs_basis_text(rate)}"
    tip = _("(48 − total) / months since onset: {rate}").format(rate=course.delta_fs_text(rate))
    text = course.delta_fs_rate_text(rate, _("/month"))
    return Figure(title, text, beside, tip, lines=course.delta_fs_lines(rate))


def _slope(record: PatientRecord) -> Figure:
    """The last months where they hold enough forms, else all forms; the tip names every window."""
    found = course.slopes(record)
    tip = "\n".join(f"{one.name}: {slope_text(one.result)}" for one in found)
    result = course.shown_slope(found)
    title = _("ALSFRS-R slope")
    if isinstance(result, NoSlope):
        forms = len({point.day for point in totals(record, instruments.alsfrs_r())})
        days = record.thresholds["slope_minimum_days"]
        why = _("too few forms") if forms < 2 else _("under {n:g} days").format(n=days)
        return Figure(title, MISSING, why, tip)
    text = course.rate_text(result.per_month, _("/month"))
    lines = (course.basis_text(result), course.slope_interval_text(result))
    return Figure(title, text, ", ".join(lines), tip, lines=lines)


def _stage(record: PatientRecord, today: date) -> Figure:
    title = _("King's · MiToS")
    if record.died_on is not None:
        return Figure(title, "5 · 5", _("death, {day}").format(day=partial_day(record.died_on)))
    found, judged = course.last_stages(record), course.clinical_stage(record)
    if found is None:
        text, parts, tip = MISSING, [_("no answered ALSFRS-R")], ""
    else:
        kings = course.kings_short(found.kings)
        mitos = MISSING if found.mitos.stage is None else str(found.mitos.stage)
        text = f"{kings} · {mitos}"
        parts = [_(course.ESTIMATED), _dated(found.on, today)]
        tip = "\n".join(
            (
                _("King's: {text}").format(text=course.kings_text(found.kings)),
                _("MiToS: {text}").format(text=course.mitos_text(found.mitos)),
                _("{estimated}, {day}").format(estimated=_(course.ESTIMATED), day=day(found.on)),
            )
        )
        if found.ft9_shown:
            ft9 = MISSING if found.ft9 is None else str(found.ft9)
            tip += "\n" + _("FT9: {n} (rule unconfirmed)").format(n=ft9)
    if judged is not None:
        on, stage = judged
        judged_as = _("clinical King's {stage}, {day}").format(stage=stage.value, day=day(on))
        parts.append(judged_as)
        tip += f"\n{judged_as}"
    return Figure(title, text, ", ".join(parts), tip.strip())


def _capacity(record: PatientRecord, today: date) -> Figure:
    """Seated FVC; seated SVC where no FVC was ever measured. They are never compared with one another."""
    measured = leading_capacities(record)
    if not measured:
        every = vital_capacities(record)
        title, stated = _("FVC, % predicted"), record.stated(ExternalKind.FVC_PERCENT)
        if every:
            session, result = every[-1]
            name = f"{TEST_TYPE[session.test_type]}, {POSITION[session.position]}"
            beside = _("no % predicted, {day}").format(day=_dated(session.date, today))
            return Figure(name, number(result.best_l, 2, "L"), beside, result.why_not)
        if stated:
            value = number(stated[-1].value, 1, "%")
            beside = _("stated, equation unknown, {day}").format(
                day=day(stated[-1].measured_on) if stated[-1].measured_on else _("date unknown")
            )
            return Figure(title, value, beside, stated[-1].source)
        return Figure(title, MISSING, _no_capacity(record))
    session, result = measured[-1]
    title = f"{TEST_TYPE[session.test_type]}, {percent_title(session.test_type)}"
    text = number(result.percent, 1, "%")
    tip = f"{result.grade_text}, {day(session.date)}"
    if (crossing := course.capacity_crossing(record)) is not None:
        line = _("{n:g} %: {text}").format(
            n=record.thresholds["a1_vc_percent"], text=course.crossing_text(crossing[1])
        )
        tip = f"{tip}\n{line}"
    if len(measured) == 1:
        alone = _latest(title, text, session.date, today, tip=tip)
        return replace(alone, beside=f"{result.grade_text}, {alone.beside}")
    before, earlier = measured[-2]
    change = signed((result.percent or 0) - (earlier.percent or 0), 1, _("points"))
    return _latest(title, text, session.date, today, change=change, before=before.date, tip=tip)


def _no_capacity(record: PatientRecord) -> str:
    """Why there is none: what was tried last and not done, or that nothing was ever entered."""
    tried = [session for session in record.spirometry if session.not_done is not None]
    if not tried or tried[-1].not_done is None:
        return _("never entered")
    return f"{why_not(tried[-1].not_done)}, {day(tried[-1].date)}"


def _weight(record: PatientRecord, today: date) -> Figure:
    weights = [v for v in record.visits if v.weight_kg is not None]
    title = _("Weight")
    if not weights:
        return Figure(title, MISSING, _("never entered"))
    last = weights[-1]
    text = number(last.weight_kg, 1, "kg")
    first = first_weight(record, last.date)
    if first is None:
        return _latest(title, text, last.date, today)
    loss = weight_loss_percent(first[1], last.weight_kg)
    change = signed(None if loss is None else -loss, 1, "%")
    return _latest(title, text, last.date, today, change=change, before=first[0])


def _latest(
    title: str,
    text: str,
    on: date,
    today: date,
    *,
    change: str = "",
    before: date | None = None,
    tip: str = "",
) -> Figure:
    """The last value with its day, how old it is where that is a year or more, and what changed since ``before``."""
    beside = _dated(on, today)
    lines = [_ago(on, today)]
    if before is not None:
        beside = _("{day}, {change} since {before}").format(
            day=beside, change=change, before=day(before)
        )
        lines.append(_("{change} since {before}").format(change=change, before=day(before)))
    return Figure(title, text, beside, tip, day(on), tuple(filter(None, lines)))


def _dated(on: date, today: date) -> str:
    """The day of a value; how long ago it was where that is a year or more."""
    ago = _ago(on, today)
    return _("{day}, {ago}").format(day=day(on), ago=ago) if ago else day(on)


def _ago(on: date, today: date) -> str:
    """Empty for what is less than a year old."""
    months = months_between(on, today)
    return "" if months < 12 else _("{n} months ago").format(n=math.floor(months))
