"""What a card computes off the window's thread: only the newest answer is shown."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from ui.tasks import Tasks

T = TypeVar("T")


class Asking(QObject):
    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._newest = self._waiting = 0

    @property
    def busy(self) -> bool:
        return self._waiting > 0

    def ask(self, function: Callable[[], T], done: Callable[[T], object]) -> None:
        """Compute it; ``done`` is not called where something else was asked since."""
        self._newest += 1
        self._waiting += 1
        mine = self._newest

        def answered(value: T) -> None:
            self._waiting -= 1
            if mine == self._newest and not self._tasks.is_closed:
                done(value)

        def failed(error: BaseException) -> None:
            self._waiting -= 1
            raise error

        self._tasks.run(function, done=answered, failed=failed)
