"""The care quality list as a table: a row for each patient and measure, with how it stands."""

from core.cohort.quality import CARE, of_source, often, quality_list
from core.exports import table_csv
from core.findings.quality import COUNTED
from core.model.document import OfCare
from core.words import _


def document(source: OfCare) -> bytes:
    titles = (_("Record number"), _("What"), _("How often"), _("How it stands"), _("Counted"))
    rows = [
        (
            record_number,
            line.measure.title,
            often(line.measure),
            CARE[care],
            _("yes") if care in COUNTED else _("no"),
        )
        for line in quality_list(of_source(source))
        for care, numbers in line.patients.items()
        for record_number in numbers
    ]
    return table_csv.render(titles, rows)
