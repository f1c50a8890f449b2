"""The laboratory tests and panels that are shipped, and what a visit asks for of them."""

from collections.abc import Mapping, Sequence
from functools import cache

from core import resources
from core.errors import InvalidReference
from core.laboratory.definition import Answer, Asked, Catalogue, Panel, Test, check, spelled
from core.toml_values import read
from core.words import as_written

TRIAL, SCREENING = "trial", "screening"  # the two lists of a schedule that names no panels


@cache
def shipped() -> Catalogue:
    """Raises InvalidReference naming the file and the line to fix."""
    path = resources.path("laboratory", "tests.toml")
    return read(path.name, path.read_bytes(), Catalogue, check, InvalidReference)


def tests() -> Mapping[str, Test]:
    """Every test by its id, in the order of the file."""
    return shipped().by_id


def panels() -> Mapping[str, Panel]:
    return {one.id: one for one in shipped().panels}


def answers_of(test: Test) -> tuple[Answer, ...]:
    """What a test without a number can say."""
    return shipped().sets.get(test.answers, ())


def answer(test: Test, id: str) -> Answer | None:
    return next((one for one in answers_of(test) if one.id == id), None)


@cache
def _by_name() -> Mapping[str, Test]:
    return {
        spelled(name): test
        for test in shipped().tests
        for name in (test.id, as_written(test, "title"), *test.names, *test.loinc)
    }


def find(name: str) -> Test | None:
    """The test that a laboratory's list calls so: by its title, a synonym or a LOINC code, and by nothing like it."""
    return _by_name().get(spelled(name))


def asked_tests(
    named: Sequence[str], *, screening: bool
) -> tuple[tuple[Panel, tuple[str, ...]], ...]:
    """The panels that a visit asks for, each with its tests: those ``named``, else the shipped choice."""
    if named:
        return tuple((one, one.tests) for one in shipped().panels if one.id in named)
    wanted = {Asked.TRIAL, Asked.SCREENING} if screening else {Asked.TRIAL}
    return tuple((one, one.core) for one in shipped().panels if one.asked in wanted)
