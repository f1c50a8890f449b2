import csv
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import resources
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.partial_date import PartialDate
from core.model.visit import Mark, Mode, VisitMark
from core.protocols import catalog
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import Status, Window, next_visit, plan, shift, status, windows
from core.views.visit_words import visit_title
from tests.core.examples import (
    INFUSION,
    a_patient,
    a_record,
    a_routine_patient,
    a_visit,
)

VECTORS = resources.path("validation", "visit_vectors.csv")
ROWS = list(csv.DictReader(VECTORS.read_text("utf-8").splitlines()))
ROYAN, ROUTINE = catalog.shipped()["royan-2021"], catalog.shipped()["routine"]
PATIENT, REGULAR = a_patient(), a_routine_patient(registered_on=date(2026, 4, 20))
DAY = timedelta(days=1)

days = st.dates(date(2000, 1, 1), date(2060, 1, 1))
lengths = st.integers(0, 400).map(lambda n: n * DAY)


@st.composite
def any_window(draw):
    open_ = draw(days)
    target = open_ + draw(lengths)
    close = target + draw(lengths)
    missed_from = draw(st.none() | days | lengths.map(lambda after: close + after))
    return Window(target=target, open=open_, close=close, missed_from=missed_from)


def maybe_day(text):
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("row", ROWS, ids=[f"{r['visit']}-{r['today']}" for r in ROWS])
def test_the_checked_cases(row):
    window = windows(ROYAN, date.fromisoformat(row["infusion_date"]))[row["visit"]]
    assert window.target.isoformat() == row["target"]
    assert window.open.isoformat() == row["window_open"]
    assert window.close.isoformat() == row["window_close"]
    found = status(
        window,
        date.fromisoformat(row["today"]),
        actual=maybe_day(row["actual_date"]),
        end_of_participation=maybe_day(row["end_of_participation"]),
        mark=Mark(row["manual_status"]) if row["manual_status"] else None,
    )
    assert found == row["expected_status"]


M2 = windows(ROYAN, date(2014, 3, 10))["M2"]  # open 05-03, close 05-17, missed from 06-26


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2014, 4, 18), Status.UPCOMING),
        (date(2014, 4, 19), Status.DUE_SOON),
        (date(2014, 5, 2), Status.DUE_SOON),
        (date(2014, 5, 3), Status.DUE),
        (date(2014, 5, 17), Status.DUE),
        (date(2014, 5, 18), Status.OVERDUE),
        (date(2014, 6, 25), Status.OVERDUE),
        (date(2014, 6, 26), Status.MISSED),
    ],
)
def test_at_the_edges_of_the_window(today, expected):
    assert status(M2, today) is expected


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (date(2014, 5, 2), Status.DONE_EARLY),
        (date(2014, 5, 3), Status.DONE),
        (date(2014, 5, 17), Status.DONE),
        (date(2014, 5, 18), Status.DONE_LATE),
    ],
)
def test_done_at_the_edges_of_the_window(actual, expected):
    assert status(M2, date(2020, 1, 1), actual=actual, mark=Mark.MISSED) is expected


def test_the_last_visit_is_missed_ninety_days_after_its_window():
    y5 = windows(ROYAN, date(2014, 3, 10))["Y5"]
    assert status(y5, y5.close + 89 * DAY) is Status.OVERDUE
    assert status(y5, y5.close + 90 * DAY) is Status.MISSED


def test_participation_that_ended_after_the_window_does_not_excuse_the_visit():
    assert status(M2, date(2015, 1, 1), end_of_participation=M2.close) is Status.NOT_APPLICABLE
    assert status(M2, date(2015, 1, 1), end_of_participation=M2.close + DAY) is Status.MISSED
    assert (
        status(M2, date(2015, 1, 1), end_of_participation=M2.open, mark=Mark.SKIPPED)
        is Status.SKIPPED
    )


@given(
    window=any_window(),
    today=days,
    actual=st.none() | days,
    end=st.none() | days,
    mark=st.none() | st.sampled_from(Mark),
)
def test_there_is_always_a_status(window, today, actual, end, mark):
    found = status(window, today, actual=actual, end_of_participation=end, mark=mark)
    assert isinstance(found, Status)
    done = {Status.DONE, Status.DONE_EARLY, Status.DONE_LATE}
    assert (found in done) == (actual is not None)
    if actual is None and (mark is not None or end is not None):
        assert not found.awaited
        assert mark is None or found.value == mark.value


AHEAD = [Status.UPCOMING, Status.DUE_SOON, Status.DUE, Status.OVERDUE, Status.MISSED]


@given(window=any_window(), today=days, later=lengths)
def test_time_moves_an_undone_visit_only_forward(window, today, later):
    before, after = status(window, today), status(window, today + later)
    assert AHEAD.index(before) <= AHEAD.index(after)
    assert before.awaited == (before is not Status.MISSED)


@given(reference=days)
def test_every_window_of_the_trial_opens_before_it_closes(reference):
    spans = windows(ROYAN, reference)
    assert list(spans) == [visit.code for visit in ROYAN.visits]
    for window in spans.values():
        assert window.open <= window.target <= window.close < window.missed_from


@given(day=days, months=st.integers(-60, 60))
def test_calendar_months_keep_the_day_or_clamp_it(day, months):
    moved = shift(day, Offset(months, Unit.MONTHS))
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and (moved + DAY).day == 1)
    assert shift(day, Offset(months, Unit.DAYS)) == day + months * DAY


# The plan of one patient: infusion on 2026-05-21


def statuses(record, today, protocol=ROYAN):
    return {item.code: item.status for item in plan(record, protocol, today)}


def milestone(kind, *when):
    return Milestone(patient_id=PATIENT.id, kind=kind, happened_on=PartialDate(*when))


def test_a_trial_patients_plan():
    screening = a_visit(PATIENT, date(2026, 4, 23), "SCR")
    late = a_visit(PATIENT, date(2026, 5, 24), "D1")
    infusion = a_visit(PATIENT, INFUSION, "INF")
    unscheduled = a_visit(PATIENT, date(2026, 6, 20))
    record = a_record(PATIENT, screening, infusion, late, unscheduled)
    items = plan(record, ROYAN, date(2026, 7, 16))
    assert [item.title for item in items[:3]] == ["Screening", "MRI", "Infusion"]
    assert [item.visit for item in items[:5]] == [screening, None, infusion, late, None]
    assert statuses(record, date(2026, 7, 16)) == {
        "SCR": Status.DONE,
        "MRI": Status.MISSED,
        "INF": Status.DONE,
        "D1": Status.DONE_LATE,
        "M2": Status.DUE,
        "M4": Status.UPCOMING,
        "M6": Status.UPCOMING,
        "M12": Status.UPCOMING,
        "Y5": Status.UPCOMING,
    }
    coming = next_visit(record, ROYAN, date(2026, 7, 16))
    assert (coming.code, coming.window.target) == ("M2", date(2026, 7, 21))


def test_a_done_visit_does_not_move_the_ones_to_come():
    late = a_visit(PATIENT, date(2026, 8, 20), "M2")
    coming = next_visit(a_record(PATIENT, late), ROYAN, date(2026, 8, 21))
    assert (coming.code, coming.window.target) == ("M4", date(2026, 9, 21))


def test_without_an_infusion_there_is_no_plan():
    record = a_record(a_patient(reference_on=None))
    assert plan(record, ROYAN, date(2026, 7, 16)) == ()
    assert next_visit(record, ROYAN, date(2026, 7, 16)) is None


def test_a_visit_in_progress_is_not_done_yet():
    draft = a_visit(PATIENT, date(2026, 7, 20), "M2", finished=False)
    coming = next_visit(a_record(PATIENT, draft), ROYAN, date(2026, 7, 21))
    assert (coming.code, coming.status, coming.visit) == ("M2", Status.DUE, draft)
    assert coming.in_progress
    overdue = next_visit(a_record(PATIENT, draft), ROYAN, date(2026, 8, 1))
    assert (overdue.status, overdue.in_progress) == (Status.OVERDUE, True)
    (done, *_) = plan(
        a_record(PATIENT, a_visit(PATIENT, date(2026, 4, 23), "SCR")), ROYAN, INFUSION
    )
    assert not done.in_progress


def test_a_mark_counts_until_the_visit_takes_place_after_all():
    mark = VisitMark(patient_id=PATIENT.id, code="M2", mark=Mark.CANCELLED, reason="strike")
    today = date(2026, 7, 21)
    assert statuses(a_record(PATIENT, marks=(mark,)), today)["M2"] is Status.CANCELLED
    assert next_visit(a_record(PATIENT, marks=(mark,)), ROYAN, today).code == "M4"
    draft = a_visit(PATIENT, today, "M2", finished=False)
    assert statuses(a_record(PATIENT, draft, marks=(mark,)), today)["M2"] is Status.DUE
    done = a_visit(PATIENT, today, "M2")
    assert statuses(a_record(PATIENT, done, marks=(mark,)), today)["M2"] is Status.DONE


def test_after_a_death_nothing_is_awaited():
    done = a_visit(PATIENT, date(2026, 7, 21), "M2")
    death = milestone(MilestoneKind.DEATH, 2026, 9, 21)  # within the window of month 4
    record = a_record(PATIENT, done, milestones=(death,))
    today = date(2026, 9, 25)
    assert statuses(record, today) == {
        "SCR": Status.MISSED,
        "MRI": Status.MISSED,
        "INF": Status.MISSED,
        "D1": Status.MISSED,
        "M2": Status.DONE,
        "M4": Status.NOT_APPLICABLE,
        "M6": Status.NOT_APPLICABLE,
        "M12": Status.NOT_APPLICABLE,
        "Y5": Status.NOT_APPLICABLE,
    }
    assert next_visit(record, ROYAN, today) is None


def test_after_a_withdrawal_nothing_is_awaited():
    record = a_record(PATIENT, milestones=(milestone(MilestoneKind.WITHDRAWAL, 2026, 6),))
    assert next_visit(record, ROYAN, date(2026, 7, 1)) is None
    assert statuses(record, date(2026, 7, 1))["M2"] is Status.NOT_APPLICABLE


@given(today=days, done=st.sets(st.sampled_from(["SCR", "INF", "D1", "M2", "M4"])))
def test_the_next_visit_is_the_first_awaited_one_of_the_plan(today, done):
    targets = windows(ROYAN, INFUSION)
    record = a_record(PATIENT, *(a_visit(PATIENT, targets[code].target, code) for code in done))
    items = plan(record, ROYAN, today)
    assert [item.code for item in items] == list(targets)
    assert {item.code for item in items if item.visit is not None} == done
    awaited = [item for item in items if item.status.awaited]
    assert next_visit(record, ROYAN, today) == (awaited[0] if awaited else None)


# The routine clinic


def routine_next(today, *visits, **rest):
    return next_visit(a_record(REGULAR, *visits, **rest), ROUTINE, today)


def test_the_first_routine_visit_counts_from_registration():
    coming = routine_next(date(2026, 4, 20))
    assert (coming.code, coming.window.target) == ("R3", date(2026, 4, 20))
    assert coming.status is Status.DUE


def test_the_next_routine_visit_counts_from_the_last_one_done():
    late = a_visit(REGULAR, date(2026, 5, 31), "R3")
    coming = routine_next(date(2026, 6, 1), late)
    assert (coming.window.target, coming.status) == (date(2026, 8, 31), Status.UPCOMING)
    assert coming.visit is None
    later = a_visit(REGULAR, date(2026, 8, 28), "R3")
    assert routine_next(date(2026, 9, 1), late, later).window.target == date(2026, 11, 28)


@pytest.mark.parametrize("mode", Mode)
def test_only_a_routine_visit_renews_the_routine_visit(mode):
    """F23: a call or an unscheduled visit in between is not the visit that is due."""
    done = a_visit(REGULAR, date(2026, 1, 10), "R3")
    between = a_visit(REGULAR, date(2026, 3, 25), mode=mode)
    coming = routine_next(date(2026, 4, 26), done, between)
    assert (coming.window.target, coming.status) == (date(2026, 4, 10), Status.OVERDUE)


def test_before_the_first_routine_visit_others_count_for_nothing():
    call = a_visit(REGULAR, date(2026, 4, 22), mode=Mode.PHONE)
    coming = routine_next(date(2026, 4, 23), call)
    assert (coming.window.target, coming.title) == (date(2026, 4, 20), "First visit")


@given(
    routine=st.lists(days, max_size=3, unique=True),
    others=st.lists(days, max_size=5, unique=True),
    today=days,
)
def test_visits_of_another_kind_never_move_the_routine_visit(routine, others, today):
    kept = [a_visit(REGULAR, on, "R3") for on in routine]
    more = [a_visit(REGULAR, on) for on in others]
    assert routine_next(today, *kept, *more) == routine_next(today, *kept)


def test_the_first_routine_visit_is_called_so_and_the_next_by_its_interval():
    first = a_visit(REGULAR, date(2026, 4, 20), "R3", finished=False)
    assert routine_next(date(2026, 4, 20)).title == "First visit"
    assert routine_next(date(2026, 4, 20), first).title == "First visit"
    second = a_visit(REGULAR, date(2026, 7, 20), "R3")
    unscheduled = a_visit(REGULAR, date(2026, 4, 1))
    record = a_record(REGULAR, unscheduled, replace(first, state=second.state), second)
    assert next_visit(record, ROUTINE, date(2026, 8, 1)).title == "3-month visit"
    assert [visit_title(record, visit) for visit in record.visits] == [
        "Unscheduled visit",
        "First visit",
        "3-month visit",
    ]


def test_a_routine_visit_in_progress_moves_nothing_yet():
    done = a_visit(REGULAR, date(2026, 5, 2), "R3")
    draft = a_visit(REGULAR, date(2026, 8, 3), "R3", finished=False)
    coming = routine_next(date(2026, 8, 3), done, draft)
    assert (coming.window.target, coming.visit, coming.in_progress) == (
        date(2026, 8, 2),
        draft,
        True,
    )
    unscheduled_draft = a_visit(REGULAR, date(2026, 6, 3), finished=False)
    assert routine_next(date(2026, 6, 3), done, unscheduled_draft).visit is None


def test_a_routine_visit_is_overdue_but_never_lapses():
    done = a_visit(REGULAR, date(2026, 5, 2), "R3")
    assert routine_next(date(2026, 8, 16), done).status is Status.DUE
    assert routine_next(date(2026, 8, 17), done).status is Status.OVERDUE
    assert routine_next(date(2030, 1, 1), done).status is Status.OVERDUE


def test_a_missed_routine_visit_does_not_end_the_follow_up():
    done = a_visit(REGULAR, date(2026, 5, 2), "R3")
    mark = VisitMark(patient_id=REGULAR.id, code="R3", mark=Mark.MISSED, reason="snow")
    coming = routine_next(date(2026, 9, 1), done, marks=(mark,))
    assert (coming.code, coming.status) == ("R3", Status.OVERDUE)
    later = a_visit(REGULAR, date(2026, 9, 2), "R3")
    assert routine_next(date(2026, 12, 2), done, later, marks=(mark,)).status is Status.DUE


def test_after_a_death_no_routine_visit_is_awaited():
    done = a_visit(REGULAR, date(2026, 5, 2), "R3")
    death = Milestone(
        patient_id=REGULAR.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 7)
    )
    record = a_record(REGULAR, done, milestones=(death,))
    assert next_visit(record, ROUTINE, date(2026, 8, 1)) is None
    (only,) = plan(record, ROUTINE, date(2026, 8, 1))
    assert only.status is Status.NOT_APPLICABLE
