"""What every figure of a group stands on: a sheet, the room inside its axes, and the marks of these."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.views.stack.shapes import Align, Drawing, Line, Measure, Shape, Text, Weight

SMALL, PLAIN = 10.5, 12.0  # px
LEFT, RIGHT, TOP = 40.0, 14.0, 16.0  # px beside and above the room
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How large a figure is, in px of a screen times ``unit``; ``measure`` is of who draws it."""

    width: float
    height: float
    measure: Measure
    unit: float = 1.0

    def drawing(self) -> Drawing:
        return Drawing(self.width, self.height, self.unit, self.measure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The room inside the axes, and the values at its edges.

    ``cut`` is a stretch of x that is drawn ``cut_to`` long, so that one value far off does not press the others
    together: its axis is marked by `cut_mark`. ``knots`` are values of x and where they stand, in px, where the axis is
    not to scale, since some are too close to be read; between them it is straight.
    """

    left: float
    top: float
    right: float
    bottom: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    cut: tuple[float, float] | None = None
    cut_to: float = 0.0
    knots: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())

    def x(self, value: float) -> float:
        if self.knots[0]:
            return np.interp(value, *self.knots)
        low, high = self._along(self.x_low), self._along(self.x_high)
        return self.left + (self._along(value) - low) / (high - low) * (self.right - self.left)

    def _along(self, value: float) -> float:
        if self.cut is None:
            return value
        first, last = self.cut
        within = np.clip(value, first, last) - first  # of a single value, or of an array
        found: float = value - within * (1 - self.cut_to / (last - first))
        return found

    def y(self, value: float) -> float:
        span = self.y_high - self.y_low
        return self.bottom - (value - self.y_low) / span * (self.bottom - self.top)


def room(
    sheet: Sheet,
    x: tuple[float, float],
    y: tuple[float, float],
    *,
    below: float,
    top: float = TOP,
    left: float = LEFT,
    cut: tuple[float, float] | None = None,
    cut_to: float = 0.0,
) -> Room:
    """``below``, ``top`` and ``left`` are px kept free for what stands there."""
    unit = sheet.unit
    return Room(
        left=left * unit,
        top=top * unit,
        right=sheet.width - RIGHT * unit,
        bottom=sheet.height - below * unit,
        x_low=x[0],
        x_high=x[1] if x[1] > x[0] else x[0] + 1,
        y_low=y[0],
        y_high=y[1] if y[1] > y[0] else y[0] + 1,
        cut=cut,
        cut_to=cut_to,
    )


def steps(low: float, high: float, most: int) -> list[float]:
    """At most so many values that are read easily, from ``low`` to ``high``."""
    span = high - low
    power = 10 ** math.floor(math.log10(span / most))
    step = next(power * one for one in _STEPS if span / (power * one) <= most)
    first = math.ceil(low / step - 1e-9)
    return [at * step for at in range(first, math.floor(high / step + 1e-9) + 1)]


def month_steps(high: float) -> list[float]:
    """Marks of a time in months: whole years where it is long."""
    for step in (1, 2, 3, 6, 12, 24, 60, 120):
        if high / step <= 8:
            return [float(at * step) for at in range(int(high // step) + 1)]
    return [0.0, high]


def value_axis(
    inside: Room, unit: float, values: list[float], form: str = "{:g}"
) -> Iterator[Shape]:
    """Faint lines across the room, with their values at the left."""
    for value in values:
        y = inside.y(value)
        yield Line(inside.left, y, inside.right, y, "line", 0.8 * unit)
        yield Text(
            inside.left - 6 * unit,
            y + 3.6 * unit,
            form.format(value),
            SMALL * unit,
            colour="muted",
            align=Align.RIGHT,
        )


def foot(inside: Room, unit: float) -> Line:
    return Line(inside.left, inside.bottom, inside.right, inside.bottom, "strong_line", unit)


def cut_mark(inside: Room, unit: float) -> Iterator[Line]:
    """Two strokes through the foot where a stretch of it is left out; none where nothing is."""
    if inside.cut is None:
        return
    middle = (inside.x(inside.cut[0]) + inside.x(inside.cut[1])) / 2
    for x in (middle - 2 * unit, middle + 2 * unit):
        ends = (x - 2 * unit, inside.bottom + 4 * unit, x + 2 * unit, inside.bottom - 4 * unit)
        yield Line(*ends, "strong_line", unit)


def under(
    inside: Room, unit: float, line: int, name: str, marks: list[tuple[float, str]], *, strong: bool
) -> Iterator[Shape]:
    """A line of words below the axis, the first line next to it: its name, and a word under each place."""
    y = inside.bottom + (14 + 14 * line) * unit
    weight, colour = (Weight.SEMIBOLD, "ink") if strong else (Weight.REGULAR, "muted")
    yield Text(4 * unit, y, name, SMALL * unit, weight, colour)
    for place, words in marks:
        yield Text(inside.x(place), y, words, SMALL * unit, weight, colour, Align.CENTRE)
