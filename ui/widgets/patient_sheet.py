"""The way to the patient's sheet of a visit, from wherever it is offered."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from core.model.document import About
from core.model.visit import Visit
from ui.context import AppContext
from ui.words import tr


def offer(act: QPushButton | QAction, why_none: str) -> None:
    """Let it be pressed, or say why there is no sheet."""
    act.setEnabled(not why_none)
    act.setToolTip(why_none or tr("One page in plain words for the patient and the family"))


def open_of(context: AppContext, visit: Visit) -> None:
    """Open the sheet of a visit."""
    about = About(patient_id=visit.patient_id, visit_id=visit.id)
    context.open_document.emit("patient-sheet", about)
