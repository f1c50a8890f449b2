"""A patient's chart as the file stood at an earlier moment: to be read, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QPointF, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSlider, QTabWidget, QVBoxLayout, QWidget

from core.labels import MILESTONES
from core.model.adverse_event import AdverseEvent, Milestone
from core.model.ids import PatientId, VisitId
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.trail import Act, Moment
from core.model.visit import Visit
from core.views import chart, past, visit_summary
from core.views.events import event_row
from core.views.past import Different
from core.views.stack import build
from core.views.visit_words import visit_title
from core.words import MISSING, N_, day, instant, plural
from ui import theme
from ui.context import AppContext
from ui.models.table import Column, TableModel
from ui.pages.page import Page
from ui.plots.trend_stack import TrendStack
from ui.widgets.basics import button, card, clear, column, label, row, rule, scrolled
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
SOON_MS = 120  # after which a slider that moves no more shows its moment
VISITS_TAB = 1
EDGE, MOST_TICKS = 9, 60  # px from the end of the slider to its first tick; more ticks say nothing
MOST = 40  # differences that are listed


def _warn(_one: PastVisit) -> str:
    return "warn"


class Moments(QSlider):
    """A slider with a tick for each moment of a record."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setAccessibleName(tr("The moment that is shown, ← earlier, → later"))
        self.setPageStep(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        edge, count = theme.px(EDGE), self.maximum()
        painter = QPainter(self)
        painter.setPen(QPen(theme.colour("warn"), 1.5))
        way = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for at in range(count + 1) if 0 < count <= MOST_TICKS else ():
            x = edge + (self.width() - 2 * edge) * at / count
            x = self.width() - x if way else x
            middle = self.height() / 2
            reach = theme.px(6)
            painter.drawLine(QPointF(x, middle - reach), QPointF(x, middle + reach))
        painter.end()
        super().paintEvent(event)


class PastChartPage(Page):
    """Nothing on it can be changed; the banner says so, and when it was, on every tab."""

    topic = "chart#as-it-stood"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._patient_id: PatientId | None = None
        self._moments: tuple[Moment, ...] = ()
        self._different: tuple[Different, ...] = ()
        self._read: dict[int, PatientRecord | None] = {}  # by entry: the past does not change
        self._record_today: PatientRecord | None = None
        self._by_visit: Mapping[VisitId | None, int] = {}
        bar = self._make_bar()
        self._header = PatientHeader()
        self.plots = TrendStack()
        self._timeline = column(spacing=6)
        self._differences = column(spacing=3)
        self._visit_model = TableModel((*VISITS, Column(N_("Today"), self._today, chip=_warn)))
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
        self.tabs.currentChanged.connect(self._show_visit)
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

    def _make_bar(self) -> QFrame:
        """When it was, the slider over the moments, and the way back."""
        self.banner = label("", wrap=True)
        self.back = button(tr("Back to today's chart"), self._back, primary=True)
        self.back.setProperty("small", "true")
        self.slider = Moments()
        self.slider.valueChanged.connect(self._on_moved)
        self.moment = label("", "small")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._show_moment)
        bar = QFrame()
        bar.setProperty("role", "past")
        said = row(self.banner, self.back)
        said.setStretch(0, 1)
        inside = column(said, row(self.slider, self.moment), spacing=3)
        inside.setContentsMargins(12, 5, 10, 5)
        bar.setLayout(inside)
        return bar

    def open(self, patient_id: PatientId, sequence: int, at: datetime) -> bool:
        """Show the chart as it was when that entry was the last; False before the patient was registered."""
        record = self.context.session.record_as_of(patient_id, sequence)
        if record is None:
            return False
        self._patient_id, self._stale = patient_id, False
        self._moments = self.context.session.trail.moments(patient_id)
        self._read = {sequence: record}
        self._record_today = self.context.session.record(patient_id)
        earlier = [one for one in self._moments if one.sequence <= sequence]
        self._soon.stop()
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(0, len(self._moments) - 1))
            self.slider.setValue(max(0, len(earlier) - 1))
        self.slider.setEnabled(len(self._moments) > 1)
        self.tabs.setCurrentIndex(0)
        self._show_at(record, sequence, at)
        return True

    def _on_moved(self) -> None:
        """It is said at once which moment that is; the record is read when the slider rests."""
        self._say_moment(None)
        self._soon.start()

    def _show_moment(self) -> None:
        """The record at the moment of the slider."""
        if self._patient_id is None or not self._moments:
            return
        moment = self._moments[self.slider.value()]
        if moment.sequence not in self._read:
            record = self.context.session.record_as_of(self._patient_id, moment.sequence)
            self._read[moment.sequence] = record
        found = self._read[moment.sequence]
        if found is not None:
            self._show_at(found, moment.sequence, moment.at)

    def _show_at(self, record: PatientRecord, sequence: int, at: datetime) -> None:
        details = {"as_of": at.isoformat(), "entries": sequence}
        patient_id = record.patient.id
        self.context.write_down(Act.VIEWED, patient_id=patient_id, details=details)
        text = tr(
            "As of {instant} – not today's data. Entry {n} was the last of the audit trail then."
        )
        self.banner.setText(text.format(instant=instant(at), n=f"{sequence:,}"))
        self._show(record, at)
        self._say_moment(record)

    def _say_moment(self, record: PatientRecord | None) -> None:
        """Which moment the slider is at; its visit has a name where the record was read."""
        if not self._moments:
            self.moment.setText("")
            return
        at, count = self.slider.value(), len(self._moments)
        moment = self._moments[at]
        said = instant(moment.at)
        if record is not None:
            said = past.moment_text(record, moment, self.context.session.users.names())
        text = tr("{n} of {all}: {moment}").format(n=at + 1, all=count, moment=said)
        self.moment.setText(text)
        self.slider.setAccessibleDescription(text)

    def refresh(self) -> None:
        """The past does not change."""

    def focus_first(self) -> None:
        (self.slider if self.slider.isEnabled() else self.back).setFocus()

    def _show(self, record: PatientRecord, at: datetime) -> None:
        self._header.show_record(record)
        self._show_differences(record)
        points = frozenset(one for found in self._different for one in found.points)
        drawn = (
            *FIELDS,
            *sorted({plot for plot, _on in points}),
        )  # a value that is another one today is seen
        stack = build.build(record, at.astimezone().date(), fields=drawn, projected=False)
        self.plots.ringed = points
        self.plots.show_stack(stack, stack.scales[0], whole=False)
        clear(self._timeline)
        for one in chart.timeline(record):
            details = " · ".join(part for part in (one.when, one.detail) if part)
            self._timeline.addWidget(label(one.title, wrap=True))
            self._timeline.addWidget(label(details, "muted", wrap=True))
        past_visits = [PastVisit(record, visit) for visit in record.visits]
        self._visit_model.show_rows(past_visits)
        self._event_model.show_rows(record.events)
        self._milestone_model.show_rows(record.milestones)
        if past_visits:
            self.visits.selectRow(len(past_visits) - 1)
        self._show_visit()

    def _show_differences(self, record: PatientRecord) -> None:
        """What is another value today, in amber, and how much came since."""
        today = self._record_today
        if today is None:
            return
        self._different = past.different(record, today)
        self._by_visit = past.by_visit(self._different)
        clear(self._differences)
        if self._different:
            said = tr("Different today ({n})").format(n=len(self._different))
        else:
            said = tr("Every value of then is the same today")
        heading = label(said, "heading", wrap=True)
        self._differences.addWidget(heading)
        for one in self._different[:MOST]:
            self._differences.addWidget(label(one.text, "question-note", wrap=True))
        if len(self._different) > MOST:
            text = tr("and {n} more").format(n=len(self._different) - MOST)
            self._differences.addWidget(label(text, "question-note"))
        for after in past.since_then(record, today):
            self._differences.addWidget(label(after, "muted", wrap=True))

    def _today(self, one: PastVisit) -> str:
        count = self._by_visit.get(one.visit.id, 0)
        return plural(count, "1 different", "{n} different") if count else ""

    def _show_visit(self) -> None:
        """The summary of the chosen visit; it is made only where it is seen."""
        if self.tabs.currentIndex() != VISITS_TAB:
            return
        index = self.visits.currentIndex()
        self._visit.setVisible(index.isValid())
        if index.isValid():
            chosen = self._visit_model.row(index)
            unsigned = replace(chosen.record, signatures=())
            names = self.context.session.users.names()
            self._visit.show_summary(visit_summary.build(unsigned, chosen.visit.id, names))

    def _overview(self) -> QWidget:
        inner = QWidget()
        heading = label(tr("Timeline"), "heading")
        inner.setLayout(column(self._differences, rule(), heading, self._timeline, None))
        right = card(scrolled(inner, tr("Different today, timeline")))
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
