"""Day 0 of many patients in one column, as after an import: typed or pasted, each saved when its field is left."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QWidget

from core import clock
from core.entering import patient_entry, recomputing, typed_texts
from core.entry import Problem
from core.model.ids import PatientId
from core.model.patient import Patient
from core.protocols import catalog as protocols
from core.views import worklist
from core.words import plural
from ui import theme
from ui.context import AppContext
from ui.widgets.basics import button, card, clear, column, label, row, scrolled
from ui.widgets.fields import TextField
from ui.words import tr

WIDTH = 150  # px of a field


class MissingDays(QWidget):
    """The patients whose schedule counts from a day that nobody has entered. What is typed is kept until it is saved."""

    closed = Signal()  # the person goes on with something else

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._patients: dict[PatientId, Patient] = {}
        self.fields: dict[PatientId, TextField] = {}
        self._title, self._how = label("", "heading"), label("", "muted", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(2, 1)
        self._grid.setColumnMinimumWidth(1, theme.px(2 * WIDTH))  # for the sentence below a field
        inner = QWidget()
        inner.setLayout(column(self._grid, None, spacing=0))
        done = button(tr("Back to the visits"), self.closed.emit)
        layout = column(
            card(row(self._title, None, done), self._how, scrolled(inner, tr("Days to enter")))
        )
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)

    def show_patients(self, patients: Sequence[Patient]) -> None:
        """These are without their day; a patient who was saved stays in the list with what was saved."""
        known = {one.id: one for one in patients}
        if self._patients and set(known) <= set(self._patients):
            return  # nobody came: what is typed, saved or wrong stays where it is
        clear(self._grid)
        self.fields, self._patients = {}, known
        event = protocols.of(patients[0]).reference if patients else ""
        self._title.setText(tr("{event} (day 0 of the schedule)").format(event=event))
        self._how.setText(
            tr(
                "The schedule counts from this day. Enter goes to the next patient. A column of days that was"
                " copied from a spreadsheet is pasted from the field in which you are, downwards."
            )
        )
        kept = self._context.session.typed
        for line, one in enumerate(patients):
            field = TextField("", partial(_read, one), width=WIDTH)
            field.line.setAccessibleName(
                tr("{event} of {number}").format(event=event, number=one.record_number)
            )
            field.line.setPlaceholderText("2026-03-14")
            typed = kept.of(typed_texts.PATIENT, one.id).get("reference_on")
            if typed is not None:
                field.line.put_back(typed)
            field.committed.connect(partial(self._save, one.id))
            field.line.installEventFilter(self)
            self.fields[one.id] = field
            self._grid.addWidget(label(one.record_number, "heading"), line, 0)
            who = label(worklist.patient_line(one, clock.today()), "muted")
            self._grid.addWidget(who, line, 2)
            self._grid.addWidget(field, line, 1)

    def focus_first(self) -> None:
        empty = (one for one in self.fields.values() if not one.text)
        first = next(empty, next(iter(self.fields.values()), None))
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter, ↓ and ↑ lead through the column; several lines are pasted below one another."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            lines = [one.line for one in self.fields.values()]
            place = next((n for n, one in enumerate(lines) if one is watched), None)
            if place is not None:
                if event.matches(QKeySequence.StandardKey.Paste):
                    return self._paste(place)
                step = _STEPS.get(event.key(), 0)
                if step and 0 <= place + step < len(lines):
                    lines[place + step].setFocus(Qt.FocusReason.TabFocusReason)
                    return event.key() not in _LEAVES
        return super().eventFilter(watched, event)

    def _paste(self, place: int) -> bool:
        """Whether several lines were pasted; one alone is pasted as everywhere."""
        texts = QGuiApplication.clipboard().text().rstrip("\r\n").splitlines()
        if len(texts) < 2:
            return False
        for field, text in zip(list(self.fields.values())[place:], texts, strict=False):
            field.enter(text.strip())
        over = len(texts) - (len(self.fields) - place)
        if over > 0:
            told = plural(
                over,
                "1 line was not pasted: there is no patient left for it.",
                "{n} lines were not pasted: there is no patient left for them.",
            )
            self._context.told.emit(told)
        return True

    def _save(self, patient_id: PatientId) -> None:
        field, session = self.fields[patient_id], self._context.session
        value = field.read()
        if isinstance(value, Problem):
            with self._context.saving():
                texts = {"reference_on": field.text}
                typed_texts.keep(session, typed_texts.PATIENT, patient_id, texts)
            return
        before = session.patients.get(patient_id)
        if value == before.reference_on:
            return
        finished = any(not visit.is_draft for visit in session.visits.of(patient_id))
        if before.reference_on is not None and finished:
            field.show_problem(Problem(tr("Visits are finished: change it on the patient's page.")))
            return
        with self._context.saving():
            with session.write("patient changed"):
                recomputing.save_patient(session, replace(before, reference_on=value))
                session.typed.remove(typed_texts.PATIENT, patient_id, "reference_on")
            field.line.setModified(False)


_STEPS: dict[int, int] = {
    Qt.Key.Key_Return: 1,
    Qt.Key.Key_Enter: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
}
_LEAVES = {Qt.Key.Key_Return, Qt.Key.Key_Enter}  # these commit the field, too


def _read(patient: Patient, text: str) -> object:
    return patient_entry.read_reference(text, patient, clock.today())
