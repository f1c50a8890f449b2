"""Laboratory results of a casebook: as they were typed, and as they are stored with the limits of their day."""

from collections.abc import Sequence

from core.labels import why_not
from core.model.laboratory import LabResult
from core.reports.casebook.chapter import Chapter, Names, Part, table
from core.reports.table_report import Section
from core.views.visit_words import named
from core.words import MISSING, _, day


def results(found: Sequence[LabResult], names: Names) -> Section:
    """A line for each result, in the order in which the samples were taken."""
    rows = [_row(one, names) for one in sorted(found, key=lambda one: (one.sample, one.test))]
    heads = (
        *((2, _("Test")), (1.6, _("Sample")), (1.5, _("Result")), (1.4, _("As typed"))),
        *((1.4, _("Reference")), (1.6, _("Laboratory")), (2, _("Note")), (1.4, _("Entered by"))),
    )
    return table("", heads, rows)


def _row(one: LabResult, names: Names) -> list[str]:
    at = "" if one.taken_at is None else f" {one.taken_at:%H:%M}"
    limits = [MISSING if limit is None else f"{limit:g}" for limit in (one.low, one.high)]
    reference = "" if one.low is None and one.high is None else "–".join(limits)
    return [
        one.test,
        f"{day(one.taken_on)}{at}",
        _value(one),
        f"{one.typed} {one.typed_unit}".strip(),
        reference,
        one.laboratory,
        one.note,
        named(names, one.entered_by),
    ]


def _value(one: LabResult) -> str:
    if one.not_done is not None:
        return why_not(one.not_done)
    if one.value is None:
        return one.choice
    sign = "" if one.comparator is None else f"{one.comparator.value} "
    return f"{sign}{one.value:g} {one.unit}".strip()


def chapter(found: Sequence[LabResult], names: Names) -> Chapter:
    part = Part(_("All results"), (results(found, names),)) if found else None
    return Chapter(_("Laboratory"), (part,) if part else (), str(len(found)))
