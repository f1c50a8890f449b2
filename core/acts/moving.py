"""Moving patients to a newer version of their schedule: what it changes for each, and the move.

The visits that were begun stay in the version they were begun in, finished or not; those to come are of the newer
one. See ``PatientRecord.version_of``.
"""

from collections.abc import Sequence
from dataclasses import replace

from core import clock
from core.model.ids import PatientId
from core.model.patient import Patient, ScheduleMove
from core.protocols import catalog
from core.protocols.definition import Protocol
from core.session import Session


def behind(session: Session, protocol: Protocol) -> tuple[Patient, ...]:
    """Who of a schedule is on an older version than its newest one, and takes part still."""
    return tuple(
        record.patient
        for record in session.outlines()
        if record.patient.protocol == protocol.id
        and record.participation_ended is None
        and catalog.newer(record.patient) is not None
    )


def move(session: Session, patients: Sequence[PatientId], reason: str) -> None:
    """Move patients to the newest version of their schedule in one write; all of them or none.

    Who is on it already stays. Raises ValueError without a reason; NotAllowed, Locked, StorageError.
    """
    if not reason.strip():
        raise ValueError("a patient is moved to another version of a schedule for a reason")
    with session.write(reason.strip()):
        for patient in map(session.patients.get, patients):
            newer = catalog.newer(patient)
            if newer is not None:
                _move(session, patient, newer.version, reason.strip())


def _move(session: Session, patient: Patient, version: str, reason: str) -> None:
    session.moves.save(
        ScheduleMove(
            patient_id=patient.id,
            from_version=patient.protocol_version,
            to_version=version,
            moved_by=session.login,
            moved_at=clock.now(),
            reason=reason,
        )
    )
    session.patients.save(replace(patient, protocol_version=version))
