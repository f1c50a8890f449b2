"""The neurologist's conclusion of a visit: who may write it, when a reason is asked for, and saving it.

It may be added to a finished visit, which it does not reopen: nothing else of the visit changes. It is part of
what is signed: written before, it is signed with the visit; a visit that was signed is locked, and whoever unlocks it
and changes the conclusion voids the signature, as with every other value. The conclusion of another visit is no part
of a visit's summary, so that one that is written late voids no later signature.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from core import clock
from core.entering import typed_texts
from core.entering.visit.working_copy import PLACE
from core.entry import as_typed
from core.model import conclusion
from core.model.form_record import FormRecord, Item
from core.model.ids import VisitId
from core.model.record import PatientRecord
from core.model.user import Right
from core.session import Session


def typed(session: Session, visit_id: VisitId) -> tuple[str, datetime] | None:
    """What the person at the keyboard typed of it and did not save, and from when that is."""
    waiting = session.typed.waiting(PLACE, visit_id)
    since = (
        one.at for one in waiting if (one.author, one.field) == (session.login, conclusion.TYPED)
    )
    at = next(since, None)
    return None if at is None else (session.typed.of(PLACE, visit_id)[conclusion.TYPED], at)


def unsaved(record: PatientRecord, visit_id: VisitId, text: str) -> dict[str, str]:
    """What is kept of a text until it is saved, by the name under which its visit keeps it."""
    stored = conclusion.text_of(record.conclusion(visit_id))
    return {conclusion.TYPED: as_typed(text.strip(), stored)}


def keep(session: Session, visit_id: VisitId, kept: Mapping[str, str]) -> None:
    """Keep what ``unsaved`` says, for its author alone; with an empty text forget it."""
    typed_texts.keep(session, PLACE, visit_id, kept)


def may_write(session: Session, record: PatientRecord, visit_id: VisitId) -> bool:
    """Whether the person at the keyboard may write it: by their right, and as nothing of it is locked."""
    return session.may(Right.SIGN) and not record.locks_on(visit_id, conclusion.FORM)


def needs_reason(record: PatientRecord, visit_id: VisitId) -> bool:
    """Whether a change asks for a reason: of a finished visit that has a conclusion, or that was signed."""
    if record.visit(visit_id).is_draft:
        return False
    signed = any(one.visit_id == visit_id for one in record.signatures)
    return signed or record.conclusion(visit_id) is not None


def save(
    session: Session, record: PatientRecord, visit_id: VisitId, text: str, reason: str = ""
) -> None:
    """Save what was written, or take the conclusion out where it is empty; what was typed is forgotten with it.

    Raises NotAllowed, Locked, StorageError; ValueError without a reason where one is asked for.
    """
    session.need(Right.SIGN)
    before, text = record.conclusion(visit_id), text.strip()
    if text == conclusion.text_of(before):
        keep(session, visit_id, {conclusion.TYPED: ""})
        return
    if needs_reason(record, visit_id) and not reason.strip():
        raise ValueError("a conclusion that was written is not changed without a reason")
    with session.write(reason.strip()):
        if text:
            session.forms.save(_written(session, record, visit_id, before, text))
        elif before is not None:
            session.forms.remove(before.id)
        session.typed.remove(PLACE, visit_id, conclusion.TYPED)


def _written(
    session: Session,
    record: PatientRecord,
    visit_id: VisitId,
    before: FormRecord | None,
    text: str,
) -> FormRecord:
    """With who wrote it last, and when."""
    made = before or FormRecord(
        patient_id=record.patient.id,
        visit_id=visit_id,
        form=conclusion.FORM,
        version=conclusion.VERSION,
        entered_by=session.user.login,
        entered_at=clock.now(),
    )
    return replace(
        made,
        items={conclusion.FIELD: Item(value=text)},
        entered_by=session.user.login,
        entered_at=clock.now(),
    )
