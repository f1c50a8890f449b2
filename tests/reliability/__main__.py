"""``python -m tests.reliability``: every promise of the clinic file put to the test at its full number.

Prints a table of promise, trials, failures and seconds, and under each row what failed; ends with 1
when anything did. ``--share 0.1`` runs a tenth of each, ``--only R2 R8`` some of them.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.reliability.test_r01_kill import kills
from tests.reliability.test_r02_power_cut import power_cuts
from tests.reliability.test_r03_io_errors import io_errors_of_a_visit, io_errors_of_an_opening
from tests.reliability.test_r05_one_writer import races
from tests.reliability.test_r07_full_disk import fill_levels
from tests.reliability.test_r08_damage import damages
from tests.reliability.test_r09_keys import kill_during_password_change
from tests.reliability.test_r11_old_files import migration_kills
from tests.reliability.test_r12_backup import errors_while_backing_up, killed_while_backing_up
from tests.reliability.test_r13_trail import honest_histories, tamperings
from tests.reliability.test_random_keys import random_keys
from tests.reliability.witness import Result

SHOWN = 5  # failures of a promise that are printed in full


@dataclass(frozen=True, slots=True)
class Proof:
    """One row of the table. ``run`` is given the share of the full number that is wanted."""

    requirement: str
    promise: str
    run: Callable[[float], Result]


def times(trials: int, run: Callable[[int], Result]) -> Callable[[float], Result]:
    """So many trials at the full number."""
    return lambda share: run(max(1, round(trials * share)))


def every(run: Callable[[int], Result]) -> Callable[[float], Result]:
    """Every one there is at the full number, every tenth at a tenth."""
    return lambda share: run(max(1, round(1 / share)))


def whole(run: Callable[[], Result]) -> Callable[[float], Result]:
    """All of it, whatever the share: it is quick."""
    return lambda _share: run()


def _password_kills(trials: int) -> Result:
    return Result(trials, kill_during_password_change(trials))


PROOFS = (
    Proof("R1", "kill -9 of a clinic day loses no save", times(500, kills)),
    Proof("R2", "a power cut loses no save", times(1000, power_cuts)),
    Proof("R3", "any I/O error of a visit: before or after", every(io_errors_of_a_visit)),
    Proof("R3", "any I/O error of an opening after a crash", every(io_errors_of_an_opening)),
    Proof("R5", "two programs never have one file", times(200, races)),
    Proof("R7", "a full disk loses nothing, at every 4 kB", every(fill_levels)),
    Proof("R8", "damage is caught before a value is shown", times(1000, damages)),
    Proof("R9", "kill -9 while a password is changed", times(500, _password_kills)),
    Proof("R11", "kill -9 while an old file is upgraded", times(100, migration_kills)),
    Proof("R12", "kill -9 while a backup is made", times(100, killed_while_backing_up)),
    Proof("R12", "any I/O error of a backup costs no old one", whole(errors_while_backing_up)),
    Proof("R13", "every tampering is found and named", times(10_000, tamperings)),
    Proof("R13", "no honest history is suspected", times(1000, honest_histories)),
    Proof("KEYS", "random keys and clicks break nothing", times(100_000, random_keys)),
)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    arguments.add_argument("--share", type=float, default=1.0, help="0.1 runs a tenth")
    arguments.add_argument("--only", nargs="+", default=None, metavar="R1", help="some of them")
    chosen = arguments.parse_args()
    wanted = {one.upper() for one in chosen.only or ()}
    if unknown := wanted - {proof.requirement for proof in PROOFS}:
        arguments.error(
            f"{', '.join(sorted(unknown))}: proved by python -m pytest tests/reliability"
        )
    failures = 0
    print(f"{'':4} {'promise':44} {'trials':>7} {'failures':>9} {'seconds':>8}")
    for proof in PROOFS:
        if wanted and proof.requirement not in wanted:
            continue
        begun = time.monotonic()
        result = proof.run(chosen.share)
        print(
            f"{proof.requirement:4} {proof.promise:44} {result.trials:>7,}"
            f" {len(result.failures):>9,} {time.monotonic() - begun:>8.1f}",
            flush=True,
        )
        for what in result.failures[:SHOWN]:
            print(f"     {what}", flush=True)
        failures += len(result.failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
