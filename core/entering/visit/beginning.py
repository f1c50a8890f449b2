"""Beginning a visit, and which visits are being corrected."""

import json
from collections.abc import Sequence
from datetime import date

from core import clock
from core.errors import StorageError
from core.model.ids import PatientId, VisitId
from core.model.record import PatientRecord
from core.model.trail import TrailEntry
from core.model.visit import Visit, VisitKind, VisitState
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor
from core.session import Session
from core.words import N_, _


def start_visit(session: Session, patient_id: PatientId, code: str | None, on: date) -> VisitId:
    """Begin a visit. ``code`` names the planned visit, None an unscheduled one.

    A planned visit takes place once, whatever it was marked as before. Raises StorageError.
    """
    protocol = protocols.of(session.patients.get(patient_id))
    taken = {visit.code for visit in session.visits.of(patient_id)}
    if code is not None and protocol.anchor is Anchor.REFERENCE and code in taken:
        raise StorageError(_("This visit was begun already. Open it from the patient's visits."))
    visit = Visit(
        patient_id=patient_id,
        kind=VisitKind.UNSCHEDULED if code is None else VisitKind.SCHEDULED,
        code=code,
        date=on,
        rater=session.user.login,
        started_at=clock.now(),
    )
    with session.write(N_("visit started")):
        session.visits.save(visit)
        if code is not None:
            session.marks.remove(patient_id, code)
    return visit.id


def reopened(session: Session, visit: Visit) -> TrailEntry | None:
    """The entry with which a visit in progress was last reopened; None where it was never finished."""
    states = [VisitState.FINISHED, VisitState.DRAFT]
    for one in session.trail.entries(patient_id=visit.patient_id, entity="visit"):
        sides = [row for row in (one.before, one.after) if row is not None]
        if one.row == visit.id and [json.loads(row)["state"] for row in sides] == states:
            return one
    return None


def corrections(session: Session, records: Sequence[PatientRecord]) -> dict[VisitId, TrailEntry]:
    """The visits of these records that were reopened to be corrected, and with which entry."""
    drafts = (visit for record in records for visit in record.visits if visit.is_draft)
    return {visit.id: one for visit in drafts if (one := reopened(session, visit)) is not None}
