"""The neurologist's conclusion: who writes it, when, and what it does to signatures, locks and paper."""

from datetime import timedelta

import pytest

from core import clock
from core.acts import concluding, locking, signing
from core.acts.documents import source
from core.entering import typed_texts
from core.entering.visit.beginning import start_visit
from core.entering.visit.draft import Draft
from core.entering.visit.working_copy import PLACE
from core.errors import Locked, NotAllowed
from core.exports import named as export_named
from core.model import conclusion
from core.model.document import About
from core.model.signature import Meaning
from core.model.user import Clinic, Role
from core.reports import named
from core.session import Session, new_user
from core.views import visit_summary
from tests.core.examples import FULL, a_patient, enter_visit
from tests.pdf import text_of

PASSWORD = "winter garden 48"
WORDS = (
    "Stable since August.\nRiluzole goes on; cough assist is ordered.\nSee again in three months."
)


@pytest.fixture
def path(tmp_path):
    """Two finished visits of one patient, a neurologist and a nurse."""
    path = tmp_path / "clinic.als"
    session = Session.create(
        path,
        Clinic(name="ALS clinic", protocol="royan-2021"),
        new_user("dr.demo", "Dr. Demo"),
        PASSWORD,
        others=[
            (new_user("nurse", "N. Urse", Role.NURSE), PASSWORD),
            (new_user("dr.two", "Dr. Two"), PASSWORD),
        ],
    )
    today = clock.today()
    patient = a_patient(record_number="12", reference_on=today - timedelta(days=130))
    with session.write("registered"):
        session.patients.save(patient)
    for days, code in ((70, "M2"), (9, "M4")):
        enter_visit(session, patient, today - timedelta(days=days), code, scores=FULL)
    session.close()
    return path


@pytest.fixture
def opened(path):
    """``opened("nurse")``: the file as that person sees it."""
    sessions = []

    def open_as(login):
        while sessions:
            sessions.pop().close()
        sessions.append(Session.open(path, login, PASSWORD))
        return sessions[-1]

    yield open_as
    while sessions:
        sessions.pop().close()


def record_of(session):
    (patient,) = session.patients.all()
    return session.record(patient.id)


def visit_of(session, which=-1):
    return record_of(session).visits[which].id


def conclude(session, text=WORDS, which=-1, reason=""):
    concluding.save(session, record_of(session), visit_of(session, which), text, reason)


def begun(session):
    visit_id = start_visit(session, record_of(session).patient.id, "M6", clock.today())
    return record_of(session).visit(visit_id)


def sign(session, which=-1):
    shown = signing.look(session, record_of(session), visit_of(session, which))
    return signing.sign(session, shown, Meaning.REVIEWED, PASSWORD)


def states(session, which=-1):
    return signing.states(session, record_of(session), visit_of(session, which))


def unlock(session):
    for lock in session.locks.all():
        if lock.holds:
            locking.unlock(session, lock, reason="to correct it")


def summary(session, which=-1):
    record, visit_id = record_of(session), visit_of(session, which)
    signed = signing.states(session, record, visit_id)
    return visit_summary.build(record, visit_id, session.users.names(), signed=signed)


def test_it_is_added_to_a_finished_visit_and_says_who_wrote_it(opened):
    session = opened("dr.demo")
    before = record_of(session)
    conclude(session)
    shown = summary(session)
    assert shown.conclusion == WORDS
    assert shown.concluded.startswith("Dr. Demo, ")
    assert record_of(session).visits == before.visits  # nothing else of the visit changed
    assert summary(session, 0).conclusion == ""
    assert not any(group.title == "Conclusions" for group in shown.records)


def test_a_nurse_writes_none(opened):
    session = opened("nurse")
    assert not concluding.may_write(session, record_of(session), visit_of(session))
    with pytest.raises(NotAllowed):
        conclude(session)
    assert summary(session).conclusion == ""


def test_it_is_written_while_the_visit_is_in_progress(opened):
    session = opened("dr.demo")
    visit = begun(session)
    draft = Draft(session, visit.patient_id, visit.id)
    assert draft.untouched
    concluding.save(session, draft.record, visit.id, WORDS)
    draft.reload()
    assert not draft.untouched  # leaving it does not discard what was concluded
    assert draft.record.conclusion(visit.id) is not None
    assert not draft.asks(conclusion.FORM)  # it is no step of the nurse


def test_what_is_typed_is_kept_for_its_author_and_holds_nobody_up(opened):
    session = opened("dr.demo")
    visit = begun(session)
    kept = concluding.unsaved(record_of(session), visit.id, "Half a sen")
    concluding.keep(session, visit.id, kept)
    assert concluding.typed(session, visit.id)[0] == "Half a sen"
    assert not Draft(session, visit.patient_id, visit.id).untouched
    session = opened("nurse")
    assert concluding.typed(session, visit.id) is None
    draft = Draft(session, visit.patient_id, visit.id)
    assert draft.unsaved.waiting(mine=False) == ()
    assert not any("Unsaved text" in point.problem.message for point in draft.open_points())
    assert not draft.untouched  # or leaving it would discard what the neurologist typed
    session = opened("dr.demo")
    concluding.save(session, record_of(session), visit.id, "Half a sentence.")
    assert concluding.typed(session, visit.id) is None
    assert session.typed.waiting(PLACE, visit.id) == ()


def test_text_of_a_finished_visit_is_kept_too(opened):
    session = opened("dr.demo")
    visit_id = visit_of(session)
    concluding.keep(session, visit_id, concluding.unsaved(record_of(session), visit_id, WORDS))
    text, since = concluding.typed(session, visit_id)
    assert text == WORDS and since <= clock.now()
    other = typed_texts.since(session, PLACE, visit_id)
    assert other == since


def test_it_is_signed_with_the_visit(opened):
    session = opened("dr.demo")
    conclude(session)
    sign(session)
    (state,) = states(session)
    assert state.valid
    assert "cough assist is ordered" in state.signature.shown
    assert not concluding.may_write(session, record_of(session), visit_of(session))
    with pytest.raises(Locked):
        conclude(session, "Another.", reason="second thoughts")
    assert summary(session).conclusion == WORDS


def test_a_change_after_the_signature_voids_it_and_says_so(opened):
    session = opened("dr.demo")
    conclude(session)
    sign(session)
    unlock(session)
    with pytest.raises(ValueError, match="reason"):
        conclude(session, "Another.")
    assert states(session)[0].valid
    conclude(session, "Another.", reason="second thoughts")
    (state,) = states(session)
    assert not state.valid
    assert [change.by for change in state.changes] == ["Dr. Demo"] * len(state.changes)
    assert any("Conclusion" in change.what for change in state.changes)
    assert {change.reason for change in state.changes} == {"second thoughts"}


def test_one_that_is_added_to_a_signed_visit_needs_a_reason_and_voids_the_signature(opened):
    session = opened("dr.demo")
    sign(session)
    unlock(session)
    with pytest.raises(ValueError, match="reason"):
        conclude(session)
    conclude(session, reason="forgotten when it was signed")
    (state,) = states(session)
    assert not state.valid and state.changes


def test_one_that_is_written_late_voids_no_signature_of_another_visit(opened):
    """The later visit's summary does not show it, and so does not sign it."""
    session = opened("dr.demo")
    sign(session, which=-1)
    data = signing.data_hash(record_of(session), visit_of(session, -1))
    conclude(session, which=0)
    assert states(session, -1)[0].valid
    assert signing.data_hash(record_of(session), visit_of(session, -1)) == data
    conclude(session, "Otherwise.", which=0, reason="corrected")
    conclude(session, "", which=0, reason="not of this patient")
    assert states(session, -1)[0].valid
    assert summary(session, 0).conclusion == ""


def test_another_neurologist_corrects_it_with_a_reason_and_is_its_author(opened):
    session = opened("dr.demo")
    conclude(session)
    session = opened("dr.two")
    with pytest.raises(ValueError, match="reason"):
        conclude(session, "Otherwise.")
    conclude(session, "Otherwise.", reason="seen again")
    assert summary(session).concluded.startswith("Dr. Two, ")
    changes = session.trail.entries(patient_id=record_of(session).patient.id, entity="item")
    assert any("cough assist" in (one.before or "") for one in changes)  # the trail keeps the words


def test_it_is_on_paper_above_the_answers_in_full(opened):
    session = opened("dr.demo")
    visit = visit_of(session)
    report = named("visit-summary")
    about = About(patient_id=record_of(session).patient.id, visit_id=visit)
    assert "Conclusion" not in text_of(report.make(source(session, report, about)))
    conclude(session)
    printed = " ".join(text_of(report.make(source(session, report, about))).split())
    assert " ".join(WORDS.split()) in printed
    assert printed.index("Stable since August.") < printed.index("Speech")
    assert "Dr. Demo, " in printed


def test_it_stays_out_of_a_table_that_gives_nobody_away(opened):
    session = opened("dr.demo")
    conclude(session)
    patient_id = record_of(session).patient.id
    one = export_named("chart-data")
    table = one.make(source(session, one, About(patient_id=patient_id)))
    assert b"cough assist" not in table
