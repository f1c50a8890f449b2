"""The person who is followed, and what was stated about them before their first visit here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core import clock
from core.model.ids import ExternalResultId, MoveId, PatientId, new_id
from core.model.partial_date import PartialDate


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class OnsetRegion(StrEnum):
    BULBAR = "bulbar"
    LIMB = "limb"
    RESPIRATORY = "respiratory"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One patient. What the source did not say stays None: nothing here is inferred.

    ``stated_*`` are statements of a source that gives no dates behind them (an age in whole years, a
    disease duration in months), true on ``stated_on`` where the source says when.
    ``reference_on`` is day 0 of the protocol (the infusion, in the trial). ``reference_group`` is the group
    of the reference equation by its name, since numbers differ between equations; empty is not stated.
    """

    id: PatientId = field(default_factory=lambda: PatientId(new_id()))
    record_number: str
    family_name: str = ""
    given_name: str = ""
    sex: Sex = Sex.UNKNOWN
    born: date | None = None
    stated_age_years: int | None = None
    stated_duration_months: float | None = None
    stated_on: date | None = None
    onset_region: OnsetRegion = OnsetRegion.UNKNOWN
    onset: PartialDate | None = None
    diagnosis: PartialDate | None = None
    height_cm: float | None = None
    reference_group: str = ""
    protocol: str
    protocol_version: str
    reference_on: date | None = None
    registered_on: date
    note: str = ""

    @property
    def name(self) -> str:
        return ", ".join(part for part in (self.family_name, self.given_name) if part)


def number_order(record_number: str) -> tuple[tuple[int, str], ...]:
    """By which record numbers are in order: A-2 comes before A-10, and that before B-1."""
    parts = re.findall(r"\d+|\D+", record_number)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


class ExternalKind(StrEnum):
    ALSFRS_R_TOTAL = "alsfrs_r_total"  # points of 48, without the items
    FVC_PERCENT = "fvc_percent"  # % predicted, equation unknown, without litres


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalResult:
    """A value that somebody else computed: kept as it was stated, never mixed with ours."""

    id: ExternalResultId = field(default_factory=lambda: ExternalResultId(new_id()))
    patient_id: PatientId
    kind: ExternalKind
    value: float
    measured_on: date | None = None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleMove:
    """That a patient was moved from one version of their schedule to another, by whom, when (aware) and why.

    A visit keeps the version in which it was begun: see ``version_at``.
    """

    id: MoveId = field(default_factory=lambda: MoveId(new_id()))
    patient_id: PatientId
    from_version: str
    to_version: str
    moved_by: str
    moved_at: datetime
    reason: str


def version_at(moves: Iterable[ScheduleMove], begun: datetime, now: str) -> str:
    """The version of a schedule in which a visit was begun (aware); ``now`` is the version that the patient has."""
    later = [one for one in moves if clock.aware(begun) <= clock.aware(one.moved_at)]
    return min(later, key=lambda one: clock.aware(one.moved_at)).from_version if later else now
