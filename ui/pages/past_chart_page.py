"""A patient's chart as the file stood at an earlier moment: to be read, and nothing else."""

from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtWidgets import QFrame, QTabWidget, QVBoxLayout, QWidget

from core.labels import MILESTONES
from core.model.adverse_event import AdverseEvent, Milestone
from core.model.ids import PatientId
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.trail import Act
from core.model.visit import Visit
from core.views import chart, visit_summary
from core.views.events import event_row
from core.views.stack import build
from core.views.visit_words import visit_title
from core.words import MISSING, N_, day, instant
from ui.context import AppContext
from ui.models.table import Column, TableModel
from ui.pages.page import Page
from ui.plots.trend_stack import TrendStack
from ui.widgets.basics import button, card, clear, column, label, row, scrolled
from ui.widgets.patient_header import PatientHeader
from ui.widgets.responsive import Columns
from ui.widgets.summary_view import SummaryView
from ui.widgets.table import Table
from ui.words import tr


@dataclass(frozen=True)
class PastVisit:
    record: PatientRecord
    visit: Visit

    @property
    def title(self) -> str:
        return visit_title(self.record, self.visit)

    @property
    def signed(self) -> str:
        names = [
            one.printed_name for one in self.record.signatures if one.visit_id == self.visit.id
        ]
        return ", ".join(names) or MISSING


VISITS: tuple[Column[PastVisit], ...] = (
    Column(
        N_("Visit"),
        lambda v: v.title,
        second=lambda v: (
            f"{day(v.visit.date)} · {tr('draft') if v.visit.is_draft else tr('finished')}"
        ),
    ),
    Column(N_("Signed by"), lambda v: v.signed),
)
EVENTS: tuple[Column[AdverseEvent], ...] = (
    Column(N_("Event"), lambda e: e.term, second=lambda e: e.coded_term or e.note),
    Column(N_("Began"), lambda e: partial_day(e.onset)),
    Column(N_("Grade"), lambda e: event_row(e).grade),
    Column(N_("Serious"), lambda e: event_row(e).serious),
    Column(N_("Outcome"), lambda e: event_row(e).outcome),
)
TURNING_POINTS: tuple[Column[Milestone], ...] = (
    Column(N_("Milestone"), lambda m: MILESTONES[m.kind]),
    Column(N_("When"), lambda m: partial_day(m.happened_on)),
    Column(N_("Note"), lambda m: m.note),
)


FIELDS = ("weight",)


class PastChartPage(Page):
    """Nothing on it can be changed; the banner says so, and when it was, on every tab."""

    topic = "chart#as-it-stood"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._patient_id: PatientId | None = None
        self.banner = label("", wrap=True)
        self.back = button(tr("Back to today's chart"), self._back, primary=True)
        bar = QFrame()
        bar.setProperty("role", "past")
        inside = row(self.banner, self.back)
        inside.setStretch(0, 1)
        inside.setContentsMargins(18, 8, 14, 8)
        bar.setLayout(inside)
        self._header = PatientHeader()
        self.plots = TrendStack()
        self._timeline = column(spacing=6)
        self._visit_model = TableModel(VISITS)
        self._event_model, self._milestone_model = TableModel(EVENTS), TableModel(TURNING_POINTS)
        self.visits = Table(self._visit_model, row_height=46)
        self.visits.setAccessibleName(tr("Visits"))
        self.visits.selectionModel().selectionChanged.connect(
            lambda _now, _before: self._show_visit()
        )
        self._visit = SummaryView()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self._overview(), tr("Overview"))
        self.tabs.addTab(self._all_visits(), tr("Visits"))
        for model, title in (
            (self._event_model, tr("Adverse events")),
            (self._milestone_model, tr("Milestones")),
        ):
            table = Table(model, row_height=46)
            table.setAccessibleName(title)
            self.tabs.addTab(card(table), title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 14, 20, 14)
        layout.setSpacing(10)
        layout.addWidget(bar)
        layout.addWidget(self._header)
        layout.addWidget(self.tabs, 1)

    def open(self, patient_id: PatientId, sequence: int, at: datetime) -> bool:
        """Show the chart as it was when that entry was the last; False before the patient was registered."""
        record = self.context.session.record_as_of(patient_id, sequence)
        if record is None:
            return False
        self._patient_id, self._stale = patient_id, False
        details = {"as_of": at.isoformat(), "entries": sequence}
        self.context.write_down(Act.VIEWED, patient_id=patient_id, details=details)
        text = tr(
            "As of {instant} – not today's data. Entry {n} was the last of the audit trail then."
        )
        self.banner.setText(text.format(instant=instant(at), n=f"{sequence:,}"))
        self.tabs.setCurrentIndex(0)
        self._show(record, at)
        return True

    def refresh(self) -> None:
        """The past does not change."""

    def focus_first(self) -> None:
        self.back.setFocus()

    def _show(self, record: PatientRecord, at: datetime) -> None:
        self._header.show_record(record)
        stack = build.build(record, at.astimezone().date(), fields=FIELDS, projected=False)
        self.plots.show_stack(stack, stack.scales[0], whole=False)
        clear(self._timeline)
        for one in chart.timeline(record):
            details = " · ".join(part for part in (one.when, one.detail) if part)
            self._timeline.addWidget(label(one.title, wrap=True))
            self._timeline.addWidget(label(details, "muted", wrap=True))
        past = [PastVisit(record, visit) for visit in record.visits]
        self._visit_model.show_rows(past)
        self._event_model.show_rows(record.events)
        self._milestone_model.show_rows(record.milestones)
        if past:
            self.visits.selectRow(len(past) - 1)
        self._show_visit()

    def _show_visit(self) -> None:
        index = self.visits.currentIndex()
        self._visit.setVisible(index.isValid())
        if index.isValid():
            chosen = self._visit_model.row(index)
            unsigned = replace(chosen.record, signatures=())
            names = self.context.session.users.names()
            self._visit.show_summary(visit_summary.build(unsigned, chosen.visit.id, names))

    def _overview(self) -> QWidget:
        inner = QWidget()
        inner.setLayout(column(self._timeline, None))
        right = card(label(tr("Timeline"), "heading"), scrolled(inner, tr("Timeline")))
        drawn = card(self.plots)
        page = QWidget()
        page.setLayout(column(Columns(drawn, right, fixed={1: 292})))
        return page

    def _all_visits(self) -> QWidget:
        left = card(self.visits)
        stood = card(scrolled(self._visit, tr("The visit as it was")))
        page = QWidget()
        page.setLayout(column(Columns(left, stood, fixed={0: 400})))
        return page

    def _back(self) -> None:
        if self._patient_id is not None:
            self.context.open_chart.emit(self._patient_id)
