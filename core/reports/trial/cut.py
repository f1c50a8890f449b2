"""A record as it was on the day of a data cut: what came later is not known yet."""

from dataclasses import replace
from datetime import date

from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor
from core.protocols.schedule import windows


def cut(record: PatientRecord, until: date) -> PatientRecord:
    """What happened up to a day. A visit whose window had not opened cannot have been marked as missed."""
    known = record.up_to(until)
    opened = _opened(record, until)
    return replace(
        known,
        events=tuple(_event(one, until) for one in known.events),
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


def _opened(record: PatientRecord, until: date) -> frozenset[str] | None:
    """The planned visits whose window had opened; None where no day is planned from."""
    protocol, on = protocols.find(record.patient), record.patient.reference_on
    if protocol is None or on is None or protocol.anchor is not Anchor.REFERENCE:
        return None
    return frozenset(code for code, window in windows(protocol, on).items() if window.open <= until)
