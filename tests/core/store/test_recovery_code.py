import itertools
import math
import random
import secrets

import pytest

from core.errors import WrongPassword
from core.store import recovery_code
from core.store.recovery_code import ALPHABET, GROUPS, new_code, normalized


def test_r09_a_code_is_nine_groups_of_which_three_quarters_are_chance():
    """R9: no fewer than 128 bits."""
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all([len(group) for group in code.split("-")] == [4] * 9 for code in codes)
    assert math.log2(30**3 * 30 / 32) * GROUPS >= 128  # without 0 and 1, also as the check
    for place in range(3):  # every character of chance takes every value
        assert {code[place] for code in codes} <= set(ALPHABET)
        assert len({code[place] for code in codes}) > 20


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " – "),
        lambda code: f"\u200f\t{code}\n",
        lambda code: code.replace("0", "O").replace("1", "I"),
        lambda code: code.replace("0", "o").replace("1", "l"),
        lambda code: code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")),
        lambda code: "".join(
            chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in code
        ),  # full width
    ],
)
def test_a_code_is_read_back_however_it_is_typed(typed):
    for _ in range(50):
        code = new_code()
        assert normalized(typed(code)) == code


def test_every_single_wrong_letter_is_noticed_and_its_group_named():
    code = new_code()
    for place, letter in itertools.product(range(len(code)), ALPHABET):
        if code[place] in ("-", letter):
            continue
        wrong = code[:place] + letter + code[place + 1 :]
        with pytest.raises(WrongPassword, match=f"mistyped in its group {place // 5 + 1}\\."):
            normalized(wrong)


def test_neighbours_exchanged_are_noticed_but_for_one_pair():
    """Luhn's check knows 0 and Z, its least and its greatest, not apart when they change places."""
    missed = set()
    for _ in range(300):
        code = new_code().replace("-", "")
        for place in range(len(code) - 1):
            one, other = code[place : place + 2]
            exchanged = code[:place] + other + one + code[place + 2 :]
            if one != other and place % 4 != 3:
                try:
                    normalized(exchanged)
                except WrongPassword:
                    continue
                missed.add(frozenset((one, other)))
    assert missed <= {frozenset("0Z")}


def test_groups_exchanged_are_noticed():
    for _ in range(100):
        groups = new_code().split("-")
        one, other = random.sample(range(GROUPS), 2)
        groups[one], groups[other] = groups[other], groups[one]
        if groups[one] != groups[other]:
            with pytest.raises(WrongPassword, match="mistyped in its group"):
                normalized("-".join(groups))


@pytest.mark.parametrize("typed", ["", "-", "s3cret", "7K3M-", "س" * 36, "U" * 36, "7" * 37])
def test_what_is_no_code_is_refused_in_one_sentence(typed):
    with pytest.raises(WrongPassword, match="Compare it with the printed page"):
        normalized(typed)


def test_a_group_left_out_is_told_by_the_number_of_letters():
    with pytest.raises(WrongPassword, match="has 36 letters and digits, here are 32"):
        normalized(new_code()[5:])


def test_a_new_code_holds_nothing_that_is_taken_for_something_else():
    for _ in range(300):
        assert not set(recovery_code.new_code()) & set("01OILU")


def test_a_code_of_before_with_its_digits_is_read_still():
    old = next(code for code in (_code_of_before() for _ in range(99)) if "0" in code)
    assert recovery_code.normalized(old.replace("0", "o").lower()) == old


def _code_of_before():
    chance = ["".join(secrets.choice(recovery_code.ALPHABET) for _ in range(3)) for _ in range(9)]
    return "-".join(three + recovery_code._check(at, three) for at, three in enumerate(chance))
