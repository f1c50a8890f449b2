"""A sheet that a clinic already has, with scores, stages and predicted volumes beside every row.

Loads numpy and pandas: only the command that needs it may import this.
"""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.commands.scoring import questionnaire, sheet, spirometry
from core.commands.scoring.sheet import Results, Sheet
from core.errors import FileExists, UnreadableImport
from core.imports.csv_table import Written
from core.words import _

PROBLEM = "problem"
_KNOWN = (
    *(*questionnaire.READ, *questionnaire.ADDED),
    *(*spirometry.READ, *spirometry.ADDED),
    PROBLEM,
)
# What each subject needs, and by which of the columns it is meant: the others also stand elsewhere.
_SUBJECTS = (
    (questionnaire.ITEMS, questionnaire.ITEMS, questionnaire.results),
    (spirometry.NEEDED, spirometry.OWN, spirometry.results),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """How many rows a sheet has, how many of them got a result, and how many have a problem.

    ``lacking`` names the columns for want of which the other subject was let through unread.
    """

    rows: int
    with_results: int
    with_problems: int
    lacking: tuple[str, ...]


def score(source: Path, target: Path, written: Written = Written()) -> Scored:
    """Write the sheet ``source`` to the new file ``target``, with the columns added that it allows.

    ``q1`` to ``q12``, with ``item5_version`` (a or b), ``gastrostomy``, ``niv`` and ``dead`` (0 or 1)
    where they are known, get `questionnaire.ADDED`. ``sex``, ``age`` (decimal years), ``height_cm``,
    ``equation`` and ``parameter``, with ``ethnicity_code`` where the equation asks for one and
    ``measured`` (litres, a fraction for FEV1/FVC), get `spirometry.ADDED`. One of the two must be
    complete; of the other, single columns are let through unread. PROBLEM, the last column, says what
    is wrong in a row: then its scores, or its predictions, stay empty; where only ``measured`` is
    wrong, the prediction stands. What a missing cell decides stays empty without a problem; a cell of
    `csv_table.MISSING` is a missing one. Where the sheet states a total that is not the
    sum of the items, that is a problem, and our total stands beside it.

    Cells come through as they were written, in the same encoding and with the same separator; a
    column that has the name of one of ours is renamed, as ``total`` to ``total_given``, or where that
    is there to ``total_given_2``. An empty line stays one, and is no row. The source is never written
    to, and the target appears whole or not at all.

    Raises UnreadableImport, also where ``written`` must say more, FileExists or StorageError.
    """
    if os.path.lexists(target):
        raise FileExists(_why_not(source, target))
    read = sheet.read(source, _KNOWN, written)
    added: dict[str, list[str]] = {}
    problems = defaultdict(list, {row: [sentence] for row, sentence in read.ragged.items()})
    found, lacking = _results(read)
    for results in found:
        added |= results.columns
        for row, sentences in results.problems.items():
            problems[row] += sentences
    with_results = sum(map(any, zip(*added.values(), strict=True)))
    added[PROBLEM] = ["; ".join(problems.get(row, ())) for row in range(len(read.rows))]
    sheet.write(read, added, target)
    rows = len(read.rows) - len(read.empty_lines)
    return Scored(
        rows=rows, with_results=with_results, with_problems=len(problems), lacking=lacking
    )


def _results(read: Sheet) -> tuple[Sequence[Results], tuple[str, ...]]:
    """What the columns allow, and what lacks for the rest of what they begin.

    Raises UnreadableImport where they are complete for nothing.
    """
    found: list[Results] = []
    lacking: list[list[str]] = []
    for needed, begun_by, results in _SUBJECTS:
        missing = [name for name in needed if name not in read.positions]
        if not missing:
            found.append(results(read))
        elif any(name in read.positions for name in begun_by):
            lacking.append(missing)
    if found:
        return found, tuple(name for missing in lacking for name in missing)
    if lacking:
        raise UnreadableImport(
            _(
                "The sheet lacks {missing}. Add what is missing, with empty cells if need be."
            ).format(missing=_("; or ").join(map(", ".join, lacking)))
        )
    raise UnreadableImport(
        _(
            "The first line names no columns to score. Name them {first} to {last}, or {needed}."
        ).format(
            first=questionnaire.ITEMS[0],
            last=questionnaire.ITEMS[-1],
            needed=", ".join(spirometry.NEEDED),
        )
    )


def _why_not(source: Path, target: Path) -> str:
    """Why a target that is there already is refused."""
    try:
        is_source = source.samefile(target)
    except OSError:
        is_source = False
    if is_source:
        return _(
            "{name} is the sheet that would be read, and that is never written to. Give the result"
            " another name."
        ).format(name=target.name)
    return _("The file {name} exists already. Give another name, or delete it first.").format(
        name=target.name
    )
