"""R12 at the command line: backup, restore and drill, each told in words and by the exit code."""

import shutil
import subprocess
import sys

import pypdfium2
import pytest

from core.acts import backups
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from core.store import backup, keys
from tests.core import clinic_of_four
from tests.core.clinic_of_four import LOGIN, PASSWORD
from tests.core.examples import a_patient
from tests.test_main import ROOT, sentence


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("four") / "clinic.als"
    return path, clinic_of_four.make(path)


@pytest.fixture
def path(made, tmp_path):
    path = clinic_of_four.copied(made[0], tmp_path)
    session = Session(path, made[1], LOGIN[Role.NURSE])
    with session.write("registered"):
        session.patients.save(a_patient(record_number="41"))
    session.close()
    return path


def run(*arguments, role=Role.ADMINISTRATOR, password=PASSWORD):
    return subprocess.run(
        [sys.executable, "main.py", *map(str, arguments), "--user", LOGIN[role]],
        cwd=ROOT,
        input=f"{password}\n",
        capture_output=True,
        text=True,
        timeout=120,
    )


def entries(path, key, act):
    session = Session(path, key, LOGIN[Role.ADMINISTRATOR])
    found = session.trail.entries(entity=act)
    session.close()
    return found


def test_r12_a_file_is_backed_up_drilled_and_restored_without_a_window(path, made, tmp_path):
    result = run("backup", path)
    assert (result.returncode, result.stderr) == (0, "")
    (one,) = backup.backups(path, backups.default_folder(path))
    assert str(one.path) in result.stdout
    held = backup.verify_backup(one.path, made[1])
    assert f"{held.head.sequence} trail entries, head {held.head.code}." in result.stdout
    assert entries(path, made[1], Act.BACKED_UP)[0].row == one.path.name

    out = tmp_path / "drill.pdf"
    result = run("drill", path, out)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("PASSED: The newest backup was restored.")
    document = pypdfium2.PdfDocument(out)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert one.path.name in text and "PASSED" in text
    assert '"verdict":"passed"' in entries(path, made[1], Act.DRILLED)[0].after.replace(" ", "")

    new = tmp_path / "new.als"
    result = run("restore", one.path, new, role=Role.NURSE)
    assert (result.returncode, result.stderr) == (0, "")
    assert str(new) in result.stdout and held.head.code in result.stdout
    assert entries(new, made[1], Act.RESTORED)[0].row == one.path.name
    session = Session.open(new, LOGIN[Role.NURSE], PASSWORD)
    assert [one.record_number for one in session.patients.all()] == ["41"]
    session.close()


def test_r12_a_backup_into_another_folder(path, tmp_path):
    result = run("backup", path, "--to", tmp_path / "usb")
    assert result.returncode == 0
    assert len(backup.backups(path, tmp_path / "usb")) == 1
    assert not backups.default_folder(path).exists()


@pytest.mark.parametrize("role", [Role.NURSE, Role.NEUROLOGIST, Role.MONITOR])
def test_r16_only_who_looks_after_backups_makes_them(path, role, tmp_path):
    assert "Your role does not allow this" in sentence(run("backup", path, role=role))
    assert "Your role does not allow this" in sentence(
        run("drill", path, tmp_path / "out.pdf", role=role)
    )
    assert not backups.default_folder(path).exists()
    assert not (tmp_path / "out.pdf").exists()


def test_r12_nothing_is_overwritten(path, tmp_path):
    assert run("backup", path).returncode == 0
    (one,) = backup.backups(path, backups.default_folder(path))
    before = path.read_bytes()
    assert "There is already a file" in sentence(run("restore", one.path, path))
    assert path.read_bytes() == before
    out = tmp_path / "out.pdf"
    out.write_text("mine")
    assert "There is already a file" in sentence(run("drill", path, out))
    assert out.read_text() == "mine"
    assert "must end in .als" in sentence(run("restore", one.path, tmp_path / "new"))


def test_r12_what_cannot_be_done_is_one_sentence(path, made, tmp_path):
    nowhere = tmp_path / "nowhere.als"
    assert "There is no file at" in sentence(run("backup", nowhere))
    assert "There is no file at" in sentence(run("restore", nowhere, tmp_path / "new.als"))
    assert "There is no backup" in sentence(run("drill", path, tmp_path / "out.pdf"))
    session = Session(path, made[1], LOGIN[Role.ADMINISTRATOR])
    keys_before = keys.key_file(path).read_bytes()
    assert "Close it there first" in sentence(run("backup", path))
    session.close()
    assert keys.key_file(path).read_bytes() == keys_before
    assert "do not open" in sentence(run("backup", path, password="not this one"))


def test_r12_a_damaged_backup_fails_the_drill_and_is_not_restored(path, tmp_path):
    assert run("backup", path).returncode == 0
    (one,) = backup.backups(path, backups.default_folder(path))
    whole = bytearray(one.path.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    one.path.write_bytes(whole)
    carried = tmp_path / "carried.als"
    shutil.copyfile(one.path, carried)
    shutil.copyfile(keys.key_file(one.path), keys.key_file(carried))
    assert "is damaged" in sentence(run("restore", carried, tmp_path / "new.als"))
    assert not (tmp_path / "new.als").exists()
    result = run("drill", path, tmp_path / "out.pdf")
    assert result.returncode == 1
    assert result.stdout.startswith("FAILED: ") and (tmp_path / "out.pdf").exists()


def test_r12_who_must_choose_a_password_does_that_first(path, made):
    from dataclasses import replace

    session = Session(path, made[1], LOGIN[Role.ADMINISTRATOR])
    with session.write("forced"):
        session.users.save(replace(session.user, must_change=True))
    session.close()
    assert "choose your own password" in sentence(run("backup", path))
