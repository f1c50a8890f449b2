"""Whatever is pressed, in whatever role: no error that nobody caught, a whole trail, and no memory that grows.

One run is repeated with ``restless(template, folder, role, seed, keys)``; what failed names its role and seed.
"""

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core import clock
from core.commands import demonstration
from core.model.user import Role
from core.store import keys
from tests.passwords import cheap_passwords
from tests.reliability.witness import Result
from tests.ui.conftest import demonstration_template  # noqa: F401

ROOT = Path(__file__).parents[2]
GROWS_AT_MOST = 50_000_000  # bytes
A_RUN = 2_500  # keys and clicks of one seed in the suite
A_LONG_RUN = 12_500  # the same of the command: by a third of it nearly everything was loaded once
LONGEST_S = 1_200
MEMORY = Path("/dev/shm")  # a file is synced at every write, and what a disk does is not asked here

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def restless(template, folder, role, seed, count, grows_at_most=GROWS_AT_MOST):
    """Press and click so often on a copy of the demonstration; answers how often it was, and what failed.

    Growth is judged of long runs only: in a short one it is what is loaded when it is first needed.
    """
    (path, key), mine = template, folder / f"{role}-{seed}"
    mine.mkdir()
    for one in (lambda p: p, keys.key_file, keys.second_key_file):
        shutil.copyfile(one(path), one(mine / "demo.als"))
    command = [sys.executable, "-m", "tests.reliability.restless_person"]
    command += [str(mine / "demo.als"), key.hex(), role, str(seed), str(count)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(mine)},  # for the demonstrations that it tries
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    shutil.rmtree(mine)
    who = f"{role}, seed {seed}, {count} keys"
    if done.returncode != 0:
        return 0, [f"{who}: ended with {done.returncode}\n{done.stderr}"]
    said = json.loads(done.stdout.splitlines()[-1])
    failures = [f"{who}: {error}" for error in said["errors"]]
    if count >= A_LONG_RUN and said["grown"] > grows_at_most:
        failures.append(f"{who}: the process grew by {said['grown'] / 1e6:.0f} MB")
    return said["count"], failures


def random_keys(count):
    """So many keys and clicks, a quarter of them in each role, a new seed every few thousand, on every core."""
    result = Result()
    memory = MEMORY if MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(dir=memory) as name,
        ThreadPoolExecutor(os.cpu_count()) as runs,
    ):
        folder = Path(name)
        path = folder / "template.als"
        with cheap_passwords():
            demonstration.create(path, clock.today()).close()
        key = keys.unwrap(keys.read(path), demonstration.LOGIN, demonstration.PASSWORD)
        each = count // len(Role)
        begun = [
            runs.submit(restless, (path, key), folder, role, seed, min(each - before, A_LONG_RUN))
            for role in Role
            for seed, before in enumerate(range(0, each, A_LONG_RUN), start=1)
        ]
        for one in begun:
            done, failures = one.result()
            result.trials += done
            result.failures += failures
    return result


@needs_proc
@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("count", [400, pytest.param(A_RUN, marks=pytest.mark.slow)])
def test_whatever_is_pressed_nothing_breaks(demonstration_template, tmp_path, role, seed, count):  # noqa: F811
    # How much memory grows is the command's to judge: beside other tests it says too little.
    done, failures = restless(demonstration_template, tmp_path, role, seed, count, math.inf)
    assert failures == []
    assert done >= count
