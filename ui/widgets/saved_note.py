"""A file is being saved, or was: how to stop it, where it is, and the way there."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QProgressBar

from ui import theme
from ui.saving import show_folder
from ui.widgets.basics import button, label, row
from ui.words import tr

PATIENCE = 1000  # ms after which a file that is still being made is told of


class SavedNote(QFrame):
    """Hidden until something was saved, or takes longer; it stays until the page changes or it is dismissed."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("messages")
        self.path: Path | None = None
        self.text = label("", wrap=True)
        self.moving = QProgressBar()
        self.moving.setRange(0, 0)
        self.moving.setTextVisible(False)
        self.moving.setFixedWidth(theme.px(120))
        self.moving.setAccessibleName(tr("The file is being made"))
        self.cancel = button(tr("Cancel"), self._give_up, link=True)
        self.folder = button(tr("Open folder"), self._open, link=True)
        self.dismiss = button(tr("Dismiss"), self.hide, link=True)
        layout = row(self.text, self.moving, self.cancel, self.folder, self.dismiss)
        layout.setContentsMargins(24, 6, 20, 6)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self._stop: Callable[[], None] | None = None
        self._read: tuple[int, int] | None = None  # patients who were read for it, of how many
        self.patience = QTimer(self)
        self.patience.setSingleShot(True)
        self.patience.setInterval(PATIENCE)
        self.patience.timeout.connect(self._show_waiting)
        self.hide()

    def wait_for(self, path: Path, stop: Callable[[], None]) -> None:
        """A file is being made; it is told of when that takes a while, and ``stop`` gives it up.

        Its patients may have been waited for before.
        """
        path = path.absolute()
        goes_on = self._stop is not None and path == self.path
        self.path, self._stop, self._read = path, stop, None
        if not goes_on:
            self.hide()
            self.patience.start()
        elif self.isVisible():
            self._show_waiting()

    def say_read(self, done: int, of: int) -> None:
        """Its patients are being read."""
        self._read = done, of
        if self.cancel.isVisible():
            self._show_waiting()

    def say(self, path: Path, held: str) -> None:
        """It is there; ``held`` says how much is in it."""
        self.path = path.absolute()
        text = tr("Saved as {name} in {folder}.")
        said = text.format(name=path.name, folder=self.path.parent)
        self._settle(f"{said} {held}".rstrip())
        self.folder.show()

    def say_cancelled(self, path: Path) -> None:
        """It was given up."""
        self._settle(tr("Cancelled: {name} was not saved.").format(name=path.name))

    def forget(self) -> None:
        """It could not be saved, which is told elsewhere."""
        self._settle("")
        self.hide()

    def leave(self) -> None:
        """Another page is shown: what was saved has been read, what is being made has not."""
        if self._stop is None:
            self.hide()

    def _settle(self, text: str) -> None:
        self.patience.stop()
        self._stop = None
        self.text.setText(text)
        for part in (self.moving, self.cancel, self.folder):
            part.hide()
        self.dismiss.show()
        self.show()

    def _show_waiting(self) -> None:
        if self.path is None:
            return
        if self._read is None:
            self.text.setText(tr("Making {name}…").format(name=self.path.name))
            self.moving.setRange(0, 0)
        else:
            done, of = self._read
            text = tr("Reading for {name}: {n} of {of} patients…")
            self.text.setText(text.format(name=self.path.name, n=done, of=of))
            self.moving.setRange(0, of)
            self.moving.setValue(done)
        self.folder.hide()
        self.dismiss.hide()
        self.moving.show()
        self.cancel.show()
        self.show()

    def _give_up(self) -> None:
        if self._stop is not None:
            self.cancel.hide()
            self.text.setText(tr("Cancelling…"))
            self._stop()

    def _open(self) -> None:
        if self.path is not None:
            show_folder(self.path.parent)
