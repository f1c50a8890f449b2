"""A patient's complete casebook: all that was entered, by visits and kinds, with bookmarks, as a monitor reads it.

What is data is printed from its definition (forms, questionnaires, measurements), so that a new form is here without
a line of code; a record that no chapter has is printed in the last one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.labels import ONSET, SEX
from core.model.document import OfCasebook
from core.model.partial_date import partial_day
from core.model.patient import ScheduleMove
from core.protocols import catalog as protocols
from core.reports import layout, table_report, treatments
from core.reports.chapters import events, laboratory, others, visits
from core.reports.chapters.chapter import Chapter, Part, Printed
from core.reports.layout import BODY, SMALL, Block, Cell, Column
from core.reports.page import INNER, Paper, whose
from core.reports.table_report import Section
from core.reports.text import Align, Style, Weight
from core.views import treatments as view
from core.views.fact import Fact
from core.views.trends import Axis
from core.views.visit_words import named
from core.words import MISSING, N_, _, day, instant, number

TITLE = N_("Casebook")
_TITLE = Style(20, 28, Weight.SEMIBOLD)
_CHAPTER = Style(14, 19, Weight.SEMIBOLD)
_PART = Style(10.5, 15, Weight.SEMIBOLD)


def document(source: OfCasebook) -> bytes:
    patient = source.record.patient
    paper = Paper.of(
        source,
        title=_(TITLE),
        subject=whose(patient.record_number, patient.name, _(TITLE)),
    )
    found = chapters(source, paper.room)
    body = [block for chapter in found for block in _chapter(chapter)]
    # The contents say on which pages the chapters begin: they are as high with numbers as without.
    draft = [*_front(source, found, {}), *body]
    pages = _pages(layout.paginate(draft, paper.room))
    return paper.render([*_front(source, found, pages), *body], layout.gap(0))


def chapters(source: OfCasebook, room: float) -> list[Chapter]:
    """All of them in their order; ``room`` is the height of a page."""
    record, names, printed = source.record, source.names, Printed()
    today = source.printed_at.astimezone().date()
    found = [
        *visits.chapters(record, names, source.signed, printed),
        events.chapter(record, names, printed),
        events.milestones(record),
        _treatments(source, room),
        laboratory.chapter(record.laboratory, names),
        others.forms(record, names, printed),
        others.criteria(record, names),
        others.alerts_and_decisions(record, names, today),
        others.queries(record, names),
        others.attachments(record),
    ]
    found += others.left_over(record, names, printed)
    code = "" if source.head is None else source.head.code
    return [*found, others.trail(source.entries, code, today)]


def _treatments(source: OfCasebook, room: float) -> Chapter:
    """The picture over time and the list; every value of each record is among the forms about the patient."""
    today = source.printed_at.astimezone().date()
    drawn = view.timeline(source.record, today, everything=True)
    lines = view.lines(source.record, source.names)
    parts = []
    if drawn.sections:
        picture = treatments.picture(drawn, Axis.DATE.value, room - 60)
        parts.append(Part(_("Over time"), drawn=tuple(picture)))
    if lines:
        parts.append(Part(_("List"), drawn=tuple(treatments.table(source.record, source.names))))
    return Chapter(_("Treatments"), tuple(parts), str(len(lines)))


def _front(source: OfCasebook, found: Sequence[Chapter], pages: dict[str, int]) -> list[Block]:
    """Who it is, the schedule, what is inside and on which page, made when and by whom."""
    blocks = _marked(layout.paragraph(_(TITLE), _TITLE, INNER), 0, _("Front page"))
    blocks += [layout.gap(4), *layout.facts(_who(source), INNER, 2), layout.gap(12)]
    blocks += layout.heading(_("What is inside"), INNER)
    columns = [
        Column(INNER - 230, _("Chapter"), gap=8),
        Column(180, _("How much")),
        Column(50, _("Page"), Align.RIGHT),
    ]
    rows = []
    for one in found:
        how_many = one.count if one.parts or one.count not in {"0", ""} else _("none")
        page = str(pages[one.title]) if one.title in pages else ""
        cells = [Cell(text, BODY) for text in (one.title, how_many, page)]
        rows.append(layout.ruled(layout.row(cells, columns, pad=1), INNER))
    blocks += layout.table(columns, rows)
    text = _(
        "All that was entered about this patient until {instant}, made by {name}. Nothing is left out or shortened,"
        " except the content of attached files. Where nothing was entered, it says so."
    )
    made = text.format(instant=instant(source.printed_at), name=source.printed_by)
    return [*blocks, layout.gap(8), *layout.paragraph(made, SMALL, INNER)]


def _moved(move: ScheduleMove, names: Mapping[str, str]) -> Fact:
    text = _("from version {before} to {after} on {day}, {who}: {reason}")
    said = text.format(
        before=move.from_version,
        after=move.to_version,
        day=day(move.moved_at.astimezone().date()),
        who=named(names, move.moved_by),
        reason=move.reason,
    )
    return Fact(_("Schedule changed"), said)


def _who(source: OfCasebook) -> list[Fact]:
    record, patient = source.record, source.record.patient
    protocol = protocols.of(patient)
    schedule = _("{title}, version {version}").format(
        title=protocol.title, version=patient.protocol_version
    )
    onset = MISSING if patient.onset is None else partial_day(patient.onset)
    diagnosis = MISSING if patient.diagnosis is None else partial_day(patient.diagnosis)
    facts = [
        Fact(_("Record number"), patient.record_number),
        Fact(_("Name"), patient.name or MISSING),
        Fact(_("Sex"), SEX[patient.sex]),
        Fact(_("Born"), day(patient.born)),
        Fact(_("Onset"), f"{ONSET[patient.onset_region]}, {onset}"),
        Fact(_("Diagnosis"), diagnosis),
        Fact(_("Height"), number(patient.height_cm, 0, "cm")),
        Fact(_("Group of the reference equation"), _(patient.reference_group) or MISSING),
        Fact(_("Registered on"), day(patient.registered_on)),
        Fact(_("Schedule"), schedule),
        *(_moved(move, source.names) for move in record.moves),
    ]
    if patient.stated_age_years is not None:
        facts.append(Fact(_("Age as stated"), number(patient.stated_age_years, 0, _("y"))))
    if patient.stated_duration_months is not None:
        stated = number(patient.stated_duration_months, 1, _("months"))
        facts.append(Fact(_("Duration as stated"), stated))
    if patient.stated_on is not None:
        facts.append(Fact(_("Stated on"), day(patient.stated_on)))
    if patient.reference_on is not None:
        facts.append(Fact(protocol.reference, day(patient.reference_on)))
    drafts = sum(visit.is_draft for visit in record.visits)
    count = _("{n}, {drafts} of them in progress") if drafts else _("{n}")
    facts.append(Fact(_("Visits"), count.format(n=len(record.visits), drafts=drafts)))
    valid = sum(state.valid for state in source.signed)
    signed = _("{n}, {valid} of them hold").format(n=len(source.signed), valid=valid)
    facts.append(Fact(_("Signatures"), signed))
    if record.died_on is not None:
        facts.append(Fact(_("Died"), partial_day(record.died_on)))
    elif record.participation_ended is not None:
        facts.append(Fact(_("Participation ended"), day(record.participation_ended)))
    if patient.note:
        facts.append(Fact(_("Note"), patient.note))
    return facts


def _chapter(one: Chapter) -> list[Block]:
    """The title, and every part under its own; a chapter without parts says so."""
    heading = layout.ruled(layout.paragraph(one.title, _CHAPTER, INNER), INNER, strong=True)
    blocks = layout.kept(_marked(heading, 0, one.title))
    blocks[0] = replace(blocks[0], opens=one.opens)
    if not one.opens:
        blocks.insert(0, layout.gap(16))
    if one.note:
        blocks += layout.kept(layout.paragraph(one.note, BODY, INNER))
    if not one.parts:
        blocks += [layout.gap(3), *layout.paragraph(_("None."), BODY, INNER)]
    for part in one.parts:
        title = layout.kept(layout.paragraph(part.title, _PART, INNER))
        inside = [block for each in part.sections for block in _whole(each)]
        below = _led([*part.drawn, *inside])
        blocks += [replace(layout.gap(8), keep=True), *_marked(title, 1, part.title), *below]
    return blocks


def _whole(section: Section) -> list[Block]:
    """Facts are held on one page, as far as it is high enough; a table goes on over the next one."""
    blocks = table_report.blocks_of(section)
    return blocks if section.columns else layout.together(blocks)


def _led(blocks: Sequence[Block]) -> list[Block]:
    """No title is alone at the end of a page: the spaces below it are held with what they lead to."""
    first = next((n for n, block in enumerate(blocks) if not block.space), 0)
    return [*layout.kept(blocks[:first]), *blocks[first:]]


def _marked(blocks: Sequence[Block], level: int, title: str) -> list[Block]:
    """The blocks, the first of which a bookmark leads to."""
    return [replace(blocks[0], bookmark=(level, title)), *blocks[1:]]


def _pages(pages: Sequence[Sequence[Block]]) -> dict[str, int]:
    """On which page each chapter begins; of chapters with one title the first counts."""
    found: dict[str, int] = {}
    for number_, page in enumerate(pages, 1):
        for block in page:
            if block.bookmark is not None and block.bookmark[0] == 0:
                found.setdefault(block.bookmark[1], number_)
    return found
