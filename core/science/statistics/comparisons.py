"""Two groups, or two values of the same patients, compared by their means."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.science.statistics.distributions import t_outside, t_quantile
from core.science.statistics.fit import NoFit
from core.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A difference of means, the second minus the first, in the unit of the values.

    ``n`` is how many patients stand behind each side: the same number twice where they are paired.
    """

    difference: float
    se: float
    t: float
    degrees: float
    p: float
    n: tuple[int, int]

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        reach = t_quantile(confidence, self.degrees) * self.se
        return self.difference - reach, self.difference + reach


def paired(first: ArrayLike, second: ArrayLike) -> Comparison | NoFit:
    """Student's paired t: of the patients that have both values (a missing one is NaN)."""
    before, after = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if before.shape != after.shape:
        raise ValueError("pairs need as many first values as second ones")
    change = (after - before)[~np.isnan(after - before)]
    n = len(change)
    if n < 2:
        return NoFit(_("Fewer than two patients have both values."))
    se = float(change.std(ddof=1)) / math.sqrt(n)
    return _compared(float(change.mean()), se, n - 1, (n, n))


def welch(first: ArrayLike, second: ArrayLike) -> Comparison | NoFit:
    """Welch 1947, Biometrika 34:28-35: two groups whose scatter may differ (a missing value is NaN)."""
    groups = [np.asarray(side, dtype=float) for side in (first, second)]
    one, two = (side[~np.isnan(side)] for side in groups)
    n = (len(one), len(two))
    if min(n) < 2:
        return NoFit(_("A group has fewer than two patients."))
    parts = [float(side.var(ddof=1)) / len(side) for side in (one, two)]
    if not sum(parts):
        return NoFit(_("The values of both groups do not scatter."))
    degrees = sum(parts) ** 2 / sum(
        part**2 / (count - 1) for part, count in zip(parts, n, strict=True)
    )
    return _compared(float(two.mean() - one.mean()), math.sqrt(sum(parts)), degrees, n)


def _compared(
    difference: float, se: float, degrees: float, n: tuple[int, int]
) -> Comparison | NoFit:
    if not se:
        return NoFit(_("The changes of all patients are the same: nothing scatters."))
    t = difference / se
    return Comparison(
        difference=difference, se=se, t=t, degrees=degrees, p=t_outside(t, degrees), n=n
    )
