"""The demonstration says that it is one, who you are in it, and lets you be somebody else with one click."""

from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy

from core.commands import demonstration
from core.labels import ROLE
from core.model.user import Role
from core.words import DEMONSTRATION
from ui.widgets.basics import Elided, button, label, row, show_only
from ui.words import tr


class DemoNotice(QFrame):
    """``become`` carries the login of the demonstration's person of the role that was chosen."""

    become = Signal(str)

    def __init__(self, role: Role) -> None:
        super().__init__()
        self.setProperty("role", "demonstration")
        self.setToolTip(
            tr("It never locks by itself. What is entered is thrown away when you leave it.")
        )
        self._name = Elided()
        self._name.setText(tr("Demonstration"))  # until there is room
        you = tr("You are the {role}.").format(role=ROLE[role])
        self._who = label(tr("{you} Be the:").format(you=you))
        menu = QMenu(self)
        self.others = {}
        for other, login in demonstration.LOGINS.items():
            if other is role:
                continue
            be = partial(self.become.emit, login)
            text = tr("Be the {role}").format(role=ROLE[other])
            menu.addAction(text, be)
            self.others[other] = button(ROLE[other], be, link=True)
            self.others[other].setAccessibleName(text)
        self.menu = button(ROLE[role], link=True)
        self.menu.setAccessibleName(you)
        self.menu.setMenu(menu)
        self._wide = (self._who, *self.others.values())
        for one in self._wide:
            one.hide()  # until there is room
        layout = row(self._name, self._who, *self.others.values(), self.menu, spacing=10)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        layout.setContentsMargins(10, 0, 6, 0)
        self.setLayout(layout)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())  # it folds, and never widens the window

    def fold(self, *, folded: bool) -> None:
        """In a narrow window who you are is one word, behind which the others are."""
        if folded == self.menu.isHidden():
            self._name.setText(tr("Demonstration") if folded else tr(DEMONSTRATION))
            show_only([self.menu] if folded else self._wide, [*self._wide, self.menu])
