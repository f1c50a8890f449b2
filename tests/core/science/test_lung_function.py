import ast
import csv
import math
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import resources
from core.model.patient import Sex
from core.science import lung_function
from core.science.lung_function import (
    CannotPredict,
    Prediction,
    age_in_years,
    percent_predicted,
    predict_fvc,
    z_score,
)

ROOT = Path(__file__).resolve().parents[3]
SEXES = {"F": Sex.FEMALE, "M": Sex.MALE}

sexes = st.sampled_from([Sex.FEMALE, Sex.MALE])
ages = st.floats(3, 95)
heights = st.floats(80, 230)


def predict(sex, age_years, height_cm) -> Prediction:
    prediction = predict_fvc(sex=sex, age_years=age_years, height_cm=height_cm)
    assert isinstance(prediction, Prediction), prediction
    return prediction


def vectors():
    with (ROOT / "tests" / "vectors" / "gli_vectors.csv").open(encoding="utf-8") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["equation"] == "GLI-Global-2022" and row["parameter"] == "FVC"
        ]


def test_every_checked_value():
    rows = vectors()
    assert len(rows) == 42
    for row in rows:
        prediction = predict(SEXES[row["sex"]], float(row["age"]), float(row["height_cm"]))
        measured = float(row["measured"])
        assert prediction.predicted_l == pytest.approx(float(row["predicted"]), abs=0.0005), row
        assert prediction.lln_l == pytest.approx(float(row["lln"]), abs=0.0005), row
        assert prediction.uln_l == pytest.approx(float(row["uln"]), abs=0.0005), row
        assert prediction.l == pytest.approx(float(row["L"]), abs=1e-6), row
        assert prediction.m == pytest.approx(float(row["M"]), abs=1e-6), row
        assert prediction.s == pytest.approx(float(row["S"]), abs=1e-6), row
        percent = percent_predicted(measured, prediction)
        assert percent == pytest.approx(float(row["pctpred"]), abs=0.02), row
        assert z_score(measured, prediction) == pytest.approx(float(row["zscore"]), abs=0.001), row


@pytest.mark.parametrize(
    ("sex", "age", "height", "measured", "predicted", "percent"),
    [
        (Sex.MALE, 49.12, 175, 3.00, 4.483, 66.9),
        (Sex.FEMALE, 50, 160, 1.80, 3.097, 58.1),
        (Sex.MALE, 67, 170, 1.75, 3.664, 47.8),
        (Sex.MALE, 30, 172, 2.40, 4.647, 51.7),  # just above the 50 % line by this equation
    ],
)
def test_the_patients_of_the_comparison_of_equations(
    sex, age, height, measured, predicted, percent
):
    prediction = predict(sex, age, height)
    assert prediction.predicted_l == pytest.approx(predicted, abs=0.0005)
    # Given to one decimal of a measured volume that was itself rounded
    assert percent_predicted(measured, prediction) == pytest.approx(percent, abs=0.06)


@pytest.fixture(scope="module")
def oracle():
    from pyspiro import BOWERMAN_2022

    return BOWERMAN_2022()


def test_pyspiro_agrees_at_random_points(oracle):
    dice = random.Random(2022)
    for _ in range(2000):
        sex = dice.choice([Sex.FEMALE, Sex.MALE])
        age, height = dice.uniform(3, 95), dice.uniform(80, 220)
        measured = dice.uniform(0.3, 7)
        theirs = (int(sex is Sex.MALE), age, height, oracle.Parameters.FVC.value, measured)
        ours = predict(sex, age, height)
        assert (ours.l, ours.m, ours.s) == pytest.approx(oracle.lms(*theirs), rel=1e-9)
        assert ours.lln_l == pytest.approx(oracle.lln(*theirs), rel=1e-9)
        assert ours.uln_l == pytest.approx(oracle.uln(*theirs), rel=1e-9)
        # Near the median a z-score is a difference of two equal numbers: hence the absolute part.
        z = z_score(measured, ours)
        assert z == pytest.approx(oracle.zscore(*theirs), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("sex", [Sex.FEMALE, Sex.MALE])
@pytest.mark.parametrize("age", [3.0, 3.25, 17.99, 18.0, 94.99, 95.0])
def test_pyspiro_agrees_at_the_edges(oracle, sex, age):
    theirs = oracle.lms(int(sex is Sex.MALE), age, 150.0, oracle.Parameters.FVC.value, None)
    ours = predict(sex, age, 150.0)
    assert (ours.l, ours.m, ours.s) == pytest.approx(theirs, rel=1e-9)


def test_the_shipped_table_is_pyspiros():
    from importlib.resources import files

    text = (files("pyspiro.data") / "bowerman_2022_splines.csv").read_text(encoding="utf-8")
    theirs = {
        (sex, float(row["age"])): tuple(
            float(row[f"FVC_{sex}s_{spline}"]) for spline in ("Mspline", "Sspline", "Lspline")
        )
        for sex in ("female", "male")
        for row in csv.DictReader(text.splitlines(), delimiter=";")
    }
    lines = (
        resources.path("reference", "gli_global_2022_fvc.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    comment = "\n".join(line for line in lines if line.startswith("#"))
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    ours = {
        (row["sex"], float(row["age"])): (float(row["Mspline"]), float(row["Sspline"]), 0.0)
        for row in rows
    }
    assert "doi:10.1164/rccm.202205-0963OC" in comment
    assert len(rows) == len(ours) == 2 * 369
    assert {age for _, age in ours} == {quarter / 4 for quarter in range(12, 381)}
    assert ours == theirs


@pytest.mark.parametrize("age", [2.99, 95.01, 96.1, 0.0, -1.0, math.nan, math.inf, -math.inf])
def test_no_prediction_outside_of_the_ages(age):
    answer = predict_fvc(sex=Sex.FEMALE, age_years=age, height_cm=160)
    assert isinstance(answer, CannotPredict)
    assert "valid from 3 to 95 years" in answer.reason


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (96.1, "96.1"),
        (2.99, "2.99"),
        (34699 / 365.25, "95.001"),  # the first day beyond the limit does not read as 95
        (1095 / 365.25, "2.998"),
        (math.nan, "not a number"),
    ],
)
def test_the_reason_names_the_age(age, told):
    assert predict_fvc(sex=Sex.MALE, age_years=age, height_cm=170) == CannotPredict(
        f"GLI Global 2022 is valid from 3 to 95 years; the age is {told}."
    )


def test_no_prediction_for_an_unknown_sex():
    answer = predict_fvc(sex=Sex.UNKNOWN, age_years=60, height_cm=170)
    assert answer == CannotPredict(
        "GLI Global 2022 needs the sex, female or male; it is not known."
    )


@pytest.mark.parametrize("height", [0.0, -170.0, math.nan, math.inf, -math.inf, 1e300, 1e-300])
def test_no_prediction_for_an_impossible_height(height):
    answer = predict_fvc(sex=Sex.MALE, age_years=60, height_cm=height)
    assert isinstance(answer, CannotPredict)
    assert "height" in answer.reason


@given(
    sex=st.sampled_from(Sex),
    age=st.floats(),
    height=st.floats(),
    measured=st.floats(min_value=0.001, max_value=20),
)
@settings(deadline=None)
def test_any_numbers_give_a_finite_answer_or_a_reason(sex, age, height, measured):
    answer = predict_fvc(sex=sex, age_years=age, height_cm=height)
    if isinstance(answer, CannotPredict):
        assert answer.reason.endswith(".")
    else:
        assert 0 < answer.lln_l < answer.predicted_l < answer.uln_l < math.inf
        assert math.isfinite(percent_predicted(measured, answer))
        assert math.isfinite(z_score(measured, answer))


@given(sex=sexes, quarter=st.integers(12, 379), weight=st.floats(0, 1), height=heights)
@settings(deadline=None)
def test_between_two_rows_the_splines_are_a_straight_line(sex, quarter, weight, height):
    # What remains of ln M and ln S without the published closed-form terms in age
    a2, p1 = {Sex.FEMALE: (-0.035975, 0.120428), Sex.MALE: (0.009174, 0.068466)}[sex]

    def splines(age):
        prediction = predict(sex, age, height)
        log_age = math.log(age)
        return math.log(prediction.m) - a2 * log_age, math.log(prediction.s) - p1 * log_age

    age = (quarter + weight) / 4
    weight = age * 4 - quarter  # as it is after rounding
    low, here, high = splines(quarter / 4), splines(age), splines((quarter + 1) / 4)
    for a, b, c in zip(low, here, high, strict=True):
        assert b == pytest.approx((1 - weight) * a + weight * c, abs=1e-12)


@given(sex=sexes, age=ages, height=heights)
@settings(deadline=None)
def test_the_limits_are_the_z_scores_they_stand_for(sex, age, height):
    prediction = predict(sex, age, height)
    assert prediction.predicted_l == prediction.m
    assert percent_predicted(prediction.predicted_l, prediction) == pytest.approx(100)
    assert z_score(prediction.predicted_l, prediction) == pytest.approx(0, abs=1e-9)
    assert z_score(prediction.lln_l, prediction) == pytest.approx(-1.645)
    assert z_score(prediction.uln_l, prediction) == pytest.approx(1.645)


@given(sex=sexes, age=ages, height=heights, taller_by=st.floats(0.1, 50))
@settings(deadline=None)
def test_the_taller_exhale_more(sex, age, height, taller_by):
    assert predict(sex, age, height + taller_by).m > predict(sex, age, height).m


@pytest.mark.parametrize("measured", [0.0, -1.0, math.nan, math.inf])
def test_no_z_score_of_no_volume(measured):
    with pytest.raises(ValueError, match="above zero"):
        z_score(measured, predict(Sex.FEMALE, 60, 160))


def test_decimal_age():
    assert age_in_years(date(1960, 1, 1), date(1960, 1, 1)) == 0
    assert age_in_years(date(1960, 1, 1), date(1964, 1, 1)) == 4
    assert age_in_years(date(1965, 2, 28), date(2014, 4, 12)) == pytest.approx(17940 / 365.25)
    assert age_in_years(date(1960, 1, 2), date(1960, 1, 1)) < 0


def test_the_equation_has_a_lasting_id():
    assert lung_function.EQUATION == "gli-global-2022"
    assert lung_function.EQUATION_TITLE == "GLI Global 2022"


def test_a_prediction_loads_no_pyspiro_and_none_of_the_slow_packages():
    program = """
import sys
from core.model.patient import Sex
from core.science import lung_function, progression, spirometry_quality
lung_function.predict_fvc(sex=Sex.MALE, age_years=50, height_cm=170)
slow = {"pyspiro", "numpy", "pandas", "PySide6"} & set(sys.modules)
sys.exit(f"loaded {slow}" if slow else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_nothing_in_core_imports_pyspiro():
    for file in (ROOT / "core").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            else:
                continue
            assert not any(module.split(".")[0] == "pyspiro" for module in modules), file
