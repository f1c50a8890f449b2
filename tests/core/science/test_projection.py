import math
import statistics
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.science.progression import MONTH_DAYS, NoSlope, months_between, ols_slope
from core.science.projection import (
    Crossing,
    NoCrossing,
    NoProjection,
    Projection,
    crosses,
    inverse_prediction,
    predicted,
    project,
)
from core.science.statistics.distributions import t_quantile

FIRST = date(2014, 3, 10)
FORMS = [
    (date(2014, 3, 10), 37),
    (date(2014, 5, 12), 35),
    (date(2014, 7, 9), 34),
    (date(2014, 9, 8), 31),
    (date(2015, 3, 11), 26),
]
# Ezekiel 1930, Methods of Correlation Analysis: the stopping distance (feet) of cars at a speed
# (miles per hour); the data set "cars" of R
SPEEDS = [
    4, 4, 7, 7, 8, 9, 10, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15,
    15, 16, 16, 17, 17, 17, 18, 18, 18, 18, 19, 19, 19, 20, 20, 20, 20, 20, 22, 23, 24, 24, 24, 24,
    25,
]  # fmt: skip
DISTANCES = [
    2, 10, 4, 22, 16, 10, 18, 26, 34, 17, 28, 14, 20, 24, 28, 26, 34, 34, 46, 26, 36, 60, 80, 20,
    26, 54, 32, 40, 32, 40, 50, 42, 56, 76, 84, 36, 46, 68, 32, 48, 52, 56, 64, 66, 54, 70, 92, 93,
    120, 85,
]  # fmt: skip
# Graybill and Iyer 1994, Regression Analysis, p. 434: the weight (g) of crystals after 2, 4, ... 28 h
CRYSTALS = [
    0.08, 1.12, 4.43, 4.98, 4.92, 7.18, 5.57, 8.40, 8.81, 10.81, 11.16, 10.12, 13.12, 15.04,
]  # fmt: skip

histories = st.lists(
    st.tuples(st.integers(0, 1500), st.integers(0, 48)), min_size=3, max_size=12
).map(lambda forms: [(FIRST + timedelta(days), float(total)) for days, total in forms])
# Falling and then some noise, so that a threshold is often met
declines = st.builds(
    lambda days, per_day, noise: [
        (FIRST + timedelta(day), 48 - per_day * day + off)
        for day, off in zip(days, noise, strict=False)
    ],
    st.lists(st.integers(0, 700), min_size=3, max_size=8, unique=True),
    st.floats(0.005, 0.1),
    st.lists(st.floats(-1.5, 1.5), min_size=8, max_size=8),
)


# The arithmetic by itself, before the limits of what is drawn and said
ARITHMETIC = {"fewest": 3, "spans_ahead": math.inf}


def freely(points, **keywords):
    """A projection of results that can have any value, however wide its band is."""
    limits = {"floor": None, "ceiling": None, "widest": math.inf, **ARITHMETIC}
    return project(points, **limits | keywords)


def meets(points, threshold, **keywords):
    """When the line meets a threshold, however far ahead that is, up to 5 years."""
    return crosses(points, threshold, **ARITHMETIC | keywords)


def sentence(answer):
    assert isinstance(answer, NoProjection | NoCrossing), answer
    return answer.reason


def band_of_the_line(points, month):
    """The 95 % confidence interval of the line itself, by other formulas than the program's."""
    x = [months_between(min(day for day, _ in points), day) for day, _ in points]
    y = [value for _, value in points]
    slope, intercept = statistics.linear_regression(x, y)
    rss = sum((b - intercept - slope * a) ** 2 for a, b in zip(x, y, strict=True))
    n = len(x)
    # (X'X)⁻¹ written out
    sx, sxx = sum(x), sum(a * a for a in x)
    leverage = (sxx - 2 * month * sx + n * month * month) / (n * sxx - sx * sx)
    margin = t_quantile(0.95, n - 2) * math.sqrt(rss / (n - 2) * leverage)
    return intercept + slope * month - margin, intercept + slope * month + margin


def test_the_published_prediction_interval():
    slope = ols_slope(
        [(FIRST + timedelta(x), y) for x, y in zip(SPEEDS, DISTANCES, strict=True)],
        minimum_span_days=0,
    )
    # predict(lm(dist ~ speed, cars), data.frame(speed = 12), interval = "prediction") in R
    at = predicted(slope, FIRST + timedelta(12))
    # The axis has its zero at the slowest car; days are counted from there.
    assert slope.first == FIRST + timedelta(4)
    assert at.value == pytest.approx(29.60981, abs=5e-6)
    assert at.low == pytest.approx(-1.749529, abs=5e-7)
    assert at.high == pytest.approx(60.96915, abs=5e-6)


def test_the_published_inverse_prediction():
    slope = ols_slope(
        [(FIRST + timedelta(2 * i), weight) for i, weight in enumerate(CRYSTALS)],
        minimum_span_days=0,
    )
    # Greenwell and Schubert Kabban 2014, doi:10.32614/RJ-2014-009: investr's calibrate(y0 = 8,
    # mean.response = TRUE). An hour is a day here, and the first day is hour 2.
    hours = [2 + month * MONTH_DAYS for month in inverse_prediction(slope, 8)]
    assert hours == pytest.approx([15.88820, 14.65896, 17.15963], abs=5e-6)


def test_an_exact_line_is_at_its_mean_in_the_mean_month():
    slope = ols_slope([(FIRST + timedelta(487 * i), 40 - 4 * i) for i in range(3)], fewest=3)
    assert (slope.per_month, slope.residual_sd) == (-0.25, 0)  # 487 days are 16 months
    assert inverse_prediction(slope, 36) == (16, 16, 16)


# Computed apart with numpy (polyfit, and the formulas of Draper and Smith)
def test_the_checked_history_carried_forward():
    found = freely(FORMS)
    assert found.slope == ols_slope(FORMS)
    expected = [
        (date(2015, 3, 11), 25.9269, 23.8728, 27.9809),
        (date(2015, 4, 10), 25.0152, 22.8621, 27.1683),
        (date(2015, 5, 11), 24.0732, 21.8099, 26.3365),
        (date(2015, 6, 10), 23.1616, 20.7850, 25.5381),
        (date(2015, 7, 11), 22.2196, 19.7202, 24.7189),
        (date(2015, 8, 10), 21.3079, 18.6849, 23.9310),
        (date(2015, 9, 10), 20.3659, 17.6107, 23.1211),
    ]
    assert [p.day for p in found.points] == [day for day, *_ in expected]
    for point, (_, *numbers) in zip(found.points, expected, strict=True):
        assert [point.value, point.low, point.high] == pytest.approx(numbers, abs=5e-5)


@pytest.mark.parametrize(
    ("threshold", "on", "earliest", "latest"),
    [
        (24, date(2015, 5, 13), date(2015, 3, 27), date(2015, 7, 19)),
        (20, date(2015, 9, 22), date(2015, 7, 18), date(2015, 12, 25)),
        (10, date(2016, 8, 16), date(2016, 4, 23), date(2017, 1, 27)),
        (0, date(2017, 7, 11), date(2017, 1, 28), date(2018, 3, 4)),
    ],
)
def test_when_the_checked_history_meets_a_threshold(threshold, on, earliest, latest):
    found = meets(FORMS, threshold)
    assert (found.on, found.earliest, found.latest) == (on, earliest, latest)
    assert found.slope == ols_slope(FORMS)


def test_a_projection_says_how_far_it_reaches():
    assert len(freely(FORMS, months=0).points) == 1
    assert freely(FORMS, months=24).points[-1].day == date(2015, 3, 11) + timedelta(730)


def test_the_interval_is_cut_to_the_scale_and_the_line_ends_where_it_leaves_it():
    whole = freely(FORMS, months=48).points
    drawn = freely(FORMS, months=48, floor=0, ceiling=48).points
    assert drawn[-1].day == date(2017, 7, 10)  # it meets 0 on 11 July 2017
    assert drawn[-1].low == 0 < drawn[-1].value < drawn[-1].high
    assert [p.value for p in drawn] == [p.value for p in whole[: len(drawn)]]
    assert whole[len(drawn)].value < 0
    assert [p.high for p in drawn] == [p.high for p in whole[: len(drawn)]]

    rising = [(day, 47.6 - 0.1 * (total - 26)) for day, total in FORMS]
    whole = freely(rising, months=3).points
    drawn = freely(rising, months=3, floor=0, ceiling=48).points
    assert drawn[0] == whole[0]
    assert whole[3].value < drawn[3].high == 48 < whole[3].high
    assert drawn[3].low == whole[3].low
    assert freely(rising, months=3, floor=0) == freely(rising, months=3)


def test_a_line_that_has_left_the_scale_is_not_drawn():
    saturated = [(FIRST, 40), (FIRST + timedelta(90), 48), (FIRST + timedelta(180), 48)]
    assert sentence(freely(saturated, floor=0, ceiling=48)) == (
        "The line through the results leaves the scale before the last of them;"
        " look at the results themselves."
    )
    assert isinstance(freely(saturated), Projection)


@pytest.mark.parametrize(
    ("points", "days"), [([], 0), (FORMS[:1], 1), (FORMS[:2], 2), ([*FORMS[:2], FORMS[0]], 2)]
)
def test_two_days_say_nothing_of_the_future(points, days):
    reason = f"A projection needs results on at least 3 different days; so far: {days}."
    assert sentence(freely(points)) == reason
    assert sentence(meets(points, 20)) == reason.replace("A projection", "A date")


def test_a_short_history_says_nothing_of_the_future():
    short = [(FIRST, 40), (FIRST + timedelta(30), 39), (FIRST + timedelta(59), 36)]
    reason = "A slope needs at least 60 days from the first to the last result; so far: 59."
    assert sentence(freely(short)) == reason
    assert sentence(meets(short, 20)) == reason
    assert isinstance(freely(short, minimum_span_days=59), Projection)
    assert isinstance(meets(short, 35, minimum_span_days=59), NoCrossing | Crossing)
    assert "so far" not in sentence(meets(short, 40, minimum_span_days=59))


@pytest.mark.parametrize("threshold", [26, 30, 48])
def test_what_has_come_true_is_not_predicted(threshold):
    assert sentence(meets(FORMS, threshold)) == (
        "The last result is already at this value or below it."
    )


def test_of_several_results_on_the_last_day_the_lowest_counts():
    assert "already" in sentence(meets([*FORMS, (FORMS[-1][0], 30)], 26))
    assert "already" in sentence(meets([*FORMS, (FORMS[-1][0], 24)], 25))


def test_a_line_below_the_threshold_under_a_result_above_it_gives_no_day():
    assert predicted(ols_slope(FORMS), FORMS[-1][0]).value < 25.95 < FORMS[-1][1]
    assert sentence(meets(FORMS, 25.95)) == (
        "The line through the results is already at this value or below it,"
        " but the last result is above it; another result is needed to give a day."
    )


def test_results_that_do_not_clearly_fall_give_no_day():
    noisy = [(FIRST + timedelta(60 * i), total) for i, total in enumerate([38, 33, 37, 34])]
    assert ols_slope(noisy).per_month < 0 < ols_slope(noisy).ci_high
    assert sentence(meets(noisy, 20)) == (
        "The results do not clearly fall (95 % interval −2.97 to +2.16 per month);"
        " more results are needed to give a day."
    )
    rising = [(day, 60 - total) for day, total in FORMS]
    assert ols_slope(rising).ci_low > 0
    assert "do not clearly fall (95 % interval +0.76 to +1.09" in sentence(meets(rising, 20))
    constant = [(day, 40) for day, _ in FORMS]
    assert "do not clearly fall (95 % interval 0.00 to 0.00" in sentence(meets(constant, 20))


def test_what_is_more_than_five_years_ahead_gets_no_day():
    slow = [(FIRST + timedelta(90 * i), total) for i, total in enumerate([48, 47.4, 47.1, 46.5])]
    assert sentence(meets(slow, 20)) == (
        "At this rate the value is met more than 60 months after the last result;"
        " the results of 9 months say too little of a time so far ahead."
    )
    soon = meets(slow, 44)
    assert soon.earliest < soon.on < soon.latest


def test_a_last_limit_more_than_five_years_ahead_is_left_open():
    unsure = [(FIRST + timedelta(60 * i), total) for i, total in enumerate([44, 40.2, 40, 36.5])]
    assert ols_slope(unsure).ci_high < 0
    found = meets(unsure, 25)
    assert found.latest is None
    assert found.earliest < found.on < FIRST + timedelta(180 + 5 * 366)


def test_the_earliest_limit_may_have_passed():
    found = meets(FORMS, 25.9)
    assert found.earliest < FORMS[-1][0] < found.on < found.latest


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="finite"):
        meets(FORMS, value)
    for refused in (
        lambda: freely([*FORMS, (date(2015, 6, 1), value)]),
        lambda: meets([FORMS[0], (date(2015, 6, 1), value)], 20),
    ):
        with pytest.raises(ValueError, match="finite"):
            refused()


def test_two_results_have_a_line_and_no_interval():
    slope = ols_slope(FORMS[::4])
    assert predicted(slope, FORMS[-1][0]) is None
    assert inverse_prediction(slope, 20) is None


@given(points=histories, months=st.integers(0, 24))
def test_the_interval_holds_the_line_and_widens(points, months):
    found = freely(points, months=months)
    if isinstance(found, NoProjection):
        assert len({day for day, _ in points}) < 3 or isinstance(ols_slope(points), NoSlope)
        return
    assert len(found.points) == months + 1
    assert found.points[0].day == max(day for day, _ in points)
    widths = [p.high - p.low for p in found.points]
    assert all(p.low <= p.value <= p.high for p in found.points)
    assert all(later >= sooner - 1e-9 for sooner, later in pairwise(widths))


@given(points=histories)
def test_nothing_drawn_is_impossible(points):
    whole, drawn = freely(points), freely(points, floor=0, ceiling=48)
    if isinstance(drawn, NoProjection):
        assert isinstance(whole, NoProjection) or not 0 <= whole.points[0].value <= 48
        return
    assert all(0 <= p.low <= p.value <= p.high <= 48 for p in drawn.points)
    # The same days and the same line from the start, up to where it leaves the scale
    kept = whole.points[: len(drawn.points)]
    assert [(p.day, p.value) for p in drawn.points] == [(p.day, p.value) for p in kept]
    assert not any(0 <= p.value <= 48 for p in whole.points[len(drawn.points) :])


@given(points=declines, threshold=st.floats(0, 45))
def test_the_limits_are_where_the_band_of_the_line_meets_the_threshold(points, threshold):
    slope = ols_slope(points, fewest=3)
    assume(not isinstance(slope, NoSlope))
    months = inverse_prediction(slope, threshold)
    if months is None:
        assert slope.ci_low <= 0 <= slope.ci_high
        return
    on, earliest, latest = months
    assert earliest <= on <= latest
    assert slope.intercept + slope.per_month * on == pytest.approx(threshold, abs=1e-6)
    assume(latest < 500)  # beyond, the band is so flat that a value says little of its month
    # One edge of the band meets the threshold first, the other last.
    lower, upper = band_of_the_line(points, earliest)
    assert min(abs(lower - threshold), abs(upper - threshold)) < 1e-5
    lower, upper = band_of_the_line(points, latest)
    assert min(abs(lower - threshold), abs(upper - threshold)) < 1e-5
    lower, upper = band_of_the_line(points, (earliest + latest) / 2)
    assert lower - 1e-5 <= threshold <= upper + 1e-5


@given(points=declines, threshold=st.floats(0, 45))
def test_a_day_that_is_given_lies_ahead_between_its_limits(points, threshold):
    found = meets(points, threshold)
    if isinstance(found, NoCrossing):
        return
    last = max(day for day, _ in points)
    assert last <= found.on <= last + timedelta(round(60 * MONTH_DAYS))
    assert min(day for day, _ in points) < found.earliest <= found.on
    assert found.latest is None or found.on <= found.latest


@given(points=declines | histories, threshold=st.floats(0, 45), later=st.integers(-3000, 3000))
def test_moving_all_results_moves_the_future_with_them(points, threshold, later):
    by = timedelta(later)
    moved = [(day + by, value) for day, value in points]
    before, after = meets(points, threshold), meets(moved, threshold)
    if isinstance(before, NoCrossing):
        assert after == before
    else:
        latest = before.latest and before.latest + by
        assert (after.on, after.earliest, after.latest) == (
            before.on + by,
            before.earliest + by,
            latest,
        )
        assert after.horizon == before.horizon + by
    before, after = freely(points), freely(moved)
    if isinstance(before, NoProjection):
        assert after == before
    else:
        assert [(p.day, p.value, p.low, p.high) for p in after.points] == [
            (p.day + by, p.value, p.low, p.high) for p in before.points
        ]


@given(points=declines | histories, threshold=st.floats(0, 45), data=st.data())
def test_the_order_never_matters(points, threshold, data):
    shuffled = data.draw(st.permutations(points))
    assert meets(shuffled, threshold) == meets(points, threshold)
    assert freely(shuffled) == freely(points)


@given(points=declines, low=st.floats(0, 45), high=st.floats(0, 45))
def test_a_lower_threshold_is_met_later(points, low, high):
    assume(low < high)
    sooner, later = meets(points, high), meets(points, low)
    if isinstance(sooner, Crossing) and isinstance(later, Crossing):
        assert sooner.on <= later.on


@given(
    days=st.lists(st.integers(0, 700), min_size=3, max_size=8, unique=True),
    start=st.integers(30, 48),
    per_day=st.floats(0.01, 0.05),
)
def test_an_exact_line_has_an_interval_of_no_width(days, start, per_day):
    assume(max(days) - min(days) >= 60)
    points = [(FIRST + timedelta(day), start - per_day * day) for day in days]
    for p in freely(points).points:
        assert p.value == pytest.approx(start - per_day * (p.day - FIRST).days, abs=1e-6)
        assert p.high - p.low == pytest.approx(0, abs=1e-6)
    threshold = min(value for _, value in points) - 5
    found = meets(points, threshold)
    assert abs((found.on - FIRST).days - (start - threshold) / per_day) <= 0.51
    # Half a day may fall to either side.
    assert found.latest - found.earliest <= timedelta(1)


# What is not said, because the results do not carry it

VOLUMES = [(date(2025, 1, 10), 3.10), (date(2025, 4, 10), 2.98), (date(2025, 7, 10), 2.86)]
PREDICTED_L = 4.04
LEAST = 15 / PREDICTED_L  # 150 mL of it, in % predicted


def in_percent(volumes):
    return [(day, 100 * litres / PREDICTED_L) for day, litres in volumes]


# F08 and others of its kind: three or four sessions, however exactly they lie on a line
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_few_sessions_give_no_date_of_the_niv_line(n):
    points = [(date(2025, 1, 10) + timedelta(91 * i), 3.10 - 0.12 * i) for i in range(n)]
    reason = f"A projection needs results on at least 6 different days; so far: {n}."
    no_date = sentence(crosses(in_percent(points), 50, least_scatter=LEAST))
    assert no_date == reason.replace("A projection", "A date")
    drawn = project(in_percent(points), floor=0, ceiling=None, least_scatter=LEAST)
    assert sentence(drawn) == reason


def test_three_sessions_in_six_months_do_not_know_a_date_to_three_weeks():
    points = in_percent(VOLUMES)
    found = crosses(points, 50, fewest=3, spans_ahead=math.inf)
    assert found.latest - found.earliest < timedelta(60)  # what was said before
    assert "at least 6 different days" in sentence(crosses(points, 50, least_scatter=LEAST))
    floored = crosses(points, 50, fewest=3, spans_ahead=math.inf, least_scatter=LEAST)
    assert isinstance(floored, Crossing) and floored.latest is None
    assert floored.horizon - floored.earliest > timedelta(3 * 365)


@pytest.mark.parametrize("n", [6, 7, 8])
@pytest.mark.parametrize("every", [30, 61, 91])
def test_no_date_is_further_ahead_than_the_results_reach_back(n, every):
    points = [(FIRST + timedelta(every * i), 90 - 2 * i) for i in range(n)]
    last = points[-1]
    span = last[0] - FIRST
    for fall in (one for one in range(1, 60) if one != 2 * (n - 1)):
        found = crosses(points, last[1] - fall, least_scatter=0.2)
        if fall < 2 * (n - 1):
            assert found.on <= last[0] + span + timedelta(1)
            assert found.latest is None or found.latest <= found.horizon
            assert abs((found.horizon - last[0] - span).days) <= 1
        else:
            months = f"{span.days / MONTH_DAYS:.0f}"
            assert sentence(found) == (
                f"At this rate the value is met more than {months} months after the last result;"
                f" the results of {months} months say too little of a time so far ahead."
            )


def test_a_last_limit_beyond_what_is_looked_ahead_to_is_left_open():
    points = [(FIRST + timedelta(91 * i), 80 - 3.2 * i) for i in range(6)]
    found = crosses(points, 55, least_scatter=LEAST)
    assert isinstance(found, Crossing)
    assert found.latest is None
    assert found.on <= found.horizon


def test_a_projection_reaches_no_further_than_the_results_reach_back():
    points = [(FIRST + timedelta(15 * i), 40 - i % 2) for i in range(8)]  # 105 days
    found = project(points, floor=0, ceiling=48)
    assert [round((p.day - points[-1][0]).days / MONTH_DAYS) for p in found.points] == [0, 1, 2, 3]
    assert len(project(points, floor=0, ceiling=48, spans_ahead=3).points) == 7


@given(points=histories, least=st.floats(0, 4))
def test_no_band_that_is_drawn_is_wider_than_eight_points(points, least):
    found = project(points, floor=0, ceiling=48, least_scatter=least)
    if isinstance(found, NoProjection):
        assert found.reason.endswith(".")
        return
    for p in found.points:
        whole = predicted(found.slope, p.day)
        assert whole.high - whole.value <= 8
    span = found.slope.months
    last = found.points[-1].day
    assert months_between(found.slope.last, last) <= span + 1 / MONTH_DAYS


def test_a_band_that_is_too_wide_is_a_sentence():
    wild = [(FIRST + timedelta(91 * i), v) for i, v in enumerate((44, 30, 41, 25, 36, 22))]
    assert sentence(project(wild, floor=0, ceiling=48)) == (
        "One month ahead the 95 % interval is already wider than ±8 points;"
        " more results are needed."
    )
    assert isinstance(project(wild, floor=0, ceiling=48, widest=40), Projection)
