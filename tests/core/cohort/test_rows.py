"""What a record becomes among the rows of a group: who counts, what of them, and what is left out and said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import mean

import pytest

from core.cohort import frames, rows
from core.cohort.fields import FVC, TOTAL
from core.cohort.missing import flow
from core.cohort.rows import Routine
from core.findings import participation, treatment
from core.forms import catalog
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import NotDone
from core.model.form_record import FormRecord, Item
from core.model.laboratory import LabResult
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult
from core.model.visit import Mark, VisitMark
from core.model.vital_status import State
from core.protocols import catalog as protocols
from core.protocols.schedule import Status
from tests.core.examples import (
    INFUSION,
    a_form,
    a_patient,
    a_record,
    a_routine_patient,
    a_spirometry,
    a_visit,
    summing_to,
)
from tests.core.findings import test_consent
from tests.core.findings.test_participation import step
from tests.core.model.test_event_details import record_of

TODAY = date(2026, 11, 29)
PATIENT = test_consent.PATIENT
MONTH_2 = date(2026, 7, 21)


def death_in(on):
    return Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate.parse(on)
    )


def rows_of(record, today=TODAY):
    found = rows.of(record, today)
    assert found is not None
    return found


def values_of(found, field=TOTAL):
    return [(one.code, one.value, one.stated) for one in found.values if one.field == field]


def test_the_17_of_the_demonstration_at_screening(demonstration_records):
    """The paper's Table 1: mean ALSFRS-R 35.35 and FVC 71.01 %, as it states them, without items and volumes."""
    every = frames.cohort(rows.of(record, TODAY) for record in demonstration_records)
    found = every.values[every.values["code"] == "SCR"]
    for field, said in ((TOTAL, "35.35"), (FVC, "71.01")):
        values = found[found["field"] == field]
        assert (len(values), f"{mean(values['value']):.2f}") == (17, said)
        assert values["stated"].all()


def a_total(value, on):
    return ExternalResult(
        patient_id=PATIENT.id, kind=ExternalKind.ALSFRS_R_TOTAL, value=value, measured_on=on,
        source="a letter",
    )  # fmt: skip


def test_a_visit_that_is_not_finished_counts_nowhere():
    done, draft = a_visit(PATIENT, MONTH_2, "M2"), a_visit(PATIENT, TODAY, "M6", finished=False)
    record = a_record(
        PATIENT, done, draft,
        assessments=(a_form(done, summing_to(35)), a_form(draft, summing_to(30))),
        spirometry=(a_spirometry(draft, 3000, 3010, 2990),),
    )  # fmt: skip
    found = rows_of(record)
    assert values_of(found) == [("M2", 35, False)]
    assert not values_of(found, FVC)
    at_month_6 = next(one for one in found.visits if one.code == "M6")
    assert at_month_6.day is None
    assert at_month_6.status != Status.DONE
    assert found.patient.first_visit_day == MONTH_2.toordinal()


def test_what_is_outside_the_consent_is_left_out_and_counted():
    before, after = a_visit(PATIENT, date(2026, 1, 31), "SCR"), a_visit(PATIENT, MONTH_2, "M2")
    record = a_record(
        PATIENT, before, after,
        assessments=(a_form(before, summing_to(40)), a_form(after, summing_to(35))),
        forms=(test_consent.act("signed", test_consent.SIGNED),),
    )  # fmt: skip
    found = rows_of(record)
    assert values_of(found) == [("M2", 35, False)]
    assert found.patient.left_out == 1
    allowed = rows_of(replace(record, forms=(test_consent.act("signed", "2026-01-01"),)))
    assert values_of(allowed) == [("SCR", 40, False), ("M2", 35, False)]
    assert allowed.patient.left_out == 0


def test_of_whom_nothing_may_be_used_no_value_is_there_and_no_visit_is_called_missed():
    seen = a_visit(PATIENT, MONTH_2, "M2")
    stated = tuple(a_total(40, on) for on in (None, date(2026, 4, 1), MONTH_2))
    record = a_record(
        PATIENT, seen, assessments=(a_form(seen, summing_to(35)),),
        spirometry=(a_spirometry(seen, 3000, 3010, 2990),), external=stated,
    )  # fmt: skip
    signed = test_consent.act("signed", "2026-01-01")
    allowed = rows_of(replace(record, forms=(signed,)))
    assert allowed.patient.stated_total == 40 and len(allowed.values) > 4
    found = rows_of(replace(record, forms=(signed, test_consent.TAKEN_BACK)))
    assert found.values == ()
    told = found.patient
    assert (told.stated_total, told.delta_fs, told.stage, told.left_out) == (None, None, None, 3)
    at_month_2 = next(one for one in found.visits if one.code == "M2")
    assert (at_month_2.status, at_month_2.day) == (rows.LEFT_OUT, None)
    assert "capacity:left_out" in told.care
    assert "capacity:left_out" not in allowed.patient.care


def test_a_patient_of_a_schedule_that_is_not_here_has_no_rows():
    assert rows.of(a_record(a_patient(protocol="of-another-clinic")), TODAY) is None


UNTREATED = replace(PATIENT, reference_on=None)


@pytest.mark.parametrize(
    ("patient", "told", "state", "on", "reason", "enrolled"),
    [
        (UNTREATED, [step(State.SCREENED, "2026-03-01")], "screened", "2026-03-01", "", False),
        (
            UNTREATED, [step(State.REFUSED, "2026-03", reason="too far")],
            "refused", "2026-03", "too far", False,
        ),
        (UNTREATED, [step(State.ENROLLED, "2026-03-09")], "enrolled", "2026-03-09", "", True),
        (PATIENT, [], "treated", str(INFUSION), "", True),
        (
            PATIENT, [step(State.WITHDRAWN, "2026-08-01", reason="moved away")],
            "withdrawn", "2026-08-01", "moved away", True,
        ),
        (PATIENT, [step(State.LOST, "2026-09-01", reason="no answer")], "lost", "2026-09-01", "no answer", True),
    ],
)  # fmt: skip
def test_where_a_patient_stands_has_its_day_and_its_reason(
    patient, told, state, on, reason, enrolled
):
    found = rows_of(a_record(patient, forms=tuple(told))).patient
    assert (found.state, found.state_on, found.reason) == (state, on, reason)
    assert found.state_day == PartialDate.parse(on).assumed.toordinal()
    assert found.enrolled is enrolled


def test_a_screen_failure_names_its_criterion():
    told = step(State.SCREEN_FAILURE, "2026-03-01", reason="FVC", criterion="I5")
    found = rows_of(a_record(UNTREATED, forms=(told,))).patient
    assert (found.state, found.criterion, found.enrolled) == ("screen_failure", "I5", False)


def test_a_treatment_that_is_to_come_is_none_yet():
    record = a_record(replace(PATIENT, reference_on=TODAY + timedelta(days=3)))
    assert rows_of(record).patient.treated_day is None
    assert rows_of(record, TODAY + timedelta(days=3)).patient.treated_day is not None


def test_in_routine_care_there_is_no_study_and_everybody_is_in():
    patient = a_routine_patient()
    followed = rows_of(a_record(patient)).patient
    assert (followed.state, followed.enrolled) == (Routine.FOLLOWED, True)
    died = Milestone(
        patient_id=patient.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 9)
    )
    dead = rows_of(a_record(patient, milestones=(died,))).patient
    assert (dead.state, dead.died_on) == (State.DIED, "2026-09")
    assert dead.died_day == PartialDate(2026, 9).assumed.toordinal()


def result(on, value, visit=None):
    return LabResult(
        patient_id=PATIENT.id, visit_id=None if visit is None else visit.id, test="creatinine",
        taken_on=on, value=value, unit="µmol/L", entered_by="dr.demo",
        entered_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip


def test_a_value_belongs_to_the_visit_of_its_day_else_to_that_in_whose_window_it_is():
    visit, extra = a_visit(PATIENT, MONTH_2, "M2"), a_visit(PATIENT, date(2026, 8, 20))
    record = a_record(
        PATIENT, visit, extra,
        laboratory=(
            result(MONTH_2, 60.0), result(MONTH_2 + timedelta(days=3), 61.0),
            result(date(2026, 8, 20), 62.0), result(date(2026, 10, 30), 63.0),
        ),
    )  # fmt: skip
    found = rows_of(record)
    assert [(code, value) for code, value, _s in values_of(found, "laboratory.creatinine")] == [
        ("M2", 60.0), ("M2", 61.0), ("", 62.0), ("", 63.0),
    ]  # fmt: skip
    outside = [one for one in found.visits if one.code == ""]
    assert [one.day for one in outside] == [date(2026, 8, 20).toordinal()]
    assert outside[0].month == pytest.approx(91 / 30.4375)


def test_a_stated_value_counts_where_none_was_measured_and_is_marked():
    visit = a_visit(PATIENT, MONTH_2, "M2")
    stated = ExternalResult(
        patient_id=PATIENT.id, kind=ExternalKind.ALSFRS_R_TOTAL, value=33, measured_on=MONTH_2,
        source="letter",
    )  # fmt: skip
    assert values_of(rows_of(a_record(PATIENT, visit, external=(stated,)))) == [("M2", 33, True)]
    both = a_record(
        PATIENT, visit, external=(stated,), assessments=(a_form(visit, summing_to(35)),)
    )
    assert values_of(rows_of(both)) == [("M2", 35, False)]
    undated = a_record(PATIENT, visit, external=(replace(stated, measured_on=None),))
    assert values_of(rows_of(undated)) == []


def test_a_form_that_is_not_complete_has_no_total():
    visit = a_visit(PATIENT, MONTH_2, "M2")
    part = a_form(visit, (None,) + (3,) * 11)
    found = rows_of(a_record(PATIENT, visit, assessments=(part,)))
    assert values_of(found) == [], "missing is not zero"
    assert values_of(found, "alsfrs-r.respiratory") == [("M2", 9, False)]


def test_a_missed_visit_has_the_reason_that_was_given():
    mark = VisitMark(patient_id=PATIENT.id, code="M4", mark=Mark.MISSED, reason="in hospital")
    found = next(
        one for one in rows_of(a_record(PATIENT, marks=(mark,))).visits if one.code == "M4"
    )
    assert (found.status, found.reason, found.day) == (Status.MISSED, "in hospital", None)


EVENT = AdverseEvent(
    patient_id=PATIENT.id, term="Pneumonia", coded_term="Lung infection",
    onset=PartialDate(2026, 6, 1), grade=Grade.MODERATE, serious=True, outcome=Outcome.UNKNOWN,
)  # fmt: skip


def event_row(*parts, event=EVENT):
    mine = replace(record_of(event_details.FORM), id=event_details.record_id(event.id))
    forms = (mine, *(replace(one, within=mine.id) for one in parts))
    (found,) = rows_of(a_record(PATIENT, events=(event,), forms=forms)).events
    return found


def test_an_event_has_the_worst_grade_that_it_ever_had():
    assert event_row().grade == 2
    worse = record_of(event_details.COURSE, day="2026-06-03", grade=4, state="worse")
    better = record_of(event_details.COURSE, day="2026-06-09", grade=1, state="better")
    assert event_row(worse, better).grade == 4


@pytest.mark.parametrize(
    ("judged", "related", "complete"),
    [
        ({}, True, False),
        ({"product": "unlikely"}, True, False),  # nobody judged the procedure
        ({"product": "unlikely", "procedure": "not_related"}, False, True),
        ({"product": "possible", "procedure": "not_related"}, True, True),
        ({"product": "unassessable", "procedure": "unlikely"}, True, True),  # until it is resolved
        ({"product": "conditional", "procedure": "unlikely"}, True, True),
    ],
)
def test_what_nobody_judged_counts_as_related(judged, related, complete):
    found = event_row(*([record_of(event_details.JUDGEMENT, **judged)] if judged else []))
    assert (found.related, found.judged) == (related, complete)


def test_an_event_is_of_its_class_and_after_the_treatment_or_not():
    after = event_row()
    assert (after.organ_class, after.emergent) == ("Infections and infestations", True)
    assert after.since_first == after.since_last == (date(2026, 6, 1) - INFUSION).days
    before = event_row(
        event=replace(EVENT, onset=PartialDate(2026, 4, 1), ended=PartialDate(2026, 4, 9))
    )
    assert before.emergent is False
    (untreated,) = rows_of(a_record(replace(PATIENT, reference_on=None), events=(EVENT,))).events
    assert untreated.emergent is None


# Days that are known in part -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("died", "visit", "counts"),
    [
        ("2026-05", None, "2026-05-21"),  # the infusion was on the 21st: not on the 15th, before it
        ("2026-05", date(2026, 5, 28), "2026-05-28"),  # seen alive after the middle of the month
        ("2026", date(2026, 10, 2), "2026-10-02"),
        ("2026-07", None, "2026-07-15"),
        ("2026", None, "2026-07-01"),
        ("2026-07-03", date(2026, 7, 20), "2026-07-03"),  # it is certain, and contradicts the visit
        ("2026-07", date(2026, 8, 20), "2026-07-15"),  # it contradicts the visit, too
    ],
)
def test_a_death_is_after_whatever_the_patient_lived_through(died, visit, counts):
    visits = () if visit is None else (a_visit(PATIENT, visit),)
    found = rows_of(a_record(PATIENT, *visits, milestones=(death_in(died),))).patient
    assert date.fromordinal(found.died_day) == date.fromisoformat(counts)
    assert found.state_day == found.died_day
    assert found.died_on == died


def test_a_death_is_after_a_mask_and_after_a_withdrawal_and_waits_for_no_infusion_to_come():
    mask = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.NIV, happened_on=PartialDate.parse("2026-07-28")
    )
    told = rows_of(a_record(PATIENT, milestones=(death_in("2026-07"), mask))).patient
    assert told.died_day == told.niv_day == date(2026, 7, 28).toordinal()
    left = step(State.WITHDRAWN, "2026-07-28", reason="moved")
    told = rows_of(a_record(PATIENT, forms=(left,), milestones=(death_in("2026-07"),))).patient
    assert told.died_day == told.left_day == date(2026, 7, 28).toordinal()
    planned = replace(PATIENT, reference_on=date(2026, 12, 24))
    told = rows_of(a_record(planned, milestones=(death_in("2026-11"),))).patient
    assert told.died_day == date(2026, 11, 15).toordinal()


EARLY = "2026-05-10"  # before the infusion of 21 May
LEFT = step(State.WITHDRAWN, EARLY, reason="moved")


@pytest.mark.parametrize(
    ("gone", "state"),
    [
        (a_record(PATIENT, milestones=(death_in(EARLY),)), "died"),
        (a_record(PATIENT, forms=(LEFT,)), "withdrawn"),
        (a_record(PATIENT, forms=(step(State.LOST, EARLY, reason="no answer"),)), "lost"),
        (a_record(PATIENT, forms=(LEFT,), milestones=(death_in("2026-09-01"),)), "died"),
        (a_record(PATIENT, forms=(LEFT, step(State.DIED, "2026-09-01"))), "died"),
    ],
)
def test_who_was_gone_before_the_planned_infusion_was_not_treated(gone, state):
    found = rows_of(gone).patient
    assert (found.treated_day, found.enrolled) == (None, False)
    assert found.state == state
    assert not participation.contradictions(gone, protocols.of(PATIENT), TODAY)
    every = frames.cohort([rows_of(gone), rows_of(a_record(a_patient()))])
    assert flow(every).treated == 1


@pytest.mark.parametrize(
    "came_back",
    [
        {"forms": (LEFT, step(State.ENROLLED, "2026-05-15"))},
        {"forms": (LEFT, step(State.TREATED, "2026-05-21"))},
        {"forms": (LEFT,), "visits": (a_visit(PATIENT, INFUSION, "INF"),)},
    ],
)
def test_who_came_back_was_treated_and_for_safety_always(came_back):
    visits = came_back.get("visits", ())
    record = a_record(PATIENT, *visits, forms=came_back["forms"])
    assert rows_of(record).patient.treated_day == INFUSION.toordinal()
    gone = a_record(PATIENT, forms=(LEFT,))
    assert treatment.treated_on(gone) == INFUSION, "no clock stops because of a step"


def test_an_infusion_that_was_not_done_is_no_treatment():
    infusion = FormRecord(
        patient_id=PATIENT.id, form="infusion", version="1", entered_by="nurse",
        entered_at=datetime(2026, 5, 21, tzinfo=UTC), not_done=NotDone.REFUSED, items={},
    )  # fmt: skip
    assert rows_of(a_record(PATIENT, forms=(infusion,))).patient.treated_day is None


def test_onset_diagnosis_and_a_mask_are_in_order():
    mask = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.NIV, happened_on=PartialDate(2026, 1, 20)
    )
    vague = replace(PATIENT, onset=PartialDate(2026), diagnosis=PartialDate(2026, 2, 10))
    assert rows_of(a_record(vague)).patient.onset_day == date(2026, 2, 10).toordinal()
    with_mask = rows_of(a_record(vague, milestones=(mask,))).patient
    assert with_mask.onset_day == date(2026, 1, 20).toordinal()
    late = replace(PATIENT, onset=PartialDate(2026, 4, 18), diagnosis=PartialDate(2026, 4))
    told = rows_of(a_record(late)).patient
    assert told.diagnosis_day == told.onset_day == date(2026, 4, 18).toordinal()


def test_days_known_in_part_are_in_an_order_that_can_be():
    """No onset after the infusion, no diagnosis after the registration, no tracheostomy to come."""
    early = date(2026, 6, 10)
    tube = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.TRACHEOSTOMY, happened_on=PartialDate(2026)
    )
    vague = replace(PATIENT, onset=PartialDate(2026, 5), diagnosis=PartialDate(2026))
    vague = replace(vague, reference_on=date(2026, 5, 10), registered_on=date(2026, 4, 20))
    found = rows_of(a_record(vague, milestones=(tube,)), early).patient
    assert date.fromordinal(found.onset_day) == date(2026, 5, 10)
    assert found.months_of_disease is None, "it may have begun on that very day: no rate follows"
    assert date.fromordinal(found.diagnosis_day) == date(2026, 4, 20)
    assert date.fromordinal(found.tracheostomy_day) == early
    left = step(State.WITHDRAWN, "2026", reason="moved")
    dead = a_record(PATIENT, forms=(left,), milestones=(death_in("2026-06-10"),))
    assert rows_of(dead).patient.left_day == date(2026, 6, 10).toordinal()


def test_no_day_of_what_is_known_to_its_month_is_still_to_come():
    early = date(2026, 11, 3)
    dead = rows_of(a_record(PATIENT, milestones=(death_in("2026-11"),)), early).patient
    assert date.fromordinal(dead.died_day) == early
    told = a_vital_status("2026-11")
    alive = rows_of(a_record(PATIENT, forms=(told,)), early).patient
    assert date.fromordinal(alive.last_alive_day) == early
    later = rows_of(a_record(PATIENT, forms=(told,)), TODAY).patient
    assert date.fromordinal(later.last_alive_day) == date(2026, 11, 15)


def a_vital_status(last_alive):
    found = catalog.newest()["vital_status"]
    return FormRecord(
        patient_id=PATIENT.id, form=found.id, version=found.version, entered_by="nurse",
        entered_at=datetime(2026, 11, 1, tzinfo=UTC), course=found.course,
        items={"status": Item(value="alive"), "last_alive": Item(value=last_alive)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "value"),
    [
        ([date(2026, 4, 1), date(2029, 4, 1)], 40),  # a letter of years after the infusion
        ([date(2026, 4, 1), date(2026, 5, 1)], 41),
        ([date(2029, 4, 1)], None),
        ([None], 40),
    ],
)
def test_what_was_stated_after_the_infusion_is_no_baseline(days, value):
    stated = tuple(a_total(40 + n, on) for n, on in enumerate(days))
    assert rows_of(a_record(PATIENT, external=stated)).patient.stated_total == value


def test_a_value_is_of_the_visit_at_which_it_was_measured():
    """Also where two planned visits were on one day: the screening keeps its total, whatever comes first."""
    on = date(2026, 5, 1)
    screening, mri = a_visit(PATIENT, on, "SCR"), a_visit(PATIENT, on, "MRI")
    for visits in ((screening, mri), (mri, screening)):
        record = a_record(PATIENT, *visits, assessments=(a_form(screening, summing_to(40)),))
        assert values_of(rows_of(record)) == [("SCR", 40, False)]


def test_of_two_visits_of_a_day_the_planned_one_has_what_was_measured_at_neither():
    planned, other = a_visit(PATIENT, MONTH_2, "M2"), a_visit(PATIENT, MONTH_2)
    for visits in ((planned, other), (other, planned)):
        found = rows_of(a_record(PATIENT, *visits, laboratory=(result(MONTH_2, 60.0),)))
        assert [one.code for one in found.values if one.field == "laboratory.creatinine"] == ["M2"]
