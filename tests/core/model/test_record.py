from datetime import date

import pytest

from core.model.adverse_event import Milestone, MilestoneKind
from core.model.partial_date import PartialDate
from tests.core.examples import a_form, a_patient, a_record, a_spirometry, a_visit

PATIENT = a_patient()
FIRST = a_visit(PATIENT, date(2026, 7, 21), "M2")
SECOND = a_visit(PATIENT, date(2026, 9, 21), "M4")


def milestone(kind, *when):
    return Milestone(patient_id=PATIENT.id, kind=kind, happened_on=PartialDate(*when))


def with_milestones(*milestones):
    return a_record(PATIENT, milestones=milestones)


def test_the_first_milestone_of_a_kind_counts():
    early, late = milestone(MilestoneKind.NIV, 2026), milestone(MilestoneKind.NIV, 2026, 3, 2)
    record = with_milestones(late, milestone(MilestoneKind.WHEELCHAIR, 2025), early)
    assert record.milestone(MilestoneKind.NIV) == early
    assert record.milestone(MilestoneKind.GASTROSTOMY) is None


@pytest.mark.parametrize(
    ("when", "on", "had"),
    [
        ((2026, 7, 21), date(2026, 7, 20), False),
        ((2026, 7, 21), date(2026, 7, 21), True),
        ((2026, 7), date(2026, 6, 30), False),
        ((2026, 7), date(2026, 7, 1), True),  # it may have been
        ((2026,), date(2026, 1, 1), True),
    ],
)
def test_a_gastrostomy_counts_from_the_day_it_may_have_been(when, on, had):
    record = with_milestones(milestone(MilestoneKind.GASTROSTOMY, *when))
    assert record.had(MilestoneKind.GASTROSTOMY, on) is had
    assert not with_milestones().had(MilestoneKind.GASTROSTOMY, on)


def test_participation_ends_with_death_or_withdrawal_whichever_came_first():
    withdrawal = milestone(MilestoneKind.WITHDRAWAL, 2026, 9)
    death = milestone(MilestoneKind.DEATH, 2026, 12, 24)
    niv = milestone(MilestoneKind.NIV, 2026, 1)
    assert with_milestones(niv).participation_ended is None
    assert with_milestones(death, niv).participation_ended == date(2026, 12, 24)
    assert with_milestones(death, withdrawal).participation_ended == date(2026, 9, 1)
    assert with_milestones(death, withdrawal).died == death
    assert with_milestones(withdrawal).died is None


def test_the_visit_before_is_the_last_finished_one_on_an_earlier_day():
    same_day = a_visit(PATIENT, SECOND.date)
    draft = a_visit(PATIENT, date(2026, 8, 1), finished=False)
    record = a_record(PATIENT, FIRST, SECOND, same_day, draft)
    assert record.visit_before(SECOND) == FIRST
    assert record.visit_before(same_day) == FIRST
    assert record.visit_before(FIRST) is None
    assert record.finished_visits == (FIRST, SECOND, same_day)


def test_a_form_takes_the_place_of_the_one_before_it():
    old, other = a_form(FIRST, (3,) * 12), a_form(SECOND, (2,) * 12)
    new = a_form(FIRST, (1,) * 12)
    record = a_record(PATIENT, FIRST, SECOND, assessments=(old, other)).with_assessment(new)
    assert record.assessments == (new, other)
    assert record.assessment(FIRST.id, "alsfrs-r") == new
    assert record.assessment(FIRST.id, "another") is None


def test_a_spirometry_takes_the_place_of_the_one_before_it():
    old, other = a_spirometry(FIRST, 3200), a_spirometry(SECOND, 3000)
    new = a_spirometry(FIRST, 3200, 3300, id=old.id)
    record = a_record(PATIENT, FIRST, SECOND, spirometry=(old, other)).with_spirometry(new)
    assert [(test.id, test.blows) for test in record.spirometry] == [
        (old.id, new.blows),
        (other.id, other.blows),
    ]


@pytest.mark.parametrize(
    ("family", "given", "shown"),
    [
        ("Rahimi", "Dara", "Rahimi, Dara"),
        ("Rahimi", "", "Rahimi"),
        ("", "Dara", "Dara"),
        ("", "", ""),
    ],
)
def test_a_name_as_far_as_it_is_known(family, given, shown):
    assert a_patient(family_name=family, given_name=given).name == shown
