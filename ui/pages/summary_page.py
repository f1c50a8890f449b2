"""The preview of a printed visit summary: the very pages, to print or to save."""

from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import clock
from core.acts import signing
from core.model.ids import PatientId, VisitId
from core.model.trail import Act
from core.model.user import Right
from core.views.summary import visit_title
from core.words import day
from ui.context import AppContext
from ui.pages.page import Page
from ui.pdf_pages import images, print_pages
from ui.saving import ask_where
from ui.widgets.basics import button, clear, label, row, scrolled
from ui.widgets.responsive import Sheet
from ui.words import tr

PREVIEW_DPI = 96


class SummaryPage(Page):
    """Pages are rendered off the UI thread; the PDF lives in memory until it is saved on purpose."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.pdf: bytes | None = None
        self._patient_id: PatientId | None = None
        self._code: str | None = None  # of the visit
        self._whose: tuple[str, date] | None = None  # the record number, and the day of the visit
        self._asked = 0
        self._title = label(tr("Visit summary"), "title")
        self._state = label("", "muted")
        self.print = button(tr("Print…"), self._print, primary=True)
        self.save = button(tr("Save as PDF…"), self._save)
        back = button(tr("Back to chart"), self._back)
        if not context.session.may(Right.EXPORT):
            self.print.hide()
            self.save.hide()
        self.pages = QVBoxLayout()
        self.pages.setSpacing(14)
        self.pages.setAlignment(Qt.AlignmentFlag.AlignTop)
        inner = QWidget()
        inner.setLayout(self.pages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(12)
        layout.addLayout(
            row(self._title, self._state, None, back, self.save, self.print, spacing=10)
        )
        layout.addWidget(scrolled(inner, tr("The printed pages")), 1)

    def open(self, patient_id: PatientId, visit_id: VisitId) -> None:
        """Render the summary of a visit and show its pages."""
        from core.reports import summary

        session = self.context.session
        self._patient_id = patient_id
        self._stale = False
        record = session.record(patient_id)
        visit = record.visit(visit_id)
        self._code = visit.code
        self._whose = record.patient.record_number, visit.date
        clinic, printed_by, printed_at = session.clinic, session.user.full_name, clock.now()
        names, signed = session.users.names(), signing.states(session, record, visit_id)
        head = session.trail_head
        ratio = self.devicePixelRatioF()
        self.pdf = None
        self._asked += 1
        asked = self._asked
        self._state.setText(tr("preparing…"))
        clear(self.pages)
        self.print.setEnabled(False)
        self.save.setEnabled(False)

        def work() -> tuple[bytes, list[QImage]]:
            pdf = summary.render(
                record,
                visit_id,
                clinic,
                names=names,
                printed_by=printed_by,
                printed_at=printed_at,
                head=head,
                signed=signed,
            )
            return pdf, images(pdf, PREVIEW_DPI * ratio)

        def done(result: tuple[bytes, list[QImage]]) -> None:
            if asked != self._asked:
                return  # another summary was asked for meanwhile
            self.pdf, pages = result
            self._state.setText(f"{visit_title(record, visit)}, {day(visit.date)}")
            for index, image in enumerate(pages, start=1):
                image.setDevicePixelRatio(ratio)
                self.pages.addWidget(
                    Sheet(image, tr("Page {n} of {all}").format(n=index, all=len(pages)))
                )
            self.print.setEnabled(True)
            self.save.setEnabled(True)
            self.print.setFocus()

        def failed(error: BaseException) -> None:
            self._state.setText(tr("The summary could not be prepared."))
            raise error

        self.context.tasks.run(work, done=done, failed=failed)

    def refresh(self) -> None:
        """A summary shows the moment it was made; it is not redrawn behind the reader's back."""

    def save_to(self, path: Path) -> None:
        """Write the PDF. A failure is told in one sentence."""
        if self.pdf is None or not self._written_down(Act.EXPORTED):
            return
        try:
            path.write_bytes(self.pdf)
        except OSError as error:
            text = tr("The PDF could not be saved there: {why}. Choose another place.")
            self.context.told.emit(text.format(why=error.strerror or tr("unknown reason")))
            return
        self._state.setText(tr("saved"))
        self.context.written.emit(path)

    def _save(self) -> None:
        title = tr("Save the visit summary")
        told = self.context.told_in_file_names(*self._whose) if self._whose else None
        path = ask_where(self, title, "visit-summary", visit=self._code, told=told)
        if path is not None:
            self.save_to(path)

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        if self.pdf is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(tr("Visit summary"))
        if QPrintDialog(printer, self).exec() and self._written_down(Act.PRINTED):
            print_pages(self.pdf, printer)

    def _written_down(self, act: Act) -> bool:
        details = {"document": "visit summary"}
        return self.context.write_down(act, patient_id=self._patient_id, details=details)

    def _back(self) -> None:
        if self._patient_id is not None:
            self.context.open_chart.emit(self._patient_id)
