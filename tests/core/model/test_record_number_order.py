from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.model.patient import number_order


def test_record_numbers_are_in_the_order_in_which_people_count():
    found = ["10", "A-10", "9", "B-1", "A-2", "2024/7", "2024/12", "A"]
    assert sorted(found, key=number_order) == [
        "A", "A-2", "A-10", "B-1", "9", "10", "2024/7", "2024/12",
    ]  # fmt: skip


@given(st.text(max_size=3), st.lists(st.integers(0, 10**6), min_size=2, unique=True), st.text())
def test_what_differs_by_a_number_alone_is_in_its_order(before, numbers, after):
    """Whatever stands before and after it that is no digit itself."""
    head, tail = (f"{''.join(c for c in part if not c.isdecimal())}-" for part in (before, after))
    ordered = sorted((f"{head}{one}{tail}" for one in numbers), key=number_order)
    assert ordered == [f"{head}{one}{tail}" for one in sorted(numbers)]
    assert all(number_order(one) < number_order(other) for one, other in pairwise(ordered))
