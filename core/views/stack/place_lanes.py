"""The lanes of events and support, and the bands of the stages.

Nothing of a lane is lost in silence: what cannot be drawn where it belongs is counted in words, and can be
pointed at there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

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

ROW, BAR_ROW = 18, 16  # px: of symbols and squares, and of each bar that runs beside others
SQUARE = 14
STEP = SQUARE + 4  # from one square to the next beside it
SIDE_BY_SIDE = 3  # squares that would overlap; of more, one says how many
MOST_BARS = 5
TAIL = 2.5  # how thick the bar from a square to the end of its event is
SIZE, WORDS = 11, 10.5
NEVER = date.max.toordinal()
LEAST_LETTERS = 6  # of a shortened label that still says something
_Interval = tuple[float, float]


def height(lane: Lane, u: float) -> float:
    """How high a lane is: bars that run at the same time need a row each."""
    rows = _bar_rows(lane)
    bars = min(len(set(rows.values())), MOST_BARS)
    return ((ROW if _has_moments(lane, rows) else 0) + bars * BAR_ROW + (2 if bars else 0)) * u


def _has_moments(lane: Lane, rows: dict[str, int]) -> bool:
    """Whether the lane has a row of symbols: it has one, too, where nothing is in it."""
    return not rows or any(mark.id not in rows for mark in lane.marks)


def _bar_rows(lane: Lane) -> dict[str, int]:
    """A row for each bar, so that none lies on another; short stays that shade all rows stand among the symbols."""
    shaded = not any(mark.shape is Shape.BAR and not mark.shade for mark in lane.marks)
    ends: list[int] = []
    rows: dict[str, int] = {}
    for mark in lane.marks:
        if mark.shape is not Shape.BAR or (mark.shade and shaded):
            continue
        first = mark.began.toordinal()
        last = max(mark.ended.toordinal(), first + 1) if mark.ended and not mark.runs else NEVER
        row = next((row for row, end in enumerate(ends) if end <= first), len(ends))
        ends[row : row + 1] = [last]
        rows[mark.id] = row
    return rows


def lane(drawing: Drawing, lane: Lane, axis: Time, top: float, side: float) -> None:
    """The title at the left, the marks over time."""
    rows = _bar_rows(lane)
    outside = [mark for mark in lane.marks if not is_seen(mark, axis)]
    seen = [mark for mark in lane.marks if mark not in outside]
    others = [mark for mark in seen if mark.id not in rows]
    bars = [mark for mark in seen if mark.id in rows]
    row = Row(drawing, axis, top)
    if _has_moments(lane, rows):
        groups = groups_of(row, others)
        title = _title(row, lane, outside, side)
        row.taken += title.taken
        for group in sorted(groups, key=rank):
            label_of(row, group)
        _bars(drawing, bars, rows, axis, top + ROW * drawing.unit, [])
    else:
        row.taken += [reach(mark, axis) for mark in bars if rows[mark.id] == 0]
        title = _title(row, lane, outside, side)
        _bars(drawing, bars, rows, axis, top, title.taken)
    drawing.add(*title.words)


@dataclass(slots=True)
class Row:
    """A row of symbols while it is filled: ``taken`` by what no words may be on.

    ``below`` and ``above`` are the bars to the ends of events, which words stand between.
    """

    drawing: Drawing
    axis: Time
    top: float
    taken: list[_Interval] = field(default_factory=list)
    below: list[_Interval] = field(default_factory=list)
    above: list[_Interval] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.top + ROW * self.drawing.unit / 2

    def is_free(self, left: float, right: float) -> bool:
        within = left >= self.axis.left and right <= self.axis.right
        return within and not _meets(self.taken, left, right)

    def baseline(self, left: float, right: float) -> float:
        """Of words there: a little higher where an event's bar is below them."""
        down = 4.0
        if _meets(self.below, left, right):
            down = 3.4 if _meets(self.above, left, right) else 2.2
        return self.middle + down * self.drawing.unit


@dataclass(frozen=True, slots=True)
class _Group:
    """Marks that stand side by side, from ``left`` to ``right``."""

    marks: tuple[Mark, ...]
    left: float
    right: float


def _meets(taken: Sequence[_Interval], left: float, right: float) -> bool:
    return any(left < end and start < right for start, end in taken)


def is_seen(mark: Mark, axis: Time) -> bool:
    if mark.shape is not Shape.BAR:
        return axis.shows(mark.began)
    x, end = reach(mark, axis)
    return end >= axis.left and x <= axis.right


def reach(mark: Mark, axis: Time) -> _Interval:
    """From where to where a mark is drawn; a bar and a tail within the plots."""
    x = axis.x(mark.began)
    end = x
    if mark.ended is not None:
        end = axis.x(mark.ended)
    elif mark.runs:
        end = axis.now
    if mark.shape is Shape.BAR and end >= axis.left:
        x = max(x, axis.left)
    return x, max(min(end, axis.right), x)


@dataclass(frozen=True, slots=True)
class _Title:
    """Words of a lane's name, and what they take of the plots."""

    words: tuple[Text, ...] = ()
    taken: tuple[_Interval, ...] = ()


def _title(row: Row, lane: Lane, outside: Sequence[Mark], side: float) -> _Title:
    """The lane's name, and how many of its marks are before or after the days that are shown.

    Left of the plots where there is room; else where nothing else is in them; else the number beside them.
    """
    drawing, u = row.drawing, row.drawing.unit
    y, size = row.top + ROW * u * 0.7, SIZE * u
    count = how_many(outside, row.axis)
    words = ": ".join(filter(None, (lane.title, count)))
    left = place_words.LEFT * u if side > 120 * u else 0
    if side and left + drawing.measure(words, size, Weight.REGULAR) < side - 12 * u:
        drawing.hits += [Hit(left, row.top, side - left, ROW * u, mark.id) for mark in outside]
        return _Title((Text(left, y, words, size, colour="muted"),))
    beside: tuple[Text, ...] = ()
    if side:
        name = place_words.fit(lane.title, size, side - left - 6 * u, drawing.measure)
        beside, words = (Text(left, y, name, size, colour="muted"),), count
    first = row.axis.left + 2 * u
    places = [(words, first), *((count, end + 4 * u) for _start, end in row.taken)]
    for said, x in places:
        wide = drawing.measure(said, 10 * u, Weight.REGULAR)
        if said and row.is_free(x, x + wide):
            drawing.hits += [Hit(x, row.top, wide, ROW * u, mark.id) for mark in outside]
            within = Text(x, y, said, 10 * u, colour="muted", halo=True)
            return _Title((*beside, within), ((x - 4 * u, x + wide + 4 * u),))
    if not outside:
        return _Title(beside)
    right, wide = row.axis.left - 5 * u, 24 * u
    drawing.hits += [Hit(right - wide, row.top, wide, ROW * u, mark.id) for mark in outside]
    more = Text(right, y, f"+{len(outside)}", 10 * u, Weight.MEDIUM, "muted", Align.RIGHT)
    return _Title((*beside, more))


def how_many(outside: Sequence[Mark], axis: Time) -> str:
    """``3 earlier, 1 later``; empty where there is none."""
    earlier = len([mark for mark in outside if axis.x(mark.began) < axis.left])
    later = len(outside) - earlier
    parts = [plural(earlier, "1 earlier", "{n} earlier")] if earlier else []
    parts += [plural(later, "1 later", "{n} later")] if later else []
    return ", ".join(parts)


def _bars(
    drawing: Drawing,
    marks: Sequence[Mark],
    rows: dict[str, int],
    axis: Time,
    top: float,
    blocked: Sequence[_Interval],
) -> None:
    """Bars with their words, a row each that runs beside others; ``blocked`` by the lane's name is of the first."""
    u = drawing.unit
    hidden = [mark for mark in marks if rows[mark.id] >= MOST_BARS]
    more = drawing.measure(_more(hidden), 10 * u, Weight.MEDIUM) + 8 * u if hidden else 0.0
    taken: dict[int, list[_Interval]] = {0: list(blocked)}
    following: dict[str, float] = {}
    begins: dict[int, float] = {}
    for mark in reversed(marks):
        following[mark.id] = begins.get(rows[mark.id], axis.right)
        begins[rows[mark.id]] = reach(mark, axis)[0]
    for mark in marks:
        row = rows[mark.id]
        if row >= MOST_BARS:
            continue
        x, end = reach(mark, axis)
        y, high = top + (row * BAR_ROW + 1.5) * u, (BAR_ROW - 3) * u
        wide = max(end - x, 3 * u)
        fill = "" if mark.hollow else f"fill:{mark.role}"
        drawing.add(Box(x, y, wide, high, fill, f"edge:{mark.role}", u, 2 * u))
        drawing.hits.append(Hit(x, y, wide, high, mark.id))
        words = taken.setdefault(row, [])
        limit = axis.right - (
            more if row == MOST_BARS - 1 else 0.0
        )  # beside them stands how many more
        room = max(min(wide, limit - x), 3 * u)
        until = min(following[mark.id], limit)
        _bar_words(drawing, mark, axis, (x, y, room, high), until, words)
        words.append((x, x + wide))
    if hidden:
        _hidden_bars(drawing, hidden, axis, top, taken.get(MOST_BARS - 1, []))


def _hidden_bars(
    drawing: Drawing, hidden: Sequence[Mark], axis: Time, top: float, taken: Sequence[_Interval]
) -> None:
    """How many bars there are more, right of the last row's; each can be pointed at there."""
    u = drawing.unit
    more = _more(hidden)
    wide = drawing.measure(more, 10 * u, Weight.MEDIUM)
    x = min(max((end for _x, end in taken), default=axis.left) + 6 * u, axis.right - wide)
    y = top + (MOST_BARS - 1) * BAR_ROW * u
    drawing.add(Text(x, y + 11.5 * u, more, 10 * u, Weight.MEDIUM, "muted", halo=True))
    drawing.hits += [Hit(x, y, wide, BAR_ROW * u, mark.id) for mark in hidden]


def _more(hidden: Sequence[Mark]) -> str:
    return plural(len(hidden), "+1 more", "+{n} more")


def _bar_words(
    drawing: Drawing,
    mark: Mark,
    axis: Time,
    at: tuple[float, float, float, float],
    following: float,
    taken: list[_Interval],
) -> None:
    """Inside the bar; else beside it, right or left; else over its end, shortened before the next bar of its row."""
    u, measure = drawing.unit, drawing.measure
    x, y, wide, high = at
    size, weight = WORDS * u, Weight.MEDIUM
    words, needed = mark.label, measure(mark.label, size, weight)
    ink = "ink" if mark.hollow else f"ink:{mark.role}"
    inside = max([x + 4 * u, *(end for start, end in taken if start < x + wide and end > x)])
    if needed <= x + wide - 4 * u - inside:
        left = inside
    elif _has_room(taken, x + wide + 4 * u, needed, following - 4 * u):
        left, ink = x + wide + 4 * u, "ink"
    elif x - 4 * u - needed >= axis.left and _has_room(
        taken, x - 4 * u - needed, needed, min(x, following)
    ):
        left, ink = x - 4 * u - needed, "ink"
    else:
        left = inside
        room = min([following, *(start for start, _end in taken if start > left)]) - left - 4 * u
        words = place_words.fit(mark.label, size, room, measure, weight)
        needed = measure(words, size, weight)
        ink = "ink" if left + needed > x + wide else ink  # it ends beyond the bar
        if len(words) <= 3:
            return
    drawing.add(Text(left, y + high * 0.5 + 3.7 * u, words, size, weight, ink))
    taken.append((left - 4 * u, left + needed))


def _has_room(taken: Sequence[_Interval], left: float, needed: float, end: float) -> bool:
    return left + needed <= end and not _meets(taken, left, left + needed)


def groups_of(row: Row, marks: Sequence[Mark]) -> list[_Group]:
    """Draws symbols and squares, those that would lie on one another side by side; answers with the groups."""
    u = row.drawing.unit
    together: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda one: one.began):
        last = together[-1] if together else None
        near = last is not None and (
            row.axis.x(mark.began) - row.axis.x(last[0].began)
            < STEP * u * min(len(last), SIDE_BY_SIDE)  # as wide as the group is drawn
        )
        if last is None or not near or Shape.BAR in {mark.shape, last[0].shape}:
            together.append([mark])
        else:
            last.append(mark)
    _tails(row, [mark for mark in marks if mark.shape is Shape.GRADE])
    groups = [_side_by_side(row, group) for group in together]
    row.taken += [(group.left, group.right) for group in groups]
    return groups


def _tails(row: Row, marks: Sequence[Mark]) -> None:
    """From a square to the end of its event; those of one time are above one another."""
    u = row.drawing.unit
    levels: list[float] = []
    for mark in sorted(marks, key=lambda one: one.began):
        x, end = reach(mark, row.axis)
        if end <= x + SQUARE / 2 * u:
            continue
        level = next((n for n, until in enumerate(levels) if until <= x), len(levels))
        if level == len(levels):
            levels.append(end)
        levels[level] = end
        down = (SQUARE / 2 - TAIL, -SQUARE / 2, -TAIL / 2)[level % 3]
        y = row.middle + down * u
        row.drawing.add(Box(x, y, end - x, TAIL * u, f"edge:{mark.role}", alpha=0.7))
        (row.below, row.above, row.taken)[level % 3].append((x, end))


def _side_by_side(row: Row, group: Sequence[Mark]) -> _Group:
    """Marks from the place of the first; of too many the gravest, and how many there are more."""
    drawing, u = row.drawing, row.drawing.unit
    shown = list(group)
    if len(group) > SIDE_BY_SIDE:
        gravest = sorted(group, key=lambda mark: (not mark.serious, -(mark.grade or 0)))
        shown = [mark for mark in group if mark in gravest[: SIDE_BY_SIDE - 1]]
    x = row.axis.x(group[0].began)
    if group[0].shape is Shape.BAR:
        left, right = _stay(row, group[0])
        return _Group(tuple(group), left, right)
    for n, mark in enumerate(shown):
        _symbol(drawing, mark, x + n * STEP * u, row.top)
    end = x + ((len(shown) - 0.5) * STEP) * u
    rest = [mark for mark in group if mark not in shown]
    if rest:
        more = f"+{len(rest)}"
        wide = drawing.measure(more, WORDS * u, Weight.SEMIBOLD)
        y = row.middle + 4 * u
        end += 3 * u  # off the ring of a serious one
        drawing.add(Text(end, y, more, WORDS * u, Weight.SEMIBOLD, halo=True))
        drawing.hits += [Hit(end, row.top, wide, ROW * u, mark.id) for mark in rest]
        end += wide
    return _Group(tuple(group), x - SQUARE / 2 * u, end)


def _stay(row: Row, mark: Mark) -> _Interval:
    """A short bar among symbols."""
    u = row.drawing.unit
    start, end = reach(mark, row.axis)
    wide = max(end - start, 6 * u)
    fill = "" if mark.hollow else f"fill:{mark.role}"
    y = row.middle - 5 * u
    row.drawing.add(Box(start, y, wide, 10 * u, fill, f"edge:{mark.role}", u, 2 * u))
    row.drawing.hits.append(Hit(start, row.top, wide, ROW * u, mark.id))
    return start, start + wide


def rank(group: _Group) -> tuple[bool, bool, int, float]:
    """Whose words take their place first: lines through all rows, what is serious, the highest grades."""
    marks = group.marks
    grave = max(mark.grade or 0 for mark in marks)
    return (
        not any(mark.line for mark in marks),
        not any(mark.serious for mark in marks),
        -grave,
        group.left,
    )


def label_of(row: Row, group: _Group) -> None:
    """Right of the marks where there is room, else left, else shortened; nothing where it would say nothing."""
    drawing, axis = row.drawing, row.axis
    u, measure = drawing.unit, drawing.measure
    mark = group.marks[0]
    if len(group.marks) > SIDE_BY_SIDE:
        return
    words = ", ".join(one.label for one in group.marks if one.label)
    weight = Weight.SEMIBOLD if mark.line else Weight.MEDIUM
    size, gap = WORDS * u, 4 * u
    needed = measure(words, size, weight)
    places = (group.right + gap, group.left - gap - needed)
    x = next((x for x in places if row.is_free(x - gap + u, x + needed + 2 * u)), None)
    if x is None and len(group.marks) == 1:
        x = group.right + gap
        ends = [start for start, _end in row.taken if start >= group.right - u]
        room = min([axis.right, *ends]) - x - 3 * u
        words = place_words.fit(words, size, room, measure, weight)
        needed = measure(words, size, weight)
        if len(words) <= LEAST_LETTERS or not row.is_free(x, x + needed):
            return
    if x is not None and words:
        y = row.baseline(x, x + needed)
        colour = mark.role if mark.line else "ink"
        between = _meets(row.above, x, x + needed)  # a halo would hide the bar above
        drawing.add(Text(x, y, words, size, weight, colour, halo=not between))
        row.taken.append((x, x + needed))


def _symbol(drawing: Drawing, mark: Mark, x: float, top: float) -> None:
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
        drawing.figures.append(Hit(place_words.LEFT * u, top, side, high, band.id))
    elif side:
        drawing.add(Text(0, baseline, band.title, SIZE * u, colour="muted"))
    for i, one in enumerate(band.stretches):
        x, end = axis.x(one.first), axis.x(one.last)
        is_last = one is band.stretches[-1]  # it is read, even where it was one form only
        least = measure(one.text, SIZE * u, Weight.SEMIBOLD) + 9 * u if is_last else u
        wide = min(max(end - x, least), axis.right - x)
        role = f"stage_{one.level}"
        drawing.add(Box(x, top + u, wide, high - 2 * u, f"fill:{role}", f"edge:{role}"))
        named = one.text if side or i else f"{band.title} {one.text}"
        room = wide - 7 * u
        words = place_words.fit(named, SIZE * u, room, measure, Weight.SEMIBOLD)
        if i == 0 and not side and words != named:
            words = place_words.fit(one.text, SIZE * u, room, measure, Weight.SEMIBOLD)
        if words and words != place_words.ELLIPSIS:
            drawing.add(Text(x + 5 * u, baseline, words, SIZE * u, Weight.SEMIBOLD, f"ink:{role}"))
    if not band.stretches:
        drawing.add(Line(axis.left, baseline - 4 * u, axis.left + 8 * u, baseline - 4 * u, "line"))
