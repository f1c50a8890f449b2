"""All that one file knows of one patient, put together from the stores."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlite_utils import Database

from core.model.ids import PatientId
from core.model.record import PatientRecord
from core.model.registers import Registers
from core.model.vital_status import PARTICIPATION, VITAL_STATUS
from core.store.appointments import Appointments
from core.store.assessments import Assessments
from core.store.clinic import Thresholds
from core.store.events import AdverseEvents, Milestones
from core.store.forms import Forms, RecordChecks
from core.store.judgements import CriterionResults, Decisions, Reconciliations
from core.store.laboratory import LabResults
from core.store.locks import Locks
from core.store.measurements import Measurements
from core.store.patients import ExternalResults, Patients, ScheduleMoves
from core.store.queries import DataQueries
from core.store.registers import CalibrationChecks, RaterTrainings
from core.store.sheet_texts import SheetTexts
from core.store.signatures import Signatures
from core.store.spirometry import SpirometryStore
from core.store.visits import TaskResults, VisitMarks, Visits


class _OfPatient(Protocol):
    def of(self, patient_id: PatientId) -> tuple[Any, ...]: ...


# What fills each part of a record, by the names of `NOUNS`.
PARTS: Mapping[str, Callable[[Database], _OfPatient]] = {
    "visits": Visits,
    "marks": VisitMarks,
    "appointments": Appointments,
    "assessments": Assessments,
    "spirometry": SpirometryStore,
    "measurements": Measurements,
    "tasks": TaskResults,
    "events": AdverseEvents,
    "milestones": Milestones,
    "laboratory": LabResults,
    "external": ExternalResults,
    "forms": Forms,
    "checks": RecordChecks,
    "reconciliations": Reconciliations,
    "decisions": Decisions,
    "sheet_texts": SheetTexts,
    "criteria": CriterionResults,
    "signatures": Signatures,
    "locks": Locks,
    "queries": DataQueries,
    "moves": ScheduleMoves,
}


def load(db: Database, patient_id: PatientId) -> PatientRecord:
    parts: dict[str, Any] = {part: store(db).of(patient_id) for part, store in PARTS.items()}
    registers = Registers(
        trainings=RaterTrainings(db).of(patient_id), checks=CalibrationChecks(db).of(patient_id)
    )
    return PatientRecord(
        patient=Patients(db).get(patient_id),
        thresholds=Thresholds(db).all(),
        registers=registers,
        **parts,
    )


def outlines(db: Database) -> list[PatientRecord]:
    """Every patient with visits, marks, appointments, milestones, fatal events, and what is said of participation and life only."""
    visits, marks, milestones = defaultdict(list), defaultdict(list), defaultdict(list)
    fatal, told = defaultdict(list), defaultdict(list)
    moves, appointments = defaultdict(list), defaultdict(list)
    for visit in Visits(db).all():
        visits[visit.patient_id].append(visit)
    for mark in VisitMarks(db).all():
        marks[mark.patient_id].append(mark)
    for appointment in Appointments(db).all():
        appointments[appointment.patient_id].append(appointment)
    for milestone in Milestones(db).all():
        milestones[milestone.patient_id].append(milestone)
    for event in AdverseEvents(db).fatal():
        fatal[event.patient_id].append(event)
    for record in Forms(db).of_forms(VITAL_STATUS, PARTICIPATION):
        told[record.patient_id].append(record)
    for move in ScheduleMoves(db).all():
        moves[move.patient_id].append(move)
    thresholds = Thresholds(db).all()
    return [
        PatientRecord(
            patient=patient,
            visits=tuple(visits[patient.id]),
            marks=tuple(marks[patient.id]),
            appointments=tuple(appointments[patient.id]),
            milestones=tuple(milestones[patient.id]),
            events=tuple(fatal[patient.id]),
            forms=tuple(told[patient.id]),
            moves=tuple(moves[patient.id]),
            thresholds=thresholds,
        )
        for patient in Patients(db).all()
    ]
