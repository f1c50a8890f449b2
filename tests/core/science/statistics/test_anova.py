"""Against R 4.2.2: car 3.1-1, Anova(lm(cbind(pre.1 … pre.5) ~ treatment), idesign = ~hour, type = 3), and mauchly.test."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import resources
from core.science.statistics.anova import Effect, RepeatedMeasures, repeated_measures
from core.science.statistics.comparisons import Comparison, paired
from core.science.statistics.fit import NoFit
from tests.core.science.statistics.public_data import OBRIEN_KAISER

HOURS = [hours for _treatment, hours in OBRIEN_KAISER]
TREATMENTS = [treatment for treatment, _hours in OBRIEN_KAISER]


def anova_of(values: object, groups: list[str] | None = None) -> RepeatedMeasures:
    found = repeated_measures(np.asarray(values, dtype=float), groups)
    assert isinstance(found, RepeatedMeasures)
    return found


def said(effect: Effect | None) -> tuple[float, float, float, float]:
    assert effect is not None
    return effect.sum_squares, effect.error_sum_squares, effect.f, effect.p


def test_one_group() -> None:
    found = anova_of(HOURS)
    assert said(found.time) == pytest.approx((21.5, 56.5, 5.70796, 0.00058299), rel=1e-5)
    assert (found.time.degrees, found.time.error_degrees) == (4, 60)
    assert found.epsilon == pytest.approx(0.5225486986, abs=1e-10)
    assert found.time.p_corrected == pytest.approx(0.007034, abs=5e-7)
    assert found.sphericity is not None
    assert found.sphericity.w == pytest.approx(0.1184480379, abs=1e-10)
    assert found.sphericity.p == pytest.approx(0.0008200605307, abs=1e-12)
    assert (found.group, found.group_by_time) == (None, None)


def test_unequal_groups_of_type_three() -> None:
    found = anova_of(HOURS, TREATMENTS)
    assert said(found.time) == pytest.approx(
        (19.8046471602, 53.7857142857, 4.78678, 0.00230637), rel=1e-5
    )
    assert said(found.group) == pytest.approx(
        (10.4642857143, 188.2857142857, 0.36125, 0.7035849), rel=1e-5
    )
    assert said(found.group_by_time) == pytest.approx(
        (2.7142857143, 53.7857142857, 0.32802, 0.9514883), rel=1e-5
    )
    assert found.epsilon == pytest.approx(0.533919247832, abs=1e-11)
    assert found.time.p_corrected == pytest.approx(0.0147900258932, abs=1e-11)
    assert found.group_by_time is not None
    assert found.group_by_time.p_corrected == pytest.approx(0.8675349342148, abs=1e-11)
    assert found.group is not None
    assert found.group.p_corrected is None
    assert found.sphericity is not None
    assert found.sphericity.w == pytest.approx(0.123699518207, abs=1e-11)
    assert found.sphericity.p == pytest.approx(0.00493200431411, abs=1e-12)


def test_the_vectors_keep_five_of_ten() -> None:
    """F(4, 16) = 10.6369, p = 0.0002: who died or missed a visit is dropped, and counted."""
    with resources.path("validation", "stats_vectors.csv").open(newline="") as file:
        values = {(row["patient"], row["month"]): row["alsfrsr"] for row in csv.DictReader(file)}
    patients = sorted({patient for patient, _month in values})
    wide = [
        [float(values.get((patient, month)) or "nan") for month in ("0", "2", "4", "6", "12")]
        for patient in patients
    ]
    found = anova_of(wide)
    assert (found.n, found.dropped) == (5, 5)
    assert (found.time.degrees, found.time.error_degrees) == (4, 16)
    assert found.time.f == pytest.approx(10.6369, abs=5e-5)
    assert f"{found.time.p:.4f}" == "0.0002"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 48), st.integers(0, 48)), min_size=4, max_size=20))
def test_two_visits_are_the_paired_comparison_squared(pairs: list[tuple[int, int]]) -> None:
    compared = paired([a for a, _b in pairs], [b for _a, b in pairs])
    found = repeated_measures(pairs)
    if isinstance(compared, Comparison) and isinstance(found, RepeatedMeasures):
        assert found.time.f == pytest.approx(compared.t**2, rel=1e-9, abs=1e-12)
        assert found.time.p == pytest.approx(compared.p, rel=1e-9)
        assert found.epsilon == pytest.approx(1)
        assert found.sphericity is None
    else:
        assert isinstance(compared, NoFit) == isinstance(found, NoFit)


def test_no_number_for_too_few_or_nothing_that_scatters() -> None:
    few = repeated_measures([[40, 38, 36], [35, math.nan, 30], [33, 31, 28]])
    assert isinstance(few, NoFit)
    assert "2 patients" in few.reason
    assert isinstance(repeated_measures([[40], [38], [36]]), NoFit)
    assert isinstance(
        repeated_measures([[40, 38, 36], [39, 37, 35], [30, 28, 26], [9, 7, 5]]), NoFit
    )
