"""What was seen and what is missing, by patient and planned visit, and who is counted at all."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.cohort import rows
from core.cohort.fields import TOTAL
from core.cohort.frames import PATIENT, Cohort
from core.cohort.rows import SEEN
from core.cohort.slots import schedule_of
from core.model.vital_status import State
from core.protocols.definition import Protocol
from core.protocols.schedule import Status
from core.words import N_, Words, _, plural

if TYPE_CHECKING:
    import pandas as pd


class Seen(StrEnum):
    """What a cell of the matrix says."""

    COMPLETE = "complete"
    STATED = "stated"
    OUT_OF_WINDOW = "out_of_window"
    INCOMPLETE = "incomplete"
    MISSED = "missed"
    LEFT_OUT = "left_out"
    NOT_DUE = "not_due"
    AFTER_DEATH = "after_death"
    ENDED = "ended"
    NO_PLAN = "no_plan"


SEEN_WORDS = Words(
    {
        Seen.COMPLETE: N_("complete, in window"),
        Seen.STATED: N_("complete, a result stated by others"),
        Seen.OUT_OF_WINDOW: N_("out of window"),
        Seen.INCOMPLETE: N_("seen, a result is missing"),
        Seen.MISSED: N_("missed"),
        Seen.LEFT_OUT: N_("left out by the consent"),
        Seen.NOT_DUE: N_("not due yet"),
        Seen.AFTER_DEATH: N_("after death"),
        Seen.ENDED: N_("after the end of participation"),
        Seen.NO_PLAN: N_("no day to plan from"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """``codes`` and ``titles`` of the planned visits; ``cells`` by place of the patient, one a visit."""

    codes: tuple[str, ...]
    titles: tuple[str, ...]
    numbers: Mapping[int, str]
    cells: Mapping[int, tuple[Seen, ...]]

    def count(self, seen: Seen) -> int:
        return sum(row.count(seen) for row in self.cells.values())

    def by_visit(self) -> tuple[Mapping[Seen, int], ...]:
        """How many cells of each kind a visit has."""
        return tuple(
            Counter(row[at] for row in self.cells.values()) for at in range(len(self.codes))
        )


def matrix(cohort: Cohort) -> Matrix | None:
    """The matrix of a group on one schedule of planned visits; None for any other.

    A visit is complete where its questionnaire and its vital capacity are, if it asks for them; where one of them was
    not measured there, and a value that others stated stands in its place, that is a kind of its own.
    """
    protocol = schedule_of(cohort)
    if protocol is None:
        return None
    kinds = protocol.visits
    codes = tuple(kind.code for kind in kinds)
    visits = cohort.visits
    over = visits[visits["status"] == Status.NOT_APPLICABLE]
    died = _marked(cohort, codes, over[after_death(cohort, over)])
    values = cohort.values
    lacks = _lacks(cohort, protocol, codes, values)
    stated = ~lacks & _lacks(cohort, protocol, codes, values[~values["stated"]])
    cells = list(Seen)
    seen = np.full(lacks.shape, cells.index(Seen.NO_PLAN))
    for status in visits["status"].cat.categories:
        there = _marked(cohort, codes, visits[visits["status"] == status])
        for is_lacking, is_stated, is_dead in product((False, True), repeat=3):
            chosen = there & (lacks == is_lacking) & (stated == is_stated) & (died == is_dead)
            cell = _cell(str(status), lacks=is_lacking, stated=is_stated, died=is_dead)
            seen[chosen] = cells.index(cell)
    who = cohort.patients.index.tolist()
    return Matrix(
        codes=codes,
        titles=tuple(kind.title for kind in kinds),
        numbers=dict(zip(who, cohort.patients["number"].tolist(), strict=True)),
        cells={
            one: tuple(map(cells.__getitem__, row))
            for one, row in zip(who, seen.tolist(), strict=True)
        },
    )


def after_death(cohort: Cohort, visits: "pd.DataFrame") -> "pd.Series[bool]":
    """Of visits that came to nothing, because the plan had ended: whether by a death.

    Who withdrew and died later did not come because of the withdrawal, until the day of the death.
    """
    patients = cohort.patients
    who = visits[PATIENT]
    died = who.map(patients["died_day"]).astype("Int64")
    withdrawn = patients["left_day"].where(patients["left"] == State.WITHDRAWN)
    left = who.map(withdrawn).astype("Int64")
    by_death = left.isna() | (died <= left).fillna(value=False)
    by_death |= (died <= visits["target_day"]).fillna(value=False)
    return (died.notna() & by_death).astype(bool)


def _marked(cohort: Cohort, codes: Sequence[str], rows: "pd.DataFrame") -> NDArray[np.bool_]:
    """A row a patient, a column a planned visit: true where any of these rows of visits or values is of it."""
    column = {code: at for at, code in enumerate(codes)}
    of_category = np.array([column.get(str(one), -1) for one in rows["code"].cat.categories], int)
    at = of_category[rows["code"].cat.codes]
    marked = np.zeros((cohort.n, len(codes)), dtype=np.bool_)
    marked[cohort.place(rows.loc[at >= 0, PATIENT]), at[at >= 0]] = True
    return marked


def _lacks(
    cohort: Cohort, protocol: Protocol, codes: Sequence[str], values: "pd.DataFrame"
) -> NDArray[np.bool_]:
    """Where a planned visit asks for a total or a capacity, and there is none among these values."""
    names = [str(one) for one in values["field"].cat.categories]
    capacities = [one for one in names if one.startswith("capacity.")]
    lacks = np.zeros((cohort.n, len(codes)), dtype=np.bool_)
    for assessment, fields in (("alsfrs-r", [TOTAL]), ("spirometry", capacities)):
        asked = np.array([assessment in kind.assessments for kind in protocol.visits], dtype=bool)
        lacks |= asked & ~_marked(cohort, codes, values[values["field"].isin(fields)])
    return lacks


def _cell(status: str, *, lacks: bool, stated: bool, died: bool) -> Seen:
    match status:
        case Status.DONE_EARLY | Status.DONE_LATE:
            return Seen.INCOMPLETE if lacks else Seen.OUT_OF_WINDOW
        case Status.MISSED | Status.SKIPPED | Status.CANCELLED:
            return Seen.MISSED
        case Status.NOT_APPLICABLE:
            return Seen.AFTER_DEATH if died else Seen.ENDED
        case rows.LEFT_OUT:
            return Seen.LEFT_OUT
    if status in SEEN:
        return Seen.INCOMPLETE if lacks else Seen.STATED if stated else Seen.COMPLETE
    return Seen.NOT_DUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Figure 1: who came, who is not among the enrolled and why, who was treated, and how it ended.

    ``left_before`` withdrew, were lost or died before they were enrolled. ``failed`` counts screen failures by their
    criterion, ``refused`` and ``withdrawn`` by their reason as it was entered; who was enrolled and refused or failed
    after that withdrew. ``died``, ``lost``, ``completed`` and ``withdrawn`` are of the enrolled, each of whom is in one of them:
    who withdrew or was lost and is known to have died is among ``died``, and counted in ``died_after`` by what was
    before. ``seen`` is how many came to each planned visit, by its title.
    """

    assessed: int
    refused: Mapping[str, int]
    failed: Mapping[str, int]
    screened: int
    enrolled: int
    treated: int
    left_before: int
    withdrawn_before: int
    withdrawn: Mapping[str, int]
    lost: int
    completed: int
    died: int
    in_follow_up: int
    seen: Mapping[str, int]
    died_after: Mapping[State, int] = field(default_factory=dict)


_DIED_AFTER = Words(
    {
        State.WITHDRAWN: N_("{n} of them after withdrawing"),
        State.LOST: N_("{n} of them after being lost to follow-up"),
    }
)


def died_after_words(found: Flow) -> list[str]:
    """“1 of them after withdrawing”: of the dead, who had left before."""
    return [_DIED_AFTER[state].format(n=n) for state, n in found.died_after.items()]


def ends_words(found: Flow) -> str:
    """How it stands with the enrolled, each of whom is counted once."""
    after = ", ".join(died_after_words(found))
    died = _("{n} died").format(n=found.died) + (f" ({after})" if after else "")
    lost, left = found.lost, sum(found.withdrawn.values())
    also = bool(found.died_after)
    parts = [
        _("{n} are in follow-up").format(n=found.in_follow_up) if found.in_follow_up else "",
        _("{n} completed").format(n=found.completed) if found.completed else "",
        died,
        plural(lost, "1 was lost", "{n} were lost") if lost or not also else "",
        _("{n} withdrew").format(n=left) if left or not also else "",
    ]
    return ", ".join(filter(None, parts))


def flow(cohort: Cohort) -> Flow:
    patients = cohort.patients
    state, enrolled = patients["state"], patients["enrolled"].astype(bool)
    treated = patients["treated_day"].notna() & enrolled
    inside = patients[enrolled]

    def among(which: State) -> int:
        return int((inside["state"] == which).sum())

    left = inside["state"].isin([State.WITHDRAWN, State.REFUSED, State.SCREEN_FAILURE])
    lost, completed, died = map(among, (State.LOST, State.COMPLETED, State.DIED))
    outside = ~enrolled
    left_before = outside & state.isin([State.WITHDRAWN, State.LOST, State.DIED])
    return Flow(
        assessed=cohort.n,
        refused=_reasons(patients, "reason", outside & (state == State.REFUSED)),
        failed=_reasons(patients, "criterion", outside & (state == State.SCREEN_FAILURE)),
        screened=int((outside & (state == State.SCREENED)).sum()),
        left_before=int(left_before.sum()),
        enrolled=int(enrolled.sum()),
        treated=int(treated.sum()),
        withdrawn_before=int((left & ~treated[enrolled]).sum()),
        withdrawn=_reasons(inside, "reason", left),
        lost=lost,
        completed=completed,
        died=died,
        in_follow_up=len(inside) - int(left.sum()) - lost - completed - died,
        seen=dict(_seen(cohort)),
        died_after=_died_after(inside),
    )


def _reasons(patients: "pd.DataFrame", column: str, mask: "pd.Series[bool]") -> Mapping[str, int]:
    chosen = patients.loc[mask, column]
    return dict(Counter(str(one) for one in chosen).most_common())


def _died_after(inside: "pd.DataFrame") -> Mapping[State, int]:
    left = inside.loc[inside["state"] == State.DIED, "left"]
    counted = {state: int((left == state).sum()) for state in (State.WITHDRAWN, State.LOST)}
    return {state: n for state, n in counted.items() if n}


def _seen(cohort: Cohort) -> Iterator[tuple[str, int]]:
    protocol = schedule_of(cohort)
    if protocol is None:
        return
    done = cohort.visits[cohort.visits["status"].isin([one.value for one in SEEN])]
    counted = done.groupby("code")[PATIENT].nunique()
    for kind in protocol.visits:
        yield kind.title, int(counted.get(kind.code, 0))
