"""How a series looks in the window: its colour in the palette in use, and its name with its marker."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QStyle

from core.views import plot_style
from ui import theme

MARKERS = {"circle": "●", "square": "■", "triangle": "▲", "diamond": "◆", "cross": "✚"}


def colour(role: str, *, dark: bool | None = None) -> QColor:
    """The colour of a role; ``dark`` None is the palette in use."""
    style = plot_style.of(role)
    return QColor(style.dark if (theme.is_dark() if dark is None else dark) else style.light)


class SeriesName(QLabel):
    """The series' entry in a legend: its marker in its colour, its name in ink, which everybody can read."""

    def __init__(self, role: str, title: str) -> None:
        super().__init__(title)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "series")
        self._role = role
        self.ensurePolished()
        self._room = self.fontMetrics().horizontalAdvance("● ")
        before, after = (0, self._room) if self.isRightToLeft() else (self._room, 0)
        self.setContentsMargins(before, 0, after, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(colour(self._role))
        marker = MARKERS[plot_style.of(self._role).marker]
        room = QStyle.visualRect(
            self.layoutDirection(), self.rect(), QRect(0, 0, self._room, self.height())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, marker)
        painter.end()
