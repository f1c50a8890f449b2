"""Export and import at the command line: who, what is written, what the trail says, and the exit code."""

import hashlib
import json
import subprocess
import sys
import zipfile

import pytest

from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from tests.core import clinic_of_four
from tests.core.clinic_of_four import LOGIN, PASSWORD
from tests.core.examples import a_patient
from tests.test_main import ROOT, sentence


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("four") / "clinic.als"
    return path, clinic_of_four.make(path)


@pytest.fixture
def path(made, tmp_path):
    path = clinic_of_four.copied(made[0], tmp_path)
    session = Session(path, made[1], LOGIN[Role.NURSE])
    with session.write("registered"):
        session.patients.save(a_patient(record_number="0041", family_name="Rahimi"))
    session.close()
    return path


def run(*arguments, said=(PASSWORD,)):
    return subprocess.run(
        [sys.executable, "main.py", *map(str, arguments)],
        cwd=ROOT,
        input="".join(f"{line}\n" for line in said),
        capture_output=True,
        text=True,
        timeout=120,
    )


def export(path, *arguments, role=Role.NEUROLOGIST, said=(PASSWORD,)):
    return run("export", path, *arguments, "--user", LOGIN[role], said=said)


def exports_of(path, key):
    session = Session(path, key, LOGIN[Role.NEUROLOGIST])
    found = session.trail.entries(entity=Act.EXPORTED)
    session.close()
    return [(one.actor, json.loads(one.after)) for one in found]


def test_all_data_leaves_as_a_zip_and_comes_back(path, made, tmp_path):
    out = tmp_path / "all.zip"
    result = export(path, out, said=(PASSWORD, PASSWORD))
    assert (result.returncode, result.stderr) == (0, "")
    sha256 = hashlib.sha256(out.read_bytes()).hexdigest()
    assert result.stdout.startswith("1 patients, ") and f"SHA-256: {sha256}" in result.stdout
    ((actor, said),) = exports_of(path, made[1])
    assert actor == LOGIN[Role.NEUROLOGIST]
    assert said["sha256"] == sha256 and said["document"] == "all data as CSV"
    with zipfile.ZipFile(out) as packed:
        assert b"0041" in packed.read("wide/patients.csv")
    (tmp_path / "new").mkdir()
    target = clinic_of_four.copied(made[0], tmp_path / "new")
    result = run("import", target, out, "--user", LOGIN[Role.NEUROLOGIST])
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("1 patients, 1 rows read back into")
    result = run("import", target, out, "--user", LOGIN[Role.NEUROLOGIST])
    assert result.returncode == 1 and "has patients already" in sentence(result)


def test_a_password_that_is_typed_wrong_the_second_time_lets_nothing_out(path, made, tmp_path):
    result = export(path, tmp_path / "all.zip", said=(PASSWORD, "another one"))
    assert result.returncode == 1 and "not your password" in sentence(result)
    assert not (tmp_path / "all.zip").exists() and exports_of(path, made[1]) == []


def test_the_monitor_takes_what_is_de_identified_and_nothing_else(path, made, tmp_path):
    out = tmp_path / "coded"
    out.mkdir()  # an empty folder is as good as none
    result = export(path, out, "--deidentified", role=Role.MONITOR)
    assert (result.returncode, result.stderr) == (0, "")
    assert "coded, not anonymous" in result.stdout
    sums = (out / "SHA256SUMS").read_bytes()
    ((_actor, said),) = exports_of(path, made[1])
    assert said["sha256"] == hashlib.sha256(sums).hexdigest()
    for line in sums.decode().splitlines():
        digest, name = line.split("  ")
        content = (out / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert b"0041" not in content and b"Rahimi" not in content
    result = export(path, tmp_path / "all.zip", role=Role.MONITOR)
    assert result.returncode == 1 and "role does not allow" in sentence(result)
    assert not (tmp_path / "all.zip").exists()


@pytest.mark.parametrize("role", [Role.NURSE, Role.ADMINISTRATOR])
def test_who_may_not_takes_nothing(path, made, tmp_path, role):
    for arguments in ((), ("--deidentified",)):
        result = export(path, tmp_path / "all.zip", *arguments, role=role)
        assert result.returncode == 1 and "role does not allow" in sentence(result)
    assert not (tmp_path / "all.zip").exists() and exports_of(path, made[1]) == []


def test_what_cannot_be_is_said_in_a_sentence_before_anybody_is_asked(path, tmp_path):
    (tmp_path / "there.zip").write_text("mine")
    for out, arguments, said in (
        (tmp_path / "there.zip", (), "There is already something at"),
        (tmp_path / "no" / "a.zip", (), "There is no folder"),
        (tmp_path / "a.zip", ("--format", "xlsx"), "must end in .xlsx"),
        (tmp_path / "a.xlsx", ("--format", "csv"), "must end in .zip"),
    ):
        result = run("export", path, out, *arguments, said=())
        assert result.returncode == 1 and said in sentence(result)
    assert (tmp_path / "there.zip").read_text() == "mine"
    assert run("export", tmp_path / "a.zip", said=()).returncode == 2
    assert run("export", path, tmp_path / "a.zip", "--demo", said=()).returncode == 2


def test_the_demonstration_is_exported_in_place_of_a_file(tmp_path):
    out = tmp_path / "demo.xlsx"
    result = run("export", "--demo", out, "--deidentified", said=())
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("21 patients, ")
    with zipfile.ZipFile(out) as packed:
        assert b"CODED, NOT ANONYMOUS" in packed.read("xl/sharedStrings.xml")
        assert b"DEMONSTRATION DATA" in packed.read("xl/sharedStrings.xml")
