"""Every patient of the clinic: found by number, name or birth date, sorted, filtered, and taken along as a table."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import clock
from core.labels import onset_within
from core.model.document import About, Document, OfCare, OfCodedData, OfData, OfFile
from core.model.ids import PatientId
from core.model.user import Right
from core.views import patients
from core.views.chart import Figure
from core.views.glance import Glance
from core.views.patient_words import age
from core.views.patients import FILTERS, Filter, Line
from core.words import MISSING, N_, day, n_patients
from ui.context import AppContext
from ui.documents import buttons, let_out, menu
from ui.models.table import Column, TableModel
from ui.pages.page import Page
from ui.widgets.basics import (
    Combo,
    FilterChip,
    PressButton,
    button,
    card,
    column,
    label,
    row,
)
from ui.widgets.glance_columns import LOOKING, GlanceColumns, draw_courses
from ui.widgets.responsive import Flow
from ui.widgets.table import Table
from ui.words import tr

AGE, TOTAL, SLOPE, STAGE, CAPACITY, SUPPORT, STATUS, LAST, NEXT = range(1, 10)


class PatientsPage(Page):
    """Enter opens the chart. What hides patients is said: a search in a chip, which Esc ends, filters by being pressed."""

    topic = "patients"

    unfiltered = Signal()

    shows = frozenset(
        {"patient", "visit", "visit_mark", "appointment", "milestone", "record", "item"}
    )

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._count = label("", "muted")
        self._lines: list[Line] = []
        self._search = ""
        self._glances = GlanceColumns(context.glances, _patient)
        self._columns = self._described()
        self.model = TableModel(self._columns)
        self.table = Table(self.model, row_height=44)
        self.table.fix_widths(
            {
                0: 104,
                TOTAL: 160,
                SLOPE: 106,
                STAGE: 108,
                CAPACITY: 160,
                LAST: 108,
            },
            tight={TOTAL: 100, CAPACITY: 100},
        )
        self.table.hide_when_tight(AGE, SLOPE, STAGE, SUPPORT, LAST)
        self.table.keep_whole(
            AGE,
            STATUS,
            NEXT,
            gives_way=(LAST, SLOPE, AGE, STAGE, SUPPORT, CAPACITY),
            rest=SUPPORT,
            least=118,
        )
        draw_courses(self.table, total=TOTAL, capacity=CAPACITY)
        self.table.setAccessibleName(tr("Patients"))
        self.table.opened.connect(lambda one: context.open_chart.emit(one.patient.id))
        self.table.sort_by(0, Qt.SortOrder.AscendingOrder)
        new = button(tr("New patient"), lambda: context.edit_patient.emit(None), primary=True)
        imported = button(tr("Import from CSV…"), lambda: context.show_page.emit("import"))
        self._enters = context.session.may(Right.ENTER)
        if not self._enters:
            new.hide()
            imported.hide()
        self.filter = FilterChip(self.end_search)
        self.chips = {one.id: self._chip(one) for one in FILTERS}
        head = column(label(tr("Patients"), "title"), self._count, spacing=2)
        leaving = [
            one for of in (OfFile, OfCare) for one in buttons(context, of, self._let_out, link=True)
        ]
        data = menu(context, tr("All data"), (OfData, OfCodedData), self._let_out)
        leaving += [] if data is None else [data]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(10)
        top = row(head, self.filter)
        top.addLayout(Flow(*leaving, imported, new, right=True), 1)
        layout.addLayout(top)
        sorting = QWidget()  # one piece, which goes to the next line as a whole
        sorting.setLayout(self._sorting())
        layout.addLayout(Flow(*self.chips.values(), sorting))
        layout.addWidget(card(self.table, self._nobody()), 1)
        context.glances.found.connect(self._on_found)
        context.glances.done.connect(self._show)

    def _nobody(self) -> QWidget:
        """What is there instead of a list in which nobody is: why, and a button that shows everybody again."""
        self._none = label("", "muted", wrap=True)
        self.everybody = button(tr("Show everybody  Esc"), self.show_everybody)
        self.everybody.setAccessibleName(tr("Show everybody"))
        self.everybody.hide()
        self._empty = QWidget()
        self._empty.setLayout(column(self._none, row(self.everybody, None), None, spacing=12))
        return self._empty

    def _described(self) -> tuple[Column[Line], ...]:
        """The columns; what needs a whole record comes when it was read (`Glances`)."""
        return (*self._of_the_patient(), *self._of_the_disease(), *self._of_the_visits())

    def _of_the_patient(self) -> tuple[Column[Line], ...]:
        today = clock.today
        return (
            Column(
                N_("Patient"),
                lambda one: one.patient.record_number,
                second=patients.who,
                sort=lambda one: one.order,
            ),
            Column(
                N_("Age"),
                lambda one: age(one.patient, today()),
                second=lambda one: onset_within(one.patient.onset_region),
                sort=lambda one: patients.years(one.patient, today()),
            ),
        )

    def _of_the_disease(self) -> tuple[Column[Line], ...]:
        of = self._glances
        return (
            of.total(N_("ALSFRS-R")),
            Column(
                N_("Points/month"),
                lambda one: patients.per_month(of.of(one)) or of.said(one, _slope),
                tip=lambda one: of.tip(one, _slope),
                sort=lambda one: (found := of.of(one)) and found.per_month,
            ),
            Column(
                N_("King's · MiToS"),
                lambda one: of.said(one, _stages),
                tip=lambda one: of.tip(one, _stages),
                sort=lambda one: (found := of.of(one)) and found.stage,
            ),
            of.capacity(),
            Column(
                N_("NIV, feeding"),
                lambda one: ", ".join(found.support) if (found := of.of(one)) else LOOKING,
                tip=lambda one: ", ".join(found.support) if (found := of.of(one)) else "",
                sort=lambda one: (found := of.of(one)) and (len(found.in_use) or None),
            ),
        )

    def _of_the_visits(self) -> tuple[Column[Line], ...]:
        today = clock.today
        return (
            Column(
                N_("Status"),
                lambda one: one.status,
                second=lambda one: one.since,
                tip=lambda one: patients.schedule(one.patient),
                sort=lambda one: (one.course.value, one.status),
            ),
            Column(
                N_("Last visit"),
                lambda one: day(one.last) if one.last else MISSING,
                sort=lambda one: one.last,
            ),
            Column(
                N_("Next visit"),
                lambda one: one.coming.title if one.coming else MISSING,
                second=lambda one: patients.due(one, today()),
                tip=lambda one: patients.due_in_full(one, today()),
                sort=lambda one: one.comes,
            ),
        )

    def _chip(self, one: Filter) -> PressButton:
        made = PressButton(tr(one.title))
        made.setCheckable(True)
        made.setProperty("segment", "true")
        made.setProperty("dense", "true")
        made.setAccessibleName(tr(one.title))
        made.toggled.connect(lambda _pressed: self._show())
        return made

    def _sorting(self) -> Any:
        """The same as a press on a column's head, for the keyboard."""
        self.sorted_by = Combo()
        self.sorted_by.setAccessibleName(tr("Sorted by"))
        for place, one in enumerate(self._columns):
            self.sorted_by.addItem(tr(one.title), place)
        header = self.table.horizontalHeader()
        self.sorted_by.activated.connect(
            lambda place: header.setSortIndicator(place, header.sortIndicatorOrder())
        )
        header.sortIndicatorChanged.connect(
            lambda place, _order: self.sorted_by.setCurrentIndex(place)
        )
        self.turn = button("", self._turn)
        self.turn.setProperty("dense", "true")
        header.sortIndicatorChanged.connect(lambda _place, _order: self._name_turn())
        self._name_turn()
        made = row(label(tr("Sorted by"), "muted"), self.sorted_by, self.turn)
        made.setContentsMargins(0, 0, 0, 0)
        return made

    def _turn(self) -> None:
        header = self.table.horizontalHeader()
        upwards = header.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
        order = Qt.SortOrder.DescendingOrder if upwards else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(header.sortIndicatorSection(), order)

    def _name_turn(self) -> None:
        order = self.table.horizontalHeader().sortIndicatorOrder()
        upwards = order is Qt.SortOrder.AscendingOrder
        self.turn.setText(tr("lowest first") if upwards else tr("highest first"))

    def _let_out(self, document: Document[Any]) -> None:
        shown = tuple(one.patient.id for one in self.model.rows)
        let_out(self, self.context, document, About(patients=shown))

    def search(self, text: str) -> None:
        """Show only patients whose number, name or birth date holds every word of the text."""
        self._search = text.strip()
        self._show()

    def end_search(self) -> None:
        """Every patient again, and nothing in the search line."""
        self.search("")
        self.unfiltered.emit()
        self.focus_first()

    def show_everybody(self) -> None:
        """Without any filter, and without the search."""
        for one in self.chips.values():
            one.setChecked(False)
        self.end_search()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pressed = any(one.isChecked() for one in self.chips.values())
        if event.key() == Qt.Key.Key_Escape and (self._search or pressed):
            self.show_everybody()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.context.glances.go_on()

    def open_first(self) -> None:
        if self.model.rows:
            self.context.open_chart.emit(self.model.rows[0].patient.id)

    def _on_found(self, _patients: Sequence[PatientId]) -> None:
        self.model.show_again()

    def refresh(self) -> None:
        today = clock.today()
        self._lines = [patients.line(one, today) for one in self.context.session.outlines()]
        self._show()
        self.context.glances.look(self, [one.patient.id for one in self.model.rows])

    def focus_first(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        """The lines that pass; the one that was selected stays so where it is still there."""
        selected = self._selected
        self.filter.show_filter(self._search)
        words = self._search.casefold().split()
        counts = patients.counts(self._lines, self._glances.of)
        for one in FILTERS:
            chip, n = self.chips[one.id], counts[one.id]
            chip.setText(tr("{filter}  {n}").format(filter=tr(one.title), n=n))
            chip.setAccessibleDescription(n_patients(n))
            chip.setVisible(bool(n) or chip.isChecked())
        chosen = [one for one in FILTERS if self.chips[one.id].isChecked()]
        rows = [
            one for one in self._lines if patients.passes(one, self._glances.of(one), chosen, words)
        ]
        self.model.show_rows(rows)
        if rows:
            ids = [one.patient.id for one in self.model.rows]
            self.table.selectRow(ids.index(selected) if selected in ids else 0)
        self._count.setText(tr("{n} of {all}").format(n=len(rows), all=len(self._lines)))
        self.table.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        self._none.setText(self._why_none(filtered=bool(chosen)))
        self.everybody.setVisible(bool(self._lines) and not rows)

    @property
    def _selected(self) -> PatientId | None:
        current = self.table.currentIndex()
        return self.model.row(current).patient.id if current.isValid() else None

    def _why_none(self, *, filtered: bool) -> str:
        if self._lines and filtered:
            return tr("No patient passes these filters.")
        if self._lines:
            return tr("No patient has this in number, name or birth date.")
        if self._enters:
            return tr(
                "No patients yet. Enter the first one, or import a list that you have as CSV."
            )
        return tr("No patients yet.")


def _patient(one: Line) -> PatientId:
    return one.patient.id


def _slope(glance: Glance) -> Figure:
    return glance.slope


def _stages(glance: Glance) -> Figure:
    return glance.stages
