"""What was done to the patient's data, and the way back to how the chart stood."""

from ui.context import AppContext
from ui.pages.chart.tab import ChartRecord, Tab, TabKind
from ui.widgets.basics import column
from ui.widgets.trail_history import TrailHistory
from ui.words import tr


class HistoryTab(Tab):
    topic = "chart#history"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.history = TrailHistory(context)
        self.setLayout(column(self.history))

    def draw(self, now: ChartRecord) -> None:
        self.history.show_patient(now.record.patient.id)


HISTORY = TabKind(id="history", title=lambda _now: tr("History"), make=HistoryTab)
