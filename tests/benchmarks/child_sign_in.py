"""The program as it starts, until its sign-in window is painted."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import main  # noqa: F401  what the command line loads, before Qt as there

# isort: split
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from ui import app
from ui.main_window import MainWindow


class Watcher(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, MainWindow):
            print("painted", flush=True)
            QApplication.quit()
        return False


qt = app.application()
watcher = Watcher()
qt.installEventFilter(watcher)
app.run(demonstration=False, file=Path(sys.argv[1]))
