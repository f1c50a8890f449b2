"""What counts as somebody being there, and who else may lock the file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.ui.keyboard import settle
from ui.lock import LOOK_EVERY_MS, IdleWatch
from ui.widgets.fields import Line

ROOT = Path(__file__).parents[2]
DESKTOP = """
import subprocess, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from ui.app import application
from ui.screen_lock import ScreenLock

app = application()
window = QWidget()
screen = ScreenLock(window)
screen.locked.connect(lambda: (print("locked", flush=True), app.exit()))
sent = ["dbus-send", "--session", "--type=signal", "/org/freedesktop/ScreenSaver",
        "org.freedesktop.ScreenSaver.ActiveChanged", f"boolean:{sys.argv[1]}"]
QTimer.singleShot(100, lambda: subprocess.run(sent, check=True))
QTimer.singleShot(5000 if sys.argv[1] == "true" else 1000, app.exit)
app.exec()
"""


@pytest.fixture
def watched(show):
    """A line in a window, and a watch of a minute whose clock stands at 30 s."""
    line = show(Line())
    clock = [0.0]
    watch = IdleWatch(line, now=lambda: clock[0], wall=lambda: clock[0])
    watch.start(1)
    clock[0] = 30.0
    yield line, watch
    watch.stop()


def test_a_key_a_click_and_a_moved_mouse_count(watched):
    line, watch = watched
    window = line.windowHandle()
    for act in (
        lambda: QTest.keyClick(window, Qt.Key.Key_Shift),
        lambda: QTest.mouseClick(window, Qt.MouseButton.LeftButton, pos=QPoint(5, 5)),
        lambda: QTest.mouseMove(window, QPoint(9, 9)),
    ):
        watch._last = 0.0
        act()
        settle()
        assert watch.quiet_s == 0


def test_a_mouse_that_lies_still_does_not_count(watched):
    """A window that comes up under the mouse, as the warning does, makes some systems send a movement."""
    line, watch = watched
    window = line.windowHandle()
    QTest.mouseMove(window, QPoint(9, 9))
    settle()
    watch._last = 0.0
    QTest.mouseMove(window, QPoint(9, 9))
    settle()
    assert watch.quiet_s == 30


def test_it_looks_often_enough_for_two_seconds():
    assert LOOK_EVERY_MS <= 1000


@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-run-session") is None, reason="needs D-Bus"
)
@pytest.mark.parametrize(("active", "said"), [("true", "locked\n"), ("false", "")])
def test_a_desktop_that_locks_its_screen_locks_the_file(active, said):
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", DESKTOP, active],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert (done.returncode, done.stdout) == (0, said), done.stderr
