"""An infusion and its monitoring on paper: what was given, every reading by its time, and the events of the day."""

from core.forms import catalog
from core.labels import why_not
from core.model.document import OfMonitoring
from core.model.partial_date import partial_day
from core.reports import table_report
from core.reports.layout import Column
from core.reports.page import Paper, whose
from core.reports.table_report import Section
from core.views import infusion_day, monitoring
from core.views.fact import Fact
from core.views.monitoring import FIELDS, TITLES, Range, Sign, Time
from core.views.visit_words import visit_title
from core.words import _, day, number

_TIME, _VALUE, _NOTE = 1.1, 1.0, 1.6  # shares of the page


def document(source: OfMonitoring) -> bytes:
    record, visit = source.record, source.visit
    patient = record.patient
    title = _("{visit}, {day}: infusion and monitoring")
    paper = Paper.of(
        source,
        title=title.format(visit=visit_title(record, visit), day=day(visit.date)),
        subject=whose(patient.record_number, patient.name),
    )
    given = [
        Section(
            title=part.title,
            facts=tuple(
                Fact(line.title, f"{line.text} ({line.remark})" if line.remark else line.text)
                for line in part.lines
            ),
        )
        for part in infusion_day.parts(record, source.visit_id)
    ]
    return table_report.render(paper, [*given, _readings(source), *_events(source)], signed=True)


def _readings(source: OfMonitoring) -> Section:
    record = source.record
    form, usual = catalog.newest()[monitoring.FORM], monitoring.ranges(record.thresholds)
    columns = [Column(_TIME, _("After start")), Column(_VALUE, _("Time"))]
    columns += [
        Column(_VALUE, f"{TITLES[sign]}, {form.field(FIELDS[sign][0]).unit}") for sign in Sign
    ]
    columns.append(Column(_NOTE, _("Note")))
    rows = [
        (
            time.title,
            ", ".join(filter(None, [time.clock, time.planned_words])),
            *(_cell(sign, time, usual) for sign in Sign),
            time.note,
        )
        for time in monitoring.times(record, source.visit_id)
    ]
    ranges = "; ".join(
        f"{form.field(name).title} {usual[name].low:g}–{usual[name].high:g} {form.field(name).unit}"
        for names in FIELDS.values()
        for name in names
    )
    note = _("Usual, by the settings of the clinic: {ranges}.").format(ranges=ranges)
    return Section(title=_("Monitoring"), columns=tuple(columns), rows=rows, note=note)


def _cell(sign: Sign, time: Time, usual: dict[str, Range]) -> str:
    """The value, and in words that it is out of range; or why it was not measured."""
    form = catalog.newest()[monitoring.FORM]
    names = FIELDS[sign]
    reasons = [reason for name in names if (reason := time.reason(name)) is not None]
    values = [time.value(name) for name in names]
    if reasons and all(value is None for value in values):
        return why_not(reasons[0])
    text = monitoring.cell(sign, time, form)
    words = []
    for name, value in zip(names, values, strict=True):
        if value is not None and not usual[name].holds(value):
            words.append(_("high") if value > usual[name].high else _("low"))
    return f"{text} {', '.join(words)}" if words else text


def _events(source: OfMonitoring) -> list[Section]:
    facts = []
    for one in infusion_day.events(source.record, source.visit_id):
        when = partial_day(one.event.onset)
        if one.began_at is not None:
            when = f"{one.began_at:%H:%M}"
        grade = _("grade {grade}").format(grade=number(one.event.grade.value, 0))
        facts.append(Fact(when, f"{one.event.term}, {grade}"))
    return [Section(title=_("Adverse events of the day"), facts=tuple(facts))] if facts else []
