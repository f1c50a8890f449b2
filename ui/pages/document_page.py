"""The preview of a document: the very pages, to print or to save."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import reports
from core.acts import documents
from core.errors import AppError
from core.model.document import (
    About,
    Document,
    OfDefinition,
    OfEvents,
    OfFile,
    OfForm,
    OfNothing,
    OfPatient,
    OfVisit,
    Source,
)
from core.model.ids import EventId, PatientId, RecordId, VisitId
from core.views.visit_words import visit_title
from core.words import day, plural
from ui.context import AppContext
from ui.documents import print_out, save_to, source
from ui.pages.page import Page
from ui.pdf_pages import PREVIEW_DPI, images
from ui.saving import ask_where
from ui.widgets.basics import Combo, button, clear, label, row, scrolled
from ui.widgets.responsive import sheets
from ui.words import tr

MADE_OF_ONE_PLACE = (
    OfNothing,
    OfFile,
    OfPatient,
    OfVisit,
    OfDefinition,
    OfForm,
    OfEvents,
)  # whose documents stand beside one another


class DocumentPage(Page):
    """Pages are rendered off the UI thread; the PDF lives in memory until it is saved on purpose."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.pdf: bytes | None = None
        self._document: Document[Any] | None = None
        self._about = About()
        self._made_of: Source | None = None
        self._asked = 0
        self._title = label("", "title")
        self._state = label("", "muted")
        self._hint = label("", "muted", wrap=True)
        self.which, self.what = Combo(), Combo()
        self.which.setAccessibleName(tr("Which document"))
        self.which.activated.connect(self._on_which)
        self.what.setAccessibleName(tr("Which forms"))
        self.what.activated.connect(lambda _index: self._prepare())
        self.print = button(tr("Print…"), self._print, primary=True)
        self.save = button(tr("Save as PDF…"), self._save)
        self._back = button("", self._go_back)
        self.pages = QVBoxLayout()
        self.pages.setSpacing(14)
        self.pages.setAlignment(Qt.AlignmentFlag.AlignTop)
        inner = QWidget()
        inner.setLayout(self.pages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(12)
        acts = (self.which, self._back, self.save, self.print)
        layout.addLayout(row(self._title, self._state, None, *acts, spacing=10))
        self._chosen = QWidget()
        chosen = row(self.what, self._hint, spacing=18)
        chosen.setStretch(1, 1)
        self._chosen.setLayout(chosen)
        layout.addWidget(self._chosen)
        layout.addWidget(scrolled(inner, tr("The printed pages")), 1)

    @property
    def topic(self) -> str:
        return "summary" if self._document is None else self._document.topic

    def open(self, id: str, about: About) -> None:
        """Make a document of the registry and show its pages; what it can be chosen from is offered beside them."""
        session = self.context.session
        self._stale = False
        self._about = about
        self._document = document = reports.named(id)
        made_of = source(self.context, document, about)
        may_take = documents.may_take(session, document)
        self.print.setVisible(may_take)
        self.save.setVisible(may_take)
        self._title.setText(tr(document.title))
        self._hint.setText(tr(document.hint) if document.hint else "")
        self._back.setText(tr("Back to chart") if about.patient_id else tr("Back"))
        self._offer(document)
        choices = document.choices(made_of)
        self.what.clear()
        for choice, words in choices.items():
            self.what.addItem(words, choice)
        self.what.setCurrentIndex(max(0, self.what.findData(about.choice)))
        self.what.setVisible(bool(choices))
        self._chosen.setVisible(bool(choices) or bool(document.hint))
        self._prepare()

    def refresh(self) -> None:
        """A document shows the moment it was made; it is not made again behind the reader's back."""

    def leave(self) -> bool:
        """The pages go: they are pictures of 4 MB each, and are made anew whenever a document is opened."""
        if not super().leave():
            return False
        self._begin()
        self._state.setText("")
        return True

    def focus_first(self) -> None:
        (self.what if self.what.isVisible() else self).setFocus()

    def save_to(self, path: Path) -> None:
        """Write the PDF. A failure is told in one sentence."""
        if self.pdf is None or self._document is None or self._made_of is None:
            return

        def done(_made_of: Source) -> None:
            self._state.setText(tr("saved"))

        save_to(path, self.context, self._document, self._made_of, content=self.pdf, done=done)

    @property
    def shown(self) -> Mapping[str, str]:
        if self._document is None:
            return {}
        return {
            "document": self._document.id,
            "patient": self._about.patient_id or "",
            "visit": self._about.visit_id or "",
            "event": self._about.event_id or "",
            "report": self._about.report_id or "",
            "choice": self.what.currentData() or "",
        }

    def show_again(self, shown: Mapping[str, str]) -> bool:
        session = self.context.session
        if not shown or not documents.may_see(session, reports.named(shown["document"])):
            return False
        patient_id, visit_id = PatientId(shown["patient"]), VisitId(shown["visit"])
        if visit_id and visit_id not in {one.id for one in session.visits.of(patient_id)}:
            return False
        event_id = EventId(shown.get("event", ""))
        if event_id and event_id not in {one.id for one in session.events.of(patient_id)}:
            return False
        about = About(
            patient_id=patient_id or None,
            visit_id=visit_id or None,
            event_id=event_id or None,
            report_id=RecordId(shown.get("report", "")) or None,
            choice=shown["choice"],
        )
        self.open(shown["document"], about)
        return True

    def _offer(self, document: Document[Any]) -> None:
        """The other documents that are made of the same; nothing where there is only this one."""
        session = self.context.session
        kinds = [one for one in MADE_OF_ONE_PLACE if issubclass(document.of, one)]
        offered = [one for kind in reversed(kinds) for one in documents.offered(session, kind)]
        self.which.clear()
        for one in offered:
            if one in reports.REPORTS:
                self.which.addItem(tr(one.title), one.id)
        self.which.setCurrentIndex(self.which.findData(document.id))
        self.which.setVisible(self.which.count() > 1)

    def _on_which(self, _index: int) -> None:
        """What was chosen of the document before means nothing of another one."""
        self.open(self.which.currentData(), replace(self._about, choice=""))

    def _prepare(self) -> None:
        document = self._document
        if document is None:
            return
        ratio = self.devicePixelRatioF()
        about = replace(self._about, choice=self.what.currentData() or "")
        self._begin()
        self._made_of = made_of = source(self.context, document, about)
        self._state.setText(tr("preparing…"))

        def work() -> tuple[bytes, list[QImage]]:
            pdf = document.make(made_of)
            return pdf, images(pdf, PREVIEW_DPI * ratio)

        done = partial(self._show_pages, self._asked, ratio)
        self.context.tasks.run(work, done=done, failed=self._fail)

    def _begin(self) -> None:
        """No document yet; what a worker still makes of the one before is not shown."""
        self.pdf, self._made_of = None, None
        self._asked += 1
        clear(self.pages)
        self.print.setEnabled(False)
        self.save.setEnabled(False)

    def _show_pages(self, asked: int, ratio: float, made: tuple[bytes, list[QImage]]) -> None:
        """The pages that were made, unless another document was asked for meanwhile."""
        if asked != self._asked:
            return
        self.pdf, pages = made
        self._state.setText(_of_what(self._made_of, len(pages)))
        for sheet in sheets(pages, ratio):
            self.pages.addWidget(sheet)
        self.print.setEnabled(True)
        self.save.setEnabled(True)
        if self.what.isHidden():
            self.print.setFocus()

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, AppError):
            self._state.setText(str(error))
            return
        self._state.setText(tr("The document could not be prepared."))
        raise error

    def _save(self) -> None:
        if self._document is None or self._made_of is None:
            return
        if (path := ask_where(self, self._document, self._made_of)) is not None:
            self.save_to(path)

    def _print(self) -> None:
        if self.pdf is not None and self._document is not None and self._made_of is not None:
            print_out(self, self.context, self._document, self._made_of, content=self.pdf)

    def _go_back(self) -> None:
        if self._about.patient_id is not None:
            self.context.open_chart.emit(self._about.patient_id)
        else:
            self.context.show_page.emit("today")


def _of_what(made_of: Source | None, pages: int) -> str:
    if isinstance(made_of, OfVisit):
        return f"{visit_title(made_of.record, made_of.visit)}, {day(made_of.visit.date)}"
    if isinstance(made_of, OfPatient):
        return made_of.record.patient.record_number
    return plural(pages, "1 page", "{n} pages")
