"""A line that shows a value beside its name: one widget that paints its words."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStyle, QWidget

from ui.widgets.responsive import UNLIMITED
from ui.widgets.wrapped import Wrapped, as_high_as_its_words


@dataclass(frozen=True, slots=True)
class Cell:
    """Words, or a small widget, in a part of a line.

    ``width`` (px) is that of the part; None is what the others leave, in which words wrap. ``gap`` is the room after it.
    ``ends``: its words end at the end of the part. ``is_value`` are the words that a question is about.
    """

    shown: Wrapped | QWidget
    width: int | None
    gap: int = 0
    ends: bool = False
    is_value: bool = False


def one_line(shown: Wrapped | QWidget) -> int:
    """px that words, or a widget, take in one line."""
    size = shown.size(UNLIMITED) if isinstance(shown, Wrapped) else shown.sizeHint()
    return size.width()


class ValueLine(QLabel):
    """Cells side by side, on one line of letters; a screen reader reads ``text``, a query is about ``field``."""

    def __init__(self, *cells: Cell, text: str, field: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._cells = cells
        self._heights: dict[int, int] = {}  # by width: a layout asks many times
        said = [cell.shown for cell in cells if isinstance(cell.shown, Wrapped)]
        self._base = max(words.ascent for words in said)
        if field:
            self.setProperty("field", field)
        self._wraps = any(cell.width is None for cell in cells)
        if self._wraps:
            self.setSizePolicy(as_high_as_its_words())
        for cell in cells:
            if isinstance(cell.shown, QWidget):
                cell.shown.setParent(self)

    def hasHeightForWidth(self) -> bool:
        return self._wraps

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            areas = (area for _cell, area in self._places(width))
            self._heights[width] = max(area.bottom() + 1 for area in areas)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        width = sum(
            cell.gap + (one_line(cell.shown) if cell.width is None else cell.width)
            for cell in self._cells
        )
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        width = sum(cell.gap + (cell.width or 0) for cell in self._cells)
        return QSize(width, self.heightForWidth(UNLIMITED))

    @property
    def painted_words(self) -> list[QRect]:
        """Where words are: those of the value first, since what is about it goes after these."""
        found = sorted(self._places(self.width()), key=lambda place: not place[0].is_value)
        areas = [self._words(cell, area) for cell, area in found if isinstance(cell.shown, Wrapped)]
        return [QStyle.visualRect(self.layoutDirection(), self.rect(), area) for area in areas]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for cell, area in self._places(self.width()):
            if isinstance(cell.shown, QWidget):
                place = QRect(area.topLeft(), cell.shown.sizeHint())
                cell.shown.setGeometry(
                    QStyle.visualRect(self.layoutDirection(), self.rect(), place)
                )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, direction = QPainter(self), self.layoutDirection()
        self.drawFrame(painter)  # its ground, where somebody asked about it
        for cell, area in self._places(self.width()):
            if isinstance(cell.shown, Wrapped):
                place = QStyle.visualRect(direction, self.rect(), area)
                cell.shown.paint(painter, place, direction, ends=cell.ends)
        painter.end()

    def _words(self, cell: Cell, area: QRect) -> QRect:
        """What of an area its words take."""
        if not isinstance(cell.shown, Wrapped):
            return area
        size = cell.shown.size(area.width())
        left = area.right() + 1 - size.width() if cell.ends else area.left()
        return QRect(QPoint(left, area.top()), size)

    def _places(self, width: int) -> Iterator[tuple[Cell, QRect]]:
        """Each cell with its area, in a line that is read from the left."""
        rest = width - sum(cell.gap + (cell.width or 0) for cell in self._cells)
        x = 0
        for cell in self._cells:
            wide = max(1, rest) if cell.width is None else cell.width
            if isinstance(cell.shown, Wrapped):
                top, high = self._base - cell.shown.ascent, cell.shown.height(wide)
            else:
                top, high = 0, cell.shown.sizeHint().height()
            yield cell, QRect(x, top, wide, high)
            x += wide + cell.gap
