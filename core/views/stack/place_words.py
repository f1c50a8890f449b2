"""The words beside a plot, and how words are fitted into what room there is."""

from bisect import bisect_right
from dataclasses import dataclass

from core.views import plot_style
from core.views.stack.rows import PlotRow, Tone
from core.views.stack.rows import Words as Said
from core.views.stack.shapes import (
    Align,
    Box,
    Drawing,
    Frame,
    Hit,
    Marker,
    Measure,
    Text,
    Weight,
)
from core.words import _, number

ELLIPSIS = "…"
LEFT = 12
LEGEND = 14  # px: the least height of a line of the table of the series
LOOKS: dict[Tone, tuple[float, Weight, str, float]] = {
    Tone.TITLE: (12.0, Weight.SEMIBOLD, "ink", 17.0),
    Tone.BIG: (24.0, Weight.SEMIBOLD, "ink", 29.0),
    Tone.STRONG: (13.0, Weight.SEMIBOLD, "ink", 18.0),
    Tone.PLAIN: (11.0, Weight.MEDIUM, "ink", 14.0),
    Tone.MUTED: (11.0, Weight.REGULAR, "muted", 14.0),
    Tone.WARN: (11.0, Weight.SEMIBOLD, "warn", 14.0),
}  # size, weight, colour and height of a line (px)


def fit(
    words: str, size: float, room: float, measure: Measure, weight: Weight = Weight.REGULAR
) -> str:
    """The words, shortened with an ellipsis where they are wider than the room; empty where nothing fits."""
    if measure(words, size, weight) <= room:
        return words
    lengths = range(1, len(words) + 1)
    longest = bisect_right(lengths, room, key=lambda n: measure(words[:n] + ELLIPSIS, size, weight))
    return words[:longest].rstrip() + ELLIPSIS if longest else ""


def wrapped(
    words: str,
    size: float,
    room: float,
    measure: Measure,
    most: int,
    *,
    first: float | None = None,
    weight: Weight = Weight.REGULAR,
) -> list[str]:
    """The words in lines, ``most`` at the most; the last one is shortened where they do not suffice.

    ``first`` is the room of the first line, where it is another one. No last line is a single short word that
    the line before it can spare a word for.
    """

    def width(some: list[str]) -> float:
        return measure(" ".join(some), size, weight)

    lines: list[list[str]] = []
    rest = words.split()
    while rest and len(lines) < most:
        wide = room if lines or first is None else first
        if len(lines) == most - 1:
            short = fit(" ".join(rest), size, wide, measure, weight)
            lines.append(short.split())
            break
        taken = 1
        while taken < len(rest) and width(rest[: taken + 1]) <= wide:
            taken += 1
        if taken == 1 and first is not None and not lines and width(rest[:1]) > wide:
            taken = 0
        lines.append(rest[:taken])
        rest = rest[taken:]
    if len(lines) > 1 and len(lines[-1]) == 1 and len(lines[-2]) > 2:
        moved = [lines[-2][-1], *lines[-1]]
        if width(moved) <= room:
            lines[-2:] = [lines[-2][:-1], moved]
    return [fit(" ".join(line), size, room, measure, weight) for line in lines]


def beside(drawing: Drawing, row: PlotRow, at: tuple[float, float], side: float) -> None:
    """Lines of figures from the top down, then the table of the series; what does not fit is left out from below."""
    said(drawing, row, at, side)
    _scale_key(drawing, row, drawing.frames[-1], side)


def said(drawing: Drawing, row: PlotRow, at: tuple[float, float], side: float) -> None:
    """The figures and the table, without the scale key."""
    top, height = at
    y = figures(drawing, row.lines, at, side)
    if row.legend:
        _table(drawing, row, (y, top + height - y))


def height(row: PlotRow, side: float, u: float, measure: Measure) -> float:
    """How high the figures of a row and its table are."""
    return sum(line.height for line in _laid(row.lines, side, u, measure)) + LEGEND * u * len(
        row.legend
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """Words of one line of figures, each with its place from the left and the words that it is a part of."""

    height: float
    parts: tuple[tuple[float, str, Said], ...]


def _laid(
    lines: tuple[tuple[Said, ...], ...], side: float, u: float, measure: Measure
) -> list[_Line]:
    """Figures in lines: what does not fit beside the words before it goes on in the next line."""
    left, end = LEFT * u, side - 12 * u
    laid: list[_Line] = []
    for line in lines:
        x, high = left, LOOKS[line[0].tone][3] * u
        parts: list[tuple[float, str, Said]] = []
        for said in line:
            size, weight, _colour, _high = LOOKS[said.tone]
            wide = measure(said.text, size * u, weight)
            if x + wide <= end or said.tone in {Tone.TITLE, Tone.BIG}:
                words = fit(said.text, size * u, end - x, measure, weight)
                parts.append((x, words, said))
                x += measure(words, size * u, weight)
                continue
            most = 3 if len(line) == 1 else 2
            blank = said.text[: len(said.text) - len(said.text.lstrip())]
            x += measure(blank, size * u, weight)
            for n, words in enumerate(
                wrapped(
                    said.text,
                    size * u,
                    end - left,
                    measure,
                    most,
                    first=end - x,
                    weight=weight,
                )
            ):
                if n:
                    laid.append(_Line(high, tuple(parts)))
                    x, high, parts = left, LOOKS[said.tone][3] * u, []
                parts.append((x, words, said))
                x += measure(words, size * u, weight)
        laid.append(_Line(high, tuple(parts)))
    return laid


def figures(
    drawing: Drawing, lines: tuple[tuple[Said, ...], ...], at: tuple[float, float], side: float
) -> float:
    """The lines of figures; answers with the place below the last that fits."""
    u = drawing.unit
    top, height = at
    y = top
    for line in _laid(lines, side, u, drawing.measure):
        if y + line.height > top + height + 0.5:
            break
        for x, words, part in line.parts:
            size, weight, colour, _high = LOOKS[part.tone]
            drawing.add(Text(x, y + line.height * 0.78, words, size * u, weight, colour))
            if part.figure:
                wide = drawing.measure(words, size * u, weight)
                drawing.figures.append(Hit(x, y, wide, line.height, part.figure))
        y += line.height
    return y


def _table(drawing: Drawing, row: PlotRow, at: tuple[float, float]) -> None:
    """A line a series: marker, name, and its cells in columns under their heads."""
    u = drawing.unit
    measure = drawing.measure
    top, height = at
    columns = (122.0, 162.0, 199.0 if row.used else 204.0)
    if len(row.heads) > 1:
        for head, x in zip(row.heads, columns, strict=False):
            drawing.add(
                Text(
                    x * u, top - 17 * u * 0.22 - u, head, 10 * u, colour="muted", align=Align.RIGHT
                )
            )
    step = min(24 * u, max(height / len(row.legend), (LEGEND - 1) * u))
    drawing.figures.append(Hit(LEFT * u, top, columns[2] * u, height, row.figure))
    for i, one in enumerate(row.legend):
        baseline = top + i * step + min(step, 20 * u) * 0.7
        if baseline > top + height:
            break
        style = plot_style.of(one.role)
        drawing.add(Marker((LEFT + 5) * u, baseline - 4 * u, style.marker, 3.6 * u, one.role))
        last = columns[0] - 16 if len(one.cells) > 1 else columns[2] - 34
        name = fit(one.title, 11 * u, (last - LEFT - 14) * u, measure, Weight.MEDIUM)
        drawing.add(Text((LEFT + 14) * u, baseline, name, 11 * u, Weight.MEDIUM))
        places = columns if len(one.cells) > 1 else columns[2:]
        for n, (cell, x) in enumerate(zip(one.cells, places, strict=False)):
            weight = (Weight.SEMIBOLD, Weight.MEDIUM, Weight.REGULAR)[min(n, 2)]
            size = 13 if n == 0 and len(one.cells) > 1 else 11
            colour = "muted" if n == 2 or (n == 1 and cell == "0") else "ink"
            drawing.add(Text(x * u, baseline, cell, size * u, weight, colour, Align.RIGHT))


def name(drawing: Drawing, row: PlotRow, at: tuple[float, float], side: float) -> None:
    """On paper: what the plot is, which part of its scale is shown, and its series where it has several."""
    u, measure = drawing.unit, drawing.measure
    top, height = at
    title = row.lines[0][0].text if row.lines else row.plot.title
    lines = [
        (words, 11.0, Weight.SEMIBOLD, "ink") for words in _wrapped_px(drawing, title, 11, side)
    ]
    part = shown_part(row, drawing.frames[-1])
    lines += [
        (words, 10.0, Weight.REGULAR, "muted") for words in _wrapped_px(drawing, part, 10, side)
    ]
    y = top + 9 * u
    for words, size, weight, colour in lines:
        if y > top + height:
            return
        drawing.add(Text(0, y, words, size * u, weight, colour))
        y += 12 * u
    for one in row.legend if len(row.legend) > 1 else ():
        drawing.add(Marker(4 * u, y - 3.5 * u, plot_style.of(one.role).marker, 3 * u, one.role))
        for words in wrapped(one.title, 10 * u, side - 14 * u, measure, 2):
            drawing.add(Text(11 * u, y, words, 10 * u))
            y += 11 * u


def names_height(row: PlotRow) -> float:
    """How high the name of a plot, its shown part and its series are at the most (px)."""
    return 48 + 22 * len(row.legend) if len(row.legend) > 1 else 24


def _wrapped_px(drawing: Drawing, words: str, size: float, side: float) -> list[str]:
    u = drawing.unit
    return wrapped(words, size * u, side - 6 * u, drawing.measure, 3)


def above(drawing: Drawing, row: PlotRow, top: float, width: float) -> None:
    """In a narrow window: the figures in one line above the plot, as many as fit."""
    u = drawing.unit
    measure = drawing.measure
    x, baseline = LEFT * u, top + 16 * u
    for line in row.lines:
        for part in line:
            size, weight, colour, _high = LOOKS[part.tone]
            size = min(size, 18.0) * u
            wide = measure(part.text, size, weight)
            if x + wide > width - LEFT * u:
                return
            drawing.add(Text(x, baseline, part.text, size, weight, colour, halo=True))
            if part.figure:
                drawing.figures.append(Hit(x, baseline - size, wide, size * 1.3, part.figure))
            x += wide + 4 * u
        x += 8 * u
    for one in row.legend:
        words = " ".join(filter(None, (one.title, *one.cells[:1])))
        wide = measure(words, 11 * u, Weight.MEDIUM) + 14 * u
        if x + wide > width - LEFT * u:
            return
        drawing.add(
            Marker(x + 4 * u, baseline - 4 * u, plot_style.of(one.role).marker, 3.4 * u, one.role)
        )
        drawing.add(Text(x + 12 * u, baseline, words, 11 * u, Weight.MEDIUM))
        x += wide + 8 * u


def shown_part(row: PlotRow, frame: Frame) -> str:
    """``16–42 of 48 shown``; empty where the whole scale is."""
    if (frame.low, frame.high) == (row.plot.low, row.plot.high) or not row.plot.days:
        return ""
    text = _("{low}–{high} of {most} shown")
    decimals = 0 if frame.low == round(frame.low) and frame.high == round(frame.high) else 1
    return text.format(
        low=number(frame.low, decimals),
        high=number(frame.high, decimals),
        most=number(row.plot.high, 0),
    )


def _scale_key(drawing: Drawing, row: PlotRow, frame: Frame, side: float) -> None:
    """The whole scale as a pale bar, the part that is shown dark."""
    u = drawing.unit
    if not row.used:
        return
    x, wide, high = side - 9 * u, 3 * u, frame.bottom - frame.top
    whole = row.plot.high - row.plot.low
    drawing.add(Box(x, frame.top, wide, high, "line"))
    top = frame.bottom - (frame.high - row.plot.low) / whole * high
    drawing.add(Box(x, top, wide, (frame.high - frame.low) / whole * high, "muted"))
