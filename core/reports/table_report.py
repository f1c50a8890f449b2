"""Documents made of facts, tables and a verdict: the audit trail, the user review, certificates, validation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.reports import layout, page, text, writing
from core.reports.layout import BODY, INK, SMALL, STRONG, Block, Cell, Column
from core.reports.page import INNER, Paper
from core.reports.text import Align, Style, Weight
from core.views.fact import Fact
from core.words import MISSING, N_, Words, _

_TITLE = Style(15, 20, Weight.SEMIBOLD)
_VERDICT = Style(13, 18, Weight.SEMIBOLD)
_GAP = 6.0  # between columns
_FRAME = 2.2  # of a verdict (points)


class Verdict(StrEnum):
    """Whether something held; on paper in words and weight, never by colour."""

    PASSED = "passed"
    FAILED = "failed"


VERDICT = Words({Verdict.PASSED: N_("passed"), Verdict.FAILED: N_("FAILED")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a report, printed in this order: title, verdict, paragraph, facts, table, note.

    The widths of the columns are shares of the page. A cell is a text, or a verdict; an empty one is
    printed as a dash. ``empty`` is what stands there where columns have no rows. ``across`` is how many facts are
    side by side, where they fit.
    """

    title: str = ""
    verdict: Verdict | None = None
    paragraph: str = ""
    facts: tuple[Fact, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: Sequence[Sequence[str | Verdict]] = ()
    empty: str = MISSING
    note: str = ""
    across: int = 1


def render(
    paper: Paper,
    sections: Sequence[Section],
    *,
    signed: bool = False,
    by: Sequence[str] = (N_("Name"),),
) -> bytes:
    """The report as PDF under the title of its paper; ``signed`` ends it with a line to sign for each of ``by``, which are marked (`N_`)."""
    blocks = layout.kept([*layout.paragraph(paper.title, _TITLE, INNER), layout.gap(4)])
    for section in sections:
        blocks += blocks_of(section)
    return paper.render(blocks, _signatures(by) if signed else layout.gap(0))


def blocks_of(section: Section) -> list[Block]:
    """A section as the blocks that flow down a page."""
    blocks: list[Block] = []
    if section.title:
        blocks += [layout.gap(10), *layout.heading(section.title, INNER)]
    if section.verdict is not None:
        blocks += layout.kept([layout.gap(2), _framed(section.verdict), layout.gap(6)])
    if section.paragraph:
        blocks += [*layout.paragraph(section.paragraph, BODY, INNER), layout.gap(3)]
    named = [Fact(f.label, f.text or MISSING) for f in section.facts]
    blocks += layout.facts(named, INNER, section.across)
    if section.columns:
        blocks += [layout.gap(4), *_table(section)]
    if section.note:
        blocks += [layout.gap(3), *layout.paragraph(section.note, SMALL, INNER)]
    return blocks


def _table(section: Section) -> list[Block]:
    share = INNER / sum(column.width for column in section.columns)
    columns = [replace(c, width=c.width * share, gap=c.gap or _GAP) for c in section.columns]
    if not section.rows:
        head = layout.table(columns, [])
        return [*head, *layout.paragraph(section.empty, BODY, INNER)]
    return layout.table(columns, [_row(row, columns) for row in section.rows])


def _row(row: Sequence[str | Verdict], columns: Sequence[Column]) -> list[Block]:
    """A row in which something failed is heavy as a whole, so that it is found among hundreds."""
    style = STRONG if Verdict.FAILED in row else BODY
    cells = [
        Cell(VERDICT[cell] if isinstance(cell, Verdict) else cell or MISSING, style) for cell in row
    ]
    return layout.ruled(layout.row(cells, columns, pad=1), INNER)


def _framed(verdict: Verdict) -> Block:
    """Passed is black in a frame; failed is white on black."""
    failed = verdict is Verdict.FAILED
    words = _("FAILED") if failed else _("PASSED")
    style = replace(_VERDICT, colour="#ffffff") if failed else _VERDICT
    height = _VERDICT.leading + 10
    width = text.width(words, style) + 40

    def draw(canvas: Canvas, x: float, top: float) -> None:
        canvas.setStrokeColor(HexColor(INK))
        canvas.setFillColor(HexColor(INK))
        canvas.setLineWidth(_FRAME)
        canvas.setDash()
        inset = _FRAME / 2
        canvas.rect(
            x + inset, top - height + inset, width - _FRAME, height - _FRAME, fill=int(failed)
        )
        baseline = top - (height + text.CAP_HEIGHT * style.size) / 2
        text.draw(canvas, x, baseline, words, style, Align.CENTRE, width)

    return Block(height, draw)


def _signatures(by: Sequence[str]) -> Block:
    lines = []
    for who in by:
        named = [(_(who), 210.0), (_("Signature"), 190.0), (_("Date"), INNER - 400 + 8)]
        lines += [layout.gap(14), writing.fields(named)]
    return writing.whole(lines, INNER, page.HEIGHT)[0]
