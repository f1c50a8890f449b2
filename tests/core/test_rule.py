"""The language of rules: closed comparisons of named values, whoever reads them."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rule import COMPARE, Condition, Op, Rule, met


@dataclass(frozen=True)
class Number:
    value: float


NUMBERS = st.dictionaries(
    st.sampled_from("abcd"), st.integers(0, 4).map(lambda n: Number(float(n))), max_size=4
)
OPS = st.sampled_from([op for op in Op if not op.is_answer])
CONDITIONS = st.builds(Condition, st.sampled_from("abcd"), OPS, value=st.integers(0, 4).map(float))


def some_of(least):
    return st.lists(CONDITIONS, min_size=least, max_size=3).map(tuple)


@given(NUMBERS, some_of(1), some_of(0), some_of(0))
def test_a_rule_is_met_by_every_some_and_unless(numbers, every, some, unless):
    """An independent reading of the words; a value that is missing holds nowhere."""

    def holds(one):
        return one.measure in numbers and COMPARE[one.op](numbers[one.measure].value, one.value)

    expected = (
        all(map(holds, every))
        and (not some or any(map(holds, some)))
        and not any(map(holds, unless))
    )
    rule = Rule("r", every, some, unless)
    found = met(rule, numbers.get, {})
    assert bool(found) is expected
    if found:
        assert found[0] == (every[0], numbers[every[0].measure])
        assert all(holds(condition) for condition, _number in found)


def test_a_limit_may_be_one_that_the_clinic_sets():
    rule = Rule("r", (Condition("a", Op.BELOW, "limit"),))
    assert met(rule, {"a": Number(5)}.get, {"limit": 6})
    assert not met(rule, {"a": Number(5)}.get, {"limit": 5})


def test_a_question_is_yes_or_no_and_unknown_is_neither():
    yes, no = (Rule("r", (Condition("a", op),)) for op in (Op.YES, Op.NO))
    assert met(yes, {"a": Number(1)}.get, {}) and not met(no, {"a": Number(1)}.get, {})
    assert met(no, {"a": Number(0)}.get, {}) and not met(yes, {"a": Number(0)}.get, {})
    assert not met(yes, {}.get, {}) and not met(no, {}.get, {})


@pytest.mark.parametrize(
    "wrong",
    [
        {"op": Op.BELOW},
        {"op": Op.BELOW, "value": 4.0, "threshold": "limit"},
        {"op": Op.YES, "value": 1.0},
    ],
)
def test_a_comparison_has_one_limit_and_a_question_none(wrong):
    with pytest.raises(ValueError, match="one threshold or value"):
        Condition("a", **wrong)


def test_a_rule_needs_a_condition():
    with pytest.raises(ValueError, match="needs a condition"):
        Rule("r", ())
