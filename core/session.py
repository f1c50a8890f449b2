"""One open clinic file and the person at the keyboard."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from core import clock
from core.errors import FileExists, StorageError, UnreadableImport
from core.imports.patients_csv import Preview
from core.model.ids import PatientId, VisitId
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.user import Clinic, User
from core.science.spirometry import with_inputs
from core.store import audit, keys
from core.store.assessments import Assessments
from core.store.clinic import ClinicStore, Thresholds, Users
from core.store.events import AdverseEvents, Milestones
from core.store.file import connect, require, storage_errors, upgrade
from core.store.judgements import Acknowledgements, CriterionResults, Reconciliations
from core.store.measurements import Measurements
from core.store.patients import ExternalResults, Patients
from core.store.spirometry import SpirometryStore
from core.store.visits import RawTexts, TaskResults, VisitMarks, Visits


@dataclass(frozen=True, slots=True)
class Changes:
    """Which kinds of things a write touched, read from the audit trail."""

    entities: frozenset[str]


class Session:
    """The gateway: every write goes through ``write``, every chart is made from ``record``."""

    def __init__(self, path: Path, key: bytes, login: str, *, create: bool = False) -> None:
        self.path = path
        self._actor = login
        self._reason: str | None = None
        self._listeners: list[Callable[[Changes], None]] = []
        self._db = connect(path, key, create=create)
        audit.register(self._db, actor=self._writer, reason=lambda: self._reason or "")
        try:
            with self._writing("schema upgrade"), storage_errors(path):
                upgrade(self._db, path)
        except BaseException:
            self._db.close()
            raise
        self.clinics = ClinicStore(self._db)
        self.thresholds = Thresholds(self._db)
        self.users = Users(self._db)
        self.patients = Patients(self._db)
        self.external = ExternalResults(self._db)
        self.visits = Visits(self._db)
        self.marks = VisitMarks(self._db)
        self.tasks = TaskResults(self._db)
        self.raw_texts = RawTexts(self._db)
        self.assessments = Assessments(self._db)
        self.spirometry = SpirometryStore(self._db)
        self.measurements = Measurements(self._db)
        self.reconciliations = Reconciliations(self._db)
        self.acknowledgements = Acknowledgements(self._db)
        self.criteria = CriterionResults(self._db)
        self.events = AdverseEvents(self._db)
        self.milestones = Milestones(self._db)

    @classmethod
    def open(cls, path: Path, login: str, password: str) -> "Session":
        """Open an existing clinic file. Raises WrongPassword, FileMissing, FileInUse, FileDamaged, FileTooNew."""
        require(path)
        slots = keys.read(keys.key_file(path))
        key = keys.unwrap(slots, login, password)
        known = next(slot.login for slot in slots if slot.login.casefold() == login.casefold())
        return cls(path, key, known)

    @classmethod
    def create(cls, path: Path, clinic: Clinic, user: User, password: str) -> "Session":
        """Make a new clinic file with its first user. Raises FileExists; leaves nothing behind on failure."""
        key_file = keys.key_file(path)
        for taken in (path, key_file):
            if taken.exists():
                raise FileExists(f"There is already a file {taken.name} here. Choose another name.")
        key = keys.new_key()
        try:
            keys.write(key_file, [keys.wrap(key, user.login, password)])
            session = cls(path, key, user.login, create=True)
            try:
                with session.write("clinic file created"):
                    session.clinics.save(clinic)
                    session.users.save(user)
            except BaseException:
                session.close()
                raise
        except BaseException:
            path.unlink(missing_ok=True)
            key_file.unlink(missing_ok=True)
            raise
        return session

    @property
    def clinic(self) -> Clinic:
        return self.clinics.get()

    @property
    def user(self) -> User:
        user = self.users.get(self._actor)
        if user is None:
            raise StorageError(f"The user {self._actor} is not known to this clinic file.")
        return user

    @contextmanager
    def write(self, reason: str = "") -> Iterator[None]:
        """One transaction, one audit context, one notification. It is saved when this block has been left."""
        with self._writing(reason), storage_errors(self.path), self._db.atomic():
            before = audit.last_id(self._db)
            yield
            entities = audit.entities_since(self._db, before)
        if entities:
            for listener in self._listeners:
                listener(Changes(entities))

    def record(self, patient_id: PatientId) -> PatientRecord:
        """All that is known of one patient."""
        return PatientRecord(
            patient=self.patients.get(patient_id),
            visits=self.visits.of(patient_id),
            marks=self.marks.of(patient_id),
            assessments=self.assessments.of(patient_id),
            spirometry=self.spirometry.of(patient_id),
            tasks=self.tasks.of(patient_id),
            events=self.events.of(patient_id),
            milestones=self.milestones.of(patient_id),
            external=self.external.of(patient_id),
            measurements=self.measurements.of(patient_id),
            reconciliations=self.reconciliations.of(patient_id),
            acknowledgements=self.acknowledgements.of(patient_id),
            criteria=self.criteria.of(patient_id),
            thresholds=self.thresholds.all(),
        )

    def save_patient(self, patient: Patient) -> None:
        """Save a patient; where a correction changes what % predicted is computed from, all of it follows.

        Call it inside ``write``: the reason of the change stands beside every session it moved.
        """
        self.patients.save(patient)
        self._recompute(patient, self.clinic.equation)

    def change_equation(self, equation_id: str, reason: str) -> int:
        """Compute every session of the clinic by another equation: one transaction, one reason in the trail.

        Answers how many sessions changed.
        """
        with self.write(reason):
            self.clinics.save(replace(self.clinic, equation=equation_id))
            return sum(self._recompute(patient, equation_id) for patient in self.patients.all())

    def outlines(self) -> list[PatientRecord]:
        """Every patient with visits, marks and milestones only: what the worklist is made from."""
        visits, marks, milestones = defaultdict(list), defaultdict(list), defaultdict(list)
        for visit in self.visits.all():
            visits[visit.patient_id].append(visit)
        for mark in self.marks.all():
            marks[mark.patient_id].append(mark)
        for milestone in self.milestones.all():
            milestones[milestone.patient_id].append(milestone)
        thresholds = self.thresholds.all()
        return [
            PatientRecord(
                patient=patient,
                visits=tuple(visits[patient.id]),
                marks=tuple(marks[patient.id]),
                milestones=tuple(milestones[patient.id]),
                thresholds=thresholds,
            )
            for patient in self.patients.all()
        ]

    def import_patients(self, preview: Preview) -> int:
        """Save every patient of a preview that is ready, or none at all; answers how many they are.

        The audit names no file: its name may hold a patient's.
        """
        if not preview.ready:
            raise ValueError("a preview with problems is not for saving")
        taken = {number.casefold() for number in self.patients.record_numbers()}
        if any(row.record_number.casefold() in taken for row in preview.rows):
            raise UnreadableImport(
                "Some of these patients were added meanwhile. Read the CSV again."
            )
        with self.write("import of patients from CSV"):
            for row in preview.rows:
                if row.patient is not None:  # a ready preview has one in every row
                    self.patients.save(row.patient)
                for result in row.external:
                    self.external.save(result)
        return len(preview.rows)

    def answered_of_drafts(self) -> dict[VisitId, int]:
        return self.assessments.answered_of_drafts()

    def on_change(self, listener: Callable[[Changes], None]) -> None:
        self._listeners.append(listener)

    def close(self) -> None:
        self._db.close()

    def _recompute(self, patient: Patient, equation_id: str) -> int:
        changed = 0
        for session in self.spirometry.of(patient.id):
            renewed = with_inputs(session, patient, equation_id)
            if renewed != session:
                self.spirometry.save(renewed)
                changed += 1
        return changed

    @contextmanager
    def _writing(self, reason: str) -> Iterator[None]:
        if self._reason is not None:
            raise RuntimeError("writes do not nest")
        self._reason = reason
        try:
            yield
        finally:
            self._reason = None

    def _writer(self) -> str:
        if self._reason is None:
            raise RuntimeError("a write outside Session.write")
        return self._actor


def new_user(login: str, full_name: str) -> User:
    return User(login=login, full_name=full_name, created_at=clock.now())
