"""Where the plots beside a questionnaire have their bars, points and words."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from core.instruments import catalog
from core.views import so_far_plots
from core.views.so_far import reach
from core.views.stack.shapes import Align, Box, Drawing, Marker, Text
from core.views.trends import Plot, Point, Series, Span, TimelineEvent

DAY = date(2026, 7, 21)
INSTRUMENT = catalog.alsfrs_r()


def measure(words, size, _weight):
    return 0.6 * size * len(words)


def sheet(width=340, height=200):
    return Drawing(width, height, 1.0, measure)


def a_plot(points=(), span=None, events=()):
    spans = (Span(DAY, *span),) if span else ()
    series = Series("total", "Total", tuple(points), spans)
    return Plot("total", "ALSFRS-R total", "points", 0, 48, 12, (series,), tuple(events))


def points(*values):
    """So many values, each two months before the next, the last two months before ``DAY``."""
    first = DAY - timedelta(days=61 * len(values))
    return [Point(first + timedelta(days=61 * i), float(v)) for i, v in enumerate(values)]


def texts(drawing):
    return [one for one in drawing.shapes if isinstance(one, Text)]


def extent(text):
    wide = measure(text.words, text.size, text.weight)
    left = {Align.LEFT: text.x, Align.CENTRE: text.x - wide / 2, Align.RIGHT: text.x - wide}
    return left[text.align], left[text.align] + wide


@pytest.mark.parametrize("span", [(0, 48), (13, 41), (30, 31), (0, 1), (47, 48)])
def test_the_bar_says_both_of_its_ends_and_they_never_touch(span):
    drawing = sheet()
    so_far_plots.place_totals(drawing, a_plot(points(39, 36), span), DAY)
    high, low = (
        next(one for one in texts(drawing) if one.words == str(end) and one.colour == "accent")
        for end in reversed(span)
    )
    assert low.y - high.y >= 12
    assert extent(high)[1] <= drawing.width
    box = next(one for one in drawing.shapes if isinstance(one, Box))
    assert box.height == pytest.approx((drawing.height - 54) * (span[1] - span[0]) / 48)


def test_words_on_one_line_never_touch_and_none_leaves_the_sheet():
    marks = [
        TimelineEvent(DAY - timedelta(days=days), "Something happened", "milestone")
        for days in (400, 390, 200, 20)
    ]
    drawing = sheet()
    plot = a_plot(points(48, 47, 46, 45, 40, 39, 38, 33), (20, 40), marks)
    so_far_plots.place_totals(drawing, plot, DAY)
    by_line = {}
    for one in texts(drawing):
        by_line.setdefault(round(one.y), []).append(extent(one))
    for stretches in by_line.values():
        stretches.sort()
        assert stretches[0][0] >= 0 and stretches[-1][1] <= drawing.width
        assert all(a[1] <= b[0] for a, b in pairwise(stretches))


def test_of_the_events_only_what_turned_the_course_is_marked():
    marks = [
        TimelineEvent(DAY - timedelta(days=30), "Fall", "event"),
        TimelineEvent(DAY - timedelta(days=40), "Infusion", "reference"),
        TimelineEvent(DAY - timedelta(days=2000), "Long ago", "milestone"),
    ]
    drawing = sheet()
    so_far_plots.place_totals(drawing, a_plot(points(40, 39), (0, 48), marks), DAY)
    said = {one.words for one in texts(drawing)}
    assert "Infusion" in said
    assert not {"Fall", "Long ago"} & said


def test_the_first_form_of_all_has_its_bar_alone():
    drawing = sheet()
    so_far_plots.place_totals(drawing, a_plot((), (0, 48)), DAY)
    assert len([one for one in drawing.shapes if isinstance(one, Box)]) == 1
    assert not [one for one in drawing.shapes if isinstance(one, Marker)]


def strips(values, earlier=(), *, waits=False, mirrored=False, width=340):
    scales = [(scale, reach(INSTRUMENT, scale, values)) for scale in INSTRUMENT.domains]
    series = []
    for scale, found in scales:
        now = [Point(DAY, float(found.low))] if found.final else []
        spans = () if found.final else (Span(DAY, found.low, found.high),)
        series.append(Series(scale.id, scale.title, (*earlier, *now), spans))
    plot = Plot("domains", "", "points", 0, 12, 3, tuple(series))
    drawing = sheet(width, 220)
    so_far_plots.place_domains(drawing, scales, plot, DAY, waits=waits, mirrored=mirrored)
    return drawing


def test_a_domain_that_is_open_is_a_bar_and_one_that_is_final_a_point():
    drawing = strips({"speech": 4, "salivation": 3, "swallowing": 3, "handwriting": 1})
    boxes = [one for one in drawing.shapes if isinstance(one, Box)]
    assert [box.fill for box in boxes] == ["fine_motor", "card", "card"], "begun, and to come"
    said = [one.words for one in texts(drawing)]
    assert {"10, final", "1 to 9", "to come"} <= set(said)
    assert "10" in said


def test_that_values_are_shown_later_is_said_where_something_was_answered():
    values = {"speech": 4}
    later = "earlier values show when complete"
    assert [one.words for one in texts(strips(values, waits=True, width=400))].count(later) == 1
    assert later not in {one.words for one in texts(strips(values))}
    narrow = [one.words for one in texts(strips(values, waits=True, width=260))]
    assert any(one.startswith("earlier") and one.endswith("…") for one in narrow)


@pytest.mark.parametrize("mirrored", [False, True])
def test_names_and_strips_share_the_width_in_both_directions(mirrored):
    drawing = strips({"speech": 4}, points(11.0, 10.0), mirrored=mirrored)
    for one in texts(drawing):
        left, right = extent(one)
        assert left >= 0 and right <= drawing.width
    names = [one for one in texts(drawing) if one.words == "Fine motor"]
    strip = [one.x for one in drawing.shapes if isinstance(one, Box)]
    assert all((name.x > x) is mirrored for name in names for x in strip)


def test_time_runs_from_left_to_right_in_both_directions():
    for mirrored in (False, True):
        drawing = strips({"speech": 4}, points(11.0, 10.0), mirrored=mirrored)
        box = next(one for one in drawing.shapes if isinstance(one, Box))
        earlier = [one.x for one in drawing.shapes if isinstance(one, Marker) and one.size == 3]
        assert max(earlier) < box.x


def test_a_visit_of_an_earlier_day_is_named_by_its_day():
    drawing = sheet()
    so_far_plots.place_totals(drawing, a_plot(points(40), (0, 48)), DAY)
    assert "21 Jul" in {one.words for one in texts(drawing)}
