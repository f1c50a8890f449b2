"""Laboratory results as they were entered, and the clinic's laboratories with their reference ranges."""

import datetime
from dataclasses import dataclass, field
from enum import StrEnum

from core.clock import aware
from core.model.assessment import NotDone
from core.model.ids import LaboratoryId, LabResultId, PatientId, RangeId, VisitId, new_id
from core.model.patient import Sex


class Comparator(StrEnum):
    """What stands before a value that the laboratory could not measure exactly."""

    BELOW = "<"
    ABOVE = ">"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabResult:
    """One test of one sample: a value, or one of the test's answers, or why it was not done; exactly one of them.

    ``value`` is in ``unit``, which is the test's own; ``typed`` in ``typed_unit`` is what was entered, letter by
    letter. ``low`` and ``high`` are the laboratory's reference limits of that day for that sex and age, in
    ``unit``: they are stored with the value and never looked up again. ``laboratory`` is its name on that day.
    ``visit_id`` is the visit that the result belongs to; None for one that came between visits.
    """

    id: LabResultId = field(default_factory=lambda: LabResultId(new_id()))
    patient_id: PatientId
    visit_id: VisitId | None = None
    test: str
    taken_on: datetime.date
    taken_at: datetime.time | None = None
    comparator: Comparator | None = None
    value: float | None = None
    unit: str = ""
    choice: str = ""
    typed: str = ""
    typed_unit: str = ""
    low: float | None = None
    high: float | None = None
    sex: Sex = Sex.UNKNOWN
    age_years: float | None = None
    laboratory: str = ""
    not_done: NotDone | None = None
    note: str = ""
    entered_by: str
    entered_at: datetime.datetime

    def __post_init__(self) -> None:
        said = (self.value is not None, bool(self.choice), self.not_done is not None)
        if sum(said) != 1:
            raise ValueError("a result is a value, an answer or a reason")
        if self.comparator is not None and self.value is None:
            raise ValueError("what is below or above needs a value")

    @property
    def sample(self) -> tuple[datetime.date, datetime.time]:
        """When the sample was taken; without a time it comes first of its day."""
        return self.taken_on, self.taken_at or datetime.time()

    def entered_after(self, finished_at: datetime.datetime | None) -> bool:
        """Whether it was entered, on no visit of its own, after a visit had been finished."""
        return (
            self.visit_id is None
            and finished_at is not None
            and self.entered_at > aware(finished_at)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Laboratory:
    """A laboratory that the clinic sends samples to."""

    id: LaboratoryId = field(default_factory=lambda: LaboratoryId(new_id()))
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRange:
    """What a laboratory calls normal for one test, in its own ``unit``, from a day on.

    ``sex`` None is for everybody; ``from_age`` and ``below_age`` are whole years, None where there is no limit.
    A range with neither ``low`` nor ``high`` says that the laboratory gives none any more.
    """

    id: RangeId = field(default_factory=lambda: RangeId(new_id()))
    laboratory_id: LaboratoryId
    test: str
    sex: Sex | None = None
    from_age: int | None = None
    below_age: int | None = None
    valid_from: datetime.date
    unit: str
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("the lower limit is above the upper one")

    def fits(self, sex: Sex, age_years: float | None, on: datetime.date) -> bool:
        """Whether it is for such a patient on that day. Of an unknown sex or age only what holds for every one."""
        if on < self.valid_from or (self.sex is not None and self.sex is not sex):
            return False
        if self.from_age is None and self.below_age is None:
            return True
        if age_years is None:
            return False
        from_age = 0 if self.from_age is None else self.from_age
        return from_age <= age_years and (self.below_age is None or age_years < self.below_age)
