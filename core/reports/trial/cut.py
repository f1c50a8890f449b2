"""A record as it was on the day of a data cut: what came later is not known yet, but for what the consent allows today."""

from dataclasses import replace
from datetime import date

from core.findings import consent
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.decision import DecisionKind
from core.model.event_details import COURSE, Criterion, record_id
from core.model.form_record import FormRecord, Item
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor
from core.protocols.schedule import windows

_CRITERIA = "criteria"  # the field of an event's details that says why it is serious


def cut(record: PatientRecord, until: date) -> PatientRecord:
    """What happened up to a day. A visit whose window had not opened cannot have been marked as missed.

    A consent that was given, or taken back, after that day counts: it is about what may be used now.
    """
    known = record.up_to(until)
    opened = _opened(record, until)
    killed_later = {
        record_id(one.id)
        for one in known.events
        if one.outcome is Outcome.FATAL and one.died_on.first > until
    }
    consents = record.of_form(consent.FORM)
    forms = (
        *consents,
        *(one for one in known.forms if one.form != consent.FORM and not _later_grade(one, until)),
    )
    decided = (one for one in record.decisions if one.kind is DecisionKind.CONSENT)
    return replace(
        known,
        events=tuple(_event(one, until) for one in known.events),
        forms=tuple(_without_death(one) if one.id in killed_later else one for one in forms),
        decisions=(
            *(one for one in known.decisions if one.kind is not DecisionKind.CONSENT),
            *decided,
        ),
        marks=tuple(one for one in known.marks if opened is None or one.code in opened),
    )


def _event(event: AdverseEvent, until: date) -> AdverseEvent:
    """DESIGN: an event that ended later had not ended, and one that killed later was life-threatening."""
    if event.ended is None or event.ended.first <= until:
        return event
    return replace(
        event,
        ended=None,
        outcome=Outcome.NOT_RECOVERED,
        grade=min(event.grade, Grade.LIFE_THREATENING),
    )


def _without_death(one: FormRecord) -> FormRecord:
    """The details of an event that had killed nobody yet."""
    said = str(one.value(_CRITERIA) or "").split("\n")
    kept = "\n".join(name for name in said if name != Criterion.DEATH)
    items = {name: item for name, item in one.items.items() if name != _CRITERIA}
    return replace(one, items={**items, _CRITERIA: Item(value=kept)} if kept else items)


def _later_grade(one: FormRecord, until: date) -> bool:
    """A change of an event's grade that came later, whenever the event was entered."""
    changed = one.day("day") if one.form == COURSE else None
    return changed is not None and changed.first > until


def _opened(record: PatientRecord, until: date) -> frozenset[str] | None:
    """The planned visits whose window had opened; None where no day is planned from."""
    protocol, on = protocols.find(record.patient), record.patient.reference_on
    if protocol is None or on is None or protocol.anchor is not Anchor.REFERENCE:
        return None
    return frozenset(code for code, window in windows(protocol, on).items() if window.open <= until)
