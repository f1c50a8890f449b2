"""Blank forms to print, for a day on which the program cannot be used."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import clock
from core.instruments import catalog as instruments
from core.model.trail import Act
from core.protocols import catalog as protocols
from ui.context import AppContext
from ui.pages.page import Page
from ui.pages.summary_page import PREVIEW_DPI
from ui.pdf_pages import images, print_pages
from ui.saving import ask_where
from ui.widgets.basics import Combo, button, clear, label, row, scrolled
from ui.widgets.responsive import Sheet
from ui.words import tr

ALL, QUESTIONNAIRE, VISIT = "all", "questionnaire", "visit"


class BlankFormsPage(Page):
    """Shows the very pages; they are made off the UI thread and live in memory until they are saved."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.pdf: bytes | None = None
        self._choices: dict[
            str, tuple[str, str, str]
        ] = {}  # the kind, which one, which visit of it
        self._asked = 0
        self._state = label("", "muted")
        self.what = Combo()
        self.what.setAccessibleName(tr("Which forms"))
        self.what.activated.connect(lambda _index: self._prepare())
        self.print = button(tr("Print…"), self._print, primary=True)
        self.save = button(tr("Save as PDF…"), self._save)
        back = button(tr("Back"), lambda: context.show_page.emit("today"))
        self.pages = QVBoxLayout()
        self.pages.setSpacing(14)
        self.pages.setAlignment(Qt.AlignmentFlag.AlignTop)
        inner = QWidget()
        inner.setLayout(self.pages)
        how = tr(
            "Keep printed forms in the clinic for a power cut. What is written on them is entered"
            " afterwards, marked as transcribed from paper with both days."
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(12)
        title = label(tr("Blank forms"), "title")
        layout.addLayout(row(title, self._state, None, back, self.save, self.print, spacing=10))
        chosen = row(self.what, label(how, "muted", wrap=True), spacing=18)
        chosen.setStretch(1, 1)
        layout.addLayout(chosen)
        layout.addWidget(scrolled(inner, tr("The printed pages")), 1)

    def open(self, protocol: str, code: str) -> None:
        """Offer every form, and show that of one visit; all of the clinic's where no protocol is named."""
        self._stale = False
        shown = protocols.shipped()[protocol or self.context.session.clinic.protocol]
        self._choices = {tr("All visits and questionnaires"): (ALL, shown.id, "")}
        for visit in shown.visits:
            self._choices[tr("Visit: {title}").format(title=visit.title)] = (
                VISIT,
                shown.id,
                visit.code,
            )
        self._choices[tr("Unscheduled visit")] = (VISIT, shown.id, "")
        for instrument in instruments.shipped().values():
            self._choices[instruments.title(instrument)] = (QUESTIONNAIRE, instrument.id, "")
        self.what.clear()
        self.what.addItems(list(self._choices))
        wanted = (VISIT, shown.id, code) if protocol else (ALL, shown.id, "")
        self.what.setCurrentIndex(list(self._choices.values()).index(wanted))
        self._prepare()

    def refresh(self) -> None:
        """Blank forms show nothing that changes."""

    def focus_first(self) -> None:
        self.what.setFocus()

    def save_to(self, path: Path) -> None:
        """Write the PDF. A failure is told in one sentence."""
        details = {"document": "blank forms"}
        if self.pdf is None or not self.context.write_down(Act.EXPORTED, details=details):
            return
        try:
            path.write_bytes(self.pdf)
        except OSError as error:
            text = tr("The PDF could not be saved there: {why}. Choose another place.")
            self.context.told.emit(text.format(why=error.strerror or tr("unknown reason")))
            return
        self._state.setText(tr("saved"))
        self.context.written.emit(path)

    def _prepare(self) -> None:
        from core.reports import blank_forms

        session = self.context.session
        clinic, printed_by, head = session.clinic, session.user.full_name, session.trail_head
        printed_at, ratio = clock.now(), self.devicePixelRatioF()
        kind, which, code = self._choices[self.what.currentText()]
        self.pdf = None
        self._asked += 1
        asked = self._asked
        self._state.setText(tr("preparing…"))
        clear(self.pages)
        self.print.setEnabled(False)
        self.save.setEnabled(False)

        def work() -> tuple[bytes, list[QImage]]:
            if kind == ALL:
                pdf = blank_forms.render_all(
                    [protocols.shipped()[which]],
                    clinic,
                    printed_by=printed_by,
                    printed_at=printed_at,
                    head=head,
                )
            elif kind == QUESTIONNAIRE:
                pdf = blank_forms.render_questionnaire(
                    instruments.shipped()[which],
                    clinic,
                    printed_by=printed_by,
                    printed_at=printed_at,
                    head=head,
                )
            else:
                pdf = blank_forms.render(
                    protocols.shipped()[which],
                    code or None,
                    clinic,
                    printed_by=printed_by,
                    printed_at=printed_at,
                    head=head,
                )
            return pdf, images(pdf, PREVIEW_DPI * ratio)

        def done(result: tuple[bytes, list[QImage]]) -> None:
            if asked != self._asked:
                return  # other forms were chosen meanwhile
            self.pdf, pages = result
            self._state.setText(tr("{n} pages").format(n=len(pages)))
            for index, image in enumerate(pages, start=1):
                image.setDevicePixelRatio(ratio)
                self.pages.addWidget(
                    Sheet(image, tr("Page {n} of {all}").format(n=index, all=len(pages)))
                )
            self.print.setEnabled(True)
            self.save.setEnabled(True)

        def failed(error: BaseException) -> None:
            self._state.setText(tr("The forms could not be prepared."))
            raise error

        self.context.tasks.run(work, done=done, failed=failed)

    def _save(self) -> None:
        if (path := ask_where(self, tr("Save the blank forms"), "blank-forms")) is not None:
            self.save_to(path)

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        if self.pdf is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(tr("Blank forms"))
        if QPrintDialog(printer, self).exec():
            print_pages(self.pdf, printer)
            with self.context.saving():
                self.context.session.record_act(Act.PRINTED, details={"document": "blank forms"})
