"""The linear mixed model of a course: value ~ month, with an intercept and a slope of each patient's own.

Laird and Ware 1982, Biometrics 38:963-974. Restricted maximum likelihood, profiled over the fixed effects
and the residual variance as in Bates et al. 2015, J Stat Softw 67(1), doi:10.18637/jss.v067.i01.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.science.statistics.distributions import t_outside, t_quantile
from core.science.statistics.fit import NoFit
from core.science.statistics.slopes import known_rows
from core.words import _

Array = NDArray[np.float64]

FEWEST_PATIENTS = 3
_AGREED = 1e-4  # difference of two log-likelihoods that says the same optimum
_FLAT = 1e-7  # a curvature of the criterion, relative to the largest, that is none
_EDGE = 1e-4  # a relative standard deviation below which a random effect has none
_ONE_TIME = 1e-20  # a spread of scaled times that is nothing but rounding
_ROUNDING = 1e-24  # a sum of squares beside the lines, relative to that of the values, that is nothing but rounding
_STARTS = ((1.0, 0.0, 1.0), (3.0, -0.5, 0.5), (0.1, 0.0, 0.05))


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedModel:
    """A fit. Intercept at month 0, slope a month, in the unit of the values.

    Standard errors are those of generalised least squares at the estimated variances; ``degrees`` are the
    patients minus one (containment, as SAS counts them for RANDOM INTERCEPT MONTH). ``variance_intercept``,
    ``covariance`` and ``variance_slope`` are of the random effects, ``residual_variance`` of what is left.
    ``on_the_edge`` says that the random effects have no scatter of their own or are tied to each other.
    """

    intercept: float
    slope: float
    se_intercept: float
    se_slope: float
    variance_intercept: float
    covariance: float
    variance_slope: float
    residual_variance: float
    log_likelihood: float
    n: int
    patients: int
    on_the_edge: bool

    @property
    def degrees(self) -> int:
        return self.patients - 1

    @property
    def p(self) -> float:
        """Two-sided, of a slope of nothing."""
        return t_outside(self.slope / self.se_slope, self.degrees)

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Of the slope."""
        reach = t_quantile(confidence, self.degrees) * self.se_slope
        return self.slope - reach, self.slope + reach


def mixed_model(patients: ArrayLike, months: ArrayLike, values: ArrayLike) -> MixedModel | NoFit:
    """Of values in long form: one row a value, ``patients`` whole numbers, a missing value NaN.

    Two optimisers, each from several starts, must find the same optimum, and it must be curved there.
    """
    who, when, what = known_rows(patients, months, values)
    codes, index = np.unique(who, return_inverse=True)
    refused = _refused(len(codes), index, when, what)
    if refused:
        return NoFit(refused)
    centre, scale = float(when.mean()), float(when.std())
    lines = _Lines.of(index, (when - centre) / scale, what - what.mean(), len(codes))
    if not lines.left > _ROUNDING * float(what @ what):
        return NoFit(
            _("The values of every patient lie on a straight line: nothing scatters beside it.")
        )
    size = lines.scale()

    def criterion(theta: Array) -> float:
        return lines.deviance(size @ _factor(theta))

    found = [_best(optimiser, criterion) for optimiser in (_simplex, _newton)]
    (_first, one), (_second, two) = found
    if not abs(one - two) < 2 * _AGREED:
        return NoFit(
            _(
                "Two ways to the best fit of the mixed model end at different ones: it is not trusted."
            )
        )
    theta, deviance = found[0] if one <= two else found[1]
    curvature = np.linalg.eigvalsh(_hessian(criterion, theta))
    if not curvature[0] > _FLAT * max(curvature[-1], 1.0):
        return NoFit(
            _("The best fit of the mixed model is not a single point: the values do not decide it.")
        )
    return _fitted(lines, size @ _factor(theta), deviance, centre, scale, float(what.mean()))


def _refused(patients: int, index: NDArray[np.intp], when: Array, what: Array) -> str:
    """Why the values cannot hold the model at all."""
    later = np.bincount(index, minlength=patients) > 1
    if int(later.sum()) < FEWEST_PATIENTS:
        return _("Fewer than {number} patients have two values or more.").format(
            number=FEWEST_PATIENTS
        )
    if len(when) <= 2 * patients:
        return _("The patients have too few values each for lines of their own.")
    if not when.std() > 0:
        return _("All values are of the same time.")
    if not what.std() > 0:
        return _("All values are the same.")
    first, last = np.full(patients, np.inf), np.full(patients, -np.inf)
    np.minimum.at(first, index, when)
    np.maximum.at(last, index, when)
    if int((last > first).sum()) < FEWEST_PATIENTS:
        return _("Fewer than {number} patients have values at two times.").format(
            number=FEWEST_PATIENTS
        )
    return ""


@dataclass(frozen=True, slots=True)
class _Lines:
    """What the criterion needs of the rows: of each patient the own least-squares line and what it leaves.

    Fixed and random effects have the same columns, one and the time. A patient whose values are all of one time
    has no line of its own: the level one through their mean stands for it, and ``spread`` (sum of squares of the
    times around their mean) is 0. ``left`` is the sum of squares beside all lines, ``free`` its degrees of freedom.
    Nothing here is a difference of large numbers, so that a residual of 1e-5 of the scatter is still exact.
    """

    count: Array
    mean_time: Array
    spread: Array
    intercept: Array
    slope: Array
    left: float
    free: int

    @classmethod
    def of(cls, index: NDArray[np.intp], time: Array, values: Array, patients: int) -> "_Lines":
        def added(rows: Array) -> Array:
            return np.bincount(index, rows, patients).astype(float)

        count = added(np.ones_like(time))
        mean_time, mean_value = added(time) / count, added(values) / count
        around = time - mean_time[index]
        spread = added(around * around)
        spread[spread < _ONE_TIME * count] = 0.0
        product = added(around * (values - mean_value[index]))
        slope = np.divide(product, spread, out=np.zeros(patients), where=spread > 0)
        rest = values - mean_value[index] - slope[index] * around
        return cls(
            count=count,
            mean_time=mean_time,
            spread=spread,
            intercept=mean_value - slope * mean_time,
            slope=slope,
            left=float(rest @ rest),
            free=int((count - 1 - (spread > 0)).sum()),
        )

    @property
    def n(self) -> int:
        return int(self.count.sum())

    @property
    def products(self) -> tuple[Array, Array, Array]:
        """Z'Z of each patient: its first, mixed and last entry."""
        mixed = self.count * self.mean_time
        return self.count, mixed, self.spread + mixed * self.mean_time

    def scale(self) -> Array:
        """A relative Cholesky factor of about the size of the best one, from the scatter of the lines themselves."""
        lines = np.array([self.intercept, self.slope])[:, self.spread > 0]
        scatter = np.cov(lines) * self.free / self.left
        scatter += np.diag(np.diag(scatter)) * 1e-6 + np.eye(2) * 1e-12
        return np.asarray(np.linalg.cholesky(scatter), dtype=np.float64)

    def solved(self, factor: Array) -> tuple[Array, Array, float, float]:
        """Fixed effects, X'V⁻¹X, residual sum of squares and log|V|, all relative to the residual variance.

        ``factor`` is the relative Cholesky factor of the random effects' covariance D. With G = Z'Z of a patient,
        the determinant of V is |I + DG| = 1 + tr(DG) + |D| |G|, and its line weighs (G⁻¹ + D)⁻¹ =
        (G + |G| adj D) / |I + DG|, which holds for a patient with one time as well, where |G| is 0.
        """
        (a, _zero), (b, c) = factor
        d = (a * a, a * b, b * b + c * c)
        one, mixed, square = self.products
        area = self.count * self.spread  # |G|
        determinant = 1 + d[0] * one + 2 * d[1] * mixed + d[2] * square + (a * c) ** 2 * area
        weight = np.array(
            [
                [one + area * d[2], mixed - area * d[1]],
                [mixed - area * d[1], square + area * d[0]],
            ]
        )
        weight /= determinant
        lines = np.array([self.intercept, self.slope])
        xx = weight.sum(axis=2)
        beta = np.linalg.solve(xx, np.einsum("ijk,jk->i", weight, lines))
        beside = lines - beta[:, None]
        rss = self.left + float(np.einsum("ik,ijk,jk->", beside, weight, beside))
        return beta, xx, rss, float(np.log(determinant).sum())

    def deviance(self, factor: Array) -> float:
        """Minus twice the restricted log-likelihood, profiled; infinite where it cannot be computed."""
        with np.errstate(all="ignore"):
            try:
                _beta, xx, rss, log_v = self.solved(factor)
            except np.linalg.LinAlgError:
                return math.inf
            sign, log_xx = np.linalg.slogdet(xx)
        free = self.n - 2
        if not (rss > 0 and sign > 0 and math.isfinite(log_v)):
            return math.inf
        return log_v + float(log_xx) + free * (1 + math.log(2 * math.pi * rss / free))


def _factor(theta: Array) -> Array:
    return np.array([[theta[0], 0.0], [theta[1], theta[2]]])


def _fitted(
    lines: _Lines, factor: Array, deviance: float, centre: float, scale: float, mean: float
) -> MixedModel:
    """The optimum, back to months (month = centre + scale · time) and to the values (``mean`` above the fitted)."""
    beta, xx, rss, _log_v = lines.solved(factor)
    residual = rss / (lines.n - 2)
    back = np.array([[1.0, -centre / scale], [0.0, 1 / scale]])
    fixed = back @ beta
    errors = back @ (residual * np.linalg.inv(xx)) @ back.T
    random = back @ (residual * factor @ factor.T) @ back.T
    (a, _zero), (b, c) = factor
    tied = abs(c) < _EDGE * max(1.0, abs(b)) or abs(a) < _EDGE
    return MixedModel(
        intercept=float(fixed[0]) + mean,
        slope=float(fixed[1]),
        se_intercept=math.sqrt(errors[0, 0]),
        se_slope=math.sqrt(errors[1, 1]),
        variance_intercept=float(random[0, 0]),
        covariance=float(random[0, 1]),
        variance_slope=float(random[1, 1]),
        residual_variance=residual,
        # log|X'V⁻¹X| is that of the scaled time: the square of the scale is between them.
        log_likelihood=-(deviance + 2 * math.log(scale)) / 2,
        n=lines.n,
        patients=len(lines.count),
        on_the_edge=bool(tied),
    )


Criterion = Callable[[Array], float]


def _best(
    optimiser: Callable[[Criterion, Array], tuple[Array, float]], criterion: Criterion
) -> tuple[Array, float]:
    """The lowest of what an optimiser finds from every start, in parts of the scatter of the patients' lines."""
    found = [optimiser(criterion, np.array(start)) for start in _STARTS]
    return min(found, key=lambda one: one[1])


def _simplex(criterion: Criterion, start: Array) -> tuple[Array, float]:
    """Nelder and Mead 1965, Computer J 7:308-313, begun anew at what was found until that gains nothing."""
    best, value = start, criterion(start)
    for _again in range(8):
        found, lower = _one_simplex(criterion, best)
        gained = value - lower
        best, value = found, lower
        if not gained > 1e-9:
            break
    return best, value


def _one_simplex(criterion: Criterion, start: Array) -> tuple[Array, float]:
    points = [start, *(start + step for step in np.eye(len(start)) * 0.25)]
    corners = sorted(((criterion(point), point) for point in points), key=lambda c: c[0])
    for _step in range(400):
        (low, _best_point), (second, _), (high, worst) = corners[0], corners[-2], corners[-1]
        if high - low < 1e-11 * (1 + abs(low)):
            break
        middle = np.mean([point for _value, point in corners[:-1]], axis=0)
        reflected = middle + (middle - worst)
        value = criterion(reflected)
        if value < low:
            expanded = middle + 2 * (middle - worst)
            further = criterion(expanded)
            new = (further, expanded) if further < value else (value, reflected)
        elif value < second:
            new = (value, reflected)
        else:
            towards = reflected if value < high else worst
            inside = middle + 0.5 * (towards - middle)
            nearer = criterion(inside)
            if nearer >= min(value, high):  # shrink
                best = corners[0][1]
                shrunk = [best + 0.5 * (point - best) for _value, point in corners[1:]]
                corners = sorted(
                    [corners[0], *((criterion(point), point) for point in shrunk)],
                    key=lambda c: c[0],
                )
                continue
            new = (nearer, inside)
        corners = sorted([*corners[:-1], new], key=lambda c: c[0])
    return corners[0][1], corners[0][0]


def _newton(criterion: Criterion, start: Array) -> tuple[Array, float]:
    """Newton's steps by differences, damped (Levenberg) until each of them goes down."""
    point, value, damping = start, criterion(start), 1.0
    for _step in range(200):
        gradient, hessian = _gradient(criterion, point), _hessian(criterion, point)
        if not (np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            break
        lowest = float(np.linalg.eigvalsh(hessian)[0])
        while damping < 1e12:
            lift = damping + max(0.0, -lowest)
            to = point - np.linalg.solve(hessian + lift * np.eye(len(point)), gradient)
            at = criterion(to)
            if at < value:
                break
            damping *= 4
        else:
            break
        gained, point, value, damping = value - at, to, at, damping / 8
        if gained < 1e-12 * (1 + abs(value)):
            break
    return point, value


def _gradient(criterion: Criterion, at: Array, step: float = 1e-5) -> Array:
    moves = np.eye(len(at)) * step
    return np.array([(criterion(at + move) - criterion(at - move)) / (2 * step) for move in moves])


def _hessian(criterion: Criterion, at: Array, step: float = 1e-3) -> Array:
    moves = np.eye(len(at)) * step
    hessian = np.empty((len(at), len(at)))
    middle = criterion(at)
    for i, a in enumerate(moves):
        hessian[i, i] = (criterion(at + a) - 2 * middle + criterion(at - a)) / step**2
        for j, b in enumerate(moves[:i]):
            up = criterion(at + a + b) - criterion(at + a - b)
            down = criterion(at - a + b) - criterion(at - a - b)
            hessian[i, j] = hessian[j, i] = (up - down) / (4 * step**2)
    return hessian
