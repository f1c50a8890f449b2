"""The grid of a monitoring: time runs across, each vital sign has its plot straight above its cells."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.forms.definition import Form
from core.views import monitoring
from core.views.monitoring import FIELDS, TITLES, Range, Sign, Time
from core.words import number
from ui import theme
from ui.forms.infusion.cells import Cell, limits_words, note_words, usual_words
from ui.plots.series import colour
from ui.words import tr

HEAD, PLOT, CELL, LANE = 60, 42, 28, 28  # px at the usual text size
NARROWEST = 50  # px of a column, in which 132/78 has room
LABELS = 78
TALL = {Sign.PULSE: 20, Sign.PRESSURE: 20}  # px more for their plots
ABOVE = 14  # px over the highest value, for the words of one that is out of range
NOTED = 5  # px of the dot beside the clock of a time at which something was noted
GRADED = 16  # px of the square with an event's grade


@dataclass(frozen=True, slots=True)
class Span:
    """An event beside the times: from when to when, with its grade and its words. Without an end it is a square."""

    begin: datetime
    end: datetime | None
    grade: int
    words: str
    serious: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the grid paints."""

    form: Form
    times: tuple[Time, ...] = ()
    ranges: Mapping[str, Range] | None = None
    due: str = ""
    start: datetime | None = None
    end: datetime | None = None
    spans: tuple[Span, ...] = ()

    @property
    def usual(self) -> Mapping[str, Range]:
        return self.ranges or {}

    def unit(self, sign: Sign) -> str:
        return self.form.field(FIELDS[sign][0]).unit


def plot_height(sign: Sign) -> int:
    return theme.px(PLOT + TALL.get(sign, 0))


def bands() -> Iterator[tuple[Sign, int, int]]:
    """Each sign with the top of its plot and that of its cells, in px."""
    top = theme.px(HEAD)
    for sign in Sign:
        yield sign, top, top + plot_height(sign)
        top += plot_height(sign) + theme.px(CELL) + theme.px(6)


def height() -> int:
    sign, _plot, cells = list(bands())[-1]
    del sign
    return cells + theme.px(CELL) + theme.px(6) + theme.px(LANE)


def extent(sign: Sign, shown: Shown) -> tuple[float, float]:
    """The lowest and highest value of a plot: what is usual and what was measured, with a margin."""
    values = [
        known
        for time in shown.times
        for name in FIELDS[sign]
        if (known := time.value(name)) is not None
    ]
    limits = [shown.usual[name] for name in FIELDS[sign]]
    low = min([*values, *(one.low for one in limits)])
    high = max([*values, *(one.high for one in limits)])
    margin = max((high - low) * 0.12, 0.3)
    return low - margin, high + margin


def noted(words: str, area: QRect) -> QRectF:
    """The dot that says that there is a note: right of a head's clock, which leaves it room in the narrowest column."""
    width, size = QFontMetrics(theme.font(11)).horizontalAdvance(words), theme.px(NOTED)
    left = area.x() + (area.width() + width) / 2 + theme.px(3)
    return QRectF(left, area.y() + (area.height() - size) / 2, size, size)


class Labels(QWidget):
    """What stands at the left of the rows: each sign with its unit and what is usual."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: Shown | None = None
        self.setFixedWidth(theme.px(LABELS))
        self.setFixedHeight(height())
        self.setAccessibleName(tr("Vital signs"))

    def show_grid(self, shown: Shown) -> None:
        self._shown = shown
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._shown is None:
            return
        painter = QPainter(self)
        right = self.isRightToLeft()
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        line = theme.px(15)
        self._words(painter, tr("after start"), QRect(0, theme.px(20), self.width(), line), side)
        for sign, plot, _cells in bands():
            painter.setFont(theme.font(13, QFont.Weight.DemiBold))
            painter.setPen(theme.colour("ink"))
            painter.drawText(QRect(0, plot, self.width(), theme.px(18)), side, TITLES[sign])
            top = plot + theme.px(18)
            for words in (self._shown.unit(sign), *limits_words(sign, self._shown.usual)):
                self._words(painter, words, QRect(0, top, self.width(), line), side)
                top += line
        painter.setFont(theme.font(13, QFont.Weight.DemiBold))
        painter.setPen(theme.colour("ink"))
        area = QRect(0, height() - theme.px(LANE), self.width(), theme.px(LANE))
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, tr("Events"))
        painter.end()

    @staticmethod
    def _words(painter: QPainter, text: str, area: QRect, side: Qt.AlignmentFlag) -> None:
        painter.setFont(theme.font(11))
        painter.setPen(theme.colour("muted"))
        painter.drawText(area, side, text)


class Grid(QWidget):
    """The columns: heads, plots, cells and the lane of events, all at the same places across.

    ``left`` says that a cell was left or moved on from after something was typed in it; ``noted`` is the key of a time
    of which a note, or when it was taken, is to be entered.
    """

    left = Signal(object)  # Cell
    arrived = Signal(object)
    unmeasured = Signal(object)
    added = Signal()
    noted = Signal(str)
    event_meant = Signal(object)
    typed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: Shown | None = None
        self.cells: dict[str, Cell] = {}
        self.setLayoutDirection(
            Qt.LayoutDirection.LeftToRight
        )  # time runs from left to right everywhere
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(height())

    def minimumSizeHint(self) -> QSize:
        times = len(self._shown.times) if self._shown is not None else 1
        return QSize(times * theme.px(NARROWEST), height())

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def show_grid(self, shown: Shown) -> None:
        """Show these times; the cells of times that were there keep what is typed in them."""
        self._shown = shown
        wanted = {f"{time.key}.{sign.value}" for time in shown.times for sign in Sign}
        for name in [name for name in self.cells if name not in wanted]:
            gone = self.cells.pop(name)
            gone.hide()
            gone.deleteLater()
        for time in shown.times:
            for sign in Sign:
                if f"{time.key}.{sign.value}" not in self.cells:
                    self._make(sign, time.key)
        self._show_values()
        self._order()
        self.setMinimumWidth(self.minimumSizeHint().width())
        self.updateGeometry()
        self._place()
        self.update()

    def cell(self, key: str, sign: Sign) -> Cell | None:
        return self.cells.get(f"{key}.{sign.value}")

    def _make(self, sign: Sign, key: str) -> None:
        one = Cell(sign, key)
        one.setParent(self)
        self.cells[one.name] = one
        one.left.connect(lambda: self._on_left(one))
        one.arrived.connect(lambda: self.arrived.emit(one))
        one.moved.connect(lambda times, signs: self._move(one, times, signs))
        one.unmeasured.connect(lambda: self.unmeasured.emit(one))
        one.added.connect(self.added)
        one.noted.connect(lambda: self.noted.emit(one.key))
        one.event_meant.connect(lambda: self.event_meant.emit(one))
        one.textEdited.connect(lambda _text: self.typed.emit())
        one.show()

    def _on_left(self, one: Cell) -> None:
        if one.isModified():
            self.left.emit(one)

    def _show_values(self) -> None:
        shown = self._shown
        if shown is None:
            return
        for time in shown.times:
            for sign in Sign:
                one = self.cells[f"{time.key}.{sign.value}"]
                one.show_value(
                    monitoring.cell(sign, time, shown.form),
                    time,
                    due=time.key == shown.due,
                    out=bool(monitoring.outside(sign, time, shown.usual)),
                    usual=usual_words(sign, shown.usual, shown.unit(sign)),
                )

    def _order(self) -> None:
        """Tab goes down a time, and then to the next."""
        if self._shown is None:
            return
        every = [
            self.cells[f"{time.key}.{sign.value}"] for time in self._shown.times for sign in Sign
        ]
        for before, after in itertools.pairwise(every):
            QWidget.setTabOrder(before, after)

    def _move(self, one: Cell, times: int, signs: int) -> None:
        """The cell that many times and signs further; below the last sign comes the next time."""
        if self._shown is None:
            return
        keys, every = [time.key for time in self._shown.times], list(Sign)
        place = every.index(one.sign) + signs
        column = keys.index(one.key) + times + place // len(every)
        if not 0 <= column < len(keys):
            self._on_left(one)
            return
        after = self.cell(keys[column], every[place % len(every)])
        if after is not None:
            after.setFocus(Qt.FocusReason.TabFocusReason)

    # Places.

    @property
    def column_width(self) -> float:
        times = len(self._shown.times) if self._shown is not None else 1
        return self.width() / max(1, times)

    def column(self, key: str) -> QRect:
        """Where a time is, from top to bottom."""
        keys = [time.key for time in self._shown.times] if self._shown is not None else []
        index = keys.index(key) if key in keys else 0
        left, right = round(index * self.column_width), round((index + 1) * self.column_width)
        return QRect(left, 0, right - left, self.height())

    def x_of(self, at: datetime) -> float | None:
        """Where an instant is: between the middles of the columns before and after it."""
        known = [
            (time.at, (n + 0.5) * self.column_width)
            for n, time in enumerate(self._shown.times if self._shown is not None else ())
            if time.at is not None
        ]
        if not known:
            return None
        for (first, left), (last, right) in itertools.pairwise(known):
            if first <= at <= last and last > first:
                return left + (right - left) * ((at - first) / (last - first))
        nearest = known[0] if at < known[0][0] else known[-1]
        return nearest[1]

    def _place(self) -> None:
        if self._shown is None:
            return
        room = theme.px(3) if self.column_width > theme.px(NARROWEST + 1) else 1
        for time in self._shown.times:
            area = self.column(time.key)
            for sign, _plot, cells in bands():
                place = QRect(
                    area.x() + room, cells, area.width() - 2 * room, theme.px(CELL) - theme.px(2)
                )
                self.cells[f"{time.key}.{sign.value}"].place(place)

    def time_at(self, place: QPoint) -> Time | None:
        """The time whose head is there."""
        if self._shown is None or place.y() >= theme.px(HEAD):
            return None
        found = (time for time in self._shown.times if self.column(time.key).contains(place))
        return next(found, None)

    def event(self, event: QEvent) -> bool:
        """A head tells when it was planned and taken, and its note."""
        if isinstance(event, QHelpEvent):
            time = self.time_at(event.pos())
            said = "" if time is None else "\n".join(filter(None, [time.name, note_words(time)]))
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On a head it is the key N."""
        if (time := self.time_at(event.position().toPoint())) is not None:
            self.noted.emit(time.key)
        else:
            super().mouseDoubleClickEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        shown = self._shown
        if shown is None or not shown.times:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if shown.due:
            painter.fillRect(self.column(shown.due), theme.colour("accent_ground"))
        self._paint_heads(painter, shown)
        for sign, plot, _cells in bands():
            self._paint_plot(painter, shown, sign, QRect(0, plot, self.width(), plot_height(sign)))
        self._paint_events(painter, shown)
        painter.end()

    def _paint_heads(self, painter: QPainter, shown: Shown) -> None:
        for time in shown.times:
            area, due = self.column(time.key), time.key == shown.due
            painter.setFont(theme.font(13, QFont.Weight.DemiBold))
            painter.setPen(theme.colour("accent" if due else "ink"))
            title = QRect(area.x(), 0, area.width(), theme.px(18))
            painter.drawText(title, Qt.AlignmentFlag.AlignCenter, time.title)
            painter.setFont(theme.font(11))
            painter.setPen(theme.colour("accent" if due else "muted"))
            clock = QRect(area.x(), theme.px(18), area.width(), theme.px(16))
            painter.drawText(clock, Qt.AlignmentFlag.AlignCenter, time.clock)
            self._paint_planned(painter, time, clock.translated(0, theme.px(13)))
            if time.note:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.colour("accent"))
                painter.drawEllipse(noted(time.clock, clock))
        if shown.start is None:
            return
        first = self.x_of(shown.start)
        last = self.x_of(shown.end) if shown.end is not None else None
        if first is None:
            return
        y = theme.px(HEAD - 9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        wide = max(theme.px(6), (last or first) - first)
        painter.drawRoundedRect(QRectF(first, y - theme.px(2), wide, theme.px(4)), 2, 2)
        painter.setPen(theme.colour("accent"))
        words = tr("infusion")
        if shown.end is not None:
            minutes = round((shown.end - shown.start).total_seconds() / 60)
            words = tr("infusion, {n} min").format(n=minutes)
        after = QRectF(first + wide + theme.px(6), y - theme.px(8), theme.px(140), theme.px(16))
        painter.drawText(after, Qt.AlignmentFlag.AlignVCenter, words)

    @staticmethod
    def _paint_planned(painter: QPainter, time: Time, area: QRect) -> None:
        """When it was planned, where it was taken at another time; a narrow column strikes the planned time out."""
        if time.planned is None or not (words := time.planned_words):
            return
        font = theme.font(11)
        if QFontMetrics(font).horizontalAdvance(words) > area.width():
            words = f"{time.planned.astimezone():%H:%M}"
            font.setStrikeOut(True)
        painter.setFont(font)
        painter.setPen(theme.colour("warn"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_plot(self, painter: QPainter, shown: Shown, sign: Sign, area: QRect) -> None:
        low, high = extent(sign, shown)

        def y_of(value: float) -> float:
            room = area.height() - theme.px(ABOVE)
            return area.bottom() - (value - low) / (high - low) * room

        names = FIELDS[sign]
        usual = [shown.usual[name] for name in names]
        band = QRectF(
            0,
            y_of(max(one.high for one in usual)),
            area.width(),
            y_of(min(one.low for one in usual)) - y_of(max(one.high for one in usual)),
        )
        ground = QColor(theme.colour("good_ground"))
        ground.setAlpha(170)
        painter.fillRect(band, ground)
        ink = colour(sign.value)
        lines = [self._points(shown, name, y_of) for name in names]
        if len(lines) == 2:
            self._shade(painter, lines, ink)
        for name, points in zip(names, lines, strict=True):
            self._line(painter, points, ink)
            self._dots(painter, shown, name, points, ink)

    def _points(
        self, shown: Shown, name: str, y_of: Callable[[float], float]
    ) -> dict[str, QPointF]:
        """Where each value is, by the key of its time."""
        found = {}
        for n, time in enumerate(shown.times):
            value = time.value(name)
            if value is not None:
                found[time.key] = QPointF((n + 0.5) * self.column_width, y_of(value))
        return found

    @staticmethod
    def _shade(painter: QPainter, lines: Sequence[Mapping[str, QPointF]], ink: QColor) -> None:
        both = [key for key in lines[0] if key in lines[1]]
        outline = [lines[0][key] for key in both] + [lines[1][key] for key in reversed(both)]
        ground = QColor(ink)
        ground.setAlpha(46)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawPolygon(QPolygonF(outline))

    @staticmethod
    def _line(painter: QPainter, points: Mapping[str, QPointF], ink: QColor) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 1.6))
        painter.drawPolyline(QPolygonF(list(points.values())))

    def _dots(
        self,
        painter: QPainter,
        shown: Shown,
        name: str,
        points: Mapping[str, QPointF],
        ink: QColor,
    ) -> None:
        by_key = {time.key: time for time in shown.times}
        for key, point in points.items():
            value = by_key[key].value(name) or 0.0
            out = not shown.usual[name].holds(value)
            size = theme.px(5) if out else theme.px(3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("bad") if out else ink)
            painter.drawEllipse(point, size, size)
            if out:
                painter.setPen(theme.colour("bad"))
                painter.setFont(theme.font(11, QFont.Weight.DemiBold))
                words = number(value, shown.form.field(name).decimals)
                top = point.y() - theme.px(19)
                place = QRectF(point.x() - 30, top, 60, theme.px(14))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_events(self, painter: QPainter, shown: Shown) -> None:
        middle = height() - theme.px(LANE) / 2
        side = theme.px(GRADED)
        for span in shown.spans:
            first = self.x_of(span.begin)
            last = self.x_of(span.end) if span.end is not None else None
            if first is None:
                continue
            tone = theme.colour("bad" if span.serious else "warn")
            if last is not None and last > first:
                painter.setPen(QPen(tone, theme.px(3)))
                painter.drawLine(QPointF(first, middle), QPointF(last, middle))
            square = QRectF(first - side / 2, middle - side / 2, side, side)
            painter.setPen(QPen(tone, 1.4))
            painter.setBrush(theme.colour("card"))
            painter.drawRoundedRect(square, 3, 3)
            painter.setFont(theme.font(11, QFont.Weight.DemiBold))
            painter.drawText(square, Qt.AlignmentFlag.AlignCenter, f"{span.grade}")
            painter.setPen(theme.colour("ink"))
            painter.setFont(theme.font(12))
            begin = max(last or first, first) + side
            words = QRectF(begin, middle - side, self.width() - begin, 2 * side)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, span.words)
