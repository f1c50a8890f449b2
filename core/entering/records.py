"""Saving, changing and removing records of forms that are data."""

from core.forms import catalog
from core.forms.definition import Form, Of
from core.model.form_record import FormRecord
from core.model.ids import PatientId
from core.model.record import PatientRecord
from core.session import Session

PLACE = "form"


def place_of(form: Form) -> str:
    """Where text typed into this form is kept until it is saved, under the id of the patient."""
    return f"{PLACE}.{form.id}"


def of_patient() -> tuple[Form, ...]:
    """The forms about patients, in the order in which they are shown."""
    return tuple(one for one in catalog.newest().values() if one.of is Of.PATIENT)


def moves_what_was_finished(
    record: PatientRecord, before: FormRecord | None, after: FormRecord | None
) -> bool:
    """Whether a change says something else of a visit that is finished: such a change needs its reason."""
    return any(record.told_otherwise(visit, before, after) for visit in record.finished_visits)


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


def _forget(session: Session, form: Form, patient_id: PatientId) -> None:
    place = place_of(form)
    session.typed.remove(place, patient_id, *session.typed.of(place, patient_id))
