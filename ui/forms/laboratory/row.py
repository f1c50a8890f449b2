"""One test of the laboratory table: painted, with a field for today's value and a button for a proposed grade."""

from datetime import date, datetime, time

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QStyle, QVBoxLayout, QWidget

from core.entry import Problem
from core.laboratory.grading import Flag
from core.model.ids import LabResultId
from core.model.laboratory import LabResult
from core.views.laboratory import Cell, Head, Row
from core.words import MISSING
from ui import theme
from ui.forms.laboratory.places import HEAD, HEIGHT, OPENED, SECOND, Places, places
from ui.widgets.basics import PressButton, restyle
from ui.widgets.fields import Line, ProblemLine, mark_asked
from ui.words import tr

END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
BEGIN = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_BOLD = QFont.Weight.DemiBold
MARK = 28  # px before an earlier value, in which a query on it is offered
_GRADES = {
    1: ("card", "ink"),
    2: ("warn_ground", "warn"),
    3: ("warn_ground", "warn"),
    4: ("bad_ground", "bad"),
}


class ValueLine(Line):
    """Where a value is typed. A key that is a command of the table is emitted, and not typed.

    ``-`` in an empty field, ``/``, U and A where only a number stands there: a unit that is being typed keeps its letters.
    """

    command = Signal(str)
    arrived = Signal()

    def __init__(self, *, is_number: bool) -> None:
        super().__init__()
        self._is_number = is_number

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.arrived.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}
        if event.matches(QKeySequence.StandardKey.Paste):
            self.command.emit("paste")
        elif event.key() in moves:
            self.command.emit(moves[Qt.Key(event.key())])
        elif (command := self._command(event)) is not None:
            self.command.emit(command)
        else:
            super().keyPressEvent(event)

    def _command(self, event: QKeyEvent) -> str | None:
        key, text = event.text().upper(), self.text()
        held = event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        )
        if held:
            return None
        is_fresh = not text or (self.hasSelectedText() and self.selectedText() == text)
        if key == "-" and is_fresh:
            return "-"
        if not self._is_number:
            return (
                key if key in {"/", "A"} and text and is_fresh and not self.isModified() else None
            )
        plain = text[-1:] != " " and not any(letter.isalpha() for letter in text)
        return key if key in {"/", "A", "U"} and (plain or is_fresh) else None


class LabRow(QWidget):
    """``command`` carries a key of the table; ``opened`` says that the line was clicked."""

    command = Signal(str)

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.row = row
        self.test = row.test
        self._samples = len(row.before)
        self._span = (date.min, date.max)
        self._reference_on: date | None = None
        self._focused = False
        self._asked: frozenset[LabResultId] = frozenset()
        self.setProperty("role", "lab")
        self.line = ValueLine(is_number=row.test.is_number)
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.line.command.connect(self.command)
        self.line.arrived.connect(self._on_arrived)
        self.line.left.connect(self._on_left)
        self.accept = PressButton(tr("A accept"))
        self.accept.setProperty("link", "true")
        self.accept.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its key is in the field
        self.accept.clicked.connect(lambda _checked=False: self.command.emit("A"))
        self._body = QWidget()
        self.line.setParent(self._body)
        self.accept.setParent(self._body)
        self.accept.hide()
        self.problem = ProblemLine()
        self.problem.setContentsMargins(theme.px(12), 0, theme.px(12), theme.px(4))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._body)
        layout.addWidget(self.problem)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._fit()

    def show_row(self, row: Row, span: tuple[date, date], reference_on: date | None) -> None:
        self.row, self._span, self._reference_on = row, span, reference_on
        self._samples = len(row.before)
        self.line.setAccessibleName(row.name)
        self.line.setToolTip(self._said)
        self.accept.setAccessibleName(
            tr("Accept for {test}: {what}").format(test=row.test.title, what=self._said)
        )
        self.accept.setVisible(row.proposal is not None and not self.line.isReadOnly())
        self._fit()
        self.update()

    def show_text(self, text: str, *, typed: bool) -> None:
        """What stands in the field: a value, or what was ``typed`` and is none yet."""
        self.line.setText("" if typed else text)
        if typed:
            self.line.put_back(text)
        colour = {Flag.HIGH: "warn", Flag.LOW: "warn", Flag.ABNORMAL: "warn"}
        tone = "bad" if self._is_severe else colour.get(self.row.flag or Flag.WITHIN, "")
        if self.line.property("tone") != tone:
            self.line.setProperty("tone", tone)
            restyle(self.line)

    def show_asked(self, asked: frozenset[LabResultId]) -> None:
        """Mark the values that somebody asked about."""
        if self.row.result is not None or self.line.property("asked"):
            mine = self.row.result is not None and self.row.result.id in asked
            mark_asked(self.line, asked=mine)
        self._asked = asked
        self.update()

    def show_problem(self, problem: Problem | None) -> None:
        self.problem.show_problem(problem)
        self.line.setAccessibleDescription(problem.message if problem else self._said)
        wrong = "true" if problem else "false"
        if self.line.property("wrong") != wrong:
            self.line.setProperty("wrong", wrong)
            restyle(self.line)

    @property
    def _is_severe(self) -> bool:
        return self.row.proposal is not None and self.row.proposal.grade >= 2

    @property
    def _said(self) -> str:
        """The judgement in words: flag, reference, grade with its reason and CTCAE's own words, comment."""
        row = self.row
        parts = [row.flag_words]
        if row.proposal is not None:
            words = tr("CTCAE grade {grade} is proposed: {term}, {reason}. {text}")
            parts.append(
                words.format(
                    grade=row.proposal.grade.value,
                    term=row.proposal.term,
                    reason=row.proposal.reason,
                    text=row.proposal.text,
                )
            )
        else:
            parts.append(row.remark)
        if row.flag is Flag.LOW:
            parts.append(row.test.why_low)
        if row.result is not None:
            parts.append(row.result.note)
        return "; ".join(filter(None, parts))

    def _places(self) -> Places:
        return places(self.width(), self._samples)

    def _fit(self) -> None:
        found = self._places()
        height = theme.px(HEIGHT)
        if found.narrow:
            height += theme.px(SECOND + (OPENED if self._focused else 0))
        self._body.setFixedHeight(height)
        self.line.setGeometry(self._visual(found.entry.adjusted(0, 2, 0, -2)))
        self.accept.setGeometry(self._visual(found.accept.adjusted(0, 2, 0, -2)))

    def _visual(self, area: QRect) -> QRect:
        return QStyle.visualRect(
            self.layoutDirection(), QRect(0, 0, self.width(), self.height()), area
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(420), super().sizeHint().height())

    def _on_arrived(self) -> None:
        self._focused = True
        self._fit()
        self.update()

    def _on_left(self) -> None:
        self._focused = False
        self._fit()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        event.accept()

    def result_at(self, at: QPoint) -> tuple[LabResult, QRect | None] | None:
        """The result at a place: an earlier one with the part that shows it, else that of the sample; None of neither."""
        for number, area in enumerate(self._places().before):
            if self._visual(area).contains(at):
                return self._earlier(number)
        return None if self.row.result is None else (self.row.result, None)

    @property
    def newest_before(self) -> tuple[LabResult, QRect | None] | None:
        """The newest earlier result that is shown."""
        every = reversed(range(len(self._places().before)))
        return next((one for number in every if (one := self._earlier(number)) is not None), None)

    def _earlier(self, number: int) -> tuple[LabResult, QRect] | None:
        """The earlier result of a column, with its words and the room for a mark before them."""
        cell, words = self._cells()[number]
        room = words.adjusted(-theme.px(MARK), 0, 0, 0)
        return None if cell is None else (cell.result, self._visual(room))

    def _cells(self) -> list[tuple[Cell | None, QRect]]:
        """The earlier values that have room, each with where its words are, from the left."""
        areas = self._places().before
        cells = self.row.before[len(self.row.before) - len(areas) :]
        metrics = QFontMetrics(theme.font(13, _BOLD))
        found = []
        for area, cell in zip(areas, cells, strict=True):
            wide = metrics.horizontalAdvance(MISSING if cell is None else cell.text) + 2
            found.append((cell, area.adjusted(max(0, area.width() - wide), 0, 0, 0)))
        return found

    # Painting.

    @property
    def painted_words(self) -> list[QRect]:
        """Where words are written beside the field: whole columns of them, and earlier values where they end."""
        row, found = self.row, self._places()
        written = [found.title, found.unit, found.reference]
        written += [words for _cell, words in self._cells()]
        written += [found.flag] if row.flag_words else []
        written += [found.remark] if self._remark or found.narrow else []
        return [self._visual(area) for area in written]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, row, found = QPainter(self), self.row, self._places()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._focused:
            painter.fillRect(self._body.geometry(), theme.colour("accent_ground"))
        marked = row.proposal is not None or (row.flag is not None and row.flag.is_out)
        weight = _BOLD if marked or self._focused else QFont.Weight.Normal
        self._write(painter, found.title, row.test.title, "ink", BEGIN, weight)
        for area, (cell, words) in zip(found.before, self._cells(), strict=True):
            if cell is not None and cell.result.id in self._asked:
                ground = words.adjusted(-theme.px(4), theme.px(4), theme.px(4), -theme.px(4))
                painter.fillRect(self._visual(ground), theme.colour("warn_ground"))
            text = MISSING if cell is None else cell.text
            out = cell is not None and cell.flag.is_out
            self._write(
                painter,
                area,
                text,
                "warn" if out else "muted" if cell is None else "ink",
                END,
                _BOLD if out else QFont.Weight.Normal,
            )
        self._paint_flag(painter, found.flag)
        if found.narrow:
            parts = [row.unit, row.reference, self._remark]
            self._write(
                painter, found.remark, "  ·  ".join(filter(None, parts)), "muted", BEGIN, size=11
            )
        else:
            self._write(painter, found.unit, row.unit, "muted", BEGIN, size=11)
            self._write(painter, found.reference, row.reference, "muted", END, size=12)
            self._paint_remark(painter, found.remark)
        if not found.narrow or self._focused:
            paint_trend(painter, self._visual(found.trend), row, self._span, self._reference_on)
        painter.setPen(theme.colour("line"))
        bottom = self._body.height() - 1
        painter.drawLine(theme.px(12), bottom, self.width() - theme.px(12), bottom)
        painter.end()

    def _write(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        colour: str,
        align: Qt.AlignmentFlag,
        weight: QFont.Weight = QFont.Weight.Normal,
        size: int = 13,
    ) -> None:
        painter.setFont(theme.font(size, weight))
        painter.setPen(theme.colour(colour))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(
            self._visual(area), QStyle.visualAlignment(self.layoutDirection(), align), shown
        )

    def _paint_flag(self, painter: QPainter, area: QRect) -> None:
        """The word, and an arrow for who does not read it."""
        row = self.row
        if not row.flag_words:
            return
        tone = "bad" if self._is_severe else "muted" if row.flag is Flag.NOT_DONE else "warn"
        self._write(
            painter,
            area,
            row.flag_words,
            tone,
            BEGIN,
            _BOLD if tone != "muted" else QFont.Weight.Normal,
            12,
        )
        if row.flag not in {Flag.HIGH, Flag.LOW}:
            return
        painter.setFont(theme.font(12, _BOLD))
        x = area.x() + painter.fontMetrics().horizontalAdvance(row.flag_words) + theme.px(7)
        side, middle = theme.px(4), area.center().y() + 1
        at = self._visual(QRect(x, middle - side, 2 * side, 2 * side)).center()
        up = -1 if row.flag is Flag.HIGH else 1
        tip, base = QPoint(0, up * side), up * -side // 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(tone))
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(at + tip),
                    QPointF(at.x() - side, at.y() + base),
                    QPointF(at.x() + side, at.y() + base),
                ]
            )
        )

    @property
    def _remark(self) -> str:
        row = self.row
        grade = ""
        if row.proposal is not None:
            text = tr("at least grade {grade}") if row.proposal.at_least else tr("grade {grade}")
            grade = text.format(grade=row.proposal.grade.value)
        note = row.result.note if row.result is not None else ""
        return " · ".join(filter(None, (grade, row.remark, note)))

    def _paint_remark(self, painter: QPainter, area: QRect) -> None:
        row = self.row
        note = row.result.note if row.result is not None else ""
        if row.proposal is None:
            text = " · ".join(filter(None, (row.remark, note)))
            self._write(painter, area, text, "muted", BEGIN, size=12)
            return
        side = theme.px(16)
        square = QRect(area.x(), area.center().y() - side // 2, side, side)
        ground, ink = _GRADES.get(row.proposal.grade.value, ("bad_ground", "bad"))
        painter.setPen(QPen(theme.colour("strong_line" if ground == "card" else ink), 1.2))
        painter.setBrush(theme.colour(ground))
        shown = self._visual(square)
        painter.drawRoundedRect(QRectF(shown), 3, 3)
        painter.setFont(theme.font(11, _BOLD))
        painter.setPen(theme.colour(ink))
        painter.drawText(shown, Qt.AlignmentFlag.AlignCenter, str(row.proposal.grade.value))
        rest = area.adjusted(side + theme.px(8), 0, 0, 0)
        sign = "≥ " if row.proposal.at_least else ""
        text = " · ".join(filter(None, (sign + row.remark, note)))
        self._write(painter, rest, text, "ink", BEGIN, QFont.Weight.Medium, 12)


def paint_trend(
    painter: QPainter, area: QRect, row: Row, span: tuple[date, date], reference_on: date | None
) -> None:
    """The values over time against the reference of the sample; a value with < or > is a ring, and no line leads to it."""
    if area.width() < theme.px(40) or not row.test.is_number:
        return
    box = QRectF(area).adjusted(theme.px(4), theme.px(5), -theme.px(4), -theme.px(5))
    first = datetime.combine(span[0], time())
    seconds = max(1.0, (datetime.combine(span[1], time.max) - first).total_seconds())
    values = [point.value for point in row.trend]
    limits = [limit for limit in (row.low, row.high) if limit is not None]
    low = min([*values, *limits, 0.0] if row.low is None else [*values, *limits])
    high = max([*values, *limits], default=1.0)
    reach = (high - low) or 1.0

    def x(at: datetime) -> float:
        return box.x() + box.width() * (at - first).total_seconds() / seconds

    def y(value: float) -> float:
        return box.bottom() - box.height() * (value - low) / reach

    if limits:
        top = y(row.high) if row.high is not None else box.y()
        bottom = y(row.low) if row.low is not None else box.bottom()
        painter.fillRect(
            QRectF(box.x(), top, box.width(), bottom - top), theme.colour("good_ground")
        )
    if reference_on is not None and span[0] <= reference_on <= span[1]:
        painter.setPen(QPen(theme.colour("accent"), 1))
        at = x(datetime.combine(reference_on, time(12)))
        painter.drawLine(QPointF(at, area.y()), QPointF(at, area.bottom()))
    _paint_points(painter, row, [QPointF(x(one.at), y(one.value)) for one in row.trend])


def _paint_points(painter: QPainter, row: Row, at: list[QPointF]) -> None:
    exact = [place for place, one in zip(at, row.trend, strict=True) if one.exact]
    painter.setPen(QPen(theme.colour("ink"), 1.2))
    painter.drawPolyline(exact)
    for place, one in zip(at, row.trend, strict=True):
        colour: QColor = theme.colour("warn" if one.flag.is_out else "ink")
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(colour if one.exact else theme.colour("card"))
        painter.drawEllipse(place, 2.4, 2.4)


class HeadRow(QWidget):
    """The columns' headings over the rows, on the same places."""

    def __init__(self) -> None:
        super().__init__()
        self._before: tuple[Head, ...] = ()
        self._now = Head("", "")
        self._since = ""
        self.setFixedHeight(theme.px(HEAD))

    def show_heads(self, before: tuple[Head, ...], now: Head, since: str) -> None:
        self._before, self._now, self._since = before, now, since
        samples = ", ".join(f"{one.title} {one.on}" for one in (*before, now))
        self.setAccessibleName(tr("Samples: {samples}").format(samples=samples))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, found = QPainter(self), places(self.width(), len(self._before))
        half = self.height() // 2
        foot = {
            tr("Test"): (found.title, BEGIN),
            tr("Flag"): (found.flag, BEGIN),
        }
        if not found.narrow:
            foot |= {
                tr("Unit"): (found.unit, BEGIN),
                tr("Reference"): (found.reference, END),
                self._since: (found.trend, BEGIN),
                tr("CTCAE 5.0, proposed"): (found.remark, BEGIN),
            }
        for text, (area, align) in foot.items():
            self._write(painter, area, half, text, "muted", align)
        heads = self._before[len(self._before) - len(found.before) :]
        for area, head in zip(found.before, heads, strict=True):
            self._write(painter, area, 0, head.title, "ink", END, _BOLD)
            self._write(painter, area, half, head.on, "muted", END)
        entry = found.entry.adjusted(-theme.px(30), 0, 0, 0)
        self._write(painter, entry, 0, self._now.title, "accent", END, _BOLD)
        self._write(painter, entry, half, self._now.on, "accent", END)
        painter.end()

    def _write(
        self,
        painter: QPainter,
        area: QRect,
        top: int,
        text: str,
        colour: str,
        align: Qt.AlignmentFlag,
        weight: QFont.Weight = QFont.Weight.Normal,
    ) -> None:
        painter.setFont(theme.font(11, weight))
        painter.setPen(theme.colour(colour))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        place = QRect(area.x(), top, area.width(), self.height() // 2)
        place = QStyle.visualRect(self.layoutDirection(), self.rect(), place)
        painter.drawText(place, QStyle.visualAlignment(self.layoutDirection(), align), shown)
