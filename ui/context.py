"""What every page is given: the open file, the way to other pages, and work off the UI thread."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.acts import trail_memory
from core.acts.signing_round import SigningRound
from core.errors import AppError
from core.model.ids import PatientId
from core.model.trail import CHANGES_NOTHING, Act
from core.session import Changes, Session
from ui.backing_up import BackingUp
from ui.glances import Glances
from ui.settings import Settings
from ui.tasks import Tasks


class AppContext(QObject):
    """Signals say what happened or what a person asked for; the main window answers them."""

    changed = Signal(object)  # core.session.Changes
    saved = Signal()
    refused = Signal(str)  # a save failed; the sentence that says why
    told = Signal(str)  # what a person should know, though nothing that they did failed
    writing = Signal(object, object)  # path of a file that is being made, and what gives it up
    reading = Signal(int, int)  # patients that were read for the file being made, of how many
    # path of a file that was saved for the person, to be told where, and how much is in it in words
    written = Signal(object, str)
    cancelled = Signal(object)  # path of a file that the person gave up
    not_written = Signal()  # it could not be saved, and the person was told
    show_page = Signal(str)
    open_chart = Signal(str)  # PatientId
    open_visit = Signal(str, str)  # PatientId, VisitId
    open_field = Signal(str, str, str, str)  # PatientId, VisitId, step and field of a visit
    # PatientId, EventId or "" for a new one, VisitId that it is opened from or ""
    open_event = Signal(str, str, str)
    open_record = Signal(str, str, str)  # PatientId, id of a form, "record" or "record.field"
    open_report = Signal(str, str)  # PatientId, EventId of a serious event
    open_document = Signal(str, object)  # id of a document, core.model.document.About
    open_attached = Signal(str, str)  # PatientId, value of a field that names an attached file
    open_past_chart = Signal(str, int, object)  # PatientId, entry of the trail, datetime
    edit_schedule = Signal(str)  # id of a schedule
    edit_patient = Signal(object)  # PatientId, or None for a new one
    put_back = Signal(object, str)  # path of a backup to put in the place of this file, and why
    text_size_chosen = Signal(int)  # per cent
    open_file = Signal(object)  # path of another clinic file to sign in to

    def __init__(
        self, session: Session, settings: Settings, backing_up: BackingUp | None = None
    ) -> None:
        super().__init__()
        self.session = session
        self.settings = settings
        self.backing_up = backing_up or BackingUp(settings, lambda: 0.0)
        self.tasks = Tasks(self)
        self.glances = Glances(session, self)
        self.signing = SigningRound()
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

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Round an act for which nothing was typed or chosen: a refusal is told, and no entry is called unsaved."""
        try:
            yield
        except AppError as error:
            self.failures += 1
            self.told.emit(str(error))

    def write_down(
        self, act: Act, *, patient_id: PatientId | None = None, details: Mapping[str, Any]
    ) -> bool:
        """Before something is shown or leaves the file; False where it could not, and must not happen."""
        before = self.failures
        with self.saving():
            self.session.record_act(act, patient_id=patient_id, details=details)
        return self.failures == before

    def remember_trail(self) -> None:
        """This workstation has seen the file as it is now."""
        self.settings.set_seen(self.session.fingerprint, trail_memory.remembered(self.session))

    def retire(self) -> None:
        """Nothing listens to this any more: another context has taken the session over."""
        self.tasks.close()
        self.glances.close()
        self.session.off_change(self._on_change)

    def hand_over(self, other: "AppContext") -> None:
        """What becomes of files that were just being made is told by the one that has taken the session over."""
        self.written.connect(other.written)
        self.cancelled.connect(other.cancelled)
        self.not_written.connect(other.not_written)
        self.told.connect(other.told)

    def close(self) -> None:
        self.tasks.close()
        self.glances.close()
        if not self.session.is_open:
            return
        with suppress(AppError):  # the disk may be gone
            seen = self.settings.seen(self.session.fingerprint)
            if trail_memory.contradiction(self.session, seen) is None:
                self.remember_trail()
        self.session.close()

    def _on_change(self, changes: Changes) -> None:
        if changes.entities - CHANGES_NOTHING:  # looking and backing up take back no refused entry
            self.saved.emit()
        self.changed.emit(changes)
