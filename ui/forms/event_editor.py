"""The fields of one adverse event, used in a visit and on the chart."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout, QWidget

from core.entering import event_entry
from core.entry import Problem
from core.labels import GRADE, OUTCOME
from core.model import terms
from core.model.adverse_event import AdverseEvent, Grade, Milestone, Outcome
from core.model.ids import EventId, PatientId, VisitId
from core.model.record import PatientRecord
from core.views.events import event_row
from ui.widgets.basics import button, row
from ui.widgets.fields import ChoiceField, TextField
from ui.words import tr


class EventEditor(QWidget):
    """``typed`` says that a field changed; ``entered`` carries a complete event; ``cancelled`` gives it up.

    ``clear`` and ``add`` are put where they are always in sight by whoever shows the fields.
    """

    typed = Signal()
    entered = Signal(object)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._id: EventId | None = None
        self._patient_id = PatientId("")
        self._visit_id: VisitId | None = None
        self._latest = date.min
        self._tried = False  # to add it: what is missing is said then, and not before
        self._record: PatientRecord | None = None
        self._asked: AdverseEvent | None = None  # a second fatal event that was asked about
        self.death: Milestone | None = (
            None  # what an entered event says of a death, to be saved with it
        )
        self.term = TextField(tr("What happened? (as said; CTCAE terms are offered)"))
        names = [term.name for term in terms.ctcae().values()]
        completer = QCompleter(names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(8)
        if (popup := completer.popup()) is not None:
            popup.setObjectName("completer")
        self.term.line.setCompleter(completer)
        completer.activated.connect(lambda _text: self._on_typed())
        self.onset = TextField(tr("Began on"), placeholder="2026-11-21", width=150)
        self.ended = TextField(tr("Ended on (if it has)"), placeholder="2026-11-21", width=150)
        self.grade = ChoiceField(tr("Grade (CTCAE)"), GRADE)
        self.serious = ChoiceField(tr("Serious?"), {True: tr("yes"), False: tr("no")})
        self.outcome = ChoiceField(tr("Outcome"), OUTCOME, columns=3)
        self.died = ChoiceField(
            tr("Record the death as well, on the day on which the event ended?"),
            {True: tr("yes"), False: tr("no")},
        )
        self.note = TextField(tr("Note (optional)"))
        self.add = button(tr("Add event"), self.enter)
        self.clear = button(tr("Clear"), self._cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.term)
        dates = row(self.onset, self.ended, self.serious, spacing=18, top=True)
        for place in range(dates.count()):
            dates.setStretch(place, 1)  # nothing moves when a sentence appears under one of them
        layout.addLayout(dates)
        for field in (self.grade, self.outcome, self.died):
            layout.addWidget(field)
        layout.addWidget(self.note)
        for one in (self.clear, self.add):
            one.setParent(self)  # or it would be shown as a window before it has its place
        for line in (self.term, self.onset, self.ended, self.note):
            line.committed.connect(self._on_typed)
        for choice in (self.grade, self.serious, self.outcome):
            choice.chosen.connect(self._on_typed)
        self.died.hide()

    def begin(
        self,
        patient_id: PatientId,
        visit_id: VisitId | None,
        latest: date,
        texts: Mapping[str, str],
        event: AdverseEvent | None = None,
        record: PatientRecord | None = None,
    ) -> None:
        """Show what was typed, or an event to change. ``latest`` is the last day it can have happened.

        ``record`` says when the patient was born, and whether a fatal event asks for the death.
        """
        self._record, self._asked, self._tried = record, None, False
        self.died.set_value(None)
        self.died.show_problem(None)
        self._patient_id, self._visit_id, self._latest = patient_id, visit_id, latest
        self._id = event.id if event else None
        shown = texts or (event_entry.texts_of(event) if event else {})
        self.term.set_text(shown.get("term", ""))
        self.onset.set_text(shown.get("onset", ""))
        self.ended.set_text(shown.get("ended", ""))
        self.note.set_text(shown.get("note", ""))
        self.grade.set_value(Grade(int(shown["grade"])) if shown.get("grade") else None)
        self.serious.set_value({"yes": True, "no": False}.get(shown.get("serious", "")))
        self.outcome.set_value(Outcome(shown["outcome"]) if shown.get("outcome") else None)
        self.add.setText(tr("Save changes") if event else tr("Add event"))
        self._allow_grades()
        self._show_death()
        self._judge()

    @property
    def texts(self) -> dict[str, str]:
        serious = self.serious.value
        return {
            "term": self.term.text.strip(),
            "onset": self.onset.text.strip(),
            "ended": self.ended.text.strip(),
            "note": self.note.text.strip(),
            "grade": str(self.grade.value.value) if self.grade.value else "",
            "serious": "" if serious is None else "yes" if serious else "no",
            "outcome": self.outcome.value.value if self.outcome.value else "",
        }

    @property
    def lines(self) -> tuple[QLineEdit, ...]:
        """The fields that are typed into."""
        return tuple(field.line for field in (self.term, self.onset, self.ended, self.note))

    @property
    def event_id(self) -> EventId | None:
        """The event that is being changed; None where a new one is typed."""
        return self._id

    def enter(self) -> bool:
        """Carry the event out where it is complete; else say what is missing, and keep what stands here."""
        self._tried = True
        read = self._judge()
        if not isinstance(read, AdverseEvent):
            self._focus_on(read)
            return False
        if not self._is_settled(read):
            return False
        self.death = event_entry.death_of(read) if self.died.value else None
        self.entered.emit(read)
        return True

    def focus_open(self) -> None:
        """Put the keyboard on the first field that lacks something, which is said now.

        Of a complete event: on what is asked about it, else on the button that adds it. Never on a text,
        which the next key would replace.
        """
        self._tried = True
        read = self._judge()
        if not isinstance(read, AdverseEvent):
            self._focus_on(read)
        elif not self.died.isHidden() and self.died.value is None:
            self._ask_death()
        elif self._asked == _without_id(read):
            self.outcome.setFocus()
        else:
            self.add.setFocus()

    def _focus_on(self, problems: Mapping[str, Problem]) -> None:
        self._fields[next(name for name in event_entry.FIELDS if name in problems)].setFocus()

    @property
    def _fields(self) -> dict[str, TextField | ChoiceField[Any]]:
        return {name: getattr(self, name) for name in event_entry.FIELDS}

    def _judge(self) -> AdverseEvent | dict[str, Problem]:
        """Say under every field what is wrong with it; what is only missing, once it was tried to add it."""
        texts = self.texts
        read = event_entry.read(
            texts,
            patient_id=self._patient_id,
            visit_id=self._visit_id,
            latest=self._latest,
            born=self._record.patient.born if self._record else None,
            id=self._id,
        )
        problems = {} if isinstance(read, AdverseEvent) else read
        for name, field in self._fields.items():
            field.show_problem(problems.get(name) if texts[name] or self._tried else None)
        return read

    def _is_settled(self, event: AdverseEvent) -> bool:
        """Whether a fatal event says what is asked of it: no second death, and whether this one is recorded."""
        if self._record is None:
            return True
        doubt = event_entry.second_death(self._record, event)
        if doubt is not None and self._asked != _without_id(event):
            self._asked = _without_id(event)
            self.outcome.show_problem(doubt)
            self.outcome.setFocus()
            return False
        if not self.died.isHidden() and self.died.value is None:
            self._ask_death()
            return False
        return True

    def _ask_death(self) -> None:
        self.died.show_problem(Problem(tr("Answer yes, or no if it is recorded elsewhere.")))
        self.died.setFocus()

    def _show_death(self) -> None:
        record = self._record
        asks = record is not None and event_entry.asks_death(record, self.texts)
        with_keyboard = self.window().focusWidget()  # also while the window is behind a dialog
        if not asks and with_keyboard is not None and self.died.isAncestorOf(with_keyboard):
            self.term.setFocus()  # the keyboard never stays on what is hidden
        self.died.setVisible(asks)
        if not asks:
            self.died.set_value(None)

    def _cancel(self) -> None:
        self.begin(self._patient_id, self._visit_id, self._latest, {}, record=self._record)
        self.cancelled.emit()

    def _on_typed(self) -> None:
        self._allow_grades()
        self._show_death()
        self._judge()
        self.typed.emit()

    def _allow_grades(self) -> None:
        term = terms.find(self.term.text)
        self.grade.allow(set(term.grades) if term else set(Grade))


def _without_id(event: AdverseEvent) -> AdverseEvent:
    """A new event has a new id each time that it is read."""
    return replace(event, id=EventId(""))


def said_of(event: AdverseEvent, *, known: bool) -> str:
    """What was saved of an event, in a line: one does not look for it in the list."""
    said = event_row(event)
    text = tr("Event changed: {event}") if known else tr("1 event added: {event}")
    words = tr("{term}, since {onset}, grade {grade}, {outcome}").format(
        term=said.term, onset=said.onset, grade=said.grade, outcome=said.outcome
    )
    return text.format(event=words)
