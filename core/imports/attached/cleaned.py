"""What every kind of file is read with, and what is left of it."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from core.model.attachment import Media, TakenOut


class GivenUp(Exception):
    """The person did not want to wait for it any longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The largest file in bytes, and the largest picture in pixels."""

    bytes: int
    pixels: int


class Watch:
    """How far it is (0 to 1), told as it goes on; and whether it was given up, from any thread."""

    def __init__(self, tell: Callable[[float], object] | None = None) -> None:
        self._told = tell
        self._given_up = Event()

    def give_up(self) -> None:
        self._given_up.set()

    @property
    def is_given_up(self) -> bool:
        return self._given_up.is_set()

    def tell(self, share: float) -> None:
        """Raises GivenUp."""
        if self.is_given_up:
            raise GivenUp
        if self._told is not None:
            self._told(share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    media: Media
    content: bytes
    taken_out: tuple[TakenOut, ...]
