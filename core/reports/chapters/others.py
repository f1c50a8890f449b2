"""What a casebook has of the whole patient: forms, alerts with their decisions, queries, eligibility, files."""

from collections.abc import Iterator
from datetime import date

from core.findings import alerts, eligibility
from core.forms import catalog
from core.forms.definition import Of
from core.labels import QUERY_STATE
from core.model.attachment import Reference
from core.model.data_query import DataQuery
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.reports.chapters.chapter import (
    Chapter,
    Names,
    Part,
    Printed,
    in_order,
    records,
    table,
)
from core.reports.table_report import Section
from core.views import attachment_words
from core.views.visit_words import named, visit_title
from core.words import MISSING, _, day, instant


def forms(record: PatientRecord, names: Names, printed: Printed) -> Chapter:
    """Every record about the patient, form by form; what is a part of another is below that."""
    parts, count = [], 0
    for form in catalog.newest().values():
        mine = [one for one in record.of_form(form.id) if one.visit_id is None]
        if form.of is not Of.PATIENT or form.within or form.own_page or not mine:
            continue
        parts.append(Part(form.plural, tuple(records(record, in_order(mine), names, printed))))
        count += len(mine)
    return Chapter(_("Forms about the patient"), tuple(parts), str(count), opens=bool(parts))


def left_over(record: PatientRecord, names: Names, printed: Printed) -> Iterator[Chapter]:
    """Records that are on no page yet: of a form that this program does not have, or of what was removed."""
    rest = [one for one in record.forms if one.id not in printed.ids]
    if rest:
        part = Part(_("Records"), tuple(records(record, in_order(rest), names, printed)))
        yield Chapter(_("Other records"), (part,), str(len(rest)))


def alerts_and_decisions(record: PatientRecord, names: Names, today: date) -> Chapter:
    found, _decided = alerts.open_and_decided(record, today)
    parts = []
    if found:
        rows = [[one.title, one.line, "\n".join(d.text for d in one.details)] for one in found]
        heads = ((2, _("Alert")), (3, _("What was found")), (5, _("Rules behind it")))
        parts.append(Part(_("Open alerts"), (table("", heads, rows),)))
    decisions = alerts.past(record)
    if decisions:
        rows = [
            [about, alerts.decision_text(one, named(names, one.by))] for one, about in decisions
        ]
        both = ((4, _("About")), (6, _("What was decided")))
        parts.append(Part(_("Decisions"), (table("", both, rows),)))
    count = _("{open} open, {decided} decisions").format(open=len(found), decided=len(decisions))
    return Chapter(_("Alerts and decisions"), tuple(parts), count)


def queries(record: PatientRecord, names: Names) -> Chapter:
    """Each query with what was said to it, the oldest first."""
    rows = [_query(record, one, names) for one in record.queries]
    heads = (
        *((2.4, _("About")), (3, _("Query")), (4, _("Answers"))),
        *((1.4, _("State")), (2, _("Closed"))),
    )
    part = Part(_("Queries"), (table("", heads, rows),)) if rows else None
    waits = sum(not one.closed for one in record.queries)
    count = _("{n}, {open} not closed").format(n=len(rows), open=waits)
    return Chapter(_("Queries"), (part,) if part else (), count)


def _query(record: PatientRecord, one: DataQuery, names: Names) -> list[str]:
    visit = next((v for v in record.visits if v.id == one.visit_id), None)
    where = "" if visit is None else f"{visit_title(record, visit)}: "
    asked = _("{text} ({who}, {when})").format(
        text=one.text,
        who=one.rule or named(names, one.opened_by),
        when=instant(one.opened_at),
    )
    replies = [
        _("{text} ({who}, {when})").format(
            text=reply.text, who=named(names, reply.by), when=instant(reply.at)
        )
        for reply in one.replies
    ]
    closed = MISSING
    if one.closed_at is not None:
        closed = f"{named(names, one.closed_by or '')}, {instant(one.closed_at)}"
    return [f"{where}{one.label}", asked, "\n".join(replies), QUERY_STATE[one.state], closed]


def criteria(record: PatientRecord, names: Names) -> Chapter:
    """Each criterion: what it asks, what there is, and a deviation."""
    states = eligibility.evaluate(record, protocols.of_screening(record))
    rows = [
        [
            eligibility.requirement(one.criterion),
            eligibility.fulfilment_alone(one.state),
            " ".join(filter(None, (one.value, one.origin, one.why_unknown, one.said.note))),
            eligibility.waiver_text(one.said, names),
        ]
        for one in states
    ]
    heads = (
        *((4, _("Criterion")), (1.5, _("State"))),
        *((3.5, _("What decides")), (3, _("Deviation"))),
    )
    part = Part(_("Criteria"), (table("", heads, rows),)) if rows else None
    title = eligibility.headline(states) if states else _("the schedule has no criteria")
    return Chapter(_("Eligibility"), (part,) if part else (), title)


def attachments(record: PatientRecord) -> Chapter:
    """The files that records name: they are in the clinic file, and not printed here."""
    rows = []
    for one in record.forms:
        form = catalog.find(one.form, one.version)
        for name, item in one.items.items():
            found = Reference.of(item.value)
            if found is not None:
                field = None if form is None else form.find(name)
                title = one.form if form is None else form.title
                where = f"{title}, {field.title}" if field is not None else title
                size = attachment_words.size(found.size) if found.size else MISSING
                rows.append([found.name, size, where, found.sha256 or MISSING])
    heads = ((3, _("File")), (1, _("Size")), (3, _("Attached to")), (5, _("SHA-256")))
    note = _("The files themselves are in the clinic file; they are not part of this document.")
    part = Part(_("Files"), (table("", heads, rows, note=note),)) if rows else None
    return Chapter(_("Attached files"), (part,) if part else (), str(len(rows)))


def trail(entries: int, code: str, on: date) -> Chapter:
    """How many entries the audit trail has about the patient, so that a later reader can compare."""
    text = _(
        "The audit trail has {n} entries about this patient on {day}. It ended with {code}. It says who"
        " entered and changed what, when and why; it is printed by itself."
    )
    said = text.format(n=f"{entries:,}", day=day(on), code=code or MISSING)
    part = Part(_("Entries"), (Section(paragraph=said),))
    return Chapter(_("Audit trail"), (part,), f"{entries:,}")
