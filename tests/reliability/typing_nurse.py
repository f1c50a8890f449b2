"""Run as a program: types steadily into one form through the real window, and waits to be killed.

Prints for every key when it was about to be typed and when it had been, in seconds of its own clock.
"""

import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from core.session import Session
from tests.reliability.test_r17_drafts import FORMS, begin_typing, steady
from tests.ui.keyboard import write
from ui import theme
from ui.app import application
from ui.forms.keep_timer import KeepTimer
from ui.main_window import MainWindow
from ui.settings import Appearance, Settings

A_KEY = 0.125  # seconds: eight keys a second, as fast as somebody who types for a living


def main(path, key, name, at_pauses):
    if at_pauses:  # as it was once: every key puts the keeping off
        KeepTimer.start = lambda self, *_typed: QTimer.start(self)
    theme.start(application(), Appearance.LIGHT)
    window = MainWindow(Settings(path.with_name("other.ini")))
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    session = Session(path, key, "dr.demo")
    window.open_session(session)
    wait(0.1)
    window.activateWindow()
    patient = next(p for p in session.patients.all() if p.record_number == "12")
    form = FORMS[name]
    begin_typing(form, window, patient)
    begin = time.monotonic()
    for number, character in enumerate(steady(form)):
        wait(begin + number * A_KEY - time.monotonic())
        about = time.monotonic()
        QApplication.processEvents()  # whatever is due by now
        write(character)
        print(about, time.monotonic(), flush=True)
    while True:
        time.sleep(1.0)


def wait(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3], "--at-pauses" in sys.argv)
