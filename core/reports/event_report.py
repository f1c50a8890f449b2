"""The report of a serious adverse event: in the order of the CIOMS I form, or plain. No name of the patient is on it."""

from collections.abc import Sequence

from core.findings.event_facts import facts
from core.forms import catalog, reading
from core.labels import CRITERION, GRADE, OUTCOME, SEX
from core.model.clinic_event import ClinicEvent
from core.model.document import OfEvent
from core.model.event_details import REPORT, Criterion, EventReport
from core.model.partial_date import partial_day
from core.reports import layout, page, writing
from core.reports.choices import CIOMS
from core.reports.layout import BODY, Block
from core.reports.page import INNER, Paper
from core.reports.text import Style, Weight
from core.views.event_narrative import (
    MEDICINE,
    clinic_event,
    judged_words,
    narrative,
    product_facts,
    running,
)
from core.views.fact import Fact
from core.views.patient_words import age
from core.views.safety_tables import said, since_words
from core.words import MISSING, _, instant

_TITLE = Style(15, 20, Weight.SEMIBOLD)
_INSET = 6.0  # points between a frame and its text
_TICKED, _UNTICKED = "[×]", "[  ]"


def document(source: OfEvent) -> bytes:
    """The report that is asked for, or the event as it would be reported now where none is."""
    one = clinic_event(source.record, source.event_id)
    report = next((r for r in one.details.reports if r.record.id == source.report_id), None)
    paper = Paper.of(
        source,
        title=_("Report of a serious adverse event"),
        subject=_("Record {number} · {event}").format(
            number=one.number, event=one.details.event.coded_term or one.details.event.term
        ),
    )
    text = report.narrative if report is not None else ""
    story = text or narrative(source.record, source.event_id, source.names)
    head = layout.kept([*layout.paragraph(paper.title, _TITLE, INNER), layout.gap(4)])
    head += layout.facts(_kind(report), INNER, 3)
    made = _cioms if source.choice in ("", CIOMS) else _plain
    return paper.render([*head, layout.gap(8), *made(source, one, report, story)], _signature())


def _kind(report: EventReport | None) -> list[Fact]:
    """Which report of the chain it is, to whom, and whether it was sent."""
    if report is None:
        return [Fact(_("Report"), _("draft, not saved"))]
    words = _("initial report") if report.is_initial else _("follow-up report {n}")
    sent = instant(report.sent_at) if report.sent_at else _("not sent yet")
    form = catalog.newest()[REPORT]
    found = [
        Fact(_("Report"), words.format(n=report.number - 1)),
        Fact(_("To"), reading.say(form.field("to"), report.to)),
        Fact(_("Sent"), sent),
    ]
    if report.sent_by:
        found.append(Fact(_("Sent by"), report.sent_by))
    return found


def _cioms(
    source: OfEvent, one: ClinicEvent, report: EventReport | None, story: str
) -> list[Block]:
    """Four boxes with the numbers of the CIOMS I form, as far as this program knows what goes there."""
    record, details = source.record, one.details
    event = details.event
    boxes = _("{box} {words}")
    ticks = [
        boxes.format(box=_TICKED if c in details.criteria else _UNTICKED, words=CRITERION[c])
        for c in Criterion
    ]
    reaction = [
        Fact(_("1 Patient"), one.number),
        Fact(_("2a Age"), age(record.patient, event.onset.first)),
        Fact(_("3 Sex"), SEX[record.patient.sex]),
        Fact(_("4–6 Onset"), partial_day(event.onset)),
        Fact(_("Since infusion"), since_words(facts(details, one.treated, one.treated_at))),
        Fact(_("Grade"), GRADE[event.grade]),
        Fact(_("8–12 Serious"), "   ".join(ticks)),
        Fact(_("Outcome"), OUTCOME[event.outcome]),
        Fact(_("7 + 13 Reaction"), _term(one)),
    ]
    suspect = [
        *(Fact(_("14–18 {title}").format(title=f.label), f.text) for f in product_facts(record)),
        Fact(_("18 Given on"), MISSING if one.treated is None else partial_day(one.treated)),
        Fact(_("20 Action"), said(details, "action") or MISSING),
        Fact(_("21 Given again"), _("not applicable, single dose given")),
    ]
    other = [
        Fact(_("22 Other medicines"), "; ".join(running(record, MEDICINE, event.onset)) or MISSING),
        Fact(_("23 History"), _history(one)),
    ]
    reporter = [
        Fact(_("24a From"), source.clinic.name),
        Fact(_("24c Received"), instant(details.aware_at) if details.aware_at else MISSING),
        Fact(_("24d Source"), _("clinical study")),
        Fact(_("25a Report"), ", ".join(fact.text for fact in _kind(report))),
        Fact(_("Judgement"), judged_words(details.judgement, source.names)),
    ]
    blocks: list[Block] = []
    for title, named, below in (
        (_("I. Reaction"), reaction, story),
        (_("II. Suspect product"), suspect, ""),
        (_("III. Other medicines and history"), other, ""),
        (_("IV. Reporter"), reporter, ""),
    ):
        blocks += _box(title, named, below)
    return blocks


def _plain(
    source: OfEvent, one: ClinicEvent, _report: EventReport | None, story: str
) -> list[Block]:
    """The event's facts, and the narrative."""
    details, event = one.details, one.details.event
    criteria = "; ".join(CRITERION[c] for c in Criterion if c in details.criteria)
    named = [
        Fact(_("Patient"), one.number),
        Fact(_("Event"), _term(one)),
        Fact(_("Grade"), GRADE[event.grade]),
        Fact(_("Serious"), criteria or _("criterion not recorded")),
        Fact(_("Began"), partial_day(event.onset)),
        Fact(_("Since infusion"), since_words(facts(details, one.treated, one.treated_at))),
        Fact(_("The clinic knew on"), instant(details.aware_at) if details.aware_at else MISSING),
        Fact(_("Outcome"), OUTCOME[event.outcome]),
        Fact(_("Judgement"), judged_words(details.judgement, source.names)),
    ]
    blocks = [*layout.facts(named, INNER), layout.gap(8)]
    return [*blocks, *layout.heading(_("Narrative"), INNER), *_story(story, INNER)]


def _term(one: ClinicEvent) -> str:
    event = one.details.event
    if not event.coded_term or event.coded_term == event.term:
        return event.term
    return _("{term} (CTCAE: {coded})").format(term=event.term, coded=event.coded_term)


def _history(one: ClinicEvent) -> str:
    earlier = "; ".join(
        _("{term} until {day}").format(term=d.term, day=partial_day(d.until))
        for d in one.details.diagnoses
    )
    if not earlier:
        return _("amyotrophic lateral sclerosis")
    return _("amyotrophic lateral sclerosis; this event was first called {earlier}").format(
        earlier=earlier
    )


def _story(story: str, width: float) -> list[Block]:
    blocks: list[Block] = []
    for part in filter(None, (line.strip() for line in story.splitlines())):
        blocks += [*layout.paragraph(part, BODY, width), layout.gap(2)]
    return blocks


def _box(title: str, named: Sequence[Fact], story: str) -> list[Block]:
    width = INNER - 2 * _INSET
    blocks = [*layout.heading(title, width), *layout.facts(named, width, 2)]
    if story:
        blocks += [layout.gap(4), *layout.heading(_("Narrative"), width), *_story(story, width)]
    return [*layout.framed(blocks, INNER, _INSET), layout.gap(5)]


def _signature() -> Block:
    named = [(_("Name"), 210.0), (_("Signature"), 190.0), (_("Date"), INNER - 400 + 8)]
    lines = [layout.gap(14), writing.fields(named)]
    return writing.whole(lines, INNER, page.HEIGHT)[0]
