"""The certificate of a restore drill: what was restored, what it was held against, and whether it held."""

from datetime import datetime

from core.model.backup import DrillResult, TableCompared
from core.model.document import OfDrill
from core.model.paper import PaperSize
from core.model.trail import TrailHead
from core.model.user import Clinic
from core.reports import table_report
from core.reports.layout import Column
from core.reports.page import Paper
from core.reports.table_report import Section, Verdict
from core.reports.text import Align
from core.views.fact import Fact
from core.words import MISSING, N_, _, instant, number

MOST_ROWS = 24  # of tables that differ: with them and the place to sign it is one page

TITLE = N_("Certificate of a restore drill")

_HOW = N_(
    "The newest backup was restored, encrypted, under another name and removed afterwards. Every page,"
    " every reference between tables and every entry of its audit trail were checked, and every row"
    " against its last entry. Then each row was held against the clinic file as it stood. A differing row"
    " is explained where the entries that the audit trail gained since the backup lead from the one to"
    " the other without a gap."
)


def document(source: OfDrill) -> bytes:
    return render(
        source.drill,
        source.clinic,
        source.printed_by,
        source.printed_at,
        source.head,
        size=source.size,
    )


def render(
    result: DrillResult,
    clinic: Clinic,
    printed_by: str,
    printed_at: datetime,
    head: TrailHead | None,
    *,
    size: PaperSize = PaperSize.A4,
) -> bytes:
    """The certificate as PDF. ``head`` is where the audit trail of the clinic file stands at printing."""
    paper = Paper(
        title=_(TITLE),
        subject=_("Restore drill of {instant}").format(instant=instant(result.drilled_at)),
        clinic=clinic,
        printed_by=printed_by,
        printed_at=printed_at,
        head=head,
        size=size,
    )
    verdict = Verdict.PASSED if result.passed else Verdict.FAILED
    sections = [
        Section(verdict=verdict, paragraph=outcome(result), facts=_facts(result), across=2),
        Section(
            title=_("What was compared"),
            columns=(
                Column(30, _("Table")),
                Column(17, _("Rows in the backup"), Align.RIGHT),
                Column(17, _("Rows in the clinic file"), Align.RIGHT),
                Column(12, _("Differing"), Align.RIGHT),
                Column(13, _("Unexplained"), Align.RIGHT, gap=14),
                Column(11, _("Verdict")),
            ),
            rows=[_row(table) for table in _in_rows(result)],
            empty=_("No table differs.")
            if result.tables
            else _("Nothing: the drill ended before."),
            note=_note(result),
        ),
    ]
    return table_report.render(paper, sections, signed=True)


def outcome(result: DrillResult) -> str:
    """What came of it, in one or two sentences."""
    if result.problem is not None:
        return result.problem
    if not result.differing:
        return _("The newest backup was restored, and is the same as the clinic file in every row.")
    return _(
        "The newest backup was restored. Every row that differs from the clinic file was changed since,"
        " as the audit trail says."
    )


def _is_same(table: TableCompared) -> bool:
    return not table.differing and not table.unexplained and table.rows == table.live_rows


def _in_rows(result: DrillResult) -> list[TableCompared]:
    """What differs, first of all what nothing explains. A row for every table would take a second page."""
    differing = [table for table in result.tables if not _is_same(table)]
    differing.sort(key=lambda table: not table.unexplained)
    return differing[: max(MOST_ROWS, sum(table.unexplained > 0 for table in differing))]


def _note(result: DrillResult) -> str:
    """The tables without a row of their own, and how all were compared."""
    if not result.tables:
        return ""
    rest = [table for table in result.tables if table not in _in_rows(result)]
    same = [f"{table.name} ({table.rows})" for table in rest if _is_same(table)]
    more = [
        f"{table.name} ({table.rows} → {table.live_rows}, {table.differing})"
        for table in rest
        if not _is_same(table)
    ]
    said = []
    if more:
        words = _("Differing and explained, too, with the rows and how many differ: {tables}.")
        said.append(words.format(tables=", ".join(more)))
    if same:
        words = _("The same in every row, with how many there are: {tables}.")
        said.append(words.format(tables=", ".join(same)))
    return "\n".join((*said, _(_HOW)))


def _facts(result: DrillResult) -> tuple[Fact, ...]:
    minutes, seconds = divmod(result.seconds, 60)
    took = _("{m} min {s} s").format(m=int(minutes), s=number(seconds, 1))
    return (
        Fact(_("Backup"), result.backup),
        Fact(_("Made"), instant(result.made_at)),
        Fact(_("Drill"), instant(result.drilled_at)),
        Fact(_("Restored, verified and compared in"), took),
        Fact(_("Size"), _("{n} kB").format(n=number(result.size_bytes / 1000, 0))),
        Fact(_("SHA-256"), result.sha256),
        Fact(_("Audit trail of the backup"), _trail(result.head)),
        Fact(_("Audit trail of the clinic file"), _trail(result.live_head)),
        Fact(_("Differing rows"), str(result.differing) if result.tables else MISSING),
        Fact(_("Unexplained"), str(result.unexplained) if result.tables else MISSING),
    )


def _trail(head: TrailHead | None) -> str:
    if head is None:
        return MISSING
    return _("{n} entries, head {code}").format(n=head.sequence, code=head.code)


def _row(table: TableCompared) -> list[str | Verdict]:
    return [
        table.name,
        str(table.rows),
        str(table.live_rows),
        str(table.differing),
        str(table.unexplained),
        Verdict.FAILED if table.unexplained else Verdict.PASSED,
    ]
