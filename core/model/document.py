"""What leaves the clinic file as a document or a table: what it is called, what it is made of, who may have it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from core.model.appointment import Appointment
from core.model.backup import DrillResult
from core.model.clinic_event import ClinicEvent
from core.model.ids import EventId, PatientId, RecordId, VisitId
from core.model.paper import PaperSize
from core.model.record import PatientRecord
from core.model.registers import Registers
from core.model.signature import SignatureState
from core.model.stored import StoredTable
from core.model.trail import Names, TrailEntry, TrailFilter, TrailHead
from core.model.user import Clinic, Reviewed, Right
from core.model.validation import Validation
from core.model.visit import Visit

PDF, CSV, ICS, ZIP, XLSX = "pdf", "csv", "ics", "zip", "xlsx"


class Counted(bytes):
    """What was made, with how many rows each of its tables has: for the trail."""

    rows: Mapping[str, int]

    @classmethod
    def of(cls, content: bytes, rows: Mapping[str, int]) -> "Counted":
        made = cls(content)
        made.rows = rows
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialAsked:
    """What a trial report is asked for.

    ``schedule`` is the study's, the clinic's own where it is empty. Data counts that is of ``until`` or before (today),
    as it stood at an ``entry`` of the trail (the last that changed anything). ``coded`` numbers patients from 001 on and
    leaves out lots and what people typed; ``days_only`` tells days since the infusion and no date. ``spread`` is what
    follows a mean ("se", "sd", "quartiles"); ``chapters`` are those chosen, the usual ones where it is None.
    """

    schedule: str = ""
    until: date | None = None
    entry: int | None = None
    coded: bool = False
    days_only: bool = False
    spread: str = "se"
    chapters: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a person asks a document of; what it does not need is left out.

    ``entries`` are those of the trail, ``asked`` says which ones in words (name, value); ``choice`` is one
    of the document's own choices; ``attached`` is the value of a field that names an attached file.
    ``report_id`` is a report of the ``event_id``. ``patients`` are those that are asked for, in their order; None is all.
    ``trial`` is what a trial report is asked for.
    """

    patient_id: PatientId | None = None
    visit_id: VisitId | None = None
    entries: TrailFilter = field(default_factory=TrailFilter)
    asked: tuple[tuple[str, str], ...] = ()
    drill: DrillResult | None = None
    event_id: EventId | None = None
    report_id: RecordId | None = None
    choice: str = ""
    attached: str = ""
    patients: tuple[PatientId, ...] | None = None
    trial: TrialAsked = field(default_factory=TrialAsked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a document is made of: values read from the file at one moment, so that any thread can make it.

    ``head`` is where the audit trail stood; ``choice`` is one of the document's own choices. ``size`` is that of
    its paper.
    """

    clinic: Clinic
    file_name: str
    printed_by: str
    printed_at: datetime
    head: TrailHead | None
    choice: str = ""
    size: PaperSize = PaperSize.A4

    @property
    def patient_id(self) -> PatientId | None:
        """Whose it is, where it is one patient's."""
        return None

    @property
    def whose(self) -> tuple[str, date] | None:
        """The record number and the day that a file's name tells, where the clinic chose that."""
        return None

    @property
    def visit_code(self) -> str | None:
        """For a file's name: the code of a visit, None for one that has none, empty where it is of no visit."""
        return ""

    @property
    def counts(self) -> Mapping[str, int]:
        """How much of it leaves, as the trail says it."""
        return {}

    @property
    def said(self) -> Mapping[str, str]:
        """What the trail says of it besides."""
        return {}

    @property
    def ending(self) -> str:
        """That of the file's name, where the document does not know it."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfNothing(Source):
    """Nothing that was entered: blank paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPatient(Source):
    """One patient's record, and the full names of the users by login."""

    record: PatientRecord
    names: Mapping[str, str]

    @property
    def patient_id(self) -> PatientId:
        return self.record.patient.id

    @property
    def whose(self) -> tuple[str, date]:
        return self.record.patient.record_number, self.printed_at.astimezone().date()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfDefinition(OfNothing):
    """A form that is data, without anything entered; ``choice`` is its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfForm(OfPatient):
    """One patient's records of a form that is data; ``choice`` is its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTreatments(OfPatient):
    """All treatments of one patient; ``choice`` is the time axis of their picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCasebook(OfPatient):
    """All that is known of one patient, the state of every signature, and how many entries of the trail are about them."""

    signed: Sequence[SignatureState]
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfVisit(OfPatient):
    """One visit of the record, and the state of every signature under it."""

    visit_id: VisitId
    signed: Sequence[SignatureState]

    @property
    def visit(self) -> Visit:
        return self.record.visit(self.visit_id)

    @property
    def whose(self) -> tuple[str, date]:
        return self.record.patient.record_number, self.visit.date

    @property
    def visit_code(self) -> str | None:
        return self.visit.code


@dataclass(frozen=True, slots=True, kw_only=True)
class OfMonitoring(OfVisit):
    """The infusion of a visit with its monitoring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSheet(OfPatient):
    """One finished visit, for its patient; ``typed`` are texts of the sheet that are not saved yet, by field."""

    visit_id: VisitId
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def whose(self) -> tuple[str, date]:
        return self.record.patient.record_number, self.record.visit(self.visit_id).date

    @property
    def visit_code(self) -> str | None:
        return self.record.visit(self.visit_id).code


@dataclass(frozen=True, slots=True, kw_only=True)
class OfFile(Source):
    """The records of the patients that were asked for, else of all by record number."""

    records: Sequence[PatientRecord]

    @property
    def counts(self) -> Mapping[str, int]:
        return {"patients": len(self.records)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfData(OfFile):
    """Everything that is known of these patients: their records, and the tables of the file as they are stored.

    ``attached`` are the bytes of attached files by their ids.
    """

    stored: Sequence[StoredTable]
    attached: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def secret(self) -> bytes:
        """With what it is coded; empty where it is not."""
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCodedData(OfData):
    """The same for an export without anything that says who somebody is, coded with the ``key``."""

    key: bytes = field(repr=False)

    @property
    def secret(self) -> bytes:
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTrial(Source):
    """The patients of one study as they stood at an entry of the trail (``as_of``), whatever was written since.

    ``asked`` names its schedule and its data cut. What is made of it does not depend on who makes it, or when: the
    same cut of the same entry gives the same bytes.
    """

    asked: TrialAsked
    as_of: TrailHead | None
    records: Sequence[PatientRecord]

    @property
    def until(self) -> date:
        return self.asked.until or self.printed_at.astimezone().date()

    @property
    def counts(self) -> Mapping[str, int]:
        return {"patients": len(self.records)}

    @property
    def said(self) -> Mapping[str, str]:
        entry = "" if self.as_of is None else str(self.as_of.sequence)
        kind = {"numbers": "coded"} if self.asked.coded else {}
        return {"until": self.until.isoformat(), "entry": entry, **kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfDay(Source):
    """Who comes on a day: the records of those patients. ``days`` are other days to choose, with how many come."""

    day: date
    records: Sequence[PatientRecord]
    days: Mapping[date, int]

    @property
    def counts(self) -> Mapping[str, int]:
        return {"patients": len(self.records)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfWeeks(Source):
    """The weeks from a day on: every patient with their visits and appointments, and how many of these there are."""

    first: date
    outlines: Sequence[PatientRecord]
    appointments: int

    @property
    def counts(self) -> Mapping[str, int]:
        return {"appointments": self.appointments}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAppointments(Source):
    """Every appointment to come, and nothing of whose it is."""

    appointments: Sequence[Appointment]

    @property
    def counts(self) -> Mapping[str, int]:
        return {"appointments": len(self.appointments)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfEvents(Source):
    """Every adverse event of the clinic, how many patients there are and how many were treated, and the limits."""

    events: Sequence[ClinicEvent]
    patients: int
    treated: int
    limits: Mapping[str, float]

    @property
    def counts(self) -> Mapping[str, int]:
        return {"events": len(self.events)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfEvent(OfPatient):
    """One adverse event of the record; ``choice`` is how its report is laid out."""

    event_id: EventId
    report_id: RecordId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfUsers(Source):
    """Everybody who can sign in, or could; when the recovery code was made, None where there is none."""

    reviewed: Sequence[Reviewed]
    code_made: datetime | None

    @property
    def counts(self) -> Mapping[str, int]:
        return {"users": len(self.reviewed)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCare(Source):
    """The patients as a group. ``load`` gives all of them (`core.cohort.frames.Cohort`), in whatever thread makes the document.

    ``patients`` are those that were asked for, None where all were; ``of`` is how many the file has.
    """

    load: Callable[[], Any]
    patients: Sequence[PatientId] | None
    of: int

    @property
    def counts(self) -> Mapping[str, int]:
        return {"patients": self.of if self.patients is None else len(self.patients)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRegisters(Source):
    """The clinic's logs, and the full names of the users by login."""

    registers: Registers
    names: Mapping[str, str]

    @property
    def counts(self) -> Mapping[str, int]:
        registers = self.registers
        return {"entries": len(registers.trainings) + len(registers.checks)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTrail(Source):
    """Entries of the audit trail, what they call by id, and which were asked for as (name, value)."""

    entries: Sequence[TrailEntry]
    names: Names
    asked: tuple[tuple[str, str], ...]
    of: PatientId | None  # the one patient that was asked for

    @property
    def patient_id(self) -> PatientId | None:
        return self.of

    @property
    def counts(self) -> Mapping[str, int]:
        return {"entries": len(self.entries)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfDrill(Source):
    """A restore drill."""

    drill: DrillResult


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAttachment(Source):
    """A file that is attached to a record of a patient: its name and its bytes."""

    of: PatientId
    record_number: str
    name: str
    content: bytes

    @property
    def patient_id(self) -> PatientId:
        return self.of

    @property
    def whose(self) -> tuple[str, date]:
        return self.record_number, self.printed_at.astimezone().date()

    @property
    def counts(self) -> Mapping[str, int]:
        return {"bytes": len(self.content)}

    @property
    def said(self) -> Mapping[str, str]:
        return {"file": self.name}

    @property
    def ending(self) -> str:
        return self.name.rpartition(".")[2].casefold() if "." in self.name else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCode(Source):
    """The recovery code, in groups joined by "-". It is printed before anybody has signed in."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfValidation(Source):
    """What the checks of this installation found."""

    found: Validation


S = TypeVar("S", bound=Source)


def no_choices(_source: Source) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Generic[S]):
    """One kind of document or table. Its words are marked (`N_`), and translated where they are shown.

    ``button`` and ``tip`` are those of what leads to it, ``spoken`` its name where the text is not enough, ``saving`` the title of the question where to save it, ``hint`` is read beside its pages, ``called`` is what the audit trail calls it: never changed once released.
    ``of`` is what it is made of. It needs the ``right``, where there is one; what ``holds_patients`` needs
    the right to export besides, of whoever reads patients' data. ``stem`` begins its file's name.

    ``make`` imports what it needs when it is called. ``choices`` are what can be chosen, by id.
    ``most`` is how many of its ``counts`` fit on it. ``page`` is the page of the window that shows it, ``topic`` that
    of the guide about it. Before one that ``asks_password`` leaves, the person at the keyboard types theirs once more.
    """

    id: str
    title: str
    button: str
    saving: str
    called: str
    of: type[S]
    right: Right | None
    holds_patients: bool
    stem: str
    make: Callable[[S], bytes]
    ending: str = PDF
    hint: str = ""
    tip: str = ""
    spoken: str = ""
    choices: Callable[[S], Mapping[str, str]] = no_choices
    most: int | None = None
    page: str = "document"
    asks_password: bool = False
    topic: str = "summary"

    def needs(self, rights: frozenset[Right]) -> Right | None:
        """The right that somebody with these lacks to take it along; None where they may."""
        if self.right is not None and self.right not in rights:
            return self.right
        if self.holds_patients and Right.READ in rights and Right.EXPORT not in rights:
            return Right.EXPORT
        return None
