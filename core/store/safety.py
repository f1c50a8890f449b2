"""Every adverse event of a clinic file at once, in a few queries however many patients there are."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.clinic_event import ClinicEvent, ListedEvent
from core.model.event_details import (
    COURSE,
    DIAGNOSIS,
    FORM,
    JUDGEMENT,
    REPORT,
    Cause,
    EventDetails,
    cause_of,
    instant_of,
)
from core.model.form_record import FormRecord, Item
from core.model.ids import EventId, PatientId, RecordId, VisitId
from core.model.partial_date import PartialDate
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor

_OF_AN_EVENT = ", ".join(f"'{one}'" for one in (FORM, JUDGEMENT, COURSE, DIAGNOSIS, REPORT))
_EVENTS = """
SELECT e.id, e.patient_id, e.visit_id, e.term, e.coded_term, e.onset, e.ended, e.grade, e.serious, e.outcome, e.note,
       patient.record_number, patient.reference_on, patient.protocol, patient.protocol_version
  FROM adverse_event AS e JOIN patient ON patient.id = e.patient_id
"""
# The newest judgement of each event counts: SQLite takes the other columns from the row of the maximum.
_JUDGED = f"""
SELECT record.within, item.value, max(record.entered_at)
  FROM record LEFT JOIN item ON item.record_id = record.id AND item.field = 'product'
 WHERE record.form = '{JUDGEMENT}'
 GROUP BY record.within
"""  # noqa: S608
_INFUSED = """
SELECT record.patient_id, min(item.value)
  FROM record JOIN item ON item.record_id = record.id AND item.field = 'start'
 WHERE record.form = 'infusion' AND record.not_done IS NULL
 GROUP BY record.patient_id
"""
_CLOCKS_FORMS = ", ".join(f"'{one}'" for one in (FORM, JUDGEMENT, REPORT))
_CLOCKS_FIELDS = "'aware_at', 'criteria', 'product', 'procedure', 'expected', 'document', 'to', 'number', 'sent_at', 'how'"


def _said(forms: str, fields: str = "", events: str = "") -> str:
    """What the forms say of events; the items of a record with the id of an event are those of its details."""
    return f"""
SELECT record.id, record.patient_id, coalesce(record.within, record.id), record.form, record.version,
       record.entered_by, record.entered_at, item.field, item.value
  FROM record
  LEFT JOIN item ON item.record_id = record.id AND item.value IS NOT NULL{fields}
 WHERE record.form IN ({forms}){events}
 ORDER BY record.entered_at, record.rowid
"""  # noqa: S608  our own names


_ALL_SAID = _said(_OF_AN_EVENT)
_CLOCKS = _said(
    _CLOCKS_FORMS,
    f" AND item.field IN ({_CLOCKS_FIELDS})",
    " AND coalesce(record.within, record.id) IN (SELECT id FROM adverse_event WHERE serious)",
)


class ClinicEvents:
    """The adverse events of every patient, in no order."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def listed(self) -> tuple[ListedEvent, ...]:
        """For a list: of serious events with what their clocks go by, of the others without details."""
        return self._listed(_EVENTS)

    def serious(self) -> tuple[ListedEvent, ...]:
        """The serious ones of the list."""
        return self._listed(_EVENTS + " WHERE e.serious")

    def _listed(self, query: str) -> tuple[ListedEvent, ...]:
        judged: dict[str, Cause | None] = {
            event: cause_of(value) for event, value, _at in self._db.execute(_JUDGED)
        }
        said, infused = self._said(_CLOCKS), self._infused()
        found = []
        for row in self._db.execute(query):
            event, moment = _event(row), infused.get(row[1])
            found.append(
                ListedEvent(
                    number=row[11],
                    event=event,
                    treated=_treated(row[12:], moment),
                    product=judged.get(row[0]),
                    details=_details(event, said.get(row[0], ())) if event.serious else None,
                )
            )
        return tuple(found)

    def all(self) -> tuple[ClinicEvent, ...]:
        """With everything that is known."""
        said, infused = self._said(_ALL_SAID), self._infused()
        found = []
        for row in self._db.execute(_EVENTS):
            event, moment = _event(row), infused.get(row[1])
            found.append(
                ClinicEvent(
                    number=row[11],
                    details=_details(event, said.get(row[0], ())),
                    treated=_treated(row[12:], moment),
                    treated_at=None if moment is None else moment.time().replace(second=0),
                )
            )
        return tuple(found)

    def people(self, on: date) -> tuple[int, int]:
        """How many patients there are, and how many of them were treated by a day."""
        known: tuple[int, int] = self._db.execute(
            "SELECT count(*), count(CASE WHEN reference_on <= ? THEN 1 END) FROM patient",
            [on.isoformat()],
        ).fetchone()
        return known

    def _infused(self) -> Mapping[str, datetime]:
        """When each patient's infusion began, in this workstation's time."""
        moments = ((who, instant_of(value)) for who, value in self._db.execute(_INFUSED))
        return {who: moment.astimezone() for who, moment in moments if moment is not None}

    def _said(self, query: str) -> Mapping[str, tuple[FormRecord, ...]]:
        """The records of the forms about events, by event."""
        items: dict[str, dict[str, Item]] = defaultdict(dict)
        heads: dict[str, tuple[Any, ...]] = {}
        for *head, name, value in self._db.execute(query):
            heads.setdefault(head[0], tuple(head))
            if name is not None:
                items[head[0]][name] = Item(value=value)
        found: dict[str, list[FormRecord]] = defaultdict(list)
        for mine, patient, event, form, version, by, at in heads.values():
            record = FormRecord(
                id=RecordId(mine),
                patient_id=PatientId(patient),
                within=None if form == FORM else RecordId(event),
                form=form,
                version=version,
                entered_by=by,
                entered_at=datetime.fromisoformat(at),
                items=items[mine],
            )
            found[event].append(record)
        return {event: tuple(records) for event, records in found.items()}


def _event(row: tuple[Any, ...]) -> AdverseEvent:
    mine, patient, visit, term, coded, onset, ended, grade, serious, outcome, note = row[:11]
    return AdverseEvent(
        id=EventId(mine),
        patient_id=PatientId(patient),
        visit_id=None if visit is None else VisitId(visit),
        term=term,
        coded_term=coded,
        onset=PartialDate.parse(onset),
        ended=None if ended is None else PartialDate.parse(ended),
        grade=Grade(grade),
        serious=bool(serious),
        outcome=Outcome(outcome),
        note=note,
    )


def _details(event: AdverseEvent, said: tuple[FormRecord, ...]) -> EventDetails:
    mine = next((one for one in said if one.form == FORM), None)
    if mine is None:
        return EventDetails(event=event, record=None)
    return event_details.assembled(event, mine, (one for one in said if one is not mine))


def _treated(stated: tuple[str | None, str, str], infused: datetime | None) -> PartialDate | None:
    """The day of the infusion as it was recorded, else the reference day where the schedule counts from one.

    As `core.findings.treatment.treatment` says it of a whole record.
    """
    reference, protocol, version = stated
    if infused is not None:
        return PartialDate.of(infused.date())
    if reference is None or not _counts_from_reference(protocol, version):
        return None
    return PartialDate.parse(reference)


def _counts_from_reference(protocol: str, version: str) -> bool:
    known = protocols.named(protocol, version)
    return known is not None and known.anchor is Anchor.REFERENCE
