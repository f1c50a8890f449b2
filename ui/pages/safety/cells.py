"""How cells of the Safety page are painted: a grade, a clock, the strip of days since the infusion."""

from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.findings.clocks import Clock, State
from core.model.adverse_event import Grade
from core.views import safety
from core.views.safety import EventLine
from ui import theme
from ui.models.table import ROW_ROLE
from ui.plots import painting
from ui.widgets.table import PAD, Index, Table, ground, wrapped
from ui.words import tr

SQUARE = 16  # px of a grade
PLAIN_PAD = PAD - 4
BAR = 8  # px: the height of a clock's bar


def colour(name: str) -> QColor:
    return painting.colour(name, dark=theme.is_dark())


def paint_grade(painter: QPainter, centre: QPointF, grade: Grade) -> None:
    """The number of a grade in its square."""
    side = theme.px(SQUARE)
    box = QRectF(0, 0, side, side)
    box.moveCenter(centre)
    painter.setPen(QPen(colour(f"edge:grade_{grade.value}"), 1))
    painter.setBrush(colour(f"fill:grade_{grade.value}"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(colour(f"ink:grade_{grade.value}"))
    painter.setFont(theme.font(11, QFont.Weight.DemiBold))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(grade.value))


class PlainCell(QStyledItemDelegate):
    """A text in a colour of its row; serious rows are heavy and have an edge at their beginning."""

    def __init__(
        self, table: Table, look: Callable[[EventLine], tuple[str, bool]], *, edge: bool = False
    ) -> None:
        super().__init__(table)
        self._look, self._edge = look, edge

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground(painter, option)
        line: EventLine = index.data(ROW_ROLE)
        role, strong = self._look(line)
        rect = QRectF(option.rect)
        painter.save()
        if self._edge and line.listed.event.serious:
            stripe = QStyle.visualRect(
                option.direction,
                option.rect,
                QRect(option.rect.x(), option.rect.y(), 3, option.rect.height()),
            )
            painter.fillRect(stripe, theme.colour("bad"))
        weight = QFont.Weight.DemiBold if strong else QFont.Weight.Normal
        painter.setFont(theme.font(weight=weight))
        painter.setPen(theme.colour(role))
        align = index.data(Qt.ItemDataRole.TextAlignmentRole)
        side = Qt.AlignmentFlag.AlignLeft
        if align is not None and align & Qt.AlignmentFlag.AlignRight:
            side = Qt.AlignmentFlag.AlignRight
        area = rect.adjusted(PLAIN_PAD, 0, -PLAIN_PAD, 0)
        metrics = QFontMetricsF(painter.font())
        most = max(1, int(area.height() // metrics.height()))
        lines = [
            metrics.elidedText(line, Qt.TextElideMode.ElideRight, area.width())
            for line in wrapped(metrics, str(index.data()), area.width(), most)
        ]
        painter.drawText(
            area,
            QStyle.visualAlignment(option.direction, side | Qt.AlignmentFlag.AlignVCenter),
            "\n".join(lines),
        )
        painter.restore()


class GradeCell(QStyledItemDelegate):
    """The grade in its square, and whether the event is serious."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground(painter, option)
        event = index.data(ROW_ROLE).listed.event
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(SQUARE)
        place = QStyle.visualRect(
            option.direction,
            option.rect,
            QRect(option.rect.x() + PAD - 2, option.rect.y(), side, option.rect.height()),
        )
        paint_grade(painter, QRectF(place).center(), event.grade)
        if event.serious:
            words = QStyle.visualRect(
                option.direction, option.rect, option.rect.adjusted(PAD + side + 6, 0, -2, 0)
            )
            painter.setFont(theme.font(weight=QFont.Weight.DemiBold))
            painter.setPen(theme.colour("bad"))
            align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(words, QStyle.visualAlignment(option.direction, align), tr("serious"))
        painter.restore()


class StripCell(QStyledItemDelegate):
    """When an event began and how long it went on, on the days since the infusion: time runs from left to right."""

    def __init__(self, table: Table, today: Callable[[], date]) -> None:
        super().__init__(table)
        self._today = today
        self.span = (0, 60)

    def x(self, area: QRectF, days: float) -> float:
        first, last = self.span
        return area.x() + area.width() * (days - first) / max(1, last - first)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground(painter, option)
        line: EventLine = index.data(ROW_ROLE)
        area = QRectF(option.rect).adjusted(PAD, 0, -PAD, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for days in safety.ticks(*self.span):
            zero = days == 0
            painter.setPen(QPen(theme.colour("accent" if zero else "line"), 1.4 if zero else 1))
            at = self.x(area, days)
            painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        if line.day is not None:
            self._event(painter, area, line)
        painter.restore()

    def _event(self, painter: QPainter, area: QRectF, line: EventLine) -> None:
        event, treated, begun = line.listed.event, line.listed.treated, line.day
        assert treated is not None
        assert begun is not None
        ink = colour(f"edge:grade_{event.grade.value}")
        y, start = area.center().y(), self.x(area, sum(begun) / 2)
        end = None
        if event.ended is not None:
            end = (event.ended.last - treated.first).days
        elif not event.outcome.ended:
            end = (self._today() - treated.first).days
        if end is not None and self.x(area, end) > start + 6:
            style = Qt.PenStyle.SolidLine if event.ended is not None else Qt.PenStyle.DotLine
            painter.setPen(QPen(ink, 2.6, style))
            painter.drawLine(QPointF(start, y), QPointF(min(self.x(area, end), area.right()), y))
        if begun[0] != begun[1]:  # the days that it may have begun on
            painter.setPen(QPen(ink, 1))
            painter.drawLine(
                QPointF(self.x(area, begun[0]), y + 6), QPointF(self.x(area, begun[1]), y + 6)
            )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRect(QRectF(start - 3.5, y - 3.5, 7, 7))


class StripHeader(QHeaderView):
    """The titles of the table's columns; over the strip the days of its axis."""

    def __init__(self, table: Table, strip: StripCell, column: int) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._strip, self._column = strip, column
        self.setHighlightSections(False)
        self.setMinimumSectionSize(40)

    def paintSection(self, painter: QPainter, rect: QRect, index: int) -> None:
        super().paintSection(painter, rect, index)
        if index != self._column:
            return
        area = QRectF(rect).adjusted(PAD, 0, -PAD, 0)
        painter.save()
        painter.setFont(theme.font(12))
        for days in safety.ticks(*self._strip.span):
            at = self._strip.x(area, days)
            box = QRectF(at - 30, area.y(), 60, area.height())
            painter.setPen(theme.colour("accent" if days == 0 else "muted"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, safety.range_words((days, days)))
        painter.restore()


class ClockCell(QStyledItemDelegate):
    """A clock: to whom within what time, the part used as a bar, and what is left or why it does not run."""

    def __init__(
        self,
        table: Table,
        clock: Callable[[EventLine], Clock | None],
        title: Callable[[Clock], str],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(table)
        self._clock, self._title, self._now = clock, title, now

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground(painter, option)
        found = self._clock(index.data(ROW_ROLE))
        if found is None:
            return
        area = QRectF(option.rect).adjusted(PAD, 5, -PAD, -5)
        align = QStyle.visualAlignment(
            option.direction, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        half = area.height() / 2
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(12, QFont.Weight.DemiBold))
        painter.setPen(theme.colour("ink"))
        top = QRectF(area.x(), area.y(), area.width(), half)
        title = QFontMetricsF(painter.font()).elidedText(
            self._title(found), Qt.TextElideMode.ElideRight, top.width()
        )
        painter.drawText(top, align, title)
        words, role = safety.clock_words(found, self._now())
        below = QRectF(area.x(), area.y() + half, area.width(), half)
        has_bar = found.started is not None and found.state is not State.NOT_BY_RULE
        heavy = has_bar and role != "muted"
        painter.setFont(theme.font(12, QFont.Weight.DemiBold if heavy else QFont.Weight.Normal))
        if has_bar:
            below = self._bar(painter, below, found, role, words, option)
        painter.setPen(theme.colour(role))
        shown = QFontMetricsF(painter.font()).elidedText(
            words, Qt.TextElideMode.ElideRight, below.width()
        )
        painter.drawText(below, align, shown)
        painter.restore()

    def _bar(
        self,
        painter: QPainter,
        area: QRectF,
        clock: Clock,
        role: str,
        words: str,
        option: QStyleOptionViewItem,
    ) -> QRectF:
        """The bar at the beginning of an area; the rest of it, which the words have."""
        needed = QFontMetricsF(painter.font()).horizontalAdvance(words) + 10
        width = max(min(area.width() - needed, theme.px(150)), theme.px(40))
        bar = QRectF(area.x(), area.center().y() - BAR / 2, width, BAR)
        rest = area.adjusted(width + 8, 0, 0, 0)
        if option.direction == Qt.LayoutDirection.RightToLeft:
            rest.moveLeft(area.x())
            bar.moveRight(area.right())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("neutral_ground"))
        painter.drawRoundedRect(bar, 3, 3)
        painter.setBrush(theme.colour(role))
        used = QRectF(bar)
        used.setWidth(max(bar.width() * clock.used, 3))
        painter.drawRoundedRect(used, 3, 3)
        if clock.runs:
            painter.fillRect(QRectF(used.right() - 1, bar.y() - 3, 2, BAR + 6), theme.colour(role))
        return rest
