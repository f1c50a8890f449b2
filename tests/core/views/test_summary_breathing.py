"""What a visit's summary says, on screen and on paper, of FEV1, several sessions and single measurements."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.model.assessment import NotDone
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import OnsetRegion, Sex
from core.model.spirometry import Blow, BlowQuality, Interface, Position, TestType
from core.model.user import Clinic
from core.reports import summary as report
from core.science.spirometry import evaluate_fev1, evaluate_ratio, with_inputs
from core.views import visit_summary
from core.words import number
from tests.core.examples import EQUATION, a_patient, a_record, a_spirometry, a_visit
from tests.pdf import line_of

PATIENT = a_patient(
    sex=Sex.MALE,
    born=date(1959, 3, 14),
    onset_region=OnsetRegion.LIMB,
    onset=PartialDate(2023, 6),
    height_cm=176,
)
FIRST = a_visit(PATIENT, date(2026, 4, 23), "SCR", weight_kg=80.0)
BEFORE = a_visit(PATIENT, date(2026, 5, 23), weight_kg=78.0)
VISIT = a_visit(PATIENT, date(2026, 7, 21), "M2", weight_kg=72.0)
NOW = datetime(2026, 7, 21, 12, tzinfo=UTC)
FORCED = (
    Blow(number=1, volume_ml=3200, fev1_ml=2400),
    Blow(number=2, volume_ml=3150, fev1_ml=2450),
    Blow(number=3, volume_ml=3100, fev1_ml=2900, quality=BlowQuality.REJECTED),
)


def a_session(*blows, equation=EQUATION, patient=PATIENT, **changes):
    session = a_spirometry(VISIT, blows=blows, height_cm=patient.height_cm, **changes)
    return with_inputs(session, patient, equation)


def measured(visit, kind, value=None, **rest):
    return Measurement(visit_id=visit.id, kind=kind, value=value, **rest)


def of(*, spirometry=(), measurements=(), patient=PATIENT, visits=(FIRST, BEFORE, VISIT)):
    record = a_record(patient, *visits, measurements=measurements)
    record = replace(record, spirometry=spirometry)  # each by the equation of its own
    return visit_summary.build(record, visits[-1].id, {"dr.demo": "Dr. Demo"})


def facts(found):
    return {fact.label: fact.text for fact in found}


def printed(record):
    """The words on the pages, with every white space as one."""
    pdf = report.render(
        record,
        VISIT.id,
        Clinic(name="ALS clinic", protocol="royan-2021"),
        names={"dr.demo": "Dr. Demo"},
        printed_by="Dr. Demo",
        printed_at=NOW,
    )
    return line_of(pdf)


def test_fev1_and_its_share_of_the_fvc():
    session = a_session(*FORCED)
    (shown,) = of(spirometry=(session,)).spirometry
    said = facts(shown.facts)
    fev1, ratio = evaluate_fev1(session), evaluate_ratio(session)
    percent, z = number(fev1.percent, 1, "%"), number(fev1.z, 2)
    assert said["FEV1"] == f"2.45 L · {percent} predicted · z {z} · grade B", "not the rejected one"
    limit, z = number(ratio.prediction.lln, 2), number(ratio.z, 2)
    assert said["FEV1/FVC"] == f"0.77 · z {z} · LLN {limit}"
    assert float(said["LLN"].split()[0]) < float(said["ULN"].split()[0])


def test_no_fev1_no_line():
    (shown,) = of(spirometry=(a_session(Blow(number=1, volume_ml=3200)),)).spirometry
    assert not {"FEV1", "FEV1/FVC", "Interface", "Device prints"} & set(facts(shown.facts))


def test_what_is_missing_for_all_of_them_is_said_once():
    unborn = replace(PATIENT, born=None)
    (shown,) = of(spirometry=(a_session(*FORCED, patient=unborn),), patient=unborn).spirometry
    assert facts(shown.facts)["FEV1"] == "2.45 L · grade B"
    assert facts(shown.facts)["FEV1/FVC"] == "0.77"
    assert shown.why_not == "% predicted needs the date of birth: enter it."


def test_an_equation_without_the_share_says_so_beside_it():
    at_fifty = replace(PATIENT, born=date(1976, 3, 14))
    session = a_session(*FORCED, equation="ecsc-1993", patient=at_fifty)
    (shown,) = of(spirometry=(session,), patient=at_fifty).spirometry
    said = facts(shown.facts)
    assert "predicted · z" in said["FEV1"]
    assert said["FEV1/FVC"].startswith("0.77 · ") and "FEV1/FVC" in said["FEV1/FVC"]
    assert shown.why_not == ""


def test_mask_and_the_device_s_own_percentage_stand_beside_ours():
    session = a_session(*FORCED, interface=Interface.FACE_MASK, device_percent=81.5)
    (shown,) = of(spirometry=(session,)).spirometry
    said = facts(shown.facts)
    assert said["Interface"] == "face mask"
    assert said["Device prints"] == "81.5 % predicted, its own equation"
    (plain,) = of(spirometry=(replace(session, device_percent=None),)).spirometry
    assert said["% predicted"] == facts(plain.facts)["% predicted"]


def test_several_sessions_stand_in_one_order():
    sessions = [
        a_session(*FORCED[:1], test_type=test_type, position=position)
        for test_type in reversed(TestType)
        for position in reversed(Position)
    ]
    shown = of(spirometry=tuple(sessions)).spirometry
    assert [one.title for one in shown] == [
        "FVC, seated",
        "FVC, supine",
        "SVC, seated",
        "SVC, supine",
    ]


def test_measurements_with_the_values_before():
    shown = of(
        measurements=(
            measured(FIRST, "snip", 70),
            measured(BEFORE, "snip", 62),
            measured(BEFORE, "paco2", not_done=NotDone.REFUSED),
            measured(VISIT, "paco2", 46.5),
            measured(VISIT, "snip", 45, note="left side"),
            measured(VISIT, "mip", not_done=NotDone.TOO_UNWELL, note="tired"),
            measured(VISIT, "spo2", 93),
        )
    ).measurements
    assert [(fact.label, fact.text) for fact in shown][:4] == [
        ("SNIP", "45 cmH2O (before: 62 cmH2O, 23 May 2026): left side"),
        ("MIP", "not done: too unwell: tired"),
        ("SpO2", "93 %"),
        ("PaCO2", "46.5 mmHg"),
    ]


def test_a_kind_that_this_program_does_not_know_any_more_is_still_shown():
    shown = of(measurements=(measured(VISIT, "roads", 7.5), measured(VISIT, "snip", 45)))
    assert facts(shown.measurements)["roads"] == "7.5"


def test_later_visits_are_not_before():
    record = a_record(
        PATIENT,
        FIRST,
        VISIT,
        measurements=(measured(FIRST, "snip", 70), measured(VISIT, "snip", 45)),
    )
    shown = visit_summary.build(record, FIRST.id, {"dr.demo": "Dr. Demo"}).measurements
    assert facts(shown)["SNIP"] == "70 cmH2O"


@pytest.mark.parametrize(
    ("now_kg", "height_cm", "bmi", "change"),
    [
        (72.0, 176, "23.2 kg/m²", "−10.0 % since 23 Apr 2026 (80.0 kg)"),
        (82.0, 176, "26.5 kg/m²", "+2.5 % since 23 Apr 2026 (80.0 kg)"),
        (80.0, None, "needs the height", "0.0 % since 23 Apr 2026 (80.0 kg)"),
    ],
)
def test_weight_is_set_against_height_and_the_first_weight(now_kg, height_cm, bmi, change):
    said = facts(
        of(
            patient=replace(PATIENT, height_cm=height_cm),
            visits=(FIRST, BEFORE, replace(VISIT, weight_kg=now_kg)),
        ).measurements
    )
    assert said == {"BMI": bmi, "Weight change": change}


@pytest.mark.parametrize(
    ("before_kg", "now_kg", "highest"),
    [
        (90.0, 79.7, "11.4 % below 90.0 kg, 23 May 2026"),
        (80.0, 79.0, None),  # the first one was as high: its change says it
        (75.0, 70.0, None),
        (90.0, 90.0, None),
        (90.0, 95.0, None),
    ],
)
def test_f26_a_weight_below_the_highest_earlier_one_says_so(before_kg, now_kg, highest):
    visits = (FIRST, replace(BEFORE, weight_kg=before_kg), replace(VISIT, weight_kg=now_kg))
    assert facts(of(visits=visits).measurements).get("Highest weight") == highest


def test_no_weight_no_line_and_a_first_weight_is_no_change():
    assert of(visits=(FIRST, replace(VISIT, weight_kg=None))).measurements == ()
    assert set(facts(of(visits=(FIRST,)).measurements)) == {"BMI"}


def test_all_of_it_is_on_the_printed_page_with_units():
    record = a_record(
        PATIENT,
        FIRST,
        BEFORE,
        VISIT,
        spirometry=(
            a_session(*FORCED, interface=Interface.FACE_MASK, device_percent=81.5),
            a_session(Blow(number=1, volume_ml=2700), position=Position.SUPINE),
        ),
        measurements=(measured(BEFORE, "snip", 62), measured(VISIT, "snip", 45)),
    )
    text = printed(record)
    shown = visit_summary.build(record, VISIT.id, {"dr.demo": "Dr. Demo"})
    for fact in (*shown.spirometry[0].brief, *shown.measurements):
        for word in f"{fact.label} {fact.text}".split():
            assert word in text, fact
    for one in shown.spirometry[0].facts:  # the paper has the same values in fewer lines
        for value in re.findall(r"[−\d.]+", one.text):
            assert value in text, one
    assert "Vital capacity: FVC, supine ¹ 67.2 % predicted · 2.70 L" in text
    assert "SNIP 45 cmH2O (before: 62 cmH2O, 23 May 2026)" in text
    assert all(words in text for words in ("23.2", "kg/m²", "−10.0 %", "(80.0 kg)"))
