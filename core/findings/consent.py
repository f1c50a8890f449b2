"""What the patient's consent allows: which version held on a day, and which visits and samples are outside it.

Computed from the records of the form `consent`, whenever these were entered. A visit outside the consent is kept,
marked and asked about; it leaves with no export until the neurologist decides. So are the laboratory results of a day
that belong to no visit, and results that others stated. Adverse events, deaths, medicines and
whatever else belongs to care are never outside. DESIGN: the rules are ours; that consent comes before any procedure of
a study is ICH E6(R2) 4.8.8, and what may happen to data after a withdrawal is said by the patient (field `kept`). What
others measured before the signature is history, no procedure of the study: the signature covers it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from core.model.decision import Choice, Decision, DecisionKind
from core.model.form_record import FormRecord
from core.model.ids import PatientId
from core.model.partial_date import PartialDate, partial_day
from core.model.patient import ExternalResult
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.protocols.definition import Protocol
from core.words import _, day

FORM = "consent"
STUDY, DATA, EVERYTHING = "study", "data", "everything"
_SIGNED = frozenset({"signed", "renewed"})
_NOT_TO_BE_USED = "not_to_be_used"
_SAMPLES = "laboratory "  # before a day: what a decision on the samples of that day is about
_STATED = "stated "  # before an id: what a decision on a result that others stated is about


class Standing(StrEnum):
    """How a day stands to the consent; ``ASKED`` where a date is not known well enough, or no consent is recorded."""

    WITHIN = "within"
    ASKED = "asked"
    OUTSIDE = "outside"


class _Judged:
    """What follows from how something stands to the consent, and from what was decided about it."""

    __slots__ = ()
    standing: Standing
    decided: Decision | None

    @property
    def left_out(self) -> bool:
        """Whether its results leave with no export."""
        used = self.decided is not None and self.decided.choice is Choice.USED
        return self.standing is Standing.OUTSIDE and not used

    @property
    def open(self) -> bool:
        return self.standing is Standing.OUTSIDE and self.decided is None


@dataclass(frozen=True, slots=True)
class OfVisit(_Judged):
    """How a visit stands to the consent, and why; ``decided`` is what the neurologist decided about it."""

    visit: Visit
    standing: Standing
    why: str = ""
    decided: Decision | None = None

    @property
    def patient_id(self) -> PatientId:
        return self.visit.patient_id

    @property
    def subject(self) -> str:
        """What a decision about it names."""
        return self.visit.id

    @property
    def question(self) -> str:
        """What is asked at the visit; the results are kept, whatever is answered."""
        if self.standing is not Standing.OUTSIDE:
            return self.why
        text = _(
            "This visit is outside the consent: {why}. Its results are kept, and leave with no export until the neurologist decides. Is the day right?"
        )
        return text.format(why=self.why)


@dataclass(frozen=True, slots=True)
class OfSamples(_Judged):
    """How the laboratory results of one day that belong to no visit stand to the consent; a decision is about all of them."""

    patient_id: PatientId
    on: date
    standing: Standing
    why: str = ""
    decided: Decision | None = None

    @property
    def subject(self) -> str:
        """What a decision about them names."""
        return f"{_SAMPLES}{self.on.isoformat()}"

    @property
    def question(self) -> str:
        """What is asked where they are entered; empty where there is nothing to ask."""
        if self.standing is not Standing.OUTSIDE:
            return self.why
        text = _(
            "This sample is outside the consent: {why}. Its results are kept, and leave with no export until the neurologist decides. Is the day right?"
        )
        return text.format(why=self.why)


@dataclass(frozen=True, slots=True)
class OfStated(_Judged):
    """How a result that others stated, and that was measured at no visit of ours, stands to the consent."""

    result: ExternalResult
    standing: Standing
    why: str = ""
    decided: Decision | None = None

    @property
    def patient_id(self) -> PatientId:
        return self.result.patient_id

    @property
    def subject(self) -> str:
        """What a decision about it names."""
        return f"{_STATED}{self.result.id}"


Judged = OfVisit | OfSamples | OfStated


@dataclass(frozen=True, slots=True)
class _Act:
    """A signature, a refusal or a withdrawal, at the day from which it counts in one reading of its date."""

    record: FormRecord
    on: PartialDate
    counts: date

    @property
    def signed(self) -> bool:
        return self.record.value("kind") in _SIGNED

    @property
    def parts(self) -> frozenset[str]:
        said = self.record.value("allows" if self.signed else "withdrawn")
        return frozenset(str(said or "").split("\n")) - {""}


def needed(protocol: Protocol) -> frozenset[str]:
    """What must be allowed for the results of a visit to be used: in a study its examinations, too."""
    return frozenset({STUDY, DATA}) if protocol.criteria else frozenset({DATA})


def asks_for_one(protocol: Protocol) -> bool:
    """Whether a consent must be recorded: in a study, where it is no task to be ticked."""
    return bool(protocol.criteria) and protocol.task(FORM) is None


def holding(record: PatientRecord, on: date) -> FormRecord | None:
    """The signature that held on a day, by the first day that each date can mean; None where none did."""
    last = None
    for act in _acts(record, signed_late=False):
        if act.counts > on:
            break
        if act.signed:
            last = act.record
        elif EVERYTHING in act.parts or act.record.value("kind") == "refused":
            last = None
    return last


def of_visit(record: PatientRecord, protocol: Protocol, visit: Visit) -> OfVisit:
    """How one visit stands to the consent."""
    standing, why = _standing(record, protocol, visit.date)
    if standing is Standing.ASKED:
        why = (
            _("It cannot be said whether this visit is within the consent: enter its exact day.")
            if record.of_form(FORM)
            else _("No consent is recorded. Was it signed before this visit?")
        )
    return OfVisit(visit, standing, why, _last_decision(record, visit.id))


def of_samples(record: PatientRecord, protocol: Protocol, on: date) -> OfSamples:
    """How the laboratory results of a day that belong to no visit stand to the consent."""
    standing, why = _standing(record, protocol, on)
    if standing is Standing.ASKED:
        why = (
            _("It cannot be said whether this sample is within the consent: enter its exact day.")
            if record.of_form(FORM)
            else _("No consent is recorded. Was it signed before this sample?")
        )
    found = OfSamples(record.patient.id, on, standing, why)
    return replace(found, decided=_last_decision(record, found.subject))


def day_of_samples(subject: str) -> date | None:
    """The day of the samples that a decision is about; None where it is about a visit."""
    if not subject.startswith(_SAMPLES):
        return None
    return date.fromisoformat(subject.removeprefix(_SAMPLES))


def is_of_stated(subject: str) -> bool:
    """Whether a decision is about a result that others stated."""
    return subject.startswith(_STATED)


def _last_decision(record: PatientRecord, subject: str) -> Decision | None:
    mine = (
        one
        for one in record.decisions
        if one.kind is DecisionKind.CONSENT and one.subject == subject
    )
    return max(mine, key=lambda one: one.at, default=None)


def outside_samples(record: PatientRecord, protocol: Protocol) -> tuple[OfSamples, ...]:
    """The days outside the consent with laboratory results of no visit, also those that were decided about."""
    days = sorted({one.taken_on for one in record.laboratory if one.visit_id is None})
    found = (of_samples(record, protocol, on) for on in days)
    return tuple(one for one in found if one.standing is Standing.OUTSIDE)


def outside(record: PatientRecord) -> tuple[OfVisit, ...]:
    """The visits outside the consent, in their order, also those that were decided about."""
    found = (of_visit(record, protocols.of_visit(record, visit), visit) for visit in record.visits)
    return tuple(one for one in found if one.standing is Standing.OUTSIDE)


def outside_stated(record: PatientRecord, protocol: Protocol) -> tuple[OfStated, ...]:
    """The results outside the consent that others stated, of no day of a visit: they go with the visit of their day.

    One of no known day counts as of the registration.
    """
    visits = {one.date for one in record.visits}
    found = []
    for one in record.external:
        if one.measured_on in visits:
            continue
        on = one.measured_on or record.patient.registered_on
        standing, why = _standing_of_history(record, protocol, on)
        if standing is Standing.OUTSIDE:
            stands = OfStated(one, standing, why)
            found.append(replace(stands, decided=_last_decision(record, stands.subject)))
    return tuple(found)


def every_outside(record: PatientRecord) -> tuple[Judged, ...]:
    """Visits, samples and stated results outside the consent, also those that were decided about."""
    protocol = protocols.find(record.patient)
    if protocol is None:
        return ()
    return (
        *outside(record),
        *outside_samples(record, protocol),
        *outside_stated(record, protocol),
    )


def for_export(record: PatientRecord) -> tuple[PatientRecord, tuple[Judged, ...]]:
    """The record as it may leave, and the visits, samples and stated results that are left out of it.

    Adverse events, milestones, medicines and devices stay: they are care, and safety.
    """
    gone = tuple(one for one in every_outside(record) if one.left_out)
    if not gone:
        return record, ()
    visits = [one.visit for one in gone if isinstance(one, OfVisit)]
    stated = {one.result.id for one in gone if isinstance(one, OfStated)}
    ids = {one.id for one in visits}
    days = {one.on for one in gone if isinstance(one, OfSamples)}
    theirs = {one.date for one in visits} - {v.date for v in record.visits if v.id not in ids}
    return replace(
        record,
        visits=tuple(one for one in record.visits if one.id not in ids),
        assessments=tuple(one for one in record.assessments if one.visit_id not in ids),
        spirometry=tuple(one for one in record.spirometry if one.visit_id not in ids),
        measurements=tuple(one for one in record.measurements if one.visit_id not in ids),
        laboratory=tuple(
            one
            for one in record.laboratory
            if (one.taken_on not in days if one.visit_id is None else one.visit_id not in ids)
        ),
        tasks=tuple(one for one in record.tasks if one.visit_id not in ids),
        forms=tuple(one for one in record.forms if one.visit_id not in ids),
        external=tuple(
            one for one in record.external if one.id not in stated and one.measured_on not in theirs
        ),
    ), gone


def decide(found: Judged, choice: Choice, reason: str, *, by: str, at: datetime) -> Decision:
    """What is to be saved when the neurologist has decided about a visit or samples. Raises ValueError for another choice."""
    if choice not in {Choice.USED, Choice.LEFT_OUT} or not reason.strip():
        raise ValueError("results are used or left out, for a reason")
    return Decision(
        patient_id=found.patient_id,
        kind=DecisionKind.CONSENT,
        subject=found.subject,
        choice=choice,
        reason=reason.strip(),
        by=by,
        at=at,
    )


def _standing(
    record: PatientRecord, protocol: Protocol, on: date, needs: frozenset[str] | None = None
) -> tuple[Standing, str]:
    """Outside, and why, where every day that the dates can mean says so; asked where only some do.

    ``needs`` is what must be allowed, where it is not what a visit of the schedule needs.
    """
    needs = needed(protocol) if needs is None else needs
    acts = record.of_form(FORM)
    if not acts:
        if not asks_for_one(protocol):
            return Standing.WITHIN, ""
        return Standing.ASKED, ""
    if (taken_back := _taken_back(acts)) is not None:
        text = _("the patient said on {day} that what was collected before may not be used")
        return Standing.OUTSIDE, text.format(day=_said_on(taken_back))
    worst = needs - _allowed(_acts(record, signed_late=True), on)
    best = needs - _allowed(_acts(record, signed_late=False), on)
    if not worst:
        return Standing.WITHIN, ""
    if best:
        return Standing.OUTSIDE, _why(record, on)
    return Standing.ASKED, ""


def _standing_of_history(
    record: PatientRecord, protocol: Protocol, on: date
) -> tuple[Standing, str]:
    """As `_standing`, of what was no examination of ours: what was before the first signature is covered by any."""
    signed = [act for act in _acts(record, signed_late=False) if act.signed]
    if not signed or on >= signed[0].counts or _taken_back(record.of_form(FORM)) is not None:
        return _standing(record, protocol, on, frozenset({DATA}))
    if any(DATA in act.parts for act in signed):
        return Standing.WITHIN, ""
    return Standing.OUTSIDE, _why(record, signed[0].counts)


def _acts(record: PatientRecord, *, signed_late: bool) -> list[_Act]:
    """In the order of their days: signatures at the last day that theirs can mean and the rest at the first, or the reverse."""
    found = []
    for one in record.of_form(FORM):
        if one.not_done is not None:
            continue
        on = one.began
        late = (one.value("kind") in _SIGNED) is signed_late
        found.append(_Act(one, on, on.last if late else on.first))
    return sorted(found, key=lambda act: (act.counts, act.record.entered_at))


def _allowed(acts: Iterable[_Act], on: date) -> frozenset[str]:
    """What was allowed on a day. A signature counts on its own day, a withdrawal from the next day on."""
    allowed: frozenset[str] = frozenset()
    for act in acts:
        if act.signed and act.counts <= on:
            allowed = act.parts
        elif not act.signed and act.counts < on:
            whole = EVERYTHING in act.parts or act.record.value("kind") == "refused"
            allowed = frozenset() if whole else allowed - act.parts
    return allowed


def _taken_back(acts: Iterable[FormRecord]) -> FormRecord | None:
    """The withdrawal by which nothing of what was collected before may be used."""
    return next((one for one in acts if one.value("kept") == _NOT_TO_BE_USED), None)


def _why(record: PatientRecord, on: date) -> str:
    acts = _acts(record, signed_late=False)
    signed = [act for act in acts if act.signed]
    before = [act for act in acts if act.counts <= on]
    if not before and signed:
        text = _("before the consent of {day}")
        return text.format(day=_said_on(signed[0].record))
    if not before:
        return _("before anything was signed")
    last = before[-1]
    if last.signed:
        text = _("the consent of {day} does not allow it")
    elif last.record.value("kind") == "refused":
        text = _("consent was refused on {day}")
    else:
        text = _("after the withdrawal of {day}")
    return text.format(day=_said_on(last.record))


def _said_on(one: FormRecord) -> str:
    began = one.began
    return day(began.first) if began.exact else partial_day(began)
