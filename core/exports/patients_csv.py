"""The list of patients as a table: what the page shows of each, without names."""

from core.exports import table_csv
from core.model.document import OfFile
from core.views import patients
from core.views.glance import glance


def document(source: OfFile) -> bytes:
    today = source.printed_at.astimezone().date()
    lines = [(patients.line(one, today), glance(one, today)) for one in source.records]
    return table_csv.render(*patients.table(lines, today))
