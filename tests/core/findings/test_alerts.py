"""The alerts, each at its limit and just beside it; what is decided about them; and what the paper says."""

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import resources
from core.errors import InvalidReference
from core.findings import alerts
from core.findings.alerts import deciding, definition, measures
from core.forms import catalog
from core.model import thresholds
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import Assessment
from core.model.decision import Choice, Decision
from core.model.form_record import FormRecord, Item
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import Sex
from core.model.spirometry import BlowQuality, Position, Spirometry, TestType
from core.model.user import Clinic
from core.model.visit import Visit, VisitState
from core.reports import summary as printed
from core.rule import COMPARE
from core.science.spirometry import evaluate, with_inputs
from core.views import visit_summary
from tests.core.examples import (
    EQUATION,
    INFUSION,
    a_form,
    a_patient,
    a_record,
    a_spirometry,
    a_visit,
    answers,
    summing_to,
)

PATIENT = a_patient(sex=Sex.MALE, born=date(1960, 3, 14), height_cm=176)
DAY = date(2026, 8, 20)  # 91 days after the infusion
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WHY = "NIV was offered and refused"


@dataclass(frozen=True)
class Entered:
    """A visit with everything that was entered at it."""

    visit: Visit
    forms: tuple[Assessment, ...]
    sessions: tuple[Spirometry, ...]
    measurements: tuple[Measurement, ...]


def at(
    on=DAY, *, fvc=None, svc=None, supine=None, items=None, total=None, weight_kg=None, **measured
):
    """``at(fvc=2000, items={10: 3}, snip=40)``: a visit with three equal blows, some questions, a SNIP.

    ``supine`` is an FVC lying down.
    """
    visit = a_visit(PATIENT, on, weight_kg=weight_kg)
    scores = [(items or {}).get(n) for n in range(1, 13)] if total is None else summing_to(total)
    given_ = items is not None or total is not None
    sessions = [
        replace(a_spirometry(visit, ml, ml, ml), test_type=test_type, position=position)
        for test_type, position, ml in (
            (TestType.FVC, Position.SITTING, fvc),
            (TestType.SVC, Position.SITTING, svc),
            (TestType.FVC, Position.SUPINE, supine),
        )
        if ml is not None
    ]
    return Entered(
        visit=visit,
        forms=(a_form(visit, scores),) if given_ else (),
        sessions=tuple(sessions),
        measurements=tuple(
            Measurement(visit_id=visit.id, kind=kind, value=value)
            for kind, value in measured.items()
        ),
    )


def record_of(*entered, patient=PATIENT, limits=None, **rest):
    return a_record(
        patient,
        *(one.visit for one in entered),
        assessments=tuple(form for one in entered for form in one.forms),
        spirometry=tuple(session for one in entered for session in one.sessions),
        measurements=tuple(value for one in entered for value in one.measurements),
        thresholds={**thresholds.defaults(), **(limits or {})},
        **rest,
    )


@dataclass(frozen=True)
class Fired:
    """What one alert has found within its action."""

    action: alerts.Action
    findings: tuple[alerts.Finding, ...]

    @property
    def text(self):
        """What every place that shows it says of it."""
        said = [
            ". ".join([one.text, *one.additions, f"Consider {one.consider}"])
            for one in self.findings
        ]
        said += [f"Source: {one.cited}." for one in self.findings]
        return ". ".join(said)


def by_alert(actions):
    found = {}
    for action in actions:
        for finding in action.findings:
            name = finding.definition.id
            before = found[name].findings if name in found else ()
            found[name] = Fired(action, (*before, finding))
    return found


def fired(*entered, **rest):
    """The alerts of the last of these visits, by id."""
    record = record_of(*entered, **rest)
    return by_alert(alerts.evaluate(record, entered[-1].visit))


def action_of(id, *entered, **rest):
    """What one action says at the last of these visits; None where it is silent."""
    record = record_of(*entered, **rest)
    found = alerts.evaluate(record, entered[-1].visit)
    return next((one for one in found if one.id == id), None)


def text_of(found):
    return found.text


def predicted_ml(on=DAY):
    session = with_inputs(a_spirometry(a_visit(PATIENT, on), 3000), PATIENT, EQUATION)
    return evaluate(session).prediction.predicted * 1000


def least_ml(percent, on=DAY):
    """The smallest volume of at least so many per cent of predicted."""
    return math.ceil(percent / 100 * predicted_ml(on))


def most_ml(percent, on=DAY):
    """The largest volume of at most so many per cent of predicted."""
    return math.floor(percent / 100 * predicted_ml(on))


def an_event(term, onset, **changes):
    stated = {
        "patient_id": PATIENT.id,
        "term": term,
        "onset": onset,
        "grade": Grade.MODERATE,
        "serious": False,
        "outcome": Outcome.NOT_RECOVERED,
    }
    return AdverseEvent(**{**stated, **changes})


def milestone(kind, *when):
    return Milestone(patient_id=PATIENT.id, kind=kind, happened_on=PartialDate(*when))


def gastrostomy(*when):
    return milestone(MilestoneKind.GASTROSTOMY, *when)


TODAY = date(2026, 11, 21)  # the day of NOW


def open_actions(record, today=TODAY):
    return alerts.open_actions(record, today)


def open_ids(record, today=TODAY):
    return [action.id for action in open_actions(record, today)]


def decided(record, *actions, choice=Choice.DONE, why=WHY, until=None, when=NOW):
    """The record after a person has decided on these actions, or on all that are open."""
    given_ = alerts.Given(choice, why, until)
    new = tuple(
        alerts.decide(record, action, given_, by="dr.demo", at=when)
        for action in actions or open_actions(record, when.date())
    )
    return replace(record, decisions=(*record.decisions, *new))


# Each alert at its limit and just beside it.


@pytest.mark.parametrize(
    ("alert", "kind", "fires", "silent"),
    [
        ("A4", "snip", 40, 41),
        ("A4", "mip", 59, 60),
        ("A6", "paco2", 45.1, 45),
        ("A7", "spo2", 93, 94),
        ("A8", "night_spo2_minutes", 5, 4),
        ("A9", "pcf", 159, 160),
        ("A18", "alt_uln", 5.1, 5),
    ],
)
def test_a_measurement_fires_its_alert_and_no_other(alert, kind, fires, silent):
    assert set(fired(at(**{kind: fires}))) == {alert}
    assert set(fired(at(**{kind: silent}))) == set()


@pytest.mark.parametrize("series", ["fvc", "svc"])
def test_a1_below_half_of_predicted(series):
    assert "A1" in fired(at(**{series: least_ml(50) - 1}))
    assert "A1" not in fired(at(**{series: least_ml(50)}))


def test_a1_takes_seated_sessions_only():
    entered = at(fvc=1500)
    supine = replace(entered.sessions[0], position=Position.SUPINE)
    assert fired(replace(entered, sessions=(supine,))) == {}


@pytest.mark.parametrize(
    ("given_", "fires"),
    [
        ({"items": {10: 3}}, True),
        ({"items": {11: 3}}, True),
        ({"items": {10: 4, 11: 4}}, False),
        ({"items": {12: 3}}, False),
        ({"epworth": 10}, True),
        ({"epworth": 9}, False),
        ({"items": {10: 4}, "epworth": 10}, True),
        ({}, False),  # nobody asked
    ],
)
def test_a2_needs_a_symptom_beside_the_fvc(given_, fires):
    assert ("A2" in fired(at(fvc=most_ml(80), **given_))) is fires
    assert "A2" not in fired(at(fvc=most_ml(80) + 1, **given_))
    assert ("A2" in fired(at(svc=least_ml(80) - 1, **given_))) is fires, "SVC counts as well"
    assert "A2" not in fired(at(svc=least_ml(80), **given_))
    assert ("A2" in fired(at(supine=least_ml(80) - 1, **given_))) is fires, "and FVC lying down"
    assert "A2" not in fired(at(supine=least_ml(80), **given_))


CONSIDER_NIV = [one.id for one in alerts.shipped().alerts.values() if one.consider == "NIV"]
BREATHLESS = {"fvc": 1000, "snip": 30, "night_spo2_minutes": 60}


def test_the_alerts_that_say_consider_niv():
    assert CONSIDER_NIV == ["A1", "A8", "A4", "A3"]


@pytest.mark.parametrize("id", CONSIDER_NIV)
@pytest.mark.parametrize(
    ("when", "since"),
    [
        ((2026, 5, 3), "3 May 2026"),
        ((2026, 8, 20), "20 Aug 2026"),  # the day of the visit
        ((2026, 8), "Aug 2026"),  # it may have been before the visit
        ((2026,), "2026"),
        ((2026, 8, 21), None),
        (None, None),
    ],
)
def test_who_has_niv_is_told_since_when_and_asked_for_its_settings(id, when, since):
    had = () if when is None else (milestone(MilestoneKind.NIV, *when),)
    (found,) = {one.consider for one in fired(at(**BREATHLESS), milestones=had)[id].findings}
    assert found == ("NIV" if since is None else f"the use and settings of NIV (NIV since {since})")


def running(form, **values):
    return FormRecord(
        patient_id=PATIENT.id,
        form=form,
        version="1",
        entered_by="nurse",
        entered_at=NOW,
        items={name: Item(value=value) for name, value in values.items()},
        course=catalog.newest()[form].course,
    )


@pytest.mark.parametrize(
    ("values", "consider"),
    [
        (
            {"substance": "Rilutek", "started": "2025-03", "ongoing": 1},
            "stopping riluzole (Rilutek since Mar 2025): treatment is not recommended above 5 × ULN",
        ),
        ({"substance": "Rilutek", "started": "2025-03", "ongoing": 0, "ended": "2026-08-19"}, None),
        ({"substance": "Baclofen", "started": "2025-03", "ongoing": 1}, None),
        ({"substance": "Rilutek", "started": "2026-08-21", "ongoing": 1}, None),
    ],
)
def test_a18_knows_whether_riluzole_is_taken_on_the_day_by_any_of_its_names(values, consider):
    (finding,) = fired(at(alt_uln=6), forms=(running("medicine", **values),))["A18"].findings
    unknown = (
        "whether riluzole is taken, and stopping it: treatment is not recommended above 5 × ULN"
    )
    assert finding.consider == (consider or unknown)


@pytest.mark.parametrize(
    ("status", "consider"),
    [
        (
            "used",
            "speech therapy, and whether the aid is enough (communication aid since May 2026)",
        ),
        ("refused", "speech therapy and a communication aid"),
    ],
)
def test_a19_knows_a_communication_aid_that_is_in_use(status, consider):
    aid = running("device", kind="communication_aid", status=status, started="2026-05", ongoing=1)
    (finding,) = fired(at(items={1: 1}), forms=(aid,))["A19"].findings
    assert finding.consider == consider


@pytest.mark.parametrize("score", [1, 2, 3])
def test_question_12_says_that_niv_runs(score):
    found = action_of("breathing", at(**BREATHLESS, items={12: score}))
    assert "the use and settings of NIV (NIV by question 12, 20 Aug 2026)" in found.line
    assert "consider NIV" not in found.line


def test_niv_is_told_since_it_first_began():
    began = tuple(milestone(MilestoneKind.NIV, 2026, month, 1) for month in (6, 2))
    assert "NIV since 1 Feb 2026" in text_of(fired(at(fvc=1500), milestones=began)["A1"])


def test_another_milestone_is_no_niv():
    others = tuple(
        milestone(kind, 2026, 1, 1)
        for kind in MilestoneKind
        if kind not in {MilestoneKind.NIV, MilestoneKind.TRACHEOSTOMY, MilestoneKind.DEATH}
    )
    assert "Consider NIV" in text_of(fired(at(fvc=1500), milestones=others)["A1"])


@pytest.mark.parametrize(
    ("had", "items"),
    [
        ([(2024, 12)], {}),
        ([(2024,)], {12: 4}),
        ([], {12: 0}),  # question 12 alone says it
        ([(2024, 12)], {10: 1, 11: 1, 12: 0}),
    ],
)
def test_f10_who_is_ventilated_invasively_is_not_told_to_consider_niv(had, items):
    had = tuple(milestone(MilestoneKind.TRACHEOSTOMY, *when) for when in had)
    weak = at(fvc=most_ml(35), svc=most_ml(35), supine=most_ml(30), items=items, snip=20, mip=20)
    assert action_of("breathing", weak, milestones=had) is None
    gas = at(fvc=most_ml(35), items=items, paco2=55, night_spo2_minutes=60)
    line = action_of("breathing", gas, milestones=had).line
    assert "consider the settings of the ventilator (" in line
    assert "NIV" not in line


def test_a_tracheostomy_after_the_visit_changes_nothing_of_it_and_silences_what_is_open():
    later = (milestone(MilestoneKind.TRACHEOSTOMY, 2026, 9, 1),)
    record = record_of(at(fvc=most_ml(35)), milestones=later)
    (visit,) = record.visits
    assert "consider NIV" in alerts.evaluate(record, visit)[0].line
    assert open_ids(record) == []


def test_a3_upright_fvc():
    assert "A3" in fired(at(fvc=least_ml(65) - 1))
    assert "A3" not in fired(at(fvc=least_ml(65)))
    assert "A3" in fired(at(svc=least_ml(65) - 1)), "SVC counts as FVC does: our proposal"
    assert "A3" not in fired(at(supine=least_ml(65) - 1)), "upright"


@pytest.mark.parametrize(("kind", "lowest"), [("snip", 41), ("mip", 60)])
@pytest.mark.parametrize(("sex", "limit"), [(Sex.MALE, 65), (Sex.FEMALE, 55), (Sex.UNKNOWN, 55)])
def test_a5_a_pressure_with_a_symptom_by_sex(kind, lowest, sex, limit):
    """Of an unknown sex it fires where both limits agree: unknown is not no. MIP below 60 is A4 besides."""
    patient = replace(PATIENT, sex=sex)
    symptom = {"items": {11: 3}}
    assert "A5" in fired(at(**{kind: limit - 1}, **symptom), patient=patient)
    assert "A5" not in fired(at(**{kind: limit - 1}, items={11: 4}), patient=patient)
    assert "A5" not in fired(at(**{kind: limit}, **symptom), patient=patient)
    assert ("A4" in fired(at(**{kind: limit - 1}, **symptom), patient=patient)) is (limit <= lowest)


def test_a5_of_both_pressures_of_a_day_the_better_one_decides():
    symptom = {"items": {11: 3}}
    assert "A5" not in fired(at(snip=60, mip=90, **symptom))
    assert "A5" not in fired(at(snip=70, mip=62, **symptom))
    assert "A5" in fired(at(snip=60, mip=62, **symptom))
    before = at(DAY - timedelta(days=91), mip=90)
    assert "A5" in fired(before, at(snip=60, **symptom)), "the other one is of another day"


@pytest.mark.parametrize("kind", ["snip", "mip"])
@pytest.mark.parametrize(
    ("days", "fall", "fires"),
    [
        (14, 10, False),
        (14, 11, True),
        (91, 10, False),
        (91, 11, True),
        (92, 11, True),  # a visit every three months is not missed by a day
        (182, 20, True),  # 10.03 in three months
        (183, 20, False),  # 9.98
        (365, 30, False),
    ],
)
def test_a5_pressure_falling(kind, days, fall, fires):
    before = at(DAY - timedelta(days=days), **{kind: 120})
    assert ("A5" in fired(before, at(**{kind: 120 - fall}))) is fires


def test_a5_finds_the_largest_fall_of_all():
    long_ago, lately = DAY - timedelta(days=300), DAY - timedelta(days=20)
    found = fired(at(long_ago, snip=100), at(lately, snip=92), at(snip=80))["A5"]
    assert (
        "SNIP fall: 12.0 cmH2O (above 10; per 3 months; from 92 cmH2O on 31 Jul 2026)"
        in text_of(found)
    )


@pytest.mark.parametrize(("days", "fires"), [(365, True), (366, False)])
def test_a10_twelve_points_in_a_year(days, fires):
    """Total 36: 12 points in 365 days (11.99 months) are 1.0007 a month, in 366 days 0.998."""
    patient = replace(PATIENT, onset=PartialDate.of(DAY - timedelta(days=days)))
    assert ("A10" in fired(at(total=36), patient=patient)) is fires


@pytest.mark.parametrize(("loss", "fires"), [(16, True), (15, False)])
def test_a10_slope_of_one_point_a_month(loss, fires):
    """487 days are 16 months of 30.4375 days."""
    before = at(DAY - timedelta(days=487), total=40)
    assert ("A10" in fired(before, at(total=40 - loss))) is fires


def test_a10_an_approximate_onset_is_said():
    patient = replace(PATIENT, onset=PartialDate(2026, 1))
    text = text_of(fired(at(total=30), patient=patient)["A10"])
    assert "the lowest possible: only the month of onset is known" in text


@pytest.mark.parametrize(("total", "fires"), [(43, True), (44, False)])
def test_a10_a_stated_duration_counts_as_the_longest_that_rounds_to_it(total, fires):
    """4 months are up to 4.5: 5 points are 1.11 a month at least, 4 points 0.89 (1.00 in 4 months)."""
    patient = replace(PATIENT, onset=None, stated_duration_months=4.0, stated_on=DAY)
    found = fired(at(total=total), patient=patient).get("A10")
    assert (found is not None) is fires
    if found is not None:
        assert "the lowest possible: only the duration is known, as stated" in text_of(found)


@pytest.mark.parametrize(
    ("year", "total", "fires"),
    [
        (2025, 28, True),  # 596 days from 1 Jan 2025 are 19.58 months: 1.02 a month
        (2025, 29, False),  # 0.97; from 1 July, 415 days, it would be 1.39
        (2026, 40, True),  # 231 days from 1 Jan are 7.59 months: 1.05
        (2026, 41, False),  # 0.92
        (2027, 20, False),  # after the form
    ],
)
def test_a10_every_day_of_a_year_of_onset_must_agree(year, total, fires):
    found = fired(at(total=total), patient=replace(PATIENT, onset=PartialDate(year))).get("A10")
    assert (found is not None) is fires
    if found is not None:
        assert "the lowest possible: only the year of onset is known" in text_of(found)


@given(year=st.sampled_from([2023, 2024, 2025, 2026]), total=st.integers(0, 48), data=st.data())
def test_a10_of_a_year_fires_only_where_each_of_its_days_does(year, total, data):
    onset = replace(PATIENT, onset=PartialDate(year))
    if "A10" in fired(at(total=total), patient=onset):
        last = min(date(year, 12, 31), DAY - timedelta(days=1))
        on = data.draw(st.dates(date(year, 1, 1), last))
        assert "A10" in fired(at(total=total), patient=replace(onset, onset=PartialDate.of(on)))


def test_a10_a_month_of_onset_counts_from_its_first_day():
    """From 1 Feb 2026 to 20 Aug 2026 are 200 days, 6.57 months: 7 points are 1.07, 6 are 0.91."""
    patient = replace(PATIENT, onset=PartialDate(2026, 2))
    assert "deltaFS: 1.07 points/month" in text_of(fired(at(total=41), patient=patient)["A10"])
    assert "A10" not in fired(at(total=42), patient=patient)


def test_a10_waits_for_a_form_of_the_visit():
    before = at(DAY - timedelta(days=487), total=40)
    assert "A10" not in fired(before, at(DAY, total=20), at(DAY + timedelta(days=30), snip=90))


@pytest.mark.parametrize(("total", "fires"), [(34, True), (35, False), (41, False)])
def test_a11_more_than_five_points_since_the_last_form(total, fires):
    before = at(DAY - timedelta(days=91), total=40)
    assert ("A11" in fired(before, at(total=total))) is fires


def test_a11_counts_from_the_last_complete_form():
    first, second = DAY - timedelta(days=180), DAY - timedelta(days=91)
    assert "A11" not in fired(at(first, total=46), at(second, total=40), at(total=35))
    found = fired(at(first, total=46), at(second, items={1: 4}), at(total=40))["A11"]
    assert "ALSFRS-R fall: 6 points (above 5; from 46 on 21 Feb 2026)" in text_of(found)


@pytest.mark.parametrize("series", ["fvc", "svc"])
@pytest.mark.parametrize(("days", "within"), [(1, True), (100, True), (101, False)])
def test_a12_a_drop_of_ten_points(series, days, within):
    on = DAY - timedelta(days=days)
    before = at(on, **{series: 4000})
    limit = most_ml(100 * 4000 / predicted_ml(on) - 10)
    assert ("A12" in fired(before, at(**{series: limit}))) is within
    assert "A12" not in fired(before, at(**{series: limit + 1}))


def test_a12_never_mixes_fvc_and_svc():
    before = at(DAY - timedelta(days=91), svc=4000)
    assert "A12" not in fired(before, at(fvc=2900))


@pytest.mark.parametrize("series", ["fvc", "svc"])
def test_a12_slope(series):
    """Over 487 days (16 months) 3.6 points a month are 57.6 points."""
    on = DAY - timedelta(days=487)
    before = at(on, **{series: 4000})
    limit = least_ml(100 * 4000 / predicted_ml(on) - 57.6)
    assert "A12" in fired(before, at(**{series: limit - 1}))
    assert "A12" not in fired(before, at(**{series: limit}))


@pytest.mark.parametrize(
    ("weight_kg", "grade"),
    [(95.1, None), (95.0, 1), (90.1, 1), (90.0, 2), (80.1, 2), (80.0, 3), (110.0, None)],
)
def test_a13_grades_of_ctcae(weight_kg, grade):
    before = at(DAY - timedelta(days=91), weight_kg=100.0)
    found = fired(before, at(weight_kg=weight_kg)).get("A13")
    assert (found is None) is (grade is None)
    if found is not None:
        said = [n for n in (1, 2, 3) if f"CTCAE grade {n}." in text_of(found)]
        assert said == [grade]


def test_a13_counts_from_the_first_weight():
    first, second = DAY - timedelta(days=180), DAY - timedelta(days=91)
    found = fired(at(first, weight_kg=80.0), at(second, weight_kg=90.0), at(weight_kg=74.0))["A13"]
    assert "Weight loss: 7.5 % (at or above 5; from 80.0 kg on 21 Feb 2026)" in text_of(found)


def test_f26_a_loss_counts_from_the_highest_earlier_weight_too():
    """60, 70, 62 kg: above the first weight, and 11.4 % below the highest."""
    days = [date(2025, 1, 15), date(2025, 4, 15), date(2025, 7, 15)]
    visits = [at(on, weight_kg=kg) for on, kg in zip(days, (60.0, 70.0, 62.0), strict=True)]
    found = action_of("feeding", *visits, patient=replace(PATIENT, height_cm=None))
    assert found.line == (
        "Feeding: Weight loss 11.4 % on 15 Jul 2025 (above 10 %; from 70.0 kg on 15 Apr 2025),"
        " CTCAE grade 2 – consider a talk about nutrition and gastrostomy"
    )
    assert found.details[0].source == "Counted from the highest earlier weight (our proposal)"


def test_a_loss_is_one_fact_however_it_is_counted():
    weights = (70.0, 72.0, 60.0)  # 14.3 % of the first, 16.7 % of the highest
    visits = [
        at(DAY - timedelta(days=91 * n), weight_kg=kg)
        for n, kg in zip((2, 1, 0), weights, strict=True)
    ]
    (fact,) = action_of("feeding", *visits, patient=replace(PATIENT, height_cm=None)).facts
    assert fact.brief == "Weight loss 16.7 %"


def test_a14_more_than_ten_per_cent():
    before = at(DAY - timedelta(days=91), weight_kg=100.0)
    assert "A14" in fired(before, at(weight_kg=89.9))
    assert "A14" not in fired(before, at(weight_kg=90.0))


@given(st.integers(30, 150))
def test_a14_a_loss_of_just_ten_per_cent_is_not_more_than_ten(kg):
    """In binary fractions 100 * (61.0 - 54.9) / 61.0 is a hair above 10."""
    before = at(DAY - timedelta(days=91), weight_kg=float(kg))
    after = at(weight_kg=round(kg * 0.9, 1))
    assert "A14" not in fired(before, after, patient=replace(PATIENT, height_cm=None))


@pytest.mark.parametrize(("weight_kg", "fires"), [(73.9, True), (74.0, False)])
def test_a14_body_mass_index(weight_kg, fires):
    """At 200 cm, 74 kg are 18.5 kg/m²."""
    patient = replace(PATIENT, height_cm=200)
    assert ("A14" in fired(at(weight_kg=weight_kg), patient=patient)) is fires
    assert fired(at(weight_kg=weight_kg), patient=replace(PATIENT, height_cm=None)) == {}


def test_a15_plans_a_gastrostomy_while_there_is_breath():
    bulbar = {"items": {1: 4, 2: 4, 3: 3}}
    assert "A15" in fired(at(fvc=least_ml(65) - 1, **bulbar))
    assert "A15" not in fired(at(fvc=least_ml(65), **bulbar))
    assert "A15" not in fired(at(fvc=2000, items={1: 4, 2: 4, 3: 4}))
    assert "A15" not in fired(at(fvc=2000))
    assert "A15" in fired(at(fvc=2000, **bulbar), milestones=(gastrostomy(2026, 9),))
    for when in ((2026, 8, 20), (2026, 8), (2026,)):  # it may have been before the visit
        assert "A15" not in fired(at(fvc=2000, **bulbar), milestones=(gastrostomy(*when),))


def test_a15_question_5b_is_a_gastrostomy():
    entered = at(fvc=2000)
    form = a_form(entered.visit, answers=answers((3,) * 12, variant="b"))
    assert "A15" not in fired(replace(entered, forms=(form,)))


@pytest.mark.parametrize("series", ["fvc", "svc"])
@pytest.mark.parametrize(
    ("volume", "risk"),
    [
        (lambda: least_ml(65) - 1, "while the risk is low"),
        (lambda: most_ml(50) + 1, "while the risk is low"),
        (lambda: most_ml(50), "with respiratory support during insertion: moderate risk"),
        (lambda: most_ml(47.2), "with respiratory support during insertion: moderate risk"),
        (lambda: least_ml(30), "with respiratory support during insertion: moderate risk"),
        (lambda: least_ml(30) - 1, "the alternatives to PEG (RIG, nasogastric tube): high risk"),
    ],
)
def test_f13_a15_fits_the_tier_of_risk(series, volume, risk):
    line = action_of("feeding", at(**{series: volume()}, items={1: 3, 2: 3, 3: 3})).line
    assert risk in line
    assert line.count("risk") == 1


def test_f11_a_gastrostomy_and_a_loss_of_weight_are_a_review_of_feeding_by_tube():
    before = at(DAY - timedelta(days=91), weight_kg=60.0)
    for kind in (MilestoneKind.GASTROSTOMY, MilestoneKind.NASOGASTRIC_TUBE):
        tube = (milestone(kind, 2025, 2),)
        found = action_of("feeding", before, at(weight_kg=52.0), milestones=tube)
        assert found.consider.startswith("a review of feeding by tube (")
        assert "since Feb 2025" in found.consider
        assert "talk about nutrition" not in found.line
        assert {one.code for one in found.details} == {"A13", "A14"}, "one action, one decision"


@pytest.mark.parametrize("speech", [0, 1, 2])
def test_f12_lost_speech_asks_for_a_communication_aid(speech):
    entered = at(items={1: speech, 3: 4})
    assert set(fired(entered)) == {"A19"}
    line = action_of("communication", entered).line
    assert (
        line
        == f"Communication: speech {speech} of 4 on 20 Aug 2026 (at or below 2) – consider speech therapy and a communication aid"
    )


def test_a19_speech_that_is_only_slurred_asks_for_nothing():
    assert fired(at(items={1: 3})) == {}


@pytest.mark.parametrize(
    ("score", "tube", "fires"),
    [
        (3, None, False),
        (2, None, True),
        (1, None, True),
        (0, None, True),
        (2, MilestoneKind.GASTROSTOMY, True),
        (1, MilestoneKind.GASTROSTOMY, False),
        (0, MilestoneKind.GASTROSTOMY, False),
        (1, MilestoneKind.NASOGASTRIC_TUBE, False),
        (1, MilestoneKind.NIV, True),
    ],
)
def test_f12_a16_swallowing_unless_fed_by_tube_already(score, tube, fires):
    had = () if tube is None else (milestone(tube, 2025, 2),)
    assert ("A16" in fired(at(items={3: score}), milestones=had)) is fires


@pytest.mark.parametrize(
    "term",
    [
        "Chest pain",
        "Left-sided pains in the chest",
        "Chest wall pain",
        "Pleuritic pain",
        "Dyspnoea",
        "sudden dyspnea",
        "Shortness of breath",
        "breathlessness at night",
        "Swelling of the left leg",
        "Swollen legs",
        "Edema limbs",
        "ankle swelling",
        "calf pain",
        "Swollen calf",
        "swollen ankles",
        "Left foot swollen",
        "Feet are swollen",
        "Peripheral edema",
        "Oedema, peripheral",
        "lower extremity edema",
        "Oedema of both lower extremities",
        "Trouble breathing",
        "Chest tightness",
        "tight chest",
    ],
)
def test_a17_by_the_words_of_an_event(term):
    entered = at()
    event = an_event(term, PartialDate(2026, 8, 19), visit_id=entered.visit.id)
    found = fired(entered, events=(event,))["A17"]
    assert f"{term} (grade 2 moderate), 19 Aug 2026" in text_of(found)


@pytest.mark.parametrize(
    "term",
    [
        "Headache",
        "Back pain",
        "Abdominal pain",
        "Chest infection",
        "Legal problem",
        "Fall",
        "Peripheral neuropathy",
        "Tight muscles",
        "Trouble sleeping",
        "Swollen gums",
    ],
)
def test_a17_is_silent_about_other_events(term):
    entered = at()
    event = an_event(term, PartialDate(2026, 8, 19), visit_id=entered.visit.id)
    assert fired(entered, events=(event,)) == {}


def test_a17_reads_the_coded_term_too():
    entered = at()
    event = an_event(
        "tightness",
        PartialDate(2026, 8, 19),
        visit_id=entered.visit.id,
        coded_term="Chest wall pain",
    )
    assert "A17" in fired(entered, events=(event,))


@pytest.mark.parametrize(
    ("walking", "days", "said"),
    [
        (2, 200, ["walking 2 of 4"]),
        (3, 200, []),
        (3, 89, ["89 days since day 0"]),
        (3, 90, []),
        (3, -1, []),  # before the infusion
        (None, 0, ["0 days since day 0"]),
    ],
)
def test_a17_what_raises_the_risk(walking, days, said):
    began = INFUSION + timedelta(days=days)
    entered = at(began + timedelta(days=1), items={8: walking})
    event = an_event("Chest pain", PartialDate.of(began), visit_id=entered.visit.id)
    text = text_of(fired(entered, events=(event,))["A17"])
    assert text.count("higher risk") == len(said)
    for words in said:
        assert words in text


def test_every_alert_says_consider_and_its_source():
    first = at(DAY - timedelta(days=91), fvc=4000, svc=4000, total=48, weight_kg=90.0, snip=120)
    last = at(
        fvc=900, svc=900, items=dict.fromkeys(range(1, 12), 0) | {12: 4}, weight_kg=50.0, snip=30, mip=30,
        pcf=100, spo2=88, night_spo2_minutes=60, paco2=55, epworth=20, alt_uln=8,
    )  # fmt: skip
    event = an_event("Chest pain", PartialDate(2026, 8, 19), visit_id=last.visit.id)
    patient = replace(PATIENT, onset=PartialDate(2025, 6, 1))
    found = fired(first, last, patient=patient, events=(event,))
    assert set(found) == {f"A{n}" for n in range(1, 20)}
    assert list(found) == list(alerts.shipped().alerts), "by action, the most urgent first"
    for name, one in found.items():
        known = alerts.shipped().alerts[name]
        assert f"Consider {one.findings[0].consider}" in text_of(one)
        assert known.source in text_of(one) or all(rule.source for rule in known.rules)
        assert "20 Aug 2026" in text_of(one) or "19 Aug 2026" in text_of(one)


@pytest.mark.parametrize(
    ("status", "said"), [("UNCONFIRMED", "(not read in its source)"), ("DESIGN", "(our proposal)")]
)
def test_what_is_no_read_source_is_said(status, said):
    found = [one for one in alerts.shipped().alerts.values() if one.status == status]
    assert found
    assert all(one.cited.endswith(said) for one in found)
    own = [
        (one, rule)
        for one in alerts.shipped().alerts.values()
        for rule in one.rules
        if rule.status == status
    ]
    assert own
    assert all(one.cited_for(rule.id) == f"{rule.source} {said}" for one, rule in own)


# What counts as evidence.


def test_a_value_of_an_earlier_visit_does_not_fire_again():
    before = at(fvc=1500, snip=30, spo2=90, weight_kg=50.0)
    assert {"A1", "A3", "A4", "A7", "A14"} <= set(fired(before))
    assert fired(before, at(DAY + timedelta(days=30), items={9: 4})) == {}


def test_a_symptom_that_is_new_fires_with_the_last_fvc_and_once_only():
    fvc = at(DAY - timedelta(days=60), fvc=least_ml(70), items={11: 4})
    new = at(items={11: 3})
    found = fired(fvc, new)["A2"]
    assert "orthopnea: 3 of 4 (below 4), 20 Aug 2026" in text_of(found)
    assert "at or below 80; 21 Jun 2026)" in text_of(found), "the FVC has its own day"
    later = at(DAY + timedelta(days=30), items={11: 3})
    assert "A2" not in fired(fvc, new, later)
    worse = at(DAY + timedelta(days=30), items={11: 2})
    assert "A2" in fired(fvc, new, worse), "a symptom that got worse beside the same FVC"


def test_the_last_symptom_counts_beside_a_new_fvc():
    asked = at(DAY - timedelta(days=30), items={11: 3})
    assert "A2" in fired(asked, at(fvc=most_ml(80)))
    better = at(DAY - timedelta(days=10), items={11: 4})
    assert "A2" not in fired(asked, better, at(fvc=most_ml(80)))


def test_later_visits_change_nothing():
    first = at(DAY - timedelta(days=91), fvc=4000, total=40, weight_kg=80.0)
    last = at(fvc=1500, total=20, weight_kg=60.0)
    record = record_of(first, last)
    alone = record_of(first)
    assert alerts.evaluate(record, first.visit) == alerts.evaluate(alone, first.visit) == ()


@pytest.mark.parametrize("own", [0, 1])
def test_each_of_two_visits_of_one_day_shows_its_own_value(own):
    both = (at(pcf=150), at(pcf=140))
    (action,) = alerts.evaluate(record_of(*both), both[own].visit)
    assert f"PCF {(150, 140)[own]} L/min" in action.line


def test_a_visit_in_progress_counts_with_what_was_entered():
    entered = at(items={3: 2})
    draft = replace(entered, visit=replace(entered.visit, state=VisitState.DRAFT))
    assert set(fired(draft)) == {"A16"}


def test_missing_values_fire_nothing():
    assert fired(at()) == {}
    entered = at(fvc=1000)
    unborn = replace(PATIENT, born=None)
    assert fired(entered, patient=unborn) == {}, "no % predicted without an age"


@pytest.mark.parametrize(
    ("blows", "grade"),
    [
        ((1500, 1260), "D"),
        ((1500, 1200), "E"),
        ((1500,), "E"),
    ],
)
def test_a_poor_grade_is_low_confidence_and_says_so(blows, grade):
    entered = at()
    found = fired(replace(entered, sessions=(a_spirometry(entered.visit, *blows),)))["A1"]
    assert found.action.low_confidence
    assert f"low confidence: grade {grade}" in text_of(found)
    assert "low confidence)" in found.action.line


def test_usable_blows_only_are_low_confidence():
    entered = at()
    session = a_spirometry(entered.visit, 1500)
    usable = tuple(replace(blow, quality=BlowQuality.USABLE) for blow in session.blows)
    found = fired(replace(entered, sessions=(replace(session, blows=usable),)))["A1"]
    assert "low confidence: grade U" in text_of(found)


def test_a_good_grade_is_not_low_confidence():
    found = fired(at(fvc=1500))["A1"]
    assert not found.action.low_confidence
    assert "low confidence" not in text_of(found) + found.action.line


def test_a_drop_from_a_poor_session_is_low_confidence():
    poor = at(DAY - timedelta(days=91))
    poor = replace(poor, sessions=(a_spirometry(poor.visit, 4000, 3780),))
    found = fired(poor, at(fvc=3400))["A12"]
    assert "low confidence: grade D" in text_of(found)


def test_a_value_is_never_shown_as_its_limit():
    """One millilitre below 50 % prints as 50.0 % with one decimal."""
    text = text_of(fired(at(fvc=least_ml(50) - 1))["A1"])
    assert "FVC: 50.0 %" not in text
    assert "FVC: 49.9" in text
    line = action_of("breathing", at(fvc=least_ml(50) - 1)).line
    assert "FVC 50" not in line
    assert "FVC 49.9" in line


# The clinic's own limits.


def test_the_clinics_limit_counts_and_is_said():
    entered = at(pcf=170)
    assert fired(entered) == {}
    found = fired(entered, limits={"a9_pcf": 200})["A9"]
    assert "Peak cough flow" not in text_of(found)
    assert "PCF: 170 L/min (below 200; set by this clinic), 20 Aug 2026" in text_of(found)
    assert fired(at(pcf=150), limits={"a9_pcf": 100}) == {}


def test_the_limits_of_a_files_settings_reach_the_alerts(session, visit_day, reopened):
    visit = visit_day(DAY, weight_kg=70.0)
    with session.write("measured"):
        session.measurements.save(Measurement(visit_id=visit.id, kind="pcf", value=170))
    record = session.record(visit.patient_id)
    assert open_ids(record) == []
    with session.write("our own limit"):
        session.thresholds.save("a9_pcf", 200)
    assert open_ids(reopened().record(visit.patient_id)) == ["breathing"]


# Words.


def test_one_line_an_action_the_worst_fact_first():
    found = action_of("breathing", at(fvc=most_ml(47), items={10: 3, 11: 2}))
    assert found.line == (
        "Breathing: FVC 47 % on 20 Aug 2026 (below 50 %), dyspnea 3 of 4, orthopnea 2 of 4"
        " – consider NIV"
    )
    assert [one.code for one in found.details] == ["A1", "A3", "A2"]
    assert "A1" not in found.line and "Source" not in found.line, (
        "codes and sources are one click away"
    )


def test_f01_slow_vital_capacity_is_named_and_never_mixed():
    found = action_of("breathing", at(svc=most_ml(66.8), items={10: 3, 11: 2}))
    assert found.line == (
        "Breathing: SVC 67 % on 20 Aug 2026 (below 80 %), dyspnea 3 of 4, orthopnea 2 of 4"
        " – consider night oximetry and CO2; NIV if abnormal"
    )
    assert "FVC:" not in "".join(one.found for one in found.details)


def test_f02_slow_vital_capacity_counts_for_every_rule_of_upright_capacity():
    found = fired(at(svc=most_ml(56.9), items={1: 3, 3: 3, 10: 3, 11: 2}))
    assert {"A2", "A3", "A15"} <= set(found)
    for one in ("A2", "A3", "A15"):
        assert "SVC: 56.9 % of predicted FVC" in text_of(found[one])
    assert "our proposal" in text_of(found["A3"])


def test_f03_lying_down_counts_with_its_fall_from_the_seat():
    found = action_of("breathing", at(fvc=3450, supine=2300, items={11: 2}))
    (fact, symptom) = found.facts
    assert fact.line().startswith("FVC supine 5")
    assert "33 % below the seated 3.45 L" in fact.line()
    assert symptom.brief == "orthopnea 2 of 4"
    assert fired(at(fvc=3450, supine=2300, items={11: 4})) == {}, (
        "without a symptom nothing is cited"
    )


def test_f15_symptoms_and_eighty_per_cent_ask_for_oximetry_first():
    found = action_of("breathing", at(fvc=most_ml(78.3), items={10: 3}))
    assert found.line.endswith("– consider night oximetry and CO2; NIV if abnormal")
    assert "Leigh 2003" in found.details[0].source


def test_what_is_considered_is_said_once_for_each_topic():
    found = action_of(
        "breathing", at(fvc=most_ml(47), snip=30, night_spo2_minutes=60, paco2=50, pcf=100)
    )
    assert found.consider == "an urgent respiratory review, within 1 week, NIV, cough assistance"


# Open, decided, worse, asked again.


def test_an_action_stays_open_after_a_visit_that_does_not_meet_its_rule():
    better = at(DAY + timedelta(days=91), pcf=300)
    (action,) = open_actions(record_of(at(pcf=150), better))
    assert (action.id, action.on) == ("breathing", DAY)


def test_one_action_of_an_id_and_it_has_the_latest_value():
    later = at(DAY + timedelta(days=91), pcf=140)
    (action,) = open_actions(record_of(at(pcf=150), later))
    assert action.findings[-1].visit_id == later.visit.id
    assert "PCF 140 L/min on 19 Nov 2026 (below 160 L/min)" in action.line
    assert "150" not in action.line


def test_a_worse_value_before_is_said():
    later = at(DAY + timedelta(days=91), pcf=150)
    (action,) = open_actions(record_of(at(pcf=90), later))
    assert "before: PCF 90 L/min on 20 Aug 2026" in action.said
    assert "before" not in action.line


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        (Choice.DONE, None),
        (Choice.PLANNED, date(2027, 1, 10)),
        (Choice.DECLINED, date(2027, 2, 21)),
        (Choice.NOT_NOW, date(2027, 2, 21)),
    ],
)
def test_what_was_decided_is_open_again_on_its_day_and_stays_visible(choice, until):
    record = record_of(at(pcf=150, items={3: 2}))
    breathing, _feeding = open_actions(record)
    assert breathing.since == breathing.on, "it waits from the day of its fact"
    record = decided(record, breathing, choice=choice, until=until)
    assert open_ids(record) == ["feeding"]
    (kept,) = alerts.open_and_decided(record, TODAY)[1]
    assert (kept.id, kept.decision.choice, kept.decision.reason) == ("breathing", choice, WHY)
    if until is None:
        assert open_ids(record, date(2036, 1, 1)) == ["feeding"]
        return
    assert open_ids(record, until - timedelta(days=1)) == ["feeding"]
    back, _feeding = open_actions(record, until)
    assert (back.id, back.returned.choice) == ("breathing", choice)
    assert back.since == until
    assert alerts.open_and_decided(record, until)[1] == ()
    again = decided(record, back, choice=choice, until=until and until + timedelta(days=90))
    assert open_ids(again, until) == ["feeding"], "the last decision counts"


def test_it_does_not_come_back_where_nothing_of_it_stands_any_more():
    record = record_of(at(pcf=150))
    record = decided(record, choice=Choice.DECLINED, until=date(2027, 2, 21))
    better = at(date(2026, 12, 1), pcf=300)
    record = replace(record_of(at(pcf=150), better), decisions=record.decisions)
    record = replace(record, visits=record.visits)
    assert open_ids(replace(record, decisions=()), date(2027, 3, 1)) == ["breathing"]
    first = record_of(at(pcf=150))
    both = replace(
        first,
        visits=(*first.visits, better.visit),
        measurements=(*first.measurements, *better.measurements),
    )
    both = replace(
        both, decisions=decided(first, choice=Choice.DECLINED, until=date(2027, 2, 21)).decisions
    )
    assert open_ids(both, date(2027, 3, 1)) == []
    assert [one.id for one in alerts.open_and_decided(both, date(2027, 3, 1))[1]] == ["breathing"]


@pytest.mark.parametrize(
    ("later", "speaks"), [(150, False), (155, False), (300, False), (149, True)]
)
def test_another_visit_opens_it_only_where_it_is_worse(later, speaks):
    first = at(pcf=150)
    record = decided(record_of(first))
    after = at(DAY + timedelta(days=91), pcf=later)
    both = replace(record_of(first, after), decisions=record.decisions)
    assert open_ids(both) == (["breathing"] if speaks else [])


def test_a_new_class_opens_it():
    first = at(fvc=most_ml(60))
    record = decided(record_of(first))
    known = replace(
        record_of(first, at(DAY + timedelta(days=91), pcf=150)), decisions=record.decisions
    )
    (action,) = open_actions(known)
    assert action.line.startswith("Breathing: FVC 60 % on 20 Aug 2026 (below 65 %), PCF 150 L/min")


def test_a_symptom_that_is_new_or_worse_opens_it():
    first = at(fvc=most_ml(70), items={10: 3, 11: 4})
    record = decided(record_of(first))
    for items, speaks in (
        ({10: 3, 11: 4}, False),
        ({10: 4, 11: 4}, False),
        ({10: 2, 11: 4}, True),
        ({10: 3, 11: 3}, True),
    ):
        after = at(DAY + timedelta(days=91), items=items)
        both = replace(record_of(first, after), decisions=record.decisions)
        assert bool(open_ids(both)) is speaks


@pytest.mark.parametrize(("corrected", "speaks"), [(149, True), (150, False), (155, False)])
def test_it_speaks_again_when_a_correction_makes_it_worse(corrected, speaks):
    entered = at(pcf=150)
    record = decided(record_of(entered))
    value = replace(entered.measurements[0], value=corrected)
    assert bool(open_actions(replace(record, measurements=(value,)))) is speaks


def test_worse_is_higher_where_the_limit_is_below():
    entered = at(paco2=50)
    record = decided(record_of(entered))
    for value, speaks in ((50.5, True), (49.5, False)):
        changed = replace(entered.measurements[0], value=value)
        assert bool(open_actions(replace(record, measurements=(changed,)))) is speaks


def test_another_rule_of_a_decided_action_speaks():
    entered = at(snip=35)
    record = decided(record_of(entered))
    mip = Measurement(visit_id=entered.visit.id, kind="mip", value=50)
    (action,) = open_actions(replace(record, measurements=(*record.measurements, mip)))
    assert "MIP 50 cmH2O" in action.line and "SNIP 35 cmH2O" in action.line, "with all its facts"


def test_a_visit_entered_late_with_a_worse_value_speaks():
    later = at(DAY + timedelta(days=91), pcf=150)
    record = decided(record_of(later))
    for value, speaks in ((120, True), (155, False)):
        late = at(pcf=value)
        both = replace(record_of(late, later), decisions=record.decisions)
        assert bool(open_actions(both)) is speaks


def test_a_decision_of_a_discarded_visit_hides_nothing():
    record = decided(record_of(at(pcf=150)))
    orphans = tuple(replace(one, visit_id=None) for one in record.decisions)
    assert open_ids(replace(record, decisions=orphans)) == ["breathing"]


def test_an_event_that_no_visit_reported_is_open_at_once_and_decided_by_itself():
    chest = an_event("Chest pain", PartialDate(2026, 9, 1))
    record = record_of(at(), events=(chest,))
    (action,) = open_actions(record)
    assert (action.id, action.findings[-1].visit_id) == ("safety", None)
    record = decided(record, action)
    assert open_ids(record) == []
    worse = replace(chest, grade=Grade.SEVERE)
    assert open_ids(replace(record, events=(worse,))) == ["safety"]
    leg = an_event("Swollen leg", PartialDate(2026, 8, 1))
    (action,) = open_actions(replace(record, events=(leg, chest)))
    assert "Swollen leg" in action.line


def test_an_event_between_visits_belongs_to_the_visit_after_it():
    before, after = at(), at(DAY + timedelta(days=30))
    event = an_event("Chest pain", PartialDate(2026, 9, 1))
    record = record_of(before, after, events=(event,))
    assert [one.id for one in alerts.evaluate(record, after.visit)] == ["safety"]
    assert alerts.evaluate(record, before.visit) == ()
    assert len(open_actions(record)[0].findings) == 1


@pytest.mark.parametrize("fatal", [False, True])
def test_the_dead_have_no_open_actions_and_their_summaries_keep_theirs(fatal):
    entered = at(pcf=150)
    said = {"milestones": (milestone(MilestoneKind.DEATH, 2026, 10, 2),)}
    if fatal:
        event = an_event(
            "Respiratory failure",
            PartialDate(2026, 10, 2),
            grade=Grade.DEATH,
            outcome=Outcome.FATAL,
            serious=True,
        )
        said = {"events": (event,)}
    record = record_of(entered, **said)
    assert open_actions(record) == ()
    shown = visit_summary.build(record, entered.visit.id, {"dr.demo": "Dr. Demo"}).actions
    assert [row.title for row in shown] == ["Breathing"]


@given(
    values=st.lists(st.integers(40, 250), min_size=1, max_size=6),
    place=st.integers(0, 5),
    by=st.integers(1, 39),
)
def test_deciding_never_hides_a_worse_value(values, place, by):
    """Whatever was decided: a value below all of them speaks, at whichever visit it turns up."""
    days = [DAY + timedelta(days=30 * n) for n in range(len(values))]
    entered = [at(day, pcf=value) for day, value in zip(days, values, strict=True)]
    record = decided(record_of(*entered))
    assert open_actions(record) == ()
    place %= len(values)
    worse = min(*values, 160) - by
    changed = replace(entered[place].measurements[0], value=worse)
    measurements = tuple(
        changed if one.visit_id == changed.visit_id else one for one in record.measurements
    )
    (action,) = open_actions(replace(record, measurements=measurements))
    assert f"PCF {worse} L/min" in action.line


@given(
    values=st.lists(st.integers(100, 200), min_size=1, max_size=6),
    seen=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_what_is_hidden_was_decided_when_it_was_as_bad_or_worse(values, seen):
    entered, kept = [], ()
    for n, value in enumerate(values):
        entered.append(at(DAY + timedelta(days=30 * n), pcf=value))
        record = replace(record_of(*entered), decisions=kept)
        if seen[n]:
            kept = decided(record).decisions
    record = replace(record_of(*entered), decisions=kept)
    worst = min((value for value in values if value < 160), default=None)
    known = min((one.facts["A9.pcf"] for one in kept), default=None)
    is_open = worst is not None and (known is None or worst < known)
    assert bool(open_actions(record)) is is_open


def test_decisions_are_listed_with_what_they_were_about():
    first = at(pcf=150, snip=35, mip=50, items={3: 2})
    record = record_of(first)
    breathing, feeding = open_actions(record)
    record = decided(record, breathing)
    record = decided(record, feeding, why="referred", when=NOW + timedelta(days=1))
    (last, about_last), (before, about_before) = alerts.past(record)
    assert (last.reason, about_last) == ("referred", "Feeding: swallowing 2 of 4")
    assert (before.reason, about_before) == (
        WHY,
        "Breathing: SNIP 35 cmH2O, MIP 50 cmH2O, PCF 150 L/min",
    )


def test_a_decision_about_an_alert_that_is_gone_is_still_listed():
    record = record_of(at(pcf=150))
    one = replace(decided(record).decisions[0], subject="other", facts={"B7.other": 1.0})
    ((listed, about),) = alerts.past(record_of(at(), decisions=(one,)))
    assert (about, listed.reason) == ("other: other", WHY)


def test_f14_the_fast_progressor_has_one_line_an_action_and_visit():
    """Six quarterly visits of a woman of 160 cm: 37 alerts by one line a rule, and no more than four actions a visit."""
    patient = replace(PATIENT, sex=Sex.FEMALE, height_cm=160.0, onset=PartialDate(2024, 12, 1))
    volumes = (2500, 2200, 1900, 1550, 1300, 1000)
    weights = (60.0, 58.0, 56.0, 54.0, 52.5, 51.0)
    entered, decisions = [], ()
    for n, (ml, kg) in enumerate(zip(volumes, weights, strict=True)):
        items = {place: max(1, 4 - (n + place % 3) // 2) for place in range(1, 12)} | {12: 4}
        entered.append(
            at(date(2025, 3, 1) + timedelta(days=91 * n), fvc=ml, weight_kg=kg, items=items)
        )
        record = replace(record_of(*entered, patient=patient), decisions=decisions)
        shown = alerts.evaluate(record, entered[-1].visit)
        assert len({one.id for one in shown}) == len(shown) <= 4
        breathing = [one for one in shown if one.id == "breathing"]
        assert len(breathing) <= 1
        if ml <= 1900:
            assert breathing[0].facts[0].brief.startswith("FVC")
        decisions = decided(
            record, when=datetime.combine(entered[-1].visit.date, NOW.time(), UTC)
        ).decisions
    same = at(date(2026, 9, 1), fvc=1000, weight_kg=51.0, items=items)
    record = replace(record_of(*entered, same, patient=patient), decisions=decisions)
    assert "breathing" not in open_ids(record), "never just because a visit took place"


def test_the_file_keeps_who_when_why_and_what(session, visit_day, reopened):
    visit = visit_day(DAY, blows=(1500, 1480, 1450))
    record = session.record(visit.patient_id)
    (action,) = open_actions(record)
    assert [one.code for one in action.details] == ["A1", "A3"]
    given_ = alerts.Given(Choice.DECLINED, WHY, date(2027, 2, 21))
    made = alerts.decide(record, action, given_, by="dr.demo", at=NOW)
    with session.write(WHY):
        session.decisions.save(made)
    session = reopened()
    record = session.record(visit.patient_id)
    assert open_ids(record) == []
    assert record.decisions == (made,)
    assert made.facts.keys() == {"A1.fvc", "A3.fvc"}
    (row,) = session._db.query("SELECT reason FROM audit WHERE entity = 'decision'")
    assert row["reason"] == WHY


@pytest.mark.parametrize(
    "wrong",
    [
        {"choice": Choice.DECLINED},  # without the day on which it is asked again
        {"choice": Choice.PLANNED},
        {"choice": Choice.DONE, "review_on": date(2027, 1, 1)},
        {"choice": Choice.NOT_NOW, "review_on": date(2027, 1, 1), "reason": " "},
    ],
)
def test_a_decision_that_says_too_little_is_none(wrong):
    with pytest.raises(ValueError, match=r"reason|review"):
        Decision(
            patient_id=PATIENT.id, kind="action", subject="breathing", by="dr.demo", at=NOW, **wrong
        )


@pytest.mark.parametrize(
    ("choice", "day", "why", "problems"),
    [
        (None, "", "", {"choice"}),
        (Choice.DONE, "", "", set()),
        (Choice.DONE, "nonsense", "", set()),  # the day is not asked
        (Choice.PLANNED, "", "", {"day"}),
        (Choice.PLANNED, "2026-11-21", "", {"day"}),  # today is not later
        (Choice.PLANNED, "31.11.2026", "", {"day"}),
        (Choice.PLANNED, "2026-12-01", "", set()),
        (Choice.DECLINED, "2027-02-21", "", set()),
        (Choice.NOT_NOW, "2027-02-21", "  ", {"reason"}),
        (Choice.NOT_NOW, "", "", {"day", "reason"}),
        (Choice.NOT_NOW, "2027-02-21", "has pneumonia", set()),
    ],
)
def test_a_typed_decision_is_judged_field_by_field(choice, day, why, problems):
    read = deciding.read(choice, day, why, today=TODAY)
    if problems:
        assert set(read) == problems
    else:
        assert read.choice is choice
        assert (read.review_on is not None) is choice.needs_date


def test_a_refusal_is_asked_again_after_the_clinics_time():
    limits = thresholds.defaults()
    for choice in (Choice.DECLINED, Choice.NOT_NOW):
        assert alerts.proposed_review(choice, TODAY, limits) == date(2027, 2, 21)
        shorter = {**limits, "alert_review_months": 1}
        assert alerts.proposed_review(choice, date(2026, 12, 31), shorter) == date(2027, 1, 31)
    assert alerts.proposed_review(Choice.PLANNED, TODAY, limits) is None


# No first crossing is silent.

ONE_VALUE = {
    "A1.fvc": ("fvc", lambda limit: least_ml(limit) - 60),
    "A1.svc": ("svc", lambda limit: least_ml(limit) - 60),
    "A3.fvc": ("fvc", lambda limit: least_ml(limit) - 60),
    "A3.svc": ("svc", lambda limit: least_ml(limit) - 60),
    "A4.snip": ("snip", lambda limit: limit),
    "A4.mip": ("mip", lambda limit: limit - 1),
    "A6.paco2": ("paco2", lambda limit: limit + 0.5),
    "A7.spo2": ("spo2", lambda limit: limit - 1),
    "A8.minutes": ("night_spo2_minutes", lambda limit: limit),
    "A9.pcf": ("pcf", lambda limit: limit - 1),
    "A18.alt": ("alt_uln", lambda limit: limit + 0.5),
}
courses = st.fixed_dictionaries(
    {
        "fvc": st.none() | st.integers(900, 4500),
        "svc": st.none() | st.integers(900, 4500),
        "supine": st.none() | st.integers(900, 4500),
        "weight_kg": st.none() | st.floats(40, 100).map(lambda kg: round(kg, 1)),
        "items": st.none() | st.fixed_dictionaries({n: st.integers(0, 4) for n in range(1, 12)}),
    },
    optional={
        "snip": st.integers(10, 120),
        "mip": st.integers(10, 120),
        "pcf": st.integers(60, 400),
        "paco2": st.integers(35, 60),
        "spo2": st.integers(85, 99),
        "night_spo2_minutes": st.integers(0, 60),
        "epworth": st.integers(0, 24),
        "alt_uln": st.integers(0, 10),
    },
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(courses, min_size=1, max_size=5),
    st.lists(st.sampled_from(alerts.OFFERED), min_size=5, max_size=5),
)
def test_no_first_crossing_of_a_threshold_is_silent(course, choices):
    """Whatever was decided before: a class that is reached for the first time is open, with that fact."""
    entered, decisions, known = [], (), set()
    for n, values in enumerate(course):
        day = DAY + timedelta(days=91 * n)
        entered.append(at(day, **values))
        record = replace(record_of(*entered), decisions=decisions)
        shown = {f.key: action for action in open_actions(record, day) for f in action.findings}
        new = _classes(record, entered[-1].visit) - known
        assert new <= shown.keys()
        for key in new:
            assert any(
                fact.on == day for f in shown[key].findings if f.key == key for fact in f.facts
            )
        known |= new
        choice = choices[n]
        until = day + timedelta(days=400) if choice.needs_date else None
        at_ = datetime.combine(day, NOW.time(), UTC)
        decisions = decided(record, choice=choice, until=until, when=at_).decisions


def _classes(record, visit):
    """The classes that hold at a visit, by the comparisons of the catalogue alone; nobody in it runs anything."""
    limits = record.thresholds
    index = record.visits.index(visit)
    view = measures.View(measures.values_of(record), visit.date, visit)
    del index
    found = set()
    for one in alerts.shipped().alerts.values():
        for rule in one.rules:
            held = [
                COMPARE[c.op](r.value, c.limit(limits)) if (r := view.read(c.measure)) else False
                for c in rule.every
            ]
            some = [
                COMPARE[c.op](r.value, c.limit(limits)) if (r := view.read(c.measure)) else False
                for c in rule.some
            ]
            off = [
                COMPARE[c.op](r.value, c.limit(limits)) if (r := view.read(c.measure)) else False
                for c in (*rule.unless, *one.unless)
            ]
            if all(held) and (not some or any(some)) and not any(off):
                found.add(f"{one.id}.{rule.id}")
    return found


@pytest.mark.parametrize("key", ONE_VALUE)
def test_each_cited_limit_of_one_value_opens_its_action_however_much_was_decided_before(key):
    alert, _dot, rule_id = key.partition(".")
    definition_ = alerts.shipped().alerts[alert]
    (rule,) = [one for one in definition_.rules if one.id == rule_id]
    limit = thresholds.defaults()[rule.every[0].threshold]
    name, crossing = ONE_VALUE[key]
    others = {
        "snip": 39,
        "mip": 59,
        "pcf": 150,
        "paco2": 46,
        "spo2": 93,
        "night_spo2_minutes": 6,
        "alt_uln": 6,
    }
    if name in {"fvc", "svc"}:
        before = at(**others)
    else:
        others.pop(name)
        before = at(fvc=1200, svc=1200, **others)
    record = decided(record_of(before))
    assert open_ids(record) == []
    after = at(DAY + timedelta(days=91), **{name: crossing(limit)})
    both = replace(record_of(before, after), decisions=record.decisions)
    (action,) = open_actions(both)
    assert action.id == definition_.action
    assert key in {finding.key for finding in action.findings}


# Paper.


def test_the_printed_page_has_the_open_action_and_the_one_that_was_decided():
    entered = at(pcf=150, items={3: 2})
    record = record_of(entered)
    breathing, feeding = open_actions(record)
    record = decided(record, breathing)
    pdf = printed.render(
        record,
        entered.visit.id,
        Clinic(name="ALS clinic"),
        names={"dr.demo": "Dr. Demo"},
        printed_by="Dr. Demo",
        printed_at=NOW,
    )
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(" ".join(one.get_textpage().get_text_range().split()) for one in document)
    document.close()
    shown = visit_summary.build(record, entered.visit.id, {"dr.demo": "Dr. Demo"}).actions
    assert [row.line for row in shown] == [breathing.line, feeding.line]
    for row in shown:
        assert row.line.removeprefix(f"{row.title}: ") in text and row.title in text
        assert all(source[:60] in text for source in row.cited), "at the foot of the page"
    assert text.count("Not decided yet.") == 1
    assert f"Done (Dr. Demo, 21 Nov 2026): {WHY}." in text


# The catalogue.

GOOD = resources.path("alerts.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('measure = "pcf"', 'measure = "pfc"', ("A9", "there is no measure pfc")),
        ('"a9_pcf"', '"a9_pef"', ("A9", "there is no threshold a9_pef")),
        ('op = "<", threshold = "a9_pcf"', 'op = "=<", threshold = "a9_pcf"', ("A9", "op")),
        ('op = "<", threshold = "a9_pcf"', 'op = "<"', ("A9", "one threshold or value")),
        ('op = "<", threshold = "a9_pcf"', 'op = "yes"', ("A9", "cannot be compared by yes")),
        ('measure = "male", op = "yes"', 'measure = "male", op = "<", value = 1', ("A5", "male")),
        ('action = "medicine"', 'action = "surgery"', ("A18", "no action surgery")),
        ('signs = "embolism"', 'signs = "emboli"', ("A17", "no signs emboli")),
        ('id = "A10"', 'id = "A9"', ("A9", "twice")),
        ('id = "safety"', 'id = "breathing"', ("breathing", "twice")),
        ('id = "A10"', 'id = "A.10"', ("A.10", "point")),
        (
            'every = [{ measure = "item_8", op = "<=", threshold = "a17_walking" }]',
            "every = []",
            ("A17", "needs a condition"),
        ),
        (
            'measure = "snip_fall", op = ">", threshold = "a5_fall"',
            'measure = "gastrostomy", op = "yes"',
            ("A5", "must begin with a value"),
        ),
        (
            'every = [{ measure = "pcf", op = "<", threshold = "a9_pcf" }]',
            "every = []",
            ("A9", "rule pcf needs a condition"),
        ),
        (
            'measure = "mip_beside"',
            'measure = "mip_besides"',
            ("A5", "measure mip_besides"),
        ),
        (
            'measure = "item_8", op = "<="',
            'measure = "item_13", op = "<="',
            ("A17", "there is no measure item_13"),
        ),
        ('measure = "niv", op = "yes"', 'measure = "niv", op = ">", value = 0', ("A1", "niv")),
        ('id = "mip_fall"', 'id = "snip_fall"', ("A5", "share an id")),
        ('status = "UNCONFIRMED"', 'status = "perhaps"', ("A1", "perhaps")),
        ('title = "Peak cough flow"\n', "", ("A9", "title")),
        ('id = "A9"\n', "", ("alert number 10", "id")),
        ("[[alerts]]", "[alerts]", ("line",)),
    ],
)
def test_a_bad_catalogue_is_refused_with_the_file_and_the_alert(tmp_path, before, after, said):
    path = tmp_path / "alerts.toml"
    assert before in GOOD
    path.write_text(GOOD.replace(before, after), "utf-8")
    with pytest.raises(InvalidReference, match=r"alerts\.toml") as refused:
        definition.read(path)
    for words in said:
        assert words in str(refused.value)


def test_every_threshold_of_the_alerts_is_used():
    """A number on the settings page that nothing looks at would be a false promise."""
    code = "".join(one.read_text("utf-8") for one in Path(alerts.__file__).parent.glob("*.py"))
    of_alerts = [one.id for one in thresholds.shipped().values() if one.group == "Alerts"]
    assert of_alerts
    assert [one for one in of_alerts if f'"{one}"' not in GOOD + code] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"fvc": 50.4}, {"fvc": 49.9}),  # both are 50 % in a line: the tier of risk is another
        ({"fvc": 30.3}, {"fvc": 29.8}),
        ({"svc": 30.3}, {"svc": 29.8}),
    ],
)
def test_another_tier_of_risk_is_a_new_class(before, after):
    on = DAY + timedelta(days=1)
    first = at(**{kind: most_ml(value) for kind, value in before.items()}, items={3: 3})
    second = at(on, **{kind: most_ml(value, on) for kind, value in after.items()}, items={3: 3})
    record = decided(record_of(first))
    both = replace(record_of(first, second), decisions=record.decisions)
    assert "feeding" in open_ids(both)


def test_a_change_that_no_line_shows_opens_nothing():
    """47.4 and 46.6 % are both "47 %"."""
    on = DAY + timedelta(days=1)
    first, second = at(fvc=most_ml(47.4)), at(on, fvc=most_ml(46.6, on))
    record = decided(record_of(first))
    assert open_ids(replace(record_of(first, second), decisions=record.decisions)) == []
    third = at(on, fvc=most_ml(46.2, on))
    assert open_ids(replace(record_of(first, third), decisions=record.decisions)) == ["breathing"]


@pytest.mark.parametrize(("kg", "speaks"), [(90.2, False), (89.9, True), (79.9, True)])
def test_another_grade_of_ctcae_is_a_new_class(kg, speaks):
    patient = replace(PATIENT, height_cm=None)
    days = [DAY - timedelta(days=91 * n) for n in (2, 1, 0)]
    first, second = at(days[0], weight_kg=100.0), at(days[1], weight_kg=90.2)
    record = decided(record_of(first, second, patient=patient))
    third = at(days[2], weight_kg=kg)
    both = replace(record_of(first, second, third, patient=patient), decisions=record.decisions)
    assert bool(open_ids(both)) is speaks


# The small inputs as they were reported.


def test_f01_f02_f15_the_reported_litres():
    """A man born 14 Mar 1960, 176 cm, on 20 Aug 2026."""
    symptoms = {10: 3, 11: 2}
    f01 = action_of("breathing", at(svc=2700, items=symptoms))
    assert "SVC 67 % on 20 Aug 2026 (below 80 %)" in f01.line
    f02 = at(svc=2300, items={1: 3, 3: 3, **symptoms})
    assert "SVC 57 % on 20 Aug 2026 (below 65 %)" in action_of("breathing", f02).line
    assert "SVC 57 %" in action_of("feeding", f02).line
    for entered in (at(svc=2700, items=symptoms), f02):
        for action in alerts.evaluate(record_of(entered), entered.visit):
            assert "FVC" not in action.line
    f15 = action_of("breathing", at(fvc=3165, items={10: 3}))
    assert "FVC 78 %" in f15.line
    assert f15.consider == "night oximetry and CO2; NIV if abnormal"


def test_f03_the_reported_pressure():
    found = action_of("breathing", at(mip=62, items={10: 3, 11: 2}))
    assert found.line == (
        "Breathing: MIP 62 cmH2O on 20 Aug 2026 (below 65 cmH2O), dyspnea 3 of 4, orthopnea 2 of 4"
        " – consider a respiratory referral"
    )


@pytest.mark.parametrize("percent", [47.2, 38.5, 30.7])
def test_f13_the_reported_percentages(percent):
    line = action_of("feeding", at(fvc=most_ml(percent), items={1: 3, 2: 3, 3: 3})).line
    assert "with respiratory support during insertion: moderate risk" in line


@pytest.mark.parametrize(
    "id", ["delta_fs", "alsfrs_r_loss", "fvc_loss", "svc_loss", "alsfrs_r_fall"]
)
def test_a_limit_of_one_is_one_point(id):
    measure = measures.measures()[id]
    assert measure.bound(1).startswith("1 point")
    assert not measure.bound(1).startswith("1 points")
    assert measure.bound(1.5).startswith("1.5 points")
