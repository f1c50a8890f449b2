"""What can be a row of a chart beside the questionnaire and vital capacity: every number that is measured again.

Weight, the measurements of visits, the tests of laboratories, and each field of a form whose definition says ``plot = true``. Values in
different units are different plots: nothing is converted.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.forms import catalog, wording
from core.forms.definition import Field, Form
from core.forms.reading import say
from core.laboratory import catalog as laboratory
from core.model.form_record import FormRecord, Stored
from core.model.measurement import kinds
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.views.laboratory import value_text
from core.views.stack.days import began_on, day_of
from core.views.trends import Plot, Point, Series
from core.words import _, as_written

WEIGHT = "weight"
LEAST_KG = 10.0  # what a scale of weight spans at the least
PARTS = (4, 5, 6, 3)  # of a scale, the best first
EVEN = {1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0}  # first digits of a step that is read easily


def plots(record: PatientRecord) -> tuple[Plot, ...]:
    """Those that this patient has values of, weight first."""
    return (
        *_weight(record),
        *_measurements(record),
        *_laboratory(record),
        *_fields(record),
    )


def of_measurement(kind: str) -> str:
    """The id of the plot of a single measurement."""
    return f"measurement.{kind}"


def of_test(test: str) -> str:
    """The id of the plot of a laboratory test."""
    return f"laboratory.{test}"


def of_record(record: PatientRecord, one: FormRecord) -> Mapping[str, tuple[str, date]]:
    """The plot and the day of each value of a record of a form that is drawn, by its field."""
    return {found.field.id: (key.plot, found.point.day) for key, found in _values(record, one)}


def _weight(record: PatientRecord) -> Iterator[Plot]:
    points = [
        Point(visit.date, visit.weight_kg, visit=visit.id)
        for visit in record.visits
        if visit.weight_kg is not None
    ]
    if points:
        values = [point.value for point in points]
        step = 5.0
        low = math.floor(min(values) / step) * step
        high = max(math.ceil(max(values) / step) * step, low + LEAST_KG)
        series = Series(WEIGHT, _("Weight"), tuple(points))
        yield Plot(WEIGHT, series.title, _("kg"), low, high, step, (series,))


def _measurements(record: PatientRecord) -> Iterator[Plot]:
    for kind in kinds().values():
        shown = kind.scale
        points = tuple(
            Point(record.visit(one.visit_id).date, shown.shown(one.value), visit=one.visit_id)
            for one in record.measurements
            if one.kind == kind.id and one.value is not None
        )
        if points:
            bounds = shown.bounds(kind.low, kind.high)
            low, high, step = scale([point.value for point in points], *bounds)
            series = Series("field", kind.short, points)
            yield Plot(of_measurement(kind.id), kind.title, shown.unit, low, high, step, (series,))


def _laboratory(record: PatientRecord) -> Iterator[Plot]:
    """The numbers of each laboratory test in its own unit; one with "<" or ">" is an open symbol, and says so."""
    measured = {one.test for one in record.laboratory if one.value is not None}
    for test in laboratory.tests().values():
        if test.id not in measured:
            continue
        points = tuple(
            Point(
                one.taken_on,
                one.value,
                sure=one.comparator is None,
                note="" if one.comparator is None else value_text(one, test.unit),
                visit=one.visit_id,
            )
            for one in record.results_of(test.id)
            if one.value is not None
        )
        low, high, step = scale([point.value for point in points], test.low, test.high)
        title = _("Laboratory: {test}").format(test=test.title)
        series = Series("field", test.title, points)
        yield Plot(of_test(test.id), title, test.unit, low, high, step, (series,))


@dataclass(frozen=True, slots=True, order=True)
class _Key:
    """What makes one plot of a form's values; the unit as it is stored."""

    form: str
    field: str
    by: str
    unit: str

    @property
    def plot(self) -> str:
        """The id of the plot."""
        return ".".join(filter(None, (self.form, self.field, self.by, self.unit)))


@dataclass(frozen=True, slots=True)
class _Found:
    """A value of a field, with the definition and the values that it was entered with; ``what`` it is of."""

    form: Form
    field: Field
    what: str
    known: dict[str, Stored | None]
    point: Point


def _fields(record: PatientRecord) -> Iterator[Plot]:
    """One for each field that is plotted, in the order of the forms and of their fields."""
    for name in catalog.newest():
        found: dict[_Key, list[_Found]] = {}
        for one in record.of_form(name):
            for key, value in _values(record, one):
                found.setdefault(key, []).append(value)
        yield from (_plot(key, values) for key, values in found.items())


def _values(record: PatientRecord, one: FormRecord) -> Iterator[tuple[_Key, _Found]]:
    form = catalog.find(one.form, one.version)
    plotted = () if form is None else catalog.plotted(form)
    if form is None or not plotted or one.not_done is not None:
        return
    known = wording.of_record(form, one)
    since = began_on(record, one)
    note = "" if since.exact else partial_day(since)
    for field, plot_by in plotted:
        value = known.get(field.id)
        if value is None or isinstance(value, str):
            continue
        by = str(known.get(plot_by) or "") if plot_by else ""
        unit = str(known.get(field.unit_from) or "") if field.unit_from else ""
        key = _Key(form.id, field.id, by, unit or as_written(field, "unit"))
        on = day_of(since, one)
        point = Point(on, float(value), sure=since.exact, note=note, visit=one.visit_id)
        what = say(form.field(plot_by), by) if by else form.title
        yield key, _Found(form, field, what, known, point)


def _plot(key: _Key, found: Sequence[_Found]) -> Plot:
    """The values of one field in one unit; its range and its words are those of the last value."""
    last = found[-1]
    points = tuple(sorted((one.point for one in found), key=lambda point: point.day))
    field, known = last.field, last.known
    low, high, step = scale([point.value for point in points], field.low, field.high)
    unit = field.unit
    if field.unit_from and known.get(field.unit_from) is not None:
        unit = say(last.form.field(field.unit_from), known[field.unit_from])
    lasts = last.form.course is not None and bool(last.form.course.end)
    series = Series("field", field.title, points, joined=not lasts)
    return Plot(
        id=key.plot,
        title=_("{what}: {field}").format(what=last.what, field=field.title),
        unit=unit,
        low=low,
        high=high,
        step=step,
        series=(series,),
    )


def scale(
    values: Sequence[float], low: float | None, high: float | None
) -> tuple[float, float, float]:
    """Lowest and highest of an axis that holds all values, and the distance of its marks.

    It is the range of the definition where the values fill half of it; else it ends above the highest value,
    and begins at 0, or below the lowest value where that is negative.
    """
    least, most = min(values), max(values)
    if low is not None and high is not None and low <= least and (low + high) / 2 <= most <= high:
        return low, high, _step(high - low)
    bottom = low if low is not None and 0 < low <= least else min(0.0, least)
    top = most
    if top <= bottom:  # every value is 0, or the lowest that there is
        top = high if high is not None and high > bottom else bottom + 1
    step = _above((top - bottom) / 4)
    if bottom < 0:
        bottom = math.floor(bottom / step) * step
    return bottom, max(top, bottom + math.ceil((top - bottom) / step) * step), step


def _step(span: float) -> float:
    """A distance that divides a range into few parts and is read easily, else the next above a quarter."""
    for parts in PARTS:
        step = span / parts
        if round(step / 10 ** math.floor(math.log10(step)), 9) in EVEN:
            return step
    return _above(span / 4)


def _above(least: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 … and 0.5, 0.2 …"""
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least * (1 - 1e-9))
