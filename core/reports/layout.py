"""Blocks that stack down a page: lines, tables, columns side by side, and where the pages break.

Long content is made of many small blocks (one a line of text), so that it flows over as many
pages as it needs and nothing is cut.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.reports import text
from core.reports.text import CAP_HEIGHT, Align, Style, Weight
from core.views.fact import Fact

INK, MUTED, RULE = "#000000", "#444444", "#a8aeb5"
BODY = Style(8, 10)
STRONG = Style(8, 10, Weight.SEMIBOLD)
VALUE = Style(8, 10, Weight.MEDIUM)
LABEL = Style(7.5, 10, colour=MUTED)
SMALL = Style(7, 9, colour=MUTED)
HEADING = Style(9, 13, Weight.SEMIBOLD)

Draw = Callable[[Canvas, float, float], None]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece that is never broken; ``draw`` is given its left and its top edge (points).

    ``keep`` holds it on one page with the next block, as far as a page is high enough. ``head`` is
    repeated above it where it opens a page. A ``space`` is left out where it would open one. One that ``opens`` is
    the first of a page; a ``bookmark`` (how deep, its title) leads to it.
    """

    height: float
    draw: Draw
    keep: bool = False
    head: "Block | None" = None
    space: bool = False
    opens: bool = False
    bookmark: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """``gap`` keeps the text of one column clear of the next (points)."""

    width: float
    title: str = ""
    align: Align = Align.LEFT
    gap: float = 0


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    style: Style = BODY


def height(blocks: Iterable[Block]) -> float:
    return sum(block.height for block in blocks)


def gap(points: float) -> Block:
    return Block(points, lambda _canvas, _x, _top: None, space=True)


def kept(blocks: Iterable[Block]) -> list[Block]:
    """The blocks, held on one page with what follows them."""
    return [replace(block, keep=True) for block in blocks]


def together(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, held on one page as far as a page is high enough for all of them."""
    return [*kept(blocks[:-1]), *blocks[-1:]]


def heading(words: str, width: float) -> list[Block]:
    return kept(paragraph(words, HEADING, width))


def paragraph(words: str, style: Style, width: float, align: Align = Align.START) -> list[Block]:
    """A text in as many lines as it needs; a page may end after any but the first of them."""
    lines = row([Cell(words, style)], [Column(width, align=align)])
    return [replace(line, keep=line.keep and i == 0) for i, line in enumerate(lines)]


def row(cells: Sequence[Cell], columns: Sequence[Column], *, pad: float = 0) -> list[Block]:
    """One table row: a block for each line of it, with ``pad`` points above and below."""
    wrapped = [
        text.wrap(cell.text, cell.style, column.width - column.gap)
        for cell, column in zip(cells, columns, strict=True)
    ]
    lines = list(zip_longest(*wrapped, fillvalue=""))
    return [
        _line(
            line,
            [cell.style for cell in cells],
            columns,
            above=pad if i == 0 else 0,
            below=pad if i == len(lines) - 1 else 0,
            keep=i < len(lines) - 1,
        )
        for i, line in enumerate(lines)
    ]


def ruled(blocks: Sequence[Block], width: float, *, strong: bool = False) -> list[Block]:
    """The blocks with a line under the last of them."""
    last = blocks[-1]

    def draw(canvas: Canvas, x: float, top: float) -> None:
        last.draw(canvas, x, top)
        rule(canvas, x, top - last.height, width, strong=strong)

    return [*blocks[:-1], replace(last, draw=draw)]


def framed(blocks: Sequence[Block], width: float, inset: float) -> list[Block]:
    """The blocks in a light frame, ``inset`` points from it; on every page that they are on it has its sides."""
    above, below = gap(inset / 2), gap(inset / 2)
    every = [replace(above, space=False, keep=True), *blocks, replace(below, space=False)]
    if len(every) > 1:
        every[-2] = replace(every[-2], keep=True)
    return [
        _sided(block, width, inset, first=i == 0, last=i == len(every) - 1)
        for i, block in enumerate(every)
    ]


def _sided(block: Block, width: float, inset: float, *, first: bool, last: bool) -> Block:
    def draw(canvas: Canvas, x: float, top: float) -> None:
        block.draw(canvas, x + inset, top)
        bottom = top - block.height
        canvas.setStrokeColor(HexColor(RULE))
        canvas.setLineWidth(0.5)
        canvas.setDash()
        canvas.line(x, top, x, bottom)
        canvas.line(x + width, top, x + width, bottom)
        if first:
            canvas.line(x, top, x + width, top)
        if last:
            canvas.line(x, bottom, x + width, bottom)

    return replace(block, draw=draw)


def labelled(label: str, indent: float, blocks: Sequence[Block]) -> list[Block]:
    """The blocks moved right by ``indent``, with a label at the left of the first of them."""
    lines = row([Cell(label, STRONG)], [Column(indent, gap=6)])
    nothing = Block(STRONG.leading, lambda _canvas, _x, _top: None)
    return [_moved(block or nothing, indent, line) for block, line in zip_longest(blocks, lines)]


def facts(named: Sequence[Fact], width: float, columns: int = 1) -> list[Block]:
    """Labels and values in aligned columns, in fewer where a label or a value is too wide for that."""
    label = max((text.width(fact.label, LABEL) for fact in named), default=0) + 10
    if label > width / columns / 2:
        columns, label = 1, min(label, width / 2)
    value = width / columns - label
    lines: list[list[Fact]] = [[]]
    for fact in named:
        wide = text.width(fact.text, VALUE) + 6 > value
        if lines[-1] and (wide or len(lines[-1]) == columns):
            lines.append([])
        lines[-1].append(fact)
        if wide and columns > 1:
            lines.append([])
    blocks = []
    for line in filter(None, lines):
        cells = [
            cell for fact in line for cell in (Cell(fact.label, LABEL), Cell(fact.text, VALUE))
        ]
        widths = [Column(label, gap=4), Column(value, gap=4)] * len(line)
        if len(line) == 1:
            widths[1] = Column(width - label, gap=4)
        blocks += row(cells, widths)
    return blocks


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Block]],
    first: Style = LABEL,
    rest: Style = LABEL,
) -> list[Block]:
    """Rows under the titles of their columns (the first in a style of its own), which are repeated on every page."""
    width = sum(column.width for column in columns)
    styles = [first, *(rest for _column in columns[1:])]
    cells = [Cell(column.title, style) for column, style in zip(columns, styles, strict=True)]
    titles = row(cells, columns, pad=1)
    head = beside([(width, ruled(titles, width, strong=True))])[0]
    body = [replace(block, head=head) for one in rows for block in one]
    return [replace(head, keep=True), *body]


def beside(stacks: Sequence[tuple[float, Sequence[Block]]], limit: float = 400) -> list[Block]:
    """Stacks of (width, blocks) next to one another; below one another if they are higher than ``limit``."""
    highest = max(height(blocks) for _, blocks in stacks)
    if highest > limit:
        return [block for _, blocks in stacks for block in blocks]

    def draw(canvas: Canvas, x: float, top: float) -> None:
        for width, blocks in stacks:
            y = top
            for block in blocks:
                block.draw(canvas, x, y)
                y -= block.height
            x += width

    return [Block(highest, draw)]


def rule(canvas: Canvas, x: float, y: float, width: float, *, strong: bool = False) -> None:
    canvas.setStrokeColor(HexColor(INK if strong else RULE))
    canvas.setLineWidth(0.6 if strong else 0.4)
    canvas.setDash()
    canvas.line(x, y, x + width, y)


def paginate(blocks: Sequence[Block], room: float, first: float | None = None) -> list[list[Block]]:
    """The blocks of every page, each page ``room`` points high, the first one ``first``."""
    pages: list[list[Block]] = [[]]
    used = 0.0
    left = room if first is None else first
    for chain in _chains(blocks):
        whole = height(chain)
        if pages[-1] and (chain[0].opens or (used + whole > left and whole <= room)):
            pages.append([])
            used, left = 0, room
        for block in chain:
            if used + block.height > left and pages[-1]:
                pages.append([])
                used, left = 0, room
            if not pages[-1] and block.space:
                continue
            if not pages[-1] and block.head is not None:
                pages[-1].append(block.head)
                used += block.head.height
            pages[-1].append(block)
            used += block.height
    return pages


def _chains(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Blocks that belong on one page, together."""
    chain: list[Block] = []
    for block in blocks:
        chain.append(block)
        if not block.keep:
            yield chain
            chain = []
    if chain:
        yield chain


def _moved(block: Block, indent: float, label: Block | None) -> Block:
    def draw(canvas: Canvas, x: float, top: float) -> None:
        if label is not None:
            label.draw(canvas, x, top)
        block.draw(canvas, x + indent, top)

    return replace(block, draw=draw)


def _line(
    words: Sequence[str],
    styles: Sequence[Style],
    columns: Sequence[Column],
    *,
    above: float,
    below: float,
    keep: bool,
) -> Block:
    leading = max(style.leading for style in styles)
    size = max(style.size for style in styles)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        y = top - above - (leading + CAP_HEIGHT * size) / 2
        for word, style, column in zip(words, styles, columns, strict=True):
            text.draw(canvas, x, y, word, style, column.align, column.width - column.gap)
            x += column.width

    return Block(above + leading + below, draw, keep=keep)
