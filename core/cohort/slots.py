"""Where values stand on the time axis of a group: the planned visits of a schedule, or equal steps of months."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.cohort.frames import PATIENT, Cohort
from core.cohort.rows import month_of
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor, Protocol
from core.science.progression import MONTH_DAYS
from core.words import _

if TYPE_CHECKING:
    import pandas as pd

STEP_MONTHS = 3  # of patients who are not all on one schedule of planned visits


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place on the axis. ``code`` is that of the planned visit, empty of a step of months."""

    code: str
    title: str
    month: float

    @property
    def tick(self) -> str:
        return f"{self.month:.0f}" if self.month >= 0 else self.title


def planned(id: str) -> Protocol | None:
    """The schedule of that id; None where it has no visits planned from a reference day, or nobody has it."""
    found = protocols.newest().get(id)
    return found if found is not None and found.anchor is Anchor.REFERENCE else None


def schedule_of(cohort: Cohort) -> Protocol | None:
    """The one schedule of planned visits that all patients are on; None where they are on several or on none."""
    ids = cohort.patients["schedule"].unique()
    return planned(str(ids[0])) if len(ids) == 1 else None


def zero(patients: "pd.DataFrame") -> "pd.Series[int]":
    """The day from which each patient's months are counted: the reference day, else the first visit."""
    return patients["reference_day"].fillna(patients["first_visit_day"])


def placed(cohort: Cohort, field: str) -> "tuple[tuple[Slot, ...], pd.DataFrame]":
    """The slots that hold a value of a field, and the values: columns PATIENT, slot (its place), month, value, stated.

    ``month`` is the real time in months; a patient has one value a slot, the last one. On a schedule of planned
    visits the last slot before the treatment is the baseline, and stands at month 0.
    """
    values = cohort.values[cohort.values["field"] == field]
    starts = zero(cohort.patients).to_numpy(dtype=float, na_value=np.nan)
    place = cohort.place(values[PATIENT])
    months = (values["day"].to_numpy() - starts[place]) / MONTH_DAYS
    protocol = schedule_of(cohort)
    slots, slot = _steps(months) if protocol is None else _visits(values["code"], protocol)
    kept = _last(place, slot, months, values["day"].to_numpy())
    chosen = values.iloc[kept]
    held, at = np.unique(slot[kept], return_inverse=True)  # one whose values have no month is none
    slots = tuple(slots[one] for one in held)
    lines = chosen[[PATIENT]].assign(slot=at, month=months[kept])
    return slots, lines.assign(value=chosen["value"], stated=chosen["stated"]).reset_index(
        drop=True
    )


_Placed = tuple[
    tuple[Slot, ...], NDArray[np.int64]
]  # of each value the place of its slot, -1 for none


def _steps(months: NDArray[np.float64]) -> _Placed:
    steps = np.round(months / STEP_MONTHS)
    known = ~np.isnan(steps)
    kept, place = np.unique(steps[known].astype(np.int64), return_inverse=True)
    slot = np.full(len(months), -1)
    slot[known] = place
    ends = [int(at) * STEP_MONTHS for at in kept]
    return tuple(Slot(code="", title=_("Month {n}").format(n=at), month=at) for at in ends), slot


def _visits(codes: "pd.Series[str]", protocol: Protocol) -> _Placed:
    held = set(codes.unique())
    kinds = [kind for kind in protocol.visits if kind.code in held]
    before = [kind.code for kind in kinds if month_of(protocol, kind.code) < 0]
    baseline = before[-1] if before else ""
    taken = any(month_of(protocol, kind.code) == 0 for kind in kinds)
    slots = tuple(
        Slot(
            code=kind.code,
            title=kind.title,
            month=0.0 if kind.code == baseline and not taken else month_of(protocol, kind.code),
        )
        for kind in kinds
    )
    place = {slot.code: at for at, slot in enumerate(slots)}
    of_category = np.array([place.get(str(one), -1) for one in codes.cat.categories], np.int64)
    return slots, of_category[codes.cat.codes]


def _last(
    place: NDArray[np.int64],
    slot: NDArray[np.int64],
    months: NDArray[np.float64],
    days: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Which values count: the last one of each patient at each slot, by patients and slots."""
    known = np.flatnonzero((slot >= 0) & ~np.isnan(months))
    key = place[known] * (slot.max(initial=0) + 1) + slot[known]
    order = np.argsort(key * date.max.toordinal() + days[known], kind="stable")
    key = key[order]
    is_last = np.append(key[1:] != key[:-1], True)[: len(key)]
    return np.asarray(known[order[is_last]], dtype=np.int64)
