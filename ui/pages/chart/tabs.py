"""The tabs of a chart, in their order. A new one is one line here."""

from ui.pages.chart.alerts import ALERTS
from ui.pages.chart.eligibility import ELIGIBILITY
from ui.pages.chart.events import EVENTS
from ui.pages.chart.forms import form_tabs
from ui.pages.chart.history import HISTORY
from ui.pages.chart.laboratory import LABORATORY
from ui.pages.chart.milestones import MILESTONES
from ui.pages.chart.overview import OVERVIEW
from ui.pages.chart.queries import QUERIES
from ui.pages.chart.tab import TabKind
from ui.pages.chart.treatments import treatments
from ui.pages.chart.visits import VISITS


def tabs() -> tuple[TabKind, ...]:
    """Those of every patient, and one for each form about patients that this clinic has and that is no treatment."""
    before = (OVERVIEW, VISITS, EVENTS, treatments(), LABORATORY)
    after = (MILESTONES, ELIGIBILITY, ALERTS, QUERIES, HISTORY)
    return (*before, *form_tabs(), *after)
