from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings.plausibility import Finding, Level, findings, form_before, is_complete
from core.instruments import catalog
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer, NotDone
from core.model.partial_date import PartialDate
from core.model.thresholds import defaults
from tests.core.examples import a_form, a_patient, a_record, a_visit, answers, summing_to

PATIENT = a_patient()
DAY = date(2026, 7, 21)
VISIT = a_visit(PATIENT, DAY, finished=False)
SLOTS = catalog.alsfrs_r().slots
ALL_3 = dict.fromkeys(SLOTS, 3) | {"respiratory_insufficiency": 4}
COMPARING = {"P1", "P2", "P3", "P4", "P5", "P11"}

scores = st.lists(st.integers(0, 4), min_size=12, max_size=12)
milestones_of_any_kind = st.lists(st.sampled_from(MilestoneKind), max_size=4, unique=True)


def milestone(kind, *when):
    return Milestone(patient_id=PATIENT.id, kind=kind, happened_on=PartialDate(*when))


def had(*kinds):
    return tuple(milestone(kind, 2026, 1, 1) for kind in kinds)


def scored(**changes):
    """Twelve scores: 3 throughout and 4 for respiratory insufficiency, but for these."""
    return tuple((ALL_3 | changes)[slot] for slot in SLOTS)


def asked(now, before=None, *, days=91, milestones=(), **thresholds):
    """What is asked about a form of twelve scores, ``days`` after another one."""
    visits, forms = [VISIT], [a_form(VISIT, now)]
    if before is not None:
        earlier = a_visit(PATIENT, DAY - timedelta(days=days))
        visits.append(earlier)
        forms.append(a_form(earlier, before))
    forms.sort(key=lambda form: form.date)
    record = a_record(
        PATIENT,
        *visits,
        assessments=tuple(forms),
        milestones=tuple(milestones),
        thresholds={**defaults(), **thresholds},
    )
    return findings(record, forms[-1], catalog.alsfrs_r())


def rules(*arguments, **keywords):
    return {finding.rule for finding in asked(*arguments, **keywords)}


def of_one_day(total, other, **changes):
    """What is asked about a form when another visit of that day has a form, too."""
    twin = a_visit(PATIENT, DAY, **changes)
    forms = (a_form(twin, summing_to(other)), a_form(VISIT, summing_to(total)))
    record = a_record(PATIENT, VISIT, twin, assessments=forms)
    return [one for one in findings(record, forms[1], catalog.alsfrs_r()) if one.rule == "P13"]


@pytest.mark.parametrize(("total", "other"), [(36, 47), (47, 36), (40, 41)])
def test_two_forms_of_one_day_with_different_totals_raise_a_query(total, other):
    """F33."""
    (one,) = of_one_day(total, other)
    assert (one.level, one.slot, one.found) == (Level.QUERY, "", f"{total}≠{other}")
    assert f"The total is {total}, but another form of 21 Jul 2026 has {other}" in one.message


def test_two_forms_of_one_day_with_one_total_or_a_draft_raise_nothing():
    assert of_one_day(36, 36) == []
    assert of_one_day(36, 47, finished=False) == []


NONE, NIV, TRACHEOSTOMY = (), had(MilestoneKind.NIV), had(MilestoneKind.TRACHEOSTOMY)


# What a form says by itself and beside the milestones: the rule just asks, or just does not.
@pytest.mark.parametrize(
    ("changes", "milestones", "expected"),
    [
        ({}, NONE, set()),
        ({"respiratory_insufficiency": 3}, NONE, {"P6"}),
        ({"respiratory_insufficiency": 3}, NIV, set()),
        ({"respiratory_insufficiency": 3}, TRACHEOSTOMY, set()),
        ({"respiratory_insufficiency": 4}, NIV, {"P6"}),
        ({"respiratory_insufficiency": 4}, TRACHEOSTOMY, {"P6"}),
        ({"respiratory_insufficiency": 4}, had(MilestoneKind.COUGH_ASSIST), set()),
        ({"swallowing": 2}, NONE, set()),
        ({"swallowing": 1}, NONE, {"P7"}),
        ({"swallowing": 0}, NONE, {"P7"}),
        ({"swallowing": 0}, had(MilestoneKind.GASTROSTOMY), set()),
        ({"swallowing": 1}, had(MilestoneKind.NASOGASTRIC_TUBE), set()),
        ({"swallowing": 1}, NIV, {"P6", "P7"}),
        ({"respiratory_insufficiency": 0}, NONE, {"P6", "P8"}),
        ({"respiratory_insufficiency": 0}, NIV, {"P8"}),
        ({"respiratory_insufficiency": 0}, TRACHEOSTOMY, set()),
        ({"respiratory_insufficiency": 1}, NIV, set()),
        ({"walking": 0, "stairs": 1}, NONE, set()),
        ({"walking": 0, "stairs": 2}, NONE, {"P9"}),
        ({"walking": 1, "stairs": 2}, NONE, set()),
        ({"walking": 1, "stairs": 3}, NONE, {"P9"}),
        ({"walking": 2, "stairs": 4}, NONE, set()),
        ({"respiratory_insufficiency": 1, "dyspnea": 4}, NIV, {"P10"}),
        ({"respiratory_insufficiency": 1, "dyspnea": 3}, NIV, set()),
        ({"respiratory_insufficiency": 2, "dyspnea": 4}, NIV, set()),
        ({"respiratory_insufficiency": 0, "dyspnea": 4}, TRACHEOSTOMY, set()),
    ],
)
def test_a_form_beside_itself_and_the_milestones(changes, milestones, expected):
    assert rules(scored(**changes), milestones=milestones) == expected


# Two forms: the rule just asks, or just does not.
@pytest.mark.parametrize(
    ("now", "before", "days", "expected"),
    [
        (scored(), scored(), 91, set()),
        (scored(speech=4), scored(), 91, {"P1"}),
        (scored(speech=4), scored(speech=2), 91, {"P2"}),
        (scored(speech=4), scored(speech=1), 91, {"P2"}),
        (scored(speech=2), scored(), 1, set()),
        (scored(speech=4, salivation=4, handwriting=4), scored(), 91, {"P1"}),  # +3
        (scored(speech=4, salivation=4, handwriting=4, dressing=4), scored(), 91, {"P1", "P3"}),
        (scored(speech=1), scored(), 100, {"P4"}),
        (scored(speech=1), scored(), 101, set()),
        (scored(speech=0), scored(speech=4), 100, {"P4"}),
        (summing_to(48), summing_to(44), 91, {"P2", "P3"}),
        (summing_to(48), summing_to(43), 91, {"P1", "P2", "P3", "P11"}),
        ((3, *(4,) * 11), summing_to(43), 91, {"P1", "P2", "P3"}),
    ],
)
def test_a_form_beside_the_one_before(now, before, days, expected):
    assert rules(now, before, days=days) == expected


# Points fall one each, so that no question falls by two: 6 points in 60 days are 3.04 a month.
@pytest.mark.parametrize(
    ("fall", "days", "expected"),
    [(6, 60, True), (6, 61, False), (5, 1, False), (7, 71, True), (7, 72, False), (0, 1, False)],
)
def test_a_total_must_fall_far_and_fast(fall, days, expected):
    fallen = dict.fromkeys(SLOTS[:fall], 2)
    assert ("P5" in rules(scored(**fallen), scored(), days=days)) is expected


@pytest.mark.parametrize(
    ("threshold", "value", "rule", "now", "before", "days"),
    [
        ("p3_total_rise", 1, "P3", scored(speech=4), scored(), 91),
        ("p4_item_fall", 1, "P4", scored(speech=2), scored(), 91),
        ("p4_days", 120, "P4", scored(speech=1), scored(), 120),
        ("p5_total_fall", 1, "P5", scored(speech=2, salivation=2), scored(), 20),
        ("p5_per_month", 0.5, "P5", scored(**dict.fromkeys(SLOTS[:6], 2)), scored(), 100),
        ("p11_before", 46, "P11", (4,) * 12, summing_to(45), 91),
    ],
)
def test_the_clinic_sets_the_limits(threshold, value, rule, now, before, days):
    assert rule not in rules(now, before, days=days)
    assert rule in rules(now, before, days=days, **{threshold: value})


def test_each_question_says_what_it_found_and_since_when():
    now = scored(speech=4, salivation=1, swallowing=0, respiratory_insufficiency=3)
    said = {one.rule: one for one in asked(now, scored(speech=2, swallowing=1), days=62)}
    assert said["P2"] == Finding(
        "P2", Level.QUERY, "speech", "2→4", "1 Speech rose from 2 to 4 since 20 May 2026 (62 days)."
    )
    assert said["P4"].found == "3→1"
    assert said["P4"].message == "2 Salivation fell from 3 to 1 since 20 May 2026 (62 days)."
    assert said["P6"].message == (
        "12 Respiratory insufficiency is 3, but neither NIV nor a tracheostomy is recorded."
    )
    assert said["P7"].message == (
        "3 Swallowing is 0, but neither a gastrostomy nor a nasogastric tube is recorded."
    )
    (p6,) = asked(scored(), milestones=NIV)
    assert p6.message == "12 Respiratory insufficiency is 4, but this is recorded: NIV started."
    (p9,) = asked(scored(walking=0))
    assert (p9.slot, p9.found) == ("walking", "0/3")
    assert p9.message == "8 Walking is 0, but 9 Climbing stairs is 3."
    risen = [one for one in asked((4,) * 12, summing_to(40), days=1) if one.slot == ""]
    assert [(one.rule, one.found) for one in risen] == [("P3", "40→48"), ("P11", "40→48")]
    assert risen[0].message == (
        "The total rose by 8 points, from 40 to 48, since 20 Jul 2026 (1 day)."
    )
    (fallen,) = [
        one
        for one in asked(scored(**dict.fromkeys(SLOTS[:7], 2)), scored(), days=61)
        if one.slot == ""
    ]
    assert fallen.message == (
        "The total fell by 7 points, from 37 to 30, since 21 May 2026 (61 days): 3.5 points/month."
    )


def test_only_notes_need_no_answer():
    given = asked(scored(speech=4, respiratory_insufficiency=1, dyspnea=4), scored(), days=120)
    levels = {one.rule: one.level for one in given}
    assert levels == {"P1": Level.NOTE, "P6": Level.QUERY, "P10": Level.NOTE}


def test_the_questions_come_in_the_order_of_the_form():
    given = asked(
        scored(swallowing=1, walking=0, respiratory_insufficiency=3, speech=4),
        scored(speech=2),
        days=200,
    )
    assert [(one.rule, one.slot) for one in given] == [
        ("P2", "speech"),
        ("P7", "swallowing"),
        ("P9", "walking"),
        ("P6", "respiratory_insufficiency"),
    ]


@pytest.mark.parametrize(
    ("when", "recorded"),
    [((2026, 7, 21), True), ((2026, 7, 22), False), ((2026, 7), True), ((2026, 8), False)],
)
def test_a_milestone_counts_from_the_earliest_day_it_can_mean(when, recorded):
    niv = milestone(MilestoneKind.NIV, *when)
    assert ("P6" in rules(scored(), milestones=(niv,))) is recorded
    assert ("P6" in rules(scored(respiratory_insufficiency=2), milestones=(niv,))) is not recorded


def test_nothing_is_asked_while_a_question_is_open():
    form = a_form(VISIT, (4, *(0,) * 11)).with_answer("speech", None)
    record = a_record(PATIENT, VISIT, assessments=(form,))
    assert not is_complete(form, catalog.alsfrs_r())
    assert findings(record, form, catalog.alsfrs_r()) == ()
    refused = form.with_answer("speech", Answer(item="speech", not_done=NotDone.REFUSED))
    assert {one.rule for one in findings(record, refused, catalog.alsfrs_r())} == {"P6", "P7", "P8"}
    whole = replace(refused, not_done=NotDone.TOO_UNWELL)
    assert findings(record, whole, catalog.alsfrs_r()) == ()


def test_a_score_of_5b_is_not_compared_with_one_of_5a():
    earlier = a_visit(PATIENT, date(2026, 6, 1))
    form = a_form(VISIT, answers=answers(scored(cutting=4), variant="b"))
    before = a_form(earlier, scored(cutting=0))
    record = a_record(PATIENT, earlier, VISIT, assessments=(before, form))
    rest = [one.rule for one in findings(record, form, catalog.alsfrs_r())]
    assert rest == ["P3"]  # the total is compared all the same
    same = replace(before, answers=answers(scored(cutting=0), variant="b"))
    record = a_record(PATIENT, earlier, VISIT, assessments=(same, form))
    assert "P2" in {one.rule for one in findings(record, form, catalog.alsfrs_r())}


def test_only_a_whole_form_of_an_earlier_finished_visit_is_the_one_before():
    days = [date(2026, month, 1) for month in (1, 2, 3, 4, 5)]
    whole, partly, refused, draft, older = (
        a_visit(PATIENT, day, finished=finished)
        for day, finished in zip(days, (True, True, True, False, True), strict=True)
    )
    later = a_visit(PATIENT, DAY + timedelta(days=1))
    form = a_form(VISIT, scored())
    forms = (
        a_form(whole, scored()),
        a_form(partly, (*scored()[:-1], None)),
        a_form(refused, scored(), not_done=NotDone.REFUSED),
        a_form(draft, scored()),
        a_form(older, scored(), version="0"),
        form,
        a_form(later, scored()),
    )
    record = a_record(
        PATIENT, whole, partly, refused, draft, older, VISIT, later, assessments=forms
    )
    before = form_before(record, form, catalog.alsfrs_r())
    assert before is not None
    assert before.date == days[0]
    assert form_before(record, before, catalog.alsfrs_r()) is None


def test_another_questionnaire_is_not_asked_about():
    other = replace(catalog.alsfrs_r(), id="other")
    form = a_form(VISIT, (0,) * 12, instrument="other")
    assert findings(a_record(PATIENT, VISIT, assessments=(form,)), form, other) == ()


@given(same=scores, days=st.integers(1, 4000), kinds=milestones_of_any_kind)
def test_the_same_answers_again_raise_no_question_about_change(same, days, kinds):
    assert rules(tuple(same), tuple(same), days=days, milestones=had(*kinds)) & COMPARING == set()


@given(
    now=st.lists(st.none() | st.integers(0, 4), min_size=12, max_size=12),
    before=st.none() | scores.map(tuple),
    days=st.integers(1, 4000),
    kinds=milestones_of_any_kind,
    data=st.data(),
)
def test_any_answers_can_be_asked_about(now, before, days, kinds, data):
    form = a_form(VISIT, tuple(now))
    for slot in SLOTS:
        if slot not in form.answers and data.draw(st.booleans()):
            item = catalog.alsfrs_r().variants(slot)[0].id
            form = form.with_answer(slot, Answer(item=item, not_done=NotDone.REFUSED))
    visits, forms = [VISIT], [form]
    if before is not None:
        visits.insert(0, a_visit(PATIENT, DAY - timedelta(days=days)))
        forms.insert(0, a_form(visits[0], before))
    record = a_record(PATIENT, *visits, assessments=tuple(forms), milestones=had(*kinds))
    given = findings(record, form, catalog.alsfrs_r())
    assert given == () or is_complete(form, catalog.alsfrs_r())
    about = [(one.rule, one.slot) for one in given]
    assert len(set(about)) == len(about)  # an answer to one of them is an answer to no other
    assert all(one.message.endswith(".") and one.found for one in given)
    if before is None:
        assert COMPARING.isdisjoint(one.rule for one in given)
