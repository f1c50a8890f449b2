"""Visits side by side as tables that paint themselves: the answers with their scale, and what was measured."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHeaderView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from core.views import plot_style
from core.views.compared_values import Measure
from core.views.comparison import Row, RowKind
from core.views.stack.shapes import CORNERS
from core.words import N_
from ui import theme
from ui.models.table import ROW_ROLE, Column, Index, TableModel
from ui.plots import series
from ui.widgets.responsive import UNLIMITED
from ui.widgets.sparks import paint_spark
from ui.widgets.table import Table, ground
from ui.words import tr

PAD = 10  # px at both sides of a cell
HEAD, CLOSE_HEAD = 34, 28  # px of the line of titles
SMALL, USUAL, LARGE = 11, 13, 18  # px of letters
LINE = 1.22  # of small words: the distance of lines, in their height
FEWEST_LINES, MOST_LINES = 2, 8  # of small words: where room is short, and anywhere
GROWS = 20  # px that a row may be higher than its words
BOLD = QFont.Weight.DemiBold
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})  # of whoever shows a table
ITEM, THEN, SCALE, NOW, CHANGE, THIRD = range(6)
# px of the columns; what is left over is the words' of now, and of a third visit
WIDE = {ITEM: 206, THEN: 120, SCALE: 128, CHANGE: 68}
# Within a visit there is less room: what was answered then is told with what is answered now.
CLOSE = {ITEM: 140, THEN: 84, SCALE: 104, CHANGE: 62}


class Titles(QHeaderView):
    """The visits above their columns; the later one in the colour of the accent, the markers above the scale."""

    def __init__(self, strong: dict[int, str], scale: int = -1, high: int = HEAD) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.high = theme.px(high)
        self._strong, self._scale = strong, scale
        self.setHighlightSections(False)
        self.setSectionsClickable(False)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.high)

    def paintSection(self, painter: QPainter, rect: Any, section: int) -> None:
        painter.save()
        painter.fillRect(rect, theme.colour("card"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("strong_line"))
        pad = theme.px(PAD if self._scale >= 0 or not section else 4)  # numbers stand close
        area = QRectF(rect).adjusted(pad, 0, -pad, 0)
        model = self.model()
        text = str(model.headerData(section, Qt.Orientation.Horizontal) or "")
        align = model.headerData(
            section, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole
        )
        if section == self._scale:
            _legend(painter, area)
        else:
            colour = self._strong.get(section, "muted")
            weight = BOLD if section in self._strong else QFont.Weight.Normal
            side = RIGHT if align is not None and align & RIGHT else LEFT
            _line(painter, area, text, colour, 12, weight, side, self.layoutDirection())
        painter.restore()


class ComparedTable(Table):
    """Keys of whoever shows it go on to them; its rows are as high as their words, and fill the height that there is."""

    keyed = Signal(int)

    def __init__(self, model: TableModel[Any], titles: Titles) -> None:
        super().__init__(model)
        self.setHorizontalHeader(titles)
        self._high = titles.high
        self._soon = QTimer(self)  # columns get their widths after the table has its own
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.fit_rows)
        titles.sectionResized.connect(lambda *_: self._soon.start(0))
        titles.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        titles.setMinimumSectionSize(theme.px(20))
        self.verticalHeader().setMinimumSectionSize(1)
        self.passes_letters = True
        self.fills = False  # its rows grow where there is room, and it scrolls itself
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def wanted(self, row: Any, most: int) -> int:
        """px that a row needs, with its small words on at most so many lines."""
        raise NotImplementedError

    def grown(self, heights: Sequence[int], room: int) -> list[int]:  # noqa: ARG002
        """The heights of the rows in so many px."""
        return list(heights)

    def fit_rows(self) -> None:
        """The heights of the rows at this width; as tall as they are, where it does not fill its place."""
        rows = self._model.rows
        if self.fills:
            room = self.height() - self._high - 2
            least = [self.wanted(row, FEWEST_LINES) for row in rows]
            heights = self.grown(least, room)
            needed = sum(least)
        else:
            heights = [self.wanted(row, MOST_LINES) for row in rows]
            needed = sum(heights)
        for at, height in enumerate(heights):
            if self.rowHeight(at) != height:
                self.setRowHeight(at, height)
        needed += self._high + 2
        self.setMinimumHeight(needed)
        self.setMaximumHeight(UNLIMITED if self.fills else needed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_rows()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in KEYS and not event.modifiers():
            self.keyed.emit(event.key())
            return
        super().keyPressEvent(event)


class AnswersTable(ComparedTable):
    """Every answer of a questionnaire then and now, on its scale, with its words; a third visit where there is room."""

    def __init__(self, *, close: bool = False) -> None:
        model = _Titled(_answer_columns())
        high = CLOSE_HEAD if close else HEAD
        super().__init__(model, Titles({THEN: "ink", NOW: "accent", THIRD: "ink"}, SCALE, high))
        self._close = close
        self._titled = model
        self.setItemDelegate(_Answers(self, close=close))
        header = self.horizontalHeader()
        for at, width in (CLOSE if close else WIDE).items():
            header.setSectionResizeMode(at, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(at, theme.px(width))
        for at in (NOW, THIRD):
            header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)
        self.setColumnHidden(THIRD, True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Where rows lead somewhere, the first one that changed is chosen when Tab comes here."""
        had_row = self.currentIndex().isValid()  # Qt takes the first one, which may be a sum
        super().focusInEvent(event)
        if self._close and not had_row:
            items = [at for at, row in enumerate(self.rows) if row.slot]
            changed = [at for at in items if self.rows[at].changed]
            if found := changed or items:
                self.selectRow(found[0])

    def show_rows(self, rows: Sequence[Row], title: str, visits: Sequence[str]) -> None:
        """``visits`` are the titles of the two, and of a third one."""
        third = visits[2] if len(visits) > 2 else ""
        self._titled.titles = (title, visits[0], "", visits[1], tr("change"), third)
        self.setColumnHidden(THIRD, not third)
        self._titled.show_rows(rows)
        self.setAccessibleName(
            tr("{title}: {then} and {now}").format(title=title, then=visits[0], now=visits[1])
        )
        self.fit_rows()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Those that are shown."""
        return self._titled.rows

    def wanted(self, row: Row, most: int) -> int:
        if row.kind is RowKind.TOTAL:
            return theme.px(30 if self._close else 46)
        if row.kind is RowKind.DOMAIN:
            return theme.px(20 if self._close else 24)
        words = [(words_of_both(row) if self._close else row.now.words, NOW)]
        if not self._close and _says_then(row):
            words.append((row.then.words, THEN))
        if not self.isColumnHidden(THIRD):
            words.append((row.sides[2].words, THIRD))
        lines = [_lines(text, self._words_width(at), most) for text, at in words]
        if row.note:
            lines.append(_lines(row.note, self._words_width(ITEM), most) + 1)
        high = round(max(lines) * theme.px(SMALL) * LINE) + theme.px(2)
        return max(theme.px(21 if self._close else 28), high, self._title_height(row, most))

    def grown(self, heights: Sequence[int], room: int) -> list[int]:
        """What is left over goes to words that are cut, first of what changed; then to every question, evenly."""
        rows, found = self._titled.rows, list(heights)
        spare = room - sum(found)
        items = [at for at, row in enumerate(rows) if row.kind is RowKind.ITEM]
        for at in sorted(items, key=lambda at: not rows[at].changed):
            more = self.wanted(rows[at], MOST_LINES) - found[at]
            if 0 < more <= spare:
                found[at] += more
                spare -= more
        each = max(0, min(spare // len(items), theme.px(GROWS))) if items else 0
        return [one + each if at in items else one for at, one in enumerate(found)]

    def _title_height(self, row: Row, most: int) -> int:
        """px that the title of a question needs beside its number; 0 where one line does."""
        room = self.columnWidth(ITEM) - 2 * theme.px(PAD) - theme.px(28)
        weight = BOLD if row.changed else QFont.Weight.Normal
        if row.note or _width(row.title, USUAL, weight) <= room:
            return 0
        lines = len(_wrapped(row.title, room, most, USUAL - 1, theme.px(100)))
        return round(lines * theme.px(USUAL - 1) * LINE) + theme.px(2)

    def _words_width(self, column: int) -> int:
        return self.columnWidth(column) - 2 * theme.px(PAD) - theme.px(24)


class MeasuresTable(ComparedTable):
    """Numbers then and now, with the last six as a line and the change."""

    def __init__(self) -> None:
        model = _Titled(_measure_columns())
        super().__init__(model, Titles({0: "ink", 1: "ink", 2: "accent", 5: "ink"}))
        self._titled = model
        self.setItemDelegate(_Measures(self))
        header = self.horizontalHeader()
        for at, width in {1: 68, 2: 68, 3: 54, 4: 64, 5: 74}.items():
            header.setSectionResizeMode(at, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(at, theme.px(width))
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setColumnHidden(5, True)

    def show_rows(self, rows: Sequence[Measure], visits: Sequence[str]) -> None:
        """``visits`` are the titles of the two, and of a third one."""
        third = visits[2] if len(visits) > 2 else ""
        titles = (tr("Measurements"), visits[0], visits[1], "", tr("change"), third)
        self._titled.titles = titles
        self.setColumnHidden(5, not third)
        self._titled.show_rows(rows)
        text = tr("Measurements: {then} and {now}")
        self.setAccessibleName(text.format(then=visits[0], now=visits[1]))
        self.fit_rows()

    @property
    def rows(self) -> tuple[Measure, ...]:
        return self._titled.rows

    def wanted(self, row: Measure, most: int) -> int:
        width = self.columnWidth(0) - 2 * theme.px(PAD)
        note = _below(row, width)
        lines = _lines(note, width, most) if note else 0
        return theme.px(26) + round(lines * theme.px(SMALL) * LINE)


class _Titled(TableModel[Any]):
    """Titles of columns that name visits."""

    titles: Sequence[str] = ()

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        across = orientation == Qt.Orientation.Horizontal
        if across and role == Qt.ItemDataRole.DisplayRole and section < len(self.titles):
            return self.titles[section]
        return super().headerData(section, orientation, role)


def _answer_columns() -> list[Column[Row]]:
    return [
        Column(
            N_("Question"),
            lambda row: f"{row.number} {row.title}".strip(),
            second=lambda row: row.note,
            tip=lambda row: row.title,
        ),
        Column(
            N_("Then"),
            lambda row: row.then.text,
            second=lambda row: row.then.words,
            tip=lambda row: row.then.words,
            right=True,
        ),
        Column(N_("From then to now"), _moved),
        Column(
            N_("Now"),
            lambda row: row.now.text,
            second=lambda row: row.now.words,
            tip=lambda row: row.now.words,
        ),
        Column(N_("Change"), lambda row: row.change_text, right=True),
        Column(
            N_("Another visit"),
            lambda row: row.sides[2].text if len(row.sides) > 2 else "",
            second=lambda row: row.sides[2].words if len(row.sides) > 2 else "",
        ),
    ]


def _moved(row: Row) -> str:
    return f"{row.then.text} → {row.now.text}"


def _measure_columns() -> list[Column[Measure]]:
    return [
        Column(
            N_("Measurement"),
            lambda one: f"{one.title}, {one.unit}" if one.unit else one.title,
            second=lambda one: one.note,
            tip=lambda one: one.title,
        ),
        Column(N_("Then"), lambda one: one.sides[0].text, right=True),
        Column(N_("Now"), lambda one: one.sides[1].text, right=True),
        Column(N_("Last six"), lambda one: "" if len(one.series) < 2 else str(len(one.series))),
        Column(N_("Change"), lambda one: one.change_text, right=True),
        Column(
            N_("Another visit"),
            lambda one: one.sides[2].text if len(one.sides) > 2 else "",
            right=True,
        ),
    ]


class _Delegate(QStyledItemDelegate):
    """Paints a cell by its column."""

    painters: dict[int, Callable[[QPainter, QRectF, Any, Qt.LayoutDirection], object]] = {}  # noqa: RUF012

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.ground(painter, option, index, row)
        pad = theme.px(PAD)
        area = QRectF(option.rect).adjusted(pad, 0, -pad, 0)
        self.painters[index.column()](painter, area, row, option.direction)
        painter.restore()

    def ground(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: Any
    ) -> None:
        del index, row
        ground(painter, option)


class _Answers(_Delegate):
    def __init__(self, table: AnswersTable, *, close: bool) -> None:
        super().__init__(table)
        self.painters = {
            ITEM: _question,
            THEN: _then_alone if close else _then,
            SCALE: _scale,
            NOW: _now_and_then if close else _now,
            CHANGE: _change,
            THIRD: _third,
        }

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        below = index.sibling(1, index.column()).data(ROW_ROLE) if not index.row() else None
        if index.column() == SCALE and below is not None and below.kind is RowKind.ITEM:
            _scores(painter, QRectF(option.rect), index.data(ROW_ROLE), below)

    def ground(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: Row
    ) -> None:
        is_item = row.kind is RowKind.ITEM
        if row.kind is RowKind.DOMAIN:
            painter.fillRect(option.rect, theme.colour("ground"))
        elif is_item and row.changed:
            painter.fillRect(option.rect, theme.colour("warn_ground"))
        ground(painter, option)
        if row.kind is RowKind.TOTAL:
            painter.fillRect(
                option.rect.x(), option.rect.y(), option.rect.width(), 1, theme.colour("muted")
            )
        if is_item and row.changed and index.column() == ITEM:
            edge = option.rect.adjusted(0, 0, theme.px(3) - option.rect.width(), 0)
            painter.fillRect(
                QStyle.visualRect(option.direction, option.rect, edge), theme.colour("warn")
            )


class _Measures(_Delegate):
    def __init__(self, table: MeasuresTable) -> None:
        super().__init__(table)
        self.painters = {
            0: _measure_name,
            1: lambda p, area, row, way: _figure(p, area, row.sides[0].text, "muted", way),
            2: lambda p, area, row, way: _figure(
                p, area, row.sides[1].text, "ink", way, weight=BOLD
            ),
            3: _spark,
            4: _measure_change,
            5: lambda p, area, row, way: _figure(p, area, row.sides[2].text, "muted", way),
        }


# The cells of an answer.


def _question(painter: QPainter, area: QRectF, row: Row, way: Qt.LayoutDirection) -> None:
    if row.kind is RowKind.TOTAL:
        _line(painter, area, row.title, "ink", 14, BOLD, LEFT, way)
        return
    if row.kind is RowKind.DOMAIN:
        dot = _mirrored(QRectF(area.x(), area.y(), theme.px(12), area.height()), area, way)
        _marker(painter, dot.center(), row.role, theme.px(4), filled=True)
        words = _mirrored(area.adjusted(theme.px(18), 0, 0, 0), area, way)
        _line(painter, words, row.title, "ink", USUAL, BOLD, LEFT, way)
        return
    number = _mirrored(
        QRectF(area.x() + theme.px(4), area.y(), theme.px(22), area.height()), area, way
    )
    _line(painter, number, row.number, "muted", SMALL, QFont.Weight.Normal, LEFT, way)
    words = _mirrored(area.adjusted(theme.px(28), 0, 0, 0), area, way)
    weight = BOLD if row.changed else QFont.Weight.Normal
    if not row.note:
        if _width(row.title, USUAL, weight) <= words.width():
            _line(painter, words, row.title, "ink", USUAL, weight, LEFT, way)
        else:
            _words(painter, words, row.title, "ink", LEFT, way, size=USUAL - 1, weight=weight)
        return
    high = round(theme.px(USUAL) * 1.4)
    top = QRectF(words.x(), words.y() + theme.px(1), words.width(), high)
    _line(painter, top, row.title, "ink", USUAL, weight, LEFT, way)
    below = words.adjusted(0, high, 0, 0)
    _words(painter, below, row.note, "warn", LEFT, way)


def _says_then(row: Row) -> bool:
    """Whether the words of then are worth saying: of an answer that is another one now, or why there is none."""
    return bool(row.then.words) and (row.changed or row.then.value is None)


def words_of_both(row: Row) -> str:
    """The words of now, and those of then where they are others."""
    if row.kind is not RowKind.ITEM or not _says_then(row):
        return row.now.words
    then = tr("before: {words}").format(words=row.then.words)
    return f"{row.now.words} ({then})" if row.now.words else then


def _then(painter: QPainter, area: QRectF, row: Row, way: Qt.LayoutDirection) -> None:
    """The number at the end; before it the words of then."""
    taken = _then_alone(painter, area, row, way)
    if _says_then(row):
        rest = _mirrored(area.adjusted(0, 0, -taken, 0), area, way)
        _words(painter, rest, row.then.words, "muted", RIGHT, way)


def _then_alone(painter: QPainter, area: QRectF, row: Row, way: Qt.LayoutDirection) -> float:
    """The number at the end; answers with the px that it takes."""
    is_total = row.kind is RowKind.TOTAL
    size = LARGE - 2 if is_total else USUAL
    bold = row.changed and row.kind is RowKind.ITEM
    weight = BOLD if bold else QFont.Weight.Normal
    colour = "ink" if bold else "muted"
    _line(painter, area, row.then.text, colour, size, weight, RIGHT, way)
    return _width(row.then.text, size, weight) + theme.px(7)


def _now(painter: QPainter, area: QRectF, row: Row, way: Qt.LayoutDirection) -> None:
    _now_with(painter, area, row, row.now.words, way)


def _now_and_then(painter: QPainter, area: QRectF, row: Row, way: Qt.LayoutDirection) -> None:
    _now_with(painter, area, row, words_of_both(row), way)


def _now_with(
    painter: QPainter, area: QRectF, row: Row, words: str, way: Qt.LayoutDirection
) -> None:
    size = LARGE if row.kind is RowKind.TOTAL else USUAL
    _line(painter, area, row.now.text, "ink", size, BOLD, LEFT, way)
    colour = "ink" if row.changed and row.kind is RowKind.ITEM else "muted"
    _beside(painter, area, row.now.text, words or _sum_note(row), colour, size, way)


def _sum_note(row: Row) -> str:
    return row.note if row.kind is not RowKind.ITEM else ""


def _third(painter: QPainter, area: QRectF, row: Row, way: Qt.LayoutDirection) -> None:
    side = row.sides[2]
    size = LARGE - 2 if row.kind is RowKind.TOTAL else USUAL
    _line(painter, area, side.text, "ink", size, QFont.Weight.Normal, LEFT, way)
    _beside(painter, area, side.text, side.words, "muted", size, way)


def _beside(
    painter: QPainter,
    area: QRectF,
    figure: str,
    words: str,
    colour: str,
    size: int,
    way: Qt.LayoutDirection,
) -> None:
    if words:
        taken = max(theme.px(16), _width(figure, size, BOLD) + theme.px(8))
        rest = _mirrored(area.adjusted(taken, 0, 0, 0), area, way)
        _words(painter, rest, words, colour, LEFT, way)


def _change(painter: QPainter, area: QRectF, row: Row, way: Qt.LayoutDirection) -> None:
    """An answer that is the same has a point: the eye finds those that are not."""
    is_same = row.kind is RowKind.ITEM and row.change == 0
    text = "·" if is_same else row.change_text
    colour = "bad" if row.worse else "ink" if row.change else "muted"
    size = LARGE if row.kind is RowKind.TOTAL else USUAL
    _line(
        painter, area, text, colour, size, BOLD if row.change else QFont.Weight.Normal, RIGHT, way
    )


def _scale(painter: QPainter, area: QRectF, row: Row, _way: Qt.LayoutDirection) -> None:
    """Hollow then, solid now, on the scores of the question; of one that was asked on two scales, now only.

    Low scores are at the left in every language, as on the axis of a plot.
    """
    inner = area.adjusted(theme.px(6), 0, -theme.px(6), 0)
    steps = row.high - row.low
    y = inner.center().y()

    def x(value: float) -> float:
        return inner.x() + inner.width() * (value - row.low) / steps

    if row.kind is RowKind.DOMAIN:
        return
    painter.setPen(QPen(theme.colour("line"), theme.px(4) if row.kind is RowKind.TOTAL else 1))
    painter.drawLine(QPointF(inner.left(), y), QPointF(inner.right(), y))
    if row.kind is RowKind.ITEM:
        tick = min(inner.height() / 2 - 3, theme.px(9))
        for value in range(row.low, row.high + 1):
            painter.drawLine(QPointF(x(value), y - tick), QPointF(x(value), y + tick))
    then = None if row.kind is RowKind.ITEM and row.note else row.then.value
    now = row.now.value
    if then is not None and now is not None and then != now:
        painter.setPen(QPen(series.colour(row.role), theme.px(3)))
        painter.drawLine(QPointF(x(then), y), QPointF(x(now), y))
    if then is not None and then != now:
        _marker(painter, QPointF(x(then), y), row.role, theme.px(5), filled=False)
    if now is not None:
        small = row.kind is RowKind.ITEM and not row.changed
        _marker(painter, QPointF(x(now), y), row.role, theme.px(3 if small else 4), filled=True)


def _scores(painter: QPainter, area: QRectF, head: Row, below: Row) -> None:
    """The scores above the first scale, where a line without one is above it."""
    if head.kind is not RowKind.DOMAIN or below.high - below.low > 10:
        return
    edge, wide = theme.px(PAD) + theme.px(6), theme.px(20)
    step = (area.width() - 2 * edge) / (below.high - below.low)
    painter.setFont(theme.font(SMALL))
    painter.setPen(theme.colour("muted"))
    for at, score in enumerate(range(below.low, below.high + 1)):
        box = QRectF(area.x() + edge + at * step - wide / 2, area.y(), wide, area.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(score))


def _legend(painter: QPainter, area: QRectF) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    left = Qt.LayoutDirection.LeftToRight
    half = area.width() / 2
    for at, (text, filled) in enumerate(((tr("then"), False), (tr("now"), True))):
        part = QRectF(area.x() + at * half, area.y(), half, area.height())
        centre = QPointF(part.x() + theme.px(6), part.center().y())
        _marker(painter, centre, "total", theme.px(4), filled=filled)
        words = part.adjusted(theme.px(15), 0, 0, 0)
        _line(painter, words, text, "muted", 12, QFont.Weight.Normal, LEFT, left)


# The cells of a measurement.


def _measure_name(painter: QPainter, area: QRectF, row: Measure, way: Qt.LayoutDirection) -> None:
    """Its unit at the end of the line where it has room; below what else is known of it."""
    high = theme.px(26)
    top = QRectF(area.x(), area.y(), area.width(), high)
    name = top
    if not _is_long(row, area.width()):
        _line(painter, top, row.unit, "muted", SMALL, QFont.Weight.Normal, RIGHT, way)
        taken = _width(row.unit, SMALL, QFont.Weight.Normal)
        name = _mirrored(top.adjusted(0, 0, -taken, 0), top, way)
    _line(painter, name, row.title, "ink", USUAL, QFont.Weight.Medium, LEFT, way)
    if note := _below(row, area.width()):
        below = QRectF(area.x(), area.y() + high - theme.px(4), area.width(), area.height() - high)
        _words(painter, below, note, row.tone or "muted", LEFT, way, top=True)


def _is_long(row: Measure, width: float) -> bool:
    """Whether a name leaves its unit no room beside it."""
    unit = _width(row.unit, SMALL, QFont.Weight.Normal) + theme.px(6)
    return _width(row.title, USUAL, QFont.Weight.Medium) + unit > width


def _below(row: Measure, width: float) -> str:
    """The small line below a name."""
    unit = row.unit if _is_long(row, width) else ""
    return "; ".join(filter(None, (unit, row.note)))


def _figure(
    painter: QPainter,
    area: QRectF,
    text: str,
    colour: str,
    way: Qt.LayoutDirection,
    *,
    weight: QFont.Weight = QFont.Weight.Normal,
) -> None:
    top = QRectF(area.x(), area.y(), area.width(), theme.px(26))
    top.adjust(-theme.px(PAD), 0, theme.px(PAD - 4), 0)
    _line(painter, top, text, colour, USUAL, weight, RIGHT, way)


def _measure_change(painter: QPainter, area: QRectF, row: Measure, way: Qt.LayoutDirection) -> None:
    colour = "bad" if row.worse else "ink" if row.change else "muted"
    weight = BOLD if row.change else QFont.Weight.Normal
    _figure(painter, area, row.change_text, colour, way, weight=weight)


def _spark(painter: QPainter, area: QRectF, row: Measure, _way: Qt.LayoutDirection) -> None:
    """The last six values by their days; the last one solid. It has no scale, and says no number."""
    if len(row.series) < 2:
        return
    box = QRectF(area.x() - theme.px(4), area.y() + theme.px(6), area.width() + theme.px(4), 0)
    box.setHeight(theme.px(14))
    ink = series.colour(row.role)
    line = QPen(ink, theme.px(1.5))
    # The dot is as large as the other marks, which have an edge of 1 px.
    paint_spark(painter, box, row.series, line=line, dot=ink, radius=theme.px(2) + 0.5)


# What every cell is painted with.


def _marker(
    painter: QPainter,
    centre: QPointF,
    role: str,
    size: float,
    *,
    filled: bool,
) -> None:
    ink = series.colour(role)
    painter.setPen(QPen(ink, theme.px(2) if not filled else 1))
    painter.setBrush(ink if filled else theme.colour("card"))
    shape = plot_style.of(role).marker
    if shape not in CORNERS:
        painter.drawEllipse(centre, size, size)
        return
    painter.drawPolygon(
        QPolygonF(
            [QPointF(centre.x() + dx * size, centre.y() + dy * size) for dx, dy in CORNERS[shape]]
        )
    )


def _mirrored(part: QRectF, whole: QRectF, way: Qt.LayoutDirection) -> QRectF:
    """A part of a cell, at the other side where one reads from the right."""
    if way == Qt.LayoutDirection.LeftToRight:
        return part
    return QRectF(
        whole.left() + whole.right() - part.right(), part.y(), part.width(), part.height()
    )


def _line(
    painter: QPainter,
    area: QRectF,
    text: str,
    colour: str,
    size: int,
    weight: QFont.Weight,
    side: Qt.AlignmentFlag,
    way: Qt.LayoutDirection,
) -> None:
    """One line in the middle of its height; cut where it has too little room."""
    font = theme.font(size, weight)
    shown = text
    if _width(text, size, weight) > area.width():
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.setFont(font)
    painter.setPen(theme.colour(colour))
    align = QStyle.visualAlignment(way, side | Qt.AlignmentFlag.AlignVCenter)
    painter.drawText(area, align | Qt.TextFlag.TextSingleLine, shown)


def _words(
    painter: QPainter,
    area: QRectF,
    text: str,
    colour: str,
    side: Qt.AlignmentFlag,
    way: Qt.LayoutDirection,
    *,
    top: bool = False,
    size: int = SMALL,
    weight: QFont.Weight = QFont.Weight.Normal,
) -> None:
    """Small words on as many lines as there is room for, the last one cut."""
    high = theme.px(size) * LINE
    fit = max(1, min(MOST_LINES, int((area.height() + theme.px(3)) // high)))
    lines = _wrapped(text, int(area.width()), fit, size, theme.px(100))
    painter.setFont(theme.font(size, weight))
    painter.setPen(theme.colour(colour))
    align = QStyle.visualAlignment(way, side | Qt.AlignmentFlag.AlignVCenter)
    y = area.y() if top else area.center().y() - high * len(lines) / 2
    for at, line in enumerate(lines):
        box = QRectF(area.x(), y + at * high, area.width(), high)
        painter.drawText(box, align | Qt.TextFlag.TextSingleLine, line)


def _width(text: str, size: int, weight: QFont.Weight) -> float:
    return _measured(text, size, weight, theme.px(100))


@lru_cache(maxsize=4096)
def _measured(text: str, size: int, weight: QFont.Weight, _percent: int) -> float:
    """px; measured once a text size."""
    return QFontMetricsF(theme.font(size, weight)).horizontalAdvance(text)


def _lines(text: str, width: int, most: int) -> int:
    """How many lines small words take at a width, at the most so many."""
    return len(_wrapped(text, width, most, SMALL, theme.px(100))) if text else 1


@lru_cache(maxsize=4096)
def _wrapped(text: str, width: int, most: int, size: int, _percent: int) -> tuple[str, ...]:
    """Words on lines no wider than ``width``, at most so many: the last one is cut, and so is a word that is wider."""
    metrics = QFontMetricsF(theme.font(size))
    lines: list[str] = [""]
    words = text.split(" ")
    for at, word in enumerate(words):
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(word)
        else:
            rest = " ".join([lines[-1], *words[at:]])
            lines[-1] = rest
            break
    return tuple(metrics.elidedText(one, Qt.TextElideMode.ElideRight, width) for one in lines)
