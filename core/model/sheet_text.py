"""What a clinician wrote instead of the program's words on a patient's sheet; see `core.views.sheet`."""

import datetime
from dataclasses import dataclass

from core.model.ids import PatientId, VisitId


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetText:
    """The text of one field of the sheet of one visit; empty where the field was emptied on purpose.

    ``instead_of`` are the program's words that it replaced: where the program says something else by now, the
    record was changed since.
    """

    patient_id: PatientId
    visit_id: VisitId
    field: str
    text: str
    instead_of: str
    edited_by: str
    edited_at: datetime.datetime
