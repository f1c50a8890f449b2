"""The questions that were asked about a patient's laboratory results, at visits and between them, and asking another."""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

from core.acts import asked_values, data_queries, laboratory_queries
from core.acts.data_queries import Place
from core.entering import typed_texts
from core.model.ids import PatientId
from core.model.laboratory import LabResult
from core.model.record import PatientRecord
from core.model.user import Right
from ui.context import AppContext
from ui.forms.laboratory.row import LabRow
from ui.forms.laboratory.sheet import LabSheet
from ui.widgets.ask_mark import Value
from ui.widgets.queries import QueriesPanel
from ui.words import tr

ABOUT = "laboratory"  # under which name a question is kept while it is typed


class LaboratoryQueries(QueriesPanel):
    """Above the table of a chart while there are some. A result of a visit is asked about as at that visit."""

    def __init__(self, context: AppContext, sheet: LabSheet) -> None:
        super().__init__(context)
        self._context, self._sheet = context, sheet
        self._record: PatientRecord | None = None
        self.asked.connect(self._ask_about)

    def show_record(self, record: PatientRecord) -> None:
        """Those of a patient; the values that they are about are marked."""
        other = self._record is None or self._record.patient.id != record.patient.id
        self._record = record
        mine = laboratory_queries.of_patient(record)
        remarks = asked_values.remarks(self._context.session, record, mine)
        removed = asked_values.removed(record, mine)
        self.show_queries(mine, removed, remarks, laboratory_queries.visits(record, mine))
        self.mark_rows()
        if other:
            typed = self._context.session.typed.of(typed_texts.QUERY, record.patient.id)
            result = self._result(typed.get(f"field.{ABOUT}", "").rpartition("/")[2])
            if result is not None:
                self.put_back(laboratory_queries.offered(record, result), typed, ABOUT)

    def mark_rows(self) -> None:
        """Show on the values which of them somebody asked about, and is not settled."""
        record = self._record
        if record is None:
            return
        waits = data_queries.unsettled(laboratory_queries.of_patient(record))
        asked = laboratory_queries.asked_about(record, waits)
        for one in self._sheet.rows.values():
            one.show_asked(asked)

    def value_at(self, widget: QWidget, at: QPoint | None) -> Value | None:
        """The result that is shown where a widget is, or at a place of it."""
        row, record = self._row_of(widget), self._record
        if row is None or record is None:
            return None
        if at is None:
            found = self._with_keyboard(row)
        else:
            found = row.result_at(widget.mapTo(row, at) if widget is not row else at)
        if found is None:
            return None
        result, area = found
        places = laboratory_queries.offered(record, result)
        title = next(one.label for one in places if one.field == result.id)
        return Value((row,), title, result.id, area)

    def ask_about(self, value: Value) -> None:
        """Ask about the result that the mark is at."""
        self._begin(self._result(value.field))

    def ask_here(self) -> None:
        """Ask about the result in the row with the keyboard; the newest of its test, where this sample has none."""
        if not self._context.session.may(Right.QUERY):
            return
        focus = self.window().focusWidget()
        row = None if focus is None else self._row_of(focus)
        found = None if row is None else row.newest_before
        earlier = None if found is None else found[0]
        self._begin(earlier if row is None else row.row.result or earlier)

    def texts_for(self, patient_id: PatientId) -> dict[str, str]:
        """What is typed of questions and answers about this patient, to be kept."""
        record = self._record
        mine = record is not None and record.patient.id == patient_id
        return self.texts(ABOUT) if mine else {}

    def forget(self) -> None:
        self._record = None
        super().forget()

    def _begin(self, result: LabResult | None) -> None:
        """Offer the results of its test, the newest first."""
        record = self._record
        if record is None or result is None:
            text = tr("A query is about a result that is saved. Choose a test that has one.")
            self._context.told.emit(text)
            return
        places = laboratory_queries.offered(record, result)
        chosen = next(one for one in places if one.field == result.id)
        self.begin(places, chosen, self.window().focusWidget())

    def _ask_about(self, place: Place, text: str) -> None:
        record, result = self._record, self._result(place.field)
        if record is None or result is None:
            return
        session, before = self._context.session, self._context.failures
        with self._context.saving():
            about = laboratory_queries.place(result)
            data_queries.ask(session, record.patient.id, result.visit_id, about, text)
        if self._context.failures == before:
            self.end()
            self.edited.emit()

    def _result(self, id: str) -> LabResult | None:
        every = () if self._record is None else self._record.laboratory
        return next((one for one in every if one.id == id), None)

    def _row_of(self, widget: QWidget) -> LabRow | None:
        every = self._sheet.rows.values()
        return next((one for one in every if one is widget or one.isAncestorOf(widget)), None)

    def _with_keyboard(self, row: LabRow) -> tuple[LabResult, QRect | None] | None:
        """Who only reads has no value of their own in the row: the newest is meant."""
        if row.row.result is not None:
            return row.row.result, None
        return row.newest_before if row.line.isReadOnly() else None
