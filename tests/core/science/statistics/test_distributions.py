"""Against R 4.2.2: 2 * pt(-t, df), qt((1 + c) / 2, df), pf(f, a, b, lower = FALSE), pchisq(x, df, lower = FALSE)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.science.statistics.distributions import (
    chi_squared_above,
    f_above,
    incomplete_beta,
    normal_outside,
    normal_quantile,
    t_outside,
    t_quantile,
)

CLOSE = 1e-11
degrees = st.floats(0.5, 500)


@pytest.mark.parametrize(
    ("t", "df", "p"),
    [
        (0.5, 1, 0.70483276469913),
        (2.1, 3, 0.12656520254968),
        (4.06, 9, 0.0028419471189623),
        (1.860813467, 17.77647352, 0.079394140255814),
        (12.7, 1, 0.050024327689344),
        (30, 2.5, 0.0002910647091574),
        (0.001, 200, 0.99920311230114),
        (6, 1000.5, 2.7549199947016e-09),
    ],
)
def test_student_t(t: float, df: float, p: float) -> None:
    assert t_outside(t, df) == pytest.approx(p, rel=CLOSE)
    assert t_outside(-t, df) == t_outside(t, df)


@pytest.mark.parametrize(
    ("confidence", "df", "t"),
    [
        (0.95, 1, 12.706204736175),
        (0.95, 9, 2.2621571627982),
        (0.99, 17.77647352, 2.8826508232495),
        (0.9, 2.5, 2.5582186141359),
        (0.95, 200, 1.9718962236339),
        (0.999, 5, 6.8688266258813),
    ],
)
def test_student_t_quantile(confidence: float, df: float, t: float) -> None:
    assert t_quantile(confidence, df) == pytest.approx(t, rel=CLOSE)


@pytest.mark.parametrize(
    ("f", "a", "b", "p"),
    [
        (0.3, 2, 13, 0.74581117359543),
        (5.708, 4, 60, 0.00058295967905247),
        (10.6369, 4, 16, 0.00021196928893679),
        (5.708, 2.09, 31.35, 0.0070356389136783),
        (150, 1, 3, 0.0011722164447169),
        (0.01, 8, 52, 0.99999987176234),
    ],
)
def test_f(f: float, a: float, b: float, p: float) -> None:
    assert f_above(f, a, b) == pytest.approx(p, rel=CLOSE)


@pytest.mark.parametrize(
    ("x", "df", "p"),
    [
        (0.05, 1, 0.82306327375812),
        (3.39638869898, 1, 0.06533932204041),
        (21.96, 3, 6.6493223026896e-05),
        (28.62, 9, 0.00075090366798911),
        (80, 13, 1.1032941802075e-11),
        (9, 9.5, 0.48503564836748),
    ],
)
def test_chi_squared(x: float, df: float, p: float) -> None:
    assert chi_squared_above(x, df) == pytest.approx(p, rel=CLOSE)


@given(st.floats(0.01, 0.9999), degrees)
def test_a_quantile_leaves_its_share_outside(confidence: float, df: float) -> None:
    assert t_outside(t_quantile(confidence, df), df) == pytest.approx(1 - confidence, rel=1e-8)


@given(degrees, degrees, st.floats(0, 1))
def test_the_two_tails_of_beta_are_one(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x) + incomplete_beta(b, a, 1 - x) == pytest.approx(1, abs=1e-10)


@given(st.floats(0, 30))
def test_a_normal_squared_is_chi_squared_of_one_degree(z: float) -> None:
    assert chi_squared_above(z * z, 1) == pytest.approx(normal_outside(z), rel=1e-9, abs=1e-300)


def test_ends() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.959963984540054, rel=1e-12)
    assert t_outside(0, 3) == 1
    assert t_outside(math.inf, 3) == 0
    assert f_above(0, 2, 5) == chi_squared_above(0, 3) == 1
    with pytest.raises(ValueError, match="degrees"):
        t_quantile(0.95, 0)
