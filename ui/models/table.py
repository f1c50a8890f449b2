"""A read-only table of values; what a column shows is data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ui.words import tr

T = TypeVar("T")
ROW_ROLE = Qt.ItemDataRole.UserRole
SECOND_LINE_ROLE = Qt.ItemDataRole.UserRole + 1
CHIP_ROLE = Qt.ItemDataRole.UserRole + 2
SERIES_ROLE = Qt.ItemDataRole.UserRole + 3
HEAD_ROLE = Qt.ItemDataRole.UserRole + 4
_HEAD_ROLES = {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, HEAD_ROLE}
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column(Generic[T]):
    """``title`` is marked (`N_`). ``text`` makes the cell's words from a row; the rest is optional decoration for the delegates.

    ``sort`` gives what a row is sorted by, None where that is not known: such rows come last in both directions.
    ``series`` are values in order of their days, drawn small beside the text.
    """

    title: str
    text: Callable[[T], str]
    second: Callable[[T], str] | None = None
    chip: Callable[[T], str] | None = None
    tip: Callable[[T], str] | None = None
    right: bool = False
    sort: Callable[[T], Any] | None = None
    series: Callable[[T], Sequence[tuple[date, float]]] | None = None


@dataclass(frozen=True)
class Head:
    """A line above the rows of one group; it cannot be selected."""

    text: str


class TableModel(QAbstractTableModel, Generic[T]):
    """Rows, or groups of rows each under its head."""

    def __init__(self, columns: Sequence[Column[T]]) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._rows: tuple[T | Head, ...] = ()
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def show_rows(self, rows: Sequence[T]) -> None:
        self.beginResetModel()
        self._rows = self._in_order(rows)
        self.endResetModel()

    def show_groups(self, groups: Sequence[tuple[str, Sequence[T]]]) -> None:
        """The groups in this order, each under its head; they are not sorted."""
        self.beginResetModel()
        lines: list[T | Head] = []
        for title, rows in groups:
            lines += [Head(title), *rows] if rows else []
        self._rows = tuple(lines)
        self.endResetModel()

    @property
    def heads(self) -> tuple[int, ...]:
        """The lines that are heads."""
        return tuple(n for n, one in enumerate(self._rows) if isinstance(one, Head))

    def line_of(self, row: T) -> int:
        """The line that a row stands in. Raises ValueError."""
        return self._rows.index(row)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._rows[index.row()], Head):
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column that can be sorted by; rows stay selected."""
        if not 0 <= column < len(self._columns) or self._columns[column].sort is None:
            return
        self._sorted = column, order
        self.sort_again()

    def sort_again(self) -> None:
        """What the rows are sorted by is another now."""
        self.layoutAboutToBeChanged.emit()
        before, kept = self.rows, self.persistentIndexList()
        self._rows = self._in_order(before)
        places = {id(one): place for place, one in enumerate(self._rows)}
        moved = [self.index(places[id(before[one.row()])], one.column()) for one in kept]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _in_order(self, rows: Sequence[T]) -> tuple[T, ...]:
        key = None if self._sorted is None else self._columns[self._sorted[0]].sort
        if key is None or self._sorted is None:
            return tuple(rows)
        keyed = [(key(one), one) for one in rows]
        known = sorted(
            (pair for pair in keyed if pair[0] is not None),
            key=lambda pair: pair[0],
            reverse=self._sorted[1] is Qt.SortOrder.DescendingOrder,
        )
        return tuple(one for _key, one in [*known, *(p for p in keyed if p[0] is None)])

    def show_again(self) -> None:
        """The same rows, of which a column says something else now."""
        if self._rows:
            last = self.index(len(self._rows) - 1, len(self._columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def row(self, index: Index) -> T:
        """The row of a line that can be selected."""
        found = self._rows[index.row()]
        assert not isinstance(found, Head)
        return found

    @property
    def rows(self) -> tuple[T, ...]:
        """Every row, without heads."""
        return tuple(one for one in self._rows if not isinstance(one, Head))

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        if isinstance(row, Head):
            return row.text if role in _HEAD_ROLES and index.column() == 0 else None
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == ROW_ROLE:
            return row
        if role == SECOND_LINE_ROLE:
            return column.second(row) if column.second else None
        if role == CHIP_ROLE:
            return column.chip(row) if column.chip else None
        if role == SERIES_ROLE:
            return column.series(row) if column.series else None
        if role == Qt.ItemDataRole.ToolTipRole and column.tip:
            return column.tip(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            second = column.second(row) if column.second else ""
            return f"{tr(column.title)}: {column.text(row)} {second}".strip()
        if role == Qt.ItemDataRole.TextAlignmentRole and column.right:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(self._columns[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight
                if self._columns[section].right
                else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
