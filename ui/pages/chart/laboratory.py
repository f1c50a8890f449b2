"""The laboratory of a patient: every sample in one table, and the one that is entered."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from core import clock
from core.acts import laboratory_queries
from core.entering import typed_texts
from core.entering.laboratory import (
    ChartSample,
    LabEntry,
    Sample,
    default_laboratory,
    samples_between,
)
from core.entering.visit.draft import Draft
from core.findings import consent
from core.laboratory.grading import Proposal
from core.model.data_query import DataQuery
from core.model.ids import PatientId
from core.model.laboratory import LabResult
from core.model.user import Right
from core.views.visit_words import visit_title
from core.words import day
from ui.context import AppContext
from ui.forms.laboratory.choices import PanelChoice, SampleFields
from ui.forms.laboratory.judging import begin_event
from ui.forms.laboratory.laboratories import LaboratoriesDialog
from ui.forms.laboratory.queries import LaboratoryQueries
from ui.forms.laboratory.sheet import LabSheet
from ui.pages.chart.tab import ChartRecord, Tab, TabKind
from ui.pages.page import Unsaved
from ui.widgets.ask_mark import AskMark
from ui.widgets.basics import Combo, answered, button, card, column, label
from ui.widgets.queries import go_to
from ui.widgets.responsive import Flow
from ui.words import tr

VISIT, NEW = "visit", "new"  # of the list of samples


class LaboratoryTab(Tab):
    """A visit in progress is entered here as in its step; a sample between visits only here."""

    topic = "chart#laboratory"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._enters = context.session.may(Right.ENTER)
        self._entry: LabEntry | None = None
        self.choice = Combo()
        self.choice.setAccessibleName(tr("Sample"))
        self.choice.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToContents)
        self.choice.activated.connect(self._on_choice)
        self.fields = SampleFields(context)
        self.panels = PanelChoice(context)
        self.sheet = LabSheet(context)
        self.panels.chosen.connect(self._begin)
        self.fields.changed.connect(self._choose)
        self.fields.asks_laboratories.connect(self._show_laboratories)
        self.sheet.edited.connect(self.edited)
        self.sheet.accepted.connect(self._accept)
        self.queries = LaboratoryQueries(context, self.sheet)
        self.queries.jump.connect(self._jump)
        self.queries.edited.connect(self.edited)
        self.query = button(tr("Query on a field (F2)"), self.queries.ask_here, link=True)
        self.query.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the field in front
        self.ask_mark: AskMark | None = None
        if context.session.may(Right.QUERY):
            self.ask_mark = AskMark(self, self.queries.value_at, self.queries.ask_about)
        else:
            self.query.hide()
        QShortcut(QKeySequence("F2"), self, self.queries.ask_here)
        bar = QWidget()
        bar.setProperty("role", "tools")
        bar.setLayout(Flow(self.choice, self.fields, self.panels, self.query, spacing=10))
        self.outside = label("", "question-note", wrap=True)
        self.outside.hide()
        frame = card(bar, self.outside, self.queries, self.sheet, spacing=4)
        if (body := frame.layout()) is not None:
            body.setContentsMargins(6, 6, 2, 6)
        self.setLayout(column(frame))

    @property
    def entry(self) -> LabEntry | None:
        """The sample that is entered."""
        return self._entry

    def open(self, patient_id: PatientId) -> None:
        super().open(patient_id)
        self._entry = None
        self.queries.forget()

    def draw(self, now: ChartRecord) -> None:
        if self._entry is None or self._entry.record.patient.id != now.record.patient.id:
            self._entry = self._first(now)
        elif isinstance(self._entry, ChartSample):
            self._entry = ChartSample(self.context.session, now.record, self._entry.sample)
        else:
            self._entry = self._of_visit(now) or self._first(now)
        self._show(now)
        self.queries.show_record(now.record)

    def _first(self, now: ChartRecord) -> LabEntry:
        """The visit in progress, else the newest sample between visits of today, else a new one."""
        return self._of_visit(now) or self._new(now)

    def _of_visit(self, now: ChartRecord) -> LabEntry | None:
        draft = next((visit for visit in now.record.visits if visit.is_draft), None)
        if draft is None or not self._enters or now.locks:
            return None
        found = Draft(self.context.session, now.record.patient.id, draft.id).laboratory
        return found if found.asked else None

    def _new(self, now: ChartRecord) -> LabEntry:
        laboratory = default_laboratory(self.context.session, now.record)
        sample = Sample(taken_on=clock.today(), laboratory=laboratory)
        return ChartSample(self.context.session, now.record, sample)

    def _show(self, now: ChartRecord) -> None:
        entry = self._entry
        if entry is None:
            return
        self.choice.clear()
        draft = next((visit for visit in now.record.visits if visit.is_draft), None)
        if draft is not None and self._of_visit(now) is not None:
            self.choice.addItem(visit_title(now.record, draft), VISIT)
        known = self.context.session.laboratories.all()
        for one in samples_between(now.record, known):
            at = "" if one.taken_at is None else f", {one.taken_at:%H:%M}"
            text = tr("Sample of {day}{time}").format(day=day(one.taken_on), time=at)
            self.choice.addItem(text, (one.taken_on, one.taken_at))
        self.choice.addItem(tr("New sample"), NEW)
        self.choice.setCurrentIndex(self._place(entry))
        self.panels.show_asked(entry.panels)
        self.fields.show_sample(entry.sample, entry.record)
        self.fields.setEnabled(self._enters and not now.locks)
        self._begin()

    def _place(self, entry: LabEntry) -> int:
        sample = entry.sample
        if sample.visit_id is not None:
            return max(0, self.choice.findData(VISIT))
        for at in range(self.choice.count()):
            if self.choice.itemData(at) == (sample.taken_on, sample.taken_at):
                return at
        return self.choice.findData(NEW)

    def _begin(self) -> None:
        entry, now = self._entry, self.now
        if entry is None or now is None:
            return
        title = tr("New sample") if not entry.sheet.results else tr("Sample")
        if entry.sample.visit_id is not None:
            title = visit_title(entry.record, entry.record.visit(entry.sample.visit_id))
        self._say_consent(entry, now)
        enters = self._enters and not now.locks
        self.sheet.begin(entry, self.panels.panels, title, enters=enters)
        self.queries.mark_rows()
        if self.ask_mark is not None:
            self.ask_mark.look_soon()

    def _say_consent(self, entry: LabEntry, now: ChartRecord) -> None:
        """How a sample of no visit stands to the consent, and whether the neurologist decided about it."""
        asked = ""
        if entry.sample.visit_id is None:
            found = consent.of_samples(now.record, now.protocol, entry.sample.taken_on)
            asked = found.question if found.decided is None else ""
        self.outside.setText(asked)
        self.outside.setVisible(bool(asked))

    def _on_choice(self, index: int) -> None:
        now = self.now
        if now is None:
            return
        self.sheet.commit()
        chosen = self.choice.itemData(index)
        if chosen == NEW:
            self._entry = self._new(now)
        elif chosen == VISIT:
            self._entry = self._of_visit(now) or self._new(now)
        else:
            known = self.context.session.laboratories.all()
            found = samples_between(now.record, known)
            sample = next(one for one in found if (one.taken_on, one.taken_at) == tuple(chosen))
            self._entry = ChartSample(self.context.session, now.record, sample)
        self._show(now)
        self.sheet.focus_first()

    def _jump(self, query: DataQuery) -> None:
        """A result that is shown here gets the keyboard; that of another visit is shown there."""
        entry, result = self._entry, None
        if self.record is not None:
            result = laboratory_queries.result_of(self.record, query)
        here = entry is not None and result is not None and entry.sample.holds(result)
        if result is not None and (here or result.visit_id is None):
            self.focus_on(result.id)
        else:
            go_to(self.context, query)

    def _bring(self, result: LabResult) -> None:
        """The sample between visits that a result is of; one that is entered meanwhile is saved first."""
        now, entry = self.now, self._entry
        if now is None or (entry is not None and entry.sample.holds(result)):
            return
        self.sheet.commit()
        known = self.context.session.laboratories.all()
        every = samples_between(now.record, known)
        sample = next((one for one in every if one.holds(result)), None)
        if sample is not None:
            self._entry = ChartSample(self.context.session, now.record, sample)
            self._show(now)

    def _choose(self, sample: Sample) -> None:
        entry = self._entry
        if entry is None:
            return
        with self.context.saving():
            entry.choose(sample)
            self._begin()

    def _show_laboratories(self) -> None:
        answered(LaboratoriesDialog(self, self.context))
        self.fields.show_laboratories()
        self._begin()

    def _accept(self, result: LabResult, proposal: Proposal) -> None:
        """The event is typed on its own page, and not saved: who judges it saves it."""
        now = self.now
        if now is None or self.is_locked():
            return
        drafts = {visit.id for visit in now.record.visits if visit.is_draft}
        visit_id = result.visit_id if result.visit_id in drafts else None
        begin_event(self.context, now.record.patient.id, visit_id, result, proposal)

    def unsaved(self, patient_id: PatientId) -> tuple[Unsaved, ...]:
        asked = self.queries.texts_for(patient_id)
        query = Unsaved(place=typed_texts.QUERY, subject=patient_id, texts=asked)
        entry = self._entry
        if entry is None or not isinstance(entry, ChartSample):
            return (query,)
        texts = {
            f"value.{test}": text for test, text in {**entry.texts, **self.sheet.typed}.items()
        }
        return (query, Unsaved(place=typed_texts.LABORATORY, subject=patient_id, texts=texts))

    def focus_on(self, what: str) -> None:
        """A test; or a result by its id, which somebody asked about."""
        every = () if self.record is None else self.record.laboratory
        result = next((one for one in every if one.id == what), None)
        if result is not None:
            self._bring(result)
            self.queries.unfold()
        if not self.sheet.focus_test(what if result is None else result.test):
            self.sheet.focus_first()

    def go_on(self) -> None:
        self.sheet.commit()

    def save(self) -> bool:
        self.sheet.commit()
        return True


LABORATORY = TabKind(id="laboratory", title=lambda _now: tr("Laboratory"), make=LaboratoryTab)
