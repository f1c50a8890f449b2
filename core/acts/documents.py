"""What leaves the clinic file: who may take it, what it is made of, and the trail's entry that it left."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from core import clock, exports, reports
from core.acts import all_patients, attaching, people, signing, trial_report
from core.acts.all_patients import Cancelled, Progress
from core.errors import StorageError
from core.findings import appointments
from core.model.attachment import Reference
from core.model.document import (
    PDF,
    About,
    Counted,
    Document,
    OfAppointments,
    OfAttachment,
    OfCare,
    OfCasebook,
    OfCodedData,
    OfData,
    OfDay,
    OfDefinition,
    OfDrill,
    OfEvent,
    OfEvents,
    OfFile,
    OfForm,
    OfMonitoring,
    OfNothing,
    OfPatient,
    OfRegisters,
    OfSheet,
    OfTrail,
    OfTreatments,
    OfTrial,
    OfUsers,
    OfVisit,
    OfWeeks,
    Source,
)
from core.model.nouns import NOT_EXPORTED, NOUNS
from core.model.paper import PaperSize
from core.model.record import PatientRecord
from core.model.registers import Registers
from core.model.stored import StoredTable
from core.model.trail import Act, TrailHead
from core.model.user import Clinic, Right, User
from core.session import Session
from core.store import Database, audit, records
from core.store.attachments import Attachments
from core.store.clinic import ClinicStore, Users
from core.store.patients import Patients
from core.store.tables import StoredTables
from core.views import calendar, day_list
from core.words import N_, _

if TYPE_CHECKING:
    from core.cohort.frames import Cohort

S = TypeVar("S", bound=Source)
Common = Mapping[str, Any]  # what every source has
_CLOSED = N_("The clinic file was closed: nothing was made.")


def offered(session: Session, of: type[Source]) -> list[Document[Any]]:
    """The documents and exports that are made of this and that the user may see, in the registries' order."""
    everything = (*reports.REPORTS, *exports.EXPORTS)
    return [one for one in everything if one.of is of and may_see(session, one)]


def may_see(session: Session, document: Document[Any]) -> bool:
    return document.right is None or session.may(document.right)


def may_take(session: Session, document: Document[Any]) -> bool:
    return document.needs(session.rights) is None


def source(
    session: Session, document: Document[S], about: About, size: PaperSize = PaperSize.A4
) -> S:
    """What the document is made of, as the file is now, and the paper that it is for. Raises NotAllowed."""
    need(session, document)
    if is_of_many(document):
        found = read(session, document, about, size)
        if found is None:
            raise StorageError(_(_CLOSED))
        return found
    common = _common(
        session, about, size, clinic=session.clinic, user=session.user, head=session.trail_head
    )
    return cast(S, _SOURCES[document.of](session, about, common))


def read(
    session: Session,
    document: Document[S],
    about: About,
    size: PaperSize = PaperSize.A4,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> S | None:
    """The same of a document that `is_of_many` patients, in any thread: everything in it is of one moment.

    None where it was given up, or the file was closed meanwhile. Raises NotAllowed, and StorageError.
    """
    need(session, document)
    make = _SOURCES_OF_MANY[document.of]

    def made(db: Database, tell: Progress) -> Source:
        user = Users(db).get(session.login)
        assert user is not None
        clinic, head = ClinicStore(db).get(), audit.head(db)
        common = _common(session, about, size, clinic=clinic, user=user, head=head)
        return make(db, about, common, tell)

    return cast(S | None, all_patients.ask(session, made, progress, cancelled))


def is_of_many(document: Document[Any]) -> bool:
    """Whether it is made of the records of many patients, which take a while to read."""
    return document.of in _SOURCES_OF_MANY


def need(session: Session, document: Document[Any]) -> None:
    """Raises NotAllowed where the person's role may not see what it is made of."""
    if document.right is not None:
        session.need(document.right)
    if is_of_many(document):
        session.need(Right.READ)
        session.need(_RIGHTS_OF_MANY.get(document.of, Right.READ))


def _common(
    session: Session,
    about: About,
    size: PaperSize,
    *,
    clinic: Clinic,
    user: User,
    head: TrailHead | None,
) -> Common:
    return {
        "clinic": clinic,
        "file_name": session.path.name,
        "printed_by": user.full_name,
        "printed_at": clock.now(),
        "head": head,
        "choice": about.choice,
        "size": size,
    }


def write_down(
    session: Session, document: Document[S], made_of: S, act: Act, content: bytes | None = None
) -> S:
    """Before it is printed or leaves the file; answers with the trail's new end. Raises NotAllowed.

    Of a table that was made already, ``content``, the trail has the hash, and how many rows it has.
    """
    if (right := document.needs(session.rights)) is not None:
        session.need(right)
    details: dict[str, Any] = {"document": document.called, **made_of.said, **made_of.counts}
    if isinstance(content, Counted):
        details["rows"] = sum(content.rows.values())
        details["tables"] = "; ".join(f"{path} {rows}" for path, rows in content.rows.items())
    if content is not None:
        details["sha256"] = hashlib.sha256(content).hexdigest()
    session.record_act(act, patient_id=made_of.patient_id, details=details)
    return replace(made_of, head=session.trail_head)


def write_cancelled(session: Session, document: Document[Any], made_of: Source) -> None:
    """After `write_down`: it was given up, and did not leave."""
    with session.write(N_("cancelled: nothing was saved")):
        counts = dict.fromkeys(made_of.counts, 0)
        details = {"document": document.called, **made_of.said, **counts}
        session.note(Act.EXPORTED, patient_id=made_of.patient_id, details=details)


def export(session: Session, document: Document[S], about: About) -> bytes:
    """The document for a script, with its entry in the trail. Raises NotAllowed."""
    made_of = source(session, document, about)
    if (right := document.needs(session.rights)) is not None:
        session.need(right)
    if not is_table(document):
        return document.make(write_down(session, document, made_of, Act.EXPORTED))
    content = document.make(made_of)
    write_down(session, document, made_of, Act.EXPORTED, content)
    return content


def is_table(document: Document[Any]) -> bool:
    """Whether it is data, which does not tell where the trail ends: it is made before it is written down."""
    return document.ending != PDF


def _of_nothing(_session: Session, _about: About, common: Common) -> OfNothing:
    return OfNothing(**common)


def _of_patient(session: Session, about: About, common: Common) -> OfPatient:
    assert about.patient_id is not None
    record = session.record(about.patient_id)
    return OfPatient(record=record, names=session.users.names(), **common)


def _of_casebook(session: Session, about: About, common: Common) -> OfCasebook:
    assert about.patient_id is not None
    record = session.record(about.patient_id)
    return OfCasebook(
        record=record,
        names=session.users.names(),
        signed=signing.states(session, record),
        entries=session.trail.count(about.patient_id),
        **common,
    )


def _of_treatments(session: Session, about: About, common: Common) -> OfTreatments:
    assert about.patient_id is not None
    record = session.record(about.patient_id)
    return OfTreatments(record=record, names=session.users.names(), **common)


def _of_form(session: Session, about: About, common: Common) -> OfForm:
    assert about.patient_id is not None
    record = session.record(about.patient_id)
    return OfForm(record=record, names=session.users.names(), **common)


def _of_definition(_session: Session, _about: About, common: Common) -> OfDefinition:
    return OfDefinition(**common)


def _of_visit(session: Session, about: About, common: Common) -> OfVisit:
    assert about.patient_id is not None
    assert about.visit_id is not None
    record = session.record(about.patient_id)
    return OfVisit(
        record=record,
        names=session.users.names(),
        visit_id=about.visit_id,
        signed=signing.states(session, record, about.visit_id),
        **common,
    )


def _of_sheet(session: Session, about: About, common: Common) -> OfSheet:
    assert about.patient_id is not None
    assert about.visit_id is not None
    return OfSheet(
        record=session.record(about.patient_id),
        names=session.users.names(),
        visit_id=about.visit_id,
        **common,
    )


def _of_monitoring(session: Session, about: About, common: Common) -> OfMonitoring:
    assert about.patient_id is not None
    assert about.visit_id is not None
    record = session.record(about.patient_id)
    return OfMonitoring(
        record=record,
        names=session.users.names(),
        visit_id=about.visit_id,
        signed=signing.states(session, record, about.visit_id),
        **common,
    )


def _of_day(session: Session, about: About, common: Common) -> OfDay:
    today = clock.today()
    day = _chosen(about, today)
    outlines = session.outlines()
    return OfDay(
        day=day,
        records=tuple(session.record(one) for one in day_list.who(outlines, day, today)),
        days=day_list.days(outlines, day, today),
        **common,
    )


def _of_weeks(session: Session, about: About, common: Common) -> OfWeeks:
    today, outlines = clock.today(), session.outlines()
    first = calendar.week_of(_chosen(about, today))
    weeks = calendar.weeks(outlines, first, today)
    return OfWeeks(
        first=first, outlines=outlines, appointments=calendar.appointments_of(weeks), **common
    )


def _of_appointments(session: Session, _about: About, common: Common) -> OfAppointments:
    today = clock.today()
    coming = [
        one.appointment
        for record in session.outlines()
        for one in appointments.open_appointments(record, today)
        if not one.missed(today)
    ]
    return OfAppointments(appointments=sorted(coming, key=lambda one: one.order), **common)


def _chosen(about: About, today: date) -> date:
    """The day that was chosen, as the choices have it."""
    return date.fromisoformat(about.choice) if about.choice else today


def _of_events(session: Session, _about: About, common: Common) -> OfEvents:
    patients, treated = session.clinic_events.people(clock.today())
    return OfEvents(
        events=session.clinic_events.all(),
        patients=patients,
        treated=treated,
        limits=session.thresholds.all(),
        **common,
    )


def _of_event(session: Session, about: About, common: Common) -> OfEvent:
    assert about.patient_id is not None
    assert about.event_id is not None
    return OfEvent(
        record=session.record(about.patient_id),
        names=session.users.names(),
        event_id=about.event_id,
        report_id=about.report_id,
        **common,
    )


def _of_users(session: Session, _about: About, common: Common) -> OfUsers:
    made = people.recovery_code_made(session)
    return OfUsers(reviewed=people.review(session), code_made=made, **common)


def _of_care(session: Session, about: About, common: Common) -> OfCare:
    today, of = clock.today(), len(session.patients.record_numbers())

    def load() -> "Cohort":
        from core.acts import cohort  # with numpy, which no other document needs

        found = cohort.load(session, today)
        if found is None:
            raise StorageError(_(_CLOSED))
        return found

    return OfCare(load=load, patients=about.patients, of=of, **common)


def _of_registers(session: Session, _about: About, common: Common) -> OfRegisters:
    registers = Registers(trainings=session.trainings.all(), checks=session.calibrations.all())
    return OfRegisters(registers=registers, names=session.users.names(), **common)


def _of_trail(session: Session, about: About, common: Common) -> OfTrail:
    entries = tuple(one for page in session.trail.all_pages(about.entries) for one in page)
    return OfTrail(
        entries=entries,
        names=session.trail.names(entries),
        asked=about.asked,
        of=about.entries.patient_id,
        **common,
    )


def _of_drill(_session: Session, about: About, common: Common) -> OfDrill:
    assert about.drill is not None
    return OfDrill(drill=about.drill, **common)


def _of_attachment(session: Session, about: About, common: Common) -> OfAttachment:
    reference = Reference.of(about.attached)
    assert reference is not None
    assert about.patient_id is not None
    content, _media = attaching.content(session, reference)
    patient = session.patients.get(about.patient_id)
    return OfAttachment(
        of=patient.id,
        record_number=patient.record_number,
        name=reference.name,
        content=content,
        **common,
    )


_SOURCES: Mapping[type[Source], Callable[[Session, About, Common], Source]] = {
    OfNothing: _of_nothing,
    OfDefinition: _of_definition,
    OfForm: _of_form,
    OfPatient: _of_patient,
    OfCasebook: _of_casebook,
    OfTreatments: _of_treatments,
    OfVisit: _of_visit,
    OfMonitoring: _of_monitoring,
    OfSheet: _of_sheet,
    OfDay: _of_day,
    OfWeeks: _of_weeks,
    OfAppointments: _of_appointments,
    OfEvents: _of_events,
    OfEvent: _of_event,
    OfUsers: _of_users,
    OfTrail: _of_trail,
    OfCare: _of_care,
    OfRegisters: _of_registers,
    OfDrill: _of_drill,
    OfAttachment: _of_attachment,
}


# Of many patients: made of the file as it is at one moment, in any thread.


def _of_file(db: Database, about: About, common: Common, tell: Progress) -> OfFile:
    return OfFile(records=_records(db, about, tell), **common)


def _of_data(db: Database, about: About, common: Common, tell: Progress) -> OfData:
    found = _records(db, about, tell)
    return OfData(
        records=found,
        stored=_stored(db, found, tell),
        attached=_attached(db, found, tell),
        **common,
    )


def _of_coded_data(db: Database, about: About, common: Common, tell: Progress) -> OfCodedData:
    found = _records(db, about, tell)
    return OfCodedData(
        records=found,
        stored=_stored(db, found, tell),
        key=StoredTables(db).secret(),
        **common,
    )


def _of_trial(db: Database, about: About, common: Common, tell: Progress) -> OfTrial:
    return trial_report.source(db, about.trial, common, tell)


def _records(db: Database, about: About, tell: Progress) -> Sequence[PatientRecord]:
    """Those that are asked for, else all by record number."""
    asked = about.patients
    if asked is None:
        patients = sorted(Patients(db).all(), key=lambda one: one.record_number)
        asked = tuple(one.id for one in patients)
    return tuple(all_patients.each(asked, partial(records.load, db), tell))


def _stored(db: Database, found: Sequence[PatientRecord], tell: Progress) -> list[StoredTable]:
    """Every table that leaves with everything."""
    tables: list[StoredTable] = []
    for name in NOUNS:
        if name not in NOT_EXPORTED:
            tables.append(StoredTables(db).read(name))
            tell(len(found), len(found))
    return tables


def _attached(db: Database, found: Sequence[PatientRecord], tell: Progress) -> Mapping[str, bytes]:
    """The bytes of the attached files of these patients."""
    attachments, bytes_of = Attachments(db), dict[str, bytes]()
    for record in found:
        for one in attachments.of(record.patient.id):
            bytes_of[str(one.id)] = attachments.content(one)
            tell(len(found), len(found))
    return bytes_of


_SOURCES_OF_MANY: Mapping[type[Source], Callable[[Database, About, Common, Progress], Source]] = {
    OfFile: _of_file,
    OfData: _of_data,
    OfCodedData: _of_coded_data,
    OfTrial: _of_trial,
}
_RIGHTS_OF_MANY: Mapping[type[Source], Right] = {
    OfData: Right.EXPORT_ALL,
    OfCodedData: Right.EXPORT_CODED,
    OfTrial: Right.COHORT,
}
