"""Run as a program: types into one form through the real window and waits to be killed."""

import sys
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from core.session import Session
from tests.reliability.test_r17_drafts import FORMS, type_into
from ui import theme
from ui.app import application
from ui.main_window import MainWindow
from ui.settings import Appearance, Settings


def main(path, key, name):
    theme.start(application(), Appearance.LIGHT)
    window = MainWindow(Settings(path.with_name("other.ini")))
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    session = Session(path, key, "dr.demo")
    window.open_session(session)
    _wait(0.1)
    window.activateWindow()
    patient = next(p for p in session.patients.all() if p.record_number == "12")
    type_into(FORMS[name], window, patient)
    _wait(1.0)  # nothing is left, only the typing stops
    print("typed", flush=True)
    while True:
        _wait(1.0)


def _wait(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3])
