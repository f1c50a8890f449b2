"""The stack of a chart in a real window: what mouse and keyboard show, what a screen reader is told, how it looks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from core import resources
from core.model.adverse_event import Grade
from core.model.assessment import Answer
from core.views.stack import build, geometry
from core.views.trends import Axis
from core.words import day
from tests.core.examples import INFUSION, a_patient, enter_visit
from tests.core.views.stack.test_geometry import TODAY, a_course, event
from tests.files.beside import beside_the_shipped
from tests.ui.keyboard import Key, entries_of, press, settle, write
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


def test_what_is_pointed_at_stays_through_a_correction_and_says_it_as_it_is_now(a_stack):
    chart = a_stack()
    chart.setFocus()
    fall = next(mark for mark in chart.marks if mark.title == "Fall")
    chart.point_at(None, fall)
    corrected = a_course(events=(EMBOLISM, replace(FALL, term="Syncope", grade=Grade.SEVERE)))
    chart.show_stack(build.build(corrected, TODAY), chart.scale, whole=False)
    assert (chart.mark.title, chart.mark.grade) == ("Syncope", 3)
    assert chart.accessibleDescription().startswith("Syncope; grade 3")
    gone = a_course(events=(EMBOLISM,))
    chart.show_stack(build.build(gone, TODAY), chart.scale, whole=False)
    assert chart.mark is None, "what was deleted is not shown, and cannot be opened"
    assert "Syncope" not in chart.accessibleDescription()
    opened = QSignalSpy(chart.opens)
    press(Key.Key_Return)
    assert opened.count() == 0


def test_the_line_stays_at_its_day_only_where_that_still_has_a_visit_or_a_value(a_stack):
    chart = a_stack()
    last, before = chart.stack.heads[-1].on, chart.stack.heads[-2].on
    shorter = build.build(a_course((40, 38, 36, 33, 31)), TODAY)
    chart.point_at(before)
    chart.show_stack(shorter, chart.scale, whole=False)
    assert chart.day == before
    assert day(before) in chart.accessibleDescription().splitlines()[0]
    chart.point_at(last)
    chart.show_stack(build.build(a_course((40, 38)), TODAY), chart.scale, whole=False)
    assert chart.day is None
    assert "ALSFRS-R total" in chart.accessibleDescription().splitlines()[0]


def test_a_patient_without_a_visit_shows_nothing_of_the_one_before(demo_shell, demo, numbered):
    """Of another patient nothing is pointed at: not even an infusion, or a day, that both have."""
    first, second = a_patient(record_number="X-1"), a_patient(record_number="X-2")
    with demo.write("two without a visit"):
        for patient in (first, second):
            demo.patients.save(patient)
    page = demo_shell.page("chart")
    demo_shell.open_chart(first.id)
    settle()
    chart = page.tab("overview").trends.chart
    chart.setFocus()
    press(Key.Key_Down)
    assert chart.mark is not None and chart.mark.role == "reference"
    demo_shell.open_chart(second.id)
    settle()
    assert (chart.mark, chart.day) == (None, None)


def test_a_screen_reader_is_told_figures_stages_events_and_values(a_stack):
    said = a_stack().accessibleDescription()
    assert "ALSFRS-R total" in said and "28 / 48" in said
    assert "loses" in said and "/month" in said and "deltaFS" in said
    assert "King's: " in said and "MiToS: " in said
    assert "Pulmonary embolism (grade 3 · serious" in said and day(EMBOLISM.onset.first) in said
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
    weight = next(one for one in entries_of(panel.more) if one.text() == "Weight")
    assert weight.isChecked()
    assert [row.plot.id for row in panel.chart.stack.rows][-1] == "weight"
    weight.trigger()
    settle()
    assert "weight" not in [row.plot.id for row in panel.chart.stack.rows]
    weight = next(one for one in entries_of(panel.more) if one.text() == "Weight")
    assert not weight.isChecked()


def test_an_older_version_that_compares_with_none_is_drawn_by_itself(shell, session, tmp_path):
    first = resources.path("instruments", "nrs_pain_fatigue.toml").read_text("utf-8")
    folder = tmp_path / "instruments"
    folder.mkdir()
    file = folder / "nrs_v2.toml"
    file.write_text(first.replace('version = "1"', 'version = "2"', 1), "utf-8")
    patient = a_patient(record_number="X-1")
    with beside_the_shipped(tmp_path / "resources", file):
        with session.write("answered twice, in two versions"):
            session.patients.save(patient)
        for day_, version in ((0, "1"), (60, "2")):
            visit = enter_visit(session, patient, INFUSION + timedelta(days=day_))
            with session.write("answered"):
                session.assessments.open(visit.id, "nrs-pain-fatigue", version, "dr.demo")
                session.assessments.save_answer(
                    visit.id, "nrs-pain-fatigue", "pain", Answer(item="pain", value=3 + day_ // 60)
                )
        shell.open_chart(patient.id)
        settle()
        panel = shell.page("chart").tab("overview").trends
        entries = [one for one in entries_of(panel.more) if one.text().startswith("Pain and")]
        assert [one.text() for one in entries] == [
            "Pain and fatigue",
            "Pain and fatigue, version 1",
        ]
        drawn = []
        for title in ("Pain and fatigue, version 1", "Pain and fatigue"):
            next(one for one in entries_of(panel.more) if one.text() == title).trigger()
            settle()
            chosen = [one.text() for one in entries_of(panel.more) if one.isChecked()]
            assert title in chosen
            (series, *_rest) = panel.chart.stack.rows[0].plot.series
            drawn.append([point.value for point in series.points])
        assert drawn == [[3], [4]]
