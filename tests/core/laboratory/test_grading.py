"""High and low, and the grades that CTCAE v5.0 proposes."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.laboratory import catalog
from core.laboratory.grading import Flag, baseline_of, flag, proposals, times_upper_limit
from core.model.assessment import NotDone
from tests.core.laboratory.made_up import a_result

INFUSION = date(2026, 5, 21)


def graded(test, text, low=None, high=None, baseline=None, **given):
    """The grades by term; only the number."""
    found = proposals(a_result(test, text, low, high, **given), baseline)
    return {one.term: one.grade.value for one in found}


# As pharmaverse/admiral tests its grading by NCI-CTCAE v5 (tests of derive_var_atoxgr): ULN 40, baseline normal.
@pytest.mark.parametrize(
    ("value", "grade"),
    [
        ("801", 4), ("800", 3), ("201", 3), ("200", 2), ("121", 2), ("120", 1), ("41", 1), ("40", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("test", ["alt", "ast"])
def test_alt_at_the_edges_of_its_grades(test, value, grade):
    found = graded(test, value, high=40)
    assert list(found.values()) == ([] if grade is None else [grade])


# The same source: baseline 40, upper limit 39.
@pytest.mark.parametrize(
    ("value", "grade"),
    [
        ("801", 4),
        ("800", 3),
        ("201", 3),
        ("200", 2),
        ("121", 2),
        ("120", 1),
        ("60", 1),
        ("59", None),
    ],
)
def test_alt_counts_from_a_baseline_that_was_high_already(value, grade):
    before = a_result("alt", "40", high=39, taken_on=date(2026, 5, 1))
    found = graded("alt", value, high=39, baseline=before)
    assert list(found.values()) == ([] if grade is None else [grade])


def test_a_normal_baseline_changes_nothing():
    before = a_result("alt", "38", high=41, taken_on=date(2026, 5, 1))
    assert graded("alt", "132", high=41, baseline=before) == {
        "Alanine aminotransferase increased": 2
    }


# CTCAE names 1.2 mg/dL and 0.5 mmol/L of magnesium beside each other, which are not the same: what was typed counts.
@pytest.mark.parametrize(
    ("test", "unit", "low", "grades"),
    [
        ("magnesium", "mg/dL", 0.7, {"1.2": 1, "1.1": 2, "0.9": 2, "0.8": 3, "0.7": 3, "0.6": 4}),
        ("magnesium", "mmol/L", 0.7, {"0.5": 1, "0.49": 2, "0.4": 2, "0.39": 3, "0.3": 3, "0.29": 4}),
        ("glucose", "mg/dL", 3.9, {"55": 1, "54": 2, "40": 2, "39": 3, "30": 3, "29": 4}),
        ("glucose", "mmol/L", 3.9, {"3": 1, "2.9": 2, "2.2": 2, "2.1": 3, "1.7": 3, "1.6": 4}),
        ("haemoglobin", "mmol/L", 130, {"6.2": 1, "6.1": 2, "4.9": 2, "4.8": 3}),
        ("haemoglobin", "g/dL", 130, {"10": 1, "9.9": 2, "8": 2, "7.9": 3}),
        ("albumin", "g/dL", 35, {"3": 1, "2.9": 2, "2": 2, "1.9": 3}),
    ],
)  # fmt: skip
def test_the_limit_is_that_of_the_unit_that_was_typed(test, unit, low, grades):
    found = {text: [*graded(test, text, low, unit=unit).values()] for text in grades}
    assert found == {text: [grade] for text, grade in grades.items()}


def test_the_limits_of_other_units_are_of_units_that_the_test_has():
    for test in catalog.tests().values():
        limits = [one for rule in test.ctcae for step in rule.grades for one in step.typed]
        assert {one.unit for one in limits} <= {unit.unit for unit in test.units[1:]}
    (found,) = proposals(a_result("magnesium", "1.2", low=0.7, unit="mg/dL"))
    assert (found.grade.value, found.reason) == (1, "1.2 mg/dL")


# The same source for haemoglobin: lower limit 140, then none.
@pytest.mark.parametrize(
    ("value", "low", "grade"),
    [
        ("79", 140, 3), ("80", 140, 2), ("99", 140, 2), ("100", 140, 1), ("139", 140, 1), ("140", 140, None),
        ("140", None, None), ("139", None, None), ("100", None, None), ("99", None, 2), ("79", None, 3),
    ],
)  # fmt: skip
def test_anaemia_at_the_edges_of_its_grades(value, low, grade):
    assert graded("haemoglobin", value, low=low) == ({} if grade is None else {"Anemia": grade})


@pytest.mark.parametrize(
    ("test", "text", "low", "high", "found"),
    [
        ("alp", "101", None, 40, {"Alkaline phosphatase increased": 2}),
        ("alp", "100", None, 40, {"Alkaline phosphatase increased": 1}),
        ("ck", "951", None, 190, {"CPK increased": 3}),
        ("ck", "1901", None, 190, {"CPK increased": 4}),
        ("bilirubin", "63.1", None, 21, {"Blood bilirubin increased": 3}),
        ("bilirubin", "63", None, 21, {"Blood bilirubin increased": 2}),
        ("albumin", "29", 35, 52, {"Hypoalbuminemia": 2}),
        ("sodium", "151", 136, 145, {"Hypernatremia": 2}),
        ("sodium", "124", 136, 145, {"Hyponatremia": 3}),
        ("sodium", "140", 136, 145, {}),
        ("potassium", "6.1", 3.5, 5.1, {"Hyperkalemia": 3}),
        ("potassium", "3.2", 3.5, 5.1, {"Hypokalemia": 1}),
        ("neutrophils", "0.9", 1.8, 7.5, {"Neutrophil count decreased": 3}),
        ("platelets", "74", 150, 400, {"Platelet count decreased": 2}),
        ("white_cells", "101", 4, 10, {"Leukocytosis": 3}),
        ("white_cells", "12", 4, 10, {}),
        ("lymphocytes", "4.1", 1, 4.8, {"Lymphocyte count increased": 2}),
        ("inr", "1.3", None, None, {"INR increased": 1}),
        ("urine_protein", "+++", None, None, {"Proteinuria": 2}),
        ("hbsag", "pos", None, None, {}),
        ("calcium", "3.5", 2.1, 2.6, {}),
    ],
)  # fmt: skip
def test_grades_of_other_tests(test, text, low, high, found):
    assert graded(test, text, low, high) == found


def test_creatinine_counts_from_the_limit_and_from_the_baseline_whichever_is_worse():
    before = a_result("creatinine", "50", 62, 106, taken_on=date(2026, 5, 1))
    found = proposals(a_result("creatinine", "90", 62, 106), before)
    assert [(one.grade.value, one.reason) for one in found] == [
        (2, "1.8 × baseline 50, 1 May 2026")
    ]
    found = proposals(a_result("creatinine", "320", 62, 106), before)
    assert [(one.grade.value, one.reason) for one in found] == [(3, "3.02 × ULN")]


@given(high=st.integers(1, 5000), test=st.sampled_from(["alt", "ck", "bilirubin", "creatinine"]))
def test_a_value_at_an_edge_has_the_milder_grade_in_any_unit(high, test):
    """Decimals as they are written: 3 × 0.7 mg/dL is not above 3 × 0.7 mg/dL in µmol/L."""
    known = catalog.tests()[test]
    limit, unit = high / 1000, known.units[-1]
    upper = a_result(test, f"{limit}", unit=unit.unit).value
    for step in known.ctcae[0].grades:
        typed = f"{round(limit * step.uln, 6)}"
        found = graded(test, typed, high=upper, unit=unit.unit)
        assert list(found.values()) == ([step.grade - 1] if step.grade > 1 else [])


@given(
    test=st.sampled_from([one for one in catalog.tests().values() if one.ctcae and one.is_number]),
    low=st.floats(1, 100),
    width=st.floats(0, 100),
    value=st.floats(0.001, 9000),
)
def test_a_value_within_its_range_by_limits_is_no_event(test, low, width, value):
    """Where CTCAE counts from a limit, nothing within the limits has a grade; what is out has its flag."""
    result = replace(a_result(test.id, "1"), value=value, low=low, high=low + width)
    assert flag(result) is (
        Flag.LOW if value < low else Flag.HIGH if value > low + width else Flag.WITHIN
    )
    relative = [rule for rule in test.ctcae if rule.grades[0].uln or rule.grades[0].lln]
    if flag(result) is Flag.WITHIN:
        found = {one.term for one in proposals(result)}
        assert not found & {rule.term for rule in relative}


def test_what_the_laboratory_could_not_measure_is_never_taken_for_the_number():
    below, above = a_result("crp", "<5", high=5), a_result("alt", ">1000", high=41)
    assert (flag(below), times_upper_limit(below)) == (Flag.WITHIN, None)
    assert flag(a_result("crp", "<5", high=3)) is Flag.UNKNOWN
    assert flag(a_result("sodium", "<140", 136, 145)) is Flag.UNKNOWN
    assert flag(above) is Flag.HIGH
    (found,) = proposals(above)
    assert (found.grade.value, found.at_least, found.reason) == (4, False, "> 24.4 × ULN")
    (found,) = proposals(a_result("alt", ">100", high=41))
    assert (found.grade.value, found.at_least) == (1, True)
    assert graded("neutrophils", "<0.5", 1.8, 7.5) == {"Neutrophil count decreased": 4}
    assert graded("alt", "<100", high=41) == {}


def test_no_reference_is_no_verdict():
    result = a_result("alt", "132")
    assert (flag(result), proposals(result), times_upper_limit(result)) == (Flag.UNKNOWN, (), None)


def test_the_reason_says_how_many_times_and_never_rounds_onto_an_edge():
    (found,) = proposals(a_result("alt", "132", high=41))
    assert (found.grade.value, found.reason) == (2, "3.2 × ULN")
    assert found.text.startswith(">3.0 - 5.0 x ULN")
    (found,) = proposals(a_result("alt", "124", high=41))
    assert (found.grade.value, found.reason) == (2, "3.02 × ULN")
    (found,) = proposals(a_result("ast", "79", high=40))
    assert (found.grade.value, found.reason) == (1, "2.0 × ULN")
    (found,) = proposals(a_result("haemoglobin", "95", 130, 170))
    assert found.reason == "95 g/L"


def test_answers_and_what_was_not_done():
    assert flag(a_result("hbsag", "positive")) is Flag.ABNORMAL
    assert flag(a_result("hbsag", "negative")) is Flag.WITHIN
    assert flag(a_result("cmv_igg", "positive")) is Flag.WITHIN  # most people have had it
    nothing = replace(a_result("alt", "1"), value=None, not_done=NotDone.REFUSED, typed="")
    assert (flag(nothing), proposals(nothing)) == (Flag.NOT_DONE, ())


def test_the_baseline_is_the_last_value_before_treatment():
    def at(day, text):
        return a_result("alt", text, high=41, taken_on=day, id=f"r{day}")

    early, last = at(date(2025, 2, 1), "139"), at(date(2026, 4, 24), "38")
    below = replace(at(date(2026, 5, 20), "<5"))
    after, now = at(date(2026, 7, 22), "61"), at(date(2026, 11, 28), "132")
    every = (early, last, below, after, now)
    assert baseline_of(every, now, INFUSION) == last
    assert baseline_of(every, early, INFUSION) is None
    assert baseline_of(every, now, None) is None
