"""The log of this workstation: what went wrong in the program, by type and line, and nothing of a patient.

Only this program's own logger is kept, and it is only given what ``ui.errors`` made: no message of an
exception, no name of a file that was opened, no text of Qt or of a library.
"""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6.QtCore import QStandardPaths

NAME = "als-follow-up.log"
LARGEST_BYTES = 256 * 1024  # of each of the files
KEPT = 3  # older ones
_LOGGER = logging.getLogger("als-follow-up")


def folder() -> Path:
    """Where this system keeps what programs write about themselves."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.StateLocation))


def write(text: str) -> None:
    """One entry with its time. A disk that does not take it stops nothing."""
    _start()
    _LOGGER.error("%s", text)


def _start() -> None:
    if any(isinstance(one, _File) for one in _LOGGER.handlers):
        return
    try:
        folder().mkdir(parents=True, exist_ok=True)
        file = _File(
            folder() / NAME,
            maxBytes=LARGEST_BYTES,
            backupCount=KEPT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError:
        return
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    _LOGGER.addHandler(file)


class _File(RotatingFileHandler):
    def handleError(self, _record: logging.LogRecord) -> None:
        """The disk is full, or gone: the person is told of what went wrong in any case."""
