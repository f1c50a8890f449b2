"""What is missing at a visit in progress: what its review says, in the list of visits, too."""

from functools import partial

from PySide6.QtWidgets import QFrame, QVBoxLayout

from core.entering.visit.draft import Draft
from core.model.visit import Visit
from core.views.visit_words import visit_title
from core.words import day, plural
from ui.context import AppContext
from ui.pages.chart.tab import ChartRecord
from ui.widgets.basics import card, clear, column, label, link, show_only
from ui.words import tr

MOST = 4  # lines; the visit itself has all of them


class MissingCard(QFrame):
    """Each open point leads to its field. It is hidden where no visit is in progress, and nothing is missing."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._lines: QVBoxLayout = column(spacing=4)
        self.setLayout(column(card(self._lines)))
        self.hide()

    def show_chart(self, now: ChartRecord) -> None:
        clear(self._lines)
        for visit in now.record.visits:
            if visit.is_draft:
                self._show_visit(now, visit)
        show_only([self] if self._lines.count() else [], [self])

    def _show_visit(self, now: ChartRecord, visit: Visit) -> None:
        draft = Draft(now.session, now.record.patient.id, visit.id)
        points = draft.open_points()
        if not points:
            return
        number = plural(len(points), "1 point is open", "{n} points are open")
        text = tr("{visit}, {day}: {open}")
        title = visit_title(now.record, visit)
        self._lines.addWidget(
            label(text.format(visit=title, day=day(visit.date), open=number), "heading", wrap=True)
        )
        patient = now.record.patient.id
        for point in points[:MOST]:
            leads = partial(
                self._context.open_field.emit, patient, visit.id, point.step, point.field
            )
            self._lines.addWidget(link(point.problem.message, leads))
        if len(points) > MOST:
            more = plural(len(points) - MOST, "1 more, at the visit", "{n} more, at the visit")
            self._lines.addWidget(label(more, "small"))
