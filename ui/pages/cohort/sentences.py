"""Sentences below a figure: the first one is read at once, the others are one click away."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.words import plural
from ui.widgets.basics import clear, label
from ui.widgets.folded import Folded

OPEN = 1  # that are not folded


class Sentences(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, ...] = ()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(2)

    def show_sentences(self, said: Sequence[str], role: str = "muted") -> None:
        if tuple(said) == self._shown:
            return
        self._shown = tuple(said)
        clear(self._box)
        for one in self._shown[:OPEN]:
            self._box.addWidget(label(one, role, wrap=True))
        rest = self._shown[OPEN:]
        if rest:
            words = plural(len(rest), "1 more sentence", "{n} more sentences")
            self._box.addWidget(Folded(words, rest))
        self.setVisible(bool(self._shown))
