import random
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from core.acts.backups import DAYS, MONTHS, WEEKS, due, to_remove

NOW = datetime(2026, 11, 22, 10, 15, 2, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

ages = st.timedeltas(timedelta(0), timedelta(days=1500))
histories = st.sets(ages.map(lambda age: NOW - age), max_size=120)


def every(step, count):
    return {NOW - step * n for n in range(count)}


def test_r12_a_backup_is_due_half_an_hour_after_the_last_if_anything_changed():
    last = NOW - 30 * MINUTE
    assert due(last, NOW - MINUTE, NOW)
    assert due(last, last + timedelta(seconds=1), NOW)
    assert not due(last, last, NOW)
    assert not due(last, None, NOW)
    assert not due(last + MINUTE, NOW, NOW)
    assert not due(NOW - 90 * DAY, NOW - 91 * DAY, NOW)


def test_r12_a_file_that_has_no_backup_gets_one_at_once():
    assert due(None, None, NOW)
    assert due(None, NOW, NOW)


def test_r12_a_clock_that_was_set_back_does_not_put_backups_off():
    assert due(NOW + 365 * DAY, NOW - MINUTE, NOW)


@given(histories)
def test_r12_thinning_keeps_the_newest_and_all_of_two_days(history):
    removed = to_remove(history, NOW)
    assert removed <= history
    if history:
        assert max(history) not in removed
    assert all(NOW - at > 2 * DAY for at in removed)


@given(histories)
def test_r12_thinning_keeps_the_newest_of_every_recent_day_week_and_month(history):
    kept = history - to_remove(history, NOW)
    for reach, period in [  # an interval as long as that touches no more days, weeks, months
        (timedelta(days=DAYS - 1), lambda at: at.date()),
        (timedelta(weeks=WEEKS - 1), lambda at: at.isocalendar()[:2]),
        (timedelta(days=30 * (MONTHS - 1)), lambda at: (at.year, at.month)),
    ]:
        newest = {period(at): at for at in sorted(history) if NOW - at < reach}
        assert set(newest.values()) <= kept


@given(histories)
def test_r12_thinning_bounds_what_is_kept_and_is_done_once(history):
    kept = history - to_remove(history, NOW)
    assert len([at for at in kept if NOW - at > 2 * DAY]) <= DAYS + WEEKS + MONTHS
    assert to_remove(kept, NOW) == set()


@given(histories, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_r12_thinning_late_removes_no_less_than_it_would_have(history, later):
    """A computer that was switched off for months thins no more harshly than one that was not."""
    soon = history - to_remove(history, NOW)
    assert to_remove(soon, NOW + later) <= to_remove(history, NOW + later)


@given(st.sets(st.timedeltas(MINUTE, timedelta(days=9000)).map(lambda age: NOW + age), max_size=9))
@example({NOW + timedelta(days=365)})
def test_r12_what_a_wrong_clock_dated_into_the_future_is_kept_and_pushes_nothing_out(future):
    history = every(timedelta(hours=7), 400)
    assert to_remove(history | future, NOW) == to_remove(history, NOW)


def test_r12_two_years_of_a_clinic_that_thins_after_every_backup():
    """What matters years later: of each month there is the last state, of each recent day as well."""
    chance = random.Random(12)
    made, kept = set(), set()
    for day in range(760):
        if chance.random() < 0.3:
            continue  # a day without clinic
        start = datetime(2024, 1, 1, 8, tzinfo=UTC) + day * DAY
        for half_hour in range(chance.randint(1, 16)):
            at = start + half_hour * 30 * MINUTE
            made.add(at)
            kept |= {at}
            kept -= to_remove(kept, at)
            now = at
    months = {(at.year, at.month) for at in made}
    for month in sorted(months)[-MONTHS:]:
        assert max(at for at in made if (at.year, at.month) == month) in kept
    days = sorted({at.date() for at in made})
    for one in days[-DAYS:]:
        assert max(at for at in made if at.date() == one) in kept
    weeks = sorted({at.isocalendar()[:2] for at in made})
    for week in weeks[-WEEKS:]:
        assert max(at for at in made if at.isocalendar()[:2] == week) in kept
    assert {at for at in made if now - at <= 2 * DAY} <= kept
    assert len(kept) < DAYS + WEEKS + MONTHS + 3 * 16


def test_r12_a_day_is_that_of_the_clinic():
    """Two backups of one evening are one day's, though it is already tomorrow in Greenwich."""
    here = timezone(timedelta(hours=-8))
    now = datetime(2026, 10, 1, 17, tzinfo=here)
    evening = [datetime(2026, 9, 28, 15, 50, tzinfo=here) + n * 30 * MINUTE for n in range(2)]
    assert evening[0].astimezone(UTC).day != evening[1].astimezone(UTC).day
    next_day = datetime(2026, 9, 29, 9, tzinfo=here)
    assert to_remove([*evening, next_day], now) == {evening[0]}
