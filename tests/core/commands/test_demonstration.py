"""The demonstration: the paper's baseline unchanged, the rest simulated, the worklist alive on any day."""

import csv
from collections import Counter
from datetime import date, timedelta

import pytest

from core import clock, resources
from core.acts import data_queries, locking, signing
from core.commands import demonstration
from core.entering.visit.draft import Draft
from core.findings import eligibility
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Answer
from core.model.patient import ExternalKind
from core.protocols import catalog as protocols
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import shift
from core.views import worklist
from core.views.worklist import Group

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


@pytest.mark.parametrize("days", [0, 17, 99, 100, 190, 365, 463])
def test_on_any_day_today_is_alive_and_our_own_rules_are_kept(tmp_path, monkeypatch, days):
    """F35: no finished visit asks anything, and only the newest visits wait for the neurologist."""
    today = TODAY + timedelta(days=days)
    monkeypatch.setattr(clock, "today", lambda: today)
    session = demonstration.create(tmp_path / "demo.als", today)
    items = worklist.build(
        session.outlines(),
        session.assessments.answered_of_drafts(),
        today,
        session.users.names(),
        {},
    )
    records = [session.record(patient.id) for patient in session.patients.all()]
    finished = [(record, visit) for record in records for visit in record.finished_visits]
    asked = {
        f"{record.patient.record_number} {visit.code}": [point.problem.message for point in points]
        for record, visit in finished
        if (points := Draft(session, record.patient.id, visit.id).open_points())
    }
    queries = [one for record in records for one in data_queries.unsettled(record.queries)]
    waiting = [visit for record in records for visit, _had in signing.unsigned(session, record)]
    session.close()
    assert {item.group for item in items} == set(Group)
    assert asked == {}
    assert queries == []
    assert 3 <= len(waiting) <= 6
    newest = sorted((visit.date for _record, visit in finished), reverse=True)
    assert sorted((visit.date for visit in waiting), reverse=True) == newest[: len(waiting)]


def test_a_broken_rule_of_plausibility_would_be_found(tmp_path):
    """F35: the very case: A-015, swallowing 1 before the gastrostomy, and walking 0 beside stairs 2."""
    session = demonstration.create(tmp_path / "demo.als", TODAY)
    (patient,) = (p for p in session.patients.all() if p.record_number == "A-015")
    record = session.record(patient.id)
    (visit,) = (visit for visit in record.visits if visit.code == "M4")
    (lock,) = record.locks_on(visit.id)
    session.close()
    neurologist = demonstration.Session.open(
        session.path, demonstration.NEUROLOGIST, demonstration.PASSWORD
    )
    draft = Draft(neurologist, patient.id, visit.id)
    locking.unlock(neurologist, lock, reason="to try the rules")
    draft.reload()
    draft.reopen("to try the rules")
    for slot, value in (("swallowing", 1), ("walking", 0), ("stairs", 2)):
        item = draft.questionnaires.form("alsfrs-r").answers[slot].item
        draft.answer("alsfrs-r", slot, Answer(item=item, value=value, corrected="tried"))
    said = "\n".join(point.problem.message for point in draft.open_points())
    neurologist.close()
    assert "P7" in said and "P9" in said


def test_what_is_decided_and_signed_is_the_neurologists(records):
    """F24, F35: a nurse decides neither about a criterion nor for the investigator, and signs nothing."""
    signatures = [one for record in records for one in record.signatures]
    assert len(signatures) > 80
    assert {one.signed_by for one in signatures} == {demonstration.NEUROLOGIST}
    waivers = [
        state.said
        for record in records
        for state in eligibility.evaluate(record, protocols.of(record.patient))
        if state.said.waiver
    ]
    assert waivers
    assert {one.waived_by for one in waivers} == {demonstration.NEUROLOGIST}
    assert all(one.waiver.strip() for one in waivers)


def test_signatures_hold(clinic, records):
    states = [one for record in records for one in signing.states(clinic, record)]
    assert all(one.valid for one in states)


def test_everybody_signs_in_with_the_password_that_is_shown(tmp_path):
    session = demonstration.create(tmp_path / "demo.als", TODAY)
    session.close()
    for role, login in demonstration.LOGINS.items():
        one = demonstration.Session.open(session.path, login, demonstration.PASSWORD)
        assert one.user.role is role
        one.close()


def test_the_same_day_gives_the_same_values(tmp_path, records):
    again = demonstration.create(tmp_path / "demo.als", TODAY)
    for record, patient in zip(records, again.patients.all(), strict=True):
        other = again.record(patient.id)
        assert [form.values for form in other.assessments] == [f.values for f in record.assessments]
    again.close()
