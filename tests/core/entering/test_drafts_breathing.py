"""Several sessions of spirometry at one visit, and single measurements, entered without a window."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entering.visit.steps import StepState
from core.entering.visit.unsaved import typed_in
from core.entering.visit_entry import check_fev1, read_measurement
from core.entry import Problem
from core.model.assessment import NotDone
from core.model.measurement import Measurement, kinds
from core.model.nouns import MEASUREMENTS, SPIROMETRY
from core.model.spirometry import Blow, Position, TestType
from core.model.visit import VisitState
from tests.core.examples import a_routine_patient

DAY = date(2026, 7, 21)
FVC_SEATED = (TestType.FVC, Position.SITTING)
FVC_SUPINE = (TestType.FVC, Position.SUPINE)


@pytest.fixture
def routine(session):
    patient = a_routine_patient(record_number="8", height_cm=170)
    with session.write("registered"):
        session.patients.save(patient)
    return patient


@pytest.fixture
def draft(session, routine):
    visit_id = beginning.start_visit(session, routine.id, "R3", DAY)
    return Draft(session, routine.id, visit_id)


def again(draft, session):
    """The same visit as it is resumed from the file."""
    return Draft(session, draft.record.patient.id, draft.visit.id)


def kinds_of(draft):
    return [(one.test_type, one.position) for one in draft.spirometry.all]


def blow(volume_ml, **rest):
    return (Blow(number=1, volume_ml=volume_ml, **rest),)


def step(draft, name):
    return next(one for one in draft.steps() if one.id == name)


def messages(draft, name=SPIROMETRY):
    return [point.problem.message for point in draft.open_points() if point.step == name]


def test_a_second_session_is_another_one_and_both_are_in_the_file(draft, session):
    draft.spirometry.save(replace(draft.spirometry.entered, blows=blow(3200, fev1_ml=2600)))
    draft.spirometry.add()
    assert kinds_of(draft) == [FVC_SEATED, FVC_SUPINE]
    assert draft.spirometry.entered.blows == ()
    draft.spirometry.save(replace(draft.spirometry.entered, blows=blow(2700)))
    assert [s.blows for s in again(draft, session).spirometry.all] == [
        blow(3200, fev1_ml=2600),
        blow(2700),
    ]


def test_adding_a_session_keeps_the_one_that_is_still_empty(draft, session):
    draft.spirometry.add()
    assert kinds_of(again(draft, session)) == [FVC_SEATED, FVC_SUPINE]


def test_a_session_is_taken_up_where_it_was_turned_to_even_when_its_place_changes(draft):
    draft.spirometry.add()
    supine = draft.spirometry.entered
    draft.spirometry.turn_to(draft.spirometry.all[0].id)
    seated = draft.spirometry.entered
    draft.spirometry.save(replace(seated, test_type=TestType.SVC))
    assert draft.spirometry.entered.id == seated.id
    assert [s.id for s in draft.spirometry.all] == [supine.id, seated.id]


def test_the_same_test_in_the_same_position_is_refused(draft, session):
    draft.spirometry.save(replace(draft.spirometry.entered, blows=blow(3200)))
    draft.spirometry.add()
    twin = replace(draft.spirometry.entered, position=Position.SITTING, blows=blow(3100))
    with pytest.raises(ValueError, match="FVC, seated was entered at this visit already"):
        draft.spirometry.save(twin)
    assert [s.blows for s in again(draft, session).spirometry.all] == [blow(3200), ()]
    # The other visits of the patient have nothing to do with it.
    other = beginning.start_visit(session, draft.record.patient.id, None, DAY)
    here = Draft(session, draft.record.patient.id, other)
    here.spirometry.save(replace(here.spirometry.entered, blows=blow(3000)))
    assert kinds_of(here) == [FVC_SEATED]


def test_every_session_needs_its_blows_or_its_reason(draft):
    assert messages(draft) == ["Spirometry: enter at least one blow, or say why it was not done."]
    draft.spirometry.save(replace(draft.spirometry.entered, height_cm=None, blows=blow(3200)))
    draft.spirometry.add()
    assert "FVC, supine: enter at least one blow, or say why it was not done." in messages(draft)
    assert step(draft, SPIROMETRY).state is StepState.STARTED
    draft.spirometry.save(replace(draft.spirometry.entered, not_done=NotDone.TOO_UNWELL))
    assert not any(p.blocks for p in draft.open_points() if p.step == SPIROMETRY)
    assert (step(draft, SPIROMETRY).state, step(draft, SPIROMETRY).hint) == (
        StepState.DONE,
        "2 tests",
    )


@pytest.mark.parametrize("name", ["height", "device_percent"])
def test_half_a_value_of_a_session_that_was_not_done_is_not_dropped(draft, name):
    one = replace(draft.spirometry.entered, not_done=NotDone.TOO_UNWELL)
    draft.spirometry.save(one)
    draft.unsaved.save(typed_in(one, name), "17x")
    (point,) = [p for p in draft.open_points() if p.step == SPIROMETRY]
    assert (point.blocks, point.field) == (True, typed_in(one, name))


@pytest.mark.parametrize(
    ("blows", "typed", "field"),
    [
        (blow(2700), {}, "blow.1"),
        ((), {"blow.2": "2.6x"}, "blow.2"),
        ((), {"fev1.3": "2.1"}, "fev1.3"),
        ((), {"remark.1": "leaked at the lips"}, "remark.1"),
    ],
    ids=["a blow", "half a blow", "an FEV1", "a remark"],
)
def test_blows_of_a_session_that_was_not_done_block(draft, session, blows, typed, field):
    one = replace(draft.spirometry.entered, not_done=NotDone.TOO_UNWELL, blows=blows)
    draft.spirometry.save(one)
    for name, text in typed.items():
        draft.unsaved.save(typed_in(one, name), text)
    (point,) = [p for p in again(draft, session).open_points() if p.step == SPIROMETRY]
    assert (point.blocks, point.field) == (True, typed_in(one, field))
    assert point.problem.message == (
        "Spirometry: blows are entered, but the session is marked not done: clear one of them."
    )
    draft.spirometry.save(replace(one, blows=()))
    for name in typed:
        draft.unsaved.save(typed_in(one, name), "")
    assert messages(draft) == []


def test_a_session_is_removed_with_its_blows_and_half_typed_text(draft, session):
    draft.spirometry.save(replace(draft.spirometry.entered, blows=blow(3200)))
    draft.spirometry.add()
    added = draft.spirometry.entered
    assert not draft.spirometry.has_entries(added)
    draft.spirometry.save(replace(added, blows=blow(2700)))
    draft.unsaved.save(typed_in(added, "blow.2"), "2.6x")
    with pytest.raises(ValueError, match="with a reason"):
        draft.spirometry.remove()
    draft.spirometry.remove("another patient's")
    assert draft.unsaved.texts == {}
    assert kinds_of(draft) == kinds_of(again(draft, session)) == [FVC_SEATED]
    removed = list(session._db.query("SELECT reason FROM audit WHERE after IS NULL"))
    assert {row["reason"] for row in removed} == {"another patient's"}


@pytest.mark.parametrize(
    "left",
    [
        {"blows": blow(2700)},
        {"not_done": NotDone.REFUSED},
        {"device_percent": 71.0},
    ],
    ids=str,
)
def test_nothing_that_was_entered_goes_without_a_reason(draft, left):
    draft.spirometry.add()
    draft.spirometry.save(replace(draft.spirometry.entered, **left))
    with pytest.raises(ValueError, match="with a reason"):
        draft.spirometry.remove(" ")


def test_a_finished_visit_loses_and_gains_no_session(draft, session):
    draft.spirometry.add()
    for one in draft.spirometry.all:
        draft.spirometry.save(replace(one, blows=blow(3000)))
    closed = replace(draft.visit, state=VisitState.FINISHED, finished_at=draft.visit.started_at)
    with session.write("visit finished"):
        session.visits.save(closed)
    draft = again(draft, session)
    for change in (lambda: draft.spirometry.remove("why not"), draft.spirometry.add):
        with pytest.raises(ValueError, match="finished"):
            change()


def test_the_date_of_the_visit_moves_all_its_sessions(draft, session):
    draft.spirometry.add()
    earlier = date(2026, 7, 14)
    draft.save_details(on=earlier, mode=None, respondent=None, weight_kg=None)
    assert {s.date for s in again(draft, session).spirometry.all} == {earlier}


@given(st.integers(1, 12000), st.integers(1, 12000))
def test_an_fev1_is_a_part_of_its_fvc(fev1_ml, volume_ml):
    assert (check_fev1(fev1_ml, volume_ml, TestType.FVC) is None) == (fev1_ml <= volume_ml)
    assert check_fev1(fev1_ml, None, TestType.FVC) is not None
    assert check_fev1(fev1_ml, volume_ml, TestType.SVC) is not None


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("snip", "45", 45),
        ("snip", " 0 ", 0),
        ("snip", "250", 250),
        ("paco2", "45,5", 45.5),
        ("paco2", "45.0", 45),
        ("paco2", "۴۵٫۵", 45.5),
        ("alt_uln", "5.1", 5.1),
        ("epworth", "", None),
    ],
)
def test_measurements_are_read_in_their_unit(kind, text, value):
    assert read_measurement(kinds()[kind], text) == value


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("snip", "45.5", "“45.5” is not a whole number. Type it without decimals."),
        ("snip", "-45", "-45 is out of range. Type a number from 0 to 250 cmH2O."),
        ("snip", "251", "251 is out of range. Type a number from 0 to 250 cmH2O."),
        ("spo2", "39", "39 is out of range. Type a number from 40 to 100 %."),
        ("spo2", "about 90", "“about 90” is not a number. Type one from 40 to 100 %."),
        ("paco2", "6.0", "6.0 is out of range. Type a number from 10 to 200 mmHg."),
        ("paco2", "45.25", "“45.25” has too many decimals. Type 1 at most."),
        ("epworth", "25", "25 is out of range. Type a number from 0 to 24 points."),
    ],
)
def test_what_is_no_measurement_is_refused_in_a_sentence(kind, text, sentence):
    assert read_measurement(kinds()[kind], text) == Problem(sentence)


@given(st.sampled_from(list(kinds().values())), st.data())
def test_every_value_a_kind_can_have_is_read_back_as_it_is_shown(kind, data):
    steps = 10**kind.decimals
    value = data.draw(st.integers(round(kind.low * steps), round(kind.high * steps))) / steps
    assert read_measurement(kind, f"{value:g}") == value


def test_measurements_are_asked_where_the_schedule_lists_them(draft, session, patient):
    assert MEASUREMENTS in {one.id for one in draft.steps()}
    patient_id = draft.record.patient.id
    between = beginning.start_visit(session, patient_id, None, DAY)
    assert Draft(session, patient_id, between).asks(MEASUREMENTS)
    trial = Draft(session, patient.id, beginning.start_visit(session, patient.id, "M2", DAY))
    assert MEASUREMENTS not in {one.id for one in trial.steps()}


def test_measurements_are_optional_and_what_is_entered_is_in_the_file(draft, session):
    optional = step(draft, MEASUREMENTS)
    assert (optional.state, optional.hint, optional.optional) == (
        StepState.EMPTY,
        "optional",
        True,
    )
    assert messages(draft, MEASUREMENTS) == []
    snip = Measurement(visit_id=draft.visit.id, kind="snip", value=45, note="left side")
    mip = Measurement(visit_id=draft.visit.id, kind="mip", not_done=NotDone.NO_EQUIPMENT)
    draft.measurements.save(snip)
    draft.measurements.save(mip)
    assert (step(draft, MEASUREMENTS).state, step(draft, MEASUREMENTS).hint) == (
        StepState.DONE,
        "1 entered",
    ), "a reason is no value"
    resumed = again(draft, session)
    assert (resumed.measurements.of("snip"), resumed.measurements.of("mip")) == (snip, mip)
    assert resumed.measurements.of("pcf") is None
    assert resumed.record.measured("snip") == ((DAY, 45),)
    assert resumed.record.measured("mip") == (), "a reason is no value"
    resumed.measurements.remove("mip")
    assert again(draft, session).measurements.of("mip") is None


def test_half_a_measurement_stands_in_the_way_until_it_is_mended(draft):
    draft.unsaved.save("measurement.value.snip", "4x")
    draft.unsaved.save("measurement.note.pcf", "with a mask")
    assert messages(draft, MEASUREMENTS) == [
        "“4x” is not a number. Type one from 0 to 250 cmH2O.",
        "There is a note but no measurement: enter the value, say why not, or clear it.",
    ]
    assert all(p.blocks for p in draft.open_points() if p.step == MEASUREMENTS)
    assert step(draft, MEASUREMENTS).state is StepState.STARTED


def test_a_visit_with_nothing_but_a_measurement_is_not_thrown_away(session, routine):
    visit_id = beginning.start_visit(session, routine.id, "R3", clock.today())
    draft = Draft(session, routine.id, visit_id)
    assert draft.untouched
    draft.measurements.save(Measurement(visit_id=visit_id, kind="spo2", value=96))
    assert not draft.untouched


def test_discarding_a_visit_takes_its_measurements_and_sessions_along(draft, session):
    draft.spirometry.add()
    draft.measurements.save(Measurement(visit_id=draft.visit.id, kind="snip", value=45))
    patient_id = draft.record.patient.id
    draft.discard("begun for the wrong patient")
    record = session.record(patient_id)
    assert (record.visits, record.spirometry, record.measurements) == ((), (), ())
