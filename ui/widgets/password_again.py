"""The password once more, before all data leaves: that it is the person who signed in."""

from PySide6.QtWidgets import QDialog, QWidget

from core.entry import Problem
from core.errors import AppError
from ui.context import AppContext
from ui.widgets.ask import AskDialog
from ui.widgets.countdown import Countdown
from ui.widgets.fields import TextField
from ui.widgets.waiting import waiting
from ui.words import tr


class PasswordAgain(AskDialog):
    """Accepted once the password was right; a wrong one counts as a failed sign-in."""

    def __init__(self, parent: QWidget, context: AppContext, title: str) -> None:
        self._context = context
        self.password = TextField(tr("Your password, once more"), str, password=True)
        question = tr(
            "This leaves with names and everything that was entered. Keep it where the clinic file may be, and nowhere"
            " else. The audit trail says that you exported it."
        )
        super().__init__(parent, title, question, self.password)
        self._countdown = Countdown(self.go_on)
        self._countdown.watch(context.session.path)

    def agree(self) -> None:
        if not self.go_on.isEnabled():
            return  # it waits after a wrong password
        problem = self._problem()
        if problem is None:
            self.accept()
            return
        self.password.set_text("")
        self.password.show_problem(Problem(problem))
        self.password.setFocus()
        self.fit()
        self._countdown.watch(self._context.session.path)

    def _problem(self) -> str | None:
        if not self.password.text:
            return tr("Type your password once more.")
        try:
            with waiting():
                self._context.session.confirm(self.password.text)
        except AppError as error:
            return str(error)
        return None


def asked_again(parent: QWidget, context: AppContext, title: str) -> bool:
    """Whether the person at the keyboard is the one who signed in, and goes on."""
    return PasswordAgain(parent, context, title).exec() == QDialog.DialogCode.Accepted
