"""Every stored noun once: its table, whose its rows are, who may write them, what locks and signatures hold.

From these lines follow the rights (`right_to_write`), the triggers of the trail and of the locks
(`core/store/audit.py`, `core/store/locks.py`), what a signature covers (`core/acts/signing.py`), the stores of
the plain nouns and the record of a patient. A table that is not here can not be written to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.model.adverse_event import AdverseEvent, Milestone
from core.model.appointment import Appointment
from core.model.attachment import Attachment
from core.model.data_query import QueryReply
from core.model.decision import Decision
from core.model.dictionary import Dictionary, Synonym
from core.model.form_record import RecordCheck
from core.model.judgement import CriterionResult, Reconciliation
from core.model.laboratory import Laboratory, LabResult, ReferenceRange
from core.model.measurement import Measurement
from core.model.patient import ExternalResult, Patient, ScheduleMove
from core.model.registers import CalibrationCheck, RaterTraining
from core.model.sheet_text import SheetText
from core.model.signature import Lock, Signature
from core.model.trail import Act
from core.model.user import Right, User
from core.model.visit import TaskResult, TypedText, Visit, VisitMark

# The forms of a visit that are not questionnaires.
SPIROMETRY = "spirometry"
MEASUREMENTS = "measurements"
ADVERSE_EVENTS = "adverse-events"
SINCE_LAST_TIME = (
    "since-last-time"  # what runs of the patient's forms, and whether there is another
)
TASKS = "tasks"
LABORATORY = "laboratory"


class Signed(StrEnum):
    """Of which visits' summaries a row is a part, and so of their signatures."""

    NEVER = "never"
    VISIT = "visit"  # of those that show the visit it belongs to
    DAY = "day"  # of those from the day it tells of
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """One table. ``value`` is the class of its rows where each row is one value, ``key`` its primary key.

    ``of`` is the table whose row it hangs on, by the column ``by``; empty where it is nobody's. Of a row
    of a visit, ``form`` is the form that it belongs to, or ``form_column`` the column that names the form.
    ``said_at`` is the column that names the visit at which a row of a patient was entered. ``part`` is the
    field of a `PatientRecord` that its rows fill. ``content`` is the column with bytes that the trail does not
    hold: another column has their hash.
    """

    table: str
    right: Right = Right.ENTER
    value: type[Any] | None = None
    key: tuple[str, ...] = ("id",)
    of: str = ""
    by: str = ""
    form: str = ""
    form_column: str = ""
    said_at: str = ""
    held_with_visit: bool = True  # a lock on the visit of ``said_at`` holds it, too
    lockable: bool = True
    part: str = ""
    content: str = ""
    signed: Signed = Signed.NEVER


def _of_visit(table: str, **given: Any) -> Noun:
    return Noun(table=table, of="visit", by="visit_id", signed=Signed.VISIT, **given)


def _of_patient(table: str, **given: Any) -> Noun:
    return Noun(table=table, of="patient", by="patient_id", **given)


# In the order in which foreign keys let rows be written.
_ALL = (
    Noun(table="clinic", right=Right.CLINIC),
    Noun(table="threshold", right=Right.CLINIC),
    Noun(table="definition", right=Right.CLINIC, key=("kind", "id", "version")),
    Noun(table="user", right=Right.PEOPLE, value=User, key=("login",), lockable=False),
    Noun(table="rater_training", right=Right.CLINIC, value=RaterTraining),
    Noun(table="calibration_check", value=CalibrationCheck),
    Noun(table="patient", value=Patient, of="patient", by="id", signed=Signed.ALWAYS),
    # What a signed visit says of it is its own version: see ``PatientRecord.known_at``.
    _of_patient("schedule_move", value=ScheduleMove, part="moves"),
    _of_patient("external_result", value=ExternalResult, part="external", signed=Signed.DAY),
    _of_patient("visit", value=Visit, part="visits", signed=Signed.VISIT),
    _of_patient("visit_mark", value=VisitMark, key=("patient_id", "code"), part="marks"),
    _of_patient("appointment", value=Appointment, part="appointments"),
    _of_visit("form", key=("visit_id", "instrument"), form_column="instrument", part="assessments"),
    _of_visit("answer", key=("visit_id", "instrument", "slot"), form_column="instrument"),
    _of_visit(
        "reconciliation",
        value=Reconciliation,
        key=("visit_id", "instrument", "rule", "subject"),
        form_column="instrument",
        part="reconciliations",
    ),
    _of_visit("spirometry", form=SPIROMETRY, part="spirometry"),
    Noun(
        table="blow",
        key=("spirometry_id", "number"),
        of="spirometry",
        by="spirometry_id",
        form=SPIROMETRY,
        signed=Signed.VISIT,
    ),
    _of_visit(
        "measurement",
        value=Measurement,
        key=("visit_id", "kind"),
        form=MEASUREMENTS,
        part="measurements",
    ),
    _of_visit("task_result", value=TaskResult, key=("visit_id", "task"), form=TASKS, part="tasks"),
    _of_patient(
        "adverse_event",
        value=AdverseEvent,
        said_at="visit_id",
        form=ADVERSE_EVENTS,
        part="events",
        signed=Signed.DAY,
    ),
    _of_patient("milestone", value=Milestone, part="milestones", signed=Signed.DAY),
    # What laboratories call normal is the clinic's, and stands in their reports: who enters results enters it.
    Noun(table="laboratory", value=Laboratory),
    Noun(table="reference_range", value=ReferenceRange),
    _of_patient(
        "lab_result",
        value=LabResult,
        said_at="visit_id",
        form=LABORATORY,
        part="laboratory",
        signed=Signed.DAY,
    ),
    # The words of adverse events: who enters them adds synonyms, and the clinic imports dictionaries.
    Noun(table="synonym", value=Synonym, key=("text",)),
    Noun(
        table="dictionary",
        right=Right.CLINIC,
        value=Dictionary,
        key=("kind", "version"),
        content="content",
    ),
    # A form that is data: a record of it, and each of its values.
    _of_patient("record", said_at="visit_id", form_column="form", part="forms", signed=Signed.DAY),
    Noun(table="item", key=("record_id", "field"), of="record", by="record_id", signed=Signed.DAY),
    _of_patient("attachment", value=Attachment, content="content"),
    _of_visit(
        "record_check",
        value=RecordCheck,
        key=("visit_id", "form", "record_id"),
        form_column="form",
        part="checks",
    ),
    _of_patient(
        "decision", value=Decision, said_at="visit_id", held_with_visit=False, part="decisions"
    ),
    # Words for the patient about a finished visit, which is locked when it was signed: no part of what was signed.
    _of_patient(
        "sheet_text",
        value=SheetText,
        key=("visit_id", "field"),
        said_at="visit_id",
        held_with_visit=False,
        part="sheet_texts",
    ),
    _of_patient(
        "criterion_result",
        value=CriterionResult,
        key=("patient_id", "protocol", "version", "criterion"),
        part="criteria",
        signed=Signed.ALWAYS,
    ),
    Noun(
        table="signature",
        right=Right.SIGN,
        value=Signature,
        of="visit",
        by="visit_id",
        lockable=False,
        part="signatures",
    ),
    _of_patient("lock", right=Right.LOCK, value=Lock, lockable=False, part="locks"),
    _of_patient("data_query", right=Right.QUERY, lockable=False, part="queries"),
    Noun(
        table="query_reply",
        right=Right.QUERY,
        value=QueryReply,
        key=("query_id", "number"),
        of="data_query",
        by="query_id",
        lockable=False,
    ),
    # What is typed and not a value yet: of the visit, the patient or the settings that ``place`` names.
    Noun(
        table="typed_text",
        value=TypedText,
        key=("author", "place", "subject", "field"),
        of="typed_in",
        by="subject",
    ),
)
NOUNS: Mapping[str, Noun] = {noun.table: noun for noun in _ALL}

# What stays when all data leaves: a text that is not saved yet is its author's alone, a dictionary is licensed, and how
# the clinic set its file is no data.
NOT_EXPORTED = frozenset({"clinic", "dictionary", "typed_text"})

# Tables of earlier schemas, which an upgrade still empties; nothing of theirs was ever signed.
FORMER = frozenset({"acknowledgement", "raw_text"})

# An act on a row that needs more than writing it does.
ACTING: Mapping[str, Right] = {"query closed": Right.CLOSE_QUERY, "deviation decided": Right.SIGN}

_ACTS = frozenset(act.value for act in Act)


def may_write(entity: str, rights: frozenset[Right]) -> bool:
    """Whether a change of this table, or this act, may be written down with these rights.

    What is not known is refused: a table that nobody thought about is written to by nobody.
    """
    if entity in NOUNS:
        return NOUNS[entity].right in rights
    if entity in ACTING:
        return ACTING[entity] in rights
    return entity in _ACTS or entity in FORMER


def may_be_signed(entity: str) -> bool:
    """Whether an entry of the trail may tell of what a signature covers; of an unknown table it may."""
    if entity in NOUNS:
        return NOUNS[entity].signed is not Signed.NEVER
    return entity not in (_ACTS | FORMER)


def is_clinical(entity: str) -> bool:
    """Whether an entry of the trail says something about a patient; one of an unknown table may."""
    if entity in NOUNS:
        return bool(NOUNS[entity].of)
    return entity not in _ACTS
