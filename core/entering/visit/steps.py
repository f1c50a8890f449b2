"""What a step of a visit is: where it is, how far it is, and what is still open in it.

A step is a `VisitStep`; which ones a visit has, and in which order, `Draft` says.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.entry import Problem, Severity

DETAILS, TASKS, NOTE, REVIEW = "details", "tasks", "note", "review"  # steps that are no form
COMPARISON = "comparison"  # the field of a form that stands for what is asked once it is complete


class StepState(StrEnum):
    EMPTY = "empty"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """How far one step of a visit is. ``id`` is a questionnaire's id or one of the names above.

    An ``optional`` one may stay empty.
    """

    id: str
    title: str
    state: StepState
    hint: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """What stands in the way of finishing, with the step and the field where it can be mended.

    A question that does not block names the ``rule`` that asks it: it is stored when the visit is finished.
    """

    step: str
    field: str
    problem: Problem
    rule: str = ""

    @property
    def blocks(self) -> bool:
        return self.problem.severity is Severity.ERROR


class VisitStep(ABC):
    """One kind of step. It saves nothing: the part of the visit that it shows does."""

    id: str

    @property
    @abstractmethod
    def title(self) -> str: ...

    @property
    def asked(self) -> bool:
        """Whether the protocol asks for it at this visit."""
        return True

    @property
    @abstractmethod
    def untouched(self) -> bool:
        """Whether nothing was entered in it; a visit of which all steps say so is left without a trace."""

    @abstractmethod
    def state(self, points: Sequence[OpenPoint]) -> Step:
        """How far it is. ``points`` are those that are open in it, by whomever."""

    def open_points(self) -> list[OpenPoint]:
        """Everything of it that blocks finishing or asks for a second look."""
        return []

    def unsaved_points(self) -> list[OpenPoint]:
        """The texts in it that are no values yet, each with the reason."""
        return []

    def _state(self, points: Sequence[OpenPoint], *, begun: bool, hint: str = "") -> Step:
        """That of a step that is done where nothing blocks."""
        if not any(point.blocks for point in points):
            return Step(self.id, self.title, StepState.DONE, hint)
        return Step(self.id, self.title, StepState.STARTED if begun else StepState.EMPTY, hint)
