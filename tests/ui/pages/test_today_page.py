"""Today: visits in their groups with the last values; day 0 of many patients is entered in one column."""

from datetime import timedelta

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from core import clock
from core.views import chart
from tests.core.examples import a_patient, enter_visit
from tests.ui.conftest import words
from tests.ui.keyboard import Key, press, settle
from ui.models.table import HEAD_ROLE
from ui.pages.today_page import CAPACITY, TOTAL


@pytest.fixture
def today(demo_shell, qtbot):
    demo_shell.show_page("today")
    page = demo_shell.page("today")
    qtbot.waitUntil(lambda: not page.alerts.busy, timeout=30_000)
    settle()
    return page


@pytest.fixture
def undated(session, shell):
    """Three imported patients whose infusion has no day yet, in the column where it is entered."""
    with session.write("entered"):
        for number in ("1", "2", "3"):
            session.patients.save(a_patient(record_number=number, reference_on=None))
    shell.show_page("today")
    settle()
    return shell.page("today").missing_days


def lines(page):
    model = page.model
    return [model.index(n, 0) for n in range(model.rowCount())]


def saved(session):
    return {p.record_number: p.reference_on for p in session.patients.all()}


def test_each_group_has_its_head_and_as_many_rows_as_the_line_above_says(today):
    found, count = [], 0
    for index in lines(today):
        head = index.data(HEAD_ROLE)
        if head is not None:
            found.append([head, 0])
        else:
            found[-1][1] += 1
            count += 1
    assert not [head for head, _n in found if any(map(str.isdigit, head))]  # the line above counts
    counted = today._counts.text().split(" · ")
    assert [int(one.split()[0]) for one in counted] == [n for _head, n in found]
    assert count == len(today.model.rows) > 5


def test_arrows_go_from_visit_to_visit_and_never_to_a_head(today):
    today.focus_first()
    chosen = []
    for _ in today.model.rows:
        chosen.append(today.model.row(today.table.currentIndex()))
        press(Key.Key_Down)
    assert chosen == list(today.model.rows)


def test_a_head_opens_nothing(today, demo_shell):
    head = today.model.index(0, 0)
    assert head.data(HEAD_ROLE) is not None
    today.table.doubleClicked.emit(head)
    assert demo_shell.current is today


def test_the_last_values_are_those_of_the_chart(today, demo):
    for item in today.model.rows:
        total, *_rest, capacity, _weight = chart.figures(
            demo.record(item.patient.id), clock.today()
        )
        line = today.model.line_of(item)
        assert today.model.index(line, TOTAL).data() == total.text
        assert today.model.index(line, CAPACITY).data() == capacity.text


def test_open_alerts_are_named_at_the_visit(today, demo):
    named = [item for item in today.model.rows if today._to_decide(item)]
    assert named
    for item in named:
        actions = today.context.glances.of(item.patient.id).actions
        assert today._to_decide(item) == ", ".join(dict.fromkeys(a.title for a in actions))


def test_the_selected_visit_stays_selected_when_another_is_started(today, demo_shell):
    last = today.model.rows[-1]
    today.table.selectRow(today.model.line_of(last))
    today.mark_stale()
    settle()
    assert today.model.row(today.table.currentIndex()).key == last.key


def test_after_an_import_the_days_are_typed_one_below_another(session, shell, undated):
    assert undated.isVisible(), "there is nothing else to do"
    undated.focus_first()
    for day in ("2026-03-14", "2026-04-15", "2026-05-16"):
        QTest.keyClicks(undated.window().focusWidget(), day)
        press(Key.Key_Return)
    settle()
    assert [str(day) for day in saved(session).values()] == [
        "2026-03-14",
        "2026-04-15",
        "2026-05-16",
    ]
    assert not undated.isVisible(), "all days are entered: the visits are shown"
    assert shell.page("today").model.rows


def test_a_column_is_pasted_downwards_and_what_is_wrong_is_said_and_kept(session, undated):
    first, second, third = undated.fields.values()
    first.setFocus()
    QGuiApplication.clipboard().setText("2026-03-14\nyesterday\n2099-01-01\n2026-06-01\n")
    told = []
    undated._context.told.connect(told.append)
    QTest.keySequence(first.line, "Ctrl+V")
    settle()
    assert list(map(str, saved(session).values())) == ["2026-03-14", "None", "None"]
    assert not first.has_problem
    assert "five years ahead" in words(third)
    assert second.has_problem
    assert told == ["1 line was not pasted: there is no patient left for it."]
    second_id = list(undated.fields)[1]
    assert session.typed.of("patient", second_id) == {"reference_on": "yesterday"}


def test_an_emptied_day_is_taken_back(session, undated):
    field = next(iter(undated.fields.values()))
    field.enter("2026-03-14")
    field.enter("")
    assert saved(session)["1"] is None


def test_a_day_behind_finished_visits_is_not_changed_here(session, undated):
    patient_id, field = next(iter(undated.fields.items()))
    field.enter("2026-03-14")
    patient = session.patients.get(patient_id)
    enter_visit(session, patient, clock.today() - timedelta(days=1))
    field.enter("2026-03-15")
    assert "change it on the patient's page" in words(field)
    assert str(saved(session)["1"]) == "2026-03-14"


def test_the_column_can_be_left_for_the_visits(session, due, shell):
    with session.write("entered"):
        session.patients.save(a_patient(record_number="77", reference_on=None))
    shell.show_page("today")
    page = shell.page("today")
    settle()
    assert page.table.isVisible(), "there are visits to do: the column waits behind its line"
    page.enter_missing_days()
    assert page.missing_days.isVisible()
    page.missing_days.closed.emit()
    assert page.table.isVisible()
