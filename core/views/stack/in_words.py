"""The stack for a screen reader: how far, how fast, which stage, what happened and what runs."""

from datetime import date

from core.views.stack.figures import day_lines
from core.views.stack.rows import Band, Lane, Mark, PlotRow, Stack, Track
from core.views.trends import Point
from core.words import _, day, number


def all_of(stack: Stack) -> str:
    """A sentence a line: figures and values of every plot, the stages, every lane."""
    lines = [_row(row) for row in stack.rows]
    lines += [_band(band) for band in stack.bands if band.stretches]
    lines += [_lane(lane) for lane in stack.lanes if lane.marks]
    for section in stack.sections:
        lines += [f"{section.title}: {_track(track)}" for track in section.tracks]
    return "\n".join(lines)


def of_mark(mark: Mark) -> str:
    return "; ".join([mark.title, *mark.details])


def of_day(stack: Stack, on: date) -> str:
    """What one day says in every plot, with the name of its visit."""
    visits = [head.title for head in stack.heads if head.on == on]
    said = ["; ".join([day(on), *visits])]
    for row in stack.rows:
        head, *lines = ("".join(words.text for words in line) for line in day_lines(row, on))
        said.append(f"{head}: {', '.join(lines)}")
    return "\n".join(said)


def _row(row: PlotRow) -> str:
    lines = ["".join(words.text for words in line) for line in row.lines]
    heads = [*row.heads, "", "", ""]
    for one in row.legend:
        cells = (
            f"{cell} {head}".strip() for cell, head in zip(one.cells, heads, strict=False) if cell
        )
        lines.append(f"{one.title}: {', '.join(cells)}")
    for series in row.plot.series:
        values = ", ".join(_value(row, point) for point in series.points)
        if values:
            lines.append(f"{series.title}: {values}")
    if row.plot.no_forecast:
        lines.append(row.plot.no_forecast)
    for forecast in row.plot.forecasts:
        end = forecast.points[-1]
        text = _("{title}: {value} ({low} to {high}) on {day}")
        value, low, high = (number(one, 0) for one in (end.value, end.low, end.high))
        said = text.format(title=forecast.title, value=value, low=low, high=high, day=day(end.day))
        lines.append(said)
    return "; ".join(lines)


def _value(row: PlotRow, point: Point) -> str:
    """With what is said of one that is not sure: a poor grade, a day that is known to its month."""
    said = _("{value} on {day}").format(value=number(point.value, row.decimals), day=day(point.day))
    return said if point.sure or not point.note else f"{said} ({point.note})"


def _band(band: Band) -> str:
    return f"{band.title}: {band.now}, {band.since}"


def _lane(lane: Lane) -> str:
    return f"{lane.title}: " + "; ".join(_happened(mark) for mark in lane.marks)


def _track(track: Track) -> str:
    """The name of a treatment, what holds now, and every bar with its days."""
    name = " – ".join(filter(None, (track.title, track.said)))
    return f"{name}: " + "; ".join(_happened(mark) for mark in track.marks)


def _happened(mark: Mark) -> str:
    """With its grade, and its days as far as they are known: what is drawn in the middle of a month says its month."""
    return f"{mark.title} ({', '.join(mark.details)})" if mark.details else mark.title
