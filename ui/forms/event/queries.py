"""The questions that were asked about an adverse event: about its row, its details, its judgements, its course."""

from PySide6.QtWidgets import QWidget

from core.acts import asked_values, data_queries, event_queries, record_queries
from core.acts.data_queries import Place
from core.entering import typed_texts
from core.entering.event_form import CHANGE, JUDGED, EventForm
from core.model import event_details
from core.model.data_query import DataQuery
from core.model.event_details import COURSE
from core.model.ids import EventId, RecordId
from core.model.user import Right
from ui.context import AppContext
from ui.widgets.queries import QueriesPanel
from ui.words import tr

_FIELDS = {
    "began_at": "onset",
    "ended_at": "ended",
}  # of the details, and those of the page that show them


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
        mine = tuple(query for query in form.record.queries if self._is_mine(query))
        remarks = asked_values.remarks(self._context.session, form.record, mine)
        removed = asked_values.removed(form.record, mine)
        self.show_queries(mine, removed, remarks)
        typed = self._context.session.typed.of(typed_texts.QUERY, form.record.patient.id)
        self.put_back(self._places(), typed, self.about)

    def _is_mine(self, query: DataQuery) -> bool:
        form, where = self._form, record_queries.about(query)
        if form is None or where is None or where.form not in event_details.FORMS:
            return False
        event = event_details.event_of(form.record, where.record)
        return event is not None and event.id == form.id

    @property
    def about(self) -> str:
        """Under which name a question is kept while it is typed."""
        return f"event.{self._shown}"

    def ask_here(self, name: str, back: QWidget | None) -> None:
        """Ask about the field of that name, or about the event as a whole."""
        if not self._context.session.may(Right.QUERY):
            return
        places, wanted = self._places(), self._field_of(name)
        if not places or (name and not self._has_details and not _is_among(places, wanted)):
            text = tr("A query is about an event that is saved with its details. Save it first.")
            self._context.told.emit(text)
            return
        chosen = next((one for one in places if one.field == wanted), places[0])
        self.begin(places, chosen, back)

    def title_of(self, name: str) -> str:
        """What the field of that name is called in a question; empty where there is nothing saved to ask about."""
        wanted = self._field_of(name)
        return next((one.label for one in self._places() if one.field == wanted), "")

    def input_of(self, query: DataQuery) -> str:
        """The name of the field that a question is about."""
        where = record_queries.about(query)
        return "" if where is None else self.name_of(where.record, where.field)

    def name_of(self, record: str, field: str) -> str:
        """The name on the page of a field of one of the event's records."""
        form = self._form
        one = None if form is None else form.record.form_record(RecordId(record))
        if one is None or one.within is None:
            return _FIELDS.get(field, field)
        return f"{CHANGE}.{one.id}.{field}" if one.form == COURSE else f"{JUDGED}.{field}"

    def _places(self) -> tuple[Place, ...]:
        """What of the event is in the file; nothing of one that is new."""
        form = self._form
        event = None if form is None else form.event
        return () if form is None or event is None else event_queries.places(form.record, event)

    @property
    def _has_details(self) -> bool:
        form = self._form
        return form is not None and form.before is not None and form.before.record is not None

    def _field_of(self, name: str) -> str:
        form = self._form
        head, _dot, rest = name.partition(".")
        if form is None:
            return ""
        if head == JUDGED:
            judged = None if form.before is None else form.before.judgement
            return "" if judged is None else f"{judged.record.id}.{rest}"
        if head == CHANGE:
            return rest
        return f"{event_details.record_id(form.id)}.{name}" if name else form.id

    def _ask_about(self, place: Place, text: str) -> None:
        form, before = self._form, self._context.failures
        if form is None:
            return
        with self._context.saving():
            patient = form.record.patient.id
            data_queries.ask(self._context.session, patient, None, place, text)
        if self._context.failures == before:
            self.end()


def _is_among(places: tuple[Place, ...], field: str) -> bool:
    return any(one.field == field for one in places)
