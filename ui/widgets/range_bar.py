"""A measured volume against its lower limit of normal and its predicted value."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.words import number
from ui import theme
from ui.plots import series
from ui.words import tr


class RangeBar(QWidget):
    """Litres from 0 to beyond the upper limit of normal; empty until there is a prediction."""

    def __init__(self) -> None:
        super().__init__()
        self._values: tuple[float | None, float, float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_values(
        self,
        measured_l: float | None,
        lln_l: float | None,
        predicted_l: float | None,
        uln_l: float | None,
    ) -> None:
        if lln_l is None or predicted_l is None or uln_l is None:
            self._values = None
        else:
            self._values = (measured_l, lln_l, predicted_l, uln_l)
            said = tr("measured {m}, lower limit of normal {l}, predicted {p}").format(
                m=number(measured_l, 2, "L"), l=number(lln_l, 2, "L"), p=number(predicted_l, 2, "L")
            )
            self.setAccessibleName(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, theme.px(52))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._values is None:
            return
        measured, lln, predicted, uln = self._values
        top = max(uln, measured or 0) * 1.05
        area = QRectF(6, 24, self.width() - 12, 8)

        def x(litres: float) -> float:
            return area.x() + area.width() * litres / top

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("neutral_ground"))
        painter.drawRoundedRect(area, 4, 4)
        painter.setBrush(theme.colour("good_ground"))
        painter.drawRoundedRect(QRectF(x(lln), area.y(), x(uln) - x(lln), 8), 4, 4)
        painter.setPen(QPen(theme.colour("good"), 2))
        for litres in (lln, predicted):
            painter.drawLine(
                QPointF(x(litres), area.y() - 2), QPointF(x(litres), area.bottom() + 2)
            )
        painter.setPen(theme.colour("muted"))
        words = tr("LLN {n}").format(n=number(lln, 2, "L"))
        self._write(painter, x(lln), 36, words)
        self._write(
            painter,
            x(predicted),
            36,
            tr("predicted {n}").format(n=number(predicted, 2, "L")),
            after=x(lln) + 44,
        )
        if measured is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(series.colour("fvc_sitting"))
            painter.drawEllipse(QPointF(x(measured), area.center().y()), 7, 7)
            painter.setPen(theme.colour("ink"))
            self._write(painter, x(measured), 2, number(measured, 2, "L"))
        painter.end()

    def _write(self, painter: QPainter, x: float, y: float, text: str, after: float = 0) -> None:
        width = painter.fontMetrics().horizontalAdvance(text) + 4
        left = max(after, min(x - width / 2, self.width() - width), 0)
        painter.drawText(QRectF(left, y, width, 16), Qt.AlignmentFlag.AlignCenter, text)
