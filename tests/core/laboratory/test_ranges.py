"""Which reference range is that of a patient on a day; and the shipped tests and panels."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidReference
from core.laboratory import catalog, ranges
from core.laboratory.definition import Catalogue, check
from core.model import terms
from core.model.ids import LaboratoryId
from core.model.laboratory import ReferenceRange
from core.model.patient import Sex
from core.toml_values import read

LAB = LaboratoryId("lab")
DAY = date(2026, 11, 28)


def a_range(high, **given):
    fields = {
        "laboratory_id": LAB,
        "test": "creatinine",
        "valid_from": date(2020, 1, 1),
        "unit": "mg/dL",
    }
    return ReferenceRange(**(fields | {"high": high} | given))


def limit(known, sex=Sex.MALE, age=67.0, on=DAY, lab=LAB):
    found = ranges.valid(known, lab, "creatinine", sex, age, on)
    return None if found is None else found.high


KNOWN = (
    a_range(1.1),
    a_range(1.2, sex=Sex.MALE),
    a_range(1.0, sex=Sex.FEMALE),
    a_range(1.4, sex=Sex.MALE, from_age=70),
    a_range(1.3, sex=Sex.MALE, valid_from=date(2026, 12, 1)),
)


@pytest.mark.parametrize(
    ("given", "high"),
    [
        ({}, 1.2),
        ({"sex": Sex.FEMALE}, 1.0),
        ({"sex": Sex.UNKNOWN}, 1.1),
        ({"age": 70.0}, 1.4),
        ({"age": 69.99}, 1.2),
        ({"age": None}, 1.2),
        ({"on": date(2026, 12, 1)}, 1.3),
        ({"on": date(2019, 12, 31)}, None),
        ({"lab": LaboratoryId("another")}, None),
    ],
)
def test_by_sex_age_and_day(given, high):
    assert limit(KNOWN, **given) == high


def test_of_two_alike_the_later_entered_counts():
    assert limit((a_range(1.1), a_range(1.15))) == 1.15


@given(
    sex=st.sampled_from(Sex),
    age=st.none() | st.floats(0, 130),
    on=st.dates(date(2019, 1, 1), date(2027, 1, 1)),
)
def test_a_range_that_is_found_is_for_that_patient_on_that_day(sex, age, on):
    found = ranges.valid(KNOWN, LAB, "creatinine", sex, age, on)
    if found is None:
        assert on < date(2020, 1, 1)
    else:
        assert found.fits(sex, age, on)
        assert found.valid_from == max(one.valid_from for one in KNOWN if one.fits(sex, age, on))


def test_limits_are_in_the_tests_own_unit_and_the_laboratory_keeps_its_own():
    test = catalog.tests()["creatinine"]
    found = ranges.reference(test, a_range(1.2, low=0.7))
    assert (found.unit, found.low, found.high) == ("mg/dL", 61.88, 106.08)
    gone = ranges.reference(test, replace(a_range(1.2), unit="stone"))
    assert (gone.unit, gone.low, gone.high) == ("µmol/L", None, None)


# The shipped file.


def test_every_grade_that_is_proposed_is_one_of_its_term():
    for test in catalog.tests().values():
        for rule in test.ctcae:
            term = terms.find(rule.term)
            assert term is not None
            assert {step.grade for step in rule.grades} <= {grade.value for grade in term.grades}
            assert all(step.text for step in rule.grades)


def test_a_test_is_found_by_title_synonym_and_loinc_and_by_nothing_like_it():
    for name in ("ALT", "sgpt", "SGPT ", "Alanine aminotransferase", "1742-6"):
        assert catalog.find(name).id == "alt", name
    for name in ("AL", "ALTX", "", "liver", "transferase"):
        assert catalog.find(name) is None, name


def test_what_a_visit_asks_for():
    def asked(*named, screening=False):
        return {
            panel.id: len(tests) for panel, tests in catalog.asked_tests(named, screening=screening)
        }

    at_every_visit = {"liver": 5, "kidney": 4, "blood": 4, "muscle": 1, "thyroid": 1}
    assert asked() == at_every_visit
    assert sum(at_every_visit.values()) == 15
    assert asked(screening=True).keys() - at_every_visit.keys() == {"virology", "serology", "urine"}
    assert asked("liver", "urine") == {"liver": 10, "urine": 7}
    virology = {test for panel in catalog.shipped().panels for test in panel.tests}
    assert virology >= {"hbsag", "anti_hcv", "hiv", "htlv", "cmv_igg", "cmv_igm", "syphilis", "urine_culture"}  # fmt: skip
    assert {*catalog.tests()} == virology  # each is in a panel


BROKEN = [
    ('units = [{ unit = "U/L", factor = 2, source = "x" }]\nlow = 1\nhigh = 2', "its factor is 1"),
    ('units = [{ unit = "U/L", factor = 1, source = "x" }]\nlow = 3\nhigh = 2', "low must be below high"),
    ('answers = "reaction"\nnames = ["sgpt", "ALT"]', "“alt” is a name of alt as well"),
    ('answers = "nothing"', "there are no answers “nothing”"),
    ("", "a test has units or answers"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), BROKEN)
def test_a_file_that_cannot_be_right_says_where(text, words):
    file = f"""panels = []
[[tests]]
id = "alt"
title = "ALT"
answers = "reaction"

[[tests]]
id = "x"
title = "X"
{text}

[[answers]]
id = "reaction"
choices = [{{ id = "yes", title = "yes" }}]
"""
    with pytest.raises(InvalidReference, match=r"tests\.toml, line ") as error:
        read("tests.toml", file.encode(), Catalogue, check, InvalidReference)
    assert words in str(error.value)
