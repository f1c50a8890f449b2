"""The printed visit summary. Its words and numbers are those of ``core.views.visit_summary``; it computes nothing.

One page in the ordinary case. Where there is more, whole sections continue on the next page; the place to sign
stays on the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.instruments.catalog import ALSFRS_R
from core.model.document import OfVisit
from core.model.ids import VisitId
from core.model.paper import PaperSize
from core.model.record import PatientRecord
from core.model.signature import SignatureState
from core.model.trail import TrailHead
from core.model.user import Clinic
from core.reports import layout, page, stack, summary_items, text
from core.reports.layout import INK, SMALL, Block, Cell, Column
from core.reports.summary_items import BODY, LABEL, STRONG, VALUE
from core.reports.text import Align, Style, Weight
from core.science import lung_function
from core.views import visit_summary
from core.views.events import EventRow
from core.views.fact import Fact
from core.views.signed import SignatureRow
from core.views.spirometry import SpirometrySummary
from core.views.stack.build import for_paper
from core.views.visit_summary import VisitSummary
from core.words import MISSING, N_, _

TITLE = N_("Visit summary")

_CONCLUSION = Style(8.5, 10.5)
_HEADING = Style(9, 12, Weight.SEMIBOLD)
_HEADLINE = Style(11, 13.5, Weight.SEMIBOLD)
_SOURCE = Style(7, 8, colour=SMALL.colour)
_GUTTER = 14.0
_INDENT = 90.0  # of what stands beside its label
_MOST_LABEL = 52.0  # of a label in a column
# Widths of vital capacity, course, measured and done: with two gutters the whole width.
_COLUMNS = ((164.0, 206.0), (150.0, 232.0), (140.0, 256.0), (176.0, 180.0))
# On a full page more ways are tried: a line less counts.
_MORE_COLUMNS = (
    *_COLUMNS,
    *(
        (float(left), float(middle))
        for left in range(150, 211, 10)
        for middle in range(180, 261, 10)
    ),
)
_HIGHEST = 190.0  # of the plots
_READABLE = 60.0  # more than they need at the least: before they are lower, the words stand closer
_CHART_GAP = 6.0
_MOST_IN_A_COLUMN = 160  # characters of one fact
_MOST_WHERE_TIGHT = 60
_BETWEEN, _CLOSE = 2.0, 0.5  # above a section that is a text beside its label; on a full page
_MOST_IN_A_ROW = 6  # events in one paragraph
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class _Sources:
    """What the page stands on: each source once, under the number that leads to it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, *sources: str) -> str:
        """The small numbers of these sources, to be set behind what stands on them."""
        found = [self._numbers.setdefault(one, len(self._numbers) + 1) for one in sources if one]
        return " ".join(str(one).translate(_SUPERSCRIPT) for one in dict.fromkeys(found))

    def text(self) -> str:
        return " ".join(f"{self.mark(one)}\u00a0{one}" for one in self._numbers)


def document(source: OfVisit) -> bytes:
    return render(
        source.record,
        source.visit_id,
        source.clinic,
        names=source.names,
        printed_by=source.printed_by,
        printed_at=source.printed_at,
        head=source.head,
        signed=source.signed,
        size=source.size,
    )


def render(
    record: PatientRecord,
    visit_id: VisitId,
    clinic: Clinic,
    *,
    names: Mapping[str, str],
    printed_by: str,
    printed_at: datetime,
    head: TrailHead | None = None,
    signed: Sequence[SignatureState] = (),
    size: PaperSize = PaperSize.A4,
) -> bytes:
    """The summary of one visit as a PDF: one page in the ordinary case, more where the text is long.

    ``printed_at`` is an aware instant, ``signed`` the state of every signature of the visit. The same
    arguments give the same bytes.
    """
    summary = visit_summary.build(record, visit_id, names, signed=signed)
    record = record.known_at(record.visit(visit_id))
    paper = page.Paper(
        title=_(TITLE),
        subject=_subject(summary),
        clinic=clinic,
        printed_by=printed_by,
        printed_at=printed_at,
        head=head,
        warnings=_warnings(summary, clinic),
        size=size,
        heading=tuple(_heading(summary)),
    )
    chart = for_paper(record, record.visit(visit_id).date)
    bare = replace(chart, lanes=())  # what is in them is on the page in words, too
    least = _CHART_GAP + stack.least_height(bare, page.INNER) if chart.rows else 0.0
    readable = least + _READABLE if chart.rows else 0.0
    parts = _parts(summary, tight=False)
    if parts.free(paper.room) < readable:
        tight = _parts(summary, tight=True)
        parts = tight if tight.free(paper.room) >= least else parts
    before = parts.before
    if chart.rows:
        free = parts.free(paper.room) - _CHART_GAP
        whole = stack.least_height(chart, page.INNER)
        if least - _CHART_GAP <= free < whole:
            chart, whole = bare, least - _CHART_GAP
        height = _chart_height(free, free + layout.height(parts.after), whole)
        drawn = stack.block(chart, chart.scales[0], page.INNER, height, whole=False)
        before = [*before, layout.gap(_CHART_GAP), drawn]
    return paper.render([*before, *parts.after], parts.end, end_first=True)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is above the plots, what is below them, and what is at the foot of the first page."""

    before: list[Block]
    after: list[Block]
    end: Block

    def free(self, room: float) -> float:
        """How high the plots can be where all of it is on one page of so much room; half a point less, for fractions."""
        used = layout.height([*self.before, *self.after, self.end])
        return room - used - 0.5


def _parts(summary: VisitSummary, *, tight: bool) -> _Parts:
    sources = _Sources()
    before = [
        *_who(summary, tight=tight),
        *_conclusion(summary),
        *_questionnaires(summary, sources),
        *_results(summary, sources, tight=tight),
    ]
    after = [
        *_actions(summary, sources, tight=tight),
        *_events(summary, tight=tight),
        *_lists(summary, tight=tight),
        *_note(summary),
        *_signatures(summary),
    ]
    return _Parts(before, after, _end(summary, sources, tight=tight))


def _subject(summary: VisitSummary) -> str:
    visit = f"{summary.title}, {summary.on}"
    return page.whose(summary.record_number, summary.patient_name, _(TITLE), visit)


def _warnings(summary: VisitSummary, clinic: Clinic) -> tuple[str, ...]:
    warnings = []
    if summary.draft:
        warnings.append(_("DRAFT, not finished"))
    if clinic.demonstration:
        warnings.append(_("Demonstration data, follow-up simulated"))
    return tuple(warnings)


def _heading(summary: VisitSummary) -> Iterator[str]:
    """What it is, whose and of which visit: at the left of the letterhead, on every page."""
    yield _(TITLE)
    number = _("Record {number}").format(number=text.embedded(summary.record_number))
    when = f"{summary.title}, {summary.on}"
    if summary.patient_name:
        yield text.embedded(summary.patient_name)
    yield f"{number} · {when}"


def _who(summary: VisitSummary, *, tight: bool) -> list[Block]:
    """Patient and visit; its title and day are in the heading."""
    rest = [fact for fact in summary.visit if fact.field != "details/date"]
    facts = [*summary.patient, *rest]
    shown = _in_a_row(facts, page.INNER) if tight else _grid(facts, page.INNER)
    return [*shown, layout.gap(2 if tight else 4)]


def _in_a_row(facts: Sequence[Fact], width: float) -> list[Block]:
    """Labels and values one after another, in as many lines as they need; a long one has lines of its own."""
    lines: list[list[Fact]] = [[]]
    used = 0.0
    short = [fact for fact in facts if _pair_width(fact) <= width]
    for fact in short:
        if lines[-1] and used + _pair_width(fact) > width:
            lines.append([])
            used = 0.0
        lines[-1].append(fact)
        used += _pair_width(fact) + _GUTTER
    blocks = []
    for line in filter(None, lines):
        cells = [cell for one in line for cell in (Cell(one.label, LABEL), Cell(one.text, VALUE))]
        widths = [text.width(cell.text, cell.style) for cell in cells]
        gaps = [4.0, _GUTTER] * len(line)
        columns = [Column(wide + gap, gap=gap - 1) for wide, gap in zip(widths, gaps, strict=True)]
        blocks += layout.row(cells, columns)
    for fact in (one for one in facts if one not in short):
        blocks += _labelled(fact.label, fact.text)
    return blocks


def _pair_width(fact: Fact) -> float:
    return text.width(fact.label, LABEL) + 4 + text.width(fact.text, VALUE)


def _grid(facts: Sequence[Fact], width: float) -> list[Block]:
    """Labels over their values in up to five columns; what is too wide for that has a line of its own."""
    needed = {fact: _natural(fact) for fact in facts}
    short = [fact for fact in facts if needed[fact] <= width / 2.5]
    count = min(5, len(short))
    while count > 1 and sum(_widths(short, needed, count)) > width:
        count -= 1
    blocks: list[Block] = []
    widths = _widths(short, needed, count)
    spare = max(0.0, width - sum(widths)) / max(1, len(widths))
    for start in range(0, len(short), max(1, count)):
        line = short[start : start + count]
        columns = [Column(wide + spare, gap=6) for wide in widths[: len(line)]]
        blocks += [layout.gap(1.5)] if start else []
        blocks += layout.row([Cell(fact.label, LABEL) for fact in line], columns)
        blocks += layout.row([Cell(fact.text, VALUE) for fact in line], columns, pad=0.5)
    for fact in (one for one in facts if one not in short):
        blocks += _labelled(fact.label, fact.text)
    return blocks


def _natural(fact: Fact) -> float:
    return max(text.width(fact.label, LABEL), text.width(fact.text, VALUE)) + 8


def _widths(facts: Sequence[Fact], needed: Mapping[Fact, float], count: int) -> list[float]:
    """The width of each of ``count`` columns: that of the widest fact in it."""
    return [max(needed[fact] for fact in facts[start::count]) for start in range(count)]


def _conclusion(summary: VisitSummary) -> list[Block]:
    """What the neurologist concluded, in a light frame, with who wrote it and when; nothing where nobody did."""
    if not summary.conclusion:
        return []
    inset = 6.0
    width = page.INNER - 2 * inset
    lines = [
        *layout.row(
            [Cell(_("Conclusion"), STRONG), Cell(summary.concluded, LABEL)],
            [Column(width * 0.3), Column(width * 0.7, align=Align.RIGHT)],
        ),
        *layout.paragraph(summary.conclusion, _CONCLUSION, width),
    ]
    return [*layout.framed(lines, page.INNER, inset), layout.gap(4)]


def _questionnaires(summary: VisitSummary, sources: _Sources) -> list[Block]:
    if not summary.forms:
        return _said(_("Questionnaire"), _("None at this visit."))
    return [
        block
        for form in summary.forms
        for block in summary_items.blocks(form, sources.mark(form.citation))
    ]


def _results(summary: VisitSummary, sources: _Sources, *, tight: bool) -> list[Block]:
    """Side by side: vital capacity, the course of the disease, what was measured and done; as low as they can be."""
    marks = [sources.mark(*_citations([one.equation_id])) for one in summary.spirometry]
    ways = _MORE_COLUMNS if tight else _COLUMNS
    every = [_columns(summary, marks, left, middle, tight=tight) for left, middle in ways]
    lowest = min(every, key=lambda stacks: max(layout.height(blocks) for _, blocks in stacks))
    return [layout.gap(2 if tight else 5), *layout.beside(lowest)]


def _citations(equations: Sequence[str]) -> list[str]:
    found = (lung_function.find(name) for name in equations)
    return [equation.citation for equation in found if equation is not None]


def _columns(
    summary: VisitSummary, marks: Sequence[str], left: float, middle: float, *, tight: bool
) -> list[tuple[float, list[Block]]]:
    right = page.INNER - left - middle - 2 * _GUTTER
    breathing = [
        block
        for one, mark in zip(summary.spirometry, marks, strict=True)
        for block in _spirometry(one, mark, left)
    ]
    if not breathing:
        breathing = _column_title(_("Vital capacity"), left)
        breathing += layout.paragraph(_("Not measured at this visit."), BODY, left)
    course = _facts(_course(summary), middle)
    right += 0 if course else middle + _GUTTER
    done = _facts([fact for fact in _done(summary) if not _is_long(fact, tight=tight)], right)
    stacks = [(left + _GUTTER, breathing)]
    if course:
        stacks.append((middle + _GUTTER, [*_column_title(_("Course"), middle), *course]))
    if done:
        stacks.append((right, [*_column_title(_("Measured and done"), right), *done]))
    return stacks


def _column_title(words: str, width: float) -> list[Block]:
    return layout.kept(layout.paragraph(words, _HEADING, width))


def _course(summary: VisitSummary) -> list[Fact]:
    """What can be said of the course, with the slope of the ALSFRS-R over all its forms."""
    slopes = [
        Fact(_("Slope"), form.slope)
        for form in summary.forms
        if form.instrument == ALSFRS_R and form.has_slope
    ]
    return [*summary.course, *slopes]


def _done(summary: VisitSummary) -> list[Fact]:
    return [
        *summary.measurements,
        *summary.laboratory,
        *summary.milestones,
        *_tasks(summary),
    ]


def _is_long(fact: Fact, *, tight: bool) -> bool:
    """Whether a fact is a text for the whole width, as a long note is; on a full page what would be many short lines, too."""
    return len(fact.text) > (_MOST_WHERE_TIGHT if tight else _MOST_IN_A_COLUMN)


def _tasks(summary: VisitSummary) -> list[Fact]:
    """What was simply done in one line; what was not, or has a note, in one each."""
    done = [fact.label for fact in summary.tasks if fact.text == _("done")]
    rest = [fact for fact in summary.tasks if fact.text != _("done")]
    return [*([Fact(_("Done"), ", ".join(done))] if done else []), *rest]


def _facts(facts: Sequence[Fact], width: float) -> list[Block]:
    """Labels beside their values, one below another; what only says that there is no value is left out."""
    known = [fact for fact in facts if fact.known]
    label = min(max((text.width(one.label, LABEL) for one in known), default=0) + 6, _MOST_LABEL)
    columns = [Column(label, gap=4), Column(width - label)]
    return [
        block
        for fact in known
        for block in layout.row([Cell(fact.label, LABEL), Cell(fact.text, VALUE)], columns)
    ]


def _spirometry(session: SpirometrySummary, mark: str, width: float) -> list[Block]:
    title = _("Vital capacity: {test}").format(test=session.title)
    blocks = _column_title(f"{title} {mark}".rstrip(), width)
    values = " · ".join(filter(None, [session.percent, session.headline]))
    blocks += layout.paragraph(values, _HEADLINE if session.facts else BODY, width)
    blocks += _facts(session.brief, width)
    if session.why_not:
        blocks += layout.paragraph(session.why_not, STRONG, width)
    if session.equation:
        blocks += layout.paragraph(session.equation, LABEL, width)
    return [*blocks, layout.gap(3)]


def _chart_height(free: float, first: float, lowest: float) -> float:
    """As high as one page allows, ``free``; where it needs a second page anyway, as high as the ``first`` has room for it."""
    highest = max(_HIGHEST, lowest)
    if free >= lowest:
        return min(free, highest)
    return highest if first >= highest else lowest


def _actions(summary: VisitSummary, sources: _Sources, *, tight: bool) -> list[Block]:
    """What the visit newly showed that asks for a decision, with what was decided."""
    if not summary.actions:
        return []
    blocks = _column_title(_("Alerts"), page.INNER)
    indent = max(text.width(action.title, STRONG) for action in summary.actions) + 10
    for action in summary.actions:
        words = f"{action.said}. {action.decided or _('Not decided yet.')}"
        words = f"{words} {sources.mark(*action.cited)}".rstrip()
        blocks += _labelled(action.title, words, indent)
    return [layout.gap(2 if tight else 5), *layout.together(blocks)]


def _events(summary: VisitSummary, *, tight: bool) -> list[Block]:
    """A table, on a full page one paragraph; and what was not over from before."""
    if tight and summary.running and not summary.events:
        both = _("{new} Not over from before: {events}")
        said = both.format(new=summary.no_events or MISSING, events=summary.running)
        return _said(summary.events_title, said, _CLOSE)
    gap = _CLOSE if tight else _BETWEEN
    title = _("Not over from before")
    running = _said(title, summary.running, gap) if summary.running else []
    return [*_new_events(summary, tight=tight), *running]


def _new_events(summary: VisitSummary, *, tight: bool) -> list[Block]:
    if not summary.events:
        return [layout.gap(3), *_said(summary.events_title, summary.no_events or MISSING)]
    if tight and len(summary.events) <= _MOST_IN_A_ROW:
        said = " · ".join(_event_text(event) for event in summary.events)
        return _said(summary.events_title, said, _CLOSE)
    columns = [
        Column(page.INNER - 72 - 92 - 48 - 124, summary.events_title, gap=6),
        Column(72, _("Begun")),
        Column(92, _("CTCAE grade")),
        Column(48, _("Serious")),
        Column(124, _("Outcome")),
    ]
    rows = [_event(event, columns) for event in summary.events]
    table = layout.table(columns, rows, STRONG, LABEL)
    return [layout.gap(5), *layout.together(table)]


def _event(event: EventRow, columns: Sequence[Column]) -> list[Block]:
    style = STRONG if event.is_serious else BODY
    remarks = "; ".join(filter(None, (event.unsure, event.more)))
    term = f"{event.term} ({remarks})" if remarks else event.term
    texts = (term, event.onset, event.grade, event.serious, event.outcome)
    return layout.ruled(
        layout.row([Cell(words, style) for words in texts], columns, pad=0.3), page.INNER
    )


def _event_text(event: EventRow) -> str:
    """For a page that is full: criteria and cause are in the chart, that one is missing is said here, too."""
    parts = [
        event.term,
        event.unsure,
        event.onset,
        _("grade {grade}").format(grade=event.grade),
        _("serious") if event.is_serious else "",
        event.more if event.lacks else "",
        event.outcome,
    ]
    return ", ".join(text.embedded(part) for part in parts if part)


def _lists(summary: VisitSummary, *, tight: bool) -> list[Block]:
    """What is too long for a column, what forms hold, criteria and stated values, where there are any."""
    lists = [
        (
            _("Measured and done"),
            tuple(fact for fact in _done(summary) if _is_long(fact, tight=tight)),
        ),
        *((group.title, group.facts) for group in summary.records),
        (_("Eligibility"), summary.eligibility),
        (_("Stated by others"), summary.stated),
    ]
    blocks: list[Block] = []
    for title, facts in lists:
        said = [_pair(fact) for fact in facts if fact.known]
        if said:
            blocks += _said(title, " · ".join(said), _CLOSE if tight else _BETWEEN)
    return blocks


def _pair(fact: Fact) -> str:
    return _("{label}: {text}").format(
        label=text.embedded(fact.label), text=text.embedded(fact.text)
    )


def _note(summary: VisitSummary) -> list[Block]:
    """What was noted, and how many questions on the data were not settled when this was printed."""
    note = _said(_("Note"), summary.note) if summary.note else []
    return [*note, *(_said(_("Queries"), summary.queries) if summary.queries else [])]


def _said(label: str, words: str, gap: float = _BETWEEN) -> list[Block]:
    """A section that is a text beside its label."""
    return [layout.gap(gap), *layout.together(_labelled(label, words))]


def _labelled(label: str, words: str, indent: float = _INDENT) -> list[Block]:
    """A text beside its label, which may need more room than others do."""
    indent = max(indent, min(text.width(label, STRONG) + 7, page.INNER / 3))
    return layout.labelled(label, indent, layout.paragraph(words, BODY, page.INNER - indent))


def _signatures(summary: VisitSummary) -> list[Block]:
    """The electronic signatures that are not in the foot, under a void one what was changed since; what is locked."""
    blocks: list[Block] = []
    shown = _in_foot(summary)
    for row in summary.signatures:
        if row in shown and not row.changes:
            continue
        lines = layout.paragraph(row.text, BODY if row.valid else STRONG, page.INNER - _INDENT)
        for change in row.changes:
            lines += layout.paragraph(change, BODY, page.INNER - _INDENT)
        blocks += [layout.gap(4), *layout.labelled(_("Signature"), _INDENT, lines)]
    if summary.locks and not shown:
        blocks += _said(_("Locked"), "; ".join(summary.locks))
    return blocks


def _in_foot(summary: VisitSummary) -> tuple[SignatureRow, ...]:
    """The signatures that are under the first page: up to two that hold."""
    return tuple(row for row in summary.signatures if row.valid)[-2:]


def _end(summary: VisitSummary, sources: _Sources, *, tight: bool) -> Block:
    """Under the first page: who signed, or the place to sign by hand, and the sources of the numbers."""
    sources.mark(*_citations(summary.equations))  # those of earlier sessions, which are in the plot
    blocks: list[Block] = []
    close = 2.0 if tight else 4.0
    signed = [row.text for row in _in_foot(summary)]
    if signed:
        words = " ".join([*signed, *(f"{lock}." for lock in summary.locks)])
        blocks += [layout.gap(close), *_labelled(_("Signature"), words)]
    if not summary.signed:
        blocks += [layout.gap(20), Block(12, _signature_lines)]
    blocks.append(layout.gap(close))
    blocks += layout.paragraph(sources.text(), _SOURCE, page.INNER)
    return layout.beside([(page.INNER, blocks)], limit=page.HEIGHT)[0]


def _signature_lines(canvas: Canvas, x: float, top: float) -> None:
    lines = ((_("Name"), 0.0, 190.0), (_("Signature"), 205.0, 175.0), (_("Date"), 395.0, 116.0))
    for label, left, width in lines:
        canvas.setStrokeColor(HexColor(INK))
        canvas.setLineWidth(0.6)
        canvas.setDash()
        canvas.line(x + left, top, x + left + width, top)
        text.draw(canvas, x + left, top - 9, label, SMALL)
