"""The frame of a chart: where the tools of a tab are, and what the keys of the page do."""

import shutil
from contextlib import closing

import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from core import clock
from core.model.signature import Lock, LockLevel
from core.model.user import Right
from core.session import Session
from tests.ui.keyboard import Key, focused, press, settle, write
from ui.actions import PAGE_KEYS
from ui.widgets.basics import row


def give_tool(page, id, width):
    """A tool of a width (px) on a tab."""
    tab = page.tab(id)
    tool = QPushButton("tool")
    tool.setFixedWidth(width)
    tools = QWidget()
    tools.setLayout(row(tool))
    page.give_tools(tab, tools)
    page.show_tab(id)
    settle()
    return tool


def place(widget):
    """Where a widget is in its window."""
    return widget.mapTo(widget.window(), widget.rect().topLeft())


def test_tools_are_at_the_end_of_the_tabs_where_they_fit_and_below_where_not(open_chart):
    page = open_chart("A-003")
    bar, tab = page.tabs.tabBar(), page.tab("milestones")
    tool = give_tool(page, "milestones", 120)
    assert tool.isVisible()
    assert place(bar).y() <= place(tool).y() < place(bar).y() + bar.height()
    assert place(tool).x() >= place(bar).x() + bar.sizeHint().width()
    before = tab.height()
    tool.setFixedWidth(800)  # it grows
    settle()
    assert place(tool).y() >= place(bar).y() + bar.height()
    assert place(tool).y() + tool.height() <= place(tab).y()
    assert tab.height() < before
    tool.setFixedWidth(120)
    settle()
    assert place(tool).y() < place(bar).y() + bar.height() and tab.height() == before


@pytest.mark.parametrize("number", ["A-001", "A-006", "A-010", "A-012", "A-015"])
def test_on_a_small_screen_a_tab_has_634_px_and_its_tools_are_beside_the_tabs(open_chart, number):
    page = open_chart(number)
    tab, window = page.tab("overview"), page.window()
    assert (window.width(), window.height()) == (1366, 768)
    assert tab.height() >= 634
    assert place(tab).y() + tab.height() <= window.height()
    assert page._header.height() + 2 * page.layout().contentsMargins().top() <= 46
    assert page.tabs.tabBar().height() <= 34
    assert place(tab.tools).y() < place(tab).y()


def test_the_tabs_stand_closer_where_that_makes_room_for_the_tools(open_chart):
    page = open_chart("A-010", (1280, 720))
    tools, bar = page.tab("overview").tools, page.tabs.tabBar()
    for width in range(1280, 1000, -20):  # how wide depends on how many tabs there are
        page.window().resize(width, 720)
        settle()
        if bar.property("dense"):
            break
    assert bar.property("dense") is True
    assert place(tools).y() < place(bar).y() + bar.height()
    page.window().resize(1366, 768)
    settle()
    assert bar.property("dense") is False
    assert bar.height() <= 34


def test_tools_are_there_only_while_their_tab_is_in_front(open_chart):
    page = open_chart("A-003")
    tool = give_tool(page, "milestones", 120)
    page.show_tab("visits")
    settle()
    assert not tool.isVisible()
    page.show_tab("milestones")
    settle()
    assert tool.isVisible()


@pytest.mark.parametrize(("width", "beside"), [(120, True), (560, False)])
def test_in_a_small_window_tools_are_beside_the_choice_of_tabs_or_below_it(
    open_chart, width, beside
):
    page = open_chart("A-003", (683, 364))
    tool = give_tool(page, "milestones", width)
    assert tool.isVisible() and page.choice.isVisible()
    below = place(page.choice).y() + page.choice.height()
    assert (place(tool).y() < below) is beside
    assert page.window().width() == 683


def test_a_digit_shows_the_tab_of_that_place(open_chart):
    page = open_chart("A-003")
    there = [page._tabs[at].id for at in range(page.tabs.count()) if page.tabs.isTabVisible(at)]
    for digit in (2, 3, 9, 1):
        write(str(digit))
        assert page.front == there[digit - 1]
        shown = page.tabs.tabToolTip(page.tabs.currentIndex())
        assert shown == f"{page.title_of(page.front)}: key {digit}"
    press(Key.Key_0)
    assert page.front == there[0]


def test_a_digit_of_another_keyboard_shows_the_same_tab(open_chart):
    page = open_chart("A-003")
    page.start.setFocus()
    write("۲")
    assert page.front == "visits"


def test_a_list_with_the_keyboard_leaves_digits_and_letters_to_the_chart(open_chart):
    page = open_chart("A-003")
    page.show_tab("visits")
    page.tab("visits").table.setFocus()
    write("a")
    assert page.front == "alerts"


def test_e_logs_an_event_and_what_is_typed_there_is_typed(open_chart):
    page = open_chart("A-003")
    write("e")
    assert page.front == "events"
    line = page.tab("events").editor.term.line
    assert focused() is line
    write("e12 ta")
    assert line.text() == "e12 ta" and page.front == "events"
    page.show_tab("overview")
    page.start.setFocus()
    write("e")
    assert page.front == "events" and line.text() == "e12 ta", "what was typed goes on"
    assert page.acts.log.text() == "Log event E"


def test_e_on_a_locked_record_says_why_not(open_chart, demo, numbered):
    patient, told = numbered("A-003"), []
    lock = Lock(
        level=LockLevel.PATIENT,
        subject=patient.id,
        patient_id=patient.id,
        locked_by="neuro",
        locked_at=clock.now(),
        reason="left the study",
    )
    with demo.write("locked", granted=frozenset({Right.LOCK})):
        demo.locks.save(lock)
    page = open_chart("A-003")
    page.context.told.connect(told.append)
    write("e")
    assert page.front == "events" and "left the study" in told[-1]
    assert focused() is not page.tab("events").editor.term.line


def test_who_only_reads_has_no_key_that_enters(demonstration_template, tmp_path, open_window):
    template, key = demonstration_template
    path = tmp_path / "demo.als"
    shutil.copyfile(template, path)
    with closing(Session(path, key, "monitor")) as session:
        shell = open_window(session)
        (patient,) = [one for one in session.patients.all() if one.record_number == "A-003"]
        shell.open_chart(patient.id)
        settle()
        page = shell.page("chart")
        assert not page.acts.log.isVisible()
        offered = [one.text() for one in page.acts.more.menu().actions() if one.isVisible()]
        assert [text for text in offered if text] == ["Casebook", "Patient sheet…"]
        write("e")
        assert page.front == "overview"
        write("a")
        assert page.front == "alerts"


def test_a_reads_the_alerts(open_chart):
    page = open_chart("A-010")
    write("a")
    assert page.front == "alerts"
    assert focused() in page.tab("alerts").list.buttons.values()


def test_the_arrows_move_what_a_digit_brought_to_the_front(open_chart):
    page = open_chart("A-010")
    write("1")
    press(Key.Key_Left)
    assert page.front == "overview" and page.tab("overview").trends.chart.day is not None
    at = 1 + page._there.index("compare")
    write(str(at))
    before = page.tab("compare").visits
    press(Key.Key_Left)
    assert page.front == "compare" and page.tab("compare").visits != before
    write("2")
    press(Key.Key_Down)
    assert page.front == "visits" and page.tab("visits").table.currentIndex().row() >= 0
    write("1")
    assert page.front == "overview", "the next digit is still a key"


def test_every_key_of_a_chart_is_in_the_help():
    (keys,) = [keys for title, keys in PAGE_KEYS if title == "In a chart"]
    known = " ".join(key for key, _what in keys)
    for key in ("1–9", "E", "A"):
        assert key in known


@pytest.mark.parametrize("size", [(1366, 768), (683, 364)])
def test_the_keyboard_comes_to_the_tools_after_the_tabs_and_before_the_tab(open_chart, size):
    page = open_chart("A-010", size)
    panel = page.tab("overview").trends
    (page.choice if page.tabs.tabBar().isHidden() else page.tabs.tabBar()).setFocus()
    reached = []
    for _ in range(4):
        press(Key.Key_Tab)
        reached.append(focused())
    assert reached == [panel.axis, panel.whole, panel.more, panel.chart]


def test_in_a_small_window_tab_goes_round_the_whole_chart(open_chart):
    """The tabs, which are not shown there, kept the keyboard once."""
    page = open_chart("A-010", (683, 364))
    page.choice.setFocus()
    reached = [focused()]
    for _ in range(60):
        press(Key.Key_Tab)
        if focused() is page.choice:
            break
        assert focused() is not reached[-1], "Tab goes on"
        reached.append(focused())
    assert focused() is page.choice
    assert {page.tab("overview").trends.chart, page.start, page.print} <= set(reached)
    page.window().resize(1366, 768)
    settle()
    page.start.setFocus()
    press(Key.Key_Tab)
    assert focused() is page.tabs.tabBar(), "wide again, the tabs are reached"
