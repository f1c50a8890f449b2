"""The catalogue of resources/alerts.toml: actions, the alerts that lead to them, what each says and cites."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from cattrs import ClassValidationError

from core import resources
from core.convert import converter, problems
from core.errors import InvalidReference
from core.findings import signs
from core.findings.alerts.measures import Question, measures
from core.model import thresholds
from core.rule import Condition, Rule
from core.words import Shown, _, translated

T = TypeVar("T")


@translated
@dataclass(frozen=True, slots=True)
class ActionKind:
    """What a person is asked to decide about: breathing, feeding … One line, one decision."""

    id: str
    title: Shown


@translated
@dataclass(frozen=True, slots=True)
class AlertRule(Rule):
    """A rule of an alert; ``source`` and ``status`` are its own where they differ from the alert's."""

    source: Shown = ""
    status: str = ""


@translated
@dataclass(frozen=True, slots=True)
class Addition:
    """What is said beside the facts, where every condition holds; ``{value}`` is that of the first one."""

    text: Shown
    every: tuple[Condition, ...]

    def __post_init__(self) -> None:
        if not self.every:
            raise ValueError(f"“{self.text}” needs a condition")


@translated
@dataclass(frozen=True, slots=True)
class Instead:
    """Another thing to consider where every condition holds: what it asks for runs already, or the risk is another."""

    consider: Shown
    every: tuple[Condition, ...]

    def __post_init__(self) -> None:
        if not self.every:
            raise ValueError(f"“{self.consider}” needs a condition")


@translated
@dataclass(frozen=True, slots=True)
class Definition:
    """One alert: met by any of its rules, or by an adverse event whose term means one of its ``signs``.

    ``consider`` is said after the word "consider"; ``topic`` is shared by alerts that ask for the same, of which
    only the first says so. ``status`` is empty where the source was read, else UNCONFIRMED or DESIGN.
    """

    id: str
    action: str
    title: Shown
    topic: str
    consider: Shown
    source: Shown
    status: str = ""
    remark: Shown = ""
    rules: tuple[AlertRule, ...] = ()
    signs: str = ""
    unless: tuple[Condition, ...] = ()
    instead: tuple[Instead, ...] = ()
    additions: tuple[Addition, ...] = ()

    def __post_init__(self) -> None:
        if "." in self.id:
            raise ValueError("its id has a point, which parts alert and rule")
        if bool(self.rules) == bool(self.signs):
            raise ValueError("an alert has either rules or signs")
        if len({rule.id for rule in self.rules}) < len(self.rules):
            raise ValueError("two of its rules share an id")
        for status in (self.status, *(rule.status for rule in self.rules)):
            if status not in thresholds.STATUS:
                raise ValueError(f"the status {status} is neither UNCONFIRMED nor DESIGN")

    @property
    def cited(self) -> str:
        """The source, and whether it was read."""
        return _cited(self.source, self.status)

    def cited_for(self, rule_id: str) -> str:
        """The source of one of its rules: its own, or the alert's."""
        for rule in self.rules:
            if rule.id == rule_id and rule.source:
                return _cited(rule.source, rule.status)
        return self.cited

    @property
    def conditions(self) -> Iterator[Condition]:
        for rule in self.rules:
            yield from rule.conditions
        yield from self.unless
        for one in self.instead:
            yield from one.every
        for addition in self.additions:
            yield from addition.every


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Both by their ids, in the order of the file: the alerts of an action the most urgent first."""

    actions: dict[str, ActionKind]
    alerts: dict[str, Definition]


def _cited(source: str, status: str) -> str:
    return f"{source} ({thresholds.STATUS[status]})" if status else source


@cache
def shipped() -> Catalogue:
    """The alerts and actions of this program. Raises InvalidReference."""
    return read(resources.path("alerts.toml"))


def read(path: Path) -> Catalogue:
    """The catalogue of a file. Raises InvalidReference naming the file, the table and what in it is wrong."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidReference(f"{path.name}: {error}") from error
    actions: dict[str, ActionKind] = {}
    for name, table in _named(tables.get("actions", []), _("action number {n}")):
        kind = _structured(path, name, table, ActionKind)
        if kind.id in actions:
            raise InvalidReference(f"{path.name}, {name}: the id is there twice")
        actions[kind.id] = kind
    found: dict[str, Definition] = {}
    for name, table in _named(tables.get("alerts", []), _("alert number {n}")):
        definition = _structured(path, name, table, Definition)
        wrong = "; ".join(_wrong(definition, actions))
        if wrong:
            raise InvalidReference(f"{path.name}, {name}: {wrong}")
        if definition.id in found:
            raise InvalidReference(f"{path.name}, {name}: the id is there twice")
        found[definition.id] = definition
    by_action = list(actions)
    in_order = sorted(found.values(), key=lambda one: by_action.index(one.action))
    return Catalogue(actions, {one.id: one for one in in_order})


def _named(
    tables: list[dict[str, object]], unnamed: str
) -> Iterator[tuple[str, dict[str, object]]]:
    for place, table in enumerate(tables, start=1):
        yield str(table.get("id", unnamed.format(n=place))), table


def _structured(path: Path, name: str, table: dict[str, object], kind: type[T]) -> T:
    try:
        return converter.structure(table, kind)
    except ClassValidationError as error:
        raise InvalidReference(f"{path.name}, {name}: {'; '.join(problems(error))}") from error


def _wrong(definition: Definition, actions: dict[str, ActionKind]) -> Iterator[str]:
    """What it names that there is not, or compares in a way that means nothing."""
    known = measures()
    if definition.action not in actions:
        yield f"there is no action {definition.action}"
    if definition.signs and definition.signs not in signs.shipped().ids:
        yield f"there are no signs {definition.signs}"
    for one in definition.conditions:
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
