"""The page of one adverse event: entered by mouse and keys, kept, saved, judged by who may sign."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QScrollArea

from core import clock
from core.entering import typed_texts
from core.entering.visit import beginning
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.event_details import Cause, Criterion
from core.model.partial_date import PartialDate
from core.model.signature import Lock, LockLevel
from core.model.user import Role
from core.session import Session, new_user
from tests.ui.conftest import words
from tests.ui.keyboard import ALT, CTRL, Key, answer_dialogs, focused, press, settle, tab_to, write
from ui import theme
from ui.models.table import SECOND_LINE_ROLE
from ui.pages.chart.events import OPEN

LATELY = clock.today() - timedelta(days=20)


@pytest.fixture
def embolism(session, due):
    """Serious, of before there were criteria, and of no visit."""
    event = AdverseEvent(
        patient_id=due.id,
        term="Pulmonary embolism",
        coded_term="Thromboembolic event",
        onset=PartialDate.of(LATELY),
        grade=Grade.SEVERE,
        serious=True,
        outcome=Outcome.NOT_RECOVERED,
    )
    with session.write():
        session.events.save(event)
    return event


@pytest.fixture
def open_event(shell, due):
    """``open_event(event)`` shows an event of record 12, or a new one; of a visit where one is named."""

    def open_it(event=None, visit_id=""):
        shell.open_event(due.id, "" if event is None else event.id, visit_id)
        settle()
        return shell.page("event")

    return open_it


def test_no_example_is_cut_in_its_field(shell, open_event, embolism):
    """What an empty field tells is read whole in the narrowest window that is usual."""
    shell.window().resize(1366, 768)
    page = open_event(embolism)
    settle()
    seen = [
        one for one in page.findChildren(QLineEdit) if one.isVisible() and one.placeholderText()
    ]
    assert len(seen) > 5
    for line in seen:
        wide = line.fontMetrics().horizontalAdvance(line.placeholderText())
        room = line.width() - line.textMargins().left() - line.textMargins().right()
        assert wide <= room - theme.px(18), (line.placeholderText(), wide, room)


def known(session, due, at=0):
    record = session.record(due.id)
    return event_details.details(record, record.events[at])


def click(box):
    """On the words or the box, as somebody does with the mouse."""
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center() / 4)
    settle()


def type_in(page, name, text):
    field = next(s.inputs[name] for s in page.sheet.sections if name in s.inputs)
    field.line.setFocus(Qt.FocusReason.TabFocusReason)
    write(text)
    press(Key.Key_Tab)


def test_a_whole_event_is_entered_with_the_keyboard_alone(open_event, session, due):
    page = open_event()
    write("clot in the lung")
    tab_to("CTCAE term")
    write("Thromboembolic event")
    press(Key.Key_Tab)
    press((ALT, Key.Key_2))
    write("3")
    press(
        (ALT, Key.Key_3), Key.Key_Down, Key.Key_Space
    )  # life-threatening is beside, hospital below
    press((ALT, Key.Key_4))
    write(f"{LATELY} 09:30")
    press(Key.Key_Tab, Key.Key_Tab)
    write("t")
    press((ALT, Key.Key_6), Key.Key_Space)
    press((ALT, Key.Key_7))
    write(f"{LATELY}")
    press(Key.Key_Tab)
    write("3")
    press(Key.Key_Tab)
    write("in hospital")
    tab_to("recovered")
    press(Key.Key_Right, Key.Key_Right)
    press((CTRL, Key.Key_Return))
    found = known(session, due)
    event = found.event
    assert (event.term, event.coded_term) == ("clot in the lung", "Thromboembolic event")
    assert (event.grade, event.outcome) == (Grade.SEVERE, Outcome.RECOVERING)
    assert found.criteria and event.serious
    assert f"{found.began_at:%H:%M}" == "09:30"
    assert found.aware_at is not None
    assert found.record.value("action") == "not_applicable"
    assert [(one.grade, one.state) for one in found.course] == [(Grade.SEVERE, "in hospital")]
    assert "clot in the lung" in words(page.window())


def test_the_grades_are_those_of_the_term_in_its_own_words(open_event):
    page = open_event()
    rows = page.sheet.severity.grades._there
    assert [one.grade.value for one in rows] == [1, 2, 3, 4, 5]
    assert rows[0].words.startswith("Mild: no symptoms")
    write("Lung infection")
    press(Key.Key_Tab)
    rows = page.sheet.severity.grades._there
    assert [one.grade.value for one in rows] == [2, 3, 4, 5]
    assert rows[1].words.startswith("IV antibiotic")
    press((ALT, Key.Key_2))
    write("1")
    assert page.sheet.severity.grades.text == "", "there is no such grade"
    write("4")
    assert page.sheet.severity.grades.text == "4"


def test_a_term_that_is_offered_is_taken_with_a_click(open_event):
    page = open_event()
    write("Pulmonary embolism")
    press(Key.Key_Tab)
    offered = [
        b for b in page.sheet.what.findChildren(QPushButton) if b.text() == "Thromboembolic event"
    ]
    QTest.mouseClick(offered[0], Qt.MouseButton.LeftButton)
    settle()
    assert page.sheet.what.coded.text == "Thromboembolic event"
    assert page.sheet.what.term.text == "Pulmonary embolism", "what was said stays"
    assert "Vascular disorders" in words(page)


def test_what_is_missing_is_said_when_one_saves_and_the_keyboard_is_there(open_event, session, due):
    page = open_event()
    press((CTRL, Key.Key_S))
    assert session.record(due.id).events == ()
    assert "Say what happened, in a few words." in words(page)
    assert focused() is page.sheet.what.term.line
    assert "things are missing" in page.sheet.state.text()


def test_a_serious_event_says_its_clock_at_once_and_a_susar_says_why(open_event, embolism):
    page = open_event(embolism)
    assert "the criterion is not recorded" in page.sheet.serious.banner.text()
    click(page.sheet.serious.ticks.boxes["hospital"])
    assert page.sheet.serious.banner.text().startswith("Serious: 1 tick.")
    type_in(page, "aware_at", f"{LATELY} 15:10")
    assert "The report to the sponsor was due" in page.sheet.serious.banner.text()
    assert "not assessed yet" in page.sheet.cause.banner.text()
    click(page.sheet.cause.inputs["judged.product"]._group.buttons()[4])
    assert page.sheet.cause.banner.text() == "", "not related: no SUSAR by the clinic's rule"


def test_an_old_serious_event_stays_so_without_a_tick_and_can_be_taken_back(
    open_event, embolism, session, due
):
    page = open_event(embolism)
    type_in(page, "evidence", "CT angiogram")
    press((CTRL, Key.Key_S))
    found = known(session, due)
    assert found.event == embolism
    assert found.criterion_missing
    page = open_event(embolism)
    assert page.sheet.state.text() == "Criterion not recorded"
    click(page.sheet.serious.was_not)
    press((CTRL, Key.Key_S))
    assert not known(session, due).event.serious


def test_what_is_typed_is_kept_when_one_leaves_and_is_there_again(
    open_event, session, due, embolism
):
    page = open_event(embolism)
    type_in(page, "note", "long car journey")
    click(page.sheet.serious.ticks.boxes["important"])
    press(Key.Key_Escape)
    assert page.window().shell.current is not page
    assert known(session, due).event == embolism, "nothing was saved"
    page = open_event(embolism)
    assert page.sheet.kept.isVisible()
    assert page.sheet.went.inputs["note"].text == "long car journey"
    assert page.sheet.serious.ticks.text == "important"
    page.sheet.kept.discard.click()
    settle()
    assert page.sheet.went.inputs["note"].text == ""
    assert session.typed.of(typed_texts.EVENT, embolism.id) == {}


def test_a_kill_takes_the_last_second_at_most(open_event, embolism, reopened, due):
    page = open_event(embolism)
    page.sheet.what.term.line.setFocus()
    write("x")
    page.keep_soon.timeout.emit()
    session = reopened()
    assert session.typed.of(typed_texts.EVENT, embolism.id)["term"].endswith("x")


def test_a_fatal_event_asks_for_the_death_once_and_records_it_with_its_cause(
    open_event, embolism, session, due
):
    page = open_event(embolism)
    press((ALT, Key.Key_2))
    write("5")
    assert page.sheet.serious.ticks.text == "death"
    page.sheet.went.outcome.set_text("fatal")
    page.sheet.went.outcome.chosen.emit()
    type_in(page, "ended", str(clock.today()))
    press((CTRL, Key.Key_S))
    assert session.record(due.id).died is None
    assert page.sheet.went.died.isAncestorOf(focused())
    press(Key.Key_Space, (CTRL, Key.Key_S))
    record = session.record(due.id)
    assert record.died.happened_on == PartialDate.of(clock.today())
    assert record.died.note == "Pulmonary embolism"
    page = open_event(embolism)
    assert not page.sheet.went.died.isVisible()
    assert "death" in words(page.sheet.went)


def test_the_diagnosis_is_revised_and_what_it_was_called_stays_in_sight(
    open_event, embolism, session, due
):
    page = open_event(embolism)
    page.sheet.what.revise.click()
    settle()
    assert focused() is page.sheet.what.term.line
    assert page.sheet.what.term.text == ""
    write("Lung infection")
    press(Key.Key_Tab)
    type_in(page, "earlier.why", "CT without an embolus")
    press((CTRL, Key.Key_S))
    (earlier,) = known(session, due).diagnoses
    assert (earlier.term, earlier.why) == ("Pulmonary embolism", "CT without an embolus")
    page = open_event(known(session, due).event)
    assert "Called before: Pulmonary embolism until" in words(page.sheet.what)


def test_the_nurse_completes_her_half_and_sees_why_the_cause_is_not_hers(
    session, embolism, clinic_path, key, open_window, due
):
    with session.write():
        session.users.save(new_user("nurse", "N. Urse", Role.NURSE))
    session.close()
    mine = Session(clinic_path, key, "nurse")
    shell = open_window(mine)
    shell.open_event(due.id, embolism.id, "")
    settle()
    page = shell.page("event")
    assert not any(
        page.sheet.cause.inputs[f"judged.{name}"].isEnabled()
        for name in ("product", "procedure", "note")
    )
    assert "The cause is judged by who may sign; it waits on their Today." in words(
        page.sheet.cause
    )
    click(page.sheet.serious.ticks.boxes["hospital"])
    assert page.sheet.state.text() == "Complete; the cause is to be judged"
    press((CTRL, Key.Key_S))
    assert known(mine, due).criteria == {Criterion.HOSPITAL}
    mine.close()


def test_the_neurologist_judges_and_the_page_says_who_it_was(open_event, embolism, session, due):
    page = open_event(embolism)
    for name, at in (("product", 2), ("procedure", 3), ("expected", 1)):
        click(page.sheet.cause.inputs[f"judged.{name}"]._group.buttons()[at])
    press((CTRL, Key.Key_S))
    judged = known(session, due).judgement
    assert (judged.product, judged.procedure, judged.expected) == (
        Cause.POSSIBLE,
        Cause.UNLIKELY,
        False,
    )
    page = open_event(embolism)
    assert "Judged by Dr. Demo" in words(page.sheet.cause)


def test_of_a_locked_visit_the_event_stays_and_what_is_added_is_saved(
    open_event, embolism, session, due
):
    visit = session.record(due.id).visits[0]
    event = replace(embolism, visit_id=visit.id, onset=PartialDate.of(visit.date))
    lock = Lock(
        level=LockLevel.VISIT,
        subject=visit.id,
        patient_id=due.id,
        locked_by="dr.demo",
        locked_at=clock.now(),
        reason="signed",
    )
    with session.write():
        session.events.save(event)
        session.locks.save(lock)
    page = open_event(event)
    assert page.sheet.locks.isVisible()
    assert not page.sheet.what.isEnabled() and not page.sheet.went.inputs["outcome"].isEnabled()
    click(page.sheet.serious.ticks.boxes["hospital"])
    click(page.sheet.cause.inputs["judged.product"]._group.buttons()[2])
    press((CTRL, Key.Key_S))
    found = known(session, due)
    assert found.event == event
    assert found.criteria == {Criterion.HOSPITAL}
    assert found.judgement.product is Cause.POSSIBLE


def test_a_change_of_a_finished_visit_asks_for_its_reason(open_event, embolism, session, due):
    visit = session.record(due.id).visits[0]
    event = replace(embolism, visit_id=visit.id, onset=PartialDate.of(visit.date))
    with session.write():
        session.events.save(event)
    page = open_event(event)
    type_in(page, "note", "seen on the CT")
    answer_dialogs("letter of the hospital")
    press((CTRL, Key.Key_S))
    settle()
    assert known(session, due).event.note == "seen on the CT"
    (row,) = session._db.query(
        "SELECT reason FROM audit WHERE entity = 'adverse_event' ORDER BY id DESC LIMIT 1"
    )
    assert row["reason"] == "letter of the hospital"


def test_an_event_of_a_visit_in_progress_is_reported_there(open_event, session, due, shell):
    visit_id = beginning.start_visit(session, due.id, "M4", clock.today())
    page = open_event(visit_id=visit_id)
    write("Headache")
    press(Key.Key_Tab)
    press((ALT, Key.Key_2))
    write("1")
    type_in(page, "onset", str(clock.today()))
    page.sheet.went.outcome.set_text("recovering")
    page.sheet.went.outcome.chosen.emit()
    press((CTRL, Key.Key_S))
    settle()
    found = known(session, due)
    assert found.event.visit_id == found.record.visit_id == visit_id
    assert session.record(due.id).visit(visit_id).new_events
    assert shell.current is shell.page("visit")
    assert shell.page("visit").current == "adverse-events"


def test_the_whole_page_is_in_sight_at_1366_by_768(open_event, embolism, shell):
    page = open_event(embolism)
    area = shell._areas["event"]
    assert isinstance(area, QScrollArea)
    assert page.height() <= area.viewport().height()
    shown = [one for one in page.findChildren(QLabel) if one.isVisible() and one.text()]
    assert all(one.visibleRegion().boundingRect().height() > 0 for one in shown)


def test_what_follows_from_the_dates_is_computed_beside_them(open_event, embolism, due):
    page = open_event(embolism)
    days = (LATELY - due.reference_on).days
    assert f"day {days} after the infusion" in page.sheet.when.computed.text()
    assert "treatment-emergent" in page.sheet.when.computed.text()
    page.sheet.went.outcome.set_text("recovered")
    page.sheet.went.outcome.chosen.emit()
    type_in(page, "ended", str(LATELY + timedelta(days=7)))
    assert "lasted 7 days" in page.sheet.when.computed.text()


def test_what_nobody_judged_waits_on_the_neurologists_today_and_leads_to_its_page(
    open_event, embolism, session, shell, due
):
    shell.show_page("today")
    settle()
    today = shell.page("today")
    assert "to judge" not in words(today), "of before its form: nothing is asked in one heap"
    page = open_event(embolism)
    click(page.sheet.serious.ticks.boxes["hospital"])
    press((CTRL, Key.Key_S))
    shell.show_page("today")
    settle()
    assert "1 adverse event to judge:" in words(today)
    lines = [
        b for b in today.findChildren(QPushButton) if b.accessibleName().startswith("12: Pulm")
    ]
    QTest.mouseClick(lines[0], Qt.MouseButton.LeftButton)
    settle()
    assert shell.current is page
    click(page.sheet.cause.inputs["judged.product"]._group.buttons()[3])
    press((CTRL, Key.Key_S))
    shell.show_page("today")
    settle()
    assert "to judge" not in words(today)


def test_the_chart_lists_criteria_and_cause_and_opens_the_page(open_event, embolism, shell, due):
    page = open_event(embolism)
    click(page.sheet.serious.ticks.boxes["hospital"])
    click(page.sheet.cause.inputs["judged.product"]._group.buttons()[2])
    press((CTRL, Key.Key_S))
    assert shell.current is shell.page("chart")
    tab = shell.page("chart").tab("events")
    row = {tab.model.index(0, at).data() for at in range(tab.model.columnCount())}
    assert {"Pulmonary embolism", "hospital, or a longer stay", "not recovered"} <= row
    assert tab.model.index(0, 4).data(SECOND_LINE_ROLE) == "product possible"
    place = tab.table.visualRect(tab.model.index(0, OPEN)).center()
    QTest.mouseClick(tab.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle()
    assert shell.current is page


def test_what_is_typed_quickly_goes_on_to_the_whole_form(open_event, shell, session, due):
    shell.open_chart(due.id)
    settle()
    press(Key.Key_E)
    write("Headache")
    press(Key.Key_Tab)
    tab = shell.page("chart").tab("events")
    tab.editor.whole.click()
    settle()
    page = shell.page("event")
    assert shell.current is page
    assert page.sheet.what.term.text == "Headache"
    assert session.typed.of(typed_texts.CHART_EVENT, due.id) == {}


def test_f2_asks_about_the_field_with_the_keyboard_and_the_question_leads_back(
    open_event, embolism, session, shell, due
):
    page = open_event(embolism)
    page.sheet.when.inputs["aware_at"].line.setFocus()
    press(Key.Key_F2)
    assert not page.sheet.queries.isVisible(), "what is not in the file is asked about by nobody"
    type_in(page, "aware_at", f"{LATELY} 15:10")
    press((CTRL, Key.Key_S))
    page = open_event(embolism)
    page.sheet.when.inputs["aware_at"].line.setFocus()
    press(Key.Key_F2)
    write("who was told?")
    press(Key.Key_Return)
    (query,) = session.record(due.id).queries
    assert query.text == "who was told?"
    assert query.field == f"{embolism.id}.aware_at"
    shell.open_chart(due.id)
    shell.open_record(due.id, "event_details", query.field)
    settle()
    assert shell.current is page
    assert focused() is page.sheet.when.inputs["aware_at"].line


def test_an_event_begun_in_a_visit_is_the_visits_also_when_it_is_opened_from_elsewhere(
    open_event, session, due
):
    visit_id = beginning.start_visit(session, due.id, "M4", clock.today())
    open_event(visit_id=visit_id)
    write("Headache")
    press(Key.Key_Escape)
    page = open_event()
    assert page.sheet.what.term.text == "Headache"
    assert page.sheet.form.visit_id == visit_id
    page.sheet.kept.discard.click()
    settle()
    assert session.typed.of(typed_texts.EVENT, typed_texts.new_event(due.id)) == {}
