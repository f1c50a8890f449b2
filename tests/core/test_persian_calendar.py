from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCalendar, QDate

from core import persian_calendar

# Nowruz as Iran's calendar centre published it, and the leap days before it.
NOWRUZ = {
    1300: date(1921, 3, 21),
    1354: date(1975, 3, 21),
    1375: date(1996, 3, 20),
    1376: date(1997, 3, 21),
    1399: date(2020, 3, 20),
    1400: date(2021, 3, 21),
    1403: date(2024, 3, 20),
    1404: date(2025, 3, 21),
    1405: date(2026, 3, 21),
}


@pytest.mark.parametrize(("year", "day"), NOWRUZ.items())
def test_nowruz(year, day):
    assert persian_calendar.to_date(year, 1, 1) == day


@pytest.mark.parametrize("year", [1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408])
def test_leap_years(year):
    assert persian_calendar.to_date(year, 12, 30) + timedelta(1) == persian_calendar.to_date(
        year + 1, 1, 1
    )
    with pytest.raises(ValueError, match="no day"):
        persian_calendar.to_date(year + 1, 12, 30)


def test_every_day_is_that_of_another_implementation():
    """Qt reckons by the 2820-year cycle, which leaves the calendar of Iran for the first time in 1437."""
    theirs = QCalendar(QCalendar.System.Jalali)
    day = persian_calendar.to_date(1300, 1, 1)
    while day < persian_calendar.to_date(1437, 1, 1) - timedelta(1):
        parts = theirs.partsFromDate(QDate(day.year, day.month, day.day))
        assert persian_calendar.to_date(parts.year, parts.month, parts.day) == day
        day += timedelta(1)


@given(
    year=st.integers(persian_calendar.FIRST_YEAR, persian_calendar.LAST_YEAR - 1),
    days=st.integers(0, 400),
)
def test_days_follow_one_another_without_a_gap(year, days):
    """Counting through the months reaches the day that the distance says."""
    first = persian_calendar.to_date(year, 1, 1)
    month, day = 1, 1
    for _ in range(days):
        day += 1
        if day > persian_calendar.month_days(year, month):
            month, day = month + 1, 1
        if month > 12:
            year, month = year + 1, 1
    assert persian_calendar.to_date(year, month, day) == first + timedelta(days)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1403, 0, 1), (1403, 13, 1), (1403, 1, 32), (1403, 7, 31), (1278, 1, 1), (1479, 1, 1)],
)
def test_no_such_day(year, month, day):
    with pytest.raises(ValueError, match=r"no (day|month)"):
        persian_calendar.to_date(year, month, day)
