"""Locking a form, a visit, a patient's record or the whole file, and unlocking it, each with a reason."""

from dataclasses import replace

from core import clock
from core.model.ids import PatientId, VisitId
from core.model.signature import Lock, LockLevel
from core.model.user import Right
from core.session import Session


def lock_form(
    session: Session, patient_id: PatientId, visit_id: VisitId, form: str, reason: str
) -> Lock:
    """Lock one form of a visit: a questionnaire by its id, or a step of the visit that holds rows of its own."""
    return _lock(session, LockLevel.FORM, f"{visit_id}/{form}", patient_id, reason)


def lock_visit(session: Session, patient_id: PatientId, visit_id: VisitId, reason: str) -> Lock:
    return _lock(session, LockLevel.VISIT, visit_id, patient_id, reason)


def lock_patient(session: Session, patient_id: PatientId, reason: str) -> Lock:
    return _lock(session, LockLevel.PATIENT, patient_id, patient_id, reason)


def freeze(session: Session, reason: str) -> Lock:
    """Freeze the clinic file: everything but people, queries, signatures and the trail stays as it is."""
    return _lock(session, LockLevel.DATABASE, "", None, reason)


def unlock(session: Session, *locks: Lock, reason: str) -> None:
    """Let go what these locks hold, in one transaction. Raises NotAllowed."""
    session.need(Right.LOCK)
    user, now = session.user, clock.now()
    with session.write(_given(reason)):
        for lock in locks:
            session.locks.save(
                replace(lock, unlocked_by=user.login, unlocked_at=now, unlock_reason=_given(reason))
            )


def _lock(
    session: Session, level: LockLevel, subject: str, patient_id: PatientId | None, reason: str
) -> Lock:
    session.need(Right.LOCK)
    lock = Lock(
        level=level,
        subject=subject,
        patient_id=patient_id,
        locked_by=session.user.login,
        locked_at=clock.now(),
        reason=_given(reason),
    )
    with session.write(lock.reason):
        session.locks.save(lock)
    return lock


def _given(reason: str) -> str:
    if not reason.strip():
        raise ValueError("nothing is locked or unlocked without a reason")
    return reason.strip()
