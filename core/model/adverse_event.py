"""What went wrong with the patient, as reported at a visit; and milestones, which are not adverse events."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from core.model.ids import EventId, MilestoneId, PatientId, VisitId, new_id
from core.model.partial_date import PartialDate


class Grade(IntEnum):
    """CTCAE v5.0 severity."""

    MILD = 1
    MODERATE = 2
    SEVERE = 3
    LIFE_THREATENING = 4
    DEATH = 5


class Outcome(StrEnum):
    """CDISC AEOUT, codelist C66768."""

    RECOVERED = "recovered"
    RECOVERED_WITH_SEQUELAE = "recovered_with_sequelae"
    RECOVERING = "recovering"
    NOT_RECOVERED = "not_recovered"
    FATAL = "fatal"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        """Whether an end date belongs to it."""
        return self in _ENDED


_ENDED = (Outcome.RECOVERED, Outcome.RECOVERED_WITH_SEQUELAE, Outcome.FATAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEvent:
    """One adverse event. ``term`` is what was said; ``coded_term`` the CTCAE term chosen for it, or empty.

    Severity (``grade``) and seriousness (``serious``) are different questions and different fields.
    """

    id: EventId = field(default_factory=lambda: EventId(new_id()))
    patient_id: PatientId
    visit_id: VisitId | None = None
    term: str
    coded_term: str = ""
    onset: PartialDate
    ended: PartialDate | None = None
    grade: Grade
    serious: bool
    outcome: Outcome
    note: str = ""

    @property
    def died_on(self) -> PartialDate:
        """Of a fatal event: the day of death, as far as it says one."""
        return self.ended or self.onset


class MilestoneKind(StrEnum):
    NIV = "niv"
    GASTROSTOMY = "gastrostomy"
    NASOGASTRIC_TUBE = "nasogastric_tube"
    TRACHEOSTOMY = "tracheostomy"
    COUGH_ASSIST = "cough_assist"
    WHEELCHAIR = "wheelchair"
    WITHDRAWAL = "withdrawal"
    DEATH = "death"


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A turning point of the disease (NIV started, gastrostomy, death), with the precision it is known to."""

    id: MilestoneId = field(default_factory=lambda: MilestoneId(new_id()))
    patient_id: PatientId
    kind: MilestoneKind
    happened_on: PartialDate
    note: str = ""
