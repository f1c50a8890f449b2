"""Clocks of serious events wherever one looks: a number in the side bar, a line on Today."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget

from core import clock
from core.findings.clocks import rules_of
from core.model.user import Right
from core.session import Changes, Session
from core.views import safety
from core.words import plural
from ui.context import AppContext
from ui.widgets.basics import clear, column, link
from ui.words import tr

SOON_MS, MINUTE_MS = 300, 60_000
SHOWS = frozenset({"adverse_event", "record", "item", "threshold"})


def counted(session: Session) -> tuple[int, int]:
    """How many clocks run, and how many of them have less than 24 hours left, or none."""
    if not session.may(Right.READ):
        return 0, 0
    now = clock.now()
    found = safety.lines(session.clinic_events.serious(), now, rules_of(session.thresholds.all()))
    running = sum(one.runs for line in found for one in line.clocks)
    return running, safety.urgent(found, now)


class ClockBadge(QLabel):
    """How many clocks have less than 24 hours left; not there where none has. Looked at again every minute."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.setProperty("role", "badge")
        self.hide()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.look)
        minutes = QTimer(self)
        minutes.timeout.connect(self.look)
        minutes.start(MINUTE_MS)
        context.changed.connect(self._on_changed)
        self._soon.start()

    def _on_changed(self, changes: Changes) -> None:
        if SHOWS & changes.entities:
            self._soon.start()

    def look(self) -> None:
        if not self._context.session.is_open:
            return
        urgent = counted(self._context.session)[1]
        self.setText(str(urgent))
        words = plural(
            urgent,
            "1 reporting clock with less than 24 hours left",
            "{n} reporting clocks with less than 24 hours left",
        )
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.setVisible(bool(urgent))


class ClocksOfClinic(QWidget):
    """On Today: how many reporting clocks run, which leads to Safety; nothing where none does."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._lines = column(spacing=2)
        self.setLayout(self._lines)

    def look_again(self) -> None:
        clear(self._lines)
        running, urgent = counted(self._context.session)
        if running:
            words = plural(
                running,
                "1 reporting clock of a serious event runs",
                "{n} reporting clocks of serious events run",
            )
            if urgent:
                words = tr("{clocks}, {n} with less than 24 hours left").format(
                    clocks=words, n=urgent
                )
            self._lines.addWidget(link(words, lambda: self._context.show_page.emit("safety")))
        self.setVisible(bool(running))
