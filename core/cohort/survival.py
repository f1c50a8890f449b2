"""Survival of a group: which event, from which day on, until when each patient was followed, and who cannot be counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.cohort.frames import Cohort
from core.science.progression import MONTH_DAYS
from core.science.statistics.fit import NoFit
from core.science.statistics.survival import Interval, KaplanMeier, kaplan_meier
from core.words import N_, Words, _, plural


class Endpoint(StrEnum):
    """What ends the time: the first of the days that it names."""

    OVERALL = "overall"
    TRACHEOSTOMY_FREE = "tracheostomy_free"
    VENTILATION_FREE = "ventilation_free"


class Zero(StrEnum):
    """From where the time counts."""

    TREATMENT = "treated"
    DIAGNOSIS = "diagnosis"
    ONSET = "onset"


ENDPOINTS = Words(
    {
        Endpoint.OVERALL: N_("Overall survival"),
        Endpoint.TRACHEOSTOMY_FREE: N_("Survival without tracheostomy"),
        Endpoint.VENTILATION_FREE: N_("Survival without ventilation (mask or tracheostomy)"),
    }
)
ZEROS = Words(
    {
        Zero.TREATMENT: N_("from the infusion"),
        Zero.DIAGNOSIS: N_("from the diagnosis"),
        Zero.ONSET: N_("from the onset"),
    }
)
_ENDS: Mapping[Endpoint, tuple[str, ...]] = {
    Endpoint.OVERALL: ("died_day",),
    Endpoint.TRACHEOSTOMY_FREE: ("died_day", "tracheostomy_day"),
    Endpoint.VENTILATION_FREE: ("died_day", "tracheostomy_day", "niv_day"),
}
HALF_A_DAY = (
    0.5 / MONTH_DAYS
)  # months: a mark of the axis means the day next to it, 60 months day 1826
NO_ZERO, BEFORE, NOT_SEEN = "no_zero", "before", "not_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Times in months, whether the event happened, and whose they are (places in the cohort's patients).

    ``left_out`` counts who is not among them and why: no day to count from, the event before that day, never seen.
    """

    patients: NDArray[np.int64]
    months: NDArray[np.float64]
    events: NDArray[np.bool_]
    left_out: Mapping[str, int]

    @property
    def n(self) -> int:
        return len(self.months)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """A curve with what it is of."""

    endpoint: Endpoint
    zero: Zero
    followed: Followed
    curve: KaplanMeier | NoFit

    @property
    def title(self) -> str:
        return f"{ENDPOINTS[self.endpoint]} {ZEROS[self.zero]}"

    @property
    def sentences(self) -> tuple[str, ...]:
        """What must be known beside the curve."""
        said = [
            _("Censored on the last day known alive, never today."),
            *left_out_words(self.followed.left_out),
        ]
        if self.zero is not Zero.TREATMENT:
            said.append(
                _(
                    "Patients come to the clinic alive: who died before is not among them, so that these times are longer than those of all patients."
                )
            )
        return tuple(said)


def followed(cohort: Cohort, endpoint: Endpoint, zero: Zero) -> Followed:
    """Months from ``zero`` to the event, else to the last day on which the patient was known alive.

    What is known to its month or year counts from the day that is assumed for it. A patient whose tracheostomy (or
    mask) was there before ``zero`` cannot lose what the curve counts, and is left out; so is one whom nobody saw
    after ``zero``.
    """

    def days(column: str) -> NDArray[np.float64]:
        return cohort.patients[column].to_numpy(dtype=np.float64, na_value=np.nan)

    starts, alive = days(f"{zero.value}_day"), days("last_alive_day")
    ends = np.fmin.reduce([days(column) for column in _ENDS[endpoint]])  # the first that is known
    happened = ~np.isnan(ends)
    until = np.where(happened, ends, alive)
    no_zero = np.isnan(starts)
    before = ends < starts
    not_seen = ~no_zero & ~before & ~(until >= starts)
    kept = ~(no_zero | before | not_seen)
    counts = {NO_ZERO: no_zero, BEFORE: before, NOT_SEEN: not_seen}
    return Followed(
        patients=cohort.patients.index.to_numpy(dtype=np.int64)[kept],
        months=(until - starts)[kept] / MONTH_DAYS,
        events=happened[kept],
        left_out={why: int(mask.sum()) for why, mask in counts.items() if mask.any()},
    )


def survival(
    cohort: Cohort,
    endpoint: Endpoint = Endpoint.OVERALL,
    zero: Zero = Zero.TREATMENT,
    interval: Interval = Interval.LOG_LOG,
) -> Survival:
    found = followed(cohort, endpoint, zero)
    curve = kaplan_meier(found.months, found.events, interval)
    return Survival(endpoint=endpoint, zero=zero, followed=found, curve=curve)


def left_out_words(left_out: Mapping[str, int]) -> list[str]:
    """A sentence for each reason."""
    said = {
        NO_ZERO: lambda n: plural(
            n,
            "1 patient has no such day to count from and is not counted.",
            "{n} patients have no such day to count from and are not counted.",
        ),
        BEFORE: lambda n: plural(
            n,
            "1 patient had the event before that day, as far as the days are known, and is not counted.",
            "{n} patients had the event before that day, as far as the days are known, and are not counted.",
        ),
        NOT_SEEN: lambda n: plural(
            n,
            "1 patient was not seen after that day and is not counted.",
            "{n} patients were not seen after that day and are not counted.",
        ),
    }
    return [said[why](n) for why, n in left_out.items()]
