"""Series over time. The same series is drawn on screen and on paper.

A plot is described here without any drawing library: series, events on the time axis, threshold
lines. ``ui/plots`` draws it with pyqtgraph, ``core/reports/chart`` with reportlab.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.instruments.definition import Instrument, Scale
from core.labels import MILESTONES
from core.model.assessment import Assessment
from core.model.ids import VisitId
from core.model.patient import ExternalKind, Patient
from core.model.record import PatientRecord
from core.model.spirometry import Position, Spirometry, TestType
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor
from core.science import progression
from core.science.lung_function import EQUATION_TITLE
from core.science.progression import MONTH_DAYS
from core.science.spirometry import Result, evaluate
from core.words import _


class Axis(StrEnum):
    """What the time axis counts."""

    REFERENCE = "reference"  # months since the reference day
    DATE = "date"
    ONSET = "onset"  # months since onset


@dataclass(frozen=True, slots=True)
class Point:
    """One value. ``sure`` is False for what draws as an open symbol: a poor grade, or a value stated by others."""

    day: date
    value: float
    sure: bool = True
    note: str = ""


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
class TimelineEvent:
    """Something that happened, marked on the time axis. ``role`` is one of reference, event, serious, milestone."""

    day: date
    label: str
    role: str


@dataclass(frozen=True, slots=True)
class Threshold:
    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A trend as it stands in the record: what to draw, and over which range of values."""

    id: str
    title: str
    unit: str
    low: float
    high: float
    step: float
    series: tuple[Series, ...]
    events: tuple[TimelineEvent, ...] = ()
    thresholds: tuple[Threshold, ...] = ()

    @property
    def days(self) -> list[date]:
        points = [p.day for s in self.series for p in s.points]
        return points + [p.day for s in self.series for p in s.spans]


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


def onset_day(patient: Patient) -> date | None:
    """The day of onset for arithmetic: stated onset, else counted back from a dated statement of duration."""
    if patient.onset is not None:
        return patient.onset.assumed
    if patient.stated_duration_months is not None and patient.stated_on is not None:
        return patient.stated_on - timedelta(
            days=round(patient.stated_duration_months * MONTH_DAYS)
        )
    return None


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
        event = protocols.of(patient).reference.lower()
        title = _("Months since {event}").format(event=event)
        scales.append(TimeScale(Axis.REFERENCE, title, reference))
    scales.append(TimeScale(Axis.DATE, _("Date"), date(1970, 1, 1)))
    if (onset := onset_day(patient)) is not None:
        exact = patient.onset is not None and patient.onset.exact
        title = _("Months since onset") if exact else _("Months since onset (approximate)")
        scales.append(TimeScale(Axis.ONSET, title, onset))
    return tuple(scales)


def total(record: PatientRecord, instrument: Instrument, live: VisitId | None = None) -> Plot:
    """The questionnaire's total; ``live`` names the visit being entered, shown as what it can still reach."""
    stated = [
        Point(result.measured_on, result.value, sure=False, note=_("stated, items unknown"))
        for result in record.stated(ExternalKind.ALSFRS_R_TOTAL)
        if result.measured_on is not None and instrument.id == "alsfrs-r"
    ]
    scale = instrument.total
    series = [_scale_series(record, instrument, scale, "total", live)]
    if stated:
        series.append(Series("total_stated", _("Total, stated (items unknown)"), tuple(stated)))
    return Plot(
        id="total",
        title=_("{instrument} total").format(instrument=instrument.title),
        unit=_("points of {maximum}").format(maximum=scale.maximum),
        low=0,
        high=scale.maximum,
        step=12 if scale.maximum % 12 == 0 else scale.maximum / 4,
        series=tuple(series),
        events=timeline(record),
    )


def domains(record: PatientRecord, instrument: Instrument, live: VisitId | None = None) -> Plot:
    """The questionnaire's domain scores."""
    highest = max(scale.maximum for scale in instrument.domains)
    return Plot(
        id="domains",
        title=_("{instrument} domains").format(instrument=instrument.title),
        unit=_("points of {maximum}").format(maximum=highest),
        low=0,
        high=highest,
        step=highest / 4,
        series=tuple(
            _scale_series(record, instrument, scale, scale.id, live) for scale in instrument.domains
        ),
        events=timeline(record),
    )


def vital_capacity(record: PatientRecord) -> Plot:
    """Vital capacity in % predicted. Types, positions and foreign percentages never share a line."""
    series = []
    stated = tuple(
        Point(result.measured_on, result.value, sure=False, note=_("stated, equation unknown"))
        for result in record.stated(ExternalKind.FVC_PERCENT)
        if result.measured_on is not None
    )
    if stated:
        series.append(Series("fvc_stated", _("FVC %, stated (equation unknown)"), stated))
    for test_type in TestType:
        for position in Position:
            points = tuple(
                Point(s.date, result.percent, sure=result.confident, note=result.grade_text)
                for s, result in vital_capacities(record)
                if (s.test_type, s.position) == (test_type, position) and result.percent is not None
            )
            if points:
                role = f"{test_type.value}_{position.value}"
                series.append(Series(role, vital_capacity_title(test_type, position), points))
    values = [point.value for s in series for point in s.points]
    return Plot(
        id="vital-capacity",
        title=_("Vital capacity, % predicted ({equation})").format(equation=EQUATION_TITLE),
        unit="%",
        low=0,
        high=max(120.0, *(20 * (value // 20 + 1) for value in values)) if values else 120.0,
        step=20,
        series=tuple(series),
        events=timeline(record),
        thresholds=(Threshold(50, _("50 %")),),
    )


def vital_capacity_title(test_type: TestType, position: Position) -> str:
    name = _("FVC %") if test_type is TestType.FVC else _("SVC % of predicted FVC")
    return name if position is Position.SITTING else _("{name}, supine").format(name=name)


def vital_capacities(record: PatientRecord) -> list[tuple[Spirometry, Result]]:
    """Every session with blows and what it means, in order of dates."""
    return [
        (session, evaluate(session, record.patient))
        for session in record.spirometry
        if session.measured
    ]


def slope(record: PatientRecord, instrument: Instrument) -> progression.Slope | progression.NoSlope:
    """Ordinary least squares over every complete form (points/month); totals stated by others do not count."""
    return progression.ols_slope([(point.day, point.value) for point in totals(record, instrument)])


def totals(record: PatientRecord, instrument: Instrument) -> tuple[Point, ...]:
    """The totals of the complete forms, in order of their days."""
    return _scale_series(record, instrument, instrument.total, "total", None).points


def timeline(record: PatientRecord) -> tuple[TimelineEvent, ...]:
    """What is marked on the axis: the reference day, milestones, adverse events."""
    events = [
        TimelineEvent(event.onset.assumed, event.term, "serious" if event.serious else "event")
        for event in record.events
    ]
    if record.patient.reference_on is not None:
        label = protocols.of(record.patient).reference
        events.append(TimelineEvent(record.patient.reference_on, label, "reference"))
    events += [
        TimelineEvent(m.happened_on.assumed, MILESTONES[m.kind], "milestone")
        for m in record.milestones
    ]
    return tuple(sorted(events, key=lambda event: event.day))


def _scale_series(
    record: PatientRecord,
    instrument: Instrument,
    scale: Scale,
    role: str,
    live: VisitId | None,
) -> Series:
    points, spans = [], []
    for form in record.answered(instrument.id):
        score = scale.score(form.values)
        if score is not None:
            points.append(Point(form.date, float(score)))
        elif form.visit_id == live:
            spans.append(_reachable(form, instrument, scale))
    return Series(role, scale.title, tuple(points), tuple(spans))


def _reachable(form: Assessment, instrument: Instrument, scale: Scale) -> Span:
    low, high = instrument.range_of(scale, form.values)
    return Span(form.date, low, high)
