"""The records of a form below one another: what each is, from when to when, and what can be done with the chosen one."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from core.forms import catalog, wording
from core.forms.definition import Form
from core.model.data_query import DataQuery
from core.model.form_record import FormRecord
from core.model.ids import RecordId
from core.model.partial_date import PartialDate, partial_day
from core.model.record import PatientRecord
from core.views.signed import queries_text
from core.words import MISSING
from ui.models.table import Column, TableModel
from ui.widgets.basics import button, card, column, label, row
from ui.widgets.fields import ChoiceField
from ui.widgets.responsive import Flow
from ui.widgets.table import Table
from ui.words import tr

MOST_ROWS = 9


class RecordList(QWidget):
    """``chosen`` says that another line was chosen, the others what was asked for the chosen one."""

    chosen = Signal()
    change = Signal()
    end = Signal()
    correct = Signal()
    remove = Signal()

    def __init__(self, form: Form, *, enters: bool) -> None:
        super().__init__()
        self._form, self._enters = form, enters
        self._every: tuple[FormRecord, ...] = ()
        self._died: PartialDate | None = None
        self._queries: Mapping[RecordId, Sequence[DataQuery]] = {}
        self.none = label(tr("Nothing is recorded yet."), "muted", wrap=True)
        self.table, self.model = self._make_table()
        self.which: ChoiceField[bool] = ChoiceField("", {True: tr("Running"), False: tr("All")})
        self.which.set_value(False)
        self.which.chosen.connect(self._show_rows)
        self.buttons = {
            "change": button(tr("Changed…"), self.change.emit, tip="C"),
            "end": button(tr("Ended…"), self.end.emit, tip="E"),
            "correct": button(tr("Correct…"), self.correct.emit),
            "remove": button(tr("Remove…"), self.remove.emit),
        }
        flow = Flow(spacing=8)
        for one in self.buttons.values():
            flow.addWidget(one)
            if not enters:
                one.hide()
        self.acts = QWidget()
        self.acts.setLayout(flow)
        if form.course is None or not form.course.end:
            for part in (self.which, self.buttons["change"], self.buttons["end"]):
                part.hide()
        head = row(label(form.plural, "heading"), None, self.which)
        hint = label("\n".join(form.help), "small", wrap=True)
        if not form.help:
            hint.hide()
        for key, act in (("C", self.change), ("E", self.end)):
            QShortcut(
                QKeySequence(key), self.table, act.emit, context=Qt.ShortcutContext.WidgetShortcut
            )
        self.setLayout(column(card(head, hint, self.none, self.table, self.acts, None)))

    def _make_table(self) -> tuple[Table, TableModel[FormRecord]]:
        columns: list[Column[FormRecord]] = [Column(self._form.title, self._line, second=self.why)]
        if self._form.course is not None:
            columns.append(Column(tr("From"), lambda one: partial_day(one.began)))
        if self._form.course is not None and self._form.course.end:
            columns.append(Column(tr("Until"), self._until, second=self._how_ended))
        model = TableModel(columns)
        table = Table(model, row_height=44)
        table.fix_widths(dict.fromkeys(range(1, len(columns)), 128))
        table.setAccessibleName(self._form.plural)
        table.opened.connect(lambda _record: self.correct.emit())
        table.selectionModel().selectionChanged.connect(lambda _now, _before: self._on_chosen())
        return table, model

    def show_records(self, records: Sequence[FormRecord], of: PatientRecord) -> None:
        """Show these of a patient, the newest first; who only reads has one of them chosen."""
        self._every, self._died = tuple(records), of.died_on
        self._show_rows()

    def show_queries(self, queries: Mapping[RecordId, Sequence[DataQuery]]) -> None:
        """Say on the lines which records somebody asked about."""
        self._queries = queries
        self.model.show_again()

    def _show_rows(self) -> None:
        newest = sorted(self._every, key=lambda one: one.began, reverse=True)
        runs = self._died is None
        shown = [one for one in newest if (runs and one.runs) or not self.which.value]
        before = self.selected
        self.model.show_rows(shown)
        again = [n for n, one in enumerate(shown) if before is not None and one.id == before.id]
        if again or (shown and not self._enters):
            self.table.selectRow(next(iter(again), 0))
        self.table.fit_height(MOST_ROWS)
        self.none.setVisible(not shown)
        self.table.setVisible(bool(shown))
        self.acts.setVisible(bool(shown))
        self._on_chosen()

    def _on_chosen(self) -> None:
        one = self.selected
        for name, made in self.buttons.items():
            made.setEnabled(one is not None and (one.runs or name not in {"change", "end"}))
        self.chosen.emit()

    @property
    def selected(self) -> FormRecord | None:
        index = self.table.currentIndex()
        return self.model.row(index) if index.isValid() and self.model.rows else None

    @property
    def is_empty(self) -> bool:
        return not self.model.rows

    def select(self, one: FormRecord) -> None:
        """Choose a record, also one that the list left out."""
        if one not in self.model.rows:
            self.which.set_value(False)
            self._show_rows()
        self.table.selectRow(self.model.rows.index(one))

    def _line(self, one: FormRecord) -> str:
        return wording.line(self._form_of(one), one)

    def why(self, one: FormRecord) -> str:
        """What the line does not say, each in words; first of all how many queries are open."""
        form = self._form_of(one)
        course = form.course
        dates = {course.start, course.end, course.ongoing} if course else set()
        parts = [
            f"{said.field.title}: {said.text}" + (f" ({said.note})" if said.note else "")
            for said in wording.said(form, one)
            if said.field.id not in dates and f"{{{said.field.id}}}" not in form.row
        ]
        return " · ".join(filter(None, (queries_text(self._queries.get(one.id, ())), *parts)))

    def _form_of(self, one: FormRecord) -> Form:
        return catalog.find(one.form, one.version) or self._form

    def _until(self, one: FormRecord) -> str:
        """Its end; of what ran still, the death."""
        ended = self._died if one.runs else one.ended
        if ended is not None:
            return partial_day(ended)
        return tr("running") if one.runs else MISSING

    def _how_ended(self, one: FormRecord) -> str:
        return tr("ended by death") if one.runs and self._died is not None else ""
