"""A protocol is data: its visits, their windows, what is assessed at each, and who may take part."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.rule import COMPARE, Op
from core.words import Shown, as_written, translated

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

    ``assessments`` name questionnaires, "spirometry", "measurements", "adverse-events", "since-last-time"
    (what runs of the patient's medicines, devices …), or tasks of the protocol. ``first_title`` is what the first one of a visit that recurs is called.
    """

    code: str
    title: Shown
    offset: Offset
    before: int
    after: int
    assessments: tuple[str, ...]
    first_title: Shown = ""


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


UNITS: Mapping[Measure, str] = {
    Measure.ASKED: "",
    Measure.AGE: "years",
    Measure.SINCE_DIAGNOSIS: "months",
    Measure.SINCE_ONSET: "months",
    Measure.ALSFRS_R: "points",
    Measure.FVC: "%",
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

    def __post_init__(self) -> None:
        for name in ("id", "title", "source"):
            if not getattr(self, name).strip():
                raise ValueError(f"its {name} is empty: write one")
        if wrong := self._wrong():
            raise ValueError(wrong)

    @property
    def asked(self) -> bool:
        return self.measure is Measure.ASKED

    def admits(self, value: float) -> bool:
        """Whether a value, in the unit of the measure, is within the limits."""
        if self.operator is None:
            raise ValueError(f"criterion {self.id} is asked of a person, not computed")
        limits = {Op.AT_LEAST: self.low, Op.AT_MOST: self.high}
        if self.operator is not Operator.BETWEEN:
            limits = {Op(self.operator.value): self.value}
        return all(limit is not None and COMPARE[op](value, limit) for op, limit in limits.items())

    def _wrong(self) -> str:
        """What is wrong with the limits; empty where nothing is."""
        limits = [limit for limit in (self.value, self.low, self.high) if limit is not None]
        if self.asked:
            odd = limits or self.operator or self.unit
            return (
                "without a measure it has no operator, limits or unit: remove them" if odd else ""
            )
        if self.operator is None:
            return f"a measure needs an operator: write one of {', '.join(Operator)}"
        if not all(math.isfinite(limit) for limit in limits):
            return "a limit is not a number: write one"
        if as_written(self, "unit") != UNITS[self.measure]:
            return f"{self.measure} counts in {UNITS[self.measure]}: write this unit"
        if self.operator is not Operator.BETWEEN:
            right = self.value is not None and len(limits) == 1
            return "" if right else f"the operator {self.operator} needs “value” and no other limit"
        if self.low is None or self.high is None or self.value is not None:
            return "the operator between needs “low” and “high” and no “value”"
        return "" if self.low <= self.high else "low is above high: exchange them"


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

    def __post_init__(self) -> None:
        codes = [visit.code for visit in self.visits]
        if repeated := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"visits {repeated} stand twice")
        if not self.visits:
            raise ValueError("a protocol needs at least one visit")
        if self.anchor is Anchor.LAST_VISIT and len(self.visits) != 1:
            raise ValueError("a protocol anchored on the last visit has exactly one visit")
        for visit in self.visits:
            if visit.before < 0 or visit.after < 0:
                raise ValueError(f"the window of visit {visit.code} is negative")
        names = [criterion.id for criterion in self.criteria]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"criteria {repeated} stand twice")
        if self.criteria and self.screening is None:
            raise ValueError(
                "the criteria need a visit that assesses “eligibility”: they are evaluated on its day"
            )

    @property
    def named_assessments(self) -> frozenset[str]:
        """Every assessment that some visit asks for."""
        lists = [*(visit.assessments for visit in self.visits), self.unscheduled]
        return frozenset(name for names in lists for name in names)

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

    def is_at_reference(self, code: str | None) -> bool:
        """Whether it is the visit at the reference day (the infusion)."""
        kind = None if code is None else self.visit(code)
        return kind is not None and not kind.offset.value

    def visit_title(self, code: str, *, is_first: bool = False) -> str:
        kind = self.visit(code)
        if kind is None:
            return code
        return (is_first and kind.first_title) or kind.title
