"""The monitoring of an infusion while it is entered: every value is saved as its cell is left."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core import clock, entry
from core.entering.visit.steps import OpenPoint, Step, StepState
from core.entering.visit.unsaved import Unsaved
from core.entering.visit.visit_forms import FormStep, VisitForms
from core.entering.visit.working_copy import WorkingCopy
from core.entry import Problem, Severity
from core.forms import checking, reading, wording
from core.forms.definition import Form
from core.forms.reading import Limits
from core.model.assessment import NotDone
from core.model.form_record import FormRecord, Item, Stored
from core.views import monitoring
from core.views.monitoring import AT, BETWEEN, FIELDS, NOTE, PLANNED, Due, Range, Sign, Time
from core.words import MISSING, _

DAY = timedelta(days=1)


class Monitoring:
    """The times of this visit, and what is saved at them; None of it is kept here."""

    def __init__(self, copy: WorkingCopy, forms: VisitForms) -> None:
        self._copy = copy
        self._forms = forms

    @property
    def form(self) -> Form:
        found = self._forms.form(monitoring.FORM)
        if found is None:
            raise ValueError("this visit asks for no monitoring")
        return found

    @property
    def times(self) -> tuple[Time, ...]:
        return monitoring.times(self._copy.record, self._copy.visit_id, self.form)

    @property
    def ranges(self) -> dict[str, Range]:
        return monitoring.ranges(self._copy.record.thresholds)

    @property
    def start(self) -> datetime | None:
        return monitoring.started(self._copy.record, self._copy.visit_id)

    @property
    def end(self) -> datetime | None:
        return monitoring.ended(self._copy.record, self._copy.visit_id)

    def due(self, now: datetime) -> Due | None:
        return monitoring.due(self._copy.record, self._copy.visit_id, now, self.form)

    def read(self, sign: Sign, text: str) -> dict[str, Stored | None] | Problem:
        """The values of a cell by field, None where it is empty; or what is wrong with it."""
        names = FIELDS[sign]
        parts = [part.strip() for part in text.split("/")] if text.strip() else [""] * len(names)
        if len(parts) != len(names):
            words = _("“{text}” is no pressure. Type it as 132/78.")
            if sign is not Sign.PRESSURE:
                words = _("“{text}” is not a number. Type one number.")
            return Problem(words.format(text=text.strip()))
        found: dict[str, Stored | None] = {}
        for name, part in zip(names, parts, strict=True):
            value = reading.read(self.form.field(name), part, Limits(latest=self._copy.visit.date))
            if isinstance(value, Problem):
                return value
            found[name] = value
        if any(value is None for value in found.values()) and any(parts):
            return Problem(_("“{text}” is half a pressure. Type it as 132/78.").format(text=text))
        return self._wrong(found) or found

    def _wrong(self, values: Mapping[str, Stored | None]) -> Problem | None:
        known = wording.values(self.form, {PLANNED: "0", **values})
        found = checking.problems(self.form, known)
        return next((one.problem for one in found if one.field in values), None)

    def save(self, time: Time, values: Mapping[str, Stored | None], *typed: str) -> None:
        """Save values of a time by field; None takes one out, and with the last one the record goes."""
        one = self._record(time)
        for name, value in values.items():
            before = one.items.get(name)
            note = "" if before is None else before.note
            one = one.with_item(name, None if value is None else Item(value=value, note=note))
        self._save(one, *typed)

    def save_not_measured(self, time: Time, sign: Sign, why: NotDone, *typed: str) -> None:
        one = self._record(time)
        for name in FIELDS[sign]:
            one = one.with_item(name, Item(not_done=why))
        self._save(one, *typed)

    def read_time(self, text: str) -> datetime | Problem:
        """A time of day as the one of this infusion: the day on which it is nearest to the start."""
        value = reading.read(self.form.field(AT), text, Limits(latest=self._copy.visit.date))
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        plain = entry.plain_digits(text).replace(".", ":")
        if plain.isdigit() and len(plain) in {3, 4}:
            plain = f"{plain[:-2]}:{plain[-2:]}"
        found = entry.instant(f"{self._copy.visit.date} {plain}")
        if not isinstance(found, datetime):
            return Problem(_("“{text}” is not a time. Type it as 14:05.").format(text=text.strip()))
        days = [found - DAY, found, found + DAY]
        near = self.start or found
        return min(days, key=lambda one: abs(one - near))

    def add(self, at: datetime) -> Time:
        """A time between; one that is there already is that one."""
        known = next((one for one in self.times if one.at == at), None)
        if known is not None:
            return known
        one = self._new(BETWEEN).with_item(AT, Item(value=_stored(at)))
        self._forms.save(one)
        return next(time for time in self.times if time.key == one.id)

    def describe(self, time: Time, at: datetime | None, note: str) -> None:
        """When a time was really read, and what is noted at it; None, or the planned time, says that it was read then."""
        said = time.at if at is None and time.is_between else at
        moved = None if said is None or said == time.planned else Item(value=_stored(said))
        one = self._record(time).with_item(AT, moved)
        one = one.with_item(NOTE, Item(value=note.strip()) if note.strip() else None)
        if one != time.record:
            self._save(one)

    def remove(self, time: Time) -> None:
        """Take a time with its values out; a planned one stays, empty."""
        if time.record is not None:
            self._forms.remove(time.record)

    def event_texts(self, at: datetime) -> dict[str, str]:
        """An event at this time as it would be typed: when it began, the product and its lot."""
        about = monitoring.about(self._copy.record, self._copy.visit_id, at)
        return {"onset": f"{at.astimezone():%Y-%m-%d %H:%M}", "note": about}

    def _record(self, time: Time) -> FormRecord:
        now = next((one for one in self.times if one.key == time.key), time)
        return now.record or self._new(time.key)

    def _new(self, planned: str) -> FormRecord:
        return FormRecord(
            patient_id=self._copy.record.patient.id,
            visit_id=self._copy.visit_id,
            form=self.form.id,
            version=self.form.version,
            entered_by=self._copy.rater,
            entered_at=clock.now(),
            items={PLANNED: Item(value=planned)},
        )

    def _save(self, one: FormRecord, *typed: str) -> None:
        if set(one.items) > {PLANNED} or one.value(PLANNED) == BETWEEN:
            self._forms.save(one, *typed)
        elif any(known.id == one.id for known in self._forms.records(self.form)):
            self._forms.remove(one, *typed)
        else:
            self._forms.forget(*typed)


class MonitoringStep(FormStep):
    """Done when every planned time was read; one that was not is asked about."""

    def __init__(self, copy: WorkingCopy, form: Form, forms: VisitForms, unsaved: Unsaved) -> None:
        super().__init__(form, forms, unsaved)
        self._copy = copy

    def state(self, points: Sequence[OpenPoint]) -> Step:
        if any(one.not_done is not None for one in self._forms.records(self._form)):
            return super().state(points)
        planned = [
            one
            for one in monitoring.times(self._copy.record, self._copy.visit_id)
            if not one.is_between
        ]
        read = sum(one.is_read for one in planned)
        hint = _("{n} of {all}").format(n=read, all=len(planned)) if read else ""
        step = self._state(points, begun=bool(read) or bool(self.unsaved_points()), hint=hint)
        whole = read == len(planned) or step.state is not StepState.DONE
        return step if whole else replace(step, state=StepState.STARTED)

    def open_points(self) -> list[OpenPoint]:
        points = super().open_points()
        left = monitoring.missing(self._copy.record, self._copy.visit_id)
        done = all(one.not_done is None for one in self._forms.records(self._form))
        if points or not left or not done:
            return points
        text = _("Nothing was read at these times: {times}. Enter it, or mark it as not measured.")
        said = text.format(times=", ".join(one.title for one in left) or MISSING)
        problem = Problem(said, Severity.QUESTION)
        return [OpenPoint(self.id, f"{left[0].key}.{Sign.PULSE}", problem, "monitoring.missing")]


def _stored(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
