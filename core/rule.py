"""The one language of rules that are data: closed comparisons of named values with limits.

It knows no value itself. Whoever evaluates a rule says how a measure's name is read (from a visit, from a
patient, from the fields of a form) and which limits hold; anything that is cleverer than a comparison is a
named measure in Python.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from core.words import N_, Words


class Op(StrEnum):
    """How a value is compared; yes and no are for questions."""

    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="
    YES = "yes"
    NO = "no"

    @property
    def is_answer(self) -> bool:
        return self in {Op.YES, Op.NO}

    @property
    def lower_is_worse(self) -> bool:
        return self in {Op.BELOW, Op.AT_MOST}


COMPARE: Mapping[Op, Callable[[float, float], bool]] = {
    Op.BELOW: operator.lt,
    Op.AT_MOST: operator.le,
    Op.ABOVE: operator.gt,
    Op.AT_LEAST: operator.ge,
    Op.YES: operator.ne,
    Op.NO: operator.eq,
}
LIMIT: Mapping[Op, str] = Words(
    {
        Op.BELOW: N_("below {limit}"),
        Op.AT_MOST: N_("at or below {limit}"),
        Op.ABOVE: N_("above {limit}"),
        Op.AT_LEAST: N_("at or above {limit}"),
    }
)


class Valued(Protocol):
    """What is read of a measure: a number (1 and 0 for yes and no), with whatever the reader needs besides."""

    @property
    def value(self) -> float: ...


R = TypeVar("R", bound=Valued)
Read = Callable[[str], R | None]  # the reading of a measure by its name; None where it is missing
Limits = Mapping[str, float]  # the thresholds by id


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. The limit is a threshold that the clinic may set, or a fixed ``value``; yes and no have none."""

    measure: str
    op: Op
    threshold: str = ""
    value: float | None = None

    def __post_init__(self) -> None:
        limits = bool(self.threshold) + (self.value is not None)
        if limits != (0 if self.op.is_answer else 1):
            raise ValueError(
                f"{self.measure} {self.op.value}: a comparison needs one threshold or value, yes and no none"
            )

    def limit(self, limits: Limits) -> float:
        if self.threshold:
            return limits[self.threshold]
        return 0.0 if self.value is None else self.value

    def holding(self, read: Read[R], limits: Limits) -> R | None:
        """The reading by which it holds; None where it does not. A value that is missing never does."""
        found = read(self.measure)
        if found is None or not COMPARE[self.op](found.value, self.limit(limits)):
            return None
        return found


@dataclass(frozen=True, slots=True)
class Rule:
    """Met where ``every`` condition holds, one of ``some`` where there are any, and none of ``unless``.

    The value of the first condition is the one that may become worse.
    """

    id: str
    every: tuple[Condition, ...]
    some: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if not self.every:
            raise ValueError(f"rule {self.id} needs a condition")

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (*self.every, *self.some, *self.unless)


def all_of(
    conditions: Sequence[Condition], read: Read[R], limits: Limits
) -> list[tuple[Condition, R]]:
    """The conditions with the readings by which they hold where every one of them does, else none."""
    found = []
    for condition in conditions:
        reading = condition.holding(read, limits)
        if reading is None:
            return []
        found.append((condition, reading))
    return found


def any_of(conditions: Sequence[Condition], read: Read[R], limits: Limits) -> bool:
    return any(one.holding(read, limits) is not None for one in conditions)


def met(rule: Rule, read: Read[R], limits: Limits) -> list[tuple[Condition, R]]:
    """The conditions by which the rule is met, the first of ``every`` first; none where it is not met."""
    every = all_of(rule.every, read, limits)
    if not every or any_of(rule.unless, read, limits):
        return []
    some = [
        (one, reading) for one in rule.some if (reading := one.holding(read, limits)) is not None
    ]
    return every + some if some or not rule.some else []
