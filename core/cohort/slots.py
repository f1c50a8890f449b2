"""Where values stand on the time axis of a group: the planned visits of a schedule, or equal steps of months."""

from collections.abc import Mapping
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
    """A place on the axis. ``code`` is that of the planned visit, empty of a step of months.

    ``is_baseline`` is the last value of each patient before the treatment; its ``code`` is that of most of them.
    """

    code: str
    title: str
    month: float
    is_baseline: bool = False

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
    """The slots that hold a value of a field, and the values: columns PATIENT, slot (its place), month, value, stated, code.

    ``month`` is the real time in months; a patient has one value a slot, the last one. On a schedule of planned
    visits the baseline, at month 0, is each patient's last value at a planned visit up to the treatment. An earlier
    visit is a slot of its own where at least half as many patients have a value at it besides.
    """
    values = cohort.values[cohort.values["field"] == field]
    starts = zero(cohort.patients).to_numpy(dtype=float, na_value=np.nan)
    place, days = cohort.place(values[PATIENT]), values["day"].to_numpy()
    months = (days - starts[place]) / MONTH_DAYS
    protocol = schedule_of(cohort)
    slots, slot = (
        _steps(months)
        if protocol is None
        else _visits(values["code"], protocol, place, months, days, treated_days(cohort)[place])
    )
    kept = _last(place, slot, months, days)
    chosen = values.iloc[kept]
    held, at = np.unique(slot[kept], return_inverse=True)  # one whose values have no month is none
    slots = tuple(slots[one] for one in held)
    lines = chosen[[PATIENT, "value", "stated", "code"]].assign(slot=at, month=months[kept])
    return slots, lines.reset_index(drop=True)


def treated_days(cohort: Cohort) -> NDArray[np.float64]:
    """The day of each patient's treatment, else that which it is planned for."""
    patients = cohort.patients
    on = patients["treated_day"].fillna(patients["reference_day"])
    return np.asarray(on.to_numpy(dtype=np.float64, na_value=np.nan))


def baselines(cohort: Cohort, field: str) -> Mapping[int, tuple[float, bool]]:
    """The value before the treatment of each patient who has one, and whether others stated it.

    Of who has no day to count from yet, the last value (up to the treatment, where one was recorded).
    """
    slots, lines = placed(cohort, field)
    at = [n for n, slot in enumerate(slots) if slot.is_baseline]
    waiting = cohort.patients.index[cohort.patients["reference_day"].isna()]
    mine = cohort.values[(cohort.values["field"] == field) & cohort.values[PATIENT].isin(waiting)]
    mine = mine[~(mine["day"].to_numpy() > treated_days(cohort)[cohort.place(mine[PATIENT])])]
    newest = mine.sort_values("day", kind="stable").drop_duplicates(PATIENT, keep="last")
    return {
        int(who): (float(value), bool(stated))
        for found in (newest, lines[lines["slot"].isin(at)])
        for who, value, stated in zip(found[PATIENT], found["value"], found["stated"], strict=True)
    }


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


def _visits(
    codes: "pd.Series[str]",
    protocol: Protocol,
    place: NDArray[np.int64],
    months: NDArray[np.float64],
    days: NDArray[np.int64],
    treated: NDArray[np.float64],
) -> _Placed:
    """The place, time and day of each value, and the day of its patient's treatment."""
    kinds = protocol.visits
    offsets = np.array([month_of(protocol, kind.code) for kind in kinds])
    number = {kind.code: at for at, kind in enumerate(kinds)}
    of_category = np.array([number.get(str(one), -1) for one in codes.cat.categories], np.int64)
    kind_of = of_category[codes.cat.codes]
    is_planned = kind_of >= 0
    before = is_planned & (offsets[kind_of] <= 0) & (days <= treated)
    base = np.zeros(len(codes), dtype=np.bool_)
    base[_last(place, np.where(before, 0, -1), months, days)] = True

    slots: list[Slot] = []
    slot = np.full(len(codes), -1)

    def take(which: NDArray[np.bool_], **told: object) -> None:
        slot[which] = len(slots)
        kind = kinds[int(np.bincount(kind_of[which]).argmax())]
        known = {"code": kind.code, "title": kind.title, "month": month_of(protocol, kind.code)}
        slots.append(Slot(**{**known, **told}))  # type: ignore[arg-type]

    for at in np.flatnonzero(offsets < 0):
        earlier = before & ~base & (kind_of == at)
        if earlier.any() and 2 * len(np.unique(place[earlier])) >= base.sum():
            take(earlier)
    if base.any():
        several = {} if len(np.unique(kind_of[base])) == 1 else {"title": _("Baseline")}
        take(base, month=0.0, is_baseline=True, **several)
    for at in np.flatnonzero(offsets > 0):
        if (after := kind_of == at).any():
            take(after)
    return tuple(slots), slot


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
