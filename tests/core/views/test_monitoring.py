"""The times of a monitoring: planned, between, due, out of range; and the infusion day in words and on paper."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms import catalog
from core.model.assessment import NotDone
from core.model.document import OfCasebook, OfMonitoring
from core.model.form_record import FormRecord, Item
from core.model.record import PatientRecord
from core.model.user import Clinic
from core.reports import named
from core.views import form_summary, infusion_day, monitoring
from core.views.monitoring import Sign
from tests.core.examples import a_patient, a_visit
from tests.pdf import line_of, text_of

PATIENT = a_patient(record_number="12")
DAY = date(2026, 5, 21)
VISIT = a_visit(PATIENT, DAY, "INF", finished=False)
START = datetime(2026, 5, 21, 8, 2, tzinfo=UTC)
PLANNED = ("before", "0", "5", "10", "15", "30", "60", "120", "180", "240", "300", "360")


def one(form, values, not_done=None):
    items = {
        name: value if isinstance(value, Item) else Item(value=value)
        for name, value in values.items()
    }
    return FormRecord(
        patient_id=PATIENT.id, visit_id=VISIT.id, form=form, version="1", entered_by="n",
        entered_at=START, items=items, not_done=not_done,
    )  # fmt: skip


def infusion(start=START, **more):
    return one("infusion", {"start": start.isoformat(), **more})


def record(*forms, thresholds=None):
    changed = (
        {}
        if thresholds is None
        else {"thresholds": {**PatientRecord(patient=PATIENT).thresholds, **thresholds}}
    )
    return PatientRecord(patient=PATIENT, visits=(VISIT,), forms=forms, **changed)


def times(*forms):
    return monitoring.times(record(*forms), VISIT.id)


def test_the_planned_times_are_data_and_have_a_clock_from_the_start():
    found = times(infusion())
    assert tuple(time.key for time in found) == PLANNED
    assert found[0].at is None
    assert [time.at - START for time in found[1:4]] == [timedelta(minutes=n) for n in (0, 5, 10)]
    assert found[-1].at - START == timedelta(hours=6)


def test_without_a_start_they_are_there_without_a_clock():
    assert [time.clock for time in times()] == ["–"] * 12


@given(
    start=st.datetimes(datetime(2026, 10, 24, 18), datetime(2026, 10, 25, 6)),
    zone=st.sampled_from(["Europe/Berlin", "Asia/Tehran", "America/New_York", "UTC"]),
)
def test_a_night_on_which_clocks_change_moves_no_reading(start, zone):
    """25 October 2026 at 03:00 clocks go back to 02:00 in Berlin: five minutes stay five minutes."""
    begun = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    found = times(infusion(begun))
    gaps = [(time.at - begun).total_seconds() / 60 for time in found if time.minutes is not None]
    assert gaps == [0, 5, 10, 15, 30, 60, 120, 180, 240, 300, 360]


@given(st.lists(st.integers(-120, 500), unique=True, max_size=6))
def test_times_between_are_in_their_order_and_all_are_there(minutes):
    between = [
        one("monitoring", {"planned": "between", "at": (START + timedelta(minutes=n)).isoformat()})
        for n in minutes
    ]
    found = times(infusion(), *between)
    clocks = [time.at for time in found if time.at is not None]
    assert clocks == sorted(clocks)
    assert len(found) == len(PLANNED) + len(minutes)
    assert tuple(time.key for time in found if not time.is_between) == PLANNED


@given(read=st.integers(0, len(PLANNED) - 1), now=st.integers(-300, 700))
def test_what_is_due_is_the_first_planned_time_after_the_last_reading(read, now):
    forms = [one("monitoring", {"planned": PLANNED[n], "pulse": 80.0}) for n in range(read)]
    due = monitoring.due(record(infusion(), *forms), VISIT.id, START + timedelta(minutes=now))
    assert due is not None
    wanted = next(key for key in PLANNED[max(read, 1) :])
    assert due.time.key == wanted
    assert due.minutes == int(wanted) - now
    assert due.late is (now - int(wanted) > 2)
    assert ("overdue" in due.words) is due.late


def test_nothing_is_due_before_the_start_after_the_last_time_or_long_ago():
    now = START + timedelta(minutes=7)
    assert monitoring.due(record(), VISIT.id, now) is None
    everything = [one("monitoring", {"planned": key, "pulse": 80.0}) for key in PLANNED]
    assert monitoring.due(record(infusion(), *everything), VISIT.id, now) is None
    gone = one("discharge", {"at": now.isoformat()})
    assert monitoring.due(record(infusion(), gone), VISIT.id, now) is None
    assert monitoring.due(record(infusion()), VISIT.id, START + timedelta(days=1)) is None
    assert monitoring.due(record(infusion()), VISIT.id, START + timedelta(hours=11)) is not None


def test_when_it_is_overdue_is_a_setting():
    now = START + timedelta(minutes=4)
    late = monitoring.due(record(infusion()), VISIT.id, now)
    patient = monitoring.due(record(infusion(), thresholds={"monitoring_late": 5.0}), VISIT.id, now)
    assert (late.late, patient.late) == (True, False)
    assert patient.words.endswith("due now")


def test_a_time_that_was_left_out_is_missing_and_not_due():
    read = one("monitoring", {"planned": "15", "pulse": 80.0})
    whole = record(infusion(), read)
    assert monitoring.due(whole, VISIT.id, START).time.key == "30"
    assert "5" in {time.key for time in monitoring.missing(whole, VISIT.id)}


def test_out_of_range_includes_neither_end():
    usual = monitoring.ranges(record().thresholds)
    assert (usual["pulse"].low, usual["pulse"].high) == (50, 100)
    assert (usual["systolic"].low, usual["systolic"].high) == (90, 160)
    assert (usual["diastolic"].low, usual["diastolic"].high) == (50, 100)
    assert (usual["spo2"].low, usual["spo2"].high) == (94, 100)
    assert (usual["temperature"].low, usual["temperature"].high) == (36.0, 37.9)
    reading = one(
        "monitoring",
        {"planned": "0", "pulse": 100.0, "systolic": 161.0, "diastolic": 50.0, "spo2": 93.0},
    )
    (time,) = [each for each in times(infusion(), reading) if each.key == "0"]
    assert monitoring.outside(Sign.PULSE, time, usual) == ()
    assert monitoring.outside(Sign.PRESSURE, time, usual) == ("systolic",)
    assert monitoring.outside(Sign.SPO2, time, usual) == ("spo2",)


def whole_day():
    """The picture's day: three pulses out of range, the highest at 5 minutes."""
    pulses = {"before": 78.0, "0": 84.0, "5": 118.0, "10": 112.0, "15": 104.0, "30": 92.0}
    readings = [
        one("monitoring", {"planned": key, "pulse": value}) for key, value in pulses.items()
    ]
    readings.append(
        one("monitoring", {"planned": "60", "temperature": Item(not_done=NotDone.REFUSED)})
    )
    product = one(
        "product",
        {
            "product": "Ad-MSC",
            "source": "allogeneic",
            "lot": "0457-B",
            "passage": 3,
            "viability": 94.0,
        },
    )
    donor = one("donor", {"relation": "unrelated", "code": "D-031"})
    given_cells = infusion(
        end=(START + timedelta(minutes=5)).isoformat(), weight=75.2, per_kg=2.0, given=150.0, volume=10.0,
        identity=1, consent=1, lot="0457-B",
    )  # fmt: skip
    return record(product, donor, given_cells, *readings)


def test_cells_are_written_as_the_clinic_does():
    assert infusion_day.cells(150) == "1.50 × 10⁸"
    assert infusion_day.cells(1.99) == "1.99 × 10⁶"
    assert infusion_day.cells(150.4) == "1.50 × 10⁸"


def test_the_day_in_a_few_lines():
    found = {fact.label: fact.text for fact in infusion_day.facts(whole_day(), VISIT.id)}
    assert (
        found["Product"]
        == "Ad-MSC, a donor (allogeneic), passage 3, lot 0457-B, donor D-031, viability 94 %"
    )
    assert found["Given"].startswith(
        "1.50 × 10⁸ cells, 1.99 × 10⁶ per kg at 75.2 kg, −0.3 % from the order, 10 mL"
    )
    assert "read at 7 times; not at 2 h, 3 h, 4 h, 5 h, 6 h" in found["Monitoring"]
    assert "the furthest: Pulse 118 /min at 5 min" in found["Monitoring"]
    groups = form_summary.record_groups(whole_day(), VISIT)
    assert [group.title for group in groups] == ["Infusion"]
    said, good = infusion_day.rate(whole_day(), VISIT.id)
    assert good
    assert said == "1.99 × 10⁶ per kg · 5 min · 2.0 mL/min: as in the protocol"


def test_an_infusion_that_was_not_done_says_why():
    found = infusion_day.facts(record(one("infusion", {}, not_done=NotDone.REFUSED)), VISIT.id)
    assert [(fact.label, "refused" in fact.text) for fact in found] == [("Infusion", True)]


def test_the_grid_on_paper_has_every_time_and_says_what_is_out_of_range():
    source = OfMonitoring(
        clinic=Clinic(name="ALS clinic"), file_name="clinic.als", printed_by="Dr. Demo", printed_at=START, head=None,
        record=whole_day(), names={}, visit_id=VISIT.id, signed=(),
    )  # fmt: skip
    printed = " ".join(text_of(named("monitoring-grid").make(source)).split())
    for words in (
        "0457-B",
        "1.50 × 10⁸",
        "118 high",
        "before",
        "6 h",
        "refused",
        "Usual, by the settings",
    ):
        assert words in printed
    assert "84 high" not in printed


def test_the_form_of_the_program_has_the_times():
    choices = catalog.newest()["monitoring"].field("planned").choices
    assert tuple(choice.id for choice in choices) == (*PLANNED, "between")


def moved(key, minutes, **more):
    """A reading that was taken so many minutes after the start."""
    at = START + timedelta(minutes=minutes)
    return one("monitoring", {"planned": key, "at": at.isoformat(), "pulse": 80.0, **more})


@pytest.mark.parametrize(
    ("minutes", "gap"), [(34, "4 min later"), (29, "1 min earlier"), (30, None)]
)
def test_when_it_was_really_taken_is_said_beside_the_planned_time(minutes, gap):
    (half,) = [each for each in times(infusion(), moved("30", minutes)) if each.key == "30"]
    planned, taken = (f"{(START + timedelta(minutes=n)).astimezone():%H:%M}" for n in (30, minutes))
    assert half.clock == taken
    assert half.planned_words == (f"planned {planned}" if gap else "")
    assert half.taken_words == (f"planned {planned}, taken {taken}, {gap}" if gap else "")


def test_without_a_start_no_reading_deviates():
    (half,) = [each for each in times(moved("30", 34)) if each.key == "30"]
    assert (half.planned, half.deviation, half.taken_words) == (None, None, "")


def test_a_note_and_the_planned_time_are_on_paper_and_in_the_casebook():
    noted = record(infusion(), moved("30", 34, note="Patient coughed."))
    given = {
        "clinic": Clinic(name="ALS clinic"), "file_name": "clinic.als", "printed_by": "Dr. Demo",
        "printed_at": START, "head": None, "record": noted, "names": {}, "signed": (),
    }  # fmt: skip
    planned = f"planned {(START + timedelta(minutes=30)).astimezone():%H:%M}"
    grid = line_of(named("monitoring-grid").make(OfMonitoring(**given, visit_id=VISIT.id)))
    assert "Patient coughed." in grid and planned in grid
    taken = f"{(START + timedelta(minutes=34)).astimezone():%H:%M}"
    casebook = line_of(named("casebook").make(OfCasebook(**given, entries=1)))
    assert "Patient coughed." in casebook and taken in casebook
