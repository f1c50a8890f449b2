"""A mark that offers a query on the value with the mouse or the keyboard: one on a page, which goes from value to value."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QHoverEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QWidget,
)
from shiboken6 import isValid

from ui import theme
from ui.widgets import room
from ui.words import tr

SETTLED_MS = (
    150  # the mouse or the keyboard rests: while somebody types or moves on, nothing is looked for
)
AREA = 24  # px that take a click
BUBBLE = QSize(20, 18)  # px of what is painted
TAIL = 4  # px below the bubble
_MOVED = {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.LayoutRequest, QEvent.Type.Hide}
_RESIZED = {QEvent.Type.Resize}  # the page is laid out anew when the mark comes
_HOVERED = {QEvent.Type.HoverMove, QEvent.Type.HoverEnter}


@dataclass(frozen=True, slots=True)
class Value:
    """What can be asked about: the widgets that show it, and what it is called.

    Where one widget shows several values, ``area`` is the part of it that shows this one, and ``field`` says which it is.
    """

    shown: tuple[QWidget, ...]
    title: str
    field: str = ""
    area: QRect | None = None


class AskMark(QAbstractButton):
    """A speech bubble. ``value_at`` is the value that a widget of the page belongs to; ``ask`` asks about it.

    Where the mouse leads, ``value_at`` is told the place in the widget, too; None where the keyboard does.
    It takes no keyboard: the field that has it keeps it until the question is in front. It covers no word of the value.
    """

    def __init__(
        self,
        page: QWidget,
        value_at: Callable[[QWidget, QPoint | None], Value | None],
        ask: Callable[[Value], None],
    ) -> None:
        super().__init__(page)
        self._page, self._value_at, self._ask = page, value_at, ask
        self._value: Value | None = None
        self._followed: list[QWidget] = []
        self._line: QLineEdit | None = None
        self._bar: QScrollBar | None = None  # of the table that the value is a line of
        self._mouse: QPoint | None = None  # where it is on the page, while it leads
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()
        self.clicked.connect(self._on_clicked)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self.look)
        page.setAttribute(Qt.WidgetAttribute.WA_Hover)
        page.installEventFilter(self)
        if isinstance(app := QApplication.instance(), QApplication):
            app.focusChanged.connect(self._on_focus)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._page.isVisible():
            if now is not None and self._page.isAncestorOf(now):
                self._mouse = None
            self._settled.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._page and kind in _HOVERED and isinstance(event, QHoverEvent):
            self._mouse = event.position().toPoint()
            self._settled.start()
        elif watched is self._page and kind == QEvent.Type.HoverLeave:
            self._mouse = None
            self._settled.start()
        elif kind in (_RESIZED if watched is self._page else _MOVED):
            self.hide()
            self._settled.start()
        return False

    def look_soon(self) -> None:
        """The page shows other values where the mouse and the keyboard are."""
        self._settled.start()

    def look(self) -> None:
        """Go to the value that the mouse or the keyboard is on now."""
        if not self._page.isVisible():
            return
        under = None if self._mouse is None else self._page.childAt(self._mouse)
        if under is self:
            return
        focus = QApplication.focusWidget()
        for one in (under, focus):
            if one is not None and self._page.isAncestorOf(one):
                at = one.mapFrom(self._page, self._mouse) if one is under and self._mouse else None
                value = self._value_at(one, at)
                if value is not None:
                    self._show_at(value, one)
                    return
        self.hide()

    def _show_at(self, value: Value, near: QWidget) -> None:
        self._value = value
        place = self._place(value, near)
        if place is None:
            self.hide()
            return
        area = theme.px(AREA)
        self.setGeometry(
            place.center().x() + 1 - area // 2, place.center().y() + 1 - area // 2, area, area
        )
        words = tr("Ask a query about {what}  (F2)").format(what=value.title)
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.raise_()
        self.show()
        self._follow(value.shown[0])
        self._watch(next((one for one in _lines(value) if _covers(self, one)), None))

    def _place(self, value: Value, near: QWidget) -> QRect | None:
        through = Qt.WidgetAttribute.WA_TransparentForMouseEvents
        self.setAttribute(through)  # it is not in its own way
        size = QSize(theme.px(BUBBLE.width()), theme.px(BUBBLE.height()))
        if value.area is None:
            found = room.beside(self._page, value.shown, near, size)
        else:
            found = room.within(self._page, value.shown[0], value.area, size)
        self.setAttribute(through, on=False)
        return found

    def _follow(self, shown: QWidget) -> None:
        """Hear when what holds the value is scrolled, laid out anew or put away."""
        holds = [one for one in _above(shown, self._page) if _scrolls(one)]
        if (parent := shown.parentWidget()) is not None and parent is not self._page:
            holds.append(parent)
        for one in self._followed:
            if isValid(one) and one not in holds:
                one.removeEventFilter(self)
        for one in holds:
            one.installEventFilter(self)
        self._followed = holds
        self._follow_bar(shown)

    def _follow_bar(self, shown: QWidget) -> None:
        """A table moves its lines by itself."""
        if self._bar is not None and isValid(self._bar):
            self._bar.valueChanged.disconnect(self._on_scrolled)
        view = shown.parentWidget()
        self._bar = view.verticalScrollBar() if isinstance(view, QAbstractItemView) else None
        if self._bar is not None:
            self._bar.valueChanged.connect(self._on_scrolled)

    def _on_scrolled(self) -> None:
        self.hide()
        self._settled.start()

    def _watch(self, line: QLineEdit | None) -> None:
        """The line that the mark is in, if it is in one."""
        if self._line is not None and isValid(self._line):
            self._line.textEdited.disconnect(self._on_typed)
        self._line = line
        if line is not None:
            line.textEdited.connect(self._on_typed)

    def _on_typed(self) -> None:
        """A text that grows is never below the mark."""
        if self.isVisible():
            self.hide()
        self._settled.start()

    def _on_clicked(self) -> None:
        if self._value is not None and isValid(self._value.shown[0]):
            self._ask(self._value)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Unlike the round "?" that explains a number, it is filled and says something: it has a tail."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide, high, tail = (theme.px(n) for n in (BUBBLE.width() - 2, BUBBLE.height() - TAIL, TAIL))
        body = QRectF((self.width() - wide) / 2, (self.height() - high - tail) / 2, wide, high)
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        path.addRoundedRect(body, theme.px(5), theme.px(5))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        at, slant = body.center().x(), theme.px(TAIL) * (1 if mirrored else -1)
        path.moveTo(QPointF(at - tail, body.bottom() - 1))
        path.lineTo(QPointF(at + tail, body.bottom() - 1))
        path.lineTo(QPointF(at + slant, body.bottom() + tail))
        path.closeSubpath()
        painter.fillPath(path, theme.colour("accent_hover" if self.underMouse() else "accent"))
        painter.setPen(theme.colour("on_accent"))
        painter.setFont(theme.font(12, QFont.Weight.Bold))
        painter.drawText(body, Qt.AlignmentFlag.AlignCenter, "?")
        painter.end()


def _above(one: QWidget, page: QWidget) -> Iterator[QWidget]:
    """A widget and what holds it, up to the page."""
    at: QWidget | None = one
    while at is not None and at is not page:
        yield at
        at = at.parentWidget()


def _scrolls(one: QWidget) -> bool:
    """Whether this is what an area moves when it is scrolled."""
    view = one.parentWidget()
    return view is not None and isinstance(view.parentWidget(), QScrollArea)


def _lines(value: Value) -> Iterator[QLineEdit]:
    for one in value.shown:
        if isinstance(one, QLineEdit):
            yield one
        yield from one.findChildren(QLineEdit)


def _covers(mark: QWidget, line: QWidget) -> bool:
    at = line.mapFromGlobal(mark.mapToGlobal(QPoint()))
    return line.isVisible() and line.rect().intersects(QRect(at, mark.size()))
