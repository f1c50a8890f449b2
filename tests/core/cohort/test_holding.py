"""What was computed on a day holds as long as it says: on no later day within is it another."""

from datetime import date, timedelta

import pytest

from core.cohort import rows
from core.cohort.holding import Watched

TODAY = date(2026, 11, 29)


def asked(question):
    day = Watched.of(TODAY)
    question(day)
    return day.holds_until


@pytest.mark.parametrize(
    ("question", "until"),
    [
        (lambda _day: None, date.max),
        (lambda day: day < TODAY + timedelta(days=3), TODAY + timedelta(days=2)),
        (lambda day: TODAY + timedelta(days=3) > day, TODAY + timedelta(days=2)),
        (lambda day: min(day, date(2026, 12, 24)), date(2026, 12, 23)),
        (lambda day: day >= TODAY - timedelta(days=1), date.max),
        (lambda day: day <= TODAY, TODAY),
        (lambda day: day == TODAY, TODAY),
        (lambda day: day.year, TODAY),
        (lambda day: (day - TODAY).days, TODAY),
        (lambda day: (TODAY - day).days, TODAY),
        (lambda day: day + timedelta(days=1), TODAY),
        (lambda day: f"{day}", TODAY),
        (lambda day: {day}, TODAY),
    ],
)
def test_a_day_notes_until_when_the_answers_are_the_same(question, until):
    assert asked(question) == until


def test_it_answers_as_the_day_itself():
    day = Watched.of(TODAY)
    assert (day.year, day.isoformat(), day + timedelta(days=1)) == (
        2026, "2026-11-29", date(2026, 11, 30),
    )  # fmt: skip
    assert date(2026, 12, 1) - day == timedelta(days=2)
    assert day - date(2026, 11, 1) == timedelta(days=28)


def test_rows_of_the_demonstration_are_the_same_on_every_day_that_they_hold(demonstration_records):
    """Every week of two years, and the days around each change."""
    changes = 0
    for record in demonstration_records:
        on = TODAY
        while on < TODAY + timedelta(days=800):
            day = Watched.of(on)
            found = rows.of(record, day)
            last = min(day.holds_until, TODAY + timedelta(days=800))
            for later in (
                on,
                last,
                *(on + timedelta(days=n) for n in range(7, (last - on).days, 91)),
            ):
                assert rows.of(record, later) == found, (record.patient.record_number, on, later)
            changes += 1
            on = last + timedelta(days=1)
    assert changes < 40 * len(demonstration_records), "few patients change from day to day"
