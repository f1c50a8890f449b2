"""Where a patient stands in the study, and what contradicts itself there."""

from datetime import UTC, date, datetime

import pytest

from core.findings import participation
from core.findings.participation import STATE
from core.forms import catalog as forms
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from core.model.vital_status import State
from core.protocols import catalog
from core.protocols.schedule import Status, plan
from tests.core.examples import INFUSION, a_patient, a_record, a_routine_patient, a_visit

TRIAL, ROUTINE = catalog.brought()["royan-2021", "1"], catalog.shipped()["routine"]
TODAY = date(2026, 11, 28)
PATIENT = a_patient()
UNTREATED = a_patient(reference_on=None)


def of_form(form, patient=PATIENT, **values):
    definition = forms.newest()[form]
    return FormRecord(
        patient_id=patient.id, form=form, version=definition.version, entered_by="nurse",
        entered_at=datetime(2026, 11, 1, tzinfo=UTC), course=definition.course,
        items={name: Item(value=value) for name, value in values.items()},
    )  # fmt: skip


def step(state, on, patient=PATIENT, **values):
    return of_form("participation", patient, state=state, day=str(on), **values)


def stands(*records, patient=UNTREATED, visits=(), today=TODAY, **rest):
    record = a_record(patient, *visits, forms=records, **rest)
    return participation.standing(record, TRIAL, today)


def test_the_form_and_the_program_know_the_same_states():
    choices = forms.newest()["participation"].field("state").choices
    assert [one.id for one in choices] == [one.value for one in State]
    assert [one.text for one in choices] == [STATE[one] for one in State]


def test_the_last_step_counts_and_what_is_to_come_does_not():
    steps = (step("enrolled", "2026-02-10"), step("screened", "2026-02-01"))
    found = stands(*steps)
    assert (found.said, found.asks) == ("enrolled 10 Feb 2026", ())
    assert stands(*steps, today=date(2026, 2, 5)).said == "screened 1 Feb 2026"
    assert stands() is None


def test_the_infusion_treats_without_a_step_of_its_own():
    assert stands(patient=PATIENT).said == "treated 21 May 2026"
    assert stands(patient=PATIENT, today=date(2026, 5, 20)) is None
    routine = a_record(a_routine_patient(reference_on=INFUSION))
    assert participation.standing(routine, ROUTINE, TODAY) is None


def test_refused_keeps_its_reason():
    found = stands(step("refused", "2026-02-20", by="patient", reason="too far"))
    assert (found.state, found.reason) == (State.REFUSED, "too far")


@pytest.mark.parametrize("state", ["refused", "screen_failure"])
def test_treated_though_refused_asks(state):
    found = stands(step(state, "2026-02-20"), patient=PATIENT)
    assert found.state is State.TREATED
    assert found.asks == (
        f"By participation {STATE[State(state)]} on 20 Feb 2026, but treated on 21 May 2026. Which is right?",
    )


def test_a_visit_after_the_loss_asks():
    visit = a_visit(PATIENT, date(2026, 9, 1))
    lost = step("lost", "2026-08-01", last_contact="2026-07-01", reason="moved")
    (asked,) = stands(lost, patient=PATIENT, visits=(visit,)).asks
    assert "lost to follow-up on 1 Aug 2026, but a visit took place on 1 Sep 2026" in asked
    assert stands(step("lost", "2026-09", reason="moved"), patient=PATIENT, visits=(visit,)).asks == ()  # fmt: skip


def test_a_death_closes_whoever_tells_of_it():
    dead = of_form("vital_status", status="dead", source="family", died_on="2026-08", cause="unknown")  # fmt: skip
    milestone = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 8, 3)
    )
    for more in (
        {"forms": (dead,)},
        {"forms": (step("died", "2026-08-03", reason="disease"),)},
        {"milestones": (milestone,)},
        {"forms": (dead,), "milestones": (milestone,)},
    ):
        record = a_record(PATIENT, **more)
        found = participation.standing(record, TRIAL, TODAY)
        assert (found.state, found.asks) == (State.DIED, ()), more
        assert record.dead
        (year_5,) = [one for one in plan(record, TRIAL, TODAY) if one.code == "Y5"]
        assert year_5.status is Status.NOT_APPLICABLE


def test_two_days_of_death_ask():
    dead = of_form("vital_status", status="dead", source="family", died_on="2026-09-09", cause="unknown")  # fmt: skip
    milestone = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 8, 3)
    )
    found = stands(dead, patient=PATIENT, milestones=(milestone,))
    assert found.asks == (
        "Died on 3 Aug 2026, but by vital status or participation on 9 Sep 2026. Which is right?",
    )


@pytest.mark.parametrize(
    ("state", "ends"),
    [("refused", True), ("screen_failure", True), ("withdrawn", True), ("lost", False), ("completed", False)],
)  # fmt: skip
def test_what_ends_participation_ends_the_visits(state, ends):
    record = a_record(PATIENT, forms=(step(state, "2026-06-01"),))
    assert (record.participation_ended == date(2026, 6, 1)) is ends


def test_who_is_enrolled_after_a_refusal_has_visits_again():
    refused, again = step("refused", "2026-02-01"), step("enrolled", "2026-03-01")
    assert a_record(PATIENT, forms=(refused, again)).participation_ended is None
    lost = step("lost", "2026-09-01"), step("withdrawn", "2026-10-01")
    record = a_record(PATIENT, forms=(refused, again, *lost))
    assert record.participation_ended == date(2026, 10, 1)


def test_last_known_alive_is_the_latest_that_anything_says():
    visit = a_visit(PATIENT, date(2026, 5, 1))
    said = of_form(
        "vital_status", status="unknown", source="phone", last_alive="2026-07", tried="x"
    )
    record = a_record(PATIENT, visit)
    assert participation.last_known_alive(record) == (PartialDate(2026, 5, 1), "a visit")
    record = a_record(PATIENT, visit, forms=(said,))
    assert participation.last_known_alive(record) == (PartialDate(2026, 7), "vital status")
    assert participation.last_known_alive(a_record(PATIENT)) is None


def test_a_patient_known_alive_after_the_death_asks():
    alive = of_form("vital_status", status="alive", source="phone", last_alive="2026-10-01")
    milestone = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 8, 3)
    )
    (asked,) = stands(alive, patient=PATIENT, milestones=(milestone,)).asks
    assert asked == "Died on 3 Aug 2026, but known alive on 1 Oct 2026. Which is right?"
