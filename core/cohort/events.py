"""Adverse events of a group, by patients and by events: one patient may have two of a kind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.cohort.frames import PATIENT, Cohort

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One line. ``of`` is the denominator of ``patients``; ``worst`` the highest grade of any of the events.

    ``who`` are the places of the patients.
    """

    term: str
    organ_class: str
    patients: int
    of: int
    events: int
    worst: int
    serious: int
    who: tuple[int, ...] = ()

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.patients / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTable:
    """``any_`` is the line of all events together. ``not_counted`` began before the treatment.

    ``treated_only`` says that patients are those who were treated and events those after it; where nobody was
    treated, all patients and all their events count.
    """

    lines: tuple[Counted, ...]
    any_: Counted
    not_counted: int
    treated_only: bool


def event_table(cohort: Cohort, *, related_only: bool = False, least_grade: int = 1) -> EventTable:
    """Events by their coded term (what was said, where none was chosen), the commonest first.

    Treatment-emergent ones, and those of which it cannot be said, where somebody of the group was treated.
    """
    patients, events = cohort.patients, cohort.events
    treated = patients.index[patients["treated_day"].notna()]
    treated_only = len(treated) > 0
    not_counted = 0
    if treated_only:
        emergent = events["emergent"].fillna(value=True).astype(bool)
        counts = emergent & events[PATIENT].isin(treated)
        not_counted = int((~counts).sum())
        events = events[counts]
    events = events[events["grade"] >= least_grade]
    if related_only:
        events = events[events["related"].astype(bool)]
    of = len(treated) if treated_only else cohort.n
    named = events.assign(called=events["term"].where(events["term"] != "", events["said"]))
    lines = [_counted(str(term), group, of) for term, group in named.groupby("called")]
    return EventTable(
        lines=tuple(sorted(lines, key=_commonest)),
        any_=_counted("", named, of),
        not_counted=not_counted,
        treated_only=treated_only,
    )


def _commonest(one: Counted) -> tuple[int, int, str]:
    return (-one.patients, -one.events, one.term)


def _counted(term: str, group: "pd.DataFrame", of: int) -> Counted:
    return Counted(
        term=term,
        organ_class="" if group.empty or not term else str(group["organ_class"].iloc[0]),
        patients=int(group[PATIENT].nunique()),
        of=of,
        events=len(group),
        worst=0 if group.empty else int(group["grade"].max()),
        serious=int(group["serious"].astype(bool).sum()),
        who=tuple(int(one) for one in sorted(group[PATIENT].unique())),
    )
