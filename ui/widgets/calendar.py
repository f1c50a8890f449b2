"""The coming weeks as a calendar: weeks as rows, days as columns, painted by one widget."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu, QStyle, QToolTip, QWidget

from core import clock
from core.views import calendar
from core.views.calendar import WEEKS, Day, Entry, Kind
from core.words import long_day, month_name, weekdays
from ui import theme
from ui.widgets.basics import button, column, label, row
from ui.widgets.responsive import Flow
from ui.words import tr

HEAD, LINE, WEEK, PAD = 24, 17, 64, 5  # px: of the names of days, of an entry, the least of a week
INKS = {
    Kind.APPOINTMENT: "ink",
    Kind.MISSED: "bad",
    Kind.BEGUN: "good",
    Kind.TARGET: "muted",
    Kind.CLOSES: "warn",
}
_STEPS = {Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}
_TURNS = {Qt.Key.Key_PageUp: -calendar.DAYS, Qt.Key.Key_PageDown: calendar.DAYS}
Weeks = Sequence[Sequence[Day]]


class CalendarView(QWidget):
    """Four weeks, one day of them with the keyboard; ``made`` gives the weeks from a day on.

    Arrows move the day, Page Up and Page Down turn four weeks, Home goes to today, Enter opens what is on the day.
    """

    opened = Signal(object)  # the Entry
    moved = Signal()

    def __init__(self, made: Callable[[date], Weeks]) -> None:
        super().__init__()
        self._made = made
        self._weeks: Weeks = ()
        self.today = self.current = clock.today()
        self.first = calendar.week_of(self.today)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(theme.px(HEAD + WEEKS * WEEK))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(7 * 110), theme.px(HEAD + WEEKS * 96))

    def show_again(self, today: date) -> None:
        """What is on the days may have changed."""
        if today != self.today and self.current == self.today:
            self.current = today
        self.today = today
        self._look()

    def go_to(self, on: date) -> None:
        """Give the keyboard to another day, and turn to its weeks where they are not shown."""
        self.current = on
        last = self.first + timedelta(days=calendar.DAYS - 1)
        if on < self.first:
            self.first = calendar.week_of(on)
        elif on > last:
            self.first = calendar.week_of(on) - timedelta(days=calendar.DAYS - 7)
        self._look()

    def turn(self, days: int) -> None:
        """Whole weeks later or earlier; the day with the keyboard stays where it is on the page."""
        self.first += timedelta(days=days)
        self.current += timedelta(days=days)
        self._look()

    @property
    def weeks(self) -> Weeks:
        return self._weeks

    @property
    def day(self) -> Day:
        """The one with the keyboard."""
        found = (day for week in self._weeks for day in week if day.on == self.current)
        return next(found, Day(on=self.current, entries=()))

    def open_day(self) -> None:
        """Open what is on the day; where that is more than one thing, ask which."""
        entries = self.day.entries
        if len(entries) == 1:
            self.opened.emit(entries[0])
        elif entries:
            self._menu(entries).popup(self.mapToGlobal(self._cell_of(self.current).center()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        forward = -1 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else 1
        steps = {**_STEPS, Qt.Key.Key_Left: -forward, Qt.Key.Key_Right: forward}
        if key in steps:
            self.go_to(self.current + timedelta(days=steps[key]))
        elif key in _TURNS:
            self.turn(_TURNS[key])
        elif key == Qt.Key.Key_Home:
            self.go_to(self.today)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.open_day()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if (day := self._at(event.position().toPoint())) is not None:
            self.go_to(day.on)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._at(event.position().toPoint()) is not None:
            self.open_day()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            day = self._at(event.pos())
            lines = [] if day is None else [one.words for one in day.entries]
            QToolTip.showText(event.globalPos(), "\n".join(lines), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        painter.setFont(theme.font(size=12, weight=QFont.Weight.DemiBold))
        painter.setPen(theme.colour("muted"))
        for column_, name in enumerate(weekdays()):
            area = QRectF(self._place(-1, column_)).adjusted(PAD, 0, -PAD, 0)
            _line(painter, area, name)
        for row_, week in enumerate(self._weeks):
            for column_, day in enumerate(week):
                self._paint_day(painter, self._place(row_, column_), day)
        painter.end()

    def _paint_day(self, painter: QPainter, cell: QRect, day: Day) -> None:
        if day.on < self.today:
            painter.fillRect(cell, theme.colour("ground"))
        if day.on == self.today:
            painter.fillRect(cell, theme.colour("accent_ground"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(cell)
        height = theme.px(LINE)
        area = QRectF(cell).adjusted(PAD, 3, -PAD, -3)
        top = QRectF(area.x(), area.y(), area.width(), height)
        heavy = QFont.Weight.DemiBold if day.on == self.today else QFont.Weight.Normal
        painter.setFont(theme.font(size=12, weight=heavy))
        painter.setPen(theme.colour("accent" if day.on == self.today else "muted"))
        _line(painter, top, self._day_words(day.on))
        room = max(int((area.height() - height) // height), 1)
        shown = day.entries if len(day.entries) <= room else day.entries[: room - 1]
        for one in shown:
            top.translate(0, height)
            painter.setPen(theme.colour(INKS[one.kind]))
            is_firm = one.kind in {Kind.APPOINTMENT, Kind.MISSED}
            weight = QFont.Weight.DemiBold if is_firm else QFont.Weight.Normal
            painter.setFont(theme.font(size=12, weight=weight))
            _line(painter, top, one.text)
        if left := len(day.entries) - len(shown):
            top.translate(0, height)
            painter.setPen(theme.colour("muted"))
            painter.setFont(theme.font(size=12))
            _line(painter, top, tr("and {n} more").format(n=left))
        if day.on == self.current:
            width = 2 if self.hasFocus() else 1
            painter.setPen(QPen(theme.colour("accent"), width))
            painter.drawRect(cell.adjusted(1, 1, -1, -1))

    def _day_words(self, on: date) -> str:
        """The number of the day, with its month where one begins or the page does."""
        text = (
            f"{on.day} {month_name(on.month)}" if on.day == 1 or on == self.first else f"{on.day}"
        )
        return tr("{day}, today").format(day=text) if on == self.today else text

    def _place(self, row_: int, column_: int) -> QRect:
        """The cell of a day; row −1 is that of the names."""
        head = theme.px(HEAD)
        width, height = self.width() / 7, (self.height() - head - 1) / WEEKS
        left, right = round(column_ * width), round((column_ + 1) * width)
        if row_ < 0:
            place = QRect(left, 0, right - left, head)
        else:
            top, bottom = round(head + row_ * height), round(head + (row_ + 1) * height)
            place = QRect(left, top, min(right, self.width() - 1) - left, bottom - top)
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)

    def _cell_of(self, on: date) -> QRect:
        row_, column_ = divmod((on - self.first).days, 7)
        return self._place(row_, column_)

    def _at(self, point: QPoint) -> Day | None:
        days = (day for week in self._weeks for day in week)
        return next((day for day in days if self._cell_of(day.on).contains(point)), None)

    def _menu(self, entries: Sequence[Entry]) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for one in entries:
            menu.addAction(one.words.replace("&", "&&"), partial(self.opened.emit, one))
        return menu

    def _look(self) -> None:
        self._weeks = self._made(self.first)
        self.setAccessibleName(self.day.spoken(self.today))
        self.moved.emit()
        self.update()


class Calendar(QWidget):
    """The weeks with what turns them, and below them what is on the day with the keyboard."""

    def __init__(self, made: Callable[[date], Weeks]) -> None:
        super().__init__()
        self.view = CalendarView(made)
        self.view.moved.connect(self._say)
        self._said, self._day = label("", "muted"), label("", wrap=True)
        lines = (
            self._day.fontMetrics().lineSpacing() * 2
        )  # the weeks stay where they are from day to day
        self._day.setMinimumHeight(lines)
        self._day.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self.earlier = button(tr("Earlier"), lambda: self.view.turn(-calendar.DAYS), tip="PgUp")
        self.later = button(tr("Later"), lambda: self.view.turn(calendar.DAYS), tip="PgDn")
        self.now = button(tr("To today"), lambda: self.view.go_to(self.view.today), tip="Home")
        for one, name in (
            (self.earlier, tr("Four weeks earlier")),
            (self.later, tr("Four weeks later")),
        ):
            one.setAccessibleName(name)
        head = row(self._said)
        head.addLayout(Flow(self.earlier, self.now, self.later, right=True), 1)
        layout = column(head, self.view, self._day, spacing=6)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.setFocusProxy(self.view)

    def _say(self) -> None:
        """Which weeks are shown, how many appointments they have, and the day in words."""
        text = tr("from {day}, 4 weeks: {appointments}")
        self._said.setText(
            text.format(
                day=long_day(self.view.first), appointments=calendar.summary(self.view.weeks)
            )
        )
        words = self.view.day.spoken(self.view.today)
        self._day.setText(words)


def _line(painter: QPainter, area: QRectF, text: str) -> None:
    """One line where lines begin, shortened where it is too long."""
    metrics = QFontMetricsF(painter.font())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
