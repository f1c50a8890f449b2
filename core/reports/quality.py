"""The care quality list on paper: each measure with its denominator, who is not counted and why, and the patients."""

from collections.abc import Sequence

from core.cohort.frames import Cohort
from core.cohort.quality import CARE, Line, of_source, often, quality_list
from core.findings.quality import COUNTED
from core.model.document import OfCare
from core.reports import layout, table_report
from core.reports.page import Paper
from core.reports.table_report import Section
from core.views.fact import Fact
from core.words import _, day, number

_WIDTHS = (3.4, 1.6, 1.0, 1.5, 1.2, 1.6, 1.3, 3.0)  # of the columns, as shares


def document(source: OfCare) -> bytes:
    paper = Paper.of(
        source,
        title=_("Care quality list"),
        subject=_("Patients of {file}").format(file=source.file_name),
    )
    cohort = of_source(source)
    lines = quality_list(cohort)
    made_on = day(source.printed_at.astimezone().date())
    return table_report.render(paper, [_overview(cohort, lines, made_on), *map(_patients, lines)])


def _overview(cohort: Cohort, lines: Sequence[Line], made_on: str) -> Section:
    titles = (
        *(_("What"), _("How often"), _("Counted")),
        *(CARE[care] for care in COUNTED),
        _("Not counted"),
    )
    note = _(
        "Counted are patients in follow-up who need it, as far as the record tells. What nobody wrote"
        " down is not recorded, and no “no”. Only finished visits count, within the consent."
    )
    return Section(
        facts=(Fact(_("As of"), made_on), *_who(cohort)),
        columns=tuple(
            layout.Column(width, title) for width, title in zip(_WIDTHS, titles, strict=True)
        ),
        rows=[_row(line) for line in lines],
        note=note,
    )


def _who(cohort: Cohort) -> list[Fact]:
    found = [Fact(_("Patients"), str(cohort.n))]
    if cohort.no_schedule:
        found.append(Fact(_("Of a schedule that is not here"), str(cohort.no_schedule)))
    return found


def _row(line: Line) -> list[str]:
    counted = [str(line.n(care)) for care in COUNTED]
    if line.of:
        counted[0] += f" ({number(100 * line.n(COUNTED[0]) / line.of, 0, '%')})"
    left = ", ".join(f"{n} {CARE[care]}" for care, n in line.not_counted.items())
    return [line.measure.title, often(line.measure), str(line.of), *counted, left]


def _patients(line: Line) -> Section:
    """The record numbers behind each number of a line."""
    shown = [(care, numbers) for care, numbers in line.patients.items() if numbers]
    return Section(
        title=line.measure.title,
        facts=tuple(
            Fact(_("{care}: {n}").format(care=CARE[care], n=len(numbers)), ", ".join(numbers))
            for care, numbers in shown
        ),
        note=line.measure.cited,
    )
