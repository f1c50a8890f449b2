"""Paper to write on: boxes to tick, lines and frames to fill in, large enough for a hand in poor light."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.reports import layout, text
from core.reports.layout import INK, RULE, Block, Cell, Column
from core.reports.text import Align, Style, Weight

PRINT = Style(9, 11)
NAMED = Style(9, 11, Weight.SEMIBOLD)
LINE = 24.0  # height of a line to write on

_BOX = 11.0  # 4 mm
_PAD = 3.0  # above and below the words of a box
_AFTER, _APART = 5.0, 9.0  # from a box to its words, from the words to the next box
_INSET = 4.0  # inside a frame


def tick(words: str, width: float, score: str = "") -> list[Block]:
    """A box, the score it stands for and its words; mirrored where the words run from right to left."""
    number = text.width(score, NAMED) + _AFTER if score else 0
    mirrored = text.is_rtl(words)
    columns = [
        Column(_BOX + _AFTER),
        Column(number, align=Align.RIGHT if mirrored else Align.LEFT),
        Column(width - _BOX - _AFTER - number, align=Align.START),
    ]
    cells = [Cell("", PRINT), Cell(score, NAMED), Cell(words, PRINT)]
    left = 0.0
    if mirrored:
        columns, cells, left = columns[::-1], cells[::-1], width - _BOX
    first, *rest = layout.row(cells, columns, pad=_PAD)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        first.draw(canvas, x, top)
        _rectangle(canvas, x + left, top - _PAD, _BOX, _BOX)

    return [replace(first, draw=draw), *rest]


def ticks(options: Iterable[str], width: float) -> list[Block]:
    """Boxes side by side, in as many rows as they need."""
    rows: list[list[tuple[float, Sequence[Block]]]] = [[]]
    used = 0.0
    for words in options:
        wide = min(width, _BOX + _AFTER + text.width(words, PRINT) + 1)
        if rows[-1] and used + wide > width:
            rows.append([])
            used = 0
        rows[-1].append((wide + _APART, tick(words, wide)))
        used += wide + _APART
    return [block for row in rows for block in layout.beside(row)]


def asked(question: str, options: Iterable[str], width: float, indent: float) -> list[Block]:
    """A question and, ``indent`` points from the left, its boxes; never broken."""
    words = layout.row([Cell(question, NAMED)], [Column(indent, gap=8)], pad=_PAD)
    return layout.beside([(indent, words), (width - indent, ticks(options, width - indent))])


def scale(scores: Sequence[str], width: float) -> Block:
    """A row of boxes with their scores above them, spread evenly."""
    apart = width / len(scores)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        for score in scores:
            text.draw(canvas, x, top - 10, score, NAMED, Align.CENTRE, _BOX)
            _rectangle(canvas, x, top - 14, _BOX, _BOX)
            x += apart

    return Block(14 + _BOX + _PAD, draw)


def fields(named: Sequence[tuple[str, float]]) -> Block:
    """Labels in one line, each with a line to write on behind it; the number is the width of both (points)."""

    def draw(canvas: Canvas, x: float, top: float) -> None:
        bottom = top - LINE + 5
        for label, width in named:
            text.draw(canvas, x, bottom, label, PRINT)
            begin = text.width(label, PRINT) + 4 if label else 0
            _line(canvas, x + begin, bottom - 1.5, x + width - 8)
            x += width

    return Block(LINE, draw)


def lines(count: int, width: float) -> list[Block]:
    """Empty lines to write on."""
    return [fields([("", width + 8)])] * count


def grid(
    columns: Sequence[Column], rows: Iterable[Sequence[Sequence[Block]]], least: float = LINE
) -> list[Block]:
    """Framed cells under the titles of their columns, which every page repeats; each row at least so high.

    A cell holds what is printed in it already: words, boxes, or nothing.
    """
    titles = [layout.paragraph(c.title, PRINT, inside(c), Align.LEFT) for c in columns]
    head = _framed(columns, titles, 0)
    body = [replace(_framed(columns, row, least), head=head) for row in rows]
    return [replace(head, keep=True), *body]


def inside(column: Column) -> float:
    """The width that a cell of this column has for its content."""
    return column.width - 2 * _INSET


def whole(blocks: Sequence[Block], width: float, room: float) -> list[Block]:
    """The blocks as one piece, so that no page ends inside it; as they are where a page is not high enough."""
    return layout.beside([(width, blocks)], limit=room)


def _framed(columns: Sequence[Column], cells: Sequence[Sequence[Block]], least: float) -> Block:
    inner = max(layout.height(cell) for cell in cells) + 2 * _INSET
    height = max(least, inner)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        for column, cell in zip(columns, cells, strict=True):
            y = top - (height - layout.height(cell)) / 2
            for block in cell:
                block.draw(canvas, x + _INSET, y)
                y -= block.height
            _rectangle(canvas, x, top, column.width, height, RULE)
            x += column.width

    return Block(height, draw)


def _rectangle(
    canvas: Canvas, x: float, top: float, width: float, height: float, colour: str = INK
) -> None:
    canvas.setStrokeColor(HexColor(colour))
    canvas.setLineWidth(0.8)
    canvas.setDash()
    canvas.rect(x, top - height, width, height)


def _line(canvas: Canvas, x: float, y: float, right: float) -> None:
    canvas.setStrokeColor(HexColor(INK))
    canvas.setLineWidth(0.6)
    canvas.setDash()
    canvas.line(x, y, right, y)
