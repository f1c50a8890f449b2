"""What laboratory values say beside other rows of the record: ALT while riluzole is taken, with its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from core.forms import dictionaries
from core.forms.derived import daily_dose
from core.laboratory.grading import times_upper_limit
from core.model.form_record import FormRecord
from core.model.laboratory import LabResult
from core.model.record import PatientRecord

ALT = "alt"
LIMIT, WATCH = "a18_alt", "alt_riluzole_watch"  # thresholds, × ULN


@dataclass(frozen=True, slots=True)
class EarlierRise:
    """A rise above the threshold that was over before: its peak, and the value to which it fell.

    ``stopped`` is the riluzole that ended, or was changed, between them.
    """

    peak: LabResult
    fell_to: LabResult
    stopped: FormRecord | None


@dataclass(frozen=True, slots=True)
class AltOnRiluzole:
    """An ALT above the clinic's threshold while riluzole is taken. ``times`` and limits are × ULN."""

    result: LabResult
    times: float
    watch: float
    limit: float
    riluzole: FormRecord
    per_day: str
    before: EarlierRise | None

    @property
    def above_limit(self) -> bool:
        return round(self.times, 9) > self.limit


def riluzole_on(record: PatientRecord, on: date) -> FormRecord | None:
    """The riluzole that is taken on a day, under any of its names."""
    return next((one for one in record.running("medicine", on) if _is_riluzole(one)), None)


def alt_on_riluzole(record: PatientRecord, result: LabResult) -> AltOnRiluzole | None:
    """None where ALT is not above the threshold, or no riluzole is known to be taken on that day."""
    times, watch = times_upper_limit(result), record.thresholds[WATCH]
    if result.test != ALT or times is None or round(times, 9) <= watch:
        return None
    riluzole = riluzole_on(record, result.taken_on)
    if riluzole is None:
        return None
    earlier = [one for one in record.results_of(ALT) if one.sample < result.sample]
    return AltOnRiluzole(
        result=result,
        times=times,
        watch=watch,
        limit=record.thresholds[LIMIT],
        riluzole=riluzole,
        per_day=_per_day(riluzole),
        before=_earlier_rise(record, earlier, watch),
    )


def _is_riluzole(one: FormRecord) -> bool:
    return "riluzole" in dictionaries.meant("medicines", str(one.value("substance") or ""))


def _per_day(one: FormRecord) -> str:
    """The dose a day in its unit as it is written on the form: "100 mg"; empty where it is not known."""
    dose, unit = daily_dose(one.value), one.value("unit")
    return "" if dose is None or unit is None else f"{dose:g} {unit}"


def _earlier_rise(
    record: PatientRecord, earlier: Sequence[LabResult], watch: float
) -> EarlierRise | None:
    """The last rise that was over: values above the threshold, and one at or below it after them."""
    known = [(one, times) for one in earlier if (times := times_upper_limit(one)) is not None]
    while known and round(known[-1][1], 9) > watch:
        known.pop()  # the rise that goes on
    above = [at for at, (_one, times) in enumerate(known) if round(times, 9) > watch]
    if not above:
        return None
    last = above[-1]
    rise = [*takewhile(lambda one: round(one[1], 9) > watch, reversed(known[: last + 1]))]
    peak = max(rise, key=lambda one: one[1])[0]
    fell_to = known[last + 1][0]  # the rise that goes on was taken off: there is one
    return EarlierRise(peak, fell_to, _stopped(record, peak.taken_on, fell_to.taken_on))


def _stopped(record: PatientRecord, first: date, last: date) -> FormRecord | None:
    """The riluzole that may have ended between two days."""
    for one in record.of_form("medicine"):
        ended = one.ended
        if _is_riluzole(one) and ended is not None and ended.last >= first and ended.first <= last:
            return one
    return None
