import subprocess
import sys

IMPORT_ALL_OF_CORE = """
import importlib, pkgutil, sys, core
found = [module.name for module in pkgutil.walk_packages(core.__path__, "core.")]
for name in found:
    importlib.import_module(name)
assert "core.session" in found and "core.science.progression" in found, found
drawn = [n for n in sys.modules if n.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph")]
assert not drawn, drawn
"""
OPEN_A_FILE = """
import sys
from pathlib import Path
from core.session import Session, new_user
session = Session(Path(sys.argv[1]), bytes(range(32)), "dr.demo", create=True)
with session.write():
    session.users.save(new_user("dr.demo", "Dr. Demo"))
session.close()
heavy = [n for n in ("pandas", "numpy", "reportlab", "PySide6", "pyqtgraph") if n in sys.modules]
assert not heavy, heavy
import numpy  # hidden from sqlite-utils, and only from it
"""
UNTIL_PAINTED = """
import sys
from pathlib import Path
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
import main
from ui import app
from ui.main_window import MainWindow

painted = []

class Watcher(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, MainWindow) and not painted:
            painted.extend(sys.modules)
            QApplication.quit()
        return False

qt, watcher = app.application(), Watcher()
qt.installEventFilter(watcher)
app.run(demonstration=False, file=Path(sys.argv[1]))
heavy = {"cattrs", "core.model.visit", "core.model.partial_date", "core.model.trail", "sqlcipher3", "nacl", "sqlite_utils", "core.session", "core.store.file", "pyqtgraph"}
assert "ui.pages.welcome_page" in painted, painted
assert not heavy.intersection(painted), heavy.intersection(painted)
"""


def run(code, *arguments):
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_core_has_never_heard_of_qt():
    run(IMPORT_ALL_OF_CORE)


def test_opening_a_file_loads_nothing_heavy(tmp_path):
    run(OPEN_A_FILE, str(tmp_path / "clinic.als"))


def test_the_sign_in_window_is_painted_before_what_reads_a_file_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    run(UNTIL_PAINTED, str(tmp_path / "clinic.als"))
