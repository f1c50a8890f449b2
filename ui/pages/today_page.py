"""Today: which visits are overdue, due, open or coming up, and the drafts to resume; the coming weeks as a calendar."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from core import clock
from core.acts import data_queries
from core.entering import typed_texts
from core.entering.visit import beginning
from core.model.document import About, Document, OfAppointments, OfDay, OfNothing, OfWeeks
from core.model.ids import PatientId
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.user import Right
from core.protocols import catalog as protocols
from core.reports.choices import day_choice
from core.views import calendar, worklist
from core.views.appointments import full_line, soon
from core.views.calendar import Entry
from core.views.monitoring import FORM as MONITORING
from core.views.worklist import Group, WorkItem
from core.words import MISSING, N_, day, instant, long_day, plural, short_day, within
from ui import theme
from ui.context import AppContext
from ui.documents import buttons, let_out
from ui.models.table import Column, TableModel
from ui.pages.page import Page
from ui.widgets.alerts_card import AlertsOfClinic
from ui.widgets.appointment import ask_appointment, ask_mark
from ui.widgets.basics import (
    NO_MODIFIER,
    button,
    card,
    clear,
    column,
    label,
    link,
    row,
    scrolled,
    show_only,
)
from ui.widgets.calendar import Calendar
from ui.widgets.clock_badge import ClocksOfClinic
from ui.widgets.events_to_judge import EventsToJudge
from ui.widgets.fields import ChoiceField
from ui.widgets.glance_columns import GlanceColumns, draw_courses
from ui.widgets.missing_days import MissingDays
from ui.widgets.queries import QueriesOfClinic
from ui.widgets.responsive import Columns, Flow
from ui.widgets.sign import SignaturesOfClinic
from ui.widgets.table import ButtonDelegate, Table, WindowDelegate
from ui.words import tr

CHIPS = {
    Group.DRAFT: "warn",
    Group.OVERDUE: "bad",
    Group.DUE: "accent",
    Group.OPEN: "good",
    Group.UPCOMING: "neutral",
}
PATIENT, VISIT, WHEN, TOTAL, CAPACITY, STATUS, ACT = 0, 1, 2, 3, 4, 5, 6  # columns
VISITS, CALENDAR = "visits", "calendar"  # what the page shows
MOST = 12  # lines of one kind
LOOK_MS = 30_000  # how often a countdown is read anew
ATTENTION = 190  # px: the least height of what needs attention, below the visits of a small window


def _when(item: WorkItem) -> str:
    """The appointment, else the day that the visit is planned for."""
    if item.appointed is not None:
        return soon(item.appointed.appointment, clock.today())
    if item.window is None:
        return MISSING
    return tr("target {day}").format(day=short_day(item.window.target))


def _window_words(item: WorkItem) -> str:
    if item.window is None:
        return ""
    words = tr("window {open} to {close}, target {target}").format(
        open=day(item.window.open), close=day(item.window.close), target=day(item.window.target)
    )
    if item.appointed is None:
        return words
    return f"{full_line(item.appointed, clock.today())}\n{words}"


def _chip(item: WorkItem) -> str:
    return "bad" if item.missed else CHIPS[item.group]


class TodayPage(Page):
    """Enter starts or resumes the visit that is selected; at first the most urgent one.

    P gives it an appointment, M says that it does not take place, C shows the calendar and the visits again.
    """

    topic = "today"
    shows = frozenset(
        {
            "patient",
            "visit",
            "visit_mark",
            "appointment",
            "milestone",
            "answer",
            "form",
            "record",
            "item",
            "spirometry",
            "blow",
            "measurement",
            "adverse_event",
            "criterion_result",
            "decision",
            "threshold",
            "data_query",
            "query_reply",
            "signature",
            "typed_text",
        }
    )

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._date = label("", "title")
        self._counts = label("", "muted")
        self._enters = context.session.may(Right.ENTER)
        self.start = button(tr("Start next visit  ↵"), self._start_next, primary=True)
        new = button(tr("New patient"), lambda: context.edit_patient.emit(None))
        self._build_table()
        if not self._enters:
            for one in (self.start, new):
                one.hide()
        self._empty = column(spacing=12)
        self._empty_holder = QWidget()
        self._empty_holder.setLayout(self._empty)
        self._attention, self._readings = QVBoxLayout(), QVBoxLayout()
        self._attention.setSpacing(8)
        self.clocks, self.to_judge = ClocksOfClinic(context), EventsToJudge(context)
        self._looks = QTimer(self, interval=LOOK_MS)  # while an infusion is monitored
        self._looks.timeout.connect(self._look)
        self.alerts = AlertsOfClinic(context)
        context.glances.found.connect(self._on_found)
        self.questions = QueriesOfClinic(context)
        self.signatures = SignaturesOfClinic(context)
        if not context.session.may(Right.SIGN):
            self.signatures.hide()
        area = scrolled(self._waiting_parts())
        area.setMinimumHeight(theme.px(ATTENTION))
        self._attention_card = card(label(tr("Needs attention"), "heading"), area)
        self.missing_days = MissingDays(context)
        self.missing_days.closed.connect(self.show_visits)
        self.missing_days.hide()
        self._visits = self._build_visits()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(14)
        printed = buttons(context, OfNothing, self._let_out, link=True)
        head = row(self._date)
        head.addLayout(Flow(*printed, new, self.start, right=True), 1)
        self._counts.setWordWrap(True)
        layout.addLayout(column(head, self._counts, spacing=2))
        left = QWidget()
        left.setLayout(column(self._visits, self.missing_days, spacing=0))
        layout.addWidget(Columns(left, self._attention_card, fixed={1: 300}, spacing=14), 1)

    def _build_table(self) -> None:
        self.model = TableModel(self._columns())
        self.table = Table(self.model, row_height=42)
        self.table.setItemDelegateForColumn(
            WHEN, WindowDelegate(self.table, lambda item: item.window, clock.today)
        )
        self.table.setItemDelegateForColumn(ACT, ButtonDelegate(self.table, self._open))
        draw_courses(self.table, total=TOTAL, capacity=CAPACITY)
        if not self._enters:
            self.table.leave_out(ACT)  # Enter opens the chart, or reads the visit
        self.table.fix_widths(
            {PATIENT: 134, WHEN: 102, TOTAL: 140, CAPACITY: 140, STATUS: 136, ACT: 92}
        )
        self.table.hide_when_tight(TOTAL, CAPACITY)
        self.table.keep_whole(
            PATIENT,
            WHEN,
            STATUS,
            gives_way=(CAPACITY, TOTAL),
            rest=VISIT,
            least=118,
            narrower={TOTAL: 100, CAPACITY: 100},
        )
        self.table.wrap(VISIT)
        self.table.setMinimumHeight(theme.px(230))
        self.table.opened.connect(self._open)
        self.table.setAccessibleName(tr("Visits to do"))
        self.table.passes_letters = True
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._allow_acts())

    def _build_visits(self) -> QWidget:
        """The visits to do or the calendar, with what can be done there."""
        self._records: list[PatientRecord] = []
        self.part: ChoiceField[str] = ChoiceField(
            "", {VISITS: tr("Visits"), CALENDAR: tr("Calendar  C")}
        )
        for one, name in zip(self.part.buttons, (tr("Visits"), tr("Calendar")), strict=True):
            one.setAccessibleName(name)
        self.part.set_value(VISITS)
        self.part.chosen.connect(self._turn_part)
        self.appointment = button(tr("Appointment…  P"), self.ask_appointment)
        self.appointment.setAccessibleName(tr("Appointment…"))
        self.mark = button(tr("Missed…  M"), self.ask_mark)
        self.mark.setAccessibleName(tr("Missed…"))
        self.calendar = Calendar(lambda first: calendar.weeks(self._records, first, clock.today()))
        self.calendar.view.opened.connect(self._open_entry)
        self.calendar.hide()
        papers = [
            one
            for of in (OfDay, OfWeeks, OfAppointments)
            for one in buttons(self.context, of, self._let_out_days, link=True)
        ]
        self._acts = QWidget()
        self._acts.setLayout(Flow(self.appointment, self.mark, right=True))
        head = row(self.part)
        head.addWidget(self._acts, 1)
        return card(head, self.table, self._empty_holder, self.calendar, Flow(*papers, right=True))

    def _columns(self) -> tuple[Column[WorkItem], ...]:
        """What a visit to do says; the last values come when the record was read (`Glances`)."""
        of: GlanceColumns[WorkItem] = GlanceColumns(
            self.context.glances, lambda item: item.patient.id
        )
        return (
            Column(
                N_("Patient"),
                lambda item: item.patient.record_number,
                second=lambda item: worklist.patient_line(item.patient, clock.today()),
            ),
            Column(
                N_("Visit"),
                lambda item: item.title,
                second=lambda item: item.begun or self._to_decide(item),
                tip=lambda item: item.begun or item.missed or self._to_decide(item),
            ),
            Column(N_("Appointment"), _when, tip=_window_words),
            of.total(N_("Last ALSFRS-R")),
            of.capacity(),
            Column(N_("Status"), lambda item: item.status, chip=_chip),
            Column("", lambda item: item.action),
        )

    def _to_decide(self, item: WorkItem) -> str:
        """The names of the open alerts: what is to be spoken about at this visit."""
        found = self.context.glances.of(item.patient.id)
        titles = dict.fromkeys(one.title for one in found.actions) if found else ()
        return ", ".join(titles)

    def _waiting_parts(self) -> QWidget:
        """What needs attention, what cannot wait first."""
        made = QWidget()
        urgent = (self._readings, self.clocks, self.to_judge, self.signatures, self.alerts)
        made.setLayout(column(*urgent, self.questions, self._attention, None, spacing=12))
        return made

    def _on_found(self, _patients: Sequence[PatientId]) -> None:
        self.model.show_again()

    def _look(self) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self.mark_stale()

    def _let_out(self, document: Document[Any]) -> None:
        let_out(self, self.context, document, About())

    def _let_out_days(self, document: Document[Any]) -> None:
        """Of the day with the keyboard, and of the weeks that are shown, where the calendar is in front."""
        choice = ""
        if self.part.value == CALENDAR:
            view = self.calendar.view
            choice = day_choice(view.first if document.of is OfWeeks else view.current)
        let_out(self, self.context, document, About(choice=choice))

    def refresh(self) -> None:
        today, session = clock.today(), self.context.session
        self._records = records = session.outlines()
        names = session.users.names()
        corrections = beginning.corrections(session, records)
        items = worklist.build(
            records, session.assessments.answered_of_drafts(), today, names, corrections
        )
        self._date.setText(long_day(today))
        self._counts.setText(worklist.counts(items) or tr("nothing to do"))
        self._show_items(items)
        self.start.setEnabled(any(item.can_start for item in items))
        self.calendar.view.show_again(today)
        self._show_part()
        self._show_empty(no_patients=not records)
        clear(self._attention)
        self._show_readings(items)
        begun = typed_texts.since(session, typed_texts.PATIENT, typed_texts.NEW)
        if begun is not None:
            text = tr("You typed a new patient on {when} who is not saved yet: go on.")
            new = partial(self.context.edit_patient.emit, None)
            self._attention.addWidget(link(text.format(when=instant(begun)), new))
        if session.may(Right.SIGN):
            self._show_undecided(items)
        self._show_appointments(items, worklist.not_shown(records, today))
        self._show_without_plan(worklist.without_plan(records, today), nothing_else=not items)
        self._attention_card.setVisible(bool(records) or begun is not None)
        may_close = session.may(Right.CLOSE_QUERY)
        found = data_queries.waiting(session.queries.all(), records, today, may_close=may_close)
        self.questions.show_queries(found)
        if session.may(Right.SIGN):
            self.signatures.look_again(records)
        self.clocks.look_again()
        self.to_judge.look_again(records)
        self.alerts.look_again([record.patient for record in records if not record.dead])

    def _show_without_plan(self, waiting: Sequence[Patient], *, nothing_else: bool) -> None:
        """Patients without day 0: all in one column. Those whose schedule this program lacks: each by a line."""
        lacking = [one for one in waiting if protocols.find(one) is None]
        undated = [one for one in waiting if protocols.find(one) is not None]
        for patient in lacking[:MOST]:
            text = tr("{number}: this program lacks the schedule of this patient")
            line = link(
                text.format(number=patient.record_number),
                partial(self.context.edit_patient.emit, patient.id),
            )
            self._attention.addWidget(line)
        if len(lacking) > MOST:
            more = tr("and {n} more").format(n=len(lacking) - MOST)
            self._attention.addWidget(label(more, "muted"))
        if undated and self._enters:
            self.missing_days.show_patients(undated)
            text = plural(
                len(undated),
                "Visits of 1 patient cannot be planned: enter day 0 of the schedule",
                "Visits of {n} patients cannot be planned: enter day 0 of their schedule",
            )
            self._attention.addWidget(link(text, self.enter_missing_days))
        elif undated:
            numbers = ", ".join(one.record_number for one in undated[:MOST])
            text = tr("No visits can be planned for these patients: {numbers}")
            self._attention.addWidget(label(text.format(numbers=numbers), "muted", wrap=True))
        if not undated and self.missing_days.isVisible():
            self.show_visits()
        elif undated and nothing_else and self._enters:
            self._turn_to(self.missing_days)

    def enter_missing_days(self) -> None:
        """In place of the visits, until the person goes back to them."""
        self._turn_to(self.missing_days)
        self.missing_days.focus_first()

    def show_visits(self) -> None:
        self._turn_to(self._visits)
        self.focus_first()

    def _turn_to(self, part: QWidget) -> None:
        show_only([part], among=[self._visits, self.missing_days])

    def _show_items(self, items: Sequence[WorkItem]) -> None:
        """In their groups; what was selected stays so where it is still to do, else the most urgent one is."""
        current = self.table.currentIndex()
        before = self.model.row(current).key if current.isValid() else None
        self.model.show_groups(worklist.grouped(items))
        if items:
            rows = self.model.rows
            chosen = next((one for one in rows if one.key == before), rows[0])
            self.table.selectRow(self.model.line_of(chosen))

    def _show_readings(self, items: Sequence[WorkItem]) -> None:
        """Infusions that are monitored now: when the next reading is, the one that is most overdue first."""
        due = worklist.readings(items, self.context.session.record, clock.now())
        clear(self._readings)
        self._looks.start() if due else self._looks.stop()
        mine = [item for item in items if item.visit is not None and item.visit.id in due]
        for item in sorted(mine, key=lambda one: due[one.visit.id].minutes if one.visit else 0):
            if item.visit is None:
                continue
            reading = due[item.visit.id]
            text = tr("{number}: {reading}").format(
                number=item.patient.record_number, reading=reading.words
            )
            step = partial(
                self.context.open_field.emit, item.patient.id, item.visit.id, MONITORING, ""
            )
            self._readings.addWidget(link(text, step))

    def _show_appointments(
        self, items: Sequence[WorkItem], not_shown: Sequence[tuple[Patient, str]]
    ) -> None:
        """Appointments to which nobody came, and those that are of no use any more: each in a sentence."""
        missed = [(item.patient, item.missed) for item in items if item.missed]
        for patient, why in (*missed[:MOST], *not_shown[:MOST]):
            text = tr("{number}: {reading}").format(number=patient.record_number, reading=why)
            chart = partial(self.context.open_chart.emit, patient.id)
            self._attention.addWidget(link(text, chart))

    def _show_undecided(self, items: Sequence[WorkItem]) -> None:
        """Patients outside the criteria whose infusion is to do: the investigator decides before it."""
        for patient, criteria in worklist.undecided(items, self.context.session.record):
            text = tr(
                "{number}: not eligible, to be decided before the {event}: {criteria}"
            ).format(
                number=patient.record_number,
                event=within(protocols.of(patient).reference),
                criteria=criteria,
            )
            self._attention.addWidget(link(text, partial(self.context.open_chart.emit, patient.id)))

    def focus_first(self) -> None:
        part = self.calendar if self.part.value == CALENDAR else self.table
        part.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The letters of the buttons, where no field took them."""
        acts = {"P": self.ask_appointment, "M": self.ask_mark, "C": self.turn_part}
        act = acts.get(event.text().upper()) if event.modifiers() == NO_MODIFIER else None
        if act is None or not self._visits.isVisible():
            super().keyPressEvent(event)
        else:
            act()

    def turn_part(self) -> None:
        """From the visits to the calendar, and back."""
        self.part.set_value(VISITS if self.part.value == CALENDAR else CALENDAR)
        self._turn_part()

    def _turn_part(self) -> None:
        self._show_part()
        self.focus_first()

    def _show_part(self) -> None:
        is_calendar = self.part.value == CALENDAR
        there = self.calendar if is_calendar else self.table
        shown = there if is_calendar or self.model.rows else self._empty_holder
        show_only([shown], among=[self.table, self._empty_holder, self.calendar])
        self._acts.setVisible(self._enters and shown is self.table)
        self._allow_acts()

    def _allow_acts(self) -> None:
        """What can be done with the selected visit; why not is the tip of the button."""
        item = self._selected
        may_appoint = item is not None and item.may_be_appointed
        may_mark = item is not None and item.may_be_marked
        begun = tr("Select a planned visit that has not begun.")
        recurs = tr("A routine visit comes again: move its appointment instead.")
        self.appointment.setEnabled(may_appoint)
        self.appointment.setToolTip("" if may_appoint else begun)
        self.mark.setEnabled(may_mark)
        tip = recurs if item is not None and item.recurs and may_appoint else begun
        self.mark.setToolTip("" if may_mark else tip)

    @property
    def _selected(self) -> WorkItem | None:
        rows = self.table.selectionModel().selectedRows()
        return self.model.row(rows[0]) if rows else None

    def ask_appointment(self) -> None:
        """Give the selected visit an appointment, or change it."""
        item = self._selected
        if item is not None and item.code and self._may(self.appointment):
            ask_appointment(self, self.context, item.patient.id, item.code)

    def ask_mark(self) -> None:
        """Say that the selected visit does not take place, and why."""
        item = self._selected
        if item is not None and item.code and self._may(self.mark):
            title = tr("{number}: {visit}").format(
                number=item.patient.record_number, visit=item.title
            )
            ask_mark(self, self.context, item.patient.id, item.code, title)

    def _may(self, act: QPushButton) -> bool:
        """Whether a button can be pressed now; why not is told."""
        if act.isVisible() and not act.isEnabled():
            self.context.told.emit(act.toolTip())
        return act.isVisible() and act.isEnabled()

    def _open_entry(self, entry: Entry) -> None:
        """What stands on a day of the calendar: the visit that began, else the patient's chart."""
        if entry.visit is not None:
            self.context.open_visit.emit(entry.patient.id, entry.visit)
        else:
            self.context.open_chart.emit(entry.patient.id)

    def _show_empty(self, *, no_patients: bool) -> None:
        """An empty screen says what to do first."""
        clear(self._empty)
        self._empty.addStretch(1)
        if no_patients:
            self._empty.addWidget(label(tr("This clinic file has no patients yet."), "heading"))
        if no_patients and self._enters:
            self._empty.addWidget(
                label(tr("Enter the first one, or import a list that you have as CSV."), "muted")
            )
            new = button(
                tr("New patient"), lambda: self.context.edit_patient.emit(None), primary=True
            )
            imported = button(tr("Import from CSV…"), lambda: self.context.show_page.emit("import"))
            self._empty.addLayout(row(new, imported, None))
        elif not no_patients:
            text = tr("No visit is due, and none opens within 4 weeks.")
            self._empty.addWidget(label(text, "heading"))
        self._empty.addStretch(2)

    def _start_next(self) -> None:
        current = self.table.currentIndex()
        chosen = self.model.row(current) if current.isValid() else None
        items = [chosen] if chosen and chosen.can_start else list(self.model.rows)
        item = next((item for item in items if item is not None and item.can_start), None)
        if item is not None:
            self._open(item)

    def _open(self, item: WorkItem) -> None:
        patient_id = item.patient.id
        if item.visit is not None:
            self.context.open_visit.emit(patient_id, item.visit.id)
        elif item.can_start and self._enters:
            with self.context.acting():
                visit_id = beginning.start_visit(
                    self.context.session, patient_id, item.code, clock.today()
                )
                self.context.open_visit.emit(patient_id, visit_id)
        else:
            self.context.open_chart.emit(patient_id)
