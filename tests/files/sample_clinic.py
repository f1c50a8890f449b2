"""A clinic with one value of every kind, and the file of it that every schema step leaves behind.

After a step was added: python -m tests.files.sample_clinic writes the file of the newest schema beside
this module. The file of an older step is never written again: it is what that step left.
"""

import hashlib
import json
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from core.model import decision
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.appointment import Appointment
from core.model.assessment import Answer, NotDone
from core.model.attachment import Attachment, Media
from core.model.data_query import DataQuery, QueryReply
from core.model.dictionary import Dictionary, DictionaryKind, Synonym
from core.model.form_record import FormRecord, Item, RecordCheck, Since
from core.model.ids import (
    AppointmentId,
    AttachmentId,
    CheckId,
    DecisionId,
    EventId,
    ExternalResultId,
    LaboratoryId,
    LabResultId,
    LockId,
    MilestoneId,
    MoveId,
    PatientId,
    QueryId,
    RangeId,
    RecordId,
    SignatureId,
    SpirometryId,
    TrainingId,
    VisitId,
)
from core.model.judgement import CriterionResult, Decision, Reconciliation
from core.model.laboratory import Comparator, Laboratory, LabResult, ReferenceRange
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, OnsetRegion, Patient, ScheduleMove, Sex
from core.model.registers import CalibrationCheck, RaterTraining
from core.model.sheet_text import SheetText
from core.model.signature import Lock, LockLevel, Meaning, Signature
from core.model.spirometry import Blow, BlowQuality, Spirometry
from core.model.user import Clinic, User
from core.model.visit import (
    Mark,
    Mode,
    Respondent,
    TaskResult,
    Visit,
    VisitKind,
    VisitMark,
    VisitState,
)
from core.session import Session
from core.store import keys
from core.store.definitions import Definition
from core.store.migrations import newest

LOGIN, PASSWORD = "dr.demo", "winter garden 48"
NOON = datetime(2026, 7, 21, 12, tzinfo=UTC)

CLINIC = Clinic(name="ALS clinic", letterhead="1 Garden Street", protocol="royan-2021")
USER = User(login=LOGIN, full_name="Dr. Demo", created_at=datetime(2026, 1, 5, 8, tzinfo=UTC))
PATIENT = Patient(
    id=PatientId("p7"),
    record_number="7",
    family_name="رحیمی",
    given_name="Dara",
    sex=Sex.MALE,
    born=date(1959, 3, 14),
    onset_region=OnsetRegion.LIMB,
    onset=PartialDate(2023, 6),
    diagnosis=PartialDate(2024),
    height_cm=176.0,
    protocol="royan-2021",
    protocol_version="1",
    reference_on=date(2026, 5, 21),
    registered_on=date(2026, 4, 20),
    note="lives with his sister",
)
BARE = Patient(
    id=PatientId("p8"),
    record_number="8",
    stated_age_years=51,
    stated_duration_months=17.5,
    protocol="routine",
    protocol_version="1",
    registered_on=date(2026, 4, 21),
)
STATED = ExternalResult(
    id=ExternalResultId("x1"),
    patient_id=BARE.id,
    kind=ExternalKind.FVC_PERCENT,
    value=57.7,
    source="referral letter",
)
VISIT = Visit(
    id=VisitId("v1"),
    patient_id=PATIENT.id,
    code="M2",
    date=date(2026, 7, 21),
    state=VisitState.FINISHED,
    rater=LOGIN,
    mode=Mode.IN_PERSON,
    respondent=Respondent.PATIENT,
    weight_kg=71.5,
    new_events=True,
    note="came with a stick",
    started_at=datetime(2026, 7, 21, 9, tzinfo=UTC),
    finished_at=datetime(2026, 7, 21, 9, 40, tzinfo=UTC),
)
DRAFT = Visit(
    id=VisitId("v2"),
    patient_id=PATIENT.id,
    kind=VisitKind.UNSCHEDULED,
    date=date(2026, 8, 3),
    rater=LOGIN,
    started_at=datetime(2026, 8, 3, 9, tzinfo=UTC),
)
ANSWERS = {
    "speech": Answer(item="speech", value=0, note="since June"),
    "stairs": Answer(item="stairs", not_done=NotDone.TOO_UNWELL),
}
SPIROMETRY = Spirometry(
    id=SpirometryId("s1"),
    visit_id=VISIT.id,
    date=VISIT.date,
    device="Spirobank II",
    height_cm=176.0,
    equation="gli-global-2022",
    equation_version="1",
    sex=Sex.MALE,
    age_years=(VISIT.date - date(1959, 3, 14)).days / 365.25,
    blows=(
        Blow(number=1, volume_ml=3200),
        Blow(number=2, volume_ml=3050, quality=BlowQuality.USABLE, remark="cough"),
    ),
)
EVENT = AdverseEvent(
    id=EventId("e1"),
    patient_id=PATIENT.id,
    visit_id=VISIT.id,
    term="fell on the stairs",
    coded_term="Fall",
    onset=PartialDate(2026, 6),
    ended=PartialDate(2026, 6, 30),
    grade=Grade.MODERATE,
    serious=False,
    outcome=Outcome.RECOVERED,
)
MILESTONE = Milestone(
    id=MilestoneId("m1"),
    patient_id=PATIENT.id,
    kind=MilestoneKind.WHEELCHAIR,
    happened_on=PartialDate(2026, 7),
)
MARK = VisitMark(patient_id=PATIENT.id, code="MRI", mark=Mark.SKIPPED, reason="pacemaker")
TASK = TaskResult(visit_id=VISIT.id, task="laboratory", done=False, note="holiday")

# Since m002_clinical_science.
MEASUREMENT = Measurement(visit_id=VISIT.id, kind="snip", value=52.0, note="left nostril")
RECONCILIATION = Reconciliation(
    visit_id=VISIT.id,
    instrument="alsfrs-r",
    rule="P2",
    subject="speech",
    found="2→4",
    decision=Decision.KEPT,
    reason="speech therapy",
    by=LOGIN,
    at=NOON,
)
DECIDED = decision.Decision(
    id=DecisionId("a1"),
    patient_id=PATIENT.id,
    kind=decision.DecisionKind.ACTION,
    subject="breathing",
    choice=decision.Choice.PLANNED,
    reason="NIV clinic is booked",
    review_on=date(2026, 12, 1),
    facts={"A1.fvc": 47.2, "A2.fvc": 47.2, "A2.fvc/item_10": 3.0},
    visit_id=VISIT.id,
    by=LOGIN,
    at=NOON,
)
ACKNOWLEDGED = replace(
    DECIDED, choice=decision.Choice.NOTED, review_on=None, facts={"A1": 47.2}
)  # what the files of before there were decisions hold of it, as an alert that was acknowledged
CRITERION = CriterionResult(
    patient_id=PATIENT.id,
    protocol="royan-2021",
    version="1",
    criterion="age",
    waiver="ethics committee agreed",
    waived_by=LOGIN,
    waived_at=NOON,
    proposed=True,
)

# Since m006_no_raw_text.
REPLY = QueryReply(query_id=QueryId("q1"), number=1, by=LOGIN, at=NOON, text="asked again: yes")
QUERY = DataQuery(
    id=REPLY.query_id,
    patient_id=PATIENT.id,
    visit_id=VISIT.id,
    step="alsfrs-r",
    field="speech",
    label="ALSFRS-R 1 Speech",
    text="0 after 3 months?",
    opened_by=LOGIN,
    opened_at=NOON,
)
LOCK = Lock(
    id=LockId("l1"),
    level=LockLevel.FORM,
    subject=f"{VISIT.id}/spirometry",
    patient_id=PATIENT.id,
    locked_by=LOGIN,
    locked_at=NOON,
    reason="checked against the printout",
    unlocked_by=LOGIN,
    unlocked_at=NOON,
    unlock_reason="wrong visit",
)
SIGNATURE = Signature(
    id=SignatureId("g1"),
    visit_id=VISIT.id,
    signed_by=LOGIN,
    printed_name=USER.full_name,
    role=USER.role,
    meaning=Meaning.REVIEWED,
    signed_at=NOON,
    data_hash="0" * 64,
    shown="{}",
    shown_hash="f" * 64,
    trail_sequence=20,
)

# Since m010_forms.
MEDICINE = FormRecord(
    id=RecordId("r1"),
    patient_id=PATIENT.id,
    form="medicine",
    version="1",
    entered_by=LOGIN,
    entered_at=NOON,
    items={
        "substance": Item(value="Riluzole"),
        "dose": Item(value=100.0, kept="so the report of the trial"),
        "unit": Item(value="mg"),
        "frequency": Item(value="2_daily"),
        "started": Item(value="2025-11", note="the month is sure"),
        "indication": Item(not_done=NotDone.NOT_ASKED),
        "ongoing": Item(value=1),
    },
)
CHECK = RecordCheck(visit_id=VISIT.id, form="medicine", record_id="r1", answer=Since.SAME)
SLEEP = """
id = "sleep"
version = "1"
title = "Sleep"
of = "patient"
row = "{hours}"

[[fields]]
id = "hours"
title = "Hours"
type = "integer"
low = 0
high = 24
"""
DEFINITION = Definition(
    kind="form", id="sleep", version="1", text=SLEEP, added_by=LOGIN, added_at=NOON
)

# Since m011_attachments.
SCAN = b"%PDF-1.7 a page of the spirometer"
ATTACHMENT = Attachment(
    id=AttachmentId("f1"),
    patient_id=PATIENT.id,
    name="spirometer.pdf",
    media=Media.PDF,
    size=len(SCAN),
    sha256=hashlib.sha256(SCAN).hexdigest(),
    taken_out="xmp document_information",
    added_by=LOGIN,
    added_at=NOON,
)

# Since m011b_registers.
TRAINING = RaterTraining(
    id=TrainingId("rt1"),
    person=LOGIN,
    topic="alsfrs-r",
    trained_on=date(2026, 1, 5),
    trained_by="ENCALS",
    expires_on=date(2028, 1, 5),
    certificate="2026-114",
    note="online",
    entered_by=LOGIN,
    entered_at=NOON,
)
CALIBRATION = CalibrationCheck(
    id=CheckId("cc1"),
    device="Spirobank II",
    checked_on=VISIT.date,
    syringe_ml=3000,
    low_flow_ml=2980,
    middle_flow_ml=3010,
    high_flow_ml=3040,
    tolerance_percent=3.0,
    note="21 °C",
    entered_by=LOGIN,
    entered_at=NOON,
)

# Since m012_laboratory.
LABORATORY = Laboratory(id=LaboratoryId("lab1"), name="University hospital", note="ward 3")
RANGE = ReferenceRange(
    id=RangeId("lr1"),
    laboratory_id=LABORATORY.id,
    test="creatinine",
    sex=Sex.MALE,
    from_age=18,
    below_age=70,
    valid_from=date(2026, 1, 1),
    unit="mg/dL",
    low=0.7,
    high=1.2,
)
LAB_RESULT = LabResult(
    id=LabResultId("lt1"),
    patient_id=PATIENT.id,
    visit_id=VISIT.id,
    test="creatinine",
    taken_on=VISIT.date,
    taken_at=time(8, 20),
    comparator=Comparator.BELOW,
    value=44.2,
    unit="µmol/L",
    typed="<0.5",
    typed_unit="mg/dL",
    low=61.88,
    high=106.08,
    sex=Sex.MALE,
    age_years=67.35,
    laboratory=LABORATORY.name,
    note="fasting",
    entered_by=LOGIN,
    entered_at=NOON,
)

# Since m013_terms.
SYNONYM = Synonym(text="heavy breath", term="Dyspnea", added_by=LOGIN, added_at=NOON)
WORDS = zlib.compress(
    json.dumps([["Invented llt", "90000001", "Invented pt", "90000000", "Invented soc"]]).encode()
)
DICTIONARY = Dictionary(
    kind=DictionaryKind.MEDDRA,
    version="0.0",
    terms=1,
    sha256=hashlib.sha256(WORDS).hexdigest(),
    added_by=LOGIN,
    added_at=NOON,
)

# Since m015_schedule_moves.
MOVE = ScheduleMove(
    id=MoveId("sm1"),
    patient_id=BARE.id,
    from_version="1",
    to_version="2",
    moved_by=LOGIN,
    moved_at=NOON,
    reason="examinations are entered",
)

# Since m016_patient_sheet.
SHEET_TEXT = SheetText(
    patient_id=PATIENT.id,
    visit_id=VISIT.id,
    field="headline",
    text="Walking has become a little harder.",
    instead_of="Since March, one of the 12 things we ask about has become harder: walking.",
    edited_by=LOGIN,
    edited_at=NOON,
)

# Since m017_appointments.
APPOINTMENT = Appointment(
    id=AppointmentId("ap1"),
    patient_id=PATIENT.id,
    code="M4",
    day=date(2026, 9, 21),
    time=time(10, 30),
    note="comes with her sister",
    entered_by=LOGIN,
    entered_at=NOON,
)


def main() -> None:
    path = Path(__file__).with_name(f"{newest()}.als")
    for old in (path, keys.key_file(path), keys.second_key_file(path)):
        old.unlink(missing_ok=True)
    session = Session.create(path, CLINIC, USER, PASSWORD)
    with session.write("stored for the tests"):
        fill(session)
    session.close()
    keys.second_key_file(path).unlink()  # one copy opens a file; the other is made again


def fill(session: Session) -> None:
    session.patients.save(PATIENT)
    session.patients.save(BARE)
    session.external.save(STATED)
    session.visits.save(VISIT)
    session.visits.save(DRAFT)
    session.assessments.open(VISIT.id, "alsfrs-r", "1", LOGIN)
    for slot, answer in ANSWERS.items():
        session.assessments.save_answer(VISIT.id, "alsfrs-r", slot, answer)
    session.assessments.open(DRAFT.id, "alsfrs-r", "1", LOGIN)
    session.assessments.mark_not_done(DRAFT.id, "alsfrs-r", NotDone.NO_TIME)
    session.spirometry.save(SPIROMETRY)
    session.events.save(EVENT)
    session.milestones.save(MILESTONE)
    session.marks.save(MARK)
    session.tasks.save(TASK)
    session.typed.save("visit", DRAFT.id, "details.weight", "7o")
    session.measurements.save(MEASUREMENT)
    session.reconciliations.save(RECONCILIATION)
    session.decisions.save(DECIDED)
    session.criteria.save(CRITERION)
    session.thresholds.save("a1_vc_percent", 55.0)
    session.queries.save(QUERY)
    session.queries.reply(REPLY)
    session.locks.save(LOCK)
    session.signatures.save(SIGNATURE)
    session.forms.save(MEDICINE)
    session.checks.save(CHECK)
    session.definitions.add(DEFINITION)
    session.attachments.add(ATTACHMENT, SCAN)
    session.trainings.save(TRAINING)
    session.calibrations.save(CALIBRATION)
    session.laboratories.save(LABORATORY)
    session.reference_ranges.save(RANGE)
    session.lab_results.save(LAB_RESULT)
    session.synonyms.save(SYNONYM)
    session.dictionaries.add(DICTIONARY, WORDS)
    session.moves.save(MOVE)
    session.sheet_texts.save(SHEET_TEXT)
    session.appointments.save(APPOINTMENT)


if __name__ == "__main__":
    main()
