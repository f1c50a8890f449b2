"""Putting a backup back: whose password opens it, where it goes, and what its audit trail then says."""

from datetime import datetime
from pathlib import Path

from core import clock
from core.errors import WrongPassword
from core.model.trail import Act
from core.session import Session, wait_after_failures
from core.store import backup, keys
from core.store.attempts import Attempts
from core.store.file import require
from core.words import _


def key_by_password(source: Path, counted_at: Path, login: str, password: str) -> tuple[bytes, str]:
    """The data key of a backup, and the user name as it is written there.

    Raises WrongPassword, which counts as a failed sign-in of the file ``counted_at``, and TooManyAttempts.
    """
    require(source)
    ring, attempts = keys.read(source), Attempts.of(counted_at)
    wait_after_failures(attempts)
    try:
        key = keys.unwrap(ring, login, password)
    except WrongPassword:
        attempts.failed(ring.login_of(login), clock.now())
        raise
    return key, ring.login_of(login) or login


def key_by_code(source: Path, counted_at: Path, login: str, code: str) -> tuple[bytes, str]:
    """The same with the printed recovery code, which stays what it was: for the file that is restored, too."""
    require(source)
    ring, attempts = keys.read(source), Attempts.of(counted_at)
    wait_after_failures(attempts)
    if (known := ring.login_of(login)) is None:
        attempts.failed(None, clock.now())
        raise WrongPassword(
            _(
                "There is no user {login} in this backup. Type the name you signed in with then."
            ).format(login=login)
        )
    try:
        key = keys.unwrap_recovery(ring, code)
    except WrongPassword:
        attempts.failed(None, clock.now())
        raise
    return key, known


def restore(source: Path, target: Path, key: bytes, login: str) -> None:
    """Make a clinic file of a backup under a name that is free; its trail says what it was made of.

    Raises FileExists, FileDamaged, FileTooNew, FileMissing, StorageError.
    """
    backup.restore(source, target, key)
    _write_down(source, target, key, login, "restored from a backup")


def put_in_place(
    source: Path, clinic_path: Path, key: bytes, login: str, reason: str, now: datetime
) -> Path | None:
    """Put a backup in the place of a clinic file that is closed; the name under which that is kept, or None.

    Raises FileInUse, and what ``restore`` raises; the file is then where it was.
    """
    kept = backup.replace_with(source, clinic_path, key, now)
    _write_down(source, clinic_path, key, login, reason)
    return kept


def _write_down(source: Path, restored: Path, key: bytes, login: str, reason: str) -> None:
    session = Session(restored, key, login, in_front=False)
    try:
        with session.write(reason):
            session.note(Act.RESTORED, row=source.name, details={"backup": source.name})
    finally:
        session.close()
