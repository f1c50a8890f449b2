"""Alerts on screen: the few lines beside a timeline, the list that is acknowledged, the clinic's on Today."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from time import perf_counter

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from core import alerts
from core.alerts import Alert, Seen
from core.errors import AppError
from core.model.ids import PatientId
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.user import Right
from core.words import instant, plural
from ui.context import AppContext
from ui.widgets.basics import button, chip, clear, column, label, link, row, rule
from ui.words import tr

IN_BRIEF = 4  # alerts beside the timeline
PATIENTS = 8  # on Today
SLICE_S, PAUSE_MS = 0.004, 4  # half of the time stays free for the keyboard


class AlertsCard(QFrame):
    """How many alerts are open, and the first of them; hidden where there is none."""

    opened = Signal(str)  # the alert's id; empty for all of them

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._title = label("", "heading")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        show = button(tr("Show"), partial(self.opened.emit, ""), link=True)
        show.setAccessibleName(tr("Show all alerts"))
        layout = column(row(self._title, None, show), self._lines, spacing=2)
        layout.setContentsMargins(18, 10, 12, 10)
        self.setLayout(layout)

    def show_alerts(self, found: tuple[Alert, ...]) -> None:
        clear(self._lines)
        self._title.setText(plural(len(found), "1 alert", "{n} alerts"))
        for alert in found[:IN_BRIEF]:
            self._lines.addWidget(link(alert.brief, partial(self.opened.emit, alert.id)))
        if len(found) > IN_BRIEF:
            more = tr("and {n} more").format(n=len(found) - IN_BRIEF)
            self._lines.addWidget(label(more, "muted"))
        self.setVisible(bool(found))


class AlertsList(QWidget):
    """Every open alert in full, each to be acknowledged; below, folded, what was acknowledged before."""

    asked = Signal(object)  # the Alert that a person has seen

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._enters = context.session.may(Right.ENTER)
        self.buttons: dict[str, QPushButton] = {}
        self._open, self._seen = QVBoxLayout(), QVBoxLayout()
        for layout in (self._open, self._seen):
            layout.setSpacing(12)
        self._folded = QWidget()
        self._folded.setLayout(self._seen)
        self._seen.setContentsMargins(0, 0, 0, 0)
        self.fold = button("", self._turn, link=True)
        self.setLayout(column(self._open, self.fold, self._folded, None, spacing=12))
        self._folded.hide()

    def show_record(self, record: PatientRecord, found: tuple[Alert, ...]) -> None:
        clear(self._open)
        clear(self._seen)
        self.buttons = {}
        for alert in found:
            if self.buttons:
                self._open.addWidget(rule())
            self._open.addLayout(self._line(alert))
        if not found:
            nothing = (
                tr("The patient has died: no alert is open.")
                if record.died
                else tr("No alert is open.")
            )
            self._open.addWidget(label(nothing, "muted"))
        past = alerts.acknowledged(record)
        names = self._context.session.users.names() if past else {}
        for one in past:
            self._seen.addLayout(self._past(one, names.get(one.by, one.by)))
        self.fold.setVisible(bool(past))
        self._folded.setVisible(bool(past) and not self._folded.isHidden())
        self._name_fold(len(past))

    def focus(self, alert_id: str = "") -> None:
        """Put the keyboard on an alert's button, else on the first one."""
        first = next(iter(self.buttons.values()), self.fold)
        one = self.buttons.get(alert_id, first)
        one.show()  # its layout would do so later, and what is hidden takes no keyboard
        one.setFocus(Qt.FocusReason.OtherFocusReason)

    def _line(self, alert: Alert) -> QVBoxLayout:
        one = button(tr("Seen…"), partial(self.asked.emit, alert))
        one.setAccessibleName(tr("{alert}: seen…").format(alert=alert.heading))
        self.buttons[alert.id] = one
        one.setEnabled(self._enters)
        if not self._enters:
            one.setToolTip(tr("Only who enters visits can say what was decided about it."))
        doubt = [chip(tr("low confidence"), "warn")] if alert.low_confidence else []
        words = column(
            row(label(alert.heading, "heading"), *doubt, None),
            label(f"{alert.found}.", wrap=True),
            label(alert.advice, wrap=True),
            label(
                tr("Source: {source}.").format(source=alert.definition.cited), "small", wrap=True
            ),
            spacing=2,
        )
        line = row(words, one, spacing=16, top=True)
        line.setStretch(0, 1)
        return column(line, spacing=0)

    def _past(self, one: Seen, who: str) -> QVBoxLayout:
        when = tr("{who}, {when}").format(who=who, when=instant(one.at))
        return column(
            label(one.what, wrap=True),
            label(
                tr("Seen by {whom}: {reason}").format(whom=when, reason=one.reason),
                "muted",
                wrap=True,
            ),
            spacing=0,
        )

    def _turn(self) -> None:
        self._folded.setVisible(self._folded.isHidden())
        self._name_fold(self._seen.count())

    def _name_fold(self, n: int) -> None:
        sign = "▸" if self._folded.isHidden() else "▾"
        self.fold.setText(f"{sign} {plural(n, '1 acknowledged', '{n} acknowledged')}")


@dataclass(frozen=True, slots=True)
class _Line:
    """What Today says of one patient; ``on`` is the day of the newest alert."""

    patient_id: PatientId
    on: date
    text: str


class AlertsOfClinic(QWidget):
    """The patients with open alerts, looked for a few at a time while nothing else is to be done.

    It stops while it cannot be seen. What was found before stays until the same patient is looked at again.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._waiting: list[Patient] = []
        self._found: dict[PatientId, _Line] = {}
        self._lines = column(spacing=2)
        self.setLayout(self._lines)
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    def look_again(self, patients: list[Patient]) -> None:
        """Look at every patient; at those with open alerts first, which may be settled by now."""
        known = {patient.id for patient in patients}
        self._found = {one: line for one, line in self._found.items() if one in known}
        self._waiting = sorted(patients, key=lambda patient: patient.id not in self._found)
        self._show()
        if self.isVisible():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._waiting:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _look(self) -> None:
        started = perf_counter()
        while self._waiting and perf_counter() - started < SLICE_S:
            self._look_at(self._waiting.pop(0))
        if not self._waiting:
            self._timer.stop()
            self._show()

    def _look_at(self, patient: Patient) -> None:
        before = self._found.pop(patient.id, None)
        line = self._line(patient)
        if line is not None:
            self._found[patient.id] = line
        if before is not None and before != line:
            self._show()

    def _line(self, patient: Patient) -> _Line | None:
        try:
            found = alerts.open_alerts(self._context.session.record(patient.id))
        except AppError as error:  # one patient's record is no reason to be silent about the others
            return _Line(patient.id, date.max, f"{patient.record_number}: {error}")
        if not found:
            return None
        more = f" (+{len(found) - 1})" if len(found) > 1 else ""
        text = f"{patient.record_number}: {found[0].brief}{more}"
        return _Line(patient.id, max(alert.on for alert in found), text)

    def _show(self) -> None:
        clear(self._lines)
        newest = sorted(self._found.values(), key=lambda line: line.on, reverse=True)
        for line in newest[:PATIENTS]:
            chart = partial(self._context.open_chart.emit, line.patient_id)
            self._lines.addWidget(link(line.text, chart))
        if len(newest) > PATIENTS:
            more = tr("and {n} more patients with alerts").format(n=len(newest) - PATIENTS)
            self._lines.addWidget(label(more, "muted", wrap=True))
        if not newest:
            text = tr("Looking for alerts…") if self.busy else tr("No alert is open.")
            self._lines.addWidget(label(text, "muted", wrap=True))
