"""The window's words pass through here: one seam, so that a translation is a file."""

from core.words import _ as tr

__all__ = ["tr"]
