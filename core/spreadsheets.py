"""What a spreadsheet makes of a cell: a text that begins as a formula does must not become one."""

import re

# What a spreadsheet calculates; and what was a text already, so that taking one mark away is exact.
# Blanks before it and its full-width form are taken for one by some; a tab or a line's end begins another cell.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_FIRST = frozenset("'=+-@＝＋－＠")
_NUMBER_OR_DATE = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?%?|\d{4}-\d\d(?:-\d\d)?")


def defused(cell: str) -> str:
    """The cell with an apostrophe before a text that begins as a formula does; numbers and dates as they are."""
    if not cell or (cell[0] not in _FIRST and not cell[0].isspace()):  # of nearly every cell
        return cell
    is_formula = _FORMULA.match(cell) and not _NUMBER_OR_DATE.fullmatch(cell)
    return f"'{cell}" if is_formula else cell


def restored(cell: str) -> str:
    """The text that `defused` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
