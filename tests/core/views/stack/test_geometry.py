"""Where things are on the sheet of a chart: how large a point is, that no words lie on others, that nothing is lost."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from core.model.spirometry import TestType
from core.reports import stack as paper
from core.views.stack import build, geometry, overlay
from core.views.stack.geometry import Figures, Sheet
from core.views.stack.shapes import Align, Box, Line, Marker, Path, Text
from core.views.trends import Axis
from tests.core.examples import (
    INFUSION,
    a_form,
    a_patient,
    a_record,
    a_spirometry,
    a_visit,
    summing_to,
)

PATIENT = a_patient(sex=Sex.MALE, born=date(1959, 3, 14), height_cm=176, onset=PartialDate(2023, 6))
TODAY = date(2026, 11, 28)
USUAL = (1222, 634)  # px: what a window of 1366x768 leaves for the stack


def measure(words, size, _weight):
    """A plain font: every letter is half as wide as high."""
    return 0.5 * size * len(words)


def a_course(totals=(40, 38, 36, 33, 31, 28), **more):
    """A patient whose visits, 60 days apart, have these totals and a falling vital capacity."""
    visits = [
        a_visit(PATIENT, INFUSION + timedelta(days=60 * i), "M2", weight_kg=80 - i)
        for i in range(len(totals))
    ]
    forms = [a_form(v, summing_to(t)) for v, t in zip(visits, totals, strict=True)]
    blows = [
        a_spirometry(v, 3000 - 150 * i, 2980 - 150 * i, 2950 - 150 * i)
        for i, v in enumerate(visits)
    ]
    return a_record(PATIENT, *visits, assessments=tuple(forms), spirometry=tuple(blows), **more)


def event(term, onset, grade=Grade.MODERATE, **more):
    given = {
        "patient_id": PATIENT.id,
        "term": term,
        "onset": PartialDate.of(onset),
        "grade": grade,
        "serious": False,
        "outcome": Outcome.RECOVERED,
    }
    return AdverseEvent(**{**given, **more})


def place(record, size=USUAL, axis=Axis.REFERENCE, **changes):
    stack = build.build(record, TODAY)
    sheet = Sheet(width=size[0], height=size[1], measure=measure, **changes)
    scale = next(one for one in stack.scales if one.axis is axis)
    return stack, sheet, geometry.place(stack, sheet, scale)


def words(drawing):
    return [shape.words for shape in drawing.shapes if isinstance(shape, Text)]


def reach(text):
    """The rectangle of some words."""
    wide = measure(text.words, text.size, text.weight)
    left = {Align.LEFT: text.x, Align.CENTRE: text.x - wide / 2, Align.RIGHT: text.x - wide}
    return left[text.align], text.y - 0.75 * text.size, left[text.align] + wide, text.y


def test_a_point_of_the_total_is_five_pixels_where_thirty_or_fewer_are_shown():
    _stack, _sheet, drawing = place(a_course())
    frame = drawing.frames[0]
    assert frame.high - frame.low <= 30
    assert (frame.bottom - frame.top) / (frame.high - frame.low) >= 5


def test_a_point_of_the_total_is_more_than_three_pixels_on_the_whole_scale():
    _stack, _sheet, drawing = place(a_course(), whole=True)
    frame = drawing.frames[0]
    assert (frame.low, frame.high) == (0, 48)
    assert (frame.bottom - frame.top) / 48 >= 3.2


@given(
    totals=st.lists(st.integers(0, 48), min_size=1, max_size=9),
    height=st.integers(300, 1000),
    whole=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_every_value_is_within_its_plot_and_the_used_range_is_never_too_small(
    totals, height, whole
):
    stack, _sheet, drawing = place(a_course(totals), (1222, height), whole=whole)
    for row, frame in zip(stack.rows, drawing.frames, strict=True):
        plot = row.plot
        assert plot.low <= frame.low < frame.high <= plot.high
        for series in plot.series:
            for point in series.points:
                assert frame.top - 0.1 <= frame.y(point.value) <= frame.bottom + 0.1
        least = min(row.used, plot.high - plot.low) if row.used else plot.high - plot.low
        assert frame.high - frame.low >= least - 1e-6


def test_what_part_of_the_scale_is_shown_is_said():
    _stack, _sheet, drawing = place(a_course())
    frame = drawing.frames[0]
    assert f"{frame.low:.0f}–{frame.high:.0f} of 48 shown" in words(drawing)
    _stack, _sheet, whole = place(a_course(), whole=True)
    assert not [text for text in words(whole) if "shown" in text]


@pytest.mark.parametrize("axis", list(Axis))
def test_every_total_stands_at_its_point_on_every_axis(axis):
    _stack, _sheet, drawing = place(a_course(), axis=axis)
    said = words(drawing)
    for total in ("40", "38", "36", "33", "31", "28"):
        assert total in said


@given(gap=st.integers(1, 40), n=st.integers(2, 40), width=st.integers(500, 1900))
@settings(max_examples=40, deadline=None)
def test_no_values_and_no_heads_lie_on_one_another(gap, n, width):
    visits = [a_visit(PATIENT, INFUSION + timedelta(days=gap * i), "M2") for i in range(n)]
    forms = tuple(a_form(v, summing_to(48 - i)) for i, v in enumerate(visits))
    figures = Figures.BESIDE if width >= 760 else Figures.ABOVE
    _stack, _sheet, drawing = place(
        a_record(PATIENT, *visits, assessments=forms), (width, 634), figures=figures
    )
    last = f"{48 - n + 1}"
    assert last in words(drawing), "the newest value is never the one that is left out"
    heads = [reach(one) for one in drawing.shapes if isinstance(one, Text) and one.y == 14]
    values = [
        reach(one)
        for one in drawing.shapes
        if isinstance(one, Text) and one.halo and one.words.isdecimal() and one.size == 12
    ]
    for boxes in (heads, values):
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


def test_a_visit_is_a_line_through_all_rows_under_its_name():
    stack, _sheet, drawing = place(a_course())
    axis = geometry.time_axis(stack, _sheet, stack.scales[0])
    for head in stack.heads:
        lines = [s for s in drawing.shapes if isinstance(s, Line) and s.x1 == s.x2]
        assert any(abs(one.x1 - axis.x(head.on)) < 0.1 and one.y2 > 500 for one in lines)


def test_points_of_one_day_and_value_stand_three_pixels_apart():
    visits = [a_visit(PATIENT, INFUSION + timedelta(days=60 * i), "M2") for i in range(2)]
    forms = tuple(a_form(visit, (3,) * 12) for visit in visits)  # every domain has 9
    stack, _sheet, drawing = place(a_record(PATIENT, *visits, assessments=forms))
    roles = [series.role for series in stack.rows[1].plot.series]
    frame = drawing.frames[1]
    low, high = frame.top, frame.bottom
    ys = sorted(
        one.y
        for one in drawing.shapes
        if isinstance(one, Marker) and one.colour in roles and low < one.y < high and one.x > 250
    )
    assert len(ys) == 8
    distinct = sorted({round(y, 3) for y in ys})
    assert [round(b - a, 3) for a, b in pairwise(distinct)] == [3, 3, 3]


def test_events_of_one_week_stand_side_by_side_and_more_than_three_are_counted():
    begun = INFUSION + timedelta(days=100)
    events = tuple(event(f"Fall {i}", begun + timedelta(days=i)) for i in range(6))
    stack, _sheet, drawing = place(a_course(events=events))
    squares = [s for s in drawing.shapes if isinstance(s, Box) and s.fill == "fill:grade_2"]
    assert len(squares) == 2
    assert squares[1].x - squares[0].x >= squares[0].width
    assert "+4" in words(drawing)
    hits = {hit.mark for hit in drawing.hits}
    marks = [
        mark.id for lane in stack.lanes for mark in lane.marks if lane.title == "Adverse events"
    ]
    assert set(marks[:2]) <= hits


def test_a_serious_event_has_a_ring_and_its_grade_is_written_in_it():
    grave = event(
        "Pulmonary embolism", INFUSION + timedelta(days=64), Grade.LIFE_THREATENING, serious=True
    )
    _stack, _sheet, drawing = place(a_course(events=(grave,)))
    rings = [s for s in drawing.shapes if isinstance(s, Box) and s.edge == "bad" and not s.fill]
    assert len(rings) == 1
    inside = [s for s in drawing.shapes if isinstance(s, Text) and s.colour == "ink:grade_4"]
    assert [one.words for one in inside] == ["4"]


def test_a_death_is_a_line_through_the_stack_and_nothing_is_shaded_as_future():
    died = Milestone(
        patient_id=PATIENT.id,
        kind=MilestoneKind.DEATH,
        happened_on=PartialDate.of(INFUSION + timedelta(days=330)),
    )
    stack, sheet, drawing = place(a_course(milestones=(died,)))
    axis = geometry.time_axis(stack, sheet, stack.scales[0])
    x = axis.x(stack.ends)
    lines = [s for s in drawing.shapes if isinstance(s, Line) and s.colour == "death"]
    assert len(lines) == 1
    assert abs(lines[0].x1 - x) < 0.1
    assert not [s for s in drawing.shapes if isinstance(s, Box) and s.fill == "ground"]
    assert not stack.rows[0].plot.forecasts


def test_a_stated_total_says_so_at_its_point_and_joins_no_line():
    stated = ExternalResult(
        patient_id=PATIENT.id,
        kind=ExternalKind.ALSFRS_R_TOTAL,
        value=42,
        measured_on=INFUSION - timedelta(days=30),
        source="letter",
    )
    stack, _sheet, drawing = place(a_course(external=(stated,)))
    assert "42 stated" in words(drawing)
    lines = [
        s for s in drawing.shapes if isinstance(s, Path) and s.colour == "total" and not s.dash
    ]
    assert [len(one.points) for one in lines] == [6]
    del stack


def test_an_empty_record_says_that_there_is_nothing_to_draw():
    stack, _sheet, drawing = place(a_record(PATIENT))
    assert words(drawing).count("Nothing to draw yet: no value has a date.") == len(stack.rows)


def test_the_line_at_a_day_says_the_values_of_that_day_and_no_others():
    stack, sheet, drawing = place(a_course())
    axis = geometry.time_axis(stack, sheet, stack.scales[0])
    over = overlay.hairline(stack, sheet, drawing, axis, stack.heads[2].on)
    said = " ".join(words(over))
    assert stack.heads[2].day in said
    assert "36" in said
    assert "28 / 48" not in said
    column = [one for one in over.shapes if isinstance(one, Text) and one.x < 200]
    assert not [one for one in column if one.words in {"40", "38", "33", "31", "28"}]


def test_the_card_of_an_event_says_it_in_full_and_covers_no_value_it_could_spare():
    grave = event("Pulmonary embolism", INFUSION + timedelta(days=64), Grade.SEVERE, serious=True)
    stack, sheet, drawing = place(a_course(events=(grave,)))
    axis = geometry.time_axis(stack, sheet, stack.scales[0])
    mark = next(m for lane in stack.lanes for m in lane.marks if m.title == "Pulmonary embolism")
    card = overlay.event_card(sheet, drawing, axis, mark, "Enter opens it")
    said = words(card)
    assert said[0] == "Pulmonary embolism"
    assert any("grade 3" in one and "serious" in one for one in said)
    assert said[-1] == "Enter opens it"
    boxes = [s for s in card.shapes if isinstance(s, Box) and s.fill == "card"]
    assert all(box.x >= 0 and box.x + box.width <= sheet.width for box in boxes)


@given(
    size=st.tuples(st.integers(360, 2200), st.integers(200, 1300)),
    unit=st.sampled_from([0.9, 1.0, 1.5, 2.0]),
    whole=st.booleans(),
    figures=st.sampled_from(list(Figures)),
)
@settings(max_examples=50, deadline=None)
def test_nothing_is_drawn_beyond_the_sheet_at_any_size(size, unit, whole, figures):
    wide = max(size[0], 560 * unit) if figures is Figures.BESIDE else max(size[0], 300 * unit)
    events = tuple(event(f"Event {i}", INFUSION + timedelta(days=40 * i)) for i in range(7))
    _stack, _sheet, drawing = place(
        a_course(events=events), (wide, size[1]), unit=unit, whole=whole, figures=figures
    )
    for shape in drawing.shapes:
        match shape:
            case Text():
                left, top, right, bottom = reach(shape)
                assert left >= -1
                assert right <= wide + 1
                assert top >= 0
                assert bottom <= drawing.height + 1
            case Box():
                assert shape.x + shape.width <= wide + 4
                assert shape.y + shape.height <= drawing.height + 4
            case Path():
                assert all(y <= drawing.height and x <= wide for x, y in shape.points)


def test_paper_and_window_place_the_same_values():
    """The page is the window's sheet in points: the same words beside the same points."""
    record = a_course()
    stack, _sheet, drawing = place(record, figures=Figures.NAMES)
    sheet = Sheet(width=511, height=400, measure=paper.measure, unit=0.75, figures=Figures.NAMES)
    printed = geometry.place(stack, sheet, stack.scales[0])
    values = {"40", "38", "36", "33", "31", "28"}
    assert values <= set(words(drawing))
    assert values <= set(words(printed))


def test_many_events_through_the_years_are_at_their_days_and_not_all_at_the_first():
    falls = [event("Fall", INFUSION + timedelta(days=8 * i)) for i in range(38)]
    _stack, _sheet, sheet = place(a_course(events=tuple(falls)))
    hits = [hit.x for hit in sheet.hits if hit.mark in {fall.id for fall in falls}]
    assert max(hits) - min(hits) > 0.4 * sheet.width
    groups = {round(x) for x in hits}
    assert len(groups) > 8


def test_the_litres_beside_a_plot_are_of_the_session_whose_percentage_they_stand_below():
    early, late = (a_visit(PATIENT, INFUSION + timedelta(days=n), "M2") for n in (0, 90))
    slow = a_spirometry(late, 1500, 1490, 1480, test_type=TestType.SVC)
    record = a_record(
        PATIENT, early, late, spirometry=(a_spirometry(early, 3000, 2990, 2980), slow)
    )
    row = next(one for one in build.build(record, TODAY).rows if one.plot.id == "vital-capacity")
    words_ = " ".join("".join(part.text for part in line) for line in row.lines)
    assert "3.00 L · z" in words_ and "1.50 L" not in words_
