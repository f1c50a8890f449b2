"""One plot of the stack: grid, thresholds, projections, series, and values beside their points."""

from collections.abc import Iterator
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
from core.views.trends import Point, Series
from core.words import MINUS, _, number

SIZE = 11
TIE_PX = 3  # between points of one day and one value
_Rect = tuple[float, float, float, float]


def plot(
    drawing: Drawing, row: PlotRow, frame: Frame, axis: Time, *, says_part: bool = True
) -> None:
    """Everything between the value axis and the right edge; with which part of the scale is shown."""
    u = drawing.unit
    _grid(drawing, row, frame, axis)
    words = _notes(drawing, row, frame, axis, says_part=says_part)
    if not row.plot.days:
        middle = (axis.left + axis.right) / 2
        nothing = _("Nothing to draw yet: no value has a date.")
        y = (frame.top + frame.bottom) / 2 + 4 * u
        drawing.add(Text(middle, y, nothing, SIZE * u, colour="muted", align=Align.CENTRE))
        return
    words += _thresholds(drawing, row, frame, axis)
    words += _forecasts(drawing, row, frame, axis)
    ties = _ties(row)
    for series in reversed(row.plot.series):  # the first of them on top
        _series(drawing, series, frame, axis, ties)
    _values(drawing, row, frame, axis, words)


def _grid(drawing: Drawing, row: PlotRow, frame: Frame, axis: Time) -> None:
    u = drawing.unit
    ticks = axes.value_ticks(row.plot, frame.low, frame.high, frame.bottom - frame.top, u)
    decimals = 0 if all(tick == round(tick) for tick in ticks) else 1
    for tick in ticks:
        y = frame.y(tick)
        if row.plot.days:
            drawing.add(Line(axis.left, y, axis.right, y, "line"))
        words = number(tick, decimals)
        drawing.add(
            Text(axis.left - 6 * u, y + 4 * u, words, SIZE * u, colour="muted", align=Align.RIGHT)
        )


def _notes(
    drawing: Drawing, row: PlotRow, frame: Frame, axis: Time, *, says_part: bool
) -> list[_Rect]:
    """Which part of the scale is shown, and how a projection is made or why there is none."""
    u = drawing.unit
    measure = drawing.measure
    taken = []
    y = frame.bottom - 5 * u
    half = (axis.right - axis.left) / 2
    shown = place_words.fit(place_words.shown_part(row, frame), 10 * u, half, measure)
    if shown and says_part:
        drawing.add(Text(axis.left + 5 * u, y, shown, 10 * u, colour="muted"))
        wide = measure(shown, 10 * u, Weight.REGULAR)
        taken.append((axis.left, y - 10 * u, axis.left + 8 * u + wide, y + 3 * u))
    said = row.plot.no_forecast
    if row.plot.forecasts:
        n = row.plot.forecasts[0].n
        said = _("straight line through {n} results, 95 % prediction interval").format(n=n)
    right = axis.right - 4 * u
    for line in reversed(place_words.wrapped(said, 10 * u, half, measure, 2)):
        drawing.add(Text(right, y, line, 10 * u, colour="muted", align=Align.RIGHT))
        wide = measure(line, 10 * u, Weight.REGULAR)
        taken.append((right - wide, y - 10 * u, right, y + 3 * u))
        y -= 12 * u
    return taken


def _thresholds(drawing: Drawing, row: PlotRow, frame: Frame, axis: Time) -> list[_Rect]:
    """Each line with its words at an end of it, on whichever side no value is."""
    u = drawing.unit
    taken: list[_Rect] = []
    markers = [
        (axis.x(p.day), frame.y(p.value)) for series in row.plot.series for p in series.points
    ]
    for threshold in row.plot.thresholds:
        if not frame.low < threshold.value < frame.high:
            continue
        y = frame.y(threshold.value)
        drawing.add(Line(axis.left, y, axis.right, y, "threshold", u, (4 * u, 3 * u)))
        wide = drawing.measure(threshold.label, SIZE * u, Weight.MEDIUM)
        ends = (axis.right - 4 * u - wide, axis.left + 4 * u)
        places = [(x, baseline) for x in ends for baseline in (y - 4 * u, y + 13 * u)]
        rects = [
            (x - 3 * u, baseline - 12 * u, x + wide + 3 * u, baseline + 3 * u)
            for x, baseline in places
        ]
        free = (i for i, rect in enumerate(rects) if not _covers(rect, markers))
        at = next((i for i in free if rects[i][3] <= frame.bottom), 0)
        x, baseline = places[at]
        words = threshold.label
        drawing.add(Text(x, baseline, words, SIZE * u, Weight.MEDIUM, "threshold", halo=True))
        taken.append(rects[at])
    return taken


def _forecasts(drawing: Drawing, row: PlotRow, frame: Frame, axis: Time) -> list[_Rect]:
    """The patient's own line carried forward: dashed, its interval as a pale band, its end in words."""
    u = drawing.unit
    measure = drawing.measure
    taken = []
    for forecast in row.plot.forecasts:
        points = forecast.points
        line = tuple((axis.x(p.day), _inside(frame, p.value)) for p in points)
        upper = [(axis.x(p.day), _inside(frame, p.high)) for p in points]
        lower = [(axis.x(p.day), _inside(frame, p.low)) for p in reversed(points)]
        drawing.add(Area((*upper, *lower), forecast.role, 0.15))
        drawing.add(Path(line, forecast.role, 1.6 * u, (5 * u, 3 * u)))
        end = points[-1]
        words = _("{value} ({low}–{high})").format(
            value=number(end.value, 0), low=number(end.low, 0), high=number(end.high, 0)
        )
        wide = measure(words, SIZE * u, Weight.SEMIBOLD)
        x = min(line[-1][0], axis.right - 4 * u)
        y = line[-1][1] - 7 * u
        drawing.add(Text(x, y, words, SIZE * u, Weight.SEMIBOLD, align=Align.RIGHT, halo=True))
        taken.append((x - wide, y - 10 * u, x, y + 2 * u))
    return taken


def _inside(frame: Frame, value: float) -> float:
    return min(max(frame.y(value), frame.top), frame.bottom)


def _series(
    drawing: Drawing, series: Series, frame: Frame, axis: Time, ties: dict[tuple[str, int], float]
) -> None:
    u = drawing.unit
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


def _values(drawing: Drawing, row: PlotRow, frame: Frame, axis: Time, taken: list[_Rect]) -> None:
    """Each value beside its point; of several series only where it changed, the last one right of it.

    The last values come first, then the first ones, then from the newest back: where there is no room, an older
    one is left out.
    """
    u = drawing.unit
    measure = drawing.measure
    drawn = [series for series in row.plot.series if series.points and series.joined]
    alone = len([series for series in drawn if len(series.points) > 1]) <= 1
    markers = [(axis.x(p.day), frame.y(p.value)) for series in drawn for p in series.points]
    for series, point, is_last in _in_turn(drawn, alone=alone):
        strong = is_strong(series)
        words = _value(series, point, row.decimals)
        size = (12 if strong and not row.decimals else SIZE) * u
        wide = measure(words, size, Weight.SEMIBOLD)
        x, y = axis.x(point.day), frame.y(point.value)
        over = [(x - wide / 2, y - 8 * u), (x - wide / 2, y + 17 * u)]
        aside = [(x + 9 * u, y + dy * u) for dy in (4, -4, 12)]
        places = over if strong or not is_last else aside
        for left, baseline in places:
            rect = (left - u, baseline - 0.8 * size, left + wide + u, baseline + u)
            hides = not (strong or is_last) and _covers(rect, markers)
            if _is_free(rect, taken, frame, axis) and not hides:
                drawing.add(Text(left, baseline, words, size, Weight.SEMIBOLD, halo=True))
                taken.append(rect)
                break


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


def _in_turn(drawn: list[Series], *, alone: bool) -> Iterator[tuple[Series, Point, bool]]:
    """The last value of each series; then the others of the main one, and those of the rest where they changed."""
    for series in drawn:
        yield series, series.points[-1], True
    for series in drawn:
        points = series.points
        if alone or is_strong(series):
            rest = [*points[:1], *reversed(points[1:-1])] if len(points) > 1 else []
        else:
            rest = [b for a, b in pairwise(points[:-1]) if a.value != b.value]
        for point in rest:
            yield series, point, False


def _is_free(rect: _Rect, taken: list[_Rect], frame: Frame, axis: Time) -> bool:
    left, top, right, bottom = rect
    if top < frame.top - 4 or bottom > frame.bottom + 2 or left < axis.left or right > axis.right:
        return False
    return not any(left < b[2] and b[0] < right and top < b[3] and b[1] < bottom for b in taken)


def _covers(rect: _Rect, points: list[tuple[float, float]]) -> bool:
    left, top, right, bottom = rect
    return any(left < x < right and top < y < bottom for x, y in points)
