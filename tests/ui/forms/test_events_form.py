from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from core import clock
from core.entering.event_form import EventForm
from core.model import event_details, terms
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.event_details import Criterion
from core.model.partial_date import PartialDate
from tests.ui.conftest import name_of, words
from tests.ui.keyboard import CTRL, Key, focused, press, replace_by, settle, tab_to, write
from ui.forms.events_form import EventsForm


@pytest.fixture
def headache(session, due):
    """An adverse event of an earlier visit that was not over."""
    event = AdverseEvent(
        patient_id=due.id,
        visit_id=session.record(due.id).visits[0].id,
        term="Headache",
        coded_term="Headache",
        onset=PartialDate.of(clock.today() - timedelta(days=70)),
        grade=Grade.MODERATE,
        serious=False,
        outcome=Outcome.NOT_RECOVERED,
    )
    with session.write():
        session.events.save(event)
    return event


@pytest.fixture
def page(enter):
    return enter(step="adverse-events")


@pytest.fixture
def form(alone):
    return alone(EventsForm)


@pytest.fixture
def editor(form):
    """The fields of a new event, open."""
    press(Key.Key_Space)
    assert form.editor.isVisible()
    return form.editor


def sentences(editor):
    """The problem under each field that has one."""
    names = ("term", "onset", "grade", "criteria", "outcome", "ended", "died")
    under = {name: getattr(editor, name)._problem for name in names}
    return {name: label.text() for name, label in under.items() if label.isVisible()}


def open_points(review):
    return [name_of(b) for b in review.findChildren(QPushButton) if name_of(b).startswith("→")]


def choose(field, value):
    """Press the button of a choice."""
    button = field._group.button(field._values.index(value))
    button.setFocus()
    press(Key.Key_Space)


def tick(editor, criterion):
    """Tick, or take the tick away, as one does with the keyboard."""
    editor.criteria.boxes[criterion].setFocus()
    press(Key.Key_Space)


def fill(editor, term="Fall", onset=None, grade=1, serious=False, outcome=Outcome.RECOVERED):
    editor.term.setFocus()
    write(term)
    press(Key.Key_Tab)  # closes the list of proposals as well
    fill_rest(editor, onset, grade, serious, outcome)


def fill_rest(editor, onset=None, grade=1, serious=False, outcome=Outcome.RECOVERED):
    """Everything but what happened."""
    editor.onset.setFocus()
    write(onset or str(clock.today()))
    if editor.grade.value is None:
        choose(editor.grade, Grade(grade))
    if serious:
        tick(editor, "important")
    choose(editor.outcome, outcome)
    settle()


def add(editor):
    editor.add.setFocus()
    press(Key.Key_Space)


def test_an_incomplete_event_says_so_under_each_field_and_loses_nothing(editor, session, due):
    add(editor)
    assert sentences(editor) == {
        "term": "Say what happened, in a few words.",
        "onset": "Enter when it began, as precisely as it is known: 2026, 2026-11 or 2026-11-21.",
        "grade": "Choose the grade, 1 to 5.",
        "outcome": "Choose how it turned out so far.",
    }
    assert editor.term.line.hasFocus()
    write("Rash on both arms")
    tab_to("Began on")
    write("31.02.2026")
    add(editor)
    assert editor.term.text == "Rash on both arms"
    assert "onset" in sentences(editor) and "term" not in sentences(editor)
    assert session.record(due.id).events == ()


@pytest.mark.parametrize(
    ("said", "term"),
    [("fell in kitchen", "Fall"), ("head", "Headache")],
)
def test_terms_are_offered_for_what_was_said_the_likeliest_first(editor, said, term):
    editor.term.setFocus()
    write(said)
    settle()
    popup = editor.offers.popup()
    assert popup.isVisible()
    offered = [popup.model().index(at, 0).data() for at in range(popup.model().rowCount())]
    assert offered == [one.name for one in terms.proposals(said)]
    assert term in offered[:2]
    press(Key.Key_Down, Key.Key_Return)
    assert editor.term.text == said, "the words stay as they were said"
    assert f"CTCAE 5.0: {offered[0]}" in words(editor)


def say_and_choose(editor, said):
    """Words typed of a new event, and the first of the terms that are offered for them."""
    editor.term.setFocus()
    write(said)
    settle()
    press(Key.Key_Down, Key.Key_Return)
    settle()


def test_a_chosen_term_is_saved_beside_the_words_as_they_were_said(form, editor, session, due):
    say_and_choose(editor, "fell in kitchen")
    assert editor.term.line.hasFocus()
    replace_by("fell in the kitchen")
    press(Key.Key_Tab)
    fill_rest(editor)
    add(editor)
    (event,) = session.record(due.id).events
    assert (event.term, event.coded_term) == ("fell in the kitchen", "Fall")
    assert "CTCAE 5.0: Fall" not in words(form), "the next event has no term yet"
    assert form.draft.unsaved.texts == {}


def test_a_chosen_term_is_kept_while_the_event_is_not_saved_and_cleared_with_it(form, editor):
    say_and_choose(editor, "fell in kitchen")
    assert form.draft.unsaved.texts["event.coded"] == "Fall"
    form.show_draft()
    assert "CTCAE 5.0: Fall" in words(editor) and editor.term.text == "fell in kitchen"
    QTest.mouseClick(editor.clear, Qt.MouseButton.LeftButton)
    settle()
    assert form.draft.unsaved.texts == {}
    assert "CTCAE 5.0" not in words(editor)


def test_enter_alone_takes_none_of_the_offered_terms(form, editor):
    editor.term.setFocus()
    write("fell in kitchen")
    assert editor.offers.popup().isVisible()
    press(Key.Key_Return)
    assert not editor.offers.popup().isVisible()
    assert "CTCAE 5.0" not in words(editor) and editor.term.text == "fell in kitchen"


def test_a_term_that_does_not_fit_is_taken_off_and_goes_with_the_words(form, editor):
    say_and_choose(editor, "fell in kitchen")
    tab_to("Not this term")
    press(Key.Key_Return)
    settle()
    assert "CTCAE 5.0" not in words(editor) and editor.term.text == "fell in kitchen"
    say_and_choose(editor, "fell in kitchen")
    press((CTRL, Key.Key_A), Key.Key_Delete)
    write("Something else")
    press(Key.Key_Tab)
    assert "CTCAE 5.0" not in words(editor)
    assert form.draft.unsaved.texts.get("event.coded", "") == ""


def test_a_complete_event_is_listed_and_the_fields_are_free_again(form, editor, session, due):
    fill(editor, term="fall")
    add(editor)
    (event,) = session.record(due.id).events
    assert (event.term, event.coded_term) == ("fall", "Fall")
    assert "fall, since" in words(form)
    assert (editor.term.text, editor.grade.value, editor.onset.text) == ("", None, "")
    assert editor.term.line.hasFocus()
    assert form.draft.unsaved.texts == {}


def test_only_grades_that_ctcae_has_for_a_term_can_be_chosen(editor):
    allowed = [button.isEnabled() for button in editor.grade._group.buttons()]
    assert allowed == [True] * 5
    write("Alopecia")
    press(Key.Key_Tab)
    allowed = [button.isEnabled() for button in editor.grade._group.buttons()]
    assert allowed == [True, True, False, False, False]
    tab_to("Grade (CTCAE): 1 mild")
    write("4")
    assert editor.grade.value is None
    write("2")
    assert editor.grade.value is Grade.MODERATE


def test_a_grade_chosen_before_its_term_is_questioned(editor):
    choose(editor.grade, Grade.LIFE_THREATENING)
    fill(editor, term="Alopecia")
    add(editor)
    assert sentences(editor) == {"grade": "CTCAE has only grades 1, 2 for “Alopecia”."}


@pytest.mark.parametrize(
    ("grade", "serious", "outcome", "wrong"),
    [
        (5, True, Outcome.RECOVERING, {"outcome": "Grade 5 and outcome fatal belong together."}),
        (4, True, Outcome.FATAL, {"outcome": "Grade 5 and outcome fatal belong together."}),
        (5, False, Outcome.FATAL, {}),  # what the outcome says is ticked by it
        (5, True, Outcome.FATAL, {}),
        (1, True, Outcome.RECOVERED, {}),
    ],
)
def test_fatal_grade_5_and_serious_belong_together(
    editor, session, due, grade, serious, outcome, wrong
):
    fill(editor, term="Sudden collapse", grade=grade, serious=serious, outcome=outcome)
    add(editor)
    found = sentences(editor)
    if outcome == "fatal" and not wrong:  # and the death is asked for, once
        assert found == {"died": "Answer yes, or no if it is recorded elsewhere."}
        choose(editor.died, False)
        add(editor)
        found = sentences(editor)
    assert found.keys() == wrong.keys()
    assert all(found[field].startswith(text) for field, text in wrong.items())
    assert len(session.record(due.id).events) == (not wrong)


def test_a_fatal_event_whose_death_was_unticked_says_so(editor, session, due):
    fatal(editor)
    tick(editor, "death")
    add(editor)
    said = "A fatal event is serious: tick “results in death”."
    assert sentences(editor)["criteria"] == said
    assert session.record(due.id).events == ()


def test_an_event_is_serious_if_and_only_if_a_criterion_is_ticked(editor, session, due):
    fill(editor, term="Fall", serious=True)
    tick(editor, "hospital")
    add(editor)
    fill(editor, term="Headache")
    add(editor)
    record = session.record(due.id)
    found = {
        event.term: (event.serious, event_details.details(record, event).criteria)
        for event in record.events
    }
    assert found == {
        "Fall": (True, {Criterion.HOSPITAL, Criterion.IMPORTANT}),
        "Headache": (False, frozenset()),
    }


def fatal(editor, term="Respiratory failure", **changes):
    fill(editor, term=term, grade=5, serious=True, outcome=Outcome.FATAL, **changes)


def test_f32_a_fatal_event_asks_for_the_death_once_and_records_it(editor, session, due):
    fill(editor, term="Fall", grade=1)
    assert not editor.died.isVisible()
    editor._cancel()
    fatal(editor)
    assert editor.died.isVisible()
    add(editor)
    assert sentences(editor) == {"died": "Answer yes, or no if it is recorded elsewhere."}
    assert session.record(due.id).events == ()
    choose(editor.died, True)
    add(editor)
    record = session.record(due.id)
    (event,) = record.events
    assert record.died.happened_on == event.onset, "no end was entered: the day on which it began"
    assert record.died.note == "Respiratory failure"
    fatal(editor, term="Cardiac arrest")
    assert not editor.died.isVisible(), "asked once"


def test_f32_the_death_is_on_the_day_on_which_the_event_ended(editor, session, due):
    began, ended = clock.today() - timedelta(days=9), clock.today() - timedelta(days=2)
    fatal(editor, onset=str(began))
    editor.ended.setFocus()
    write(str(ended))
    choose(editor.died, True)
    add(editor)
    assert session.record(due.id).died.happened_on == PartialDate.of(ended)


def test_f32_two_fatal_events_are_asked_about(editor, session, due):
    fatal(editor)
    choose(editor.died, False)
    add(editor)
    fatal(editor, term="Cardiac arrest")
    choose(editor.died, False)
    add(editor)
    (first,) = session.record(due.id).events
    said = sentences(editor)["outcome"]
    assert said.startswith("“Respiratory failure” (")
    assert "nobody dies twice" in said
    assert first.term == "Respiratory failure"
    add(editor)  # once more keeps both
    assert len(session.record(due.id).events) == 2


def test_f32_a_death_of_another_day_is_asked_about(editor, session, due):
    death = Milestone(
        patient_id=due.id,
        kind=MilestoneKind.DEATH,
        happened_on=PartialDate.of(clock.today() - timedelta(days=40)),
    )
    with session.write():
        session.milestones.save(death)
    editor.begin(EventForm(session.record(due.id), session.login))
    fatal(editor)
    add(editor)
    assert "does not fit this event" in sentences(editor)["outcome"]


def test_an_event_cannot_begin_after_the_visit_or_end_before_it_began(editor):
    tomorrow = clock.today() + timedelta(days=1)
    fill(editor, onset=str(tomorrow))
    add(editor)
    assert sentences(editor) == {"onset": "This date is in the future."}
    editor.onset.setFocus()
    replace_by(str(clock.today()))
    editor.ended.setFocus()
    write(str(clock.today() - timedelta(days=3)))
    add(editor)
    assert sentences(editor) == {"ended": "The end is before the beginning. Check both dates."}


def test_how_an_earlier_event_turned_out_is_changed_here(headache, form, session, due):
    assert "Not ended at an earlier visit: how are they now?" in words(form)
    change = next(b for b in form.findChildren(QPushButton) if b.text() == "Change…")
    change.setFocus()
    press(Key.Key_Space)
    assert form.editor.term.text == "Headache"
    assert focused().accessibleName() == "Outcome: not recovered"
    choose(form.editor.outcome, Outcome.RECOVERED)
    form.editor.ended.setFocus()
    write(str(clock.today()))
    add(form.editor)
    (event,) = session.record(due.id).events
    assert event == replace(
        headache, outcome=Outcome.RECOVERED, ended=PartialDate.of(clock.today())
    )
    assert "Not ended at an earlier visit" not in words(form)
    assert session.record(due.id).visits[-1].new_events is None, "nobody asked yet"


@pytest.mark.parametrize(
    ("keys", "said", "open_point"),
    [
        ([], "Not asked.", "→ Ask whether anything is new since the last visit."),
        ([Key.Key_Right, Key.Key_Space], "Asked: nothing new.", None),
        (
            [Key.Key_Space],
            "Something new, but no event was entered.",
            "→ Something is new, but no adverse event was entered. Enter it, or answer no.",
        ),
    ],
)
def test_no_and_not_asked_are_two_things_in_the_review(page, keys, said, open_point):
    press(*keys)
    page.show_step("review")
    settle()
    review = page.forms["review"]
    assert said in words(review).splitlines()
    about_events = [text for text in open_points(review) if "new" in text]
    assert about_events == ([open_point] if open_point else [])


def test_an_open_point_of_the_review_leads_to_its_field(page):
    page.show_step("review")
    settle()
    review = page.forms["review"]
    link = next(b for b in review.findChildren(QPushButton) if "Ask whether" in name_of(b))
    QTest.keyClick(link, Key.Key_Space)
    settle()
    assert page.current == "adverse-events"
    assert focused().accessibleName() == "Yes, something new"


def test_a_begun_event_stands_in_the_way_of_finishing(page):
    press(Key.Key_Space)
    write("Fall")
    page.show_step("review")
    settle()
    review = page.forms["review"]
    assert (
        "→ An adverse event was begun: add it, or clear it. Enter when it began, as precisely as it"
        " is known: 2026, 2026-11 or 2026-11-21."
    ) in open_points(review)
    assert not review.finish.isEnabled()


def test_f07_what_was_logged_on_the_chart_is_listed_with_its_doubt(alone, session, due):
    """Known to the month of today: it may have begun before this visit, or it will have been after it."""
    today = clock.today()
    logged = AdverseEvent(
        patient_id=due.id,
        term="Chest pain",
        onset=PartialDate(today.year, today.month),
        grade=Grade.SEVERE,
        serious=True,
        outcome=Outcome.RECOVERED,
    )
    with session.write():
        session.events.save(logged)
    form = alone(EventsForm)
    shown = words(form)
    assert "Logged on the chart since the last visit" in shown
    (line,) = [one for one in shown.splitlines() if one.startswith("Chest pain, since ")]
    sure = PartialDate(today.year, today.month).last <= today
    assert line.endswith("may belong to another visit: only its month is known") is not sure


def test_going_on_with_a_fatal_event_leads_to_the_question_about_the_death(page, session, due):
    """And never to a text that the next key would replace."""
    form = page.forms["adverse-events"]
    press(Key.Key_Space)
    editor = form.editor
    fatal(editor)
    press((CTRL, Key.Key_Return))
    assert page.current == "adverse-events", "half of what was meant would be lost"
    assert sentences(editor) == {"died": "Answer yes, or no if it is recorded elsewhere."}
    assert editor.died.isAncestorOf(focused())
    write("x3")
    assert (editor.term.text, editor.grade.value) == ("Respiratory failure", Grade.DEATH)
    press(Key.Key_Right)
    press((CTRL, Key.Key_Return))
    assert page.current != "adverse-events"
    assert [one.term for one in session.record(due.id).events] == ["Respiratory failure"]


def test_a_complete_event_that_another_one_waits_for_has_the_keyboard_on_its_button(form, editor):
    fill(editor, term="Fall")
    editor.focus_open()
    assert editor.add.hasFocus()
    write("x")
    assert editor.term.text == "Fall"
