"""What was seen and what is missing: a cell for each patient and planned visit."""

from collections.abc import Mapping
from os.path import commonprefix
from string import digits

from core.cohort.missing import SEEN_WORDS, Matrix, Seen
from core.cohort.plots.axes import SMALL, Sheet
from core.views.stack.shapes import Align, Box, Drawing, Hit, Text, Weight

MOST = 40  # patients side by side: more are a table by visit
_LEFT, _HEAD, _CELL, _GAP, _LEGEND = 86.0, 18.0, 13.0, 3.0, 24.0  # px
_LINE = 16.0  # px of a further line of the legend
_SIDE_BY_SIDE = 4  # kinds of cells that the legend has on a line of a whole page
_FILLS: Mapping[Seen, tuple[str, str]] = {
    Seen.COMPLETE: ("fill:seen", ""),
    Seen.STATED: ("", "fill:seen"),
    Seen.OUT_OF_WINDOW: ("fill:late", ""),
    Seen.INCOMPLETE: ("", "warn"),
    Seen.MISSED: ("", "bad"),
    Seen.LEFT_OUT: ("fill:gone", "muted"),
    Seen.NOT_DUE: ("", "line"),
    Seen.AFTER_DEATH: ("fill:gone", ""),
    Seen.ENDED: ("fill:gone", ""),
    Seen.NO_PLAN: ("", ""),
}


def height(matrix: Matrix, sheet: Sheet | None = None) -> float:
    """In px; of a sheet that is as wide as a page where none is given."""
    kinds = len(_kinds(matrix))
    lines = -(-kinds // _SIDE_BY_SIDE) if sheet is None else len(_legend_lines(matrix, sheet))
    return _cells_end(matrix) + _LEGEND + _LINE * max(0, lines - 1)


def _cells_end(matrix: Matrix) -> float:
    return _HEAD + len(matrix.codes) * (_CELL + _GAP)


def _kinds(matrix: Matrix) -> list[Seen]:
    """What the legend explains."""
    return [seen for seen in Seen if seen is not Seen.NO_PLAN and matrix.count(seen)]


def draw(matrix: Matrix, sheet: Sheet) -> Drawing:
    """A row a visit, a column a patient, the legend below with how many cells there are of each kind.

    The hits are the columns, with the patients' places.
    """
    made, unit = sheet.drawing(), sheet.unit
    shown = list(matrix.cells.items())[:MOST]
    step = (sheet.width - _LEFT * unit) / max(len(shown), 1)
    common = commonprefix(list(matrix.numbers.values())).rstrip(digits)  # noqa: RUF071 no paths
    every = 1 if step >= 30 * unit else 2 if step >= 15 * unit else 5
    for at, (who, _row) in enumerate(shown):
        if at % every == 0:
            x = _LEFT * unit + (at + 0.5) * step
            words = matrix.numbers[who].removeprefix(common)
            made.add(Text(x, 11 * unit, words, SMALL * unit, colour="muted", align=Align.CENTRE))
        made.hits.append(
            Hit(_LEFT * unit + at * step, 0, step, _cells_end(matrix) * unit, str(who))
        )
    for line, title in enumerate(matrix.titles):
        y = (_HEAD + line * (_CELL + _GAP)) * unit
        x = (_LEFT - 6) * unit
        made.add(Text(x, y + 10 * unit, title, SMALL * unit, colour="muted", align=Align.RIGHT))
        for at, (_who, row) in enumerate(shown):
            made.add(*_cell(row[line], _LEFT * unit + at * step, y, step - _GAP * unit, unit))
    _legend(made, matrix, sheet)
    return made


def _cell(seen: Seen, x: float, y: float, width: float, unit: float) -> list[Box]:
    fill, edge = _FILLS[seen]
    if not fill and not edge:
        return []
    return [Box(x, y, width, _CELL * unit, fill, edge, 1.2 * unit, 2 * unit)]


def _legend(made: Drawing, matrix: Matrix, sheet: Sheet) -> None:
    unit = made.unit
    for at, line in enumerate(_legend_lines(matrix, sheet)):
        x, y = _LEFT * unit, (_cells_end(matrix) + _LEGEND - 8 + at * _LINE) * unit
        for seen, words, width in line:
            made.add(*_cell(seen, x, y - 9 * unit, 12 * unit, unit))
            made.add(Text(x + 17 * unit, y, words, SMALL * unit))
            x += width


def _legend_lines(matrix: Matrix, sheet: Sheet) -> list[list[tuple[Seen, str, float]]]:
    """What each line of the legend explains: the kind, its words with their count, and the room they take."""
    unit = sheet.unit
    lines: list[list[tuple[Seen, str, float]]] = []
    room = 0.0
    for seen in _kinds(matrix):
        words = f"{SEEN_WORDS[seen]} ({matrix.count(seen)})"
        width = 31 * unit + sheet.measure(words, SMALL * unit, Weight.REGULAR)
        if not lines or width > room:
            lines.append([])
            room = sheet.width - _LEFT * unit
        lines[-1].append((seen, words, width))
        room -= width
    return lines
