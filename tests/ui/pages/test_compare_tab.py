"""Two visits side by side in a chart: every number shown is the record's, and each key does what it says."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core import clock
from core.entering.visit import beginning
from core.instruments import catalog as instruments
from core.model.assessment import Answer
from core.science.spirometry import evaluate
from tests.core.examples import enter_visit
from tests.ui.conftest import words
from tests.ui.keyboard import Key, focused, press, settle, write
from ui.models.table import SECOND_LINE_ROLE

ALSFRS = instruments.alsfrs_r()
ITEM, THEN, MOVED, NOW, CHANGE, THIRD = range(6)


@pytest.fixture
def chart(open_chart):
    return open_chart("A-015")


@pytest.fixture
def tab(chart):
    chart.setFocus()
    write("c")
    settle()
    return chart.tab("compare")


def table(tab):
    return tab._tables[0]


def cells(view, column, role=Qt.ItemDataRole.DisplayRole):
    model = view.model()
    return [model.index(row, column).data(role) for row in range(model.rowCount())]


def as_number(text):
    return None if text == "–" else float(text.replace("−", "-"))


def check_answers(tab, record):
    """Each row of the first table against the forms of the record."""
    then, now = (record.assessment(one.id, "alsfrs-r") for one in tab.visits[:2])
    shown = table(tab)
    lines = zip(
        shown.rows, cells(shown, THEN), cells(shown, NOW), cells(shown, CHANGE), strict=True
    )
    for row, was, is_, change in lines:
        scale = next((one for one in ALSFRS.scales if one.title == row.title), None)
        values = []
        for form, text in ((then, was), (now, is_)):
            given = {} if form is None else form.values
            known = given.get(row.slot) if row.slot else scale.score(given)
            expected = "–" if known is None else str(known)
            if known is not None and not row.slot:
                expected = f"{known} / {scale.maximum}"
            assert text == expected, row.title
            values.append(known)
        if None in values or row.change is None:
            assert change == "–"
        else:
            assert as_number(change) == values[1] - values[0]


def check_measures(tab, record):
    shown = tab.measures
    by_id = {one.id: at for at, one in enumerate(shown.rows)}
    texts = [cells(shown, column) for column in (1, 2)]
    for at, visit in enumerate(tab.visits[:2]):
        if "weight" in by_id and visit.weight_kg is not None:
            assert texts[at][by_id["weight"]] == f"{visit.weight_kg:.1f}"
        for session in record.spirometry:
            name = f"{session.test_type.value}_{session.position.value}"
            if session.visit_id == visit.id and session.measured:
                result = evaluate(session)
                assert texts[at][by_id[f"{name}.litres"]] == f"{result.best_l:.2f}"
                assert texts[at][by_id[f"{name}.percent"]] == f"{result.percent:.1f}"
        for one in record.measurements:
            if one.visit_id == visit.id and one.value is not None:
                shown_ = as_number(texts[at][by_id[f"measurement.{one.kind}"]])
                assert shown_ == pytest.approx(one.value, abs=0.5)
    for then, now, change in zip(*texts, cells(shown, 4), strict=True):
        if "–" in (then, now):
            assert change == "–", "missing is not zero"
        elif change != "–":
            difference = as_number(now) - as_number(then)
            assert as_number(change.replace("+", "")) == pytest.approx(difference, abs=1e-9)


@pytest.mark.parametrize("number", ["A-001", "A-003", "A-012", "A-015"])
def test_every_number_of_every_pair_is_that_of_the_record(open_chart, demo, numbered, number):
    tab = open_chart(number).tab("compare")
    record = demo.record(numbered(number).id)
    every = list(record.finished_visits)
    pairs = [(a, b) for n, a in enumerate(every) for b in every[n + 1 :]]
    assert pairs
    for first, last in pairs:
        tab.show_pair(last.id, first.id)  # whichever is picked first
        if not tab.forms and not tab.measures.rows:
            continue
        assert [one.id for one in tab.visits] == [first.id, last.id]
        if tab.forms:
            check_answers(tab, record)
        check_measures(tab, record)


def test_the_tab_opens_on_the_last_pair_and_names_it(tab, chart):
    assert chart.front == "compare" and focused() is table(tab)
    heads = [
        table(tab).model().headerData(at, Qt.Orientation.Horizontal) for at in (ITEM, THEN, NOW)
    ]
    assert heads[0] == "ALSFRS-R"
    assert heads[1].startswith("Month 4, ") and heads[2].startswith("Month 6, ")
    said = words(tab)
    assert "days apart, −2.00 /month (two visits alone give no interval)." in said
    assert "Since Month 4" in said and "Stage" in said
    changed = cells(table(tab), ITEM, SECOND_LINE_ROLE)
    assert "5a then, 5b now: two scales, not compared" in changed
    total = cells(table(tab), ITEM).index("Total")
    assert cells(table(tab), NOW)[total] == "27 / 48"
    text = table(tab).model().index(total, NOW).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text.startswith("Now: 27 / 48")


def test_only_what_changed(tab):
    every = len(table(tab).rows)
    write("o")
    assert tab.only.isChecked()
    rows = table(tab).rows
    assert len(rows) < every and rows[-1].title == "Total"
    assert all(one.changed for one in rows[:-1])
    write("O")
    assert len(table(tab).rows) == every


def test_arrows_go_from_pair_to_pair_wherever_the_keyboard_is(tab):
    last = tab.visits
    press(Key.Key_Left)
    assert tab.visits[1].date <= last[0].date
    assert tab.after.isEnabled()
    tab.before.setFocus()
    press(Key.Key_Right)
    assert tab.visits == last
    press(Key.Key_Right)
    assert tab.visits == last, "after the last pair there is none"
    assert not tab.after.isEnabled()


def test_a_pick_compares_with_that_visit(tab, chart):
    picks = [one for one in tab.picks.findChildren(type(tab.only)) if one.isVisible()]
    assert [one.isChecked() for one in picks] == [True, False]
    assert picks[1].accessibleName() == "Compare with Month 2, the first complete ALSFRS-R"
    QTest.mouseClick(picks[1], Qt.MouseButton.LeftButton)
    settle()
    heads = table(tab).model().headerData(THEN, Qt.Orientation.Horizontal)
    assert heads.startswith("Month 2, ")
    check_answers(tab, tab.record)


def test_any_two_visits_are_chosen_from_the_list(tab):
    tab._fill_menu()
    texts = [one.text() for one in tab._menu.actions() if one.isCheckable()]
    assert any(one.startswith("Screening, ") for one in texts)
    entry = next(one for one in tab._menu.actions() if one.text().startswith("Screening, "))
    entry.trigger()
    settle()
    first = tab.record.visits[0]
    assert tab.visits[0].id == first.id
    assert {row.then.words for row in table(tab).rows if row.slot} == {"not asked"}
    assert set(cells(table(tab), CHANGE)) == {"–"}


def test_enter_opens_the_later_visit(tab, demo_shell):
    last = tab.visits[1]
    press(Key.Key_Return)
    settle()
    page = demo_shell.page("visit")
    assert demo_shell.current is page
    assert page.draft.visit.id == last.id and page.current == "review"


def test_a_third_visit_has_a_column_on_a_wide_screen_only(open_chart, demo):
    chart = open_chart("A-015", (1920, 1080))
    chart.show_tab("compare")
    settle()
    tab, page = chart.tab("compare"), chart.window()
    first = tab.record.visits[-3]
    tab.show_pair(*[one.id for one in tab.visits], first.id)
    settle()
    assert not table(tab).isColumnHidden(THIRD)
    third = tab.record.assessment(first.id, "alsfrs-r")
    shown = dict(zip([row.slot for row in table(tab).rows], cells(table(tab), THIRD), strict=True))
    for slot in ALSFRS.slots:
        assert shown[slot] == ("–" if third is None else str(third.values.get(slot, "–")))
    page.resize(1366, 768)
    settle()
    settle()
    assert table(tab).isColumnHidden(THIRD)


def test_a_form_that_is_rated_blind_is_not_compared(open_chart, demo, numbered):
    patient = numbered("A-003")
    visit_id = beginning.start_visit(demo, patient.id, "M4", clock.today())
    with demo.write("answers"):
        demo.assessments.open(visit_id, "alsfrs-r", "1", demo.login)
        item = ALSFRS.items[0]
        demo.assessments.save_answer(
            visit_id, "alsfrs-r", item.place, Answer(item=item.id, value=1)
        )
    tab = open_chart("A-003").tab("compare")
    assert visit_id not in [one.id for one in tab.visits]


def test_one_visit_is_compared_with_nothing(session, due, shell):
    shell.open_chart(due.id)
    settle()
    chart = shell.page("chart")
    chart.show_tab("compare")
    settle()
    assert "There are not two visits to compare yet." in words(chart.tab("compare"))
    enter_visit(session, due, clock.today() - timedelta(days=1), None, weight_kg=60.0)
    settle()
    assert len(chart.tab("compare").visits) == 2


def test_no_row_is_higher_than_its_words_need_while_others_are_cut(open_chart):
    """Columns get their widths after the table: heights are those of the widths that are seen."""
    chart = open_chart("A-012")
    chart.show_tab("compare")
    settle()
    settle()
    shown = table(chart.tab("compare"))
    before = [shown.rowHeight(at) for at in range(len(shown.rows))]
    shown.fit_rows()
    assert [shown.rowHeight(at) for at in range(len(shown.rows))] == before
    total = before[-1] + shown.rowViewportPosition(len(before) - 1)
    assert total <= shown.viewport().height(), "the total is in sight"
