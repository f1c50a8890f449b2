from dataclasses import replace
from datetime import date, timedelta

from core import chart
from core.model.partial_date import PartialDate
from core.model.patient import Sex
from core.model.spirometry import Position, TestType
from core.model.visit import ClinicalStage
from core.science.spirometry import with_inputs
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
    assert figure(record, "ALSFRS-R").text == "32 / 48"


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
    assert figure(one, "Slope").beside == "too few forms"
    both = a_record(PATIENT, *visits, assessments=forms)
    assert figure(both, "Slope").beside == "under 60 days"
