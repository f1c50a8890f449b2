"""Words of lists are read whole in a small window: on more lines, or other columns give way."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

from core import words
from tests.languages import mirrored
from tests.ui.keyboard import settle
from ui import theme
from ui.models.table import SECOND_LINE_ROLE
from ui.pages.today_page import STATUS, VISIT
from ui.widgets.table import PAD

SIZES = [(1366, 768), (1280, 720)]


def broken(text, metrics, room):
    """The lines on which a text is written in so many px."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if metrics.horizontalAdvance(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def cut(table, column, pad=PAD):
    """The texts of a column that are not read whole."""
    if table.isColumnHidden(column) or table.columnWidth(column) <= 2 * pad:
        return ["the whole column"]
    room, model, found = table.columnWidth(column) - 2 * pad, table.model(), []
    for row in range(model.rowCount()):
        index, high = model.index(row, column), 0
        if not index.flags() & Qt.ItemFlag.ItemIsSelectable:
            continue
        for role, font in (
            (Qt.ItemDataRole.DisplayRole, theme.font(weight=QFont.Weight.DemiBold)),
            (SECOND_LINE_ROLE, theme.font(size=12)),
        ):
            text, metrics = str(index.data(role) or ""), QFontMetricsF(font)
            lines = broken(text, metrics, room) if text else []
            high += len(lines) * metrics.height()
            found += [text for one in lines if metrics.horizontalAdvance(one) > room]
        if high > table.rowHeight(row):
            found.append(str(index.data()))
    return found


def in_sight(table):
    """Whether every column that is shown is within the list."""
    shown = [n for n in range(table.model().columnCount()) if not table.isColumnHidden(n)]
    return sum(table.columnWidth(n) for n in shown) <= table.viewport().width() + 1


@pytest.mark.parametrize("size", SIZES)
def test_a_visit_of_today_says_since_when_and_its_status_whole(demo_shell, qtbot, size):
    demo_shell.window().resize(*size)
    demo_shell.show_page("today")
    page = demo_shell.page("today")
    qtbot.waitUntil(lambda: not page.alerts.busy, timeout=30_000)
    settle()
    assert cut(page.table, VISIT) == []
    chips = QFontMetricsF(theme.font(size=12, weight=QFont.Weight.Medium))
    room = page.table.columnWidth(STATUS) - 2 * PAD - 12
    said = {one.status for one in page.model.rows}
    assert "missed appointment" in said
    assert [one for one in said if chips.horizontalAdvance(one) > room] == []
    assert in_sight(page.table)


@pytest.mark.parametrize("size", SIZES)
def test_the_events_of_the_clinic_say_term_and_outcome_whole(demo_shell, size):
    demo_shell.window().resize(*size)
    demo_shell.show_page("safety")
    settle()
    table = demo_shell.page("safety").table
    outcomes = {one.outcome_words for one in demo_shell.page("safety").model.rows}
    assert any(one.startswith("recovered with") for one in outcomes)
    for column in (1, 2, 4, 8, 9):
        assert cut(table, column, PAD - 4) == []
    assert in_sight(table)


@pytest.mark.parametrize("size", SIZES)
def test_who_entered_a_treatment_is_read_whole(demo_shell, numbered, size):
    demo_shell.window().resize(*size)
    demo_shell.open_chart(numbered("A-003").id)
    chart = demo_shell.page("chart")
    chart.show_tab("treatments")
    settle()
    table = chart.tab("treatments").list.table
    assert table.model().index(0, 4).data() == "Study nurse (demonstration)"
    for column in range(5):
        assert cut(table, column) == []
    assert in_sight(table)
    rows = sum(table.rowHeight(row) for row in range(table.model().rowCount()))
    assert table.viewport().height() >= rows, "rows that grew are all in sight"


@pytest.fixture
def longer(app, demonstration_template):
    before = words.speak(mirrored())
    theme.follow_language(app)
    yield
    words.speak(before)
    theme.follow_language(app)


@pytest.mark.parametrize("size", SIZES)
def test_heads_of_patients_have_room_in_a_longer_language(longer, demo_shell, qtbot, size):
    demo_shell.window().resize(*size)
    demo_shell.show_page("patients")
    page = demo_shell.page("patients")
    qtbot.waitUntil(lambda: not page.context.glances.is_waiting(page), timeout=30_000)
    settle()
    metrics = QFontMetricsF(theme.font(size=12))
    heads = {
        str(page.model.headerData(n, Qt.Orientation.Horizontal)): page.table.columnWidth(n)
        for n in range(page.model.columnCount())
        if not page.table.isColumnHidden(n)
    }
    tight = [one for one, wide in heads.items() if metrics.horizontalAdvance(one) + PAD > wide]
    assert tight == []
