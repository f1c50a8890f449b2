"""Asks, before a patient is saved, whether it is one whom the clinic has already."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from core.findings.duplicates import Alike
from core.model.ids import PatientId
from ui.widgets.basics import button, clear, column, label, row
from ui.words import tr

MOST = 3  # patients who are named; more would push the form out of sight


class SamePersonBar(QFrame):
    """``opened`` names the patient to look at; ``another`` says that it is somebody else, to be saved."""

    opened = Signal(str)
    another = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self._people = column(spacing=4)
        self.save = button(tr("Another person: save"), self._save)
        self.back = button(tr("Back to the form"), self.hide)
        layout = column(
            label(tr("Is this a patient whom the clinic has already?")),
            self._people,
            row(self.save, self.back, None),
        )
        layout.setContentsMargins(12, 8, 8, 8)
        self.setLayout(layout)
        self.hide()

    def ask(self, found: Sequence[Alike]) -> None:
        """Name who it may be; the keyboard goes to the first of them."""
        clear(self._people)
        for one in found[:MOST]:
            self._people.addLayout(self._person(one))
        if len(found) > MOST:
            more = tr("and {n} more").format(n=len(found) - MOST)
            self._people.addWidget(label(more, "muted"))
        self.show()
        self.save.setFocus()

    def _person(self, one: Alike) -> QHBoxLayout:
        words = label(one.why, wrap=True)
        number = one.patient.record_number
        look = button(tr("Look at {number}").format(number=number), link=True)
        look.clicked.connect(partial(self._open, one.patient.id))
        line = row(words, look)
        line.setStretch(0, 1)
        return line

    def _open(self, patient_id: PatientId, _checked: bool = False) -> None:
        self.opened.emit(patient_id)

    def _save(self) -> None:
        self.hide()
        self.another.emit()
