"""A figure of a group on the screen: painted once, pointed at by mouse and keyboard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.cohort.plots.axes import Sheet
from core.cohort.plots.pointing import Pointed
from core.views.stack.shapes import Drawing, Lines, Shape
from ui import theme
from ui.plots import painting
from ui.words import tr

Draw = Callable[[Sheet], Drawing]
Point = Callable[[Drawing], Pointed]


@dataclass(frozen=True)
class _Painted:
    key: tuple[object, ...]
    pixmap: QPixmap
    pointed: Pointed | None


class Figure(QWidget):
    """Up and down go from patient to patient, Enter opens the chart of the one that is pointed at."""

    opened = Signal(int)  # the place of a patient

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._draw: Draw | None = None
        self._point: Point | None = None
        self._numbers: Mapping[int, str] = {}
        self._painted: _Painted | None = None
        self._behind: tuple[tuple[object, ...], list[Shape], QPixmap] | None = None
        self._height: float | Callable[[Sheet], float] = 0.0
        self._drawn = 0  # counts what was shown
        self.patient: int | None = None  # who is pointed at
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)

    def show_figure(
        self,
        draw: Draw,
        said: str,
        *,
        height: float | Callable[[Sheet], float],
        point: Point | None = None,
        numbers: Mapping[int, str] | None = None,
    ) -> None:
        """``said`` is the figure in words, ``height`` (px at the usual text size) the least it needs on a sheet."""
        self._draw, self._point, self._numbers = draw, point, numbers or {}
        self._height = height
        self._drawn += 1
        self.patient = None
        self._keep_height()
        self.setAccessibleName(self._name)
        self.setAccessibleDescription(said)
        reached = Qt.FocusPolicy.StrongFocus if point is not None else Qt.FocusPolicy.TabFocus
        self.setFocusPolicy(reached)
        self.update()

    @property
    def pointed(self) -> Pointed | None:
        """Where patients are on the figure as it is painted."""
        return self._paint().pointed if self._draw is not None else None

    def point_at(self, patient: int | None) -> None:
        """Show one of the patients; a screen reader hears the number."""
        if patient == self.patient:
            return
        self.patient = patient
        number = "" if patient is None else self._numbers.get(patient, "")
        text = tr("{figure}: patient {number}. Enter opens the chart.")
        named = text.format(figure=self._name, number=number) if number else self._name
        self.setAccessibleName(named)
        over = patient is not None and not self.hasFocus()
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_height()

    def _keep_height(self) -> None:
        needed = self._height if isinstance(self._height, float) else self._height(self._sheet())
        self.setMinimumHeight(theme.px(needed))

    def _sheet(self) -> Sheet:
        unit = theme.px(100) / 100
        return Sheet(width=self.width(), height=self.height(), measure=painting.measure, unit=unit)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at, pointed = event.position(), self.pointed
        if pointed is not None:
            self.point_at(pointed.at(at.x(), at.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at, pointed = event.position(), self.pointed
        found = None if pointed is None else pointed.at(at.x(), at.y())
        if event.button() is Qt.MouseButton.LeftButton and found is not None:
            self.opened.emit(found)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.point_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.point_at(None)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        who = () if self.pointed is None else self.pointed.who
        key = Qt.Key(event.key())
        if key in steps and who:
            now = who.index(self.patient) if self.patient in who else -1
            first = now < 0 and key is Qt.Key.Key_Down
            self.point_at(who[0] if first else who[max(0, now + steps[key]) % len(who)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.patient is not None:
            self.opened.emit(self.patient)
        elif key is Qt.Key.Key_Escape and self.patient is not None:
            self.point_at(None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._draw is not None:
            painted = self._paint()
            painter.drawPixmap(0, 0, painted.pixmap)
            if self.patient is not None and painted.pointed is not None:
                self._paint_patient(painter, painted.pointed)
        if self.hasFocus():
            painter.setPen(theme.colour("accent"))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        painter.end()

    def _paint(self) -> _Painted:
        """The figure as pixels; made anew only where something has changed."""
        assert self._draw is not None
        ratio = self.devicePixelRatioF()
        key = (self.size(), ratio, theme.is_dark(), theme.px(100), self._drawn)
        if self._painted is None or self._painted.key != key:
            drawing = self._draw(self._sheet())
            pixmap = self._paint_over(drawing, key[:-1])
            pointed = None if self._point is None else self._point(drawing)
            self._painted = _Painted(key, pixmap, pointed)
        return self._painted

    def _paint_over(self, drawing: Drawing, look: tuple[object, ...]) -> QPixmap:
        """What is before the patients' courses, over these: a thousand courses are painted once."""
        places = [at for at, one in enumerate(drawing.shapes) if isinstance(one, Lines)]
        split = places[-1] + 1 if places else 0
        behind = look, drawing.shapes[:split]
        if self._behind is None or self._behind[:2] != behind:
            ratio = self.devicePixelRatioF()
            ground = QPixmap(self.size() * ratio)
            ground.setDevicePixelRatio(ratio)
            ground.fill(theme.colour("card"))
            _paint_shapes(ground, drawing, behind[1])
            self._behind = (*behind, ground)
        pixmap = self._behind[2].copy()
        _paint_shapes(pixmap, drawing, drawing.shapes[split:])
        return pixmap

    def _paint_patient(self, painter: QPainter, pointed: Pointed) -> None:
        """The course of who is pointed at, and the number."""
        points = pointed.of(self.patient) if self.patient is not None else ()
        if not points or self.patient is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent"), 2.4))
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))
        words = self._numbers.get(self.patient, "")
        painter.setFont(theme.font(12, QFont.Weight.DemiBold))
        width = QFontMetricsF(painter.font()).horizontalAdvance(words) + 12
        x, y = points[-1] if pointed.lines is not None else points[0]
        box = QRectF(0, 0, width, theme.px(20))
        box.moveTopLeft(QPointF(min(x + 4, self.width() - width - 2), max(1, y - theme.px(26))))
        painter.setPen(QPen(theme.colour("accent"), 1))
        painter.setBrush(theme.colour("card"))
        painter.drawRoundedRect(box, 4, 4)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def _paint_shapes(pixmap: QPixmap, drawing: Drawing, shapes: list[Shape]) -> None:
    """Some of the shapes of a drawing."""
    painter = QPainter(pixmap)
    painting.paint(painter, replace(drawing, shapes=shapes))
    painter.end()
