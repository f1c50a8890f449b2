"""The people who sign in, what each may do, and the clinic they work for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.words import DayStyle, GasUnit, Notation, _


class Role(StrEnum):
    NURSE = "nurse"
    NEUROLOGIST = "neurologist"
    MONITOR = "monitor"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    READ = "read"  # patients, charts, summaries
    ENTER = "enter"  # visits, patients, events, answers to queries
    QUERY = "query"  # ask and answer questions on fields
    CLOSE_QUERY = "close_query"
    SIGN = "sign"
    LOCK = "lock"  # freeze and unlock with a reason
    CLINIC = "clinic"  # the clinic's name, protocol, equation and thresholds
    PEOPLE = "people"  # users and their roles
    BACKUP = "backup"  # make, restore, drill
    AUDIT = "audit"  # browse the whole trail
    EXPORT = "export"
    COHORT = "cohort"  # all patients as one group, and the report of a trial


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.NURSE: frozenset({Right.READ, Right.ENTER, Right.QUERY, Right.EXPORT}),
    Role.NEUROLOGIST: frozenset(Right) - {Right.PEOPLE, Right.BACKUP},
    Role.MONITOR: frozenset(
        {Right.READ, Right.QUERY, Right.CLOSE_QUERY, Right.AUDIT, Right.COHORT}
    ),
    Role.ADMINISTRATOR: frozenset({Right.PEOPLE, Right.BACKUP, Right.AUDIT}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person known to the file. ``must_change`` asks for a new password at the next sign-in."""

    login: str
    full_name: str
    created_at: datetime
    role: Role = Role.NEUROLOGIST
    disabled_at: datetime | None = None
    must_change: bool = False
    password_at: datetime | None = None

    @property
    def rights(self) -> frozenset[Right]:
        return frozenset() if self.disabled_at is not None else RIGHTS[self.role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One line of the user review: somebody who can sign in, or could. ``failed`` are the sign-ins that failed since the last one that did not."""

    user: User
    has_password: bool
    last_sign_in: datetime | None
    failed: int

    @property
    def state(self) -> str:
        if self.user.disabled_at is not None:
            return _("disabled")
        if not self.has_password:
            return _("has no password")
        return _("must change the password") if self.user.must_change else _("active")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """What the file says of itself: whose it is, and the settings every workstation shares.

    After ``idle_lock_min`` minutes (1 to 15) without a key or a click the file is locked. Where
    ``telling_file_names`` is set, the name of a saved file holds the record number and the day. ``phone`` and ``call_us``
    are printed for patients: where to call, and when to do so at once (the program's own words where it is empty).
    ``day_style`` and ``gas_unit`` are how days and pressures of gases are shown.
    """

    name: str
    letterhead: str = ""
    protocol: str = "routine"
    equation: str = "gli-global-2022"
    demonstration: bool = False
    idle_lock_min: int = 5
    telling_file_names: bool = False
    phone: str = ""
    call_us: str = ""
    day_style: DayStyle = DayStyle.LETTERS
    gas_unit: GasUnit = GasUnit.MMHG

    @property
    def notation(self) -> Notation:
        return Notation(self.day_style, self.gas_unit)
