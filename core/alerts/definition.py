"""The rules of resources/alerts.toml: what each alert compares with which limit, says and cites."""

import operator
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from cattrs import ClassValidationError

from core import resources
from core.alerts.measures import Question, measures
from core.convert import converter, problems
from core.errors import InvalidReference
from core.model import thresholds
from core.model.adverse_event import AdverseEvent
from core.words import _


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

    def limit(self, limits: Mapping[str, float]) -> float:
        if self.threshold:
            return limits[self.threshold]
        return 0.0 if self.value is None else self.value

    def holds(self, value: float, limits: Mapping[str, float]) -> bool:
        return COMPARE[self.op](value, self.limit(limits))


@dataclass(frozen=True, slots=True)
class Rule:
    """Met where ``every`` condition holds, and one of ``some`` where there are any.

    The value of the first condition is the one that may become worse.
    """

    id: str
    every: tuple[Condition, ...]
    some: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if not self.every:
            raise ValueError(f"rule {self.id} needs a condition")


@dataclass(frozen=True, slots=True)
class Addition:
    """What is said besides, where every condition holds; ``{value}`` is that of the first one."""

    text: str
    every: tuple[Condition, ...]

    def __post_init__(self) -> None:
        if not self.every:
            raise ValueError(f"“{self.text}” needs a condition")


@dataclass(frozen=True, slots=True)
class Definition:
    """One alert: fired by any of its rules, or by an adverse event whose term has all words of one of ``events``.

    A word of ``events`` stands for every word that begins with it. ``status`` is empty where the source
    was read, else UNCONFIRMED or DESIGN (our proposal).
    """

    id: str
    title: str
    message: str
    source: str
    status: str = ""
    rules: tuple[Rule, ...] = ()
    events: tuple[str, ...] = ()
    additions: tuple[Addition, ...] = ()

    def __post_init__(self) -> None:
        if "." in self.id:
            raise ValueError("its id has a point, which parts alert and rule")
        if bool(self.rules) == bool(self.events):
            raise ValueError("an alert has either rules or events")
        if len({rule.id for rule in self.rules}) < len(self.rules):
            raise ValueError("two of its rules share an id")
        if self.status not in thresholds.STATUS:
            raise ValueError(f"the status {self.status} is neither UNCONFIRMED nor DESIGN")
        if "consider" not in self.message.lower():
            raise ValueError("its message does not say “consider”")

    @property
    def cited(self) -> str:
        """The source, and whether it was read."""
        return f"{self.source} ({thresholds.STATUS[self.status]})" if self.status else self.source

    def names(self, event: AdverseEvent) -> bool:
        return any(self._says(text) for text in (event.term, event.coded_term))

    def _says(self, text: str) -> bool:
        """Whether each word of one of ``events`` begins one of the text's words."""
        known = re.findall(r"\w+", text.casefold())
        return any(
            all(any(one.startswith(word) for one in known) for word in words.casefold().split())
            for words in self.events
        )


@cache
def shipped() -> dict[str, Definition]:
    """The alerts of this program by id, in order. Raises InvalidReference."""
    return read(resources.path("alerts.toml"))


def read(path: Path) -> dict[str, Definition]:
    """The alerts of a file. Raises InvalidReference naming the file, the alert and what in it is wrong."""
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("alerts", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidReference(f"{path.name}: {error}") from error
    found: dict[str, Definition] = {}
    for place, table in enumerate(tables, start=1):
        name = table.get("id", _("alert number {n}").format(n=place))
        try:
            definition = converter.structure(table, Definition)
        except ClassValidationError as error:
            raise InvalidReference(f"{path.name}, {name}: {'; '.join(problems(error))}") from error
        wrong = "; ".join(_wrong(definition))
        if wrong:
            raise InvalidReference(f"{path.name}, {name}: {wrong}")
        if definition.id in found:
            raise InvalidReference(f"{path.name}, {name}: the id stands twice")
        found[definition.id] = definition
    return found


def _wrong(definition: Definition) -> Iterator[str]:
    """What its conditions name that there is not, or compare in a way that means nothing."""
    known = measures()
    parts: tuple[Rule | Addition, ...] = (*definition.rules, *definition.additions)
    conditions = [one for part in parts for one in part.every]
    conditions += [one for rule in definition.rules for one in rule.some]
    for one in conditions:
        if one.measure not in known:
            yield f"there is no measure {one.measure}"
        elif one.op.is_answer != isinstance(known[one.measure], Question):
            yield f"{one.measure} cannot be compared by {one.op.value}"
        if one.threshold and one.threshold not in thresholds.shipped():
            yield f"there is no threshold {one.threshold}"
    for rule in definition.rules:
        first = known.get(rule.every[0].measure)
        if first is not None and not first.at_visits:
            yield f"rule {rule.id} must begin with a value that visits measure"
