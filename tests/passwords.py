"""Passwords that cost nothing, for tests that are not about their price."""

from contextlib import contextmanager

from core.store import keys


@contextmanager
def cheap_passwords():
    """Passwords that cost nearly nothing: the price of a guess is a third of what the suite would take."""
    real, memlimits = keys.MINIMUM, keys.TUNED_MEMLIMITS
    cheap = keys.Cost(opslimit=1, memlimit=8192)
    keys.MINIMUM, keys.TUNED_MEMLIMITS = cheap, [cheap.memlimit]
    keys.tuned.cache_clear()
    try:
        yield
    finally:
        keys.MINIMUM, keys.TUNED_MEMLIMITS = real, memlimits
        keys.tuned.cache_clear()
