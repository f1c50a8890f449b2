"""Bands of the stages: what the last forms say, until when, and that nothing is called now that is not known now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.model.adverse_event import Grade, Milestone, MilestoneKind, Outcome
from core.model.partial_date import PartialDate
from core.views.stack.bands import bands
from tests.core.examples import INFUSION, a_form, a_record, a_visit, summing_to
from tests.core.views.stack.test_geometry import PATIENT, event

DAYS = [INFUSION + timedelta(days=60 * i) for i in range(3)]
VISITS = [a_visit(PATIENT, on, code) for on, code in zip(DAYS, ("M0", "M2", "M4"), strict=True)]
HALF = (4, None, 4, *(None,) * 9)  # no stage follows from these


def a_course(*scores, **more):
    forms = tuple(a_form(visit, given) for visit, given in zip(VISITS, scores, strict=False))
    return a_record(PATIENT, *VISITS, assessments=forms, **more)


def said(record):
    return {band.id: (band.now, band.since) for band in bands(record)}


def test_a_stage_is_there_since_the_first_form_that_says_it():
    record = a_course((4,) * 12, (4,) * 12, (*(4,) * 9, 0, 4, 4))
    assert said(record) == {
        "kings": ("4B", "since 18 Sep 2026"),
        "mitos": ("1", "since 18 Sep 2026"),
    }


def test_where_the_last_form_cannot_be_staged_the_one_before_is_no_stage_of_now():
    assert said(a_course((4,) * 12, summing_to(40), HALF)) == {
        "kings": ("4B", "to 20 Jul 2026, now unknown"),
        "mitos": ("1", "to 20 Jul 2026, now unknown"),
    }


def test_half_a_form_of_a_visit_in_progress_takes_no_stage_away():
    record = a_course((4,) * 12, summing_to(40), HALF)
    entered = a_visit(PATIENT, DAYS[2], "M4", finished=False, id=VISITS[2].id)
    record = replace(record, visits=(*VISITS[:2], entered))
    assert said(record)["kings"] == ("4B", "since 20 Jul 2026")


def death(when):
    return Milestone(patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=when)


@pytest.mark.parametrize(
    ("when", "since"),
    [
        (PartialDate(2026, 10, 3), "since 3 Oct 2026"),
        (PartialDate(2026, 10), "since Oct 2026"),
        (PartialDate(2026), "since 2026"),
    ],
)
@pytest.mark.parametrize("scores", [(), ((4,) * 12,), (HALF,)])
def test_a_death_is_the_last_stage_as_far_as_its_day_is_known_with_or_without_a_form(
    when, since, scores
):
    record = a_course(*scores, milestones=(death(when),))
    assert said(record) == {"kings": ("5", since), "mitos": ("5", since)}


def test_a_fatal_event_is_a_death_too():
    fatal = event("Sepsis", DAYS[2], Grade.DEATH, serious=True, outcome=Outcome.FATAL)
    fatal = replace(fatal, ended=PartialDate(2026, 9))
    assert said(a_course((4,) * 12, events=(fatal,)))["mitos"] == ("5", "since Sep 2026")


def test_without_a_form_and_a_death_there_is_no_stage():
    assert said(a_course()) == {"kings": ("", ""), "mitos": ("", "")}
