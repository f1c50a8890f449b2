"""Several of a few things, each with a tick: one stop for Tab, the arrows go between them, Space ticks."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from core.entry import Problem
from ui.widgets.basics import label
from ui.widgets.fields import ProblemLine
from ui.widgets.responsive import Cells

_WAYS: Mapping[int, int] = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Right: 1,
}


class OneStop(QObject):
    """Boxes of which Tab comes by one, the last that had the keyboard; the arrows go between them."""

    def __init__(self, of: QWidget, boxes: Sequence[QCheckBox]) -> None:
        super().__init__(of)
        self._of, self._boxes = of, boxes
        for one in boxes:
            one.installEventFilter(self)
        self._stop_at(boxes[0])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QCheckBox):
            self._stop_at(watched)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            way = _WAYS.get(event.key())
            if way is not None and isinstance(watched, QCheckBox):
                at = self._boxes.index(watched) + way
                if 0 <= at < len(self._boxes):
                    self._boxes[at].setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _stop_at(self, box: QCheckBox) -> None:
        """Tab comes to this one, and goes on behind all of them."""
        for one in self._boxes:
            stops = one is box
            policy = Qt.FocusPolicy.StrongFocus if stops else Qt.FocusPolicy.ClickFocus
            one.setFocusPolicy(policy)
        self._of.setFocusProxy(box)


class Ticks(QWidget):
    """``chosen`` says that one was ticked, or its tick taken away. The text has the ids in lines."""

    chosen = Signal()

    def __init__(self, title: str, choices: Mapping[str, str], *, columns: int = 2) -> None:
        super().__init__()
        self.boxes = {name: QCheckBox(text) for name, text in choices.items()}
        for one in self.boxes.values():
            one.setCursor(Qt.CursorShape.PointingHandCursor)
            one.clicked.connect(lambda _checked=False: self._on_clicked())
            one.toggled.connect(lambda _checked=False: self._mark())
        self._problem = ProblemLine()
        cells = Cells(wide=columns, narrow=min(columns, 2), spacing=(10, 3))
        cells.show_cells(list(self.boxes.values()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        if title:
            layout.addWidget(label(title, "muted"))
        layout.addWidget(cells)
        layout.addWidget(self._problem)
        OneStop(self, list(self.boxes.values()))

    @property
    def text(self) -> str:
        return "\n".join(name for name, one in self.boxes.items() if one.isChecked())

    def set_text(self, text: str) -> None:
        ticked = text.split("\n")
        for name, one in self.boxes.items():
            one.setChecked(name in ticked)

    def show_problem(self, problem: Problem | None) -> None:
        self._problem.show_problem(problem)

    def _mark(self) -> None:
        """What is ticked stands out by its weight, too."""
        for one in self.boxes.values():
            font = one.font()
            if font.bold() != one.isChecked():
                font.setBold(one.isChecked())
                one.setFont(font)

    def _on_clicked(self) -> None:
        self._problem.show_problem(None)
        self.chosen.emit()
