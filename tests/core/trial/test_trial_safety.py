"""The trial's own adverse events, entered as its report tells them: its counts, its table, and its contradictions."""

import pytest

from core.entering import event_saving, records
from core.entering.event_form import EventForm
from core.entering.record_entry import RecordEntry
from core.findings import event_questions
from core.forms import catalog
from core.forms.reading import Limits
from core.model import event_details
from core.model.adverse_event import Grade, Milestone, MilestoneKind, Outcome
from core.model.clinic_event import ClinicEvent
from core.model.partial_date import PartialDate
from core.views import safety_tables
from tests.core.examples import a_patient
from tests.core.trial import story


class Clinic:
    """The trial's patients in a real file, by their letters."""

    def __init__(self, session, told):
        self.session, self.patients = session, {}
        for letter in sorted({*told, *(one[0] for one in story.DEVICES), "j", "k"}):
            patient = a_patient(
                record_number=letter, registered_on=story.DAY_0, reference_on=story.DAY_0
            )
            with session.write("registered"):
                session.patients.save(patient)
            self.patients[letter] = patient
        for letter, events in told.items():
            for texts in events:
                self.enter(letter, texts)

    def record(self, letter):
        return self.session.record(self.patients[letter].id)

    def form(self, letter, texts):
        form = EventForm(self.record(letter), self.session.login)
        for name, text in texts.items():
            form.type(name, text)
        return form

    def enter(self, letter, texts):
        judged = self.form(letter, texts).judge()
        assert judged.problems == {}, (letter, texts["term"])
        event_saving.save(self.session, self.record(letter), judged.entered)

    def device(self, letter, kind, on):
        form = catalog.newest()["device"]
        texts = {"kind": kind, "status": "used", "started": story.day(on)}
        limits = Limits(latest=story.DAY_0.replace(year=2020))
        entry = RecordEntry(form, self.patients[letter].id, "dr.demo", limits, texts=texts)
        records.save(self.session, form, entry.record)

    def died(self, letter, on, note=""):
        death = Milestone(
            patient_id=self.patients[letter].id,
            kind=MilestoneKind.DEATH,
            happened_on=PartialDate.of(on),
            note=note,
        )
        with self.session.write("died"):
            self.session.milestones.save(death)

    def details(self, letter):
        record = self.record(letter)
        return [event_details.details(record, event) for event in record.events]

    def of_term(self, letter, coded):
        return next(one for one in self.details(letter) if one.event.coded_term == coded)

    def asked(self, letter):
        record = self.record(letter)
        return {
            question.rule
            for known in self.details(letter)
            for question in event_questions.questions(record, known)
        }

    def listed(self):
        return [
            ClinicEvent(number=letter, details=known, treated=PartialDate.of(story.DAY_0))
            for letter in self.patients
            for known in self.details(letter)
        ]


@pytest.fixture
def text(session):
    made = Clinic(session, story.TEXT)
    for device in story.DEVICES:
        made.device(*device)
    for letter, on in story.DEATHS:
        made.died(letter, on)
    return made


@pytest.fixture
def table(session):
    return Clinic(session, story.TABLE)


def patients(clinic):
    return {one.term: one.patients for one in safety_tables.counted(clinic.listed())}


def test_the_texts_events_give_the_texts_counts(text):
    assert patients(text) == story.TOLD


def test_the_printed_rows_give_table_2(table):
    assert patients(table) == story.TABLE_2
    (tachycardia,) = (
        one for one in safety_tables.counted(table.listed()) if one.term == "Sinus tachycardia"
    )
    assert (tachycardia.events, tachycardia.serious) == (3, 0)


def test_where_the_two_tellings_differ():
    every = {**story.TOLD, **story.TABLE_2}
    found = {
        term: (story.TOLD.get(term, 0), story.TABLE_2.get(term, 0))
        for term in every
        if story.TOLD.get(term, 0) != story.TABLE_2.get(term, 0)
    }
    assert found == story.DIFFERENCES


def test_row_8_an_embolism_that_was_fatal_and_survived_asks(table):
    """The table says death; the text tells of a gastrostomy five months later."""
    table.device("g", "gastrostomy", 300)
    assert "fatal-and-survived" in table.asked("g")


def test_row_9_two_days_of_onset_ask(text):
    """The abstract says 36 days, the text three weeks."""
    form = text.form(
        "g", {**story.embolism(36, "not_recovered"), "onset_said": "three weeks after the infusion"}
    )
    judged = form.judge()
    assert "two-onsets" in {one.rule for one in judged.asked}


def test_row_10_a_life_threatening_event_that_is_not_serious_asks(text):
    texts = {**story.TEXT["h"][2], "criteria": ""}
    judged = text.form("h", texts).judge()
    assert judged.problems == {}
    assert "grave-not-serious" in {one.rule for one in judged.asked}
    assert text.of_term("h", "Respiratory failure").event.serious


def test_row_11_patients_and_events_are_counted_apart(session):
    twice = {"a": [story.tachycardia(), story.tachycardia()], "b": [story.tachycardia()]}
    clinic = Clinic(session, twice)
    (line,) = safety_tables.counted(clinic.listed())
    assert (line.patients, line.events) == (2, 3)


def test_row_12_what_was_said_and_the_coded_term_are_both_kept(text):
    said = text.of_term("c", "Hypertension").event
    assert (said.term, said.coded_term) == ("Blood pressure 180/100 mmHg", "Hypertension")
    assert {one.event.coded_term for one in text.details("d")} == {"Headache", "Vertigo"}


def test_row_13_a_procedure_among_the_events_asks(table):
    assert "procedure" in table.asked("i")


def test_row_13_as_a_device_it_asks_nothing(text):
    assert [one.kind for one in text.record("i").devices] == ["gastrostomy"]
    assert "procedure" not in text.asked("g")


def test_row_14_a_diagnosis_is_revised_and_its_history_stays(text):
    known = text.of_term("f", "Lung infection")
    record = text.record("f")
    form = EventForm(record, text.session.login, event=known.event)
    form.revise()
    form.type("term", "Aspiration pneumonia")
    judged = form.judge()
    assert judged.problems == {}
    event_saving.save(text.session, record, judged.entered)
    revised = next(one for one in text.details("f") if one.event.id == known.event.id)
    assert revised.event.term == "Aspiration pneumonia"
    assert [one.term for one in revised.diagnoses] == ["Bacterial pneumonia"]


def test_three_deaths_close_the_schedule_and_name_no_cause_by_themselves(text):
    for letter, on in story.DEATHS:
        record = text.record(letter)
        assert record.died_on == PartialDate.of(on)
        assert record.participation_ended == on
    embolism = text.of_term("h", "Thromboembolic event").event
    assert embolism.outcome is Outcome.NOT_RECOVERED
    assert embolism.grade is Grade.LIFE_THREATENING


def test_everything_that_was_entered_is_in_the_trail(text):
    entities = {
        row["entity"] for row in text.session._db.query("SELECT DISTINCT entity FROM audit")
    }
    assert {"adverse_event", "record", "item", "milestone"} <= entities
