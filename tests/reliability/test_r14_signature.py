"""R14: a signature is bound to what was shown, and any later change voids it and says so."""

import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from cattrs import ClassValidationError, IterableValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from core.acts import locking, signing
from core.entering.record_entry import RecordEntry
from core.entering.visit.beginning import start_visit
from core.entering.visit.draft import Draft
from core.errors import Locked, NotAllowed, StorageError, TooManyAttempts, WrongPassword
from core.forms import catalog as forms
from core.forms.reading import Limits
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.assessment import Answer
from core.model.ids import LabResultId, new_id
from core.model.partial_date import PartialDate
from core.model.patient import Sex
from core.model.record import PatientRecord
from core.model.signature import LockLevel, Meaning, Signature
from core.model.trail import Act
from core.model.user import Clinic, Role
from core.model.visit import VisitState
from core.session import Session, new_user
from core.store.attempts import Attempts
from core.views import visit_summary
from tests.core.examples import FULL, a_patient, enter_visit
from tests.core.store.nouns import NOUNS, Nouns
from tests.files import sample_clinic as sample
from tests.passwords import cheap_passwords

PASSWORD = "winter garden 48"
LATER = date(2026, 9, 20)


class Undone(Exception):
    pass


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """A file with passwords: a neurologist, a nurse; a patient with everything, whose second visit is signed."""
    path = tmp_path_factory.mktemp("signed") / "clinic.als"
    others = [(new_user("nurse2", "N. Urse", Role.NURSE), "s3cret s3cret")]
    with cheap_passwords():
        session = Session.create(
            path,
            Clinic(name="ALS clinic", protocol="royan-2021"),
            new_user("dr.demo", "Dr. Demo"),
            PASSWORD,
            others=others,
        )
    nouns = Nouns(session)
    nouns.save_all()
    patient, visit = nouns.person, replace(nouns.meeting, date=date(2026, 7, 21))
    stranger = a_patient(record_number="99", family_name="Stranger")
    with session.write("entered"):
        session.visits.save(replace(visit, state=VisitState.FINISHED, finished_at=clock.now()))
        session.patients.save(stranger)
    enter_visit(
        session, patient, date(2026, 6, 2), "SCR", scores=(3,) * 12, blows=(3300,), weight_kg=72.0
    )
    enter_visit(session, patient, LATER, "M4", scores=(2,) * 12, blows=(2900,), weight_kg=68.0)
    enter_visit(
        session, stranger, date(2026, 6, 2), "SCR", scores=FULL, blows=(4100,), weight_kg=80.0
    )
    sign(session, session.record(patient.id), visit.id)
    for lock in session.locks.all():
        locking.unlock(session, lock, reason="so that everything can be tried")
    yield session, patient.id, visit.id
    session.close()


def sign(session, record, visit_id, meaning=Meaning.REVIEWED, password=PASSWORD):
    shown = signing.look(session, record, visit_id)
    return signing.sign(session, shown, meaning, password)


def state(session, patient_id, visit_id):
    (found,) = signing.states(session, session.record(patient_id), visit_id)
    return found


# Which columns can take another value than they have; ids and what names a row are moved by hand below.
CANDIDATES = [
    "another", "2026-06-03", "2026-06", "2026-06-03T09:00:00+00:00", "female", "bulbar", "refused",
    "phone", "caregiver_proxy", "2", "draft", "supine", "svc", "usable", "face_mask", "recovered",
    "unknown", "wheelchair", "corrected", "routine", "unscheduled", 0, 1, 2, 3, 41, 3111, 33.5, None,
]  # fmt: skip
NAMES = {
    "id", "visit_id", "patient_id", "instrument", "spirometry_id", "slot", "number", "version",
    "protocol_version", "item", "equation", "equation_version", "rater", "by", "waived_by", "code", "kind", "task",
    "criterion", "field", "author", "place", "subject", "query_id", "record_number", "rule",
}  # fmt: skip
CLINICAL = [
    "patient", "external_result", "visit", "form", "answer", "spirometry", "blow", "adverse_event",
    "milestone", "task_result", "measurement", "reconciliation", "criterion_result", "record", "item",
    "record_check", "lab_result",
]  # fmt: skip


def mutations(session):
    """Every row of every clinical table with every column that can be changed: (table, rowid, column, value)."""
    found = []
    for table in CLINICAL:
        for row in list(session._db.query(f"SELECT rowid AS _at, * FROM {table}")):
            for column in set(row) - NAMES - {"_at"}:
                for value in CANDIDATES:
                    if value != row[column] and _fits(session, table, row["_at"], column, value):
                        found.append((table, row["_at"], column, value))
                        break
            if table != "patient":
                found.append((table, row["_at"], None, None))  # the row is deleted
    return found


def _fits(session, table, at, column, value):
    try:
        with session.write("tried"):
            session._db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [value, at])
            for patient in session.patients.all():
                session.record(patient.id)
            raise Undone
    except Undone:
        return True
    except (StorageError, ClassValidationError, IterableValidationError, ValueError):
        return False  # no value that the program could have written


def apply(session, mutation):
    table, at, column, value = mutation
    session._db.execute("PRAGMA defer_foreign_keys = ON")
    if column is None:
        session._db.execute(f"DELETE FROM {table} WHERE rowid = ?", [at])
    else:
        session._db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [value, at])


def words(session, patient_id, visit_id):
    """What the summary shows of the data itself: without what people said about it later."""
    record = replace(session.record(patient_id), signatures=(), locks=(), queries=(), decisions=())
    return visit_summary.build(record, visit_id, {"dr.demo": "Dr. Demo"})


@pytest.fixture(scope="module")
def tried(clinic):
    """Every single change with what came of it: whether the summary says something else, and the signature's state."""
    session, patient_id, visit_id = clinic
    before = words(session, patient_id, visit_id)
    found = {}
    for mutation in mutations(session):
        with suppress(Undone), session.write("corrected"):
            apply(session, mutation)
            if any(visit.id == visit_id for visit in session.visits.of(patient_id)):
                try:
                    differs = words(session, patient_id, visit_id) != before
                except (
                    Exception
                ):  # a summary that cannot be made any more is no longer the one that was signed
                    differs = True
                found[mutation] = differs, state(session, patient_id, visit_id)
            raise Undone
    return found


def test_r14_any_change_of_what_the_summary_shows_voids_the_signature(clinic, tried):
    """Each column of each row of each clinical table, changed or deleted."""
    session, patient_id, visit_id = clinic
    assert state(session, patient_id, visit_id).valid
    assert {table for table, *_rest in tried} == set(CLINICAL)
    shown = [mutation for mutation, (differs, _state) in tried.items() if differs]
    assert len(shown) > 60
    assert [mutation for mutation in shown if tried[mutation][1].valid] == []
    for mutation in shown:
        changes = tried[mutation][1].changes
        assert [one.reason for one in changes] == ["corrected"] * len(changes), mutation
        assert {one.by for one in changes} == {"Dr. Demo"}


def test_r14_whatever_changes_the_hash_is_in_the_list_of_changes(tried):
    """The data and the trail never disagree about a change that was made through the program."""
    assert [m for m, (_differs, one) in tried.items() if one.same_data and one.changes] == []
    assert [
        m for m, (_differs, one) in tried.items() if not one.same_data and not one.changes
    ] == []


def test_r14_a_change_of_other_rows_voids_nothing(clinic, tried):
    """Another patient's, and those of a later visit."""
    session, patient_id, _visit_id = clinic
    record = session.record(patient_id)
    later = next(visit for visit in record.visits if visit.date == LATER)
    db = session._db
    others = {
        ("visit", row["rowid"])
        for row in db.query("SELECT rowid, * FROM visit")
        if row["patient_id"] != patient_id
    }
    for table in ("form", "answer", "spirometry"):
        others |= {
            (table, row["rowid"])
            for row in db.query(
                f"SELECT {table}.rowid, patient_id, visit.id FROM {table} JOIN visit ON visit.id = visit_id"
            )
            if row["patient_id"] != patient_id or row["id"] == later.id
        }
    others |= {
        ("patient", row["rowid"])
        for row in db.query("SELECT rowid, id FROM patient")
        if row["id"] != patient_id
    }
    mine = [mutation for mutation in tried if mutation[:2] in others]
    assert len(mine) > 30
    assert [mutation for mutation in mine if not tried[mutation][1].valid] == []


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_r14_several_changes_void_where_any_of_them_does(clinic, tried, data):
    session, patient_id, visit_id = clinic
    usable = [m for m in tried if m[2] is not None and m[0] != "visit"]
    chosen = data.draw(
        st.lists(st.sampled_from(usable), min_size=1, max_size=4, unique_by=lambda m: m[:3])
    )
    with suppress(Undone, StorageError), session.write("corrected"):
        for mutation in chosen:
            apply(session, mutation)
        found = state(session, patient_id, visit_id)
        assert found.valid == all(tried[mutation][1].valid for mutation in chosen)
        raise Undone


def test_r14_an_event_known_to_its_month_voids_nothing_that_was_signed_before_it_was_listed(
    signable,
):
    """It counted on the middle of its month then, after the visit; entered now, it is a change."""
    session, visit = signable
    early = replace(visit, date=visit.date.replace(day=5))
    vague = AdverseEvent(
        patient_id=visit.patient_id,
        term="Fall",
        onset=PartialDate(early.date.year, early.date.month),
        grade=Grade.MILD,
        serious=False,
        outcome=Outcome.RECOVERED,
    )
    with session.write("before it was signed"):
        session.visits.save(early)
        session.events.save(vague)
    record = session.record(visit.patient_id)
    as_then = replace(record, events=tuple(e for e in record.events if e.id != vague.id))
    hashed = signing.data_hash(as_then, visit.id)
    assert hashed != signing.data_hash(record, visit.id)
    with session.write("signed by the version of then"):
        session.signatures.save(
            Signature(
                visit_id=visit.id,
                signed_by=session.login,
                printed_name="Dr. Demo",
                role=session.user.role,
                meaning=Meaning.REVIEWED,
                signed_at=clock.now(),
                data_hash=hashed,
                shown="{}",
                shown_hash="0" * 64,
                trail_sequence=session.trail_head.sequence,
            )
        )
    assert state(session, visit.patient_id, visit.id).valid
    with session.write("entered later"):
        session.events.save(replace(vague, id="another", term="Headache"))
    assert not state(session, visit.patient_id, visit.id).valid


def test_r14_a_change_that_was_changed_back_voids_as_well(clinic):
    session, patient_id, visit_id = clinic
    with suppress(Undone), session.write("and back"):
        for value in (40, 41):
            session._db.execute("UPDATE visit SET weight_kg = ? WHERE id = ?", [value, visit_id])
        session._db.execute(
            "UPDATE visit SET weight_kg = (SELECT json_extract(before, '$.weight_kg') FROM audit"
            " WHERE entity = 'visit' AND row = ? AND reason = 'and back' ORDER BY id LIMIT 1)"
            " WHERE id = ?",
            [visit_id, visit_id],
        )
        found = state(session, patient_id, visit_id)
        assert found.same_data
        assert not found.valid
        assert len(found.changes) == 3
        raise Undone


def harmless(session, patient_id, visit_id):
    """What is written about a patient without changing anything that was signed."""
    nouns = Nouns(session)
    record = session.record(patient_id)
    later = next(visit for visit in record.visits if visit.date == LATER)
    event = AdverseEvent(
        patient_id=patient_id,
        visit_id=later.id,
        term="Fall",
        onset=PartialDate(2026, 9),
        grade=Grade.MILD,
        serious=False,
        outcome=Outcome.RECOVERED,
    )
    return {
        "an event of a later visit": lambda: session.events.save(event),
        "an answer of a later visit": lambda: session.assessments.save_answer(
            later.id, "alsfrs-r", "speech", Answer(item="speech", value=1)
        ),
        "the note about a patient": lambda: session.patients.save(
            replace(record.patient, note="moved house")
        ),
        "a decision": lambda: session.decisions.save(replace(record.decisions[0], reason="another")),
        "a query": lambda: session.queries.save(
            replace(record.queries[0], closed_by=session.login, closed_at=clock.now())
        ),
        "a mark": lambda: session.marks.remove(patient_id, "M4"),
        "typed text": lambda: session.typed.save("visit", visit_id, "weight", "7"),
        "a user": lambda: session.users.save(nouns.login),
        "the clinic": lambda: session.clinics.save(replace(session.clinic, name="Elsewhere")),
        "a threshold it does not hang on": lambda: session.thresholds.save("a14_bmi", 17.0),
        "a visit that is begun": lambda: session.visits.save(
            replace(later, id="begun", code=None, kind="unscheduled", date=record.visit(visit_id).date,
                    state=VisitState.DRAFT, finished_at=None, started_at=clock.now())
        ),
    }  # fmt: skip


def test_r14_what_the_summary_does_not_show_voids_nothing(clinic):
    session, patient_id, visit_id = clinic
    for name, write in harmless(session, patient_id, visit_id).items():
        with suppress(Undone), session.write(name):
            before = session.trail_head
            write()
            assert session.trail_head != before or name == "a threshold it does not hang on", name
            assert state(session, patient_id, visit_id).valid, name
            raise Undone


def test_r14_the_harness_finds_a_signature_that_forgets_the_trail(clinic, monkeypatch):
    """Without looking at the trail a change that was changed back would pass: the proof that it is looked at."""
    session, patient_id, visit_id = clinic
    monkeypatch.setattr(signing, "_touching", lambda *_: iter(()))
    with suppress(Undone), session.write("and back"):
        session._db.execute("UPDATE visit SET note = 'x' WHERE id = ?", [visit_id])
        session._db.execute("UPDATE visit SET note = '' WHERE id = ?", [visit_id])
        assert state(session, patient_id, visit_id).valid
        raise Undone


@pytest.fixture
def signable(tmp_path):
    """``(session, visit)``: a file with passwords and one finished visit."""
    path = tmp_path / "clinic.als"
    session = Session.create(
        path,
        Clinic(name="ALS clinic", protocol="royan-2021"),
        new_user("dr.demo", "Dr. Demo"),
        PASSWORD,
        others=[(new_user("nurse2", "N. Urse", Role.NURSE), PASSWORD)],
    )
    patient = a_patient(family_name="Rahimi", sex=Sex.MALE, born=date(1959, 3, 14), height_cm=176)
    with session.write("registered"):
        session.patients.save(patient)
    visit = enter_visit(
        session, patient, date(2026, 7, 21), "M2", scores=FULL, blows=(3100,), weight_kg=70.0
    )
    yield session, visit
    session.close()


def test_r14_a_signature_has_name_time_meaning_and_the_hash_of_what_was_shown(signable):
    session, visit = signable
    record = session.record(visit.patient_id)
    shown = signing.look(session, record, visit.id)
    started = clock.now()
    given = signing.sign(session, shown, Meaning.APPROVED, PASSWORD)
    (stored,) = session.record(visit.patient_id).signatures
    assert stored == given
    assert (stored.printed_name, stored.role, stored.meaning) == (
        "Dr. Demo",
        Role.NEUROLOGIST,
        Meaning.APPROVED,
    )
    assert started <= stored.signed_at <= clock.now()
    assert hashlib.sha256(stored.shown.encode()).hexdigest() == stored.shown_hash
    assert json.loads(stored.shown)["patient_name"] == "Rahimi"
    assert stored.data_hash == signing.data_hash(record, visit.id)
    (lock,) = session.locks.all()
    assert (lock.level, lock.subject, lock.reason, lock.holds) == (
        LockLevel.VISIT,
        visit.id,
        "signed",
        True,
    )
    with pytest.raises(Locked):
        Draft(session, visit.patient_id, visit.id).reopen("a slip")


def test_r14_a_wrong_password_signs_nothing_and_counts(signable):
    session, visit = signable
    record = session.record(visit.patient_id)
    with pytest.raises(WrongPassword):
        sign(session, record, visit.id, password="guess")
    with pytest.raises(TooManyAttempts):
        sign(session, record, visit.id)
    assert session.record(visit.patient_id).signatures == ()
    assert session.locks.all() == ()
    Attempts.of(session.path).path.unlink()
    sign(session, record, visit.id)


def test_r14_a_failed_password_is_in_the_trail_of_the_signature(signable):
    session, visit = signable
    Attempts.of(session.path).failed("dr.demo", clock.now() - timedelta(minutes=1))
    sign(session, session.record(visit.patient_id), visit.id)
    (failed,) = session.trail.entries(entity=Act.SIGN_IN_FAILED)
    (signed,) = session.trail.entries(entity="signature")
    assert failed.sequence < signed.sequence


def test_r14_who_may_not_sign_does_not(signable):
    session, visit = signable
    path = session.path
    session.close()
    nurse = Session.open(path, "nurse2", PASSWORD)
    with pytest.raises(NotAllowed):
        sign(nurse, nurse.record(visit.patient_id), visit.id)
    assert nurse.record(visit.patient_id).signatures == ()
    nurse.close()


def test_r14_only_a_finished_visit_as_it_was_shown_is_signed(signable):
    session, visit = signable
    draft = start_visit(session, visit.patient_id, None, date(2026, 8, 3))
    with pytest.raises(ValueError, match="finished"):
        sign(session, session.record(visit.patient_id), draft)
    shown = signing.look(session, session.record(visit.patient_id), visit.id)
    with session.write("meanwhile"):
        session.visits.save(replace(visit, weight_kg=71.0))
    with pytest.raises(StorageError, match="changed meanwhile: nothing was signed"):
        signing.sign(session, shown, Meaning.REVIEWED, PASSWORD)
    assert session.record(visit.patient_id).signatures == ()


def test_r14_a_signature_is_never_changed_or_removed(signable):
    session, visit = signable
    given = sign(session, session.record(visit.patient_id), visit.id)
    for sql in (
        "DELETE FROM signature",
        "UPDATE signature SET meaning = 'approved'",
        (
            "INSERT OR REPLACE INTO signature SELECT id, visit_id, signed_by, 'Somebody', role, meaning,"
            " signed_at, data_hash, shown, shown_hash, trail_sequence FROM signature"
        ),
    ):
        with pytest.raises(StorageError), session.write():
            session._db.execute(sql)
    assert session.record(visit.patient_id).signatures == (given,)


def test_r14_after_a_correction_screen_and_paper_name_it_and_it_is_signed_again(signable):
    session, visit = signable
    sign(session, session.record(visit.patient_id), visit.id)
    held = session.record(visit.patient_id).locks_on(visit.id)
    locking.unlock(session, *held, reason="weight typed wrongly")
    assert state(session, visit.patient_id, visit.id).valid  # nothing is changed yet
    with session.write("weight typed wrongly"):
        session.visits.save(replace(visit, weight_kg=63.5))
    record = session.record(visit.patient_id)
    shown = signing.look(session, record, visit.id).summary
    assert (shown.signed, shown.void) == (False, True)
    (row,) = shown.signatures
    assert row.text.startswith(
        "† VOID, the data was changed since. Signed electronically by Dr. Demo"
    )
    (change,) = row.changes
    assert "weight 70 kg → 63.5 kg" in change.replace("70.0", "70")
    assert change.endswith("(weight typed wrongly)")
    sign(session, record, visit.id, Meaning.RESPONSIBLE)
    shown = signing.look(session, session.record(visit.patient_id), visit.id).summary
    assert shown.signed
    assert [one.valid for one in shown.signatures] == [False, True]
    assert "meaning: responsible for the content" in shown.signatures[1].text


def test_r14_a_threshold_voids_where_the_summary_says_something_else_by_it(signable):
    """It is a setting of the clinic: what does not hang on it stays signed, and changed back it is as it was."""
    session, visit = signable
    sign(session, session.record(visit.patient_id), visit.id)
    values = [(17.0, True), (29.0, False), (18.0, True)]  # the BMI is 22.6 kg/m²
    for value, valid in values:
        with session.write("as the guideline says now"):
            session.thresholds.save("a14_bmi", value)
        found = state(session, visit.patient_id, visit.id)
        assert found.valid is valid, value
        assert {one.reason for one in found.changes} <= {"as the guideline says now"}
    (row,) = session.trail.entries(entity="threshold", limit=1)
    assert row.row == "a14_bmi"


def test_r14_a_hash_that_no_entry_explains_voids_and_says_so(signable):
    """Data that was changed past the program, and past its trail."""
    session, visit = signable
    sign(session, session.record(visit.patient_id), visit.id)
    for name in [f"lock_visit_{e}" for e in ("update",)] + ["audit_visit_update"]:
        session._db.execute(f"DROP TRIGGER {name}")
    session._db.execute("UPDATE visit SET weight_kg = 50.0")
    shown = signing.look(session, session.record(visit.patient_id), visit.id).summary
    assert shown.void
    assert shown.signatures[0].changes == (
        "The audit trail does not say how: verify this clinic file.",
    )


def test_r14_medicines_that_ended_after_signed_visits_void_none_of_them(signable):
    """At each visit the end is not known yet: that is made for the hash alone, and gone after it."""
    session, visit = signable
    patient, form = session.patients.get(visit.patient_id), forms.newest()["medicine"]
    first = date(2026, 8, 4)
    days = [first + timedelta(days=7 * week) for week in range(12)]
    visits = [enter_visit(session, patient, on, scores=FULL) for on in days]
    with session.write("entered"):
        for number in range(24):
            ended = str(days[3 + number % 8] + timedelta(days=1))
            texts = {
                "substance": f"Medicine {number}",
                "started": "2026-07",
                "ongoing": "no",
                "ended": ended,
            }
            limits = Limits(latest=days[-1])
            record = RecordEntry(form, patient.id, "dr.demo", limits, texts=texts).record
            session.forms.save(replace(record, entered_at=visits[0].started_at))
    record = session.record(patient.id)
    shown = [signing.look(session, record, visit.id) for visit in visits]
    signing.sign_several(session, shown, Meaning.REVIEWED, PASSWORD)
    found = signing.states(session, session.record(patient.id))
    assert len(found) == len(visits)
    assert [one.same_data for one in found] == [True] * len(visits)


def test_r14_a_signed_visit_is_never_shown_without_its_signatures(signable):
    session, visit = signable
    sign(session, session.record(visit.patient_id), visit.id)
    with pytest.raises(ValueError, match="state of its signatures"):
        visit_summary.build(session.record(visit.patient_id), visit.id, {})


def test_r14_the_order_of_rows_and_a_field_of_a_later_version_do_not_change_the_hash(signable):
    session, visit = signable
    record = session.record(visit.patient_id)
    turned = replace(record, visits=record.visits[::-1], events=record.events[::-1])
    assert signing.data_hash(turned, visit.id) == signing.data_hash(record, visit.id)
    assert signing._plain(record.patient).keys() & {"note", "stated_on", "diagnosis"} == set()


def test_r14_a_visit_without_laboratory_results_keeps_the_hash_of_before_there_were_any():
    """R14: made by the program of before: a signature that was given then holds."""
    record = PatientRecord(
        patient=sample.PATIENT,
        visits=(sample.VISIT,),
        spirometry=(sample.SPIROMETRY,),
        measurements=(sample.MEASUREMENT,),
        tasks=(sample.TASK,),
        events=(sample.EVENT,),
        milestones=(sample.MILESTONE,),
        forms=(sample.MEDICINE,),
    )
    before = "a10a5c91a5f103fa86a9ee2372090215f6578663471609dacb54de246da5bf37"
    assert signing.data_hash(record, sample.VISIT.id) == before
    result = replace(sample.LAB_RESULT, entered_at=sample.VISIT.started_at)
    with_results = replace(record, laboratory=(result,))
    assert signing.data_hash(with_results, sample.VISIT.id) != before


def a_late_result(session, patient_id, **given):
    return replace(
        sample.LAB_RESULT,
        id=LabResultId(new_id()),
        patient_id=patient_id,
        visit_id=None,
        entered_at=clock.now(),
        entered_by=session.login,
        **given,
    )


def test_r14_a_result_that_comes_late_on_no_visit_voids_nothing(signable):
    """R14: a result of a visit is signed with it, and voids the signature where it is changed."""
    session, visit = signable
    patient_id = visit.patient_id
    sign(session, session.record(patient_id), visit.id)
    with session.write("came by mail"):
        session.lab_results.save(a_late_result(session, patient_id))
    (state,) = signing.states(session, session.record(patient_id), visit.id)
    assert state.valid
    for lock in session.locks.of(patient_id):
        if lock.holds:
            locking.unlock(session, lock, reason="a result was forgotten")
    with session.write("entered"):
        late = a_late_result(session, patient_id)
        session.lab_results.save(replace(late, visit_id=visit.id))
    (state,) = signing.states(session, session.record(patient_id), visit.id)
    assert not state.valid
    (change,) = state.changes
    assert change.what.startswith("Laboratory, Creatinine of visit Month 2 entered")
    assert "<0.5 mg/dL (= <44.2 µmol/L)" in change.what


def test_r14_every_table_is_signed_or_not_on_purpose(clinic):
    said_later = {
        *("decision", "sheet_text", "data_query", "query_reply", "typed_text", "visit_mark"),
        "appointment",
    }
    of_the_clinic = {
        *("clinic", "user", "threshold", "definition", "laboratory", "reference_range"),
        *("rater_training", "calibration_check", "synonym", "dictionary"),
    }
    of_each_visit = {
        "schedule_move"
    }  # which version is a visit's own is in the hash, with the patient
    named_by_its_hash = {"attachment"}  # the value of a record that is signed names it by that
    assert set(NOUNS) == {
        *CLINICAL,
        *of_the_clinic,
        *said_later,
        *named_by_its_hash,
        *of_each_visit,
    }
