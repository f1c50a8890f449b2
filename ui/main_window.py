"""The window: the welcome page, or the shell round an open clinic file."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from ui.pages.welcome_page import WelcomePage
from ui.settings import Settings
from ui.words import tr

if TYPE_CHECKING:
    from core.session import Session
    from ui.shell import Shell


class MainWindow(QMainWindow):
    """Its title never names a patient or a file."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.setWindowTitle("ALS Follow-up")
        self._settings = settings
        self._throw_away: Path | None = None
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self.welcome = WelcomePage(settings)
        self.welcome.opened.connect(self.open_session)
        self.welcome.demonstration.connect(self.open_demonstration)
        self._stack.addWidget(self.welcome)
        self.shell: Shell | None = None

    def open_demonstration(self) -> None:
        """Demonstration data in a file that is thrown away on closing."""
        import shutil
        import tempfile

        from core import clock, demonstration

        folder = Path(tempfile.mkdtemp(prefix="als-follow-up-demo-"))
        try:
            session = demonstration.create(folder / "demo.als", clock.today())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.open_session(session)
        self._throw_away = folder

    def open_session(self, session: "Session") -> None:
        from ui.context import AppContext
        from ui.shell import Shell

        self.close_session()
        self.shell = Shell(AppContext(session, self._settings))
        self.shell.signed_out.connect(self.sign_out)
        self._stack.addWidget(self.shell)
        self._stack.setCurrentWidget(self.shell)
        if self.shell.current is not None:
            self.shell.current.focus_first()

    def sign_out(self) -> None:
        """Close the file; drafts are kept in it."""
        if not self._may_close():
            return
        self.close_session()
        last = self._settings.last_file
        if last is not None and last.exists():
            self.welcome.ask_sign_in(last)
        else:
            self.welcome.show_start()

    def close_session(self) -> None:
        if self.shell is None:
            return
        self.shell.leave()
        # The field with the keyboard is left here, and saves: before the file is closed.
        self._stack.setCurrentWidget(self.welcome)
        self._stack.removeWidget(self.shell)
        self.shell.context.close()
        self.shell.deleteLater()
        self.shell = None
        if self._throw_away is not None:
            import shutil

            shutil.rmtree(self._throw_away, ignore_errors=True)
            self._throw_away = None

    def preload(self) -> None:
        """Load what comes after signing in, while the person is still typing."""
        loader = threading.Thread(target=_load_the_rest, name="preload", daemon=True)
        # A closure, because Qt does not keep the thread of a bound method alive.
        QTimer.singleShot(100, self, lambda: loader.start())  # noqa: PLW0108

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close():
            event.ignore()
            return
        self._settings.geometry = self.saveGeometry()
        self.close_session()
        super().closeEvent(event)

    def _may_close(self) -> bool:
        """Everything typed is saved; or the person was told that it is not, and closes all the same."""
        if self.shell is None or self.shell.leave():
            return True
        from PySide6.QtWidgets import QMessageBox

        answer = QMessageBox.question(
            self,
            "ALS Follow-up",
            tr("What you typed last could not be saved. Close all the same, and lose it?"),
        )
        return answer == QMessageBox.StandardButton.Yes


def _load_the_rest() -> None:
    import ui.shell  # noqa: F401
