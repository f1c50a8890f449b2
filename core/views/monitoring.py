"""The monitoring of an infusion: its times, what is out of range at them, and which is due.

Pure: everything is read from a patient's record and the clinic's settings, and the instant is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.forms import catalog
from core.forms.definition import Form
from core.model.assessment import NotDone
from core.model.event_details import instant_of
from core.model.form_record import FormRecord, Stored
from core.model.ids import VisitId
from core.model.record import PatientRecord
from core.words import MISSING, N_, Words, _, number, plural

FORM, INFUSION, PRODUCT, DISCHARGE = "monitoring", "infusion", "product", "discharge"
PLANNED, AT, NOTE = "planned", "at", "note"
BEFORE, BETWEEN = "before", "between"  # planned times that are not in minutes after the start
NEVER = datetime.max.replace(tzinfo=UTC)
AFTERWARDS = timedelta(hours=6)  # after the last planned time nothing is counted down any more


class Sign(StrEnum):
    """A vital sign as it is entered and drawn: the pressure is two numbers in one cell."""

    PULSE = "pulse"
    PRESSURE = "pressure"
    SPO2 = "spo2"
    TEMPERATURE = "temperature"
    RESPIRATION = "respiration"


TITLES: Mapping[Sign, str] = Words(
    {
        Sign.PULSE: N_("Pulse"),
        Sign.PRESSURE: N_("Pressure"),
        Sign.SPO2: N_("SpO2"),
        Sign.TEMPERATURE: N_("Temp."),
        Sign.RESPIRATION: N_("Breaths"),
    }
)
FIELDS: Mapping[Sign, tuple[str, ...]] = {
    one: ("systolic", "diastolic") if one is Sign.PRESSURE else (one.value,) for one in Sign
}
SHORT: Mapping[str, str] = Words({"systolic": N_("sys"), "diastolic": N_("dia")})


@dataclass(frozen=True, slots=True)
class Range:
    """What is usual, both ends included; in the unit of the field."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Time:
    """One column of the grid. ``minutes`` are planned ones after the start, ``at`` is when it is or was by the clock.

    ``key`` is the planned time, or the id of the record of a time between. ``planned`` is the start and those minutes;
    None where there is no start, before it, and of a time between.
    """

    key: str
    title: str
    minutes: float | None
    at: datetime | None
    record: FormRecord | None = None
    planned: datetime | None = None

    @property
    def is_between(self) -> bool:
        return self.record is not None and self.record.value(PLANNED) == BETWEEN

    @property
    def clock(self) -> str:
        return MISSING if self.at is None else f"{self.at.astimezone():%H:%M}"

    @property
    def deviation(self) -> int | None:
        """Minutes from the planned time to the one at which it was taken, below 0 where it was earlier.

        None where it was taken at the planned time, or where there is none.
        """
        if self.planned is None or self.at is None:
            return None
        return _whole(self.at - self.planned) or None

    @property
    def planned_words(self) -> str:
        """ "planned 10:30"; empty where it was taken then."""
        if self.planned is None or self.deviation is None:
            return ""
        return _("planned {clock}").format(clock=f"{self.planned.astimezone():%H:%M}")

    @property
    def taken_words(self) -> str:
        """ "planned 10:30, taken 10:34, 4 min later"; empty where it was taken at the planned time."""
        if (minutes := self.deviation) is None:
            return ""
        taken = _("taken {clock}").format(clock=self.clock)
        if minutes > 0:
            gap = plural(minutes, "1 min later", "{n} min later")
        else:
            gap = plural(-minutes, "1 min earlier", "{n} min earlier")
        return f"{self.planned_words}, {taken}, {gap}"

    @property
    def note(self) -> str:
        """What was noted at it; empty where nothing was."""
        found = None if self.record is None else self.record.value(NOTE)
        return "" if found is None else str(found)

    @property
    def name(self) -> str:
        """What a screen reader calls it: "10 min, 10:12", "30 min, planned 10:30, taken 10:34, 4 min later"."""
        when = self.taken_words or ("" if self.at is None else self.clock)
        return f"{self.title}, {when}" if when else self.title

    def value(self, field: str) -> float | None:
        found = None if self.record is None else self.record.value(field)
        return None if found is None or isinstance(found, str) else float(found)

    def reason(self, field: str) -> NotDone | None:
        item = None if self.record is None else self.record.items.get(field)
        return None if item is None else item.not_done

    @property
    def is_read(self) -> bool:
        """Whether anything was measured at it, or said not to have been."""
        return self.record is not None and any(
            name in self.record.items for names in FIELDS.values() for name in names
        )


@dataclass(frozen=True, slots=True)
class Due:
    """The next reading: the time, and in how many minutes it is; below 0 it is overdue."""

    time: Time
    minutes: int
    late: bool
    then: Time | None

    @property
    def words(self) -> str:
        if self.late:
            text = plural(-self.minutes, "overdue by 1 min", "overdue by {n} min")
        elif self.minutes <= 0:
            text = _("due now")
        else:
            text = plural(self.minutes, "in 1 min", "in {n} min")
        return _("next reading {clock}, {when}").format(clock=self.time.clock, when=text)


def of_visit(record: PatientRecord, visit_id: VisitId, form: str) -> tuple[FormRecord, ...]:
    """The records of a form at a visit that were done."""
    every = record.of_form(form)
    return tuple(one for one in every if one.visit_id == visit_id and one.not_done is None)


def value(record: PatientRecord, visit_id: VisitId, form: str, field: str) -> Stored | None:
    """A value of a form that has one record at a visit; None where it has none."""
    return next((one.value(field) for one in of_visit(record, visit_id, form)), None)


def started(record: PatientRecord, visit_id: VisitId) -> datetime | None:
    return instant_of(value(record, visit_id, INFUSION, "start"))


def ended(record: PatientRecord, visit_id: VisitId) -> datetime | None:
    return instant_of(value(record, visit_id, INFUSION, "end"))


def ranges(thresholds: Mapping[str, float]) -> dict[str, Range]:
    """The usual range of each field, by the clinic's settings."""
    names = [name for fields in FIELDS.values() for name in fields]
    return {
        name: Range(thresholds[f"monitoring_{name}_least"], thresholds[f"monitoring_{name}_most"])
        for name in names
    }


def times(record: PatientRecord, visit_id: VisitId, form: Form | None = None) -> tuple[Time, ...]:
    """The times of a visit: the planned ones of the form, and those between, in their order."""
    used = form or catalog.newest()[FORM]
    start = started(record, visit_id)
    found = of_visit(record, visit_id, FORM)
    by_plan = {str(one.value(PLANNED)): one for one in found if one.value(PLANNED) != BETWEEN}
    planned = []
    for choice in used.field(PLANNED).choices:
        if choice.id != BETWEEN:
            one = by_plan.get(choice.id)
            minutes = float(choice.id) if choice.id.isdecimal() else None
            due_at = _after(start, minutes)
            at = _clock(one) or due_at
            planned.append(Time(choice.id, choice.text, minutes, at, one, due_at))
    between = [
        Time(one.id, _("between"), None, _clock(one), one)
        for one in found
        if one.value(PLANNED) == BETWEEN
    ]
    return _in_order(planned, between, start)


def _in_order(
    planned: Sequence[Time], between: Sequence[Time], start: datetime | None
) -> tuple[Time, ...]:
    """Each time between goes before the first planned one that is later; without a start, to the end."""
    every = list(planned)
    for one in sorted(between, key=lambda each: (each.at is None, each.at or NEVER)):
        later = (
            n
            for n, other in enumerate(every)
            if one.at is not None and other.at is not None and other.at > one.at
        )
        minutes = _minutes(start, one.at)
        title = one.title if minutes is None else _("{n} min").format(n=f"{minutes:.0f}")
        every.insert(next(later, len(every)), replace(one, title=title))
    return tuple(every)


def due(
    record: PatientRecord, visit_id: VisitId, now: datetime, form: Form | None = None
) -> Due | None:
    """The next planned time that was not read; None before the start, after discharge, and long after the last time.

    What was left out before a later reading is missing, not due.
    """
    start = started(record, visit_id)
    if start is None or of_visit(record, visit_id, DISCHARGE):
        return None
    every = times(record, visit_id, form)
    last_read = max((n for n, one in enumerate(every) if one.is_read), default=-1)
    awaited = [
        one
        for one in every[last_read + 1 :]
        if one.minutes is not None and one.at is not None and not one.is_read
    ]
    if not awaited or awaited[0].at is None or (ends := every[-1].at) is None:
        return None
    if now < start - AFTERWARDS or now > max(ends, start) + AFTERWARDS:
        return None
    minutes = _whole(awaited[0].at - now)
    late = minutes < -record.thresholds["monitoring_late"]
    return Due(awaited[0], minutes, late, awaited[1] if len(awaited) > 1 else None)


def missing(record: PatientRecord, visit_id: VisitId) -> tuple[Time, ...]:
    """The planned times at which nothing was read."""
    return tuple(one for one in times(record, visit_id) if not one.is_between and not one.is_read)


def cell(sign: Sign, time: Time, form: Form) -> str:
    """What a cell shows: 82, 132/78, – for what was not measured; empty where nothing was entered."""
    values = [time.value(name) for name in FIELDS[sign]]
    if all(one is None for one in values):
        return MISSING if any(time.reason(name) for name in FIELDS[sign]) else ""
    decimals = [form.field(name).decimals for name in FIELDS[sign]]
    return "/".join(number(one, n) for one, n in zip(values, decimals, strict=True))


def outside(sign: Sign, time: Time, usual: Mapping[str, Range]) -> tuple[str, ...]:
    """The fields of a sign that are out of range at a time."""
    known = ((name, time.value(name)) for name in FIELDS[sign])
    return tuple(name for name, one in known if one is not None and not usual[name].holds(one))


@dataclass(frozen=True, slots=True)
class Worst:
    """The values furthest from what is usual, of a sign: "pulse 118 at 5 min"."""

    field: str
    value: float
    time: Time


def worst(record: PatientRecord, visit_id: VisitId) -> tuple[Worst, ...]:
    """Of each field that was ever out of range, the value furthest out, in the order of the signs."""
    usual, every = ranges(record.thresholds), times(record, visit_id)
    found = []
    for names in FIELDS.values():
        for name in names:
            out = [
                Worst(name, known, one)
                for one in every
                if (known := one.value(name)) is not None and not usual[name].holds(known)
            ]
            if out:
                limits = usual[name]
                found.append(
                    max(out, key=lambda one: max(limits.low - one.value, one.value - limits.high))
                )
    return tuple(found)


def about(record: PatientRecord, visit_id: VisitId, at: datetime) -> str:
    """What is known of an event of that time: how long after the start, the product and its lot."""
    start = started(record, visit_id)
    clock = f"{at.astimezone():%H:%M}"
    when = clock
    if (minutes := _minutes(start, at)) is not None and minutes >= 0:
        text = _("{clock}, {n} min after the start of the infusion")
        when = text.format(clock=clock, n=f"{minutes:.0f}")
    product, lot = (value(record, visit_id, PRODUCT, name) for name in ("product", "lot"))
    named = " ".join(str(one) for one in (product, lot and _("lot {lot}").format(lot=lot)) if one)
    return ", ".join(part for part in (when, named) if part)


def _clock(one: FormRecord | None) -> datetime | None:
    return None if one is None else instant_of(one.value(AT))


def _after(start: datetime | None, minutes: float | None) -> datetime | None:
    return None if start is None or minutes is None else start + timedelta(minutes=minutes)


def _minutes(start: datetime | None, at: datetime | None) -> float | None:
    return None if start is None or at is None else (at - start).total_seconds() / 60


def _whole(gone: timedelta) -> int:
    return round(gone.total_seconds() / 60)
