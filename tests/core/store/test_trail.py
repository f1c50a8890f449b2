"""Reading the trail: filters, pages, names of what was removed, and what is hidden from whom."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.model.assessment import Answer
from core.model.trail import Act, TrailFilter
from core.model.user import Role
from core.session import Session, new_user
from core.store import trail
from core.views.trail_values import visit_words
from core.views.trail_words import what
from tests.core.examples import a_patient


@pytest.fixture
def busy(session, patient, visit_day):
    """Two patients, a visit, a second person; answers the visit."""
    visit = visit_day(date(2026, 7, 21), "M2", scores=(3,) * 12, blows=(3200,))
    with session.write("registered"):
        session.patients.save(a_patient(record_number="8"))
        session.users.save(new_user("n.urse", "N. Urse", Role.NURSE))
    session.record_act(Act.VIEWED, patient_id=patient.id)
    return visit


def listed(session, **filters):
    """Every entry that fits, by asking page after page."""
    pages = session.trail.all_pages(TrailFilter(**filters))
    return [entry.sequence for page in pages for entry in page]


def test_pages_hold_every_entry_once_the_newest_first(session, busy, monkeypatch):
    for page, span in ((200, 10_000), (3, 10_000), (5, 4)):
        monkeypatch.setattr(trail, "PAGE", page)
        monkeypatch.setattr(trail, "SPAN", span)
        assert listed(session) == [*range(session.trail_head.sequence, 0, -1)]
        of_patient = [one.sequence for one in session.trail.entries(patient_id=busy.patient_id)]
        assert listed(session, patient_id=busy.patient_id) == of_patient
        kinds = frozenset({"answer", "blow"})
        assert listed(session, kinds=kinds) == sorted(
            (one.sequence for kind in kinds for one in session.trail.entries(entity=kind)),
            reverse=True,
        )


def test_an_empty_page_says_where_to_go_on(session, busy, monkeypatch):
    monkeypatch.setattr(trail, "SPAN", 2)
    entries, below = session.trail.page(TrailFilter(kinds=frozenset({"clinic"})))
    assert entries == () and below == session.trail_head.sequence - 1


def test_filters_by_person_and_time(session, busy, patient, clinic_path, key):
    session.close()
    nurse = Session(clinic_path, key, "n.urse")
    with nurse.write("corrected"):
        nurse.patients.save(replace(patient, note="typed by the nurse"))
    (last,) = nurse.trail.entries(actor="N.Urse")
    assert (last.actor, last.reason) == ("n.urse", "corrected")
    assert listed(nurse, since=last.at) == [last.sequence]
    assert last.sequence not in listed(nurse, until=last.at)
    assert listed(nurse, since=last.at + timedelta(seconds=1)) == []
    nurse.close()


def test_what_was_removed_still_has_its_name(session, busy):
    with session.write("wrong patient"):
        session.visits.remove(busy.id)
    entries = session.trail.entries(patient_id=busy.patient_id)
    names = session.trail.names(entries)
    assert visit_words(names.visits[busy.id]) == "visit Month 2"
    removed = [what(one, names) for one in entries if one.reason == "wrong patient"]
    assert "ALSFRS-R answer “walking” of visit Month 2 removed: 3" in removed
    assert any(
        text.startswith("Blow 1 of visit Month 2 removed: volume 3200 mL") for text in removed
    )


def test_r16_who_reads_no_charts_sees_acts_and_users_but_no_clinical_value(
    session, busy, patient, clinic_path, key
):
    """R16: an administrator looks after the trail without reading a patient in it."""
    with session.write("changed for Rahimi's sake"):
        session.users.save(new_user("admin", "A. Dmin", Role.ADMINISTRATOR))
        session.assessments.save_answer(
            busy.id, "alsfrs-r", "walking", Answer(item="walking", value=2)
        )
    session.close()
    admin = Session(clinic_path, key, "admin")
    entries = [one for page in admin.trail.all_pages(TrailFilter()) for one in page]
    names = admin.trail.names(entries)
    clinical = [one for one in entries if one.entity in {"patient", "visit", "answer", "blow"}]
    assert len(clinical) > 10
    for one in clinical:
        assert (one.before, one.after, one.row, one.patient_id, one.reason) == (
            None,
            None,
            "",
            None,
            "",
        )
    (viewed,) = [one for one in entries if one.entity == Act.VIEWED]
    assert (viewed.actor, viewed.patient_id) == ("dr.demo", None)
    assert any(one.entity == "user" and "N. Urse" in one.after for one in entries)
    told = " ".join(what(one, names) for one in entries)
    assert "answer: clinical value" in told and "User admin entered" in told
    for secret in ("Rahimi", "Dara", "walking", "Month 2", "3200"):
        assert secret not in told
    assert listed(admin, patient_id=patient.id)  # whom it concerns is known to who knows the id ...
    assert all(one.patient_id is None for one in admin.trail.entries(patient_id=patient.id))
    admin.close()
