"""The patient's sheet of a visit: the very page, beside the words that can be written otherwise before it is printed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import reports
from core.acts import documents, sheet_words
from core.model.document import About, Document, OfSheet, Source
from core.model.ids import PatientId, VisitId
from core.model.record import PatientRecord
from core.model.sheet_text import SheetText
from core.views.sheet import build
from core.views.sheet.definition import LISTS, Field, field_title, of_row, shipped
from core.views.visit_words import named, visit_title
from core.words import day, instant
from ui.context import AppContext
from ui.documents import print_out, save_to, source
from ui.forms.kept_bar import KeptBar
from ui.pages.page import Page, Unsaved
from ui.pdf_pages import PREVIEW_DPI, images
from ui.saving import ask_where
from ui.widgets.basics import button, clear, column, label, row, scrolled
from ui.widgets.fields import TextBox
from ui.widgets.responsive import Columns, Flow, Sheet
from ui.words import tr

ID = "patient-sheet"
PREVIEW_AFTER_MS = 400  # of a pause while somebody types
_LINE, _LINES, _LIST = 52, 62, 100  # px of a box
_HEIGHTS: Mapping[str, int] = {
    Field.WITH: _LINE,
    Field.PHONE: _LINE,
    Field.HEADLINE: 84,
    **dict.fromkeys(LISTS, _LIST),
}


class SheetField(QWidget):
    """One text of the sheet: whose words it has, and the way back to the program's."""

    edited = Signal()
    left = Signal()

    def __init__(self, name: str, put_back: Callable[[], object]) -> None:
        super().__init__()
        title = field_title(name)
        self._given = ""
        self.box = TextBox(_HEIGHTS.get(name, _LINES))
        self.box.setAccessibleName(title)
        self.setFocusProxy(self.box)
        self.put_back = button(tr("Back to the program's words"), put_back, link=True)
        self.put_back.setAccessibleName(
            tr("{field}: back to the program's words").format(field=title)
        )
        self.state = label("", "small", wrap=True)
        self._cut = label(tr("This is too long for the page: it is shortened there."), "problem")
        self._cut.setWordWrap(True)
        self._cut.hide()
        parts: list[QWidget] = [label(title, "muted"), self.box]
        if name in LISTS:
            parts.insert(1, label(tr("One a line"), "small"))
        below = Flow(self.state, self.put_back)
        self.setLayout(column(*parts, below, self._cut, spacing=3))
        self.box.textChanged.connect(self.edited)
        self.box.left.connect(self.left)

    @property
    def text(self) -> str:
        return self.box.toPlainText().strip()

    @property
    def is_edited(self) -> bool:
        """Whether it says something else than what is in the file, or than the program."""
        return self.text != self._given

    def show_text(self, given: str, typed: str | None = None) -> None:
        """What is in the file, or the program's words, and over it what was ``typed``; what somebody types stays."""
        stays = self.is_edited
        self._given = given
        if not stays:
            self._put(given if typed is None else typed)

    def show_given(self) -> None:
        """Without what was typed."""
        self._put(self._given)

    def _put(self, text: str) -> None:
        if self.box.toPlainText() != text:
            self.blockSignals(True)  # nobody typed this
            self.box.setPlainText(text)
            self.blockSignals(False)

    def show_state(self, kept: SheetText | None, words: str, who: str) -> None:
        """Who wrote it and when; ``words`` are the program's now."""
        self.put_back.setVisible(kept is not None)
        said = ""
        if kept is not None:
            text = tr("Written by {name}, {instant}.")
            if kept.instead_of != words:
                text = tr(
                    "Written by {name}, {instant}. The record was changed since: check whether it is still right."
                )
            said = text.format(name=who, instant=instant(kept.edited_at))
        self.state.setText(said)
        self.state.setVisible(bool(said))

    def show_cut(self, *, cut: bool) -> None:
        self._cut.setVisible(cut)


class SheetPage(Page):
    """What is typed is kept while it is typed, and saved when its field is left; the page beside follows."""

    shows = frozenset(
        {"sheet_text", "visit", "patient", "form", "answer", "spirometry", "blow", "record", "item"}
        | {"decision", "clinic", "lock", "milestone", "adverse_event"}
    )

    topic = "summary#the-patient-sheet"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.pdf: bytes | None = None
        self._document: Document[OfSheet] = reports.named(ID)
        self._about = About()
        self._record: PatientRecord | None = None
        self._shown: dict[str, str] = {}  # what is saved, or the program's words, by field
        self._asked = 0
        self._title, self._state = label("", "title"), label("", "muted")
        self._hint = label(
            tr(
                "For the patient and the family. Change the words before you print; they stay with the visit."
            ),
            "muted",
            wrap=True,
        )
        self._none = label("", "problem", wrap=True)
        self.kept = KeptBar()
        self.kept.discarded.connect(self._discard)
        self.fields = {name: self._field(name) for name in _names()}
        self.print = button(tr("Print…"), self._print, primary=True)
        self.save = button(tr("Save as PDF…"), self._save)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PREVIEW_AFTER_MS)
        self._soon.timeout.connect(self._prepare)
        self._build()

    def _field(self, name: str) -> SheetField:
        made = SheetField(name, partial(self._put_back, name))
        made.edited.connect(self._on_typed)
        made.left.connect(partial(self._on_left, name))
        return made

    def _build(self) -> None:
        words = QWidget()
        words.setLayout(column(self.kept, *self.fields.values(), None, spacing=10))
        self.pages = QVBoxLayout()
        self.pages.setAlignment(Qt.AlignmentFlag.AlignTop)
        inner = QWidget()
        inner.setLayout(self.pages)
        self._words = scrolled(words, tr("The words of the sheet"))
        preview = scrolled(inner, tr("The printed page"))
        self._parts = Columns(self._words, preview, fixed={0: 400}, spacing=14)
        back = button(tr("Back to chart"), self._go_back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 14, 24, 14)
        layout.setSpacing(10)
        head = row(self._title, self._state, None)
        head.addLayout(Flow(back, self.save, self.print, right=True))
        layout.addLayout(head)
        layout.addWidget(self._hint)
        layout.addWidget(self._none)
        layout.addWidget(self._parts, 1)
        self._layout = layout

    def open(self, id: str, about: About) -> None:
        """The sheet of a visit of ``about``; that there is none is said instead of it."""
        del id  # this page has the one document
        if about.visit_id != self._about.visit_id:
            self.keep()
            for field in self.fields.values():
                field.show_given()
        self._about = about
        self._stale = False
        self._load()

    def refresh(self) -> None:
        if self._about.patient_id is not None:
            self._load()

    def focus_first(self) -> None:
        first = self.fields[Field.HEADLINE]
        (first if first.isEnabled() and first.isVisible() else self.print).setFocus()

    def leave(self) -> bool:
        return self.commit() and super().leave()

    def unsaved(self) -> tuple[Unsaved, ...]:
        about, record = self._about, self._record
        if about.patient_id is None or about.visit_id is None or record is None:
            return ()
        if not sheet_words.may_write(self.context.session, record):
            return ()
        texts = sheet_words.unsaved(self._shown, self._typed(), about.visit_id)
        return (Unsaved(place=sheet_words.PLACE, subject=about.patient_id, texts=texts),)

    @property
    def shown(self) -> Mapping[str, str]:
        if self._about.visit_id is None:
            return {}
        return {"patient": str(self._about.patient_id), "visit": self._about.visit_id}

    def show_again(self, shown: Mapping[str, str]) -> bool:
        if not shown:
            return False
        patient_id, visit_id = PatientId(shown["patient"]), VisitId(shown["visit"])
        if visit_id not in {one.id for one in self.context.session.visits.of(patient_id)}:
            return False
        self.open(ID, About(patient_id=patient_id, visit_id=visit_id))
        return True

    def _load(self) -> None:
        """The record as it is now; a field in which somebody types stays as it is."""
        session, about = self.context.session, self._about
        if about.patient_id is None or about.visit_id is None:
            return
        self._record = record = session.record(about.patient_id)
        visit = record.visit(about.visit_id)
        title, number = visit_title(record, visit), record.patient.record_number
        self._title.setText(tr(self._document.title))
        self._state.setText(f"{number} · {title}, {day(visit.date)}")
        why = build.why_none(record, visit)
        self._none.setText(why)
        self._none.setVisible(bool(why))
        self._hint.setVisible(not why)
        self._parts.setVisible(not why)
        self._layout.setStretchFactor(self._none, 1 if why else 0)
        may_take = not why and documents.may_take(session, self._document)
        self.print.setVisible(may_take)
        self.save.setVisible(may_take)
        if not why:
            self._show_words(record, visit.id)
            self._prepare()

    def _show_words(self, record: PatientRecord, visit_id: VisitId) -> None:
        session = self.context.session
        words = sheet_words.program(session, record, visit_id)
        written = build.written(record, visit_id)
        self._shown = {
            name: written[name].text if name in written else text for name, text in words.items()
        }
        typed = sheet_words.typed(session, record.patient.id, visit_id)
        names = session.users.names()
        may_write = sheet_words.may_write(session, record)
        for name, field in self.fields.items():
            if name not in words:
                field.hide()  # a questionnaire of before has other domains
                continue
            field.show_text(self._shown[name], typed.get(name))
            one = written.get(name)
            field.show_state(one, words[name], "" if one is None else named(names, one.edited_by))
            field.box.setReadOnly(not may_write)
            field.put_back.setEnabled(may_write)
        self.keep_soon.stop()  # nobody typed this
        self.kept.show_since(sheet_words.typed_since(session, record.patient.id, visit_id))

    def _typed(self) -> dict[str, str]:
        """What stands in the fields and is not saved, by field."""
        return {name: one.text for name, one in self.fields.items() if one.is_edited}

    def _on_typed(self) -> None:
        self.keep_soon.start()
        self._soon.start()

    def _on_left(self, name: str) -> None:
        if self.fields[name].is_edited:
            self.commit()

    def commit(self) -> bool:
        """Save what was typed; False where the file refused it."""
        record, visit_id, typed = self._record, self._about.visit_id, self._typed()
        if record is None or visit_id is None or not typed or not self.context.session.is_open:
            return True
        before = self.context.failures
        self.keep_soon.stop()
        with self.context.saving():
            sheet_words.save(self.context.session, record, visit_id, typed)
        saved = self.context.failures == before
        if saved:
            self._load()
        return saved

    def _put_back(self, name: str) -> None:
        record, visit_id = self._record, self._about.visit_id
        if record is None or visit_id is None:
            return
        field = self.fields[name]
        field.show_given()
        with self.context.saving():
            sheet_words.put_back(self.context.session, record, visit_id, name)
        self._load()
        field.setFocus()

    def _discard(self) -> None:
        """What was typed before and is not saved goes."""
        for field in self.fields.values():
            field.show_given()
        self.keep()
        self._load()

    def _prepare(self) -> None:
        """Make the page with what stands in the fields, and show it."""
        self._soon.stop()
        if self._record is None or build.why_none(
            self._record, self._record.visit(VisitId(str(self._about.visit_id)))
        ):
            return
        made_of = replace(source(self.context, self._document, self._about), typed=self._typed())
        ratio = self.devicePixelRatioF()
        self._asked += 1

        def work() -> tuple[bytes, list[QImage], frozenset[str]]:
            from core.reports import patient_sheet  # reportlab takes its time

            pdf = self._document.make(made_of)
            return pdf, images(pdf, PREVIEW_DPI * ratio), patient_sheet.cut_of(made_of)

        done = partial(self._show_pages, self._asked, ratio)
        self.context.tasks.run(work, done=done, failed=self._fail)

    def _show_pages(
        self, asked: int, ratio: float, made: tuple[bytes, list[QImage], frozenset[str]]
    ) -> None:
        """The page that was made, unless another one was asked for meanwhile."""
        if asked != self._asked:
            return
        self.pdf, pages, cut = made
        clear(self.pages)
        for image in pages:
            image.setDevicePixelRatio(ratio)
            self.pages.addWidget(Sheet(image, tr("The printed page")))
        for name, field in self.fields.items():
            field.show_cut(cut=name in cut)

    def _fail(self, error: BaseException) -> None:
        self._state.setText(tr("The document could not be prepared."))
        raise error

    def save_to(self, path: Path) -> None:
        """Save what was typed, and write the PDF. A failure is told in one sentence."""
        if not self.commit():
            return
        made_of = source(self.context, self._document, self._about)
        save_to(path, self.context, self._document, made_of, done=self._saved)

    def _saved(self, _made_of: Source) -> None:
        self._state.setText(tr("saved"))

    def _save(self) -> None:
        if self.commit():
            made_of = source(self.context, self._document, self._about)
            if (path := ask_where(self, self._document, made_of)) is not None:
                self.save_to(path)

    def _print(self) -> None:
        if self.commit():
            with self.context.acting():
                made_of = source(self.context, self._document, self._about)
                print_out(self, self.context, self._document, made_of)

    def _go_back(self) -> None:
        if self._about.patient_id is not None:
            self.context.open_chart.emit(self._about.patient_id)


def _names() -> list[str]:
    """The fields in the order of the page."""
    rows = [of_row(one.id) for one in shipped().rows]
    above, below = [Field.WITH, Field.HEADLINE], [Field.AGREED, Field.MEDICINES]
    return [*above, *rows, *below, Field.NEXT, Field.CALL_US, Field.PHONE]
