"""After wrong passwords: the button that tries again waits, and says for how long."""

from math import ceil
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton

from ui.words import tr

TICK_MS = 250


class Countdown(QTimer):
    """Keeps a button disabled while no password is taken for a clinic file."""

    def __init__(self, button: QPushButton) -> None:
        super().__init__(button)
        self._button = button
        self._text = button.text()
        self._path: Path | None = None
        self.setInterval(TICK_MS)
        self.timeout.connect(self._look)

    def watch(self, path: Path) -> None:
        """Wait for as long as the file's failed attempts ask for; at once if there are none."""
        self._path = path
        self._look()

    def _look(self) -> None:
        from core import clock
        from core.errors import StorageError
        from core.store.attempts import Attempts

        try:
            seconds = Attempts.of(self._path).wait_s(clock.now()) if self._path else 0.0
        except StorageError:
            seconds = 0.0  # the next try says what is wrong with the folder
        left = ceil(seconds)
        if left == 0:
            self.stop()
            self._button.setText(self._text)
        else:
            self.start()
            text = tr("Wait {n} s") if left <= 60 else tr("Wait {minutes}:{seconds:02} min")
            minutes, seconds = divmod(left, 60)
            self._button.setText(text.format(n=left, minutes=minutes, seconds=seconds))
        self._button.setEnabled(left == 0)
