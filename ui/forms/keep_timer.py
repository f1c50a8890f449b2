"""When what is being typed is kept: at least once a second, however steadily somebody types."""

from PySide6.QtCore import QObject, Qt, QTimer

KEEP_AFTER_MS = 800  # after the first key that is not kept yet


class KeepTimer(QTimer):
    """Runs out ``KEEP_AFTER_MS`` after the first key since it last did; the keys that follow do not put it off."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self.setInterval(KEEP_AFTER_MS)
        self.setTimerType(Qt.TimerType.PreciseTimer)

    def start(self, *_typed: object) -> None:
        """Something was typed; what a signal says of it does not matter here."""
        if not self.isActive():
            super().start()
