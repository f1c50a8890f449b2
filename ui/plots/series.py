"""How a series looks in the window: its colour in the palette in use, and its name with its marker."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

from core import plot_style
from ui import theme

MARKERS = {"circle": "●", "square": "■", "triangle": "▲", "diamond": "◆", "cross": "✚"}


def colour(role: str) -> QColor:
    style = plot_style.of(role)
    return QColor(style.dark if theme.is_dark() else style.light)


class Entry(QLabel):
    """The series' entry in a legend: its marker in its colour, its name in ink, which is always readable."""

    def __init__(self, role: str, title: str) -> None:
        super().__init__(f"{MARKERS[plot_style.of(role).marker]} {title}")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._role = role
        self.setProperty("role", "legend")
        self.setFont(theme.font(12, QFont.Weight.Medium))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        middle = Qt.AlignmentFlag.AlignVCenter
        marker, name = self.text()[:2], self.text()[2:]
        painter.setPen(colour(self._role))
        painter.drawText(self.rect(), middle, marker)
        painter.setPen(theme.colour("ink"))
        after = self.fontMetrics().horizontalAdvance(marker)
        painter.drawText(self.rect().adjusted(after, 0, 0, 0), middle, name)
        painter.end()
