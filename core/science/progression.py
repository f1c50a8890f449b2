"""How fast a patient declines: the rate since onset, and the slope between visits."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from core.science.statistics.distributions import chi_squared_above, t_quantile
from core.words import _

MONTH_DAYS = 30.4375  # 365.25 / 12
ALSFRS_R_MAXIMUM = 48
MINIMUM_SPAN_DAYS = 60
FEWEST_FOR_INTERVAL = 4
WINDOW_MONTHS = 12
COVERAGE = 0.95
COVERAGE_AT_LEAST_SCATTER = 0.965


class Pace(StrEnum):
    """How fast a patient declines, in the three groups of the literature."""

    SLOW = "slow"
    INTERMEDIATE = "intermediate"
    FAST = "fast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """A straight line through one patient's results over time.

    `per_month` is in points (or litres, or percent) per month of 30.4375 days, negative when the
    patient declines; `intercept` is the line's value on the first day. `mean_month` and `spread` (the
    sum of squares around it) are those of the results' months since the first day.

    `residual_sd` is the standard deviation of the results around the line, None with fewer than three
    results. `reach` is half the width of a 95 % interval of one result around the known line, in the
    unit of the results: what every interval is made from (see `interval_reach`). It, and with it the
    95 % confidence limits of `per_month`, is None on fewer different days than an interval needs.
    """

    per_month: float
    intercept: float
    ci_low: float | None
    ci_high: float | None
    n: int
    first: date
    span_days: int
    mean_month: float
    spread: float
    residual_sd: float | None
    reach: float | None

    @property
    def standard_error(self) -> float | None:
        """Of `per_month`, from the scatter that was seen alone; no interval is made from it."""
        return None if self.residual_sd is None else self.residual_sd / math.sqrt(self.spread)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.span_days)

    @property
    def months(self) -> float:
        """From the first to the last result."""
        return months_between(self.first, self.last)


@dataclass(frozen=True, slots=True)
class NoSlope:
    """Why no slope is shown, in one plain sentence."""

    reason: str


def months_between(a: date, b: date) -> float:
    """Months of 30.4375 days from `a` to `b`; negative if `b` comes first."""
    return (b - a).days / MONTH_DAYS


def delta_fs(total: int, months_since_onset: float) -> float | None:
    """Points of the ALSFRS-R lost per month since symptom onset; positive is worse.

    `total` is 0 to 48. None unless onset is before the visit.

    Kimura 2006, Neurology 66:265-267; what is slow and what is fast: see `pace`.
    """
    if not months_since_onset > 0:
        return None
    return (ALSFRS_R_MAXIMUM - total) / months_since_onset


def delta_fs_range(
    total: int, earliest_onset: date, latest_onset: date, on: date
) -> tuple[float, float] | None:
    """The lowest and the highest `delta_fs` of a form of the day `on`, over every possible day of onset.

    In points per month, positive is worse, as in `delta_fs`. The lowest is that of the earliest day.
    The highest is that of the latest day; where the onset may be the day of the form itself it has no
    limit, and is infinite (0 where nothing was lost). Both are the same where the day of onset is
    known. None unless the earliest day is before the form.

    DESIGN: so a class or an alert is given only where every possible day agrees; from no paper.
    """
    return delta_fs_between(
        total, months_between(earliest_onset, on), months_between(latest_onset, on)
    )


def delta_fs_between(total: int, longest: float, shortest: float) -> tuple[float, float] | None:
    """`delta_fs_range`, where the longest and the shortest time since onset are known in months."""
    lowest, highest = delta_fs(total, longest), delta_fs(total, shortest)
    if lowest is None:
        return None
    if highest is None:
        highest = math.inf if total < ALSFRS_R_MAXIMUM else 0.0
    return lowest, highest


def pace(delta_fs: float, *, slow_below: float, fast_from: float) -> Pace:
    """The group of a `delta_fs`, all three in points per month, compared unrounded.

    Slow below the first cut point, fast from the second on. Raises ValueError unless the rate is
    finite and `slow_below` is not above `fast_from`.

    0.5 and 1.0 are from Kimura 2006, Neurology 66:265-267 (0.5 alone: Gordon 2006; with 0.25 before
    them: Elamin 2015, doi:10.1007/s00415-015-7731-6), 0.47 and 1.11 from Labra 2016, all of them as
    tabulated in Kjaeldgaard 2021, doi:10.1186/s12883-021-02187-8, table 4.
    """
    if not math.isfinite(delta_fs):
        raise ValueError("a rate is not a finite number")
    if not slow_below <= fast_from:
        raise ValueError("what is slow would also be fast")
    if delta_fs < slow_below:
        return Pace.SLOW
    return Pace.INTERMEDIATE if delta_fs < fast_from else Pace.FAST


def last_months(
    points: Sequence[tuple[date, float]], months: float = WINDOW_MONTHS
) -> list[tuple[date, float]]:
    """The results of the last months (of 30.4375 days) before the latest result, and the latest.

    Twelve months are 365.25 days: 365 days before the latest are in, 366 are not. DESIGN: the twelve
    months are our choice and come from no paper.
    """
    if not points:
        return []
    latest = max(day for day, value in points)
    return [(day, value) for day, value in points if months_between(day, latest) <= months]


def ols_slope(
    points: Sequence[tuple[date, float]],
    *,
    minimum_span_days: int = MINIMUM_SPAN_DAYS,
    least_scatter: float = 0.0,
    fewest: int = FEWEST_FOR_INTERVAL,
) -> Slope | NoSlope:
    """The ordinary least-squares line of results on months since the first of them.

    Points in any order; several on one day are allowed. NoSlope unless they fall on two different
    days that are `minimum_span_days` apart; DESIGN: the 60 days are our choice and come from no
    paper. Raises ValueError for a result that is not finite: leave missing results out.

    The confidence interval is Student's t with n - 2 degrees of freedom (Draper and Smith, Applied
    Regression Analysis, chapter 1). `least_scatter` is the standard deviation, in the unit of the
    results, below which the scatter of an instrument is not believed; see `interval_reach`. There is
    no interval on fewer than `fewest` different days. DESIGN: 4 days are our choice, from no paper.
    """
    if not all(math.isfinite(value) for day, value in points):
        raise ValueError("a result is not a finite number")
    days = {day for day, value in points}
    if reason := _too_few(days, minimum_span_days):
        return NoSlope(reason)
    first, last = min(days), max(days)

    # fsum rounds once, and so the order of the points cannot change the answer.
    n = len(points)
    months = [months_between(first, day) for day, value in points]
    values = [value for day, value in points]
    mean_month = math.fsum(months) / n
    mean_value = math.fsum(values) / n
    spread = math.fsum((x - mean_month) ** 2 for x in months)
    per_month = (
        math.fsum((x - mean_month) * (y - mean_value) for x, y in zip(months, values, strict=True))
        / spread
    )
    intercept = mean_value - per_month * mean_month

    residual_sd = reach = margin = None
    if n >= 3:
        drawn = (mean_value + per_month * (x - mean_month) for x in months)
        residual = math.fsum((y - line) ** 2 for y, line in zip(values, drawn, strict=True))
        residual_sd = math.sqrt(residual / (n - 2))
        if len(days) >= fewest:
            reach = interval_reach(residual_sd, n - 2, least_scatter)
            margin = reach / math.sqrt(spread)
    return Slope(
        per_month=per_month,
        intercept=intercept,
        ci_low=None if margin is None else per_month - margin,
        ci_high=None if margin is None else per_month + margin,
        n=n,
        first=first,
        span_days=(last - first).days,
        mean_month=mean_month,
        spread=spread,
        residual_sd=residual_sd,
        reach=reach,
    )


def _too_few(days: Collection[date], minimum_span_days: int) -> str:
    """Why results of these days make no slope; empty where they do."""
    if len(days) < 2:
        text = _("A slope needs results on at least 2 different days; so far: {days}.")
        return text.format(days=len(days))
    span_days = (max(days) - min(days)).days
    if span_days < minimum_span_days:
        text = _(
            "A slope needs at least {minimum} days from the first to the last result;"
            " so far: {days}."
        )
        return text.format(minimum=minimum_span_days, days=span_days)
    return ""


def interval_reach(residual_sd: float, degrees: int, least_scatter: float) -> float:
    """Half a 95 % interval of one result around its line: the larger of two, in the unit of both.

    The first is Student's t times the scatter that was seen. A few whole numbers may lie on a line by
    chance, and then it says nothing; so the second is what the instrument scatters at the least, times
    a factor that is smaller than the 1.96 of a known scatter, because the larger of the two is taken.
    Whatever the true scatter is, from `least_scatter` on, the interval holds 95 to 96.5 % of results:
    95 % where it is much larger, 96.5 % where it is the least, and more below it. DESIGN: the floor and
    the 96.5 % are our choice; that they keep their promise is computed and simulated by our tests.
    """
    seen = t_quantile(COVERAGE, degrees) * residual_sd
    return max(seen, _least_quantile(degrees) * least_scatter) if least_scatter > 0 else seen


@cache
def _least_quantile(degrees: int) -> float:
    """The factor k with P(|Z| ≤ max(t S, k)) = 96.5 %, for a normal Z and S² = chi-squared / degrees.

    What is outside lies beyond k and outside t S: the integral of 2 phi(z) P(S < z / t) from k on. It
    is summed from where it is nothing downwards (midpoints), until it is 3.5 %.
    """
    t, step, k, outside = t_quantile(COVERAGE, degrees), 1 / 256, 9.0, 0.0
    while outside < 1 - COVERAGE_AT_LEAST_SCATTER:
        k -= step
        z = k + step / 2
        density = math.sqrt(2 / math.pi) * math.exp(-z * z / 2)
        outside += step * density * (1 - chi_squared_above(degrees * (z / t) ** 2, degrees))
    return k
