"""A document or an export is one entry of a registry: who may have it, what it is made of, what the trail says."""

import csv
import io
import json
from datetime import date

import pytest

from core import exports, imports, reports
from core.acts import documents
from core.errors import NotAllowed
from core.model.document import About, OfFile, OfNothing, OfPatient, OfTrail, OfUsers, OfVisit
from core.model.trail import Act
from core.model.user import RIGHTS, Right, Role
from core.session import Session
from core.spreadsheets import restored
from core.views import trail_words
from tests import made_up_documents as made_up
from tests.core.clinic_of_four import LOGIN, copied, make
from tests.core.examples import a_patient, a_visit

REGISTERED = [*reports.REPORTS, *exports.EXPORTS]


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """With one patient and one visit."""
    path = tmp_path_factory.mktemp("four") / "clinic.als"
    key = make(path)
    session = Session(path, key, LOGIN[Role.NURSE])
    patient = a_patient()
    with session.write():
        session.patients.save(patient)
        session.visits.save(a_visit(patient, date(2026, 6, 17), "M4"))
    session.close()
    return path, key


@pytest.fixture
def as_role(four, tmp_path):
    """``as_role(Role.NURSE)``: the clinic of four, opened by whoever has that role there."""
    opened = []

    def open_it(role):
        for one in opened:
            one.close()
        path = tmp_path / role.value
        path.mkdir()
        opened.append(Session(copied(four[0], path), four[1], LOGIN[role]))
        return opened[-1]

    yield open_it
    opened[-1].close()


@pytest.fixture
def registered(monkeypatch):
    """A made-up document and a made-up export of everything that something can be made of."""
    letters = [made_up.report(of) for of in made_up.KINDS]
    tables = [made_up.export(of) for of in made_up.KINDS]
    monkeypatch.setattr(reports, "REPORTS", (*reports.REPORTS, *letters))
    monkeypatch.setattr(exports, "EXPORTS", (*exports.EXPORTS, *tables))
    return [*letters, *tables]


def asked(session):
    """What a person asks all of them of."""
    if not session.may(Right.READ):
        return About()
    (patient, *_more) = session.patients.all()
    (visit, *_others) = session.visits.of(patient.id)
    return About(patient_id=patient.id, visit_id=visit.id)


def test_every_entry_is_complete_and_no_id_is_given_twice():
    assert len({one.id for one in REGISTERED}) == len(REGISTERED)
    for one in REGISTERED:
        assert all((one.title, one.button, one.saving, one.called, one.stem))
    for one in imports.IMPORTS:
        assert all((one.title, one.choosing, one.hint, one.files, one.reason))
        assert imports.named(one.id) is one


@pytest.mark.parametrize("role", Role)
def test_a_made_up_document_is_made_and_written_down_for_whom_it_is_for(registered, as_role, role):
    session = as_role(role)
    for one in registered:
        about = asked(session)
        patient_id = about.patient_id if issubclass(one.of, OfPatient) else None
        if one.right not in RIGHTS[role]:
            assert one not in documents.offered(session, one.of)
        elif role is Role.MONITOR and one.holds_patients:  # reads, but takes nothing along
            assert one in documents.offered(session, one.of)
            assert not documents.may_take(session, one)
        else:
            made = documents.export(session, one, about)
            assert made.startswith(b"%PDF" if one.ending == "pdf" else b"\xef\xbb\xbf")
            (entry,) = session.trail.entries(limit=1)
            assert entry.entity == Act.EXPORTED and entry.patient_id == patient_id
            assert json.loads(entry.after)["document"] == one.called
            said = trail_words.what(entry, session.trail.names([entry]))
            assert said.startswith(f"exported: document {one.called}")
            continue
        before = session.trail_head
        with pytest.raises(NotAllowed):
            documents.export(session, one, about)
        assert session.trail_head == before


def test_what_left_is_counted_in_the_trail(registered, as_role):
    session = as_role(Role.ADMINISTRATOR)
    for of, name in ((OfUsers, "users"), (OfTrail, "entries")):
        one = made_up.export(of)
        made_of = documents.source(session, one, About())
        documents.write_down(session, one, made_of, Act.PRINTED)
        (entry,) = session.trail.entries(limit=1)
        assert json.loads(entry.after)[name] == made_of.counts[name] > 1
    session = as_role(Role.NEUROLOGIST)
    made_of = documents.source(session, made_up.export(OfFile), About())
    assert made_of.counts == {"patients": len(session.patients.all())}


def test_the_head_on_a_document_is_the_trails_end_after_it_was_written_down(as_role):
    session = as_role(Role.NURSE)
    one = made_up.report(OfNothing)
    made_of = documents.source(session, one, About())
    written = documents.write_down(session, one, made_of, Act.EXPORTED)
    assert made_of.head != written.head == session.trail_head


def test_no_cell_of_an_export_becomes_a_formula_and_our_reader_takes_away_what_was_added(as_role):
    made = documents.export(as_role(Role.NURSE), made_up.export(OfNothing), About())
    titles, *rows = csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""))
    assert titles == ["'=of", "what"]
    cells = [row[1] for row in rows]
    assert [restored(one) for one in cells] == list(made_up.FORMULAS)
    assert cells[:6] == [f"'{one}" for one in made_up.FORMULAS[:6]]
    assert cells[6:] == list(made_up.FORMULAS[6:]), "numbers and dates stay what they are"


def test_a_document_of_a_visit_knows_its_visit_and_whose_it_is(as_role):
    session = as_role(Role.NURSE)
    about = asked(session)
    made_of = documents.source(session, made_up.report(OfVisit), about)
    visit = session.record(about.patient_id).visit(about.visit_id)
    assert made_of.visit == visit and made_of.visit_code == visit.code
    assert made_of.whose == (made_of.record.patient.record_number, visit.date)
    of_patient = documents.source(session, made_up.report(OfPatient), about)
    assert of_patient.visit_code == "" and of_patient.whose[0] == made_of.whose[0]
