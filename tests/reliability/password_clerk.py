"""Somebody who changes one password over and over, in a process of its own that is killed meanwhile."""

import itertools
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from core.store import keys
from core.store.keys import Cost, KeyRing

KEY = bytes(range(32))
CHEAP = Cost(opslimit=1, memlimit=8192)  # it is the writing that is killed, not the derivation


def in_place(path: Path, ring: KeyRing) -> None:
    """What the program must not do: no copy is whole while both are written."""
    content = keys._serialized(ring)
    one, other = keys.key_file(path), keys.second_key_file(path)
    with one.open("wb", 0) as first, other.open("wb", 0) as second:
        for byte in content:
            first.write(bytes([byte]))
            second.write(bytes([byte]))


def change_passwords(
    path: Path,
    first: int,
    write: Callable[[Path, KeyRing], None],
    _at_call: int | None,
    said: Connection,
) -> None:
    """Says before and after each change which one it is: ``("begun", 7)``, ``("done", 7)``."""
    for number in itertools.count(first):
        ring = keys.with_password(keys.read(path), KEY, "dr.demo", f"password {number}", CHEAP)
        said.send(("begun", number))
        write(path, ring)
        said.send(("done", number))
