"""A patient as in the trial's paper, for the printed pages: infused, followed for six months."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from core.instruments import catalog as instruments
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.assessment import Answer, Assessment
from core.model.ids import PatientId, VisitId
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, OnsetRegion, Patient, Sex
from core.model.record import PatientRecord
from core.model.spirometry import Blow, Spirometry
from core.model.trail import TrailHead
from core.model.user import Clinic
from core.model.visit import Mode, Respondent, TaskResult, Visit, VisitState
from core.science.lung_function import DEFAULT_EQUATION
from core.science.spirometry import with_inputs

INFUSION = date(2014, 3, 10)
PRINTED_AT = datetime(2014, 9, 12, 8, 30, tzinfo=UTC)
HEAD = TrailHead(sequence=1042, hash="9f3c" * 16)
PATIENT = PatientId("patient-1")
CLINIC = Clinic(
    name="Royan ALS Clinic",
    letterhead="Department of Regenerative Medicine\nTehran\nTelephone +98 21 0000 0000",
)

# Code, day, scores of the twelve items, blows in mL, weight.
VISITS = (
    ("SCR", INFUSION - timedelta(days=28), (3, 4, 3, 2, 2, 3, 3, 3, 2, 3, 4, 4), (2610, 2580, 2550), 72.4),
    ("M2", date(2014, 5, 10), (3, 4, 3, 2, 2, 2, 3, 2, 2, 3, 4, 4), (2480, 2440, 2350), 71.0),
    ("M4", date(2014, 7, 12), (3, 3, 3, 2, 1, 2, 2, 2, 1, 3, 4, 4), (2230, 2190, 2010), 70.2),
    ("M6", date(2014, 9, 10), (2, 3, 3, 1, 1, 2, 2, 2, 1, 3, 3, 4), (2050, 2010, 1990), 68.9),
)  # fmt: skip


# The same visits of a patient about whom nothing alarms.
UNTROUBLED = tuple(
    (code, day, (4, 4, 4, 3, 4, 4, 4, 4, 4 - (code == "M6"), 4, 4, 4), volumes, weight)
    for (code, day, _scores, _volumes, _weight), volumes, weight in zip(
        VISITS,
        ((4110, 4080, 4050), (3980, 3940, 3850), (3730, 3690, 3510), (3550, 3510, 3490)),
        (72.4, 72.1, 71.8, 71.5),
        strict=True,
    )
)


def patient(**changes) -> Patient:
    whole = Patient(
        id=PATIENT,
        record_number="ALS-0012",
        family_name="Rezaei",
        given_name="Ahmad",
        sex=Sex.MALE,
        born=date(1947, 1, 20),
        onset_region=OnsetRegion.LIMB,
        onset=PartialDate(2012, 9),
        height_cm=172,
        protocol="royan-2021",
        protocol_version="1",
        reference_on=INFUSION,
        registered_on=date(2014, 1, 20),
    )
    return replace(whole, **changes)


def form(code: str, day: date, scores: tuple[int, ...]) -> Assessment:
    instrument = instruments.alsfrs_r()
    answers = {
        slot: Answer(item=instrument.variants(slot)[0].id, value=score)
        for slot, score in zip(instrument.slots, scores, strict=False)
    }
    return Assessment(
        visit_id=VisitId(code), date=day, instrument="alsfrs-r", version="1", answers=answers
    )


def event(term: str, onset: str, grade: Grade, **changes) -> AdverseEvent:
    whole = AdverseEvent(
        patient_id=PATIENT,
        term=term,
        onset=PartialDate.parse(onset),
        grade=grade,
        serious=False,
        outcome=Outcome.NOT_RECOVERED,
    )
    return replace(whole, **changes)


def untroubled() -> PatientRecord:
    """As ``ordinary``, of a patient whose numbers and events fire no alert."""
    record = ordinary(UNTROUBLED)
    events = (
        replace(one, term="Urinary sepsis") if one.term == "Pulmonary embolism" else one
        for one in record.events
    )
    return replace(record, events=tuple(events))


def ordinary(course=VISITS) -> PatientRecord:
    """Four visits, the last at month 6 with a serious event; everything a usual summary holds."""
    visits, forms, sessions = [], [], []
    for code, day, scores, volumes, weight in course:
        visit = Visit(
            id=VisitId(code),
            patient_id=PATIENT,
            code=code,
            date=day,
            state=VisitState.FINISHED,
            rater="nurse",
            mode=Mode.IN_PERSON,
            respondent=Respondent.PATIENT,
            weight_kg=weight,
            new_events=code == "M6",
            started_at=PRINTED_AT,
        )
        visits.append(visit)
        forms.append(form(code, day, scores))
        blows = tuple(Blow(number=i, volume_ml=v) for i, v in enumerate(volumes, 1))
        test = Spirometry(
            visit_id=visit.id, date=day, height_cm=172, equation=DEFAULT_EQUATION, blows=blows
        )
        sessions.append(with_inputs(test, patient(), DEFAULT_EQUATION))
    visits[-1] = replace(
        visits[-1],
        note="Walks with one stick indoors. Cough weaker than in July; carer taught assisted cough. "
        "Weight loss discussed, dietitian referral made.",
    )
    return PatientRecord(
        patient=patient(),
        visits=tuple(visits),
        assessments=tuple(forms),
        spirometry=tuple(sessions),
        events=(
            event("Headache", "2014-03-11", Grade.MILD, outcome=Outcome.RECOVERED,
                  ended=PartialDate(2014, 3, 13)),
            event("Pulmonary embolism", "2014-08-02", Grade.LIFE_THREATENING, serious=True,
                  visit_id=VisitId("M6"), outcome=Outcome.RECOVERING),
            event("Constipation", "2014-08", Grade.MILD, visit_id=VisitId("M6")),
            event("Fall at home", "2014-08-20", Grade.MODERATE, visit_id=VisitId("M6"),
                  outcome=Outcome.RECOVERED, ended=PartialDate(2014, 8, 27)),
        ),
        milestones=(
            Milestone(patient_id=PATIENT, kind=MilestoneKind.WHEELCHAIR,
                      happened_on=PartialDate(2014, 6)),
        ),
        tasks=(
            TaskResult(visit_id=VisitId("M6"), task="history", done=True),
            TaskResult(visit_id=VisitId("M6"), task="examination", done=True),
            TaskResult(visit_id=VisitId("M6"), task="laboratory", done=False,
                       note="sample haemolysed, repeat on 17 Sep"),
        ),
        external=(
            ExternalResult(patient_id=PATIENT, kind=ExternalKind.FVC_PERCENT, value=78,
                           measured_on=date(2014, 1, 15), source="referral letter"),
        ),
    )  # fmt: skip
