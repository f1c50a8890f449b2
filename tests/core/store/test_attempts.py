import json
import os
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StorageError
from core.store.attempts import Attempt, Attempts

NOON = datetime(2026, 7, 21, 12, tzinfo=UTC)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def clinic(tmp_path):
    return tmp_path / "clinic.als"


def fail(clinic, times, login="dr.demo"):
    """Fail as soon as each try is taken; answers when the last failed and how long each wait was."""
    now, waits = NOON, []
    for _ in range(times):
        Attempts.of(clinic).failed(login, now)
        waits.append(Attempts.of(clinic).wait_s(now))
        now += timedelta(seconds=waits[-1])
    return now - timedelta(seconds=waits[-1]), waits


def test_nobody_waits_before_a_first_failure(clinic):
    assert Attempts.of(clinic).wait_s(NOON) == 0
    assert Attempts.of(clinic).succeeded() == ()
    assert list(clinic.parent.iterdir()) == []


def test_r09_each_failure_waits_longer_and_every_fifth_locks_for_15_minutes(clinic):
    """R9: 1, 2, 4 … 30 s; locked out for 15 min after 5."""
    _now, waits = fail(clinic, 11)
    assert waits == [1, 2, 4, 8, 900, 30, 30, 30, 30, 900, 30]


def test_a_wait_runs_down_and_ends(clinic):
    Attempts.of(clinic).failed(None, NOON)
    Attempts.of(clinic).failed(None, NOON)
    waits = [Attempts.of(clinic).wait_s(after(s)) for s in (0, 0.5, 1.999, 2, 3)]
    assert waits == [2, 1.5, pytest.approx(0.001), 0, 0]


def test_r09_a_lock_out_survives_a_restart_and_nothing_is_destroyed(clinic):
    """R9: survives a restart: each Attempts here is read from the file again."""
    clinic.write_bytes(b"the clinic file")
    last, _waits = fail(clinic, 5)
    assert Attempts.of(clinic).wait_s(last + timedelta(seconds=899)) == 1
    assert Attempts.of(clinic).wait_s(last + timedelta(seconds=900)) == 0
    assert clinic.read_bytes() == b"the clinic file"


def test_a_success_clears_the_wait_and_hands_out_the_failures_once(clinic):
    Attempts.of(clinic).failed("dr.demo", NOON)
    Attempts.of(clinic).failed(None, after(5))
    both = (Attempt(at=NOON, login="dr.demo"), Attempt(at=after(5), login=None))
    assert Attempts.of(clinic).failures() == both  # looking does not clear
    assert Attempts.of(clinic).succeeded() == both
    assert Attempts.of(clinic).wait_s(after(5)) == 0
    assert Attempts.of(clinic).succeeded() == ()
    assert list(clinic.parent.iterdir()) == []


def test_yesterdays_typing_errors_lock_nobody_out_but_are_still_told(clinic):
    last, _waits = fail(clinic, 4)
    next_morning = last + timedelta(hours=16)
    Attempts.of(clinic).failed("nurse", next_morning)
    assert Attempts.of(clinic).wait_s(next_morning) == 1
    assert [failure.login for failure in Attempts.of(clinic).failures()] == ["dr.demo"] * 4 + [
        "nurse"
    ]


def test_r09_a_clock_set_back_neither_unlocks_nor_locks_for_ever(clinic):
    last, _waits = fail(clinic, 5)
    a_year_before = last - timedelta(days=365)
    assert Attempts.of(clinic).wait_s(a_year_before) == 900
    assert Attempts.of(clinic).wait_s(a_year_before + timedelta(seconds=899)) == 1
    assert Attempts.of(clinic).wait_s(a_year_before + timedelta(seconds=900)) == 0
    assert Attempts.of(clinic).failures()[-1].at == last  # the trail hears what the clock said
    Attempts.of(clinic).failed(None, a_year_before)
    assert Attempts.of(clinic).wait_s(a_year_before) == 30  # the series goes on


@given(st.lists(st.integers(-10_000, 10_000), max_size=12))
def test_r09_whatever_the_clock_does_nobody_waits_more_than_15_minutes(tmp_path_factory, jumps):
    clinic = tmp_path_factory.mktemp("any") / "clinic.als"
    now = NOON
    for jump in jumps:
        now += timedelta(seconds=jump)
        Attempts.of(clinic).failed(None, now)
        wait = Attempts.of(clinic).wait_s(now)
        assert 1 <= wait <= 900
        assert Attempts.of(clinic).wait_s(now + timedelta(seconds=wait)) == 0
    assert len(Attempts.of(clinic).failures()) == len(jumps)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"failures": 5}',
        b'{"failures": [], "count": -1, "since": "2026-07-21T12:00:00+00:00"}',
        b'{"failures": [], "count": 5, "since": "2026-07-21T12:00:00"}',  # in which zone?
        b'{"failures": [], "count": 5, "since": "noon"}',
        b'{"failures": [], "count": 5, "since": null}',
        b'{"failures": [], "count": 5, "since": "2026-07-21T12:00:00+00:00", "more": 1}',
    ],
)
def test_a_damaged_file_counts_as_no_failure(clinic, content):
    attempts = Attempts.of(clinic)
    attempts.path.write_bytes(content)
    assert attempts.wait_s(NOON) == 0
    assert attempts.failures() == ()
    attempts.failed(None, NOON)
    assert Attempts.of(clinic).wait_s(NOON) == 1


@pytest.mark.parametrize("since", ["9999-12-31T23:59:59+00:00", "2026-07-21T12:00:00+00:00"])
def test_no_file_makes_anybody_wait_longer_than_15_minutes(clinic, since):
    attempts = Attempts.of(clinic)
    attempts.path.write_text(json.dumps({"failures": [], "count": 10**30, "since": since}))
    assert attempts.wait_s(NOON) == 900
    assert attempts.wait_s(after(900)) == 0


def test_what_was_typed_for_an_unknown_user_has_no_way_into_the_file(clinic):
    Attempts.of(clinic).failed(None, NOON)
    content = json.loads(Attempts.of(clinic).path.read_text())
    assert content["failures"] == [{"at": NOON.isoformat(), "login": None}]


def test_a_folder_that_takes_no_file_is_told(tmp_path):
    with pytest.raises(StorageError, match="cannot be recorded beside the clinic file"):
        Attempts.of(tmp_path / "gone" / "clinic.als").failed(None, NOON)


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="nothing is read-only for an administrator"
)
def test_a_read_only_folder_is_told(clinic):
    Attempts.of(clinic).failed(None, NOON)
    clinic.parent.chmod(0o500)
    try:
        with pytest.raises(StorageError, match="cannot be recorded beside the clinic file"):
            Attempts.of(clinic).succeeded()
    finally:
        clinic.parent.chmod(0o700)
    assert len(Attempts.of(clinic).failures()) == 1
