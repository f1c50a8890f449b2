"""A number of a group over time: every patient behind, the middle with its scatter before, n under every point."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import pairwise

from core.cohort.frames import PATIENT
from core.cohort.means import At, Means
from core.cohort.plots.axes import (
    SMALL,
    Room,
    Sheet,
    cut_mark,
    foot,
    room,
    steps,
    under,
    value_axis,
)
from core.science.statistics.summary import Summary
from core.views.stack.shapes import Drawing, Line, Lines, Marker, Path, Text, Weight
from core.words import MINUS, N_, Words, _, number

BELOW = 48.0  # px under the axis: months, n
NEAREST = 32.0  # px between two visits, so that the numbers of both can be read
_FEWEST, _FAR = 4, 2.0  # visits; a last one that comes after twice the time of all others is far
_AIR = 0.12  # of that time: kept on either side of what is cut, and what is left of it


class Spread(StrEnum):
    """What the whiskers are; the figure says it by name, never a bare ±."""

    SE = "se"
    SD = "sd"
    QUARTILES = "quartiles"


SPREADS = Words(
    {
        Spread.SE: N_("mean ± SE"),
        Spread.SD: N_("mean ± SD"),
        Spread.QUARTILES: N_("median and quartiles"),
    }
)


def middle(one: Summary, spread: Spread) -> float:
    return one.median if spread is Spread.QUARTILES else one.mean


def whiskers(one: Summary, spread: Spread) -> tuple[float, float] | None:
    """None where a single value has no scatter."""
    if spread is Spread.QUARTILES:
        return one.q1, one.q3
    reach = one.se if spread is Spread.SE else one.sd
    return None if reach is None else (one.mean - reach, one.mean + reach)


def role_of(field: str) -> str:
    """The colour that a field has everywhere."""
    kind, _point, name = field.partition(".")
    if name == "total":
        return "total"
    if kind == "capacity":
        return name
    return name if kind == "alsfrs-r" else "field"


def draw(means: Means, sheet: Sheet, spread: Spread = Spread.SE, *, same: bool = False) -> Drawing:
    """The whole figure but its caption. ``same`` adds the line of the patients who have a value at every visit."""
    made, unit = sheet.drawing(), sheet.unit
    if not means.at:
        made.add(Text(0, 20 * unit, _("No patient has this value."), SMALL * unit, colour="muted"))
        return made
    cut, cut_to = _cut([one.slot.month for one in means.at])
    whole = room(sheet, _months(means), _values(means), below=BELOW, cut=cut, cut_to=cut_to)
    inside = _apart(whole, means, unit)
    role = role_of(means.field.id)
    most = max(3, int((inside.bottom - inside.top) / (28 * unit)))
    made.add(*value_axis(inside, unit, steps(inside.y_low, inside.y_high, most)))
    made.add(_patients(means, inside, role, unit))
    if same and 1 < means.n_same < max(one.n for one in means.at):
        _same(made, means, inside, spread, role)
    _line(made, means.at, inside, spread, role)
    made.add(foot(inside, unit))
    made.add(*cut_mark(inside, unit))
    if inside.knots[0]:
        words = _("time is not to scale: visits close together are drawn apart")
        made.add(Text(inside.left, 9 * unit, words, SMALL * unit, colour="muted"))
    months = [(one.slot.month, _month(one.slot.month)) for one in means.at]
    made.add(*under(inside, unit, 0, _("month"), months, strong=False))
    counts = [(one.slot.month, str(one.n)) for one in means.at]
    made.add(*under(inside, unit, 1, "n", counts, strong=True))
    return made


def _cut(months: Sequence[float]) -> tuple[tuple[float, float] | None, float]:
    """The stretch before a visit that is far after all others (year 5 after month 12), and how long it is drawn."""
    if len(months) < _FEWEST or months[-1] - months[-2] <= _FAR * (months[-2] - months[0]):
        return None, 0.0
    before = months[-2] - months[0]
    return (months[-2] + _AIR * before, months[-1] - _AIR * before), _AIR * before


def _months(means: Means) -> tuple[float, float]:
    first, last = means.at[0].slot.month, means.at[-1].slot.month
    cut, cut_to = _cut([one.slot.month for one in means.at])
    shown = last - first if cut is None else last - first - (cut[1] - cut[0]) + cut_to
    air = shown * 0.02 + 0.2
    return first - air, last + 3 * air


def _month(month: float) -> str:
    """Two decimals at most."""
    return f"{round(month, 2):.3g}".replace("-", MINUS)


def _apart(inside: Room, means: Means, unit: float) -> Room:
    """The same room, its axis stretched where visits are so close that their numbers would lie over each other."""
    months = [one.slot.month for one in means.at]
    gap = min(NEAREST * unit, (inside.right - inside.left) / (len(months) + 1))
    places = [inside.x(one) for one in months]
    if all(after - before >= gap - 1e-6 for before, after in pairwise(places)):
        return inside
    own = [gap, *(max(after - before, gap) for before, after in pairwise(places))]
    room_left, ends = inside.right - inside.left - gap, [0.0]
    spare = room_left - gap * len(own)
    more = sum(one - gap for one in own)
    for one in own:
        ends.append(ends[-1] + gap + (one - gap) * spare / more if more else ends[-1] + gap)
    first, last = months[0], months[-1]
    air = inside.x_high - last
    return replace(
        inside,
        knots=(
            (first - air, *months, last + air),
            (inside.left, *(inside.left + end - gap / 2 for end in ends[1:]), inside.right),
        ),
    )


def _values(means: Means) -> tuple[float, float]:
    """The range of the patients' own values: what they can be at all would press them together."""
    values = means.lines["value"]
    low, high = float(values.min()), float(values.max())
    air = (high - low) * 0.06 or 1.0
    bottom = low - air
    if means.field.low is not None:
        bottom = max(bottom, means.field.low - air / 3)
    return bottom, high + air


def _patients(means: Means, inside: Room, role: str, unit: float) -> Lines:
    ordered = means.lines.sort_values([PATIENT, "month"], kind="stable")
    xs = inside.x(ordered["month"].clip(means.at[0].slot.month, inside.x_high).to_numpy())  # type: ignore[arg-type]
    ys = inside.y(ordered["value"].to_numpy())  # type: ignore[arg-type]
    who = ordered[PATIENT].to_numpy()
    starts = (0, *((who[1:] != who[:-1]).nonzero()[0] + 1).tolist()) if len(who) else ()
    points = tuple(zip(xs.tolist(), ys.tolist(), strict=True))  # type: ignore[attr-defined]
    alpha = 0.32 if len(starts) <= 60 else max(0.03, 12 / len(starts))
    return Lines(points, starts, role, 1.0 * unit, alpha)


def _line(made: Drawing, at: Sequence[At], inside: Room, spread: Spread, role: str) -> None:
    unit = made.unit
    points = [(inside.x(one.slot.month), inside.y(middle(one.summary, spread))) for one in at]
    made.add(Path(tuple(points), role, 2.2 * unit))
    for one, (x, y) in zip(at, points, strict=True):
        ends = whiskers(one.summary, spread)
        if ends is not None:
            low, high = (inside.y(end) for end in ends)
            made.add(Line(x, low, x, high, role, 1.4 * unit))
            made.add(
                *(
                    Line(x - 4 * unit, end, x + 4 * unit, end, role, 1.4 * unit)
                    for end in (low, high)
                )
            )
        made.add(Marker(x, y, "circle", 3.6 * unit, role))
    for one, (x, y) in zip(at, points, strict=True):
        words = number(middle(one.summary, spread), 1)
        made.add(
            Text(x + 6 * unit, y - 6 * unit, words, SMALL * unit, Weight.SEMIBOLD, role, halo=True)
        )


def _same(made: Drawing, means: Means, inside: Room, spread: Spread, role: str) -> None:
    unit = made.unit
    places = [inside.x(one.slot.month) for one in means.at]
    ys = [inside.y(middle(one, spread)) for one in means.same]
    points = tuple(zip(places, ys, strict=True))
    made.add(Path(points, role, 1.6 * unit, (5 * unit, 4 * unit)))
    made.add(*(Marker(x, y, "circle", 2.6 * unit, role, filled=False) for x, y in points))
    words = _("the same {n}").format(n=means.n_same)
    x, y, above = _farthest(points, [inside.y(middle(one.summary, spread)) for one in means.at])
    y += -8 * unit if above else 16 * unit
    made.add(Text(x, y, words, SMALL * unit, colour=role, halo=True))


def _farthest(
    points: Sequence[tuple[float, float]], others: Sequence[float]
) -> tuple[float, float, bool]:
    """The point (not the last, where words have no room) that is farthest from the other line, and if it is above it."""
    places = [
        (abs(y - other), x, y, y < other) for (x, y), other in zip(points, others, strict=True)
    ]
    _away, x, y, above = max(places[:-1] or places)
    return x, y, above
