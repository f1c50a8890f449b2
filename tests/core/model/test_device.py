"""Devices of the form are what stages, alerts and plausibility questions compute with."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.findings import plausibility
from core.forms import catalog
from core.instruments import catalog as instruments
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer, Assessment
from core.model.device import TURNING_POINTS, Status
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from core.model.record import PatientRecord
from core.views import chart, course
from tests.core.examples import a_patient, a_visit

NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)
FORM = catalog.newest()["device"]


def a_device(patient, kind="niv", status="used", started="2026-03", **more):
    values = {"kind": kind, "status": status, "started": started, "ongoing": 1, **more}
    return FormRecord(
        patient_id=patient.id, form="device", version="1", entered_by="nurse", entered_at=NOON,
        items={name: Item(value=value) for name, value in values.items()}, course=FORM.course,
    )  # fmt: skip


@pytest.fixture
def patient():
    return a_patient(record_number="12", born=date(1960, 1, 1))


def test_every_word_that_the_program_computes_with_is_a_choice_of_the_form():
    kinds = {choice.id for choice in FORM.field("kind").choices}
    assert {kind.value for kind in TURNING_POINTS} <= kinds
    assert {choice.id for choice in FORM.field("status").choices} == {one.value for one in Status}


def test_what_is_used_is_a_milestone_and_what_is_offered_or_refused_is_none(patient):
    for status, expected in (("used", True), ("offered", False), ("refused", False)):
        record = PatientRecord(patient=patient, forms=(a_device(patient, status=status),))
        assert record.had(MilestoneKind.NIV, date(2026, 4, 1)) is expected
        assert bool(record.turning_points) is expected
    assert not record.had(MilestoneKind.GASTROSTOMY, date(2026, 4, 1))


def test_the_earlier_of_a_milestone_and_a_device_counts_and_it_is_told_once(patient):
    recorded = Milestone(
        patient_id=patient.id, kind=MilestoneKind.NIV, happened_on=PartialDate(2026, 5)
    )
    record = PatientRecord(patient=patient, forms=(a_device(patient),), milestones=(recorded,))
    assert record.milestone(MilestoneKind.NIV).happened_on == PartialDate(2026, 3)
    assert [one.title for one in chart.timeline(record)].count("NIV started") == 1


def test_what_was_stopped_is_not_in_use_any_more_and_had_been_begun(patient):
    stopped = a_device(patient, ongoing=0, ended="2026-04-10")
    record = PatientRecord(patient=patient, forms=(stopped,))
    assert record.uses(MilestoneKind.NIV, date(2026, 4, 10))
    assert not record.uses(MilestoneKind.NIV, date(2026, 4, 11))
    assert record.had(MilestoneKind.NIV, date(2026, 6, 1))
    again = replace(record, forms=(stopped, a_device(patient, started="2026-05-01")))
    assert not again.uses(MilestoneKind.NIV, date(2026, 4, 20))
    assert again.uses(MilestoneKind.NIV, date(2026, 6, 1))


def answered(patient, scores):
    visit = a_visit(patient, date(2026, 6, 2), "M2")
    slots = instruments.alsfrs_r().slots
    given = {
        slot: Answer(item=instruments.alsfrs_r().variants(slot)[0].id, value=score)
        for slot, score in zip(slots, scores, strict=True)
    }
    form = Assessment(
        visit_id=visit.id, date=visit.date, instrument="alsfrs-r", version="1", answers=given
    )
    return visit, form


def test_a_gastrostomy_among_the_devices_stages_the_patient(patient):
    visit, form = answered(patient, (4, 4, 4, 4, 3, 4, 4, 4, 4, 4, 4, 4))
    bare = PatientRecord(patient=patient, visits=(visit,), assessments=(form,))
    placed = replace(bare, forms=(a_device(patient, "gastrostomy"),))
    before, after = (course.stages(one, form).kings for one in (bare, placed))
    assert before != after


def test_ventilation_that_was_stopped_asks_why_question_12_says_some(patient):
    visit, form = answered(patient, (4,) * 11 + (4,))
    running = PatientRecord(
        patient=patient, visits=(visit,), assessments=(form,), forms=(a_device(patient),)
    )
    stopped = replace(running, forms=(a_device(patient, ongoing=0, ended="2026-04-10"),))
    asked = [
        {one.rule for one in plausibility.findings(r, form, instruments.alsfrs_r())}
        for r in (running, stopped)
    ]
    assert "P6" in "".join(asked[0]) and "P6" not in "".join(asked[1])
