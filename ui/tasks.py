"""Work off the UI thread. A task gets values and returns a value; it never sees the session."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from shiboken6 import isValid

from core.errors import GivenUp

T = TypeVar("T")


class Tasks(QObject):
    """One long-lived object receives every result, so that none is lost with its sender."""

    _settled = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="task")
        self._settled.connect(self._deliver)
        self.is_closed = False

    def run(
        self,
        function: Callable[[], T],
        *,
        done: Callable[[T], object],
        failed: Callable[[BaseException], object],
    ) -> Future[T]:
        """Run it; ``done`` or ``failed`` is called on the UI thread, neither once it was cancelled or `is_gone`.

        What is asked after all was closed, by a page that is just going, is cancelled at once.
        """
        if self.is_closed:
            too_late: Future[T] = Future()
            too_late.cancel()
            return too_late

        def settle(future: Future[T]) -> None:
            if future.cancelled():
                return
            if error := future.exception():
                self._settled.emit(failed, error)
            else:
                self._settled.emit(done, future.result())

        future = self._pool.submit(function)
        future.add_done_callback(settle)
        return future

    def close(self) -> None:
        self.is_closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    @Slot(object, object)
    def _deliver(self, callback: Callable[[object], object], value: object) -> None:
        if not is_gone(callback):
            callback(value)


class Wanted:
    """Whether anybody waits for what a task makes: until a person has ``given_up``, or all tasks are closed."""

    def __init__(self, tasks: Tasks) -> None:
        self.given_up = Event()
        self._tasks = tasks

    def is_over(self) -> bool:
        """In any thread."""
        return self.given_up.is_set() or self._tasks.is_closed

    def check(self) -> None:
        """In any thread, between two steps of a long task. Raises GivenUp."""
        if self.is_over():
            raise GivenUp


def is_gone(callback: Callable[..., Any]) -> bool:
    """Whether this is a method of a widget that was destroyed meanwhile, as a page is that is made anew."""
    while isinstance(callback, partial):
        callback = callback.func
    owner = getattr(callback, "__self__", None)
    return isinstance(owner, QObject) and not isValid(owner)
