"""The step of a visit in which its laboratory results are entered."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from core.entering.laboratory import Sample
from core.entering.visit.draft import Draft
from core.laboratory.grading import Proposal
from core.model.laboratory import LabResult
from core.model.nouns import LABORATORY
from core.views.visit_words import visit_title
from ui.context import AppContext
from ui.forms.laboratory.choices import PanelChoice, SampleFields
from ui.forms.laboratory.judging import begin_event
from ui.forms.laboratory.laboratories import LaboratoriesDialog
from ui.forms.laboratory.sheet import LabSheet
from ui.forms.step_form import StepForm
from ui.widgets.basics import answered
from ui.widgets.fields import Line
from ui.widgets.responsive import Flow


class LaboratoryForm(StepForm):
    """Every value is saved as its field is left; a grade that is accepted leads to an event to be judged."""

    topic = "visit#laboratory"
    step = LABORATORY
    scrolls = False

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.body.setSpacing(6)
        self.panels = PanelChoice(context)
        self.sample = SampleFields(context)
        self.sheet = LabSheet(context)
        self.panels.chosen.connect(self._begin)
        self.sample.changed.connect(self._choose)
        self.sample.asks_laboratories.connect(self._show_laboratories)
        self.sheet.saved.connect(self.touched)
        self.sheet.edited.connect(self._keep_soon.start)
        self.sheet.ended.connect(self.go_on)
        self.sheet.accepted.connect(self._accept)
        bar = QWidget()
        bar.setProperty("role", "tools")
        bar.setLayout(Flow(self.panels, self.sample, spacing=12))
        self.body.addWidget(bar)
        self.body.addWidget(self.sheet, 1)

    def show_draft(self) -> None:
        entry = self.draft.laboratory
        self.panels.show_asked(entry.panels)
        self.sample.show_sample(entry.sample, entry.record)
        self._begin()
        self.show_typed()

    def lines(self) -> Mapping[str, Line]:
        return self.sheet.lines()

    def focus_first(self) -> None:
        self.sheet.focus_first()

    def focus_field(self, field: str) -> None:
        if not self.sheet.focus_test(field.rpartition(".")[2]):
            self.sheet.focus_first()

    def commit(self) -> None:
        self.sheet.commit()

    def _begin(self) -> None:
        title = visit_title(self.draft.record, self.draft.visit)
        enters = self.draft.takes_entries
        self.sheet.begin(self.draft.laboratory, self.panels.panels, title, enters=enters)

    def _choose(self, sample: Sample) -> None:
        with self.context.saving():
            self.draft.laboratory.choose(sample)
            self._begin()
            self.touched.emit()

    def _show_laboratories(self) -> None:
        answered(LaboratoriesDialog(self, self.context))
        self.sample.show_laboratories()
        self._begin()

    def _accept(self, result: LabResult, proposal: Proposal) -> None:
        record, visit = self.draft.record, self.draft.visit
        begin_event(self.context, record.patient.id, visit.id, result, proposal)

    def focus_typed(self) -> bool:
        typed = self.sheet.typed
        if typed:
            self.sheet.focus_test(next(iter(typed)))
        return bool(typed)
