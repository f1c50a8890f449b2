"""The grades of an event in the words of its term: one row each, chosen by its digit, the arrows or a click."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from core.entry import Problem
from core.labels import GRADE
from core.model.adverse_event import Grade
from core.views import plot_style
from ui import theme
from ui.widgets.basics import NO_MODIFIER, PressButton
from ui.widgets.fields import ProblemLine

HIGH, SQUARE = 26, 18  # px of a row, and of the square with its grade


def paint_grade(painter: QPainter, place: QRectF, grade: Grade) -> None:
    """The square of a grade, as a chart has it."""
    style = plot_style.fill(f"grade_{grade.value}")
    look = style.dark if theme.is_dark() else style.light
    painter.setPen(look.edge)
    painter.setBrush(QColor(look.fill))
    painter.drawRoundedRect(place, 4, 4)
    painter.setPen(look.ink)
    painter.setFont(theme.font(11, QFont.Weight.DemiBold))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(grade.value))


class _Row(PressButton):
    """One grade: its square and its words, which give way where room is short."""

    def __init__(self, grade: Grade) -> None:
        super().__init__()
        self.grade, self.words = grade, ""
        self.setCheckable(True)
        self.setProperty("grade", "true")
        self.setFixedHeight(theme.px(HIGH))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, words: str) -> None:
        self.words = words
        self.setAccessibleName(f"{GRADE[self.grade]}: {words}")
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(HIGH))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.6)
        side, gap = theme.px(SQUARE), theme.px(8)
        left = self.style().visualRect(
            self.layoutDirection(),
            self.rect(),
            QRectF(gap, (self.height() - side) / 2, side, side).toRect(),
        )
        paint_grade(painter, QRectF(left).adjusted(0.5, 0.5, -0.5, -0.5), self.grade)
        weight = QFont.Weight
        painter.setFont(theme.font(12, weight.DemiBold if self.isChecked() else weight.Normal))
        painter.setPen(theme.colour("ink"))
        room = self.rect().adjusted(side + 2 * gap, 0, -gap, 0)
        room = self.style().visualRect(self.layoutDirection(), self.rect(), room)
        way = Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(self.words, way, room.width())
        side_of = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, self.style().visualAlignment(self.layoutDirection(), side_of), shown)
        painter.end()


class GradeList(QWidget):
    """Only the grades of the term are there. The text is the digit of the one that was chosen."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows = {grade: _Row(grade) for grade in Grade}
        self._group = QButtonGroup(self)
        self._problem = ProblemLine()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        for one in self._rows.values():
            self._group.addButton(one, one.grade.value)
            layout.addWidget(one)
        layout.addWidget(self._problem)
        self._group.idClicked.connect(lambda _id: self.chosen.emit())
        self._follow()

    @property
    def text(self) -> str:
        return str(self._group.checkedId()) if self._group.checkedId() > 0 else ""

    def set_text(self, text: str) -> None:
        self._group.setExclusive(False)
        for one in self._rows.values():
            one.setChecked(str(one.grade.value) == text)
        self._group.setExclusive(True)
        self._follow()

    def show_words(self, words: Mapping[Grade, str]) -> None:
        """The grades that there are, with what they mean; one that was chosen and is none of them stays in sight."""
        for grade, one in self._rows.items():
            there = grade in words or one.isChecked()
            one.say(words.get(grade, GRADE[grade]))
            if one.isHidden() == there:
                one.setVisible(there)
        self._follow()

    def show_problem(self, problem: Problem | None) -> None:
        self._problem.show_problem(problem)

    def choose(self, digit: str) -> bool:
        """Choose by a digit; False where the term has no such grade."""
        found = next((one for one in self._there if str(one.grade.value) == digit), None)
        if found is None or not self.isEnabled():
            return False
        found.setFocus(Qt.FocusReason.ShortcutFocusReason)
        found.click()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose the neighbour, as in every row of choices; digits choose by themselves."""
        way = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        plain = event.modifiers() in {NO_MODIFIER, Qt.KeyboardModifier.KeypadModifier}
        if plain and event.text().isdigit() and self.choose(event.text()):
            return
        if way is None or not plain:
            super().keyPressEvent(event)
            return
        there = self._there
        at = next((i for i, one in enumerate(there) if one.hasFocus()), 0) + way
        self.choose(str(there[min(max(at, 0), len(there) - 1)].grade.value))

    @property
    def _there(self) -> list[_Row]:
        return [one for one in self._rows.values() if not one.isHidden()]

    def _follow(self) -> None:
        """Tab comes to the one that was chosen, else to the first."""
        there = self._there
        chosen = next((one for one in there if one.isChecked()), there[0] if there else None)
        for one in self._rows.values():
            policy = Qt.FocusPolicy
            one.setFocusPolicy(policy.StrongFocus if one is chosen else policy.ClickFocus)
        if chosen is not None:
            self.setFocusProxy(chosen)
