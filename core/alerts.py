"""Alerts: what a visit newly shows that asks for a thought, by the rules of resources/alerts.toml.

An alert says "consider", never more. It stays open until a person has acknowledged it with a reason,
and speaks again at another visit that meets its rule, or when its value is worse than the one that
was acknowledged. A rule is met by the values last known on the day of a visit, and fires there only
where the visit itself brought one of them: a value that is missing never fires.
"""

import operator
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path

from cattrs import ClassValidationError

from core import resources
from core.convert import converter, problems
from core.errors import InvalidReference
from core.instruments import catalog as instruments
from core.labels import GRADE
from core.model import measurement, thresholds
from core.model.adverse_event import AdverseEvent, MilestoneKind
from core.model.ids import EventId, VisitId
from core.model.judgement import Acknowledgement
from core.model.patient import Sex
from core.model.record import PatientRecord
from core.model.spirometry import Position, TestType
from core.model.visit import Visit
from core.science.nutrition import bmi, weight_loss_percent
from core.science.progression import Slope, delta_fs, months_between, ols_slope
from core.trends import onset_day, totals, vital_capacities
from core.words import _, day, number


class Op(StrEnum):
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="
    YES = "yes"
    NO = "no"

    @property
    def is_answer(self) -> bool:
        return self in {Op.YES, Op.NO}

    @property
    def lower_is_worse(self) -> bool:
        return self in {Op.BELOW, Op.AT_MOST}


COMPARE: Mapping[Op, Callable[[float, float], bool]] = {
    Op.BELOW: operator.lt,
    Op.AT_MOST: operator.le,
    Op.ABOVE: operator.gt,
    Op.AT_LEAST: operator.ge,
    Op.YES: operator.ne,
    Op.NO: operator.eq,
}
LIMIT: Mapping[Op, str] = {
    Op.BELOW: _("below {limit}"),
    Op.AT_MOST: _("at or below {limit}"),
    Op.ABOVE: _("above {limit}"),
    Op.AT_LEAST: _("at or above {limit}"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. The limit is a threshold that the clinic may set, or a fixed ``value``; yes and no have none."""

    measure: str
    op: Op
    threshold: str = ""
    value: float | None = None

    def __post_init__(self) -> None:
        known = measures()
        if self.measure not in known:
            raise ValueError(f"there is no measure {self.measure}")
        if self.threshold and self.threshold not in thresholds.shipped():
            raise ValueError(f"there is no threshold {self.threshold}")
        limits = bool(self.threshold) + (self.value is not None)
        if limits != (0 if self.op.is_answer else 1):
            raise ValueError(
                f"{self.measure} {self.op.value}: a comparison needs one threshold or value, yes and no none"
            )
        if self.op.is_answer != bool(known[self.measure].answers):
            raise ValueError(f"{self.measure} cannot be compared by {self.op.value}")

    def limit(self, view: "View") -> float:
        if self.threshold:
            return view.limit(self.threshold)
        return 0.0 if self.value is None else self.value


@dataclass(frozen=True, slots=True)
class Rule:
    """Met where ``every`` condition holds, and one of ``some`` where there are any.

    The value of the first condition is the one that may become worse.
    """

    id: str
    every: tuple[Condition, ...]
    some: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if not self.every or not measures()[self.every[0].measure].at_visits:
            raise ValueError(f"rule {self.id} must begin with a value that visits measure")


@dataclass(frozen=True, slots=True)
class Addition:
    """What is said besides, where every condition holds; ``{value}`` is that of the first one."""

    text: str
    every: tuple[Condition, ...]

    def __post_init__(self) -> None:
        if not self.every:
            raise ValueError(f"“{self.text}” needs a condition")


@dataclass(frozen=True, slots=True)
class Definition:
    """One alert: fired by any of its rules, or by an adverse event whose term has all words of one of ``events``.

    A word of ``events`` stands for every word that begins with it. ``status`` is empty where the source
    was read, else UNCONFIRMED or DESIGN (our proposal).
    """

    id: str
    title: str
    message: str
    source: str
    status: str = ""
    rules: tuple[Rule, ...] = ()
    events: tuple[str, ...] = ()
    additions: tuple[Addition, ...] = ()

    def __post_init__(self) -> None:
        if "." in self.id:
            raise ValueError("its id has a point, which parts alert and rule")
        if bool(self.rules) == bool(self.events):
            raise ValueError("an alert has either rules or events")
        if len({rule.id for rule in self.rules}) < len(self.rules):
            raise ValueError("two of its rules share an id")
        if self.status not in thresholds.STATUS:
            raise ValueError(f"the status {self.status} is neither UNCONFIRMED nor DESIGN")
        if "consider" not in self.message.lower():
            raise ValueError("its message does not say “consider”")

    @property
    def cited(self) -> str:
        """The source, and whether it was read."""
        return f"{self.source} ({thresholds.STATUS[self.status]})" if self.status else self.source

    def names(self, event: AdverseEvent) -> bool:
        return any(
            _says(event.term, words) or _says(event.coded_term, words) for words in self.events
        )


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
    def visit_id(self) -> VisitId | None:
        return self.findings[-1].visit_id

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
    def text(self) -> str:
        """All of it: what was found, what to consider, and where that comes from."""
        return _("{found}. {advice} Source: {source}.").format(
            found=self.found, advice=self.advice, source=self.definition.cited
        )

    @property
    def _latest(self) -> tuple[Finding, ...]:
        return tuple({finding.key: finding for finding in self.findings}.values())


@dataclass(frozen=True, slots=True)
class Seen:
    """Alerts acknowledged in one act: what was shown, by whom, when and why."""

    what: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The last known value of a measure. ``visit_id`` is the visit that measured it; None for what holds anyway."""

    value: float
    visit_id: VisitId | None = None
    on: date | None = None
    note: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class Values:
    """Everything that the visits of a record measured, in the order of their days."""

    record: PatientRecord

    @cached_property
    def totals(self) -> tuple[Reading, ...]:
        """Of the complete ALSFRS-R forms."""
        instrument = instruments.alsfrs_r()
        return tuple(
            Reading(point.value, form.visit_id, form.date)
            for form in self.record.answered(instrument.id)
            for point in totals(replace(self.record, assessments=(form,)), instrument)
        )

    @cached_property
    def items(self) -> Mapping[str, tuple[Reading, ...]]:
        """The answers of the ALSFRS-R by slot, of forms that are not complete too."""
        found: dict[str, list[Reading]] = {}
        for form in self.record.answered(instruments.ALSFRS_R):
            for slot, score in form.values.items():
                found.setdefault(slot, []).append(Reading(score, form.visit_id, form.date))
        return {slot: tuple(readings) for slot, readings in found.items()}

    @cached_property
    def percents(self) -> Mapping[TestType, tuple[Reading, ...]]:
        """Seated vital capacity (% predicted). FVC and SVC are never one series."""
        found: dict[TestType, list[Reading]] = {test_type: [] for test_type in TestType}
        for session, result in vital_capacities(self.record):
            if session.position is Position.SITTING and result.percent is not None:
                doubt = "" if result.confident else result.grade_text
                reading = Reading(result.percent, session.visit_id, session.date, doubt=doubt)
                found[session.test_type].append(reading)
        return {test_type: tuple(readings) for test_type, readings in found.items()}

    @cached_property
    def weights(self) -> tuple[Reading, ...]:
        """In kg."""
        return tuple(
            Reading(visit.weight_kg, visit.id, visit.date)
            for visit in self.record.visits
            if visit.weight_kg is not None
        )

    @cached_property
    def measured(self) -> Mapping[str, tuple[Reading, ...]]:
        """The single measurements by kind."""
        days = {visit.id: visit.date for visit in self.record.visits}
        found: dict[str, list[Reading]] = {}
        for one in self.record.measurements:
            if one.value is not None:
                reading = Reading(one.value, one.visit_id, days[one.visit_id])
                found.setdefault(one.kind, []).append(reading)
        return {kind: tuple(readings) for kind, readings in found.items()}


@dataclass(frozen=True, slots=True)
class View:
    """What was known on one day: at a visit, or about an event that no visit reported."""

    values: Values
    on: date
    visit: Visit | None
    event: AdverseEvent | None = None
    known: dict[str, Reading | None] = field(default_factory=dict)

    @property
    def record(self) -> PatientRecord:
        return self.values.record

    def limit(self, threshold: str) -> float:
        return self.record.thresholds[threshold]

    def read(self, measure: str) -> Reading | None:
        """The last known value of a measure; it is computed once."""
        if measure not in self.known:
            self.known[measure] = measures()[measure].read(self)
        return self.known[measure]

    def until(self, readings: Sequence[Reading]) -> list[Reading]:
        """What was measured up to the day; this visit's own last, if several visits share it."""
        own = None if self.visit is None else self.visit.id
        known = [one for one in readings if one.on is not None and one.on <= self.on]
        return sorted(known, key=lambda one: one.visit_id == own)

    def brought(self, reading: Reading) -> bool:
        """Whether the visit itself measured it."""
        return self.visit is not None and reading.visit_id == self.visit.id


@dataclass(frozen=True, slots=True)
class Measure:
    """A named value of a view. ``answers`` are the words for no and yes, where it is a question.

    ``at_visits`` is whether a visit measures it; what does not can only accompany what does.
    """

    title: str
    unit: str
    decimals: int
    read: Callable[[View], Reading | None]
    answers: tuple[str, ...] = ()
    at_visits: bool = True

    def said(self, value: float, limit: float | None = None) -> str:
        """The value in words, with as many decimals as tell it from the limit."""
        if self.answers:
            return self.answers[bool(value)]
        decimals = self.decimals
        while limit is not None and decimals < 6 and round(value, decimals) == limit != value:
            decimals += 1
        return f"{self.title}: {number(value, decimals, self.unit)}"


def evaluate(record: PatientRecord, visit: Visit) -> tuple[Alert, ...]:
    """What this visit newly shows, from what was known on its day; in the order of the catalogue.

    A visit in progress counts with what was entered so far. Events that no visit reported belong to the
    visit after them.
    """
    index = record.visits.index(visit)
    before = record.visits[index - 1] if index else None
    values = Values(record)
    earlier = None if before is None else View(values, before.date, before)
    findings = _of_rules(View(values, visit.date, visit), earlier)
    events = _of_events(values, record.events_of(visit))
    return _alerts([*findings, *events])


def open_alerts(record: PatientRecord) -> tuple[Alert, ...]:
    """What nobody has acknowledged yet, at most one alert of an id; none once the patient has died.

    An alert stays open also where later visits do not meet its rule.
    """
    if record.died is not None:
        return ()
    return _alerts(finding for finding in _all(record) if _seen(record, finding) is None)


def seen(record: PatientRecord, alert: Alert) -> Acknowledgement | None:
    """The acknowledgement of the alert; None while any of its findings waits for one."""
    found = [_seen(record, finding) for finding in alert.findings]
    return None if None in found else found[-1]


def acknowledge(
    record: PatientRecord, alert: Alert, reason: str, by: str, at: datetime
) -> tuple[Acknowledgement, ...]:
    """What is to be saved when a person has seen the alert: one acknowledgement for each of its findings."""
    return tuple(
        Acknowledgement(
            patient_id=record.patient.id,
            alert=finding.key,
            visit_id=finding.visit_id,
            value=finding.value,
            reason=reason,
            by=by,
            at=at,
        )
        for finding in alert.findings
    )


def acknowledged(record: PatientRecord) -> tuple[Seen, ...]:
    """Every acknowledgement of the patient, the latest first; those of one act are one, with their last values."""
    places: dict[VisitId | None, int] = {v.id: n for n, v in enumerate(record.visits)}
    acts: dict[tuple[datetime, str, str, str], dict[str, str]] = {}
    for one in sorted(record.acknowledgements, key=lambda one: places.get(one.visit_id, -1)):
        act = (one.at, one.alert.partition(".")[0], one.by, one.reason)
        acts.setdefault(act, {})[one.alert] = _remembered(record, one)
    return tuple(
        Seen(f"{alert} " + ", ".join(what.values()), by, at, reason)
        for (at, alert, by, reason), what in sorted(acts.items(), reverse=True)
    )


def seen_text(one: Acknowledgement, who: str) -> str:
    """Who has seen an alert, when and why."""
    return _("Seen by {who}, {day}: {reason}").format(
        who=who, day=day(one.at.astimezone().date()), reason=one.reason
    )


@cache
def shipped() -> dict[str, Definition]:
    """The alerts of this program by id, in order. Raises InvalidReference."""
    return read(resources.path("alerts.toml"))


def read(path: Path) -> dict[str, Definition]:
    """The alerts of a file. Raises InvalidReference naming the file, the alert and what in it is wrong."""
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("alerts", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidReference(f"{path.name}: {error}") from error
    found: dict[str, Definition] = {}
    for place, table in enumerate(tables, start=1):
        name = table.get("id", _("alert number {n}").format(n=place))
        try:
            definition = converter.structure(table, Definition)
        except ClassValidationError as error:
            raise InvalidReference(f"{path.name}, {name}: {problems(error)}") from error
        if definition.id in found:
            raise InvalidReference(f"{path.name}, {name}: the id stands twice")
        found[definition.id] = definition
    return found


@cache
def measures() -> Mapping[str, Measure]:
    """Everything that a rule may compare, by name; each kind of measurement is one of them."""
    points = _("points/month")
    found = {
        "fvc_percent": Measure(_("FVC"), _("% predicted"), 1, _percent(TestType.FVC)),
        "svc_percent": Measure(_("SVC"), _("% of predicted FVC"), 1, _percent(TestType.SVC)),
        "fvc_loss": Measure(_("FVC lost"), _("% predicted per month"), 2, _loss(TestType.FVC)),
        "svc_loss": Measure(_("SVC lost"), _("% predicted per month"), 2, _loss(TestType.SVC)),
        "fvc_drop": Measure(_("FVC drop"), _("% predicted"), 1, _drop(TestType.FVC)),
        "svc_drop": Measure(_("SVC drop"), _("% predicted"), 1, _drop(TestType.SVC)),
        "snip_fall": Measure(_("SNIP fall"), "cmH2O", 1, _pressure_fall("snip")),
        "mip_fall": Measure(_("MIP fall"), "cmH2O", 1, _pressure_fall("mip")),
        "delta_fs": Measure(_("deltaFS"), points, 2, _delta_fs),
        "alsfrs_r_loss": Measure(_("ALSFRS-R lost"), points, 2, _alsfrs_r_loss),
        "alsfrs_r_fall": Measure(_("ALSFRS-R fall"), _("points"), 0, _alsfrs_r_fall),
        "weight_loss": Measure(_("Weight loss"), "%", 1, _weight_loss),
        "bmi": Measure(_("BMI"), "kg/m²", 1, _bmi),
        "days_since_reference": Measure(
            _("Days since day 0"), _("days"), 0, _days_since_reference, at_visits=False
        ),
        "gastrostomy": Measure(
            "",
            "",
            0,
            _gastrostomy,
            (_("no gastrostomy recorded"), _("gastrostomy recorded")),
            at_visits=False,
        ),
        "male": Measure("", "", 0, _is(Sex.MALE), (_("a woman"), _("a man")), at_visits=False),
    }
    for kind in measurement.kinds().values():
        found[kind.id] = Measure(kind.short, kind.unit, kind.decimals, _measurement(kind.id))
    alsfrs_r = instruments.alsfrs_r()
    for place, slot in enumerate(alsfrs_r.slots, start=1):
        title = _("Question {n} ({title})").format(
            n=place, title=alsfrs_r.variants(slot)[0].title.lower()
        )
        found[f"item_{place}"] = Measure(title, "", 0, _item(slot))
    return found


def _all(record: PatientRecord) -> Iterator[Finding]:
    """Every finding of every visit, and of every event once."""
    values = Values(record)
    before: View | None = None
    for visit in record.visits:
        view = View(values, visit.date, visit)
        yield from _of_rules(view, before)
        before = view
    yield from _of_events(values, record.events)


def _alerts(findings: Iterable[Finding]) -> tuple[Alert, ...]:
    by_alert: dict[str, list[Finding]] = {}
    for finding in findings:
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


def _met(rule: Rule, view: View) -> list[tuple[Condition, Reading]]:
    """The conditions that hold with their values, the first one first; none where the rule is not met."""
    every, some = _holding(rule.every, view), _holding(rule.some, view)
    if len(every) < len(rule.every) or (rule.some and not some):
        return []
    return every + some


def _holding(conditions: Sequence[Condition], view: View) -> list[tuple[Condition, Reading]]:
    found = []
    for condition in conditions:
        reading = view.read(condition.measure)
        if reading is not None and COMPARE[condition.op](
            _exact(reading.value), condition.limit(view)
        ):
            found.append((condition, reading))
    return found


def _exact(value: float) -> float:
    """Without the noise of binary fractions, which would lift a weight loss of just 10 % above 10 %."""
    return round(value, 9)


def _is_new(
    rule: Rule, met: Sequence[tuple[Condition, Reading]], view: View, before: View | None
) -> bool:
    """Whether the visit brought the first value; or another one, by which the rule is met for the first time."""
    brought = [view.brought(reading) for _condition, reading in met]
    return brought[0] or (any(brought) and (before is None or not _met(rule, before)))


def _finding(
    definition: Definition, rule: Rule, met: Sequence[tuple[Condition, Reading]], view: View
) -> Finding:
    if view.visit is None:
        raise ValueError("a rule is evaluated at a visit")
    lead, first = met[0]
    said = [_said(condition, reading, view) for condition, reading in met]
    measure = measures()[lead.measure]
    value = _exact(first.value)
    return Finding(
        key=f"{definition.id}.{rule.id}",
        visit_id=view.visit.id,
        event_id=None,
        on=view.visit.date,
        value=value,
        lower_is_worse=lead.op.lower_is_worse,
        brief=measure.said(value, lead.limit(view)),
        text=", ".join([*(text for text in said if text), day(view.visit.date)]),
        additions=_additions(definition, view),
        doubt=_doubts(reading for _condition, reading in met),
    )


def _said(condition: Condition, reading: Reading, view: View) -> str:
    """A value with its unit and limit, how it came about, and its day where it is not the visit's."""
    measure = measures()[condition.measure]
    if condition.op.is_answer:
        return measure.said(reading.value)
    limit = condition.limit(view)
    words = [LIMIT[condition.op].format(limit=f"{limit:g}")]
    if condition.threshold and limit != thresholds.defaults()[condition.threshold]:
        words.append(_("set by this clinic"))
    if reading.note:
        words.append(reading.note)
    if reading.on not in {None, view.on}:
        words.append(day(reading.on))
    if reading.doubt:
        words.append(_("low confidence: {why}").format(why=reading.doubt))
    return f"{measure.said(_exact(reading.value), limit)} ({'; '.join(words)})"


def _of_events(values: Values, events: Sequence[AdverseEvent]) -> Iterator[Finding]:
    for definition in shipped().values():
        for event in events:
            if definition.names(event):
                yield _event_finding(definition, values, event)


def _event_finding(definition: Definition, values: Values, event: AdverseEvent) -> Finding:
    visit = next((v for v in values.record.visits if v.id == event.visit_id), None)
    onset = event.onset
    on = visit.date if visit else onset.assumed
    began = day(onset.first) if onset.exact else str(onset)
    return Finding(
        key=f"{definition.id}.{event.id}",
        visit_id=event.visit_id,
        event_id=event.id,
        on=on,
        value=float(event.grade),
        lower_is_worse=False,
        brief=event.term,
        text=_("{term} (grade {grade}), {day}").format(
            term=event.term, grade=GRADE[event.grade], day=began
        ),
        additions=_additions(definition, View(values, on, visit, event)),
        doubt="",
    )


def _additions(definition: Definition, view: View) -> tuple[str, ...]:
    found = []
    for addition in definition.additions:
        held = _holding(addition.every, view)
        if len(held) == len(addition.every):
            condition, reading = held[0]
            measure = measures()[condition.measure]
            value = number(reading.value, measure.decimals, measure.unit)
            found.append(addition.text.replace("{value}", value))
    return tuple(found)


def _seen(record: PatientRecord, finding: Finding) -> Acknowledgement | None:
    """The last acknowledgement of a value as bad or worse, at the same visit or a later one."""
    order = {visit.id: place for place, visit in enumerate(record.visits)}

    def covers(one: Acknowledgement) -> bool:
        if one.alert != finding.key or one.value is None or finding.worse_than(one.value):
            return False
        if finding.event_id is not None:
            return True  # its key is the event itself
        if one.visit_id not in order or finding.visit_id is None:
            return False  # the visit was discarded
        return order[finding.visit_id] <= order[one.visit_id]

    found = [one for one in record.acknowledgements if covers(one)]
    return found[-1] if found else None


def _remembered(record: PatientRecord, one: Acknowledgement) -> str:
    """What an acknowledgement was about, as far as the catalogue and the record still know it."""
    alert, _dot, part = one.alert.partition(".")
    event = next((event for event in record.events if event.id == part), None)
    if event is not None:
        return event.term
    rules = shipped()[alert].rules if alert in shipped() else ()
    rule = next((rule for rule in rules if rule.id == part), None)
    if rule is None or one.value is None:
        return part
    visit = next((visit for visit in record.visits if visit.id == one.visit_id), None)
    said = measures()[rule.every[0].measure].said(one.value)
    return f"{said}, {day(visit.date)}" if visit else said


def _says(text: str, words: str) -> bool:
    """Whether each of the words begins one of the text's words."""
    known = re.findall(r"\w+", text.casefold())
    return all(any(one.startswith(word) for one in known) for word in words.casefold().split())


def _last(view: View, readings: Sequence[Reading]) -> Reading | None:
    known = view.until(readings)
    return known[-1] if known else None


def _earlier(view: View, readings: Sequence[Reading], now: Reading) -> list[tuple[date, Reading]]:
    """What was measured before the day of ``now``, with the days."""
    known = [(one.on, one) for one in view.until(readings) if one.on is not None]
    return [(on, one) for on, one in known if now.on is not None and on < now.on]


def _percent(test_type: TestType) -> Callable[[View], Reading | None]:
    return lambda view: _last(view, view.values.percents[test_type])


def _measurement(kind: str) -> Callable[[View], Reading | None]:
    return lambda view: _last(view, view.values.measured.get(kind, ()))


def _item(slot: str) -> Callable[[View], Reading | None]:
    return lambda view: _last(view, view.values.items.get(slot, ()))


def _line(view: View, readings: Sequence[Reading]) -> Reading | None:
    """What the least-squares line through every reading loses per month."""
    known = view.until(readings)
    points = [(one.on, one.value) for one in known if one.on is not None]
    line = ols_slope(points, minimum_span_days=round(view.limit("slope_minimum_days")))
    if not isinstance(line, Slope):
        return None
    note = _("{n} results over {days} days").format(n=line.n, days=line.span_days)
    return replace(known[-1], value=-line.per_month, note=note, doubt=_doubts(known))


def _loss(test_type: TestType) -> Callable[[View], Reading | None]:
    return lambda view: _line(view, view.values.percents[test_type])


def _drop(test_type: TestType) -> Callable[[View], Reading | None]:
    """The largest drop (points of % predicted) from a session at most ``a12_days`` days before."""

    def read(view: View) -> Reading | None:
        readings = view.values.percents[test_type]
        now = _last(view, readings)
        if now is None or now.on is None:
            return None
        longest = view.limit("a12_days")
        earlier = [
            (on, one) for on, one in _earlier(view, readings, now) if (now.on - on).days <= longest
        ]
        if not earlier:
            return None
        on, highest = max(earlier, key=lambda pair: pair[1].value)
        note = _since(number(highest.value, 1, "%"), on)
        doubt = _doubts([highest, now])
        return replace(now, value=highest.value - now.value, note=note, doubt=doubt)

    return read


def _pressure_fall(kind: str) -> Callable[[View], Reading | None]:
    """The largest fall (cmH2O) in ``a5_fall_months`` months; one over a longer time is scaled to that time.

    DESIGN: the scaling is our choice, so that visits 92 days apart are not missed. A fall over a shorter
    time is not scaled up.
    """

    def read(view: View) -> Reading | None:
        readings = view.values.measured.get(kind, ())
        now = _last(view, readings)
        if now is None or now.on is None:
            return None
        months = view.limit("a5_fall_months")
        falls = [
            ((one.value - now.value) * min(1.0, months / months_between(on, now.on)), on, one)
            for on, one in _earlier(view, readings, now)
        ]
        if not falls:
            return None
        fall, on, earlier = max(falls, key=lambda found: found[0])
        since = _since(number(earlier.value, 0, "cmH2O"), on)
        note = _("per {months:g} months; {since}").format(months=months, since=since)
        return replace(now, value=fall, note=note)

    return read


def _delta_fs(view: View) -> Reading | None:
    patient = view.record.patient
    now, onset = _last(view, view.values.totals), onset_day(patient)
    if now is None or now.on is None or onset is None:
        return None
    value = delta_fs(round(now.value), months_between(onset, now.on))
    exact = patient.onset is not None and patient.onset.exact
    note = "" if exact else _("day of onset approximate")
    return None if value is None else replace(now, value=value, note=note)


def _alsfrs_r_loss(view: View) -> Reading | None:
    return _line(view, view.values.totals)


def _alsfrs_r_fall(view: View) -> Reading | None:
    """Points lost since the complete form before."""
    now = _last(view, view.values.totals)
    earlier = [] if now is None else _earlier(view, view.values.totals, now)
    if now is None or not earlier:
        return None
    on, before = earlier[-1]
    return replace(now, value=before.value - now.value, note=_since(number(before.value, 0), on))


def _weight_loss(view: View) -> Reading | None:
    """From the first recorded weight (%)."""
    now = _last(view, view.values.weights)
    earlier = [] if now is None else _earlier(view, view.values.weights, now)
    if now is None or not earlier:
        return None
    on, first = earlier[0]
    loss = weight_loss_percent(first.value, now.value)
    note = _since(number(first.value, 1, "kg"), on)
    return None if loss is None else replace(now, value=loss, note=note)


def _bmi(view: View) -> Reading | None:
    now = _last(view, view.values.weights)
    value = None if now is None else bmi(now.value, view.record.patient.height_cm)
    return None if now is None or value is None else replace(now, value=value)


def _days_since_reference(view: View) -> Reading | None:
    """From day 0 of the protocol to the event, else to the visit; None before day 0."""
    reference = view.record.patient.reference_on
    on = view.event.onset.assumed if view.event else view.on
    if reference is None or on < reference:
        return None
    return Reading((on - reference).days)


def _gastrostomy(view: View) -> Reading | None:
    """By a recorded milestone, or by a form that used question 5b."""
    fed = any(
        instruments.named(form.instrument, form.version).item(answer.item).requires
        for form in view.record.answered(instruments.ALSFRS_R)
        if form.date <= view.on
        for answer in form.answers.values()
        if answer.value is not None
    )
    return Reading(float(fed or view.record.had(MilestoneKind.GASTROSTOMY, view.on)))


def _is(sex: Sex) -> Callable[[View], Reading | None]:
    def read(view: View) -> Reading | None:
        known = view.record.patient.sex
        return None if known is Sex.UNKNOWN else Reading(float(known is sex))

    return read


def _since(value: str, on: date) -> str:
    return _("from {value} on {day}").format(value=value, day=day(on))


def _doubts(readings: Iterable[Reading]) -> str:
    return ", ".join(dict.fromkeys(reading.doubt for reading in readings if reading.doubt))
