"""Every stored noun is told once, and what follows from it fits the file; what is not told is refused."""

import shutil
from dataclasses import fields

import pytest

from core.acts import locking
from core.errors import Locked, NotAllowed
from core.model.nouns import NOUNS, may_be_signed, may_write
from core.model.record import PatientRecord
from core.model.trail import Act
from core.model.user import RIGHTS, Right, Role
from core.session import Session, new_user
from core.store import audit, keys, locks, records
from core.store.file import connect
from tests.core.examples import a_patient
from tests.files import sample_clinic as sample
from tests.files.beside import FILES


def test_every_table_of_the_file_is_told(session):
    assert set(NOUNS) == set(session._db.table_names()) - audit.NOT_AUDITED


@pytest.mark.parametrize("noun", NOUNS.values(), ids=lambda noun: noun.table)
def test_what_is_told_of_a_table_is_so(session, noun):
    table = session._db.table(noun.table)
    columns = {column.name for column in table.columns}
    assert tuple(table.pks) == noun.key
    named = {noun.by, noun.form_column, noun.said_at} - {""}
    assert named <= columns
    if noun.value is not None:
        assert {one.name for one in fields(noun.value)} == columns - {noun.content}
    if noun.of in NOUNS and noun.of != noun.table:
        targets = {(key.column, key.other_table) for key in table.foreign_keys}
        is_of_form = any(other == "form" for _column, other in targets)
        assert (noun.by, noun.of) in targets or is_of_form or noun.table == "lock"


def test_what_is_told_of_a_patient_is_all_that_a_record_holds():
    parts = {noun.part for noun in NOUNS.values() if noun.part}
    assert parts == set(records.PARTS)
    assert parts | {"patient", "thresholds", "registers"} == {
        one.name for one in fields(PatientRecord) if one.init
    }


def test_the_triggers_are_those_of_before_nouns_were_told_once(tmp_path):
    """A trigger that changes would ask for a migration, and for a new look at what was signed."""
    path = tmp_path / "old.als"
    for ending in ("", ".keys"):
        shutil.copyfile(FILES / f"m009_file_names.als{ending}", f"{path}{ending}")
    db = connect(path, keys.unwrap(keys.read(path), sample.LOGIN, sample.PASSWORD))
    stored = {
        row["name"]: row["sql"]
        for row in db.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    }
    made = {**audit.triggers(db), **locks.triggers(db)}
    db.close()
    assert len(made) == 123
    assert made == {name: stored[name] for name in made}


def test_rights():
    nurse, monitor = RIGHTS[Role.NURSE], RIGHTS[Role.MONITOR]
    assert may_write("answer", nurse) and not may_write("answer", monitor)
    assert may_write("data_query", monitor) and not may_write("signature", nurse)
    assert not may_write("query closed", nurse) and may_write("query closed", monitor)
    assert may_write(Act.VIEWED.value, frozenset())
    for unknown in ("medication", "sqlite_master", "", "Answer"):
        assert not may_write(unknown, frozenset(Right)), unknown


def test_a_table_that_nobody_told_of_is_written_to_by_nobody(tmp_path, session):
    """It is there, with triggers of its own, once the file was opened again; and refuses the neurologist."""
    path, key = session.path, session._key
    session._db.execute("CREATE TABLE medication (id TEXT PRIMARY KEY, patient_id TEXT, name TEXT)")
    session.close()
    again = Session(path, key, "dr.demo")
    for statement in (
        "INSERT INTO medication VALUES ('m', 'p', 'riluzole')",
        "INSERT OR REPLACE INTO medication VALUES ('m', 'p', 'riluzole')",
    ):
        with pytest.raises(NotAllowed), again.write("a medicine"):
            again._db.execute(statement)
    assert not list(again._db.query("SELECT * FROM medication"))
    again.close()


def test_a_table_that_nobody_told_of_is_held_by_every_lock(session):
    db = session._db
    db.execute("CREATE TABLE medication (id TEXT PRIMARY KEY, name TEXT)")
    db.execute("INSERT INTO medication VALUES ('m', 'riluzole')")
    for name, sql in locks.triggers(db).items():
        if "medication" in name:
            db.execute(sql)
    db.execute("UPDATE medication SET name = 'edaravone'")  # no lock holds yet
    patient = a_patient(record_number="31")
    with session.write("registered"):
        session.patients.save(patient)
    locking.lock_patient(session, patient.id, "checked")
    for statement in (
        "INSERT INTO medication VALUES ('n', 'x')",
        "UPDATE medication SET name = 'x'",
        "DELETE FROM medication",
    ):
        with pytest.raises(Locked), session.write("changed"):
            db.execute(statement)


def test_an_entry_about_what_nobody_told_of_voids_a_signature():
    assert may_be_signed("medication")
    assert may_be_signed("answer") and may_be_signed("patient") and may_be_signed("milestone")
    for other in (
        "decision",
        "sheet_text",
        "typed_text",
        "lock",
        "acknowledgement",
        "raw_text",
        Act.PRINTED.value,
    ):
        assert not may_be_signed(other), other


CLINICAL = (
    *("patients", "external", "visits", "marks", "tasks", "assessments", "spirometry"),
    *("measurements", "reconciliations", "decisions", "criteria", "events", "milestones"),
    *("signatures", "queries"),
)


def test_who_may_not_read_reaches_no_clinical_store(session):
    with session.write("an administrator"):
        session.users.save(new_user("admin", "Ada Admin", Role.ADMINISTRATOR))
    path, key = session.path, session._key
    session.close()
    administrator = Session(path, key, "admin")
    for name in CLINICAL:
        with pytest.raises(NotAllowed):
            getattr(administrator, name)
    assert administrator.users.all() and administrator.clinic.name
    administrator.close()
