"""The panel beside the plots of a chart: what it says, where it leads, how it is folded, and where it is in a small window."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from core import clock
from core.findings import alerts
from core.views import chart
from core.views.now import in_full, now
from core.views.since_last import since_last
from tests.ui.conftest import name_of, words
from tests.ui.keyboard import Key, focused, press, settle, tab_to, write
from ui import theme
from ui.pages.chart.overview import FOLDED, OPEN, PANEL


def panel(page):
    return page.tab("overview").panel


def place(widget):
    return widget.mapTo(widget.window(), widget.rect().topLeft())


@pytest.mark.parametrize("number", ["A-001", "A-006", "A-010", "A-014", "A-015"])
def test_it_says_what_core_says(open_chart, demo, numbered, number):
    page = open_chart(number)
    shown = words(panel(page)).splitlines()
    record, today = demo.record(numbered(number).id), clock.today()
    found, decided = alerts.open_and_decided(record, today)
    coming = page._now.coming
    for part in (*now(record, today, found, decided, coming), *since_last(record, today)):
        assert part.title in shown
        assert not part.beside or part.beside in shown
        for line in part.lines:
            assert line.text in shown
    for line in in_full(record, today).lines:
        assert line.text in shown
    for happening in chart.timeline(record):
        assert happening.title in shown


@pytest.mark.parametrize("number", ["A-001", "A-003", "A-010", "A-012", "A-015"])
def test_now_and_since_are_seen_without_scrolling(open_chart, number):
    side = panel(open_chart(number))
    seen = side.area.viewport().visibleRegion().boundingRect()
    last = [
        one
        for layout in (side._now, side._since)
        for one in (layout.itemAt(layout.count() - 1).widget(),)
    ]
    for one in last:
        bottom = one.mapTo(side.area.viewport(), one.rect().bottomLeft()).y()
        assert one.isVisible() and bottom <= seen.bottom()


def test_an_open_alert_leads_to_its_decision(open_chart):
    page = open_chart("A-010")
    (action, *_others) = page._now.open_actions
    tab_to(action.line)
    press(Key.Key_Space)
    assert page.front == "alerts"
    assert focused().accessibleName() == f"{action.title}: decide…"


def test_what_runs_leads_to_its_record(open_chart):
    page = open_chart("A-001")
    (line,) = [
        one for one in panel(page).findChildren(QPushButton) if name_of(one).startswith("Riluzole")
    ]
    line.setFocus()
    press(Key.Key_Return)
    assert page.front == "treatments"


def test_what_happened_leads_to_its_line(open_chart, demo, numbered):
    page = open_chart("A-009")
    (event,) = [one for one in demo.record(numbered("A-009").id).events if one.grade == 5]
    (line,) = [
        one for one in panel(page).findChildren(QPushButton) if name_of(one).startswith(event.term)
    ]
    line.setFocus()
    press(Key.Key_Space)
    assert page.front == "events"
    (row,) = page.tab("events").table.selectionModel().selectedRows()
    assert page.tab("events").model.row(row).id == event.id


def test_t_folds_and_opens_it_and_the_workstation_remembers(open_chart, settings):
    page = open_chart("A-001")
    tab = page.tab("overview")
    before = tab.trends.width()
    assert tab.panel.isVisible() and not tab.sides.edge.isVisible()
    write("t")
    assert not tab.panel.isVisible() and tab.sides.edge.isVisible()
    assert tab.trends.width() > before + theme.px(200)
    assert settings.chosen("demo", PANEL) == FOLDED
    tab.sides.edge.setFocus()
    press(Key.Key_Space)
    assert tab.panel.isVisible() and tab.trends.width() == before
    assert focused() is tab.panel.fold, "the keyboard is where it was closed"
    assert settings.chosen("demo", PANEL) == OPEN


def test_it_opens_folded_where_it_was_folded(open_chart, settings):
    settings.set_chosen("demo", PANEL, FOLDED)
    tab = open_chart("A-001").tab("overview")
    assert tab.sides.edge.isVisible() and not tab.panel.isVisible()
    assert name_of(tab.sides.edge) == "Open now, since last time and timeline"


def test_in_one_column_it_is_below_whole_and_never_folded(open_chart, settings):
    settings.set_chosen("demo", PANEL, FOLDED)
    page = open_chart("A-010", (683, 364))
    tab = page.tab("overview")
    assert tab.panel.isVisible() and not tab.sides.edge.isVisible()
    assert not tab.panel.fold.isVisible()
    assert place(tab.panel).y() >= place(tab.trends).y() + tab.trends.height()
    write("t")
    assert tab.panel.isVisible() and settings.chosen("demo", PANEL) == FOLDED
    for one in tab.panel.findChildren(QLabel):
        if one.isVisible() and one.wordWrap():
            assert one.height() >= one.heightForWidth(one.width()), one.text()
    assert not tab.panel.area.isVisible(), "the page scrolls, nothing within it"
    tab.window().resize(1366, 768)
    settle()
    assert tab.sides.edge.isVisible(), "wide again it is folded as it was"
    write("t")
    assert tab.panel.isVisible() and tab.panel.area.isVisible()
    assert tab.panel.area.widget() is not None


def test_the_header_says_onset_with_its_month_and_accepted_deviations(open_chart, demo, numbered):
    page = open_chart("A-012")
    shown = words(page._header)
    assert "1 deviation" in shown and "Infusion" in shown
    (chip,) = [one for one in page._header._chips if one.text() == "1 deviation"]
    assert "Age at screening" in chip.accessibleDescription()
