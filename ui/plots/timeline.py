"""The treatments of a patient over time: rows that scroll under their time, and the one that is chosen beside them."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QScrollArea

from core.views.stack import geometry, overlay
from core.views.stack.geometry import Sheet
from core.views.stack.shapes import Drawing
from ui import theme
from ui.plots import painting
from ui.plots.trend_stack import TrendStack
from ui.widgets.responsive import area_of
from ui.words import tr


class Timeline(TrendStack):
    """``← → ↑ ↓`` go from bar to bar, Enter opens what is entered there. ``needs`` says that its rows need another height."""

    needs = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.chosen = ""  # the record whose row is tinted
        self.setAccessibleName(tr("What ran when"))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(960), self.needed)

    @property
    def needed(self) -> int:
        """How high all rows are (px)."""
        if self.stack is None:
            return 0
        return round(geometry.least_height(self.stack, self._sheet()))

    def _keep_height(self) -> None:
        super()._keep_height()
        self.needs.emit()

    def choose(self, record: str) -> None:
        """Tint the row of a record, and bring it into sight."""
        if record == self.chosen:
            return
        self.chosen = record
        self.bring_into_sight(record)
        self.update()

    def bring_into_sight(self, record: str) -> None:
        area = area_of(self)
        hits = () if self.drawing is None else self.drawing.hits
        hit = next((one for one in hits if one.mark == record), None)
        if area is not None and hit is not None:
            middle = round(hit.y + hit.height / 2)
            area.ensureVisible(0, middle, 0, theme.px(40))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.marks:
            super().keyPressEvent(event)
            return
        at = -1 if self.mark is None else self.marks.index(self.mark)
        start = 0 if step > 0 else len(self.marks) - 1
        now = start if at < 0 else min(max(at + step, 0), len(self.marks) - 1)
        self.point_at(None, self.marks[now])
        self.bring_into_sight(self.marks[now].id)
        self.update()

    def follow(self, area: QScrollArea) -> None:
        """Keep the time above the rows while they scroll in this area."""
        area.verticalScrollBar().valueChanged.connect(lambda _value: self.update())

    def paint_under(self, painter: QPainter, sheet: Sheet, drawing: Drawing) -> None:
        if self.chosen:
            painting.paint(painter, overlay.chosen(sheet, drawing, self.chosen))
        top = self.framed.top()
        if top > 0:
            head = geometry.head(sheet)
            ratio = self.devicePixelRatioF()
            source = QRectF(0, 0, self.width() * ratio, head * ratio)
            painter.drawPixmap(QRectF(0, top, self.width(), head), self._draw().pixmap, source)

    @property
    def seen(self) -> tuple[float, float] | None:
        framed = self.framed
        head = geometry.head(self._sheet()) if framed.top() > 0 else 0
        return framed.top() + head, framed.top() + framed.height()

    @property
    def framed(self) -> QRect:
        in_sight = self.visibleRegion().boundingRect()
        return in_sight if in_sight.isValid() else self.rect()
