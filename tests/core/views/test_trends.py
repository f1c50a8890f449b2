from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import thresholds
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import Answer, NotDone
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from core.model.spirometry import BlowQuality, Position, TestType
from core.science.history import onset_day
from core.science.progression import MONTH_DAYS, NoSlope
from core.views import trends
from core.views.trends import Axis, Point, Span, TimelineEvent
from tests.core.examples import (
    INFUSION,
    a_form,
    a_patient,
    a_record,
    a_routine_patient,
    a_spirometry,
    a_visit,
    answers,
    summing_to,
)

PATIENT = a_patient(sex=Sex.MALE, born=date(1959, 3, 14), onset=PartialDate(2023, 6))
FIRST = a_visit(PATIENT, date(2026, 4, 23), "SCR")
SECOND = a_visit(PATIENT, date(2026, 7, 21), "M2")
THIRD = a_visit(PATIENT, date(2026, 9, 21), "M4")
PARTLY = (3, 3, 3, 2, *(None,) * 8)


def stated(kind, value, on, **changes):
    return ExternalResult(
        patient_id=PATIENT.id, kind=kind, value=value, measured_on=on, source="letter", **changes
    )


def drawn(plot):
    """Everything that is drawn, as role to points."""
    return {
        series.role: [(point.day, point.value) for point in series.points] for series in plot.series
    }


def only(plot):
    (series,) = plot.series
    return series


def test_the_total_is_a_point_for_every_complete_form(alsfrs_r):
    record = a_record(
        PATIENT,
        FIRST,
        SECOND,
        THIRD,
        assessments=(
            a_form(FIRST, summing_to(37)),
            a_form(SECOND, PARTLY),
            a_form(THIRD, summing_to(0)),
        ),
    )
    plot = trends.total(record, alsfrs_r)
    series = only(plot)
    assert series.points == (Point(FIRST.date, 37), Point(THIRD.date, 0))  # nothing for the second
    assert series.spans == ()
    assert (plot.low, plot.high, plot.step, plot.unit) == (0, 48, 12, "points of 48")
    assert plot.title == "ALSFRS-R total"
    assert plot.days == [FIRST.date, THIRD.date]


def test_a_form_not_done_is_no_point(alsfrs_r):
    refused = Answer(item="walking", not_done=NotDone.REFUSED)
    eleven = a_form(FIRST, summing_to(40)).with_answer("walking", refused)
    not_done = a_form(SECOND, answers={}, not_done=NotDone.TOO_UNWELL)
    record = a_record(PATIENT, FIRST, SECOND, assessments=(eleven, not_done))
    assert only(trends.total(record, alsfrs_r)).points == ()
    assert drawn(trends.domains(record, alsfrs_r)) == {
        "bulbar": [(FIRST.date, 12)],
        "fine_motor": [(FIRST.date, 12)],
        "gross_motor": [],
        "respiratory": [(FIRST.date, 4)],
    }


def test_domains_are_drawn_as_far_as_they_are_complete(alsfrs_r):
    form = a_form(FIRST, (4, 3, 2, 1, 0, 4, None, 2, 2, 4, 4, None))
    plot = trends.domains(a_record(PATIENT, FIRST, assessments=(form,)), alsfrs_r)
    assert drawn(plot) == {
        "bulbar": [(FIRST.date, 9)],
        "fine_motor": [(FIRST.date, 5)],
        "gross_motor": [],
        "respiratory": [],
    }
    assert (plot.low, plot.high, plot.step) == (0, 12, 3)
    assert [series.title for series in plot.series] == [
        "Bulbar",
        "Fine motor",
        "Gross motor",
        "Respiratory",
    ]


def live_total(scores, alsfrs_r):
    earlier = a_form(FIRST, summing_to(37))
    record = a_record(PATIENT, FIRST, SECOND, assessments=(earlier, a_form(SECOND, scores)))
    return only(trends.total(record, alsfrs_r, live=SECOND.id))


@given(
    scores=st.lists(st.integers(0, 4), min_size=12, max_size=12), order=st.permutations(range(12))
)
def test_the_live_visit_narrows_to_its_point(alsfrs_r, scores, order):
    given_scores = [None] * 12
    low, high = 0, 48
    for index in order:
        series = live_total(given_scores, alsfrs_r)
        assert series.points == (Point(FIRST.date, 37),)
        assert series.spans == (Span(SECOND.date, low, high),)
        given_scores[index] = scores[index]
        low, high = low + scores[index], high - 4 + scores[index]
        assert low <= sum(scores) <= high
    finished = live_total(given_scores, alsfrs_r)
    assert finished.points == (Point(FIRST.date, 37), Point(SECOND.date, sum(scores)))
    assert finished.spans == ()


def test_only_the_live_visit_shows_what_it_can_reach(alsfrs_r):
    record = a_record(
        PATIENT,
        SECOND,
        THIRD,
        assessments=(a_form(SECOND, PARTLY), a_form(THIRD, PARTLY)),
    )
    series = only(trends.total(record, alsfrs_r, live=THIRD.id))
    assert series.spans == (Span(THIRD.date, 11, 43),)
    plot = trends.domains(record, alsfrs_r, live=THIRD.id)
    assert {s.role: s.spans for s in plot.series} == {
        "bulbar": (),
        "fine_motor": (Span(THIRD.date, 2, 10),),
        "gross_motor": (Span(THIRD.date, 0, 12),),
        "respiratory": (Span(THIRD.date, 0, 12),),
    }
    assert set(plot.days) == {SECOND.date, THIRD.date}


def test_a_stated_total_never_shares_a_line_with_ours(alsfrs_r):
    record = a_record(
        PATIENT,
        FIRST,
        SECOND,
        assessments=(a_form(FIRST, summing_to(37)), a_form(SECOND, summing_to(35))),
        external=(
            stated(ExternalKind.ALSFRS_R_TOTAL, 36.0, date(2026, 6, 1)),
            stated(ExternalKind.ALSFRS_R_TOTAL, 44.0, None),  # nobody knows when
            stated(ExternalKind.FVC_PERCENT, 57.7, date(2026, 6, 1)),
        ),
    )
    ours, theirs = trends.total(record, alsfrs_r).series
    assert [(point.value, point.sure) for point in ours.points] == [(37, True), (35, True)]
    assert [(point.value, point.sure) for point in theirs.points] == [(36, False)]
    assert theirs.points[0].note == "stated, items unknown"
    assert trends.slope(record, alsfrs_r).n == 2
    assert all(not s.spans for s in trends.domains(record, alsfrs_r).series)
    assert sum(len(s.points) for s in trends.domains(record, alsfrs_r).series) == 8


def test_a_stated_alsfrs_r_total_is_not_another_questionnaires(alsfrs_r):
    other = replace(alsfrs_r, id="another")
    record = a_record(
        PATIENT, external=(stated(ExternalKind.ALSFRS_R_TOTAL, 36.0, date(2026, 6, 1)),)
    )
    assert only(trends.total(record, other)).points == ()


def test_kinds_and_positions_and_foreign_values_never_share_a_line():
    record = a_record(
        PATIENT,
        FIRST,
        SECOND,
        spirometry=(
            a_spirometry(FIRST, 3200, 3150, 3100),
            a_spirometry(FIRST, 2900, 2850, position=Position.SUPINE),
            a_spirometry(FIRST, 3300, 3250, test_type=TestType.SVC),
            a_spirometry(SECOND, 3000, 2950, 2900),
            a_spirometry(SECOND, test_type=TestType.SVC, position=Position.SUPINE),
            a_spirometry(SECOND, not_done=NotDone.NO_EQUIPMENT, position=Position.SUPINE),
        ),
        external=(
            stated(ExternalKind.FVC_PERCENT, 57.7, date(2025, 12, 1)),
            stated(ExternalKind.FVC_PERCENT, 60.0, None),
            stated(ExternalKind.ALSFRS_R_TOTAL, 37.0, date(2025, 12, 1)),
        ),
    )
    plot = trends.vital_capacity(record)
    assert {series.role: (series.title, len(series.points)) for series in plot.series} == {
        "fvc_stated": ("FVC %, stated (equation unknown)", 1),
        "fvc_sitting": ("FVC %", 2),
        "fvc_supine": ("FVC %, supine", 1),
        "svc_sitting": ("SVC % of predicted FVC", 1),
    }
    sitting = next(s for s in plot.series if s.role == "fvc_sitting")
    first, second = sitting.points
    assert first.value / second.value == pytest.approx(3200 / 3000, rel=0.01)
    assert first.sure and first.note == "grade A"
    (foreign,) = next(s for s in plot.series if s.role == "fvc_stated").points
    assert (foreign.value, foreign.sure) == (57.7, False)
    assert [line.value for line in plot.thresholds] == [50]


@pytest.mark.parametrize(
    ("volumes", "sure"),
    [
        ((3200, 3150, 3100), True),  # A
        ((3200, 3060), True),  # B
        ((3200, 3000), True),  # C
        ((3200, 2960), False),  # D
        ((3200,), False),  # E
    ],
)
def test_a_poor_grade_is_an_open_symbol(volumes, sure):
    record = a_record(PATIENT, FIRST, spirometry=(a_spirometry(FIRST, *volumes),))
    assert [point.sure for point in only(trends.vital_capacity(record)).points] == [sure]


def test_no_percentage_where_the_prediction_lacks_something():
    for patient, height in [
        (replace(PATIENT, born=None), 176.0),
        (replace(PATIENT, sex=Sex.UNKNOWN), 176.0),
        (PATIENT, None),
    ]:
        test = a_spirometry(FIRST, 3200, 3150, height_cm=height)
        assert trends.vital_capacity(a_record(patient, FIRST, spirometry=(test,))).series == ()
    rejected = a_spirometry(FIRST, 3200)
    rejected = replace(
        rejected, blows=tuple(replace(b, quality=BlowQuality.REJECTED) for b in rejected.blows)
    )
    assert trends.vital_capacity(a_record(PATIENT, FIRST, spirometry=(rejected,))).series == ()


def test_a_value_above_the_usual_is_not_cut_off():
    assert trends.vital_capacity(a_record(PATIENT)).high == 120
    record = a_record(PATIENT, FIRST, spirometry=(a_spirometry(FIRST, 7000, 6950),))
    plot = trends.vital_capacity(record)
    (point,) = only(plot).points
    assert point.value > 120 and point.value < plot.high <= point.value + 20


def axes(record):
    return {scale.axis: (scale.title, scale.origin) for scale in trends.time_scales(record)}


def test_the_axes_of_a_trial_patient():
    assert axes(a_record(PATIENT)) == {
        Axis.REFERENCE: ("Months since infusion", INFUSION),
        Axis.DATE: ("Date", date(1970, 1, 1)),
        Axis.ONSET: ("Months since onset (approximate)", date(2023, 6, 15)),
    }
    exact = replace(PATIENT, onset=PartialDate(2023, 6, 3))
    assert axes(a_record(exact))[Axis.ONSET] == ("Months since onset", date(2023, 6, 3))


def test_the_axes_of_a_routine_patient():
    patient = a_routine_patient()
    assert set(axes(a_record(patient))) == {Axis.DATE}
    later, first = (
        a_visit(patient, date(2026, 8, 1), "R3"),
        a_visit(patient, date(2026, 5, 2), "R3"),
    )
    assert axes(a_record(patient, later, first))[Axis.REFERENCE] == (
        "Months since first visit",
        date(2026, 5, 2),
    )
    assert Axis.REFERENCE not in axes(a_record(a_patient(reference_on=None), FIRST))


def test_onset_counted_back_from_a_dated_statement():
    patient = a_patient(stated_duration_months=17, stated_on=date(2014, 3, 10))
    counted = date(2014, 3, 10) - timedelta(days=round(17 * MONTH_DAYS))
    assert axes(a_record(patient))[Axis.ONSET] == ("Months since onset (approximate)", counted)
    assert Axis.ONSET not in axes(a_record(replace(patient, stated_on=None)))
    assert onset_day(replace(patient, onset=PartialDate(2012))) == date(2012, 7, 1)


def test_positions_on_the_axes():
    reference, by_date, _ = trends.time_scales(a_record(PATIENT))
    assert reference.position(INFUSION) == 0
    assert reference.position(INFUSION - timedelta(days=487)) == pytest.approx(-16)
    assert reference.position(date(2030, 5, 21)) == pytest.approx(48)
    assert by_date.position(date(1970, 1, 2)) == 1
    assert by_date.position(date(2026, 5, 21)) * 86400 == 1779321600  # midnight UTC


def event(onset, serious):
    return AdverseEvent(
        patient_id=PATIENT.id,
        term="Pneumonia" if serious else "Headache",
        onset=onset,
        grade=Grade.SEVERE,
        serious=serious,
        outcome=Outcome.RECOVERING,
    )


def test_what_is_marked_on_the_time_axis(alsfrs_r):
    niv = Milestone(patient_id=PATIENT.id, kind=MilestoneKind.NIV, happened_on=PartialDate(2026, 8))
    record = a_record(
        PATIENT,
        events=(event(PartialDate(2026, 9, 2), True), event(PartialDate(2026, 5, 22), False)),
        milestones=(niv,),
    )
    marked = (
        TimelineEvent(INFUSION, "Infusion", "reference"),
        TimelineEvent(date(2026, 5, 22), "Headache", "event"),
        TimelineEvent(date(2026, 8, 1), "NIV started", "milestone"),
        TimelineEvent(date(2026, 9, 2), "Pneumonia", "serious"),
    )
    assert trends.timeline(record) == marked
    for plot in (
        trends.total(record, alsfrs_r),
        trends.domains(record, alsfrs_r),
        trends.vital_capacity(record),
    ):
        assert plot.events == marked


def test_a_routine_patient_has_no_reference_mark():
    patient = a_routine_patient()
    assert trends.timeline(a_record(patient, a_visit(patient, date(2026, 5, 2), "R3"))) == ()


def test_the_slope_of_the_checked_history(alsfrs_r):
    totals = [
        (date(2014, 3, 10), 37),
        (date(2014, 5, 12), 35),
        (date(2014, 7, 9), 34),
        (date(2014, 9, 8), 31),
        (date(2015, 3, 11), 26),
    ]
    visits = [a_visit(PATIENT, day) for day, _ in totals]
    forms = tuple(
        a_form(v, summing_to(total)) for v, (_, total) in zip(visits, totals, strict=True)
    )
    unfinished = a_visit(PATIENT, date(2015, 6, 1))
    record = a_record(
        PATIENT, *visits, unfinished, assessments=(*forms, a_form(unfinished, PARTLY))
    )
    slope = trends.slope(record, alsfrs_r)
    assert slope.per_month == pytest.approx(-0.9249, abs=5e-5)
    assert (slope.ci_low, slope.ci_high) == pytest.approx(
        (-1.1930, -0.6569), abs=2e-3
    )  # of the least scatter
    assert slope.n == 5
    assert isinstance(trends.slope(a_record(PATIENT), alsfrs_r), NoSlope)


def test_a_5b_answer_counts_in_the_trend(alsfrs_r):
    form = a_form(FIRST, answers=answers((4, 4, 4, 4, 2, 4, 4, 4, 4, 4, 4, 4), "b"))
    record = a_record(PATIENT, FIRST, assessments=(form,))
    assert [point.value for point in only(trends.total(record, alsfrs_r)).points] == [46]


def visited(*totals):
    visits = [
        a_visit(PATIENT, date(2025, 1, 10) + timedelta(days=80 * i)) for i in range(len(totals))
    ]
    forms = tuple(a_form(v, summing_to(n)) for v, n in zip(visits, totals, strict=True))
    return a_record(PATIENT, *visits, assessments=forms)


def test_a_projection_is_the_own_line_from_six_visits_on(alsfrs_r):
    record = visited(44, 41, 40, 37, 36, 33)
    plot = trends.total(record, alsfrs_r, projected=True)
    (forecast,) = plot.forecasts
    assert plot.no_forecast == ""
    assert forecast.role == "total"
    assert forecast.title == "Projection, 95 % interval"
    assert forecast.how == (
        "the own straight line of 6 results, 13.1 months to 14 Feb 2026, carried forward to"
        " 16 Aug 2026, with its 95 % prediction interval"
    )
    first, last = forecast.points[0], forecast.points[-1]
    assert first.day == record.visits[-1].date
    assert (last.day - first.day).days == 183  # 6 months of 30.4375 days
    assert all(p.low < p.value < p.high for p in forecast.points)
    assert last.value < first.value and last.high - last.low > first.high - first.low


@pytest.mark.parametrize(
    ("totals", "why"),
    [
        ((40,), "A projection needs results on at least 6 different days; so far: 1."),
        ((40, 38, 36), "A projection needs results on at least 6 different days; so far: 3."),
        (
            (44, 30, 41, 26, 38, 20),
            "One month ahead the 95 % interval is already wider than ±8 points; more results are needed.",
        ),
    ],
)
def test_where_nothing_is_carried_forward_a_sentence_says_why(alsfrs_r, totals, why):
    plot = trends.total(visited(*totals), alsfrs_r, projected=True)
    assert (plot.forecasts, plot.no_forecast) == ((), why)
    assert trends.total(visited(*totals), alsfrs_r).no_forecast == ""


def test_no_band_of_vital_capacity_is_narrower_than_what_blows_repeat():
    visits = [a_visit(PATIENT, date(2025, 1, 10) + timedelta(days=80 * i)) for i in range(8)]
    tests = tuple(a_spirometry(v, 3500 - 60 * i, 3450) for i, v in enumerate(visits))
    record = a_record(PATIENT, *visits, spirometry=tests)
    (forecast,) = trends.vital_capacity(record, projected=True).forecasts
    assert all(p.high - p.low > 2 * 1.6 * 15 / 5.6 for p in forecast.points)  # 150 mL of 5.6 L
    coarse = replace(record, thresholds={**record.thresholds, "volume_scatter": 250.0})
    plot = trends.vital_capacity(coarse, projected=True)
    assert plot.forecasts == ()
    assert plot.no_forecast.startswith("One month ahead the 95 % interval is already wider")


def test_there_is_no_projection_while_a_visit_is_entered(alsfrs_r):
    assert trends.total(visited(44, 41, 40, 37, 36, 33), alsfrs_r).forecasts == ()


def test_a_projection_stays_on_its_scale(alsfrs_r):
    record = visited(27, 22, 18, 12, 8, 3)
    (forecast,) = trends.total(record, alsfrs_r, projected=True).forecasts
    assert all(p.low >= 0 and p.high <= 48 for p in forecast.points)


def test_a_percentage_that_the_device_printed_is_a_line_of_its_own():
    record = a_record(
        PATIENT,
        FIRST,
        spirometry=(a_spirometry(FIRST, 3200, 3150, 3100, device_percent=61.0),),
    )
    found = {series.role: series for series in trends.vital_capacity(record).series}
    (printed,) = found["fvc_sitting_device"].points
    assert (printed.value, printed.sure) == (61.0, False)
    assert found["fvc_sitting_device"].title == "FVC %, printed by the device"
    assert [p.value for p in found["fvc_sitting"].points] != [61.0]


def test_the_line_of_niv_is_the_clinics_own():
    own = {**thresholds.defaults(), "a1_vc_percent": 60.0}
    record = replace(a_record(PATIENT), thresholds=own)
    (line,) = trends.vital_capacity(record).thresholds
    assert (line.value, line.label) == (60, "60 %")


def test_the_plot_names_its_equation():
    record = a_record(PATIENT, FIRST, spirometry=(a_spirometry(FIRST, 3200, 3150),))
    assert trends.vital_capacity(record).title == "Vital capacity, % predicted (GLI Global 2022)"
    assert trends.vital_capacity(a_record(PATIENT)).title == "Vital capacity, % predicted"
