"""Words and marks of any chart: nothing on one another, nothing lost in silence, nothing slow."""

import itertools
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.forms import catalog
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from core.model.spirometry import Position, TestType
from core.views.stack import axes, build, geometry, overlay
from core.views.stack.geometry import Figures, Sheet
from core.views.stack.rows import Tone
from core.views.stack.shapes import Align, Box, Marker, Text
from tests.core.examples import (
    INFUSION,
    a_form,
    a_patient,
    a_record,
    a_spirometry,
    a_visit,
    summing_to,
)

TODAY = date(2026, 11, 28)
PATIENT = a_patient(sex=Sex.MALE, born=date(1959, 3, 14), height_cm=176, onset=PartialDate(2023, 6))
SIZES = [(1222, 634), (960, 500), (1776, 900), (683, 364)]
GRADES, OUTCOMES = list(Grade), [Outcome.RECOVERED, Outcome.NOT_RECOVERED, Outcome.UNKNOWN]


def measure(words, size, weight):
    """A plain font; the heavier, the wider."""
    return (0.5 + 0.02 * weight) * size * len(words)


def of_form(form, values):
    defined = catalog.newest()[form]
    return FormRecord(
        patient_id=PATIENT.id,
        form=form,
        version=defined.version,
        entered_by="demo",
        entered_at=datetime.combine(TODAY, clock_time(9), UTC),
        items={name: Item(value=value) for name, value in values.items()},
        course=defined.course,
    )


def device(kind, started, days=None, **values):
    over = {} if days is None else {"ongoing": 0, "ended": str(started + timedelta(days))}
    return of_form(
        "device", {"kind": kind, "status": "used", "started": str(started), **over, **values}
    )


def medicine(name, started, days=None, dose=50):
    over = {} if days is None else {"ongoing": 0, "ended": str(started + timedelta(days))}
    given = {"substance": name, "dose": dose, "unit": "mg", "frequency": "2_daily"}
    return of_form("medicine", {**given, "started": str(started), **over})


def event(
    term, onset, grade=Grade.MODERATE, days=None, *, serious=False, outcome=Outcome.RECOVERED
):
    return AdverseEvent(
        patient_id=PATIENT.id,
        term=term,
        onset=PartialDate.of(onset),
        grade=grade,
        serious=serious,
        outcome=outcome,
        ended=None if days is None else PartialDate.of(onset + timedelta(days)),
    )


days = st.integers(-4000, 400).map(lambda n: INFUSION + timedelta(n))
near = st.integers(-200, 300).map(lambda n: INFUSION + timedelta(n))
lasts = st.none() | st.integers(0, 400)
terms = st.sampled_from(
    ["Fall", "Pulmonary embolism", "افتادن در حمام", "Sinus tachycardia", "Rash"]
)
events = st.builds(
    event,
    terms,
    near | days,
    st.sampled_from(GRADES),
    lasts,
    serious=st.booleans(),
    outcome=st.sampled_from(OUTCOMES),
)
kinds = st.sampled_from(["niv", "hospital_stay", "wheelchair", "walking_aid", "gastrostomy"])
names = st.sampled_from(["Riluzole", "Dextromethorphan and quinidine", "Baclofen", "Edaravone"])
forms = st.builds(device, kinds, near | days, lasts) | st.builds(
    medicine, names, near | days, lasts
)


@st.composite
def records(draw):
    """Any patient: visits of any rhythm, every kind of vital capacity, what others stated, events, devices, a death."""
    n, gap = draw(st.integers(0, 14)), draw(st.sampled_from([1, 7, 30, 60, 180]))
    visits = [
        a_visit(PATIENT, INFUSION + timedelta(gap * i), "M2", weight_kg=draw(st.integers(40, 99)))
        for i in range(n)
    ]
    totals = draw(st.lists(st.integers(0, 48), min_size=n, max_size=n))
    blows = []
    for kind, position in draw(
        st.sets(st.tuples(st.sampled_from(TestType), st.sampled_from(Position)))
    ):
        for visit in visits:
            best = draw(st.integers(500, 5500))
            more = {"test_type": kind, "position": position}
            more["device_percent"] = draw(st.none() | st.integers(20, 120))
            blows.append(a_spirometry(visit, best, best - 20, best - 40, **more))
    stated = [
        ExternalResult(patient_id=PATIENT.id, kind=kind, value=40, measured_on=on, source="letter")
        for kind, on in draw(
            st.dictionaries(st.sampled_from(ExternalKind), near, max_size=2)
        ).items()
    ]
    died = [
        Milestone(patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate.of(on))
        for on in draw(
            st.lists(st.integers(300, 900), max_size=1).map(
                lambda ns: [INFUSION + timedelta(n) for n in ns]
            )
        )
    ]
    return a_record(
        PATIENT,
        *visits,
        assessments=tuple(a_form(v, summing_to(t)) for v, t in zip(visits, totals, strict=True)),
        spirometry=tuple(blows),
        external=tuple(stated),
        milestones=tuple(died),
        events=tuple(draw(st.lists(events, max_size=12))),
        forms=tuple(draw(st.lists(forms, max_size=10))),
    )


sheets = st.builds(
    lambda size, unit, whole: Sheet(
        width=size[0] * unit,
        height=size[1],
        measure=measure,
        unit=unit,
        whole=whole,
        figures=Figures.BESIDE if size[0] >= 760 else Figures.ABOVE,
    ),
    st.sampled_from(SIZES),
    st.sampled_from([1.0, 2.0]),
    st.booleans(),
)
thorough = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def placed(record, sheet, scale=0, fields=("weight",)):
    stack = build.build(record, TODAY, fields=fields)
    chosen = stack.scales[scale % len(stack.scales)]
    return stack, chosen, geometry.place(stack, sheet, chosen)


def texts(drawing):
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]


def reach(text):
    """The rectangle of some words."""
    wide = measure(text.words, text.size, text.weight)
    left = {Align.LEFT: text.x, Align.CENTRE: text.x - wide / 2, Align.RIGHT: text.x - wide}
    return left[text.align], text.y - 0.72 * text.size, left[text.align] + wide, text.y


@given(records(), sheets, st.integers(0, 2))
@thorough
def test_no_words_lie_on_others_and_none_leave_the_sheet(record, sheet, scale):
    _stack, _scale, drawing = placed(record, sheet, scale)
    every = [(text.words, reach(text)) for text in texts(drawing)]
    for words, (left, top, right, bottom) in every:
        assert left >= -1 and right <= sheet.width + 1, words
        assert top >= 0 and bottom <= drawing.height, words
    for (one, a), (other, b) in itertools.combinations(every, 2):
        apart = a[2] <= b[0] + 0.1 or b[2] <= a[0] + 0.1 or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (one, other, a, b)


@given(records(), sheets, st.integers(0, 2))
@thorough
def test_every_mark_is_drawn_or_counted_and_its_card_can_be_shown(record, sheet, scale):
    stack, chosen, drawing = placed(record, sheet, scale)
    axis = geometry.time_axis(stack, sheet, chosen)
    hits = {hit.mark for hit in drawing.hits}
    said = " ".join(text.words for text in texts(drawing))
    for lane in stack.lanes:
        for mark in lane.marks:
            assert mark.id in hits, mark
            card = overlay.event_card(sheet, drawing, axis, mark, "")
            assert card.shapes
    outside = [
        mark
        for lane in stack.lanes
        for mark in lane.marks
        if mark.began < axes.days_shown(stack)[0] - timedelta(500) and mark.ended == mark.began
    ]
    assert not outside or "earlier" in said


@given(records(), sheets)
@thorough
def test_the_newest_value_of_every_series_is_within_its_plot_and_said(record, sheet):
    stack, chosen, drawing = placed(record, sheet)
    axis = geometry.time_axis(stack, sheet, chosen)
    said = [text.words for text in texts(drawing) if text.halo]
    for row, frame in zip(stack.rows, drawing.frames, strict=True):
        for series in row.plot.series:
            if series.points:
                assert (
                    frame.low
                    <= min(max(series.points[-1].value, row.plot.low), row.plot.high)
                    <= frame.high
                )
                assert axis.shows(series.points[-1].day)
        main = row.plot.series[0] if row.plot.series else None
        if main is not None and main.points and main.role in {"total", "weight"}:
            assert f"{main.points[-1].value:.{row.decimals}f}" in said


@given(records(), st.sampled_from([1.0, 1.5, 2.0]))
@thorough
def test_no_figure_beside_a_plot_is_left_out_or_shortened(record, unit):
    sheet = Sheet(width=1222 * unit, height=300, measure=measure, unit=unit)
    stack, _scale, drawing = placed(record, sheet)
    side = geometry.side_width(sheet)
    said = " ".join(text.words for text in texts(drawing) if text.x < side)
    for row in stack.rows:
        for words in itertools.chain.from_iterable(row.lines):
            if words.tone in {Tone.BIG, Tone.STRONG, Tone.WARN, Tone.MUTED}:
                for word in words.text.split():
                    assert word in said, (words.text, said)
        for one in row.legend:
            assert all(cell in said for cell in one.cells)


@given(records(), sheets)
@thorough
def test_stages_are_beside_one_another(record, sheet):
    _stack, _scale, drawing = placed(record, sheet)
    boxes = [s for s in drawing.shapes if isinstance(s, Box) and s.fill.startswith("fill:stage_")]
    for _y, band in itertools.groupby(boxes, key=lambda box: box.y):
        for before, after in itertools.pairwise(band):
            assert before.x + before.width <= after.x + sheet.unit + 0.1


def test_the_last_stage_is_read_where_it_was_one_form_only():
    visits = [a_visit(PATIENT, INFUSION + timedelta(60 * i), "M2") for i in range(2)]
    scores = ((4,) * 10 + (3, 4), (4,) * 10 + (3, 0))  # King's 4B at the second
    forms = tuple(a_form(v, s) for v, s in zip(visits, scores, strict=True))
    sheet = Sheet(width=1222, height=634, measure=measure)
    stack, _scale, drawing = placed(a_record(PATIENT, *visits, assessments=forms), sheet)
    (kings,) = [band for band in stack.bands if band.id == "kings"]
    last = kings.stretches[-1]
    assert last.first == last.last
    inks = [t.words for t in texts(drawing) if t.colour == f"ink:stage_{last.level}"]
    assert kings.now in inks


def test_of_a_crowd_the_gravest_events_are_drawn_and_the_others_counted():
    begun = INFUSION + timedelta(100)
    mild = [event(f"Rash {i}", begun + timedelta(i), Grade.MILD) for i in range(9)]
    grave = event("Sepsis", begun + timedelta(9), Grade.LIFE_THREATENING, serious=True)
    sheet = Sheet(width=1222, height=634, measure=measure)
    visits = [a_visit(PATIENT, INFUSION + timedelta(60 * i), "M2") for i in range(6)]
    record = a_record(PATIENT, *visits, events=(*mild, grave))
    _stack, _scale, drawing = placed(record, sheet)
    said = [text.words for text in texts(drawing)]
    assert "+8" in said
    assert [text.words for text in texts(drawing) if text.colour == "ink:grade_4"] == ["4"]


def test_the_words_of_an_event_stand_above_the_bar_to_its_end():
    one = event("Pulmonary embolism", INFUSION + timedelta(60), Grade.SEVERE, days=200)
    visits = [a_visit(PATIENT, INFUSION + timedelta(60 * i), "M2") for i in range(6)]
    sheet = Sheet(width=1222, height=634, measure=measure)
    _stack, _scale, drawing = placed(a_record(PATIENT, *visits, events=(one,)), sheet)
    (words,) = [text for text in texts(drawing) if text.words == "Pulmonary embolism"]
    (bar,) = [s for s in drawing.shapes if isinstance(s, Box) and s.fill == "edge:grade_3"]
    assert bar.x < words.x < bar.x + bar.width
    assert words.y <= bar.y, "on its baseline, not through it"


def test_a_short_bar_has_its_words_beside_it_and_a_stay_covers_none_of_its_own():
    stay = device("hospital_stay", INFUSION + timedelta(64), 9)
    niv = device("niv", INFUSION + timedelta(100), 3)
    visits = [a_visit(PATIENT, INFUSION + timedelta(60 * i), "M2") for i in range(6)]
    sheet = Sheet(width=1222, height=634, measure=measure)
    _stack, _scale, drawing = placed(a_record(PATIENT, *visits, forms=(stay, niv)), sheet)
    for start, role in (("Hospital 9 days", "hospital"), ("NIV", "support")):
        words = next(text for text in texts(drawing) if text.words.startswith(start))
        box = next(s for s in drawing.shapes if isinstance(s, Box) and s.fill == f"fill:{role}")
        left, _top, right, _bottom = reach(words)
        assert right <= box.x or left >= box.x + box.width


def test_many_values_are_said_where_they_changed():
    visits = [a_visit(PATIENT, INFUSION + timedelta(7 * i), "M2") for i in range(30)]
    forms = tuple(a_form(v, summing_to(44 - i // 10)) for i, v in enumerate(visits))
    sheet = Sheet(width=1222, height=634, measure=measure)
    record = a_record(PATIENT, *visits, assessments=forms)
    stack, _scale, drawing = placed(record, sheet)
    frame = drawing.frames[0]
    values = [
        t.words
        for t in texts(drawing)
        if t.halo and frame.top - 5 < t.y < frame.bottom and t.words.isdecimal()
    ]
    assert sorted(values) == ["42", "42", "43", "44"]
    assert len([s for s in drawing.shapes if isinstance(s, Marker) and s.colour == "total"]) == 30
    del stack


@pytest.mark.parametrize("figures", [Figures.BESIDE, Figures.ABOVE, Figures.NAMES])
def test_placing_costs_as_much_more_as_there_is_more_to_place(figures):
    def cost(n):
        visits = [
            a_visit(PATIENT, INFUSION + timedelta(9 * i), "M2", weight_kg=70) for i in range(n)
        ]
        record = a_record(
            PATIENT,
            *visits,
            assessments=tuple(a_form(v, summing_to(i % 49)) for i, v in enumerate(visits)),
            events=tuple(event(f"Event {i}", v.date, days=20) for i, v in enumerate(visits)),
            forms=tuple(medicine(f"Medicine {i}", v.date, 5) for i, v in enumerate(visits)),
        )
        stack = build.build(record, TODAY, fields=("weight",))
        sheet = Sheet(width=1222, height=634, measure=measure, figures=figures)
        spent = []
        for _ in range(5):
            begun = time.process_time()
            geometry.place(stack, sheet, stack.scales[0])
            spent.append(time.process_time() - begun)
        return min(spent)

    few, many = cost(20), cost(200)
    assert many < 25 * few, (few, many)
