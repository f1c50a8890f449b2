"""The words for the closed sets of the model, one table each: screen and paper use the same."""

from collections.abc import Mapping

from core.model.adverse_event import Grade, MilestoneKind, Outcome
from core.model.assessment import NotDone
from core.model.patient import ExternalKind, OnsetRegion, Sex
from core.model.spirometry import BlowQuality, Interface, Position, TestType
from core.model.visit import ClinicalStage, Mark, Mode, Respondent
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
