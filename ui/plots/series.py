"""How a series looks in the window: its colour in the palette in use, and its name with its marker."""

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel

from core import plot_style
from ui import theme
from ui.widgets.basics import label

MARKERS = {"circle": "●", "square": "■", "triangle": "▲", "diamond": "◆", "cross": "✚"}


def colour(role: str) -> QColor:
    style = plot_style.of(role)
    return QColor(style.dark if theme.is_dark() else style.light)


def name(role: str, title: str) -> QLabel:
    """The series' entry in a legend."""
    made = label(f"{MARKERS[plot_style.of(role).marker]} {title}")
    made.setStyleSheet(f"color: {colour(role).name()}; font-size: 12px; font-weight: 500;")
    return made
