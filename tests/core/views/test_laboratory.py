"""Laboratory results where they are read: summary, chart rows, export, paper, alerts."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from core import exports
from core.acts import signing
from core.entering.laboratory import Sample, Sheet
from core.entering.visit.draft import Draft
from core.exports import chart_csv
from core.findings import alerts
from core.forms import catalog as forms
from core.laboratory import catalog
from core.model.assessment import NotDone
from core.model.form_record import FormRecord, Item
from core.model.measurement import Measurement
from core.model.patient import Sex
from core.protocols import catalog as protocols
from core.reports import blank_forms
from core.views import laboratory as views
from core.views import visit_summary
from core.views.stack import fields
from tests.core.examples import a_patient, a_record, a_visit
from tests.core.laboratory.made_up import a_result
from tests.pdf import text_of
from tests.ui.laboratory import FEW, SCHEDULE, add_schedule

DAY, BEFORE = date(2026, 11, 28), date(2026, 9, 20)
PATIENT = a_patient(record_number="7", sex=Sex.MALE, reference_on=date(2026, 5, 21))
VISIT = a_visit(PATIENT, DAY, "M6")
EARLIER = a_visit(PATIENT, BEFORE, "M4")


@pytest.fixture(autouse=True)
def forget():
    yield
    forms.use_own([])
    protocols.use_own([])


def of(visit, test, text, low=None, high=None, **given):
    fields_ = {"patient_id": PATIENT.id, "visit_id": visit.id, "taken_on": visit.date} | given
    return a_result(test, text, low, high, **fields_)


RESULTS = (
    of(EARLIER, "alt", "84", high=41),
    of(VISIT, "alt", "132", high=41, taken_at=time(8, 20)),
    of(VISIT, "creatinine", "0.5", 62, 106, unit="mg/dL", taken_at=time(8, 20)),
    of(VISIT, "tsh", "<0.05", 0.4, 4.0, taken_at=time(8, 20)),
    of(VISIT, "sodium", "140", 136, 145, taken_at=time(8, 20)),
    of(VISIT, "hbsag", "neg", taken_at=time(8, 20)),
)
RECORD = a_record(PATIENT, EARLIER, VISIT, laboratory=RESULTS)


def test_a_summary_says_how_much_there_is_and_what_is_out_of_range():
    (fact,) = visit_summary.build(RECORD, VISIT.id, {}).laboratory
    assert fact.label == "Laboratory"
    assert fact.text == (
        "3 of 5 out of range (28 Nov 2026, 08:20, University hospital): ALT 132 U/L high (3.2 × ULN, CTCAE 2);"
        " Creatinine 0.5 mg/dL low; TSH < 0.05 mIU/L low"
    )
    (fact,) = visit_summary.build(RECORD, EARLIER.id, {}).laboratory
    assert fact.text.startswith(
        "1 of 1 out of range (20 Sep 2026, University hospital): ALT 84 U/L"
    )
    without = replace(RECORD, laboratory=())
    assert visit_summary.build(without, VISIT.id, {}).laboratory == ()


def test_a_summary_says_the_worst_first_and_counts_the_rest():
    """The summary is one page."""
    limits = {
        "ast": "41",
        "alp": "41",
        "ggt": "41",
        "ck": "41",
        "ldh": "41",
        "tsh": "41",
        "crp": "41",
        "esr": "41",
    }
    mild = [of(VISIT, test, text, high=40) for test, text in limits.items()]
    record = replace(RECORD, laboratory=(*mild, of(VISIT, "alt", "900", high=41)))
    (fact,) = visit_summary.build(record, VISIT.id, {}).laboratory
    assert fact.text.startswith(
        "9 of 9 out of range (28 Nov 2026, University hospital): ALT 900 U/L"
    )
    assert fact.text.endswith("; 1 more") and fact.text.count(";") == 8


def test_a_result_that_came_later_is_no_part_of_a_finished_visit():
    late = of(
        VISIT, "ck", "900", high=190, visit_id=None, entered_at=datetime(2027, 1, 1, tzinfo=UTC)
    )
    record = replace(RECORD, laboratory=(*RESULTS, late))
    assert record.known_at(VISIT).laboratory == RESULTS
    assert signing.data_hash(record, VISIT.id) == signing.data_hash(RECORD, VISIT.id)
    known = replace(late, entered_at=VISIT.started_at)
    assert known in replace(RECORD, laboratory=(known,)).known_at(VISIT).laboratory
    assert late in record.up_to(DAY).laboratory


def test_each_test_is_a_row_of_the_chart_in_its_own_unit():
    found = {plot.id: plot for plot in fields.plots(RECORD) if plot.id.startswith("laboratory.")}
    assert list(found) == [f"laboratory.{test}" for test in ("alt", "creatinine", "sodium", "tsh")]
    alt = found["laboratory.alt"]
    assert (alt.title, alt.unit) == ("Laboratory: ALT", "U/L")
    assert [(point.day, point.value, point.sure) for point in alt.series[0].points] == [
        (BEFORE, 84, True),
        (DAY, 132, True),
    ]
    assert found["laboratory.creatinine"].series[0].points[0].value == pytest.approx(44.2)
    (tsh,) = found["laboratory.tsh"].series[0].points
    assert (tsh.sure, tsh.note) == (False, "< 0.05"), "never the number without its mark"


def test_the_export_has_a_line_for_each_result():
    nothing = replace(of(VISIT, "ck", "1"), value=None, typed="", not_done=NotDone.REFUSED)
    noted = replace(RESULTS[1], note="Dr. Karimi phoned")
    record = replace(RECORD, laboratory=(RESULTS[0], noted, *RESULTS[2:], nothing))
    text = chart_csv.render(record).decode("utf-8-sig")
    rows = [
        row for row in csv.DictReader(io.StringIO(text)) if row["result"].startswith("Laboratory")
    ]
    said = {(row["date"], row["result"]): row for row in rows}
    alt = said["2026-11-28", "Laboratory: ALT"]
    assert (alt["visit"], alt["value"], alt["raw value"], alt["unit"], alt["quality"], alt["remark"]) == (
        "M6", "132", "132.0", "U/L", "high", "reference ≤ 41",
    )  # fmt: skip
    creatinine = said["2026-11-28", "Laboratory: Creatinine"]
    assert (creatinine["value"], creatinine["unit"]) == ("44", "µmol/L")
    assert creatinine["remark"] == "reference 62 – 106; typed as 0.5 mg/dL"
    tsh = said["2026-11-28", "Laboratory: TSH"]
    assert (tsh["value"], tsh["raw value"]) == ("< 0.05", "<0.05")
    assert said["2026-11-28", "Laboratory: HBsAg"]["value"] == "negative"
    ck = said["2026-11-28", "Laboratory: CK"]
    assert (ck["value"], ck["raw value"], ck["remark"]) == ("", "", "not done: refused")
    assert "Karimi" not in text and "University hospital" not in text
    assert exports.named("chart-data") is not None


def riluzole():
    values = {"substance": "Riluzole", "ongoing": 1, "started": "2026-01"}
    return FormRecord(
        patient_id=PATIENT.id,
        form="medicine",
        version="1",
        entered_by="nurse",
        entered_at=VISIT.started_at,
        items={name: Item(value=value) for name, value in values.items()},
        course=forms.newest()["medicine"].course,
    )


def a18(record):
    return [
        one for one in alerts.evaluate(record, VISIT) for fact in one.details if fact.code == "A18"
    ]


def test_alt_on_riluzole_asks_for_a_decision_by_the_value_and_the_limit_stored_with_it():
    above = of(VISIT, "alt", "206", high=41)
    at_limit = of(VISIT, "alt", "205", high=41)
    assert a18(replace(RECORD, laboratory=(above,), forms=(riluzole(),)))
    assert not a18(replace(RECORD, laboratory=(at_limit,), forms=(riluzole(),)))
    assert not a18(replace(RECORD, laboratory=(replace(above, high=None),), forms=(riluzole(),)))
    assert not a18(replace(RECORD, laboratory=(of(VISIT, "alt", "<206", high=41),)))


def test_a_sample_taken_after_its_visit_counts_at_that_visit():
    next_day = of(VISIT, "alt", "206", high=41, taken_on=date(2026, 11, 29))
    assert a18(replace(RECORD, laboratory=(next_day,)))


def test_what_was_entered_as_a_multiple_before_stays_as_it_was():
    measured = Measurement(visit_id=VISIT.id, kind="alt_uln", value=6.1)
    record = replace(RECORD, laboratory=(), measurements=(measured,))
    assert a18(record)
    summary = visit_summary.build(record, VISIT.id, {})
    assert [fact.text for fact in summary.measurements] == ["6.1 × ULN"]


def test_the_texts_of_an_event_say_value_reference_and_sample():
    result = RESULTS[1]
    proposal, _remark = views.remarked(RECORD, result)
    assert views.event_texts(result, proposal) == {
        "term": "Alanine aminotransferase increased",
        "onset": "2026-11-28",
        "grade": "2",
        "note": "ALT 132 U/L (3.2 × ULN; reference ≤ 41, University hospital), sample of 28 Nov 2026, 08:20",
    }


def test_a_blank_form_has_the_tests_of_its_visit(session, tmp_path):
    for schedule in (SCHEDULE, FEW.replace('version = "1"', 'version = "2"')):
        add_schedule(session, tmp_path, schedule)
    how = {"printed_by": "N. Urse", "printed_at": VISIT.started_at, "head": None}

    def page_of(version, code):
        protocol = protocols.named("with-laboratory", version)
        return text_of(blank_forms.render(protocol, code, session.clinic, **how))

    usual, screening, few = page_of("1", "M6"), page_of("1", "S"), page_of("2", "M6")
    assert "Sample taken on" in usual and "Creatinine" in usual and "HBsAg" not in usual
    assert "HTLV-1/2" in screening and "Urine culture" in screening
    assert "Urine culture" in few and "Creatinine" not in few


def test_a_visit_with_a_task_of_that_name_has_no_step(session):
    patient = a_patient(record_number="9", reference_on=BEFORE)
    visit = a_visit(patient, DAY, "M2", finished=False)
    with session.write("registered"):
        session.patients.save(patient)
        session.visits.save(visit)
    draft = Draft(session, patient.id, visit.id)
    assert "laboratory" in protocols.of(patient).assessments_of("M2")
    assert not draft.asks("laboratory")
    assert draft.tasks.asked


def test_a_sheet_stores_what_is_needed_to_judge_a_value_later(session):
    patient = a_patient(record_number="9", sex=Sex.FEMALE, born=date(1960, 11, 28))
    with session.write("registered"):
        session.patients.save(patient)
    sheet = Sheet(session.record(patient.id), Sample(taken_on=DAY), (), session.login)
    result = sheet.result(catalog.tests()["alt"], "132")
    assert (result.sex, round(result.age_years, 2), result.high) == (Sex.FEMALE, 66, None)
    assert (
        views.table(
            session.record(patient.id), (), {"alt": result}, {}, (DAY, None, "Sample"), {}
        ).rows
        == ()
    )
