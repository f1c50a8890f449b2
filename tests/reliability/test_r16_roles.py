"""R16: what each role may do. The tables are written out here, and every action is tried by every role.

What may not be done is refused by the clinic file itself, whatever a screen offers, and leaves nothing behind.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core import clock, exports
from core.acts import data_queries, documents, importing, locking, people
from core.acts.data_queries import Place
from core.entering import recomputing
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.errors import AppError, NotAllowed
from core.findings import eligibility
from core.imports.patients_csv import Preview, Row
from core.model.document import About
from core.model.judgement import CriterionResult
from core.model.user import Right, Role
from core.model.visit import VisitState
from core.session import Session, new_user
from core.store.audit import NOT_AUDITED
from tests.core.clinic_of_four import LOGIN, PASSWORD, copied, make
from tests.core.examples import a_patient, enter_visit
from tests.core.store.nouns import NOUNS, Nouns
from tests.files import sample_clinic as sample

NURSE, NEUROLOGIST, MONITOR, ADMINISTRATOR = Role
CLINICIANS = {NURSE, NEUROLOGIST}
NEW = "seven quiet rivers"

# Who may write which table of the file.
WRITERS = {
    "patient": CLINICIANS,
    "external_result": CLINICIANS,
    "visit": CLINICIANS,
    "visit_mark": CLINICIANS,
    "schedule_move": CLINICIANS,
    "appointment": CLINICIANS,
    "form": CLINICIANS,
    "answer": CLINICIANS,
    "spirometry": CLINICIANS,
    "blow": CLINICIANS,
    "measurement": CLINICIANS,
    "reconciliation": CLINICIANS,
    "adverse_event": CLINICIANS,
    "milestone": CLINICIANS,
    "task_result": CLINICIANS,
    "typed_text": CLINICIANS,
    "decision": CLINICIANS,
    "sheet_text": CLINICIANS,
    "criterion_result": CLINICIANS,
    "record": CLINICIANS,
    "item": CLINICIANS,
    "record_check": CLINICIANS,
    "attachment": CLINICIANS,
    "lab_result": CLINICIANS,
    "laboratory": CLINICIANS,
    "reference_range": CLINICIANS,
    "rater_training": {NEUROLOGIST},
    "calibration_check": CLINICIANS,
    "synonym": CLINICIANS,
    "dictionary": {NEUROLOGIST},
    "definition": {NEUROLOGIST},
    "data_query": {NURSE, NEUROLOGIST, MONITOR},
    "query_reply": {NURSE, NEUROLOGIST, MONITOR},
    "clinic": {NEUROLOGIST},
    "threshold": {NEUROLOGIST},
    "signature": {NEUROLOGIST},
    "lock": {NEUROLOGIST},
    "user": {ADMINISTRATOR},
}
CHANGES = {  # of every row of each table
    "patient": "note = note || 'x'",
    "external_result": "value = value + 1",
    "schedule_move": "reason = reason || 'x'",
    "visit": "note = note || 'x'",
    "visit_mark": "reason = reason || 'x'",
    "appointment": "note = note || 'x'",
    "form": "rater = 'mona'",
    "answer": "note = note || 'x'",
    "spirometry": "device = device || 'x'",
    "blow": "volume_ml = volume_ml + 10",
    "measurement": "value = value + 1",
    "reconciliation": "reason = reason || 'x'",
    "adverse_event": "note = note || 'x'",
    "milestone": "note = note || 'x'",
    "task_result": "note = note || 'x'",
    "typed_text": "text = text || 'x'",
    "decision": "reason = reason || 'x'",
    "sheet_text": "text = text || 'x'",
    "criterion_result": "met = 1 - coalesce(met, 0)",
    "record": "version = version || 'x'",
    "item": "note = note || 'x'",
    "record_check": "answer = CASE answer WHEN 'same' THEN 'ended' ELSE 'same' END",
    "attachment": "name = name || 'x'",
    "lab_result": "note = note || 'x'",
    "laboratory": "note = note || 'x'",
    "reference_range": "unit = unit || 'x'",
    "rater_training": "note = note || 'x'",
    "synonym": "term = term || 'x'",
    "dictionary": "terms = terms + 1",
    "calibration_check": "note = note || 'x'",
    "definition": "text = text || 'x'",
    "data_query": "text = text || 'x'",
    "query_reply": "text = text || 'x'",
    "clinic": "letterhead = letterhead || 'x'",
    "threshold": "value = value + 1",
    "signature": "printed_name = 'x'",
    "lock": "reason = reason || 'x'",
    "user": "full_name = full_name || 'x'",
}
NEVER_CHANGED = {
    "signature",
    "data_query",
    "query_reply",
    "lock",
    "definition",
    "attachment",
}  # a lock that was let go

# Who holds which right: what the pages and the commands ask for.
HOLDERS = {
    Right.READ: {NURSE, NEUROLOGIST, MONITOR},
    Right.ENTER: CLINICIANS,
    Right.QUERY: {NURSE, NEUROLOGIST, MONITOR},
    Right.CLOSE_QUERY: {NEUROLOGIST, MONITOR},
    Right.SIGN: {NEUROLOGIST},
    Right.LOCK: {NEUROLOGIST},
    Right.CLINIC: {NEUROLOGIST},
    Right.PEOPLE: {ADMINISTRATOR},
    Right.BACKUP: {ADMINISTRATOR},
    Right.AUDIT: {NEUROLOGIST, MONITOR, ADMINISTRATOR},
    Right.EXPORT: CLINICIANS,
    Right.COHORT: {NEUROLOGIST, MONITOR},
}

# What is done through the program, and who may.
ACTIONS = {
    "read a chart": {NURSE, NEUROLOGIST, MONITOR},
    "list the patients": {NURSE, NEUROLOGIST, MONITOR},
    "register a patient": CLINICIANS,
    "import patients": CLINICIANS,
    "start a visit": CLINICIANS,
    "enter a visit": CLINICIANS,
    "finish a visit": CLINICIANS,
    "reopen a visit": CLINICIANS,
    "discard a visit": CLINICIANS,
    "ask about a field": {NURSE, NEUROLOGIST, MONITOR},
    "answer a query": {NURSE, NEUROLOGIST, MONITOR},
    "close a query": {NEUROLOGIST, MONITOR},
    "lock a visit": {NEUROLOGIST},
    "freeze the file": {NEUROLOGIST},
    "change the equation": {NEUROLOGIST},
    "change a threshold": {NEUROLOGIST},
    "change the clinic's name": {NEUROLOGIST},
    "add a person": {ADMINISTRATOR},
    "disable a person": {ADMINISTRATOR},
    "enable a person": {ADMINISTRATOR},
    "change a role": {ADMINISTRATOR},
    "force a new password": {ADMINISTRATOR},
    "make a recovery code": {ADMINISTRATOR},
    "review the users": {ADMINISTRATOR},
    "change one's own password": {NURSE, NEUROLOGIST, MONITOR, ADMINISTRATOR},
}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("four") / "clinic.als"
    return path, make(path)


def opener(made, folder):
    """``open_as(Role.NURSE)`` opens a copy of the file as that person, and closes what was open before."""
    path, opened = copied(made[0], folder), []

    def open_as(role):
        while opened:
            opened.pop().close()
        if role is not None:
            opened.append(Session(path, made[1], LOGIN[role]))
            return opened[-1]
        return path

    return open_as


@pytest.fixture
def as_role(template, tmp_path):
    open_as = opener(template, tmp_path)
    yield open_as
    open_as(None)


class Everything(Nouns):
    """One row for every table that a person's write reaches, also those that no draft of a visit has."""

    def save(self, noun):
        match noun:
            case "signature":
                self.session.signatures.save(replace(sample.SIGNATURE, visit_id=self.meeting.id))
            case "lock":
                self.session.locks.save(replace(sample.LOCK, patient_id=self.person.id))
            case _:
                super().save(noun)


def contents(session):
    """Every row of every table but the trail, and where the trail ends."""
    tables = set(session._db.table_names()) - {"audit_head"}
    rows = {table: list(session._db.execute(f"SELECT * FROM {table}")) for table in tables}
    return rows, session.trail_head


def refuses(session, write):
    """Whether this write is refused; what is refused leaves every row and the trail as they were."""
    before = contents(session)
    try:
        with session.write("tried"):
            write()
    except NotAllowed:
        assert contents(session) == before
        return True
    return False


def test_r16_every_table_of_the_file_has_its_writers(session):
    assert set(WRITERS) == set(CHANGES) == set(session._db.table_names()) - NOT_AUDITED


@pytest.mark.parametrize("role", Role)
def test_r16_a_role_adds_rows_to_its_tables_and_to_no_other(as_role, role):
    session = as_role(role)
    nouns = Everything(session)
    allowed = set()
    for table in (*NOUNS, "signature", "lock"):
        nouns.session = session
        if not refuses(session, lambda table=table: nouns.save(table)):
            allowed.add(table)
            continue
        nouns.session = as_role(next(iter(WRITERS[table])))  # what the next tables refer to
        with nouns.session.write("somebody else's"):
            nouns.save(table)
        session = as_role(role)
    assert allowed == {table for table, writers in WRITERS.items() if role in writers}
    assert session.trail.verify().problem == ""


def tried(session, sql):
    """Why the file refused it; None where it did not."""
    try:
        with session.write("tried"):
            session._db.execute(sql)
    except AppError as error:
        return error
    return None


@pytest.mark.parametrize("role", Role)
def test_r16_a_role_changes_and_removes_rows_of_its_tables_and_of_no_other(as_role, role):
    """Also past the classes of the store: with SQL of one's own, on the session's own connection."""
    nouns = Everything(None)
    for table in (*NOUNS, "signature", "lock"):
        nouns.session = as_role(next(iter(WRITERS[table])))
        with nouns.session.write("entered"):
            nouns.save(table)
    session = as_role(role)
    for table, change in CHANGES.items():
        for sql in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
            before, error = contents(session), tried(session, sql)
            changed = contents(session) != before
            assert changed == (error is None), sql
            if role not in WRITERS[table]:
                assert error is not None, sql
            elif "UPDATE" in sql and table not in NEVER_CHANGED:
                assert error is None, (sql, error)


@pytest.mark.parametrize("role", [Role.NURSE, Role.MONITOR])
def test_r16_the_file_itself_asks_who_may_close_a_question(as_role, role):
    nouns = Everything(as_role(Role.NURSE))
    with nouns.session.write("entered"):
        for table in (*NOUNS[: NOUNS.index("form")],):
            if Role.NURSE in WRITERS[table]:
                nouns.save(table)
        nouns.save("data_query")
    session = as_role(role)
    error = tried(
        session, "UPDATE data_query SET closed_by = 'mona', closed_at = '2026-08-01T10:00:00+00:00'"
    )
    assert isinstance(error, NotAllowed) == (role is Role.NURSE), error


@pytest.mark.parametrize("role", Role)
def test_r16_a_role_holds_its_rights_and_no_other(as_role, role):
    session = as_role(role)
    for right in Right:
        assert session.may(right) == (role in HOLDERS[right]), right
        if role not in HOLDERS[right]:
            with pytest.raises(NotAllowed):
                session.need(right)


@pytest.fixture(scope="module")
def prepared(template, tmp_path_factory):
    """A file with a patient, a finished visit, one in progress, a query, and somebody who was disabled."""
    open_as = opener(template, tmp_path_factory.mktemp("prepared"))
    admin = open_as(ADMINISTRATOR)
    people.add(admin, new_user("gone", "Has Left", Role.NURSE), NEW)
    people.disable(admin, "gone", "left")
    nurse = open_as(NURSE)
    patient = a_patient()
    with nurse.write("registered"):
        nurse.patients.save(patient)
    finished = enter_visit(nurse, patient, date(2026, 6, 2), "M2", scores=(4,) * 12)
    begun = enter_visit(nurse, patient, date(2026, 7, 2), finished=False)
    place = Place("details", "date", "Date of the visit")
    query = data_queries.ask(nurse, patient.id, finished.id, place, "is this the day?")
    return (open_as(None), template[1]), (patient, finished, begun, query)


def attempts(session, patient, finished, begun, query):
    """Every action by its name, to be carried out in this session."""

    def draft(visit):
        return Draft(session, patient.id, visit.id)

    def register():
        with session.write("registered"):
            recomputing.save_patient(session, a_patient(record_number="8"))

    def import_one():
        row = Row(line=2, record_number="9", patient=a_patient(record_number="9"), problems=())
        importing.import_patients(
            session, Preview(file_name="x.csv", rows=(row,), ignored_columns=())
        )

    def finish():
        with session.write("visit finished"):
            session.visits.save(
                replace(begun, state=VisitState.FINISHED, finished_at=begun.started_at)
            )

    def change_threshold():
        with session.write("threshold changed"):
            session.thresholds.save("a1_vc_percent", 61.0)

    def rename():
        with session.write("settings changed"):
            session.clinics.save(replace(session.clinic, name="Another"))

    return {
        "read a chart": lambda: session.record(patient.id),
        "list the patients": session.outlines,
        "register a patient": register,
        "import patients": import_one,
        "start a visit": lambda: beginning.start_visit(session, patient.id, "M4", clock.today()),
        "enter a visit": lambda: draft(begun).save_note("came alone"),
        "finish a visit": finish,
        "reopen a visit": lambda: draft(finished).reopen("wrong arm"),
        "discard a visit": lambda: draft(begun).discard("did not come"),
        "ask about a field": lambda: data_queries.ask(
            session, patient.id, finished.id, Place("details", "mode", "How"), "by telephone?"
        ),
        "answer a query": lambda: data_queries.answer(session, query, "yes"),
        "close a query": lambda: data_queries.close(session, query),
        "lock a visit": lambda: locking.lock_visit(session, patient.id, finished.id, "checked"),
        "freeze the file": lambda: locking.freeze(session, "the study has ended"),
        "change the equation": lambda: recomputing.change_equation(session, "nhanes-iii", "agreed"),
        "change a threshold": change_threshold,
        "change the clinic's name": rename,
        "add a person": lambda: people.add(session, new_user("k.lein", "Karl Lein"), NEW),
        "disable a person": lambda: people.disable(session, LOGIN[another(session)], "left"),
        "enable a person": lambda: people.enable(session, "gone", NEW, "is back"),
        "change a role": lambda: people.change_role(
            session, LOGIN[another(session)], Role.ADMINISTRATOR, "asked for"
        ),
        "force a new password": lambda: people.force_new_password(
            session, LOGIN[another(session)], NEW, "forgot it"
        ),
        "make a recovery code": lambda: people.renew_recovery_code(session),
        "review the users": lambda: documents.export(
            session, exports.named("user-review-csv"), About()
        ),
        "change one's own password": lambda: people.change_own_password(session, PASSWORD, NEW),
    }


def another(session):
    """Somebody who is not the one at the keyboard."""
    return MONITOR if session.user.role is not MONITOR else NURSE


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", ACTIONS)
def test_r16_an_action_is_for_its_roles_only(prepared, tmp_path, role, action):
    made, things = prepared
    open_as = opener(made, tmp_path)
    session = open_as(role)
    key_file = session.path.with_name("clinic.als.keys")
    before, keys_before = contents(session), key_file.read_bytes()
    attempt = attempts(session, *things)[action]
    if role in ACTIONS[action]:
        attempt()
        assert session.trail.verify().problem == ""
    else:
        with pytest.raises(NotAllowed):
            attempt()
        assert contents(session) == before
        assert key_file.read_bytes() == keys_before
    open_as(None)


@pytest.mark.parametrize("role", Role)
def test_r16_who_is_disabled_may_nothing_even_with_the_key(as_role, role):
    """The key of the file may be known to somebody who left: the file still refuses what they write."""
    admin = as_role(ADMINISTRATOR)
    with admin.write("left"):
        user = admin.users.get(LOGIN[role])
        admin.users.save(replace(user, disabled_at=datetime(2026, 1, 1, tzinfo=UTC)))
    session = as_role(role)
    assert session.rights == frozenset()
    assert refuses(session, lambda: session.patients.save(a_patient(record_number="8")))
    with pytest.raises(NotAllowed):
        session.outlines()


def test_r16_a_deviation_is_proposed_by_anybody_and_decided_by_the_investigator(as_role):
    nurse = as_role(NURSE)
    patient = a_patient()
    with nurse.write("registered"):
        nurse.patients.save(patient)
    blank = CriterionResult(
        patient_id=patient.id, protocol="royan-2021", version="1", criterion="age"
    )
    at = datetime(2026, 6, 2, 9, tzinfo=UTC)
    for by in (LOGIN[NURSE], LOGIN[NEUROLOGIST]):  # also in the other's name
        with pytest.raises(NotAllowed), nurse.write("accepted"):
            nurse.criteria.save(eligibility.waive(blank, "fit for his age", by, at))
    proposed = eligibility.waive(blank, "fit for his age", LOGIN[NURSE], at, proposed=True)
    with nurse.write("proposed"):
        nurse.criteria.save(proposed)
    with pytest.raises(NotAllowed), nurse.write("accepted after all"):
        nurse.criteria.save(replace(proposed, proposed=False))
    assert nurse.criteria.of(patient.id) == (proposed,)
    doctor = as_role(NEUROLOGIST)
    accepted = eligibility.waive(proposed, "committee agreed", LOGIN[NEUROLOGIST], at)
    with doctor.write("accepted"):
        doctor.criteria.save(accepted)
    nurse = as_role(NURSE)
    for change in (eligibility.without_waiver(accepted), replace(accepted, waiver="other words")):
        with pytest.raises(NotAllowed), nurse.write("changed"):
            nurse.criteria.save(change)
    with nurse.write("answered"):  # what is not the decision stays the nurse's to enter
        nurse.criteria.save(replace(accepted, met=True))
    assert nurse.criteria.of(patient.id) == (replace(accepted, met=True),)
