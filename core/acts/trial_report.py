"""The trial report: what it is made of, and the folder that is made of it, whole or not at all."""

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from core import clock
from core.acts import all_patients
from core.acts.all_patients import Progress
from core.errors import AppError, FileExists, StorageError
from core.model.document import About, OfTrial, TrialAsked
from core.model.paper import PaperSize
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.trail import Act, TrailHead
from core.model.user import Clinic, Right
from core.protocols import catalog as protocols
from core.session import Session
from core.store import Database, as_of, audit, records
from core.store.patients import Patients
from core.words import N_, _, day

MANIFEST = "manifest.json"
CALLED = "trial report"  # in the trail: as the registry of documents calls it


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a folder holds: how many files, and the SHA-256 of its manifest."""

    folder: Path
    files: int
    manifest: str
    source: OfTrial


def source(db: Database, asked: TrialAsked, common: Mapping[str, Any], tell: Progress) -> OfTrial:
    """The records of a study as of an entry of the trail. Raises AppError where there is no such entry.

    ``common`` is what every source of a document has (the clinic's own settings are those of that entry); ``tell`` is told how many patients are read.
    """
    if asked.until is not None and asked.until > clock.today():
        raise AppError(
            _("{day} is still to come: data is cut today at the latest.").format(
                day=day(asked.until)
            )
        )
    head = _head(db, asked.entry)
    if asked.entry is not None and (then := as_of.clinic_as_of(db, asked.entry)) is not None:
        common = {**common, "clinic": then}
    patients = Patients(db).all()
    schedule = asked.schedule or _own_study(common["clinic"], patients)
    found = _records(db, patients, asked.entry, schedule, tell)
    return OfTrial(
        asked=replace(asked, schedule=schedule, until=asked.until or clock.today()),
        as_of=head,
        records=tuple(found),
        **common,
    )


def check_place(folder: Path) -> None:
    """Raises FileExists where the folder is there already, StorageError where none can be made."""
    if folder.exists():
        raise FileExists(_("There is already a {name}. Choose another name.").format(name=folder))
    if not folder.absolute().parent.is_dir():
        text = _("There is no folder {name}. Make it first.")
        raise StorageError(text.format(name=folder.absolute().parent))


def write(
    session: Session, folder: Path, asked: TrialAsked, size: PaperSize = PaperSize.A4
) -> Written:
    """Make the folder of a report, which must not be there yet; the trail says so before it is.

    Raises NotAllowed, FileExists, NoStudy, StorageError: nothing is left then.
    """
    from core import reports
    from core.acts import documents, trial_files  # which make every other document, too
    from core.reports.trial import Report

    check_place(folder)
    made_of = documents.source(session, reports.named("trial-report"), About(trial=asked), size)
    return put(session, folder, trial_files.files(Report(made_of)), made_of)


def put(session: Session, folder: Path, made: Mapping[str, bytes], made_of: OfTrial) -> Written:
    """Put files that any thread made (`trial_files.files`) in their folder: whole, or not at all.

    They are written beside it, put down in the trail, and put in place in one step. Raises as `write` does.
    """
    session.need(Right.COHORT)
    check_place(folder)
    digest = hashlib.sha256(made[MANIFEST]).hexdigest()
    counts = {**made_of.counts, "files": len(made)}
    details = {"document": CALLED, **made_of.said, **counts, "manifest": digest}
    try:
        aside = Path(tempfile.mkdtemp(prefix=".trial-report-", dir=folder.absolute().parent))
        try:
            _fill(aside / "report", made)
            session.record_act(Act.EXPORTED, details=details)
            _in_place(session, aside / "report", folder, details)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        text = _("The report cannot be written to {name}: {why}.")
        raise StorageError(text.format(name=folder, why=error.strerror)) from error
    return Written(folder=folder, files=len(made), manifest=digest, source=made_of)


def _fill(folder: Path, made: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _in_place(session: Session, made: Path, folder: Path, details: Mapping[str, Any]) -> None:
    """The trail says so where it could not be."""
    try:
        made.rename(folder)
    except OSError:
        with session.write(N_("cancelled: nothing was saved")):
            session.note(Act.EXPORTED, details={**details, "files": 0})
        raise


def _head(db: Database, entry: int | None) -> TrailHead | None:
    """Where the trail stood: at the entry, else at the last that changed anything."""
    if entry is None:
        return audit.head_at(db, audit.last_change(db))
    found = audit.head_at(db, entry)
    if found is None:
        raise AppError(_("The audit trail has no entry {n}.").format(n=entry))
    return found


def _records(
    db: Database, patients: list[Patient], entry: int | None, schedule: str, tell: Progress
) -> list[PatientRecord]:
    """Those who were on the schedule then; what was written since the last change changed none of them."""
    if entry is None:
        now = [one.id for one in patients if one.protocol == schedule]
        return all_patients.each(now, partial(records.load, db), tell)
    then = partial(as_of.record_as_of, db, sequence=entry)
    found = all_patients.each([one.id for one in patients], then, tell)
    return [one for one in found if one is not None and one.patient.protocol == schedule]


def _own_study(clinic: Clinic, patients: list[Patient]) -> str:
    """The clinic's schedule, where it is a study; else the study that has the most patients."""
    studies = {name for name, one in protocols.newest().items() if one.criteria}
    own = clinic.protocol
    if own in studies:
        return own
    counted = Counter(one.protocol for one in patients if one.protocol in studies)
    return counted.most_common(1)[0][0] if counted else own
