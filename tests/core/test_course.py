from dataclasses import replace
from datetime import date

import pytest

from core import course, summary
from core.model import thresholds
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from core.model.visit import ClinicalStage
from core.science.progression import NoSlope, Pace, Slope
from core.science.projection import Crossing, NoCrossing
from core.science.staging import Kings
from core.summary import slope_text
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
    assert course.delta_fs_text(rate) == "0.62 points/month, intermediate"


def test_delta_fs_says_when_the_day_of_onset_is_approximate():
    rate = course.delta_fs(followed(replace(PATIENT, onset=PartialDate(2012, 9)), COURSE[:1]))
    assert rate.per_month == pytest.approx(0.6189, abs=5e-5)  # day 15 of a known month
    assert not rate.exact and "approximate" in course.delta_fs_text(rate)


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


def test_slopes_over_all_forms_the_last_months_and_since_the_reference_day():
    found = dict(course.slopes(followed()))
    assert found["all forms"].per_month == pytest.approx(-0.9249, abs=5e-5)
    assert found["all forms"].ci_low == pytest.approx(-1.0906, abs=5e-5)
    assert isinstance(found["last 6 months"], NoSlope)  # one form only within 182.6 days
    since = found["since the reference day"]
    assert isinstance(since, Slope) and since.n == 4


def test_a_longer_least_span_hides_the_slope():
    own = {**thresholds.defaults(), "slope_minimum_days": 400.0}
    found = dict(course.slopes(replace(followed(), thresholds=own)))
    assert isinstance(found["all forms"], NoSlope) and "400 days" in found["all forms"].reason


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
    days = [date(2014, 3, 10), date(2014, 5, 12), date(2014, 7, 9), date(2014, 9, 8)]
    visits = [a_visit(PATIENT, on) for on in days[: len(volumes_ml)]]
    tests = tuple(a_spirometry(v, ml, ml - 20) for v, ml in zip(visits, volumes_ml, strict=True))
    return a_record(PATIENT, *visits, spirometry=tests)


def test_when_vital_capacity_meets_the_line_or_that_it_cannot_be_said():
    title, found = course.capacity_crossing(breathing(3400, 3200, 3050, 2800))
    assert title == "FVC %"
    assert isinstance(found, Crossing)
    assert found.earliest <= found.on and found.on > date(2014, 9, 8)
    assert "95 % interval" in course.crossing_text(found)
    _title, early = course.capacity_crossing(breathing(3400, 3200))
    assert isinstance(early, NoCrossing)
    assert course.crossing_text(early).startswith("cannot be said: ")
    assert course.capacity_crossing(a_record(PATIENT)) is None


def test_a_year_of_onset_gives_a_class_only_where_all_its_days_agree():
    """45 points in August: 0.41 a month since January, and more than 1 since June."""
    visit = ((date(2026, 8, 10), 45),)
    rate = course.delta_fs(followed(replace(PATIENT, onset=PartialDate(2026)), visit))
    assert rate.pace is None
    assert course.delta_fs_text(rate).startswith("2.28 points/month, class open")
    long_ago = course.delta_fs(followed(replace(PATIENT, onset=PartialDate(2016)), visit))
    assert long_ago.pace is Pace.SLOW


def test_results_exactly_on_a_line_claim_no_interval():
    exact = ((date(2014, 3, 10), 40), (date(2014, 6, 2), 38), (date(2014, 8, 25), 36))
    (_name, slope), *_rest = course.slopes(followed(course_=exact))
    assert slope_text(slope).endswith("exactly on a line: no interval)")
    found = Crossing(date(2021, 2, 24), date(2021, 2, 24), date(2021, 2, 24))
    assert course.crossing_text(found) == (
        "about 24 Feb 2021 (results exactly on a line: no interval)"
    )


def test_a_gastrostomy_of_the_month_counts_on_screen_and_paper():
    scores = (3, 4, 4, 3, 3, 4, 4, 4, 4, 4, 4, 4)
    visit = a_visit(PATIENT, date(2014, 9, 10))
    fed = (milestone(MilestoneKind.GASTROSTOMY, 2014, 9),)
    record = a_record(PATIENT, visit, assessments=(a_form(visit, scores),), milestones=fed)
    assert course.last_stages(record).kings.stage is Kings.FOUR_A
    page = summary.build(record, visit.id, {})
    assert "King's 4A" in {fact.label: fact.text for fact in page.course}["Stages"]
    assert [fact.text for fact in page.milestones] == ["Sep 2014"]


def test_a_refused_question_5_hides_no_stage_where_no_gastrostomy_is_known():
    scores = (3, 4, 4, 3, None, 4, 4, 4, 4, 4, 4, 4)
    assert staged(scores).kings.stage is Kings.TWO
