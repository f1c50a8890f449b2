"""The demonstration: the paper's baseline unchanged, the rest simulated, the worklist alive on any day."""

import csv
from collections import Counter
from datetime import date, timedelta

import pytest

from core import demonstration, resources, worklist
from core.model.adverse_event import MilestoneKind
from core.model.patient import ExternalKind
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import shift
from core.worklist import Group

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    session = demonstration.create(tmp_path_factory.mktemp("demo") / "demo.als", TODAY)
    yield session
    session.close()


@pytest.fixture(scope="module")
def records(clinic):
    return [clinic.record(patient.id) for patient in clinic.patients.all()]


def test_the_17_baselines_are_the_papers(records):
    with resources.path("demo", "table1.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(records) == len(rows) == 17
    for record, row in zip(records, rows, strict=True):
        patient = record.patient
        assert patient.record_number == f"A-{int(row['patient']):03}"
        assert patient.stated_age_years == int(row["age"])
        assert patient.sex.value[0].upper() == row["sex"]
        assert patient.onset_region.value == row["onset"].lower()
        assert patient.stated_duration_months == float(row["duration_months"])
        (total,) = record.stated(ExternalKind.ALSFRS_R_TOTAL)
        (fvc,) = record.stated(ExternalKind.FVC_PERCENT)
        assert (total.value, fvc.value) == (
            float(row["alsfrsr_baseline"]),
            float(row["fvc_pct_baseline"]),
        )


def test_the_events_are_table_2s_and_three_die_at_6_7_and_9_months(records):
    terms = Counter(event.coded_term for record in records for event in record.events)
    assert terms["Sinus tachycardia"] == 3
    assert terms["Thromboembolic event"] == terms["Dyspnea"] == 2
    assert terms["Hypertension"] == terms["Headache"] == terms["Lung infection"] == 1
    months = []
    for record in records:
        death = record.milestone(MilestoneKind.DEATH)
        if death is not None:
            day, infusion = death.happened_on.first, record.patient.reference_on
            months += [m for m in range(1, 13) if shift(infusion, Offset(m, Unit.MONTHS)) == day]
    assert sorted(months) == [6, 7, 9]


@pytest.mark.parametrize("days", [0, 17, 99, 100, 190])
def test_today_is_alive_on_any_day(tmp_path, days):
    today = TODAY + timedelta(days=days)
    session = demonstration.create(tmp_path / "demo.als", today)
    items = worklist.build(
        session.outlines(), session.answered_of_drafts(), today, session.users.names(), {}
    )
    session.close()
    assert {item.group for item in items} == set(Group)


def test_the_same_day_gives_the_same_values(tmp_path, records):
    again = demonstration.create(tmp_path / "demo.als", TODAY)
    for record, patient in zip(records, again.patients.all(), strict=True):
        other = again.record(patient.id)
        assert [form.values for form in other.assessments] == [f.values for f in record.assessments]
    again.close()
