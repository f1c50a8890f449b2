"""The forms of an infusion day: doses, times, the donor's age, and what is asked or refused about them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.entering.record_entry import RecordEntry
from core.forms import around, catalog, derived
from core.forms.reading import Limits
from core.model.form_record import FormRecord, Item
from core.model.ids import PatientId
from core.model.record import PatientRecord
from core.model.thresholds import defaults
from tests.core.examples import a_patient, a_visit
from tests.core.forms.infusion_day import DONOR, FIRST, INFUSION, PRODUCT

DAY = date(2026, 5, 21)
LIMITS = Limits(latest=DAY)


def entry(form, texts, **known):
    settings = {f"setting.{name}": value for name, value in defaults().items()}
    thresholds = {**defaults(), **known.pop("thresholds", {})}
    return RecordEntry(
        catalog.newest()[form], PatientId("p"), "nurse", LIMITS, texts=texts,
        around={**settings, **{name.replace("__", "."): value for name, value in known.items()}}, thresholds=thresholds,
    )  # fmt: skip


def found(form, texts, **known):
    return {one.rule: one for one in entry(form, texts, **known).judge().found}


def at(text):
    return datetime.fromisoformat(text).astimezone().astimezone(UTC).isoformat()


def test_a_whole_day_raises_nothing():
    start = at("2026-05-21 10:02")
    assert found("product", PRODUCT, infusion__start=start) == {}
    assert found("donor", DONOR, patient__youngest=67.0, visit__date="2026-05-21") == {}
    assert found("infusion", INFUSION, product__lot="0457-B") == {}


def test_the_dose_of_the_picture():
    values = entry("infusion", INFUSION).judge().values
    assert values["ordered"] == 150.4  # 75.2 kg × 2 × 10⁶
    assert round(values["given_per_kg"], 2) == 1.99
    assert values["minutes"] == 5
    assert values["rate"] == 2
    assert values["from_order"] == -0.27
    assert values["from_protocol"] == 0


def test_seventy_kg_are_140_million_cells():
    """clinical.md 6.2: 70 kg -> 1.4e8."""
    assert derived.ordered_cells({"weight": 70.0, "per_kg": 2.0}.get) == 140


@given(
    weight=st.floats(20, 250), per_kg=st.floats(0.01, 100), off=st.floats(-0.9, 5, allow_nan=False)
)
def test_a_dose_is_as_far_from_the_order_as_it_was_given(weight, per_kg, off):
    ordered = derived.ordered_cells({"weight": weight, "per_kg": per_kg}.get)
    given_cells = ordered * (1 + off)
    read = {"weight": weight, "per_kg": per_kg, "given": given_cells}.get
    assert derived.from_order(read) == pytest.approx(off * 100, abs=0.02)
    assert derived.given_per_kg(read) == pytest.approx(per_kg * (1 + off), rel=1e-3, abs=1e-5)


@given(missing=st.sampled_from(["weight", "per_kg", "given", "start", "end", "volume"]))
def test_what_is_missing_is_computed_from_nothing(missing):
    values = entry("infusion", {**INFUSION, missing: ""}).judge().values
    computed = {
        "weight": ("ordered", "given_per_kg", "from_order"),
        "per_kg": ("ordered", "from_order", "from_protocol"),
        "given": ("given_per_kg", "from_order"),
        "start": ("minutes", "rate"),
        "end": ("minutes", "rate"),
        "volume": ("rate",),
    }
    assert [values[name] for name in computed[missing]] == [None] * len(computed[missing])


def test_nothing_is_asked_before_identity_and_consent():
    asked = {one.id for one in entry("infusion", {}).judge().shown}
    assert asked == {"identity", "consent", "checked_by"}
    assert "weight" in {one.id for one in entry("infusion", FIRST).judge().shown}
    refused = found("infusion", {**FIRST, "identity": "no"})["identity_not_checked"]
    assert not refused.asks
    assert "weight" not in {
        one.id for one in entry("infusion", {**FIRST, "consent": "no"}).judge().shown
    }


def test_it_is_saved_at_its_start_and_again_at_its_end():
    assert entry("infusion", FIRST).record is not None
    started = {k: v for k, v in INFUSION.items() if k not in {"end", "given", "volume"}}
    assert entry("infusion", started).record is not None


@pytest.mark.parametrize(
    ("texts", "rule", "asks"),
    [
        ({"second_checker": "n.  urse"}, "one_checker", False),
        ({"end": "2026-05-21 10:01"}, "end_before_start", False),
        ({"end": "2026-05-21 10:04"}, "too_fast", True),
        ({"end": "2026-05-21 10:32"}, "too_slow", True),
        ({"given": "170"}, "given_above_order", True),
        ({"given": "100"}, "given_below_order", True),
        ({"per_kg": "3", "given": "225"}, "order_above_protocol", True),
        ({"volume": "20"}, "volume_above", True),
        ({"lot": "0457-C"}, "another_lot", False),
    ],
)
def test_what_differs_from_the_protocol_asks_and_what_cannot_be_is_refused(texts, rule, asks):
    one = found("infusion", {**INFUSION, **texts}, product__lot="0457-B")
    assert next(iter(one)) == rule, "said first"
    assert one[rule].asks is asks


def test_the_clinics_own_limit_counts_and_is_said():
    changed = {"thresholds": {"infusion_viability": 95.0}}
    said = found("product", PRODUCT, **changed)["viability_low"].problem.message
    assert "94 %" in said
    assert "95 %" in said


def test_a_product_is_not_used_after_its_time():
    late = found("product", PRODUCT, infusion__start=at("2026-05-21 14:01"))
    assert not late["use_by_passed"].asks
    assert found("product", PRODUCT, infusion__start=at("2026-05-21 14:00")) == {}


@pytest.mark.parametrize(
    "test", ["hbsag", "anti_hbc", "hcv", "hiv", "htlv1", "htlv2", "syphilis", "cmv"]
)
@pytest.mark.parametrize(("switch", "asks"), [(0.0, True), (1.0, False)])
def test_a_positive_test_of_the_donor_asks_or_refuses_by_the_clinics_setting(test, switch, asks):
    one = found(
        "donor", {**DONOR, test: "positive"}, thresholds={"infusion_serology_refuses": switch}
    )
    assert one[f"{test}_positive"].asks is asks


def younger(patient, donor, on=DAY):
    record = PatientRecord(patient=patient, visits=(visit := a_visit(patient, on, "INF"),))
    known = around.of_visit(record, visit.id)
    names = {name.replace(".", "__"): value for name, value in known.items()}
    return found("donor", {**DONOR, **donor}, **names)


@pytest.mark.parametrize(
    ("donor", "asks"),
    [
        ({"age": "39"}, False),
        ({"age": "40"}, True),  # 40 may be a day below 41, and the patient is 40 and some days
        ({"age": "", "born": "1986-05-02"}, False),
        ({"age": "", "born": "1986-05-01"}, True),
        ({"age": "", "born": "1986-04-30"}, True),
        ({"age": "", "born": "1986"}, True),
        ({"age": "", "born": "1986-06"}, False),
        ({"age": "", "born": "1987"}, False),
    ],
)
def test_a_donor_is_younger_for_certain_or_it_is_asked(donor, asks):
    one = younger(a_patient(born=date(1986, 5, 1)), donor)
    assert bool({"not_younger", "not_younger_born"} & set(one)) is asks


def test_a_patient_of_whom_only_the_age_is_known():
    patient = a_patient(stated_age_years=40, stated_on=DAY)
    assert "not_younger" in younger(patient, {"age": "40"})
    assert "not_younger" not in younger(patient, {"age": "39"})
    older = a_patient(stated_age_years=40, stated_on=DAY - timedelta(days=366))
    assert "not_younger" not in younger(older, {"age": "39"})


def test_nothing_is_asked_of_ages_that_nobody_knows():
    assert younger(a_patient(), {"age": "80"}) == {}


def test_an_own_product_needs_no_donor_beside_the_patient():
    assert found("donor", {"relation": "self"}) == {}


@given(
    start=st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)), minutes=st.integers(0, 400)
)
def test_minutes_are_those_of_the_clock_on_the_wall_across_midnight_and_summer_time(start, minutes):
    begun = start.replace(tzinfo=ZoneInfo("Europe/Berlin"), second=0, microsecond=0)
    read = {
        "infusion.start": begun.astimezone(UTC).isoformat(),
        "at": (begun.astimezone(UTC) + timedelta(minutes=minutes)).isoformat(),
    }.get
    assert derived.minutes_after_start(read) == minutes
    assert derived.hours_observed(read) == round(minutes / 60, 2)


def test_a_planned_time_is_in_minutes_after_the_start():
    assert derived.minutes_after_start({"planned": "30"}.get) == 30
    assert derived.minutes_after_start({"planned": "before"}.get) is None


def test_a_pressure_that_is_turned_is_refused_and_what_is_out_of_range_is_not():
    rules = found("monitoring", {"planned": "0", "systolic": "80", "diastolic": "120"})
    assert list(rules) == ["pressure_turned"]
    assert found("monitoring", {"planned": "5", "pulse": "180", "spo2": "71"}) == {}
    assert list(found("monitoring", {"planned": "between", "pulse": "90"})) == ["between_when"]


def test_a_record_of_another_form_is_read_only_where_there_is_one_of_it():
    patient = a_patient()
    visit = a_visit(patient, DAY, "INF")

    def one(form, **values):
        items = {name: Item(value=value) for name, value in values.items()}
        return FormRecord(
            patient_id=patient.id, visit_id=visit.id, form=form, version="1", entered_by="n",
            entered_at=datetime(2026, 5, 21, tzinfo=UTC), items=items,
        )  # fmt: skip

    forms = (one("product", lot="A"), one("monitoring", pulse=80.0), one("monitoring", pulse=90.0))
    known = around.of_visit(PatientRecord(patient=patient, visits=(visit,), forms=forms), visit.id)
    assert known["product.lot"] == "A"
    assert "monitoring.pulse" not in known
