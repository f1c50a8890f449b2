"""Small files that a crash or a full disk leaves as they were before or as they are after, never half."""

import errno
import os
from contextlib import suppress
from pathlib import Path


def prepare(path: Path, content: bytes) -> None:
    """Write the content beside ``path``, on the disk and read back, for ``put_in_place``. Raises OSError."""
    new = _new(path)
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if new.read_bytes() != content:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def put_in_place(path: Path) -> None:
    """Let what was prepared take the place of ``path``, on the disk too. Raises OSError."""
    _new(path).replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be synced
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def discard(path: Path) -> None:
    """Take away what was prepared for ``path`` and shall not be put in place."""
    with suppress(OSError):
        _new(path).unlink()


def _new(path: Path) -> Path:
    return path.with_name(path.name + ".new")
