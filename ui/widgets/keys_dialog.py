"""Every key of the program, by where it is used; it fits the screen and scrolls."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from ui.widgets.basics import button, column, label, row, scrolled
from ui.words import tr

Group = tuple[str, Sequence[tuple[str, str]]]  # a title, and keys with what they do

WIDTH, MARGIN = 1240, 40  # px; the margin is what a window's frame and a task bar need

WIDE = 1100  # px, for three columns


class KeysDialog(QDialog):
    """Groups in columns, three where the screen is wide; the arrows and Page keys scroll it where the screen is small."""

    def __init__(self, parent: QWidget, groups: Sequence[Group]) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        free = room(self)
        width = min(WIDTH, free.width() - MARGIN)
        inner = QWidget()
        inner.setLayout(row(*_columns(groups, 3 if width >= WIDE else 2), spacing=28, top=False))
        self.area = scrolled(inner, tr("Keys"))
        self.close_button = button(tr("Close"), self.accept, primary=True)
        layout = column(self.area, row(None, self.close_button), spacing=8)
        layout.setStretch(0, 1)
        layout.setContentsMargins(24, 14, 24, 12)
        self.setLayout(layout)
        needed = max(inner.heightForWidth(width - 70), inner.sizeHint().height()) + 110
        self.resize(width, min(needed, free.height() - MARGIN))
        self.close_button.setFocus()


def room(widget: QWidget) -> QSize:
    """What the screen of a widget leaves to windows."""
    return widget.screen().availableGeometry().size()


def _columns(groups: Sequence[Group], count: int) -> list[QVBoxLayout]:
    """The groups in their order, in columns of about the same height."""
    lines = [len(keys) + 2 for _title, keys in groups]
    columns: list[list[QWidget]] = [[] for _ in range(count)]
    for index, group in enumerate(groups):
        middle = sum(lines[:index]) + lines[index] / 2
        columns[min(int(middle * count / sum(lines)), count - 1)].append(_group(group))
    return [column(*one, None, spacing=8) for one in columns]


def _group(group: Group) -> QWidget:
    title, keys = group
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(0)
    grid.setColumnStretch(1, 1)
    grid.addWidget(label(title, "accent"), 0, 0, 1, 2)
    for line, (key, text) in enumerate(keys, start=1):
        name = label(key, "heading")
        name.setMinimumWidth(110)
        grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(text, wrap=True), line, 1)
    made = QWidget()
    made.setLayout(grid)
    return made
