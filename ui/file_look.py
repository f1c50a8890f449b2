"""A look at the clinic file that is asked for, once the page that asks is on the screen.

Loading what reads a clinic file takes many frames, and a slow disk even more: neither holds up the
window, nor the keys that are typed into it.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from core.errors import AppError, FileDamaged, FileMissing

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ui.tasks import Tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen of a file before anybody signs in to it."""

    problem: AppError | None = None
    is_backup: bool = False  # where backups are kept
    has_backups: bool = False  # known only of a file with a problem

    @property
    def is_fine(self) -> bool:
        return self.problem is None and not self.is_backup

    @property
    def is_lost(self) -> bool:
        """Whether nobody can open the file itself."""
        return isinstance(self.problem, FileDamaged | FileMissing)


class FileLook(QObject):
    """Looks at one file at a time, in a task. ``ended`` carries the Look, unless it was waited for or given up."""

    ended = Signal(object)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._path: Path | None = None  # not looked at yet
        self._running: Future[Look] | None = None
        self._tasks: Tasks | None = None

    @property
    def is_pending(self) -> bool:
        """Whether a file is not looked at yet."""
        return self._path is not None

    def ask(self, path: Path) -> None:
        """Look at this file as soon as the page has been painted."""
        self.ask_again(path)
        self._page.installEventFilter(self)
        self._page.update()

    def ask_again(self, path: Path) -> None:
        """Look at this file when that is waited for."""
        self._path, self._running = path, None

    def give_up(self) -> None:
        """The file is asked for no more."""
        self._path = self._running = None

    def wait(self) -> Look | None:
        """Look now, or wait for the look that has begun; None where no file is left to be looked at."""
        if (running := self._begun()) is None:
            return None
        self.give_up()
        return running.result()

    def close(self) -> None:
        """The window is closed: a look that goes on tells nobody."""
        self.give_up()
        if self._tasks is not None:
            self._tasks.close()
            self._tasks = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._begun)  # when all of the window is painted
        return False

    def _begun(self) -> "Future[Look] | None":
        from ui.tasks import Tasks

        if self._path is not None and self._running is None:
            if self._tasks is None:
                self._tasks = Tasks(self)
            self._running = self._tasks.run(
                partial(_look, self._path), done=self._settled, failed=self._settled
            )
        return self._running

    def _settled(self, _value: object) -> None:
        QTimer.singleShot(0, self, self._end)  # a fast one settles before it is known to run

    def _end(self) -> None:
        running = self._running
        if running is not None and running.done():
            self.give_up()
            self.ended.emit(running.result())


def _look(path: Path) -> Look:
    from core.acts import backups
    from core.store.file import look_at

    try:
        look_at(path)
    except AppError as error:
        has_backups = backups.default_folder(path).is_dir()
        return Look(problem=error, has_backups=has_backups)
    return Look(is_backup=backups.is_kept(path))
