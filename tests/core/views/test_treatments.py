"""The treatments of a patient: rows on one time axis, and the lines of the list below it."""

from dataclasses import replace
from datetime import date

import pytest

from core.forms import catalog
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.form_record import Item
from core.model.partial_date import PartialDate
from core.views import treatments
from core.views.stack import axes, in_words
from core.words import MISSING
from tests.core.examples import INFUSION, a_patient, a_record, a_visit
from tests.core.views.test_lanes import TODAY, a_form_record, device, event

PATIENT = a_patient()


def medicine(substance, started, ended="", **values):
    known = {"substance": substance, "unit": "mg", "started": started, "frequency": "2_daily"}
    over = {"ended": ended, "ongoing": 0} if ended else {"ongoing": 1}
    return a_form_record("medicine", {**known, **over, **values})


def a_course(*forms, **more):
    return a_record(PATIENT, a_visit(PATIENT, INFUSION), forms=forms, **more)


def tracks(record, **more):
    stack = treatments.timeline(record, TODAY, **more)
    return {s.title: {t.title: t for t in s.tracks} for s in stack.sections}


def test_doses_of_a_medicine_are_one_row_darker_where_they_are_higher():
    low = medicine("Baclofen", "2026-02-01", "2026-06-01", dose=5)
    high = medicine("baclofen", "2026-06-01", dose=10)
    (row,) = tracks(a_course(high, low))["Medicines"].values()
    assert [(m.id, m.level, m.runs) for m in row.marks] == [
        (low.id, 0.5, False),
        (high.id, 1.0, True),
    ]
    assert row.said == "10 mg × 2 a day"


def test_another_name_of_a_medicine_is_in_its_row():
    one, other = medicine("Rilutek", "2025-01"), medicine("Riluzole", "2026-01")
    assert list(tracks(a_course(one, other))["Medicines"]) == ["Riluzole"]


def test_a_dose_of_nothing_is_a_pause_and_a_dose_that_is_not_known_is_neither_dark_nor_paused():
    paused, unknown = (
        medicine("Riluzole", "2026-02-01", "2026-03-01", dose=0),
        medicine("B", "2026"),
    )
    dosed = medicine("Riluzole", "2025-02-01", "2026-02-01", dose=50)
    rows = tracks(a_course(paused, dosed, unknown))["Medicines"]
    assert [m.level for m in rows["Riluzole"].marks] == [1.0, 0.0]
    assert [m.level for m in rows["B"].marks] == [1.0]


def test_what_was_offered_is_in_the_row_of_what_was_used_and_what_was_only_refused_among_procedures():
    offered = device("niv", "2026-04-18", "offered")
    used = device("niv", "2026-06-12", hours=4.0)
    refused = device("gastrostomy", "2026-09-20", "refused")
    found = tracks(a_course(offered, used, refused))
    assert [m.hollow for m in found["Devices"]["NIV"].marks] == [True, False]
    peg = found["Procedures"]["Gastrostomy (PEG, RIG)"]
    assert [(m.hollow, m.label) for m in peg.marks] == [(True, "refused 20 Sep")]


def procedure(what, day, **values):
    return a_form_record("procedure", {"what": what, "day": day, **values})


def test_procedures_are_symbols_of_one_row_each_beside_the_day_of_the_infusion():
    first, again = procedure("LP", "2026-02-01"), procedure("Lumbar puncture", "2026-06-01")
    stopped = procedure("Bronchoscopy", "2026-08-02", outcome="stopped", planned="unplanned")
    found = tracks(a_course(first, again, stopped, device("gastrostomy", "2026-09-20")))
    assert [*found["Procedures"]] == [
        "Lumbar puncture",
        "Infusion",
        "Bronchoscopy",
        "Gastrostomy (PEG, RIG)",
    ]
    assert [mark.id for mark in found["Procedures"]["Lumbar puncture"].marks] == [
        first.id,
        again.id,
    ]
    (mark,) = found["Procedures"]["Bronchoscopy"].marks
    assert (mark.hollow, mark.runs, mark.label) == (True, False, "unplanned 2 Aug")


def test_the_list_says_of_a_procedure_how_where_and_what_came_of_it():
    one = procedure(
        "Lumbar puncture",
        "2026-06",
        planned="planned",
        place="neurology, Dr B.",
        indication="diagnosis",
        outcome="complication",
        complication="headache",
    )
    (line,) = treatments.lines(a_course(one), {})
    assert (line.name, line.often, line.route, line.began) == (
        *("Lumbar puncture", "planned", "neurology, Dr B.", "Jun 2026"),
    )
    assert line.why == "diagnosis, with a complication: headache"
    assert (line.ended, line.runs, treatments.running(a_course(one), TODAY)) == (MISSING, False, 0)


def test_the_reference_day_and_a_death_go_through_all_rows_and_nothing_runs_after_a_death():
    died = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 9, 3)
    )
    record = a_course(medicine("Riluzole", "2025-01", dose=50), milestones=(died,))
    stack = treatments.timeline(record, TODAY)
    assert {mark.role for mark in stack.marks if mark.line} == {"reference", "death"}
    (bar,) = next(s for s in stack.sections if s.title == "Medicines").tracks[0].marks
    assert (bar.runs, bar.ended) == (False, date(2026, 9, 3))


def test_what_a_death_ended_says_so_in_the_list_and_nothing_of_it_runs():
    died = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 9, 3)
    )
    riluzole, niv = medicine("Riluzole", "2025-01", dose=50), device("niv", "2026-06", hours=6.0)
    stopped = medicine("Baclofen", "2025-01", "2026-02-10", dose=10)
    refused = device("gastrostomy", "2026-05-20", "refused")
    record = a_course(riluzole, niv, stopped, refused, milestones=(died,))
    found = {one.name: (one.until, one.runs) for one in treatments.lines(record, {})}
    assert found == {
        "Riluzole": ("ended by death on 3 Sep 2026", False),
        "NIV": ("ended by death on 3 Sep 2026", False),
        "Baclofen": ("10 Feb 2026", False),
        "Gastrostomy (PEG, RIG)": (MISSING, False),
    }
    assert treatments.running(record, TODAY) == 0
    assert record.running("medicine", TODAY) == () and not record.uses(MilestoneKind.NIV, TODAY)
    before = date(2026, 9, 2)
    assert record.running("medicine", before) == (riluzole,)
    assert record.uses(MilestoneKind.NIV, before)
    said = in_words.all_of(treatments.timeline(record, TODAY))
    assert "(1 Jan 2025" not in said and "Jan 2025 – 3 Sep 2026" in said
    assert "ended by death" in said and "since Jan 2025" not in said


def test_a_death_that_is_known_to_its_month_ends_what_ran_within_it():
    died = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 9)
    )
    record = a_course(medicine("Riluzole", "2025-01", dose=50), milestones=(died,))
    (line,) = treatments.lines(record, {})
    assert (line.ended, line.how_ended) == ("Sep 2026", "ended by death")
    assert record.running("medicine", date(2026, 9, 30)) and not record.running(
        "medicine", date(2026, 10, 1)
    )


def test_events_with_their_grades_are_there_only_where_everything_is_asked_for():
    record = a_course(events=(event(),))
    assert "Adverse events" not in tracks(record)
    row = tracks(record, everything=True)["Adverse events"]["Pneumonia"]
    assert (row.said, row.marks[0].grade) == ("grade 3 · serious · day 64", 3)


def test_a_form_of_another_program_version_and_a_form_of_a_visit_are_shown_too(monkeypatch):
    """What a form puts into the lane of procedures is a row of its own, by its definition only."""
    form = catalog.read("scan.toml", MRI)
    monkeypatch.setitem(catalog._own, (form.id, form.version), form)
    visit = a_visit(PATIENT, INFUSION)
    one = replace(a_form_record("scan", {"finding": "normal"}), visit_id=visit.id)
    record = a_record(PATIENT, visit, forms=(one,))
    found = tracks(record)["Procedures"]["MRI of the head"]
    assert [(m.began, m.label, m.what) for m in found.marks] == [(INFUSION, "normal", visit.id)]


MRI = b"""
id = "scan"
version = "1"
title = "MRI of the head"
of = "visit"
row = "{finding}"
[[fields]]
id = "finding"
title = "Finding"
type = "text"
[[lanes]]
id = "procedures"
role = "milestone"
"""


def test_the_infusion_as_its_form_says_it_is_the_line_of_day_0_and_told_once():
    visit = a_visit(PATIENT, INFUSION)
    values = {"identity": 1, "consent": 1, "start": f"{INFUSION}T10:02+00:00", "lot": "0457-B"}
    one = replace(
        a_form_record("infusion", values, entered=INFUSION),
        visit_id=visit.id,
    )
    record = a_record(PATIENT, visit, forms=(one,))
    stack = treatments.timeline(record, TODAY)
    (mark,) = [mark for mark in stack.marks if mark.role == "reference"]
    assert (mark.id, mark.line, mark.title, mark.began) == (one.id, True, "Infusion", INFUSION)


@pytest.mark.parametrize(("form", "row"), [("mri", "MRI"), ("emg", "EMG and nerve conduction")])
def test_an_examination_is_on_the_day_on_which_it_was_done(form, row):
    visit = a_visit(PATIENT, INFUSION)
    one = replace(a_form_record(form, {"done_on": "2026-05-03"}), visit_id=visit.id)
    found = tracks(a_record(PATIENT, visit, forms=(one,)))["Procedures"][row]
    assert [(m.began, m.what) for m in found.marks] == [(date(2026, 5, 3), visit.id)]


def test_the_axis_begins_with_what_ran_but_not_decades_before_the_first_visit():
    recent, old = medicine("Riluzole", "2025-03-01", dose=50), medicine("Old", "1990-01-01")
    stack = treatments.timeline(a_course(recent), TODAY)
    assert axes.days_shown(stack) == (date(2025, 3, 1), TODAY)
    first, _last = axes.days_shown(treatments.timeline(a_course(recent, old), TODAY))
    assert date(2023, 1, 1) < first < INFUSION


def test_the_list_is_the_newest_first_with_why_it_began_and_ended():
    one = medicine(
        "Riluzole", "2025-03-01", "2026-02-10", dose=50, indication="ALS", why="ALT high"
    )
    newer = device("niv", "2026-06", hours=6.5, interface="nasal", detail="at night")
    first, last = treatments.lines(a_course(one, newer), {"demo": "Dr N."})
    assert (first.name, first.dose, first.often, first.route) == (
        *("NIV", "6.5 h/day", "in use", "nasal mask"),
    )
    assert (first.began, first.ended, first.why, first.entered) == (
        *("Jun 2026", "running", "at night", "Dr N."),
    )
    assert (last.name, last.dose, last.often) == ("Riluzole", "50 mg", "× 2 a day")
    assert (last.began, last.ended, last.why) == ("1 Mar 2025", "10 Feb 2026", "ALS; ALT high")


def test_what_was_refused_does_not_run_and_is_not_counted():
    refused, used = device("gastrostomy", "2026-09-20", "refused"), device("niv", "2026-06")
    once = medicine("Vaccine", "2026-05-01", frequency="once")
    record = a_course(refused, used, once)
    assert [(one.name, one.ended, one.runs) for one in treatments.lines(record, {})] == [
        ("Gastrostomy (PEG, RIG)", MISSING, False),
        ("NIV", "running", True),
        ("Vaccine", MISSING, False),
    ]
    assert treatments.running(record, TODAY) == 1


def test_a_dose_that_was_asked_about_says_why_it_stays():
    one = medicine("Riluzole", "2025-03-01", dose=100)
    kept = replace(one, items={**one.items, "dose": Item(value=100, kept="by the prescription")})
    (line,) = treatments.lines(a_course(kept), {})
    assert line.why == "kept: by the prescription"


def test_a_screen_reader_hears_every_row_and_its_days():
    record = a_course(medicine("Riluzole", "2025-03-01", dose=50), device("niv", "2026-06-12"))
    said = in_words.all_of(treatments.timeline(record, TODAY))
    assert (
        "Medicines: Riluzole – 50 mg × 2 a day: Riluzole 50 mg × 2 a day (since 1 Mar 2025)" in said
    )
    assert "Devices: NIV" in said


@pytest.mark.parametrize("everything", [False, True])
def test_a_patient_of_whom_nothing_is_known_has_no_rows_and_a_list_of_none(everything):
    bare = a_record(replace(PATIENT, reference_on=None))
    assert treatments.timeline(bare, TODAY, everything=everything).sections == ()
    assert treatments.lines(bare, {}) == ()


def test_a_piece_has_the_days_and_the_lines_of_the_whole():
    forms = [medicine(f"Medicine {n}", f"2025-0{1 + n % 9}-01", dose=5) for n in range(12)]
    stack = treatments.timeline(a_course(*forms), TODAY)
    parts = list(treatments.pieces(stack, lambda one: len(one.marks) <= 5))
    assert sum(len(part.marks) for part in parts) == len(stack.marks)
    assert {axes.days_shown(part) for part in parts} == {axes.days_shown(stack)}
    assert all(any(mark.role == "reference" for mark in part.through_all) for part in parts)
