"""Series over time. The same series is drawn on screen and on paper.

A plot is described here without any drawing library: series, events on the time axis, threshold
lines. ``ui/plots`` draws it with pyqtgraph in a visit; `core/views/stack` puts it into the stack of a chart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Scale
from core.labels import MILESTONES
from core.model.assessment import Assessment
from core.model.ids import VisitId
from core.model.patient import ExternalKind
from core.model.record import PatientRecord
from core.model.spirometry import Position, TestType
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor
from core.science import lung_function, progression
from core.science.history import onset_day
from core.science.progression import NoSlope, Slope
from core.science.projection import Projected, Projection, project
from core.science.spirometry import Result, vital_capacities
from core.views import plot_style
from core.words import _, day, number, within


class Axis(StrEnum):
    """What the time axis counts."""

    REFERENCE = "reference"  # months since the reference day
    DATE = "date"
    ONSET = "onset"  # months since onset


@dataclass(frozen=True, slots=True)
class Point:
    """One value. ``sure`` is False for what draws as an open symbol: a poor grade, or a value stated by others.

    ``visit`` is where it was measured, if at one of ours.
    """

    day: date
    value: float
    sure: bool = True
    note: str = ""
    visit: VisitId | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Span:
    """The values an unfinished form can still reach: drawn as a bar, never as a point."""

    day: date
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Series:
    """``role`` names colour and marker in every theme; points are in order of their days."""

    role: str
    title: str
    points: tuple[Point, ...]
    spans: tuple[Span, ...] = ()
    joined: bool = True


@dataclass(frozen=True, slots=True)
class Forecast:
    """The patient's own line carried forward, drawn dashed with its interval; ``role`` is that of its series.

    ``how`` says how it was made, ``n`` from how many results.
    """

    role: str
    title: str
    how: str
    n: int
    points: tuple[Projected, ...]


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened, marked on the time axis. ``role`` is one of reference, event, serious, milestone."""

    day: date
    label: str
    role: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """A line across a plot; ``full`` says what it is for, where there is room."""

    value: float
    label: str
    full: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A trend as it stands in the record: what to draw, and over which range of values.

    ``no_forecast`` says why nothing is carried forward where that was asked for and cannot be done.
    """

    id: str
    title: str
    unit: str
    low: float
    high: float
    step: float
    series: tuple[Series, ...]
    events: tuple[TimelineEvent, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    no_forecast: str = ""

    @property
    def days(self) -> list[date]:
        points = [p.day for s in self.series for p in s.points]
        points += [p.day for s in self.series for p in s.spans]
        return points + [p.day for f in self.forecasts for p in f.points]


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Days to positions on one of the axes: months (30.4375 days) since a day, or days since 1970."""

    axis: Axis
    title: str
    origin: date

    def position(self, day: date) -> float:
        if self.axis is Axis.DATE:
            return float((day - self.origin).days)
        return progression.months_between(self.origin, day)


def reference_day(record: PatientRecord) -> date | None:
    """Day 0 of the patient's protocol; in routine care, where none was set, the first visit."""
    if record.patient.reference_on is not None:
        return record.patient.reference_on
    recurring = protocols.of(record.patient).anchor is Anchor.LAST_VISIT
    return record.visits[0].date if recurring and record.visits else None


def time_scales(record: PatientRecord) -> tuple[TimeScale, ...]:
    """The axes this patient can be drawn on; those whose origin is unknown are left out."""
    patient, scales = record.patient, []
    if (reference := reference_day(record)) is not None:
        event = within(protocols.of(patient).reference)
        title = _("Months since {event}").format(event=event)
        scales.append(TimeScale(Axis.REFERENCE, title, reference))
    scales.append(TimeScale(Axis.DATE, _("Date"), date(1970, 1, 1)))
    if (onset := onset_day(patient)) is not None:
        exact = patient.onset is not None and patient.onset.exact
        title = _("Months since onset") if exact else _("Months since onset (approximate)")
        scales.append(TimeScale(Axis.ONSET, title, onset))
    return tuple(scales)


def total(
    record: PatientRecord,
    instrument: Instrument,
    live: VisitId | None = None,
    *,
    projected: bool = False,
) -> Plot:
    """The questionnaire's total; ``live`` names the visit being entered, shown as what it can still reach.

    Raises ValueError for a questionnaire that has none.
    """
    scale = instrument.total
    if scale is None:
        raise ValueError(f"{instrument.id} has no total")
    stated = [
        Point(result.measured_on, result.value, sure=False, note=_("stated, items unknown"))
        for result in record.stated(ExternalKind.ALSFRS_R_TOTAL)
        if result.measured_on is not None and instrument.id == "alsfrs-r"
    ]
    series = [_scale_series(record, instrument, scale, live)]
    forecasts: list[Forecast] = []
    no_forecast = ""
    if projected and series[0].points:
        forecasts, no_forecast = _forecast(
            record,
            "total",
            series[0].points,
            ceiling=scale.maximum,
            least_scatter=record.thresholds["alsfrs_r_scatter"],
        )
    if stated:
        series.append(Series("total_stated", _("Total, stated (items unknown)"), tuple(stated)))
    return Plot(
        id="total",
        title=_("{instrument} total").format(instrument=_directed(instrument)),
        unit=_("points of {maximum}").format(maximum=scale.maximum),
        low=0,
        high=scale.maximum,
        step=12 if scale.maximum % 12 == 0 else _step(scale.maximum),
        series=tuple(series),
        events=timeline(record),
        forecasts=tuple(forecasts),
        no_forecast=no_forecast,
    )


def domains(record: PatientRecord, instrument: Instrument, live: VisitId | None = None) -> Plot:
    """The questionnaire's domain scores. Raises ValueError for a questionnaire that has none."""
    maxima = {scale.maximum for scale in instrument.domains}
    highest = max(maxima)
    title = _directed(instrument)
    if instrument.total is not None:
        title = _("{instrument} domains").format(instrument=title)
    return Plot(
        id="domains",
        title=title,
        unit=_("points of {maximum}").format(maximum=highest) if len(maxima) == 1 else _("points"),
        low=0,
        high=highest,
        step=_step(highest),
        series=tuple(
            _scale_series(record, instrument, scale, live) for scale in instrument.domains
        ),
        events=timeline(record),
    )


def vital_capacity(record: PatientRecord, *, projected: bool = False) -> Plot:
    """Vital capacity in % predicted. Types, positions and foreign percentages never share a line."""
    series = []
    stated = tuple(
        Point(result.measured_on, result.value, sure=False, note=_("stated, equation unknown"))
        for result in record.stated(ExternalKind.FVC_PERCENT)
        if result.measured_on is not None
    )
    if stated:
        series.append(Series("fvc_stated", _("FVC %, stated (equation unknown)"), stated))
    forecasts: list[Forecast] = []
    reasons: list[tuple[str, str]] = []
    lines = 0
    measured = vital_capacities(record)
    for test_type in TestType:
        for position in Position:
            title = vital_capacity_title(test_type, position)
            sessions = [
                (s, result, result.percent)
                for s, result in measured
                if (s.test_type, s.position) == (test_type, position) and result.percent is not None
            ]
            points = tuple(
                Point(s.date, percent, sure=result.confident, note=result.grade_text)
                for s, result, percent in sessions
            )
            role = f"{test_type.value}_{position.value}"
            if points:
                lines += 1
                series.append(Series(role, title, points))
            if points and projected:
                scatter = percent_scatter(record, [result for _s, result, _percent in sessions])
                found, why = _forecast(record, role, points, ceiling=None, least_scatter=scatter)
                forecasts += found
                reasons += [(title, why)] if why else []
            printed = tuple(
                Point(s.date, s.device_percent, sure=False, note=_("printed by the device"))
                for s in record.spirometry
                if (s.test_type, s.position) == (test_type, position)
                and s.not_done is None
                and s.device_percent is not None
            )
            if printed:
                by_device = _("{name}, printed by the device").format(name=title)
                series.append(Series(f"{role}_device", by_device, printed))
    values = [point.value for s in series for point in s.points]
    return Plot(
        id="vital-capacity",
        title=_capacity_title(record),
        unit="%",
        low=0,
        high=max(120.0, *(20 * (value // 20 + 1) for value in values)) if values else 120.0,
        step=20,
        series=tuple(series),
        events=timeline(record),
        thresholds=(_niv_line(record),),
        forecasts=tuple(forecasts),
        no_forecast=_reasons(reasons, lines),
    )


def _reasons(found: list[tuple[str, str]], lines: int) -> str:
    """Why no line is carried forward; which line is said where the plot has more than one."""
    if lines == 1:
        return " ".join(why for _title, why in found)
    return " ".join(f"{title}: {why}" for title, why in found)


def _niv_line(record: PatientRecord) -> Threshold:
    percent = record.thresholds["a1_vc_percent"]
    full = _("{n:g} %: consider NIV").format(n=percent)
    return Threshold(percent, f"{percent:g} %", full)


def _capacity_title(record: PatientRecord) -> str:
    """With the equation: one per site, so there are two only where a stored one is not known any more."""
    used = dict.fromkeys(s.equation for s in record.spirometry if s.measured)
    titles = [found.title if (found := lung_function.find(name)) else name for name in used]
    title = _("Vital capacity, % predicted")
    return f"{title} ({', '.join(titles)})" if titles else title


def vital_capacity_title(test_type: TestType, position: Position) -> str:
    name = _("FVC %") if test_type is TestType.FVC else _("SVC % of predicted FVC")
    return name if position is Position.SITTING else _("{name}, supine").format(name=name)


def percent_scatter(record: PatientRecord, results: Sequence[Result]) -> float:
    """What % predicted scatters at the least (points): the repeatability of a volume, of what is predicted.

    Of the smallest prediction, where they differ; 0 where there is none.
    """
    litres = [one.prediction.predicted for one in results if one.prediction is not None]
    return record.thresholds["volume_scatter"] / 10 / min(litres) if litres else 0.0


def line(record: PatientRecord, points: Sequence[tuple[date, float]]) -> Slope | NoSlope:
    """Ordinary least squares through totals of the ALSFRS-R (points/month), as this clinic sets it."""
    return progression.ols_slope(
        points,
        minimum_span_days=slope_days(record),
        least_scatter=record.thresholds["alsfrs_r_scatter"],
        fewest=round(record.thresholds["interval_fewest"]),
    )


def slope(record: PatientRecord, instrument: Instrument) -> Slope | NoSlope:
    """The line over every complete form; totals stated by others do not count."""
    if instrument.total is None:
        return NoSlope(_("This questionnaire has no total, so it has no slope."))
    return line(record, [(point.day, point.value) for point in totals(record, instrument)])


def totals(record: PatientRecord, instrument: Instrument) -> tuple[Point, ...]:
    """The totals of the complete forms, in order of their days; none where there is no total."""
    scale = instrument.total
    return () if scale is None else _scale_series(record, instrument, scale, None).points


def questionnaires(record: PatientRecord) -> tuple[Instrument, ...]:
    """What is drawn for a patient: the newest version of every questionnaire, and each older one
    that was answered and cannot share a series with a newer one.

    Raises InvalidInstrument where a form was answered with a version that this program lacks.
    """
    drawn = list(instruments.shipped().values())
    for form in reversed(record.assessments):
        if not any(one.id == form.instrument and one.compares(form.version) for one in drawn):
            drawn.append(instruments.named(form.instrument, form.version))
    return tuple(drawn)


def scores(record: PatientRecord, instrument: Instrument, *, projected: bool = False) -> Plot:
    """The questionnaire in one plot: its total, or its domains where a total would mean nothing."""
    if instrument.total is None:
        return domains(record, instrument)
    return total(record, instrument, projected=projected)


def role(instrument: Instrument, scale: Scale) -> str:
    """What a scale is drawn as: its own role, or one of the spare ones where it has no style of its own."""
    if scale.total:
        return "total"
    if plot_style.of(scale.id) != plot_style.of("total"):
        return scale.id
    return f"scale_{instrument.domains.index(scale) + 1}"


def slope_days(record: PatientRecord) -> int:
    """How many days there are at the least between the first and the last result of a line."""
    return round(record.thresholds["slope_minimum_days"])


def _forecast(
    record: PatientRecord,
    role: str,
    points: tuple[Point, ...],
    *,
    ceiling: float | None,
    least_scatter: float,
) -> tuple[list[Forecast], str]:
    """The own line carried forward, or why it is not; neither past a death."""
    if record.dead:
        return [], ""
    limits = record.thresholds
    found = project(
        [(point.day, point.value) for point in points],
        months=round(limits["projection_months"]),
        minimum_span_days=slope_days(record),
        floor=0,
        ceiling=ceiling,
        least_scatter=least_scatter,
        fewest=round(limits["projection_fewest"]),
        spans_ahead=limits["projection_spans"],
        widest=limits["projection_widest"],
    )
    if not isinstance(found, Projection):
        return [], found.reason
    how = _(
        "the own straight line of {n} results, {span} months to {last}, carried forward to {end},"
        " with its 95 % prediction interval"
    ).format(
        n=found.slope.n,
        span=number(found.slope.months, 1),
        last=day(found.slope.last),
        end=day(found.points[-1].day),
    )
    title = _("Projection, 95 % interval")
    return [Forecast(role, title, how, found.slope.n, found.points)], ""


def timeline(record: PatientRecord) -> tuple[TimelineEvent, ...]:
    """What is marked on the axis: the reference day, milestones, adverse events."""
    events = [
        TimelineEvent(record.began(event), event.term, "serious" if event.serious else "event")
        for event in record.events
    ]
    if record.patient.reference_on is not None:
        label = protocols.of(record.patient).reference
        events.append(TimelineEvent(record.patient.reference_on, label, "reference"))
    events += [
        TimelineEvent(m.happened_on.first, MILESTONES[m.kind], "milestone")
        for m in record.turning_points
    ]
    return tuple(sorted(events, key=lambda event: event.day))


def _scale_series(
    record: PatientRecord,
    instrument: Instrument,
    scale: Scale,
    live: VisitId | None,
) -> Series:
    points, spans = [], []
    forms = (f for f in record.answered(instrument.id) if instrument.compares(f.version))
    for form in forms:
        score = scale.score(form.values)
        if score is not None:
            points.append(Point(form.date, float(score), visit=form.visit_id))
        elif form.visit_id == live:
            spans.append(_reachable(form, instrument, scale))
    return Series(role(instrument, scale), scale.title, tuple(points), tuple(spans))


def _directed(instrument: Instrument) -> str:
    """The title, saying which way is worse where it is not the way of the ALSFRS-R."""
    title = instruments.title(instrument)
    return (
        title if instrument.higher_is_better else _("{title} (higher is worse)").format(title=title)
    )


def _step(maximum: int) -> float:
    """The distance of the marks on an axis from 0 to a maximum: whole points, to the very end if they can."""
    even = (maximum // parts for parts in (4, 5, 3) if maximum % parts == 0)
    return next(even, math.ceil(maximum / 5))


def _reachable(form: Assessment, instrument: Instrument, scale: Scale) -> Span:
    low, high = instrument.range_of(scale, form.values)
    return Span(form.date, low, high)
