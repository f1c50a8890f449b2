"""A tab for each form about patients: medicines, devices, the history of the disease, and the clinic's own."""

from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from core.entering import records
from core.forms.definition import Form
from core.model.document import About, Document, OfDefinition, OfForm
from core.model.ids import PatientId
from ui.context import AppContext
from ui.documents import buttons, let_out
from ui.forms.defined.records_view import RecordsView
from ui.pages.chart.tab import ChartRecord, Tab, TabKind, stacked
from ui.pages.page import Unsaved
from ui.widgets.basics import column
from ui.widgets.responsive import Flow


class FormTab(Tab):
    """The records of one form, and the one that is entered."""

    def __init__(self, form: Form, context: AppContext) -> None:
        super().__init__(context)
        self.view = RecordsView(context, form)
        self.view.edited.connect(self.edited)
        self.view.given_up.connect(self.given_up)
        leaving = [
            one
            for of in (OfForm, OfDefinition)
            for one in buttons(context, of, self._let_out, link=True)
        ]
        bar = QWidget()
        bar.setLayout(Flow(*leaving, right=True))
        self.setLayout(column(stacked(bar, self.view)))

    def draw(self, now: ChartRecord) -> None:
        self.view.show_record(now.record)

    def unsaved(self, patient_id: PatientId) -> tuple[Unsaved, ...]:
        place = records.place_of(self.view.form)
        return (Unsaved(place=place, subject=patient_id, texts=self.view.kept_texts()),)

    def go_on(self) -> None:
        self.view.save()

    def save(self) -> bool:
        self.view.save()
        return True

    def _let_out(self, document: Document[Any]) -> None:
        about = About(patient_id=self.patient_id, choice=self.view.form.id)
        let_out(self, self.context, document, about)

    def focus_on(self, what: str) -> None:
        self.view.focus_record(what)


def form_tabs() -> tuple[TabKind, ...]:
    """One for each form about patients that this clinic has, in their order."""
    return tuple(
        TabKind(id=f"form.{form.id}", title=partial(_title, form), make=partial(FormTab, form))
        for form in records.of_patient()
    )


def _title(form: Form, now: ChartRecord) -> str:
    running = len(now.record.running(form.id, now.today))
    return f"{form.plural} ({running})" if form.repeats and running else form.plural
