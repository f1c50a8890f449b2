"""What a laboratory test is: its units, its answers, its panel, and how CTCAE grades it."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from core.model import terms
from core.toml_values import Fault, Place
from core.words import Shown, _, translated

_ID = re.compile("[a-z][a-z0-9_]{0,39}")


class Asked(StrEnum):
    """At which visits of a schedule that names no panels a panel is asked for."""

    TRIAL = "trial"  # at every visit with laboratory tests
    SCREENING = "screening"  # only where eligibility is checked
    NEVER = "never"


class Direction(StrEnum):
    HIGH = "high"
    LOW = "low"


class Baseline(StrEnum):
    """How CTCAE counts from the value before treatment."""

    NONE = ""
    IF_ABNORMAL = "if-abnormal"  # instead of the limit, where the baseline was beyond it
    ALSO = "also"  # beside the limit: the worse of both


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a test: a value in it times ``factor`` is the value in the test's own unit."""

    unit: str
    factor: float
    source: str
    names: tuple[str, ...] = ()

    @property
    def times(self) -> Decimal:
        return Decimal(repr(self.factor))


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit that CTCAE names in another unit than the test's own, where it is not the same converted."""

    unit: str
    value: float


@dataclass(frozen=True, slots=True)
class Step:
    """From where on a grade is proposed: beyond all that it names. ``text`` is CTCAE's own.

    ``typed`` counts instead of ``value`` for what was typed in that unit.
    """

    grade: int
    text: str
    uln: float | None = None
    lln: float | None = None
    value: float | None = None
    typed: tuple[Limit, ...] = ()
    times_baseline: float | None = None
    from_baseline: float | None = None
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ctcae:
    """The grades of one CTCAE term, the mildest first."""

    term: str
    grades: tuple[Step, ...]
    direction: Direction = Direction.HIGH
    baseline: Baseline = Baseline.NONE


@translated
@dataclass(frozen=True, slots=True)
class Answer:
    """What a test without a number can say; of one with ``more`` the rest of what is typed is its comment."""

    id: str
    title: Shown
    names: tuple[str, ...] = ()
    abnormal: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    id: str
    choices: tuple[Answer, ...]


@translated
@dataclass(frozen=True, slots=True)
class Test:
    """One laboratory test: with a number (``units``, the first is its own), or with ``answers``.

    ``low`` and ``high`` are what is plausible at all, in its own unit. ``when_low`` and ``why_low`` say what a low
    value means in these patients, where that is not what one would think.
    """

    __test__ = False  # for pytest, which would collect it by its name

    id: str
    title: Shown
    decimals: int = 0
    low: float | None = None
    high: float | None = None
    units: tuple[Unit, ...] = ()
    names: tuple[str, ...] = ()
    loinc: tuple[str, ...] = ()
    ctcae: tuple[Ctcae, ...] = ()
    answers: str = ""
    when_low: Shown = ""
    why_low: Shown = ""

    @property
    def is_number(self) -> bool:
        return bool(self.units)

    @property
    def unit(self) -> str:
        """Its own unit, in which values are stored; empty where it has no number."""
        return self.units[0].unit if self.units else ""

    def in_unit(self, name: str) -> Unit | None:
        """The unit of this name, or of another spelling of it; None where the test has no such unit."""
        key = spelled(name)
        return next((u for u in self.units if key in map(spelled, (u.unit, *u.names))), None)


@translated
@dataclass(frozen=True, slots=True)
class Panel:
    """Tests that are ordered together; ``core`` are those asked for where a schedule names no panels."""

    id: str
    title: Shown
    tests: tuple[str, ...]
    core: tuple[str, ...]
    asked: Asked = Asked.NEVER


@dataclass(frozen=True)
class Catalogue:
    """Everything in the file, checked."""

    panels: tuple[Panel, ...]
    tests: tuple[Test, ...]
    answers: tuple[Answers, ...] = field(default=())

    @cached_property
    def by_id(self) -> Mapping[str, Test]:
        return {one.id: one for one in self.tests}

    @cached_property
    def sets(self) -> Mapping[str, tuple[Answer, ...]]:
        return {one.id: one.choices for one in self.answers}


# As laboratories print units: powers, multiplication signs and the two signs for micro are spelled in many ways.
_SPELLED = str.maketrans(
    {"μ": "u", "µ": "u", "×": "", "*": "", "^": "", " ": "", "·": "", "\u200c": ""}
)
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def spelled(text: str) -> str:
    """A name or a unit without what differs between laboratories: case, spaces, signs of powers and of micro."""
    plain = text.strip().translate(_POWERS).translate(_SPELLED).lower()
    return plain.removeprefix("x") if plain.startswith("x10") else plain


def check(found: Catalogue) -> None:
    """Raises Fault where the file is well formed and cannot be right."""
    for key, ids in (
        ("panels", [one.id for one in found.panels]),
        ("tests", [one.id for one in found.tests]),
        ("answers", [one.id for one in found.answers]),
    ):
        for index, name in enumerate(ids):
            if not _ID.fullmatch(name):
                text = _("“{id}” is no name; write small letters, digits and _.")
                raise Fault(text, (key, index, "id"), id=name)
            if name in ids[:index]:
                raise Fault(_("{id} is there twice; give each its own id."), (key, index), id=name)
    known = {one.id for one in found.tests}
    for index, panel in enumerate(found.panels):
        for name in ("tests", "core"):
            for test in getattr(panel, name):
                if test not in known or test not in panel.tests:
                    text = _("“{test}” is no test of this panel; add it, or remove its name.")
                    raise Fault(text, ("panels", index, name), test=test)
    sets = {one.id: [choice.id for choice in one.choices] for one in found.answers}
    said: dict[str, str] = {}
    for index, test in enumerate(found.tests):
        _check_test(test, sets, ("tests", index))
        for name in {spelled(one) for one in (test.id, test.title, *test.names, *test.loinc)}:
            if said.setdefault(name, test.id) != test.id:
                text = _("“{name}” is a name of {other} as well; give each test its own names.")
                raise Fault(text, ("tests", index), name=name, other=said[name])


def _check_test(test: Test, sets: Mapping[str, Sequence[str]], place: Place) -> None:
    if bool(test.units) == bool(test.answers):
        raise Fault(_("a test has units or answers; write one of them."), place)
    if test.answers and test.answers not in sets:
        text = _("there are no answers “{id}”; write one of: {known}.")
        raise Fault(text, (*place, "answers"), id=test.answers, known=", ".join(sets))
    if test.units:
        if test.low is None or test.high is None or not test.low < test.high:
            raise Fault(_("low must be below high: what is plausible at all."), (*place, "low"))
        if test.units[0].factor != 1:
            raise Fault(_("the first unit is the test's own; its factor is 1."), (*place, "units"))
        if any(not math.isfinite(u.factor) or u.factor <= 0 for u in test.units):
            raise Fault(_("a factor must be above 0."), (*place, "units"))
        names = [
            spelled(name) for u in test.units for name in {spelled(n) for n in (u.unit, *u.names)}
        ]
        if len(set(names)) != len(names):
            raise Fault(_("a unit is there twice; each has names of its own."), (*place, "units"))
    for rule in test.ctcae:
        term = terms.find(rule.term)
        if term is None:
            raise Fault(_("CTCAE has no term “{term}”."), (*place, "ctcae"), term=rule.term)
        grades = [step.grade for step in rule.grades]
        if grades != sorted(set(grades)) or not {*grades} <= {g.value for g in term.grades}:
            text = _("the grades of “{term}” must rise, and be grades that it has.")
            raise Fault(text, (*place, "ctcae"), term=rule.term)
        for step in rule.grades:
            if not (step.uln or step.lln or step.answers or step.value is not None):
                raise Fault(_("a grade needs uln, lln, value or answers."), (*place, "ctcae"))
            if not {*step.answers} <= {*sets.get(test.answers, ())}:
                raise Fault(_("an answer of a grade is none of the test's."), (*place, "ctcae"))
