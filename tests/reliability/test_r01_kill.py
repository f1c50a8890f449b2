"""R1: a process killed at any instant loses no save that was acknowledged, and leaves no half visit."""

import random
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from tests.reliability import clinic_day, vfs, witness
from tests.reliability.processes import killed
from tests.reliability.witness import Result

WITHIN_S = 0.5  # some days of the script
CALLS = 2000  # as many changes of a file
RECOVERY_CALLS = 30  # an opening after a crash has fewer


REOPENED_WITHIN_S = 3  # the promise itself; a hundred times what it takes


def kills(trials: int) -> Result:
    """kill -9 of a clinic day, at a random moment and inside of a commit by turns."""
    result, saved = Result(), 0
    with tempfile.TemporaryDirectory() as name:
        morning = Path(name, "morning.als")
        clinic_day.create(morning)
        for trial in range(trials):
            path = Path(name, f"{trial}.als")
            shutil.copy(morning, path)
            inside = random.randrange(1, CALLS) if trial % 2 and vfs.AVAILABLE else None
            said = killed(clinic_day.work, path, within_s=WITHIN_S, at_call=inside)
            result.trials += 1
            saved += sum(map(len, said))
            if inside is not None:
                # And once more, while the file is brought back from the first kill.
                again = random.randrange(1, RECOVERY_CALLS)
                killed(clinic_day.work, path, within_s=WITHIN_S, at_call=again)
            result.failures += [f"kill {trial}: {what}" for what in after_kill(path, said)]
            for left in Path(name).glob(f"{trial}.als*"):
                left.unlink()
    if saved < trials:
        result.failures.append(f"{saved} saves in {trials} kills: it hardly tried")
    return result


def after_kill(path: Path, said: list[list[witness.Row]]) -> list[str]:
    acknowledged = [row for rows in said for row in rows]
    found = witness.lost(path, clinic_day.KEY, acknowledged)
    if not found:
        begun = time.monotonic()
        clinic_day.open_(path).close()  # and the program goes on with it
        if (taken := time.monotonic() - begun) >= REOPENED_WITHIN_S:
            found.append(f"it took {taken:.1f} s to open again")
    return found


@pytest.mark.parametrize("share", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_r01_no_acknowledged_save_is_lost_to_a_kill(share):
    result = kills(share)
    assert result.failures == []
    assert result.trials == share


def test_r01_a_lost_save_a_half_visit_and_a_broken_file_would_be_seen(tmp_path):
    """R1: the harness itself: what it looks for, done to a file on purpose."""
    path = tmp_path / "clinic.als"
    clinic_day.create(path)
    said = killed(clinic_day.work, path, within_s=WITHIN_S)
    assert after_kill(path, said) == []

    def harmed(*statements):
        harmed_path = Path(shutil.copy(path, tmp_path / "harmed.als"))
        with witness.bare(harmed_path, clinic_day.KEY) as db:
            db.execute("PRAGMA foreign_keys = OFF")
            for (name,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                db.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                db.execute(statement)
            db.commit()
        return " ".join(after_kill(harmed_path, said))

    assert "patient" in harmed("UPDATE patient SET family_name = 'X' WHERE record_number = '1'")
    entry = [row for rows in said for row in rows][-1][0]
    assert "not all are there" in harmed(f"DELETE FROM audit WHERE id = {entry}")
    assert "differ" in harmed("DELETE FROM audit WHERE id = 2")
    path.write_bytes(path.read_bytes()[:8192])
    assert "does not open" in " ".join(after_kill(path, said))
