import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.science.spirometry_quality import Grade, best_ml, grade, repeatability_ml

WORST_LAST = list(Grade)

volumes = st.integers(100, 8000)
# Close enough that every grade turns up
blows = st.lists(st.integers(3000, 3400), max_size=8)


@pytest.mark.parametrize(
    ("acceptable", "usable", "expected"),
    [
        ([3200, 3120, 3100], [], Grade.A),
        ([3200, 3050, 3010], [], Grade.A),  # 3.20 - 3.05 > 0.15 in floating point
        ([3200, 3120], [], Grade.B),
        ([3200, 3020], [], Grade.C),
        ([3200, 2970], [], Grade.D),
        ([3200, 2800], [], Grade.E),
        ([3200], [], Grade.E),
        ([], [2900], Grade.U),
        ([], [], Grade.F),
        ([3200, 3020, 3010], [], Grade.C),  # three blows but 180 ml apart
    ],
)
def test_the_published_grades(acceptable, usable, expected):
    assert grade(acceptable, usable) is expected


@pytest.mark.parametrize(
    ("difference", "with_two", "with_three"),
    [
        (0, Grade.B, Grade.A),
        (150, Grade.B, Grade.A),
        (151, Grade.C, Grade.C),
        (200, Grade.C, Grade.C),
        (201, Grade.D, Grade.D),
        (250, Grade.D, Grade.D),
        (251, Grade.E, Grade.E),
    ],
)
def test_the_limits_belong_to_the_better_grade(difference, with_two, with_three):
    second = 3200 - difference
    assert grade([3200, second], []) is with_two
    assert grade([3200, second, 2000], []) is with_three


def test_a_larger_blow_can_worsen_the_grade():
    assert grade([3200, 3120, 3100], []) is Grade.A
    assert grade([3200, 3120, 3100, 3600], []) is Grade.E


@given(acceptable=blows, usable=blows, data=st.data())
def test_the_order_never_matters(acceptable, usable, data):
    shuffled = data.draw(st.permutations(acceptable))
    assert grade(shuffled, usable) is grade(acceptable, usable)
    assert repeatability_ml(shuffled) == repeatability_ml(acceptable)
    assert best_ml(shuffled, data.draw(st.permutations(usable))) == best_ml(acceptable, usable)


@given(acceptable=blows.filter(bool), data=st.data())
def test_a_blow_that_is_not_the_largest_never_worsens_the_grade(acceptable, data):
    another = data.draw(st.integers(100, max(acceptable)))
    before, after = grade(acceptable, []), grade([*acceptable, another], [])
    assert WORST_LAST.index(after) <= WORST_LAST.index(before)
    assert best_ml([*acceptable, another], []) == best_ml(acceptable, [])


@given(acceptable=blows, usable=blows, louder=st.integers(0, 3000))
def test_only_differences_and_counts_are_graded(acceptable, usable, louder):
    shifted = [blow + louder for blow in acceptable]
    assert grade(shifted, usable) is grade(acceptable, usable)


@given(acceptable=blows.filter(bool), usable=st.lists(volumes))
def test_usable_blows_matter_only_where_none_is_acceptable(acceptable, usable):
    assert grade(acceptable, usable) is grade(acceptable, [])
    assert grade(acceptable, usable) not in {Grade.U, Grade.F}
    assert best_ml(acceptable, usable) == max(acceptable)


def test_the_difference_needs_two_blows():
    assert repeatability_ml([]) is None
    assert repeatability_ml([3200]) is None
    assert repeatability_ml([3050, 3200]) == 150
    assert repeatability_ml([3200, 3200, 1000]) == 0


def test_the_best_is_the_largest_acceptable_else_the_largest_usable():
    assert best_ml([3050, 3200], [3900]) == 3200
    assert best_ml([], [2700, 2900]) == 2900
    assert best_ml([], []) is None
