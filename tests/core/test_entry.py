import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import entry
from core.entry import Problem, Severity

# What a tired person, a foreign keyboard, or a pasted cell may bring.
typed = st.text(max_size=30) | st.text("0123456789۰۱۲۳٤٥٦²½.,٫/-+ eE_\n\t{}%", max_size=12)


def problem_of(result):
    assert isinstance(result, Problem), result
    assert result.severity is Severity.ERROR
    return result.message


@given(text=typed)
def test_no_text_breaks_a_reader(text):
    results = [
        entry.number(text, 0, 300, "kg"),
        entry.whole(text, 0, 120, "years"),
        entry.litres(text),
        entry.day(text),
    ]
    for result, kind in zip(results, (float, int, int, date), strict=True):
        assert result is None or isinstance(result, Problem) or type(result) is kind
        assert (result is None) == (not text.strip())  # empty, and only empty, is no value
        if isinstance(result, Problem):
            assert text.strip() in result.message
    assert not isinstance(results[0], float) or 0 <= results[0] <= 300
    assert not isinstance(results[1], int) or 0 <= results[1] <= 120
    assert not isinstance(results[2], int) or 50 <= results[2] <= 12000


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_an_empty_field_is_no_value_and_no_problem(text):
    assert entry.number(text, 1, 2) is None
    assert entry.whole(text, 1, 2) is None
    assert entry.litres(text) is None
    assert entry.day(text) is None


@pytest.mark.parametrize("text", ["3,20", "3.20", "۳٫۲۰", "٣٫٢٠", "۳.۲۰", " 3.2 ", "+3.2", "3,200"])
def test_litres_are_whole_millilitres_in_every_script(text):
    assert entry.litres(text) == 3200


@given(millilitres=st.integers(50, 12000), comma=st.booleans())
def test_every_volume_is_read_to_the_millilitre(millilitres, comma):
    text = f"{millilitres // 1000}.{millilitres % 1000:03}"
    assert entry.litres(text.replace(".", ",") if comma else text) == millilitres


@pytest.mark.parametrize("text", ["0", "0.049", "12.001", "3200", "-3.2"])
def test_a_volume_no_lung_has(text):
    message = problem_of(entry.litres(text))
    assert message == f"{text} is out of range. Type a number from 0.05 to 12 L."


@pytest.mark.parametrize(
    ("text", "value"),
    [(".75", 0.75), (",75", 0.75), ("٫۷۵", 0.75), ("-.5", -0.5), ("3.", 3), ("3,", 3), ("+3.", 3)],
)
def test_a_number_may_lack_a_digit_before_or_after_its_point(text, value):
    assert entry.number(text, -1, 9) == value


@pytest.mark.parametrize(
    "text",
    [
        "3.2.0",
        "3,200.5",
        "1e3",
        "nan",
        "inf",
        "0x10",
        "3 200",
        "3.2 L",
        "½",
        "²",
        "--3",
        ".",
        "-,",
        "1.2.",
        ".5.",
    ],
)
def test_not_a_number(text):
    message = problem_of(entry.number(text, 0, 9999, "mL"))
    assert message == f"“{text}” is not a number. Type one from 0 to 9999 mL."


def test_the_limits_belong_to_the_range():
    assert entry.number("50", 50, 250, "cm") == 50
    assert entry.number("250", 50, 250, "cm") == 250
    assert problem_of(entry.number("49.9", 50, 250, "cm")) == (
        "49.9 is out of range. Type a number from 50 to 250 cm."
    )
    assert problem_of(entry.number("250.1", 50, 250)) == (
        "250.1 is out of range. Type a number from 50 to 250."
    )


def test_a_number_longer_than_any_is_out_of_range():
    assert "out of range" in problem_of(entry.number("9" * 400, 0, 300))


@pytest.mark.parametrize(("text", "value"), [("51", 51), ("۵۱", 51), ("51.0", 51), ("0", 0)])
def test_whole_numbers(text, value):
    assert entry.whole(text, 0, 120) == value


def test_half_a_year_is_not_a_whole_number():
    assert problem_of(entry.whole("49.5", 0, 120)) == (
        "“49.5” is not a whole number. Type it without decimals."
    )
    assert "out of range" in problem_of(entry.whole("121", 0, 120))
    assert "is not a number" in problem_of(entry.whole("fifty", 0, 120))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21",
        "2026/11/21",
        "2026.11.21",
        "21.11.2026",
        " 2026-11-21 ",
        "۲۰۲۶-۱۱-۲۱",
        "٢١.١١.٢٠٢٦",
    ],
)
def test_days(text):
    assert entry.day(text) == date(2026, 11, 21)


def test_a_short_day_and_month():
    assert entry.day("2026-3-4") == entry.day("4.3.2026") == date(2026, 3, 4)


@given(day=st.dates(date(1900, 1, 1), date(9999, 12, 31)))
def test_every_day_is_read_in_both_orders(day):
    assert entry.day(day.isoformat()) == day
    assert entry.day(f"{day.day}.{day.month}.{day.year}") == day


WAYS = "Type it as 2026-11-21, 2026/11/21 or 21.11.2026, or as the Persian 1405/08/30."


@pytest.mark.parametrize(
    "text", ["03.04.26", "2026", "2026-11", "20261121", "x", "31/04/2026", "2026/11-21", "1/2/1391"]
)
def test_what_is_no_date_is_refused_with_every_way_of_writing_one(text):
    assert problem_of(entry.day(text)) == f"“{text}” is not a date. {WAYS}"


def test_every_way_that_is_offered_is_taken():
    offered = re.findall(r"\d{4}[-/]\d\d[-/]\d\d|\d\d\.\d\d\.\d{4}", WAYS)
    assert {entry.day(text) for text in offered} == {date(2026, 11, 21)}
    assert len(offered) == 4


@pytest.mark.parametrize("text", ["03/04/2024", "3/4/2024", "03-04-2024", "۰۳/۰۴/۲۰۲۴"])
def test_an_order_that_reads_two_ways_is_refused_with_both_readings(text):
    assert problem_of(entry.day(text)) == (
        f"“{text}” can be 3 Apr or 4 Mar. Type it as 2024-04-03, 2024/04/03 or 03.04.2024, or as"
        " the Persian 1405/08/30."
    )


@pytest.mark.parametrize("text", ["0000-01-01", "1899-12-31", "1278-12-29", "1479/01/01"])
def test_a_year_of_neither_calendar_is_refused(text):
    assert problem_of(entry.day(text)) == f"{text} is before 1900. Check the year."


@pytest.mark.parametrize(
    "text", ["1403/05/12", "1403-05-12", "1403/5/12", "۱۴۰۳/۰۵/۱۲", "١٤٠٣/٠٥/١٢", "12.05.1403"]
)
def test_a_day_of_the_persian_calendar(text):
    """Its years are none of ours, so that there is nothing to guess; what it is in ours can be shown."""
    assert entry.day(text) == date(2024, 8, 2)
    assert entry.converted(text) == "= 2 Aug 2024"


@pytest.mark.parametrize("text", ["1404/12/30", "1403/13/01", "1403/07/31", "1403/01/00"])
def test_a_day_that_the_persian_calendar_does_not_have(text):
    assert problem_of(entry.day(text)) == f"There is no day {text} in the Persian calendar."
    assert entry.converted(text) == ""


@pytest.mark.parametrize("text", ["", " ", "2026-11-21", "21.11.2026", "x", "03/04/2024", "1403"])
def test_nothing_else_is_converted(text):
    assert entry.converted(text) == ""


def test_an_instant_of_the_persian_calendar_is_converted_too():
    found = entry.instant("1403/05/12 14:05")
    assert (found.date(), found.hour) == (date(2024, 8, 2), 14)
    assert entry.converted("1403/05/12 14:05") == "= 2 Aug 2024"


@pytest.mark.parametrize("text", ["2026-02-30", "31.04.2026", "2025-02-29", "2026-13-01"])
def test_a_day_that_no_calendar_has(text):
    assert problem_of(entry.day(text)) == f"There is no day {text} in the calendar."
    assert entry.day("29.02.2024") == date(2024, 2, 29)
