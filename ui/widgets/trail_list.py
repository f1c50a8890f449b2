"""Entries of the audit trail: a list that is read as it is scrolled, and one of them before and after."""

from dataclasses import dataclass

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QLabel, QVBoxLayout, QWidget

from core.model.trail import Names, TrailEntry, TrailFilter
from core.store.trail import Trail
from core.views.trail_words import FieldChange, changes, kind, local, what, why
from core.words import MISSING, N_
from ui import theme
from ui.models.table import Column, TableModel
from ui.widgets.basics import button, card, clear, column, label, row, scrolled
from ui.widgets.responsive import Columns
from ui.widgets.table import Table
from ui.words import tr

Index = QModelIndex | QPersistentModelIndex
TOP = Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True, slots=True)
class TrailRow:
    entry: TrailEntry
    names: Names


def _who(row: TrailRow) -> str:
    return row.names.person(row.entry.actor)


def _where(row: TrailRow) -> str:
    return row.entry.workstation or MISSING


def _what(row: TrailRow) -> str:
    return what(row.entry, row.names)


def _because(row: TrailRow) -> str:
    reason = why(row.entry)
    return tr("because: {reason}").format(reason=reason) if reason else ""


WHEN: Column[TrailRow] = Column(
    N_("When"),
    lambda r: local(r.entry).rpartition(" ")[0],
    second=lambda r: tr("entry {n}").format(n=f"{r.entry.sequence:,}"),
)
WHO: Column[TrailRow] = Column(
    N_("Who"), _who, second=_where, tip=lambda r: f"{_who(r)}\n{_where(r)}"
)
PATIENT: Column[TrailRow] = Column(N_("Patient"), lambda r: r.names.patient(r.entry) or MISSING)
WHAT: Column[TrailRow] = Column(
    N_("What"),
    _what,
    second=_because,
    tip=lambda r: f"{_what(r)}\n{_because(r)}".strip(),
)


class TrailModel(TableModel[TrailRow]):
    """Reads the next entries when the last ones are scrolled to."""

    read = Signal()

    def __init__(self, trail: Trail, *, of_one_patient: bool) -> None:
        super().__init__((WHEN, WHO, WHAT) if of_one_patient else (WHEN, WHO, PATIENT, WHAT))
        self._trail = trail
        self._which = TrailFilter()
        self._below: int | None = None
        self._ended = True
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.timeout.connect(self._fetch)

    def ask(self, which: TrailFilter) -> None:
        """Begin again at the newest entry that fits."""
        self._which, self._below, self._ended = which, None, False
        self.show_rows(())
        self._fetch()

    @property
    def ended(self) -> bool:
        """Whether the oldest entry that fits has been read."""
        return self._ended

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._ended and not self._more.isActive()

    def fetchMore(self, parent: Index) -> None:
        if not parent.isValid():
            self._fetch()

    def _fetch(self) -> None:
        entries, self._below = self._trail.page(self._which, self._below)
        self._ended = self._below is None
        if entries:
            names = self._trail.names(entries)
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(entries) - 1)
            self._rows += tuple(TrailRow(entry, names) for entry in entries)
            self.endInsertRows()
        elif not self._ended:
            self._more.start()  # none of those fitted: the window breathes, and the search goes on
        self.read.emit()


class TrailList(QWidget):
    """``as_of_asked`` names an entry before which somebody wants to see the chart."""

    as_of_asked = Signal(object)  # TrailEntry

    def __init__(self, trail: Trail, *, of_one_patient: bool) -> None:
        super().__init__()
        self._of_one_patient = of_one_patient
        self.model = TrailModel(trail, of_one_patient=of_one_patient)
        self.model.setParent(self)  # what stops the timers of a page finds the model's
        self.table = Table(self.model, row_height=46)
        self.table.setAccessibleName(tr("Entries of the audit trail"))
        widths = {0: 158, 1: 204} if of_one_patient else {0: 158, 1: 204, 2: 80}
        self.table.fix_widths(widths, tight={1: 120})
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.count = label("", "muted")
        self.details = TrailDetails()
        self.before_it = button(tr("Chart before this entry"), self._ask_as_of)
        if not of_one_patient:
            self.before_it.hide()
        self.before_it.setEnabled(False)
        side = card(scrolled(self.details, tr("The chosen entry")), row(None, self.before_it))
        self.table.setMinimumHeight(theme.px(160))
        self.setLayout(column(Columns(card(self.table, self.count), side, fixed={1: 360})))
        self.model.read.connect(self._show_count)

    def ask(self, which: TrailFilter) -> None:
        self.details.show_row(None)
        self.before_it.setEnabled(False)
        self.model.ask(which)
        if self.model.rows:
            self.table.selectRow(0)

    @property
    def chosen(self) -> TrailRow | None:
        index = self.table.currentIndex()
        return self.model.row(index) if index.isValid() else None

    def _show_count(self) -> None:
        n = f"{len(self.model.rows):,}"
        if self.model.ended:
            self.count.setText(
                tr("{n} entries").format(n=n) if self.model.rows else tr("No entry fits.")
            )
        else:
            self.count.setText(tr("the newest {n} entries; scroll down for more").format(n=n))

    def _on_selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        self.details.show_row(self.chosen)
        self.before_it.setEnabled(self.chosen is not None)

    def _ask_as_of(self) -> None:
        if self.chosen is not None:
            self.as_of_asked.emit(self.chosen.entry)


class TrailDetails(QWidget):
    """One entry: what it says, and every field before and after, the changed ones marked."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._grid = QGridLayout()

    def show_row(self, row: TrailRow | None) -> None:
        clear(self._layout)
        self._grid = QGridLayout()  # one that was filled before keeps the heights of its rows
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(5)
        for place, stretch in enumerate((3, 4, 4)):
            self._grid.setColumnStretch(place, stretch)
        self._layout.addLayout(self._grid)
        self._layout.addStretch(1)
        if row is None:
            self._grid.addWidget(label(tr("Choose an entry to see it whole."), "muted"), 0, 0)
            return
        entry, names = row.entry, row.names
        self._wide(label(what(entry, names), "heading", wrap=True))
        for title, text in (
            (tr("Entry"), f"{entry.sequence:,} · {kind(entry.entity)}"),
            (tr("When"), local(entry)),
            (tr("Who"), f"{names.person(entry.actor)} ({entry.actor})"),
            (tr("Where"), entry.workstation or MISSING),
            (tr("Program"), " · ".join(filter(None, (entry.program, entry.schema))) or MISSING),
            (tr("Reason"), why(entry) or MISSING),
        ):
            line = self._grid.rowCount()
            self._grid.addWidget(label(title, "muted"), line, 0, TOP)
            self._grid.addWidget(label(text, wrap=True), line, 1, 1, 2)
        fields = changes(entry, names)
        if fields:
            line = self._grid.rowCount()
            for column, title in enumerate((tr("Field"), tr("Before"), tr("After"))):
                self._grid.addWidget(label(title, "small"), line, column)
        for one in fields:
            self._add(one)

    def _add(self, one: FieldChange) -> None:
        line = self._grid.rowCount()
        mark = "● " if one.changed and one.before and one.after else ""
        title = f"{mark}{one.label or tr('value')}"
        cells: list[QLabel] = [label(title, "muted", wrap=True)]
        cells += [label(text, wrap=True) for text in (one.before, one.after)]
        if mark:
            for cell in cells[1:]:
                cell.setProperty("role", "heading")
            cells[0].setAccessibleName(tr("{field}, changed").format(field=one.label))
        for place, cell in enumerate(cells):
            self._grid.addWidget(cell, line, place, TOP)

    def _wide(self, widget: QWidget) -> None:
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 3)
