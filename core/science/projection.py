"""The patient's own straight line carried forward: what to expect, and when a threshold is met.

It says what happens if the patient goes on as before, and nothing else: no other patients, no
treatment, and no curve. DESIGN: that a straight line is carried forward at all, from 3 different
days on and not beyond 5 years, is our choice and comes from no paper.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.science.progression import (
    MINIMUM_SPAN_DAYS,
    MONTH_DAYS,
    NoSlope,
    Slope,
    months_between,
    ols_slope,
    t_quantile,
)
from core.words import _, signed

FEWEST_DAYS = 3
FARTHEST_YEARS = 5


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
    None where it lies more than 5 years after the last result.
    """

    on: date
    earliest: date
    latest: date | None


@dataclass(frozen=True, slots=True)
class NoCrossing:
    """Why no day is given, in one plain sentence."""

    reason: str


def predicted(slope: Slope, day: date) -> Projected | None:
    """The line's value on a day, with the 95 % prediction interval of one new result.

    In the unit of the results, and not cut to what is possible for them. None where the slope rests
    on fewer than three results. Student's t with n - 2 degrees of freedom: Draper and Smith 1998,
    Applied Regression Analysis, 3rd edition, chapter 3.
    """
    if slope.residual_sd is None:
        return None
    month = months_between(slope.first, day)
    value = slope.intercept + slope.per_month * month
    margin = (
        t_quantile(slope.n - 2)
        * slope.residual_sd
        * math.sqrt(1 + 1 / slope.n + (month - slope.mean_month) ** 2 / slope.spread)
    )
    return Projected(day, value, value - margin, value + margin)


def inverse_prediction(slope: Slope, value: float) -> tuple[float, float, float] | None:
    """When the line has a value: the month, and its earliest and latest 95 % confidence limits.

    In months of 30.4375 days since the slope's first day, negative before it. The limits are those
    between which the confidence interval of the line itself holds the value: they say when the
    patient's own mean is there, and are closer than where the interval of `predicted`, which is of
    single results, meets the value. None where they are unbounded, which is where the slope's 95 %
    interval includes zero or there are fewer than three results.

    Fieller 1954, J R Stat Soc B 16:175-185; Draper and Smith 1998, Applied Regression Analysis,
    3rd edition, chapter 3 (inverse regression).
    """
    if slope.residual_sd is None or slope.standard_error is None:
        return None
    t = t_quantile(slope.n - 2)
    steepness = abs(slope.per_month)
    if not t * slope.standard_error < steepness:
        return None
    # Everything in months from the mean month. The limits are the roots of
    # (1 - doubt²) x² - 2 middle x + middle² - width² = 0, the outer one first: the inner one as
    # their product over the outer keeps its digits where doubt is nearly 1.
    middle = (value - slope.intercept) / slope.per_month - slope.mean_month
    doubt = t * slope.standard_error / steepness
    width = t * slope.residual_sd / steepness / math.sqrt(slope.n)
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
) -> Projection | NoProjection:
    """The line through the results, from the last of them on, monthly to so many months later.

    Points in any order. `floor` and `ceiling` are the lowest and the highest possible result (0 and
    48 for the ALSFRS-R), None where there is none. They change what is drawn, not what is computed:
    an interval is cut to what is possible, which leaves none of its results out, and the points end
    where the line leaves the scale, because there a straight line is wrong. So the last point may
    be of an earlier month: name its day.

    NoProjection unless the results fall on 3 different days, the first and the last of them
    `minimum_span_days` apart. Raises ValueError for a result that is not finite.
    """
    slope = _line(points, minimum_span_days)
    if not isinstance(slope, Slope):
        return NoProjection(slope)
    lowest = -math.inf if floor is None else floor
    highest = math.inf if ceiling is None else ceiling
    last = slope.first + timedelta(days=slope.span_days)
    days = [last + timedelta(days=round(month * MONTH_DAYS)) for month in range(months + 1)]
    drawn = tuple(
        Projected(p.day, p.value, max(p.low, lowest), min(p.high, highest))
        for p in (predicted(slope, day) for day in days)
        if p is not None and lowest <= p.value <= highest
    )
    if not drawn:
        return NoProjection(
            _(
                "The line through the results leaves the scale before the last of them;"
                " look at the results themselves."
            )
        )
    return Projection(slope, drawn)


def crosses(
    points: Sequence[tuple[date, float]],
    threshold: float,
    *,
    minimum_span_days: int = MINIMUM_SPAN_DAYS,
) -> Crossing | NoCrossing:
    """The day on which the line through the results falls to the threshold; see `Crossing`.

    Points in any order, the threshold in their unit. NoCrossing where there is no line (as in
    `project`), where the last result or the line on that day is at the threshold or below, where
    the results do not clearly fall (the slope's 95 % interval is not below zero), or where the day
    is more than 5 years after the last result. Raises ValueError for a result or a threshold that
    is not finite. The interval is that of `inverse_prediction`.
    """
    if not math.isfinite(threshold):
        raise ValueError("a threshold is not a finite number")
    slope = _line(points, minimum_span_days)
    if not isinstance(slope, Slope):
        return NoCrossing(slope)
    last = slope.first + timedelta(days=slope.span_days)
    if min(value for day, value in points if day == last) <= threshold:
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
    last_month = months_between(slope.first, last)
    farthest = last_month + 12 * FARTHEST_YEARS
    if on <= last_month:
        return NoCrossing(
            _(
                "The line through the results is already at this value or below it,"
                " but the last result is above it; another result is needed to give a day."
            )
        )
    if on > farthest:
        return NoCrossing(
            _(
                "At this rate the value is met more than {years} years after the last result,"
                " which is too far ahead to give a day."
            ).format(years=FARTHEST_YEARS)
        )
    return Crossing(
        on=_day(slope, on),
        earliest=_day(slope, earliest),
        latest=_day(slope, latest) if latest <= farthest else None,
    )


def _line(points: Sequence[tuple[date, float]], minimum_span_days: int) -> Slope | str:
    """The slope to carry forward, or why there is none."""
    slope = ols_slope(points, minimum_span_days=minimum_span_days)
    days = len({day for day, value in points})
    if days < FEWEST_DAYS:
        return _(
            "A projection needs results on at least {fewest} different days; so far: {days}."
        ).format(fewest=FEWEST_DAYS, days=days)
    return slope.reason if isinstance(slope, NoSlope) else slope


def _day(slope: Slope, month: float) -> date:
    return slope.first + timedelta(days=round(month * MONTH_DAYS))
