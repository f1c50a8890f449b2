"""Adverse events and milestones of a casebook: each event with all that is known of it."""

from core.labels import EXTERNAL, GRADE, MILESTONES, OUTCOME
from core.model import event_details
from core.model.adverse_event import AdverseEvent
from core.model.ids import RecordId
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.reports.chapters.chapter import Chapter, Names, Part, Printed, records, table, told
from core.views import event_times
from core.views.events import event_row
from core.views.fact import Fact
from core.views.visit_words import visit_title
from core.words import MISSING, _, day


def chapter(record: PatientRecord, names: Names, printed: Printed) -> Chapter:
    """The oldest first."""
    events = sorted(record.events, key=lambda one: (record.began(one), one.term))
    parts = tuple(_part(record, one, names, printed) for one in events)
    return Chapter(_("Adverse events"), parts, str(len(events)), opens=bool(parts))


def _part(record: PatientRecord, event: AdverseEvent, names: Names, printed: Printed) -> Part:
    """The event, then its details, judgements, course, diagnoses and reports, as their forms say them."""
    row = event_row(event)
    reported = next((v for v in record.visits if v.id == event.visit_id), None)
    facts = (
        Fact(_("What was said"), event.term),
        Fact(_("CTCAE term"), event.coded_term),
        Fact(_("Began"), partial_day(event.onset)),
        Fact(_("Ended"), MISSING if event.ended is None else partial_day(event.ended)),
        Fact(_("Grade"), GRADE[event.grade]),
        Fact(_("Serious"), row.serious),
        Fact(_("Outcome"), OUTCOME[event.outcome]),
        Fact(_("Time"), event_times.said(record, event_details.details(record, event))),
        Fact(
            _("Reported at"),
            MISSING
            if reported is None
            else f"{visit_title(record, reported)}, {day(reported.date)}",
        ),
        Fact(_("Note"), event.note),
    )
    details = record.form_record(RecordId(event.id))
    more = () if details is None else tuple(records(record, [details], names, printed))
    title = f"{event.term}, {partial_day(event.onset)}"
    return Part(title, (told(*facts), *more))


def milestones(record: PatientRecord) -> Chapter:
    """Turning points, and what somebody else computed."""
    rows = [[MILESTONES[m.kind], partial_day(m.happened_on), m.note] for m in record.milestones]
    heads = ((3, _("Milestone")), (2, _("Day")), (5, _("Note")))
    stated = [
        [EXTERNAL[one.kind], f"{one.value:g}", day(one.measured_on), one.source]
        for one in record.external
    ]
    others = ((3, _("Stated value")), (1.5, _("Value")), (2, _("Day")), (4, _("Source")))
    parts = []
    if rows:
        parts.append(Part(_("Milestones"), (table("", heads, rows),)))
    if stated:
        parts.append(Part(_("Stated by others"), (table("", others, stated),)))
    return Chapter(_("Milestones"), tuple(parts), str(len(rows)))
