"""Words that a widget paints itself: labels within it would cost a layout each."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QStyle

from core.words import unbroken
from ui import theme
from ui.widgets.responsive import UNLIMITED


class Wrapped:
    """Words that wrap; how much room they take is measured once a width: a layout asks many times."""

    def __init__(
        self, text: str, colour: str, size: int = 12, weight: QFont.Weight = QFont.Weight.Normal
    ) -> None:
        self.text, self._colour = text, colour
        self._shown = unbroken(text)
        self._font = theme.font(size, weight)
        self._metrics = QFontMetrics(self._font)
        self._sizes: dict[int, QSize] = {}

    @property
    def ascent(self) -> int:
        """px from the top of the first line to what its letters stand on."""
        return self._metrics.ascent()

    def size(self, width: int) -> QSize:
        """px that they take in so much room; the height is of at least one line."""
        if width not in self._sizes:
            room = QRect(0, 0, max(width, 1), UNLIMITED)
            taken = self._metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self._shown).size()
            self._sizes[width] = taken.expandedTo(QSize(0, self._metrics.height()))
        return self._sizes[width]

    def height(self, width: int) -> int:
        """px, of at least one line."""
        return self.size(width).height()

    def paint(
        self, painter: QPainter, area: QRect, direction: Qt.LayoutDirection, *, ends: bool = False
    ) -> None:
        """From the side where lines begin, or to the one where they end."""
        side = Qt.AlignmentFlag.AlignRight if ends else Qt.AlignmentFlag.AlignLeft
        align = QStyle.visualAlignment(direction, side | Qt.AlignmentFlag.AlignTop)
        painter.setFont(self._font)
        painter.setPen(theme.colour(self._colour))
        painter.drawText(area, align | Qt.TextFlag.TextWordWrap, self._shown)


def as_high_as_its_words() -> QSizePolicy:
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    return policy
