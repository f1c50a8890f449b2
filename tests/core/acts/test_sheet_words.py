"""What a clinician writes on a patient's sheet is kept with the visit, is in the trail, and voids no signature."""

from datetime import date

import pytest

from core import reports
from core.acts import documents, locking, sheet_words, signing
from core.errors import Locked, NotAllowed
from core.model.document import About
from core.model.signature import Meaning
from core.model.trail import Act, TrailFilter
from core.model.user import Role
from core.session import new_user
from core.store import keys
from core.views import trail_words
from core.views.sheet import build
from core.views.sheet.definition import Field
from tests.core.examples import enter_visit
from tests.pdf import line_of

PASSWORD = "a long password"


@pytest.fixture
def visit(session, patient):
    return enter_visit(
        session, patient, date(2026, 7, 20), "M2", scores=(3,) * 4 + (4,) + (3,) * 7, weight_kg=70.0
    )


def kept(session, patient, visit):
    record = session.record(patient.id)
    return {name: one.text for name, one in build.written(record, visit.id).items()}


def write(session, patient, visit, **texts):
    sheet_words.save(session, session.record(patient.id), visit.id, texts)


def test_a_text_is_kept_with_who_wrote_it_and_comes_back_the_next_morning(
    session, patient, visit, reopened
):
    write(session, patient, visit, headline=" You are doing well. ")
    again = reopened()
    (one,) = again.record(patient.id).sheet_texts
    assert (one.field, one.text, one.edited_by) == ("headline", "You are doing well.", "dr.demo")
    assert one.instead_of.startswith("This is your first visit.")
    about = About(patient_id=patient.id, visit_id=visit.id)
    document = reports.named("patient-sheet")
    pdf = document.make(documents.source(again, document, about))
    assert "You are doing well." in line_of(pdf)
    assert "This is your first visit." not in line_of(pdf)


def test_the_trail_says_which_field_of_which_visit_was_written_and_put_back(
    session, patient, visit
):
    write(session, patient, visit, agreed="Bring the mask.")
    record = session.record(patient.id)
    sheet_words.put_back(session, record, visit.id, Field.AGREED)
    entries = [e for e in session.trail.entries(patient_id=patient.id) if e.entity == "sheet_text"]
    back, written = entries if entries[0].sequence > entries[1].sequence else entries[::-1]
    names = session.trail.names(entries)
    assert trail_words.what(written, names).startswith(
        "Patient sheet, “What we agreed” of visit Month 2 entered: Bring the mask."
    )
    assert written.actor == "dr.demo" and written.reason == "patient sheet"
    assert "removed" in trail_words.what(back, names)
    assert kept(session, patient, visit) == {}


def test_the_programs_own_words_are_not_kept(session, patient, visit):
    record = session.record(patient.id)
    words = sheet_words.program(session, record, visit.id)
    write(session, patient, visit, **{Field.HEADLINE: words[Field.HEADLINE], Field.NEXT: "Soon."})
    assert kept(session, patient, visit) == {Field.NEXT: "Soon."}
    write(session, patient, visit, **{Field.NEXT: words[Field.NEXT]})
    assert kept(session, patient, visit) == {}


def test_an_emptied_field_stays_empty(session, patient, visit):
    write(session, patient, visit, call_us="")
    assert kept(session, patient, visit) == {Field.CALL_US: ""}
    sheet = build.build(session.record(patient.id), visit.id, session.clinic, {})
    assert sheet.call_us == ""


def test_a_text_is_of_its_visit_alone(session, patient, visit):
    later = enter_visit(
        session, patient, date(2026, 9, 20), "M4", scores=(3,) * 4 + (4,) + (3,) * 7
    )
    write(session, patient, visit, headline="Only here.")
    assert kept(session, patient, later) == {}


def test_no_signature_is_void_and_a_signed_visit_is_written_about(session, patient, visit, key):
    keys.write(session.path, keys.with_password(keys.new_ring(), key, "dr.demo", PASSWORD))
    later = enter_visit(
        session, patient, date(2026, 9, 20), "M4", scores=(3,) * 4 + (4,) + (3,) * 7
    )
    for one in (visit, later):
        shown = signing.look(session, session.record(patient.id), one.id)
        signing.sign(session, shown, Meaning.REVIEWED, PASSWORD)
    before = [signing.data_hash(session.record(patient.id), one.id) for one in (visit, later)]
    write(session, patient, visit, headline="You are doing well.", agreed="Bring the mask.")
    write(session, patient, visit, headline="You are doing very well.")
    record = session.record(patient.id)
    sheet_words.put_back(session, record, visit.id, Field.AGREED)
    record = session.record(patient.id)
    assert kept(session, patient, visit) == {Field.HEADLINE: "You are doing very well."}
    assert [signing.data_hash(record, one.id) for one in (visit, later)] == before
    assert [(one.valid, one.changes) for one in signing.states(session, record)] == [(True, ())] * 2
    assert session.trail.verify().problem == ""


def test_the_monitor_reads_and_writes_nothing(session, patient, visit):
    with session.write("people"):
        session.users.save(new_user("mona", "M. Onitor", Role.MONITOR))
    session.login = "mona"
    session._look_up_rights()
    record = session.record(patient.id)
    assert not sheet_words.may_write(session, record)
    with pytest.raises(NotAllowed):
        write(session, patient, visit, headline="x")
    document = reports.named("patient-sheet")
    assert documents.may_see(session, document) and not documents.may_take(session, document)


def test_the_nurse_writes_and_prints_and_the_administrator_does_not_see_it(session, patient, visit):
    people = (("nina", Role.NURSE), ("adam", Role.ADMINISTRATOR))
    with session.write("people"):
        for login, role in people:
            session.users.save(new_user(login, login, role))
    document = reports.named("patient-sheet")
    session.login = "nina"
    session._look_up_rights()
    write(session, patient, visit, headline="By the nurse.")
    assert session.record(patient.id).sheet_texts[0].edited_by == "nina"
    about = About(patient_id=patient.id, visit_id=visit.id)
    documents.write_down(session, document, documents.source(session, document, about), Act.PRINTED)
    ((entry, *_rest), _below) = session.trail.page(TrailFilter())
    assert trail_words.what(entry, trail_words.Names()) == "printed: document patient sheet"
    session.login = "adam"
    session._look_up_rights()
    assert not documents.may_see(session, document)
    with pytest.raises(NotAllowed):
        documents.source(session, document, about)


def test_what_was_written_is_in_the_casebook(session, patient, visit):
    write(session, patient, visit, headline="You are doing well.")
    casebook = reports.named("casebook")
    about = About(patient_id=patient.id)
    words = line_of(casebook.make(documents.source(session, casebook, about)))
    assert "First sentences You are doing well. Dr. Demo, " in words


def test_a_locked_patient_is_not_written_about_but_a_locked_visit_is(session, patient, visit):
    locking.lock_visit(session, patient.id, visit.id, "looked at")
    assert sheet_words.may_write(session, session.record(patient.id))
    write(session, patient, visit, headline="After the lock.")
    assert kept(session, patient, visit) == {Field.HEADLINE: "After the lock."}
    locking.lock_patient(session, patient.id, "closed")
    assert not sheet_words.may_write(session, session.record(patient.id))
    with pytest.raises(Locked):
        write(session, patient, visit, headline="Later.")
