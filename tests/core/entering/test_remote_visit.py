"""A visit by telephone or video: what needs the patient in the room is said not to be done, in one answer."""

from datetime import date

import pytest

from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entering.visit.unsaved import typed_of
from core.forms import catalog
from core.model.assessment import NotDone
from core.model.measurement import Measurement, asked_kinds
from core.model.visit import Mode, Respondent
from core.views.measurements import measurement_facts
from tests.core.examples import a_patient, a_routine_patient

DAY = date(2026, 7, 21)
EXAMINATIONS = ("vital_signs", "physical_examination", "neurological_examination")


def draft_of(session, patient, code):
    with session.write("registered"):
        session.patients.save(patient)
    return Draft(session, patient.id, beginning.start_visit(session, patient.id, code, DAY))


@pytest.fixture
def trial(session):
    patient = a_patient(protocol_version="2", reference_on=date(2026, 5, 21))
    return draft_of(session, patient, "M2")


@pytest.fixture
def routine(session):
    return draft_of(session, a_routine_patient(record_number="8"), "R3")


def take_place(draft, mode):
    draft.save_details(on=DAY, mode=mode, respondent=Respondent.PATIENT, weight_kg=None)


def reasons(draft):
    record, here = draft.record, draft.visit.id
    every = (*record.spirometry, *record.forms, *record.measurements)
    return [one.not_done for one in every if one.visit_id == here and one.not_done is not None]


def open_steps(draft):
    return {point.step for point in draft.open_points() if point.blocks}


@pytest.mark.parametrize("mode", [Mode.PHONE, Mode.VIDEO])
def test_everything_that_needs_presence_is_offered_and_one_answer_says_it(trial, mode):
    take_place(trial, mode)
    titles = [catalog.newest()[one].plural for one in EXAMINATIONS]
    assert trial.remote.waiting == ("Spirometry", *titles)
    assert {"spirometry", *EXAMINATIONS} <= open_steps(trial), "nothing is said by itself"
    assert reasons(trial) == []
    trial.remote.mark()
    assert trial.remote.waiting == ()
    assert reasons(trial) == [NotDone.REMOTE] * 4
    left = open_steps(trial)
    assert not {"spirometry", *EXAMINATIONS} & left
    assert {"alsfrs-r", "adverse-events", "laboratory"} & left, "questions are asked by telephone"


@pytest.mark.parametrize("mode", [None, Mode.IN_PERSON, Mode.PAPER_MAILED])
def test_in_any_other_way_nothing_is_offered(trial, mode):
    take_place(trial, mode)
    assert trial.remote.waiting == ()


def test_what_has_a_value_a_reason_or_a_text_is_left_as_it_is(trial):
    take_place(trial, Mode.PHONE)
    form = catalog.newest()["vital_signs"]
    trial.forms.save_not_done(form, NotDone.REFUSED)
    trial.unsaved.save(typed_of("physical_examination", "general_finding"), "pale")
    assert trial.remote.waiting == ("Spirometry", "Neurological examination")
    trial.remote.mark()
    assert sorted(reasons(trial)) == [NotDone.REFUSED, NotDone.REMOTE, NotDone.REMOTE]


def test_a_measurement_at_home_stays_and_the_others_are_one_line(routine):
    take_place(routine, Mode.VIDEO)
    visit_id = routine.visit.id
    routine.measurements.save(Measurement(visit_id=visit_id, kind="spo2", value=95))
    assert routine.remote.waiting == ("Spirometry", "Measurements")
    routine.remote.mark()
    others = [one.short for one in asked_kinds().values() if one.in_person and one.id != "spo2"]
    first, second, *rest = measurement_facts(routine.record, routine.visit)
    assert first.label == "SpO2" and first.text.startswith("95")
    assert second.label == "Other measurements"
    assert second.text == f"not done: by telephone or video ({', '.join(others)})"
    assert not [one for one in rest if "telephone" in one.text]
    (step,) = (one for one in routine.steps() if one.id == "measurements")
    assert step.hint == "1 entered", "what was not measured is not counted as entered"


def test_a_visit_that_was_in_person_takes_it_back(trial):
    take_place(trial, Mode.PHONE)
    trial.forms.save_not_done(catalog.newest()["vital_signs"], NotDone.REFUSED)
    trial.remote.mark()
    assert not trial.remote.left
    take_place(trial, Mode.IN_PERSON)
    assert trial.remote.left
    trial.remote.take_back()
    assert not trial.remote.left and reasons(trial) == [NotDone.REFUSED]
    assert "spirometry" in open_steps(trial)


def test_the_reason_is_said_in_words(trial):
    from core.labels import why_not, why_not_alone

    assert why_not(NotDone.REMOTE) == "not done: by telephone or video"
    assert why_not_alone(NotDone.REMOTE) == "Not done: by telephone or video"


def test_what_is_asked_or_worn_at_home_needs_nobody_in_the_room():
    away = {one.id for one in asked_kinds().values() if not one.in_person}
    assert {"epworth"} <= away and not {"snip", "mip", "pcf", "paco2"} & away
