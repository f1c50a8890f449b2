"""Any table of words as CSV, such that no spreadsheet takes a text for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from core.model.stored import Cell
from core.spreadsheets import defused


def render(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV (UTF-8 with a mark, as spreadsheets expect), a line for each row under the titles.

    A number has every digit, and no value is an empty cell.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(map(defused, titles))
    writer.writerows(
        [defused(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return text.getvalue().encode("utf-8-sig")
