"""A straight line through each patient's values, and the mean of their slopes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.science.statistics.summary import Summary, summary

_ONE_TIME = 1e-20  # spread, relative to the time squared, that is nothing but rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Slopes:
    """Least-squares slopes, one a patient that has values at two times at least.

    ``patients`` are the codes that were given, in ascending order; ``per_month`` and ``intercepts``
    have the same length, in units a month and at month 0. ``mean`` describes the slopes: its interval
    is that of a mean of patients, whatever the number of values of each.
    """

    patients: NDArray[np.int64]
    per_month: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    mean: Summary | None
    without: int


def patient_slopes(patients: ArrayLike, months: ArrayLike, values: ArrayLike) -> Slopes:
    """Of values in long form: one row a value, ``patients`` whole numbers, a missing value NaN.

    ``without`` counts the patients with a value that have no slope, because all their values are of one time.
    """
    who, when, what = known_rows(patients, months, values)
    codes, index = np.unique(who, return_inverse=True)
    count = np.bincount(index, minlength=len(codes))
    mean_month = np.bincount(index, when, len(codes)) / count
    mean_value = np.bincount(index, what, len(codes)) / count
    from_mean = when - mean_month[index]
    spread = np.bincount(index, from_mean**2, len(codes))
    product = np.bincount(index, from_mean * (what - mean_value[index]), len(codes))
    has = spread > _ONE_TIME * (1 + mean_month**2) * count
    slope = product[has] / spread[has]
    return Slopes(
        patients=codes[has],
        per_month=slope,
        intercepts=mean_value[has] - slope * mean_month[has],
        mean=summary(slope),
        without=int((~has).sum()),
    )


def known_rows(
    patients: ArrayLike, months: ArrayLike, values: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """The rows that have a value and a time. Raises ValueError where the lengths differ."""
    who = np.asarray(patients, dtype=np.int64)
    when, what = np.asarray(months, dtype=float), np.asarray(values, dtype=float)
    if not who.shape == when.shape == what.shape:
        raise ValueError("patients, months and values differ in length")
    there = ~np.isnan(when) & ~np.isnan(what)
    return who[there], when[there], what[there]
