"""The program on a real X display: it opens, stays, and ends cleanly."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 60

pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None and "CI" not in os.environ, reason="needs Xvfb"
)


@pytest.fixture
def display(tmp_path):
    """A virtual screen; yields its name and the file that holds its picture."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1366x768x24", "-fbdir", tmp_path]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as said:
            number = said.readline().strip()
        yield f":{number}", tmp_path / "Xvfb_screen0"
        server.terminate()


def colours(screen: Path) -> int:
    """How many different pixels a part of the screen shows; an empty one is black."""
    data = screen.read_bytes()[4000:]
    return len({data[i : i + 4] for i in range(0, len(data) - 4, 4 * 97)})


@pytest.mark.parametrize("arguments", [[], ["--demo"]])
def test_the_window_opens_and_a_polite_kill_ends_it_cleanly(display, tmp_path, arguments):
    name, screen = display
    home = tmp_path / "home"
    home.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QT_")}
    environment |= {
        "DISPLAY": name,
        "HOME": str(home),
        "TMPDIR": str(home),
        "XDG_CONFIG_HOME": str(home),
    }
    command = [sys.executable, str(ROOT / "main.py"), *arguments]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as program:
        begun = time.monotonic()
        while colours(screen) < 20:
            assert program.poll() is None, program.stderr.read()
            assert time.monotonic() - begun < PATIENCE_S, "no window appeared"
            time.sleep(0.1)
        time.sleep(1.5)  # what is loaded after the window must not bring it down
        assert program.poll() is None, program.stderr.read()
        program.send_signal(signal.SIGTERM)
        assert program.wait(PATIENCE_S) == 0
        assert "Traceback" not in program.stderr.read()
    assert not list(home.glob("als-follow-up-demo-*")), "the demonstration was not thrown away"
