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
from core.views.stack.rows import Lane, PlotRow, Stack, VisitHead
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
    bare = _stack(record, today, lanes(record, today), rows)
    return replace(bare, bands=bands(record)) if drawn.id == instruments.ALSFRS_R else bare


def for_paper(record: PatientRecord, on: date) -> Stack:
    """What the summary of a visit draws: totals, vital capacity, events and support, as known on the day of the visit.

    Without what stands beside it on the page already: domains, stages and medicines. No line is carried forward.
    """
    figures = chart.figures(record, on)
    drawn = trends.questionnaires(record)
    rows = [total_row(record, one, figures, projected=False) for one in drawn]
    rows.append(capacity_row(record, figures, projected=False))
    kept = (
        replace(lane, marks=tuple(mark for mark in lane.marks if mark.role != Role.MEDICINE))
        for lane in lanes(record, on)
    )
    shown = tuple(lane for lane in kept if lane.marks)
    return _stack(record, on, shown, [row for row in rows if row.plot.days])


def _stack(
    record: PatientRecord, today: date, shown: tuple[Lane, ...], rows: Sequence[PlotRow]
) -> Stack:
    died = record.died_on
    return Stack(
        scales=trends.time_scales(record),
        heads=_heads(record),
        lanes=shown,
        bands=(),
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
