"""Whether a patient fulfils the criteria of the protocol, by what was known on the day of screening.

An answer is three-valued and always speaks of what a participant must have: an exclusion is
fulfilled when what it names is absent. Nothing here bars a patient: a criterion that is not
fulfilled can be accepted as a deviation by the investigator, and stays not fulfilled.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import chain
from math import inf

from core.forms import catalog as forms
from core.forms import dictionaries, wording
from core.instruments import catalog as instruments
from core.model.form_record import FormRecord
from core.model.judgement import CriterionResult
from core.model.partial_date import PartialDate, partial_day
from core.model.patient import ExternalKind
from core.model.record import PatientRecord
from core.model.spirometry import Position, TestType
from core.model.visit import Visit
from core.protocols.definition import (
    Criterion,
    CriterionKind,
    Measure,
    Offset,
    Operator,
    Protocol,
    Unit,
)
from core.protocols.schedule import shift
from core.science.progression import months_between
from core.science.spirometry import evaluate as evaluate_session
from core.words import N_, Words, _, day, instant, number, plural


class Fulfilment(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


FULFILMENT: Mapping[Fulfilment, str] = Words(
    {
        Fulfilment.MET: N_("fulfilled"),
        Fulfilment.NOT_MET: N_("not fulfilled"),
        Fulfilment.UNKNOWN: N_("unknown"),
    }
)
_SIGNS: Mapping[Operator, str] = {
    Operator.AT_LEAST: "≥",
    Operator.AT_MOST: "≤",
    Operator.ABOVE: ">",
    Operator.BELOW: "<",
}
_NO_DAY = N_("Nothing says when the patient was screened: enter the screening visit.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionState:
    """One criterion of one patient.

    ``value`` is what decided, with its unit, and ``origin`` its day and where it came from; both are
    empty where nothing is known. ``why_unknown`` says what is missing. ``said`` is a person's word
    (a blank one where nobody spoke); a deviation in it stands beside the state and never changes it.
    """

    criterion: Criterion
    state: Fulfilment
    value: str = ""
    origin: str = ""
    why_unknown: str = ""
    said: CriterionResult

    @property
    def waived(self) -> bool:
        """The investigator has accepted the deviation."""
        return bool(self.said.waiver) and not self.said.proposed

    @property
    def fails(self) -> bool:
        """Not fulfilled, and the investigator has not accepted it as a deviation."""
        return self.state is Fulfilment.NOT_MET and not self.waived


@dataclass(frozen=True, slots=True)
class Moment:
    """The day the criteria are evaluated on, None where nothing says which, and what day that is."""

    day: date | None
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A value in the unit of its measure: from ``low`` to ``high`` where it is not known exactly.

    ``said`` are the words for it where it is no number, ``undecided`` what is missing where the limit is between.
    """

    low: float
    high: float
    origin: str
    said: str = ""
    undecided: str = ""


@dataclass(frozen=True, slots=True)
class _NotKnown:
    reason: str


def evaluate(record: PatientRecord, protocol: Protocol) -> tuple[CriterionState, ...]:
    """Every criterion of the protocol for one patient, in the protocol's order.

    A criterion is fulfilled, or not, only where every value that the record allows agrees (a
    diagnosis in some month of 2013, an age stated at another time), and unknown otherwise. A
    person's word decides the criteria that are asked, and no other.
    """
    moment = screening(record, protocol)
    known = record if moment.day is None else record.up_to(moment.day)
    return tuple(_state(known, protocol, moment, criterion) for criterion in protocol.criteria)


def screening(record: PatientRecord, protocol: Protocol) -> Moment:
    """When the criteria are evaluated: at the screening visit, else at the first visit before the reference day.

    Where there is neither: on the day for which age or duration were stated, else on the reference
    day. DESIGN: our order, from no paper.
    """
    patient, planned = record.patient, protocol.screening
    at_screening = [v for v in record.visits if planned is not None and v.code == planned.code]
    before = [
        v for v in record.visits if patient.reference_on is None or v.date < patient.reference_on
    ]
    if visit := next(iter(at_screening or before), None):
        return Moment(visit.date, _visit_title(protocol, visit))
    if patient.stated_on is not None:
        return Moment(patient.stated_on, _("day of the statement"))
    if patient.reference_on is not None:
        return Moment(patient.reference_on, protocol.reference)
    return Moment(None, "")


def completed_years(born: date, on: date) -> int:
    """The age in completed years, as papers state ages; negative before birth."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def requirement(criterion: Criterion) -> str:
    """What a participant must have, in words: "Age at screening: 18 to 65 years"."""
    if not criterion.asked:
        return f"{criterion.title}: {_limits(criterion)}"
    if criterion.kind is CriterionKind.EXCLUSION:
        return _("{thing}: must be absent").format(thing=criterion.title)
    return criterion.title


def fulfilment_alone(state: Fulfilment) -> str:
    """Whether a criterion is fulfilled, as a title."""
    return {
        Fulfilment.MET: _("Fulfilled"),
        Fulfilment.NOT_MET: _("Not fulfilled"),
        Fulfilment.UNKNOWN: _("Unknown"),
    }[state]


def _answer_within(criterion: Criterion, met: bool) -> str:
    """An answer within a sentence."""
    if criterion.kind is CriterionKind.EXCLUSION:
        return _("absent") if met else _("present")
    return _("yes") if met else _("no")


def answer_words(criterion: Criterion) -> Mapping[bool | None, str]:
    """The answers to a criterion that is asked, by whether it is then fulfilled; None is unknown."""
    if criterion.kind is CriterionKind.EXCLUSION:
        return {True: _("Absent"), False: _("Present"), None: _("Unknown")}
    return {True: _("Yes"), False: _("No"), None: _("Unknown")}


def headline(states: Sequence[CriterionState]) -> str:
    """How many of the criteria are not fulfilled, and how many unknown."""
    failed = [one for one in states if one.state is Fulfilment.NOT_MET]
    unknown = sum(one.state is Fulfilment.UNKNOWN for one in states)
    waived = sum(one.waived for one in failed)
    if not failed and not unknown:
        return _("All {n} fulfilled").format(n=len(states))
    parts = []
    if failed:
        parts.append(_("{n} of {all} not fulfilled").format(n=len(failed), all=len(states)))
    if waived:
        parts.append(_("{n} of them accepted as deviations").format(n=waived))
    if unknown and failed:
        parts.append(_("{n} unknown").format(n=unknown))
    elif unknown:
        parts.append(_("{n} of {all} unknown").format(n=unknown, all=len(states)))
    return ", ".join(parts)


def accepted(record: PatientRecord, protocol: Protocol) -> tuple[str, ...]:
    """The criteria whose deviation the investigator has accepted, in words."""
    said = ((one, _said(record, protocol, one)) for one in protocol.criteria)
    return tuple(requirement(one) for one, word in said if word.waiver and not word.proposed)


def waiver_text(said: CriterionResult, names: Mapping[str, str]) -> str:
    """Who accepted or proposed a deviation, when and why; empty where nobody did. ``names`` are full names by login."""
    if said.waived_by is None or said.waived_at is None:
        return ""
    text = (
        _("Deviation proposed by {who}, {when}: {why}. The investigator has not decided.")
        if said.proposed
        else _("Deviation accepted by {who}, {when}: {why}")
    )
    return text.format(
        who=names.get(said.waived_by, said.waived_by), when=instant(said.waived_at), why=said.waiver
    )


def waive(
    said: CriterionResult, reason: str, by: str, at: datetime, *, proposed: bool = False
) -> CriterionResult:
    """With a deviation, accepted by the investigator or ``proposed`` to them. Raises ValueError without a reason."""
    if not reason.strip():
        raise ValueError("a deviation needs a reason")
    return replace(said, waiver=reason.strip(), waived_by=by, waived_at=at, proposed=proposed)


def without_waiver(said: CriterionResult) -> CriterionResult:
    return replace(said, waiver="", waived_by=None, waived_at=None, proposed=False)


def undecided(record: PatientRecord, protocol: Protocol) -> str:
    """The criteria that are not fulfilled and that the investigator has not decided about, in words."""
    failing = (one.criterion for one in evaluate(record, protocol) if one.fails)
    return "; ".join(map(requirement, failing))


def _state(
    known: PatientRecord, protocol: Protocol, moment: Moment, criterion: Criterion
) -> CriterionState:
    said = _said(known, protocol, criterion)
    if criterion.asked:
        return _answered(criterion, said)
    found = _MEASURES[criterion.measure](known, protocol, moment)
    if criterion.can_be_overridden and said.met is not None:
        return _overridden(criterion, said, found)
    if isinstance(found, _NotKnown):
        return CriterionState(
            criterion=criterion, state=Fulfilment.UNKNOWN, why_unknown=found.reason, said=said
        )
    state = _verdict(criterion, found.low, found.high)
    undecided = _("The limit is within what is possible: enter the exact date.")
    return CriterionState(
        criterion=criterion,
        state=state,
        value=found.said or _value_text(criterion, found),
        origin=found.origin,
        why_unknown=(found.undecided or undecided) if state is Fulfilment.UNKNOWN else "",
        said=said,
    )


def _overridden(
    criterion: Criterion, said: CriterionResult, found: _Known | _NotKnown
) -> CriterionState:
    """A person's word instead of what the record suggests; both are shown."""
    suggested = found.reason if isinstance(found, _NotKnown) else found.origin
    text = _("A person decided: {why}. By the record: {suggested}")
    return CriterionState(
        criterion=criterion,
        state=Fulfilment.MET if said.met else Fulfilment.NOT_MET,
        value=_answer_within(criterion, bool(said.met)),
        origin=text.format(why=said.note, suggested=suggested),
        said=said,
    )


def _said(record: PatientRecord, protocol: Protocol, criterion: Criterion) -> CriterionResult:
    """A person's word on this criterion of this version of the protocol."""
    blank = CriterionResult(
        patient_id=record.patient.id,
        protocol=protocol.id,
        version=protocol.version,
        criterion=criterion.id,
    )
    key = (protocol.id, protocol.version, criterion.id)
    mine = (r for r in record.criteria if (r.protocol, r.version, r.criterion) == key)
    return next(mine, blank)


def _answered(criterion: Criterion, said: CriterionResult) -> CriterionState:
    if said.met is None:
        return CriterionState(
            criterion=criterion,
            state=Fulfilment.UNKNOWN,
            origin=said.note,
            why_unknown=_("Not answered."),
            said=said,
        )
    return CriterionState(
        criterion=criterion,
        state=Fulfilment.MET if said.met else Fulfilment.NOT_MET,
        value=_answer_within(criterion, said.met),
        origin=said.note,
        said=said,
    )


def _verdict(criterion: Criterion, low: float, high: float) -> Fulfilment:
    ends = {criterion.admits(low), criterion.admits(high)}
    if ends == {True}:
        return Fulfilment.MET
    around = (
        criterion.operator is Operator.BETWEEN
        and criterion.low is not None
        and low < criterion.low < high
    )
    return Fulfilment.UNKNOWN if True in ends or around else Fulfilment.NOT_MET


def _limits(criterion: Criterion) -> str:
    if criterion.operator is Operator.BETWEEN:
        text = _("{low:g} to {high:g} {unit}")
        return text.format(low=criterion.low, high=criterion.high, unit=criterion.unit)
    if criterion.operator is None:
        return ""
    return f"{_SIGNS[criterion.operator]} {criterion.value:g} {criterion.unit}"


def _value_text(criterion: Criterion, found: _Known) -> str:
    low, high = _shown(criterion, found.low), _shown(criterion, found.high)
    both = low if low == high else _("{low} to {high}").format(low=low, high=high)
    return f"{both} {criterion.unit}"


def _shown(criterion: Criterion, value: float) -> str:
    """A stated value as it was stated, a computed one to one decimal; but 39.96 % never as 40.0 %."""
    as_stated = (n for n in range(3) if round(value, n) == value)
    enough = (
        n for n in range(1, 17) if criterion.admits(round(value, n)) == criterion.admits(value)
    )
    return number(value, next(chain(as_stated, enough), 17))


# Where the values come from. Each takes what was known at that moment.


def _age(known: PatientRecord, _protocol: Protocol, moment: Moment) -> _Known | _NotKnown:
    """In completed years: DESIGN, as the paper states ages."""
    patient, on = known.patient, moment.day
    if patient.born is not None:
        if on is None:
            return _NotKnown(_(_NO_DAY))
        if patient.born > on:
            return _NotKnown(_("The date of birth is after the day of screening: check both."))
        years = completed_years(patient.born, on)
        return _Known(low=years, high=years, origin=_("born {day}").format(day=day(patient.born)))
    stated = patient.stated_age_years
    if stated is None:
        return _NotKnown(_("Neither date of birth nor age is known: enter the date of birth."))
    if patient.stated_on is None or on is None:
        return _Known(low=stated, high=stated, origin=_("as stated, day unknown"))
    eldest = shift(patient.stated_on, Offset(-12 * (stated + 1), Unit.MONTHS)) + timedelta(days=1)
    youngest = shift(patient.stated_on, Offset(-12 * stated, Unit.MONTHS))
    return _Known(
        low=completed_years(youngest, on),
        high=completed_years(eldest, on),
        origin=_("stated as {n} on {day}").format(n=stated, day=day(patient.stated_on)),
    )


def _since_diagnosis(
    known: PatientRecord, _protocol: Protocol, moment: Moment
) -> _Known | _NotKnown:
    return _months_since(
        known,
        moment,
        known.patient.diagnosis,
        words=_("diagnosed {day}"),
        missing=_("The date of the diagnosis is not known: enter it."),
        later=_("The diagnosis is after the day of screening: check both."),
    )


def _since_onset(known: PatientRecord, _protocol: Protocol, moment: Moment) -> _Known | _NotKnown:
    return _months_since(
        known,
        moment,
        known.patient.onset,
        words=_("onset {day}"),
        missing=_("The date of onset is not known: enter it."),
        later=_("The onset is after the day of screening: check both."),
    )


def _months_since(
    known: PatientRecord,
    moment: Moment,
    start: PartialDate | None,
    *,
    words: str,
    missing: str,
    later: str,
) -> _Known | _NotKnown:
    """Months of 30.4375 days up to the moment, from a date; else the stated duration, whatever it counts from."""
    patient, on = known.patient, moment.day
    if start is not None:
        if on is None:
            return _NotKnown(_(_NO_DAY))
        if start.first > on:
            return _NotKnown(later)
        first, last = day(start.first), day(start.last)
        some_day = first if start.exact else _("{first} to {last}").format(first=first, last=last)
        return _Known(
            low=months_between(start.last, on),
            high=months_between(start.first, on),
            origin=words.format(day=some_day),
        )
    months = patient.stated_duration_months
    if months is None:
        return _NotKnown(missing)
    origin = _("duration as stated, its origin (onset or diagnosis) unknown")
    if patient.stated_on is not None and on is not None and on != patient.stated_on:
        text = _("{origin}; {n:g} months on {day}")
        origin = text.format(origin=origin, n=months, day=day(patient.stated_on))
        months += months_between(patient.stated_on, on)
    return _NotKnown(later) if months < 0 else _Known(low=months, high=months, origin=origin)


def _alsfrs_r(known: PatientRecord, protocol: Protocol, _moment: Moment) -> _Known | _NotKnown:
    """The total of the last complete form, else the one that was stated."""
    found: _Known | _NotKnown = _stated(
        known,
        ExternalKind.ALSFRS_R_TOTAL,
        _("as stated, items unknown"),
        _("No complete ALSFRS-R form and no stated total is known: enter the form."),
    )
    for form in known.answered(instruments.ALSFRS_R):
        scale = instruments.named(form.instrument, form.version).total
        total = None if scale is None else scale.score(form.values)
        if total is not None:
            visit = known.visit(form.visit_id)
            found = _Known(low=total, high=total, origin=_at(protocol, visit))
    return found


def _fvc(known: PatientRecord, protocol: Protocol, _moment: Moment) -> _Known | _NotKnown:
    """The % predicted of the last seated FVC that was measured here, else the one that was stated."""
    found = _stated(
        known,
        ExternalKind.FVC_PERCENT,
        _("as stated, equation unknown"),
        _("No seated FVC with % predicted is known: enter the spirometry."),
    )
    for session in known.spirometry:
        seated = session.test_type is TestType.FVC and session.position is Position.SITTING
        if seated and session.measured:
            result = evaluate_session(session)
            percent = result.percent
            if percent is not None:
                origin = f"{_at(protocol, known.visit(session.visit_id))}, {result.grade_text}"
                found = _Known(low=percent, high=percent, origin=origin)
            elif isinstance(found, _NotKnown):
                found = _NotKnown(result.why_not)
    return found


_IMMUNOTHERAPY = frozenset({"corticosteroid", "immunoglobulin", "immunosuppressant"})
_LOCAL = frozenset({"inhaled", "skin", "other"})  # routes that may act where they are given only


def _without_immunotherapy(
    known: PatientRecord, _protocol: Protocol, moment: Moment
) -> _Known | _NotKnown:
    """Months since the last day of a corticosteroid, immunoglobulin or immunosuppressant, by the medicines.

    No medicine at all is unknown: nobody asked. DESIGN: one that is inhaled, or for the skin, may count or not.
    """
    medicines = [one for one in known.of_form("medicine") if one.not_done is None]
    on = moment.day
    if on is None:
        return _NotKnown(_(_NO_DAY))
    if not medicines:
        return _NotKnown(_("No medicine is recorded: enter the medicines, or answer."))
    found = [one for one in medicines if _classes(one) & _IMMUNOTHERAPY]
    if not found:
        words = plural(len(medicines), "1 medicine is recorded", "{n} medicines are recorded")
        text = _("none of this kind; {recorded}").format(recorded=words)
        return _Known(low=inf, high=inf, origin=text, said=_("none recorded"))
    spans = [_free_since(one, on) for one in found]
    low, high = min(low for low, _high in spans), min(high for _low, high in spans)
    lasts = [one for one, span in zip(found, spans, strict=True) if span[0] == low]
    return _Known(
        low=low,
        high=high,
        origin=_taken(lasts[0]),
        said=_months(low, high),
        undecided=_("It may have been taken within the limit: enter the exact days, or decide."),
    )


def _classes(one: FormRecord) -> frozenset[str]:
    return dictionaries.classes("medicines", str(one.value("substance") or ""))


def _free_since(one: FormRecord, on: date) -> tuple[float, float]:
    """The fewest and the most months without it on a day, by every day that its dates can mean."""
    began = one.began
    at_once = one.value("frequency") == "once" and one.ended is None
    ended = began if at_once else one.ended
    if ended is not None:
        low, high = months_between(min(ended.last, on), on), months_between(ended.first, on)
    elif one.runs:
        low, high = 0.0, inf if began.last > on else 0.0
    else:
        low, high = 0.0, months_between(began.first, on)
    return low, inf if one.value("route") in _LOCAL else high


def _months(low: float, high: float) -> str:
    if low == high:
        return _("{n} months").format(n=number(low, 1)) if low else _("taken then")
    if high == inf:
        return _("{n} months or more").format(n=number(low, 1))
    return _("{low} to {high} months").format(low=number(low, 1), high=number(high, 1))


def _taken(one: FormRecord) -> str:
    """The medicine, and from when to when."""
    form = forms.find(one.form, one.version)
    name = str(one.value("substance") or "") if form is None else wording.line(form, one)
    if one.ended is None:
        return _("{medicine}, since {day}").format(medicine=name, day=partial_day(one.began))
    text = _("{medicine}, {first} to {last}")
    return text.format(medicine=name, first=partial_day(one.began), last=partial_day(one.ended))


def _stated(
    known: PatientRecord, kind: ExternalKind, words: str, missing: str
) -> _Known | _NotKnown:
    results = sorted(known.stated(kind), key=lambda one: one.measured_on or date.min)
    if not results:
        return _NotKnown(missing)
    last = results[-1]
    when = day(last.measured_on) if last.measured_on else _("day unknown")
    return _Known(low=last.value, high=last.value, origin=f"{words}, {when} ({last.source})")


def _at(protocol: Protocol, visit: Visit) -> str:
    return f"{_visit_title(protocol, visit)}, {day(visit.date)}"


def _visit_title(protocol: Protocol, visit: Visit) -> str:
    return _("Unscheduled visit") if visit.code is None else protocol.visit_title(visit.code)


_MEASURES: Mapping[Measure, Callable[[PatientRecord, Protocol, Moment], _Known | _NotKnown]] = {
    Measure.AGE: _age,
    Measure.SINCE_DIAGNOSIS: _since_diagnosis,
    Measure.SINCE_ONSET: _since_onset,
    Measure.ALSFRS_R: _alsfrs_r,
    Measure.FVC: _fvc,
    Measure.WITHOUT_IMMUNOTHERAPY: _without_immunotherapy,
}
