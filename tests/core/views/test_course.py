from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import thresholds
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from core.model.visit import ClinicalStage
from core.science.progression import NoSlope, Pace
from core.science.projection import Crossing, NoCrossing
from core.science.staging import Kings
from core.views import chart, course, visit_summary
from core.views.course import Window
from core.views.progression import slope_text
from core.words import day
from tests.core.examples import (
    a_form,
    a_patient,
    a_record,
    a_spirometry,
    a_visit,
    answers,
    summing_to,
)

PATIENT = a_patient(
    sex=Sex.MALE,
    born=date(1960, 1, 1),
    onset=PartialDate(2012, 9, 15),
    reference_on=date(2014, 5, 1),
)
# The worked example of the slope: five forms over a year, the first on 2014-03-10 with 37 points.
COURSE = (
    (date(2014, 3, 10), 37),
    (date(2014, 5, 12), 35),
    (date(2014, 7, 9), 34),
    (date(2014, 9, 8), 31),
    (date(2015, 3, 11), 26),
)


def followed(patient=PATIENT, course_=COURSE, **rest):
    visits = [a_visit(patient, on) for on, _ in course_]
    forms = tuple(
        a_form(visit, summing_to(total)) for visit, (_, total) in zip(visits, course_, strict=True)
    )
    return a_record(patient, *visits, assessments=forms, **rest)


def milestone(kind, *when):
    return Milestone(patient_id=PATIENT.id, kind=kind, happened_on=PartialDate(*when))


def stated(kind, value, on=None):
    return ExternalResult(
        patient_id=PATIENT.id, kind=kind, value=value, measured_on=on, source="paper"
    )


def test_delta_fs_from_onset_to_the_last_complete_form():
    """Onset 2012-09-15, visit 2014-03-10 (541 days), 37 points: 0.6189 points per month."""
    rate = course.delta_fs(followed(course_=COURSE[:1]))
    assert rate.per_month == pytest.approx(0.6189, abs=5e-5)
    assert (rate.pace, rate.exact, rate.stated) == (Pace.INTERMEDIATE, True, False)
    assert course.delta_fs_text(rate) == (
        "loses 0.62 points/month, intermediate: 11 points in 17.8 months, to 10 Mar 2014"
    )


def test_delta_fs_says_when_the_day_of_onset_is_approximate():
    rate = course.delta_fs(followed(replace(PATIENT, onset=PartialDate(2012, 9)), COURSE[:1]))
    assert rate.per_month == pytest.approx(0.6189, abs=5e-5)  # day 15 of a known month
    assert not rate.exact
    assert course.delta_fs_text(rate) == (
        "loses 0.62 points/month, intermediate: 11 points in about 18 months, to 10 Mar 2014"
        " (onset taken as 15 Sep 2012)"
    )


def test_delta_fs_of_a_table_without_dates_is_from_what_it_states():
    """Patient 1 of the trial: 37 points, 17 months: 0.6471, intermediate."""
    patient = replace(PATIENT, onset=None, stated_duration_months=17.0)
    record = a_record(patient, external=(stated(ExternalKind.ALSFRS_R_TOTAL, 37.0),))
    rate = course.delta_fs(record)
    assert rate.per_month == pytest.approx(0.6471, abs=5e-5)
    assert rate.stated and "from the stated total" in course.delta_fs_text(rate)


def test_no_onset_no_delta_fs():
    assert course.delta_fs(followed(replace(PATIENT, onset=None))) is None
    assert course.delta_fs(a_record(PATIENT)) is None


def test_a_duration_stated_for_another_day_is_not_taken_for_the_total():
    patient = replace(
        PATIENT, onset=None, stated_duration_months=17.0, stated_on=None, reference_on=None
    )
    record = a_record(
        patient, external=(stated(ExternalKind.ALSFRS_R_TOTAL, 37.0, date(2014, 3, 10)),)
    )
    assert course.delta_fs(record) is None


def test_the_clinics_own_cut_points_count():
    own = {**thresholds.defaults(), "delta_fs_slow_below": 0.7, "delta_fs_fast_from": 1.11}
    record = replace(followed(course_=COURSE[:1]), thresholds=own)
    assert course.delta_fs(record).pace is Pace.SLOW


def windows(record):
    return {one.window: one for one in course.slopes(record)}


def test_slopes_over_all_forms_the_last_months_and_since_the_reference_day():
    found = windows(followed())
    whole = found[Window.ALL]
    assert (whole.name, whole.result.n) == ("all forms", 5)
    assert whole.result.per_month == pytest.approx(-0.9249, abs=5e-5)
    half = (whole.result.ci_high - whole.result.ci_low) / 2
    assert half > 0.1656  # that of Student's t from the scatter of these five alone
    recent = found[Window.RECENT]
    assert (recent.name, recent.result.n) == ("12 months to 11 Mar 2015", 4)
    assert Window.REFERENCE not in found  # the same four forms


def test_a_slope_of_the_same_forms_is_said_once():
    patient = replace(PATIENT, reference_on=date(2014, 3, 1))
    assert [one.name for one in course.slopes(followed(patient, COURSE[:4]))] == ["all forms"]
    six = {**thresholds.defaults(), "slope_months": 6.0}
    found = course.slopes(replace(followed(patient), thresholds=six))
    assert [one.name for one in found] == ["all forms", "6 months to 11 Mar 2015"]
    assert isinstance(found[1].result, NoSlope)
    later = replace(patient, reference_on=date(2014, 6, 1))
    names = [one.name for one in course.slopes(replace(followed(later), thresholds=six))]
    assert names[-1] == "since 1 Jun 2014"
    assert [one.name for one in course.slopes(a_record(PATIENT))] == ["all forms"]


def test_a_longer_least_span_hides_the_slope():
    own = {**thresholds.defaults(), "slope_minimum_days": 400.0}
    found = windows(replace(followed(), thresholds=own))[Window.ALL].result
    assert isinstance(found, NoSlope) and "400 days" in found.reason


def staged(scores, *, variant="a", milestones=()):
    visit = a_visit(PATIENT, date(2014, 9, 10))
    form = a_form(visit, answers=answers(scores, variant))
    return course.stages(a_record(PATIENT, visit, assessments=(form,), milestones=milestones), form)


def test_a_gastrostomy_of_the_event_log_counts_also_with_5a():
    scores = (3, 3, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4)
    assert staged(scores).kings.stage is Kings.THREE
    fed = staged(scores, milestones=(milestone(MilestoneKind.GASTROSTOMY, 2014, 9),))
    assert fed.kings.stage is Kings.FOUR_A
    later = staged(scores, milestones=(milestone(MilestoneKind.GASTROSTOMY, 2014, 10),))
    assert later.kings.stage is Kings.THREE
    assert staged(scores, variant="b").kings.stage is Kings.FOUR_A


def test_both_findings_of_stage_four_are_kept():
    scores = (3, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 2)
    fed = staged(scores, milestones=(milestone(MilestoneKind.GASTROSTOMY, 2014, 3),))
    assert course.kings_text(fed.kings) == "4B (+4A)"


def test_stages_in_words():
    whole = staged((4,) * 12)
    assert course.kings_text(whole.kings) == "not stageable from ALSFRS-R"
    assert course.mitos_text(whole.mitos) == "0"
    lost = staged((4, 4, 4, 2, 1, 1, 3, 4, 3, 4, 4, 4))
    assert course.mitos_text(lost.mitos) == "1 (movement)"
    open_ = staged((3, 4, 4, 3, 4, 4, 4, 3, 4, 4, 4, None))
    assert course.kings_text(open_.kings) == "cannot be said: question 12 is open"
    assert course.mitos_text(open_.mitos) == "cannot be said: breathing open"


def test_ft9_is_off_until_it_is_switched_on():
    visit = a_visit(PATIENT, date(2014, 9, 10))
    form = a_form(visit, (3,) * 12)
    record = a_record(PATIENT, visit, assessments=(form,))
    assert course.stages(record, form).ft9 is None
    on = replace(record, thresholds={**thresholds.defaults(), "ft9_shown": 1.0})
    assert course.stages(on, form).ft9 == 4


def test_a_form_just_begun_does_not_hide_the_last_stage():
    before, now = a_visit(PATIENT, date(2014, 3, 10)), a_visit(PATIENT, date(2014, 9, 10))
    record = a_record(
        PATIENT,
        before,
        now,
        assessments=(a_form(before, (3,) * 12), a_form(now, (4, *(None,) * 11))),
    )
    assert course.last_stages(record).on == before.date


def test_the_stage_that_a_clinician_judged_stands_by_itself():
    visits = [
        a_visit(PATIENT, date(2014, 3, 10), clinical_stage=ClinicalStage.TWO),
        a_visit(PATIENT, date(2014, 9, 10)),
    ]
    assert course.clinical_stage(a_record(PATIENT, *visits)) == (
        date(2014, 3, 10),
        ClinicalStage.TWO,
    )
    assert course.clinical_stage(a_record(PATIENT, visits[1])) is None


def breathing(*volumes_ml):
    days = [date(2014, month, 10) for month in (1, 3, 5, 7, 9, 11)]
    visits = [a_visit(PATIENT, on) for on in days[: len(volumes_ml)]]
    tests = tuple(a_spirometry(v, ml, ml - 20) for v, ml in zip(visits, volumes_ml, strict=True))
    return a_record(PATIENT, *visits, spirometry=tests)


def test_when_vital_capacity_meets_the_line_or_that_it_cannot_be_said():
    title, found = course.capacity_crossing(breathing(3500, 3250, 3000, 2750, 2500, 2300))
    assert title == "FVC %"
    assert isinstance(found, Crossing)
    assert found.earliest < found.on and found.on > date(2014, 11, 10)
    text = course.crossing_text(found)
    assert "95 % interval" in text and text.endswith("; 6 sessions, 10.0 months to 10 Nov 2014)")
    _title, early = course.capacity_crossing(breathing(3500, 3250, 3000, 2750))
    assert isinstance(early, NoCrossing)
    assert course.crossing_text(early) == (
        "cannot be said: A date needs results on at least 6 different days; so far: 4."
    )
    assert course.capacity_crossing(a_record(PATIENT)) is None


def test_a_crossing_is_no_better_known_than_a_volume_repeats():
    """Six sessions exactly on a line: still weeks to either side, and open where they turn to years."""
    exact = breathing(*(3500 - 240 * i for i in range(6)))
    _title, found = course.capacity_crossing(exact)
    assert found.slope.residual_sd < 0.5
    assert found.slope.reach > 1.5 * 15 / 5.5
    assert found.latest is None or found.latest - found.earliest > timedelta(50)
    slow = course.capacity_crossing(breathing(*(3500 - 100 * i for i in range(6))))[1]
    assert isinstance(slow, NoCrossing) and "more than 10 months after the last" in slow.reason


# F27 and others of its kind: the day of the form, its total, and what is known of the onset
@pytest.mark.parametrize(
    ("onset", "on", "total", "pace", "text"),
    [
        (
            PartialDate(2024, 10),
            date(2024, 11, 1),
            47,
            None,
            "loses between 0.98 and 30 points/month",
        ),
        (PartialDate(2026), date(2026, 8, 10), 45, None, "loses 0.41 points/month or more"),
        (PartialDate(2016), date(2026, 8, 10), 45, Pace.SLOW, "loses 0.02 points/month, slow"),
        # every day of November and of the year is fast, even the day of the form
        (PartialDate(2024, 11), date(2024, 11, 20), 40, Pace.FAST, "loses 48.70 points/month"),
        (PartialDate(2024, 11), date(2024, 11, 10), 40, Pace.FAST, "loses 27 points/month or more"),
        (PartialDate(2024, 11), date(2024, 11, 20), 48, Pace.SLOW, "no change: 0.00 points/month"),
        (
            PartialDate(2024, 10),
            date(2025, 1, 20),
            46,
            Pace.INTERMEDIATE,
            "loses 0.63 points/month, intermediate",
        ),
    ],
)
def test_a_class_is_said_only_where_every_day_of_the_onset_agrees(onset, on, total, pace, text):
    rate = course.delta_fs(followed(replace(PATIENT, onset=onset), ((on, total),)))
    assert rate.pace is pace
    assert course.delta_fs_text(rate).startswith(text)
    assert day(on) in course.delta_fs_text(rate)
    if pace is None:
        assert "class cannot be said" in course.delta_fs_text(rate)


# A stated duration is every one that rounds to it: 4 months are 3.5 to 4.5.
@pytest.mark.parametrize(
    ("months", "total", "pace", "text"),
    [
        (4, 44, None, "loses between 0.89 and 1.14 points/month"),
        (17, 37, Pace.INTERMEDIATE, "loses 0.65 points/month"),
        (4.4, 43, Pace.FAST, "loses 1.14 points/month"),
        (0.5, 48, Pace.SLOW, "no change"),
    ],
)
def test_a_stated_duration_decides_a_class_only_where_all_that_round_to_it_agree(
    months, total, pace, text
):
    on = date(2014, 3, 10)
    patient = replace(PATIENT, onset=None, stated_duration_months=months, stated_on=on)
    form = course.delta_fs(followed(patient, ((on, total),)))
    undated = replace(patient, stated_on=None)
    total_only = course.delta_fs(
        a_record(undated, external=(stated(ExternalKind.ALSFRS_R_TOTAL, float(total)),))
    )
    for rate in (form, total_only):
        assert rate.pace is pace
        assert course.delta_fs_text(rate).startswith(text)


@given(
    total=st.integers(0, 48),
    year=st.integers(2015, 2024),
    month=st.none() | st.integers(1, 12),
    wait=st.integers(0, 1500),
)
@settings(deadline=None, max_examples=40)
def test_no_possible_day_of_onset_contradicts_the_class(total, year, month, wait):
    onset = PartialDate(year, month)
    on = onset.first + timedelta(wait)
    rate = course.delta_fs(followed(replace(PATIENT, onset=onset), ((on, total),)))
    if rate is None:
        assert wait == 0
        return
    possible = [onset.first + timedelta(i) for i in range(367)]
    days = [one for one in possible if one <= onset.last and one < on]
    classes = {
        course.delta_fs(followed(replace(PATIENT, onset=PartialDate.of(one)), ((on, total),))).pace
        for one in (days[0], days[len(days) // 2], days[-1])
    }
    if rate.pace is not None:
        assert classes == {rate.pace}
    elif onset.last < on:
        assert len(classes) > 1


def test_results_exactly_on_a_line_have_the_interval_of_the_scale():
    exact = tuple((date(2014, 3, 10) + timedelta(84 * i), 40 - 2 * i) for i in range(4))
    (whole, *_rest) = course.slopes(followed(course_=exact))
    assert slope_text(whole.result) == (
        "loses 0.72 points/month (95 % CI loses 0.39 to 1.06; 4 forms, 8.3 months to 17 Nov 2014)"
    )


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-1.25, -0.60, "95 % CI loses 0.60 to 1.25"),
        (-1.25, 0.20, "95 % CI loses 1.25 to gains 0.20"),
        (0.10, 0.50, "95 % CI gains 0.10 to 0.50"),
        (-0.5, 0.0, "95 % CI loses 0.00 to 0.50"),
    ],
)
def test_an_interval_says_its_direction(low, high, text):
    assert course.interval_text(low, high) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (-0.714, "loses 0.71 points/month"),
        (0.2, "gains 0.20 points/month"),
        (0.0, "no change: 0.00 points/month"),
        (-0.001, "no change: 0.00 points/month"),
    ],
)
def test_a_rate_says_its_direction(rate, text):
    assert course.rate_text(rate, "points/month") == text


def test_an_incomplete_form_has_a_dash_and_the_reason_never_an_older_rate():
    """F04: 36 and 35 points early in 2025; in November 2026 question 12 is not answered."""
    patient = replace(PATIENT, onset=PartialDate(2024, 9, 10), reference_on=None)
    days = (date(2025, 3, 1), date(2025, 6, 1), date(2026, 11, 5))
    visits = [a_visit(patient, on) for on in days]
    forms = (
        a_form(visits[0], summing_to(36)),
        a_form(visits[1], summing_to(35)),
        a_form(visits[2], (*(1,) * 11, None)),
    )
    record = a_record(patient, *visits, assessments=forms)
    page = visit_summary.build(record, visits[2].id, {})
    why = "– (this form is incomplete: 11 of 12 answered)"
    facts = {fact.label: fact.text for fact in page.course}
    assert facts["deltaFS since onset"] == why
    assert page.forms[0].slope == why
    assert not any(label.startswith("Slope") for label in facts)
    earlier = visit_summary.build(record, visits[1].id, {})
    facts = {fact.label: fact.text for fact in earlier.course}
    assert facts["deltaFS since onset"].endswith(": 13 points in 8.7 months, to 1 Jun 2025")
    chart_says = {one.title: one for one in chart.figures(record, days[2])}
    assert chart_says["deltaFS since onset"].beside.endswith(
        "13 points in 8.7 months, to 1 Jun 2025"
    )
    assert chart_says["ALSFRS-R slope"].beside.startswith("2 forms, 3.0 months to 1 Jun 2025")
    assert chart_says["ALSFRS-R total"].beside == (
        "1 Jun 2025, 17 months ago, −1 points since 1 Mar 2025"
    )


def test_a_gastrostomy_of_the_month_counts_on_screen_and_paper():
    scores = (3, 4, 4, 3, 3, 4, 4, 4, 4, 4, 4, 4)
    visit = a_visit(PATIENT, date(2014, 9, 10))
    fed = (milestone(MilestoneKind.GASTROSTOMY, 2014, 9),)
    record = a_record(PATIENT, visit, assessments=(a_form(visit, scores),), milestones=fed)
    assert course.last_stages(record).kings.stage is Kings.FOUR_A
    page = visit_summary.build(record, visit.id, {})
    assert "King's 4A" in {fact.label: fact.text for fact in page.course}["Stages"]
    assert [fact.text for fact in page.milestones] == ["Sep 2014"]


def test_a_refused_question_5_hides_no_stage_where_no_gastrostomy_is_known():
    scores = (3, 4, 4, 3, None, 4, 4, 4, 4, 4, 4, 4)
    assert staged(scores).kings.stage is Kings.TWO
