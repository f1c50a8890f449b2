"""Starting the window."""

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ui import errors, theme
from ui.main_window import MainWindow
from ui.settings import Settings


def application() -> QApplication:
    """The one QApplication, named so that settings find their place."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("ALS Follow-up")
    return app


def run(*, demonstration: bool, file: Path | None = None) -> int:
    """Open the window and stay until it is closed. Returns the exit code."""
    app = application()
    errors.install()
    errors.leave_no_traces()
    settings = Settings()
    app.setProperty("text_size", settings.text_size)  # first: making the style takes its time
    theme.start(app, settings.appearance)
    window = MainWindow(settings)
    if file is not None:
        window.welcome.open_named(file)
    if demonstration:
        window.open_demonstration()
    window.show_on_screen()
    if not demonstration:
        window.welcome.focus_first()
        window.preload()
    _close_on_signals(window)
    return app.exec()


def _close_on_signals(window: MainWindow) -> None:
    """Ctrl+C and a polite kill close the window, so that the file is closed and the demonstration removed."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: window.close_unasked())
    # Python sees a signal only when it runs: let it, twice a second.
    timer = QTimer(window)
    timer.timeout.connect(lambda: None)
    timer.start(500)
