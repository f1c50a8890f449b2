"""The alerts of a patient: each with what led there, to be decided."""

from core.findings.alerts import Action
from ui.context import AppContext
from ui.pages.chart.tab import ChartRecord, Tab, TabKind, stacked
from ui.widgets.alerts_card import AlertsList
from ui.widgets.basics import card, column
from ui.widgets.decide import ask_decision
from ui.words import tr

FIRST = "first"  # the first alert there is, instead of one by its id


class AlertsTab(Tab):
    topic = "chart#alerts"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.list = AlertsList(context)
        self.list.asked.connect(self._ask_decision)
        self.setLayout(column(stacked(card(self.list))))

    def draw(self, now: ChartRecord) -> None:
        self.list.show_record(now.record, now.open_actions, now.decided_actions)

    def focus_on(self, what: str) -> None:
        """The button of an action, by its id."""
        self.list.focus("" if what == FIRST else what)

    def _ask_decision(self, action: Action) -> None:
        if self.record is not None and ask_decision(self, self.context, self.record, action):
            self.list.focus()


def _title(now: ChartRecord) -> str:
    found = now.open_actions
    return tr("Alerts ({n})").format(n=len(found)) if found else tr("Alerts")


ALERTS = TabKind(id="alerts", title=_title, make=AlertsTab)
