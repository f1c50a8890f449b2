"""The stack of a chart in a real window: what mouse and keyboard show, what a screen reader is told, how it looks."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from core.model.adverse_event import Grade
from core.views.stack import build, geometry
from core.views.trends import Axis
from core.words import day
from tests.core.examples import INFUSION
from tests.core.views.stack.test_geometry import TODAY, a_course, event
from tests.ui.keyboard import Key, press, settle, write
from ui import theme
from ui.plots.trend_stack import TrendStack
from ui.settings import Appearance

EMBOLISM = event("Pulmonary embolism", INFUSION + timedelta(days=64), Grade.SEVERE, serious=True)
FALL = event("Fall", INFUSION + timedelta(days=210), Grade.MILD)


@pytest.fixture
def a_stack(show):
    """A course of six visits with two events, in a window of its own."""

    def made(size=(1100, 640), whole=False, axis=Axis.REFERENCE):
        chart = TrendStack()
        stack = build.build(a_course(events=(EMBOLISM, FALL)), TODAY, fields=("weight",))
        show(chart, size)
        scale = next(one for one in stack.scales if one.axis is axis)
        chart.show_stack(stack, scale, whole=whole)
        settle()
        return chart

    return made


def hit_of(chart, title):
    mark = next(mark for mark in chart.marks if mark.title == title)
    return next(hit for hit in chart.drawing.hits if hit.mark == mark.id)


def point_at(chart, x, y):
    QTest.mouseMove(chart, QPoint(round(x), round(y)))
    settle()


def x_of(chart, on):
    return geometry.time_axis(chart.stack, chart._sheet(), chart.scale).x(on)


def test_arrows_go_from_visit_to_visit_and_say_the_values_of_each(a_stack):
    chart = a_stack()
    chart.setFocus()
    press(Key.Key_Left)
    heads = chart.stack.heads
    assert chart.day == heads[-1].on, "from nowhere the last visit comes first"
    press(Key.Key_Left)
    assert chart.day == heads[-2].on
    said = chart.accessibleDescription()
    assert heads[-2].day in said and "31" in said
    assert "FVC, % predicted: " in said and "Weight" in said
    for _ in heads:
        press(Key.Key_Left)
    assert chart.day == heads[0].on, "it stays at the first"
    press(Key.Key_Right)
    assert chart.day == heads[1].on
    press(Key.Key_Escape)
    assert chart.day is None


def test_arrows_go_from_event_to_event_and_enter_opens_it(a_stack):
    chart = a_stack()
    opened = QSignalSpy(chart.opens)
    chart.setFocus()
    seen = []
    for _ in chart.marks:
        press(Key.Key_Down)
        seen.append(chart.mark.title)
    assert seen == [mark.title for mark in chart.marks]
    assert {"Infusion", "Pulmonary embolism", "Fall"} <= set(seen)
    while chart.mark.title != "Pulmonary embolism":
        press(Key.Key_Up)
    said = chart.accessibleDescription()
    assert "Pulmonary embolism" in said and "grade 3" in said and "serious" in said
    press(Key.Key_Return)
    assert opened.count() == 1
    assert opened.at(0) == ["events", EMBOLISM.id]


def test_enter_on_a_visit_opens_the_visit(a_stack):
    chart = a_stack()
    opened = QSignalSpy(chart.opens_visit)
    chart.setFocus()
    press(Key.Key_Left, Key.Key_Return)
    assert opened.at(0) == [chart.stack.heads[-1].id]


def test_the_mouse_over_a_value_shows_its_day_and_leaving_takes_it_away(a_stack):
    chart = a_stack()
    chart.clearFocus()
    head = chart.stack.heads[2]
    frame = chart.drawing.frames[0]
    point_at(chart, x_of(chart, head.on) + 6, (frame.top + frame.bottom) / 2)
    assert chart.day == head.on
    point_at(chart, 40, (frame.top + frame.bottom) / 2)
    assert chart.day is None, "over the figures there is no day"


def test_the_mouse_over_an_event_shows_it_and_a_click_opens_it(a_stack):
    chart = a_stack()
    opened = QSignalSpy(chart.opens)
    hit = hit_of(chart, "Fall")
    at = QPoint(round(hit.x + hit.width / 2), round(hit.y + hit.height / 2))
    point_at(chart, at.x(), at.y())
    assert chart.mark.title == "Fall" and chart.day is None
    assert chart.cursor().shape() is Qt.CursorShape.PointingHandCursor
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=at)
    assert opened.at(0) == ["events", FALL.id]


def test_what_is_pointed_at_is_painted_over_the_stack_and_goes_away_again(a_stack):
    chart = a_stack()
    bare = chart.grab().toImage()
    chart.point_at(chart.stack.heads[1].on)
    pointed = chart.grab().toImage()
    assert pointed != bare
    chart.point_at(None, chart.marks[-1])
    assert chart.grab().toImage() not in (bare, pointed)
    chart.point_at(None)
    assert chart.grab().toImage() == bare


def test_a_screen_reader_is_told_figures_stages_events_and_values(a_stack):
    said = a_stack().accessibleDescription()
    assert "ALSFRS-R total" in said and "28 / 48" in said
    assert "loses" in said and "/month" in said and "deltaFS" in said
    assert "King's: " in said and "MiToS: " in said
    assert f"Pulmonary embolism, {day(EMBOLISM.onset.first)}" in said
    for total in (40, 38, 36, 33, 31, 28):
        assert f"{total} on " in said


def test_a_narrow_stack_has_its_figures_above_its_plots_and_is_as_high_as_it_needs(a_stack):
    chart = a_stack((640, 300))
    assert chart.height() >= chart.minimumHeight() > 400
    assert "ALSFRS-R total" in chart.said and "28" in chart.said
    assert "Months since infusion" in chart.said


def test_a_copied_picture_is_white_sharp_titled_and_says_what_is_simulated(
    demo_shell, numbered, qtbot
):
    theme.choose(QApplication.instance(), Appearance.DARK)
    try:
        demo_shell.open_chart(numbered("A-015").id)
        settle()
        panel = demo_shell.page("chart").tab("overview").trends
        panel.chart.setFocus()
        press((Qt.KeyboardModifier.ControlModifier, Key.Key_C))
        picture = QApplication.clipboard().image()
    finally:
        theme.choose(QApplication.instance(), Appearance.LIGHT)
    assert picture.width() >= 2400, "twice as sharp as a screen"
    corners = [(0, 0), (picture.width() - 1, 0), (0, picture.height() - 1)]
    assert all(picture.pixelColor(*corner).name() == "#ffffff" for corner in corners)
    names = demo_shell.context.session.record(numbered("A-015").id).patient
    assert names.record_number not in panel.chart.said


def test_what_a_person_chose_is_there_again_the_next_time(demo_shell, numbered):
    demo_shell.open_chart(numbered("A-015").id)
    settle()
    panel = demo_shell.page("chart").tab("overview").trends
    panel.chart.setFocus()
    assert (panel.axis.text(), panel.whole.text()) == ("Months  M", "Used range  Z")
    write("m")
    write("z")
    assert (panel.axis.text(), panel.whole.text()) == ("Dates  M", "Whole scale  Z")
    assert panel.chart.whole and panel.chart.scale.axis is Axis.DATE
    context = demo_shell.context
    again = type(panel)(context)
    again.show_record(context.session.record(numbered("A-001").id))
    assert again.chart.whole and again.chart.scale.axis is Axis.DATE
    assert (again.axis.text(), again.whole.text()) == ("Dates  M", "Whole scale  Z")


def test_a_row_is_added_and_taken_away_in_the_menu(demo_shell, numbered):
    demo_shell.open_chart(numbered("A-015").id)
    settle()
    panel = demo_shell.page("chart").tab("overview").trends
    weight = next(one for one in panel._menu.actions() if one.text() == "Weight")
    assert weight.isChecked()
    assert [row.plot.id for row in panel.chart.stack.rows][-1] == "weight"
    weight.trigger()
    settle()
    assert "weight" not in [row.plot.id for row in panel.chart.stack.rows]
    weight = next(one for one in panel._menu.actions() if one.text() == "Weight")
    assert not weight.isChecked()
