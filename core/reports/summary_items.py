"""The questionnaires of a visit summary: each answer with its place on its scale, the domains beside their items.

What it draws follows from the instrument alone: the ends of the scales, the domains, whether there is a total.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.instruments.catalog import ALSFRS_R
from core.reports import layout, page, stack, text
from core.reports.layout import MUTED, RULE, Block, Cell, Column
from core.reports.text import Align, Style, Weight
from core.views import plot_style
from core.views.questionnaire import (
    CORRECTED,
    FormSummary,
    ItemRow,
    Place,
    ScaleRow,
    corrected_text,
)
from core.words import MISSING, _

BODY = Style(8, 9.2)
STRONG = Style(8, 9.2, Weight.SEMIBOLD)
VALUE = Style(8, 9.2, Weight.MEDIUM)
LABEL = Style(8, 9.2, colour=MUTED)

_DOMAINS = 76.0  # beside the items
_APART = 7.0
_NUMBER, _SCALE, _NOW, _BEFORE = 15.0, 38.0, 18.0, 30.0
_FIXED = _NUMBER + _SCALE + _NOW + _BEFORE
_SCORE = Style(9, 9.2, Weight.SEMIBOLD)
_TOTAL = Style(12, 14, Weight.SEMIBOLD)
_TINT = "#eef1f4"  # of a row whose answer changed
_INDENT = 9.0  # of the words of a domain, behind its marker
_PAD = 0.5  # above and below an item (points)
_MARKER = 3.2  # room on either side of a marker (points)
_RADIUS = 2.3  # of a marker (points)


@dataclass(frozen=True, slots=True)
class _Table:
    """The columns of one form; ``beside`` says that its domains are at the right of its items.

    ``of`` is the highest score of each of these, 0 where they differ; ``title`` the width of the questions.
    """

    form: FormSummary
    beside: bool
    of: int
    title: float

    @property
    def width(self) -> float:
        return _width(beside=self.beside)

    @property
    def columns(self) -> list[Column]:
        return [
            Column(_NUMBER),
            Column(self.title, gap=5),
            Column(self.width - _FIXED - self.title, gap=5),
            Column(_SCALE),
            Column(_NOW, align=Align.RIGHT),
            Column(_BEFORE, align=Align.RIGHT),
        ]

    @property
    def indent(self) -> float:
        """Of what is written under a question."""
        return _NUMBER + self.title


def _width(*, beside: bool) -> float:
    return float(page.INNER - (_DOMAINS + _APART if beside else 0))


def _title_width(form: FormSummary, width: float) -> float:
    """The width of the questions with which questions and answers need the fewest lines together."""
    both = [(text.width(i.title, STRONG), text.width(i.answer, STRONG)) for i in form.items]
    free = width - _FIXED

    def lines(title: float) -> int:
        rooms = (title - 5, free - title - 5)
        return sum(
            max(math.ceil(needed / room) for needed, room in zip(one, rooms, strict=True))
            for one in both
        )

    return min((free * share / 20 for share in range(5, 16)), key=lines)


def blocks(form: FormSummary, mark: str) -> list[Block]:
    """One questionnaire; ``mark`` leads to its source. One that was not done says why."""
    if form.not_done and not form.items:
        return _said(form.title, form.not_done)
    if form.not_done:
        reason = _("{form}: {reason}.").format(form=form.title, reason=form.not_done)
        said = layout.kept(layout.paragraph(reason, STRONG, page.INNER))
    else:
        said = []
    rows = [
        scale
        for i, scale in enumerate(form.scales)
        if not (form.has_total and i == 0) and not _is_an_item(scale, form)
    ]
    maxima = {scale.maximum for scale in rows}
    beside = bool(rows) and _apart(rows)
    table = _Table(
        form,
        beside=beside,
        of=maxima.pop() if len(maxima) == 1 else 0,
        title=_title_width(form, _width(beside=beside)),
    )
    items = [_item(item, table) for item in form.items]
    items = list(_with_domains(items, rows, table)) if table.beside else items
    title = form.title
    if form.higher_is_worse:
        title = _("{title} (higher is worse)").format(title=title)
    head = _head(table, f"{title} {mark}".rstrip())
    body = [replace(block, head=head) for blocks in items for block in blocks]
    return [
        *said,
        replace(head, keep=True),
        *body,
        *_total(form, table),
        *([] if table.beside else [one for scale in rows for one in _scale(scale, table)]),
        *_how(form),
    ]


def _is_an_item(scale: ScaleRow, form: FormSummary) -> bool:
    """Whether a scale is one question of the same name: its row says all of it."""
    if scale.rows is None or scale.rows[0] != scale.rows[1]:
        return False
    return form.items[scale.rows[0]].title.casefold() == scale.title.casefold()


def _apart(scales: Sequence[ScaleRow]) -> bool:
    """Whether every scale has items of its own that are next to one another."""
    runs = sorted(scale.rows for scale in scales if scale.rows is not None)
    return len(runs) == len(scales) and all(a[1] < b[0] for a, b in pairwise(runs))


def _said(label: str, words: str) -> list[Block]:
    indent = text.width(label, STRONG) + 10
    lines = layout.paragraph(words, BODY, page.INNER - indent)
    return [layout.gap(3), *layout.labelled(label, indent, lines)]


def _head(table: _Table, title: str) -> Block:
    """The titles of the columns, with the ends of the scale where all items have the same."""
    form = table.form
    dated = (
        form.has_total and form.scales[0].before is not None
    )  # the year is in the line of the total
    previous = form.previous_short if dated else form.previous_on
    cells = [
        Cell(title, STRONG),
        Cell(_("Answer"), LABEL),
        Cell("", LABEL),
        Cell(_("now"), LABEL),
        Cell(previous or _("before"), LABEL),
    ]
    first, second, *rest = table.columns
    columns = [replace(second, width=first.width + second.width), *rest]
    if table.beside and table.of:
        cells.append(Cell(_("of {maximum}").format(maximum=table.of), LABEL))
        columns.append(Column(page.INNER - table.width, align=Align.RIGHT))
    wide = sum(column.width for column in columns)
    lines = layout.ruled(layout.row(cells, columns, pad=_PAD), wide, strong=True)
    ends = {(item.place.low, item.place.high) for item in table.form.items if item.place}
    block = layout.beside([(wide, lines)], limit=page.HEIGHT)[0]
    if len(ends) != 1:
        return block
    ((low, high),) = ends

    def draw(canvas: Canvas, x: float, top: float) -> None:
        block.draw(canvas, x, top)
        left, length = _scale_place(x, table)
        baseline = top - block.height + 2.8
        for number, at in ((low, left), (high, left + length)):
            text.draw(canvas, at - 10, baseline, str(number), LABEL, Align.CENTRE, 20)

    return replace(block, draw=draw)


def _scale_place(x: float, table: _Table) -> tuple[float, float]:
    """Where the scale of a row begins, and how long it is."""
    before = sum(column.width for column in table.columns[:3])
    return x + before + _MARKER, _SCALE - 2 * _MARKER - 4


def _item(item: ItemRow, table: _Table) -> list[Block]:
    changed = item.place is not None and item.place.moved
    style = STRONG if changed else BODY
    cells = [
        Cell(item.number, LABEL),
        Cell(item.title, style),
        Cell(item.answer, style),
        Cell("", BODY),
        Cell(f"{item.score}{CORRECTED}" if item.corrected else item.score, _SCORE),
        Cell(item.previous, LABEL),
    ]
    first, *rest = layout.row(cells, table.columns, pad=_PAD)
    lines = [first if item.place is None else _scaled(first, item.place, item.role, table), *rest]
    lines = [*layout.kept(lines[:-1]), *lines[-1:]]
    for note in _notes(item):
        columns = [Column(table.indent), Column(table.width - table.indent, align=Align.START)]
        lines = [*layout.kept(lines), *layout.row([Cell("", BODY), Cell(note, BODY)], columns)]
    lines = [_tinted(line, table.width) for line in lines] if changed else lines
    return layout.ruled(lines, table.width)


def _notes(item: ItemRow) -> Iterator[str]:
    if item.note:
        yield _("Note: {text}").format(text=item.note)
    if item.corrected:
        yield corrected_text(item)


def _tinted(block: Block, width: float) -> Block:
    def draw(canvas: Canvas, x: float, top: float) -> None:
        canvas.setFillColor(HexColor(_TINT))
        canvas.rect(x, top - block.height, width, block.height, stroke=0, fill=1)
        block.draw(canvas, x, top)

    return replace(block, draw=draw)


def _scaled(block: Block, place: Place, role: str, table: _Table) -> Block:
    """The first line of a row with its scale: this answer solid, the one before hollow, a line between them."""
    style = plot_style.of(role)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        block.draw(canvas, x, top)
        left, length = _scale_place(x, table)
        middle = top - _PAD - BODY.leading / 2
        canvas.setDash()
        canvas.setStrokeColor(HexColor(RULE))
        canvas.setLineWidth(0.5)
        canvas.line(left, middle, left + length, middle)

        def at(score: int) -> float:
            return left + length * (score - place.low) / max(1, place.high - place.low)

        if place.now is not None and place.before is not None and place.moved:
            canvas.setStrokeColor(HexColor(style.light))
            canvas.setLineWidth(1.1)
            canvas.line(at(place.before), middle, at(place.now), middle)
        if place.before is not None and place.before != place.now:
            stack.marker(
                canvas, style.marker, style.light, at(place.before), middle, _RADIUS, filled=False
            )
        if place.now is not None:
            stack.marker(
                canvas, style.marker, style.light, at(place.now), middle, _RADIUS, filled=True
            )

    return replace(block, draw=draw)


def _with_domains(
    items: Sequence[Sequence[Block]], scales: Sequence[ScaleRow], table: _Table
) -> Iterator[list[Block]]:
    """The rows of the items, each domain at the right of its own."""
    begins = {scale.rows[0]: scale for scale in scales if scale.rows is not None}
    index = 0
    while index < len(items):
        scale = begins.get(index)
        last = index if scale is None or scale.rows is None else scale.rows[1]
        rows = [block for item in items[index : last + 1] for block in item]
        yield rows if scale is None else _with_domain(rows, _domain(scale, table.of), table)
        index = last + 1


def _with_domain(rows: Sequence[Block], domain: Sequence[Block], table: _Table) -> list[Block]:
    """The rows with a domain at the right, and room for it; they stay on one page as far as it reaches."""
    needed = layout.height(domain) + 3
    short = needed - layout.height(rows)
    room = [Block(short, lambda _canvas, _x, _top: None)] if short > 0 else []
    reached, found = 0.0, []
    for row in (*rows, *room):
        reached += row.height
        found.append(replace(row, keep=row.keep or reached < needed))
    (beside,) = layout.beside([(_DOMAINS, domain)])

    def draw(canvas: Canvas, x: float, top: float) -> None:
        rows[0].draw(canvas, x, top)
        beside.draw(canvas, x + table.width + _APART, top - 1.5)

    found[0] = replace(found[0], draw=draw)
    return layout.ruled(found, page.INNER, strong=False)


def _domain(scale: ScaleRow, of: int) -> list[Block]:
    """Its marker and its name; below, its score, what it was before and by how much it changed."""
    width = _DOMAINS - _INDENT
    style = plot_style.of(scale.role)
    first, *rest = layout.row([Cell(scale.title, STRONG)], [Column(width)])
    score = str(scale.points) if of else scale.score
    wide = text.width(score, _SCORE) + 4 if scale.complete else 0
    columns = [Column(wide), Column(width - wide, align=Align.RIGHT)]
    under = layout.row([Cell(score if wide else "", _SCORE), Cell(_change(scale), LABEL)], columns)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        middle = top - first.height / 2
        stack.marker(canvas, style.marker, style.light, x + _MARKER, middle, _RADIUS, filled=True)
        first.draw(canvas, x + _INDENT, top)

    return [replace(first, draw=draw), *(_right(block, _INDENT) for block in (*rest, *under))]


def _right(block: Block, indent: float) -> Block:
    return replace(block, draw=lambda canvas, x, top: block.draw(canvas, x + indent, top))


def _change(scale: ScaleRow) -> str:
    """What a score was before and by how much it changed; of an incomplete one how many answers it has."""
    if not scale.complete:
        return scale.score
    if scale.points is None or scale.before is None:
        return ""
    if scale.points == scale.before:
        return _("no change")
    return _("{before} before, {change}").format(before=scale.before, change=scale.change)


def _total(form: FormSummary, table: _Table) -> list[Block]:
    """The total, what it was before, and its course where this questionnaire has no place of its own for it."""
    if not form.has_total:
        return [] if not form.has_slope else _said(_("Slope"), form.slope)
    total = form.scales[0]
    said = []
    if total.before is not None:
        words = _("{before} on {day}")
        said.append(words.format(before=total.previous, day=form.previous_on))
    if form.instrument != ALSFRS_R and form.has_slope:
        said.append(form.slope)
    score = total.score if total.complete else ""
    change = total.change if total.change != MISSING else ""
    words = "; ".join(said if total.complete else [total.score, *said])
    columns = [
        Column(_NUMBER),
        Column(table.title, gap=5),
        Column(page.INNER - table.indent - _DOMAINS - _APART, gap=5),
        Column(_APART),
        Column(_DOMAINS * 0.6),
        Column(_DOMAINS * 0.4, align=Align.RIGHT),
    ]
    cells = [
        Cell("", _TOTAL),
        Cell(total.title, STRONG),
        Cell(words, LABEL if total.complete else STRONG),
        Cell(""),
        Cell(score, _TOTAL),
        Cell(change, _TOTAL),
    ]
    return layout.ruled(layout.row(cells, columns, pad=1), page.INNER)


def _scale(scale: ScaleRow, table: _Table) -> list[Block]:
    """A domain on a line of its own, where its items are not next to one another."""
    columns = [
        Column(table.indent, gap=5),
        Column(80, gap=6),
        Column(page.INNER - table.indent - 80),
    ]
    score = Cell(scale.score, _SCORE) if scale.complete else Cell("")
    cells = [Cell(scale.title), score, Cell(_change(scale), LABEL)]
    return layout.ruled(layout.row(cells, columns, pad=0.6), page.INNER)


def _how(form: FormSummary) -> list[Block]:
    """How the form was answered, and what the rater kept after the comparison with the form before."""
    lines = [*filter(None, [form.how]), *(_("Kept: {text}").format(text=one) for one in form.kept)]
    said = [block for line in lines for block in layout.paragraph(line, BODY, page.INNER)]
    return [layout.gap(2), *said] if said else []
