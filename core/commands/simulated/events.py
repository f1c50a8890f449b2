"""What a simulated patient's adverse events are: those of the trial's report, and invented ones.

Each is entered with its details, its course and its earlier diagnosis as at a real visit; a physician judges it in
a session of their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.commands.simulated import rows_of
from core.entering.record_entry import RecordEntry
from core.forms import catalog as forms
from core.forms.reading import Limits
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.form_record import FormRecord
from core.model.ids import RecordId
from core.model.partial_date import PartialDate
from core.model.patient import Patient
from core.model.visit import Visit
from core.session import Session

_TABLES = ("adverse_events.csv", "simulated_events.csv")
_INVENTED = "Simulated"  # the first word of the note of an event that the report does not tell
_DETAILS = ("ended_at", "action", "treated_with", "evidence")
_JUDGED = ("product", "procedure", "expected")
_AT_DEATH, _RECENT = "death", "recent"
_KNOWN_FOR = timedelta(hours=6)  # of a recent event: less than the 24 h of the sponsor's clock
_AWARE = time(11, 10)
_JUDGED_AFTER = timedelta(days=1)  # the event was told
_TO_SPONSOR = timedelta(hours=7, minutes=50)  # after the clinic knew
_TO_AUTHORITY = ((1, timedelta(days=5)), (2, timedelta(days=12)))
_DOCUMENT = "Safety reference of the demonstration, version 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entered:
    """An event that was entered: its line of the table, and when that was."""

    row: Mapping[str, str]
    event: AdverseEvent
    at: datetime


class Events:
    """The adverse events of one patient; days count from ``day_0``, "death" is the day of death.

    "recent" is a moment a few hours ago (``now`` is this one, aware): the report of such an event is still to be
    sent. An event is entered with all that is known of it today, also where a visit told of its beginning.
    Without ``invented`` ones, those of the trial's report remain.
    """

    def __init__(
        self,
        patient: Patient,
        number: int,
        day_0: date,
        death: date | None,
        now: datetime,
        *,
        invented: bool,
    ) -> None:
        self._patient, self._number = patient, number
        self._day_0, self._death, self._now = day_0, death, now
        self._today = now.astimezone().date()
        self._all = tuple(
            row
            for table in _TABLES
            for row in rows_of(table, number)
            if invented or not row["note"].startswith(_INVENTED)
        )
        self._untold = list(self._all)
        self._entered: list[_Entered] = []

    def has(self, term: str) -> bool:
        """Whether the patient has an event of this CTCAE term, told or not."""
        return any(row["coded_term"] == term for row in self._all)

    def begun_by(self, on: date) -> list[Mapping[str, str]]:
        """Those that nobody told of yet and that had begun by a day."""
        due = [row for row in self._untold if row["day"] != _RECENT and self._day(row["day"]) <= on]
        self._untold = [row for row in self._untold if row not in due]
        return list(due)

    def save(
        self, session: Session, row: Mapping[str, str], visit: Visit | None, by: str, at: datetime
    ) -> None:
        """The event with its details, course and earlier diagnosis; of a visit, or logged in the chart."""
        outcome = Outcome(row["outcome"])
        end = self._day(row["ended"]) if row["ended"] else None
        event = AdverseEvent(
            patient_id=self._patient.id,
            visit_id=None if visit is None else visit.id,
            term=row["term"],
            coded_term=row["coded_term"],
            onset=PartialDate.of(self._day(row["day"])),
            ended=PartialDate.of(end) if end and end <= self._today else None,
            grade=Grade(int(row["grade"])),
            serious=bool(row["criteria"]),
            outcome=outcome if end is None or end <= self._today else Outcome.RECOVERING,
            note=row["note"],
        )
        session.events.save(event)
        for record in self._records(event, row, visit, by, at):
            session.forms.save(record)
        self._entered.append(_Entered(row=row, event=event, at=at))

    def judge(self, session: Session, by: str) -> None:
        """What a physician says of the cause; of an event that nobody judged, nothing."""
        for one in self._entered:
            texts = {name: one.row[name] for name in _JUDGED if one.row[name]}
            if not texts:
                continue
            texts["document"] = _DOCUMENT
            within = event_details.record_id(one.event.id)
            at = min(one.at + _JUDGED_AFTER, self._now)
            session.forms.save(
                self._record(event_details.JUDGEMENT, texts, None, by, at, within=within)
            )

    def report(self, session: Session, by: str) -> None:
        """Every serious event to the sponsor on its day; to the authority what was judged to be a SUSAR."""
        for one in self._entered:
            if not one.event.serious:
                continue
            row, aware = one.row, self._aware(one.row)
            sent = [("sponsor", 1, _TO_SPONSOR)]
            if (row["product"], row["expected"]) == ("possible", "unexpected"):
                sent += [("authority", number, after) for number, after in _TO_AUTHORITY]
            for to, number, after in sent:
                if aware + after <= self._local:
                    at = f"{aware + after:%Y-%m-%d %H:%M}"
                    texts = {"to": to, "number": str(number), "sent_at": at, "how": "email"}
                    texts["sent_by"] = by
                    own = event_details.record_id(one.event.id)
                    record = self._record(event_details.REPORT, texts, None, by, one.at, within=own)
                    session.forms.save(record)

    def log_recent(self, session: Session, by: str) -> None:
        """What the clinic was told of today, hours ago and at no visit."""
        for row in [one for one in self._untold if one["day"] == _RECENT]:
            self._untold.remove(row)
            self.save(session, row, None, by, self._now - _KNOWN_FOR)

    def _day(self, text: str) -> date:
        if text == _RECENT:
            return (self._local - _KNOWN_FOR).date()
        if text != _AT_DEATH:
            return self._day_0 + timedelta(days=int(text))
        return self._death or date.max

    @property
    def _local(self) -> datetime:
        """Now as the clinic's clock shows it."""
        return self._now.astimezone().replace(tzinfo=None)

    def _aware(self, row: Mapping[str, str]) -> datetime:
        """When the clinic knew of an event, as its clock showed it."""
        if row["day"] == _RECENT:
            return self._local - _KNOWN_FOR
        return datetime.combine(self._day(row["aware"]), _AWARE)

    def _records(
        self,
        event: AdverseEvent,
        row: Mapping[str, str],
        visit: Visit | None,
        by: str,
        at: datetime,
    ) -> Iterator[FormRecord]:
        own = event_details.record_id(event.id)
        texts = {name: row[name] for name in _DETAILS if row[name]}
        texts |= {name: "\n".join(row[name].split()) for name in ("criteria", "treatment")}
        if row["at"]:
            texts["began_at"] = row["at"]
        aware = self._aware(row)
        if row["day"] != _RECENT:
            aware = min(aware, at.replace(tzinfo=None))
        texts["aware_at"] = f"{aware:%Y-%m-%d %H:%M}"
        yield self._record(event_details.FORM, texts, visit, by, at, id=own)
        for one in self._parts("event_courses.csv", row):
            texts = {
                "day": str(self._day(one["day"])),
                "grade": one["grade"],
                "state": one["state"],
            }
            yield self._record(event_details.COURSE, texts, visit, by, at, within=own)
        for one in rows_of("event_diagnoses.csv", self._number):
            if one["term"] == row["term"]:
                texts = {"term": one["before"], "coded": one["coded"], "why": one["why"]}
                texts["until"] = str(self._day(one["until"]))
                yield self._record(event_details.DIAGNOSIS, texts, visit, by, at, within=own)

    def _parts(self, table: str, row: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
        for one in rows_of(table, self._number):
            if one["term"] == row["term"] and self._day(one["day"]) <= self._today:
                yield one

    def _record(
        self,
        form: str,
        texts: Mapping[str, str],
        visit: Visit | None,
        by: str,
        at: datetime,
        *,
        id: RecordId | None = None,
        within: RecordId | None = None,
    ) -> FormRecord:
        entry = RecordEntry(
            forms.newest()[form],
            self._patient.id,
            by,
            Limits(latest=self._today, born=self._patient.born),
            visit_id=None if visit is None else visit.id,
            within=within,
            texts={name: text for name, text in texts.items() if text},
            id=id,
            at=at,
        )
        record = entry.record
        if record is None:
            wrong = "; ".join(one.problem.message for one in entry.judge().found)
            raise ValueError(f"{dict(texts)} is no record of {form}: {wrong}")
        return record
