"""Blank forms for the day on which the program cannot be used: a visit on paper, entered afterwards.

All of it is made from the questionnaires, the schedules and the closed sets of the model, so that
what a visit asks on screen and on paper cannot differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from core.findings import eligibility
from core.forms import catalog as forms
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item
from core.labels import (
    BLOW_QUALITY,
    CLINICAL_STAGE,
    GRADE,
    INTERFACE,
    INTERPRETER,
    MILESTONES,
    MODE,
    NOT_DONE,
    OUTCOME,
    POSITION,
    RESPONDENT,
    TEST_TYPE,
)
from core.laboratory import catalog as laboratory
from core.model.adverse_event import MilestoneKind
from core.model.assessment import NotDone
from core.model.document import OfNothing
from core.model.measurement import asked_kinds
from core.model.nouns import ADVERSE_EVENTS, LABORATORY, MEASUREMENTS, SPIROMETRY
from core.model.paper import PaperSize
from core.model.spirometry import MAX_BLOWS
from core.model.trail import TrailHead
from core.model.user import Clinic
from core.protocols.definition import ELIGIBILITY, Criterion, Protocol
from core.reports import choices, form_pages, layout, page, writing
from core.reports.layout import MUTED, SMALL, Block, Cell, Column
from core.reports.page import INNER, Document, Paper
from core.reports.text import Align, Style, Weight
from core.reports.writing import NAMED, PRINT, asked, fields, grid, inside, tick, ticks
from core.words import N_, _

TITLE = N_("Blank forms")

_TITLE = Style(15, 20, Weight.SEMIBOLD)
_SECTION = Style(12, 16, Weight.SEMIBOLD)
_ITEM = Style(10.5, 14, Weight.SEMIBOLD)
_HELP = Style(8, 10, colour=MUTED)
_NUMBER = 22.0  # of what stands beside the number of an item
_INDENT = 84.0  # of boxes beside their question
_CHOICES = 300.0  # width of the answers of an item; beside them stands why there is none
_GUTTER = 16.0
_EVENTS, _EARLIER_EVENTS, _NOTE_LINES = 4, 3, 4


@dataclass(frozen=True, slots=True)
class _Sheets:
    """The forms of one kind of visit, or of several that ask for the same."""

    titles: tuple[str, ...]
    assessments: tuple[str, ...]
    panels: tuple[str, ...] = ()


def document(source: OfNothing) -> bytes:
    """What the source's choice says, as `choices.blank_forms` offers it."""
    kind, _schedule, which = source.choice.split("/", 2)
    protocol = choices.schedule_of(source)
    render_this = partial(render, protocol, which or None)
    if kind == choices.ALL:
        render_this = partial(render_all, [protocol])
    elif kind == choices.QUESTIONNAIRE:
        render_this = partial(render_questionnaire, instruments.shipped()[which])
    return render_this(
        source.clinic,
        printed_by=source.printed_by,
        printed_at=source.printed_at,
        head=source.head,
        size=source.size,
    )


def render(
    protocol: Protocol,
    code: str | None,
    clinic: Clinic,
    *,
    printed_by: str,
    printed_at: datetime,
    head: TrailHead | None,
    size: PaperSize = PaperSize.A4,
) -> bytes:
    """The forms of one visit as PDF; ``code`` names the planned visit, None an unscheduled one."""
    paper = _papers(clinic, printed_by, printed_at, head, size)
    titles = (_visit_title(protocol, code),)
    sheets = _Sheets(titles, protocol.assessments_of(code), protocol.panels_of(code))
    return page.bind(_(TITLE), [_visit(protocol, sheets, paper)])


def render_questionnaire(
    instrument: Instrument,
    clinic: Clinic,
    *,
    printed_by: str,
    printed_at: datetime,
    head: TrailHead | None,
    size: PaperSize = PaperSize.A4,
) -> bytes:
    """One questionnaire by itself as PDF."""
    paper = _papers(clinic, printed_by, printed_at, head, size)
    return page.bind(_(TITLE), [_single(instrument, paper)])


def render_all(
    protocols: Sequence[Protocol],
    clinic: Clinic,
    *,
    printed_by: str,
    printed_at: datetime,
    head: TrailHead | None,
    size: PaperSize = PaperSize.A4,
) -> bytes:
    """Every kind of visit of these protocols, then every questionnaire by itself, as one PDF."""
    paper = _papers(clinic, printed_by, printed_at, head, size)
    visits = [_visit(one, sheets, paper) for one in protocols for sheets in _kinds(one)]
    single = [_single(instrument, paper) for instrument in instruments.shipped().values()]
    return page.bind(_(TITLE), [*visits, *single])


def _papers(
    clinic: Clinic, printed_by: str, printed_at: datetime, head: TrailHead | None, size: PaperSize
) -> Callable[[str], Paper]:
    """What makes the paper of a form, given what the form is."""

    def paper(what: str) -> Paper:
        return Paper(
            title=_(TITLE),
            subject=_("Blank form · {what}").format(what=what),
            clinic=clinic,
            printed_by=printed_by,
            printed_at=printed_at,
            head=head,
            size=size,
            under_head=(layout.gap(4), _whose()),
        )

    return paper


def _whose() -> Block:
    """On every page, because pages part from one another."""
    return fields(
        [
            (_("Record number"), 150),
            (_("Name"), 196),
            (_("Date of the visit"), INNER - 150 - 196 + 8),
        ]
    )


def _kinds(protocol: Protocol) -> list[_Sheets]:
    """The kinds of visit; those that ask for the same share their forms."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]] = {}
    for code in [*(visit.code for visit in protocol.visits), None]:
        asked_for = protocol.assessments_of(code), protocol.panels_of(code)
        found[asked_for] = (*found.get(asked_for, ()), _visit_title(protocol, code))
    return [_Sheets(titles, *asked_for) for asked_for, titles in found.items()]


def _visit_title(protocol: Protocol, code: str | None) -> str:
    """Of a visit that recurs, the name of the first one, too: they have the same forms."""
    if code is None:
        return _("Unscheduled visit")
    titles = (protocol.visit_title(code, is_first=True), protocol.visit_title(code))
    return ", ".join(dict.fromkeys(titles))


def _visit(protocol: Protocol, sheets: _Sheets, papers: Callable[[str], Paper]) -> Document:
    what = " · ".join([", ".join(sheets.titles), protocol.title])
    paper = papers(what)
    found = instruments.shipped()
    blocks = [*_heading(", ".join(sheets.titles), protocol.title), *_rules()]
    blocks += _section(_("Visit details"))
    if len(sheets.titles) > 1:
        blocks += asked(_("Which visit?"), sheets.titles, INNER, _INDENT)
    blocks += [*_how_answered(), _weight()]
    for instrument in (found[name] for name in sheets.assessments if name in found):
        blocks += _questionnaire(instrument, paper.room, alone=False)
    for form in forms.asked_for(protocol.without_tasks(sheets.assessments)):
        blocks += [*_section(form.title), *form_pages.body(form)]
    if SPIROMETRY in sheets.assessments:
        blocks += _spirometry(paper.room)
    if MEASUREMENTS in sheets.assessments:
        blocks += _measurements()
    if LABORATORY in protocol.without_tasks(sheets.assessments):
        blocks += _laboratory(sheets)
    if ADVERSE_EVENTS in sheets.assessments:
        blocks += _events(paper.room)
    blocks += _milestones(paper.room)
    blocks += _tasks(protocol, sheets.assessments)
    if ELIGIBILITY in sheets.assessments:
        blocks += _criteria(protocol)
    blocks += _note(paper.room)
    return Document(paper, blocks, _end())


def _single(instrument: Instrument, papers: Callable[[str], Paper]) -> Document:
    title = _versioned(instrument)
    paper = papers(title)
    blocks = [*_heading(title, _("A questionnaire by itself")), *_rules()]
    blocks += [*_section(_("Visit details")), *_how_answered()]
    blocks += _questionnaire(instrument, paper.room, alone=True)
    return Document(paper, blocks, _end())


def _versioned(instrument: Instrument) -> str:
    return _("{title}, version {version}").format(
        title=instrument.title, version=instrument.version
    )


def _heading(what: str, of: str) -> list[Block]:
    return [
        *layout.paragraph(what, _TITLE, INNER),
        *layout.paragraph(of, NAMED, INNER),
        layout.gap(4),
    ]


def _rules() -> list[Block]:
    """How to write on it, so that it can stand as the original."""
    words = _(
        "For when the program cannot be used. Write with a pen. Tick one box a question. Strike a"
        " mistake out once, so that it stays legible, and put the right answer, your initials and"
        " the date beside it. Leave nothing blank: where there is no answer, tick or write why."
        " Write dates as day, month in letters, year, and “unknown” for what is not known. Where"
        " the room does not suffice, go on at the back of the page."
    )
    return layout.paragraph(words, PRINT, INNER)


def _section(title: str) -> list[Block]:
    """A heading, held on one page with what follows."""
    lines = layout.ruled(layout.paragraph(title, _SECTION, INNER), INNER, strong=True)
    return [layout.gap(12), *layout.kept([*lines, layout.gap(5)])]


def _how_answered() -> list[Block]:
    return [
        *asked(_("How"), MODE.values(), INNER, _INDENT),
        *asked(_("Answered by"), RESPONDENT.values(), INNER, _INDENT),
        *asked(_("Interpreter"), INTERPRETER.values(), INNER, _INDENT),
    ]


def _weight() -> Block:
    return fields([(_("Weight, kg"), 150), (_("or why it was not measured"), INNER - 150 + 8)])


def _why_not(question: str) -> list[Block]:
    return asked(question, NOT_DONE.values(), INNER, _INDENT)


def _questionnaire(instrument: Instrument, room: float, *, alone: bool) -> list[Block]:
    """``alone`` leaves out how it was answered: then it stands at the head of the form."""
    blocks = _section(_versioned(instrument))
    hints = list(instrument.rater_help)
    if instrument.optional:
        hints.append(_("This questionnaire may be left out without a reason."))
    for hint in hints:
        blocks += layout.paragraph(f"• {hint}", _HELP, INNER)
    blocks += [layout.gap(4), *_why_not(_("Form not done"))]
    if not alone:
        blocks.append(fields([(_("Asked by, and how, if not as at the visit"), INNER + 8)]))
    blocks = layout.kept(blocks)  # with the first question
    for slot in instrument.slots:
        variants = instrument.variants(slot)
        if len(variants) > 1:
            blocks += _choose(variants)
        for item in variants:
            blocks += writing.whole(_item(item), INNER, room)
    return blocks


def _choose(variants: Sequence[Item]) -> list[Block]:
    """Which of the variants of a question to answer."""
    numbers = _(" or ").join(item.number for item in variants)
    words = [_("Answer only {numbers}.").format(numbers=numbers)]
    words += [f"{item.number}: {item.when}" for item in variants]
    lines = layout.paragraph(" ".join(words), NAMED, INNER)
    return [layout.gap(5), *layout.kept(lines)]


def _item(item: Item) -> list[Block]:
    title = [Cell(item.number, _ITEM), Cell(item.title, _ITEM)]
    blocks = layout.row(title, [Column(_NUMBER), Column(INNER - _NUMBER)], pad=1)
    width = INNER - _NUMBER
    said = [*filter(None, [item.when, item.help])]
    answers = [block for line in said for block in layout.paragraph(line, _HELP, _CHOICES)]
    answers.append(layout.gap(2))
    answers += _scale(item) if item.numeric else _choices(item)
    if item.requires:
        milestone = MILESTONES[MilestoneKind(item.requires)]
        date = _("{milestone}, date").format(milestone=milestone)
        answers.append(fields([(date, _CHOICES)]))
    beside = width - _CHOICES - _GUTTER
    reasons = [
        *layout.paragraph(_("Not done, because"), _HELP, beside),
        *ticks(NOT_DONE.values(), beside),
        fields([(_("Note"), beside + 8)]),
    ]
    stacks: list[tuple[float, Sequence[Block]]] = [
        (_NUMBER, [layout.gap(1)]),
        (_CHOICES + _GUTTER, answers),
        (beside, reasons),
    ]
    blocks += layout.beside(stacks, limit=page.HEIGHT)
    return [layout.gap(5), *layout.ruled([*blocks, layout.gap(2)], INNER)]


def _choices(item: Item) -> list[Block]:
    return [
        block
        for choice in item.choices
        for block in tick(choice.text, _CHOICES, score=str(choice.score))
    ]


def _scale(item: Item) -> list[Block]:
    scores = sorted(item.scores)
    ends = [Cell(item.words(scores[0]), PRINT), Cell(item.words(scores[-1]), PRINT)]
    halves = [Column(_CHOICES / 2), Column(_CHOICES / 2, align=Align.RIGHT)]
    return [
        layout.gap(4),
        writing.scale([str(score) for score in scores], _CHOICES),
        *layout.row(ends, halves),
    ]


def _spirometry(room: float) -> list[Block]:
    first = _session(_("First session"), room)
    second = _session(_("Second session, if there is one: another test or position"), room)
    return [*_section(_("Spirometry")), *first, layout.gap(10), *second]


def _session(title: str, room: float) -> list[Block]:
    blow, volume, quality = 30.0, 72.0, 234.0
    columns = [
        Column(blow, _("Blow")),
        Column(volume, _("Volume, L")),
        Column(volume, _("FEV1, L (only FVC)")),
        Column(quality, _("Quality")),
        Column(INNER - blow - 2 * volume - quality, _("Remark")),
    ]
    rows = [
        [_words(str(n), columns[0]), [], [], ticks(BLOW_QUALITY.values(), inside(columns[3])), []]
        for n in range(1, MAX_BLOWS + 1)
    ]
    blocks = [
        *layout.paragraph(title, NAMED, INNER),
        *_why_not(_("Not done")),
        *asked(_("Test"), TEST_TYPE.values(), INNER, _INDENT),
        *asked(_("Position"), POSITION.values(), INNER, _INDENT),
        *asked(_("Interface"), INTERFACE.values(), INNER, _INDENT),
        fields(
            [
                (_("Height, cm"), 120),
                (_("Device, serial number"), 235),
                (_("Device prints, %"), INNER - 120 - 235 + 8),
            ]
        ),
        layout.gap(5),
        *grid(columns, rows),
    ]
    return writing.whole(blocks, INNER, room)


def _laboratory(sheets: _Sheets) -> list[Block]:
    """The tests that are asked for, by panel, in their own units; a laboratory that reports in another one strikes it out."""
    screening = ELIGIBILITY in sheets.assessments
    columns = [
        Column(150, _("Test")),
        Column(84, _("Value, or answer")),
        Column(64, _("Unit")),
        Column(92, _("Reference")),
        Column(INNER - 390, _("Not done, because; comment")),
    ]
    blocks = [
        *_section(_("Laboratory")),
        fields([(_("Sample taken on"), 150), (_("at"), 80), (_("Laboratory"), INNER - 230)]),
    ]
    known = laboratory.tests()
    for panel, tests in laboratory.asked_tests(sheets.panels, screening=screening):
        rows = [
            [
                _words(known[test].title, columns[0]),
                [],
                _words(known[test].unit, columns[2]),
                [],
                [],
            ]
            for test in tests
        ]
        blocks += [
            layout.gap(4),
            *layout.paragraph(panel.title, NAMED, INNER),
            *grid(columns, rows),
        ]
    reasons = _("Write < or > as the laboratory prints it. Reasons why not: {reasons}.")
    words = reasons.format(reasons=", ".join(NOT_DONE.values()))
    return [*blocks, *layout.paragraph(words, SMALL, INNER)]


def _measurements() -> list[Block]:
    columns = [
        Column(212, _("Measurement")),
        Column(66, _("Value")),
        Column(52, _("Unit")),
        Column(92, _("Not done, because")),
        Column(INNER - 422, _("Note")),
    ]
    rows = [
        [
            [
                *_words(kind.title, columns[0]),
                *(layout.paragraph(kind.help, SMALL, inside(columns[0])) if kind.help else []),
            ],
            [],
            _words(kind.scale.unit, columns[2]),
            [],
            [],
        ]
        for kind in asked_kinds().values()
    ]
    reasons = _("All of it is optional. Reasons why not: {reasons}.")
    words = reasons.format(reasons=", ".join(NOT_DONE.values()))
    return [
        *_section(_("Respiratory and nutrition")),
        *layout.kept(layout.paragraph(words, PRINT, INNER)),
        *layout.kept([layout.gap(4)]),
        *grid(columns, rows),
    ]


def _events(room: float) -> list[Block]:
    answers = (_("Yes, something new"), _("No, nothing new"), NOT_DONE[NotDone.NOT_ASKED])
    said = _("Any illness, injury, symptom or finding, whether or not it seems related.")
    blocks = [
        *_section(_("Adverse events")),
        *layout.kept(layout.paragraph(_("Anything new since the last visit?"), NAMED, INNER)),
        *layout.kept(layout.paragraph(said, SMALL, INNER)),
        *layout.kept(ticks(answers, INNER)),
    ]
    for number in range(1, _EVENTS + 1):
        blocks += writing.whole(_event(number), INNER, room)
    columns = [
        Column(175, _("Event")),
        Column(90, _("Began on")),
        Column(156, _("How is it now?")),
        Column(INNER - 421, _("Ended on")),
    ]
    outcomes = _("How it is now: {outcomes}.").format(outcomes=", ".join(OUTCOME.values()))
    earlier = [
        layout.gap(8),
        *layout.paragraph(_("Not ended at an earlier visit: how are they now?"), NAMED, INNER),
        *layout.paragraph(outcomes, SMALL, INNER),
        layout.gap(4),
        *grid(columns, [[[], [], [], []]] * _EARLIER_EVENTS),
    ]
    return [*blocks, *writing.whole(earlier, INNER, room)]


def _event(number: int) -> list[Block]:
    width, dates = INNER - _NUMBER, 340.0
    when = fields([(_("Began on"), 150), (_("Ended on, if it has"), dates - 150)])
    serious = asked(_("Serious?"), (_("yes"), _("no")), width - dates, 56)
    lines = [
        fields([(_("What happened?"), width + 8)]),
        *layout.beside([(dates, [when]), (width - dates, [layout.gap(6), *serious])]),
        *asked(_("Grade (CTCAE)"), GRADE.values(), width, 76),
        *asked(_("Outcome"), OUTCOME.values(), width, 76),
        fields([(_("Note"), width + 8)]),
    ]
    title = layout.row([Cell(str(number), _ITEM)], [Column(_NUMBER)], pad=7)
    blocks = layout.beside([(_NUMBER, title), (width, lines)])
    return [*layout.ruled([*blocks, layout.gap(6)], INNER)]


def _milestones(room: float) -> list[Block]:
    columns = [
        Column(INNER * 0.28, _("Since the last visit")),
        Column(INNER * 0.22, _("Date, as far as known")),
        Column(INNER * 0.28, _("Since the last visit")),
        Column(INNER * 0.22, _("Date, as far as known")),
    ]
    cells = [tick(words, inside(columns[0])) for words in MILESTONES.values()]
    if len(cells) % 2:
        cells.append([])
    pairs = zip(cells[::2], cells[1::2], strict=True)
    rows = [[left, [], right, []] for left, right in pairs]
    return writing.whole([*_section(_("Milestones")), *grid(columns, rows)], INNER, room)


def _tasks(protocol: Protocol, assessments: Sequence[str]) -> list[Block]:
    tasks = [task for task in protocol.tasks if task.id in assessments]
    if not tasks:
        return []
    columns = [
        Column(205, _("Task")),
        Column(130, _("Done?")),
        Column(INNER - 335, _("Note, or why not")),
    ]
    done = (_("done"), _("not done"))
    rows = [[_words(task.title, columns[0]), ticks(done, inside(columns[1])), []] for task in tasks]
    return [*_section(_("Other assessments")), *grid(columns, rows)]


def _criteria(protocol: Protocol) -> list[Block]:
    """The criteria that a person is asked for, and which ones follow from what is entered."""
    asked_for = [criterion for criterion in protocol.criteria if criterion.asked]
    if not asked_for:
        return []
    columns = [
        Column(205, _("A participant must have")),
        Column(190, _("This patient")),
        Column(INNER - 395, _("Note")),
    ]
    rows = [_criterion(criterion, columns) for criterion in asked_for]
    computed = [eligibility.requirement(one) for one in protocol.criteria if not one.asked]
    words = _("The program works out: {criteria}.").format(criteria="; ".join(computed))
    return [
        *_section(_("Eligibility")),
        *(layout.kept([*layout.paragraph(words, PRINT, INNER), layout.gap(4)]) if computed else []),
        *grid(columns, rows),
    ]


def _criterion(criterion: Criterion, columns: Sequence[Column]) -> list[Sequence[Block]]:
    answers = eligibility.answer_words(criterion).values()
    words = _words(eligibility.requirement(criterion), columns[0])
    return [words, ticks(answers, inside(columns[1])), []]


def _note(room: float) -> list[Block]:
    question = _("King's stage as you judge it (regions involved, need for gastrostomy or NIV)")
    stages = (_("not judged"), *CLINICAL_STAGE.values())
    blocks = [
        *_section(_("Note and clinical stage")),
        *writing.lines(_NOTE_LINES, INNER),
        layout.gap(6),
        *asked(question, stages, INNER, 215),
    ]
    return writing.whole(blocks, INNER, room)


def _end() -> Block:
    """Who wrote it, who checked it, and who entered it into the program when."""
    name, sign = 220.0, 165.0
    day = INNER - name - sign + 8
    words = _(
        "Once the program can be used again: enter this form as transcribed from paper, with the"
        " day of the visit, and keep the paper in the patient's folder. It is the original."
    )
    blocks = [
        layout.gap(6),
        fields([(_("Filled in by"), name), (_("Signature"), sign), (_("Date"), day)]),
        fields([(_("Checked by"), name), (_("Signature"), sign), (_("Date"), day)]),
        layout.gap(8),
        *layout.paragraph(words, PRINT, INNER),
        fields(
            [
                (_("Entered into the program on"), name),
                (_("by"), sign),
                (_("compared by"), day),
            ]
        ),
    ]
    return writing.whole(blocks, INNER, page.HEIGHT)[0]


def _words(words: str, column: Column) -> list[Block]:
    return layout.paragraph(words, PRINT, inside(column))
