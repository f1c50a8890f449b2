"""The list of patients as a table: what the page shows of each, without names, and what the consent lets leave."""

from dataclasses import replace
from datetime import date

from core.exports import table_csv
from core.findings import consent
from core.model.document import OfFile
from core.model.record import PatientRecord
from core.views import patients
from core.views.glance import Glance, glance
from core.words import _


def document(source: OfFile) -> bytes:
    """Where anybody's results are left out, a column more says of whom."""
    today = source.printed_at.astimezone().date()
    made = [(patients.line(one, today), *_allowed(one, today)) for one in source.records]
    titles, rows = patients.table([(line, found) for line, found, _gone in made], today)
    if any(is_gone for _line, _found, is_gone in made):
        said = _("results outside the consent are left out")
        told = (said if is_gone else "" for _line, _found, is_gone in made)
        titles = (*titles, _("Remark"))
        rows = tuple((*row, remark) for row, remark in zip(rows, told, strict=True))
    return table_csv.render(titles, rows)


def _allowed(record: PatientRecord, today: date) -> tuple[Glance, bool]:
    """What may leave, and whether anything is left out; then no action is named, since one follows from results."""
    allowed, gone = consent.for_export(record)
    found = glance(allowed, today)
    return (replace(found, actions=()), True) if gone else (found, False)
