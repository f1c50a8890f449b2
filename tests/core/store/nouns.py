"""One stored value of every kind, and how to save it: what must hold for each noun is tested for all."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import Answer, NotDone
from core.model.form_record import Item
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult
from core.model.user import Clinic
from core.model.visit import Mark, TaskResult, VisitMark
from core.session import new_user
from tests.core.examples import a_move, a_patient, a_spirometry, a_visit
from tests.files import sample_clinic as sample

# Tables in the order in which foreign keys let them be filled.
NOUNS = (
    "clinic",
    "user",
    "rater_training",
    "calibration_check",
    "patient",
    "schedule_move",
    "external_result",
    "visit",
    "visit_mark",
    "appointment",
    "form",
    "answer",
    "spirometry",
    "blow",
    "adverse_event",
    "milestone",
    "task_result",
    "typed_text",
    "measurement",
    "reconciliation",
    "decision",
    "sheet_text",
    "criterion_result",
    "threshold",
    "record",
    "item",
    "attachment",
    "record_check",
    "definition",
    "laboratory",
    "synonym",
    "dictionary",
    "reference_range",
    "lab_result",
    "data_query",
    "query_reply",
)

# Questions, answers and definitions are never changed or removed.
STAYING = ("data_query", "query_reply", "definition")


@dataclass
class Nouns:
    """``save("visit")`` saves one row of that table, in a session that has the rows it refers to."""

    session: Any

    def __post_init__(self):
        self.person = a_patient(record_number="12")
        self.meeting = a_visit(self.person, date(2026, 6, 2), "M2", finished=False)
        self.test = a_spirometry(self.meeting)
        self.event = AdverseEvent(
            patient_id=self.person.id,
            visit_id=self.meeting.id,
            term="Headache",
            onset=PartialDate(2026, 5),
            grade=Grade.MILD,
            serious=False,
            outcome=Outcome.RECOVERED,
        )
        self.turning_point = Milestone(
            patient_id=self.person.id, kind=MilestoneKind.NIV, happened_on=PartialDate(2026, 5)
        )
        self.move = a_move(self.person)
        self.stated = ExternalResult(
            patient_id=self.person.id, kind=ExternalKind.FVC_PERCENT, value=57.7, source="letter"
        )
        self.login = new_user("nurse", "N. Urse")

    def save(self, noun):
        s, visit_id = self.session, self.meeting.id
        match noun:
            case "clinic":
                s.clinics.save(Clinic(name="Another name"))
            case "user":
                s.users.save(self.login)
            case "patient":
                s.patients.save(self.person)
            case "external_result":
                s.external.save(self.stated)
            case "visit":
                s.visits.save(self.meeting)
            case "visit_mark":
                mark = VisitMark(
                    patient_id=self.person.id, code="M4", mark=Mark.MISSED, reason="abroad"
                )
                s.marks.save(mark)
            case "appointment":
                s.appointments.save(replace(sample.APPOINTMENT, patient_id=self.person.id))
            case "form":
                s.assessments.open(visit_id, "alsfrs-r", "1", "dr.demo")
            case "answer":
                answer = Answer(item="walking", not_done=NotDone.REFUSED, note="tired")
                s.assessments.save_answer(visit_id, "alsfrs-r", "walking", answer)
            case "spirometry":
                s.spirometry.save(self.test)
            case "blow":
                s.spirometry.save(a_spirometry(self.meeting, 3200, id=self.test.id))
            case "adverse_event":
                s.events.save(self.event)
            case "milestone":
                s.milestones.save(self.turning_point)
            case "task_result":
                s.tasks.save(TaskResult(visit_id=visit_id, task="mri", done=True))
            case "typed_text":
                s.typed.save("visit", visit_id, "weight", "7o")
            case "measurement":
                s.measurements.save(Measurement(visit_id=visit_id, kind="snip", value=52.0))
            case "reconciliation":
                s.reconciliations.save(replace(sample.RECONCILIATION, visit_id=visit_id))
            case "decision":
                s.decisions.save(
                    replace(sample.DECIDED, patient_id=self.person.id, visit_id=visit_id)
                )
            case "criterion_result":
                s.criteria.save(replace(sample.CRITERION, patient_id=self.person.id))
            case "threshold":
                s.thresholds.save("a1_vc_percent", 55.0)
            case "record":
                record = replace(
                    sample.MEDICINE, patient_id=self.person.id, visit_id=visit_id, items={}
                )
                s.forms.save(record)
            case "item":
                s.forms.save(
                    replace(
                        sample.MEDICINE,
                        patient_id=self.person.id,
                        visit_id=visit_id,
                        items={"dose": Item(value=100.0, note="x", kept="y")},
                    )
                )
            case "record_check":
                s.checks.save(replace(sample.CHECK, visit_id=visit_id))
            case "definition":
                s.definitions.add(sample.DEFINITION)
            case "attachment":
                if s.attachments.one(sample.ATTACHMENT.id) is None:  # never written twice
                    made = replace(sample.ATTACHMENT, patient_id=self.person.id)
                    s.attachments.add(made, sample.SCAN)
            case "rater_training":
                s.trainings.save(sample.TRAINING)
            case "calibration_check":
                s.calibrations.save(sample.CALIBRATION)
            case "schedule_move":
                s.moves.save(self.move)
            case "sheet_text":
                text = replace(sample.SHEET_TEXT, patient_id=self.person.id, visit_id=visit_id)
                s.sheet_texts.save(text)
            case "synonym":
                s.synonyms.save(sample.SYNONYM)
            case "dictionary":
                s.dictionaries.add(sample.DICTIONARY, sample.WORDS)
            case "laboratory":
                s.laboratories.save(sample.LABORATORY)
            case "reference_range":
                s.reference_ranges.save(sample.RANGE)
            case "lab_result":
                s.lab_results.save(
                    replace(sample.LAB_RESULT, patient_id=self.person.id, visit_id=visit_id)
                )
            case "data_query":
                asked = replace(sample.QUERY, patient_id=self.person.id, visit_id=visit_id)
                s.queries.save(asked)
            case "query_reply":
                s.queries.reply(sample.REPLY)

    def save_all(self):
        with self.session.write("all"):
            for noun in NOUNS:
                self.save(noun)

    def rows(self, table):
        return list(self.session._db.query(f"SELECT * FROM {table}"))

    def audit(self, entity=None):
        return [row for row in self.rows("audit") if entity in (None, row["entity"])]
