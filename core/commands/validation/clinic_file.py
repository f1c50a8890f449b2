"""What the clinic file promises, tried on one that is made for it, encrypted, and thrown away."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from core import clock
from core.acts import backups, locking, signing
from core.commands.validation.checks import Found, Planned
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.errors import (
    AppError,
    FileDamaged,
    FileInUse,
    FileTooNew,
    Locked,
    NotAllowed,
    StorageError,
    TooManyAttempts,
    WrongPassword,
)
from core.instruments import catalog as instruments
from core.model.assessment import Answer, NotDone
from core.model.ids import PatientId, VisitId
from core.model.patient import Patient, Sex
from core.model.record import PatientRecord
from core.model.signature import Meaning
from core.model.spirometry import Blow
from core.model.trail import TrailHead
from core.model.user import Clinic, Role
from core.model.visit import Mode, Respondent
from core.session import Session, new_user
from core.store import backup, keys, self_check
from core.store.file import connect, storage_errors
from core.store.verification import Verdict
from core.words import N_, _, plural

LOGIN, PASSWORD, NEW_PASSWORD = "validation", "seven quiet herons", "eight quiet herons"
CLINIC = Clinic(name="Validation")
# Words that stand nowhere by chance: found in a file, they came from the patient.
PLANTED = ("Qvxplanted", "Wzyname", "VAL-7316-XQ", "a remark that only this patient has")
TOTAL = 37  # of the form that is entered
ALSFRS_R = "alsfrs-r"
_DAMAGES = 24
_VOLUMES_ML = (3200, 3150, 3100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A closed clinic file with one finished visit, and the same file as it was before that visit."""

    path: Path
    earlier: Path
    key: bytes
    recovery_code: str
    patient_id: PatientId
    visit_id: VisitId
    record: PatientRecord  # as it was when the file was closed
    head: TrailHead

    def copy(self, name: str) -> Path:
        """A copy for one check, which may do to it what it likes."""
        return _copied(self.path, self.path.with_name(f"{name}.als"))

    def open(self, path: Path, login: str = LOGIN) -> "closing[Session]":
        """Without a password, which takes a moment each time; signing in is checked by itself."""
        return closing(Session(path, self.key, login))


def prepare(folder: Path) -> Scene:
    """Create the file, and enter a visit as the window would. Raises AppError, ValueError."""
    path = folder / "validation.als"
    neurologist = new_user(LOGIN, "Validation")
    with closing(Session.create(path, CLINIC, neurologist, PASSWORD)) as session:
        code = session.new_recovery_code()
        with session.write("validation"):
            for role in Role:
                session.users.save(new_user(role.value, role.value, role))
            patient = _patient(clock.today())
            session.patients.save(patient)
    earlier = _copied(path, folder / "earlier.als")
    key = keys.unwrap(keys.read(path), LOGIN, PASSWORD)
    with closing(Session(path, key, LOGIN)) as session:
        visit_id = beginning.start_visit(session, patient.id, None, clock.today())
        _enter(Draft(session, patient.id, visit_id))
        record, head = session.record(patient.id), session.trail_head
    if head is None:
        raise StorageError(_("Nothing was written into the audit trail."))
    return Scene(
        path=path,
        earlier=earlier,
        key=key,
        recovery_code=code,
        patient_id=patient.id,
        visit_id=visit_id,
        record=record,
        head=head,
    )


def checks(scene: Callable[[], Scene]) -> Iterator[Planned]:
    """The checks in their order; each works on a copy of its own."""
    for what, requirement, expected, look in _CHECKS:
        yield Planned(
            what=_(what),
            basis=_(requirement),
            expected=_(expected),
            look=lambda look=look: look(scene()),  # type: ignore[misc]
        )


def _patient(today: date) -> Patient:
    family, given, number, note = PLANTED
    return Patient(
        record_number=number,
        family_name=family,
        given_name=given,
        sex=Sex.MALE,
        born=date(1959, 3, 14),
        height_cm=176,
        protocol="royan-2021",
        protocol_version="1",
        registered_on=today,
        note=note,
    )


def _enter(draft: Draft) -> None:
    """A whole visit, answer by answer."""
    on = draft.visit.date
    draft.save_details(on=on, mode=Mode.IN_PERSON, respondent=Respondent.PATIENT, weight_kg=71.5)
    form = instruments.alsfrs_r()
    for slot in form.slots:
        breathes = slot == "respiratory_insufficiency"  # less than 4 would ask for the ventilation
        item = draft.questionnaires.default_variant(form, slot).id
        draft.answer(form.id, slot, Answer(item=item, value=4 if breathes else 3))
    volumes = enumerate(_VOLUMES_ML, 1)
    blows = tuple(Blow(number=n, volume_ml=volume) for n, volume in volumes)
    draft.spirometry.save(replace(draft.spirometry.entered, blows=blows))
    draft.save_new_events(False)
    draft.save_note(PLANTED[-1])
    draft.finish()


# The checks


def _opens(scene: Scene) -> Found:
    with closing(Session.open(scene.copy("open"), LOGIN, PASSWORD)) as session:
        user = session.user
    return Found(_("opened as {role}").format(role=user.role.value), passed=user.login == LOGIN)


def _wrong_password_is_refused(scene: Scene) -> Found:
    said = []
    for name, login, password in (
        ("wrong", LOGIN, NEW_PASSWORD),
        ("unknown", "nobody", PASSWORD),
    ):
        try:
            Session.open(scene.copy(name), login, password).close()
        except WrongPassword as error:
            said.append(str(error))
    words = _("{n} of 2 refused, {sentences}").format(
        n=len(said), sentences=plural(len(set(said)), "1 sentence", "{n} sentences")
    )
    return Found(words, passed=len(said) == 2 and len(set(said)) == 1)


def _the_next_try_waits(scene: Scene) -> Found:
    path = scene.copy("waits")
    with suppress(WrongPassword):
        Session.open(path, LOGIN, NEW_PASSWORD).close()
    return _refused(TooManyAttempts, lambda: Session.open(path, LOGIN, PASSWORD).close())


def _recovery_code_opens(scene: Scene) -> Found:
    path = scene.copy("recovered")
    session, code = Session.recover(path, scene.recovery_code, LOGIN, NEW_PASSWORD)
    session.close()
    ring = keys.read(path)
    opens = keys.unwrap(ring, LOGIN, NEW_PASSWORD) == scene.key
    renewed = keys.unwrap_recovery(ring, code) == scene.key
    used_up = _refused(WrongPassword, lambda: keys.unwrap_recovery(ring, scene.recovery_code))
    passed = opens and renewed and used_up.passed
    words = _("opens; the used code is replaced") if passed else _("does not do all of it")
    return Found(words, passed=passed)


def _nothing_is_readable(scene: Scene) -> Found:
    files = [path for path in scene.path.parent.rglob("*") if path.is_file()]
    needles = [word.encode(how) for word in PLANTED for how in ("utf-8", "utf-16-le")]
    found = [path for path in files if any(needle in path.read_bytes() for needle in needles)]
    plain = [path for path in files if path.read_bytes().startswith(b"SQLite format 3")]
    words = _("{found} of {all} files readable").format(found=len({*found, *plain}), all=len(files))
    return Found(words, passed=bool(files) and not found and not plain)


def _unaudited_write_is_refused(scene: Scene) -> Found:
    path = scene.copy("unaudited")
    with scene.open(path) as session:
        before, entries = session.record(scene.patient_id), session.trail_head
        with suppress(StorageError), storage_errors(path):
            session.patients.save(replace(before.patient, note="unseen"))
        same = session.record(scene.patient_id) == before and session.trail_head == entries
    return Found(_("refused, nothing changed") if same else _("written unseen"), passed=same)


def _roles_are_kept(scene: Scene) -> Found:
    path = scene.copy("roles")
    kept = []
    with scene.open(path, Role.MONITOR.value) as session:
        patient = session.record(scene.patient_id).patient
        kept.append(_refused(NotAllowed, lambda: _save_patient(session, patient)))
    with scene.open(path, Role.ADMINISTRATOR.value) as session:
        kept.append(_refused(NotAllowed, lambda: session.record(scene.patient_id)))
    with scene.open(path, Role.NURSE.value) as session:
        kept.append(_refused(NotAllowed, lambda: _sign(session, scene)))
    return _count([one.passed for one in kept], _("refused"))


def _the_same_when_opened_again(scene: Scene) -> Found:
    with scene.open(scene.copy("again")) as session:
        record = session.record(scene.patient_id)
    same = record == scene.record and bool(record.finished_visits)
    return Found(_("equal in every value") if same else _("not equal"), passed=same)


def _typed_text_waits_for_its_author(scene: Scene) -> Found:
    path, field, text = scene.copy("typed"), "details.weight", "7o,"
    with scene.open(path) as session:
        visit_id = beginning.start_visit(session, scene.patient_id, None, clock.today())
        Draft(session, scene.patient_id, visit_id).unsaved.save(field, text)
    with scene.open(path) as session:
        mine = Draft(session, scene.patient_id, visit_id).unsaved.texts.get(field)
    with scene.open(path, Role.NURSE.value) as session:
        others = Draft(session, scene.patient_id, visit_id).unsaved.texts.get(field)
    passed = mine == text and others is None
    return Found(_("kept, unseen by others") if passed else _("lost, or seen"), passed=passed)


def _blank_is_not_zero(scene: Scene) -> Found:
    path, form = scene.copy("blank"), instruments.alsfrs_r()
    zero, unwell, inapplicable, blank = form.slots[:4]
    with scene.open(path) as session:
        visit_id = beginning.start_visit(session, scene.patient_id, None, clock.today())
        draft = Draft(session, scene.patient_id, visit_id)
        for slot, value, reason in (
            (zero, 0, None),
            (unwell, None, NotDone.TOO_UNWELL),
            (inapplicable, None, NotDone.NOT_APPLICABLE),
        ):
            item = form.variants(slot)[0].id
            draft.answer(ALSFRS_R, slot, Answer(item=item, value=value, not_done=reason))
    with scene.open(path) as session:
        draft = Draft(session, scene.patient_id, visit_id)
        entered = draft.questionnaires.form(ALSFRS_R)
    told = [
        entered.answers[zero].value == 0,
        entered.answers[unwell].not_done is NotDone.TOO_UNWELL,
        entered.answers[inapplicable].not_done is NotDone.NOT_APPLICABLE,
        blank not in entered.answers,
        draft.visit.new_events is None,
        instruments.alsfrs_r_total().score(entered.values) is None,
    ]
    return _count(told, _("told apart"))


def _trail_is_whole(scene: Scene) -> Found:
    with scene.open(scene.copy("verified")) as session:
        verdict = session.trail.verify(scene.head.code)
    words = _("{n} entries, {rows} rows; {problem}").format(
        n=verdict.entries, rows=verdict.rows, problem=verdict.problem or _("nothing wrong")
    )
    return Found(words, passed=verdict.is_whole and verdict.entries > 0 and verdict.rows > 0)


def _false_answer_is_found(scene: Scene) -> Found:
    path = scene.copy("falsified")
    with scene.open(path) as session:
        (last,) = session.trail.entries(entity="answer", limit=1)
    self_check.falsify_an_answer(path, scene.key)
    return _tampering(_verified(scene, path), last.sequence)


def _cut_trail_is_found(scene: Scene) -> Found:
    path = scene.copy("cut")
    self_check.cut_off_the_trail(path, scene.key)
    return _tampering(_verified(scene, path), scene.head.sequence)


def _older_file_is_found_by_paper(scene: Scene) -> Found:
    path = _copied(scene.earlier, scene.path.with_name("rolled-back.als"))
    with scene.open(path) as session:
        head = session.trail_head
    first_missing = head.sequence + 1 if head else 1
    return _tampering(_verified(scene, path, scene.head.code), first_missing)


def _damage_is_caught(scene: Scene) -> Found:
    path = scene.copy("damaged")
    whole = path.read_bytes()
    chance = random.Random(_DAMAGES)
    caught = []
    for place in [None, *(chance.randrange(len(whole)) for _n in range(_DAMAGES))]:
        data = bytearray(whole)
        if place is None:
            del data[len(data) // 2 :]
        else:
            data[place] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        refused = _refused(FileDamaged, lambda: Session(path, scene.key, LOGIN).close())
        caught.append(refused.passed and path.read_bytes() == data)
    return _count(caught, _("refused, none of them changed"))


def _second_opening_is_refused(scene: Scene) -> Found:
    path = scene.copy("twice")
    with scene.open(path):
        return _refused(FileInUse, lambda: Session(path, scene.key, LOGIN).close())


def _newer_file_is_refused(scene: Scene) -> Found:
    path = scene.copy("newer")
    self_check.pretend_a_newer_version(path, scene.key)
    before = path.read_bytes()
    refused = _refused(FileTooNew, lambda: Session(path, scene.key, LOGIN).close())
    return Found(refused.words, passed=refused.passed and path.read_bytes() == before)


def _locks_hold(scene: Scene) -> Found:
    patient, visit, why = scene.patient_id, scene.visit_id, "validation"
    levels: tuple[Callable[[Session], object], ...] = (
        lambda session: locking.lock_form(session, patient, visit, ALSFRS_R, why),
        lambda session: locking.lock_visit(session, patient, visit, why),
        lambda session: locking.lock_patient(session, patient, why),
        lambda session: locking.freeze(session, why),
    )
    held = []
    with scene.open(scene.copy("locked")) as session:
        for lock in levels:
            lock(session)
            refused = _refused(Locked, lambda: _change_answer(session, scene))
            holding = session.record(patient).locks_on(visit, ALSFRS_R)
            locking.unlock(session, *holding, reason=why)
            _change_answer(session, scene)  # and unlocked it goes through
            held.append(refused.passed)
    return _count(held, _("held, and let go when unlocked"))


def _change_voids_the_signature(scene: Scene) -> Found:
    with scene.open(scene.copy("signed")) as session:
        _sign(session, scene)
        (before,) = signing.states(session, session.record(scene.patient_id), scene.visit_id)
        locks = session.record(scene.patient_id).locks_on(scene.visit_id)
        locking.unlock(session, *locks, reason="validation")
        _change_answer(session, scene)
        (after,) = signing.states(session, session.record(scene.patient_id), scene.visit_id)
    passed = before.valid and bool(locks) and not after.valid and len(after.changes) == 1
    words = _("valid, then void, {changes} named").format(
        changes=plural(len(after.changes), "1 change", "{n} changes")
    )
    return Found(words if passed else _("not so"), passed=passed)


def _backup_counts_once_verified(scene: Scene) -> Found:
    path = scene.copy("backed-up")
    made = _back_up(scene, path)
    counted = backup.backups(path, made.parent)
    kept = made.read_bytes()
    made.write_bytes(kept[:-4096])
    damaged = _refused(FileDamaged, lambda: backup.verify_backup(made, scene.key))
    made.write_bytes(kept)
    passed = [one.path for one in counted] == [made] and damaged.passed
    return Found(_("verified; cut short it is refused") if passed else _("not so"), passed=passed)


def _restored_is_equal(scene: Scene) -> Found:
    """As on a new computer: nothing but the backup's two files and the recovery code."""
    path = scene.copy("restored-from")
    made = _back_up(scene, path)
    key = keys.unwrap_recovery(keys.read(made), scene.recovery_code)
    target = scene.path.with_name("restored.als")
    backup.restore(made, target, key)
    with closing(Session(target, key, LOGIN)) as session:
        record, head = session.record(scene.patient_id), session.trail_head
    same = record == scene.record and head == scene.head
    return Found(_("equal in every value") if same else _("not equal"), passed=same)


def _drill_passes(scene: Scene) -> Found:
    path, now = scene.copy("drilled"), clock.now()
    folder = _back_up(scene, path).parent
    with scene.open(path) as session:
        _change_answer(session, scene)
    db = connect(path, scene.key)
    with closing(db.conn):
        live = backup.begin(db, path, scene.key, folder, now)
    result = backups.run_drill(live, path, folder, scene.key, now)
    words = _("{differing} rows differ, {unexplained} unexplained; {problem}").format(
        differing=result.differing,
        unexplained=result.unexplained,
        problem=result.problem or _("nothing wrong"),
    )
    return Found(words, passed=result.passed and result.differing > 0)


_CHECKS: tuple[tuple[str, str, str, Callable[[Scene], Found]], ...] = (
    (N_("A clinic file opens with its password"), "R9", N_("opened"), _opens),
    (
        N_("A wrong password and an unknown user are refused alike"),
        "R9",
        N_("2 refused, one sentence"),
        _wrong_password_is_refused,
    ),
    (N_("After a wrong password the next try waits"), "R9", N_("refused"), _the_next_try_waits),
    (
        N_("The recovery code opens, and is replaced by its use"),
        "R9",
        N_("opens; a new code"),
        _recovery_code_opens,
    ),
    (
        N_("Names and remarks are readable in no file on the disk"),
        "R10",
        N_("none readable"),
        _nothing_is_readable,
    ),
    (
        N_("A write past the audit trail is refused"),
        "R13",
        N_("refused, nothing changed"),
        _unaudited_write_is_refused,
    ),
    (
        N_("A monitor changes nothing, an administrator reads no chart, a nurse does not sign"),
        "R16",
        N_("3 refused"),
        _roles_are_kept,
    ),
    (
        N_("A visit entered answer by answer is the same when opened again"),
        "R1",
        N_("equal"),
        _the_same_when_opened_again,
    ),
    (
        N_("Text that is not a value yet waits for its author alone"),
        "R17",
        N_("kept, unseen by others"),
        _typed_text_waits_for_its_author,
    ),
    (
        N_("Zero, not done, not applicable, not answered and not asked stay apart"),
        "R18",
        N_("6 told apart"),
        _blank_is_not_zero,
    ),
    (
        N_("The audit trail is whole, and every row is what it says"),
        "R13",
        N_("nothing wrong"),
        _trail_is_whole,
    ),
    (
        N_("An answer changed past the trail is found"),
        "R13",
        N_("found, at its last entry"),
        _false_answer_is_found,
    ),
    (
        N_("A trail with its end cut off is found"),
        "R13",
        N_("found, at the missing entry"),
        _cut_trail_is_found,
    ),
    (
        N_("An older copy of the file is found by a code printed later"),
        "R13",
        N_("found, at the first missing entry"),
        _older_file_is_found_by_paper,
    ),
    (
        N_("Single bits changed, and the file cut in half: never opened, never overwritten"),
        "R8",
        N_("{n} refused").format(n=_DAMAGES + 1),
        _damage_is_caught,
    ),
    (
        N_("A file that is open is not opened a second time"),
        "R5",
        N_("refused"),
        _second_opening_is_refused,
    ),
    (
        N_("A file of a newer version is refused untouched"),
        "R11",
        N_("refused"),
        _newer_file_is_refused,
    ),
    (
        N_("Locks of form, visit, patient and file hold against a change past the screen"),
        "R15",
        N_("4 held"),
        _locks_hold,
    ),
    (
        N_("A signature holds until what it covers is changed, and names the change"),
        "R14",
        N_("valid, then void"),
        _change_voids_the_signature,
    ),
    (
        N_("A backup is verified before it counts; a damaged one is refused"),
        "R12",
        N_("verified, refused"),
        _backup_counts_once_verified,
    ),
    (
        N_("Restored from the backup and the recovery code alone, every value is the same"),
        "R12",
        N_("equal"),
        _restored_is_equal,
    ),
    (
        N_("A restore drill explains every difference from the trail"),
        "R12",
        N_("0 unexplained"),
        _drill_passes,
    ),
)


def _copied(path: Path, copy: Path) -> Path:
    for name in (lambda one: one, keys.key_file, keys.second_key_file):
        shutil.copyfile(name(path), name(copy))
    return copy


def _verified(scene: Scene, path: Path, code: str = "") -> Verdict:
    with scene.open(path) as session:
        return session.trail.verify(code)


def _tampering(verdict: Verdict, entry: int) -> Found:
    """Whether it was found, and at the entry that it concerns."""
    if verdict.is_whole:
        return Found(_("not found"), passed=False)
    words = _("found, at entry {n} of the trail").format(n=verdict.sequence or _("unknown"))
    return Found(words, passed=verdict.sequence == entry)


def _refused(kind: type[AppError], attempt: Callable[[], object]) -> Found:
    try:
        attempt()
    except kind:
        return Found(_("refused"), passed=True)
    return Found(_("not refused"), passed=False)


def _count(held: list[bool], words: str) -> Found:
    text = _("{n} of {all} {words}").format(n=sum(held), all=len(held), words=words)
    return Found(text, passed=bool(held) and all(held))


def _save_patient(session: Session, patient: Patient) -> None:
    with session.write("validation"):
        session.patients.save(replace(patient, note="changed"))


def _change_answer(session: Session, scene: Scene) -> None:
    """Another answer to the first question, as a correction that passed the screen."""
    form = session.record(scene.patient_id).assessment(scene.visit_id, ALSFRS_R)
    slot = instruments.alsfrs_r().slots[0]
    if form is None:
        raise StorageError(_("The form that was entered is not in the file."))
    before = form.answers[slot]
    after = replace(before, value=1 if before.value != 1 else 2)
    with session.write("validation"):
        session.assessments.save_answer(scene.visit_id, ALSFRS_R, slot, after)


def _sign(session: Session, scene: Scene) -> None:
    shown = signing.look(session, session.record(scene.patient_id), scene.visit_id)
    signing.sign(session, shown, Meaning.REVIEWED, PASSWORD)


def _back_up(scene: Scene, path: Path) -> Path:
    """A verified backup of a closed file, in a folder of its own."""
    folder = path.with_suffix("")
    db = connect(path, scene.key)
    with closing(db.conn):
        begun = backup.begin(db, path, scene.key, folder, clock.now())
    return backup.finish(begun, scene.key).path
