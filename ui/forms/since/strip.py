"""From when to when something ran, drawn as a bar between the time before the last visit and this one."""

from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.model.partial_date import PartialDate
from core.words import month_name
from ui import theme

BEFORE_LAST = timedelta(days=60)
AT_LEAST = timedelta(days=120)
LABEL = 40  # px from one month's name to the next, at least


@dataclass(frozen=True, slots=True)
class Scale:
    """The days that a strip shows. ``last`` is the day of the last visit; time runs from left to right in every language."""

    first: date
    end: date
    last: date | None

    @classmethod
    def of(cls, end: date, last: date | None) -> "Scale":
        first = end - AT_LEAST
        if last is not None:
            first = min(first, last - BEFORE_LAST)
        return cls(first, end, last)

    def x(self, day: date, width: float) -> float:
        share = (day - self.first).days / max(1, (self.end - self.first).days)
        return min(1.0, max(0.0, share)) * width

    def months(self, width: float) -> list[tuple[float, str]]:
        """Where the names of months stand, as many as have room; of long times the years."""
        starts = []
        year, month = self.first.year, self.first.month
        while (year, month) < (self.end.year, self.end.month):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            starts.append(date(year, month, 1))
        pixels = width / max(1, len(starts))
        each = next((n for n in (1, 2, 3, 6, 12, 24, 60) if n * pixels >= LABEL), 120)
        kept = [one for one in starts if (one.month - 1 + 12 * one.year) % each == 0]
        return [
            (self.x(one, width), str(one.year) if each >= 12 else month_name(one.month))
            for one in kept
        ]


@dataclass(frozen=True, slots=True)
class Bar:
    """One time in which something ran; ``end`` is None where it still does."""

    began: PartialDate
    end: PartialDate | None
    role: str = "accent"  # of a colour


class _Painted(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.scale: Scale | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(26))

    def _last_visit(self, painter: QPainter, scale: Scale) -> None:
        if scale.last is not None:
            painter.setPen(QPen(theme.colour("accent"), 1, Qt.PenStyle.DotLine))
            x = scale.x(scale.last, self.width())
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))


class Months(_Painted):
    """The names of the months above the bars."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.scale is None:
            return
        painter = QPainter(self)
        painter.setFont(theme.font(11))
        painter.setPen(theme.colour("muted"))
        free = 0.0
        for x, name in self.scale.months(self.width()):
            wide = painter.fontMetrics().horizontalAdvance(name)
            if x >= free and x + wide <= self.width():
                painter.drawText(QPointF(x, self.height() - 6), name)
                free = x + wide + 4
        self._last_visit(painter, self.scale)
        painter.end()


class Strip(_Painted):
    """The bars of one line, above one another in time."""

    def __init__(self) -> None:
        super().__init__()
        self._bars: tuple[Bar, ...] = ()

    def show_bars(self, scale: Scale, bars: tuple[Bar, ...]) -> None:
        self.scale, self._bars = scale, bars
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        scale = self.scale
        if scale is None:
            return
        painter = QPainter(self)
        self._last_visit(painter, scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, half = self.height() / 2, 4.0
        for bar in self._bars:
            painter.setBrush(theme.colour(bar.role))
            left = scale.x(bar.began.first, self.width())
            right = scale.x(bar.end.first if bar.end else scale.end, self.width())
            earlier = bar.began.first < scale.first
            start = left + (6 if earlier else 0)
            painter.drawRoundedRect(
                QRectF(start, middle - half, max(4.0, right - start), 2 * half), 2, 2
            )
            if earlier:  # an arrow: it began before what is drawn
                tip = [(0.0, middle), (7.0, middle - half), (7.0, middle + half)]
                painter.drawPolygon(QPolygonF([QPointF(*point) for point in tip]))
        painter.end()
