"""Run as a program: enters half a visit through the real window and goes on until it is killed."""

import sys
from pathlib import Path

from core.session import Session
from tests.ui.keyboard import CTRL, Key, press, settle, write
from ui import theme
from ui.app import application
from ui.main_window import MainWindow
from ui.settings import Appearance, Settings


def main(path, key):
    app = application()
    theme.start(app, Appearance.LIGHT)
    window = MainWindow(Settings(path.with_name("other.ini")))
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    window.open_session(Session(path, key, "dr.demo"))
    settle()
    press(Key.Key_Return)
    press(Key.Key_Right, Key.Key_Space, Key.Key_Tab, Key.Key_Space)  # telephone, patient
    press((CTRL, Key.Key_Return))
    press((CTRL, Key.Key_Return))  # nothing runs since last time
    write("3432343")
    print("seven answered", flush=True)
    while True:  # until it is killed, whatever it is doing then
        press(Key.Key_Up)
        write("3")


if __name__ == "__main__":
    main(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
