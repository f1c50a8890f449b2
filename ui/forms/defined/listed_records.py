"""A list of records below one another: those that run or all, and what can be done with the chosen one."""

from collections.abc import Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from core.model.data_query import DataQuery
from core.model.form_record import FormRecord
from core.model.ids import RecordId
from ui.forms.defined.shown_field import ShownField
from ui.models.table import Column, TableModel
from ui.widgets.basics import label, shortcut
from ui.widgets.fields import ChoiceField
from ui.widgets.responsive import Flow
from ui.widgets.table import Table
from ui.words import tr

MOST_ROWS = 9


class Listed(Protocol):
    """What a line of a list is made from."""

    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Listed)


class ListedRecords(QWidget, Generic[R]):
    """``chosen`` says that another line was chosen; the others what was asked for the chosen one.

    A list says which lines it has (``_rows``), the record of each (``_record``), and which of them can end (``_ends``).
    """

    chosen = Signal()
    change = Signal()
    end = Signal()
    correct = Signal()
    remove = Signal()

    def __init__(
        self, columns: Sequence[Column[R]], name: str, row_height: int, *, enters: bool
    ) -> None:
        super().__init__()
        self._enters = enters
        self._queries: Mapping[RecordId, Sequence[DataQuery]] = {}
        self.none = label(tr("Nothing is recorded yet."), "muted", wrap=True)
        self.model = TableModel(columns)
        self.table = Table(self.model, row_height=row_height)
        self.table.setAccessibleName(name)
        self.table.opened.connect(lambda _line: self.correct.emit())
        self.table.selectionModel().selectionChanged.connect(lambda _now, _before: self._choose())
        self.which: ChoiceField[bool] = ChoiceField("", {True: tr("Running"), False: tr("All")})
        self.which.set_value(False)
        self.which.chosen.connect(self._show_rows)
        self.buttons = self._make_buttons()
        flow = Flow(spacing=8)
        for one in self.buttons.values():
            flow.addWidget(one)
            if not enters:
                one.hide()
        self.acts = QWidget()
        self.acts.setLayout(flow)
        for key, act in (("C", self.change), ("E", self.end)):
            shortcut(key, self.table, act.emit, Qt.ShortcutContext.WidgetShortcut)

    def _make_buttons(self) -> dict[str, QPushButton]:
        """Those for "change", "end", "correct" and "remove"."""
        raise NotImplementedError

    def _rows(self) -> list[R]:
        """The lines that are shown now."""
        raise NotImplementedError

    def _record(self, one: R) -> FormRecord:
        raise NotImplementedError

    def _ends(self, one: FormRecord) -> bool:
        """Whether a record runs, and can be changed from a day on or ended."""
        raise NotImplementedError

    def show_queries(self, queries: Mapping[RecordId, Sequence[DataQuery]]) -> None:
        """Say on the lines which records somebody asked about."""
        self._queries = queries
        self.model.show_again()

    def _show_rows(self) -> None:
        """Who only reads has one of them chosen."""
        shown, before = self._rows(), self.selected
        self.model.show_rows(shown)
        again = [n for n, one in enumerate(shown) if before is not None and one.id == before.id]
        if again or (shown and not self._enters):
            self.table.selectRow(next(iter(again), 0))
        self.table.fit_height(MOST_ROWS)
        self.none.setVisible(not shown)
        self.table.setVisible(bool(shown))
        self.acts.setVisible(bool(shown))
        self._choose()

    def _choose(self) -> None:
        one = self.selected
        ends = one is not None and self._ends(one)
        for name, made in self.buttons.items():
            made.setEnabled(one is not None and (ends or name not in {"change", "end"}))
        self.chosen.emit()

    @property
    def selected(self) -> FormRecord | None:
        index = self.table.currentIndex()
        chosen = index.isValid() and self.model.rows
        return self._record(self.model.row(index)) if chosen else None

    def shown_at(self, widget: QWidget, at: QPoint | None) -> ShownField | None:
        """The record whose line is at a place of the table, or with none that with the keyboard."""
        if widget not in (self.table, self.table.viewport()):
            return None
        found = self.table.line_at(at)
        if found is None:
            return None
        line, area = found
        return ShownField(self._record(line), "", self.table.viewport(), area)

    @property
    def is_empty(self) -> bool:
        return not self.model.rows

    def select(self, id: str) -> None:
        """Choose a record, also one that the list left out."""
        if all(one.id != id for one in self.model.rows):
            self.which.set_value(False)
            self._show_rows()
        at = next((n for n, one in enumerate(self.model.rows) if one.id == id), None)
        if at is not None:
            self.table.selectRow(at)
