import json
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Migrations

from core.errors import FileDamaged, StorageError
from core.findings import alerts
from core.model.assessment import Answer, NotDone
from core.model.user import Clinic
from core.session import Session, new_user
from core.store import file, keys, migrations
from tests.files import sample_clinic as sample

STORED = Path(__file__).parents[2] / "files"
COPY = "clinic.before-m900_in_capitals.als"


def later_steps(*steps):
    """Today's steps and then these, as a later version of the program will have them."""
    later = Migrations("als-follow-up")
    for step in migrations.migrations._migrations:
        later(name=step.name)(step.fn)
    for step in steps:
        later()(step)
    return later


def m900_in_capitals(db):
    db.execute("UPDATE patient SET family_name = upper(family_name)")


def m901_fails(db):
    db.execute("UPDATE patient SET family_name = 'lost'")
    db.execute("UPDATE patient SET sex = 'm'")


def schema(session):
    """Every table, index and trigger, whatever its spelling."""
    rows = session._db.query("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {(row["type"], row["name"]): " ".join(row["sql"].split()) for row in rows}


@pytest.fixture
def closed(session, patient, clinic_path):
    assert session.patients.all() == [patient]
    session.close()
    return clinic_path


def test_r11_an_upgrade_copies_the_file_first_and_is_audited(closed, key, patient, monkeypatch):
    """R11: a copy of how it was, then the step, by name in the audit trail."""
    with monkeypatch.context() as later_version:
        later_version.setattr(file, "migrations", later_steps(m900_in_capitals))
        upgraded = Session(closed, key, "dr.demo")
        assert upgraded.patients.get(patient.id).family_name == "RAHIMI"
        *_, last = upgraded._db.query("SELECT * FROM audit")
        assert (last["reason"], last["actor"]) == ("schema upgrade", "dr.demo")
        assert "Rahimi" in last["before"] and "RAHIMI" in last["after"]
        upgraded.close()
        assert {path.name for path in closed.parent.iterdir()} == {"clinic.als", COPY}
        copied = (closed.parent / COPY).read_bytes()
        Session(closed, key, "dr.demo").close()  # nothing to upgrade any more
        assert (closed.parent / COPY).read_bytes() == copied
    copy = Session(closed.parent / COPY, key, "dr.demo")
    assert copy.patients.get(patient.id) == patient
    copy.close()


def test_the_copy_is_encrypted(closed, key, monkeypatch):
    monkeypatch.setattr(file, "migrations", later_steps(m900_in_capitals))
    Session(closed, key, "dr.demo").close()
    data = (closed.parent / COPY).read_bytes()
    assert b"Rahimi" not in data and b"SQLite format 3" not in data
    with pytest.raises(FileDamaged):
        Session(closed.parent / COPY, b"x" * 32, "dr.demo")


def test_the_copy_opens_with_the_same_password(tmp_path, monkeypatch):
    path = tmp_path / "clinic.als"
    clinic, user = Clinic(name="ALS clinic"), new_user("dr.demo", "Dr. Demo")
    Session.create(path, clinic, user, "s3cret").close()
    with monkeypatch.context() as later_version:
        later_version.setattr(file, "migrations", later_steps(m900_in_capitals))
        Session.open(path, "dr.demo", "s3cret").close()
    copy = Session.open(tmp_path / COPY, "dr.demo", "s3cret")
    assert copy.clinic == clinic
    copy.close()


def test_a_step_that_fails_leaves_the_file_as_it_was_and_can_be_tried_again(
    closed, key, patient, monkeypatch
):
    before = closed.read_bytes()
    with monkeypatch.context() as later_version:
        later_version.setattr(file, "migrations", later_steps(m901_fails))
        for _ in range(2):
            with pytest.raises(StorageError):
                Session(closed, key, "dr.demo")
            assert closed.read_bytes() == before
    again = Session(closed, key, "dr.demo")
    assert again.patients.all() == [patient]
    again.close()
    with monkeypatch.context() as mended_version:
        mended_version.setattr(file, "migrations", later_steps(m900_in_capitals))
        mended = Session(closed, key, "dr.demo")
        assert mended.patients.get(patient.id).family_name == "RAHIMI"
        mended.close()


def test_steps_before_the_failing_one_are_kept(closed, key, patient, monkeypatch):
    with monkeypatch.context() as later_version:
        later_version.setattr(file, "migrations", later_steps(m900_in_capitals, m901_fails))
        with pytest.raises(StorageError):
            Session(closed, key, "dr.demo")
    with monkeypatch.context() as mended_version:
        mended_version.setattr(file, "migrations", later_steps(m900_in_capitals))
        mended = Session(closed, key, "dr.demo")
        assert mended.patients.get(patient.id).family_name == "RAHIMI"
        mended.close()


def test_a_change_of_checks_that_is_cut_off_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    """m022 writes the schema itself: cut off after that, it has changed nothing, and the next opening does it whole."""
    path = tmp_path / "m021_export_secret.als"
    for one in (path, path.with_name(f"{path.name}.keys")):
        shutil.copy(STORED / one.name, one)
    before = path.read_bytes()

    def cut_off(db):
        migrations.m022_not_done_remotely(db)
        db.execute("UPDATE user SET full_name = ''")

    later = Migrations("als-follow-up")
    for step in migrations.migrations._migrations:
        is_it = step.name == "m022_not_done_remotely"
        later(name=step.name)(cut_off if is_it else step.fn)
    with monkeypatch.context() as broken:
        broken.setattr(file, "migrations", later)
        for _ in range(2):
            with pytest.raises(StorageError):
                Session.open(path, sample.LOGIN, sample.PASSWORD)
            assert path.read_bytes() == before
    with closing(Session.open(path, sample.LOGIN, sample.PASSWORD)) as opened:
        checks = " ".join(schema(opened).values())
        assert "'no_equipment', 'not_asked', 'remote')" in checks
        assert "'no_equipment', 'not_asked')" not in checks, "every check was changed"
        assert opened._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.usefixtures("session")
def test_a_new_file_needs_no_copy(clinic_path):
    assert [path.name for path in clinic_path.parent.iterdir() if path.suffix == ".als"] == [
        "clinic.als"
    ]


@pytest.fixture(params=sorted(path.stem for path in STORED.glob("m*.als")))
def stored(request, tmp_path):
    """The clinic file of a schema step, written when that step was the newest."""
    for name in (f"{request.param}.als", f"{request.param}.als.keys"):
        shutil.copy(STORED / name, tmp_path)
    session = Session.open(tmp_path / f"{request.param}.als", sample.LOGIN, sample.PASSWORD)
    yield session
    session.close()


def test_there_is_a_stored_file_of_the_newest_schema():
    newest = migrations.newest()
    assert (STORED / f"{newest}.als").exists(), "run python -m tests.files.sample_clinic"


def test_r11_the_stored_file_of_every_schema_opens_and_reads(stored):
    """R11: a stored file of every released schema."""
    assert stored.clinic == sample.CLINIC
    assert stored.user == sample.USER
    first, second = stored.outlines()
    record = stored.record(first.patient.id)
    assert record.patient == sample.PATIENT
    assert record.visits == (sample.VISIT, sample.DRAFT)
    answered, not_done = record.assessments
    assert answered.answers == sample.ANSWERS
    assert (answered.rater, answered.mode) == ("dr.demo", sample.VISIT.mode)
    assert (not_done.not_done, not_done.answers) == (NotDone.NO_TIME, {})
    assert record.spirometry == (sample.SPIROMETRY,)
    assert record.events == (sample.EVENT,)
    assert record.milestones == (sample.MILESTONE,)
    assert record.marks == (sample.MARK,)
    assert record.tasks == (sample.TASK,)
    assert stored.typed.of("visit", sample.DRAFT.id) == {"details.weight": "7o"}
    other = stored.record(second.patient.id)
    assert other.patient == sample.BARE
    assert other.external == (sample.STATED,)


def test_the_file_of_the_newest_schema_holds_what_that_schema_brought(tmp_path):
    newest = migrations.newest()
    for name in (f"{newest}.als", f"{newest}.als.keys"):
        shutil.copy(STORED / name, tmp_path)
    session = Session.open(tmp_path / f"{newest}.als", sample.LOGIN, sample.PASSWORD)
    record = session.record(sample.PATIENT.id)
    assert record.measurements == (sample.MEASUREMENT,)
    assert record.appointments == (sample.APPOINTMENT,)
    assert record.reconciliations == (sample.RECONCILIATION,)
    assert record.decisions == (sample.DECIDED,)
    assert record.criteria == (sample.CRITERION,)
    assert record.thresholds["a1_vc_percent"] == 55.0
    assert record.queries == (replace(sample.QUERY, replies=(sample.REPLY,)),)
    assert record.locks == (sample.LOCK,)
    assert record.signatures == (sample.SIGNATURE,)
    assert session.record(sample.BARE.id).moves == (sample.MOVE,)
    assert record.sheet_texts == (sample.SHEET_TEXT,)
    session.close()


@pytest.fixture
def acknowledged(tmp_path):
    """The file of a step before there were decisions: an alert was acknowledged in it; its record is locked."""
    for name in ("m006_no_raw_text.als", "m006_no_raw_text.als.keys"):
        shutil.copy(STORED / name, tmp_path)
    session = Session.open(tmp_path / "m006_no_raw_text.als", sample.LOGIN, sample.PASSWORD)
    yield session
    session.close()


def test_an_acknowledgement_becomes_a_decision_with_its_reason(acknowledged):
    assert acknowledged.record(sample.PATIENT.id).decisions == (sample.ACKNOWLEDGED,)
    assert "acknowledgement" not in acknowledged._db.table_names()
    assert acknowledged.trail.verify().problem == ""
    said = {
        (row["entity"], row["before"] is None)
        for row in acknowledged._db.query("SELECT * FROM audit WHERE reason = 'schema upgrade'")
    }
    assert said == {("decision", True), ("acknowledgement", False)}, "the trail follows it"


def test_a_record_as_of_before_shows_the_acknowledgement_as_the_decision_it_became(acknowledged):
    (before,) = acknowledged._db.query(
        "SELECT max(id) AS id FROM audit WHERE reason <> 'schema upgrade'"
    )
    then = acknowledged.record_as_of(sample.PATIENT.id, before["id"])
    now = acknowledged.record(sample.PATIENT.id)
    assert then.decisions == now.decisions == (sample.ACKNOWLEDGED,)


@pytest.mark.parametrize(
    ("alert", "subject", "key"),
    [
        ("A1.fvc", "breathing", "A1.fvc"),
        ("A12.fvc_drop", "breathing", "A12.fvc_drop"),
        ("A13.loss", "feeding", "A13.loss"),
        ("A16.swallowing", "feeding", "A16.swallowing"),
        ("A16.speech", "communication", "A19.speech"),
        ("A10.slope", "progression", "A10.slope"),
        ("A17.an-event", "safety", "A17.an-event"),
        ("A18.alt", "medicine", "A18.alt"),
        ("B7.gone", "B7", "B7.gone"),  # of a catalogue that this program does not know
        ("", "?", ""),
    ],
)
def test_every_acknowledgement_finds_its_action(alert, subject, key):
    row = {
        "id": "a",
        "patient_id": "p",
        "alert": alert,
        "visit_id": None,
        "value": 1.5,
        "reason": "seen",
        "by": "demo",
        "at": "2026-01-01T10:00:00+00:00",
    }
    made = migrations.decision_of(row)
    assert (made["subject"], json.loads(made["facts"])) == (subject, {key: 1.5})
    assert (made["choice"], made["reason"], made["by"], made["at"]) == (
        "noted",
        "seen",
        "demo",
        row["at"],
    )
    known = alerts.shipped().alerts.get(key.partition(".")[0])
    assert known is None or known.action == subject


def test_what_a_step_changes_is_in_the_trail_with_the_columns_of_that_day(tmp_path):
    """m003 fills columns that m002 added: the trail shows them, before and after."""
    for name in ("m001_first_schema.als", "m001_first_schema.als.keys"):
        shutil.copy(STORED / name, tmp_path)
    session = Session.open(tmp_path / "m001_first_schema.als", sample.LOGIN, sample.PASSWORD)
    (row,) = session._db.query(
        "SELECT before, after FROM audit WHERE entity = 'spirometry' AND reason = 'schema upgrade'"
    )
    assert json.loads(row["before"])["sex"] == "unknown"
    assert json.loads(row["after"])["sex"] == "male"
    session.close()


@pytest.mark.parametrize("born", ["2026-10-01", "1800-01-01"])
def test_a_birth_date_that_cannot_be_right_locks_nobody_out(tmp_path, born):
    for name in ("m001_first_schema.als", "m001_first_schema.als.keys"):
        shutil.copy(STORED / name, tmp_path)
    path = tmp_path / "m001_first_schema.als"
    key = keys.unwrap(keys.read(path), sample.LOGIN, sample.PASSWORD)
    raw = sqlcipher.connect(str(path))
    raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    raw.create_function("audit_actor", 0, lambda: "dr.demo")
    raw.create_function("audit_reason", 0, lambda: "typed wrong")
    raw.execute("UPDATE patient SET born = ? WHERE id = ?", [born, sample.PATIENT.id])
    raw.commit()
    raw.close()
    session = Session.open(path, sample.LOGIN, sample.PASSWORD)
    (test,) = session.record(sample.PATIENT.id).spirometry
    assert test.age_years is None and test.sex is sample.PATIENT.sex
    session.close()


def test_a_stored_file_upgraded_is_like_a_new_one(stored, session):
    """Fails when a step that was stored has been edited: write a new step instead."""
    assert schema(stored) == schema(session)


def test_a_stored_file_takes_new_entries(stored):
    with stored.write("today"):
        stored.assessments.save_answer("v2", "alsfrs-r", "walking", Answer(item="walking", value=3))
    assert stored.assessments.answered_of_drafts() == {"v2": 1}
    *_, last = stored._db.query("SELECT * FROM audit")
    assert (last["actor"], last["reason"]) == ("dr.demo", "today")


def test_r13_the_trail_of_an_old_file_becomes_a_chain(stored):
    """R13: nothing that was written down before is lost, and the chain is whole from its first entry."""
    verdict = stored.trail.verify()
    assert verdict.problem == ""
    assert verdict.entries > 20 and verdict.rows > 15
