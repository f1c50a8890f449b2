"""Time to an event, where some patients were followed without one: Kaplan–Meier and the log-rank test."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.science.statistics.distributions import chi_squared_above, normal_quantile
from core.science.statistics.fit import NoFit
from core.words import _

Array = NDArray[np.float64]
_HALF = 1e-9  # a survival this near to one half is one half, whatever the rounding


class Interval(StrEnum):
    """How the interval of a survival is made: on the scale of log(−log S), or plainly as S ± z · SE."""

    LOG_LOG = "log-log"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class KaplanMeier:
    """A product-limit curve: arrays with one entry for each time at which something happened, ascending.

    ``survival`` is that from the time on, ``se`` its standard error by Greenwood, ``low`` and ``high`` the
    interval (NaN where there is none: nobody is left or, log-log, nobody has had the event yet). ``at_risk`` is
    before the time, in patients.
    """

    times: Array
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    survival: Array
    se: Array
    low: Array
    high: Array
    interval: Interval
    n: int

    @property
    def last(self) -> float:
        """Until when anybody was followed; nothing is said of later."""
        return float(self.times[-1])

    def at(self, time: float) -> tuple[float, float, float, float] | None:
        """Survival, standard error, low and high at a time; None after the last patient was followed."""
        if time > self.last:
            return None
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            end = math.nan if self.interval is Interval.LOG_LOG else 1.0
            return 1.0, 0.0, end, end
        return tuple(
            float(column[place]) for column in (self.survival, self.se, self.low, self.high)
        )  # type: ignore[return-value]

    def number_at_risk(self, time: float) -> int:
        """Patients who were followed until the time at least, without the event before it."""
        place = int(np.searchsorted(self.times, time, side="left"))
        return int(self.at_risk[place]) if place < len(self.times) else 0

    @property
    def median(self) -> float | None:
        """The time at which half have had the event; None where the curve does not come down to it."""
        return _crossing(self.times, self.survival)

    @property
    def median_interval(self) -> tuple[float | None, float | None]:
        """Where the interval of the curve crosses one half (Brookmeyer and Crowley 1982, Biometrics 38:29-41)."""
        return _crossing(self.times, self.low), _crossing(self.times, self.high)


def kaplan_meier(
    times: ArrayLike,
    events: ArrayLike,
    interval: Interval = Interval.LOG_LOG,
    confidence: float = 0.95,
) -> KaplanMeier | NoFit:
    """``times`` in any unit, not negative; ``events`` true where the event happened, false where censored.

    Kaplan and Meier 1958, J Am Stat Assoc 53:457-481. At the same time events come before censorings.
    """
    when, happened = followed(times, events)
    if not len(when):
        return NoFit(_("No patient was followed."))
    at, index = np.unique(when, return_inverse=True)
    died = np.bincount(index, happened, len(at)).astype(np.int64)
    left = np.bincount(index, minlength=len(at)).astype(np.int64)
    at_risk = len(when) - np.concatenate([[0], np.cumsum(left)[:-1]])
    survival = np.cumprod(1 - died / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(died / (at_risk * (at_risk - died)))
        se = survival * np.sqrt(greenwood)
    low, high = _interval(survival, greenwood, interval, normal_quantile(confidence))
    return KaplanMeier(
        times=at,
        at_risk=at_risk,
        events=died,
        censored=left - died,
        survival=survival,
        se=np.where(survival > 0, se, math.nan),
        low=low,
        high=high,
        interval=interval,
        n=len(when),
    )


def followed(times: ArrayLike, events: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
    when, happened = np.asarray(times, dtype=float), np.asarray(events, dtype=bool)
    if when.shape != happened.shape or when.ndim != 1:
        raise ValueError("each time needs its event")
    if len(when) and not (np.isfinite(when) & (when >= 0)).all():
        raise ValueError("a time of follow-up is missing or negative")
    return when, happened


def _interval(
    survival: Array, greenwood: Array, interval: Interval, z: float
) -> tuple[Array, Array]:
    """Low and high, within 0 and 1. Log-log: Kalbfleisch and Prentice 1980; none at 1, as in R's `survfit`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if interval is Interval.PLAIN:
            reach = z * survival * np.sqrt(greenwood)
            low, high = survival - reach, survival + reach
        else:
            spread = z * np.sqrt(greenwood) / np.log(survival)
            low, high = survival ** np.exp(-spread), survival ** np.exp(spread)
    none = (survival == 0) | ((survival == 1) & (interval is Interval.LOG_LOG))
    low, high = (np.where(none, math.nan, np.clip(end, 0, 1)) for end in (low, high))
    return low, high


def _crossing(times: Array, curve: Array) -> float | None:
    """Where a step curve comes down to one half; on a step at one half, the middle of that step, as R does."""
    below = curve < 0.5 + _HALF
    if not below.any():
        return None
    first = int(np.argmax(below))
    if abs(curve[first] - 0.5) < _HALF:
        under = curve < 0.5 - _HALF
        if under.any():
            return float(times[first] + times[int(np.argmax(under))]) / 2
    return float(times[first])


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRank:
    """``observed`` and ``expected`` events of each group, in the order of ``groups``.

    A group of which nobody was followed until the first event has none expected: it takes no part in the test, and
    ``degrees`` are one less than the other groups, as in R's `survdiff`.
    """

    groups: tuple[object, ...]
    n: tuple[int, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    chi_squared: float
    degrees: int

    @property
    def p(self) -> float:
        return chi_squared_above(self.chi_squared, self.degrees)

    @property
    def unfollowed(self) -> tuple[object, ...]:
        """The groups that took no part."""
        return tuple(
            group for group, count in zip(self.groups, self.expected, strict=True) if not count
        )


def log_rank(times: ArrayLike, events: ArrayLike, groups: Sequence[object]) -> LogRank | NoFit:
    """Whether groups differ in their time to the event. Mantel 1966, Cancer Chemother Rep 50:163-170."""
    when, happened = followed(times, events)
    if len(groups) != len(when):
        raise ValueError("each time needs its group")
    kinds = sorted(set(groups), key=str)
    if len(kinds) < 2:
        return NoFit(_("One group alone has nothing to compare."))
    if not happened.any():
        return NoFit(_("No event happened."))
    place = np.array([kinds.index(group) for group in groups])
    at = np.unique(when[happened])
    at_risk, died = np.empty((len(at), len(kinds))), np.empty((len(at), len(kinds)))
    for kind in range(len(kinds)):
        mine = np.sort(when[place == kind])
        ends = np.sort(when[(place == kind) & happened])
        at_risk[:, kind] = len(mine) - np.searchsorted(mine, at, side="left")
        died[:, kind] = np.searchsorted(ends, at, "right") - np.searchsorted(ends, at, "left")
    risk, deaths = at_risk.sum(1), died.sum(1)
    share = at_risk / risk[:, None]
    expected = (deaths[:, None] * share).sum(0)
    weight = np.where(risk > 1, deaths * (risk - deaths) / np.maximum(risk - 1, 1), 0.0)
    compared = np.flatnonzero(expected > 0)
    if len(compared) < 2:
        return NoFit(
            _(
                "When the first event happened, one group alone was still followed: nothing to compare."
            )
        )
    if not weight[0]:  # later ones have nobody left
        return NoFit(
            _("All who were followed had the event at the same time: there is nothing to compare.")
        )
    variance = np.diag((weight[:, None] * share).sum(0)) - (weight[:, None] * share).T @ share
    tested = compared[:-1]
    beyond = (died.sum(0) - expected)[tested]
    return LogRank(
        groups=tuple(kinds),
        n=tuple(int(count) for count in np.bincount(place)),
        observed=tuple(float(count) for count in died.sum(0)),
        expected=tuple(float(count) for count in expected),
        chi_squared=float(beyond @ np.linalg.solve(variance[np.ix_(tested, tested)], beyond)),
        degrees=len(tested),
    )
