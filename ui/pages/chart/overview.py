"""The course of the disease at a glance: trends at the left; now, since last time and the timeline at the right."""

from PySide6.QtCore import Qt

from core.views import chart
from core.views.now import in_full
from core.views.now import now as what_is
from core.views.since_last import since_last
from ui.context import AppContext
from ui.pages.chart.side import EdgeButton, SidePanel
from ui.pages.chart.tab import ChartRecord, Tab, TabKind
from ui.pages.chart.trends import TrendsPanel
from ui.widgets.basics import column, show_only
from ui.widgets.responsive import Columns
from ui.words import tr

WIDTH = 292  # px of the panel
PANEL, OPEN, FOLDED = (
    "panel beside a chart",
    "open",
    "folded",
)  # what a workstation remembers of a person


class Sides(Columns):
    """The trends, and beside them the panel or the button that it is folded to; in one column nothing is folded."""

    def __init__(self, context: AppContext, trends: TrendsPanel) -> None:
        self.panel, self.edge = SidePanel(), EdgeButton()
        self._settings, self._login = context.settings, context.session.login
        self.is_narrow = False
        super().__init__(trends, self.panel, self.edge, fixed={1: WIDTH, 2: EdgeButton.WIDTH})
        self.panel.folded.connect(self.turn)
        self.edge.clicked.connect(lambda _checked=False: self.turn())

    def set_narrow(self, *, narrow: bool) -> None:
        super().set_narrow(narrow=narrow)
        self.is_narrow = narrow
        self.panel.set_whole(whole=narrow)
        self._fit()

    def turn(self) -> None:
        """Fold the panel, or open it; this workstation remembers it of who is signed in. The keyboard stays, where that is still seen."""
        before = self.focusWidget()
        had_keyboard = before is not None and before.hasFocus() and before.isVisible()
        self._settings.set_chosen(self._login, PANEL, FOLDED if self._is_open else OPEN)
        self._fit()
        if before is not None and had_keyboard and not before.isVisible():
            shown = self.panel.fold if self._is_open else self.edge
            shown.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def _is_open(self) -> bool:
        return self._settings.chosen(self._login, PANEL) != FOLDED

    def _fit(self) -> None:
        is_open = self.is_narrow or self._is_open
        shown, hidden = (self.panel, self.edge) if is_open else (self.edge, self.panel)
        show_only([shown], [hidden, shown])
        self.panel.fold.setVisible(not self.is_narrow)


class OverviewTab(Tab):
    """What a chart opens on."""

    topic = "chart#overview"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.trends = TrendsPanel(context)
        self.tools = self.trends.tools
        self.trends.chart.opens.connect(self.leads_to)
        self.trends.chart.opens_visit.connect(lambda visit: self.leads_to.emit("visits", visit))
        self.sides = Sides(context, self.trends)
        self.panel = self.sides.panel
        self.panel.leads_to.connect(self.leads_to)
        self.setLayout(column(self.sides))

    def draw(self, now: ChartRecord) -> None:
        self.trends.show_record(now.record)
        found, decided = now.open_actions, now.decided_actions
        parts = what_is(now.record, now.today, found, decided, now.coming)
        details = in_full(now.record, now.today)
        self.panel.show_parts(parts, since_last(now.record, now.today), details)
        self.panel.show_timeline(chart.timeline(now.record))

    def draw_if_stale(self) -> None:
        super().draw_if_stale()
        self.trends.follow_axis()

    def save(self) -> bool:
        """The results behind the chart."""
        return self.trends.ask_export()

    def take_arrows(self) -> None:
        self.trends.chart.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_key(self, key: str) -> bool:
        if key != "T" or self.sides.is_narrow:
            return self.trends.take_key(key)
        self.sides.turn()
        return True


OVERVIEW = TabKind(id="overview", title=lambda _now: tr("Overview"), make=OverviewTab)
