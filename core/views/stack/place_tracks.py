"""Sections of treatments: a row for whatever ran under one name, its bars over time, and what holds now.

A darker bar is a higher dose, a thin line a pause, an arrow goes on, a hollow one was offered or refused.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from core.views.stack import place_lanes, place_words
from core.views.stack.axes import Time
from core.views.stack.rows import Mark, Section, Shape, Track
from core.views.stack.shapes import Align, Area, Box, Drawing, Hit, Line, Text, Weight

HEAD, PAD = 18, 4  # px: of a section's heading; above and below what a track holds
BAR_ROW, ARROW = 17, 6
NAME_ROW = 16  # above the bars, where nothing is left of them
SHADES = 3  # of a role that has its fills by number: "medicine_1" is the palest
NAME = 12, 11  # sizes of a name and of what holds now


def height(section: Section, u: float, *, named_above: bool) -> float:
    """How high a section is: bars that run at the same time need a row each."""
    return HEAD * u + sum(_height(one, u, named_above) for one in section.tracks)


def _height(track: Track, u: float, named_above: bool) -> float:
    bars = len(set(_rows(track).values()))
    moments = place_lanes.ROW if _moments(track) else 0
    return (bars * BAR_ROW + moments + 2 * PAD + (NAME_ROW if named_above else 0)) * u


def _moments(track: Track) -> list[Mark]:
    return [mark for mark in track.marks if mark.shape is not Shape.BAR]


def _rows(track: Track) -> dict[str, int]:
    """A row for each bar, so that none is on another."""
    ends: list[int] = []
    rows: dict[str, int] = {}
    for mark in track.marks:
        if mark.shape is not Shape.BAR:
            continue
        first = mark.began.toordinal()
        last = first + 1 if mark.ended is None else max(mark.ended.toordinal(), first + 1)
        row = next((row for row, end in enumerate(ends) if end <= first), len(ends))
        ends[row : row + 1] = [place_lanes.NEVER if mark.runs else last]
        rows[mark.id] = row
    return rows


def section(
    drawing: Drawing,
    one: Section,
    axis: Time,
    top: float,
    side: float,
    death: float | None = None,
) -> float:
    """The heading and its tracks; answers with the place below them. No words beside a bar are on the line of a ``death``."""
    u = drawing.unit
    drawing.add(
        Box(0, top, drawing.width, HEAD * u, "ground"),
        Text(place_words.LEFT * u, top + 12.5 * u, one.title, 10.5 * u, Weight.SEMIBOLD, "muted"),
    )
    y = top + HEAD * u
    for track in one.tracks:
        _track(drawing, track, axis, y, side, death)
        y += _height(track, u, not side)
        drawing.add(Line(0, y, drawing.width, y, "line"))
    return y


def _track(
    drawing: Drawing, track: Track, axis: Time, top: float, side: float, death: float | None
) -> None:
    u = drawing.unit
    outside = [mark for mark in track.marks if not place_lanes.is_seen(mark, axis)]
    seen = [mark for mark in track.marks if mark not in outside]
    drawing.tracks.append((top, top + _height(track, u, not side)))
    _name(drawing, track, (top, _height(track, u, not side)), side, death)
    y = top + (PAD + (0 if side else NAME_ROW)) * u
    row = place_lanes.Row(drawing, axis, y)
    moments = [mark for mark in seen if mark.shape is not Shape.BAR]
    groups = place_lanes.groups_of(row, moments) if moments else []
    if _moments(track):
        y += place_lanes.ROW * u
    else:
        row.taken += [place_lanes.reach(mark, axis) for mark in seen]
    _outside(row, outside)
    for group in sorted(groups, key=place_lanes.rank):
        place_lanes.label_of(row, group)
    _bars(drawing, track, seen, axis, y, death)


def _name(
    drawing: Drawing, track: Track, at: tuple[float, float], side: float, death: float | None
) -> None:
    """The name at the left, what holds now at the right of it; above the bars where nothing is left of them.

    Above the bars it ends before the line of a ``death`` that it would be on.
    """
    u, measure = drawing.unit, drawing.measure
    top, high = at
    end = side - 10 * u if side else drawing.width - 12 * u
    baseline = top + min(high, (2 * PAD + BAR_ROW) * u) / 2 + 4.2 * u if side else top + 14 * u
    size, small = (one * u for one in NAME)
    if not side and death is not None and end - measure(track.said, small, Weight.REGULAR) < death:
        end = min(end, death - 6 * u)
    left = place_words.LEFT * u
    name = place_words.fit(track.title, size, end - left, measure, Weight.SEMIBOLD)
    drawing.add(Text(left, baseline, name, size, Weight.SEMIBOLD))
    room = end - left - measure(name, size, Weight.SEMIBOLD) - 10 * u
    said = place_words.fit(track.said, small, room, measure)
    if len(said) > 3:
        over = not side  # the lines through all rows go on below it
        drawing.add(Text(end, baseline, said, small, colour="muted", align=Align.RIGHT, halo=over))


def _outside(row: place_lanes.Row, marks: Sequence[Mark]) -> None:
    """How many are before or after the days that are shown; each can be pointed at there."""
    words, u = place_lanes.how_many(marks, row.axis), row.drawing.unit
    if not words:
        return
    wide = row.drawing.measure(words, 10 * u, Weight.REGULAR)
    ends = [row.axis.left, *(end for _start, end in row.taken)]
    x = next((x + 3 * u for x in ends if row.is_free(x + 3 * u, x + 3 * u + wide)), row.axis.left)
    row.drawing.add(Text(x, row.middle + 4 * u, words, 10 * u, colour="muted", halo=True))
    row.drawing.hits += [Hit(x, row.top, wide, place_lanes.ROW * u, mark.id) for mark in marks]
    row.taken.append((x - 3 * u, x + wide + 3 * u))


def _bars(
    drawing: Drawing,
    track: Track,
    seen: Sequence[Mark],
    axis: Time,
    top: float,
    death: float | None,
) -> None:
    u = drawing.unit
    rows = _rows(track)
    bars = [mark for mark in seen if mark.id in rows]
    _pauses(drawing, bars, rows, axis, top)
    ends: dict[int, list[float]] = {}  # of bars and of words beside them, by row
    for n, mark in enumerate(bars):
        row = rows[mark.id]
        y, high = top + (row * BAR_ROW + 1) * u, (BAR_ROW - 2) * u
        x, end = place_lanes.reach(mark, axis)
        following = [
            place_lanes.reach(one, axis)[0] for one in bars[n + 1 :] if rows[one.id] == row
        ]
        until = min([*following, axis.right])
        wide = max(min(end, until - u) - x, 3 * u)  # bars that meet are two
        drawing.hits.append(Hit(x, y, wide, high, mark.id))
        if mark.level == 0:
            drawing.add(_thin(x, x + wide, y + high / 2, _role(mark), u))
            continue
        painted = replace(mark, role=_role(mark))
        _bar(drawing, painted, (x, y, wide, high))
        arrow = ARROW * u if mark.runs else 0.0
        room = (max([axis.left, *ends.get(row, [])]), until if death is None else min(until, death))
        said = _words(drawing, painted, (x, y, wide, high), arrow, room)
        ends.setdefault(row, []).extend((x + wide + arrow, said))


def _bar(drawing: Drawing, mark: Mark, at: tuple[float, float, float, float]) -> None:
    """From its beginning to its end; one that goes on ends in an arrow."""
    u = drawing.unit
    x, y, wide, high = at
    fill = "" if mark.hollow else f"fill:{mark.role}"
    drawing.add(Box(x, y, wide, high, fill, f"edge:{mark.role}", u, 0 if mark.runs else 2 * u))
    if mark.runs:
        tip = ((x + wide, y), (x + wide + ARROW * u, y + high / 2), (x + wide, y + high))
        drawing.add(Area(tip, f"edge:{mark.role}"))


def _words(
    drawing: Drawing,
    mark: Mark,
    at: tuple[float, float, float, float],
    arrow: float,
    room: tuple[float, float],
) -> float:
    """Inside the bar, else right of it, else left of it in the ``room`` that its row has; else shortened inside.

    Answers with the place where they end.
    """
    u, measure = drawing.unit, drawing.measure
    x, y, wide, high = at
    size, weight = place_lanes.WORDS * u, Weight.MEDIUM
    words, needed = mark.label, measure(mark.label, place_lanes.WORDS * u, Weight.MEDIUM)
    ink, first, last, gap = "ink", room[0], room[1], 4 * u
    if needed <= wide - 2 * gap:
        left, ink = x + gap, ink if mark.hollow else f"ink:{mark.role}"
    elif x + wide + arrow + gap + needed <= last - gap:
        left = x + wide + arrow + gap
    elif x - gap - needed >= first + gap:
        left = x - gap - needed
    else:
        words = place_words.fit(words, size, wide - 2 * gap, measure, weight)
        left, ink = x + gap, ink if mark.hollow else f"ink:{mark.role}"
        if len(words) <= 3:
            return x
    outside = ink == "ink" and not x <= left <= x + wide  # a line through all rows may be there
    drawing.add(Text(left, y + high * 0.5 + 3.7 * u, words, size, weight, ink, halo=outside))
    return left + measure(words, size, weight)


def _pauses(
    drawing: Drawing, bars: Sequence[Mark], rows: dict[str, int], axis: Time, top: float
) -> None:
    """A thin line from the end of a bar to the beginning of the next one of its row."""
    u = drawing.unit
    for row in set(rows.values()):
        line = [mark for mark in bars if rows[mark.id] == row]
        y = top + (row * BAR_ROW + BAR_ROW / 2) * u
        for before, after in pairwise(line):
            end, begin = place_lanes.reach(before, axis)[1], place_lanes.reach(after, axis)[0]
            if begin > end + u and before.ended is not None:
                drawing.add(_thin(end, begin, y, _role(before), u))


def _thin(x: float, end: float, y: float, role: str, u: float) -> Line:
    return Line(x, y, end, y, f"edge:{role}", 2 * u)


def _role(mark: Mark) -> str:
    """Whose fill it has: of a role with shades the one of its level."""
    if mark.level is None:
        return mark.role
    shade = max(1, min(SHADES, round(mark.level * SHADES + 0.4)))
    return f"{mark.role}_{shade}"
