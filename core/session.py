"""One open clinic file and the person at the keyboard."""

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any, Generic, TypeVar

from nacl.secret import Aead

from core import VERSION, clock
from core.errors import (
    FileExists,
    NotAllowed,
    StorageError,
    TooManyAttempts,
    WrongPassword,
)
from core.forms import catalog as forms
from core.model import terms
from core.model.dictionary import DictionaryKind
from core.model.ids import PatientId
from core.model.nouns import ACTING, may_write
from core.model.record import PatientRecord
from core.model.trail import Act, TrailHead
from core.model.user import Clinic, Right, Role, User
from core.protocols import catalog as protocols
from core.store import Database, as_of, audit, backup, instance, keys, records
from core.store.appointments import Appointments
from core.store.assessments import Assessments
from core.store.attachments import Attachments
from core.store.attempts import Attempts
from core.store.backup import Begun
from core.store.clinic import ClinicStore, Thresholds, Users
from core.store.definitions import Definitions
from core.store.derived import Derived
from core.store.dictionaries import Dictionaries, Synonyms
from core.store.events import AdverseEvents, Milestones
from core.store.file import connect, require, storage_errors, transaction, upgrade
from core.store.forms import Forms, RecordChecks
from core.store.judgements import CriterionResults, Decisions, Reconciliations
from core.store.laboratory import Laboratories, LabResults, ReferenceRanges
from core.store.locks import Locks
from core.store.measurements import Measurements
from core.store.migrations import newest
from core.store.patients import ExternalResults, Patients, ScheduleMoves
from core.store.queries import DataQueries
from core.store.recovery_code import normalized
from core.store.registers import CalibrationChecks, RaterTrainings
from core.store.safety import ClinicEvents
from core.store.sheet_texts import SheetTexts
from core.store.signatures import Signatures
from core.store.spirometry import SpirometryStore
from core.store.tables import StoredTables
from core.store.trail import Trail
from core.store.visits import TaskResults, TypedTexts, VisitMarks, Visits
from core.words import N_, _, plural, write_in

T = TypeVar("T")

LONG_WAIT_S = 60  # from where on a clock says more than a countdown


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


class _Clinical(Generic[T]):
    """The store of a clinical noun: reached only by who may read, whatever they want of it."""

    def __init__(self, made: Callable[[Database], T]) -> None:
        self._made = made

    def __get__(self, session: "Session", _owner: type["Session"]) -> T:
        session.need(Right.READ)
        return self._made(session._db)  # noqa: SLF001  the session's own


class Session:
    """The gateway: every write goes through ``write``, every chart is made from ``record``."""

    patients = _Clinical(Patients)
    external = _Clinical(ExternalResults)
    moves = _Clinical(ScheduleMoves)
    visits = _Clinical(Visits)
    marks = _Clinical(VisitMarks)
    appointments = _Clinical(Appointments)
    tasks = _Clinical(TaskResults)
    assessments = _Clinical(Assessments)
    spirometry = _Clinical(SpirometryStore)
    measurements = _Clinical(Measurements)
    forms = _Clinical(Forms)
    attachments = _Clinical(Attachments)
    trainings = _Clinical(RaterTrainings)
    calibrations = _Clinical(CalibrationChecks)
    checks = _Clinical(RecordChecks)
    reconciliations = _Clinical(Reconciliations)
    decisions = _Clinical(Decisions)
    sheet_texts = _Clinical(SheetTexts)
    criteria = _Clinical(CriterionResults)
    events = _Clinical(AdverseEvents)
    clinic_events = _Clinical(ClinicEvents)
    milestones = _Clinical(Milestones)
    lab_results = _Clinical(LabResults)
    signatures = _Clinical(Signatures)
    queries = _Clinical(DataQueries)
    stored = _Clinical(StoredTables)

    def __init__(
        self, path: Path, key: bytes, login: str, *, create: bool = False, in_front: bool = True
    ) -> None:
        """``in_front`` is False of a file that is only written to: its own forms and schedules are not used."""
        self.path = path
        self.login = login
        self._key = key
        self._trail_key = keys.audit_key(key)
        self._now: _Writing | None = None
        self.writes = (
            0  # beginnings and ends of writes: odd while one is under way (`core/store/aside.py`)
        )
        self._refused: NotAllowed | None = None
        self._rights = frozenset(Right)  # until the file says who this is
        self._listeners: list[Callable[[Changes], None]] = []
        self.warning = ""  # what went wrong while opening and keeps nobody from reading
        self.clock_set_back: datetime | None = (
            None  # the last entry's time, where this clock is behind it
        )
        self._db = connect(path, key, create=create)
        instance.note(path, login)
        audit.register(self._db, self._stamp, self._writer, self._trail_key)
        try:
            with self._writing("schema upgrade"), storage_errors(path):
                upgrade(self._db, path, self._trail_key)
                # Where an end was cut off, sealing what comes after it would hide that.
                self.trail_holds = audit.is_vouched_for(self._db, self._trail_key)
        except BaseException:
            self._close_file()
            raise
        self.clinics = ClinicStore(self._db)
        self.thresholds = Thresholds(self._db)
        self.users = Users(self._db)
        self.typed = TypedTexts(self._db, login)
        self.locks = Locks(self._db)
        self.definitions = Definitions(self._db)
        self.laboratories = Laboratories(self._db)
        self.synonyms = Synonyms(self._db)
        self.dictionaries = Dictionaries(self._db)
        self.reference_ranges = ReferenceRanges(self._db)
        self._in_front = in_front
        if in_front:
            self.use_own()
        self.derived = Derived(self._db, self._trail_key, path, self._writing)
        self.trail = Trail(self._db, self._trail_key, lambda: self.may(Right.READ))
        try:
            with storage_errors(path):
                self._look_up_rights()
        except BaseException:
            self._close_file()
            raise

    @classmethod
    def open(cls, path: Path, login: str, password: str) -> "Session":
        """Open an existing clinic file and write the sign-in down.

        Raises WrongPassword, TooManyAttempts, FileMissing, FileInUse, FileDamaged, FileTooNew, NotAllowed.
        """
        require(path)
        ring = keys.read(path)
        attempts = Attempts.of(path)
        wait_after_failures(attempts)
        try:
            key = keys.unwrap(ring, login, password)
        except WrongPassword:
            attempts.failed(ring.login_of(login), clock.now())
            raise
        session = cls(path, key, ring.login_of(login) or login)
        try:
            if session.user.disabled_at is not None:
                attempts.failed(session.login, clock.now())
                raise WrongPassword(_(keys.WRONG_PASSWORD))
            with suppress(StorageError):  # one whole copy opened it: the other can wait for space
                keys.repair(path, ring)
                session._close_doors(ring)
            try:
                with session.write():
                    session._note_failures(attempts)
                    session.note(Act.SIGNED_IN, details={"role": session.user.role.value})
                attempts.succeeded()
            except StorageError as error:
                # A full disk keeps nobody from reading: it is said, and written down with the next change.
                session.warning = str(error)
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
        wait_after_failures(attempts)
        try:
            key = keys.unwrap_recovery(ring, code)
        except WrongPassword:
            attempts.failed(None, clock.now())
            raise
        session = cls(path, key, login)
        try:
            if session.users.get(login) is None:
                attempts.failed(None, clock.now())  # and so into the trail: the code was used
            user = session.user
            session.login = user.login  # as the file writes it, however it was typed
            with session.write(N_("recovery code used"), granted=frozenset({Right.PEOPLE})):
                session._note_failures(attempts)
                session.note(Act.RECOVERY_USED, row=user.login)
                # Should it end here, the password of before opens nothing that need not be changed.
                session.users.save(replace(user, disabled_at=None, must_change=True))
            ring = keys.with_password(ring, key, user.login, password, keys.tuned())
            ring, new_code = keys.with_recovery(ring, key)
            keys.write(path, ring)
            with suppress(StorageError):  # the new code is in force: it has to be shown
                chosen = replace(user, disabled_at=None, must_change=False, password_at=clock.now())
                with session.write(N_("recovery code used"), granted=frozenset({Right.PEOPLE})):
                    session.users.save(chosen)
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
        cost: keys.Cost | None = None,
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
                with session.write(N_("clinic file created")):
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

    def use_own(self) -> None:
        """From now on the clinic's own forms and schedules are among those of the program, and days are written as it says.

        One that this program cannot read is left out.
        """
        write_in(self.clinics.notation())
        forms.use_own(self.definitions.forms())
        protocols.use_own(self.definitions.schedules())  # which may name a form
        terms.use_own({one.text: one.term for one in self.synonyms.all()})
        terms.use_dictionaries(
            self.dictionaries.content(DictionaryKind.CTCAE),
            self.dictionaries.content(DictionaryKind.MEDDRA),
        )

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
                transaction(self._db),
            ):
                last = audit.last_at(self._db)
                yield
                if writing.entities:
                    if self.warning:
                        self.note(
                            Act.SIGNED_IN, details={"role": self.user.role.value, "late": True}
                        )
                    self._look_at_clock(writing.at, last)
                    if self.trail_holds:
                        audit.seal(self._db, self._trail_key)
                entities = frozenset(writing.entities)
        except StorageError:
            if self._refused is not None:
                raise self._refused from None
            raise
        if entities:
            self.warning = ""
            if "user" in entities:
                self._look_up_rights()
            if "clinic" in entities and self._in_front:
                write_in(self.clinics.notation())
            for listener in self._listeners:
                listener(Changes(entities))

    def _look_at_clock(self, now: str, last: str) -> None:
        """A write that is older than the one before it: the clock of this computer was set back, or is wrong."""
        if audit.is_set_back(now, last):
            self.clock_set_back = datetime.fromisoformat(last)
            self.note(Act.CLOCK_SET_BACK, details={"last": last})

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
    def fingerprint(self) -> str:
        """The same for a clinic's file and all copies of it, and nothing else: what a workstation knows it by."""
        return audit.fingerprint(self._trail_key)

    @property
    def trail_head(self) -> TrailHead | None:
        """Where the trail ends now: what a printed page says of it."""
        return audit.head(self._db)

    def rewrap(self, change: Callable[[keys.KeyRing, bytes], keys.KeyRing]) -> None:
        """Change the key file: who can unwrap the data key, never the data key itself."""
        keys.write(self.path, change(keys.read(self.path), self._key))

    def _close_doors(self, ring: keys.KeyRing) -> None:
        """Take the slots of those who may not sign in: a crash while somebody was disabled can leave one."""
        allowed = {one.login.casefold() for one in self.users.all() if one.disabled_at is None}
        users = [slot.login for slot in ring.slots if slot.kind is keys.SlotKind.USER]
        left = [login for login in users if login.casefold() not in allowed]
        for login in left:
            ring = keys.without(ring, login)
        if left:
            keys.write(self.path, ring)

    def confirm(self, password: str) -> None:
        """Ask again whether it is the person who signed in. Raises WrongPassword, TooManyAttempts.

        A wrong password counts as a failed sign-in.
        """
        attempts = Attempts.of(self.path)
        wait_after_failures(attempts)
        try:
            keys.unwrap(keys.read(self.path), self.login, password)
        except WrongPassword:
            attempts.failed(self.login, clock.now())
            raise WrongPassword(_("This is not your password. Type it again.")) from None
        if attempts.failures():
            with self.write():
                self._note_failures(attempts)
            attempts.succeeded()

    def new_recovery_code(self, cost: keys.Cost | None = None) -> str:
        """Make a recovery code, to be printed once; the one before opens nothing any more."""
        made: list[str] = []

        def renewed(ring: keys.KeyRing, key: bytes) -> keys.KeyRing:
            ring, code = keys.with_recovery(ring, key, cost)
            made.append(code)
            return ring

        self.need(Right.PEOPLE)
        # Written down first: should the disk be full, the code before stays good.
        self.record_act(Act.RECOVERY_MADE)
        self.rewrap(renewed)
        return made[0]

    @property
    def data_key(self) -> bytes:
        """For work that outlives this session or runs beside it, which gets values and no session."""
        return self._key

    @property
    def changed_at(self) -> datetime | None:
        """When something was last changed that a backup would hold."""
        return backup.changed_at(self._db)

    def begin_backup(self, folder: Path, watch: backup.Watch | None = None) -> Begun:
        """Write a copy of this file into the folder. It counts once ``core.acts.backups.finish`` has verified it.

        ``watch`` is called between slices with how many pages of how many are written; what it raises ends the copy.
        """
        with storage_errors(self.path):
            return backup.begin(self._db, self.path, self._key, folder, clock.now(), watch)

    def seal(self, text: str) -> bytes:
        """Encrypt with the data key what has to outlive this session in memory."""
        return Aead(self._key).encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        return Aead(self._key).decrypt(sealed).decode()

    def record(self, patient_id: PatientId) -> PatientRecord:
        """All that is known of one patient. Raises NotAllowed where the role has no clinical data."""
        self.need(Right.READ)
        with storage_errors(self.path):
            return records.load(self._db, patient_id)

    def record_as_of(self, patient_id: PatientId, sequence: int) -> PatientRecord | None:
        """The same as the file stood when that entry of the trail was its last; None before the patient came."""
        self.need(Right.READ)
        return as_of.record_as_of(self._db, patient_id, sequence)

    def outlines(self) -> list[PatientRecord]:
        """Every patient as the worklist needs them: visits, marks, appointments, milestones, fatal events, participation, vital status."""
        self.need(Right.READ)
        with storage_errors(self.path):
            return records.outlines(self._db)

    def on_change(self, listener: Callable[[Changes], None]) -> None:
        self._listeners.append(listener)

    def off_change(self, listener: Callable[[Changes], None]) -> None:
        """Tell it of no more changes."""
        self._listeners.remove(listener)

    def _close_file(self) -> None:
        instance.forget(self.path)
        self._db.close()

    @property
    def is_open(self) -> bool:
        return bool(self._key)

    def close(self) -> None:
        """Let the file go, and forget its key."""
        if self._key:  # once: by then the note beside the file may be somebody else's
            if self._now is None:
                with suppress(StorageError):  # it is only computed again
                    self.derived.write()
            self._close_file()
        self._key = self._trail_key = b""

    @contextmanager
    def _writing(self, reason: str, granted: frozenset[Right] = frozenset()) -> Iterator[_Writing]:
        if self._now is not None:
            raise RuntimeError("writes do not nest")
        self._now = _Writing(reason, granted)
        self.writes += 1
        try:
            yield self._now
        finally:
            self._now = None
            self.writes += 1

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
            _(
                "Your role does not allow this: nothing was changed. Ask a colleague whose role does."
            )
        )

    def _stamp(self) -> _Writing:
        if self._now is None:
            raise RuntimeError("a write outside Session.write")
        return self._now

    def _writer(self, entity: str) -> str:
        """Who answers for a change of this kind of thing; asked by the trail's triggers."""
        now = self._stamp()
        if not may_write(entity, self._rights | now.granted):
            self._refused = self._not_allowed()
            raise self._refused
        if entity not in ACTING:
            now.entities.add(entity)
        return self.login


def new_user(login: str, full_name: str, role: Role = Role.NEUROLOGIST) -> User:
    now = clock.now()
    return User(login=login, full_name=full_name, created_at=now, role=role, password_at=now)


def wait_after_failures(attempts: Attempts) -> None:
    """Raises TooManyAttempts while nobody may try another password."""
    seconds = attempts.wait_s(clock.now())
    if seconds > LONG_WAIT_S:
        until = (clock.now() + timedelta(seconds=seconds)).astimezone()
        raise TooManyAttempts(
            _("Too many wrong passwords: nobody can sign in before {time}.").format(
                time=f"{until:%H:%M:%S}"
            )
        )
    if seconds > 0:
        raise TooManyAttempts(
            plural(
                ceil(seconds),
                "Too many wrong passwords: wait 1 more second, then try again.",
                "Too many wrong passwords: wait {n} more seconds, then try again.",
            )
        )
