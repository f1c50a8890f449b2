"""The validation report: what was checked on this installation, with lines to sign, to be filed by the site."""

from collections.abc import Sequence

from core.model.paper import PaperSize
from core.model.user import Clinic
from core.model.validation import Check, Part, Validation
from core.reports import table_report
from core.reports.layout import Column
from core.reports.page import Paper
from core.reports.table_report import Section, Verdict
from core.views.fact import Fact
from core.words import N_, _, instant, number, plural

TITLE = N_("Validation report")

_PARTS = {
    Part.INSTALLATION: (
        N_("Installation qualification"),
        N_("What is installed here, against what was released."),
    ),
    Part.REFERENCE: (
        N_("Operational qualification A: formulas"),
        N_(
            "Values that others computed, and tables of papers, each computed again by this installation."
        ),
    ),
    Part.CLINIC_FILE: (
        N_("Operational qualification B: the clinic file"),
        N_(
            "Tried on an encrypted clinic file that was made for this report, and removed after it."
        ),
    ),
    Part.PAPER: (
        N_("Operational qualification C: printed pages"),
        N_("Printed here, and the text read back."),
    ),
}
_NOT_CHECKED = N_(
    "Not part of this run, because it needs power cuts, disk errors, hundreds of killed programs or a"
    " person at a screen: R2, R3, R6 and R7. They are proved by the tests of the release, as"
    " docs/validation.md lists them. The program gives the technical controls; what a site must decide and"
    " write down itself is listed there as well."
)


def render(found: Validation, *, size: PaperSize = PaperSize.A4) -> bytes:
    """The report as PDF. The same run gives the same bytes."""
    paper = Paper(
        title=_(TITLE),
        subject=_("Validation of {instant}").format(instant=instant(found.started_at)),
        clinic=Clinic(name=_("ALS Follow-up")),
        printed_by="",
        printed_at=found.started_at,
        head=None,
        size=size,
    )
    sections = [
        Section(
            verdict=Verdict.PASSED if found.passed else Verdict.FAILED,
            paragraph=_outcome(found),
            facts=tuple(Fact(name, text) for name, text in _facts(found)),
        ),
        *(
            Section(
                title=_(title), paragraph=_(words), columns=_columns(), rows=_rows(found.of(part))
            )
            for part, (title, words) in _PARTS.items()
        ),
        Section(title=_("What this run does not check"), paragraph=_(_NOT_CHECKED)),
    ]
    return table_report.render(
        paper, sections, signed=True, by=(N_("Performed by"), N_("Reviewed by"))
    )


def _outcome(found: Validation) -> str:
    if found.passed:
        return plural(len(found.checks), "1 check, passed.", "{n} checks, all of them passed.")
    failed = ", ".join(check.id for check in found.failed)
    text = _("{n} of {all} checks FAILED: {ids}. Do not enter patients before this is settled.")
    return text.format(n=len(found.failed), all=len(found.checks), ids=failed)


def _facts(found: Validation) -> list[tuple[str, str]]:
    ran = _("{instant}, in {n} s").format(
        instant=instant(found.started_at), n=number(found.seconds, 0)
    )
    return [(_("Carried out"), ran), *found.facts]


def _columns() -> tuple[Column, ...]:
    return (
        Column(9, _("Check")),
        Column(28, _("What")),
        Column(18, _("Requirement, source")),
        Column(24, _("Expected")),
        Column(26, _("Found")),
        Column(9, _("Verdict")),
    )


def _rows(checks: Sequence[Check]) -> list[list[str | Verdict]]:
    return [
        [
            check.id,
            check.what,
            check.basis,
            check.expected,
            check.found,
            Verdict.PASSED if check.passed else Verdict.FAILED,
        ]
        for check in checks
    ]
