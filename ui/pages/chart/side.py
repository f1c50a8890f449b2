"""Beside the plots of a chart: now, since last time, and the timeline; folded to a button at the edge."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from core.views.chart import Happening
from core.views.now import Part
from core.words import N_, unbroken
from ui import theme
from ui.pages.chart.alerts import FIRST
from ui.widgets.basics import PressButton, button, clear, column, label, row, rule
from ui.widgets.own_scroll import OwnScroll
from ui.widgets.responsive import UNLIMITED
from ui.words import tr

DOTS = {  # by the kind of what happened: the colour of its dot, and what is said of it
    "visit": ("accent", N_("visit")),
    "draft": ("warn", N_("visit in progress")),
    "event": ("warn", N_("adverse event")),
    "serious": ("bad", N_("serious adverse event")),
    "milestone": ("muted", N_("milestone")),
    "reference": ("good", N_("what the schedule counts from")),
}


COLOURS = {"link": "accent", "warn": "warn", "muted": "muted", "": "ink"}  # of lines, by their tone
USUAL = 250  # px of a line


class Wrapped:
    """Words that wrap; how high they are is measured once a width: a layout asks many times."""

    def __init__(
        self, text: str, colour: str, size: int = 12, weight: QFont.Weight = QFont.Weight.Normal
    ) -> None:
        self.text, self._colour = text, colour
        self._shown = unbroken(text)
        self._font = theme.font(size, weight)
        self._heights: dict[int, int] = {}

    def height(self, width: int) -> int:
        """px, of at least one line."""
        if width not in self._heights:
            metrics, room = QFontMetrics(self._font), QRect(0, 0, max(width, 1), UNLIMITED)
            taken = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self._shown).height()
            self._heights[width] = max(taken, metrics.height())
        return self._heights[width]

    def paint(self, painter: QPainter, area: QRect, direction: Qt.LayoutDirection) -> None:
        """From the side where lines begin."""
        begin = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        align = QStyle.visualAlignment(direction, begin)
        painter.setFont(self._font)
        painter.setPen(theme.colour(self._colour))
        painter.drawText(area, align | Qt.TextFlag.TextWordWrap, self._shown)


class SidePanel(OwnScroll):
    """What asks for a decision, what runs, what comes next; what changed; everything that happened; figures in full."""

    leads_to = Signal(str, str)  # a tab, and what on it gets the keyboard
    folded = Signal()

    def __init__(self) -> None:
        super().__init__(QWidget(), tr("Now, since last time, timeline"), margin=None)
        self.fold = button(tr("Close T"), self.folded.emit, link=True)
        self.fold.setAccessibleName(tr("Close now, since last time and timeline"))
        alerts = button(tr("Alerts A"), partial(self.leads_to.emit, "alerts", FIRST), link=True)
        alerts.setAccessibleName(tr("Show all alerts"))
        self._now, self._since, self._timeline, self._details = every = [
            column(spacing=0) for _ in range(4)
        ]
        now, since, timeline, details = (_holding(layout) for layout in every)
        self._inner.setProperty("role", "brief")
        content = column(
            row(label(tr("Now"), "heading"), None, alerts, self.fold, spacing=4),
            now,
            rule(),
            since,
            rule(),
            column(label(tr("Timeline"), "heading"), timeline, spacing=2),
            rule(),
            details,
            None,
            spacing=2,
        )
        content.setContentsMargins(14, 0, 8, 8)
        self._inner.setLayout(content)

    def show_parts(self, now: Sequence[Part], since: Sequence[Part], details: Part) -> None:
        for layout, parts, size in (
            (self._now, now, 12),
            (self._since, since, 13),
            (self._details, (details,) if details.lines else (), 13),
        ):
            clear(layout)
            for part in parts:
                self._show(layout, part, size)

    def show_timeline(self, happenings: Sequence[Happening]) -> None:
        clear(self._timeline)
        for one in happenings:
            self._timeline.addWidget(Happened(one))
        if not happenings:
            self._timeline.addWidget(label(tr("Nothing yet."), "muted"))

    def _show(self, layout: QVBoxLayout, part: Part, size: int) -> None:
        """Lines that lead nowhere are one label with what is above them: each label costs a layout."""
        if layout.count():
            layout.addSpacing(3)
        said = [Wrapped(part.title, COLOURS[part.tone], size, QFont.Weight.DemiBold)]
        if part.beside:
            said.append(Wrapped(part.beside, "muted"))
        for line in part.lines:
            words = Wrapped(line.text, COLOURS[line.tone])
            if not line.tab:
                said.append(words)
                continue
            if said:
                layout.addWidget(Said(*said))
                said = []
            lead = partial(self.leads_to.emit, line.tab, line.what)
            layout.addWidget(Lead(words, lead))
        if said:
            layout.addWidget(Said(*said))


class Said(QLabel):
    """Words below one another, each as high as they are; a screen reader reads them as the text of a label."""

    def __init__(self, *words: Wrapped, indent: int = 0) -> None:
        super().__init__("\n".join(one.text for one in words))
        self._words, self._indent = words, theme.px(indent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(_as_high_as_its_words())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return sum(one.height(width - self._indent) for one in self._words)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(USUAL), self.heightForWidth(theme.px(USUAL)))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(UNLIMITED))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_words(painter)
        painter.end()

    def paint_words(self, painter: QPainter) -> None:
        direction, area = self.layoutDirection(), self.rect().adjusted(self._indent, 0, 0, 0)
        area = QStyle.visualRect(direction, self.rect(), area)
        for one in self._words:
            one.paint(painter, area, direction)
            area.setTop(area.top() + one.height(area.width()))


class Happened(Said):
    """One line of the timeline: a dot in the colour of its kind, what happened, and below it when and how."""

    def __init__(self, one: Happening) -> None:
        details = " · ".join(part for part in (one.when, one.detail) if part)
        super().__init__(Wrapped(one.title, "ink"), Wrapped(details, "muted"), indent=20)
        self._colour, kind = DOTS[one.kind]
        self.setAccessibleName(f"{tr(kind)}: {one.title}; {details}")

    def paint_words(self, painter: QPainter) -> None:
        super().paint_words(painter)
        size, line = theme.px(8), self._words[0].height(UNLIMITED)
        dot = QRect(theme.px(2), (line - size) // 2, size, size)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.colour(self._colour))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QStyle.visualRect(self.layoutDirection(), self.rect(), dot))


class Lead(PressButton):
    """A line that leads somewhere."""

    def __init__(self, words: Wrapped, clicked: Callable[[], object]) -> None:
        super().__init__(words.text)
        self._words = words
        self.setProperty("link", "true")
        self.clicked.connect(lambda _checked=False: clicked())
        self.setSizePolicy(_as_high_as_its_words())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._words.height(width) + 2

    def sizeHint(self) -> QSize:
        return QSize(theme.px(USUAL), self.heightForWidth(theme.px(USUAL)))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(UNLIMITED))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_frame(painter)
        self._words.paint(painter, self.rect().adjusted(0, 1, 0, -1), self.layoutDirection())
        painter.end()

    def paint_frame(self, painter: QPainter) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)


def _holding(layout: QVBoxLayout) -> QWidget:
    """A widget of its own: a screen reader reads in the order of widgets, and the lines of a part are made after its heading."""
    holder = QWidget()
    holder.setLayout(layout)
    return holder


def _as_high_as_its_words() -> QSizePolicy:
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    return policy


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
