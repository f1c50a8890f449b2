from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cohort import frames, means, rows, slots
from core.cohort.fields import FVC, TOTAL, field_of, number_fields
from core.cohort.rows import Routine, Rows, ValueRow, VisitRow
from core.protocols.schedule import Status
from core.science.statistics.fit import NoFit
from tests.core.cohort.made_up import CODES, DAY_0, cohort, patient

A = {"M2": 90.0, "M4": 85.0, "M6": 80.0}
B = {"M2": 40.0, "M4": 35.0}
DEAD = {"died_day": DAY_0 + 130, "died_on": "2014-07-18", "state": "died"}


def of(*rows: object, field: str = FVC) -> means.Means:
    return means.means(cohort(*rows), number_fields()[field])  # type: ignore[arg-type]


def test_a_mean_that_rises_while_every_patient_falls_says_so() -> None:
    """Why the mean FVC of the paper rose from month 4 to 6: the weaker of two died."""
    found = of(
        patient("001", A, field=FVC),
        patient("002", B, field=FVC, statuses={"M6": Status.NOT_APPLICABLE}, **DEAD),
    )
    assert [(one.n, one.summary.mean) for one in found.at] == [(2, 65), (2, 60), (1, 80)]
    (said,) = found.sentences
    assert said == (
        "Month 4 to Month 6: n changes from 2 to 1 (1 died). The mean of all rises from 60.0 to 80.0,"
        " although the one patient with both values falls (85.0 to 80.0)."
    )
    assert found.at[2].missing == {means.DIED: 1}
    assert [one.mean for one in found.same] == [90, 85, 80]


def test_what_changes_n_adds_up_where_somebody_comes_back() -> None:
    """2 + 1 − 1 and not 2 − 1: who missed Month 4 and was there again at Month 6 is told as well."""
    group = cohort(
        patient("001", {"SCR": 40.0, "M2": 39.0, "M4": 38.0, "M6": 37.0}),
        patient("002", {"SCR": 40.0, "M2": 38.0, "M6": 30.0}, statuses={"M4": Status.MISSED}),
        patient("003", {"SCR": 40.0, "M2": 37.0, "M4": 36.0}, statuses={"M6": Status.MISSED}),
    )
    found = means.means(group, number_fields()[TOTAL])
    (said,) = (one for one in found.sentences if one.startswith("Month 4 to Month 6"))
    assert (
        "n changes from 2 to 2 (1 missed the visit; 1 who had none at Month 4 has a value)." in said
    )


def test_a_visit_whose_values_have_no_month_is_no_point() -> None:
    """Who has no day to count from stands nowhere on the axis, and shifts no other visit."""
    nowhere = patient("001", {"SCR": 40.0}, reference_day=None, first_visit_day=None)
    counted = patient("002", {"M2": 38.0, "M4": 36.0})
    found = of(nowhere, counted, field=TOTAL)
    assert [(one.slot.title, one.n) for one in found.at] == [("Month 2", 1), ("Month 4", 1)]
    assert [one.summary.mean for one in found.at] == [38, 36]
    assert sorted(found.lines["slot"]) == [0, 1]


def test_who_is_missing_is_counted_by_why() -> None:
    everybody = of(
        patient("001", {"M2": 30.0}, field=TOTAL),
        patient("002", statuses={"M2": Status.MISSED}),
        patient("003", statuses={"M2": Status.UPCOMING}),
        patient("004", statuses={"M2": Status.DONE}),
        patient("005", statuses={"M2": Status.NOT_APPLICABLE}, **DEAD),
        patient("006", statuses={"M2": Status.NOT_APPLICABLE}, state="withdrawn"),
        patient("007", statuses={}, enrolled=False, state="refused"),
        field=TOTAL,
    )
    (at,) = everybody.at
    assert (at.n, at.of) == (1, 7)
    assert at.missing == {
        means.DIED: 1,
        means.MISSED: 1,
        means.OPEN: 1,
        means.ENDED: 1,
        means.NOT_MEASURED: 1,
        means.NOT_ENROLLED: 1,
    }
    assert means.missing_words(at.missing).startswith("1 died, 1 missed the visit")


def test_the_last_visit_before_the_treatment_is_the_baseline() -> None:
    found = of(patient("001", {"SCR": 37.0, "M2": 35.0}), field=TOTAL)
    assert [(one.slot.month, one.slot.title) for one in found.at] == [
        (0, "Screening"),
        (2, "Month 2"),
    ]


def also(row: Rows, *values: tuple[str, int, float]) -> Rows:
    """With further totals: the visit (empty: at none), the day from the infusion, the value."""
    more = [ValueRow(TOTAL, code, DAY_0 + day, value) for code, day, value in values]
    return replace(row, values=(*row.values, *more))


def test_the_baseline_is_the_last_value_before_the_infusion_of_each_patient() -> None:
    """One who was asked once more before the infusion moves nobody else's baseline."""
    every = [patient(f"{n:03}", {"SCR": 40.0 - n, "M2": 30.0}) for n in range(4)]
    every[0] = also(every[0], ("MRI", -7, 36.0))
    found = of(*every, field=TOTAL)
    assert [(at.slot.title, at.n) for at in found.at] == [("Baseline", 4), ("Month 2", 4)]
    assert found.at[0].summary.mean == (36 + 39 + 38 + 37) / 4
    assert found.n_same == 4
    known = slots.baselines(cohort(*every), TOTAL)
    assert known == {0: (36.0, False), 1: (39.0, False), 2: (38.0, False), 3: (37.0, False)}


def test_an_earlier_visit_that_most_have_besides_is_a_point_of_its_own() -> None:
    every = [also(patient(f"{n:03}", {"SCR": 40.0}), ("MRI", -7, 36.0)) for n in range(3)]
    every.append(patient("003", {"SCR": 38.0}))
    found = of(*every, field=TOTAL)
    assert [(at.slot.title, at.n) for at in found.at] == [("Screening", 3), ("Baseline", 4)]
    assert found.at[0].missing == {means.BASELINE: 1}
    assert found.at[1].missing == {}
    assert [at.slot.month < 0 for at in found.at] == [True, False]


def test_what_was_asked_after_the_infusion_is_no_baseline_and_who_waits_has_the_last_value() -> (
    None
):
    late = also(patient("001"), ("SCR", 3, 40.0))
    waiting = also(
        patient("002", reference_day=None, treated_day=None), ("", -3, 35.0), ("", -9, 37.0)
    )
    assert slots.baselines(cohort(late, waiting), TOTAL) == {1: (35.0, False)}
    given = also(patient("003", reference_day=None), ("", -20, 40.0), ("", 150, 20.0))
    assert slots.baselines(cohort(given), TOTAL) == {0: (40.0, False)}, "no later value than it"


def test_why_there_is_no_value_in_a_step_of_months() -> None:
    """Of patients on several schedules: not everybody without a value is still to come."""

    def gone(number: str, **told: object) -> Rows:
        return patient(number, {"M2": 35.0}, **told)  # type: ignore[arg-type]

    visit = VisitRow(
        code="", month=9.0, target_day=None, status=Status.DONE.value, day=DAY_0 + 274, mode="", reason="",
    )  # fmt: skip
    seen_at_9 = gone("003")
    seen_at_9 = replace(seen_at_9, visits=(*seen_at_9.visits, visit))
    every = frames.cohort(
        [
            patient("000", {"M2": 36.0, "M6": 33.0}, schedule="routine"),
            gone("001", died_day=DAY_0 + 100),
            gone("002", state="withdrawn", left="withdrawn", left_day=DAY_0 + 100),
            seen_at_9,
            replace(seen_at_9, patient=replace(seen_at_9.patient, died_day=DAY_0 + 400)),
            gone("005", reference_day=DAY_0 + 300, first_visit_day=DAY_0 + 300),
            gone("006"),
            gone("007", state=Routine.ENDED.value, state_day=DAY_0 + 120),
        ],
        date.fromordinal(DAY_0 + 390),
    )
    at_6 = next(one for one in means.means(every, number_fields()[TOTAL]).at if one.slot.month == 6)
    assert at_6.missing == {means.DIED: 1, means.ENDED: 2, means.NOT_SEEN: 3, means.OPEN: 1}
    in_step = gone("008")
    in_step = replace(in_step, visits=(*in_step.visits, replace(visit, day=DAY_0 + 180)))
    both = frames.cohort([patient("000", {"M6": 33.0}, schedule="routine"), in_step])
    (at_6, _at_3) = sorted(
        means.means(both, number_fields()[TOTAL]).at, key=lambda one: -one.slot.month
    )
    assert at_6.missing == {means.NOT_MEASURED: 1}


def test_who_waits_for_the_infusion_is_not_called_lost() -> None:
    waiting = replace(
        patient("002", state="enrolled", treated_day=None, reference_day=None), visits=()
    )
    over = replace(patient("003", state="completed"), visits=())
    found = of(patient("001", {"SCR": 40.0, "M2": 38.0}), waiting, over, field=TOTAL)
    assert found.at[1].missing == {means.NO_PLAN: 1, means.ENDED: 1}


def test_an_earlier_visit_and_the_baseline_of_one_code_each_say_who_is_missing() -> None:
    """Most had the screening only, some were asked again: the screening's reasons are its own."""
    missed = {"SCR": Status.MISSED}
    every = [patient(f"{n:03}", {"SCR": 40.0}) for n in range(7)]
    every += [also(patient(f"{n:03}", {"SCR": 40.0}), ("MRI", -7, 38.0)) for n in range(7, 15)]
    every += [also(patient(f"{n:03}", statuses=missed), ("M2", 60, 30.0)) for n in range(15, 17)]
    every += [also(patient(f"{n:03}", {"SCR": 40.0}), ("INF", 0, 37.0)) for n in range(17, 20)]
    found = of(*every, field=TOTAL)
    assert [(at.slot.title, at.slot.code) for at in found.at[:2]] == [
        ("Screening", "SCR"), ("Baseline", "MRI"),
    ]  # fmt: skip
    assert found.at[0].missing == {means.BASELINE: 7, means.MISSED: 2}
    few = every[:7] + every[7:11] + every[15:20]
    found = of(*few, field=TOTAL)
    assert [at.slot.code for at in found.at[:2]] == ["SCR", "SCR"]
    assert found.at[0].missing == {means.BASELINE: 7, means.MISSED: 2}
    assert found.at[1].missing == {means.MISSED: 2}


def test_the_baseline_is_before_the_infusion_that_was_given_whatever_was_planned() -> None:
    late = also(patient("001", treated_day=DAY_0 + 7), ("SCR", -20, 40.0), ("MRI", 5, 36.0))
    early = also(patient("002", treated_day=DAY_0 - 7), ("SCR", -20, 40.0), ("MRI", -3, 36.0))
    assert slots.baselines(cohort(late, early), TOTAL) == {0: (36.0, False), 1: (40.0, False)}


def test_a_screening_that_came_after_the_infusion_is_why_there_is_no_baseline() -> None:
    late = also(patient("002", statuses={"SCR": Status.DONE_LATE}), ("SCR", 3, 40.0))
    found = of(*(patient(f"{n}", {"SCR": 36.0}) for n in range(3)), late, field=TOTAL)
    assert found.at[0].missing == {means.LATE: 1}


def test_a_visit_before_the_infusion_outside_the_consent_is_why_there_is_no_baseline() -> None:
    gone = patient("002", {"M2": 30.0}, statuses={"SCR": rows.LEFT_OUT})
    every = [also(patient(f"{n}"), ("MRI", -7, 36.0)) for n in range(3)]
    found = of(*every, gone, field=TOTAL)
    assert found.at[0].missing == {means.LEFT_OUT: 1}


def test_a_visit_outside_the_consent_is_missing_for_that_reason() -> None:
    found = of(
        patient("001", {"SCR": 40.0, "M2": 38.0}),
        patient("002", {"SCR": 40.0}, statuses={"M2": rows.LEFT_OUT}),
        field=TOTAL,
    )
    assert means.missing_words(found.at[1].missing) == "1 left out by their consent"


def test_patients_of_no_one_schedule_stand_in_steps_of_three_months() -> None:
    both = of(
        patient("001", {"M2": 37.0, "M6": 33.0}),
        patient("002", {"M2": 30.0, "M6": 28.0}, schedule="routine"),
        field=TOTAL,
    )
    assert [one.slot.month for one in both.at] == [3, 6]
    assert [one.n for one in both.at] == [2, 2]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(list(CODES)), st.integers(0, 48).map(float), min_size=1),
        min_size=1,
        max_size=8,
    )
)
def test_everybody_is_either_counted_or_missing(patients: list[dict[str, float]]) -> None:
    found = of(*(patient(f"{n:03}", one) for n, one in enumerate(patients)), field=TOTAL)
    for at in found.at:
        mine = [one[at.slot.code] for one in patients if at.slot.code in one]
        assert at.n == len(mine)
        assert at.summary.mean == pytest.approx(sum(mine) / len(mine))
        assert at.n + sum(at.missing.values()) == at.of == len(patients)
    always = [one for one in patients if all(at.slot.code in one for at in found.at)]
    assert found.n_same == len(always)


def test_nobody_with_a_value_is_no_mean_and_too_few_no_model() -> None:
    empty = of(patient("001"), field=TOTAL)
    assert (empty.at, empty.sentences, empty.n_same) == ((), (), 0)
    assert isinstance(means.course(empty), NoFit)


def test_a_number_of_a_form_is_called_by_its_words_and_by_no_id() -> None:
    known = number_fields()
    found = field_of("device.hours.niv.h/day", known)
    assert (found.title, found.unit, found.decimals) == (
        "Device or support: Hours a day, NIV",
        "h/day",
        2,
    )
    pulse = field_of("vital_signs.pulse./min", known)
    assert pulse.title == known["vital_signs.pulse"].title and pulse.unit == "/min"
    plain = field_of("device.hours", known)
    assert plain is known["device.hours"]
    assert field_of("nothing.here.x", known).title == "nothing.here.x"
