"""Against coxph of survival 3.5-3 on R 4.2.2, ties by Efron."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.science.statistics.cox import Cox, cox
from core.science.statistics.fit import NoFit
from tests.core.science.statistics.public_data import AML, REMISSION
from tests.core.science.statistics.test_survival import pooled


def test_aml() -> None:
    times, ends, groups = pooled(AML)
    found = cox(times, ends, [group != "maintained" for group in groups])
    assert isinstance(found, Cox)
    assert found.coefficients == pytest.approx([0.915532575015], abs=1e-10)
    assert found.se == pytest.approx([0.511934275172], abs=1e-10)
    assert found.log_likelihood == pytest.approx(-41.032615596458, abs=1e-10)
    assert found.likelihood_ratio == pytest.approx(2 * (42.724839262760 - 41.032615596458))
    assert (found.n, found.events, found.dropped) == (23, 18, 0)
    assert found.p == pytest.approx((0.07371486,), abs=1e-8)


def test_remission_with_many_ties() -> None:
    """1.572 (SE 0.412), exp 4.82; likelihood ratio 16.35, p = 5.26e-05."""
    times, ends, groups = pooled(REMISSION)
    found = cox(times, ends, [group == "placebo" for group in groups])
    assert isinstance(found, Cox)
    assert found.coefficients == pytest.approx([1.572125148829], abs=1e-10)
    assert found.se == pytest.approx([0.412396717709], abs=1e-10)
    assert found.log_likelihood == pytest.approx(-85.008424577372, abs=1e-9)
    assert found.p_likelihood_ratio == pytest.approx(5.26092053e-05, rel=1e-7)
    low, high = found.interval()
    assert (low[0], high[0]) == pytest.approx((2.147, 10.809), abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-50, 50))
def test_another_unit_of_a_covariate_changes_its_coefficient_alone(
    seed: int, scale: float, shift: float
) -> None:
    random = np.random.default_rng(seed)
    x = random.normal(0, 1, (40, 2))
    times = np.ceil(random.exponential(10 * np.exp(-0.5 * x[:, 0])))
    ends = random.random(40) < 0.7
    plain = cox(times, ends, x)
    moved = cox(times, ends, x * [scale, 1] + [shift, 0])
    assert isinstance(plain, Cox)
    assert isinstance(moved, Cox)
    assert moved.coefficients * [scale, 1] == pytest.approx(plain.coefficients, abs=1e-6)
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-7)


def test_a_patient_with_a_missing_covariate_is_left_out_and_counted() -> None:
    times, ends, groups = pooled(AML)
    covariate = [float(group == "maintained") for group in groups]
    with_gap = cox([*times, 10], [*ends, 1], [*covariate, math.nan])
    plain = cox(times, ends, covariate)
    assert isinstance(with_gap, Cox)
    assert isinstance(plain, Cox)
    assert with_gap.dropped == 1
    assert with_gap.coefficients == pytest.approx(plain.coefficients)


@pytest.mark.parametrize(
    ("times", "ends", "covariates"),
    [
        ([1, 2, 3, 4], [0, 0, 0, 0], [0, 1, 0, 1]),
        ([1, 2, 3, 4], [1, 1, 1, 1], [1, 1, 1, 1]),
        ([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0]),  # all who died, nobody else
        ([1, 2, 3, 4], [1, 0, 1, 1], [[0, 0], [1, 2], [0, 0], [1, 2]]),  # the same twice
    ],
)
def test_no_number_where_there_is_no_best_fit(
    times: list[int], ends: list[int], covariates: object
) -> None:
    found = cox(times, ends, np.asarray(covariates))
    assert isinstance(found, NoFit)
    assert found.reason.endswith(".")
