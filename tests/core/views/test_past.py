"""What of a record is different today, and the moments that a chart goes back to."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.entering.visit.draft import Draft
from core.forms import catalog
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.assessment import Answer
from core.model.form_record import FormRecord, Item
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.trail import MomentKind
from core.views import past
from tests.core.examples import a_form, a_patient, a_record, a_spirometry, a_visit, enter_visit
from tests.core.laboratory.made_up import a_result

PATIENT = a_patient(height_cm=176)
M4, M6 = date(2026, 9, 20), date(2026, 11, 28)
SCORES = (4, 4, 3, 2, 2, 1, 2, 2, 2, 3, 3, 3)


@pytest.fixture
def then():
    visit = a_visit(PATIENT, M4, "M4", weight_kg=71.2)
    return a_record(
        PATIENT,
        visit,
        assessments=(a_form(visit, SCORES),),
        spirometry=(a_spirometry(visit, 1950),),
    )


def a_form_record(form, values, **more):
    defined = catalog.newest()[form]
    return FormRecord(
        patient_id=PATIENT.id,
        form=form,
        version=defined.version,
        entered_by="demo",
        entered_at=datetime(2026, 9, 20, 9, tzinfo=UTC),
        items={name: Item(value=value) for name, value in values.items()},
        course=defined.course,
        **more,
    )


def said(then, today):
    return [one.text for one in past.different(then, today)]


def test_nothing_is_different_where_nothing_was_changed(then):
    assert past.different(then, then) == () and past.since_then(then, then) == ()


def test_a_corrected_answer_weight_and_height_are_named_with_their_points(then):
    (visit,), (form,) = then.visits, then.assessments
    corrected = form.with_answer("walking", Answer(item="walking", value=1))
    today = replace(
        then,
        patient=replace(PATIENT, height_cm=181),
        visits=(replace(visit, weight_kg=70.0),),
        assessments=(corrected,),
    )
    found = past.different(then, today)
    assert [one.text for one in found] == [
        "Height: 176 cm then, 181 cm today",
        "Month 4, weight: 71.2 kg then, 70.0 kg today",
        "Month 4, 8 Walking: 2 then, 1 today",
    ]
    assert found[1].points == (("weight", M4),)
    assert found[2].points == (("total", M4), ("gross_motor", M4))
    assert past.by_visit(found) == {None: 1, visit.id: 2}


def test_what_is_gone_and_what_was_added_to_a_visit_are_different(then):
    form = then.assessments[0].with_answer("walking", None)
    today = replace(then, spirometry=(), assessments=(form,))
    assert "Month 4, 8 Walking: 2 then, not there today" in said(then, today)
    assert any(
        "FVC, seated: 1.95 L" in one and "not there today" in one for one in said(then, today)
    )
    assert "Month 4, 8 Walking: not there then; today 2" in said(today, then)


def test_what_came_later_is_counted_and_no_difference(then):
    later = a_visit(PATIENT, M6, "M6", weight_kg=70.0)
    event = AdverseEvent(
        patient_id=PATIENT.id,
        term="Fall",
        onset=PartialDate.of(M6),
        grade=Grade.MILD,
        serious=False,
        outcome=Outcome.RECOVERED,
    )
    today = replace(then, visits=(*then.visits, later), events=(event,))
    assert past.different(then, today) == ()
    assert past.since_then(then, today) == ("Entered since then: 1 visit, 1 adverse event.",)


RILUZOLE = {
    "substance": "Riluzole",
    "dose": 50,
    "unit": "mg",
    "started": "2026-05",
    "ongoing": 1,
}


def test_a_medicine_that_was_changed_is_named_with_what_was_changed(then):
    one = a_form_record("medicine", RILUZOLE)
    ended = one.with_item("ongoing", Item(value=0)).with_item("ended", Item(value="2026-09-01"))
    changed = ended.with_item("dose", Item(value=100))
    was, today = replace(then, forms=(one,)), replace(then, forms=(changed,))
    assert said(was, today) == [
        "Medicine “Riluzole”, single dose: 50 mg then, 100 mg today",
        "Medicine “Riluzole”, is it still taken?: yes then, no today",
        "Medicine “Riluzole”, until: not there then; today 1 Sep 2026",
    ]
    assert said(was, then) == ["Medicine “Riluzole”: entered then, not there today"]


def test_what_is_new_of_the_patient_is_named_and_what_is_of_a_visit_is_counted(then):
    medicine = a_form_record("medicine", RILUZOLE)
    fall = a_form_record("falls", {"day": "2026-10-12", "place": "stairs", "injury": "none"})
    (visit,) = then.visits
    signs = a_form_record("vital_signs", {"pulse": 72}, visit_id=visit.id)
    today = replace(then, forms=(medicine, fall, signs))
    assert past.since_then(then, today) == (
        "Entered since then: 1 record of a form.",
        "New since then, medicines: Riluzole 50 mg.",
        "New since then, falls: Fall on the stairs, no injury.",
    )


def test_a_single_measurement_and_a_laboratory_result_have_their_points(then):
    (visit,) = then.visits
    snip = Measurement(visit_id=visit.id, kind="snip", value=44.0)
    ck = a_result("ck", "277", visit_id=visit.id, taken_on=M4)
    was = replace(then, measurements=(snip,), laboratory=(ck,))
    today = replace(then, measurements=(replace(snip, value=40.0),), laboratory=())
    first, second = past.different(was, today)
    assert first.text == "Month 4, SNIP: 44 cmH2O then, 40 cmH2O today"
    assert first.points == (("measurement.snip", M4),)
    assert second.text.startswith("CK, sample of ") and "277" in second.text
    assert second.points == (("laboratory.ck", ck.taken_on),)


def test_an_event_that_was_graded_anew_is_different(then):
    event = AdverseEvent(
        patient_id=PATIENT.id,
        term="Fall",
        onset=PartialDate.of(M4),
        grade=Grade.MILD,
        serious=False,
        outcome=Outcome.RECOVERED,
    )
    was = replace(then, events=(event,))
    today = replace(then, events=(replace(event, grade=Grade.SEVERE),))
    assert said(was, today) == ["Fall, grade: 1 then, 3 today"]


def test_the_moments_are_the_visits_finished_and_what_was_corrected(session):
    patient = a_patient(registered_on=date(2026, 1, 1))
    with session.write("registered"):
        session.patients.save(patient)
    visit = enter_visit(session, patient, M4, "M4", scores=SCORES)
    draft = Draft(session, patient.id, visit.id)
    draft.reopen("misread")
    with session.write("misread"):
        session.patients.save(replace(patient, height_cm=176.0))
    found = session.trail.moments(patient.id)
    kinds = [one.kind for one in found]
    assert kinds == [MomentKind.REGISTERED, MomentKind.FINISHED, MomentKind.CORRECTED]
    assert found[1].visit_id == visit.id
    finished = session.record_as_of(patient.id, found[1].sequence)
    assert finished.finished_visits and finished.assessments[0].values, "all of its write"
    assert finished.patient.height_cm is None
    assert session.record_as_of(patient.id, found[2].sequence) == session.record(patient.id)
    text = past.moment_text(finished, found[1], {found[1].actor: "A. Nurse"})
    assert text.startswith("Month 4 finished, A. Nurse, ")
