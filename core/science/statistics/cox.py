"""Proportional hazards: what goes with an earlier event, and by how much."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.science.statistics.distributions import (
    chi_squared_above,
    normal_outside,
    normal_quantile,
)
from core.science.statistics.fit import NoFit
from core.science.statistics.survival import followed
from core.words import _

Array = NDArray[np.float64]

_STEPS = 50
_ENDLESS = 15.0  # a log hazard ratio for one standard deviation beyond which the events separate the patients
_ENOUGH = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Cox:
    """``coefficients`` are log hazard ratios for one unit of each covariate, ``se`` their standard errors.

    ``likelihood_ratio`` is twice what the log partial likelihood gained over no covariate, a chi-squared value
    with as many degrees of freedom as there are covariates.
    """

    coefficients: Array
    se: Array
    log_likelihood: float
    likelihood_ratio: float
    n: int
    events: int
    dropped: int

    @property
    def hazard_ratios(self) -> Array:
        return np.exp(self.coefficients)

    @property
    def p(self) -> tuple[float, ...]:
        """Wald's, two-sided, of each coefficient."""
        return tuple(normal_outside(z) for z in self.coefficients / self.se)

    @property
    def p_likelihood_ratio(self) -> float:
        return chi_squared_above(self.likelihood_ratio, len(self.coefficients))

    def interval(self, confidence: float = 0.95) -> tuple[Array, Array]:
        """Of the hazard ratios."""
        reach = normal_quantile(confidence) * self.se
        return np.exp(self.coefficients - reach), np.exp(self.coefficients + reach)


def cox(times: ArrayLike, events: ArrayLike, covariates: ArrayLike) -> Cox | NoFit:
    """``covariates``: a row a patient, a column a covariate; a patient with a missing one (NaN) is left out.

    Cox 1972, J R Stat Soc B 34:187-220; ties by Efron 1977, J Am Stat Assoc 72:557-565.
    """
    when, happened = followed(times, events)
    table = np.asarray(covariates, dtype=float).reshape(len(when), -1)
    there = ~np.isnan(table).any(axis=1)
    when, happened, table = when[there], happened[there], table[there]
    if not happened.any():
        return NoFit(_("No event happened."))
    scale = table.std(axis=0)
    if not (scale > 0).all():
        return NoFit(_("A covariate is the same in all patients."))
    order = np.argsort(-when, kind="stable")
    likelihood = _Efron(when[order], happened[order], ((table - table.mean(0)) / scale)[order])
    found = _climb(likelihood, table.shape[1])
    if found is None:
        return NoFit(
            _(
                "The model has no best fit: the events separate the patients, or two covariates say the same."
            )
        )
    beta, value, information = found
    return Cox(
        coefficients=beta / scale,
        se=np.sqrt(np.diag(np.linalg.inv(information))) / scale,
        log_likelihood=value,
        likelihood_ratio=2 * (value - likelihood.at(np.zeros(len(beta)))[0]),
        n=len(when),
        events=int(happened.sum()),
        dropped=int((~there).sum()),
    )


class _Efron:
    """The log partial likelihood with its slope and curvature; the latest time comes first."""

    def __init__(self, when: Array, happened: NDArray[np.bool_], x: Array) -> None:
        self._x = x
        #: for each time with an event: how many are at risk, and the rows of the events
        self._ties = []
        for time in np.unique(when[happened]):
            last = int(np.searchsorted(-when, -time, side="right"))
            self._ties.append((last, np.flatnonzero((when == time) & happened)))

    def at(self, beta: Array) -> tuple[float, Array, Array]:
        """Value, gradient and information (minus the second derivative)."""
        risk = np.exp(self._x @ beta)
        first = np.cumsum(risk[:, None] * self._x, axis=0)
        outer = self._x[:, :, None] * self._x[:, None, :]
        second = np.cumsum(risk[:, None, None] * outer, axis=0)
        whole = np.cumsum(risk)
        value, gradient = 0.0, np.zeros(len(beta))
        information = np.zeros((len(beta), len(beta)))
        for last, ends in self._ties:
            mine = risk[ends]
            part = np.arange(len(ends)) / len(ends)
            total = whole[last - 1] - part * mine.sum()
            mean = first[last - 1] - part[:, None] * (mine @ self._x[ends])
            mean /= total[:, None]
            square = second[last - 1] - part[:, None, None] * np.einsum("i,ijk", mine, outer[ends])
            value += float((self._x[ends] @ beta).sum() - np.log(total).sum())
            gradient += self._x[ends].sum(0) - mean.sum(0)
            information += (square / total[:, None, None]).sum(0) - mean.T @ mean
        return value, gradient, information


def _climb(likelihood: _Efron, covariates: int) -> tuple[Array, float, Array] | None:
    """Newton's steps, halved until each goes up; None where there is no top."""
    beta = np.zeros(covariates)
    value, gradient, information = likelihood.at(beta)
    for _step in range(_STEPS):
        if np.linalg.cond(information) > 1e12:
            return None
        step = np.linalg.solve(information, gradient)
        while True:
            there = likelihood.at(beta + step)
            if there[0] >= value - _ENOUGH or np.abs(step).max() < _ENOUGH:
                break
            step /= 2
        beta = beta + step
        gained, (value, gradient, information) = there[0] - value, there
        if np.abs(beta).max() > _ENDLESS:
            return None
        if abs(gained) < _ENOUGH * (abs(value) + 1) and np.abs(step).max() < 1e-8:
            return beta, value, information
    return None
