"""The course of a value in a cell: a line without a scale, whose last value is a dot."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen


def paint_spark(
    painter: QPainter,
    area: QRectF,
    series: Sequence[tuple[date, float]],
    *,
    line: QPen,
    dot: QColor,
    radius: float,
    least: float = 0,
) -> None:
    """A line through the values by their days, from left to right as time runs; a dot of a radius (px) at the last one.

    ``least`` is how much of the scale the height of the area always spans; a course without a change is in its middle.
    """
    days, values = [one.toordinal() for one, _value in series], [value for _day, value in series]
    middle, span = (max(values) + min(values)) / 2, max(max(values) - min(values), least) or 1
    length = max(days[-1] - days[0], 1)
    points = [
        QPointF(
            area.x() + area.width() * (on - days[0]) / length,
            area.center().y() - area.height() * (value - middle) / span,
        )
        for on, value in zip(days, values, strict=True)
    ]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(line)
    painter.drawPolyline(points)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(dot)
    painter.drawEllipse(points[-1], radius, radius)
    painter.restore()
