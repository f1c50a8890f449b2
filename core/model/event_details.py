"""Adverse events as the program computes with them: the event with what forms say of it, in one value.

An event's term, grade and outcome are a row of its own (`core.model.adverse_event`). What else is known of it is a
record of the form "event_details" with the event's id, and records that are parts of that: judgements, changes of
grade, earlier diagnoses, reports. An event without such a record is one of before these forms.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.clock import aware
from core.model.adverse_event import AdverseEvent, Grade
from core.model.form_record import FormRecord
from core.model.ids import EventId, RecordId
from core.model.partial_date import PartialDate
from core.model.record import PatientRecord

FORM = "event_details"
JUDGEMENT, COURSE, DIAGNOSIS, REPORT = (
    "event_judgement",
    "event_course",
    "event_diagnosis",
    "event_report",
)
FORMS = frozenset({FORM, JUDGEMENT, COURSE, DIAGNOSIS, REPORT})


class Criterion(StrEnum):
    """Why an event is serious: ICH E2A."""

    DEATH = "death"
    LIFE_THREATENING = "life_threatening"
    HOSPITAL = "hospital"
    DISABILITY = "disability"
    CONGENITAL = "congenital"
    IMPORTANT = "important"


class Cause(StrEnum):
    """WHO-UMC causality categories, and "not related", which they do not have."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    NOT_RELATED = "not_related"
    CONDITIONAL = "conditional"
    UNASSESSABLE = "unassessable"


_CRITERIA: Mapping[str, Criterion] = {one.value: one for one in Criterion}
_CAUSES: Mapping[object, Cause] = {one.value: one for one in Cause}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a physician judged, by whom and when; what was left open is None."""

    record: FormRecord
    product: Cause | None
    procedure: Cause | None
    expected: bool | None
    document: str

    @property
    def by(self) -> str:
        """The login of who judged."""
        return self.record.entered_by

    @property
    def at(self) -> datetime.datetime:
        return self.record.entered_at


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeChange:
    record: FormRecord
    day: PartialDate
    grade: Grade
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierDiagnosis:
    record: FormRecord
    term: str
    coded: str
    until: PartialDate
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """A report of a serious event; ``sent_at`` is None while it is prepared. ``to`` is a choice of its form."""

    record: FormRecord
    to: str
    number: int
    sent_at: datetime.datetime | None
    how: str
    sent_by: str
    narrative: str

    @property
    def is_initial(self) -> bool:
        return self.number == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """An event with all that is known of it. ``record`` is None for one of before its form.

    ``course``, ``diagnoses`` and ``judgements`` are the oldest first; the newest judgement counts.
    """

    event: AdverseEvent
    record: FormRecord | None
    began_at: datetime.time | None = None
    ended_at: datetime.time | None = None
    aware_at: datetime.datetime | None = None
    criteria: frozenset[Criterion] = frozenset()
    judgements: tuple[Judgement, ...] = ()
    course: tuple[GradeChange, ...] = ()
    diagnoses: tuple[EarlierDiagnosis, ...] = ()
    reports: tuple[EventReport, ...] = ()

    @property
    def criterion_missing(self) -> bool:
        """Whether it is said to be serious and nobody said why: an event of before criteria were recorded."""
        return self.event.serious and not self.criteria

    @property
    def judgement(self) -> Judgement | None:
        return self.judgements[-1] if self.judgements else None


def record_id(event: EventId) -> RecordId:
    """The id of the record that says more of an event."""
    return RecordId(event)


def event_of(record: PatientRecord, one: RecordId) -> AdverseEvent | None:
    """The event that a record of these forms tells of, or would tell of: not every event has details."""
    found = record.form_record(one)
    owner = one if found is None else found.within or found.id
    return next((event for event in record.events if record_id(event.id) == owner), None)


def details(record: PatientRecord, event: AdverseEvent) -> EventDetails:
    """An event of a patient with all that is known of it."""
    found = record.form_record(record_id(event.id))
    if found is None or found.form != FORM:
        return EventDetails(event=event, record=None)
    return assembled(event, found, record.parts_of(found))


def assembled(
    event: AdverseEvent, found: FormRecord, parts_found: Iterable[FormRecord]
) -> EventDetails:
    """An event from the record of its details and the records that are parts of that."""
    parts = sorted(parts_found, key=lambda one: one.entered_at)
    judgements = (_judgement(one) for one in parts if one.form == JUDGEMENT)
    course = (change for one in parts if (change := _change(one)) is not None)
    diagnoses = (earlier for one in parts if (earlier := _earlier(one)) is not None)
    reports = (report for one in parts if (report := _report(one)) is not None)
    return EventDetails(
        event=event,
        record=found,
        began_at=time_of(found.value("began_at")),
        ended_at=time_of(found.value("ended_at")),
        aware_at=instant_of(found.value("aware_at")),
        criteria=criteria_of(found.value("criteria")),
        judgements=tuple(judgements),
        course=tuple(sorted(course, key=lambda one: one.day)),
        diagnoses=tuple(sorted(diagnoses, key=lambda one: one.until)),
        reports=tuple(sorted(reports, key=lambda one: (one.number, one.to))),
    )


def criteria_of(value: object) -> frozenset[Criterion]:
    """The criteria as they are stored: their names, one a line."""
    names = value.split("\n") if isinstance(value, str) else ()
    return frozenset(_CRITERIA[name] for name in names if name in _CRITERIA)


def time_of(value: object) -> datetime.time | None:
    try:
        return datetime.time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None  # of a file changed from outside


def instant_of(value: object) -> datetime.datetime | None:
    """A moment as it is stored; None where there is none, or none that can be read."""
    try:
        found = datetime.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if found is None else aware(found)


def cause_of(value: object) -> Cause | None:
    """A cause as it is stored; None where there is none, or none that is known here."""
    return _CAUSES.get(value)


def _judgement(one: FormRecord) -> Judgement:
    expected = one.value("expected")
    return Judgement(
        record=one,
        product=cause_of(one.value("product")),
        procedure=cause_of(one.value("procedure")),
        expected=None if expected is None else expected == "expected",
        document=str(one.value("document") or ""),
    )


def _change(one: FormRecord) -> GradeChange | None:
    if one.form != COURSE:
        return None
    day, grade = one.day("day"), one.value("grade")
    if day is None or grade not in {each.value for each in Grade}:
        return None
    return GradeChange(
        record=one, day=day, grade=Grade(int(grade)), state=str(one.value("state") or "")
    )


def _earlier(one: FormRecord) -> EarlierDiagnosis | None:
    until = one.day("until") if one.form == DIAGNOSIS else None
    if until is None:
        return None
    term, coded, why = (str(one.value(name) or "") for name in ("term", "coded", "why"))
    return EarlierDiagnosis(record=one, term=term, coded=coded, until=until, why=why)


def _report(one: FormRecord) -> EventReport | None:
    number = one.value("number") if one.form == REPORT else None
    if not isinstance(number, int):
        return None
    to, how, sent_by, narrative = (
        str(one.value(name) or "") for name in ("to", "how", "sent_by", "narrative")
    )
    return EventReport(
        record=one,
        to=to,
        number=number,
        sent_at=instant_of(one.value("sent_at")),
        how=how,
        sent_by=sent_by,
        narrative=narrative,
    )
