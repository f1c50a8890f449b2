"""The patients at a glance: their records are read a few at a time while nothing else is to be done."""

from collections.abc import Sequence
from datetime import date
from gettext import NullTranslations
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from core import clock
from core.errors import AppError
from core.model.ids import PatientId
from core.session import Changes, Session
from core.views.glance import Glance, glance
from core.words import language

SLICE_S, PAUSE_MS = 0.004, 4  # half of the time stays free for the keyboard
_Key = tuple[int, date, int, NullTranslations]
_OF_EVERYBODY = frozenset({"clinic", "threshold", "definition"})  # what every glance depends on


class Glances(QObject):
    """What was found stays until the same patient is looked at again; whom nothing was written of is not read again.

    Somebody asks for patients in the order in which they matter (``look``); nothing is read while no asker can be seen.
    """

    found = Signal(object)  # the PatientIds of whom something else is known now
    done = Signal()  # everybody who was asked for was looked at

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known: dict[PatientId, tuple[_Key, Glance | AppError]] = {}
        self._rules = 0  # counts the changes of what every glance depends on
        self._asked: dict[QWidget, list[PatientId]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._go_on)
        session.on_change(self._on_change)

    def close(self) -> None:
        self._timer.stop()
        self._session.off_change(self._on_change)

    def of(self, patient_id: PatientId) -> Glance | None:
        """What is known of a patient; None where nobody looked yet, or the record cannot be read."""
        known = self._known.get(patient_id)
        return known[1] if known is not None and isinstance(known[1], Glance) else None

    def problem(self, patient_id: PatientId) -> str:
        """Why a patient's record cannot be read, in a sentence."""
        known = self._known.get(patient_id)
        return str(known[1]) if known is not None and isinstance(known[1], AppError) else ""

    def is_waiting(self, asker: QWidget) -> bool:
        return bool(self._asked.get(asker))

    def look(self, asker: QWidget, patients: Sequence[PatientId]) -> None:
        """Look at these patients for ``asker``, in this order."""
        if asker not in self._asked:
            asker.destroyed.connect(lambda: self._asked.pop(asker, None))
        self._asked[asker] = list(patients)
        self.go_on()

    def go_on(self) -> None:
        """Call it when an asker can be seen again."""
        self._timer.start()

    def _go_on(self) -> None:
        started = perf_counter()
        waiting = next((ids for one, ids in self._asked.items() if ids and one.isVisible()), None)
        if waiting is None:
            self._timer.stop()
            return
        other = []
        while waiting and perf_counter() - started < SLICE_S:
            patient_id = waiting.pop(0)
            if self._look_at(patient_id):
                other.append(patient_id)
        if other:
            self.found.emit(tuple(other))
        if not waiting:
            self.done.emit()

    def _look_at(self, patient_id: PatientId) -> bool:
        """Whether something else is known now."""
        known, before = self._known.get(patient_id), self.problem(patient_id)
        try:
            key = self._key(self._session.trail.last_of(patient_id))
            if known is not None and known[0] == key:
                return False
            seen: Glance | AppError = glance(self._session.record(patient_id), clock.today())
        except AppError as error:  # one patient's record is no reason to be silent about the others
            key, seen = self._key(-1), error
        self._known[patient_id] = (key, seen)
        same = known is not None and (known[1] == seen or before == str(seen))
        return not same

    def _key(self, position: int) -> _Key:
        """What a glance holds for: it is made again when any of it is another."""
        return position, clock.today(), self._rules, language()

    def _on_change(self, changes: Changes) -> None:
        if changes.entities & _OF_EVERYBODY:
            self._rules += 1
