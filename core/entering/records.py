"""Saving, changing and removing records of forms that are data."""

from collections.abc import Mapping
from dataclasses import replace

from core.forms import catalog
from core.forms.definition import Form, Of
from core.model.form_record import FormRecord, Item, RecordCheck, Since
from core.model.ids import PatientId, VisitId
from core.model.record import PatientRecord
from core.session import Session

NEW = "new"  # the subject of text for a record that is not in the file yet
PLACE = "form"


def place_of(form: Form) -> str:
    """Where text typed into this form is kept until it is saved, under the id of the patient."""
    return f"{PLACE}.{form.id}"


def of_patient() -> tuple[Form, ...]:
    """The forms about patients, in the order in which they are shown."""
    return tuple(one for one in catalog.newest().values() if one.of is Of.PATIENT)


def asked_at_visits() -> tuple[Form, ...]:
    return tuple(one for one in of_patient() if one.ask)


def moves_what_was_finished(
    record: PatientRecord, before: FormRecord | None, after: FormRecord | None
) -> bool:
    """Whether a change says something else of a visit that is finished: such a change needs its reason."""
    for visit in record.finished_visits:
        sides = (replace(record, forms=() if one is None else (one,)) for one in (before, after))
        was, now = (side.known_at(visit).forms for side in sides)
        if was != now:
            return True
    return False


def save(session: Session, form: Form, record: FormRecord, reason: str = "") -> None:
    """Save a record, and forget what was typed of it. Raises StorageError, NotAllowed, Locked."""
    with session.write(reason):
        session.forms.save(record)
        _forget(session, form, record.patient_id)


def change(session: Session, form: Form, before: FormRecord, after: FormRecord) -> None:
    """End a record where another follows it, both in one transaction."""
    with session.write():
        session.forms.save(before)
        session.forms.save(after)
        _forget(session, form, after.patient_id)


def remove(session: Session, record: FormRecord, reason: str) -> None:
    """Take out what was entered by mistake; the trail keeps it."""
    with session.write(reason):
        session.forms.remove(record.id)


def check(
    session: Session, visit_id: VisitId, form: str, answer: Since | None, record_id: str = ""
) -> None:
    """What was said at a visit about a record, or whether there is another; None takes it back."""
    with session.write():
        if answer is None:
            session.checks.remove(visit_id, form, record_id)
        else:
            session.checks.save(
                RecordCheck(visit_id=visit_id, form=form, record_id=record_id, answer=answer)
            )


def _forget(session: Session, form: Form, patient_id: PatientId) -> None:
    place = place_of(form)
    session.typed.remove(place, patient_id, *session.typed.of(place, patient_id))


def items(values: Mapping[str, str | int | float]) -> dict[str, Item]:
    """Plain values as items: for what the program itself writes."""
    return {name: Item(value=value) for name, value in values.items()}
