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


def run(code, *arguments):
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_core_has_never_heard_of_qt():
    run(IMPORT_ALL_OF_CORE)


def test_opening_a_file_loads_nothing_heavy(tmp_path):
    run(OPEN_A_FILE, str(tmp_path / "clinic.als"))
