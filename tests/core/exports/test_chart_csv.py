"""The export of a chart: a line for each result, with its day, its unit and the decimals that it is known to."""

import csv
import io
from dataclasses import replace
from datetime import date

from core.exports import chart_csv
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import NotDone
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from tests.core.examples import a_form, a_patient, a_record, a_spirometry, a_visit, summing_to

FIRST, SECOND = date(2026, 3, 1), date(2026, 5, 1)
PATIENT = a_patient(
    family_name="Karimi", given_name="Sara", sex=Sex.FEMALE, born=date(1970, 1, 2), height_cm=165.0
)


def rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


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
    head, *lines = rows(chart_csv.render(record))
    assert head == ["date", "visit", "result", "value", "unit", "remark"]
    assert {(line[0], line[1]) for line in lines} == {("2026-03-01", "M2")}
    found = {line[2]: line[3:] for line in lines}
    assert found["ALSFRS-R"] == ["37", "of 48", ""]
    assert found["ALSFRS-R: Bulbar"] == ["12", "of 12", ""]
    assert found["FVC, seated"] == ["3.12", "L", "grade A"]
    percent, unit, by = found["FVC, seated, % predicted"]
    assert (unit, by) == ("%", "GLI Global 2022")
    z = found["FVC, seated, z-score"][0]
    for text, decimals in ((percent, 1), (z, 2)):
        assert len(text.partition(".")[2]) == decimals, "as exact as the screen, not more"
    assert found["FVC, seated, % predicted by the device"] == ["70.0", "%", "its own equation"]
    assert found["weight"] == ["71.2", "kg", ""]
    assert ["62", "cmH2O", ""] in found.values()


def test_events_milestones_and_what_was_stated_are_in_it_as_far_as_their_day_is_known():
    record = a_record(
        PATIENT,
        events=(
            AdverseEvent(
                patient_id=PATIENT.id,
                term="Pneumonia",
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
    assert rows(chart_csv.render(record))[1:] == [
        ["", "", "FVC % predicted, stated (equation unknown)", "54.41", "%", ""],
        ["2026-02-03", "", "milestone", "NIV started", "", ""],
        ["2026-04", "", "adverse event", "Pneumonia", "", "3 severe, serious, ended 2026-04-20"],
    ]


def test_a_zero_a_part_of_a_form_and_a_refusal_are_three_different_lines():
    visits = [a_visit(PATIENT, date(2026, month, 1), "M2") for month in (3, 5, 7)]
    zero, part, refused = (a_form(visit) for visit in visits)
    zero = a_form(visits[0], (0,) * 12)
    part = a_form(visits[1], (4,) * 11 + (None,))
    refused = replace(refused, answers={}, not_done=NotDone.REFUSED)
    record = a_record(PATIENT, *visits, assessments=(zero, part, refused))
    lines = [line for line in rows(chart_csv.render(record)) if line[2] in ("ALSFRS-R", "no value")]
    assert lines == [
        ["2026-03-01", "M2", "ALSFRS-R", "0", "of 48", ""],
        ["2026-05-01", "M2", "no value", "", "", "ALSFRS-R: 11 of 12 answered"],
        ["2026-07-01", "M2", "no value", "", "", "ALSFRS-R: not done: refused"],
    ]


def test_a_volume_without_a_prediction_says_why():
    nobody = a_patient()
    visit = a_visit(nobody, FIRST, "M2")
    record = a_record(nobody, visit, spirometry=(a_spirometry(visit, 3123, 3050, 2990),))
    volume, percent = rows(chart_csv.render(record))[1:]
    assert volume[2:5] == ["FVC, seated", "3.12", "L"]
    assert percent[2:5] == ["FVC, seated, % predicted", "", "%"]
    assert percent[5].endswith("."), "a sentence that says what is missing"


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
