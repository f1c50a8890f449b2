"""What the visits of a record newly show, by the rules; and what their adverse events say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.alerts.definition import Condition, Definition, Op, Rule, shipped
from core.alerts.measures import Reading, Values, View, doubts, measures, values_of
from core.labels import GRADE
from core.model import thresholds
from core.model.adverse_event import AdverseEvent
from core.model.ids import EventId, VisitId
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.words import _, day

LIMIT: Mapping[Op, str] = {
    Op.BELOW: _("below {limit}"),
    Op.AT_MOST: _("at or below {limit}"),
    Op.ABOVE: _("above {limit}"),
    Op.AT_LEAST: _("at or above {limit}"),
}
Held = tuple[Condition, Reading]  # a condition that holds, and the value by which it does


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that fired at one visit, or one adverse event (at no visit where none reported it).

    ``key`` names alert and rule, or alert and event: it is what an acknowledgement is about.
    ``doubt`` is the grade of a spirometry session that is not to be relied on.
    """

    key: str
    visit_id: VisitId | None
    event_id: EventId | None
    on: date
    value: float
    lower_is_worse: bool
    brief: str
    text: str
    additions: tuple[str, ...]
    doubt: str

    def worse_than(self, value: float) -> bool:
        return self.value < value if self.lower_is_worse else self.value > value


@dataclass(frozen=True, slots=True)
class Alert:
    """What one alert has found, in the order of the days."""

    definition: Definition
    findings: tuple[Finding, ...]

    @property
    def id(self) -> str:
        return self.definition.id

    @property
    def heading(self) -> str:
        return f"{self.id} {self.definition.title}"

    @property
    def on(self) -> date:
        return self.findings[-1].on

    @property
    def low_confidence(self) -> bool:
        return any(finding.doubt for finding in self._latest)

    @property
    def brief(self) -> str:
        """The alert and its values in a few words."""
        values = ", ".join(finding.brief for finding in self._latest)
        doubt = " " + _("(low confidence)") if self.low_confidence else ""
        return f"{self.id} {values}{doubt}"

    @property
    def found(self) -> str:
        """The values with their units, limits and days; an earlier one too where it was worse."""
        said = []
        for latest in self._latest:
            said.append(latest.text)
            worst = latest
            for finding in self.findings:
                if finding.key == latest.key and finding.worse_than(worst.value):
                    worst = finding
            if worst is not latest:
                before = _("before: {value}, {day}")
                said.append(before.format(value=worst.brief, day=day(worst.on)))
        return "; ".join(said)

    @property
    def advice(self) -> str:
        additions = (text for finding in self._latest for text in finding.additions)
        return " ".join([self.definition.message, *dict.fromkeys(additions)])

    @property
    def _latest(self) -> tuple[Finding, ...]:
        return tuple({finding.key: finding for finding in self.findings}.values())


def evaluate(record: PatientRecord, visit: Visit) -> tuple[Alert, ...]:
    """What this visit newly shows, from what was known on its day; in the order of the catalogue.

    A visit in progress counts with what was entered so far. Events that no visit reported belong to the
    visit after them.
    """
    index = record.visits.index(visit)
    before = record.visits[index - 1] if index else None
    values = values_of(record)
    earlier = None if before is None else View(values, before.date, before)
    findings = _of_rules(View(values, visit.date, visit), earlier)
    return alerts_of([*findings, *_of_events(values, record.events_of(visit))])


def findings(record: PatientRecord) -> Iterator[Finding]:
    """Every finding of every visit, and of every event once."""
    values = values_of(record)
    before: View | None = None
    for visit in record.visits:
        view = View(values, visit.date, visit)
        yield from _of_rules(view, before)
        before = view
    yield from _of_events(values, record.events)


def alerts_of(found: Iterable[Finding]) -> tuple[Alert, ...]:
    """One alert of an id, in the order of the catalogue."""
    by_alert: dict[str, list[Finding]] = {}
    for finding in found:
        by_alert.setdefault(finding.key.partition(".")[0], []).append(finding)
    return tuple(
        Alert(definition, tuple(sorted(by_alert[name], key=lambda finding: finding.on)))
        for name, definition in shipped().items()
        if name in by_alert
    )


def _of_rules(view: View, before: View | None) -> Iterator[Finding]:
    for definition in shipped().values():
        for rule in definition.rules:
            met = _met(rule, view)
            if met and _is_new(rule, met, view, before):
                yield _finding(definition, rule, met, view)


def _met(rule: Rule, view: View) -> list[Held]:
    """The conditions that hold with their values, the first one first; none where the rule is not met."""
    every = _all_of(rule.every, view)
    if not every or not rule.some:
        return every
    some = [held for one in rule.some if (held := _holding(one, view)) is not None]
    return every + some if some else []


def _all_of(conditions: Sequence[Condition], view: View) -> list[Held]:
    """The conditions with their values where every one of them holds, else none."""
    found = []
    for condition in conditions:
        held = _holding(condition, view)
        if held is None:
            return []
        found.append(held)
    return found


def _holding(condition: Condition, view: View) -> Held | None:
    """The condition and its value where it holds; a value that is missing never does."""
    reading = measures()[condition.measure].read(view)
    if reading is None:
        return None
    # Without the noise of binary fractions, which would lift a weight loss of just 10 % above 10 %.
    value = round(reading.value, 9)
    if not condition.holds(value, view.record.thresholds):
        return None
    return condition, replace(reading, value=value)


def _is_new(rule: Rule, met: Sequence[Held], view: View, before: View | None) -> bool:
    """Whether the visit brought the first value; or another one, by which the rule is met for the first time."""
    brought = [view.brought(reading) for _condition, reading in met]
    return brought[0] or (any(brought) and (before is None or not _met(rule, before)))


def _finding(definition: Definition, rule: Rule, met: Sequence[Held], view: View) -> Finding:
    if view.visit is None:
        raise ValueError("a rule is evaluated at a visit")
    lead, first = met[0]
    limit = lead.limit(view.record.thresholds)
    return Finding(
        key=f"{definition.id}.{rule.id}",
        visit_id=view.visit.id,
        event_id=None,
        on=view.on,
        value=first.value,
        lower_is_worse=lead.op.lower_is_worse,
        brief=measures()[lead.measure].said(first.value, limit),
        text=", ".join([*(_said(*held, view) for held in met), day(view.on)]),
        additions=_additions(definition, view),
        doubt=doubts(reading for _condition, reading in met),
    )


def _said(condition: Condition, reading: Reading, view: View) -> str:
    """A value with its unit and limit, how it came about, and its day where it is not the visit's."""
    measure = measures()[condition.measure]
    if condition.op.is_answer:
        return measure.said(reading.value)
    limit = condition.limit(view.record.thresholds)
    words = [LIMIT[condition.op].format(limit=f"{limit:g}")]
    if condition.threshold and limit != thresholds.defaults()[condition.threshold]:
        words.append(_("set by this clinic"))
    if reading.note:
        words.append(reading.note)
    if reading.on != view.on:
        words.append(day(reading.on))
    if reading.doubt:
        words.append(_("low confidence: {why}").format(why=reading.doubt))
    return f"{measure.said(reading.value, limit)} ({'; '.join(words)})"


def _of_events(values: Values, events: Sequence[AdverseEvent]) -> Iterator[Finding]:
    for definition in shipped().values():
        for event in events:
            if definition.names(event):
                yield _event_finding(definition, values, event)


def _event_finding(definition: Definition, values: Values, event: AdverseEvent) -> Finding:
    visit = next((v for v in values.record.visits if v.id == event.visit_id), None)
    on = visit.date if visit else event.onset.assumed
    return Finding(
        key=f"{definition.id}.{event.id}",
        visit_id=event.visit_id,
        event_id=event.id,
        on=on,
        value=float(event.grade),
        lower_is_worse=False,
        brief=event.term,
        text=_("{term} (grade {grade}), {day}").format(
            term=event.term, grade=GRADE[event.grade], day=partial_day(event.onset)
        ),
        additions=_additions(definition, View(values, on, visit, event)),
        doubt="",
    )


def _additions(definition: Definition, view: View) -> tuple[str, ...]:
    found = []
    for addition in definition.additions:
        held = _all_of(addition.every, view)
        if held:
            condition, reading = held[0]
            value = measures()[condition.measure].quoted(reading)
            found.append(addition.text.replace("{value}", value))
    return tuple(found)
