"""Repeated-measures analysis of variance: the same patients at the same visits, with or without groups.

Type III sums of squares of a multivariate linear model with sum-to-zero groups, as `car::Anova(type = "III")`
prints its univariate tests (Fox and Weisberg, An R Companion to Applied Regression). It takes only patients with
a value at every visit, assumes that time matters by visit alone, and says nothing of a treatment that all have.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.science.statistics.distributions import chi_squared_above, f_above
from core.science.statistics.fit import NoFit
from core.words import _, plural

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One F test; ``epsilon`` is Greenhouse and Geisser's, None between the patients."""

    sum_squares: float
    degrees: int
    error_sum_squares: float
    error_degrees: int
    epsilon: float | None

    @property
    def f(self) -> float:
        return (self.sum_squares / self.degrees) / (self.error_sum_squares / self.error_degrees)

    @property
    def p(self) -> float:
        return f_above(self.f, self.degrees, self.error_degrees)

    @property
    def p_corrected(self) -> float | None:
        """With the degrees of freedom times epsilon."""
        if self.epsilon is None:
            return None
        return f_above(self.f, self.degrees * self.epsilon, self.error_degrees * self.epsilon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sphericity:
    """Mauchly 1940, Ann Math Stat 11:204-209. ``p`` is of second order, as R's `mauchly.test` has it;
    ``p_chi_squared`` is that of the chi-squared value alone, as SAS prints it."""

    w: float
    chi_squared: float
    degrees: int
    p: float
    p_chi_squared: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedMeasures:
    """``time`` within the patients; with groups ``group`` between them and ``group_by_time``.

    ``n`` patients are complete, ``dropped`` have some value and were left out. ``epsilon`` is Greenhouse and
    Geisser's (1959, Psychometrika 24:95-112); ``sphericity`` is None for two visits, where there is nothing to test.
    """

    n: int
    dropped: int
    visits: int
    time: Effect
    group: Effect | None
    group_by_time: Effect | None
    epsilon: float
    sphericity: Sphericity | None


def repeated_measures(
    values: ArrayLike, groups: Sequence[object] | None = None
) -> RepeatedMeasures | NoFit:
    """``values``: a row a patient, a column a visit, missing ones NaN; ``groups``: what each patient is, if anything."""
    table = np.asarray(values, dtype=float)
    if table.ndim != 2 or (groups is not None and len(groups) != len(table)):
        raise ValueError("a row a patient, a column a visit, a group a row")
    complete = ~np.isnan(table).any(axis=1)
    dropped = int((~complete & ~np.isnan(table).all(axis=1)).sum())
    y, visits = table[complete], table.shape[1]
    kinds = (
        None if groups is None else [g for g, is_in in zip(groups, complete, strict=True) if is_in]
    )
    design = _design(len(y), kinds)
    error_degrees = len(y) - design.shape[1]
    if visits < 2:
        return NoFit(_("One visit alone has nothing to compare."))
    if error_degrees < visits - 1:
        return NoFit(
            plural(
                len(y),
                "Only 1 patient has a value at every visit: too few for {visits} visits.",
                "Only {n} patients have a value at every visit: too few for {visits} visits.",
            ).format(visits=visits)
        )
    contrasts = _orthonormal(visits)
    within = _tests(design, y @ contrasts)
    error = within.error
    if not np.trace(error) > 1e-12 * max(1.0, float((y * y).sum())):
        return NoFit(_("All patients change by the same: nothing scatters."))
    epsilon = float(np.trace(error) ** 2 / ((visits - 1) * (error * error).sum()))
    between = _tests(design, y @ np.full((visits, 1), 1 / math.sqrt(visits)))
    grouped = design.shape[1] > 1
    return RepeatedMeasures(
        n=len(y),
        dropped=dropped,
        visits=visits,
        time=within.effect(0, 1, error_degrees, epsilon),
        group=between.effect(1, design.shape[1], error_degrees) if grouped else None,
        group_by_time=within.effect(1, design.shape[1], error_degrees, epsilon)
        if grouped
        else None,
        epsilon=epsilon,
        sphericity=_sphericity(error, error_degrees, visits),
    )


def _design(rows: int, groups: Sequence[object] | None) -> Array:
    """The intercept and, for groups, their sum-to-zero columns: the last group is −1 in each."""
    intercept = np.ones((rows, 1))
    kinds = sorted(set(groups or ()), key=str)
    if len(kinds) < 2 or groups is None:
        return intercept
    place = np.array([kinds.index(group) for group in groups])
    coded = np.vstack([np.eye(len(kinds) - 1), -np.ones(len(kinds) - 1)])
    return np.hstack([intercept, coded[place]])


def _orthonormal(visits: int) -> Array:
    """Visits × (visits − 1): columns of length 1, at right angles to each other and to the mean (Helmert)."""
    columns = [
        np.concatenate([np.full(k, 1.0), [-k], np.zeros(visits - k - 1)]) / math.sqrt(k * (k + 1))
        for k in range(1, visits)
    ]
    return np.array(columns).T


@dataclass(frozen=True, slots=True)
class _Tests:
    """Coefficients and error sums of products of a multivariate linear model."""

    coefficients: Array
    spread: Array
    error: Array

    def effect(
        self, first: int, last: int, error_degrees: int, epsilon: float | None = None
    ) -> Effect:
        """That the coefficients from ``first`` to before ``last`` are nothing."""
        rows = self.coefficients[first:last]
        hypothesis = rows.T @ np.linalg.solve(self.spread[first:last, first:last], rows)
        measures = self.error.shape[0]
        return Effect(
            sum_squares=float(np.trace(hypothesis)),
            degrees=(last - first) * measures,
            error_sum_squares=float(np.trace(self.error)),
            error_degrees=error_degrees * measures,
            epsilon=epsilon,
        )


def _tests(design: Array, y: Array) -> _Tests:
    spread = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    coefficients = np.asarray(spread @ design.T @ y, dtype=np.float64)
    residuals = y - design @ coefficients
    return _Tests(coefficients, spread, residuals.T @ residuals)


def _sphericity(error: Array, degrees: int, visits: int) -> Sphericity | None:
    """Whether all differences between visits scatter alike; ``degrees`` are those of the error."""
    p = len(error)
    if p < 2:
        return None
    w = float(np.linalg.det(error) / (np.trace(error) / p) ** p)
    rho = 1 - (2 * p * p + p + 2) / (6 * p * degrees)
    chi_squared = -degrees * rho * math.log(w) if w > 0 else math.inf
    freedom = p * (p + 1) // 2 - 1
    plain = chi_squared_above(chi_squared, freedom)
    # As in R's mauchly.test: with the number of visits in the second sum, where Anderson has the contrasts.
    second: float = (p + 2) * (p - 1) * (p - 2) * (2 * p**3 + 6 * p * p + 3 * visits + 2)
    second /= 288 * (degrees * p * rho) ** 2
    p_value = plain + second * (chi_squared_above(chi_squared, freedom + 4) - plain)
    return Sphericity(w=w, chi_squared=chi_squared, degrees=freedom, p=p_value, p_chi_squared=plain)
