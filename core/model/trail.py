"""The audit trail: its entries, and its head as a short code that a printed page can carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from core.model.ids import PatientId
from core.words import MISSING

SHORT_BITS = 60  # of the hash, in the code: 12 letters
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_READ_AS = str.maketrans("OIL", "011")


class Act(StrEnum):
    """What is written down although it changes no row: the trail's ``entity`` of such an entry."""

    SIGNED_IN = "signed in"
    SIGN_IN_FAILED = "sign-in failed"
    SIGNED_OUT = "signed out"
    LOCKED = "locked"
    RECOVERY_USED = "recovery code used"
    RECOVERY_MADE = "recovery code made"
    PASSWORD_SET = "password set"
    VIEWED = "chart viewed"
    PRINTED = "printed"
    EXPORTED = "exported"
    BACKED_UP = "backed up"
    RESTORED = "restored"
    DRILLED = "restore drill"
    VERIFIED = "verified"
    CLOCK_SET_BACK = "clock set back"


# The others change the key file, or say where the file comes from: a backup is due after them.
CHANGES_NOTHING = frozenset(Act) - {
    Act.RECOVERY_USED,
    Act.RECOVERY_MADE,
    Act.PASSWORD_SET,
    Act.RESTORED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One entry. ``entity`` is a table's name, or the name of an act that changes no row (signed in, printed).

    ``row`` is the primary key as text, its parts joined by "/". ``before`` and ``after`` are JSON objects.
    """

    sequence: int
    at: datetime
    utc_offset_min: int
    actor: str
    workstation: str
    program: str
    schema: str
    reason: str
    entity: str
    row: str
    patient_id: str | None
    before: str | None
    after: str | None
    previous: bytes
    hash: bytes

    @property
    def local(self) -> datetime:
        """When it was, by the clock on the wall of the workstation."""
        return self.at.astimezone(timezone(timedelta(minutes=self.utc_offset_min)))


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitName:
    """What a visit is called by: its code (None when unscheduled), its day, its schedule.

    ``is_first`` is true of the earliest one of its code: of a visit that recurs, it has its own name.
    """

    code: str | None
    on: date
    protocol: str
    version: str  # of the schedule
    is_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordName:
    """What a record of a form that is data is called by: the version of its form, and its stored values."""

    form: str
    version: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What entries call by id: people by login, record numbers by patient, visits, the visits of spirometry,
    and records of forms.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    patients: Mapping[str, str] = field(default_factory=dict)
    visits: Mapping[str, VisitName] = field(default_factory=dict)
    spirometry: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, RecordName] = field(default_factory=dict)

    def person(self, login: str) -> str:
        return self.people.get(login, login)

    def patient(self, entry: TrailEntry) -> str:
        """The record number of the patient that an entry is about; empty where it is about none."""
        return "" if entry.patient_id is None else self.patients.get(entry.patient_id, MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """Which entries are asked for: all of them where nothing is said. ``kinds`` are tables and acts."""

    patient_id: PatientId | None = None
    actor: str | None = None
    kinds: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


class MomentKind(StrEnum):
    """What makes a moment of a patient's record one that is gone back to."""

    REGISTERED = "registered"
    FINISHED = "finished"  # a visit, also once more after a correction
    SIGNED = "signed"
    CORRECTED = "corrected"  # something that belongs to no visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A state that a patient's record had: after ``sequence``, the last entry of what was done then.

    ``visit_id`` is the visit that was finished or signed, empty where it is none.
    """

    kind: MomentKind
    sequence: int
    at: datetime
    actor: str
    visit_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailHead:
    """Where the trail ends: everything before it is vouched for by this one hash."""

    sequence: int
    hash: str  # 64 hex digits

    @property
    def code(self) -> str:
        """For paper: "1042-7KQ2-M3XD-0PVA", the sequence and the first 60 bits of the hash."""
        bits = int(self.hash, 16) >> (256 - SHORT_BITS)
        letters = "".join(_LETTERS[bits >> shift & 31] for shift in range(SHORT_BITS - 5, -1, -5))
        return "-".join([str(self.sequence), letters[:4], letters[4:8], letters[8:]])


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCode:
    """What a printed code says: up to which entry it vouches, and the beginning of that entry's hash."""

    sequence: int
    letters: str

    def fits(self, head: TrailHead) -> bool:
        return read_code(head.code) == self


def read_code(text: str) -> HeadCode | None:
    """A code as it was typed from paper; None where it cannot be one."""
    number, _dash, rest = text.strip().upper().partition("-")
    letters = rest.replace("-", "").replace(" ", "").translate(_READ_AS)
    if not number.isascii() or not number.isdigit() or len(letters) != SHORT_BITS // 5:
        return None
    if set(letters) - set(_LETTERS):
        return None
    return HeadCode(sequence=int(number), letters=letters)
