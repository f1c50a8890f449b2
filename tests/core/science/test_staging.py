import csv
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import resources
from core.science.staging import (
    Kings,
    MitosDomain,
    ft9,
    kings,
    kings_items,
    kings_possible,
    mitos,
    mitos_items,
    mitos_possible,
)

FILE = resources.path("validation", "staging_vectors.csv")
ROWS = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))
QUESTIONS = range(1, 13)
USED_BY_KINGS = {1, 2, 3, 4, 5, 8, 10, 12}
LIGHTEST_FIRST = list(Kings)

scores = st.integers(0, 4)
facts = st.sampled_from([True, False, None])
known = st.booleans()
whole_forms = st.fixed_dictionaries(dict.fromkeys(QUESTIONS, scores))
# As they come: a missing question is absent, or there and None
forms = st.dictionaries(st.sampled_from(QUESTIONS), st.none() | scores)
# Few missing and most of them 4, so that what is missing often decides
nearly_whole_forms = st.fixed_dictionaries(
    dict.fromkeys(QUESTIONS, st.sampled_from([4, 4, 4, 4, 3, 0, None]))
)


def form(**changed):
    """A form of 4s, apart from ``q1=3``; ``q1=None`` is missing."""
    return {number: changed.get(f"q{number}", 4) for number in QUESTIONS}


def alive(items, *, item5b=False, gastrostomy=False):
    return kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=False)


def read(row):
    items = {n: int(row[f"q{n}"]) if row[f"q{n}"] else None for n in QUESTIONS}
    king = kings(
        items,
        item5b=row["item5_version"] == "b",
        gastrostomy=row["gastrostomy"] == "1",
        dead=row["dead"] == "1",
    )
    return items, king


def whole(text):
    return int(text) if text else None


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_checked_forms(row):
    items, king = read(row)
    assert king.stage == (row["kings"] or None)
    assert (king.nutritional_failure is True) == (row["kings_4a_flag"] == "1")
    assert (king.respiratory_failure is True) == (row["kings_4b_flag"] == "1")
    assert mitos(items, dead=False).stage == whole(row["mitos"])
    assert ft9(items, dead=False) == whole(row["ft9_unconfirmed"])


def test_the_checked_forms_tell_the_or_rule_of_communicating_apart():
    apart = [row for row in ROWS if row["mitos"] != row["mitos_or_variant"]]
    assert {row["id"] for row in apart} == {"S16", "S18"}
    for row in apart:
        items, _ = read(row)
        assert mitos(items, dead=False).lost[MitosDomain.COMMUNICATING] is False


@pytest.mark.parametrize(
    ("changed", "stage"),
    [
        ({}, Kings.NOT_STAGEABLE),
        ({"q6": 0, "q7": 0, "q9": 0, "q11": 0}, Kings.NOT_STAGEABLE),  # questions without a region
        ({"q10": 1}, Kings.NOT_STAGEABLE),  # dyspnoea counts at 0 only
        ({"q1": 3}, Kings.ONE),
        ({"q2": 3}, Kings.ONE),
        ({"q3": 3}, Kings.ONE),
        ({"q1": 0, "q2": 0, "q3": 0}, Kings.ONE),  # one region, however bad
        ({"q4": 3}, Kings.ONE),
        ({"q5": 3}, Kings.ONE),
        ({"q4": 3, "q5": 3}, Kings.ONE),
        ({"q8": 3}, Kings.ONE),
        ({"q3": 3, "q5": 3}, Kings.TWO),
        ({"q3": 3, "q5": 3, "q8": 3}, Kings.THREE),
        ({"q10": 0}, Kings.FOUR_B),
        ({"q12": 3}, Kings.FOUR_B),
    ],
)
def test_kings_stage_counts_regions_until_breathing_fails(changed, stage):
    assert alive(form(**changed)).stage is stage


def test_both_failures_are_kept_and_breathing_names_the_stage():
    king = alive(form(q12=3), gastrostomy=True)
    assert (king.stage, king.nutritional_failure, king.respiratory_failure) == ("4B", True, True)
    king = alive(form(), gastrostomy=True)
    assert (king.stage, king.nutritional_failure, king.respiratory_failure) == ("4A", True, False)


def test_nutritional_failure_is_a_gastrostomy_or_the_scale_for_it():
    assert alive(form(), item5b=True, gastrostomy=None).stage is Kings.FOUR_A
    assert alive(form(), item5b=None, gastrostomy=True).stage is Kings.FOUR_A
    assert alive(form(), item5b=True, gastrostomy=False).stage is Kings.FOUR_A


def test_a_known_absence_of_gastrostomy_decides_a_form_of_unknown_version():
    king = alive(form(q1=3, q5=None), item5b=None, gastrostomy=False)
    assert (king.stage, king.nutritional_failure) == (None, False)  # question 4 or 5: upper limb
    assert king.missing == (5,)
    king = alive(form(q1=3, q4=3, q5=None), item5b=None, gastrostomy=False)
    assert king.stage is Kings.TWO
    assert alive(form(q1=3), item5b=None, gastrostomy=None).stage is None


def test_5a_does_not_say_that_there_is_no_gastrostomy():
    king = alive(form(q1=3), item5b=False, gastrostomy=None)
    assert (king.stage, king.nutritional_failure, king.respiratory_failure) == (None, None, False)
    assert king.missing == ()  # no question of the form can settle it
    assert alive(form(q12=2), item5b=False, gastrostomy=None).stage is Kings.FOUR_B


@pytest.mark.parametrize(
    ("changed", "known", "missing"),
    [
        ({"q12": None}, {}, (12,)),
        ({"q10": None, "q12": None}, {}, (10, 12)),
        ({"q10": None, "q12": 3}, {}, ()),
        ({"q2": None}, {}, (2,)),
        ({"q1": 3, "q2": None}, {}, ()),
        ({"q12": None, "q8": None}, {}, (8, 12)),
        ({"q12": None, "q8": None}, {"gastrostomy": True}, (12,)),
        ({"q4": 3, "q5": None}, {"item5b": None, "gastrostomy": None}, (5,)),  # 5a or 5b counts
        ({"q4": 3, "q5": None}, {"item5b": None}, ()),
        ({"q6": None, "q7": None, "q9": None, "q11": None}, {}, ()),
    ],
)
def test_the_questions_that_would_settle_kings_stage(changed, known, missing):
    king = alive(form(**changed), **known)
    assert king.missing == missing
    assert (king.stage is None) == bool(missing)


def test_a_form_without_answers_has_no_stage():
    for items in ({}, form(**{f"q{n}": None for n in QUESTIONS})):
        king = kings(items, item5b=None, gastrostomy=None, dead=None)
        assert (king.stage, king.nutritional_failure, king.respiratory_failure) == (None,) * 3
        assert king.missing == (1, 2, 3, 4, 5, 8, 10, 12)
        assert kings(items, item5b=None, gastrostomy=None, dead=False) == king
        assert mitos(items, dead=None).stage is None
        assert set(mitos(items, dead=None).lost.values()) == {None}
        assert ft9(items, dead=None) is None


@pytest.mark.parametrize(
    ("changed", "lost"),
    [
        ({}, set()),
        ({"q8": 2, "q6": 2, "q3": 2, "q1": 2, "q4": 2, "q10": 2, "q12": 3}, set()),
        ({"q8": 1}, {MitosDomain.MOVEMENT}),
        ({"q6": 1}, {MitosDomain.MOVEMENT}),
        ({"q8": 0, "q6": 0}, {MitosDomain.MOVEMENT}),
        ({"q3": 1}, {MitosDomain.SWALLOWING}),
        ({"q1": 1, "q4": 1}, {MitosDomain.COMMUNICATING}),
        ({"q1": 0, "q4": 2}, set()),
        ({"q1": 2, "q4": 0}, set()),
        ({"q10": 1}, {MitosDomain.BREATHING}),
        ({"q12": 2}, {MitosDomain.BREATHING}),
        ({"q3": 0, "q12": 0}, {MitosDomain.SWALLOWING, MitosDomain.BREATHING}),
        ({"q2": 0, "q5": 0, "q7": 0, "q9": 0, "q11": 0}, set()),
    ],
)
def test_mitos_counts_lost_functions(changed, lost):
    found = mitos(form(**changed), dead=False)
    assert {domain for domain, is_lost in found.lost.items() if is_lost} == lost
    assert found.stage == len(lost)


def test_what_is_missing_hides_only_its_own_function():
    found = mitos(form(q3=1, q12=None), dead=False)
    assert found.stage is None
    assert found.lost == {
        MitosDomain.MOVEMENT: False,
        MitosDomain.SWALLOWING: True,
        MitosDomain.COMMUNICATING: False,
        MitosDomain.BREATHING: None,
    }
    # Speech alone rules the loss of communication out; it cannot show it.
    assert mitos(form(q4=None), dead=False).stage == 0
    assert mitos(form(q1=0, q4=None), dead=False).lost[MitosDomain.COMMUNICATING] is None


def test_ft9_counts_subscores_of_9_or_less():
    assert ft9(form(q1=3, q2=3), dead=False) == 0  # 10 of 12
    assert ft9(form(q1=3, q2=3, q3=3), dead=False) == 1
    assert ft9(dict.fromkeys(QUESTIONS, 3), dead=False) == 4
    assert ft9(form(q1=0, q2=0, q3=None), dead=False) is None  # 4 at most, and yet not said


@given(items=forms, item5b=facts, gastrostomy=facts)
def test_death_is_stage_5_whatever_else(items, item5b, gastrostomy):
    king = kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=True)
    assert (king.stage, king.missing) == (Kings.FIVE, ())
    assert mitos(items, dead=True).stage == 5
    assert ft9(items, dead=True) == 5


@given(items=forms, item5b=facts, gastrostomy=facts)
def test_somebody_who_answers_is_alive(items, item5b, gastrostomy):
    known_alive = kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=False)
    assert kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=None) == known_alive
    assert mitos(items, dead=None) == mitos(items, dead=False)
    assert ft9(items, dead=None) == ft9(items, dead=False)


@given(items=forms, item5b=facts, gastrostomy=facts, dead=facts)
def test_there_is_an_answer_to_everything(items, item5b, gastrostomy, dead):
    king = kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=dead)
    assert king.stage is None or king.stage in Kings
    assert {king.nutritional_failure, king.respiratory_failure} <= {True, False, None}
    assert not king.missing or king.stage is None
    found = mitos(items, dead=dead)
    assert found.stage in {None, 0, 1, 2, 3, 4, 5}
    assert set(found.lost) == set(MitosDomain)
    assert ft9(items, dead=dead) in {None, 0, 1, 2, 3, 4, 5}


@given(items=whole_forms, item5b=known, gastrostomy=known, dead=facts)
def test_a_whole_form_always_has_its_stages(items, item5b, gastrostomy, dead):
    assert kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=dead).stage is not None
    assert mitos(items, dead=dead).stage is not None
    assert ft9(items, dead=dead) is not None


@given(
    items=forms | nearly_whole_forms,
    more=whole_forms,
    item5b=facts,
    gastrostomy=facts,
    later=st.tuples(known, known),
    data=st.data(),
)
def test_a_stage_once_given_stands_when_more_is_known(
    items, more, item5b, gastrostomy, later, data
):
    asked_later = data.draw(st.sets(st.sampled_from(QUESTIONS)))
    filled = dict(items)
    for number in asked_later:
        if filled.get(number) is None:
            filled[number] = more[number]
    fed = later[1] if gastrostomy is None else gastrostomy
    asked = later[0] if item5b is None else item5b
    if item5b is None and gastrostomy is False:
        asked = False  # 5b where it was known that there is no gastrostomy would contradict it
    before = kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=None)
    after = kings(filled, item5b=asked, gastrostomy=fed, dead=False)
    for old, new in [
        (before.stage, after.stage),
        (before.nutritional_failure, after.nutritional_failure),
        (before.respiratory_failure, after.respiratory_failure),
        (mitos(items, dead=None).stage, mitos(filled, dead=False).stage),
        *zip(
            mitos(items, dead=None).lost.values(),
            mitos(filled, dead=False).lost.values(),
            strict=True,
        ),
        (ft9(items, dead=None), ft9(filled, dead=False)),
    ]:
        assert old is None or new == old


@given(
    items=nearly_whole_forms,
    more=whole_forms,
    item5b=facts,
    gastrostomy=facts,
    later=st.tuples(known, known),
    other=scores,
)
def test_a_question_that_is_not_named_cannot_change_kings_stage(
    items, more, item5b, gastrostomy, later, other
):
    king = kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=None)
    filled = {n: more[n] if items[n] is None else items[n] for n in QUESTIONS}
    now5b = later[0] if item5b is None else item5b
    now_gastrostomy = later[1] if gastrostomy is None else gastrostomy
    settled = alive(filled, item5b=now5b, gastrostomy=now_gastrostomy).stage
    for number in QUESTIONS:
        if items[number] is None and number not in king.missing:
            changed = {**filled, number: other}
            assert alive(changed, item5b=now5b, gastrostomy=now_gastrostomy).stage is settled


@given(items=nearly_whole_forms, item5b=facts, gastrostomy=facts)
def test_a_question_that_is_named_can_change_kings_stage(items, item5b, gastrostomy):
    missing = kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=None).missing
    best = {n: 4 if items[n] is None else items[n] for n in QUESTIONS}
    for number in missing:
        assert items[number] is None
        outcomes = {
            alive({**best, number: score}, item5b=version, gastrostomy=gastrostomy is True).stage
            for score in (0, 4)
            for version in ((True, False) if item5b is None and number == 5 else (item5b is True,))
        }
        assert len(outcomes) > 1, number


@given(items=forms, item5b=facts, gastrostomy=facts, data=st.data())
def test_the_order_never_matters(items, item5b, gastrostomy, data):
    shuffled = dict(data.draw(st.permutations(list(items.items()))))
    assert kings(shuffled, item5b=item5b, gastrostomy=gastrostomy, dead=None) == kings(
        items, item5b=item5b, gastrostomy=gastrostomy, dead=None
    )
    assert mitos(shuffled, dead=None) == mitos(items, dead=None)
    assert ft9(shuffled, dead=None) == ft9(items, dead=None)


@given(items=whole_forms, worse=whole_forms, item5b=known, gastrostomy=known)
def test_lower_answers_never_lower_a_stage(items, worse, item5b, gastrostomy):
    lower = {number: min(items[number], worse[number]) for number in QUESTIONS}
    before = alive(items, item5b=item5b, gastrostomy=gastrostomy).stage
    after = alive(lower, item5b=item5b, gastrostomy=gastrostomy).stage
    assert LIGHTEST_FIRST.index(after) >= LIGHTEST_FIRST.index(before)
    assert mitos(lower, dead=False).stage >= mitos(items, dead=False).stage
    assert ft9(lower, dead=False) >= ft9(items, dead=False)


@given(items=forms, item5b=facts, gastrostomy=facts, other=st.none() | scores)
def test_questions_6_7_9_and_11_are_not_used_by_kings_stage(items, item5b, gastrostomy, other):
    for number in set(QUESTIONS) - USED_BY_KINGS:
        assert kings(
            {**items, number: other}, item5b=item5b, gastrostomy=gastrostomy, dead=None
        ) == kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=None)


@pytest.mark.parametrize("items", [{0: 4}, {13: 4}, {1: 5}, {1: -1}, {12: 2.5}])
def test_what_the_alsfrs_r_does_not_have_is_refused(items):
    for stage in (
        lambda: kings(items, item5b=None, gastrostomy=None, dead=True),
        lambda: mitos(items, dead=True),
        lambda: ft9(items, dead=True),
    ):
        with pytest.raises(ValueError, match="ALSFRS-R"):
            stage()


# What a form can still become. Only the answers that a stage asks for are tried: all of the open ones.

LIMITS_OF_KINGS = {1: 4, 2: 4, 3: 4, 4: 4, 5: 4, 8: 4, 10: 1, 12: 4}  # below it something is lost
LIMITS_OF_MITOS = {1: 2, 3: 2, 4: 2, 6: 2, 8: 2, 10: 2, 12: 3}


def completions(items, limits):
    """Every way to answer the open ones of some questions, with a score on either side of what matters."""
    open_ones = [number for number in limits if items.get(number) is None]
    for given_now in product(*((limits[n] - 1, limits[n]) for n in open_ones)):
        yield {**items, **dict(zip(open_ones, given_now, strict=True))}


@given(items=forms | nearly_whole_forms, asked=facts, gastrostomy=known)
@settings(max_examples=60, deadline=None)
def test_each_kings_stage_that_is_possible_is_that_of_some_answers_and_no_other_is(
    items, asked, gastrostomy
):
    versions = [asked] if asked is not None else [False, True]
    reached = {
        kings(whole, item5b=item5b, gastrostomy=gastrostomy or item5b, dead=False).stage
        for whole in completions(items, LIMITS_OF_KINGS)
        for item5b in versions
    }
    possible = kings_possible(items, item5b=asked, gastrostomy=gastrostomy)
    assert set(possible) == reached
    assert list(possible) == sorted(possible, key=LIGHTEST_FIRST.index)


@given(items=forms | nearly_whole_forms, asked=known, gastrostomy=facts)
def test_a_kings_stage_that_is_given_is_the_only_one_that_is_possible(items, asked, gastrostomy):
    stage = kings(items, item5b=asked, gastrostomy=gastrostomy, dead=False).stage
    possible = kings_possible(items, item5b=asked, gastrostomy=gastrostomy)
    assert (possible == (stage,)) == (stage is not None)


@given(items=forms | nearly_whole_forms)
@settings(max_examples=60, deadline=None)
def test_mitos_can_become_what_is_between_its_ends_and_nothing_else(items):
    reached = {mitos(w, dead=False).stage for w in completions(items, LIMITS_OF_MITOS)}
    low, high = mitos_possible(items)
    assert reached == set(range(low, high + 1))


@given(items=whole_forms, later=st.lists(st.sampled_from(QUESTIONS), unique=True))
def test_an_answer_never_makes_another_stage_possible(items, later):
    before = {n: None if n in later else score for n, score in items.items()}
    for number in later:
        after = {**before, number: items[number]}
        old = kings_possible(before, item5b=False, gastrostomy=False)
        new = kings_possible(after, item5b=False, gastrostomy=False)
        assert set(new) <= set(old)
        (low, high), (least, most) = mitos_possible(before), mitos_possible(after)
        assert low <= least <= most <= high
        before = after


@pytest.mark.parametrize("items", [{13: 1}, {1: 5}])
def test_what_the_form_does_not_have_is_refused_here_too(items):
    with pytest.raises(ValueError, match="ALSFRS-R"):
        kings_possible(items, item5b=False, gastrostomy=False)
    with pytest.raises(ValueError, match="ALSFRS-R"):
        mitos_possible(items)


@given(forms)
def test_the_questions_that_make_a_stage_are_below_its_limits(items):
    numbers = kings_items(items)
    stage = kings(items, item5b=False, gastrostomy=False, dead=False).stage
    if stage is Kings.FOUR_B:
        assert numbers and set(numbers) <= {10, 12}
    elif stage is not None:
        assert all(items[number] < 4 for number in numbers)
        assert len({_REGION[number] for number in numbers}) == int(stage.value)
    lost = mitos(items, dead=False).lost
    found = mitos_items(items)
    assert set(found) == {domain for domain, gone in lost.items() if gone}
    assert all(found.values()), "a function that is lost has a question that says so"


_REGION = {1: "bulbar", 2: "bulbar", 3: "bulbar", 4: "arms", 5: "arms", 8: "legs"}
