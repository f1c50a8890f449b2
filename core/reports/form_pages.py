"""A form that is data on paper: blank, to be written on; and filled, with every record of a patient."""

from collections.abc import Sequence

from core.forms import catalog, conditions, wording
from core.forms.definition import Field, FieldType, Form
from core.labels import NOT_DONE
from core.model.document import OfDefinition, OfForm
from core.model.form_record import FormRecord
from core.model.record import PatientRecord
from core.reports import layout, table_report
from core.reports.layout import MUTED, Block, Cell, Column
from core.reports.page import INNER, Paper, whose
from core.reports.table_report import Section
from core.reports.text import Style, Weight
from core.reports.writing import NAMED, asked, fields, grid, inside, lines
from core.views.fact import Fact
from core.views.form_summary import value_facts
from core.words import _

_TITLE = Style(15, 20, Weight.SEMIBOLD)
_SECTION = Style(12, 16, Weight.SEMIBOLD)
_HELP = Style(8, 10, colour=MUTED)
_INDENT = 150.0
_ROWS = 6  # to write on, of a form that repeats
_IN_A_LINE = 5  # fields of a grid; a form with more is written below one another


def filled(source: OfForm) -> bytes:
    """Every record of the form that was chosen, the newest first."""
    form = catalog.newest()[source.choice]
    patient = source.record.patient
    paper = Paper.of(
        source,
        title=form.plural,
        subject=whose(patient.record_number, patient.name),
    )
    records = sorted(source.record.of_form(form.id), key=lambda one: one.began, reverse=True)
    sections = [section for one in records for section in _sections(source, form, one)]
    return table_report.render(paper, sections or [Section(paragraph=_("Nothing is recorded."))])


def _sections(source: OfForm, form: Form, one: FormRecord) -> list[Section]:
    """A record and below it its parts; a part that is printed by itself says what it belongs to."""
    found = [_section(source, _record_title(form, one), one)]
    for part in source.record.parts_of(one):
        known = catalog.find(part.form, part.version)
        line = part.form if known is None else f"{known.title}: {wording.line(known, part)}"
        found.append(_section(source, f"{_record_title(form, one)} – {line}", part))
    return found


def _section(source: OfForm, title: str, one: FormRecord) -> Section:
    entered = Fact(_("Entered by"), source.names.get(one.entered_by, one.entered_by))
    return Section(
        title=title,
        facts=(*_belongs(source.record, one), *value_facts(source.record, one), entered),
    )


def _belongs(record: PatientRecord, one: FormRecord) -> tuple[Fact, ...]:
    parent = None if one.within is None else record.form_record(one.within)
    form = None if parent is None else catalog.find(parent.form, parent.version)
    if parent is None or form is None:
        return ()
    return (Fact(_("Belongs to"), f"{form.title}: {wording.line(form, parent)}"),)


def _record_title(form: Form, one: FormRecord) -> str:
    """Of a form with several records, what this one is; else the form, with its version where it is an older one."""
    entered_with = catalog.find(one.form, one.version)
    if form.repeats and entered_with is not None:
        return wording.line(entered_with, one)
    return title(one.form, one.version)


def title(id: str, version: str) -> str:
    """The title of a form, with its version where this program has a newer one."""
    form, newest = catalog.find(id, version), catalog.newest().get(id)
    if form is None or (newest is not None and newest.version == version):
        return id if newest is None else newest.title
    return _("{title}, version {version}").format(title=form.title, version=version)


def blank(source: OfDefinition) -> bytes:
    """The form that was chosen, to be filled in by hand."""
    form = catalog.newest()[source.choice]
    paper = Paper.of(
        source,
        title=form.plural,
        subject=_("Version {version}").format(version=form.version),
    )
    blocks = [*_heading(form), *body(form)]
    for part in catalog.parts_of(form):
        blocks += [layout.gap(10), *layout.paragraph(part.plural, _SECTION, INNER), *body(part)]
    return paper.render(blocks, layout.gap(0))


def _heading(form: Form) -> list[Block]:
    blocks = [*layout.paragraph(form.plural, _TITLE, INNER), layout.gap(4)]
    for line in form.help:
        blocks += layout.paragraph(line, _HELP, INNER)
    width = INNER / 3
    who = ((_("Record number"), width), (_("Filled in on"), width), (_("By"), width))
    reasons = _("Where there is no value, write why: {reasons}.")
    words = reasons.format(reasons=", ".join(NOT_DONE.values()))
    return [
        *blocks,
        fields(who),
        layout.gap(4),
        *layout.paragraph(words, _HELP, INNER),
        layout.gap(6),
    ]


def body(form: Form) -> list[Block]:
    """What the form asks, with room for the answers."""
    asked_for = [one for one in form.fields if one.is_stored]
    if form.repeats and len(asked_for) <= _IN_A_LINE:
        return _grid(asked_for)
    if form.repeats:
        return [block for n in range(2) for block in _record(form, n + 1)]
    return _questions(form)


def _grid(asked_for: Sequence[Field]) -> list[Block]:
    width = INNER / len(asked_for)
    columns = [Column(width, _titled(one)) for one in asked_for]
    cells = [_options(one, inside(column)) for one, column in zip(asked_for, columns, strict=True)]
    return grid(columns, [cells] * _ROWS)


def _options(one: Field, width: float) -> list[Block]:
    words = ", ".join(choice.text for choice in one.choices)
    return layout.paragraph(words, _HELP, width) if words else []


def _record(form: Form, number: int) -> list[Block]:
    head = f"{form.title} {number}"
    return [*layout.paragraph(head, _SECTION, INNER), *_questions(form), layout.gap(10)]


def _questions(form: Form) -> list[Block]:
    blocks: list[Block] = []
    heading = ""
    for one in form.fields:
        group = form.group(one.group)
        if group.title and group.title != heading:
            heading = group.title
            blocks += [layout.gap(6), *layout.paragraph(heading, _SECTION, INNER)]
        if one.is_stored:
            blocks += _question(form, one)
    return blocks


def _question(form: Form, one: Field) -> list[Block]:
    """A field with its boxes, or a line to write on; of one that is not always asked, when it is."""
    group = form.group(one.group)
    only = _("(only if {condition})").format(condition=conditions.worded(form, group.show_if))
    question = f"{_titled(one)} {only}" if group.show_if else _titled(one)
    if one.choices:
        return asked(question, [choice.text for choice in one.choices], INNER, _INDENT)
    if one.type is FieldType.YES_NO:
        return asked(question, (_("yes"), _("no")), INNER, _INDENT)
    words = layout.row([Cell(question, NAMED)], [Column(_INDENT, gap=8)], pad=3)
    count = 3 if one.type is FieldType.LONG_TEXT else 1
    return layout.beside([(_INDENT, words), (INNER - _INDENT, lines(count, INNER - _INDENT))])


def _titled(one: Field) -> str:
    return f"{one.title} ({one.unit})" if one.unit else one.title
