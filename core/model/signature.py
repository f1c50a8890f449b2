"""Signatures under visits, and what holds entries fixed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.model.ids import LockId, PatientId, SignatureId, VisitId, new_id
from core.model.user import Role


class Meaning(StrEnum):
    """What a signature says."""

    REVIEWED = "reviewed"
    APPROVED = "approved"
    RESPONSIBLE = "responsible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature under one visit; it is never changed or removed, a later change of what it covers voids it.

    ``data_hash`` is that of the rows the shown pages were made from, ``shown`` the words that were shown
    (JSON) and ``shown_hash`` theirs; ``trail_sequence`` is the last entry of the trail before it.
    """

    id: SignatureId = field(default_factory=lambda: SignatureId(new_id()))
    visit_id: VisitId
    signed_by: str
    printed_name: str
    role: Role
    meaning: Meaning
    signed_at: datetime
    data_hash: str
    shown: str
    shown_hash: str
    trail_sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSince:
    """What was changed of what a signature covers: by whom, when by the clock on their wall, what in words, why."""

    by: str
    at: datetime
    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureState:
    """A signature, and whether it still says anything.

    ``signed_at`` is the time by the clock on the wall. ``same_data`` is False where the data is another than
    what was signed; ``changes`` are all of it since, also what was changed back.
    """

    signature: Signature
    signed_at: datetime
    same_data: bool
    changes: tuple[ChangeSince, ...] = ()

    @property
    def valid(self) -> bool:
        return self.same_data and not self.changes


class LockLevel(StrEnum):
    FORM = "form"
    VISIT = "visit"
    PATIENT = "patient"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What may not be changed until it is unlocked with a reason.

    ``subject`` is the visit's or the patient's id, "visit/form" for a form, empty for the whole database.
    """

    id: LockId = field(default_factory=lambda: LockId(new_id()))
    level: LockLevel
    subject: str = ""
    patient_id: PatientId | None = None
    locked_by: str
    locked_at: datetime
    reason: str
    unlocked_by: str | None = None
    unlocked_at: datetime | None = None
    unlock_reason: str = ""

    @property
    def holds(self) -> bool:
        return self.unlocked_at is None
