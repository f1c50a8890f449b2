from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import StorageError
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.assessment import Answer, NotDone
from core.model.ids import (
    DecisionId,
    EventId,
    ExternalResultId,
    LaboratoryId,
    LabResultId,
    MilestoneId,
    PatientId,
    RangeId,
    SpirometryId,
    VisitId,
)
from core.model.partial_date import PartialDate
from core.model.registers import Registers
from core.model.user import Clinic
from core.model.visit import Mark, Mode, TaskResult, VisitMark
from tests.core import strategies
from tests.core.examples import a_patient, a_spirometry, a_visit, answers, blows

many = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(value=strategies.patients(PatientId("p")))
@many
def test_patient(session, value):
    with session.write():
        session.patients.save(value)
    assert session.patients.get(value.id) == value
    assert session.record(value.id).patient == value


@given(value=st.data())
@many
def test_external_result(session, patient, value):
    result = value.draw(strategies.external_results(ExternalResultId("x"), patient.id))
    with session.write():
        session.external.save(result)
    assert session.record(patient.id).external == (result,)


@given(value=st.data())
@many
def test_visit(session, patient, value):
    visit = value.draw(strategies.visits(VisitId("v"), patient.id, "dr.demo"))
    with session.write():
        session.visits.save(visit)
    assert session.record(patient.id).visits == (visit,)
    assert session.visits.all() == [visit]


@given(
    given_answers=st.dictionaries(strategies.texts, strategies.answers(), max_size=12),
    not_done=strategies.maybe(strategies.not_done),
)
@many
def test_assessment(session, patient, given_answers, not_done):
    visit = a_visit(patient, date(2026, 6, 2))
    with session.write():
        session.visits.save(visit)
        session.assessments.open(visit.id, "alsfrs-r", "1", "dr.demo")
        session.assessments.mark_not_done(visit.id, "alsfrs-r", not_done)
        for slot, answer in given_answers.items():
            session.assessments.save_answer(visit.id, "alsfrs-r", slot, answer)
    (form,) = (f for f in session.record(patient.id).assessments if f.visit_id == visit.id)
    assert (form.date, form.instrument, form.version) == (visit.date, "alsfrs-r", "1")
    assert form.answers == given_answers
    assert form.not_done == not_done


@given(value=st.data())
@many
def test_spirometry(session, patient, value):
    visit = a_visit(patient, date(2026, 6, 2), id=VisitId("v"))
    spirometry = value.draw(strategies.spirometries(SpirometryId("s"), visit))
    with session.write():
        session.visits.save(visit)
        session.spirometry.save(spirometry)
    assert session.record(patient.id).spirometry == (spirometry,)


@given(value=st.data())
@many
def test_measurement(session, patient, value):
    visit = a_visit(patient, date(2026, 6, 2), id=VisitId("v"))
    measurement = value.draw(strategies.measurements(visit.id))
    with session.write():
        session.visits.save(visit)
        session.measurements.save(measurement)
    assert session.record(patient.id).measurements == (measurement,)
    with session.write():
        session.measurements.remove(visit.id, measurement.kind)
    assert session.record(patient.id).measurements == ()


@given(value=st.data())
@many
def test_laboratory(session, patient, value):
    visit = a_visit(patient, date(2026, 6, 2), id=VisitId("v"))
    result = value.draw(
        strategies.lab_results(LabResultId("r"), patient.id, visit.id, session.login)
    )
    laboratory = value.draw(strategies.laboratories(LaboratoryId("l")))
    known = value.draw(strategies.reference_ranges(RangeId("g"), laboratory.id))
    with session.write():
        session.visits.save(visit)
        session.laboratories.save(laboratory)
        session.reference_ranges.save(known)
        session.lab_results.save(result)
    assert session.record(patient.id).laboratory == (result,)
    assert session.laboratories.all() == (laboratory,)
    assert session.reference_ranges.all() == (known,)
    with session.write():
        session.visits.remove(visit.id)
    assert session.record(patient.id).laboratory == (replace(result, visit_id=None),)
    with session.write():
        session.lab_results.remove(result.id)
        session.reference_ranges.remove(known.id)
    assert session.record(patient.id).laboratory == ()


@given(value=st.data())
@many
def test_judgements(session, patient, value):
    visit = a_visit(patient, date(2026, 6, 2), id=VisitId("v"))
    asked = value.draw(strategies.reconciliations(visit.id, "dr.demo"))
    decided = value.draw(strategies.decisions(DecisionId("a"), patient.id, visit.id, "dr.demo"))
    criterion = value.draw(strategies.criterion_results(patient.id, "dr.demo"))
    with session.write():
        session.visits.save(visit)
        session.assessments.open(visit.id, "alsfrs-r", "1", "dr.demo")
        session.reconciliations.save(asked)
        session.decisions.save(decided)
        session.criteria.save(criterion)
    record = session.record(patient.id)
    assert asked in record.reconciliations
    assert record.decisions == (decided,)
    assert criterion in record.criteria


@given(value=st.data())
@many
def test_adverse_event(session, patient, value):
    visit = a_visit(patient, date(2026, 6, 2), id=VisitId("v"))
    event = value.draw(strategies.adverse_events(EventId("e"), patient.id, visit.id))
    with session.write():
        session.visits.save(visit)
        session.events.save(event)
    assert session.record(patient.id).events == (event,)


@given(value=st.data())
@many
def test_milestone(session, patient, value):
    milestone = value.draw(strategies.milestones(MilestoneId("m"), patient.id))
    with session.write():
        session.milestones.save(milestone)
    assert session.record(patient.id).milestones == (milestone,)
    assert session.milestones.all() == [milestone]


@given(value=st.data())
@many
def test_visit_mark(session, patient, value):
    mark = value.draw(strategies.visit_marks(patient.id))
    with session.write():
        session.marks.save(mark)
    assert session.record(patient.id).marks == (mark,)
    assert session.marks.all() == [mark]
    with session.write():
        session.marks.remove(patient.id, mark.code)
    assert session.marks.all() == []


@given(value=st.data())
@many
def test_appointment(session, patient, value):
    one = value.draw(strategies.appointments(patient.id))
    with session.write():
        session.appointments.save(one)
    assert session.record(patient.id).appointments == (one,)
    (outline,) = session.outlines()
    assert outline.appointments == (one,)
    with session.write():
        session.appointments.remove(one.id)
    assert session.appointments.all() == []


@given(value=st.data())
@many
def test_task_result(session, patient, value):
    visit = a_visit(patient, date(2026, 6, 2), id=VisitId("v"))
    result = value.draw(strategies.task_results(visit.id))
    with session.write():
        session.visits.save(visit)
        session.tasks.save(result)
    assert session.record(patient.id).tasks == (result,)
    with session.write():
        session.tasks.remove(visit.id, result.task)
    assert session.record(patient.id).tasks == ()


@given(value=strategies.clinics)
@many
def test_clinic(session, value):
    with session.write():
        session.clinics.save(value)
    assert session.clinic == value


@given(value=strategies.users)
@many
def test_user(session, value):
    with session.write():
        session.users.save(value)
    assert session.users.get(value.login) == value


@given(texts=st.dictionaries(strategies.texts, strategies.texts, max_size=4))
@many
def test_raw_texts(session, patient, texts):
    visit = a_visit(patient, date(2026, 6, 2))
    with session.write():
        session.visits.save(visit)
        for field, text in texts.items():
            session.typed.save("visit", visit.id, field, text)
    assert session.typed.of("visit", visit.id) == texts
    with session.write():
        session.typed.remove("visit", visit.id, *texts)
    assert session.typed.of("visit", visit.id) == {}


def test_everything_is_there_the_next_morning(session, patient, visit_day, reopened):
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12, blows=(3200, 3150), weight_kg=71.5)
    event = AdverseEvent(
        patient_id=patient.id,
        visit_id=visit.id,
        term="سردرد – Kopfschmerz 头痛",
        onset=PartialDate(2026, 6),
        grade=Grade.SEVERE,
        serious=True,
        outcome=Outcome.NOT_RECOVERED,
    )
    with session.write():
        session.events.save(event)
        session.marks.save(
            VisitMark(patient_id=patient.id, code="MRI", mark=Mark.SKIPPED, reason="pacemaker")
        )
        session.tasks.save(TaskResult(visit_id=visit.id, task="laboratory", done=True))
    before = session.record(patient.id)
    assert (before.events, before.visits) == ((event,), (visit,))
    again = reopened()
    assert again.record(patient.id) == before
    assert again.clinic == Clinic(name="ALS clinic", protocol="royan-2021")
    assert again.user.full_name == "Dr. Demo"


def test_r18_not_answered_zero_and_not_done_stay_different(session, patient, visit_day):
    """R18: blank, zero and not done are different in the file."""
    visit = visit_day(date(2026, 7, 21), "M2", scores=(0, *(None,) * 11))
    with session.write():
        session.assessments.save_answer(
            visit.id, "alsfrs-r", "stairs", Answer(item="stairs", not_done=NotDone.TOO_UNWELL)
        )
    (form,) = session.record(patient.id).assessments
    assert form.answers["speech"].value == 0
    assert form.answers["stairs"].value is None
    assert form.answers["stairs"].not_done is NotDone.TOO_UNWELL
    assert "walking" not in form.answers
    assert form.values == {"speech": 0}


def test_an_answer_changed_to_a_reason_and_back(session, patient, visit_day):
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12)
    for answer in (
        Answer(item="walking", not_done=NotDone.REFUSED, note="in pain"),
        Answer(item="walking", value=0),
    ):
        with session.write():
            session.assessments.save_answer(visit.id, "alsfrs-r", "walking", answer)
        (form,) = session.record(patient.id).assessments
        assert form.answers["walking"] == answer


def test_a_question_and_its_variant_share_one_answer(session, patient, visit_day):
    """Item 5 is answered as 5a or as 5b, never as both (52 points)."""
    visit = visit_day(date(2026, 7, 21), "M2", scores=(4,) * 12)
    alternate = answers((2,) * 12, "b")["cutting"]
    with session.write():
        session.assessments.save_answer(visit.id, "alsfrs-r", "cutting", alternate)
    (form,) = session.record(patient.id).assessments
    assert form.answers["cutting"] == alternate
    assert len(form.answers) == 12


def test_an_answer_taken_back_is_gone(session, patient, visit_day):
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12)
    with session.write():
        session.assessments.remove_answer(visit.id, "alsfrs-r", "walking")
    (form,) = session.record(patient.id).assessments
    assert len(form.answers) == 11 and "walking" not in form.answers


def test_a_form_may_be_answered_in_another_way_than_the_visit(session, patient, visit_day):
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12)
    (form,) = session.record(patient.id).assessments
    assert (form.mode, form.respondent, form.interpreter) == (visit.mode, visit.respondent, None)
    with session.write():
        session.assessments.save_how(
            visit.id, "alsfrs-r", mode=Mode.PHONE, respondent=None, interpreter=True
        )
    (form,) = session.record(patient.id).assessments
    assert (form.mode, form.respondent, form.interpreter) == (Mode.PHONE, visit.respondent, True)
    assert session.record(patient.id).visits[0].mode is visit.mode


def test_the_comparison_was_first_shown_once(session, patient, visit_day):
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12)
    first = datetime(2026, 7, 21, 10, tzinfo=UTC)
    for at in (first, first.replace(hour=11)):
        with session.write():
            session.assessments.mark_compared(visit.id, "alsfrs-r", at)
    assert session.record(patient.id).assessments[0].compared_at == first


def test_a_form_keeps_the_version_it_was_begun_with(session, patient, visit_day):
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12)
    with session.write():
        session.assessments.open(visit.id, "alsfrs-r", "2", "dr.demo")
    (form,) = session.record(patient.id).assessments
    assert form.version == "1" and len(form.answers) == 12


def test_blows_taken_out_are_gone_and_the_others_stay(session, patient):
    visit = a_visit(patient, date(2026, 7, 21), "M2")
    spirometry = a_spirometry(visit, 3200, 3150, 2900)
    without_second = replace(spirometry, blows=(spirometry.blows[0], spirometry.blows[2]))
    with session.write():
        session.visits.save(visit)
        session.spirometry.save(spirometry)
    with session.write():
        session.spirometry.save(without_second)
    assert session.record(patient.id).spirometry == (without_second,)


def test_two_sessions_of_one_visit_stay_two(session, patient):
    visit = a_visit(patient, date(2026, 7, 21), "M2")
    seated, supine = a_spirometry(visit, 3200), a_spirometry(visit, 2500, 2400)
    with session.write():
        session.visits.save(visit)
        session.spirometry.save(seated)
        session.spirometry.save(supine)
    assert {s.id: s.blows for s in session.record(patient.id).spirometry} == {
        seated.id: blows(3200),
        supine.id: blows(2500, 2400),
    }


def test_visits_forms_and_spirometry_come_in_order_of_their_dates(session, patient, visit_day):
    for on, code in [
        (date(2026, 11, 20), "M6"),
        (date(2026, 4, 23), "SCR"),
        (date(2026, 7, 21), "M2"),
    ]:
        visit_day(on, code, scores=(4,) * 12, blows=(3000,))
    record = session.record(patient.id)
    ordered = [date(2026, 4, 23), date(2026, 7, 21), date(2026, 11, 20)]
    assert [visit.date for visit in record.visits] == ordered
    assert [form.date for form in record.assessments] == ordered
    assert [test.date for test in record.spirometry] == ordered


def test_moving_a_visit_moves_its_form_and_spirometry(session, patient, visit_day):
    visit = visit_day(date(2026, 7, 21), "M2", scores=(4,) * 12, blows=(3000,))
    with session.write("date corrected"):
        session.visits.save(replace(visit, date=date(2026, 7, 22)))
    record = session.record(patient.id)
    assert record.assessments[0].date == record.spirometry[0].date == date(2026, 7, 22)


def test_events_and_milestones_come_in_order_also_with_vague_dates(session, patient, nouns):
    dates = [
        PartialDate(2026, 6, 2),
        PartialDate(2026),
        PartialDate(2025, 12),
        PartialDate(2026, 6),
    ]
    with session.write():
        for onset in dates:
            event = replace(nouns.event, patient_id=patient.id, visit_id=None, onset=onset)
            session.events.save(replace(event, id=EventId(str(onset))))
            milestone = replace(nouns.turning_point, patient_id=patient.id, happened_on=onset)
            session.milestones.save(replace(milestone, id=MilestoneId(str(onset))))
    record = session.record(patient.id)
    assert [event.onset for event in record.events] == sorted(dates)
    assert [one.happened_on for one in record.milestones] == sorted(dates)


def test_patients_come_in_order_of_their_record_numbers(session):
    with session.write():
        for number in ("10", "2", "a3", "B1", "1"):
            session.patients.save(a_patient(record_number=number))
    listed = [patient.record_number for patient in session.patients.all()]
    assert listed == ["1", "2", "10", "a3", "B1"]
    assert session.patients.record_numbers() == set(listed)


def test_a_record_holds_nothing_of_another_patient(session, patient, visit_day, nouns):
    visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12, blows=(3200,))
    before = session.record(patient.id)
    nouns.save_all()
    thresholds = session.thresholds.all()  # the clinic's, and so everybody's
    registers = Registers(trainings=session.trainings.all(), checks=session.calibrations.all())
    assert session.record(patient.id) == replace(before, thresholds=thresholds, registers=registers)
    other = session.record(nouns.person.id)
    assert {form.visit_id for form in other.assessments} == {nouns.meeting.id}
    assert [test.id for test in other.spirometry] == [nouns.test.id]


def test_answers_of_visits_in_progress_are_counted(session, visit_day):
    finished = visit_day(date(2026, 4, 23), "SCR", scores=(3,) * 12)
    begun = visit_day(date(2026, 7, 21), "M2", scores=(3, 3, *(None,) * 10), finished=False)
    empty = visit_day(date(2026, 7, 22), finished=False)
    assert session.assessments.answered_of_drafts() == {begun.id: 2, empty.id: 0}
    assert finished.id not in session.assessments.answered_of_drafts()


def test_a_discarded_visit_takes_all_of_its_entries_along(session, patient, visit_day):
    kept = visit_day(date(2026, 4, 23), "SCR", scores=(3,) * 12, blows=(3200,))
    visit = visit_day(date(2026, 7, 21), "M2", scores=(2,) * 12, blows=(3000,), finished=False)
    with session.write():
        session.tasks.save(TaskResult(visit_id=visit.id, task="laboratory", done=True))
        session.typed.save("visit", visit.id, "weight", "7o")
    with session.write("begun by mistake"):
        session.visits.remove(visit.id)
    record = session.record(patient.id)
    assert record.visits == (kept,)
    assert {form.visit_id for form in record.assessments} == {kept.id}
    assert {test.visit_id for test in record.spirometry} == {kept.id}
    assert record.tasks == ()


def test_logins_are_the_same_in_capitals(session):
    assert session.users.get("DR.DEMO") == session.user
    assert session.users.get("nobody") is None


def test_a_record_number_is_given_once_also_in_other_capitals(session):
    with session.write():
        session.patients.save(a_patient(record_number="a7"))
    with pytest.raises(StorageError, match="exists already"), session.write():
        session.patients.save(a_patient(record_number="A7"))
    assert len(session.patients.all()) == 1
