"""The lines of the step: what runs, from when, and the answer; and the question for another one."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from core.entering.visit.since import Group, Line
from core.forms import wording
from core.labels import SINCE
from core.model.form_record import Since
from core.model.partial_date import partial_day
from ui import theme
from ui.forms.since.strip import Bar, Scale, Strip
from ui.widgets.basics import TileButton, column, label, restyle, row
from ui.widgets.fields import Line as TypedLine
from ui.words import tr

KEYS = {
    Since.SAME: "S",
    Since.CHANGED: "C",
    Since.ENDED: "E",
    Since.NEW: "Y",
    Since.NOTHING_NEW: "N",
}


class KeyButton(TileButton):
    """An answer with the key that gives it, painted as a cap."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__()
        self.key, self.words = key, text
        self.setProperty("segment", "true")
        self.setAccessibleName(text)
        self.setToolTip(key)

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self.words)
        return QSize(wide + theme.px(48), theme.px(34))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(18)
        cap = QRect(theme.px(9), (self.height() - side) // 2, side, side)
        words = QRect(cap.right() + theme.px(7), 0, self.width(), self.height())
        if self.isRightToLeft():
            cap.moveRight(self.width() - cap.left())
            words = QRect(0, 0, cap.left() - theme.px(7), self.height())
        painter.setPen(theme.colour("strong_line"))
        painter.setBrush(theme.colour("card"))
        painter.drawRoundedRect(cap, 4, 4)
        painter.setPen(theme.colour("muted"))
        painter.setFont(theme.font(11))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self.key)
        painter.setPen(theme.colour("accent" if self.isChecked() else "ink"))
        painter.setFont(self.font())
        start = Qt.AlignmentFlag.AlignLeft  # the right side in a mirrored window
        painter.drawText(words, start | Qt.AlignmentFlag.AlignVCenter, self.words)
        painter.end()


class SinceRow(QFrame):
    """``answered`` carries what was pressed, ``chosen`` says that the line was clicked."""

    answered = Signal(object)
    chosen = Signal()

    def __init__(self, answers: tuple[Since, ...]) -> None:
        super().__init__()
        self.setProperty("role", "since")
        self.name = label("", "who", wrap=True)
        self.known = label("", "muted", wrap=True)
        self.said = label("", "muted", wrap=True)
        self.buttons = {one: KeyButton(KEYS[one], self._words(one)) for one in answers}
        for answer, one in self.buttons.items():
            one.clicked.connect(lambda _checked=False, answer=answer: self.answered.emit(answer))

    def _words(self, answer: Since) -> str:
        return SINCE[answer]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit()
        super().mousePressEvent(event)

    def mark(self, *, current: bool) -> None:
        if self.property("current") != current:
            self.setProperty("current", current)
            restyle(self)

    def _show_answer(self, answer: Since | None) -> None:
        """The one that was given; all of them where none was, and none of something new."""
        for one, made in self.buttons.items():
            made.setChecked(one is answer)
            made.setVisible(answer is None or one is answer)
        is_new = answer is Since.NEW
        if self.property("new") != is_new:
            self.setProperty("new", is_new)
            restyle(self)


class LineRow(SinceRow):
    """One record: same, changed or ended."""

    def __init__(self) -> None:
        super().__init__((Since.SAME, Since.CHANGED, Since.ENDED))
        self.strip = Strip()
        names = column(self.name, self.known, spacing=0)
        answers = QWidget()
        answers.setLayout(row(*self.buttons.values(), self.said, None, spacing=6))
        answers.setMinimumWidth(sum(one.sizeHint().width() for one in self.buttons.values()) + 12)
        self.answers = answers
        line = row(names, self.strip, answers, spacing=14)
        line.setStretch(0, 1)
        line.setContentsMargins(14, 3, 10, 3)
        self.setLayout(line)

    def show_line(self, line: Line, scale: Scale) -> None:
        form, record = line.form, line.record
        self.name.setText(wording.line(form, record))
        began = partial_day(record.began)
        at_once = record.is_moment
        self.known.setText(began if at_once else tr("since {day}").format(day=began))
        role = "good" if line.answer is Since.NEW else "accent"
        bars = [Bar(record.began, record.began if at_once else record.ended, role)]
        said = ""
        if line.follows is not None:
            said = tr("{what} from {day}").format(
                what=wording.line(form, line.follows), day=partial_day(line.follows.began)
            )
            bars.append(Bar(line.follows.began, line.follows.ended, "ink"))
        elif line.answer is Since.ENDED:
            said = tr("on {day}").format(day=partial_day(record.ended))
        elif line.answer is Since.NEW:
            is_new = scale.last is None or record.began.last > scale.last
            said = _new(began, is_new=is_new, at_once=at_once)
        self.said.setText(said)
        self.said.setVisible(bool(said))
        self.strip.show_bars(scale, tuple(bars))
        self._show_answer(line.answer)
        answer = tr("open") if line.answer is None else SINCE[line.answer]
        self.setAccessibleName(f"{self.name.text()}, {self.known.text()}: {answer} {said}".strip())


def _new(began: str, *, is_new: bool, at_once: bool) -> str:
    """What is said of a record that was entered at this visit."""
    if at_once:
        return tr("new") if is_new else tr("told today")
    words = tr("new from {day}") if is_new else tr("told today, from {day}")
    return words.format(day=began)


class AskRow(SinceRow):
    """Whether there is another one; ``typed`` carries what was said of it."""

    typed = Signal(str)

    def __init__(self, group: Group) -> None:
        super().__init__((Since.NEW, Since.NOTHING_NEW))
        self.form = form = group.form
        self.line = TypedLine()
        self.line.setAccessibleName(form.ask)
        self.line.setPlaceholderText(
            tr("Type it as it is said, with its day, and press Enter: {example}").format(
                example=form.example
            )
            if form.example
            else tr("Type it as it is said, with its day, and press Enter")
        )
        self.line.setParent(self)
        self.line.hide()
        self.line.returnPressed.connect(lambda: self.typed.emit(self.line.text()))
        self.name.setText(form.ask)
        key = row(label(tr("key {key}").format(key=form.key), "small")) if form.key else row()
        top = row(self.name, key, *self.buttons.values(), spacing=6)
        top.setStretch(0, 1)
        inside = column(top, self.line, spacing=4)
        inside.setContentsMargins(14, 3, 10, 3)
        self.setLayout(inside)

    def _words(self, answer: Since) -> str:
        return tr("yes") if answer is Since.NEW else tr("nothing new")

    def show_group(self, group: Group) -> None:
        self._show_answer(group.another)
        self.setProperty("new", False)
        self.buttons[Since.NEW].show()
        self.buttons[Since.NOTHING_NEW].setVisible(group.another is not Since.NEW)
        answer = tr("open") if group.another is None else SINCE[group.another]
        self.setAccessibleName(f"{group.form.ask} {answer}")

    def open_line(self, text: str = "") -> None:
        self.line.setText(text)
        self.line.show()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
