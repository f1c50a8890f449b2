"""What every printed page carries: letterhead, warnings, whose record it is, when it was printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core import VERSION
from core.model.trail import TrailHead
from core.model.user import Clinic
from core.reports import layout, qr, text
from core.reports.layout import INK, SMALL, Block, Cell, Column
from core.reports.text import Align, Style, Weight
from core.words import _, instant

WIDTH, HEIGHT = A4
LEFT, TOP, BOTTOM = 42.0, 28.0, 17.0  # margins
INNER = WIDTH - 2 * LEFT

_QR = 14 * mm  # with its quiet zone, which lies over the margins

_CLINIC = Style(10, 13, Weight.SEMIBOLD)
_WARNING = Style(9, 15, Weight.SEMIBOLD)
_STRONG = Style(SMALL.size, SMALL.leading, Weight.SEMIBOLD)
_TRAIL = Style(7.5, SMALL.leading, Weight.MEDIUM)


@dataclass(frozen=True, slots=True)
class Paper:
    """What is the same on every page of one document.

    ``subject`` says whose paper it is and which (a page that is separated from the others must say so);
    ``head`` is where the audit trail stood at printing: its code bears witness against a trail cut short.
    ``warnings`` are printed in a frame above the text, ``under_head`` stands under the letterhead: on a
    form to be filled in, the lines for whose it is.
    """

    title: str
    subject: str
    clinic: Clinic
    printed_by: str
    printed_at: datetime
    head: TrailHead | None
    warnings: tuple[str, ...] = ()
    under_head: tuple[Block, ...] = ()

    @property
    def room(self) -> float:
        """The height that is left for the text (points)."""
        used = layout.height([*self._head(), *self._foot("", "")])
        return float(HEIGHT - TOP - BOTTOM - used)

    def render(self, blocks: Sequence[Block], end: Block) -> bytes:
        """The document as PDF; ``end`` stands at the bottom of the last page."""
        return bind(self.title, [Document(self, blocks, end)])

    def draw(self, canvas: Canvas, blocks: Sequence[Block], end: Block) -> None:
        """The pages of one document, numbered from 1."""
        pages = layout.paginate(blocks, self.room)
        if layout.height(pages[-1]) + end.height > self.room:
            pages.append([])
        filler = self.room - layout.height(pages[-1]) - end.height
        pages[-1] += [layout.gap(filler), end]
        for number, page in enumerate(pages, 1):
            foot = self._foot(
                _("page {page} of {pages}").format(page=number, pages=len(pages)),
                _("ALS follow-up {version}").format(version=VERSION),
            )
            _stack(canvas, HEIGHT - TOP, [*self._head(), *page])
            _stack(canvas, BOTTOM + layout.height(foot), foot)
            canvas.showPage()

    def _head(self) -> list[Block]:
        name = layout.paragraph(self.clinic.name, _CLINIC, INNER * 0.5, Align.LEFT)
        address = [
            block
            for line in self.clinic.letterhead.splitlines()
            for block in layout.paragraph(line, SMALL, INNER * 0.5, Align.RIGHT)
        ]
        head = layout.beside([(INNER * 0.5, name), (INNER * 0.5, address)], limit=HEIGHT)
        head = layout.ruled([*head, layout.gap(3)], INNER, strong=True)
        if self.warnings:
            head += [layout.gap(4), _framed(self.warnings)]
        return [*head, *self.under_head, layout.gap(8)]

    def _foot(self, page: str, program: str) -> list[Block]:
        code = "" if self.head is None else self.head.code
        room = INNER - (_QR if code else 0)
        columns = [Column(room - 90, gap=6), Column(90, align=Align.RIGHT)]
        words = _("Printed {instant} by {name}") if self.printed_by else _("Printed {instant}")
        printed = words.format(
            instant=instant(self.printed_at), name=text.embedded(self.printed_by)
        )
        lines = [
            *layout.row([Cell(self.subject, _STRONG), Cell(page, _STRONG)], columns),
            *layout.row([Cell(printed, SMALL), Cell(program, SMALL)], columns),
        ]
        if code:
            trail = _("Trail {code}").format(code=code)
            lines += layout.row([Cell(trail, _TRAIL), Cell("", SMALL)], columns)
        ruled = [*layout.ruled([layout.gap(6)], room), layout.gap(2), *lines]
        return layout.beside([(room, ruled), (_QR, [_square(code)])]) if code else ruled


@dataclass(frozen=True, slots=True)
class Document:
    """What is printed on one paper; several of them, each with its own numbering, make one file."""

    paper: Paper
    blocks: Sequence[Block]
    end: Block


def bind(title: str, documents: Sequence[Document]) -> bytes:
    """The documents one after another as one PDF. Its properties name the title only: they are read without opening it."""
    first = text.fonts(Weight.REGULAR)[0].fontName
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, initialFontName=first)
    canvas.setTitle(title)
    canvas.setAuthor("")
    canvas.setCreator("")
    canvas.setSubject("")
    for one in documents:
        one.paper.draw(canvas, one.blocks, one.end)
    canvas.save()
    return buffer.getvalue()


def _square(code: str) -> Block:
    """The code as a QR; its quiet zone lies over the margins, so that its edge is the text's."""
    quiet = qr.QUIET * qr.module(_QR, code)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        qr.draw(canvas, x + quiet, top, _QR, code)

    return Block(_QR - quiet, draw)


def _framed(warnings: Sequence[str]) -> Block:
    width = INNER / len(warnings)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        canvas.setStrokeColor(HexColor(INK))
        canvas.setLineWidth(1)
        canvas.setDash()
        baseline = top - (_WARNING.leading + text.CAP_HEIGHT * _WARNING.size) / 2
        for warning in warnings:
            canvas.rect(x, top - _WARNING.leading, width, _WARNING.leading)
            text.draw(canvas, x, baseline, warning, _WARNING, Align.CENTRE, width)
            x += width

    return Block(_WARNING.leading, draw)


def _stack(canvas: Canvas, top: float, blocks: Sequence[Block]) -> None:
    for block in blocks:
        block.draw(canvas, LEFT, top)
        top -= block.height
