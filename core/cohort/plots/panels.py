"""Several drawings as one: panels side by side, each under its title."""

from collections.abc import Sequence
from dataclasses import replace

from core.cohort.plots.axes import PLAIN, Sheet
from core.views.stack.shapes import (
    Area,
    Box,
    Drawing,
    Line,
    Lines,
    Marker,
    Path,
    Shape,
    Text,
    Weight,
)

HEAD = 18.0  # px above a panel, for its title
GAP = 16.0  # px between panels


def panel_sheet(sheet: Sheet, count: int) -> Sheet:
    """The sheet of one of so many panels that fill another one."""
    width = (sheet.width - (count - 1) * GAP * sheet.unit) / count
    return replace(sheet, width=width, height=sheet.height - HEAD * sheet.unit)


def beside(sheet: Sheet, panels: Sequence[tuple[str, Drawing]]) -> Drawing:
    """The panels on one sheet, which were drawn on that of `panel_sheet`."""
    made, unit = sheet.drawing(), sheet.unit
    step = panel_sheet(sheet, len(panels)).width + GAP * unit
    for at, (title, panel) in enumerate(panels):
        made.add(Text(at * step, 12 * unit, title, PLAIN * unit, Weight.SEMIBOLD))
        made.add(*(moved(one, at * step, HEAD * unit) for one in panel.shapes))
    return made


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """The shape at another place."""
    match shape:
        case Line():
            return replace(
                shape, x1=shape.x1 + dx, y1=shape.y1 + dy, x2=shape.x2 + dx, y2=shape.y2 + dy
            )
        case Path() | Lines() | Area():
            return replace(shape, points=tuple((x + dx, y + dy) for x, y in shape.points))
        case Box() | Marker() | Text():
            return replace(shape, x=shape.x + dx, y=shape.y + dy)
