"""The adverse events of a patient: the list, adding one, changing one."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.entering import event_saving, typed_texts
from core.entering.event_form import Entered, EventForm
from core.model import event_details
from core.model.adverse_event import AdverseEvent
from core.model.event_details import EventDetails
from core.model.ids import EventId, PatientId
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.user import Right
from core.views import event_times, events
from core.views.signed import lock_text
from core.words import MISSING, N_
from ui.context import AppContext
from ui.forms.event_editor import EventEditor, hand_over, said_of
from ui.forms.kept_bar import KeptBar
from ui.models.table import Column, TableModel
from ui.pages.chart.tab import ChartRecord, Tab, TabKind, select, stacked
from ui.pages.page import Unsaved
from ui.widgets import ask
from ui.widgets.basics import card, chip, column, label, row
from ui.widgets.locks import explained
from ui.widgets.table import ButtonDelegate, Table
from ui.words import tr

CHANGE, OPEN = 6, 7  # the columns with buttons


class Known:
    """What is known of the events that the list shows, read once for all its cells."""

    def __init__(self) -> None:
        self._record: PatientRecord | None = None
        self._of: dict[EventId, EventDetails] = {}

    def read(self, record: PatientRecord) -> None:
        self._record = record
        self._of = {one.id: event_details.details(record, one) for one in record.events}

    def of(self, event: AdverseEvent) -> EventDetails:
        return self._of.get(event.id) or EventDetails(event=event, record=None)

    def second(self, event: AdverseEvent) -> str:
        """The coded term and what it was called before; of an event that says neither, its note."""
        past = "; ".join(one.term for one in self.of(event).diagnoses)
        called = tr("called before: {terms}").format(terms=past) if past else ""
        return " · ".join(filter(None, (event.coded_term, called))) or event.note

    def since(self, event: AdverseEvent) -> str:
        record = self._record
        return "" if record is None else event_times.since_treatment(record, self.of(event))

    def why(self, event: AdverseEvent) -> str:
        return events.why(self.of(event)) or MISSING

    def cause(self, event: AdverseEvent) -> str:
        return events.cause(self.of(event)) or tr("cause not judged")

    def both(self, event: AdverseEvent) -> str:
        return f"{self.why(event)}; {self.cause(event)}"


def columns(known: Known) -> tuple[Column[AdverseEvent], ...]:
    return (
        Column(N_("Event"), lambda e: e.term, second=known.second),
        Column(N_("Began"), lambda e: partial_day(e.onset), second=known.since, tip=known.since),
        Column(N_("Grade"), lambda e: events.event_row(e).grade),
        Column(
            N_("Serious"),
            lambda e: events.event_row(e).serious,
            chip=lambda e: "bad" if e.serious else "neutral",
            tip=known.why,
        ),
        Column(N_("Why, and its cause"), known.why, second=known.cause, tip=known.both),
        Column(N_("Outcome"), lambda e: events.event_row(e).outcome),
        Column("", lambda _e: tr("Change…")),
        Column("", lambda _e: tr("Open")),
    )


class EventsTab(Tab):
    topic = "chart#adverse-events"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._enters = context.session.may(Right.ENTER)
        self._known = Known()
        self.model = TableModel(columns(self._known))
        self.table = Table(self.model, row_height=48)
        self.editor = EventEditor()
        self.said = chip("", "good")
        self._title = label(tr("Log an adverse event"), "heading")
        self._problem = label("", "problem", wrap=True)
        self._kept = KeptBar()
        self.entry = card(self._title, self.said, self._problem, self._kept, self.editor)
        self._build_table()
        self.setLayout(self._build_entry())

    def _build_table(self) -> None:
        self.table.setItemDelegateForColumn(CHANGE, ButtonDelegate(self.table, self._change))
        self.table.setItemDelegateForColumn(OPEN, ButtonDelegate(self.table, self._open))
        widths = {1: 190, 2: 124, 3: 76, 5: 150, CHANGE: 104, OPEN: 84}
        self.table.fix_widths(widths, tight={**widths, 1: 110, 2: 110, 3: 64, CHANGE: 96, OPEN: 76})
        self.table.hide_when_tight(4, 5)
        if self._enters:
            self.table.opened.connect(self._change)
        else:
            self.table.opened.connect(self._open)
        self.table.setColumnHidden(CHANGE, not self._enters)
        self.table.setAccessibleName(tr("Adverse events"))

    def _build_entry(self) -> QVBoxLayout:
        self.editor.add.setProperty("primary", "true")
        self.editor.entered.connect(self._save)
        self.editor.cancelled.connect(self._give_up)
        self.editor.asked_whole.connect(self._show_whole)
        self.editor.typed.connect(self.edited)
        self.editor.typed.connect(self._problem.hide)
        for line in self.editor.lines:
            line.textEdited.connect(self.edited)
        self._kept.discarded.connect(self._give_up)
        self.said.hide()
        self._problem.hide()
        feet = QWidget()  # always in sight, below what scrolls
        feet.setLayout(row(None, self.editor.clear, self.editor.whole, self.editor.add))
        if not self._enters:
            self.entry.hide()
            feet.hide()
        return column(stacked(card(self.table), self.entry), feet)

    def open(self, patient_id: PatientId) -> None:
        super().open(patient_id)
        session, place = self.context.session, typed_texts.CHART_EVENT
        texts = session.typed.of(place, patient_id)
        known = {event.id: event for event in session.events.of(patient_id)}
        self._begin(patient_id, known.get(EventId(texts.pop("id", ""))), texts)
        self._kept.show_since(typed_texts.since(session, place, patient_id))

    def draw(self, now: ChartRecord) -> None:
        self._known.read(now.record)
        self.model.show_rows(now.record.events)
        self.table.fit_height()
        self.entry.setEnabled(not now.locks)  # what is typed there could not be kept
        names = self.context.session.users.names() if now.locks else {}
        self.entry.setToolTip(lock_text(now.locks[0], names) if now.locks else "")

    def unsaved(self, patient_id: PatientId) -> tuple[Unsaved, ...]:
        place = typed_texts.CHART_EVENT
        return (Unsaved(place=place, subject=patient_id, texts=self.editor.kept),)

    def focus_on(self, what: str) -> None:
        """An event in the list; else where the event that is typed goes on, or a new one begins."""
        if any(event.id == what for event in self.model.rows):
            select(self.table, self.model, what)
            self.table.setFocus()
            return
        if not self._enters or self.is_locked():
            return
        if any(self.editor.kept.values()):
            self.editor.focus_open()
        else:
            self.editor.term.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_on(self) -> None:
        if self.editor.isVisible():
            self.editor.enter()

    def save(self) -> bool:
        self.go_on()
        return True

    def _begin(
        self,
        patient_id: PatientId,
        event: AdverseEvent | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        """The editor on an event of the chart, or as it is for a new one."""
        title = tr("Change: {term}").format(term=event.term) if event else ""
        self._title.setText(title or tr("Log an adverse event"))
        session = self.context.session
        form = EventForm(session.record(patient_id), session.login, event=event, texts=texts)
        self.editor.begin(form)
        self._kept.show_since(None)
        self._problem.hide()
        self.said.hide()

    def _open(self, event: AdverseEvent) -> None:
        self.context.open_event.emit(event.patient_id, event.id, "")

    def _show_whole(self) -> None:
        """Everything about the event that is typed, or changed, on its own page; what is typed goes with it."""
        patient_id, form = self.patient_id, self.editor.form
        if patient_id is None or form is None:
            return
        moved = hand_over(self.context, form, (typed_texts.CHART_EVENT, patient_id), self.editor)
        if moved:
            self._begin(patient_id)
            self.context.open_event.emit(patient_id, "" if form.event is None else form.id, "")

    def _give_up(self) -> None:
        if self.patient_id is not None:
            self._begin(self.patient_id)
            self.given_up.emit()

    def _change(self, event: AdverseEvent) -> None:
        record = self.record
        if record is None or explained(self.context, record.locks_on(event.visit_id)):
            return
        if self.editor.event_id != event.id and any(self.editor.kept.values()):
            text = tr("Add the event that you are typing, or clear it, first.")
            self._problem.setText(text)
            self._problem.show()
            self.editor.focus_open()
            return
        self._begin(event.patient_id, event)
        self.editor.outcome.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self, entered: Entered) -> None:
        record, event = self.record, entered.event
        if record is None:
            return
        why = ""
        if event_saving.needs_reason(record, entered):
            question = tr("This event was reported at a finished visit. Why is it changed?")
            asked = ask.reason(self, event.term, question)
            if asked is None:
                return
            why = asked
        with self.context.saving():
            session, place = self.context.session, typed_texts.CHART_EVENT
            typed = (place, event.patient_id)
            event_saving.save(session, record, entered, why, typed=typed)
            self._begin(event.patient_id)
            self._show_saved(event, known=entered.before is not None)

    def _show_saved(self, event: AdverseEvent, *, known: bool) -> None:
        """What was saved is said above the form, and stands marked in the list."""
        self.said.setText(said_of(event, known=known))
        self.said.show()
        select(self.table, self.model, event.id)


def _title(now: ChartRecord) -> str:
    return tr("Adverse events ({n})").format(n=len(now.record.events))


EVENTS = TabKind(id="events", title=_title, make=EventsTab)
