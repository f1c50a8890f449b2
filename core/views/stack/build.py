"""The stack of one patient: what the record says, in the rows of a chart."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from core.forms.definition import Role
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.model.record import PatientRecord
from core.views import chart, trends
from core.views.stack.bands import bands
from core.views.stack.fields import plots
from core.views.stack.figures import capacity_row, domains_row, field_row, total_row
from core.views.stack.lanes import lanes
from core.views.stack.rows import Stack, VisitHead
from core.views.visit_words import visit_title
from core.words import day


def build(
    record: PatientRecord,
    today: date,
    *,
    instrument: Instrument | None = None,
    fields: Sequence[str] = (),
    projected: bool = True,
) -> Stack:
    """Everything of one chart, as the record stands; ``today`` is the day of the page.

    ``instrument`` is the questionnaire that is drawn (the ALSFRS-R if None), ``fields`` the ids of what else
    is (`core/views/stack/fields.py`), ``projected`` whether lines are carried forward.
    """
    drawn = instrument or instruments.alsfrs_r()
    figures = chart.figures(record, today)
    rows = [total_row(record, drawn, figures, projected=projected)]
    if drawn.total is not None and drawn.domains:
        rows.append(domains_row(record, drawn))
    rows.append(capacity_row(record, figures, projected=projected))
    rows += [field_row(plot, figures) for plot in plots(record) if plot.id in fields]
    died = record.died_on
    return Stack(
        scales=trends.time_scales(record),
        heads=_heads(record),
        lanes=lanes(record, today),
        bands=bands(record) if drawn.id == instruments.ALSFRS_R else (),
        rows=tuple(rows),
        today=today,
        ends=None if died is None else died.assumed,
    )


def _heads(record: PatientRecord) -> tuple[VisitHead, ...]:
    visits = record.visits
    return tuple(
        VisitHead(v.id, v.date, visit_title(record, v), day(v.date), is_last=v is visits[-1])
        for v in visits
    )


def for_paper(record: PatientRecord, on: date) -> Stack:
    """What the summary of a visit draws: totals, vital capacity, events and support, as known on the day of the visit.

    Without what stands beside it on the page already: domains, stages and medicines. No line is carried forward.
    """
    stack = build(record, on, projected=False)
    others = [one for one in trends.questionnaires(record) if one.id != instruments.ALSFRS_R]
    figures = chart.figures(record, on)
    rows = [stack.rows[0]]
    rows += [total_row(record, one, figures, projected=False) for one in others]
    rows.append(capacity_row(record, figures, projected=False))
    kept = (
        replace(lane, marks=tuple(mark for mark in lane.marks if mark.role != Role.MEDICINE))
        for lane in stack.lanes
    )
    return replace(
        stack,
        lanes=tuple(lane for lane in kept if lane.marks),
        bands=(),
        rows=tuple(row for row in rows if row.plot.days),
    )
