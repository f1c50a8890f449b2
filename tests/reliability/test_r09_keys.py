"""R9: whatever happens to the key files, the old or the new password opens, and damage is called damage.

``kill_during_password_change(trials)`` is the harness: ``python -m tests.reliability`` calls it with 500.
"""

import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from core.errors import AppError, FileDamaged, WrongPassword
from core.store import keys
from core.store.keys import KeyRing
from tests.reliability.password_clerk import CHEAP, KEY, change_passwords, in_place
from tests.reliability.processes import killed

LATEST_KILL_S = 0.03  # some dozens of changes


@pytest.fixture(autouse=True)
def price_of_a_guess():
    """The real one."""


def kill_during_password_change(
    trials: int, *, write: Callable[[Path, KeyRing], None] = keys.write
) -> list[str]:
    """Kill a real process so many times while it changes a password; what went wrong, one line a failure."""
    failures: list[str] = []
    with TemporaryDirectory() as folder:
        clinic = Path(folder) / "clinic.als"
        ring, code = _first_ring()
        keys.write(clinic, ring)
        password = 0
        for trial in range(trials):
            done, begun = _killed(clinic, password + 1, write)
            done = password if done is None else done
            begun = done if begun is None else begun
            try:
                ring = keys.read(clinic)
                opened = [n for n in {done, begun} if _opens(ring, f"password {n}")]
                if not opened:
                    failures.append(f"trial {trial}: neither the old nor the new password opens")
                elif keys.unwrap(ring, "nurse", "always") != KEY:
                    failures.append(f"trial {trial}: another person's password opens another key")
                elif keys.unwrap_recovery(ring, code) != KEY:
                    failures.append(f"trial {trial}: the recovery code opens another key")
            except AppError as error:
                failures.append(f"trial {trial}: {error}")
                opened = []
            if opened:
                (password,) = opened
                keys.repair(clinic, ring)  # as opening does
            else:
                ring, code = _first_ring()
                keys.write(clinic, ring)
                password = 0
    return failures


def _first_ring() -> tuple[KeyRing, str]:
    ring = keys.with_password(keys.new_ring(), KEY, "nurse", "always", CHEAP)
    ring = keys.with_password(ring, KEY, "dr.demo", "password 0", CHEAP)
    return keys.with_recovery(ring, KEY, CHEAP)


def _opens(ring: KeyRing, password: str) -> bool:
    try:
        return keys.unwrap(ring, "dr.demo", password) == KEY
    except WrongPassword:
        return False


def _killed(
    clinic: Path, first: int, write: Callable[[Path, KeyRing], None]
) -> tuple[int | None, int | None]:
    """The last change that was done and the last that was begun when the process was killed."""
    said = killed(change_passwords, clinic, first, write, within_s=LATEST_KILL_S)
    if not said:
        raise RuntimeError("the process that changes passwords did not begin")
    numbers: dict[str, int] = dict(said)
    return numbers.get("done"), numbers.get("begun")


def test_r09_killed_while_a_password_is_changed():
    """R9: the old or the new password opens, and so do everybody else's and the recovery code."""
    assert kill_during_password_change(50) == []


@pytest.mark.slow
def test_r09_killed_500_times_while_a_password_is_changed():
    assert kill_during_password_change(500) == []


def test_r09_the_kills_are_noticed_where_the_files_are_overwritten_in_place():
    """The harness sees what it looks for: without the replacing of whole copies passwords are lost."""
    assert len(kill_during_password_change(10, write=in_place)) >= 3


@pytest.fixture
def clinic(tmp_path):
    path = tmp_path / "clinic.als"
    ring, _code = _first_ring()
    keys.write(path, ring)
    return path


def test_r09_every_changed_byte_of_one_copy_is_survived(clinic):
    ring = keys.read(clinic)
    for copy in (keys.key_file(clinic), keys.second_key_file(clinic)):
        whole = copy.read_bytes()
        for place in range(len(whole)):
            copy.write_bytes(_changed(whole, place))
            assert keys.read(clinic) == ring, place
        copy.write_bytes(whole)


def test_r09_a_changed_byte_of_both_copies_is_called_damage_and_never_a_wrong_password(clinic):
    one, other = keys.key_file(clinic), keys.second_key_file(clinic)
    whole = one.read_bytes()
    for place in range(len(whole)):
        same = random.random() < 0.5
        one.write_bytes(_changed(whole, place))
        other.write_bytes(
            one.read_bytes() if same else _changed(whole, random.randrange(len(whole)))
        )
        with pytest.raises(FileDamaged, match="No copy of the key file is whole"):
            keys.read(clinic)


def _changed(whole: bytes, place: int) -> bytes:
    """The same with another byte in one place: any other, so that letters become letters too."""
    changed = bytearray(whole)
    changed[place] = random.choice([byte for byte in range(256) if byte != whole[place]])
    return bytes(changed)
