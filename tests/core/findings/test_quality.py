"""The care quality list of one patient: in time, too long ago, said to be not talked about, and not written down."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core import resources
from core.errors import InvalidReference
from core.findings import quality
from core.findings.alerts.definition import shipped as alerts
from core.findings.quality import Care
from core.forms import catalog as forms
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.decision import Choice, Decision, DecisionKind
from core.model.form_record import FormRecord, Item, RecordCheck, Since
from core.model.measurement import Measurement, kinds
from core.model.partial_date import PartialDate
from tests.core.examples import (
    a_form,
    a_record,
    a_routine_patient,
    a_spirometry,
    a_visit,
)

TODAY = date(2026, 11, 29)
PATIENT = a_routine_patient(height_cm=176, born=date(1959, 3, 14), registered_on=date(2026, 1, 5))
SPEECH_LOST = (1, *(4,) * 11)


def of_form(form, **values):
    defined = forms.newest()[form]
    return FormRecord(
        patient_id=PATIENT.id, form=form, version=defined.version, entered_by="dr.demo",
        entered_at=datetime(2026, 11, 1, tzinfo=UTC), course=defined.course,
        items={name: Item(value=value) for name, value in values.items()},
    )  # fmt: skip


def visits(*days):
    return tuple(a_visit(PATIENT, one) for one in days)


def stands(measure, *seen, today=TODAY, **rest):
    return quality.care(a_record(PATIENT, *seen, **rest), today)[measure]


def decision(subject, choice, at=TODAY):
    later = at + timedelta(days=90) if choice.needs_date else None
    return Decision(
        patient_id=PATIENT.id, kind=DecisionKind.ACTION, subject=subject, choice=choice,
        review_on=later, by="dr", at=datetime.combine(at, datetime.min.time(), UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tested", "care"),
    [
        ((), Care.NOT_RECORDED),
        ((date(2026, 5, 20), date(2026, 8, 20), date(2026, 11, 20)), Care.IN_TIME),
        ((date(2026, 5, 20), date(2026, 11, 20)), Care.LATE),  # a gap of half a year
        ((date(2026, 2, 20), date(2026, 5, 20)), Care.LATE),  # none since
        ((date(2026, 8, 16), date(2026, 11, 29)), Care.IN_TIME),  # 3 months and 13 days
        ((date(2026, 8, 14), date(2026, 11, 29)), Care.LATE),
    ],
)
def test_the_vital_capacity_is_asked_every_three_months(tested, care):
    seen = visits(*tested)
    tests = [a_spirometry(one, 3000, 3010, 2990) for one in seen]
    assert stands("capacity", *seen, spirometry=tests) is care


def test_gaps_of_before_the_last_year_are_not_looked_at_and_the_first_visit_begins():
    old = visits(date(2024, 1, 10), date(2025, 11, 10), date(2026, 2, 10))
    recent = visits(*(date(2026, month, 10) for month in (5, 8, 11)))
    tests = [a_spirometry(one, 3000) for one in (*old, *recent)]
    assert stands("capacity", *old, *recent, spirometry=tests) is Care.IN_TIME
    first = visits(date(2026, 1, 10))
    tests = [a_spirometry(one, 3000) for one in recent]
    assert stands("capacity", *first, *recent, spirometry=tests) is Care.LATE, "4 months without"


def test_a_test_at_a_visit_that_is_not_finished_does_not_count_and_another_test_of_breathing_does():
    draft = a_visit(PATIENT, date(2026, 11, 20), finished=False)
    assert stands("capacity", draft, spirometry=[a_spirometry(draft, 3000)]) is Care.NOT_RECORDED
    (seen,) = visits(date(2026, 11, 20))
    snip = Measurement(visit_id=seen.id, kind="snip", value=60.0)
    assert stands("capacity", seen, measurements=(snip,)) is Care.IN_TIME


def test_what_nobody_wrote_down_is_no_no():
    (seen,) = visits(date(2026, 11, 20))
    said = of_form("wishes", discussed_on="2026-11-20", directive="not_discussed")
    assert stands("advance_care", seen) is Care.NOT_RECORDED
    assert stands("advance_care", seen, forms=(said,)) is Care.NOT_DISCUSSED
    unknown = of_form("wishes", discussed_on="2026-11-20", directive="unknown")
    assert stands("advance_care", seen, forms=(unknown,)) is Care.NOT_RECORDED
    refused = of_form("wishes", discussed_on="2026-11-20", directive="declined")
    assert stands("advance_care", seen, forms=(refused,)) is Care.IN_TIME, "it was talked about"
    long_ago = of_form("wishes", discussed_on="2025-11-20", directive="written")
    assert stands("advance_care", seen, forms=(long_ago,)) is Care.LATE


def test_whom_no_alert_concerns_is_not_counted_and_of_whom_nothing_was_measured_it_is_not_known():
    (seen,) = visits(date(2026, 11, 20))
    assert stands("communication", seen) is Care.NEED_UNKNOWN
    well = (a_form(seen),)
    assert stands("communication", seen, assessments=well) is Care.NOT_NEEDED
    lost = (a_form(seen, SPEECH_LOST),)
    assert stands("communication", seen, assessments=lost) is Care.NOT_RECORDED
    aid = of_form("device", kind="communication_aid", status="refused", started="2026-11-01")
    assert stands("communication", seen, assessments=lost, forms=(aid,)) is Care.IN_TIME
    assert stands("communication", seen, assessments=well, forms=(aid,)) is Care.IN_TIME


@pytest.mark.parametrize(
    ("choice", "care"),
    [
        (Choice.DONE, Care.IN_TIME),
        (Choice.PLANNED, Care.IN_TIME),
        (Choice.DECLINED, Care.IN_TIME),
        (Choice.NOT_NOW, Care.NOT_RECORDED),
    ],
)
def test_a_decision_on_an_action_is_evidence_where_it_was_talked_about(choice, care):
    (seen,) = visits(date(2026, 11, 20))
    told = decision("communication", choice) if choice is not Choice.NOT_NOW else replace(
        decision("communication", Choice.PLANNED), choice=choice, reason="tired"
    )  # fmt: skip
    lost = (a_form(seen, SPEECH_LOST),)
    assert stands("communication", seen, assessments=lost, decisions=(told,)) is care


def test_a_device_that_runs_counts_for_as_long_as_it_does():
    (seen,) = visits(date(2026, 11, 20))
    niv = of_form("device", kind="niv", status="used", started="2019-01-01", ongoing=1)
    assert stands("niv", seen, forms=(niv,)) is Care.IN_TIME
    peg = of_form("device", kind="gastrostomy", status="used", started="2019-01-01", ongoing=1)
    assert stands("nutrition", seen, forms=(peg,)) is Care.IN_TIME
    gone = of_form(
        "device", kind="gastrostomy", status="used", started="2019-01-01", ongoing=0, ended="2020-01-01"
    )  # fmt: skip
    assert stands("nutrition", seen, forms=(gone,)) is Care.LATE


def test_medicines_that_slow_als_and_asking_about_medicines_count():
    (seen,) = visits(date(2026, 11, 20))
    other = of_form("medicine", substance="Baclofen", started="2026-01-01", ongoing=1)
    assert stands("medicine", seen, forms=(other,)) is Care.NOT_RECORDED
    riluzole = of_form("medicine", substance="Rilutek", started="2020-01-01", ongoing=1)
    assert stands("medicine", seen, forms=(riluzole,)) is Care.IN_TIME
    asked = RecordCheck(visit_id=seen.id, form="medicine", answer=Since.NOTHING_NEW)
    assert stands("medicine", seen, checks=(asked,)) is Care.IN_TIME


def test_who_died_or_is_not_followed_is_not_counted():
    def milestone(kind):
        return Milestone(patient_id=PATIENT.id, kind=kind, happened_on=PartialDate(2026, 9, 1))

    (seen,) = visits(date(2026, 8, 20))
    dead = a_record(PATIENT, seen, milestones=(milestone(MilestoneKind.DEATH),))
    assert set(quality.care(dead, TODAY).values()) == {Care.DIED}
    left = a_record(PATIENT, seen, milestones=(milestone(MilestoneKind.WITHDRAWAL),))
    assert set(quality.care(left, TODAY).values()) == {Care.NOT_FOLLOWED}


GOOD = resources.path("quality.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('need = ["cough"]', 'need = ["coughing"]', "quality.toml, cough: no alert has the topic"),
        ('id = "niv"', 'id = "capacity"', "quality.toml, capacity: the id is there twice"),
        ('title = "NIV"\n', "", "quality.toml, niv: "),
        ("every_months = 3", "every_months = ", "quality.toml: "),
    ],
)
def test_a_measure_that_is_wrong_is_named(tmp_path, old, new, says):
    path = tmp_path / "quality.toml"
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(InvalidReference, match=says):
        quality.read(path)


def test_every_name_in_a_measure_is_one_of_the_program():
    """Of a device, a milestone, an action, a form, a field, an answer, a kind of measurement."""
    devices = {one.id for one in forms.newest()["device"].field("kind").choices}
    for measure in quality.shipped().values():
        for one in measure.evidence:
            assert set(one.devices) <= devices
            assert set(one.milestones) <= {kind.value for kind in MilestoneKind}
            assert set(one.decisions) <= set(alerts().actions)
            assert set(one.measurements) <= set(kinds())
            assert set(one.asked) <= set(forms.newest())
            if one.answer is not None:
                field = forms.newest()[one.answer.form].field(one.answer.field)
                assert {*one.answer.yes, *one.answer.no} <= {choice.id for choice in field.choices}
                assert forms.newest()[one.answer.form].field(one.answer.day)
