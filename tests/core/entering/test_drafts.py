"""A visit entered without a window: what is saved, what is refused, what still stands in the way."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from core import clock
from core.entering import event_entry, visit_entry
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.errors import StorageError
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.assessment import Answer, NotDone
from core.model.partial_date import PartialDate
from core.model.spirometry import Blow, BlowQuality, Position, TestType
from core.model.user import Role
from core.model.visit import Mark, Mode, Respondent, TaskResult, VisitMark
from core.protocols.catalog import shipped
from core.protocols.schedule import Status, plan
from core.session import Session, new_user
from core.views import worklist

DAY = date(2026, 7, 21)


@pytest.fixture
def draft(session, patient):
    visit_id = beginning.start_visit(session, patient.id, "M2", DAY)
    return Draft(session, patient.id, visit_id)


def fill(draft, alsfrs_r, score=3):
    """Everything that Month 2 asks for."""
    draft.save_details(on=DAY, mode=Mode.IN_PERSON, respondent=Respondent.PATIENT, weight_kg=None)
    for slot in alsfrs_r.slots:
        item = alsfrs_r.variants(slot)[0].id
        breathes = slot == "respiratory_insufficiency"  # less than 4 would ask for the ventilation
        draft.answer(alsfrs_r.id, slot, Answer(item=item, value=4 if breathes else score))
    draft.spirometry.save(
        replace(draft.spirometry.entered, blows=(Blow(number=1, volume_ml=3200),))
    )
    draft.save_new_events(False)
    for task in draft.tasks.asked:
        draft.tasks.save(TaskResult(visit_id=draft.visit.id, task=task.id, done=True))


def an_event(draft, **changes):
    values = {
        "patient_id": draft.record.patient.id,
        "visit_id": draft.visit.id,
        "term": "Fall",
        "onset": PartialDate(2026, 7),
        "grade": Grade.MILD,
        "serious": False,
        "outcome": Outcome.RECOVERED,
    }
    return AdverseEvent(**{**values, **changes})


def blocking(draft):
    return [point.problem.message for point in draft.open_points() if point.blocks]


def test_a_complete_visit_is_finished_and_the_record_is_what_the_file_says(
    draft, alsfrs_r, session
):
    assert len(blocking(draft)) == 2 + 12 + 1 + 1 + 3
    with pytest.raises(ValueError, match="not complete"):
        draft.finish()
    fill(draft, alsfrs_r)
    assert blocking(draft) == []
    draft.finish()
    assert draft.record == session.record(draft.record.patient.id)
    assert not draft.visit.is_draft


def test_a_finished_visit_takes_nothing_until_it_is_reopened_with_a_reason(
    draft, alsfrs_r, session
):
    fill(draft, alsfrs_r)
    draft.finish()
    before = session.record(draft.record.patient.id)
    answer = Answer(item="speech", value=0)
    entries = (
        lambda: draft.answer(alsfrs_r.id, "speech", answer),
        lambda: draft.save_note("later"),
        lambda: draft.unsaved.save("details.weight", "x"),
        lambda: draft.questionnaires.save_not_done(alsfrs_r.id, NotDone.REFUSED),
        lambda: draft.spirometry.save(replace(draft.spirometry.entered, device="other")),
        lambda: draft.events.save(an_event(draft)),
        lambda: draft.discard("why not"),
    )
    for enter in entries:
        with pytest.raises(ValueError, match=r"finished|in progress"):
            enter()
    assert session.record(before.patient.id) == before
    draft.reopen("the score of another patient")
    draft.answer(alsfrs_r.id, "speech", answer)
    reasons = [row["reason"] for row in session._db.query("SELECT reason FROM audit")]
    assert "the score of another patient" in reasons


def test_undo_takes_answers_back_one_by_one(draft, alsfrs_r):
    draft.answer(alsfrs_r.id, "speech", Answer(item="speech", value=4))
    draft.answer(alsfrs_r.id, "speech", Answer(item="speech", value=2))
    assert draft.questionnaires.undo(alsfrs_r.id) == "speech"
    assert draft.questionnaires.form(alsfrs_r.id).values == {"speech": 4}
    draft.questionnaires.undo(alsfrs_r.id)
    assert draft.questionnaires.form(alsfrs_r.id).values == {}
    assert draft.questionnaires.undo(alsfrs_r.id) is None


def test_an_answer_and_what_completes_it_are_undone_together(draft, alsfrs_r):
    speech = partial(Answer, item="speech")
    draft.answer(alsfrs_r.id, "speech", speech(value=4))
    draft.answer(alsfrs_r.id, "speech", speech(value=1))
    draft.answer(alsfrs_r.id, "speech", speech(value=0), completes=True)
    assert draft.questionnaires.form(alsfrs_r.id).values == {"speech": 0}
    draft.questionnaires.undo(alsfrs_r.id)
    assert draft.questionnaires.form(alsfrs_r.id).values == {"speech": 4}


def test_the_scores_of_a_form_that_was_not_done_count_nowhere(draft, alsfrs_r):
    fill(draft, alsfrs_r)
    draft.questionnaires.save_not_done(alsfrs_r.id, NotDone.TOO_UNWELL)
    assert alsfrs_r.total.score(draft.questionnaires.form(alsfrs_r.id).values) is None
    assert blocking(draft) == []
    draft.questionnaires.save_not_done(alsfrs_r.id, None)
    assert alsfrs_r.total.score(draft.questionnaires.form(alsfrs_r.id).values) == 37


def test_type_and_position_are_kept_before_the_first_blow(draft, session):
    session_id = draft.spirometry.entered.id
    chosen = replace(draft.spirometry.entered, test_type=TestType.SVC, position=Position.SUPINE)
    draft.spirometry.save(chosen)
    again = Draft(session, draft.record.patient.id, draft.visit.id).spirometry.entered
    assert (again.id, again.test_type, again.position) == (
        session_id,
        TestType.SVC,
        Position.SUPINE,
    )


def test_only_rejected_blows_ask_for_a_second_look(draft, alsfrs_r):
    fill(draft, alsfrs_r)
    blow = Blow(number=1, volume_ml=3200, quality=BlowQuality.REJECTED)
    draft.spirometry.save(replace(draft.spirometry.entered, blows=(blow,)))
    questions = [point.problem.message for point in draft.open_points()]
    assert any("no blow is acceptable or usable" in text for text in questions)


def test_not_done_without_a_reason_takes_back_done(draft, alsfrs_r):
    fill(draft, alsfrs_r)
    draft.tasks.save_undecided("laboratory")
    assert draft.tasks.result("laboratory") is None
    assert blocking(draft) == ["Laboratory tests: done, or not done and why?"]


def test_an_event_beside_the_answer_no_stands_in_the_way(draft, alsfrs_r):
    fill(draft, alsfrs_r)
    draft.events.save(an_event(draft))
    draft.save_new_events(False)
    (said,) = blocking(draft)
    assert "nothing new" in said


def test_a_fatal_event_asks_for_the_death(draft, alsfrs_r):
    fill(draft, alsfrs_r)
    fatal = {"grade": Grade.DEATH, "serious": True, "outcome": Outcome.FATAL}
    draft.events.save(an_event(draft, **fatal))
    messages = [point.problem.message for point in draft.open_points()]
    assert any("no death is recorded" in text for text in messages)


def test_a_fatal_event_and_its_death_are_saved_together(draft, alsfrs_r):
    fill(draft, alsfrs_r)
    fatal = {"grade": Grade.DEATH, "serious": True, "outcome": Outcome.FATAL}
    event = an_event(draft, **fatal)
    draft.events.save(event, event_entry.death_of(event))
    assert draft.record.died.happened_on == event.onset
    messages = [point.problem.message for point in draft.open_points()]
    assert not any("no death is recorded" in text for text in messages)


def test_two_fatal_events_are_asked_about_until_one_is_changed(draft, alsfrs_r):
    fill(draft, alsfrs_r)
    fatal = {"grade": Grade.DEATH, "serious": True, "outcome": Outcome.FATAL}
    first, second = (an_event(draft, term=term, **fatal) for term in ("Sepsis", "Cardiac arrest"))
    for event in (first, second):
        draft.events.save(event)
    (said,) = [p.problem.message for p in draft.open_points() if p.rule == "two-fatal-events"]
    assert "Sepsis" in said and "Cardiac arrest" in said
    draft.events.save(replace(second, grade=Grade.SEVERE, outcome=Outcome.RECOVERED))
    assert [p for p in draft.open_points() if p.rule == "two-fatal-events"] == []


def test_a_visit_after_a_death_that_only_an_event_says_is_refused(draft):
    fatal = {"grade": Grade.DEATH, "serious": True, "outcome": Outcome.FATAL}
    day_before = PartialDate.of(draft.visit.date - timedelta(days=1))
    draft.events.save(an_event(draft, onset=day_before, **fatal))
    problem = visit_entry.check_visit_date(draft.record, draft.visit.date)
    assert "after the recorded death" in problem.message
    assert visit_entry.check_visit_date(draft.record, day_before.first) is None


def test_changing_one_event_keeps_another_that_is_being_typed(draft):
    known = an_event(draft)
    draft.events.save(known)
    draft.unsaved.save("event.id", known.id)
    draft.unsaved.save("event.term", "Fall in the bath")
    draft.events.save(an_event(draft, term="Headache"))
    assert draft.unsaved.texts["event.term"] == "Fall in the bath"
    draft.events.save(replace(known, term="Fall in the bath"))
    assert draft.unsaved.texts == {}


def test_a_planned_visit_begins_once_and_late_entry_takes_the_mark_away(session, patient):
    mark = VisitMark(patient_id=patient.id, code="M4", mark=Mark.MISSED, reason="no answer")
    with session.write("no answer"):
        session.marks.save(mark)
    beginning.start_visit(session, patient.id, "M4", date(2026, 9, 22))
    record = session.record(patient.id)
    planned = {one.code: one for one in plan(record, shipped()["royan-2021"], date(2026, 12, 1))}
    assert planned["M4"].in_progress and planned["M4"].status is not Status.SKIPPED
    assert record.marks == ()
    with pytest.raises(StorageError, match="begun already"):
        beginning.start_visit(session, patient.id, "M4", date(2026, 9, 23))


def test_a_visit_of_which_only_the_date_was_set_is_not_thrown_away(session, patient):
    visit_id = beginning.start_visit(session, patient.id, "M2", clock.today())
    draft = Draft(session, patient.id, visit_id)
    assert draft.untouched
    draft.save_details(on=DAY, mode=None, respondent=None, weight_kg=None)
    assert not draft.untouched


def test_discarding_keeps_the_events_with_the_patient(draft, session):
    draft.events.save(an_event(draft))
    patient_id = draft.record.patient.id
    draft.discard("begun for the wrong patient")
    record = session.record(patient_id)
    assert record.visits == ()
    assert [(event.term, event.visit_id) for event in record.events] == [("Fall", None)]


def test_a_visit_that_was_finished_before_stays_in_the_chart(draft, alsfrs_r, session):
    fill(draft, alsfrs_r)
    assert not draft.was_finished
    draft.finish()
    draft.reopen("the score of another patient")
    draft.save_note("asked again")  # the newest entry of the visit is not the one that reopened it
    assert draft.was_finished
    with pytest.raises(StorageError, match="stays in the chart"):
        draft.discard("not wanted")
    assert session.record(draft.record.patient.id) == draft.record


def test_the_worklist_says_who_reopened_a_visit(draft, alsfrs_r, session, clinic_path, key):
    with session.write("people"):
        session.users.save(new_user("nurse", "N. Urse", Role.NURSE))
    fill(draft, alsfrs_r)
    draft.finish()
    patient_id, visit_id = draft.record.patient.id, draft.visit.id
    begun = beginning.start_visit(session, patient_id, None, DAY)
    session.close()
    with_nurse = Session(clinic_path, key, "nurse")
    Draft(with_nurse, patient_id, visit_id).reopen("the score of another patient")
    records = with_nurse.outlines()
    items = worklist.build(
        records,
        with_nurse.assessments.answered_of_drafts(),
        DAY,
        with_nurse.users.names(),
        beginning.corrections(with_nurse, records),
    )
    with_nurse.close()
    told = {one.visit.id: (one.status, one.begun.rpartition(", ")[2]) for one in items if one.visit}
    assert told == {
        visit_id: ("being corrected", "N. Urse"),
        begun: ("draft, 0 answers", "Dr. Demo"),
    }
