"""The course of the disease at a glance: trends at the left, alerts and the timeline at the right."""

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from core.model.record import PatientRecord
from core.views import chart
from ui import theme
from ui.context import AppContext
from ui.pages.chart.alerts import FIRST
from ui.pages.chart.tab import ChartRecord, Tab, TabKind
from ui.pages.chart.trends import TrendsPanel
from ui.widgets.alerts_card import AlertsCard
from ui.widgets.basics import card, clear, column, label, row, scrolled
from ui.widgets.responsive import Columns
from ui.words import tr

DOTS = {
    "visit": "accent",
    "draft": "warn",
    "event": "warn",
    "serious": "bad",
    "milestone": "muted",
    "reference": "good",
}


class OverviewTab(Tab):
    """What a chart opens on."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.trends = TrendsPanel(context)
        self.tools = self.trends.tools
        self.trends.chart.opens.connect(self.leads_to)
        self.trends.chart.opens_visit.connect(lambda visit: self.leads_to.emit("visits", visit))
        self.alerts = AlertsCard()
        self.alerts.opened.connect(lambda action: self.leads_to.emit("alerts", action or FIRST))
        self._timeline = QVBoxLayout()
        self._timeline.setSpacing(6)
        inner = QWidget()
        inner.setLayout(column(self._timeline, None))
        area: QScrollArea = scrolled(inner, tr("Timeline"))
        timeline = card(label(tr("Timeline"), "heading"), area)
        right = QWidget()
        right.setLayout(column(self.alerts, timeline, spacing=10))
        self.setLayout(column(Columns(self.trends, right, fixed={1: 292})))

    def draw(self, now: ChartRecord) -> None:
        self.trends.show_record(now.record)
        self.alerts.show_actions(now.open_actions, now.decided_actions)
        self._show_timeline(now.record)

    def take_key(self, key: str) -> bool:
        return self.trends.take_key(key)

    def save(self) -> bool:
        """The results behind the chart."""
        return self.trends.ask_export()

    def _show_timeline(self, record: PatientRecord) -> None:
        clear(self._timeline)
        happenings = chart.timeline(record)
        for one in happenings:
            dot = label("●")
            dot.setStyleSheet(f"color: {theme.colour(DOTS[one.kind]).name()};")
            words = column(label(one.title, wrap=True), spacing=0)
            details = " · ".join(part for part in (one.when, one.detail) if part)
            words.addWidget(label(details, "muted", wrap=True))
            line = row(dot, words, spacing=8, top=True)
            line.setStretch(1, 1)
            self._timeline.addLayout(line)
        if not happenings:
            self._timeline.addWidget(label(tr("Nothing yet."), "muted"))


OVERVIEW = TabKind(id="overview", title=lambda _now: tr("Overview"), make=OverviewTab)
