"""Signing in with the recovery code from the sealed page: the code, whose account, and a new password."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from core.entry import Problem
from ui.widgets.basics import button, column, label, row
from ui.widgets.countdown import Countdown
from ui.widgets.fields import TextField
from ui.widgets.person_fields import NewPassword
from ui.words import tr


class RecoverySignIn(QFrame):
    """``entered`` when all of it is typed; ``cancelled`` leads back to the password."""

    topic = "sign-in#the-recovery-code"
    entered = Signal()
    cancelled = Signal()

    def __init__(self, login: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.code = TextField(tr("Recovery code"), placeholder="7K3M-…")
        self.login = TextField(tr("User name"))
        self.login.set_text(login)
        self.password = NewPassword(tr("New password"))
        self.use = button(tr("Use the code"), self._enter, primary=True)
        self.countdown = Countdown(self.use)
        self.code.line.returnPressed.connect(self.login.setFocus)
        self.login.line.returnPressed.connect(self.password.setFocus)
        self.password.entered.connect(self._enter)
        layout: QVBoxLayout = column(
            label(tr("Use the recovery code"), "title"),
            label(
                tr(
                    "It gives one person a new password. Its use is written into the audit trail, and"
                    " a new code takes its place, to be printed at once."
                ),
                "muted",
                wrap=True,
            ),
            self.code,
            self.login,
            self.password,
            row(button(tr("Back"), self.cancelled.emit), None, self.use),
            spacing=10,
        )
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        self.setFocusProxy(self.code)

    def _enter(self) -> None:
        login = self.login.text.strip()
        no_code = Problem(tr("Type the code from the printed page."))
        nobody = Problem(tr("Type the name you sign in with."))
        self.code.show_problem(None if self.code.text.strip() else no_code)
        self.login.show_problem(None if login else nobody)
        if not self.code.text.strip():
            self.code.setFocus()
        elif not login:
            self.login.setFocus()
        elif self.password.check(login, "") and self.use.isEnabled():
            self.entered.emit()
