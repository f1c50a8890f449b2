"""What says, over a form, that text in it was typed before and counts for nothing yet."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from core.words import instant
from ui.widgets.basics import button, label, row
from ui.words import tr


class KeptBar(QFrame):
    """``discarded`` says that the person does not want the text any more.

    In a visit what is valid is saved at once, so that text which waits is not valid yet; elsewhere a
    button saves.
    """

    discarded = Signal()

    def __init__(self, *, in_visit: bool = False) -> None:
        super().__init__()
        self._text = tr("You typed this on {when}; it is not saved yet.")
        if in_visit:
            self._text = tr("Typed on {when}, not yet valid: finish it, or discard it.")
        self.setProperty("role", "notice")
        self._words = label("", wrap=True)
        self.discard = button(tr("Discard"), self.discarded.emit, link=True)
        self.discard.setAccessibleName(tr("Discard what was typed before"))
        layout = row(self._words, self.discard)
        layout.setStretch(0, 1)
        layout.setContentsMargins(12, 4, 8, 4)
        self.setLayout(layout)
        self.hide()

    def show_since(self, since: datetime | None) -> None:
        """``since`` is from when the text is; None says that none waits."""
        if since is not None:
            self._words.setText(self._text.format(when=instant(since)))
        self.setVisible(since is not None)
