"""Show me around: four callouts that point at the real window, one after another, and disturb nothing in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from shiboken6 import isValid

from ui import theme
from ui.widgets.basics import button, column, label, row
from ui.words import tr

WIDTH, GAP, RING = 340, 12, 4  # px: of a callout, between it and what it points at, around that


@dataclass(frozen=True, slots=True)
class Stop:
    """What is pointed at (where it is seen), and what is said of it."""

    title: str
    text: str
    target: Callable[[], QWidget | None]


class Ring(QWidget):
    """A line around what is pointed at; clicks go through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 8, 8)
        painter.end()


class FirstTour(QFrame):
    """Enter or → goes on, ← goes back, Esc ends it; ``ended`` when it was seen or skipped."""

    ended = Signal()

    def __init__(self, window: QWidget, stops: Sequence[Stop]) -> None:
        super().__init__(window)
        self.setProperty("role", "callout")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._window, self._stops, self.at = window, tuple(stops), 0
        self._before = QApplication.focusWidget()
        self._ring = Ring(window)
        self.title = label("", "heading", wrap=True)
        self.text = label("", wrap=True)
        self.count = label("", "small")
        self.skip = button(tr("Skip"), self.end, link=True, tip="Esc")
        self.back = button(tr("Back"), lambda: self._go(-1), tip="←")
        self.on = button(tr("Next"), lambda: self._go(1), primary=True, tip="→")
        layout = column(
            self.title, self.text, row(self.count, None, self.skip, self.back, self.on), spacing=8
        )
        layout.setContentsMargins(16, 12, 16, 12)
        self.setLayout(layout)
        self.setFixedWidth(min(theme.px(WIDTH), window.width() - 2 * GAP))
        window.installEventFilter(self)
        self._go(0)

    def end(self) -> None:
        """Away with it; the keyboard goes back to where it was."""
        self._window.removeEventFilter(self)
        for one in (self._ring, self):
            one.hide()
            one.deleteLater()
        before = self._before
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.ActiveWindowFocusReason)  # which selects nothing
        self.ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        forward, backward = Qt.Key.Key_Right, Qt.Key.Key_Left
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            forward, backward = backward, forward
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.end()
        elif key in {forward, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._go(1)
        elif key == backward:
            self._go(-1)
        # Nothing else goes on to the page behind it.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest}:
            self._place()
        return super().eventFilter(watched, event)

    def _go(self, by: int) -> None:
        if self.at + by >= len(self._stops):
            self.end()
            return
        self.at = max(0, self.at + by)
        stop = self._stops[self.at]
        self.title.setText(stop.title)
        self.text.setText(stop.text)
        self.count.setText(tr("{n} of {all}").format(n=self.at + 1, all=len(self._stops)))
        self.back.setEnabled(self.at > 0)
        is_last = self.at == len(self._stops) - 1
        self.on.setText(tr("Done") if is_last else tr("Next"))
        self.setAccessibleName(f"{stop.title}. {stop.text}")
        self._place()
        for one in (self._ring, self):
            one.show()
            one.raise_()
        self._ring.setVisible(self._target() is not None)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _target(self) -> QWidget | None:
        target = self._stops[self.at].target()
        return target if target is not None and target.isVisible() else None

    def _place(self) -> None:
        """Beside what it points at, where there is room; always within the window."""
        inside = self._window.rect().adjusted(GAP, GAP, -GAP, -GAP)
        high = max(self.heightForWidth(self.width()), self.minimumSizeHint().height())
        self.resize(self.width(), high)
        target = self._target()
        if target is None:
            self.move(inside.center() - self.rect().center())
            return
        corner = target.mapTo(self._window, QPoint(0, 0))
        pointed = QRect(corner, target.size())
        self._ring.setGeometry(pointed.adjusted(-RING, -RING, RING, RING))
        self.move(_beside(pointed, self.rect(), inside))


def _beside(pointed: QRect, callout: QRect, inside: QRect) -> QPoint:
    """Right of it, left of it, below or above it: the first place that is within; else over its lower end."""
    wide, high = callout.width(), callout.height()
    y = min(max(pointed.top(), inside.top()), inside.bottom() - high)
    x = min(max(pointed.left(), inside.left()), inside.right() - wide)
    places = (
        QPoint(pointed.right() + GAP, y),
        QPoint(pointed.left() - GAP - wide, y),
        QPoint(x, pointed.bottom() + GAP),
        QPoint(x, pointed.top() - GAP - high),
    )
    size = callout.size()
    fitting = (place for place in places if inside.contains(QRect(place, size)))
    return next(fitting, QPoint(x, inside.bottom() - high))
