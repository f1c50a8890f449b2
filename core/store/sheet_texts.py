"""Texts of patients' sheets that a clinician wrote."""

from core.model.ids import VisitId
from core.model.sheet_text import SheetText
from core.store.store import Store


class SheetTexts(Store[SheetText]):
    """One for each field of the sheet of a visit that does not have the program's words."""

    TABLE = "sheet_text"
    ORDER = "edited_at, field"

    def remove(self, visit_id: VisitId, field: str) -> None:
        """Back to the program's words."""
        self._remove(visit_id, field)
