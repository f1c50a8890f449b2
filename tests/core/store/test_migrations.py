import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlite_utils import Migrations

from core.errors import FileDamaged, StorageError
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import Answer, NotDone
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, OnsetRegion, Patient, Sex
from core.model.spirometry import Blow, BlowQuality, Spirometry
from core.model.user import Clinic
from core.model.visit import (
    Mark,
    Mode,
    Respondent,
    TaskResult,
    Visit,
    VisitKind,
    VisitMark,
    VisitState,
)
from core.session import Session, new_user
from core.store import file, migrations

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


@pytest.mark.usefixtures("session")
def test_a_new_file_needs_no_copy(clinic_path):
    assert [path.name for path in clinic_path.parent.iterdir() if path.suffix == ".als"] == [
        "clinic.als"
    ]


@pytest.fixture
def stored(tmp_path):
    """The clinic file of the first schema, written when that schema was made."""
    for name in ("m001_first_schema.als", "m001_first_schema.als.keys"):
        shutil.copy(STORED / name, tmp_path)
    session = Session.open(tmp_path / "m001_first_schema.als", "dr.demo", "winter garden 48")
    yield session
    session.close()


def test_r11_the_stored_file_of_the_first_schema_opens_and_reads(stored):
    """R11: a stored file of every released schema."""
    assert stored.clinic == Clinic(
        name="ALS clinic", letterhead="1 Garden Street", protocol="royan-2021"
    )
    assert stored.user.full_name == "Dr. Demo"
    first, second = stored.outlines()
    record = stored.record(first.patient.id)
    assert record.patient == Patient(
        id="p7",
        record_number="7",
        family_name="رحیمی",
        given_name="Dara",
        sex=Sex.MALE,
        born=date(1959, 3, 14),
        onset_region=OnsetRegion.LIMB,
        onset=PartialDate(2023, 6),
        diagnosis=PartialDate(2024),
        height_cm=176.0,
        protocol="royan-2021",
        protocol_version="1",
        reference_on=date(2026, 5, 21),
        registered_on=date(2026, 4, 20),
        note="lives with his sister",
    )
    assert record.visits == (
        Visit(
            id="v1",
            patient_id="p7",
            code="M2",
            date=date(2026, 7, 21),
            state=VisitState.FINISHED,
            rater="dr.demo",
            mode=Mode.IN_PERSON,
            respondent=Respondent.PATIENT,
            weight_kg=71.5,
            new_events=True,
            note="came with a stick",
            started_at=datetime(2026, 7, 21, 9, tzinfo=UTC),
            finished_at=datetime(2026, 7, 21, 9, 40, tzinfo=UTC),
        ),
        Visit(
            id="v2",
            patient_id="p7",
            kind=VisitKind.UNSCHEDULED,
            date=date(2026, 8, 3),
            rater="dr.demo",
            started_at=datetime(2026, 8, 3, 9, tzinfo=UTC),
        ),
    )
    answered, not_done = record.assessments
    assert answered.answers == {
        "speech": Answer(item="speech", value=0, note="since June"),
        "stairs": Answer(item="stairs", not_done=NotDone.TOO_UNWELL),
    }
    assert (not_done.not_done, not_done.answers) == (NotDone.NO_TIME, {})
    assert record.spirometry == (
        Spirometry(
            id="s1",
            visit_id="v1",
            date=date(2026, 7, 21),
            device="Spirobank II",
            height_cm=176.0,
            equation="gli-global-2022",
            blows=(
                Blow(number=1, volume_ml=3200),
                Blow(number=2, volume_ml=3050, quality=BlowQuality.USABLE, remark="cough"),
            ),
        ),
    )
    assert record.events == (
        AdverseEvent(
            id="e1",
            patient_id="p7",
            visit_id="v1",
            term="fell on the stairs",
            coded_term="Fall",
            onset=PartialDate(2026, 6),
            ended=PartialDate(2026, 6, 30),
            grade=Grade.MODERATE,
            serious=False,
            outcome=Outcome.RECOVERED,
        ),
    )
    assert record.milestones == (
        Milestone(
            id="m1",
            patient_id="p7",
            kind=MilestoneKind.WHEELCHAIR,
            happened_on=PartialDate(2026, 7),
        ),
    )
    assert record.marks == (
        VisitMark(patient_id="p7", code="MRI", mark=Mark.SKIPPED, reason="pacemaker"),
    )
    assert record.tasks == (
        TaskResult(visit_id="v1", task="laboratory", done=False, note="holiday"),
    )
    assert stored.raw_texts.of("v2") == {"details.weight": "7o"}
    other = stored.record(second.patient.id)
    assert (other.patient.born, other.patient.onset, other.patient.name) == (None, None, "")
    assert (other.patient.stated_age_years, other.patient.stated_duration_months) == (51, 17.5)
    assert other.external == (
        ExternalResult(
            id="x1",
            patient_id="p8",
            kind=ExternalKind.FVC_PERCENT,
            value=57.7,
            source="referral letter",
        ),
    )


def test_the_stored_file_upgraded_is_like_a_new_one(stored, session):
    """Fails when a step that was stored has been edited: write a new step instead.

    Before the first release, run tests/files/make_m001_first_schema.py again.
    """
    assert schema(stored) == schema(session)


def test_the_stored_file_takes_new_entries(stored):
    with stored.write("today"):
        stored.assessments.save_answer("v2", "alsfrs-r", "walking", Answer(item="walking", value=3))
    assert stored.answered_of_drafts() == {"v2": 1}
    *_, last = stored._db.query("SELECT * FROM audit")
    assert (last["actor"], last["reason"]) == ("dr.demo", "today")
