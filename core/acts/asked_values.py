"""What became of the values that somebody asked about and that are no fields of a visit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.acts import event_queries, laboratory_queries, record_queries
from core.acts.record_queries import RecordField
from core.model import event_details
from core.model.adverse_event import AdverseEvent
from core.model.data_query import DataQuery
from core.model.ids import QueryId
from core.model.record import PatientRecord
from core.session import Session
from core.views.laboratory import full_text
from core.words import MISSING, _


@dataclass(frozen=True, slots=True)
class _Value:
    """Which rows of the trail tell of a value, what it says now, and what it said by the side of an entry.

    ``now`` is None where it is not in the file any more: ``gone`` says so.
    """

    entity: str
    row: str
    now: str | None
    then: Callable[[str | None], str]
    gone: str


def of_no_visit(query: DataQuery) -> bool:
    """Whether a question is about a value that can be gone to, and that is no field of a visit."""
    about = record_queries.about(query), laboratory_queries.result_id(query)
    return any(one is not None for one in about)


def removed(record: PatientRecord, queries: Iterable[DataQuery]) -> frozenset[QueryId]:
    """The questions whose value is not in the file any more: they lead nowhere."""
    found = ((query, _value(record, query)) for query in queries)
    return frozenset(query.id for query, one in found if one is not None and one.now is None)


def remarks(
    session: Session, record: PatientRecord, queries: Iterable[DataQuery]
) -> dict[QueryId, str]:
    """What became of the value or the record of each question since it was asked; without those of which nothing did."""
    asked = [(query, one) for query in queries if (one := _value(record, query)) is not None]
    if not asked:
        return {}
    since = min(query.opened_at for query, _one in asked)
    patient_id = record.patient.id
    changes = {
        entity: session.trail.entries(patient_id=patient_id, entity=entity, since=since)
        for entity in {one.entity for _query, one in asked}
    }
    found = {}
    for query, one in asked:
        if one.now is None:
            found[query.id] = one.gone
            continue
        entries = changes[one.entity]
        mine = [entry for entry in entries if entry.row == one.row and entry.at >= query.opened_at]
        before = one.then(mine[-1].before) if mine else one.now
        if before != one.now:
            words = _("Changed since it was asked: {before} → {now}")
            found[query.id] = words.format(before=before, now=one.now)
    return found


def _value(record: PatientRecord, query: DataQuery) -> _Value | None:
    where = record_queries.about(query)
    if where is None:
        return _of_laboratory(record, query)
    event = event_details.event_of(record, where.record)
    is_own = event is not None and where.record == event_details.record_id(event.id)
    if event is not None and is_own and where.field in ("", *event_queries.fields()):
        return _of_event(event, where.field)
    return _of_record(record, where)


def _of_event(event: AdverseEvent, field: str) -> _Value:
    def said(row: str | None) -> str:
        return MISSING if row is None else event_queries.said_then(row, field)

    now = event_queries.said(event, field) if field else ""
    return _Value("adverse_event", event.id if field else "", now, said, "")


def _of_record(record: PatientRecord, where: RecordField) -> _Value:
    one = record.form_record(where.record)

    def said(row: str | None) -> str:
        return MISSING if one is None else record_queries.said_then(one, where.field, row)

    now = None if one is None else record_queries.said(one, where.field)
    row = f"{where.record}/{where.field}"
    return _Value("item", row, now, said, _("The record was removed."))


def _of_laboratory(record: PatientRecord, query: DataQuery) -> _Value | None:
    asked = laboratory_queries.result_id(query)
    if asked is None:
        return None
    result = laboratory_queries.result_of(record, query)

    def said(row: str | None) -> str:
        return MISSING if row is None else laboratory_queries.said_then(row)

    now = None if result is None else full_text(result)
    return _Value("lab_result", asked, now, said, _("The result was removed."))
