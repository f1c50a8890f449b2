"""A file was saved: where it is, and the way there."""

from pathlib import Path

from PySide6.QtWidgets import QFrame

from ui.saving import show_folder
from ui.widgets.basics import button, label, row
from ui.words import tr


class SavedNote(QFrame):
    """Hidden until something was saved; it stays until the page changes or it is dismissed."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("messages")
        self.path: Path | None = None
        self.text = label("", wrap=True)
        self.folder = button(tr("Open folder"), self._open, link=True)
        dismiss = button(tr("Dismiss"), self.hide, link=True)
        layout = row(self.text, self.folder, dismiss)
        layout.setContentsMargins(24, 6, 20, 6)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.hide()

    def say(self, path: Path) -> None:
        self.path = path.absolute()
        text = tr("Saved as {name} in {folder}.")
        self.text.setText(text.format(name=path.name, folder=self.path.parent))
        self.show()

    def _open(self) -> None:
        if self.path is not None:
            show_folder(self.path.parent)
