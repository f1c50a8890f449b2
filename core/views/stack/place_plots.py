"""One plot of the stack: grid, thresholds, projections, series, and words where they hide nothing.

Words take their places in the order of what they mean: the newest values, thresholds, where a projection ends,
the other values, remarks. What finds no place is left out; a newest value never is.
"""

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from core.views import plot_style
from core.views.stack import axes, place_words
from core.views.stack.axes import Time
from core.views.stack.rows import PlotRow
from core.views.stack.shapes import (
    Align,
    Area,
    Drawing,
    Frame,
    Line,
    Marker,
    Path,
    Text,
    Weight,
)
from core.views.trends import Forecast, Point, Series
from core.words import MINUS, _, number

SIZE = 11
TIE_PX = 3  # between points of one day and one value
MANY = 12  # points; of more, only values that changed stand above them
HIDDEN = 10  # pieces of a line, that words would rather cross than hide a value
PARTS = 6  # of the width, at which a remark may begin
_Rect = tuple[float, float, float, float]
_Place = tuple[float, float]


@dataclass(slots=True)
class _Sheet:
    """A plot while words find their places: ``taken`` by words, ``paths`` that words should not be on."""

    drawing: Drawing
    row: PlotRow
    frame: Frame
    axis: Time
    taken: list[_Rect] = field(default_factory=list)
    paths: list[tuple[_Place, ...]] = field(default_factory=list)

    @property
    def unit(self) -> float:
        return self.drawing.unit

    def at(self, point: Point) -> _Place:
        return self.axis.x(point.day), self.frame.y(point.value)

    def wide(self, words: str, size: float, weight: Weight) -> float:
        return self.drawing.measure(words, size, weight)

    def is_free(self, rect: _Rect) -> bool:
        """Whether it is within the plot, and on no other words."""
        left, top, right, bottom = rect
        within = (
            top >= self.frame.top - 4 * self.unit and bottom <= self.frame.bottom + 2 * self.unit
        )
        within = within and left >= self.axis.left and right <= self.axis.right
        return within and not any(
            left < b[2] and b[0] < right and top < b[3] and b[1] < bottom for b in self.taken
        )

    def crossed(self, rect: _Rect) -> int:
        """How many pieces of a line are in it, and values many times over: a line goes on, a value is hidden."""
        lines = sum(
            _is_in(rect, a, b) for path in self.paths for a, b in pairwise((path[0], *path))
        )
        return lines + HIDDEN * sum(_is_in(rect, at, at) for path in self.paths for at in path)

    def best(self, rects: Iterable[_Rect]) -> _Rect | None:
        """The first that is free and crossed by nothing, else the free one that is crossed least; it is taken then."""
        free = [rect for rect in rects if self.is_free(rect)]
        found = self.clear(free)
        if found is None and free:
            found = min(free, key=self.crossed)
            self.taken.append(found)
        return found

    def clear(self, rects: Iterable[_Rect]) -> _Rect | None:
        """The first that is free and crossed by nothing; it is taken then."""
        found = next((one for one in rects if self.is_free(one) and not self.crossed(one)), None)
        if found is not None:
            self.taken.append(found)
        return found


def plot(
    drawing: Drawing, row: PlotRow, frame: Frame, axis: Time, *, says_part: bool = True
) -> None:
    """Everything between the value axis and the right edge; with which part of the scale is shown."""
    u = drawing.unit
    sheet = _Sheet(drawing, row, frame, axis)
    _grid(sheet)
    if not row.plot.days:
        middle = (axis.left + axis.right) / 2
        nothing = _("Nothing to draw yet: no value has a date.")
        y = (frame.top + frame.bottom) / 2 + 4 * u
        drawing.add(Text(middle, y, nothing, SIZE * u, colour="muted", align=Align.CENTRE))
        return
    for threshold in row.plot.thresholds:
        if frame.low < threshold.value < frame.high:
            y = frame.y(threshold.value)
            drawing.add(Line(axis.left, y, axis.right, y, "threshold", u, (4 * u, 3 * u)))
    for forecast in row.plot.forecasts:
        _forecast(sheet, forecast)
    ties = _ties(row)
    for series in reversed(row.plot.series):  # the first of them on top
        _series(sheet, series, ties)
    _newest(sheet)
    _threshold_words(sheet)
    for forecast in row.plot.forecasts:
        _forecast_words(sheet, forecast)
    _older(sheet)
    _notes(sheet, says_part=says_part)


def _grid(sheet: _Sheet) -> None:
    drawing, frame, axis, u = sheet.drawing, sheet.frame, sheet.axis, sheet.unit
    plot = sheet.row.plot
    ticks = axes.value_ticks(plot, frame.low, frame.high, frame.bottom - frame.top, u)
    decimals = 0 if all(tick == round(tick) for tick in ticks) else 1
    for tick in ticks:
        y = frame.y(tick)
        if plot.days:
            drawing.add(Line(axis.left, y, axis.right, y, "line"))
        baseline = min(max(y + 4 * u, frame.top + 7 * u), frame.bottom + u)  # off the next plot's
        words = number(tick, decimals)
        drawing.add(
            Text(axis.left - 6 * u, baseline, words, SIZE * u, colour="muted", align=Align.RIGHT)
        )


def _notes(sheet: _Sheet, *, says_part: bool) -> None:
    """Which part of the scale is shown, and how a projection is made or why there is none."""
    axis, frame, u = sheet.axis, sheet.frame, sheet.unit
    plot, size = sheet.row.plot, 10 * sheet.unit
    across = axis.right - axis.left
    said = plot.no_forecast
    if plot.forecasts:
        n = plot.forecasts[0].n
        said = _("straight line through {n} results, 95 % prediction interval").format(n=n)
    part = place_words.shown_part(sheet.row, frame) if says_part else ""
    for words, at_right in ((part, False), (said, True)):
        lines = place_words.wrapped(words, size, across / 2, sheet.drawing.measure, 2)
        if not lines:
            continue
        wide = max(sheet.wide(one, size, Weight.REGULAR) for one in lines)
        high = 12 * u * len(lines)
        steps = [n * across / PARTS for n in range(PARTS)]
        lefts = [
            axis.right - 5 * u - wide - x if at_right else axis.left + 5 * u + x for x in steps
        ]
        tops = (frame.bottom - high - 2 * u, frame.top + 2 * u)
        rects = ((x, top, x + wide, top + high) for x in lefts for top in tops)
        rect = sheet.clear(rects)
        if rect is None:  # the axis and the scale key say the first, the description the second
            continue
        align = Align.RIGHT if at_right else Align.LEFT
        for n, line in enumerate(lines):
            x = rect[2] if at_right else rect[0]
            y = rect[1] + (9 + 12 * n) * u
            sheet.drawing.add(Text(x, y, line, size, colour="muted", align=align, halo=True))


def _threshold_words(sheet: _Sheet) -> None:
    """Each along its line where no value is: in full, else short."""
    axis, u = sheet.axis, sheet.unit
    size = SIZE * u
    for threshold in sheet.row.plot.thresholds:
        if not sheet.frame.low < threshold.value < sheet.frame.high:
            continue
        y = sheet.frame.y(threshold.value)
        for words in (threshold.full, threshold.label):
            wide = sheet.wide(words, size, Weight.MEDIUM)
            across = (axis.right - axis.left - wide - 8 * u) / PARTS
            lefts = [axis.right - 4 * u - wide - n * across for n in (0, PARTS, 1, 5, 2, 4, 3)]
            places = [(x, baseline) for x in lefts for baseline in (y - 4 * u, y + 12 * u)]
            rects = [(x, b - 9 * u, x + wide, b + 2 * u) for x, b in places]
            rect = sheet.clear(rects)
            if rect is None and words == threshold.label:
                rect = sheet.best(rects)
            if rect is not None:
                x, baseline = places[rects.index(rect)]
                sheet.drawing.add(
                    Text(x, baseline, words, size, Weight.MEDIUM, "threshold", halo=True)
                )
                break


def _forecast(sheet: _Sheet, forecast: Forecast) -> None:
    """The patient's own line carried forward: dashed, its interval as a pale band."""
    axis, frame, u = sheet.axis, sheet.frame, sheet.unit
    points = forecast.points
    line = tuple((axis.x(p.day), _inside(frame, p.value)) for p in points)
    upper = [(axis.x(p.day), _inside(frame, p.high)) for p in points]
    lower = [(axis.x(p.day), _inside(frame, p.low)) for p in reversed(points)]
    sheet.drawing.add(Area((*upper, *lower), forecast.role, 0.15))
    sheet.drawing.add(Path(line, forecast.role, 1.6 * u, (5 * u, 3 * u)))
    sheet.paths.append(line)


def _forecast_words(sheet: _Sheet, forecast: Forecast) -> None:
    """Where a projection ends, above its line or below it."""
    axis, u = sheet.axis, sheet.unit
    size = SIZE * u
    end = forecast.points[-1]
    words = _("{value} ({low}–{high})").format(
        value=number(end.value, 0), low=number(end.low, 0), high=number(end.high, 0)
    )
    wide = sheet.wide(words, size, Weight.SEMIBOLD)
    right = min(axis.x(end.day), axis.right - 4 * u)
    ys = [
        _inside(sheet.frame, p.value)
        for before, p in pairwise((forecast.points[0], *forecast.points))
        if axis.x(p.day) >= right - wide or p is end
    ]
    first = _inside(sheet.frame, forecast.points[0].value)
    start = axis.x(forecast.points[0].day)
    at_left = first + (ys[-1] - first) * max(right - wide - start, 0) / max(right - start, 1)
    ys.append(at_left)
    baselines = (min(ys) - 5 * u, max(ys) + 13 * u, min(ys) - 18 * u, max(ys) + 26 * u)
    rects = [(right - wide, b - 9 * u, right, b + 2 * u) for b in baselines]
    rect = sheet.best(rects)
    if rect is not None:
        y = baselines[rects.index(rect)]
        sheet.drawing.add(Text(right - wide, y, words, size, Weight.SEMIBOLD, halo=True))


def _inside(frame: Frame, value: float) -> float:
    return min(max(frame.y(value), frame.top), frame.bottom)


def _series(sheet: _Sheet, series: Series, ties: dict[tuple[str, int], float]) -> None:
    drawing, axis, frame, u = sheet.drawing, sheet.axis, sheet.frame, sheet.unit
    strong = is_strong(series)
    for span in series.spans:
        x = axis.x(span.day)
        drawing.add(Line(x, frame.y(span.low), x, frame.y(span.high), series.role, 3 * u))
    places = [
        (axis.x(point.day), frame.y(point.value) + ties.get((series.role, i), 0.0) * u)
        for i, point in enumerate(series.points)
    ]
    if series.joined and len(places) > 1:
        drawing.add(Path(tuple(places), series.role, (2.0 if strong else 1.6) * u))
        sheet.paths.append(tuple(places))
    else:
        sheet.paths += [(place,) for place in places]
    shape = plot_style.of(series.role).marker
    for (x, y), point in zip(places, series.points, strict=True):
        drawing.add(Marker(x, y, shape, (4.2 if strong else 3.6) * u, series.role, point.sure))


def _ties(row: PlotRow) -> dict[tuple[str, int], float]:
    """How far (px) each of several points of one day and one value is moved, by series and place in it."""
    found: dict[tuple[object, float], list[tuple[str, int]]] = {}
    for series in row.plot.series:
        for i, point in enumerate(series.points):
            found.setdefault((point.day, point.value), []).append((series.role, i))
    return {
        one: (n - (len(tied) - 1) / 2) * TIE_PX
        for tied in found.values()
        if len(tied) > 1
        for n, one in enumerate(tied)
    }


def is_strong(series: Series) -> bool:
    """Whether it is the plot's main line."""
    return series.role in {"total", "fvc_sitting", "weight"}


def _newest(sheet: _Sheet) -> None:
    """The last value of each series, of the main one above it, of the others right of it; equal ones once."""
    said: set[tuple[object, float]] = set()
    # Neither on a value, nor where the words of another would be.
    kept = _values(sheet)
    for series in sheet.row.plot.series:
        if not series.points or (series.points[-1].day, series.points[-1].value) in said:
            continue
        point = series.points[-1]
        said.add((point.day, point.value))
        words = _value(series, point, sheet.row.decimals)
        size = _size(sheet, series)
        wide = sheet.wide(words, size, Weight.SEMIBOLD)
        x, y = sheet.at(point)
        u = sheet.unit
        middle = max(x - wide / 2, sheet.axis.left + u)
        over = [(middle, y - 8 * u), (middle, y + 17 * u)]
        aside = [(left, y + dy * u) for left in (x + 9 * u, x - 9 * u - wide) for dy in (4, -4, 12)]
        aside += [(left, y + dy * u) for left in (x + 9 * u, x - 9 * u - wide) for dy in (-14, 22)]
        places = [*over, *aside] if is_strong(series) else [*aside, *over]
        rects = {one: _rect(one, wide, size, u) for one in places}
        _say(sheet, words, size, sorted(places, key=lambda one: _covers(rects[one], kept)))


def _values(sheet: _Sheet) -> list[_Place]:
    """Where values are, and above those of the main line, where their words are; in order."""
    found = []
    for series in sheet.row.plot.series:
        at = [sheet.at(point) for point in series.points]
        found += at
        if is_strong(series):
            found += [(x, y - 12 * sheet.unit) for x, y in at[:-1]]
    return sorted(found)


def _older(sheet: _Sheet) -> None:
    """The other values from the newest back, above or below their points; of some series only where they changed.

    What stands at a point of another series is left out, and so are the values that a device printed.
    """
    u = sheet.unit
    drawn = [series for series in sheet.row.plot.series if series.points]
    alone = len([series for series in drawn if len(series.points) > 1]) <= 1
    markers = sorted(sheet.at(point) for series in drawn for point in series.points)
    for series, point in _in_turn(drawn, sheet.row.decimals, alone=alone):
        words = _value(series, point, sheet.row.decimals)
        size = _size(sheet, series)
        wide = sheet.wide(words, size, Weight.SEMIBOLD)
        x, y = sheet.at(point)
        places = [(x - wide / 2, y - 8 * u), (x - wide / 2, y + 17 * u)]
        if len(series.points) > MANY and point is not series.points[0]:
            places = places[:1]
        if not is_strong(series):
            places = [one for one in places if not _covers(_rect(one, wide, size, u), markers)]
        _say(sheet, words, size, places)


def _say(sheet: _Sheet, words: str, size: float, places: Iterable[_Place]) -> None:
    """Words at the first place that is free."""
    wide = sheet.wide(words, size, Weight.SEMIBOLD)
    for left, baseline in places:
        rect = _rect((left, baseline), wide, size, sheet.unit)
        if sheet.is_free(rect):
            sheet.drawing.add(Text(left, baseline, words, size, Weight.SEMIBOLD, halo=True))
            sheet.taken.append(rect)
            return


def _rect(at: _Place, wide: float, size: float, u: float) -> _Rect:
    left, baseline = at
    return left - u, baseline - 0.8 * size, left + wide + u, baseline + u


def _size(sheet: _Sheet, series: Series) -> float:
    return (12 if is_strong(series) and not sheet.row.decimals else SIZE) * sheet.unit


def _value(series: Series, point: Point, decimals: int) -> str:
    """A value that is not this clinic's own is as it was told, and says so where it stands."""
    told = f"{point.value:g}".replace("-", MINUS)
    if series.role.endswith("_stated"):
        return _("{value} stated").format(value=told)
    if series.role.endswith("_device"):
        return _("{value} by the device").format(value=told)
    if not point.sure and point.note:  # why its symbol is open
        return f"{number(point.value, decimals)} {point.note}"
    return number(point.value, decimals)


def _in_turn(drawn: list[Series], decimals: int, *, alone: bool) -> Iterator[tuple[Series, Point]]:
    for series in drawn:
        points = series.points
        rest = [*points[:1], *reversed(points[1:-1])] if len(points) > 1 else []
        if series.role.endswith("_device"):
            rest = []
        elif len(points) > MANY or not (alone or is_strong(series)):
            same = {
                id(b)
                for a, b in pairwise(points)
                if _value(series, a, decimals) == _value(series, b, decimals)
            }
            rest = [one for one in rest if id(one) not in same]
            rest = rest if alone or is_strong(series) else rest[1:]
        for point in rest:
            yield series, point


def _is_in(rect: _Rect, a: _Place, b: _Place) -> bool:
    """Whether a piece of a line is in a rectangle."""
    left, top, right, bottom = rect
    (x1, y1), (x2, y2) = sorted((a, b))
    if x2 < left or x1 > right:
        return False
    slope = (y2 - y1) / (x2 - x1) if x2 > x1 else 0.0
    ends = (y1 + slope * (max(left, x1) - x1), y1 + slope * (min(right, x2) - x1))
    ends = ends if x2 > x1 else (y1, y2)
    return min(ends) < bottom and max(ends) > top


def _covers(rect: _Rect, points: list[_Place]) -> bool:
    """Whether one of the points, in order of their places, is in a rectangle."""
    left, top, right, bottom = rect
    first = bisect_right(points, (left, math.inf))
    beside = itertools.takewhile(lambda at: at[0] < right, itertools.islice(points, first, None))
    return any(top < y < bottom for _x, y in beside)
