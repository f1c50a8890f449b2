"""The criteria of the protocol, where it has any."""

from core.findings import eligibility
from core.protocols import catalog as protocols
from ui.context import AppContext
from ui.pages.chart.tab import ChartRecord, Tab, TabKind, stacked
from ui.widgets.basics import column
from ui.widgets.eligibility import EligibilityView
from ui.words import tr


class EligibilityTab(Tab):
    topic = "chart#eligibility"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.view = EligibilityView(context)
        self.setLayout(column(stacked(self.view)))

    def draw(self, now: ChartRecord) -> None:
        self.view.show_record(now.record, protocols.of_screening(now.record))


def _title(now: ChartRecord) -> str:
    """It counts what is not accepted as a deviation."""
    protocol = protocols.of_screening(now.record)
    failing = sum(one.fails for one in eligibility.evaluate(now.record, protocol))
    title = tr("Eligibility ({n} not fulfilled)").format(n=failing)
    return title if failing else tr("Eligibility")


ELIGIBILITY = TabKind(
    id="eligibility",
    title=_title,
    make=EligibilityTab,
    is_there=lambda now: bool(protocols.of_screening(now.record).criteria),
)
