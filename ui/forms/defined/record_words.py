"""A record of a form for whoever only reads it: every field with what it says, and what was asked about it."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from core.forms import wording
from core.forms.definition import FieldType, Form
from core.forms.wording import Said
from core.model.form_record import FormRecord
from core.views import attachment_words
from ui.context import AppContext
from ui.widgets.basics import column, label, link
from ui.widgets.responsive import Cells
from ui.words import tr


class RecordWords(QWidget):
    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._said: tuple[Said, ...] = ()
        self._record: FormRecord | None = None
        self._queries: Mapping[str, Sequence[str]] = {}
        self.cells: dict[str, QWidget] = {}  # by field
        self.title = label("", "heading", wrap=True)
        self._cells = Cells(wide=2, narrow=1, spacing=(24, 12), top=True)
        self.setLayout(column(self.title, self._cells))

    def show_record(self, form: Form | None, record: FormRecord | None) -> None:
        """Show a record; with none what there is to do."""
        self._record = record
        if form is None or record is None:
            self._said = ()
            self.title.setText(tr("Choose a line to read all of it."))
        else:
            self._said = wording.said(form, record)
            self.title.setText(wording.line(form, record))
        self._draw()

    def show_queries(self, queries: Mapping[str, Sequence[str]]) -> None:
        """Show the questions on the record, by field; those on all of it are by no field."""
        if queries != self._queries:
            self._queries = queries
            self._draw()

    def _text_of(self, said: Said) -> QWidget:
        """What it says; an attached file is opened by its name."""
        value = None if self._record is None else self._record.value(said.field.id)
        if self._record is None or said.field.type is not FieldType.FILE or value is None:
            return label(said.text, wrap=True)
        open_it = self._context.open_attached.emit
        made = link(
            attachment_words.described(str(value)),
            partial(open_it, self._record.patient_id, str(value)),
        )
        made.setAccessibleName(tr("Open the file: {title}").format(title=said.field.title))
        return made

    def _draw(self) -> None:
        cells: list[QWidget] = []
        self.cells = {}
        for said in self._said:
            asked = self._queries.get(said.field.id, ())
            text = self._text_of(said)
            text.setProperty("asked", "true" if asked else "false")
            lines = [label(said.field.title, "muted"), text]
            if said.note:
                lines.append(label(said.note, "small", wrap=True))
            lines += [
                label(tr("Query: {text}").format(text=one), "question-note", wrap=True)
                for one in asked
            ]
            cell = QWidget()
            cell.setLayout(column(*lines, spacing=2))
            cells.append(cell)
            self.cells[said.field.id] = cell
        self._cells.show_cells(cells)
