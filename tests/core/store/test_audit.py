import json
import platform
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlcipher3

from core import VERSION, clock
from core.errors import StorageError
from core.model.assessment import Answer
from core.model.trail import Act
from core.store.migrations import newest
from tests.core.examples import a_patient, a_spirometry
from tests.core.store.nouns import NOUNS, STAYING


@pytest.mark.usefixtures("patient")
def test_r13_an_insert_an_update_and_a_delete_leave_a_row_each(session, visit_day, nouns):
    """R13: who, why, which row, before and after."""
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12)
    first = len(nouns.audit())
    with session.write("asked again"):
        session.assessments.save_answer(
            visit.id, "alsfrs-r", "walking", Answer(item="walking", value=2, note="with a stick")
        )
    with session.write("wrong patient"):
        session.assessments.remove_answer(visit.id, "alsfrs-r", "walking")
    with session.write("was right after all"):
        session.assessments.save_answer(
            visit.id, "alsfrs-r", "walking", Answer(item="walking", value=2)
        )
    changed, removed, added = nouns.audit()[first:]
    assert [row["reason"] for row in (changed, removed, added)] == [
        "asked again",
        "wrong patient",
        "was right after all",
    ]
    assert {row["actor"] for row in (changed, removed, added)} == {"dr.demo"}
    assert {row["entity"] for row in (changed, removed, added)} == {"answer"}
    stored = {
        "visit_id": visit.id,
        "instrument": "alsfrs-r",
        "slot": "walking",
        "item": "walking",
        "value": 3,
        "not_done": None,
        "note": "",
        "corrected": "",
    }
    corrected = {**stored, "value": 2, "note": "with a stick"}
    assert json.loads(changed["before"]) == stored
    assert json.loads(changed["after"]) == json.loads(removed["before"]) == corrected
    assert removed["after"] is None and added["before"] is None
    assert json.loads(added["after"]) == {**stored, "value": 2}


def test_an_entry_says_when_in_utc(nouns):
    nouns.save_all()
    at = datetime.fromisoformat(nouns.audit()[-1]["at"])
    assert at.tzinfo == UTC
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_save_without_a_change_leaves_no_row(session, nouns):
    nouns.save_all()
    before = nouns.audit()
    seen = []
    session.on_change(seen.append)
    with session.write("nothing changed"):
        for noun in NOUNS:
            # The test without its blow is saved as "blow", with it, a record of a form as "item"; a typed text
            # says when it was typed.
            if noun not in {"spirometry", "record", "typed_text"}:
                nouns.save(noun)
    assert nouns.audit() == before
    assert seen == []


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE data_query SET text = 'another question'",
        "UPDATE data_query SET opened_by = 'nurse'",
        "DELETE FROM data_query WHERE id NOT IN (SELECT query_id FROM query_reply)",
        "DELETE FROM query_reply",
        "UPDATE query_reply SET text = 'another answer'",
    ],
)
def test_r16_a_question_and_its_answers_stay_as_they_were_said(session, nouns, attack):
    nouns.save_all()
    with session.write("one more question"):
        session._db.execute(
            "INSERT INTO data_query SELECT 'q2', patient_id, visit_id, step, field, label, rule, text,"
            " opened_by, opened_at, closed_by, closed_at FROM data_query"
        )
    before = (nouns.rows("data_query"), nouns.rows("query_reply"))
    with pytest.raises(StorageError), session.write():
        session._db.execute(attack)
    assert (nouns.rows("data_query"), nouns.rows("query_reply")) == before


# A file that is attached is never changed: its entries are read in `tests/core/acts/test_attaching.py`.
@pytest.mark.parametrize(
    "noun", [n for n in NOUNS if n not in {*STAYING, "attachment", "dictionary"}]
)
def test_every_kind_of_row_is_audited_when_it_comes_changes_and_goes(session, nouns, noun):
    nouns.save_all()
    made = [row for row in nouns.audit(noun) if row["reason"] == "all"]
    assert len(made) == 1
    assert json.loads(made[0]["after"]) == nouns.rows(noun)[-1]
    column = {
        "form": "version",
        "typed_text": "text",
        "blow": "remark",
        "spirometry": "device",
    }.get(noun, {"clinic": "letterhead", "user": "full_name"}.get(noun, "note"))
    column = {"visit_mark": "reason", "external_result": "source"}.get(noun, column)
    column = {"reconciliation": "reason", "decision": "reason", "record": "version"}.get(
        noun, column
    )
    others = {"threshold": ("value", 42.0), "record_check": ("answer", "ended")}
    others |= {
        "reference_range": ("unit", "other"),
        "synonym": ("term", "other"),
        "schedule_move": ("reason", "other"),
        "sheet_text": ("text", "other"),
    }
    column, other = others.get(noun, (column, "other"))
    with session.write("changed"):
        session._db.execute(f"UPDATE {noun} SET {column} = ?", [other])
    changed = nouns.audit(noun)[-1]
    assert changed["reason"] == "changed"
    assert json.loads(changed["after"]) == {**json.loads(changed["before"]), column: other}
    session._db.execute("PRAGMA foreign_keys = OFF")  # one table alone, whoever refers to it
    rows = nouns.rows(noun)
    with session.write("gone"):
        session._db.execute(f"DELETE FROM {noun}")
    gone = [row for row in nouns.audit(noun) if row["reason"] == "gone"]
    assert [json.loads(row["before"]) for row in gone] == rows


@pytest.mark.parametrize("noun", NOUNS)
def test_r13_a_write_outside_of_session_write_is_refused(session, nouns, noun):
    """R13: no off switch; a write that nobody answers for does not happen."""
    with session.write("what it stands on"):
        for other in NOUNS[: NOUNS.index(noun)]:
            nouns.save(other)
    rows, audit = nouns.rows(noun), nouns.audit()
    with pytest.raises(sqlcipher3.dbapi2.OperationalError, match="user-defined function"):
        nouns.save(noun)
    assert (nouns.rows(noun), nouns.audit()) == (rows, audit)


def test_after_a_refused_write_the_next_one_is_really_saved(session, reopened):
    with pytest.raises(sqlcipher3.dbapi2.OperationalError):
        session.patients.save(a_patient(record_number="1"))
    with session.write():
        session.patients.save(a_patient(record_number="2"))
    assert reopened().patients.record_numbers() == {"2"}


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM audit",
        "UPDATE audit SET actor = 'somebody else'",
        "UPDATE audit SET id = id + 1000",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 1",
    ],
)
def test_r13_the_trail_is_append_only(session, nouns, attack):
    """R13: no update, no delete, also from within a write."""
    before = nouns.audit()
    with pytest.raises(StorageError), session.write():
        session._db.execute(attack)
    with pytest.raises(sqlcipher3.dbapi2.Error, match="append-only"):
        session._db.execute(attack)
    assert nouns.audit() == before


def test_a_replaced_row_does_not_slip_past_the_trail(session, patient, nouns):
    with session.write("replaced"):
        session._db.execute(
            "INSERT OR REPLACE INTO patient SELECT * FROM patient WHERE id = ?", [patient.id]
        )
    replaced = [row for row in nouns.audit("patient") if row["reason"] == "replaced"]
    assert [row["before"] is None for row in replaced] == [False, True]


@pytest.mark.usefixtures("patient")
def test_the_triggers_survive_a_rebuilt_table(session, reopened):
    with session.write("rebuilding"):
        session._db.table("patient").transform(drop={"note"})
    assert session._db.table("patient").triggers == []  # sqlite-utils dropped them
    again = reopened()
    with again.write("typo"):
        again._db.execute("UPDATE patient SET family_name = 'Rahmani'")
    *_, last = again._db.query("SELECT * FROM audit")
    assert (last["reason"], last["entity"]) == ("typo", "patient")
    after = json.loads(last["after"])
    assert after["family_name"] == "Rahmani" and "note" not in after
    with pytest.raises(sqlcipher3.dbapi2.OperationalError, match="user-defined function"):
        again._db.execute("UPDATE patient SET family_name = 'Nobody'")


@pytest.mark.usefixtures("patient")
def test_a_new_column_is_audited_from_the_next_opening(session, reopened):
    session._db.execute("ALTER TABLE patient ADD COLUMN phone TEXT")
    again = reopened()
    with again.write():
        again._db.execute("UPDATE patient SET phone = '021'")
    *_, last = again._db.query("SELECT * FROM audit")
    assert json.loads(last["after"])["phone"] == "021"


@pytest.mark.usefixtures("patient")
def test_opening_a_file_writes_nothing(session, clinic_path, reopened):
    session.close()
    before = clinic_path.read_bytes()
    reopened()
    assert clinic_path.read_bytes() == before


@pytest.mark.usefixtures("patient")
def test_a_changed_blow_leaves_the_others_alone(session, visit_day, nouns):
    visit = visit_day(date(2026, 7, 21), "M2")
    spirometry = a_spirometry(visit, 3200, 3150, 3100)
    with session.write():
        session.spirometry.save(spirometry)
    first, second, third = spirometry.blows
    with session.write("misread"):
        session.spirometry.save(
            replace(spirometry, blows=(first, replace(second, volume_ml=3050), third))
        )
    misread = [row for row in nouns.audit() if row["reason"] == "misread"]
    assert [(row["entity"], json.loads(row["after"])["number"]) for row in misread] == [("blow", 2)]


def test_r13_an_entry_says_who_where_with_what_program_and_about_whom(session, patient, nouns):
    """R13: sequence, UTC and local offset, user, workstation, program and schema version, table, row, patient."""
    with session.write("typo"):
        session.patients.save(replace(patient, note="lives alone"))
    *_, before, last = nouns.audit()
    offset = datetime.now().astimezone().utcoffset()
    assert (last["id"], last["previous"]) == (before["id"] + 1, before["hash"])
    assert last["utc_offset_min"] == offset.total_seconds() / 60
    assert (last["actor"], last["workstation"]) == ("dr.demo", platform.node())
    assert (last["program"], last["schema"]) == (VERSION, newest())
    assert (last["entity"], last["row"], last["patient_id"]) == ("patient", patient.id, patient.id)
    assert len(last["hash"]) == 32


OF_THE_CLINIC = {
    *("clinic", "user", "threshold", "definition", "laboratory", "reference_range"),
    *("rater_training", "calibration_check", "synonym", "dictionary"),
}


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun not in OF_THE_CLINIC])
def test_r13_every_clinical_row_says_whose_it_is(session, nouns, noun):
    """R13: the history of a patient has all of it, also what was removed with its visit."""
    nouns.save_all()
    made = [row for row in nouns.audit(noun) if row["reason"] == "all"]
    assert {row["patient_id"] for row in made} == {nouns.person.id}


def test_r13_a_clock_set_back_is_written_down_once(session, patient, monkeypatch):
    """R13: in the very write that it was noticed in; the entry after it is not older than the one before."""
    right = clock.now
    monkeypatch.setattr(clock, "now", lambda: right() - timedelta(hours=1))
    for note in ("an hour ago", "still an hour ago"):
        with session.write("typo"):
            session.patients.save(replace(patient, note=note))
    second, flagged, first, registered = session.trail.entries(limit=4)
    assert flagged.entity == Act.CLOCK_SET_BACK and flagged.reason == "typo"
    assert datetime.fromisoformat(json.loads(flagged.after)["last"]) == registered.at
    assert session.clock_set_back == registered.at
    verdict = session.trail.verify()
    assert (verdict.problem, verdict.clock_set_back) == ("", (first.sequence,))
    assert second.entity == "patient"


def test_two_seconds_are_no_wrong_clock(session, patient, monkeypatch):
    right = clock.now
    monkeypatch.setattr(clock, "now", lambda: right() - timedelta(seconds=2))
    with session.write("typo"):
        session.patients.save(replace(patient, note="other"))
    assert session.clock_set_back is None
    assert session.trail.verify().clock_set_back == ()


def test_r13_acts_that_change_no_row_are_written_down(session, patient):
    """R13: who looked at a chart, and what was printed of whom."""
    session.record_act(Act.VIEWED, patient_id=patient.id)
    session.record_act(Act.PRINTED, patient_id=patient.id, details={"document": "visit summary"})
    printed, viewed = session.trail.entries(limit=2)
    assert (viewed.entity, viewed.patient_id, viewed.after) == (Act.VIEWED, patient.id, None)
    assert json.loads(printed.after) == {"document": "visit summary"}
    assert session.trail.verify().is_whole
