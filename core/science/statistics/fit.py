"""What a computation says that has no number to give."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoFit:
    """Why no number is shown, in one plain sentence."""

    reason: str
