"""Patients: every column sorts, filters say how many they keep, and the list leaves as it is shown."""

import csv
import io
from datetime import time, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from core import clock, words
from core.acts import cohort
from core.commands import demonstration
from core.entering import appointing
from core.exports import named
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from core.views import patients
from core.words import short_day
from tests.core.examples import a_patient, enter_visit, summing_to
from tests.languages import mirrored
from tests.ui.keyboard import Key, press, settle, tab_to
from ui import theme
from ui.models.table import SECOND_LINE_ROLE
from ui.pages import patients_page
from ui.pages.patients_page import CAPACITY, NEXT, SLOPE, STATUS, TOTAL
from ui.widgets.table import PAD

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


@pytest.fixture
def page(demo_shell, qtbot):
    """The demonstration's list, when everybody was looked at."""
    demo_shell.show_page("patients")
    found = demo_shell.page("patients")
    qtbot.waitUntil(lambda: not found.context.glances.is_waiting(found), timeout=30_000)
    settle()
    return found


def numbers(page):
    return [one.patient.record_number for one in page.model.rows]


def text(page, row, column):
    return page.model.index(row, column).data()


def sort(page, column, order):
    page.table.horizontalHeader().setSortIndicator(column, order)


def known(page, column):
    """The numbers of a column in the order that is shown, and whether what is not known comes last."""
    said = [text(page, row, column) for row in range(page.model.rowCount())]
    values = [None if one == "–" else float(one.split()[0].replace("−", "-")) for one in said]
    there = [one for one in values if one is not None]
    assert values == there + [None] * (len(values) - len(there)), "what is not known comes last"
    return there


def test_the_next_visit_says_its_appointment_and_sorts_by_it(page):
    rows = {number: row for row, number in enumerate(numbers(page))}

    def second(number):
        return page.model.index(rows[number], NEXT).data(SECOND_LINE_ROLE)

    today = clock.today()
    assert second("A-003") == "appointment today 10:30"
    moved = today + timedelta(days=55)
    assert second("A-008") == f"appointment {short_day(moved)} 09:00"
    missed = today - timedelta(days=20)
    assert second("A-004") == f"missed {short_day(missed)} 10:30"
    tip = page.model.index(rows["A-004"], NEXT).data(Qt.ItemDataRole.ToolTipRole)
    assert "chest infection" in tip and "window" in tip
    assert "appointment" not in second("A-005"), "who has none has the target"
    sort(page, NEXT, UP)
    expected = ["A-004", "A-003", "A-007", "A-013", "A-008"]
    assert [one for one in numbers(page) if one in expected] == expected


def test_the_next_visit_is_not_cut_in_a_small_window(page):
    page.window().resize(1366, 768)
    settle()
    metrics = QFontMetrics(theme.font(12))
    room = page.table.columnWidth(NEXT) - theme.px(20)
    for row in range(page.model.rowCount()):
        said = page.model.index(row, NEXT).data(SECOND_LINE_ROLE) or ""
        assert metrics.horizontalAdvance(said) <= room, said


def test_an_appointment_that_is_made_is_in_the_list_at_once(page, qtbot):
    session, today = page.context.session, clock.today()
    line = next(one for one in page.model.rows if one.patient.record_number == "A-005")
    span = line.coming.window
    wanted = appointing.Wanted(day=span.target, time=time(8, 15), note="", reason="")
    appointing.save(session, line.patient.id, line.coming.code, wanted)
    settle()
    row = numbers(page).index("A-005")
    said = page.model.index(row, NEXT).data(SECOND_LINE_ROLE)
    assert said.startswith("appointment ") and said.endswith(" 08:15")
    titles, (row,) = patients.table([(page.model.rows[row], page._glances.of(line))], today)
    assert dict(zip(titles, row, strict=True))["Appointment"] == f"{span.target} 08:15"


@pytest.mark.parametrize("column", [TOTAL, SLOPE, CAPACITY])
def test_a_column_sorts_by_its_numbers_and_the_unknown_comes_last_both_ways(page, column):
    everybody = set(numbers(page))
    sort(page, column, UP)
    upwards = known(page, column)
    sort(page, column, DOWN)
    assert upwards == sorted(upwards)
    assert known(page, column) == upwards[::-1]
    assert len(upwards) > 5
    assert set(numbers(page)) == everybody


def test_record_numbers_sort_as_numbers(session, shell):
    with session.write("entered"):
        for number in ("10", "9", "100"):
            session.patients.save(a_patient(record_number=number))
    shell.show_page("patients")
    settle()
    assert numbers(shell.page("patients")) == ["9", "10", "100"]


def test_the_selected_patient_stays_selected_when_the_order_changes(page):
    page.table.selectRow(4)
    chosen = page.model.rows[4].patient.id
    sort(page, CAPACITY, DOWN)
    assert page.model.row(page.table.currentIndex()).patient.id == chosen


def test_the_keyboard_sorts_as_a_press_on_the_head_does(page):
    page.sorted_by.setCurrentIndex(TOTAL)
    page.sorted_by.activated.emit(TOTAL)
    upwards = numbers(page)
    QTest.keyClick(page.turn, Key.Key_Space)
    assert known(page, TOTAL)[0] == max(known(page, TOTAL))
    assert numbers(page) != upwards
    assert page.turn.text() == "highest first"


def test_a_filter_keeps_as_many_as_it_says(page):
    for chip in page.chips.values():
        if chip.isVisible():
            chip.setChecked(True)
            assert str(page.model.rowCount()) == chip.text().rsplit("  ", 1)[1]
            assert page._count.text().startswith(f"{page.model.rowCount()} of ")
            chip.setChecked(False)


def test_filters_of_one_kind_widen_and_of_two_kinds_narrow(page):
    page.chips["died"].setChecked(True)
    died = set(numbers(page))
    page.chips["followed"].setChecked(True)
    both = set(numbers(page))
    page.chips["bulbar"].setChecked(True)
    bulbar = set(numbers(page))
    assert died < both
    assert bulbar < both
    assert all(
        one.patient.onset_region.value == "bulbar" and one.patient.record_number in both
        for one in page.model.rows
    )


def test_esc_shows_everybody_again(page):
    everybody = numbers(page)
    page.chips["died"].setChecked(True)
    page.chips["niv"].setChecked(True)
    settle()
    assert page.model.rowCount() == 0
    assert page.everybody.isVisible() and "Esc" in page.everybody.text()
    QTest.keyClick(page, Key.Key_Escape)
    assert numbers(page) == everybody


def test_what_is_shown_is_what_the_chart_says(page, demo_shell, numbered):
    """Of every patient: the list is made from the same figures as the chart, so that the two never differ."""
    from core.views import chart

    for row, one in enumerate(page.model.rows):
        record = demo_shell.context.session.record(one.patient.id)
        total, _delta, _slope, stages, capacity, _weight = chart.figures(record, clock.today())
        assert text(page, row, TOTAL) == total.text
        assert text(page, row, patients_page.STAGE) == stages.text
        assert text(page, row, CAPACITY) == capacity.text


def test_a_value_that_was_just_entered_is_there(session, shell, patient, qtbot):
    shell.show_page("patients")
    page = shell.page("patients")
    qtbot.waitUntil(lambda: not page.context.glances.is_waiting(page))
    assert text(page, 0, TOTAL) == "–"
    enter_visit(session, patient, clock.today() - timedelta(days=3), scores=summing_to(41))
    settle()
    qtbot.waitUntil(lambda: text(page, 0, TOTAL) == "41 / 48")


def test_who_died_is_not_called_treated(page):
    sort(page, STATUS, UP)
    for row, one in enumerate(page.model.rows):
        if one.record.dead:
            assert text(page, row, STATUS) == "died"


def test_the_list_leaves_as_it_is_shown_without_names_and_is_written_down(
    page, demo_shell, monkeypatch, tmp_path, qtbot
):
    sort(page, CAPACITY, UP)
    page.chips["alerts"].setChecked(True)
    shown = numbers(page)
    path = tmp_path / "list.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    page._let_out(named("patients-csv"))
    qtbot.waitUntil(path.exists)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert [one["Record number"] for one in rows] == shown
    assert all(one["Open alerts"] for one in rows)
    names = {one.patient.name for one in page.model.rows if one.patient.name}
    assert not any(name in path.read_text("utf-8-sig") for name in names)
    entry = demo_shell.context.session.trail.entries(entity=Act.EXPORTED.value)[0]
    assert str(entry.after).count("list of patients") == 1
    assert f'"patients": {len(shown)}' in str(entry.after)


@pytest.fixture
def text_size(app):
    yield lambda percent: theme.choose_text_size(app, percent)
    theme.choose_text_size(app, 100)


@pytest.fixture
def longer(app, demonstration_template):
    before = words.speak(mirrored())
    theme.follow_language(app)
    yield
    words.speak(before)
    theme.follow_language(app)


def cut_words(page, column):
    """What of a column is wider than it, or out of sight."""
    table, model = page.table, page.model
    room = table.columnWidth(column) - 2 * PAD
    left = table.columnViewportPosition(column)
    if table.isColumnHidden(column) or not (
        left >= 0 and left + table.columnWidth(column) <= table.viewport().width()
    ):
        return ["the whole column"]
    fonts = (theme.font(weight=QFont.Weight.DemiBold), theme.font(size=12))
    said = [
        (font, str(model.index(row, column).data(role) or ""))
        for row in range(model.rowCount())
        for font, role in zip(fonts, (Qt.ItemDataRole.DisplayRole, SECOND_LINE_ROLE), strict=True)
    ]
    return [text for font, text in said if QFontMetricsF(font).horizontalAdvance(text) > room]


def all_whole(page):
    said = [
        page.model.index(row, NEXT).data(SECOND_LINE_ROLE) for row in range(page.model.rowCount())
    ]
    assert any("," in one for one in said), "somebody is overdue"
    assert cut_words(page, STATUS) == cut_words(page, NEXT) == []


@pytest.mark.parametrize(
    ("size", "percent"),
    [((1366, 768), 100), ((1280, 720), 100), ((683, 364), 100), ((1366, 728), 200)],
)
def test_the_words_of_a_status_are_never_cut(page, demo_shell, text_size, size, percent):
    text_size(percent)
    demo_shell.window().resize(*size)
    demo_shell.show_page("patients")
    settle()
    all_whole(page)


def test_the_words_of_a_status_are_not_cut_in_a_longer_language(longer, page, demo_shell):
    for size in ((1366, 768), (1280, 720)):
        demo_shell.window().resize(*size)
        settle()
        all_whole(page)


def test_the_filters_go_on_in_the_line_of_the_order_of_a_narrow_window(page, demo_shell):
    """No line is left to one filter beside an empty half."""
    demo_shell.window().resize(1280, 720)
    settle()
    tools = [one for one in page.chips.values() if one.isVisible()] + [page.sorted_by]
    tops = sorted({one.mapTo(page, one.rect().center()).y() // 20 for one in tools})
    assert len(tops) <= 2
    assert max(one.mapTo(page, one.rect().topRight()).x() for one in tools) < page.width()


def test_a_page_without_patients_offers_everybody(page):
    everybody = page.everybody
    assert not everybody.isVisible()
    page.search("nobody is called this")
    settle()
    assert everybody.isVisible() and everybody.accessibleName() == "Show everybody"
    assert "Esc" in everybody.text(), "the key is on the button"
    QTest.mouseClick(everybody, Qt.MouseButton.LeftButton)
    settle()
    assert len(numbers(page)) == len(page._lines) and not everybody.isVisible()
    assert page.table.hasFocus()


def test_everybody_is_shown_again_by_keyboard_where_no_filter_fits(page):
    for name in ("died", "niv"):
        page.chips[name].setChecked(True)
    settle()
    assert numbers(page) == []
    assert "No patient passes these filters." in page._none.text()
    tab_to("Show everybody")
    press(Key.Key_Return)
    settle()
    assert len(numbers(page)) == len(page._lines)
    assert not any(one.isChecked() for one in page.chips.values())


@pytest.fixture
def neurologist(demo):
    """The demonstration's file, opened by its neurologist."""
    key, path = demo.data_key, demo.path
    demo.close()
    session = Session(path, key, demonstration.LOGINS[Role.NEUROLOGIST])
    yield session
    session.close()


def test_the_care_quality_list_of_what_is_shown_is_made_beside_the_window(
    neurologist, open_window, qtbot, tmp_path, monkeypatch
):
    """The patients are read in a thread, while the file belongs to the window: it is kept there afterwards."""
    session, shell = neurologist, open_window(neurologist)
    shell.show_page("patients")
    page = shell.page("patients")
    qtbot.waitUntil(lambda: not page.context.glances.is_waiting(page), timeout=30_000)
    page.chips["alerts"].setChecked(True)
    shown = numbers(page)
    path = tmp_path / "care.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    page._let_out(named("care-quality-csv"))
    qtbot.waitUntil(path.exists, timeout=60_000)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert sorted({one["Record number"] for one in rows}) == sorted(shown)
    assert session.trail.verify().problem == ""
    cohort.keep(session)
    told = []
    cohort.load(session, clock.today(), lambda done, of: told.append((done, of)))
    assert told[0] == (21, 21), "everybody is known"
