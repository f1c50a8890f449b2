"""The records of one form about a patient, as a part of a chart: medicines, the history of the disease, and the clinic's own."""

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from core.acts import asked_values, data_queries, record_queries
from core.acts.data_queries import Place
from core.entering import records, typed_texts
from core.forms.definition import Form
from core.model.data_query import DataQuery
from core.model.document import About, Document, OfDefinition, OfForm
from core.model.form_record import FormRecord
from core.model.ids import PatientId, RecordId
from core.model.record import PatientRecord
from core.model.user import Right
from ui.context import AppContext
from ui.documents import buttons, let_out
from ui.forms.defined.records_view import RecordsView, records_of
from ui.forms.defined.treatments_list import OfOneForm
from ui.pages.chart.tab import ChartRecord, Tab, stacked
from ui.pages.page import Unsaved
from ui.widgets.ask_mark import AskMark, Value
from ui.widgets.basics import button, column
from ui.widgets.queries import QueriesPanel
from ui.widgets.responsive import Flow, bring_into_sight
from ui.words import tr


class FormTab(Tab):
    """The records of one form, the one that is entered, and the questions on them."""

    topic = "chart#record"

    def __init__(self, form: Form, context: AppContext, listed: OfOneForm | None = None) -> None:
        super().__init__(context)
        self.view = records_of(context, form, listed)
        self.view.edited.connect(self.edited)
        self.view.given_up.connect(self.given_up)
        self.queries = QueriesPanel(context)
        self.queries.jump.connect(self._jump)
        self.queries.asked.connect(self._ask)
        self.queries.edited.connect(self.edited)
        self.query = button(tr("Query on a field (F2)"), self.ask_here, link=True)
        self.query.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the field in front
        if not context.session.may(Right.QUERY):
            self.query.hide()
        elif listed is None:  # else the tab that has the list has a mark for both
            self.ask_mark = AskMark(self, self.value_at, self.ask_about)
        leaving = [
            one
            for of in (OfForm, OfDefinition)
            for one in buttons(context, of, self._let_out, link=True)
        ]
        bar = QWidget()
        bar.setLayout(Flow(self.query, *leaving, right=True))
        parts = (*self.above(), bar, self.queries, self.view)
        self.setLayout(column(stacked(*parts) if listed is None else column(*parts)))
        QShortcut(QKeySequence("F2"), self, self.ask_here)

    def above(self) -> tuple[QWidget, ...]:
        """What is shown above the records; nothing for most forms."""
        return ()

    def open(self, patient_id: PatientId) -> None:
        super().open(patient_id)
        self.queries.forget()

    def draw(self, now: ChartRecord) -> None:
        other = self.view.patient_id != now.record.patient.id
        self.view.show_record(now.record)
        self._show_queries(now.record)
        if other:
            typed = self.context.session.typed.of(typed_texts.QUERY, now.record.patient.id)
            every = [one for view in self.view.views for one in now.record.of_form(view.form.id)]
            places = [place for one in every for place in record_queries.places(one)]
            self.queries.put_back(places, typed, self._place)

    def _show_queries(self, record: PatientRecord) -> None:
        mine = record_queries.on_form(record, self.view.form)
        remarks = asked_values.remarks(self.context.session, record, mine)
        self.queries.show_queries(mine, asked_values.removed(record, mine), remarks)
        self.view.show_queries(data_queries.unsettled(mine))

    @property
    def _place(self) -> str:
        """Under which name text typed on this tab is kept."""
        return records.place_of(self.view.form)

    def unsaved(self, patient_id: PatientId) -> tuple[Unsaved, ...]:
        if self.view.patient_id != patient_id:
            return ()  # it was made for the patient before, and is not drawn for this one yet
        asked = self.queries.texts(self._place)
        typed = [
            Unsaved(place=records.place_of(view.form), subject=patient_id, texts=view.kept_texts())
            for view in self.view.views
            if view.patient_id == patient_id
        ]
        return (*typed, Unsaved(place=typed_texts.QUERY, subject=patient_id, texts=asked))

    def go_on(self) -> None:
        """Save what is entered where the keyboard is: a record, or a part of it."""
        widget = self.focusWidget()
        parts = (one for one in self.view.views[1:] if widget and one.isAncestorOf(widget))
        next(parts, self.view).save()

    def save(self) -> bool:
        self.go_on()
        return True

    def begin_new(self) -> None:
        """Begin another record in the entry beside a list."""
        if isinstance(self.view, RecordsView):
            self.view.begin_new()

    def ask_here(self) -> None:
        """Ask about the field with the keyboard or the chosen record; any other field of that can be chosen."""
        if not self.context.session.may(Right.QUERY):
            return
        self._ask_about(*self.view.looked_at)

    def value_at(self, widget: QWidget, at: QPoint | None) -> Value | None:
        """What of the saved records can be asked about where a widget is, or at a place of it."""
        shown = self.view.shown_at(widget, at)
        return None if shown is None else shown.value(record_queries.places(shown.record))

    def ask_about(self, value: Value) -> None:
        """Ask about a record or a field of one, which the mark is at."""
        name, _dot, field = value.field.partition(".")
        record = self.record
        self._ask_about(None if record is None else record.form_record(RecordId(name)), field)

    def _ask_about(self, one: FormRecord | None, field: str) -> None:
        if one is None:
            self.context.told.emit(
                tr("A query is about a record that is saved. Choose a line, or save this record.")
            )
            return
        places = record_queries.places(one)
        name = f"{one.id}.{field}" if field else one.id
        chosen = next((place for place in places if place.field == name), None)
        self.queries.begin(places, chosen, self.focusWidget())
        bring_into_sight(self.queries)

    def _ask(self, place: Place, text: str) -> None:
        record, failures = self.record, self.context.failures
        if record is None:
            return
        with self.context.saving():
            data_queries.ask(self.context.session, record.patient.id, None, place, text)
        if self.context.failures == failures:
            self.queries.end()
            self.edited.emit()

    def _jump(self, query: DataQuery) -> None:
        where = record_queries.about(query)
        if where is not None:
            self.focus_on(where.name)

    def _let_out(self, document: Document[Any]) -> None:
        about = About(patient_id=self.patient_id, choice=self.view.form.id)
        let_out(self, self.context, document, about)

    def focus_first(self) -> None:
        self.view.focus_first()

    def focus_on(self, what: str) -> None:
        """Give the keyboard to a record, or to a field of it, and show what was asked about it."""
        self.queries.unfold()
        self.view.focus_record(what)
        settled = self.focusWidget()
        if settled is not None:
            bring_into_sight(settled)
