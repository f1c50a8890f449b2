from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea

from core import clock
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer, NotDone
from core.model.ids import new_id
from core.model.partial_date import PartialDate
from core.views.so_far import scale_text
from core.views.stack.shapes import Marker, Text
from tests.core.examples import a_routine_patient, enter_visit
from tests.files.beside import FILES, beside_the_shipped
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, focused, press, settle, tab_to, write
from ui import theme
from ui.forms.answer_buttons import ChoiceButton

TITLES = {"Bulbar", "Fine motor", "Gross motor", "Respiratory", "Pain", "Fatigue"}
BEFORE = (4, 4, 3, 3, 3, 3, 4, 3, 3, 4, 4, 4)  # what conftest's ``due`` had at month 2
SCORES = (3, 4, 3, 2, 3, 3, 2, 3, 1, 4, 3, 4)


@pytest.fixture
def page(enter):
    return enter(step="alsfrs-r")


@pytest.fixture
def form(page):
    return page.forms["alsfrs-r"]


@pytest.fixture
def stored(session, due):
    """The answers in the file, by slot."""

    def answers():
        record = session.record(due.id)
        form = record.assessment(record.visits[-1].id, "alsfrs-r")
        return form.answers if form else {}

    return answers


@pytest.fixture
def gastrostomy(session, due):
    """A gastrostomy a month ago, recorded before the visit is begun."""
    on = PartialDate.of(clock.today() - timedelta(days=30))
    milestone = Milestone(patient_id=due.id, kind=MilestoneKind.GASTROSTOMY, happened_on=on)
    with session.write():
        session.milestones.save(milestone)
    return milestone


def title(form):
    return form.head.title.text()


def strip(form):
    return [tile.score for tile in form.tiles.values()]


def chosen(form):
    return [button.score for button in form.answers.shown if button.isChecked()]


def painted(plot):
    """The words and numbers on a plot beside the question, by the line that they are part of."""
    settle()
    return [shape for shape in plot.drawing.shapes if isinstance(shape, Text)]


def totals(live):
    """The numbers at the totals, as they are painted: those of earlier forms, and both ends of the bar or the new one."""
    said = [one for one in painted(live.answers.totals) if one.words.isdigit()]
    earlier = sorted((one for one in said if one.colour == "ink"), key=lambda one: one.x)
    now = sorted(int(one.words) for one in said if one.colour == "accent")
    return [int(one.words) for one in earlier], now


def domains(live):
    """What is said of each domain, and how many scores are drawn as points in its strip."""
    shapes, found = (painted(live.answers.domains), live.answers.domains.drawing.shapes)[1], {}
    for scale, reach in live.answers.domains._scales:
        at = next(i for i, one in enumerate(shapes) if getattr(one, "words", "") == scale.title)
        rest = shapes[at + 1 :]
        after = [i for i, one in enumerate(rest) if getattr(one, "words", "") in TITLES] or [None]
        strip = rest[: after[0] - 1] if after[0] is not None else rest  # the next one's marker
        said = strip[0].words
        assert said == scale_text(reach)
        found[scale.title] = said, sum(isinstance(one, Marker) for one in strip)
    return found


def test_a_digit_answers_is_saved_and_moves_on(form, stored):
    assert title(form) == "1  Speech"
    write("3")
    assert title(form) == "2  Salivation"
    assert stored() == {"speech": Answer(item="speech", value=3)}
    assert strip(form) == ["3"] + ["–"] * 11
    write("4")
    assert strip(form)[:2] == ["3", "4"]
    assert form.tiles["salivation"].accessibleName() == "2 Salivation: 4"


@pytest.mark.parametrize("back", [Key.Key_Up, Key.Key_Backspace])
def test_going_back_shows_the_answer_and_another_digit_replaces_it(form, stored, back):
    write("34")
    press(back, back)
    assert (title(form), chosen(form)) == ("1  Speech", [3])
    write("2")
    assert stored()["speech"].value == 2
    assert (
        form.head.changed.isVisible()
        and form.head.changed.text() == "1 Speech: 3 → 2, Ctrl+Z undoes it"
    )
    # Not Salivation, which has its answer: the next digit is meant for an open question.
    assert (title(form), chosen(form)) == ("3  Swallowing", [])
    assert strip(form)[:3] == ["2", "4", "–"]


def test_undo_takes_the_last_answer_back_and_then_the_one_before(form, stored):
    write("34")
    press(Key.Key_Up, Key.Key_Up)
    write("1")
    press((CTRL, Key.Key_Z))
    assert (title(form), chosen(form), stored()["speech"].value) == ("3  Swallowing", [], 3)
    assert form.head.changed.text() == "1 Speech is 3 again"
    press((CTRL, Key.Key_Z))
    assert (title(form), chosen(form), strip(form)[1]) == ("2  Salivation", [], "–")
    assert set(stored()) == {"speech"}
    press((CTRL, Key.Key_Z), (CTRL, Key.Key_Z))  # nothing is left to take back
    assert stored() == {}


def test_n_writes_a_note_to_the_answer(form, stored):
    press(Key.Key_N)
    assert form.hasFocus(), "a question without an answer has no note"
    assert "Answer the question first" in form._problem.text()
    write("3")
    press(Key.Key_N)  # straight after an answer: a note to that answer
    assert focused() is form.note and title(form) == "1  Speech"
    write("no 4 since May")
    press(Key.Key_Return)
    assert form.hasFocus() and title(form) == "2  Salivation"
    assert stored() == {"speech": Answer(item="speech", value=3, note="no 4 since May")}
    press(Key.Key_Up)
    write("2")  # the note stays with a changed answer
    assert stored()["speech"] == Answer(item="speech", value=2, note="no 4 since May")
    press(Key.Key_Up)
    assert form.note.text() == "no 4 since May"


@pytest.mark.parametrize("leave", [Key.Key_Return, Key.Key_Enter, Key.Key_Escape])
def test_the_digit_after_a_note_answers_the_next_open_question(form, stored, leave):
    """Salivation 4 became 1 and Swallowing stayed empty: one point passes every rule."""
    write("34")
    press(Key.Key_Up, Key.Key_N)
    write("drools at night")
    press(leave)
    write("1")
    assert {slot: answer.value for slot, answer in stored().items()} == {
        "speech": 3,
        "salivation": 4,
        "swallowing": 1,
    }
    assert stored()["salivation"].note == "drools at night"
    assert not form.head.changed.isVisible(), "nothing was changed"


def test_n_after_moving_away_is_no_note_to_an_answer_out_of_sight(form, stored):
    write("3")
    press(Key.Key_Down, Key.Key_N)
    assert form.hasFocus() and title(form) == "3  Swallowing"
    assert "Answer the question first" in form._problem.text()


def test_a_key_that_is_held_down_answers_one_question(form, stored):
    for repeats in (False, True, True):
        event = QKeyEvent(
            QEvent.Type.KeyPress, Key.Key_4, Qt.KeyboardModifier.NoModifier, "4", repeats
        )
        QApplication.sendEvent(form, event)
    assert set(stored()) == {"speech"}


def test_after_a_change_a_digit_never_changes_the_next_answer(form, stored):
    write("3443")
    press(Key.Key_Up, Key.Key_Up, Key.Key_Up)
    write("22")
    given = {"speech": 3, "salivation": 2, "swallowing": 4, "handwriting": 3, "cutting": 2}
    assert {slot: answer.value for slot, answer in stored().items()} == given


def test_d_says_why_a_question_was_not_done(form, stored):
    press(Key.Key_D, Key.Key_Down, Key.Key_Down, Key.Key_Return)
    assert stored() == {"speech": Answer(item="speech", not_done=NotDone.TOO_UNWELL)}
    assert (title(form), strip(form)[0]) == ("2  Salivation", "×")
    assert form.hasFocus()
    press(Key.Key_Up)
    assert form.not_done.currentText() == "Not done: too unwell"
    press(Key.Key_D, Key.Key_Down, Key.Key_Escape)
    assert form.hasFocus(), "the keyboard goes back to the question"
    write("2")
    assert stored() == {"speech": Answer(item="speech", value=2)}


def test_other_keys_do_nothing_and_say_nothing(form, page, stored):
    before = words(page)
    for typed in "56789xqzcab+*²½ !-.":  # ² stands left of 1 on a French keyboard
        write(typed)
        assert (typed, stored(), form.hasFocus()) == (typed, {}, True)
    press(Key.Key_F5, Key.Key_Delete, Key.Key_Insert, Key.Key_PageUp, Key.Key_Shift)
    assert stored() == {}
    assert words(page) == before


def test_persian_digits_answer_too(form, stored):
    write("۳")
    assert title(form) == "2  Salivation"
    assert form.accessibleName() == "2 Salivation"
    assert stored()["speech"].value == 3


def test_5b_without_a_gastrostomy_asks_for_the_event_and_records_it(form, session, due, stored):
    write("4444")
    assert title(form).startswith("5a")
    press(Key.Key_B)
    assert title(form).startswith("5b")
    write("2")
    assert stored()["cutting"] == Answer(item="cutting_with_gastrostomy", value=2)
    assert form._problem.isVisible()
    assert form._problem.text().startswith("5b needs a recorded event: Gastrostomy.")
    tomorrow = clock.today() + timedelta(days=1)
    write(str(tomorrow))
    tab_to("Record the event")
    press(Key.Key_Space)
    assert "The event is after this visit." in words(form)
    assert session.record(due.id).milestones == ()
    form.happened.date.setFocus()
    write("2024-03")
    tab_to("Record the event")
    press(Key.Key_Space)
    (milestone,) = session.record(due.id).milestones
    assert (milestone.kind, str(milestone.happened_on)) == (MilestoneKind.GASTROSTOMY, "2024-03")
    assert title(form).startswith("6") and form.hasFocus()
    assert not form._problem.isVisible()
    write("3")
    assert {slot: answer.value for slot, answer in stored().items()}["cutting"] == 2


def ask_for_the_event(form):
    """Answer 5b without a gastrostomy."""
    write("4444")
    press(Key.Key_B)
    write("2")
    assert focused() is form.happened.date.line


@pytest.fixture
def asked_for_the_event(form):
    ask_for_the_event(form)


@pytest.mark.usefixtures("asked_for_the_event")
def test_enter_in_the_date_records_the_event_and_goes_on(form, session, due, stored):
    write("2024-03")
    press(Key.Key_Return)
    (milestone,) = session.record(due.id).milestones
    assert (milestone.kind, str(milestone.happened_on)) == (MilestoneKind.GASTROSTOMY, "2024-03")
    assert title(form).startswith("6") and form.hasFocus()
    write("3")
    assert (stored()["cutting"].value, stored()["dressing"].value) == (2, 3)
    press(Key.Key_Up, Key.Key_Up)
    assert title(form).startswith("5b") and not form.happened.date.isVisible()


@pytest.mark.usefixtures("asked_for_the_event")
def test_enter_on_the_button_records_the_event_too(form, session, due):
    write("2024-03")
    tab_to("Record the event")
    press(Key.Key_Return)
    assert len(session.record(due.id).milestones) == 1
    assert title(form).startswith("6") and form.hasFocus()


@pytest.mark.usefixtures("asked_for_the_event")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2024-13", "“2024-13” is not a date."),
        ("2199-01", "The event is after this visit."),
        ("", "Enter the date, as precisely as it is known."),
    ],
)
def test_a_date_that_cannot_be_keeps_the_keyboard(form, session, due, stored, typed, sentence):
    write(typed)
    press(Key.Key_Return)
    assert sentence in words(form)
    assert focused() is form.happened.date.line and title(form).startswith("5b")
    press(Key.Key_Up, Key.Key_Down)
    assert focused() is form.happened.date.line and title(form).startswith("5b")
    assert not form.happened.date._problem.visibleRegion().isEmpty(), "it is scrolled into sight"
    assert session.record(due.id).milestones == ()
    assert stored()["cutting"].value == 2


def test_a_date_that_was_begun_is_there_after_leaving(resume, shell, session, due):
    page = resume("alsfrs-r")
    ask_for_the_event(page.forms["alsfrs-r"])
    write("2024-0")
    press(Key.Key_Escape)
    assert shell.current is shell.page("chart")
    assert session.record(due.id).milestones == ()
    form = resume("alsfrs-r").forms["alsfrs-r"]
    assert title(form).startswith("5b")
    assert form.happened.date.isVisible() and form.happened.date.text == "2024-0"
    assert "“2024-0” is not a date." in words(form)
    form.happened.date.setFocus()
    write("2024-03")
    press(Key.Key_Return)
    assert [str(m.happened_on) for m in session.record(due.id).milestones] == ["2024-03"]
    assert page.draft.unsaved.texts == {}


@pytest.mark.usefixtures("asked_for_the_event")
def test_a_date_that_was_begun_blocks_even_where_5a_is_answered_then(page, form):
    write("2024-03")
    form.focus_first()
    press(Key.Key_A)
    write("3")
    (point,) = [p for p in page.draft.open_points() if p.field == "cutting"]
    assert "“2024-03” was typed, but no event recorded" in point.problem.message
    page.show_step("alsfrs-r", "cutting")
    assert focused() is form.happened.date.line
    press((CTRL, Key.Key_A), Key.Key_Delete, Key.Key_Return)
    assert [p for p in page.draft.open_points() if p.field == "cutting"] == []
    assert not form.happened.date.isVisible() and form.hasFocus()


def test_5b_can_be_taken_back_to_5a(form, stored):
    write("4444")
    press(Key.Key_B)
    write("2")
    form.focus_first()
    press(Key.Key_A)
    assert title(form).startswith("5a")
    write("3")
    assert stored()["cutting"] == Answer(item="cutting_without_gastrostomy", value=3)
    assert not form._problem.isVisible()
    assert title(form).startswith("6")


@pytest.mark.usefixtures("gastrostomy")
def test_5a_with_a_gastrostomy_demands_a_reason(form, stored):
    write("4444")
    assert title(form).startswith("5b")
    press(Key.Key_A)
    write("1")
    assert form._problem.text().startswith("Gastrostomy is recorded: say why 5a was used")
    assert focused() is form.note
    write("mainly oral feeding")
    press(Key.Key_Return)
    assert not form._problem.isVisible()
    assert stored()["cutting"] == Answer(
        item="cutting_without_gastrostomy", value=1, note="mainly oral feeding"
    )
    assert title(form).startswith("6") and form.hasFocus()
    write("4")  # answers the next question
    assert (stored()["cutting"].value, stored()["dressing"].value) == (1, 4)
    press(Key.Key_Up, Key.Key_Up, Key.Key_N, Key.Key_Return)
    assert title(form).startswith("7"), (
        "nothing was asked: a note goes on to the next open question"
    )


@pytest.mark.usefixtures("gastrostomy")
def test_enter_without_the_reason_for_5a_stays_in_the_note(form, stored):
    write("4444")
    press(Key.Key_A)
    write("1")
    press(Key.Key_Return)
    assert focused() is form.note and form._problem.isVisible()
    press(Key.Key_Escape)
    assert form.hasFocus() and title(form).startswith("5a")
    assert stored()["cutting"].value == 1


@pytest.mark.usefixtures("gastrostomy")
def test_the_reason_for_5a_may_be_what_completes_the_form(page, form):
    write("4444")
    press(Key.Key_Down)
    write("4444444")
    page.show_step("alsfrs-r")
    assert title(form).startswith("5b")
    press(Key.Key_A)
    write("1")
    write("mainly oral feeding")
    assert "Comparison" not in words(form)
    press(Key.Key_Return)
    assert "Comparison with Month 2" in words(form)


@pytest.mark.usefixtures("gastrostomy")
def test_5b_after_a_gastrostomy_needs_nothing_more(form, stored):
    write("44440")
    assert stored()["cutting"] == Answer(item="cutting_with_gastrostomy", value=0)
    assert title(form).startswith("6")


def test_previous_answers_stay_hidden_until_the_form_is_complete(form, page, alsfrs_r):
    for score in SCORES:
        assert not [b for b in form.answers.shown if b.before.isVisible()], (
            "this would steer the rater"
        )
        assert "Month 2" not in words(form)
        write(str(score))
    for slot, before in zip(alsfrs_r.slots, BEFORE, strict=True):
        page.show_step("alsfrs-r", slot)
        settle()
        shown = {b.score: b.before.text() for b in form.answers.shown if b.before.isVisible()}
        assert shown == {before: "Month 2"}


def test_the_panel_says_at_every_key_what_is_still_possible(page, alsfrs_r):
    live, values = page.live, {}
    for slot, score in zip(alsfrs_r.slots, SCORES, strict=True):
        n, low = len(values), sum(values.values())
        high = low + 4 * (12 - n)
        so_far = f"{low} of {4 * n} so far · " if values else ""
        ends = f"the total will be between {low} and {high}"
        assert live.answers.score.text() == f"{so_far}{n} of 12 answered, {ends}"
        assert totals(live) == ([sum(BEFORE)], [low, high])
        for scale in alsfrs_r.domains:
            given, points = scale.answered(values), scale.partial(values)
            said, drawn = domains(live)[scale.title]
            if given == 3:
                assert (said, drawn) == (f"{points}, final", 1), "no earlier score beside it"
            else:
                text = f"{points} to {points + 4 * (3 - given)}" if given else "to come"
                assert (said, drawn) == (text, 0)
        assert asked(live) == "nothing yet"
        assert live.answers._hidden.isVisible()
        write(str(score))
        values[slot] = score
    page.show_step("alsfrs-r")
    assert live.answers.score.text().startswith(f"{sum(SCORES)} of 48, −")
    assert totals(live) == ([sum(BEFORE)], [sum(SCORES)])
    assert {drawn for _said, drawn in domains(live).values()} == {2}, "the earlier ones, too"
    assert not live.answers._hidden.isVisible()
    assert asked(live).endswith(" questions")


def test_nothing_in_the_panel_depends_on_an_earlier_answer_before_the_last(enter, session, due):
    """Of two patients with the same total before and other answers every key shows the same, until the last."""
    twin = replace(due, id=new_id(), record_number="13")
    with session.write("registered"):
        session.patients.save(twin)
    before = session.record(due.id).visits[0]
    enter_visit(session, twin, before.date, "M2", scores=BEFORE[::-1], new_events=False)
    said = []
    for patient in (due, twin):
        page = enter(patient, step="alsfrs-r")
        at_each_key = [said_beside(page)]
        for score in SCORES:
            write(str(score))
            at_each_key.append(said_beside(page))
        said.append(at_each_key)
    assert said[0][:-1] == said[1][:-1]
    assert said[0][-1] != said[1][-1]


def asked(live):
    return next(one.text for one in live.answers.said.lines if one.about == "Will be asked")


def said_beside(page):
    """Everything that is painted or said in the panel."""
    panel = page.live.answers
    shapes = [painted(plot) and list(plot.drawing.shapes) for plot in (panel.totals, panel.domains)]
    heard = [plot.accessibleDescription() for plot in (panel.totals, panel.domains)]
    return shapes, heard, panel.score.text(), panel.said.lines, words(panel)


def test_a_question_not_done_leaves_the_total_open(page):
    write("".join(map(str, SCORES[:-1])))
    press(Key.Key_D, Key.Key_Down, Key.Key_Return)
    assert "Comparison with Month 2" in words(page)
    low = sum(SCORES[:-1])
    assert page.live.answers.score.text() == (
        f"{low} of 44 so far · 11 of 12 answered, the total will be between {low} and {low + 4}"
    )
    assert totals(page.live) == ([sum(BEFORE)], [low, low + 4])


def test_a_tile_of_the_strip_jumps_to_its_question(form):
    QTest.mouseClick(form.tiles["walking"], Qt.MouseButton.LeftButton)
    assert title(form) == "8  Walking"
    assert form.hasFocus()


def test_the_whole_form_can_be_not_done_and_undone(form, page, session, due):
    write("3")
    form._set_form_not_done(NotDone.REFUSED)
    assert session.record(due.id).assessments[-1].not_done is NotDone.REFUSED
    assert page._buttons["alsfrs-r"].accessibleName() == "3 ALSFRS-R, done"
    form.strip.whole.click()
    saved = session.record(due.id).assessments[-1]
    assert (saved.not_done, saved.answers["speech"].value) == (None, 3)


def test_a_note_stays_with_the_question_it_was_typed_at(form, stored):
    """A tile takes no keyboard focus, so the note's line is still in focus when it is clicked."""
    write("34")
    press(Key.Key_Up, Key.Key_Up)
    press(Key.Key_N)
    write("slurred on the telephone")
    QTest.mouseClick(form.tiles["salivation"], Qt.MouseButton.LeftButton)
    settle()
    assert {slot: answer.note for slot, answer in stored().items()} == {
        "speech": "slurred on the telephone",
        "salivation": "",
    }
    assert form.note.text() == ""


def test_h_shows_how_to_rate(form, alsfrs_r):
    first, last = alsfrs_r.rater_help[0], alsfrs_r.rater_help[-1]
    assert first in words(form), "there is room for some of it below the question"
    assert last not in words(form)
    press(Key.Key_H)
    assert last in words(form)
    press(Key.Key_H)
    assert first not in words(form)


def test_the_answers_take_the_room_of_a_larger_window_up_to_what_is_read_at_a_glance(page, form):
    def heights(high):
        page.window().resize(1366, high)
        settle()
        return [one.height() for one in form.answers.shown]

    low, usual, large = heights(560), heights(760), heights(1100)
    assert max(low) < min(usual)
    assert set(large) == {theme.px(ChoiceButton.HIGHEST)}
    assert "By telephone" in words(form), "what is left is for how to rate"


def test_the_strip_says_the_points_of_each_domain(form, alsfrs_r):
    assert [one.words for one in form.strip.questions.sums] == ["–"] * 4
    write("43312")
    assert [one.words for one in form.strip.questions.sums] == ["10 of 12", "3 of 8", "–", "–"]
    assert form.strip.questions.sums[0].accessibleName() == "Bulbar: 10 of 12"


# Numbers from 0 to 10.

NRS = "nrs-pain-fatigue"


@pytest.fixture
def regular(session):
    """Record 20 of the routine clinic, who had pain 3 and fatigue 6 three months ago."""
    on = clock.today() - timedelta(days=90)
    patient = a_routine_patient(record_number="20", registered_on=on)
    with session.write("registered"):
        session.patients.save(patient)
    visit = enter_visit(session, patient, on, "R3", scores=BEFORE)
    with session.write("pain and fatigue"):
        session.assessments.open(visit.id, NRS, "1", "dr.demo")
        for slot, score in (("pain", 3), ("fatigue", 6)):
            session.assessments.save_answer(visit.id, NRS, slot, Answer(item=slot, value=score))
    return patient


@pytest.fixture
def nrs_page(enter, regular):
    return enter(regular, "R3", NRS)


@pytest.fixture
def nrs_form(nrs_page):
    return nrs_page.forms[NRS]


@pytest.fixture
def rated(session, regular):
    """The scores in the file, by slot."""

    def scores():
        record = session.record(regular.id)
        form = record.assessment(record.visits[-1].id, NRS)
        return form.values if form else {}

    return scores


@pytest.mark.parametrize("digit", [0, *range(2, 10)])
def test_a_number_answers_and_moves_on(nrs_form, rated, digit):
    assert title(nrs_form) == "1  Pain"
    write(str(digit))
    assert (title(nrs_form), rated()) == ("2  Fatigue", {"pain": digit})


def test_a_one_is_saved_at_once_and_waits(nrs_form, rated):
    write("1")
    assert (title(nrs_form), chosen(nrs_form), rated()) == ("1  Pain", [1], {"pain": 1})
    assert strip(nrs_form) == ["1", "–"]
    write("0")
    assert (title(nrs_form), rated()) == ("2  Fatigue", {"pain": 10})
    assert strip(nrs_form) == ["10", "–"]


@pytest.mark.parametrize("on", [Key.Key_Return, Key.Key_Enter, Key.Key_Down, Key.Key_Right])
def test_a_one_that_is_meant_goes_on_by_a_key(nrs_form, rated, on):
    write("1")
    press(on)
    assert (title(nrs_form), rated()) == ("2  Fatigue", {"pain": 1})
    write("0")  # an answer of its own, not the end of a ten
    assert rated() == {"pain": 1, "fatigue": 0}


def test_another_digit_after_a_one_is_a_new_answer(nrs_form, rated):
    write("17")
    assert (title(nrs_form), rated()) == ("2  Fatigue", {"pain": 7})
    press(Key.Key_Up)
    write("11")
    assert (title(nrs_form), chosen(nrs_form), rated()) == ("1  Pain", [1], {"pain": 1})
    write("0")
    assert rated() == {"pain": 10}


def test_a_one_from_before_waits_for_nothing(nrs_form, rated):
    write("1")
    press(Key.Key_Down, Key.Key_Up)
    assert chosen(nrs_form) == [1]
    write("0")
    assert rated() == {"pain": 0}


def test_a_one_no_longer_waits_once_a_note_was_written(nrs_form, rated):
    write("1")
    press(Key.Key_N)
    write("10 in the night")
    press(Key.Key_Return)
    write("0")
    assert rated() == {"pain": 1, "fatigue": 0}, "after a note comes the next open question"


def test_a_number_that_is_clicked_moves_on(nrs_form, rated):
    QTest.mouseClick(nrs_form.answers.shown[1], Qt.MouseButton.LeftButton)
    settle()
    assert (title(nrs_form), rated()) == ("2  Fatigue", {"pain": 1})
    QTest.mouseClick(nrs_form.answers.shown[10], Qt.MouseButton.LeftButton)
    settle()
    assert rated() == {"pain": 1, "fatigue": 10}


def test_a_ten_is_taken_back_in_one_step(nrs_form, rated):
    write("10")
    press((CTRL, Key.Key_Z))
    assert rated() == {}
    write("7")
    press(Key.Key_Up)
    write("10")
    press((CTRL, Key.Key_Z))
    assert (title(nrs_form), rated()) == ("2  Fatigue", {"pain": 7})
    press((CTRL, Key.Key_Z))
    assert rated() == {}


def test_a_one_and_an_answer_of_its_own_are_taken_back_in_two_steps(nrs_form, rated):
    write("1")
    write("3")
    press((CTRL, Key.Key_Z))
    assert rated() == {"pain": 1}
    assert title(nrs_form) == "2  Fatigue"
    press((CTRL, Key.Key_Z))
    assert rated() == {}


def test_persian_ten(nrs_form, rated):
    write("۱۰")
    assert rated() == {"pain": 10}


def test_a_one_in_words_does_not_wait(form, stored):
    write("10")
    given = {slot: answer.value for slot, answer in stored().items()}
    assert given == {"speech": 1, "salivation": 0}


def test_eleven_numbers_fit_the_smallest_screen_without_scrolling(nrs_page, nrs_form):
    area = nrs_page.stack.currentWidget().findChild(QScrollArea)
    assert area.verticalScrollBar().maximum() == 0
    for one in nrs_form.answers.shown:
        wide = QFontMetrics(one.font()).horizontalAdvance("10")
        assert one.width() > wide
        assert area.viewport().rect().contains(one.rect().translated(one.mapTo(area, QPoint())))
    assert len({one.y() for one in nrs_form.answers.shown}) == 1
    assert nrs_form.answers.shown[0].accessibleName() == "0: No pain"
    assert nrs_form.answers.shown[4].accessibleName() == "4"
    assert nrs_form.answers.ends.accessibleName() == "0 = No pain, 10 = Worst pain imaginable"


def test_the_hint_names_the_keys_that_work(form, nrs_form):
    assert form.foot.keys.text().startswith("0–4 answer and go on · ")
    assert nrs_form.foot.keys.text().startswith("0–10 answer and go on (1 waits for 0 or Enter) · ")


def test_the_numbers_of_last_time_stay_hidden_until_both_are_answered(nrs_page, nrs_form):
    """Here the trend would be the answer itself: it waits as well."""
    live = nrs_page.live
    before = [button.score for button in nrs_form.answers.shown if button.before]
    assert before == []
    assert domains(live) == {"Pain": ("to come", 0), "Fatigue": ("to come", 0)}
    write("5")
    assert live.answers.score.text() == "1 of 2 answered"
    assert domains(live) == {"Pain": ("5, final", 1), "Fatigue": ("to come", 0)}
    write("4")
    nrs_page.show_step(NRS, "pain")
    assert domains(live) == {"Pain": ("5, final", 2), "Fatigue": ("4, final", 2)}
    assert [(b.score, b.before) for b in nrs_form.answers.shown if b.before] == [(3, "First visit")]


def test_a_one_that_completes_the_form_is_still_blind_while_it_waits(nrs_page, nrs_form, rated):
    """It may yet become a ten: so long nothing of the last time is seen."""
    write("51")
    assert (title(nrs_form), rated()) == ("2  Fatigue", {"pain": 5, "fatigue": 1})
    assert domains(nrs_page.live)["Fatigue"] == ("1, final", 1)
    assert "Comparison" not in words(nrs_form)
    press(Key.Key_Return)
    assert "Comparison with First visit" in words(nrs_form)
    assert domains(nrs_page.live)["Fatigue"] == ("1, final", 2)


def test_the_live_panel_follows_the_questionnaire_on_screen(nrs_page):
    panel = nrs_page.live.answers
    assert panel.score.text() == "0 of 2 answered"
    assert not panel.totals.isVisible()
    assert panel.domains.isVisible()
    assert panel.domains.accessibleName() == "Pain and fatigue (higher is worse)"
    write("86")
    nrs_page.show_step(NRS)
    assert panel.score.text().startswith("2 of 2 answered, compared with ")
    assert domains(nrs_page.live) == {"Pain": ("8, final", 2), "Fatigue": ("6, final", 2)}
    assert [one.about for one in panel.said.lines] == ["Will be asked"], "it has no stages"
    nrs_page.show_step("alsfrs-r")
    settle()
    assert panel.totals.isVisible()
    assert panel.domains.accessibleName() == "ALSFRS-R domains"
    assert panel.score.text().startswith("0 of 12 answered, ")
    assert domains(nrs_page.live)["Bulbar"] == ("to come", 0)
    abouts = [one.about for one in panel.said.lines]
    assert abouts == ["King's", "MiToS", "deltaFS", "Slope", "Will be asked"]
    nrs_page.show_step("details")
    assert panel.domains.accessibleName() == "ALSFRS-R domains"


# A questionnaire that the program was not written for.


@pytest.fixture
def household(tmp_path):
    files = (FILES / "instruments" / "household.toml", FILES / "protocols" / "household.toml")
    with beside_the_shipped(tmp_path / "resources", *files):
        yield


@pytest.mark.usefixtures("household")
def test_a_new_questionnaire_is_entered_by_keyboard(enter, session):
    patient = a_routine_patient(protocol="household")
    with session.write("registered"):
        session.patients.save(patient)
    page = enter(patient, "H1", "household")
    form = page.forms["household"]
    assert form.foot.keys.text().startswith("0–3 answer and go on")
    assert form.head.domain.text() == "Chores"
    write("32")
    assert title(form) == "3a  Shopping"
    assert not form.head.domain.isVisible()  # a scale of this one question says nothing more
    assert form.foot.keys.text().startswith("0, 2, 4 answer and go on")
    write("13")
    assert title(form) == "3a  Shopping"
    press(Key.Key_B)
    assert title(form) == "3b  Shopping"
    write("2")
    assert form._problem.text().startswith("3b needs a recorded event: Wheelchair.")
    form.focus_first()
    press(Key.Key_A)
    write("4")
    write("1")
    assert title(form) == "5  Contentment"
    assert len([button for button in form.answers.shown if button.isVisible()]) == 11
    write("10")
    assert page.current != "household", "the last answer goes on to the next step"
    page.show_step("household")
    assert strip(form) == ["3", "2", "4", "1", "10"]
    assert page.live.answers.score.text() == "20 of 21, first form"
    assert page._buttons["household"].accessibleName() == "3 Household, done"
    assert totals(page.live) == ([], [20])
    words_now = words(form)
    assert "Ask whoever cooks." in words_now, "there is room for how to rate"
    assert "Household: made up for the tests." in words_now
    stored = session.record(patient.id).assessments[0]
    assert stored.values == {
        "cooking": 3, "cleaning": 2, "shopping": 4, "reading": 1, "contentment": 10,
    }  # fmt: skip


def test_arrows_in_the_note_stay_in_the_note(form, stored):
    write("3")
    press(Key.Key_Up, Key.Key_N)
    write("since May")
    press(Key.Key_Down, Key.Key_Up)
    assert title(form) == "1  Speech" and focused() is form.note
    press(Key.Key_Return)
    assert stored()["speech"] == Answer(item="speech", value=3, note="since May")
