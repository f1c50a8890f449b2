"""A laboratory's list from a spreadsheet: what is understood, and that nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.laboratory import catalog
from core.laboratory.pasting import looks_like_a_list, pasted
from core.laboratory.reading import converted

NUMBERS = [one for one in catalog.tests().values() if one.is_number]
cells = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=";\u2028\u2029"), max_size=12
)


def one(line):
    (found,) = pasted(line)
    return found


@given(
    test=st.sampled_from(NUMBERS),
    data=st.data(),
    value=st.integers(1, 999),
    low=st.integers(0, 50),
    width=st.integers(0, 500),
)
def test_a_line_that_is_whole_is_understood(test, data, value, low, width):
    name = data.draw(st.sampled_from([test.id, test.title, *test.names, *test.loinc]))
    unit = data.draw(st.sampled_from(test.units))
    spelling = data.draw(st.sampled_from([unit.unit, *unit.names]))
    found = one(f"{name}\t{value}\t{spelling}\t{low} - {low + width}")
    assert found.understood and found.test is test
    assert (found.typed.typed, found.typed.typed_unit) == (str(value), unit.unit)
    assert found.typed.value == converted(float(value), unit)
    assert found.reference.low == converted(float(low), unit)
    assert found.reference.high == converted(float(low + width), unit)


@given(st.lists(st.lists(cells, min_size=1, max_size=6), max_size=5))
def test_whatever_is_pasted_each_line_is_understood_or_says_why(rows):
    text = "\n".join("\t".join(row) for row in rows)
    for found in pasted(text):
        assert found.understood != bool(found.problem)
        assert found.problem == found.problem.strip()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Ferritin\t300\tng/mL", "“Ferritin” is no test that this program knows."),
        ("ALT\t132", "ALT has no unit here, and none is guessed."),
        ("ALT\t\tU/L", "ALT has no value here."),
        ("ALT\t-\tU/L", "ALT has no value here."),
        ("ALT\t132\tmmol/L", "“mmol/L” is no unit of ALT that this program knows. Use one of: U/L, µkat/L."),
        ("ALT\t132\tU/L\tnormal", "“normal” is no reference range of ALT. Write it as 10 – 41, < 41 or > 10."),
        ("ALT\t132\tU/L\t41 - 10", "“41 - 10” is no reference range of ALT. Write it as 10 – 41, < 41 or > 10."),
        ("HBsAg\tseen", "“seen” is no answer of HBsAg. Type one of: negative, borderline, positive."),
        ("\t132\tU/L", "“132\tU/L” is no test that this program knows."),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said(line, problem):
    assert one(line).problem == problem


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("10 - 41", 10, 41), ("10–41", 10, 41), ("(10-41)", 10, 41), ("10 to 41", 10, 41), ("۱۰-۴۱", 10, 41),
        ("< 41", None, 41), ("<=41", None, 41), ("≤ 41", None, 41), ("up to 41", None, 41), ("> 10", 10, None),
    ],
)  # fmt: skip
def test_references_as_laboratories_print_them(printed, low, high):
    found = one(f"ALT\t132\tU/L\t{printed}").reference
    assert (found.low, found.high) == (low, high)


def test_headings_say_which_cell_is_which():
    found = pasted("Result;Units;Name;Normal range\n132;U/L;SGPT;< 41\n\n5.2;%;HbA1c;4-6")
    assert found[0].test.id == "alt" and found[0].reference.high == 41
    assert found[1].problem == "“HbA1c” is no test that this program knows."


def test_a_test_that_is_there_twice_is_not_chosen_from():
    first, second = pasted("ALT\t132\tU/L\nSGPT\t40\tU/L")
    assert first.understood
    assert second.problem == "ALT is there twice. Leave one of them out."


def test_below_the_limit_keeps_its_sign():
    found = one("TSH\t<0.05\tmIU/L\t0.4 - 4.0")
    assert (found.typed.typed, found.typed.comparator.value) == ("<0.05", "<")


@pytest.mark.parametrize(
    ("text", "is_list"), [("132", False), ("132\n", False), ("ALT\t132", True), ("a\nb", True)]
)
def test_one_field_is_no_list(text, is_list):
    assert looks_like_a_list(text) is is_list
