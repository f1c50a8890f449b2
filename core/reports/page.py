"""What every printed page carries: letterhead, warnings, whose record it is, when it was printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from core import VERSION
from core.model.user import Clinic
from core.reports import layout, text
from core.reports.layout import INK, SMALL, Block, Cell, Column
from core.reports.text import Align, Style, Weight
from core.words import _, instant

WIDTH, HEIGHT = A4
LEFT, TOP, BOTTOM = 42.0, 28.0, 22.0  # margins
INNER = WIDTH - 2 * LEFT

_CLINIC = Style(10, 13, Weight.SEMIBOLD)
_WARNING = Style(9, 15, Weight.SEMIBOLD)


@dataclass(frozen=True, slots=True)
class Paper:
    """What is the same on every page of one document.

    ``subject`` says whose paper it is and which (a page that is separated from the others must say so);
    ``warnings`` are printed in a frame above the text.
    """

    title: str
    subject: str
    clinic: Clinic
    printed_by: str
    printed_at: datetime
    warnings: tuple[str, ...] = ()

    @property
    def room(self) -> float:
        """The height that is left for the text (points)."""
        used = layout.height([*self._head(), *self._foot("", "")])
        return float(HEIGHT - TOP - BOTTOM - used)

    def render(self, blocks: Sequence[Block], end: Block) -> bytes:
        """The document as PDF; ``end`` stands at the bottom of the last page."""
        pages = layout.paginate(blocks, self.room)
        if layout.height(pages[-1]) + end.height > self.room:
            pages.append([])
        filler = self.room - layout.height(pages[-1]) - end.height
        pages[-1] += [layout.gap(filler), end]
        canvas, buffer = self._canvas()
        for number, page in enumerate(pages, 1):
            foot = self._foot(
                _("page {page} of {pages}").format(page=number, pages=len(pages)),
                _("ALS follow-up {version}").format(version=VERSION),
            )
            _stack(canvas, HEIGHT - TOP, [*self._head(), *page])
            _stack(canvas, BOTTOM + layout.height(foot), foot)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    def _canvas(self) -> tuple[Canvas, BytesIO]:
        """An empty document. Its properties name the title only: they are read without opening it."""
        first = text.fonts(Weight.REGULAR)[0].fontName
        buffer = BytesIO()
        canvas = Canvas(buffer, pagesize=A4, invariant=1, initialFontName=first)
        canvas.setTitle(self.title)
        canvas.setAuthor("")
        canvas.setCreator("")
        canvas.setSubject("")
        return canvas, buffer

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
        return [*head, layout.gap(8)]

    def _foot(self, page: str, program: str) -> list[Block]:
        columns = [Column(INNER - 90), Column(90, align=Align.RIGHT)]
        printed = _("Printed {instant} by {name}").format(
            instant=instant(self.printed_at), name=text.embedded(self.printed_by)
        )
        strong = Style(SMALL.size, SMALL.leading, Weight.SEMIBOLD)
        return [
            *layout.ruled([layout.gap(6)], INNER),
            layout.gap(2),
            *layout.row([Cell(self.subject, strong), Cell(page, strong)], columns),
            *layout.row([Cell(printed, SMALL), Cell(program, SMALL)], columns),
        ]


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
