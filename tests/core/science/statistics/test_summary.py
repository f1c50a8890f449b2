"""The paper's Table 1 (Nabavi et al., Cell J 2021;23:772-778), and what numpy says of any values."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import resources
from core.science.statistics.summary import Summary, share_interval, summary

numbers = st.lists(st.floats(-1000, 1000), min_size=2, max_size=40)


def table_1(column: str) -> Summary:
    with resources.path("validation", "royan_table1.csv").open(newline="") as file:
        found = summary([float(row[column]) for row in csv.DictReader(file)])
    assert found is not None
    return found


def test_age_and_duration_of_table_1_are_mean_and_sd() -> None:
    age, duration = table_1("age"), table_1("duration_months")
    assert (age.n, f"{age.mean:.2f}", f"{age.sd:.2f}", age.median) == (17, "49.12", "13.32", 52)
    assert (age.low, age.high) == (25, 71)
    assert f"{age.se:.4f}" == "3.2311"
    assert (f"{duration.mean:.1f}", f"{duration.sd:.1f}") == ("26.5", "19.8")


def test_capacity_and_total_of_table_1() -> None:
    capacity, total = table_1("fvc_pct_baseline"), table_1("alsfrsr_baseline")
    assert (capacity.low, capacity.high, capacity.median) == (41, 111.3, 57.7)
    assert (f"{capacity.mean:.4f}", f"{capacity.sd:.4f}") == ("71.0124", "26.6125")
    assert (f"{total.mean:.4f}", f"{total.sd:.4f}", f"{total.se:.4f}") == (
        "35.3529",
        "4.8855",
        "1.1849",
    )


@given(numbers)
def test_what_is_missing_changes_nothing(values: list[float]) -> None:
    with_gaps = [gap for value in values for gap in (value, math.nan)]
    assert summary(with_gaps) == summary(values)


@given(numbers)
def test_as_numpy_says(values: list[float]) -> None:
    found = summary(values)
    assert found is not None
    assert found.sd == pytest.approx(np.std(values, ddof=1))
    assert found.se == pytest.approx(np.std(values, ddof=1) / math.sqrt(len(values)))
    assert (found.q1, found.median, found.q3) == pytest.approx(np.percentile(values, [25, 50, 75]))
    low, high = found.interval() or (0, 0)
    assert low <= found.mean <= high


def test_one_value_has_no_scatter_and_none_has_no_mean() -> None:
    one = summary([41.0, math.nan])
    assert one is not None
    assert (one.n, one.mean, one.sd, one.se, one.interval()) == (1, 41.0, None, None, None)
    assert summary([math.nan]) is None
    assert summary([]) is None


def test_the_mean_of_student_s_sleep_has_r_s_interval() -> None:
    """t.test(sleep$extra[11:20]): 0.8976775 to 3.7623225."""
    found = summary([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    assert found is not None
    assert found.interval() == pytest.approx((0.8976775, 3.7623225), abs=1e-7)


def test_five_of_seventeen_alive() -> None:
    """Wilson, as prop.test(5, 17, correct = FALSE) prints it: 0.1328 to 0.5313."""
    low, high = share_interval(5, 17)
    assert (f"{low:.4f}", f"{high:.4f}") == ("0.1328", "0.5313")


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_share_is_within_its_interval(count: int, of: int) -> None:
    if count > of:
        with pytest.raises(ValueError, match="denominator"):
            share_interval(count, of)
        return
    low, high = share_interval(count, of)
    assert 0 <= low <= count / of <= high <= 1
