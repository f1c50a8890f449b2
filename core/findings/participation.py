"""Where a patient stands in the study, and what of that contradicts itself.

The steps that were recorded (form `participation`) count together with what the record tells elsewhere: the infusion,
a death, a withdrawal among the milestones. Nothing is corrected silently: what cannot all be true is said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from core.findings import treatment
from core.model.adverse_event import MilestoneKind
from core.model.partial_date import PartialDate, partial_day
from core.model.record import PatientRecord
from core.model.vital_status import VITAL_STATUS, State, death, steps
from core.protocols.definition import Anchor, Protocol
from core.words import N_, Words, _, day

STATE: Mapping[State, str] = Words(
    {
        State.SCREENED: N_("screened"),
        State.REFUSED: N_("refused to take part"),
        State.SCREEN_FAILURE: N_("not eligible at screening"),
        State.ENROLLED: N_("enrolled"),
        State.TREATED: N_("treated"),
        State.COMPLETED: N_("completed"),
        State.WITHDRAWN: N_("withdrawn"),
        State.LOST: N_("lost to follow-up"),
        State.DIED: N_("died"),
    }
)
# Of steps of one day the later one of this order counts.
_ORDER = {state: at for at, state in enumerate(State)}
_BEFORE_TREATMENT = frozenset({State.REFUSED, State.SCREEN_FAILURE})


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of today with the day from which it holds, and why where somebody said so; ``asks`` what contradicts."""

    state: State
    on: PartialDate
    reason: str = ""
    asks: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        return _("{state} {day}").format(state=STATE[self.state], day=partial_day(self.on))


def standing(record: PatientRecord, protocol: Protocol, today: date) -> Standing | None:
    """Where a patient stands; None for one of whom no step is known, as for every patient of routine care."""
    found = [one for one in _steps(record, protocol) if one.on.first <= today]
    if not found:
        return None
    dead = [one for one in found if one.state is State.DIED]
    last = dead[0] if dead else max(found, key=lambda one: (one.on.first, _ORDER[one.state]))
    return Standing(last.state, last.on, last.reason, contradictions(record, protocol, today))


def last_known_alive(record: PatientRecord) -> tuple[PartialDate, str] | None:
    """The last day on which the patient is known to have been alive, and from where; None where nothing says so."""
    found = [(PartialDate.of(visit.date), _("a visit")) for visit in record.visits]
    for one in record.of_form(VITAL_STATUS):
        on = one.day("last_alive")
        if one.value("status") in {"alive", "unknown"} and on is not None:
            found.append((on, _("vital status")))
    return max(found, key=lambda pair: pair[0].first, default=None)


def contradictions(record: PatientRecord, protocol: Protocol, today: date) -> tuple[str, ...]:
    """What of participation, infusion, visits, death and vital status cannot all be true, each in one sentence."""
    return tuple(_contradictions(record, protocol, today))


def _steps(record: PatientRecord, protocol: Protocol) -> list[Standing]:
    found = [
        Standing(one.state, one.on, str(one.record.value("reason") or ""))
        for one in steps(record.forms)
    ]
    if (treated := _treated(record, protocol)) is not None:
        found.append(Standing(State.TREATED, PartialDate.of(treated)))
    withdrawn = record.milestone(MilestoneKind.WITHDRAWAL)
    if withdrawn is not None:
        found.append(Standing(State.WITHDRAWN, withdrawn.happened_on))
    if protocol.criteria and record.died_on is not None:
        found.append(Standing(State.DIED, record.died_on))
    return found


def _treated(record: PatientRecord, protocol: Protocol) -> date | None:
    """The day of the treatment that a study counts from; None of who was gone before it."""
    study = protocol.anchor is Anchor.REFERENCE and bool(protocol.criteria)
    return record.patient.reference_on if study and treatment.given_on(record) else None


def _contradictions(record: PatientRecord, protocol: Protocol, today: date) -> Iterator[str]:
    known = steps(record.forms)
    treated = _treated(record, protocol)
    last_visit = max((visit.date for visit in record.visits), default=None)
    for one in known:
        state, on = STATE[one.state], partial_day(one.on)
        if one.state in _BEFORE_TREATMENT and treated is not None and treated <= today:
            text = _("By participation {state} on {day}, but treated on {treated}. Which is right?")
            yield text.format(state=state, day=on, treated=day(treated))
        ended = one.state in {State.WITHDRAWN, State.LOST}
        if ended and last_visit is not None and last_visit > one.on.last:
            text = _(
                "By participation {state} on {day}, but a visit took place on {visit}. Which is right?"
            )
            yield text.format(state=state, day=on, visit=day(last_visit))
        elsewhen = treated is not None and not one.on.first <= treated <= one.on.last
        if one.state is State.TREATED and treated is not None and elsewhen:
            text = _("Treated on {day} by participation, on {treated} by the schedule.")
            yield text.format(day=on, treated=day(treated))
    yield from _about_death(record, last_visit)


def _about_death(record: PatientRecord, last_visit: date | None) -> Iterator[str]:
    told, on = death(record.forms), record.died_on
    if on is None:
        return
    if told is not None and (told[0].last < on.first or told[0].first > on.last):
        text = _("Died on {day}, but by vital status or participation on {other}. Which is right?")
        yield text.format(day=partial_day(on), other=partial_day(told[0]))
    alive = last_known_alive(record)
    if alive is not None and alive[0].first > on.last and last_visit != alive[0].first:
        text = _("Died on {day}, but known alive on {alive}. Which is right?")
        yield text.format(day=partial_day(on), alive=partial_day(alive[0]))
