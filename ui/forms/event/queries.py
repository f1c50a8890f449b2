"""The questions that were asked about an adverse event: about its details, its judgements, its course."""

from PySide6.QtWidgets import QWidget

from core.acts import data_queries, record_queries
from core.acts.data_queries import Place
from core.entering import typed_texts
from core.entering.event_form import CHANGE, JUDGED, EventForm
from core.entering.event_saving import all_of
from core.model.data_query import DataQuery
from core.model.event_details import COURSE
from core.model.form_record import FormRecord
from core.model.ids import EventId, RecordId
from core.model.user import Right
from ui.context import AppContext
from ui.widgets.queries import QueriesPanel
from ui.words import tr

_FIELDS = {"onset": "began_at", "ended": "ended_at"}  # of the page, and those of the details


class EventQueries(QueriesPanel):
    """Shown above an event while there are some; F2 asks another."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._context = context
        self._form: EventForm | None = None
        self._shown: EventId | None = None
        self.asked.connect(self._ask_about)

    def show_event(self, form: EventForm) -> None:
        """Those on the records of this event."""
        self._form = form
        if self._shown != form.id:
            self._shown = form.id
            self.forget()
        every = self._records()
        mine = tuple(
            query
            for query in form.record.queries
            if (where := record_queries.about(query)) is not None
            and any(one.id == where.record for one in every)
        )
        remarks = record_queries.remarks(self._context.session, form.record, mine)
        self.show_queries(mine, (), remarks)
        typed = self._context.session.typed.of(typed_texts.QUERY, form.record.patient.id)
        places = [place for one in every for place in record_queries.places(one)]
        self.put_back(places, typed, self.about)

    @property
    def about(self) -> str:
        """Under which name a question is kept while it is typed."""
        return f"event.{self._shown}"

    def ask_here(self, name: str, back: QWidget | None) -> None:
        """Ask about the field of that name, or about the event as a whole."""
        if not self._context.session.may(Right.QUERY):
            return
        every = self._records()
        if not every:
            text = tr("A query is about an event that is saved with its details. Save it first.")
            self._context.told.emit(text)
            return
        places = [place for one in every for place in record_queries.places(one)]
        wanted = self._field_of(name, every)
        chosen = next((one for one in places if one.field == wanted), places[0])
        self.begin(places, chosen, back)

    def input_of(self, query: DataQuery) -> str:
        """The name of the field that a question is about."""
        where = record_queries.about(query)
        return "" if where is None else self.name_of(where.record, where.field)

    def name_of(self, record: str, field: str) -> str:
        """The name on the page of a field of one of the event's records."""
        form = self._form
        one = None if form is None else form.record.form_record(RecordId(record))
        if one is None or one.within is None:
            back = {inner: name for name, inner in _FIELDS.items()}
            return back.get(field, field)
        return f"{CHANGE}.{one.id}.{field}" if one.form == COURSE else f"{JUDGED}.{field}"

    def _records(self) -> tuple[FormRecord, ...]:
        form = self._form
        return () if form is None else tuple(all_of(form.record, form.id))

    def _field_of(self, name: str, every: tuple[FormRecord, ...]) -> str:
        form = self._form
        head, _dot, rest = name.partition(".")
        if head == JUDGED and form is not None and form.before is not None:
            judged = form.before.judgement
            return "" if judged is None else f"{judged.record.id}.{rest}"
        if head == CHANGE:
            return rest
        details = next((one for one in every if one.within is None), every[0])
        return f"{details.id}.{_FIELDS.get(name, name)}" if name else details.id

    def _ask_about(self, place: Place, text: str) -> None:
        form, before = self._form, self._context.failures
        if form is None:
            return
        with self._context.saving():
            patient = form.record.patient.id
            data_queries.ask(self._context.session, patient, None, place, text)
        if self._context.failures == before:
            self.end()
