import json
import time
from dataclasses import replace
from datetime import date

import pytest

from core.entering import recomputing
from core.errors import (
    AppError,
    FileDamaged,
    FileExists,
    FileMissing,
    InvalidReference,
    StorageError,
    TooManyAttempts,
    WrongPassword,
)
from core.model import thresholds
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.partial_date import PartialDate
from core.model.trail import Act
from core.model.user import Clinic
from core.model.visit import Mark, VisitMark
from core.science.spirometry import evaluate
from core.session import Changes, Session, new_user
from core.store import keys
from tests.core.examples import a_patient, a_routine_patient, enter_visit
from tests.core.store.nouns import NOUNS, Nouns

CLINIC = Clinic(name="ALS clinic", protocol="royan-2021")


@pytest.fixture
def with_passwords(tmp_path):
    """A clinic file made as the program makes one."""
    path = tmp_path / "clinic.als"
    Session.create(path, CLINIC, new_user("dr.demo", "Dr. Demo"), "s3cret").close()
    return path


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_file_opens_again_with_the_password(tmp_path):
    path = tmp_path / "clinic.als"
    created = Session.create(path, CLINIC, new_user("dr.demo", "Dr. Demo"), "s3cret")
    with created.write():
        created.patients.save(a_patient(family_name="Rahimi"))
    user = created.user
    created.close()
    assert set(contents(tmp_path)) == {"clinic.als", "clinic.als.keys", "clinic.als.keys2"}
    opened = Session.open(path, "DR.Demo", "s3cret")  # a login is the same in capitals
    assert (opened.clinic, opened.user) == (CLINIC, user)
    assert [patient.name for patient in opened.patients.all()] == ["Rahimi"]
    assert {row["actor"] for row in opened._db.query("SELECT actor FROM audit")} == {"dr.demo"}
    with opened.write():
        opened.patients.save(a_patient(record_number="8"))
    assert {row["actor"] for row in opened._db.query("SELECT actor FROM audit")} == {"dr.demo"}
    opened.close()


def test_r09_wrong_password_and_unknown_user_get_the_same_sentence(with_passwords):
    """R9: and neither touches the file."""
    attempts = with_passwords.with_name("clinic.als.attempts")
    before = contents(with_passwords.parent)
    said = set()
    for login, password in [("dr.demo", "guess"), ("nobody", "s3cret")]:
        with pytest.raises(WrongPassword) as refused:
            Session.open(with_passwords, login, password)
        said.add(str(refused.value))
        attempts.unlink()  # or the second would have to wait
    assert len(said) == 1
    assert contents(with_passwords.parent) == before


def test_r09_failed_sign_ins_are_in_the_trail_of_the_next_one(with_passwords):
    """R9: the known login, never what was typed for an unknown one: people type passwords there."""
    attempts = with_passwords.with_name("clinic.als.attempts")
    for login in ("dr.demo", "my secret passphrase"):
        with pytest.raises(WrongPassword):
            Session.open(with_passwords, login, "guess")
        with pytest.raises(TooManyAttempts, match=r"wait (1 more second|2 more seconds),"):
            Session.open(with_passwords, "dr.demo", "s3cret")
        told = json.loads(attempts.read_text())
        assert "secret passphrase" not in attempts.read_text()
        time.sleep(1.1 if login == "dr.demo" else 2.1)
    assert told
    session = Session.open(with_passwords, "dr.demo", "s3cret")
    failed = session.trail.entries(entity=Act.SIGN_IN_FAILED)
    assert [json.loads(entry.after)["login"] for entry in failed] == [None, "dr.demo"]
    assert session.trail.entries(entity=Act.SIGNED_IN, limit=1)[0].sequence > failed[0].sequence
    assert session.trail.verify().problem == ""
    session.close()
    assert not attempts.exists() or not json.loads(attempts.read_text()).get("failures")


def test_r09_the_recovery_code_opens_once_and_is_replaced(with_passwords):
    session = Session.open(with_passwords, "dr.demo", "s3cret")
    first = session.new_recovery_code()
    session.close()
    with pytest.raises(WrongPassword):
        Session.recover(
            with_passwords, first[:-1] + ("0" if first[-1] != "0" else "1"), "dr.demo", "x"
        )
    recovered, second = Session.recover(with_passwords, first.lower(), "dr.demo", "another garden")
    (used,) = recovered.trail.entries(entity=Act.RECOVERY_USED)
    assert (used.actor, used.row) == ("dr.demo", "dr.demo")
    recovered.close()
    Session.open(with_passwords, "dr.demo", "another garden").close()
    with pytest.raises(WrongPassword):
        Session.recover(with_passwords, first, "dr.demo", "a third one")
    with_passwords.with_name("clinic.als.attempts").unlink()
    Session.recover(with_passwords, second, "dr.demo", "a third one")[0].close()


def test_a_missing_clinic_file_is_named_before_its_key_file(tmp_path):
    with pytest.raises(FileMissing, match=r"no file at .*gone\.als\. Choose another one"):
        Session.open(tmp_path / "gone.als", "dr.demo", "s3cret")
    assert contents(tmp_path) == {}


def test_a_missing_key_file(with_passwords):
    first, second = keys.key_file(with_passwords), keys.second_key_file(with_passwords)
    copy = first.read_bytes()
    first.unlink()
    # The other copy opens the file, and the missing one is made again.
    Session.open(with_passwords, "dr.demo", "s3cret").close()
    assert first.read_bytes() == copy
    first.unlink()
    second.unlink()
    with pytest.raises(FileMissing, match=r"clinic\.als\.keys is not beside the clinic file"):
        Session.open(with_passwords, "dr.demo", "s3cret")


def test_a_damaged_key_file(with_passwords):
    for key_file in (keys.key_file(with_passwords), keys.second_key_file(with_passwords)):
        key_file.write_text(key_file.read_text().replace("e", "f"))
    with pytest.raises(FileDamaged, match=r"clinic\.als\.keys is damaged"):
        Session.open(with_passwords, "dr.demo", "s3cret")


def test_the_key_file_of_another_clinic(with_passwords, tmp_path):
    other = tmp_path / "other.als"
    Session.create(other, CLINIC, new_user("dr.demo", "Dr. Demo"), "s3cret").close()
    keys.key_file(other).replace(keys.key_file(with_passwords))
    keys.second_key_file(other).replace(keys.second_key_file(with_passwords))
    before = contents(tmp_path)
    with pytest.raises(FileDamaged, match=r"clinic\.als is damaged, or is not the clinic file of"):
        Session.open(with_passwords, "dr.demo", "s3cret")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("taken", ["clinic.als", "clinic.als.keys", "clinic.als.keys2"])
def test_creating_over_an_existing_file_is_refused_and_leaves_it(tmp_path, taken):
    (tmp_path / taken).write_bytes(b"somebody's work")
    with pytest.raises(FileExists, match=f"already a file {taken} here"):
        Session.create(tmp_path / "clinic.als", CLINIC, new_user("dr.demo", "Dr. Demo"), "s3cret")
    assert contents(tmp_path) == {taken: b"somebody's work"}


@pytest.mark.parametrize(
    ("clinic", "user"),
    [
        (Clinic(name=" "), new_user("dr.demo", "Dr. Demo")),
        (CLINIC, new_user("dr.demo", "")),
        (CLINIC, new_user(" ", "Dr. Demo")),
    ],
)
def test_a_file_that_cannot_be_created_leaves_nothing_behind(tmp_path, clinic, user):
    with pytest.raises(StorageError):
        Session.create(tmp_path / "clinic.als", clinic, user, "s3cret")
    assert contents(tmp_path) == {}


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StorageError):
        Session.create(
            tmp_path / "gone" / "clinic.als", CLINIC, new_user("dr.demo", "Dr. Demo"), "s3cret"
        )
    assert contents(tmp_path) == {}


def test_an_unknown_user_is_not_taken_for_somebody(session, clinic_path, key):
    session.close()
    stranger = Session(clinic_path, key, "stranger")
    with pytest.raises(StorageError, match="stranger is not known"):
        _ = stranger.user
    stranger.close()


def test_listeners_hear_which_kinds_of_things_changed(session, patient, visit_day):
    seen = []
    session.on_change(seen.append)
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12, blows=(3200,))
    with session.write("corrected"):
        session.visits.save(replace(visit, note="came alone"))
    with session.write("the same again"):
        session.visits.save(replace(visit, note="came alone"))
    with session.write("only looked"):
        session.record(patient.id)
    assert seen == [
        Changes(frozenset({"visit", "form", "answer", "spirometry", "blow"})),
        Changes(frozenset({"visit"})),
    ]


def test_every_kind_of_thing_is_announced(session):
    seen = []
    session.on_change(seen.append)
    nouns = Nouns(session)
    nouns.save_all()
    assert seen == [Changes(frozenset(NOUNS))]


def test_a_listener_reads_what_was_saved_and_may_save_itself(session):
    heard = []

    def listen(changes):
        heard.append((set(changes.entities), session.patients.record_numbers()))
        if len(heard) == 1:
            with session.write("by the listener"):
                session.patients.save(a_patient(record_number="9"))

    session.on_change(listen)
    with session.write():
        session.patients.save(a_patient(record_number="8"))
    assert heard == [({"patient"}, {"8"}), ({"patient"}, {"8", "9"})]


@pytest.mark.parametrize(
    "fault", [StorageError("from the store"), ValueError("a bug"), KeyboardInterrupt()]
)
def test_an_error_takes_the_whole_write_back_and_tells_nobody(session, patient, fault, reopened):
    seen = []
    session.on_change(seen.append)
    audit = list(session._db.query("SELECT * FROM audit"))
    with pytest.raises(type(fault)), session.write("half of it"):
        session.patients.save(replace(patient, family_name="Nobody"))
        session.patients.save(a_patient(record_number="8"))
        raise fault
    assert session.patients.all() == [patient]
    assert list(session._db.query("SELECT * FROM audit")) == audit
    assert seen == []
    with session.write("and then"):
        session.patients.save(a_patient(record_number="9"))
    assert [str(change) for change in seen] == [str(Changes(frozenset({"patient"})))]
    assert reopened().patients.record_numbers() == {"7", "9"}


def test_the_files_own_refusal_takes_the_whole_write_back(session, patient):
    with pytest.raises(AppError), session.write():
        session.patients.save(replace(patient, family_name="Nobody"))
        session.patients.save(replace(patient, height_cm=1.76))
    assert session.patients.get(patient.id) == patient


def test_writes_do_not_nest(session, patient):
    with pytest.raises(RuntimeError, match="do not nest"), session.write("outer"):
        session.patients.save(replace(patient, note="outer"))
        with session.write("inner"):
            pass
    assert session.patients.get(patient.id) == patient


def test_a_reason_does_not_leak_into_the_next_write(session, patient):
    with session.write("typo"):
        session.patients.save(replace(patient, note="a"))
    with session.write():
        session.patients.save(replace(patient, note="b"))
    *_, first, second = session._db.query("SELECT reason FROM audit")
    assert (first["reason"], second["reason"]) == ("typo", "")


def test_the_worklist_says_what_the_records_say(session, patient, visit_day):
    other = a_routine_patient(record_number="10")
    bare = a_routine_patient(record_number="2")
    with session.write():
        for one in (other, bare):
            session.patients.save(one)
    visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12, blows=(3200,))
    visit_day(date(2026, 4, 23), "SCR")
    visit_day(date(2026, 6, 1), finished=False)
    enter_visit(session, other, date(2026, 5, 2), "R3")
    with session.write():
        for code, mark in [("MRI", Mark.SKIPPED), ("D1", Mark.MISSED), ("INF", Mark.CANCELLED)]:
            session.marks.save(
                VisitMark(patient_id=patient.id, code=code, mark=mark, reason="why not")
            )
        for kind, happened_on in [
            (MilestoneKind.DEATH, PartialDate(2026, 11)),
            (MilestoneKind.NIV, PartialDate(2026)),
        ]:
            session.milestones.save(
                Milestone(patient_id=patient.id, kind=kind, happened_on=happened_on)
            )
    outlines = session.outlines()
    assert [outline.patient.record_number for outline in outlines] == ["2", "7", "10"]
    for outline in outlines:
        record = session.record(outline.patient.id)
        assert outline.patient == record.patient
        assert outline.visits == record.visits
        assert outline.marks == record.marks
        assert outline.milestones == record.milestones


def test_another_equation_computes_every_session_again_as_one_logged_act(
    session, patient, visit_day, reopened
):
    visit_day(date(2026, 7, 21), "M2", blows=(3200, 3150))
    visit_day(date(2026, 9, 21), "M4", blows=(3000, 2950))
    before = [evaluate(test).percent for test in session.record(patient.id).spirometry]
    assert recomputing.change_equation(session, "ecsc-1993", "as the old spirometer had it") == 2
    again = reopened()
    assert again.clinic.equation == "ecsc-1993"
    tests = again.record(patient.id).spirometry
    assert {test.equation for test in tests} == {"ecsc-1993"}
    for test, percent in zip(tests, before, strict=True):
        assert evaluate(test).percent != pytest.approx(percent, abs=0.5)
    rows = [
        row
        for row in again._db.query("SELECT * FROM audit WHERE entity = 'spirometry'")
        if row["reason"] == "as the old spirometer had it"
    ]
    assert len(rows) == 2
    assert json.loads(rows[0]["before"])["equation"] == "gli-global-2022"
    assert json.loads(rows[0]["after"])["equation"] == "ecsc-1993"


def test_an_equation_this_program_lacks_changes_nothing(session, patient, visit_day):
    visit_day(date(2026, 7, 21), "M2", blows=(3200, 3150))
    before = session.record(patient.id)
    with pytest.raises(InvalidReference, match="somebody-1950"):
        recomputing.change_equation(session, "somebody-1950", "by mistake")
    assert session.record(patient.id) == before
    assert session.clinic.equation == "gli-global-2022"


def test_a_corrected_birth_date_moves_its_results_in_the_same_logged_act(
    session, patient, visit_day
):
    visit_day(date(2026, 7, 21), "M2", blows=(3200, 3150))
    (before,) = session.record(patient.id).spirometry
    with session.write("typed wrong"):
        recomputing.save_patient(session, replace(patient, born=date(1969, 3, 14)))
    (after,) = session.record(patient.id).spirometry
    assert before.age_years - after.age_years == pytest.approx(10, abs=0.01)
    assert evaluate(after).percent < evaluate(before).percent
    entities = [
        row["entity"]
        for row in session._db.query("SELECT * FROM audit WHERE reason = 'typed wrong'")
    ]
    assert sorted(entities) == ["patient", "spirometry"]


def test_a_new_name_moves_no_result(session, patient, visit_day):
    visit_day(date(2026, 7, 21), "M2", blows=(3200, 3150))
    before = session.record(patient.id).spirometry
    with session.write():
        recomputing.save_patient(session, replace(patient, family_name="Karimi"))
    assert session.record(patient.id).spirometry == before


def test_a_threshold_of_the_clinic_is_kept_and_travels_with_every_record(
    session, patient, reopened
):
    assert session.record(patient.id).thresholds["a1_vc_percent"] == 50
    with session.write("our own line"):
        session.thresholds.save("a1_vc_percent", 60)
        session.thresholds.save("of_another_version", 1)
    record = reopened().record(patient.id)
    assert record.thresholds["a1_vc_percent"] == 60
    assert set(record.thresholds) == set(thresholds.shipped())
