"""All treatments of a patient on paper: the picture over time, and below it every record."""

from collections.abc import Mapping

from core.model.document import OfTreatments
from core.model.record import PatientRecord
from core.reports import choices, layout, stack
from core.reports.layout import BODY, Block, Cell, Column
from core.reports.page import INNER, Paper, whose
from core.reports.text import Style, Weight
from core.views import treatments
from core.views.stack.rows import Stack
from core.words import MISSING, N_, _, day

TITLE = N_("Treatments")
_HEAD = Style(15, 20, Weight.SEMIBOLD)
_WIDTHS = (1.7, 0.9, 1.1, 0.95, 1.15, 1.15, 1.9, 1.55)


def document(source: OfTreatments) -> bytes:
    patient = source.record.patient
    paper = Paper.of(
        source,
        title=_(TITLE),
        subject=whose(patient.record_number, patient.name),
    )
    today = source.printed_at.astimezone().date()
    axis, _slash, events = source.choice.partition("/")
    drawn = treatments.timeline(source.record, today, everything=events == choices.EVENTS)
    title = _("Treatments to {day}").format(day=day(today))
    blocks = layout.kept([*layout.paragraph(title, _HEAD, INNER), layout.gap(4)])
    blocks += picture(drawn, axis, paper.room)
    blocks += [layout.gap(10), *table(source.record, source.names)]
    return paper.render(blocks, layout.gap(0))


def picture(drawn: Stack, axis: str, room: float) -> list[Block]:
    """The timeline, cut between its rows where it is higher than a page; nothing where nothing ran."""
    if not drawn.sections:
        return []
    scale = next((one for one in drawn.scales if one.axis.value == axis), drawn.scales[0])
    parts = treatments.pieces(drawn, lambda one: stack.least_height(one, INNER) <= room - 40)
    return [stack.block(part, scale, INNER, 0, whole=True) for part in parts]


def table(record: PatientRecord, names: Mapping[str, str]) -> list[Block]:
    """Every record, the newest first."""
    titles = (_("Name"), _("Dose"), _("How often"), _("Route"), _("From"), _("To"), _("Why"))
    heads = (*titles, _("Entered by"))
    share = INNER / sum(_WIDTHS)
    columns = [Column(w * share, t, gap=6) for w, t in zip(_WIDTHS, heads, strict=True)]
    lines = treatments.lines(record, names)
    if not lines:
        return layout.paragraph(_("Nothing is recorded."), BODY, INNER)
    rows = []
    for one in lines:
        texts = (one.name, one.dose, one.often, one.route, one.began, one.until, one.why)
        cells = [Cell(text or MISSING, BODY) for text in (*texts, one.entered)]
        rows.append(layout.ruled(layout.row(cells, columns, pad=1), INNER))
    return layout.table(columns, rows)
