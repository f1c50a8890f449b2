"""What a form of visits says of a patient: each visit with its records, to be read; they are entered at the visit."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from core.forms import catalog
from core.forms.definition import Form
from core.labels import why_not_alone
from core.model.form_record import FormRecord
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.views.visit_words import visit_title
from core.words import day
from ui.context import AppContext
from ui.forms.defined.record_words import RecordWords
from ui.pages.chart.tab import ChartRecord, Tab, stacked
from ui.widgets.basics import button, card, clear, column, label, row
from ui.words import tr


class OfVisits(Tab):
    """The newest visit first."""

    topic = "chart#record"

    def __init__(self, form: Form, context: AppContext) -> None:
        super().__init__(context)
        self.form = form
        self.cards: dict[str, QFrame] = {}  # by the id of the visit
        inner = QWidget()
        self._inner: QVBoxLayout = column(spacing=12)
        inner.setLayout(self._inner)
        self._area: QScrollArea = stacked(inner)
        self.setLayout(column(self._area))

    def draw(self, now: ChartRecord) -> None:
        clear(self._inner)
        self.cards = {}
        mine = now.record.of_form(self.form.id)
        for visit in sorted(now.record.visits, key=lambda one: one.date, reverse=True):
            found = [one for one in mine if one.visit_id == visit.id]
            if found:
                self._show_visit(now.record, visit, found)
        if not self.cards:
            hint = tr("Nothing is recorded yet. It is entered at a visit that asks for it.")
            self._inner.addWidget(card(label(hint, "muted", wrap=True)))
        self.part_made.emit(self)

    def _show_visit(self, record: PatientRecord, visit: Visit, found: list[FormRecord]) -> None:
        title = tr("{visit}, {day}").format(visit=visit_title(record, visit), day=day(visit.date))
        leads = button(tr("Open the visit"), self._opening(visit), link=True)
        leads.setAccessibleName(tr("Open the visit: {visit}").format(visit=title))
        parts = [self._words(one) for one in found]
        head = row(label(title, "heading", wrap=True), leads)
        head.setStretch(0, 1)
        made = card(head, *parts)
        self.cards[visit.id] = made
        self._inner.addWidget(made)

    def _words(self, one: FormRecord) -> QWidget:
        if one.not_done is not None:
            return label(why_not_alone(one.not_done), wrap=True)
        shown = RecordWords(self.context)
        shown.show_record(catalog.find(one.form, one.version) or self.form, one)
        return shown

    def _opening(self, visit: Visit) -> Callable[[], None]:
        return partial(self.context.open_visit.emit, visit.patient_id, visit.id)

    def focus_on(self, what: str) -> None:
        """The visit of a record ("record" or "record.field")."""
        name = what.partition(".")[0]
        mine = () if self.record is None else self.record.of_form(self.form.id)
        visit = next((one.visit_id for one in mine if one.id == name), None)
        if visit in self.cards:
            QTimer.singleShot(0, self, partial(self._area.ensureWidgetVisible, self.cards[visit]))
