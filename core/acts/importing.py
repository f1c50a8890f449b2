"""Saving the patients of an import, all or none."""

from core.errors import UnreadableImport
from core.imports.patients_csv import Preview
from core.session import Session
from core.words import N_, _, plural, untranslated


def import_patients(
    session: Session, preview: Preview, reason: str = N_("import of patients from CSV")
) -> int:
    """Save every patient of a preview that is ready, or none at all; answers how many they are.

    The trail names no file: its name may hold a patient's. Raises UnreadableImport.
    """
    if not preview.ready:
        raise ValueError("a preview with problems or open questions is not for saving")
    taken = {number.casefold() for number in session.patients.record_numbers()}
    if any(row.record_number.casefold() in taken for row in preview.rows):
        raise UnreadableImport(
            _("Some of these patients were added meanwhile. Read the CSV again.")
        )
    if preview.questions:
        with untranslated():  # it is stored
            confirmed = plural(
                len(preview.questions),
                "1 improbable value confirmed as right",
                "{n} improbable values confirmed as right",
            )
        reason += f"; {confirmed}"
    with session.write(reason):
        for row in preview.rows:
            if row.patient is not None:  # a ready preview has one in every row
                session.patients.save(row.patient)
            for result in row.external:
                session.external.save(result)
    return len(preview.rows)
