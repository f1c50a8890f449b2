"""A number of a group over time: what it was at each visit, of how many, and why it is of fewer at the next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.cohort.fields import NumberField
from core.cohort.frames import PATIENT, Cohort
from core.cohort.missing import after_death
from core.cohort.rows import SEEN
from core.cohort.slots import Slot, placed, zero
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
NOT_ENROLLED = "not_enrolled"
WHY = Words(
    {
        DIED: N_("{n} died"),
        MISSED: N_("{n} missed the visit"),
        OPEN: N_("{n} not there yet"),
        ENDED: N_("{n} not followed any more"),
        NOT_MEASURED: N_("{n} seen without this value"),
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


def means(cohort: Cohort, field: NumberField) -> Means:
    """Mean, scatter and n at each slot; ``lines`` are the values behind (columns of `slots.placed`)."""
    slots, found = placed(cohort, field.id)
    by_slot = [found[found["slot"] == at] for at in range(len(slots))]
    who = [frozenset(one[PATIENT]) for one in by_slot]
    at = tuple(
        _at(cohort, slot, here, have) for slot, here, have in zip(slots, by_slot, who, strict=True)
    )
    always = frozenset.intersection(*who) if who else frozenset()
    same = tuple(
        told
        for here in by_slot
        if (told := summary(here.loc[here[PATIENT].isin(always), "value"])) is not None
    )
    return Means(
        field=field,
        at=at,
        same=same,
        lines=found,
        slopes=patient_slopes(found[PATIENT], found["month"], found["value"]),
        sentences=tuple(_changes(cohort, field, at, by_slot, who)),
    )


def course(means_: Means) -> MixedModel | NoFit:
    """The mixed model of all values at their real times: slower than the means, and asked for by itself."""
    lines = means_.lines
    return mixed_model(lines[PATIENT], lines["month"], lines["value"])


def _at(cohort: Cohort, slot: Slot, here: "pd.DataFrame", have: frozenset[int]) -> At:
    found = summary(here["value"])
    assert found is not None
    absent = cohort.patients.index.difference(list(have))
    return At(
        slot=slot,
        summary=found,
        of=cohort.n,
        missing=_why_missing(cohort, slot, absent),
        stated=int(here["stated"].sum()),
    )


def _why_missing(cohort: Cohort, slot: Slot, absent: "pd.Index[int]") -> Mapping[str, int]:
    """Why patients have no value at a slot, counted."""
    patients = cohort.patients.loc[absent]
    inside = patients["enrolled"]
    counted = _counted(cohort, slot, patients[inside])
    counted[NOT_ENROLLED] = int((~inside).sum())
    return {why: counted[why] for why in WHY if counted[why]}


def _counted(cohort: Cohort, slot: Slot, patients: "pd.DataFrame") -> Counter[str]:
    """Of those who took part; at a step of months only who died before it is known."""
    died = patients["died_day"].notna()
    if not slot.code:
        months = (patients["died_day"] - zero(patients)).astype("Float64") / MONTH_DAYS
        before = int((months < slot.month).fillna(value=False).sum())
        return Counter({DIED: before, OPEN: len(patients) - before})
    visits = cohort.visits[cohort.visits["code"] == slot.code]
    status = dict(zip(visits[PATIENT], visits["status"], strict=True))
    dead = set(visits.loc[after_death(cohort, visits), PATIENT])
    dead |= set(patients.index[died].difference(list(status)))  # of no plan
    return Counter(_why(status.get(one), died=one in dead) for one in patients.index)


def _why(status: str | None, *, died: bool) -> str:
    match status:
        case Status.MISSED | Status.SKIPPED | Status.CANCELLED:
            return MISSED
        case Status.NOT_APPLICABLE:
            return DIED if died else ENDED
        case None:  # no plan: never treated, or of another version of the schedule
            return DIED if died else ENDED
    return NOT_MEASURED if status in SEEN else OPEN


def missing_words(missing: Mapping[str, int]) -> str:
    """“1 died, 2 missed the visit”; empty where nobody is missing."""
    return ", ".join(WHY[why].format(n=n) for why, n in missing.items())


def _changes(
    cohort: Cohort,
    field: NumberField,
    at: Sequence[At],
    by_slot: "Sequence[pd.DataFrame]",
    who: Sequence[frozenset[int]],
) -> list[str]:
    """A sentence for each step between slots at which the patients behind the mean are not the same."""
    found = []
    for before, after in zip(range(len(at)), range(1, len(at)), strict=False):
        if who[before] == who[after]:
            continue
        both = who[before] & who[after]
        lost = cohort.patients.index.intersection(list(who[before] - who[after]))
        text = _("{first} to {second}: n changes from {n1} to {n2}{why}.").format(
            first=at[before].slot.title,
            second=at[after].slot.title,
            n1=at[before].n,
            n2=at[after].n,
            why=_in_brackets(missing_words(_why_missing(cohort, at[after].slot, lost))),
        )
        found.append(" ".join(filter(None, (text, _compared(field, by_slot, before, after, both)))))
    return found


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


def _compared(
    field: NumberField,
    by_slot: "Sequence[pd.DataFrame]",
    before: int,
    after: int,
    both: frozenset[int],
) -> str:
    """How the mean of all moved beside that of the patients who have both values."""
    if not both:
        return _("No patient has both values.")
    ends = [by_slot[one].set_index(PATIENT)["value"] for one in (before, after)]
    every = [float(end.mean()) for end in ends]
    first, second = (end.loc[sorted(both)].to_numpy(dtype=float) for end in ends)
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
