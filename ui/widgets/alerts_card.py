"""Alerts on screen: the list that is decided on, the clinic's on Today."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.findings import alerts
from core.findings.alerts import Action
from core.model.ids import PatientId
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.user import Right
from core.words import day, plural
from ui.context import AppContext
from ui.widgets.basics import PressButton, button, chip, clear, column, label, link, row, rule
from ui.widgets.folded import Folded
from ui.words import tr

PATIENTS = 8  # on Today


class AlertsList(QWidget):
    """Every open action with what led there, each to be decided; those decided; below, folded, all decisions."""

    asked = Signal(object)  # the Action that a person wants to decide

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._enters = context.session.may(Right.ENTER)
        self.buttons: dict[str, QPushButton] = {}
        self._open, self._settled, self._past = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for layout in (self._open, self._settled, self._past):
            layout.setSpacing(12)
        self._folded = QWidget()
        self._folded.setLayout(self._past)
        self._past.setContentsMargins(0, 0, 0, 0)
        self.fold = button("", self._turn, link=True)
        self.setLayout(column(self._open, self._settled, self.fold, self._folded, None, spacing=12))
        self._folded.hide()

    def show_record(
        self, record: PatientRecord, found: Sequence[Action], decided: Sequence[Action]
    ) -> None:
        for layout in (self._open, self._settled, self._past):
            clear(layout)
        self.buttons = {}
        past = alerts.past(record)
        names = self._context.session.users.names() if past else {}
        for action in found:
            if self.buttons:
                self._open.addWidget(rule())
            self._open.addLayout(self._line(action, names))
        if not found:
            nothing = (
                tr("The patient has died: no alert is open.")
                if record.dead
                else tr("No alert is open.")
            )
            self._open.addWidget(label(nothing, "muted"))
        for action in decided:
            self._settled.addWidget(rule())
            self._settled.addLayout(self._line(action, names))
        for one, about in past:
            words = alerts.decision_text(one, names.get(one.by, one.by))
            self._past.addLayout(
                column(label(about, wrap=True), label(words, "muted", wrap=True), spacing=0)
            )
        self.fold.setVisible(bool(past))
        self._folded.setVisible(bool(past) and not self._folded.isHidden())
        self._name_fold(len(past))

    def focus(self, action_id: str = "") -> None:
        """Put the keyboard on an action's button, else on the first one."""
        first = next(iter(self.buttons.values()), self.fold)
        one = self.buttons.get(action_id, first)
        one.show()  # its layout would do so later, and what is hidden takes no keyboard
        one.setFocus(Qt.FocusReason.OtherFocusReason)

    def _line(self, action: Action, names: Mapping[str, str]) -> QVBoxLayout:
        decision = action.decision
        sources = [f"{one.code}: {one.source}." for one in action.details]
        lines = [*(one.text for one in action.details), *dict.fromkeys(sources)]
        behind = Folded(tr("Rules and sources"), lines)
        text = tr("Decide…") if decision is None else tr("Decide again…")
        one = button(text, partial(self.asked.emit, action))
        one.setAccessibleName(tr("{action}: decide…").format(action=action.title))
        self.buttons[action.id] = one
        one.setEnabled(self._enters)
        if not self._enters:
            one.setToolTip(tr("Only who enters visits can say what was decided about it."))
        chips = [chip(tr("low confidence"), "warn")] if action.low_confidence else []
        if decision is not None:
            chips.append(chip(tr("decided"), "neutral"))
        elif action.returned is not None:
            chips.append(chip(tr("asked again"), "warn"))
        said = action.decision or action.returned
        words = [label(f"{action.said}.", wrap=True)]
        if said is not None:
            who = names.get(said.by, said.by)
            words.append(label(alerts.decision_text(said, who), "muted", wrap=True))
        heading = row(label(action.title, "heading"), *chips, None)
        left = column(heading, *words, behind, spacing=2)
        line = row(left, one, spacing=16, top=True)
        line.setStretch(0, 1)
        return column(line, spacing=0)

    def _turn(self) -> None:
        self._folded.setVisible(self._folded.isHidden())
        self._name_fold(self._past.count())

    def _name_fold(self, n: int) -> None:
        sign = "▸" if self._folded.isHidden() else "▾"
        self.fold.setText(f"{sign} {plural(n, '1 decision', '{n} decisions')}")


class ActionButton(PressButton):
    """One open action of a patient on Today: its name, since when it waits, and what to consider.

    The facts that led there stand in its tip and are read out; the patient's chart, to which it leads, shows them.
    """

    def __init__(self, number: str, action: Action, clicked: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("link", "true")
        self.setAccessibleName(f"{number} · {action.line}")
        self.setToolTip(f"{action.said}.")
        self.clicked.connect(lambda _checked=False: clicked())
        since = tr("since {day}").format(day=day(action.since)) if action.since else ""
        head = row(label(action.title, "link"), None, label(since, "small"))
        body = column(head, label(_as_sentence(action.consider), wrap=True), spacing=0)
        body.setContentsMargins(4, 4, 4, 5)
        self.setLayout(body)
        for one in self.findChildren(QLabel):
            one.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)


def _as_sentence(consider: str) -> str:
    text = tr("Consider {what}.")
    return text.format(what=consider)


class AlertsOfClinic(QWidget):
    """The patients with open alerts, as far as they have been looked at (`Glances`); newest facts first."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._patients: dict[PatientId, str] = {}  # their record numbers
        self._shown: frozenset[PatientId] = frozenset()
        self._lines = column(spacing=2)
        self.setLayout(self._lines)
        context.glances.found.connect(self._on_found)
        context.glances.done.connect(self._show)

    @property
    def busy(self) -> bool:
        return self._context.glances.is_waiting(self)

    def look_again(self, patients: list[Patient]) -> None:
        """Look at every patient; at those with open alerts first, which may be settled by now."""
        self._patients = {patient.id: patient.record_number for patient in patients}
        first = sorted(self._patients, key=lambda one: not self._is_told(one))
        self._context.glances.look(self, first)
        self._show()  # after it was asked: nobody is said to have no alert before they were looked at

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._context.glances.go_on()

    def _is_told(self, patient_id: PatientId) -> bool:
        known = self._context.glances.of(patient_id)
        return bool(known and known.actions) or bool(self._context.glances.problem(patient_id))

    def _on_found(self, patients: Sequence[PatientId]) -> None:
        if self._shown & set(patients):
            self._show()

    def _show(self) -> None:
        """Below one another the patients, newest facts first; of each what to consider, and since when."""
        clear(self._lines)
        told = [one for one in self._patients if self._is_told(one)]
        told.sort(key=self._newest, reverse=True)
        self._shown = frozenset(told)
        for place, patient_id in enumerate(told[:PATIENTS]):
            number, chart = (
                self._patients[patient_id],
                partial(self._context.open_chart.emit, patient_id),
            )
            if place:
                self._lines.addWidget(rule())
            if problem := self._context.glances.problem(patient_id):
                self._lines.addWidget(link(f"{number}: {problem}", chart))
                continue
            self._lines.addWidget(label(number, "heading"))
            for action in self._actions(patient_id):
                self._lines.addWidget(ActionButton(number, action, chart))
        if len(told) > PATIENTS:
            more = tr("and {n} more patients with alerts").format(n=len(told) - PATIENTS)
            self._lines.addWidget(label(more, "muted", wrap=True))
        if not told:
            text = tr("Looking for alerts…") if self.busy else tr("No alert is open.")
            self._lines.addWidget(label(text, "muted", wrap=True))

    def _actions(self, patient_id: PatientId) -> Sequence[Action]:
        known = self._context.glances.of(patient_id)
        return known.actions if known else ()

    def _newest(self, patient_id: PatientId) -> date:
        """The day of a patient's newest fact; what cannot be read comes first."""
        return max((action.on for action in self._actions(patient_id)), default=date.max)
