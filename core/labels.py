"""The words for the closed sets of the model, one table each: screen and paper use the same."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from core.model.adverse_event import Grade, MilestoneKind, Outcome
from core.model.assessment import NotDone
from core.model.attachment import Media, TakenOut
from core.model.data_query import QueryState
from core.model.decision import Choice
from core.model.event_details import Cause, Criterion
from core.model.form_record import Since
from core.model.judgement import Decision
from core.model.patient import ExternalKind, OnsetRegion, Sex
from core.model.signature import LockLevel, Meaning
from core.model.spirometry import BlowQuality, Interface, Position, TestType
from core.model.user import Right, Role
from core.model.visit import ClinicalStage, Mark, Mode, Respondent, VisitKind, VisitState
from core.words import N_, DayStyle, GasUnit, Words, _

SEX: Mapping[Sex, str] = Words(
    {
        Sex.FEMALE: N_("female"),
        Sex.MALE: N_("male"),
        Sex.UNKNOWN: N_("sex unknown"),
    }
)
ONSET: Mapping[OnsetRegion, str] = Words(
    {
        OnsetRegion.BULBAR: N_("Bulbar onset"),
        OnsetRegion.LIMB: N_("Limb onset"),
        OnsetRegion.RESPIRATORY: N_("Respiratory onset"),
        OnsetRegion.UNKNOWN: N_("Onset region unknown"),
    }
)
EXTERNAL: Mapping[ExternalKind, str] = Words(
    {
        ExternalKind.ALSFRS_R_TOTAL: N_("ALSFRS-R total, stated (items unknown)"),
        ExternalKind.FVC_PERCENT: N_("FVC % predicted, stated (equation unknown)"),
    }
)
NOT_DONE: Mapping[NotDone, str] = Words(
    {
        NotDone.REFUSED: N_("refused"),
        NotDone.TOO_UNWELL: N_("too unwell"),
        NotDone.NOT_APPLICABLE: N_("not applicable"),
        NotDone.NO_TIME: N_("no time"),
        NotDone.NO_EQUIPMENT: N_("no equipment"),
        NotDone.NOT_ASKED: N_("not asked"),
        NotDone.REMOTE: N_("by telephone or video"),
    }
)
MODE: Mapping[Mode, str] = Words(
    {
        Mode.IN_PERSON: N_("in person"),
        Mode.PHONE: N_("telephone"),
        Mode.VIDEO: N_("video call"),
        Mode.PAPER_MAILED: N_("paper form by mail"),
    }
)
RESPONDENT: Mapping[Respondent, str] = Words(
    {
        Respondent.PATIENT: N_("patient"),
        Respondent.PATIENT_VIA_CAREGIVER: N_("patient, relayed by carer"),
        Respondent.CAREGIVER_PROXY: N_("carer, for the patient"),
    }
)
INTERPRETER: Mapping[bool, str] = Words(
    {
        True: N_("with an interpreter"),
        False: N_("without an interpreter"),
    }
)
DAY_STYLE: Mapping[DayStyle, str] = Words(
    {
        DayStyle.LETTERS: N_("day, month in letters, year"),
        DayStyle.ISO: N_("year-month-day"),
        DayStyle.POINTS: N_("day.month.year"),
    }
)
GAS_UNIT: Mapping[GasUnit, str] = Words({GasUnit.MMHG: N_("mmHg"), GasUnit.KPA: N_("kPa")})
CLINICAL_STAGE: Mapping[ClinicalStage, str] = {stage: stage.value for stage in ClinicalStage}
MARK: Mapping[Mark, str] = Words(
    {
        Mark.MISSED: N_("missed"),
        Mark.SKIPPED: N_("skipped"),
        Mark.CANCELLED: N_("cancelled"),
    }
)
TEST_TYPE: Mapping[TestType, str] = Words({TestType.FVC: N_("FVC"), TestType.SVC: N_("SVC")})
POSITION: Mapping[Position, str] = Words(
    {
        Position.SITTING: N_("seated"),
        Position.SUPINE: N_("supine"),
    }
)
INTERFACE: Mapping[Interface, str] = Words(
    {
        Interface.MOUTHPIECE: N_("mouthpiece"),
        Interface.FACE_MASK: N_("face mask"),
    }
)
BLOW_QUALITY: Mapping[BlowQuality, str] = Words(
    {
        BlowQuality.ACCEPTABLE: N_("acceptable"),
        BlowQuality.USABLE: N_("usable only"),
        BlowQuality.REJECTED: N_("rejected"),
    }
)
GRADE: Mapping[Grade, str] = Words(
    {
        Grade.MILD: N_("1 mild"),
        Grade.MODERATE: N_("2 moderate"),
        Grade.SEVERE: N_("3 severe"),
        Grade.LIFE_THREATENING: N_("4 life-threatening"),
        Grade.DEATH: N_("5 death"),
    }
)
OUTCOME: Mapping[Outcome, str] = Words(
    {
        Outcome.RECOVERED: N_("recovered"),
        Outcome.RECOVERED_WITH_SEQUELAE: N_("recovered with sequelae"),
        Outcome.RECOVERING: N_("recovering"),
        Outcome.NOT_RECOVERED: N_("not recovered"),
        Outcome.FATAL: N_("fatal"),
        Outcome.UNKNOWN: N_("unknown"),
    }
)
CRITERION: Mapping[Criterion, str] = Words(
    {
        Criterion.DEATH: N_("results in death"),
        Criterion.LIFE_THREATENING: N_("life-threatening at the time"),
        Criterion.HOSPITAL: N_("hospital, or a longer stay"),
        Criterion.DISABILITY: N_("lasting or significant disability"),
        Criterion.CONGENITAL: N_("congenital anomaly"),
        Criterion.IMPORTANT: N_("medically important otherwise"),
    }
)
CAUSE: Mapping[Cause, str] = Words(
    {
        Cause.CERTAIN: N_("certain"),
        Cause.PROBABLE: N_("probable"),
        Cause.POSSIBLE: N_("possible"),
        Cause.UNLIKELY: N_("unlikely"),
        Cause.NOT_RELATED: N_("not related"),
        Cause.CONDITIONAL: N_("conditional"),
        Cause.UNASSESSABLE: N_("unassessable"),
    }
)
MILESTONES: Mapping[MilestoneKind, str] = Words(
    {
        MilestoneKind.NIV: N_("NIV started"),
        MilestoneKind.GASTROSTOMY: N_("Gastrostomy"),
        MilestoneKind.NASOGASTRIC_TUBE: N_("Nasogastric tube"),
        MilestoneKind.TRACHEOSTOMY: N_("Tracheostomy"),
        MilestoneKind.COUGH_ASSIST: N_("Cough assist"),
        MilestoneKind.WHEELCHAIR: N_("Wheelchair"),
        MilestoneKind.WITHDRAWAL: N_("Withdrawn"),
        MilestoneKind.DEATH: N_("Death"),
    }
)
CHOICE: Mapping[Choice, str] = Words(
    {
        Choice.DONE: N_("Done"),
        Choice.PLANNED: N_("Planned"),
        Choice.DECLINED: N_("Declined by the patient"),
        Choice.NOT_NOW: N_("Not now"),
        Choice.NOTED: N_("Noted"),
        Choice.USED: N_("The results are used"),
        Choice.LEFT_OUT: N_("The results are left out"),
    }
)
QUERY_STATE: Mapping[QueryState, str] = Words(
    {
        QueryState.OPEN: N_("open"),
        QueryState.ANSWERED: N_("answered"),
        QueryState.CLOSED: N_("closed"),
    }
)


def no_score(reason: NotDone) -> str:
    """What stands in the place of a score; a question that nobody answered has a dash there."""
    return _("n/a") if reason is NotDone.NOT_APPLICABLE else "×"


def why_not(reason: NotDone) -> str:
    """Why there is no value. What does not apply, and what nobody asked, was not left undone."""
    if reason in (NotDone.NOT_APPLICABLE, NotDone.NOT_ASKED):
        return NOT_DONE[reason]
    return _("not done: {reason}").format(reason=NOT_DONE[reason])


def why_not_alone(reason: NotDone) -> str:
    """The same as a sentence of its own."""
    if reason is NotDone.NOT_APPLICABLE:
        return _("Not applicable")
    if reason is NotDone.NOT_ASKED:
        return _("Not asked")
    return _("Not done: {reason}").format(reason=NOT_DONE[reason])


def onset_within(region: OnsetRegion) -> str:
    """The onset within a line."""
    return {
        OnsetRegion.BULBAR: _("bulbar onset"),
        OnsetRegion.LIMB: _("limb onset"),
        OnsetRegion.RESPIRATORY: _("respiratory onset"),
        OnsetRegion.UNKNOWN: _("onset region unknown"),
    }[region]


def choice_within(choice: Choice) -> str:
    """What was decided, within a line."""
    return {
        Choice.DONE: _("done"),
        Choice.PLANNED: _("planned"),
        Choice.DECLINED: _("declined by the patient"),
        Choice.NOT_NOW: _("not now"),
        Choice.NOTED: _("noted"),
    }[choice]


def locked_thing(level: LockLevel) -> str:
    """What a lock holds, at the beginning of a sentence."""
    return {
        LockLevel.FORM: _("Form"),
        LockLevel.VISIT: _("Visit"),
        LockLevel.PATIENT: _("Patient's record"),
        LockLevel.DATABASE: _("Clinic file"),
    }[level]


MEANING: Mapping[Meaning, str] = Words(
    {
        Meaning.REVIEWED: N_("reviewed"),
        Meaning.APPROVED: N_("approved"),
        Meaning.RESPONSIBLE: N_("responsible for the content"),
    }
)
LOCK_LEVEL: Mapping[LockLevel, str] = Words(
    {
        LockLevel.FORM: N_("form"),
        LockLevel.VISIT: N_("visit"),
        LockLevel.PATIENT: N_("patient's record"),
        LockLevel.DATABASE: N_("clinic file"),
    }
)
ROLE: Mapping[Role, str] = Words(
    {
        Role.NURSE: N_("nurse"),
        Role.NEUROLOGIST: N_("neurologist"),
        Role.MONITOR: N_("monitor"),
        Role.ADMINISTRATOR: N_("administrator"),
    }
)
RIGHT: Mapping[Right, str] = Words(
    {
        Right.READ: N_("reads patients' charts"),
        Right.ENTER: N_("enters visits"),
        Right.QUERY: N_("asks and answers queries"),
        Right.CLOSE_QUERY: N_("closes queries"),
        Right.SIGN: N_("signs"),
        Right.LOCK: N_("locks and unlocks"),
        Right.CLINIC: N_("changes the clinic's settings"),
        Right.PEOPLE: N_("looks after users"),
        Right.BACKUP: N_("makes and restores backups"),
        Right.AUDIT: N_("reads the audit trail"),
        Right.EXPORT: N_("exports"),
        Right.EXPORT_CODED: N_("exports the data of all patients, de-identified"),
        Right.EXPORT_ALL: N_("exports all data of all patients"),
        Right.COHORT: N_("sees all patients as one group, and makes the report of a trial"),
    }
)
SINCE: Mapping[Since, str] = Words(
    {
        Since.SAME: N_("same"),
        Since.CHANGED: N_("changed"),
        Since.ENDED: N_("ended"),
        Since.NOTHING_NEW: N_("nothing new"),
        Since.NEW: N_("new"),
    }
)
MEDIA: Mapping[Media, str] = Words(
    {
        Media.PDF: N_("PDF"),
        Media.JPEG: N_("JPEG picture"),
        Media.PNG: N_("PNG picture"),
    }
)
TAKEN_OUT: Mapping[TakenOut, str] = Words(
    {
        TakenOut.EXIF: N_("camera, place and time (EXIF)"),
        TakenOut.XMP: N_("history of the file (XMP)"),
        TakenOut.TEXTS: N_("comments beside the picture"),
        TakenOut.REST: N_("what followed the end of the picture"),
        TakenOut.DOCUMENT_INFORMATION: N_("author, title and program"),
        TakenOut.WORKINGS: N_("bookmarks, links, scripts and files within it"),
        TakenOut.DICOM_TAGS: N_("all that DICOM says beside the picture"),
    }
)
DEFINITION: Mapping[str, str] = Words({"form": N_("Form"), "schedule": N_("Schedule")})

# The words of every closed set that a column can hold.
OF: Mapping[type[Enum], Mapping[Any, str]] = {
    VisitKind: Words(
        {VisitKind.SCHEDULED: N_("planned"), VisitKind.UNSCHEDULED: N_("unscheduled")}
    ),
    VisitState: Words({VisitState.DRAFT: N_("draft"), VisitState.FINISHED: N_("finished")}),
    Decision: Words({Decision.KEPT: N_("kept"), Decision.CORRECTED: N_("corrected")}),
    BlowQuality: BLOW_QUALITY,
    Choice: CHOICE,
    ClinicalStage: CLINICAL_STAGE,
    DayStyle: DAY_STYLE,
    GasUnit: GAS_UNIT,
    Grade: GRADE,
    Interface: INTERFACE,
    LockLevel: LOCK_LEVEL,
    Mark: MARK,
    Media: MEDIA,
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
