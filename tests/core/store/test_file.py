import os
import random
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest
import sqlcipher3

from core.errors import FileDamaged, FileInUse, FileMissing, FileTooNew, StorageError
from core.model.assessment import Answer
from core.session import Session
from core.store import file
from tests.core.examples import a_patient

OPEN_AND_HOLD = """
import sys
from pathlib import Path
from core.session import Session
session = Session(Path(sys.argv[1]), bytes(range(32)), "dr.demo")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def closed(session, visit_day, clinic_path):
    """A file with a visit, closed."""
    visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12, blows=(3200, 3150), note="n" * 20000)
    session.close()
    return clinic_path


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_refused(path, key, error, match):
    """Refused with that error, and nothing in the folder was touched."""
    before = contents(path.parent)
    with pytest.raises(error, match=match):
        Session(path, key, "dr.demo")
    assert contents(path.parent) == before


def test_r04_what_makes_saved_true_is_switched_on(session):
    """R4: a save is on the disk when write() has been left. R5: one writer. R10: no temporary files."""

    def pragma(name):
        return session._db.execute(f"PRAGMA {name}").fetchone()[0]

    assert pragma("journal_mode") == "delete"
    assert pragma("synchronous") == 3
    assert pragma("locking_mode") == "exclusive"
    assert pragma("temp_store") == 2
    assert pragma("foreign_keys") == 1
    assert pragma("recursive_triggers") == 1  # or INSERT OR REPLACE would slip past the audit
    assert session._db.execute("PRAGMA cipher_version").fetchone()


def test_a_file_that_does_not_take_the_settings_is_not_used(closed, key, monkeypatch):
    monkeypatch.setitem(file.PRAGMAS, "page_size", 1)  # one that cannot be had
    assert_refused(closed, key, StorageError, "cannot be used safely: page_size")


def test_an_old_sqlite_is_not_trusted(closed, key, monkeypatch):
    assert sqlcipher3.dbapi2.sqlite_version_info >= (3, 51, 3)
    monkeypatch.setattr(file, "OLDEST_SQLITE", (99, 0, 0))
    assert_refused(closed, key, StorageError, "too old")


def test_r10_no_name_stands_readable_in_any_file(session, patient, visit_day, tmp_path):
    """R10: also not while a write is under way, when the journal lies beside the file."""
    planted = ["Zarathustra", "زرتشت"]
    visit = visit_day(date(2026, 7, 21), "M2", note=planted[1] * 500)

    def assert_unreadable():
        files = contents(tmp_path)
        assert "clinic.als" in files
        for name, data in files.items():
            assert b"SQLite format 3" not in data, name
            # The note of who has the file open names the user, as the key file does; no patient.
            login = () if name == "clinic.als.open" else ("dr.demo",)
            for text in (*planted, patient.family_name, "ALS clinic", *login, visit.id):
                for encoding in ("utf-8", "utf-16-le"):
                    assert text.encode(encoding) not in data, (name, text)
        return files

    with session.write():
        session.patients.save(a_patient(record_number="8", family_name=planted[0]))
        session._db.execute("PRAGMA cache_spill = 1")
        session._db.execute("UPDATE patient SET note = ?", [planted[0] * 20000])
        during = assert_unreadable()
    assert "clinic.als-journal" in during
    assert_unreadable()
    session.close()
    assert set(assert_unreadable()) == {"clinic.als"}


def test_another_key_does_not_open_it(closed):
    assert_refused(closed, b"x" * 32, FileDamaged, r"clinic\.als is damaged, or is not the clinic")


def test_no_file(tmp_path, key):
    with pytest.raises(FileMissing, match=r"no file at .*gone\.als"):
        Session(tmp_path / "gone.als", key, "dr.demo")
    assert contents(tmp_path) == {}


def test_no_folder_to_create_it_in(tmp_path, key):
    with pytest.raises(StorageError, match="cannot be written"):
        Session(tmp_path / "gone" / "clinic.als", key, "dr.demo", create=True)


def test_r08_a_flipped_bit_anywhere_is_found_before_a_value_is_shown(closed, key):
    """R8: not only in the first page, and not only when that page happens to be read."""
    whole = closed.read_bytes()
    first_page = [random.randrange(4096) for _ in range(10)]
    anywhere = [random.randrange(len(whole)) for _ in range(30)]
    for place in first_page + anywhere:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << random.randrange(8)
        closed.write_bytes(damaged)
        assert_refused(closed, key, FileDamaged, "restore it from a backup")


def test_r08_a_truncated_file_is_found(closed, key):
    """R8: also cut at a page, or to nothing: never is a new file begun in its place."""
    whole = closed.read_bytes()
    lengths = [0, 1, 15, 16, 100, 4095, 4096, 8192, len(whole) // 2, len(whole) - 4096]
    for length in [*lengths, len(whole) - 1, random.randrange(len(whole))]:
        closed.write_bytes(whole[:length])
        assert_refused(closed, key, FileDamaged, "restore it from a backup")


def test_r08_zeroed_and_swapped_pages_are_found(closed, key):
    whole = closed.read_bytes()
    pages = [whole[start : start + 4096] for start in range(0, len(whole), 4096)]
    one, two = random.sample(range(1, len(pages)), 2)
    zeroed = [bytes(4096) if index == one else page for index, page in enumerate(pages)]
    swapped = list(pages)
    swapped[one], swapped[two] = pages[two], pages[one]
    for damaged in (zeroed, swapped):
        closed.write_bytes(b"".join(damaged))
        assert_refused(closed, key, FileDamaged, "restore it from a backup")


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"SQLite format 3\0" + bytes(5000), b"\0" * 8192])
def test_another_kind_of_file_is_refused(closed, key, content):
    closed.write_bytes(content)
    assert_refused(closed, key, FileDamaged, "damaged, or is not the clinic file")


def test_a_plain_sqlite_file_is_refused(closed, key):
    closed.unlink()
    plain = sqlcipher3.dbapi2.connect(str(closed))
    plain.execute("CREATE TABLE patient (id)")
    plain.commit()
    plain.close()
    assert_refused(closed, key, FileDamaged, "damaged, or is not the clinic file")


def test_a_file_of_that_key_without_a_clinic_in_it_is_refused(tmp_path, key):
    path = tmp_path / "clinic.als"
    other = sqlcipher3.dbapi2.connect(str(path))
    other.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    other.execute("CREATE TABLE patient (id)")
    other.commit()
    other.close()
    assert_refused(path, key, FileDamaged, "restore it from a backup")


def test_r11_a_newer_file_is_refused_and_left_as_it_is(session, clinic_path, key):
    """R11: it says which version is needed, and does not touch a byte."""
    session._db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('als-follow-up', 'm999_of_the_future', 'x')"
    )
    session.close()
    assert_refused(clinic_path, key, FileTooNew, r"newer version .*m999_of_the_future")


def test_r05_a_second_program_is_refused_and_a_dead_ones_lock_is_gone(closed, key):
    """R5: two programs never write one file; a stale lock clears itself."""
    other = subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_HOLD, str(closed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        assert other.stdout.readline() == "open\n"
        assert_refused(
            closed, key, FileInUse, r"clinic\.als is open: dr\.demo has it on .* since .*\. Close"
        )
        other.kill()
    Session(closed, key, "dr.demo").close()


def test_r05_a_second_window_of_this_program_is_refused(session, key, clinic_path):
    """R5: within one process as well."""
    with pytest.raises(FileInUse):
        Session(clinic_path, key, "dr.demo")
    with session.write():
        session.patients.save(a_patient())
    assert len(session.patients.all()) == 1


def test_r07_a_full_disk_loses_nothing_and_a_retry_works(session, patient, visit_day, reopened):
    """R7: said in one sentence; saved when there is space again."""
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12)
    (pages,) = session._db.execute("PRAGMA page_count").fetchone()
    session._db.execute(f"PRAGMA max_page_count = {pages}")
    answer = Answer(item="walking", value=0, note="x" * 100_000)

    def save():
        with session.write():
            session.assessments.save_answer(
                visit.id, "alsfrs-r", "stairs", Answer(item="s", value=1)
            )
            session.assessments.save_answer(visit.id, "alsfrs-r", "walking", answer)

    before = session.record(patient.id)
    with pytest.raises(StorageError, match="disk is full: nothing was saved"):
        save()
    assert session.record(patient.id) == before
    session._db.execute("PRAGMA max_page_count = 100000")
    save()
    (form,) = reopened().record(patient.id).assessments
    assert form.answers["walking"] == answer and form.answers["stairs"].value == 1


OPEN_AND_WRITE = """
import os, sys
from pathlib import Path
from core.session import Session, new_user
from core.errors import StorageError
import sqlite_utils
sqlite_utils.Database(memory=True)  # loads what only root may read here
if os.getuid() == 0:
    os.setuid(65534)  # to root, no folder is read-only
try:
    session = Session(Path(sys.argv[1]), bytes(range(32)), "dr.demo")
    with session.write():
        session.users.save(new_user("nurse", "N. Urse"))
except StorageError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX permissions")
@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o555, 0o666), (0o755, 0o444)])
def test_a_folder_or_file_without_permission_to_write(closed, folder_mode, file_mode):
    folder = Path(tempfile.mkdtemp())  # pytest's own is closed to other users
    try:
        copy = Path(shutil.copy(closed, folder))
        copy.chmod(file_mode)
        folder.chmod(folder_mode)
        before = copy.read_bytes()
        done = subprocess.run(
            [sys.executable, "-c", OPEN_AND_WRITE, str(copy)], capture_output=True, text=True
        )
        assert done.stdout == (
            "The file clinic.als or its folder cannot be written. Check the permissions.\n"
        ), done.stderr
        assert copy.read_bytes() == before
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)
