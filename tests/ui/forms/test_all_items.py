"""All questions of a form on one page: the same answers, by the same keys, and nothing of an earlier visit."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea

from core.model.assessment import NotDone
from tests.core.examples import a_routine_patient
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, focused, press, settle, write

NRS = "nrs-pain-fatigue"
SCORES = (3, 4, 3, 2, 3, 3, 2, 3, 1, 4, 3, 4)


@pytest.fixture
def page(enter):
    return enter(step="alsfrs-r")


@pytest.fixture
def form(page):
    """The ALSFRS-R with all of its questions on the page."""
    form = page.forms["alsfrs-r"]
    press(Key.Key_L)
    return form


@pytest.fixture
def stored(session, due):
    """The answers in the file, by slot."""

    def given():
        record = session.record(due.id)
        form = record.assessment(record.visits[-1].id, "alsfrs-r")
        return {} if form is None else {slot: one.value for slot, one in form.answers.items()}

    return given


def rows(form):
    return form.one_or_all.all.rows


def front(form):
    """The line that is in front."""
    return [slot for slot, one in rows(form).items() if one.isChecked()]


def click(form, slot, score):
    row = rows(form)[slot]
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.cell(score).center())
    settle()


def test_l_shows_every_question_and_the_place_one_was_at(page):
    form = page.forms["alsfrs-r"]
    write("34")
    assert form.strip.all.text() == "All on one page (L)"
    press(Key.Key_L)
    assert form.strip.all.text() == "One question at a time (L)"
    assert all(row.isVisible() for row in rows(form).values())
    assert not form.answers.isVisible() and not form.strip.questions.isVisible()
    assert front(form) == ["swallowing"]
    assert [row.score for row in rows(form).values()][:3] == ["3", "4", "–"]
    assert rows(form)["speech"].accessibleName() == "1 Speech: 3 · Detectable speech disturbance"
    assert rows(form)["swallowing"].accessibleName() == "3 Swallowing: not answered"
    assert "↑ ↓ move" in form.foot.keys.text()


@pytest.mark.parametrize("leave", [Key.Key_L, Key.Key_Escape])
def test_l_or_esc_is_one_question_again(page, form, leave):
    write("3")
    press(leave)
    assert form.answers.isVisible() and not form.one_or_all.all.isVisible()
    assert form.head.title.text() == "2  Salivation"
    assert page.current == "alsfrs-r", "the visit was not left"
    write("4")
    assert form.head.title.text() == "3  Swallowing"


def test_the_button_of_the_page_does_the_same(page):
    form = page.forms["alsfrs-r"]
    form.strip.all.click()
    assert form.one_or_all.all.isVisible()
    assert form.hasFocus(), "the next digit answers"
    form.strip.all.click()
    assert form.answers.isVisible()


def test_twelve_digits_are_twelve_answers_and_lead_to_the_comparison(form, stored, alsfrs_r):
    write("".join(map(str, SCORES)))
    assert stored() == dict(zip(alsfrs_r.slots, SCORES, strict=True))
    assert "Comparison with Month 2" in words(form)


def test_nothing_of_the_visit_before_is_seen_at_any_key(form):
    for score in SCORES[:-1]:
        assert "Month 2" not in words(form)
        write(str(score))
    said = [f"{row.toolTip()} {row.accessibleName()}" for row in rows(form).values()]
    assert not [one for one in said if "Month 2" in one or "before" in one]


def test_arrows_move_and_a_digit_there_replaces_the_answer(form, stored):
    write("343")
    press(Key.Key_Up, Key.Key_Up)
    assert front(form) == ["salivation"]
    write("1")
    assert stored() == {"speech": 3, "salivation": 1, "swallowing": 3}
    assert form.head.changed.text() == "2 Saliva: 4 → 1, Ctrl+Z undoes it"
    assert front(form) == ["handwriting"], "the next digit is meant for an open question"
    press((CTRL, Key.Key_Z))
    assert stored()["salivation"] == 4


def test_a_click_on_a_number_answers_and_one_beside_it_brings_the_question_to_the_front(
    form, stored
):
    click(form, "walking", 2)
    assert stored() == {"walking": 2}
    assert front(form) == ["stairs"]
    QTest.mouseClick(rows(form)["speech"], Qt.MouseButton.LeftButton, pos=QPoint(60, 10))
    assert front(form) == ["speech"]
    assert stored() == {"walking": 2}
    write("4")
    assert stored() == {"walking": 2, "speech": 4}


def test_notes_and_not_done_are_those_of_the_line_in_front(form, session, due):
    write("3")
    press(Key.Key_N)
    assert focused() is form.note
    write("slurred")
    press(Key.Key_Return)
    press(Key.Key_D, Key.Key_Down, Key.Key_Return)
    settle()
    record = session.record(due.id)
    answers = record.assessment(record.visits[-1].id, "alsfrs-r").answers
    assert answers["speech"].note == "slurred"
    assert isinstance(answers["salivation"].not_done, NotDone)
    assert rows(form)["speech"].said == "Detectable speech disturbance · slurred"
    assert rows(form)["salivation"].accessibleName().startswith("2 Salivation: ")
    assert rows(form)["salivation"].score not in {"–", "None"}


def test_esc_in_a_note_leaves_the_note_and_not_the_page(form):
    write("3")
    press(Key.Key_N, Key.Key_Escape)
    assert form.one_or_all.all.isVisible()
    assert form.hasFocus()


def test_5b_asks_for_its_event_here_too(form, stored):
    write("3333")
    assert front(form) == ["cutting"]
    assert rows(form)["cutting"].accessibleName().startswith("5a ")
    press(Key.Key_B)
    assert rows(form)["cutting"].accessibleName().startswith("5b ")
    write("2")
    assert stored()["cutting"] == 2
    assert form.happened.isVisible()
    assert focused() is form.happened.date.line


def test_after_the_comparison_a_click_is_a_correction_that_needs_its_reason(page, form, stored):
    write("".join(map(str, SCORES)))
    page.show_step("alsfrs-r", "speech")
    settle()
    assert form.one_or_all.all.isVisible(), "it is as it was left"
    click(form, "salivation", 0)
    assert stored()["salivation"] == 4, "not without a reason"
    write("misread")
    press(Key.Key_Return)
    assert stored()["salivation"] == 0


def test_at_1366x768_all_of_it_is_in_sight_at_every_question(page, form):
    page.window().resize(1366, 768)
    area = page.stack.currentWidget().findChild(QScrollArea)
    for slot in form.instrument.slots:
        page.show_step("alsfrs-r", slot)
        settle()
        assert area.verticalScrollBar().maximum() == 0, slot


def test_in_a_small_window_the_line_in_front_is_in_sight(page, form):
    page.window().resize(683, 364)
    settle()
    area = page.stack.currentWidget().findChild(QScrollArea)
    for _ in range(11):
        press(Key.Key_Down)
    row = rows(form)[front(form)[0]]
    settle()
    place = row.rect().translated(row.mapTo(area.viewport(), QPoint()))
    assert area.viewport().rect().intersects(place)


def test_numbers_up_to_ten_have_their_room(enter, session):
    patient = a_routine_patient()
    with session.write("registered"):
        session.patients.save(patient)
    page = enter(patient, code=None, step=NRS)
    form = page.forms[NRS]
    press(Key.Key_L)
    row = rows(form)["pain"]
    assert row.cell(10).right() < row.width()
    click(form, "pain", 10)
    write("7")
    values = page.draft.questionnaires.form(NRS).values
    assert values == {"pain": 10, "fatigue": 7}
