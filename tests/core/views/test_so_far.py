"""Between which ends scores, stages and rates still are, while a form is answered."""

import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instruments import catalog
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer, Assessment, NotDone
from core.model.partial_date import PartialDate
from core.model.record import PatientRecord
from core.science.progression import NoSlope
from core.views import course, trends
from core.views.so_far import (
    Said,
    delta_fs_ends,
    kings_stages,
    reach,
    said_so_far,
    scale_text,
    slope_ends,
    sum_text,
    total_text,
)
from tests.core.examples import a_patient, a_visit, answers

DAY = date(2026, 7, 21)
ALSFRS_R = catalog.alsfrs_r()
SLOTS = ALSFRS_R.slots
ONSET = PartialDate.of(date(2024, 1, 15))

partial = st.dictionaries(st.sampled_from(SLOTS), st.integers(0, 4))
whole = st.fixed_dictionaries(dict.fromkeys(SLOTS, st.integers(0, 4)))
onsets = st.sampled_from([ONSET, PartialDate(2024, 3), PartialDate(2023)])


def a_record(onset=ONSET, before=((122, (4,) * 12), (61, (4, 4, 4, 3, 3, 3, 4, 4, 4, 4, 4, 4)))):
    """A patient with finished visits so many days ago, and one of ``DAY`` that is being entered."""
    patient = replace(a_patient(), onset=onset)
    visits = [a_visit(patient, DAY - timedelta(days=days)) for days, _scores in before]
    forms = tuple(
        a_form(visit, answers(scores))
        for visit, (_days, scores) in zip(visits, before, strict=True)
    )
    now = a_visit(patient, DAY, finished=False)
    return PatientRecord(patient=patient, visits=(*visits, now), assessments=forms), now


def a_form(visit, given_now):
    return Assessment(
        visit_id=visit.id, instrument="alsfrs-r", version="1", date=visit.date, answers=given_now
    )


def answered(values, item5="a"):
    """Answers by slot; question 5 in one of its versions."""
    return {
        slot: Answer(item=ALSFRS_R.variants(slot)[-1 if item5 == "b" else 0].id, value=value)
        for slot, value in values.items()
    }


@given(before=partial, later=whole)
def test_a_sum_ends_within_its_range_and_can_reach_both_ends(before, later):
    final = {**later, **before}
    for scale in ALSFRS_R.scales:
        found = reach(ALSFRS_R, scale, before)
        assert found.low <= scale.score(final) <= found.high
        lowest, highest = ({**dict.fromkeys(SLOTS, end), **before} for end in (0, 4))
        assert (scale.score(lowest), scale.score(highest)) == (found.low, found.high)
        assert found.final == (found.low == found.high == scale.score(before))


@given(before=partial, later=whole, onset=onsets)
@settings(max_examples=40, deadline=None)
def test_delta_fs_and_slope_end_within_their_ranges_and_can_reach_both_ends(before, later, onset):
    record, visit = a_record(onset)
    form = a_form(visit, answered(before))
    ends = reach(ALSFRS_R, ALSFRS_R.total, before)
    rates, slopes = delta_fs_ends(record, ends, DAY), slope_ends(record, ALSFRS_R, form, ends)
    reached = []
    for rest in (later, dict.fromkeys(SLOTS, 0), dict.fromkeys(SLOTS, 4)):
        done = record.with_assessment(a_form(visit, answered({**rest, **before})))
        rate, slope = course.delta_fs(done), trends.slope(done, ALSFRS_R)
        assert rates[0] <= rate.lowest <= rate.highest <= rates[1]
        assert slopes[0] - 1e-9 <= slope.per_month <= slopes[1] + 1e-9
        reached.append((rate.lowest, rate.highest, slope.per_month))
    _any, worst, best = reached
    assert (best[0], worst[1]) == rates
    assert sorted((worst[2], best[2])) == pytest.approx(slopes)


@given(before=partial, later=whole, item5=st.sampled_from("ab"), gastrostomy=st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_stage_of_the_whole_form_was_possible_before(before, later, item5, gastrostomy):
    record, visit = a_record()
    if gastrostomy or (item5 == "b" and "cutting" in before):
        on = PartialDate.of(DAY - timedelta(days=9))
        kind = MilestoneKind.GASTROSTOMY
        made = Milestone(patient_id=record.patient.id, kind=kind, happened_on=on)
        record = replace(record, milestones=(made,))
    form = a_form(visit, answered(before, item5))
    possible = kings_stages(record, ALSFRS_R, form)
    final = a_form(visit, answered({**later, **before}, item5))
    assert course.stages(record, final).kings.stage in possible


def test_the_words_of_a_range():
    bulbar, total = ALSFRS_R.domains[0], ALSFRS_R.total
    values = {"speech": 4, "salivation": 3, "swallowing": 3}
    assert scale_text(reach(ALSFRS_R, bulbar, values)) == "10, final"
    assert scale_text(reach(ALSFRS_R, bulbar, {"speech": 4, "salivation": 3})) == "7 to 11"
    assert scale_text(reach(ALSFRS_R, bulbar, {})) == "to come"
    assert sum_text(reach(ALSFRS_R, bulbar, {"speech": 1})) == "1 of 4"
    assert sum_text(reach(ALSFRS_R, bulbar, {})) == "–"
    assert total_text(reach(ALSFRS_R, total, values)) == "the total will be between 10 and 46"
    assert total_text(reach(ALSFRS_R, total, dict.fromkeys(SLOTS, 0))) == ""


def said(record, visit, scores, **changes):
    """What is said of the first questions answered with these scores, by what it is about."""
    form = a_form(visit, answered(dict(zip(SLOTS, scores, strict=False)), **changes))
    return {one.about: one.text for one in said_so_far(record, ALSFRS_R, form)}


@pytest.mark.parametrize(
    ("scores", "kings", "mitos"),
    [
        ((), "up to 4B", "0 to 4"),
        ((4, 3, 3, 1, 2), "at least 2: bulbar (2, 3), upper limb (4, 5a)", "0 to 2"),
        ((1, 3, 1, 1, 2), "at least 2: bulbar (1, 2, 3), upper limb (4, 5a)",
         "2 to 4: swallowing, communicating"),
        ((4,) * 9 + (0,), "4B: respiratory (10)", "1 (breathing)"),
        ((4,) * 7 + (3, 4, 4, 4, 4), "1: lower limb (8)", "0"),
        ((4,) * 12, "not stageable from ALSFRS-R", "0"),
    ],
)  # fmt: skip
def test_what_is_said_of_the_stages(scores, kings, mitos):
    record, visit = a_record()
    found = said(record, visit, scores)
    assert (found["King's"], found["MiToS"]) == (kings, mitos)


def test_a_stage_of_gastrostomy_says_so():
    record, visit = a_record()
    assert said(record, visit, (4, 4, 4, 4, 2), item5="b")["King's"] == "at least 4A: gastrostomy"


def test_what_is_said_of_the_rates():
    record, visit = a_record()
    found = said(record, visit, (4, 3, 3, 1, 2))
    months = (DAY - date(2024, 1, 15)).days / 30.4375
    best, worst = (48 - 41) / months, (48 - 13) / months
    assert found["deltaFS"] == f"between {best:.2f} and {worst:.2f} points/month"
    assert found["Slope"].startswith("between −") and found["Slope"].endswith(" points/month")
    assert said(record, visit, (3,) * 12)["deltaFS"] == f"{12 / months:.2f} points/month"
    assert said(record, visit, (3,) * 12)["Slope"].startswith("loses ")


def test_an_onset_that_may_be_the_day_of_the_form_has_no_highest_rate():
    record, visit = a_record(PartialDate(2026, 7))
    assert delta_fs_ends(record, reach(ALSFRS_R, ALSFRS_R.total, {}), DAY)[1] == math.inf
    assert said(record, visit, ())["deltaFS"] == "at least 0.00 points/month"


def test_without_an_onset_or_an_earlier_form_it_says_why():
    record, visit = a_record(None, before=())
    record = replace(record, patient=replace(record.patient, stated_duration_months=None))
    found = said(record, visit, (4,))
    assert found["deltaFS"] == "no day of onset before this form"
    assert found["Slope"] == "A slope needs results on at least 2 different days; so far: 1."
    form = a_form(visit, answered({"speech": 4}))
    ends = reach(ALSFRS_R, ALSFRS_R.total, form.values)
    assert isinstance(slope_ends(record, ALSFRS_R, form, ends), NoSlope)


def test_a_question_not_done_is_open():
    record, visit = a_record()
    given_now = answered(dict.fromkeys(SLOTS[:-1], 4))
    given_now[SLOTS[-1]] = Answer(item=SLOTS[-1], not_done=NotDone.REFUSED)
    form = a_form(visit, given_now)
    found = reach(ALSFRS_R, ALSFRS_R.total, form.values)
    assert (found.low, found.high, found.final) == (44, 48, False)
    assert Said("King's", "up to 4B") in said_so_far(record, ALSFRS_R, form)


def test_the_stages_of_another_questionnaire_are_none():
    nrs = catalog.shipped()["nrs-pain-fatigue"]
    record, visit = a_record()
    form = Assessment(visit_id=visit.id, instrument=nrs.id, version="1", date=DAY)
    assert said_so_far(record, nrs, form) == ()


def test_every_completion_of_the_last_two_questions_is_within_what_was_said():
    """By trying all of them."""
    record, visit = a_record()
    before = dict(zip(SLOTS, (4, 4, 4, 3, 4, 4, 4, 4, 4, 3), strict=False))
    form = a_form(visit, answered(before))
    possible, reached = kings_stages(record, ALSFRS_R, form), set()
    for pair in product(range(5), repeat=2):
        final = a_form(visit, answered({**before, **dict(zip(SLOTS[10:], pair, strict=True))}))
        reached.add(course.stages(record, final).kings.stage)
    assert reached == set(possible)
