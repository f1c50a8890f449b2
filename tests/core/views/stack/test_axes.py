"""The time axis that all rows share: what it counts, that its words do not touch, and what may widen it."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from core.views.stack import axes, build
from core.views.stack.rows import Mark, Shape, Stack
from core.views.trends import Axis, TimeScale
from tests.core.reports.records import INFUSION, ordinary

MONTHS = TimeScale(Axis.REFERENCE, "Months since infusion", INFUSION)
DATES = TimeScale(Axis.DATE, "Date", date(1970, 1, 1))
PX_A_LETTER = 6


def axis_of(scale, first, last, width):
    low, high = scale.position(first), scale.position(last)
    if low == high:
        low, high = low - 1, high + 1
    return axes.Time(scale, low, high, 0.0, float(width))


def ticks(scale, first, last, width=400):
    return [words for _x, words in axes.time_ticks(axis_of(scale, first, last, width), 44)]


def test_months_count_from_before_the_reference_day():
    shown = ticks(MONTHS, INFUSION - timedelta(days=70), date(2014, 9, 10))
    assert shown == ["−2", "−1", "0", "1", "2", "3", "4", "5", "6"]
    assert ticks(MONTHS, INFUSION, date(2019, 3, 10), 600) == [str(n) for n in range(0, 60, 6)]


def test_calendar_dates_stand_on_the_first_of_a_month():
    assert ticks(DATES, date(2014, 2, 10), date(2014, 9, 10), 300) == [
        "Mar 2014",
        "May 2014",
        "Jul 2014",
        "Sep 2014",
    ]


@pytest.mark.parametrize("days", [0, 1, 30, 200, 1000, 8000])
@pytest.mark.parametrize("scale", [MONTHS, DATES, replace(MONTHS, axis=Axis.ONSET)])
@pytest.mark.parametrize("width", [120, 240, 500, 1500])
def test_tick_words_keep_clear_of_one_another(days, scale, width):
    axis = axis_of(scale, INFUSION, INFUSION + timedelta(days=days), width)
    places = [(x, len(words) * PX_A_LETTER / 2) for x, words in axes.time_ticks(axis, 44)]
    assert len(places) <= width / 40 + 1
    for (x1, half1), (x2, half2) in pairwise(places):
        assert x1 + half1 < x2 - half2


def a_stack(record, *marks):
    stack: Stack = build.build(record, date(2014, 9, 10))
    lane = replace(stack.lanes[0], marks=(*stack.lanes[0].marks, *marks))
    return replace(stack, lanes=(lane, *stack.lanes[1:]))


def a_mark(began, shape=Shape.SYMBOL, **more):
    return Mark(id="x", shape=shape, began=began, label="x", title="x", role="milestone", **more)


def test_an_event_years_before_does_not_squeeze_the_values():
    record = ordinary()
    usual = axes.days_shown(a_stack(record))
    assert axes.days_shown(a_stack(record, a_mark(date(1990, 1, 1)))) == usual


def test_an_event_of_the_weeks_before_is_on_the_axis():
    record = ordinary()
    first, last = axes.days_shown(a_stack(record))
    before = first - timedelta(days=40)
    assert axes.days_shown(a_stack(record, a_mark(before))) == (before, last)


def test_what_has_run_for_years_is_cut_at_the_edge_and_squeezes_nothing():
    record = ordinary()
    running = a_mark(date(2013, 10, 1), Shape.BAR, runs=True)
    assert axes.days_shown(a_stack(record, running)) == axes.days_shown(a_stack(record))
