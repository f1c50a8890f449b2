"""A Kaplan–Meier curve: its interval, who was censored, and how many are at risk."""

import math

from core.cohort.plots.axes import (
    SMALL,
    Room,
    Sheet,
    foot,
    month_steps,
    room,
    steps,
    under,
    value_axis,
)
from core.cohort.survival import HALF_A_DAY, Survival
from core.science.statistics.fit import NoFit
from core.science.statistics.survival import KaplanMeier
from core.views.stack.shapes import Area, Drawing, Line, Path, Text, Weight
from core.words import _, number

BELOW = 48.0  # px under the axis: months, at risk


def draw(survival: Survival, sheet: Sheet) -> Drawing:
    """Per cent over months; nothing is drawn after the last patient was followed."""
    made, unit = sheet.drawing(), sheet.unit
    curve = survival.curve
    if isinstance(curve, NoFit):
        made.add(Text(0, 20 * unit, curve.reason, SMALL * unit, colour="muted"))
        return made
    marks = month_steps(max(curve.last + HALF_A_DAY, 1.0))
    inside = room(sheet, (0, max(curve.last, 1.0) * 1.03), (0, 104), below=BELOW, left=52)
    made.add(*value_axis(inside, unit, steps(0, 100, 4), "{:g} %"))
    low, high = _band(curve)
    if len(low) > 1:
        points = [*high, *reversed(low)]
        made.add(Area(tuple((inside.x(x), inside.y(y)) for x, y in points), "neutral_ground", 0.9))
    line = tuple((inside.x(x), inside.y(y)) for x, y in _steps(curve))
    made.add(Path(line, "ink", 2.2 * unit))
    made.add(*_censored(curve, inside, unit))
    made.add(foot(inside, unit))
    x, y = line[-1]
    end = _("{percent} %").format(percent=number(100 * float(curve.survival[-1]), 0))
    made.add(Text(x - 30 * unit, y - 8 * unit, end, SMALL * unit, Weight.SEMIBOLD, halo=True))
    made.add(*under(inside, unit, 0, _("month"), [(at, f"{at:g}") for at in marks], strong=False))
    at_risk = [(at, str(curve.number_at_risk(at - HALF_A_DAY))) for at in marks]
    made.add(*under(inside, unit, 1, _("at risk"), at_risk, strong=True))
    return made


def _steps(curve: KaplanMeier) -> list[tuple[float, float]]:
    """The corners of the curve, months and per cent."""
    points, level = [(0.0, 100.0)], 100.0
    for time, survival in zip(curve.times.tolist(), curve.survival.tolist(), strict=True):
        if 100 * survival != level:
            points += [(time, level), (time, 100 * survival)]
            level = 100 * survival
    return [*points, (curve.last, level)]


def _band(curve: KaplanMeier) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The corners of the lower and the upper limit, from the first event until nobody is left."""
    ends: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for limit, points in zip((curve.low, curve.high), ends, strict=True):
        level = 100.0
        for time, survival, end in zip(
            curve.times.tolist(), curve.survival.tolist(), limit.tolist(), strict=True
        ):
            if survival == 1:
                continue
            if math.isnan(end):
                points.append((time, level))
                break
            if points:
                points.append((time, level))
            points.append((time, 100 * end))
            level = 100 * end
        else:
            points.append((curve.last, level))
    return ends


def _censored(curve: KaplanMeier, inside: Room, unit: float) -> list[Line]:
    """A small stroke where patients were last known alive."""
    return [
        Line(
            inside.x(time),
            inside.y(100 * s) - 4 * unit,
            inside.x(time),
            inside.y(100 * s) + 4 * unit,
            "ink",
            unit,
        )
        for time, s, censored in zip(
            curve.times.tolist(), curve.survival.tolist(), curve.censored.tolist(), strict=True
        )
        if censored
    ]
