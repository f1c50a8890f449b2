"""The course of an event: a row for every change of its grade, and the same as a line of steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from core.entering.event_form import CHANGE, EventForm
from core.entry import Problem
from core.model.adverse_event import Grade
from core.model.event_details import EventDetails
from core.words import plural
from ui import theme
from ui.forms.event.inputs import DayLine, Marked
from ui.widgets.basics import clear, label
from ui.widgets.fields import TextField
from ui.words import tr

FIELDS = ("day", "grade", "state")
HIGH = 76  # px of the line of steps


class CourseRows(QWidget):
    """Rows of day, grade and state; the last one is always free. ``changed`` carries name and text."""

    changed = Signal(str, str)
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(2, 1)
        self.lines: dict[str, TextField] = {}
        self._shown: tuple[str, ...] = ()
        self._on_edited: Callable[[str], None] = lambda _text: self.edited.emit()

    def show_form(self, form: EventForm) -> None:
        """The rows of an event; those that stay keep what is typed in them, and the keyboard."""
        if form.rows != self._shown:
            self._make(form.rows)
        for name, line in self.lines.items():
            if line.text.strip() != form.text(name).strip() and not line.line.hasFocus():
                line.set_text(form.text(name))
                line.line.setCursorPosition(0)
        self._show_free()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._show_free()

    def _show_free(self) -> None:
        """The row that is free is there where something can be entered."""
        for name, line in self.lines.items():
            shown = self.isEnabled() or not self._shown or name.split(".")[1] != self._shown[-1]
            if line.isHidden() == shown:
                line.setVisible(shown)

    @property
    def texts(self) -> dict[str, str]:
        return {name: line.text.strip() for name, line in self.lines.items()}

    def show_problems(self, problems: Mapping[str, Problem]) -> None:
        for name, line in self.lines.items():
            line.show_problem(problems.get(name))

    def _make(self, rows: Sequence[str]) -> None:
        if rows[: len(self._shown)] != self._shown:  # of another event
            clear(self._grid)
            self.lines, self._shown = {}, ()
        if not self._shown:
            for at, title in enumerate((tr("From"), tr("Grade"), tr("State"))):
                self._grid.addWidget(label(title, "small"), 0, at)
        for number, row in enumerate(rows[len(self._shown) :], start=len(self._shown) + 1):
            day = DayLine("", tr("Change {n}: from").format(n=number), width=118)
            grade = Marked("", width=46)
            grade.line.setAccessibleName(tr("Change {n}: grade").format(n=number))
            state = TextField("")
            state.line.setAccessibleName(tr("Change {n}: state").format(n=number))
            for at, (field, line) in enumerate(zip(FIELDS, (day, grade, state), strict=True)):
                self._add(f"{CHANGE}.{row}.{field}", line, number, at)
        self._shown = tuple(rows)

    def _add(self, name: str, line: TextField, number: int, at: int) -> None:
        self.lines[name] = line
        line.committed.connect(lambda: self.changed.emit(name, line.text.strip()))
        line.line.textEdited.connect(self._on_edited)
        self._grid.addWidget(line, number, at, Qt.AlignmentFlag.AlignTop)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Grades from a day on, and the day at which the line ends; ``stays`` are days in hospital."""

    grades: tuple[tuple[date, Grade], ...]
    end: date
    over: bool
    stays: tuple[tuple[date, date], ...]


class StepLine(QWidget):
    """The grade over the days, the stay in hospital below it. It says in words what it shows."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: _Steps | None = None
        self.setFixedHeight(theme.px(HIGH))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(HIGH))

    def show_event(self, known: EventDetails | None, today: date) -> None:
        self._steps = None if known is None else _steps(known, today)
        steps = self._steps
        said = tr("No course yet.")
        if steps is not None:
            days = max(0, (steps.end - steps.grades[0][0]).days)
            said = plural(days, "Grade over 1 day", "Grade over {n} days")
            said += ": " + ", ".join(str(grade.value) for _day, grade in steps.grades)
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        steps = self._steps
        if steps is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(theme.px(18), theme.px(6), -theme.px(8), -theme.px(12))
        first = steps.grades[0][0]
        days = max(1, (steps.end - first).days)

        def x(on: date) -> float:
            part = min(1.0, max(0.0, (on - first).days / days))
            return room.left() + room.width() * part

        highest = max(grade for _day, grade in steps.grades)
        painter.setFont(theme.font(10))
        for grade in Grade:
            if grade <= highest:
                self._paint_level(painter, room, grade, highest)
        painter.setPen(QPen(theme.colour("warn"), 2))
        points: list[QPointF] = []
        for at, (on, grade) in enumerate(steps.grades):
            until = steps.grades[at + 1][0] if at + 1 < len(steps.grades) else steps.end
            y = _y(room, grade, highest)
            points += [QPointF(x(on), y), QPointF(x(until), y)]
        painter.drawPolyline(points)
        painter.setPen(Qt.PenStyle.NoPen)
        if steps.over:
            painter.setBrush(theme.colour("good"))
            painter.drawEllipse(points[-1], 4, 4)
        painter.setBrush(theme.colour("muted"))
        for begun, over in steps.stays:
            left, right = x(begun), x(over)
            painter.drawRect(QRectF(left, room.bottom() + 4, max(3, right - left), theme.px(5)))
        painter.end()

    def _paint_level(self, painter: QPainter, room: QRectF, grade: Grade, highest: Grade) -> None:
        y = _y(room, grade, highest)
        painter.setPen(theme.colour("line"))
        painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
        painter.setPen(theme.colour("muted"))
        box = QRectF(0, y - 7, room.left() - 6, 14)
        way = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, way, str(grade.value))


def _y(room: QRectF, grade: Grade, highest: Grade) -> float:
    """Grade 1 at the bottom, the highest one at the top."""
    part = (grade.value - 1) / max(1, highest.value - 1)
    return room.bottom() - part * (room.height() - 4) - 2


def _steps(known: EventDetails, today: date) -> _Steps:
    event = known.event
    grades = [(one.day.first, one.grade) for one in known.course]
    if not grades or grades[0][0] > event.onset.first:
        grades.insert(0, (event.onset.first, event.grade if not grades else grades[0][1]))
    end = max(event.ended.last if event.ended is not None else today, grades[-1][0])
    stays = []
    if known.record is not None and (admitted := known.record.day("admitted")) is not None:
        out = known.record.day("discharged")
        stays.append((admitted.first, end if out is None else out.last))
    return _Steps(tuple(grades), end, event.ended is not None, tuple(stays))
