"""Writes m001_first_schema.als and its key file: a clinic file as the first schema step leaves it.

Run it from the checkout, python -m tests.files.make_m001_first_schema, only as long as no version
with this step has been released. A later step gets a file, and a script, of its own.
"""

from datetime import UTC, date, datetime
from pathlib import Path

from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import Answer, NotDone
from core.model.ids import (
    EventId,
    ExternalResultId,
    MilestoneId,
    PatientId,
    SpirometryId,
    VisitId,
)
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, OnsetRegion, Patient, Sex
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

LOGIN, PASSWORD = "dr.demo", "winter garden 48"


def main() -> None:
    path = Path(__file__).with_name("m001_first_schema.als")
    path.unlink(missing_ok=True)
    keys.key_file(path).unlink(missing_ok=True)
    clinic = Clinic(name="ALS clinic", letterhead="1 Garden Street", protocol="royan-2021")
    user = User(login=LOGIN, full_name="Dr. Demo", created_at=datetime(2026, 1, 5, 8, tzinfo=UTC))
    session = Session.create(path, clinic, user, PASSWORD)
    with session.write("stored for the tests"):
        _fill(session)
    session.close()


def _fill(session: Session) -> None:
    patient = Patient(
        id=PatientId("p7"),
        record_number="7",
        family_name="رحیمی",
        given_name="Dara",
        sex=Sex.MALE,
        born=date(1959, 3, 14),
        onset_region=OnsetRegion.LIMB,
        onset=PartialDate(2023, 6),
        diagnosis=PartialDate(2024),
        height_cm=176,
        protocol="royan-2021",
        protocol_version="1",
        reference_on=date(2026, 5, 21),
        registered_on=date(2026, 4, 20),
        note="lives with his sister",
    )
    bare = Patient(
        id=PatientId("p8"),
        record_number="8",
        stated_age_years=51,
        stated_duration_months=17.5,
        protocol="routine",
        protocol_version="1",
        registered_on=date(2026, 4, 21),
    )
    session.patients.save(patient)
    session.patients.save(bare)
    session.external.save(
        ExternalResult(
            id=ExternalResultId("x1"),
            patient_id=bare.id,
            kind=ExternalKind.FVC_PERCENT,
            value=57.7,
            source="referral letter",
        )
    )
    visit = Visit(
        id=VisitId("v1"),
        patient_id=patient.id,
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
    draft = Visit(
        id=VisitId("v2"),
        patient_id=patient.id,
        kind=VisitKind.UNSCHEDULED,
        date=date(2026, 8, 3),
        rater=LOGIN,
        started_at=datetime(2026, 8, 3, 9, tzinfo=UTC),
    )
    session.visits.save(visit)
    session.visits.save(draft)
    session.assessments.open(visit.id, "alsfrs-r", "1")
    session.assessments.save_answer(
        visit.id, "alsfrs-r", "speech", Answer(item="speech", value=0, note="since June")
    )
    session.assessments.save_answer(
        visit.id, "alsfrs-r", "stairs", Answer(item="stairs", not_done=NotDone.TOO_UNWELL)
    )
    session.assessments.open(draft.id, "alsfrs-r", "1")
    session.assessments.mark_not_done(draft.id, "alsfrs-r", NotDone.NO_TIME)
    session.spirometry.save(
        Spirometry(
            id=SpirometryId("s1"),
            visit_id=visit.id,
            date=visit.date,
            device="Spirobank II",
            height_cm=176,
            equation="gli-global-2022",
            blows=(
                Blow(number=1, volume_ml=3200),
                Blow(number=2, volume_ml=3050, quality=BlowQuality.USABLE, remark="cough"),
            ),
        )
    )
    session.events.save(
        AdverseEvent(
            id=EventId("e1"),
            patient_id=patient.id,
            visit_id=visit.id,
            term="fell on the stairs",
            coded_term="Fall",
            onset=PartialDate(2026, 6),
            ended=PartialDate(2026, 6, 30),
            grade=Grade.MODERATE,
            serious=False,
            outcome=Outcome.RECOVERED,
        )
    )
    session.milestones.save(
        Milestone(
            id=MilestoneId("m1"),
            patient_id=patient.id,
            kind=MilestoneKind.WHEELCHAIR,
            happened_on=PartialDate(2026, 7),
        )
    )
    session.marks.save(
        VisitMark(patient_id=patient.id, code="MRI", mark=Mark.SKIPPED, reason="pacemaker")
    )
    session.tasks.save(TaskResult(visit_id=visit.id, task="laboratory", done=False, note="holiday"))
    session.raw_texts.save(draft.id, "details.weight", "7o")


if __name__ == "__main__":
    main()
