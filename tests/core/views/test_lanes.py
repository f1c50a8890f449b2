"""The lanes of a chart: what happened, what runs, adverse events, and what a form puts there by its definition."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms import catalog
from core.forms.definition import LANES, Role
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from core.views import plot_style
from core.views.stack.lanes import lanes
from core.views.stack.rows import Shape
from core.words import MISSING
from tests.core.examples import INFUSION, a_patient, a_record, a_routine_patient, a_visit
from tests.core.forms.made_up import stored

TODAY = date(2026, 11, 28)
PATIENT = a_patient()


def a_form_record(form, values, entered=TODAY, **more):
    """A record of the newest version of a form, as the file gives it out."""
    defined = catalog.newest()[form]
    return FormRecord(
        patient_id=PATIENT.id,
        form=form,
        version=defined.version,
        entered_by="demo",
        entered_at=datetime.combine(entered, time(9), UTC),
        items={name: Item(value=value) for name, value in values.items()},
        course=defined.course,
        **more,
    )


def device(kind, started, status="used", **values):
    return a_form_record("device", {"kind": kind, "status": status, "started": started, **values})


def event(term="Pneumonia", onset=PartialDate(2026, 7, 24), **changes):
    given = {
        "patient_id": PATIENT.id,
        "term": term,
        "onset": onset,
        "grade": Grade.SEVERE,
        "serious": True,
        "outcome": Outcome.RECOVERED,
    }
    return AdverseEvent(**{**given, **changes})


def by_lane(record, today=TODAY):
    return {lane.id: list(lane.marks) for lane in lanes(record, today)}


def marks(record, today=TODAY):
    return {mark.id: mark for lane in lanes(record, today) for mark in lane.marks}


def test_day_0_is_a_line_that_is_hollow_while_it_is_only_planned():
    (mark,) = by_lane(a_record(PATIENT))["procedures"]
    assert (mark.began, mark.label, mark.role, mark.line, mark.hollow) == (
        *(INFUSION, "Infusion", "reference"),
        *(True, False),
    )
    before = INFUSION - timedelta(days=8)
    (planned,) = by_lane(a_record(PATIENT), before)["procedures"]
    assert planned.hollow and planned.details == ("planned for 21 May 2026",)
    routine = a_record(a_routine_patient(), a_visit(PATIENT, INFUSION))
    assert by_lane(routine)["procedures"] == []
    assert next(lane.title for lane in lanes(routine, TODAY)) == "PEG, hospital"
    assert [lane.title for lane in lanes(a_record(PATIENT), TODAY)] == [
        "Infusion, PEG, hospital",
        "Support",
        "Adverse events",
    ]


def test_an_event_says_grade_seriousness_day_length_and_outcome():
    one = event(ended=PartialDate(2026, 10, 9), note="her son Reza saw it")
    (mark,) = by_lane(a_record(PATIENT, events=(one,)))["adverse_events"]
    assert (mark.shape, mark.grade, mark.serious) == (Shape.GRADE, 3, True)
    assert (mark.began, mark.ended, mark.runs) == (date(2026, 7, 24), date(2026, 10, 9), False)
    assert mark.title == "Pneumonia"
    assert mark.details == (
        "grade 3 · serious · day 64",
        "24 Jul – 9 Oct 2026 · recovered",
    )
    assert (mark.tab, mark.what) == ("events", one.id)
    assert "Reza" not in repr(mark)


@pytest.mark.parametrize(
    ("outcome", "ended", "runs", "said"),
    [
        (Outcome.NOT_RECOVERED, None, True, "since 24 Jul 2026 · not recovered"),
        (Outcome.RECOVERING, None, True, "since 24 Jul 2026 · recovering"),
        (Outcome.RECOVERED, None, False, "24 Jul 2026 · recovered, end date not entered"),
        (Outcome.UNKNOWN, None, False, "24 Jul 2026 · outcome unknown"),
        (
            Outcome.RECOVERED_WITH_SEQUELAE,
            PartialDate(2027, 1, 3),
            False,
            "24 Jul 2026 – 3 Jan 2027 · recovered with sequelae",
        ),
    ],
)
def test_whether_an_event_goes_on_is_what_was_said_of_it(outcome, ended, runs, said):
    one = event(outcome=outcome, ended=ended)
    (mark,) = by_lane(a_record(PATIENT, events=(one,)))["adverse_events"]
    assert mark.runs is runs and mark.details[1] == said


def test_what_is_known_to_its_month_is_not_exact_and_has_no_day_number():
    visit = a_visit(PATIENT, date(2026, 9, 10), "M4")
    reported = event(onset=PartialDate(2026, 9), visit_id=visit.id, serious=False)
    record = a_record(
        PATIENT,
        visit,
        events=(reported,),
        milestones=(
            Milestone(
                patient_id=PATIENT.id,
                kind=MilestoneKind.NIV,
                happened_on=PartialDate(2026, 8),
            ),
        ),
        forms=(device("wheelchair", "2026-06"), device("suction", "2026-11")),
    )
    found = marks(record)
    mark = found[reported.id]
    assert (mark.began, mark.exact) == (date(2026, 9, 10), False), "never after its visit"
    assert mark.details[0] == "grade 3"
    milestone = found[record.milestones[0].id]
    assert (milestone.began, milestone.exact) == (date(2026, 8, 15), False)
    wheelchair, suction = (found[one.id] for one in record.forms)
    assert (wheelchair.began, wheelchair.exact) == (date(2026, 6, 15), False)
    assert suction.began == date(2026, 11, 15)
    early = replace(record.forms[1], entered_at=datetime(2026, 11, 4, tzinfo=UTC))
    assert marks(replace(record, forms=(early,)))[early.id].began == date(2026, 11, 4)


def test_what_is_used_is_a_bar_with_todays_hours_or_dose_and_a_change_is_a_bar_of_its_own():
    before = a_form_record(
        "medicine",
        {"substance": "Riluzole", "dose": 50, "unit": "mg", "frequency": "daily"}
        | {"started": "2026-01-10", "ongoing": 0, "ended": "2026-03-01", "why": "ALT"},
    )
    after = a_form_record(
        "medicine",
        {"substance": "Riluzole", "dose": 50, "unit": "mg", "frequency": "2_daily"}
        | {"started": "2026-03-01", "ongoing": 1},
    )
    niv = device("niv", "2026-08-02", hours=8.5, ongoing=1)
    marked = by_lane(a_record(PATIENT, forms=(after, niv, before)))["support"]
    assert [mark.label for mark in marked] == [
        "Riluzole 50 mg once a day",
        "Riluzole 50 mg × 2 a day",
        "NIV, 8.5 h/day",
    ]
    assert [mark.shape for mark in marked] == [Shape.BAR] * 3
    assert [mark.runs for mark in marked] == [False, True, True]
    assert marked[0].details == ("10 Jan – 1 Mar 2026 · 50 days", "ALT")
    assert marked[0].ended == marked[1].began
    assert (marked[2].tab, marked[2].what) == ("form.device", niv.id)


def test_a_tube_is_solid_when_placed_and_hollow_when_offered_or_refused():
    offered = device("gastrostomy", "2026-09-20", "offered", ongoing=0, ended="2026-09-27")
    refused = device("gastrostomy", "2026-09-27", "refused")
    placed = device("gastrostomy", "2026-11-02")
    tried = device("niv", "2026-10-01", "offered")
    record = a_record(PATIENT, forms=(offered, refused, placed, tried))
    found = [mark for mark in by_lane(record)["procedures"] if mark.role == "milestone"]
    assert [(mark.label, mark.hollow) for mark in found] == [
        ("Gastrostomy offered", True),
        ("Gastrostomy refused", True),
        ("NIV offered", True),
        ("Gastrostomy", False),
    ]
    assert {mark.shape for mark in found} == {Shape.SYMBOL}
    assert by_lane(record)["support"] == []


def test_a_stay_in_hospital_shades_all_rows_while_it_lasts():
    stay = device("hospital_stay", "2026-07-24", ongoing=0, ended="2026-08-02", detail="Dr Karimi")
    mark = marks(a_record(PATIENT, forms=(stay,)))[stay.id]
    assert (mark.shape, mark.role, mark.shade) == (Shape.BAR, "hospital", True)
    assert (mark.label, mark.ended) == ("Hospital 9 days", date(2026, 8, 2))
    assert "Karimi" not in mark.label
    still = marks(a_record(PATIENT, forms=(device("hospital_stay", "2026-11-24"),)))
    assert [one.label for one in still.values() if one.shade and one.runs] == ["Hospital"]


def test_a_milestone_that_a_device_tells_of_is_told_once_and_an_earlier_one_stays():
    def told(on):
        niv = Milestone(
            patient_id=PATIENT.id, kind=MilestoneKind.NIV, happened_on=PartialDate.of(on)
        )
        record = a_record(PATIENT, milestones=(niv,), forms=(device("niv", "2026-08-02"),))
        return [mark.label for lane in lanes(record, TODAY) for mark in lane.marks]

    assert told(date(2026, 8, 2)) == ["Infusion", "NIV"]
    assert told(date(2026, 8, 1)) == ["Infusion", "NIV started", "NIV"]


def test_a_death_is_one_line_whoever_tells_of_it():
    fatal = event(outcome=Outcome.FATAL, grade=Grade.DEATH, ended=PartialDate(2026, 9, 9))
    died = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 9, 9)
    )
    for more in ({"events": (fatal,)}, {"milestones": (died,)}, {"events": (fatal,), "milestones": (died,)}):  # fmt: skip
        (mark,) = [one for one in by_lane(a_record(PATIENT, **more))["procedures"] if one.role == "death"]  # fmt: skip
        assert (mark.began, mark.line, mark.label) == (date(2026, 9, 9), True, "Death")
        assert mark.tab == ("milestones" if "milestones" in more else "events")


@pytest.mark.parametrize("form", catalog.shipped().values(), ids=lambda one: one.id)
def test_a_shipped_form_is_shown_in_lanes_that_are_there(form):
    assert {lane.id for lane in form.lanes} <= set(LANES)


@pytest.mark.parametrize("role", Role)
def test_every_role_of_a_lane_has_a_colour_of_its_own(role):
    as_symbol = plot_style.of(role) != plot_style.of("total")
    assert as_symbol or plot_style.fill(role) != plot_style.fill("bar")


def of_shipped(form):
    """Any record of a form, fitting or not; some values missing."""
    defined = catalog.newest()[form]
    values = st.fixed_dictionaries(
        {}, optional={one.id: stored(one) for one in defined.stored if one.id != "detail"}
    )
    return st.builds(a_form_record, st.just(form), values)


def partial_days():
    days = st.dates(date(2020, 1, 1), TODAY)
    return st.builds(
        lambda day, exact: PartialDate.of(day) if exact else PartialDate(day.year, day.month),
        days,
        st.booleans(),
    )


events = st.builds(
    event,
    term=st.just("Fall"),
    onset=partial_days(),
    ended=st.none() | partial_days(),
    grade=st.sampled_from(Grade),
    serious=st.booleans(),
    outcome=st.sampled_from(Outcome),
)
milestones = st.builds(
    Milestone,
    patient_id=st.just(PATIENT.id),
    kind=st.sampled_from(MilestoneKind),
    happened_on=partial_days(),
)


@given(
    st.lists(events, max_size=4),
    st.lists(milestones, max_size=4),
    st.lists(of_shipped("device") | of_shipped("medicine"), max_size=5),
)
def test_no_mark_is_lost_or_invented_and_none_ends_before_it_begins(events, milestones, forms):
    record = a_record(PATIENT, events=tuple(events), milestones=tuple(milestones), forms=tuple(forms))  # fmt: skip
    every = [mark for lane in lanes(record, TODAY) for mark in lane.marks]
    ids = [mark.id for mark in every]
    assert len(ids) == len(set(ids)), "told twice"
    devices = {one.record.id for one in record.devices}
    must = {one.id for one in events} | {one.id for one in forms if one.form == "medicine"}
    must |= devices | {"reference"} | ({"death"} if record.dead else set())
    may = must | {one.id for one in milestones if one.kind is not MilestoneKind.DEATH}
    assert must <= set(ids) <= may
    for kind in MilestoneKind:
        first = record.milestone(kind)
        if first is not None and kind is not MilestoneKind.DEATH:
            assert first.id in ids, "the first one of its kind, however it is known"
    for mark in every:
        assert mark.ended is None or mark.ended >= mark.began
        assert not (mark.runs and mark.ended), "what ended does not run"
        assert mark.label and MISSING not in mark.label and "{" not in mark.label
        assert (mark.grade is not None) == (mark.shape is Shape.GRADE)
        assert mark.role in {*Role, "reference", "death"} or mark.role == f"grade_{mark.grade}"
    for lane in lanes(record, TODAY):
        assert [mark.began for mark in lane.marks] == sorted(mark.began for mark in lane.marks)
