"""Four weeks on paper: weeks as rows, days as columns; a long week goes on on the next page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import zip_longest

from core.model.document import OfWeeks
from core.reports import layout
from core.reports.layout import BODY, LABEL, MUTED, SMALL, STRONG, Block, Cell, Column
from core.reports.page import INNER, Paper
from core.reports.text import Style, Weight
from core.views import calendar
from core.views.calendar import Day, Kind
from core.words import N_, _, day, short_day, weekdays

TITLE = N_("Calendar")
_HEAD = Style(15, 20, Weight.SEMIBOLD)
_GAP = 5.0  # between the words of two days
_ROUND = 90.0  # points, of all that is not weeks
_LIGHT = replace(BODY, colour=MUTED)
_STYLES = {
    Kind.APPOINTMENT: STRONG,
    Kind.MISSED: STRONG,
    Kind.BEGUN: BODY,
    Kind.TARGET: _LIGHT,
    Kind.CLOSES: _LIGHT,
}


def document(source: OfWeeks) -> bytes:
    today = source.printed_at.astimezone().date()
    weeks = calendar.weeks(source.outlines, source.first, today)
    last = source.first + timedelta(days=calendar.DAYS - 1)
    span = f"{day(source.first)} – {day(last)}"
    paper = Paper.of(source, title=_(TITLE), subject=f"{_(TITLE)} · {span}")
    blocks = layout.kept(layout.paragraph(span, _HEAD, INNER))
    blocks += layout.kept(layout.paragraph(calendar.summary(weeks), SMALL, INNER))
    columns = [Column(INNER / 7, name, gap=_GAP) for name in weekdays()]
    least = (paper.room - _ROUND) / calendar.WEEKS
    blocks += layout.table(columns, [_week(week, columns, today, least) for week in weeks], LABEL)
    note = _(
        "Bold: an appointment. Grey: planned for this day, or the last day of a window, without an appointment."
    )
    blocks += [layout.gap(4), *layout.paragraph(note, SMALL, INNER)]
    return paper.render(blocks, layout.gap(0))


def _week(week: Sequence[Day], columns: Sequence[Column], today: date, least: float) -> list[Block]:
    """The days, below them what is on each, the first things beside one another, and a line under all."""
    heads = [Cell(_head(one.on, today), STRONG if one.on == today else LABEL) for one in week]
    blocks = layout.kept(layout.row(heads, columns, pad=1))
    for line in zip_longest(*(one.entries for one in week)):
        cells = [
            Cell("", BODY) if one is None else Cell(_text(one), _STYLES[one.kind]) for one in line
        ]
        blocks += layout.row(cells, columns, pad=1)
    rest = max(least - layout.height(blocks), 4)
    return layout.ruled([*blocks, replace(layout.gap(rest), space=False)], INNER)


def _text(one: calendar.Entry) -> str:
    if one.kind is Kind.MISSED:
        return _("{text} (missed)").format(text=one.text)
    return _("{text} (begun)").format(text=one.text) if one.kind is Kind.BEGUN else one.text


def _head(on: date, today: date) -> str:
    return _("{day}, today").format(day=short_day(on)) if on == today else short_day(on)
