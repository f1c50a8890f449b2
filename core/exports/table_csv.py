"""Any table of words as CSV, such that no spreadsheet takes a text for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from core.spreadsheets import defused


def render(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV (UTF-8 with a mark, as spreadsheets expect), a line for each row under the titles."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(defused, titles))
    writer.writerows(map(defused, row) for row in rows)
    return text.getvalue().encode("utf-8-sig")
