"""Run as a program: enters a made-up form with its grid through the real window, and waits to be killed.

A night is saved with two wakings; a third waking and a second night are typed and not saved. Then it types
steadily into the remark and prints for every key when it was about to be typed, and when it had been.
"""

import sys
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from core.session import Session
from tests.reliability.typing_nurse import A_KEY, wait
from tests.ui.forms.test_defined_forms import enter
from tests.ui.keyboard import CTRL, Key, press, settle, tab_to, write
from ui import theme
from ui.app import application
from ui.main_window import MainWindow
from ui.settings import Appearance, Settings

STEADY = "slept alone again and again"


def save_a_night(view, folder):
    enter(view, folder)
    press((CTRL, Key.Key_Return))
    write("as prescribed")  # the reason that the dose asks for
    press((CTRL, Key.Key_Return))


def enter_wakings(view, night):
    """Two lines of the grid below a night, and half of a third one."""
    view.focus_record(night.id)
    settle()
    (grid,) = view.parts.views
    grid.lines[-1].focus_first()
    for at in ("0130", "0300"):
        write(at)
        tab_to(f"Awake for (min), line {len(grid.lines)}")
        write("20")
        press(Key.Key_Return)
    write("04")


def main(path, key):
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
    window.shell.open_chart(patient.id)
    page = window.shell.page("chart")
    page.show_tab("form.sleep")
    settle()
    view = page.tab("form.sleep").view
    save_a_night(view, path.parent)
    (night,) = session.record(patient.id).of_form("sleep")
    enter_wakings(view, night)
    enter(view, path.parent)
    view.editor.focus_field("remark")
    press((CTRL, Key.Key_A))
    begin = time.monotonic()
    for number, character in enumerate(STEADY):
        wait(begin + number * A_KEY - time.monotonic())
        about = time.monotonic()
        QApplication.processEvents()  # whatever is due by now
        write(character)
        print(about, time.monotonic(), flush=True)
    while True:
        time.sleep(1.0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
