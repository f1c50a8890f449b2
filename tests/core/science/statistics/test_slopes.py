import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import resources
from core.science.statistics.slopes import patient_slopes

rows = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 48), st.integers(0, 48)), min_size=1, max_size=40
)


def test_the_ten_patients_of_the_vectors() -> None:
    """Per-patient least squares, computed apart; mean −1.0839."""
    with resources.path("validation", "stats_vectors.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    found = patient_slopes(
        [int(row["patient"][1:]) for row in read],
        [float(row["month"]) for row in read],
        [float(row["alsfrsr"] or "nan") for row in read],
    )
    assert found.per_month == pytest.approx(
        [-0.5236, -1.8, -0.6368, -2.25, -0.7619, -0.9858, -0.2711, -1.85, -0.2783, -1.4811],
        abs=5e-5,
    )
    assert found.mean is not None
    assert found.mean.mean == pytest.approx(-1.0839, abs=5e-5)
    assert (found.mean.n, found.without) == (10, 0)


@given(rows)
def test_each_slope_is_that_of_the_patient_s_own_values(
    given_rows: list[tuple[int, int, int]],
) -> None:
    who, months, values = zip(*given_rows, strict=True)
    found = patient_slopes(who, months, values)
    expected = {}
    for patient in sorted(set(who)):
        points = [(m, v) for w, m, v in given_rows if w == patient]
        if len({m for m, _ in points}) > 1:
            expected[patient] = np.polyfit(*zip(*points, strict=True), 1)
    assert list(found.patients) == list(expected)
    assert found.without == len(set(who)) - len(expected)
    for slope, intercept, line in zip(
        found.per_month, found.intercepts, expected.values(), strict=True
    ):
        assert (slope, intercept) == pytest.approx(tuple(line), abs=1e-6)


def test_a_patient_seen_at_one_time_has_no_slope() -> None:
    found = patient_slopes([1, 1, 2, 2], [2.1, 2.1, 0, 4], [30, 31, 40, math.nan])
    assert (len(found.per_month), found.without, found.mean) == (0, 2, None)


def test_lengths_must_be_the_same() -> None:
    with pytest.raises(ValueError, match="length"):
        patient_slopes([1, 1], [0, 1], [40])
