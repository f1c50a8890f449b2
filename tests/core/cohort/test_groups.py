"""Filters, survival, events, matrix and flow on made-up patients."""

from dataclasses import replace

import pytest

from core.cohort.events import event_table
from core.cohort.fields import FVC, TOTAL
from core.cohort.filters import NONE, By, Filter, choices
from core.cohort.missing import Seen, ends_words, flow, matrix
from core.cohort.plots import survival_plot
from core.cohort.plots.axes import Sheet
from core.cohort.rows import LEFT_OUT, ValueRow
from core.cohort.survival import BEFORE, NO_ZERO, NOT_SEEN, Endpoint, Zero, followed, survival
from core.protocols.schedule import Status
from core.science.progression import MONTH_DAYS
from core.science.statistics.survival import KaplanMeier
from core.views.stack.shapes import Text
from tests.core.cohort.made_up import CODES, DAY_0, cohort, event, patient

FULL = {"SCR": 37.0, "M2": 35.0}


def test_a_filter_takes_all_of_its_kinds_together() -> None:
    every = cohort(
        patient("001", sex="male", onset_region="bulbar", age=40),
        patient("002", sex="male", onset_region="limb", age=71, medicines=()),
        patient("003", sex="female", onset_region="bulbar", age=None),
    )
    men = Filter(chosen={By.SEX: frozenset({"male"})})
    assert list(men.apply(every).patients["number"]) == ["001", "002"]
    both = Filter(chosen={By.SEX: frozenset({"male"}), By.ONSET: frozenset({"bulbar"})})
    assert list(both.apply(every).patients["number"]) == ["001"]
    old = Filter(chosen={}, youngest=41)
    assert list(old.apply(every).patients["number"]) == ["002"], "an unknown age passes no limit"
    without = Filter(chosen={By.MEDICINE: frozenset({NONE})})
    assert list(without.apply(every).patients["number"]) == ["002"]
    assert (both.said(), old.said()) == ("Sex male; Onset Bulbar onset", "age 41 and over")


def test_choices_count_patients_and_end_with_what_is_not_known() -> None:
    every = cohort(
        patient("001", stage=None),
        patient("002", stage=3),
        patient("003", stage=3, support=("niv",)),
    )
    assert [(one.words, one.count) for one in choices(every, By.STAGE)] == [
        ("3", 2),
        ("not known", 1),
    ]
    assert [(one.words, one.count) for one in choices(every, By.SUPPORT)] == [
        ("NIV", 1),
        ("none", 2),
    ]


def test_what_a_filter_leaves_takes_everything_of_the_others_along() -> None:
    every = cohort(
        patient("001", FULL, events=(event("Headache"),)), patient("002", FULL, sex="male")
    )
    left = Filter(chosen={By.SEX: frozenset({"male"})}).apply(every)
    assert len(left.values) == 2
    assert left.events.empty
    assert set(left.visits["patient"]) == {1}


def test_survival_of_the_trial_from_the_record() -> None:
    """Three of 17 died at 6, 7 and 9 months: 0.8235 (0.5471 to 0.9394) at a year (log-log)."""
    rows = [
        patient(f"{n:03}", died_day=DAY_0 + round(month * MONTH_DAYS), state="died")
        for n, month in enumerate((6, 7, 9))
    ]
    rows += [patient(f"{n:03}", last_alive_day=DAY_0 + 366) for n in range(3, 17)]
    curve = survival(cohort(*rows)).curve
    assert isinstance(curve, KaplanMeier)
    at_a_year, _se, low, high = curve.at(12) or (0, 0, 0, 0)
    assert (f"{at_a_year:.4f}", f"{low:.4f}", f"{high:.4f}") == ("0.8235", "0.5471", "0.9394")


def test_a_mark_of_the_axis_is_the_day_next_to_it() -> None:
    """Five years are 1826 days and 60 months 1826.25: who was seen then is at risk at 60 months."""
    every = cohort(patient("001", last_alive_day=DAY_0 + 1826))
    drawn = survival_plot.draw(
        survival(every),
        Sheet(width=400, height=200, measure=lambda words, size, _w: len(words) * size),
    )
    words = [(shape.x, shape.words) for shape in drawn.shapes if isinstance(shape, Text)]
    (at_60,) = (x for x, said in words if said == "60")
    assert [said for x, said in words if x == at_60] == ["60", "1"]


def test_time_ends_on_the_last_day_known_alive_and_who_cannot_be_counted_is_said() -> None:
    every = cohort(
        patient("001", last_alive_day=DAY_0 + 100),
        patient("002", treated_day=None),
        patient("003", niv_day=DAY_0 - 10),
        patient("004", last_alive_day=None),
        patient("005", last_alive_day=DAY_0 - 5),
        patient("006", niv_day=DAY_0 + 50, died_day=DAY_0 + 90),
    )
    found = followed(every, Endpoint.VENTILATION_FREE, Zero.TREATMENT)
    assert list(found.patients) == [0, 5]
    assert found.months * MONTH_DAYS == pytest.approx([100, 50])
    assert list(found.events) == [False, True]
    assert found.left_out == {NO_ZERO: 1, BEFORE: 1, NOT_SEEN: 2}
    overall = followed(every, Endpoint.OVERALL, Zero.ONSET)
    assert overall.months[-1] * MONTH_DAYS == pytest.approx(690)
    assert "longer than those of all patients" in " ".join(
        survival(every, zero=Zero.ONSET).sentences
    )


def test_events_are_counted_by_patients_and_by_events_of_the_treated() -> None:
    every = cohort(
        patient("001", events=(event("Headache"), event("Headache", 3, serious=True))),
        patient("002", events=(event("Headache", related=False), event("Fall", emergent=False))),
        patient("003", treated_day=None, events=(event("Headache"),)),
        patient("004", events=(event("", said="odd feeling", emergent=None),)),
    )
    table = event_table(every)
    first, second = table.lines
    assert (first.term, first.patients, first.of, first.events, first.worst, first.serious) == (
        *("Headache", 2, 3),
        *(3, 3, 1),
    )
    assert (second.term, second.patients) == ("odd feeling", 1)
    assert (table.any_.patients, table.any_.events, table.not_counted) == (3, 4, 2)
    assert event_table(every, related_only=True).lines[0].events == 2
    assert event_table(every, least_grade=3).any_.events == 1


def test_where_nobody_was_treated_every_event_counts() -> None:
    every = cohort(patient("001", treated_day=None, events=(event("Fall", emergent=None),)))
    table = event_table(every)
    assert (table.treated_only, table.any_.patients, table.any_.of) == (False, 1, 1)


def test_a_cell_of_the_matrix_says_what_is_missing() -> None:
    seen = {
        "SCR": Status.DONE,
        "M2": Status.DONE_LATE,
        "M4": Status.MISSED,
        "M12": Status.NOT_APPLICABLE,
    }
    one = patient("001", FULL, statuses=seen, died_day=DAY_0 + 200)
    found = matrix(cohort(one))
    assert found is not None
    row = dict(zip(found.codes, found.cells[0], strict=True))
    assert row["SCR"] is Seen.INCOMPLETE, "a total without a vital capacity"
    assert row["M2"] is Seen.INCOMPLETE
    assert (row["M4"], row["M6"], row["M12"]) == (Seen.MISSED, Seen.NOT_DUE, Seen.AFTER_DEATH)
    assert row["MRI"] is Seen.NO_PLAN
    assert matrix(cohort(one, patient("002", schedule="routine"))) is None


def test_a_result_that_others_stated_is_a_kind_of_its_own() -> None:
    """A total in a letter is no questionnaire that was asked; and a late visit is late."""
    both = ("SCR", "M2", "M4")
    rows = [
        ValueRow(field, code, DAY_0 + round(CODES[code] * 30.4375), 40.0, stated=told)
        for field, told in ((TOTAL, True), (FVC, False))
        for code in both
    ]
    made = patient("001", statuses={"SCR": Status.DONE, "M2": Status.DONE_LATE, "M4": Status.DONE})
    measured = ValueRow(TOTAL, "M4", DAY_0 + round(4 * 30.4375), 39.0)
    found = matrix(cohort(replace(made, values=(*rows, measured))))
    assert found is not None
    row = dict(zip(found.codes, found.cells[0], strict=True))
    assert [row[code] for code in both] == [Seen.STATED, Seen.OUT_OF_WINDOW, Seen.COMPLETE]


def test_a_visit_outside_the_consent_is_neither_missed_nor_seen() -> None:
    made = patient("001", {"SCR": 40.0}, statuses={"M2": LEFT_OUT})
    found = matrix(cohort(made))
    assert found is not None
    row = dict(zip(found.codes, found.cells[0], strict=True))
    assert row["M2"] is Seen.LEFT_OUT
    assert flow(cohort(made)).seen["Month 2"] == 0


def test_the_flow_counts_everybody_once() -> None:
    """20 came, 3 refused, 17 were treated: the paper's "enrolled" are both 20 and 17."""
    rows = [patient(f"{n:03}", FULL) for n in range(14)]
    rows += [patient(f"{n:03}", state="died", died_day=DAY_0 + 200) for n in range(14, 17)]
    rows += [
        patient(f"{n:03}", enrolled=False, treated_day=None, state="refused", reason="too far")
        for n in range(17, 20)
    ]
    found = flow(cohort(*rows))
    assert (found.assessed, found.enrolled, found.treated) == (20, 17, 17)
    assert found.refused == {"too far": 3}
    assert (found.died, found.in_follow_up, found.lost, found.completed) == (3, 14, 0, 0)
    assert found.seen["Month 2"] == 14
    assert found.assessed == found.enrolled + sum(found.refused.values())


def test_the_flow_adds_up_whatever_the_order_of_the_steps() -> None:
    """Refused after enrolment is a withdrawal; who left before it is beside the boxes."""
    rows = [
        patient("001"),
        patient("002", state="refused", treated_day=None, reason="too far"),
        patient("003", state="screen_failure", treated_day=None, criterion="age"),
        *(
            patient(f"1{n}", enrolled=False, treated_day=None, state=state)
            for n, state in enumerate(("screened", "withdrawn", "lost", "died", "refused"))
        ),
    ]
    found = flow(cohort(*rows))
    assert (found.assessed, found.enrolled, found.screened, found.left_before) == (8, 3, 1, 3)
    outside = found.screened + found.left_before + sum(found.refused.values())
    assert outside + sum(found.failed.values()) + found.enrolled == found.assessed
    inside = found.died + found.lost + found.completed + sum(found.withdrawn.values())
    assert inside + found.in_follow_up == found.enrolled
    assert (found.in_follow_up, found.withdrawn_before) == (1, 2)


def test_who_withdrew_and_died_later_did_not_come_because_of_the_withdrawal() -> None:
    """Until the day of the death. Who only died, or only withdrew, is in one place."""
    ended = {"M6": Status.NOT_APPLICABLE, "M12": Status.NOT_APPLICABLE}
    left = {"left": "withdrawn", "left_day": DAY_0 + 150, "state": "died"}
    every = cohort(
        patient("001", FULL, statuses=ended, died_day=DAY_0 + 300, **left),
        patient("002", FULL, statuses=ended, died_day=DAY_0 + 150, state="died"),
        patient("003", FULL, statuses=ended, **{**left, "state": "withdrawn"}),
    )
    found = matrix(every)
    assert found is not None
    at = [found.codes.index(code) for code in ("M6", "M12")]
    assert [[found.cells[one][place] for place in at] for one in range(3)] == [
        [Seen.ENDED, Seen.AFTER_DEATH],
        [Seen.AFTER_DEATH, Seen.AFTER_DEATH],
        [Seen.ENDED, Seen.ENDED],
    ]
    counted = flow(every)
    assert (counted.died, dict(counted.died_after)) == (2, {"withdrawn": 1})
    assert sum(counted.withdrawn.values()) == 1
    assert ends_words(counted) == "2 died (1 of them after withdrawing), 1 withdrew"
