"""A protocol is data: its visits, their windows, what is assessed at each, and who may take part."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.rule import COMPARE, Op
from core.words import Shown, translated

ELIGIBILITY = "eligibility"  # the task of the visit on whose day the criteria are evaluated


class Unit(StrEnum):
    DAYS = "days"
    MONTHS = "months"


class Anchor(StrEnum):
    """What a visit's target is counted from."""

    REFERENCE = "reference"  # the protocol's day 0, such as the infusion
    LAST_VISIT = "last_visit"


@dataclass(frozen=True, slots=True)
class Offset:
    value: int
    unit: Unit


@translated
@dataclass(frozen=True, slots=True)
class Task:
    """An assessment that happens outside this program; here it is ticked off, or why it was not done."""

    id: str
    title: Shown


@translated
@dataclass(frozen=True, slots=True)
class PlannedKind:
    """One visit of the schedule. Its window runs from ``before`` to ``after`` days round the target.

    ``assessments`` name questionnaires, forms (of a visit, or about the patient: entered there by that day), "spirometry", "measurements", "adverse-events",
    "since-last-time" (what runs of the patient's medicines, devices …), "laboratory", or tasks of the protocol.
    ``first_title`` is what the first one of a visit that recurs is called. ``panels`` are those of the laboratory
    that it asks for; without any, the usual ones (see `core.laboratory.catalog.asked_tests`).
    """

    code: str
    title: Shown
    offset: Offset
    before: int
    after: int
    assessments: tuple[str, ...]
    first_title: Shown = ""
    panels: tuple[str, ...] = ()


class CriterionKind(StrEnum):
    """Which of its two lists the protocol has a criterion in."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"


class Measure(StrEnum):
    """What decides a criterion: a value of the record, or a person who is asked."""

    ASKED = ""
    AGE = "age_years"
    SINCE_DIAGNOSIS = "diagnosis_months"
    SINCE_ONSET = "disease_duration_months"
    ALSFRS_R = "alsfrs_r_total"
    FVC = "fvc_percent"
    WITHOUT_IMMUNOTHERAPY = "immunotherapy_free_months"


# What the record can only suggest: a person's word, with its reason, decides where there is one.
OVERRIDDEN = frozenset({Measure.WITHOUT_IMMUNOTHERAPY})
UNITS: Mapping[Measure, str] = {
    Measure.ASKED: "",
    Measure.AGE: "years",
    Measure.SINCE_DIAGNOSIS: "months",
    Measure.SINCE_ONSET: "months",
    Measure.ALSFRS_R: "points",
    Measure.FVC: "%",
    Measure.WITHOUT_IMMUNOTHERAPY: "months",
}


class Operator(StrEnum):
    """How a value is held against the limits; both limits of "between" belong to it."""

    AT_LEAST = ">="
    AT_MOST = "<="
    ABOVE = ">"
    BELOW = "<"
    BETWEEN = "between"


@translated
@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of taking part.

    ``operator`` and limits say what a participant must have, whichever list the criterion is in.
    A computed one has no number in its title, so that title and limit cannot disagree. An asked
    exclusion is named by what must be absent ("Other neurological disease").
    """

    id: str
    kind: CriterionKind
    title: Shown
    source: Shown
    measure: Measure = Measure.ASKED
    operator: Operator | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: Shown = ""

    @property
    def asked(self) -> bool:
        return self.measure is Measure.ASKED

    @property
    def can_be_overridden(self) -> bool:
        return self.measure in OVERRIDDEN

    def admits(self, value: float) -> bool:
        """Whether a value, in the unit of the measure, is within the limits."""
        if self.operator is None:
            raise ValueError(f"criterion {self.id} is asked of a person, not computed")
        limits = {Op.AT_LEAST: self.low, Op.AT_MOST: self.high}
        if self.operator is not Operator.BETWEEN:
            limits = {Op(self.operator.value): self.value}
        return all(limit is not None and COMPARE[op](value, limit) for op, limit in limits.items())


@translated
@dataclass(frozen=True, slots=True)
class Protocol:
    """A visit schedule, and who may take part.

    With anchor "last_visit" its one visit recurs, counted from the last one of its kind. ``version`` covers the
    criteria as well: an answer to a criterion belongs to the version it was given for.
    """

    id: str
    version: str
    title: Shown
    source: Shown
    anchor: Anchor
    reference: Shown
    visits: tuple[PlannedKind, ...]
    unscheduled: tuple[str, ...]
    tasks: tuple[Task, ...] = field(default=())
    criteria: tuple[Criterion, ...] = field(default=())

    @property
    def screening(self) -> PlannedKind | None:
        """The visit at which eligibility is checked."""
        return next((visit for visit in self.visits if ELIGIBILITY in visit.assessments), None)

    def task(self, id: str) -> Task | None:
        return next((task for task in self.tasks if task.id == id), None)

    def visit(self, code: str) -> PlannedKind | None:
        """The visit of that code; None where a changed schedule does not have it any more."""
        return next((visit for visit in self.visits if visit.code == code), None)

    def assessments_of(self, code: str | None) -> tuple[str, ...]:
        """What a visit asks for; an unscheduled one (no code) has its own list."""
        kind = None if code is None else self.visit(code)
        return self.unscheduled if kind is None else kind.assessments

    def without_tasks(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Those that are not done as a task of this schedule: its tasks are its own, whatever forms there are."""
        return tuple(name for name in names if self.task(name) is None)

    def panels_of(self, code: str | None) -> tuple[str, ...]:
        """The panels of the laboratory that a visit names."""
        kind = None if code is None else self.visit(code)
        return () if kind is None else kind.panels

    def is_at_reference(self, code: str | None) -> bool:
        """Whether it is the visit at the reference day (the infusion)."""
        kind = None if code is None else self.visit(code)
        return kind is not None and not kind.offset.value

    def visit_title(self, code: str, *, is_first: bool = False) -> str:
        kind = self.visit(code)
        if kind is None:
            return code
        return (is_first and kind.first_title) or kind.title
