"""Every key of the program, by where it is used; it fits the screen and scrolls."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from ui.widgets.basics import button, column, label, row, scrolled
from ui.words import tr

Group = tuple[str, Sequence[tuple[str, str]]]  # a title, and keys with what they do

WIDTH, MARGIN = 1240, 40  # px; the margin is what a window's frame and a task bar need

WIDE = 1100  # px, for three columns
BESIDE, SPACE = 28, 8  # px between columns, and between the groups of one


class KeysDialog(QDialog):
    """Groups in columns, three where the screen is wide; the arrows and Page keys scroll it where the screen is small."""

    def __init__(self, parent: QWidget, groups: Sequence[Group]) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        free = room(self)
        width = min(WIDTH, free.width() - MARGIN)
        inner = QWidget()
        count = 3 if width >= WIDE else 2
        each = (width - 70 - (count - 1) * BESIDE) // count
        inner.setLayout(row(*_columns(groups, count, each), spacing=BESIDE, top=False))
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


def _columns(groups: Sequence[Group], count: int, width: int) -> list[QVBoxLayout]:
    """The groups in their order, in columns of ``width`` of which the highest is as low as can be."""
    made = [_group(group) for group in groups]
    for one in made:
        for each in one.findChildren(QWidget):
            each.ensurePolished()
    heights = [one.heightForWidth(width) + SPACE for one in made]
    limits = sorted(
        {sum(heights[a:b]) for a in range(len(made)) for b in range(a + 1, len(made) + 1)}
    )
    fitting = (_within(heights, limit) for limit in limits if limit >= max(heights))
    ends = next(found for found in fitting if len(found) <= count)
    starts = [0, *ends[:-1]]
    return [
        column(*made[start:end], None, spacing=SPACE)
        for start, end in zip(starts, ends, strict=True)
    ]


def _within(heights: Sequence[int], limit: int) -> list[int]:
    """Where each column ends if none is higher than the limit."""
    ends, used = [], 0
    for index, height in enumerate(heights):
        if used + height > limit:
            ends.append(index)
            used = 0
        used += height
    return [*ends, len(heights)]


def _group(group: Group) -> QWidget:
    title, keys = group
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(0)
    grid.setColumnStretch(1, 1)
    grid.addWidget(label(title, "accent"), 0, 0, 1, 2)
    for line, (key, text) in enumerate(keys, start=1):
        name = label(key, "who")
        name.setMinimumWidth(98)
        grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(text, "series", wrap=True), line, 1)
    made = QWidget()
    made.setLayout(grid)
    return made
