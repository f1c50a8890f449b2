"""The export of a chart: a line for each result, with its day, its unit and the decimals that it is known to."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exports import chart_csv
from core.forms import catalog
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import NotDone
from core.model.form_record import FormRecord, Item
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from core.science.spirometry import evaluate
from tests.core.examples import a_form, a_patient, a_record, a_spirometry, a_visit, summing_to
from tests.core.forms.made_up import stored

FIRST, SECOND = date(2026, 3, 1), date(2026, 5, 1)
PATIENT = a_patient(
    family_name="Karimi", given_name="Sara", sex=Sex.FEMALE, born=date(1970, 1, 2), height_cm=165.0
)


def rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def table(record, remark=""):
    head, *lines = rows(chart_csv.render(record, remark))
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_every_result_is_a_line_with_its_day_unit_and_quality():
    visit = a_visit(PATIENT, FIRST, "M2", weight_kg=71.25)
    session = a_spirometry(visit, 3123, 3050, 2990, device_percent=70.0)
    record = a_record(
        PATIENT,
        visit,
        assessments=(a_form(visit, summing_to(37)),),
        spirometry=(session,),
        measurements=(Measurement(visit_id=visit.id, kind="snip", value=62.4),),
    )
    lines = table(record)
    assert {(line["date"], line["visit"]) for line in lines} == {("2026-03-01", "M2")}
    found = {line["result"]: line for line in lines}

    def said(result, *columns):
        return [found[result][column] for column in columns]

    value = ("value", "raw value", "unit")
    assert said("ALSFRS-R", *value) == ["37", "37", "of 48"]
    assert said("ALSFRS-R: Bulbar", *value) == ["12", "12", "of 12"]
    assert said("FVC, seated", *value, "quality") == ["3.12", "3.123", "L", "grade A"]
    assert said("weight", *value) == ["71.2", "71.25", "kg"]
    snip = "Sniff nasal inspiratory pressure (SNIP)"
    assert said(snip, *value) == ["62", "62.4", "cmH2O"]
    by_device = "FVC, seated, % predicted by the device"
    assert said(by_device, "value", "unit", "remark") == ["70.0", "%", "its own equation"]
    result = evaluate(record.spirometry[0])
    for title, raw, decimals, unit in (
        ("FVC, seated, % predicted", result.percent, 1, "%"),
        ("FVC, seated, z-score", result.z, 2, ""),
        ("FVC, seated, lower limit of normal", result.prediction.lln, 2, "L"),
    ):
        rounded, whole, *rest = said(title, *value, "quality", "remark")
        assert rest == [unit, "grade A", "GLI Global 2022"]
        assert rounded == f"{raw:.{decimals}f}", "as exact as the screen, not more"
        assert float(whole) == raw, "with every digit"


def test_events_milestones_and_what_was_stated_are_in_it_as_far_as_their_day_is_known():
    record = a_record(
        PATIENT,
        events=(
            AdverseEvent(
                patient_id=PATIENT.id,
                term="Pneumonia",
                coded_term="Lung infection",
                note="his wife Sara said so",
                onset=PartialDate(2026, 4),
                ended=PartialDate(2026, 4, 20),
                grade=Grade.SEVERE,
                serious=True,
                outcome=Outcome.RECOVERED,
            ),
        ),
        milestones=(
            Milestone(
                patient_id=PATIENT.id, kind=MilestoneKind.NIV, happened_on=PartialDate(2026, 2, 3)
            ),
        ),
        external=(
            ExternalResult(
                patient_id=PATIENT.id,
                kind=ExternalKind.FVC_PERCENT,
                value=54.41,
                measured_on=None,
                source="letter of Dr Karimi",
            ),
        ),
    )
    stated, milestone, event = (
        {title: cell for title, cell in line.items() if cell} for line in table(record)
    )
    assert stated == {
        "result": "FVC % predicted, stated (equation unknown)",
        "value": "54.41",
        "raw value": "54.41",
        "unit": "%",
    }
    assert milestone == {"date": "2026-02-03", "result": "milestone", "value": "NIV started"}
    assert event == {
        "date": "2026-04",
        "until": "2026-04-20",
        "result": "adverse event",
        "value": "Pneumonia",
        "CTCAE grade": "3",
        "serious": "yes",
        "outcome": "recovered",
        "remark": "CTCAE term: Lung infection",
        "criteria": "criterion not recorded",  # nobody asked for one then
    }


def test_a_zero_a_part_of_a_form_and_a_refusal_are_three_different_lines():
    visits = [a_visit(PATIENT, date(2026, month, 1), "M2") for month in (3, 5, 7)]
    zero, part, refused = (a_form(visit) for visit in visits)
    zero = a_form(visits[0], (0,) * 12)
    part = a_form(visits[1], (4,) * 11 + (None,))
    refused = replace(refused, answers={}, not_done=NotDone.REFUSED)
    record = a_record(PATIENT, *visits, assessments=(zero, part, refused))
    columns = ("date", "visit", "result", "value", "raw value", "unit", "remark")
    lines = [
        [line[column] for column in columns]
        for line in table(record)
        if line["result"] in ("ALSFRS-R", "no value")
    ]
    assert lines == [
        ["2026-03-01", "M2", "ALSFRS-R", "0", "0", "of 48", ""],
        ["2026-05-01", "M2", "no value", "", "", "", "ALSFRS-R: 11 of 12 answered"],
        ["2026-07-01", "M2", "no value", "", "", "", "ALSFRS-R: not done: refused"],
    ]


def test_a_volume_without_a_prediction_says_why():
    nobody = a_patient()
    visit = a_visit(nobody, FIRST, "M2")
    record = a_record(nobody, visit, spirometry=(a_spirometry(visit, 3123, 3050, 2990),))
    volume, percent = table(record)
    columns = ("result", "value", "raw value", "unit")
    assert [volume[one] for one in columns] == ["FVC, seated", "3.12", "3.123", "L"]
    assert [percent[one] for one in columns] == ["FVC, seated, % predicted", "", "", "%"]
    assert percent["remark"].endswith("."), "a sentence that says what is missing"


def test_nobody_is_named():
    visit = a_visit(PATIENT, FIRST, note="Sara Karimi was tired")
    record = a_record(PATIENT, visit, assessments=(a_form(visit),))
    text = chart_csv.render(record).decode("utf-8-sig")
    assert (
        "Karimi" not in text and "Sara" not in text and PATIENT.record_number not in text.split(",")
    )
    assert "unscheduled" in text


def test_no_result_is_a_heading_only_and_a_remark_is_on_every_line():
    assert rows(chart_csv.render(a_record(PATIENT))) == [list(chart_csv.TITLES)]
    visit = a_visit(PATIENT, FIRST, "M2", weight_kg=70.0)
    found = rows(chart_csv.render(a_record(PATIENT, visit), "made up"))
    assert found[0][-1] == "data"
    assert [line[-1] for line in found[1:]] == ["made up"]


def of_form(form, items, **changes):
    defined = catalog.newest()[form]
    return FormRecord(
        patient_id=PATIENT.id,
        form=form,
        version=defined.version,
        entered_by="demo",
        entered_at=datetime(2026, 5, 2, 9, tzinfo=UTC),
        items={
            name: Item(not_done=value) if isinstance(value, NotDone) else Item(value=value)
            for name, value in items.items()
        },
        course=defined.course,
        **changes,
    )


def cells(lines):
    return [{title: cell for title, cell in line.items() if cell} for line in lines]


def test_a_procedure_is_in_it_without_its_place_and_the_words_on_it():
    tap = of_form(
        "procedure",
        {"what": "Lumbar puncture", "day": "2026-03-04", "planned": "planned"}
        | {"place": "Dr Karimi", "remark": "Sara was afraid"},
    )
    lines = cells(table(a_record(PATIENT, forms=(tap,))))
    value = "Lumbar puncture, planned"
    assert {"date": "2026-03-04", "result": "Procedure", "value": value} in lines
    assert "Karimi" not in str(lines) and "Sara" not in str(lines)


def test_devices_and_medicines_are_in_it_with_what_names_nobody():
    niv = of_form(
        "device",
        {"kind": "niv", "status": "used", "hours": 8.5, "detail": "from Sara Karimi"}
        | {"started": "2026-03", "ongoing": 0, "ended": "2026-04-20", "why": "Dr Karimi said so"},
    )
    riluzole = of_form(
        "medicine",
        {"substance": "Riluzole", "dose": 50, "unit": "mg", "frequency": "2_daily"}
        | {"started": "2026-01-10", "ongoing": 1, "indication": "ALS of Sara"},
    )
    record = a_record(PATIENT, forms=(niv, riluzole))
    lines = [
        line for line in cells(table(record)) if line["result"] not in ("milestone", "no value")
    ]
    dose = {"date": "2026-01-10", "raw value": "50", "value": "50", "unit": "mg"}
    assert lines == [
        {
            "date": "2026-01-10",
            "result": "Medicine",
            "value": "Riluzole 50 mg × 2 a day",
            "remark": "goes on",
        },
        {**dose, "result": "Riluzole: Single dose"},
        {**dose, "result": "Riluzole: Together a day", "value": "100", "raw value": "100"},
        {
            "date": "2026-03",
            "until": "2026-04-20",
            "result": "Device or support",
            "value": "NIV: in use 8.5 h/day",
        },
        {
            "date": "2026-03",
            "until": "2026-04-20",
            "result": "NIV: Hours a day",
            "value": "8.5",
            "raw value": "8.5",
            "unit": "h/day",
        },
    ]
    text = chart_csv.render(record).decode("utf-8-sig")
    assert "Karimi" not in text and "Sara" not in text


def test_whether_something_goes_on_is_said_as_far_as_it_is_known():
    def remark(died, **items):
        milestones = (
            Milestone(
                patient_id=PATIENT.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 6)
            ),
        )
        taken = {"substance": "Riluzole", "frequency": "daily", "started": "2026-01-10", **items}
        record = a_record(
            PATIENT,
            milestones=milestones if died else (),
            forms=(of_form("medicine", taken),),
        )
        return next(line["remark"] for line in table(record) if line["result"] == "Medicine")

    assert remark(died=False, ongoing=1) == "goes on"
    assert remark(died=True, ongoing=1) == ""
    assert remark(died=True, ongoing=0) == "ended, day not entered"


def test_what_was_not_measured_says_why_and_an_unknown_version_is_named():
    visit = a_visit(PATIENT, FIRST, "M2")
    niv = of_form(
        "device",
        {"kind": "niv", "status": "used", "hours": NotDone.NOT_ASKED, "started": "2026-02-01"},
    )
    refused = Measurement(visit_id=visit.id, kind="snip", not_done=NotDone.REFUSED)
    unknown = replace(of_form("device", {"kind": "niv"}), version="77")
    record = a_record(PATIENT, visit, measurements=(refused,), forms=(niv, unknown))
    found = {line["result"]: line for line in cells(table(record))}
    assert found["NIV: Hours a day"]["remark"] == "not asked"
    assert "value" not in found["NIV: Hours a day"]
    snip = found["Sniff nasal inspiratory pressure (SNIP)"]
    assert snip["remark"] == "not done: refused" and "value" not in snip
    assert found["device"]["remark"] == "version 77, which this program does not have"


def test_the_fev1_and_its_quotient_have_their_lines():
    visit = a_visit(PATIENT, FIRST, "M2")
    session = a_spirometry(visit, 3123, 3050, 2990)
    blows = tuple(replace(one, fev1_ml=2400 - 20 * one.number) for one in session.blows)
    record = a_record(PATIENT, visit, spirometry=(replace(session, blows=blows),))
    found = {line["result"]: line for line in table(record)}
    assert found["FEV1, FVC, seated"]["raw value"] == "2.38"
    ratio = found["FEV1/FVC, FVC, seated"]
    assert float(ratio["raw value"]) == 2380 / 3123 and ratio["value"] == "0.76"
    for name in ("FEV1, FVC, seated", "FEV1/FVC, FVC, seated"):
        assert {f"{name}, z-score", f"{name}, lower limit of normal"} <= set(found)


@pytest.mark.parametrize("form", catalog.shipped().values(), ids=lambda one: one.id)
@given(st.data())
def test_no_value_that_may_identify_leaves(form, data):
    """Whatever a form holds: only fields that say that they give nothing away are in the table."""
    secret = "Zaphod"
    items = {}
    for one in form.stored:
        if one.type.value in {"text", "long_text"}:
            items[one.id] = secret
        elif (value := data.draw(st.none() | stored(one))) is not None:
            items[one.id] = value
    record = a_record(PATIENT, forms=(of_form(form.id, items),))
    assert secret not in chart_csv.render(record).decode("utf-8-sig")
    for line in table(record):
        if line["raw value"]:
            assert float(line["raw value"]) == pytest.approx(float(line["value"]), abs=0.51)


def test_every_line_of_a_visit_that_is_still_entered_says_so():
    done = a_visit(PATIENT, FIRST, "M2", weight_kg=71.0)
    entered = a_visit(PATIENT, SECOND, "M4", finished=False, weight_kg=70.0)
    bulbar_only = (1, 1, 1, *(None,) * 9)
    record = a_record(
        PATIENT,
        done,
        entered,
        assessments=(a_form(done, summing_to(37)), a_form(entered, bulbar_only)),
        spirometry=(a_spirometry(entered, 3000, 2990, 2980),),
    )
    for line in table(record):
        is_entered = "visit in progress" in line["remark"]
        assert is_entered is (line["visit"] == "M4"), line
    assert [line["remark"] for line in table(record) if line["result"].endswith("% predicted")] == [
        "visit in progress; GLI Global 2022"
    ]


def test_spreadsheets_of_any_length_are_read_back_as_they_were_written():
    visits = [a_visit(PATIENT, FIRST + timedelta(days=7 * i), "M2") for i in range(60)]
    forms = tuple(a_form(visit, summing_to(48 - i % 30)) for i, visit in enumerate(visits))
    term = '=HYPERLINK(1), "quoted"\nsecond line'
    fall = AdverseEvent(
        patient_id=PATIENT.id,
        term=term,
        onset=PartialDate(2026),
        grade=Grade.MILD,
        serious=False,
        outcome=Outcome.UNKNOWN,
    )
    lines = table(a_record(PATIENT, *visits, assessments=forms, events=(fall,)))
    days = [line["date"] for line in lines]
    assert days == sorted(days)
    totals = [int(line["value"]) for line in lines if line["result"] == "ALSFRS-R"]
    assert totals == [48 - i % 30 for i in range(60)]
    (event,) = [line for line in lines if line["result"] == "adverse event"]
    assert event["value"].lstrip("'") == term and not event["value"].startswith("=")
