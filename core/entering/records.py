"""Saving, changing and removing records of forms that are data."""

from collections.abc import Collection
from datetime import date

from core.entering.record_entry import RecordEntry
from core.entry import Problem
from core.forms import catalog, wording
from core.forms.definition import Form, Of
from core.forms.reading import Limits
from core.model.form_record import FormRecord
from core.model.ids import PatientId
from core.model.record import PatientRecord
from core.session import Session
from core.words import _

PLACE = "form"


def place_of(form: Form) -> str:
    """Where text typed into this form is kept until it is saved, under the id of the patient."""
    return f"{PLACE}.{form.id}"


def of_patient() -> tuple[Form, ...]:
    """The forms about patients, in the order in which they are shown; parts of another are shown with that one."""
    return tuple(
        one
        for one in catalog.newest().values()
        if one.of is Of.PATIENT and not one.within and not one.own_page
    )


def referred(record: PatientRecord, form: Form) -> dict[str, dict[str, str]]:
    """The records of a patient that fields of this form can name: by form and id, each in one line."""
    named = {one.form for one in form.fields if one.form}
    return {
        name: {one.id: wording.line(known, one) for one in record.of_form(name)}
        for name, known in catalog.newest().items()
        if name in named
    }


def moves_what_was_finished(
    record: PatientRecord, before: FormRecord | None, after: FormRecord | None
) -> bool:
    """Whether a change says something else of a visit that is finished: such a change needs its reason."""
    return any(record.told_otherwise(visit, before, after) for visit in record.finished_visits)


def ended_by(before: FormRecord, after: FormRecord) -> FormRecord | Problem:
    """A record that ends where another begins; or why it cannot have ended then."""
    form = catalog.find(before.form, before.version)
    if form is None or form.course is None:
        return Problem(
            _("This program does not have the form of what is changed. Enter a new one instead.")
        )
    limits = Limits(latest=date.max)
    entry = RecordEntry(form, before.patient_id, before.entered_by, limits, record=before)
    entry.end(str(after.began))
    for name in form.course.ended_with:
        if not entry.texts.get(name):
            entry.type(name, _("changed"))
    wrong = [found.problem for found in entry.judge().found if not found.asks]
    if wrong:
        return wrong[0]
    return entry.record or Problem(
        _("What is changed has a question that needs a reason. Correct it first.")
    )


def save(
    session: Session,
    form: Form,
    record: FormRecord,
    reason: str = "",
    typed: Collection[str] | None = None,
) -> None:
    """Save a record, and forget what was typed of it. Raises StorageError, NotAllowed, Locked.

    ``typed`` are the names of its texts, where other records of the form are being typed, too.
    """
    with session.write(reason):
        session.forms.save(record)
        _forget(session, form, record.patient_id, typed)


def change(
    session: Session, form: Form, before: FormRecord, after: FormRecord, reason: str = ""
) -> None:
    """End a record where another follows it, both in one transaction."""
    with session.write(reason):
        session.forms.save(before)
        session.forms.save(after)
        _forget(session, form, after.patient_id)


def remove(session: Session, record: FormRecord, reason: str) -> None:
    """Take out what was entered by mistake; the trail keeps it."""
    with session.write(reason):
        session.forms.remove(record.id)


def _forget(
    session: Session, form: Form, patient_id: PatientId, names: Collection[str] | None = None
) -> None:
    place = place_of(form)
    known = session.typed.of(place, patient_id)
    session.typed.remove(place, patient_id, *(n for n in known if names is None or n in names))
