"""When the person locks the workstation, or it goes to sleep, the file is locked as well."""

import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import SLOT, QAbstractNativeEventFilter, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

# (system bus, interface, signal): who says it on Linux, whatever the desktop.
LINUX_SIGNALS = (
    (False, "org.freedesktop.ScreenSaver", "ActiveChanged"),
    (False, "org.gnome.ScreenSaver", "ActiveChanged"),
    (True, "org.freedesktop.login1.Manager", "PrepareForSleep"),
)
WM_POWERBROADCAST, PBT_APMSUSPEND = 0x0218, 0x0004
WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK = 0x02B1, 0x7


class ScreenLock(QObject):
    """``locked`` says that the screen was locked, or that the machine goes to sleep."""

    locked = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._filter: WindowsMessages | None = None
        if sys.platform == "win32":
            self._filter = WindowsMessages(self.locked.emit)
            self._filter.listen(int(window.winId()))
        elif sys.platform == "linux":
            self._listen_on_dbus()

    def _listen_on_dbus(self) -> None:
        from PySide6.QtDBus import QDBusConnection

        for system, interface, name in LINUX_SIGNALS:
            bus = QDBusConnection.systemBus() if system else QDBusConnection.sessionBus()
            if bus.isConnected():
                # A str, whatever its stub says: it takes no bytes.
                bus.connect("", "", interface, name, self, SLOT("on_active(bool)"))  # type: ignore[call-overload]

    @Slot(bool)
    def on_active(self, active: bool) -> None:
        if active:
            self.locked.emit()


class WindowsMessages(QAbstractNativeEventFilter):
    """What Windows tells every window about its session."""

    def __init__(self, locked: Callable[[], object]) -> None:
        super().__init__()
        self._locked = locked

    def listen(self, window: int) -> None:
        if sys.platform == "win32":
            import ctypes

            ctypes.windll.wtsapi32.WTSRegisterSessionNotification(ctypes.c_void_p(window), 0)
            app = QGuiApplication.instance()
            if app is not None:
                app.installNativeEventFilter(self)

    def nativeEventFilter(self, kind: Any, message: int) -> tuple[bool, int]:
        if sys.platform == "win32" and kind == b"windows_generic_MSG":
            from ctypes import wintypes

            told = wintypes.MSG.from_address(int(message))
            if (told.message, told.wParam) in {
                (WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK),
                (WM_POWERBROADCAST, PBT_APMSUSPEND),
            }:
                self._locked()
        return False, 0
