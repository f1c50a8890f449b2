"""Processes of their own, made quickly and killed without mercy."""

import multiprocessing
import random
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

# A server that has the program imported already: a new process costs milliseconds. Windows has none.
_FORKS = "forkserver" in multiprocessing.get_all_start_methods()
_context = multiprocessing.get_context("forkserver" if _FORKS else "spawn")
if _FORKS:
    _context.set_forkserver_preload(["tests.reliability.clinic_day", "pytest"])

LONGEST_S = 60.0  # a process that says nothing for so long hangs


def started(work: Callable[..., None], *arguments: Any) -> tuple[Any, Connection]:
    """A process that runs ``work(*arguments, said)``, and where what it says arrives."""
    heard, said = _context.Pipe(duplex=False)
    process = _context.Process(target=work, args=(*arguments, said), daemon=True)
    process.start()
    said.close()
    return process, heard


def killed(
    work: Callable[..., None], *arguments: Any, within_s: float, at_call: int | None = None
) -> list[Any]:
    """Run ``work(*arguments, at_call, said)`` until kill -9; answers everything it said before.

    The kill comes at a random moment within ``within_s`` of its first word or, with ``at_call``, from
    the process itself, which may also come to its end unharmed.
    """
    process, heard = started(work, *arguments, at_call)
    messages = []
    try:
        if at_call is None:
            messages += next_word(heard)
            time.sleep(random.uniform(0, within_s))
            process.kill()
        while word := next_word(heard):
            messages += word
        process.join()
    finally:
        process.kill()
        process.join()
        process.close()
        heard.close()
    return messages


def next_word(heard: Connection) -> list[Any]:
    """The next message, alone in a list; none when the process has ended."""
    try:
        if not heard.poll(LONGEST_S):
            raise RuntimeError("the process hangs")
        return [heard.recv()]
    except (EOFError, OSError):  # also in the middle of a message
        return []
