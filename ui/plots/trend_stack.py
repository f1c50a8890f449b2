"""The stack of a chart in the window: painted once, and over it what one points at, by mouse or by keyboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.views import figure_names
from core.views.stack import geometry, in_words, overlay
from core.views.stack.geometry import Figures, Sheet
from core.views.stack.rows import Mark, Stack
from core.views.stack.shapes import Drawing, Text, Weight
from core.views.trends import TimeScale
from ui import theme
from ui.plots import painting
from ui.widgets import figures
from ui.widgets.responsive import open_help
from ui.words import tr

T = TypeVar("T")
BESIDE_FROM_PX = 760  # narrower than this, the figures stand above their plots
NEAR_PX = 40  # of a day with a value
PICTURE = (1222, 700)  # px, of a copied picture before it is made twice as sharp


@dataclass(frozen=True, slots=True)
class _Painted:
    """The stack as it was painted last, and what it was painted for."""

    key: tuple[object, ...]
    drawing: Drawing
    pixmap: QPixmap


class TrendStack(QWidget):
    """Rows over one time axis. ``←`` ``→`` go from visit to visit, ``↑`` ``↓`` from event to event, Enter opens it."""

    opens = Signal(str, str)  # the tab that shows what is pointed at, and what on it
    opens_visit = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.stack: Stack | None = None
        self.scale: TimeScale | None = None
        self.whole = False
        self.day: date | None = None  # that the line stands at
        self.mark: Mark | None = None  # that is shown in full
        self.ringed: frozenset[tuple[str, date]] = frozenset()  # values that are others today
        self._painted: _Painted | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("The course over time"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time runs so in every language

    def show_stack(self, stack: Stack, scale: TimeScale, *, whole: bool) -> None:
        """Draw this; what is pointed at stays only where this stack has it too, and says what it is now."""
        self.stack, self.scale, self.whole = stack, scale, whole
        self._painted = None
        was = None if self.mark is None else self.mark.id
        self.mark = next((mark for mark in self.marks if mark.id == was), None)
        self.day = self.day if self.day in self._days() else None
        figures.mark(self, *stack.figures)
        self._describe()
        self._keep_height()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(960), theme.px(634))

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Every event of the lanes, in order of their days; what ran, from the top down."""
        if self.stack is None:
            return ()
        if self.stack.sections:
            return self.stack.marks
        return tuple(sorted(self.stack.marks, key=lambda mark: mark.began))

    @property
    def said(self) -> tuple[str, ...]:
        """Every text that is painted, from the top down."""
        texts = () if self.stack is None else self._draw().drawing.shapes
        return tuple(shape.words for shape in texts if isinstance(shape, Text))

    @property
    def drawing(self) -> Drawing | None:
        """What is on the screen, without what one points at."""
        return None if self.stack is None else self._draw().drawing

    def point_at(self, on: date | None, mark: Mark | None = None) -> None:
        """Put the line at a day, or show an event in full; neither where both are None."""
        if (on, mark) == (self.day, self.mark):
            return
        self.day, self.mark = on, mark
        self._describe()
        self.update()

    def _describe(self) -> None:
        """For a screen reader: what is pointed at, else all of it."""
        if self.mark is not None:
            self.setAccessibleDescription(in_words.of_mark(self.mark))
        elif self.stack is not None and self.day is not None:
            self.setAccessibleDescription(in_words.of_day(self.stack, self.day))
        elif self.stack is not None:
            self.setAccessibleDescription(in_words.all_of(self.stack))

    def picture(self, title: str, remark: str) -> QImage:
        """The whole stack for a letter or a slide: white, twice as sharp as a screen, under a title."""
        if self.stack is None or self.scale is None:
            return QImage()
        wide, high = PICTURE
        sheet = Sheet(width=wide, height=high, measure=painting.measure, whole=self.whole)
        placed = geometry.place(self.stack, sheet, self.scale)
        image = QImage(2 * wide, round(2 * (placed.height + 40)), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        image.setDotsPerMeterX(7559)  # 192 dots an inch: as large on paper as on the screen
        image.setDotsPerMeterY(7559)
        painter = QPainter(image)
        painter.scale(2, 2)
        head = Drawing(wide, 40, 1.0, painting.measure)
        head.add(Text(12, 24, title, 15, Weight.SEMIBOLD))
        if remark:
            x = 24 + painting.measure(title, 15, Weight.SEMIBOLD)
            head.add(Text(x, 24, remark, 12, Weight.MEDIUM, "warn"))
        painting.paint(painter, head, dark=False)
        painter.translate(0, 40)
        painting.paint(painter, placed, dark=False)
        painter.end()
        return image

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        if self.stack is not None and self.scale is not None:
            painted = self._draw()
            painter.drawPixmap(0, 0, painted.pixmap)
            sheet = self._sheet()
            axis = geometry.time_axis(self.stack, sheet, self.scale)
            self.paint_under(painter, sheet, painted.drawing)
            if self.ringed:
                painting.paint(
                    painter, overlay.changed(self.stack, painted.drawing, axis, self.ringed)
                )
            if self.day is not None and axis.shows(self.day):
                over = overlay.hairline(self.stack, sheet, painted.drawing, axis, self.day)
                painting.paint(painter, over)
            if self.mark is not None:
                hint = tr("Enter opens it") if self.hasFocus() else ""
                hint = hint if self.mark.tab else ""
                card = overlay.event_card(sheet, painted.drawing, axis, self.mark, hint, self.seen)
                painting.paint(painter, card)
        if self.hasFocus():
            painter.setPen(theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.framed.adjusted(1, 1, -2, -2), 6, 6)
        painter.end()

    def paint_under(self, painter: QPainter, sheet: Sheet, drawing: Drawing) -> None:
        """What is over the rows, and under what one points at."""

    @property
    def seen(self) -> tuple[float, float] | None:
        """From where to where the sheet is in sight (px from its top); None where all of it is."""
        return None

    @property
    def framed(self) -> QRect:
        """What the ring of the keyboard is drawn around."""
        return self.rect()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        mark = self._mark_at(event.position())
        on = None if mark is not None else self._day_at(event.position().x())
        figure = self._figure_at(event.position())
        shape = Qt.CursorShape.WhatsThisCursor if figure else Qt.CursorShape.ArrowCursor
        opens = mark is not None and mark.tab
        self.setCursor(Qt.CursorShape.PointingHandCursor if opens else shape)
        self.setToolTip(figures.explained(figure) if figure else "")
        self.point_at(on, mark)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What the number under the mouse means; by keyboard, or beside the numbers, each of them is a line."""
        figure = self._figure_at(QPointF(event.pos()))
        shown = (figure,) if figure else figures.figures_in(self)
        if shown:
            figures.menu_of(self, shown).popup(event.globalPos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            if self._mark_at(event.position()) is not None:
                self.open()
            elif figure := self._figure_at(event.position()):
                open_help(self, figure_names.topic(figure))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.point_at(self._day_at(event.position().x()))
        self.open()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self.point_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.point_at(None)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        marks = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if key in steps and self.stack is not None:
            self.point_at(_next(self._days(), self.day, steps[Qt.Key(key)]))
        elif key in marks and self.marks:
            self.point_at(None, _next(self.marks, self.mark, marks[Qt.Key(key)]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (self.mark or self.day):
            self.open()
        elif key == Qt.Key.Key_Escape and (self.mark or self.day):
            self.point_at(None)
        else:
            super().keyPressEvent(event)

    def open(self) -> None:
        """Go to where the chart shows the event or the visit that is pointed at."""
        if self.mark is not None and self.mark.tab:
            self.opens.emit(self.mark.tab, self.mark.what)
        elif self.day is not None and self.stack is not None:
            visit = next((head.id for head in self.stack.heads if head.on == self.day), "")
            if visit:
                self.opens_visit.emit(visit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._keep_height)

    def _keep_height(self) -> None:
        """Never lower than what the rows need at this width: the page scrolls then."""
        if self.stack is not None and self.isVisible():
            least = round(geometry.least_height(self.stack, self._sheet()))
            if least != self.minimumHeight():
                self.setMinimumHeight(least)

    def _sheet(self) -> Sheet:
        unit = theme.px(100) / 100
        beside = self.width() >= BESIDE_FROM_PX * unit
        return Sheet(
            width=self.width(),
            height=self.height(),
            measure=painting.measure,
            unit=unit,
            figures=Figures.BESIDE if beside else Figures.ABOVE,
            whole=self.whole,
            tracks=self.stack is not None and bool(self.stack.sections),
        )

    def _draw(self) -> _Painted:
        """The stack as pixels; painted anew only where something has changed."""
        if self.stack is None or self.scale is None:
            raise ValueError("nothing is shown yet")
        ratio = self.devicePixelRatioF()
        key = (
            self.size(),
            ratio,
            theme.is_dark(),
            theme.px(100),
            id(self.stack),
            self.scale,
            self.whole,
        )
        if self._painted is None or self._painted.key != key:
            drawing = geometry.place(self.stack, self._sheet(), self.scale)
            pixmap = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(theme.colour("card"))
            painter = QPainter(pixmap)
            painting.paint(painter, drawing)
            painter.end()
            self._painted = _Painted(key, drawing, pixmap)
        return self._painted

    def _days(self) -> Sequence[date]:
        """Days of visits and of every value, in their order."""
        if self.stack is None:
            return ()
        days = {head.on for head in self.stack.heads}
        for row in self.stack.rows:
            days |= {point.day for series in row.plot.series for point in series.points}
        return sorted(days)

    def _day_at(self, x: float) -> date | None:
        """The nearest day that has a value; None where none is near."""
        if self.stack is None or self.scale is None:
            return None
        axis = geometry.time_axis(self.stack, self._sheet(), self.scale)
        nearest = min(self._days(), key=lambda on: abs(axis.x(on) - x), default=None)
        near = nearest is not None and abs(axis.x(nearest) - x) <= theme.px(NEAR_PX)
        return nearest if near and x >= axis.left - theme.px(NEAR_PX) else None

    def _figure_at(self, at: QPointF) -> str:
        """The id of the number beside a plot at a place; empty where there is none."""
        hits = () if self.stack is None else self._draw().drawing.figures
        return next((hit.mark for hit in hits if hit.holds(at.x(), at.y())), "")

    def _mark_at(self, at: QPointF) -> Mark | None:
        """The event at a place; of several the one drawn last."""
        if self.stack is None:
            return None
        hits = self._draw().drawing.hits
        found = next((hit.mark for hit in reversed(hits) if hit.holds(at.x(), at.y())), None)
        return next((mark for mark in self.marks if mark.id == found), None)


def _next(every: Sequence[T], now: T | None, step: int) -> T | None:
    """The neighbour; from nowhere the last one back, the first one on."""
    if not every:
        return None
    if now not in every:
        return every[-1] if step < 0 else every[0]
    return every[min(max(every.index(now) + step, 0), len(every) - 1)]
