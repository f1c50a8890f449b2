"""Day, length and treatment-emergence of events; what a partly known date leaves open stays open."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.partial_date import PartialDate
from core.science.event_time import days_since, length_days, minutes_since, treatment_emergent

TREATED = PartialDate(2014, 3, 10)


def day(text):
    return PartialDate.parse(text) if text else None


# The clinical specification's vectors (4.5), after pharmaverse admiral `derive_var_trtemfl`; its NA is "not".
VECTORS = (
    ("2014-02-20", "2014-02-22", 1, 1, False),
    ("2014-03-08", "2014-03-20", 1, 3, True),
    ("2014-03-08", "2014-03-12", 1, 1, False),
    ("2014-03-10", "2014-03-10", 2, 2, True),
    ("2014-05-14", "", 3, 3, True),
    ("", "", 1, 1, True),
    ("", "2014-03-01", 1, 1, False),
    ("", "2014-06-01", 1, 1, True),
)


@pytest.mark.parametrize(("start", "end", "initial", "final", "emergent"), VECTORS)
def test_the_vectors(start, end, initial, final, emergent):
    said = treatment_emergent(
        day(start), day(end), TREATED, initial_grade=initial, final_grade=final
    )
    assert said is emergent


# The examples in admiral's own documentation with treatment 2022-01-01T01:01, its end 2022-04-30 and a window of
# 10 days; here the treatment is one day, so that the window is that of its last day: 129 days.
ADMIRAL = (
    ("2021-12-13", "20:15", "2021-12-15", "12:45", 1, 1, False),
    ("2021-12-14", "20:15", "2021-12-14", "22:00", 1, 3, False),
    ("2021-12-30", "20:00", "2022-01-14", "11:00", 1, 3, True),
    ("2021-12-31", "20:15", "2022-01-01", "01:23", 1, 1, False),
    ("2022-01-01", "12:00", "2022-01-02", "23:25", 3, 4, True),
    ("2022-05-10", "11:00", "2022-05-10", "13:05", 2, 2, True),
    ("2022-05-11", "11:00", "2022-05-11", "13:05", 2, 2, False),
    ("", "", "", "", 3, 4, True),
    ("2021-12-30", "09:00", "", "", 3, 4, True),
    ("2021-12-30", "11:00", "", "", 3, 3, False),
    ("", "", "2022-01-04", "09:00", 3, 4, True),
    ("", "", "2021-12-24", "19:00", 3, 4, False),
    ("", "", "2022-06-04", "09:00", 3, 4, True),
)


@pytest.mark.parametrize(
    ("start", "start_time", "end", "end_time", "initial", "final", "emergent"), ADMIRAL
)
def test_the_examples_of_admiral(start, start_time, end, end_time, initial, final, emergent):
    said = treatment_emergent(
        day(start),
        day(end),
        PartialDate(2022, 1, 1),
        start_time=time.fromisoformat(start_time) if start_time else None,
        end_time=time.fromisoformat(end_time) if end_time else None,
        treatment_time=time(1, 1),
        initial_grade=initial,
        final_grade=final,
        window_days=129,
    )
    assert said is emergent


def test_without_a_treatment_nothing_can_be_said():
    assert treatment_emergent(TREATED, None, None, initial_grade=1, final_grade=3) is None


def test_times_of_the_same_day_decide_where_both_are_known():
    def said(start_time):
        return treatment_emergent(
            TREATED,
            TREATED,
            TREATED,
            start_time=start_time,
            end_time=None,
            treatment_time=time(10, 4),
            initial_grade=2,
            final_grade=2,
        )

    assert said(time(10, 3)) is False
    assert said(time(10, 14)) is True
    assert said(None) is True


def test_a_month_that_holds_the_treatment_says_neither_yes_nor_no():
    def said(start, final):
        return treatment_emergent(day(start), None, TREATED, initial_grade=1, final_grade=final)

    assert said("2014-03", 1) is None
    assert said("2014-03", 3) is True  # before it and worse, or after it
    assert said("2014-02", 1) is False
    assert said("2014-04", 1) is True
    assert said("2014", 1) is None


def test_the_day_since_the_treatment_and_the_length():
    assert days_since(PartialDate(2014, 5, 14), TREATED) == (65, 65)
    assert days_since(PartialDate(2014, 4), TREATED) == (22, 51)
    assert length_days(PartialDate(2014, 5, 14), PartialDate(2014, 5, 14)) == (0, 0)
    assert length_days(PartialDate(2014, 5, 14), PartialDate(2014, 6)) == (18, 47)
    assert length_days(PartialDate(2014, 5), PartialDate(2014, 5)) == (0, 30)
    assert length_days(PartialDate(2014, 5, 14), None) is None
    assert length_days(PartialDate(2014, 5, 14), PartialDate(2014, 4)) is None


def test_ten_minutes_after_the_infusion():
    assert minutes_since(TREATED, time(10, 14), TREATED, time(10, 4)) == 10
    assert minutes_since(PartialDate(2014, 3, 11), time(0, 4), TREATED, time(23, 54)) == 10
    assert minutes_since(TREATED, None, TREATED, time(10, 4)) is None
    assert minutes_since(PartialDate(2014, 3), time(10, 14), TREATED, time(10, 4)) is None


DAYS = st.dates(date(2013, 12, 1), date(2014, 6, 30))
GRADES = st.none() | st.integers(1, 5)
WINDOWS = st.none() | st.integers(0, 60)


def cut(known, precision):
    return PartialDate(*(known.year, known.month, known.day)[:precision])


@given(
    days=st.tuples(DAYS, st.none() | DAYS, DAYS),
    precisions=st.tuples(*[st.integers(1, 3)] * 3),
    initial=GRADES,
    final=GRADES,
    window=WINDOWS,
)
def test_what_is_said_of_partly_known_days_holds_for_every_day_they_can_mean(
    days, precisions, initial, final, window
):
    def said(dates):
        return treatment_emergent(
            *dates, initial_grade=initial, final_grade=final, window_days=window
        )

    known = [None if one is None else PartialDate.of(one) for one in days]
    vague = [
        None if one is None else cut(one, precision)
        for one, precision in zip(days, precisions, strict=True)
    ]
    exact = said(known)
    assert exact is not None  # with every day known there is always an answer
    assert said(vague) in (exact, None)


@given(DAYS, st.integers(0, 400), st.integers(1, 3))
def test_the_range_of_days_holds_the_day_itself(treated, later, precision):
    begun = treated + timedelta(days=later)
    first, last = days_since(cut(begun, precision), PartialDate.of(treated))
    assert first <= later <= last
    assert (first == last) == (precision == 3)
