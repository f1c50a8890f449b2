"""The stack of a chart on paper: the rows that the window shows, as vectors."""

from collections.abc import Callable

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from core.reports import text
from core.reports.layout import INK, MUTED, Block
from core.views import plot_style
from core.views.stack import geometry
from core.views.stack.geometry import Figures, Sheet
from core.views.stack.rows import Stack
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
from core.views.trends import TimeScale

POINTS_A_PX = 0.75
_INKS = {
    "ink": INK,
    "muted": MUTED,
    "line": "#d5d9de",
    "strong_line": MUTED,
    "ground": "#f5f7f9",
    "neutral_ground": "#e6eaee",
    "card": "#ffffff",
    "accent": "#0b6e8a",
    "warn": "#9a4f00",
    "bad": "#b3261e",
}  # of the tokens on white paper
_WEIGHTS = {
    Weight.REGULAR: text.Weight.REGULAR,
    Weight.MEDIUM: text.Weight.MEDIUM,
    Weight.SEMIBOLD: text.Weight.SEMIBOLD,
}


def measure(words: str, size: float, weight: Weight) -> float:
    """The width of words (points)."""
    return text.width(words, text.Style(size, size, _WEIGHTS[weight]))


def block(stack: Stack, scale: TimeScale, width: float, height: float, *, whole: bool) -> Block:
    """The stack ``width`` points wide; as high as it needs where ``height`` (points) is less."""
    sheet = Sheet(
        width=width,
        height=height,
        measure=measure,
        unit=POINTS_A_PX,
        figures=Figures.NAMES,
        whole=whole,
        tracks=bool(stack.sections),
    )
    placed = geometry.place(stack, sheet, scale)
    return Block(placed.height, lambda canvas, x, top: draw(canvas, placed, x, top))


def draw(canvas: Canvas, drawing: Drawing, x: float, top: float) -> None:
    """All shapes of a drawing, with its upper left corner at a place of the page (points)."""
    canvas.saveState()
    for shape in drawing.shapes:
        _draw(canvas, shape, lambda at: x + at, lambda at: top - at)
    canvas.restoreState()


def least_height(stack: Stack, width: float) -> float:
    """How high the stack is at the least (points)."""
    sheet = Sheet(
        width=width,
        height=0,
        measure=measure,
        unit=POINTS_A_PX,
        figures=Figures.NAMES,
        tracks=bool(stack.sections),
    )
    return geometry.least_height(stack, sheet)


_Place = Callable[[float], float]


def _draw(canvas: Canvas, shape: Shape, across: _Place, up: _Place) -> None:
    match shape:
        case Line():
            _pen(canvas, shape.colour, shape.width, shape.dash)
            canvas.line(across(shape.x1), up(shape.y1), across(shape.x2), up(shape.y2))
        case Path():
            _pen(canvas, shape.colour, shape.width, shape.dash)
            canvas.setLineJoin(1)
            _polygon(canvas, [(across(x), up(y)) for x, y in shape.points], closed=False)
        case Lines():
            _lines(canvas, shape, across, up)
        case Area():
            canvas.setFillColor(_colour(shape.fill, shape.alpha))
            _polygon(canvas, [(across(x), up(y)) for x, y in shape.points], fill=1, stroke=0)
        case Box():
            _box(canvas, shape, across(shape.x), up(shape.y + shape.height))
        case Marker():
            x, y, ink = across(shape.x), up(shape.y), hex_of(shape.colour)
            marker(canvas, shape.shape, ink, x, y, shape.size, filled=shape.filled)
        case Text():
            _text(canvas, shape, across(shape.x), up(shape.y))


def _colour(name: str, alpha: float = 1.0) -> Color:
    kind, colon, role = name.partition(":")
    if colon:
        found = getattr(plot_style.fill(role).light, kind)
    else:
        found = _INKS[name] if name in _INKS else plot_style.of(name).light
    made = HexColor(found)
    return Color(made.red, made.green, made.blue, alpha)


def _pen(canvas: Canvas, name: str, width: float, dash: tuple[float, ...] = ()) -> None:
    canvas.setStrokeColor(_colour(name))
    canvas.setLineWidth(max(width, 0.5) if name != "line" else 0.4)
    canvas.setDash(*([list(dash)] if dash else []))


def _polygon(
    canvas: Canvas,
    points: list[tuple[float, float]],
    *,
    closed: bool = True,
    fill: int = 0,
    stroke: int = 1,
) -> None:
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    if closed:
        path.close()
    canvas.drawPath(path, stroke=stroke, fill=fill)


def _lines(canvas: Canvas, shape: Lines, across: _Place, up: _Place) -> None:
    """All of them as one path, so that a thousand patients are one object of the page."""
    canvas.setStrokeColor(_colour(shape.colour, shape.alpha))
    canvas.setLineWidth(shape.width)
    canvas.setDash()
    path = canvas.beginPath()
    for points in shape.each():
        for at, (x, y) in enumerate(points):
            (path.lineTo if at else path.moveTo)(across(x), up(y))
    canvas.drawPath(path, stroke=1, fill=0)


def _box(canvas: Canvas, box: Box, x: float, y: float) -> None:
    if box.edge:
        _pen(canvas, box.edge, box.line)
    if box.fill:
        canvas.setFillColor(_colour(box.fill, box.alpha))
    how = {"stroke": int(bool(box.edge)), "fill": int(bool(box.fill))}
    if box.radius:
        canvas.roundRect(x, y, box.width, box.height, box.radius, **how)
    else:
        canvas.rect(x, y, box.width, box.height, **how)


def marker(
    canvas: Canvas, shape: str, colour: str, x: float, y: float, size: float, *, filled: bool
) -> None:
    """One of the shapes of ``plot_style``, ``size`` half as wide (points); an open one is white inside."""
    canvas.setStrokeColor(HexColor(colour))
    canvas.setFillColor(HexColor(colour if filled else "#ffffff"))
    canvas.setLineWidth(1)
    canvas.setDash()
    if shape not in CORNERS:
        canvas.circle(x, y, size, stroke=1, fill=1)
        return
    _polygon(canvas, [(x + dx * size, y - dy * size) for dx, dy in CORNERS[shape]], fill=1)


def _text(canvas: Canvas, shape: Text, x: float, y: float) -> None:
    if shape.align is not Align.LEFT:
        wide = measure(shape.words, shape.size, shape.weight)
        x -= wide if shape.align is Align.RIGHT else wide / 2
    if shape.halo:
        canvas.setFillColor(_colour("card", 0.85))
        wide = measure(shape.words, shape.size, shape.weight)
        canvas.rect(x - 1, y - 0.2 * shape.size, wide + 2, shape.size, stroke=0, fill=1)
    style = text.Style(shape.size, shape.size, _WEIGHTS[shape.weight], hex_of(shape.colour))
    text.draw(canvas, x, y, shape.words, style)


def hex_of(name: str) -> str:
    """A colour of a shape on white paper, as #rrggbb."""
    return "#" + str(_colour(name).hexval())[2:]
