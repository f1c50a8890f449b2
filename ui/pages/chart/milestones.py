"""The milestones of a patient, and recording one."""

from PySide6.QtWidgets import QScrollArea

from core import clock
from core.entering import typed_texts
from core.labels import MILESTONES as NAMES
from core.model.adverse_event import Milestone
from core.model.ids import PatientId
from core.model.partial_date import partial_day
from core.model.user import Right
from core.views.signed import lock_text
from core.words import N_
from ui.context import AppContext
from ui.forms.kept_bar import KeptBar
from ui.forms.milestone_form import MilestoneForm
from ui.models.table import Column, TableModel
from ui.pages.chart.tab import ChartRecord, Tab, TabKind, select, stacked
from ui.pages.page import Unsaved
from ui.widgets import ask
from ui.widgets.basics import card, chip, column, label
from ui.widgets.table import ButtonDelegate, Table
from ui.words import tr

COLUMNS: tuple[Column[Milestone], ...] = (
    Column(N_("Milestone"), lambda m: NAMES[m.kind]),
    Column(N_("When"), lambda m: partial_day(m.happened_on)),
    Column(N_("Note"), lambda m: m.note),
    Column("", lambda _m: tr("Remove…")),
)


class MilestonesTab(Tab):
    topic = "chart#milestones"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._enters = context.session.may(Right.ENTER)
        self.model = TableModel(COLUMNS)
        self.table = Table(self.model)
        self.form = MilestoneForm()
        self._kept = KeptBar()
        self.said = chip("", "good")
        self.setLayout(column(self._build()))

    def _build(self) -> QScrollArea:
        self.table.setItemDelegateForColumn(3, ButtonDelegate(self.table, self._ask_remove))
        self.table.fix_widths({3: 116})
        if self._enters:
            self.table.opened.connect(self._ask_remove)
        self.table.setColumnHidden(3, not self._enters)
        self.table.setAccessibleName(tr("Milestones"))
        self.form.entered.connect(self._save)
        for line in self.form.lines:
            line.textEdited.connect(self.edited)
        self._kept.discarded.connect(self._give_up)
        self.said.hide()
        heading = label(tr("Record a milestone"), "heading")
        self._entry = card(heading, self.said, self._kept, self.form)
        if not self._enters:
            self._entry.hide()
        return stacked(card(self.table), self._entry)

    def open(self, patient_id: PatientId) -> None:
        super().open(patient_id)
        session, place = self.context.session, typed_texts.CHART_MILESTONE
        self._begin(patient_id, restored=True)
        self._kept.show_since(typed_texts.since(session, place, patient_id))

    def draw(self, now: ChartRecord) -> None:
        self.model.show_rows(now.record.milestones)
        self.table.fit_height()
        self._entry.setEnabled(not now.locks)  # what is typed there could not be kept
        names = self.context.session.users.names() if now.locks else {}
        self._entry.setToolTip(lock_text(now.locks[0], names) if now.locks else "")

    def unsaved(self, patient_id: PatientId) -> tuple[Unsaved, ...]:
        place = typed_texts.CHART_MILESTONE
        return (Unsaved(place=place, subject=patient_id, texts=self.form.texts),)

    def focus_on(self, what: str) -> None:
        """A milestone in the list."""
        select(self.table, self.model, what)
        self.table.setFocus()

    def go_on(self) -> None:
        if self.form.isVisible():
            self.form.enter()

    def save(self) -> bool:
        self.go_on()
        return True

    def _begin(self, patient_id: PatientId, *, restored: bool = False) -> None:
        """The form as it is for a new milestone, or with what was typed and not saved."""
        session = self.context.session
        texts = session.typed.of(typed_texts.CHART_MILESTONE, patient_id) if restored else {}
        born = session.patients.get(patient_id).born
        self.said.hide()
        self._kept.show_since(None)
        self.form.begin(patient_id, clock.today(), texts, born=born)

    def _give_up(self) -> None:
        if self.patient_id is not None:
            self._begin(self.patient_id)
            self.given_up.emit()

    def _save(self, milestone: Milestone) -> None:
        patient_id, place = milestone.patient_id, typed_texts.CHART_MILESTONE
        with self.context.saving():
            session = self.context.session
            with session.write():
                session.milestones.save(milestone)
                session.typed.remove(place, patient_id, *session.typed.of(place, patient_id))
            self._begin(patient_id)
            text = tr("Recorded: {milestone}, {day}")
            title, when = NAMES[milestone.kind], partial_day(milestone.happened_on)
            self.said.setText(text.format(milestone=title, day=when))
            self.said.show()
            select(self.table, self.model, milestone.id)

    def _ask_remove(self, milestone: Milestone) -> None:
        if self.is_locked():
            return
        title = NAMES[milestone.kind]
        question = tr("Remove “{title}, {day}”? Why?")
        why = ask.reason(
            self, title, question.format(title=title, day=partial_day(milestone.happened_on))
        )
        if why is not None:
            with self.context.saving(), self.context.session.write(why):
                self.context.session.milestones.remove(milestone.id)


MILESTONES = TabKind(id="milestones", title=lambda _now: tr("Milestones"), make=MilestonesTab)
