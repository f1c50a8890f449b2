"""The pages of a trial report: every chapter with its figures and tables, long tables over several pages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from reportlab.pdfgen.canvas import Canvas

from core.reports import layout, stack
from core.reports.layout import BODY, INK, SMALL, Block, Cell
from core.reports.page import INNER, Paper
from core.reports.text import Align, Style, Weight
from core.reports.trial.content import Column, Figure, Part, Table, Value, Words, shown
from core.words import N_, _, day, n_patients

if TYPE_CHECKING:
    from core.reports.trial import Report

TITLE = N_("Trial report")
_TITLE = Style(18, 24, Weight.SEMIBOLD)
_CHAPTER = Style(13, 18, Weight.SEMIBOLD)
_CAPTION = Style(9, 12, Weight.SEMIBOLD)
_N = Style(8, 10, Weight.MEDIUM)
_CELL = Style(7.5, 9.5)
_FOOT = Style(7.5, 9.5, Weight.SEMIBOLD)
_HEAD = Style(7, 9, Weight.MEDIUM, INK)
_GAP = 5.0  # between columns
_LED = 3  # rows that a page ends with at the least, below the head of their table


def render(report: "Report", chosen: frozenset[str] | None = None) -> bytes:
    return paper(report).render(blocks(report, chosen), layout.gap(0))


def begins(report: "Report", chosen: frozenset[str] | None = None) -> dict[str, int]:
    """On which page each chosen chapter begins, by its id."""
    ids = [chapter.id for chapter, _made in report.chapters(chosen)]
    found = []
    for number, page in enumerate(layout.paginate(blocks(report, chosen), paper(report).room), 1):
        found += [number for block in page if block.bookmark is not None]
    return dict(zip(ids, found, strict=True))


def paper(report: "Report") -> Paper:
    """What every page carries: never who made it, or when, so that the same report is the same to the byte."""
    source, study = report.source, report.study
    text = _("Data to {day}")
    stands = text.format(day=day(source.until))
    if source.as_of is not None:
        text = _("Data to {day}, as of entry {n} of the audit trail")
        stands = text.format(day=day(source.until), n=f"{source.as_of.sequence:,}")
    warnings = []
    if source.clinic.demonstration:
        warnings.append(_("Demonstration data, follow-up simulated"))
    if source.asked.coded:
        warnings.append(_("Coded, not anonymous"))
    return Paper(
        title=_(TITLE),
        subject=f"{_(TITLE)} · {study.protocol.title}",
        clinic=source.clinic,
        printed_by="",
        printed_at=source.printed_at,
        head=source.as_of,
        warnings=tuple(warnings),
        size=source.size,
        stands=stands,
    )


def blocks(report: "Report", chosen: frozenset[str] | None = None) -> list[Block]:
    """All chapters one below the other, the title before them."""
    made = layout.kept(
        [
            *layout.paragraph(_(TITLE), _TITLE, INNER),
            *layout.paragraph(subtitle(report), BODY, INNER),
            layout.gap(6),
        ]
    )
    for chapter, content in report.chapters(chosen):
        title = _(chapter.title)
        heading = layout.ruled(layout.paragraph(title, _CHAPTER, INNER), INNER, strong=True)
        heading[0] = replace(heading[0], bookmark=(0, title))
        made += [layout.gap(12), *layout.kept(heading)]
        if content.warning:
            warning = _("Note: {warning}").format(warning=content.warning)
            made += layout.kept(layout.paragraph(warning, _N, INNER))
        for part in content.parts:
            made += _part(part)
    return made


def subtitle(report: "Report") -> str:
    """What is below the title: which study, how many patients, up to which day."""
    study = report.study
    treated = int(study.everybody.patients["treated_day"].notna().sum())
    text = _("{title}, version {version} · {treated} treated of {all} · data to {day}")
    return text.format(
        title=study.protocol.title,
        version=study.protocol.version,
        treated=treated,
        all=n_patients(study.everybody.n),
        day=day(study.until),
    )


def _part(part: Part) -> list[Block]:
    match part:
        case Words():
            return list(_words(part))
        case Figure():
            return _figure(part)
        case Table():
            return _table(part)


def _words(part: Words) -> Iterator[Block]:
    if part.title:
        yield replace(layout.gap(6), keep=True)
        yield from layout.heading(part.title, INNER)
    for words in part.paragraphs:
        yield from layout.paragraph(words, BODY, INNER)
        yield layout.gap(3)


def _caption(part: Figure | Table) -> list[Block]:
    """Its number and title, and below it of how many it is."""
    return layout.kept(
        [
            layout.gap(8),
            *layout.paragraph(f"{part.caption}. {part.title}", _CAPTION, INNER),
            *layout.paragraph(part.n, SMALL, INNER),
            layout.gap(4),
        ]
    )


def _figure(figure: Figure) -> list[Block]:
    """The caption, the drawing and its sentences; the first is on the page of the drawing, and each on one page."""
    drawing = figure.drawing

    def draw(canvas: Canvas, x: float, top: float) -> None:
        stack.draw(canvas, drawing, x, top)

    picture = Block(drawing.height, draw, keep=bool(figure.sentences))
    sentences = [
        block
        for sentence in figure.sentences
        for block in layout.together([*layout.paragraph(sentence, BODY, INNER), layout.gap(1)])
    ]
    return [*_caption(figure), picture, *sentences]


def _table(table: Table) -> list[Block]:
    found = _caption(table)
    if not table.rows:
        found += layout.paragraph(table.empty or _("None."), BODY, INNER)
    else:
        found += _grid(table)
    for note in table.notes:
        found += [layout.gap(2), *layout.paragraph(note, SMALL, INNER)]
    return found


def _grid(table: Table) -> list[Block]:
    share = INNER / sum(one.width for one in table.columns)
    columns = [
        layout.Column(
            one.width * share,
            one.title,
            Align.RIGHT if one.right else Align.START,
            _gap(one, after),
        )
        for one, after in zip_longest(table.columns, table.columns[1:])
    ]
    decimals = [one.decimals for one in table.columns]
    rows = [_row(row, columns, decimals, _CELL) for row in table.rows]
    if table.foot:
        rows[-1] = layout.ruled(rows[-1], INNER, strong=True)
        foot = [_row(row, columns, decimals, _FOOT, blank=True) for row in table.foot]
        rows += [layout.kept(row) for row in foot[:-1]] + foot[-1:]
    rows[:_LED] = [layout.kept(row) for row in rows[:_LED]] if len(rows) > _LED else rows[:_LED]
    return layout.table(columns, rows, first=_HEAD, rest=_HEAD)


def _gap(one: Column, after: Column | None) -> float:
    """What is at the right keeps clear of what begins beside it."""
    return 2 * _GAP if one.right and after is not None and not after.right else _GAP


def _row(
    row: Sequence[Value],
    columns: Sequence[layout.Column],
    decimals: Sequence[int],
    style: Style,
    *,
    blank: bool = False,
) -> list[Block]:
    """A line; in a line that sums up a cell without a value is ``blank``."""
    cells = [
        Cell("" if blank and value == "" else shown(value, places), style)
        for value, places in zip(row, decimals, strict=True)
    ]
    return layout.ruled(layout.row(cells, columns, pad=1), INNER)
