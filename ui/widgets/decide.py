"""Deciding on an action: done, planned until a day, declined, not now; with a reason."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from core import clock, entry
from core.entry import Problem
from core.findings import alerts
from core.findings.alerts import OFFERED, Action, Given, deciding, proposed_review
from core.labels import CHOICE
from core.model.decision import Choice
from core.model.record import PatientRecord
from ui import theme
from ui.context import AppContext
from ui.widgets.basics import answered, button, column, label, row, scrolled
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.folded import Folded
from ui.widgets.locks import explained
from ui.words import tr

WIDTH = 560
MARGINS = (24, 20, 24, 18)


class DecideDialog(QDialog):
    """The line that is decided on, and what a person decides; ``given`` is that once it is accepted."""

    def __init__(self, parent: QWidget, action: Action, limits: Mapping[str, float]) -> None:
        super().__init__(parent)
        self._limits = limits
        self._proposed = ""
        self.given: Given | None = None
        self.setWindowTitle(tr("Decide"))
        room = self.screen().availableGeometry().width()
        self.setFixedWidth(min(theme.px(WIDTH), room))
        self.choice: ChoiceField[Choice] = ChoiceField(
            tr("What was decided?"),
            {one: f"{n} {CHOICE[one]}" for n, one in enumerate(OFFERED, start=1)},
            columns=2,
        )
        self.choice.chosen.connect(self._on_chosen)
        self.day = TextField(
            tr("Planned until, or asked again on"), entry.day, placeholder="2026-11-21", width=150
        )
        self.day.committed.connect(self._judge)
        self.reason = TextField(tr("Why? (kept in the audit trail; needed for “not now”)"), str)
        for field in (self.day, self.reason):
            field.line.returnPressed.connect(self._save)
        lines = [one.text for one in action.details]
        lines += dict.fromkeys(f"{one.code}: {one.source}." for one in action.details)
        behind = Folded(tr("Rules and sources"), lines)
        behind.link.clicked.connect(lambda _checked: self._fit())
        self._content = QWidget()
        inner = column(
            label(action.title, "question", wrap=True),
            label(f"{action.said}.", wrap=True),
            behind,
            self.choice,
            self.day,
            self.reason,
            spacing=12,
        )
        inner.setContentsMargins(0, 0, theme.px(6), 0)
        self._content.setLayout(inner)
        save = button(tr("Save decision"), self._save, primary=True)
        self._acts = row(None, button(tr("Cancel"), self.reject), save)
        layout = column(scrolled(self._content), self._acts, spacing=12)
        layout.setContentsMargins(*MARGINS)
        self.setLayout(layout)
        self.day.hide()
        self.choice.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Its size hint takes wrapped texts for one line: nothing is cut off."""
        QTimer.singleShot(0, self, self._fit_now)  # when what was shown or hidden has its place

    def _fit_now(self) -> None:
        """As high as its words need, and no higher than the screen: then they scroll."""
        inner = self._content.layout()
        if inner is None:
            return
        inner.activate()
        left, top, right, bottom = MARGINS
        needed = inner.totalHeightForWidth(self.width() - left - right)
        needed += top + bottom + 12 + self._acts.sizeHint().height()
        room = self.screen().availableGeometry().height() - theme.px(40)
        self.setFixedHeight(min(needed, room))

    def _on_chosen(self) -> None:
        choice = self.choice.value
        if choice is None:
            return
        self.day.setVisible(choice.needs_date)
        proposed = proposed_review(choice, clock.today(), self._limits)
        if self.day.text in {"", self._proposed}:
            self._proposed = "" if proposed is None else proposed.isoformat()
            self.day.set_text(self._proposed)
        self._fit()

    def _read(self) -> Given | dict[str, Problem]:
        return deciding.read(
            self.choice.value, self.day.text, self.reason.text, today=clock.today()
        )

    def _judge(self) -> None:
        """Say what is wrong with the day when its field is left."""
        read = self._read()
        problems = {} if isinstance(read, Given) else read
        self.day.show_problem(problems.get("day") if self.day.text.strip() else None)
        self._fit()

    def _save(self) -> None:
        read = self._read()
        fields: dict[str, ChoiceField[Choice] | TextField]
        fields = {"choice": self.choice, "day": self.day, "reason": self.reason}
        problems = {} if isinstance(read, Given) else read
        for name, field in fields.items():
            field.show_problem(problems.get(name))
        if isinstance(read, Given):
            self.given = read
            self.accept()
            return
        fields[next(iter(problems))].setFocus()
        self._fit()


def ask_decision(
    parent: QWidget, context: AppContext, record: PatientRecord, action: Action
) -> bool:
    """Let a person decide on an action of a patient, and save it; False where nothing was decided.

    Where the patient is locked that is said, and nothing is asked.
    """
    if explained(context, record.locks_on()):
        return False
    dialog = DecideDialog(parent, action, record.thresholds)
    if not answered(dialog) or dialog.given is None:
        return False
    with context.saving():
        session = context.session
        decision = alerts.decide(
            record, action, dialog.given, by=session.user.login, at=clock.now()
        )
        with session.write(decision.reason or CHOICE[decision.choice]):
            session.decisions.save(decision)
        return True
    return False
