"""Whether a visit is transcribed from a paper form, of which day, and who filled it in."""

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from core.entering import visit_entry
from core.entry import Problem
from ui.widgets.basics import row
from ui.widgets.fields import TextField
from ui.words import tr


class PaperField(QWidget):
    """A box to tick, and below it what is known of the paper."""

    committed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.ticked = QCheckBox(tr("Entered from a paper form"))
        self.on = TextField(
            tr("Day on the paper form"),
            visit_entry.read_paper_day,
            placeholder="2026-11-21",
            width=160,
        )
        self.by = TextField(tr("Filled in by"), width=240)
        self._paper = QWidget()
        self._paper.setLayout(row(self.on, self.by, None, spacing=18, top=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.ticked)
        layout.addWidget(self._paper)
        self.setFocusProxy(self.ticked)
        self._paper.hide()
        self.ticked.toggled.connect(self._paper.setVisible)
        self.ticked.clicked.connect(self._on_clicked)
        self.on.committed.connect(self.committed)
        self.by.committed.connect(self.committed)

    def show_paper(self, *, ticked: bool, on: str, by: str) -> None:
        self.ticked.setChecked(ticked)
        self.on.set_text(on)
        self.on.read()
        self.by.set_text(by)

    def read(self) -> date | Problem | None:
        """The day on the paper; None where nothing is ticked, or no day was entered yet."""
        if not self.ticked.isChecked():
            return None
        value: date | Problem | None = self.on.read()
        return value

    @property
    def lacks_day(self) -> bool:
        """Whether it is ticked that there was a paper, but not of which day."""
        return self.ticked.isChecked() and not self.on.text.strip()

    def _on_clicked(self, ticked: bool) -> None:
        if ticked:
            self.on.setFocus()
        self.committed.emit()
