"""Whether a laboratory value is high or low, how many times its limit it is, and the CTCAE grade it proposes.

A value with "<" or ">" is no number: what follows from it is said only where every value it can be says so.
Limits and values are compared as the decimals that they are written in: 123 is not above 3 × 41.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.laboratory import catalog
from core.laboratory.definition import Baseline, Ctcae, Direction, Step, Test
from core.laboratory.reading import converted
from core.model.adverse_event import Grade
from core.model.laboratory import Comparator, LabResult
from core.words import N_, Words, _, day, number


class Flag(StrEnum):
    """Where a result is to its laboratory's reference."""

    HIGH = "high"
    LOW = "low"
    WITHIN = "within"
    ABNORMAL = "abnormal"  # an answer that is not the usual one
    UNKNOWN = "unknown"  # no reference is stored, or "<" and ">" leave it open
    NOT_DONE = "not_done"

    @property
    def is_out(self) -> bool:
        return self in {Flag.HIGH, Flag.LOW, Flag.ABNORMAL}


FLAGS: Words[Flag] = Words(
    {
        Flag.HIGH: N_("high"),
        Flag.LOW: N_("low"),
        Flag.WITHIN: N_("within range"),
        Flag.ABNORMAL: N_("abnormal"),
        Flag.UNKNOWN: N_("no reference"),
        Flag.NOT_DONE: N_("not done"),
    }
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A grade that a value would have by CTCAE's numbers: a person judges whether there is an event.

    ``reason`` says by what ("3.2 × ULN"), ``text`` is CTCAE's own wording of the grade. ``at_least`` where ">" or "<"
    leaves a higher grade open.
    """

    term: str
    grade: Grade
    reason: str
    text: str
    at_least: bool = False


def flag(result: LabResult) -> Flag:
    if result.not_done is not None:
        return Flag.NOT_DONE
    if result.choice:
        test = catalog.tests().get(result.test)
        chosen = None if test is None else catalog.answer(test, result.choice)
        if chosen is None:
            return Flag.UNKNOWN
        return Flag.ABNORMAL if chosen.abnormal else Flag.WITHIN
    if result.low is None and result.high is None:
        return Flag.UNKNOWN
    if result.high is not None and _is_above(result, _exact(result.high)):
        return Flag.HIGH
    if result.low is not None and _is_below(result, _exact(result.low)):
        return Flag.LOW
    return Flag.WITHIN if _is_within(result) else Flag.UNKNOWN


def times_upper_limit(result: LabResult) -> float | None:
    """The value as a multiple of the upper limit stored with it; None without both, and for "<"."""
    if result.value is None or not result.high or result.comparator is Comparator.BELOW:
        return None
    return result.value / result.high


def baseline_of(
    results: Sequence[LabResult], result: LabResult, reference: date | None
) -> LabResult | None:
    """The last value of the same test before treatment (up to the day of it); None where there is none.

    ``reference`` is the day of treatment; without one nothing is a baseline.
    """
    found = [
        one
        for one in results
        if reference is not None
        and one.test == result.test
        and one.id != result.id
        and one.value is not None
        and one.comparator is None
        and one.taken_on <= reference
        and one.sample < result.sample
    ]
    return max(found, key=lambda one: one.sample, default=None)


def proposals(result: LabResult, baseline: LabResult | None = None) -> tuple[Proposal, ...]:
    """The grade of every CTCAE term that the result proposes, at most one a term."""
    test = catalog.tests().get(result.test)
    if test is None or result.not_done is not None:
        return ()
    found = (_proposal(test, rule, result, baseline) for rule in test.ctcae)
    return tuple(one for one in found if one is not None)


def _proposal(
    test: Test, rule: Ctcae, result: LabResult, baseline: LabResult | None
) -> Proposal | None:
    if result.choice:
        steps = [step for step in rule.grades if result.choice in step.answers]
        if not steps:
            return None
        chosen = catalog.answer(test, result.choice)
        reason = result.choice if chosen is None else chosen.title
        return Proposal(rule.term, Grade(steps[-1].grade), reason, steps[-1].text)
    before = _baseline(rule, baseline)
    by_baseline = before is not None and rule.baseline is Baseline.IF_ABNORMAL
    reached = [] if by_baseline else list(_by_limits(rule, result))
    if before is not None:
        reached += [step for step in rule.grades if _beyond_baseline(step, result, before)]
    if not reached:
        return None
    step = max(reached, key=lambda one: one.grade)
    reason = _reason(test, rule, result, step, before)
    open_ended = result.comparator is not None and step is not rule.grades[-1]
    return Proposal(rule.term, Grade(step.grade), reason, step.text, at_least=open_ended)


def _baseline(rule: Ctcae, baseline: LabResult | None) -> LabResult | None:
    """The baseline where CTCAE counts from it; a normal one only where it counts from every one."""
    if baseline is None or rule.baseline is Baseline.NONE:
        return None
    if rule.baseline is Baseline.IF_ABNORMAL and flag(baseline) is not Flag.HIGH:
        return None
    return baseline


def _by_limits(rule: Ctcae, result: LabResult) -> Iterator[Step]:
    """The steps that are reached; those after one by ULN or LLN belong to what is out of range, where that is known."""
    beyond = _is_above if rule.direction is Direction.HIGH else _is_below
    relative = any(step.uln or step.lln for step in rule.grades)
    limit = result.high if rule.direction is Direction.HIGH else result.low
    if relative and limit is not None and not beyond(result, _exact(limit)):
        return
    for step in rule.grades:
        asked: list[Decimal | None] = []
        if step.uln is not None:
            asked.append(_times(result.high, step.uln))
        if step.lln is not None:
            asked.append(_times(result.low, step.lln))
        if step.value is not None:
            asked.append(_absolute(step, step.value, result))
        if asked and all(one is not None and beyond(result, one) for one in asked):
            yield step


def _absolute(step: Step, value: float, result: LabResult) -> Decimal:
    """The limit in the test's own unit: the one that CTCAE names in the unit that was typed, where it names one."""
    test = catalog.tests()[result.test]
    for one in step.typed:
        unit = test.in_unit(one.unit)
        if one.unit == result.typed_unit and unit is not None:
            return _exact(converted(one.value, unit))
    return _exact(value)


def _beyond_baseline(step: Step, result: LabResult, baseline: LabResult) -> bool:
    if step.from_baseline is not None:
        least = _times(baseline.value, step.from_baseline)
        return least is not None and (_is_above(result, least) or _is(result, least))
    most = _times(baseline.value, step.times_baseline)
    return most is not None and _is_above(result, most)


def _reason(
    test: Test, rule: Ctcae, result: LabResult, step: Step, baseline: LabResult | None
) -> str:
    """By what a grade is proposed: times the limit, times the baseline, or the value itself."""
    sign = "" if result.comparator is None else f"{result.comparator.value} "
    by_limit = rule.baseline is not Baseline.IF_ABNORMAL and step in _by_limits(rule, result)
    if baseline is not None and baseline.value and not by_limit:
        edges = [edge for one in rule.grades if (edge := one.times_baseline or one.from_baseline)]
        return _("{sign}{times} × baseline {value}, {day}").format(
            sign=sign,
            times=_times_text(result, baseline.value, edges),
            value=number(baseline.value, test.decimals),
            day=day(baseline.taken_on),
        )
    edges = [one.uln for one in rule.grades if one.uln]
    if edges and result.high:
        times = _times_text(result, result.high, edges)
        return _("{sign}{times} × ULN").format(sign=sign, times=times)
    if result.typed and any(
        one.unit == result.typed_unit for other in rule.grades for one in other.typed
    ):
        return f"{result.typed} {result.typed_unit}"
    return sign + number(result.value, test.decimals, result.unit)


def _times_text(result: LabResult, limit: float, edges: Sequence[float]) -> str:
    """How many times the limit, with as many decimals as tell it from the edges of the grades."""
    times = (result.value or 0.0) / limit
    fine = (n for n in (1, 2, 3) if round(times, n) not in edges or times in edges)
    return number(times, next(fine, 3))


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _times(limit: float | None, times: float | None) -> Decimal | None:
    return None if limit is None or times is None else _exact(limit) * _exact(times)


def _value(result: LabResult) -> Decimal | None:
    return None if result.value is None else _exact(result.value)


def _is(result: LabResult, limit: Decimal) -> bool:
    return result.comparator is None and _value(result) == limit


def _is_above(result: LabResult, limit: Decimal) -> bool:
    """Whether the value, and all that it can be, is above the limit."""
    value = _value(result)
    if value is None or result.comparator is Comparator.BELOW:
        return False
    return value >= limit if result.comparator is Comparator.ABOVE else value > limit


def _is_below(result: LabResult, limit: Decimal) -> bool:
    value = _value(result)
    if value is None or result.comparator is Comparator.ABOVE:
        return False
    return value <= limit if result.comparator is Comparator.BELOW else value < limit


def _is_within(result: LabResult) -> bool:
    """Whether all that the value can be is within the limits that there are."""
    value = _value(result)
    if value is None:
        return False
    if result.comparator is Comparator.BELOW:
        return result.low is None and result.high is not None and value <= _exact(result.high)
    if result.comparator is Comparator.ABOVE:
        return result.high is None and result.low is not None and value >= _exact(result.low)
    above = result.low is None or value >= _exact(result.low)
    return above and (result.high is None or value <= _exact(result.high))
