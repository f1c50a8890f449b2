"""How one form was answered, where that was not as at the rest of the visit."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.entering.visit.draft import Draft
from core.labels import MODE, RESPONDENT
from core.views.questionnaire import how_text
from ui.context import AppContext
from ui.widgets.basics import button, label, row
from ui.widgets.fields import ChoiceField
from ui.words import tr


def said_of(context: AppContext, draft: Draft, instrument: str) -> str:
    """Who asked, in which way, and who answered: in words, as on the summary."""
    form = draft.questionnaires.form(instrument)
    return how_text(form, context.session.users.names().get(form.rater, form.rater))


class AnsweredHow(QWidget):
    """Each choice is saved as it is made; the fields begin with what the visit says."""

    touched = Signal()
    closed = Signal()

    def __init__(self, context: AppContext, draft: Draft, instrument: str) -> None:
        super().__init__()
        self._context = context
        self._draft = draft
        self._instrument = instrument
        self.mode = ChoiceField(tr("In which way?"), MODE)
        self.respondent = ChoiceField(tr("Who answered?"), RESPONDENT)
        self.interpreter = ChoiceField(
            tr("With an interpreter?"), {False: tr("no"), True: tr("yes")}
        )
        self._said = label("", "muted", wrap=True)
        explained = tr("As the visit says, unless it is chosen otherwise here.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addWidget(label(tr("How this form was answered"), "question"))
        layout.addWidget(label(explained, "muted", wrap=True))
        for field in (self.mode, self.respondent, self.interpreter):
            layout.addWidget(field)
            field.chosen.connect(self._save)
        layout.addWidget(self._said)
        layout.addLayout(row(button(tr("Back to the questions"), self.closed.emit), None))
        layout.addStretch(1)

    def show_draft(self) -> None:
        form = self._draft.questionnaires.form(self._instrument)
        self.mode.set_value(form.mode)
        self.respondent.set_value(form.respondent)
        self.interpreter.set_value(form.interpreter)
        self._said.setText(said_of(self._context, self._draft, self._instrument))

    def focus_first(self) -> None:
        self.mode.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _save(self) -> None:
        with self._context.saving():
            self._draft.questionnaires.save_how(
                self._instrument,
                mode=self.mode.value,
                respondent=self.respondent.value,
                interpreter=self.interpreter.value,
            )
            self.touched.emit()
        self.show_draft()
