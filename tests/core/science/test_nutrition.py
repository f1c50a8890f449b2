from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.science.nutrition import bmi, first_weight, weight_loss_percent
from tests.core.examples import a_patient, a_record, a_visit

weights = st.floats(20, 250)
heights = st.floats(50, 250)

PATIENT = a_patient()
MARCH, JUNE, SEPTEMBER = (
    a_visit(PATIENT, date(2026, month, 2), weight_kg=weight)
    for month, weight in ((3, 72.5), (6, 70.0), (9, 64.0))
)


@pytest.mark.parametrize(
    ("weight_kg", "height_cm", "expected"),
    [
        (68, 165, 24.98),  # the worked example of CDC, About Adult BMI
        (50, 164.4, 18.5),  # WHO 2000: below 18.5 is underweight
        (100, 100, 100),
    ],
)
def test_worked_body_mass_indices(weight_kg, height_cm, expected):
    assert bmi(weight_kg, height_cm) == pytest.approx(expected, abs=0.005)


@given(weights, heights)
def test_body_mass_index_rises_with_weight_and_falls_with_height(weight_kg, height_cm):
    index = bmi(weight_kg, height_cm)
    assert bmi(weight_kg + 1, height_cm) > index > bmi(weight_kg, height_cm + 1)
    assert bmi(2 * weight_kg, height_cm) == pytest.approx(2 * index)
    assert bmi(weight_kg, 2 * height_cm) == pytest.approx(index / 4)


@pytest.mark.parametrize(
    ("baseline_kg", "now_kg", "expected"),
    [(80, 76, 5), (80, 72, 10), (80, 64, 20), (80, 80, 0), (80, 84, -5)],
)
def test_a_loss_is_positive_and_the_grades_of_ctcae_begin_exactly(baseline_kg, now_kg, expected):
    assert weight_loss_percent(baseline_kg, now_kg) == expected


@given(weights, weights)
def test_the_loss_leads_from_the_baseline_to_the_weight_now(baseline_kg, now_kg):
    lost = weight_loss_percent(baseline_kg, now_kg)
    assert baseline_kg * (1 - lost / 100) == pytest.approx(now_kg)
    assert lost < 100


@given(st.none() | weights, st.none() | weights)
def test_what_is_missing_is_not_zero(one, other):
    missing = one is None or other is None
    assert (weight_loss_percent(one, other) is None) == missing
    assert (bmi(one, other) is None) == missing


@pytest.mark.parametrize("nonsense", [0, -60])
def test_a_body_weighs_and_measures_something(nonsense):
    assert bmi(nonsense, 170) is None
    assert bmi(60, nonsense) is None
    assert weight_loss_percent(nonsense, 60) is None
    assert weight_loss_percent(60, nonsense) is None


def test_the_baseline_is_the_first_weight_on_record():
    record = a_record(PATIENT, SEPTEMBER, MARCH, JUNE)
    assert first_weight(record, SEPTEMBER.date) == (MARCH.date, 72.5)
    assert first_weight(record, JUNE.date) == (MARCH.date, 72.5)


def test_the_first_visit_has_no_baseline_and_neither_has_one_without_a_weight_before():
    record = a_record(PATIENT, MARCH, JUNE)
    assert first_weight(record, MARCH.date) is None
    unweighed = a_record(PATIENT, replace(MARCH, weight_kg=None), JUNE)
    assert first_weight(unweighed, JUNE.date) is None
    assert first_weight(unweighed, SEPTEMBER.date) == (JUNE.date, 70.0)
