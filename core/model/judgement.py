"""What a person decided about a finding of the program: kept, met, waived; with who, when and why."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from core.model.ids import PatientId, VisitId


class Decision(StrEnum):
    KEPT = "kept"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """A plausibility question about a form, and what the rater did: kept the answer, or corrected it.

    ``rule`` is P1 to P12, ``subject`` the slot it is about (empty for the whole form), ``found`` what was
    found in words that change when the answers do: another finding of the same rule asks again.
    """

    visit_id: VisitId
    instrument: str
    rule: str
    subject: str
    found: str
    decision: Decision
    reason: str
    by: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionResult:
    """A person's word on one criterion of eligibility: met or not where nothing computes it; and a deviation.

    ``met`` None is unknown, or left to the computation. A deviation (``waiver``) has its reason, who spoke and
    when. The investigator accepts it; from anybody else it is ``proposed`` (EMA GCP Q&A: no system of waivers).
    """

    patient_id: PatientId
    protocol: str
    version: str
    criterion: str
    met: bool | None = None
    note: str = ""
    waiver: str = ""
    waived_by: str | None = None
    waived_at: datetime.datetime | None = None
    proposed: bool = False
