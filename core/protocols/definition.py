"""A schedule is data: its visits, their windows, and what is assessed at each."""

from dataclasses import dataclass, field
from enum import StrEnum

SPIROMETRY = "spirometry"
ADVERSE_EVENTS = "adverse-events"


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


@dataclass(frozen=True, slots=True)
class Task:
    """An assessment that happens outside this program; here it is ticked off, or why it was not done."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class PlannedKind:
    """One visit of the schedule. Its window runs from ``before`` to ``after`` days round the target.

    ``assessments`` name questionnaires, "spirometry", "adverse-events", or tasks of the protocol.
    """

    code: str
    title: str
    offset: Offset
    before: int
    after: int
    assessments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """A visit schedule. With anchor "last_visit" its one visit recurs after every visit done."""

    id: str
    version: str
    title: str
    source: str
    anchor: Anchor
    reference: str
    visits: tuple[PlannedKind, ...]
    unscheduled: tuple[str, ...]
    tasks: tuple[Task, ...] = field(default=())

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

    @property
    def named_assessments(self) -> frozenset[str]:
        """Every assessment that some visit asks for."""
        lists = [*(visit.assessments for visit in self.visits), self.unscheduled]
        return frozenset(name for names in lists for name in names)

    def task(self, id: str) -> Task | None:
        return next((task for task in self.tasks if task.id == id), None)

    def visit(self, code: str) -> PlannedKind | None:
        """The visit of that code; None where a changed schedule does not have it any more."""
        return next((visit for visit in self.visits if visit.code == code), None)

    def assessments_of(self, code: str | None) -> tuple[str, ...]:
        """What a visit asks for; an unscheduled one (no code) has its own list."""
        kind = None if code is None else self.visit(code)
        return self.unscheduled if kind is None else kind.assessments

    def visit_title(self, code: str) -> str:
        kind = self.visit(code)
        return code if kind is None else kind.title
