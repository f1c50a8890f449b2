"""A number of a group over time: what it was at each visit, of how many, and why it is of fewer at the next."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.cohort import rows
from core.cohort.fields import NumberField
from core.cohort.frames import PATIENT, Cohort
from core.cohort.missing import after_death
from core.cohort.rows import SEEN, Routine
from core.cohort.slots import STEP_MONTHS, Slot, placed, treated_days, zero
from core.model.vital_status import State
from core.protocols.schedule import Status
from core.science.progression import MONTH_DAYS
from core.science.statistics.fit import NoFit
from core.science.statistics.mixed_model import MixedModel, mixed_model
from core.science.statistics.slopes import Slopes, patient_slopes
from core.science.statistics.summary import Summary, summary
from core.words import N_, Words, _, number, plural

if TYPE_CHECKING:
    import pandas as pd

DIED, MISSED, OPEN, ENDED, NOT_MEASURED = "died", "missed", "open", "ended", "not_measured"
NOT_ENROLLED, LEFT_OUT, BASELINE = "not_enrolled", "left_out", "baseline"
NOT_SEEN, NO_PLAN, LATE = "not_seen", "no_plan", "late"
_OVER = (State.COMPLETED, State.REFUSED, State.SCREEN_FAILURE)
WHY = Words(
    {
        DIED: N_("{n} died"),
        MISSED: N_("{n} missed the visit"),
        OPEN: N_("{n} not there yet"),
        ENDED: N_("{n} not followed any more"),
        NOT_MEASURED: N_("{n} seen without this value"),
        NOT_SEEN: N_("{n} not seen then"),
        NO_PLAN: N_("{n} without such a planned visit"),
        LATE: N_("{n} measured after the treatment only"),
        BASELINE: N_("{n} whose baseline it is"),
        LEFT_OUT: N_("{n} left out by their consent"),
        NOT_ENROLLED: N_("{n} never took part"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """The group at one slot. ``of`` are all patients of the group; ``missing`` says why the rest has no value."""

    slot: Slot
    summary: Summary
    of: int
    missing: Mapping[str, int]
    stated: int

    @property
    def n(self) -> int:
        return self.summary.n


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """``same`` are the summaries of those patients only who have a value at every slot, in the order of ``at``."""

    field: NumberField
    at: tuple[At, ...]
    same: tuple[Summary, ...]
    lines: "pd.DataFrame"
    slopes: Slopes
    sentences: tuple[str, ...]

    @property
    def n_same(self) -> int:
        return self.same[0].n if self.same else 0


@dataclass(frozen=True, slots=True)
class Described:
    """Mean, scatter and n at each slot.

    ``lines`` are the values behind (columns of `slots.placed`), ``values`` the same as a row a patient, a column a slot.
    """

    slots: tuple[Slot, ...]
    lines: "pd.DataFrame"
    values: NDArray[np.float64]
    summaries: tuple[Summary, ...]


def described(cohort: Cohort, field: NumberField) -> Described:
    slots, lines = placed(cohort, field.id)
    by_slot = np.full((len(slots), cohort.n), np.nan)
    by_slot[lines["slot"], cohort.place(lines[PATIENT])] = lines["value"]
    found = tuple(one for column in by_slot if (one := summary(column)) is not None)
    return Described(slots, lines, by_slot.T, found)


def means(cohort: Cohort, field: NumberField) -> Means:
    """Mean, scatter and n at each slot, with who is missing and what follows from that."""
    told = described(cohort, field)
    slots, lines = told.slots, told.lines
    grid = _Grid.of(cohort, field.id, slots, lines, told.values)
    stated = np.bincount(lines.loc[lines["stated"], "slot"], minlength=len(slots))
    at = tuple(
        At(
            slot=slot,
            summary=found,
            of=cohort.n,
            missing=grid.missing(n, ~grid.have[:, n]),
            stated=int(stated[n]),
        )
        for n, (slot, found) in enumerate(zip(slots, told.summaries, strict=True))
    )
    always = grid.values[grid.have.all(axis=1)]
    same = tuple(one for column in always.T if (one := summary(column)) is not None)
    return Means(
        field=field,
        at=at,
        same=same,
        lines=lines,
        slopes=patient_slopes(lines[PATIENT], lines["month"], lines["value"]),
        sentences=tuple(_changes(field, at, grid)),
    )


def course(means_: Means) -> MixedModel | NoFit:
    """The mixed model of all values at their real times: slower than the means, and asked for by itself."""
    lines = means_.lines
    return mixed_model(lines[PATIENT], lines["month"], lines["value"])


@dataclass(frozen=True, slots=True)
class _Grid:
    """A row a patient, a column a slot: ``values`` (NaN: none), and ``why`` there is none, as a place in `WHY`."""

    values: NDArray[np.float64]
    why: NDArray[np.int8]

    @classmethod
    def of(
        cls,
        cohort: Cohort,
        field: str,
        slots: Sequence[Slot],
        lines: "pd.DataFrame",
        values: NDArray[np.float64],
    ) -> "_Grid":
        planned = any(slot.code for slot in slots)
        why = _by_plan(cohort, slots) if planned else _by_months(cohort, slots)
        base = lines[np.array([slot.is_baseline for slot in slots], dtype=np.bool_)[lines["slot"]]]
        for at, slot in enumerate(slots):
            if slot.is_baseline:
                why[_late(cohort, field), at] = _PLACE[LATE]
            elif slot.code:
                theirs = base.loc[base["code"] == slot.code, PATIENT]
                why[cohort.place(theirs), at] = _PLACE[BASELINE]
        why[~cohort.patients["enrolled"].to_numpy()] = _PLACE[NOT_ENROLLED]
        return cls(values, why)

    @property
    def have(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.values)

    def missing(self, slot: int, who: NDArray[np.bool_]) -> Mapping[str, int]:
        """Why these patients have no value at a slot, counted."""
        counts = np.bincount(self.why[who, slot], minlength=len(_PLACE))
        return {why: int(counts[at]) for why, at in _PLACE.items() if counts[at]}


_PLACE = {why: at for at, why in enumerate(WHY)}


def _by_months(cohort: Cohort, slots: Sequence[Slot]) -> NDArray[np.int8]:
    """At a step of months: died or left before it, seen in it, seen only later (or long over by today), else still to come."""
    patients, starts = cohort.patients, zero(cohort.patients)
    months = np.array([slot.month for slot in slots])
    is_over = patients["state"].isin([State.COMPLETED, Routine.ENDED])
    ended = patients["left_day"].fillna(patients["state_day"].where(is_over))

    def since_zero(days: "pd.Series[int] | int") -> NDArray[np.float64]:
        since = ((days - starts) / MONTH_DAYS).to_numpy(dtype=np.float64, na_value=np.nan)
        return np.asarray(since[:, None])

    visits = cohort.visits[cohort.visits["day"].notna()]
    last = visits.groupby(PATIENT)["day"].max().reindex(patients.index).astype("Int64")
    why = np.full((cohort.n, len(slots)), _PLACE[OPEN], dtype=np.int8)
    ends = months + STEP_MONTHS / 2
    passed = since_zero(last) >= ends
    if cohort.today is not None:
        passed |= since_zero(cohort.today.toordinal()) >= ends
    why[passed] = _PLACE[NOT_SEEN]
    why[since_zero(ended) < months] = _PLACE[ENDED]
    why[_seen_in(cohort, visits, starts, months)] = _PLACE[NOT_MEASURED]
    why[since_zero(patients["died_day"]) < months] = _PLACE[DIED]
    return why


def _seen_in(
    cohort: Cohort,
    visits: "pd.DataFrame",
    starts: "pd.Series[int]",
    months: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Whether a patient (row) had a visit in a step (column)."""
    since = (visits["day"] - visits[PATIENT].map(starts)) / MONTH_DAYS
    step = STEP_MONTHS * np.round(since.to_numpy(dtype=float, na_value=np.nan) / STEP_MONTHS)
    seen = np.zeros((cohort.n, len(months)), dtype=np.bool_)
    visit, at = np.nonzero(step[:, None] == months)
    seen[cohort.place(visits[PATIENT])[visit], at] = True
    return seen


def _late(cohort: Cohort, field: str) -> NDArray[np.int64]:
    """Who has a value of a visit that was planned up to the treatment, but of a later day (rows of the patients)."""
    planned = cohort.visits.loc[cohort.visits["month"] <= 0, "code"].unique()
    known = cohort.values[cohort.values["field"] == field]
    known = known[known["code"].isin([code for code in planned if code])]
    who = cohort.place(known[PATIENT])
    return who[known["day"].to_numpy() > treated_days(cohort)[who]]


def _by_plan(cohort: Cohort, slots: Sequence[Slot]) -> NDArray[np.int8]:
    """By the status of the planned visit; without one there is no plan: never treated, or another version."""
    patients, visits = cohort.patients, cohort.visits
    over = patients["left"].ne("") | patients["state"].isin([*_OVER])
    none = np.where(over, _PLACE[ENDED], _PLACE[NO_PLAN])
    none = np.where(patients["died_day"].notna(), _PLACE[DIED], none).astype(np.int8)
    why = np.repeat(none[:, None], len(slots), axis=1)
    reason = _of_categories(visits["status"], lambda status: _PLACE.get(_why(status), -1))
    is_over = (visits["status"] == Status.NOT_APPLICABLE).to_numpy()
    died = after_death(cohort, visits[is_over]).to_numpy()
    reason[is_over] = np.where(died, _PLACE[DIED], _PLACE[ENDED])
    who = cohort.place(visits[PATIENT])
    gone = reason == _PLACE[LEFT_OUT]
    for at, slot in enumerate(slots):
        here = (visits["code"] == slot.code).to_numpy()
        why[who[here], at] = reason[here]
        if slot.is_baseline:  # any visit before the treatment could have had the value
            out = gone & (visits["month"].to_numpy() <= 0)
            why[who[out], at] = _PLACE[LEFT_OUT]
    return why


def _of_categories(column: "pd.Series[str]", number: Callable[[str], int]) -> NDArray[np.int64]:
    numbers = np.array([number(str(one)) for one in column.cat.categories], dtype=np.int64)
    return numbers[column.cat.codes]


def _why(status: str) -> str:
    """Why a patient of a visit of that status has no value; empty where the visits are over."""
    match status:
        case Status.MISSED | Status.SKIPPED | Status.CANCELLED:
            return MISSED
        case Status.NOT_APPLICABLE:
            return ""
        case rows.LEFT_OUT:
            return LEFT_OUT
    return NOT_MEASURED if status in SEEN else OPEN


def missing_words(missing: Mapping[str, int]) -> str:
    """“1 died, 2 missed the visit”; empty where nobody is missing."""
    return ", ".join(WHY[why].format(n=n) for why, n in missing.items())


def _changes(field: NumberField, at: Sequence[At], grid: _Grid) -> Sequence[str]:
    """A sentence for each step between slots at which the patients behind the mean are not the same.

    Where the mean of all goes against every patient, it comes first.
    """
    found = list(_steps(field, at, grid))
    return [said for misleads in (True, False) for said, is_so in found if is_so is misleads]


def _steps(field: NumberField, at: Sequence[At], grid: _Grid) -> Iterator[tuple[str, bool]]:
    for n, (first, second) in enumerate(pairwise(at)):
        had, have = grid.have[:, n], grid.have[:, n + 1]
        if (had == have).all():
            continue
        text = _("{first} to {second}: n changes from {n1} to {n2}{why}.").format(
            first=first.slot.title,
            second=second.slot.title,
            n1=first.n,
            n2=second.n,
            why=_in_brackets(_gone_and_come(grid, n, first.slot.title)),
        )
        every = (first.summary.mean, second.summary.mean)
        both = grid.values[had & have, n : n + 2]
        yield f"{text} {_compared(field, every, both)}", _against(every, both)


def _gone_and_come(grid: _Grid, n: int, first: str) -> str:
    """Who has no value at the slot after the ``n``th, though one at that, and how many are there the other way round."""
    had, have = grid.have[:, n], grid.have[:, n + 1]
    gone = missing_words(grid.missing(n + 1, had & ~have))
    back = int((have & ~had).sum())
    come = plural(
        back,
        "1 who had none at {first} has a value",
        "{n} who had none at {first} have a value",
    ).format(first=first)
    return "; ".join(filter(None, (gone, come if back else "")))


def _against(every: tuple[float, float], both: NDArray[np.float64]) -> bool:
    """Whether the mean of all moves against each patient who has both values."""
    moved = np.sign(both[:, 1] - both[:, 0])
    return bool(len(both)) and bool((moved * np.sign(every[1] - every[0]) < 0).all())


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


def _compared(field: NumberField, every: tuple[float, float], both: NDArray[np.float64]) -> str:
    """How the mean of all moved beside that of the patients who have both values (a row each)."""
    if not len(both):
        return _("No patient has both values.")
    first, second = both.T
    falls, rises = bool((second < first).all()), bool((second > first).all())
    n = len(both)
    text = plural(
        n,
        "The mean of all goes from {a} to {b}, that of the one patient with both values from {c} to {d}.",
        "The mean of all goes from {a} to {b}, that of the {n} patients with both values from {c} to {d}.",
    )
    if every[1] > every[0] and falls:
        text = plural(
            n,
            "The mean of all rises from {a} to {b}, although the one patient with both values falls ({c} to {d}).",
            "The mean of all rises from {a} to {b}, although each of the {n} patients with both values falls (mean {c} to {d}).",
        )
    if every[1] < every[0] and rises:
        text = plural(
            n,
            "The mean of all falls from {a} to {b}, although the one patient with both values rises ({c} to {d}).",
            "The mean of all falls from {a} to {b}, although each of the {n} patients with both values rises (mean {c} to {d}).",
        )
    shown = [number(one, field.decimals) for one in (*every, np.mean(first), np.mean(second))]
    return text.format(**dict(zip("abcd", shown, strict=True)))
