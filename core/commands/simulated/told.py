"""What a simulated patient tells "since last time" of medicines, devices, procedures and falls, entered as at a real visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.entering.record_entry import RecordEntry, follows
from core.entering.records import ended_by
from core.entry import Problem
from core.forms import catalog as forms
from core.forms.reading import Limits
from core.model.device import FORM as DEVICE
from core.model.device import Status
from core.model.form_record import FormRecord, Item, RecordCheck, Since
from core.model.patient import Patient
from core.model.visit import Visit
from core.session import Session

MEDICINE = "medicine"
# The tables by form, and the field that says what a line is about.
TABLES = {
    MEDICINE: "medicines.csv",
    DEVICE: "devices.csv",
    "procedure": "procedures.csv",
    "falls": "falls.csv",
}
_ABOUT = {MEDICINE: "substance", DEVICE: "kind", "procedure": "what", "falls": "place"}
_NO_FIELDS = {"patient", "day", "until", "answer", "why"}
_ENTERED = timedelta(minutes=10)  # after the visit began


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of a table: what began, changed or ended on a day, and with which values."""

    on: date
    answer: Since
    about: str
    texts: Mapping[str, str]
    until: date | None = None
    why: str = ""


class Told:
    """The records of one form of one patient. ``day_0`` is what the days of the table count from."""

    def __init__(
        self, form: str, patient: Patient, rows: Sequence[Mapping[str, str]], day_0: date
    ) -> None:
        self._form, self._patient = forms.newest()[form], patient
        self._lines = tuple(self._line(row, day_0) for row in rows)
        self._untold = list(self._lines)
        self._running: list[FormRecord] = []

    def _line(self, row: Mapping[str, str], day_0: date) -> _Line:
        return _Line(
            on=day_0 + timedelta(days=int(row["day"])),
            answer=Since(row["answer"]),
            about=row[_ABOUT[self._form.id]],
            texts={name: text for name, text in row.items() if text and name not in _NO_FIELDS},
            until=day_0 + timedelta(days=int(row["until"])) if row["until"] else None,
            why=row["why"],
        )

    def in_use(self, about: str, on: date) -> Mapping[str, str] | None:
        """The values of what was used on a day; None where it was not."""
        texts: dict[str, str] = {}
        for line in self._lines:
            if line.about != about or line.on > on:
                continue
            over = line.answer is Since.ENDED or (line.until is not None and line.until < on)
            texts = {} if over else {**texts, **line.texts}
        return texts if texts.get("status", Status.USED) == Status.USED and texts else None

    def refused(self, about: str) -> bool:
        """Whether the last word about it was a refusal."""
        words = [line.texts.get("status") for line in self._lines if line.about == about]
        return words[-1:] == [Status.REFUSED]

    def tell(self, session: Session, visit: Visit) -> None:
        """Answer for everything that ran, then enter what is new. Raises ValueError for a line that fits nothing."""
        due = [line for line in self._untold if line.on <= visit.date]
        self._untold = [line for line in self._untold if line not in due]
        still: list[FormRecord] = []
        for record in self._running:
            line = next((one for one in due if self._is_about(record, one)), None)
            if line is not None:
                due.remove(line)
            still += self._answer(session, visit, record, line)
        for line in due:
            still += self._begin(session, visit, line)
        self._running = still
        self._check(session, visit, "", Since.NEW if due else Since.NOTHING_NEW)

    def _is_about(self, record: FormRecord, line: _Line) -> bool:
        return line.answer is not Since.NEW and record.value(_ABOUT[record.form]) == line.about

    def _answer(
        self, session: Session, visit: Visit, record: FormRecord, line: _Line | None
    ) -> list[FormRecord]:
        """What runs after it: as it did, what follows a change, or nothing."""
        if line is None:
            self._check(session, visit, record.id, Since.SAME)
            return [record]
        self._check(session, visit, record.id, line.answer)
        if line.answer is Since.ENDED:
            entry = self._entry(visit, {}, record)
            entry.end(str(line.on))
            entry.type("why", line.why)
            session.forms.save(self._made(entry, visit))
            return []
        texts = {**follows(self._form, record), **line.texts, self._start: str(line.on)}
        after = self._made(self._entry(visit, texts), visit)
        why = record.with_item("why", Item(value=line.why)) if line.why else record
        ended = ended_by(why, after)
        if isinstance(ended, Problem):
            raise ValueError(ended.message)  # noqa: TRY004  the table is wrong, not a type
        session.forms.save(ended)
        session.forms.save(after)
        return [after]

    def _begin(self, session: Session, visit: Visit, line: _Line) -> list[FormRecord]:
        if line.answer is not Since.NEW:
            raise ValueError(f"{line.about} does not run on {line.on}: it cannot be {line.answer}")
        entry = self._entry(visit, {**line.texts, self._start: self._remembered(line.on)})
        if line.until is not None:
            entry.end(self._remembered(line.until))
            entry.type("why", line.why)
        record = self._made(entry, visit)
        session.forms.save(record)
        return [record] if record.runs and not record.is_moment else []

    @property
    def _start(self) -> str:
        """The field that says from when, or on which day."""
        course = self._form.course
        if course is None:
            raise ValueError(f"{self._form.id} has no course")
        return course.start

    def _remembered(self, on: date) -> str:
        """A day of before the first visit is known to its month only."""
        return str(on) if on >= self._patient.registered_on else f"{on:%Y-%m}"

    def _entry(
        self, visit: Visit, texts: Mapping[str, str], record: FormRecord | None = None
    ) -> RecordEntry:
        limits = Limits(latest=visit.date, born=self._patient.born)
        return RecordEntry(
            self._form, self._patient.id, visit.rater, limits, record=record, texts=texts
        )

    def _made(self, entry: RecordEntry, visit: Visit) -> FormRecord:
        record = entry.record
        if record is None:
            wrong = "; ".join(one.problem.message for one in entry.judge().found)
            raise ValueError(f"{dict(entry.texts)} is no record of {self._form.id}: {wrong}")
        if not entry.is_new:
            return record
        return replace(record, entered_at=visit.started_at + _ENTERED)

    def _check(self, session: Session, visit: Visit, record_id: str, answer: Since) -> None:
        session.checks.save(
            RecordCheck(visit_id=visit.id, form=self._form.id, record_id=record_id, answer=answer)
        )
