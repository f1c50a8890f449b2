"""The parts of a record: the records of other forms that belong to it, entered and corrected below it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from core.entering import records
from core.forms import catalog, wording
from core.model.form_record import FormRecord
from core.model.ids import RecordId
from core.model.record import PatientRecord
from core.session import Session
from ui.widgets.basics import column, label
from ui.words import tr

if TYPE_CHECKING:
    from ui.forms.defined.records_grid import RecordsGrid
    from ui.forms.defined.records_view import RecordsView

WITHIN = "within"  # under which name it is kept to which record unsaved text of a part belongs


class RecordParts(QWidget):
    """Hidden where the form has no parts, or no record is chosen. Parts that are being typed stay in front."""

    def __init__(self, views: "Sequence[RecordsView | RecordsGrid]") -> None:
        super().__init__()
        self.views = tuple(views)
        self.parent_id: RecordId | None = None
        self.title = label("", "heading", wrap=True)
        self.held = label("", "question-note", wrap=True)
        self.setLayout(column(self.title, self.held, *self.views, spacing=10))
        self.hide()

    def show_parent(
        self, session: Session, record: PatientRecord, parent: FormRecord | None
    ) -> None:
        """Show the parts of a record."""
        held = self._held(session, record)
        shown = held or parent
        self.setVisible(shown is not None)
        if shown is None:
            return
        self.parent_id = shown.id
        form = catalog.find(shown.form, shown.version)
        line = shown.form if form is None else wording.line(form, shown)
        self.title.setText(tr("Belongs to: {what}").format(what=line))
        away = held is not None and parent is not None and held.id != parent.id
        self.held.setText(tr("Save what you are typing here, or clear it, to see the others."))
        self.held.setVisible(away)
        for view in self.views:
            view.show_record(record, shown.id)

    def _held(self, session: Session, record: PatientRecord) -> FormRecord | None:
        """The record whose parts are being typed, or were kept unsaved; None where there is none."""
        for view in self.views:
            if view.patient_id == record.patient.id:
                name = view.texts.get(WITHIN, "")
            else:
                name = session.typed.of(records.place_of(view.form), record.patient.id).get(
                    WITHIN, ""
                )
            found = record.form_record(RecordId(name)) if name else None
            if found is not None:
                return found
        return None
