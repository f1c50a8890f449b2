"""A trend on screen: draws a core.views.trends.Plot, keeping its items and only giving them new data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Qt

from core import clock
from core.views import plot_style
from core.views.trends import Axis, Plot, Series, TimelineEvent, TimeScale
from core.words import day, month_of, number
from ui import theme
from ui.plots import series as series_look
from ui.widgets.basics import label
from ui.words import tr

SYMBOLS = {"circle": "o", "square": "s", "triangle": "t1", "diamond": "d", "cross": "+"}
LEFT_AXIS_PX, TIME_AXIS_PX, ROW_PX, MOST_ROWS = 34, 26, 15, 4
WORDS_GAP_PX = 6  # between the words of marks and the highest value
THRESHOLD_PX = 36  # right of the last value: a threshold's words stand there, on no curve
pg.setConfigOptions(antialias=True)


class TimeAxis(pg.AxisItem):
    """The bottom axis: months as numbers, or calendar dates; never an SI prefix."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.enableAutoSIPrefix(False)
        self.scale_of: TimeScale | None = None

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if self.scale_of is None or size <= 0:
            return []
        if self.scale_of.axis is Axis.DATE:
            return [(1.0, _month_starts(self.scale_of, low, high, max(2, int(size // 76))))]
        room = max(2, int(size // 46))
        step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 1e9) if (high - low) / s <= room)
        return [(float(step), list(np.arange(np.ceil(low / step) * step, high + 1e-9, step)))]

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        if self.scale_of is None or self.scale_of.axis is not Axis.DATE:
            return [number(value, 0) for value in values]
        days = [self.scale_of.origin + timedelta(days=value) for value in values]
        return [month_of(d) for d in days]


class TrendPlot(pg.PlotWidget):
    """One plot. ``show_plot`` is cheap: curves, bars and marks are made once and moved."""

    # On the class, because pyqtgraph resizes the widget while it is being made.
    _plot: Plot | None = None
    _scale: TimeScale | None = None
    _also: tuple[date, ...] = ()
    _framed: object = None

    def sizeHint(self) -> QSize:
        return QSize(theme.px(480), theme.px(200))

    def __init__(self) -> None:
        self._time_axis = TimeAxis()
        super().__init__(axisItems={"bottom": self._time_axis}, background=None)
        # Time runs from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.getPlotItem().setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.getAxis("left").enableAutoSIPrefix(False)
        self._shown: dict[str, Series] = {}
        self._curves: dict[str, Any] = {}
        self._spans: dict[str, Any] = {}
        self._marks: list[tuple[Any, Any]] = []
        self._lines: list[Any] = []
        self._hover = pg.TextItem(anchor=(0, 1))
        self._hover.setZValue(100)
        self._hover.hide()
        self.addItem(self._hover, ignoreBounds=True)
        self._nothing = label(tr("Nothing to draw yet: no value has a date."), "muted")
        self._nothing.setParent(self)
        self._nothing.hide()
        self.scene().sigMouseMoved.connect(self._on_mouse)

    def show_plot(self, plot: Plot, scale: TimeScale, also: Sequence[date] = ()) -> None:
        """Draw the plot on a time axis that shows these days as well, so that plots beside one another agree."""
        self._plot, self._scale, self._also = plot, scale, tuple(also)
        span = self._span(plot, scale, also)
        height = (plot.low, plot.high, plot.step)
        frame = (span, height, plot.events, plot.thresholds, scale, bool(plot.days))
        look = (theme.is_dark(), self.size(), self.devicePixelRatioF())
        if (frame, look) != self._framed:  # axes and marks cost most, and a keystroke moves none
            self._framed = (frame, look)
            self._shown.clear()
            self._time_axis.scale_of = scale
            self.setBackground(theme.colour("card"))
            self._style_axes(plot)
            self.setXRange(*span, padding=0)
            self._show_thresholds(plot)
            self._show_events(plot, scale)
            self._time_axis.picture = None
            self._time_axis.update()
        if any(self._shown.get(series.role) != series for series in plot.series):
            self.setAccessibleDescription(in_words(plot))
        for index, series in enumerate(plot.series):
            before = self._shown.get(series.role)
            if before is None or before.points != series.points:
                self._show_points(series, scale)
            if before is None or before.spans != series.spans:
                self._show_spans(series, scale, index)
            self._shown[series.role] = series
        for role in set(self._curves) - {series.role for series in plot.series}:
            self._shown.pop(role, None)
            for items in (self._curves, self._spans):
                if role in items:
                    items[role].hide()
        self._nothing.setVisible(not plot.days)
        self._place_nothing()
        self.setAccessibleName(plot.title)

    def _show_points(self, series: Series, scale: TimeScale) -> None:
        colour = series_look.colour(series.role)
        if series.role not in self._curves:
            self._curves[series.role] = self.plot([], [])
            self._curves[series.role].setZValue(1 if _is_strong(series) else 0)
        strong = _is_strong(series)
        size = 9 if strong else 7
        fill = [colour if point.sure else theme.colour("card") for point in series.points]
        self._curves[series.role].setData(
            [scale.position(point.day) for point in series.points],
            [point.value for point in series.points],
            pen=pg.mkPen(colour, width=self._px(2.4 if strong else 1.6)) if series.joined else None,
            symbol=SYMBOLS[plot_style.of(series.role).marker],
            symbolSize=size,
            symbolBrush=fill or None,
            symbolPen=pg.mkPen(colour, width=self._px(1.4)),
        )
        self._curves[series.role].show()

    def _show_spans(self, series: Series, scale: TimeScale, index: int) -> None:
        if series.role not in self._spans:
            if not series.spans:
                return
            self._spans[series.role] = pg.ErrorBarItem(
                x=np.zeros(0), y=np.zeros(0), height=np.zeros(0)
            )
            self.addItem(self._spans[series.role])
        (left, right), _y = self.viewRange()
        aside = index * 0.018 * (right - left)  # bars of one day stand side by side
        self._spans[series.role].setData(
            x=np.array([scale.position(span.day) + aside for span in series.spans]),
            y=np.array([(span.low + span.high) / 2 for span in series.spans]),
            height=np.array([span.high - span.low for span in series.spans]),
            beam=0.0,
            pen=pg.mkPen(
                series_look.colour(series.role), width=self._px(3.5 if _is_strong(series) else 2.5)
            ),
        )
        self._spans[series.role].show()

    def _show_thresholds(self, plot: Plot) -> None:
        drawn = (
            plot.thresholds if plot.days else ()
        )  # else they would cross out why nothing is drawn
        for line in self._lines[len(drawn) :]:
            line.hide()
        for index, threshold in enumerate(drawn):
            if index == len(self._lines):
                line = pg.InfiniteLine(
                    angle=0, label="", labelOpts={"position": 1.0, "anchors": [(1, 1), (1, 1)]}
                )
                self.addItem(line, ignoreBounds=True)
                self._lines.append(line)
            line, colour = self._lines[index], series_look.colour("threshold")
            line.setPen(pg.mkPen(colour, width=self._px(1), style=Qt.PenStyle.DashLine))
            line.setValue(threshold.value)
            line.label.setFormat(threshold.label)
            line.label.setColor(colour)
            line.label.setFont(theme.font(11))
            line.show()

    def _show_events(self, plot: Plot, scale: TimeScale) -> None:
        """Dotted lines; their words stand above the values, in as many rows as keep them apart."""
        while len(self._marks) < len(plot.events):
            line = pg.InfiniteLine(angle=90)
            text = pg.TextItem(anchor=(0, 0))
            text.setFont(theme.font(11))
            self.addItem(line, ignoreBounds=True)
            self.addItem(text, ignoreBounds=True)
            self._marks.append((line, text))
        for line, text in self._marks[len(plot.events) :]:
            line.hide()
            text.hide()
        (left, right), _y = self.viewRange()
        places = _label_places(plot.events, scale, left, right, self._plot_width())
        rows = 1 + max((place.row for place in places if place), default=-1)
        top = self._set_heights(plot, rows)
        for (line, text), event, place in zip(self._marks, plot.events, places, strict=False):
            colour = series_look.colour(event.role)
            line.setPen(pg.mkPen(colour, width=self._px(1.2), style=Qt.PenStyle.DotLine))
            line.setValue(scale.position(event.day))
            line.show()
            text.setVisible(place is not None)
            if place is not None:
                text.setText(f"\u2009{place.text}\u2009", color=colour)  # a hair off the line
                text.setAnchor((1, 0) if place.to_left else (0, 0))
                text.setPos(scale.position(event.day), top(place.row))

    def _set_heights(self, plot: Plot, rows: int) -> Callable[[int], float]:
        """Room for ``rows`` of words above the values; returns where each row begins."""
        pixels = max(float(self.height()) - TIME_AXIS_PX, 40.0)
        named = rows * ROW_PX + WORDS_GAP_PX if rows else 0
        words = min(max(named, 9), pixels / 2)  # half a line at least: the top tick's number
        reach = (plot.high - plot.low) * 1.06
        per_px = reach / (pixels - words)
        bottom = plot.low - 0.03 * (plot.high - plot.low)
        high = bottom + reach + words * per_px
        self.setYRange(bottom, high, padding=0)
        return lambda row: high - row * ROW_PX * per_px

    def _plot_width(self) -> float:
        return max(float(self.width()) - LEFT_AXIS_PX, 60.0)

    def _span(self, plot: Plot, scale: TimeScale, also: Sequence[date]) -> tuple[float, float]:
        """The ends of the time axis: all values, and the marks that lie near them."""
        days = [*plot.days, *also]
        positions = [scale.position(d) for d in days] or [scale.position(clock.today())]
        month = 30.4375 if scale.axis is Axis.DATE else 1.0
        first, last = min(positions), max(positions)
        span = max(last - first, 6 * month)
        events = [scale.position(event.day) for event in plot.events]
        near = [x for x in events if first - 3 * month <= x <= last + 3 * month]
        first, last = min([first, *near]), max([first + span, *near])
        wide = self._plot_width()
        words = min(theme.px(THRESHOLD_PX), wide / 4)
        after = max(0.06, 1.04 * words / (wide - words))  # of the span
        return first - 0.04 * span, last + after * span

    def _style_axes(self, plot: Plot) -> None:
        ticks = np.arange(plot.low, plot.high + 1e-9, plot.step)
        crowded = len(ticks) * 17 > self.height() - TIME_AXIS_PX - 30
        ticks = ticks[:: 2 if crowded else 1]
        left = self.getAxis("left")
        left.setTicks([[(float(value), f"{value:g}") for value in ticks]])
        left.setWidth(LEFT_AXIS_PX)
        self._time_axis.setHeight(TIME_AXIS_PX)
        for axis in (left, self._time_axis):
            axis.setTextPen(theme.colour("muted"))
            axis.setPen(pg.mkPen(theme.colour("strong_line"), width=self._px(1)))
            axis.setTickFont(theme.font(11))
            axis.setStyle(tickLength=0)
        left.setGrid(40 if plot.days else 0)
        left.setTickPen(pg.mkPen(theme.colour("muted"), width=self._px(1)))

    def _px(self, width: float) -> float:
        """pyqtgraph's pens are device pixels."""
        return width * float(self.devicePixelRatioF())

    def _on_mouse(self, position: QPointF) -> None:
        nearest = self._nearest(position)
        self._hover.setVisible(nearest is not None)
        if nearest is None or self._plot is None or self._scale is None:
            return
        series, point = nearest
        value = number(point.value, 1 if self._plot.unit == "%" else 0, self._plot.unit)
        note = f" ({point.note})" if point.note else ""
        text = f"{series.title}: {value}, {day(point.day)}{note}"
        self._hover.setText(text, color=theme.colour("ink"))
        self._hover.fill = pg.mkBrush(theme.colour("card"))
        self._hover.border = pg.mkPen(theme.colour("strong_line"))
        x = self._scale.position(point.day)
        (left, right), _y = self.viewRange()
        self._hover.setAnchor((1, 1) if x > (left + right) / 2 else (0, 1))
        self._hover.setPos(x, point.value)

    def _nearest(self, position: QPointF) -> tuple[Series, Any] | None:
        if self._plot is None or self._scale is None:
            return None
        found, best = None, 14.0
        box = self.getViewBox()
        for series in self._plot.series:
            for point in series.points:
                at = box.mapViewToScene(QPointF(self._scale.position(point.day), point.value))
                distance = ((at.x() - position.x()) ** 2 + (at.y() - position.y()) ** 2) ** 0.5
                if distance < best:
                    found, best = (series, point), distance
        return found

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        if self._plot is not None and self._scale is not None:
            self.show_plot(self._plot, self._scale, self._also)

    def _place_nothing(self) -> None:
        self._nothing.adjustSize()
        self._nothing.move(self.rect().center() - self._nothing.rect().center())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a mark's words stand: in which row, and on which side of their line."""

    text: str
    row: int
    to_left: bool


def _label_places(
    events: Sequence[TimelineEvent], scale: TimeScale, left: float, right: float, width_px: float
) -> list[_Place | None]:
    """A place for every mark's words so that none touch; None where there is no room, or it is out of sight."""
    per_px = (right - left) / width_px
    taken: list[list[tuple[float, float]]] = [[] for _ in range(MOST_ROWS)]
    places: list[_Place | None] = []
    for event in events:
        x = scale.position(event.day)
        text = event.label if len(event.label) <= 24 else event.label[:23] + "…"
        needed = (len(text) * 6.2 + 8) * per_px
        to_left = x + needed > right
        start = x - needed if to_left else x
        fits = (
            row
            for row, spans in enumerate(taken)
            if all(start + needed <= low or start >= high for low, high in spans)
        )
        row = next(fits, None)
        if row is None or not left <= x <= right:
            places.append(None)
            continue
        taken[row].append((start, start + needed))
        places.append(_Place(text, row, to_left))
    return places


def _is_strong(series: Series) -> bool:
    """Whether it is the plot's main line."""
    return series.role in {"total", "fvc_sitting"}


def _month_starts(scale: TimeScale, low: float, high: float, room: int) -> list[float]:
    """First days of months, as many as there is room for."""
    start = scale.origin + timedelta(days=int(low))
    months = [
        date(start.year + (start.month - 1 + i) // 12, (start.month - 1 + i) % 12 + 1, 1)
        for i in range(1, max(2, int((high - low) / 28) + 2))
    ]
    positions = [scale.position(m) for m in months]
    inside = [(m, x) for m, x in zip(months, positions, strict=True) if low <= x <= high]
    every = next(s for s in (1, 2, 3, 6, 12, 24, 60, 10_000) if len(inside) / s <= room)
    return [x for m, x in inside if (m.year * 12 + m.month - 1) % every == 0]


def in_words(plot: Plot) -> str:
    """What a plot shows, for a screen reader."""
    return "; ".join(
        f"{series.title}: "
        + ", ".join(_on_day(f"{point.value:g}", point.day) for point in series.points)
        for series in plot.series
    )


def _on_day(value: str, on: date) -> str:
    return tr("{value} on {day}").format(value=value, day=day(on))
