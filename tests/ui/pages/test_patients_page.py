"""Patients: every column sorts, filters say how many they keep, and the list leaves as it is shown."""

import csv
import io
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from core import clock
from core.acts import cohort
from core.commands import demonstration
from core.exports import named
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from tests.core.examples import a_patient, enter_visit, summing_to
from tests.ui.keyboard import Key, settle
from ui.pages import patients_page
from ui.pages.patients_page import CAPACITY, SLOPE, STATUS, TOTAL

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
    assert "Esc shows all patients again" in page._none.text()
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
