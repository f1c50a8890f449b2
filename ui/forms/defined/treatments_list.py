"""All treatments below one another, the newest first: whatever form they are of, and what can be done with the chosen one."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from core.forms import catalog
from core.model.data_query import DataQuery
from core.model.form_record import FormRecord
from core.model.ids import RecordId
from core.model.record import PatientRecord
from core.views.signed import queries_text
from core.views.treatments import Line
from core.words import N_
from ui.models.table import Column, TableModel
from ui.widgets.basics import button, card, column, label, row
from ui.widgets.fields import ChoiceField
from ui.widgets.responsive import Flow
from ui.widgets.table import Table
from ui.words import tr

MOST_ROWS = 9
WIDTHS = {1: 150, 2: 104, 3: 128, 4: 96}
TIGHT = {1: 140, 2: 104, 3: 128}


class TreatmentsList(QWidget):
    """``chosen`` says that another line was chosen; the others what was asked for the chosen one."""

    chosen = Signal()
    change = Signal()
    end = Signal()
    correct = Signal()
    remove = Signal()

    def __init__(self, *, enters: bool) -> None:
        super().__init__()
        self._enters = enters
        self._every: tuple[Line, ...] = ()
        self._queries: Mapping[RecordId, Sequence[DataQuery]] = {}
        self.title = label(tr("Newest first"), "heading")
        self.none = label(tr("Nothing is recorded yet."), "muted", wrap=True)
        self.model = TableModel(self._columns())
        self.table = Table(self.model, row_height=46)
        self.table.fix_widths(WIDTHS, TIGHT)
        self.table.hide_when_tight(4)
        self.table.setAccessibleName(tr("Treatments"))
        self.table.opened.connect(lambda _line: self.correct.emit())
        self.table.selectionModel().selectionChanged.connect(lambda _now, _before: self._choose())
        self.which: ChoiceField[bool] = ChoiceField("", {True: tr("Running"), False: tr("All")})
        self.which.set_value(False)
        self.which.chosen.connect(self._show_rows)
        self.buttons = {
            "change": button(tr("Changed…  C"), self.change.emit),
            "end": button(tr("Ended…  E"), self.end.emit),
            "correct": button(tr("Correct…"), self.correct.emit),
            "remove": button(tr("Remove…"), self.remove.emit),
        }
        self.buttons["change"].setToolTip(tr("Ends what runs now, and begins another."))
        self.acts = QWidget()
        self.acts.setLayout(self._flow())
        for key, act in (("C", self.change), ("E", self.end)):
            made = QShortcut(QKeySequence(key), self.table, act.emit)
            made.setContext(Qt.ShortcutContext.WidgetShortcut)
        head = row(self.title, None, self.which)
        self.setLayout(column(card(head, self.none, self.table, self.acts, None)))

    def _flow(self) -> Flow:
        flow = Flow(spacing=8)
        for one in self.buttons.values():
            flow.addWidget(one)
            if not self._enters:
                one.hide()
        return flow

    def _columns(self) -> list[Column[Line]]:
        return [
            Column(N_("Name and why"), lambda one: one.name, second=self._why),
            Column(N_("Dose"), _dose, second=_how),
            Column(N_("From"), lambda one: one.began),
            Column(N_("To"), lambda one: one.ended, second=lambda one: one.how_ended),
            Column(N_("Entered by"), lambda one: one.entered),
        ]

    def show_lines(self, every: Sequence[Line]) -> None:
        """Show these; who only reads has one of them chosen."""
        self._every = tuple(every)
        running = sum(one.runs for one in every)
        for at, text in enumerate((tr("Running {n}"), tr("All {n}"))):
            self.which.buttons[at].setText(text.format(n=len(every) if at else running))
        self._show_rows()

    def show_queries(self, asked: Mapping[RecordId, Sequence[DataQuery]]) -> None:
        """Say on the lines which records somebody asked about."""
        self._queries = asked
        self.model.show_again()

    def _why(self, one: Line) -> str:
        """First of all how many queries are open."""
        asked = queries_text(self._queries.get(one.record.id, ()))
        return " · ".join(filter(None, (asked, one.why)))

    def _show_rows(self) -> None:
        shown = [one for one in self._every if one.runs or not self.which.value]
        before = self.selected
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
        runs = one is not None and one.runs and _ends(one)
        for name, made in self.buttons.items():
            made.setEnabled(one is not None and (runs or name not in {"change", "end"}))
        self.chosen.emit()

    @property
    def selected(self) -> FormRecord | None:
        index = self.table.currentIndex()
        return self.model.row(index).record if index.isValid() and self.model.rows else None

    def select(self, id: str) -> None:
        """Choose a record, also one that the list left out."""
        if all(one.id != id for one in self.model.rows):
            self.which.set_value(False)
            self._show_rows()
        at = next((n for n, one in enumerate(self.model.rows) if one.id == id), None)
        if at is not None:
            self.table.selectRow(at)


def _dose(one: Line) -> str:
    return one.dose or one.often


def _how(one: Line) -> str:
    """How often and by which way; of what has no dose the first line says how it stands."""
    return " · ".join(filter(None, (one.often if one.dose else "", one.route)))


def _ends(one: FormRecord) -> bool:
    form = catalog.find(one.form, one.version)
    return form is not None and form.course is not None and bool(form.course.end)


class OfOneForm(QObject):
    """What the list is for the records of one form: lines of others are none to it."""

    chosen = Signal()
    change = Signal()
    end = Signal()
    correct = Signal()
    remove = Signal()

    def __init__(self, every: TreatmentsList, form: str) -> None:
        super().__init__(every)
        self._every, self._form = every, form
        self.table, self.which = every.table, every.which
        every.chosen.connect(self.chosen)
        for name in ("change", "end", "correct", "remove"):
            getattr(every, name).connect(self._passed(getattr(self, name).emit))

    def _passed(self, emit: Callable[[], None]) -> Callable[[], None]:
        return lambda: emit() if self.selected is not None else None

    @property
    def selected(self) -> FormRecord | None:
        one = self._every.selected
        return one if one is not None and one.form == self._form else None

    @property
    def is_empty(self) -> bool:
        return not self._every.model.rows

    def show_records(self, _records: Sequence[FormRecord], _of: PatientRecord) -> None:
        """The list has them already; which one is chosen may concern a view that was made after it."""
        self.chosen.emit()

    def show_queries(self, _queries: Mapping[RecordId, Sequence[DataQuery]]) -> None:
        """The list has them already."""

    def select(self, one: FormRecord) -> None:
        self._every.select(one.id)
