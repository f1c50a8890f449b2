"""The stack for a screen reader says no more than is known: no day of what is known to its month, no event of what is planned."""

from dataclasses import replace
from datetime import date, timedelta

from core.model.adverse_event import Grade, Milestone, MilestoneKind, Outcome
from core.model.partial_date import PartialDate
from core.views.stack import build, in_words
from tests.core.examples import INFUSION, a_record, a_spirometry, a_visit
from tests.core.views.stack.test_geometry import PATIENT, TODAY, a_course, event


def said(record):
    return in_words.all_of(build.build(record, TODAY))


def test_an_event_is_heard_with_grade_seriousness_days_and_outcome():
    embolism = event("Embolism", INFUSION + timedelta(days=5), Grade.SEVERE, serious=True)
    embolism = replace(embolism, outcome=Outcome.NOT_RECOVERED)
    text = said(a_course(events=(embolism,)))
    assert "Embolism (grade 3 · serious · day 5, since 26 May 2026 · not recovered)" in text


def test_what_is_known_to_its_month_or_year_is_heard_as_that():
    old = replace(event("Fracture", INFUSION), onset=PartialDate(2020))
    chair = Milestone(
        patient_id=PATIENT.id, kind=MilestoneKind.WHEELCHAIR, happened_on=PartialDate(2026, 9)
    )
    text = said(a_course(events=(old,), milestones=(chair,)))
    assert "Fracture (grade 2, 2020 · recovered, end date not entered)" in text
    assert "Sep 2026" in text
    assert "15 Sep 2026" not in text and "1 Jan 2020" not in text


def test_what_is_only_planned_is_not_heard_as_if_it_had_happened():
    visit = a_visit(PATIENT, date(2026, 5, 21), "SCR")
    record = a_record(replace(PATIENT, reference_on=date(2027, 2, 1)), visit)
    assert "Infusion (planned for 1 Feb 2027)" in said(record)


def test_a_value_that_is_not_sure_is_heard_with_why():
    visit = a_visit(PATIENT, INFUSION, "M0")
    record = a_record(PATIENT, visit, spirometry=(a_spirometry(visit, 1500),))
    assert "on 21 May 2026 (grade E)" in said(record)


def test_a_projection_is_heard_with_its_interval():
    stack = build.build(a_course(), TODAY)
    end = stack.rows[0].plot.forecasts[0].points[-1]
    assert f"{end.value:.0f} ({end.low:.0f} to {end.high:.0f}) on " in in_words.all_of(stack)


def test_a_cell_that_is_empty_is_not_heard():
    (line,) = [one for one in said(a_course((40,))).splitlines() if one.startswith("Domains")]
    assert "Bulbar: 12 of 12;" in line
