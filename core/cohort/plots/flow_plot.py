"""Figure 1: who came, who is not among the enrolled and why, who was treated, how it ended, who was seen when."""

from collections.abc import Mapping

from core.cohort.missing import Flow, died_after_words
from core.cohort.plots.axes import PLAIN, SMALL, Sheet
from core.model.vital_status import State
from core.views.stack.place_words import fit
from core.views.stack.shapes import Box, Drawing, Line, Text, Weight
from core.words import _, plural

_BOX, _GAP, _LINE, _PAD = 30.0, 22.0, 14.0, 9.0  # px
_MOST = 4  # reasons that are named; the rest is counted


def height(flow: Flow) -> float:
    """In px."""
    rows = sum(_row_height(lines) for lines in _besides(flow))
    return rows + _side_height(_ends(flow)) + 6


def draw(flow: Flow, sheet: Sheet) -> Drawing:
    made, unit = sheet.drawing(), sheet.unit
    width, side = sheet.width * 0.4, sheet.width * 0.52
    x = 1 * unit
    y = 2 * unit
    titles = (
        plural(flow.assessed, "1 patient screened", "{n} patients screened"),
        plural(flow.enrolled, "1 enrolled", "{n} enrolled"),
        plural(flow.treated, "1 treated", "{n} treated"),
    )
    for title, lines in zip(titles, _besides(flow), strict=True):
        made.add(Box(x, y, width, _BOX * unit, "card", "strong_line", unit, 4 * unit))
        made.add(Text(x + _PAD * unit, y + 19 * unit, title, PLAIN * unit, Weight.SEMIBOLD))
        if lines:
            middle = y + _BOX / 2 * unit
            made.add(Line(x + width, middle, sheet.width - side, middle, "strong_line", unit))
            _beside(made, lines, sheet.width - side, y, side)
        end = y + _row_height(lines) * unit
        made.add(Line(x + 24 * unit, y + _BOX * unit, x + 24 * unit, end, "strong_line", unit))
        y = end
    _beside(made, _ends(flow), x, y, width)
    return made


def _beside(made: Drawing, lines: list[str], x: float, y: float, width: float) -> None:
    unit = made.unit
    made.add(Box(x, y, width, _side_height(lines) * unit, "card", "line", unit, 4 * unit))
    for at, words in enumerate(lines):
        fitting = fit(words, SMALL * unit, width - 2 * _PAD * unit, made.measure)
        made.add(Text(x + _PAD * unit, y + (17 + at * _LINE) * unit, fitting, SMALL * unit))


def _besides(flow: Flow) -> tuple[list[str], list[str], list[str]]:
    """What stands beside the boxes, from above."""
    return _before(flow), _untreated(flow), _seen(flow)


def _row_height(lines: list[str]) -> float:
    """From the top of a box to that of the next one."""
    return max(_BOX, _side_height(lines) if lines else 0.0) + _GAP


def _side_height(lines: list[str]) -> float:
    return 12 + _LINE * len(lines)


def _before(flow: Flow) -> list[str]:
    """Who was screened and not enrolled."""
    lines = [
        *_reasons(_("{n} refused"), flow.refused),
        *_reasons(_("{n} not eligible"), flow.failed),
    ]
    if flow.left_before:
        text = _("{n} withdrew, were lost or died before they were enrolled")
        lines.append(text.format(n=flow.left_before))
    if flow.screened:
        lines.append(_("{n} in screening").format(n=flow.screened))
    return lines


def _untreated(flow: Flow) -> list[str]:
    waiting = flow.enrolled - flow.treated - flow.withdrawn_before
    lines = []
    if flow.withdrawn_before:
        lines.append(_("{n} withdrew before the treatment").format(n=flow.withdrawn_before))
    if waiting > 0:
        lines.append(_("{n} not treated yet").format(n=waiting))
    return lines


def _seen(flow: Flow) -> list[str]:
    """How many came to each visit, in a few lines."""
    parts = [f"{title} {n}" for title, n in flow.seen.items()]
    rows = [" · ".join(parts[at : at + 4]) for at in range(0, len(parts), 4)]
    return [_("Seen at"), *rows] if rows else []


def _ends(flow: Flow) -> list[str]:
    """How it stands with the enrolled."""
    lines = [
        _("{n} in follow-up").format(n=flow.in_follow_up),
        _("{n} completed").format(n=flow.completed),
        _("{n} died").format(n=flow.died),
        *(f"   {words}" for words in died_after_words(flow)),
    ]
    if flow.lost or State.LOST not in flow.died_after:
        lines.append(_("{n} lost to follow-up").format(n=flow.lost))
    return [*lines, *_reasons(_("{n} withdrew"), flow.withdrawn)]


def _reasons(said: str, reasons: Mapping[str, int]) -> list[str]:
    if not reasons:
        return []
    lines = [said.format(n=sum(reasons.values()))]
    named = list(reasons.items())
    lines += [f"   {n}: {reason or _('no reason given')}" for reason, n in named[:_MOST]]
    if len(named) > _MOST:
        lines.append(f"   {sum(n for _why, n in named[_MOST:])}: " + _("other reasons"))
    return lines
