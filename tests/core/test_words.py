import math
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import words


@pytest.mark.parametrize(
    ("value", "decimals", "unit", "shown"),
    [
        (None, 1, "kg", "–"),
        (0, 0, "", "0"),
        (0.0, 2, "", "0.00"),
        (-0.0, 1, "kg", "0.0 kg"),
        (-0.04, 1, "kg", "0.0 kg"),
        (-0.05, 1, "kg", "−0.1 kg"),
        (-1.25, 2, "points/month", "−1.25 points/month"),
        (71.46, 1, "kg", "71.5 kg"),
        (3.2, 2, "L", "3.20 L"),
        (150, 0, "mL", "150 mL"),
    ],
)
def test_number(value, decimals, unit, shown):
    assert words.number(value, decimals, unit) == shown


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (None, 0, "–"),
        (0, 0, "0"),
        (-0.0, 1, "0.0"),
        (0.04, 1, "0.0"),
        (-0.04, 1, "0.0"),
        (0.06, 1, "+0.1"),
        (3, 0, "+3"),
        (-3, 0, "−3"),
        (-0.92, 2, "−0.92"),
    ],
)
def test_signed(value, decimals, shown):
    assert words.signed(value, decimals) == shown


def test_signed_has_its_unit():
    assert words.signed(1.5, 1, "kg") == "+1.5 kg"


@given(value=st.floats(-1e6, 1e6), decimals=st.integers(0, 3))
def test_a_number_reads_back_as_itself_and_has_no_hyphen(value, decimals):
    shown = words.number(value, decimals)
    assert "-" not in shown
    assert math.isclose(
        float(shown.replace("−", "-")), value, rel_tol=0, abs_tol=0.5001 * 10**-decimals
    )
    assert not (shown.startswith("−") and set(shown) <= set("−0."))  # no minus nothing
    signed = words.signed(value, decimals)
    assert signed.lstrip("+") == shown
    assert signed.startswith("+") == (float(shown.replace("−", "-")) > 0)


def test_a_day_has_its_month_in_letters():
    assert words.day(date(2026, 11, 3)) == "3 Nov 2026"
    assert words.day(None) == "–"
    assert words.short_day(date(2026, 3, 4)) == "4 Mar"
    assert [words.month_name(month) for month in (1, 6, 12)] == ["Jan", "Jun", "Dec"]


@pytest.mark.parametrize(
    ("zone", "shown"), [("UTC", "21 May 2026 21:30"), ("Asia/Tehran", "22 May 2026 01:00")]
)
def test_an_instant_is_shown_in_local_time(monkeypatch, zone, shown):
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert words.instant(datetime(2026, 5, 21, 21, 30, tzinfo=UTC)) == shown
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 visits"), (1, "1 visit"), (2, "2 visits"), (11, "11 visits")]
)
def test_plural(count, shown):
    assert words.plural(count, "1 visit", "{n} visits") == shown


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("81.6 kg × 1.84 × 10⁶ = 1.50 × 10⁸", ["81.6 kg", "×", "1.84 × 10⁶", "=", "1.50 × 10⁸"]),
        ("1.50 × 10⁸ cells at 2.0 mL/min", ["1.50 × 10⁸ cells", "at", "2.0 mL/min"]),
        ("FVC 46.4 % predicted", ["FVC", "46.4 %", "predicted"]),
        ("on 12 Nov 2025", ["on", "12 Nov", "2025"]),
        ("Riluzole\t50 mg\n", ["Riluzole", "50 mg"]),
        ("no numbers here", ["no", "numbers", "here"]),
    ],
)
def test_a_line_never_ends_inside_a_number_with_its_unit(text, parts):
    assert words.between_breaks(text) == parts
    assert words.breakable(words.unbroken(text)) == text
