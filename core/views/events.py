"""Adverse events in words."""

import dataclasses
from dataclasses import dataclass

from core.findings.treatment import INFUSION, treatment
from core.forms import catalog, wording
from core.forms.reading import say
from core.labels import CAUSE, CRITERION, GRADE, OUTCOME
from core.model.adverse_event import AdverseEvent
from core.model.event_details import Criterion, EventDetails
from core.model.ids import RecordId
from core.model.nouns import ADVERSE_EVENTS
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.views.event_times import treatment_name
from core.words import N_, _

YES, NO = N_("yes"), N_("no")
_SHORT = {
    Criterion.DEATH: N_("death"),
    Criterion.LIFE_THREATENING: N_("life-threatening"),
    Criterion.HOSPITAL: N_("hospital"),
    Criterion.DISABILITY: N_("disability"),
    Criterion.CONGENITAL: N_("congenital"),
    Criterion.IMPORTANT: N_("medically important"),
}


@dataclass(frozen=True, slots=True)
class EventRow:
    """``unsure`` says why the event may belong to another visit, ``more`` why it is serious, by what, what was done."""

    term: str
    onset: str
    grade: str
    serious: str
    outcome: str
    is_serious: bool
    unsure: str = ""
    more: str = ""
    lacks: bool = False  # the criterion: it is of before these were recorded
    field: str = dataclasses.field(default="", compare=False)


def event_field(event: AdverseEvent) -> str:
    """The field of the events' step that leads to one event of the visit."""
    return f"reported.{event.id}"


def event_row(
    event: AdverseEvent, known: EventDetails | None = None, *, unsure: bool = False
) -> EventRow:
    """One adverse event in words; ``unsure`` where its day is not known well enough to say at which visit.

    ``known`` is what else is known of it, where that is said, too.
    """
    ended = f", {partial_day(event.ended)}" if event.ended else ""
    if event.ended is None and event.outcome.ended:
        ended = _(", end date not entered")
    return EventRow(
        term=event.term,
        onset=partial_day(event.onset),
        grade=GRADE[event.grade],
        serious=_(YES) if event.serious else _(NO),
        outcome=OUTCOME[event.outcome] + ended,
        is_serious=event.serious,
        unsure=_unsure(event) if unsure else "",
        more="" if known is None else _in_short(known),
        lacks=known is not None and known.criterion_missing,
        field=f"{ADVERSE_EVENTS}/{event_field(event)}",
    )


def why(known: EventDetails) -> str:
    """Why an event is serious: “hospital, or a longer stay”; of one of before criteria, that this is not recorded."""
    if known.criterion_missing:
        return _("criterion not recorded")
    return ", ".join(CRITERION[one] for one in Criterion if one in known.criteria)


def cause(known: EventDetails) -> str:
    """“product possible, procedure unlikely, unexpected”; empty while nobody judged it."""
    judged = known.judgement
    if judged is None:
        return ""
    parts = []
    if judged.product is not None:
        parts.append(_("product {cause}").format(cause=CAUSE[judged.product]))
    if judged.procedure is not None:
        parts.append(_("procedure {cause}").format(cause=CAUSE[judged.procedure]))
    if judged.expected is not None:
        parts.append(_("expected") if judged.expected else _("unexpected"))
    return ", ".join(parts)


def done(known: EventDetails) -> str:
    """What was done with the product, where something was."""
    value = None if known.record is None else known.record.value("action")
    return "" if value in (None, "not_applicable") else action(known)


def action(known: EventDetails) -> str:
    """What was done with the product, in the words of the form; empty where nobody said."""
    if known.record is None or (value := known.record.value("action")) is None:
        return ""
    form = catalog.find(known.record.form, known.record.version)
    field = None if form is None else form.find("action")
    return str(value) if field is None else say(field, value)


def _in_short(known: EventDetails) -> str:
    """For paper, where every line counts: “hospital; product possible; interrupted”."""
    short = ", ".join(_(_SHORT[one]) for one in Criterion if one in known.criteria)
    judged = known.judgement
    product = None if judged is None else judged.product
    parts = (
        _("criterion not recorded") if known.criterion_missing else short,
        "" if product is None else _("product {cause}").format(cause=CAUSE[product]),
        done(known),
    )
    return "; ".join(part for part in parts if part)


def running_text(event: AdverseEvent) -> str:
    """“Chest pain, grade 2 moderate, since 27 Apr 2025”."""
    text = _("{term}, grade {grade}, since {day}")
    if event.serious:
        text = _("{term}, grade {grade}, serious, since {day}")
    return text.format(term=event.term, grade=GRADE[event.grade], day=partial_day(event.onset))


def linked(record: PatientRecord, known: EventDetails | None, *, fatal: bool) -> tuple[str, ...]:
    """What else of the record an event has to do with: the treatment before it, medicine, procedure, death."""
    said = []
    treated = treatment(record)
    if treated is not None and known is not None and known.event.onset.last >= treated.on.first:
        lots = (one.value("lot") for one in record.of_form(INFUSION))
        lot = next((str(lot) for lot in lots if lot is not None), "")
        text = _("{treatment} {day}, lot {lot}") if lot else _("{treatment} {day}")
        name = treatment_name(record)
        said.append(text.format(treatment=name, day=partial_day(treated.on), lot=lot))
    details = None if known is None else known.record
    for field in ("medicine", "stay"):
        value = None if details is None else details.value(field)
        one = None if value is None else record.form_record(RecordId(str(value)))
        form = None if one is None else catalog.find(one.form, one.version)
        if one is not None and form is not None:
            said.append(wording.line(form, one))
    if fatal and record.died is not None:
        said.append(_("death {day}").format(day=partial_day(record.died.happened_on)))
    return tuple(said)


def _unsure(event: AdverseEvent) -> str:
    known = _("year") if event.onset.month is None else _("month")
    return _("may belong to another visit: only its {known} is known").format(known=known)


def no_events(visit: Visit) -> str:
    """What stands where no event is listed: asked and none, or never asked. Unknown is not no."""
    if visit.new_events is None:
        return _("Not asked.")
    return (
        _("Something new, but no event was entered.")
        if visit.new_events
        else _("Asked: nothing new.")
    )
