# ruff: noqa: F811  fixtures of the windows are imported by name
"""R10: no patient data outside the encrypted file: the whole disk of a scripted day is searched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.session import Session
from tests.reliability.plants import PLANTED
from tests.test_display import display  # noqa: F401
from tests.test_display import pytestmark as needs_xvfb

ROOT = Path(__file__).parents[2]
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1")


@pytest.fixture
def day(session, clinic_path, key, tmp_path):
    """``day()`` runs it with a home, a folder for temporary files and a working folder of its own."""
    session.close()

    def run(*how):
        folders = {name: tmp_path / name for name in ("home", "tmp", "work")}
        for folder in folders.values():
            folder.mkdir()
        environment = {
            **os.environ,
            "HOME": str(folders["home"]),
            "TMPDIR": str(folders["tmp"]),
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
            environment[f"XDG_{kind}_HOME"] = str(folders["home"] / kind.lower())
        command = [
            sys.executable,
            "-m",
            "tests.reliability.leaky_day",
            str(clinic_path),
            key.hex(),
            *how,
        ]
        done = subprocess.run(
            command, cwd=folders["work"], env=environment, capture_output=True, timeout=50
        )
        assert done.returncode == 0, done.stderr.decode()
        (tmp_path / "said.txt").write_bytes(done.stdout + done.stderr)
        return done

    return run


def leaks(folder):
    """Every file below a folder in which something planted stands, or whose name says it."""
    needles = {word.encode(code): word for word in PLANTED for code in ENCODINGS}
    found = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        content += str(path).encode()
        found += [(path.name, word) for needle, word in needles.items() if needle in content]
    return found


def test_r10_nothing_of_a_day_is_found_outside_the_file(day, tmp_path, clinic_path, key):
    said = day().stdout.decode()
    assert leaks(tmp_path) == []
    session = Session(clinic_path, key, "dr.demo")  # all of it was entered, and is in the file
    patient = next(p for p in session.patients.all() if p.record_number == "77")
    record = session.record(patient.id)
    session.close()
    for word in PLANTED[:3]:
        assert word in str(record)
    log = next(tmp_path.rglob("program.log")).read_text()
    kept = next(tmp_path.rglob("als-follow-up.log")).read_text()
    assert kept.count("LookupError") == 2 and "in stumble" in kept
    assert "Qt QtWarningMsg: QLineEdit" in kept
    assert "report LookupError" in said
    assert (
        log.count("LookupError") == 2 and "in stumble" in log
    )  # the crash was reported, without its words
    assert "Qt QtWarningMsg: QLineEdit" in log
    assert "beside clinic.als-journal" in said  # there was a journal to search
    assert said.count("proposed ") == 2
    assert said.splitlines()[-1] == "ALS Follow-up"


def test_r10_the_search_finds_a_leak(day, tmp_path):
    day("leak")
    assert ("summary.tmp", PLANTED[0]) in leaks(tmp_path)


@needs_xvfb
def test_r10_what_was_copied_leaves_the_clipboard(display, tmp_path):
    """On a real X server: the offscreen platform does not know whose clipboard it is."""
    number, _picture = display
    environment = {**os.environ, "DISPLAY": number, "QT_QPA_PLATFORM": "xcb", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "tests.reliability.copying"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=50
    )
    assert done.stdout.splitlines() == [
        "copied: Nebuchadnezzar",
        "after the time: ''",
        "copied again: Nebuchadnezzar",
        "locked: ''",
    ], done.stderr


def test_r10_a_crash_leaves_no_picture_of_the_memory():
    resource = pytest.importorskip("resource")
    command = (
        "import resource; from ui import errors; errors.leave_no_traces();"
        "print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == str((0, 0)), done.stderr
    assert resource.RLIMIT_CORE is not None
