"""Pressures of gases: what is typed comes back, what is stored stays, alerts are the same in both units."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acts import notation
from core.acts.signing import data_hash
from core.entering import typed_texts
from core.entering.visit_entry import read_measurement
from core.entry import Problem
from core.exports import chart_csv
from core.findings import alerts
from core.model.measurement import Measurement, kinds
from core.views.measurements import measurement_text
from core.words import DayStyle, GasUnit, Notation, day, language, untranslated, write_in

PACO2 = kinds()["paco2"]
KPA = Notation(gases=GasUnit.KPA)


@given(st.integers(134, 2666))
def test_a_pressure_typed_in_kpa_comes_back_as_it_was(hundredths):
    typed = f"{hundredths / 100:g}"
    before = write_in(KPA)
    try:
        stored = read_measurement(PACO2, typed)
        assert PACO2.scale.text(stored) == typed
        assert PACO2.low <= stored <= PACO2.high
        assert measurement_text("paco2", stored) == f"{hundredths / 100:.2f} kPa"
    finally:
        write_in(before)


@given(st.integers(100, 2000))
def test_a_pressure_typed_in_mmhg_comes_back_and_the_other_unit_moves_nothing(tenths):
    typed = f"{tenths / 10:g}"
    stored = read_measurement(PACO2, typed)
    assert stored == tenths / 10 and PACO2.scale.text(stored) == typed
    before = write_in(KPA)
    try:
        assert read_measurement(PACO2, PACO2.scale.text(stored), stored) == stored
    finally:
        write_in(before)


@pytest.mark.parametrize("unit", GasUnit)
@pytest.mark.parametrize("text", ["6 kPa", "45 mmHg", "6,0kpa"])
def test_a_unit_may_be_typed_with_the_number(text, unit):
    write_in(Notation(gases=unit))
    assert read_measurement(PACO2, text) == 45


def test_a_number_of_the_other_unit_is_refused_in_a_sentence():
    write_in(KPA)
    sentence = "45 is out of range. Type a number from 1.34 to 26.66 kPa."
    assert read_measurement(PACO2, "45") == Problem(sentence)
    assert "too many decimals" in read_measurement(PACO2, "6.123").message


@pytest.mark.parametrize("value", [44.9, 45.0, 45.08, 45.1, 60.0])
def test_alerts_are_the_same_in_both_units_and_nothing_signed_moves(
    session, patient, visit_day, value
):
    visit = visit_day(date(2026, 7, 21), "M2")
    with session.write("measured"):
        session.measurements.save(Measurement(visit_id=visit.id, kind="paco2", value=value))
    told, hashes, tables = {}, set(), set()
    for unit in GasUnit:
        notation.choose_gases(session, unit)
        record = session.record(patient.id)
        hashes.add(data_hash(record, visit.id))
        with untranslated():
            tables.add(chart_csv.render(record))
        found = alerts.evaluate(record, record.visit(visit.id))
        told[unit] = [
            one for action in found for one in action.findings if one.definition.id == "A6"
        ]
        assert [found for _on, found in record.measured("paco2")] == [value]
    assert len(hashes) == len(tables) == 1 and b"mmHg" in tables.pop()
    assert len(told[GasUnit.MMHG]) == len(told[GasUnit.KPA]) == (value > 45)
    if value > 45:
        (mmhg,), (kpa,) = told[GasUnit.MMHG], told[GasUnit.KPA]
        assert mmhg.facts[0].value == kpa.facts[0].value == value
        assert "mmHg" in mmhg.facts[0].brief and "kPa" in kpa.facts[0].brief
        assert "above 6 kPa" in kpa.facts[0].bounds[0]


@pytest.mark.parametrize(
    ("limit", "value", "said", "bound"),
    [
        (50, 54, "PaCO2 7.20 kPa", "above 6.7 kPa"),
        (50, 50.1, "PaCO2 6.68 kPa", "above 6.67 kPa"),
        (50, 50.01, "PaCO2 6.667 kPa", "above 6.666 kPa"),
        (48, 51, "PaCO2 6.80 kPa", "above 6.4 kPa"),
        (45, 45.1, "PaCO2 6.01 kPa", "above 6 kPa"),
    ],
)
def test_a_limit_is_said_as_a_clinician_writes_it_and_its_value_is_seen_to_pass_it(
    session, patient, visit_day, limit, value, said, bound
):
    """50 mmHg are 6.67 kPa: one decimal is enough, but where the value would seem to be below it."""
    visit = visit_day(date(2026, 7, 21), "M2")
    with session.write("measured"):
        session.thresholds.save("a6_paco2", limit)
        session.measurements.save(Measurement(visit_id=visit.id, kind="paco2", value=value))
    notation.choose_gases(session, GasUnit.KPA)
    record = session.record(patient.id)
    found = alerts.evaluate(record, record.visit(visit.id))
    (one,) = (each for action in found for each in action.findings if each.definition.id == "A6")
    assert (one.facts[0].brief, one.facts[0].bounds[0]) == (said, bound)
    assert bound.removesuffix(" kPa") in one.facts[0].full


def test_text_that_waits_says_in_which_unit_it_was_typed(session):
    place = (typed_texts.SETTINGS, typed_texts.CLINIC)
    field = typed_texts.threshold_field("a6_paco2")
    with session.write("typed"):
        session.typed.save(*place, field, "20")
        session.typed.save(*place, "name", "20")
    notation.choose_gases(session, GasUnit.KPA)
    assert session.typed.of(*place) == {field: "20 mmHg", "name": "20"}
    notation.choose_gases(session, GasUnit.MMHG)
    assert session.typed.of(*place)[field] == "20 mmHg"


def test_what_is_remembered_by_language_never_shows_the_style_of_before():
    on, remembered = date(2026, 11, 9), {}
    said = {
        DayStyle.LETTERS: "9 Nov 2026",
        DayStyle.ISO: "2026-11-09",
        DayStyle.POINTS: "09.11.2026",
    }
    for style in (*DayStyle, *DayStyle):
        write_in(Notation(days=style))
        assert remembered.setdefault(language(), day(on)) == day(on) == said[style]
        with untranslated():
            assert day(on) == "9 Nov 2026"
    assert len(remembered) == len(DayStyle)


def test_a_clinic_file_is_opened_with_its_own_notation(session, reopened):
    notation.choose_days(session, DayStyle.ISO)
    write_in(Notation())
    reopened()
    assert day(date(2026, 11, 9)) == "2026-11-09"
