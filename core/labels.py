"""The words for the closed sets of the model, one table each: screen and paper use the same."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from core.model.adverse_event import Grade, MilestoneKind, Outcome
from core.model.assessment import NotDone
from core.model.data_query import QueryState
from core.model.decision import Choice
from core.model.form_record import Since
from core.model.judgement import Decision
from core.model.patient import ExternalKind, OnsetRegion, Sex
from core.model.signature import LockLevel, Meaning
from core.model.spirometry import BlowQuality, Interface, Position, TestType
from core.model.user import Right, Role
from core.model.visit import ClinicalStage, Mark, Mode, Respondent, VisitKind, VisitState
from core.words import _

SEX: Mapping[Sex, str] = {
    Sex.FEMALE: _("female"),
    Sex.MALE: _("male"),
    Sex.UNKNOWN: _("sex unknown"),
}
ONSET: Mapping[OnsetRegion, str] = {
    OnsetRegion.BULBAR: _("Bulbar onset"),
    OnsetRegion.LIMB: _("Limb onset"),
    OnsetRegion.RESPIRATORY: _("Respiratory onset"),
    OnsetRegion.UNKNOWN: _("Onset region unknown"),
}
EXTERNAL: Mapping[ExternalKind, str] = {
    ExternalKind.ALSFRS_R_TOTAL: _("ALSFRS-R total, stated (items unknown)"),
    ExternalKind.FVC_PERCENT: _("FVC % predicted, stated (equation unknown)"),
}
NOT_DONE: Mapping[NotDone, str] = {
    NotDone.REFUSED: _("refused"),
    NotDone.TOO_UNWELL: _("too unwell"),
    NotDone.NOT_APPLICABLE: _("not applicable"),
    NotDone.NO_TIME: _("no time"),
    NotDone.NO_EQUIPMENT: _("no equipment"),
    NotDone.NOT_ASKED: _("not asked"),
}
MODE: Mapping[Mode, str] = {
    Mode.IN_PERSON: _("in person"),
    Mode.PHONE: _("telephone"),
    Mode.VIDEO: _("video call"),
    Mode.PAPER_MAILED: _("paper form by mail"),
}
RESPONDENT: Mapping[Respondent, str] = {
    Respondent.PATIENT: _("patient"),
    Respondent.PATIENT_VIA_CAREGIVER: _("patient, relayed by carer"),
    Respondent.CAREGIVER_PROXY: _("carer, for the patient"),
}
INTERPRETER: Mapping[bool, str] = {
    True: _("with an interpreter"),
    False: _("without an interpreter"),
}
CLINICAL_STAGE: Mapping[ClinicalStage, str] = {stage: stage.value for stage in ClinicalStage}
MARK: Mapping[Mark, str] = {
    Mark.MISSED: _("missed"),
    Mark.SKIPPED: _("skipped"),
    Mark.CANCELLED: _("cancelled"),
}
TEST_TYPE: Mapping[TestType, str] = {TestType.FVC: _("FVC"), TestType.SVC: _("SVC")}
POSITION: Mapping[Position, str] = {
    Position.SITTING: _("seated"),
    Position.SUPINE: _("supine"),
}
INTERFACE: Mapping[Interface, str] = {
    Interface.MOUTHPIECE: _("mouthpiece"),
    Interface.FACE_MASK: _("face mask"),
}
BLOW_QUALITY: Mapping[BlowQuality, str] = {
    BlowQuality.ACCEPTABLE: _("acceptable"),
    BlowQuality.USABLE: _("usable only"),
    BlowQuality.REJECTED: _("rejected"),
}
GRADE: Mapping[Grade, str] = {
    Grade.MILD: _("1 mild"),
    Grade.MODERATE: _("2 moderate"),
    Grade.SEVERE: _("3 severe"),
    Grade.LIFE_THREATENING: _("4 life-threatening"),
    Grade.DEATH: _("5 death"),
}
OUTCOME: Mapping[Outcome, str] = {
    Outcome.RECOVERED: _("recovered"),
    Outcome.RECOVERED_WITH_SEQUELAE: _("recovered with sequelae"),
    Outcome.RECOVERING: _("recovering"),
    Outcome.NOT_RECOVERED: _("not recovered"),
    Outcome.FATAL: _("fatal"),
    Outcome.UNKNOWN: _("unknown"),
}
MILESTONES: Mapping[MilestoneKind, str] = {
    MilestoneKind.NIV: _("NIV started"),
    MilestoneKind.GASTROSTOMY: _("Gastrostomy"),
    MilestoneKind.NASOGASTRIC_TUBE: _("Nasogastric tube"),
    MilestoneKind.TRACHEOSTOMY: _("Tracheostomy"),
    MilestoneKind.COUGH_ASSIST: _("Cough assist"),
    MilestoneKind.WHEELCHAIR: _("Wheelchair"),
    MilestoneKind.WITHDRAWAL: _("Withdrawn"),
    MilestoneKind.DEATH: _("Death"),
}
CHOICE: Mapping[Choice, str] = {
    Choice.DONE: _("Done"),
    Choice.PLANNED: _("Planned"),
    Choice.DECLINED: _("Declined by the patient"),
    Choice.NOT_NOW: _("Not now"),
    Choice.NOTED: _("Noted"),
}
QUERY_STATE: Mapping[QueryState, str] = {
    QueryState.OPEN: _("open"),
    QueryState.ANSWERED: _("answered"),
    QueryState.CLOSED: _("closed"),
}


def no_score(reason: NotDone) -> str:
    """What stands in the place of a score; a question that nobody answered has a dash there."""
    return _("n/a") if reason is NotDone.NOT_APPLICABLE else "×"


def why_not(reason: NotDone) -> str:
    """Why there is no value. What does not apply, and what nobody asked, was not left undone."""
    if reason in (NotDone.NOT_APPLICABLE, NotDone.NOT_ASKED):
        return NOT_DONE[reason]
    return _("not done: {reason}").format(reason=NOT_DONE[reason])


MEANING: Mapping[Meaning, str] = {
    Meaning.REVIEWED: _("reviewed"),
    Meaning.APPROVED: _("approved"),
    Meaning.RESPONSIBLE: _("responsible for the content"),
}
LOCK_LEVEL: Mapping[LockLevel, str] = {
    LockLevel.FORM: _("form"),
    LockLevel.VISIT: _("visit"),
    LockLevel.PATIENT: _("patient's record"),
    LockLevel.DATABASE: _("clinic file"),
}
ROLE: Mapping[Role, str] = {
    Role.NURSE: _("nurse"),
    Role.NEUROLOGIST: _("neurologist"),
    Role.MONITOR: _("monitor"),
    Role.ADMINISTRATOR: _("administrator"),
}
RIGHT: Mapping[Right, str] = {
    Right.READ: _("reads patients' charts"),
    Right.ENTER: _("enters visits"),
    Right.QUERY: _("asks and answers queries"),
    Right.CLOSE_QUERY: _("closes queries"),
    Right.SIGN: _("signs"),
    Right.LOCK: _("locks and unlocks"),
    Right.CLINIC: _("changes the clinic's settings"),
    Right.PEOPLE: _("looks after users"),
    Right.BACKUP: _("makes and restores backups"),
    Right.AUDIT: _("reads the audit trail"),
    Right.EXPORT: _("exports"),
}
SINCE: Mapping[Since, str] = {
    Since.SAME: _("same"),
    Since.CHANGED: _("changed"),
    Since.ENDED: _("ended"),
    Since.NOTHING_NEW: _("nothing new"),
    Since.NEW: _("new"),
}
DEFINITION: Mapping[str, str] = {"form": _("Form"), "schedule": _("Schedule")}

# The words of every closed set that a column can hold.
OF: Mapping[type[Enum], Mapping[Any, str]] = {
    VisitKind: {VisitKind.SCHEDULED: _("planned"), VisitKind.UNSCHEDULED: _("unscheduled")},
    VisitState: {VisitState.DRAFT: _("draft"), VisitState.FINISHED: _("finished")},
    Decision: {Decision.KEPT: _("kept"), Decision.CORRECTED: _("corrected")},
    BlowQuality: BLOW_QUALITY,
    Choice: CHOICE,
    ClinicalStage: CLINICAL_STAGE,
    Grade: GRADE,
    Interface: INTERFACE,
    LockLevel: LOCK_LEVEL,
    Mark: MARK,
    Meaning: MEANING,
    Mode: MODE,
    NotDone: NOT_DONE,
    OnsetRegion: ONSET,
    Outcome: OUTCOME,
    Position: POSITION,
    Respondent: RESPONDENT,
    Role: ROLE,
    Sex: SEX,
    TestType: TEST_TYPE,
}
