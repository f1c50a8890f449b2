"""The patient's sheet in the window: its words are seen, changed, kept with the visit, and printed as they are seen."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QMenu

from core import clock
from core.acts import locking, sheet_words
from core.entering import typed_texts
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.document import About
from core.model.partial_date import PartialDate
from core.model.user import Role
from core.session import new_user
from core.views.sheet.definition import Field, of_row
from tests.core.examples import enter_visit
from tests.pdf import line_of
from tests.ui.keyboard import Key, press, settle, write
from ui.pages.sheet_page import SheetPage


@pytest.fixture
def visit(session, due):
    """The visit of month 4, after that of month 2; today."""
    scores = (4, 4, 3, 2, 3, 3, 4, 3, 3, 4, 4, 4)
    return enter_visit(
        session, due, clock.today(), "M4", scores=scores, blows=(2810, 2800), weight_kg=63.0
    )


@pytest.fixture
def opened(shell, due, visit, qtbot):
    """The page of the sheet of that visit."""

    def open_it():
        about = About(patient_id=due.id, visit_id=visit.id)
        shell.context.open_document.emit("patient-sheet", about)
        page = shell.page("sheet")
        assert isinstance(page, SheetPage) and shell.current is page
        qtbot.waitUntil(lambda: page.pdf is not None)
        settle()
        return page

    return open_it


def on_page(page, qtbot, words):
    qtbot.waitUntil(lambda: words in line_of(page.pdf), timeout=5_000)


def test_the_page_and_its_words_are_shown_side_by_side(opened, qtbot):
    page = opened()
    headline = page.fields[Field.HEADLINE]
    assert "one of the 12 things we ask about has become harder: writing." in headline.text
    assert headline.text in line_of(page.pdf)
    assert page.fields[of_row("fine_motor")].text == (
        "Writing has become harder. The rest is the same."
    )
    assert all(one.isVisible() and not one.put_back.isVisible() for one in page.fields.values())
    assert page._state.text().startswith("12 · Month 4, ")
    assert page.pages.count() == 1


def test_an_edit_is_saved_when_its_field_is_left_and_can_be_put_back(
    opened, session, due, visit, qtbot
):
    page = opened()
    field = page.fields[Field.HEADLINE]
    program = field.text
    field.box.setFocus()
    field.box.selectAll()
    write("You are doing well.")
    on_page(page, qtbot, "You are doing well.")  # the page follows while it is typed
    assert session.record(due.id).sheet_texts == ()
    press(Key.Key_Tab)
    settle()
    (one,) = session.record(due.id).sheet_texts
    assert (one.text, one.visit_id, one.edited_by) == ("You are doing well.", visit.id, "dr.demo")
    assert field.state.text().startswith("Written by Dr. Demo, ")
    assert field.put_back.isVisible()
    field.put_back.click()
    settle()
    assert field.text == program and not field.put_back.isVisible()
    assert session.record(due.id).sheet_texts == ()
    on_page(page, qtbot, "has become harder: writing.")


def test_an_edit_is_there_when_the_sheet_is_opened_again(opened, shell, session, due, qtbot):
    page = opened()
    page.fields[Field.AGREED].box.setPlainText("Bring the mask.\nCall on Monday.")
    shell.show_page("today")
    assert session.record(due.id).sheet_texts[0].text == "Bring the mask.\nCall on Monday."
    again = opened()
    assert again.fields[Field.AGREED].text == "Bring the mask.\nCall on Monday."
    on_page(again, qtbot, "Bring the mask.")


def test_what_was_typed_before_a_kill_is_shown_again_and_can_be_discarded(
    opened, session, due, visit, qtbot
):
    typed = sheet_words.unsaved({Field.NEXT: "program"}, {Field.NEXT: "On Mon"}, visit.id)
    typed_texts.keep(session, sheet_words.PLACE, due.id, typed)
    page = opened()
    field = page.fields[Field.NEXT]
    assert field.text == "On Mon"
    assert page.kept.isVisible()
    on_page(page, qtbot, "On Mon")
    page.kept.discarded.emit()
    settle()
    assert field.text.endswith("Month 6") and not page.kept.isVisible()
    assert sheet_words.typed(session, due.id, visit.id) == {}


def test_half_a_word_is_kept_within_a_second(opened, session, due, visit, qtbot):
    page = opened()
    page.fields[Field.WITH].box.setPlainText("Toda")
    qtbot.waitUntil(lambda: sheet_words.typed(session, due.id, visit.id) != {}, timeout=3_000)
    assert sheet_words.typed(session, due.id, visit.id) == {Field.WITH: "Toda"}
    assert session.record(due.id).sheet_texts == ()


def test_after_a_lock_of_the_window_the_sheet_is_shown_again(opened, shell, due, visit):
    page = opened()
    assert page.show_again(page.shown)
    assert page.shown == {"patient": due.id, "visit": visit.id}
    assert not page.show_again({})


def test_a_field_says_that_it_is_too_long(opened, qtbot):
    page = opened()
    field = page.fields[Field.MEDICINES]
    field.box.setPlainText("\n".join(f"Medicine {n}" for n in range(40)))
    qtbot.waitUntil(field._cut.isVisible, timeout=5_000)
    assert " more" in line_of(page.pdf)


def test_an_edit_that_is_older_than_a_correction_says_so(opened, session, due, visit):
    page = opened()
    page.fields[Field.HEADLINE].box.setPlainText("All is the same.")
    assert page.leave()
    with session.write("corrected"):
        session.visits.save(replace(visit, weight_kg=55.0))
    settle()
    assert "The record was changed since" in page.fields[Field.HEADLINE].state.text()


def test_it_is_saved_as_a_pdf_with_what_is_typed_and_the_trail_says_so(
    opened, session, due, tmp_path, qtbot
):
    page = opened()
    page.fields[Field.PHONE].box.setPlainText("021 555")
    path = tmp_path / "sheet.pdf"
    page.save_to(path)
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: path.stat().st_size > 0)
    assert "Phone: 021 555" in line_of(path)
    details = [e.after for e in session.trail.entries(patient_id=due.id) if e.entity == "exported"]
    assert any("patient sheet" in one for one in details)
    assert session.record(due.id).sheet_texts[0].text == "021 555"


def test_the_monitor_reads_the_sheet_and_may_not_change_or_print_it(
    session, due, visit, open_window, qtbot
):
    with session.write("people"):
        session.users.save(new_user("mona", "M. Onitor", Role.MONITOR))
    session.login = "mona"
    session._look_up_rights()
    shell = open_window(session)
    shell.open_document("patient-sheet", About(patient_id=due.id, visit_id=visit.id))
    page = shell.page("sheet")
    qtbot.waitUntil(lambda: page.pdf is not None)
    assert not page.print.isVisible() and not page.save.isVisible()
    assert all(one.box.isReadOnly() for one in page.fields.values())


def test_a_locked_patient_has_fields_to_read_only(opened, session, due):
    locking.lock_patient(session, due.id, "closed")
    page = opened()
    assert page.fields[Field.HEADLINE].box.isReadOnly()
    assert page.print.isVisible()


def test_it_is_offered_from_the_review_the_chart_and_the_visits(shell, session, due, visit):
    for lead in ("review", "chart", "visits"):
        shell.show_page("today")
        if lead == "review":
            shell.open_visit(due.id, visit.id)
            settle()
            form = shell.page("visit").forms["review"]
            assert form.sheet.isVisible() and form.sheet.isEnabled()
            form.sheet.setFocus()
            press(Key.Key_Return)
        else:
            shell.open_chart(due.id)
            chart = shell.page("chart")
            settle()
            if lead == "chart":
                assert isinstance(chart.acts.more.menu(), QMenu)
                chart.acts.sheet.trigger()
            else:
                chart.show_tab("visits", visit.id)
                tab = chart.tab("visits")
                assert tab.sheet.isEnabled()
                tab.sheet.click()
        settle()
        assert shell.current is shell.page("sheet"), lead
        assert shell.page("sheet").shown["visit"] == visit.id


def test_there_is_none_of_a_dead_patient_and_every_way_there_says_why(shell, session, due, visit):
    dead = Milestone(
        patient_id=due.id,
        kind=MilestoneKind.DEATH,
        happened_on=PartialDate.of(clock.today()),
    )
    with session.write("told"):
        session.milestones.save(dead)
    why = "This patient has died: there is no sheet for the patient."
    shell.open_chart(due.id)
    chart = shell.page("chart")
    settle()
    assert not chart.acts.sheet.isEnabled() and chart.acts.sheet.toolTip() == why
    shell.open_document("patient-sheet", About(patient_id=due.id, visit_id=visit.id))
    page = shell.page("sheet")
    settle()
    assert page._none.text() == why and page._none.isVisible()
    assert not page._parts.isVisible() and not page.print.isVisible()


def test_a_visit_in_progress_has_none_yet(shell, session, due):
    draft = enter_visit(session, due, clock.today(), "M4", finished=False, scores=(3,) * 12)
    shell.open_visit(due.id, draft.id)
    page = shell.page("visit")
    page.show_step("review")
    settle()
    assert not page.forms["review"].sheet.isVisible()
    shell.open_chart(due.id)
    chart = shell.page("chart")
    chart.show_tab("visits", draft.id)
    settle()
    sheet = chart.tab("visits").sheet
    assert not sheet.isEnabled()
    assert sheet.toolTip() == "Finish the visit first: the sheet tells what was finished."


def test_the_clinics_phone_and_words_are_a_setting(shell, session, due, visit, opened):
    shell.show_page("settings")
    settle()
    card = shell.page("settings").sheet
    card.phone.line.setFocus()
    write("021 1234")
    card.call_us.setPlainText("fever or choking.")
    card.save.click()
    settle()
    assert (session.clinic.phone, session.clinic.call_us) == ("021 1234", "fever or choking.")
    page = opened()
    assert page.fields[Field.PHONE].text == "021 1234"
    assert page.fields[Field.CALL_US].text == "fever or choking."
    shell.show_page("settings")
    card.call_us.setPlainText("")
    card.save.click()
    settle()
    assert card.call_us.toPlainText().startswith("sudden breathlessness")


def test_a_setting_that_is_typed_and_not_saved_is_kept(shell, session):
    shell.show_page("settings")
    card = shell.page("settings").sheet
    card.phone.line.setFocus()
    write("02")
    shell.show_page("today")
    typed = session.typed.of(typed_texts.SETTINGS, typed_texts.CLINIC)
    assert typed["phone"] == "02"
    shell.show_page("settings")
    assert card.phone.text == "02" and session.clinic.phone == ""
