"""The patient's own straight line carried forward: what to expect, and when a threshold is met.

It says what happens if the patient goes on as before, and nothing else: no other patients, no
treatment, and no curve. DESIGN: that a straight line is carried forward at all, from so many different
days on (6), no further than the results reach back and not beyond 5 years,
and no band wider than 8 points to either side, is our choice and comes from no paper.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from core.science.progression import (
    MINIMUM_SPAN_DAYS,
    MONTH_DAYS,
    NoSlope,
    Slope,
    months_between,
    ols_slope,
)
from core.words import _, number, signed

FEWEST_FOR_PROJECTION = 6
FEWEST_FOR_CROSSING = 6
FARTHEST_YEARS = 5
WIDEST = 8.0
SPANS_AHEAD = 1.0


@dataclass(frozen=True, slots=True)
class Projected:
    """What the line says for a day, and between which values 95 % of single new results lie."""

    day: date
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Projection:
    """The line from the last result's day on, a point a month, and the slope it is made from."""

    slope: Slope
    points: tuple[Projected, ...]


@dataclass(frozen=True, slots=True)
class NoProjection:
    """Why no projection is shown, in one plain sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Crossing:
    """The day on which the line falls to a threshold, and the 95 % confidence limits of that day.

    `earliest` may lie before the last result: then the patient may be there already. `latest` is
    None where it lies after `horizon`, the last day that is looked ahead to. `slope` is the line.
    """

    on: date
    earliest: date
    latest: date | None
    horizon: date
    slope: Slope


@dataclass(frozen=True, slots=True)
class NoCrossing:
    """Why no day is given, in one plain sentence."""

    reason: str


def predicted(slope: Slope, day: date) -> Projected | None:
    """The line's value on a day, with the 95 % prediction interval of one new result.

    In the unit of the results, and not cut to what is possible for them. None where the slope has no
    interval. Draper and Smith 1998, Applied Regression Analysis, 3rd edition, chapter 3, with the
    slope's `reach` in place of Student's t times the scatter.
    """
    if slope.reach is None:
        return None
    month = months_between(slope.first, day)
    value = _value(slope, day)
    margin = slope.reach * math.sqrt(
        1 + 1 / slope.n + (month - slope.mean_month) ** 2 / slope.spread
    )
    return Projected(day, value, value - margin, value + margin)


def inverse_prediction(slope: Slope, value: float) -> tuple[float, float, float] | None:
    """When the line has a value: the month, and its earliest and latest 95 % confidence limits.

    In months of 30.4375 days since the slope's first day, negative before it. The limits are those
    between which the confidence interval of the line itself holds the value: they say when the
    patient's own mean is there, and are closer than where the interval of `predicted`, which is of
    single results, meets the value. None where they are unbounded, which is where the slope's 95 %
    interval includes zero, or where the slope has no interval.

    Fieller 1954, J R Stat Soc B 16:175-185; Draper and Smith 1998, Applied Regression Analysis,
    3rd edition, chapter 3 (inverse regression); with the slope's `reach`, as in `predicted`.
    """
    if slope.reach is None:
        return None
    steepness = abs(slope.per_month)
    if not slope.reach / math.sqrt(slope.spread) < steepness:
        return None
    # Everything in months from the mean month. The limits are the roots of
    # (1 - doubt²) x² - 2 middle x + middle² - width² = 0, the outer one first: the inner one as
    # their product over the outer keeps its digits where doubt is nearly 1.
    middle = (value - slope.intercept) / slope.per_month - slope.mean_month
    doubt = slope.reach / math.sqrt(slope.spread) / steepness
    width = slope.reach / steepness / math.sqrt(slope.n)
    bounded = (1 - doubt) * (1 + doubt)
    outer = middle + math.copysign(
        math.sqrt(doubt * doubt * middle * middle + bounded * width * width), middle
    )
    inner = (middle * middle - width * width) / outer if outer else 0.0
    low, high = sorted((outer / bounded, inner))
    return slope.mean_month + middle, slope.mean_month + low, slope.mean_month + high


def project(
    points: Sequence[tuple[date, float]],
    *,
    months: int = 6,
    minimum_span_days: int = MINIMUM_SPAN_DAYS,
    floor: float | None,
    ceiling: float | None,
    least_scatter: float = 0.0,
    fewest: int = FEWEST_FOR_PROJECTION,
    spans_ahead: float = SPANS_AHEAD,
    widest: float = WIDEST,
) -> Projection | NoProjection:
    """The line through the results, from the last of them on, monthly to so many months later.

    Points in any order. `least_scatter` as in `ols_slope`. The points end where the band, before it is
    cut, would reach further than `widest` to either side of the line, and after `spans_ahead` times
    the time from the first to the last result. `floor` and `ceiling` are the lowest and the highest
    possible result (0 and 48 for the ALSFRS-R), None where there is none. They change what is drawn,
    not what is computed: an interval is cut to what is possible, which leaves none of its results out,
    and the points end where the line leaves the scale, because there a straight line is wrong. So the
    last point may be of an earlier month: name its day.

    NoProjection unless the results fall on `fewest` different days, the first and the last of them
    `minimum_span_days` apart, and the band is narrow enough for at least one month. Raises ValueError
    for a result that is not finite.
    """
    needs = _("A projection needs results on at least {fewest} different days; so far: {days}.")
    slope = _line(points, minimum_span_days, least_scatter, fewest, needs)
    if not isinstance(slope, Slope):
        return NoProjection(slope)
    lowest = -math.inf if floor is None else floor
    highest = math.inf if ceiling is None else ceiling
    ahead = [m for m in range(months + 1) if m <= spans_ahead * slope.months]
    whole = [predicted(slope, slope.last + timedelta(days=round(m * MONTH_DAYS))) for m in ahead]
    if not lowest <= _value(slope, slope.last) <= highest:
        return NoProjection(
            _(
                "The line through the results leaves the scale before the last of them;"
                " look at the results themselves."
            )
        )
    narrow = list(takewhile(lambda p: p is not None and p.high - p.value <= widest, whole))
    if len(narrow) < min(2, len(whole)):
        return NoProjection(
            _(
                "One month ahead the 95 % interval is already wider than ±{widest:g} points;"
                " more results are needed."
            ).format(widest=widest)
        )
    drawn = tuple(
        Projected(p.day, p.value, max(p.low, lowest), min(p.high, highest))
        for p in narrow
        if p is not None and lowest <= p.value <= highest
    )
    return Projection(slope, drawn)


def crosses(
    points: Sequence[tuple[date, float]],
    threshold: float,
    *,
    minimum_span_days: int = MINIMUM_SPAN_DAYS,
    least_scatter: float = 0.0,
    fewest: int = FEWEST_FOR_CROSSING,
    spans_ahead: float = SPANS_AHEAD,
) -> Crossing | NoCrossing:
    """The day on which the line through the results falls to the threshold; see `Crossing`.

    Points in any order, the threshold in their unit, `least_scatter` as in `ols_slope`. NoCrossing
    where there are fewer than `fewest` different days or no line, where the last result or the line on
    that day is at the threshold or below, where the results do not clearly fall (the slope's 95 %
    interval is not below zero), or where the day is further ahead than `spans_ahead` times the time
    from the first to the last result, or than 5 years. Raises ValueError for a result or a threshold
    that is not finite. The interval is that of `inverse_prediction`.
    """
    if not math.isfinite(threshold):
        raise ValueError("a threshold is not a finite number")
    needs = _("A date needs results on at least {fewest} different days; so far: {days}.")
    slope = _line(points, minimum_span_days, least_scatter, fewest, needs)
    if not isinstance(slope, Slope):
        return NoCrossing(slope)
    if min(value for day, value in points if day == slope.last) <= threshold:
        return NoCrossing(_("The last result is already at this value or below it."))
    months = inverse_prediction(slope, threshold)
    if months is None or slope.per_month > 0:
        return NoCrossing(
            _(
                "The results do not clearly fall (95 % interval {low} to {high} per month);"
                " more results are needed to give a day."
            ).format(low=signed(slope.ci_low, 2), high=signed(slope.ci_high, 2))
        )
    on, earliest, latest = months
    ahead = min(spans_ahead * slope.months, 12 * FARTHEST_YEARS)
    if on <= slope.months:
        return NoCrossing(
            _(
                "The line through the results is already at this value or below it,"
                " but the last result is above it; another result is needed to give a day."
            )
        )
    if on > slope.months + ahead:
        return NoCrossing(
            _(
                "At this rate the value is met more than {months} months after the last result;"
                " the results of {span} months say too little of a time so far ahead."
            ).format(months=number(ahead, 0), span=number(slope.months, 0))
        )
    return Crossing(
        on=_day(slope, on),
        earliest=_day(slope, earliest),
        latest=_day(slope, latest) if latest <= slope.months + ahead else None,
        horizon=_day(slope, slope.months + ahead),
        slope=slope,
    )


def _line(
    points: Sequence[tuple[date, float]],
    minimum_span_days: int,
    least_scatter: float,
    fewest: int,
    needs: str,
) -> Slope | str:
    """The slope to carry forward, or why there is none: ``needs`` says it of too few days."""
    slope = ols_slope(
        points, minimum_span_days=minimum_span_days, least_scatter=least_scatter, fewest=fewest
    )
    days = len({day for day, value in points})
    if days < fewest:
        return needs.format(fewest=fewest, days=days)
    return slope.reason if isinstance(slope, NoSlope) else slope


def _value(slope: Slope, day: date) -> float:
    return slope.intercept + slope.per_month * months_between(slope.first, day)


def _day(slope: Slope, month: float) -> date:
    return slope.first + timedelta(days=round(month * MONTH_DAYS))
