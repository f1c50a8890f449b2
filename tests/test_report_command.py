"""`main.py report` makes the folder of a trial report without a window, for whom it is for."""

import json
import shutil
from contextlib import closing

import pytest

from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from tests.core import clinic_of_four
from tests.core.clinic_of_four import LOGIN, PASSWORD
from tests.core.reports import trial_study
from tests.test_backup_commands import run as run_as
from tests.test_main import sentence


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return trial_study.clinic(tmp_path_factory.mktemp("four"))


@pytest.fixture
def path(made, tmp_path):
    return clinic_of_four.copied(made[0], tmp_path)


def run(*arguments, role=Role.NEUROLOGIST, password=PASSWORD):
    return run_as("report", *arguments, role=role, password=password)


def test_the_report_of_a_file(path, made, tmp_path):
    out = tmp_path / "report"
    result = run(path, out, "--until", "2019-06-01", "--repeated-measures", role=Role.MONITOR)
    assert (result.returncode, result.stderr) == (0, "")
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert "Data to 2019-06-01, as of trail entry" in result.stdout
    assert "repeated-measures" in manifest["chapters"]
    with closing(Session(path, made[1], LOGIN[Role.MONITOR])) as session:
        signed_out, exported, *_before = session.trail.entries()
    assert (signed_out.entity, exported.entity) == (Act.SIGNED_OUT, Act.EXPORTED)
    assert json.loads(exported.after)["manifest"] in result.stdout

    again = tmp_path / "again"
    asked = ("--until", "2019-06-01", "--entry", str(manifest["trail_entry"]))
    assert run(path, again, *asked, "--repeated-measures").returncode == 0
    assert (again / "manifest.json").read_bytes() == (out / "manifest.json").read_bytes()


def test_what_cannot_be_made_is_one_sentence(path, tmp_path):
    (tmp_path / "taken").mkdir()
    out = tmp_path / "out"
    assert "There is already a" in sentence(run(path, tmp_path / "taken"))
    assert "Your role does not allow this" in sentence(run(path, out, role=Role.NURSE))
    assert "no entry 999999" in sentence(run(path, out, "--entry", "999999"))
    # The last one: who types a wrong password waits.
    assert "do not open the clinic file" in sentence(run(path, out, password="another"))
    assert "Give the clinic file and the folder" in sentence(run(out))
    result = run(path, out, "--until", "last week")
    assert result.returncode == 2 and "write the day as 2026-11-29" in result.stderr
    assert not out.exists()


def test_the_report_of_the_demonstration_asks_nobody(tmp_path):
    out = tmp_path / "report"
    result = run("--demo", out, password="")
    assert (result.returncode, result.stderr) == (0, "")
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["demonstration"] is True and manifest["patients"] == 20
    shutil.rmtree(out)
