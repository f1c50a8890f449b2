"""Run as a program: somebody who presses and clicks whatever there is, in the real window over a file of the demonstration.

Its arguments are the file, its data key, a role, a seed, and how many keys and clicks. It says as JSON how many there
were, what went wrong, and by how much the process grew; it ends at the first error, with the last things that were done.
The same seed does the same, but for what a worker finishes earlier or later.
"""

import ctypes
import faulthandler
import gc
import json
import os
import random
import shutil
import sys
import threading
import traceback
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, QtMsgType, QUrl, qInstallMessageHandler
from PySide6.QtGui import QDesktopServices
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog
from shiboken6 import isValid

from core import clock, resources
from core.commands.demonstration import LOGINS
from core.errors import AppError
from core.model.user import Right, Role
from core.session import Session
from tests.passwords import cheap_passwords
from tests.reliability import witness
from tests.ui.keyboard import ALT, CTRL, NONE, SHIFT, Key, settle
from ui import errors, theme
from ui.app import application
from ui.main_window import MainWindow, load_the_rest
from ui.pages.every import PAGES, page_class
from ui.settings import Appearance, Settings

STEPS = (Key.Key_Tab, Key.Key_Return, Key.Key_Space, Key.Key_Down, Key.Key_Up, Key.Key_Right)
PLAIN = (
    *STEPS * 5,
    Key.Key_Left,
    Key.Key_Escape,
    Key.Key_Backspace,
    Key.Key_Delete,
    Key.Key_Home,
    Key.Key_End,
    Key.Key_PageUp,
    Key.Key_PageDown,
    Key.Key_F1,
    Key.Key_F2,
    Key.Key_F3,
    *map(Key, range(Key.Key_0.value, Key.Key_9.value + 1)),
    *map(Key, range(Key.Key_A.value, Key.Key_Z.value + 1)),
    Key.Key_Minus,
    Key.Key_Plus,
    Key.Key_Slash,
)
WITH_CTRL = (
    *(Key.Key_Return, Key.Key_1, Key.Key_2) * 4,
    *map(Key, range(Key.Key_3.value, Key.Key_7.value + 1)),
    *(Key.Key_Comma, Key.Key_I, Key.Key_K, Key.Key_N, Key.Key_S, Key.Key_P, Key.Key_Z),
    *(Key.Key_A, Key.Key_C, Key.Key_V, Key.Key_F, Key.Key_L, Key.Key_F1),
)
SIZES = (Key.Key_Plus, Key.Key_Minus, Key.Key_0)  # everything is made again
WITH_ALT = (Key.Key_Left, Key.Key_Right, *map(Key, range(Key.Key_1.value, Key.Key_7.value + 1)))
KEYS = (  # with their modifier, and how often in a thousand
    (PLAIN, NONE, 780),
    (WITH_CTRL, CTRL, 140),
    (WITH_ALT, ALT, 30),
    ((Key.Key_Tab, Key.Key_S, Key.Key_F1), SHIFT, 47),
    (SIZES, CTRL, 3),
)
WORDS = (
    *("61,4", "2.66", "0", "-1", "170", "1e400", "nan", "9" * 30, "2026-02", "31.02.2026", "12:30"),
    *("Fall", "riluzole", "demo", "A-003", "=1+1", "%s {n}", "'; --", "<b>x</b>", "two pillows"),
)
USUAL, ELSEWHERE_AT_MOST, IN_FRONT_AT_MOST = (1366, 768), 8, 60
REMEMBERED = 40
# They are on every page, so that most of the time would be spent away; the last makes a whole clinic of its own.
SELDOM = {"Sign out", "Lock Ctrl+L", *map(str, Role), "Try the demonstration"}


class Restless:
    """Presses, types and clicks from the event loop, so that dialogs that wait for an answer get theirs."""

    def __init__(self, window, path, key, login, chance, wanted):
        self.window, self.path, self.key, self.login = window, path, key, login
        self.chance, self.wanted = chance, wanted
        self.count, self.errors, self.done = 0, [], []
        self.warm = 0  # bytes
        self.elsewhere = 0  # steps on the welcome page or the lock, where nobody is signed in
        self.in_front, self.since = None, 0  # a dialog or menu, and the steps it has been there
        self.within = []  # what was in front of the window when an act began that is not done yet

    def step(self):
        if self.errors or self.count >= self.wanted:
            QApplication.exit()
            return
        QTimer.singleShot(0, self.step)
        in_front = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if self.within and in_front is self.within[-1]:
            return  # the act before still goes on
        self.within.append(in_front)
        try:
            self._act(in_front)
        finally:
            self.within.pop()

    def _act(self, in_front):
        if not self.warm and self.count > self.wanted // 3 and self.within == [None]:
            self.warm = self.at_rest()
        self._look_how_long(in_front)
        if in_front is None:
            self._stay_signed_in()
        elif self.since > IN_FRONT_AT_MOST:
            self._note("close", type(in_front).__name__)
            in_front.reject() if isinstance(in_front, QDialog) else in_front.close()
            return
        if QApplication.activeWindow() is None or (
            in_front is None and self.chance.random() < 0.05
        ):
            self.window.activateWindow()
        kind = self.chance.random()
        if kind < 0.62:
            self._press()
        elif kind < 0.68:
            self._type(self.chance.choice((*WORDS, clock.today().isoformat())))
        elif kind < 0.88:
            self._click_a_button(in_front)
        else:
            self._click_anywhere(in_front)

    def at_rest(self):
        """The bytes of the process while nobody is signed in: what a page in front needs is no growth."""
        self.window.close_session()
        settle()
        return resident()

    def _look_how_long(self, in_front):
        self.since = self.since + 1 if in_front is self.in_front else 0
        self.in_front = in_front

    def _stay_signed_in(self):
        """Whoever locked the file, left it, or became somebody else signs in again after a while."""
        shell = self.window.shell
        away = shell is None or shell.context.session.login != self.login
        self.elsewhere = self.elsewhere + 1 if away else 0
        if self.elsewhere > ELSEWHERE_AT_MOST:
            self._note("sign in")
            self.window.close_session()
            if self.window.shell is None:
                self.window.open_session(signed_in(self.path, self.key, self.login))

    def _press(self):
        ((keys, modifier, _often),) = self.chance.choices(KEYS, [often for *_, often in KEYS])
        key = self.chance.choice(keys)
        self._note("press", modifier.name if modifier else "", key.name)
        if (handle := self._handle()) is not None:
            with window_may_go():
                QTest.keyClick(handle, key, modifier)

    def _type(self, text):
        self._note("type", text)
        self.count += len(text) - 1
        for character in text:
            if (handle := self._handle()) is not None:
                with window_may_go():
                    QTest.keyClick(handle, character)

    def _click_a_button(self, in_front):
        top = in_front or QApplication.activeWindow() or self.window
        buttons = [
            one for one in top.findChildren(QAbstractButton) if one.isVisible() and one.isEnabled()
        ]
        buttons = [
            one for one in buttons if one.text() not in SELDOM or self.chance.random() < 0.03
        ]
        if buttons:
            one = self.chance.choice(buttons)
            place = one.mapTo(top, one.rect().center())
            if top.rect().contains(place):
                self._click(top, place, one.text() or one.accessibleName())
                return
        self._click_anywhere(in_front)

    def _click_anywhere(self, in_front):
        top = in_front or QApplication.activeWindow() or self.window
        x, y = (self.chance.randrange(max(1, side)) for side in (top.width(), top.height()))
        self._click(top, QPoint(x, y), type(top.childAt(x, y)).__name__)

    def _click(self, top, place, what):
        if (handle := handle_of(top)) is None:
            self.count += 1
            return
        button = (
            Qt.MouseButton.RightButton if self.chance.random() < 0.05 else Qt.MouseButton.LeftButton
        )
        act = QTest.mouseDClick if self.chance.random() < 0.08 else QTest.mouseClick
        self._note(act.__name__, f"{place.x()},{place.y()}", what)
        with window_may_go():
            act(handle, button, NONE, place)

    def _handle(self):
        top = QApplication.activeModalWidget() or QApplication.activeWindow() or self.window
        return handle_of(top) or handle_of(self.window)

    def _note(self, *what):
        self.count += 1
        page = self.window.shell.current if self.window.shell else None
        where = type(self.in_front or page).__name__
        self.done = [*self.done[1 - REMEMBERED :], f"{where}: {' '.join(filter(None, what))}"]


@contextmanager
def window_may_go():
    """A key or click that closes a menu destroys its window before it is released: that is no error of the program."""
    try:
        yield
    except RuntimeError as error:
        if "QtGui.QWindow) already deleted" not in str(error):
            raise


def signed_in(path, key, login):
    """The session of a person, whom the administrator gave another role or took off the file maybe: put right before."""
    with closing(Session(path, key, LOGINS[Role.ADMINISTRATOR])) as office:
        person = office.users.get(login)
        role = next(role for role, one in LOGINS.items() if one == login)
        right = replace(person, role=role, disabled_at=None, must_change=False)
        if right != person:
            with office.write("put right", granted=frozenset(Right)):
                office.users.save(right)
    return Session(path, key, login)


def handle_of(top):
    """The system's window of a widget; None where it is gone already."""
    handle = top.windowHandle()
    return handle if handle is not None and isValid(handle) else None


def resident():
    """The bytes of this process that are in memory, after everything was thrown away that can be."""
    for _ in range(3):
        gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what the allocator keeps for later is no leak
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def answer_for_the_system(folder, chance):
    """What the desktop would ask for: a file, a folder, a printer; nothing outside of the folder is touched."""
    given, made = folder / "given", folder / "made"
    for one in (given, made):
        one.mkdir()
    shutil.copy(resources.path("demo", "table1.csv"), given / "patients.csv")
    for kind in ("forms", "protocols"):
        shutil.copy(next(resources.path(kind).glob("*.toml")), given / f"{kind}.toml")
    (given / "nothing.pdf").write_bytes(b"")

    def to_open(*_args, **_options):
        files = [*given.iterdir(), *(one for one in made.rglob("*") if one.is_file())]
        return (str(chance.choice(files)) if chance.random() < 0.7 else ""), ""

    def to_save(*args, **_options):
        name = Path(args[2]).name if len(args) > 2 and args[2] else "file"
        return (str(made / name) if chance.random() < 0.7 else ""), ""

    def a_folder(*_args, **_options):
        return str(made) if chance.random() < 0.7 else ""

    def printed(dialog):
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(made / "printed.pdf"))
        return chance.random() < 0.7

    def shown(_url: QUrl):
        return True

    QFileDialog.getOpenFileName = staticmethod(to_open)
    QFileDialog.getSaveFileName = staticmethod(to_save)
    QFileDialog.getExistingDirectory = staticmethod(a_folder)
    QDesktopServices.openUrl = staticmethod(shown)
    QPrintDialog.exec = printed


def listen(person):
    """Every error that nobody caught, in a slot, in a thread or where Python raises nothing; and Qt's complaints."""
    errors.install()
    told = sys.excepthook

    def hook(kind, error, trace):
        if isinstance(error, AppError):
            told(kind, error, trace)  # one plain sentence
        else:
            person.errors.append("".join(traceback.format_exception(kind, error, trace)))

    def elsewhere(what):
        if what.exc_type is not None:
            lines = traceback.format_exception(what.exc_type, what.exc_value, what.exc_traceback)
            person.errors.append("".join(lines))

    def qt_says(kind, _context, text):
        if kind is not QtMsgType.QtDebugMsg and "This plugin does not support" not in text:
            person.errors.append(f"Qt {kind.name}: {text}")

    sys.excepthook = hook
    sys.unraisablehook = elsewhere
    threading.excepthook = elsewhere
    qInstallMessageHandler(qt_says)


def main(path, key, role, seed, wanted):
    faulthandler.enable()
    chance = random.Random(f"{role} {seed}")
    login = LOGINS[Role(role)]
    app = application()
    settings = Settings(path.with_name("settings.ini"))
    settings.last_file = path
    load_the_rest()
    for name in PAGES:
        page_class(name)  # whenever it were loaded, it is no growth
    theme.start(app, Appearance.LIGHT)
    window = MainWindow(settings)
    window.resize(*USUAL)
    window.show()
    window.activateWindow()
    person = Restless(window, path, key, login, chance, wanted)
    answer_for_the_system(path.parent, chance)
    listen(person)
    window.open_session(signed_in(path, key, login))
    QTimer.singleShot(0, person.step)
    app.exec()
    for top in QApplication.topLevelWidgets():
        if isinstance(top, QDialog):
            top.reject()
    grown = person.at_rest() - person.warm if person.warm else 0
    with closing(Session(path, key, login)) as session:
        person.errors += filter(None, [session.trail.verify().problem])
    with witness.opened(path, key) as db:
        person.errors += witness.contradictions(db)
    window.close_unasked()
    found = [f"{error}\nafter\n  " + "\n  ".join(person.done) for error in person.errors]
    print(json.dumps({"count": person.count, "errors": found, "grown": grown}), flush=True)
    os._exit(0)  # what a worker still makes is waited for by nobody


if __name__ == "__main__":
    file, secret, who, number, much = sys.argv[1:]
    with cheap_passwords():
        main(Path(file), bytes.fromhex(secret), who, number, int(much))
