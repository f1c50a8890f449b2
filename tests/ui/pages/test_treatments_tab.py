"""The treatments of a chart, by keyboard: seen on one time axis, found in the list, entered, changed, asked about."""

from datetime import timedelta

import pytest
from PySide6.QtWidgets import QAbstractButton

from core import clock
from core.entering import records
from core.forms import catalog
from core.model.user import Role
from core.session import Session, new_user
from core.views.stack.rows import Shape
from core.views.trends import Axis
from tests.pdf import line_of
from tests.ui.conftest import words
from tests.ui.forms.test_queries_on_records import medicine
from tests.ui.keyboard import CTRL, Key, focused, press, replace_by, settle, write
from ui.pages.document_page import DocumentPage


@pytest.fixture
def riluzole(session, due):
    one = medicine(due, frequency="2_daily", ongoing=1)
    records.save(session, catalog.newest()["medicine"], one)
    return one


@pytest.fixture
def open_tab(due, shell):
    def open_it():
        shell.open_chart(due.id)
        page = shell.page("chart")
        page.show_tab("treatments")
        settle()
        return page.tab("treatments")

    return open_it


def running(session, patient):
    return session.record(patient.id).running("medicine", clock.today())


def test_n_enters_a_medicine_and_it_is_on_the_axis_and_in_the_list(open_tab, session, due):
    tab = open_tab()
    tab.chart.setFocus()
    press(Key.Key_N)
    write("Baclofen")
    press(Key.Key_Escape, Key.Key_Tab)
    write("10")
    tab.front.view.editor.focus_field("started")
    write("2026-01")
    press((CTRL, Key.Key_Return))
    (one,) = running(session, due)
    assert [line.name for line in tab.list.model.rows] == ["Baclofen"]
    assert one.id in {mark.id for mark in tab.chart.marks}
    assert "Baclofen" in tab.chart.said
    assert tab.window().shell.page("chart").title_of("treatments") == "Treatments (1)"


def test_changing_a_dose_ends_one_row_and_begins_one(open_tab, session, due, riluzole):
    tab = open_tab()
    tab.list.select(riluzole.id)
    tab.list.table.setFocus()
    press(Key.Key_C)
    assert focused() is tab.front.view.editor.frames["dose"].editor.input.line
    replace_by("25")
    tab.front.view.editor.focus_field("started")
    day = clock.today() - timedelta(days=3)
    write(day.isoformat())
    press((CTRL, Key.Key_Return))
    before, after = session.record(due.id).of_form("medicine")
    assert (before.runs, str(before.ended)) == (False, day.isoformat())
    assert (after.runs, after.value("dose")) == (True, 25)
    (track,) = tab.chart.stack.sections[0].tracks
    assert [(mark.level, mark.runs) for mark in track.marks] == [(1.0, False), (0.5, True)]


def asked_about_the_dose(tab, dose="100"):
    """Riluzole by its quick pick, with another dose: the question stands in the form and has the keyboard."""
    tab.front.view._pick(0)
    tab.front.view.editor.focus_field("dose")
    replace_by(dose)
    press(Key.Key_Tab)
    frame = tab.front.view.editor.frames["dose"]
    assert frame.question.isVisible() and "200 mg of riluzole a day" in frame.question.text()
    assert focused() is frame.keys.keep
    return frame


def test_a_dose_that_is_asked_about_is_corrected_by_one_key(open_tab, session, due):
    tab = open_tab()
    frame = asked_about_the_dose(tab)
    press(Key.Key_N)
    assert frame.question.isHidden() and frame.keys.isHidden()
    assert focused() is frame.editor.input.line and focused().text() == "50"
    tab.front.view.editor.focus_field("started")
    write("2026-01")
    press((CTRL, Key.Key_Return))
    (one,) = running(session, due)
    assert (one.value("dose"), one.value("frequency")) == (50, "2_daily")


def test_a_dose_that_is_asked_about_stays_with_a_reason_by_one_key(open_tab, session, due):
    tab = open_tab()
    frame = asked_about_the_dose(tab)
    press(Key.Key_Y)
    assert focused() is frame.reason
    write("double dose by the prescription")
    press(Key.Key_Return)
    tab.front.view.editor.focus_field("started")
    write("2026-01")
    press((CTRL, Key.Key_Return))
    (one,) = running(session, due)
    assert one.items["dose"].kept == "double dose by the prescription"
    assert tab.list.model.rows[0].why == "ALS; kept: double dose by the prescription"


def test_saving_with_the_question_open_saves_nothing_and_leads_to_it(open_tab, session, due):
    tab = open_tab()
    tab.front.view._pick(0)
    tab.front.view.editor.focus_field("dose")
    replace_by("100")
    press((CTRL, Key.Key_Return))
    assert running(session, due) == ()
    assert focused() is tab.front.view.editor.frames["dose"].keys.keep


def test_a_bar_leads_to_its_line_by_keyboard_and_by_mouse(open_tab, riluzole):
    tab = open_tab()
    tab.chart.setFocus()
    press(Key.Key_Down)
    assert tab.chart.mark.id == riluzole.id
    press(Key.Key_Return)
    assert focused() is tab.list.table and tab.list.selected.id == riluzole.id
    assert tab.chart.chosen == riluzole.id
    press(Key.Key_Return)  # and a line to its entry
    assert tab.front.view.looked_at[0].id == riluzole.id


def test_what_is_no_treatment_leads_to_its_own_tab(demo_shell, numbered):
    demo_shell.open_chart(numbered("A-015").id)
    page = demo_shell.page("chart")
    page.show_tab("treatments")
    settle()
    tab = page.tab("treatments")
    tab.chart.setFocus()
    press(Key.Key_T)
    grave = next(mark for mark in tab.chart.marks if mark.grade == 4)
    tab.chart.point_at(None, grave)
    press(Key.Key_Return)
    assert page.front == "events"


def test_the_axis_is_the_same_on_every_tab_and_turned_by_m(open_tab, riluzole):
    tab = open_tab()
    page = tab.window().shell.page("chart")
    tab.chart.setFocus()
    assert tab.axis.text() == "Months  M"
    press(Key.Key_M)
    assert tab.axis.text() == "Dates  M" and tab.chart.scale.axis is Axis.DATE
    page.show_tab("overview")
    settle()
    overview = page.tab("overview").trends
    assert overview.axis.text() == "Dates  M" and overview.chart.scale.axis is Axis.DATE
    overview.axis.turn()
    page.show_tab("treatments")
    settle()
    assert tab.chart.scale.axis is Axis.ONSET and tab.axis.text() == "Since onset  M"


def test_every_key_is_on_its_button(open_tab):
    tab = open_tab()
    said = [one.text() for one in (tab.axis, tab.everything, *tab.new.values())]
    assert [text.rpartition("  ")[2] for text in said] == ["M", "T", "N", "V", "P"]


def test_nothing_runs_of_a_patient_who_died(demo_shell, numbered):
    demo_shell.open_chart(numbered("A-015").id)
    page = demo_shell.page("chart")
    page.show_tab("treatments")
    settle()
    tab = page.tab("treatments")
    assert page.title_of("treatments") == "Treatments"
    assert tab.list.which.buttons[0].text() == "Running 0"
    riluzole = next(one for one in tab.list.model.rows if one.name == "Riluzole")
    assert riluzole.how_ended == "ended by death"
    tab.list.select(riluzole.id)
    assert tab.list.buttons["end"].isEnabled()  # who knows an earlier end enters it


def test_p_enters_a_procedure_which_is_a_symbol_and_can_neither_change_nor_end(
    open_tab, session, due
):
    tab = open_tab()
    tab.chart.setFocus()
    press(Key.Key_P)
    assert tab.front.view.form.id == "procedure"
    write("spinal tap")
    press(Key.Key_Escape)
    tab.front.view.editor.focus_field("day")
    write("2026-01")
    press((CTRL, Key.Key_Return))
    (one,) = session.record(due.id).of_form("procedure")
    (line,) = tab.list.model.rows
    assert (line.name, line.runs) == ("spinal tap", False)
    (section,) = [one for one in tab.chart.stack.sections if one.title == "Procedures"]
    assert [(m.shape, m.id) for t in section.tracks for m in t.marks if m.id == one.id] == [
        (Shape.SYMBOL, one.id)
    ]
    tab.list.select(one.id)
    assert not tab.list.buttons["change"].isEnabled() and not tab.list.buttons["end"].isEnabled()
    tab.list.table.setFocus()
    for key in (Key.Key_C, Key.Key_E):
        press(key)
    assert session.record(due.id).of_form("procedure") == (one,)
    assert tab.front.view.editor.entry.is_new or tab.front.view.editor.texts["day"] == "2026-01"


def test_a_gastrostomy_among_the_procedures_is_led_to_the_devices(open_tab, session, due):
    tab = open_tab()
    tab.chart.setFocus()
    press(Key.Key_P)
    write("PEG")
    press(Key.Key_Escape)
    tab.front.view.editor.focus_field("day")
    write("2026-01")
    press((CTRL, Key.Key_Return))
    frame = tab.front.view.editor.frames["what"]
    assert frame.question.isVisible() and "device, tube or stay (V)" in frame.question.text()
    assert session.record(due.id).of_form("procedure") == ()


def test_v_enters_a_device_and_what_is_typed_of_a_medicine_waits_and_is_kept(
    open_tab, session, due, shell
):
    tab = open_tab()
    tab.chart.setFocus()
    press(Key.Key_N)
    write("Baclofen")
    press(Key.Key_Escape)
    tab.chart.setFocus()
    press(Key.Key_V)
    assert tab.front.view.form.id == "device"
    assert tab.waits.isVisible() and "Medicine (N)" in tab.waits.text()
    shell.show_page("today")
    settle()
    assert session.typed.of("form.medicine", due.id)["substance"] == "Baclofen"
    shell.show_page("chart")
    tab.chart.setFocus()
    press(Key.Key_N)
    assert tab.waits.isHidden()
    assert tab.front.view.editor.texts["substance"] == "Baclofen"


def test_what_was_kept_unsaved_is_in_front_when_the_chart_is_opened_again(open_tab, session, due):
    with session.write():
        session.typed.save("form.device", due.id, "kind", "niv")
    tab = open_tab()
    assert tab.front.view.form.id == "device"
    assert tab.front.view.editor.texts["kind"] == "niv"


def test_sixty_medicines_scroll_under_their_time_and_the_page_stays(open_tab, session, due):
    form = catalog.newest()["medicine"]
    with session.write():
        for n in range(60):
            one = medicine(
                due, substance=f"Medicine {n}", started=f"2025-{1 + n % 12:02}", ongoing=1
            )
            session.forms.save(one)
    assert form.treatment is not None
    tab = open_tab()
    area = tab.area
    assert area.height() <= tab.height() * 0.6
    assert tab.chart.height() > 60 * 20
    bar = area.verticalScrollBar()
    bar.setValue(bar.maximum())
    settle()
    assert tab.chart.framed.top() > 0  # the time is painted there
    first = tab.chart.marks[0]
    tab.list.select(first.id)
    settle()
    hit = next(one for one in tab.chart.drawing.hits if one.mark == first.id)
    assert bar.value() <= hit.y <= bar.value() + area.viewport().height()


def test_who_only_reads_chooses_a_line_and_reads_all_of_it(
    session, due, riluzole, clinic_path, key, open_window
):
    with session.write("people"):
        session.users.save(new_user("monitor", "Mona Tor", Role.MONITOR))
    session.close()
    shell = open_window(Session(clinic_path, key, "monitor"))
    shell.open_chart(due.id)
    page = shell.page("chart")
    page.show_tab("treatments")
    settle()
    tab = page.tab("treatments")
    assert tab.new == {} and tab.list.selected.id == riluzole.id
    assert not any(one.isVisible() for one in tab.list.buttons.values())
    read = words(tab.front.view.read)
    assert "Riluzole" in read and "50 mg" in read
    tab.chart.setFocus()
    press(Key.Key_N)
    assert not tab.front.view.editor.isVisible()


def test_the_list_is_printed_with_its_picture(open_tab, riluzole, shell, qtbot):
    tab = open_tab()
    (document,) = [
        one for one in tab.tools.findChildren(QAbstractButton) if one.text() == "Print list"
    ]
    document.click()
    settle()
    page = shell.current
    assert isinstance(page, DocumentPage)
    qtbot.waitUntil(lambda: page.pdf is not None)
    text = line_of(page.pdf)
    assert "Treatments to" in text and "Riluzole" in text and "50 mg × 2 a day" in text
    assert "Months since infusion" in text
    page.what.setCurrentIndex(page.what.findData("date/events"))
    assert page.what.currentText() == "Date, with adverse events"
