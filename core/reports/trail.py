"""Entries of the audit trail on paper, and whether the whole trail was found intact."""

from collections.abc import Sequence
from datetime import datetime

from core.model.document import OfTrail
from core.model.paper import PaperSize
from core.model.trail import Names, TrailEntry, TrailHead
from core.model.user import Clinic
from core.reports import table_report
from core.reports.layout import Column
from core.reports.page import Paper
from core.reports.table_report import Section
from core.reports.text import Align
from core.views.fact import Fact
from core.views.trail_words import local, what, why
from core.words import N_, _

TITLE = N_("Audit trail")


def document(source: OfTrail) -> bytes:
    return render(
        source.entries,
        source.names,
        source.clinic,
        asked=tuple(Fact(name, text) for name, text in source.asked),
        printed_by=source.printed_by,
        printed_at=source.printed_at,
        head=source.head,
        size=source.size,
    )


def render(
    entries: Sequence[TrailEntry],
    names: Names,
    clinic: Clinic,
    *,
    asked: Sequence[Fact],
    printed_by: str,
    printed_at: datetime,
    head: TrailHead | None,
    size: PaperSize = PaperSize.A4,
) -> bytes:
    """The entries in the order in which they are given; ``asked`` says which of them were asked for."""
    paper = Paper(
        title=_(TITLE),
        subject=_(TITLE),
        clinic=clinic,
        printed_by=printed_by,
        printed_at=printed_at,
        head=head,
        size=size,
    )
    section = Section(
        facts=(*asked, Fact(_("Entries"), f"{len(entries):,}")),
        columns=(
            Column(8, _("Entry"), Align.RIGHT),
            Column(18, _("Local time")),
            Column(16, _("Who")),
            Column(10, _("Patient")),
            Column(34, _("What")),
            Column(14, _("Reason")),
        ),
        rows=[_row(entry, names) for entry in entries],
        empty=_("No entry fits."),
    )
    return table_report.render(paper, [section])


def _row(entry: TrailEntry, names: Names) -> list[str]:
    who = names.person(entry.actor)
    return [
        str(entry.sequence),
        local(entry),
        f"{who}, {entry.workstation}" if entry.workstation else who,
        names.patient(entry),
        what(entry, names),
        why(entry),
    ]
