"""What a clinician writes on a patient's sheet: kept with its visit, and no part of what was signed."""

from collections.abc import Mapping
from datetime import datetime

from core import clock
from core.entering.typed_texts import SHEET
from core.entry import as_shown, as_typed
from core.model.ids import PatientId, VisitId
from core.model.record import PatientRecord
from core.model.sheet_text import SheetText
from core.model.signature import Lock, LockLevel
from core.model.user import Right
from core.session import Session
from core.views.sheet.build import written
from core.views.sheet.sentences import program_words
from core.words import N_

PLACE = SHEET  # of what is typed and not saved, under the patient's id: a visit that is locked would hold it


def program(session: Session, record: PatientRecord, visit_id: VisitId) -> dict[str, str]:
    """The program's words of every field of the sheet of a visit."""
    visit = record.visit(visit_id)
    return program_words(record, visit, session.clinic, session.users.names())


def held(record: PatientRecord) -> tuple[Lock, ...]:
    """The locks that hold the sheet: a signed visit is locked, and its sheet is not."""
    wide = {LockLevel.DATABASE, LockLevel.PATIENT}
    return tuple(one for one in record.locks_on() if one.level in wide)


def may_write(session: Session, record: PatientRecord) -> bool:
    return session.may(Right.ENTER) and not held(record)


def save(
    session: Session, record: PatientRecord, visit_id: VisitId, texts: Mapping[str, str]
) -> None:
    """Save texts by field; one that is the program's words again is no longer kept.

    What was typed of them is forgotten with it. Raises NotAllowed, Locked, StorageError.
    """
    words, kept = program(session, record, visit_id), written(record, visit_id)
    changed = {
        name: text.strip()
        for name, text in texts.items()
        if text.strip() != (kept[name].text if name in kept else words[name])
    }
    patient_id = record.patient.id
    with session.write(N_("patient sheet")):
        for name, text in changed.items():
            if text == words[name]:
                session.sheet_texts.remove(visit_id, name)
                continue
            session.sheet_texts.save(
                SheetText(
                    patient_id=patient_id,
                    visit_id=visit_id,
                    field=name,
                    text=text,
                    instead_of=words[name],
                    edited_by=session.login,
                    edited_at=clock.now(),
                )
            )
        session.typed.remove(PLACE, patient_id, *(_key(visit_id, name) for name in texts))


def put_back(session: Session, record: PatientRecord, visit_id: VisitId, name: str) -> None:
    """Back to the program's words. Raises NotAllowed, Locked, StorageError."""
    save(session, record, visit_id, {name: program(session, record, visit_id)[name]})


def unsaved(
    shown: Mapping[str, str], typed: Mapping[str, str], visit_id: VisitId
) -> dict[str, str]:
    """What is kept of texts that are ``typed`` over those ``shown``, by the names under which they are kept."""
    return {
        _key(visit_id, name): as_typed(typed[name], text) if name in typed else ""
        for name, text in shown.items()
    }


def typed(session: Session, patient_id: PatientId, visit_id: VisitId) -> dict[str, str]:
    """What the person at the keyboard typed on the sheet of a visit and did not save, by field."""
    found = session.typed.of(PLACE, patient_id)
    before = _key(visit_id, "")
    return {
        key.removeprefix(before): as_shown(text)
        for key, text in found.items()
        if key.startswith(before)
    }


def typed_since(session: Session, patient_id: PatientId, visit_id: VisitId) -> datetime | None:
    """From when the oldest of these texts is."""
    mine = (
        one.at
        for one in session.typed.waiting(PLACE, patient_id)
        if one.author == session.login and one.field.startswith(_key(visit_id, ""))
    )
    return min(mine, default=None)


def _key(visit_id: VisitId, name: str) -> str:
    return f"{visit_id}/{name}"
