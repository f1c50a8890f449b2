"""The lanes of events and support, and the bands of the stages."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.views.stack import place_words
from core.views.stack.axes import Time
from core.views.stack.rows import Band, Lane, Mark, Shape
from core.views.stack.shapes import (
    Align,
    Box,
    Drawing,
    Hit,
    Line,
    Marker,
    Text,
    Weight,
)
from core.words import plural

ROW = 18  # px: of symbols, of squares, and of each bar that runs beside others
SQUARE = 14
SIDE_BY_SIDE = 3  # squares that would overlap; of more, one says how many
MOST_BARS = 4
SIZE = 11


@dataclass(frozen=True, slots=True)
class _Placed:
    """A mark with the places where it is drawn from and to, in a row of its lane."""

    mark: Mark
    x: float
    end: float
    row: int


def height(lane: Lane, u: float) -> float:
    """How high a lane is: bars that run at the same time need a row each."""
    return ROW * u * max(1, _rows(lane))


def _rows(lane: Lane) -> int:
    rows = _bar_rows(lane)
    used = {rows[mark.id] for mark in lane.marks if mark.id in rows}
    others = any(mark.shape is not Shape.BAR for mark in lane.marks)
    return min(len(used), MOST_BARS) + (1 if others and used and _mixed(lane) else 0)


def _mixed(lane: Lane) -> bool:
    """Whether symbols would stand on bars: short stays shade the rows, and leave the lane to the symbols."""
    return any(mark.shape is Shape.BAR and not mark.shade for mark in lane.marks) and any(
        mark.shape is not Shape.BAR for mark in lane.marks
    )


def _bar_rows(lane: Lane) -> dict[str, int]:
    """A row for each bar, so that none lies on another; one kind of thing (its id's head) keeps its row."""
    ends: list[list[tuple[float, float]]] = []
    rows: dict[str, int] = {}
    for mark in lane.marks:
        if mark.shape is not Shape.BAR or (mark.shade and not _mixed(lane)):
            continue
        first = mark.began.toordinal()
        last = mark.ended.toordinal() if mark.ended and not mark.runs else 10**7
        free = (
            row
            for row, taken in enumerate(ends)
            if all(last <= begun or first >= ended for begun, ended in taken)
        )
        row = next(free, len(ends))
        if row == len(ends):
            ends.append([])
        ends[row].append((first, last))
        rows[mark.id] = row
    return rows


def lane(drawing: Drawing, lane: Lane, axis: Time, top: float, side: float) -> None:
    """The title at the left, the marks over time."""
    u = drawing.unit
    measure = drawing.measure
    room = (side or 200 * u) - 14 * u
    title = place_words.fit(lane.title, SIZE * u, room, measure)
    left = place_words.LEFT * u if side > axis.left / 2 else 0
    y = top + ROW * u * 0.7
    if side:
        drawing.add(Text(left if side > 120 * u else 0, y, title, SIZE * u, colour="muted"))
    rows = _bar_rows(lane)
    below = 1 if _mixed(lane) and rows else 0
    bars = [mark for mark in lane.marks if mark.id in rows]
    others = [mark for mark in lane.marks if mark.id not in rows]
    _bars(drawing, bars, rows, axis, top + below * ROW * u)
    _moments(drawing, others, axis, top)
    if not side:
        reached = [_reach(mark, axis)[0] for mark in lane.marks]
        if (
            min(reached, default=axis.right)
            > axis.left + measure(title, SIZE * u, Weight.REGULAR) + 20 * u
        ):
            drawing.add(Text(axis.left, y, title, SIZE * u, colour="muted"))


def _bars(
    drawing: Drawing, marks: Sequence[Mark], rows: dict[str, int], axis: Time, top: float
) -> None:
    u = drawing.unit
    hidden = 0
    for mark in marks:
        if rows[mark.id] >= MOST_BARS:
            hidden += 1
            continue
        x, end = _reach(mark, axis)
        if end < axis.left or x > axis.right:
            continue
        y, high = top + (rows[mark.id] * ROW + 2) * u, (ROW - 5) * u
        wide = max(end - x, 3 * u)
        role = mark.role
        fill = "" if mark.hollow else f"fill:{role}"
        drawing.add(Box(x, y, wide, high, fill, f"edge:{role}", u, 2 * u))
        drawing.hits.append(Hit(x, y, wide, high, mark.id))
        _bar_words(drawing, mark, marks, rows, axis, (x, y, wide, high))
    if hidden:
        y = top + (MOST_BARS * ROW - 6) * u
        more = plural(hidden, "+1 more", "+{n} more")
        drawing.add(
            Text(axis.right, y, more, 10 * u, Weight.MEDIUM, "muted", Align.RIGHT, halo=True)
        )


def _bar_words(
    drawing: Drawing,
    mark: Mark,
    marks: Sequence[Mark],
    rows: dict[str, int],
    axis: Time,
    at: tuple[float, float, float, float],
) -> None:
    """Inside the bar where they fit; else right of it up to the next bar of its row; else what fits inside."""
    u = drawing.unit
    measure = drawing.measure
    x, y, wide, high = at
    baseline = y + high * 0.5 + 3.6 * u
    needed = measure(mark.label, 10.5 * u, Weight.MEDIUM)
    if needed <= wide - 8 * u:
        ink = "ink" if mark.hollow else f"ink:{mark.role}"
        drawing.add(Text(x + 4 * u, baseline, mark.label, 10.5 * u, Weight.MEDIUM, ink))
        return
    later = [
        _reach(one, axis)[0]
        for one in marks
        if rows[one.id] == rows[mark.id] and one.began > mark.began
    ]
    room = min(later, default=axis.right) - (x + wide) - 6 * u
    if needed <= room:
        drawing.add(Text(x + wide + 4 * u, baseline, mark.label, 10.5 * u, Weight.MEDIUM))
        return
    words = place_words.fit(mark.label, 10.5 * u, wide - 8 * u, measure, Weight.MEDIUM)
    if len(words) > 3:
        drawing.add(Text(x + 4 * u, baseline, words, 10.5 * u, Weight.MEDIUM, f"ink:{mark.role}"))


def _reach(mark: Mark, axis: Time) -> tuple[float, float]:
    """From where to where a mark is drawn, within the plots."""
    x = axis.x(mark.began)
    if mark.shape is Shape.BAR:
        x = max(x, axis.left)
    end = x
    if mark.ended is not None:
        end = axis.x(mark.ended)
    elif mark.runs:
        end = axis.now
    return x, min(max(end, x), axis.right)


def _moments(drawing: Drawing, marks: Sequence[Mark], axis: Time, top: float) -> None:
    """Symbols and squares; those that would lie on one another stand side by side."""
    u = drawing.unit
    measure = drawing.measure
    seen = [mark for mark in marks if axis.shows(mark.began) or mark.shape is Shape.BAR]
    groups: list[list[Mark]] = []
    for mark in sorted(seen, key=lambda one: one.began):
        last = groups[-1][0] if groups else None
        if last is not None and axis.x(mark.began) - axis.x(last.began) < SQUARE * u * len(
            groups[-1]
        ):
            groups[-1].append(mark)
        else:
            groups.append([mark])
    _tails(drawing, seen, axis, top)
    ends: float = axis.left
    for i, group in enumerate(groups):
        following = axis.x(groups[i + 1][0].began) if i + 1 < len(groups) else axis.right
        ends = _group(drawing, group, axis, (top, ends, following - SQUARE * u / 2))
    hidden = len(marks) - len(seen)
    if hidden:
        y = top + ROW * u * 0.7
        earlier = plural(hidden, "1 outside", "{n} outside")
        wide = measure(earlier, 10 * u, Weight.REGULAR)
        if not groups or axis.x(groups[0][0].began) - axis.left > wide + 10 * u:
            drawing.add(Text(axis.left + 2 * u, y, earlier, 10 * u, colour="muted"))


def _tails(drawing: Drawing, marks: Sequence[Mark], axis: Time, top: float) -> None:
    """From a square to the end of its event."""
    u = drawing.unit
    for mark in marks:
        if mark.shape is not Shape.GRADE:
            continue
        x, end = _reach(mark, axis)
        if end > x + SQUARE * u:
            y = top + ROW * u / 2
            drawing.add(Box(x, y - 2 * u, end - x, 4 * u, f"edge:{mark.role}", alpha=0.55))


def _group(
    drawing: Drawing, group: Sequence[Mark], axis: Time, at: tuple[float, float, float]
) -> float:
    """Marks side by side from the place of the first; answers with where the last of them ends."""
    u = drawing.unit
    measure = drawing.measure
    top, before, following = at
    shown = group if len(group) <= SIDE_BY_SIDE else group[: SIDE_BY_SIDE - 1]
    x = axis.x(group[0].began)
    for n, mark in enumerate(shown):
        _symbol(drawing, mark, x + n * (SQUARE + 2) * u, axis, top)
    end = x + ((len(shown) - 0.5) * (SQUARE + 2)) * u
    baseline = top + ROW * u * 0.5 + 4 * u
    rest = len(group) - len(shown)
    if rest:
        more = f"+{rest}"
        drawing.add(Text(end, baseline, more, 10.5 * u, Weight.SEMIBOLD, halo=True))
        wide = measure(more, 10.5 * u, Weight.SEMIBOLD)
        drawing.hits.append(Hit(end, top, wide, ROW * u, group[len(shown)].id))
        end += wide
    if len(group) == 1 or all(mark.shape is not Shape.GRADE for mark in group):
        words = ", ".join(mark.label for mark in group if mark.label)
        end = _label(drawing, group[0], words, (x, end, before, following, baseline))
    return end


def _label(
    drawing: Drawing, mark: Mark, words: str, at: tuple[float, float, float, float, float]
) -> float:
    """Right of the mark where there is room, else left of it, else shortened; nothing where it would say nothing."""
    u = drawing.unit
    measure = drawing.measure
    x, end, before, following, baseline = at
    weight = Weight.SEMIBOLD if mark.line else Weight.MEDIUM
    colour = mark.role if mark.line else "ink"
    size = 10.5 * u
    needed = measure(words, size, weight)
    if needed <= following - end - 6 * u:
        drawing.add(Text(end + 3 * u, baseline, words, size, weight, colour, halo=True))
        return end + 3 * u + needed
    left = x - SQUARE * u / 2 - 3 * u
    if needed <= left - before - 4 * u:
        drawing.add(Text(left, baseline, words, size, weight, colour, Align.RIGHT, halo=True))
        return end
    short = place_words.fit(words, size, following - end - 6 * u, measure, weight)
    if len(short) > 6:
        drawing.add(Text(end + 3 * u, baseline, short, size, weight, colour, halo=True))
        return following
    return end


def _symbol(drawing: Drawing, mark: Mark, x: float, axis: Time, top: float) -> None:
    u = drawing.unit
    middle, half = top + ROW * u / 2, SQUARE * u / 2
    if mark.shape is Shape.GRADE:
        role = f"grade_{mark.grade}"
        y = middle - half
        drawing.add(
            Box(x - half, y, 2 * half, 2 * half, f"fill:{role}", f"edge:{role}", 1.2 * u, 2 * u)
        )
        if mark.serious:
            ring = half + 2.2 * u
            drawing.add(Box(x - ring, middle - ring, 2 * ring, 2 * ring, "", "bad", 1.6 * u, 4 * u))
        words = "?" if mark.grade is None else str(mark.grade)
        drawing.add(
            Text(x, middle + 4 * u, words, SIZE * u, Weight.SEMIBOLD, f"ink:{role}", Align.CENTRE)
        )
    elif mark.shape is Shape.BAR:
        start, end = _reach(mark, axis)
        wide = max(end - start, 6 * u)
        drawing.add(
            Box(start, middle - 5 * u, wide, 10 * u, f"fill:{mark.role}", f"edge:{mark.role}")
        )
        drawing.hits.append(Hit(start, top, wide, ROW * u, mark.id))
        return
    else:
        shape = "down" if mark.line else "diamond"
        drawing.add(Marker(x, middle, shape, 4.4 * u, mark.role, filled=not mark.hollow))
    drawing.hits.append(Hit(x - half - 2 * u, top, 2 * half + 4 * u, ROW * u, mark.id))


def band(drawing: Drawing, band: Band, axis: Time, at: tuple[float, float], side: float) -> None:
    """The stages along time; the last one and since when at the left."""
    u = drawing.unit
    measure = drawing.measure
    top, high = at
    baseline = top + high * 0.5 + 4 * u
    if side > 120 * u:
        drawing.add(Text(place_words.LEFT * u, baseline, band.title, SIZE * u, colour="muted"))
        drawing.add(Text(62 * u, baseline, band.now, 12 * u, Weight.SEMIBOLD))
        x = 62 * u + measure(band.now, 12 * u, Weight.SEMIBOLD) + 8 * u
        since = place_words.fit(band.since, SIZE * u, side - x - 6 * u, measure)
        drawing.add(Text(x, baseline, since, SIZE * u, colour="muted"))
    elif side:
        drawing.add(Text(0, baseline, band.title, SIZE * u, colour="muted"))
    for i, one in enumerate(band.stretches):
        x, end = axis.x(one.first), axis.x(one.last)
        wide = min(max(end - x, 18 * u), axis.right - x)
        role = f"stage_{one.level}"
        drawing.add(Box(x, top + u, wide, high - 2 * u, f"fill:{role}", f"edge:{role}"))
        named = one.text if side or i else f"{band.title} {one.text}"
        words = place_words.fit(named, SIZE * u, wide - 4 * u, measure, Weight.SEMIBOLD)
        drawing.add(Text(x + 5 * u, baseline, words, SIZE * u, Weight.SEMIBOLD, f"ink:{role}"))
    if not band.stretches:
        drawing.add(Line(axis.left, baseline - 4 * u, axis.left + 8 * u, baseline - 4 * u, "line"))
