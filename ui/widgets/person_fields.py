"""A person's name, the name to sign in with, and a new password: typed twice, with what is wrong under it."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from core.acts.passwords import login_problem, password_problem
from core.entry import Problem
from ui.widgets.basics import column, row
from ui.widgets.fields import TextField
from ui.words import tr


class NewPassword(QWidget):
    """Below one another, or ``across``. Enter in the last field says that it is ``entered``."""

    entered = Signal()

    def __init__(self, title: str = "", *, across: bool = False) -> None:
        super().__init__()
        self.password = TextField(title or tr("Password"), str, password=True)
        self.again = TextField(tr("The same password again"), str, password=True)
        self.password.line.returnPressed.connect(self.again.setFocus)
        self.again.line.returnPressed.connect(self.entered)
        self.setLayout(_beside(self.password, self.again, across=across))
        self.setFocusProxy(self.password)

    @property
    def text(self) -> str:
        return self.password.text

    def check(self, login: str, full_name: str) -> bool:
        """Whether this person may have it; what is wrong says so under its field."""
        differs = Problem(tr("The two passwords differ."))
        return _shown(
            {
                self.password: password_problem(self.text, login, full_name),
                self.again: None if self.again.text == self.text else differs,
            }
        )

    def clear(self) -> None:
        self.password.set_text("")
        self.again.set_text("")


class PersonFields(QWidget):
    """Who it is, below one another or ``across``. Enter in the last field says that it is ``entered``."""

    entered = Signal()

    def __init__(self, *, across: bool = False) -> None:
        super().__init__()
        self.full_name = TextField(tr("Name"))
        self.login = TextField(tr("User name to sign in with"))
        self.full_name.line.returnPressed.connect(self.login.setFocus)
        self.login.line.returnPressed.connect(self.entered)
        self.setLayout(_beside(self.full_name, self.login, across=across))
        self.setFocusProxy(self.full_name)

    def check(self, taken: Iterable[str]) -> bool:
        """Whether both are there, and the user name was nobody's before."""
        nobody = Problem(tr("Enter the name: it is shown beside everything this person enters."))
        return _shown(
            {
                self.full_name: None if self.full_name.text.strip() else nobody,
                self.login: login_problem(self.login.text.strip(), taken),
            }
        )

    def clear(self) -> None:
        self.full_name.set_text("")
        self.login.set_text("")


def _beside(one: TextField, other: TextField, *, across: bool) -> QBoxLayout:
    """Two fields; side by side they stand in line also where one of them has a problem."""
    if not across:
        return column(one, other, spacing=10)
    layout = row(one, other, spacing=14, top=True)
    layout.setStretch(0, 1)
    layout.setStretch(1, 1)
    return layout


def _shown(problems: dict[TextField, Problem | None]) -> bool:
    """Show each problem under its field; whether there was none. The keyboard goes to the first one."""
    for field, problem in problems.items():
        field.show_problem(problem)
    wrong = [field for field, problem in problems.items() if problem]
    if wrong:
        wrong[0].setFocus()
    return not wrong
