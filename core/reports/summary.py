"""The printed visit summary. Its words and numbers are those of ``core.views.visit_summary``; it computes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.model.document import OfVisit
from core.model.ids import VisitId
from core.model.record import PatientRecord
from core.model.signature import SignatureState
from core.model.trail import TrailHead
from core.model.user import Clinic
from core.reports import chart, layout, page, text
from core.reports.layout import BODY, INK, LABEL, SMALL, STRONG, VALUE, Block, Cell, Column
from core.reports.text import Align, Style, Weight
from core.science import lung_function
from core.views import trends, visit_summary
from core.views.events import EventRow
from core.views.questionnaire import CORRECTED, FormSummary, ItemRow, ScaleRow, corrected_text
from core.views.spirometry import SpirometrySummary
from core.views.trends import Plot
from core.views.visit_summary import VisitSummary
from core.words import MISSING, N_, _

TITLE = N_("Visit summary")

_TITLE = Style(15, 19, Weight.SEMIBOLD)
_NAME = Style(11, 14, Weight.SEMIBOLD)
_TOTAL = Style(9.5, 13, Weight.SEMIBOLD)
_HEADLINE = Style(11, 14, Weight.SEMIBOLD)
_NOTE = Style(7.5, 9.6)
_GUTTER = 18.0
_HALF = (page.INNER - _GUTTER) / 2
_INDENT = 84.0  # of what stands beside its label
_CHART_HEIGHTS = (104.0, 140.0, 175.0)  # lowest, comfortable, highest


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
) -> bytes:
    """The summary of one visit as a PDF of A4 pages: one in the ordinary case, more where the text is long.

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
    )
    before = [
        *_who(summary),
        *_questionnaires(summary),
        *_results(summary),
        *_course(summary),
    ]
    after = [
        *_actions(summary),
        *_events(summary),
        *_lists(summary),
        *_note(summary),
        *_signatures(summary),
    ]
    plots = _plots(record)
    end = _end(summary)
    if plots:
        room = paper.room - layout.height([*before, *after, end]) - 10
        before += [layout.gap(10), _charts(record, visit_id, plots, _chart_height(room))]
    return paper.render([*before, *after], end)


def _subject(summary: VisitSummary) -> str:
    parts = [
        _("Record {number}").format(number=text.embedded(summary.record_number)),
        text.embedded(summary.patient_name),
        _(TITLE),
        f"{summary.title}, {summary.on}",
    ]
    return " · ".join(part for part in parts if part)


def _warnings(summary: VisitSummary, clinic: Clinic) -> tuple[str, ...]:
    warnings = []
    if summary.draft:
        warnings.append(_("DRAFT, not finished"))
    if clinic.demonstration:
        warnings.append(_("Demonstration data, follow-up simulated"))
    return tuple(warnings)


def _who(summary: VisitSummary) -> list[Block]:
    """Title, patient and visit."""
    number = _("Record {number}").format(number=text.embedded(summary.record_number))
    name, right = Column(page.INNER * 0.65), Column(page.INNER * 0.35, align=Align.RIGHT)
    when = f"{summary.title}, {summary.on}"
    facts = layout.beside(
        [
            (_HALF + _GUTTER, layout.facts(summary.patient, _HALF)),
            (_HALF, layout.facts(summary.visit, _HALF)),
        ]
    )
    return [
        *layout.row([Cell(_(TITLE), _TITLE), Cell(when, _NAME)], [name, right]),
        *layout.row([Cell(summary.patient_name, _NAME), Cell(number, _NAME)], [name, right]),
        layout.gap(3),
        *facts,
        layout.gap(6),
    ]


def _questionnaires(summary: VisitSummary) -> list[Block]:
    if not summary.forms:
        return _said(_("Questionnaire"), _("None at this visit."))
    return [block for form in summary.forms for block in _items(form)]


def _items(form: FormSummary) -> list[Block]:
    if form.not_done and not form.items:
        return _said(form.title, form.not_done)
    previous = (
        _("Previous, {day}").format(day=form.previous_on) if form.previous_on else _("Previous")
    )
    columns = [
        Column(18),
        Column(158, form.title, gap=6),
        Column(page.INNER - 18 - 158 - 34 - 86, _("Answer")),
        Column(34, _("Score"), Align.RIGHT),
        Column(86, previous, Align.RIGHT),
    ]
    reason = (
        layout.paragraph(f"{form.title}: {form.not_done}.", STRONG, page.INNER)
        if form.not_done
        else []
    )
    table = layout.table(columns, [_item(item, columns) for item in form.items])
    return [*reason, *table, *_reconciled(form)]


def _reconciled(form: FormSummary) -> list[Block]:
    """How the form was answered, and what the rater kept after the comparison with the form before."""
    lines = [*filter(None, [form.how]), *(_("Kept: {text}").format(text=one) for one in form.kept)]
    said = [block for line in lines for block in layout.paragraph(line, _NOTE, page.INNER)]
    return [layout.gap(2), *said] if said else []


def _item(item: ItemRow, columns: Sequence[Column]) -> list[Block]:
    cells = [
        Cell(item.number, LABEL),
        Cell(item.title),
        Cell(item.answer),
        Cell(f"{item.score}{CORRECTED}" if item.corrected else item.score, STRONG),
        Cell(item.previous),
    ]
    blocks = layout.row(cells, columns, pad=0.5)
    notes = [_("Note: {text}").format(text=item.note)] if item.note else []
    if item.corrected:
        notes.append(corrected_text(item))
    indent = columns[0].width + columns[1].width
    for note in notes:
        blocks = [
            *(replace(block, keep=True) for block in blocks),
            *layout.row(
                [Cell("", _NOTE), Cell(note, _NOTE)],
                [Column(indent), Column(page.INNER - indent, align=Align.START)],
            ),
        ]
    return layout.ruled(blocks, page.INNER)


def _results(summary: VisitSummary) -> list[Block]:
    """Scores at the left, vital capacity at the right."""
    breathing = [block for session in summary.spirometry for block in _spirometry(session, _HALF)]
    answered = (form for form in summary.forms if not form.not_done)
    scores = [block for form in answered for block in _scores(form, _HALF)]
    stacks = [(_HALF + _GUTTER, stack) for stack in (scores, breathing) if stack]
    measured = [layout.gap(7), *layout.beside(stacks)] if stacks else []
    if breathing:
        return measured
    return [*measured, *_said(_("Vital capacity"), _("Not measured at this visit."))]


def _course(summary: VisitSummary) -> list[Block]:
    if not summary.course:
        return []
    width = page.INNER - _INDENT
    facts = layout.facts(summary.course, width, columns=2)
    return [layout.gap(3), *layout.labelled(_("Course"), _INDENT, facts)]


def _scores(form: FormSummary, width: float) -> list[Block]:
    columns = [
        Column(width - 88 - 44 - 36, _("Scale")),
        Column(88, _("Score"), Align.RIGHT),
        Column(44, _("Previous"), Align.RIGHT),
        Column(36, _("Change"), Align.RIGHT),
    ]
    rows = [
        _scale(scale, columns, total=form.has_total and i == 0)
        for i, scale in enumerate(form.scales)
    ]
    slope = layout.row(
        [Cell(_("Slope"), LABEL), Cell(form.slope, VALUE)], [Column(40), Column(width - 40)]
    )
    return [*layout.table(columns, rows), layout.gap(3), *slope]


def _scale(scale: ScaleRow, columns: Sequence[Column], *, total: bool) -> list[Block]:
    style = _TOTAL if total else BODY
    texts = (scale.title, scale.score, scale.previous, scale.change)
    cells = [Cell(words, style) for words in texts]
    return layout.ruled(
        layout.row(cells, columns, pad=0.5), sum(column.width for column in columns)
    )


def _spirometry(session: SpirometrySummary, width: float) -> list[Block]:
    title = _("Vital capacity: {test}").format(test=session.title)
    blocks = [
        *layout.ruled(layout.row([Cell(title, LABEL)], [Column(width)], pad=1), width, strong=True),
        *layout.paragraph(session.headline, _HEADLINE if session.facts else BODY, width),
        *layout.facts(session.facts, width, columns=2),
    ]
    if session.why_not:
        blocks += layout.paragraph(session.why_not, STRONG, width)
    if session.equation:
        blocks += layout.paragraph(session.equation, SMALL, width)
    return [*blocks, layout.gap(4)]


def _plots(record: PatientRecord) -> list[Plot]:
    """The trends that have anything to show. (The domains stand in the table: a third plot would crowd the page.)"""
    plots = [trends.scores(record, one) for one in trends.questionnaires(record)]
    plots.append(trends.vital_capacity(record))
    return [plot for plot in plots if plot.days]


def _chart_height(room: float) -> float:
    """As high as the page allows; where it needs a second page anyway, comfortably high."""
    lowest, comfortable, highest = _CHART_HEIGHTS
    return comfortable if room < lowest else min(room, highest)


def _charts(
    record: PatientRecord, visit_id: VisitId, plots: Sequence[Plot], height: float
) -> Block:
    scale = trends.time_scales(record)[0]
    days = chart.days_shown(plots, record.visit(visit_id).date)
    columns = max(2, len(plots))
    width = (page.INNER - _GUTTER * (columns - 1)) / columns
    heading = max(chart.heading_height(plot, width) for plot in plots)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        for plot in plots:
            box = chart.Box(x, top - height, width, height)
            chart.draw(canvas, plot, scale, days, box, heading)
            x += width + _GUTTER

    return Block(height, draw)


def _actions(summary: VisitSummary) -> list[Block]:
    """What the visit newly showed that asks for a decision: one line each, with what was decided."""
    if not summary.actions:
        return []
    blocks = [layout.gap(8), *layout.heading(_("Alerts"), page.INNER)]
    for action in summary.actions:
        words = f"{action.line}. {action.decided or _('Not decided yet.')}"
        lines = layout.paragraph(words, BODY, page.INNER)
        blocks += [*(replace(line, keep=True) for line in lines[:-1]), lines[-1]]
    return blocks


def _alert_sources(summary: VisitSummary) -> list[str]:
    """What the alerts stand on, for the foot of the page."""
    return [source for action in summary.actions for source in action.sources]


def _events(summary: VisitSummary) -> list[Block]:
    head = [layout.gap(8), *layout.heading(summary.events_title, page.INNER)]
    if not summary.events:
        return [*head, *layout.paragraph(summary.no_events or MISSING, BODY, page.INNER)]
    columns = [
        Column(page.INNER - 72 - 92 - 48 - 124, _("Term"), gap=6),
        Column(72, _("Begun")),
        Column(92, _("CTCAE grade")),
        Column(48, _("Serious")),
        Column(124, _("Outcome")),
    ]
    return [
        *head,
        *layout.table(columns, [_event(event, columns) for event in summary.events]),
    ]


def _event(event: EventRow, columns: Sequence[Column]) -> list[Block]:
    style = STRONG if event.is_serious else BODY
    term = f"{event.term} ({event.unsure})" if event.unsure else event.term
    texts = (term, event.onset, event.grade, event.serious, event.outcome)
    blocks = layout.row([Cell(words, style) for words in texts], columns, pad=0.5)
    return layout.ruled(blocks, page.INNER)


def _lists(summary: VisitSummary) -> list[Block]:
    """What forms hold, measurements, milestones, tasks and stated values, where there are any."""
    lists = [
        *((group.title, group.facts) for group in summary.records),
        (_("Measurements"), summary.measurements),
        (_("Milestones"), summary.milestones),
        (_("Tasks"), summary.tasks),
        (_("Eligibility"), summary.eligibility),
        (_("Stated by others"), summary.stated),
    ]
    width = page.INNER - _INDENT
    return [
        block
        for title, facts in lists
        if facts
        for block in [
            layout.gap(3),
            *layout.labelled(title, _INDENT, layout.facts(facts, width, columns=2)),
        ]
    ]


def _note(summary: VisitSummary) -> list[Block]:
    """What was noted, and how many questions on the data were not settled when this was printed."""
    note = _said(_("Note"), summary.note) if summary.note else []
    return [*note, *(_said(_("Queries"), summary.queries) if summary.queries else [])]


def _said(label: str, words: str) -> list[Block]:
    """A text beside its label."""
    lines = layout.paragraph(words, BODY, page.INNER - _INDENT)
    return [layout.gap(3), *layout.labelled(label, _INDENT, lines)]


def _signatures(summary: VisitSummary) -> list[Block]:
    """Every electronic signature, under a void one what was changed since; and what is locked."""
    blocks: list[Block] = []
    for row in summary.signatures:
        style = BODY if row.valid else STRONG
        lines = layout.paragraph(row.text, style, page.INNER - _INDENT)
        for change in row.changes:
            lines += layout.paragraph(change, _NOTE, page.INNER - _INDENT)
        blocks += [layout.gap(4), *layout.labelled(_("Signature"), _INDENT, lines)]
    if summary.locks:
        blocks += _said(_("Locked"), "; ".join(summary.locks))
    return blocks


def _end(summary: VisitSummary) -> Block:
    """Place to sign by hand what is not signed yet, and the sources of the numbers."""
    citations = _alert_sources(summary)
    citations += [form.citation for form in summary.forms if form.citation]
    found = (lung_function.find(name) for name in summary.equations)
    citations += [equation.citation for equation in found if equation is not None]
    by_hand = [] if summary.signed else [layout.gap(20), Block(12, _signature_lines)]
    blocks = [*by_hand, layout.gap(4)]
    blocks += layout.paragraph(" ".join(dict.fromkeys(citations)), SMALL, page.INNER)
    return layout.beside([(page.INNER, blocks)], limit=page.HEIGHT)[0]


def _signature_lines(canvas: Canvas, x: float, top: float) -> None:
    lines = ((_("Name"), 0.0, 190.0), (_("Signature"), 205.0, 175.0), (_("Date"), 395.0, 116.0))
    for label, left, width in lines:
        canvas.setStrokeColor(HexColor(INK))
        canvas.setLineWidth(0.6)
        canvas.setDash()
        canvas.line(x + left, top, x + left + width, top)
        text.draw(canvas, x + left, top - 9, label, SMALL)
