"""Where the plots beside a questionnaire have their lines, bars and words: the totals over time, and a strip for each domain.

They are placed anew at every key, so nothing here is looked up twice. Time runs from left to right in every language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core import clock
from core.instruments.definition import Scale
from core.views import plot_style
from core.views.so_far import Reach, scale_text
from core.views.stack.shapes import (
    Align,
    Box,
    Drawing,
    Frame,
    Line,
    Marker,
    Path,
    Shape,
    Text,
    Weight,
)
from core.views.trends import Plot, Point, Series, TimelineEvent
from core.words import _, month_of, number, short_day

MARKED = frozenset({"reference", "milestone"})  # what is marked beside so few values
NEAR = timedelta(days=92)  # what happened so shortly before the first value has its mark, too
BEFORE_PX, AFTER_PX, ABOVE_PX, BELOW_PX = 30, 34, 34, 20  # round the totals
WORDS, SMALL = 12, 11  # px
BAR_PX = 8


@dataclass(frozen=True, slots=True)
class Days:
    """A time axis: its first and last day, and where they are."""

    first: date
    last: date
    left: float
    right: float

    def x(self, day: date) -> float:
        """One single day is at the right end."""
        span = (self.last - self.first).days
        if not span:
            return self.right
        return self.left + (day - self.first).days / span * (self.right - self.left)


@dataclass(slots=True)
class Taken:
    """Which stretches of a line hold words already."""

    gap: float
    stretches: list[tuple[float, float]]

    def take(self, low: float, high: float) -> bool:
        """Whether there was room for words from ``low`` to ``high``; it is theirs then."""
        free = all(high + self.gap <= a or low >= b + self.gap for a, b in self.stretches)
        if free:
            self.stretches.append((low, high))
        return free


def place_totals(drawing: Drawing, plot: Plot, on: date) -> None:
    """The totals of all forms, and as a bar with both ends what that of the day ``on`` can still become."""
    u = drawing.unit
    frame = Frame(ABOVE_PX * u, drawing.height - BELOW_PX * u, plot.low, plot.high)
    marks = [event for event in plot.events if event.role in MARKED]
    values = [*(point.day for one in plot.series for point in one.points), on]
    near = [one.day for one in marks if min(values) - NEAR <= one.day <= max(values)]
    left, right = BEFORE_PX * u, drawing.width - AFTER_PX * u
    days = Days(min([*values, *near]), max(values), left + 8 * u, right - 4 * u)
    _scale(drawing, plot, frame, left, right)
    _marks(drawing, [one for one in marks if days.first <= one.day <= days.last], days, frame)
    for series in plot.series:
        _series(drawing, series, days, frame, on)
    _day_words(drawing, values, days, on)


def place_domains(
    drawing: Drawing,
    scales: Sequence[tuple[Scale, Reach]],
    plot: Plot,
    on: date,
    *,
    waits: bool,
    mirrored: bool = False,
) -> None:
    """A strip for each domain: its name and what is known of its score, and beside it the score itself.

    ``waits`` says in the strips with an answer that the values of earlier forms are shown later; ``mirrored`` puts the names
    at the right.
    """
    u = drawing.unit
    names = _name_width(drawing, scales)
    left, right = names + 10 * u, drawing.width - 26 * u
    if mirrored:
        left, right = 6 * u, drawing.width - names - 30 * u
    days = [point.day for series in plot.series for point in series.points]
    axis = Days(min([*days, on]), max([*days, on]), left + 10 * u, right - 8 * u)
    high = drawing.height / len(scales)
    for index, ((scale, reach), series) in enumerate(zip(scales, plot.series, strict=True)):
        top = index * high
        room = (drawing.width - names, drawing.width) if mirrored else (0.0, names)
        _name(drawing, scale, reach, series.role, (room, top + high / 2), mirrored=mirrored)
        frame = Frame(top + 9 * u, top + high - 9 * u, 0, scale.maximum)
        for part in (0.0, 0.5, 1.0):
            y = frame.y(part * scale.maximum)
            drawing.add(Line(left, y, right, y, "line"))
        _strip(drawing, series, reach, axis, frame, on)
        if waits and reach.answered:
            text = _("earlier values show when complete")
            words = fitted(drawing, text, SMALL, Weight.REGULAR, axis.right - left - 20 * u)
            y = top + high / 2 + 4 * u
            drawing.add(Text(left + 8 * u, y, words, SMALL * u, colour="muted", halo=True))


def fitted(drawing: Drawing, words: str, size: float, weight: Weight, room: float) -> str:
    """The words, or as many letters of them as there is room for; empty where there is none for even one."""
    size = size * drawing.unit
    if drawing.measure(words, size, weight) <= room:
        return words
    kept = words
    while kept and drawing.measure(f"{kept}…", size, weight) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…" if kept else ""


def _scale(drawing: Drawing, plot: Plot, frame: Frame, left: float, right: float) -> None:
    u = drawing.unit
    ticks = [plot.low + i * plot.step for i in range(round((plot.high - plot.low) / plot.step) + 1)]
    crowded = (frame.bottom - frame.top) / max(1, len(ticks) - 1) < 16 * u
    for value in ticks[:: 2 if crowded else 1]:
        y = frame.y(value)
        drawing.add(Line(left, y, right, y, "line"))
        place, words = (left - 6 * u, y + 4 * u), f"{value:g}"
        drawing.add(Text(*place, words, SMALL * u, colour="muted", align=Align.RIGHT))


def _marks(drawing: Drawing, marks: Sequence[TimelineEvent], days: Days, frame: Frame) -> None:
    """Lines with their words above the values, where there is room for them."""
    u, taken = drawing.unit, Taken(6 * drawing.unit, [])
    for mark in marks:
        x = days.x(mark.day)
        drawing.add(Line(x, 4 * u, x, frame.bottom, mark.role, 1.2 * u, (1.5 * u, 2.5 * u)))
        wide = drawing.measure(mark.label, SMALL * u, Weight.MEDIUM)
        start = x + 5 * u if x + 5 * u + wide <= drawing.width else x - 5 * u - wide
        if start >= 0 and taken.take(start, start + wide):
            words = Text(start, 13 * u, mark.label, SMALL * u, Weight.MEDIUM, mark.role, halo=True)
            drawing.add(words)


def _series(drawing: Drawing, series: Series, days: Days, frame: Frame, on: date) -> None:
    u, shape = drawing.unit, plot_style.of(series.role).marker
    places = [(days.x(point.day), frame.y(point.value)) for point in series.points]
    if series.joined and len(places) > 1:
        drawing.add(Path(tuple(places), series.role, 2 * u))
    taken = Taken(4 * u, [])
    for (x, y), point in reversed(list(zip(places, series.points, strict=True))):
        drawing.add(Marker(x, y, shape, 4 * u, series.role, filled=point.sure))
        words, now = f"{point.value:g}", point.day == on
        wide = drawing.measure(words, WORDS * u, Weight.SEMIBOLD)
        if now:
            drawing.add(Text(x + 9 * u, y + 4 * u, words, WORDS * u, Weight.SEMIBOLD, "accent"))
        elif taken.take(x - wide / 2, x + wide / 2):
            place, size = (x, y - 8 * u), WORDS * u
            drawing.add(Text(*place, words, size, Weight.SEMIBOLD, align=Align.CENTRE, halo=True))
    for span in series.spans:
        x, top, bottom = days.x(span.day), frame.y(span.high), frame.y(span.low)
        drawing.add(_bar(x, top, bottom, u, fill="accent_ground", edge="accent"))
        middle = (top + bottom) / 2  # words of ends that nearly meet keep a line's distance
        for value, y in (
            (span.high, min(top + 4 * u, middle - 3 * u)),
            (span.low, max(bottom + 4 * u, middle + 11 * u)),
        ):
            end = f"{value:g}"
            drawing.add(Text(x + 9 * u, y, end, WORDS * u, Weight.SEMIBOLD, "accent"))


def _day_words(drawing: Drawing, values: Sequence[date], days: Days, on: date) -> None:
    """Below: the day of this form, and the months of the others where there is room, the latest first."""
    u, taken = drawing.unit, Taken(8 * drawing.unit, [])
    now = _("today") if on == clock.today() else short_day(on)
    written = [(on, now, Weight.SEMIBOLD, "accent")]
    others = sorted({one for one in values if one != on}, reverse=True)
    written += [(one, month_of(one), Weight.REGULAR, "muted") for one in others]
    for day, words, weight, colour in written:
        wide = drawing.measure(words, SMALL * u, weight)
        start = min(max(days.x(day) - wide / 2, 0), drawing.width - wide)
        if taken.take(start, start + wide):
            y = drawing.height - 5 * u
            drawing.add(Text(start, y, words, SMALL * u, weight, colour))


def _name_width(drawing: Drawing, scales: Sequence[tuple[Scale, Reach]]) -> float:
    u = drawing.unit
    widths = [drawing.measure(scale.title, WORDS * u, Weight.SEMIBOLD) for scale, _reach in scales]
    return min(max(widths) + 20 * u, 0.45 * drawing.width)


def _name(
    drawing: Drawing,
    scale: Scale,
    reach: Reach,
    role: str,
    place: tuple[tuple[float, float], float],
    *,
    mirrored: bool,
) -> None:
    """The marker, the name, and below it what is known of the score."""
    u, ((start, end), middle) = drawing.unit, place
    marker = end - 6 * u if mirrored else start + 6 * u
    words = end - 17 * u if mirrored else start + 17 * u
    align = Align.RIGHT if mirrored else Align.LEFT
    room = end - start - 17 * u
    drawing.add(Marker(marker, middle - 8 * u, plot_style.of(role).marker, 4 * u, role))
    name = fitted(drawing, scale.title, WORDS, Weight.SEMIBOLD, room)
    drawing.add(Text(words, middle - 4 * u, name, WORDS * u, Weight.SEMIBOLD, align=align))
    weight, colour = (Weight.SEMIBOLD, "ink") if reach.answered else (Weight.REGULAR, "muted")
    said = fitted(drawing, scale_text(reach), WORDS, weight, room)
    drawing.add(Text(words, middle + 13 * u, said, WORDS * u, weight, colour, align))


def _strip(
    drawing: Drawing, series: Series, reach: Reach, days: Days, frame: Frame, on: date
) -> None:
    """The scores of earlier forms, where they may be seen, and this one's score or what it can still become."""
    u, shape = drawing.unit, plot_style.of(series.role).marker
    places = [(days.x(point.day), frame.y(point.value)) for point in series.points]
    if len(places) > 1:
        drawing.add(Path(tuple(places), series.role, 1.6 * u))
    earlier = [point for point in series.points if point.day < on]
    for (x, y), point in zip(places, series.points, strict=True):
        now = point.day == on
        drawing.add(Marker(x, y, shape, (4 if now else 3) * u, series.role))
        if now:
            words = number(point.value, 0)
            drawing.add(Text(x + 8 * u, y + 4 * u, words, WORDS * u, Weight.SEMIBOLD))
        elif _last(earlier, point):
            below = y + 14 * u if y + 14 * u <= frame.bottom + 6 * u else y - 7 * u
            words = number(point.value, 0)
            drawing.add(Text(x, below, words, SMALL * u, align=Align.CENTRE, halo=True))
    for span in series.spans:
        top, bottom = frame.y(span.high), frame.y(span.low)
        fill, edge = (series.role, series.role) if reach.answered else ("card", "strong_line")
        drawing.add(_bar(days.x(span.day), top, bottom, u, fill=fill, edge=edge))


def _last(points: Sequence[Point], point: Point) -> bool:
    return bool(points) and points[-1] is point


def _bar(x: float, top: float, bottom: float, u: float, *, fill: str, edge: str) -> Shape:
    wide = BAR_PX * u
    return Box(x - wide / 2, top, wide, bottom - top, fill, edge, 1.2 * u, 2 * u)
