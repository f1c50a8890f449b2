"""What is drawn over a stack while one points at it: a line through a day, its values, and an event in full."""

from collections.abc import Collection
from datetime import date
from itertools import pairwise

from core.views.stack import place_words
from core.views.stack.axes import Time
from core.views.stack.figures import day_lines, of_day
from core.views.stack.geometry import Figures, Sheet, foot, head, side_width
from core.views.stack.rows import Mark, Stack, Tone, Words
from core.views.stack.shapes import Align, Box, Drawing, Line, Marker, Path, Text, Weight
from core.words import day

CARD = 262  # px: the widest card of an event
NEAR = 40  # px: words that the line may cross


def hairline(stack: Stack, sheet: Sheet, placed: Drawing, axis: Time, on: date) -> Drawing:
    """A line at a day, and the values of that day instead of the figures."""
    u = sheet.unit
    over = Drawing(placed.width, placed.height, u, sheet.measure)
    x = axis.x(on)
    bottom = placed.height - foot(sheet)
    over.add(Line(x, head(sheet), x, bottom, "accent", 1.4 * u))
    values = (one for one in placed.shapes if isinstance(one, Text) and one.halo)
    over.add(*(one for one in values if abs(one.x - x) < NEAR * u))  # the line is below the words
    side = side_width(sheet)
    said = day(on)
    if sheet.figures is Figures.BESIDE:
        for row, (top, end) in zip(stack.rows, placed.areas, strict=True):
            clear = side - 9.5 * u if row.used else side  # the scale key stays
            over.add(Box(0, top, clear, end - top, "card"))
            place_words.said(over, of_day(row, on), (top, end - top), side)
        over.add(Text(place_words.LEFT * u, 18 * u, said, 12 * u, Weight.SEMIBOLD, "accent"))
    wide = sheet.measure(said, 11 * u, Weight.SEMIBOLD) + 12 * u
    centre = min(max(x, axis.left + wide / 2), axis.right - wide / 2)
    over.add(
        Box(centre - wide / 2, bottom + 2 * u, wide, 18 * u, "accent", radius=4 * u),
        Text(centre, bottom + 15 * u, said, 11 * u, Weight.SEMIBOLD, "on_accent", Align.CENTRE),
    )
    if sheet.figures is Figures.ABOVE:
        _values_here(over, stack, sheet, placed, on)
    return over


def changed(
    stack: Stack, placed: Drawing, axis: Time, points: Collection[tuple[str, date]]
) -> Drawing:
    """A ring round every point whose value is another one today.

    A point is found by its day and by the role of its series, or by the id of its plot where that has one series.
    """
    u = placed.unit
    over = Drawing(placed.width, placed.height, u, placed.measure)
    places = {(name, round(axis.x(on))) for name, on in points if axis.shows(on)}
    for one in placed.shapes:
        if not isinstance(one, Marker):
            continue
        names = {one.colour, _plot_at(stack, placed, one.y)}
        if not places.isdisjoint((name, round(one.x)) for name in names):
            left, top, size = one.x - 8 * u, one.y - 8 * u, 16 * u
            over.add(Box(left, top, size, size, "", "warn", 2.4 * u, radius=8 * u))
    return over


def _plot_at(stack: Stack, placed: Drawing, y: float) -> str:
    """The id of the plot at a height; empty where there is none."""
    rows = zip(stack.rows, placed.areas, strict=True)
    return next((row.plot.id for row, (top, end) in rows if top <= y <= end), "")


def _values_here(over: Drawing, stack: Stack, sheet: Sheet, placed: Drawing, on: date) -> None:
    """Where the figures stand above the plots: the values of the day over them."""
    u = sheet.unit
    for row, (top, _end) in zip(stack.rows, placed.areas, strict=True):
        lines = day_lines(row, on)
        over.add(Box(0, top, sheet.width, 24 * u, "card"))
        words = "  ".join("".join(part.text for part in line) for line in lines)
        words = f"{day(on)}:  {words}"
        room = sheet.width - 2 * place_words.LEFT * u
        fitted = place_words.fit(words, 12 * u, room, sheet.measure, Weight.MEDIUM)
        over.add(Text(place_words.LEFT * u, top + 16 * u, fitted, 12 * u, Weight.MEDIUM))


def chosen(sheet: Sheet, placed: Drawing, mark: str) -> Drawing:
    """The row of a mark, tinted: it is the one that is chosen beside the chart."""
    over = Drawing(placed.width, placed.height, sheet.unit, sheet.measure)
    hit = next((one for one in placed.hits if one.mark == mark), None)
    middle = -1.0 if hit is None else hit.y + hit.height / 2
    area = next(((top, end) for top, end in placed.tracks if top <= middle <= end), None)
    if area is not None and hit is not None:
        u = sheet.unit
        over.add(
            Box(0, area[0], placed.width, area[1] - area[0], "accent", alpha=0.1),
            Box(hit.x - u, hit.y - u, hit.width + 2 * u, hit.height + 2 * u, "", "accent", 1.6 * u),
        )
    return over


def event_card(
    sheet: Sheet,
    placed: Drawing,
    axis: Time,
    mark: Mark,
    hint: str,
    seen: tuple[float, float] | None = None,
) -> Drawing:
    """What is known of a mark, in a card in the first plot, joined to it by a dotted line.

    Where there is no plot it is below the mark, or above it: within ``seen``, what of the sheet is in sight.
    """
    u = sheet.unit
    over = Drawing(placed.width, placed.height, u, sheet.measure)
    hit = next((one for one in placed.hits if one.mark == mark.id), None)
    if hit is None:
        return over
    wide = min(CARD * u, (axis.right - axis.left) * 0.6)
    texts = [(Words(mark.title, Tone.TITLE), 2)]
    texts += [(Words(words, Tone.MUTED), 3) for words in mark.details]
    lines = [
        (part, words)
        for part, most in texts
        for words in place_words.wrapped(
            part.text, place_words.LOOKS[part.tone][0] * u, wide - 20 * u, sheet.measure, most
        )
    ]
    if hint:
        lines.append((Words(hint, Tone.WARN), hint))
    high = sum(place_words.LOOKS[part.tone][3] for part, _words in lines) * u + 12 * u
    centre = hit.x + hit.width / 2
    x, y = (
        _freest(placed, axis, (wide, high), centre)
        if placed.frames
        else _beside_row(placed, axis, (wide, high), (hit.y, hit.y + hit.height, centre), seen)
    )
    over.add(
        Box(hit.x - 2 * u, hit.y, hit.width + 4 * u, hit.height, "", "accent", 1.6 * u, 4 * u),
        Line(
            centre,
            hit.y + hit.height,
            min(max(centre, x), x + wide),
            y + (0 if x < centre < x + wide else 10 * u),
            "accent",
            u,
            (2 * u, 3 * u),
        ),
        Box(x, y, wide, high, "card", "accent", 1.2 * u, 6 * u),
    )
    baseline = y + 4 * u
    for part, words in lines:
        size, weight, colour, line = place_words.LOOKS[part.tone]
        colour = "accent" if part.tone is Tone.WARN else colour
        over.add(Text(x + 10 * u, baseline + line * u * 0.8, words, size * u, weight, colour))
        baseline += line * u
    return over


def _beside_row(
    placed: Drawing,
    axis: Time,
    size: tuple[float, float],
    at: tuple[float, float, float],
    seen: tuple[float, float] | None,
) -> tuple[float, float]:
    """Below a mark (its top, its bottom, its middle from the left), or above it where there is no room."""
    u = placed.unit
    wide, high = size
    top, bottom, centre = at
    first, last = seen or (0.0, placed.height)
    y = bottom + 8 * u
    if y + high > last:
        y = max(first, top - high - 8 * u)
    return min(max(centre - wide / 2, axis.left), axis.right - wide), y


def _freest(
    placed: Drawing, axis: Time, size: tuple[float, float], centre: float
) -> tuple[float, float]:
    """Where in the first plot a card hides the fewest values: in a corner, or beside the mark."""
    u, frame = placed.unit, placed.frames[0]
    wide, high = size
    first, last = axis.left + 8 * u, axis.right - wide - 8 * u
    beside = (centre + 24 * u, centre - wide - 24 * u)
    lefts = (last, *(min(max(x, first), last) for x in beside), first)
    tops = (frame.top + 4 * u, frame.bottom - high - 4 * u)
    seen = [
        (one.x, one.y)
        for one in placed.shapes
        if isinstance(one, Marker) or (isinstance(one, Text) and one.halo)
    ]
    seen += [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        for one in placed.shapes
        if isinstance(one, Path)
        for a, b in pairwise(one.points)
    ]

    def hidden(at: tuple[float, float]) -> int:
        x, y = at
        return sum(x < left < x + wide and y < top < y + high for left, top in seen)

    return min(((x, y) for y in tops for x in lefts), key=hidden)
