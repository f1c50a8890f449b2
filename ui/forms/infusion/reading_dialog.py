"""What is said of one reading of a monitoring: when it was really taken, and a note."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QWidget

from core.entry import Problem
from core.views.monitoring import Time
from ui.widgets.ask import AskDialog
from ui.widgets.basics import column
from ui.widgets.fields import TextField
from ui.words import tr


class ReadingDialog(AskDialog):
    """Stays until the time is one, or is empty: then it was taken at the planned time."""

    def __init__(
        self, parent: QWidget, time: Time, read: Callable[[str], datetime | Problem]
    ) -> None:
        self.taken = TextField(tr("Taken at, as 10:34 (empty: at the planned time)"))
        self.taken.set_text("" if time.at is None else time.clock)
        self.note = TextField(tr("Note"))
        self.note.set_text(time.note)
        self._read = read
        fields = QWidget()
        fields.setLayout(column(self.taken, self.note, spacing=12))
        fields.setFocusProxy(self.note.line)
        title = tr("Reading at {time}").format(time=time.title)
        question = tr("When was it taken, and what is to be noted?")
        if time.planned is not None:
            planned = f"{time.planned.astimezone():%H:%M}"
            question = tr("It was planned for {clock}.").format(clock=planned)
        super().__init__(parent, title, question, fields)

    @property
    def at(self) -> datetime | Problem | None:
        """When it was taken; None where it is empty."""
        return self._read(self.taken.text) if self.taken.text.strip() else None

    def agree(self) -> None:
        if isinstance(at := self.at, Problem):
            self.taken.show_problem(at)
            self.taken.setFocus()
            self.fit()
        else:
            self.accept()
