"""A figure of a group as files: a vector PDF, an SVG and a PNG of 300 dpi, from one drawing."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reportlab.pdfgen.canvas import Canvas

from core.reports import stack, text
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

DPI = 300
_MARGIN = 6.0  # points round a figure
_FONTS = "IBM Plex Sans Arabic, IBM Plex Sans, Fira Sans, sans-serif"
_ANCHORS = {Align.LEFT: "start", Align.CENTRE: "middle", Align.RIGHT: "end"}
_WEIGHTS = {Weight.REGULAR: 400, Weight.MEDIUM: 500, Weight.SEMIBOLD: 600}


def pdf(drawing: Drawing, title: str) -> bytes:
    """One page as large as the figure. The same drawing gives the same bytes."""
    made = BytesIO()
    size = (drawing.width + 2 * _MARGIN, drawing.height + 2 * _MARGIN)
    first = text.fonts(text.Weight.REGULAR)[0].fontName
    canvas = Canvas(made, pagesize=size, invariant=1, initialFontName=first)
    canvas.setTitle(title)
    canvas.setAuthor("")
    canvas.setCreator("")
    canvas.setSubject("")
    stack.draw(canvas, drawing, _MARGIN, size[1] - _MARGIN)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def png(drawing: Drawing, title: str) -> bytes:
    """The page of `pdf` in `DPI`, on white."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf(drawing, title))
    image = document[0].render(scale=DPI / 72).to_pil()
    made = BytesIO()
    image.save(made, "PNG", dpi=(DPI, DPI))
    document.close()
    return made.getvalue()


def svg(drawing: Drawing, title: str) -> bytes:
    """The same as SVG 1.1; the words stay words, in the font of the PDF where it is installed."""
    width, height = drawing.width + 2 * _MARGIN, drawing.height + 2 * _MARGIN
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0 0 {width:.2f} {height:.2f}" font-family="{_FONTS}">',
        f"<title>{escape(title)}</title>",
        f'<g transform="translate({_MARGIN} {_MARGIN})">',
        *(_SVG[type(shape)](shape) for shape in drawing.shapes),
        "</g>",
        "</svg>",
        "",
    ]
    return "\n".join(lines).encode("utf-8")


def _ink(name: str) -> str:
    return quoteattr(stack.hex_of(name))


def _dash(dash: tuple[float, ...]) -> str:
    return f' stroke-dasharray="{" ".join(f"{one:g}" for one in dash)}"' if dash else ""


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def _line(one: Line) -> str:
    return (
        f'<line x1="{one.x1:.2f}" y1="{one.y1:.2f}" x2="{one.x2:.2f}" y2="{one.y2:.2f}"'
        f' stroke={_ink(one.colour)} stroke-width="{one.width:g}"{_dash(one.dash)}/>'
    )


def _path(one: Path) -> str:
    return (
        f'<polyline points="{_points(one.points)}" fill="none" stroke={_ink(one.colour)}'
        f' stroke-width="{one.width:g}" stroke-linejoin="round"{_dash(one.dash)}/>'
    )


def _lines(one: Lines) -> str:
    data = " ".join(
        "M" + " L".join(f"{x:.2f} {y:.2f}" for x, y in points) for points in one.each() if points
    )
    return (
        f'<path d="{data}" fill="none" stroke={_ink(one.colour)} stroke-width="{one.width:g}"'
        f' stroke-opacity="{one.alpha:g}"/>'
    )


def _area(one: Area) -> str:
    return f'<polygon points="{_points(one.points)}" fill={_ink(one.fill)} fill-opacity="{one.alpha:g}"/>'


def _box(one: Box) -> str:
    fill = f'fill={_ink(one.fill)} fill-opacity="{one.alpha:g}"' if one.fill else 'fill="none"'
    edge = f' stroke={_ink(one.edge)} stroke-width="{one.line:g}"' if one.edge else ""
    return (
        f'<rect x="{one.x:.2f}" y="{one.y:.2f}" width="{one.width:.2f}" height="{one.height:.2f}"'
        f' rx="{one.radius:g}" {fill}{edge}/>'
    )


def _marker(one: Marker) -> str:
    ink, fill = _ink(one.colour), _ink(one.colour) if one.filled else '"#ffffff"'
    if one.shape not in CORNERS:
        return f'<circle cx="{one.x:.2f}" cy="{one.y:.2f}" r="{one.size:.2f}" fill={fill} stroke={ink}/>'
    corners = tuple((one.x + dx * one.size, one.y + dy * one.size) for dx, dy in CORNERS[one.shape])
    return f'<polygon points="{_points(corners)}" fill={fill} stroke={ink}/>'


def _text(one: Text) -> str:
    return (
        f'<text x="{one.x:.2f}" y="{one.y:.2f}" font-size="{one.size:g}" font-weight="{_WEIGHTS[one.weight]}"'
        f' fill={_ink(one.colour)} text-anchor="{_ANCHORS[one.align]}">{escape(one.words)}</text>'
    )


_SVG: dict[type[Shape], Callable[[Any], str]] = {
    Line: _line,
    Path: _path,
    Lines: _lines,
    Area: _area,
    Box: _box,
    Marker: _marker,
    Text: _text,
}
