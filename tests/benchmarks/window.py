"""The program's own window, for what is measured as somebody waits for it."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.session import Session

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from ui.shell import Shell


def a_window(session: Session) -> tuple["QApplication", "Shell"]:
    """The program's own window at 1366x768, with a file open."""
    from ui import theme
    from ui.app import application
    from ui.context import AppContext
    from ui.main_window import load_the_rest
    from ui.settings import Appearance, Settings
    from ui.shell import Shell

    app = application()
    load_the_rest()
    theme.start(app, Appearance.LIGHT)
    shell = Shell(AppContext(session, Settings(Path(tempfile.mkdtemp()) / "settings.ini")))
    shell.resize(1366, 768)
    shell.show()
    return app, shell
