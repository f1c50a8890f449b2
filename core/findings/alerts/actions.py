"""Findings put together by what they ask for: one action, one line, one decision."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from core.findings.alerts.definition import ActionKind, shipped
from core.findings.alerts.found import (
    Fact,
    Finding,
    consider,
    of_events,
    of_rules,
    silent,
    standing,
)
from core.findings.alerts.measures import Values, View, values_of
from core.model.decision import Decision, DecisionKind
from core.model.ids import VisitId
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.words import _


@dataclass(frozen=True, slots=True)
class Detail:
    """One rule behind an action, in full: what is one click away from its line."""

    code: str
    title: str
    found: str
    source: str
    remark: str

    @property
    def text(self) -> str:
        """“A1 Vital capacity: FVC: 47.0 % predicted (below 50), 5 Nov 2026.”, with its remark."""
        text = f"{self.code} {self.title}: {self.found}."
        return f"{text} {self.remark}" if self.remark else text


@dataclass(frozen=True, slots=True)
class Action:
    """What a person is asked to decide, with every fact that led there.

    ``findings`` are one of a class, the latest, in the order of their urgency; ``before`` are earlier ones of
    the same classes that were worse and that nobody decided on. ``worst`` is the worst value of each class so
    far, as a decision keeps it. ``decision`` is the one that settles the action, or None while it is open;
    ``returned`` is a decision whose review date has come. ``since`` is the day from which an open action asks
    for a decision: that of the first fact that nobody decided on, or the review date.
    """

    kind: ActionKind
    findings: tuple[Finding, ...]
    before: tuple[Finding, ...] = ()
    worst: Mapping[str, float] = field(default_factory=dict)
    decision: Decision | None = None
    returned: Decision | None = None
    since: date | None = None

    @property
    def id(self) -> str:
        return self.kind.id

    @property
    def title(self) -> str:
        return self.kind.title

    @property
    def on(self) -> date:
        return max(finding.on for finding in self.findings)

    @property
    def visit_id(self) -> VisitId | None:
        """The last visit whose facts it has."""
        at_visits = [finding for finding in self.findings if finding.visit_id is not None]
        return max(at_visits, key=lambda one: one.on).visit_id if at_visits else None

    @property
    def low_confidence(self) -> bool:
        return any(finding.doubt for finding in self.findings)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Each thing measured once, by the most urgent rule that it meets; symptoms after what they count beside."""
        found: dict[str, Fact] = {}
        alert_of: dict[str, str] = {}
        for finding in self.findings:
            fact, alert = finding.facts[0], finding.definition.id
            what = _measured(fact)
            if what not in found or (
                alert_of[what] == alert and fact.worse_than(found[what].value)
            ):
                found[what], alert_of[what] = fact, alert
        for finding in self.findings:
            for fact in finding.facts[1:]:
                found.setdefault(_measured(fact), fact)
        return tuple(found.values())

    @property
    def consider(self) -> str:
        """What is to be considered, of each topic what its most urgent alert says."""
        by_topic: dict[str, str] = {}
        for finding in self.findings:
            by_topic.setdefault(finding.definition.topic, finding.consider)
        return ", ".join(dict.fromkeys(by_topic.values()))

    @property
    def found(self) -> str:
        """The facts in one sentence without its end."""
        said, shared = [], ""
        for fact in self.facts:
            said.append(fact.line(shared))
            shared = fact.when or shared
        said += dict.fromkeys(text for finding in self.findings for text in finding.additions)
        return ", ".join(said)

    @property
    def line(self) -> str:
        """“Breathing: FVC 47 % on 5 Nov 2026 (below 50 %), dyspnea 3 of 4 – consider NIV”."""
        text = _("{action}: {facts} – consider {what}")
        return text.format(action=self.title, facts=self.found, what=self.consider)

    @property
    def said(self) -> str:
        """The same below a heading that has its title; with earlier values that were worse."""
        before = _("before: {value}")
        found = [self.found, *(before.format(value=one.facts[0].line()) for one in self.before)]
        text = _("{facts} – consider {what}")
        return text.format(facts=", ".join(found), what=self.consider)

    @property
    def details(self) -> tuple[Detail, ...]:
        """Each alert with each thing it is about once, by the most urgent of its rules."""
        found: dict[tuple[str, str], Detail] = {}
        for finding in self.findings:
            one, fact = finding.definition, finding.facts[0]
            detail = Detail(
                code=one.id,
                title=one.title,
                found=". ".join([finding.text, *finding.additions]),
                source=finding.cited,
                remark=one.remark,
            )
            found.setdefault((one.id, fact.measure), detail)
        return tuple(found.values())


def _measured(fact: Fact) -> str:
    """Both ways of counting a loss of weight are one fact."""
    return "weight_loss" if fact.measure == "weight_below_highest" else fact.measure


def evaluate(record: PatientRecord, visit: Visit) -> tuple[Action, ...]:
    """What this visit newly shows, from what was known on its day; in the order of the catalogue.

    A visit in progress counts with what was entered so far. Events that no visit reported belong to the
    visits that they may have begun before. An action that was decided on has its decision.
    """
    index = record.visits.index(visit)
    before = record.visits[index - 1] if index else None
    values = values_of(record)
    earlier = None if before is None else View(values, before.date, before)
    found = [
        *of_rules(View(values, visit.date, visit), earlier),
        *of_events(values, record.events_of(visit)),
    ]
    settled = Settled(record)
    return tuple(
        replace(action, decision=settled.by(action.findings)) for action in _put_together(found)
    )


def open_actions(record: PatientRecord, today: date) -> tuple[Action, ...]:
    """What nobody has decided yet, got worse since, or whose review date has come; none after a death.

    An action stays open also where later visits do not meet its rules. What runs by now, silences it by now.
    """
    return () if record.dead else open_and_decided(record, today)[0]


def open_and_decided(
    record: PatientRecord, today: date
) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
    """The `open_actions`, and those that a person has decided on and nothing opened again, with the facts that still stand."""
    every = tuple(_all(record, today))
    still_open = () if record.dead else tuple(one for one in every if one.decision is None)
    return still_open, tuple(one for one in every if one.decision is not None)


class Settled:
    """Which findings the decisions of a record settle: as bad as then, or less, and of a class that was known."""

    def __init__(self, record: PatientRecord) -> None:
        self._visits = {visit.id for visit in record.visits}
        self._decisions = [one for one in record.decisions if one.kind is DecisionKind.ACTION]

    def last(self, action_id: str) -> Decision | None:
        """The latest decision on an action, whatever its facts were."""
        mine = [one for one in self._decisions if one.subject == action_id]
        return mine[-1] if mine else None

    def by(self, findings: Sequence[Finding]) -> Decision | None:
        """The last of the decisions that settle the findings, each by its first; None while one of them is open."""
        found = [self._first(finding) for finding in findings]
        settling = [one for one in found if one is not None]
        return max(settling, key=lambda one: one.at) if len(settling) == len(found) else None

    def settles(self, finding: Finding) -> bool:
        return self._first(finding) is not None

    def _first(self, finding: Finding) -> Decision | None:
        return next((one for one in self._decisions if self._covers(one, finding)), None)

    def _covers(self, decision: Decision, finding: Finding) -> bool:
        first, *others = finding.facts
        known = decision.facts.get(finding.key)
        if known is None or first.worse_than(known):
            return False
        if finding.event_id is None and decision.visit_id not in self._visits:
            return False  # the visit was discarded
        beside = {key for key in decision.facts if key.startswith(f"{finding.key}/")}
        if not beside:
            return True  # it was made before symptoms were kept with it
        for one in others:
            value = decision.facts.get(f"{finding.key}/{one.measure}")
            if value is None or one.worse_than(value):
                return False
        return True


def _all(record: PatientRecord, today: date) -> Iterator[Action]:
    """Every action with something to say: open ones without a decision, the others with theirs."""
    values, settled = values_of(record), Settled(record)
    now = View(values, today, record.visits[-1] if record.visits else None)
    found = [one for one in _findings(values) if not silent(one.definition, now)]
    going_on = {event.id for event in record.events if not event.outcome.ended}
    stand = {finding.key for finding in standing(now)}
    stand |= {finding.key for finding in found if finding.event_id in going_on}
    for action in _put_together(found):
        mine = [one for one in found if one.definition.action == action.id]
        unsettled = [one for one in mine if not settled.settles(one)]
        last = settled.last(action.id)
        due = last is not None and last.due(today) and any(one.key in stand for one in mine)
        keys = stand | {one.key for one in unsettled}
        if last is not None and not unsettled and not due:
            keys |= last.facts.keys()
        opening = {one.key: one for one in unsettled}  # the latest of those that nobody decided on
        shown = [opening.get(one.key, one) for one in action.findings if one.key in keys]
        shown = [replace(one, consider=consider(one.definition, now)) for one in shown]
        is_open = bool(unsettled) or due
        if shown and (is_open or last is not None):
            yield Action(
                kind=action.kind,
                findings=tuple(shown),
                before=tuple(_worse_before(unsettled, shown)),
                worst=_worst(mine),
                decision=None if is_open else last,
                returned=last if due else None,
                since=_since(unsettled, last) if is_open else None,
            )


def _since(unsettled: Sequence[Finding], last: Decision | None) -> date | None:
    """From when an open action waits for a decision."""
    days = [one.on for one in unsettled]
    if not days and last is not None and last.review_on is not None:
        days = [last.review_on]
    return min(days, default=None)


def _worse_before(unsettled: Sequence[Finding], shown: Sequence[Finding]) -> Iterator[Finding]:
    """The worst of the undecided findings of each class where that is not the one that is shown."""
    for latest in shown:
        worst = latest
        for finding in unsettled:
            if finding.key == latest.key and finding.facts[0].worse_than(worst.value):
                worst = finding
        if worst is not latest:
            yield worst


def _worst(findings: Sequence[Finding]) -> dict[str, float]:
    worst: dict[str, float] = {}
    for finding in findings:
        for key, fact in finding.keyed.items():
            if key not in worst or fact.worse_than(worst[key]):
                worst[key] = fact.value
    return worst


def _put_together(found: Sequence[Finding]) -> Iterator[Action]:
    """The actions of some findings, in the order of the catalogue; of each class its latest finding."""
    latest: dict[str, Finding] = {}
    for finding in found:
        if finding.key not in latest or finding.on >= latest[finding.key].on:
            latest[finding.key] = finding
    catalogue = shipped()
    places = {name: place for place, name in enumerate(catalogue.alerts)}
    urgent = sorted(
        latest.values(), key=lambda one: (places[one.definition.id], -one.on.toordinal())
    )
    for kind in catalogue.actions.values():
        mine = tuple(one for one in urgent if one.definition.action == kind.id)
        if mine:
            yield Action(kind, mine)


def _findings(values: Values) -> Iterator[Finding]:
    """Every finding of every visit, and of every event once."""
    before: View | None = None
    for visit in values.record.visits:
        view = View(values, visit.date, visit)
        yield from of_rules(view, before)
        before = view
    yield from of_events(values, values.record.events)
