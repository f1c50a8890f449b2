"""The distributions that tests and intervals need, to twelve digits."""

import math
from functools import cache
from statistics import NormalDist

_TINY = 1e-300
_ENOUGH = 1e-16  # relative change below which a series has its value
_TERMS = 10_000

NORMAL = NormalDist()


def normal_quantile(confidence: float) -> float:
    """Within plus and minus this many standard deviations lies the share ``confidence`` (1.96 for 0.95)."""
    return NORMAL.inv_cdf((1 + confidence) / 2)


def normal_outside(z: float) -> float:
    """Two-sided p of a standard normal value."""
    return math.erfc(abs(z) / math.sqrt(2))


def t_outside(t: float, degrees: float) -> float:
    """Two-sided p of Student's t; the degrees of freedom need not be whole. Abramowitz and Stegun, 26.5.27."""
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


@cache
def t_quantile(confidence: float, degrees: float) -> float:
    """Student's t within which the share ``confidence`` lies on both sides (12.706 for 0.95 and 1 degree).

    Raises ValueError unless ``degrees`` is above 0.
    """
    if not degrees > 0:
        raise ValueError("Student's t needs degrees of freedom")
    low, high = 0.0, math.pi / 2  # the angle whose tangent is t / sqrt(degrees)
    while low < (middle := (low + high) / 2) < high:
        if t_outside(math.sqrt(degrees) * math.tan(middle), degrees) > 1 - confidence:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan(low)


def f_above(f: float, numerator: float, denominator: float) -> float:
    """P(F > f), degrees of freedom need not be whole. Abramowitz and Stegun, 26.6.2."""
    if f <= 0:
        return 1.0
    return incomplete_beta(
        denominator / 2, numerator / 2, denominator / (denominator + numerator * f)
    )


def chi_squared_above(value: float, degrees: float) -> float:
    """P(chi-squared > value). Abramowitz and Stegun, 26.4.2 with 6.5.29 and 6.5.31."""
    if value <= 0:
        return 1.0
    a, x = degrees / 2, value / 2
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for n in range(1, _TERMS):
            term *= x / (a + n)
            total += term
            if term < total * _ENOUGH:
                break
        return 1 - front * total
    return front * _continued_gamma(a, x)


def _continued_gamma(a: float, x: float) -> float:
    """The continued fraction of the upper incomplete gamma function, by Lentz's method."""
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    value = d
    for n in range(1, _TERMS):
        step = -n * (n - a)
        b += 2
        d = 1 / _not_zero(step * d + b)
        c = _not_zero(b + step / c)
        value *= c * d
        if abs(c * d - 1) < _ENOUGH:
            break
    return value


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), ``x`` from 0 to 1. Abramowitz and Stegun, 26.5.8."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges quickly only on the other side
        return 1 - incomplete_beta(b, a, 1 - x)
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return math.exp(log_front) / a * _continued_beta(a, b, x)


def _continued_beta(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c = 1.0
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _not_zero(1 + step * d)
            c = _not_zero(1 + step / c)
            value *= c * d
        if abs(c * d - 1) < _ENOUGH:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
