import random
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.acts import backups
from core.errors import FileDamaged, FileExists, FileInUse, FileMissing, FileTooNew, StorageError
from core.session import Session
from core.store import backup, keys
from core.store.backup import beside
from tests.attached_files import attach_megabytes
from tests.core.examples import a_patient
from tests.passwords import cheap_passwords

NOW = datetime(2026, 11, 22, 10, 15, 2, 345678, tzinfo=UTC)
NAME = "clinic-2026-11-22T101502Z.als"


@pytest.fixture(scope="session")
def ring(key):
    """The key file's content of a clinic: one password, derived once for all tests."""
    with cheap_passwords():
        return keys.with_password(keys.new_ring(), key, "dr.demo", "s3cret")


@pytest.fixture(autouse=True)
def key_file(session, clinic_path, ring):
    keys.write(clinic_path, ring)


@pytest.fixture
def folder(clinic_path):
    return backups.default_folder(clinic_path)


@pytest.fixture
def back_up(session, clinic_path, folder, key):
    def back_up(now=NOW):
        return backup.finish(backup.begin(session._db, clinic_path, key, folder, now), key)

    return back_up


def names(folder):
    return {path.name for path in folder.iterdir()}


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def behind_the_trail(db, statement):
    """Do it with the triggers away, and put them back."""
    triggers = list(db.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    for trigger in triggers:
        db.execute(f"DROP TRIGGER {trigger['name']}")
    db.execute(statement)
    for trigger in triggers:
        db.execute(trigger["sql"])


def a_flipped_bit(path):
    whole = bytearray(path.read_bytes())
    whole[random.randrange(len(whole))] ^= 1 << random.randrange(8)
    path.write_bytes(whole)


def test_a_backup_is_a_pair_of_files_named_by_the_second(back_up, folder, clinic_path):
    made = back_up()
    assert folder.name == "clinic backups" and folder.parent == clinic_path.parent
    assert names(folder) == {NAME, f"{NAME}.keys"}
    assert (made.path.name, made.made_at) == (NAME, NOW.replace(microsecond=0))


def test_it_does_not_count_before_it_was_verified(session, clinic_path, folder, key):
    begun = backup.begin(session._db, clinic_path, key, folder, NOW)
    assert backup.backups(clinic_path, folder) == []
    made = backup.finish(begun, key)
    assert backup.backups(clinic_path, folder) == [made]


def test_two_of_one_second_have_two_names(back_up, clinic_path, folder):
    first, second = back_up(), back_up()
    assert second.made_at - first.made_at == timedelta(seconds=1)
    assert backup.backups(clinic_path, folder) == [first, second]


@pytest.mark.usefixtures("patient")
def test_one_that_is_damaged_while_it_is_written_never_counts(
    session, clinic_path, folder, key, back_up
):
    good = back_up(NOW - timedelta(hours=1))
    for n in range(12):
        begun = backup.begin(session._db, clinic_path, key, folder, NOW + timedelta(seconds=n))
        a_flipped_bit(begun.written)
        with pytest.raises(
            FileDamaged, match=r"is damaged\. .* It does not count and is now called"
        ):
            backup.finish(begun, key)
        assert backup.backups(clinic_path, folder) == [good]
        assert beside(begun.backup.path, ".damaged").exists()


def test_one_that_lacks_a_row_never_counts(session, patient, clinic_path, folder, key):
    """Whole in itself, and yet not what the clinic file held: what an older copy put in its place is."""
    old = backup.begin(session._db, clinic_path, key, folder, NOW)
    with session.write():
        session.patients.save(a_patient(record_number="8"))
    new = backup.begin(session._db, clinic_path, key, folder, NOW)
    shutil.copyfile(old.written, new.written)
    with pytest.raises(FileDamaged, match="does not hold what the clinic file holds"):
        backup.finish(new, key)


@pytest.mark.usefixtures("patient")
def test_one_of_a_file_that_was_tampered_with_is_not_taken_for_good(
    session, clinic_path, folder, key
):
    behind_the_trail(session._db, "UPDATE patient SET family_name = 'Nobody'")
    begun = backup.begin(session._db, clinic_path, key, folder, NOW)
    with pytest.raises(FileDamaged, match="“patient” is not what entry"):
        backup.finish(begun, key)


def test_another_clinics_backups_of_the_same_name_are_left_alone(
    back_up, clinic_path, folder, key, tmp_path
):
    """Two clinics may call their file the same and use one network folder."""
    theirs = back_up(NOW - timedelta(days=900))
    keys.key_file(theirs.path).unlink()
    foreign = keys.with_password(keys.new_ring(), key, "dr.else", "s3cret")
    keys.write(theirs.path, foreign)
    for n in range(60):
        path = theirs.path.with_name(f"clinic-2025-01-01T1010{n:02}Z.als")
        shutil.copyfile(theirs.path, path)
        shutil.copyfile(keys.key_file(theirs.path), keys.key_file(path))
    mine = back_up(NOW)
    before = contents(folder)
    backups.thin(clinic_path, folder, NOW)
    assert contents(folder) == before
    assert backup.backups(clinic_path, folder) == [mine]
    assert backups.newest(clinic_path, folder, NOW) == mine


def test_thinning_touches_only_files_of_exactly_our_names(back_up, clinic_path, folder):
    made = back_up(NOW - timedelta(days=3))
    strangers = [
        "clinic.als",
        "clinic-2026-11-19T101503Z.als.txt",
        "clinic-2026-11-19.als",
        "clinic-2026-13-45T101503Z.als",
        "clinic-2026-11-19T101503Z - Copy.als",
        "other-2026-11-19T101503Z.als",
        "clinic-2026-11-19T101503Z.als",  # without its key file
        "Thumbs.db",
    ]
    for name in strangers:
        shutil.copyfile(made.path, folder / name)
    older = [back_up(NOW - timedelta(days=3, minutes=n)) for n in (30, 60)]
    for one in (made, *older):
        for name in strangers[:-2]:
            shutil.copyfile(keys.key_file(one.path), folder / f"{name}.keys")
    backups.thin(clinic_path, folder, NOW)
    assert backup.backups(clinic_path, folder) == [made]
    assert names(folder) >= {*strangers, NAME.replace("22T", "19T")}
    assert not any(keys.key_file(one.path).exists() for one in older)


def test_what_a_killed_backup_left_is_cleared_away_after_a_day(
    session, back_up, clinic_path, folder, key
):
    abandoned = backup.begin(session._db, clinic_path, key, folder, NOW - timedelta(hours=25))
    current = backup.begin(session._db, clinic_path, key, folder, NOW - timedelta(hours=1))
    made = back_up()
    backups.thin(clinic_path, folder, NOW)
    assert names(folder) == {
        current.written.name,
        keys.key_file(current.written).name,
        made.path.name,
        keys.key_file(made.path).name,
    }
    assert not abandoned.written.exists()


def test_a_damaged_copy_stays_for_two_weeks(session, clinic_path, folder, key):
    begun = backup.begin(session._db, clinic_path, key, folder, NOW)
    a_flipped_bit(begun.written)
    with pytest.raises(FileDamaged):
        backup.finish(begun, key)
    backups.thin(clinic_path, folder, NOW + timedelta(days=13))
    assert names(folder) == {f"{NAME}.damaged", f"{NAME}.damaged.keys"}
    backups.thin(clinic_path, folder, NOW + timedelta(days=15))
    assert names(folder) == set()


def test_verifying_reads_only(back_up, folder, key):
    made = back_up()
    before = contents(folder)
    held = backup.verify_backup(made.path, key)
    assert held.rows["user"] == 1 and held.head is not None
    assert contents(folder) == before
    with pytest.raises(StorageError), backup.reading(made.path, key) as db:
        db.execute("DELETE FROM audit_head")
    assert contents(folder) == before


def test_a_journal_beside_a_backup_is_not_played_back_into_it(back_up, folder, key):
    made = back_up()
    held = backup.verify_backup(made.path, key)
    beside(made.path, "-journal").write_bytes(b"of another file" * 100)
    before = contents(folder)
    assert backup.verify_backup(made.path, key) == held
    assert contents(folder) == before


def test_another_key_does_not_open_it(back_up):
    made = back_up()
    with pytest.raises(FileDamaged, match="does not open with this key"):
        backup.verify_backup(made.path, b"x" * 32)


def test_a_backup_by_a_newer_program_is_refused(session, back_up, key, tmp_path):
    session._db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('als-follow-up', 'm999_of_the_future', 'x')"
    )
    path = tmp_path / "copy.als"
    session._db.execute("VACUUM INTO ?", [str(path)])
    keys.write(path, keys.read(session.path))
    with pytest.raises(FileTooNew, match="m999_of_the_future"):
        backup.restore(path, tmp_path / "new.als", key)
    assert not (tmp_path / "new.als").exists()


def test_the_backup_takes_the_key_file_of_its_moment(session, back_up, clinic_path, key, ring):
    """Who had a password then can open it; and a damaged first copy of the key file is not taken."""
    later = keys.with_password(ring, key, "nurse", "n3w")
    keys.write(clinic_path, later)
    keys.key_file(clinic_path).write_text("not a key file")
    made = back_up()
    assert keys.unwrap(keys.read(made.path), "nurse", "n3w") == key


def test_one_that_a_wrong_clock_dated_into_the_future_is_not_the_newest(
    back_up, clinic_path, folder
):
    """Else nothing newer would be copied to the second place for years."""
    back_up(NOW + timedelta(days=3650))
    made = back_up(NOW)
    assert backups.newest(clinic_path, folder, NOW) == made
    assert backups.newest(clinic_path, folder, NOW - timedelta(seconds=1)) == made


# -- where it cannot be written


def test_a_folder_that_cannot_be_made(session, clinic_path, tmp_path, key):
    unplugged = tmp_path / "usb" / "backups"
    with pytest.raises(
        StorageError, match=r"No copy was made: the folder .*usb.* cannot be written"
    ):
        backup.begin(session._db, clinic_path, key, unplugged, NOW)
    assert not unplugged.parent.exists()


def test_a_file_in_the_place_of_the_folder(session, clinic_path, folder, key):
    folder.write_text("somebody's")
    with pytest.raises(StorageError, match="cannot be written"):
        backup.begin(session._db, clinic_path, key, folder, NOW)
    assert folder.read_text() == "somebody's"


# -- the second place


def test_the_second_place_gets_the_newest(back_up, clinic_path, folder, tmp_path, key):
    second = tmp_path / "usb"
    second.mkdir()
    back_up(NOW - timedelta(hours=2))
    made = back_up(NOW)
    copied = backups.copy_to(clinic_path, folder, second, NOW)
    assert copied.path == second / NAME and copied.made_at == made.made_at
    assert contents(second) == {name: contents(folder)[name] for name in (NAME, f"{NAME}.keys")}
    assert backup.verify_backup(copied.path, key) == backup.verify_backup(made.path, key)
    assert backups.second_place_problem(clinic_path, second, NOW) is None
    before = contents(second)
    assert backups.copy_to(clinic_path, folder, second, NOW) == copied
    assert contents(second) == before


def test_the_second_place_is_thinned_as_well(back_up, clinic_path, folder, tmp_path):
    second = tmp_path / "usb"
    second.mkdir()
    for minutes in (60, 30):
        at = NOW - timedelta(days=3, minutes=minutes)
        back_up(at)
        backups.copy_to(clinic_path, folder, second, at)
    assert len(backup.backups(clinic_path, second)) == 2
    back_up(NOW)
    backups.copy_to(clinic_path, folder, second, NOW)
    kept = [one.made_at for one in backup.backups(clinic_path, second)]
    assert kept == [
        (NOW - timedelta(days=3, minutes=30)).replace(microsecond=0),
        NOW.replace(microsecond=0),
    ]


def test_what_is_said_of_the_second_place(back_up, clinic_path, folder, tmp_path):
    def said(second, now=NOW):
        return backups.second_place_problem(clinic_path, second, now)

    second = tmp_path / "usb"
    assert "on this computer only" in said(None)
    assert "cannot be reached. Plug in its drive" in said(second)
    second.mkdir()
    assert "has no backup of this file yet" in said(second)
    back_up()
    backups.copy_to(clinic_path, folder, second, NOW)
    assert said(second) is None
    assert said(second, NOW + timedelta(hours=23, minutes=59)) is None
    assert "is of 22 Nov 2026" in said(second, NOW + timedelta(hours=24, minutes=1))


def test_the_first_place_is_no_second_one(back_up, clinic_path, folder):
    back_up()
    with pytest.raises(StorageError, match="is the folder of the first ones"):
        backups.copy_to(clinic_path, folder, folder.parent / "." / folder.name, NOW)


def test_there_is_nothing_to_copy_yet(clinic_path, folder, tmp_path):
    with pytest.raises(FileMissing, match="There is no backup of this file"):
        backups.copy_to(clinic_path, folder, tmp_path, NOW)


# -- restoring


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("taken", ["new.als", "new.als.keys", "new.als.keys2", "new.als-journal"])
def test_restoring_never_writes_over_a_file(back_up, tmp_path, key, taken):
    """Nor beside a journal that SQLite would play back into it."""
    made = back_up()
    (tmp_path / taken).write_bytes(b"somebody's work")
    before = contents(tmp_path)
    with pytest.raises(FileExists, match=f"already a file {taken} here"):
        backup.restore(made.path, tmp_path / "new.als", key)
    assert contents(tmp_path) == before


@pytest.mark.usefixtures("patient")
def test_a_damaged_backup_is_not_restored(back_up, tmp_path, key):
    made = back_up()
    for _ in range(10):
        whole = made.path.read_bytes()
        a_flipped_bit(made.path)
        before = contents(tmp_path)
        with pytest.raises(FileDamaged, match="is damaged"):
            backup.restore(made.path, tmp_path / "new.als", key)
        assert contents(tmp_path) == before
        made.path.write_bytes(whole)


def test_a_backup_without_its_key_file(back_up, tmp_path, key):
    made = back_up()
    keys.key_file(made.path).unlink()
    with pytest.raises(FileMissing, match=r"\.keys"):
        backup.restore(made.path, tmp_path / "new.als", key)
    assert not (tmp_path / "new.als").exists()


def test_no_backup_of_that_name(tmp_path, key, ring):
    keys.write(tmp_path / "gone.als", ring)
    with pytest.raises(FileMissing, match=r"no file at .*gone\.als"):
        backup.restore(tmp_path / "gone.als", tmp_path / "new.als", key)


def test_the_damaged_file_is_kept_when_a_backup_takes_its_place(
    session, patient, back_up, clinic_path, key, tmp_path
):
    made = back_up()
    session.close()
    a_flipped_bit(clinic_path)
    damaged, key_files = clinic_path.read_bytes(), keys.key_file(clinic_path).read_bytes()
    kept = backup.replace_with(made.path, clinic_path, key, NOW)
    assert kept.name == "clinic.replaced-2026-11-22T101502Z.als"
    assert kept.read_bytes() == damaged
    assert keys.key_file(kept).read_bytes() == key_files
    again = Session(clinic_path, key, "dr.demo")
    assert again.patients.all() == [patient]
    again.close()
    assert names(tmp_path) == {
        "clinic backups",
        *(f"{path}{end}" for path in ("clinic.als", kept.name) for end in ("", ".keys", ".keys2")),
    }


def test_a_second_replacement_does_not_write_over_the_first(
    session, patient, back_up, clinic_path, key
):
    made = back_up()
    session.close()
    first = backup.replace_with(made.path, clinic_path, key, NOW)
    before = first.read_bytes()
    second = backup.replace_with(made.path, clinic_path, key, NOW)
    assert first != second and first.read_bytes() == before


def test_a_journal_of_the_damaged_file_goes_with_it(session, patient, back_up, clinic_path, key):
    """Left behind, it would be played back into the restored file."""
    made = back_up()
    session.close()
    journal = beside(clinic_path, "-journal")
    journal.write_bytes(b"what was under way")
    kept = backup.replace_with(made.path, clinic_path, key, NOW)
    assert not journal.exists()
    assert beside(kept, "-journal").read_bytes() == b"what was under way"


def test_where_the_clinic_file_is_gone_the_backup_just_takes_its_place(
    session, patient, back_up, clinic_path, key
):
    made = back_up()
    session.close()
    clinic_path.unlink()
    for path in (keys.key_file(clinic_path), keys.second_key_file(clinic_path)):
        path.unlink()
    assert backup.named_backups("clinic", made.path.parent) == [made]
    assert backup.replace_with(made.path, clinic_path, key, NOW) is None
    again = Session(clinic_path, key, "dr.demo")
    assert again.patients.all() == [patient]
    again.close()


HOLD = """
import sys
from pathlib import Path
from core.store.file import connect
db = connect(Path(sys.argv[1]), bytes(range(32)))
print("open", flush=True)
sys.stdin.read()
"""


def test_an_open_file_is_not_replaced(session, back_up, clinic_path, key, tmp_path):
    """Neither by another program, nor in this one."""
    made = back_up()
    before = contents(tmp_path)
    with pytest.raises(FileInUse, match=r"clinic\.als is open in another window or program"):
        backup.replace_with(made.path, clinic_path, key, NOW)
    assert contents(tmp_path) == before
    session.close()
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(clinic_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(FileInUse):
            backup.replace_with(made.path, clinic_path, key, NOW)
        other.kill()
    assert backup.replace_with(made.path, clinic_path, key, NOW) is not None


def test_a_damaged_backup_replaces_nothing(session, patient, back_up, clinic_path, key, tmp_path):
    made = back_up()
    session.close()
    a_flipped_bit(made.path)
    before = contents(tmp_path)
    with pytest.raises(FileDamaged):
        backup.replace_with(made.path, clinic_path, key, NOW)
    assert contents(tmp_path) == before


def test_r05_the_open_file_is_no_backup_to_restore(session, clinic_path, key, tmp_path):
    """R5: to copy it would drop its lock, and a second program could write it."""
    with pytest.raises(FileInUse, match=r"clinic\.als is open"):
        backup.restore(clinic_path, tmp_path / "copy.als", key)
    assert not (tmp_path / "copy.als").exists()
    open_it = (
        "import sys; from pathlib import Path; from core.session import Session\n"
        "Session(Path(sys.argv[1]), bytes(range(32)), 'dr.demo')"
    )
    other = subprocess.run(
        [sys.executable, "-c", open_it, str(clinic_path)], capture_output=True, text=True
    )
    assert "FileInUse" in other.stderr


# -- slice by slice


def test_what_is_saved_while_it_is_written_is_in_the_copy(
    session, patient, clinic_path, folder, key
):
    """Also in the part that is done already: at the end it holds what the file holds."""
    attach_megabytes(session, patient, 3)
    told = []

    def watch(done, pages):
        told.append((done, pages))
        with session.write("corrected"):
            session.patients.save(replace(patient, family_name=f"Name {len(told)}"))

    begun = backup.begin(session._db, clinic_path, key, folder, NOW, watch)
    made = backup.finish(begun, key)
    assert len(told) >= 2
    assert all(0 < done < pages for done, pages in told)
    with backup.reading(made.path, key) as copy:
        names = [row[0] for row in copy.execute("SELECT family_name FROM patient")]
    assert f"Name {len(told)}" in names


def test_one_that_is_given_up_leaves_nothing_and_the_file_goes_on(
    session, patient, back_up, clinic_path, folder, key
):
    attach_megabytes(session, patient, 3)
    back_up(NOW - timedelta(hours=1))
    before = contents(folder)

    class NotNow(Exception):
        pass

    def watch(_done, _pages):
        assert any(name.endswith(".als.new") for name in names(folder)), "it is being written"
        raise NotNow

    with pytest.raises(NotNow):
        backup.begin(session._db, clinic_path, key, folder, NOW, watch)
    assert contents(folder) == before
    with session.write("corrected"):
        session.patients.save(replace(patient, family_name="Later"))
    assert back_up().path.exists()
