"""Rated blind, compared, and then kept with a reason or corrected with one: through the draft and the file."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core import clock
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entering.visit.unsaved import event_date
from core.entering.visit_entry import check_visit_date
from core.findings.plausibility import Level
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer, NotDone
from core.model.judgement import Decision
from core.model.partial_date import PartialDate
from core.model.visit import Mode, Respondent, TaskResult
from core.views import questionnaire, visit_summary
from tests.core.examples import enter_visit

DAY = date(2026, 7, 21)
FORM = "alsfrs-r"
BEFORE = (4, 4, 3, 3, 3, 3, 4, 3, 3, 4, 4, 4)
SAME = BEFORE
FALLEN = (4, 4, 3, 3, 3, 3, 2, 3, 3, 4, 4, 4)  # turning in bed by two


@pytest.fixture
def begin(session, patient):
    """``begin(scores)`` starts month 2 of record 7 and answers the questions; ``before`` is 61 days ago."""

    def started(scores, before=BEFORE):
        if before is not None:
            enter_visit(session, patient, DAY - timedelta(days=61), scores=before)
        visit_id = beginning.start_visit(session, patient.id, "M2", DAY)
        draft = Draft(session, patient.id, visit_id)
        answer_all(draft, scores)
        return draft

    return started


def answer_all(draft, scores):
    (alsfrs_r,) = draft.questionnaires.instruments
    for slot, score in zip(alsfrs_r.slots, scores, strict=True):
        if score is not None:
            draft.answer(FORM, slot, Answer(item=alsfrs_r.variants(slot)[0].id, value=score))


def about(draft):
    return [
        (one.finding.rule, one.finding.slot, one.finding.found)
        for one in draft.comparisons.questions(FORM)
    ]


def said(draft):
    return [p.problem.message for p in draft.open_points() if p.step == FORM and p.blocks]


def resumed(session, draft):
    return Draft(session, draft.record.patient.id, draft.visit.id)


def in_file(session, draft):
    return [
        (one.rule, one.subject, one.found, one.decision, one.reason, one.by)
        for one in session.record(draft.record.patient.id).reconciliations
    ]


def test_nothing_is_said_of_the_form_before_until_every_question_is_answered(begin):
    draft = begin((*FALLEN[:-1], None))
    assert draft.comparisons.questions(FORM) == ()
    assert not draft.comparisons.possible(FORM)
    draft.comparisons.show(FORM)
    assert draft.questionnaires.form(
        FORM
    ).compared_at is None and not draft.comparisons.shows_previous(FORM)
    assert len(said(draft)) == 1  # the question that is open
    draft.answer(
        FORM, "respiratory_insufficiency", Answer(item="respiratory_insufficiency", value=4)
    )
    assert about(draft) == [("P4", "turning", "4→2")]
    (point,) = said(draft)
    assert (
        point
        == "ALSFRS-R is complete: look at its comparison, where answers ask for a second look."
    )


def test_the_comparison_is_noted_once_and_stays_in_the_file(begin, session):
    draft = begin(FALLEN)
    begun = clock.now()
    draft.comparisons.show(FORM)
    first = draft.questionnaires.form(FORM).compared_at
    assert begun <= first <= clock.now()
    assert draft.comparisons.shows_previous(FORM)
    draft.comparisons.show(FORM)
    again = Draft(session, draft.record.patient.id, draft.visit.id)
    again.comparisons.show(FORM)
    assert again.questionnaires.form(FORM).compared_at == first
    assert again.comparisons.form_before(FORM).date == DAY - timedelta(days=61)


def test_a_query_waits_until_it_is_kept_with_a_reason(begin, session):
    draft = begin(FALLEN)
    draft.comparisons.show(FORM)
    (point,) = said(draft)
    assert point == (
        "P4: 7 Turning in bed and adjusting bed clothes fell from 4 to 2 since 21 May 2026"
        " (61 days). Correct it, or say why it is kept."
    )
    (question,) = draft.comparisons.questions(FORM)
    assert question.waits and question.finding.level is Level.QUERY
    with pytest.raises(ValueError, match="reason"):
        draft.comparisons.keep(FORM, question.finding, "  ")
    draft.comparisons.keep(FORM, question.finding, " seen by the rater ")
    assert said(draft) == []
    assert in_file(session, draft) == [
        ("P4", "turning", "4→2", Decision.KEPT, "seen by the rater", "dr.demo")
    ]
    reopened = Draft(session, draft.record.patient.id, draft.visit.id)
    (settled,) = reopened.comparisons.questions(FORM)
    assert not settled.waits and settled.kept.reason == "seen by the rater"


def test_a_note_never_waits(begin):
    draft = begin((4, 4, 4, *BEFORE[3:]))
    draft.comparisons.show(FORM)
    assert about(draft) == [("P1", "swallowing", "3→4")]
    assert said(draft) == []


def test_a_correction_needs_a_reason_and_answers_the_question(begin, session):
    draft = begin(FALLEN)
    draft.comparisons.show(FORM)
    changed = Answer(item="turning", value=3)
    assert draft.comparisons.is_correction(FORM, "turning", changed)
    with pytest.raises(ValueError, match="reason"):
        draft.answer(FORM, "turning", changed)
    assert draft.questionnaires.form(FORM).values["turning"] == 2
    draft.answer(FORM, "turning", replace(changed, corrected=" counted the bed rail twice "))
    assert said(draft) == [] and about(draft) == []
    record = session.record(draft.record.patient.id)
    answer = record.assessment(draft.visit.id, FORM).answers["turning"]
    assert answer == replace(changed, corrected="counted the bed rail twice")
    assert draft.record == record
    assert in_file(session, draft) == [
        ("P4", "turning", "4→2", Decision.CORRECTED, "counted the bed rail twice", "dr.demo")
    ]
    reasons = [row["reason"] for row in session._db.query("SELECT reason FROM audit")]
    assert reasons.count("counted the bed rail twice") == 2  # the answer, and the question


def test_a_correction_that_does_not_settle_it_asks_again(begin, session):
    draft = begin(FALLEN)
    draft.comparisons.show(FORM)
    draft.comparisons.keep(FORM, draft.comparisons.questions(FORM)[0].finding, "seen by the rater")
    draft.answer(FORM, "turning", Answer(item="turning", value=1, corrected="worse than said"))
    assert about(draft) == [("P4", "turning", "4→1")]
    assert len(said(draft)) == 1
    draft.comparisons.keep(FORM, draft.comparisons.questions(FORM)[0].finding, "needs two people")
    # Back to the very answer that was kept once: that reason was given before the correction.
    draft.answer(FORM, "turning", Answer(item="turning", value=2, corrected="as at first"))
    assert len(said(draft)) == 1


def test_what_was_corrected_away_asks_again_when_it_comes_back(begin, session):
    draft = begin(FALLEN)
    draft.comparisons.show(FORM)
    draft.answer(FORM, "turning", Answer(item="turning", value=3, corrected="bed rail"))
    assert said(draft) == []
    draft.answer(FORM, "turning", Answer(item="turning", value=2, corrected="no bed rail at home"))
    assert len(said(draft)) == 1


def test_a_total_is_settled_by_correcting_one_question(begin, session):
    draft = begin((4,) * 12, before=(4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3))
    draft.comparisons.show(FORM)
    assert ("P3", "", "44→48") in about(draft)
    draft.answer(FORM, "stairs", Answer(item="stairs", value=3, corrected="slow"))
    assert "P3" not in {rule for rule, *_ in about(draft)}
    assert ("P3", "", "44→48", Decision.CORRECTED, "slow", "dr.demo") in in_file(session, draft)


def test_a_note_to_an_answer_is_no_correction(begin):
    draft = begin(FALLEN)
    draft.comparisons.show(FORM)
    draft.answer(FORM, "turning", Answer(item="turning", value=3, corrected="bed rail"))
    noted = Answer(item="turning", value=3, note="at home")
    assert not draft.comparisons.is_correction(FORM, "turning", noted)
    draft.answer(FORM, "turning", noted)
    assert draft.questionnaires.form(FORM).answers["turning"] == replace(
        noted, corrected="bed rail"
    )


@pytest.mark.parametrize(
    "changed",
    [
        Answer(item="turning", value=3),
        Answer(item="turning", not_done=NotDone.REFUSED),
    ],
)
def test_every_other_answer_is_a_correction(begin, changed):
    draft = begin(FALLEN)
    assert not draft.comparisons.is_correction(FORM, "turning", changed)
    draft.comparisons.show(FORM)
    assert draft.comparisons.is_correction(FORM, "turning", changed)


def test_undo_does_not_take_back_what_was_compared(begin):
    draft = begin(FALLEN)
    draft.comparisons.show(FORM)
    assert draft.questionnaires.undo(FORM) is None
    assert draft.questionnaires.form(FORM).values["respiratory_insufficiency"] == 4
    draft.answer(FORM, "turning", Answer(item="turning", value=3, corrected="bed rail"))
    assert draft.questionnaires.undo(FORM) is None


def test_where_there_is_nothing_to_compare_answers_go_on_changing_freely(begin):
    draft = begin(SAME, before=None)
    assert not draft.comparisons.possible(FORM)
    draft.comparisons.show(FORM)
    assert draft.questionnaires.form(FORM).compared_at is None
    draft.answer(FORM, "turning", Answer(item="turning", value=3))
    assert draft.questionnaires.undo(FORM) == "turning"


def test_a_first_form_is_asked_about_what_contradicts_itself(begin):
    draft = begin((4, 4, 1, *SAME[3:]), before=None)
    draft.comparisons.show(FORM)
    assert about(draft) == [("P7", "swallowing", "1")]
    assert draft.questionnaires.form(FORM).compared_at is not None
    tube = Milestone(
        patient_id=draft.record.patient.id,
        kind=MilestoneKind.GASTROSTOMY,
        happened_on=PartialDate(2026, 7),
    )
    draft.save_milestone(tube)
    assert about(draft) == []  # a recorded event answers it as well


def test_the_clinic_may_show_the_answers_before_while_rating(begin, session):
    with session.write("as it was done here"):
        session.thresholds.save("previous_shown", 1)
    draft = begin((*FALLEN[:-1], None))
    assert draft.comparisons.shows_previous(FORM)
    assert draft.questionnaires.form(FORM).compared_at is None


def test_the_summary_of_a_draft_does_not_show_what_the_rater_may_not_see(begin):
    draft = begin(FALLEN)

    def shown():
        (form,) = visit_summary.build(draft.record, draft.visit.id, {"dr.demo": "Dr. Demo"}).forms
        return form.previous_on, form.items[6].previous, form.scales[0].previous

    assert shown() == ("", "–", "–")
    draft.comparisons.show(FORM)
    assert shown() == ("21 May 2026", "4", "42/48")


def test_the_summary_marks_what_was_corrected_and_lists_what_was_kept(begin):
    draft = begin((*FALLEN[:8], 1, *FALLEN[9:]))
    draft.comparisons.show(FORM)
    draft.answer(FORM, "stairs", Answer(item="stairs", value=2, corrected="with the banister"))
    draft.comparisons.keep(FORM, draft.comparisons.questions(FORM)[0].finding, "needs two people")
    (form,) = visit_summary.build(draft.record, draft.visit.id, {"dr.demo": "Dr. Demo"}).forms
    assert {item.number: item.corrected for item in form.items if item.corrected} == {
        "9": "with the banister"
    }
    assert questionnaire.corrected_text(form.items[8]) == (
        "† Corrected after the comparison: with the banister"
    )
    (kept,) = form.kept  # the corrected one is told by its mark
    assert kept.startswith(
        "P4, 7 Turning in bed and adjusting bed clothes (4→2): needs two people (Dr. Demo, "
    )
    assert form.how == ""  # as the visit says of itself


def test_the_summary_says_who_rated_where_that_was_somebody_else(begin):
    draft = begin(SAME, before=None)
    form = replace(draft.questionnaires.form(FORM), rater="nurse", interpreter=False)
    (shown,) = visit_summary.build(
        draft.record.with_assessment(form), draft.visit.id, {"dr.demo": "Dr. Demo"}
    ).forms
    assert shown.how.startswith("Rater nurse · ") and shown.how.endswith("without an interpreter")


def test_a_form_is_answered_as_the_visit_says_until_it_is_told_apart(begin, session):
    draft = begin(SAME, before=None)
    draft.save_details(on=DAY, mode=Mode.IN_PERSON, respondent=Respondent.PATIENT, weight_kg=None)

    def how():
        form = session.record(draft.record.patient.id).assessment(draft.visit.id, FORM)
        return form.rater, form.mode, form.respondent, form.interpreter

    assert how() == ("dr.demo", Mode.IN_PERSON, Respondent.PATIENT, None)
    draft.questionnaires.save_how(
        FORM, mode=Mode.PHONE, respondent=Respondent.PATIENT, interpreter=True
    )
    assert how() == ("dr.demo", Mode.PHONE, Respondent.PATIENT, True)
    carer = Respondent.CAREGIVER_PROXY
    draft.save_details(on=DAY, mode=Mode.VIDEO, respondent=carer, weight_kg=None)
    assert how() == ("dr.demo", Mode.PHONE, carer, True)


def test_only_having_said_how_a_form_is_answered_is_not_nothing(session, patient):
    visit_id = beginning.start_visit(session, patient.id, "M2", clock.today())
    draft = Draft(session, patient.id, visit_id)
    assert draft.untouched
    draft.questionnaires.save_how(FORM, mode=None, respondent=None, interpreter=False)
    assert not draft.untouched


def test_a_discarded_visit_takes_its_questions_with_it(begin, session):
    draft = begin(FALLEN)
    draft.comparisons.show(FORM)
    draft.comparisons.keep(FORM, draft.comparisons.questions(FORM)[0].finding, "seen by the rater")
    draft.discard("wrong patient")
    assert session.record(draft.record.patient.id).reconciliations == ()


@pytest.mark.parametrize(
    ("on", "refused"), [(date(2026, 4, 22), True), (date(2026, 4, 23), False), (DAY, False)]
)
def test_no_visit_lies_before_the_consent(session, patient, on, refused):
    screening = enter_visit(session, patient, date(2026, 4, 23), "SCR")
    with session.write("consent"):
        session.tasks.save(TaskResult(visit_id=screening.id, task="consent", done=True))
    problem = check_visit_date(session.record(patient.id), on)
    assert (problem is not None) is refused
    if problem is not None:
        assert problem.message == (
            "The visit's date is before the informed consent of 23 Apr 2026. Check both."
        )
    # The visit at which consent was given may be moved.
    assert check_visit_date(session.record(patient.id), on, screening.id) is None


def test_a_consent_that_was_not_given_stops_nothing(session, patient):
    screening = enter_visit(session, patient, date(2026, 4, 23), "SCR")
    refused = TaskResult(visit_id=screening.id, task="consent", done=False, note="wants time")
    with session.write("consent"):
        session.tasks.save(refused)
    assert check_visit_date(session.record(patient.id), date(2026, 4, 1)) is None


def test_a_reason_that_was_begun_answers_nothing_and_is_there_again(begin, session):
    draft = begin(FALLEN)
    draft.comparisons.show(FORM)
    finding = draft.comparisons.questions(FORM)[0].finding
    draft.comparisons.leave_reason(FORM, finding, "needs tw")
    again = resumed(session, draft)
    assert again.comparisons.typed_reason(FORM, finding) == "needs tw"
    assert again.comparisons.questions(FORM)[0].waits and in_file(session, draft) == []
    again.comparisons.keep(FORM, finding, "needs two people")
    assert again.unsaved.texts == resumed(session, draft).unsaved.texts == {}
    assert said(again) == []
    again.comparisons.leave_reason(FORM, finding, "needs three")
    (message,) = said(again)
    assert message.endswith("Another reason was typed: press Enter to give it, or Esc.")
    again.comparisons.leave_reason(FORM, finding, "")
    assert said(again) == []


def test_a_date_that_was_begun_for_an_event_blocks(begin, session):
    draft = begin(SAME)
    draft.comparisons.show(FORM)
    draft.unsaved.save(event_date(FORM, "cutting"), "2026-0")
    again = resumed(session, draft)
    (message,) = said(again)
    assert "“2026-0” was typed, but no event recorded: record it, or clear it." in message
    again.unsaved.save(event_date(FORM, "cutting"), "")
    assert said(again) == []
