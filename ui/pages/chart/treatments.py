"""Everything that ran: its timeline, the list of it, and the medicine, device or procedure that is entered."""

from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from core.acts import data_queries, record_queries
from core.forms import catalog
from core.forms.definition import Form
from core.model.data_query import DataQuery
from core.model.document import About, Document, OfTreatments
from core.model.form_record import FormRecord
from core.model.ids import PatientId, RecordId
from core.model.user import Right
from core.reports import choices
from core.views import treatments as view
from core.views.stack.rows import Stack
from ui import theme
from ui.context import AppContext
from ui.documents import buttons, let_out
from ui.forms.defined.records_view import RecordsView
from ui.forms.defined.treatments_list import OfOneForm, TreatmentsList
from ui.pages.chart.axis_button import AxisButton
from ui.pages.chart.forms import FormTab
from ui.pages.chart.tab import ChartRecord, Tab, TabKind, stacked
from ui.pages.page import Unsaved
from ui.plots.timeline import Timeline
from ui.widgets.ask_mark import AskMark, Value
from ui.widgets.basics import button, card, column, label, scrolled, show_only
from ui.widgets.responsive import Columns, Flow, bring_into_sight
from ui.words import tr

EVERYTHING = "timeline-everything"  # the name of what is remembered
ENTRY = 500  # px of what is entered
LEAST, SHARE = 150, 0.48  # px of the timeline; how much of the tab it takes at the most


class TreatmentsTab(Tab):
    """``N``, ``V`` and ``P`` enter a medicine, a device and a procedure, ``M`` turns the axis, ``T`` shows adverse events too."""

    topic = "chart#treatments"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._enters = context.session.may(Right.ENTER)
        self._settings, self._login = context.settings, context.session.login
        self._stack: tuple[object, Stack] | None = None
        self._parts: dict[str, FormTab] = {}  # made when it is first in front
        self._front = view.forms()[0].id
        self.chart = Timeline()
        self.chart.opens.connect(self._open)
        self.chart.needs.connect(self._fit)
        self.axis = AxisButton(context)
        self.axis.turned.connect(self._draw_chart)
        self.everything = button("", self._turn)
        self.everything.setToolTip(
            tr("Whether adverse events with their grades are on the time axis, too.")
        )
        self.list = TreatmentsList(enters=self._enters)
        self.list.chosen.connect(self._on_chosen)
        self.waits = label("", "question-note", wrap=True)
        self.waits.hide()
        self._build()
        if context.session.may(Right.QUERY):
            self.ask_mark = AskMark(self, self._value_at, self._ask_about)

    def _build(self) -> None:
        self.new: dict[str, QPushButton] = {}
        for form in view.forms() if self._enters else ():
            said = form.treatment
            if said is not None:
                made = button(f"{said.new}  {said.key}".strip(), partial(self._begin, form.id))
                made.setAccessibleName(tr("Enter: {form}").format(form=said.new))
                self.new[form.id] = made
        printed = buttons(self.context, OfTreatments, self._print, link=False)
        self.tools = QWidget()
        self.tools.setLayout(
            Flow(self.axis, self.everything, *self.new.values(), *printed, spacing=6)
        )
        self.area = scrolled(self.chart)
        self.chart.follow(self.area)
        frame = card(self.area)
        if (body := frame.layout()) is not None:
            body.setContentsMargins(1, 4, 1, 1)
        self._holder = column(self.waits, spacing=6)
        entered = QWidget()
        entered.setLayout(self._holder)
        self._columns = Columns(self.list, entered, fixed={1: ENTRY}, spacing=12)
        self._page = stacked(frame, self._columns)
        self.setLayout(column(self._page))

    def part(self, form: str) -> FormTab:
        """The entry of one form, made when it is first asked for."""
        if form not in self._parts:
            made = FormTab(_form(form), self.context, OfOneForm(self.list, form))
            made.edited.connect(self.edited)
            made.edited.connect(self._say_what_waits)
            made.given_up.connect(self.given_up)
            if self.patient_id is not None:
                made.open(self.patient_id)
            self._parts[form] = made
            self._holder.addWidget(made)
            if self.now is not None:
                made.show_chart(self.now)
        return self._parts[form]

    @property
    def front(self) -> FormTab:
        """The entry that is seen."""
        return self.part(self._front or view.forms()[0].id)

    def entry(self, form: str) -> RecordsView:
        """What is entered of a form, brought to the front."""
        self._show_front(form)
        view = self.front.view
        assert isinstance(view, RecordsView)
        return view

    def open(self, patient_id: PatientId) -> None:
        super().open(patient_id)
        self._front = ""
        self.list.show_lines(())
        self.chart.chosen = ""
        self.chart.point_at(None)
        for part in self._parts.values():
            part.open(patient_id)

    def show_chart(self, now: ChartRecord) -> None:
        super().show_chart(now)
        for part in self._parts.values():
            part.show_chart(now)

    def draw_if_stale(self) -> None:
        super().draw_if_stale()
        if self.now is not None and self.chart.scale != self.axis.scale:
            self._draw_chart()

    def draw(self, now: ChartRecord) -> None:
        if not self._front:
            self._front = self._typed_before() or view.forms()[0].id
        self.axis.show_record(now.record)
        self.list.show_lines(view.lines(now.record, self.context.session.users.names()))
        self.list.show_queries(_asked(now))
        self._draw_chart()
        if self._front in self._parts:
            self._show_front(self._front)
        else:  # what ran is seen before its entry is made
            QTimer.singleShot(0, self, self._show_first)

    def _show_first(self) -> None:
        if self._front:
            self._show_front(self._front)

    def _typed_before(self) -> str:
        """The form that something was typed into and not saved; empty where there is none."""
        typed, patient = self.context.session.typed, self.patient_id
        names = (form.id for form in view.forms())
        return next((n for n in names if patient and typed.of(f"form.{n}", patient)), "")

    def _draw_chart(self) -> None:
        now = self.now
        if now is None:
            return
        key = (now.record, now.today, self.shows_everything)
        if self._stack is None or self._stack[0] != key:
            built = view.timeline(now.record, now.today, everything=self.shows_everything)
            self._stack = (key, built)
        self.axis.name()
        both = tr("Treatments and events") if self.shows_everything else tr("Treatments only")
        self.everything.setText(f"{both}  T")
        self.chart.show_stack(self._stack[1], self.axis.scale, whole=True)
        self._fit()

    @property
    def shows_everything(self) -> bool:
        """Whether adverse events are on the axis, too."""
        return self._settings.chosen(self._login, EVERYTHING) == "yes"

    def _turn(self) -> None:
        chosen = "no" if self.shows_everything else "yes"
        self._settings.set_chosen(self._login, EVERYTHING, chosen)
        self._draw_chart()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The timeline as high as its rows, and never so high that nothing is seen below it."""
        most = max(theme.px(LEAST), round(self.height() * SHARE))
        self.area.setFixedHeight(max(theme.px(LEAST) // 2, min(self.chart.needed + 2, most)))

    def _show_front(self, form: str) -> None:
        self._front = form
        front = self.part(form)
        front.draw_if_stale()
        show_only([front], self._parts.values())
        self._say_what_waits()

    def _say_what_waits(self) -> None:
        """What is typed on an entry that is not seen."""
        waiting = [
            f"{part.view.form.title} ({part.view.form.treatment.key})"
            for name, part in self._parts.items()
            if name != self._front and part.view.texts and part.view.form.treatment is not None
        ]
        text = tr("Typed and not saved yet: {what}.").format(what=", ".join(waiting))
        self.waits.setText(text)
        self.waits.setVisible(bool(waiting))

    def _begin(self, form: str) -> None:
        """The entry of a form; a new record, unless one is being typed."""
        if self.is_locked():
            return
        self._show_front(form)
        self.front.begin_new()
        bring_into_sight(self.front)

    def _on_chosen(self) -> None:
        """The row of the chosen record is tinted, and its entry is in front."""
        chosen = self.list.selected
        self.chart.choose("" if chosen is None else chosen.id)
        if chosen is not None and chosen.form != self._front and self.patient_id is not None:
            self._front = chosen.form
            if self._parts:
                self._show_front(chosen.form)

    def _value_at(self, widget: QWidget, at: QPoint | None) -> Value | None:
        """What can be asked about: a line of the list, or a field of what is corrected or read."""
        shown = self.list.shown_at(widget, at)
        if shown is not None:
            return shown.value(record_queries.places(shown.record))
        front = self._parts.get(self._front)
        inside = front is not None and front.isAncestorOf(widget)
        return front.value_at(widget, at) if front is not None and inside else None

    def _ask_about(self, value: Value) -> None:
        one = self._record_of(value.field)
        if one is not None and one.form != self._front and not value.field.partition(".")[2]:
            self.list.select(one.id)  # its entry comes to the front, where it is asked about
        self.front.ask_about(value)

    def _open(self, tab: str, what: str) -> None:
        """A bar leads to its line below; what is no treatment to where the chart shows it."""
        chosen = self._record_of(what)
        if chosen is None:
            self.leads_to.emit(tab, what)
            return
        self.list.select(what)
        self.list.table.setFocus(Qt.FocusReason.OtherFocusReason)
        bring_into_sight(self.list.table)

    def _record_of(self, what: str) -> FormRecord | None:
        record = self.record
        name = RecordId(what.partition(".")[0])
        one = None if record is None else record.form_record(name)
        known = {form.id for form in view.forms()}
        return one if one is not None and one.form in known else None

    def _print(self, document: Document[Any]) -> None:
        """With the axis that is shown."""
        choice = choices.timeline(self.axis.scale.axis, events=self.shows_everything)
        let_out(self, self.context, document, About(patient_id=self.patient_id, choice=choice))

    def unsaved(self, patient_id: PatientId) -> tuple[Unsaved, ...]:
        return tuple(one for part in self._parts.values() for one in part.unsaved(patient_id))

    def go_on(self) -> None:
        self.front.go_on()

    def save(self) -> bool:
        return self.front.save()

    def take_key(self, key: str) -> bool:
        if key == "M":
            self.axis.turn()
            return True
        if key == "T":
            self._turn()
            return True
        for form in view.forms() if self._enters else ():
            if form.treatment is not None and form.treatment.key == key:
                self._begin(form.id)
                return True
        return False

    def held(self, id: str) -> FormTab:
        part = self.part(id.removeprefix("form."))
        part.draw_if_stale()
        return part

    def show_held(self, id: str) -> None:
        self._show_front(id.removeprefix("form."))

    def take_arrows(self) -> None:
        self.chart.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_on(self, what: str) -> None:
        """Give the keyboard to a record, or to a field of it, and show what was asked about it."""
        one = self._record_of(what)
        if one is not None:
            self._show_front(one.form)
            self.front.focus_on(what)


def _form(id: str) -> Form:
    return catalog.newest()[id]


def _asked(now: ChartRecord) -> dict[RecordId, list[DataQuery]]:
    """The questions that are not closed, by the record that they are about."""
    found: dict[RecordId, list[DataQuery]] = {}
    for form in view.forms():
        for query in data_queries.unsettled(record_queries.on_form(now.record, form)):
            where = record_queries.about(query)
            if where is not None:
                found.setdefault(where.record, []).append(query)
    return found


def treatments() -> TabKind:
    """The tab, which holds what were tabs of their forms."""
    held = tuple(f"form.{form.id}" for form in view.forms())
    return TabKind(id="treatments", title=_title, make=TreatmentsTab, holds=held)


def _title(now: ChartRecord) -> str:
    running = view.running(now.record, now.today)
    title = tr("Treatments ({n})").format(n=running) if running else tr("Treatments")
    every = (record_queries.on_form(now.record, form) for form in view.forms())
    asked = sum(len(data_queries.unsettled(queries)) for queries in every)
    return f"{title} ?{asked}" if asked else title
