from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reports import chart, text
from core.views import trends
from core.views.trends import Axis, TimelineEvent, TimeScale
from tests.core.reports.records import INFUSION, ordinary

LEFT, RIGHT = 20.0, 260.0
terms = st.sampled_from(
    ["Fall", "Headache", "Pulmonary embolism", "سردرد شدید ۳ روز", "x" * 200, ""]
)
roles = st.sampled_from(["event", "serious", "milestone", "reference"])
events = st.builds(
    TimelineEvent, st.integers(0, 200).map(lambda n: INFUSION + timedelta(days=n)), terms, roles
)


def across(day):
    return LEFT + 2 + (RIGHT - LEFT - 4) * (day - INFUSION).days / 200


@given(st.lists(events, max_size=30))
def test_event_labels_neither_touch_nor_leave_the_frame(happened):
    labels = chart._place(happened, across, LEFT, RIGHT)
    assert len(labels) == len(happened)
    spans = [
        (label.row, label.left, label.left + text.width(label.words, chart._SMALL))
        for label in labels
        if label.words
    ]
    for row, left, right in spans:
        assert row < chart._LABEL_ROWS
        assert left >= LEFT and right <= RIGHT + 0.01
    for i, (row, left, right) in enumerate(spans):
        for other_row, other_left, other_right in spans[i + 1 :]:
            assert row != other_row or right < other_left or other_right < left


def test_a_serious_event_says_so_in_words_even_shortened():
    event = TimelineEvent(
        INFUSION, "Pulmonary embolism of both lower lobes, in hospital", "serious"
    )
    (label,) = chart._place([event], across, LEFT, RIGHT)
    assert label.words.endswith("… (serious)")


def ticks(scale, first, last, width=230):
    low, high = chart._range(scale, (first, last))
    return [words for _, words in chart._time_ticks(scale, (first, last), low, high, width)]


def test_months_count_from_before_the_reference_day():
    scale = TimeScale(Axis.REFERENCE, "Months since infusion", INFUSION)
    shown = ticks(scale, INFUSION - timedelta(days=70), date(2014, 9, 10))
    assert shown == ["−2", "−1", "0", "1", "2", "3", "4", "5", "6"]
    assert ticks(scale, INFUSION, date(2019, 3, 10)) == [str(n) for n in range(0, 61, 6)]


@pytest.mark.parametrize("days", [0, 1, 30, 200, 1000, 8000])
@pytest.mark.parametrize("axis", list(Axis))
@pytest.mark.parametrize("width", [120, 240, 500])
def test_tick_words_keep_clear_of_one_another(days, axis, width):
    scale = TimeScale(axis, "", date(1970, 1, 1) if axis is Axis.DATE else INFUSION)
    span = (INFUSION, INFUSION + timedelta(days=days))
    low, high = chart._range(scale, span)
    places = [
        (width * (position - low) / (high - low), text.width(words, chart._SMALL) / 2)
        for position, words in chart._time_ticks(scale, span, low, high, width)
    ]
    assert 1 <= len(places) <= 25
    for (x1, half1), (x2, half2) in pairwise(places):
        assert x1 + half1 < x2 - half2


def test_calendar_dates_stand_on_the_first_of_a_month():
    scale = TimeScale(Axis.DATE, "Date", date(1970, 1, 1))
    assert ticks(scale, date(2014, 2, 10), date(2014, 9, 10)) == [
        "Mar 2014",
        "May 2014",
        "Jul 2014",
        "Sep 2014",
    ]


def test_the_legend_says_what_the_title_does_not():
    record = ordinary()
    plot = trends.vital_capacity(record)
    assert [words for _, _, words in chart._legend(plot)] == [
        "FVC %, stated (equation unknown)",
        "FVC %",
    ]
    weak = replace(plot.series[1], points=(replace(plot.series[1].points[0], sure=False),))
    assert chart._legend(replace(plot, series=(weak,)))[-1][2] == "open: low quality"
    device = replace(weak, role="fvc_sitting_device", title="FVC %, printed by the device")
    assert [words for _, _, words in chart._legend(replace(plot, series=(device,)))] == [
        "FVC %, printed by the device"
    ]


def test_an_event_years_before_does_not_squeeze_the_values():
    record = ordinary()
    old = TimelineEvent(date(1990, 1, 1), "Fracture", "event")
    plot = trends.vital_capacity(record)
    plot = type(plot)(
        id=plot.id, title=plot.title, unit=plot.unit, low=plot.low, high=plot.high,
        step=plot.step, series=plot.series, events=(old, *plot.events),
    )  # fmt: skip
    assert chart.days_shown([plot], date(2014, 9, 10)) == (date(2014, 1, 15), date(2014, 9, 10))
