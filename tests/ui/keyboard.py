"""A person at the keyboard: every key goes to whatever has the focus, as the window system would send it."""

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def settle():
    """Let everything that waits to be laid out, shown or deleted happen."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents()
        QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def focused():
    """The widget that gets the keys: a popup's before the window's."""
    popup = QApplication.activePopupWidget()
    widget = (popup.focusWidget() or popup) if popup is not None else QApplication.focusWidget()
    assert widget is not None, "nothing has the keyboard"
    return widget


def press(*keys, times=1):
    """Single keys: ``press(Key.Key_Tab)``, ``press((CTRL, Key.Key_Return))``."""
    for _ in range(times):
        for key in keys:
            modifier, one = (
                key if isinstance(key, tuple) else (Qt.KeyboardModifier.NoModifier, key)
            )
            QTest.keyClick(focused(), one, modifier)
            settle()


def write(text):
    """Type words, a key at a time."""
    for character in text:
        QTest.keyClicks(focused(), character)
    settle()


def replace_by(text):
    """Type over what stands in the line."""
    press((CTRL, Key.Key_A))
    write(text)


def tab_to(name):
    """Press Tab until the control of that name, or with that text, has the keyboard."""
    for _ in range(60):
        if name in {focused().accessibleName(), getattr(focused(), "text", str)()}:
            return
        press(Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {name!r}")
