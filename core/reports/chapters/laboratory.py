"""Laboratory results of a casebook: as they were typed, and as they are stored with the limits of their day."""

from collections.abc import Sequence

from core.labels import why_not
from core.laboratory import catalog
from core.laboratory.grading import FLAGS, flag
from core.model.laboratory import LabResult
from core.reports.chapters.chapter import Chapter, Names, Part, table
from core.reports.table_report import Section
from core.views import laboratory
from core.views.visit_words import named
from core.words import _, day


def results(found: Sequence[LabResult], names: Names) -> Section:
    """A line for each result, in the order in which the samples were taken."""
    rows = [_row(one, names) for one in sorted(found, key=lambda one: (one.sample, one.test))]
    heads = (
        *((1.6, _("Test")), (1.4, _("Sample")), (1.3, _("Result")), (1, _("Flag"))),
        *((1.1, _("As typed")), (1.2, _("Reference")), (1.9, _("Laboratory"))),
        *((1.3, _("Note")), (1.9, _("Entered by"))),
    )
    return table("", heads, rows)


def _row(one: LabResult, names: Names) -> list[str]:
    known = catalog.tests().get(one.test)
    at = "" if one.taken_at is None else f" {one.taken_at:%H:%M}"
    return [
        one.test if known is None else known.title,
        f"{day(one.taken_on)}{at}",
        _value(one),
        FLAGS[flag(one)],
        f"{one.typed} {one.typed_unit}".strip(),
        "" if known is None else laboratory.range_text(known, one.low, one.high, known.unit),
        one.laboratory,
        one.note,
        named(names, one.entered_by),
    ]


def _value(one: LabResult) -> str:
    """As it is stored, in the test's own unit; or the answer, or why it was not done."""
    if one.not_done is not None:
        return why_not(one.not_done)
    unit = one.unit if one.value is not None else ""
    return f"{laboratory.value_text(one, unit)} {unit}".strip()


def chapter(found: Sequence[LabResult], names: Names) -> Chapter:
    part = Part(_("All results"), (results(found, names),)) if found else None
    return Chapter(_("Laboratory"), (part,) if part else (), str(len(found)))
