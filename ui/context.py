"""What every page is given: the open file, the way to other pages, and work off the UI thread."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from core.errors import AppError
from core.session import Session
from ui.settings import Settings
from ui.tasks import Tasks


class AppContext(QObject):
    """Signals say what happened or what a person asked for; the main window answers them."""

    changed = Signal(object)  # core.session.Changes
    saved = Signal()
    refused = Signal(str)  # a save failed; the sentence that says why
    show_page = Signal(str)
    open_chart = Signal(str)  # PatientId
    open_visit = Signal(str, str)  # PatientId, VisitId
    open_summary = Signal(str, str)  # PatientId, VisitId
    edit_patient = Signal(object)  # PatientId, or None for a new one

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session = session
        self.settings = settings
        self.tasks = Tasks(self)
        self.failures = 0  # how many saves the file has refused
        session.on_change(self._on_change)

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Round a save that a person asked for: what the file refuses is told to them in one sentence."""
        try:
            yield
        except AppError as error:
            self.failures += 1
            self.refused.emit(str(error))

    def close(self) -> None:
        self.tasks.close()
        self.session.close()

    def _on_change(self, changes: object) -> None:
        self.saved.emit()
        self.changed.emit(changes)
