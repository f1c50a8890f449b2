"""What was seen and what is missing, by patient and planned visit, and who is counted at all."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from core.cohort.fields import TOTAL
from core.cohort.frames import PATIENT, Cohort
from core.cohort.rows import SEEN
from core.cohort.slots import schedule_of
from core.model.vital_status import State
from core.protocols.schedule import Status
from core.words import N_, Words

if TYPE_CHECKING:
    import pandas as pd


class Seen(StrEnum):
    """What a cell of the matrix says."""

    COMPLETE = "complete"
    OUT_OF_WINDOW = "out_of_window"
    INCOMPLETE = "incomplete"
    MISSED = "missed"
    NOT_DUE = "not_due"
    AFTER_DEATH = "after_death"
    ENDED = "ended"
    NO_PLAN = "no_plan"


SEEN_WORDS = Words(
    {
        Seen.COMPLETE: N_("complete, in window"),
        Seen.OUT_OF_WINDOW: N_("out of window"),
        Seen.INCOMPLETE: N_("seen, a result is missing"),
        Seen.MISSED: N_("missed"),
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

    A visit is complete where its questionnaire and its vital capacity are, if it asks for them.
    """
    protocol = schedule_of(cohort)
    if protocol is None:
        return None
    codes = tuple(kind.code for kind in protocol.visits)
    wanted = {
        kind.code: {
            "total": "alsfrs-r" in kind.assessments,
            "capacity": "spirometry" in kind.assessments,
        }
        for kind in protocol.visits
    }
    have = _have(cohort)
    visits = cohort.visits[cohort.visits["code"] != ""]
    status = {
        (int(who), str(code)): str(one)
        for who, code, one in zip(visits[PATIENT], visits["code"], visits["status"], strict=True)
    }
    dead = visits[after_death(cohort, visits)]
    died = {(int(who), str(code)) for who, code in zip(dead[PATIENT], dead["code"], strict=True)}

    def cell(who: int, code: str) -> Seen:
        lacks = any(asked and (who, code) not in have[what] for what, asked in wanted[code].items())
        return _cell(status.get((who, code)), lacks=lacks, died=(who, code) in died)

    return Matrix(
        codes=codes,
        titles=tuple(kind.title for kind in protocol.visits),
        numbers=dict(zip(cohort.patients.index, cohort.patients["number"], strict=True)),
        cells={
            int(who): tuple(cell(int(who), code) for code in codes) for who in cohort.patients.index
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


def _have(cohort: Cohort) -> Mapping[str, set[tuple[int, str]]]:
    """Which patients have a total, and which a capacity, at which planned visit."""
    values = cohort.values
    is_capacity = values["field"].astype(str).str.startswith("capacity.")

    def pairs(mask: "pd.Series[bool]") -> set[tuple[int, str]]:
        chosen = values[mask]
        return {(int(who), str(c)) for who, c in zip(chosen[PATIENT], chosen["code"], strict=True)}

    return {"total": pairs(values["field"] == TOTAL), "capacity": pairs(is_capacity)}


def _cell(status: str | None, *, lacks: bool, died: bool) -> Seen:
    match status:
        case None:
            return Seen.NO_PLAN
        case Status.DONE_EARLY | Status.DONE_LATE:
            return Seen.INCOMPLETE if lacks else Seen.OUT_OF_WINDOW
        case Status.MISSED | Status.SKIPPED | Status.CANCELLED:
            return Seen.MISSED
        case Status.NOT_APPLICABLE:
            return Seen.AFTER_DEATH if died else Seen.ENDED
    if status in SEEN:
        return Seen.INCOMPLETE if lacks else Seen.COMPLETE
    return Seen.NOT_DUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Figure 1: who came, who is not among the enrolled and why, who was treated, and how it ended.

    ``failed`` counts screen failures by their criterion, ``refused`` and ``withdrawn`` by their reason as it was
    entered. ``died``, ``lost``, ``completed`` and ``withdrawn`` are of the enrolled, each of whom is in one of them:
    who withdrew or was lost and is known to have died is among ``died``, and counted in ``died_after`` by what was
    before. ``seen`` is how many came to each planned visit, by its title.
    """

    assessed: int
    refused: Mapping[str, int]
    failed: Mapping[str, int]
    screened: int
    enrolled: int
    treated: int
    withdrawn_before: int
    withdrawn: Mapping[str, int]
    lost: int
    completed: int
    died: int
    in_follow_up: int
    seen: Mapping[str, int]
    died_after: Mapping[State, int] = field(default_factory=dict)


def flow(cohort: Cohort) -> Flow:
    patients = cohort.patients
    state, enrolled = patients["state"], patients["enrolled"].astype(bool)
    treated = patients["treated_day"].notna() & enrolled
    inside = patients[enrolled]

    def among(which: State) -> int:
        return int((inside["state"] == which).sum())

    ended = sum(among(one) for one in (State.WITHDRAWN, State.LOST, State.COMPLETED, State.DIED))
    left = inside["state"] == State.WITHDRAWN
    return Flow(
        assessed=cohort.n,
        refused=_reasons(patients, "reason", state == State.REFUSED),
        failed=_reasons(patients, "criterion", state == State.SCREEN_FAILURE),
        screened=int(((state == State.SCREENED) & ~enrolled).sum()),
        enrolled=int(enrolled.sum()),
        treated=int(treated.sum()),
        withdrawn_before=int((left & ~treated[enrolled]).sum()),
        withdrawn=_reasons(inside, "reason", left),
        lost=among(State.LOST),
        completed=among(State.COMPLETED),
        died=among(State.DIED),
        in_follow_up=len(inside) - ended,
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
