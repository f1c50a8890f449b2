"""Choosing a backup to restore, and the secret of its time that opens it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from core.entry import Problem
from core.model.backup import Backup
from core.words import instant
from ui.widgets.basics import Combo, button, column, label, link, row
from ui.widgets.countdown import Countdown
from ui.widgets.fields import TextField
from ui.words import tr


class RestoreCard(QFrame):
    """``entered`` when all of it is typed; ``another`` asks for a backup that is not in the list."""

    topic = "backups#restore"
    entered = Signal()
    another = Signal()
    cancelled = Signal()

    def __init__(self, said: str, found: Sequence[Backup], login: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.which = Combo()
        self.which.setAccessibleName(tr("Backup"))
        for one in reversed(found):
            self.which.addItem(instant(one.made_at), one.path)
        self.none = label(tr("No backup was found beside the clinic file."), "muted", wrap=True)
        self.login = TextField(tr("User name at the time of the backup"))
        self.login.set_text(login)
        self.password = TextField(tr("Password"), str, password=True)
        self.code = TextField(tr("Recovery code"), placeholder="7K3M-…")
        self.code.hide()
        self.do = button(tr("Restore"), self._enter, primary=True)
        self.countdown = Countdown(self.do)
        self.login.line.returnPressed.connect(self._to_secret)
        self.password.line.returnPressed.connect(self._enter)
        self.code.line.returnPressed.connect(self._enter)
        self.forgot = link(
            tr("Forgot password or moved to a new computer: use the recovery code"), self._use_code
        )
        another = button(tr("Another backup…"), self.another.emit)
        chosen = row(self.which, another)
        chosen.setStretch(0, 1)
        layout: QVBoxLayout = column(
            label(tr("Restore from a backup"), "title"),
            label(said, wrap=True),
            chosen,
            self.none,
            self.login,
            self.password,
            self.code,
            row(button(tr("Back"), self.cancelled.emit), None, self.do),
            self.forgot,
            spacing=10,
        )
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        self._show_which()

    @property
    def source(self) -> Path | None:
        path = self.which.currentData()
        return path if isinstance(path, Path) else None

    @property
    def uses_code(self) -> bool:
        return self.code.isVisibleTo(self)

    def choose(self, source: Path) -> None:
        """One that is not in the list."""
        index = self.which.findText(source.name)
        if index < 0:
            self.which.insertItem(0, source.name, source)
            index = 0
        self.which.setCurrentIndex(index)
        self._show_which()
        self.focus_first()

    def focus_first(self) -> None:
        (self._secret if self.login.text else self.login).setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def _secret(self) -> TextField:
        return self.code if self.uses_code else self.password

    def _to_secret(self) -> None:
        self._secret.setFocus()

    def _use_code(self) -> None:
        self.password.set_text("")
        self.password.hide()
        self.forgot.hide()
        self.code.show()
        self.focus_first()

    def _show_which(self) -> None:
        found = self.which.count() > 0
        self.which.setVisible(found)
        self.none.setVisible(not found)
        self.do.setEnabled(found)

    def _enter(self) -> None:
        nobody = Problem(tr("Type the name you signed in with then."))
        nothing = Problem(
            tr("Type the code from the printed page.")
            if self.uses_code
            else tr("Type your password.")
        )
        login, secret = self.login.text.strip(), self._secret
        self.login.show_problem(None if login else nobody)
        secret.show_problem(None if secret.text.strip() else nothing)
        if not login:
            self.login.setFocus()
        elif not secret.text.strip():
            secret.setFocus()
        elif self.do.isEnabled():
            self.entered.emit()
