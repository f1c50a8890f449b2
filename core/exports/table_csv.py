"""Any table of words as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence


def render(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV (UTF-8 with a mark, as spreadsheets expect), a line for each row under the titles."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(titles)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
