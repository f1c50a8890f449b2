"""One adverse event with its details, judgement and course: entered, saved in one write, asked about."""

import csv
import io
from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.acts import signing
from core.entering import event_entry, event_saving
from core.entering.event_form import EventForm
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.errors import Locked, NotAllowed
from core.exports import chart_csv
from core.findings import event_questions
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.event_details import Cause, Criterion
from core.model.partial_date import PartialDate
from core.model.record import PatientRecord
from core.model.signature import Lock, LockLevel
from core.model.user import Role
from core.session import Session, new_user
from core.views import events
from tests.core.examples import a_patient, a_visit, enter_visit

INFUSION = date(2026, 5, 21)
EMBOLISM = {
    "term": "Pulmonary embolism",
    "coded": "Thromboembolic event",
    "onset": "2026-07-24",
    "grade": "3",
    "criteria": "hospital\nimportant",
    "outcome": "not_recovered",
    "aware_at": "2026-07-24 15:10",
    "admitted": "2026-07-24",
    "treatment": "medicine\nhospital",
    "treated_with": "Apixaban 5 mg × 2",
    "action": "not_applicable",
}
CRITERIA = st.sets(st.sampled_from(list(Criterion)))


def entered(record, texts=EMBOLISM, **given):
    form = EventForm(record, "dr.demo", **given)
    for name, text in texts.items():
        form.type(name, text)
    judged = form.judge()
    assert judged.problems == {}
    return judged.entered


def save(session, patient, texts=EMBOLISM, **given):
    record = session.record(patient.id)
    whole = entered(record, texts, **given)
    event_saving.save(session, record, whole)
    return known(session, patient, whole.event.id)


def known(session, patient, id):
    record = session.record(patient.id)
    event = next(one for one in record.events if one.id == id)
    return event_details.details(record, event)


def an_event(patient, **changes):
    values = {
        "patient_id": patient.id,
        "term": "Pulmonary embolism",
        "onset": PartialDate(2026, 7, 24),
        "grade": Grade.SEVERE,
        "serious": True,
        "outcome": Outcome.NOT_RECOVERED,
    }
    return AdverseEvent(**{**values, **changes})


def rules(record, details, *, hints=False):
    found = event_questions.questions(record, details)
    return {one.rule for one in found if hints or not one.hint}


def test_a_whole_event_is_saved_in_one_write_and_read_again_as_it_was_typed(session, patient):
    before = session.trail_head.sequence
    found = save(session, patient)
    assert found.event.serious
    assert (found.event.term, found.event.coded_term) == (EMBOLISM["term"], EMBOLISM["coded"])
    assert found.criteria == {Criterion.HOSPITAL, Criterion.IMPORTANT}
    assert found.record.value("treated_with") == "Apixaban 5 mg × 2"
    again = EventForm(session.record(patient.id), "dr.demo", event=found.event)
    assert not again.is_changed
    assert {name: again.text(name) for name in EMBOLISM} == EMBOLISM
    times = {entry.at for entry in session.trail.entries(after_sequence=before)}
    assert len(times) == 1, "one write"


def test_times_to_the_minute_are_kept_beside_the_dates(session, patient):
    texts = {"term": "Sinus tachycardia", "onset": "2026-05-21 10:12", "grade": "2"}
    found = save(session, patient, {**texts, "outcome": "recovered", "ended": "21.05.2026 10.31"})
    assert (found.began_at, found.ended_at) == (time(10, 12), time(10, 31))
    assert found.event.onset == found.event.ended == PartialDate.of(INFUSION)
    again = EventForm(session.record(patient.id), "dr.demo", event=found.event)
    assert (again.text("onset"), again.text("ended")) == ("2026-05-21 10:12", "2026-05-21 10:31")


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"onset": "2026-07 10:12"}, "onset", "needs its day"),
        ({"onset": "2026-07-24 25:12"}, "onset", "no time of day"),
        ({"outcome": "recovered", "ended": "2026-07-23"}, "ended", "before the beginning"),
        (
            {"onset": "2026-07-24 10:12", "outcome": "recovered", "ended": "2026-07-24 10:02"},
            "ended",
            "before the beginning",
        ),
        ({"ended": "2026-07-30"}, "ended", "needs an outcome that has ended"),
        ({"aware_at": "2026-07-23 10:00"}, "aware_at", "before it began"),
        ({"onset": "2026-07-24 16:00"}, "aware_at", "before it began"),
        ({"coded": "Lung trouble"}, "coded", "no term of CTCAE"),
        ({"coded": "Sinus tachycardia", "grade": "4"}, "grade", "only grades 1, 2, 3"),
        ({"discharged": "2026-07-20"}, "discharged", "before its start"),
        ({"treatment": "none\nmedicine"}, "treatment", "fits beside nothing else"),
        ({"course.1.day": "2026-07-20", "course.1.grade": "2"}, "course.1.day", "before the event"),
        ({"course.1.day": "2026-08-02"}, "course.1.grade", "missing"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence_at_its_field(patient, changes, field, says):
    form = EventForm(PatientRecord(patient=patient), "dr.demo")
    for name, text in {**EMBOLISM, **changes}.items():
        form.type(name, text)
    judged = form.judge()
    assert judged.entered is None
    assert set(judged.problems) == {field}
    assert says in judged.problems[field].message


@given(
    CRITERIA,
    st.sampled_from(list(Outcome)),
    st.sampled_from(list(Grade)),
    st.booleans(),
    st.booleans(),
)
def test_any_ticks_outcome_and_grade_end_in_a_consistent_event_or_one_sentence(
    criteria, outcome, grade, ended, was_there
):
    patient = a_patient()
    event = an_event(patient) if was_there else None  # serious, and nobody said why
    record = PatientRecord(patient=patient, events=(event,) if event else ())
    form = EventForm(record, "nurse", event=event)
    form.texts |= {
        "term": "Collapse",
        "onset": "2026-07-24",
        "grade": str(grade.value),
        "outcome": outcome.value,
        "criteria": event_entry.criteria_text(frozenset(criteria)),
        "ended": "2026-08-01" if ended else "",
    }
    judged = form.judge()
    if judged.entered is None:
        assert judged.problems
        assert all(one.message.strip() for one in judged.problems.values())
        return
    saved, details = judged.entered.event, judged.entered.details
    ticked = event_details.criteria_of(details.value("criteria"))
    assert ticked == criteria
    assert saved.serious == (bool(criteria) or was_there)
    fatal = saved.outcome is Outcome.FATAL
    assert fatal == (saved.grade is Grade.DEATH) == (Criterion.DEATH in ticked)
    assert saved.ended is None or saved.outcome.ended


def test_a_fatal_outcome_ticks_death_and_another_takes_the_tick_away(patient):
    form = EventForm(PatientRecord(patient=patient), "dr.demo")
    for name, text in {**EMBOLISM, "outcome": "fatal", "grade": "5"}.items():
        form.type(name, text)
    assert form.text("criteria").split("\n") == ["death", "hospital", "important"]
    form.type("grade", "3")
    form.type("outcome", "recovering")
    assert form.text("criteria").split("\n") == ["hospital", "important"]


def test_an_event_of_before_criteria_stays_serious_until_somebody_says_why(session, patient):
    event = an_event(patient)
    with session.write():
        session.events.save(event)
    found = save(session, patient, {"evidence": "CT angiogram"}, event=event)
    assert found.event == event, "the row that was signed is as it was"
    assert found.criterion_missing
    record = session.record(patient.id)
    assert "criterion-missing" in rules(record, found)
    ticked = save(session, patient, {"criteria": "hospital"}, event=event)
    assert ticked.event.serious
    assert not ticked.criterion_missing
    untick = save(session, patient, {"criteria": ""}, event=ticked.event)
    assert not untick.event.serious, "serious if and only if ticked"


def test_an_old_event_that_was_not_serious_after_all_is_said_so(session, patient):
    event = an_event(patient)
    with session.write():
        session.events.save(event)
    found = save(session, patient, {event_entry.NOT_SERIOUS: event_entry.YES}, event=event)
    assert not found.event.serious


def test_what_is_typed_is_kept_by_name_and_says_nothing_that_the_file_does_not(session, patient):
    found = save(session, patient)
    record = session.record(patient.id)
    form = EventForm(record, "dr.demo", event=found.event)
    form.type("note", "long car journey")
    form.type("treated_with", "")
    kept = {name: text for name, text in form.typed.items() if text}
    assert set(kept) == {"note", "treated_with"}
    again = EventForm(record, "dr.demo", event=found.event, texts=kept)
    assert (again.text("note"), again.text("treated_with")) == ("long car journey", "")


class TestJudging:
    @pytest.fixture
    def as_nurse(self, session, clinic_path, key, patient):
        """The same file with a nurse at the keyboard."""
        with session.write():
            session.users.save(new_user("nurse", "N. Urse", Role.NURSE))
        save(session, patient)
        session.close()
        opened = Session(clinic_path, key, "nurse")
        yield opened
        opened.close()

    def test_only_who_may_sign_judges_and_the_event_is_complete_without(self, as_nurse, patient):
        record = as_nurse.record(patient.id)
        (event,) = record.events
        form = EventForm(record, "nurse", event=event)
        form.type("judged.product", "possible")
        assert form.judge().entered.judgement is None
        cheat = EventForm(record, "dr.demo", event=event, may_judge=True)
        cheat.type("judged.product", "possible")
        with pytest.raises(NotAllowed):
            event_saving.save(as_nurse, record, cheat.judge().entered)
        assert known(as_nurse, patient, event.id).judgement is None

    def test_a_changed_judgement_is_a_record_of_its_own(self, session, patient):
        found = save(session, patient)
        for product in ("possible", "unlikely"):
            texts = {"judged.product": product, "judged.expected": "unexpected"}
            found = save(session, patient, texts, event=found.event, may_judge=True)
        assert [one.product for one in found.judgements] == [Cause.POSSIBLE, Cause.UNLIKELY]
        assert {one.record.visit_id for one in found.judgements} == {None}
        assert found.judgement.expected is False
        same = entered(session.record(patient.id), {}, event=found.event, may_judge=True)
        assert same.judgement is None


def test_the_course_is_a_row_for_each_change_and_a_row_that_is_emptied_goes(session, patient):
    rows = [
        ("2026-07-24", "3", "in hospital"),
        ("2026-08-02", "2", "home"),
        ("2026-08-27", "1", ""),
    ]
    texts = {
        f"course.{n}.{field}": text
        for n, row in enumerate(rows, start=1)
        for field, text in zip(("day", "grade", "state"), row, strict=True)
    }
    found = save(session, patient, {**EMBOLISM, **texts})
    assert [(str(one.day), one.grade.value, one.state) for one in found.course] == [
        (day, int(grade), state) for day, grade, state in rows
    ]
    form = EventForm(session.record(patient.id), "dr.demo", event=found.event)
    assert form.rows[-1] == "1", "a row is always free"
    gone = found.course[-1].record.id
    emptied = {f"course.{gone}.day": "", f"course.{gone}.grade": ""}
    found = save(session, patient, emptied, event=found.event)
    assert [one.grade.value for one in found.course] == [3, 2]


def test_a_revised_diagnosis_keeps_what_it_was_called(session, patient):
    texts = {**EMBOLISM, "term": "Chest pain", "coded": "Non-cardiac chest pain"}
    found = save(session, patient, texts)
    record = session.record(patient.id)
    form = EventForm(record, "dr.demo", event=found.event)
    form.type("coded", "Thromboembolic event")
    assert [one.rule for one in form.judge().asked if one.field == "term"] == ["renamed"]
    form.revise()
    assert form.text("term") == ""
    form.type("term", "Pulmonary embolism")
    form.type("coded", "Thromboembolic event")
    form.type("earlier.why", "CT angiogram")
    judged = form.judge()
    assert "renamed" not in {one.rule for one in judged.asked}
    event_saving.save(session, record, judged.entered)
    found = known(session, patient, found.event.id)
    (earlier,) = found.diagnoses
    assert found.event.term == "Pulmonary embolism"
    assert (earlier.term, earlier.coded) == ("Chest pain", "Non-cardiac chest pain")
    assert (earlier.until, earlier.why) == (PartialDate.of(clock.today()), "CT angiogram")


class TestAtAVisit:
    DAY = date(2026, 7, 21)

    @pytest.fixture
    def draft(self, session, patient):
        return Draft(
            session, patient.id, beginning.start_visit(session, patient.id, "M2", self.DAY)
        )

    def texts(self):
        return {**EMBOLISM, "onset": "2026-07-14", "admitted": "2026-07-14"}

    def test_details_are_of_the_visit_while_it_is_in_progress_and_judgements_never(
        self, draft, session, patient
    ):
        texts = {**self.texts(), "judged.product": "possible"}
        found = save(session, patient, texts, visit=draft.visit, may_judge=True)
        assert found.event.visit_id == found.record.visit_id == draft.visit.id
        assert found.judgement.record.visit_id is None
        draft.reload()
        assert draft.visit.new_events

    def test_what_is_added_after_a_visit_was_finished_is_no_part_of_it(self, session, patient):
        visit = enter_visit(session, patient, self.DAY, "M2", scores=(4,) * 12, new_events=True)
        event = an_event(patient, visit_id=visit.id, onset=PartialDate(2026, 7, 14))
        with session.write():
            session.events.save(event)
        before = signing.data_hash(session.record(patient.id), visit.id)
        lock = Lock(
            level=LockLevel.VISIT,
            subject=visit.id,
            patient_id=patient.id,
            locked_by="dr.demo",
            locked_at=clock.now(),
            reason="signed",
        )
        with session.write():
            session.locks.save(lock)
        texts = {"criteria": "hospital", "judged.product": "possible", "course.1.grade": "3"}
        texts |= {"course.1.day": "2026-07-14", "action": "not_applicable"}
        found = save(session, patient, texts, event=event, may_judge=True)
        assert found.criteria == {Criterion.HOSPITAL}
        assert signing.data_hash(session.record(patient.id), visit.id) == before
        record = session.record(patient.id)
        changed = entered(record, {"outcome": "recovering"}, event=event)
        assert event_saving.needs_reason(record, changed)
        with pytest.raises(Locked):
            event_saving.save(session, record, changed, "heard of it")
        assert known(session, patient, event.id).event == event

    def test_discarding_the_visit_keeps_the_event_with_all_of_it(self, draft, session, patient):
        texts = {**self.texts(), "course.1.day": "2026-07-14", "course.1.grade": "3"}
        found = save(session, patient, texts, visit=draft.visit)
        draft.reload()
        draft.discard("the wrong patient")
        kept = known(session, patient, found.event.id)
        assert kept.event.visit_id is None
        assert kept.criteria == found.criteria
        assert [one.grade for one in kept.course] == [Grade.SEVERE]

    def test_a_question_about_an_event_is_an_open_point_of_its_visit(self, draft, session, patient):
        save(session, patient, {**self.texts(), "term": "PEG", "coded": ""}, visit=draft.visit)
        draft.reload()
        asked = [p for p in draft.open_points() if p.rule == "event-procedure"]
        assert len(asked) == 1
        assert not asked[0].blocks
        assert "record it among the treatments" in asked[0].problem.message


# The contradictions of a published trial, by their row in the list of them (clinical specification, 8.3).


@pytest.fixture
def record():
    return PatientRecord(patient=a_patient())


def asked_about(record, texts, **given):
    whole = entered(record, texts, **given)
    after = whole.within(record)
    return rules(after, event_details.details(after, whole.event))


def test_row_8_a_fatal_event_of_somebody_who_lived_on_is_asked_about(record):
    fatal = {**EMBOLISM, "onset": "2026-06-11", "admitted": "", "aware_at": "", "grade": "5"}
    fatal |= {"outcome": "fatal", "ended": "2026-06-12"}
    assert "fatal-and-survived" not in asked_about(record, fatal)
    later = a_visit(record.patient, date(2026, 10, 21), "M5")
    assert "fatal-and-survived" in asked_about(replace(record, visits=(later,)), fatal)
    tube = Milestone(
        patient_id=record.patient.id,
        kind=MilestoneKind.GASTROSTOMY,
        happened_on=PartialDate(2026, 10),
    )
    assert "fatal-and-survived" in asked_about(replace(record, milestones=(tube,)), fatal)


def test_row_8_a_death_that_names_an_event_with_another_outcome_is_asked_about(record):
    died = Milestone(
        patient_id=record.patient.id,
        kind=MilestoneKind.DEATH,
        happened_on=PartialDate(2026, 10),
        note="pulmonary embolism, at home",
    )
    record = replace(record, milestones=(died,))
    assert "death-names-it" in asked_about(record, EMBOLISM)
    other = {**EMBOLISM, "term": "Headache", "coded": ""}
    assert "death-names-it" not in asked_about(record, other)


@pytest.mark.parametrize(
    ("said", "onset", "asks"),
    [
        ("three weeks after the infusion", "2026-06-26", True),  # day 36, as the abstract has it
        ("3 weeks after infusion", "2026-06-11", False),
        ("2-3 weeks after the infusion", "2026-06-05", False),
        ("two months after the infusion", "2026-07-25", False),  # day 65
        ("2 months post infusion", "2026-06-26", True),
        ("36 days after infusion", "2026-06-26", False),
        ("3 weeks after infusion", "2026-06", False),  # it may be so
        ("on a journey", "2026-06-26", False),
    ],
)
def test_row_9_two_days_of_onset_are_asked_about(record, said, onset, asks):
    texts = {**EMBOLISM, "onset": onset, "aware_at": "", "admitted": "", "onset_said": said}
    assert ("two-onsets" in asked_about(record, texts)) == asks


@pytest.mark.parametrize(
    ("grade", "criteria", "asks"), [("4", "", True), ("4", "important", False), ("3", "", False)]
)
def test_row_10_an_event_of_grade_4_that_nobody_calls_serious_is_asked_about(
    record, grade, criteria, asks
):
    texts = {**EMBOLISM, "grade": grade, "criteria": criteria, "admitted": ""}
    assert ("grave-not-serious" in asked_about(record, texts)) == asks


@pytest.mark.parametrize(
    ("term", "asks"),
    [
        ("PEG", True),
        ("Tracheostomy", True),
        ("NG tube insertion", True),
        ("NIPPV started", True),
        ("CPR", True),
        ("گاستروستومی", True),
        ("PEG site infection", False),
        ("Pleural effusion", False),
        ("Pulmonary arrest with CPR", False),
    ],
)
def test_row_13_a_procedure_that_is_entered_as_an_event_is_asked_about(record, term, asks):
    assert ("procedure" in asked_about(record, {**EMBOLISM, "term": term})) == asks


def test_the_worst_grade_of_the_course_and_that_of_the_event_are_one(record):
    texts = {**EMBOLISM, "course.1.day": "2026-07-24", "course.1.grade": "4"}
    assert "worst-grade" in asked_about(record, texts)
    assert "worst-grade" not in asked_about(record, {**texts, "course.1.grade": "3"})


def test_grade_4_and_a_hospital_stay_suggest_a_criterion_and_tick_none(record):
    texts = {**EMBOLISM, "grade": "4", "criteria": "important"}
    whole = entered(record, texts)
    after = whole.within(record)
    found = event_questions.questions(after, event_details.details(after, whole.event))
    assert {one.rule for one in found if one.hint} == {"life-threatening", "hospital"}
    assert event_details.criteria_of(whole.details.value("criteria")) == {Criterion.IMPORTANT}


def test_the_summary_and_the_table_of_results_say_criteria_cause_and_action(session, patient):
    texts = {**EMBOLISM, "onset": "2026-07-14", "admitted": "", "action": "interrupted"}
    texts |= {"judged.product": "possible", "judged.expected": "unexpected"}
    save(session, patient, texts, may_judge=True)
    old = an_event(patient, term="Collapse", onset=PartialDate(2026, 7, 15))
    with session.write():
        session.events.save(old)
    record = session.record(patient.id)
    said = {
        event.term: events.event_row(event, event_details.details(record, event)).more
        for event in record.events
    }
    assert said == {
        "Pulmonary embolism": "hospital, medically important; product possible; interrupted",
        "Collapse": "criterion not recorded",
    }
    table = list(csv.DictReader(io.StringIO(chart_csv.render(record).decode("utf-8-sig"))))
    lines = {one["value"]: one for one in table if one["result"] == "adverse event"}
    assert lines["Collapse"]["criteria"] == "criterion not recorded"
    embolism = lines["Pulmonary embolism"]
    assert [
        embolism[name] for name in ("cause: product", "cause: procedure", "expected", "action")
    ] == [
        "possible",
        "",
        "unexpected",
        "interrupted",
    ]
