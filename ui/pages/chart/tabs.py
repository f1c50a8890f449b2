"""The tabs of a chart, in their order. A new one is one line here."""

from ui.pages.chart.alerts import ALERTS
from ui.pages.chart.compare import COMPARE
from ui.pages.chart.eligibility import ELIGIBILITY
from ui.pages.chart.events import EVENTS
from ui.pages.chart.history import HISTORY
from ui.pages.chart.laboratory import LABORATORY
from ui.pages.chart.milestones import MILESTONES
from ui.pages.chart.overview import OVERVIEW
from ui.pages.chart.queries import QUERIES
from ui.pages.chart.record_tab import record_tab
from ui.pages.chart.tab import TabKind
from ui.pages.chart.treatments import treatments
from ui.pages.chart.visits import VISITS


def tabs() -> tuple[TabKind, ...]:
    """Those of every patient; the forms that have no tab of their own share one."""
    before = (OVERVIEW, VISITS, EVENTS, treatments(), LABORATORY, record_tab(), COMPARE)
    after = (MILESTONES, ELIGIBILITY, ALERTS, QUERIES, HISTORY)
    return (*before, *after)
