"""ALSFRS-R items of a whole sheet to totals, domains and stages.

Columns are pandas' nullable ones, whose operators are three-valued as those of `staging`: true or
unknown is true, false or unknown is unknown. The tests hold the two together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.commands.scoring.sheet import Reading, Results, Sheet, stated
from core.entry import Problem
from core.science.staging import Kings
from core.words import _

ITEMS = tuple(f"q{number}" for number in range(1, 13))
READ = (*ITEMS, "item5_version", "gastrostomy", "niv", "dead")

_DOMAINS: Mapping[str, tuple[int, ...]] = {
    "bulbar": (1, 2, 3),
    "fine_motor": (4, 5, 6),
    "gross_motor": (7, 8, 9),
    "respiratory": (10, 11, 12),
}
ADDED = ("total", *_DOMAINS, "kings", "kings_4a_flag", "kings_4b_flag", "mitos")

_FLAGS = {
    **dict.fromkeys(("1", "y", "yes", "true"), True),
    **dict.fromkeys(("0", "n", "no", "false"), False),
}
_IS_5B = {"a": False, "5a": False, "b": True, "5b": True}


def results(sheet: Sheet) -> Results:
    """The columns ADDED, from the columns READ.

    Total 0 to 48 and domains 0 to 12, empty while one of their items is: Cedarbaum 1999, J Neurol Sci
    169:13-21, and Bakker 2017, doi:10.1007/s00415-017-8538-4. Stages as in `staging`; the King's flags
    are 1 where nutritional (4A) or respiratory failure (4B) is shown, 0 where it is not, and empty
    where the row says nothing at all.
    """
    reading = Reading(sheet)

    def item(text: str) -> int | Problem:
        value = sheet.number(text)
        if value is None or value not in range(5):
            return Problem(_("write a whole number from 0 to 4, or nothing where it is not known"))
        return int(value)

    def flag(text: str) -> bool | Problem:
        value = _FLAGS.get(text.casefold(), sheet.number(text))
        if value is None or value not in (0, 1):
            return Problem(_("write 0 or 1, or nothing where it is not known"))
        return bool(value)

    def is_5b(text: str) -> bool | Problem:
        advice = _("write a or b, or nothing where it is not known")
        return _IS_5B.get(text.casefold(), Problem(advice))

    q = {
        number: pd.Series(reading.read(name, item), dtype="Int64")
        for number, name in enumerate(ITEMS, 1)
    }
    item5b = pd.Series(reading.read("item5_version", is_5b), dtype="boolean")
    gastrostomy = pd.Series(reading.read("gastrostomy", flag), dtype="boolean")
    niv = pd.Series(reading.read("niv", flag), dtype="boolean")
    dead = pd.Series(reading.read("dead", flag), dtype="boolean")

    _refuse_coded_from_1(sheet, reading)
    _refuse_contradictions(reading, q[12], item5b, gastrostomy, niv)
    columns = {"total": _texts(_sum(q.values()))}
    for domain, numbers in _DOMAINS.items():
        columns[domain] = _texts(_sum(q[number] for number in numbers))
    columns |= _kings(q, item5b, gastrostomy, dead)
    columns["mitos"] = _mitos(q, dead)
    emptied = reading.emptied(columns)
    _compare_totals(sheet, reading, columns["total"])
    return Results(emptied, reading.problems)


def _refuse_coded_from_1(sheet: Sheet, reading: Reading) -> None:
    """A sheet in which 5 occurs and 0 never may be coded 1 to 5: no row of it is scored as if it were 0 to 4."""
    asked = [name for name in ITEMS if name in sheet.positions]
    found: Counter[float | None] = Counter()
    for name in asked:  # a sheet has a hundred thousand cells, and a few different ones
        for cell, times in Counter(sheet.cells(name)).items():
            if text := stated(cell):
                found[sheet.number(text)] += times
    if found[5] < 2 or found[0]:  # a single 5 is a slip, and its own row says so
        return
    advice = _(
        "in this sheet 5 occurs and 0 never: is it coded 1 to 5? Subtract 1 from every answer"
    )
    for row in range(len(sheet.rows)):
        first = next(
            (name for name in asked if stated(sheet.rows[row][sheet.positions[name]])), None
        )
        if first is not None:
            reading.refuse(row, first, advice)


def _refuse_contradictions(
    reading: Reading, q12: Any, item5b: Any, gastrostomy: Any, niv: Any
) -> None:
    """What cannot be true together; which of the two is wrong we cannot know."""
    against = _shown(item5b) & _shown(~gastrostomy)
    for row in np.flatnonzero(against):
        advice = _(
            "5b is the question for a gastrostomy, and there is none: correct one or the other"
        )
        reading.refuse(int(row), "item5_version", advice)
    against = _shown((q12 >= 1) & (q12 <= 3)) & _shown(~niv)
    for row in np.flatnonzero(against):
        advice = _(
            "this answer says that NIV is used, niv says that it is not: correct one or the other"
        )
        reading.refuse(int(row), "q12", advice)


def _kings(q: Mapping[int, Any], item5b: Any, gastrostomy: Any, dead: Any) -> dict[str, list[str]]:
    respiratory = (q[10] == 0) | (q[12] < 4)
    # As in `staging`: where the version is unknown, the gastrostomy decides.
    nutritional = gastrostomy | item5b.fillna(False)
    regions = _count(
        (q[1] < 4) | (q[2] < 4) | (q[3] < 4),
        (q[4] < 4) | (q[5] < 4),
        q[8] < 4,
    )
    stages = np.select(
        [
            _shown(dead),
            _shown(respiratory),
            respiratory.isna(),
            _shown(nutritional),
            nutritional.isna(),
        ],
        [str(Kings.FIVE), str(Kings.FOUR_B), "", str(Kings.FOUR_A), ""],
        default=np.array(_texts(regions), dtype=str),
    )
    said = (*q.values(), item5b, gastrostomy, dead)
    silent = np.logical_and.reduce([column.isna() for column in said])
    return {
        "kings": stages.tolist(),
        "kings_4a_flag": np.select([silent, _shown(nutritional)], ["", "1"], "0").tolist(),
        "kings_4b_flag": np.select([silent, _shown(respiratory)], ["", "1"], "0").tolist(),
    }


def _mitos(q: Mapping[int, Any], dead: Any) -> list[str]:
    lost = _count(
        (q[8] <= 1) | (q[6] <= 1),
        q[3] <= 1,
        (q[1] <= 1) & (q[4] <= 1),
        (q[10] <= 1) | (q[12] <= 2),
    )
    return _texts(lost.mask(_shown(dead), 5))


def _compare_totals(sheet: Sheet, reading: Reading, totals: Sequence[str]) -> None:
    """A stated total must be the sum of the items; which of the two is wrong we cannot know."""
    if "total" not in sheet.positions:
        return
    for row, (total, cell) in enumerate(zip(totals, sheet.cells("total"), strict=True)):
        theirs = stated(cell)
        if total and theirs and sheet.number(theirs) != int(total):
            advice = _("the items add to {total}, correct one or the other").format(total=total)
            reading.refuse(row, "total", advice)


def _sum(columns: Iterable[Any]) -> Any:
    return reduce(add, columns)


def _count(*truths: Any) -> Any:
    """How many are true, unknown while one of them is."""
    return _sum(truth.astype("Int64") for truth in truths)


def _shown(truth: Any) -> npt.NDArray[np.bool_]:
    """Where it is true, and not merely possible."""
    shown: npt.NDArray[np.bool_] = truth.to_numpy(bool, na_value=False)
    return shown


def _texts(column: Any) -> list[str]:
    return ["" if value is pd.NA else str(value) for value in column.array]
