"""Passwords that did not open the clinic file: how long the next try waits, and who is to hear of them.

They stand in a small file of their own, because nobody who failed has the key to the audit trail.
It delays guessing at the screen; against somebody who took the files, only Argon2id does.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cattrs import BaseValidationError

from core.convert import converter, to_row
from core.errors import StorageError
from core.store import durable
from core.words import _

DELAYS_S = (1, 2, 4, 8, 16, 30)  # after the first, second … failure since the last success
TRIES = 5  # after every so many failures nobody may try for
LOCKED_S = 15 * 60
FORGOTTEN_S = 60 * 60  # a quiet hour: yesterday's typing errors lock nobody out


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One failure; what was typed for a user nobody knows is not kept, because people type passwords there."""

    at: datetime
    login: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    failures: tuple[Attempt, ...] = ()  # since the last success, for the audit trail
    count: int = 0  # of those that make the next one wait
    since: datetime | None = None  # from when it waits

    def __post_init__(self) -> None:
        if self.count < 0 or (self.count > 0) != (self.since is not None):
            raise ValueError("no series waits from no instant")
        instants = [failure.at for failure in self.failures]
        if any(one.tzinfo is None for one in [*instants, *([self.since] if self.since else [])]):
            raise ValueError("an instant without its zone")


@dataclass(frozen=True, slots=True)
class Attempts:
    """The failures at one clinic file since somebody last opened it, as every window of the program sees them."""

    path: Path

    @classmethod
    def of(cls, clinic_file: Path) -> "Attempts":
        return cls(clinic_file.with_name(clinic_file.name + ".attempts"))

    def wait_s(self, now: datetime) -> float:
        """Seconds until the next try is taken; 0 is now. Raises StorageError."""
        series = self._series()
        since = series.since
        if since is None:
            return 0.0
        if now < since:  # a clock set back: the wait begins again, so that it ends at all
            since = now
            self._save(replace(series, since=now))
        locked = series.count % TRIES == 0
        delay = LOCKED_S if locked else DELAYS_S[min(series.count, len(DELAYS_S)) - 1]
        return max(0.0, delay - _seconds(since, now))

    def failed(self, login_known: str | None, now: datetime) -> None:
        """Record a failure, with the login only where the key file knows it. Raises StorageError."""
        series = self._series()
        quiet = series.since is not None and _seconds(series.since, now) > FORGOTTEN_S
        self._save(
            _Series(
                failures=(*series.failures, Attempt(at=now, login=login_known)),
                count=(0 if quiet else series.count) + 1,
                since=now,
            )
        )

    def failures(self) -> tuple[Attempt, ...]:
        """The failures since the last success: write them into the audit trail, then call ``succeeded``."""
        return self._series().failures

    def succeeded(self) -> tuple[Attempt, ...]:
        """Forget the failures, and answer which they were. Raises StorageError."""
        failures = self.failures()
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise _not_recorded(error) from error
        return failures

    def _series(self) -> _Series:
        """What is recorded; nothing where the file is damaged, because it must not lock anybody out for ever."""
        try:
            fields: Any = json.loads(self.path.read_bytes())
            if not isinstance(fields, dict):
                raise TypeError("not a table")
            return converter.structure(fields, _Series)
        except (OSError, ValueError, TypeError, RecursionError, BaseValidationError):
            return _Series()

    def _save(self, series: _Series) -> None:
        try:
            durable.prepare(self.path, json.dumps(to_row(series), indent=1).encode())
            durable.put_in_place(self.path)
        except OSError as error:
            durable.discard(self.path)
            raise _not_recorded(error) from error


def _seconds(earlier: datetime, later: datetime) -> float:
    return (later - earlier) / timedelta(seconds=1)


def _not_recorded(error: OSError) -> StorageError:
    return StorageError(
        _(
            "Attempts to sign in cannot be recorded beside the clinic file: {why}."
            " Check its folder and try again."
        ).format(why=error.strerror)
    )
