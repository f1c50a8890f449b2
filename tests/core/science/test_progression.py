import csv
import math
import statistics
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import resources
from core.science.progression import (
    MONTH_DAYS,
    NoSlope,
    Pace,
    Slope,
    delta_fs,
    delta_fs_range,
    last_months,
    months_between,
    ols_slope,
    pace,
)
from core.science.statistics.distributions import t_quantile

VECTORS = resources.path("validation")
FIRST = date(2014, 3, 10)
FORMS = [
    (date(2014, 3, 10), 37),
    (date(2014, 5, 12), 35),
    (date(2014, 7, 9), 34),
    (date(2014, 9, 8), 31),
    (date(2015, 3, 11), 26),
]

histories = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 48)), min_size=2, max_size=12
).map(lambda forms: [(FIRST + timedelta(days), float(total)) for days, total in forms])


def rows_of(name):
    return list(csv.DictReader((VECTORS / name).read_text(encoding="utf-8").splitlines()))


def slope_of(points, **keywords) -> Slope:
    slope = ols_slope(points, **keywords)
    assert isinstance(slope, Slope), slope
    return slope


def test_months():
    assert months_between(date(2014, 1, 1), date(2015, 1, 1)) == 365 / 30.4375
    assert months_between(date(2014, 1, 1), date(2018, 1, 1)) == 48
    assert months_between(date(2015, 1, 1), date(2014, 1, 1)) == -365 / 30.4375
    assert MONTH_DAYS * 12 == 365.25


def test_the_checked_history():
    slope = slope_of(FORMS)
    assert slope.per_month == pytest.approx(-0.9249, abs=5e-5)
    assert slope.intercept == pytest.approx(37.0488, abs=5e-5)
    assert slope.standard_error == pytest.approx(0.0520, abs=5e-5)
    assert slope.ci_low == pytest.approx(-1.0906, abs=5e-5)
    assert slope.ci_high == pytest.approx(-0.7593, abs=5e-5)
    assert (slope.n, slope.first, slope.span_days) == (5, FIRST, 366)
    months = [0, 63 / MONTH_DAYS, 121 / MONTH_DAYS, 182 / MONTH_DAYS, 366 / MONTH_DAYS]
    assert slope.mean_month == pytest.approx(statistics.mean(months))
    assert slope.spread == pytest.approx(statistics.variance(months) * 4)
    off = [
        total - slope.intercept - slope.per_month * months_between(FIRST, day)
        for day, total in FORMS
    ]
    assert slope.residual_sd == pytest.approx(math.sqrt(sum(y * y for y in off) / 3))


def test_the_slopes_of_ten_made_up_patients():
    published = {row["patient"]: float(row["per_month"]) for row in rows_of("slope_vectors.csv")}
    assert len(published) == 10
    slopes = {}
    for patient in published:
        # 100 days for a month, and back: days are whole, and 30.4375 would have to be rounded.
        points = [
            (FIRST + timedelta(100 * int(row["month"])), int(row["alsfrsr"]))
            for row in rows_of("stats_vectors.csv")
            if row["patient"] == patient
        ]
        slopes[patient] = slope_of(points).per_month * 100 / MONTH_DAYS
    assert slopes == pytest.approx(published, abs=5e-5)
    assert statistics.mean(slopes.values()) == pytest.approx(-1.0839, abs=5e-5)


def test_two_points_have_a_slope_and_no_interval():
    slope = slope_of([FORMS[0], FORMS[-1]])
    assert slope.per_month == pytest.approx(-0.9148, abs=5e-5)
    assert slope.intercept == pytest.approx(37)
    assert (slope.standard_error, slope.ci_low, slope.ci_high) == (None, None, None)
    assert (slope.n, slope.residual_sd) == (2, None)


def test_three_points_on_two_days_have_an_interval():
    slope = slope_of([(FIRST, 40), (FIRST, 42), (FIRST + timedelta(100), 38)], fewest=2)
    assert slope.per_month == pytest.approx(-3 / 100 * MONTH_DAYS)
    assert slope.standard_error is not None
    assert slope.ci_low < slope.per_month < slope.ci_high
    assert (slope.n, slope.span_days) == (3, 100)


@pytest.mark.parametrize(("points", "days"), [([], 0), (FORMS[:1], 1), ([FORMS[0], FORMS[0]], 1)])
def test_one_day_has_no_slope(points, days):
    assert ols_slope(points) == NoSlope(
        f"A slope needs results on at least 2 different days; so far: {days}."
    )


def test_a_short_span_has_no_slope():
    short = [(FIRST, 40), (FIRST + timedelta(59), 38)]
    assert ols_slope(short) == NoSlope(
        "A slope needs at least 60 days from the first to the last result; so far: 59."
    )
    assert slope_of(short, minimum_span_days=59).span_days == 59
    assert slope_of([(FIRST, 40), (FIRST + timedelta(60), 38)]).span_days == 60
    assert isinstance(ols_slope([FORMS[0], FORMS[0]], minimum_span_days=0), NoSlope)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_result_that_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="finite"):
        ols_slope([*FORMS, (date(2015, 6, 1), value)])


@given(points=histories, data=st.data())
@settings(deadline=None)
def test_the_order_never_matters(points, data):
    assert ols_slope(data.draw(st.permutations(points))) == ols_slope(points)


@given(
    days=st.lists(st.integers(0, 3000), min_size=2, max_size=12),
    start=st.floats(0, 48),
    per_month=st.floats(-5, 5),
)
@settings(deadline=None)
def test_a_straight_line_is_found_again(days, start, per_month):
    first = min(days)
    points = [
        (FIRST + timedelta(day), start + per_month * (day - first) / MONTH_DAYS) for day in days
    ]
    slope = ols_slope(points)
    if isinstance(slope, NoSlope):
        assert max(days) - first < 60
        return
    assert slope.per_month == pytest.approx(per_month, abs=1e-9)
    assert slope.intercept == pytest.approx(start, abs=1e-9)
    if slope.n >= 3:
        assert slope.standard_error == pytest.approx(0, abs=1e-9)


@given(points=histories, later=st.integers(-3000, 3000), higher=st.integers(-48, 48))
@settings(deadline=None)
def test_moving_all_results_moves_only_the_line(points, later, higher):
    before = ols_slope(points)
    after = ols_slope([(day + timedelta(later), value + higher) for day, value in points])
    if isinstance(before, NoSlope):
        assert after == before
        return
    assert after.per_month == pytest.approx(before.per_month, abs=1e-9)
    assert after.intercept == pytest.approx(before.intercept + higher, abs=1e-9)
    assert (after.n, after.span_days) == (before.n, before.span_days)


# Two-sided 5 % points, NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2
@pytest.mark.parametrize(
    ("degrees", "published"),
    [
        (1, 12.706),
        (2, 4.303),
        (3, 3.182),
        (4, 2.776),
        (5, 2.571),
        (10, 2.228),
        (11, 2.201),
        (20, 2.086),
        (30, 2.042),
        (60, 2.000),
        (100, 1.984),
    ],
)
def test_students_t_is_that_of_the_tables(degrees, published):
    assert t_quantile(0.95, degrees) == pytest.approx(published, abs=0.0005)


def test_students_t_where_it_has_a_closed_form():
    assert t_quantile(0.95, 1) == pytest.approx(math.tan(0.475 * math.pi), rel=1e-12)
    assert t_quantile(0.95, 2) == pytest.approx(0.95 * math.sqrt(2 / (1 - 0.95**2)), rel=1e-12)


def test_students_t_falls_towards_the_normal_distribution():
    quantiles = [t_quantile(0.95, degrees) for degrees in range(1, 200)]
    assert quantiles == sorted(quantiles, reverse=True)
    assert t_quantile(0.95, 120) == pytest.approx(1.980, abs=0.0005)
    assert 1.959964 < t_quantile(0.95, 5000) < 1.9605


@pytest.mark.parametrize("degrees", [0, -1])
def test_students_t_needs_a_degree_of_freedom(degrees):
    with pytest.raises(ValueError, match="degree"):
        t_quantile(0.95, degrees)


@pytest.mark.parametrize(
    ("total", "months", "expected"), [(37, 17, 0.6471), (39, 4, 2.25), (45, 46, 0.0652)]
)
def test_the_rate_since_onset(total, months, expected):
    assert delta_fs(total, months) == pytest.approx(expected, abs=5e-5)


def test_the_rate_since_onset_of_the_trials_patients():
    rows = rows_of("royan_table1.csv")
    assert len(rows) == 17
    rates = []
    for row in rows:
        rate = delta_fs(int(row["alsfrsr_baseline"]), float(row["duration_months"]))
        assert rate == pytest.approx(float(row["delta_fs"]), abs=5e-5), row
        rates.append(rate)
    assert statistics.mean(rates) == pytest.approx(0.7725, abs=5e-5)
    assert statistics.stdev(rates) == pytest.approx(0.6224, abs=5e-5)
    assert statistics.median(rates) == pytest.approx(0.6471, abs=5e-5)


@pytest.mark.parametrize(
    ("slow_below", "fast_from", "column"),
    [(0.5, 1.0, "class_0.5_1.0"), (0.47, 1.11, "class_0.47_1.11")],
)
def test_the_pace_of_the_trials_patients(slow_below, fast_from, column):
    counts = Counter()
    for row in rows_of("royan_table1.csv"):
        rate = delta_fs(int(row["alsfrsr_baseline"]), float(row["duration_months"]))
        found = pace(rate, slow_below=slow_below, fast_from=fast_from)
        assert found == row[column], row
        counts[found] += 1
    assert counts == {Pace.SLOW: 7, Pace.INTERMEDIATE: 6, Pace.FAST: 4}


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (-0.1, Pace.SLOW),
        (0, Pace.SLOW),
        (math.nextafter(0.5, 0), Pace.SLOW),
        (0.5, Pace.INTERMEDIATE),
        (math.nextafter(1.0, 0), Pace.INTERMEDIATE),
        (1.0, Pace.FAST),
    ],
)
def test_a_cut_point_belongs_to_the_faster_group(rate, expected):
    assert pace(rate, slow_below=0.5, fast_from=1.0) is expected


def test_one_cut_point_leaves_nobody_between():
    assert pace(0.49, slow_below=0.5, fast_from=0.5) is Pace.SLOW
    assert pace(0.5, slow_below=0.5, fast_from=0.5) is Pace.FAST


@pytest.mark.parametrize(
    ("rate", "slow_below", "fast_from", "message"),
    [
        (math.nan, 0.5, 1.0, "finite"),
        (math.inf, 0.5, 1.0, "finite"),
        (0.7, 1.0, 0.5, "slow"),
        (0.7, math.nan, 1.0, "slow"),
    ],
)
def test_a_pace_that_cannot_be_said_is_refused(rate, slow_below, fast_from, message):
    with pytest.raises(ValueError, match=message):
        pace(rate, slow_below=slow_below, fast_from=fast_from)


def test_the_last_months_are_counted_from_the_latest_result():
    days = [0, 181, 182, 183, 184, 365, 547, 548]
    points = [(FIRST + timedelta(day), day) for day in days]
    assert [value for _, value in last_months(points)] == [183, 184, 365, 547, 548]  # 365 days
    assert [value for _, value in last_months(points[:-2], 6)] == [183, 184, 365]  # 182 days
    assert [value for _, value in last_months(points[-3::-1], 6)] == [365, 184, 183]
    assert [value for _, value in last_months(points, 24)] == days
    assert last_months([]) == []


def test_the_slope_of_the_last_months_of_the_checked_history():
    assert last_months(FORMS[:4], 6) == FORMS[:4]  # 182 days
    assert last_months(FORMS, 6) == FORMS[4:]  # 184 days before it there was the last form
    assert isinstance(ols_slope(last_months(FORMS, 6)), NoSlope)
    assert last_months(FORMS) == FORMS[1:]  # the first is 366 days before the last
    assert slope_of(last_months(FORMS)).n == 4


# F09, and others of its kind: few whole numbers that lie on a line by chance
@pytest.mark.parametrize(
    "totals", [(33, 28, 23), (40, 40, 40), (44, 43), (30, 29, 28), (48, 46, 44), (33, 33, 32)]
)
def test_three_forms_have_a_slope_and_no_interval(totals):
    points = [(FIRST + timedelta(91 * i), total) for i, total in enumerate(totals)]
    slope = slope_of(points, least_scatter=1.8)
    assert slope.per_month == pytest.approx(slope_of(points).per_month)
    assert (slope.ci_low, slope.ci_high, slope.reach) == (None, None, None)


@pytest.mark.parametrize("n", range(4, 9))
@pytest.mark.parametrize("per_visit", [-5, -3, -1, 0, 1])
def test_totals_exactly_on_a_line_are_no_better_known_than_the_scale(n, per_visit):
    points = [(FIRST + timedelta(91 * i), 48 + per_visit * (i + 1)) for i in range(n)]
    slope = slope_of(points, least_scatter=1.8)
    assert slope.residual_sd == pytest.approx(0, abs=1e-9)
    half = (slope.ci_high - slope.ci_low) / 2
    assert half == pytest.approx(slope.reach / math.sqrt(slope.spread))
    assert 1.8 < slope.reach < 1.96 * 1.8
    assert half > 0.07


def test_what_scatters_more_than_the_scale_has_students_interval():
    wild = [(FIRST + timedelta(91 * i), total) for i, total in enumerate((44, 31, 40, 25, 30))]
    floored, free = slope_of(wild, least_scatter=1.8), slope_of(wild)
    assert floored == free
    assert free.reach == pytest.approx(t_quantile(0.95, 3) * free.residual_sd)


@given(points=histories, least=st.floats(0, 5), more=st.floats(0, 5))
@settings(deadline=None)
def test_a_coarser_instrument_never_narrows_an_interval(points, least, more):
    fine = ols_slope(points, least_scatter=least)
    coarse = ols_slope(points, least_scatter=least + more)
    if isinstance(fine, NoSlope) or fine.reach is None:
        assert coarse == fine
        return
    assert coarse.reach >= fine.reach
    assert coarse.per_month == fine.per_month
    assert coarse.ci_low <= fine.ci_low <= fine.ci_high <= coarse.ci_high


def test_the_rate_since_onset_from_dates():
    months = months_between(date(2012, 9, 15), date(2014, 3, 10))
    assert months * MONTH_DAYS == pytest.approx(541)
    assert delta_fs(37, months) == pytest.approx(0.6189, abs=5e-5)


@pytest.mark.parametrize(
    ("total", "earliest", "latest", "on", "expected"),
    [
        # F27: in October 2024, seen on 1 November with one point lost
        (47, date(2024, 10, 1), date(2024, 10, 31), date(2024, 11, 1), (0.9819, 30.4375)),
        (47, date(2024, 1, 1), date(2024, 12, 31), date(2025, 7, 2), (0.0555, 0.1663)),
        (37, date(2012, 9, 15), date(2012, 9, 15), date(2014, 3, 10), (0.6189, 0.6189)),
        # the onset may be the day of the form, or one after it: no highest rate
        (47, date(2024, 11, 1), date(2024, 11, 30), date(2024, 11, 30), (1.0496, math.inf)),
        (47, date(2024, 11, 1), date(2024, 11, 30), date(2024, 11, 10), (3.3819, math.inf)),
        (48, date(2024, 11, 1), date(2024, 11, 30), date(2024, 11, 10), (0.0, 0.0)),
    ],
)
def test_the_rates_of_every_possible_day_of_onset(total, earliest, latest, on, expected):
    assert delta_fs_range(total, earliest, latest, on) == pytest.approx(expected, abs=5e-5)


def test_no_rates_where_no_possible_day_of_onset_lies_before_the_form():
    day = date(2024, 11, 1)
    assert delta_fs_range(40, day, date(2024, 11, 30), day) is None


@given(
    total=st.integers(0, 48),
    first=st.integers(0, 2000),
    length=st.integers(0, 365),
    wait=st.integers(1, 2000),
    data=st.data(),
)
@settings(deadline=None)
def test_every_possible_day_of_onset_has_a_rate_in_the_range(total, first, length, wait, data):
    earliest = FIRST + timedelta(first)
    latest, on = earliest + timedelta(length), earliest + timedelta(wait)
    lowest, highest = delta_fs_range(total, earliest, latest, on)
    day = earliest + timedelta(data.draw(st.integers(0, min(length, wait - 1))))
    rate = delta_fs(total, months_between(day, on))
    assert lowest <= rate <= highest


@pytest.mark.parametrize("months", [0, -1, -0.5, math.nan])
def test_no_rate_without_time_since_onset(months):
    assert delta_fs(40, months) is None


def test_a_full_score_has_lost_nothing():
    assert delta_fs(48, 10) == 0
