"""The figures of a group in sentences: every number says of how many it is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from core.cohort import counted, in_words
from core.cohort.comparing import compared
from core.cohort.events import event_table
from core.cohort.fields import FVC, TOTAL, number_fields
from core.cohort.filters import EVERYBODY, By, Filter
from core.cohort.means import course, means
from core.cohort.missing import flow, matrix
from core.cohort.plots import matrix_plot, means_plot, pointing
from core.cohort.plots.axes import Sheet
from core.cohort.plots.means_plot import Spread
from core.cohort.rows import Rows, ValueRow
from core.cohort.survival import survival
from core.protocols.schedule import Status
from core.science.statistics.survival import KaplanMeier
from core.views.stack.shapes import Text
from tests.core.cohort.made_up import CODES, DAY_0, cohort, event, patient

TODAY = date(2026, 11, 29)
SHEET = Sheet(width=600, height=200, measure=lambda words, size, _w: len(words) * size * 0.5)


def died(month: float) -> dict[str, object]:
    day = DAY_0 + round(month * 30.4375)
    return {"died_day": day, "last_alive_day": day, "state": "died"}


def two() -> object:
    return cohort(
        patient("001", {"SCR": 40.0, "M2": 38.0}),
        patient("002", {"SCR": 30.0}, statuses={"M2": Status.NOT_APPLICABLE}, **died(1)),
    )


def test_the_headline_names_every_denominator() -> None:
    group = cohort(
        patient("001", sex="male"),
        patient("002", treated_day=None, **died(3)),
        patient("003", enrolled=False, state="refused", treated_day=None),
    )
    assert counted.headline(group, EVERYBODY, 3, TODAY) == (
        "All 3 patients of the file · 2 enrolled of 3 · 1 infused of 2 enrolled"
        " · 1 death among 3 patients · data to 29 Nov 2026"
    )
    men = Filter(chosen={By.SEX: frozenset({"male"})})
    assert counted.headline(men.apply(group), men, 3, TODAY) == (
        "1 of 3 patients (Sex male) · 1 infused of 1 enrolled"
        " · 0 deaths among 1 patient · data to 29 Nov 2026"
    )


def test_visits_that_the_consent_leaves_out_are_counted() -> None:
    assert counted.left_out(cohort(patient("001"))) == ""
    said = counted.left_out(cohort(patient("001", left_out=2), patient("002", left_out=1)))
    assert said == (
        "3 visits, or results of no visit, are not counted: the consent does not cover them."
    )


def test_a_group_is_called_by_its_schedule_and_the_study_is_the_one_with_planned_visits() -> None:
    mixed = cohort(
        patient("001"), patient("002", schedule="routine"), patient("003", schedule="routine")
    )
    assert counted.title(mixed) == "All patients"
    assert counted.title(cohort(patient("001"))) == "Ad-MSC trial (Nabavi 2021)"
    assert counted.study(mixed) == "royan-2021"
    assert counted.study(cohort(patient("001", schedule="routine"))) == ""


def test_a_mean_is_said_with_its_scatter_by_name_its_n_and_who_is_missing() -> None:
    found = means(two(), number_fields()[TOTAL])  # type: ignore[arg-type]
    assert in_words.of_means(found, Spread.SE) == (
        "mean ± SE. Screening: mean 35.0, SE 5.0, n 2 of 2."
        " Month 2: mean 38.0, SE –, n 1 of 2. Missing: 1 died."
    )
    assert "median 35.0, quartiles 32.5 to 37.5, n 2 of 2" in in_words.of_means(
        found, Spread.QUARTILES
    )


def test_slopes_say_who_has_none_and_no_model_says_why() -> None:
    found = means(two(), number_fields()[TOTAL])  # type: ignore[arg-type]
    assert in_words.slopes(found) == (
        "Slope of the one patient with two values: −0.68 points a month."
        " 1 patient has values of one time only."
    )
    said = in_words.model(course(found), found)
    assert said.startswith("Mixed model: no number. ") and said.endswith(".")
    nobody = means(cohort(patient("001")), number_fields()[FVC])
    assert in_words.slopes(nobody) == "No patient has this value at two times: there is no slope."


def test_whose_the_dashed_line_is() -> None:
    field = number_fields()[TOTAL]
    a, b, c = {"SCR": 40.0, "M2": 38.0}, {"SCR": 30.0, "M2": 28.0}, {"SCR": 33.0}
    three = means(cohort(patient("001", a), patient("002", b), patient("003", c)), field)
    assert (
        in_words.same_patients(three) == "Dashed: the 2 patients who have a value at every visit."
    )
    both = means(cohort(patient("001", a), patient("002", b)), field)
    assert in_words.same_patients(both).startswith("The patients are the same")
    one = means(cohort(patient("001", a), patient("003", c)), field)
    assert (
        in_words.same_patients(one)
        == "1 patient alone has a value at every visit: no line is drawn."
    )


def test_survival_is_said_with_interval_and_at_risk() -> None:
    """The paper's first year: 3 of 17 died at 6, 7 and 9 months."""
    year = {"last_alive_day": DAY_0 + 366}
    rows = [patient(f"{n:03}", **died(at)) for n, at in enumerate((6, 7, 9))]
    rows += [patient(f"{n:03}", **year) for n in range(3, 17)]
    said = in_words.of_survival(survival(cohort(*rows)))
    assert said == (
        "17 patients, 3 events. 12 months: 82.4 % (95 % CI 54.7 to 93.9), 14 at risk."
        " The median is not reached."
    )


def test_two_kinds_of_patients_are_compared_with_their_counts() -> None:
    rows = [patient(f"b{n}", onset_region="bulbar", **died(3 + n)) for n in range(4)]
    rows += [patient(f"l{n}", onset_region="limb", **died(5 + 2 * n)) for n in range(4)]
    rows.append(patient("x", sex=""))
    group = cohort(*rows)
    said = compared(group, survival(group), By.ONSET)
    assert said[:2] == (
        "Bulbar onset: 4 events among 4 patients.",
        "Limb onset: 4 events among 5 patients.",
    )
    assert said[2].startswith("Log-rank: χ² ") and "on 1 degree of freedom, p = 0.0" in said[2]
    assert said[3].startswith("Hazard ratio Limb onset to Bulbar onset: 0.")
    assert said[3].endswith("Rough: it rests on 8 events, fewer than 10.")
    alone = compared(group, survival(group), By.SEX)
    assert alone[-2] == "Of 1 patient it is not known: left out."
    assert alone[-1] == "Log-rank: no number. One group alone has nothing to compare."


def test_a_few_deaths_are_no_hazard_ratio() -> None:
    rows = [patient(f"b{n}", onset_region="bulbar", **died(3 + n)) for n in range(2)]
    rows += [patient(f"l{n}", onset_region="limb", **died(4 + 3 * n)) for n in range(2)]
    rows += [patient(f"a{n}", onset_region="limb") for n in range(3)]
    group = cohort(*rows)
    assert compared(group, survival(group), By.ONSET)[-1] == (
        "Hazard ratio: no number. 4 events are too few for it."
    )


def test_a_kind_that_was_gone_before_the_first_event_is_named() -> None:
    rows = [patient(f"b{n}", onset_region="bulbar", **died(5 + n)) for n in range(4)]
    rows += [patient(f"l{n}", onset_region="limb", **died(6 + 2 * n)) for n in range(4)]
    rows.append(patient("r", onset_region="respiratory", last_alive_day=DAY_0 + 30))
    group = cohort(*rows)
    said = compared(group, survival(group), By.ONSET)
    assert "on 1 degree of freedom" in said[-2]
    assert said[-1] == (
        "Without Respiratory onset: nobody of them was followed until the first event."
    )


def test_a_median_has_its_interval_and_a_survival_before_any_event_has_none() -> None:
    rows = [patient(f"{n}", **died(2 + 4 * n)) for n in range(6)]
    curve = survival(cohort(*rows)).curve
    assert isinstance(curve, KaplanMeier)
    assert in_words.median(curve) == "Median 12.0 months (95 % CI 2.0 to not reached)."  # as R
    assert in_words.percent_ci(*(curve.at(1) or ())) == "(no interval)"
    assert in_words.percent_ci(*(curve.at(3) or ())).startswith("(95 % CI 2")
    few = survival(cohort(patient("1", **died(2)), patient("2"), patient("3", **died(14)))).curve
    assert isinstance(few, KaplanMeier)
    assert in_words.median(few) == "Median 14.0 months (95 % CI 2.0 to not reached)."


def test_a_singular_fit_is_called_one() -> None:
    """Every patient falls by the same, and the rest is scatter."""
    beside = ((0, 1, -1, 0, 0), (1, 0, 0, -1, 0), (-1, 0, 1, 0, 0), (0, -1, 0, 1, 0))
    rows = [
        patient(
            f"{n}",
            {
                code: 40 - month + rest + 2 * n
                for (code, month), rest in zip(CODES.items(), by, strict=True)
            },
        )
        for n, by in enumerate(beside)
    ]
    found = means(cohort(*rows), number_fields()[TOTAL])
    said = in_words.model(course(found), found)
    assert "a singular fit" in said


def test_the_patients_of_an_event_are_known() -> None:
    group = cohort(
        patient("001", events=(event("Fall"), event("Fall", 2))),
        patient("002"),
        patient("003", events=(event("Fall"),)),
    )
    (line,) = event_table(group).lines
    assert (line.patients, line.events, line.who) == (2, 3, (0, 2))


def test_a_place_near_a_course_is_its_patient_and_one_far_away_nobody() -> None:
    group = cohort(
        patient("001", {"SCR": 40.0, "M6": 38.0}), patient("002", {"SCR": 30.0, "M6": 10.0})
    )
    found = means(group, number_fields()[TOTAL])
    drawing = means_plot.draw(found, SHEET)
    pointed = pointing.of_courses(drawing, [0, 1, 0])
    assert pointed.who == (0, 1)
    for who in pointed.who:
        (x1, y1), (x2, y2) = pointed.of(who)
        assert pointed.at((x1 + x2) / 2, (y1 + y2) / 2 + 2) == who
    assert pointed.at(0, 0) is None
    assert pointed.of(7) == ()


def test_a_column_of_the_matrix_is_its_patient() -> None:
    group = cohort(patient("001", {"SCR": 40.0}), patient("002"))
    found = matrix(group)
    assert found is not None
    pointed = pointing.of_columns(matrix_plot.draw(found, SHEET))
    assert pointed.who == (0, 1)
    left, right = pointed.of(0)[0], pointed.of(1)[0]
    assert left[0] < right[0]
    assert pointed.at(right[0] + 2, 30) == 1
    assert pointed.at(2, 30) is None


def test_the_matrix_and_the_flow_in_words() -> None:
    group = cohort(
        patient("001", {"SCR": 40.0}, statuses={"M2": Status.MISSED}),
        patient("002", enrolled=False, state="refused", treated_day=None),
    )
    found = matrix(group)
    assert found is not None
    assert "Month 2: missed 1, not due yet 1." in in_words.of_matrix(found)
    assert in_words.of_flow(flow(group)).startswith("2 screened. 1 enrolled. 1 of them treated.")


@pytest.mark.parametrize("kinds", [2, 5])
def test_the_legend_of_the_matrix_stays_on_its_sheet(kinds: int) -> None:
    """On a narrow sheet it goes on in another line."""
    statuses = [
        Status.DONE,
        Status.DONE_LATE,
        Status.MISSED,
        Status.UPCOMING,
        Status.NOT_APPLICABLE,
    ]
    rows = [
        patient(f"{n:03}", {"SCR": 30.0}, statuses={"M2": status})
        for n, status in enumerate(statuses[:kinds])
    ]
    found = matrix(cohort(*rows))
    assert found is not None
    drawing = matrix_plot.draw(found, SHEET)
    words = [one for one in drawing.shapes if isinstance(one, Text)]
    assert max(one.y for one in words) <= matrix_plot.height(found, SHEET)
    legend = [one for one in words if one.words.endswith(")")]
    assert max(one.x + SHEET.measure(one.words, one.size, one.weight) for one in legend) <= 600


def test_visits_that_are_close_are_drawn_apart_and_the_axis_says_that_it_is_not_to_scale() -> None:
    """Every n can be read: of the days round the infusion, too."""
    field = number_fields()["weight"]
    row = patient("001", {"SCR": 70.0, "M2": 68.0, "M12": 66.0}, field="weight")
    near = replace(row, values=tuple(_near(row)))
    drawing = means_plot.draw(means(cohort(row, near), field), SHEET)
    counts = sorted(one.x for one in drawing.shapes if isinstance(one, Text) and one.words in "12")
    assert len(counts) >= 5
    months = [one for one in drawing.shapes if isinstance(one, Text) and one.y > 160]
    by_line: dict[float, list[float]] = {}
    for one in months:
        by_line.setdefault(one.y, []).append(one.x)
    for places in by_line.values():
        ordered = sorted(places)[1:]  # after the name of the line
        assert all(b - a >= 31 for a, b in pairwise(ordered)), ordered
    assert any("not to scale" in getattr(one, "words", "") for one in drawing.shapes)
    plain = means_plot.draw(means(cohort(row), field), SHEET)
    assert not any("not to scale" in getattr(one, "words", "") for one in plain.shapes)


def _near(row: Rows) -> Iterator[ValueRow]:
    """The same values, and those of the MRI, of the infusion and of the day after it."""
    yield from row.values
    for code, day in (("MRI", -7), ("INF", 0), ("D1", 1)):
        yield ValueRow("weight", code, DAY_0 + day, 69.0)
