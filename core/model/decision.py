"""What a person decided about something that the program found: what, why, until when, and what was known then."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.model.ids import DecisionId, PatientId, VisitId, new_id


class DecisionKind(StrEnum):
    """What a decision is about; ``subject`` names the one of its kind."""

    ACTION = "action"
    CONSENT = "consent"  # whether the results of a visit outside the consent are used


class Choice(StrEnum):
    DONE = "done"
    PLANNED = "planned"
    DECLINED = "declined"
    NOT_NOW = "not_now"
    NOTED = "noted"  # before there were choices: an alert was seen, with a reason
    USED = "used"
    LEFT_OUT = "left_out"

    @property
    def needs_date(self) -> bool:
        """Whether a day belongs to it on which it is asked again."""
        return self in {Choice.PLANNED, Choice.DECLINED, Choice.NOT_NOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision of a person; of several on one subject the last one counts.

    ``facts`` are the worst values that were known, by their class (alert and rule, or alert and event); None
    is one that was not kept. ``visit_id`` is the last visit that brought one of them. From ``review_on`` on
    the subject is asked about again.
    """

    id: DecisionId = field(default_factory=lambda: DecisionId(new_id()))
    patient_id: PatientId
    kind: DecisionKind
    subject: str
    choice: Choice
    reason: str = ""
    review_on: datetime.date | None = None
    facts: Mapping[str, float | None] = field(default_factory=dict)
    visit_id: VisitId | None = None
    by: str
    at: datetime.datetime

    def __post_init__(self) -> None:
        if self.choice.needs_date != (self.review_on is not None):
            raise ValueError(f"{self.choice.value} and a day of review do not belong together")
        if self.choice is Choice.NOT_NOW and not self.reason.strip():
            raise ValueError("“not now” needs its reason")

    def due(self, today: datetime.date) -> bool:
        return self.review_on is not None and self.review_on <= today
