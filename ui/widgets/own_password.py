"""Changing one's own password: the old one, and a new one twice."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core.acts import people
from core.entry import Problem
from core.errors import AppError, StorageError
from ui import theme
from ui.context import AppContext
from ui.widgets.basics import button, column, label, row
from ui.widgets.countdown import Countdown
from ui.widgets.fields import TextField
from ui.widgets.person_fields import NewPassword
from ui.widgets.waiting import waiting
from ui.words import tr


class OwnPassword(QFrame):
    """Anybody may; what is wrong stands under its field."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._context = context
        self.old = TextField(tr("Your password now"), str, password=True)
        self.new = NewPassword(tr("New password"), across=True)
        self.change = button(tr("Change password"), self.carry_out)
        self._countdown = Countdown(self.change)
        self.state = label("", "muted")
        self.old.line.returnPressed.connect(self.new.setFocus)
        self.new.entered.connect(self.carry_out)
        fields = QWidget()
        fields.setMaximumWidth(theme.px(720))
        fields.setLayout(column(self.old, self.new, spacing=10))
        layout: QVBoxLayout = column(
            label(tr("Change my password"), "heading"),
            fields,
            row(self.state, None, self.change),
            spacing=10,
        )
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        self.setFocusProxy(self.old)

    def carry_out(self) -> None:
        session = self._context.session
        user = session.user
        self.state.setText("")
        missing = Problem(tr("Type the password that you have now."))
        self.old.show_problem(None if self.old.text else missing)
        if not self.old.text:
            self.old.setFocus()
            return
        if not self.change.isEnabled() or not self.new.check(user.login, user.full_name):
            return
        try:
            with waiting():
                cost = people.cost_here(session)
                people.change_own_password(session, self.old.text, self.new.text, cost)
        except StorageError as error:
            self.state.setText(str(error))
        except AppError as error:
            self.old.show_problem(Problem(str(error)))
            self.old.setFocus()
            self._countdown.watch(session.path)
        else:
            self.clear()
            self.state.setText(tr("Your password is changed."))

    def clear(self) -> None:
        """No password is left in a field."""
        self.old.set_text("")
        self.new.clear()
