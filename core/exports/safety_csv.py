"""The adverse events of the clinic as tables: a line an event, and a line a term with its counts."""

from core.exports import table_csv
from core.findings.event_facts import facts
from core.labels import CAUSE, OUTCOME
from core.model import terms
from core.model.clinic_event import ClinicEvent
from core.model.document import OfEvents
from core.model.event_details import Judgement
from core.science.event_time import DayRange
from core.views import safety_tables as tables
from core.views.safety_tables import (
    course_words,
    criteria_words,
    earlier_words,
    expected_words,
    reports_words,
    said,
)
from core.words import _


def listing(source: OfEvents) -> bytes:
    events = tables.ordered(source.events)
    return table_csv.render(titles(), (row(one) for one in events))


def counted(source: OfEvents) -> bytes:
    rows = (tables.counted_row(one) for one in tables.counted(source.events))
    return table_csv.render(tables.counted_titles(), rows)


def titles() -> tuple[str, ...]:
    """Of the columns that `row` fills."""
    return (
        *(_("Patient"), _("As said"), _("CTCAE 5.0 term"), _("Organ class")),
        *(_("MedDRA LLT code"), _("MedDRA PT"), _("MedDRA PT code"), _("MedDRA SOC")),
        *(_("Grade"), _("Serious"), _("Criteria")),
        *(_("Began"), _("Began at"), _("Ended"), _("Ended at")),
        *(_("Day since infusion"), _("Minutes since infusion"), _("Length, days")),
        *(_("Treatment-emergent"), _("The clinic knew on")),
        *(_("Caused by the product"), _("Caused by the procedure"), _("Expected")),
        *(_("Safety document"), _("Judged by"), _("Judged on")),
        *(_("Action with the product"), _("Treatment"), _("Treated with"), _("Outcome")),
        *(_("Course"), _("Earlier diagnoses"), _("Reports sent"), _("Note")),
    )


def row(one: ClinicEvent) -> tuple[str, ...]:
    """One event with all that is known of it: days are ISO, numbers plain; what is not known is empty."""
    event, details = one.details.event, one.details
    known, term = facts(details, one.treated, one.treated_at), terms.find(event.coded_term)
    return (
        *(one.number, event.term, event.coded_term, "" if term is None else term.organ_class),
        *_meddra(event.coded_term or event.term),
        *(str(event.grade.value), _yes_no(event.serious), criteria_words(details)),
        *(str(event.onset), "" if details.began_at is None else f"{details.began_at:%H:%M}"),
        "" if event.ended is None else str(event.ended),
        "" if details.ended_at is None else f"{details.ended_at:%H:%M}",
        _plain(known.day),
        "" if known.minutes is None else str(known.minutes),
        _plain(known.length),
        _yes_no(known.emergent),
        "" if details.aware_at is None else details.aware_at.isoformat(timespec="minutes"),
        *_judged(details.judgement),
        *(said(details, name) for name in ("action", "treatment", "treated_with")),
        *(OUTCOME[event.outcome], course_words(details), earlier_words(details)),
        *(reports_words(details), event.note),
    )


def _meddra(term: str) -> tuple[str, ...]:
    """As an imported MedDRA codes it; empty without one."""
    coded = terms.coded(term)
    return (
        ("", "", "", "") if coded is None else (coded.llt_code, coded.pt, coded.pt_code, coded.soc)
    )


def _judged(judged: Judgement | None) -> tuple[str, ...]:
    if judged is None:
        return ("", "", "", "", "", "")
    return (
        "" if judged.product is None else CAUSE[judged.product],
        "" if judged.procedure is None else CAUSE[judged.procedure],
        "" if judged.expected is None else expected_words(judged),
        judged.document,
        judged.by,
        judged.at.isoformat(timespec="minutes"),
    )


def _yes_no(value: bool | None) -> str:
    if value is None:
        return ""
    return _("yes") if value else _("no")


def _plain(days: DayRange | None) -> str:
    if days is None:
        return ""
    first, last = days
    return str(first) if first == last else _("{first} to {last}").format(first=first, last=last)
