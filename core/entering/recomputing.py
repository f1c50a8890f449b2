"""Corrections that other results follow from: what % predicted is computed from, and the equation it is computed by."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from core.errors import Locked
from core.model.ids import PatientId, VisitId
from core.model.nouns import SPIROMETRY
from core.model.patient import Patient
from core.model.spirometry import Spirometry
from core.model.visit import Visit
from core.science.spirometry import with_inputs
from core.session import Session
from core.words import _, day

MOST_NAMED = 6  # visits in one sentence


def save_patient(session: Session, patient: Patient) -> None:
    """Save a patient; where a correction changes what % predicted is computed from, all of it follows.

    Call it inside ``session.write``: the reason of the change stands beside every test that it moved. Raises
    Locked.
    """
    moved = _moved(session, patient, session.clinic.equation)
    _refuse_locked(session, {patient.id: moved})
    session.patients.save(patient)
    for one in moved:
        session.spirometry.save(one)


def change_equation(session: Session, equation_id: str, reason: str) -> int:
    """Compute every test of the clinic by another equation: one transaction, one reason in the trail.

    Answers how many tests changed. Raises Locked.
    """
    moved = {one.id: _moved(session, one, equation_id) for one in session.patients.all()}
    _refuse_locked(session, moved)
    with session.write(reason):
        session.clinics.save(replace(session.clinic, equation=equation_id))
        for one in chain.from_iterable(moved.values()):
            session.spirometry.save(one)
    return sum(map(len, moved.values()))


def _moved(session: Session, patient: Patient, equation_id: str) -> tuple[Spirometry, ...]:
    """The tests that another result follows for, from this patient's data and equation."""
    pairs = (
        (one, with_inputs(one, patient, equation_id)) for one in session.spirometry.of(patient.id)
    )
    return tuple(renewed for one, renewed in pairs if renewed != one)


def _refuse_locked(session: Session, moved: Mapping[PatientId, Sequence[Spirometry]]) -> None:
    """Raises Locked with the visits that hold tests which would change."""
    held = [
        visit
        for patient_id, tests in moved.items()
        if tests
        for visit in _held_visits(session, patient_id, {one.visit_id for one in tests})
    ]
    if not held:
        return
    named = ", ".join(day(visit.date) for visit in held[:MOST_NAMED])
    if len(held) > MOST_NAMED:
        named = _("{days} and {n} more").format(days=named, n=len(held) - MOST_NAMED)
    text = _(
        "This would change the % predicted of locked visits ({visits}): nothing was changed."
        " A neurologist can unlock them with a reason."
    )
    raise Locked(text.format(visits=named))


def _held_visits(session: Session, patient_id: PatientId, among: set[VisitId]) -> list[Visit]:
    subjects = {lock.subject for lock in session.locks.of(patient_id) if lock.holds}
    return [
        visit
        for visit in session.visits.of(patient_id)
        if visit.id in among and subjects & {visit.id, f"{visit.id}/{SPIROMETRY}"}
    ]
