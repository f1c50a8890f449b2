"""A form about the patient as a step of a visit: its records as in the chart, and the one that is entered."""

from PySide6.QtWidgets import QCheckBox, QWidget

from core.entering import records, typed_texts
from core.entering.visit.draft import Draft
from core.forms.definition import Form
from ui.context import AppContext
from ui.forms.defined.records_view import records_of
from ui.forms.step_form import StepForm
from ui.widgets.basics import label
from ui.words import tr


class PatientFormStep(StepForm):
    """What is typed here and not saved is kept under the patient, as in the chart, and is there again in both."""

    topic = "visit#forms"

    def __init__(self, context: AppContext, draft: Draft, form: Form) -> None:
        super().__init__(context, draft)
        self._said_once = False
        self.step = form.id
        self.form = form
        self.view = records_of(context, form)
        self.view.edited.connect(self._keep_soon.start)
        self.view.saved.connect(self._on_saved)
        self.view.given_up.connect(self._on_saved)
        self.body.addWidget(label(form.title, "question", wrap=True))
        if form.help:
            self.body.addWidget(label("\n".join(form.help), "muted", wrap=True))
        self.nothing = QCheckBox(tr("Asked: there is nothing to enter"))
        self.nothing.toggled.connect(self._on_nothing)
        self.body.addWidget(self.nothing)
        self.body.addWidget(self.view)
        self.body.addStretch(1)

    def show_draft(self) -> None:
        self.view.show_record(self.draft.record)
        self._show_nothing()

    def _show_nothing(self) -> None:
        """Only where nothing is entered can there be nothing."""
        forms = self.draft.patient_forms
        self.nothing.blockSignals(True)
        self.nothing.setChecked(forms.has_nothing(self.form))
        self.nothing.blockSignals(False)
        self.nothing.setVisible(not forms.known(self.form))

    def _on_nothing(self, said: bool) -> None:
        with self.context.saving():
            self.draft.patient_forms.say_nothing(self.form, said=said)
        self._show_nothing()
        self.touched.emit()

    def _on_saved(self) -> None:
        self.keep_typed()
        self.draft.reload()
        self.show_draft()
        self.touched.emit()

    def commit(self) -> None:
        """What is typed is kept; a record is saved with its button."""
        self.keep_typed()

    def may_go_on(self) -> bool:
        """What is whole is saved; what is not is said once, and kept."""
        if any(view.texts for view in self.view.views):
            self.view.save()
            self.keep_typed()
            if self.view.texts and not self._said_once:
                self._said_once = True
                return False
        self._said_once = False
        return super().may_go_on()

    def keep_typed(self) -> None:
        self._keep_soon.stop()
        patient_id = self.draft.record.patient.id
        with self.context.saving():
            for view in self.view.views:
                if view.patient_id == patient_id:
                    place = records.place_of(view.form)
                    typed_texts.keep(self.context.session, place, patient_id, view.kept_texts())

    def focus_first(self) -> None:
        self.view.focus_first()

    def focus_field(self, field: str) -> None:
        """A record ("record"), or a field of it ("record.field"), that somebody asked about."""
        if field:
            self.view.focus_record(field)
        else:
            self.focus_first()

    def field_of(self, widget: QWidget | None) -> str:
        """What a question would be about where a widget is, else where the keyboard is; empty where nothing is saved."""
        shown = None if widget is None else self.view.shown_at(widget)
        if shown is not None:
            return shown.name
        one, field = self.view.looked_at
        return "" if one is None else f"{one.id}.{field}" if field else one.id
