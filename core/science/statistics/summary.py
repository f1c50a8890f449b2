"""One number of a group, described: how many, where the middle is, how far they scatter."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.science.statistics.distributions import normal_quantile, t_quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Values of one variable, in its unit.

    ``sd`` has n − 1 below it, ``se`` is sd / sqrt(n); both are None for fewer than two values.
    ``q1`` and ``q3`` are interpolated as R's default (Hyndman and Fan 1996, type 7).
    """

    n: int
    mean: float
    sd: float | None
    se: float | None
    median: float
    q1: float
    q3: float
    low: float
    high: float

    def interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """Of the mean, by Student's t; None for fewer than two values."""
        if self.se is None:
            return None
        reach = t_quantile(confidence, self.n - 1) * self.se
        return self.mean - reach, self.mean + reach


def summary(values: ArrayLike) -> Summary | None:
    """Of the values that are there (a missing one is NaN); None where there is none."""
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    n = len(known)
    if not n:
        return None
    sd = float(known.std(ddof=1)) if n > 1 else None
    q1, median, q3 = np.quantile(known, (0.25, 0.5, 0.75))
    return Summary(
        n=n,
        mean=float(known.mean()),
        sd=sd,
        se=None if sd is None else sd / math.sqrt(n),
        median=float(median),
        q1=float(q1),
        q3=float(q3),
        low=float(known.min()),
        high=float(known.max()),
    )


def share_interval(count: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of a share ``count`` / ``of``, both ends from 0 to 1.

    Wilson 1927, J Am Stat Assoc 22:209-212, without correction for continuity. Raises ValueError
    unless 0 <= count <= of and of > 0.
    """
    if not 0 <= count <= of or not of:
        raise ValueError("a share needs a count within its denominator")
    z = normal_quantile(confidence)
    share, widened = count / of, 1 + z * z / of
    middle = (share + z * z / (2 * of)) / widened
    reach = z / widened * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low = 0.0 if count == 0 else middle - reach  # exactly, not but for rounding
    return low, 1.0 if count == of else middle + reach
