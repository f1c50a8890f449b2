"""Every key of the program, by where it is used; it fits the screen and scrolls."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from ui.widgets.basics import button, column, label, row, scrolled
from ui.words import tr

Group = tuple[str, Sequence[tuple[str, str]]]  # a title, and keys with what they do

WIDTH, MARGIN = 1040, 40  # px; the margin is what a window's frame and a task bar need


class KeysDialog(QDialog):
    """Two columns of groups; the arrows and Page keys scroll it where the screen is small."""

    def __init__(self, parent: QWidget, groups: Sequence[Group]) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        inner = QWidget()
        inner.setLayout(row(*_two_columns(groups), spacing=28, top=False))
        self.area = scrolled(inner, tr("Keys"))
        self.close_button = button(tr("Close"), self.accept, primary=True)
        layout = column(self.area, row(None, self.close_button), spacing=8)
        layout.setStretch(0, 1)
        layout.setContentsMargins(24, 14, 24, 12)
        self.setLayout(layout)
        free = room(self)
        width = min(WIDTH, free.width() - MARGIN)
        needed = max(inner.heightForWidth(width - 70), inner.sizeHint().height()) + 110
        self.resize(width, min(needed, free.height() - MARGIN))
        self.close_button.setFocus()


def room(widget: QWidget) -> QSize:
    """What the screen of a widget leaves to windows."""
    return widget.screen().availableGeometry().size()


def _two_columns(groups: Sequence[Group]) -> tuple[QVBoxLayout, QVBoxLayout]:
    """The groups in their order, in two columns of about the same height."""
    lines = [len(keys) + 2 for _title, keys in groups]
    left: list[QWidget] = []
    right: list[QWidget] = []
    for index, group in enumerate(groups):
        before = sum(lines[:index])
        (left if before + lines[index] / 2 <= sum(lines) / 2 else right).append(_group(group))
    return column(*left, None, spacing=12), column(*right, None, spacing=12)


def _group(group: Group) -> QWidget:
    title, keys = group
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(2)
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
