"""What can be done with a patient from the chart: start a visit, print the last one, change the registration."""

from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from core import clock
from core.entering.visit import beginning
from core.model.document import About
from core.model.ids import PatientId
from core.model.user import Right
from core.model.visit import Visit
from core.protocols.schedule import Status
from core.views.sheet.build import why_none
from core.views.visit_words import visit_title
from ui.context import AppContext
from ui.pages.chart.tab import ChartRecord
from ui.widgets import patient_sheet
from ui.widgets.basics import button
from ui.words import tr


class PatientActs:
    """The buttons at the right of a chart's header, and what they do."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._now: ChartRecord | None = None
        self._last: Visit | None = None  # that was finished
        self._enters = context.session.may(Right.ENTER)
        self.print = button(tr("Print summary"), self._print_last)
        if not context.session.may(Right.EXPORT):
            self.print.setText(tr("Show summary"))
        self.log = button(tr("Log event E"))
        self.log.setToolTip(tr("Log an adverse event"))
        self.start = button("", self._start_next, primary=True)
        self.more = button(tr("More"))
        self.more.setAccessibleName(tr("More about this patient"))
        menu = QMenu(self.more)
        self.unscheduled: QAction = menu.addAction(
            tr("Unscheduled visit"), partial(self._start, None)
        )
        self.edit: QAction = menu.addAction(tr("Edit registration"), self.ask_edit)
        menu.addSeparator()
        self.casebook: QAction = menu.addAction(tr("Casebook"), self.show_casebook)
        self.casebook.setToolTip(
            tr("All that was entered about this patient, as one PDF with bookmarks")
        )
        self.sheet: QAction = menu.addAction(tr("Patient sheet…"), self.show_sheet)
        menu.setToolTipsVisible(True)
        self.more.setMenu(menu)
        if not self._enters:
            self.log.hide()
            self.edit.setVisible(False)

    def show_chart(self, now: ChartRecord) -> None:
        """Offer what this patient's visits allow."""
        self._now = now
        record, coming = now.record, now.coming
        draft = next((v for v in record.visits if v.is_draft), None)
        startable = coming is not None and coming.status is not Status.UPCOMING
        if draft is not None:
            title = visit_title(record, draft)
            self.start.setText(tr("Resume {visit}").format(visit=title))
        elif coming is not None and startable:
            self.start.setText(tr("Start {visit}").format(visit=coming.title))
        self.start.setVisible(self._enters and (draft is not None or startable))
        ended = record.participation_ended is not None
        self.unscheduled.setVisible(self._enters and draft is None and not ended)
        self.print.setEnabled(bool(record.visits))
        self._last = (record.finished_visits or (None,))[-1]
        why = tr("No visit is finished yet.")
        if self._last is not None:
            why = why_none(record, self._last)
        patient_sheet.offer(self.sheet, why)

    def show_casebook(self) -> None:
        """Everything about the patient on pages."""
        if self._now is not None:
            about = About(patient_id=self._now.record.patient.id)
            self._context.open_document.emit("casebook", about)

    def show_sheet(self) -> None:
        """What the patient takes home from the last finished visit."""
        if self._last is not None:
            patient_sheet.open_of(self._context, self._last)

    def ask_edit(self) -> None:
        if self._now is not None:
            self._context.edit_patient.emit(self._now.record.patient.id)

    def _start_next(self) -> None:
        now = self._now
        if now is None:
            return
        draft = next((v for v in now.record.visits if v.is_draft), None)
        if draft is not None:
            self._context.open_visit.emit(now.record.patient.id, draft.id)
        elif now.coming is not None:
            self._start(now.coming.code)

    def _start(self, code: str | None) -> None:
        if self._now is not None:
            start_visit(self._context, self._now.record.patient.id, code)

    def _print_last(self) -> None:
        if self._now is not None and self._now.record.visits:
            record = self._now.record
            finished = record.finished_visits or record.visits
            about = About(patient_id=record.patient.id, visit_id=finished[-1].id)
            self._context.open_document.emit("visit-summary", about)


def start_visit(context: AppContext, patient_id: PatientId, code: str | None) -> None:
    """Start a visit of the plan, or with no ``code`` one that is not in it, and show it."""
    with context.acting():
        visit_id = beginning.start_visit(context.session, patient_id, code, clock.today())
        context.open_visit.emit(patient_id, visit_id)
