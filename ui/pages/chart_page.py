"""The patient's chart: figures, trends, timeline; visits, adverse events and milestones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core import clock, exports
from core.acts import locking, signing
from core.entering import drafts, event_entry, typed_texts
from core.entering.drafts import Draft
from core.findings import alerts
from core.findings.alerts import Action
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.labels import MILESTONES
from core.model.adverse_event import AdverseEvent, Milestone
from core.model.document import About, Document, OfPatient
from core.model.ids import EventId, PatientId
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.signature import LockLevel, SignatureState
from core.model.trail import Act
from core.model.user import Right
from core.model.visit import Mark, Visit, VisitMark
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor
from core.protocols.schedule import PlannedVisit, Status, next_visit, plan
from core.reports.choices import blank_form
from core.views import chart, trends
from core.views.events import event_row
from core.views.signed import VOID, lock_text
from core.views.trends import Axis, Plot
from core.views.visit_words import visit_title
from core.words import DEMONSTRATION, MISSING, day
from ui import theme
from ui.context import AppContext
from ui.documents import buttons, let_out
from ui.forms.event_editor import EventEditor, said_of
from ui.forms.fields import ChoiceField
from ui.forms.kept_bar import KeptBar
from ui.forms.milestone_form import MilestoneForm
from ui.models.table import Column, TableModel
from ui.pages.page import Page, Unsaved
from ui.plots.series import SeriesName
from ui.plots.trend_plot import TrendPlot
from ui.widgets import ask
from ui.widgets.alerts_card import AlertsCard, AlertsList
from ui.widgets.basics import Combo, button, card, chip, clear, column, label, row, scrolled
from ui.widgets.decide import ask_decision
from ui.widgets.eligibility import EligibilityView
from ui.widgets.figure_tile import figure_tile
from ui.widgets.locks import LockBar, explained
from ui.widgets.patient_header import PatientHeader
from ui.widgets.queries import PatientQueries
from ui.widgets.responsive import Cells, Columns, Flow
from ui.widgets.table import ButtonDelegate, Table
from ui.widgets.trail_history import TrailHistory
from ui.words import tr

STATUS = {
    Status.DONE: (tr("done"), "good"),
    Status.DONE_EARLY: (tr("done early"), "warn"),
    Status.DONE_LATE: (tr("done late"), "warn"),
    Status.MISSED: (tr("missed"), "bad"),
    Status.SKIPPED: (tr("skipped"), "neutral"),
    Status.CANCELLED: (tr("cancelled"), "neutral"),
    Status.NOT_APPLICABLE: (tr("not applicable"), "neutral"),
    Status.UPCOMING: (tr("upcoming"), "neutral"),
    Status.DUE_SOON: (tr("due soon"), "accent"),
    Status.DUE: (tr("window open"), "good"),
    Status.OVERDUE: (tr("overdue"), "bad"),
}
NOT_STARTABLE = {Status.UPCOMING, Status.NOT_APPLICABLE}
DOTS = {
    "visit": "accent",
    "draft": "warn",
    "event": "warn",
    "serious": "bad",
    "milestone": "muted",
    "reference": "good",
}


@dataclass(frozen=True)
class VisitLine:
    """One row of the visits tab: a planned visit, or one that was not planned."""

    title: str
    target: str
    window: str
    on: str
    status: str
    kind: str
    planned: PlannedVisit | None
    visit: Visit | None
    signature: str = ""
    signature_kind: str = "neutral"

    @property
    def action(self) -> str:
        if self.visit is not None:
            return tr("Resume") if self.visit.is_draft else tr("Open")
        if self.planned is None or self.planned.status in NOT_STARTABLE:
            return ""
        return tr("Start") if self.planned.status.awaited else tr("Enter late")


VISIT_COLUMNS: tuple[Column[VisitLine], ...] = (
    Column(tr("Visit"), lambda v: v.title),
    Column(tr("Target"), lambda v: v.target),
    Column(tr("Window"), lambda v: v.window),
    Column(tr("Took place"), lambda v: v.on),
    Column(tr("Status"), lambda v: v.status, chip=lambda v: v.kind),
    Column(tr("Signature"), lambda v: v.signature, chip=lambda v: v.signature_kind),
    Column("", lambda v: v.action),
)
EVENT_COLUMNS: tuple[Column[AdverseEvent], ...] = (
    Column(tr("Event"), lambda e: e.term, second=lambda e: e.coded_term or e.note),
    Column(tr("Began"), lambda e: partial_day(e.onset)),
    Column(tr("Grade"), lambda e: event_row(e).grade),
    Column(
        tr("Serious"),
        lambda e: event_row(e).serious,
        chip=lambda e: "bad" if e.serious else "neutral",
    ),
    Column(tr("Outcome"), lambda e: event_row(e).outcome),
    Column("", lambda _e: tr("Change…")),
)
MILESTONE_COLUMNS: tuple[Column[Milestone], ...] = (
    Column(tr("Milestone"), lambda m: MILESTONES[m.kind]),
    Column(tr("When"), lambda m: partial_day(m.happened_on)),
    Column(tr("Note"), lambda m: m.note),
    Column("", lambda _m: tr("Remove…")),
)


class ChartPage(Page):
    """One patient; opens on the overview."""

    shows = frozenset(
        {
            "patient",
            "visit",
            "visit_mark",
            "answer",
            "form",
            "spirometry",
            "blow",
            "adverse_event",
            "milestone",
            "external_result",
            "task_result",
            "criterion_result",
            "measurement",
            "decision",
            "threshold",
            "data_query",
            "query_reply",
            "signature",
            "lock",
        }
    )

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._patient_id: PatientId | None = None
        self._record: PatientRecord | None = None
        self._signed: tuple[SignatureState, ...] = ()
        self.locks = LockBar(context)
        self._axis = Axis.REFERENCE
        self.print = button(tr("Print summary"), self._print_last)
        self._enters = context.session.may(Right.ENTER)
        edit = button(tr("Edit"), self._edit)
        if not self._enters:
            edit.hide()
        if not context.session.may(Right.EXPORT):
            self.print.setText(tr("Show summary"))
        self.unscheduled = button(tr("Unscheduled visit"), partial(self._start, None))
        self.start = button("", self._start_next, primary=True)
        self._header = PatientHeader(edit, self.print, self.unscheduled, self.start)
        self._figures = Cells(wide=6, narrow=3)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.total_plot, self.capacity_plot = TrendPlot(), TrendPlot(names_marks=False)
        self.eligibility = EligibilityView(context)
        self.alerts_card, self.alerts = AlertsCard(), AlertsList(context)
        self.alerts_card.opened.connect(self._open_alerts)
        self.alerts.asked.connect(self._ask_decision)
        self.tabs.addTab(self._build_overview(), tr("Overview"))
        self.tabs.addTab(self._build_visits(), tr("Visits"))
        self.events_tab = self.tabs.addTab(self._build_events(), tr("Adverse events"))
        self.milestones_tab = self.tabs.addTab(self._build_milestones(), tr("Milestones"))
        self.eligibility_tab = self.tabs.addTab(_tab(self.eligibility), tr("Eligibility"))
        self.alerts_tab = self.tabs.addTab(_tab(card(self.alerts)), tr("Alerts"))
        self.queries = PatientQueries(context)
        self.queries.edited.connect(self.keep_soon.start)
        self.queries_tab = self.tabs.addTab(_tab(card(self.queries)), tr("Queries"))
        self.history = TrailHistory(context)
        self.history_tab = self.tabs.addTab(self.history, tr("History"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(self._header)
        layout.addWidget(self.locks)
        layout.addWidget(self._figures)
        self._tab_choice = Combo()  # instead of the tabs, where there is no room for them
        self._tab_choice.setAccessibleName(tr("Part of the chart"))
        self._tab_choice.activated.connect(self.tabs.setCurrentIndex)
        self.tabs.currentChanged.connect(self._tab_choice.setCurrentIndex)
        self._tab_choice.hide()
        layout.addWidget(self._tab_choice)
        layout.addWidget(self.tabs, 1)

    def set_tight(self, *, tight: bool) -> None:
        super().set_tight(tight=tight)
        self.tabs.tabBar().setVisible(not tight)
        self._tab_choice.setVisible(tight)
        self._name_tabs()

    def _name_tabs(self) -> None:
        """The choice of parts says what their tabs say."""
        self._tab_choice.clear()
        for index in range(self.tabs.count()):
            self._tab_choice.addItem(self.tabs.tabText(index))
        self._tab_choice.setCurrentIndex(self.tabs.currentIndex())

    def open(self, patient_id: PatientId) -> None:
        if patient_id != self._patient_id:
            self.keep()  # what was typed for one patient never stands under another
            self._patient_id = patient_id
            self.tabs.setCurrentIndex(0)
            self._show_typed()
        self.context.write_down(Act.VIEWED, patient_id=patient_id, details={})
        self.mark_stale()

    def unsaved(self) -> tuple[Unsaved, ...]:
        if self._patient_id is None:
            return ()
        return (
            Unsaved(
                place=typed_texts.CHART_EVENT, subject=self._patient_id, texts=self._event_texts
            ),
            Unsaved(
                place=typed_texts.CHART_MILESTONE,
                subject=self._patient_id,
                texts=self.milestone_form.texts,
            ),
            Unsaved(
                place=typed_texts.QUERY,
                subject=self._patient_id,
                texts=self.queries.texts(self._patient_id),
            ),
        )

    @property
    def shown(self) -> Mapping[str, str]:
        if self._patient_id is None:
            return {}
        return {"patient": self._patient_id, "tab": str(self.tabs.currentIndex())}

    def show_again(self, shown: Mapping[str, str]) -> bool:
        if "patient" not in shown:
            return False
        self.open(PatientId(shown["patient"]))
        self.tabs.setCurrentIndex(int(shown["tab"]))
        return True

    def refresh(self) -> None:
        if self._patient_id is None:
            return
        record = self.context.session.record(self._patient_id)
        self._record = record
        self._signed = signing.states(self.context.session, record)
        self._header.show_record(record)
        self._show_actions(record)
        self._show_figures(record)
        self._show_plots(record)
        self._show_timeline(record)
        self._show_visits(record)
        self._show_locks(record)
        self._event_model.show_rows(record.events)
        self.event_table.fit_height()
        self.tabs.setTabText(
            self.events_tab, tr("Adverse events ({n})").format(n=len(record.events))
        )
        self._milestone_model.show_rows(record.milestones)
        self.milestone_table.fit_height()
        self._show_eligibility(record)
        self._show_alerts(record)
        waits = self.queries.show_record(record)
        title = tr("Queries ({n})").format(n=waits) if waits else tr("Queries")
        self.tabs.setTabText(self.queries_tab, title)
        if not self._tab_choice.isHidden():
            self._name_tabs()
        self.history.show_patient(self._patient_id)

    def focus_first(self) -> None:
        parts = self._tab_choice if self.tabs.tabBar().isHidden() else self.tabs.tabBar()
        (self.start if self.start.isVisible() else parts).setFocus()

    def go_on(self) -> None:
        """Add the event or the milestone that is typed on the tab in front."""
        if self.tabs.currentIndex() == self.events_tab and self._editor.isVisible():
            self._editor.enter()
        elif self.tabs.currentIndex() == self.milestones_tab and self.milestone_form.isVisible():
            self.milestone_form.enter()

    def save_front(self) -> None:
        """The same; on the overview the results behind the chart."""
        if self.tabs.currentIndex() == 0 and self.context.session.may(Right.EXPORT):
            self._ask_export()
        elif self.tabs.currentIndex() in {self.events_tab, self.milestones_tab}:
            self.go_on()
        else:
            super().save_front()

    def _build_overview(self) -> QWidget:
        self.axis = ChoiceField(
            "",
            {
                Axis.REFERENCE: tr("Months"),
                Axis.DATE: tr("Dates"),
                Axis.ONSET: tr("Since onset"),
            },
        )
        self.axis.chosen.connect(self._on_axis)
        self.ahead = QCheckBox(tr("Projection"))
        self.ahead.setToolTip(
            tr(
                "The patient's own straight line carried forward, dashed, with its 95 % prediction"
                " interval; from three visits on."
            )
        )
        self.ahead.setChecked(True)
        self.ahead.toggled.connect(lambda _on: self._on_axis())
        self._legend, self._capacity_legend = Flow(spacing=12), Flow(spacing=12)
        self._total_title, self._capacity_title = label("", "heading"), label("", "heading")
        self.questionnaire = Combo()
        self.questionnaire.setAccessibleName(tr("Questionnaire drawn"))
        self.questionnaire.activated.connect(lambda _index: self._on_axis())
        self._axis_title = label("", "small")  # one for both plots, which share their axis
        self._timeline = QVBoxLayout()
        self._timeline.setSpacing(6)
        inner = QWidget()
        inner.setLayout(column(self._timeline, None))
        self._timeline_area: QScrollArea = scrolled(inner, tr("Timeline"))
        timeline = card(label(tr("Timeline"), "heading"), self._timeline_area)
        right = QWidget()
        right.setLayout(column(self.alerts_card, timeline, spacing=10))
        copied = button(tr("Copy picture"), self._copy_picture, link=True)
        leaving = buttons(self.context, OfPatient, self._let_out, link=True)
        if not self.context.session.may(Right.EXPORT):
            copied.hide()
        tools = row(self._total_title, self.questionnaire)
        tools.addLayout(Flow(copied, *leaving, self.ahead, self.axis, right=True), 1)
        total = card(
            tools,
            self._legend,
            self.total_plot,
            spacing=4,
        )
        capacity = card(
            self._capacity_title,
            self._capacity_legend,
            self.capacity_plot,
            row(None, self._axis_title, None),
            spacing=4,
        )
        for plot in (self.total_plot, self.capacity_plot):
            plot.setMinimumHeight(theme.px(96))
        plots = column(spacing=10)
        plots.addWidget(total, 3)
        plots.addWidget(capacity, 2)
        drawn = QWidget()
        drawn.setLayout(plots)
        page = QWidget()
        page.setLayout(column(Columns(drawn, right, fixed={1: 292})))
        return page

    def _build_visits(self) -> QWidget:
        self._visit_model = TableModel(VISIT_COLUMNS)
        self.visit_table = Table(self._visit_model, row_height=42)
        self.visit_table.setItemDelegateForColumn(
            6, ButtonDelegate(self.visit_table, self._open_visit)
        )
        self.visit_table.fix_widths(
            {1: 108, 3: 108, 4: 124, 5: 176, 6: 116}, tight={3: 100, 4: 112, 5: 146, 6: 106}
        )
        self.visit_table.opened.connect(self._open_visit)
        self.visit_table.setAccessibleName(tr("Visits"))
        self.visit_table.setColumnHidden(5, not self._enters)  # Enter reads a visit
        self.visit_table.selectionModel().selectionChanged.connect(lambda *_: self._allow_acts())
        self._mark = button(tr("Mark as missed, skipped or cancelled…"), self._ask_mark)
        self._correct = button(tr("Correct a finished visit…"), self._ask_reopen)
        if not self._enters:
            self._correct.hide()
        page = QWidget()
        blank = button(tr("Blank form of the next visit…"), self._print_blank, link=True)
        self._lock = button(tr("Lock patient…"), self._ask_lock, link=True)
        acts = (self._lock, self._correct, self._mark)
        feet = row(blank)
        feet.addLayout(Flow(*acts, right=True), 1)
        self.visit_table.hide_when_tight(1, 2)
        layout = column(card(self.visit_table, feet))
        layout.setContentsMargins(0, 8, 0, 0)
        page.setLayout(layout)
        return page

    def _build_events(self) -> QWidget:
        self._event_model = TableModel(EVENT_COLUMNS)
        self.event_table = Table(self._event_model, row_height=48)
        self.event_table.setItemDelegateForColumn(
            5, ButtonDelegate(self.event_table, self._change_event)
        )
        self.event_table.fix_widths({1: 110, 2: 140, 3: 90, 5: 116}, tight={2: 132, 3: 72, 5: 106})
        self.event_table.hide_when_tight(4)
        if self._enters:
            self.event_table.opened.connect(self._change_event)
        self.event_table.setColumnHidden(5, not self._enters)
        self.event_table.setAccessibleName(tr("Adverse events"))
        self._editor = EventEditor()
        self._editor.add.setProperty("primary", "true")
        self._editor.entered.connect(self._save_event)
        self._editor_title = label(tr("Log an adverse event"), "heading")
        self._editor.cancelled.connect(self._give_event_up)
        self._editor.typed.connect(self.keep_soon.start)
        self.watch(*self._editor.lines)
        self._event_kept = KeptBar()
        self._event_kept.discarded.connect(self._give_event_up)
        self.event_said = chip("", "good")
        self.event_said.hide()
        self._event_problem = label("", "problem", wrap=True)
        self._event_problem.hide()
        self._editor.typed.connect(self._event_problem.hide)
        self._event_entry = card(
            self._editor_title,
            self.event_said,
            self._event_problem,
            self._event_kept,
            self._editor,
        )
        feet = QWidget()  # always in sight, below what scrolls
        feet.setLayout(row(None, self._editor.clear, self._editor.add))
        if not self._enters:
            self._event_entry.hide()
            feet.hide()
        tab = QWidget()
        tab.setLayout(column(_tab(card(self.event_table), self._event_entry), feet))
        return tab

    def _build_milestones(self) -> QWidget:
        self._milestone_model = TableModel(MILESTONE_COLUMNS)
        self.milestone_table = Table(self._milestone_model)
        self.milestone_table.setItemDelegateForColumn(
            3, ButtonDelegate(self.milestone_table, self._ask_remove)
        )
        self.milestone_table.fix_widths({3: 116})
        if self._enters:
            self.milestone_table.opened.connect(self._ask_remove)
        self.milestone_table.setColumnHidden(3, not self._enters)
        self.milestone_table.setAccessibleName(tr("Milestones"))
        self.milestone_form = MilestoneForm()
        self.milestone_form.entered.connect(self._save_milestone)
        self.watch(*self.milestone_form.lines)
        self._milestone_kept = KeptBar()
        self._milestone_kept.discarded.connect(self._give_milestone_up)
        self.milestone_said = chip("", "good")
        self.milestone_said.hide()
        self._milestone_entry = card(
            label(tr("Record a milestone"), "heading"),
            self.milestone_said,
            self._milestone_kept,
            self.milestone_form,
        )
        if not self._enters:
            self._milestone_entry.hide()
        return _tab(card(self.milestone_table), self._milestone_entry)

    def _show_actions(self, record: PatientRecord) -> None:
        draft = next((v for v in record.visits if v.is_draft), None)
        coming = next_visit(record, protocols.of(record.patient), clock.today())
        startable = coming is not None and coming.status is not Status.UPCOMING
        if draft is not None:
            title = visit_title(record, draft)
            self.start.setText(tr("Resume {visit}").format(visit=title))
        elif coming is not None and startable:
            self.start.setText(tr("Start {visit}").format(visit=coming.title))
        self.start.setVisible(self._enters and (draft is not None or startable))
        self.unscheduled.setVisible(
            self._enters and draft is None and record.participation_ended is None
        )
        self.print.setEnabled(bool(record.visits))

    def _show_figures(self, record: PatientRecord) -> None:
        found = chart.figures(record, clock.today())
        self._figures.show_cells([figure_tile(figure) for figure in found])

    def _show_plots(self, record: PatientRecord) -> None:
        scales = {scale.axis: scale for scale in trends.time_scales(record)}
        self.axis.allow(set(scales))
        scale = scales.get(self._axis) or next(iter(scales.values()))
        self.axis.set_value(scale.axis)
        instrument = self._chosen_questionnaire(record)
        total = trends.scores(record, instrument, projected=True)
        capacity = trends.vital_capacity(record, projected=True)
        asked = (total, capacity)
        self.ahead.setVisible(any(plot.forecasts or plot.no_forecast for plot in asked))
        if not self.ahead.isChecked():
            total, capacity = (replace(plot, forecasts=(), no_forecast="") for plot in asked)
        both = total
        if instrument.total is not None and instrument.domains:
            both = _joined(total, trends.domains(record, instrument))
        days = both.days + capacity.days
        self.total_plot.show_plot(both, scale, days)
        self.capacity_plot.show_plot(capacity, scale, days)
        self._total_title.setText(instruments.title(instrument))
        self._capacity_title.setText(capacity.title)
        self._axis_title.setText(scale.title)
        why_not = _no_projection(total, capacity)
        _show_legend(self._legend, both, why_not[0])
        _show_legend(self._capacity_legend, capacity, why_not[1])

    def _chosen_questionnaire(self, record: PatientRecord) -> Instrument:
        """The one to draw; the choice stands there only where this patient has answered another one too."""
        first = instruments.alsfrs_r()
        answered = {form.instrument for form in record.assessments if form.values}
        offered = [one for one in trends.questionnaires(record) if one.id in answered | {first.id}]
        before = self.questionnaire.currentText()
        self.questionnaire.clear()
        for one in offered:
            self.questionnaire.addItem(instruments.title(one))
        index = max(0, self.questionnaire.findText(before))
        self.questionnaire.setCurrentIndex(index)
        self.questionnaire.setVisible(len(offered) > 1)
        self._total_title.setVisible(len(offered) == 1)
        return offered[index]

    def _show_timeline(self, record: PatientRecord) -> None:
        clear(self._timeline)
        happenings = chart.timeline(record)
        for one in happenings:
            dot = label("●")
            dot.setStyleSheet(f"color: {theme.colour(DOTS[one.kind]).name()};")
            words = column(label(one.title, wrap=True), spacing=0)
            details = " · ".join(part for part in (one.when, one.detail) if part)
            words.addWidget(label(details, "muted", wrap=True))
            line = row(dot, words, spacing=8, top=True)
            line.setStretch(1, 1)
            self._timeline.addLayout(line)
        if not happenings:
            self._timeline.addWidget(label(tr("Nothing yet."), "muted"))

    def _show_visits(self, record: PatientRecord) -> None:
        protocol = protocols.of(record.patient)
        planned = plan(record, protocol, clock.today())
        lines = [
            VisitLine(
                title=p.title,
                target=day(p.window.target),
                window=f"{day(p.window.open)} – {day(p.window.close)}",
                on=day(p.visit.date) if p.visit else MISSING,
                status=tr("in progress") if p.in_progress else STATUS[p.status][0],
                kind="warn" if p.in_progress else STATUS[p.status][1],
                planned=p,
                visit=p.visit,
            )
            for p in planned
        ]
        in_plan = {p.visit.id for p in planned if p.visit}
        lines += [
            VisitLine(
                title=visit_title(record, v),
                target=MISSING,
                window=MISSING,
                on=day(v.date),
                status=tr("in progress") if v.is_draft else tr("done"),
                kind="warn" if v.is_draft else "good",
                planned=None,
                visit=v,
            )
            for v in record.visits
            if v.id not in in_plan
        ]
        self._visit_model.show_rows([self._with_signature(record, line) for line in lines])
        self._mark.setVisible(self._enters and protocol.anchor is Anchor.REFERENCE)
        self._allow_acts()

    def _allow_acts(self) -> None:
        """What can be done with the selected row; why not stands in the tip of the button."""
        line = self._selected_visit
        may_mark = line is not None and line.planned is not None and line.visit is None
        self._mark.setEnabled(may_mark)
        tip = tr("Select a planned visit that has not taken place.")
        self._mark.setToolTip("" if may_mark else tip)
        finished = line is not None and line.visit is not None and not line.visit.is_draft
        self._correct.setEnabled(finished)
        self._correct.setToolTip("" if finished else tr("Select a finished visit to correct."))

    @property
    def _selected_visit(self) -> VisitLine | None:
        rows = self.visit_table.selectionModel().selectedRows()
        return self._visit_model.row(rows[0]) if rows else None

    def _with_signature(self, record: PatientRecord, line: VisitLine) -> VisitLine:
        """A finished visit with whether it is signed, and whether anything of it is locked."""
        visit = line.visit
        if visit is None:
            return line
        mine = [one for one in self._signed if one.signature.visit_id == visit.id]
        said, kind = [], "neutral"
        if any(one.valid for one in mine):
            said, kind = [tr("signed")], "good"
        elif mine:
            said, kind = [tr("{sign} signature void").format(sign=VOID)], "bad"
        if any(lock.level is LockLevel.VISIT for lock in record.locks_on(visit.id)):
            said.append(tr("locked"))
        if not said and not visit.is_draft:
            said = [tr("not signed")]
        return replace(line, signature=", ".join(said), signature_kind=kind)

    def _show_locks(self, record: PatientRecord) -> None:
        held = record.locks_on()
        self.locks.show_locks(held)
        self._lock.setVisible(self.context.session.may(Right.LOCK) and not held)
        why = lock_text(held[0], self.context.session.users.names()) if held else ""
        for entry in (self._event_entry, self._milestone_entry):
            entry.setEnabled(not held)  # what is typed there could not be kept
            entry.setToolTip(why)

    def _locked(self) -> bool:
        """Whether the patient's record is locked; it is said then."""
        return self._record is not None and explained(self.context, self._record.locks_on())

    def _ask_lock(self) -> None:
        record = self._record
        if record is None:
            return
        question = tr("Nothing about this patient can be changed until it is unlocked. Why?")
        why = ask.reason(self, tr("Lock patient"), question)
        if why is not None:
            with self.context.saving():
                locking.lock_patient(self.context.session, record.patient.id, why)

    def _show_eligibility(self, record: PatientRecord) -> None:
        """The tab is there only where the protocol has criteria; its title counts what is not accepted as a deviation."""
        protocol = protocols.of(record.patient)
        self.tabs.setTabVisible(self.eligibility_tab, bool(protocol.criteria))
        self.eligibility.show_record(record, protocol)
        failing = sum(one.fails for one in self.eligibility.states.values())
        title = tr("Eligibility ({n} not fulfilled)").format(n=failing)
        self.tabs.setTabText(self.eligibility_tab, title if failing else tr("Eligibility"))

    def _show_alerts(self, record: PatientRecord) -> None:
        today = clock.today()
        found = alerts.open_actions(record, today)
        decided = alerts.decided_actions(record, today)
        self.alerts_card.show_actions(found, decided)
        self.alerts.show_record(record, found, decided)
        title = tr("Alerts ({n})").format(n=len(found)) if found else tr("Alerts")
        self.tabs.setTabText(self.alerts_tab, title)

    def _open_alerts(self, action_id: str) -> None:
        self.tabs.setCurrentIndex(self.alerts_tab)
        self.alerts.focus(action_id)

    def _ask_decision(self, action: Action) -> None:
        if self._record is not None and ask_decision(self, self.context, self._record, action):
            self.alerts.focus()

    def _on_axis(self) -> None:
        self._axis = self.axis.value or Axis.REFERENCE
        if self._record is not None:
            self._show_plots(self._record)

    def _copy_picture(self) -> None:
        """The trend as it is on screen, for a letter or a slide; it names nobody."""
        details = {"document": "picture of the trends"}
        if not self.context.write_down(Act.EXPORTED, patient_id=self._patient_id, details=details):
            return
        picture = self.total_plot.grab()
        if self.context.session.clinic.demonstration:
            painter = QPainter(picture)
            painter.setPen(theme.colour("warn"))
            corner = self.total_plot.rect().adjusted(0, 0, -8, -30)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(corner, align, DEMONSTRATION)
            painter.end()
        QApplication.clipboard().setPixmap(picture)

    def _ask_export(self) -> None:
        self._let_out(exports.named("chart-data"))

    def _let_out(self, document: Document[Any]) -> None:
        if self._patient_id is not None:
            let_out(self, self.context, document, About(patient_id=self._patient_id))

    def _start_next(self) -> None:
        record = self._record
        if record is None:
            return
        draft = next((v for v in record.visits if v.is_draft), None)
        coming = next_visit(record, protocols.of(record.patient), clock.today())
        if draft is not None:
            self.context.open_visit.emit(record.patient.id, draft.id)
        elif coming is not None:
            self._start(coming.code)

    def _start(self, code: str | None) -> None:
        if self._patient_id is None:
            return
        with self.context.acting():
            visit_id = drafts.start_visit(
                self.context.session, self._patient_id, code, clock.today()
            )
            self.context.open_visit.emit(self._patient_id, visit_id)

    def _open_visit(self, line: VisitLine) -> None:
        if self._patient_id is None:
            return
        if line.visit is not None:
            self.context.open_visit.emit(self._patient_id, line.visit.id)
        elif line.action and line.planned is not None and self._enters:
            self._start(line.planned.code)

    def _print_blank(self) -> None:
        """The form of the visit that comes next, to be filled in by hand; of an unscheduled one where none does."""
        record = self._record
        if record is not None:
            protocol = protocols.of(record.patient)
            coming = next_visit(record, protocol, clock.today())
            choice = blank_form(protocol.id, coming.code if coming else "")
            self.context.open_document.emit("blank-forms", About(choice=choice))

    def _print_last(self) -> None:
        if self._record is not None and self._record.visits:
            finished = self._record.finished_visits or self._record.visits
            about = About(patient_id=self._record.patient.id, visit_id=finished[-1].id)
            self.context.open_document.emit("visit-summary", about)

    def _edit(self) -> None:
        self.context.edit_patient.emit(self._patient_id)

    def _ask_mark(self) -> None:
        line = self._selected_visit
        if line is None or line.planned is None or line.visit is not None:
            return
        if self._locked():
            return
        words = {
            tr("missed"): Mark.MISSED,
            tr("skipped"): Mark.SKIPPED,
            tr("cancelled"): Mark.CANCELLED,
        }
        chosen = ask.one_of(self, line.title, tr("What happened to this visit?"), words)
        if chosen is None:
            return
        why = ask.reason(self, line.title, tr("Why?"))
        if why is not None and self._patient_id is not None:
            mark = VisitMark(
                patient_id=self._patient_id,
                code=line.planned.code,
                mark=chosen,
                reason=why,
            )
            with self.context.saving(), self.context.session.write(why):
                self.context.session.marks.save(mark)

    def _ask_reopen(self) -> None:
        line = self._selected_visit
        if line is None or line.visit is None or line.visit.is_draft or self._patient_id is None:
            return
        record = self.context.session.record(self._patient_id)
        held = record.locks_on(line.visit.id)
        may_unlock = self.context.session.may(Right.LOCK) and len(held) == 1
        if not (may_unlock and held[0].level is LockLevel.VISIT) and explained(self.context, held):
            return
        question = tr("Why is this visit corrected?")
        if held:
            locked = tr("This visit is locked. Correcting it unlocks it, and voids its signatures.")
            question = f"{locked} {question}"
        why = ask.reason(self, line.title, question)
        if why is not None:
            with self.context.saving():
                if held:
                    locking.unlock(self.context.session, *held, reason=why)
                draft = Draft(self.context.session, self._patient_id, line.visit.id)
                draft.reopen(why)
                self.context.open_visit.emit(self._patient_id, line.visit.id)

    @property
    def _event_texts(self) -> dict[str, str]:
        """What is typed of an event, all of it empty where it says nothing that the file does not."""
        texts = {**self._editor.texts, "id": self._editor.event_id or ""}
        known = self._record.events if self._record is not None else ()
        unchanged = (
            {**event_entry.texts_of(event), "id": event.id}
            for event in known
            if event.id == self._editor.event_id
        )
        return dict.fromkeys(texts, "") if texts in unchanged else texts

    def _show_typed(self) -> None:
        """What was typed for this patient and is not saved yet."""
        session, patient_id = self.context.session, self._patient_id
        if patient_id is None:
            return
        texts = session.typed.of(typed_texts.CHART_EVENT, patient_id)
        known = {event.id: event for event in session.events.of(patient_id)}
        event = known.get(EventId(texts.get("id", "")))
        self._begin_event(event, texts)
        since = typed_texts.since(session, typed_texts.CHART_EVENT, patient_id)
        self._event_kept.show_since(since)
        texts = session.typed.of(typed_texts.CHART_MILESTONE, patient_id)
        self._begin_milestone(texts)
        since = typed_texts.since(session, typed_texts.CHART_MILESTONE, patient_id)
        self._milestone_kept.show_since(since)

    def _begin_event(self, event: AdverseEvent | None, texts: Mapping[str, str]) -> None:
        """The editor on an event of the chart, or as it is for a new one."""
        if self._patient_id is None:
            return
        title = tr("Change: {term}").format(term=event.term) if event else ""
        self._editor_title.setText(title or tr("Log an adverse event"))
        visit_id = event.visit_id if event else None
        record = self.context.session.record(self._patient_id)
        self._editor.begin(self._patient_id, visit_id, clock.today(), texts, event, record)
        self._event_kept.show_since(None)
        self._event_problem.hide()
        self.event_said.hide()

    def _begin_milestone(self, texts: Mapping[str, str]) -> None:
        if self._patient_id is not None:
            born = self.context.session.patients.get(self._patient_id).born
            self.milestone_said.hide()
            self.milestone_form.begin(self._patient_id, clock.today(), texts, born=born)

    def _give_event_up(self) -> None:
        self._begin_event(None, {})
        self.keep()

    def _give_milestone_up(self) -> None:
        if self._patient_id is not None:
            self._begin_milestone({})
            self._milestone_kept.show_since(None)
            self.keep()

    def _change_event(self, event: AdverseEvent) -> None:
        if self._record is None or explained(self.context, self._record.locks_on(event.visit_id)):
            return
        if self._editor.event_id != event.id and any(self._event_texts.values()):
            text = tr("Add the event that you are typing, or clear it, first.")
            self._event_problem.setText(text)
            self._event_problem.show()
            self._editor.focus_open()
            return
        self._begin_event(event, {})
        self._editor.outcome.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save_event(self, event: AdverseEvent) -> None:
        record = self._record
        if record is None:
            return
        known = any(one.id == event.id for one in record.events)
        finished = {visit.id for visit in record.finished_visits}
        why = ""
        if known and event.visit_id in finished:
            question = tr("This event was reported at a finished visit. Why is it changed?")
            asked = ask.reason(self, event.term, question)
            if asked is None:
                return
            why = asked
        with self.context.saving():
            session, place = self.context.session, typed_texts.CHART_EVENT
            with session.write(why):
                session.events.save(event)
                if self._editor.death is not None:
                    session.milestones.save(self._editor.death)
                session.typed.remove(
                    place, event.patient_id, *session.typed.of(place, event.patient_id)
                )
            self._begin_event(None, {})
            self._show_saved(event, known=known)

    def _show_saved(self, event: AdverseEvent, *, known: bool) -> None:
        """What was saved is said above the form, and stands marked in the list."""
        self.event_said.setText(said_of(event, known=known))
        self.event_said.show()
        _select(self.event_table, self._event_model, event.id)

    def _save_milestone(self, milestone: Milestone) -> None:
        with self.context.saving():
            session, place = self.context.session, typed_texts.CHART_MILESTONE
            with session.write():
                session.milestones.save(milestone)
                session.typed.remove(
                    place, milestone.patient_id, *session.typed.of(place, milestone.patient_id)
                )
            self._begin_milestone({})
            self._milestone_kept.show_since(None)
            text = tr("Recorded: {milestone}, {day}")
            title, when = MILESTONES[milestone.kind], partial_day(milestone.happened_on)
            self.milestone_said.setText(text.format(milestone=title, day=when))
            self.milestone_said.show()
            _select(self.milestone_table, self._milestone_model, milestone.id)

    def _ask_remove(self, milestone: Milestone) -> None:
        if self._locked():
            return
        title = MILESTONES[milestone.kind]
        question = tr("Remove “{title}, {day}”? Why?")
        why = ask.reason(
            self, title, question.format(title=title, day=partial_day(milestone.happened_on))
        )
        if why is not None:
            with self.context.saving(), self.context.session.write(why):
                self.context.session.milestones.remove(milestone.id)


def _select(table: Table, model: TableModel[Any], id: str) -> None:
    """Mark the row of what was saved."""
    index = next((i for i, one in enumerate(model.rows) if one.id == id), None)
    if index is not None:
        table.selectRow(index)


def _joined(total: Plot, domains: Plot) -> Plot:
    """Total and domains in one plot: the total's range holds both."""
    return replace(total, series=(*total.series, *domains.series))


def _no_projection(total: Plot, capacity: Plot) -> tuple[str, str]:
    """Why nothing is carried forward in either plot; one reason of both stands once."""
    if total.no_forecast and total.no_forecast == capacity.no_forecast:
        return tr("No projection in either plot. {why}").format(why=total.no_forecast), ""
    words = tr("No projection. {why}")
    first, second = (
        words.format(why=plot.no_forecast) if plot.no_forecast else "" for plot in (total, capacity)
    )
    return first, second


def _show_legend(layout: Flow, plot: Plot, no_projection: str) -> None:
    """The names of the series with their markers; why none of them is carried forward."""
    clear(layout)
    for series in plot.series:
        layout.addWidget(SeriesName(series.role, series.title))
    for title, how in dict.fromkeys((one.title, one.how) for one in plot.forecasts):
        entry = label(f"┄ {title}", "small")
        entry.setToolTip(how)
        layout.addWidget(entry)
    if no_projection:
        layout.addWidget(label(no_projection, "small"))


def _tab(*cards: QWidget) -> QWidget:
    inner = QWidget()
    layout = column(*cards, None, spacing=12)
    layout.setContentsMargins(0, 8, 0, 0)
    inner.setLayout(layout)
    return scrolled(inner)
