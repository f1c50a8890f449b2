"""Appointments on Today, in the calendar and in the chart: by keyboard, with what is refused, by role, and locked."""

from datetime import time, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from core import clock, reports
from core.acts import documents, locking
from core.entering import appointing
from core.entering.appointing import Wanted
from core.entering.visit import beginning
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.document import About
from core.model.partial_date import PartialDate
from core.model.user import Role
from core.model.visit import Mark
from core.session import Session, new_user
from core.views.calendar import Kind
from core.words import day, long_day, short_day
from tests.core.examples import a_routine_patient
from tests.pdf import text_of
from tests.ui.conftest import name_of, words
from tests.ui.keyboard import CTRL, Key, answer_dialogs, in_dialog, press, replace_by, settle, write
from ui.models.table import HEAD_ROLE
from ui.pages.today_page import STATUS, WHEN
from ui.widgets.appointment import AppointmentDialog


@pytest.fixture
def today(session, due, shell):
    """Today with record 12, whose visit of month 4 is planned for today, from the window's first day to its last."""
    shell.show_page("today")
    page = shell.page("today")
    settle()
    page.focus_first()
    return page


def give(session, patient, on, at=time(10, 30), code="M4", note=""):
    wanted = Wanted(day=on, time=at, note=note, reason="")
    made = appointing.save(session, patient.id, code, wanted)
    settle()
    return made


def row_of(page, number):
    return next(one for one in page.model.rows if one.patient.record_number == number)


def cell(page, number, column):
    return page.model.index(page.model.line_of(row_of(page, number)), column)


def typed(*fields, save=True):
    """Type into the fields of the dialog, one after another, and save."""

    def act(dialog):
        for at, text in enumerate(fields):
            if at:
                press(Key.Key_Tab)
            replace_by(text)
        if save:
            press(Key.Key_Return)

    return act


def test_p_gives_the_selected_visit_an_appointment_and_the_row_says_it(session, due, today):
    on = clock.today().isoformat()
    in_dialog(typed(on, "10:30", "comes with her son"), kind=AppointmentDialog)
    press(Key.Key_P)
    (made,) = session.record(due.id).appointments
    assert (made.day, made.time, made.note) == (clock.today(), time(10, 30), "comes with her son")
    settle()
    assert cell(today, "12", WHEN).data() == "today 10:30"
    assert cell(today, "12", STATUS).data() == "comes today"
    head = today.model.index(today.model.line_of(row_of(today, "12")) - 1, 0)
    assert head.data(HEAD_ROLE) == "Due today"
    assert "comes with her son" in cell(today, "12", WHEN).data(Qt.ItemDataRole.ToolTipRole)


def test_bad_input_is_said_in_the_dialog_and_nothing_is_saved(session, due, today):
    found = []

    def look(dialog):
        typed("yesterday", "25:00", "x" * 81)(dialog)
        found.append(words(dialog))
        assert dialog.isVisible(), "it stays until it is right"

    in_dialog(look, kind=AppointmentDialog)
    press(Key.Key_P)
    assert "“yesterday” is not a date." in found[0]
    assert "“25:00” is not a time. Type it as 08:20." in found[0]
    assert "The note has 81 characters. It can have 80." in found[0]
    assert session.record(due.id).appointments == ()


def test_outside_the_window_a_reason_is_asked_for_when_the_day_is_typed(session, due, today):
    far = clock.today() + timedelta(days=60)
    asked = []

    def act(dialog):
        assert not dialog.reason.isVisible()
        typed(far.isoformat())(dialog)
        asked.append(words(dialog))
        dialog.reason.setFocus()
        write("she is abroad")
        press(Key.Key_Return)

    in_dialog(act, kind=AppointmentDialog)
    press(Key.Key_P)
    assert "This day is outside the window of the visit" in asked[0]
    assert "Type a reason, or cancel." in asked[0]
    assert [one.day for one in session.record(due.id).appointments] == [far]
    assert "she is abroad" in [one.reason for one in session.trail.entries(entity="appointment")]


def test_moving_asks_why_and_taking_back_asks_why(session, due, today):
    first = give(session, due, clock.today())
    tomorrow = clock.today() + timedelta(days=1)

    def move(dialog):
        assert dialog.day.text == first.day.isoformat() and dialog.time.text == "10:30"
        typed(tomorrow.isoformat())(dialog)
        dialog.reason.setFocus()
        write("no driver")
        press(Key.Key_Return)

    in_dialog(move, kind=AppointmentDialog)
    press(Key.Key_P)
    (moved,) = session.record(due.id).appointments
    assert (moved.id, moved.day) == (first.id, tomorrow)
    settle()
    assert cell(today, "12", WHEN).data() == f"{short_day(tomorrow)} 10:30"
    in_dialog(lambda dialog: dialog.take_back.click(), kind=AppointmentDialog)
    answer_dialogs("she called it off")
    today.ask_appointment()
    assert session.record(due.id).appointments == ()
    assert cell(today, "12", WHEN).data() == f"target {short_day(clock.today())}"


def test_m_marks_the_visit_and_its_appointment_goes(session, due, today):
    give(session, due, clock.today())
    answer_dialogs("cancelled", "in hospital")
    press(Key.Key_M)
    record = session.record(due.id)
    assert [(one.mark, one.reason) for one in record.marks] == [(Mark.CANCELLED, "in hospital")]
    assert record.appointments == ()


def test_an_appointment_that_passed_is_called_missed(session, due, today):
    given = give(session, due, clock.today())
    yesterday = clock.today() - timedelta(days=1)
    with session.write("as it was yesterday"):
        session._db.execute("UPDATE appointment SET day = ?", [yesterday.isoformat()])
    settle()
    assert given.day == clock.today()
    assert cell(today, "12", STATUS).data() == "missed appointment"
    assert row_of(today, "12").missed in words(today._attention_card)
    assert row_of(today, "12").missed == (
        f"Nobody came on {day(yesterday)} 10:30: move the appointment, or say what happened."
    )


def test_starting_the_visit_fulfils_the_appointment(session, due, today):
    give(session, due, clock.today())
    beginning.start_visit(session, due.id, "M4", clock.today())
    settle()
    item = row_of(today, "12")
    assert item.visit is not None and item.appointed is None
    today.calendar.view.show_again(clock.today())
    entries = [one for week in today.calendar.view.weeks for d in week for one in d.entries]
    assert [(one.kind, one.visit) for one in entries if one.code == "M4"] == [
        (Kind.BEGUN, item.visit.id)
    ]


def test_enter_starts_the_visit_of_who_comes_today(session, due, shell, today):
    give(session, due, clock.today())
    press(Key.Key_Return)
    assert shell.current is shell.page("visit")
    assert [one.code for one in session.visits.of(due.id) if one.is_draft] == ["M4"]


def test_what_cannot_be_done_says_why(session, due, today):
    routine = a_routine_patient(record_number="13", registered_on=clock.today())
    with session.write("entered"):
        session.patients.save(routine)
    settle()
    today.table.selectRow(today.model.line_of(row_of(today, "13")))
    assert today.appointment.isEnabled() and not today.mark.isEnabled()
    assert today.mark.toolTip().startswith("A routine visit comes again")
    told = []
    today.context.told.connect(told.append)
    press(Key.Key_M)
    assert told == [today.mark.toolTip()]
    in_dialog(typed(clock.today().isoformat(), "9:00"), kind=AppointmentDialog)
    press(Key.Key_P)
    (made,) = session.record(routine.id).appointments
    assert (made.code, made.time) == ("R3", time(9))
    beginning.start_visit(session, due.id, "M4", clock.today())
    settle()
    today.table.selectRow(today.model.line_of(row_of(today, "12")))
    assert not today.appointment.isEnabled()
    assert today.appointment.toolTip() == "Select a planned visit that has not begun."


def test_a_locked_patient_gets_none_and_that_is_said(session, due, today):
    locking.lock_patient(session, due.id, "closed")
    settle()
    told = []
    today.context.told.connect(told.append)
    press(Key.Key_P)
    press(Key.Key_M)
    assert len(told) == 2 and all("can unlock it" in one for one in told)
    assert session.record(due.id).appointments == ()


def test_a_monitor_sees_appointments_and_cannot_give_any(session, due, open_window):
    give(session, due, clock.today())
    with session.write("somebody"):
        session.users.save(new_user("monitor", "M. Onitor", Role.MONITOR))
    path, key = session.path, session._key
    session.close()
    other = Session(path, key, "monitor")
    shell = open_window(other)
    shell.show_page("today")
    page = shell.page("today")
    settle()
    page.focus_first()
    assert cell(page, "12", WHEN).data() == "today 10:30"
    assert not page.appointment.isVisible() and not page.mark.isVisible()
    press(Key.Key_P)
    press(Key.Key_C)
    assert page.calendar.view.isVisible()
    names = {name_of(one) for one in page.findChildren(type(page.appointment)) if one.isVisible()}
    assert not any(".ics" in name or "Day list" in name for name in names), (
        "a monitor takes nothing"
    )
    other.close()


def test_what_is_of_no_use_any_more_is_said(session, due, today):
    soon = clock.today() + timedelta(days=3)
    give(session, due, soon)
    with session.write("told by phone"):
        session.milestones.save(
            Milestone(
                patient_id=due.id,
                kind=MilestoneKind.WITHDRAWAL,
                happened_on=PartialDate.of(clock.today()),
            )
        )
    settle()
    said = words(today)
    assert f"The appointment of {day(soon)} 10:30 (Month 4) is not shown any more" in said
    assert all(one.patient.record_number != "12" for one in today.model.rows)


# The calendar.


@pytest.fixture
def calendar(session, due, today):
    give(session, due, clock.today() + timedelta(days=2), time(10, 30), note="by taxi")
    press(Key.Key_C)
    return today.calendar.view


def test_c_shows_the_calendar_and_the_day_says_what_is_on_it(due, today, calendar):
    assert calendar.hasFocus() and not today.table.isVisible()
    assert calendar.accessibleName().startswith(f"{long_day(clock.today())}, today: ")
    press(Key.Key_Right, times=2)
    on = clock.today() + timedelta(days=2)
    assert calendar.current == on
    assert calendar.accessibleName() == (
        f"{long_day(on)}: 12: Month 4, appointment {day(on)} 10:30 (by taxi)"
    )
    press(Key.Key_C)
    assert today.table.hasFocus() and not calendar.isVisible()


def test_arrows_and_pages_move_the_day(calendar):
    start = clock.today()
    press(Key.Key_Down)
    assert calendar.current == start + timedelta(days=7)
    press(Key.Key_Up)
    press(Key.Key_Left)
    assert calendar.current == start - timedelta(days=1)
    first = calendar.first
    press(Key.Key_PageDown)
    assert (calendar.current, calendar.first) == (
        start + timedelta(days=27),
        first + timedelta(days=28),
    )
    press(Key.Key_PageUp, times=2)
    assert calendar.first == first - timedelta(days=28)
    press(Key.Key_Home)
    assert calendar.current == start
    assert any(one.on == start for week in calendar.weeks for one in week)


def test_a_mirrored_window_moves_where_the_arrow_points(calendar):
    calendar.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    press(Key.Key_Left)
    assert calendar.current == clock.today() + timedelta(days=1)


def test_enter_opens_the_patient_of_a_day_with_one_entry(due, shell, calendar):
    press(Key.Key_Right, times=2)
    press(Key.Key_Return)
    settle()
    assert shell.current is shell.page("chart")
    assert shell.page("chart").shown["patient"] == due.id


def test_a_day_with_several_entries_asks_which(session, due, shell, today, calendar):
    other = a_routine_patient(record_number="13", registered_on=clock.today())
    with session.write("entered"):
        session.patients.save(other)
    give(session, other, clock.today() + timedelta(days=2), time(9), "R3")
    press(Key.Key_Right, times=2)
    texts = [one.text for one in calendar.day.entries]
    assert [text[:5] for text in texts] == ["09:00", "10:30"], "in order of time"
    press(Key.Key_Return)
    (menu,) = calendar.findChildren(QMenu)
    assert [one.text() for one in menu.actions()] == [one.words for one in calendar.day.entries]
    menu.actions()[0].trigger()
    settle()
    assert shell.page("chart").shown["patient"] == other.id


def test_a_click_takes_the_day_and_a_planned_visit_is_lighter_than_an_appointment(
    session, today, calendar
):
    routine = a_routine_patient(record_number="13", registered_on=clock.today())
    with session.write("entered"):
        session.patients.save(routine)
    settle()
    kinds = {one.kind: one.text for week in calendar.weeks for d in week for one in d.entries}
    assert set(kinds) >= {Kind.APPOINTMENT, Kind.TARGET}
    on = clock.today() + timedelta(days=7)
    place = calendar._cell_of(on).center() if calendar._cell_of(on).isValid() else QPoint()
    QTest.mouseClick(calendar, Qt.MouseButton.LeftButton, pos=place)
    assert calendar.current == on


# Papers.


def test_the_day_list_is_of_the_chosen_day(qtbot, due, shell, calendar):
    press(Key.Key_Right, times=2)
    on = clock.today() + timedelta(days=2)
    page = shell.page("today")
    press((CTRL, Key.Key_A))  # does nothing here
    link = next(
        one for one in page.findChildren(type(page.appointment)) if one.text() == "Day list…"
    )
    link.click()
    paper = shell.page("document")
    qtbot.waitUntil(lambda: paper.pdf is not None, timeout=20_000)
    text = " ".join(text_of(paper.pdf).split())
    assert long_day(on) in text and "10:30" in text
    assert "Record 12" in text and "Karimi" in text and "Month 4 (by taxi)" in text
    assert "ALSFRS-R" in text and "Notes" in text
    assert paper.what.currentData() == on.isoformat()
    paper.what.setCurrentIndex(paper.what.findData((on + timedelta(days=1)).isoformat()))
    paper.what.activated.emit(paper.what.currentIndex())
    qtbot.waitUntil(lambda: paper.pdf is not None, timeout=20_000)
    assert "Nobody comes." in text_of(paper.pdf)


def test_printing_the_calendar_is_in_the_trail_with_how_many(session, due, calendar):
    pdf = documents.export(session, reports.named("calendar"), About())
    assert "10:30 12" in " ".join(text_of(pdf).split())
    last = session.trail.entries(entity="exported")[0]
    assert '"appointments": 1' in last.after and '"calendar"' in last.after


# The chart.


def test_the_chart_says_it_and_p_changes_it(session, due, shell, today):
    on = clock.today() + timedelta(days=2)
    give(session, due, on, note="by taxi")
    shell.open_chart(due.id)
    chart = shell.page("chart")
    settle()
    said = f"Month 4: appointment {day(on)} 10:30 (by taxi)"
    assert said in words(chart)
    chart.show_tab("visits")
    settle()
    tab = chart.tab("visits")
    line = next(one for one in tab.model.rows if one.title == "Month 4")
    assert line.mark == f"appointment {day(on)} 10:30 (by taxi)"
    assert not tab.appointment.isEnabled()
    assert tab.appointment.toolTip() == "Select a planned visit that has not begun."
    tab.table.selectRow(tab.model.rows.index(line))
    tab.table.setFocus()

    def move(dialog):
        typed((on + timedelta(days=1)).isoformat())(dialog)
        dialog.reason.setFocus()
        write("asked for it")
        press(Key.Key_Return)

    in_dialog(move, kind=AppointmentDialog)
    press(Key.Key_P)
    assert [one.day for one in session.record(due.id).appointments] == [on + timedelta(days=1)]
