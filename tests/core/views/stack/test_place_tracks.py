"""Rows of treatments on a sheet: no words on others, nothing lost, at every width and on paper."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.model.adverse_event import Milestone, MilestoneKind
from core.model.partial_date import PartialDate
from core.reports import stack as paper
from core.views import treatments
from core.views.stack import geometry, overlay
from core.views.stack.geometry import Figures, Sheet
from core.views.stack.shapes import Area, Box, Line, Text
from tests.core.examples import INFUSION, a_record, a_visit
from tests.core.views.stack.test_geometry import measure, reach, words
from tests.core.views.test_lanes import PATIENT, TODAY, device, event
from tests.core.views.test_treatments import a_course, medicine


def place(record, width=1222, everything=True, axis=1, **changes):
    stack = treatments.timeline(record, TODAY, everything=everything)
    sheet = Sheet(width=width, height=0, measure=measure, tracks=True, **changes)
    return stack, sheet, geometry.place(stack, sheet, stack.scales[axis % len(stack.scales)])


def sixty():
    """Sixty medicines of which half run, some with several doses, some at once."""
    found = []
    for n in range(60):
        began = INFUSION - timedelta(days=400 - 11 * n)
        ended = str(began + timedelta(days=20 + 7 * (n % 9))) if n % 2 else ""
        found.append(medicine(f"Medicine number {n} of many", str(began), ended, dose=5 + n % 3))
        if n % 5 == 0:
            found.append(medicine(f"Medicine number {n} of many", str(began), dose=20))
    return a_course(*found, device("niv", "2026-06-12", hours=4.0), events=(event(),))


def overlaps(drawing):
    """Pairs of words that are on one another."""
    texts = [one for one in drawing.shapes if isinstance(one, Text) and one.words]
    found = []
    for a, b in combinations(texts, 2):
        (x1, t1, e1, b1), (x2, t2, e2, b2) = reach(a), reach(b)
        if x1 < e2 - 1 and x2 < e1 - 1 and t1 < b2 - 1 and t2 < b1 - 1:
            found.append((a.words, b.words))
    return found


@pytest.mark.parametrize("width", [620, 800, 1222, 1700])
@pytest.mark.parametrize("figures", [Figures.BESIDE, Figures.ABOVE])
def test_of_sixty_medicines_each_has_its_row_and_no_words_are_on_others(width, figures):
    stack, _sheet, drawing = place(sixty(), width, figures=figures)
    assert overlaps(drawing) == []
    assert len(drawing.tracks) == 63
    assert all(a[1] <= b[0] for a, b in zip(drawing.tracks, drawing.tracks[1:], strict=False))
    assert {hit.mark for hit in drawing.hits} == {mark.id for mark in stack.marks}
    assert drawing.height == geometry.least_height(stack, _sheet)


dates = st.dates(INFUSION - timedelta(days=1500), TODAY).map(str)
some_medicine = st.builds(
    lambda name, began, days, runs, dose: medicine(
        name,
        began,
        "" if runs else str(min(TODAY, INFUSION + timedelta(days=days))),
        dose=dose,
    ),
    st.sampled_from(["Riluzole", "Baclofen", "A medicine with quite a long name, retard tablets"]),
    dates,
    st.integers(-400, 190),
    st.booleans(),
    st.sampled_from([0, 5, 10, 50]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(some_medicine, max_size=8),
    st.sampled_from([620, 1222]),
    st.integers(0, 2),
)
def test_no_made_up_treatment_is_lost_or_on_another(forms, width, axis):
    figures = Figures.ABOVE if width == 620 else Figures.BESIDE
    stack, _sheet, drawing = place(a_course(*forms), width, axis=axis, figures=figures)
    assert overlaps(drawing) == []
    assert {hit.mark for hit in drawing.hits} == {mark.id for mark in stack.marks}
    for hit in drawing.hits:
        assert hit.y >= 0 and hit.y + hit.height <= drawing.height


def test_a_pause_is_a_thin_line_and_what_runs_ends_in_an_arrow():
    first = medicine("Riluzole", "2026-01-01", "2026-03-01", dose=50)
    again = medicine("Riluzole", "2026-04-01", dose=50)
    _stack, _sheet, drawing = place(a_course(first, again), everything=False)
    (thin,) = [s for s in drawing.shapes if isinstance(s, Line) and s.colour == "edge:medicine_3"]
    before, after = [s for s in drawing.shapes if isinstance(s, Box) and "medicine" in s.fill]
    assert before.x + before.width <= thin.x1 + 1 < thin.x2 <= after.x
    (arrow,) = [s for s in drawing.shapes if isinstance(s, Area)]
    assert min(x for x, _y in arrow.points) == pytest.approx(after.x + after.width)


def test_shades_tell_a_higher_dose_from_a_lower_and_offered_is_hollow():
    low = medicine("Baclofen", "2026-01-01", "2026-03-01", dose=5)
    high = medicine("Baclofen", "2026-03-01", dose=10)
    _stack, _sheet, drawing = place(a_course(low, high), everything=False)
    fills = [s.fill for s in drawing.shapes if isinstance(s, Box) and "medicine" in s.fill]
    assert fills == ["fill:medicine_2", "fill:medicine_3"]


def test_today_and_the_infusion_have_their_names_and_go_through_all_rows():
    _stack, _sheet, drawing = place(sixty())
    assert {"today", "Infusion"} <= set(words(drawing))
    through = [
        s for s in drawing.shapes if isinstance(s, Line) and s.x1 == s.x2 and s.y2 - s.y1 > 500
    ]
    assert {"ink", "reference"} <= {line.colour for line in through}


def test_what_began_before_the_axis_is_cut_and_what_ended_before_it_is_counted_and_can_be_pointed_at():
    old = medicine("Simvastatin", "1999-01-01", "2001-01-01", dose=20)
    _stack, _sheet, drawing = place(a_course(old), everything=False)
    assert "1 earlier" in words(drawing)
    assert old.id in {hit.mark for hit in drawing.hits}


def test_the_chosen_row_is_tinted_and_its_card_is_in_sight():
    record = sixty()
    stack, sheet, drawing = place(record)
    mark = stack.marks[40]
    over = overlay.chosen(sheet, drawing, mark.id)
    tint = over.shapes[0]
    hit = next(one for one in drawing.hits if one.mark == mark.id)
    assert tint.y <= hit.y and hit.y + hit.height <= tint.y + tint.height
    axis = geometry.time_axis(stack, sheet, stack.scales[1])
    seen = (hit.y - 30, hit.y + 200)
    card = overlay.event_card(sheet, drawing, axis, mark, "Enter opens it", seen)
    boxes = [s for s in card.shapes if isinstance(s, Box) and s.fill == "card"]
    assert [(b.y >= seen[0], b.y + b.height <= seen[1]) for b in boxes] == [(True, True)]
    assert overlay.chosen(sheet, drawing, "gone").shapes == []


def test_on_paper_the_names_have_their_room():
    stack = treatments.timeline(sixty(), TODAY)
    block = paper.block(stack, stack.scales[0], 527, 0, whole=True)
    assert block.height == paper.least_height(stack, 527)


def test_without_a_visit_and_a_form_the_axis_is_there_alone():
    bare = a_record(PATIENT, a_visit(PATIENT, INFUSION))
    _stack, _sheet, drawing = place(bare)
    assert "today" in words(drawing)


@pytest.mark.parametrize("width", [420, 560, 620, 800, 1222])
@pytest.mark.parametrize("figures", [Figures.BESIDE, Figures.ABOVE])
def test_no_dose_is_on_the_line_of_a_death(width, figures):
    died = date(2026, 9, 3)
    death = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate.of(died)
    )
    record = a_course(
        medicine("Riluzole", "2026-03-01", dose=50),
        medicine("Baclofen", "2026-08-20", str(died - timedelta(days=2)), dose=10),
        device("niv", "2026-06-12", hours=9.0),
        milestones=(death,),
    )
    _stack, _sheet, drawing = place(record, width, figures=figures)
    (line,) = [
        one
        for one in drawing.shapes
        if isinstance(one, Line) and one.x1 == one.x2 and one.colour == "death"
    ]
    said = [one for one in drawing.shapes if isinstance(one, Text) and "mg" in one.words]
    assert len(said) >= 2
    for one in said:
        left, top, right, _bottom = reach(one)
        if line.y1 < top < line.y2:
            assert right <= line.x1 or left >= line.x1, one.words
