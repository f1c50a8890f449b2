"""The care quality list of one patient: what was asked, offered or talked about in time, by what the record says.

The measures are data (resources/quality.toml). What nobody wrote down is its own answer, and never a no.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from cattrs import ClassValidationError

from core import resources
from core.convert import converter, problems
from core.errors import InvalidReference
from core.findings.alerts.definition import shipped as alerts
from core.findings.alerts.measures import View, values_of
from core.forms import dictionaries
from core.model import thresholds
from core.model.decision import Choice, DecisionKind
from core.model.record import PatientRecord
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import shift
from core.rule import met
from core.words import Shown, _, translated

_RUNS = date.max  # the last day of what has not ended
_DEALT = frozenset({Choice.DONE, Choice.PLANNED, Choice.DECLINED})


class Care(StrEnum):
    """How one measure stands with one patient. Those of `COUNTED` are its denominator."""

    IN_TIME = "in_time"
    LATE = "late"
    NOT_DISCUSSED = "not_discussed"
    NOT_RECORDED = "not_recorded"
    NOT_NEEDED = "not_needed"
    NEED_UNKNOWN = "need_unknown"
    LEFT_OUT = "left_out"
    NOT_FOLLOWED = "not_followed"
    DIED = "died"


COUNTED = (Care.IN_TIME, Care.LATE, Care.NOT_DISCUSSED, Care.NOT_RECORDED)


@dataclass(frozen=True, slots=True)
class Answer:
    """A field of a form whose values say that something was talked about, or that it was not."""

    form: str
    field: str
    day: str
    yes: tuple[str, ...]
    no: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """By what of a record it is known that a measure was met; whatever is given here counts."""

    spirometry: bool = False
    measurements: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    answer: Answer | None = None


@translated
@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the list; see resources/quality.toml."""

    id: str
    title: Shown
    every_months: int
    evidence: tuple[Evidence, ...]
    source: Shown
    status: str = ""
    need: tuple[str, ...] = ()
    over_months: int = 0
    grace_days: int = 0

    @property
    def cited(self) -> str:
        return f"{self.source} ({thresholds.STATUS[self.status]})" if self.status else self.source


@cache
def shipped() -> Mapping[str, Measure]:
    """The measures of this program, by id. Raises InvalidReference."""
    return read(resources.path("quality.toml"))


def read(path: Path) -> Mapping[str, Measure]:
    """The measures of a file. Raises InvalidReference, naming the measure and what in it is wrong."""
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("measures", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidReference(f"{path.name}: {error}") from error
    found: dict[str, Measure] = {}
    topics = {one.topic for one in alerts().alerts.values()}
    for place, table in enumerate(tables, start=1):
        where = f"{path.name}, {table.get('id', _('measure number {n}').format(n=place))}"
        try:
            measure = converter.structure(table, Measure)
        except ClassValidationError as error:
            raise InvalidReference(f"{where}: {'; '.join(problems(error))}") from error
        if unknown := sorted(set(measure.need) - topics):
            text = _("no alert has the topic {topic}").format(topic=", ".join(unknown))
            raise InvalidReference(f"{where}: {text}")
        if measure.id in found:
            raise InvalidReference(f"{where}: {_('the id is there twice')}")
        found[measure.id] = measure
    return found


@dataclass(frozen=True, slots=True)
class _Dealt:
    """Something was talked about (or it was said that it was not) from a day until another one."""

    first: date
    last: date
    is_no: bool = False


def care(record: PatientRecord, today: date) -> Mapping[str, Care]:
    """How every measure stands with a patient today, by its id; visits in progress do not count."""
    if record.died_on is not None:
        return dict.fromkeys(shipped(), Care.DIED)
    ended = record.participation_ended
    if ended is not None and ended <= today:
        return dict.fromkeys(shipped(), Care.NOT_FOLLOWED)
    last = record.visits[-1] if record.visits else None
    view = View(values_of(record), today, last)
    return {one.id: _stands(one, record, view, today) for one in shipped().values()}


def _stands(measure: Measure, record: PatientRecord, view: View, today: date) -> Care:
    dealt = [
        one
        for evidence in measure.evidence
        for reader in _READERS
        for one in reader(evidence, record)
        if one.first <= today
    ]
    done = [one for one in dealt if not one.is_no]
    if not done and measure.need:
        needed = _needed(measure.need, view)
        if not needed:
            return Care.NEED_UNKNOWN if needed is None else Care.NOT_NEEDED
    if done:
        return Care.IN_TIME if _is_in_time(measure, record, done, today) else Care.LATE
    return Care.NOT_DISCUSSED if dealt else Care.NOT_RECORDED


def _needed(topics: Sequence[str], view: View) -> bool | None:
    """Whether an alert of these topics is met by what was last known; None where nothing of it was measured."""
    rules = [rule for one in alerts().alerts.values() if one.topic in topics for rule in one.rules]
    if any(met(rule, view.read, view.record.thresholds) for rule in rules):
        return True
    conditions = [one for rule in rules for one in (*rule.every, *rule.some)]
    return False if any(view.read(one.measure) is not None for one in conditions) else None


def _is_in_time(
    measure: Measure, record: PatientRecord, done: Sequence[_Dealt], today: date
) -> bool:
    """Whether there is no gap that is too long: before today, and within the time that is looked back over."""
    if not measure.every_months:
        return True

    def due(on: date) -> date:
        if on == _RUNS:
            return on
        return shift(on, Offset(measure.every_months, Unit.MONTHS)) + timedelta(measure.grace_days)

    spans = sorted((one.first, one.last) for one in done)
    if due(max(last for _first, last in spans)) < today:
        return False
    if not measure.over_months:
        return True
    before = min([one.date for one in record.finished_visits], default=spans[0][0])
    for first, last in spans:
        looked_at = shift(first, Offset(measure.over_months, Unit.MONTHS)) > today
        if looked_at and due(before) < first:
            return False
        before = max(before, last)
    return True


def _on(day: date) -> _Dealt:
    return _Dealt(day, day)


def _tests(evidence: Evidence, record: PatientRecord) -> Iterator[_Dealt]:
    days = {visit.id: visit.date for visit in record.finished_visits}
    if evidence.spirometry:
        yield from (_on(one.date) for one in record.spirometry if one.visit_id in days)
    for one in record.measurements:
        if one.kind in evidence.measurements and one.visit_id in days:
            yield _on(days[one.visit_id])


def _devices(evidence: Evidence, record: PatientRecord) -> Iterator[_Dealt]:
    for one in record.devices:
        if one.kind in evidence.devices:
            end = one.ended.last if one.ended is not None else one.began.last
            yield _Dealt(one.began.first, _RUNS if one.runs else end)
    kinds = (one for one in record.milestones if one.kind.value in evidence.milestones)
    yield from (_on(one.happened_on.first) for one in kinds)


def _decisions(evidence: Evidence, record: PatientRecord) -> Iterator[_Dealt]:
    for one in record.decisions:
        is_action = one.kind is DecisionKind.ACTION and one.subject in evidence.decisions
        if is_action and one.choice in _DEALT:
            yield _on(one.at.date())


def _medicines(evidence: Evidence, record: PatientRecord) -> Iterator[_Dealt]:
    for one in record.of_form("medicine") if evidence.medicines else ():
        taken = dictionaries.meant("medicines", str(one.value("substance") or ""))
        if taken & set(evidence.medicines):
            end = one.ended.last if one.ended is not None else one.began.last
            yield _Dealt(one.began.first, _RUNS if one.runs else end)
    days = {visit.id: visit.date for visit in record.finished_visits}
    for check in record.checks:
        if check.form in evidence.asked and check.visit_id in days:
            yield _on(days[check.visit_id])


def _answers(evidence: Evidence, record: PatientRecord) -> Iterator[_Dealt]:
    asked = evidence.answer
    for one in record.of_form(asked.form) if asked is not None else ():
        assert asked is not None
        on, said = one.day(asked.day), one.value(asked.field)
        if on is not None and said in (*asked.yes, *asked.no):
            yield _Dealt(on.first, on.last, is_no=said in asked.no)


_READERS: tuple[Callable[[Evidence, PatientRecord], Iterator[_Dealt]], ...] = (
    _tests,
    _devices,
    _decisions,
    _medicines,
    _answers,
)
