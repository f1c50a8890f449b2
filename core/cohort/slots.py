"""Where values stand on the time axis of a group: the planned visits of a schedule, or equal steps of months."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.cohort.frames import PATIENT, Cohort
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor, Protocol, Unit
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


def schedule_of(cohort: Cohort) -> Protocol | None:
    """The one schedule of planned visits that all patients are on; None where they are on several or on none."""
    ids = set(cohort.patients["schedule"])
    found = protocols.newest().get(next(iter(ids))) if len(ids) == 1 else None
    return found if found is not None and found.anchor is Anchor.REFERENCE else None


def month_of(protocol: Protocol, code: str) -> float:
    """Months of a planned visit from the reference day, negative before it."""
    kind = protocol.visit(code)
    if kind is None:
        return 0.0
    return kind.offset.value / (MONTH_DAYS if kind.offset.unit is Unit.DAYS else 1.0)


def zero(patients: "pd.DataFrame") -> "pd.Series[int]":
    """The day from which each patient's months are counted: the reference day, else the first visit."""
    return patients["reference_day"].fillna(patients["first_visit_day"])


def placed(cohort: Cohort, field: str) -> "tuple[tuple[Slot, ...], pd.DataFrame]":
    """The slots that hold a value of a field, and the values: columns PATIENT, slot (its place), month, value, stated.

    ``month`` is the real time in months; a patient has one value a slot, the last one. On a schedule of planned
    visits the last slot before the treatment is the baseline, and stands at month 0.
    """
    values = cohort.values[cohort.values["field"] == field]
    protocol = schedule_of(cohort)
    months = (values["day"] - values[PATIENT].map(zero(cohort.patients))).astype(
        "Float64"
    ) / MONTH_DAYS
    found = values.assign(month=months.astype("float64")).dropna(subset=["month"])
    if protocol is None:
        return _by_steps(found)
    return _by_visits(found, protocol)


def _by_steps(found: "pd.DataFrame") -> "tuple[tuple[Slot, ...], pd.DataFrame]":
    steps = (found["month"] / STEP_MONTHS).round().astype(int)
    kept = sorted(steps.unique())
    slots = tuple(
        Slot(code="", title=_("Month {n}").format(n=at * STEP_MONTHS), month=at * STEP_MONTHS)
        for at in kept
    )
    return slots, _last(found.assign(slot=steps.map({at: n for n, at in enumerate(kept)})))


def _by_visits(
    found: "pd.DataFrame", protocol: Protocol
) -> "tuple[tuple[Slot, ...], pd.DataFrame]":
    held = set(found["code"].unique())
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
    known = found[found["code"].isin(place)]
    return slots, _last(known.assign(slot=known["code"].astype(str).map(place).astype(int)))


def _last(found: "pd.DataFrame") -> "pd.DataFrame":
    columns: Sequence[str] = [PATIENT, "slot", "month", "value", "stated"]
    ordered = found.sort_values([PATIENT, "slot", "day"], kind="stable")
    kept = ordered.drop_duplicates([PATIENT, "slot"], keep="last")
    return kept[list(columns)].reset_index(drop=True)
