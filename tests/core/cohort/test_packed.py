"""Frames made of bytes are those made of rows; what is packed is unpacked as it was."""

from dataclasses import fields, replace

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cohort import frames
from core.cohort.packed import NO_ROWS, pack, unpack
from core.cohort.rows import EventRow, PatientRow, Rows, ValueRow, VisitRow
from tests.core.cohort.made_up import event, patient

_DAYS = st.integers(1, 3_000_000)
_TEXTS = st.text(max_size=6)
_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
_OF = {
    str: _TEXTS,
    bool: st.booleans(),
    bool | None: st.none() | st.booleans(),
    int: _DAYS,
    int | None: st.none() | _DAYS,
    float: _NUMBERS,
    float | None: st.none() | _NUMBERS,
    tuple[str, ...]: st.lists(_TEXTS, max_size=3).map(tuple),
}


def rows_of(kind):
    return st.builds(kind, **{one.name: _OF[one.type] for one in fields(kind)})


def many(kind):
    return st.lists(rows_of(kind), max_size=4).map(tuple)


ROWS = st.builds(
    Rows,
    patient=rows_of(PatientRow),
    visits=many(VisitRow),
    values=many(ValueRow),
    events=many(EventRow),
)


def assert_same(one: frames.Cohort, other: frames.Cohort) -> None:
    for name in ("patients", "visits", "values", "events"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.no_schedule == other.no_schedule


@settings(max_examples=60)
@given(st.lists(st.none() | ROWS, max_size=4))
def test_both_ways_give_the_same_frames(every):
    assert_same(unpack(map(pack, every)), frames.cohort(every))


def test_nobody_at_all_is_an_empty_cohort():
    nobody = unpack([])
    assert_same(nobody, frames.cohort([]))
    assert (nobody.n, nobody.no_schedule) == (0, 0)


def test_a_patient_without_a_schedule_is_counted_and_has_no_place():
    found = unpack([NO_ROWS, pack(patient("002", {"SCR": 37.0}))])
    assert list(found.patients.index) == [0]
    assert list(found.patients["number"]) == ["002"]
    assert list(found.values["patient"]) == [0]
    assert found.no_schedule == 1
    assert found.only(found.patients["number"] == "").no_schedule == 1, "a filter forgets nobody"


def test_missing_is_not_zero_and_unknown_is_not_no():
    made = patient("001", {"SCR": 0.0}, events=(event("Fall", emergent=None, minutes=0),))
    made = replace(made, visits=(replace(made.visits[1], day=None, target_day=0),))
    found = unpack([pack(made)])
    assert pd.isna(found.visits["day"][0])
    assert found.visits["target_day"][0] == 0
    assert pd.isna(found.events["emergent"][0])
    assert found.events["minutes"][0] == 0
    assert found.values["value"][0] == 0.0
