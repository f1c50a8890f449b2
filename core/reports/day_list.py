"""Who comes on a day, on paper: one block a patient, with lines for notes."""

from core.model.document import OfDay
from core.reports import layout, writing
from core.reports.layout import SMALL, STRONG, Block, Cell, Column
from core.reports.page import INNER, Paper
from core.reports.text import Style, Weight, embedded
from core.views import day_list
from core.views.day_list import Coming
from core.views.fact import Fact
from core.words import MISSING, N_, _, long_day, n_patients

TITLE = N_("Day list")
_HEAD = Style(15, 20, Weight.SEMIBOLD)
_TIME = Style(13, 16, Weight.SEMIBOLD)
_WIDE = 70.0  # points, of the time


def document(source: OfDay) -> bytes:
    on, today = source.day, source.printed_at.astimezone().date()
    paper = Paper.of(source, title=_(TITLE), subject=f"{_(TITLE)} · {long_day(on)}")
    coming = day_list.lines(source.records, on, today)
    blocks = layout.kept(layout.paragraph(long_day(on), _HEAD, INNER))
    blocks += layout.kept(layout.paragraph(_count(len(source.records)), SMALL, INNER))
    blocks.append(layout.gap(6))
    for one in coming:
        blocks += _patient(one, paper.room)
    return paper.render(blocks, layout.gap(0))


def _count(patients: int) -> str:
    return n_patients(patients) if patients else _("Nobody comes.")


def _patient(one: Coming, room: float) -> list[Block]:
    """Who comes when and for what, what is known, and lines to write on; never broken."""
    width = INNER - _WIDE
    name = " · ".join(
        part
        for part in (
            _("Record {number}").format(number=embedded(one.record_number)),
            embedded(one.name),
        )
        if part
    )
    told = [
        *layout.row([Cell(name, STRONG)], [Column(width)]),
        *layout.facts(_facts(one), width),
    ]
    time = layout.row([Cell(one.time, _TIME)], [Column(_WIDE, gap=6)])
    block = [
        *layout.beside([(_WIDE, time), (width, told)], limit=room),
        writing.fields([(_("Notes"), INNER + 8)]),
        *writing.lines(1, INNER),
        layout.gap(4),
    ]
    return [*writing.whole(layout.ruled(block, INNER), INNER, room), layout.gap(8)]


def _facts(one: Coming) -> list[Fact]:
    visit = f"{one.visit} ({one.said})" if one.said else one.visit
    return [
        Fact(_("Visit"), visit),
        Fact(_("Window"), one.window),
        Fact(_("Asks for"), one.asks or MISSING),
        Fact(_("Last ALSFRS-R"), one.total),
        Fact(_("Vital capacity"), one.capacity),
        Fact(_("Open alerts"), ", ".join(one.alerts) or _("none")),
    ]
