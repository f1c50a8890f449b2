"""The time axis that all rows share, and the range of values that a plot shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.views.stack.rows import PlotRow, Shape, Stack
from core.views.trends import Axis, Plot, TimeScale
from core.words import month_of, number

NEAR_DAYS = 366  # a mark further from the values than this would squeeze them
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 600)
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_TICK_PX, _LOW_PLOT, _TICK_LOW = 17, 60, 14  # between the words of a value axis; in a low plot
_MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class Time:
    """Days to places: ``left`` and ``right`` are the edges of the sheet's plots, ``low`` and ``high`` their positions.

    ``now`` is the place up to which what goes on is drawn.
    """

    scale: TimeScale
    low: float
    high: float
    left: float
    right: float
    now: float = 0.0

    def x(self, day: date) -> float:
        return self.x_of(self.scale.position(day))

    def x_of(self, position: float) -> float:
        return self.left + (position - self.low) / (self.high - self.low) * (self.right - self.left)

    def shows(self, day: date) -> bool:
        return self.low <= self.scale.position(day) <= self.high


def days_shown(stack: Stack) -> tuple[date, date]:
    """The first and the last day on the axis: every value, every visit, and the marks that are near them.

    Of sections everything that ran since ``floor``: what began before is cut at the edge.
    """
    if stack.days is not None:
        return stack.days
    if stack.sections:
        return _days_of_tracks(stack)
    days = [head.on for head in stack.heads]
    days += [day for row in stack.rows for day in row.plot.days]
    if not days:
        days = [stack.today]
    first, last = min(days), max(days)
    near = timedelta(days=NEAR_DAYS)
    for mark in (mark for lane in stack.lanes for mark in lane.marks):
        if mark.shape is not Shape.BAR:  # a bar may have begun long before: it is cut at the edge
            moments = [mark.began] if mark.ended is None else [mark.began, mark.ended]
            days += [one for one in moments if first - near <= one <= last + near]
    if last < stack.today <= last + near / 4:
        days.append(stack.today)
    return min(days), max(days)


def _days_of_tracks(stack: Stack) -> tuple[date, date]:
    floor = stack.floor or stack.today
    days = [stack.today if stack.ends is None else min(stack.ends, stack.today)]
    for mark in stack.marks:
        days += [one for one in (mark.began, mark.ended) if one is not None and one >= floor]
        if mark.runs and mark.began < floor:
            days.append(floor)
    return min(days), max(days)


def time(
    stack: Stack, scale: TimeScale, left: float, right: float, air: tuple[float, float]
) -> Time:
    """The axis with ``air`` at its ends for what stands beside the first and the last value."""
    low, high = (scale.position(one) for one in days_shown(stack))
    least = 61.0 if scale.axis is Axis.DATE else 2.0
    if high - low < least:
        low, high = low - (least - (high - low)) / 2, high + (least - (high - low)) / 2
    before, after = air
    per = (high - low) / max(right - left - before - after, 1.0)
    bare = Time(scale, low - before * per, high + after * per, left, right)
    until = stack.today if stack.ends is None else min(stack.ends, stack.today)
    return replace(bare, now=min(bare.x(until), right))


def time_ticks(axis: Time, room: float) -> list[tuple[float, str]]:
    """Places and words of the time axis, ``room`` apart at the least."""
    if axis.scale.axis is Axis.DATE:
        return _calendar_ticks(axis, room)
    per = (axis.high - axis.low) / (axis.right - axis.left)
    step = next((s for s in _MONTH_STEPS if s / per >= room), _MONTH_STEPS[-1])
    numbers = range(math.ceil(axis.low / step), math.floor(axis.high / step) + 1)
    return [(axis.x_of(n * step), number(n * step, 0)) for n in numbers]


def _calendar_ticks(axis: Time, room: float) -> list[tuple[float, str]]:
    """First days of months; they are counted from January."""
    first = axis.scale.origin + timedelta(days=math.floor(axis.low))
    last = axis.scale.origin + timedelta(days=math.ceil(axis.high))
    per_month = 30.4375 / (axis.high - axis.low) * (axis.right - axis.left)
    step = next((s for s in _MONTH_STEPS if s * per_month >= 1.6 * room), _MONTH_STEPS[-1])
    months = range(0, (last.year - first.year + 1) * 12, step)
    days = (date(first.year + n // 12, n % 12 + 1, 1) for n in months)
    return [(axis.x(day), month_of(day)) for day in days if first <= day <= last]


def values_shown(row: PlotRow, height: float, room: float, *, whole: bool) -> tuple[float, float]:
    """The lowest and highest value of a plot: its whole scale, or the part of it that is used.

    The used part holds every value, ``room`` for words above and below them, and never less than
    ``row.used``, so that noise does not fill a plot.
    """
    plot = row.plot
    values = _values(plot)
    if whole or not row.used or not values:
        return plot.low, plot.high
    low, high = min(values), max(values)
    per = max(high - low, row.used / 2) / max(height - 1.5 * room, 1.0)
    low, high = low - 0.5 * room * per, high + room * per
    missing = max(row.used - (high - low), 0.0)
    low, high = low - missing / 2, high + missing / 2
    if low < plot.low:
        low, high = plot.low, high + plot.low - low
    if high > plot.high:
        low, high = low + plot.high - high, plot.high
    grain = next((s for s in _STEPS if s >= row.used / 25), _STEPS[-1])
    low, high = math.floor(low / grain + 1e-9) * grain, math.ceil(high / grain - 1e-9) * grain
    return max(low, plot.low), min(high, plot.high)


def _values(plot: Plot) -> list[float]:
    values = [point.value for series in plot.series for point in series.points]
    values += [
        end for series in plot.series for span in series.spans for end in (span.low, span.high)
    ]
    values += [end for one in plot.forecasts for p in one.points for end in (p.low, p.high)]
    return [min(max(value, plot.low), plot.high) for value in values]


def value_ticks(plot: Plot, low: float, high: float, height: float, unit: float) -> list[float]:
    """Round values far enough apart that their words do not touch."""
    steps: Sequence[float] = _STEPS
    if (low, high) == (plot.low, plot.high):
        steps = [plot.step * n for n in (1, 2, 3, 4, 6, 12)]
    per = (high - low) / max(height, 1.0)
    least = (_TICK_LOW if height < _LOW_PLOT * unit else _TICK_PX) * unit
    apart = max(least, height / _MOST_TICKS)
    step = next((s for s in steps if s / per >= apart), steps[-1])
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)]
