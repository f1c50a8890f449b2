"""Every patient of the clinic, found by number, name or birth date."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout

from core import clock
from core.findings import participation
from core.labels import ONSET, SEX
from core.model.document import About, Document, OfFile
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.user import Right
from core.protocols import catalog as protocols
from core.protocols.schedule import next_visit
from core.views.patient_words import age
from core.words import MISSING, N_, day
from ui.context import AppContext
from ui.documents import buttons, let_out
from ui.models.table import Column, TableModel
from ui.pages.page import Page
from ui.widgets.basics import FilterChip, button, card, column, label, row
from ui.widgets.table import Table
from ui.words import tr


@dataclass(frozen=True)
class PatientRow:
    record: PatientRecord
    next: str
    last: str
    state: str  # in the study; empty for a patient of routine care

    @property
    def found_by(self) -> str:
        """What the search looks through."""
        patient = self.record.patient
        born = f"{patient.born} {day(patient.born)}" if patient.born else ""
        return f"{patient.record_number} {patient.name} {born}".casefold()


def _schedule(patient: Patient) -> str:
    protocol = protocols.find(patient)
    return (
        protocol.title if protocol else tr("{id} (not in this program)").format(id=patient.protocol)
    )


COLUMNS: tuple[Column[PatientRow], ...] = (
    Column(
        N_("Patient"),
        lambda r: r.record.patient.record_number,
        second=lambda r: r.record.patient.name or SEX[r.record.patient.sex],
    ),
    Column(N_("Age"), lambda r: age(r.record.patient, clock.today())),
    Column(N_("Onset"), lambda r: ONSET[r.record.patient.onset_region]),
    Column(N_("Schedule"), lambda r: _schedule(r.record.patient), second=lambda r: r.state),
    Column(N_("Last visit"), lambda r: r.last),
    Column(N_("Next visit"), lambda r: r.next),
)


class PatientsPage(Page):
    """Enter opens the chart. A search that hides patients is said in a chip, and Esc or the chip ends it."""

    topic = "patients"

    unfiltered = Signal()

    shows = frozenset({"patient", "visit", "visit_mark", "milestone", "record", "item"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._count = label("", "muted")
        self._rows: list[PatientRow] = []
        self._search = ""
        self.model = TableModel(COLUMNS)
        self.table = Table(self.model, row_height=50)
        self.table.fix_widths({1: 110, 2: 130}, tight={1: 90, 2: 110})
        self.table.hide_when_tight(3)
        self.table.setAccessibleName(tr("Patients"))
        self.table.opened.connect(lambda r: context.open_chart.emit(r.record.patient.id))
        self._none = label("", "muted", wrap=True)
        new = button(tr("New patient"), lambda: context.edit_patient.emit(None), primary=True)
        imported = button(tr("Import from CSV…"), lambda: context.show_page.emit("import"))
        self._enters = context.session.may(Right.ENTER)
        if not self._enters:
            new.hide()
            imported.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(14)
        head = column(label(tr("Patients"), "title"), self._count, spacing=2)
        self.filter = FilterChip(self.end_search)
        leaving = buttons(context, OfFile, self._let_out, link=True)
        layout.addLayout(row(head, self.filter, None, *leaving, imported, new))
        layout.addWidget(card(self.table, self._none), 1)

    def _let_out(self, document: Document[Any]) -> None:
        let_out(self, self.context, document, About())

    def search(self, text: str) -> None:
        """Show only patients whose number, name or birth date holds every word of the text."""
        self._search = text.strip()
        self._show()

    def end_search(self) -> None:
        """Every patient again, and nothing in the search line."""
        self.search("")
        self.unfiltered.emit()
        self.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._search:
            self.end_search()
        else:
            super().keyPressEvent(event)

    def open_first(self) -> None:
        if self.model.rows:
            self.context.open_chart.emit(self.model.rows[0].record.patient.id)

    def refresh(self) -> None:
        today = clock.today()
        self._rows = []
        for record in self.context.session.outlines():
            protocol = protocols.find(record.patient)
            coming = next_visit(record, protocol, today) if protocol else None
            done = record.finished_visits
            if record.dead:
                text = tr("died")
            elif coming is None:
                text = MISSING
            else:
                text = f"{coming.title}, {day(coming.window.target)}"
            stands = participation.standing(record, protocol, today) if protocol else None
            last = day(done[-1].date) if done else MISSING
            self._rows.append(PatientRow(record, text, last, stands.said if stands else ""))
        self._show()

    def focus_first(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        self.filter.show_filter(self._search)
        words = self._search.casefold().split()
        rows = [r for r in self._rows if all(word in r.found_by for word in words)]
        self.model.show_rows(rows)
        if rows:
            self.table.selectRow(0)
        self._count.setText(tr("{n} of {all}").format(n=len(rows), all=len(self._rows)))
        self.table.setVisible(bool(rows))
        self._none.setVisible(not rows)
        self._none.setText(
            tr("No patient has this in number, name or birth date.")
            if self._rows
            else tr("No patients yet. Enter the first one, or import a list that you have as CSV.")
            if self._enters
            else tr("No patients yet.")
        )
