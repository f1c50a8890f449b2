"""Giving a planned visit an appointment, moving it, taking it back; and saying that a visit does not take place."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from core import clock, entry
from core.entering import appointing
from core.entering.appointing import DAY, NOTE, REASON, TIME, Wanted
from core.entry import Problem
from core.findings import appointments
from core.model.appointment import LONGEST_NOTE, Appointment
from core.model.ids import PatientId
from core.model.visit import Mark, VisitMark
from core.protocols import catalog as protocols
from core.protocols.schedule import PlannedVisit, plan
from core.views.appointments import when
from core.words import day
from ui import theme
from ui.context import AppContext
from ui.widgets import ask
from ui.widgets.basics import answered, button, column, label, row
from ui.widgets.fields import TextField
from ui.widgets.locks import explained
from ui.words import tr

WIDTH = 520
MARGINS = (24, 20, 24, 18)


class AppointmentDialog(QDialog):
    """``wanted`` is what was typed once it is accepted; ``given_up`` that the appointment is to be taken back."""

    def __init__(
        self, parent: QWidget, number: str, planned: PlannedVisit, before: Appointment | None
    ) -> None:
        super().__init__(parent)
        self.wanted: Wanted | None = None
        self.given_up = False
        self._planned, self._before = planned, before
        self._today = clock.today()
        self.setWindowTitle(tr("Appointment"))
        room = self.screen().availableGeometry().width()
        self.setFixedWidth(min(theme.px(WIDTH), room))
        self.day = TextField(
            tr("Day"),
            lambda text: appointing.read_day(text, self._today, before),
            placeholder="2026-11-21",
            width=150,
        )
        self.time = TextField(
            tr("Time (may be empty)"), entry.time_of_day, placeholder="10:30", width=150
        )
        self.note = TextField(
            tr("Note (at most {n} characters)").format(n=LONGEST_NOTE), appointing.read_note
        )
        self._why = label("", wrap=True)
        self.reason = TextField(tr("Reason (kept in the audit trail)"))
        self.fields = {DAY: self.day, TIME: self.time, NOTE: self.note, REASON: self.reason}
        if before is not None:
            self.day.set_text(before.day.isoformat())
            self.time.set_text(f"{before.time:%H:%M}" if before.time else "")
            self.note.set_text(before.note)
        for field in self.fields.values():
            field.committed.connect(self._look)
            field.edited.connect(self._look)
            field.line.returnPressed.connect(self.save)
        self.setLayout(self._build(number))
        self._look()
        self.day.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self, number: str) -> QVBoxLayout:
        window = self._planned.window
        text = tr("Window {open} to {close}, planned for {target}").format(
            open=day(window.open), close=day(window.close), target=day(window.target)
        )
        title = tr("{number}: {visit}").format(number=number, visit=self._planned.title)
        self.take_back = button(tr("Take back…"), self._give_up)
        self.take_back.setVisible(self._before is not None)
        self.keep = button(tr("Save appointment"), self.save, primary=True)
        self.keep.setDefault(True)
        both = row(self.day, self.time, None, spacing=18, top=True)
        layout = column(
            label(title, "question", wrap=True),
            label(text, "muted", wrap=True),
            both,
            self.note,
            self._why,
            self.reason,
            row(self.take_back, None, button(tr("Cancel"), self.reject), self.keep),
            spacing=12,
        )
        layout.setContentsMargins(*MARGINS)
        return layout

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Its size hint takes wrapped texts for one line: nothing is cut off."""
        QTimer.singleShot(0, self, self._fit_now)  # when what was shown or hidden has its place

    def _fit_now(self) -> None:
        if (layout := self.layout()) is not None:
            layout.activate()
            self.setFixedHeight(layout.totalHeightForWidth(self.width()))

    @property
    def _texts(self) -> dict[str, str]:
        return {name: field.text for name, field in self.fields.items()}

    def _look(self) -> None:
        """Ask for a reason where what was typed needs one, and say why."""
        why = appointing.why_asked(self._texts, self._planned.window, self._before, self._today)
        self._why.setText(why)
        for part in (self._why, self.reason):
            part.setVisible(bool(why))
        self._fit()

    def save(self) -> None:
        """Accept what was typed, or say what is wrong with it."""
        read = appointing.read(self._texts, self._planned.window, self._before, self._today)
        problems: dict[str, Problem] = {} if isinstance(read, Wanted) else read
        for name, field in self.fields.items():
            field.show_problem(problems.get(name))
        if isinstance(read, Wanted):
            self.wanted = read
            self.accept()
            return
        self.fields[next(iter(problems))].setFocus()
        self._fit()

    def _give_up(self) -> None:
        self.given_up = True
        self.accept()


def ask_appointment(parent: QWidget, context: AppContext, patient_id: PatientId, code: str) -> bool:
    """Let a person give a planned visit an appointment, or change it; False where nothing was changed.

    Where the patient is locked that is said, and nothing is asked.
    """
    record = context.session.record(patient_id)
    today = clock.today()
    planned = next(
        (one for one in plan(record, protocols.of(record.patient), today) if one.code == code), None
    )
    if planned is None or why_no_appointment(planned) or explained(context, record.locks_on()):
        return False
    before = appointments.of_planned(record, planned, today)
    dialog = AppointmentDialog(parent, record.patient.record_number, planned, before)
    if not answered(dialog):
        return False
    if dialog.given_up and before is not None:
        return _take_back(parent, context, planned, before)
    if dialog.wanted is None:
        return False
    with context.saving():
        appointing.save(context.session, patient_id, code, dialog.wanted, before)
        return True
    return False


def _take_back(
    parent: QWidget, context: AppContext, planned: PlannedVisit, before: Appointment
) -> bool:
    question = tr("Why is the appointment of {when} taken back?").format(when=when(before))
    why = ask.reason(parent, planned.title, question)
    if why is None:
        return False
    with context.saving():
        appointing.take_back(context.session, before, why)
        return True
    return False


def why_no_appointment(planned: PlannedVisit | None) -> str:
    """Why a planned visit cannot be given an appointment; empty where it can."""
    if planned is not None and appointments.may_have(planned):
        return ""
    return tr("Select a planned visit that has not begun.")


def ask_mark(
    parent: QWidget, context: AppContext, patient_id: PatientId, code: str, title: str
) -> bool:
    """Let a person say that a planned visit was missed, skipped or cancelled, and why; False where they did not.

    Where the patient is locked that is said, and nothing is asked.
    """
    if explained(context, context.session.record(patient_id).locks_on()):
        return False
    words = {
        tr("missed"): Mark.MISSED,
        tr("skipped"): Mark.SKIPPED,
        tr("cancelled"): Mark.CANCELLED,
    }
    chosen = ask.one_of(parent, title, tr("What happened to this visit?"), words)
    if chosen is None:
        return False
    why = ask.reason(parent, title, tr("Why?"))
    if why is None:
        return False
    with context.saving():
        made = VisitMark(patient_id=patient_id, code=code, mark=chosen, reason=why)
        appointing.mark(context.session, made)
        return True
    return False
