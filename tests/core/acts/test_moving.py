"""A patient is moved to a newer version of their schedule: what was begun stays as it is, what comes is of the new one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core import clock
from core.acts import documents, locking, moving, signing
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.errors import AppError
from core.findings import eligibility
from core.model.document import About
from core.model.judgement import CriterionResult
from core.model.signature import Meaning
from core.model.user import Clinic
from core.protocols import catalog
from core.protocols.schedule import Status, plan
from core.reports import named as report_named
from core.session import Session, new_user
from core.store import verification
from core.views import schedule_words, trail_words
from core.views.visit_words import visit_title
from tests.core.examples import a_patient, enter_visit
from tests.core.findings.test_participation import step
from tests.pdf import text_of

PASSWORD = "winter garden 48"
AGO = timedelta(days=150)  # months 2 and 4 are behind, month 6 is to come


@pytest.fixture
def session(tmp_path):
    """A file of dr.demo, who is a neurologist and signs with a password."""
    clinic = Clinic(name="ALS clinic", protocol="royan-2021")
    made = Session.create(tmp_path / "c.als", clinic, new_user("dr.demo", "Dr. Demo"), PASSWORD)
    yield made
    made.close()


@pytest.fixture
def patient(session):
    made = a_patient(
        record_number="70",
        reference_on=clock.today() - AGO,
        registered_on=clock.today() - AGO - timedelta(days=28),
    )
    with session.write("registered"):
        session.patients.save(made)
    return made


def visited(session, patient, code, days_ago):
    """A finished visit of version 1, with a task that version 2 does not have."""
    on = clock.today() - timedelta(days=days_ago)
    enter_visit(session, patient, on, code, scores=(4,) * 12, blows=(2900, 2880, 2850))
    record = session.record(patient.id)
    visit = next(one for one in record.visits if one.code == code)
    draft = Draft(session, patient.id, visit.id)
    assert "history" in draft.assessments
    return visit


def moved(session, patient, reason="examinations are entered now"):
    moving.move(session, [patient.id], reason)
    return session.record(patient.id)


def test_visits_to_come_are_of_the_new_version_and_begun_ones_of_theirs(session, patient):
    done = visited(session, patient, "M2", 90)
    begun = beginning.start_visit(session, patient.id, "M4", clock.today() - timedelta(days=28))
    record = moved(session, patient)
    assert record.patient.protocol_version == "2"
    assert [record.version_of(visit) for visit in record.visits] == ["1", "1"]
    for visit_id in (done.id, begun):
        assert "examination" in Draft(session, patient.id, visit_id).assessments
    started = beginning.start_visit(session, patient.id, "M6", clock.today())
    asked = Draft(session, patient.id, started).assessments
    assert "physical_examination" in asked and "examination" not in asked


def test_a_signature_holds_and_the_summary_says_what_it_said(session, patient):
    visit = visited(session, patient, "M2", 90)
    shown = signing.look(session, session.record(patient.id), visit.id)
    signing.sign(session, shown, Meaning.REVIEWED, PASSWORD)
    record = moved(session, patient)
    (state,) = signing.states(session, record)
    assert state.valid and state.changes == ()
    assert signing.look(session, record, visit.id).data_hash == shown.data_hash


def test_a_version_that_was_changed_past_the_move_voids_the_signature(session, patient):
    visit = visited(session, patient, "M2", 90)
    shown = signing.look(session, session.record(patient.id), visit.id)
    signing.sign(session, shown, Meaning.REVIEWED, PASSWORD)
    with session.write("past the act"):
        session.patients.save(replace(patient, protocol_version="2"))
    (state,) = signing.states(session, session.record(patient.id))
    assert not state.valid


def test_one_write_with_its_reason_is_in_the_trail(session, patient):
    visited(session, patient, "M2", 90)
    before = session.trail_head.sequence
    moved(session, patient, "  new ethics vote ")
    entries = session.trail.entries(after_sequence=before)
    assert {one.entity for one in entries} == {"schedule_move", "patient"}
    assert {one.reason for one in entries} == {"new ethics vote"}
    (move,) = (one for one in entries if one.entity == "schedule_move")
    said = trail_words.what(move, session.trail.names([move]))
    assert "from version 1 to 2" in said
    path, key = session.path, session._key
    session.close()
    assert verification.verify_file(path, key).is_whole


def test_without_a_reason_or_where_the_record_is_locked_nobody_is_moved(session, patient):
    with pytest.raises(ValueError, match="for a reason"):
        moving.move(session, [patient.id], " ")
    locking.lock_patient(session, patient.id, "closed")
    with pytest.raises(AppError):
        moving.move(session, [patient.id], "new ethics vote")
    assert session.record(patient.id).patient == patient
    assert session.record(patient.id).moves == ()


def test_who_is_on_the_newest_version_stays(session, patient):
    once = moved(session, patient)
    again = moved(session, patient)
    assert again.moves == once.moves and len(once.moves) == 1


def test_the_plan_keeps_the_window_and_the_status_of_a_done_visit(session, patient):
    visited(session, patient, "M2", 90)
    record = session.record(patient.id)
    (before,) = (one for one in plan(record, catalog.of(patient), clock.today()) if one.visit)
    record = moved(session, patient)
    newer = catalog.of(record.patient)
    narrow = replace(
        newer, visits=tuple(replace(one, before=0, after=0, title="X") for one in newer.visits)
    )
    planned = plan(record, narrow, clock.today())
    (after,) = (one for one in planned if one.visit)
    assert after == before
    assert {one.title for one in planned if one.visit is None} == {"X"}
    without = replace(newer, visits=tuple(one for one in newer.visits if one.code != "M2"))
    assert "M2" in [one.code for one in plan(record, without, clock.today())]
    assert all(one.status is not Status.DONE or one.visit for one in planned)


def test_answers_to_criteria_stay_those_of_the_version_that_was_screened(session, patient):
    enter_visit(session, patient, clock.today() - AGO - timedelta(days=28), "SCR")
    asked = next(one for one in catalog.of(patient).criteria if one.asked)
    said = CriterionResult(
        patient_id=patient.id, protocol="royan-2021", version="1", criterion=asked.id, met=True
    )
    with session.write("asked"):
        session.criteria.save(said)
    record = moved(session, patient)
    protocol = catalog.of_screening(record)
    assert protocol.version == "1"
    states = {one.criterion.id: one.state for one in eligibility.evaluate(record, protocol)}
    assert states[asked.id] is eligibility.Fulfilment.MET


def test_who_was_not_screened_yet_is_held_against_the_new_criteria(session, patient):
    assert catalog.of_screening(moved(session, patient)).version == "2"


def test_what_changes_is_said_of_the_visits_to_come_only(session, patient):
    visited(session, patient, "M2", 90)
    record = session.record(patient.id)
    before, after = catalog.of(patient), catalog.newer(patient)
    lines = schedule_words.move_lines(record, before, after)
    text = "\n".join(lines)
    assert "Month 2" not in text
    assert "Month 4, Month 6" in text  # the same is said once
    ticked = "what was ticked off is entered: Medical history, Physical examination, Laboratory"
    assert ticked in text
    assert "no longer asks for Medical history" not in text
    assert "also asks for" in text and "Vital signs" in text
    assert "1 visit that was begun stays as it is" in text
    same = schedule_words.move_lines(record, after, after)
    assert same[0] == "Nothing changes for the visits to come."


def test_the_casebook_says_that_the_schedule_was_changed_and_why(session, patient):
    visit = visited(session, patient, "M2", 90)
    record = moved(session, patient, "new ethics vote")
    document = report_named("casebook")
    source = documents.source(session, document, About(patient_id=patient.id))
    said = " ".join(text_of(document.make(source)).split())
    assert "Schedule changed from version 1 to 2" in said and "new ethics vote" in said
    assert "Physical examination" in said  # a task of version 1
    assert visit_title(record, visit) in said


def test_those_behind_are_who_still_takes_part(session, patient):
    refused = a_patient(record_number="71", reference_on=None)
    newest = a_patient(record_number="72", protocol_version="2")
    with session.write("registered"):
        session.patients.save(refused)
        session.patients.save(newest)
        told = step("refused", clock.today(), patient=refused)
        session.forms.save(replace(told, entered_by="dr.demo"))
    found = moving.behind(session, catalog.newest()["royan-2021"])
    assert patient in found
    assert {"71", "72"}.isdisjoint(one.record_number for one in found)
    moving.move(session, [one.id for one in found], "all of them")
    assert moving.behind(session, catalog.newest()["royan-2021"]) == ()
