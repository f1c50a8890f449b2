from dataclasses import replace
from datetime import date, timedelta

from core.model.adverse_event import Milestone, MilestoneKind
from core.model.partial_date import PartialDate
from core.model.patient import Sex
from core.model.spirometry import Position, TestType
from core.model.visit import ClinicalStage
from core.science.spirometry import with_inputs
from core.views import chart
from tests.core.examples import (
    a_form,
    a_patient,
    a_record,
    a_spirometry,
    a_visit,
    summing_to,
)

PATIENT = a_patient(sex=Sex.MALE, born=date(1960, 1, 1), onset=PartialDate(2024, 3, 1))
DAY = date(2026, 8, 10)


def figure(record, title):
    found = {one.title: one for one in chart.figures(record, DAY)}
    return next(one for name, one in found.items() if name.startswith(title))


def test_a_capacity_without_prediction_shows_its_litres_and_why():
    visit = a_visit(PATIENT, DAY)
    record = a_record(PATIENT, visit, spirometry=(a_spirometry(visit, 3200, 3150),))
    (test,) = record.spirometry
    record = replace(record, spirometry=(with_inputs(test, PATIENT, "gli-2012"),))
    shown = figure(record, "FVC")
    assert (shown.text, shown.beside) == ("3.20 L", "no % predicted, 10 Aug 2026")
    assert "group" in shown.tip
    (line, *_rest) = chart.timeline(record)
    assert line.detail == "FVC 3.20 L"


def test_a_patient_with_slow_vital_capacity_alone():
    visit = a_visit(PATIENT, DAY)
    test = a_spirometry(visit, 3200, 3150, test_type=TestType.SVC)
    shown = figure(a_record(PATIENT, visit, spirometry=(test,)), "SVC")
    assert shown.title == "SVC, % of predicted FVC" and shown.text.endswith(" %")


def test_the_timeline_names_every_test_and_its_position():
    visit = a_visit(PATIENT, DAY)
    tests = (
        a_spirometry(visit, 3200, 3150),
        a_spirometry(visit, 2500, 2450, position=Position.SUPINE),
        a_spirometry(visit, 3300, 3250, test_type=TestType.SVC),
    )
    (line, *_rest) = chart.timeline(a_record(PATIENT, visit, spirometry=tests))
    names = [part.rsplit(" ", 2)[0] for part in line.detail.split(" · ")]
    assert names == ["FVC", "FVC supine", "SVC"]


def test_of_one_day_the_later_visit_stands_above():
    morning = a_visit(PATIENT, DAY)
    noon = replace(a_visit(PATIENT, DAY), started_at=morning.started_at + timedelta(hours=4))
    record = a_record(
        PATIENT,
        noon,
        morning,
        assessments=(a_form(morning, summing_to(33)), a_form(noon, summing_to(32))),
    )
    lines = [one.detail for one in chart.timeline(record) if one.kind == "visit"]
    assert lines == ["32/48", "33/48"]
    assert figure(record, "ALSFRS-R total").text == "32 / 48"


def test_a_clinical_stage_says_when_it_was_judged():
    then = a_visit(PATIENT, DAY - timedelta(days=90), clinical_stage=ClinicalStage.TWO)
    now = a_visit(PATIENT, DAY)
    record = a_record(PATIENT, then, now, assessments=(a_form(now, (3,) * 12),))
    assert figure(record, "King's").beside == (
        "estimated from ALSFRS-R, 10 Aug 2026, clinical King's 2, 12 May 2026"
    )


def test_no_slope_says_whether_forms_or_days_are_missing():
    visits = [a_visit(PATIENT, DAY - timedelta(days=days)) for days in (30, 0)]
    forms = tuple(a_form(visit, summing_to(30)) for visit in visits)
    one = a_record(PATIENT, visits[0], assessments=forms[:1])
    assert figure(one, "ALSFRS-R slope").beside == "too few forms"
    both = a_record(PATIENT, *visits, assessments=forms)
    assert figure(both, "ALSFRS-R slope").beside == "under 60 days"


def followed(*totals, every=60, last=DAY, onset=PATIENT.onset):
    patient = replace(PATIENT, onset=onset)
    first = last - timedelta(days=every * (len(totals) - 1))
    visits = [a_visit(patient, first + timedelta(days=every * i)) for i in range(len(totals))]
    forms = tuple(a_form(v, summing_to(n)) for v, n in zip(visits, totals, strict=True))
    return a_record(patient, *visits, assessments=forms)


def test_a_rate_stands_beside_the_months_and_the_day_that_it_is_made_from():
    """F05: the form was at 23.9 months; five months later the chart still says so."""
    onset = PartialDate.of(DAY - timedelta(days=728))
    record = followed(33, 31, onset=onset)
    for today in (DAY, DAY + timedelta(days=150), DAY + timedelta(days=900)):
        shown = {one.title: one for one in chart.figures(record, today)}["deltaFS since onset"]
        assert shown.text == "loses 0.71 /month"
        assert shown.beside == "intermediate, 17 points in 23.9 months, to 10 Aug 2026"


def test_every_figure_names_the_day_of_its_own_value():
    """F06: the last form was in August 2026, the chart is opened two years later."""
    record = followed(40, 38, 36, 33)
    visits = [replace(v, weight_kg=60.0 + i) for i, v in enumerate(record.visits)]
    tests = tuple(a_spirometry(v, 3200 - 100 * i, 3150 - 100 * i) for i, v in enumerate(visits))
    record = a_record(PATIENT, *visits, assessments=record.assessments, spirometry=tests)
    for today in (DAY, date(2028, 11, 28)):
        for one in chart.figures(record, today):
            assert "10 Aug 2026" in one.beside, one
    shown = {one.title: one for one in chart.figures(record, date(2028, 11, 28))}
    assert shown["ALSFRS-R total"].beside == (
        "10 Aug 2026, 27 months ago, −3 points since 11 Jun 2026"
    )
    assert shown["ALSFRS-R slope"].beside.startswith("4 forms, 5.9 months to 10 Aug 2026, 95 % CI")
    assert shown["Weight"].beside == "10 Aug 2026, 27 months ago, +5.0 % since 11 Feb 2026"


def test_points_of_percent_predicted_are_points():
    """F16: from 92.4 to 83.0 % is 9.4 points, and 10.2 % of what there was."""
    before, now = a_visit(PATIENT, DAY - timedelta(days=90)), a_visit(PATIENT, DAY)
    tests = (a_spirometry(before, 3500, 3450), a_spirometry(now, 3100, 3050))
    shown = figure(a_record(PATIENT, before, now, spirometry=tests), "FVC")
    assert " points since 12 May 2026" in shown.beside
    assert "%" not in shown.beside


def test_no_region_is_no_stage_and_both_findings_are_said():
    """F28: King's 0 is no stage; 4B says that it is 4A as well."""
    visit = a_visit(PATIENT, DAY)
    whole = a_record(PATIENT, visit, assessments=(a_form(visit, (4,) * 8 + (3, 4, 4, 4)),))
    assert figure(whole, "King's").text == "not stageable · 0"
    assert "not stageable from ALSFRS-R" in figure(whole, "King's").tip
    fed = Milestone(
        patient_id=PATIENT.id,
        kind=MilestoneKind.GASTROSTOMY,
        happened_on=PartialDate(2026, 1),
    )
    late = a_record(PATIENT, visit, assessments=(a_form(visit, (3,) * 12),), milestones=(fed,))
    assert figure(late, "King's").text == "4B (+4A) · 0"
