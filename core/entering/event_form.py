"""One adverse event with all that is known of it, while it is entered: texts, and what they say so far.

No widgets. The texts of the event itself have its fields' names, those of the details the names of the form's
fields; a judgement is "judged.product", a change of grade "course.<row>.day", a diagnosis that was given up
"earlier.term".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from core import clock
from core.entering import event_entry
from core.entering.record_entry import RecordEntry, texts_of
from core.entry import Problem, Severity, as_shown, as_typed
from core.findings import event_questions
from core.forms import catalog
from core.forms.definition import Form
from core.forms.reading import Limits
from core.model import event_details, terms
from core.model.adverse_event import AdverseEvent, Milestone
from core.model.event_details import COURSE, DIAGNOSIS, FORM, JUDGEMENT, EventDetails
from core.model.form_record import FormRecord
from core.model.ids import EventId, RecordId, VisitId, new_id
from core.model.partial_date import PartialDate
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.words import _

JUDGED, CHANGE, EARLIER = "judged", "course", "earlier"  # what the texts of parts begin with
_ROW = {"began_at", "ended_at", "criteria"}  # fields of the details that the event's own texts say


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A whole event as it is to be saved in one write; ``before`` is its row in the file, if it is there.

    ``parts`` are changes of grade and earlier diagnoses, ``removed`` those that were taken out.
    """

    event: AdverseEvent
    before: AdverseEvent | None
    details: FormRecord
    parts: tuple[FormRecord, ...] = ()
    removed: tuple[RecordId, ...] = ()
    judgement: FormRecord | None = None
    death: Milestone | None = None

    def known(self, record: PatientRecord) -> EventDetails:
        """The event with all that will be known of it."""
        return event_details.details(self.within(record), self.event)

    def within(self, record: PatientRecord) -> PatientRecord:
        """The record of the patient as it will be."""
        judged = () if self.judgement is None else (self.judgement,)
        new = {one.id: one for one in (self.details, *self.parts, *judged)}
        kept = (one for one in record.forms if one.id not in new and one.id not in self.removed)
        events = [one for one in record.events if one.id != self.event.id]
        died = () if self.death is None else (self.death,)
        return replace(
            record,
            events=tuple(sorted([*events, self.event], key=lambda one: one.onset)),
            forms=(*kept, *new.values()),
            milestones=(*record.milestones, *died),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What stands in the form at one moment.

    ``problems`` keep it from being saved, by the name of the text; ``asked`` are questions that do not;
    ``entered`` is there where nothing is wrong.
    """

    problems: Mapping[str, Problem] = field(default_factory=dict)
    asked: tuple[event_questions.Question, ...] = ()
    entered: Entered | None = None


class EventForm:
    """``visit`` is the visit in progress at which a new event is reported; ``texts`` were typed before."""

    def __init__(
        self,
        record: PatientRecord,
        login: str,
        *,
        event: AdverseEvent | None = None,
        visit: Visit | None = None,
        may_judge: bool = False,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        self.record, self.login, self.may_judge = record, login, may_judge
        self.event = event
        self.id = EventId(new_id()) if event is None else event.id
        self.before = None if event is None else event_details.details(record, event)
        self.visit_id = _visit_of(event, visit)
        visits = {one.id: one for one in record.visits}
        self.visit = None if self.visit_id is None else visits.get(self.visit_id)
        self._forms = {
            name: catalog.newest()[name] for name in (FORM, JUDGEMENT, COURSE, DIAGNOSIS)
        }
        self._start = dict(self._stored())
        self.texts: dict[str, str] = {**self._start}
        for name, text in (texts or {}).items():
            if may_judge or not name.startswith(f"{JUDGED}."):
                self.texts[name] = as_shown(text)

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    def type(self, name: str, text: str) -> None:
        """What stands in a field. An outcome and a grade say whether it was fatal, and so one of the criteria."""
        if self.text(name).strip() == text.strip():
            return
        self.texts[name] = text
        if name == "term" and terms.find(text) is not None:
            self.texts["coded"] = ""  # it says its own term now
        if name in ("outcome", "grade") and text:
            self.texts["criteria"] = event_entry.with_death(self.texts)

    @property
    def typed(self) -> dict[str, str]:
        """What is kept until it is saved, by name: an empty text says what the file says."""
        names = self._start.keys() | self.texts.keys()
        return {
            name: as_typed(self.text(name).strip(), self._start.get(name, "")) for name in names
        }

    @property
    def is_changed(self) -> bool:
        return any(self.typed.values())

    @property
    def latest(self) -> date:
        """The last day on which the event can have begun, or ended: that of its visit while this is entered."""
        return self.visit.date if self.visit is not None and self.visit.is_draft else clock.today()

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the course that say something, those of the file first; then one that is free."""
        stored = [one.record.id for one in self.before.course] if self.before is not None else []
        names = (name.split(".") for name in self.texts if name.startswith(f"{CHANGE}."))
        new = sorted({int(name[1]) for name in names if name[1] not in stored})
        used = [str(row) for row in new if any(self._row(str(row)).values())]
        return (*stored, *used, str(new[-1] + 1 if new else 1))

    @property
    def is_revised(self) -> bool:
        """Whether what it was called before is being given up for another diagnosis."""
        return bool(self.text(f"{EARLIER}.term"))

    def revise(self) -> None:
        """What it was called until now becomes an earlier diagnosis; the field is free for the new one."""
        event = self.event
        if event is None or self.is_revised:
            return
        self.texts[f"{EARLIER}.term"] = event.term
        self.texts[f"{EARLIER}.coded"] = event.coded_term
        self.texts[f"{EARLIER}.until"] = str(clock.today())
        self.texts["term"] = self.texts["coded"] = ""

    def keep_diagnosis(self) -> None:
        """It is called as before."""
        for one in self._forms[DIAGNOSIS].stored:
            self.texts.pop(f"{EARLIER}.{one.id}", None)
        for name in ("term", "coded"):
            self.texts[name] = self._start.get(name, "")

    def judge(self) -> Judged:
        """What is wrong with the texts, what is asked about them, and the event where nothing is wrong."""
        patient = self.record.patient
        read = event_entry.read(
            self.texts,
            patient_id=patient.id,
            visit_id=self.visit_id,
            latest=self.latest,
            born=patient.born,
            id=self.id,
            before=self.before,
        )
        problems = dict(read) if isinstance(read, dict) else {}
        details, parts = self._details(), list(self._parts())
        judged = self._judgement()
        for prefix, entry in (("", details), *parts, *((JUDGED, one) for one in judged)):
            problems = _problems(prefix, entry) | problems
        if isinstance(read, dict):
            return Judged(problems=problems)
        problems |= self._late_awareness(read, details) | self._odd_course(read, parts)
        records = [entry.record for _prefix, entry in (("", details), *parts)]
        if problems or any(one is None for one in records):
            return Judged(problems=problems)
        saved, *found = (one for one in records if one is not None)
        entered = Entered(
            event=read,
            before=self.event,
            details=replace(saved, id=event_details.record_id(read.id)),
            parts=tuple(found),
            removed=tuple(self._removed()),
            judgement=judged[0].record if judged else None,
        )
        return Judged(asked=self._asked(entered), entered=entered)

    def _asked(self, entered: Entered) -> tuple[event_questions.Question, ...]:
        after = entered.within(self.record)
        asked = list(event_questions.questions(after, event_details.details(after, entered.event)))
        doubt = event_entry.second_death(self.record, entered.event)
        if doubt is not None:
            asked.insert(0, event_questions.Question("second-death", "outcome", doubt.message))
        if (changed := self._renamed(entered)) is not None:
            asked.append(changed)
        return tuple(asked)

    def _renamed(self, entered: Entered) -> event_questions.Question | None:
        """Another coded term than before: a revised diagnosis keeps what it was called."""
        before = entered.before
        if before is None or self.is_revised or entered.event.coded_term == before.coded_term:
            return None
        if not before.coded_term:
            return None  # it is coded now
        text = _("It was “{term}” before. If the diagnosis was revised, press “Revised diagnosis”.")
        return event_questions.Question("renamed", "term", text.format(term=before.term))

    def _late_awareness(self, event: AdverseEvent, details: RecordEntry) -> dict[str, Problem]:
        known = event_details.instant_of(details.judge().values.get("aware_at"))
        if known is None:
            return {}
        knew, at = (
            known.astimezone(),
            event_details.time_of(event_entry.times_of(self.texts)["began_at"]),
        )
        late = event.onset.first > knew.date()
        same = event.onset.exact and event.onset.first == knew.date() and bool(knew.time())
        if late or (same and at is not None and at > knew.time()):
            text = _("The clinic cannot have known of it before it began. Check both.")
            return {"aware_at": Problem(text)}
        return {}

    def _odd_course(
        self, event: AdverseEvent, parts: list[tuple[str, RecordEntry]]
    ) -> dict[str, Problem]:
        """Changes of grade before the event began, or after its end."""
        problems: dict[str, Problem] = {}
        for prefix, entry in parts:
            if entry.form.id != COURSE:
                continue
            day = entry.judge().values.get("day")
            if isinstance(day, str):
                on = PartialDate.parse(day)
                if on.last < event.onset.first:
                    text = _("This is before the event began. Check both dates.")
                    problems[f"{prefix}.day"] = Problem(text)
                elif event.ended is not None and on.first > event.ended.last:
                    text = _("This is after the event ended. Check both dates.")
                    problems[f"{prefix}.day"] = Problem(text)
        return problems

    def _details(self) -> RecordEntry:
        before = None if self.before is None else self.before.record
        form = self._forms[FORM]
        entry = self._entry(form, before)
        said = {**event_entry.times_of(self.texts), "criteria": self.text("criteria")}
        for one in form.stored:
            entry.type(one.id, said[one.id] if one.id in _ROW else self.text(one.id))
        return entry

    def _parts(self) -> Iterator[tuple[str, RecordEntry]]:
        """The rows of the course, and a diagnosis that is given up, each with what its texts begin with."""
        before = self.before
        stored = {one.record.id: one.record for one in before.course} if before is not None else {}
        for row in self.rows:
            texts = self._row(row)
            if any(texts.values()):
                entry = self._entry(self._forms[COURSE], stored.get(RecordId(row)), within=True)
                _fill(entry, texts)
                yield f"{CHANGE}.{row}", entry
        if self.is_revised:
            entry = self._entry(self._forms[DIAGNOSIS], None, within=True)
            form = self._forms[DIAGNOSIS]
            _fill(entry, {one.id: self.text(f"{EARLIER}.{one.id}") for one in form.stored})
            yield EARLIER, entry

    def _judgement(self) -> tuple[RecordEntry, ...]:
        """What the person at the keyboard judges otherwise than it was judged last: a record of its own."""
        form = self._forms[JUDGEMENT]
        names = [f"{JUDGED}.{one.id}" for one in form.stored]
        if not self.may_judge or all(
            self.text(name).strip() == self._start.get(name, "") for name in names
        ):
            return ()
        entry = RecordEntry(
            form,
            self.record.patient.id,
            self.login,
            Limits(clock.today(), self.record.patient.born),
            within=event_details.record_id(self.id),
        )
        _fill(entry, {one.id: self.text(f"{JUDGED}.{one.id}") for one in form.stored})
        return (entry,)

    def _removed(self) -> Iterator[RecordId]:
        for one in () if self.before is None else self.before.course:
            if not any(self._row(one.record.id).values()):
                yield one.record.id

    def _row(self, row: str) -> dict[str, str]:
        fields = self._forms[COURSE].stored
        return {one.id: self.text(f"{CHANGE}.{row}.{one.id}").strip() for one in fields}

    def _entry(self, form: Form, before: FormRecord | None, *, within: bool = False) -> RecordEntry:
        """Of the visit while this is in progress; what is added later is no part of that visit."""
        draft = self.visit is not None and self.visit.is_draft
        return RecordEntry(
            form,
            self.record.patient.id,
            self.login,
            Limits(clock.today(), self.record.patient.born),
            visit_id=self.visit_id if draft else None,
            within=event_details.record_id(self.id) if within else None,
            record=before,
        )

    def _stored(self) -> Iterator[tuple[str, str]]:
        """The texts as the file has them."""
        known = self.before
        if self.event is None or known is None:
            return
        yield from event_entry.texts_of(self.event, known).items()
        if known.record is not None:
            form = self._forms[FORM]
            said = texts_of(form, known.record)
            yield from ((name, text) for name, text in said.items() if name not in _ROW)
        if known.judgement is not None:
            said = texts_of(self._forms[JUDGEMENT], known.judgement.record)
            yield from ((f"{JUDGED}.{name}", text) for name, text in said.items())
        for change in known.course:
            said = texts_of(self._forms[COURSE], change.record)
            yield from ((f"{CHANGE}.{change.record.id}.{n}", text) for n, text in said.items())


def _visit_of(event: AdverseEvent | None, visit: Visit | None) -> VisitId | None:
    if event is not None:
        return event.visit_id
    return visit.id if visit is not None and visit.is_draft else None


def _fill(entry: RecordEntry, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        entry.type(name, text)


def _problems(prefix: str, entry: RecordEntry) -> dict[str, Problem]:
    """What keeps a record from being saved, by the name of the text."""
    found: dict[str, Problem] = {}
    for one in entry.judge().found:
        name = {"began_at": "onset", "ended_at": "ended"}.get(one.field, one.field)
        problem = replace(one.problem, severity=Severity.ERROR)
        found.setdefault(f"{prefix}.{name}" if prefix else name, problem)
    return found
