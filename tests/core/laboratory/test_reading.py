"""What is typed for a laboratory test: to a value in its own unit, with what was typed kept."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.entry import Problem, Severity
from core.laboratory import catalog
from core.laboratory.reading import Typed, back, converted, read
from core.model.laboratory import Comparator

NUMBERS = [one for one in catalog.tests().values() if one.is_number]
PAIRS = [(test, unit) for test in NUMBERS for unit in test.units]


def said(test, text, unit=""):
    found = read(catalog.tests()[test], text, unit)
    return found.message if isinstance(found, Problem) else found


# From the tables that laboratories and textbooks print, not from the factors of the file.
PRINTED = [
    ("creatinine", "1", "mg/dL", 88.4),
    ("bilirubin", "1", "mg/dL", 17.1),
    ("glucose", "100", "mg/dL", 5.55),
    ("urea", "30", "mg/dL BUN", 10.7),
    ("urea", "30", "mg/dL urea", 5.0),
    ("calcium", "10", "mg/dL", 2.5),
    ("magnesium", "2", "mg/dL", 0.82),
    ("phosphate", "3.1", "mg/dL", 1.0),
    ("uric_acid", "6", "mg/dL", 357),
    ("haemoglobin", "13.5", "g/dL", 135),
    ("haemoglobin", "6.2", "mmol/L", 99.9),
    ("albumin", "4.2", "g/dL", 42),
    ("white_cells", "6500", "/µL", 6.5),
    ("platelets", "250", "10^3/µL", 250),
    ("alt", "1", "µkat/L", 60),
    ("ft4", "1.2", "ng/dL", 15.4),
    ("t3", "120", "ng/dL", 1.84),
    ("tsh", "2.5", "µIU/mL", 2.5),
    ("sodium", "140", "mEq/L", 140),
    ("crp", "0.5", "mg/dL", 5.0),
]


@pytest.mark.parametrize(("test", "text", "unit", "value"), PRINTED)
def test_units_are_those_of_printed_tables(test, text, unit, value):
    assert said(test, text, unit).value == pytest.approx(value, rel=0.01)


@given(pair=st.sampled_from(PAIRS), digits=st.integers(1, 99999), places=st.integers(0, 3))
def test_a_value_goes_there_and_back_and_what_was_typed_stays(pair, digits, places):
    test, unit = pair
    text = f"{Decimal(digits) / 10**places}"
    found = read(test, f"{text} {unit.unit}")
    assert isinstance(found, Typed)
    assert (found.typed, found.typed_unit, found.comparator) == (text, unit.unit, None)
    assert found.value == converted(float(text), unit)
    assert back(found.value, unit) == pytest.approx(float(text), rel=1e-12)


@given(pair=st.sampled_from(PAIRS), value=st.floats(0.001, 9999), more=st.floats(0, 100))
def test_what_is_more_in_one_unit_is_not_less_in_another(pair, value, more):
    _test, unit = pair
    assert converted(value + more, unit) >= converted(value, unit)


@pytest.mark.parametrize("text", ["1,2 mg/dl", "۱٫۲ MG/DL", "  1.2mg/dL", "1.2  mg / dL"])
def test_commas_persian_digits_and_spaces(text):
    found = said("creatinine", text)
    assert (found.value, found.typed_unit) == (106.08, "mg/dL")


@pytest.mark.parametrize(
    ("text", "comparator", "typed"),
    [
        ("<0.5", Comparator.BELOW, "<0.5"),
        ("< 0.5", Comparator.BELOW, "<0.5"),
        (">40", Comparator.ABOVE, ">40"),
    ],
)
def test_below_and_above_are_kept_apart_from_the_number(text, comparator, typed):
    found = said("crp", text)
    assert (found.comparator, found.typed) == (comparator, typed)


@pytest.mark.parametrize(
    ("test", "text", "unit", "words"),
    [
        ("alt", "abc", "", "“abc” is not a value of ALT. Type a number, such as 1, < 1 or > 5000."),
        ("alt", "13 mmol/L", "", "“mmol/L” is no unit of ALT that this program knows. Use one of: U/L, µkat/L."),
        ("urea", "30", "mg/dL", "“mg/dL” is no unit of Urea that this program knows. Use one of: mmol/L, mg/dL urea, mg/dL BUN."),
        ("platelets", "250,000", "", "“250,000” can be read two ways. Type the number without a sign for thousands."),
        ("alt", "-", "", "Say why it was not done, or type the value."),
        ("hbsag", "maybe", "", "“maybe” is no answer of HBsAg. Type one of: negative, borderline, positive."),
        ("alt", "-5", "", "“-5” is not a value of ALT. Type a number, such as 1, < 1 or > 5000."),
        ("alt", "≤5", "", "“≤5” is not a value of ALT. Type a number, such as 1, < 1 or > 5000."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(test, text, unit, words):
    assert said(test, text, unit) == words


def test_nothing_typed_is_nothing():
    assert read(catalog.tests()["alt"], "  ") is None


def test_what_is_not_plausible_is_asked_about_in_the_unit_it_was_typed_in():
    found = said("creatinine", "106", "mg/dL")
    assert found.value == pytest.approx(9370.4)
    assert found.doubt.severity is Severity.QUESTION
    assert found.doubt.message.startswith(
        "Creatinine of 106 mg/dL is beyond what is plausible (0.0566 to 22.6)."
    )
    assert said("creatinine", "1.2", "mg/dL").doubt is None


@pytest.mark.parametrize(
    ("test", "text", "choice", "more"),
    [
        ("hbsag", "neg", "negative", ""),
        ("hbsag", "Non-Reactive", "negative", ""),
        ("hbsag", "مثبت", "positive", ""),
        ("hiv", "+", "positive", ""),
        ("urine_protein", "++", "2+", ""),
        ("urine_protein", "2+", "2+", ""),
        ("urine_protein", "tr", "trace", ""),
        ("urine_culture", "ng", "no growth", ""),
        ("urine_culture", "no growth", "no growth", ""),
        ("urine_culture", "growth: E. coli 10^5", "growth", "E. coli 10^5"),
        ("urine_culture", "g Klebsiella", "growth", "Klebsiella"),
    ],
)
def test_answers(test, text, choice, more):
    found = said(test, text)
    assert (found.choice, found.more, found.value) == (choice, more, None)
