"""What a report of a serious event tells: its facts, and a narrative made of what is recorded, for a person to edit."""

from collections.abc import Iterator, Mapping

from core.findings.event_facts import facts
from core.findings.treatment import INFUSION, treatment
from core.forms import catalog, wording
from core.labels import CAUSE, GRADE, OUTCOME, SEX, onset_within
from core.model.clinic_event import ClinicEvent
from core.model.event_details import EventDetails, Judgement, details
from core.model.ids import EventId
from core.model.partial_date import PartialDate, partial_day
from core.model.patient import Sex
from core.model.record import PatientRecord
from core.views.fact import Fact
from core.views.patient_words import age
from core.views.safety_tables import criteria_words, said, since_words
from core.words import _, instant

MEDICINE, PRODUCT = "medicine", "product"


def clinic_event(record: PatientRecord, event_id: EventId) -> ClinicEvent:
    """The event of a record with the day of its patient's treatment. Raises StopIteration where it is not there."""
    event = next(one for one in record.events if one.id == event_id)
    treated = treatment(record)
    return ClinicEvent(
        number=record.patient.record_number,
        details=details(record, event),
        treated=None if treated is None else treated.on,
        treated_at=None if treated is None else treated.at,
    )


def narrative(record: PatientRecord, event_id: EventId, names: Mapping[str, str]) -> str:
    """What is recorded of an event, a sentence a line. ``names`` are the users' by login; no name of the patient."""
    one = clinic_event(record, event_id)
    return "\n".join(_sentences(record, one, names))


def _sentences(record: PatientRecord, one: ClinicEvent, names: Mapping[str, str]) -> Iterator[str]:
    event, known = one.details.event, one.details
    yield _patient(record, one)
    yield from _treatment(one)
    yield _what(one)
    for earlier in known.diagnoses:
        words = _("It was first called {term}, until {day}.")
        if earlier.why:
            words = _("It was first called {term}, until {day}: {why}.")
        yield words.format(term=earlier.term, day=partial_day(earlier.until), why=earlier.why)
    if known.criteria:
        yield _("Serious because: {criteria}.").format(criteria=criteria_words(known))
    else:
        yield _("Serious; the criterion is not recorded.")
    if known.aware_at is not None:
        yield _("The clinic knew on {when}.").format(when=instant(known.aware_at))
    if evidence := said(known, "evidence"):
        yield _("Findings: {text}.").format(text=evidence.rstrip("."))
    for change in known.course:
        words = _("From {day}: grade {grade} {state}").format(
            day=partial_day(change.day), grade=GRADE[change.grade], state=change.state
        )
        yield f"{words.strip()}."
    treatment = [said(known, name) for name in ("treatment", "treated_with")]
    if any(treatment):
        yield _("Treatment: {text}.").format(text=": ".join(filter(None, treatment)).rstrip("."))
    if action := said(known, "action"):
        yield _("Action with the product: {text}.").format(text=action)
    yield _outcome(known)
    medicines = running(record, MEDICINE, event.onset)
    if medicines:
        yield _("Medicines at that time: {list}.").format(list="; ".join(medicines))
    yield judged_words(known.judgement, names)
    if event.note:
        yield _("Note: {text}").format(text=event.note)


def _patient(record: PatientRecord, one: ClinicEvent) -> str:
    patient = record.patient
    who = SEX[patient.sex] if patient.sex is not Sex.UNKNOWN else _("sex unknown")
    onset = onset_within(patient.onset_region)
    if patient.onset is not None:
        onset = _("{onset} {day}").format(onset=onset, day=partial_day(patient.onset))
    return _("Patient {number}, {sex}, {age}, has ALS ({onset}).").format(
        number=one.number, sex=who, age=age(patient, one.details.event.onset.first), onset=onset
    )


def _treatment(one: ClinicEvent) -> Iterator[str]:
    if one.treated is None:
        yield _("No infusion is recorded.")
    elif one.treated_at is None:
        yield _("Infused on {day}.").format(day=partial_day(one.treated))
    else:
        yield _("Infused on {day} at {time}.").format(
            day=partial_day(one.treated), time=f"{one.treated_at:%H:%M}"
        )


def _what(one: ClinicEvent) -> str:
    event = one.details.event
    known = facts(one.details, one.treated, one.treated_at)
    began = partial_day(event.onset)
    if one.details.began_at is not None:
        began = f"{began} {one.details.began_at:%H:%M}"
    since = "" if one.treated is None else since_words(known)
    words = _("On {began}: {term}, grade {grade}.")
    if since:
        words = _("On {began} ({since} after the infusion): {term}, grade {grade}.")
    term = event.term
    if event.coded_term and event.coded_term != term:
        term = _("{term} (CTCAE: {coded})").format(term=term, coded=event.coded_term)
    return words.format(began=began, since=since, term=term, grade=GRADE[event.grade])


def _outcome(known: EventDetails) -> str:
    event = known.event
    if event.ended is None:
        return _("Outcome: {outcome}.").format(outcome=OUTCOME[event.outcome])
    return _("Outcome: {outcome}, {day}.").format(
        outcome=OUTCOME[event.outcome], day=partial_day(event.ended)
    )


def running(record: PatientRecord, form: str, on: PartialDate) -> list[str]:
    """The records of a form that held on a day, each in one line."""
    known = catalog.newest().get(form)
    if known is None:
        return []
    return [wording.line(known, one) for one in record.running(form, on.first)]


def judged_words(judged: Judgement | None, names: Mapping[str, str]) -> str:
    """Cause and expectedness with who judged them, and when."""
    if judged is None:
        return _("Cause and expectedness are not assessed yet.")
    open_ = _("not assessed")
    expected = open_
    if judged.expected is not None:
        expected = _("expected") if judged.expected else _("unexpected")
    if judged.document:
        expected = _("{expected} by {document}").format(expected=expected, document=judged.document)
    return _(
        "Cause: product {product}, procedure {procedure}; {expected}. Judged by {who}, {when}."
    ).format(
        product=open_ if judged.product is None else CAUSE[judged.product],
        procedure=open_ if judged.procedure is None else CAUSE[judged.procedure],
        expected=expected,
        who=names.get(judged.by, judged.by),
        when=instant(judged.at),
    )


def product_facts(record: PatientRecord) -> tuple[Fact, ...]:
    """What is recorded of the product and the infusion, as far as those forms were filled in."""
    found = []
    for form, fields in (
        (PRODUCT, ("product", "source", "passage", "lot")),
        (INFUSION, ("lot", "given", "volume", "line", "start", "end")),
    ):
        known = catalog.newest().get(form)
        records = record.of_form(form)
        if known is None or not records:
            continue
        values = wording.of_record(known, records[-1])
        found += [
            Fact(field.title, wording.told(known, field, values))
            for field in known.fields
            if field.id in fields and values.get(field.id) is not None
        ]
    return tuple(found)
