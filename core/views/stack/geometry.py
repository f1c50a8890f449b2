"""Where everything of a stack is on a sheet: one layout for the window, for a picture and for paper."""

from dataclasses import dataclass
from enum import StrEnum

from core.views.stack import axes, place_lanes, place_plots, place_tracks, place_words
from core.views.stack.axes import Time
from core.views.stack.rows import Mark, PlotRow, Stack
from core.views.stack.shapes import Align, Box, Drawing, Frame, Line, Measure, Text, Weight
from core.views.trends import TimeScale
from core.words import _, short_day


class Figures(StrEnum):
    """Where the words of a plot stand: left of it, above it where there is no room, or only its name left of it."""

    BESIDE = "beside"
    ABOVE = "above"
    NAMES = "names"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a stack is drawn on. ``unit`` is how long a usual pixel is: the text size of a window, 0.75 on paper (points).

    ``height`` is what there is; a stack that needs more takes it. ``whole`` draws the whole scales. ``tracks`` says
    that sections of tracks are drawn, which have more room for names left of them.
    """

    width: float
    height: float
    measure: Measure
    unit: float = 1.0
    figures: Figures = Figures.BESIDE
    whole: bool = False
    tracks: bool = False


SIDE, NAMES_SIDE, AXIS = 214, 92, 34  # px: left of the plots, and for the numbers of their axes
LEFT_OF_TRACKS = 8  # px: no numbers are there
EDGE = 12  # right of the plots
AIR = 26, 38  # before the first day and after the last, for what stands beside a value
HEADS, BAND, TIME_AXIS, GAP = 36, 17, 24, 5
TITLE = 16  # of the time axis, where it stands below the numbers
ABOVE = 28  # the line of figures above a plot
LEAST = {40.0: 156, 24.0: 92, 23.0: 88, 13.0: 44}  # the lowest height of a plot by its weight
TRACKS_SIDE, TRACKS_SIDE_ON_PAPER = 330, 210  # px left of tracks
LEAST_ON_PAPER, GAP_ON_PAPER, AXIS_ON_PAPER = 18, 3, 20


def least_height(stack: Stack, sheet: Sheet) -> float:
    """How high the stack is at the least on such a sheet."""
    plots = sum(_least(row, sheet) for row in stack.rows)
    return _fixed(stack, sheet) + plots


def _least(row: PlotRow, sheet: Sheet) -> float:
    if sheet.figures is Figures.NAMES:
        names = place_words.names_height(row) if len(row.legend) > 1 else 0
        return max(LEAST_ON_PAPER, names) * sheet.unit
    least = LEAST.get(row.weight, 44) * sheet.unit
    if sheet.figures is Figures.BESIDE:  # no figure is left out
        words = place_words.height(row, side_width(sheet), sheet.unit, sheet.measure)
        least = max(least, words + 2 * sheet.unit)
    return least


def _fixed(stack: Stack, sheet: Sheet) -> float:
    """The height of all that is no plot."""
    u = sheet.unit
    lanes = sum(place_lanes.height(lane, u) for lane in stack.lanes)
    above = ABOVE * u if sheet.figures is Figures.ABOVE else 0.0
    bands = len(stack.bands) * BAND * u + (gap(sheet) if stack.bands else 0)
    between = (gap(sheet) + above) * len(stack.rows)
    below = gap(sheet) if stack.lanes else 0.0
    above_tracks = sheet.figures is Figures.ABOVE
    tracks = sum(place_tracks.height(one, u, named_above=above_tracks) for one in stack.sections)
    return head(sheet) + foot(sheet) + lanes + below + bands + between + tracks


def head(sheet: Sheet) -> float:
    """The height of the names of visits; on paper they stand without their days, which the page says elsewhere."""
    low = sheet.figures is Figures.NAMES and not sheet.tracks
    return (HEADS / 2 if low else HEADS) * sheet.unit


def gap(sheet: Sheet) -> float:
    """The height between rows."""
    return (GAP_ON_PAPER if sheet.figures is Figures.NAMES else GAP) * sheet.unit


def foot(sheet: Sheet) -> float:
    """The height of the time axis."""
    heights = {
        Figures.BESIDE: TIME_AXIS,
        Figures.NAMES: AXIS_ON_PAPER,
        Figures.ABOVE: TIME_AXIS + TITLE,
    }
    return heights[sheet.figures] * sheet.unit


def place(stack: Stack, sheet: Sheet, scale: TimeScale) -> Drawing:
    """The whole stack as shapes, on the chosen time axis."""
    u = sheet.unit
    height = max(sheet.height, least_height(stack, sheet))
    drawing = Drawing(sheet.width, height, u, sheet.measure)
    axis = time_axis(stack, sheet, scale)
    top = head(sheet)
    bottom = height - foot(sheet)
    _ground(drawing, stack, sheet, axis, top, bottom)
    _heads(drawing, stack, sheet, axis, bottom)
    if sheet.tracks:
        _time_above(drawing, stack, sheet, axis, bottom)
    _through(drawing, stack, sheet, axis, bottom)
    dies = stack.ends is not None and axis.shows(stack.ends)
    death = axis.x(stack.ends) if stack.ends is not None and dies else None
    for one in stack.sections:
        top = place_tracks.section(drawing, one, axis, top, side_width(sheet), death)
    for lane in stack.lanes:
        place_lanes.lane(drawing, lane, axis, top, side_width(sheet))
        top += place_lanes.height(lane, u)
    top += gap(sheet) if stack.lanes else 0.0
    for band in stack.bands:
        place_lanes.band(drawing, band, axis, (top, BAND * u), side_width(sheet))
        top += BAND * u
    if stack.bands:
        top += gap(sheet)
    _plots(drawing, stack, sheet, axis, top)
    _time(drawing, sheet, axis, bottom)
    return drawing


def time_axis(stack: Stack, sheet: Sheet, scale: TimeScale) -> Time:
    """The days of the stack over the width of the sheet's plots."""
    numbers = (LEFT_OF_TRACKS if sheet.tracks else AXIS) * sheet.unit
    left = side_width(sheet) + numbers
    right = sheet.width - EDGE * sheet.unit
    return axes.time(stack, scale, left, right, (AIR[0] * sheet.unit, AIR[1] * sheet.unit))


def side_width(sheet: Sheet) -> float:
    """The width left of the value axes."""
    widths = {Figures.BESIDE: SIDE, Figures.NAMES: NAMES_SIDE, Figures.ABOVE: 0}
    if sheet.tracks:
        widths |= {Figures.BESIDE: TRACKS_SIDE, Figures.NAMES: TRACKS_SIDE_ON_PAPER}
    return widths[sheet.figures] * sheet.unit


def _plots(drawing: Drawing, stack: Stack, sheet: Sheet, axis: Time, top: float) -> None:
    u = sheet.unit
    spare = drawing.height - least_height(stack, sheet)
    weights = sum(row.weight for row in stack.rows)
    for row in stack.rows:
        begins = top
        if sheet.figures is Figures.ABOVE:
            place_words.above(drawing, row, top, sheet.width)
            top += ABOVE * u
        plot = _least(row, sheet) + spare * row.weight / weights
        low, high = axes.values_shown(row, plot, 16 * u, whole=sheet.whole)
        inset = (0.0, 0.0) if row.used else (8 * u, 5 * u)  # what lies on the ends is seen whole
        frame = Frame(top + inset[0], top + plot - inset[1], low, high)
        drawing.frames.append(frame)
        said = sheet.figures is not Figures.NAMES or plot < place_words.names_height(row) * u
        place_plots.plot(drawing, row, frame, axis, says_part=said)
        if sheet.figures is Figures.BESIDE:
            place_words.beside(drawing, row, (top, plot), side_width(sheet))
        elif sheet.figures is Figures.NAMES:
            place_words.name(drawing, row, (top, plot), side_width(sheet))
        drawing.areas.append((begins, top + plot))
        top += plot + gap(sheet)
        if row is not stack.rows[-1]:
            y = top - gap(sheet) / 2
            drawing.add(Line(0, y, sheet.width, y, "line"))


def _ground(
    drawing: Drawing, stack: Stack, sheet: Sheet, axis: Time, top: float, bottom: float
) -> None:
    """The shaded future, and what shades all rows while it lasts."""
    on_paper = sheet.figures is Figures.NAMES
    if axis.shows(stack.today) and stack.ends is None and not on_paper:
        x = axis.x(stack.today)
        drawing.add(Box(x, top, axis.right - x, bottom - top, "ground", alpha=0.75))
    for mark in (mark for mark in stack.through_all if mark.shade):
        ended = mark.ended or (stack.today if mark.runs else mark.began)
        x, end = max(axis.x(mark.began), axis.left), min(axis.x(ended), axis.right)
        if end >= x:
            drawing.add(Box(x, top, max(end - x, 2 * sheet.unit), bottom - top, "neutral_ground"))


def _heads(drawing: Drawing, stack: Stack, sheet: Sheet, axis: Time, bottom: float) -> None:
    """A line through every visit; its name and its day above, where they touch no other's."""
    u = sheet.unit
    taken: list[tuple[float, float]] = []
    valued = {day for row in stack.rows for day in row.plot.days}
    several = len({visit.on.year for visit in stack.heads}) > 1
    in_turn = sorted(
        stack.heads, key=lambda one: (not one.is_last, one.on not in valued, -one.on.toordinal())
    )
    for visit in in_turn:
        x = axis.x(visit.on)
        drawing.add(Line(x, head(sheet), x, bottom, "line"))
        day = visit.day if several or visit.is_last else short_day(visit.on)
        if sheet.figures is Figures.NAMES:
            day = ""
        wide = max(
            sheet.measure(visit.title, 11 * u, Weight.SEMIBOLD),
            sheet.measure(day, 11 * u, Weight.MEDIUM),
        )
        centre = min(max(x, wide / 2 + 2 * u), sheet.width - wide / 2 - 2 * u)
        left, right = centre - wide / 2 - 5 * u, centre + wide / 2 + 5 * u
        if any(left < end and start < right for start, end in taken):
            continue
        taken.append((left, right))
        ink, paler = ("accent", "accent") if visit.is_last else ("ink", "muted")
        weight = Weight.MEDIUM if visit.is_last else Weight.REGULAR
        drawing.add(Text(centre, 14 * u, visit.title, 11 * u, Weight.SEMIBOLD, ink, Align.CENTRE))
        if day:
            drawing.add(Text(centre, 28 * u, day, 11 * u, weight, paler, Align.CENTRE))


def _through(drawing: Drawing, stack: Stack, sheet: Sheet, axis: Time, bottom: float) -> None:
    """What is a line through all rows: the reference day, a death."""
    u = drawing.unit
    for mark in (mark for mark in stack.through_all if mark.line):
        if axis.shows(mark.began):
            x = axis.x(mark.began)
            drawing.add(Line(x, head(sheet), x, bottom, mark.role, 1.6 * u))


def _time_above(drawing: Drawing, stack: Stack, sheet: Sheet, axis: Time, bottom: float) -> None:
    """The axis above the first row, its days through all of them, and today; what is a line there has its name."""
    u = sheet.unit
    for x, words in axes.time_ticks(axis, 44 * u):
        half = sheet.measure(words, 11 * u, Weight.REGULAR) / 2
        middle = min(max(x, axis.left - 4 * u + half), sheet.width - 2 * u - half)
        drawing.add(
            Line(x, 18 * u, x, bottom, "line"),
            Text(middle, 14 * u, words, 11 * u, colour="muted", align=Align.CENTRE),
        )
    taken: list[tuple[float, float]] = []
    for mark in (mark for mark in stack.through_all if mark.line and axis.shows(mark.began)):
        _name_of_line(drawing, sheet, axis, mark, taken)
    if axis.shows(stack.today) and stack.ends is None:
        x, words = axis.x(stack.today), _("today")
        drawing.add(Line(x, 20 * u, x, bottom, "ink", 1.2 * u, (1.5 * u, 3 * u)))
        left = x + 4 * u
        wide = sheet.measure(words, 11 * u, Weight.SEMIBOLD)
        if not any(left < end and start < left + wide for start, end in taken):
            drawing.add(Text(left, 30 * u, words, 11 * u, Weight.SEMIBOLD))


def _name_of_line(
    drawing: Drawing, sheet: Sheet, axis: Time, mark: Mark, taken: list[tuple[float, float]]
) -> None:
    u = sheet.unit
    x, wide = axis.x(mark.began), sheet.measure(mark.title, 11 * u, Weight.SEMIBOLD)
    left = x - 4 * u - wide if x - 4 * u - wide > axis.left else x + 4 * u
    if any(left < end and start < left + wide for start, end in taken):
        return
    taken.append((left - 4 * u, left + wide + 4 * u))
    drawing.add(Text(left, 30 * u, mark.title, 11 * u, Weight.SEMIBOLD, mark.role))


def _time(drawing: Drawing, sheet: Sheet, axis: Time, bottom: float) -> None:
    """The axis below the last plot."""
    u = sheet.unit
    drawing.add(Line(axis.left, bottom, axis.right, bottom, "strong_line", u))
    ticks = axes.time_ticks(axis, 44 * u)
    for x, words in ticks:
        drawing.add(Line(x, bottom, x, bottom + 3 * u, "strong_line", u))
        weight = Weight.SEMIBOLD if words == "0" else Weight.REGULAR
        colour = "ink" if words == "0" else "muted"
        half = sheet.measure(words, 11 * u, weight) / 2
        middle = min(max(x, axis.left - 4 * u + half), sheet.width - 2 * u - half)
        drawing.add(Text(middle, bottom + 16 * u, words, 11 * u, weight, colour, Align.CENTRE))
    if sheet.figures is Figures.ABOVE:
        middle, y = (axis.left + axis.right) / 2, bottom + 32 * u
        drawing.add(Text(middle, y, axis.scale.title, 11 * u, colour="muted", align=Align.CENTRE))
        return
    left = place_words.LEFT * u if sheet.figures is Figures.BESIDE else 0
    title = place_words.fit(axis.scale.title, 11 * u, axis.left - left - 10 * u, sheet.measure)
    drawing.add(Text(left, bottom + 16 * u, title, 11 * u, colour="muted"))
