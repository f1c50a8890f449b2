"""All that one file knows of one patient, put together from the stores."""

from sqlite_utils import Database

from core.model.ids import PatientId
from core.model.record import PatientRecord
from core.store.assessments import Assessments
from core.store.clinic import Thresholds
from core.store.events import AdverseEvents, Milestones
from core.store.judgements import CriterionResults, Decisions, Reconciliations
from core.store.locks import Locks
from core.store.measurements import Measurements
from core.store.patients import ExternalResults, Patients
from core.store.queries import DataQueries
from core.store.signatures import Signatures
from core.store.spirometry import SpirometryStore
from core.store.visits import TaskResults, VisitMarks, Visits


def load(db: Database, patient_id: PatientId) -> PatientRecord:
    return PatientRecord(
        patient=Patients(db).get(patient_id),
        visits=Visits(db).of(patient_id),
        marks=VisitMarks(db).of(patient_id),
        assessments=Assessments(db).of(patient_id),
        spirometry=SpirometryStore(db).of(patient_id),
        tasks=TaskResults(db).of(patient_id),
        events=AdverseEvents(db).of(patient_id),
        milestones=Milestones(db).of(patient_id),
        external=ExternalResults(db).of(patient_id),
        measurements=Measurements(db).of(patient_id),
        reconciliations=Reconciliations(db).of(patient_id),
        decisions=Decisions(db).of(patient_id),
        criteria=CriterionResults(db).of(patient_id),
        signatures=Signatures(db).of(patient_id),
        locks=Locks(db).of(patient_id),
        queries=DataQueries(db).of(patient_id),
        thresholds=Thresholds(db).all(),
    )
