import inspect
from collections.abc import Mapping
from enum import Enum
from string import ascii_lowercase

import pytest

from core import labels
from core.model import (
    adverse_event,
    assessment,
    attachment,
    patient,
    signature,
    spirometry,
    visit,
)

INTERNAL = {visit.VisitKind, visit.VisitState}  # shown by other words, never as they are
CLOSED_SETS = [
    thing
    for module in (adverse_event, assessment, attachment, patient, signature, spirometry, visit)
    for _, thing in inspect.getmembers(module, inspect.isclass)
    if issubclass(thing, Enum) and thing.__module__ == module.__name__ and thing not in INTERNAL
]
TABLES = [
    table for name, table in vars(labels).items() if name.isupper() and isinstance(table, Mapping)
]


@pytest.mark.parametrize("closed_set", CLOSED_SETS, ids=lambda one: one.__name__)
def test_every_member_has_one_word_of_its_own(closed_set):
    (table,) = (t for t in TABLES if isinstance(next(iter(t)), closed_set))
    assert list(table) == list(closed_set)  # in the model's order, which lists show
    assert len(set(table.values())) == len(closed_set)
    assert all(word.strip() and "_" not in word for word in table.values())


def test_a_grade_starts_with_its_number():
    for grade, word in labels.GRADE.items():
        assert word.startswith(f"{grade.value} ") and word[2] in ascii_lowercase
