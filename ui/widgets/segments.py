"""One of a few, as buttons side by side."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from ui.widgets.basics import PressButton, row

T = TypeVar("T")


class Segments(QWidget, Generic[T]):
    """One of a few, always chosen; its words may change, such as by how many there are."""

    chosen = Signal()

    def __init__(self, title: str, values: Mapping[T, str]) -> None:
        super().__init__()
        self._values = list(values)
        self._title = title
        self._group = QButtonGroup(self)
        made = []
        for place, words in enumerate(values.values()):
            one = PressButton(words)
            one.setCheckable(True)
            one.setProperty("segment", "true")
            one.setProperty("dense", "true")
            one.setAccessibleName(f"{title}: {words}")
            self._group.addButton(one, place)
            made.append(one)
        made[0].setChecked(True)
        layout = row(*made, spacing=0)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)
        self._group.idClicked.connect(lambda _id: self.chosen.emit())

    @property
    def value(self) -> T:
        return self._values[self._group.checkedId()]

    def choose(self, value: T) -> None:
        """Choose as a press does."""
        self._group.button(self._values.index(value)).click()

    def say(self, words: Mapping[T, str]) -> None:
        for place, value in enumerate(self._values):
            one = self._group.button(place)
            one.setText(words[value])
            one.setAccessibleName(f"{self._title}: {words[value]}")
