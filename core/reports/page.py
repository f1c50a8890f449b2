"""What every printed page carries: letterhead, warnings, whose record it is, when it was printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Self

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core import VERSION
from core.model.document import Source
from core.model.paper import PaperSize
from core.model.trail import TrailHead
from core.model.user import Clinic
from core.reports import layout, qr, text
from core.reports.layout import INK, SMALL, Block, Cell, Column
from core.reports.text import Align, Style, Weight
from core.words import _, instant

SIZES: Mapping[PaperSize, tuple[float, float]] = {
    PaperSize.A4: A4,
    PaperSize.LETTER: LETTER,
}  # width and height, in points
WIDTH, HEIGHT = A4
LEFT, TOP, BOTTOM = 34.0, 24.0, 17.0  # margins, of A4
INNER = WIDTH - 2 * LEFT  # the width of the text, the same on every paper

_MOST_LINES = 8  # of a letterhead, a clinic's name or a subject on a page: the rest of the page is for the text
QR_SIDE = 14 * mm  # with its quiet zone, which lies over the margins

_HEADING = Style(15, 18, Weight.SEMIBOLD)
_CLINIC = Style(10, 13, Weight.SEMIBOLD)
_CLINIC_BESIDE = 0.4  # of the width, where something has the left
_WARNING = Style(8.5, 13, Weight.SEMIBOLD)
_STRONG = Style(SMALL.size, SMALL.leading, Weight.SEMIBOLD)
_TRAIL = Style(7.5, SMALL.leading, Weight.MEDIUM)


def whose(record_number: str, name: str, *what: str) -> str:
    """The subject of one patient's paper: the record number, the name where one is kept, and what it is."""
    number = _("Record {number}").format(number=text.embedded(record_number))
    return " · ".join(part for part in (number, text.embedded(name), *what) if part)


@dataclass(frozen=True, slots=True)
class Paper:
    """What is the same on every page of one document.

    ``subject`` says whose paper it is and which (a page that is separated from the others must say so);
    ``head`` is where the audit trail stood at printing: its code bears witness against a trail cut short.
    ``warnings`` are printed in a frame above the text, ``under_head`` stands under the letterhead: on a
    form to be filled in, the lines for whose it is. ``heading`` are lines at the left of the letterhead, the first of
    them large, and the clinic is at the right; where there are none, the clinic's name is at the left. ``stands``
    is in the foot in place of when and by whom it was printed: on what must be the same whenever it is printed.
    """

    title: str
    subject: str
    clinic: Clinic
    printed_by: str
    printed_at: datetime
    head: TrailHead | None
    warnings: tuple[str, ...] = ()
    under_head: tuple[Block, ...] = ()
    size: PaperSize = PaperSize.A4
    heading: tuple[str, ...] = ()
    stands: str = ""

    @classmethod
    def of(cls, source: Source, *, title: str, subject: str) -> Self:
        """The paper of what is printed from ``source``."""
        return cls(
            title=title,
            subject=subject,
            clinic=source.clinic,
            printed_by=source.printed_by,
            printed_at=source.printed_at,
            head=source.head,
            size=source.size,
        )

    @property
    def width(self) -> float:
        return float(SIZES[self.size][0])

    @property
    def height(self) -> float:
        return float(SIZES[self.size][1])

    @property
    def room(self) -> float:
        """The height that is left for the text (points)."""
        used = layout.height([*self._head(), *self._foot("", "")])
        return float(self.height - TOP - BOTTOM - used)

    def render(self, blocks: Sequence[Block], end: Block, *, end_first: bool = False) -> bytes:
        """The document as PDF; ``end`` stands at the bottom of the last page, or of the first."""
        return bind(self.title, [Document(self, blocks, end, end_first=end_first)])

    def draw(
        self, canvas: Canvas, blocks: Sequence[Block], end: Block, *, end_first: bool = False
    ) -> None:
        """The pages of one document, numbered from 1."""
        room = self.room
        pages = layout.paginate(blocks, room, room - end.height if end_first else room)
        if not end_first and layout.height(pages[-1]) + end.height > room:
            pages.append([])
        ending = pages[0 if end_first else -1]
        ending += [layout.gap(room - layout.height(ending) - end.height), end]
        left = (self.width - INNER) / 2
        for number, page in enumerate(pages, 1):
            foot = self._foot(
                _("page {page} of {pages}").format(page=number, pages=len(pages)),
                _("ALS follow-up {version}").format(version=VERSION),
            )
            canvas.setPageSize(SIZES[self.size])
            _stack(canvas, left, self.height - TOP, [*self._head(), *page])
            _stack(canvas, left, BOTTOM + layout.height(foot), foot)
            canvas.showPage()

    def _head(self) -> list[Block]:
        warnings = self.warnings
        right = INNER * (_CLINIC_BESIDE if self.heading else 0.5)
        address = _at_most(
            layout.paragraph(self.clinic.letterhead, SMALL, right, Align.RIGHT), Align.RIGHT
        )
        align = Align.RIGHT if self.heading else Align.LEFT
        name = _at_most(layout.paragraph(self.clinic.name, _CLINIC, right, align))
        if self.heading:
            heading, warnings = self._heading(INNER - right)
            stacks = [(INNER - right, heading), (right, [*name, *address])]
        else:
            stacks = [(INNER - right, name), (right, address)]
        head = layout.beside(stacks, limit=HEIGHT)
        head = layout.ruled([*head, layout.gap(3)], INNER, strong=True)
        if warnings:
            head += [layout.gap(3), _framed(warnings, INNER)]
        return [*head, *self.under_head, layout.gap(6 if self.heading else 8)]

    def _heading(self, width: float) -> tuple[list[Block], tuple[str, ...]]:
        """The lines at the left, with the warnings beside the first where they fit; and those that do not."""
        title, *rest = self.heading
        blocks = layout.paragraph(title, _HEADING, width, Align.LEFT)
        for words in rest:
            blocks += _at_most(layout.paragraph(words, _CLINIC, width - 6, Align.LEFT))
        taken = text.width(title, _HEADING) + 14
        needed = sum(text.width(one, _WARNING) + 14 for one in self.warnings)
        if not self.warnings or len(blocks) < 2 or taken + needed > width:
            return blocks, self.warnings
        first, frame = blocks[0], _framed(self.warnings, needed)

        def draw(canvas: Canvas, x: float, top: float) -> None:
            first.draw(canvas, x, top)
            frame.draw(canvas, x + taken, top - (first.height - frame.height) / 2)

        return [replace(first, draw=draw), *blocks[1:]], ()

    def _foot(self, page: str, program: str) -> list[Block]:
        code = "" if self.head is None else self.head.code
        room = INNER - (QR_SIDE if code else 0)
        columns = [Column(room - 90, gap=6), Column(90, align=Align.RIGHT)]
        printed = self.stands or self._printed()
        lines = [
            *_at_most(layout.row([Cell(self.subject, _STRONG), Cell(page, _STRONG)], columns)),
            *layout.row([Cell(printed, SMALL), Cell(program, SMALL)], columns),
        ]
        if code:
            trail = _("Trail {code}").format(code=code)
            lines += layout.row([Cell(trail, _TRAIL), Cell("", SMALL)], columns)
        ruled = [*layout.ruled([layout.gap(6)], room), layout.gap(2), *lines]
        return layout.beside([(room, ruled), (QR_SIDE, [square(code)])]) if code else ruled

    def _printed(self) -> str:
        words = _("Printed {instant} by {name}") if self.printed_by else _("Printed {instant}")
        return words.format(instant=instant(self.printed_at), name=text.embedded(self.printed_by))


def head_problem(name: str, letterhead: str) -> str:
    """Why a clinic's name or letterhead does not fit above a page, in a sentence; empty where they do."""
    width = INNER * _CLINIC_BESIDE
    for words, style, said in (
        (
            name,
            _CLINIC,
            _("The clinic's name takes {n} lines, a page has room for {most}. Shorten it."),
        ),
        (
            letterhead,
            SMALL,
            _("The letterhead takes {n} lines, a page has room for {most}. Shorten it."),
        ),
    ):
        count = len(text.wrap(words.strip(), style, width))
        if count > _MOST_LINES:
            return said.format(n=count, most=_MOST_LINES)
    return ""


@dataclass(frozen=True, slots=True)
class Document:
    """What is printed on one paper; several of them, each with its own numbering, make one file."""

    paper: Paper
    blocks: Sequence[Block]
    end: Block
    end_first: bool = False


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
        one.paper.draw(canvas, one.blocks, one.end, end_first=one.end_first)
    canvas.save()
    return buffer.getvalue()


def square(code: str) -> Block:
    """The code as a QR; its quiet zone lies over the margins, so that its edge is the text's."""
    quiet = qr.QUIET * qr.module(QR_SIDE, code)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        qr.draw(canvas, x + quiet, top, QR_SIDE, code)

    return Block(QR_SIDE - quiet, draw)


def _framed(warnings: Sequence[str], whole: float) -> Block:
    """Each in a frame of its share of the whole width."""
    width = whole / len(warnings)

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


def _at_most(lines: Sequence[Block], align: Align = Align.LEFT) -> list[Block]:
    """The first of them; a sentence in place of the others where there are more than a page has room for."""
    if len(lines) <= _MOST_LINES:
        return list(lines)
    said = layout.paragraph(
        _("There is more than fits here."), SMALL, INNER * _CLINIC_BESIDE, align
    )
    return [*lines[: _MOST_LINES - 1], *said]


def _stack(canvas: Canvas, left: float, top: float, blocks: Sequence[Block]) -> None:
    for block in blocks:
        if block.bookmark is not None:
            depth, title = block.bookmark
            key = f"{canvas.getPageNumber()}/{top:.1f}"
            canvas.bookmarkPage(key, fit="XYZ", left=0, top=top + 4, zoom=0)
            canvas.addOutlineEntry(title, key, level=depth, closed=depth == 0)
            canvas.showOutline()
        block.draw(canvas, left, top)
        top -= block.height
