import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.acts import backups
from core.errors import FileMissing, StorageError
from core.store import backup, drill, keys
from tests.core.examples import a_patient
from tests.core.store.test_backup import behind_the_trail
from tests.passwords import cheap_passwords

NOW = datetime(2026, 11, 22, 10, 15, 2, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)


@pytest.fixture(scope="module")
def ring(key):
    with cheap_passwords():
        return keys.with_password(keys.new_ring(), key, "dr.demo", "s3cret")


@pytest.fixture
def folder(session, clinic_path, ring):
    keys.write(clinic_path, ring)
    return backups.default_folder(clinic_path)


@pytest.fixture
def back_up(session, clinic_path, folder, key):
    def back_up(now=NOW):
        return backup.finish(backup.begin(session._db, clinic_path, key, folder, now), key)

    return back_up


@pytest.fixture
def run(session, clinic_path, folder, key):
    def run(now=LATER):
        live = backup.begin(session._db, clinic_path, key, folder, now)
        return backups.run_drill(live, clinic_path, folder, key, now)

    return run


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def a_busy_afternoon(session, nouns, patient):
    """Rows come, change and go; one of them comes and goes again, one changes there and back."""
    nouns.save_all()
    for text in ("for good", "for a moment", ""):
        with session.write("corrected"):
            session.patients.save(replace(patient, note=text))
    with session.write("mistaken"):
        session.assessments.remove_answer(nouns.meeting.id, "alsfrs-r", "walking")


def test_right_after_the_backup_nothing_differs(back_up, run, patient, folder):
    made = back_up()
    before = contents(folder)
    result = run()
    assert result.passed and result.problem is None
    assert (result.differing, result.unexplained) == (0, 0)
    assert (result.backup, result.made_at) == (made.path.name, NOW)
    assert (result.size_bytes, result.sha256) == (
        made.path.stat().st_size,
        backup.sha256(made.path),
    )
    rows = {table.name: table.rows for table in result.tables}
    assert rows["patient"] == 1 and rows["audit"] == result.head.sequence
    assert result.head == result.live_head
    assert contents(folder) == before


def test_what_was_done_since_is_explained_by_the_trail(session, nouns, back_up, run, patient):
    back_up()
    a_busy_afternoon(session, nouns, patient)
    result = run()
    assert result.problem is None
    differing = {table.name: table.differing for table in result.tables if table.differing}
    assert differing["visit"] == differing["spirometry"] == 1
    assert "answer" not in differing  # it came and went
    assert differing["patient"] == 1  # the second one; the first is as it was
    assert differing["clinic"] == 1
    assert result.unexplained == 0
    assert result.live_head.sequence - result.head.sequence == differing["audit"]


def test_rows_that_were_there_before_may_change_and_go(session, nouns, back_up, run, patient):
    nouns.save_all()
    back_up()
    with session.write("mistaken"):
        session.assessments.remove_answer(nouns.meeting.id, "alsfrs-r", "walking")
        session.patients.save(replace(patient, record_number="70"))
    result = run()
    assert result.passed
    assert {table.name: table.differing for table in result.tables if table.differing} == {
        "answer": 1,
        "audit": 2,
        "audit_head": 1,
        "patient": 1,
    }


def test_a_file_that_was_taken_back_does_not_pass(session, back_up, patient, folder, key, run):
    """The live file was replaced by one of yesterday: whole in itself, but the backup knows more."""
    back_up(NOW - timedelta(days=1))
    yesterday = backup.begin(session._db, session.path, key, folder, NOW)
    with session.write():
        session.patients.save(a_patient(record_number="8"))
    back_up(NOW)
    result = backups.run_drill(yesterday, session.path, folder, key, LATER)
    assert not result.passed
    assert result.problem == ("1 row of “audit” is not as the audit trail since the backup says.")
    wrong = {table.name: table.unexplained for table in result.tables if table.unexplained}
    assert wrong == {"audit": 1, "patient": 1}


def test_a_tampered_clinic_file_does_not_pass(session, back_up, run, patient):
    back_up()
    behind_the_trail(session._db, "UPDATE patient SET family_name = 'Nobody'")
    result = run()
    assert not result.passed
    assert "the clinic file itself is not whole" in result.problem
    assert "“patient” is not what entry" in result.problem


def test_a_damaged_backup_fails_and_no_longer_counts(back_up, run, patient, clinic_path, folder):
    older = back_up(NOW - timedelta(hours=1))
    newest = back_up(NOW)
    whole = newest.path.read_bytes()
    newest.path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    result = run()
    assert not result.passed and result.tables == ()
    assert f"now called {newest.path.name}.damaged" in result.problem
    assert (folder / f"{newest.path.name}.damaged").exists()
    assert backup.backups(clinic_path, folder) == [older]
    assert run().passed


def test_without_a_backup_there_is_nothing_to_try(run, folder):
    with pytest.raises(FileMissing, match=r"There is no backup of this file in .* Make one first"):
        run()
    assert contents(folder) == {}


def test_a_backup_of_an_earlier_version_is_not_compared(session, run, key, folder, back_up):
    """Its trail was written in another form: it is to be made anew, not to be called wrong."""
    made = back_up()
    live = backup.begin(session._db, session.path, key, folder, LATER)
    newer = replace(live.contents, steps=live.contents.steps | {"m999"})
    with pytest.raises(StorageError, match="by an earlier version of the program"):
        drill.run(made, replace(live, contents=newer), key, LATER)
    assert set(contents(folder)) == {made.path.name, keys.key_file(made.path).name}


def test_a_drill_that_was_killed_does_not_stop_the_next(back_up, run, patient, folder, ring):
    made = back_up()
    left = backup.beside(made.path, ".drill")
    shutil.copyfile(made.path, left)
    keys.write(left, ring)
    assert run().passed
    assert set(contents(folder)) == {made.path.name, keys.key_file(made.path).name}


@pytest.mark.parametrize(
    ("tampering", "table"),
    [
        ("UPDATE patient SET family_name = 'Nobody'", "patient"),
        ("UPDATE patient SET height_cm = height_cm + 1e-13", "patient"),
        ("UPDATE spirometry SET device = 'x'", "spirometry"),
        ("DELETE FROM blow", "blow"),
        ("INSERT INTO threshold VALUES ('x', 1.0)", "threshold"),
        ("UPDATE audit SET reason = 'x' WHERE id = 3", "audit"),
        ("DELETE FROM audit WHERE id = 3", "audit"),
        ("UPDATE audit SET after = NULL WHERE reason = 'since'", "patient"),
        (
            "UPDATE audit SET before = replace(before, 'Dara', 'x') WHERE reason = 'since'",
            "patient",
        ),
        ("DELETE FROM audit WHERE reason = 'since'", "patient"),
        ("UPDATE _sqlite_migrations SET applied_at = 'x'", "_sqlite_migrations"),
    ],
)
def test_every_difference_that_the_trail_does_not_tell_is_found(
    session, nouns, patient, folder, key, tampering, table
):
    nouns.save_all()
    old = backup.begin(session._db, session.path, key, folder, NOW)
    with session.write("since"):
        session.patients.save(replace(patient, note="corrected"))
    for trigger in list(session._db.query("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
        session._db.execute(f"DROP TRIGGER {trigger['name']}")
    session._db.execute("PRAGMA foreign_keys = OFF")

    def unexplained(now):
        new = backup.begin(session._db, session.path, key, folder, now)
        with backup.reading(old.written, key) as was, backup.reading(new.written, key) as is_now:
            return {one.name for one in drill.compare(was, is_now) if one.unexplained}

    assert unexplained(NOW) == set()
    session._db.execute(tampering)
    assert table in unexplained(LATER)
