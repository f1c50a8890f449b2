"""Reading the clinic file that is open, in another thread: through a connection of its own, between the writes.

The one writer holds the file's lock all the time, so that this connection asks for none. It may therefore see a file
that is just being written; so whoever asks counts the writes (an odd count: one is under way), and an answer counts
only if none began or ended meanwhile. What the connection met in between is no reason to suspect the file.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from core.errors import StorageError
from core.store.file import read_only, storage_errors
from core.words import _

T = TypeVar("T")
_MOMENT_S, _PATIENCE_S = 0.005, 60.0


class Aside:
    """``writes`` counts the beginnings and the ends of the file's writes."""

    def __init__(self, path: Path, key: bytes, writes: Callable[[], int]) -> None:
        self._path, self._key, self._writes = path, key, writes

    def ask(self, question: Callable[[Database], T], patience_s: float | None = None) -> T:
        """The answer of one moment between two writes. ``question`` only reads, and may be asked again.

        Raises what it raises, and StorageError where the file is written to all the time.
        """
        until = time.monotonic() + (_PATIENCE_S if patience_s is None else patience_s)
        while time.monotonic() < until:
            before = self._writes()
            if before % 2 == 0:
                try:
                    with storage_errors(self._path), read_only(self._path, self._key) as db:
                        answer = question(db)
                except Exception:
                    if self._writes() == before:
                        raise
                else:
                    if self._writes() == before:
                        return answer
            time.sleep(_MOMENT_S)
        raise StorageError(_("The clinic file is just being written to. Try again in a moment."))
