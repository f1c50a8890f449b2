"""Attaching a file to a record of a form, and opening it: its bytes are in the clinic file and nowhere else."""

import base64
import binascii

from core import clock
from core.errors import AppError, StorageError
from core.imports.attached import Prepared
from core.model.attachment import Attachment, Media, Reference
from core.model.ids import PatientId
from core.model.user import Right
from core.session import Session
from core.words import N_, _

NOT_SAVED = N_("taken out before it was saved")
NEVER_SAVED = N_("attached, but never saved with a record")


def attach(session: Session, patient_id: PatientId, prepared: Prepared) -> Attachment:
    """Put a file into the clinic file: whole, or not at all. Raises StorageError, NotAllowed, Locked."""
    made = Attachment(
        patient_id=patient_id,
        name=prepared.name,
        media=prepared.media,
        size=len(prepared.content),
        sha256=prepared.sha256,
        taken_out=" ".join(prepared.taken_out),
        added_by=session.login,
        added_at=clock.now(),
    )
    with session.write():
        session.attachments.add(made, prepared.content)
    return made


def take_back(session: Session, reference: Reference) -> None:
    """Remove a file that was attached and not saved with a record yet."""
    with session.write(NOT_SAVED):
        session.attachments.let_go([reference.id])


def remove_unsaved(session: Session) -> None:
    """Remove what was attached once and that nothing names: after signing in, when nobody is entering anything yet."""
    if not session.may(Right.ENTER):
        return
    for one in session.attachments.unused():
        try:
            with session.write(NEVER_SAVED):
                session.attachments.remove(one.id)
        except AppError:
            continue  # of a patient who is locked: it stays until then


def content(session: Session, reference: Reference) -> tuple[bytes, Media | None]:
    """The bytes of an attached file, and what they are; None of one of before, which was never looked at.

    Raises StorageError where they are not in the file, or are not those that were attached.
    """
    if not reference.id:
        try:
            data = base64.b64decode(reference.data, validate=True)
        except binascii.Error as error:
            text = _("The attached file {name} is damaged. Take it from a backup.")
            raise StorageError(text.format(name=reference.name)) from error
        return data, media_of(data)
    found = session.attachments.one(reference.id)
    if found is None:
        text = _("The file {name} is not in the clinic file any more.")
        raise StorageError(text.format(name=reference.name))
    return session.attachments.content(found), found.media


def media_of(data: bytes) -> Media | None:
    """What bytes are that can be shown; None where they cannot."""
    from core.imports.attached import pdf, pictures

    known = ((pdf.is_pdf, Media.PDF), (pictures.is_jpeg, Media.JPEG), (pictures.is_png, Media.PNG))
    return next((media for is_one, media in known if is_one(data)), None)
