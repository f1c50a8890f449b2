"""Draws the shapes of a stack (`core/views/stack/shapes.py`) with a QPainter."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
)

from core.views import plot_style
from core.views.stack.shapes import (
    CORNERS,
    Align,
    Area,
    Box,
    Drawing,
    Line,
    Lines,
    Marker,
    Path,
    Shape,
    Text,
    Weight,
)
from ui import theme
from ui.plots import series

SMOOTH_LINES = 300  # drawn as one, that are still smoothed
_WEIGHTS = {
    Weight.REGULAR: QFont.Weight.Normal,
    Weight.MEDIUM: QFont.Weight.Medium,
    Weight.SEMIBOLD: QFont.Weight.DemiBold,
}
_HALO = (
    (-1.5, 0.0),
    (1.5, 0.0),
    (0.0, -1.5),
    (0.0, 1.5),
    (-1.1, -1.1),
    (1.1, -1.1),
    (-1.1, 1.1),
    (1.1, 1.1),
)  # px


def measure(words: str, size: float, weight: Weight) -> float:
    """The width of words (px), for the layout of a stack."""
    return _width(words, round(size * 4), weight)


@lru_cache(maxsize=8192)
def _width(words: str, quarters: int, weight: Weight) -> float:
    return QFontMetricsF(_font(quarters, weight)).horizontalAdvance(words)


@lru_cache(maxsize=64)
def _font(quarters: int, weight: Weight) -> QFont:
    font = theme.font(12, _WEIGHTS[weight])
    font.setPixelSize(max(1, round(quarters / 4)))
    return font


def paint(painter: QPainter, drawing: Drawing, *, dark: bool | None = None) -> None:
    """All shapes, in their order; ``dark`` None is the palette in use."""
    palette = theme.is_dark() if dark is None else dark
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    for shape in drawing.shapes:
        _paint(painter, shape, dark=palette)


def _paint(painter: QPainter, shape: Shape, *, dark: bool) -> None:
    match shape:
        case Line():
            painter.setPen(_pen(shape.colour, shape.width, shape.dash, dark=dark))
            painter.drawLine(QPointF(shape.x1, shape.y1), QPointF(shape.x2, shape.y2))
        case Path():
            painter.setPen(_pen(shape.colour, shape.width, shape.dash, dark=dark))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(_polygon(shape.points))
        case Lines():
            _lines(painter, shape, dark=dark)
        case Area():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_brush(shape.fill, shape.alpha, dark=dark))
            painter.drawPolygon(_polygon(shape.points))
        case Box():
            _box(painter, shape, dark=dark)
        case Marker():
            _marker(painter, shape, dark=dark)
        case Text():
            _text(painter, shape, dark=dark)


def colour(name: str, *, dark: bool) -> QColor:
    """A token, a role of a series, or one of the colours of a fill."""
    kind, colon, role = name.partition(":")
    if colon:
        style = plot_style.fill(role)
        return QColor(getattr(style.dark if dark else style.light, kind))
    token = theme.token(name, dark=dark)
    return token if token is not None else series.colour(name, dark=dark)


def _pen(name: str, width: float, dash: tuple[float, ...], *, dark: bool) -> QPen:
    pen = QPen(colour(name, dark=dark), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dash:
        pen.setDashPattern([part / width for part in dash])
    return pen


def _brush(name: str, alpha: float, *, dark: bool) -> QBrush:
    made = colour(name, dark=dark)
    made.setAlphaF(alpha)
    return QBrush(made)


def _polygon(points: tuple[tuple[float, float], ...]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])


def _lines(painter: QPainter, lines: Lines, *, dark: bool) -> None:
    """All of them as one path, without the smoothing that a thousand lines would wait for."""
    ink = colour(lines.colour, dark=dark)
    ink.setAlphaF(lines.alpha)
    painter.setPen(QPen(ink, lines.width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(lines.starts) <= SMOOTH_LINES)
    path = QPainterPath()
    for points in lines.each():
        path.addPolygon(_polygon(points))
    painter.drawPath(path)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _box(painter: QPainter, box: Box, *, dark: bool) -> None:
    painter.setPen(_pen(box.edge, box.line, (), dark=dark) if box.edge else Qt.PenStyle.NoPen)
    painter.setBrush(_brush(box.fill, box.alpha, dark=dark) if box.fill else Qt.BrushStyle.NoBrush)
    rect = QRectF(box.x, box.y, box.width, box.height)
    if box.radius:
        painter.drawRoundedRect(rect, box.radius, box.radius)
    else:
        painter.drawRect(rect)


def _marker(painter: QPainter, marker: Marker, *, dark: bool) -> None:
    """An open one has the ground of the plot inside."""
    ink = colour(marker.colour, dark=dark)
    painter.setPen(QPen(ink, max(1.2, marker.size * 0.36)))
    painter.setBrush(ink if marker.filled else colour("card", dark=dark))
    if marker.shape not in CORNERS:
        painter.drawEllipse(QPointF(marker.x, marker.y), marker.size, marker.size)
        return
    corners = CORNERS[marker.shape]
    size = marker.size
    painter.drawPolygon(
        QPolygonF([QPointF(marker.x + dx * size, marker.y + dy * size) for dx, dy in corners])
    )


def _text(painter: QPainter, text: Text, *, dark: bool) -> None:
    font = _font(round(text.size * 4), text.weight)
    x = text.x
    if text.align is not Align.LEFT:
        wide = measure(text.words, text.size, text.weight)
        x -= wide if text.align is Align.RIGHT else wide / 2
    painter.setFont(font)
    if (
        text.halo
    ):  # the words in the colour of the ground all round: a stroked path costs six times as much
        painter.setPen(colour("card", dark=dark))
        for dx, dy in _HALO:
            painter.drawText(QPointF(x + dx, text.y + dy), text.words)
    painter.setPen(colour(text.colour, dark=dark))
    painter.drawText(QPointF(x, text.y), text.words)
