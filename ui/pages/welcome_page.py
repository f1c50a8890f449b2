"""Before a clinic file is open: sign in, create one, open another, or try the demonstration.

Loads nothing but widgets: the file, its keys and the plots come when they are needed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QWidget,
)

from core.entry import Problem
from core.errors import AppError
from ui.forms.fields import TextField
from ui.settings import Settings
from ui.widgets.basics import button, card, column, label, row, show_only
from ui.words import tr

SHORTEST_PASSWORD = 8


class WelcomePage(QWidget):
    """``opened`` carries the open Session."""

    opened = Signal(object)
    demonstration = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("window")
        self._settings = settings
        self._path: Path | None = None
        self._problem = label("", "problem", wrap=True)
        self._problem.hide()
        self._start = self._start_card()
        self._sign_in = self._sign_in_card()
        self._cards = [self._start, self._sign_in]  # the third is made when it is asked for
        for one in self._cards:
            one.setFixedWidth(440)
        self._problem.setFixedWidth(440)
        brand = label("ALS Follow-up", "brand")
        words = label(tr("Guided visits, trends and summaries for an ALS clinic"), "muted")
        middle = column(None, brand, words, *self._cards, self._problem, None, spacing=10)
        self._middle = middle
        for one in (brand, words):
            middle.setAlignment(one, Qt.AlignmentFlag.AlignHCenter)
        layout = QHBoxLayout(self)
        layout.addStretch(1)
        layout.addLayout(middle)
        layout.addStretch(1)
        last = settings.last_file
        if last is not None and last.exists():
            self.ask_sign_in(last)
        else:
            self.show_start()

    def show_start(self) -> None:
        self._show(self._start)
        self.create_file.setFocus()

    def ask_sign_in(self, path: Path) -> None:
        """Ask who opens this file."""
        self._path = path
        self._file_name.setText(tr("Clinic file {name}").format(name=path.name))
        self._file_name.setToolTip(str(path))
        self.login.set_text(self._settings.last_login)
        self.password.set_text("")
        self._show(self._sign_in)
        (self.password if self.login.text else self.login).setFocus()

    def focus_first(self) -> None:
        if self._sign_in.isVisibleTo(self):
            (self.password if self.login.text else self.login).setFocus()

    def sign_in(self) -> None:
        if self._path is None:
            return
        from core.session import Session

        path, login = self._path, self.login.text.strip()
        try:
            with _waiting():
                session = Session.open(path, login, self.password.text)
        except AppError as error:
            self._say(str(error))
            self.password.set_text("")
            self.password.setFocus()
            return
        self._remember(path, login)
        self.opened.emit(session)

    def create_at(self, path: Path) -> None:
        """Make the new clinic file from what was typed."""
        from core.model.user import Clinic
        from core.session import Session, new_user

        if path.suffix != ".als":
            path = path.with_name(path.name + ".als")
        login = self.new_login.text.strip()
        try:
            with _waiting():
                session = Session.create(
                    path,
                    Clinic(name=self.clinic_name.text.strip()),
                    new_user(login, self.full_name.text.strip()),
                    self.new_password.text,
                )
        except AppError as error:
            self._say(str(error))
            return
        self._remember(path, login)
        self.opened.emit(session)

    def check_new(self) -> bool:
        """Whether the form of a new clinic file is complete; what is not says so under its field."""
        wanted = {
            self.clinic_name: tr("Enter the clinic's name: it stands on every printed page."),
            self.full_name: tr("Enter your name: it stands beside what you enter."),
            self.new_login: tr("Choose a short name to sign in with."),
        }
        problems = {
            field: None if field.text.strip() else Problem(message)
            for field, message in wanted.items()
        }
        short = len(self.new_password.text) < SHORTEST_PASSWORD
        text = tr("At least {n} characters: nobody can reset a lost password.")
        problems[self.new_password] = Problem(text.format(n=SHORTEST_PASSWORD)) if short else None
        same = self.new_password.text == self.again.text
        problems[self.again] = None if same else Problem(tr("The two passwords differ."))
        for field, problem in problems.items():
            field.show_problem(problem)
        wrong = [field for field, problem in problems.items() if problem]
        if wrong:
            wrong[0].setFocus()
        return not wrong

    def _start_card(self) -> QWidget:
        self.create_file = button(tr("Create a clinic file…"), self._show_create, primary=True)
        self.open_file = button(tr("Open a clinic file…"), self._choose)
        self.demo = button(tr("Try the demonstration"), self._demonstrate)
        return card(
            label(tr("Welcome"), "title"),
            label(
                tr(
                    "Everything is kept in one encrypted file on this computer."
                    " Nothing is sent anywhere."
                ),
                "muted",
                wrap=True,
            ),
            self.create_file,
            self.open_file,
            self.demo,
        )

    def _sign_in_card(self) -> QWidget:
        self._file_name = label("", "muted", wrap=True)
        self.login = TextField(tr("User name"))
        self.password = TextField(tr("Password"), str, password=True)
        enter = button(tr("Sign in"), self.sign_in, primary=True)
        self.login.line.returnPressed.connect(self.password.setFocus)
        self.password.line.returnPressed.connect(self.sign_in)
        other = button(tr("Another file, or a new one"), self.show_start, link=True)
        return card(
            label(tr("Sign in"), "title"),
            self._file_name,
            self.login,
            self.password,
            row(other, None, enter),
        )

    def _create_card(self) -> QWidget:
        self.clinic_name = TextField(tr("Name of the clinic"))
        self.full_name = TextField(tr("Your name"))
        self.new_login = TextField(tr("User name to sign in with"))
        self.new_password = TextField(tr("Password"), str, password=True)
        self.again = TextField(tr("Password again"), str, password=True)
        make = button(tr("Choose where, and create…"), self._choose_new, primary=True)
        back = button(tr("Back"), self.show_start)
        return card(
            label(tr("New clinic file"), "title"),
            self.clinic_name,
            self.full_name,
            self.new_login,
            self.new_password,
            self.again,
            label(
                tr(
                    "Write the password down and lock it away: without it nobody can open the file."
                ),
                "question-note",
                wrap=True,
            ),
            row(back, None, make),
        )

    def _show_create(self) -> None:
        if len(self._cards) == 2:
            made = self._create_card()
            made.setFixedWidth(440)
            self._middle.insertWidget(self._middle.indexOf(self._problem), made)
            self._cards.append(made)
        self._show(self._cards[2])
        self.clinic_name.setFocus()

    def _show(self, one: QWidget) -> None:
        self._problem.hide()
        show_only([one], self._cards)

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.show()

    def _choose(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(
            self, tr("Open a clinic file"), _documents(), tr("Clinic files (*.als)")
        )
        if path:
            self.ask_sign_in(Path(path))

    def _choose_new(self) -> None:
        if not self.check_new():
            return
        proposed = str(Path(_documents()) / "clinic.als")
        path, _kind = QFileDialog.getSaveFileName(
            self,
            tr("Create the clinic file"),
            proposed,
            tr("Clinic files (*.als)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if path:
            self.create_at(Path(path))

    def _demonstrate(self) -> None:
        with _waiting():
            self.demonstration.emit()

    def _remember(self, path: Path, login: str) -> None:
        self._settings.last_file = path
        self._settings.last_login = login
        self.password.set_text("")
        if len(self._cards) > 2:
            self.new_password.set_text("")
            self.again.set_text("")


@contextmanager
def _waiting() -> Iterator[None]:
    """The busy cursor while a key is derived or a file made."""
    QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
    try:
        yield
    finally:
        QApplication.restoreOverrideCursor()


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
