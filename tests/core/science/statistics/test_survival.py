"""Against survival 3.5-3 on R 4.2.2, and the trial's own survival (Nabavi et al., Cell J 2021;23:772-778)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.science.statistics.fit import NoFit
from core.science.statistics.survival import (
    Interval,
    KaplanMeier,
    LogRank,
    kaplan_meier,
    log_rank,
)
from tests.core.science.statistics.public_data import AML, REMISSION

followed = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40)


def curve(times: object, events: object, interval: Interval = Interval.LOG_LOG) -> KaplanMeier:
    found = kaplan_meier(np.asarray(times), np.asarray(events), interval)
    assert isinstance(found, KaplanMeier)
    return found


def pooled(
    data: dict[str, tuple[tuple[int, ...], tuple[int, ...]]],
) -> tuple[list[int], list[int], list[str]]:
    rows = [
        (t, e, g) for g, (times, ends) in data.items() for t, e in zip(times, ends, strict=True)
    ]
    return [t for t, _e, _g in rows], [e for _t, e, _g in rows], [g for _t, _e, g in rows]


def test_the_trial_s_first_year() -> None:
    found = curve([6, 7, 9] + [12] * 14, [1, 1, 1] + [0] * 14)
    assert [found.at(month) for month in (6, 7, 9)] == [
        pytest.approx((0.94117647, 0.057067206, 0.65017890, 0.99149911), abs=1e-8),
        pytest.approx((0.88235294, 0.078142490, 0.60597890, 0.96920930), abs=1e-8),
        pytest.approx((0.82352941, 0.092459441, 0.54713178, 0.93940534), abs=1e-8),
    ]
    assert found.at(12) == found.at(9)
    assert (found.number_at_risk(0), found.number_at_risk(7), found.number_at_risk(12)) == (
        17,
        16,
        14,
    )
    assert found.at(12.01) is None
    assert (found.at(0) or ())[:2] == (1, 0)
    assert (found.median, found.median_interval) == (None, (None, None))


def test_five_years_with_everybody_followed_are_the_plain_share() -> None:
    times = [6, 7, 9, 14, 19, 22, 26, 31, 36, 39, 44, 48] + [60] * 5
    found = curve(times, [1] * 12 + [0] * 5)
    survival, se, _low, _high = found.at(60) or (0, 0, 0, 0)
    assert survival == pytest.approx(5 / 17)
    assert se == pytest.approx(math.sqrt(5 / 17 * 12 / 17 / 17))
    assert found.median == 36


def test_aml_log_log() -> None:
    found = curve(*AML["maintained"])
    ends = [found.at(week) for week in (9, 23, 48)]
    assert ends == [
        pytest.approx((0.90909091, 0.086678417, 0.508080206, 0.98667382), abs=1e-8),
        pytest.approx((0.61363636, 0.152632331, 0.265752040, 0.83529924), abs=1e-8),
        pytest.approx((0.18409091, 0.153492746, 0.011738480, 0.52501484), abs=1e-8),
    ]
    assert (found.median, found.median_interval) == (31, (13, None))
    other = curve(*AML["not maintained"])
    assert (other.median, other.median_interval) == (23, (5, 33))
    survival, _se, low, high = other.at(45) or (1, 1, 1, 1)
    assert survival == 0
    assert math.isnan(low)
    assert math.isnan(high)


def test_aml_plain() -> None:
    times, ends, _groups = pooled(AML)
    found = curve(times, ends, Interval.PLAIN)
    assert found.at(5) == pytest.approx((0.913043478, 0.058753385, 0.797888960, 1.0), abs=1e-8)
    assert found.at(27) == pytest.approx(
        (0.496894410, 0.108401781, 0.284430824, 0.709358), abs=1e-8
    )
    assert found.at(48) == pytest.approx((0.082815735, 0.072661801, 0.0, 0.22523025), abs=1e-8)


def test_remission_medians() -> None:
    """23 (13 to –) and 8 (4 to 11) weeks."""
    drug, placebo = (curve(*data) for data in REMISSION.values())
    assert (drug.median, drug.median_interval) == (23, (13, None))
    assert (placebo.median, placebo.median_interval) == (8, (4, 11))


def test_a_step_at_one_half_has_its_middle_as_the_median() -> None:
    """survfit(Surv(1:4, c(1, 1, 1, 1)) ~ 1): 2.5; with the last two censored: 2."""
    assert curve([1, 2, 3, 4], [1, 1, 1, 1]).median == 2.5
    assert curve([1, 2, 3, 4], [1, 1, 0, 0]).median == 2


def test_log_rank_as_r_prints_it() -> None:
    found = log_rank(*pooled(REMISSION))
    assert isinstance(found, LogRank)
    assert found.chi_squared == pytest.approx(16.7929409892, abs=1e-9)
    aml = log_rank(*pooled(AML))
    assert isinstance(aml, LogRank)
    assert aml.chi_squared == pytest.approx(3.39638869898, abs=1e-10)
    assert aml.expected == pytest.approx((10.6893359923, 7.3106640077), abs=1e-9)
    assert (aml.groups, aml.n, aml.observed) == (
        ("maintained", "not maintained"),
        (11, 12),
        (7, 11),
    )
    assert aml.p == pytest.approx(0.06533932, abs=1e-8)


def test_a_group_that_was_gone_before_the_first_event_takes_no_part() -> None:
    """survdiff(Surv(t, e) ~ g) of R's survival: Chisq 2.47 on 1 degree of freedom, 0 and 0.9 and 3.1 expected."""
    times, events = [1, 1, 3, 5, 6, 7, 8, 9], [0, 0, 1, 1, 0, 1, 1, 0]
    found = log_rank(times, events, [*"aabbbccc"])
    assert isinstance(found, LogRank)
    assert (found.degrees, found.unfollowed) == (1, ("a",))
    assert found.expected == pytest.approx((0, 0.9, 3.1))
    only = log_rank(times[2:], events[2:], [*"bbbccc"])
    assert isinstance(only, LogRank)
    assert found.chi_squared == pytest.approx(only.chi_squared) == pytest.approx(2.47, abs=0.005)
    last = log_rank(times, events, [*"zzbbbccc"])
    assert isinstance(last, LogRank)
    assert last.chi_squared == pytest.approx(found.chi_squared)


@pytest.mark.parametrize(
    ("times", "events", "groups", "said"),
    [
        ([1, 1, 3, 5], [0, 0, 1, 1], "aabb", "one group alone was still followed"),
        ([4, 4, 4, 4, 2], [1, 1, 1, 1, 0], "aabbb", "had the event at the same time"),
        ([1, 2], [0, 0], "ab", "No event"),
        ([1, 2], [1, 0], "aa", "One group"),
    ],
)
def test_groups_that_cannot_be_compared_say_why(
    times: list[float], events: list[int], groups: str, said: str
) -> None:
    found = log_rank(times, events, [*groups])
    assert isinstance(found, NoFit)
    assert said in found.reason


def test_before_the_first_event_only_the_plain_interval_has_ends() -> None:
    """survfit with conf.type "log-log": NA to NA while all are alive; with "plain": 1 to 1."""
    for kind, ends in ((Interval.LOG_LOG, (math.nan, math.nan)), (Interval.PLAIN, (1.0, 1.0))):
        found = kaplan_meier([1, 2, 3, 5, 6, 7], [0, 1, 0, 1, 1, 1], kind)
        assert isinstance(found, KaplanMeier)
        for time in (0.5, 1):
            at = found.at(time)
            assert at is not None
            assert at[:2] == (1, 0)
            assert at[2:] == pytest.approx(ends, nan_ok=True)
        assert (found.low[0], found.high[0]) == pytest.approx(ends, nan_ok=True)


@given(followed)
def test_the_curve_is_the_product_of_who_is_left(rows: list[tuple[int, bool]]) -> None:
    found = curve([t for t, _ in rows], [e for _, e in rows])
    survival = 1.0
    for time in sorted({t for t, _ in rows}):
        at_risk = sum(t >= time for t, _ in rows)
        survival *= 1 - sum(t == time and e for t, e in rows) / at_risk
        assert (found.at(time) or (9,))[0] == pytest.approx(survival)
        assert found.number_at_risk(time) == at_risk
    assert (np.diff(found.survival) <= 1e-12).all()
    inside = (found.survival > 0) & (found.survival < 1)
    assert (found.low[inside] <= found.survival[inside] + 1e-12).all()
    assert (found.high[inside] >= found.survival[inside] - 1e-12).all()
    assert found.events.sum() + found.censored.sum() == found.n == len(rows)


@given(followed, st.randoms(use_true_random=False))
def test_the_order_of_patients_and_names_of_groups_do_not_matter(
    rows: list[tuple[int, bool]], random: object
) -> None:
    groups = ["b" if index % 3 else "a" for index in range(len(rows))]
    mixed = list(zip(rows, groups, strict=True))
    random.shuffle(mixed)  # type: ignore[attr-defined]
    plain = log_rank([t for t, _ in rows], [e for _, e in rows], groups)
    other = log_rank(
        [t for (t, _), _g in mixed],
        [e for (_, e), _g in mixed],
        ["z" if group == "a" else "y" for _, group in mixed],
    )
    assert isinstance(plain, NoFit) == isinstance(other, NoFit)
    if isinstance(plain, LogRank) and isinstance(other, LogRank):
        assert other.chi_squared == pytest.approx(plain.chi_squared, abs=1e-9)
        assert sum(plain.expected) == pytest.approx(sum(plain.observed))


def test_bad_times_are_an_error_and_nobody_is_no_curve() -> None:
    assert isinstance(kaplan_meier([], []), NoFit)
    for times in ([-1.0], [math.nan]):
        with pytest.raises(ValueError, match="follow-up"):
            kaplan_meier(times, [True])
    assert isinstance(log_rank([1, 2], [1, 0], ["a", "a"]), NoFit)
    assert isinstance(log_rank([1, 2], [0, 0], ["a", "b"]), NoFit)
