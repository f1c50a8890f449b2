"""Questions on fields: which fields there are, and asking, answering and closing.

A question changes no data: it can be asked, answered and closed while the visit is locked. What a rule
found is asked by ``Draft.finish``; it stays until a person closes it, even where the rule would not
find it any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core import clock
from core.entering.visit.draft import Draft
from core.entering.visit.steps import DETAILS, NOTE, TASKS
from core.entering.visit.unsaved import typed_in
from core.forms import wording
from core.labels import BLOW_QUALITY
from core.model.data_query import DataQuery, QueryReply, QueryState
from core.model.ids import PatientId, VisitId
from core.model.measurement import asked_kinds
from core.model.nouns import (
    ADVERSE_EVENTS,
    LABORATORY,
    MEASUREMENTS,
    SINCE_LAST_TIME,
    SPIROMETRY,
)
from core.model.record import PatientRecord
from core.model.user import Right
from core.protocols import catalog as protocols
from core.session import Session
from core.views.events import event_field, event_row
from core.views.spirometry import spirometry_title
from core.views.visit_words import visit_title
from core.words import N_, _, plural

PATIENT = "patient"  # the step of a question that is about no visit


@dataclass(frozen=True, slots=True)
class Place:
    """A field that a question can be about: the step and the field that lead to it, and its name."""

    step: str
    field: str
    label: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that is not closed, as a list of the clinic shows it; ``visit`` is empty where it is about none."""

    query: DataQuery
    record_number: str
    visit: str
    days: int


def places(draft: Draft) -> tuple[Place, ...]:
    """Every field of a visit, in the order in which it is entered."""
    found = [
        Place(DETAILS, "date", _("Date of the visit")),
        Place(DETAILS, "mode", _("How it took place")),
        Place(DETAILS, "respondent", _("Who answered")),
        Place(DETAILS, "details.weight", _("Weight")),
        Place(DETAILS, "details.paper_on", _("Paper form")),
    ]
    if draft.asks(SINCE_LAST_TIME):
        for group in draft.since.groups:
            found += [
                Place(SINCE_LAST_TIME, line.record.id, wording.line(line.form, line.record))
                for line in group.lines
            ]
            found.append(Place(SINCE_LAST_TIME, group.form.id, group.form.ask))
    for instrument in draft.questionnaires.instruments:
        answers = draft.questionnaires.form(instrument.id).answers
        for slot in instrument.slots:
            answer = answers.get(slot)
            item = instrument.item(answer.item) if answer else instrument.variants(slot)[0]
            label = f"{instrument.title}: {item.number} {item.title}"
            found.append(Place(instrument.id, slot, label))
    if draft.asks(SPIROMETRY):
        found += _spirometry_places(draft)
    if draft.asks(MEASUREMENTS):
        found += [
            Place(MEASUREMENTS, f"measurement.value.{kind.id}", kind.title)
            for kind in asked_kinds().values()
        ]
    if draft.asks(LABORATORY):
        found += [
            Place(LABORATORY, f"laboratory.value.{test.id}", test.title)
            for _panel, tests in draft.laboratory.panels
            for test in tests
        ]
    found += [
        Place(form.id, field.id, f"{form.title}: {field.title}")
        for form in draft.forms.asked
        for field in form.fields
    ]
    if draft.asks(ADVERSE_EVENTS):
        found.append(Place(ADVERSE_EVENTS, "asked", _("Anything new since the last visit?")))
        for event in draft.events.reported:
            label = _("Adverse event: {term}, {onset}")
            said = label.format(term=event.term, onset=event_row(event).onset)
            found.append(Place(ADVERSE_EVENTS, event_field(event), said))
    found += [Place(TASKS, task.id, task.title) for task in draft.tasks.asked]
    found += [
        Place(NOTE, "note", _("Note of the visit")),
        Place(NOTE, "stage", _("King's stage, clinical")),
    ]
    return tuple(found)


def patient_places() -> tuple[Place, ...]:
    """What is asked about the patient and not about a visit."""
    fields = {
        "": _("The patient as a whole"),
        "record_number": _("Record number"),
        "family_name": _("Family name"),
        "given_name": _("Given name"),
        "sex": _("Sex"),
        "born": _("Date of birth"),
        "height_cm": _("Height"),
        "region": _("Region of onset"),
        "onset": _("First symptom"),
        "diagnosis": _("Diagnosis"),
        "reference_on": _("Day 0 of the schedule"),
        "milestones": _("Milestones"),
        "eligibility": _("Eligibility"),
    }
    return tuple(Place(PATIENT, field, label) for field, label in fields.items())


def ask(
    session: Session, patient_id: PatientId, visit_id: VisitId | None, place: Place, text: str
) -> DataQuery:
    """Ask about a field. Raises NotAllowed."""
    session.need(Right.QUERY)
    query = DataQuery(
        patient_id=patient_id,
        visit_id=visit_id,
        step=place.step,
        field=place.field,
        label=place.label,
        text=_said(text),
        opened_by=session.login,
        opened_at=clock.now(),
    )
    with session.write(N_("query asked")):
        session.queries.save(query)
    return query


def answer(session: Session, query: DataQuery, text: str) -> None:
    """Answer a question that is not closed. Raises NotAllowed."""
    session.need(Right.QUERY)
    _reply(session, _open_still(session, query), text, N_("query answered"))


def ask_again(session: Session, query: DataQuery, text: str) -> None:
    """Say why an answer does not settle it; a closed question is reopened by who may close. Raises NotAllowed."""
    current = _current(session, query)
    session.need(Right.CLOSE_QUERY if current.closed else Right.QUERY)
    _reply(session, current, text, N_("query asked again"), asks=True)


def close(session: Session, query: DataQuery, remark: str = "") -> None:
    """Settle a question, with a last word if there is one. Raises NotAllowed."""
    session.need(Right.CLOSE_QUERY)
    current = _open_still(session, query)
    with session.write(N_("query closed")):
        if remark.strip():
            session.queries.reply(_next_reply(session, current, remark))
        session.queries.save(replace(current, closed_by=session.login, closed_at=clock.now()))


def unsettled(queries: Iterable[DataQuery]) -> tuple[DataQuery, ...]:
    """Those that are not closed: the open ones first, each in the order in which they were asked."""
    waits = [query for query in queries if not query.closed]
    return tuple(sorted(waits, key=lambda query: query.state is not QueryState.OPEN))


def of_visit(record: PatientRecord, visit_id: VisitId) -> tuple[DataQuery, ...]:
    return tuple(query for query in record.queries if query.visit_id == visit_id)


def waiting(
    queries: Iterable[DataQuery],
    records: Sequence[PatientRecord],
    today: date,
    *,
    may_close: bool,
) -> tuple[Waiting, ...]:
    """Every question of the clinic that waits for somebody: the open ones first, the oldest on top.

    A question of a rule that was answered waits only for those who may close it.
    """
    by_patient = {record.patient.id: record for record in records}
    found = []
    for query in unsettled(queries):
        record = by_patient.get(query.patient_id)
        settled = query.rule and query.state is QueryState.ANSWERED and not may_close
        if record is not None and not settled:
            found.append(
                Waiting(
                    query, record.patient.record_number, visit_of(record, query), age(query, today)
                )
            )
    return tuple(found)


def visit_of(record: PatientRecord, query: DataQuery) -> str:
    """The visit that a question is about; empty where it is about none."""
    visit = next((v for v in record.visits if v.id == query.visit_id), None)
    if visit is None or protocols.find(record.patient) is None:
        return ""
    return visit_title(record, visit)


def age(query: DataQuery, today: date) -> int:
    """For how many days a question has been waiting."""
    return (today - query.opened_at.astimezone().date()).days


def age_text(days: int) -> str:
    return _("today") if days <= 0 else plural(days, "1 day", "{n} days")


def _spirometry_places(draft: Draft) -> list[Place]:
    found = []
    for session in draft.spirometry.all:
        title = spirometry_title(session)
        fields = {"blow.1": ""} if not session.blows else {}
        for blow in session.blows:
            said = _("blow {n}, {quality}")
            quality = BLOW_QUALITY[blow.quality]
            fields[f"blow.{blow.number}"] = said.format(n=blow.number, quality=quality)
        fields["height"] = _("height")
        fields["device_percent"] = _("% printed by the device")
        for field, words in fields.items():
            label = f"{title}: {words}" if words else title
            found.append(Place(SPIROMETRY, typed_in(session, field), label))
    return found


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("a question, and what is said to it, has words")
    return text.strip()


def _current(session: Session, query: DataQuery) -> DataQuery:
    """The question as the file has it now."""
    return next(one for one in session.queries.of(query.patient_id) if one.id == query.id)


def _open_still(session: Session, query: DataQuery) -> DataQuery:
    current = _current(session, query)
    if current.closed:
        raise ValueError("a closed question is asked again before anything is said to it")
    return current


def _reply(
    session: Session, query: DataQuery, text: str, reason: str, *, asks: bool = False
) -> None:
    reply = replace(_next_reply(session, query, text), asks=asks)
    with session.write(reason):
        session.queries.reply(reply)
        if query.closed:
            session.queries.save(replace(query, closed_by=None, closed_at=None))


def _next_reply(session: Session, query: DataQuery, text: str) -> QueryReply:
    return QueryReply(
        query_id=query.id,
        number=len(query.replies) + 1,
        by=session.login,
        at=clock.now(),
        text=_said(text),
    )
