"""What a validation of this installation found: every check with what was expected and what was found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Part(StrEnum):
    """What a check is about, in the order of the report."""

    INSTALLATION = "installation"
    REFERENCE = "reference"
    CLINIC_FILE = "clinic_file"
    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check. ``basis`` is the requirement (R13) or the publication that it stands on."""

    id: str
    part: Part
    what: str
    basis: str
    expected: str
    found: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """One run on one installation. ``facts`` are what it is made of, as (name, value)."""

    started_at: datetime
    seconds: float
    facts: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.passed)

    @property
    def passed(self) -> bool:
        return bool(self.checks) and not self.failed

    def of(self, part: Part) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.part is part)
