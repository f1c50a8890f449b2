"""Adverse events whose cause nobody judged yet, on Today of who may judge them; a link to the page of each."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.model.record import PatientRecord
from core.model.user import Right
from core.views import worklist
from core.views.events import running_text
from core.words import plural
from ui.context import AppContext
from ui.widgets.basics import clear, label, link
from ui.words import tr

MOST = 6  # lines


class EventsToJudge(QWidget):
    """Hidden while there are none."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(2)
        self.hide()

    def look_again(self, records: Sequence[PatientRecord]) -> None:
        """The serious ones first, then the oldest."""
        session = self._context.session
        clear(self._lines)
        unjudged = session.events.to_judge() if session.may(Right.SIGN) else []
        found = worklist.to_judge(records, unjudged)
        if found:
            title = plural(len(found), "1 adverse event to judge:", "{n} adverse events to judge:")
            self._lines.addWidget(label(title, "muted", wrap=True))
        for patient, event in found[:MOST]:
            words = tr("{number}: {event}").format(
                number=patient.record_number, event=running_text(event)
            )
            opened = partial(self._context.open_event.emit, patient.id, event.id, "")
            self._lines.addWidget(link(words, opened))
        if len(found) > MOST:
            more = tr("and {n} more").format(n=len(found) - MOST)
            self._lines.addWidget(label(more, "muted"))
        self.setVisible(bool(found))
