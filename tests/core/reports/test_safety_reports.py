"""Listing, table and report of adverse events on paper and as data, read back."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.acts import documents
from core.exports import EXPORTS
from core.exports import named as export
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.clinic_event import ClinicEvent
from core.model.document import About
from core.model.event_details import EventDetails
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from core.reports import named
from core.views import safety_tables
from core.views.event_narrative import narrative
from tests.core.examples import a_patient
from tests.pdf import line_of

DAY_0 = date(2014, 3, 10)
AWARE = datetime(2014, 5, 14, 9, 30, tzinfo=UTC)


def event(number, term, day, *, began_at=None, outcome=Outcome.RECOVERED, serious=False, **changes):
    """An event on a day since the infusion, which was at 10:04; ``day`` None of somebody who had none."""
    given = {
        "patient_id": number,
        "term": term,
        "onset": PartialDate.of(DAY_0 + timedelta(days=day or 0)),
        "grade": Grade.MODERATE,
        "serious": serious,
        "outcome": outcome,
    }
    return ClinicEvent(
        number=number,
        details=EventDetails(event=AdverseEvent(**given | changes), record=None, began_at=began_at),
        treated=None if day is None else PartialDate.of(DAY_0),
        treated_at=time(10, 4),
    )


def test_patients_and_events_are_counted_apart():
    """The specification's row 11: tachycardia is 2 in the text, and 3 with the woman of the hypertension."""
    found = safety_tables.counted(
        [
            event("2", "Fast pulse", 0, coded_term="Sinus tachycardia", began_at=time(10, 6)),
            event("4", "Fast pulse", 0, coded_term="Sinus tachycardia", began_at=time(10, 14)),
            event("4", "Fast pulse again", 1, coded_term="Sinus tachycardia"),
            event("9", "Pulmonary embolism", 60, coded_term="Thromboembolic event", serious=True,
                  outcome=Outcome.FATAL),
            event("15", "Pulmonary embolism", 21, coded_term="Thromboembolic event", serious=True,
                  outcome=Outcome.RECOVERED_WITH_SEQUELAE),
        ]
    )  # fmt: skip
    rows = {one.term: one for one in found}
    pulse, embolism = rows["Sinus tachycardia"], rows["Thromboembolic event"]
    assert (pulse.patients, pulse.events, pulse.serious) == (2, 3, 0)
    assert pulse.since == "2 min; 10 min; day 1"
    assert (embolism.patients, embolism.events, embolism.serious) == (2, 2, 2)
    assert embolism.since == "day 21; day 60"
    assert embolism.outcomes == "1 recovered with sequelae, 1 fatal"


def test_what_came_before_the_infusion_is_not_counted_and_that_is_said():
    events = [
        event("1", "Fall", -9, ended=PartialDate.of(DAY_0 - timedelta(days=8))),
        event("1", "Headache", 3),
        event("2", "Fall", None),
        event("3", "Cough", 0, onset=PartialDate(2014)),  # before or after: it cannot be said
    ]
    assert {one.term for one in safety_tables.counted(events)} == {"Headache", "Cough"}
    assert safety_tables.left_out(events) == (
        "Not counted: 1 event before the infusion; 1 event of patients without an infusion."
    )
    assert safety_tables.left_out(events[1:2]) == ""


@pytest.fixture
def entered(session):
    """A serious event of a patient with a name, told by all its forms."""
    patient = a_patient(
        record_number="A-012", family_name="Karimi", given_name="Shirin", reference_on=DAY_0
    )
    one = AdverseEvent(
        patient_id=patient.id,
        term="Pulmonary embolism",
        coded_term="Thromboembolic event",
        onset=PartialDate.of(DAY_0 + timedelta(days=65)),
        grade=Grade.SEVERE,
        serious=True,
        outcome=Outcome.RECOVERING,
    )
    own = event_details.record_id(one.id)

    def part(form, **values):
        return FormRecord(
            patient_id=patient.id,
            within=own,
            form=form,
            version="1",
            entered_by=session.login,
            entered_at=AWARE,
            items={name: Item(value=value) for name, value in values.items()},
        )

    details = part(
        event_details.FORM,
        began_at="15:10",
        aware_at=AWARE.isoformat(),
        criteria="hospital",
        action="not_applicable",
        treatment="medicine\nhospital",
        treated_with="=Warfarin",
        evidence="CT angiogram",
    )
    with session.write("entered"):
        session.patients.save(patient)
        session.events.save(one)
        session.forms.save(replace(details, within=None, id=own))
        for record in (
            part(event_details.JUDGEMENT, product="possible", expected="unexpected", document="IB 2"),
            part(event_details.COURSE, day="2014-05-14", grade=2, state="at home"),
            part(event_details.DIAGNOSIS, term="Chest pain", until="2014-05-16", why="CT"),
            part(event_details.REPORT, to="sponsor", number=1, sent_at=AWARE.isoformat(),
                 how="email", sent_by="Dr N", narrative="As it was told at first."),
        ):  # fmt: skip
            session.forms.save(record)
    return one


def test_the_listing_as_csv_has_everything_and_no_name(session, entered):
    made = documents.export(session, export("line-listing-csv"), About()).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(made))
    assert row["Patient"] == "A-012"
    assert row["CTCAE 5.0 term"] == "Thromboembolic event"
    assert row["Organ class"] == "Vascular disorders"
    assert row["Began"] == "2014-05-14"
    assert row["Began at"] == "15:10"
    assert row["Day since infusion"] == "65"
    assert row["Treatment-emergent"] == "yes"
    assert row["The clinic knew on"] == "2014-05-14T09:30+00:00"
    assert row["Caused by the product"] == "possible"
    assert row["Caused by the procedure"] == ""
    assert row["Expected"] == "unexpected"
    assert row["Course"] == "2014-05-14: grade 2 at home"
    assert row["Earlier diagnoses"] == "Chest pain until 2014-05-16"
    assert row["Reports sent"].startswith("sponsor 1: 14 May 2014")
    assert row["Treated with"] == "'=Warfarin"  # no spreadsheet takes it for a formula
    assert "Karimi" not in made


def test_the_listing_and_the_table_on_paper_say_what_is_known(session, entered):
    listing = line_of(documents.export(session, named("line-listing"), About()))
    for words in (
        "A-012",
        "Pulmonary embolism",
        "hospital",
        "day 65",
        "unexpected",
        "recovering",
    ):
        assert words in listing
    assert "Karimi" not in listing
    table = line_of(documents.export(session, named("events-counted"), About()))
    assert "Thromboembolic event 1 1 1 day 65 1 recovering" in table


def test_an_empty_clinic_has_a_listing_that_says_so(session):
    assert "No adverse event is recorded." in line_of(
        documents.export(session, named("line-listing"), About())
    )


@pytest.mark.parametrize("choice", ["cioms", "plain"])
def test_a_report_prints_what_a_person_wrote_and_no_name(session, entered, choice):
    record = session.record(entered.patient_id)
    (report,) = event_details.details(record, entered).reports
    about = About(
        patient_id=entered.patient_id,
        event_id=entered.id,
        report_id=report.record.id,
        choice=choice,
    )
    said = line_of(documents.export(session, named("event-report"), about))
    for words in (
        "initial report", "sponsor", "As it was told at first.", "A-012", "day 65",
        "product possible, procedure not assessed; unexpected by IB 2",
    ):  # fmt: skip
        assert words in said
    assert "Karimi" not in said
    if choice == "cioms":
        assert "[×] hospital, or a longer stay" in said
        assert "[ ] results in death" in said
    assert "Shirin" not in said


def test_the_narrative_tells_what_is_recorded_and_says_what_is_not(session, entered):
    told = narrative(session.record(entered.patient_id), entered.id, session.users.names())
    for sentence in (
        "Infused on 10 Mar 2014.",
        "On 14 May 2014 15:10 (day 65 after the infusion): Pulmonary embolism (CTCAE: Thromboembolic event), grade 3 severe.",
        "It was first called Chest pain, until 16 May 2014: CT.",
        "Serious because: hospital, or a longer stay.",
        "From 14 May 2014: grade 2 moderate at home.",
        "Treatment: medicine, hospital: =Warfarin.",
        "Outcome: recovering.",
    ):
        assert sentence in told.splitlines()
    assert "Karimi" not in told
    with session.write("before the forms"):
        old = replace(entered, id=type(entered.id)("old"))
        session.events.save(old)
    told = narrative(session.record(entered.patient_id), old.id, {})
    assert "Serious; the criterion is not recorded." in told
    assert "Cause and expectedness are not assessed yet." in told


def test_file_names_tell_no_patient():
    for one in (named("line-listing"), named("event-report"), *EXPORTS):
        assert "{" not in one.stem
