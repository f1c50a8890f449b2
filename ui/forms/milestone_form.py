"""Recording a milestone: NIV, gastrostomy, tracheostomy, withdrawal, death."""

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from core.entering import event_entry
from core.entry import Problem
from core.labels import MILESTONES
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.ids import PatientId
from core.model.partial_date import PartialDate
from ui.widgets.basics import Combo, button, column, label, row
from ui.widgets.fields import TextField
from ui.words import tr


class MilestoneForm(QWidget):
    """``entered`` carries the milestone."""

    entered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._patient_id = PatientId("")
        self._latest = date.min
        self._born: date | None = None
        self.kind = Combo()
        self.kind.setAccessibleName(tr("Milestone"))
        for kind, text in MILESTONES.items():
            self.kind.addItem(text, kind)
        self.when = TextField(tr("When? (2012, 2012-09 or 2012-09-15)"), self._read_when, width=170)
        self.note = TextField(tr("Note (optional)"))
        add = button(tr("Record milestone"), self.enter, primary=True)
        holder = QWidget()
        holder.setLayout(column(label(tr("Milestone"), "muted"), self.kind, spacing=4))
        line = row(holder, self.when, self.note, spacing=18, top=True)
        line.setStretch(2, 1)
        layout = column(line, row(None, add))
        self.setLayout(layout)

    def begin(
        self,
        patient_id: PatientId,
        latest: date,
        texts: Mapping[str, str],
        *,
        born: date | None = None,
    ) -> None:
        """Show what was typed before.

        ``latest`` is the last day it can have happened, ``born`` the first, where it is known.
        """
        self._patient_id, self._latest, self._born = patient_id, latest, born
        self.when.set_text(texts.get("when", ""))
        self.when.read()
        self.note.set_text(texts.get("note", ""))
        if "kind" in texts:
            self.kind.setCurrentIndex(self.kind.findData(texts["kind"]))

    @property
    def texts(self) -> dict[str, str]:
        """What is typed; the kind, which stands there anyhow, only beside it."""
        when, note = self.when.text.strip(), self.note.text.strip()
        kind = str(self.kind.currentData()) if when or note else ""
        return {"kind": kind, "when": when, "note": note}

    @property
    def lines(self) -> tuple[QLineEdit, ...]:
        """The fields that are typed into."""
        return (self.when.line, self.note.line)

    def enter(self) -> None:
        """Carry the milestone out; without a date say that one is missing."""
        when = self.when.read()
        if isinstance(when, PartialDate):
            self.entered.emit(
                Milestone(
                    patient_id=self._patient_id,
                    kind=MilestoneKind(self.kind.currentData()),
                    happened_on=when,
                    note=self.note.text.strip(),
                )
            )
            return
        if when is None:
            self.when.show_problem(Problem(tr("Enter the date, as precisely as it is known.")))
        self.when.setFocus()

    def _read_when(self, text: str) -> PartialDate | Problem | None:
        return event_entry.read_when(text, self._latest, self._born)
