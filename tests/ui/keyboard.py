"""A person at the keyboard: keys go to the active window, and Qt gives them to whatever has the focus."""

import time

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog

from ui.widgets.ask import AskDialog

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
Key = Qt.Key


def settle():
    """Let everything that waits to be laid out, shown or deleted happen."""
    for _ in range(2):
        QCoreApplication.sendPostedEvents()
        QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def wait_until(holds, longest_s=20):
    """Let the program go on until something holds that a worker makes."""
    end = time.monotonic() + longest_s
    while not holds():
        assert time.monotonic() < end, "waited too long"
        QTest.qWait(5)
    settle()


def entries_of(button):
    """The entries of a button's menu, which may be filled only when it comes up."""
    menu = button.menu()
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
    entries = menu.actions()
    menu.hide()
    return entries


def focused():
    """The widget that has the keyboard."""
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the keyboard"
    return widget


def press(*keys, times=1):
    """Single keys: ``press(Key.Key_Tab)``, ``press((CTRL, Key.Key_Return))``."""
    for key in keys * times:
        modifier, one = key if isinstance(key, tuple) else (NONE, key)
        QTest.keyClick(_window(), one, modifier)
        settle()


def write(text):
    """Type words, a key at a time."""
    for character in text:
        if character.isascii():
            QTest.keyClick(_window(), character, NONE)
        else:  # QTest knows no other characters
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(focused(), QKeyEvent(kind, 0, NONE, character))
    settle()


def replace_by(text):
    """Type over what stands in the line."""
    press((CTRL, Key.Key_A))
    write(text)


def tab_to(name):
    """Press Tab until the control of that name, or with that text, has the keyboard."""
    for _ in range(60):
        said = getattr(focused(), "text", str)
        if name in {focused().accessibleName(), said() if callable(said) else said}:
            return
        press(Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {name!r}")


def in_dialog(*acts, kind=QDialog):
    """Do each of these in the dialogs that come next, one a dialog, as soon as it has the keyboard.

    A dialog that an act leaves open is closed, so that no test waits for ever.
    """
    left, seen = list(acts), []

    def look(looks=500):
        dialog = QApplication.activeModalWidget()
        in_front = isinstance(dialog, kind) and QApplication.activeWindow() is dialog
        if not in_front or dialog in seen:
            if looks:
                QTimer.singleShot(20, lambda: look(looks - 1))
            return
        seen.append(dialog)
        act = left.pop(0)
        if left:
            QTimer.singleShot(20, look)
        try:
            act(dialog)
        finally:
            dialog.close()

    QTimer.singleShot(20, look)


def answer_dialogs(*texts):
    """Type or choose these in the questions that come next, one after another; None turns one away."""

    def give(text):
        def act(dialog):
            if text is None:
                dialog.reject()
                return
            if isinstance(dialog.field, QComboBox):
                dialog.field.setCurrentText(text)
            else:
                write(text)
            press(Key.Key_Return)

        return act

    in_dialog(*map(give, texts), kind=AskDialog)


def _window():
    window = QApplication.activeWindow()
    assert window is not None, "no window is active"
    return window.windowHandle()
