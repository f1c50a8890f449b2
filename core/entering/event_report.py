"""Reports of a serious event: the next one of a chain, edited, saved, and recorded as sent."""

from collections.abc import Mapping

from core import clock
from core.entering import records
from core.entering.record_entry import RecordEntry, texts_of
from core.entry import Problem
from core.forms import catalog
from core.forms.definition import Form
from core.forms.reading import Limits
from core.model.event_details import FORM, REPORT, EventDetails, EventReport, record_id
from core.model.form_record import FormRecord
from core.model.record import PatientRecord
from core.session import Session
from core.views.event_narrative import narrative
from core.words import _

EVENT, ID = (
    "event",
    "report",
)  # beside the texts that are kept: of which event, and of which report of it
NAMES = ("to", "sent_at", "how", "sent_by", "narrative")


def form() -> Form:
    return catalog.newest()[REPORT]


def next_number(known: EventDetails, to: str) -> int:
    """1 is the initial report to somebody; follow-up reports go on counting."""
    return 1 + max((one.number for one in known.reports if one.to == to), default=0)


def first_texts(session: Session, record: PatientRecord, known: EventDetails) -> Mapping[str, str]:
    """A new report as it begins: to the sponsor, told from what is recorded."""
    return {
        "to": "sponsor",
        "narrative": narrative(record, known.event.id, session.users.names()),
    }


def entry_of(
    session: Session, known: EventDetails, report: EventReport | None, texts: Mapping[str, str]
) -> RecordEntry:
    """A report while it is edited; of a new one the number follows from those before it."""
    event = known.event
    number = report.number if report is not None else next_number(known, texts.get("to", ""))
    return RecordEntry(
        form(),
        event.patient_id,
        session.login,
        Limits(latest=clock.today()),
        within=record_id(event.id),
        record=None if report is None else report.record,
        texts={**{name: texts.get(name, "") for name in NAMES}, "number": str(number)},
    )


def stored_texts(report: EventReport) -> Mapping[str, str]:
    """A report as it would be typed."""
    return texts_of(form(), report.record)


def read(entry: RecordEntry) -> FormRecord | Mapping[str, Problem]:
    """The report, or what is wrong by the name of its text. A report that was sent says how, and by whom."""
    wrong = {found.field: found.problem for found in entry.judge().found}
    sent = bool(entry.texts.get("sent_at", "").strip())
    if sent and not entry.texts.get("how", "").strip():
        wrong.setdefault("how", Problem(_("Choose how it was sent.")))
    if sent and not entry.texts.get("sent_by", "").strip():
        wrong.setdefault("sent_by", Problem(_("Enter who sent it.")))
    record = entry.record
    return wrong if wrong or record is None else record


def save(session: Session, known: EventDetails, saved: FormRecord, reason: str = "") -> None:
    """The report; an event of before its forms gets an empty record that it hangs on. Raises StorageError, NotAllowed, Locked."""
    with session.write(reason):
        if known.record is None:
            session.forms.save(_bare(known, saved))
        session.forms.save(saved)
        for name in session.typed.of(records.place_of(form()), saved.patient_id):
            session.typed.remove(records.place_of(form()), saved.patient_id, name)


def _bare(known: EventDetails, saved: FormRecord) -> FormRecord:
    details = catalog.newest()[FORM]
    return FormRecord(
        id=record_id(known.event.id),
        patient_id=saved.patient_id,
        form=details.id,
        version=details.version,
        entered_by=saved.entered_by,
        entered_at=saved.entered_at,
    )
