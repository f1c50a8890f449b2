"""Whether the trail is whole: what the harness of R13 does not reach by chance."""

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest
from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from core.errors import FileDamaged, FileInUse, FileMissing, FileTooNew, StorageError
from core.model.assessment import Answer
from core.session import Session
from core.store import audit, keys, verification
from tests.core.examples import a_patient
from tests.core.store.test_migrations import STORED
from tests.files import sample_clinic as sample


@pytest.fixture
def filled(session, patient, visit_day, clinic_path):
    """A closed file with a visit; answers its path."""
    visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12, blows=(3200,))
    session.close()
    return clinic_path


@pytest.fixture
def behind(filled, key):
    """``behind(sql, …)`` changes the file with its data key and without its triggers, which are put back."""

    def change(*statements):
        with closing(sqlcipher.connect(str(filled))) as connection:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            db = Database(connection)
            made = db.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _sql in made:
                db.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                db.execute(statement)
            for _name, sql in made:
                db.execute(sql)
            connection.commit()

    return change


def verified(path, key, code=""):
    return verification.verify_file(path, key, code)


def test_a_file_as_it_was_left_is_whole(filled, key):
    found = verified(filled, key)
    assert found.problem == "" and found.is_whole
    assert found.entries == found.head.sequence > 15


def test_verifying_a_file_writes_nothing(filled, key):
    before = {path.name: path.read_bytes() for path in filled.parent.iterdir()}
    verified(filled, key)
    assert {path.name: path.read_bytes() for path in filled.parent.iterdir()} == before


def test_r13_a_change_behind_the_trail_is_found_after_an_honest_write_on_top(filled, key, behind):
    """R13: the next entry of that row begins with a value that no entry ever gave it."""
    behind("UPDATE answer SET value = 0 WHERE slot = 'walking'")
    session = Session(filled, key, "dr.demo")
    (row,) = session._db.query("SELECT * FROM answer WHERE slot = 'walking'")
    entered = session.trail.entries(entity="answer")
    with session.write("asked again"):
        session.assessments.save_answer(
            row["visit_id"], "alsfrs-r", "walking", Answer(item="walking", value=1)
        )
    found = session.trail.verify()
    (first,) = [one for one in entered if json.loads(one.after)["slot"] == "walking"]
    session.close()
    assert "was changed from outside the program" in found.problem
    assert found.sequence == first.sequence


def test_r13_a_cut_off_end_stays_visible_whatever_is_written_after_it(filled, key, behind):
    """R13: the head of the longer trail is not written over."""
    last = verified(filled, key).entries
    behind(f"DELETE FROM audit WHERE id > {last - 3}", "DELETE FROM blow")
    session = Session(filled, key, "dr.demo")
    assert not session.trail_holds
    for note in "abcdef":
        with session.write():
            (patient,) = session.patients.all()
            session.patients.save(replace(patient, note=note))
    assert not session.trail.verify().is_whole
    session.close()
    again = Session(filled, key, "dr.demo")
    assert not again.trail_holds
    again.close()


def test_a_whole_file_holds(filled, key):
    session = Session(filled, key, "dr.demo")
    assert session.trail_holds
    session.close()


def test_r13_a_removed_head_is_not_made_again(filled, key, behind):
    behind("DELETE FROM audit_head")
    session = Session(filled, key, "dr.demo")
    with session.write():
        (patient,) = session.patients.all()
        session.patients.save(replace(patient, note="later"))
    found = session.trail.verify()
    session.close()
    assert "The head of the audit trail is missing" in found.problem


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("ALTER TABLE answer DROP COLUMN corrected", "answer"),
        ("ALTER TABLE patient ADD COLUMN phone TEXT", "patient"),
        ("CREATE TABLE notes (text TEXT)", "notes"),
        ("DROP TABLE threshold", "threshold"),
    ],
)
def test_r13_a_table_that_was_built_anew_is_found(filled, key, change, named):
    """R13: a column that is gone takes its values with it."""
    with closing(sqlcipher.connect(str(filled))) as connection:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND (name LIKE 'audit%' OR name LIKE 'lock_%')"
        ).fetchall():
            if name.rpartition("_")[2] in {"insert", "update", "delete"} and "append" not in name:
                connection.execute(f"DROP TRIGGER {name}")
        connection.execute(change)
        connection.commit()
    assert f"“{named}” of the file" in verified(filled, key).problem


@pytest.mark.parametrize(
    "name", ["audit_is_append_only_update", "signature_stays_delete", "lock_stays"]
)
def test_r13_a_protection_that_was_taken_away_is_found(filled, key, name):
    with closing(sqlcipher.connect(str(filled))) as connection:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(f"DROP TRIGGER {name}")
        connection.commit()
    assert f"“{name}” of the file" in verified(filled, key).problem


def test_the_code_of_a_page_printed_earlier_is_still_good(session, patient):
    code = session.trail_head.code
    for note in "ab":
        with session.write():
            session.patients.save(replace(patient, note=note))
    assert session.trail.verify(code).is_whole
    assert session.trail.verify(code.lower().replace("0", "o")).is_whole
    number, letters = code.split("-", 1)
    other = f"{number}-{'1' if letters[0] != '1' else '2'}{letters[1:]}"
    assert "is not the one that the printed page vouches for" in session.trail.verify(other).problem
    assert "is not a trail code" in session.trail.verify("1042").problem
    later = f"{int(number) + 9}-{letters}"
    assert "this file is older than the paper" in session.trail.verify(later).problem


def test_a_row_whose_key_changed_goes_on_under_its_new_one(session):
    with session.write():
        session.thresholds.save("a1_vc_percent", 40.0)
    with session.write("renamed"):
        session._db.execute("UPDATE threshold SET id = 'a1_renamed'")
    assert session.trail.verify().problem == ""


def test_a_file_that_somebody_has_open_cannot_be_verified(session, clinic_path, key):
    with pytest.raises(FileInUse, match=r"clinic\.als"):
        verified(clinic_path, key)


def test_what_is_no_clinic_file_is_said_to_be_damaged_or_missing(tmp_path, filled, key):
    with pytest.raises(FileMissing):
        verified(tmp_path / "none.als", key)
    with pytest.raises(FileDamaged):
        verified(filled, b"x" * 32)
    data = bytearray(filled.read_bytes())
    data[len(data) // 2] ^= 1
    filled.write_bytes(data)
    with pytest.raises(FileDamaged):
        verified(filled, key)


def test_a_file_of_an_older_version_says_so_and_is_left_alone(tmp_path):
    source = STORED / "m003_spirometry_inputs.als"
    path = tmp_path / source.name
    path.write_bytes(source.read_bytes())
    old = keys.unwrap(keys.read(source), sample.LOGIN, sample.PASSWORD)
    with pytest.raises(StorageError, match="older version"):
        verified(path, old)
    assert path.read_bytes() == source.read_bytes()


def test_a_file_that_was_not_closed_properly_is_opened_first(filled, key, tmp_path):
    """As a kill in the middle of a write leaves it: the pages of before stand in the journal."""
    left = tmp_path / "left.als"
    session = Session(filled, key, "dr.demo")
    session._db.execute("PRAGMA cache_size = 1")
    with session.write("many"):
        for number in range(300):
            session.patients.save(a_patient(record_number=f"n{number}"))
        shutil.copyfile(filled, left)
        shutil.copyfile(f"{filled}-journal", f"{left}-journal")
    session.close()
    with pytest.raises(StorageError, match="not closed properly"):
        verified(left, key)
    Session(left, key, "dr.demo").close()
    assert verified(left, key).is_whole


def test_a_file_of_a_newer_version_is_not_suspected(filled, key):
    with closing(sqlcipher.connect(str(filled))) as connection:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('als-follow-up', 'm900_later', '2027-01-01')"
        )
        connection.commit()
    with pytest.raises(FileTooNew, match="m900_later"):
        verified(filled, key)


def test_the_hash_is_made_over_every_column():
    content = (1, "2026", 0, "a", "w", "p", "s", "r", "e", "row", None, None, "{}", b"")
    first = audit.entry_hash(b"key", content)
    for index, value in enumerate(content[:-1]):
        other = [*content]
        other[index] = 2 if isinstance(value, int) else f"{value or ''}x"
        assert audit.entry_hash(b"key", tuple(other)) != first
    assert audit.entry_hash(b"key", (*content[:-1], b"x")) != first
    assert audit.entry_hash(b"other", content) != first


@pytest.mark.parametrize("name", ["audit_evil", "lock_evil"])
def test_r13_a_trigger_with_a_name_like_ours_is_found_and_taken_out_at_opening(filled, key, name):
    """R13: it would drop entries, or change rows, while the program says that they are saved."""
    with closing(sqlcipher.connect(str(filled))) as connection:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON answer BEGIN SELECT raise(IGNORE); END"
        )
        connection.commit()
    assert f"“{name}” of the file" in verified(filled, key).problem
    session = Session(filled, key, "dr.demo")
    with session.write("asked again"):
        session._db.execute("UPDATE answer SET value = 1 WHERE slot = 'walking'")
    assert session._db.execute("SELECT value FROM answer WHERE slot = 'walking'").fetchall() == [
        (1,)
    ]
    assert session.trail.verify().problem == ""
    session.close()


def test_r13_a_changed_default_is_found(filled, key):
    """R13: what older rows hold in a column that came later is its default, in the schema and not in them."""
    with closing(sqlcipher.connect(str(filled))) as connection:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'DEFAULT ''neurologist''',"
            " 'DEFAULT ''administrator''') WHERE name = 'user'"
        )
        connection.commit()
    assert "“user” of the file" in verified(filled, key).problem
