"""Questions on fields, asked and answered by keyboard; visits from paper; blank forms."""

from dataclasses import replace

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from core import clock
from core.acts import data_queries
from core.acts.data_queries import Place
from core.entering.visit.draft import Draft
from core.entering.visit.steps import DETAILS, REVIEW
from core.model.assessment import Answer, NotDone
from core.model.data_query import QueryState
from core.model.nouns import ADVERSE_EVENTS, SPIROMETRY
from core.model.user import Role
from core.session import Session, new_user
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, focused, press, settle, tab_to, write

WALKING = Place("alsfrs-r", "walking", "ALSFRS-R: 8 Walking")


def queries(session, patient):
    return session.queries.of(patient.id)


@pytest.fixture
def finished(session, due):
    """The finished visit of month 2."""
    return next(visit for visit in session.visits.of(due.id) if not visit.is_draft)


def test_f2_asks_about_the_question_in_front_and_gives_the_keyboard_back(resume, session, due):
    page = resume("alsfrs-r")
    write("33")
    press(Key.Key_F2)
    write("with the amplifier? 4")
    press(Key.Key_Return)
    (query,) = queries(session, due)
    assert (query.step, query.field) == ("alsfrs-r", "swallowing")
    assert query.label == "ALSFRS-R: 3 Swallowing"
    assert query.text == "with the amplifier? 4"
    write("2")  # the questionnaire has the keyboard again, and took none of the words for an answer
    scores = page.draft.questionnaires.form("alsfrs-r").values
    assert scores == {"speech": 3, "salivation": 3, "swallowing": 2}
    assert "1 query open" in page.queries.fold.text()
    assert "?1" in page._buttons["alsfrs-r"]._hint.text()
    assert page.forms["alsfrs-r"].tiles["swallowing"].property("asked") == "true"


def test_escape_gives_the_question_up_and_stays_on_the_visit(resume, session, due, shell):
    page = resume("alsfrs-r")
    press(Key.Key_F2)
    write("never")
    press(Key.Key_Escape)
    assert queries(session, due) == ()
    assert shell.current is page and page.queries.ask.isHidden()
    press(Key.Key_F2)
    assert page.queries.ask.line.text() == ""
    press(Key.Key_Return)
    assert queries(session, due) == ()


@pytest.mark.parametrize(
    ("step", "place", "field"),
    [
        (DETAILS, lambda form: form.weight.line, "details.weight"),
        (DETAILS, lambda form: form.date.line, "date"),
        (SPIROMETRY, lambda form: form.rows[0].volume, ".blow.1"),
        (SPIROMETRY, lambda form: form.height_cm.line, ".height"),
        (ADVERSE_EVENTS, lambda form: form.asked.focusProxy(), "asked"),
        ("tasks", lambda form: form.fields["history"][1].line, "history"),
        ("note", lambda form: form.note, "note"),
    ],
)
def test_f2_knows_the_field_with_the_keyboard(resume, session, due, step, place, field):
    page = resume(step)
    place(page.forms[step]).setFocus()
    press(Key.Key_F2)
    write("why?")
    press(Key.Key_Return)
    (query,) = queries(session, due)
    assert query.step == step and query.field.endswith(field)


def test_today_leads_to_the_very_field_of_a_draft(resume, shell, session, due):
    page = resume("alsfrs-r")
    data_queries.ask(session, due.id, page.draft.visit.id, WALKING, "Is this 3 or 2?")
    page.show_step(DETAILS)
    page.forms[DETAILS].mode.focusProxy().click()  # or the visit would leave no trace
    shell.show_page("today")
    today = shell.page("today")
    settle()
    shown = words(today.questions)
    assert "1 query open" in shown
    assert "12 · Month 4 · ALSFRS-R: 8 Walking: Is this 3 or 2? (today)" in shown
    today.questions.findChildren(QLabel)[1].parent().click()
    settle()
    page = shell.current
    assert page.current == "alsfrs-r" and page.forms["alsfrs-r"].slot == "walking"
    assert len(page.queries.list.exchanges) == 1 and page.queries.list.isVisible()


def test_a_question_on_a_finished_visit_leads_to_its_line(shell, session, due, finished):
    data_queries.ask(session, due.id, finished.id, WALKING, "Is this 3 or 2?")
    shell.context.open_field.emit(due.id, finished.id, "alsfrs-r", "walking")
    settle()
    page = shell.current
    assert page.current == REVIEW
    lines = [one for one in page.forms[REVIEW].view._lines() if one.property("found") == "true"]
    assert [one.property("field") for one in lines] == ["alsfrs-r/walking"]
    assert "Walking" in lines[0].text() and lines[0].property("asked") == "true"
    page.ask_here(lines[0])
    assert page.queries.ask.place.currentText() == "ALSFRS-R: 8 Walking"


def test_an_exchange_is_answered_asked_again_and_closed_on_the_chart(shell, session, due, finished):
    data_queries.ask(session, due.id, finished.id, WALKING, "Is this 3 or 2?")
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("queries")
    settle()
    assert page.title_of("queries") == "Queries (1)"

    def exchange():
        (one,) = page.tab("queries").view.list.exchanges
        return one

    def act(name, text=""):
        exchange().line.setText(text)
        next(one for one in exchange().buttons if one.text() == name).click()
        settle()
        return queries(session, due)[0].state

    exchange().line.setFocus()
    press(Key.Key_Return)  # nothing was typed
    assert queries(session, due)[0].replies == ()
    assert act("Answer", "3, as on the sheet") is QueryState.ANSWERED
    assert act("Ask again", "The sheet says 2") is QueryState.OPEN
    assert act("Answer", "2") is QueryState.ANSWERED
    assert act("Close") is QueryState.CLOSED
    assert page.title_of("queries") == "Queries"
    assert page.tab("queries").view.list.exchanges == []
    page.tab("queries").view.shown.findChildren(type(page.tab("queries").view.begin))[1].click()
    settle()
    shown = words(page.tab("queries").view)
    for said in (
        "Is this 3 or 2?",
        "3, as on the sheet",
        "Asked again: The sheet says 2",
        "Closed",
    ):
        assert said in shown
    assert act("Open again", "Look once more") is QueryState.OPEN


def test_about_the_patient_by_keyboard(shell, session, due):
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("queries")
    page.tab("queries").view.begin.setFocus()
    press(Key.Key_Space)
    write("which year?")
    press(Key.Key_Return)
    (query,) = queries(session, due)
    assert (query.visit_id, query.step, query.text) == (None, "patient", "which year?")
    assert focused() is page.tab("queries").view.begin


def test_a_monitor_asks_on_a_finished_visit_and_a_nurse_cannot_close(
    session, due, finished, clinic_path, key, open_window, empty_window
):
    with session.write("people"):
        session.users.save(new_user("monitor", "Mona Tor", Role.MONITOR))
        session.users.save(new_user("nurse", "N. Urse", Role.NURSE))
    session.close()
    shell = open_window(Session(clinic_path, key, "monitor"))
    shell.open_visit(due.id, finished.id)
    settle()
    page = shell.current
    press(Key.Key_F2)
    index = page.queries.ask.place.findText("ALSFRS-R: 8 Walking")
    page.queries.ask.place.setCurrentIndex(index)
    page.queries.ask.line.setFocus()
    write("is this right?")
    press(Key.Key_Return)
    (query,) = queries(shell.context.session, due)
    assert (query.opened_by, query.field) == ("monitor", "walking")
    empty_window.close_session()
    shell = open_window(Session(clinic_path, key, "nurse"))
    shell.open_visit(due.id, finished.id)
    settle()
    shell.current.queries.unfold()
    (exchange,) = shell.current.queries.list.exchanges
    assert [one.text() for one in exchange.buttons] == ["Answer"]
    assert "Asked by Mona Tor" in words(exchange)


def test_what_is_typed_as_an_answer_stays_while_another_question_comes(
    shell, session, due, finished
):
    data_queries.ask(session, due.id, finished.id, WALKING, "One")
    shell.open_visit(due.id, finished.id)
    page = shell.current
    page.queries.unfold()
    QTest.keyClicks(page.queries.list.exchanges[0].line, "half an ans")
    place = Place(DETAILS, "date", "Date of the visit")
    data_queries.ask(session, due.id, finished.id, place, "Two")
    settle()
    assert page.queries.list.exchanges[0].line.text() == "half an ans"


def test_a_visit_is_entered_from_a_paper_form(resume, session, due, shell):
    page = resume(DETAILS)
    form = page.forms[DETAILS]
    form.paper.ticked.setFocus()
    press(Key.Key_Space)
    assert focused() is form.paper.on.line
    page.forms[DETAILS].commit()
    assert any("day on the paper form" in p.problem.message for p in page.draft.open_points())
    write(clock.today().isoformat())
    tab_to("Filled in by")
    write("N. Urse")
    press((CTRL, Key.Key_Return))
    visit = page.draft.visit
    assert (visit.paper_on, visit.paper_by) == (clock.today(), "N. Urse")
    assert "Transcribed from paper of" in page._window.text()
    assert "(filled in by N. Urse)" in page._window.text()
    visit_id = visit.id
    shell.show_page("today")
    shell.open_visit(due.id, visit_id)
    settle()
    again = shell.current.forms[DETAILS].paper
    shell.current.show_step(DETAILS)
    assert again.ticked.isChecked() and again.by.text == "N. Urse"
    again.ticked.click()
    settle()
    assert shell.current.draft.visit.paper_on is None


def test_a_day_on_paper_that_is_none_yet_stays_as_typed(resume, session, due):
    page = resume(DETAILS)
    form = page.forms[DETAILS]
    form.paper.ticked.click()
    write("2026-13")
    press(Key.Key_Tab)
    write("N. Urse")
    form.commit()
    assert page.draft.visit.paper_on is None
    again = Draft(session, due.id, page.draft.visit.id)
    assert again.unsaved.texts["details.paper_on"] == "2026-13"
    assert again.unsaved.texts["details.paper_by"] == "N. Urse"
    assert any("2026-13" in p.problem.message for p in again.open_points() if p.blocks)


def test_r18_the_tiles_tell_blank_zero_not_done_and_not_applicable_apart(resume):
    page = resume("alsfrs-r")
    draft, form = page.draft, page.forms["alsfrs-r"]
    draft.answer("alsfrs-r", "speech", Answer(item="speech", value=0))
    refused = Answer(item="salivation", not_done=NotDone.REFUSED)
    draft.answer("alsfrs-r", "salivation", refused)
    none = replace(refused, item="swallowing", not_done=NotDone.NOT_APPLICABLE)
    draft.answer("alsfrs-r", "swallowing", none)
    form.show_draft()
    said = [form.tiles[slot].accessibleName() for slot in form.instrument.slots[:4]]
    assert said == [
        "1 Speech: 0",
        "2 Salivation: not done: refused",
        "3 Swallowing: not applicable",
        "4 Handwriting: not answered",
    ]
    assert [tile.score for tile in list(form.tiles.values())[:4]] == ["0", "×", "n/a", "–"]


def test_blank_forms_of_the_next_visit_are_shown_and_saved(shell, due, qtbot, tmp_path):
    shell.open_chart(due.id)
    chart = shell.page("chart")
    chart.tab("visits").print_blank()
    page = shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None, timeout=30_000)
    assert shell.current is page
    assert page.what.currentText() == "Visit: Month 4"
    page.save_to(tmp_path / "blank.pdf")
    assert (tmp_path / "blank.pdf").read_bytes() == page.pdf
    assert page.pages.count() > 1


def test_a_discarded_visits_question_leads_nowhere_and_breaks_nothing(resume, shell, session, due):
    page = resume(DETAILS)
    data_queries.ask(session, due.id, page.draft.visit.id, WALKING, "Is this right?")
    page.draft.discard("begun by mistake")
    page.draft = None
    shell.open_chart(due.id)
    chart = shell.page("chart")
    chart.show_tab("queries")
    settle()
    assert "Is this right?" in words(chart.tab("queries").view)
