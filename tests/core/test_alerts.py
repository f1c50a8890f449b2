"""The alerts, each at its limit and just beside it; who has seen them; and what the paper says of them."""

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import alerts, resources, summary
from core.errors import InvalidReference
from core.model import thresholds
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import Assessment
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import Sex
from core.model.spirometry import BlowQuality, Position, Spirometry, TestType
from core.model.user import Clinic
from core.model.visit import Visit, VisitState
from core.reports import summary as printed
from core.science.spirometry import evaluate, with_inputs
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


def at(on=DAY, *, fvc=None, svc=None, items=None, total=None, weight_kg=None, **measured):
    """``at(fvc=2000, items={10: 3}, snip=40)``: a visit with three equal blows, some questions, a SNIP."""
    visit = a_visit(PATIENT, on, weight_kg=weight_kg)
    scores = [(items or {}).get(n) for n in range(1, 13)] if total is None else summing_to(total)
    given_ = items is not None or total is not None
    sessions = [
        replace(a_spirometry(visit, ml, ml, ml), test_type=test_type)
        for test_type, ml in ((TestType.FVC, fvc), (TestType.SVC, svc))
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


def fired(*entered, **rest):
    """The alerts of the last of these visits, by id."""
    record = record_of(*entered, **rest)
    return {alert.id: alert for alert in alerts.evaluate(record, entered[-1].visit)}


def text_of(alert):
    """What every place that shows an alert says of it."""
    return f"{alert.found}. {alert.advice} Source: {alert.definition.cited}."


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


def acknowledged(record, *found, why=WHY, when=NOW):
    """The record after a person has seen these alerts."""
    new = tuple(
        one for alert in found for one in alerts.acknowledge(record, alert, why, "dr.demo", when)
    )
    return replace(record, acknowledgements=(*record.acknowledgements, *new))


def open_ids(record):
    return [alert.id for alert in alerts.open_alerts(record)]


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
    assert "A2" not in fired(at(svc=most_ml(80), **given_)), "the rule is about FVC"


NIV_TOO = "consider its use and settings"
CONSIDER_NIV = [one.id for one in alerts.shipped().values() if "Consider NIV" in one.message]


def test_the_alerts_that_say_consider_niv():
    assert CONSIDER_NIV == ["A1", "A2", "A3", "A4", "A8"]


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
def test_who_has_niv_is_told_since_when_and_the_alert_stays(id, when, since):
    entered = at(fvc=1000, items={11: 3}, snip=30, night_spo2_minutes=60)
    had = () if when is None else (milestone(MilestoneKind.NIV, *when),)
    advice = fired(entered, milestones=had)[id].advice
    assert "Consider NIV" in advice
    if since is None:
        assert NIV_TOO not in advice
    else:
        assert advice.endswith(f"NIV is recorded since {since}: {NIV_TOO}.")


def test_niv_is_told_since_it_first_began():
    began = tuple(milestone(MilestoneKind.NIV, 2026, month, 1) for month in (6, 2))
    assert "since 1 Feb 2026:" in fired(at(fvc=1500), milestones=began)["A1"].advice


def test_another_milestone_is_no_niv():
    others = tuple(
        milestone(kind, 2026, 1, 1)
        for kind in MilestoneKind
        if kind not in {MilestoneKind.NIV, MilestoneKind.DEATH}
    )
    assert NIV_TOO not in fired(at(fvc=1500), milestones=others)["A1"].advice


def test_a3_upright_fvc():
    assert "A3" in fired(at(fvc=least_ml(65) - 1))
    assert "A3" not in fired(at(fvc=least_ml(65)))
    assert "A3" not in fired(at(svc=least_ml(65) - 1))


@pytest.mark.parametrize(
    ("sex", "fires", "silent"), [(Sex.MALE, 64, 65), (Sex.FEMALE, 54, 55), (Sex.UNKNOWN, None, 41)]
)
def test_a5_snip_with_a_symptom_by_sex(sex, fires, silent):
    patient = replace(PATIENT, sex=sex)
    symptom = {"items": {11: 3}}
    if fires is not None:
        assert set(fired(at(snip=fires, **symptom), patient=patient)) == {"A5"}
        assert fired(at(snip=fires, items={11: 4}), patient=patient) == {}
    assert fired(at(snip=silent, **symptom), patient=patient) == {}


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
    assert "day of onset approximate" in text_of(fired(at(total=30), patient=patient)["A10"])


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


def test_a10_a_month_of_onset_counts_as_its_15th_day():
    """From 15 Feb 2026 to 20 Aug 2026 are 186 days, 6.11 months: 7 points are 1.15, 6 are 0.98."""
    patient = replace(PATIENT, onset=PartialDate(2026, 2))
    assert "deltaFS: 1.15 points/month" in text_of(fired(at(total=41), patient=patient)["A10"])
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


def test_a15_says_the_high_risk():
    bulbar = {"items": {1: 3}}
    assert "High risk" in text_of(fired(at(fvc=least_ml(30) - 1, **bulbar))["A15"])
    assert "High risk" not in text_of(fired(at(fvc=least_ml(30), **bulbar))["A15"])


@pytest.mark.parametrize(("item", "fires"), [(1, True), (3, True), (2, False)])
def test_a16_speech_or_swallowing(item, fires):
    assert ("A16" in fired(at(items={item: 2}))) is fires
    assert "A16" not in fired(at(items={item: 3}))


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
        (2, 200, ["question 8 (walking) is 2"]),
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
    assert text.count("Higher risk") == len(said)
    for words in said:
        assert words in text


def test_every_alert_says_consider_and_its_source():
    first = at(DAY - timedelta(days=91), fvc=4000, svc=4000, total=48, weight_kg=90.0, snip=120)
    last = at(
        fvc=900, svc=900, items=dict.fromkeys(range(1, 13), 0), weight_kg=50.0, snip=30, mip=30,
        pcf=100, spo2=88, night_spo2_minutes=60, paco2=55, epworth=20, alt_uln=8,
    )  # fmt: skip
    event = an_event("Chest pain", PartialDate(2026, 8, 19), visit_id=last.visit.id)
    patient = replace(PATIENT, onset=PartialDate(2025, 6, 1))
    found = fired(first, last, patient=patient, events=(event,))
    assert list(found) == [f"A{n}" for n in range(1, 19)]
    for alert in found.values():
        assert "consider" in text_of(alert).lower()
        assert f"Source: {alert.definition.source}" in text_of(alert)
        assert "20 Aug 2026" in text_of(alert) or "19 Aug 2026" in text_of(alert)


@pytest.mark.parametrize(
    ("status", "said"), [("UNCONFIRMED", "(not read in its source)"), ("DESIGN", "(our proposal)")]
)
def test_what_is_no_read_source_is_said(status, said):
    found = [one for one in alerts.shipped().values() if one.status == status]
    assert found
    assert all(one.cited.endswith(said) for one in found)


# What counts as evidence.


def test_a_value_of_an_earlier_visit_does_not_fire_again():
    before = at(fvc=1500, snip=30, spo2=90, weight_kg=50.0)
    assert {"A1", "A3", "A4", "A7", "A14"} <= set(fired(before))
    assert fired(before, at(DAY + timedelta(days=30), items={9: 4})) == {}


def test_a_symptom_that_is_new_fires_with_the_last_fvc_and_once_only():
    fvc = at(DAY - timedelta(days=60), fvc=least_ml(70), items={11: 4})
    new = at(items={11: 3})
    found = fired(fvc, new)["A2"]
    assert "Question 11 (orthopnea): 3 (below 4), 20 Aug 2026" in text_of(found)
    assert "at or below 80; 21 Jun 2026)" in text_of(found), "the FVC has its own day"
    later = at(DAY + timedelta(days=30), items={11: 3})
    assert "A2" not in fired(fvc, new, later)


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
    (alert,) = alerts.evaluate(record_of(*both), both[own].visit)
    assert f"PCF: {(150, 140)[own]} L/min" in alert.found


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
    assert found.low_confidence
    assert f"low confidence: grade {grade}" in text_of(found)
    assert found.brief.endswith("(low confidence)")


def test_usable_blows_only_are_low_confidence():
    entered = at()
    session = a_spirometry(entered.visit, 1500)
    usable = tuple(replace(blow, quality=BlowQuality.USABLE) for blow in session.blows)
    found = fired(replace(entered, sessions=(replace(session, blows=usable),)))["A1"]
    assert "low confidence: grade U" in text_of(found)


def test_a_good_grade_is_not_low_confidence():
    found = fired(at(fvc=1500))["A1"]
    assert not found.low_confidence
    assert "low confidence" not in text_of(found) + found.brief


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
    assert open_ids(reopened().record(visit.patient_id)) == ["A9"]


# Open, seen, worse, new visit.


def test_an_alert_stays_open_after_a_visit_that_does_not_meet_its_rule():
    better = at(DAY + timedelta(days=91), pcf=300)
    (alert,) = alerts.open_alerts(record_of(at(pcf=150), better))
    assert (alert.id, alert.on) == ("A9", DAY)


def test_one_alert_of_an_id_and_it_is_the_latest():
    later = at(DAY + timedelta(days=91), pcf=140)
    (alert,) = alerts.open_alerts(record_of(at(pcf=150), later))
    assert alert.findings[-1].visit_id == later.visit.id
    assert "PCF: 140 L/min (below 160), 19 Nov 2026" in text_of(alert)
    assert "150" not in text_of(alert)


def test_a_worse_value_before_is_said():
    later = at(DAY + timedelta(days=91), pcf=150)
    (alert,) = alerts.open_alerts(record_of(at(pcf=90), later))
    assert "before: PCF: 90 L/min, 20 Aug 2026" in text_of(alert)


def test_acknowledged_is_not_open_any_more():
    record = record_of(at(pcf=150, snip=30))
    first, second = alerts.open_alerts(record)
    assert (first.id, second.id) == ("A4", "A9")
    record = acknowledged(record, first)
    assert open_ids(record) == ["A9"]
    assert alerts.seen(record, first).reason == WHY
    assert alerts.seen(record, second) is None


def test_it_speaks_again_at_another_visit():
    before = at(pcf=150)
    record = acknowledged(record_of(before), *alerts.open_alerts(record_of(before)))
    later = at(DAY + timedelta(days=91), pcf=155)
    record = replace(record_of(before, later), acknowledgements=record.acknowledgements)
    (alert,) = alerts.open_alerts(record)
    assert alert.findings[-1].visit_id == later.visit.id
    assert open_ids(acknowledged(record, alert)) == []


@pytest.mark.parametrize(("corrected", "speaks"), [(149, True), (150, False), (155, False)])
def test_it_speaks_again_when_a_correction_makes_it_worse(corrected, speaks):
    entered = at(pcf=150)
    record = acknowledged(record_of(entered), *alerts.open_alerts(record_of(entered)))
    value = replace(entered.measurements[0], value=corrected)
    assert bool(alerts.open_alerts(replace(record, measurements=(value,)))) is speaks


def test_worse_is_higher_where_the_limit_is_below():
    entered = at(paco2=50)
    record = acknowledged(record_of(entered), *alerts.open_alerts(record_of(entered)))
    for value, speaks in ((50.5, True), (49.5, False)):
        changed = replace(entered.measurements[0], value=value)
        assert bool(alerts.open_alerts(replace(record, measurements=(changed,)))) is speaks


def test_another_rule_of_an_acknowledged_alert_speaks():
    entered = at(snip=35)
    record = acknowledged(record_of(entered), *alerts.open_alerts(record_of(entered)))
    mip = Measurement(visit_id=entered.visit.id, kind="mip", value=50)
    (alert,) = alerts.open_alerts(replace(record, measurements=(*record.measurements, mip)))
    assert alert.brief == "A4 MIP: 50 cmH2O"


def test_a_visit_entered_late_with_a_worse_value_speaks():
    later = at(DAY + timedelta(days=91), pcf=150)
    record = acknowledged(record_of(later), *alerts.open_alerts(record_of(later)))
    for value, speaks in ((120, True), (155, False)):
        late = at(pcf=value)
        both = replace(record_of(late, later), acknowledgements=record.acknowledgements)
        assert bool(alerts.open_alerts(both)) is speaks


def test_an_acknowledgement_of_a_discarded_visit_hides_nothing():
    entered = at(pcf=150)
    record = acknowledged(record_of(entered), *alerts.open_alerts(record_of(entered)))
    orphans = tuple(replace(one, visit_id=None) for one in record.acknowledgements)
    assert open_ids(replace(record, acknowledgements=orphans)) == ["A9"]


def test_an_event_that_no_visit_reported_is_open_at_once_and_seen_by_itself():
    chest = an_event("Chest pain", PartialDate(2026, 9, 1))
    record = record_of(at(), events=(chest,))
    (alert,) = alerts.open_alerts(record)
    assert (alert.id, alert.findings[-1].visit_id) == ("A17", None)
    record = acknowledged(record, alert)
    assert open_ids(record) == []
    worse = replace(chest, grade=Grade.SEVERE)
    assert open_ids(replace(record, events=(worse,))) == ["A17"]
    leg = an_event("Swollen leg", PartialDate(2026, 8, 1))
    (alert,) = alerts.open_alerts(replace(record, events=(leg, chest)))
    assert alert.brief == "A17 Swollen leg"


def test_an_event_between_visits_belongs_to_the_visit_after_it():
    before, after = at(), at(DAY + timedelta(days=30))
    event = an_event("Chest pain", PartialDate(2026, 9, 1))
    record = record_of(before, after, events=(event,))
    assert [a.id for a in alerts.evaluate(record, after.visit)] == ["A17"]
    assert alerts.evaluate(record, before.visit) == ()
    assert len(alerts.open_alerts(record)[0].findings) == 1


def test_the_dead_have_no_open_alerts_and_their_summaries_keep_theirs():
    entered = at(pcf=150)
    death = milestone(MilestoneKind.DEATH, 2026, 10, 2)
    record = record_of(entered, milestones=(death,))
    assert alerts.open_alerts(record) == ()
    assert [
        row.heading
        for row in summary.build(record, entered.visit.id, {"dr.demo": "Dr. Demo"}).alerts
    ] == ["A9 Peak cough flow"]


@given(
    values=st.lists(st.integers(40, 250), min_size=1, max_size=6),
    place=st.integers(0, 5),
    by=st.integers(1, 39),
)
def test_acknowledging_never_hides_a_worse_value(values, place, by):
    """Whatever was acknowledged: a value below all of them speaks, at whichever visit it turns up."""
    days = [DAY + timedelta(days=30 * n) for n in range(len(values))]
    entered = [at(day, pcf=value) for day, value in zip(days, values, strict=True)]
    record = record_of(*entered)
    record = acknowledged(record, *alerts.open_alerts(record))
    assert alerts.open_alerts(record) == ()
    place %= len(values)
    worse = min(*values, 160) - by
    changed = replace(entered[place].measurements[0], value=worse)
    measurements = tuple(
        changed if one.visit_id == changed.visit_id else one for one in record.measurements
    )
    (alert,) = alerts.open_alerts(replace(record, measurements=measurements))
    assert alert.findings[-1].visit_id == changed.visit_id
    assert f"PCF: {worse} L/min" in text_of(alert)


@given(
    values=st.lists(st.integers(100, 200), min_size=1, max_size=6),
    seen=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_what_is_hidden_was_acknowledged_as_bad_or_worse(values, seen):
    entered, kept = [], ()
    for n, value in enumerate(values):
        entered.append(at(DAY + timedelta(days=30 * n), pcf=value))
        record = replace(record_of(*entered), acknowledgements=kept)
        if seen[n]:
            kept = acknowledged(record, *alerts.open_alerts(record)).acknowledgements
    record = replace(record_of(*entered), acknowledgements=kept)
    shown = {finding.visit_id for alert in alerts.open_alerts(record) for finding in alert.findings}
    for n, (one, value) in enumerate(zip(entered, values, strict=True)):
        if value < 160 and one.visit.id not in shown:
            later = {other.visit.id for other in entered[n:]}
            assert any(k.visit_id in later and k.value <= value for k in kept)


def test_what_was_acknowledged_is_listed_by_act():
    first = at(pcf=150, snip=35, mip=50)
    record = record_of(first)
    snip_and_mip, pcf = alerts.open_alerts(record)
    record = acknowledged(record, snip_and_mip)
    record = acknowledged(record, pcf, why="cough assist ordered", when=NOW + timedelta(days=1))
    last, before = alerts.acknowledged(record)
    assert last == alerts.Seen(
        "A9 PCF: 150 L/min, 20 Aug 2026", "dr.demo", NOW + timedelta(days=1), "cough assist ordered"
    )
    assert before.what == "A4 SNIP: 35 cmH2O, 20 Aug 2026, MIP: 50 cmH2O, 20 Aug 2026"


def test_an_acknowledgement_of_an_alert_that_is_gone_is_still_listed():
    entered = at(pcf=150)
    (one,) = alerts.acknowledge(
        record_of(entered), *alerts.open_alerts(record_of(entered)), WHY, "dr.demo", NOW
    )
    gone = replace(one, alert="B7.other")
    (seen,) = alerts.acknowledged(record_of(entered, acknowledgements=(gone,)))
    assert (seen.what, seen.reason) == ("B7 other", WHY)


def test_the_file_keeps_who_when_why_and_what(session, visit_day, reopened):
    visit = visit_day(DAY, blows=(1500, 1480, 1450))
    record = session.record(visit.patient_id)
    found = alerts.open_alerts(record)
    assert [alert.id for alert in found] == ["A1", "A3"]
    with session.write(WHY):
        for one in alerts.acknowledge(record, found[0], WHY, "dr.demo", NOW):
            session.acknowledgements.save(one)
    session = reopened()
    record = session.record(visit.patient_id)
    assert open_ids(record) == ["A3"]
    (one,) = record.acknowledgements
    assert (one.alert, one.visit_id, one.by, one.at, one.reason) == (
        "A1.fvc",
        visit.id,
        "dr.demo",
        NOW,
        WHY,
    )
    (row,) = session._db.query("SELECT reason FROM audit WHERE entity = 'acknowledgement'")
    assert row["reason"] == WHY


# Paper.


def test_the_printed_page_has_the_open_alert_and_the_one_that_was_seen():
    entered = at(pcf=150, snip=35)
    record = record_of(entered)
    record = acknowledged(record, next(a for a in alerts.open_alerts(record) if a.id == "A9"))
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
    shown = summary.build(record, entered.visit.id, {"dr.demo": "Dr. Demo"}).alerts
    assert [row.heading for row in shown] == ["A4 Inspiratory pressure", "A9 Peak cough flow"]
    for row in shown:
        assert row.heading in text
        assert row.found in text
        assert row.advice in text
        assert row.source[:60] in text
    assert "Not acknowledged yet." in text
    assert f"Seen by Dr. Demo, 21 Nov 2026: {WHY}" in text


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
        ("Consider cough assistance.", "Start cough assistance.", ("A9", "consider")),
        ('id = "A10"', 'id = "A9"', ("A9", "twice")),
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
            '{ measure = "male", op = "no" }',
            '{ measure = "man", op = "no" }',
            ("A5", "measure man"),
        ),
        (
            'measure = "item_8", op = "<="',
            'measure = "item_13", op = "<="',
            ("A17", "there is no measure item_13"),
        ),
        ('measure = "niv", op = "yes"', 'measure = "niv", op = ">", value = 0', ("A1", "niv")),
        ('id = "mip_fall"', 'id = "snip_fall"', ("A5", "share an id")),
        ('status = "UNCONFIRMED"', 'status = "perhaps"', ("A3", "perhaps")),
        ('title = "Peak cough flow"\n', "", ("A9", "title")),
        ('id = "A9"\n', "", ("alert number 9", "id")),
        ("[[alerts]]", "[alerts]", ("line",)),
    ],
)
def test_a_bad_catalogue_is_refused_with_the_file_and_the_alert(tmp_path, before, after, said):
    path = tmp_path / "alerts.toml"
    assert before in GOOD
    path.write_text(GOOD.replace(before, after), "utf-8")
    with pytest.raises(InvalidReference, match=r"alerts\.toml") as refused:
        alerts.read(path)
    for words in said:
        assert words in str(refused.value)


def test_every_threshold_of_the_alerts_is_used():
    """A number on the settings page that nothing looks at would be a false promise."""
    code = "".join(one.read_text("utf-8") for one in Path(alerts.__file__).parent.glob("*.py"))
    of_alerts = [one.id for one in thresholds.shipped().values() if one.group == "Alerts"]
    assert of_alerts
    assert [one for one in of_alerts if f'"{one}"' not in GOOD + code] == []
