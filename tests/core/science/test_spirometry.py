"""What a session means, from the inputs that are stored with it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.patient import Sex
from core.model.spirometry import Blow, BlowQuality
from core.science.lung_function import Parameter, equation, predict
from core.science.spirometry import evaluate, evaluate_fev1, evaluate_ratio, with_inputs
from core.science.spirometry_quality import Grade
from tests.core.examples import a_patient, a_spirometry, a_visit

PATIENT = a_patient(sex=Sex.MALE, born=date(1977, 3, 1), height_cm=175.0)
VISIT = a_visit(PATIENT, date(2026, 6, 2))


def a_test(*volumes_ml, fev1=(), **changes):
    """Blows of these volumes, with the FEV1 of each where it is given, and the patient's inputs."""
    blows = tuple(
        Blow(number=n, volume_ml=volume, fev1_ml=fev1[n - 1] if fev1 else None)
        for n, volume in enumerate(volumes_ml, start=1)
    )
    return with_inputs(a_spirometry(VISIT, blows=blows, **changes), PATIENT, "gli-global-2022")


def test_the_inputs_are_those_of_the_day():
    test = a_test(3000)
    assert (test.equation, test.equation_version) == ("gli-global-2022", "1")
    assert test.sex is Sex.MALE
    assert test.age_years == pytest.approx(49.25, abs=0.01)
    assert test.height_cm == 176.0  # measured with the session, not the patient's


def test_percent_predicted_stands_on_the_stored_inputs_alone():
    """Clinical example: man of 49.12 years, 175 cm, 3.00 L: 66.9 % by GLI Global, 61.2 % by NHANES III."""
    test = replace(a_test(3000), age_years=49.12, height_cm=175.0)
    assert evaluate(test).percent == pytest.approx(66.9, abs=0.05)
    other = replace(test, equation="nhanes-iii", reference_group=1)
    assert evaluate(other).percent == pytest.approx(61.2, abs=0.05)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sex": Sex.UNKNOWN}, "needs the sex"),
        ({"age_years": None}, "needs the date of birth"),
        ({"height_cm": None}, "needs the height"),
        ({"age_years": 96.0}, "95 years"),
        ({"equation": "gli-2012"}, "needs the group"),
        ({"equation": "somebody-1950"}, "does not have the equation somebody-1950"),
        ({"equation_version": "99"}, "version 99"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_guessed(changes, words):
    result = evaluate(replace(a_test(3000), **changes))
    assert (result.percent, result.z) == (None, None)
    assert words in result.why_not
    assert result.best_ml == 3000


def test_a_group_counts_only_in_an_equation_that_has_it():
    """Group 3 is North-East Asian in GLI-2012 and Mexican-American in NHANES III: names, not numbers."""
    patient = replace(PATIENT, reference_group="North-East Asian")
    test = a_test(3000)
    assert with_inputs(test, patient, "gli-2012").reference_group == 3
    assert with_inputs(test, patient, "nhanes-iii").reference_group is None
    assert with_inputs(test, patient, "gli-global-2022").reference_group is None
    assert equation("nhanes-iii").groups[3] != "North-East Asian"


def test_fev1_is_graded_and_predicted_by_itself():
    test = a_test(3200, 3180, 3100, fev1=(2500, 2550, 2300))
    fev1 = evaluate_fev1(test)
    assert (fev1.best_ml, fev1.repeatability_ml, fev1.grade) == (2550, 50, Grade.A)
    expected = predict(
        "gli-global-2022",
        Parameter.FEV1,
        sex=Sex.MALE,
        age_years=test.age_years,
        height_cm=176.0,
    )
    assert fev1.prediction == expected
    assert fev1.percent == pytest.approx(100 * 2.55 / expected.predicted)


def test_the_ratio_is_of_the_best_values_also_of_different_blows():
    test = a_test(3200, 3100, fev1=(2400, 2500))
    ratio = evaluate_ratio(test)
    assert ratio.value == pytest.approx(2500 / 3200)
    assert ratio.z is not None and ratio.prediction.lln < ratio.prediction.predicted


def test_no_ratio_of_an_acceptable_and_a_usable_blow():
    """3.20 L acceptable without FEV1 beside 3.90 L usable with 3.30 L would be 103 %."""
    test = a_test(3200, 3900)
    usable = replace(test.blows[1], quality=BlowQuality.USABLE, fev1_ml=3300)
    test = replace(test, blows=(test.blows[0], usable))
    assert evaluate_fev1(test).best_ml == 3300
    assert evaluate_ratio(test) is None


def test_no_fev1_is_not_zero():
    test = a_test(3200, 3100)
    assert evaluate_fev1(test) is None
    assert evaluate_ratio(test) is None


def test_a_rejected_blow_gives_no_fev1():
    test = a_test(3200, fev1=(2500,))
    rejected = replace(test.blows[0], quality=BlowQuality.REJECTED)
    assert evaluate_fev1(replace(test, blows=(rejected,))) is None


@given(st.lists(st.integers(500, 7000), min_size=1, max_size=8))
def test_the_best_acceptable_blow_is_reported(volumes):
    result = evaluate(a_test(*volumes))
    assert result.best_ml == max(volumes)
    assert result.percent == pytest.approx(100 * max(volumes) / 1000 / result.prediction.predicted)
