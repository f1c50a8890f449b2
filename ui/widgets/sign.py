"""Signing a visit: the password once more, and what the signature says; and the visits that wait for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from core.acts import signing
from core.acts.signing import Shown
from core.acts.signing_round import Waiting
from core.entry import Problem
from core.errors import AppError
from core.labels import MEANING, ROLE
from core.model.ids import PatientId, VisitId
from core.model.record import PatientRecord
from core.model.signature import Meaning
from core.views.signed import VOID
from core.views.visit_words import visit_title
from core.words import day, plural
from ui import theme
from ui.context import AppContext
from ui.widgets.basics import button, clear, column, label, link, row
from ui.widgets.countdown import Countdown
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.waiting import waiting
from ui.words import tr

WIDTH = 460
SHOWN = 8  # on Today
SLICE_S, PAUSE_MS = 0.004, 4  # half of the time stays free for the keyboard


class SignDialog(QDialog):
    """What is signed was shown: the review behind it, and before it the other visits of the same patient.

    Accepted once the signatures are in the file, a signature for each visit.
    """

    def __init__(self, parent: QWidget, context: AppContext, shown: Sequence[Shown]) -> None:
        super().__init__(parent)
        self._context = context
        self._shown = shown
        self.setWindowTitle(tr("Sign visit"))
        self.setFixedWidth(theme.px(WIDTH))
        user = context.session.user
        visits = [
            tr("{visit}, {day}").format(visit=one.summary.title, day=one.summary.on)
            for one in shown
        ]
        title = (
            tr("Sign {visit}").format(visit=visits[0])
            if len(shown) == 1
            else plural(len(shown), "Sign 1 visit", "Sign {n} visits of this patient")
        )
        who = tr("as {name} ({role})").format(name=user.full_name, role=ROLE[user.role])
        note = (
            tr(
                "You sign everything that the review shows. The visit is locked with it; whatever is changed"
                " later voids the signature, on screen and on paper."
            )
            if len(shown) == 1
            else tr(
                "You sign everything that the review showed of each of them. Each gets a signature of its own"
                " and is locked with it; whatever is changed later voids its signature, on screen and on paper."
            )
        )
        listed = [label(one) for one in visits] if len(shown) > 1 else []
        self.meaning: ChoiceField[Meaning] = ChoiceField(tr("Your signature means"), MEANING)
        self.password = TextField(tr("Your password, once more"), str, password=True)
        self.password.line.returnPressed.connect(self._sign)
        self.sign = button(tr("Sign"), self._sign, primary=True)
        self._countdown = Countdown(self.sign)
        layout = column(
            label(title, "question", wrap=True),
            *listed,
            label(who, "heading", wrap=True),
            label(note, "muted", wrap=True),
            self.meaning,
            self.password,
            row(None, button(tr("Cancel"), self.reject), self.sign),
            spacing=12,
        )
        layout.setContentsMargins(24, 20, 24, 18)
        self.setLayout(layout)
        self._countdown.watch(context.session.path)
        self.meaning.set_value(context.signing.meaning)
        first = self.meaning if context.signing.meaning is None else self.password
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Its size hint takes wrapped texts for one line: nothing is cut off.
        if (layout := self.layout()) is not None:
            self.setMinimumHeight(layout.totalHeightForWidth(WIDTH))

    def _sign(self) -> None:
        meaning = self.meaning.value
        if meaning is None:
            self.meaning.show_problem(Problem(tr("Say what your signature means.")))
            self.meaning.setFocus()
            return
        if not self.password.text:
            self.password.show_problem(Problem(tr("Type your password once more.")))
            self.password.setFocus()
            return
        if not self.sign.isEnabled():
            return  # it waits after a wrong password
        try:
            with waiting():
                signing.sign_several(
                    self._context.session, self._shown, meaning, self.password.text
                )
        except AppError as error:
            self.password.set_text("")
            self.password.show_problem(Problem(str(error)))
            self.password.setFocus()
            self._countdown.watch(self._context.session.path)
        else:
            self._context.signing.signed(self._shown, meaning)
            self.accept()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A visit without a valid signature: finished, or signed once and being corrected."""

    waiting: Waiting
    on: str
    text: str
    corrected: bool  # it is in progress again


class SignaturesOfClinic(QWidget):
    """The visits that wait for a signature: first those whose signature is void, then the newest that nobody signed.

    A visit that was signed and is in progress again stands with those that are void.

    What was never signed is known at once; signatures are looked at a few at a time, as nothing else is to be
    done, because for each of them the trail is read.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._never: list[_Waiting] = []
        self._reopened: list[_Waiting] = []
        self._void: dict[PatientId, list[_Waiting]] = {}
        self._unseen: list[PatientId] = []
        self._lines = column(spacing=2)
        self.setLayout(self._lines)
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        return bool(self._unseen)

    def look_again(self, records: Sequence[PatientRecord]) -> None:
        """Look at every finished visit of these outlines."""
        signed = self._context.session.signatures.visits()
        finished = [(record, visit) for record in records for visit in record.finished_visits]
        self._never = [
            _waiting(record, visit.id, void=False)
            for record, visit in finished
            if visit.id not in signed
        ]
        self._reopened = [
            _waiting(record, visit.id, void=True)
            for record in records
            for visit in record.visits
            if visit.is_draft and visit.id in signed
        ]
        ids = dict.fromkeys(r.patient.id for r, visit in finished if visit.id in signed)
        self._void = {one: found for one, found in self._void.items() if one in ids}
        self._unseen = sorted(ids, key=lambda one: one not in self._void)
        self._show()
        if self._unseen and self.isVisible():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._unseen:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _look(self) -> None:
        started, before = perf_counter(), dict(self._void)
        while self._unseen and perf_counter() - started < SLICE_S:
            self._look_at(self._unseen.pop(0))
        if not self._unseen:
            self._timer.stop()
        if self._void != before:
            self._show()

    def _look_at(self, patient_id: PatientId) -> None:
        self._void.pop(patient_id, None)
        session = self._context.session
        record = session.record(patient_id)
        found = [
            _waiting(record, visit.id, void=True)
            for visit, was_signed in signing.unsigned(session, record)
            if was_signed
        ]
        if found:
            self._void[patient_id] = found

    def _show(self) -> None:
        clear(self._lines)
        void = [one for found in (self._reopened, *self._void.values()) for one in found]
        every = [
            one
            for part in (void, self._never)
            for one in sorted(part, key=lambda one: one.on, reverse=True)
        ]
        self.setVisible(bool(every) or self.busy)
        if not every:
            return
        told = plural(len(every), "1 visit needs a signature", "{n} visits need a signature")
        self._lines.addWidget(label(told, "muted", wrap=True))
        finished = [one.waiting for one in every if not one.corrected]
        if len(finished) > 1:
            through = tr("Review and sign one after the other")
            self._lines.addLayout(row(button(through, partial(self._begin, finished)), None))
        for one in every[:SHOWN]:
            visit = partial(
                self._context.open_visit.emit, one.waiting.patient_id, one.waiting.visit_id
            )
            self._lines.addWidget(link(one.text, visit))
        if len(every) > SHOWN:
            more = tr("and {n} more visits").format(n=len(every) - SHOWN)
            self._lines.addWidget(label(more, "muted", wrap=True))

    def _begin(self, waiting: Sequence[Waiting]) -> None:
        """Those of one patient come after one another, the longest unsigned patient first."""
        patients = list(dict.fromkeys(one.patient_id for one in waiting))
        ordered = sorted(waiting, key=lambda one: patients.index(one.patient_id))
        first = self._context.signing.begin(ordered)
        if first is not None:
            self._context.open_visit.emit(first.patient_id, first.visit_id)


def _waiting(record: PatientRecord, visit_id: VisitId, *, void: bool) -> _Waiting:
    visit = record.visit(visit_id)
    words = tr("{number}: {visit}, {day}").format(
        number=record.patient.record_number,
        visit=visit_title(record, visit),
        day=day(visit.date),
    )
    if void and visit.is_draft:
        words = tr("{sign} {visit}: being corrected").format(sign=VOID, visit=words)
    elif void:
        words = tr("{sign} {visit}: changed since it was signed").format(sign=VOID, visit=words)
    return _Waiting(
        Waiting(record.patient.id, visit_id), visit.date.isoformat(), words, visit.is_draft
    )
