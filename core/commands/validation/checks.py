"""Carrying out checks so that one that breaks off fails, and never stops the others."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from core.errors import AppError
from core.model.validation import Check, Part
from core.words import _

T = TypeVar("T")

PREFIXES = {
    Part.INSTALLATION: "IQ-",
    Part.REFERENCE: "OQ-A",
    Part.CLINIC_FILE: "OQ-B",
    Part.PAPER: "OQ-C",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found, in words, and whether it is what was expected."""

    words: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A check to be carried out by ``look``."""

    what: str
    basis: str
    expected: str
    look: Callable[[], Found]


def carry_out(part: Part, planned: Iterable[Planned]) -> Iterator[Check]:
    """The checks of a part, numbered in their order, which is the same on every installation."""
    for number, one in enumerate(planned, 1):
        found = _found(one)
        yield Check(
            id=f"{PREFIXES[part]}{number:02}",
            part=part,
            what=one.what,
            basis=one.basis,
            expected=one.expected,
            found=found.words,
            passed=found.passed,
        )


def once(make: Callable[[], T]) -> Callable[[], T]:
    """What ``make`` makes, made at the first call; where it failed, every call fails in the same way."""
    made: list[T] = []
    failed: list[Exception] = []

    def get() -> T:
        if failed:
            raise failed[0]
        if not made:
            try:
                made.append(make())
            except Exception as error:
                failed.append(error)
                raise
        return made[0]

    return get


def _found(one: Planned) -> Found:
    try:
        return one.look()
    except AppError as error:
        return Found(str(error), passed=False)
    except (
        Exception
    ) as error:  # a broken installation breaks in ways of its own: it is what is looked for
        text = _("The check could not be carried out ({kind}).")
        return Found(text.format(kind=type(error).__name__), passed=False)
