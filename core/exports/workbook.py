"""A workbook that cannot do anything: no text of it becomes a formula, a link or a number, and nothing of it is in a temporary file."""

import io
from datetime import datetime
from typing import Any

LONGEST_NAME = 31  # letters of a sheet's name
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  of a workbook, which knows no zone: the same tables give the same bytes


def new(title: str) -> tuple[Any, io.BytesIO]:
    """An empty one (xlsxwriter's), and where its bytes are once it is closed."""
    import xlsxwriter

    made = io.BytesIO()
    options = {
        "in_memory": True,  # or it would leave patients' data in temporary files
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"created": _CREATED, "title": title})
    return book, made
