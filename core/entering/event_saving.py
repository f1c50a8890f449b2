"""Saving an adverse event with all that is known of it, in one write; and taking its visit away from it."""

from collections.abc import Iterator
from dataclasses import replace

from core.entering import records
from core.entering.event_form import Entered
from core.model import event_details
from core.model.adverse_event import AdverseEvent
from core.model.form_record import FormRecord
from core.model.ids import EventId
from core.model.record import PatientRecord
from core.model.user import Right
from core.session import Session


def needs_reason(record: PatientRecord, entered: Entered) -> bool:
    """Whether it changes what a finished visit says: such a change asks for its reason."""
    finished = {visit.id for visit in record.finished_visits}
    event, before = entered.event, entered.before
    if before is not None and event != before and event.visit_id in finished:
        return True
    changed = [(record.form_record(one.id), one) for one in (entered.details, *entered.parts)] + [
        (record.form_record(gone), None) for gone in entered.removed
    ]
    return any(
        was != now and records.moves_what_was_finished(record, was, now) for was, now in changed
    )


def save(
    session: Session,
    record: PatientRecord,
    entered: Entered,
    reason: str = "",
    typed: tuple[str, str] | None = None,
) -> None:
    """Save an event, its details and parts, and the death that it says, all or none of it.

    What was ``typed`` of it, by place and subject, is forgotten with it. Only who may sign may judge. Raises
    NotAllowed, Locked, StorageError.
    """
    if entered.judgement is not None:
        session.need(Right.SIGN)
    with session.write(reason):
        write(session, record, entered)
        if typed is not None:
            session.typed.remove(*typed, *session.typed.of(*typed))


def write(session: Session, record: PatientRecord, entered: Entered) -> None:
    """The same, inside a write. What the file has already is not written again: it may be locked."""
    event, visits = entered.event, {visit.id: visit for visit in record.visits}
    if event != entered.before:
        session.events.save(event)
    judged = () if entered.judgement is None else (entered.judgement,)
    for one in (entered.details, *entered.parts, *judged):
        if record.form_record(one.id) != one:
            session.forms.save(one)
    for gone in entered.removed:
        session.forms.remove(gone)
    if entered.death is not None:
        session.milestones.save(entered.death)
    visit = None if event.visit_id is None else visits.get(event.visit_id)
    if entered.before is None and visit is not None and not visit.new_events:
        session.visits.save(replace(visit, new_events=True))


def of_no_visit(record: PatientRecord, event: AdverseEvent) -> Iterator[FormRecord]:
    """What is known of an event, as records of the patient: its visit is discarded."""
    for one in all_of(record, event.id):
        if one.visit_id is not None:
            yield replace(one, visit_id=None)


def all_of(record: PatientRecord, event: EventId) -> Iterator[FormRecord]:
    """The details of an event and their parts."""
    named = event_details.record_id(event)
    return (one for one in record.forms if named in (one.id, one.within))
