"""Days of the Persian (solar Hijri) calendar as days of ours."""

from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 1279, 1478  # 21 Mar 1900 to 20 Mar 2100 begin and end in these
_NOWRUZ_1403 = date(2024, 3, 20)


def is_leap(year: int) -> bool:
    """Whether Esfand has 30 days: eight years of every 33.

    The 33-year rule gives the official (astronomical) calendar for every year from 1206 to 1498:
    K. Borkowski, The Persian calendar for 3000 years, Earth Moon Planets 1996;74:223-230.
    """
    return (25 * year + 11) % 33 < 8


def month_days(year: int, month: int) -> int:
    """The days of a month: 31 in the first six, 30 in the next five, 29 or 30 in Esfand."""
    if month <= 6:
        return 31
    return 30 if month < 12 or is_leap(year) else 29


def to_date(year: int, month: int, day: int) -> date:
    """1403, 5, 12 as 3 Aug 2024. Raises ValueError where the calendar has no such day, or we do not reckon it."""
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= month <= 12:
        raise ValueError(f"no month {year}-{month}")
    if not 1 <= day <= month_days(year, month):
        raise ValueError(f"no day {year}-{month}-{day}")
    days = 365 * (year - 1403) + _leap_days_before(year) - _leap_days_before(1403)
    days += sum(month_days(year, before) for before in range(1, month)) + day - 1
    return _NOWRUZ_1403 + timedelta(days=days)


def _leap_days_before(year: int) -> int:
    """Leap days from year 1 to the end of the year before this one."""
    return (8 * year + 21) // 33
