"""Everything of the record that has no tab of its own: the list of its forms, and the one that was chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from core.acts import data_queries, record_queries
from core.entering import records
from core.findings import consent
from core.forms import catalog
from core.forms.definition import Form, Of
from core.model import conclusion, vital_status
from core.model.ids import PatientId
from core.model.partial_date import PartialDate, partial_day
from core.views import form_index
from core.words import N_, plural
from ui import theme
from ui.context import AppContext
from ui.models.table import Column, TableModel
from ui.pages.chart.forms import FormTab
from ui.pages.chart.record.consent import ConsentPart
from ui.pages.chart.record.of_visits import OfVisits
from ui.pages.chart.record.participation import ParticipationPart
from ui.pages.chart.tab import ChartRecord, Tab, TabKind
from ui.pages.page import Unsaved
from ui.widgets.basics import Combo, column, row
from ui.widgets.table import Table
from ui.words import tr

PARTS: Mapping[str, type[FormTab]] = {
    consent.FORM: ConsentPart,
    vital_status.PARTICIPATION: ParticipationPart,
}  # forms above whose records more is said
WIDTH = 268  # px of the list of forms


@dataclass(frozen=True, slots=True)
class FormLine:
    """One form in the list: how much of it is recorded, and what is open."""

    id: str
    title: str
    recorded: str
    open: str


class RecordTab(Tab):
    """``made`` are the forms that were shown already, by the id that leads to them."""

    topic = "chart#record"

    def __init__(self, forms: Mapping[str, Form], context: AppContext) -> None:
        super().__init__(context)
        self._forms = forms
        self.made: dict[str, Tab] = {}
        self._front = ""
        columns = (
            Column[FormLine](N_("Form"), lambda one: one.title, second=lambda one: one.recorded),
            Column[FormLine]("", lambda one: one.open, chip=lambda _one: "warn"),
        )
        self.model = TableModel(columns)
        self.table = Table(self.model, row_height=44)
        self.table.fix_widths({1: 56})
        self.table.horizontalHeader().hide()
        self.table.setFixedWidth(theme.px(WIDTH))
        self.table.setAccessibleName(tr("Forms of the record"))
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.table.opened.connect(lambda _line: self._focus_front())
        self.choice = Combo()  # instead of the list, where there is no room for it
        self.choice.setAccessibleName(tr("Forms of the record"))
        self.choice.activated.connect(lambda at: self.show_held(self.choice.itemData(at)))
        self._stack = QStackedWidget()
        below = column(self.choice, self._stack)
        layout: QVBoxLayout = column(row(self.table, below, spacing=12))
        layout.setContentsMargins(0, 8, 0, 0)
        self.setLayout(layout)
        self.choice.hide()

    def open(self, patient_id: PatientId) -> None:
        super().open(patient_id)
        for part in self.made.values():
            part.open(patient_id)

    def show_chart(self, now: ChartRecord) -> None:
        super().show_chart(now)
        for part in self.made.values():
            part.show_chart(now)

    def draw(self, now: ChartRecord) -> None:
        there = self._there(now)
        lines = [self._line(now, name, form) for name, form in there.items()]
        self.model.show_rows(lines)
        self.choice.clear()
        for line in lines:
            self.choice.addItem(" ".join(filter(None, (line.title, line.open))), line.id)
        self._bring(self._front if self._front in there else lines[0].id)

    def draw_if_stale(self) -> None:
        super().draw_if_stale()
        if self._front in self.made:
            self.made[self._front].draw_if_stale()

    def _there(self, now: ChartRecord) -> dict[str, Form]:
        """Those of patients; of those of visits what this patient's visits ask for, or have already."""
        known = form_index.of_visits(now.record, now.protocol)
        return {
            name: form
            for name, form in self._forms.items()
            if form.of is Of.PATIENT or form.id in known or name == self._front
        }

    def _line(self, now: ChartRecord, id: str, form: Form) -> FormLine:
        asked = len(data_queries.unsettled(record_queries.on_form(now.record, form)))
        typed = form.of is Of.PATIENT and bool(
            self.context.session.typed.of(records.place_of(form), now.record.patient.id)
        )
        recorded = _recorded(*form_index.recorded(now.record, form))
        said = tr("{recorded}; typed, not saved").format(recorded=recorded) if typed else recorded
        return FormLine(id, form.plural, said, f"?{asked}" if asked else "")

    def _on_row(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self._bring(self.model.row(index).id)

    def show_held(self, id: str) -> None:
        self._front = id
        if self.now is not None and id not in {line.id for line in self.model.rows}:
            self.draw(self.now)  # it is shown, though this patient's schedule does not ask for it
        self._bring(id)

    def held(self, id: str) -> Tab:
        if id not in self._forms:
            return self
        part = self._make(id)
        part.draw_if_stale()
        return part

    @property
    def held_in_front(self) -> str:
        return self._front

    def _bring(self, id: str) -> None:
        self._front = id
        part = self.held(id)
        self._stack.setCurrentWidget(part)
        at = next((n for n, line in enumerate(self.model.rows) if line.id == id), None)
        if at is None:  # not drawn yet, or nothing of it is there any more
            return
        if self.table.currentIndex().row() != at:
            self.table.selectRow(at)
        self.choice.setCurrentIndex(at)

    def _make(self, id: str) -> Tab:
        if id not in self.made:
            form = self._forms[id]
            usual = FormTab if form.of is Of.PATIENT else OfVisits
            part: Tab = PARTS.get(form.id, usual)(form, self.context)
            part.edited.connect(self.edited)
            part.given_up.connect(self.given_up)
            part.leads_to.connect(self.leads_to)
            part.part_made.connect(self.part_made)
            if self.patient_id is not None:
                part.open(self.patient_id)
            if self.now is not None:
                part.show_chart(self.now)
            self._stack.addWidget(part)
            self.made[id] = part
            self.part_made.emit(part)
        return self.made[id]

    def unsaved(self, patient_id: PatientId) -> tuple[Unsaved, ...]:
        return tuple(one for part in self.made.values() for one in part.unsaved(patient_id))

    def go_on(self) -> None:
        if self._front in self.made:
            self.made[self._front].go_on()

    def save(self) -> bool:
        return self._front in self.made and self.made[self._front].save()

    def take_key(self, key: str) -> bool:
        return self._front in self.made and self.made[self._front].take_key(key)

    def set_tight(self, *, tight: bool) -> None:
        self.table.setVisible(not tight)
        self.choice.setVisible(tight)

    def focus_on(self, what: str) -> None:
        """A record of the form in front, or a field of it."""
        self.made[self._front].focus_on(what)

    def _focus_front(self) -> None:
        self.made[self._front].focus_first()


def record_tab() -> TabKind:
    """One tab for the forms of patients and of visits that have no tab of their own, the clinic's own among them."""
    forms = {f"form.{form.id}": form for form in _of_patients()}
    forms |= {
        f"form.{form.id}": form
        for form in catalog.newest().values()
        if form.of is Of.VISIT and form.id != conclusion.FORM and not form.own_page
    }
    return TabKind(
        id="record",
        title=partial(_title, forms),
        make=partial(RecordTab, forms),
        holds=tuple(forms),
    )


def _of_patients() -> tuple[Form, ...]:
    return tuple(one for one in records.of_patient() if one.treatment is None)


def _title(forms: Mapping[str, Form], now: ChartRecord) -> str:
    asked = sum(
        len(data_queries.unsettled(record_queries.on_form(now.record, one)))
        for one in forms.values()
    )
    return tr("Record ?{n}").format(n=asked) if asked else tr("Record")


def _recorded(count: int, newest: PartialDate | None) -> str:
    if not count:
        return tr("nothing recorded")
    number = plural(count, "1 record", "{n} records")
    if newest is None:
        return number
    return tr("{records}, newest {day}").format(records=number, day=partial_day(newest))
