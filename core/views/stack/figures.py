"""Plots with the figures that stand beside them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.model.record import PatientRecord
from core.science.progression import NoSlope, Slope
from core.science.projection import Crossing
from core.science.spirometry import leading_capacities
from core.views import course, trends
from core.views.chart import Figure
from core.views.stack.rows import LegendRow, PlotRow, Tone, Words
from core.views.trends import Plot, Series
from core.words import MISSING, _, day, number, signed

LEAST_TOTAL, LEAST_PERCENT = (
    24,
    50,
)  # of a scale that are shown; DESIGN: so that noise fills no plot
LEAST_BIG = 20  # the weight of a row from which on its value is big
Lines = tuple[tuple[Words, ...], ...]


def total_row(
    record: PatientRecord, instrument: Instrument, figures: Sequence[Figure], *, projected: bool
) -> PlotRow:
    """The questionnaire's total with how far and how fast; its scales where it has no total."""
    plot = trends.scores(record, instrument, projected=projected)
    share = LEAST_TOTAL / instruments.alsfrs_r_total().maximum
    used = round((plot.high - plot.low) * share)
    newest = instruments.alsfrs_r()  # whose figures they are
    if (instrument.id, instrument.version) != (newest.id, newest.version):
        lines = _of("questionnaire", _last_value(plot))
        return PlotRow(
            plot=plot,
            figure="questionnaire",
            lines=lines,
            legend=_legend(plot),
            used=used,
            weight=40,
        )
    total, rate, slope = figures[0], figures[1], figures[2]
    lines = _of("total", _last(total))
    lines += _of("slope", _rate(slope, _("slope"), _("slope"), slope.lines))
    since_onset = _rate(rate, _("deltaFS"), "".join(rate.lines[:1]), rate.lines[1:])
    lines += _of("delta-fs", since_onset)
    return PlotRow(plot=plot, figure="total", lines=lines, used=used, weight=40)


def _of(figure: str, lines: Lines) -> Lines:
    """These lines say the figure of this id (`core/views/figure_names.py`)."""
    return tuple(tuple(replace(words, figure=figure) for words in line) for line in lines)


def domains_row(record: PatientRecord, instrument: Instrument) -> PlotRow:
    """Each domain with its last score, the change since the form before, and its slope over the total's window."""
    plot = trends.domains(record, instrument)
    maxima = {scale.maximum for scale in instrument.domains}
    of = _("of {maximum}").format(maximum=maxima.pop()) if len(maxima) == 1 else ""
    window = course.shown_slope(course.slopes(record))
    legend = tuple(
        LegendRow(series.role, series.title, _cells(record, series, window))
        for series in plot.series
    )
    return PlotRow(
        plot=plot,
        figure="domains",
        lines=_of("domains", (_title(_("Domains")),)),
        heads=(of, _("change"), _("/month")),
        legend=legend,
        weight=24,
    )


def _cells(record: PatientRecord, series: Series, window: Slope | NoSlope) -> tuple[str, str, str]:
    points = series.points
    if not points:
        return MISSING, "", ""
    change = signed(points[-1].value - points[-2].value, 0) if len(points) > 1 else ""
    rate = ""
    if isinstance(window, Slope):
        taken = [(p.day, p.value) for p in points if window.first <= p.day <= window.last]
        found = trends.line(record, taken)
        rate = signed(found.per_month, 2) if isinstance(found, Slope) else MISSING
    return number(points[-1].value, 0), change, rate


def capacity_row(record: PatientRecord, figures: Sequence[Figure], *, projected: bool) -> PlotRow:
    plot = trends.vital_capacity(record, projected=projected)
    lines = list(_of("vital-capacity", _last(figures[4])))
    crossing = course.capacity_crossing(record)
    if crossing is not None and isinstance(crossing[1], Crossing):
        line = record.thresholds["a1_vc_percent"]
        text = _("{n:g} % about {day}").format(n=line, day=day(crossing[1].on))
        lines.append((Words(text, Tone.WARN, "crossing"),))
    lines += _volume(record)
    drawn = [series for series in plot.series if series.points and not _of_others(series)]
    return PlotRow(
        plot=plot,
        figure="vital-capacity",
        lines=tuple(lines),
        legend=_legend(plot) if len(drawn) > 1 else (),
        used=LEAST_PERCENT,
        decimals=1,
        weight=23,
    )


def _volume(record: PatientRecord) -> Lines:
    """Litres, z-score, lower limit and grade of the session whose % predicted is above: FVC, or SVC where no FVC has one."""
    shown = leading_capacities(record)
    if not shown:
        return ()
    _session, result = shown[-1]
    parts = {
        "best": number(result.best_l, 2, _("L")),
        "z": _("z {z}").format(z=number(result.z, 2)),
    }
    if result.prediction is not None:
        parts["limits"] = _("LLN {lln}").format(lln=number(result.prediction.lln, 2, _("L")))
    parts["grade"] = result.grade_text
    last = next(reversed(parts))
    return (
        tuple(
            Words(text if figure == last else f"{text} · ", figure=figure)
            for figure, text in parts.items()
        ),
    )


KINDS = {
    "measurement": "measurement",
    "laboratory": "laboratory",
}  # of plots, by what their id begins with


def field_row(plot: Plot, figures: Sequence[Figure]) -> PlotRow:
    """A number that is measured again and again, such as weight, with its last value."""
    kind = "weight" if plot.id == "weight" else KINDS.get(plot.id.partition(".")[0], "form")
    lines = _weight(plot, figures[5]) if kind == "weight" else _last_value(plot)
    return PlotRow(
        plot=plot,
        figure=kind,
        lines=_of(kind, lines),
        legend=_legend(plot) if len(plot.series) > 1 else (),
        used=min(10.0, plot.high - plot.low) if plot.id == "weight" else (plot.high - plot.low) / 4,
        decimals=1 if plot.id == "weight" else _decimals(plot),
        weight=13,
    )


def day_lines(row: PlotRow, on: date) -> Lines:
    """What one day says in a plot: every series that has a value, or a dash."""
    found = [
        (series, point) for series in row.plot.series for point in series.points if point.day == on
    ]
    head = _title(row.lines[0][0].text if row.lines else row.plot.title)
    if not found:
        return (head, _muted(_("no value")))
    several = len([s for s in row.plot.series if s.points and not _of_others(s)]) > 1
    of = row.heads[0] if several and row.heads else ""
    lines = [_title(f"{head[0].text}, {of}") if of else head]
    for series, point in found:
        named = several or _of_others(series)
        name = (Words(f"{series.title} ", Tone.PLAIN),) if named else ()
        size = Tone.STRONG if several or row.weight < LEAST_BIG else Tone.BIG
        beside = "  ".join(filter(None, ("" if of else f" {row.plot.unit}", point.note)))
        value = Words(number(point.value, row.decimals), size)
        lines.append((*name, value, Words(beside, Tone.MUTED)) if beside else (*name, value))
    return tuple(lines)


def of_day(row: PlotRow, on: date) -> PlotRow:
    """A row that says the values of one day where its figures are: in its table, where it has one."""
    when = Words(f"   {day(on)}", Tone.MUTED)  # in each row: of a high stack only a part is seen
    if not row.legend:
        title, *rest = day_lines(row, on)
        return replace(row, lines=((*title, when), *rest))
    values = {
        series.role: number(point.value, row.decimals)
        for series in row.plot.series
        for point in series.points
        if point.day == on
    }
    blank = ("",) * (len(row.heads) - 1)
    legend = (replace(one, cells=(values.get(one.role, MISSING), *blank)) for one in row.legend)
    told = (
        _muted(f"{series.title}: {number(point.value, row.decimals)}")
        for series in row.plot.series
        for point in series.points
        if point.day == on and _of_others(series)
    )
    return replace(
        row,
        lines=((*row.lines[0], when) if not blank else row.lines[0], *told),
        heads=(*row.heads[:1], *blank),
        legend=tuple(legend),
    )


def _title(text: str) -> tuple[Words, ...]:
    return (Words(text, Tone.TITLE),)


def _last(figure: Figure, size: Tone = Tone.BIG) -> Lines:
    """Title; the last value with its unit and its day; what changed since the one before."""
    if not figure.dated:
        return (_title(figure.title), _value(figure.text, "", size), _muted(figure.beside))
    first = (_title(figure.title), _value(figure.text, figure.dated, size))
    return (*first, *(_muted(line) for line in figure.lines))


def _weight(plot: Plot, figure: Figure) -> Lines:
    return (_title(f"{figure.title}, {plot.unit}"), *_last(figure, Tone.STRONG)[1:])


def _value(text: str, on: str, size: Tone) -> tuple[Words, ...]:
    value, space, rest = text.partition(" ")
    beside = "   ".join(filter(None, (space + rest, on)))
    return (Words(value, size), Words(beside, Tone.MUTED)) if beside else (Words(value, size),)


def _muted(text: str) -> tuple[Words, ...]:
    return (Words(text, Tone.MUTED),)


def _rate(figure: Figure, name: str, beside: str, lines: Sequence[str]) -> Lines:
    """A change per month, beside it what it is, and below it what it is made from."""
    if figure.text == MISSING:
        why = f"{figure.text} {figure.beside}"
        return ((Words(f"{name}: ", Tone.PLAIN), Words(why, Tone.MUTED)),)
    first = (Words(figure.text, Tone.STRONG), Words(f"  {beside}", Tone.PLAIN))
    return (first, *(_muted(line) for line in lines))


def _last_value(plot: Plot) -> Lines:
    """Title, last value and its day of a plot that has one series; the title only where it has more."""
    drawn = [series for series in plot.series if series.points]
    name = drawn[0].title if plot.id.startswith("measurement.") and len(drawn) == 1 else plot.title
    head = _title(name if plot.unit in name else f"{name}, {plot.unit}")
    if len(drawn) != 1:
        return (head,) if drawn else (head, _muted(_("no value yet")))
    points = drawn[0].points
    last = points[-1]
    text = number(last.value, _decimals(plot), plot.unit)
    lines = (head, _value(text, day(last.day), Tone.STRONG))
    if len(points) == 1:
        return lines
    before = points[-2]
    unit = _("points") if plot.unit == "%" else plot.unit
    change = signed(last.value - before.value, _decimals(plot), unit)
    since = _("{change} since {before}").format(change=change, before=day(before.day))
    return (*lines, _muted(since))


def _decimals(plot: Plot) -> int:
    """As many as the values need, two at the most."""
    values = [point.value for series in plot.series for point in series.points]
    return next((n for n in (0, 1) if all(round(v, n) == v for v in values)), 2)


def _legend(plot: Plot) -> tuple[LegendRow, ...]:
    """The series with their last values; those of others say at their points what they are."""
    return tuple(
        LegendRow(series.role, series.title, (_latest(series),))
        for series in plot.series
        if series.points and not _of_others(series)
    )


def _of_others(series: Series) -> bool:
    return series.role.endswith(("_stated", "_device"))


def _latest(series: Series) -> str:
    return number(series.points[-1].value, 1 if series.points[-1].value % 1 else 0)
