"""Reading many patients in any thread, as the file is at one moment: how far it is, and how it is given up."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from core.errors import GivenUp
from core.model.ids import PatientId
from core.session import Session
from core.store import Database
from core.store.aside import Aside

T = TypeVar("T")
Progress = Callable[[int, int], None]  # so many patients are done, of so many
Cancelled = Callable[[], bool]
_PATIENCE_S = 600.0  # what takes half a minute to read is read again after each write that came in


class _TooLate(Exception):
    """A write came in: what is being read would not count any more."""


def aside(session: Session) -> Aside:
    """A way to read the session's file in another thread."""
    return Aside(session.path, session.data_key, lambda: session.writes)


def ending(session: Session, cancelled: Cancelled | None) -> Cancelled:
    """Whether nobody waits any more: it was given up, or the file was closed."""
    return lambda: not session.is_open or (cancelled is not None and cancelled())


def ask(
    session: Session,
    question: Callable[[Database, Progress], T],
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> T | None:
    """The answer of one moment between two writes; None where it was given up, or the file was closed meanwhile.

    ``question`` tells after each patient how far it is (`each`), and begins anew once something was written: none of
    it is older, or newer, than the rest. ``progress`` and ``cancelled`` are called in this thread. Raises StorageError.
    """
    is_ended = ending(session, cancelled)

    def asked(db: Database) -> T:
        begun = session.writes

        def tell(done: int, of: int) -> None:
            if is_ended():
                raise GivenUp
            if session.writes != begun:
                raise _TooLate  # `Aside` asks again
            if progress is not None:
                progress(done, of)

        return question(db, tell)

    try:
        return aside(session).ask(asked, _PATIENCE_S)
    except GivenUp:
        return None


def each(ids: Sequence[PatientId], read: Callable[[PatientId], T], tell: Progress) -> list[T]:
    """What is read of each of these patients, in their order."""
    found: list[T] = []
    tell(0, len(ids))
    for one in ids:
        found.append(read(one))
        tell(len(found), len(ids))
    return found
