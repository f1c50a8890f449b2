"""One meeting with the patient, and the decisions about visits that did not happen."""

import datetime
from dataclasses import dataclass, field
from enum import StrEnum

from core.model.ids import PatientId, VisitId, new_id


class VisitKind(StrEnum):
    SCHEDULED = "scheduled"
    UNSCHEDULED = "unscheduled"


class VisitState(StrEnum):
    DRAFT = "draft"
    FINISHED = "finished"


class Mode(StrEnum):
    IN_PERSON = "in_person"
    PHONE = "phone"
    VIDEO = "video"
    PAPER_MAILED = "paper_mailed"


class Respondent(StrEnum):
    PATIENT = "patient"
    PATIENT_VIA_CAREGIVER = "patient_via_caregiver"
    CAREGIVER_PROXY = "caregiver_proxy"


class ClinicalStage(StrEnum):
    """King's clinical stage as a clinician judges it: by regions and events, not by questions.

    Roche 2012, doi:10.1093/brain/awr351.
    """

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR_A = "4A"
    FOUR_B = "4B"
    FIVE = "5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit as it is entered. ``code`` names the planned visit it fulfils; None when unscheduled.

    ``new_events`` answers "anything new since the last visit?": None until it was asked.
    ``mode`` and ``respondent`` stay None until the rater says: they are recorded, not assumed.
    ``paper_on`` and ``paper_by`` say when and by whom a paper form was filled in that was transcribed here.
    """

    id: VisitId = field(default_factory=lambda: VisitId(new_id()))
    patient_id: PatientId
    kind: VisitKind = VisitKind.SCHEDULED
    code: str | None = None
    date: datetime.date
    state: VisitState = VisitState.DRAFT
    rater: str
    mode: Mode | None = None
    respondent: Respondent | None = None
    weight_kg: float | None = None
    new_events: bool | None = None
    clinical_stage: ClinicalStage | None = None
    note: str = ""
    paper_on: datetime.date | None = None
    paper_by: str = ""
    started_at: datetime.datetime
    finished_at: datetime.datetime | None = None

    @property
    def is_draft(self) -> bool:
        return self.state is VisitState.DRAFT

    def begun_after(self, other: "Visit") -> bool:
        """Whether this one is in progress, and was begun after the other had been finished."""
        return (
            self.is_draft and other.finished_at is not None and self.started_at > other.finished_at
        )


class Mark(StrEnum):
    MISSED = "missed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitMark:
    """A person's decision that a planned visit did not, or will not, take place."""

    patient_id: PatientId
    code: str
    mark: Mark
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """An assessment of the protocol that is done elsewhere (MRI, laboratory): done, or not done and why."""

    visit_id: VisitId
    task: str
    done: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedText:
    """What a person typed into a field and is not a value yet; theirs alone until it is one.

    ``place`` is the kind of page ("visit", "patient" ...), ``subject`` the id of what it showed.
    """

    author: str
    place: str
    subject: str
    field: str
    text: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingText:
    """That somebody's text waits in a field, and from when it is; not what it says."""

    author: str
    field: str
    at: datetime.datetime
