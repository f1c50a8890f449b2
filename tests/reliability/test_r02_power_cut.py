"""R2: a power cut loses no acknowledged save."""

import random
import tempfile
from pathlib import Path

import pytest

from tests.reliability import clinic_day, vfs, witness
from tests.reliability.power_cut import Disk
from tests.reliability.vfs import needs_vfs
from tests.reliability.witness import Result

CUTS_PER_RECORDING = 250
DAYS = 2  # with a closing and an opening of the file between them


def power_cuts(trials: int, *pragmas: str) -> Result:
    """Power cuts at random moments of clinic days, each with its own image of what was on the disk.

    ``pragmas`` are given to every connection once it is open: they take a protection away.
    """
    result = Result()
    while result.trials < trials:
        with tempfile.TemporaryDirectory() as name:
            cuts = min(CUTS_PER_RECORDING, trials - result.trials)
            result.failures += _cuts_of_one_recording(Path(name), cuts, pragmas)
            result.trials += cuts
    return result


def _cuts_of_one_recording(folder: Path, cuts: int, pragmas: tuple[str, ...]) -> list[str]:
    path = folder / "clinic.als"
    clinic_day.create(path)
    disk = Disk.holding(path)
    calls, trail = _recorded(path, pragmas)
    path.unlink()
    moments = sorted(random.randrange(len(calls) + 1) for _ in range(cuts))
    failures, done = [], 0
    for moment in moments:
        for call, _acknowledged in calls[done:moment]:
            disk.does(call)
        done = moment
        acknowledged = calls[moment][1] if moment < len(calls) else len(trail)
        image = disk.after_power_cut()
        for file, content in image.items():
            (folder / file).write_bytes(content)
        found = witness.lost(path, clinic_day.KEY, trail[:acknowledged])
        failures += [f"cut before call {moment} of {len(calls)}: {what}" for what in found]
        for left in folder.iterdir():
            left.unlink()
    return failures


def _recorded(
    path: Path, pragmas: tuple[str, ...]
) -> tuple[list[tuple[vfs.Call, int]], list[witness.Row]]:
    """Every call that changed a file, with how many entries had been acknowledged before; and the trail."""
    calls: list[tuple[vfs.Call, int]] = []
    acknowledged = 0

    def record(call: vfs.Call) -> int:
        if call.kind is not vfs.Kind.READ:
            calls.append((call, acknowledged))
        return vfs.OK

    with vfs.watched(record):
        for _ in range(DAYS):
            session = clinic_day.open_(path)
            try:
                for pragma in pragmas:
                    session._db.execute(f"PRAGMA {pragma}")
                acknowledged = len(witness.trail(session._db))
                for save in clinic_day.day(session):
                    save.do()
                    acknowledged = len(witness.trail(session._db))
                trail = witness.trail(session._db)
            finally:
                session.close()
    return calls, trail


@needs_vfs
@pytest.mark.parametrize("trials", [40, pytest.param(100, marks=pytest.mark.slow)])
def test_r02_a_power_cut_loses_no_acknowledged_save(trials):
    result = power_cuts(trials)
    assert result.failures == []
    assert result.trials == trials


@needs_vfs
@pytest.mark.parametrize(
    "pragmas",
    [
        ("synchronous = OFF",),
        (
            "synchronous = FULL",
            "locking_mode = NORMAL",
        ),  # the folder of a deleted journal not synced
    ],
)
def test_r02_without_its_protection_the_harness_finds_losses(pragmas):
    """R2: what the settings are for: fewer syncs, and saves are lost or the file is broken."""
    assert power_cuts(40, *pragmas).failures
