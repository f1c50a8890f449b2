"""The numbers of Nabavi 2021 (Cell J 23(7):772-778), counted from the record of the finished demonstration trial."""

import math
from collections import Counter
from contextlib import closing
from datetime import date

import pytest

from core import resources
from core.acts import importing
from core.cohort import frames, means, missing, rows
from core.cohort.events import event_table
from core.cohort.fields import FVC, TOTAL, number_fields
from core.cohort.missing import Seen
from core.cohort.plots import flow_plot
from core.cohort.survival import Endpoint, survival
from core.commands import demonstration
from core.imports import patients_csv
from core.model.vital_status import State
from core.protocols import catalog as protocols
from core.science.statistics.summary import summary
from core.science.statistics.survival import KaplanMeier
from core.words import number


@pytest.fixture(scope="session")
def treated(finished_cohort):
    return finished_cohort.only(finished_cohort.patients["treated_day"].notna())


def summary_line(cohort):
    """Under Table 1, as the paper prints it; with what its ± is."""
    age, months, fvc = (
        summary(cohort.patients[name].astype(float))
        for name in ("age", "months_of_disease", "stated_capacity")
    )
    return (
        f"n {age.n}: {number(age.mean, 2)} ± {number(age.sd, 2)} SD,"
        f" {number(months.mean, 1)} ± {number(months.sd, 1)} SD,"
        f" FVC {fvc.low:g}–{fvc.high:g} (mean {number(fvc.mean, 2)})"
    )


TABLE_1 = "n 17: 49.12 ± 13.32 SD, 26.5 ± 19.8 SD, FVC 41–111.3 (mean 71.01)"


def test_table_1_has_the_papers_summary_line(treated):
    assert summary_line(treated) == TABLE_1
    totals = summary(treated.patients["stated_total"])
    assert (totals.low, totals.median, totals.high) == (26, 36, 45)
    assert totals.mean == pytest.approx(35.3529, abs=5e-5)
    assert totals.sd == pytest.approx(4.8855, abs=5e-5)
    assert Counter(treated.patients["sex"]) == {"male": 10, "female": 7}
    assert Counter(treated.patients["onset_region"]) == {"limb": 12, "bulbar": 5}


def test_the_papers_table_imported_as_csv_has_the_same_summary_line(session):
    path = resources.path("validation", "royan_table1.csv")
    preview = patients_csv.read(path, (), protocols.newest()["royan-2021"], date(2026, 11, 29))
    assert importing.import_patients(session, preview) == 17
    records = [session.record(patient.id) for patient in session.patients.all()]
    found = frames.cohort([rows.of(one, date(2026, 11, 29)) for one in records])
    assert summary_line(found) == TABLE_1
    rate = summary(found.patients["delta_fs"])
    assert (rate.mean, rate.sd) == pytest.approx((0.7725, 0.6224), abs=5e-5)


def test_three_die_in_the_first_year_and_five_of_17_live_after_five(treated):
    found = survival(treated)
    curve = found.curve
    assert isinstance(curve, KaplanMeier)
    assert (found.followed.n, int(found.followed.events.sum())) == (17, 12)
    at = {month: curve.at(month) for month in (5.9, 6, 7, 9, 12, 60)}
    values = {month: round(one[0], 4) for month, one in at.items()}
    assert values == {5.9: 1, 6: 0.9412, 7: 0.8824, 9: 0.8235, 12: 0.8235, 60: 0.2941}
    _survival, se, low, high = at[12]
    assert (round(low, 4), round(high, 4)) == (0.5471, 0.9394), "log-log"
    assert se == pytest.approx(math.sqrt(14 / 17 * 3 / 17 / 17)), "nobody is censored before"
    at_risk = [int((found.followed.months >= month).sum()) for month in (0, 12, 24, 36, 48, 60)]
    assert at_risk == [17, 14, 11, 8, 5, 5]
    assert found.followed.left_out == {}


def test_the_mask_counts_where_it_is_asked_for(treated):
    overall, without_mask = (
        survival(treated, one).curve.at(12)[0]
        for one in (Endpoint.OVERALL, Endpoint.VENTILATION_FREE)
    )
    assert without_mask < overall


def test_table_2_counts_patients_and_events_apart(treated):
    """With two events of the paper's text that its table lacks; a procedure (drainage, ventilation) is none."""
    found = event_table(treated)
    counted = {one.term: (one.patients, one.events, one.worst, one.serious) for one in found.lines}
    assert counted == {
        "Sinus tachycardia": (3, 3, 2, 0),
        "Dyspnea": (2, 2, 2, 0),
        "Non-cardiac chest pain": (2, 2, 2, 0),
        "Thromboembolic event": (2, 2, 5, 2),
        "Dizziness": (1, 1, 1, 0),
        "Headache": (1, 1, 1, 0),
        "Hypertension": (1, 1, 3, 0),
        "Lung infection": (1, 1, 3, 1),
        "Pleural effusion": (1, 1, 2, 0),
        "Respiratory failure": (1, 1, 4, 1),
    }
    assert (found.any_.patients, found.any_.of, found.any_.events) == (9, 17, 15)
    assert found.any_.serious == 4
    assert found.not_counted == 0
    assert event_table(treated, related_only=True).any_.events < found.any_.events


def test_of_20_screened_17_are_treated_and_everybody_is_in_one_place(finished_cohort):
    found = missing.flow(finished_cohort)
    assert (found.assessed, found.enrolled, found.treated) == (20, 17, 17)
    assert sum(found.refused.values()) == 3
    assert (found.died, found.completed, found.in_follow_up, found.lost) == (12, 5, 0, 0)
    assert found.died_after == {State.WITHDRAWN: 1, State.LOST: 1}
    assert list(found.seen.values()) == [17, 17, 17, 17, 17, 16, 15, 13, 5]
    said = flow_plot._ends(found)
    at = said.index("12 died")
    assert [one.strip() for one in said[at + 1 : at + 3]] == [
        "1 of them after withdrawing",
        "1 of them after being lost to follow-up",
    ]


def test_who_withdrew_and_who_was_lost_says_when_and_why(treated):
    left = treated.patients[treated.patients["left"] != ""].set_index("number")
    assert dict(left["left"]) == {"A-003": "lost", "A-012": "withdrawn"}
    assert set(left["state"]) == {"died"}
    assert all(why.startswith("Simulated.") for why in left["left_reason"])
    assert (left["left_day"] < left["died_day"]).all()


def test_the_mean_capacity_rises_at_month_6_while_every_patient_falls(treated):
    """What the paper saw between months 4 and 6, and why."""
    found = means.means(treated, number_fields()[FVC])
    assert [one.n for one in found.at] == [17, 17, 16, 15, 13]
    assert found.at[0].stated == 17
    month_4, month_6 = (found.at[place].summary.mean for place in (2, 3))
    assert month_6 > month_4
    by_patient = [one.sort_values("month") for _who, one in found.lines.groupby("patient")]
    assert all((one["value"].diff().dropna() < 0).all() for one in by_patient)
    (said,) = (one for one in found.sentences if one.startswith("Month 4 to Month 6"))
    assert (
        "n changes from 16 to 15 (1 died, 1 missed the visit; 1 who had none at Month 4 has a value)."
        in said
    )
    assert "The mean of all rises from" in said
    assert "although each of the 14 patients with both values falls" in said
    assert found.n_same == 11
    same = [one.mean for one in found.same]
    assert same == sorted(same, reverse=True)


def test_those_who_lived_have_the_papers_mean_at_year_5(treated):
    """18 ± 4.243: the paper does not say of how many."""
    last = means.means(treated, number_fields()[TOTAL]).at[-1]
    assert (last.slot.title, last.n, last.of) == ("Year 5", 5, 17)
    assert (last.summary.mean, round(last.summary.sd, 3)) == (18, 4.243)
    assert last.missing == {means.DIED: 12}


def test_the_matrix_counts_what_was_missed_and_what_was_late(treated):
    found = missing.matrix(treated)
    counted = {one: found.count(one) for one in Seen if found.count(one)}
    assert counted == {
        Seen.COMPLETE: 113,
        Seen.STATED: 17,  # the totals and capacities of Table 1 at the screening
        Seen.OUT_OF_WINDOW: 4,
        Seen.MISSED: 3,
        Seen.AFTER_DEATH: 16,
    }
    assert sum(counted.values()) == 17 * 9
    missed = treated.visits[treated.visits["status"] == "missed"]
    assert all(why.startswith("Simulated.") for why in missed["reason"])


def test_any_day_makes_the_same_trial(finished_read, tmp_path):
    """The days are those of the published trial, not those of today."""
    with closing(demonstration.finished(tmp_path, date(2027, 2, 28))) as again:
        for patient, other in zip(finished_read.patients.all(), again.patients.all(), strict=True):
            one, two = finished_read.record(patient.id), again.record(other.id)
            assert [visit.date for visit in one.visits] == [visit.date for visit in two.visits]
            assert [form.values for form in one.assessments] == [
                form.values for form in two.assessments
            ]
            assert [blow for test in one.spirometry for blow in test.blows] == [
                blow for test in two.spirometry for blow in test.blows
            ]
