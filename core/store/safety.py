"""Every adverse event of a clinic file at once, in a few queries however many patients there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
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
    EventReport,
    Judgement,
    cause_of,
    criteria_of,
    instant_of,
)
from core.model.form_record import FormRecord, Item
from core.model.ids import EventId, PatientId, RecordId, VisitId
from core.model.partial_date import PartialDate
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor

# As they are stored: of thousands, making each from its class costs as much as reading its row.
_GRADES = {one.value: one for one in Grade}
_OUTCOMES = {one.value: one for one in Outcome}
_NO_ITEMS: Mapping[str, Item] = MappingProxyType({})
_OF_AN_EVENT = ", ".join(f"'{one}'" for one in (FORM, JUDGEMENT, COURSE, DIAGNOSIS, REPORT))
_EVENTS = """
SELECT e.id, e.patient_id, e.visit_id, e.term, e.coded_term, e.onset, e.ended, e.grade, e.serious, e.outcome, e.note,
       patient.record_number, patient.reference_on, patient.protocol, patient.protocol_version
  FROM adverse_event AS e JOIN patient ON patient.id = e.patient_id
"""
# The forms of serious events; CROSS has SQLite begin with the events, which are fewer than the records of a form.
_JUDGED = f"""
SELECT e.id, record.id, record.patient_id, record.entered_by, record.entered_at,
       product.value, procedure.value, expected.value, document.value
  FROM adverse_event AS e
  CROSS JOIN record ON record.within = e.id AND record.form = '{JUDGEMENT}'
  LEFT JOIN item AS product ON product.record_id = record.id AND product.field = 'product'
  LEFT JOIN item AS procedure ON procedure.record_id = record.id AND procedure.field = 'procedure'
  LEFT JOIN item AS expected ON expected.record_id = record.id AND expected.field = 'expected'
  LEFT JOIN item AS document ON document.record_id = record.id AND document.field = 'document'
 WHERE e.serious
 ORDER BY record.entered_at, record.rowid
"""  # noqa: S608
_DETAILS = f"""
SELECT e.id, record.id, record.patient_id, record.entered_by, record.entered_at, aware.value, criteria.value
  FROM adverse_event AS e
  CROSS JOIN record ON record.id = e.id AND record.form = '{FORM}'
  LEFT JOIN item AS aware ON aware.record_id = e.id AND aware.field = 'aware_at'
  LEFT JOIN item AS criteria ON criteria.record_id = e.id AND criteria.field = 'criteria'
 WHERE e.serious
"""  # noqa: S608
_REPORTED = f"""
SELECT e.id, record.id, record.patient_id, record.entered_by, record.entered_at,
       whom.value, number.value, sent.value, how.value
  FROM adverse_event AS e
  CROSS JOIN record ON record.within = e.id AND record.form = '{REPORT}'
  LEFT JOIN item AS whom ON whom.record_id = record.id AND whom.field = 'to'
  LEFT JOIN item AS number ON number.record_id = record.id AND number.field = 'number'
  LEFT JOIN item AS sent ON sent.record_id = record.id AND sent.field = 'sent_at'
  LEFT JOIN item AS how ON how.record_id = record.id AND how.field = 'how'
 WHERE e.serious
 ORDER BY record.entered_at
"""  # noqa: S608
# What every judgement says of the cause, the oldest first.
_CAUSES = f"""
SELECT record.within, product.value
  FROM record LEFT JOIN item AS product ON product.record_id = record.id AND product.field = 'product'
 WHERE record.form = '{JUDGEMENT}'
 ORDER BY record.entered_at, record.rowid
"""  # noqa: S608
_INFUSED = """
SELECT record.patient_id, min(item.value)
  FROM record JOIN item ON item.record_id = record.id AND item.field = 'start'
 WHERE record.form = 'infusion' AND record.not_done IS NULL
 GROUP BY record.patient_id
"""
# What the forms say of events; the items of a record with the id of an event are those of its details.
_SAID = f"""
SELECT record.id, record.patient_id, coalesce(record.within, record.id), record.form, record.version,
       record.entered_by, record.entered_at, item.field, item.value
  FROM record
  LEFT JOIN item ON item.record_id = record.id AND item.value IS NOT NULL
 WHERE record.form IN ({_OF_AN_EVENT})
 ORDER BY record.entered_at, record.rowid
"""  # noqa: S608  our own names


class ClinicEvents:
    """The adverse events of every patient, in no order."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def listed(self) -> tuple[ListedEvent, ...]:
        """For a list: of serious events with what their clocks go by, of the others without details."""
        causes = {event: cause_of(product) for event, product in self._db.execute(_CAUSES)}
        return self._listed(_EVENTS, causes)

    def serious(self) -> tuple[ListedEvent, ...]:
        """The serious ones of the list."""
        return self._listed(_EVENTS + " WHERE e.serious", {})

    def _listed(self, query: str, causes: Mapping[str, Cause | None]) -> tuple[ListedEvent, ...]:
        """``causes`` are those of events that are not serious; a serious one has its judgements."""
        clocks = self._of_clocks()
        treated = _Treated(self._infused())
        found = []
        for row in self._db.execute(query):
            event = _event(row)
            details = clocks.of(event) if event.serious else None
            judged = None if details is None else details.judgement
            found.append(
                ListedEvent(
                    number=row[11],
                    event=event,
                    treated=treated.on(row),
                    product=causes.get(row[0]) if judged is None else judged.product,
                    details=details,
                )
            )
        return tuple(found)

    def all(self) -> tuple[ClinicEvent, ...]:
        """With everything that is known."""
        said, infused = self._said(), self._infused()
        treated, found = _Treated(infused), []
        for row in self._db.execute(_EVENTS):
            event, moment = _event(row), infused.get(row[1])
            found.append(
                ClinicEvent(
                    number=row[11],
                    details=_details(event, said.get(row[0], ())),
                    treated=treated.on(row),
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

    def _of_clocks(self) -> "_Clocks":
        """Of serious events what their clocks go by."""
        found = _Clocks()
        for event, *head, aware, criteria in self._db.execute(_DETAILS):
            found.details[event] = (_bare(event, FORM, head), instant_of(aware), criteria)
        for event, *head, to, number, sent_at, how in self._db.execute(_REPORTED):
            if isinstance(number, int):
                found.reports[event].append(
                    EventReport(
                        record=_bare(event, REPORT, head),
                        to=str(to or ""),
                        number=number,
                        sent_at=instant_of(sent_at),
                        how=str(how or ""),
                        sent_by="",
                        narrative="",
                    )
                )
        for event, *head, product, procedure, expected, document in self._db.execute(_JUDGED):
            found.judgements[event].append(
                Judgement(
                    record=_bare(event, JUDGEMENT, head),
                    product=cause_of(product),
                    procedure=cause_of(procedure),
                    expected=None if expected is None else expected == "expected",
                    document=str(document or ""),
                )
            )
        return found

    def _said(self) -> Mapping[str, list[FormRecord]]:
        """The records of the forms about events, by event."""
        items: dict[str, dict[str, Item]] = defaultdict(dict)
        heads: dict[str, tuple[Any, ...]] = {}
        for *head, name, value in self._db.execute(_SAID):
            heads.setdefault(head[0], tuple(head))
            if name is not None:
                items[head[0]][name] = Item(value=value)
        found: dict[str, list[FormRecord]] = defaultdict(list)
        for head in heads.values():
            found[head[2]].append(_record(head, items[head[0]]))
        return found


class _Treated:
    """The day on which a patient was treated: of the infusion as it was recorded, else the reference day where the
    schedule counts from one. As `core.findings.treatment.treatment` says it of a whole record."""

    def __init__(self, infused: Mapping[str, datetime]) -> None:
        self._infused = infused
        self._known: dict[str, PartialDate | None] = {}

    def on(self, row: tuple[Any, ...]) -> PartialDate | None:
        patient = row[1]
        if patient not in self._known:
            self._known[patient] = self._found(patient, *row[12:15])
        return self._known[patient]

    def _found(
        self, patient: str, reference: str | None, protocol: str, version: str
    ) -> PartialDate | None:
        moment, known = self._infused.get(patient), protocols.named(protocol, version)
        if moment is not None:
            return PartialDate.of(moment.date())
        if reference is None or known is None or known.anchor is not Anchor.REFERENCE:
            return None
        return PartialDate.parse(reference)


@dataclass(slots=True)
class _Clocks:
    """By event: its details with when the clinic knew and the criteria, judgements, reports."""

    details: dict[str, tuple[FormRecord, datetime | None, object]] = field(default_factory=dict)
    judgements: dict[str, list[Judgement]] = field(default_factory=lambda: defaultdict(list))
    reports: dict[str, list[EventReport]] = field(default_factory=lambda: defaultdict(list))

    def of(self, event: AdverseEvent) -> EventDetails:
        if event.id not in self.details:
            return EventDetails(event=event, record=None)
        record, aware, criteria = self.details[event.id]
        return EventDetails(
            event=event,
            record=record,
            aware_at=aware,
            criteria=criteria_of(criteria),
            judgements=tuple(self.judgements.get(event.id, ())),
            reports=tuple(self.reports.get(event.id, ())),
        )


def _bare(event: str, form: str, head: Sequence[Any]) -> FormRecord:
    """A record without its items: who entered it, and when."""
    return _record((head[0], head[1], event, form, "", head[2], head[3]), _NO_ITEMS)


def _record(head: tuple[Any, ...], items: Mapping[str, Item]) -> FormRecord:
    mine, patient, event, form, version, by, at = head
    return FormRecord(
        id=RecordId(mine),
        patient_id=PatientId(patient),
        within=None if form == FORM else RecordId(event),
        form=form,
        version=version,
        entered_by=by,
        entered_at=datetime.fromisoformat(at),
        items=items,
    )


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
        grade=_GRADES[grade],
        serious=bool(serious),
        outcome=_OUTCOMES[outcome],
        note=note,
    )


def _details(event: AdverseEvent, said: Sequence[FormRecord]) -> EventDetails:
    mine = next((one for one in said if one.form == FORM), None)
    if mine is None:
        return EventDetails(event=event, record=None)
    return event_details.assembled(event, mine, (one for one in said if one is not mine))
