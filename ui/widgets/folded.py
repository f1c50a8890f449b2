"""Lines that are one click away: shown below a link that says what they are."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from ui.widgets.basics import button, column, label


class Folded(QWidget):
    """A link with a few lines of small print behind it."""

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self.link = button("", self.turn, link=True)
        self._lines = QWidget()
        inner = column(*(label(line, "small", wrap=True) for line in lines), spacing=2)
        inner.setContentsMargins(0, 0, 0, 4)
        self._lines.setLayout(inner)
        layout = column(self.link, self._lines, spacing=0)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)
        self._lines.hide()
        self._name()

    def turn(self) -> None:
        self._lines.setVisible(self._lines.isHidden())
        self._name()

    def _name(self) -> None:
        sign = "▸" if self._lines.isHidden() else "▾"
        self.link.setText(f"{sign} {self._title}")
