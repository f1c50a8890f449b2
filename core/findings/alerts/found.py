"""What the visits of a record show by the rules, and what their adverse events say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.findings import signs
from core.findings.alerts.definition import AlertRule, Definition, shipped
from core.findings.alerts.measures import Reading, Values, View, doubts, measures
from core.labels import GRADE
from core.model import thresholds
from core.model.adverse_event import AdverseEvent
from core.model.ids import EventId, VisitId
from core.model.partial_date import partial_day
from core.rule import LIMIT, Condition, all_of, any_of, met
from core.words import _, day

Held = tuple[Condition, Reading]  # a condition that holds, and the value by which it does


@dataclass(frozen=True, slots=True)
class Fact:
    """One value that led to a finding. ``measure`` names what was measured, or the adverse event.

    ``brief`` is the value in a line, ``bounds`` what is said behind it in brackets, ``full`` all of it. It is
    worse than another value where a line would show it as worse: to ``decimals``.
    """

    measure: str
    value: float
    decimals: int
    lower_is_worse: bool
    on: date
    when: str
    brief: str
    bounds: tuple[str, ...]
    full: str

    def worse_than(self, value: float) -> bool:
        now, then = round(self.value, self.decimals), round(value, self.decimals)
        return now < then if self.lower_is_worse else now > then

    def line(self, shared: str = "") -> str:
        """The value with its day, unless that is the day ``shared`` with the fact before it."""
        text = self.brief
        if self.when and self.when != shared:
            text = _("{value} on {day}").format(value=text, day=self.when)
        return f"{text} ({'; '.join(self.bounds)})" if self.bounds else text


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that was met at a visit, or one adverse event (at no visit where none reported it).

    ``key`` names alert and rule, or alert and event: it is the class that a decision is about. The first
    fact is the value that may become worse; the others are symptoms that count beside it. ``doubt`` is the
    grade of a spirometry session that is not to be relied on.
    """

    key: str
    definition: Definition
    visit_id: VisitId | None
    event_id: EventId | None
    on: date
    facts: tuple[Fact, ...]
    additions: tuple[str, ...]
    consider: str
    cited: str
    doubt: str

    @property
    def value(self) -> float:
        return self.facts[0].value

    @property
    def keyed(self) -> dict[str, Fact]:
        """Its facts as a decision keeps them: the first under its class, the others under class and measure."""
        first, *others = self.facts
        return {self.key: first} | {f"{self.key}/{one.measure}": one for one in others}

    @property
    def text(self) -> str:
        return ", ".join([*(fact.full for fact in self.facts), day(self.on)])


def of_rules(view: View, before: View | None) -> Iterator[Finding]:
    """What the view's visit newly shows: it brought the first value, or made a symptom new or worse."""
    for definition, rule, held in _met(view):
        (_lead, first), *others = held
        brought = [one for one in others if view.brought(one[1])]
        if view.brought(first) or _is_new(definition, rule, brought, before):
            yield _finding(definition, rule, held, view)


def standing(view: View) -> Iterator[Finding]:
    """Every rule that is met by what was last known, whichever visit brought it."""
    for definition, rule, held in _met(view):
        yield _finding(definition, rule, held, view)


def of_events(values: Values, events: Sequence[AdverseEvent]) -> Iterator[Finding]:
    for definition in shipped().alerts.values():
        if not definition.signs:
            continue
        for event in events:
            if signs.means(definition.signs, event.term, event.coded_term):
                yield _event_finding(definition, values, event)


def silent(definition: Definition, view: View) -> bool:
    """Whether what the alert asks for runs already, so that it has nothing to say."""
    return any_of(definition.unless, view.read, view.record.thresholds)


def consider(definition: Definition, view: View) -> str:
    """What is to be considered, by what runs already and by the tier of risk."""
    for one in definition.instead:
        held = all_of(one.every, view.read, view.record.thresholds)
        if held:
            return one.consider.replace("{value}", _quoted(*held[0]))
    return definition.consider


def _met(view: View) -> Iterator[tuple[Definition, AlertRule, list[Held]]]:
    for definition in shipped().alerts.values():
        if definition.rules and silent(definition, view):
            continue
        for rule in definition.rules:
            if held := met(rule, view.read, view.record.thresholds):
                yield definition, rule, held


def _is_new(
    definition: Definition, rule: AlertRule, brought: Sequence[Held], before: View | None
) -> bool:
    """Whether what a visit brought beside an older first value was not there before, or is worse now."""
    if not brought or before is None:
        return bool(brought)
    limits = before.record.thresholds
    if silent(definition, before) or not met(rule, before.read, limits):
        return True
    for condition, reading in brought:
        was = condition.holding(before.read, limits)
        if was is None or _worse(condition, reading.value, was.value):
            return True
    return False


def _worse(condition: Condition, value: float, before: float) -> bool:
    return value < before if condition.op.lower_is_worse else value > before


def _finding(definition: Definition, rule: AlertRule, held: Sequence[Held], view: View) -> Finding:
    said = [held[0], *(one for one in held[1:] if not one[0].op.is_answer)]
    return Finding(
        key=f"{definition.id}.{rule.id}",
        definition=definition,
        visit_id=view.visit.id if view.visit else None,
        event_id=None,
        on=view.on,
        facts=tuple(_fact(*one, view) for one in said),
        additions=_additions(definition, view),
        consider=consider(definition, view),
        cited=definition.cited_for(rule.id),
        doubt=doubts(reading for _condition, reading in held),
    )


def _fact(condition: Condition, reading: Reading, view: View) -> Fact:
    """A value with its unit and limit, how it came about, and its day."""
    measure, limits = measures()[condition.measure], view.record.thresholds
    limit = condition.limit(limits)
    full = [LIMIT[condition.op].format(limit=measure.limit(limit, reading.value))]
    bounds = [LIMIT[condition.op].format(limit=measure.bound(limit, reading.value))]
    if not condition.threshold:
        bounds = []  # the full score of a question says itself: "3 of 4"
    elif limit != thresholds.defaults()[condition.threshold]:
        full.append(_("set by this clinic"))
    if reading.note:
        full.append(reading.note)
        bounds.append(reading.note)
    if reading.on != view.on:
        full.append(day(reading.on))
    if reading.doubt:
        full.append(_("low confidence: {why}").format(why=reading.doubt))
        bounds.append(_("low confidence"))
    return Fact(
        measure=condition.measure,
        value=reading.value,
        decimals=measure.shown_decimals,
        lower_is_worse=condition.op.lower_is_worse,
        on=reading.on,
        when=day(reading.on),
        brief=measure.brief(reading.value, limit if condition.threshold else None),
        bounds=tuple(bounds),
        full=f"{measure.said(reading.value, limit)} ({'; '.join(full)})",
    )


def _event_finding(definition: Definition, values: Values, event: AdverseEvent) -> Finding:
    record = values.record
    visit = next((v for v in record.visits if v.id == event.visit_id), None)
    on = visit.date if visit else record.began(event)
    when = partial_day(event.onset)
    words = _("{term} (grade {grade}), {day}")
    view = View(values, on, visit, event)
    fact = Fact(
        measure=event.id,
        value=float(event.grade),
        decimals=0,
        lower_is_worse=False,
        on=on,
        when=when if event.onset.exact else "",
        brief=event.term if event.onset.exact else f"{event.term}, {when}",
        bounds=(_("grade {grade}").format(grade=GRADE[event.grade]),),
        full=words.format(term=event.term, grade=GRADE[event.grade], day=when),
    )
    return Finding(
        key=f"{definition.id}.{event.id}",
        definition=definition,
        visit_id=event.visit_id,
        event_id=event.id,
        on=on,
        facts=(fact,),
        additions=_additions(definition, view),
        consider=consider(definition, view),
        cited=definition.cited,
        doubt="",
    )


def _additions(definition: Definition, view: View) -> tuple[str, ...]:
    found = []
    for addition in definition.additions:
        held = all_of(addition.every, view.read, view.record.thresholds)
        if held:
            found.append(addition.text.replace("{value}", _quoted(*held[0])))
    return tuple(found)


def _quoted(condition: Condition, reading: Reading) -> str:
    return measures()[condition.measure].quoted(reading)
