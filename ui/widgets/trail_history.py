"""The history tab of a chart: what was done to one patient's data, and the way back to how it stood."""

from datetime import datetime

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from core import clock, entry
from core.entry import Problem
from core.model.ids import PatientId
from core.model.trail import TrailEntry, TrailFilter
from ui.context import AppContext
from ui.widgets.basics import button, column, label, row
from ui.widgets.fields import TextField
from ui.widgets.trail_list import TrailList
from ui.words import tr


class TrailHistory(QWidget):
    """Read when it is looked at: a chart that opens does not wait for it."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._patient_id: PatientId | None = None
        self._sequence = -1
        self.list = TrailList(context.session.trail, of_one_patient=True)
        self.list.as_of_asked.connect(self._before)
        self.moment = TextField("", entry.instant, placeholder="2026-11-21 14:05", width=170)
        self.moment.line.setAccessibleName(tr("Show the chart as of"))
        self.show_moment = button(tr("Show"), self._at_moment)
        asked = row(label(tr("Chart as of"), "muted"), self.moment, self.show_moment, None)
        layout = column(asked, self.list, spacing=10)
        layout.setContentsMargins(0, 8, 0, 0)
        self.setLayout(layout)

    def show_patient(self, patient_id: PatientId) -> None:
        if patient_id != self._patient_id:
            self._patient_id, self._sequence = patient_id, -1
        if self.isVisible():
            self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        """The newest entries first; again only when there are new ones."""
        head = self._context.session.trail_head
        sequence = 0 if head is None else head.sequence
        if self._patient_id is not None and sequence != self._sequence:
            self._sequence = sequence
            self.list.ask(TrailFilter(patient_id=self._patient_id))

    def _before(self, chosen: TrailEntry) -> None:
        self._open(chosen.sequence - 1, chosen.at)

    def _at_moment(self) -> None:
        at = self.moment.read()
        if at is None:
            self.moment.show_problem(Problem(tr("Type a day, or a day and a time.")))
        elif not isinstance(at, Problem):
            if at > clock.now():
                self.moment.show_problem(Problem(tr("This is not past yet.")))
            else:
                self._open(self._context.session.trail.sequence_at(at), at)

    def _open(self, sequence: int, at: datetime) -> None:
        if self._patient_id is not None:
            self._context.open_past_chart.emit(self._patient_id, sequence, at)
