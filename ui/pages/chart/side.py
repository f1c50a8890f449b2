"""Beside the plots of a chart: now, since last time, and the timeline; folded to a button at the edge."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QStyle, QStyleOptionButton, QVBoxLayout, QWidget

from core.views.chart import Happening
from core.views.now import Line, Part
from core.words import N_
from ui import theme
from ui.pages.chart.alerts import FIRST
from ui.widgets.basics import PressButton, button, clear, column, label, link, row, rule, scrolled
from ui.words import tr

DOTS = {  # by the kind of what happened: the colour of its dot, and what is said of it
    "visit": ("accent", N_("visit")),
    "draft": ("warn", N_("visit in progress")),
    "event": ("warn", N_("adverse event")),
    "serious": ("bad", N_("serious adverse event")),
    "milestone": ("muted", N_("milestone")),
    "reference": ("good", N_("what the schedule counts from")),
}


class SidePanel(QFrame):
    """What asks for a decision, what runs, what comes next; what changed; then everything that happened."""

    leads_to = Signal(str, str)  # a tab, and what on it gets the keyboard
    folded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.fold = button(tr("Close T"), self.folded.emit, link=True)
        self.fold.setAccessibleName(tr("Close now, since last time and timeline"))
        alerts = button(tr("Alerts A"), partial(self.leads_to.emit, "alerts", FIRST), link=True)
        alerts.setAccessibleName(tr("Show all alerts"))
        self._now, self._since, self._timeline = (column(spacing=0) for _ in range(3))
        self.timeline = column(label(tr("Timeline"), "heading"), self._timeline, spacing=2)
        self._inner = QWidget()
        self._inner.setProperty("role", "brief")
        content = column(
            row(label(tr("Now"), "heading"), None, alerts, self.fold, spacing=4),
            self._now,
            rule(),
            self._since,
            rule(),
            self.timeline,
            None,
            spacing=5,
        )
        content.setContentsMargins(14, 4, 8, 8)
        self._inner.setLayout(content)
        self.area = scrolled(self._inner, tr("Now, since last time, timeline"))
        self._body = column(self.area)
        self.setLayout(self._body)

    def set_whole(self, *, whole: bool) -> None:
        """As high as it is, in a page that scrolls; else it scrolls itself."""
        if whole == self.area.isHidden():
            return
        if whole:
            self._body.addWidget(self.area.takeWidget())
            self.area.hide()
        else:
            self._body.removeWidget(self._inner)
            self.area.setWidget(self._inner)
            self.area.show()
        self._inner.show()

    def show_parts(self, now: Sequence[Part], since: Sequence[Part]) -> None:
        for layout, parts, role in ((self._now, now, "part"), (self._since, since, "heading")):
            clear(layout)
            for part in parts:
                self._show(layout, part, role)

    def show_timeline(self, happenings: Sequence[Happening]) -> None:
        clear(self._timeline)
        for one in happenings:
            colour, kind = DOTS[one.kind]
            dot = label("●")
            dot.setStyleSheet(f"color: {theme.colour(colour).name()};")
            dot.setAccessibleName(tr(kind))
            details = " · ".join(part for part in (one.when, one.detail) if part)
            words = column(label(one.title, wrap=True), spacing=0)
            words.addWidget(label(details, "muted", wrap=True))
            line = row(dot, words, spacing=8, top=True)
            line.setStretch(1, 1)
            self._timeline.addLayout(line)
        if not happenings:
            self._timeline.addWidget(label(tr("Nothing yet."), "muted"))

    def _show(self, layout: QVBoxLayout, part: Part, role: str) -> None:
        title = label(part.title, role, wrap=True)
        if part.tone:
            title.setProperty("tone", part.tone)
        if layout.count():
            layout.addSpacing(3)
        layout.addWidget(title)
        if part.beside:
            layout.addWidget(label(part.beside, "small"))
        for line in part.lines:
            layout.addWidget(self._line(line))

    def _line(self, line: Line) -> QWidget:
        if not line.tab:
            said = label(line.text, wrap=True)
            said.setProperty("tone", line.tone)
            return said
        made = link(line.text, partial(self.leads_to.emit, line.tab, line.what))
        made.setProperty("tone", line.tone or "plain")
        if (inside := made.layout()) is not None:
            inside.setContentsMargins(0, 1, 0, 1)
        if line.full:
            made.setAccessibleName(line.full)
            made.setToolTip(f"{line.full}.")
        return made


class EdgeButton(PressButton):
    """The folded panel: its name along the edge, from below to above."""

    WIDTH = 28  # px at the usual text size

    def __init__(self) -> None:
        super().__init__(tr("Timeline T"))
        self.setProperty("edge", "true")
        self.setAccessibleName(tr("Open now, since last time and timeline"))
        self.setToolTip(tr("Now, since last time, timeline"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        long = self.fontMetrics().horizontalAdvance(self.text()) + 2 * theme.px(14)
        return QSize(theme.px(self.WIDTH), long)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        painter.setPen(theme.colour("accent"))
        painter.translate(QPoint(0, self.height()))
        painter.rotate(-90)
        turned = self.rect().transposed()
        painter.drawText(turned, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
