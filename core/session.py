"""One open clinic file and the person at the keyboard."""

import platform
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any

from core import VERSION, clock
from core.errors import FileExists, NotAllowed, StorageError, TooManyAttempts, UnreadableImport, WrongPassword
from core.imports.patients_csv import Preview
from core.model.ids import PatientId, VisitId
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.trail import Act, TrailHead
from core.model.user import WRITING, Clinic, Right, Role, User
from core.science.spirometry import with_inputs
from core.store import audit, keys
from core.store.attempts import Attempts
from core.store.assessments import Assessments
from core.store.clinic import ClinicStore, Thresholds, Users
from core.store.events import AdverseEvents, Milestones
from core.store.file import connect, require, storage_errors, upgrade
from core.store.judgements import Acknowledgements, CriterionResults, Reconciliations
from core.store.locks import Locks
from core.store.measurements import Measurements
from core.store.migrations import newest
from core.store.patients import ExternalResults, Patients
from core.store.queries import DataQueries
from core.store.recovery_code import normalized
from core.store.signatures import Signatures
from core.store.spirometry import SpirometryStore
from core.store.trail import Trail
from core.store.visits import TaskResults, TypedTexts, VisitMarks, Visits
from core.words import _


@dataclass(frozen=True, slots=True)
class Changes:
    """Which kinds of things a write touched, read from the audit trail."""

    entities: frozenset[str]


class _Writing:
    """One write while it lasts: what the trail writes down beside every change of it."""

    workstation = platform.node()
    program = VERSION
    schema = newest()

    def __init__(self, reason: str, granted: frozenset[Right]) -> None:
        now = clock.now()
        offset = now.astimezone().utcoffset() or timedelta()
        self.at = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.utc_offset_min = round(offset.total_seconds() / 60)
        self.reason = reason
        self.granted = granted
        self.entities: set[str] = set()


class Session:
    """The gateway: every write goes through ``write``, every chart is made from ``record``."""

    def __init__(self, path: Path, key: bytes, login: str, *, create: bool = False) -> None:
        self.path = path
        self.login = login
        self._key = key
        self._trail_key = keys.audit_key(key)
        self._now: _Writing | None = None
        self._refused: NotAllowed | None = None
        self._rights = frozenset(Right)  # until the file says who this is
        self._listeners: list[Callable[[Changes], None]] = []
        self._db = connect(path, key, create=create)
        audit.register(self._db, self._stamp, self._writer, self._trail_key)
        try:
            with self._writing("schema upgrade"), storage_errors(path):
                upgrade(self._db, path, self._trail_key)
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
        self.typed = TypedTexts(self._db, login)
        self.assessments = Assessments(self._db)
        self.spirometry = SpirometryStore(self._db)
        self.measurements = Measurements(self._db)
        self.reconciliations = Reconciliations(self._db)
        self.acknowledgements = Acknowledgements(self._db)
        self.criteria = CriterionResults(self._db)
        self.events = AdverseEvents(self._db)
        self.milestones = Milestones(self._db)
        self.signatures = Signatures(self._db)
        self.locks = Locks(self._db)
        self.queries = DataQueries(self._db)
        self.trail = Trail(self._db, self._trail_key)
        self._look_up_rights()

    @classmethod
    def open(cls, path: Path, login: str, password: str) -> "Session":
        """Open an existing clinic file and write the sign-in down.

        Raises WrongPassword, TooManyAttempts, FileMissing, FileInUse, FileDamaged, FileTooNew, NotAllowed.
        """
        require(path)
        ring = keys.read(path)
        attempts = Attempts.of(path)
        _wait_after_failures(attempts)
        try:
            key = keys.unwrap(ring, login, password)
        except WrongPassword:
            attempts.failed(ring.login_of(login), clock.now())
            raise
        session = cls(path, key, ring.login_of(login) or login)
        try:
            if session.user.disabled_at is not None:
                attempts.failed(session.login, clock.now())
                raise WrongPassword(keys.WRONG_PASSWORD)
            with suppress(StorageError):  # one whole copy opened it: the other can wait for space
                keys.repair(path, ring)
            with session.write():
                session._note_failures(attempts)
                session.note(Act.SIGNED_IN, details={"role": session.user.role.value})
            attempts.succeeded()
        except BaseException:
            session.close()
            raise
        return session

    @classmethod
    def recover(cls, path: Path, code: str, login: str, password: str) -> tuple["Session", str]:
        """Open with the printed recovery code, and give this user a new password.

        Its use is written down, and the code is used up: the second value is the new one, to be printed.
        """
        require(path)
        ring = keys.read(path)
        attempts = Attempts.of(path)
        code = normalized(code)  # a code that is mistyped is no attempt
        _wait_after_failures(attempts)
        try:
            key = keys.unwrap_recovery(ring, code)
        except WrongPassword:
            attempts.failed(None, clock.now())
            raise
        session = cls(path, key, login)
        try:
            user = session.user
            with session.write("recovery code used", granted=frozenset({Right.PEOPLE})):
                session._note_failures(attempts)
                session.note(Act.RECOVERY_USED, row=user.login)
                session.users.save(
                    replace(user, disabled_at=None, must_change=False, password_at=clock.now())
                )
            ring = keys.with_password(ring, key, user.login, password, keys.tuned())
            ring, new_code = keys.with_recovery(ring, key)
            keys.write(path, ring)
            attempts.succeeded()
        except BaseException:
            session.close()
            raise
        return session, new_code

    @classmethod
    def create(
        cls,
        path: Path,
        clinic: Clinic,
        user: User,
        password: str,
        *,
        others: Sequence[tuple[User, str]] = (),
        cost: keys.Cost = keys.MINIMUM,
    ) -> "Session":
        """Make a new clinic file with its first users, signed in as ``user``.

        Raises FileExists; leaves nothing behind on failure. ``new_recovery_code`` gives it a code.
        """
        for taken in (path, keys.key_file(path), keys.second_key_file(path)):
            if taken.exists():
                raise FileExists(f"There is already a file {taken.name} here. Choose another name.")
        key = keys.new_key()
        people = [(user, password), *others]
        try:
            ring = keys.new_ring()
            for one, secret in people:
                ring = keys.with_password(ring, key, one.login, secret, cost)
            keys.write(path, ring)
            session = cls(path, key, user.login, create=True)
            try:
                with session.write("clinic file created"):
                    session.clinics.save(clinic)
                    for one, _secret in people:
                        session.users.save(one)
                    session.note(Act.SIGNED_IN, details={"role": user.role.value})
            except BaseException:
                session.close()
                raise
        except BaseException:
            for made in (path, keys.key_file(path), keys.second_key_file(path)):
                made.unlink(missing_ok=True)
            raise
        return session

    @property
    def clinic(self) -> Clinic:
        return self.clinics.get()

    @property
    def user(self) -> User:
        user = self.users.get(self.login)
        if user is None:
            raise StorageError(f"The user {self.login} is not known to this clinic file.")
        return user

    @property
    def rights(self) -> frozenset[Right]:
        """What the person at the keyboard may do."""
        return self._rights

    def may(self, right: Right) -> bool:
        return right in self._rights

    def need(self, right: Right) -> None:
        """Raises NotAllowed where the person's role does not have this right."""
        if right not in self._rights:
            raise self._not_allowed()

    @contextmanager
    def write(self, reason: str = "", *, granted: frozenset[Right] = frozenset()) -> Iterator[None]:
        """One transaction, one audit context, one notification. It is saved when this block has been left.

        ``granted`` are rights that the act itself gives, as changing one's own password does.
        Raises NotAllowed and Locked where the role, or a lock, forbids the change: nothing is saved then.
        """
        self._refused = None
        try:
            with (
                self._writing(reason, granted) as writing,
                storage_errors(self.path),
                self._db.atomic(),
            ):
                yield
                entities = frozenset(writing.entities)
                if entities:
                    audit.seal(self._db, self._trail_key)
        except StorageError:
            if self._refused is not None:
                raise self._refused from None
            raise
        if entities:
            if "user" in entities:
                self._look_up_rights()
            for listener in self._listeners:
                listener(Changes(entities))

    def _note_failures(self, attempts: Attempts) -> None:
        """Sign-ins that failed before this one: until now nobody could write them into the trail."""
        for failure in attempts.failures():
            details = {"login": failure.login, "at": failure.at.isoformat()}
            self.note(Act.SIGN_IN_FAILED, details=details)

    def note(
        self,
        act: Act,
        *,
        row: str = "",
        patient_id: PatientId | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down an act that changes no row. Call it inside ``write``."""
        audit.note(self._db, act.value, row, patient_id, details)

    def record_act(
        self,
        act: Act,
        *,
        row: str = "",
        patient_id: PatientId | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down such an act by itself."""
        with self.write():
            self.note(act, row=row, patient_id=patient_id, details=details)

    @property
    def trail_head(self) -> TrailHead | None:
        """Where the trail ends now: what a printed page says of it."""
        return audit.head(self._db)

    def rewrap(self, change: Callable[[keys.KeyRing, bytes], keys.KeyRing]) -> None:
        """Change the key file: who can unwrap the data key, never the data key itself."""
        keys.write(self.path, change(keys.read(self.path), self._key))

    def new_recovery_code(self, cost: keys.Cost = keys.MINIMUM) -> str:
        """Make a recovery code, to be printed once; the one before opens nothing any more."""
        made: list[str] = []

        def renewed(ring: keys.KeyRing, key: bytes) -> keys.KeyRing:
            ring, code = keys.with_recovery(ring, key, cost)
            made.append(code)
            return ring

        self.rewrap(renewed)
        self.record_act(Act.RECOVERY_MADE)
        return made[0]

    def record(self, patient_id: PatientId) -> PatientRecord:
        """All that is known of one patient. Raises NotAllowed where the role has no clinical data."""
        self.need(Right.READ)
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
            signatures=self.signatures.of(patient_id),
            locks=self.locks.of(patient_id),
            queries=self.queries.of(patient_id),
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
        self.need(Right.READ)
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
        self._key = self._trail_key = b""

    def _recompute(self, patient: Patient, equation_id: str) -> int:
        changed = 0
        for session in self.spirometry.of(patient.id):
            renewed = with_inputs(session, patient, equation_id)
            if renewed != session:
                self.spirometry.save(renewed)
                changed += 1
        return changed

    @contextmanager
    def _writing(
        self, reason: str, granted: frozenset[Right] = frozenset()
    ) -> Iterator[_Writing]:
        if self._now is not None:
            raise RuntimeError("writes do not nest")
        self._now = _Writing(reason, granted)
        try:
            yield self._now
        finally:
            self._now = None

    def _look_up_rights(self) -> None:
        """What the file says of this person; before it knows anybody, everything may be done."""
        user = self.users.get(self.login)
        if user is not None:
            self._rights = user.rights
        elif self.users.all():
            self._rights = frozenset()
        if Right.CLINIC in self._rights and not self._has_administrator():
            # A file from before there were roles: somebody has to be able to add people.
            self._rights |= {Right.PEOPLE, Right.BACKUP}

    def _has_administrator(self) -> bool:
        return any(
            user.role is Role.ADMINISTRATOR and user.disabled_at is None
            for user in self.users.all()
        )

    def _not_allowed(self) -> NotAllowed:
        return NotAllowed(
            _("Your role does not allow this: nothing was changed. Ask a colleague whose role does.")
        )

    def _stamp(self) -> _Writing:
        if self._now is None:
            raise RuntimeError("a write outside Session.write")
        return self._now

    def _writer(self, entity: str) -> str:
        """Who answers for a change of this kind of thing; asked by the trail's triggers."""
        now = self._stamp()
        right = WRITING.get(entity)
        if right is not None and right not in self._rights and right not in now.granted:
            self._refused = self._not_allowed()
            raise self._refused
        now.entities.add(entity)
        return self.login


def new_user(login: str, full_name: str, role: Role = Role.NEUROLOGIST) -> User:
    now = clock.now()
    return User(login=login, full_name=full_name, created_at=now, role=role, password_at=now)


def _wait_after_failures(attempts: Attempts) -> None:
    seconds = attempts.wait_s(clock.now())
    if seconds > 0:
        raise TooManyAttempts(
            _("Too many wrong passwords: wait {n} more seconds, then try again.").format(
                n=ceil(seconds)
            )
        )
