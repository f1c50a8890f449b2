"""What is drawn over a stack while one points at it: a line through a day, its values, and an event in full."""

from datetime import date

from core.views.stack import place_words
from core.views.stack.axes import Time
from core.views.stack.figures import day_lines
from core.views.stack.geometry import Figures, Sheet, foot, head, side_width
from core.views.stack.rows import Mark, Stack, Tone, Words
from core.views.stack.shapes import Align, Box, Drawing, Line, Text, Weight
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
            over.add(Box(0, top, side - 12 * u, end - top, "card"))
            place_words.figures(over, day_lines(row, on), (top, end - top), side)
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


def _values_here(over: Drawing, stack: Stack, sheet: Sheet, placed: Drawing, on: date) -> None:
    """Where the figures stand above the plots: the values of the day over them."""
    u = sheet.unit
    for row, (top, _end) in zip(stack.rows, placed.areas, strict=True):
        lines = day_lines(row, on)
        over.add(Box(0, top, sheet.width, 24 * u, "card"))
        words = "  ".join("".join(part.text for part in line) for line in lines)
        room = sheet.width - 2 * place_words.LEFT * u
        fitted = place_words.fit(words, 12 * u, room, sheet.measure, Weight.MEDIUM)
        over.add(Text(place_words.LEFT * u, top + 16 * u, fitted, 12 * u, Weight.MEDIUM))


def event_card(sheet: Sheet, placed: Drawing, axis: Time, mark: Mark, hint: str) -> Drawing:
    """What is known of a mark, in a card in the first plot's upper corner that is farther from it."""
    u = sheet.unit
    over = Drawing(placed.width, placed.height, u, sheet.measure)
    hit = next((one for one in placed.hits if one.mark == mark.id), None)
    if hit is None or not placed.frames:
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
    right = centre < (axis.left + axis.right) / 2
    x = axis.right - wide - 8 * u if right else axis.left + 8 * u
    y = placed.frames[0].top + 4 * u
    over.add(
        Box(hit.x - 2 * u, hit.y, hit.width + 4 * u, hit.height, "", "accent", 1.6 * u, 4 * u),
        Line(
            centre,
            hit.y + hit.height,
            x if right else x + wide,
            y + 10 * u,
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
