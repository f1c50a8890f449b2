"""A trend drawn on paper as vectors, from the same description as on screen."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.reports import text
from core.reports.text import CAP_HEIGHT, Align, Style, Weight
from core.views import plot_style
from core.views.trends import Axis, Plot, Series, TimelineEvent, TimeScale
from core.words import MINUS, _, month_of

_TITLE = Style(8.5, 11, Weight.SEMIBOLD)
_SMALL = Style(7, 9)
_GRID, _FRAME = "#d5d9de", "#444444"
_DOTTED, _DASHED = (0.8, 1.6), (4, 2)
_RADIUS = 2.3  # of a marker
_NEAR = timedelta(days=92)  # an event further from the values than this would squeeze them
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240)
_LABEL_ROWS = 4  # at most
_LEAST_FRAME = 24.0  # the height that is kept for the values (points)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle (points); ``x`` and ``y`` are its lower left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def top(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class _Label:
    """What stands above the frame for one event, in row 0 (nearest to it), 1, 2 …; empty where no room was."""

    event: TimelineEvent
    x: float
    left: float
    row: int
    words: str


def days_shown(plots: Iterable[Plot], today: date) -> tuple[date, date]:
    """The first and last day that plots drawn side by side share: values, the reference day, today's visit."""
    plots = list(plots)
    days = [day for plot in plots for day in plot.days] + [today]
    days += [event.day for plot in plots for event in plot.events if event.role == "reference"]
    first, last = min(days), max(days)
    near = [
        event.day
        for plot in plots
        for event in plot.events
        if first - _NEAR <= event.day <= last + _NEAR
    ]
    return min([first, *near]), max([last, *near])


def draw(
    canvas: Canvas,
    plot: Plot,
    scale: TimeScale,
    days: tuple[date, date],
    box: Box,
    heading: float = 0,
) -> None:
    """Title, legend, event labels, frame, axes and series, all inside ``box``.

    ``days`` is the range of the time axis; values beyond it widen it, events beyond it are left out.
    ``heading`` is the height to keep for title and legend, to align the frames of neighbours.
    """
    days = (min([days[0], *plot.days]), max([days[1], *plot.days]))
    _heading(canvas, plot, box)
    top = box.top - max(heading, heading_height(plot, box.width))
    margin = max(text.width(_tick(value), _SMALL) for value in _ticks(plot)) + 4
    right = max((text.width(t.label, _SMALL) + 3 for t in plot.thresholds), default=2)
    x, y = box.x + margin, box.y + 2 * _SMALL.leading + 3
    width = box.width - margin - right
    low, high = _range(scale, days)

    def across(day: date) -> float:
        return x + width * (scale.position(day) - low) / (high - low)

    events = [event for event in plot.events if days[0] <= event.day <= days[1]]
    most = max(0, min(_LABEL_ROWS, int((top - y - _LEAST_FRAME) // _SMALL.leading)))
    labels = _place(events, across, x, box.right, most)
    rows = max((label.row + 1 for label in labels), default=0)
    frame = Box(x, y, width, top - y - rows * _SMALL.leading - 2)

    def up(value: float) -> float:
        return frame.y + frame.height * (value - plot.low) / (plot.high - plot.low)

    _grid(canvas, plot, frame, up)
    _time_axis(canvas, scale, days, frame, low, high)
    text.draw(canvas, x + width / 2, box.y + 2.5, _below(scale, labels), _SMALL, Align.CENTRE)
    _events(canvas, labels, frame)
    _thresholds(canvas, plot, frame, up)
    if not plot.days:
        middle = frame.y + frame.height / 2
        words = _("No values yet")
        text.draw(canvas, frame.x + frame.width / 2, middle, words, _SMALL, Align.CENTRE)
    for series in reversed(plot.series):  # the first of them on top
        _series(canvas, series, across, up)


def heading_height(plot: Plot, width: float) -> float:
    """The height of title and legend above a plot ``width`` points wide."""
    rows = max((row + 1 for _, row, _ in _legend_places(plot, width)), default=0)
    return len(_title(plot, width)) * _TITLE.leading + rows * _SMALL.leading + 1


def _title(plot: Plot, width: float) -> list[str]:
    named = plot.unit in plot.title
    return text.wrap(plot.title if named else f"{plot.title}, {plot.unit}", _TITLE, width)


def _heading(canvas: Canvas, plot: Plot, box: Box) -> None:
    y = box.top - CAP_HEIGHT * _TITLE.size
    for line in _title(plot, box.width):
        text.draw(canvas, box.x, y, line, _TITLE)
        y -= _TITLE.leading
    for x, row, (role, filled, words) in _legend_places(plot, box.width):
        style, baseline = plot_style.of(role), y - row * _SMALL.leading
        middle = baseline + CAP_HEIGHT * _SMALL.size / 2
        left = box.x + x
        marker(canvas, style.marker, style.light, left + _RADIUS, middle, filled=filled)
        text.draw(canvas, left + 2 * _RADIUS + 3, baseline, words, _SMALL)


def _legend_places(plot: Plot, width: float) -> list[tuple[float, int, tuple[str, bool, str]]]:
    """Distance from the left, row and content of every entry of the legend."""
    places, x, row = [], 0.0, 0
    for entry in _legend(plot):
        wide = 2 * _RADIUS + 3 + text.width(entry[2], _SMALL)
        if x and x + wide > width:
            x, row = 0.0, row + 1
        places.append((x, row, entry))
        x += wide + 10
    return places


def _legend(plot: Plot) -> list[tuple[str, bool, str]]:
    """Role, filled, words: the series where the title does not name the only one, and what an open symbol is."""
    entries = [
        (series.role, any(point.sure for point in series.points), series.title)
        for series in plot.series
    ]
    if len(entries) == 1 and entries[0][2].lower() in plot.title.lower():
        entries = []
    unsure = [
        s.role
        for s in plot.series
        if not s.role.endswith(("_stated", "_device"))  # its name says why it is open
        and any(not point.sure for point in s.points)
    ]
    if unsure:
        entries.append((unsure[0], False, _("open: low quality")))
    return entries


def _range(scale: TimeScale, days: tuple[date, date]) -> tuple[float, float]:
    """The positions at the left and right edge: a little air round the days, at least two months."""
    low, high = (scale.position(day) for day in days)
    least = 61.0 if scale.axis is Axis.DATE else 2.0
    air = max(0.05 * (high - low), (least - (high - low)) / 2)
    return low - air, high + air


def _ticks(plot: Plot) -> list[float]:
    count = math.floor((plot.high - plot.low) / plot.step + 1e-9)
    return [plot.low + i * plot.step for i in range(count + 1)]


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", MINUS)


def _grid(canvas: Canvas, plot: Plot, frame: Box, up: Callable[[float], float]) -> None:
    ticks = _ticks(plot)
    while len(ticks) > 2 and up(ticks[1]) - up(ticks[0]) < _SMALL.leading:
        ticks = ticks[::2]
    for value in ticks:
        _line(canvas, frame.x, up(value), frame.right, up(value), _GRID, 0.4)
        y = up(value) - CAP_HEIGHT * _SMALL.size / 2
        text.draw(canvas, frame.x - 3, y, _tick(value), _SMALL, Align.RIGHT)
    _line(canvas, frame.x, frame.y, frame.right, frame.y, _FRAME, 0.6)
    _line(canvas, frame.x, frame.y, frame.x, frame.top, _FRAME, 0.6)


def _time_axis(
    canvas: Canvas,
    scale: TimeScale,
    days: tuple[date, date],
    frame: Box,
    low: float,
    high: float,
) -> None:
    for position, words in _time_ticks(scale, days, low, high, frame.width):
        x = frame.x + frame.width * (position - low) / (high - low)
        _line(canvas, x, frame.y, x, frame.y - 2.5, _FRAME, 0.6)
        text.draw(canvas, x, frame.y - _SMALL.leading - 0.5, words, _SMALL, Align.CENTRE)


def _time_ticks(
    scale: TimeScale, days: tuple[date, date], low: float, high: float, width: float
) -> list[tuple[float, str]]:
    """Positions and words of the finest tick step whose words keep clear of one another."""
    ticks: list[tuple[float, str]] = []
    for step in _MONTH_STEPS:
        if scale.axis is Axis.DATE:
            ticks = _calendar_ticks(scale, days, step)
        else:
            numbers = range(math.ceil(low / step), math.floor(high / step) + 1)
            ticks = [(float(n * step), _tick(n * step)) for n in numbers]
        ticks = [(position, words) for position, words in ticks if low <= position <= high]
        widest = max((text.width(words, _SMALL) for _, words in ticks), default=0)
        apart = min((b[0] - a[0] for a, b in pairwise(ticks)), default=high - low)
        if apart * width / (high - low) >= widest + 8:
            break
    return ticks


def _calendar_ticks(
    scale: TimeScale, days: tuple[date, date], step: int
) -> list[tuple[float, str]]:
    """Every ``step``-th first of the month, counted from January of year 0."""
    first = (days[0].year * 12 + days[0].month - 3) // step * step
    last = days[1].year * 12 + days[1].month + 2
    months = [date(n // 12, n % 12 + 1, 1) for n in range(first, last, step)]
    return [(scale.position(day), month_of(day)) for day in months]


def _place(
    events: Sequence[TimelineEvent],
    across: Callable[[date], float],
    left: float,
    right: float,
    rows: int = _LABEL_ROWS,
) -> list[_Label]:
    """A place in one of the rows for every label, so that none touches another or leaves the frame.

    From right to left, so that a line rises to its label past the beginnings of the others. Where
    the rows do not suffice, a label is shortened, and at last left out: its line stays.
    """
    labels: list[_Label] = []
    for event in sorted(events, key=lambda event: event.day, reverse=True):
        x = across(event.day)
        suffix = _(" (serious)") if event.role == "serious" else ""
        for longest in ((right - left) / 2, 66.0, 44.0):
            term = text.fit(event.label, _SMALL, longest - text.width(suffix, _SMALL))
            label = _first_free(labels, event, x, text.embedded(term) + suffix, left, right, rows)
            if label is not None:
                break
        labels.append(label or _Label(event, x, x, 0, ""))
    return labels


def _below(scale: TimeScale, labels: Sequence[_Label]) -> str:
    """The title of the time axis, and how many marks had no room for their label."""
    bare = sum(not label.words for label in labels)
    marks = _("{n} marks without a label").format(n=bare)
    return f"{scale.title} · {marks}" if bare else scale.title


def _first_free(
    labels: Sequence[_Label],
    event: TimelineEvent,
    x: float,
    words: str,
    left: float,
    right: float,
    rows: int = _LABEL_ROWS,
) -> _Label | None:
    wide = text.width(words, _SMALL)
    start = max(left, min(x - 1, right - wide))
    for row in range(rows):
        if not any(
            label.row == row
            and label.words
            and start < label.left + text.width(label.words, _SMALL) + 4
            and label.left < start + wide + 4
            for label in labels
        ):
            return _Label(event, x, start, row, words)
    return None


def _events(canvas: Canvas, labels: Sequence[_Label], frame: Box) -> None:
    for label in labels:
        colour = plot_style.of(label.event.role).light
        top = frame.top + 2 + label.row * _SMALL.leading
        _line(canvas, label.x, frame.y, label.x, top, colour, 0.9, dash=_DOTTED)
    for label in filter(lambda label: label.words, labels):
        bottom = frame.top + 2 + label.row * _SMALL.leading
        canvas.setFillColor(HexColor("#ffffff"))
        wide = text.width(label.words, _SMALL)
        canvas.rect(label.left, bottom, wide, _SMALL.leading, stroke=0, fill=1)
        text.draw(canvas, label.left, bottom + 2, label.words, _SMALL)


def _thresholds(canvas: Canvas, plot: Plot, frame: Box, up: Callable[[float], float]) -> None:
    colour = plot_style.of("threshold").light
    for threshold in plot.thresholds:
        y = up(threshold.value)
        _line(canvas, frame.x, y, frame.right, y, colour, 0.8, dash=_DASHED)
        text.draw(
            canvas, frame.right + 3, y - CAP_HEIGHT * _SMALL.size / 2, threshold.label, _SMALL
        )


def _series(
    canvas: Canvas,
    series: Series,
    across: Callable[[date], float],
    up: Callable[[float], float],
) -> None:
    style = plot_style.of(series.role)
    for span in series.spans:
        x = across(span.day)
        _line(canvas, x, up(span.low), x, up(span.high), style.light, 2.5)
    places = [(across(point.day), up(point.value)) for point in series.points]
    if series.joined:
        for (x1, y1), (x2, y2) in pairwise(places):
            _line(canvas, x1, y1, x2, y2, style.light, 1.1)
    for (x, y), point in zip(places, series.points, strict=True):
        marker(canvas, style.marker, style.light, x, y, filled=point.sure)


def _line(
    canvas: Canvas,
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    colour: str,
    width: float,
    dash: tuple[float, ...] = (),
) -> None:
    canvas.setStrokeColor(HexColor(colour))
    canvas.setLineWidth(width)
    canvas.setDash(*([list(dash)] if dash else []))
    canvas.line(x1, y1, x2, y2)


def marker(canvas: Canvas, shape: str, colour: str, x: float, y: float, *, filled: bool) -> None:
    """One of the shapes of ``plot_style``; an open one is white inside."""
    canvas.setStrokeColor(HexColor(colour))
    canvas.setFillColor(HexColor(colour if filled else "#ffffff"))
    canvas.setLineWidth(1)
    canvas.setDash()
    if shape not in _CORNERS:
        canvas.circle(x, y, _RADIUS, stroke=1, fill=1)
        return
    path = canvas.beginPath()
    for i, (dx, dy) in enumerate(_CORNERS[shape]):
        move = path.lineTo if i else path.moveTo
        move(x + dx * _RADIUS, y + dy * _RADIUS)
    path.close()
    canvas.drawPath(path, stroke=1, fill=1)


_CORNERS = {
    "cross": (
        *((-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4)),
        *((0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)),
    ),
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": ((-1.1, -0.9), (1.1, -0.9), (0, 1.2)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
}
