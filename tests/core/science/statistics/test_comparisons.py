import math

import pytest

from core.science.statistics.comparisons import Comparison, paired, welch
from core.science.statistics.fit import NoFit
from tests.core.science.statistics.public_data import MORE_SLEEP

FIRST, SECOND = MORE_SLEEP


def test_welch_as_r_prints_it() -> None:
    """t.test(extra ~ group, sleep): t = -1.8608, df = 17.776, p = 0.07939, -3.3654832 to 0.2054832."""
    found = welch(FIRST, SECOND)
    assert isinstance(found, Comparison)
    assert found.difference == pytest.approx(1.58)
    assert found.t == pytest.approx(1.860813467, abs=1e-9)
    assert found.degrees == pytest.approx(17.77647352, abs=1e-8)
    assert found.p == pytest.approx(0.0793941402, abs=1e-10)
    assert found.interval() == pytest.approx((-0.205483230712, 3.365483230712), abs=1e-9)
    assert found.n == (10, 10)


def test_paired_as_r_prints_it() -> None:
    """t.test(paired = TRUE): t = -4.0621, df = 9, p = 0.002833, -2.4598858 to -0.7001142."""
    found = paired(FIRST, SECOND)
    assert isinstance(found, Comparison)
    assert (found.t, found.degrees) == (pytest.approx(4.062127683, abs=1e-9), 9)
    assert found.p == pytest.approx(0.0028328902, abs=1e-10)
    assert found.interval() == pytest.approx((0.700114236723, 2.459885763277), abs=1e-9)


def test_only_patients_with_both_values_are_pairs() -> None:
    found = paired([40, 38, math.nan, 30], [37, 36, 20, math.nan])
    assert isinstance(found, Comparison)
    assert (found.n, found.difference) == ((2, 2), -2.5)


@pytest.mark.parametrize(
    "nothing",
    [
        paired([40, math.nan], [math.nan, 30]),
        paired([40, 38, 30], [39, 37, 29]),
        welch([40], [30, 31]),
        welch([40, 40], [30, 30]),
    ],
)
def test_no_number_where_nothing_can_be_compared(nothing: Comparison | NoFit) -> None:
    assert isinstance(nothing, NoFit)
    assert nothing.reason.endswith(".")


def test_pairs_of_different_length_are_an_error() -> None:
    with pytest.raises(ValueError, match="pairs"):
        paired([1, 2], [1, 2, 3])
