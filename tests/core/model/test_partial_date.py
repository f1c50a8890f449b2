from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import entry
from core.entry import Problem
from core.model.partial_date import PartialDate, read_partial_date
from tests.core.strategies import partial_dates


@pytest.mark.parametrize(
    ("text", "first", "last", "assumed", "exact"),
    [
        ("2012", date(2012, 1, 1), date(2012, 12, 31), date(2012, 7, 1), False),
        ("2012-02", date(2012, 2, 1), date(2012, 2, 29), date(2012, 2, 15), False),
        ("2013-02", date(2013, 2, 1), date(2013, 2, 28), date(2013, 2, 15), False),
        ("2012-09-03", date(2012, 9, 3), date(2012, 9, 3), date(2012, 9, 3), True),
    ],
)
def test_what_it_can_mean(text, first, last, assumed, exact):
    value = PartialDate.parse(text)
    assert (value.first, value.last, value.assumed, value.exact) == (first, last, assumed, exact)
    assert str(value) == text


@given(value=partial_dates())
def test_its_text_reads_back(value):
    assert PartialDate.parse(str(value)) == value
    assert read_partial_date(f" {value} ") == value
    assert value.first <= value.assumed <= value.last


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "2012-13",
        "2012-00",
        "2012-00-00",
        "2012-09-00",
        "2012-00-15",
        "2012-02-30",
        "2013-02-29",
        "0000",
        "2012-9",
        "2012-09-15T10",
        "2012/09",
        "Sept 2012",
        "20120915",
    ],
)
def test_what_it_cannot_be(text):
    with pytest.raises(ValueError, match=r"\S"):
        PartialDate.parse(text)


def test_a_day_needs_its_month():
    with pytest.raises(ValueError, match="needs its month"):
        PartialDate(2012, None, 15)


def test_a_whole_day():
    assert PartialDate.of(date(2012, 9, 3)) == PartialDate(2012, 9, 3)


@given(a=partial_dates(), b=partial_dates(), c=partial_dates())
def test_any_two_have_one_order(a, b, c):
    assert (a < b) + (a == b) + (a > b) == 1
    assert (a <= b) == (b >= a) == (not a > b)
    if a < b:
        assert a.first <= b.first and not b < a
    if a <= b <= c:
        assert a <= c


def test_the_vaguer_comes_first():
    vague, month, day = PartialDate(2012), PartialDate(2012, 1), PartialDate(2012, 1, 1)
    assert sorted([day, month, vague]) == [vague, month, day]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2012", PartialDate(2012)),
        ("2012-09", PartialDate(2012, 9)),
        ("2012/9", PartialDate(2012, 9)),
        ("2012-9-5", PartialDate(2012, 9, 5)),
        ("۱۳۹۱/۰۶/۲۵", PartialDate(2012, 9, 15)),
        ("15.09.2012", PartialDate(2012, 9, 15)),
        ("۲۰۱۲-۰۹", PartialDate(2012, 9)),
        ("", None),
        ("  ", None),
    ],
)
def test_typed_dates(typed, value):
    assert read_partial_date(typed) == value


@pytest.mark.parametrize("typed", ["2012-13", "2012-00", "about 2012", "1391-13", "x"])
def test_typed_dates_that_are_none(typed):
    assert read_partial_date(typed) == Problem(
        f"“{typed}” is not a date. Type it as 2012, 2012-09, 2012-09-15 or 15.09.2012, or as the"
        " Persian 1391/06/25."
    )
    assert read_partial_date("1391/06/25") == PartialDate(2012, 9, 15)


def test_a_full_date_is_refused_for_its_own_reason():
    """A day that no calendar has, or an order that reads two ways, is not a matter of how much is known."""
    for typed in ("31.02.2012", "2012-02-31", "03/04/2012", "1404/12/30"):
        assert read_partial_date(typed) == entry.day(typed)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            "1403",
            "1403 of the Persian calendar is 20 Mar 2024 to 20 Mar 2025. Type the day too, or 2024.",
        ),
        (
            "۱۴۰۳/۰۵",
            (
                "۱۴۰۳/۰۵ of the Persian calendar is 22 Jul 2024 to 21 Aug 2024. Type the day too, or"
                " 2024-07."
            ),
        ),
        ("1800", "1800 is before 1900. Check the year."),
    ],
)
def test_a_persian_year_or_month_lies_in_two_of_ours(typed, message):
    """Either of them would be a guess."""
    assert read_partial_date(typed) == Problem(message)


@given(text=st.text(max_size=20) | st.text("0123456789-./ ۱۲", max_size=12))
def test_no_text_breaks_the_reader(text):
    value = read_partial_date(text)
    assert (value is None) == (not text.strip())
    assert value is None or isinstance(value, Problem | PartialDate)
