"""The reporting clocks that run, each as a bar; below, what was reported and what cannot be counted."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.findings.clocks import Clock, Kind, Rules, State
from core.views import safety
from core.views.safety import EventLine
from core.words import N_, plural
from ui.models.table import Column, TableModel
from ui.pages.safety.cells import ClockCell
from ui.widgets.basics import column, label, row
from ui.widgets.table import Table
from ui.words import tr

MOST = 3  # rows without scrolling
NAMED = 6  # events in the lines below
_NEXT = 5


def _of(kind: Kind) -> Callable[[EventLine], Clock | None]:
    def find(line: EventLine) -> Clock | None:
        return next((clock for clock in line.clocks if clock.kind is kind), None)

    return find


def _seven(line: EventLine) -> Clock | None:
    """The report within 7 days; once it was sent, the complete one."""
    first, complete = _of(Kind.FATAL)(line), _of(Kind.FOLLOW_UP)(line)
    sent = first is not None and first.state in (State.SENT, State.SENT_LATE)
    return complete if sent else first


def _said(
    clock: Callable[[EventLine], Clock | None], now: Callable[[], datetime]
) -> Callable[[EventLine], str]:
    def words(line: EventLine) -> str:
        found = clock(line)
        return "" if found is None else safety.clock_words(found, now())[0]

    return words


class ClockTable(Table):
    """In a folded window one clock of each event is shown, the next one due."""

    def set_tight(self, *, tight: bool) -> None:
        super().set_tight(tight=tight)
        self.setColumnHidden(_NEXT, not tight)


class Clocks(QWidget):
    """``opened`` is the event of the row that was opened."""

    opened = Signal(object)

    def __init__(self, now: Callable[[], datetime], rules: Callable[[], Rules]) -> None:
        super().__init__()
        self._now = now

        def next_of(line: EventLine) -> Clock | None:
            return safety.next_clock(line, now())

        def titled(clock: Clock) -> str:
            return safety.clock_title(clock.kind, rules())

        shown = (_of(Kind.SPONSOR), _seven, _of(Kind.OTHER), next_of)
        titles = (N_("Sponsor"), N_("Authority, 7 days"), N_("Authority, 15 days"), N_("Next"))
        columns = (
            Column[EventLine](N_("Patient"), lambda line: line.listed.number),
            Column[EventLine](N_("Event"), safety.title, second=safety.why, tip=_whole),
            *(
                Column[EventLine](title, _said(one, now), tip=_said(one, now))
                for title, one in zip(titles, shown, strict=True)
            ),
        )
        self.model = TableModel(columns)
        self.table = ClockTable(self.model, row_height=44)
        self.table.horizontalHeader().hide()
        self.table.setAccessibleName(tr("Reporting clocks"))
        for place, one in enumerate(shown, start=2):
            self.table.setItemDelegateForColumn(place, ClockCell(self.table, one, titled, now))
        self.table.fix_widths({0: 74, 2: 236, 3: 236, 4: 250, 5: 200}, tight={0: 64, 5: 190})
        self.table.hide_when_tight(2, 3, 4)
        self.table.setColumnHidden(_NEXT, True)
        self.table.passes_letters = True
        self.table.opened.connect(self.opened)
        self._counts = label("", "muted", wrap=True)
        self._below = column(spacing=3)
        head = row(label(tr("Reporting clocks"), "heading"), self._counts, spacing=14)
        head.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self.table)
        self.sent, self.uncounted = label("", "small", wrap=True), label("", "warn", wrap=True)
        layout.addWidget(self.sent)
        layout.addWidget(self.uncounted)

    def show_lines(self, lines: Sequence[EventLine]) -> None:
        now = self._now()
        running, reported = safety.running(lines, now), safety.reported(lines)
        uncounted = safety.uncounted(lines)
        at = self.table.currentIndex().row()
        self.model.show_rows(running)
        self.table.setVisible(bool(running))
        if running:
            self.table.selectRow(min(max(at, 0), len(running) - 1))
        self.table.setFixedHeight(
            min(len(running), MOST) * self.table.verticalHeader().defaultSectionSize() + 2
        )
        self._counts.setText(_counted(len(running), len(reported)))
        sent = " · ".join(safety.reported_words(line) for line in reported[:NAMED])
        self._show(self.sent, sent, len(reported))
        self._show(self.uncounted, safety.uncounted_words(uncounted[:NAMED]), len(uncounted))

    def _show(self, place: QLabel, words: str, count: int) -> None:
        if count > NAMED:
            words = tr("{some} · and {n} more").format(some=words, n=count - NAMED)
        place.setText(words)
        place.setVisible(bool(words))


def _counted(running: int, reported: int) -> str:
    words = tr(
        "{running}, {reported} reported. A clock starts when the clinic became aware; which clocks apply"
        " follows from seriousness, cause and expectedness."
    )
    return words.format(running=plural(running, "1 running", "{n} running"), reported=reported)


def _whole(line: EventLine) -> str:
    return f"{safety.title(line)}\n{safety.why(line)}"
