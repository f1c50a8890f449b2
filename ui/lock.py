"""When to lock: nobody has touched a key, the mouse or the screen for as long as the clinic allows."""

import time
from collections.abc import Callable
from math import inf

from PySide6.QtCore import QEvent, QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

WARNING_S = 30
LOOK_EVERY_MS = 500
Clock = Callable[[], float]

_ACTIVE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
    }
)


class IdleWatch(QObject):
    """``warned`` carries the seconds that are left, 0 when somebody is there again; ``expired`` locks.

    It listens at the windows, which get a keystroke once, and not at the application, where every layout
    and paint of a page would come by. The clock on the wall counts as well: some monotonic ones stand
    still while the machine sleeps.
    """

    warned = Signal(int)
    expired = Signal()

    def __init__(
        self, parent: QObject, *, now: Clock = time.monotonic, wall: Clock = time.time
    ) -> None:
        super().__init__(parent)
        self._now, self._wall = now, wall
        self._last, self._last_wall = now(), wall()
        self._limit_s: float = 0
        self._watches = False
        self._said = 0
        self._mouse = QPointF()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self, minutes: int | None) -> None:
        """Watch from now on; again where the clinic changed the minutes. None never locks."""
        self._limit_s = inf if minutes is None else minutes * 60
        self._seen()
        self._listen()
        self._watches = True
        self._timer.start()

    @property
    def quiet_s(self) -> float:
        """For how long nobody has touched anything."""
        return self._now() - self._last

    def stop(self) -> None:
        self._watches = False
        self._timer.stop()
        self._warn(0)

    def look(self) -> None:
        """Warn or lock, as late as it is; windows that came up meanwhile are listened to as well."""
        self._listen()
        left = self._left_s()
        if left <= 0:
            self._expire()
        else:
            self._warn(int(left) + 1 if left < WARNING_S else 0)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self._watches and event.type() in _ACTIVE and not self._lies_still(event):
            if self._left_s() <= 0:  # the machine slept, and this key woke it
                self._expire()
                return True
            self._seen()
        return False

    def _listen(self) -> None:
        for window in QGuiApplication.topLevelWindows():
            window.installEventFilter(self)  # one that is there already only moves to the front

    def _seen(self) -> None:
        self._last, self._last_wall = self._now(), self._wall()
        self._warn(0)

    def _left_s(self) -> float:
        return self._limit_s - max(self._now() - self._last, self._wall() - self._last_wall)

    def _expire(self) -> None:
        self.stop()
        self.expired.emit()

    def _warn(self, seconds: int) -> None:
        if seconds != self._said:
            self._said = seconds
            self.warned.emit(seconds)

    def _lies_still(self, event: QEvent) -> bool:
        """A mouse event without a movement, as systems send one when a window appears under the mouse."""
        if event.type() is not QEvent.Type.MouseMove or not isinstance(event, QMouseEvent):
            return False
        moved = event.globalPosition()
        still, self._mouse = moved == self._mouse, moved
        return still


def close_others(window: QWidget) -> None:
    """Close whatever stands before the window, asked or not: menus, lists, questions, file dialogs."""
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
    for other in QApplication.topLevelWidgets():
        if other is window or not other.isVisible():
            continue
        if isinstance(other, QDialog):
            other.done(QDialog.DialogCode.Rejected)  # not close(), which a question may refuse
        else:
            other.close()
