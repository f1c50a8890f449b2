"""Rated blind, then compared: by keyboard, in the real page, down to the file and the paper."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core import clock
from core.model.assessment import Answer, NotDone
from core.model.judgement import Decision
from core.model.visit import Mode, Respondent, TaskResult
from core.reports import summary
from tests.core.examples import a_routine_patient, enter_visit
from tests.pdf import line_of
from tests.ui.conftest import name_of, words
from tests.ui.keyboard import CTRL, Key, focused, press, replace_by, settle, tab_to, write
from ui import theme
from ui.widgets import compared_table

FORM = "alsfrs-r"
BEFORE = (4, 4, 3, 3, 3, 3, 4, 3, 3, 4, 4, 4)  # what conftest's ``due`` had at month 2
SAME = BEFORE
FALLEN = (4, 4, 3, 3, 3, 3, 2, 3, 3, 4, 4, 4)  # turning in bed by two: one query
TWICE = (4, 4, 3, 3, 3, 3, 2, 3, 1, 4, 4, 4)  # and stairs: two queries
P4 = "7 Turning in bed and adjusting bed clothes fell from 4 to 2 since"


@pytest.fixture
def page(enter):
    return enter(step=FORM)


@pytest.fixture
def form(page):
    return page.forms[FORM]


@pytest.fixture
def stored(session, due):
    """The form of this visit as the file has it."""

    def read():
        record = session.record(due.id)
        return record.assessment(record.visits[-1].id, FORM)

    return read


@pytest.fixture
def decided(session, due):
    """What the file says of the plausibility questions."""

    def read():
        return [
            (one.rule, one.subject, one.decision, one.reason)
            for one in session.record(due.id).reconciliations
        ]

    return read


def rate(scores):
    write("".join(map(str, scores)))


def compared(form):
    return form._comparison is not None and form._comparison.isVisible()


def title(form):
    return form.head.title.text() if form.head.title.isVisible() else ""


def is_cut(table, at, text, column):
    """Whether small words of a row lack the lines that they need."""
    width = table._words_width(column)
    lines = int(
        (table.rowHeight(at) + theme.px(3))
        // (theme.px(compared_table.SMALL) * compared_table.LINE)
    )
    shown = compared_table._wrapped(text, width, max(1, lines), compared_table.SMALL, theme.px(100))
    return any("…" in line for line in shown)


def test_every_answer_is_read_whole_the_same_or_another_one(page, form):
    page.window().resize(1366, 768)
    settle()
    rate(
        (4, 4, 3, 3, 3, 2, 4, 3, 3, 4, 4, 4)
    )  # dressing by one: nothing is asked, and every answer is listed
    settle()
    assert compared(form)
    table = form._comparison.table
    items = [(at, row) for at, row in enumerate(table.rows) if row.slot]
    assert len(items) == 12 and any(row.changed for _at, row in items)
    assert any(len(row.now.words) > 30 and not row.changed for _at, row in items)
    for at, row in items:
        said = compared_table.words_of_both(row)
        assert row.now.words in said and (row.then.words in said or not row.changed)
        assert not is_cut(table, at, said, compared_table.NOW), said
        least = 2 * theme.px(compared_table.SMALL) * compared_table.LINE
        assert "Turning" not in row.title or table.rowHeight(at) >= least, "two lines of a title"


def steps(page):
    return {step.id: step.state for step in page.draft.steps()}


def test_the_form_before_is_out_of_sight_until_the_last_answer(form, page):
    for score in FALLEN[:-1]:
        write(str(score))
        assert form._comparison is None, "nothing of it is made before"
        assert "Month 2" not in words(form) and "P4" not in words(form)
        assert not [one for one in form.answers.shown if one.before.isVisible()]
    page.show_step("review")
    settle()
    said = words(page.forms["review"])
    assert "7  Turning" not in said and "4/12" not in said and "42/48" not in said
    assert "fell from" not in said
    page.show_step(FORM)
    write(str(FALLEN[-1]))
    assert compared(form)
    said = words(form)
    assert "Comparison with Month 2, " in said
    assert "42/48 → 40/48" in said and "−2" in said
    assert P4 in said and "1 to answer" in said
    assert form._question.isHidden()


def test_a_digit_too_many_changes_nothing(form, stored, decided):
    rate((*FALLEN, 4, 4, 0))
    assert compared(form)
    assert stored().values["respiratory_insufficiency"] == 4
    assert [row.line.text() for row in form._comparison.rows] == [""]
    assert decided() == []


def test_a_query_is_kept_by_keyboard_and_the_next_one_follows(form, page, decided):
    rate(TWICE)
    assert "2 to answer" in words(form)
    press(Key.Key_Return)
    assert focused().accessibleName().startswith(f"P4, keep it, because: {P4}")
    press(Key.Key_Return)
    assert "Say why it is kept, or correct the answer." in words(form)
    write("needs two people")
    press(Key.Key_Return)
    assert "9 Climbing stairs" in focused().accessibleName()
    assert "✓ Kept by Dr. Demo, " in words(form)
    write("carried")
    press(Key.Key_Return)
    assert decided() == [
        ("P4", "turning", Decision.KEPT, "needs two people"),
        ("P4", "stairs", Decision.KEPT, "carried"),
    ]
    assert "nothing open" in words(form)
    assert steps(page)[FORM] == "done"
    press(Key.Key_Return)
    assert page.current == "spirometry"
    page.show_step(FORM)
    assert [row.line.text() for row in form._comparison.rows] == ["needs two people", "carried"]


def test_one_goes_on_with_open_queries_which_the_review_names(form, page, decided):
    rate(FALLEN)
    press((CTRL, Key.Key_Return))
    assert page.current == "spirometry"
    page.show_step("review")
    settle()
    (link,) = [
        one
        for one in page.forms["review"].findChildren(type(form.strip.on))
        if name_of(one).startswith("→ P4: ")
    ]
    assert P4 in name_of(link)
    link.setFocus()
    press(Key.Key_Space)
    assert page.current == FORM and focused() is form._comparison.rows[0].line
    write("seen by the rater")
    press(Key.Key_Return)
    assert decided() == [("P4", "turning", Decision.KEPT, "seen by the rater")]


@pytest.mark.parametrize("way", ["Ctrl+2", "Ctrl+Enter", "Tab and Escape", "a click"])
def test_a_reason_is_given_by_enter_only(resume, shell, decided, way):
    page = resume(FORM)
    form = page.forms[FORM]
    rate(FALLEN)
    press(Key.Key_Return)
    write("needs tw")
    match way:
        case "Ctrl+2":
            press((CTRL, Key.Key_2))
            assert shell.current is not page
        case "Ctrl+Enter":
            press((CTRL, Key.Key_Return))
        case "Tab and Escape":
            press(Key.Key_Tab)
            assert "This reason is not given yet: press Enter in its line, or Esc." in words(form)
            press(Key.Key_Escape)
            assert shell.current is shell.page("chart")
        case "a click":
            QTest.mouseClick(page._buttons["spirometry"], Qt.MouseButton.LeftButton)
            settle()
    assert decided() == []
    page = resume(FORM)
    assert [p.field for p in page.draft.open_points() if p.step == FORM and p.blocks] == [
        "comparison.P4.turning"
    ]
    form = page.forms[FORM]
    assert [row.line.text() for row in form._comparison.rows] == ["needs tw"]
    assert "1 to answer" in words(form)
    press(Key.Key_Return, Key.Key_End)
    write("o people")
    press(Key.Key_Return)
    assert decided() == [("P4", "turning", Decision.KEPT, "needs two people")]
    assert page.draft.unsaved.texts == {}


def test_another_reason_that_was_begun_is_not_dropped_by_finishing(form, page, decided):
    rate(FALLEN)
    press(Key.Key_Return)
    write("needs two people")
    press(Key.Key_Return)
    form._comparison.rows[0].line.setFocus()
    press(Key.Key_End)
    write(" now")
    page.show_step("review")
    assert decided() == [("P4", "turning", Decision.KEPT, "needs two people")]
    (point,) = [p for p in page.draft.open_points() if p.step == FORM]
    assert "Another reason was typed" in point.problem.message
    page.show_step(FORM, point.field)
    settle()
    assert focused().text() == "needs two people now"
    press(Key.Key_Escape)
    assert [p for p in page.draft.open_points() if p.step == FORM] == []
    assert "✓ Kept by Dr. Demo, " in words(form)


def test_a_reason_that_was_begun_goes_with_its_query(form, page, decided):
    rate(FALLEN)
    press(Key.Key_Return)
    write("needs tw")
    form._jump("turning")
    assert "reason.alsfrs-r.P4.turning" in page.draft.unsaved.texts
    write("3")
    write("misread")
    press(Key.Key_Return)
    assert decided() == [("P4", "turning", Decision.CORRECTED, "misread")]
    assert page.draft.unsaved.texts == {}


def test_escape_leaves_a_query_as_it_is_in_the_file(form, page, decided):
    rate(FALLEN)
    press(Key.Key_Return)
    write("no")
    press(Key.Key_Escape)
    assert decided() == [] and page.current == FORM
    assert focused() is form._comparison
    press(Key.Key_Return)
    write("needs two people")
    press(Key.Key_Return, Key.Key_Tab)
    form._comparison.rows[0].line.setFocus()
    replace_by("needs three people")
    press(Key.Key_Return)
    assert decided() == [("P4", "turning", Decision.KEPT, "needs three people")]


def test_an_answer_is_corrected_with_a_reason(form, page, stored, decided):
    rate(FALLEN)
    press(Key.Key_Return)
    tab_to(f"P4, correct: {form._comparison.rows[0].question.finding.message}")
    press(Key.Key_Return)
    assert title(form).startswith("7  Turning")
    assert {
        one.score: one.before.text() for one in form.answers.shown if one.before.isVisible()
    } == {4: "Month 2"}
    write("3")
    assert focused().accessibleName() == "Why is it corrected from 2 to 3?"
    assert stored().values["turning"] == 2
    press(Key.Key_Return)
    assert "Say why it is corrected, or press Esc." in words(form)
    write("bed rail counted twice")
    press(Key.Key_Return)
    assert stored().answers["turning"] == Answer(
        item="turning", value=3, corrected="bed rail counted twice"
    )
    assert decided() == [("P4", "turning", Decision.CORRECTED, "bed rail counted twice")]
    assert compared(form) and "nothing open" in words(form)
    assert form.tiles["turning"].score == "3"
    assert steps(page)[FORM] == "done"


def test_a_changed_answer_leads_to_its_question(form):
    rate((3, *SAME[1:]))
    tab_to("ALSFRS-R: Month 2 and Month 4")
    press(Key.Key_Return)  # on the first row that changed
    assert title(form) == "1  Speech"
    press(Key.Key_Up)  # and back again
    assert form.tiles["speech"].score == "3"


def test_the_same_digit_again_is_no_correction(form, stored):
    rate(FALLEN)
    form._jump("turning")
    write("2")
    assert compared(form), "no question is open: back to the comparison"
    assert stored().answers["turning"] == Answer(item="turning", value=2)
    form._jump("walking")
    write("2")
    write("slower")
    press(Key.Key_Return)
    form._jump("walking")
    write("2")  # once corrected, given again
    assert stored().answers["walking"] == Answer(item="walking", value=2, corrected="slower")


def test_escape_leaves_the_answer_as_it_was_and_keeps_what_was_typed(form, stored):
    rate(FALLEN)
    form._jump("turning")
    write("3")
    write("bed ra")
    press(Key.Key_Escape)
    assert stored().values["turning"] == 2
    assert form.hasFocus() and [b.score for b in form.answers.shown if b.isChecked()] == [2]
    write("3")
    assert form._why.line.text() == "bed ra"


def test_a_correction_that_is_left_waits_for_its_reason(form, page, due, session, stored):
    rate(FALLEN)
    page.draft.comparisons.keep(FORM, page.draft.comparisons.questions(FORM)[0].finding, "seen")
    form._jump("walking")
    write("2")
    QTest.mouseClick(page._buttons["spirometry"], Qt.MouseButton.LeftButton)
    settle()
    assert page.current == "spirometry"
    assert stored().values["walking"] == 3
    points = [p for p in page.draft.open_points() if p.step == FORM]
    assert [p.problem.message for p in points] == ["8 Walking: its correction needs the reason."]
    page.open(due.id, page.draft.visit.id)  # as after a restart
    page.show_step(FORM, "walking")
    settle()
    form = page.forms[FORM]
    assert focused() is form._why.line
    write("uses a st")
    QTest.mouseClick(form.tiles["speech"], Qt.MouseButton.LeftButton)
    settle()
    assert stored().values["walking"] == 3, "only Enter gives a reason"
    form._jump("walking")
    assert form._why.line.text() == "uses a st"
    visit_id = page.draft.visit.id
    assert page.leave()
    assert stored().values["walking"] == 3
    page.open(due.id, visit_id)
    assert [p.problem.message for p in page.draft.open_points() if p.step == FORM] == [
        "8 Walking: its correction needs the reason."
    ]
    page.show_step(FORM, "walking")
    settle()
    form = page.forms[FORM]
    assert (focused(), form._why.line.text()) == (form._why.line, "uses a st")
    press(Key.Key_End)
    write("ick")
    press(Key.Key_Return)
    assert stored().answers["walking"] == Answer(item="walking", value=2, corrected="uses a stick")
    assert [p for p in page.draft.open_points() if p.step == FORM] == []


def test_not_done_after_the_comparison_needs_its_reason_too(form, stored):
    rate(SAME)
    form._jump("stairs")
    press(Key.Key_D, Key.Key_Down, Key.Key_Return)
    assert focused() is form._why.line
    write("lives on the ground floor")
    press(Key.Key_Return)
    assert stored().answers["stairs"] == Answer(
        item="stairs", not_done=NotDone.REFUSED, corrected="lives on the ground floor"
    )


def test_undo_says_that_it_is_a_correction_now(form, stored):
    rate(FALLEN)
    form._jump("turning")
    press((CTRL, Key.Key_Z))
    assert "give the one that is right" in words(form)
    assert stored().values["respiratory_insufficiency"] == 4


def test_up_goes_back_to_the_questions(form):
    rate(FALLEN)
    press(Key.Key_Up)
    assert title(form) == "12  Respiratory insufficiency" and form.hasFocus()
    press(Key.Key_Return)
    assert compared(form)


def test_a_form_completed_out_of_order_is_compared_at_once(form, page):
    write("44")
    press(Key.Key_Down)
    write("".join(map(str, SAME[3:])))
    assert page.current == FORM and not compared(form)
    assert title(form) == "3  Swallowing", "what was passed over comes before the next step"
    write("3")
    assert compared(form)


def test_a_first_form_without_a_question_goes_straight_on(enter, session, patient):
    page = enter(patient, "M2", FORM)
    rate((4,) * 12)
    assert page.current == "spirometry"
    page.show_step(FORM)
    assert page.forms[FORM]._comparison is None
    press(Key.Key_Up)
    write("3")  # and changes freely
    assert session.record(patient.id).assessments[-1].compared_at is None


def test_a_first_form_is_asked_about_itself(enter, patient):
    page = enter(patient, "M2", FORM)
    rate((4,) * 11 + (3,))
    said = words(page.forms[FORM])
    assert "A second look at these answers" in said
    assert "12 Respiratory insufficiency is 3, but neither NIV nor a tracheostomy" in said


def test_the_clinic_may_show_the_form_before_while_rating(session, enter):
    with session.write("as it was done here"):
        session.thresholds.save("previous_shown", 1)
    form = enter(step=FORM).forms[FORM]
    assert {
        one.score: one.before.text() for one in form.answers.shown if one.before.isVisible()
    } == {4: "Month 2"}


def test_a_form_is_told_apart_from_its_visit(form, page, stored):
    page.draft.save_details(
        on=page.draft.visit.date,
        mode=Mode.IN_PERSON,
        respondent=Respondent.PATIENT,
        weight_kg=None,
    )
    page.show_step(FORM)
    settle()
    assert form.foot.how.text() == "patient · in person (W)"
    page.draft.save_details(
        on=page.draft.visit.date,
        mode=Mode.VIDEO,
        respondent=Respondent.PATIENT_VIA_CAREGIVER,
        weight_kg=None,
    )
    page.show_step(FORM)
    settle()
    assert form.note.width() > form.width() / 2, "a note has the room of a sentence"
    page.draft.save_details(
        on=page.draft.visit.date,
        mode=Mode.IN_PERSON,
        respondent=Respondent.PATIENT,
        weight_kg=None,
    )
    page.show_step(FORM)
    settle()
    assert "Rater Dr. Demo · in person · answered by: patient" in name_of(form.foot.how)
    press(Key.Key_W)
    press(Key.Key_Right, Key.Key_Space)  # telephone
    tab_to("With an interpreter?: no")
    press(Key.Key_Right, Key.Key_Space)
    how = "Rater Dr. Demo · telephone · answered by: patient · with an interpreter"
    assert how in words(form)
    press(Key.Key_Escape)
    assert title(form) == "1  Speech" and form.hasFocus()
    assert form.foot.how.text() == "patient · telephone · interpreter (W)"
    assert (stored().mode, stored().respondent) == (Mode.PHONE, Respondent.PATIENT)
    assert (stored().interpreter, stored().rater) == (True, "dr.demo")


def test_the_whole_way_to_the_file_and_the_paper(form, page, due, session, reopened):
    rate(TWICE)
    press(Key.Key_Return)
    write("needs two people")
    press(Key.Key_Return)
    form._jump("stairs")
    write("2")
    write("with the banister")
    press(Key.Key_Return)
    draft = page.draft
    draft.save_details(
        on=draft.visit.date, mode=Mode.VIDEO, respondent=Respondent.PATIENT, weight_kg=None
    )
    draft.spirometry.save(replace(draft.spirometry.entered, not_done=NotDone.NO_EQUIPMENT))
    draft.save_new_events(False)
    for task in draft.tasks.asked:
        draft.tasks.save(TaskResult(visit_id=draft.visit.id, task=task.id, done=True))
    page.show_step("review")
    settle()
    said = words(page.forms["review"])
    assert "† Corrected after the comparison: with the banister" in said
    assert "2†" in said
    assert (
        "Kept: P4, 7 Turning in bed and adjusting bed clothes (4→2): needs two people (Dr." in said
    )
    assert "complete" in said
    press((CTRL, Key.Key_Return))
    assert "finished" in words(page.forms["review"])
    visit_id = draft.visit.id

    again = reopened()
    record = again.record(due.id)
    assert not record.visit(visit_id).is_draft
    saved = record.assessment(visit_id, FORM)
    assert (
        saved.compared_at is not None and saved.answers["stairs"].corrected == "with the banister"
    )
    assert {one.decision for one in record.reconciliations} == {Decision.KEPT, Decision.CORRECTED}
    pdf = summary.render(
        record,
        visit_id,
        again.clinic,
        names={"dr.demo": "Dr. Demo"},
        printed_by="Dr. Demo",
        printed_at=clock.now(),
    )
    printed = line_of(pdf)
    for text in (
        "2†",
        "† Corrected after the comparison: with the banister",
        "Kept: P4, 7 Turning in bed and adjusting bed clothes (4→2): needs two people (Dr. Demo, ",
        "Answered by",
        "video call",  # of visit and form alike
        "patient Dr. Demo",
    ):
        assert text in printed


NRS = "nrs-pain-fatigue"


@pytest.fixture
def rated_before(session):
    """Record 20 of the routine clinic, who had pain 3 and fatigue 6 three months ago."""
    on = clock.today() - timedelta(days=90)
    patient = a_routine_patient(record_number="20", registered_on=on)
    with session.write("registered"):
        session.patients.save(patient)
    visit = enter_visit(session, patient, on, "R3")
    with session.write("pain and fatigue"):
        session.assessments.open(visit.id, NRS, "1", "dr.demo")
        for slot, score in (("pain", 3), ("fatigue", 6)):
            session.assessments.save_answer(visit.id, NRS, slot, Answer(item=slot, value=score))
    return patient


def test_a_number_is_corrected_to_ten(enter, session, rated_before):
    form = enter(rated_before, "R3", NRS).forms[NRS]
    write("25")
    assert compared(form)
    pain = form._comparison.table.rows[0]
    assert (pain.title, pain.then.text, pain.now.text, pain.change_text) == ("Pain", "3", "2", "−1")
    form._jump("pain")
    write("1")
    assert form.hasFocus(), "a 0 may follow"
    write("0")
    assert focused().accessibleName() == "Why is it corrected from 2 to 10?"
    write("misread")
    press(Key.Key_Return)
    form._jump("fatigue")
    write("1")
    press(Key.Key_Return)
    assert focused().accessibleName() == "Why is it corrected from 5 to 1?"
    write("misread")
    press(Key.Key_Return)
    assert session.record(rated_before.id).assessments[-1].values == {"pain": 10, "fatigue": 1}


def _buttons(form):
    return form._comparison.findChildren(type(form.strip.on))
