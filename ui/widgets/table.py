"""The table view of the app and how its cells are painted: two lines, a chip, a visit window, a button."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from math import ceil
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
)

from core.protocols.schedule import Window
from ui import theme
from ui.models.table import (
    CHIP_ROLE,
    HEAD_ROLE,
    ROW_ROLE,
    SECOND_LINE_ROLE,
    SERIES_ROLE,
    TableModel,
)
from ui.widgets.sparks import paint_spark

Index = QModelIndex | QPersistentModelIndex
PAD = 11
HEAD = 28  # px that the head of a group is high
SPARK = 46  # px that a course has at the end of a cell
LONGEST = (
    12  # of the words of a column are measured: the widest one is among those with the most letters
)
DAY_AND_WINDOW = 42  # px: as high as a day with its window below is at most
TICK = 6  # px of the mark of a target above and below its line: clear of the day above it


class Table(QTableView):
    """Rows that Enter, a double click or the button in their last column opens."""

    opened = Signal(object)

    def __init__(self, model: TableModel[Any], *, row_height: int = 40) -> None:
        super().__init__()
        self.setModel(model)
        model.setParent(self)  # goes with it, and with it the page that its columns know
        self._model = model
        self.passes_letters = (
            False  # and "/" to the page, whose keys they are; else they look for a row
        )
        self._left_out: tuple[int, ...] = ()
        self._never: tuple[int, ...] = ()
        self._heads: tuple[int, ...] = ()
        self._widths: dict[int, int] = {}
        self._tight_widths: dict[int, int] = {}
        self._whole: tuple[int, ...] = ()
        self._gives_way: tuple[int, ...] = ()
        self._rest, self._least, self._tight = -1, 0, False
        self._narrower: dict[int, int] = {}
        # px of the words of a column in a font, until rows change.
        self._measured: dict[tuple[int, str], int] = {}
        self._growing: dict[
            int, int
        ] = {}  # columns that wrap, with the px that are free beside words
        self._fitted: tuple[int | None] | None = None  # see `fit_height`
        self._grow_soon = QTimer(self, interval=0, singleShot=True)
        self._grow_soon.timeout.connect(self._grow_rows)
        self.setItemDelegate(CellDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(row_height))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.doubleClicked.connect(self._open)
        model.modelReset.connect(self._lay_out_heads)
        for changed in (model.modelReset, model.layoutChanged, model.dataChanged):
            changed.connect(self._forget_words)
        model.modelReset.connect(self._fit_words)

    def fix_widths(self, widths: dict[int, int], tight: dict[int, int] | None = None) -> None:
        """Fixed widths (px at the usual text size) for some columns; the others share the rest.

        ``tight`` has the smaller ones of a folded window.
        """
        self._widths, self._tight_widths = widths, tight or {}
        for column, width in widths.items():
            self.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, theme.px(width))

    def hide_when_tight(self, *columns: int) -> None:
        """Columns that a folded window leaves out: what they say stands on the page that a row opens."""
        self._left_out = columns

    def leave_out(self, *columns: int) -> None:
        """Columns that are never shown, to whom they are of no use."""
        self._never = columns
        for column in columns:
            self.setColumnHidden(column, True)

    def keep_whole(
        self,
        *columns: int,
        gives_way: Sequence[int],
        rest: int,
        least: int,
        narrower: dict[int, int] | None = None,
    ) -> None:
        """Columns that are as wide as their words, which are never cut; ``rest`` has what is left over.

        Where that is less than ``least`` px, those of ``narrower`` have these widths; then columns of ``gives_way``
        are left out, one after another.
        """
        self._narrower = narrower or {}
        self._whole, self._gives_way, self._rest, self._least = columns, (*gives_way,), rest, least
        for column in columns:
            self.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        self._fit_words()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_words()
        self._grow_soon.start()

    def _forget_words(self, *_changed: object) -> None:
        """Rows say something else: what was measured of them does not hold any more."""
        self._measured.clear()
        self._grow_soon.start()

    def _fit_words(self) -> None:
        if not self._whole:
            return
        shown = [n for n in range(self._model.columnCount()) if not self._is_left_out(n)]
        fixed = {n: self._fixed_width(n) for n in shown if n != self._rest}
        gone: list[int] = []
        least = theme.px(self._least) if self._rest in shown else 0
        if sum(fixed.values()) + least > self.viewport().width():
            narrower = {n: theme.px(width) for n, width in self._narrower.items() if n in fixed}
            fixed |= {n: max(width, self._head_width(n)) for n, width in narrower.items()}
        for column in self._gives_way:
            if sum(fixed.values()) + least <= self.viewport().width():
                break
            if column == self._rest:
                least = 0
            fixed.pop(column, None)
            gone.append(column)
        for column in range(self._model.columnCount()):
            self.setColumnHidden(column, column not in shown or column in gone)
        for column, width in fixed.items():
            self.setColumnWidth(column, width)
        self._grow_soon.start()

    def _is_left_out(self, column: int) -> bool:
        return column in self._never or (self._tight and column in self._left_out)

    def _fixed_width(self, column: int) -> int:
        if column in self._whole:
            return self._words_width(column)
        usual = self._tight_widths if self._tight else self._widths
        return max(theme.px(usual.get(column, self._widths[column])), self._head_width(column))

    def _head_width(self, column: int) -> int:
        """px for the head of a column, in whatever language."""
        head = str(self._model.headerData(column, Qt.Orientation.Horizontal) or "")
        return ceil(QFontMetricsF(theme.font(size=12)).horizontalAdvance(head)) + 2 * PAD + 2

    def _words_width(self, column: int) -> int:
        """px for the longest words of a column, and for its head; measured once, since rows may be thousands."""
        key = column, theme.font(size=12).key()
        if key not in self._measured:
            self._measured[key] = self._measure(column)
        return self._measured[key]

    def _measure(self, column: int) -> int:
        model, rows = self._model, range(self._model.rowCount())
        words_of = [self._words(row, column) for row in rows]
        first = {text for text, _second in words_of}
        second = {text for _first, text in words_of}
        head = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        widths = [
            QFontMetricsF(font).horizontalAdvance(words)
            for font, every in (
                (theme.font(weight=QFont.Weight.DemiBold), first),
                (theme.font(size=12), second | {head}),
            )
            for words in sorted(every, key=len)[-LONGEST:]
        ]
        return ceil(max(widths)) + 2 * PAD + 2

    def set_tight(self, *, tight: bool) -> None:
        self._tight = tight
        for column in self._left_out:
            self.setColumnHidden(column, tight)
        for column, width in self._tight_widths.items():
            self.setColumnWidth(column, theme.px(width if tight else self._widths[column]))
        self._fit_words()

    def sort_by(self, column: int, order: Qt.SortOrder) -> None:
        """Let the heads of the columns sort, and sort by this one now."""
        self.horizontalHeader().setSortIndicator(column, order)
        self.setSortingEnabled(True)

    def fit_height(self, most: int | None = None) -> None:
        """As tall as its rows, for a table that scrolls with its page; with more than ``most`` it scrolls itself."""
        rows = self._model.rowCount()
        seen = rows if most is None else min(rows, most)
        header = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(header + sum(self.rowHeight(row) for row in range(seen)) + 4)
        self._fitted = (most,)
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if seen < rows else policy.ScrollBarAlwaysOff
        )

    def wrap(self, *columns: int, pad: int = PAD) -> None:
        """Columns whose words are never cut: a row is as high as they need. ``pad`` px are free beside them."""
        self._growing = dict.fromkeys(columns, pad)

    def _grow_rows(self) -> None:
        if not self._growing:
            return
        usual = self.verticalHeader().defaultSectionSize()
        rooms = {
            column: self.columnWidth(column) - 2 * pad
            for column, pad in self._growing.items()
            if not self.isColumnHidden(column)
        }
        needs = cache(_needed)  # the same words come again and again
        for row in range(self._model.rowCount()):
            if row not in self._heads:
                words = ((self._words(row, column), room) for column, room in rooms.items())
                height = max((usual, *(needs(*texts, room) for texts, room in words)))
                if self.rowHeight(row) != height:
                    self.setRowHeight(row, height)
        if self._fitted is not None:
            self.fit_height(*self._fitted)

    def _words(self, row: int, column: int) -> tuple[str, str]:
        """Both lines of a cell."""
        index = self._model.index(row, column)
        return str(index.data() or ""), str(index.data(SECOND_LINE_ROLE) or "")

    def line_at(self, at: QPoint | None) -> tuple[Any, QRect] | None:
        """The row at a place in px of the viewport, or with none the row with the keyboard; and the part that shows it."""
        index = self.currentIndex() if at is None else self.indexAt(at)
        if not index.isValid() or not index.flags() & Qt.ItemFlag.ItemIsSelectable:
            return None
        top, high = self.rowViewportPosition(index.row()), self.rowHeight(index.row())
        return self._model.row(index), QRect(0, top, self.viewport().width(), high)

    @property
    def painted_words(self) -> list[QRect]:
        """Where words are written in the rows that are seen, in px of the viewport."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        lines = range(max(0, first), (last if last >= 0 else self._model.rowCount() - 1) + 1)
        columns = [one for one in range(self._model.columnCount()) if not self.isColumnHidden(one)]
        return [self._words_of(self._model.index(line, one)) for line in lines for one in columns]

    def _words_of(self, index: Index) -> QRect:
        """A little more than the words of a cell: those of its widest line, as a chip would have them."""
        cell = self.visualRect(index)
        texts = self._words(index.row(), index.column())
        metrics = QFontMetricsF(theme.font(weight=QFont.Weight.DemiBold))
        widest = max(metrics.horizontalAdvance(text) for text in texts)
        wide = min(cell.width(), round(widest) + 2 * PAD) if widest else 0
        begins = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        return QStyle.alignedRect(self.layoutDirection(), begins, QSize(wide, cell.height()), cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        if self.passes_letters and (event.text().isalnum() or event.text() == "/"):
            event.ignore()
            return
        super().keyPressEvent(event)

    def _open(self, index: Index) -> None:
        if index.flags() & Qt.ItemFlag.ItemIsSelectable:
            self.opened.emit(self._model.row(index))

    def _lay_out_heads(self) -> None:
        """The head of a group goes over all columns, and is lower than a row."""
        self.clearSpans()
        self._size_heads(self.verticalHeader().defaultSectionSize(), self._heads)
        self._heads = self._model.heads
        for line in self._heads:
            self.setSpan(line, 0, 1, self._model.columnCount())
        self._size_heads(theme.px(HEAD), self._heads)

    def _size_heads(self, height: int, lines: Sequence[int]) -> None:
        for line in lines:
            self.setRowHeight(line, height)


class CellDelegate(QStyledItemDelegate):
    """Two lines where there is a second one, a chip where there is a kind, plain text otherwise."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if (head := index.data(HEAD_ROLE)) is not None:
            _paint_head(painter, option, str(head))
            return
        second, kind = index.data(SECOND_LINE_ROLE), index.data(CHIP_ROLE)
        if second is None and (kind is None or not index.data()):
            super().paint(painter, option, index)
            return
        ground(painter, option)
        area = QRectF(option.rect).adjusted(PAD, 0, -PAD, 0)
        text = str(index.data())
        painter.save()
        if kind is not None:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            paint_chip(painter, area, text, str(kind), lined=selected)
        elif not second or _is_cut(area, text, str(second)):
            _wrapped(painter, area, text, str(second or ""))
        else:
            half = area.height() / 2
            painter.setPen(theme.colour("ink"))
            painter.setFont(theme.font(weight=QFont.Weight.DemiBold))
            top = QRectF(area.x(), area.y() + 4, area.width(), half - 3)
            _text(painter, top, text, Qt.AlignmentFlag.AlignBottom)
            painter.setPen(theme.colour("muted"))
            painter.setFont(theme.font(size=12))
            bottom = QRectF(area.x(), area.y() + half, area.width(), half - 3)
            _text(painter, bottom, str(second), Qt.AlignmentFlag.AlignTop)
        painter.restore()

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """Over a cell whose words are cut the pointer shows them whole, where its column says nothing more."""
        if event.type() == QEvent.Type.ToolTip and not index.data(Qt.ItemDataRole.ToolTipRole):
            lines = [str(index.data() or ""), str(index.data(SECOND_LINE_ROLE) or "")]
            widths = (
                QFontMetricsF(theme.font(weight=QFont.Weight.DemiBold)).horizontalAdvance(lines[0]),
                QFontMetricsF(theme.font(size=12)).horizontalAdvance(lines[1]),
            )
            if max(widths) > option.rect.width() - 2 * PAD:
                QToolTip.showText(event.globalPos(), "\n".join(filter(None, lines)), view)
                return True
        return super().helpEvent(event, view, option, index)


class SparkDelegate(CellDelegate):
    """A value with its day below, and at the end of the cell its course: six values at most, the last one solid.

    ``least`` is how much of the scale a course always spans, so that noise does not fill the height.
    """

    def __init__(self, table: Table, *, least: float) -> None:
        super().__init__(table)
        self._least = least

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        series = index.data(SERIES_ROLE) or ()
        width = theme.px(SPARK)
        words = QFontMetricsF(theme.font(size=12)).horizontalAdvance(
            str(index.data(SECOND_LINE_ROLE) or index.data() or "")
        )
        if len(series) < 2 or option.rect.width() < width + PAD + words:
            super().paint(painter, option, index)
            return
        whole = QRectF(option.rect)
        text = QStyleOptionViewItem(option)
        text.rect = QStyle.visualRect(
            option.direction, option.rect, option.rect.adjusted(0, 0, -width, 0)
        )
        ground(painter, option)
        super().paint(painter, text, index)
        side = whole.adjusted(whole.width() - width, 9, -PAD, -9)
        if option.direction == Qt.LayoutDirection.RightToLeft:
            side.moveLeft(whole.left() + PAD)
        line, dot = QPen(theme.colour("muted"), 1.4), theme.colour("ink")
        paint_spark(painter, side, series[-6:], line=line, dot=dot, radius=2.6, least=self._least)


class ButtonDelegate(QStyledItemDelegate):
    """A cell that looks and works like a button; an empty text paints nothing."""

    def __init__(self, table: Table, clicked: Callable[[Any], object]) -> None:
        super().__init__(table)
        self._table = table
        table.clicked.connect(
            lambda index: (
                clicked(index.data(ROW_ROLE))
                if table.itemDelegateForColumn(index.column()) is self and index.data()
                else None
            )
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground(painter, option)
        text = str(index.data())
        if not text:
            return
        area = QRectF(option.rect)
        box = QRectF(0, 0, min(area.width() - 2 * PAD, theme.px(96)), theme.px(30))
        box.moveCenter(area.center())
        state = option.state
        active = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent" if active else "strong_line"), 1))
        painter.setBrush(theme.colour("card"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.setPen(theme.colour("accent" if active else "ink"))
        painter.setFont(theme.font(weight=QFont.Weight.Medium))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()


class WindowDelegate(QStyledItemDelegate):
    """A visit window below the day that the visit is planned on: the bar is the window, the tick the target, the dot today."""

    def __init__(
        self, parent: Table, window: Callable[[Any], Window | None], today: Callable[[], date]
    ) -> None:
        super().__init__(parent)
        self._window, self._today = window, today

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground(painter, option)
        window = self._window(index.data(ROW_ROLE))
        if window is None:
            return
        area = QRectF(option.rect).adjusted(PAD, 0, -PAD, 0)
        spare = max(0.0, area.height() - theme.px(DAY_AND_WINDOW)) / 2  # of a row that has grown
        area.adjust(0, spare, 0, -spare)
        half = area.height() / 2
        painter.save()
        painter.setPen(theme.colour("ink"))
        painter.setFont(theme.font(size=13))
        above = QRectF(area.x(), area.y() + 3, area.width(), half - 1)
        _text(painter, above, str(index.data()), Qt.AlignmentFlag.AlignVCenter)
        painter.restore()
        paint_window(painter, area.adjusted(0, half + 4, 0, -2), window, self._today())


def paint_window(painter: QPainter, area: QRectF, window: Window, today: date) -> None:
    """Today is kept inside the line even when it is far from the window."""
    margin = max(window.close - window.open, timedelta(days=14))
    first, last = min(window.open - margin, today), max(window.close + margin, today)
    days = max((last - first).days, 1)

    def x(day: date) -> float:
        return area.x() + 4 + (area.width() - 8) * (day - first).days / days

    late = today > window.close
    y = area.center().y()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("line"))
    painter.drawRoundedRect(QRectF(area.x(), y - 2, area.width(), 4), 2, 2)
    bar = QColor(theme.colour("bad" if late else "accent"))
    painter.setPen(QPen(bar, 1))  # the fill alone is too pale to be seen by everybody
    bar.setAlphaF(0.38)
    painter.setBrush(bar)
    width = max(x(window.close) - x(window.open), 6.0)
    painter.drawRoundedRect(QRectF(x(window.open), y - 3.5, width, 7), 2, 2)
    painter.setPen(QPen(theme.colour("muted"), 2))
    target = x(window.target)
    painter.drawLine(QPointF(target, y - TICK), QPointF(target, y + TICK))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("bad" if late else "accent"))
    painter.drawEllipse(QPointF(x(today), y), 5, 5)
    painter.restore()


def paint_chip(
    painter: QPainter, area: QRectF, text: str, kind: str, *, lined: bool = False
) -> None:
    """A word on its ground. ``lined`` on a selected row, whose own ground is as pale as a chip's."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font(size=12, weight=QFont.Weight.Medium))
    width = min(QFontMetricsF(painter.font()).horizontalAdvance(text) + 18, area.width())
    box = QRectF(area.x(), area.center().y() - 11, width, 22)
    if painter.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        box.moveRight(area.right())
    ink = theme.colour("muted" if kind == "neutral" else kind)
    painter.setPen(QPen(ink, 1) if lined else Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("card" if lined else f"{kind}_ground"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5) if lined else box, 9, 9)
    painter.setPen(ink)
    shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, width - 12)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)


def ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """The row's ground and the line under it, for delegates that paint the rest themselves."""
    rect, state = option.rect, option.state
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, theme.colour("accent_ground"))
    painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("line"))


def _paint_head(painter: QPainter, option: QStyleOptionViewItem, text: str) -> None:
    painter.save()
    painter.fillRect(option.rect, theme.colour("ground"))
    painter.setPen(theme.colour("muted"))
    painter.setFont(theme.font(size=12, weight=QFont.Weight.DemiBold))
    area = QRectF(option.rect).adjusted(PAD, 0, -PAD, 0)
    _text(painter, area, text, Qt.AlignmentFlag.AlignVCenter)
    painter.restore()


def _needed(text: str, second: str, room: int) -> int:
    """px that the words of a cell need from top to bottom; 0 where they are no more than usual."""
    height, count = 0.0, 0
    for words, font in (
        (text, theme.font(weight=QFont.Weight.DemiBold)),
        (second, theme.font(size=12)),
    ):
        metrics = QFontMetricsF(font)
        lines = len(wrapped(metrics, words, room)) if words else 0
        height, count = height + lines * metrics.height(), count + lines
    return ceil(height) + 6 if count > 1 else 0


def wrapped(metrics: QFontMetricsF, text: str, room: float, most: int = 0) -> list[str]:
    """A text on lines of so many px; with ``most`` on no more than so many, the last of which has all the rest."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        full = lines and metrics.horizontalAdvance(longer) > room
        if not lines or (full and len(lines) != most):
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _is_cut(area: QRectF, text: str, second: str) -> bool:
    """Whether one of two lines is too short for its words, and more of them find room."""
    above = QFontMetricsF(theme.font(weight=QFont.Weight.DemiBold))
    below = QFontMetricsF(theme.font(size=12))
    cut = max(above.horizontalAdvance(text), below.horizontalAdvance(second)) > area.width()
    return cut and area.height() >= above.height() + 2 * below.height()


def _wrapped(painter: QPainter, area: QRectF, text: str, second: str = "") -> None:
    """The words of a cell on as many lines as they need and as find room, in the middle."""
    strong, small = theme.font(weight=QFont.Weight.DemiBold), theme.font(size=12)
    above, below = QFontMetricsF(strong), QFontMetricsF(small)
    least = below.height() if second else 0
    lines = wrapped(
        above, text, area.width(), max(1, int((area.height() - least) // above.height()))
    )
    left = area.height() - len(lines) * above.height()
    more = (
        wrapped(below, second, area.width(), max(1, int(left // below.height()))) if second else []
    )
    height = len(lines) * above.height() + len(more) * below.height()
    top = area.center().y() - height / 2
    for line, font, metrics, colour in (
        *((line, strong, above, "ink") for line in lines),
        *((line, small, below, "muted") for line in more),
    ):
        painter.setFont(font)
        painter.setPen(theme.colour(colour))
        place = QRectF(area.x(), top, area.width(), metrics.height())
        _text(painter, place, line, Qt.AlignmentFlag.AlignVCenter)
        top += metrics.height()


def _text(painter: QPainter, area: QRectF, text: str, align: Qt.AlignmentFlag) -> None:
    metrics = QFontMetricsF(painter.font())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, align | Qt.AlignmentFlag.AlignLeft, shown)
