"""Now, and since last time: what runs and what comes; what changed between two visits; unknown is not unchanged."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings import alerts
from core.forms import catalog
from core.forms.definition import Form, Of
from core.instruments import catalog as instruments
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import NotDone
from core.model.form_record import FormRecord, Item, RecordCheck, Since
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import Sex
from core.model.visit import ClinicalStage
from core.protocols import catalog as protocols
from core.protocols.schedule import next_visit
from core.views import now as now_view
from core.views.now import in_full, now
from core.views.since_last import since_last
from tests.core.examples import (
    INFUSION,
    a_form,
    a_patient,
    a_record,
    a_routine_patient,
    a_spirometry,
    a_visit,
    answers,
)

PATIENT = a_patient(sex=Sex.MALE, born=date(1959, 3, 14), height_cm=176, registered_on=INFUSION)
M4, M6 = date(2026, 9, 20), date(2026, 11, 28)
TODAY = M6
BEFORE = (3, 4, 4, 2, 3, 2, 3, 3, 2, 2, 1, 2)
AFTER = (3, 3, 4, 1, 3, 2, 3, 3, 1, 2, 1, 2)


def two_visits(before=BEFORE, after=AFTER, **changes):
    """Month 4 and month 6, with the forms of both."""
    first = a_visit(PATIENT, M4, "M4", weight_kg=71.2, new_events=False)
    last = a_visit(PATIENT, M6, "M6", **{"weight_kg": 71.4, "new_events": False, **changes})
    forms = tuple(
        a_form(visit, scores)
        for visit, scores in ((first, before), (last, after))
        if scores is not None
    )
    return a_record(PATIENT, first, last, assessments=forms)


def said(record, today=TODAY):
    """Every line since last time, on lines of their own."""
    return "\n".join(line.text for part in since_last(record, today) for line in part.lines)


def now_of(record, today=TODAY):
    """Every part of now: its title and its lines."""
    parts = now(
        record,
        today,
        *alerts.open_and_decided(record, today),
        next_visit(record, protocols.of(record.patient), today),
    )
    return {part.title: [line.text for line in part.lines] for part in parts}


def a_form_record(form, values, *, defined=None, entered=TODAY):
    defined = defined or catalog.newest()[form]
    return FormRecord(
        patient_id=PATIENT.id,
        form=form,
        version=defined.version,
        entered_by="demo",
        entered_at=datetime.combine(entered, time(9), UTC),
        items={name: Item(value=value) for name, value in values.items()},
        course=defined.course,
    )


def medicine(substance, dose, started, **more):
    values = {"substance": substance, "dose": dose, "unit": "mg", "started": started, **more}
    return a_form_record("medicine", values)


def event(term, onset, **changes):
    given_ = {
        "patient_id": PATIENT.id,
        "term": term,
        "onset": onset,
        "grade": Grade.MILD,
        "serious": False,
        "outcome": Outcome.RECOVERED,
    }
    return AdverseEvent(**{**given_, **changes})


# The two visits.


def test_what_changed_between_two_visits_is_said_in_words():
    record = two_visits()
    (part,) = since_last(record, TODAY)
    assert part.title == "Since Month 4 (69 days)"
    assert part.beside == "20 Sep 2026 to 28 Nov 2026"
    lines = said(record).splitlines()
    assert lines[0] == "Salivation 4 → 3, handwriting 2 → 1, climbing stairs 2 → 1"
    assert lines[1] == "ALSFRS-R 31 → 28 of 48"
    assert "Weight 71.2 → 71.4 kg" in lines
    assert "Adverse events: asked, nothing new" in lines


def test_what_is_the_same_is_called_unchanged():
    record = two_visits(after=BEFORE, weight_kg=71.2)
    lines = said(record).splitlines()
    assert "ALSFRS-R 31 of 48: no answer changed" in lines
    assert "Weight 71.2 kg unchanged" in lines
    (stages,) = [line for line in lines if line.startswith("King's")]
    assert re.fullmatch(r"King's \S+ and MiToS .+ unchanged, estimated from ALSFRS-R", stages)


def test_a_stage_that_changed_stands_beside_the_one_that_did_not():
    worse = (*AFTER[:11], 1)
    lines = said(two_visits(before=(4,) * 12, after=worse)).splitlines()
    (stages,) = [line for line in lines if line.startswith("King's")]
    assert " → " in stages


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"weight_kg": None}, "Weight: not entered"),
        ({"new_events": None}, "Adverse events: not asked"),
        ({"new_events": True}, "Adverse events: something new, but no event was entered"),
        ({"clinical_stage": ClinicalStage.FOUR_B}, "Clinical King's 4B"),
    ],
)
def test_what_was_not_asked_or_not_entered_says_so(changes, line):
    assert line in said(two_visits(**changes)).splitlines()


def test_a_visit_without_the_questionnaire_says_so_and_calls_nothing_unchanged():
    lines = said(two_visits(after=None)).splitlines()
    assert "ALSFRS-R: no form at month 6" in lines
    assert not [line for line in lines if "unchanged" in line and "Weight" not in line]


def test_a_form_that_was_not_done_says_why():
    record = two_visits()
    first, last = record.assessments
    record = replace(
        record, assessments=(first, replace(last, answers={}, not_done=NotDone.TOO_UNWELL))
    )
    assert "ALSFRS-R: not done: too unwell" in said(record).splitlines()
    assert "King's" not in said(record)


@given(st.lists(st.none() | st.integers(0, 4), min_size=12, max_size=12), st.data())
def test_an_answer_is_told_only_where_both_visits_have_it_and_it_changed(after, data):
    before = data.draw(st.tuples(*[st.integers(0, 4)] * 12))
    text = said(two_visits(before=before, after=tuple(after)))
    instrument = instruments.alsfrs_r()
    for slot, was, is_ in zip(instrument.slots, before, after, strict=True):
        title = instrument.variants(slot)[0].title.lower()
        told = f"{title} {was} → {is_}" in text.lower()
        assert told is (is_ is not None and is_ != was)
    answered = sum(score is not None for score in after)
    if answered < 12:
        assert f"ALSFRS-R: {answered} of 12 answered" in text
        assert "no answer changed" not in text and "of 48" not in text
    elif tuple(after) == before:
        assert f"ALSFRS-R {sum(before)} of 48: no answer changed" in text
    else:
        assert f"ALSFRS-R {sum(before)} → {sum(after)} of 48" in text


def test_a_form_is_compared_with_the_last_complete_one_and_says_its_day():
    first = a_visit(PATIENT, date(2026, 7, 22), "M2")
    middle = a_visit(PATIENT, M4, "M4")
    last = a_visit(PATIENT, M6, "M6")
    forms = (a_form(first, BEFORE), a_form(last, AFTER))
    text = said(a_record(PATIENT, first, middle, last, assessments=forms))
    assert "ALSFRS-R 31 (22 Jul 2026) → 28 of 48" in text
    assert "climbing stairs 2 → 1 (22 Jul 2026)" in text


def test_an_answer_on_the_other_scale_names_both():
    record = two_visits()
    first, last = record.assessments
    on_b = answers(AFTER, "b")
    record = replace(record, assessments=(first, replace(last, answers=on_b)))
    assert "cutting food and handling utensils 3 (5a) → 3 (5b)" in said(record).lower()


def test_a_draft_is_no_visit_that_is_compared():
    record = two_visits()
    draft = a_visit(PATIENT, M6 + timedelta(days=1), finished=False, weight_kg=50)
    with_draft = replace(record, visits=(*record.visits, draft))
    assert since_last(with_draft, TODAY + timedelta(days=1)) == since_last(record, TODAY)


# Measurements.


def breathing(*tests):
    visits = tuple(a_visit(PATIENT, on, code) for on, code, _ml in tests)
    sessions = [
        a_spirometry(visit, *volumes)
        for visit, (_on, _code, volumes) in zip(visits, tests, strict=True)
        if volumes
    ]
    return a_record(PATIENT, *visits, spirometry=sessions)


def test_vital_capacity_is_told_in_per_cent_of_predicted():
    record = breathing((M4, "M4", (1950, 1940)), (M6, "M6", (1830, 1820)))
    (line,) = [line for line in said(record).splitlines() if line.startswith("FVC")]
    assert re.fullmatch(r"FVC \d\d\.\d → \d\d\.\d % predicted", line)


def test_vital_capacity_of_an_older_visit_says_its_day():
    record = breathing((date(2026, 7, 22), "M2", (1950,)), (M4, "M4", ()), (M6, "M6", (1830,)))
    assert re.search(r"FVC \d\d\.\d \(22 Jul 2026\) → \d\d\.\d % predicted", said(record))


def test_vital_capacity_by_another_equation_is_compared_in_litres():
    record = breathing((M4, "M4", (1950, 1940)), (M6, "M6", (1830, 1820)))
    first, last = record.spirometry
    record = replace(record, spirometry=(replace(first, equation="ecsc-1993"), last))
    assert "FVC 1.95 → 1.83 L" in said(record)


def test_vital_capacity_that_was_not_measured_says_so():
    record = breathing((M4, "M4", (1950, 1940)), (M6, "M6", ()))
    assert "FVC: not measured at month 6" in said(record).splitlines()


def test_a_first_value_is_called_the_first_one():
    record = breathing((M4, "M4", ()), (M6, "M6", (1830, 1820)))
    assert re.search(r"FVC \d\d\.\d % predicted, the first one", said(record))


def test_single_measurements_are_told_with_their_unit():
    record = two_visits()
    first, last = record.visits
    record = replace(
        record,
        measurements=(
            Measurement(visit_id=first.id, kind="pcf", value=210),
            Measurement(visit_id=last.id, kind="pcf", value=180),
            Measurement(visit_id=last.id, kind="snip", not_done=NotDone.REFUSED),
        ),
    )
    lines = said(record).splitlines()
    assert "PCF 210 → 180 L/min" in lines
    assert "SNIP: not done: refused" in lines


# What happened.


def test_events_that_began_or_ended_are_told_with_grade_and_day():
    record = replace(
        two_visits(),
        events=(
            event("Fall", PartialDate(2026, 11, 9)),
            event(
                "Pulmonary embolism",
                PartialDate(2026, 7, 24),
                grade=Grade.SEVERE,
                serious=True,
                ended=PartialDate(2026, 10, 9),
            ),
            event("Headache", PartialDate(2026, 7, 1), ended=PartialDate(2026, 7, 3)),
            event(
                "Stroke",
                PartialDate(2026, 10),
                grade=Grade.SEVERE,
                serious=True,
                outcome=Outcome.RECOVERING,
            ),
        ),
    )
    text = said(record)
    assert "Fall, grade 1, 9 Nov 2026: recovered" in text
    assert "Pulmonary embolism, grade 3, of 24 Jul 2026: recovered, 9 Oct 2026" in text
    assert "Stroke, grade 3, serious, Oct 2026: recovering" in text
    assert "Headache" not in text


def test_an_event_reported_at_the_visit_is_told_however_old_it_is():
    record = two_visits()
    late = event("Rash", PartialDate(2026, 6, 1), visit_id=record.visits[-1].id)
    assert "Rash, grade 1, 1 Jun 2026" in said(replace(record, events=(late,)))


def test_what_happened_after_the_last_visit_stands_by_itself():
    record = replace(
        two_visits(),
        events=(event("Fall", PartialDate(2026, 12, 3)), event("Cough", PartialDate(2026, 11))),
        milestones=(
            Milestone(
                patient_id=PATIENT.id,
                kind=MilestoneKind.DEATH,
                happened_on=PartialDate(2026, 12, 20),
            ),
        ),
    )
    first, after = since_last(record, date(2027, 1, 3))
    assert after.title == "After Month 6, 28 Nov 2026"
    assert [line.text for line in after.lines] == [
        "Fall, grade 1, 3 Dec 2026: recovered, end date not entered",
        "Death, 20 Dec 2026",
    ]
    once = [line.text for line in first.lines if line.text.startswith("Cough")]
    assert len(once) == 1, "what may belong to either is told once"


def test_medicines_begun_changed_and_ended_are_told():
    small = medicine("Riluzole", 50.0, "2026-01-10", ongoing=0, ended="2026-10-01")
    more = medicine("Riluzole", 100.0, "2026-10-01", ongoing=1)
    gone = medicine("Baclofen", 10.0, "2026-01-10", ongoing=0, ended="2026-11-01", why="too tired")
    new = medicine("Glycopyrronium", 1.0, "2026-11-05", ongoing=1)
    old = medicine("Vitamin D", 1.0, "2020", ongoing=1)
    lines = said(replace(two_visits(), forms=(small, more, gone, new, old))).splitlines()
    assert "Riluzole 50 mg → Riluzole 100 mg, 1 Oct 2026" in lines
    assert "Ended: Baclofen 10 mg, 1 Nov 2026 (too tired)" in lines
    assert "New: Glycopyrronium 1 mg, 5 Nov 2026" in lines
    assert not [line for line in lines if "Vitamin" in line or line.startswith("Ended: Rilu")]


def test_a_milestone_that_a_device_tells_is_told_once():
    niv = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.NIV, happened_on=PartialDate(2026, 10, 9)
    )
    used = a_form_record(
        "device", {"kind": "niv", "status": "used", "started": "2026-10-09", "ongoing": 1}
    )
    record = replace(two_visits(), milestones=(niv,), forms=(used,))
    assert [line for line in said(record).splitlines() if "NIV" in line] == [
        "New: NIV: in use, 9 Oct 2026"
    ]


def checks(record, *given_):
    visit = record.visits[-1]
    return tuple(
        RecordCheck(visit_id=visit.id, form=form, record_id=id_, answer=answer)
        for form, id_, answer in given_
    )


def test_what_was_asked_about_and_what_was_not():
    record = two_visits()
    every = "Medicines, devices and support, procedures, falls: not asked"
    assert every in said(record).splitlines()
    asked = checks(
        record,
        ("medicine", "", Since.NOTHING_NEW),
        ("medicine", "one", Since.SAME),
        ("device", "one", Since.SAME),
    )
    lines = said(replace(record, checks=asked)).splitlines()
    assert "Medicines: asked, nothing new" in lines
    assert "Devices and support: asked in part, nothing new is entered" in lines


def test_a_procedure_and_a_fall_are_told_at_the_visit_after_them_and_run_never():
    tap = a_form_record("procedure", {"what": "Lumbar puncture", "day": "2026-10-09"})
    fall = a_form_record(
        "falls", {"day": "2026-10-12", "place": "stairs", "injury": "none", "care": "none"}
    )
    record = replace(two_visits(), forms=(tap, fall))
    lines = said(record).splitlines()
    assert "New: Lumbar puncture, 9 Oct 2026" in lines
    assert "New: Fall on the stairs, no injury, 12 Oct 2026" in lines
    running = now_view.now(record, TODAY, (), (), None)
    assert "Lumbar" not in str(running) and "stairs" not in str(running)


# One visit, or none.


def test_without_two_visits_one_sentence_says_what_there_is():
    (none,) = since_last(a_record(PATIENT), TODAY)
    assert [line.text for line in none.lines] == [
        "No visit is finished yet: there is nothing to compare."
    ]
    (one,) = since_last(a_record(PATIENT, a_visit(PATIENT, M4, "M4")), TODAY)
    assert [line.text for line in one.lines] == [
        "Month 4, 20 Sep 2026, is the only finished visit: there is nothing to compare."
    ]


def test_two_visits_of_one_day_are_not_compared():
    record = a_record(PATIENT, a_visit(PATIENT, M4, "M4"), a_visit(PATIENT, M4))
    assert "nothing to compare" in said(record)


# Now.


def test_what_runs_is_told_with_its_dose_hours_and_day():
    forms = (
        medicine("Riluzole", 50.0, "2026-01", ongoing=1),
        medicine("Baclofen", 10.0, "2026-01-10", ongoing=0, ended="2026-11-01"),
        a_form_record(
            "device",
            {"kind": "niv", "status": "used", "hours": 6.5, "started": "2026-09-09", "ongoing": 1},
        ),
        a_form_record(
            "device",
            {"kind": "gastrostomy", "status": "refused", "started": "2026-09-20", "ongoing": 1},
        ),
    )
    runs = now_of(replace(two_visits(), forms=forms))["What runs"]
    assert runs == [
        "Riluzole 50 mg, since Jan 2026",
        "NIV: in use 6.5 h/day, since 9 Sep 2026",
        "Gastrostomy (PEG, RIG): refused, since 20 Sep 2026",
    ]


def test_a_beginning_that_nobody_entered_is_not_made_up():
    one = a_form_record("medicine", {"substance": "Riluzole", "ongoing": 1})
    record = replace(two_visits(), forms=(one,))
    assert now_of(record)["What runs"][0] == "Riluzole, day not entered"
    assert "New: Riluzole, day not entered" in said(record).splitlines()


def test_a_form_of_a_visit_runs_nowhere(monkeypatch):
    device = catalog.newest()["device"]
    of_visit = replace(device, id="ward_round", of=Of.VISIT)
    part = replace(device, id="night", within="device")
    known = {**catalog.newest(), "ward_round": of_visit, "night": part}
    monkeypatch.setattr(catalog, "newest", lambda: known)
    assert {one.id for one in now_view.with_course()} == {"medicine", "device"}


def test_what_runs_says_of_what_nothing_is_known():
    assert now_of(two_visits())["What runs"] == [
        "Medicines: none entered · Devices and support: none entered"
    ]
    ended = medicine("Riluzole", 50.0, "2026-01", ongoing=0, ended="2026-10-01")
    runs = now_of(replace(two_visits(), forms=(ended,)))["What runs"]
    assert runs == ["Medicines: none now · Devices and support: none entered"]


def test_a_device_that_is_only_a_milestone_runs_as_far_as_is_known():
    niv = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.NIV, happened_on=PartialDate(2026, 9, 9)
    )
    record = replace(two_visits(), milestones=(niv,))
    assert "NIV started 9 Sep 2026, no end is entered" in now_of(record)["What runs"]
    stopped = a_form_record(
        "device",
        {
            "kind": "niv",
            "status": "used",
            "started": "2026-09-09",
            "ongoing": 0,
            "ended": "2026-10-01",
        },
    )
    record = replace(record, forms=(stopped,))
    assert not [line for line in now_of(record)["What runs"] if "NIV" in line]


def test_another_form_with_a_course_runs_without_code(monkeypatch):
    device = catalog.newest()["device"]
    splint: Form = replace(device, id="splint", several="Splints", order=99)
    known = {**catalog.newest(), "splint": splint}
    monkeypatch.setattr(catalog, "newest", lambda: known)
    one = a_form_record(
        "splint",
        {"kind": "orthosis", "status": "used", "started": "2026-10-01", "ongoing": 1},
        defined=splint,
    )
    record = replace(two_visits(), forms=(one,))
    runs = now_of(record)["What runs"]
    assert [line for line in runs if "Orthosis" in line and line.endswith("since 1 Oct 2026")]
    assert [line for line in said(record).splitlines() if line.startswith("New: Orthosis")]
    assert splint in now_view.with_course()


@pytest.mark.parametrize(
    ("today", "ending"),
    [
        (date(2027, 4, 1), "opens in 22 days (window 23 Apr 2027 to 18 Jun 2027)"),
        (date(2027, 5, 21), "due today (window 23 Apr 2027 to 18 Jun 2027)"),
        (date(2027, 6, 17), "open, 1 day left (window 23 Apr 2027 to 18 Jun 2027)"),
        (date(2027, 6, 18), "open, last day (window 23 Apr 2027 to 18 Jun 2027)"),
        (date(2027, 6, 20), "2 days late (window 23 Apr 2027 to 18 Jun 2027)"),
    ],
)
def test_the_next_visit_is_told_with_its_day_and_window(today, ending):
    (line,) = now_of(two_visits(), today)["Next visit"]
    assert line == f"Month 12, 21 May 2027: {ending}"


def test_a_visit_in_progress_is_told():
    draft = a_visit(PATIENT, M6 + timedelta(days=2), None, finished=False)
    record = two_visits()
    record = replace(record, visits=(*record.visits, draft))
    lines = now_of(record, M6 + timedelta(days=2))["Next visit"]
    assert lines[0] == "Unscheduled visit is in progress, 30 Nov 2026"


def test_after_death_nothing_runs_and_no_visit_is_planned():
    death = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 12)
    )
    forms = (medicine("Riluzole", 50.0, "2026-01", ongoing=1),)
    found = now_of(replace(two_visits(), milestones=(death,), forms=forms), date(2027, 1, 5))
    assert found == {
        "Died Dec 2026: no alert is open": [],
        "Next visit": ["None: died Dec 2026."],
    }


def test_a_stage_that_a_clinician_judged_is_told_with_its_day():
    assert "Stage" not in now_of(two_visits())
    record = two_visits()
    first, last = record.visits
    record = replace(record, visits=(replace(first, clinical_stage=ClinicalStage.THREE), last))
    assert now_of(record)["Stage"] == ["clinical King's 3, 20 Sep 2026"]


def test_why_no_visit_is_planned():
    gone = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.WITHDRAWAL, happened_on=PartialDate(2026, 12, 1)
    )
    record = replace(two_visits(), milestones=(gone,))
    assert now_of(record, date(2027, 1, 5))["Next visit"] == ["None: withdrawn 1 Dec 2026."]
    waiting = a_record(a_patient(reference_on=None))
    assert now_of(waiting)["Next visit"] == [
        "None can be planned: the day of “Infusion” is not entered."
    ]
    routine = a_record(a_routine_patient())
    (line,) = now_of(routine)["Next visit"]
    assert line.startswith("First visit") or "20 Apr 2026" in line


def test_figures_in_full_say_what_each_is_made_from():
    lines = [line.text for line in in_full(two_visits(), TODAY).lines]
    (slope,) = [line for line in lines if line.startswith("ALSFRS-R slope: all forms: loses ")]
    assert "2 forms" in slope and "to 28 Nov 2026" in slope
    (stages,) = [line for line in lines if line.startswith("King's · MiToS: King's: ")]
    assert "; MiToS: " in stages and stages.endswith("estimated from ALSFRS-R, 28 Nov 2026")


def test_open_alerts_are_told_with_their_facts_and_lead_to_the_decision():
    record = breathing((M4, "M4", (1950, 1940)), (M6, "M6", (1400, 1390)))
    found = alerts.open_actions(record, TODAY)
    parts = now(record, TODAY, found, (), None)
    assert parts[0].title == f"{len(found)} open alert" + "s" * (len(found) > 1)
    for action, line in zip(found, parts[0].lines, strict=True):
        assert (line.text, line.tab, line.what) == (action.line, "alerts", action.id)
    assert "28 Nov 2026" in parts[0].lines[0].text and "%" in parts[0].lines[0].text


def test_a_volume_of_a_poor_session_is_told_with_its_grade():
    record = two_visits()
    first, last = record.visits
    good, poor = a_spirometry(first, 3000, 2990, 2980), a_spirometry(last, 1500)
    forms = record.assessments

    def capacity(*sessions):
        again = a_record(PATIENT, first, last, assessments=forms, spirometry=sessions)
        (line,) = [one for one in said(again).splitlines() if one.startswith("FVC ")]
        return line

    assert capacity(good, poor).endswith(" % predicted (grade A → grade E)")
    assert capacity(poor).endswith(", the first one (grade E)")
    steady = a_spirometry(last, 2900, 2890, 2880)
    assert "grade" not in capacity(good, steady)
