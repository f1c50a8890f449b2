"""The grades of the events with their counts, which are a filter."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen

from core.labels import GRADE
from core.model.adverse_event import Grade
from core.words import plural
from ui import theme
from ui.pages.safety.cells import SQUARE, paint_grade
from ui.widgets.basics import PressButton
from ui.words import tr

WIDEST = 36  # px of the bar of the commonest grade


class GradeButton(PressButton):
    """A grade with a bar of its events, serious ones apart, and how many there are; pressed it is the filter."""

    def __init__(self, grade: Grade) -> None:
        super().__init__()
        self.grade = grade
        self.setCheckable(True)
        self._serious = self._other = self._most = 0
        self.show_counts(0, 0, 1)

    def show_counts(self, serious: int, other: int, most: int) -> None:
        """``most`` is the count of the commonest grade, whose bar is the longest."""
        self._serious, self._other, self._most = serious, other, max(1, most)
        words = tr("Grade {grade}: {events}, {n} of them serious").format(
            grade=GRADE[self.grade],
            events=plural(serious + other, "1 event", "{n} events"),
            n=serious,
        )
        self.setAccessibleName(words)
        self.setToolTip(tr("{what}. Key {key}").format(what=words, key=self.grade.value))
        self.updateGeometry()
        self.update()

    def _bar(self) -> float:
        return theme.px(WIDEST) * (self._serious + self._other) / self._most

    def sizeHint(self) -> QSize:
        count = QFontMetricsF(theme.font(weight=QFont.Weight.DemiBold)).horizontalAdvance(
            str(self._serious + self._other)
        )
        return QSize(round(theme.px(SQUARE) + self._bar() + count) + 22, theme.px(34))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked() or self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2 if self.hasFocus() else 1))
            painter.setBrush(theme.colour("accent_ground" if self.isChecked() else "card"))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        y, side = box.center().y(), theme.px(SQUARE)
        if self.isRightToLeft():
            painter.translate(self.width(), 0)
        paint_grade(painter, QPointF(self._at(7 + side / 2), y), self.grade)
        x, height = 7 + side + 5.0, theme.px(12)
        total = max(1, self._serious + self._other)
        for count, role in ((self._other, "strong_line"), (self._serious, "bad")):
            width = self._bar() * count / total
            left = self._at(x) - (width if self.isRightToLeft() else 0)
            painter.fillRect(QRectF(left, y - height / 2, width, height), theme.colour(role))
            x += width
        painter.setPen(theme.colour("ink"))
        painter.setFont(theme.font(weight=QFont.Weight.DemiBold))
        text = str(self._serious + self._other)
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 2
        left = self._at(x + 5) - (width if self.isRightToLeft() else 0)
        painter.drawText(QRectF(left, 0, width, self.height()), Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def _at(self, x: float) -> float:
        return -x if self.isRightToLeft() else x
