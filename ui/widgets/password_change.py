"""A new password instead of one that somebody else gave."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from core.model.user import User
from ui.widgets.basics import button, column, label, row
from ui.widgets.person_fields import NewPassword
from ui.words import tr


class PasswordChange(QFrame):
    """``entered`` when the password may be one; ``cancelled`` leads back to signing in."""

    entered = Signal(str)
    cancelled = Signal()

    def __init__(self, user: User) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._user = user
        self.new = NewPassword(tr("New password"))
        self.new.entered.connect(self._enter)
        self.change = button(tr("Change and go on"), self._enter, primary=True)
        layout: QVBoxLayout = column(
            label(tr("Choose your own password"), "title"),
            label(
                tr("Somebody else knows the one you have: nothing else can be done before."),
                "muted",
                wrap=True,
            ),
            self.new,
            row(button(tr("Back"), self.cancelled.emit), None, self.change),
            spacing=10,
        )
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        self.setFocusProxy(self.new)

    def _enter(self) -> None:
        if self.new.check(self._user.login, self._user.full_name):
            self.entered.emit(self.new.text)
