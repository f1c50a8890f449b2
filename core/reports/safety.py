"""Adverse events of the clinic on paper: the line listing, and the table that counts them."""

from collections.abc import Sequence

from core.model.document import OfEvents
from core.reports import layout, table_report
from core.reports.page import Paper
from core.reports.table_report import Section
from core.views import safety_tables as tables
from core.views.fact import Fact
from core.words import _, instant, n_patients

_LISTED = (0.9, 2.4, 0.8, 1.7, 1.7, 1.0, 1.5, 1.5, 1.4, 1.5)  # widths of the columns, as shares
_COUNTED = (2.6, 0.8, 0.8, 0.8, 3.0, 3.0)


def listing(source: OfEvents) -> bytes:
    """Every event by patient, in the order in which they began."""
    events = tables.ordered(source.events)
    section = Section(
        facts=_facts(source),
        columns=_columns(_LISTED, tables.brief_titles()),
        rows=[tables.brief_row(one) for one in events],
        empty=_("No adverse event is recorded."),
        note=_(
            "Days count from the infusion, which is day 0. Serious: by which criterion. What nobody assessed says so."
        ),
    )
    return table_report.render(_paper(source, _("Line listing of adverse events")), [section])


def counted(source: OfEvents) -> bytes:
    """Events counted by patients and by events, as Table 2 of the trial's report."""
    section = Section(
        facts=_facts(source),
        columns=_columns(_COUNTED, tables.counted_titles()),
        rows=[tables.counted_row(one) for one in tables.counted(source.events)],
        empty=_("No adverse event after an infusion is recorded."),
        note=" ".join(
            part
            for part in (
                _(
                    "Patients are counted once a line, events every time. Procedures such as a gastrostomy are no events."
                ),
                tables.left_out(source.events),
            )
            if part
        ),
    )
    return table_report.render(_paper(source, _("Adverse events after the infusion")), [section])


def _facts(source: OfEvents) -> tuple[Fact, ...]:
    whose = len({one.number for one in source.events})
    return (
        Fact(_("Data to"), instant(source.printed_at)),
        Fact(
            _("Events"),
            _("{n} of {patients}").format(n=len(source.events), patients=n_patients(whose)),
        ),
        Fact(
            _("Patients"),
            _("{n}, {treated} of them infused").format(n=source.patients, treated=source.treated),
        ),
    )


def _columns(widths: Sequence[float], titles: Sequence[str]) -> tuple[layout.Column, ...]:
    return tuple(layout.Column(width, title) for width, title in zip(widths, titles, strict=True))


def _paper(source: OfEvents, title: str) -> Paper:
    return Paper.of(
        source,
        title=title,
        subject=_("Clinic file {file}").format(file=source.file_name),
    )
